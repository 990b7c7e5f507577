"""Integrals over energies, with a break wherever an integrand is not smooth, and principal values."""

from itertools import product

import numpy as np
from numpy.polynomial import Polynomial
from numpy.polynomial.legendre import leggauss, legvander

ORDER = 16
NODE, WEIGHT = leggauss(ORDER)
LEGENDRE = (legvander(NODE, ORDER - 1) * WEIGHT[:, None]).T * (np.arange(ORDER)[:, None] + 0.5)  # series of values
NEAR = 1.4  # in half widths of a panel: beyond it a pole does not disturb Gauss's rule
BLOCK = 256  # points at a time, so that what is worked on stays in the cache
THERMAL = np.array([0, 4, 14, 40])  # how far from mu, in T, a Fermi function changes its character
LEFT, RIGHT = 1, -1  # the end of a panel at which a density of states has a root
# What the end of a panel may be. Nodes at distances ~ y^2 make roots, also in denominators, powers of y, and stay far
# enough from them to keep their digits; ~ y^5 they make logarithms weak.
SMOOTH, ROOT, LOG = 0, 2, 5


def _rules():
    """Nodes and weights on [0, 1] by what the ends are: x' ~ y^(l - 1) (1 - y)^(r - 1)."""
    rules = {(SMOOTH, SMOOTH): ((1 + NODE) / 2, WEIGHT / 2)}
    for left, right in product((SMOOTH, ROOT, LOG), repeat=2):
        if left or right:
            y, w = leggauss(24 if SMOOTH in (left, right) else 32)
            y, slope = (1 + y) / 2, Polynomial([1.0])
            for power, factor in ((left, [0, 1]), (right, [1, -1])):
                slope *= Polynomial(factor) ** max(power - 1, 0)
            step = slope.integ() / slope.integ()(1.0)
            rules[left, right] = step(y), step.deriv()(y) * w / 2
    return rules


RULES = _rules()


def breaks(points, lo, hi):
    """lo, hi and what of the points lies between, sorted, none closer to another than rounding."""
    points = np.asarray(points, float)
    inside = np.unique(np.concatenate([[lo], points[(points > lo) & (points < hi)], [hi]]))
    keep = np.diff(inside, prepend=-np.inf) > 1e-14 * max(abs(lo), abs(hi), hi - lo)
    inside = inside[keep]
    inside[-1] = hi
    return inside


def panels(roots, logs, smooth, lo, hi):
    """Ends of panels, and what they are; no panel is longer than it is far from a singularity beyond it.

    Parameters
    ----------
    roots, logs, smooth : (n,) arrays
        Where an integrand has roots, also in denominators; logarithms or steps; and where it changes its character, at
        a temperature's distance from mu. lo and hi count as roots.
    lo, hi : float
        Limits of the integral.

    Returns
    -------
    points : (p + 1,) array
        Increasing.
    kinds : (p + 1,) array
        ROOT, LOG or SMOOTH.
    """
    rounding = 1e-13 * max(abs(lo), abs(hi), hi - lo)
    points, kinds = np.empty(0), np.empty(0, int)
    for more, kind in ((roots, ROOT), (logs, LOG), ([lo, hi], ROOT)):
        points, kinds = _with(points, kinds, _within(more, lo, hi, rounding), kind, rounding)
    singular = np.sort(points)
    points, kinds = _with(points, kinds, _within(smooth, lo, hi, rounding), SMOOTH, 1e-10 * (hi - lo))
    points, kinds = points[order := np.argsort(points)], kinds[order]
    padded = np.concatenate([[-np.inf], singular, [np.inf]])
    below = padded[np.searchsorted(singular, points)][:-1]  # nearest singularities beyond each panel
    above = padded[np.searchsorted(singular, points, "right") + 1][1:]
    near = np.diff(points) > np.minimum(points[:-1] - below, above - points[1:])
    extra = [_graded(*each) for each in zip(points[:-1][near], points[1:][near], below[near], above[near])]
    also = np.min(np.abs(points[:, None] - np.asarray(logs, float)), axis=1, initial=np.inf) <= rounding
    both = (kinds == ROOT) & also
    steps = np.diff(points)[:, None] / 2.0 ** np.arange(1, 6)  # for a logarithm that a root's nodes do not see
    extra += [*(points[:-1, None] + steps)[both[:-1]], *(points[1:, None] - steps)[both[1:]]]
    if extra:
        points, kinds = _with(points, kinds, np.concatenate(extra), SMOOTH, rounding)
        points, kinds = points[order := np.argsort(points)], kinds[order]
    return points, kinds


