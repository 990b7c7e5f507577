"""Non-local resistance of a lateral spin valve against the distance of its strips, beside Takahashi and Maekawa.

    python3 distance.py --out out        or under mpirun

R_s = (R_P - R_AP) / 2 of valve.toml with strips that end on the wire, by elements, with metallic contacts and with
tunnelling contacts of 50 ohm and polarisation 0.3; and the closed form for a wire without width and contacts without
length, Phys. Rev. B 67, 052409 (2003). What is between them is the size of the contacts, 100 nm beside l_N = 500 nm.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import Run, read
from ddgauge.post import plot

HERE = Path(__file__).parent
MESH = HERE.parents[1] / "meshes/lateral_valve.py"
AREA, WIRE = 100e-9 * 100e-9, 100e-9 * 80e-9  # m^2, of a contact and of the cross-section of the wire

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out
comm = MPI.COMM_WORLD
valve = read(HERE / "valve.toml").stack
N, F = valve["N"], valve["F1"]


def takahashi_maekawa(L, R=0.0, P=0.0):
    """R_s, ohm, of strips at a distance L (m) with contacts of resistance R (ohm) and polarisation P."""
    p, R_N = F.polarisation, N.spin_diffusion_length / (N.conductivity * WIRE)
    r_F = F.spin_diffusion_length / (F.conductivity * AREA) / R_N / (1 - p**2)
    r_i = R / R_N / (1 - P**2)
    decay = np.exp(-L / N.spin_diffusion_length)
    return 2 * R_N * decay * (P * r_i + p * r_F) ** 2 / ((1 + 2 * r_i + 2 * r_F) ** 2 - decay**2)


def non_local(mesh, interface, reversed):
    """(V_contact2 - V_right) / I, ohm."""
    stack = valve.with_(interface=interface).with_layer("F2", reversed=reversed)
    case = Run(experiment="two-current", stack=stack, mesh={"file": mesh})
    return run(case).numbers["voltage_difference"]["contact2|right"] / stack.boundary["contact1"].current


distances = np.array([200e-9, 400e-9, 800e-9, 1200e-9])
tunnel = {"tunnel": {"conductance": 1 / (50 * AREA), "polarisation_above": 0.3}}
kinds = {"metallic": ({}, ()), "50 Ω, P = 0.3": ({"N|F1": tunnel, "N|F2": tunnel}, (50.0, 0.3))}
found = {name: [] for name in kinds}
out.mkdir(parents=True, exist_ok=True)
for L in distances:
    mesh = out / f"valve_{L * 1e9:.0f}nm.msh"
    if comm.rank == 0:
        command = [sys.executable, MESH, "--overhang", "0", "--distance", f"{L * 1e9:.0f}", "--out", mesh]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    comm.barrier()
    for name, (interface, _) in kinds.items():
        parallel, antiparallel = (non_local(mesh, interface, turned) for turned in (False, True))
        found[name].append((parallel - antiparallel) / 2)

if comm.rank == 0:
    print("R_s (mohm): elements, closed form")
    print(f"{'L (nm)':>7}" + "".join(f"{name:>26}" for name in kinds))
    for k, L in enumerate(distances):
        pairs = (
            f"{1e3 * found[name][k]:14.6f}{1e3 * takahashi_maekawa(L, *contact):12.6f}"
            for name, (_, contact) in kinds.items()
        )
        print(f"{L * 1e9:7.0f}" + "".join(pairs))
    fine = np.linspace(100e-9, 1300e-9, 100)
    with plot.plt.rc_context(plot.STYLE):
        figure, axes = plot.plt.subplots(figsize=(5.6, 3.8))
        for (name, (_, contact)), axis in zip(kinds.items(), "zx", strict=True):
            colour = plot.COLOURS[axis]
            axes.semilogy(fine * 1e9, 1e3 * takahashi_maekawa(fine, *contact), color=colour, alpha=0.6)
            axes.semilogy(distances * 1e9, 1e3 * np.array(found[name]), "o", markersize=4, color=colour, label=name)
        axes.set(xlabel="distance of the strips (nm)", ylabel="$R_s$ (mΩ)")
        axes.set_title("Lines Takahashi and Maekawa, points elements", fontsize=10)
        axes.legend(title="contacts", frameon=False)
        plot.save(figure, out / "distance.png")
