"""Electrodes given mode by mode: bands over a parameter, or lists of levels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.polynomial import Chebyshev

from ddgauge.physics.tunnel.electrodes import Electrode, Nodes, require
from ddgauge.physics.tunnel.quadrature import breaks, crowded, inverse
from ddgauge.physics.tunnel.statistics import difference

DEGREE = 48


@dataclass(frozen=True)
class Band:
    """Energies of the two spins of the modes x in [0, 1], of which there are N dx."""

    e_up: Callable  # takes arrays
    e_dn: Callable
    N: float | Callable = 1.0  # number of modes, or their density over x
    points: tuple = ()  # x where something is not smooth


@dataclass(frozen=True)
class Piece:
    """Part of a band over which both energies are monotone."""

    a: float
    b: float
    e: tuple  # of two Chebyshev series
    N: Callable

    def range(self, s):
        return sorted(self.e[s](np.array([self.a, self.b])))

    def where(self, s, w):
        """x at which spin s has the energies w, all of them within its range."""
        return inverse(self.e[s], w, self.a, self.b)

    def nu(self, s, x):
        """Density of states of spin s at the modes x: N / |e_s'|."""
        return self.N(x) / np.abs(self.e[s].deriv()(x))


@dataclass(frozen=True)
class Modes(Electrode):
    """Any number of bands  [HDW (12), (16)]. Both densities of states follow, and cannot contradict each other.

    Where a band is stationary its density of states diverges as an inverse root, as in one dimension.
    ValueError unless the bands are smooth between their points, and nowhere level.
    """

    bands: tuple  # of Band
    mu: float | tuple  # electrochemical potential of electrons, or that of up and of down
    T: float  # temperature

    def __post_init__(self):
        require(len(self.bands) > 0, "Modes", "bands", self.bands, "must have one band or more")
        self.check_filling()
        for k in range(len(self.bands)):
            self._check(k)

    def _check(self, k):
        for piece in self.pieces[k]:
            x = np.linspace(piece.a, piece.b, 33)[1:-1]
            N = piece.N(x)
            worst = int(np.argmin(N))
            require(N[worst] >= 0, "Modes", f"N({x[worst]:g}) of band {k}", N[worst], "must be >= 0")
            for s, key in enumerate(("e_up", "e_dn")):
                given = np.asarray(getattr(self.bands[k], key)(x), float) * np.ones_like(x)
                low, high = piece.range(s)
                where = f"{key} of band {k} between x = {piece.a:g} and {piece.b:g}"
                require(high > low, "Modes", where, low, "must not be level: its density of states would be infinite")
                error = np.max(np.abs(piece.e[s](x) - given))
                want = "is not smooth enough; name the x where it has kinks in points"
                require(error <= 1e-8 * (high - low + np.max(np.abs(given))), "Modes", where, f"off by {error:g}", want)

    @cached_property
    def pieces(self):
        """For each band its Pieces."""
        return [list(_pieces(band)) for band in self.bands]

    @cached_property
    def _all(self):
        return [piece for pieces in self.pieces for piece in pieces]

    def edges(self, s):
        return np.unique(np.concatenate([piece.range(s) for piece in self._all]))

    def nu_of(self, s, w):
        return self._sum(s, w, lambda piece, x, w: 1.0)

    def A(self, w):
        def exchange(s):
            return lambda piece, x, w: difference(self.arguments(w)[s], self.arguments(piece.e[1 - s](x))[1 - s]) / 4

        return np.stack([self._sum(s, w, exchange(s)) for s in (0, 1)])

    def _sum(self, s, w, value):
        """Sum over the modes whose spin s has the energies w, each with a value."""
        shape, w = np.shape(w), np.asarray(w, float).ravel()
        result = np.zeros(len(w))
        for piece in self._all:
            low, high = piece.range(s)
            inside = (w > low) & (w < high)
            x = piece.where(s, w[inside])
            result[inside] += piece.nu(s, x) * value(piece, x, w[inside])
        return result.reshape(shape)

    def nodes(self, points):
        e, weight = [], []
        for piece in self._all:
            marks = []
            for s in (0, 1):
                low, high = piece.range(s)
                marks.append(piece.where(s, points[(points > low) & (points < high)]))
            x, dx = crowded(breaks(np.concatenate(marks), piece.a, piece.b))
            e.append(np.stack([piece.e[s](x) for s in (0, 1)]))
            weight.append(dx * piece.N(x))
        weight = np.concatenate(weight)
        return Nodes(np.concatenate(e, axis=1), np.stack([weight, weight]), paired=True)


