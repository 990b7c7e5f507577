"""Decay rates and responses of the body of wave.toml against the wave number  [SK11 (42), (43), (106), (107), (108)].

    python3 crossover.py --out out        or under mpirun

K_s answers an electric field that both spins feel, K'_s the spin motive force. At rest q^2 K_s = nu_s at all q, and

    q^2 K'_s = nu_s (s q^2 + P / ell^2) / (q^2 + 1 / ell^2),   s = 1 up, -1 down

goes from one mode, P, to two, s. It is half-way between at the crossover q = 1 / ell, and zero for minority spins at
sqrt(P) / ell. At a frequency omega the fields stay behind where D q^2 < omega.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.problem import Problem
from ddgauge.fem.harmonic import Harmonic
from ddgauge.fem.sample import Sampler
from ddgauge.model import read
from ddgauge.physics.two_current import accumulation_bare, modes, response, spin_diffusion_length
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, NM

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

file = Path(__file__).with_name("wave.toml")
layer = read(file).stack["Py"].two_current()
sigma, nu, G_sf = layer.sigma, layer.nu, layer.G_sf
D, P, ell = sigma / (E_CHARGE**2 * nu), np.diff(-sigma)[0] / sigma.sum(), spin_diffusion_length(sigma, G_sf)
OMEGA = 1e10  # 1/s


def amplitudes(parts, q):
    """(2,) charge densities of an answer that is rho exp(i q x), C/m^3."""
    L, count = 2 * np.pi / q, 16
    x = (np.arange(count) + 0.5) * L / count
    values = []
    for part in parts:
        found = np.full((count, 2), -np.inf)
        which, mu, _ = Sampler(part).at(np.stack([x / NM, np.full(count, 5.0)], axis=1))
        found[which] = mu
        MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, found, MPI.MAX)  # from the rank that has the point
        values.append(found)
    mu = np.exp(-1j * q * x) @ (values[0] + 1j * values[1]) / count
    return accumulation_bare(mu, nu)


def elements(q, omegas):
    """K_s and K'_s, (frequencies, 2, 2): of a field on both spins, and of a spin motive force."""
    problem = Problem(read(file, {"drive.wave_vector.x": q, "mesh.size": [2 * np.pi / q]}))
    system = problem.system(problem.assembly())
    found = []
    for omega in omegas:
        harmonic = Harmonic(system, omega)
        for field in 0, 1:  # of mu^0 and of mu

            def wave(part, field=field):
                along = np.einsum("i,A->iA", [1, 0, 0], np.eye(2)[field])
                return {"motive": {"Py": lambda x: part(q * x[0])[:, None, None] * along}}

            found.append(amplitudes(harmonic.solve(wave(np.cos), wave(np.sin)), q))
    return np.array(found).reshape(len(omegas), 2, 2) / (-1j * q * E_CHARGE**2)


numbers = np.array([0.03, 0.1, 0.3, 0.6, 1, 2, 4, 10]) / ell
omegas = np.array([0, OMEGA])
found = np.array([elements(q, omegas) for q in numbers])  # wave numbers, frequencies, K or K', spin
closed = np.moveaxis(response(numbers[:, None], omegas, sigma, nu, G_sf), 1, -1).transpose(1, 2, 0, 3)
deviation = np.abs(found / closed - 1).max()

if MPI.COMM_WORLD.rank == 0:
    scaled = (numbers[:, None] ** 2 * found[:, 0, 1] / nu).real
    print("   q (1/m)    q ell   q^2 K'/nu at rest: up    down    decay (1/s): slow        fast")
    for q, (up, down), slow, fast in zip(numbers, scaled, *modes(numbers, sigma, nu, G_sf)):
        print(f"{q:10.4e}   {q * ell:6.2f}   {up:21.6f}  {down:8.6f}   {slow:17.4e}  {fast:.4e}")
    print(f"crossover at q = {1 / ell:.5e} 1/m, wave length {2 * np.pi * ell / NM:.1f} nm")
    print(f"largest deviation of elements from closed forms: {deviation:.1e}")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, panels = plot.plt.subplots(2, 2, figsize=(8.2, 6.6), sharex=True)
        rates, rest, both, spin = panels.ravel()
        q = np.geomspace(0.02, 15, 400) / ell
        along = q * ell
        apart, together = {"linestyle": "--", "linewidth": 1}, {"linestyle": ":", "linewidth": 1.4, "color": "#222222"}
        D_eff = np.array([(D * nu).sum(), (D * nu) @ [1, -1]]) / nu.sum()  # of K and of K'
        for rate in modes(q, sigma, nu, G_sf):
            rates.loglog(along, rate, "-", color="#888888", linewidth=2.5, alpha=0.7)
        rates.loglog(along, D_eff[0] * q**2, **together, label="$D_{eff}\\,q^2$")
        rates.set(ylabel="decay rate (1/s)", ylim=(1e9, 2e15))
        still, moving = response(q, 0.0, sigma, nu, G_sf)[1], response(q, OMEGA, sigma, nu, G_sf)
        for k, (name, s) in enumerate((("up", 1), ("down", -1))):
            colour, arrow = plot.OF_SPINS[name], f"\\{name}arrow"
            points = {"marker": "o", "linestyle": "", "color": colour, "markersize": 4, "label": f"${arrow}$"}
            rates.loglog(along, D[k] * q**2, color=colour, **apart, label=f"$D_{arrow} q^2$")
            rest.semilogx(along, (q**2 * still[k] / nu[k]).real, color=colour)
            rest.semilogx(numbers * ell, scaled[:, k], **points)
            rest.axhline(s, color=colour, **apart)
            for field, axes in enumerate((both, spin)):
                axes.loglog(along, np.abs(moving[field][k]), color=colour)
                axes.loglog(numbers * ell, np.abs(found[:, 1, field, k]), **points)
                axes.loglog(along, np.abs(nu[k] * D[k] / (D[k] * q**2 - 1j * OMEGA)), color=colour, **apart)
                one = nu[k] * D_eff[field] / (D_eff[0] * q**2 - 1j * OMEGA)
                axes.loglog(along, np.abs(one), **(together | {"color": colour}))
        rest.axhline(P, **together)
        rest.set_ylabel("$q^2 K'_s / \\nu_s$ at rest")
        both.set_ylabel("$|K_s|$ (1/(J m))")
        spin.set_ylabel("$|K'_s|$ (1/(J m))")
        for axes in both, spin:
            axes.set_xlabel(f"$q\\ell$;  $\\omega = 10^{{{np.log10(OMEGA):.0f}}}$ 1/s")
        for axes in panels.ravel():
            axes.axvline(1, color="#888888", linewidth=0.6)
            axes.legend(frameon=False)
        figure.suptitle(
            "Permalloy: two modes of diffusion (dashed) or one (dotted); circles: finite elements", fontsize=10
        )
        plot.save(figure, out / "crossover.png")
