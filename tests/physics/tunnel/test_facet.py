import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import e, hbar

from ddgauge.physics.tunnel import facet

G0, P_L, P_R = 1e12, 0.5, 0.35
J_L = np.array([0, 0, 1.0])
J_R = np.array([np.sin(1.2) * np.cos(0.4), np.sin(1.2) * np.sin(0.4), np.cos(1.2)])
polarisations, cosines = st.floats(-1, 1), st.floats(-1, 1)


def test_charge_and_spin_in_numbers():
    j0, js = facet.flux(G0, P_L, P_R, J_L, J_R, 1.4e-3, 2e-4, -1.5e-4)
    assert j0 == pytest.approx(1.69382e9, rel=3e-7)
    assert (J_L @ js, J_R @ js) == pytest.approx((1.170841e9, 1.010634e9), rel=5e-7)


def test_golden_rule_is_the_vector_law_along_both_axes():
    M = facet.linear_law(G0, P_L, P_R, J_L @ J_R)
    out = np.einsum("rAqB,qB->rA", M, [[1.5e-3, 2e-4], [1e-4, -1.5e-4]])
    j0, js = facet.flux(G0, P_L, P_R, J_L, J_R, 1.4e-3, 2e-4, -1.5e-4)
    np.testing.assert_allclose(out, [[j0, J_L @ js], [-j0, -J_R @ js]], rtol=1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(polarisations, polarisations, cosines)
def test_two_magnets_dissipate(P_L, P_R, c):
    M = facet.linear_law(1.0, P_L, P_R, c).reshape(4, 4)
    np.testing.assert_allclose(M, M.T, atol=1e-15)
    assert np.linalg.eigvalsh(M).min() > -1e-14
    np.testing.assert_allclose(M[0] + M[2], 0, atol=1e-15)  # charge is kept


@settings(max_examples=50, deadline=None, derandomize=True)
@given(polarisations, st.floats(0, np.pi), st.floats(0, 6))
def test_a_magnet_and_a_metal_dissipate(P, theta, phi):
    J = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    M = facet.linear_law_normal(1.0, P, J)
    np.testing.assert_allclose(M, M.T, atol=1e-15)
    assert np.linalg.eigvalsh(M).min() > -1e-14


def test_a_metal_keeps_the_vector_of_its_spin_potential():
    """The law of two magnets with P_R = 0 and -u for -a_R J_R."""
    u = np.array([1e-4, -2e-4, 3e-4])
    a_R = np.linalg.norm(u)
    out = facet.linear_law_normal(G0, P_L, J_R) @ [1.5e-3, 2e-4, 1e-4, *u]
    j0, js = facet.flux(G0, P_L, 0.0, J_R, u / a_R, 1.4e-3, 2e-4, a_R)
    np.testing.assert_allclose(out, [j0, J_R @ js, -j0, *-js], rtol=1e-12)
    stacked = facet.linear_law_normal(G0, P_L, np.stack([J_L, J_R]))
    np.testing.assert_array_equal(stacked[1], facet.linear_law_normal(G0, P_L, J_R))


def test_tunnel_magnetoresistance():
    """G = G_0 (1 + P_L P_R cos theta)  [Julliere]."""
    theta = np.linspace(0, np.pi, 7)
    G = facet.spin_conductances(G0, 0.5, 0.5, np.cos(theta)).sum(axis=(-2, -1))
    np.testing.assert_allclose(G, G0 * (1 + 0.25 * np.cos(theta)), rtol=1e-12)
    assert facet.tmr(0.5, 0.5) == pytest.approx(0.666667, rel=1e-6)
    assert G[0] / G[-1] - 1 == pytest.approx(facet.tmr(0.5, 0.5), rel=1e-12)


@pytest.mark.parametrize("sign, expected", [(1, 8.055556e14), (-1, 7.5e14)])
def test_two_long_bars(sign, expected):
    """Bars without polarisation of their own hold a = -r js on the left, r js on the right, r = lambda / sigma."""
    G0, r = 1e15, 5e-16
    M = facet.linear_law(G0, 0.5, 0.5, float(sign))
    spin = M[:, 1][:, :, 1]  # out of each side, per a of each side
    a = np.linalg.solve(np.eye(2) + r * spin, -r * M[:, 1, 0, 0])
    j0 = M[0, 0, 0, 0] + M[0, 0, :, 1] @ a
    assert j0 == pytest.approx(expected, rel=1e-6)
    if sign > 0:
        assert j0 == pytest.approx(G0 * (1.25 - 8 * r * G0 * 0.25 / (1 + 2 * r * G0 * 1.25)), rel=1e-12)


def test_torques_are_what_crosses_the_axes():
    """Slonczewski's on both magnets, in planes with both axes, and the exchange torque out of them."""
    _, js = facet.flux(G0, P_L, P_R, J_L, J_R, 1e-3, 0.0, 0.0)
    on_L, on_R = facet.transfer_torques(js, J_L, J_R)
    np.testing.assert_allclose(on_L, hbar / (2 * e) * G0 * P_R * 1e-3 * np.cross(J_L, np.cross(J_R, J_L)), rtol=1e-12)
    np.testing.assert_allclose(on_R, -hbar / (2 * e) * G0 * P_L * 1e-3 * np.cross(J_R, np.cross(J_L, J_R)), rtol=1e-12)
    np.testing.assert_allclose(facet.exchange_torque(-5e-6, J_L, J_R), -5e-6 * np.cross(J_L, J_R))


def test_heat_in_numbers():
    """Sum of G 1e12 S/m^2, 310 and 300 K, 0.02 V."""
    G = facet.spin_conductances(1e12, 0.3, 0.4, 0.0)
    Q_L, Q_R = facet.heat(G, [0.02, 0.02], [0, 0], 310, 300)
    assert pytest.approx(-1.254884e8, rel=4e-7) == Q_L
    assert pytest.approx(-1e12 * 0.02**2, rel=1e-12) == Q_L + Q_R


def test_heat_released_is_what_the_currents_lose():
    """Power of charge and spin: sum over sides of V out; Wiedemann and Franz without bias."""
    G = facet.spin_conductances(G0, P_L, P_R, J_L @ J_R)
    fields = np.array([[1.5e-3, 2e-4], [1e-4, -1.5e-4]])
    power = np.einsum("rA,rAqB,qB", fields, facet.linear_law(G0, P_L, P_R, J_L @ J_R), fields)
    Q_L, Q_R = facet.heat(G, fields[0] @ facet.FIELDS, fields[1] @ facet.FIELDS, 300, 290)
    assert pytest.approx(power, rel=1e-9) == -(Q_L + Q_R)
    dT = 1e-3
    Q, _ = facet.heat(G, [0, 0], [0, 0], 300 + dT / 2, 300 - dT / 2)
    assert Q / dT == pytest.approx(2.44300e-8 * 300 * G.sum(), rel=1e-4)


@pytest.mark.parametrize(
    "G0, P_L, P_R, message",
    [
        (-1.0, 0.5, 0.5, r"junction: G0 = -1.0 S/m\^2, must be >= 0"),
        (1.0, 1.1, 0.5, "junction: P_L = 1.1, must be from -1 to 1"),
        (1.0, 0.5, np.nan, "junction: P_R = nan, must be from -1 to 1"),
    ],
)
def test_junctions_that_cannot_be(G0, P_L, P_R, message):
    with pytest.raises(ValueError, match=message):
        facet.spin_conductances(G0, P_L, P_R, 0.5)
