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


def length_of(d, values, shapes):
    """Length and amplitudes with which a curve against thickness is a sum of given shapes, by least squares.

        values = sum_k a_k shape_k(d / l)

    Parameters
    ----------
    d : (n,) array
        Thickness, m, > 0.
    values : (n,) array
        What was measured.
    shapes : function of (n,) array d / l that returns the shapes, each an (n,) array

    Returns
    -------
    amplitudes : list
        In the unit of the values; None where there are fewer points than unknowns, or where the curve determines no
        length between a fifth of the thinnest and five times the thickest film.
    length : float
        m, or None.
    misfit : float
        Largest distance of a point from the fit over the largest value, or None.
    """
    from scipy.optimize import minimize_scalar  # here, because it takes long to import

    def fitted(log_l):
        M = np.array([np.broadcast_to(shape, len(d)) for shape in shapes(d / np.exp(log_l))]).T
        a = np.linalg.lstsq(M, values, rcond=None)[0]
        return a, values - M @ a

    size = np.abs(values).max()
    low, high = np.log(d.min() / 5), np.log(d.max() * 5)
    count = len(fitted(high)[0])
    if len(np.unique(d)) < count + 2 or not size:
        return [None] * count, None, None
    grid = np.linspace(low, high, 121)
    sums = [np.sum(fitted(x)[1] ** 2) for x in grid]
    best = int(np.argmin(sums))
    if best in (0, len(grid) - 1):
        return [None] * count, None, None
    found = minimize_scalar(
        lambda x: np.sum(fitted(x)[1] ** 2) / size**2,
        bounds=grid[[best - 1, best + 1]],
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    a, left = fitted(found)
    return a.tolist(), float(np.exp(found)), float(np.abs(left).max() / size)
