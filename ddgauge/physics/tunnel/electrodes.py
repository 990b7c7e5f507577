"""Electrodes: which energies the two spins of a mode have, and how far they are filled.

The density of states nu_s(w) of each spin does not say which energies belong to the same mode. What the exchange part
of the quadrupole moment needs is the joint density nu_ss'(w, w')  [HDW (12), (16)]. An electrode therefore is a measure
over modes with energies (e_up, e_dn), from which both follow.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ddgauge.physics.tunnel.quadrature import breaks, crowded, gauss_nodes, graded, principal_value, thermal_breaks
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
    edges(s) : energies between which nu_s is smooth; nodes(points) : Nodes with breaks where e_s is one of the points.
    """

    levels = 10  # how finely principal values resolve the ends of a band

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

    def points(self):
        """Energies at which functions of this electrode are not smooth."""
        ends = np.concatenate([self.edges(0), self.edges(1)])
        span = np.ptp(ends)
        thermal = [thermal_breaks(self.filling(s), self.T, span) for s in (0, 1)]
        return np.unique(np.concatenate([ends, *thermal]))

    @cached_property
    def sources(self):
        """For each spin, panels and (2, p, ORDER) values of nu_s and nu_s f_s at their nodes."""
        result = []
        for s in (0, 1):
            edges = self.edges(s)
            ends = np.concatenate([graded(a, b, self.levels) for a, b in pairwise(edges)])
            thermal = thermal_breaks(self.filling(s), self.T, np.ptp(edges))
            points = breaks(np.concatenate([ends, thermal]), edges[0], edges[-1])
            w = gauss_nodes(points)
            nu = self.nu_of(s, w)
            result.append((points, np.stack([nu, nu * self.f(w)[s]])))
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
        up, down = (principal_value(w, points, h) for points, h in self.sources)
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

    levels = 0

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

    def nodes(self, points):
        shift = SIGN[:, None] * self.J / 2
        x, weight = crowded(breaks((points - self.centre + shift).ravel(), -self.D, self.D))
        return Nodes(self.centre + x - shift, np.broadcast_to(weight * self.nu_0, (2, len(x))), paired=True)
