import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, expansion, response, spin_hall
from tests.exact_film import theta_of

angles = st.floats(-3, 3)
vector, tensor = arrays(float, 3, elements=angles), arrays(float, (3, 3), elements=angles)


@given(vector, tensor, vector)
def test_coupling_is_antisymmetric_and_transport_dissipates(theta0, thetaC, thetaL):
    K = coupling(theta0, thetaC, thetaL)
    np.testing.assert_array_equal(K, -np.einsum("iAjB->jBiA", K))
    Theta = response(K).reshape(12, 12)
    symmetric = (Theta + Theta.T) / 2
    assert np.linalg.eigvalsh(symmetric).min() > 0
    np.testing.assert_allclose(symmetric, Theta.T @ Theta, atol=1e-12)


@given(vector, tensor, vector)
def test_currents_obey_the_constitutive_law_as_printed(theta0, thetaC, thetaL):
    """(26), (27) written with vector products, and solved by an independent implementation."""
    Theta = response(coupling(theta0, thetaC, thetaL))
    F = np.linspace(-1, 2, 12).reshape(3, 4) ** 3
    j = np.einsum("iAjB,jB->iA", Theta, F)
    j0, js = j[:, 0], j[:, 1:]
    charge = j0 + np.cross(theta0, j0) + sum(np.cross(thetaC[a], js[:, a]) for a in range(3))
    np.testing.assert_allclose(charge, F[:, 0], atol=1e-12)
    turned = np.array([np.cross(thetaL, js[i]) for i in range(3)])
    for a in range(3):
        spin = js[:, a] - turned[:, a] + np.cross(theta0, js[:, a]) + np.cross(thetaC[a], j0)
        np.testing.assert_allclose(spin, F[:, a + 1], atol=1e-12)
    np.testing.assert_allclose(Theta, theta_of(theta0, thetaC, thetaL), atol=1e-12)


def test_spin_current_is_flow_cross_spin():
    """j_i^a = theta_SH eps_iaj j_j^0: a current along x carries spin y along -z, and spin z along +y."""
    theta = 1e-6
    j = response(coupling(thetaC=spin_hall(theta)))[:, :, 0, 0]
    np.testing.assert_allclose(j[2, 2], -theta, rtol=1e-9)
    np.testing.assert_allclose(j[1, 3], theta, rtol=1e-9)


def test_ordinary_hall_field_of_electrons():
    """j + theta0 x j = sigma E with j along x: E_y = theta0_z j_x / sigma, negative for electrons in B along z."""
    Theta = response(coupling(theta0=[0, 0, -0.1]))[:, 0, :, 0]
    np.testing.assert_allclose(np.linalg.inv(Theta)[:, 0], [1, -0.1, 0], atol=1e-15)


@given(vector, tensor, vector, arrays(float, 3, elements=angles))
def test_closure_turns_with_space_and_spin(theta0, thetaC, thetaL, w):
    O = rotation(w)
    turn = np.einsum("ij,AB->iAjB", O, np.block([[np.eye(1), np.zeros((1, 3))], [np.zeros((3, 1)), O]])).reshape(12, 12)
    there = coupling(O @ theta0, O @ thetaC @ O.T, O @ thetaL).reshape(12, 12)
    np.testing.assert_allclose(there, turn @ coupling(theta0, thetaC, thetaL).reshape(12, 12) @ turn.T, atol=1e-12)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_expansion_misses_the_next_power(order):
    rng = np.random.default_rng(4)
    K = coupling(rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=3))
    errors = [np.linalg.norm(expansion(s * K, order) - response(s * K)) for s in (1e-2, 5e-3)]
    np.testing.assert_allclose(np.log2(errors[0] / errors[1]), order + 1, atol=0.1)


def test_response_is_even_and_odd_in_the_angles_as_onsager_demands():
    rng = np.random.default_rng(5)
    angles = rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=3)
    there, back = response(coupling(*angles)), response(coupling(*(-angle for angle in angles)))
    np.testing.assert_allclose(np.einsum("iAjB->jBiA", there), back, atol=1e-14)
