"""Energies, velocities, Berry curvature and orbital moment of bands, gauge invariant at every k."""

import warnings

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.physics.bands import checks
from ddgauge.units import E_CHARGE, HBAR

GAP = 1e-8  # of the bandwidth: less than this is no gap


def energies(model, k):
    """Energies of the bands at k (..., d): (..., n), J, the lowest first."""
    return np.linalg.eigvalsh(model(k))


def elements(model, k):
    """Energies, and elements of the Hamiltonian's derivatives between the bands.

    Parameters
    ----------
    model : callable
        Band model.
    k : (..., d) array
        Wave vectors, 1/m.

    Returns
    -------
    eps : (..., n) array
        J.
    X : (..., 3, n, n) array
        X[i, n, m] = <n|d_i H|m>, J m; zero along axes that k lacks.
    """
    eps, u = np.linalg.eigh(model(k))
    X = np.einsum("...an,...iab,...bm->...inm", u.conj(), model.slope(k), u, optimize=True)
    pad = [(0, 0)] * (X.ndim - 3) + [(0, 3 - X.shape[-3]), (0, 0), (0, 0)]
    return eps, np.pad(X, pad)


def velocity(model, k):
    """Velocities of the bands, v = d_k eps / hbar (Hellmann-Feynman): (..., n, 3), m/s."""
    return np.einsum("...inn->...ni", elements(model, k)[1]).real / HBAR


def curvature(model, k, bands=None):
    """Berry curvature by Kubo's sum  [WT11 (41)].

        Omega_n,z = -2 Im sum_m <n|d_x H|m> <m|d_y H|n> / (eps_n - eps_m)^2,  and cyclic;  m is not n

    Parameters
    ----------
    model : callable
        Band model.
    k : (..., d) array
        Wave vectors, 1/m.
    bands : sequence of int, optional
        A set of bands that may touch each other: their sum, m outside the set. Without it, each band by itself.

    Returns
    -------
    (..., n, 3) array, or (..., 3) for a set
        Omega, m^2.

    Raises
    ------
    ValueError
        A band without a gap to the others.
    """
    return _sum_over_bands(model, k, bands, 2)


def two_bands(model, k):
    """Energies and Berry curvature of a TwoBand, H = h_0 + h . sigma, from its vector h(k)  [WT11 (23)].

        eps_s = h_0 + s |h|,   Omega_s,z = -(s/2) h . (d_x h x d_y h) / |h|^3, and cyclic

    Parameters
    ----------
    model : models.TwoBand
    k : (..., d) array
        Wave vectors, 1/m.

    Returns
    -------
    eps : (..., 2) array
        J, the lowest first.
    Omega : (..., 2, 3) array
        m^2; zero where the bands touch.
    """
    h, dh = model.h(k), model.dh(k)
    size = np.linalg.norm(h[..., 1:], axis=-1)
    slopes = np.zeros((*size.shape, 3, 3))
    slopes[..., : k.shape[-1], :] = dh[..., 1:]
    flux = np.stack(
        [
            np.einsum("...a,...a->...", h[..., 1:], np.cross(slopes[..., i - 2, :], slopes[..., i - 1, :]))
            for i in range(3)
        ],
        axis=-1,
    )
    upper = -flux / np.where(size > 0, 2 * size**3, np.inf)[..., None]
    eps = h[..., :1] + size[..., None] * np.array([-1, 1])
    return eps, np.stack([-upper, upper], axis=-2)


def orbital_moment(model, k, bands=None):
    """Orbital magnetic moment: a band's energy in a field is eps - m . B  [WT11 (23), (35)].

        m_n,z = -(e / hbar) Im sum_m <n|d_x H|m> <m|d_y H|n> / (eps_n - eps_m),  and cyclic;  m is not n

    Parameters, returns and raises as `curvature`, in A m^2.
    """
    return E_CHARGE / (2 * HBAR) * _sum_over_bands(model, k, bands, 1)


def _sum_over_bands(model, k, bands, power):
    k = np.asarray(k, float)
    eps, X = elements(model, k)
    n = eps.shape[-1]
    pairs = ~np.eye(n, dtype=bool)
    if bands is not None:
        inside = members(bands, n)
        pairs = inside[:, None] & ~inside
    gap = eps[..., :, None] - eps[..., None, :]
    require_gap(k, np.where(pairs, np.abs(gap), np.inf), np.ptp(eps))
    weight = np.where(pairs, 1 / np.where(pairs, gap, 1.0) ** power, 0.0)
    each = -np.einsum("abc,...bnm,...cmn,...nm->...na", EPS, X, X, weight, optimize=True).imag
    return each if bands is None else each.sum(axis=-2)


def members(bands, n):
    """Which of n bands are in a set, (n,) bool; ValueError if one is not there, or all are."""
    if not bands or not set(bands) < set(range(n)):
        raise ValueError(f"bands = {bands}, must be some of 0..{n - 1}, the lowest first, and not all")
    return np.isin(np.arange(n), bands)


def require_gap(k, gap, bandwidth):
    """Refuse bands that touch at one of the k; gap (..., n, n), J, infinite between bands that may touch."""
    closed = gap <= GAP * bandwidth
    if np.any(closed):
        *at, n, m = np.unravel_index(np.argmax(closed), gap.shape)
        raise ValueError(
            f"bands {n} and {m}: gap = {gap[(*at, n, m)]:g} J at k = {k[tuple(at)]} 1/m, must be > {GAP:g} of the "
            f"bandwidth {bandwidth:g} J; give bands that touch as one set, or keep k away from the node"
        )


def state_density_factor(Omega, B):
    """Density of states in k of a field, as a factor: dk^d/(2 pi)^d D  [WT11 (28)].

        D = 1 + (e / hbar) B . Omega

    Parameters
    ----------
    Omega : (..., 3) array
        Berry curvature, m^2.
    B : (..., 3) array
        Field, T.

    Returns
    -------
    (...) array
        D; a warning where it is not between 0.5 and 1.5.

    Raises
    ------
    ValueError
        D <= 0: there are no such wave packets.
    """
    D = 1 + E_CHARGE / HBAR * np.einsum("...i,...i->...", Omega, checks.magnetic_field("density of states", B))
    if np.any(D <= 0):
        raise ValueError(
            f"density of states: D = 1 + (e/hbar) B.Omega = {D.min():g}, must be > 0: weaken the field, or keep k "
            "farther from the node than sqrt(e B/hbar) (weyl.excluded_radius)"
        )
    if np.any((D <= 0.5) | (D >= 1.5)):
        worst = D.flat[np.argmax(np.abs(D - 1))] if np.ndim(D) else D
        warnings.warn(
            f"density of states: D = 1 + (e/hbar) B.Omega = {worst:g}, should be within 0.5 of 1: the field is too "
            "strong for wave packets of one band",
            RuntimeWarning,
            stacklevel=2,
        )
    return D
