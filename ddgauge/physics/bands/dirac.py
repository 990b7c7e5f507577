"""Massive Dirac electrons in the plane, one cone in closed form; M is in J, of the sign of the cone's chirality.

A crystal has several cones: their conductivities add, each with its sign of M and times its degeneracy, to a whole
number of e^2/h in the gap, where one cone alone has half of one.
"""

import numpy as np
from scipy.special import expit

from ddgauge.physics.bands import checks
from ddgauge.physics.bands.hall import fermi
from ddgauge.units import E_CHARGE, G_QUANTUM, HBAR, K_B, H

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
AT_ONCE = 10_000  # points


def hall_number(M, mu, T):
    """Hall conductivity of one cone, sigma_xy = nu e^2/h  [WT11 (47)].

        nu = (M/2) int_|M|^inf dE / E^2 [f(E) - f(-E)] = (sgn M / 2) int_0^1 du [f(|M|/u) - f(-|M|/u)]

    T = 0: -sgn(M)/2 in the gap, -M / (2 |mu|) outside.

    Parameters
    ----------
    M : float or array
        Half the gap, J.
    mu : float or array
        Chemical potential from the middle of the gap, J.
    T : float or array
        K.

    Returns
    -------
    float or array
        nu.

    Raises
    ------
    ValueError
        M = mu = T = 0: the sign of nu is that of an M however small (parity anomaly).
    """
    checks.temperature("Dirac cone", T)
    checks.finite("Dirac cone", "J", M=M, mu=mu)
    if np.any((np.asarray(M) == 0) & (np.asarray(mu) == 0) & (np.asarray(T) == 0)):
        raise ValueError(
            "Dirac cone: M = 0 J with mu = 0 and T = 0, must not be 0: the Hall conductivity is -+e^2/2h with the "
            "sign of M (parity anomaly)"
        )
    shape = np.broadcast_shapes(*map(np.shape, (M, mu, T)))
    M, mu, T = (np.broadcast_to(np.asarray(x, float), shape).ravel() for x in (M, mu, T))
    at_rest = np.maximum(abs(mu), abs(M))
    nu = -M / (2 * np.where(at_rest > 0, at_rest, 1))  # T = 0
    for some in np.array_split(warm := np.flatnonzero((T > 0) & (M != 0)), len(warm) // AT_ONCE + 1):
        nu[some] = _at_temperature(M[some], mu[some], K_B * T[some])
    return nu.reshape(shape)[()]


def _at_temperature(M, mu, kT):
    """nu by Gauss's rule in u between places where f(|M|/u) changes, and where k_B T is far above |M|."""
    gap = abs(M)
    steps = [abs(mu) + x * kT for x in (-30, -15, -8, -4, -2, -1, 0, 1, 2, 4, 8, 15, 30)] + [
        kT * 2.0**-k for k in (1, 2, 3, 5, 7, 9, 12)
    ]
    edges = np.sort([0 * gap, *(gap / np.maximum(E, gap) for E in steps), 0 * gap + 1], axis=0)
    half = np.diff(edges, axis=0) / 2
    some, of = np.nonzero(half)  # many edges coincide
    half = half[some, of]
    u = edges[some, of] + half * (1 + NODES[:, None])
    E, mu, kT = gap[of] / u, mu[of], kT[of]  # u > 0 inside
    parts = half * (WEIGHTS @ (expit((mu - E) / kT) - expit((mu + E) / kT)))
    return np.sign(M) / 2 * np.bincount(of, parts, minlength=len(M))


def hall_conductivity(M, mu, T):
    """Hall conductivity of one cone, sigma_xy = nu e^2/h, S  [WT11 (47)]; see `hall_number`."""
    return hall_number(M, mu, T) * G_QUANTUM


def streda(M, mu, T):
    """Thermodynamic derivative of the density by the field, at fixed mu, as B -> 0  [WT11 (45)].

        dn/dB = sgn(M) (e / 2h) [f(-|M|) - f(|M|)]

    It is that of Landau's levels. In the gap at T -> 0 it is -sigma_xy / e; with carriers -sigma_xy / e is what a
    field gives that is switched on while electrons keep their k, `hall.streda_frozen`.

    Parameters
    ----------
    M, mu, T :
        As in `hall_number`.

    Returns
    -------
    float or array
        1/(m^2 T).
    """
    checks.finite("Dirac cone", "J", M=M, mu=mu)
    return np.sign(M) * E_CHARGE / (2 * H) * (fermi(-np.abs(M), mu, T) - fermi(np.abs(M), mu, T))


def landau_levels(M, v, B, N):
    """Landau levels of one cone.

        -M sgn(B),  and  -+sqrt(M^2 + 2 n hbar e |B| v^2),  n = 1..N;   e |B| / h states in each per area

    Parameters
    ----------
    M, v : float
        Half the gap, J, and velocity, m/s.
    B : float
        Field along z, T, not 0.
    N : int
        Levels of each sign.

    Returns
    -------
    (2 N + 1,) array
        J, the lowest first.
    """
    checks.positive("Landau levels", "m/s", v=v)
    checks.positive("Landau levels", "T", abs_B=abs(B))
    E = np.sqrt(M**2 + 2 * np.arange(1, N + 1) * HBAR * E_CHARGE * abs(B) * v**2)
    return np.sort([*-E, -M * np.sign(B), *E])
