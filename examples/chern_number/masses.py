"""Chern number of the lattice of film.toml, and the Hall conductivity of the film, against the mass.

    python3 masses.py --out out

C is a sum of fluxes through plaquettes of the zone, and whole; the Hall conductivity is an integral of the curvature
times the occupation, and is whole only in the gap: near the masses at which it closes the bands are within reach of the
temperature, and with the chemical potential in a band part of the curvature is missing.
"""

import argparse
from pathlib import Path

import numpy as np

from ddgauge import read, run
from ddgauge.physics.bands.chern import chern_number
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, G_QUANTUM

FILE = Path(__file__).with_name("film.toml")
MASSES = [-2.5, -2.1, -1.9, -1.0, -0.1, 0.1, 1.0, 1.9, 2.1, 2.5]
DOPED = -120e-3 * E_CHARGE  # J, in the lower band where |u| = 1


def film(u, mu=0.0):
    """sigma_xy of the film, in e^2/h, and its band model."""
    changed = {"layer.film.anomalous_hall.u": float(u), "layer.film.anomalous_hall.chemical_potential": mu}
    case = read(FILE, changed | {"output.figures": False})
    layer = case.stack["film"]
    sigma = run(case).numbers["conductivity"]["matrix"][0, 1]
    return sigma * layer.thickness / G_QUANTUM, layer.anomalous_hall.model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--masses", type=float, nargs="+", default=MASSES)
    given = parser.parse_args()
    out, masses = given.out, given.masses
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    print("mass u    C   sigma_xy (e^2/h), mu = 0   mu = -120 meV   gap (meV)")
    for u in masses:
        sigma, model = film(u)
        doped, _ = film(u, DOPED)
        C = chern_number(model, [0], grid=48)
        gap = 200 * min(abs(u - edge) for edge in (-2, 0, 2))
        rows.append((C, sigma, doped))
        print(f"{u:6g}  {C:+3d}   {sigma:24.6f}   {doped:13.6f}   {gap:9g}")

    C, sigma, doped = np.array(rows).T
    with plot.plt.rc_context(plot.STYLE):
        figure, axes = plot.plt.subplots(figsize=(5.4, 3.6))
        plateaus = [(-2.7, -2, 0), (-2, 0, 1), (0, 2, -1), (2, 2.7, 0)]
        for low, high, number in plateaus:
            axes.plot([low, high], [-number] * 2, "-", color="#bbbbbb", linewidth=4, solid_capstyle="butt", zorder=0)
        axes.plot(masses, -C, "s", markersize=8, markerfacecolor="none", color="#222222", label="-C by plaquettes")
        axes.plot(masses, sigma, "o", markersize=4, color="#1f4e9c", label="σ_xy, μ = 0")
        axes.plot(masses, doped, "^", markersize=4, color="#c1272d", label="σ_xy, μ = -120 meV")
        axes.set(xlabel="mass u", ylabel="Hall conductivity (e²/h)", ylim=(-1.25, 1.25))
        axes.legend(frameon=False, loc="upper left")
        axes.set_title("Chern insulator at 30 K", fontsize=10)
        plot.save(figure, out / "chern_number.png")


if __name__ == "__main__":
    main()
