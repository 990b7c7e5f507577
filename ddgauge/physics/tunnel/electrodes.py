"""Electrodes: which energies the two spins of a mode have, and how far they are filled.

The density of states nu_s(w) of each spin does not say which energies belong to the same mode. What the exchange part
of the quadrupole moment needs is the joint density nu_ss'(w, w')  [HDW (12), (16)]. An electrode therefore is a measure
over modes with energies (e_up, e_dn), from which both follow.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ddgauge.physics.tunnel.quadrature import (
    LEFT,
    RIGHT,
    ROOT,
    breaks,
    crowded,
    gauss_nodes,
    panels,
    principal_value,
    thermal_breaks,
)
from ddgauge.physics.tunnel.statistics import argument, difference, fermi

SIGN = np.array([1.0, -1.0])  # s of majority and minority


def require(holds, where, quantity, value, want):
    """ValueError that says where, which quantity, its value and what would be right, unless the condition holds."""
    if not holds:
        raise ValueError(f"{where}: {quantity} = {value}, {want}")


@dataclass(frozen=True)
class Nodes:
    """Quadrature over modes: sum_s sum_i weight[s, i] F(e[s, i]) is sum over modes of F(e_up) + F(e_dn)."""

    e: np.ndarray  # (2, n), energy of up and down
    weight: np.ndarray  # (2, n), number of modes
    paired: bool  # e[0, i] and e[1, i] are of the same mode, weight[0] = weight[1]


class Electrode:
    """What the kinds of electrode share; each has mu, T and

    nu_of(s, w) : density of states of one spin, s = 0 for up; A(w) : (2, ...) array of both  [HDW (66), (67)];
    edges(s) : energies between which nu_s is smooth; nodes(roots, logs, smooth) : Nodes for what the other has
    at the energies of the modes, which may be singular or change its character where e_s is one of those.
    """

    roots = True  # at the ends of its bands nu_s may be a root or an inverse root
    grading = 0  # how many times principal values resolve them four times finer, for logarithms

    def check_filling(self):
        where = type(self).__name__
        mu = np.asarray(self.mu, float)
        require(mu.shape in ((), (2,)), where, "mu", self.mu, "must be one energy, or that of up and of down")
        require(np.all(np.isfinite(mu)), where, "mu", self.mu, "must be finite")
        require(np.ndim(self.T) == 0 and 0 <= self.T < np.inf, where, "T", self.T, "must be >= 0 and finite")

    def filling(self, s):
        """mu of one spin; the two differ where spin has accumulated."""
        return float(np.broadcast_to(np.asarray(self.mu, float), 2)[s])

    def arguments(self, w):
        """(mu_s - w) / T of up and down at energies w: (2, ...) array."""
        return np.stack([argument(w, self.filling(s), self.T) for s in (0, 1)])

    def nu(self, w):
        """Densities of states of up and down at energies w: (2, ...) array."""
        return np.stack([self.nu_of(s, w) for s in (0, 1)])

    def f(self, w):
        """Occupations of up and down at energies w: (2, ...) array."""
        return np.stack([fermi(w, self.filling(s), self.T) for s in (0, 1)])

    def singular(self):
        """Energies at which densities of states and principal values have roots, and where logarithms or steps."""
        cold = [mu for mu in self._fillings() if 1e-14 * self._span() >= self.T]
        both = [self.diverging(s) for s in (0, 1)]
        roots = np.concatenate(both)
        logs = [np.setdiff1d(self.ends(s), both[s]) for s in (0, 1)]
        return roots, np.concatenate([*logs, cold])

    def ends(self, s):
        """Those of the edges at which nu_s may have a root, a logarithm or a step."""
        return self.edges(s)

    def diverging(self, s):
        """Those of the edges at which nu_s has an inverse root."""
        return np.empty(0)

    def smooth(self):
        """Energies between which the occupations, and densities of states, are smooth."""
        thermal = [thermal_breaks(mu, self.T, self._span()) for mu in self._fillings()]
        return np.unique(np.concatenate([*thermal, *(np.setdiff1d(self.edges(s), self.ends(s)) for s in (0, 1))]))

    def _fillings(self):
        return [self.filling(s) for s in (0, 1)]

    def _span(self):
        return np.ptp(np.concatenate([self.edges(0), self.edges(1)]))

    def source_panels(self, s):
        """Panels of the principal values of one spin, and which of their ends are roots."""
        edges = self.edges(s)
        smooth = np.concatenate([edges, thermal_breaks(self.filling(s), self.T, np.ptp(edges))])
        points, kinds = panels(self.ends(s), (), smooth, edges[0], edges[-1])
        hard = kinds == ROOT
        if not self.roots:
            return points, np.zeros(len(points) - 1, int)
        low, high, width = points[:-1], points[1:], np.diff(points)
        fine = 4.0 ** -np.arange(1, self.grading + 1)[:, None]
        extra = [
            low[hard[:-1] & hard[1:]] + width[hard[:-1] & hard[1:]] / 2,
            (low + width * fine)[:, hard[:-1]].ravel(),
            (high - width * fine)[:, hard[1:]].ravel(),
        ]
        points = breaks(np.concatenate([points, *extra]), edges[0], edges[-1])
        hard = np.isin(points, self.ends(s))
        return points, LEFT * hard[:-1] + RIGHT * hard[1:]

    @cached_property
    def sources(self):
        """For each spin, panels, which of their ends are roots, (2, p, ORDER) values of nu_s and nu_s f_s at nodes."""
        result = []
        for s in (0, 1):
            points, roots = self.source_panels(s)
            w = gauss_nodes(points, roots)
            nu = self.nu_of(s, w)
            result.append((points, roots, np.stack([nu, nu * self.f(w)[s]])))
        return result

    def principal_values(self, w):
        """Principal values of the polarised density of states and of its filled part  [HDW (99), (105)].

            H = P int m(w') / (w - w') dw' = pi alpha,  B = P int m(w') f(w') / (w - w') dw' = pi beta

        Parameters
        ----------
        w : (n,) array
            Energies.

        Returns
        -------
        H, B : (n,) arrays
            Number of states per energy.
        """
        up, down = (principal_value(w, points, h, roots) for points, roots, h in self.sources)
        return (up - down) / 2

    def resolved(self, w):
        """What is stored at each energy  [HDW (15), (47), (66), (67)].

        Parameters
        ----------
        w : (...) array
            Energies.

        Returns
        -------
        dict of (...) arrays
            spin: f m, per energy; a, a_up, a_dn: exchange per mean density of states; holes: f a, where Pauli's
            principle excludes. Where there are no states all are zero.
        """
        w = np.asarray(w, float)
        nu, f, A = self.nu(w), self.f(w), self.A(w)
        nb = nu.mean(axis=0)
        up, down = np.divide(A, nb, where=nb > 0, out=np.zeros_like(A))
        spin = np.einsum("s,s...->...", SIGN / 2, nu * f)
        holes = np.divide(np.sum(f * A, axis=0), nb, where=nb > 0, out=np.zeros_like(nb))
        return {"spin": spin, "a": up + down, "a_up": up, "a_dn": down, "holes": holes}


@dataclass(frozen=True)
class FlatStoner(Electrode):
    """A flat band whose two spins are shifted rigidly: e_s = e - s J/2, e uniform in centre +- D  [HDW (18)-(21)].

    ValueError unless D > 0, N_o > 0, 0 <= J <= 2 D, T >= 0.
    """

    D: float  # half of the band's width
    J: float  # Stoner splitting, 0 in a normal metal
    N_o: float  # number of modes
    mu: float | tuple  # electrochemical potential of electrons, or that of up and of down
    T: float  # temperature
    centre: float = 0.0

    roots = False

    def __post_init__(self):
        for key in ("D", "J", "N_o", "centre"):
            value = getattr(self, key)
            require(np.ndim(value) == 0 and np.isfinite(value), "FlatStoner", key, value, "must be a finite number")
        require(self.D > 0, "FlatStoner", "D", self.D, "must be > 0: half of the band's width")
        require(self.N_o > 0, "FlatStoner", "N_o", self.N_o, "must be > 0: the number of modes")
        require(0 <= self.J <= 2 * self.D, "FlatStoner", "J", self.J, f"must be from 0 to 2 D = {2 * self.D:g}")
        self.check_filling()

    @property
    def nu_0(self):
        """Density of states of either spin within its band."""
        return self.N_o / (2 * self.D)

    def edges(self, s):
        return self.centre - SIGN[s] * self.J / 2 + np.array([-self.D, self.D])

    def nu_of(self, s, w):
        return np.where(np.abs(w - self.centre + SIGN[s] * self.J / 2) <= self.D, self.nu_0, 0.0)

    def A(self, w):
        w = np.asarray(w, float)
        own = self.arguments(w)
        other = np.stack([self.arguments(w + self.J)[1], self.arguments(w - self.J)[0]])
        return self.nu(w) / 4 * difference(own, other)

    def nodes(self, roots, logs, smooth):
        shift = SIGN[:, None] * self.J / 2
        at = [(np.asarray(w) - self.centre + shift).ravel() for w in (roots, logs, smooth)]
        x, weight = crowded(*panels(*at, -self.D, self.D))
        return Nodes(self.centre + x - shift, np.broadcast_to(weight * self.nu_0, (2, len(x))), paired=True)
