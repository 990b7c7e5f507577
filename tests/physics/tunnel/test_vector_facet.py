"""The tunnel law in vectors against that of two spins, its symmetries, and what it leaves to torques."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import e, hbar
from scipy.spatial.transform import Rotation

from ddgauge.physics.tunnel import facet, vector_facet

G0, P = 1e12, (0.5, 0.35)
J_L = np.array([0, 0, 1.0])
J_R = np.array([np.sin(1.2) * np.cos(0.4), np.sin(1.2) * np.sin(0.4), np.cos(1.2)])
U = np.array([[1.5e-3, 1e-4, -2e-4, 2e-4], [1e-4, 3e-4, -1e-4, -5e-5]])  # (u0, u) of both sides, V


def rotated(R, J):
    return [None if axis is None else R @ axis for axis in J]


@pytest.mark.parametrize("J", [(J_L, J_R), (J_L, None), (None, J_R), (None, None)])
def test_currents_are_those_of_two_spins(J):
    """Magnets by their components along J, metals by u as the axis of a magnet with P = 0."""
    axes = [u[1:] / np.linalg.norm(u[1:]) if axis is None else axis for axis, u in zip(J, U)]
    P_of = [0.0 if axis is None else p for axis, p in zip(J, P)]
    a = [axis @ u[1:] for axis, u in zip(axes, U)]
    j = np.einsum("AqB,qB->A", vector_facet.through(G0, P_of, J), U)
    j0, js = facet.flux(G0, *P_of, *axes, U[0, 0] - U[1, 0], *a)
    np.testing.assert_allclose(j, [j0, *js], rtol=1e-12)


def test_charge_and_spin_in_numbers():
    j = np.einsum("AqB,qB->A", vector_facet.through(G0, P, (J_L, J_R)), [[1.4e-3, *2e-4 * J_L], [0, *-1.5e-4 * J_R]])
    assert (j[0], J_L @ j[1:], J_R @ j[1:]) == pytest.approx((1.69382e9, 1.170841e9, 1.010634e9), rel=5e-7)


def test_the_law_along_both_axes_is_that_of_two_spins():
    E = [vector_facet.embedding(axis) for axis in (J_L, J_R)]
    M = vector_facet.law(G0, P, (J_L, J_R))
    flat = np.array([[E[r].T @ M[r, :, q] @ E[q] for q in (0, 1)] for r in (0, 1)])  # [r, q, A, B]
    np.testing.assert_allclose(flat.transpose(0, 2, 1, 3), facet.linear_law(G0, *P, J_L @ J_R), rtol=1e-12, atol=1)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.floats(-1, 1), st.floats(-1, 1), st.floats(0, np.pi), st.floats(0, 6), st.sampled_from([0, 1, 2, 3]),
    st.floats(0, 2),
)  # fmt: skip
def test_barriers_dissipate(P_L, P_R, theta, phi, metals, G_perp):
    J = [np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]), np.array([0.6, 0, 0.8])]
    P_of = [P_L, P_R]
    for r in (0, 1):
        if metals & (1 << r):
            J[r], P_of[r] = None, 0.0
    M = vector_facet.law(1.0, P_of, J, (G_perp, 0.0)).reshape(8, 8)
    np.testing.assert_allclose(M, M.T, atol=1e-14)
    assert np.linalg.eigvalsh(M).min() > -1e-14
    np.testing.assert_allclose(M[0] + M[4], 0, atol=1e-14)  # charge is kept


def test_a_transverse_flux_that_enters_may_not_dissipate():
    M = vector_facet.law(1.0, (1.0, 1.0), (J_L, np.array([1.0, 0, 0])), injected=True).reshape(8, 8)
    assert np.linalg.eigvalsh(M + M.T).min() / 2 < -0.1


@pytest.mark.parametrize("J", [(J_L, J_R), (J_L, None)])
def test_nothing_depends_on_the_frame(J):
    R = Rotation.from_rotvec([0.4, -1.1, 0.7]).as_matrix()
    full = np.eye(4)
    full[1:, 1:] = R
    P_of = (P[0], 0.0 if J[1] is None else P[1])
    M = vector_facet.law(G0, P_of, J, (1e11, 0.0))
    turned = vector_facet.law(G0, P_of, rotated(R, J), (1e11, 0.0))
    np.testing.assert_allclose(turned, np.einsum("AB,rBqC,DC->rAqD", full, M, full), rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("injected", [False, True])
def test_angular_momentum_is_kept(injected):
    """What the barrier carries is what layers lose and moments get: hbar/2e per charge."""
    G_perp = (2e11, 1e11)
    out = np.einsum("rAqB,qB->rA", vector_facet.law(G0, P, (J_L, J_R), G_perp, injected), U)[:, 1:]
    js = np.einsum("AqB,qB->A", vector_facet.through(G0, P, (J_L, J_R)), U)[1:]
    torques = vector_facet.torques(js, out)
    np.testing.assert_allclose(torques.sum(axis=0), -hbar / (2 * e) * out.sum(axis=0), rtol=1e-12)
    across = U[0, 1:] - J_L * (J_L @ U[0, 1:])
    expected = (0 if injected else facet.transfer_torques(js, J_L, J_R)[0]) - hbar / e * G_perp[0] * across
    np.testing.assert_allclose(torques[0], expected, rtol=1e-12, atol=1e-22)
    assert abs(torques[0] @ J_L) < 1e-12 * np.abs(torques).max()


def test_heat_is_that_of_two_spins():
    G = facet.spin_conductances(G0, *P, J_L @ J_R)
    V = [u[0] + np.array([1, -1]) * (axis @ u[1:]) for axis, u in zip((J_L, J_R), U)]
    joule = np.einsum("rA,rAqB,qB", U, vector_facet.law(G0, P, (J_L, J_R)), U)
    np.testing.assert_allclose(vector_facet.heat(G.sum(), joule, (310, 300)), facet.heat(G, *V, 310, 300), rtol=1e-12)
