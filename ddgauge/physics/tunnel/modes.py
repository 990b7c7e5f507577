"""Electrodes given mode by mode: bands over a parameter, or lists of levels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial.legendre import legval

from ddgauge.physics.tunnel.electrodes import Electrode, Nodes, require
from ddgauge.physics.tunnel.quadrature import LEGENDRE, breaks, crowded, gauss_nodes, inverse, panels, thermal_breaks
from ddgauge.physics.tunnel.statistics import difference

DEGREE = 48
HALVINGS = 8  # of a band that a polynomial of this degree does not follow
CLOSE = 1e-9  # of a band: both spins are stationary at the same modes
REACH = 8  # of a Gaussian, in its widths: beyond it there is less than rounding
TABLE = (1 - np.cos(np.pi * np.linspace(0, 1, 257))) / 2


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
    ends: tuple  # for each spin those of a and b at which its density of states is not smooth
    stops: tuple  # and those where it diverges, for its energy is stationary

    def range(self, s):
        return self.tables[s][1:3]

    def well_inside(self, s, w):
        """Which energies are in the range of spin s by more than rounding."""
        low, high = self.range(s)
        rounding = 1e-13 * (high - low + abs(low) + abs(high))
        return (w > low + rounding) & (w < high - rounding)

    @cached_property
    def tables(self):
        """For each spin its slope, its least and largest energy, and modes x by the angle of their energies."""
        x = self.a + (self.b - self.a) * TABLE
        result = []
        for e in self.e:
            w = e(x)
            if w[0] > w[-1]:
                w, x = w[::-1], x[::-1]
            low, high = float(w[0]), float(w[-1])
            result.append((e.deriv(), low, high, _angle(w, low, high), x))
        return result

    def where(self, s, w):
        """x at which spin s has the energies w, all of them within its range.

        Between the ends of a band x is a smooth function of the angle of the energy, whether it is stationary there or
        not: Newton's method starts with all digits but five.
        """
        slope, low, high, angles, x = self.tables[s]
        x = np.interp(_angle(w, low, high), angles, x)
        for _ in range(3):
            step = np.divide(self.e[s](x) - w, d := slope(x), where=d != 0, out=np.zeros_like(x))
            x = np.clip(x - step, self.a, self.b)
        lost = np.abs(self.e[s](x) - w) > 1e-13 * (high - low + abs(low) + abs(high))
        if lost.any():
            x[lost] = inverse(self.e[s], w[lost], self.a, self.b)
        return x

    def nu(self, s, x):
        """Density of states of spin s at the modes x: N / |e_s'|."""
        slope = np.abs(self.tables[s][0](x))
        return np.divide(self.N(x), slope, where=slope > 0, out=np.zeros_like(x))


def _angle(w, low, high):
    """0 at the lowest, pi at the highest energy, growing as a root of the distance from both."""
    return 2 * np.arctan2(np.sqrt(np.maximum(w - low, 0)), np.sqrt(np.maximum(high - w, 0)))


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
                close = error <= 1e-10 * (high - low + np.max(np.abs(given)))
                require(close, "Modes", where, f"off by {error:g}", want)

    @cached_property
    def pieces(self):
        """For each band its Pieces."""
        return [list(_pieces(band)) for band in self.bands]

    @cached_property
    def _all(self):
        return [piece for pieces in self.pieces for piece in pieces]

    def edges(self, s):
        return np.unique(np.concatenate([piece.e[s](piece.ends[s]) for piece in self._all]))

    def diverging(self, s):
        return np.unique(np.concatenate([piece.e[s](piece.stops[s]) for piece in self._all]))

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

    def nodes(self, roots, logs, smooth):
        e, weight = [], []
        for piece in self._all:
            marks = []
            for w in (roots, logs, smooth):
                w = np.asarray(w, float)
                marks.append(np.concatenate([piece.where(s, w[piece.well_inside(s, w)]) for s in (0, 1)]))
            x, dx = crowded(*panels(*marks, piece.a, piece.b))
            e.append(np.stack([piece.e[s](x) for s in (0, 1)]))
            weight.append(dx * piece.N(x))
        weight = np.concatenate(weight)
        return Nodes(np.concatenate(e, axis=1), np.stack([weight, weight]), paired=True)


def _pieces(band):
    """Pieces of a band, cut at its points and where one of its energies is stationary."""
    N = band.N if callable(band.N) else lambda x: np.full(np.shape(x), float(band.N))
    given = breaks(band.points, 0.0, 1.0)
    for a, b in pairwise(given):
        for lo, hi, e in _followed(band, a, b, HALVINGS):
            level = [_stationary(series, lo, hi) for series in e]
            at = np.sort(np.concatenate(level))
            cuts = breaks(at[np.diff(at, prepend=-1.0) > CLOSE], lo, hi)
            for ends in pairwise(cuts):
                rough = tuple(np.array([x for x in ends if x in given or _meets(x, stops)]) for stops in level)
                yield Piece(*ends, e, N, rough, tuple(_standing(series, ends, N) for series in e))


