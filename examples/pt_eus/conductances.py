"""Conductances of the interface of EuS with platinum from 2 K through the Curie temperature, as a table and a figure.

    python3 conductances.py --out out        or under mpirun

G_i follows the mean moment and ends with it. Moments that lie in order take no spin along them: G_s rises with their
fluctuations until, above the Curie temperature, a paramagnet takes spin of all directions alike and G_r is zero.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import read
from ddgauge.physics.exchange import ordering_temperature, spin_average
from ddgauge.post import plot

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

file = Path(__file__).with_name("interface.toml")
moments = read(file).stack["interface"].exchange
T_C = ordering_temperature(moments.spin, moments.weiss)
temperatures = np.append(np.arange(2.0, 16.1, 1.0), [16.3, 16.5, 16.7, 17, 18, 20])
G = {"G_s": [], "G_r": [], "G_i": []}
for T in temperatures:
    numbers = run(read(file, {"temperature": T})).numbers["conductance"]
    for key, values in G.items():
        values.append(numbers[key])

if MPI.COMM_WORLD.rank == 0:
    polarisation = [-spin_average(moments.spin, T, 0, moments.weiss) / moments.spin for T in temperatures]
    print(f"T_C = {T_C:.4g} K")
    print("T (K)  |<S>|/S      G_s      G_r      G_i (1e12 S/m^2)")
    for T, p, *row in zip(temperatures, polarisation, *G.values()):
        print(f"{T:5.1f}  {p:7.4f}  " + "".join(f"{round(value / 1e12, 4) + 0.0:9.4f}" for value in row))

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, axes = plot.plt.subplots(figsize=(5.4, 3.6))
        for (key, values), style in zip(G.items(), ("o-", "s-", "^-")):
            axes.plot(temperatures, np.array(values) / 1e12, style, markersize=3.5, label=f"${key}$")
        axes.axvline(T_C, color="#888888", linestyle=":", label="$T_C$")
        axes.set(xlabel="temperature (K)", ylabel="conductance ($10^{12}$ S/m²)", ylim=(0, None), xlim=(0, None))
        axes.set_title("EuS | Pt: spin taken by the moments")
        axes.legend(**plot.BESIDE)
        plot.save(figure, out / "conductances.png")
