"""Diffusion, drift and gauge fields of two bands with spin.

    d_t S + D_i J_i = ad_omega S - R (S - S_eq) + G,   D_i = d_i + ad_q_i
    J_i = -Dm D_i S + (K S + c) E_i + sym_V_i S

are the first gradients of the source's kinetic equation, its (83), in the diffusive limit. S are the 16 fields, J_i^A
particle flows, 1/(m^2 s); the charge current is j_i = -e J_i^oo.
"""

import numpy as np

from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import FROM_BLOCKS, NUMBER, TO_BLOCKS
from ddgauge.units import E_CHARGE, HBAR, K_B


def diffusion(D_c, D_v, D_cv):
    """Diffusion of two bands, each with one coefficient for its density and spin  [Buot (83)].

        J_cc = -D_c grad S_cc,  J_vv = -D_v grad S_vv,  J_cv = -D_cv grad S_cv

    Parameters
    ----------
    D_c, D_v : float
        Diffusion coefficients of the bands, m^2/s.
    D_cv : float
        That of their coherence, m^2/s: (D_c + D_v) / 2, which keeps what `diffusion_of_matrix` keeps, or
        `interband_diffusion`.

    Returns
    -------
    (16, 16) array
        Dm, m^2/s, between the fields S_mu_a; symmetric.
    """
    return FROM_BLOCKS @ np.diag(np.repeat([D_c, D_v, D_cv, D_cv], 4)) @ TO_BLOCKS


def diffusion_of_matrix(D):
    """Diffusion with a coefficient that depends on band and spin  [Buot (83)].

        J_i = -{D, d_i N} / 2,   Dm = sym_D

    Where D depends on spin, density and spin diffuse into one another: in the diffusive limit the terms of S_o among
    the source's third group.

    Parameters
    ----------
    D : (..., 4, 4) array
        Hermitian, positive, m^2/s.

    Returns
    -------
    (..., 16, 16) array
        Dm, m^2/s; symmetric and positive.
    """
    return SPIN_PSEUDOSPIN.sym(SPIN_PSEUDOSPIN.components(D))


def interband_diffusion(D_c, D_v, sign):
    """Diffusion of the coherence of two bands, from the mean over momenta of the kinetic equation.

        D_cv = (sqrt D_c + sign sqrt D_v)^2 / 4

    Parameters
    ----------
    D_c, D_v : float
        Diffusion coefficients of the bands, m^2/s.
    sign : float
        +1 for velocities along each other, -1 for opposite ones, as of an electron-like and a hole-like band.

    Returns
    -------
    float
        m^2/s.
    """
    return (np.sqrt(D_c) + sign * np.sqrt(D_v)) ** 2 / 4


def einstein(mobility, T):
    """Diffusion coefficient of a gas that is not degenerate.

        D = mobility k_B T / e

    Parameters
    ----------
    mobility : float
        m^2/(V s), positive.
    T : float
        Temperature, K.

    Returns
    -------
    float
        m^2/s.
    """
    return mobility * K_B * T / E_CHARGE


def drift(mobility_c, mobility_v, n_full):
    """Drift of electrons in two bands of a semiconductor  [Buot (83)].

        J_cc = -mu_c E S_cc,   J_vv,o = -mu_v E (n_full - S_vv,o),   J_vv = +mu_v E S_vv
        J_cv = -(mu_c - mu_v) E S_cv / 2

    Electrons of c and holes of v drift apart; a full valence band carries no current.

    Parameters
    ----------
    mobility_c, mobility_v : float
        mu_c, mu_v, m^2/(V s), both positive.
    n_full : float
        Density of electrons in a full valence band, 1/m^3.

    Returns
    -------
    K, c : (16, 16) and (16,) arrays
        J_i = (K S + c) E_i: m^2/(V s), and 1/(m V s).
    """
    K = diffusion_of_matrix(np.diag([-mobility_c, -mobility_c, mobility_v, mobility_v]))
    return K, -mobility_v * n_full * FROM_BLOCKS[:, 4]


def gauge_field(m, w):
    """Gauge field of a coupling linear in momentum, hbar k_i w_i^A T_A, beside hbar^2 k^2 / 2m  [Buot (83)].

        q_i^A = -2 m w_i^A / hbar

    Parameters
    ----------
    m : float
        The one mass of both bands, kg.
    w : (3, 16) array
        w[i, A], m/s; for Rashba coupling w_x^oy = -alpha, w_y^ox = alpha.

    Returns
    -------
    (3, 16) array
        q[i, A], 1/m; where Dm does not commute with it, this is a closure, covariant if Dm is rotated too.
    """
    return -2 * m / HBAR * np.asarray(w)


def gauge_field_of_bands(q_c, q_v):
    """Gauge field of two bands from that of the spin in each.

        q_oa = (q_c,a + q_v,a) / 2,  q_za = (q_c,a - q_v,a) / 2,   as (T_oa + T_za) / 2 acts on c only

    Parameters
    ----------
    q_c, q_v : (..., 3, 3) arrays
        q[i, b], 1/m, such as `gauge.rashba_dresselhaus`.

    Returns
    -------
    (..., 3, 16) array
        q[i, A], 1/m.
    """
    q_c, q_v = np.asarray(q_c), np.asarray(q_v)
    q = np.zeros((*np.broadcast_shapes(q_c.shape, q_v.shape)[:-1], 16))
    q[..., NUMBER["ox"] : NUMBER["oz"] + 1] = (q_c + q_v) / 2
    q[..., NUMBER["zx"] : NUMBER["zz"] + 1] = (q_c - q_v) / 2
    return q


def field_strength(q):
    """Field strength of a uniform gauge field of two bands; where it vanishes a rotation takes the gauge field away.

        F_ij = ad_q_i q_j,   F_ij^C = f_ABC q_i^A q_j^B

    Parameters
    ----------
    q : (..., 3, 16) array
        q[i, A], 1/m.

    Returns
    -------
    (..., 3, 3, 16) array
        F[i, j, C], 1/m^2: antisymmetric in the flows i, j.
    """
    return np.einsum("...iCB,...jB->...ijC", SPIN_PSEUDOSPIN.ad(q), q)


def dirac_flux(V):
    """Flow by a coupling without a mass, H = hbar k_i V_i, such as V_x = v tau_x sigma_x  [Buot (83)].

        J_i = {V_i, N} / 2 = sym_V_i S

    Exact, the moment of order zero of the kinetic equation; diffusion follows from the relaxation of {V_i, N}, which
    must have the precession in it that the mean over momenta leaves out. Not beside a gauge field of the same coupling.

    Parameters
    ----------
    V : (..., 3, 4, 4) array
        Velocities, Hermitian, m/s.

    Returns
    -------
    (..., 3, 16, 16) array
        sym_V_i[A, B], m/s: flow i.
    """
    return SPIN_PSEUDOSPIN.sym(SPIN_PSEUDOSPIN.components(V))


def coherence_length(D_cv, T2, omega_cv):
    """Distance from a contact over which the coherence of two bands goes.

        |D_cv / (1 / T2 + i omega_cv)|^(1/2)

    Parameters
    ----------
    D_cv : float
        Its diffusion coefficient, m^2/s.
    T2 : float
        Its relaxation time, s.
    omega_cv : float
        Transition frequency (E_c - E_v) / hbar, rad/s.

    Returns
    -------
    float
        m.
    """
    return np.sqrt(D_cv / np.hypot(1 / T2, omega_cv))
