"""Spin relaxation other than by the gauge field, whose share comes out of the covariant derivative."""

import numpy as np


def uniaxial(tau_parallel, tau_perpendicular, m):
    """Relaxation rates about a magnetisation  [Z23 (3)].

        R = 1 / tau_perp + (1 / tau_par - 1 / tau_perp) m m^T

    Parameters
    ----------
    tau_parallel, tau_perpendicular : float
        Relaxation times of spin along m and across it, s; inf for none, equal for lattice relaxation (Elliott, Yafet).
    m : (3,) array
        Unit vector.

    Returns
    -------
    (3, 3) array
        R[a, b], 1/s, symmetric: ds_a/dt = -R[a, b] s_b.
    """
    along = np.outer(m, m)
    return along / tau_parallel + (np.eye(3) - along) / tau_perpendicular


def decay_length(D, tau):
    """Distance that spin diffuses while it relaxes  [Z23 (35)].

        ell = sqrt(D tau)

    Parameters
    ----------
    D : float
        Diffusion coefficient, m^2/s.
    tau : float
        Relaxation time, s.

    Returns
    -------
    float
        m.
    """
    return np.sqrt(D * tau)
