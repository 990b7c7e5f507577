"""A tunnel barrier between layers whose spin potentials are vectors: two magnets, a magnet and a metal, or two metals.

The law of `facet` for any pair of sides, in the fields (u0, u) of a solver, u the vector of spin potentials. A magnet,
with majority spin J, has spin potential along J alone: what of u is across it the barrier does not see, and what of js
is across it is a torque. A metal without magnetism keeps the whole vector.
"""

import numpy as np

from ddgauge.physics.tunnel.facet import LORENZ, spin_conductances
from ddgauge.units import E_CHARGE, HBAR

OUT = np.array([1.0, -1.0])  # of the normal from L to R, seen from each side


def through(G0, P, J):
    """Currents from L to R per potential of both sides  [HDW (89), (90), (96), (97)].

        j0 = G0 [(1 + P_L P_R c) x + P_L (a_L - J_L.v_R) + P_R (J_R.v_L - a_R)],  c = J_L.J_R,  x = u0_L - u0_R
        js = G0 [v_L + P_L (x - P_R a_R) J_L - v_R + P_R (x + P_L a_L) J_R]

    with a_r = J_r.u_r, v_r = a_r J_r of a magnet; v_r = u_r, P_r = 0 of a metal.

    Parameters
    ----------
    G0 : float
        Conductance where the axes are at right angles, S/m^2, >= 0.
    P : (2,) floats
        Polarisations of L and R, from -1 to 1; 0 of a metal.
    J : (2,) of (3,) arrays, or None of a metal
        Unit vectors along the majority spins.

    Returns
    -------
    (4, 2, 4) array
        S/m^2: j0 and js per (u0, u) of L and of R.
    """
    spin_conductances(G0, *P, 0.0)  # its checks
    u = np.zeros((2, 3, 2, 4))
    u[0, :, 0, 1:] = u[1, :, 1, 1:] = np.eye(3)
    x = np.zeros((2, 4))
    x[:, 0] = OUT
    axes = np.array([np.zeros(3) if axis is None else axis for axis in J])
    a = np.einsum("ri,riqB->rqB", axes, u)
    v = np.array([u[r] if J[r] is None else np.multiply.outer(axes[r], a[r]) for r in (0, 1)])
    c, PP = axes[0] @ axes[1], P[0] * P[1]
    j = np.zeros((4, 2, 4))
    along = [np.einsum("i,iqB->qB", axes[r], v[1 - r]) for r in (0, 1)]  # J_L.v_R, J_R.v_L
    j[0] = (1 + PP * c) * x + P[0] * (a[0] - along[0]) + P[1] * (along[1] - a[1])
    j[1:] = v[0] - v[1] + np.multiply.outer(axes[0], P[0] * x - PP * a[1])
    j[1:] += np.multiply.outer(axes[1], P[1] * x + PP * a[0])
    return G0 * j


def law(G0, P, J, G_perp=(0.0, 0.0), injected=False):
    """Currents out of both sides per potential: symmetric and never negative in dissipation unless `injected`.

        out of L (j0, J_L J_L.js + 2 G_perp,L u_perp),  out of R (-j0, -J_R J_R.js + 2 G_perp,R u_perp)

    for magnets, all of js for metals; u_perp is across J_r, 2 u_perp the spin voltage that G_perp acts on.

    Parameters
    ----------
    G0, P, J
        As in `through`.
    G_perp : (2,) floats
        Conductances through which magnets take spin across their axes, S/m^2 on mu_s, >= 0.
    injected : bool
        Whether what of js is across J_r enters the layer, in the place of a torque at the barrier.

    Returns
    -------
    (2, 4, 2, 4) array
        S/m^2: current out of side r of field A per field B of side q.
    """
    return np.einsum("rAC,CqB->rAqB", outward(J, injected), through(G0, P, J)) + across(J, G_perp)


def outward(J, injected=False):
    """(2, 4, 4) what of the currents from L to R (j0, js) comes out of L and of R; arguments as of `law`."""
    W = np.multiply.outer(OUT, np.eye(4))
    for r in (0, 1):
        if J[r] is not None and not injected:
            W[r, 1:, 1:] = OUT[r] * np.outer(J[r], J[r])
    return W


def across(J, G_perp):
    """(2, 4, 2, 4) currents out of magnets, S/m^2, by their spin potentials across J; arguments as of `law`."""
    M = np.zeros((2, 4, 2, 4))
    for r in (0, 1):
        if J[r] is not None:
            M[r, 1:, r, 1:] = 2 * G_perp[r] * (np.eye(3) - np.outer(J[r], J[r]))
    return M


def embedding(axis):
    """Fields (u0, mu) of the two-current model in a layer whose spins are up or down along an axis, as (u0, u).

    Parameters
    ----------
    axis : (3,) array
        Unit vector.

    Returns
    -------
    (4, 2) array
    """
    E = np.zeros((4, 2))
    E[0, 0], E[1:, 1] = 1, axis
    return E


def torques(js, out):
    """Torques per area that a barrier exerts on the moments of both sides: what it brings less what the layers take.

        on L (hbar/2e) (js - js out of L),  on R (hbar/2e) (-js - js out of R)

    Parameters
    ----------
    js : (..., 3) array
        Spin current from L to R, A/m^2.
    out : (..., 2, 3) array
        Spin current out of the layers, A/m^2.

    Returns
    -------
    (..., 2, 3) array
        Angular momentum per area and time, J/m^2.
    """
    return HBAR / (2 * E_CHARGE) * (OUT[:, None] * np.asarray(js)[..., None, :] - out)


def heat(G, joule, T):
    """Heat per area that leaves L and R for the barrier  [as facet.heat, in any spin potentials].

        Q_L = (pi^2 k_B^2 / 6 e^2) G (T_L^2 - T_R^2) - joule / 2,  Q_R likewise;  Q_L + Q_R = -joule

    Parameters
    ----------
    G : float
        Sum of the conductances of all spins, S/m^2.
    joule : (...) array
        j0 x + js.(v_L - v_R), W/m^2.
    T : (2,) floats
        Temperatures of L and R, K.

    Returns
    -------
    (..., 2) array
        W/m^2.
    """
    thermal = LORENZ / 2 * G * (T[0] ** 2 - T[1] ** 2)
    return thermal * OUT - np.asarray(joule)[..., None] / 2
