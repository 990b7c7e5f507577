import numpy as np
import pytest
from scipy.special import digamma, expit

from ddgauge.physics.tunnel.quadrature import (
    LEFT,
    LOG,
    RIGHT,
    ROOT,
    SMOOTH,
    breaks,
    crowded,
    gauss_nodes,
    inverse,
    panels,
    principal_value,
    thermal_breaks,
)
from ddgauge.physics.tunnel.statistics import argument, difference, excess, fermi, softplus, thermal_half


def integrate(f, kind):
    x, weight = crowded(np.array([0.0, 1.0]), np.array([kind, SMOOTH]))
    return weight @ f(x)


def test_roots_and_logarithms_at_the_end_of_a_panel_are_integrated():
    assert integrate(np.sqrt, ROOT) == pytest.approx(2 / 3, rel=1e-14)
    assert integrate(lambda x: x**-0.5, ROOT) == pytest.approx(2, rel=1e-13)
    assert integrate(np.sqrt, LOG) == pytest.approx(2 / 3, rel=1e-13)
    assert integrate(np.log, LOG) == pytest.approx(-1, rel=1e-11)
    for kind in (ROOT, LOG, SMOOTH):
        assert integrate(np.exp, kind) == pytest.approx(np.e - 1, rel=1e-14)


def test_panels_near_singularities():
    """An inverse root and a logarithm at one point, a root just beyond the end of another panel."""
    x, weight = crowded(*panels([0.0], [0.0], [0.3, 0.31], -1, 1))
    assert weight @ np.abs(x) ** -0.5 == pytest.approx(4, rel=1e-12)
    assert weight @ np.log(np.abs(x)) == pytest.approx(-2, rel=1e-7)
    x, weight = crowded(*panels([0.0], [], [1e-3], -1, 1))
    assert weight @ np.sqrt(np.abs(x)) == pytest.approx(4 / 3, rel=1e-14)
    x, weight = crowded(*panels([1e-6], [0.0], [2e-6], -1, 1))
    assert weight @ np.abs(x - 1e-6) ** -0.5 == pytest.approx(2 * (np.sqrt(1 - 1e-6) + np.sqrt(1 + 1e-6)), rel=1e-11)


def test_principal_value_of_roots():
    """P int_-1^1 dw' / (pi sqrt(1 - w'^2) (w - w')): 0 within, 1 / sqrt(w^2 - 1) beyond, finite at the end."""
    points, roots = np.array([-1.0, 0.1, 1.0]), np.array([LEFT, RIGHT])
    x = gauss_nodes(points, roots)
    w = np.array([-3.0, -1.2, -1.0001, -0.99, 0.0, 0.1001, 0.9, 1.05])
    h = 1 / (np.pi * np.sqrt((1 - x) * (1 + x)))
    value = principal_value(w, points, h, roots)
    exact = np.where(np.abs(w) > 1, np.sign(w) / np.sqrt(np.maximum(w**2 - 1, 1e-9)), 0)
    np.testing.assert_allclose(value, exact, rtol=1e-7, atol=1e-7)
    at_end = principal_value(np.array([-1e-300, 0.0, 1e-300]), np.array([0.0, 1.3]), h[:1], roots[:1])
    assert np.abs(at_end).max() < 1e9


def test_principal_value_of_a_step_is_a_logarithm():
    w = np.array([-3.0, -1.001, -0.999, 0.2, 1.4, 1.9, 2.5, 40.0])
    points = np.array([-1.0, 0.5, 2.0])
    value = principal_value(w, points, np.ones((2, 16)))
    np.testing.assert_allclose(value, np.log(np.abs((w + 1) / (w - 2))), rtol=1e-11)


def test_principal_value_of_a_polynomial():
    """P int_-1^1 w'^2 / (w - w') dw' = w^2 ln|(w + 1) / (w - 1)| - 2 w, also where panels meet."""
    w = np.array([-2.0, -1.1, -0.5, 0.0, 0.3, 0.95, 1.3])
    points = np.array([-1.0, 0.0, 0.3, 1.0])
    value = principal_value(w, points, gauss_nodes(points) ** 2)
    np.testing.assert_allclose(value, w**2 * np.log(np.abs((w + 1) / (w - 1))) - 2 * w, rtol=1e-10, atol=1e-12)


def test_principal_value_of_a_fermi_function():
    """Edge far below mu: ln|w - a| - ln(2 pi T) - Re psi(1/2 + i (w - mu) / 2 pi T)."""
    mu, T, w, a, b = 1.5, 0.4, 2.2, -10.0, 12.0
    points = breaks(thermal_breaks(mu, T, 22), a, b)
    value = principal_value(np.array([w]), points, expit((mu - gauss_nodes(points)) / T))[0]
    assert value == pytest.approx(3.038429, rel=3e-7)
    exact = np.log(w - a) - np.log(2 * np.pi * T) - digamma(0.5 + 1j * (w - mu) / (2 * np.pi * T)).real
    assert value == pytest.approx(exact, rel=1e-9)


def test_inverse_of_rising_and_falling_functions():
    y = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(inverse(lambda x: x**3, y, 0, 1), np.cbrt(y), rtol=1e-14)
    np.testing.assert_allclose(inverse(lambda x: 1 - x, y, 0, 1), 1 - y, rtol=1e-14)


def test_small_differences_of_occupations_keep_their_digits():
    """f(x + d) - f(x) = f' d at d far below rounding; equal arguments give zero to the last bit."""
    assert difference(0.3 + 2.0**-50, 0.3) == pytest.approx(2.0**-50 * expit(0.3) * expit(-0.3), rel=1e-9)
    x = np.array([-np.inf, -3.0, 0.0, 700.0, np.inf])
    assert np.all(difference(x, x) == 0)
    np.testing.assert_array_equal(difference(x, x[::-1])[[0, 2, 4]], [-1, 0, 1])


def test_a_cold_state_is_half_full_at_mu():
    np.testing.assert_array_equal(fermi(np.array([0.9, 1.0, 1.1]), 1.0, 0.0), [1, 0.5, 0])
    np.testing.assert_array_equal(argument(np.array([0.9, 1.0, 1.1]), 1.0, 0.0), [np.inf, 0, -np.inf])
    assert softplus(2.0, 0.0) == 2


@pytest.mark.parametrize("T", [1e-50, 1e-110, 1e-200, 1e-320])
def test_the_coldest_temperatures_are_as_zero_without_a_word(T):
    u = np.array([-3.0, 0.0, 5.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for law in thermal_half, excess, softplus:
            np.testing.assert_allclose(law(u, T), law(u, 0.0), rtol=1e-15, atol=2 * T)


def test_thermal_functions():
    """T C(u/T) = (u/2) coth(u/2T), series and limit without a seam; |u|/2 in the cold."""
    u = np.array([1e-9, 0.9e-4, 1.1e-4, 0.5, 30.0])
    np.testing.assert_allclose(thermal_half(2 * u, 2.0), u / np.tanh(u / 2), rtol=1e-10)
    np.testing.assert_array_equal(thermal_half(np.array([-3.0, 0.0]), 0.0), [1.5, 0])
    np.testing.assert_allclose(excess(np.array([1e-6]), 1.0), 1e-12 / 12, rtol=1e-12)
    near = np.array([0.0499999, 0.0500001])
    assert np.diff(excess(near, 1.0))[0] == pytest.approx(0.05 / 6 * 2e-7, rel=1e-3)
    assert excess(6.0, 0.0) == 3
