"""Integrals over energies, with a break wherever an integrand is not smooth, and principal values."""

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander

ORDER = 16
NODE, WEIGHT = leggauss(ORDER)
LEGENDRE = (legvander(NODE, ORDER - 1) * WEIGHT[:, None]).T * (np.arange(ORDER)[:, None] + 0.5)  # series of values
NEAR = 1.4  # in half widths of a panel: beyond it a pole does not disturb Gauss's rule
BLOCK = 256  # points at a time, so that what is worked on stays in the cache
THERMAL = np.array([0, 2, 5, 10, 20, 40])  # how far from mu, in T, a Fermi function changes its character

_y, _w = leggauss(24)
_y, _w = (1 + _y) / 2, _w / 2
STEP = _y**3 * (10 - 15 * _y + 6 * _y**2)  # crowds the nodes where logarithms and roots may end a panel
STEP_WEIGHT = _w * 30 * _y**2 * (1 - _y) ** 2


def breaks(points, lo, hi):
    """lo, hi and what of the points lies between, sorted, none closer to another than rounding."""
    points = np.asarray(points, float)
    inside = np.unique(np.concatenate([[lo], points[(points > lo) & (points < hi)], [hi]]))
    keep = np.diff(inside, prepend=-np.inf) > 1e-14 * max(abs(lo), abs(hi), hi - lo)
    inside = inside[keep]
    inside[-1] = hi
    return inside


def crowded(points):
    """Nodes and weights of an integral over panels whose ends may be logarithms, steps or roots of the integrand.

    Parameters
    ----------
    points : (p + 1,) array
        Ends of the panels, increasing.

    Returns
    -------
    nodes, weights : (24 p,) arrays
    """
    points = np.asarray(points, float)
    width = np.diff(points)[:, None]
    return (points[:-1, None] + width * STEP).ravel(), (width * STEP_WEIGHT).ravel()


def gauss_nodes(points):
    """Gauss's nodes of each panel, (p, ORDER), for panels whose ends are the (p + 1,) points."""
    points = np.asarray(points, float)
    return (points[:-1, None] + points[1:, None]) / 2 + np.diff(points)[:, None] / 2 * NODE


def thermal_breaks(mu, T, span):
    """Energies about mu between which Fermi functions, and their principal values, are smooth.

    Parameters
    ----------
    mu : float
        Electrochemical potential.
    T : float
        Temperature; at zero, to rounding, mu alone is returned.
    span : float
        How far the bands reach: from 40 T on the distances grow by factors of six up to there.

    Returns
    -------
    (n,) array
    """
    if 1e-14 * span >= T:
        return np.array([mu])
    far = 40 * T * 6.0 ** np.arange(1, max(1, np.ceil(np.log(max(span / T, 1) / 40) / np.log(6))))
    steps = T * THERMAL
    return mu + np.unique(np.concatenate([-far, -steps, steps, far]))


def graded(lo, hi, levels):
    """Breaks that crowd at both ends of an interval by factors of five, for roots of what is integrated there."""
    near = (hi - lo) * 0.2 ** np.arange(1, levels + 1)
    return np.concatenate([[lo], lo + near, hi - near, [hi]])


def principal_value(w, points, h):
    """Principal value of an integral over panels, h a polynomial on each  [HDW (99), (105)].

        P int h(w') / (w - w') dw'

    On a panel and near it the Legendre expansion of h is integrated with P int_-1^1 P_k(t) / (z - t) dt = 2 Q_k(z),
    elsewhere Gauss's rule is exact. Where h has a step the value diverges as a logarithm; its integral does not.

    Parameters
    ----------
    w : (n,) array
        Energies.
    points : (p + 1,) array
        Ends of the panels, increasing.
    h : (..., p, ORDER) array
        Values at `gauss_nodes(points)`.

    Returns
    -------
    (..., n) array
    """
    points, h = np.asarray(points, float), np.asarray(h, float)
    half = np.diff(points) / 2
    x = gauss_nodes(points).ravel()
    flat = h.reshape(-1, len(half) * ORDER)
    moments = (flat * np.outer(half, WEIGHT).ravel()).T
    series = np.einsum("kj,qpj->qpk", LEGENDRE, h.reshape(-1, len(half), ORDER))
    result = np.empty((len(flat), len(w)))
    for start in range(0, len(w), BLOCK):
        block = np.asarray(w[start : start + BLOCK], float)
        z = (block[:, None] - (points[:-1] + points[1:]) / 2) / half
        i, p = np.nonzero(np.abs(z) < NEAR)
        distance = block[:, None] - x
        distance.reshape(len(block), len(half), ORDER)[i, p] = np.inf
        result[:, start : start + BLOCK] = ((1 / distance) @ moments).T
        Q = _legendre_Q(z[i, p], block[i] - points[p], block[i] - points[p + 1])
        near = 2 * np.einsum("qmk,km->qm", series[:, p], Q)
        for row, value in zip(result, near):
            row[start : start + BLOCK] += np.bincount(i, value, len(block))
    return result.reshape(*h.shape[:-2], len(w))


def _legendre_Q(z, left, right):
    """Q_k(z), k < ORDER, principal values on the cut; upward recurrence keeps its digits for |z| < NEAR.

    With the distances left, right from the ends of the panel the logarithms of two panels cancel where they meet.
    """
    tiny = 1e-300
    Q = np.empty((ORDER, len(z)))
    Q[0] = 0.5 * np.log(np.maximum(np.abs(left), tiny) / np.maximum(np.abs(right), tiny))
    Q[1] = z * Q[0] - 1
    for k in range(1, ORDER - 1):
        Q[k + 1] = ((2 * k + 1) * z * Q[k] - k * Q[k - 1]) / (k + 1)
    return Q


def inverse(function, y, a, b):
    """x between a and b at which a monotone function has the values y, by bisection; y must be within its range.

    Parameters
    ----------
    function : callable
        Monotone, takes arrays.
    y : (n,) array
        Values.
    a, b : float
        Where to look.

    Returns
    -------
    (n,) array
    """
    rising = function(np.array([b]))[0] > function(np.array([a]))[0]
    low, high = np.full(np.shape(y), float(a)), np.full(np.shape(y), float(b))
    for _ in range(54):
        middle = (low + high) / 2
        below = (function(middle) < y) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