def _meets(x, points):
    return np.any(np.abs(points - x) < 2 * CLOSE)


def _standing(series, ends, N):
    """Those of the ends of a piece at which there are modes and its slope is next to nothing, of that at mid way."""
    x = np.array([*ends, sum(ends) / 2])
    slope, N = np.abs(series.deriv()(x)), N(x)
    return x[:2][(slope[:2] < 1e-6 * slope[2]) & (N[:2] > 1e-9 * N[2])]


def _stationary(series, lo, hi):
    """Where a band is stationary, not closer to its ends than it can be told from them."""
    roots = np.asarray(series.deriv().roots(), complex)
    x = roots.real[np.abs(roots.imag) < 1e-9]
    return x[(np.minimum(x - lo, hi - x) > 1e-6 * (hi - lo))]


def _followed(band, a, b, halvings):
    """(a, b, series of both energies) of as few parts of a band as polynomials follow to rounding."""
    e = tuple(Chebyshev.interpolate(energy, DEGREE, domain=[a, b]) for energy in (band.e_up, band.e_dn))
    rest = any(np.max(np.abs(series.coef[-3:])) > 1e-13 * np.max(np.abs(series.coef)) for series in e)
    if rest and halvings:
        middle = (a + b) / 2
        return [*_followed(band, a, middle, halvings - 1), *_followed(band, middle, b, halvings - 1)]
    return [(a, b, tuple(series.trim(1e-14 * np.max(np.abs(series.coef))) for series in e))]


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

    roots = False

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
        return np.array([e.min() - REACH * self.width, e.max() + REACH * self.width])

    def singular(self):
        roots, logs = super().singular()
        return roots, logs[4:]  # what is left of its Gaussians at the edges is less than rounding

    def smooth(self):
        return np.concatenate([super().smooth(), self._grid(0, 4), self._grid(1, 4)])

    def _grid(self, s, step):
        """Energies about `step` widths apart over all Gaussians of one spin."""
        low, high = self.edges(s)
        return np.linspace(low, high, 1 + int(np.ceil((high - low) / (step * self.width))))

    def source_panels(self, s):
        grid = self._grid(s, 3)
        thermal = thermal_breaks(self.filling(s), self.T, np.ptp(grid))
        points = breaks(np.concatenate([grid, thermal]), grid[0], grid[-1])
        return points, np.zeros(len(points) - 1, int)

    def nu_of(self, s, w):
        """From a table of polynomials, each over two widths."""
        grid, series = self._table[s]
        w = np.asarray(w, float)
        inside = (w >= grid[0]) & (w <= grid[-1])
        panel = np.clip(np.searchsorted(grid, w[inside]) - 1, 0, len(grid) - 2)
        t = 2 * (w[inside] - grid[panel]) / (grid[1] - grid[0]) - 1
        result = np.zeros(w.shape)
        result[inside] = legval(t, series[:, panel], tensor=False)
        return result

    @cached_property
    def _table(self):
        tables = []
        for s, e in enumerate(np.asarray([self.e_up, self.e_dn], float)):
            grid = self._grid(s, 2)
            nodes = gauss_nodes(grid)
            own = np.clip(np.searchsorted(grid, e) - 1, 0, len(grid) - 2)
            nu = np.zeros(nodes.shape)
            for near in range(-REACH // 2, REACH // 2 + 1):
                panel = own + near
                inside = (panel >= 0) & (panel < len(nodes))
                x = (nodes[panel[inside]] - e[inside, None]) / self.width
                np.add.at(nu, panel[inside], np.asarray(self.weight, float)[inside, None] * np.exp(-(x**2) / 2))
            tables.append((grid, LEGENDRE @ nu.T / (np.sqrt(2 * np.pi) * self.width)))
        return tables

    def A(self, w):
        x = [self.arguments(np.asarray(e, float))[s] for s, e in enumerate((self.e_up, self.e_dn))]
        exchange = difference(x[0], x[1]) / 4
        return np.stack([self._smeared(0, w, exchange), self._smeared(1, w, -exchange)])

    def _smeared(self, s, w, value):
        """Sum of Gaussians at the levels of spin s, each times its weight and a value."""
        e = np.asarray((self.e_up, self.e_dn)[s], float)
        x = (np.asarray(w, float)[..., None] - e) / self.width
        return np.exp(-(x**2) / 2) @ (self.weight * value * np.ones_like(e)) / (np.sqrt(2 * np.pi) * self.width)

    def nodes(self, roots, logs, smooth):
        weight = np.asarray(self.weight, float)
        return Nodes(np.stack([self.e_up, self.e_dn]).astype(float), np.stack([weight, weight]), paired=True)
