"""Small inputs with sweeps, and sweeps in processes of their own: python -m tests.sweep.files FILE OUT [RANKS]..."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILM = """
experiment = "film"

[[layer]]
name = "Pt"
thickness = "4 nm"
conductivity = 4e6
diffusion = 5e-4
spin_diffusion_length = "1.5 nm"
spin_hall = 0.08

[magnetisation]
angle = {yz = 10}

[boundary.bottom]
kind = "sheet"
G_r = 2.5e14

[mesh]
cells = 8

[output]
figures = false
fields = false
"""
ANGLES = """
[[sweep]]
parameter = "magnetisation.angle.yz"
from = 0
to = 90
points = %d
"""
THICKNESSES = """
[[sweep]]
parameter = "layer.Pt.thickness"
values = ["2 nm", 3e-9]
"""
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("OMPI_COMM", "PMIX_", "PMI_"))}


def start(*arguments, ranks=None):
    """The sweep of a file in a process of its own, or in several."""
    words = [sys.executable, "-m", "mpi4py", "-m", "tests.sweep.files", *map(str, arguments)]
    if ranks:
        words = ["mpirun", "-n", str(ranks), *words]
    return subprocess.Popen(words, env=ENVIRONMENT, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def completed(*arguments, ranks=None):
    """The same, at its end."""
    with start(*arguments, ranks=ranks) as process:
        said = process.communicate(timeout=100)[1]
    assert process.returncode == 0, said[-3000:]


if __name__ == "__main__":
    from ddgauge.sweep import journal, sweep
    from ddgauge.sweep.evaluate import OneByOne

    journal.SLOW = 0.0  # each point is written at once
    file, out, *per_point = sys.argv[1:]
    for ranks in per_point or [None]:
        sweep(file, Path(out, ranks or ""), ranks_per_point=ranks and int(ranks), evaluator=OneByOne)
