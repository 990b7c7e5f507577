"""Digits of the coefficients, against integrals whose singularities are taken out by hand."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import dawsn, ellipkm1, expit

from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.dos import Dos
from ddgauge.physics.tunnel.modes import Band, Levels, Modes
from tests.physics.tunnel.bands import crooked, flat


@dataclass
class Chain:
    """Atoms in a row, e_s = centre_s - half_s cos(pi x): inverse roots at both ends of a band."""

    centre: tuple
    half: tuple
    mu: float
    T: float

    def modes(self):
        up, dn = (lambda x, c=c, D=D: c - D * np.cos(np.pi * x) for c, D in zip(self.centre, self.half))
        return Modes((Band(up, dn),), self.mu, self.T)

    def edges(self, s):
        return self.centre[s] - self.half[s], self.centre[s] + self.half[s]

    def f(self, w):
        return expit((self.mu - w) / self.T) if self.T else np.heaviside(self.mu - w, 0.5)

    def nu(self, s, w, outside=0.0):
        depth = self.half[s] ** 2 - (w - self.centre[s]) ** 2
        return 1 / (np.pi * np.sqrt(depth)) if depth > 0 else outside

    def partner(self, s, w):
        return self.centre[1 - s] + (w - self.centre[s]) * self.half[1 - s] / self.half[s]

    def principal_values(self, s, w):
        """H and, at T = 0, B: int dphi / (cos phi - z) with w' = centre - half cos phi, z = (centre - w) / half."""
        z, filled = (self.centre[s] - w) / self.half[s], (self.centre[s] - self.mu) / self.half[s]
        phi = np.arccos(np.clip(filled, -1, 1))
        if abs(z) < 1:
            own = np.arccos(z)
            B = np.log(abs(np.sin((phi + own) / 2) / np.sin((phi - own) / 2))) / np.sin(own)
            H = 0.0
        else:
            root, ratio = np.sqrt(z**2 - 1), np.sqrt((abs(z) + np.sign(z)) / (abs(z) - np.sign(z)))
            B = -np.sign(z) * 2 / root * np.arctan(ratio * np.tan(phi / 2))
            H = -np.sign(z) * np.pi / root
        return H / (np.pi * self.half[s]), B / (np.pi * self.half[s])


def integral(integrand, edges, marks, lo, hi):
    """Of what may have an inverse root or a logarithm at each edge: w - a ~ angle^4 between neighbours."""
    edges = np.unique(np.clip(edges, lo, hi))
    total = 0.0
    for a, b in pairwise(edges):

        def mapped(y, a=a, b=b):
            w = a + (b - a) * y**4 * (35 - 84 * y + 70 * y**2 - 20 * y**3)
            value = integrand(w) * (b - a) * 140 * (y * (1 - y)) ** 3 if a < w < b else 0.0
            return value if np.isfinite(value) else 0.0

        inside = sorted(x for x in marks if a < x < b)
        at = [0.0, *(_inverse_step((x - a) / (b - a)) for x in inside), 1.0]
        total += sum(quad(mapped, lo, hi, epsrel=1e-8, epsabs=1e-10, limit=200)[0] for lo, hi in pairwise(at))
    return total


def _inverse_step(q):
    y = np.linspace(0, 1, 20001)
    return float(np.interp(q, y**4 * (35 - 84 * y + 70 * y**2 - 20 * y**3), y))


def over_modes(L, R, value):
    """Sum over both spins s of an integral over the energies of L: value(s, w), nu_s of L included."""
    total = 0.0
    for s in (0, 1):
        lo, hi = L.edges(s)
        others = [w for q in (0, 1) for w in R.edges(q)]
        partners = [L.partner(1 - s, w) for w in others]
        marks = [
            m + k * E.T for E in (L, R) for m in (E.mu, L.partner(1 - s, E.mu)) for k in (-30, -8, -3, 0, 3, 8, 30)
        ]
        total += integral(lambda w, s=s: value(s, w), [lo, hi, *others, *partners, *_cold(L, R)], marks, lo, hi)
    return total


def _cold(*electrodes):
    return [E.mu for E in electrodes if E.T == 0]


def torques(L, R):
    """T_S and T_ex at T = 0  [HDW (98), (102)]."""

    def K(w, filled):
        (H_up, B_up), (H_dn, B_dn) = (R.principal_values(s, w) for s in (0, 1))
        return (B_up - B_dn) / 2 - (H_up - H_dn) / 2 * filled

    def T_S(s, w):
        return (1, -1)[s] * L.nu(s, w) * K(w, L.f(w))

    def T_ex(s, w):
        return L.nu(s, w) * (L.f(w) - L.f(L.partner(s, w))) * K(w, L.f(w))

    return over_modes(L, R, T_S), over_modes(L, R, T_ex)


