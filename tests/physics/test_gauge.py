import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ddgauge.physics.algebra import cross, rotation
from ddgauge.physics.gauge import field_strength, rashba_dresselhaus, spin_orbit, transformed
from ddgauge.units import HBAR, M_E
from tests.closed_forms import helix_wave_number, rashba_spectrum, relaxation_spectrum

numbers = st.floats(-2, 2)


def gradient(f, r, h):
    """d_i f at r by differences of eighth order."""
    weights = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280]) / h
    steps = h * np.eye(3)
    return np.array([sum(w * (f(r + n * s) - f(r - n * s)) for n, w in enumerate(weights, 1)) for s in steps])


def test_equal_rashba_and_dresselhaus_spare_one_spin_direction():
    q = rashba_dresselhaus(m=M_E, alpha=2e4, beta=2e4)  # turns spins about (-1, 1, 0) only
    np.testing.assert_array_equal(q @ [1, 1, 0], 0)
    np.testing.assert_array_equal(field_strength(q), 0)


def test_gauge_field_of_strain_as_printed():
    """(9)-(11) for 2 m / hbar = 1: each row is a flow, each column a spin axis."""
    u = np.array([[9, 1, 3], [1, 9, 2], [3, 2, 9]]) / 10  # u_xy 0.1, u_yz 0.2, u_zx 0.3; the diagonal has no part
    q = spin_orbit(HBAR / 2, alpha=5, beta=7, lam=10, strain=u)
    np.testing.assert_allclose(q, [[-7, 5 - 1, 3], [-5 + 1, 7, -2], [-3, 2, 0]], rtol=1e-14)


def test_without_strain_the_strain_velocity_does_nothing():
    np.testing.assert_array_equal(spin_orbit(M_E, 3e4, 1e4, lam=4e5), rashba_dresselhaus(M_E, 3e4, 1e4))


def test_rashba_field_strength_points_along_z():
    q = rashba_dresselhaus(M_E, alpha=3e4)
    Q = 2 * M_E * 3e4 / HBAR
    F = field_strength(q)
    np.testing.assert_allclose(F[0, 1] / Q**2, [0, 0, 1], atol=1e-15)
    np.testing.assert_array_equal(F, -np.swapaxes(F, 0, 1))


def test_uniform_flow_z_gauge_field_has_no_strength():
    q = np.zeros((3, 3))
    q[2] = [-2e8, 3e8, 1e8]
    np.testing.assert_array_equal(field_strength(q), 0)


@given(
    arrays(float, (3, 3), elements=numbers), arrays(float, (3, 3), elements=numbers), arrays(float, 3, elements=numbers)
)
def test_covariant_derivative_and_field_strength_turn_with_the_spin_axes(q0, slope, r):
    """mu -> O mu, q -> transformed: D mu -> O D mu and F -> O F, for rotations and fields that vary in space."""
    h = 0.05

    def w(r):
        return np.array([np.sin(r[0] + 0.3 * r[2]), 0.5 * np.cos(r[1]), 0.4 * r[2] - 0.2 * r[0] * r[1]])

    def q(r):
        return q0 + slope * np.sin(r[0] - r[1] + 0.5 * r[2])

    def mu(r):
        return np.array([np.cos(r[1]), np.sin(r[0] + r[2]), r[0] * r[2]])

    def O(r):  # noqa: E743
        return rotation(w(r))

    def turned(r):
        return transformed(q(r), O(r), gradient(O, r, h))

    def derivative(q, mu):
        return gradient(mu, r, h) + np.cross(q(r), mu(r))

    D, D_turned = derivative(q, mu), derivative(turned, lambda r: O(r) @ mu(r))
    np.testing.assert_allclose(D_turned, D @ O(r).T, atol=1e-8)
    F, F_turned = (field_strength(f(r), gradient(f, r, h)) for f in (q, turned))
    np.testing.assert_allclose(F_turned, F @ O(r).T, atol=1e-6)


def test_a_pure_gauge_has_no_strength():
    def O(r):  # noqa: E743
        return rotation([r[0] * r[1], np.sin(r[2]), r[0]])

    def q(r):
        return transformed(np.zeros((3, 3)), O(r), gradient(O, r, 0.05))

    r = np.array([0.3, -0.4, 0.7])
    assert np.abs(q(r)).max() > 0.3
    np.testing.assert_allclose(field_strength(q(r), gradient(q, r, 0.05)), 0, atol=1e-8)


def test_gauge_field_at_many_points():
    q = np.random.default_rng(1).normal(size=(4, 3, 3))
    O = rotation(np.random.default_rng(2).normal(size=(4, 3)))
    dO = np.random.default_rng(3).normal(size=(4, 3, 3, 3))
    np.testing.assert_allclose(transformed(q, O, dO)[2], transformed(q[2], O[2], dO[2]), rtol=1e-14)
    np.testing.assert_allclose(field_strength(q)[2], field_strength(q[2]), rtol=1e-14)


def test_rashba_relaxation_spectrum():
    D, alpha = 1e-3, 2e4
    q = rashba_dresselhaus(M_E, alpha)
    uniform, slowest, k = rashba_spectrum(D, 2 * M_E * alpha / HBAR)
    np.testing.assert_allclose(relaxation_spectrum([0, 0, 0], q, D), uniform, rtol=1e-12)
    rates = [relaxation_spectrum([n * k, 0, 0], q, D)[0] for n in (0.999, 1, 1.001)]
    np.testing.assert_allclose(rates[1], slowest, rtol=1e-12)
    assert rates[1] < min(rates[0], rates[2])


@pytest.mark.parametrize("sign", [1, -1])
def test_persistent_helix_does_not_decay(sign):
    D, alpha = 1e-3, 2e4
    q = rashba_dresselhaus(M_E, alpha, alpha)
    rate = D * (2 * M_E * alpha / HBAR) ** 2
    np.testing.assert_allclose(relaxation_spectrum([0, 0, 0], q, D) / rate, [0, 4, 4], atol=1e-12)
    k = sign * helix_wave_number(M_E, alpha) * np.array([1, 1, 0]) / np.sqrt(2)
    np.testing.assert_allclose(relaxation_spectrum(k, q, D)[0] / rate, 0, atol=1e-12)


def test_gauge_field_turns_spin_as_the_covariant_derivative_says():
    """A uniform D_x mu = 0 is mu(x) = exp(-[q_x]x x) mu(0): along x, Rashba turns z towards -x for alpha > 0."""
    q = rashba_dresselhaus(M_E, alpha=3e4)
    mu = rotation(-q[0] * 1e-12) @ [0, 0, 1]
    assert mu[0] < 0
    np.testing.assert_allclose(mu, [0, 0, 1] - cross(q[0]) @ [0, 0, 1] * 1e-12, atol=1e-6)
