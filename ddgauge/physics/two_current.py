"""Two currents, of majority and minority spin, along a magnetisation that may turn in space and time.

Spin up is the majority, along n; the magnetisation points along -n. With the potentials V_up, V_down in V and the spin
motive force E_smf in V/m  [SK11 (53), (54), (104), (105), (109), (110)],

    j_s = sigma_s (E + s E_smf - grad V_s),  s = +1 for up and -1 for down
    d_t rho_s + div j_s = -s G_sf (V_up - V_down)
    rho_s = e^2 nu_s (V_s - phi)

rho_s is how far the charge density is from equilibrium. phi = 0 where the field is given (`bare`); it follows from
rho_up + rho_down = 0 in a metal (`neutral`), and from div eps grad phi = -(rho_up + rho_down) in general (`poisson`).

The fields are those of the spin model, mu^0 = (V_up + V_down)/2 and mu = (V_up - V_down)/2, so that the spin voltage is
mu_s = V_up - V_down; with them go the currents j^0 = j_up + j_down and j = j_up - j_down. Electrons carry -e: as an
angular momentum hbar/2e j counts spin along the magnetisation, -n. Pairs are (up, down).
"""

import numpy as np

from ddgauge.physics.medium import medium
from ddgauge.units import E_CHARGE

SUMS = np.array([[1.0, 1.0], [1.0, -1.0]])  # (V_up, V_down) of (mu^0, mu), and (j^0, j) of (j_up, j_down)


def fields_of_channels(L):
    """Conductance between the channels as one between the fields mu^0 and mu.

        j_s = L_st V_t,  V = SUMS mu,  j = SUMS j_s

    Parameters
    ----------
    L : (..., 2, 2) array
        Current of spin s per potential of spin t, up first.

    Returns
    -------
    (..., 2, 2) array
        Current of charge and of spin per mu^0 and mu, in the unit of L.
    """
    return SUMS @ L @ SUMS


def conduction(sigma):
    """Conductivity of charge and spin along the magnetisation  [SK11 (53), (54)].

        [[sigma, P sigma], [P sigma, sigma]],  P sigma = sigma_up - sigma_down

    Parameters
    ----------
    sigma : (2,) array
        Conductivities of up and down, S/m.

    Returns
    -------
    (2, 2) array
        Current of charge and of spin per force on mu^0 and mu, S/m.
    """
    return fields_of_channels(np.diag(sigma))


def G_of_length(sigma, ell):
    """Spin-flip conductance of a spin-diffusion length  [SK11 (109), (110)].

        G_sf = sigma_up sigma_down / (sigma ell^2),  1/ell^2 = 1/ell_up^2 + 1/ell_down^2,  ell_s^2 = D_s tau_s

    Parameters
    ----------
    sigma : (2,) array
        Conductivities of up and down, S/m.
    ell : float
        Length with which the spin accumulation decays, m.

    Returns
    -------
    float
        G_sf, A/(V m^3).
    """
    up, down = sigma
    return up * down / (up + down) / ell**2


def G_of_time(nu, tau_sf):
    """Spin-flip conductance of a spin-flip time  [SK11 (109), (110)].

        G_sf = e^2 nu_up / tau_up = e^2 nu_down / tau_down,  1/tau_sf = 1/tau_up + 1/tau_down

    Parameters
    ----------
    nu : (2,) array
        Densities of states at the Fermi level of up and down, 1/(J m^3).
    tau_sf : float
        Time with which a uniform spin accumulation decays, s.

    Returns
    -------
    float
        G_sf, A/(V m^3).
    """
    up, down = nu
    return E_CHARGE**2 * up * down / (up + down) / tau_sf


def spin_diffusion_length(sigma, G_sf):
    """Length with which the spin accumulation decays  [SK11 (109), (110)].

        1/ell^2 = G_sf (1/sigma_up + 1/sigma_down)

    Parameters
    ----------
    sigma : (2,) array
        Conductivities of up and down, S/m.
    G_sf : float
        Spin-flip conductance, A/(V m^3).

    Returns
    -------
    float
        ell, m; infinite without spin flips.
    """
    up, down = sigma
    return float(np.sqrt(up * down / (up + down) / G_sf)) if G_sf else np.inf


