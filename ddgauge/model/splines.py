"""Smooth fields from values on a regular grid, or at a few times: numpy in, numpy out.

In space tensor products of cubic B-splines B, u(s) = sum_k c_k B(s - k), s in cells from the centre of the first;
in time cubic Hermite pieces. Both are of fourth order, also at the ends.
"""

import numpy as np
from scipy.linalg import solve_banded
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_array


def coefficients(values):
    """B-spline coefficients of a field that passes through the values of a grid.

        (c_(k-1) + 4 c_k + c_(k+1)) / 6 = u_k

    and at both ends of an axis the fourth difference of c vanishes: the outer two pieces are one polynomial
    (not-a-knot). Of two cells the second does, of three the third: the spline is the line or parabola through them.

    Parameters
    ----------
    values : (nz, ny, nx, ...) array

    Returns
    -------
    (nz', ny', nx', ...) array
        n' = n + 2, but 1 along an axis with one cell, along which the field is constant.
    """
    c = np.asarray(values, float)
    for axis in range(3):
        if (n := c.shape[axis]) > 1:
            rows = np.zeros((9, n + 2))  # rows[4 + i - j, j] is row i, column j; first and last row are the ends
            rows[5, :n], rows[4, 1 : n + 1], rows[3, 2:] = 1 / 6, 2 / 3, 1 / 6
            end = np.poly(np.ones(d := min(n, 4)))  # 1, -4, 6, -4, 1
            j = np.arange(d + 1)
            rows[4 - j, j], rows[4 + d - j, n + 1 - d + j] = end, end
            u = np.moveaxis(c, axis, 0)
            right = np.pad(u.reshape(n, -1), ((1, 1), (0, 0)))
            c = np.moveaxis(solve_banded((4, 4), rows, right).reshape(n + 2, *u.shape[1:]), 0, axis)
    return np.ascontiguousarray(c)


def reflection(filled, step):
    """Cells from which the empty ones of a grid are filled, so that a field that is linear near the edge goes on.

        u[empty] = 2 u[nearest] - u[mirrored]

    Parameters
    ----------
    filled : (nz, ny, nx) array of bool
    step : (3,) array
        Edges of a cell along x, y, z.

    Returns
    -------
    empty, nearest, mirrored : three indices of the grid, or None where no cell is empty
        The nearest filled cell, and the one as far behind it, or the nearest again where that is not filled.
    """
    if filled.all():
        return None
    empty = np.argwhere(~filled).T
    nearest = distance_transform_edt(~filled, step[::-1], return_distances=False, return_indices=True)[:, *empty]
    mirrored = 2 * nearest - empty
    there = ((mirrored >= 0) & (mirrored < np.array(filled.shape)[:, None])).all(axis=0)
    there[there] = filled[*mirrored[:, there]]
    return tuple(empty), tuple(nearest), tuple(np.where(there, mirrored, nearest))


def sampling(s, nodes):
    """Matrices from B-spline coefficients to a field and its derivatives at points.

    Parameters
    ----------
    s : (3, N) array
        Points x, y, z in cells from the centre of the first; beyond the outer centres the outer polynomials go on.
    nodes : (nx, ny, nz)
        Cells along each axis.

    Returns
    -------
    list of four sparse (N, cells) arrays, or None
        The field and its derivatives along x, y, z, per cell, from coefficients (cells, ...); None along an axis with
        one cell.
    """
    stencils = [_stencil(*axis) for axis in zip(s, nodes)]
    sizes = [n + 2 * (n > 1) for n in nodes]
    (ix, iy, iz), (wx, wy, wz), (dx, dy, dz) = zip(*stencils)
    cell = (iz[:, :, None, None] * sizes[1] + iy[:, None, :, None]) * sizes[0] + ix[:, None, None, :]
    cell = cell.reshape(len(cell), np.prod(cell.shape[1:]))
    rows = np.arange(0, cell.size + 1, cell.shape[1], dtype=cell.dtype)

    def matrix(z, y, x):
        if x is None or y is None or z is None:
            return None
        weights = (z[:, :, None] * y[:, None, :])[..., None] * x[:, None, None, :]
        return csr_array((weights.ravel(), cell.ravel(), rows), shape=(len(cell), int(np.prod(sizes))))

    return [matrix(wz, wy, wx), matrix(wz, wy, dx), matrix(wz, dy, wx), matrix(dz, wy, wx)]


def _stencil(s, n):
    """Coefficients that matter at points along an axis, their weights, and those of the derivative."""
    if n == 1:
        return np.zeros((len(s), 1), np.int32), np.ones((len(s), 1)), None
    left = np.clip(np.floor(s), 0, n - 2).astype(np.int32)
    f = s - left
    g = 1 - f
    weights = [g**3, 4 - 3 * f**2 * (1 + g), 4 - 3 * g**2 * (1 + f), f**3]
    slopes = [-(g**2), f * (3 * f - 4), g * (4 - 3 * g), f**2]
    return left[:, None] + np.arange(4, dtype=np.int32), np.stack(weights, -1) / 6, np.stack(slopes, -1) / 2


def in_time(times, t):
    """Weights of values at some times for a C^1 curve through them, and for its slope.

    Cubic Hermite pieces with the slopes of the polynomial through the nearest five values.

    Parameters
    ----------
    times : (K,) array, s
        Increasing.
    t : float, s
        Between the first and the last.

    Returns
    -------
    near, weights, slopes : slice, (n,) and (n,) arrays
        u(t) = weights . u[near] and d_t u(t) = slopes . u[near], 1/s.
    """
    k = int(np.clip(np.searchsorted(times, t, "right") - 1, 0, max(len(times) - 2, 0)))
    near = slice(max(min(k - 2, len(times) - 5), 0), min(max(k + 4, 5), len(times)))
    times = times[near]
    k -= near.start
    if len(times) == 1:
        return near, np.ones(1), np.zeros(1)
    h = times[k + 1] - times[k]
    f = (t - times[k]) / h
    g = 1 - f
    unit = np.eye(len(times))
    D = [_slope((times - times[j]) / h, j) for j in (k, k + 1)]
    weights = g**2 * (1 + 2 * f) * unit[k] + f**2 * (1 + 2 * g) * unit[k + 1] + f * g * (g * D[0] - f * D[1])
    slopes = 6 * f * g * (unit[k + 1] - unit[k]) + g * (1 - 3 * f) * D[0] + f * (1 - 3 * g) * D[1]
    return near, weights, slopes / h


def _slope(tau, j):
    """Weights of the slope at tau_j = 0 of the polynomial through the five nearest of the values."""
    first = max(min(j - 2, len(tau) - 5), 0)
    near = slice(first, min(first + 5, len(tau)))
    powers = np.vander(tau[near], increasing=True).T
    weights = np.zeros(len(tau))
    weights[near] = np.linalg.solve(powers, np.eye(len(powers))[1])
    return weights
