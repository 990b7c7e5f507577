"""The nanopillar of pillar.toml beside the film of the same stack: what its side faces and leads change.

python3 edges.py --out out        or under mpirun
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.fem import sample
from ddgauge.model import Run, read
from ddgauge.post import plot

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

case = read(Path(__file__).with_name("pillar.toml"))
length, width = case.mesh.size
E = case.stack.boundary["left"].voltage / length
pillar = run(case)
film = run(Run(experiment="film", stack=case.stack.with_(boundary={}, drive=[E, 0, 0]), output={"figures": False}))
axis, middle = sample.profile(pillar.solution), sample.raster(pillar.solution)
line = sample.profile(film.solution)

if MPI.COMM_WORLD.rank == 0:
    whole = [result.numbers["accumulation"] for result in (film, pillar)]
    thickness = sum(layer.thickness for layer in case.stack.layers)
    ohms = film.numbers["resistivity"]["longitudinal"] * length / (width * thickness)
    print("spin voltage (uV)         film   pillar, axis   pillar, mean of the face")
    for face, k in ("top", -1), ("bottom", 0):
        values = (whole[0][face][1], 2 * axis["mu"][k, 2], whole[1][face][1])
        print(f"{face + ', spin y':18} {1e6 * values[0]:11.3f} {1e6 * values[1]:14.3f} {1e6 * values[2]:26.3f}")
    for face in "front", "back":
        print(f"{face + ', spin z':18} {'none':>11} {'':14} {1e6 * whole[1][face][2]:26.3f}")
    print(f"resistance (ohm)   {ohms:11.3f} {'':14} {pillar.numbers['resistance']['left|right']:26.3f}")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.6, 3.4))
        left.plot(line["z"] * 1e9, 2e6 * line["mu"][:, 2], "-", color="#888888", label="film")
        left.plot(axis["z"][::4] * 1e9, 2e6 * axis["mu"][::4, 2], "o", markersize=3.5, label="axis of the pillar")
        left.set(xlabel="z (nm)", ylabel="spin voltage $\\mu_s^y$ (µV)")
        left.legend(frameon=False)
        mu_z = 2e6 * middle["mu"][:, :, 3]
        largest = np.nanmax(np.abs(mu_z))
        drawn = right.pcolormesh(middle["a"], middle["b"], mu_z, cmap="RdBu_r", vmin=-largest, vmax=largest)
        figure.colorbar(drawn, label="spin voltage $\\mu_s^z$ (µV)")
        right.set(xlabel="x (nm)", ylabel="y (nm)", title="middle of Pt, seen from above", aspect="equal")
        right.grid(False)
        plot.save(figure, out / "edges.png")
