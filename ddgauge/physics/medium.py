"""What a solver needs to know of a layer, a face and an interface: coefficient arrays for n real fields.

With jet(f) = (f, d_x f, d_y f, d_z f) every linear bulk law reads

    int jet(v)[p, A] matrix[p, A, q, B] jet(mu)[q, B] = int jet(v)[p, A] drive[p, A, i] E_i

p, q = 0..3 count the entries of a jet, A, B = 0..n-1 the fields, i = x, y, z. A leading axis of points is
allowed in every array: then the coefficients vary in space.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ddgauge.physics.algebra import EPS, cross


@dataclass(frozen=True)
class Medium:
    """Coefficients of a layer."""

    matrix: np.ndarray  # (4, n, 4, n), S/m with the units of the jets
    drive: np.ndarray  # (4, n, 3), the same per V/m
    flux: np.ndarray  # (3, n, 4, n): current density j[i, A] = drift[i, A, k] E_k - flux[i, A, q, B] jet(mu)[q, B]
    drift: np.ndarray  # (3, n, 3), S/m
    relaxation: np.ndarray  # (n, n), S/m^3: the part of matrix[0, :, 0, :] that is not from the covariant derivative
    storage: np.ndarray  # (n, n), factor of d_t mu, A s/(V m^3)
    kappa: np.ndarray  # (n,): the electric field that field A feels is kappa[A] E


@dataclass(frozen=True)
class Face:
    """An outer face: j.n = conductance mu - source where a field is not fixed, mu = fixed where it is."""

    conductance: np.ndarray  # (n, n), S/m^2
    source: np.ndarray  # (n,), A/m^2, into the body
    fixed: Mapping[int, float] = field(default_factory=dict)  # V


@dataclass(frozen=True)
class Junction:
    """An interface with mu discontinuous: the current density out of side s is matrix[s, :, t, :] mu_t."""

    matrix: np.ndarray  # (2, n, 2, n), S/m^2; side 0 below, 1 above


def covariant(ad):
    """The covariant derivative as an array on jets, (D_i mu)^A = d_i mu^A + ad_i^AB mu^B  [Z23 (7)].

    Parameters
    ----------
    ad : (..., 3, n, n) array
        Antisymmetric matrices of the gauge field, 1/m.

    Returns
    -------
    (..., 3, n, 4, n) array
        D[i, A, q, B].
    """
    n = ad.shape[-1]
    D = np.zeros((*ad.shape[:-1], 4, n))
    D[..., 0, :] = ad
    for i in range(3):
        D[..., i, :, i + 1, :] += np.eye(n)
    return D


def medium(C, ad, S, storage, kappa):
    """Medium of the law int (D_i v)^A C[i, A, j, B] (D_j mu - kappa E_j)^B + v^A S_AB mu^B  [Z23 (32)].

    Parameters
    ----------
    C : (..., 3, n, 3, n) array
        Conductivity, S/m.
    ad : (..., 3, n, n) array
        Gauge field, 1/m.
    S : (..., n, n) array
        Relaxation and precession, S/m^3.
    storage : (..., n, n) array
        Factor of d_t mu.
    kappa : (..., n) array
        How much of the electric field each field feels.
    """
    D = covariant(ad)
    flux = np.einsum("...iAjB,...jBqF->...iAqF", C, D)
    drift = np.einsum("...iAjB,...B->...iAj", C, kappa)
    return of_currents(D, flux, np.broadcast_to(drift, (*flux.shape[:-4], *drift.shape[-3:])), S, storage, kappa)


def of_currents(D, flux, drift, S, storage, kappa):
    """Medium of any linear currents j = drift E - flux jet(mu): int (D_i v)^A (-j_i^A) + v^A S_AB mu^B.

    Parameters
    ----------
    D : (..., 3, n, 4, n) array
        Covariant derivative of the test fields, from `covariant`.
    flux, drift : (..., 3, n, 4, n) and (..., 3, n, 3) arrays
        As in Medium.
    S, storage, kappa :
        As in `medium`.
    """
    matrix = np.einsum("...iApF,...iAqG->...pFqG", D, flux)
    matrix[..., 0, :, 0, :] += S
    drive = np.einsum("...iApF,...iAk->...pFk", D, drift)
    return Medium(matrix, drive, flux, drift, S, storage, kappa)


def spin_medium(sigma, D, R, omega, q, Theta, kappa=(0, 0, 0)):
    """Charge and spin in a conductor with spin-orbit coupling: n = 4 fields mu^0, mu^x, mu^y, mu^z  [Z23 (26)-(32)].

        j = sigma Theta (E - D mu),   (sigma/D) d_t mu^a + D_i j_i^a = -(sigma/D) [R mu - omega x mu]^a,   d_i j_i^0 = 0

    Parameters
    ----------
    sigma, D : float or (...) array
        Conductivity, S/m, and diffusion coefficient, m^2/s.
    R : (..., 3, 3) array
        Relaxation rates, 1/s.
    omega : (..., 3) array
        Precession, rad/s.
    q : (..., 3, 3) array
        Gauge wave vector q[i, b], 1/m.
    Theta : (..., 3, 4, 3, 4) array
        Response, closure.response.
    kappa : (..., 3) array
        Drift polarisation.
    """
    per_D, kappa = np.expand_dims(sigma / D, (-2, -1)), np.asarray(kappa)
    ad = np.zeros((*np.shape(q)[:-1], 4, 4))
    ad[..., 1:, 1:] = np.einsum("abc,...b->...ac", EPS, q)
    S = np.zeros((*np.broadcast_shapes(np.shape(sigma), np.shape(R)[:-2], np.shape(omega)[:-1]), 4, 4))
    S[..., 1:, 1:] = per_D * (R - cross(omega))
    storage = per_D * np.diag([0.0, 1.0, 1.0, 1.0])  # a metal stays neutral
    felt = np.concatenate([np.ones((*kappa.shape[:-1], 1)), kappa], axis=-1)
    return medium(np.expand_dims(sigma, (-4, -3, -2, -1)) * Theta, ad, S, storage, felt)
