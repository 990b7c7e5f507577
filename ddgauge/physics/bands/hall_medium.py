"""Intrinsic Hall conductivity in a film: the conductivity tensor, and media of one channel of charge or of two.

    j = sigma E,   j_x = sigma_xx E_x + sigma_xy E_y,   j_y = -sigma_xy E_x + sigma_xx E_y

A uniform sigma_xy drops out of div j and stays in j . n: the whole tensor belongs in the weak form.
"""

from dataclasses import replace

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.physics.bands import checks
from ddgauge.physics.medium import medium
from ddgauge.physics.two_current import SUMS


def hall_tensor(sigma_xx, sigma_xy, sigma_zz=None):
    """Conductivity tensor of a film with a Hall conductivity about z.

    Parameters
    ----------
    sigma_xx, sigma_xy : float or (...) array
        S/m: of a plane, its conductivity in S divided by the thickness of the film.
    sigma_zz : float or (...) array, optional
        Across the film, S/m: sigma_xx unless given.

    Returns
    -------
    (..., 3, 3) array
        sigma[i, j], S/m.

    Raises
    ------
    ValueError
        Nothing dissipates: sigma_xx or sigma_zz is not > 0.
    """
    sigma_zz = sigma_xx if sigma_zz is None else sigma_zz
    for name, value in {"sigma_xx": sigma_xx, "sigma_zz": sigma_zz}.items():
        if not np.all(np.asarray(value) > 0):
            raise ValueError(
                f"Hall conductor: {name} = {value} S/m, must be > 0; give a quantum Hall plane a small {name}, such as "
                "1e-3 of sigma_xy"
            )
    checks.finite("Hall conductor", "S/m", sigma_xx=sigma_xx, sigma_xy=sigma_xy, sigma_zz=sigma_zz)
    sigma = np.zeros((*np.broadcast_shapes(np.shape(sigma_xx), np.shape(sigma_xy), np.shape(sigma_zz)), 3, 3))
    sigma[..., 0, 0] = sigma[..., 1, 1] = sigma_xx
    sigma[..., 2, 2] = sigma_zz
    sigma[..., 0, 1], sigma[..., 1, 0] = sigma_xy, -np.asarray(sigma_xy)
    return sigma


def hall_vector(sigma_xx, sigma_H):
    """The same film in the terms of the spin model, sigma and Hall vector theta0 of `closure.coupling`.

        sigma_ij = sigma_xx delta_ij + eps_ijk sigma_H,k  across sigma_H:   sigma = sigma_xx (1 + theta0^2),
        theta0 = sigma_H / sigma_xx

    sigma is the inverse of the longitudinal resistivity, and the conductivity along sigma_H.

    Parameters
    ----------
    sigma_xx : float or (...) array
        S/m.
    sigma_H : float or (..., 3) array
        sigma_yz, sigma_zx, sigma_xy, S/m; a number is sigma_xy.

    Returns
    -------
    sigma : float or (...) array
        S/m.
    theta0 : (..., 3) array
    """
    if np.ndim(sigma_H) == 0:
        sigma_H = np.array([0.0, 0.0, sigma_H])
    theta0 = sigma_H / np.expand_dims(sigma_xx, -1)
    return sigma_xx * (1 + np.einsum("...i,...i->...", theta0, theta0)), theta0


def charge_medium(sigma):
    """Charge alone, div sigma grad mu^0 = 0: n = 1 field.

    Parameters
    ----------
    sigma : (..., 3, 3) array
        Conductivity tensor, S/m, with a symmetric part that is positive.

    Returns
    -------
    physics.medium.Medium
    """
    _dissipates(sigma)
    return medium(sigma[..., :, None, :, None], np.zeros((3, 1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.ones(1))


def channel_medium(sigma, G, nu_e2=0.0):
    """Two channels, spins or valleys, each with its Hall tensor: n = 2 fields mu^0, mu, half sum and half difference.

        j^s = -sigma_s grad V_s,   e^2 nu d_t V_s + div j^s = -s G (V_+ - V_-),   s = +1, -1

    Opposite Hall conductivities leave no Hall voltage and pile up spins or valleys at the sides, as a spin Hall effect
    with the angle (sigma_xy,+ - sigma_xy,-) / (sigma_xx,+ + sigma_xx,-).

    Parameters
    ----------
    sigma : (2, ..., 3, 3) array
        Conductivity tensors of the channels, S/m.
    G : float
        Conductance between the channels, A/(V m^3): e^2 nu / tau of one, as `two_current.G_of_time`.
    nu_e2 : float
        e^2 nu of each channel, A s/(V m^3); 0 is enough for a steady state.

    Returns
    -------
    physics.medium.Medium
    """
    for each in sigma:
        _dissipates(each)
    if not 0 <= G < np.inf:
        raise ValueError(f"Hall channels: G = {G:g} A/(V m^3), must be >= 0 and finite")
    C = np.einsum("As,s...ij,sB->...iAjB", SUMS, sigma, SUMS)
    return medium(C, np.zeros((3, 2, 2)), np.diag([0, 4 * G]), 2 * nu_e2 * np.eye(2), np.array([1.0, 0.0]))


def with_hall(channels, sigma_H):
    """A medium of two currents in which each channel has a Hall conductivity, as `channel_medium` has.

        j^s_i = sigma_s (E - grad V_s)_i + eps_ijk sigma_H^s_k (E - grad V_s)_j

    Parameters
    ----------
    channels : physics.medium.Medium
        Whose first two fields are mu^0 and mu.
    sigma_H : (2, 3) array
        sigma_yz, sigma_zx, sigma_xy of the channels, S/m.

    Returns
    -------
    physics.medium.Medium
    """
    n = channels.kappa.shape[-1]
    C = np.zeros((3, n, 3, n))
    C[:, :2, :, :2] = np.einsum("As,ijk,sk,sB->iAjB", SUMS, EPS, sigma_H, SUMS)
    deflected = medium(C, np.zeros((3, n, n)), np.zeros((n, n)), channels.storage, channels.kappa)
    sums = {key: getattr(channels, key) + getattr(deflected, key) for key in ("matrix", "drive", "flux", "drift")}
    return replace(channels, **sums)


def _dissipates(sigma):
    """Refuse a conductivity tensor whose symmetric part is not positive."""
    lowest = np.linalg.eigvalsh((sigma + np.swapaxes(sigma, -2, -1)) / 2).min()
    if not lowest > 0:
        raise ValueError(f"conductivity: smallest eigenvalue of its symmetric part = {lowest:g} S/m, must be > 0")
