"""Weyl nodes in closed form: densities, Hall conductivity of nodes that are apart, and limits of validity."""

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.physics.bands import checks
from ddgauge.units import E_CHARGE, HBAR, K_B, H


def _pockets(tilt):
    """How many times larger pockets are for a tilt."""
    if not 0 <= tilt < 1:
        raise ValueError(
            f"Weyl node: tilt = {tilt:g} v, must be >= 0 and < 1 v: pockets of a cone tilted over have no end"
        )
    return 1 / (1 - tilt**2) ** 2


def density_of_states(mu, T, v, tilt=0.0):
    """Density of states at the chemical potential of one node, d n / d mu.

        nu = (mu^2 + pi^2 (k_B T)^2 / 3) / (2 pi^2 hbar^3 v^3 (1 - tilt^2)^2)

    Parameters
    ----------
    mu : float or array
        Chemical potential from the node, J.
    T : float or array
        K.
    v : float
        m/s.
    tilt : float
        Length of the cone's tilt, in units of v.

    Returns
    -------
    float or array
        1/(J m^3).
    """
    checks.temperature("Weyl node", T)
    checks.positive("Weyl node", "m/s", v=v)
    return _pockets(tilt) * (mu**2 + (np.pi * K_B * T) ** 2 / 3) / (2 * np.pi**2 * (HBAR * v) ** 3)


def density(mu, T, v, tilt=0.0):
    """Density of electrons of one node, less that of mu = 0.

        n = (mu^3 + pi^2 (k_B T)^2 mu) / (6 pi^2 hbar^3 v^3 (1 - tilt^2)^2)

    Parameters as `density_of_states`; 1/m^3.
    """
    checks.temperature("Weyl node", T)
    checks.positive("Weyl node", "m/s", v=v)
    return _pockets(tilt) * (mu**3 + (np.pi * K_B * T) ** 2 * mu) / (6 * np.pi**2 * (HBAR * v) ** 3)


def hall_of_nodes(k, chi):
    """Hall conductivity of Weyl nodes at the chemical potential, upright or not.

        sigma_ij = (e^2 / 2 pi h) eps_ijk K_k,  K = sum_n chi_n k_n

    Parameters
    ----------
    k : (N, 3) array
        Where the nodes are, 1/m; K is known up to reciprocal vectors, which filled bands below may add.
    chi : (N,) array
        Chiralities, +1 or -1, whose sum is 0.

    Returns
    -------
    (3, 3) array
        sigma_ij, S/m.
    """
    for each in chi:
        checks.node("Weyl nodes", each)
    if sum(chi) != 0:
        raise ValueError(f"Weyl nodes: chi = {list(chi)} add up to {sum(chi)}, must be 0 on a lattice")
    return E_CHARGE**2 / (2 * np.pi * H) * np.einsum("ijk,n,nk->ij", EPS, chi, k)


def excluded_radius(B):
    """Radius about a node inside which there are no wave packets of one band: k^2 < e B / hbar, 1/m; B in T."""
    return np.sqrt(E_CHARGE * np.linalg.norm(B, axis=-1) / HBAR)


def quantum_limit(v, B):
    """First Landau level, hbar v sqrt(2 e B / hbar), J: semiclassics needs |mu| above it; B (..., 3), T."""
    return HBAR * v * np.sqrt(2) * excluded_radius(B)
