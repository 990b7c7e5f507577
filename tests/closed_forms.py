"""Closed forms that solutions must reproduce: plain functions, SI, conductances on the spin voltage mu_s = 2 mu.

Keys of sources are spelled out in ddgauge/physics/__init__.py; nothing of ddgauge is used here.
"""

import numpy as np
from scipy.constants import e, h, hbar, physical_constants

MU_B = physical_constants["Bohr magneton"][0]


def smr_function(d, l, sigma, G):
    """F(G) = 2 l G tanh^2(d/2l) / (sigma + 2 l G coth(d/l)), complex for G = G_r + i G_i  [Chen13]."""
    return 2 * l * G * np.tanh(d / (2 * l)) ** 2 / (sigma + 2 * l * G / np.tanh(d / l))


def chen_smr(d, l, theta, sigma, G):
    """Spin Hall magnetoresistance (d0, d1, d2) / rho to order theta^2  [Chen13, Althammer13].

    rho_xx = rho + d0 + d1 (1 - m_y^2), rho_yx = d1 m_x m_y + d2 m_z, film of thickness d and spin-diffusion length l,
    G = G_r + i G_i on one face. rho is the bulk resistivity: with the exact Theta it is (1 + 2 theta^2) / sigma.
    The mirror z -> -z turns neither m_z nor the in-plane current: d0, d1, d2 are the same for a magnet below or above.
    """
    return zhang_smr(d, l, theta, sigma, 0.0, np.real(G), np.imag(G))


def zhang_smr(d, l, theta, sigma, G_s, G_r, G_i):
    """As `chen_smr` with a spin sink G_s on the same face  [Zhang19]."""
    sink, mixing = smr_function(d, l, sigma, G_s), smr_function(d, l, sigma, G_s + G_r + 1j * G_i)
    f = theta**2 * l / d
    return -2 * f * np.tanh(d / (2 * l)) + f * sink, f * (mixing.real - sink), -f * mixing.imag


def hanle(d, l, theta, D, B, g=2.0):
    """Hanle magnetoresistance (d1, d2) / rho to order theta^2  [Dyakonov07, Velez16].

    d1 = rho_xx(B across y) - rho_xx(B || y), d2 = rho_yx for B along z, with 1/L^2 = 1/l^2 + i omega / D and
    ds/dt = omega x s, omega = g mu_B B / hbar. Tables that list d2 > 0 for B > 0 mean rho_xy = -rho_yx.
    """
    L = 1 / np.sqrt(1 / l**2 + 1j * g * MU_B * B / (hbar * D))
    still, turning = l / d * np.tanh(d / (2 * l)), L / d * np.tanh(d / (2 * L))
    return 2 * theta**2 * (still - turning.real), 2 * theta**2 * turning.imag


def bare_film(z, d, l, theta, E):
    """Spin voltage mu_s^y of a film from z = 0 to d in the field E along x, to order theta  [Chen13]."""
    return -2 * theta * E * l * np.sinh((2 * z - d) / (2 * l)) / np.cosh(d / (2 * l))


def lossy_wire_length(l, G, sigma, t):
    """Decay length along a thin wire with one lossy face, 1/l_eff^2 = 1/l^2 + 2 G / (sigma t)  [Sanz20]."""
    return 1 / np.sqrt(1 / l**2 + 2 * G / (sigma * t))


def spin_pumping(g_eff, M_s, t, g=2.0):
    """Damping from a mixing conductance g_eff in 1/m^2, saturation magnetisation M_s in A/m  [Tserkovnyak02]."""
    return g * MU_B * g_eff / (4 * np.pi * M_s * t)


def backflow(g, rho, l, d):
    """Mixing conductance g_eff in 1/m^2 after backflow, 1/G_eff = 1/G + 2 rho l coth(d/l)  [Tserkovnyak02]."""
    return 1 / (1 / g + e**2 / h * 2 * rho * l / np.tanh(d / l))


def torque_efficiency(d, l, theta, sigma, G):
    """Torque efficiency xi_DL + i xi_FL = theta 2 l G tanh(d/2l) / (sigma + 2 l G coth(d/l))  [Chen13]."""
    return theta * 2 * l * G * np.tanh(d / (2 * l)) / (sigma + 2 * l * G / np.tanh(d / l))


def relaxation_spectrum(k, q, D):
    """Decay rates of spin waves exp(i k r): eigenvalues of -D sum_i (i k_i + [q_i]x)^2  [Bernevig06, Koralek09]."""
    total = np.zeros((3, 3), complex)
    for k_i, (a, b, c) in zip(k, q):
        total -= np.linalg.matrix_power(1j * k_i * np.eye(3) + np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]]), 2)
    return np.linalg.eigvalsh(D * total)


def rashba_spectrum(D, Q):
    """Rashba coupling alone, Q = 2 m alpha / hbar: uniform rates, slowest rate, its wave number  [Koralek09]."""
    return D * Q**2 * np.array([1, 1, 2]), 7 / 16 * D * Q**2, np.sqrt(15) / 4 * Q


def helix_wave_number(m, alpha):
    """Wave number along x + y of the helix that lasts at alpha = beta and turns about (-1, 1, 0)  [Bernevig06].

    2 Q = 4 m alpha / hbar: along (x + y)/sqrt(2) the gauge wave vector is sqrt(2) Q (-1, 1, 0), of length 2 Q.
    """
    return 4 * m * alpha / hbar


def thick_precession_G(sigma, D, tau_perp, omega):
    """Transverse response of a thick magnet with m || z, current along +z at its top face  [Z23 (32)].

    G = -(sigma/2) sqrt((1/tau_perp - i omega) / D) on mu_x + i mu_y: G_xx = G_yy = Re G, G_yx = -G_xy = Im G.
    """
    return -sigma / 2 * np.sqrt((1 / tau_perp - 1j * omega) / D)


def thin_precession_G(sigma, D, tau_perp, omega, d):
    """As `thick_precession_G` for thickness d and no current through the far face."""
    k = np.sqrt((1 / tau_perp - 1j * omega) / D)
    return -sigma / 2 * k * np.tanh(k * d)


def interlayer_admittance(sigma, l, t, G):
    """Conductance seen through a layer of thickness t that relaxes spin, with G behind it  [Rojas14]."""
    own = sigma / (2 * l)
    return own * (G + own * np.tanh(t / l)) / (own + G * np.tanh(t / l))


def interlayer_junction(sigma, l, t):
    """(transmission, absorption) of `interlayer_admittance`, kept as t -> 0 at fixed t / l  [Rojas14]."""
    return sigma / (2 * l * np.sinh(t / l)), sigma / (2 * l) * np.tanh(t / (2 * l))


def anomalous_hall(kappa_z, theta_C_z):
    """Anomalous Hall angle of a polarised current, sigma_yx / sigma = -kappa_3 theta_C^3  [Z23 App. C]."""
    return -kappa_z * theta_C_z
