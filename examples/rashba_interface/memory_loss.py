"""Spin memory loss against the strength of Rashba coupling, exact and by the perturbative formulas  [Z23 (47), (48)].

    python3 memory_loss.py --out out        or under mpirun

The formulas hold while Q ell << 1, Q = 2 m alpha / hbar and ell the depth to which spin enters.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import read
from ddgauge.post import plot

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

file = Path(__file__).with_name("interface.toml")
strengths = np.geomspace(0.01, 1, 13)  # Rashba parameter hbar alpha, eV angstrom
rows = []
for strength in strengths:
    case = read(file, {"layer.F.spin_orbit.alpha": f"{strength} eV angstrom"})
    numbers, F = run(case).numbers["conductance"], case.stack["F"]
    turns = F.spin_orbit.q[0, 1] * np.sqrt(F.diffusion * F.exchange_relaxation.perpendicular)  # Q ell
    formula = numbers["perturbative"]["lattice"], numbers["perturbative"]["magnetic"]
    whole = numbers["lattice"] + numbers["magnetic"]
    rows.append(
        (
            turns,
            -np.trace(numbers["lattice"]),
            -np.trace(formula[0]),
            numbers["memory_loss"],
            np.trace(formula[0]) / np.trace(sum(formula)),
            -np.trace(whole),
        )
    )

if MPI.COMM_WORLD.rank == 0:
    print("hbar alpha     Q ell   loss (S/m^2)    formula   memory loss  formula")
    for strength, (turns, loss, by_formula, share, formula_share, _) in zip(strengths, rows):
        print(f"{strength:7.4f} eVA  {turns:7.4f}   {loss:.4e}  {by_formula:.4e}   {share:8.5f}   {formula_share:8.5f}")

    turns, loss, by_formula, share, formula_share, whole = np.array(rows).T
    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        left.loglog(turns, loss, "o-", markersize=3.5, label="lost to the lattice")
        left.loglog(turns, by_formula, "--", label="the same, perturbative")
        left.loglog(turns, whole, "s-", markersize=3, color="#888888", label="taken in all")
        left.set_ylabel("conductance, sum of x, y, z (S/m²)")
        left.legend(frameon=False)
        right.semilogx(turns, share, "o-", markersize=3.5, label="exact")
        right.semilogx(turns, formula_share, "--", label="perturbative")
        right.set_ylabel("spin memory loss")
        right.legend(frameon=False)
        for axes in left, right:
            axes.axvline(1, color="#888888", linestyle=":")
            axes.set_xlabel("Rashba turns within the depth of spin, $Q\\ell$")
        figure.suptitle("Spin lost to Rashba coupling at a magnetic interface", fontsize=10)
        plot.save(figure, out / "memory_loss.png")
