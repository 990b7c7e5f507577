"""Spin motive force: the electric field, opposite for the two spins, that a texture in motion exerts on electrons.

n is the direction of the majority spin, n = -m. Majority electrons feel +E_smf, minority electrons -E_smf.
"""

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.units import E_CHARGE, HBAR

ROUNDING = 1e-13  # of |d_t n| |d_i n|: a rigid texture that moves along itself is to drive nothing, not noise


def motive_force(n, n_t, grad_n, beta=0.0):
    """Spin motive force  [SK11 (102)].

        E_smf,i = (hbar / 2e) { -n . (d_t n x d_i n) + beta d_t n . d_i n }

    The first term is the Berry curvature that a spin meets that follows n, even under reversal of time, n -> -n(-t);
    the second, odd, is the reciprocal of the nonadiabatic torque.

    Parameters
    ----------
    n, n_t : (..., 3) array
        Direction of the majority spin, and d_t n, 1/s.
    grad_n : (..., 3, 3) array
        grad_n[i, a] = d_i n^a, 1/m.
    beta : float
        Nonadiabaticity.

    Returns
    -------
    (..., 3) array
        E_smf, V/m.
    """
    adiabatic = -np.einsum("...a,...ia->...i", np.cross(n, n_t), grad_n)
    size = np.linalg.norm(n_t, axis=-1)[..., None] * np.linalg.norm(grad_n, axis=-1)
    adiabatic = np.where(np.abs(adiabatic) > ROUNDING * size, adiabatic, 0.0)
    return HBAR / (2 * E_CHARGE) * (adiabatic + beta * np.einsum("...a,...ia->...i", n_t, grad_n))


def gauge_potential(R, dR):
    """Gauge potential of spin in a frame that turns with n  [SK11 (55)-(66)].

        A_mu = -i U^+ d_mu U = A_mu^a sigma^a,   that is   A_mu^a = 1/4 eps_abc (R^T d_mu R)_bc,   n = R z

    A^z acts on the two spins as an electromagnetic potential of opposite sign, and A^x, A^y mix them:

        E_smf,i = (hbar / e) (d_i A_0^z - d_t A_i^z) + beta (2 hbar / e) (A_0^x A_i^x + A_0^y A_i^y)

    A turn of the frame about n by chi takes d_mu chi / 2 from A_mu^z and leaves E_smf as it is. In polar angles of n,
    A_mu^z = (1 - cos theta) d_mu phi / 2 up to such a turn, with a string at the pole, which (102) does not have.

    Parameters
    ----------
    R : (..., 3, 3) array
        Rotation from the frame's axes to those of the laboratory; its last column is n.
    dR : (..., 3, 3) array
        d_mu R, 1/s or 1/m.

    Returns
    -------
    (..., 3) array
        A_mu^a, in the unit of dR.
    """
    return np.einsum("abc,...db,...dc->...a", EPS, R, dR) / 4


def wall_voltage(P, phase_rate, beta=0.0, velocity=0.0, width=np.inf):
    """Open-circuit voltage of a domain wall, potential ahead of it less that behind  [Barnes07, Yang09].

        V = -P (hbar / e) (d_t phi + beta velocity / width)

    m is along the easy direction behind the wall and against it ahead, phi runs counter-clockwise about that direction,
    as in `walls`. In the frame that turns with phi the wall stands still and electrons are in equilibrium; seen from
    the laboratory, spin along the easy direction, the majority ahead, has hbar d_t phi more energy than the opposite
    spin, the majority behind. The first term holds for any profile. V is the rise of mu^0 + P mu, that of mu^0 alone
    farther from the wall than the spin-flip length.

    Parameters
    ----------
    P : float
        Polarisation of the conductivity.
    phase_rate : float or array
        d_t phi, rad/s.
    beta, velocity, width : float
        Nonadiabaticity; velocity, m/s, towards the side ahead, and width, m, of the wall.

    Returns
    -------
    float or array
        V.
    """
    return -P * HBAR / E_CHARGE * (phase_rate + beta * velocity / width)


def core_voltage(x, P, Q, velocity, R=np.inf):
    """Open-circuit potential outside the moving core of a vortex or skyrmion in a thin film  [Ohe09].

        V = P Q (hbar / e) (v x z) . x (1 / r^2 + 1 / R^2)

    from Laplacian V = P div E_smf with E_smf = (hbar / 2e) (v x z) m . (d_x m x d_y m), whose integral is 4 pi Q. The
    second term lets no current out of the rim of a disc about the core. V is mu^0 + P mu, which is mu^0 alone farther
    from the core than the spin-flip length.

    Parameters
    ----------
    x : (2 or 3, N) array
        Points relative to the core, m.
    P : float
        Polarisation of the conductivity.
    Q : float
        Skyrmion number of m: polarity / 2 of a vortex, polarity of a skyrmion.
    velocity : (2,) array
        Of the core, m/s.
    R : float
        Radius of the disc, m.

    Returns
    -------
    (N,) array
        V.
    """
    r2 = x[0] ** 2 + x[1] ** 2
    return P * Q * HBAR / E_CHARGE * (velocity[1] * x[0] - velocity[0] * x[1]) * (1 / r2 + 1 / R**2)
