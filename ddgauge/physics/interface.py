"""Interfaces between layers and their conductances, which act on the spin voltage mu_s = 2 mu or on the two spins' V_s.

A sheet's current leaves the body that it covers, so that what absorbs is positive. The matrix read off a ferromagnet
below a metal is the other way round: current along +z, out of the ferromagnet at its top face, so that what absorbs is
negative. Z23 prints its G_s with that negative sign; here G_s, G_r >= 0 absorb.
"""

import numpy as np

from ddgauge.physics.algebra import EPS, cross
from ddgauge.physics.two_current import fields_of_channels
from ddgauge.units import E_CHARGE, G_QUANTUM, HBAR


def areal_conductance(g):
    """Conductance per area of a mixing conductance in channels per area.

        G = (e^2 / h) g

    Parameters
    ----------
    g : float
        1/m^2.

    Returns
    -------
    float
        G, S/m^2.
    """
    return G_QUANTUM * g


def sheet(G_s, G_r, G_i, m):
    """Spin current out of a metal into a magnet, per spin voltage  [Z23 (40)].

        j.n = G_s mu_s - G_r m x (m x mu_s) - G_i m x mu_s

    Parameters
    ----------
    G_s : float or (...) array
        Spin-sink conductance, S/m^2: all spin directions alike.
    G_r, G_i : float or (...) array
        Real and imaginary part of the spin-mixing conductance, S/m^2.
    m : (..., 3) array
        Unit vector along the magnetisation.

    Returns
    -------
    (..., 3, 3) array
        S/m^2: outward current density of spin a per spin voltage b.
    """
    G_s, G_r, G_i = (np.expand_dims(G, (-2, -1)) for G in (G_s, G_r, G_i))
    return G_s * np.eye(3) - G_r * (cross(m) @ cross(m)) - G_i * cross(m)


def thin_interlayer(sigma, ell, t):
    """Conductances that replace a thin layer in which spin relaxes  [Rojas14].

        transmission = sigma / (2 ell sinh delta),  absorption = (sigma / 2 ell) tanh(delta / 2),  delta = t / ell

    The current out of either neighbour is transmission times the jump of mu_s plus absorption times its own mu_s: exact
    for spin that does not precess in one dimension, and a boundary condition as t -> 0 at fixed delta.

    Parameters
    ----------
    sigma : float
        Conductivity of the interlayer, S/m.
    ell : float
        Its spin-diffusion length, m.
    t : float
        Its thickness, m.

    Returns
    -------
    transmission, absorption : float
        S/m^2 on mu_s.
    """
    return sigma / (2 * ell * np.sinh(t / ell)), sigma / (2 * ell) * np.tanh(t / (2 * ell))


def magnetic_tensors(G, m):
    """What a magnet's response holds of sink and mixing conductance  [Z23 (40), (44)].

        -G = G_s 1 - G_r [m]x^2 - G_i [m]x + residual

    Parameters
    ----------
    G : (..., 3, 3) array
        Response in S/m^2 on mu_s, current along +z at the top face of the magnet, which makes absorption negative.
    m : (..., 3) array
        Unit vector along the magnetisation (rotated with the moments where spin-orbit coupling rotates them).

    Returns
    -------
    dict
        G_s, G_r, G_i in S/m^2, absorption positive; residual, a (..., 3, 3) array that is orthogonal to all three.
    """
    G, m = np.asarray(G, float), np.asarray(m, float)
    G_s = -np.einsum("...a,...ab,...b", m, G, m)
    G_r = 0.5 * (-np.trace(G, axis1=-2, axis2=-1) - G_s) - G_s
    G_i = 0.5 * np.einsum("abc,...ac,...b", EPS, G, m)
    return {"G_s": G_s, "G_r": G_r, "G_i": G_i, "residual": -G - sheet(G_s, G_r, G_i, m)}


