"""Spin-orbit coupling linear in momentum, as a gauge field that turns the spin of whoever moves.

D_i mu = d_i mu + q_i x mu. With it the relaxation of Dyakonov and Perel needs no term of its own.
"""

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.units import HBAR


def rashba_dresselhaus(m, alpha=0.0, beta=0.0):
    """Gauge wave vector of Rashba and Dresselhaus coupling  [Z23 (9), (10), (11)].

        q = (2 m / hbar) [[-beta, alpha, 0], [-alpha, beta, 0], [0, 0, 0]]

    Parameters
    ----------
    m : float
        Effective mass, kg.
    alpha, beta : float
        Rashba and Dresselhaus velocities, m/s; hbar alpha is the Rashba parameter in J m.

    Returns
    -------
    (3, 3) array
        q[i, b], 1/m: a carrier that flows along i turns its spin about axis b.
    """
    return 2 * m / HBAR * np.array([[-beta, alpha, 0], [-alpha, beta, 0], [0, 0, 0]])


def spin_orbit(m, alpha=0.0, beta=0.0, lam=0.0, strain=0.0):
    """Gauge wave vector of Rashba, Dresselhaus and strain-induced coupling  [Z23 (9), (10), (11)].

        q = (2 m / hbar) [[-beta,             alpha - u_xy lam,   u_zx lam],
                          [-alpha + u_xy lam, beta,              -u_yz lam],
                          [-u_zx lam,         u_yz lam,           0       ]]

    Parameters
    ----------
    m : float
        Effective mass, kg.
    alpha, beta, lam : float
        Rashba, Dresselhaus and strain velocities, m/s.
    strain : (3, 3) array or 0
        Symmetric strain tensor u, without unit; its diagonal has no part in this coupling.

    Returns
    -------
    (3, 3) array
        q[i, b], 1/m: flow i, spin axis b.
    """
    u = lam * np.broadcast_to(strain, (3, 3))
    xy, yz, zx = u[0, 1], u[1, 2], u[2, 0]
    return rashba_dresselhaus(m, alpha, beta) + 2 * m / HBAR * np.array([[0, -xy, zx], [xy, 0, -yz], [-zx, yz, 0]])


def field_strength(q, dq=0.0):
    """Field strength of a gauge field; where it vanishes the gauge field can be rotated away  [Z23 (17)].

        F_ij = d_i q_j - d_j q_i + q_i x q_j

    Parameters
    ----------
    q : (..., 3, 3) array
        q[i, b], 1/m: flow i, spin axis b.
    dq : (..., 3, 3, 3) array or 0
        dq[i, j, b] = d_i q_j^b, 1/m^2; nothing where q is uniform.

    Returns
    -------
    (..., 3, 3, 3) array
        F[i, j, b], 1/m^2: antisymmetric in the flows i, j, a vector in the spin index b.
    """
    slope = np.broadcast_to(dq, (*np.shape(q)[:-2], 3, 3, 3))
    return slope - np.swapaxes(slope, -3, -2) + np.einsum("bcd,...ic,...jd->...ijb", EPS, q, q)


def transformed(q, O, dO):
    """Gauge field seen from spin axes that turn in space, mu -> O mu  [Z23 (7)].

        q_i -> O q_i - w_i,  [w_i]x = (d_i O) O^T

    Parameters
    ----------
    q : (..., 3, 3) array
        q[i, b], 1/m: flow i, spin axis b.
    O : (..., 3, 3) array
        Rotation of the spin axes at the same points.
    dO : (..., 3, 3, 3) array
        dO[i, a, b] = d_i O_ab, 1/m.

    Returns
    -------
    (..., 3, 3) array
        The gauge field that, with O mu, O omega and O R O^T, gives the same charge and rotated spin currents.
    """
    turning = 0.5 * np.einsum("abc,...iad,...cd->...ib", EPS, dO, O)
    return np.einsum("...ab,...ib->...ia", O, q) - turning
