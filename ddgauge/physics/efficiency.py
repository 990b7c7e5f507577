"""Torque efficiency of a spin Hall metal on a magnet: what part of the spin Hall current reaches the moments."""

import numpy as np


def torque_efficiency(d, ell, theta, sigma, G):
    """Damping-like and field-like torque efficiency of one metal on an insulating magnet, to order theta  [Chen13].

        xi_DL + i xi_FL = theta 2 ell G tanh(d / 2 ell) / (sigma + 2 ell G coth(d / ell))

    Parameters
    ----------
    d : float or (...) array
        Thickness of the metal, m; its other face is insulating.
    ell : float
        Spin diffusion length, m.
    theta : float
        Spin Hall angle.
    sigma : float
        Conductivity, S/m.
    G : complex
        G_s + G_r + i G_i, all that the interface takes of spin across the magnetisation, S/m^2.

    Returns
    -------
    complex or (...) array
        xi, per current density of the metal.
    """
    return theta * 2 * ell * G * np.tanh(d / (2 * ell)) / (sigma + 2 * ell * G / np.tanh(d / ell))


def transparent_efficiency(d, ell, theta):
    """The same where the interface takes all spin, G -> infinity  [Chen13].

        xi = theta (1 - sech(d / ell))

    Parameters
    ----------
    d : float or (...) array
        Thickness of the metal, m.
    ell : float
        Spin diffusion length, m.
    theta : float
        Spin Hall angle.

    Returns
    -------
    float or (...) array
    """
    return theta * (1 - 1 / np.cosh(d / ell))
