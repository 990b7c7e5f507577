"""Rabi oscillation in the rotating frame and in the laboratory, and what relaxation makes of it, beside closed forms.

    python3 rabi.py --out out

Prints the share of electrons in the conduction band with Rabi's formula, and the pseudospin that relaxation and
precession bring about in the long run with the steady state of Bloch's equations; draws the oscillation.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ddgauge import read, run
from ddgauge.physics.band_precession import bloch_steady_state, rabi
from ddgauge.units import E_CHARGE, HBAR

FILE = Path(__file__).with_name("rabi.toml")
QUIET = {"output.figures": False, "output.fields": False}
MEV = 1e-3 * E_CHARGE
V, DETUNING = 2 * MEV, 3 * MEV
OMEGA_X, OMEGA_Z = 3e12, 2e12  # rad/s, of the pseudospin


def share(frame):
    """Times, s, and the share of electrons in c at these times."""
    series = run(read(FILE, QUIET | {"two_band.frame": frame})).numbers["time_series"]
    n_c, n_v = (np.array(series["density"][f"film {name}"]) for name in ("n_c", "n_v"))
    return np.array(series["time"]), n_c / (n_c + n_v)


def relaxed():
    """Pseudospin per electron after times long beside T1 and T2, which relax it towards all electrons in v."""
    changes = {
        "two_band.frame": "rotating",
        "layer.film.two_band.hamiltonian.c": 97 * MEV + HBAR * OMEGA_Z,
        "layer.film.two_band.drive.cv": HBAR * OMEGA_X / 2,
        "layer.film.two_band.T1": 1e-12,
        "layer.film.two_band.T2": 0.4e-12,
        "layer.film.two_band.equilibrium": {"oo": 1e23, "zo": -1e23},
        "time.end": 60e-12,
        "time.samples": 2,
        "time.steps": 1,
    }
    content = run(read(FILE, QUIET | changes)).numbers["content"]
    return np.array([content[f"film {mu}o"] for mu in "xyz"]) / content["film oo"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    t, rotating = share("rotating")
    _, laboratory = share("laboratory")
    formula = rabi(t, V, DETUNING)
    print("t (ps)   rotating frame   laboratory     formula")
    for k in (10, 25, 50, 100):
        print(f"{1e12 * t[k]:6.2f}   {rotating[k]:14.9f}   {laboratory[k]:10.9f}   {formula[k]:9.9f}")
    print("\npseudospin with relaxation, and Bloch's steady state")
    steady = bloch_steady_state([OMEGA_X, 0, OMEGA_Z], 1e-12, 0.4e-12, -1.0)
    for axis, found, expected in zip("xyz", relaxed(), steady):
        print(f"S_{axis}o   {found:.9f}   {expected:.9f}")
    figure, axes = plt.subplots(figsize=(5.6, 3.4), constrained_layout=True)
    axes.plot(1e12 * t, formula, color="#888888", linewidth=3, alpha=0.6, label="Rabi's formula")
    axes.plot(1e12 * t, rotating, color="#1f4e9c", label="rotating frame")
    axes.plot(1e12 * t, laboratory, color="#c1272d", linestyle=(0, (4, 3)), label="laboratory")
    axes.set_xlabel("t (ps)")
    axes.set_ylabel("share of electrons in c")
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8, loc="upper center", ncols=3)
    axes.set_ylim(0, 0.78)
    axes.margins(x=0)
    figure.savefig(out / "rabi.png", dpi=150)


if __name__ == "__main__":
    main()
