"""Electrodes given by densities of states, with or without what tells which energies belong to one mode."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ddgauge.physics.tunnel.electrodes import Electrode, Nodes, require
from ddgauge.physics.tunnel.quadrature import LOG, breaks, crowded, inverse, panels
from ddgauge.physics.tunnel.statistics import difference
from ddgauge.physics.tunnel.storage import needs_pairs


@dataclass(frozen=True)
class Dos(Electrode):
    """Densities of states of the two spins, and g(w), the energy of the down partner of the up state at w  [HDW (17)].

        nu_dn(g(w)) g'(w) = nu_up(w)

    A rigid Stoner shift is g(w) = w + J. Without g there is no exchange part: electrons, spin and their currents follow
    from the densities alone. ValueError where a density is negative or g contradicts them.
    """

    nu_up: Callable  # nu_up(w), states per energy, takes arrays
    nu_dn: Callable
    up: tuple  # ends of the support of nu_up, between them energies where it is not smooth, increasing
    dn: tuple
    mu: float | tuple  # electrochemical potential of electrons, or that of up and of down
    T: float  # temperature
    g: Callable | None = None  # increasing, takes arrays

    grading = 10

    def __post_init__(self):
        self.check_filling()
        for key in ("up", "dn"):
            ends = np.asarray(getattr(self, key), float)
            ordered = ends.ndim == 1 and len(ends) > 1 and np.all(np.isfinite(ends)) and np.all(np.diff(ends) > 0)
            require(ordered, "Dos", key, getattr(self, key), "must be the ends of the band, finite and increasing")
            w, _ = crowded(ends, np.full(len(ends), LOG))
            nu = self._inside(0 if key == "up" else 1, w)
            worst = int(np.argmin(np.where(np.isfinite(nu), nu, -np.inf)))
            holds = np.isfinite(nu[worst]) and nu[worst] >= 0
            require(holds, "Dos", f"nu_{key}({w[worst]:g})", nu[worst], "must be >= 0 and finite")
        if self.g is not None:
            self._check_g()

    def _check_g(self):
        """g maps the edges of one band to those of the other, and as many states of both spins lie between."""
        points = np.unique(np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(self.up)]))
        image = np.asarray(self.g(points), float)
        width = self.dn[-1] - self.dn[0]
        for w, value, end in zip((self.up[0], self.up[-1]), (image[0], image[-1]), (self.dn[0], self.dn[-1])):
            right = abs(value - end) <= 1e-6 * width
            require(right, "Dos", f"g({w:g})", value, f"must be {end:g}, where the band of spin down ends")
        for w, step in zip(points[:-1], np.diff(image)):
            require(step > 0, "Dos", f"slope of g above {w:g}", step, "must be positive")
        counts = [self._count(0, points), self._count(1, image)]
        total = counts[0].sum()
        for w, up, dn in zip(points[:-1], *counts):
            matches = abs(up - dn) <= 1e-6 * total
            want = f"must be {up:g}, as many as up states below their partners: nu_dn(g) g' = nu_up"
            require(matches, "Dos", f"down states in g of the panel above {w:g}", dn, want)

    def _count(self, s, ends):
        """Number of states between neighbouring energies."""
        ends = np.concatenate([[self.edges(s)[0]], ends[1:-1], [self.edges(s)[-1]]])
        fine = breaks(self.edges(s), ends[0], ends[-1])
        fine = np.unique(np.concatenate([fine, ends]))
        w, weight = crowded(fine, np.full(len(fine), LOG))
        return np.histogram(w, ends, weights=weight * self._finite(s, w))[0]

    def _inside(self, s, w):
        return np.asarray((self.nu_up, self.nu_dn)[s](w), float) * np.ones_like(w)

    def edges(self, s):
        return np.asarray((self.up, self.dn)[s], float)

    def _finite(self, s, w):
        """The density within the band, 0 at the point where it diverges: nodes next to that may be rounded to it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            nu = self._inside(s, w)
        return np.where(np.isfinite(nu), nu, 0.0)

    def nu_of(self, s, w):
        within = self._within(s, w)
        return np.where(within == w, self._finite(s, within), 0.0)

    def _within(self, s, w):
        """The energies, those outside of the band moved to its ends."""
        return np.clip(w, self.edges(s)[0], self.edges(s)[-1])

    def partner(self, s, w):
        """Energy of the opposite-spin partner of the states of spin s at energies within their band."""
        return np.asarray(self.g(w), float) if s == 0 else inverse(self.g, w, self.up[0], self.up[-1])

    def A(self, w):
        needs_pairs(self.g is not None)
        exchange = []
        for s in (0, 1):
            x = self._within(s, np.asarray(w, float))
            exchange.append(difference(self.arguments(x)[s], self.arguments(self.partner(s, x))[1 - s]))
        return self.nu(w) / 4 * np.stack(exchange)

    def diverging(self, s):
        """Nearer to an inverse root by a factor of a hundred the density of states is ten times as large."""
        edges = self.edges(s)
        found = []
        for edge, inward in [*zip(edges[:-1], np.diff(edges)), *zip(edges[1:], -np.diff(edges))]:
            if edge not in self.ends(s):
                continue
            far, near = self._inside(s, edge + inward * np.array([1e-6, 1e-8]))
            if near > 5 * far:
                found.append(edge)
        return np.unique(found)

    def nodes(self, roots, logs, smooth):
        own = [self.diverging(s) for s in (0, 1)]
        step = [np.setdiff1d(self.ends(s), own[s]) for s in (0, 1)]
        at = [[np.append(roots, own[s]), np.append(logs, step[s]), np.append(smooth, self.edges(s))] for s in (0, 1)]
        if self.g is None:
            both = [crowded(*panels(*at[s], *self.edges(s)[[0, -1]])) for s in (0, 1)]
            longest = max(len(w) for w, _ in both)
            e = np.stack([np.pad(w, (0, longest - len(w)), mode="edge") for w, _ in both])
            weights = [weight * self._finite(s, w) for s, (w, weight) in enumerate(both)]
            return Nodes(e, np.stack([np.pad(x, (0, longest - len(x))) for x in weights]), paired=False)
        down = [w[(w > self.dn[0]) & (w < self.dn[-1])] for w in at[1]]
        at = [np.concatenate([w, self.partner(1, partner)]) for w, partner in zip(at[0], down)]
        w, weight = crowded(*panels(*at, *self.edges(0)[[0, -1]]))
        weight = np.broadcast_to(weight * self._finite(0, w), (2, len(w)))
        return Nodes(np.stack([w, self.partner(0, w)]), weight, paired=True)