def _pieces(band):
    """Pieces of a band, cut at its points and where one of its energies is stationary."""
    N = band.N if callable(band.N) else lambda x: np.full(np.shape(x), float(band.N))
    ends = breaks(band.points, 0.0, 1.0)
    for a, b in pairwise(ends):
        e = tuple(Chebyshev.interpolate(energy, DEGREE, domain=[a, b]) for energy in (band.e_up, band.e_dn))
        e = tuple(series.trim(1e-14 * np.max(np.abs(series.coef))) for series in e)
        cuts = [x.real for series in e for x in series.deriv().roots() if abs(x.imag) < 1e-9 and a < x.real < b]
        cuts = breaks([x for x in cuts if min(x - a, b - x) > 1e-6 * (b - a)], a, b)
        yield from (Piece(lo, hi, e, N) for lo, hi in pairwise(cuts))


@dataclass(frozen=True)
class Levels(Electrode):
    """A list of modes with weights: a mesh of wave vectors, bands of an ab-initio calculation, nodes of a quadrature.

    The other electrode sees each level as a Gaussian of standard deviation `width`, which must span several levels and
    stay below the temperatures. ValueError unless the three lists are of one length and the weights >= 0.
    """

    e_up: np.ndarray  # (k,) energies
    e_dn: np.ndarray
    weight: np.ndarray  # (k,) numbers of modes
    mu: float | tuple  # electrochemical potential of electrons, or that of up and of down
    T: float  # temperature
    width: float  # energy

    levels = 0

    def __post_init__(self):
        self.check_filling()
        require(0 < self.width < np.inf, "Levels", "width", self.width, "must be > 0")
        lists = [np.asarray(values, float) for values in (self.e_up, self.e_dn, self.weight)]
        shapes = [values.shape for values in lists]
        alike = len(set(shapes)) == 1 and len(shapes[0]) == 1 and shapes[0][0] > 0
        require(alike, "Levels", "shapes of e_up, e_dn, weight", shapes, "must be three lists of one length")
        for key, values in zip(("e_up", "e_dn", "weight"), lists):
            require(np.all(np.isfinite(values)), "Levels", key, values, "must be finite")
        require(np.min(lists[2]) >= 0, "Levels", "weight", np.min(lists[2]), "must be >= 0")

    def edges(self, s):
        e = np.asarray((self.e_up, self.e_dn)[s], float)
        low, high = e.min() - 8 * self.width, e.max() + 8 * self.width
        return np.linspace(low, high, 1 + int(np.ceil((high - low) / (3 * self.width))))

    def nu_of(self, s, w):
        return self._smeared(s, w, 1.0)

    def A(self, w):
        x = [self.arguments(np.asarray(e, float))[s] for s, e in enumerate((self.e_up, self.e_dn))]
        exchange = difference(x[0], x[1]) / 4
        return np.stack([self._smeared(0, w, exchange), self._smeared(1, w, -exchange)])

    def _smeared(self, s, w, value):
        """Sum of Gaussians at the levels of spin s, each times its weight and a value."""
        e = np.asarray((self.e_up, self.e_dn)[s], float)
        x = (np.asarray(w, float)[..., None] - e) / self.width
        return np.exp(-(x**2) / 2) @ (self.weight * value * np.ones_like(e)) / (np.sqrt(2 * np.pi) * self.width)

    def nodes(self, points):
        weight = np.asarray(self.weight, float)
        return Nodes(np.stack([self.e_up, self.e_dn]).astype(float), np.stack([weight, weight]), paired=True)
