"""A tunnel barrier at any bias between layers whose spin potentials are vectors: the law of `full_bias` for any sides.

A magnet has spin potential along its majority spin J alone. In a metal, whose two densities of states are equal, the
spins are in equilibrium along their own potential u, V_s = u0 + s |u|: any axis may be that of its spins, and the law
is smooth where u is nothing.
"""

import numpy as np

from ddgauge.physics.tunnel.electrodes import SIGN
from ddgauge.physics.tunnel.facet import FIELDS

SMALL = 1e-6  # spin potential of a metal over the range, below which a ratio to it is a derivative


def along(J, u):
    """Axis (n, 3) of the spins of a side, in a metal (J is None) that of its u (n, 3), and potential (n,) along it."""
    if J is not None:
        return np.broadcast_to(J, u.shape), u @ J
    a = np.linalg.norm(u, axis=1)
    e = np.broadcast_to([0.0, 0.0, 1.0], u.shape).copy()
    return np.divide(u, a[:, None], where=a[:, None] > 0, out=e), a


def currents(full, G0, J, u):
    """Currents from L to R at any bias, and their derivatives.

        j0 = sum j_ss',  js = (G0/4) sum (s e_L + s' e_R) q_ss',  j_ss' = (G0/4) (1 + s s' e_L.e_R) q_ss'

    with e_r = J_r of a magnet, u_r/|u_r| of a metal, whose currents are odd in it.

    Parameters
    ----------
    full : FullBias
    G0 : float
        Conductance with the axes at right angles at small bias, S/m^2.
    J : (2,) of (3,) arrays, or None of a metal
        Unit vectors along the majority spins of L and R.
    u : (n, 2, 4) array
        Fields (u0, u) of L and R, V.

    Returns
    -------
    j : (n, 4) array
        j0 and js, A/m^2.
    slope : (n, 4, 2, 4) array
        slope[:, A, r, B]: its derivative by the fields of side r, S/m^2.
    """
    (e_L, a_L), (e_R, a_R) = (along(J[r], u[:, r, 1:]) for r in (0, 1))
    e, a = np.stack([e_L, e_R], axis=1), np.stack([a_L, a_R], axis=1)
    q, by = full.rates(u[:, :, 0], a)
    gradient = np.zeros((*q.shape, 2, 4))  # of q by the fields, with fixed axes
    gradient[..., 0], gradient[..., 1:] = by[:, :, :, 0], np.einsum("nstr,nri->nstri", by[:, :, :, 1], e)
    c, both = np.einsum("ni,ni->n", e_L, e_R), np.outer(SIGN, SIGN)
    k = G0 / 4 * (1 + both * c[:, None, None])
    own = G0 / 4 * np.stack([np.multiply.outer(SIGN, [1, 1]), np.multiply.outer([1, 1], SIGN)])  # [r, s, s']
    spin = np.einsum("rst,nst->nr", own, q)
    j, slope = np.empty((len(u), 4)), np.empty((len(u), 4, 2, 4))
    j[:, 0], j[:, 1:] = np.einsum("nst,nst->n", k, q), np.einsum("nr,nri->ni", spin, e)
    slope[:, 0] = np.einsum("nst,nstqB->nqB", k, gradient)
    slope[:, 1:] = np.einsum("nri,rst,nstqB->niqB", e, own, gradient)
    for r in (r for r in (0, 1) if J[r] is None):  # its axis turns with u
        small = a[:, r] < SMALL * full.range

        def over_a(weight, r=r, small=small):
            ends = np.einsum("st,nst->n", weight, by[:, :, :, 1, r])
            return np.divide(np.einsum("st,nst->n", weight, q), a[:, r], where=~small, out=ends)

        turning = np.eye(3) - e[:, r, :, None] * e[:, r, None, :]
        slope[:, 0, r, 1:] += over_a(G0 / 4 * both)[:, None] * np.einsum("nij,nj->ni", turning, e[:, 1 - r])
        slope[:, 1:, r, 1:] += over_a(own[r])[:, None, None] * turning
    return j, slope


def heat(full, G0, J, u):
    """Heat per area that leaves L and R for the barrier, at each bias and temperatures.

        Q_L = (G0/4e^2) sum (1 + s s' c) int dw (w - mu_s^L) [nu_s^L nu_s'^R / (nb_L nb_R)_ref] (f_s^L - f_s'^R)
        Q_L + Q_R = -sum j_ss' (V_s^L - V_s'^R),  Q_R with w - mu_s'^R and f_s'^R - f_s^L

    Parameters
    ----------
    full, G0, J, u
        As in `currents`.

    Returns
    -------
    (n, 2) array
        W/m^2.
    """
    (e_L, a_L), (e_R, a_R) = (along(J[r], u[:, r, 1:]) for r in (0, 1))
    u0, a = u[:, :, 0], np.stack([a_L, a_R], axis=1)
    (q, _), h = full.rates(u0, a), full.energies(u0, a)
    V = np.stack([u0, a], axis=-1) @ FIELDS  # [n, side, s]
    k = G0 / 4 * (1 + np.outer(SIGN, SIGN) * np.einsum("ni,ni->n", e_L, e_R)[:, None, None])
    return np.einsum("nst,nrst->nr", k, np.stack([-h - V[:, 0, :, None] * q, h + V[:, 1, None, :] * q], axis=1))