def bare(sigma, G_sf, nu=None):
    """Two currents in a given electric field, phi = 0: n = 2 fields mu^0, mu  [SK11 (53), (54), (109)].

        d_t (rho_up + rho_down) + div j^0 = 0
        d_t (rho_up - rho_down) + div j   = -4 G_sf mu

    Parameters
    ----------
    sigma : (2,) array
        Conductivities of up and down, S/m.
    G_sf : float
        Spin-flip conductance, A/(V m^3).
    nu : (2,) array, optional
        Densities of states of up and down, 1/(J m^3); without them nothing is stored: enough for a steady state.

    Returns
    -------
    physics.medium.Medium
    """
    storage = np.zeros((2, 2)) if nu is None else E_CHARGE**2 * fields_of_channels(np.diag(nu))
    return _channels(sigma, np.diag([0, 4 * G_sf]), storage)


def neutral(sigma, G_sf, nu=None):
    """Two currents in a metal that stays neutral: n = 2 fields mu^0, mu  [SK11 (53), (54), (109)].

        div j^0                         = 0
        d_t (rho_up - rho_down) + div j = -4 G_sf mu,  rho_up = -rho_down = e^2 mu_s nu_up nu_down / (nu_up + nu_down)

    Parameters
    ----------
    sigma, G_sf, nu :
        As in `bare`.

    Returns
    -------
    physics.medium.Medium
    """
    stored = 0.0 if nu is None else 4 * E_CHARGE**2 * nu[0] * nu[1] / (nu[0] + nu[1])
    return _channels(sigma, np.diag([0, 4 * G_sf]), np.diag([0, stored]))


def poisson(sigma, G_sf, nu, eps, rate):
    """Two currents with the electric potential of their own charge: n = 3 fields mu^0, mu, phi  [SK11 (53), (109)].

        d_t (rho_up + rho_down) + div j^0              = 0
        d_t (rho_up - rho_down) + div j                = -4 G_sf mu
        rate [-div eps grad phi - (rho_up + rho_down)] = 0

    Parameters
    ----------
    sigma, G_sf, nu :
        As in `bare`; nu is needed.
    eps : float
        Permittivity, F/m.
    rate : float
        1/s: gives the last equation the unit of the others; one number for a whole body, across which eps d phi is
        continuous.

    Returns
    -------
    physics.medium.Medium
    """
    charges = E_CHARGE**2 * fields_of_channels(np.diag(nu)) @ np.array([[1, 0, -1], [0, 1, 0]])  # V_s - phi
    S = np.zeros((3, 3))
    S[1, 1] = 4 * G_sf
    S[2] = -rate * charges[0]
    return _channels(sigma, S, np.vstack([charges, np.zeros(3)]), rate * eps)


def _channels(sigma, S, storage, *others):
    """Medium whose first fields are mu^0 and mu; others, the conductivities of what fields come after them."""
    n = len(S)
    C = np.zeros((n, n))
    C[:2, :2] = conduction(sigma)
    C[range(2, n), range(2, n)] = others
    return medium(np.einsum("ij,AB->iAjB", np.eye(3), C), np.zeros((3, n, n)), S, storage, np.eye(n)[0])


def accumulation_bare(mu, nu):
    """Charge densities of up and down in a given electric field  [SK11 (111)].

        rho_s = e^2 nu_s V_s

    Parameters
    ----------
    mu : (..., 2) array
        Fields mu^0 and mu, V.
    nu : (2,) array
        Densities of states of up and down, 1/(J m^3).

    Returns
    -------
    (..., 2) array
        rho_up, rho_down, C/m^3.
    """
    return E_CHARGE**2 * np.asarray(nu) * (mu @ SUMS)


def accumulation_neutral(mu, nu):
    """Charge densities of up and down in a neutral metal  [SK11 (111)].

        rho_up = -rho_down = e^2 mu_s nu_up nu_down / (nu_up + nu_down)

    Parameters
    ----------
    mu, nu :
        As in `accumulation_bare`; mu^0 has no part in it.

    Returns
    -------
    (..., 2) array
        rho_up, rho_down, C/m^3.
    """
    up = 2 * E_CHARGE**2 * nu[0] * nu[1] / (nu[0] + nu[1]) * mu[..., 1]
    return np.stack([up, -up], axis=-1)


