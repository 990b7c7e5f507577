"""Wave packets of one band in an electric and a magnetic field."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from ddgauge.physics.bands import checks
from ddgauge.physics.bands.curvature import curvature, energies, orbital_moment, state_density_factor, velocity
from ddgauge.physics.bands.models import central
from ddgauge.units import E_CHARGE, HBAR

FORMS = ("exact", "linear")


@dataclass(frozen=True)
class Trajectory:
    """Where a wave packet is, at times t."""

    t: np.ndarray  # (N,), s
    r: np.ndarray  # (N, 3), m
    k: np.ndarray  # (N, d), 1/m


def band_energy(model, band, k, B):
    """Energy of a wave packet, eps - m . B, J  [WT11 (23), (35)]; k (..., d), 1/m, B (3,), T."""
    eps = energies(model, k)[..., band]
    return eps - orbital_moment(model, k)[..., band, :] @ B if np.any(B) else eps


def band_velocity(model, band, k, B):
    """Its gradient, d_k (eps - m . B) / hbar: (..., 3), m/s."""
    v = velocity(model, k)[..., band, :]
    if np.any(B):
        step = 1e-3 * model.scale(k)[..., None]
        for i, e in enumerate(np.eye(model.dimension)):
            slope = central(lambda s, e=e: orbital_moment(model, k + s * step * e)[..., band, :] @ B, 1) / step[..., 0]
            v[..., i] -= slope / HBAR
    return v


def rates(model, band, k, E, B, form="exact"):
    """Velocity and rate of k of a wave packet  [WT11 (37), (38), (40)].

        hbar k' = -e (E + r' x B),   r' = v_bar - k' x Omega,   v_bar = d_k (eps - m . B) / hbar

    "exact" solves these, with D = 1 + (e/hbar) B . Omega,

        r'      = [v_bar + (e/hbar) E x Omega + (e/hbar) (v_bar . Omega) B] / D
        hbar k' = [-e E - e v_bar x B - (e^2/hbar) (E . B) Omega] / D

    and conserves eps - m . B + e E . r. "linear" has Z = 1 - (e/hbar) B . Omega for 1/D and the velocity to first order
    in B; it conserves to that order.

        r'      = v_bar + (Z - 1) v + Z (e/hbar) E x Omega + (e/hbar) (v . Omega) B
        hbar k' = -Z e E - e [v_bar + (Z - 1) v] x B - (e^2/hbar) (E . B) Omega

    In two dimensions E_x, E_y and B_z act.

    Parameters
    ----------
    model : callable
        Band model.
    band : int
        The lowest is 0.
    k : (..., d) array
        1/m.
    E, B : (3,) array
        V/m and T.
    form : "exact" or "linear"

    Returns
    -------
    r_t : (..., 3) array
        m/s.
    k_t : (..., d) array
        1/(m s).

    Raises
    ------
    ValueError
        D <= 0, no gap, or an unknown form.
    """
    if form not in FORMS:
        raise ValueError(f"trajectory: form = {form!r}, must be one of {', '.join(FORMS)}")
    k, E = np.asarray(k, float), np.asarray(E, float)
    B = checks.magnetic_field("trajectory", B)
    Omega, v_bar = curvature(model, k)[..., band, :], band_velocity(model, band, k, B)
    D = state_density_factor(Omega, B)[..., None]
    if form == "exact":
        v, Z, moving, force = v_bar, 1 / D, v_bar / D, 1 / D
    else:
        v, Z = velocity(model, k)[..., band, :], 2 - D
        moving, force = v_bar + (Z - 1) * v, 1.0
    charge = E_CHARGE / HBAR
    along = np.einsum("...i,...i->...", v, Omega)[..., None] * B
    r_t = moving + charge * (Z * np.cross(E, Omega) + force * along)
    k_t = -charge * (Z * E + np.cross(moving, B) + force * charge * (E @ B) * Omega)
    return r_t, k_t[..., : model.dimension]


def trajectory(model, band, k, times, E=(0.0, 0.0, 0.0), B=(0.0, 0.0, 0.0), form="exact", rtol=1e-11):
    """Trajectory of a wave packet that starts at r = 0  [WT11 (37), (38), (40)].

    Parameters
    ----------
    model, band, form :
        As in `rates`.
    k : (d,) array
        Where it starts, 1/m, at the first time.
    times : (N,) array
        s, ascending.
    E, B : (3,) array
        V/m and T.
    rtol : float
        Tolerance of the integrator.

    Returns
    -------
    Trajectory
    """
    k = checks.wave_vectors("trajectory", k, model.dimension)
    scale = float(model.scale(k))

    def slope(_, y):
        return np.concatenate(rates(model, band, y[3:], E, B, form))

    atol = rtol * np.array([1 / scale] * 3 + [scale] * model.dimension)
    y = solve_ivp(slope, (times[0], times[-1]), [0, 0, 0, *k], "DOP853", t_eval=times, rtol=rtol, atol=atol).y.T
    return Trajectory(np.asarray(times), y[:, :3], y[:, 3:])


def adiabaticity(gap, v, E=0.0, wavelength=0.0, omega=0.0, length=np.inf):
    """How far a wave packet is from one band alone: ratios that must be small, with a warning for each above 0.1.

    Parameters
    ----------
    gap : float
        To the next band, J.
    v : float
        m/s.
    E, wavelength : float
        Electric field, V/m, and wavelength of the electrons, m.
    omega : float
        Of what drives them, rad/s.
    length : float
        On which a texture or a field changes, m.

    Returns
    -------
    dict
        By the name of the ratio.
    """
    checks.positive("adiabaticity", "J", gap=gap)
    ratios = {
        "hbar omega / gap": HBAR * omega / gap,
        "hbar v / (gap length)": HBAR * v / (gap * length),
        "e E wavelength / gap": E_CHARGE * E * wavelength / gap,
    }
    for name, ratio in ratios.items():
        if ratio > 0.1:
            warnings.warn(f"adiabaticity: {name} = {ratio:.3g}, should be < 0.1", RuntimeWarning, stacklevel=2)
    return ratios
