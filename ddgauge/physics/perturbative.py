"""Perturbative conductances of a thick magnet: what the source's formulas give, to set beside the exact response.

They take mu to decay into the magnet without turning (34), which misses three things:

- with precession about m || z the exact thick response of mu_x + i mu_y is
  -(sigma / 2) sqrt((1/tau_perp - i omega) / D), so that at omega tau << 1 the exact G_i is half of (43) with (35);
- a uniform gauge field of flow z alone is a pure gauge where relaxation is isotropic: it changes nothing at the
  interface, and G_lambda of (59) is an artefact;
- conductances by the gauge field and by exchange do not add once q ell ~ 1. Rates do, under the root, while q_z = 0 and
  Theta = 1: exact and thick is -(sigma / 2) sqrt((R + Gamma - [omega]x) / D), Gamma from `spin_orbit_rates`.

Errata of the printed closed forms, found by evaluating (36), (37) (tests/physics/test_perturbative.py):

- (47), (48), (51), (52), (56), (57), (D4), (D5) are four times too small for the gauge field (9)-(11): the prefactor is
  4 D m^2 / hbar^2;
- (43) lacks the 1/2 of (15), as in `mixing_conductances`;
- (57): u_par must read u_par lambda;
- the signs of the theta terms in (51), (52) and of (58), (59) do not follow from (36)-(38): use `lattice_response`.
"""

import numpy as np

from ddgauge.physics.algebra import EPS, cross
from ddgauge.physics.gauge import spin_orbit
from ddgauge.units import HBAR


def decay_matrix(D, R):
    """Decay of spin into a thick magnet below the plane z = 0  [Z23 (34), (35)].

        mu(z) = exp(z L^-1) mu(0),  L = sqrt(D) R^(-1/2)

    Parameters
    ----------
    D : float or (...) array
        Diffusion coefficient, m^2/s.
    R : (..., 3, 3) array
        All relaxation, symmetric and positive, 1/s.

    Returns
    -------
    (..., 3, 3) array
        L, m.
    """
    rate, axis = np.linalg.eigh(R)
    return axis * np.sqrt(np.expand_dims(D, -1) / rate)[..., None, :] @ np.swapaxes(axis, -2, -1)


def magnetic_response(sigma, D, L, R_m, omega):
    """Spin current that the moments take up  [Z23 (36), (41), (42), (43)].

        J^M = -(sigma / D) (R^m - [omega]x) L mu(0)

    Parameters
    ----------
    sigma, D : float or (...) array
        Conductivity, S/m, and diffusion coefficient, m^2/s.
    L : (..., 3, 3) array
        From `decay_matrix`, m.
    R_m : (..., 3, 3) array
        Relaxation by the moments, 1/s.
    omega : (..., 3) array
        Precession about the moments, rad/s (or, with R_m = 0, Larmor precession).

    Returns
    -------
    (..., 3, 3) array
        S/m^2 on mu_s, current along +z at the top face of the magnet.
    """
    return np.expand_dims(-sigma / (2 * D), (-2, -1)) * (R_m - cross(omega)) @ L


def lattice_response(sigma, D, L, R_sf, q, Theta, normal=(0, 0, 1)):
    """Spin current that the lattice takes up  [Z23 (37)].

        J^L_a = sigma eps_abc q_i^b Theta[ic, jd] (n_j mu_d + eps_def q_j^e (L mu)_f) - (sigma / D) (R^sf L mu)_a

    Parameters
    ----------
    sigma, D : float or (...) array
        Conductivity, S/m, and diffusion coefficient, m^2/s.
    L : (..., 3, 3) array
        From `decay_matrix`, m.
    R_sf : (..., 3, 3) array
        Relaxation by the lattice other than through q, 1/s.
    q : (..., 3, 3) array
        Gauge field q[i, b], 1/m.
    Theta : (..., 3, 4, 3, 4) array
        Closure from `response` or `expansion`; only its spin part enters, as if mu^0 were uniform.
    normal : (3,) array
        n, from the magnet to the metal: z in the source.

    Returns
    -------
    (..., 3, 3) array
        S/m^2 on mu_s, current along n at the face of the magnet.
    """
    slope = np.einsum("j,dg->jdg", normal, np.eye(3)) + np.einsum("def,...je,...fg->...jdg", EPS, q, L)
    flow = np.einsum("...icjd,...jdg->...icg", Theta[..., 1:, :, 1:], slope)
    turned = np.einsum("abc,...ib,...icg->...ag", EPS, q, flow)
    return np.expand_dims(sigma, (-2, -1)) / 2 * (turned - R_sf @ L / np.expand_dims(D, (-2, -1)))


