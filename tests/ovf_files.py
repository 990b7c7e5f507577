"""OVF files as OOMMF and mumax3 write them, byte by byte."""

import struct

import numpy as np

M = np.arange(36.0).reshape(2, 3, 2, 3) - 7.5  # nz, ny, nx, 3; exact in single precision
GRID = """# xnodes: 2
# ynodes: 3
# znodes: 2
# xstepsize: 2e-09
# ystepsize: 2.5e-09
# zstepsize: 3e-09
"""
BASE = """# xbase: 1e-09
# ybase: 1.25e-09
# zbase: 1.5e-09
"""
MUMAX = (
    """# OOMMF OVF 2.0
# Segment count: 1
# Begin: Segment
# Begin: Header
# Title: m
# meshtype: rectangular
# meshunit: m
# xmin: 0
# ymin: 0
# zmin: 0
# xmax: 4e-09
# ymax: 7.5e-09
# zmax: 6e-09
# valuedim: 3
# valuelabels: m_x m_y m_z
# valueunits: 1 1 1
# Desc: Total simulation time:  1e-09  s
"""
    + BASE
    + GRID
    + "# End: Header\n"
)
OOMMF = """# OOMMF: rectangular mesh v1.0
#
## Magnetisation, in units of the multiplier: a comment
# Segment count: 1
# Begin: Segment
# Begin: Header
# Title: run-Oxs_TimeDriver-Magnetization-00-0000120.omf
# Desc: Oxs vector field output
# Desc:  Stage simulation time: 5e-11 s
# Desc:  Total simulation time: 2.5e-10 s
# mesh unit: nm  ## of all lengths
# MeshType: Rectangular
# xbase: 1
# ybase: 1.25
# zbase: 1.5
# xstepsize: 2
# ystepsize: 2.5
# zstepsize: 3
# xnodes: 2
# ynodes: 3
# znodes: 2
# xmin: 0
# ymin: 0
# zmin: 0
# xmax: 4
# ymax: 7.5
# zmax: 6
# valueunit: kA/m
# valuemultiplier: 860
# ValueRangeMinMag: 1
# ValueRangeMaxMag: 100
# End: Header
"""
TEXT = "".join(f"{x:g} {y:g} {z:g} \n" for x, y, z in M.reshape(-1, 3))  # mumax3 ends lines with a space
END = "# End: Data {0}\n# End: Segment\n"


def text_file(header=MUMAX, data=TEXT, end=END):
    return (header + "# Begin: Data Text\n" + data + end.format("Text")).encode()


def binary_file(header, order, size, check=None, data=None, gap=b"", end=END, newline="\n"):
    number = order + {4: "f", 8: "d"}[size]
    check = {4: 1234567.0, 8: 123456789012345.0}[size] if check is None else check
    data = struct.pack(f"{number[0]}{M.size}{number[1]}", *M.ravel()) if data is None else data
    text = f"{header}# Begin: Data Binary {size}\n".replace("\n", newline).encode()
    return text + struct.pack(number, check) + data + gap + end.format(f"Binary {size}").replace("\n", newline).encode()
