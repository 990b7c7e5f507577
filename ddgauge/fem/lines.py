"""Steady states of many stacks at once in one dimension: the elements of Assembly, eliminated, without DOLFINx.

What a cell is inside is eliminated, then the node between two cells, between two pairs of cells, up to the whole stack.
What is left of each is a network of two ends, below (0) and above (1):

    current into end s = shunt_s mu_s + series_s (mu_s - mu_other) - drive_s

with matrices between the fields. Joining two networks adds and multiplies but never subtracts, so that a small loss is
as precise as a large one. No pivots are sought: where spin dissipates, the symmetric part of every matrix is positive.
Arrays have layers (or stacks) first, then cells; last are two fields, or a field and a column: one of several drives.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

SINGULAR = 1e11  # condition of a matrix beyond which the potentials of a part of a stack are undetermined
AT_A_TIME = 4096  # cells, what is made of which stays in the cache of a core


class Law(NamedTuple):
    """The weak form of layers, int jet(v)[p] matrix[p, q] jet(u)[q] + v projected P u = int jet(v)[p] load[p].

    jet(u) = (u, d_z u), p, q = 0, 1; P projects on polynomials of one degree less.
    """

    matrix: np.ndarray  # (layers, 2, n, 2, n)
    projected: np.ndarray  # (layers, n, n)
    load: np.ndarray  # (layers, 2, n, columns)


def open_circuit(medium, loads):
    """The Law of all fields but the first, of which no current flows along z: that of charge, without contacts.

    d_z mu^0 is any polynomial of a degree less than mu itself in each cell, so that j_z^0 = 0 in all of its moments:

        d_z mu^0 = (load - matrix[slope, 0, slope, b] d_z mu^b - matrix[slope, 0, value, b] P mu^b)
                   / matrix[slope, 0, slope, 0]

    Parameters
    ----------
    medium : physics.medium.Medium
        With a leading axis of layers.
    loads : (layers, 4, n, columns) array
        What medium.drive makes of the fields of the columns.
    """
    matrix, load = medium.matrix[:, ::3, :, ::3], loads[:, ::3]
    own, row, column = matrix[:, 1, 0, 1, 0], matrix[:, 1, 0][..., 1:], matrix[..., 1:, 1, 0]
    by_charge = column / own[:, None, None]
    through = np.einsum("Npa,Nqb->Npaqb", by_charge, row)
    rest = matrix[:, :, 1:, :, 1:] - through
    rest[:, 0, :, 0] = matrix[:, 0, 1:, 0, 1:]
    return Law(rest, -through[:, 0, :, 0], load[:, :, 1:] - np.einsum("Npa,Nc->Npac", by_charge, load[:, 1, 0]))


class Network(NamedTuple):
    """What two ends see of all between them: matrices (..., n, n), drives (..., n, columns), below and above."""

    shunt: tuple
    series: tuple
    drive: tuple

    def at(self, part):
        """That of some of the cells or layers."""
        return Network(*(tuple(end[part] for end in ends) for ends in self))

    def beside(self, other):
        """Cells of this one, then of the other."""
        return Network(*(tuple(np.concatenate(pair, axis=1) for pair in zip(*ends)) for ends in zip(self, other)))


def of_junction(matrix, columns):
    """The Network of broken interfaces, from the (stacks, 2, n, 2, n) matrices of physics.medium.Junction."""
    series = -matrix[:, 0, :, 1], -matrix[:, 1, :, 0]
    shunt = matrix[:, 0, :, 0] - series[0], matrix[:, 1, :, 1] - series[1]
    return Network(shunt, series, (np.zeros((*series[0].shape[:-1], columns)),) * 2)


class Node(NamedTuple):
    """An eliminated node: mu = below mu_below + above mu_above + own, of the ends that are left."""

    below: np.ndarray
    above: np.ndarray
    own: np.ndarray

    def between(self, below, above):
        """Potentials of the node."""
        mu = self.below @ below + self.above @ above
        return mu + self.own if self.own.shape[-1] else mu


def joined(a, b):
    """The Network of a with b above it, the Node between, and whether that is determined."""
    n, shunt = a.shunt[0].shape[-1], a.shunt[1] + b.shunt[0]
    whole = shunt + a.series[1] + b.series[0]
    right = np.concatenate([shunt, a.series[1], b.series[0], a.drive[1] + b.drive[0]], axis=-1)
    inverse = inverted(whole)
    lost, below, above, own = np.split(inverse @ right, [n, 2 * n, 3 * n], axis=-1)
    network = Network(
        (a.shunt[0] + a.series[0] @ lost, b.shunt[1] + b.series[1] @ lost),
        (a.series[0] @ above, b.series[1] @ below),
        (a.drive[0] + a.series[0] @ own, b.drive[1] + b.series[1] @ own),
    )
    return network, Node(below, above, own), determined(whole, inverse)


@dataclass(frozen=True)
class Inside:
    """What is asked of the potentials in layers."""

    integral: np.ndarray  # (layers, n, columns) of mu
    rows: np.ndarray  # (layers, 2, n, columns): current into the layer at its ends, by what is left over there
    power: np.ndarray  # (layers, columns, columns): mu of a column tested against all that another leaves over
    left: np.ndarray  # (layers, columns, columns): products of what is left over in the cells and at nodes between them
    size: np.ndarray  # the same of the currents that should cancel


class Layers:
    """Layers, eliminated to their two ends.

    Parameters
    ----------
    lengths : list of (places, (layers, cells) array)
        Layers with as many cells each, and the lengths of these from bottom to top, m.
    law : Law
    degree : int
    """

    def __init__(self, lengths, law, degree):
        self.groups = []
        for places, h in lengths:
            for start in range(0, len(places), step := max(AT_A_TIME // h.shape[1], 1)):
                some = places[start : start + step]
                self.groups.append((some, Alike(h[start : start + step], Law(*(a[some] for a in law)), degree)))
        self.network = _together([(places, group.network) for places, group in self.groups], len(law.load))

    def inside(self, below, above):
        """The Inside of the layers with the potentials (layers, n, columns) at their ends."""
        found = [(places, group.inside(below[places], above[places])) for places, group in self.groups]
        return Inside(**{key: _gathered([(k, getattr(part, key)) for k, part in found], len(below)) for key in ASKED})


class Alike:
    """Layers with as many cells each; arguments as of Layers, for one set of lengths."""

    def __init__(self, h, law, degree):
        self.h, self.law, self.degree = h, law, degree
        self.turns = bool(law.matrix[:, 0, :, 1].any() or law.matrix[:, 1, :, 0].any())
        self.insides, self.nodes = {}, []
        network = self._condensed()
        while (cells := network.shunt[0].shape[1]) > 1:
            pairs = cells - cells % 2
            merged, node, _ = joined(network.at(np.s_[:, 0:pairs:2]), network.at(np.s_[:, 1:pairs:2]))
            network = merged.beside(network.at(np.s_[:, pairs:])) if cells % 2 else merged
            self.nodes.append(node)
        network, load = network.at(np.s_[:, 0]), law.load[:, 1]  # which drives the same current through all cells
        rest = network.drive if network.drive[0].shape[-1] else (0.0, 0.0)
        self.network = network._replace(drive=(rest[0] - load, rest[1] + load))

    def _condensed(self):
        """The Network of each cell: functions p to 2, which are zero at its ends, eliminated one after the other.

        The functions are 1, xi and integrals of Legendre's polynomials: each meets but two of the lower ones. There are
        no columns where the load drives a uniform current only.
        """
        p, h, X = self.degree, self.h[..., None, None], self.law.matrix[:, None]
        stiff, slope, mass, mass_projected, means = tables(p)
        hX, hZ, X_h = h * X[:, :, 0, :, 0], h * self.law.projected[:, None], X[:, :, 1, :, 1] / h
        A = {}
        for k in range(p + 1):
            for l in range(max(k - 2, 0), k + 1):
                if (k - l) % 2 == 0:
                    A[k, l] = A[l, k] = mass[k, l] * hX + mass_projected[k, l] * hZ
                elif self.turns:
                    A[k, l] = slope[k, l] * X[:, :, 1, :, 0] + slope[l, k] * X[:, :, 0, :, 1]
                    A[l, k] = slope[l, k] * X[:, :, 1, :, 0] + slope[k, l] * X[:, :, 0, :, 1]
            A[k, k] = A[k, k] + stiff[k, k] * X_h
        load = self.law.load[:, None, 0]
        f = {k: means[k] * h * load for k in (0, 2) if k <= p} if load.any() else {}
        for k in range(p, 1, -1):
            inverse = inverted(A[k, k])
            lower = [l for l in (k - 1, k - 2) if (k, l) in A]
            own = inverse @ f[k] if k in f else None
            self.insides[k] = own, {l: inverse @ A[k, l] for l in lower}
            for i in lower:
                for l in lower:
                    A[i, l] = A.get((i, l), 0.0) - A[i, k] @ self.insides[k][1][l]
                if k in f:
                    f[i] = f.get(i, 0.0) - A[i, k] @ own
        up, down = A.get((1, 0), 0.0), A.get((0, 1), 0.0)
        none = np.zeros((*self.h.shape, load.shape[-2], load.shape[-1] if f else 0))
        f_0, f_1 = f.get(0, none), f.get(1, none)
        return Network(
            ((A[0, 0] - up) / 2, (A[0, 0] + up) / 2),
            ((A[1, 1] - A[0, 0] + up - down) / 4, (A[1, 1] - A[0, 0] + down - up) / 4),
            ((f_0 - f_1) / 2, (f_0 + f_1) / 2),
        )

    def inside(self, below, above):
        """The Inside of layers with the potentials (layers, n, columns) at their ends."""
        mu = np.stack([below, above], axis=1)
        for node in reversed(self.nodes):
            pairs = node.own.shape[1]
            finer = np.empty((len(mu), mu.shape[1] + pairs, *mu.shape[2:]))
            finer[:, 2 * pairs :] = mu[:, pairs:]
            finer[:, : 2 * pairs : 2] = mu[:, :pairs]
            finer[:, 1 : 2 * pairs : 2] = node.between(mu[:, :pairs], mu[:, 1 : pairs + 1])
            mu = finer
        c = [(mu[:, 1:] + mu[:, :-1]) / 2, (mu[:, 1:] - mu[:, :-1]) / 2]
        for own, lower in (self.insides[k] for k in range(2, self.degree + 1)):
            c.append(sum((-matrix @ c[l] for l, matrix in lower.items()), 0.0 if own is None else own))
        return self._weighed(np.stack([part.transpose(0, 3, 2, 1) for part in c], axis=3))

    def _weighed(self, c):
        """The Inside of the coefficients c[layer, column, A, k, cell] of the functions."""
        p, h, X = self.degree, self.h[:, None, None, None], self.law.matrix[:, None]
        load = np.moveaxis(self.law.load, -1, 1)[..., None, None]
        legendre, weights = polynomials(p), 2 / (2 * np.arange(p + 1)[:, None] + 1)
        values, slopes = legendre.T @ c, c[..., 1:, :] * (2 / h)  # of Legendre's polynomials
        current = _times(X[:, :, 1, :, 1], slopes)
        taken = _times(X[:, :, 0, :, 0], values)
        if self.turns:
            current += _times(X[:, :, 1, :, 0], values[..., :p, :])
            taken[..., :p, :] += _times(X[:, :, 0, :, 1], slopes)
        if self.law.projected.any():
            taken[..., :p, :] += _times(self.law.projected[:, None], values[..., :p, :])
        current[..., :1, :] -= load[:, :, 1]
        taken[..., :1, :] -= load[:, :, 0]
        rows = (legendre * weights[:, 0] / 2) @ taken * h  # left over where tested with function k
        rows[..., 1:, :] += weights[:p] * current
        below, above = (rows[..., 0, :] - rows[..., 1, :]) / 2, (rows[..., 0, :] + rows[..., 1, :]) / 2
        return Inside(
            integral=np.einsum("k,NcAkE,NE->NAc", tables(p)[4], c, self.h),
            rows=np.stack([below[..., 0], above[..., -1]], axis=1).swapaxes(2, 3),
            power=_products(c, rows),
            left=_products(node := above[..., :-1] + below[..., 1:], node)
            + _products(rows[..., 2:, :], rows[..., 2:, :]),
            size=_products(below, below) + _products(above, above) + _products(load[:, :, 1], load[:, :, 1]),
        )


ASKED = tuple(Inside.__dataclass_fields__)


class Chain:
    """Layers and broken interfaces on top of each other, between two faces.

    Parameters
    ----------
    parts : list of Network
        From bottom to top.
    conductance : (stacks, 2, n, n) array
        Of the bottom and the top face: current out = conductance mu.
    fixed : (stacks, 2, n) array of bool
        Whether the potentials of a face are held.
    """

    def __init__(self, parts, conductance, fixed):
        whole, self.nodes, sure = parts[0], [], True
        for part in parts[1:]:
            whole, node, certain = joined(whole, part)
            self.nodes.append(node)
            sure &= certain
        stacks, n, _ = whole.shunt[0].shape
        matrix = np.zeros((stacks, 2, n, 2, n))
        for s in 0, 1:
            matrix[:, s, :, s] = whole.shunt[s] + whole.series[s] + conductance[:, s]
            matrix[:, s, :, 1 - s] = -whole.series[s]
        scale = np.abs(matrix).max(axis=(1, 2, 3, 4))
        one = scale[:, None, None, None, None] * np.eye(2 * n).reshape(2, n, 2, n)
        matrix = np.where(fixed[..., None, None], one, matrix).reshape(stacks, 2 * n, 2 * n)
        self.inverse, self.drive = inverted(matrix), np.stack(whole.drive, axis=1)
        self.fixed, self.scale = fixed[..., None], scale[:, None, None, None]
        self.sure = sure & determined(matrix, self.inverse)

    def solve(self, source, held):
        """Potentials (below, above) of each part, (stacks, n, columns), and whether those of a stack are determined.

        Where nothing drives, all are zero.

        Parameters
        ----------
        source : (stacks, 2, n, columns) array
            Current density into the body at the two faces.
        held : (2, n, columns) array
            Potentials where they are fixed.
        """
        right = np.where(self.fixed, self.scale * held, self.drive + source)
        stacks, _, n, columns = right.shape
        idle = ~right.any(axis=(1, 2, 3))
        inverse = np.where(idle[:, None, None], 0.0, self.inverse)
        below, above = np.moveaxis((inverse @ right.reshape(stacks, 2 * n, columns)).reshape(right.shape), 1, 0)
        found = []
        for node in reversed(self.nodes):
            between = node.between(below, above)
            found.append((between, above))
            above = between
        return [(below, above), *reversed(found)], self.sure | idle


def inverted(A):
    """Inverse of matrices (..., n, n) by Gauss and Jordan; not finite where there is none."""
    n, A = A.shape[-1], np.moveaxis(A, (-2, -1), (0, 1)).copy()
    for k in range(n):
        pivot = 1 / A[k, k]
        A[k, k] = 1
        A[k] *= pivot
        for i in range(n):
            if i != k:
                factor = A[i, k].copy()
                A[i, k] = 0
                A[i] -= factor * A[k]
    return np.moveaxis(A, (0, 1), (-2, -1)).copy()


def determined(A, inverse):
    """Whether a matrix is well from singular; false where the inverse is not finite."""
    return np.abs(A).max(axis=(-2, -1)) * np.abs(inverse).max(axis=(-2, -1)) < SINGULAR


def _times(matrix, values):
    """Product of (..., n, n) with values (..., n, k, cells)."""
    return (matrix @ values.reshape(*values.shape[:-2], -1)).reshape(values.shape)


def _products(a, b):
    """(layers, columns, columns) sums of products of all that stands behind layer and column."""
    a, b = (values.reshape(*values.shape[:2], -1) for values in (a, b))
    return a @ b.swapaxes(1, 2)


def _gathered(parts, count):
    """One array of what belongs to (places, values) of `count` places."""
    whole = np.empty((count, *parts[0][1].shape[1:]))
    for places, values in parts:
        whole[places] = values
    return whole


def _together(parts, count):
    """One Network of (places, Network)."""
    return Network(*(tuple(_gathered([(k, part[m][s]) for k, part in parts], count) for s in (0, 1)) for m in range(3)))


@cache
def polynomials(p):
    """(p + 1, p + 1) functions of a cell in Legendre's polynomials: 1, xi, then integrals of P_1, P_2, ..."""
    T = np.eye(p + 1)
    for k in range(2, p + 1):
        T[k, k], T[k, k - 2] = 1 / (2 * k - 1), -1 / (2 * k - 1)
    return T


@cache
def tables(p):
    """Integrals of products of the functions of a cell: of slopes times h, slope and value, values over h.

    Also of values projected on one degree less, over h, and of each function, over h.
    """
    T, w = polynomials(p), 2 / (2 * np.arange(p + 1) + 1)
    D = np.eye(p + 1, k=-1)  # d/dxi in Legendre's polynomials
    lower = T[:, :p]
    return 2 * (D * w) @ D.T, (D * w) @ T.T, (T * w) @ T.T / 2, (lower * w[:p]) @ lower.T / 2, T[:, 0]
