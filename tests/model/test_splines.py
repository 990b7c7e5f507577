"""Splines against what they must reproduce: polynomials, to the border and half a cell beyond it."""

import numpy as np
import pytest

from ddgauge.model.splines import coefficients, in_time, sampling


@pytest.mark.parametrize("nodes", [(7, 4, 6), (5, 3, 2), (6, 1, 4), (1, 2, 1), (1, 1, 1)])
def test_polynomials_are_reproduced_to_the_degree_that_the_cells_can_tell(nodes):
    rng = np.random.default_rng(0)
    polynomials = [np.polynomial.Polynomial(rng.normal(size=min(n, 4))) for n in nodes]
    x, y, z = (p(np.arange(n)) for p, n in zip(polynomials, nodes))
    values = (z[:, None, None] * y[:, None] * x)[..., None] * [1, -2, 0.5]
    s = np.array([rng.uniform(-0.5, n - 0.5, 50) for n in nodes])
    field, *slopes = sampling(s, nodes)
    c = coefficients(values).reshape(-1, 3)
    exact = np.array([p(axis) for p, axis in zip(polynomials, s)])
    np.testing.assert_allclose(field @ c, np.prod(exact, axis=0)[:, None] * [1, -2, 0.5], rtol=0, atol=1e-10)
    for axis, (matrix, p) in enumerate(zip(slopes, polynomials)):
        if nodes[axis] == 1:
            assert matrix is None
            continue
        slope = np.prod([*np.delete(exact, axis, 0), p.deriv()(s[axis])], axis=0)
        np.testing.assert_allclose(matrix @ c, slope[:, None] * [1, -2, 0.5], rtol=0, atol=1e-9)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 9])
def test_cubics_in_time_are_reproduced_between_uneven_frames(number):
    times = np.cumsum(np.random.default_rng(number).uniform(0.5, 1.5, number)) * 1e-12
    p = np.polynomial.Polynomial(np.array([0.3, -1, 0.7, 0.2])[:number], domain=[0, 1e-12], window=[0, 1])
    for t in np.linspace(times[0], times[-1], 23):
        near, weights, slopes = in_time(times, t)
        assert weights @ p(times[near]) == pytest.approx(p(t), abs=1e-10)
        assert slopes @ p(times[near]) == pytest.approx(p.deriv()(t), abs=1e2)  # of 1e12 to 1e15


def test_the_curve_in_time_has_a_continuous_slope():
    times = np.cumsum(np.random.default_rng(2).uniform(0.5, 1.5, 9))
    values = np.random.default_rng(3).normal(size=9)
    for k in range(1, 8):
        before, after = (in_time(times, times[k] + side * 1e-9) for side in (-1, 1))
        for part in (1, 2):
            left, right = (curve[part] @ values[curve[0]] for curve in (before, after))
            assert left == pytest.approx(right, abs=1e-6)
    near, weights, _ = in_time(times, times[4])
    assert weights @ values[near] == pytest.approx(values[4])
