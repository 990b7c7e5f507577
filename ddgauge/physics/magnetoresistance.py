"""Magnetoresistance of a metal film by its spin Hall effect: closed forms of order theta^2, to compare with.

The spin Hall effect piles up spin at the faces of a film, whose diffusion brings current back: what destroys that spin,
a magnet beside the film or a field in which it precesses, raises the resistance. rho is that of the bulk, where no
spin piles up, (1 + 2 theta^2) / sigma.

    rho_xx = rho + d0 + d1 (1 - m_y^2),   rho_yx = d1 m_x m_y + d2 m_z,   m along the magnetisation or the field
"""

import numpy as np


def precession_length(l, D, omega):
    """Complex length over which spin across a field decays and turns  [Dyakonov07, Velez16].

        1/L^2 = 1/l^2 + i omega / D

    Parameters
    ----------
    l : float
        Spin diffusion length, m.
    D : float
        Diffusion coefficient, m^2/s.
    omega : float or array
        Precession about the field, rad/s.

    Returns
    -------
    complex
        L, m; Re L > 0.
    """
    return 1 / np.sqrt(1 / l**2 + 1j * np.asarray(omega) / D)


def retained(d, L, sigma, G=0.0):
    """Relative change of resistivity over theta^2 by the spin that piles up in a film  [Chen13].

        -(2 L/d) tanh(d/2L) + (L/d) F,   F = 2 L G tanh^2(d/2L) / (sigma + 2 L G coth(d/L))

    Parameters
    ----------
    d : float
        Thickness, m.
    L : float or complex
        Spin diffusion length, or `precession_length`, m.
    sigma : float
        Conductivity, S/m.
    G : float or complex
        Conductance of one face on mu_s: G_s of spin along m, G_s + G_r + i G_i of spin across it, S/m^2.

    Returns
    -------
    float or complex
        From -1 (thin film, G = 0) to 0.
    """
    half = np.tanh(d / (2 * L))
    F = 2 * L * G * half**2 / (sigma + 2 * L * G / np.tanh(d / L))
    return -2 * L / d * half + L / d * F


def magnetoresistance(d, l, theta, sigma, L=None, G_s=0.0, G_r=0.0, G_i=0.0):
    """Spin Hall and Hanle magnetoresistance of a film to order theta^2  [Chen13, Dyakonov07, Velez16, Zhang19].

        d0 = theta^2 r(l, G_s),   d1 = Re Z - d0,   d2 = -Im Z,   Z = theta^2 r(L, G_s + G_r + i G_i),   r of `retained`

    With L = l these are the forms of Chen13, with a spin sink G_s of Zhang19, without conductances those of Dyakonov07.

    Parameters
    ----------
    d, l : float
        Thickness and spin diffusion length, m.
    theta : float
        Spin Hall angle.
    sigma : float
        Conductivity, S/m.
    L : complex, optional
        `precession_length` of a field along m.
    G_s, G_r, G_i : float
        Of the magnet on one face, S/m^2.

    Returns
    -------
    (3,) array
        d0, d1, d2 over rho. Whether the magnet is above or below makes no difference.
    """
    d0 = theta**2 * retained(d, l, sigma, G_s)
    Z = theta**2 * retained(d, l if L is None else L, sigma, G_s + G_r + 1j * G_i)
    return np.array([d0, Z.real - d0, -Z.imag])


def resistivities(rho, d0, d1, d2, m):
    """Longitudinal and transverse resistivity for a direction m  [Chen13, Althammer13].

        rho_xx = rho + d0 + d1 (1 - m_y^2),   rho_yx = d1 m_x m_y + d2 m_z

    Parameters
    ----------
    rho, d0, d1, d2 : float or (...) array
        ohm m.
    m : (..., 3) array
        Unit vectors.

    Returns
    -------
    longitudinal, transverse : (...) arrays
        ohm m.
    """
    x, y, z = np.moveaxis(np.asarray(m, float), -1, 0)
    return rho + d0 + d1 * (1 - y**2), d1 * x * y + d2 * z


def amplitudes(longitudinal, transverse, m):
    """What `resistivities` was of: rho + d0, d1 and d2 that fit best in the mean square.

    Parameters
    ----------
    longitudinal, transverse : (n,) arrays
        ohm m.
    m : (n, 3) array
        Unit vectors.

    Returns
    -------
    values : (3,) array
        rho + d0, d1, d2, ohm m; nan of what these directions do not determine.
    misfit : float
        Largest distance of a value from the fit, ohm m.
    """
    basis = np.eye(3)
    rows = np.array([np.concatenate(resistivities(a, 0.0, b, c, m) + np.zeros((2, len(m)))) for a, b, c in basis]).T
    given = np.concatenate([longitudinal, transverse])
    inverse = np.linalg.pinv(rows, rcond=1e-9)
    found = inverse @ given
    misfit = np.abs(rows @ found - given).max()
    return np.where(np.isclose(np.diag(inverse @ rows), 1), found, np.nan), misfit
