"""Negative magnetoresistance of a Weyl bar against the field and the length, beside its closed form.

    python3 magnetoresistance.py --out out

Prints the resistance of a square metre, its closed form, and how much of a long bar's effect is there; draws both.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ddgauge import read, run
from ddgauge.physics.bands.chiral_anomaly import slab_resistance

FILE = Path(__file__).with_name("bar.toml")
LENGTHS = 1e-6 * np.array([1, 2, 5, 20])
FIELDS = np.arange(0, 6.5, 0.5)


def resistance(length, B):
    """Resistance of a square metre, ohm m^2, by the elements and by the closed form."""
    case = read(FILE, {"layer.bar.thickness": length, "field.B": [0, 0, float(B)], "output.figures": False})
    c = case.stack.weyl("bar")
    along = type(c)(c.sigma, c.g[::-1], c.Gam, c.e2_nu)  # the closed form is along x
    return run(case).numbers["resistance"]["bottom|top"], slab_resistance(along, length)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    print("length (um)   B (T)   R A (ohm m^2)   closed form    R(B)/R(0) - 1")
    figure, axes = plt.subplots(figsize=(5.2, 3.6), constrained_layout=True)
    for length in LENGTHS:
        rows = np.array([resistance(length, B) for B in FIELDS])
        change = rows / rows[0] - 1
        for B, (found, formula), (relative, _) in list(zip(FIELDS, rows, change))[::4]:
            print(f"{1e6 * length:11g}   {B:5g}   {found:13.6e}   {formula:11.6e}   {relative:+.6f}")
        (line,) = axes.plot(FIELDS, 100 * change[:, 0], "o", ms=4, label=f"{1e6 * length:g} µm")
        axes.plot(FIELDS, 100 * change[:, 1], color=line.get_color())
    axes.set_xlabel("B along the current (T)")
    axes.set_ylabel("R(B)/R(0) - 1 (%)")
    axes.legend(title="length", frameon=False)
    axes.grid(alpha=0.25)
    figure.savefig(out / "magnetoresistance.png", dpi=150)


if __name__ == "__main__":
    main()
