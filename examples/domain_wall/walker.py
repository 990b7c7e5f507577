"""Mean voltage of the domain wall of wall.toml against the field, through Walker's breakdown  [Schryer74, Yang09].

    python3 walker.py --out out        or under mpirun

Between its ends the wire has V = P (hbar / e) (<dphi/dt> + beta <v> / width) on average. Below breakdown the wall does
not turn, and only the nonadiabatic term is left, with v = width gamma B / alpha; above it

    <dphi/dt> = gamma / (1 + alpha^2) sqrt(B^2 - B_W^2),   <v> = (width / alpha) (gamma B - <dphi/dt>)
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import read
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, HBAR, MU_B

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

file = Path(__file__).with_name("wall.toml")
setting = read(file).stack.texture
P, B_W, alpha = read(file).stack["Py"].polarisation, setting.breakdown_field, setting.damping
gamma = setting.g * MU_B / HBAR
BETAS = 0.0, 0.5 * alpha
OERSTED = 1e-4  # T


def closed_form(B, beta):
    rate = gamma / (1 + alpha**2) * np.sqrt(np.maximum(B**2 - B_W**2, 0))
    return P * HBAR / E_CHARGE * (rate + beta / alpha * (gamma * B - rate))


def voltage(B, beta):
    """Mean of V_bottom - V_top, V: over half a turn, after which all is as before, or any time if nothing turns."""
    phase = np.degrees(np.arcsin(min(B / B_W, 1)) / 2)  # steady up to breakdown
    changes = {"texture.B": B, "texture.phase": phase, "layer.Py.nonadiabaticity": beta}
    wall = read(file, changes).stack.texture.texture
    rate = wall.mean_phase_rate()
    end = np.pi / rate if rate else 1e-9
    length = 2 * wall.position + end * wall.mean_velocity()
    changes |= {"time.end": end, "time.samples": 21 if rate else 3, "layer.Py.thickness": length}
    return run(read(file, changes)).numbers["mean"]["voltage_difference"]["bottom|top"]


fields = B_W * np.array([0.5, 1, 1.5, 2, 3, 30, 40])
found = np.array([[voltage(B, beta) for beta in BETAS] for B in fields])
expected = np.array([[closed_form(B, beta) for beta in BETAS] for B in fields])
slope = np.ptp(found[-2:, 0]) / np.ptp(fields[-2:]) * OERSTED

far = P * gamma * HBAR / E_CHARGE  # V/T

if MPI.COMM_WORLD.rank == 0:
    print(f"mean voltage (nV), beta = 0{'':14}beta = {BETAS[1]:g}")
    print(" B (Oe)   elements   closed form     elements   closed form")
    for B, V, formula in zip(fields / OERSTED, found * 1e9, expected * 1e9):
        print(f"{B:7.2f}  {V[0]:9.4f}     {formula[0]:9.4f}    {V[1]:9.4f}     {formula[1]:9.4f}")
    print(f"far above breakdown {slope * 1e9:.3f} nV/Oe; P g mu_B / e = {far * OERSTED * 1e9:.3f} nV/Oe")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        B = B_W * np.geomspace(0.2, 60, 2000)
        for k, (beta, colour, marker) in enumerate(zip(BETAS, (plot.COLOURS["z"], plot.COLOURS["x"]), "os")):
            line = {"color": colour, "linewidth": 1}
            points = {
                "color": colour,
                "marker": marker,
                "markersize": 4,
                "linestyle": "",
                "label": f"$\\beta = {beta:g}$",
            }
            V = closed_form(B, beta)
            left.plot(B / OERSTED, V * 1e9, **line)
            left.plot(fields / OERSTED, found[:, k] * 1e9, **points)
            right.semilogx(B / OERSTED, V / B * OERSTED * 1e9, **line)
            right.semilogx(fields / OERSTED, found[:, k] / fields * OERSTED * 1e9, **points)
        left.plot(B / OERSTED, far * B * 1e9, "--", color="#888888", linewidth=1)
        right.axhline(far * OERSTED * 1e9, linestyle="--", color="#888888", linewidth=1, label="$P g \\mu_B / e$")
        left.set(xlim=(0, 13), ylim=(0, 130), ylabel="mean voltage (nV)")
        right.set(ylabel="mean voltage per field (nV/Oe)")
        for axes in left, right:
            axes.axvline(B_W / OERSTED, color="#888888", linestyle=":", linewidth=1)
            axes.set_xlabel("magnetic field (Oe)")
        right.legend(frameon=False)
        figure.suptitle("Domain wall in permalloy through Walker's breakdown at 4 Oe", fontsize=10)
        plot.save(figure, out / "walker.png")
