"""Intrinsic Hall conductivity, Streda's derivative and density of any bands of a lattice, at any temperature."""

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import expit

from ddgauge.physics.algebra import EPS
from ddgauge.physics.bands import checks
from ddgauge.physics.bands.curvature import (
    GAP,
    curvature,
    elements,
    energies,
    orbital_moment,
    state_density_factor,
    two_bands,
)
from ddgauge.physics.bands.models import TwoBand
from ddgauge.units import E_CHARGE, HBAR, K_B

FINEST = {2: 1024, 3: 128}  # points along each axis of the zone
CHUNK = 2**16  # points at once
FEW = 24  # chemical potentials or temperatures that are each taken by itself
CHEBYSHEV = np.cos(np.pi * (np.arange(16) + 0.5) / 16)
WIDTH, OCTAVES = 4.0, 0.5  # of a polynomial in mu, in k_B T, and in T: f has poles at i pi k_B T


class NotConverged(ValueError):
    """A mean over the zone that finer grids still change; `what` is without advice."""

    def __init__(self, what):
        super().__init__(f"{what}; raise T or rtol")
        self.what = what


def fermi(eps, mu, T):
    """Occupation of energies eps, J: 1 / (exp((eps - mu) / k_B T) + 1), a step where T = 0 K."""
    checks.temperature("Fermi function", T)
    above, warm = np.asarray(mu) - eps, np.asarray(T) > 0
    return np.where(warm, expit(above / np.where(warm, K_B * T, 1.0)), np.heaviside(above, 0.5))


def hall_conductivity(model, mu, T, rtol=1e-8):
    """Intrinsic Hall conductivity  [WT11 (47)].

        sigma_ij = eps_ijk sigma_k,  sigma = -(e^2 / hbar) sum_n int d^dk / (2 pi)^d f_n Omega_n

    Bands that touch are no obstacle where they are equally full.

    Parameters
    ----------
    model : callable
        Band model of a lattice.
    mu, T : float
        Chemical potential, J, and temperature, K.
    rtol : float
        Error that is allowed, relative to the mean of the integrand's size.

    Returns
    -------
    (3,) array
        sigma_yz, sigma_zx, sigma_xy: S/m in three dimensions, S in two.

    Raises
    ------
    ValueError
        No zone, T < 0, or no convergence: a metal at T = 0 has a step to integrate over.
    """

    def of_two(k):
        eps, Omega = two_bands(model, k)
        return -(E_CHARGE**2) / HBAR * np.einsum("...n,...na->...a", fermi(eps, mu, T), Omega)

    def integrand(k):
        eps, X = elements(model, k)
        f = fermi(eps, mu, T)
        gap, step = eps[..., :, None] - eps[..., None, :], f[..., :, None] - f[..., None, :]
        same = np.abs(gap) <= GAP * np.ptp(eps)
        weight = np.where(same, 0, step / np.where(same, 1, gap) ** 2)  # n, m and m, n are the same pair
        return (
            0.5 * E_CHARGE**2 / HBAR * np.einsum("abc,...bnm,...cmn,...nm->...a", EPS, X, X, weight, optimize=True).imag
        )

    law = of_two if isinstance(model, TwoBand) else integrand
    return zone_integral(f"Hall conductivity at mu = {mu:g} J, T = {T:g} K", model, law, rtol)


def hall_at(model, mu, T, rtol=1e-7):
    """Intrinsic Hall conductivity at many chemical potentials or temperatures, by Chebyshev's polynomials between some.

    The polynomials have their places by themselves, so that a value does not depend on which others are asked for.

    Parameters
    ----------
    model, rtol :
        As in `hall_conductivity`.
    mu, T : (N,) arrays
        J and K; one of them varies.

    Returns
    -------
    (N, 3) array
        As `hall_conductivity`.

    Raises
    ------
    ValueError
        As `hall_conductivity`; both vary, or there are many chemical potentials at T = 0.
    """
    pairs, which = np.unique(np.stack([mu, T], axis=-1), axis=0, return_inverse=True)
    which = which.ravel()
    mu, T = pairs.T
    if len(pairs) <= FEW:
        return np.array([hall_conductivity(model, *pair, rtol) for pair in pairs]).reshape(-1, 3)[which]
    if np.ptp(mu) and np.ptp(T):
        raise ValueError(
            f"{type(model).__name__}: chemical potential and temperature both vary over {len(pairs)} points, one of "
            "them must be uniform where bands are those of a lattice"
        )
    if not T.min() > 0:
        raise ValueError(f"{type(model).__name__}: T = 0 K where mu or T varies, must be > 0: bands have edges")
    along = mu / (WIDTH * K_B * T) if np.ptp(mu) else np.log2(T) / OCTAVES  # f is smooth over the length 1 of this
    back = (lambda s: (s * WIDTH * K_B * T[0], T[0])) if np.ptp(mu) else (lambda s: (mu[0], 2 ** (s * OCTAVES)))
    cells, values = np.floor(along).astype(int), np.empty((len(pairs), 3))
    for cell in np.unique(cells):
        inside = cells == cell
        at = np.array([hall_conductivity(model, *back(cell + (1 + x) / 2), rtol) for x in CHEBYSHEV])
        polynomials = chebyshev.chebvander(2 * (along[inside] - cell) - 1, len(CHEBYSHEV) - 1)
        values[inside] = polynomials @ np.linalg.solve(chebyshev.chebvander(CHEBYSHEV, len(CHEBYSHEV) - 1), at)
    return values[which]