def mixing_conductances(sigma, D, tau_parallel, tau_perpendicular, omega):
    """Conductances of a thick magnet that relaxes spin by its moments alone  [Z23 (35), (41), (42), (43)].

        G_s = (sigma / 2 D) ell_par / tau_par
        G_r = (sigma / 2 D) (ell_perp / tau_perp - ell_par / tau_par)
        G_i = (sigma / 2 D) ell_perp omega,  ell = sqrt(D tau)

    sigma / 2 D = e^2 nu_F per spin. With (15) this is G_i = -(e^2 / 2 hbar) nu_F ell n_m K_s <S_par>: the source's (43)
    lacks the 1/2, and its G_s is printed negative.

    Parameters
    ----------
    sigma, D : float
        Conductivity, S/m, and diffusion coefficient, m^2/s.
    tau_parallel, tau_perpendicular : float
        Relaxation times along and across m, s.
    omega : float
        Precession about m, rad/s.

    Returns
    -------
    G_s, G_r, G_i : float
        S/m^2 on mu_s, absorption positive.
    """
    along, across = np.sqrt(D / tau_parallel), np.sqrt(D / tau_perpendicular)
    per_length = sigma / (2 * D)
    return per_length * along, per_length * (across - along), per_length * omega * np.sqrt(D * tau_perpendicular)


def spin_orbit_rates(D, m, alpha=0.0, beta=0.0, lam=0.0, strain=0.0):
    """Relaxation of Dyakonov and Perel by the gauge field (9)-(11)  [Z23 (47), (48), (56), (57)].

        Gamma = D sum_i (|q_i|^2 1 - q_i q_i^T)
              = (4 D m^2 / hbar^2) [[a^2 + beta^2 + u^2 + 2 w^2,  2 a beta + u w,              beta u - a w],
                                    [2 a beta + u w,              a^2 + beta^2 + 2 u^2 + w^2,  beta w - a u],
                                    [beta u - a w,                beta w - a u,  2 (a^2 + beta^2) + u^2 + w^2]]

    with a = alpha - u_xy lam, u = u_zx lam, w = u_yz lam. Without strain 1/tau_perp^SOC is (4 D m^2 / hbar^2)
    (alpha^2 + beta^2), 1/tau_par^SOC twice that. The source prints a quarter of all this, and u_par for u_par lambda.

    Parameters
    ----------
    D : float
        Diffusion coefficient, m^2/s.
    m, alpha, beta, lam, strain :
        As in `spin_orbit`.

    Returns
    -------
    (3, 3) array
        Gamma, 1/s, symmetric.
    """
    q = spin_orbit(m, alpha, beta, lam, strain)
    return D * (np.sum(q**2) * np.eye(3) - q.T @ q)


def loss_conductances(sigma, D, ell_parallel, ell_perpendicular, m, alpha=0.0, beta=0.0):
    """Loss to Rashba and Dresselhaus coupling in a thick magnet with m along z and Theta = 1  [Z23 (47), (48), (53)].

        G_s = (sigma / 2 D) ell_par / tau_par^SOC,   G_par^1 = (sigma / 2 D) ell_perp (4 D m^2 / hbar^2) 2 alpha beta
        G_r = (sigma / 2 D) (ell_perp / tau_perp^SOC - ell_par / tau_par^SOC)

    Parameters
    ----------
    sigma, D : float
        Conductivity, S/m, and diffusion coefficient, m^2/s.
    ell_parallel, ell_perpendicular : float
        Decay lengths of spin along and across m, m.
    m, alpha, beta : float
        Effective mass, kg; Rashba and Dresselhaus velocities, m/s.

    Returns
    -------
    G_s, G_r, G_xy : float
        S/m^2 on mu_s, absorption positive; names as in `loss_tensors`, G_xy is G_parallel[0].
    """
    rate = 4 * D * m**2 / HBAR**2
    across = sigma / (2 * D) * ell_perpendicular * rate * (alpha**2 + beta**2)
    along = sigma / (2 * D) * ell_parallel * rate * 2 * (alpha**2 + beta**2)
    return along, across - along, sigma / (2 * D) * ell_perpendicular * rate * 2 * alpha * beta
