"""Decay rate of a spin helix along x + y against its wave number, at alpha = beta  [Bernevig06].

    python3 rates.py --out out        or under mpirun

The body of helix.toml is made to fit helices of other wave numbers k. Rashba and Dresselhaus coupling together wind
spin up with the wave number k_0 = 4 m alpha / hbar; only the difference diffuses, at the rate D (k - k_0)^2.
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

file = Path(__file__).with_name("helix.toml")
well = read(file).stack["well"]
k_0 = np.linalg.norm(well.spin_orbit.q[0] + well.spin_orbit.q[1]) / np.sqrt(2)
wave_numbers = k_0 * np.arange(7, 15) / 10
rates = []
for k in wave_numbers:
    size = 2 * np.pi * np.sqrt(2) / k  # along x and along y: the wave fronts lie at 45 degrees
    case = read(file, {"mesh.size": [size, size], "mesh.element_size": size / 8})
    slowest = run(case).numbers["relaxation"]["rates"]
    rates.append(slowest[1])  # the slowest of all is uniform spin along the axis of the helix, which never decays
rates, formula = np.array(rates), well.diffusion * (wave_numbers - k_0) ** 2

if MPI.COMM_WORLD.rank == 0:
    print(f"k_0 = {k_0:.4e} 1/m, pitch {2e9 * np.pi / k_0:.1f} nm, D k_0^2 = {well.diffusion * k_0**2:.4e} 1/s")
    print("k / k_0   rate (1/s)   D (k - k_0)^2   lifetime (ps)")
    for k, rate, expected in zip(wave_numbers / k_0, rates, formula):
        lifetime = f"{1e12 / rate:14.4g}" if rate > 1e-5 * well.diffusion * k_0**2 else "persistent".rjust(14)
        print(f"{k:7.2f}   {rate:10.4e}   {expected:13.4e}  {lifetime}")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, axes = plot.plt.subplots(figsize=(5.4, 3.6))
        fine = np.linspace(0.6, 1.5, 200)
        axes.plot(fine, well.diffusion * k_0**2 * (fine - 1) ** 2 / 1e12, "-", color="#888888", label="$D(k - k_0)^2$")
        axes.plot(wave_numbers / k_0, rates / 1e12, "o", markersize=4, label="finite elements")
        axes.set(xlabel="wave number of the helix, $k/k_0$", ylabel="decay rate (1/ps)")
        axes.set_title("Spin helix at $\\alpha = \\beta$: persistent at $k_0 = 4m\\alpha/\\hbar$")
        axes.legend(frameon=False)
        plot.save(figure, out / "helix.png")
