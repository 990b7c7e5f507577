"""Spin pumping into a metal: what comes of it after backflow, the damping that it costs, and its voltage.

A metal on a magnet that moves answers as a network: the spin voltage at its face and the electric field in its plane on
one side, the spin current that enters it and the charge current along it on the other. Motion is slow against the
relaxation of spin in the metal, so that the metal is in the steady state of each moment.
"""

import numpy as np

from ddgauge.physics import interface
from ddgauge.units import G_QUANTUM, MU_B


def admittance(sigma, ell, d):
    """Spin current that a spin Hall metal takes at one face, the other insulating  [Tserkovnyak02].

        Y = (sigma / 2 ell) tanh(d / ell)

    Parameters
    ----------
    sigma : float
        Conductivity, S/m.
    ell : float
        Spin diffusion length, m.
    d : float
        Thickness, m.

    Returns
    -------
    float
        Y, S/m^2 on mu_s.
    """
    return sigma / (2 * ell) * np.tanh(d / ell)


def after_backflow(G, Y):
    """Mixing conductance of a magnet and the metal that it pumps into, in series  [Tserkovnyak02].

        1/G_eff = 1/G + 1/Y

    Parameters
    ----------
    G : complex
        G_r + i G_i of the interface, S/m^2.
    Y : float
        Admittance of the metal, S/m^2.

    Returns
    -------
    complex
        G_eff, S/m^2.
    """
    return G * Y / (G + Y)


def damping(G_eff, M_s, t, g=2.0):
    """Damping that pumping adds to that of a thin magnet  [Tserkovnyak02].

        d_alpha = g mu_B g_eff / (4 pi M_s t),  g_eff = (h / e^2) G_eff

    Parameters
    ----------
    G_eff : float
        Real part of the mixing conductance after backflow, S/m^2.
    M_s : float
        Saturation magnetisation, A/m.
    t : float
        Thickness of the magnet, m.
    g : float
        Its g factor.

    Returns
    -------
    float
        Without unit.
    """
    return g * MU_B * G_eff / G_QUANTUM / (4 * np.pi * M_s * t)


def pumped(network, G_s, G_r, G_i, m, m_t):
    """Spin voltage and electric field of a metal, in open circuit, on a magnet that moves  [Tserkovnyak02].

        G_mix (mu_p - mu_s) - G_s mu_s = Y mu_s + X E,   0 = C mu_s + S E,   mu_p = (hbar/e) m x d_t m

    Parameters
    ----------
    network : (5, 5) array
        [[Y, X], [C, S]]: spin current into the metal, x, y, z, A/m^2, and mean charge current density along it, x, y,
        per spin voltage at the face and per electric field.
    G_s, G_r, G_i : float
        Conductances of the interface, S/m^2; a sink does not pump.
    m, m_t : (..., 3) array
        Unit vector along the magnetisation, and its time derivative, 1/s.

    Returns
    -------
    mu_s : (..., 3) array
        V.
    E : (..., 2) array
        Inverse spin Hall field, V/m.
    j : (..., 3) array
        Spin current into the metal, A/m^2.
    """
    mixing = interface.sheet(0.0, G_r, G_i, m)
    driven = np.einsum("...ab,...b->...a", mixing, interface.pumped_spin_voltage(m, m_t))
    total = np.broadcast_to(network, (*m.shape[:-1], 5, 5)).copy()
    total[..., :3, :3] += interface.sheet(G_s, G_r, G_i, m)
    found = np.linalg.solve(total, np.concatenate([driven, np.zeros((*m.shape[:-1], 2))], axis=-1)[..., None])[..., 0]
    return found[..., :3], found[..., 3:], np.einsum("ab,...b->...a", network[:3], found)


def conductance_of_motion(j, m, m_t):
    """Mixing conductance after backflow, from the spin current that a motion pumps, mean over the motion.

        G_eff = <j . mu_p> / <mu_p^2> + i <j . (mu_p x m)> / <mu_p^2>,  mu_p x m = (hbar/e) d_t m

    Parameters
    ----------
    j : (n, 3) array
        Spin current into the metal at n moments, A/m^2.
    m, m_t : (n, 3) array
        Unit vector along the magnetisation, and its time derivative, 1/s.

    Returns
    -------
    complex
        S/m^2.
    """
    mu_p = interface.pumped_spin_voltage(m, m_t)
    across = np.cross(mu_p, m)
    return complex(np.sum(j * mu_p), np.sum(j * across)) / np.sum(mu_p**2)


def inverse_spin_hall_field(theta, sigma, ell, d, j, axis, normal):
    """Field of an open spin Hall metal into which spin flows at one face, to order theta  [Chen13].

        E = -(theta / sigma) (ell / d) tanh(d / 2 ell) j axis x n

    Parameters
    ----------
    theta : float
        Spin Hall angle.
    sigma, ell, d : float
        Conductivity, S/m, spin diffusion length, m, and thickness, m, of the metal.
    j : float
        Spin current that enters, A/m^2.
    axis : (3,) array
        Unit vector of its spin.
    normal : (3,) array
        n, into the metal.

    Returns
    -------
    (2,) array
        E along x, y, V/m.
    """
    return -(theta / sigma * ell / d * np.tanh(d / (2 * ell)) * j) * np.cross(axis, normal)[..., :2]


def precession_current(G_eff, cone, omega):
    """Steady part of the spin current that a precession pumps, along its axis  [Tserkovnyak02].

        j = Re G_eff (hbar omega / e) sin^2 cone

    Parameters
    ----------
    G_eff : complex
        S/m^2.
    cone : float
        Angle between the magnetisation and its axis, rad.
    omega : float
        rad/s, positive counter-clockwise.

    Returns
    -------
    float
        A/m^2.
    """
    m, m_t = np.array([np.sin(cone), 0, np.cos(cone)]), np.array([0, omega * np.sin(cone), 0])
    return G_eff.real * interface.pumped_spin_voltage(m, m_t)[2]
