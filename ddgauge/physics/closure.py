"""Hall effects of charge and spin: how the currents answer the driving forces, j = Theta F."""

import numpy as np

from ddgauge.physics.algebra import EPS, cross


def spin_hall(theta_SH):
    """Spin Hall vectors of an isotropic metal  [Z23 (26), (27)].

        theta_C^a_k = -theta_SH delta_ak,  so that j_i^a = theta_SH eps_iaj j_j^0 (flow = spin x current) to first order

    Parameters
    ----------
    theta_SH : float
        Spin Hall angle, positive in Pt.

    Returns
    -------
    (3, 3) array
        thetaC[a, k]: spin axis a, Hall axis k.
    """
    return -theta_SH * np.eye(3)


def coupling(theta0=0.0, thetaC=0.0, thetaL=0.0):
    """Coupling K of the currents, (1 + K) j = F  [Z23 (26), (27)].

        (K j)_i^0 = (theta0 x j^0)_i + (thetaC^a x j^a)_i
        (K j)_i^a = (theta0 x j^a)_i + (thetaC^a x j^0)_i - eps_abc thetaL_b j_i^c

    Parameters
    ----------
    theta0 : (..., 3) array or 0
        Ordinary Hall vector sigma R_H B, negative for electrons.
    thetaC : (..., 3, 3) array or 0
        Spin Hall vectors, thetaC[a, k]: spin axis a, Hall axis k.
    thetaL : (..., 3) array or 0
        Hanle vector, precession times momentum relaxation time.

    Returns
    -------
    (..., 3, 4, 3, 4) array
        K[i, A, j, B], flow and field of the answer, then of the cause; antisymmetric for any angles.
    """
    lead = np.broadcast_shapes(np.shape(theta0)[:-1], np.shape(thetaC)[:-2], np.shape(thetaL)[:-1])
    hall = np.zeros((*lead, 4, 4, 3))  # Hall vector with which current B deflects current A
    hall[..., range(4), range(4), :] = np.expand_dims(theta0, -2) if np.ndim(theta0) else theta0
    hall[..., 0, 1:, :] = hall[..., 1:, 0, :] = thetaC
    hanle = np.zeros((*lead, 4, 4))
    hanle[..., 1:, 1:] = cross(np.broadcast_to(thetaL, (*lead, 3)))
    return np.einsum("ikj,...ABk->...iAjB", EPS, hall) - np.einsum("ij,...AB->...iAjB", np.eye(3), hanle)


def response(K):
    """Currents that answer the driving forces, exact for any angles  [Z23 (31)].

        j = Theta F,  Theta = (1 + K)^-1,  F_i^A = sigma (E_i^A - (D_i mu)^A)

    K is antisymmetric, therefore the symmetric part of Theta, (1 + K)^-T (1 + K)^-1, is positive: transport dissipates.

    Parameters
    ----------
    K : (..., 3, 4, 3, 4) array
        From `coupling`.

    Returns
    -------
    (..., 3, 4, 3, 4) array
        Theta[i, A, j, B]: current that flows along i of field A, per force along j on field B.
    """
    return np.linalg.inv(np.eye(12) + K.reshape(*K.shape[:-4], 12, 12)).reshape(K.shape)


def expansion(K, order=2):
    """Theta expanded in small angles, for comparison with the source; `response` is exact  [Z23 (38)].

        Theta = 1 - K + K^2 - ... up to K^order; beyond |K| = 1 this diverges

    Parameters
    ----------
    K : (3, 4, 3, 4) array
        From `coupling`.
    order : int
        Highest power of K; the source stops at 2.

    Returns
    -------
    (3, 4, 3, 4) array
        Theta[i, A, j, B], to within K^(order + 1).
    """
    minus_K = -K.reshape(12, 12)
    return sum(np.linalg.matrix_power(minus_K, n) for n in range(order + 1)).reshape(3, 4, 3, 4)


def anomalous_hall_angle(kappa, thetaC):
    """Hall angle of a current that carries spin, to lowest order  [Z23 App. C].

        sigma_yx / sigma = -kappa_3 theta_C^3

    Parameters
    ----------
    kappa : (3,) array
        Drift polarisation; along the moments as the carriers see them where these carry it.
    thetaC : (3, 3) array
        Spin Hall vectors, thetaC[a, k]: spin axis a, Hall axis k.

    Returns
    -------
    float
    """
    return -kappa @ thetaC[:, 2]
