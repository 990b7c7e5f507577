"""A tunnel junction of two magnets against the angle of their spins and the voltage, beside Julliere's law.

    python3 angle.py --out out

The resistance of the barrier of valve.toml against the angle; torque on the upper magnet, at right angles, against the
voltage: with constant densities of states, for which current and torque are linear, and with bands that have the same
polarisation at the Fermi level and end 0.114 eV below it for minority spins; and the spin that piles up in the magnets.
"""

import argparse
from pathlib import Path

import numpy as np

from ddgauge.experiment import run
from ddgauge.fem.sample import profile
from ddgauge.model import Interface, read
from ddgauge.post import plot

HERE = Path(__file__).parent
PAIR = "lower|upper"
BAND = {"kind": "elliptic", "half_width": "2 eV", "splitting": "2 eV", "chemical_potential": "-0.886 eV"}
BANDS = Interface(tunnel={"conductance": 1e11, "bands_below": BAND, "bands_above": BAND, "bias_range": 0.6})

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out
P = read(HERE / "valve.toml").stack.interface[PAIR].tunnel.polarisation_below


def at(angle, volts=0.1, bands=False):
    """The Result at an angle, degrees, and a voltage."""
    case = read(HERE / "valve.toml", {"layer.upper.spin_axis.xz": angle, "boundary.bottom.voltage": volts})
    if bands:
        case = case.model_copy(update={"stack": case.stack.with_(interface={PAIR: BANDS})})
    return run(case)


def barrier(result, key):
    return result.numbers["barrier"][key][PAIR]


angles = np.linspace(0, 180, 13)
found = [at(angle) for angle in angles]
R = np.array([barrier(result, "voltage_drop") / barrier(result, "charge_current") for result in found])
julliere = 1e-11 / (1 + P**2 * np.cos(np.radians(angles)))
print("angle (degree), resistance of the barrier (ohm um^2), Julliere, torque on the upper magnet (uJ/m^2)")
torque = np.array([np.linalg.norm(barrier(result, "torque")[1]) for result in found])
for row in zip(angles, R * 1e12, julliere * 1e12, torque * 1e6):
    print("{:7.0f}{:14.6f}{:14.6f}{:14.6f}".format(*row))
whole = [result.numbers["resistance"]["bottom|top"] for result in (found[0], found[-1])]
print(f"TMR of the barrier {R[-1] / R[0] - 1:.6f}, of the valve {whole[1] / whole[0] - 1:.6f}, Julliere 0.666667")

volts = np.array([-0.5, -0.25, -0.02, 0.02, 0.25, 0.5])
print("voltage (V), torque along -z on the upper magnet (uJ/m^2): linear, with bands; TMR with bands")
curves = []
for V in volts:
    along = [-barrier(at(90, V, bands), "torque")[1][2] * 1e6 for bands in (False, True)]
    amperes = [at(angle, V, True).numbers["current"]["bottom"] for angle in (0, 180)]
    curves.append((*along, amperes[0] / amperes[1] - 1))
    print(f"{V:7.2f}{along[0]:14.6f}{along[1]:14.6f}{curves[-1][2]:14.6f}")
curves = np.array(curves)

out.mkdir(parents=True, exist_ok=True)
with plot.plt.rc_context(plot.STYLE):
    figure, (left, middle, right) = plot.plt.subplots(1, 3, figsize=(9.6, 3.0))
    fine = np.linspace(0, 180, 181)
    left.plot(fine, 10 / (1 + P**2 * np.cos(np.radians(fine))), color=plot.COLOURS["0"], alpha=0.5, label="Julliere")
    left.plot(angles, R * 1e12, "o", markersize=4, color=plot.COLOURS["z"], label="elements")
    left.set(xlabel="angle of the spins (degree)", ylabel="resistance (Ω µm²)", xticks=[0, 60, 120, 180])
    middle.plot(volts, curves[:, 0], color=plot.COLOURS["0"], label="constant densities")
    middle.plot(volts, curves[:, 1], "o-", markersize=3, color=plot.COLOURS["x"], label="bands")
    middle.set(xlabel="voltage (V)", ylabel="torque at 90° (µJ/m²)")
    for k, label, colour in ((0, "0°", "z"), (6, "90°", "y"), (12, "180°", "x")):
        lines = profile(found[k].solution)
        for name in ("lower", "upper"):
            inside = np.array(lines["layer"]) == name
            mark = {"label": label} if name == "lower" else {}
            right.plot(lines["z"][inside] * 1e9, 2e6 * lines["mu"][inside, 1], color=plot.COLOURS[colour], **mark)
    right.axvline(20, color=plot.COLOURS["0"], linewidth=0.8)
    right.set(xlabel="z (nm)", ylabel="spin voltage along the own axis (µV)")
    for axes in left, middle, right:
        axes.legend(frameon=False)
    plot.save(figure, out / "angle.png")
