"""Flat bands on both sides of a facet, at many points at once, with spin accumulated there.

The coefficients of `flat` where up and down have electrochemical potentials of their own, far from all edges of the
bands, which follow the mean of the two or stay where they are. The occupations f_s enter the mode and

    F0 = (f_up + f_dn)/2,  Fz = (f_up - f_dn)/2 within the bias,  B = P int Fz / (w - w')   of the other electrode.

Energies are in one unit, results in units of Gamma times it: `si` turns them into rates and torques per area.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import digamma, expit, xlogy

from ddgauge.physics.tunnel.statistics import argument, difference

BLOCK = 256  # points at a time
CHUNK = 4096  # points at a time that are interpolated
MOST = 80.0  # temperatures, beyond which a range of potentials has no more nodes
STEPS = np.array([-40, -14, -4, 0, 4, 14, 40])  # in T: where an occupation changes its character
_y, _w = leggauss(16)
_y, _w = (1 + _y) / 2, _w / 2
RULE = _y**3 * (10 - 15 * _y + 6 * _y**2), 30 * _w * (_y * (1 - _y)) ** 2  # crowds at ends, which may be logarithms


@dataclass(frozen=True)
class FlatSide:
    """An electrode at n points; energies."""

    mu: np.ndarray  # (n, 2), electrochemical potential of up and down electrons
    T: float
    J: float  # Stoner splitting
    D: float  # half width of the bands
    rigid: bool = False  # bands about the energy 0 at any potential, not about the mean of mu

    @property
    def centre(self):
        """(n,) middle of the bands."""
        return np.zeros(len(self.mu)) if self.rigid else self.mu.mean(axis=1)

    def part(self, k):
        """The same at some of the points."""
        return replace(self, mu=self.mu[k])

    def steps(self, *energies):
        """(n, ...) energies between which occupations about the given ones are smooth."""
        return np.concatenate([energy[:, None] + self.T * STEPS for energy in energies], axis=1)

    def arguments(self, w):
        """(2, n, points) (mu_s - w) / T of up and down."""
        return np.stack([argument(w, self.mu[:, s, None], self.T) for s in (0, 1)])


def coefficients(L, R):
    """Torque and exchange coefficients of both electrodes over Gamma  [HDW (98), (100), (101), (102)].

        E_ex = 2 int sum_s A_s [F0_R - f_s],  A_ex = 2 int sum_s s A_s Fz_R,  A_s = [f_s(w) - f_-s(w + s J)]/4
        T_ex = (2/pi) int sum_s A_s [B_R - f_s H_R],  T_S = -(1/pi) int (Fz_R H_L + Fz_L H_R)

    Parameters
    ----------
    L, R : FlatSide

    Returns
    -------
    T_S : (n,) array
    of_L, of_R : (n, 3) arrays
        E_ex, A_ex, T_ex of each electrode; energies.
    """
    blocks = [slice(k, k + BLOCK) for k in range(0, len(L.mu), BLOCK)]
    parts = [_block(L.part(k), R.part(k)) for k in blocks]
    empty = (np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)))
    return tuple(np.concatenate(part) for part in zip(*parts)) if parts else empty


def interpolated(L, R):
    """The same as `coefficients` of many points, to eight digits, by Chebyshev's polynomials in bias and accumulations.

    The coefficients depend on the bias, on what is accumulated on each side and, of rigid bands, on the mean of all.
    Where there are not many more points than nodes, all are integrated.

    Parameters
    ----------
    L, R : FlatSide
        As in `coefficients`.

    Returns
    -------
    T_S, of_L, of_R
        As of `coefficients`.
    """
    T = min(L.T, R.T)
    means, halves = ([np.sum(side.mu * sign, axis=1) / 2 for side in (L, R)] for sign in ((1, 1), (1, -1)))
    x = np.stack([means[0] - means[1], *halves, (means[0] + means[1]) / 2], axis=1)
    if len(x) == 0:
        return coefficients(L, R)
    low, high = x.min(axis=0), x.max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.ceil(5 + 3.3 * np.minimum((high - low) / T, MOST))
    counts = np.where(high > low, wanted, 1).astype(int)
    counts[3] = min(counts[3], 4) if L.rigid or R.rigid else 1
    if len(x) <= 2 * np.prod(counts):
        return coefficients(L, R)
    nodes = [(a + b) / 2 + (b - a) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n) for a, b, n in zip(low, high, counts)]
    v, of_L, of_R, mean = (grid.ravel() for grid in np.meshgrid(*nodes, indexing="ij"))
    at = [np.stack([mean + s * v / 2 + a, mean + s * v / 2 - a], axis=1) for s, a in ((1, of_L), (-1, of_R))]
    T_S, *exchange = coefficients(*(replace(side, mu=mu) for side, mu in zip((L, R), at)))
    values = np.concatenate([T_S[:, None], *exchange], axis=1).reshape(*counts, 7)
    found = np.concatenate([_between(nodes, values, x[k : k + CHUNK]) for k in range(0, len(x), CHUNK)])
    return found[:, 0], found[:, 1:4], found[:, 4:]


def _between(nodes, values, x):
    """(n, m) of values (nodes of each variable, m) at points x (n, variables), variable by variable."""
    found = np.einsum("nk,k...->n...", _barycentric(nodes[0], x[:, 0]), values)
    for k in range(1, len(nodes)):
        found = np.einsum("nk,nk...->n...", _barycentric(nodes[k], x[:, k]), found)
    return found


def _barycentric(nodes, x):
    """(n, k) shares of Chebyshev's nodes in the polynomial at points x."""
    k = len(nodes)
    weights = (-1.0) ** np.arange(k) * np.sin(np.pi * (np.arange(k) + 0.5) / k)
    distance = x[:, None] - nodes
    met = distance == 0
    shares = weights / np.where(met, 1.0, distance)
    shares = np.where(met.any(axis=1)[:, None], met, shares)
    return shares / shares.sum(axis=1)[:, None]


