"""Exchange with local moments: how a magnet's spins relax and turn the electrons' spin.

Moments of spin S and density n_m couple to electrons with K_s and to one another with the Weiss field J_W. z is along
B and m, and <S_par> is negative along it: spin and magnetisation are opposite. What depends on eps_L / k_B T is
evaluated at 1e-9 to 700 of it: within rounding these are the limits B -> 0 of the paramagnet and T -> 0.
"""

import numpy as np
from scipy.optimize import brentq

from ddgauge.physics.algebra import rotation
from ddgauge.units import E_CHARGE, HBAR, K_B, MU_B

ABSOLUTE_ZERO = 1e-9  # K, stands for T = 0


def langevin_slope(y):
    """Langevin function over its argument, (coth y - 1 / y) / y, by its series where the difference cancels."""
    y = np.asarray(y, float)
    series = 1 / 3 - y**2 / 45 + 2 * y**4 / 945 - y**6 / 4725 + 2 * y**8 / 93555
    large = np.where(np.abs(y) < 0.1, 1, y)
    return np.where(np.abs(y) < 0.1, series, (large / np.tanh(large) - 1) / large**2)


def susceptibility(S, x):
    """Spin per field of a moment, -<S_par> k_B T / eps_L = S B_S(S x) / x.

    Parameters
    ----------
    S : float
        Spin quantum number.
    x : float
        eps_L / k_B T.

    Returns
    -------
    float
        S (S + 1) / 3 at x = 0, falls as S / x.
    """
    return ((2 * S + 1) ** 2 * langevin_slope((S + 0.5) * x) - langevin_slope(x / 2)) / 4


def brillouin(S, x):
    """Brillouin function, the polarisation of a moment.

        B_S(x) = (1 + 1/2S) coth((1 + 1/2S) x) - (1/2S) coth(x / 2S)

    Parameters
    ----------
    S : float
        Spin quantum number.
    x : float
        Largest Zeeman energy S eps_L over k_B T.

    Returns
    -------
    float
        B_S, from (S + 1) x / 3S to 1.
    """
    return susceptibility(S, x / S) * x / S**2


def ordering_temperature(S, J_W):
    """Temperature below which the moments order without a field.

        T_c = J_W S (S + 1) / 3 k_B

    Parameters
    ----------
    S : float
        Spin quantum number.
    J_W : float
        Weiss coupling, sum of J_nm over the neighbours m, J; positive for a ferromagnet.

    Returns
    -------
    float
        K.
    """
    return J_W * S * (S + 1) / (3 * K_B)


def splitting(S, T, B, J_W=0.0, g=2.0):
    """Zeeman splitting of the moments in the field B and the Weiss field, self-consistent  [Z23 (4), (5)].

        eps_L = g mu_B B - J_W <S_par>,  <S_par> = -S B_S(S eps_L / k_B T), the largest solution

    Parameters
    ----------
    S : float
        Spin quantum number.
    T : float
        Temperature, K.
    B : float
        Field strength, T.
    J_W : float
        Weiss coupling, J, >= 0.
    g : float
        Lande factor.

    Returns
    -------
    float
        eps_L, J; zero without field above the ordering temperature.
    """
    kT = K_B * max(T, ABSOLUTE_ZERO)
    zeeman, weiss = g * MU_B * B / kT, J_W / kT
    if zeeman == 0 and weiss * susceptibility(S, 0) <= 1:
        return 0.0

    def imbalance(x):  # (x - zeeman - weiss S B_S(S x)) / x rises with x and crosses zero once
        return 1 - weiss * susceptibility(S, x) - (zeeman / x if zeeman else 0)

    return kT * brentq(imbalance, zeeman, 2 * (zeeman + weiss * S), xtol=1e-300, rtol=1e-15, maxiter=5000)


def spin_average(S, T, B, J_W=0.0, g=2.0):
    """Mean spin of a moment along the field, self-consistent  [Z23 (4), (5)].

        <S_par> = -S B_S(S eps_L / k_B T)

    Parameters
    ----------
    S, T, B, J_W, g :
        As in `splitting`.

    Returns
    -------
    float
        -S to 0, in units of hbar; negative because z is along B.
    """
    x = splitting(S, T, B, J_W, g) / (K_B * max(T, ABSOLUTE_ZERO))
    return -x * susceptibility(S, x)


