"""Workflows that spread a sweep over jobs: a Snakefile, or a script that hands jobs to Slurm."""

import shlex
from itertools import pairwise
from pathlib import Path
from string import Template

import numpy as np
from mpi4py import MPI

from ddgauge.model import InputError
from ddgauge.output import OutputError
from ddgauge.sweep.evaluate import chosen
from ddgauge.sweep.grid import Grid

SNAKEFILE = Template("""\
# ${title}: ${points} points in ${jobs} jobs.
#
#     snakemake --snakefile ${path} --cores all
#     snakemake --snakefile ${path} --executor slurm --jobs 20       (on a cluster, with its plugin)
#
# Run again after jobs that failed or were killed: points that are done stay.

FILE = ${file}
OUT = ${out}
POINTS = ${parts}
RANKS = ${ranks}  # of a job; all solve a point together


wildcard_constraints:
    first=r"\\d+",
    end=r"\\d+",


rule all:
    input: OUT + "/dataset.nc"


rule points:
    output: touch(OUT + "/jobs/{first}-{end}")
    threads: RANKS
    resources:
        tasks=RANKS,
        mpi="mpirun",
    params:
        launch=lambda wildcards, resources: f"{resources.mpi} -n {RANKS}" if RANKS > 1 else "",
    shell:
        "OMP_NUM_THREADS=1 {params.launch} ddgauge sweep {FILE:q} --out {OUT:q}"
        " --points {wildcards.first}:{wildcards.end} --ranks-per-point {RANKS}"


rule collect:
    input: [OUT + "/jobs/" + part.replace(":", "-") for part in POINTS]
    output: OUT + "/dataset.nc"
    shell: "ddgauge sweep {FILE:q} --out {OUT:q} --collect"
""")
SLURM = Template("""\
#!/bin/bash
# ${title}: ${points} points in ${jobs} jobs, and one that makes the dataset.
#
#     bash ${path} --time=04:00:00 --nodes=1      with options of sbatch, as many as needed
#
# Run again after jobs that failed or were killed: points that are done stay.
set -euo pipefail

export file=${shell_file}
export out=${shell_out}
export ranks=${ranks} # of a job; all solve a point together

points=$$(sbatch --parsable --job-name=${name} --output="$$out/jobs/%A_%a.txt" --ntasks="$$ranks" \\
    --array=0-${last} --export=ALL "$$@" <<'JOB'
#!/bin/bash
set -euo pipefail
parts=(${shell_parts})
export OMP_NUM_THREADS=1
srun ddgauge sweep "$$file" --out "$$out" --points "$${parts[$$SLURM_ARRAY_TASK_ID]}" --ranks-per-point "$$ranks"
JOB
)

sbatch --job-name=${name} --output="$$out/jobs/collect.txt" --ntasks=1 --time=01:00:00 \\
    --dependency="afterany:$${points%%;*}" --export=ALL <<'JOB'
#!/bin/bash
set -euo pipefail
srun ddgauge sweep "$$file" --out "$$out" --collect
JOB
""")
KINDS = {"snakemake": ("Snakefile", SNAKEFILE), "slurm": ("sweep.sh", SLURM)}


def emit(file, out, kind, jobs=None, ranks=1):
    """Write a workflow for the sweep of a file into the folder of its results; the path.

    Parameters
    ----------
    file : path
        Input file.
    out : path
    kind : "snakemake" or "slurm"
    jobs : int, optional
        Parts of the sweep, at most one per point; by default as many as there are, up to 100.
    ranks : int
        Ranks of a job, which solve a point together.

    Raises
    ------
    model.InputError, output.OutputError
    """
    if kind not in KINDS:
        raise InputError(f"emit = {kind!r}, must be {' or '.join(KINDS)}")
    grid, file, out = Grid(file), Path(file).absolute(), Path(out).absolute()
    jobs = min(100, grid.size) if jobs is None else jobs
    if not 1 <= jobs <= grid.size:
        raise InputError(f"jobs = {jobs}, must be from 1 to {grid.size}, the points of the sweep")
    if ranks < 1:
        raise InputError(f"ranks = {ranks}, must be >= 1")
    name, template = KINDS[kind]
    edges = _edges(grid, jobs)
    parts = [f"{a}:{b}" for a, b in pairwise(edges)]
    text = template.substitute(
        title=" ".join((grid.case.title or file.name).split()),
        points=grid.size,
        jobs=len(parts),
        path=shlex.quote(str(out / name)),
        file=repr(str(file)),
        out=repr(str(out)),
        parts=parts,
        ranks=ranks,
        name="ddgauge",
        last=len(parts) - 1,
        shell_file=shlex.quote(str(file)),
        shell_out=shlex.quote(str(out)),
        shell_parts=" ".join(parts),
    )
    try:
        (out / "jobs").mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); use another --out") from None
    return out / name


def _edges(grid, jobs):
    """Places at which the points are parted; between blocks that share work, as far as there are so many."""
    blocks = chosen(grid, MPI.COMM_SELF, lambda text: None).blocks(grid.rows())
    if jobs > len(blocks):
        return [round(k * grid.size / jobs) for k in range(jobs + 1)]
    between = np.cumsum([0, *map(len, blocks)]).tolist()
    edges = {min(between, key=lambda edge: abs(edge - k * grid.size / jobs)) for k in range(jobs + 1)}
    return sorted(edges)
