"""The search for a minimum, errors, and combinations that data do not determine, against linear algebra."""

import numpy as np
import pytest
from scipy import optimize

from ddgauge.fitting import least_squares as ls

FREE = np.full(2, -np.inf), np.full(2, np.inf)


def line(x, y):
    return lambda u: (u[0] + u[1] * x - y, np.stack([np.ones_like(x), x], axis=1))


def test_linear_problem_ends_at_the_normal_equations():
    x = np.linspace(0, 1, 7)
    y = np.sin(5 * x)
    u, converged = ls.minimum(line(x, y), np.zeros(2), *FREE)
    assert converged
    np.testing.assert_allclose(u, np.polyfit(x, y, 1)[::-1], rtol=1e-4)


def rosenbrock(u):
    return np.array([10 * (u[1] - u[0] ** 2), 1 - u[0]]), np.array([[-20 * u[0], 10], [-1, 0]])


def test_curved_valley_is_followed_to_its_end():
    u, converged = ls.minimum(rosenbrock, np.array([-1.2, 1.0]), *FREE)
    assert converged
    np.testing.assert_allclose(u, 1, rtol=1e-6)


def test_bounds_hold_and_the_others_are_at_their_best_there():
    upper = np.array([0.5, np.inf])
    u, converged = ls.minimum(rosenbrock, np.array([-1.2, 1.0]), FREE[0], upper)
    expected = optimize.least_squares(lambda u: rosenbrock(u)[0], [-1.2, 1.0], bounds=(FREE[0], upper)).x
    assert converged
    np.testing.assert_allclose(u, expected, rtol=1e-5)


def test_search_does_not_end_at_zero_where_what_is_even_has_no_slope():
    def residuals(u):
        return np.log(1 + 100 * u**2) - np.log(5), np.array([200 * u / (1 + 100 * u**2)])

    u, converged = ls.minimum(residuals, np.ones(1), FREE[0][:1], FREE[1][:1])
    assert converged
    assert abs(u[0]) == pytest.approx(0.2, rel=1e-5)


def test_step_to_where_nothing_is_known_is_taken_back():
    def residuals(u):
        if u[0] > 2:
            return np.array([np.inf]), None
        return np.array([np.exp(-u[0]) - np.exp(-1.9)]), np.array([[-np.exp(-u[0])]])

    u, converged = ls.minimum(residuals, np.array([-3.0]), FREE[0][:1], FREE[1][:1])
    assert converged
    assert u[0] == pytest.approx(1.9, rel=1e-6)


def test_covariance_is_the_inverse_of_the_normal_matrix_whatever_the_scale():
    J = np.random.default_rng(1).normal(size=(9, 3)) * [1.0, 1e3, 1e-4]
    expected = np.linalg.inv(J.T @ J)
    for weights in (np.ones(3), np.array([1.0, 1e-3, 1e4])):
        np.testing.assert_allclose(ls.covariance(J, weights), expected, rtol=1e-9)
    R = ls.correlations(expected)
    np.testing.assert_allclose(R, expected / np.sqrt(np.outer(np.diag(expected), np.diag(expected))))
    assert ls.share(J, expected) == pytest.approx(3)
    assert ls.share(J[:4], expected) + ls.share(J[4:], expected) == pytest.approx(3)


def test_parameters_of_which_only_a_combination_acts_have_no_errors_and_are_named():
    """Residuals feel 2 u1 - u2."""
    J = np.random.default_rng(2).normal(size=(9, 3)) * 100
    J[:, 2] = -J[:, 1] / 2
    C = ls.covariance(J, np.ones(3))
    assert np.isfinite(C[0, 0])
    assert np.isinf(np.diag(C)[1:]).all()
    assert np.isnan(ls.correlations(C)[0, 1:]).all()
    (found,) = ls.blind(J, np.ones(3))
    np.testing.assert_allclose(found.direction, [0, 0.5, 1], atol=1e-12)
    assert found.change < 1e-9


def test_a_prior_on_one_of_them_gives_both_an_error_but_the_data_stay_blind():
    J = np.array([[100.0, 100.0], [50.0, 50.0]])
    prior = np.array([[0.0, 10.0]])
    C = ls.covariance(np.vstack([J, prior]), np.ones(2))
    assert np.sqrt(C[1, 1]) == pytest.approx(0.1)
    assert np.sqrt(C[0, 0]) == pytest.approx(0.1, rel=0.01)
    assert len(ls.blind(J, np.ones(2))) == 1


def test_parameter_that_data_do_not_feel_is_named():
    J = np.array([[10.0, 0.0], [5.0, 0.3]])
    (found,) = ls.blind(J, np.ones(2))
    np.testing.assert_array_equal(found.direction, [0, 1])
    assert found.change == pytest.approx(0.3)
    assert np.isinf(ls.covariance(J * [1, 0], np.ones(2))[1, 1])


def test_parameters_that_nearly_cancel_are_named_by_how_far_they_may_go():
    """Errors of more than their own size, though each by itself has a large effect."""
    J = np.array([[100.0, 99.9], [100.0, 100.1]])
    (found,) = ls.blind(J, np.ones(2))
    assert found.direction.tolist() == pytest.approx([1, -1], abs=0.01)
    assert found.change == pytest.approx(np.hypot(0.1, 0.1), rel=0.1)
    assert not ls.blind(J * 20, np.ones(2))


def test_fewer_values_than_parameters_leave_the_rest_blind():
    J = np.array([[100.0, 30.0, 0.0]])
    assert len(ls.blind(J, np.ones(3))) == 2


def test_interval_is_wider_where_errors_are_estimated_from_few_values():
    assert ls.quantile(0.95, 1000, False) == pytest.approx(1.96, rel=1e-3)
    assert ls.quantile(0.95, 2, True) == pytest.approx(4.303, rel=1e-3)
    assert ls.quantile(0.95, 1000, True) == pytest.approx(1.96, rel=2e-3)
