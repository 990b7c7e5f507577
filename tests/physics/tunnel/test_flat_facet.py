"""Flat bands at many points, with spin accumulated, against the integrals over any bands and the closed forms."""

import numpy as np
import pytest

from ddgauge.physics.tunnel import flat as closed
from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.electrodes import FlatStoner
from ddgauge.physics.tunnel.flat_facet import FlatSide, interpolated
from ddgauge.physics.tunnel.flat_facet import coefficients as at_points

L = FlatSide(np.array([[0.5, 0.5], [1.2, 0.3], [-0.4, 0.8], [0.5, 0.5]]), 0.5, 5.0, 25.0)
R = FlatSide(np.array([[-0.5, -0.5], [0.2, -0.3], [0.9, 0.1], [-0.5, -0.5]]), 0.5, 4.0, 30.0)


def electrode(side, k):
    return FlatStoner(side.D, side.J, 100.0, tuple(side.mu[k]), side.T, side.centre[k])


@pytest.mark.parametrize("T_L, T_R", [(0.5, 0.5), (0.5, 0.2), (0.4, 0.0), (0.0, 0.0)])
def test_integrals_over_any_bands(T_L, T_R):
    own, other = (FlatSide(side.mu, T, side.J, side.D) for side, T in ((L, T_L), (R, T_R)))
    T_S, of_L, of_R = at_points(own, other)
    for k in range(3):
        a, b = electrode(own, k), electrode(other, k)
        c, Gamma = coefficients(a, b, 1.0), closed.Gamma(a, b, 1.0)
        assert T_S[k] == pytest.approx(c.L.T_S / Gamma, rel=1e-6)
        np.testing.assert_allclose(of_L[k], np.array(c.L.exchange) / Gamma, rtol=2e-6, atol=2e-7)
        np.testing.assert_allclose(of_R[k], np.array(c.R.exchange) / Gamma, rtol=2e-6, atol=2e-7)
    assert T_S[0] == T_S[3] and np.array_equal(of_L[0], of_L[3])  # points do not know of each other


def test_numbers():
    """D = 25, J = 5, T = 0.5, V = 1 and 4: E_ex, T_ex, T_S over Gamma."""
    mu = np.array([[0.5, 0.5], [2.0, 2.0]])
    T_S, of_L, _ = at_points(FlatSide(mu, 0.5, 5.0, 25.0, True), FlatSide(-mu, 0.5, 5.0, 25.0, True))
    np.testing.assert_allclose(of_L[:, 0], [-0.1560551, -1.423310], rtol=5e-7)
    np.testing.assert_allclose(of_L[:, 2], [-0.1137285, -0.1142823], rtol=5e-6)
    np.testing.assert_allclose(of_L[:, 1], 0, atol=1e-15)
    np.testing.assert_allclose(T_S, -0.0797106, rtol=5e-6)
    of_edges, _, _ = at_points(FlatSide(mu, 0.5, 5.0, 25.0), FlatSide(-mu, 0.5, 5.0, 25.0))
    np.testing.assert_allclose(of_edges, [closed.T_S(25.0, 5.0, 25.0, 5.0, V) for V in (1.0, 4.0)], rtol=1e-12)


def test_heat_alone_emits_quadrupole_moment():
    """T_L = 1, J = 5, V = 0 at tau = (T_R - T_L)/T_R."""
    for tau, expected in ((-0.5, 0.1331446), (-0.1, 0.0375138), (0.1, -0.0461424), (0.5, -0.3820272)):
        rest = np.zeros((1, 2))
        _, of_L, _ = at_points(FlatSide(rest, 1.0, 5.0, 50.0), FlatSide(rest, 1 / (1 - tau), 5.0, 50.0))
        assert of_L[0, 0] == pytest.approx(expected, rel=1e-6)


def test_a_rank_without_points_has_none():
    nothing = FlatSide(np.zeros((0, 2)), 1.0, 5.0, 50.0)
    assert [len(part) for part in at_points(nothing, nothing)] == [0, 0, 0]


@pytest.mark.parametrize("spread, rigid", [(0.0, False), (0.3, False), (0.3, True)])
def test_many_points_are_interpolated(spread, rigid):
    rng = np.random.default_rng(3)
    n = 3000
    means = rng.uniform(-1, 1, size=(2, n, 1)) * [[[1.0]], [[spread]]]
    sides = [
        FlatSide(mean + [0.3, -0.1] + 0.1 * spread * rng.uniform(-1, 1, size=(n, 2)), T, J, 250.0, rigid)
        for mean, T, J in zip(means, (4.0, 5.0), (5.0, 4.0))
    ]
    found = interpolated(*sides)
    some = slice(0, n, n // 20)
    for a, b in zip(found, at_points(*(side.part(some) for side in sides))):
        np.testing.assert_allclose(a[some], b, rtol=1e-7, atol=1e-8)
    few = [side.part(slice(0, 3)) for side in sides]
    for a, b in zip(interpolated(*few), at_points(*few)):
        np.testing.assert_array_equal(a, b)
