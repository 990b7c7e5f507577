"""Textures in phase space: spin directions m(r, k, t), and Faraday's law in k.

h is the vector that splits two bands, H = eps + h . sigma: a function of coordinates, (..., N) -> (..., 3), analytic.
"""

import numpy as np

from ddgauge.physics.algebra import EPS
from ddgauge.physics.bands.models import central
from ddgauge.units import HBAR

STEP = 1e-30  # in each coordinate, of the complex step


def solid_angle_form(h, x):
    """Berry curvature of phase space, twice the usual one and of the same sign for both bands  [WT11 (24)].

        F_IJ = m . (d_I m x d_J m) = h . (d_I h x d_J h) / |h|^3,   m = h / |h|

    Parameters
    ----------
    h : callable
        Splitting, of any unit.
    x : (..., N) array
        Coordinates.

    Returns
    -------
    (..., N, N) array
        F[I, J], in 1 / (units of x_I and x_J).
    """
    x = np.asarray(x, float)
    value = h(x)
    size = np.linalg.norm(value, axis=-1)
    if not np.all(size > 0):
        raise ValueError(f"texture: |h| = 0 at x = {x[np.argmin(size)] if x.ndim > 1 else x}, must be > 0: bands touch")
    value = value / size[..., None]
    slope = np.stack([h(x + 1j * STEP * e).imag / STEP for e in np.eye(x.shape[-1])], axis=-2) / size[..., None, None]
    return np.einsum("abc,...a,...Ib,...Jc->...IJ", EPS, value, slope, slope, optimize=True)


def texture_rates(F, d_eps, s):
    """Velocity and rate of k of a wave packet in a texture  [WT11 (24)].

        r'_i =  d_k_i eps / hbar + q_s {F_tk_i + [F_k_i,k_l d_r_l eps - F_k_i,r_l d_k_l eps] / hbar}
        k'_i = -d_r_i eps / hbar - q_s {F_tr_i + [F_r_i,k_l d_r_l eps - F_r_i,r_l d_k_l eps] / hbar},   q_s = -s/2

    A texture in space alone gives hbar k' = -e s E_smf, E_smf the spin motive force of `motive_force` with n = m.

    Parameters
    ----------
    F : (..., N, N) array
        From `solid_angle_form`, with coordinates (r_1..r_d, k_1..k_d, t), N = 2 d + 1.
    d_eps : (..., N) array
        Slope of the band's energy along them, J per unit of each.
    s : int
        +1 upper, -1 lower band.

    Returns
    -------
    r_t, k_t : (..., d) arrays
        m/s and 1/(m s).
    """
    d = F.shape[-1] // 2
    r, k = slice(0, d), slice(d, 2 * d)
    d_r, d_k = d_eps[..., r] / HBAR, d_eps[..., k] / HBAR

    def anomalous(p):
        turned = np.einsum("...il,...l->...i", F[..., p, k], d_r) - np.einsum("...il,...l->...i", F[..., p, r], d_k)
        return -s / 2 * (F[..., -1, p] + turned)

    return d_k + anomalous(k), -d_r - anomalous(r)


def faraday_fields(h, k, t):
    """Electric and magnetic field of k of bands that change in time  [WT11 sec. III B].

        calE_i = F_k_i,t,   calB = F_k_x,k_y,   d_t calB + d_k_x calE_y - d_k_y calE_x = 0

    Parameters
    ----------
    h : callable
        Splitting, of (k_x, k_y, t).
    k : (..., 2) array
        1/m.
    t : float
        s.

    Returns
    -------
    calE : (..., 2) array
        m/s.
    calB : (...) array
        m^2.
    """
    F = solid_angle_form(h, _with_time(k, t))
    return F[..., :2, 2], F[..., 0, 1]


def faraday_residual(h, k, t, dk, dt):
    """d_t calB + curl calE by differences of fourth order, m^2/s; it vanishes unless bands touch at k.

    Parameters
    ----------
    h, k, t :
        As in `faraday_fields`.
    dk, dt : float
        Steps, 1/m and s.

    Returns
    -------
    (...) array
        m^2/s.
    """
    x, y = dk * np.eye(2)
    curl = central(lambda n: faraday_fields(h, k + n * x, t)[0][..., 1], 1)
    curl = curl - central(lambda n: faraday_fields(h, k + n * y, t)[0][..., 0], 1)
    return curl / dk + central(lambda n: faraday_fields(h, k, t + n * dt)[1], 1) / dt


def faraday_velocity(calE, s):
    """Velocity that bands in change give a wave packet, q_s F_tk = -q_s calE = (s/2) calE  [WT11 (24), sec. III B].

    The source prints the opposite sign in section III B.

    Parameters
    ----------
    calE : (..., 2) array
        From `faraday_fields`, m/s.
    s : int
        +1 upper, -1 lower band.

    Returns
    -------
    (..., 2) array
        m/s.
    """
    return s / 2 * np.asarray(calE)


def dirac_faraday(M, M_t, v, k):
    """Fields of massive Dirac electrons whose mass changes  [WT11 sec. III B].

        calE = d_t M (hbar v)^2 z x k / E^3,   d_t calB = d_t M (hbar v)^2 [(hbar v k)^2 - 2 M^2] / E^5

    |calE| is largest where hbar v k = |M| / sqrt(2).

    Parameters
    ----------
    M, M_t : float
        Mass, J, and its rate, W.
    v : float
        m/s.
    k : (..., 2) array
        1/m.

    Returns
    -------
    calE : (..., 2) array
        m/s.
    calB_t : (...) array
        m^2/s.
    """
    k_x, k_y = np.moveaxis(np.asarray(k, float), -1, 0)
    p2 = (HBAR * v) ** 2 * (k_x**2 + k_y**2)
    E = np.sqrt(p2 + M**2)
    calE = M_t * (HBAR * v) ** 2 * np.stack([-k_y, k_x], axis=-1) / E[..., None] ** 3
    return calE, M_t * (HBAR * v) ** 2 * (p2 - 2 * M**2) / E**5


def _with_time(k, t):
    k = np.asarray(k, float)
    return np.concatenate([k, np.full((*k.shape[:-1], 1), t)], axis=-1)