def _within(points, lo, hi, rounding):
    """Those of the points that lie between lo and hi, once each; what is as close to an end as rounding is there."""
    points = np.asarray(points, float)
    points = np.where(np.abs(points - lo) <= rounding, lo, np.where(np.abs(points - hi) <= rounding, hi, points))
    points = np.unique(points[(points >= lo) & (points <= hi)])
    return points[np.diff(points, prepend=-np.inf) > rounding / 10]


def _with(points, kinds, more, kind, apart):
    """Points and kinds with more of one kind, but for those that are too close to a point that is there already."""
    more = more[np.min(np.abs(more[:, None] - points), axis=1, initial=np.inf) > apart]
    return np.append(points, more), np.append(kinds, np.full(len(more), kind))


def _graded(a, b, below, above):
    """Points between a and b at distances that double from what is singular below and above."""
    cuts = []
    for end, other, outside in ((a, b, below), (b, a, above)):
        gap, length = end - outside, other - end
        if np.isfinite(outside) and abs(length) > abs(gap):
            steps = np.arange(1, 1 + int(np.log2(abs(length / gap))))
            cuts.extend(outside + gap * 2.0**steps)
    middle = (a + b) / 2
    if np.isfinite(below) and np.isfinite(above) and cuts:
        cuts = [x for x in cuts if (x < middle) == (abs(x - below) < abs(x - above))]
    return cuts


def crowded(points, kinds):
    """Nodes and weights of an integral over panels, crowded where an end may be singular.

    Parameters
    ----------
    points, kinds : (p + 1,) arrays
        From `panels`.

    Returns
    -------
    nodes, weights : (n,) arrays
    """
    nodes, weights = [], []
    for (left, right), (x, weight) in RULES.items():
        like = (kinds[:-1] == left) & (kinds[1:] == right)
        a, width = points[:-1][like, None], np.diff(points)[like, None]
        nodes.append((a + width * x).ravel())
        weights.append((width * weight).ravel())
    return np.concatenate(nodes), np.concatenate(weights)


def gauss_nodes(points, roots=0):
    """Gauss's nodes of each panel, (p, ORDER), for panels whose ends are the (p + 1,) points.

    With roots (p,), LEFT or RIGHT, the distances from that end are the squares of Gauss's nodes.
    """
    a, b, roots = (each[:, None] for each in _ends(points, roots))
    width, y = b - a, (1 + NODE) / 2
    return np.where(roots == 0, a + width * y, np.where(roots == LEFT, a + width * y**2, b - width * y**2))


def _ends(points, roots):
    points = np.asarray(points, float)
    return points[:-1], points[1:], np.broadcast_to(roots, len(points) - 1)


def thermal_breaks(mu, T, span):
    """Energies about mu between which Fermi functions, and their principal values, are smooth.

    Parameters
    ----------
    mu : float
        Electrochemical potential.
    T : float
        Temperature; at zero, to rounding, mu alone is returned.
    span : float
        How far the bands reach: from 40 T on the distances grow by factors of ten up to there.

    Returns
    -------
    (n,) array
    """
    if 1e-14 * span >= T:
        return np.array([mu])
    far = 40 * T * 10.0 ** np.arange(1, max(1, np.ceil(np.log(max(span / T, 1) / 40) / np.log(10))))
    steps = T * THERMAL
    return mu + np.unique(np.concatenate([-far, -steps, steps, far]))


