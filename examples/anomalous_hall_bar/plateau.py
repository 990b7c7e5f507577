"""Hall and longitudinal resistance of the bar of bar.toml against the chemical potential, and against the bias.

    python3 plateau.py --out out        or under mpirun

Left: the chemical potential leaves the gap, and sigma_xy = e^2/h falls to (e^2/h) M / mu. Right: with a gate at 0 V the
chemical potential is against the local potential, mu = mu_0 - e V(x), and under a bias each place conducts in its own
way. Where no current flows across the bar, j_x = d_y V / rho_yx(V), so that between two arms that face one another
I / t = int dV / rho_yx(V): the line, from the voltages of the arms.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge import read, run
from ddgauge.physics.bands.dirac import hall_number
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, G_QUANTUM

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
parser.add_argument("--potentials", type=float, nargs="+", default=[0, 14, 16, 20, 30, 60], help="meV")
parser.add_argument("--biases", type=float, nargs="+", default=[1, 10, 20], help="mV")
given = parser.parse_args()
out, potentials, biases = given.out, given.potentials, given.biases

FILE, MEV = Path(__file__).with_name("bar.toml"), 1e-3 * E_CHARGE
BAR = read(FILE).stack["bar"]
HALL = BAR.anomalous_hall
SQUARES = 2  # of the bar between two arms of a side


def measured(mu, bias=1e-3, **gate):
    """Voltages of the arms, V, and sheet current, A, of the bar at a chemical potential in meV."""
    changed = {"layer.bar.anomalous_hall.chemical_potential": mu * MEV, "boundary.west.voltage": bias}
    if gate:
        changed["layer.bar.anomalous_hall.gate"] = gate
    numbers = run(read(FILE, changed | {"output.figures": False})).numbers
    return numbers["voltage"], numbers["current"]["east"] * HALL.thickness


def resistances(mu):
    """Hall resistance, and that along the bar per square, in h/e^2."""
    V, current = measured(mu)
    across = sum(V[f"south{k}"] - V[f"north{k}"] for k in (1, 2)) / 2
    along = sum(V[f"{side}1"] - V[f"{side}2"] for side in ("north", "south")) / 2 / SQUARES
    return across / current * G_QUANTUM, along / current * G_QUANTUM


def under_bias(bias):
    """Hall resistance of the arms towards west in h/e^2, and their voltages, V; the bias in mV."""
    V, current = measured(25, bias * 1e-3, voltage=0.0)
    low, high = V["north1"], V["south1"]
    return (high - low) / current * G_QUANTUM, low, high


def formula(mu):
    """rho_yx and rho_xx of the film, in h/e^2."""
    nu = 2 * hall_number(HALL.mass, mu * MEV, 2.0)
    sigma = BAR.conductivity * HALL.thickness / G_QUANTUM
    return np.array([nu, sigma]) / (sigma**2 + nu**2)


def between(low, high):
    """Hall resistance between arms at two potentials (V), in h/e^2, with mu = 25 meV - e V."""
    x, weight = np.polynomial.legendre.leggauss(40)
    V = low + (high - low) * (1 + x) / 2
    return 1 / (weight / 2 @ [1 / formula(25 - 1e3 * each)[0] for each in V])


plateau = np.array([resistances(mu) for mu in potentials])
biased = np.array([under_bias(bias) for bias in biases])
formulas = [between(low, high) for _, low, high in biased]

if MPI.COMM_WORLD.rank == 0:
    print("mu (meV)   R_yx (h/e^2)   rho_yx     R_xx, a square   rho_xx")
    for mu, (R_yx, R_xx) in zip(potentials, plateau):
        print(f"{mu:8g}   {R_yx:12.6f}   {formula(mu)[0]:8.6f}   {R_xx:14.6f}   {formula(mu)[1]:8.6f}")
    print("\nbias (mV)  R_yx (h/e^2)   from 1/rho_yx   between arms at (mV)")
    for bias, (R_yx, low, high), R in zip(biases, biased, formulas):
        print(f"{bias:9g}  {R_yx:12.6f}   {R:13.6f}   {1e3 * low:.4f} and {1e3 * high:.4f}")

    out.mkdir(parents=True, exist_ok=True)
    fine = np.linspace(0, 60, 241)
    lines = np.array([formula(mu) for mu in fine])
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        for k, (name, colour) in enumerate((("Hall", "#1f4e9c"), ("along, a square", "#c1272d"))):
            left.plot(fine, lines[:, k], "-", color=colour, alpha=0.5)
            left.plot(potentials, plateau[:, k], "o", markersize=4, color=colour, label=name)
        left.axvspan(0, abs(HALL.mass) / MEV, color="#f2efe6", zorder=0)
        left.set(xlabel="chemical potential (meV)", ylabel="resistance (h/e²)", xlim=(0, 60), ylim=(0, None))
        left.legend(frameon=False, title="bar; lines: film", loc="center right")
        right.plot(biases, formulas, "-", color="#1f4e9c", alpha=0.5, label="from 1/rho_yx between the arms")
        right.plot(biases, biased[:, 0], "o", markersize=4, color="#1f4e9c", label="bar")
        right.legend(frameon=False)
        right.set(xlabel="bias (mV), at 25 meV and a gate at 0 V", ylabel="Hall resistance (h/e²)")
        figure.suptitle("Hall bar of a magnetic topological insulator", fontsize=10)
        plot.save(figure, out / "plateau.png")
