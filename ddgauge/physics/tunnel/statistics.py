"""Fermi functions that keep their digits at any temperature, zero included."""

import numpy as np
from scipy.special import expit


def argument(w, mu, T):
    """What the Fermi function f = 1/(1 + exp(-argument)) depends on: (mu - w) / T, at T = 0 one of -inf, 0, inf."""
    if T > 0:
        with np.errstate(over="ignore"):  # as cold as zero
            return (mu - w) / T
    depth = mu - np.asarray(w, float)
    return np.where(depth == 0, 0.0, np.copysign(np.inf, depth))


def fermi(w, mu, T):
    """Occupation of a state at energy w; a step at T = 0, with 1/2 at mu."""
    return expit(argument(w, mu, T))


def difference(x, y):
    """expit(x) - expit(y) without cancellation, zero to the last bit where x = y.

    expit(x) expit(-y) (1 - exp(y - x))
    """
    high, low = np.maximum(x, y), np.minimum(x, y)
    gap = np.subtract(high, low, where=high != low, out=np.zeros(np.broadcast(x, y).shape))
    return np.where(x < y, -1.0, 1.0) * expit(high) * expit(-low) * -np.expm1(-gap)


def softplus(u, T):
    """T ln(1 + exp(u / T)), whose slope in u is 1 - f(u); max(u, 0) at T = 0."""
    return np.maximum(u, 0.0) + (T * np.log1p(np.exp(-np.abs(argument(u, 0, T)))) if T > 0 else 0.0)


def thermal_half(u, T):
    """T C(u / T), where C(x) = (x/2) coth(x/2): |u|/2 beyond the temperature, T below it  [HDW (70)].

    Parameters
    ----------
    u : float or array
        Energy, either sign.
    T : float
        Temperature, zero allowed.

    Returns
    -------
    float or array
        Energy.
    """
    u = np.abs(np.asarray(u, float))
    if T == 0:
        return u / 2
    x = -argument(u, 0, T)
    small = x < 1e-4
    return np.where(small, T * (1 + np.where(small, x, 0.0) ** 2 / 12), u / 2 / np.tanh(np.where(small, 1.0, x) / 2))


def excess(u, T):
    """T [C(u / T) - 1] >= 0 to all digits, also where u << T  [HDW (70)].

    Parameters
    ----------
    u : float or array
        Energy, either sign.
    T : float
        Temperature, zero allowed.

    Returns
    -------
    float or array
        Energy: u^2 / 12 T for u << T, |u|/2 - T for u >> T.
    """
    u = np.asarray(u, float)
    if T == 0:
        return np.abs(u) / 2
    x = argument(u, 0, T)
    small = np.abs(x) < 0.05
    x = np.where(small, x, 0.0)
    series = x**2 / 12 - x**4 / 720 + x**6 / 30240 - x**8 / 1209600
    return np.where(small, T * series, thermal_half(u, T) - T)
