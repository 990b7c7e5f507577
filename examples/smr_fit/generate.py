"""Make smr.csv, synthetic data with noise: python3 generate.py."""

from pathlib import Path

import numpy as np

from ddgauge import Layer, Sheet, Stack, run

SIGMA_XX, SIGMA_YX = 0.2, 0.0003  # 1e-4, and uohm cm
OFFSET_YX = 0.002  # uohm cm

Pt = Layer(name="Pt", thickness="5 nm", conductivity=2.5e6, spin_diffusion_length="1.5 nm", spin_hall=0.11)
film = Stack(Pt, boundary={"bottom": Sheet(G_r=4e14, G_i=2e13)}, magnetisation=[0, 1, 0])
noise = np.random.default_rng(2013)


def resistivity(thickness, angle):
    """Longitudinal and transverse, ohm m."""
    stack = film.with_layer("Pt", thickness=f"{thickness} nm").with_(magnetisation={"angle": angle})
    numbers = run(stack, experiment="film", output={"figures": False}).numbers["resistivity"]
    return numbers["longitudinal"], numbers["transverse"]


lines = [
    "# Pt on YIG, SYNTHETIC: parameters of Althammer et al., Phys. Rev. B 87, 224401 (2013), and noise; generate.py",
    "thickness (nm), alpha (degree), gamma (degree), smr (1e-4), rho_yx (uohm cm)",
]
for thickness in (2, 4, 7, 12):
    along_y, _ = resistivity(thickness, {"xy": 90.0})
    for plane, angles in {"xy": range(0, 181, 45), "xz": range(0, 181, 60)}.items():
        for angle in map(float, angles):
            longitudinal, transverse = resistivity(thickness, {plane: angle})
            smr = 1e4 * (longitudinal / along_y - 1) + noise.normal(0, SIGMA_XX)
            rho_yx = 1e8 * transverse + OFFSET_YX + noise.normal(0, SIGMA_YX)
            cells = (f"{angle:g}", "") if plane == "xy" else ("", f"{angle:g}")
            lines.append(f"{thickness}, {cells[0]}, {cells[1]}, {smr:.3f}, {rho_yx:.5f}")
Path(__file__).with_name("smr.csv").write_text("\n".join(lines) + "\n")