PAIRS = [  # I_0, I_F, E_S, A_S, E_ex, A_ex by tanh-sinh quadrature with 40 digits of the integrals over energies
    (
        Chain((-0.6, 0.6), (3.0, 3.0), 0.7, 0.2),
        Chain((-0.2, 0.5), (2.7, 2.4), -0.4, 0.3),
        "-0.200997952829233 -0.000411817864890245 -0.000302807036101358 "
        "0.00723963930650078 -0.0235626112582348 0.00223066423572069",
    ),
    (
        Chain((-0.5, 0.4), (3.0, 2.2), 2.2, 0.05),
        Chain((0.1, 0.3), (4.0, 3.0), 1.9, 0.02),
        "-0.091652064132998 -0.000529094198066305 0.00151013769070871 "
        "0.0082826216209449 -0.00819551244606796 0.00306050502044296",
    ),
    (
        Chain((-0.5, 0.4), (3.0, 2.2), 2.4, 0.0),
        Chain((0.1, 0.3), (2.0, 3.0), 1.2, 0.0),
        "-0.550579337487632 0.0139060362307037 0.0138431909948104 "
        "-0.086549633114066 -0.0122675893014529 0.0122675893014529",
    ),
]


@pytest.mark.parametrize("L, R, numbers", PAIRS)
def test_chains_of_atoms_to_ten_digits(L, R, numbers):
    """Densities of states of both electrodes diverge, within the bias window too."""
    c = coefficients(L.modes(), R.modes(), 1.0)
    found = [c.I_0, c.I_F, c.L.E_S, c.L.A_S, c.L.E_ex, c.L.A_ex]
    np.testing.assert_allclose(found, [float(x) for x in numbers.split()], rtol=3e-11)
    seen = coefficients(R.modes(), L.modes(), 1.0)
    assert (pytest.approx(-c.I_0, rel=3e-11), pytest.approx(-c.L.A_S, rel=3e-11)) == (seen.I_0, seen.L.E_S)


def test_torques_of_cold_chains_to_six_digits():
    L, R = PAIRS[2][:2]
    c = coefficients(L.modes(), R.modes(), 1.0)
    T_S, T_ex = torques(L, R)
    assert (c.L.T_S, c.L.T_ex) == (pytest.approx(T_S, rel=1e-6), pytest.approx(T_ex, rel=1e-7))


def square(mu, T, J=1.0, D=4.0, centre=0.0):
    """Square lattice: steps at the ends of the band, a logarithm amid; W = 2 D."""

    def nu(w):
        return 2 / (np.pi**2 * D) * ellipkm1((w / D) ** 2)

    edges = np.array([-D, 0.0, D]) + centre
    up, dn = (lambda w, s=s: nu(w - centre + s * J / 2) for s in (1, -1))
    return Dos(up, dn, tuple(edges - J / 2), tuple(edges + J / 2), mu, T, lambda w: w + J)