def second_moment(S, x):
    """Mean square of a moment's spin along the field  [Z23 (5)].

        <S_par^2> = S (S + 1) + coth(eps_L / 2 k_B T) <S_par>

    Parameters
    ----------
    S : float
        Spin quantum number.
    x : float
        eps_L / k_B T.

    Returns
    -------
    float
        S (S + 1) / 3 at x = 0, S^2 at infinity.
    """
    x = np.clip(x, 1e-9, 700)
    return S * (S + 1) - x / np.tanh(x / 2) * susceptibility(S, x)


def density_of_states(sigma, D):
    """Density of states at the Fermi level of both spins together, by Einstein's relation.

        nu_F = sigma / e^2 D

    Half of it is the density per spin, with which the magnetic conductances of Z23 (41)-(43) act on the spin voltage.

    Parameters
    ----------
    sigma : float
        Conductivity, S/m.
    D : float
        Diffusion coefficient, m^2/s.

    Returns
    -------
    float
        1/(J m^3).
    """
    return sigma / (E_CHARGE**2 * D)


def rates(n_m, nu_F, K_s, S, T, B=0.0, J_W=0.0, g=2.0):
    """Relaxation times and precession that the moments give the electrons' spin  [Z23 (4), (5), (15)].

        1/tau_par  = (2 pi / hbar) n_m nu_F K_s^2 (eps_L / k_B T) n_B (1 + n_B) |<S_par>|
        1/tau_perp = 1/(2 tau_par) + (pi / hbar) n_m nu_F K_s^2 <S_par^2>
        omega      = -(n_m K_s / 2 hbar) <S_par>

    Without field above the ordering temperature both rates are (2 pi / hbar) n_m nu_F K_s^2 S (S + 1) / 3. The golden
    rule for -K_s S.s at each moment, s = 1/2, gives (4), (5) with nu_F per spin and twice the precession (15), as the
    source's (43) has it: a K_s from measured relaxation need not be that of measured precession.

    Parameters
    ----------
    n_m : float
        Density of moments, 1/m^3.
    nu_F : float
        Density of states, 1/(J m^3): of both spins, from `density_of_states`; half of it for a reading per spin. The
        rates are proportional to it.
    K_s : float
        Coupling to the electrons, J m^3.
    S, T, B, J_W, g :
        As in `splitting`.

    Returns
    -------
    tau_par, tau_perp : float
        Relaxation times of spin along and across the magnetisation, s.
    omega : float
        Exchange precession about the magnetisation m, rad/s, positive for K_s > 0; the Larmor precession
        g mu_B B / hbar of the electrons comes on top.
    """
    x = np.clip(splitting(S, T, B, J_W, g) / (K_B * max(T, ABSOLUTE_ZERO)), 1e-9, 700)
    golden = np.pi / HBAR * n_m * nu_F * K_s**2
    thermal = (x / 2 / np.sinh(x / 2)) ** 2 * susceptibility(S, x)  # x n_B (1 + n_B) |<S_par>|
    with np.errstate(divide="ignore", over="ignore"):
        tau_par, tau_perp = (
            1 / np.float64(2 * golden * thermal),
            1 / np.float64(golden * (thermal + second_moment(S, x))),
        )
    return float(tau_par), float(tau_perp), -n_m * K_s / (2 * HBAR) * spin_average(S, T, B, J_W, g)


def moment_rotation(A_so):
    """Turns moments to where electrons see them through spin-orbit coupling, S~ = R^-1 S  [Z23 App. C].

        R = rotation of exp(-i A_so . s / 2), s the Pauli matrices: by |A_so| about A_so

    Parameters
    ----------
    A_so : (3,) array
        Gauge field between moment and electron times their distance, rad.

    Returns
    -------
    (3, 3) array
        R^-1, which takes the magnetisation m to m~.
    """
    return rotation(A_so).T


def born_markov(n_m, K_s, eps_L):
    """Ratio that must be small for the relaxation times to hold  [Z23 (4), (5)].

        n_m K_s / eps_L

    Parameters
    ----------
    n_m : float
        Density of moments, 1/m^3.
    K_s : float
        Coupling to the electrons, J m^3.
    eps_L : float
        Splitting of the moments, J.

    Returns
    -------
    float
        Without unit; infinite without splitting.
    """
    return abs(n_m * K_s) / eps_L if eps_L else np.inf
