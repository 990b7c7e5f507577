"""Linear response of a junction to a small bias and a small difference of temperatures, for any densities of states.

With mu_L - mu_R = dmu and T_L - T_R = dT electrons leave L for R at the rate N, heat at the rate Q

    N = 2 pi t^2 [K_0 dmu + K_1 dT/T],  Q = 2 pi t^2 [K_1 dmu + K_2 dT/T],  K_n = sum_ss' (1 + s s' c)/2 K_n,ss'
    K_n,ss' = int (-f') (w - mu)^n nu_s^L nu_s'^R dw

One matrix for both: Onsager. Units as in `coefficients`, with e = 1: a thermopower of 1 is k_B/e = 86.17 uV/K.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ddgauge.physics.tunnel.electrodes import SIGN, require


@dataclass(frozen=True)
class Linear:
    """Linear coefficients of a junction, charge -1 per electron, currents and heat from L to R."""

    conductance: float  # charge current per voltage V_L - V_R
    seebeck: float  # -(V_L - V_R)/(T_L - T_R) without a current
    peltier: float  # heat per charge current at dT = 0
    thermal_conductance: float  # heat per T_L - T_R without a current


def moments(L, R):
    """K_n of each pair of spins.

    Parameters
    ----------
    L, R : Electrode
        At one temperature and electrochemical potential; ValueError otherwise.

    Returns
    -------
    (3, 2, 2) array
        K[n, s, s'], powers of energy times states per energy squared.
    """
    require(
        np.ndim(L.mu) == 0 and L.mu == R.mu, "thermopower", "mu of L and R", f"{L.mu}, {R.mu}", "must be one energy"
    )
    require(L.T == R.T, "thermopower", "T of L and R", f"{L.T}, {R.T}", "must be one temperature")
    mu, T = float(L.mu), float(L.T)
    K = np.zeros((3, 2, 2))
    if T == 0:
        K[0] = np.outer(L.nu(mu), R.nu(mu))
        return K
    nodes = L.nodes(*R.singular(), np.concatenate([L.smooth(), R.smooth()]))
    for s in (0, 1):
        x = (nodes.e[s] - mu) / T
        thermal = nodes.weight[s] * expit(x) * expit(-x) / T
        nu = R.nu(nodes.e[s])
        for n in (0, 1, 2):
            K[n, s] = nu @ (thermal * (T * x) ** n)
    return K


def linear(L, R, t, c):
    """Conductance, thermopower, Peltier coefficient and thermal conductance.

        G = 2 pi t^2 K_0,  S = -K_1 / (T K_0),  Pi = T S,  kappa = 2 pi t^2 [K_2 - K_1^2 / K_0] / T

    with K_n = sum_ss' (1 + s s' c)/2 K_n,ss'. S < 0 where electrons above mu carry more.

    Parameters
    ----------
    L, R : Electrode
        As in `moments`.
    t : float
        Tunnelling amplitude, energy.
    c : float
        Cosine of the angle between the axes.

    Returns
    -------
    Linear
        Of a junction that nothing passes, without conductance, thermopower and Peltier coefficient are nan.
    """
    K_0, K_1, K_2 = np.einsum("nst,st->n", moments(L, R), (1 + np.outer(SIGN, SIGN) * c) / 2)
    golden, T = 2 * np.pi * t**2, L.T
    if K_0 == 0:
        return Linear(0.0, np.nan, np.nan, 0.0)
    if T == 0:
        return Linear(golden * K_0, 0.0, 0.0, 0.0)
    return Linear(golden * K_0, -K_1 / (T * K_0), -K_1 / K_0, golden * (K_2 - K_1**2 / K_0) / T)