@pytest.mark.parametrize("T", [0.0, 0.1])
def test_logarithms_in_the_densities_of_states(T):
    """Current of square lattices, by integrals between the logarithms."""
    L, R = square(0.9, T), square(-0.7, T, centre=0.3, J=0.6)
    marks = sorted({-4.5, 4.5, *L.edges(0), *L.edges(1), *R.edges(0), *R.edges(1), -0.7, 0.9, *np.linspace(-3, 3, 25)})

    def current(w):
        nb = [E.nu(np.array(w)).mean() for E in (L, R)]
        return 4 * np.pi * nb[0] * nb[1] * (R.f(w)[0] - L.f(w)[0])

    c = coefficients(L, R, 1.0)
    exact = sum(quad(current, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in pairwise(marks) if b - a > 1e-12)
    assert pytest.approx(exact, rel=1e-10) == c.I_0
    assert pytest.approx(c.L.T_S, rel=1e-6) == coefficients(R, L, 1.0).L.T_S


def test_nodes_that_are_rounded_to_a_singularity_lose_no_number():
    """A Fermi level a millionth of the band from its logarithm, all of it far from the origin of energies."""
    near, at = (square(mu, 1e-7, centre=1000.5) for mu in (1000.0 + 3e-7, 1000.0))
    c = coefficients(near, square(1000.5, 1e-6, J=0.3, centre=1000.2), 1.0)
    assert np.all(np.isfinite([c.I_0, c.L.E_S, c.L.T_S, *c.L.exchange, *c.R.exchange]))
    assert np.all(np.isfinite(at.nu(np.array([1000.0, 996.0]))))


def test_breaks_within_a_table_are_not_singularities():
    """Where cubics of a table meet nodes need not crowd: the same numbers from half of them."""

    class Table(Dos):
        roots = False

        def ends(self, s):
            return self.edges(s)[[0, -1]]

    def nu(w, centre):
        return 0.03 + 0.02 * np.exp(-((w - centre - 1) ** 2))

    def electrode(kind, mu, centre):
        knots, J = np.linspace(-8, 8, 21) + centre, 1.5
        up, dn = (lambda w, s=s: nu(w + s * J / 2, centre) for s in (1, -1))
        return kind(up, dn, tuple(knots - J / 2), tuple(knots + J / 2), mu, 0.2, lambda w: w + J)

    (a, rough), (b, smooth) = ((electrode(kind, 0.5, 0.0), electrode(kind, -0.5, 0.3)) for kind in (Dos, Table))
    few, many = (len(own.nodes(*other.singular(), other.smooth()).e[0]) for own, other in ((b, smooth), (a, rough)))
    assert few < 0.6 * many
    c, exact = coefficients(b, smooth, 1.0), coefficients(a, rough, 1.0)
    assert (c.I_0, c.L.E_S, c.L.E_ex) == pytest.approx((exact.I_0, exact.L.E_S, exact.L.E_ex), rel=1e-11)
    assert (c.L.T_S, c.L.T_ex) == pytest.approx((exact.L.T_S, exact.L.T_ex), rel=1e-7)


def levels(n=120, width=0.1, mu=0.5, T=0.3):
    band, x = crooked(mu, T), (np.arange(n) + 0.5) / n
    e = [np.concatenate([getattr(part, key)(x) for part in band.bands]) for key in ("e_up", "e_dn")]
    return Levels(*e, np.repeat([3 / n, 1 / n], n), mu, T, width)


def test_levels_are_sums_of_gaussians():
    """P int exp(-x'^2) / (x - x') dx' = 2 sqrt(pi) Dawson's integral."""
    L, w = levels(), np.linspace(-3, 7, 41)
    x = [(w[:, None] - e) / (np.sqrt(2) * L.width) for e in (L.e_up, L.e_dn)]
    nu = [np.exp(-(each**2)) @ L.weight / (np.sqrt(2 * np.pi) * L.width) for each in x]
    np.testing.assert_allclose(L.nu(w), nu, rtol=1e-10, atol=1e-11)
    H = [np.sqrt(2) / L.width * dawsn(each) @ L.weight for each in x]
    np.testing.assert_allclose(L.principal_values(w)[0], np.subtract(*H) / 2, rtol=1e-8, atol=1e-8)


def test_coefficients_of_levels_are_sums_over_them():
    L, R = levels(), flat(-0.2, 0.2, J=2.0, D=6.0)
    c, swapped = coefficients(L, R, 1.0), coefficients(R, L, 1.0)
    total, emitted = 0.0, 0.0
    for s, e in enumerate((L.e_up, L.e_dn)):
        window = R.f(e)[0] - L.f(e)[0]
        total += 4 * np.pi * np.sum(L.weight / 2 * R.nu(e).mean(axis=0) * window)
        A = (L.f(e)[0] - L.f((L.e_dn, L.e_up)[s])[0]) / 4
        emitted += 4 * np.pi * np.sum(L.weight * A * R.nu(e).mean(axis=0) * window)
    assert (c.I_0, c.L.E_ex) == (pytest.approx(total, rel=1e-12), pytest.approx(emitted, rel=1e-12))

    def emission(w):
        x = (w - np.stack([L.e_up, L.e_dn])) / L.width
        nb = np.sum(L.weight * np.exp(-(x**2) / 2)) / (2 * np.sqrt(2 * np.pi) * L.width)
        f = [1 / (1 + np.exp((w + shift - R.mu) / R.T)) for shift in (0, R.J, -R.J)]
        up, dn = ((w + s * R.J / 2) ** 2 <= R.D**2 for s in (1, -1))
        A = R.nu_0 / 4 * (up * (f[0] - f[1]) + dn * (f[0] - f[2]))
        return 4 * np.pi * nb * A * (1 / (1 + np.exp((w - L.mu) / L.T)) - f[0])

    marks = [-7, -5, -3, -1.5, -0.2, 1, 2.5, 4, 5, 7]
    exact = sum(quad(emission, a, b, epsrel=1e-12, epsabs=1e-14, limit=200)[0] for a, b in pairwise(marks))
    assert pytest.approx(exact, rel=1e-10) == swapped.L.E_ex


def test_a_band_with_a_sharp_feature_is_followed_piece_by_piece():
    """e = sqrt(p^2 + m^2), m one hundredth of the bandwidth: far beyond one polynomial."""
    m = 0.01

    def e(x):
        return np.sqrt((2 * x - 0.9) ** 2 + m**2)

    band = Modes((Band(lambda x: e(x) - 0.2, lambda x: e(x) + 0.2),), 0.5, 0.0)
    depth = np.array([0.02, 0.3])  # above the bottom of the band of spin up
    exact = (m + depth) / np.sqrt((m + depth) ** 2 - m**2)
    np.testing.assert_allclose(band.nu(m - 0.2 + depth)[0], exact, rtol=1e-10)


def test_densities_that_diverge_at_the_same_energy_are_told():
    """int 1/|w - w_0| has no end: golden-rule currents between two equal chains."""
    L, R = Chain((-0.5, 0.5), (3.0, 3.0), 0.5, 0.3), Chain((-0.5, 0.5), (3.0, 3.0), -0.5, 0.3)
    with pytest.warns(RuntimeWarning, match=r"junction: the densities of states of L and R both diverge at w = -3.5"):
        coefficients(L.modes(), R.modes(), 1.0)