def accumulation_poisson(mu, nu):
    """Charge densities of up and down with the electric potential that was solved for  [SK11 (111)].

        rho_s = e^2 nu_s (V_s - phi)

    Parameters
    ----------
    mu : (..., 3) array
        Fields mu^0, mu and phi, V.
    nu : (2,) array
        Densities of states of up and down, 1/(J m^3).

    Returns
    -------
    (..., 2) array
        rho_up, rho_down, C/m^3.
    """
    return E_CHARGE**2 * np.asarray(nu) * (mu[..., :2] @ SUMS - mu[..., 2:])


def response(q, omega, sigma, nu, G_sf):
    """Charge densities that answer longitudinal fields exp(i q x - i omega t), E given  [SK11 (30), (42), (43), (106)].

        rho_s = -i q e^2 (K_s E + K'_s E_smf)
        K_s   = nu_s [D_s Y_sbar + g <D nu>] / Z,        K'_s = nu_s [s D_s Y_sbar + g <s D nu>] / Z
        Y_s   = D_s q^2 - i omega,                       Z    = Y_up Y_down + g <Y nu>
        g     = G_sf / (e^2 nu_up nu_down),              D_s  = sigma_s / (e^2 nu_s),  <x> = x_up + x_down

    The currents j_s = sigma_s E_s - i q D_s rho_s are reciprocal (71), (72): j^0 per E_smf is j per E. The densities
    are not where spins flip, because spin is not conserved.

    Parameters
    ----------
    q : float or array
        Wave number, 1/m.
    omega : float or array
        Angular frequency, rad/s.
    sigma, nu : (2,) array
        Conductivities, S/m, and densities of states, 1/(J m^3), of up and down.
    G_sf : float
        Spin-flip conductance, A/(V m^3).

    Returns
    -------
    K, K_smf : (2, ...) complex arrays
        K_s and K'_s of up and down, 1/(J m).
    """
    (nu_up, nu_down), (D_up, D_down) = nu, np.asarray(sigma) / (E_CHARGE**2 * np.asarray(nu))
    g = G_sf / (E_CHARGE**2 * nu_up * nu_down)
    Y_up, Y_down = D_up * np.square(q) - 1j * np.asarray(omega), D_down * np.square(q) - 1j * np.asarray(omega)
    Z = Y_up * Y_down + g * (Y_up * nu_up + Y_down * nu_down)
    mean, difference = D_up * nu_up + D_down * nu_down, D_up * nu_up - D_down * nu_down
    K = np.stack([nu_up * (D_up * Y_down + g * mean) / Z, nu_down * (D_down * Y_up + g * mean) / Z])
    K_smf = np.stack([nu_up * (D_up * Y_down + g * difference) / Z, nu_down * (-D_down * Y_up + g * difference) / Z])
    return K, K_smf


def modes(q, sigma, nu, G_sf):
    """Decay rates of the two diffusive modes exp(i q x), E given: the zeros of Z  [SK11 (106), (107), (108)].

        Gamma = (a + b) / 2 -+ sqrt((a - b)^2 / 4 + 1 / (tau_up tau_down)),  a, b = D_s q^2 + 1/tau_s

    Where D q^2 is large each channel diffuses by itself, Gamma = D_s q^2 (107). Where it is small one mode is left,
    charge with D_eff = <D nu> / <nu> (108); the other is spin, which decays at 1/tau_sf.

    Parameters
    ----------
    q, sigma, nu, G_sf :
        As in `response`.

    Returns
    -------
    slow, fast : float or array
        1/s.
    """
    e2_nu = E_CHARGE**2 * np.asarray(nu)
    (D_up, D_down), (flip_up, flip_down) = np.asarray(sigma) / e2_nu, G_sf / e2_nu
    q2 = np.square(q)
    a, b = D_up * q2 + flip_up, D_down * q2 + flip_down
    fast = (a + b) / 2 + np.sqrt((a - b) ** 2 / 4 + flip_up * flip_down)
    return q2 * (D_up * D_down * q2 + D_up * flip_down + D_down * flip_up) / fast, fast