def principal_value(w, points, h, roots=0):
    """Principal value of an integral over panels  [HDW (99), (105)].

        P int h(w') / (w - w') dw'

    On each panel h is a polynomial, or, where an end is marked, a polynomial of the root y of the distance from it,
    which may be divided by y. On a panel and near it the Legendre expansion is integrated with
    P int_-1^1 P_k(t) / (z - t) dt = 2 Q_k(z), elsewhere Gauss's rule is exact. Where h has a step the value diverges as
    a logarithm; its integral does not.

    Parameters
    ----------
    w : (n,) array
        Energies.
    points : (p + 1,) array
        Ends of the panels, increasing.
    h : (..., p, ORDER) array
        Values at `gauss_nodes(points, roots)`.
    roots : (p,) array, optional
        LEFT, RIGHT or 0.

    Returns
    -------
    (..., n) array
    """
    w, h = np.asarray(w, float), np.asarray(h, float)
    x = gauss_nodes(points, roots)
    a, b, roots = _ends(points, roots)
    width = (b - a)[:, None]
    slope = np.where(roots[:, None] == 0, width / 2, width * (1 + NODE) / 2)  # dw' / dt
    density = h.reshape(-1, len(a), ORDER) * slope
    moments = (density * WEIGHT).reshape(len(density), -1).T
    series = np.einsum("kj,qpj->qpk", LEGENDRE, density)
    result = np.empty((len(density), len(w)))
    low = np.where(roots == LEFT, 0.15, np.where(roots == RIGHT, 0.45, (NEAR - 1) / 2))  # of the width, on either side
    high = np.where(roots == RIGHT, 0.15, np.where(roots == LEFT, 0.45, (NEAR - 1) / 2))
    low, high = a - low * (b - a), b + high * (b - a)
    for start in range(0, len(w), BLOCK):
        block = w[start : start + BLOCK]
        i, p = np.nonzero((block[:, None] > low) & (block[:, None] < high))
        distance = block[:, None] - x.ravel()
        distance.reshape(len(block), len(a), ORDER)[i, p] = np.inf
        result[:, start : start + BLOCK] = ((1 / distance) @ moments).T
        for side in (0, LEFT, RIGHT):
            at = roots[p] == side
            if not at.any():
                continue
            k, panel = i[at], p[at]
            below, above = block[k] - a[panel], block[k] - b[panel]
            values = _near(side, below, above, series[:, panel], density[:, panel])
            for row, value in zip(result, values):
                row[start : start + BLOCK] += np.bincount(k, value, len(block))
    return result.reshape(*h.shape[:-2], len(w))


def _near(side, below, above, series, density):
    """Shares of panels from whose ends the energies have the distances below and above: (q, m) array."""
    width = below - above
    if side == 0:
        z = (below + above) / width
        return 2 * np.einsum("qmk,km->qm", series, _legendre_Q(z, _log(below, above))) / (width / 2)
    distance, other = (below, above) if side == LEFT else (-above, -below)
    y = np.sqrt(np.maximum(np.abs(distance) / width, 1e-16))  # nearer than rounding there is no telling
    result = np.empty(series.shape[:-1])
    beyond = distance < 0
    eta = y[beyond]
    Q = _legendre_Q(2j * eta - 1, 0.5j * (np.arctan(eta) - np.pi / 2) + 0.5 * np.log(eta / np.hypot(eta, 1)))
    result[:, beyond] = 4 * np.einsum("qmk,km->qm", series[:, beyond], Q.imag) / eta
    within, inside = ~beyond, y[~beyond]
    # log |y / (y - 1)|, from the distance to the other end
    own = _log(inside * (inside + 1), other[within] / width[within])
    result[:, within] = np.einsum("qmk,km->qm", series[:, within], _legendre_Q(2 * inside - 1, own))
    mirror = np.empty_like(result[:, within])
    close = inside < (NEAR - 1) / 2
    Q = _legendre_Q(-2 * inside[close] - 1, _log(inside[close], inside[close] + 1))
    mirror[:, close] = np.einsum("qmk,km->qm", series[:, within][:, close], Q)
    far = WEIGHT / (-2 * inside[~close, None] - 1 - NODE) / 2
    mirror[:, ~close] = np.einsum("qmj,mj->qm", density[:, within][:, ~close], far)
    result[:, within] = (result[:, within] - mirror) * 2 / inside
    return (result if side == LEFT else -result) / width


def _log(left, right):
    """Q_0: half the logarithm of the ratio; those of two panels cancel where they meet."""
    tiny = 1e-300
    return 0.5 * np.log(np.maximum(np.abs(left), tiny) / np.maximum(np.abs(right), tiny))


def _legendre_Q(z, first):
    """Q_k(z), k < ORDER, from Q_0, principal values on the cut; upward recurrence keeps its digits close to it."""
    Q = np.empty((ORDER, len(z)), np.result_type(z, first))
    Q[0] = first
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