def streda(model, mu, T, rtol=1e-8):
    """Thermodynamic derivative of the density by the field, at fixed mu, as B -> 0  [WT11 (28), (45)].

        dn/dB = sum_n int d^dk / (2 pi)^d [(e / hbar) Omega_n f_n - m_n d f_n / d eps]

    It is -sigma_xy / e where mu is in the gap and T -> 0, and is not once there are carriers: see `streda_frozen`.

    Parameters, returns and raises as `hall_conductivity`, in 1/(m^d T); a metal at T = 0 is refused.
    """

    def integrand(k):
        eps = energies(model, k)
        f = fermi(eps, mu, T)
        if T == 0 and np.any((f > 0).any(axis=0) & (f < 1).any(axis=0)):
            raise ValueError(f"Streda's derivative: T = 0 K with mu = {mu:g} J inside a band, must be > 0 in a metal")
        slope = f * (1 - f) / (K_B * T) if T > 0 else np.zeros_like(f)
        per_band = E_CHARGE / HBAR * f[..., None] * curvature(model, k) + slope[..., None] * orbital_moment(model, k)
        return per_band.sum(axis=-2)

    return zone_integral(f"Streda's derivative at mu = {mu:g} J, T = {T:g} K", model, integrand, rtol)


def streda_frozen(sigma):
    """Derivative of the density by a field that is switched on while electrons keep their k  [WT11 (45)].

        dn/dB = -sigma_xy / e,  in metals too: nothing relaxes

    Parameters
    ----------
    sigma : (3,) array
        From `hall_conductivity`.

    Returns
    -------
    (3,) array
        1/(m^d T).
    """
    return -np.asarray(sigma) / E_CHARGE


def density(model, mu, T, B=(0.0, 0.0, 0.0), rtol=1e-8):
    """Density of electrons in a field  [WT11 (28)].

        n = sum_n int d^dk / (2 pi)^d D_n f(eps_n - m_n . B),  D_n = 1 + (e / hbar) B . Omega_n

    Parameters
    ----------
    model, mu, T, rtol :
        As in `hall_conductivity`.
    B : (3,) array
        T.

    Returns
    -------
    float
        1/m^d.
    """
    B = checks.magnetic_field("density", B)

    def integrand(k):
        if not B.any():
            return fermi(energies(model, k), mu, T).sum(axis=-1)
        D = state_density_factor(curvature(model, k), B)
        return (D * fermi(energies(model, k) - orbital_moment(model, k) @ B, mu, T)).sum(axis=-1)

    return float(zone_integral(f"density at mu = {mu:g} J, T = {T:g} K", model, integrand, rtol))


def zone_integral(where, model, integrand, rtol):
    """int d^dk / (2 pi)^d over the zone: means over grids, each twice as fine as the last.

    They converge exponentially for what is smooth and periodic. No point is one of high symmetry, where bands touch.
    """
    if model.zone is None:
        raise ValueError(
            f"{where}: {type(model).__name__} has no zone, must be a lattice; for one cone see dirac and weyl"
        )
    d, zone = model.dimension, np.asarray(model.zone, float)
    volume = abs(np.linalg.det(zone)) / (2 * np.pi) ** d
    N, last = 16, np.nan
    while FINEST[d] >= N:
        total = size = 0.0
        for start in range(0, N**d, CHUNK):
            n = np.unravel_index(np.arange(start, min(start + CHUNK, N**d)), (N,) * d)
            values = integrand((np.stack(n, axis=-1) + 0.5) / N @ zone)
            total, size = total + values.sum(axis=0), size + np.abs(values).sum(axis=0)
        if np.all(np.abs(total / N**d - last) <= rtol * np.max(size) / N**d):
            return volume * total / N**d
        N, last = 2 * N, total / N**d
    raise NotConverged(
        f"{where}: not converged to a relative error of {rtol:g} with {N // 2} points along each axis of the zone"
    )
