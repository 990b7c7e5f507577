"""Spin memory loss: what a layer between a metal and a magnet keeps of the spin that goes through it."""

import numpy as np


def behind_interlayer(G, sigma, ell, t):
    """What a metal sees of a magnet behind a layer that forgets spin, and what spin voltage reaches it  [Rojas14].

        G_seen = g (G + g tanh delta) / (g + G tanh delta),  passed = g / (g cosh delta + G sinh delta)

    with g = sigma / 2 ell and delta = t / ell: exact in one dimension for spin that does not precess in the layer, and
    so also for the transmission and absorption of `interface.thin_interlayer`.

    Parameters
    ----------
    G : (3, 3) array
        Spin current that the magnet takes per spin voltage at its face, S/m^2, absorption positive.
    sigma, ell : float
        Conductivity, S/m, and spin diffusion length, m, of the layer.
    t : float
        Its thickness, m.

    Returns
    -------
    seen : (3, 3) array
        S/m^2, absorption positive.
    passed : (3, 3) array
        Spin voltage at the magnet per spin voltage at the metal.
    """
    g, delta, one = sigma / (2 * ell), t / ell, np.eye(3)
    inward = np.linalg.inv(g * np.cosh(delta) * one + np.sinh(delta) * G)
    return g * (G * np.cosh(delta) + g * np.sinh(delta) * one) @ inward, g * inward


def equivalent_delta(share):
    """Memory loss as delta of an interface that keeps exp(-delta) of the spin  [Rojas14].

        delta = -log(1 - share)

    Parameters
    ----------
    share : float or (...) array
        Part of the absorbed spin that goes to the lattice, 0 to 1.

    Returns
    -------
    float or (...) array
    """
    return -np.log1p(-np.asarray(share, float))
