"""Current of spin-quadrupole moment that a difference of temperatures drives, beside its closed form.

    python3 heat.py --out out

Exchange emission E_ex into the warm magnet of junction.toml and into the cold one against the difference of their
temperatures, at a mean of 300 K, by elements and as an integral; currents of charge and spin, which are rounding
errors; and principal values of the exchange part against the angle of the spins at 30 K: with the axes apart the
exchange torque on quadrupole moment adds to it.
"""

import argparse
from pathlib import Path

import numpy as np

from ddgauge.experiment import run
from ddgauge.model import read
from ddgauge.physics.tunnel import flat, si
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, K_B

HERE = Path(__file__).parent
PAIR = "warm|cold"

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out


def at(difference, angle=0.0):
    """What the barrier carries at a difference of temperatures, K, and an angle of the spins, degrees."""
    tunnel = f"interface.{PAIR}.tunnel.temperature_"
    settings = {f"{tunnel}below": 300 + difference / 2, f"{tunnel}above": 300 - difference / 2}
    found = run(read(HERE / "junction.toml", settings | {"layer.cold.spin_axis.xz": angle})).numbers["barrier"]
    return {key: value[PAIR] for key, value in found.items() if key != "units"}


def closed(T_L, T_R):
    """E_ex, 1/(s m^2), of a magnet at T_L beside one at T_R, K."""
    return si.rate_per_area(flat.E_ex_thermal(0.0, 0.2 * E_CHARGE, K_B * T_L, K_B * T_R), 1e11)


differences = np.linspace(-200, 200, 9)
print("T_warm - T_cold (K), E_ex into warm, closed form, into cold, closed form (1e25 / s m^2), j0, js (A/m^2)")
emission = []
for dT in differences:
    found = at(dT)
    T = 300 + dT / 2, 300 - dT / 2
    emission.append((found["emission"][0], closed(*T), found["emission"][1], closed(*T[::-1])))
    currents = found["charge_current"], np.linalg.norm(found["spin_current"])
    print(f"{dT:6.0f}" + "".join(f"{E / 1e25:14.6f}" for E in emission[-1]) + "".join(f"{j:10.1e}" for j in currents))
emission = np.array(emission)

angles = np.linspace(0, 180, 13)
values = np.array([at(30, angle)["exchange_values"]["LL"] for angle in angles])
print("angle (degree), principal values of the exchange part into the warm magnet at 30 K (1e25 / s m^2)")
for angle, row in zip(angles, values):
    print(f"{angle:6.0f}" + "".join(f"{value / 1e25:14.6f}" for value in row))

out.mkdir(parents=True, exist_ok=True)
with plot.plt.rc_context(plot.STYLE):
    figure, (left, right) = plot.plt.subplots(1, 2, figsize=(7.4, 3.2))
    fine = np.linspace(-200, 200, 81)
    for k, label, colour, sign in ((0, "into the warm magnet", "x", 1), (2, "into the cold one", "z", -1)):
        curve = [closed(300 + sign * dT / 2, 300 - sign * dT / 2) / 1e25 for dT in fine]
        left.plot(fine, curve, color=plot.COLOURS[colour], alpha=0.5)
        left.plot(differences, emission[:, k] / 1e25, "o", markersize=4, color=plot.COLOURS[colour], label=label)
    left.set(xlabel="$T_{warm} - T_{cold}$ (K)", ylabel="$E_{ex}$ ($10^{25}$ / s m²)")
    left.legend(frameon=False)
    for k, label, colour in ((0, "lowest", "z"), (1, "middle", "y"), (2, "highest", "x")):
        right.plot(angles, values[:, k] / 1e25, "o-", markersize=3, color=plot.COLOURS[colour], label=label)
    right.set(xlabel="angle of the spins (degree)", ylabel="principal values at 30 K ($10^{25}$ / s m²)")
    right.set_xticks([0, 60, 120, 180])
    right.legend(frameon=False)
    plot.save(figure, out / "heat.png")
