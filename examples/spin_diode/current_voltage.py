"""Current through a p-n junction and the spin of the electrons that get through, beside closed forms.

    python3 current_voltage.py --out out

Prints the current density with Shockley's formula for layers shorter than the diffusion length, less the depletion
region, and the spin polarisation at the junction with P0 / cosh(W / l) of a neutral layer; draws both.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ddgauge import read, run
from ddgauge.fem.sample import profile
from ddgauge.post.fields import along
from ddgauge.units import E_CHARGE, EPSILON_0, K_B

FILE = Path(__file__).with_name("diode.toml")
VOLTAGES = (0.1, 0.2, 0.3, 0.4, 0.5)


def depletion(case, V):
    """Lengths of the depletion region in the p and the n layer at a voltage, m, in the depletion approximation."""
    p, n = (case.stack[name].two_band for name in "pn")
    volts = K_B * case.stack.temperature / E_CHARGE
    built_in = volts * np.log(p.acceptors * n.donors / n.intrinsic_density**2)
    eps = case.stack["n"].permittivity * EPSILON_0
    whole = np.sqrt(2 * eps / E_CHARGE * (built_in - 2 * volts - V) * (1 / p.acceptors + 1 / n.donors))
    return whole * n.donors / (p.acceptors + n.donors), whole * p.acceptors / (p.acceptors + n.donors)


def closed_forms(case, V):
    """Shockley's current density, A/m^2, and the spin polarisation at the junction."""
    p, n = (case.stack[name].two_band for name in "pn")
    W_p, W_n = (case.stack[name].thickness - w for name, w in zip("pn", depletion(case, V)))
    volts = K_B * case.stack.temperature / E_CHARGE
    slopes = p.mobility_c / (p.acceptors * W_p) + n.mobility_v / (n.donors * W_n)
    J = E_CHARGE * volts * n.intrinsic_density**2 * slopes * np.expm1(V / volts)
    l = np.sqrt(n.mobility_c * volts * n.spin_time_c)
    return J, case.stack.boundary["top"].spin_polarisation[2] / np.cosh(W_n / l)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    print("V (V)   j (A/m^2)     Shockley      P at the junction   P0/cosh(W/l)")
    rows = []
    for V in VOLTAGES:
        case = read(FILE, {"boundary.bottom.voltage": float(V), "output.figures": False})
        result = run(case)
        J, P = result.numbers["current"]["top"], result.numbers["polarisation"]["p|n c"][2]
        rows.append((V, J, P, *closed_forms(case, V)))
        print(f"{V:5.2f}   {J:11.5e}   {rows[-1][3]:11.5e}   {P:17.5f}   {rows[-1][4]:12.5f}")
    V, J, P, shockley, formula = np.array(rows).T
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.5), constrained_layout=True)
    left.semilogy(V, shockley, color="#888888", label="Shockley")
    left.semilogy(V, J, "o", ms=4, color="#c1272d", label="two bands")
    left.set_xlabel("voltage (V)")
    left.set_ylabel("current density (A/m²)")
    seen = along(case, result.solution, profile(result.solution))
    z = 1e6 * seen["z (m)"]
    right.plot(z, seen["P_c z (1)"], color="#1f4e9c", label=f"electrons, {V[-1]:.2f} V")
    w_p, w_n = (1e6 * w for w in depletion(case, V[-1]))
    right.axvspan(1 - w_p, 1 + w_n, color="#e3e8ee", label="depletion region")
    right.axhline(formula[-1], color="#888888", linestyle=(0, (4, 3)), label="$P_0/\\cosh(W/l)$")
    right.set_xlabel("z (µm)")
    right.set_ylabel("spin polarisation")
    right.set_xlim(0, z[-1])
    for axes in left, right:
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    figure.savefig(out / "current_voltage.png", dpi=150)


if __name__ == "__main__":
    main()
