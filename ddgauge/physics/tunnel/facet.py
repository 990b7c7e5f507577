"""Law of a tunnel barrier in SI while the densities of states are constant over the bias: golden rule for two spins.

Potentials are in V: V_s = u0 + s a along J_r, -mu_s/e of electrons. Currents are charge-weighted and run from L to R:
j0 the conventional current, js the spin current, of which angular momentum hbar js / 2e per area and time enters L.
P is the polarisation of the density of states at the Fermi level, along the majority spin J_r.
"""

import numpy as np

from ddgauge.physics.tunnel.electrodes import SIGN, require
from ddgauge.units import E_CHARGE, HBAR, K_B

LORENZ = np.pi**2 * K_B**2 / (3 * E_CHARGE**2)  # V^2/K^2
FIELDS = np.array([[1.0, 1.0], [1.0, -1.0]])  # V_s = FIELDS[s] (u0, a)


def spin_conductances(G0, P_L, P_R, c):
    """Conductances from spin s of L to spin s' of R  [HDW (89), (93), (94)].

        G_ss' = (G0/4) (1 + s P_L) (1 + s' P_R) (1 + s s' c)

    Their sum is G0 (1 + P_L P_R c); a tunnel magnetoresistance 2 P_L P_R / (1 - P_L P_R) follows.

    Parameters
    ----------
    G0 : float
        Conductance where the axes are at right angles, S/m^2, >= 0.
    P_L, P_R : float
        Polarisations, from -1 to 1.
    c : float or (...) array
        J_L.J_R.

    Returns
    -------
    (..., 2, 2) array
        G[..., s, s'], S/m^2; ValueError where G0 < 0 or |P| > 1.
    """
    require(np.all(np.asarray(G0) >= 0), "junction", "G0", f"{G0} S/m^2", "must be >= 0")
    for name, P in (("P_L", P_L), ("P_R", P_R)):
        require(np.all(np.abs(P) <= 1), "junction", name, P, "must be from -1 to 1")
    c = np.asarray(c, float)[..., None, None]
    return G0 / 4 * np.outer(1 + SIGN * P_L, 1 + SIGN * P_R) * (1 + np.outer(SIGN, SIGN) * c)


def tmr(P_L, P_R):
    """Tunnel magnetoresistance, parallel over antiparallel conductance minus one: 2 P_L P_R / (1 - P_L P_R)."""
    return 2 * P_L * P_R / (1 - P_L * P_R)


def linear_law(G0, P_L, P_R, c):
    """Currents out of two magnets per potential: symmetric, and never negative in dissipation.

        j_s = sum_s' G_ss' (V_s^L - V_s'^R),  -j_s' = sum_s G_ss' (V_s'^R - V_s^L)

    Parameters
    ----------
    G0, P_L, P_R, c
        As in `spin_conductances`.

    Returns
    -------
    (..., 2, 2, 2, 2) array
        M[..., r, A, q, B], S/m^2: current out of side r (L, R) of charge and of spin along J_r, per u0 and a of side q.
    """
    G = spin_conductances(G0, P_L, P_R, c)
    own = (
        np.einsum("...st,sA,sB->...AB", G, FIELDS, FIELDS),
        np.einsum("...st,tA,tB->...AB", G, FIELDS, FIELDS),
    )
    across = -np.einsum("...st,sA,tB->...AB", G, FIELDS, FIELDS)
    rows = [np.stack([own[0], across], axis=-2), np.stack([np.swapaxes(across, -1, -2), own[1]], axis=-2)]
    return np.stack(rows, axis=-4)


def linear_law_normal(G0, P_L, J_L):
    """Currents between a magnet L and a metal R without magnetism, which keeps the whole vector u of spin potential.

        j0 = G0 [x + P_L (a_L - J_L.u)],  js = G0 [(a_L + P_L x) J_L - u],  x = u0_L - u0_R

    Parameters
    ----------
    G0 : float
        Conductance, S/m^2, >= 0.
    P_L : float
        Polarisation of L, from -1 to 1.
    J_L : (..., 3) array
        Its majority spin.

    Returns
    -------
    (..., 6, 6) array
        S/m^2: currents out of L of charge and along J_L of spin, out of R of charge and of spin x, y, z, per
        (u0_L, a_L, u0_R, u_R). Symmetric; its eigenvalues are >= 0.
    """
    spin_conductances(G0, P_L, 0.0, 0.0)  # its checks
    J = np.asarray(J_L, float)
    M = np.zeros((*J.shape[:-1], 6, 6))
    charge_and_spin = np.array([[1, P_L], [P_L, 1]])
    project = np.zeros((*J.shape[:-1], 2, 4))  # (u0, J.u) of (u0, u)
    project[..., 0, 0], project[..., 1, 1:] = 1, J
    M[..., :2, :2] = charge_and_spin
    M[..., :2, 2:] = -charge_and_spin @ project
    M[..., 2:, :2] = np.swapaxes(M[..., :2, 2:], -1, -2)
    M[..., 2:, 2:] = np.eye(4)
    M[..., 2, 3:] = M[..., 3:, 2] = P_L * J
    return G0 * M


