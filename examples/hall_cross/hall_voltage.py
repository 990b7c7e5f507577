"""Hall voltage of the cross of cross.toml against the field, and the share of it that the contacts short.

    python3 hall_voltage.py --out out        or under mpirun

The voltage of opposite fields is subtracted, as in an experiment: what does not change sign is no Hall voltage but that
of arms (there) or cells (here) that do not quite face one another.
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

file = Path(__file__).with_name("cross.toml")
cross = read(file).stack["cross"]
ARM_OVER_WIDTH = 1.0  # of the mesh


def hall_resistance(B):
    """(V_north - V_south) / I, ohm m."""
    numbers = run(read(file, {"field.B.z": B})).numbers
    return (numbers["voltage"]["north"] - numbers["voltage"]["south"]) / numbers["current"]["east"]


fields = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 1.0])
cross_of = np.array([(hall_resistance(B) - hall_resistance(-B)) / 2 for B in fields])
hall_angle = cross.mobility * fields
bar = hall_angle / cross.conductivity
shorted = 2.513 * np.arctan(hall_angle) / hall_angle * np.exp(-np.pi / 2 * (1 + 2 * ARM_OVER_WIDTH))

if MPI.COMM_WORLD.rank == 0:
    print("B (T)  Hall angle   R_H cross (ohm m)   infinite bar   shorted: 1 - cross / bar   formula")
    for B, angle, R, R_bar, formula in zip(fields, hall_angle, cross_of, bar, shorted):
        print(f"{B:5.2f}  {angle:10.2f}   {R:17.6e}   {R_bar:12.6e}   {1 - R / R_bar:24.5f}   {formula:7.5f}")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        left.plot(fields, bar * 1e6, "-", color="#888888", label="infinite bar")
        left.plot(fields, cross_of * 1e6, "o", markersize=4, label="cross")
        left.set_ylabel("Hall resistance of a film of 1 m (µΩ m)")
        right.plot(fields, 100 * shorted, "-", color="#888888", label="long arms")
        right.plot(fields, 100 * (1 - cross_of / bar), "o", markersize=4, label="cross")
        right.set(ylabel="shorted by the contacts (%)", ylim=(0, None))
        for axes in left, right:
            axes.set_xlabel("magnetic field (T)")
            axes.legend(frameon=False)
        figure.suptitle("Hall cross of InSb, arms as long as wide", fontsize=10)
        plot.save(figure, out / "hall_voltage.png")