def _block(L, R):
    offset = L.centre - R.centre
    torque = _of_edges(L, R, offset) - (_of_accumulation(R, L) + _of_accumulation(L, R)) / np.pi
    return torque, _seen_from(L, R), _seen_from(R, L)


def _nodes(points):
    """Nodes and weights (n, m) of panels between the points (n, p) of each row."""
    points = np.sort(points, axis=1)
    width = np.diff(points, axis=1)[:, :, None]
    nodes, weights = points[:, :-1, None] + width * RULE[0], width * RULE[1]
    return nodes.reshape(len(points), -1), weights.reshape(len(points), -1)


def _seen_from(own, other):
    """(n, 3) E_ex, A_ex, T_ex of the electrode `own`."""
    up, dn = own.mu.T
    mine = own.steps(up, dn, dn - own.J, up + own.J)
    low, high = mine.min(axis=1)[:, None], mine.max(axis=1)[:, None]
    w, weight = _nodes(np.concatenate([mine, np.clip(other.steps(*other.mu.T), low, high)], axis=1))
    x, y = own.arguments(w), other.arguments(w)
    A = np.stack([difference(x[0], own.arguments(w + own.J)[1]), difference(x[1], own.arguments(w - own.J)[0])]) / 4
    E = sum(A[s] * (difference(y[0], x[s]) + difference(y[1], x[s])) for s in (0, 1))
    B, H = _principal_values(other, w)
    T = 2 / np.pi * sum(A[s] * (B - H * expit(x[s])) for s in (0, 1))
    each = E, (A[0] - A[1]) * difference(y[0], y[1]), T
    return np.stack([np.sum(weight * value, axis=1) for value in each], axis=1)


def _principal_values(side, w):
    """B and H of the density of states 1 of each spin of `side` at the energies w (n, m)."""
    x = w - side.centre[:, None]
    bottom = _log_ratio(x + side.D + side.J / 2, x + side.D - side.J / 2) / 2
    top = _log_ratio(side.D - side.J / 2 - x, side.D + side.J / 2 - x) / 2
    B = bottom
    if apart := np.flatnonzero(side.mu[:, 0] != side.mu[:, 1]).tolist():
        up, dn = (_log_of_step(w[apart] - side.mu[apart, s, None], side.T) for s in (0, 1))
        B = bottom.copy()
        B[apart] -= (up - dn) / 2
    return B, bottom - top


def _log_ratio(a, b):
    return np.log(np.abs(a / b))


def _log_of_step(x, T):
    """ln(2 pi T) + Re psi(1/2 + i x / (2 pi T)): the logarithm of the distance x from a Fermi step of a temperature."""
    if T == 0:
        return np.log(np.maximum(np.abs(x), 1e-300))
    return np.log(2 * np.pi * T) + digamma(0.5 + 1j * x / (2 * np.pi * T)).real


def _of_edges(L, R, offset):
    """(n,) spin torque of the edges of the bands, as flat.T_S, with the centres an offset (n,) apart."""

    def z(x):
        return xlogy(x, np.abs(x))  # principal value, of bands that the bias has drawn apart

    s = L.D + R.D + np.multiply.outer([1, -1], offset)
    p, q = (L.J + R.J) / 2, (L.J - R.J) / 2
    return -np.mean(z(s + p) + z(s - p) - z(s + q) - z(s - q), axis=0) / (2 * np.pi)


def _of_accumulation(own, other):
    """(n,) int Fz H of what has accumulated in `own`."""
    w, weight = _nodes(own.steps(*own.mu.T))
    f = own.arguments(w)
    return np.sum(weight * difference(f[0], f[1]) / 2 * _principal_values(other, w)[1], axis=1)
