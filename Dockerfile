# Where DOLFINx is, on a machine with Docker: Debian stable with the packages of packages.txt.
# The code is not in the image; docker-compose.yml and with-dolfinx show it the repository's folder.
FROM debian:trixie-slim AS ddgauge

COPY packages.txt /packages.txt
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(grep -Ev '^(#|pip:|$)' /packages.txt) && \
    python3 -m pip install --no-cache-dir --break-system-packages --root-user-action=ignore \
        $(sed -n 's/^pip: *//p' /packages.txt) && \
    rm -rf /var/lib/apt/lists/*
RUN printf '#!/bin/sh\nexec python3 -P -m ddgauge "$@"\n' > /usr/local/bin/ddgauge && \
    chmod +x /usr/local/bin/ddgauge && mkdir -m 1777 /cache

ENV PYTHONPATH=/ddgauge PYTHONNOUSERSITE=1 HOME=/cache XDG_CACHE_HOME=/cache LC_ALL=C.UTF-8 \
    DDGAUGE_WAY=python DDGAUGE_CACHE=/cache/ddgauge OMP_NUM_THREADS=1 \
    OMPI_MCA_btl=self,sm OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
    PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
WORKDIR /ddgauge

# A server that draws for ParaView on another machine.
FROM ddgauge AS pvserver

RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends paraview && \
    rm -rf /var/lib/apt/lists/*
EXPOSE 11111
CMD ["xvfb-run", "--auto-servernum", "pvserver", "--server-port=11111"]
