"""Layers of two bands with spin that tests of the solver share: a p-n junction, and bodies of which all terms count."""

import numpy as np
from scipy.constants import e, epsilon_0, k

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.physics.band_equilibrium import Given, MassAction, Proportional
from ddgauge.physics.band_law import BandCoefficients, BandLaw, poisson_rate
from ddgauge.physics.band_relaxation import boltzmann, relaxation
from ddgauge.physics.band_transport import diffusion, diffusion_of_matrix, einstein
from ddgauge.physics.medium import Face
from ddgauge.physics.two_band import hamiltonian

T = 300.0
V_T = k * T / e
PAIR = ("p", "n")
ALIKE = np.eye(3)  # for rates of spin


def held(values):
    return Face(np.zeros((len(values),) * 2), np.zeros(len(values)), dict(enumerate(values)))


def free(n):
    return Face(np.zeros((n, n)), np.zeros(n))


def plain(**others):
    """Diffusion alone, and what is asked for."""
    return BandCoefficients(
        **dict(
            H=np.zeros((4, 4)),
            Dm=3.6e-3 * np.eye(16),
            q=np.zeros((3, 16)),
            V=np.zeros((3, 16)),
            mobility_c=0.0,
            mobility_v=0.0,
            R=np.zeros((16, 16)),
            equilibrium=Given(np.zeros(16)),
            G=np.zeros(16),
            doping=0.0,
            permittivity=11.7 * epsilon_0,
        )
        | others
    )


def semiconductor(doping, n_i=1e19):
    """Bands 1.1 eV apart with mobilities of 0.14 and 0.05 m^2/(V s)."""
    return BandCoefficients(
        H=np.diag([1.1, 1.1, 0, 0]) * e,
        Dm=diffusion(einstein(0.14, T), einstein(0.05, T), 2e-3),
        q=np.zeros((3, 16)),
        V=np.zeros((3, 16)),
        mobility_c=0.14,
        mobility_v=0.05,
        R=relaxation(1e-7, 1e-12, ALIKE / 1e-10, ALIKE / 1e-12),
        equilibrium=MassAction(n_i, np.zeros(3), np.zeros(3), 1e25),
        G=np.zeros(16),
        doping=doping,
        permittivity=11.7 * epsilon_0,
    )


N_A, N_D, N_I = 1e22, 2e22, 1e19  # 1/m^3
BUILT_IN = V_T * np.log(N_A * N_D / N_I**2)  # V


def pn_junction(cells=100, size=(), divisions=(), voltage=0.0, **others):
    """Nonlinear, its laws, and fields to begin with: those of layers apart."""
    height = 300e-9
    mesh = stack_mesh([(name, height, cells, height) for name in PAIR], size, divisions, False)
    layers = {"p": semiconductor(-N_A), "n": semiconductor(N_D)}
    rate = poisson_rate(layers.values(), N_D)
    laws = {name: BandLaw(c, 1e25, N_D, True, rate) for name, c in layers.items()}
    ends = []
    for c, phi in zip(layers.values(), (0.0, BUILT_IN - voltage)):
        far = np.zeros(16)
        far[0] = c.doping
        ends.append(np.append(c.equilibrium.beyond(far, 1e25) / N_D, phi))
    assembly = Assembly(mesh, 2)
    faces = {"bottom": held(ends[0]), "top": held(ends[1])}
    z = assembly.points[: assembly.owned, mesh.axes.index("z"), None]
    return Nonlinear(assembly, laws, faces, **others), laws, np.where(z < height / 1e-9, ends[0], ends[1])


def hermitian(seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    return (a + a.conj().T) / 2


def every_term(poisson=True, mass_action=True, seed=0):
    """A law of lengths near 10 nm and rates near 1e13 / s in which nothing is zero; densities near 1e23 / m^3."""
    rng = np.random.default_rng(seed)
    full = 2e23
    action = MassAction(5e22, np.array([0.1, 0.2, 0.1]), np.array([0.2, 0, 0.1]), full)
    H = hamiltonian([5e-3, 1e-3, 0, 2e-3], [0, 0, 2e-3, 1e-3], [2e-3, 1e-3j, 0, 1e-3]) * e
    c = BandCoefficients(
        H=H,
        Dm=diffusion_of_matrix(1e-3 * (2 * np.eye(4) + 0.3 * hermitian(seed))),
        q=2e7 * rng.normal(size=(3, 16)),
        V=2e4 * rng.normal(size=(3, 16)),
        mobility_c=0.05,
        mobility_v=0.02,
        R=relaxation(2e-13, 1e-13, np.diag([4e12, 2e12, 6e12]), 5e12 * ALIKE),
        equilibrium=action if mass_action else Proportional(boltzmann(H, 1.0, T)),
        G=1e35 * rng.normal(size=16),
        doping=3e22,
        permittivity=11.7 * epsilon_0,
    )
    return BandLaw(c, full, 1e23, poisson, poisson_rate([c], 1e23), (2e5, -1e5, 3e5))