def flux(G0, P_L, P_R, J_L, J_R, x, a_L, a_R):
    """Charge current and vector of spin current from L to R  [HDW (89), (90), (96), (97)].

        j0 = G0 [(1 + P_L P_R c) x + (P_L + P_R c) a_L - (P_R + P_L c) a_R]
        js = G0 [(a_L + P_L x - P_L P_R a_R) J_L + (-a_R + P_R x + P_L P_R a_L) J_R]

    Parameters
    ----------
    G0, P_L, P_R : float
        As in `spin_conductances`.
    J_L, J_R : (..., 3) array
        Unit vectors along the majority spins.
    x, a_L, a_R : (...) array
        Potential jump u0_L - u0_R and spin potentials along J_L and J_R, V.

    Returns
    -------
    j0 : (...) array
        A/m^2.
    js : (..., 3) array
        A/m^2.
    """
    x, a_L, a_R = (np.asarray(value, float) for value in (x, a_L, a_R))
    c, PP = np.einsum("...i,...i", J_L, J_R), P_L * P_R
    j0 = G0 * ((1 + PP * c) * x + (P_L + P_R * c) * a_L - (P_R + P_L * c) * a_R)
    left, right = a_L + P_L * x - PP * a_R, -a_R + P_R * x + PP * a_L
    return j0, G0 * (left[..., None] * np.asarray(J_L) + right[..., None] * np.asarray(J_R))


def transfer_torques(js, J_L, J_R):
    """Torques per area of a spin current on both magnets, across their axes.

        on L (hbar/2e) [js - J_L (J_L.js)],  on R -(hbar/2e) [js - J_R (J_R.js)]

    Parameters
    ----------
    js : (..., 3) array
        Spin current from L to R, A/m^2.
    J_L, J_R : (..., 3) array
        Unit vectors along the majority spins.

    Returns
    -------
    on_L, on_R : (..., 3) array
        Angular momentum per area and time, J/m^2.
    """

    def across(J):
        J = np.asarray(J, float)
        return HBAR / (2 * E_CHARGE) * (js - J * np.einsum("...i,...i", J, js)[..., None])

    return across(J_L), -across(J_R)


def exchange_torque(T_S, J_L, J_R):
    """Torque per area of the interlayer exchange on L, without any bias; R gets the negative  [HDW (98)].

        hbar T_S J_L x J_R

    Parameters
    ----------
    T_S : float
        hbar T_S per area, J/m^2, such as si.torque_per_area of flat.T_S.
    J_L, J_R : (..., 3) array
        Unit vectors along the majority spins.

    Returns
    -------
    (..., 3) array
        J/m^2.
    """
    return T_S * np.cross(J_L, J_R)


def heat(G, V_L, V_R, T_L, T_R):
    """Heat per area that leaves L and R for the barrier.

        Q_L = sum G_ss' [(pi^2 k_B^2 / 6 e^2) (T_L^2 - T_R^2) - (V_s^L - V_s'^R)^2 / 2]

    Half of Joule's heat is released on each side: Q_L + Q_R = -sum G_ss' (V_s^L - V_s'^R)^2.

    Parameters
    ----------
    G : (..., 2, 2) array
        G_ss', S/m^2.
    V_L, V_R : (..., 2) array
        Potentials of up and down along the own axis, V.
    T_L, T_R : float
        K.

    Returns
    -------
    Q_L, Q_R : (...) array
        W/m^2.
    """
    drop = np.asarray(V_L, float)[..., :, None] - np.asarray(V_R, float)[..., None, :]
    joule = np.einsum("...st,...st->...", G, drop**2) / 2
    thermal = LORENZ / 2 * (T_L**2 - T_R**2) * np.sum(G, axis=(-2, -1))
    return thermal - joule, -thermal - joule
