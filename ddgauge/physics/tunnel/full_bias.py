"""A tunnel barrier in SI at any bias: densities of states that vary over it, tabulated once for each pair of spins.

    j_ss' = (G0/4e) (1 + s s' c) int dw [nu_s^L nu_s'^R / (nb_L nb_R)_ref] (f_s'^R - f_s^L),  mu_s = -e V_s

Reference is the Fermi level, the energy 0 of both electrodes at rest. Bands follow the mean electrochemical potential
of the electrode, as in a metal that stays neutral, or are rigid. Energies are in eV, potentials in V. What energy the
same electrons bring is tabulated beside.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import CubicSpline, RectBivariateSpline

from ddgauge.physics.tunnel.electrodes import SIGN
from ddgauge.physics.tunnel.statistics import argument, difference

REACH = 40  # temperatures beyond which an occupation is one or nothing
BIAS, ACCUMULATION = 257, 65  # points of the tables, along the bias and along the splitting of the spins
FINE = 1024  # panels over the energies, at least, where a band ends there
PAIRS = [(s, q) for s in (0, 1) for q in (0, 1)]


@dataclass(frozen=True)
class FullBias:
    """Both electrodes, and the range of their potentials."""

    nu: tuple  # of L and R: functions of energies (n,), eV from the Fermi level, -> (2, n) densities of up and down
    edges: tuple  # of L and R: energies at which they are not smooth, eV from the Fermi level
    T: tuple  # temperatures, eV, > 0
    range: float  # V: of the bias and of spin potentials; of the potentials themselves where bands are rigid
    rigid: bool = False

    @cached_property
    def reference(self):
        """nb_L nb_R at the Fermi level."""
        return float(np.prod([nu(np.zeros(1)).mean() for nu in self.nu]))

    @property
    def polarisations(self):
        """P of L and R at the Fermi level."""
        up, dn = np.array([nu(np.zeros(1))[:, 0] for nu in self.nu]).T
        return (up - dn) / (up + dn)

    def rates(self, u0, a):
        """Integrals over the energies, in V, so that j_ss' = (G0/4) (1 + s s' c) q_ss'.

        Parameters
        ----------
        u0, a : (n, 2) arrays
            Mean and spin potentials of L and R along their majority spins, V. Beyond the range the tables go on
            straight.

        Returns
        -------
        q : (n, 2, 2) array
            q[:, s, s'], V.
        slope : (n, 2, 2, 2, 2) array
            slope[:, s, s', A, r]: its derivative by u0 (A = 0) and a (A = 1) of side r.
        """
        return self._law(0, u0, a)

    def energies(self, u0, a):
        """(n, 2, 2) int dw w [nu_s^L nu_s'^R / (nb_L nb_R)_ref] (f_s'^R - f_s^L), V^2, with w as mu_s = -V_s."""
        found, _ = self._law(1, u0, a)
        return found if self.rigid else found - u0[:, 1, None, None] * self.rates(u0, a)[0]

    def _law(self, power, u0, a):
        law = self._rigid if self.rigid else self._following
        q, slope = np.empty((len(u0), 2, 2)), np.empty((len(u0), 2, 2, 2, 2))
        for s, t in PAIRS:
            q[:, s, t], slope[:, s, t] = law(self._tables[s, t, power], s, t, u0, a)
        return q, slope

    def _following(self, tables, s, t, u0, a):
        base, L, R = tables
        v = u0[:, 1] - u0[:, 0]
        at_L, at_R = L(v, -SIGN[s] * a[:, 0]), R(v, -SIGN[t] * a[:, 1])
        value, by_v = _curve(base, v, self.range)
        by_v = by_v + at_R[1] - at_L[1]
        by_u0 = np.stack([-by_v, by_v], axis=1)
        by_a = np.stack([SIGN[s] * at_L[2], -SIGN[t] * at_R[2]], axis=1)
        return value + at_R[0] - at_L[0], np.stack([by_u0, by_a], axis=1)

    def _rigid(self, tables, s, t, u0, a):
        base, L, R = tables
        (q_L, by_L), (q_R, by_R) = (
            _curve(table, -(u0[:, r] + SIGN[k] * a[:, r]), self.range) for r, k, table in ((0, s, L), (1, t, R))
        )
        by_u0 = np.stack([by_L, -by_R], axis=1)
        return base + q_R - q_L, np.stack([by_u0, by_u0 * [SIGN[s], SIGN[t]]], axis=1)

    @cached_property
    def _tables(self):
        """{(s, s', power)}: of int dw w^power ..., energies w of following bands from the mean potential of R."""
        w, weight = self._energies()
        rest = argument(w, 0.0, self.T[0]), argument(w, 0.0, self.T[1])
        return (self._tables_of_rigid if self.rigid else self._tables_of_following)(w, weight, rest)

    def _energies(self):
        """Nodes and weights over all energies at which occupations may differ."""
        reach = (2 - self.rigid) * self.range + REACH * max(self.T)
        shifted = [end + v for end in np.concatenate(self.edges) for v in ((0,) if self.rigid else (-1, 0, 1))]
        ends = np.abs(np.asarray(shifted)).min(initial=np.inf) - (0 if self.rigid else self.range) < reach
        count = int(max(np.ceil(2 * reach / (4 * min(self.T))), FINE if ends else 64))
        x, weight = leggauss(8)
        points = np.linspace(-reach, reach, count + 1)
        half = np.diff(points)[:, None] / 2
        return (points[:-1, None] + half * (1 + x)).ravel(), (half * weight).ravel()

    def _tables_of_rigid(self, w, weight, rest):
        mu = np.linspace(-self.range, self.range, BIAS)
        changes = [difference(argument(w, mu[:, None], T), at) for T, at in zip(self.T, rest)]
        nu, tables = [nu(w) for nu in self.nu], {}
        for s, t in PAIRS:
            for power in (0, 1):
                states = weight * w**power * nu[0][s] * nu[1][t] / self.reference
                curves = [CubicSpline(mu, change @ states) for change in changes]
                tables[s, t, power] = float(states @ difference(rest[1], rest[0])), *curves
        return tables

    def _tables_of_following(self, w, weight, rest):
        """Bands of L are shifted by v = mu_L - mu_R."""
        v = np.linspace(-self.range, self.range, BIAS)
        delta = np.linspace(-self.range, self.range, ACCUMULATION)
        of_L, of_R = np.array([self.nu[0](w - shift) for shift in v]), self.nu[1](w)  # [v, s, w], [s', w]
        behind = np.array([self.nu[1](w + shift) for shift in v])  # of R, seen with energies from the mean of L
        near = self.nu[0](w)
        changes = [difference(argument(w, delta[:, None], T), at) for T, at in zip(self.T, rest)]
        bias = difference(rest[1], argument(w, v[:, None], self.T[0]))
        tables = {}
        for s, t in PAIRS:
            states = weight * of_L[:, s] * of_R[t] / self.reference
            seen = weight * near[s] * behind[:, t] / self.reference
            tables[s, t, 0] = (
                CubicSpline(v, np.sum(states * bias, axis=1)),
                _Table(v, delta, seen @ changes[0].T),
                _Table(v, delta, states @ changes[1].T),
            )
            tables[s, t, 1] = (
                CubicSpline(v, np.sum(states * w * bias, axis=1)),
                _Table(v, delta, seen * (w + v[:, None]) @ changes[0].T),
                _Table(v, delta, states * w @ changes[1].T),
            )
        return tables


def _curve(spline, x, limit):
    """Value and derivative of a spline, straight beyond its ends."""
    inside = np.clip(x, -limit, limit)
    slope = spline(inside, 1)
    return spline(inside) + slope * (x - inside), slope


class _Table:
    """A table over two variables, straight beyond its ends."""

    def __init__(self, x, y, values):
        self.limit, self.spline = x[-1], RectBivariateSpline(x, y, values)

    def __call__(self, x, y):
        """Value, and derivatives by both."""
        at = np.clip(x, -self.limit, self.limit), np.clip(y, -self.limit, self.limit)
        by_x, by_y = self.spline.ev(*at, dx=1), self.spline.ev(*at, dy=1)
        return self.spline.ev(*at) + by_x * (x - at[0]) + by_y * (y - at[1]), by_x, by_y
