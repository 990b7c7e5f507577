"""Weyl metal with two nodes of opposite chirality: drift, diffusion and the chiral anomaly  [WT11 (52), (53)].

With the potentials V_R, V_L of the nodes chi = +1, -1 in V, S = (V_R + V_L)/2 and A = (V_R - V_L)/2,

    total:                     - div(sigma grad S) - div(g A)            = 0,   j = -2 (sigma grad S + g A)
    axial:  e^2 nu_n d_t A     - div(sigma grad A) - g . grad S + Gam A  = 0

    g = e^3 B / (4 pi^2 hbar^2),   Gam = e^2 nu_n / tau_v,   sigma = e^2 nu_n D of one node

The source of E . B and the divergence of the chiral magnetic current have combined, and the electric potential has
dropped out. g couples the two fields both ways with opposite signs: it moves charge and makes no heat. div B = 0.
The medium is the sum of the nodes' equations and their difference, twice the lines above, so that its first current is
that of charge, j_R + j_L, and its second -2 sigma grad A, what diffuses of j_R - j_L.

Nodes gain what E . B pumps; the printed sign of (53) is the other one, see `bands`.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from ddgauge.physics.bands import checks
from ddgauge.physics.bands.weyl import density_of_states, quantum_limit
from ddgauge.physics.medium import Medium
from ddgauge.units import E_CHARGE, HBAR


@dataclass(frozen=True)
class WeylCoefficients:
    """What the chiral anomaly needs to know of a Weyl metal, for all its pairs of nodes."""

    sigma: np.ndarray  # (...), S/m, of all nodes of one chirality: half of the conductivity at B = 0
    g: np.ndarray  # (..., 3), S/m^2, along B
    Gam: np.ndarray  # (...), S/m^3
    e2_nu: np.ndarray  # (...), A s/(V m^3), e^2 nu_n


def coefficients(mu, T, v, tau_v, sigma, B, pairs=1, tilt=0.0):
    """Coefficients of a Weyl metal  [WT11 (52), (53)].

        nu_n as `weyl.density_of_states`,  g = e^3 B / (4 pi^2 hbar^2),  Gam = e^2 nu_n / tau_v

    Parameters
    ----------
    mu, T, v, tilt : float, the first two (...) arrays where they vary
        As in `weyl.density_of_states`: the same for both nodes.
    tau_v : float
        Time for a difference of the nodes' densities to decay, s; infinite if nothing but contacts takes it.
    sigma : float or (...) array
        Conductivity of one node, S/m.
    B : (..., 3) array
        T.
    pairs : int
        Identical pairs of nodes.

    Returns
    -------
    WeylCoefficients

    Raises
    ------
    ValueError
        tau_v <= 0, sigma <= 0, or no states: mu = T = 0. A warning where |mu| is below the first Landau level, or where
        tau_v is not ten times the momentum time.
    """
    where = "Weyl metal"
    checks.positive(where, "S/m", sigma=sigma)
    if not tau_v > 0:
        raise ValueError(f"{where}: tau_v = {tau_v:g} s, must be > 0; infinite where only contacts take the imbalance")
    if pairs != int(pairs) or pairs < 1:
        raise ValueError(f"{where}: pairs = {pairs}, must be a whole number > 0")
    B = checks.magnetic_field(where, B)
    nu = density_of_states(mu, T, v, tilt)
    if not np.all(nu > 0):
        raise ValueError(f"{where}: mu = {mu} J at T = {T} K, must not both be 0: there is no state at the nodes")
    lowest, least = float(np.max(quantum_limit(v, B))), float(np.min(np.abs(mu)))
    if least < lowest:
        warnings.warn(
            f"{where}: |mu| = {least:g} J, should be > {lowest:g} J, the first Landau level in this field "
            "(quantum limit)",
            RuntimeWarning,
            stacklevel=2,
        )
    tau = float(np.max(3 * sigma / (E_CHARGE**2 * nu * v**2)))
    if tau > 0.1 * tau_v:
        warnings.warn(
            f"{where}: tau_v = {tau_v:g} s, should be > 10 times 3 sigma / (e^2 nu_n v^2) = {tau:g} s, "
            "the momentum time",
            RuntimeWarning,
            stacklevel=2,
        )
    e2_nu = pairs * E_CHARGE**2 * nu
    return WeylCoefficients(pairs * sigma, pairs * E_CHARGE * pump(B), e2_nu / tau_v, e2_nu)


def pump(B):
    """Rate at which a node of chi = +1 gains electrons per field along B, e^2 B / (4 pi^2 hbar^2): its product with E.

    Parameters
    ----------
    B : (..., 3) array
        T.

    Returns
    -------
    (..., 3) array
        1/(m^3 s) per V/m.
    """
    return (E_CHARGE / (2 * np.pi * HBAR)) ** 2 * np.asarray(B, float)


def weyl_medium(c):
    """Medium of a Weyl metal: n = 2 fields S, A  [WT11 (52), (53)].

        1/2 int jet(v) . M jet(mu) = int grad s . (sigma grad S + g A) + sigma grad a . grad A - a g . grad S + Gam a A

    Its power is int 2 (sigma |grad S|^2 + sigma |grad A|^2 + Gam A^2), all of it heat.

    Parameters
    ----------
    c : WeylCoefficients

    Returns
    -------
    physics.medium.Medium
        n = 2; with leading axes where the coefficients have them. A given electric field acts as -grad S.
    """
    g = np.asarray(c.g)
    points = np.broadcast_shapes(g.shape[:-1], np.shape(c.sigma), np.shape(c.Gam))
    axial = np.diag([0.0, 1.0])
    flux = np.zeros((*points, 3, 2, 4, 2))
    for i in range(3):
        flux[..., i, :, i + 1, :] = 2 * np.expand_dims(c.sigma, (-2, -1)) * np.eye(2)
    flux[..., :, 0, 0, 1] = 2 * g
    matrix = np.zeros((*points, 4, 2, 4, 2))
    matrix[..., 1:, :, :, :] = flux
    matrix[..., 0, 1, 1:, 0] = -2 * g
    relaxation = 2 * np.expand_dims(c.Gam, (-2, -1)) * axial
    matrix[..., 0, :, 0, :] = relaxation
    return Medium(
        matrix=matrix,
        drive=matrix[..., 1:, 0],
        flux=flux,
        drift=flux[..., 1:, 0],
        relaxation=relaxation,
        storage=2 * np.expand_dims(c.e2_nu, (-2, -1)) * axial,
        kappa=np.array([1.0, 0.0]),
    )


def arc_mixing(c, w):
    """Conductance of a face whose surface states mix the nodes: -sigma d_n A = e^2 nu_n w A.

    Parameters
    ----------
    c : WeylCoefficients
    w : float
        Velocity of mixing, m/s: 0 for none; infinity is A = 0.

    Returns
    -------
    (..., 2, 2) array
        Conductance of a `physics.medium.Face`, S/m^2.
    """
    if not 0 <= w < np.inf:
        raise ValueError(f"arc mixing: w = {w:g} m/s, must be >= 0 and finite; fix A = 0 where it is infinite")
    return 2 * np.expand_dims(c.e2_nu, (-2, -1)) * w * np.diag([0.0, 1.0])


def bulk_conductivity(c):
    """Conductivity of a body much larger than the axial length, sigma_ij = 2 sigma delta_ij + 2 g_i g_j / Gam.

    The excess along B is e^4 B^2 tau_v v^3 / (4 pi^2 hbar mu^2) at T = 0, per pair and with no tilt: negative
    magnetoresistance. It needs a finite tau_v.

    Returns
    -------
    (..., 3, 3) array
        S/m.
    """
    if not np.all(c.Gam > 0):
        raise ValueError(
            f"Weyl metal: Gam = {np.min(c.Gam):g} S/m^3, must be > 0 (tau_v finite): the bulk conductivity diverges"
        )
    sigma, Gam = np.expand_dims(c.sigma, (-2, -1)), np.expand_dims(c.Gam, (-2, -1))
    return 2 * sigma * np.eye(3) + 2 * np.einsum("...i,...j->...ij", c.g, c.g) / Gam


def slab_resistance(c, L):
    """Resistance times area of a slab between contacts S = 0, V and A = 0 at x = 0, L.

        R A = (L / 2 sigma) [1 - f (1 - (2 l / L) tanh(L / 2l))],  f = g_x^2 / (Gam sigma + g_x^2),
        1 / l^2 = Gam / sigma + g_x^2 / sigma^2

    Parameters
    ----------
    c : WeylCoefficients
    L : float
        m.

    Returns
    -------
    float
        Ohm m^2.
    """
    checks.positive("Weyl slab", "m", L=L)
    g2 = np.asarray(c.g)[..., 0] ** 2
    both = c.Gam * c.sigma + g2  # sigma^2 / l^2
    x = np.sqrt(both) / c.sigma * L / 2
    return L / (2 * c.sigma) * (1 - g2 * (L / (2 * c.sigma)) ** 2 * _one_less_tanh(x))


def _one_less_tanh(x):
    """(1 - tanh(x) / x) / x^2, which is 1/3 at x = 0: no field, and nothing but the contacts takes A."""
    x = np.asarray(x, float)
    large = np.where(x > 1e-2, x, 1.0)
    return np.where(x > 1e-2, (1 - np.tanh(large) / large) / large**2, 1 / 3 - 2 * x**2 / 15 + 17 * x**4 / 315)


def axial_potential(c, L, V, x):
    """A(x) in a slab with S = 0 at x = 0, S = V at L, and A = 0 at both; see `slab_resistance`.

        A = (V / R A_c) (g_x l^2 / 2 sigma^2) [1 - cosh((2x - L) / 2l) / cosh(L / 2l)],  R A_c the resistance

    Parameters
    ----------
    c : WeylCoefficients
    L, V : float
        m, V.
    x : float or (N,) array
        m.

    Returns
    -------
    float or (N,) array
        V.
    """
    g = np.asarray(c.g)[..., 0]
    kappa2 = (c.Gam * c.sigma + g**2) / c.sigma**2
    if kappa2 == 0:
        return 0.0 * np.asarray(x)
    kappa = np.sqrt(kappa2)
    bump = -np.expm1(-kappa * x) * -np.expm1(-kappa * (L - x)) / (1 + np.exp(-kappa * L))
    return V / slab_resistance(c, L) * g / (2 * c.sigma**2 * kappa2) * bump