def loss_tensors(G):
    """What a magnet's response to its lattice is made of, axes x, y in its plane and z across  [Z23 (53), (58)].

        -G = G_s 1 - G_r [z]x^2 - G_i [z]x - G_j^x [x]x - G_j^y [y]x
             + G_par^1 (x y^T + y x^T) + G_par^2 (x x^T - y y^T)
             + G_perp^1 (x z^T + z x^T) + G_perp^2 (y z^T + z y^T) + residual

    Strain brings G_par^2 by u_zx^2 - u_yz^2. With it the nine tensors are complete: the residual is rounding.

    Parameters
    ----------
    G : (..., 3, 3) array
        Response in S/m^2 on mu_s, current along +z at the top face of the magnet, which makes absorption negative.

    Returns
    -------
    dict
        G_s, G_r, G_i and the (..., 2) arrays G_j (x, y), G_parallel (xy, xx - yy), G_perpendicular (xz, yz) in S/m^2,
        absorption positive (G_r < 0 where spin along z is lost faster than in the plane); residual, (..., 3, 3) array.
    """
    absorbed = -np.asarray(G, float)
    even = (absorbed + np.swapaxes(absorbed, -2, -1)) / 2
    G_s = even[..., 2, 2]
    G_r = (even[..., 0, 0] + even[..., 1, 1]) / 2 - G_s
    odd = -0.5 * np.einsum("abc,...ac->...b", EPS, absorbed)
    G_j, G_i = odd[..., :2], odd[..., 2]
    parallel = np.stack([even[..., 0, 1], (even[..., 0, 0] - even[..., 1, 1]) / 2], axis=-1)
    perpendicular = even[..., :2, 2]
    x, y, z = np.eye(3)
    total = sheet(G_s, G_r, G_i, z) - cross(odd * [1, 1, 0])
    total = total + parallel[..., 1, None, None] * (np.outer(x, x) - np.outer(y, y))
    for value, a, b in zip([parallel[..., 0], *np.moveaxis(perpendicular, -1, 0)], [x, x, y], [y, z, z], strict=True):
        total = total + np.expand_dims(value, (-2, -1)) * (np.outer(a, b) + np.outer(b, a))
    return {
        "G_s": G_s,
        "G_r": G_r,
        "G_i": G_i,
        "G_j": G_j,
        "G_parallel": parallel,
        "G_perpendicular": perpendicular,
        "residual": absorbed - total,
    }


def pumped_spin_voltage(m, m_t):
    """Spin voltage at which a magnet that moves takes no spin from a metal  [Tserkovnyak02].

        mu_p = (hbar / e) m x d_t m

    The sheet of a moving magnet conducts on mu_s - mu_p. At mu_s = 0 its mixing conductance pumps the spin current
    (hbar / e) (G_r m x d_t m + G_i d_t m) into the metal, which damps the motion.

    Parameters
    ----------
    m : (..., 3) array
        Unit vector along the magnetisation.
    m_t : (..., 3) array
        Its time derivative, 1/s.

    Returns
    -------
    (..., 3) array
        V.
    """
    return HBAR / E_CHARGE * np.cross(m, m_t)


def resistances(AR, gamma):
    """Resistances of an interface for the two spins  [Valet93].

        r_up = 2 AR (1 - gamma),  r_down = 2 AR (1 + gamma)

    Parameters
    ----------
    AR : float
        Interface resistance r_b*, ohm m^2; what is measured without spin accumulation is AR (1 - gamma^2).
    gamma : float
        Its asymmetry, from -1 to 1, positive where majority spins pass more easily.

    Returns
    -------
    (2,) array
        r_up, r_down, ohm m^2.
    """
    return 2 * AR * np.array([1 - gamma, 1 + gamma])


def channel_junction(r_up, r_down, delta=0.0):
    """Two currents through an interface, as through a layer that it stands for.

        j_s = (V_s - V_s') / r_s + s [(delta coth delta - 1) mu_s - (delta / sinh delta - 1) mu_s'] / (r_up + r_down)

    leaves the side with potentials V for the one with V', where mu_s = V_up - V_down, s = +1 for up and -1 for down.
    Exact in one dimension for a layer whose resistances are r_s and whose thickness is delta spin-diffusion lengths;
    without spin flips, delta = 0, two resistors.

    Parameters
    ----------
    r_up, r_down : float
        Resistances of the two spins, ohm m^2; infinite where a spin does not pass.
    delta : float
        Spin flips, thickness over spin-diffusion length, >= 0.

    Returns
    -------
    (2, 2, 2, 2) array
        Matrix of a physics.medium.Junction in S/m^2: the current density out of side s of charge and spin is
        [s, :, t, :] times mu^0 and mu of side t.
    """
    delta = max(delta, 1e-100)  # the limit delta -> 0 without a division of zeros
    through = np.array([[1, -1], [-1, 1]])
    own, other = delta / np.tanh(delta), 2 * delta * np.exp(-delta) / -np.expm1(-2 * delta)  # delta / sinh delta
    flips = (np.array([[own, -other], [-other, own]]) - through) / (r_up + r_down)
    L = np.einsum("st,ab->satb", through, np.diag([1 / r_up, 1 / r_down])) + np.einsum("st,ab->satb", flips, through)
    return fields_of_channels(L.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3)


def channel_contact(g_up, g_down):
    """Conductance for charge and spin of a contact to a lead, or to a magnet along the same axis.

        j.n = [[g_up + g_down, g_up - g_down], [g_up - g_down, g_up + g_down]] ((mu^0, mu) - (V of the lead, 0))

    Parameters
    ----------
    g_up, g_down : float
        Conductances of the two spins, S/m^2; a contact that one spin does not pass has a zero.

    Returns
    -------
    (2, 2) array
        S/m^2 on (mu^0, mu): outward current density of charge and of spin.
    """
    return fields_of_channels(np.diag([g_up, g_down]))
