"""Two-terminal resistance of Hall plates against the cells in their corners, and of a ring against the field.

    python3 refinement.py --out out

R sigma_xx of a plate of length L and width W with contacts on its ends depends on t = sigma_xy / sigma_xx, not on its
sign: 1 / sqrt(1 + t^2) if it is square; 1.220041591 for L = 2 W and t = 1, from conformal mapping. In the corners the
current is singular: with the same cells everywhere the error falls with a low power of their size, whatever the
degree; here they shrink towards the corners, and what is left is extrapolated. A ring has no corners and no Hall
voltage: R(B) / R(0) = 1 + (sigma R_H B)^2.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from ddgauge import read, run
from ddgauge.post import plot

MESHES = Path(__file__).parents[2] / "meshes"
FILE, SIGMA = Path(__file__).with_name("plate.toml"), 1e4
CASES = {(1, t): 1 / np.hypot(1, t) for t in (0.5, -0.5, 2.0)} | {(2, 1.0): 1.220041591}
FIELDS = np.array([0.0, 0.5, 1.0, 2.0])  # sigma R_H B

sys.path.insert(0, str(MESHES))
from hall_plate import plate  # noqa: E402, a mesh is made by its source


def resistance(mesh, t):
    """R sigma_xx of a plate of 1 m thickness."""
    changed = {"layer.plate.anomalous_hall.conductivity": t * SIGMA, "mesh.file": str(mesh), "output.figures": False}
    return run(read(FILE, changed)).numbers["resistance"]["west|east"] * SIGMA


def ring(hall_angle):
    """R sigma of the ring in a field, sigma the inverse of the resistivity."""
    tables = {"mesh.file": str(MESHES / "corbino.msh"), "solver.degree": 2, "output.figures": False}
    stack = read(FILE, tables).stack
    disk = stack["plate"].with_(name="disk", anomalous_hall=None, hall=[0, 0, hall_angle])
    ends = {"inner": stack.boundary["west"], "outer": stack.boundary["east"]}
    found = run(stack.with_(layers=[disk], boundary=ends), experiment="transport", mesh=read(FILE, tables).mesh)
    return found.numbers["resistance"]["inner|outer"] * SIGMA


def limit(values):
    """What values tend to whose differences fall by one factor (Aitken)."""
    a, b, c = values[-3:]
    return c - (c - b) ** 2 / ((c - b) - (b - a))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--meshes", type=int, default=4, help="each with cells an eighth as large in the corners")
    given = parser.parse_args()
    out, corners = given.out, 1e3 / 8.0 ** np.arange(given.meshes)  # nm, of a plate 10 um wide
    out.mkdir(parents=True, exist_ok=True)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for shape in (1, 2):
            for corner in corners:
                mesh = Path(folder) / f"{shape} {corner:g}.msh"
                plate(mesh, length=shape * 10e3, width=10e3, corner=corner)
                for case in CASES:
                    if case[0] == shape:
                        found.setdefault(case, []).append(resistance(mesh, case[1]))
    sizes = "   ".join(f"{f'{corner:.4g} nm':>10}" for corner in corners)
    print(f"L/W     t   {sizes}   extrapolated   exact          R sigma_xx by cells in the corners")
    for (shape, t), values in found.items():
        rows = "   ".join(f"{value:.8f}" for value in values)
        print(f"{shape:3g}  {t:4g}   {rows}   {limit(values):.9f}   {CASES[shape, t]:.9f}")
    R = np.array([ring(angle) for angle in FIELDS])
    print("\nsigma R_H B   R(B) / R(0) of the ring   1 + (sigma R_H B)^2")
    for angle, ratio in zip(FIELDS, R / R[0]):
        print(f"{angle:11g}   {ratio:22.9f}   {1 + angle**2:19g}")

    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        for (shape, t), values in found.items():
            error = np.abs(np.array(values) / CASES[shape, t] - 1)
            left.loglog(corners / 10e3, error, "o-", markersize=4, label=f"L/W = {shape}, t = {t:g}")
        left.set(xlabel="cells in the corners / width", ylabel="relative error of the resistance")
        left.legend(frameon=False)
        fine = np.linspace(0, 2, 81)
        right.plot(fine, 1 + fine**2, "-", color="#888888", label="1 + (σ R_H B)²")
        right.plot(FIELDS, R / R[0], "o", markersize=4, color="#1f4e9c", label="ring")
        right.set(xlabel="σ R_H B", ylabel="R(B) / R(0)")
        right.legend(frameon=False)
        plot.save(figure, out / "refinement.png")


if __name__ == "__main__":
    main()
