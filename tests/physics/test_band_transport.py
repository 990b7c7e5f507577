import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddgauge.physics import gauge
from ddgauge.physics.band_transport import (
    coherence_length,
    diffusion,
    diffusion_of_matrix,
    dirac_flux,
    drift,
    einstein,
    field_strength,
    gauge_field,
    gauge_field_of_bands,
    interband_diffusion,
)
from ddgauge.physics.gauge import rashba_dresselhaus
from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import NUMBER, blocks
from ddgauge.units import E_CHARGE, HBAR, K_B, M_E

S = np.random.default_rng(0).normal(size=16)
positive = st.floats(1e-5, 1e-1)


def test_each_block_diffuses_with_its_own_coefficient():
    cc, vv, cv = blocks(S)
    for found, expected in zip(blocks(diffusion(2e-3, 5e-4, 3e-4) @ S), (2e-3 * cc, 5e-4 * vv, 3e-4 * cv)):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(positive, positive)
def test_coherence_diffuses_with_the_mean_of_the_bands(D_c, D_v):
    """{diag(D_c, D_c, D_v, D_v), N} / 2."""
    Dm = diffusion_of_matrix(np.diag([D_c, D_c, D_v, D_v]))
    np.testing.assert_allclose(Dm, diffusion(D_c, D_v, (D_c + D_v) / 2), atol=1e-12 * (D_c + D_v))
    assert np.linalg.eigvalsh(Dm)[0] == pytest.approx(min(D_c, D_v), rel=1e-9)


def test_diffusion_that_depends_on_spin_couples_density_and_spin():
    """J_oo = -D grad S_oo - D' grad S_oz for the coefficients D +- D' of the two spins."""
    Dm = diffusion_of_matrix(np.diag([3.0, 1.0, 3.0, 1.0]))
    row = Dm[NUMBER["oo"]]
    assert row[NUMBER["oo"]] == 2
    assert row[NUMBER["oz"]] == 1
    assert np.count_nonzero(row) == 2
    np.testing.assert_allclose(np.linalg.eigvalsh(Dm), 4 * [1] + 8 * [2] + 4 * [3], atol=1e-12)


@given(positive, positive, st.sampled_from([1, -1]))
def test_diffusion_of_coherence_is_the_square_of_the_mean_velocity(D_c, D_v, sign):
    """(v_c + v_v)^2 tau / 4 with D = v^2 tau; nothing for bands that are mirror images."""
    tau = 1e-13
    v_c, v_v = np.sqrt(D_c / tau), sign * np.sqrt(D_v / tau)
    assert interband_diffusion(D_c, D_v, sign) == pytest.approx((v_c + v_v) ** 2 * tau / 4, abs=1e-12 * (D_c + D_v))
    assert interband_diffusion(D_c, D_c, -1) == 0
    assert interband_diffusion(D_c, D_c, 1) == pytest.approx(D_c)


def test_electrons_and_holes_drift_apart():
    mobility_c, mobility_v, n_full, E = 0.14, 0.045, 9.0, 2e4
    K, c = drift(mobility_c, mobility_v, n_full)
    cc, vv, cv = blocks(S)
    J_cc, J_vv, J_cv = blocks((K @ S + c) * E)
    np.testing.assert_allclose(J_cc, -mobility_c * E * cc, rtol=1e-12)
    np.testing.assert_allclose(J_vv[0], -mobility_v * E * (n_full - vv[0]), rtol=1e-12)
    np.testing.assert_allclose(J_vv[1:], mobility_v * E * vv[1:], rtol=1e-12)
    np.testing.assert_allclose(J_cv, -(mobility_c - mobility_v) / 2 * E * cv, rtol=1e-12)
    j = -E_CHARGE * ((K @ S + c) * E)[NUMBER["oo"]]
    assert j == pytest.approx(E_CHARGE * (mobility_c * cc[0] + mobility_v * (n_full - vv[0])) * E)


def test_electrons_in_a_potential_are_in_equilibrium_at_einsteins_relation():
    """n_c = n exp(e phi / k_B T), p = p exp(-e phi / k_B T): no flow."""
    T, mobility_c, mobility_v, n_full = 300.0, 0.14, 0.045, 1e25
    E, n, p = -3e5, 4e22, 7e21  # grad phi = -E
    K, c = drift(mobility_c, mobility_v, n_full)
    Dm = diffusion(einstein(mobility_c, T), einstein(mobility_v, T), 0)
    slope = -E * E_CHARGE / (K_B * T)
    state, gradient = np.zeros(16), np.zeros(16)
    for array, (c_o, v_o) in ((state, (n, n_full - p)), (gradient, (n * slope, p * slope))):
        array[NUMBER["oo"]], array[NUMBER["zo"]] = c_o + v_o, c_o - v_o
    J = -Dm @ gradient + (K @ state + c) * E
    np.testing.assert_allclose(J, 0, atol=1e-9 * mobility_v * p * abs(E))
    assert np.abs(Dm @ gradient).max() > 0.1 * mobility_c * n * abs(E)


def test_rashba_coupling_of_both_bands_is_that_of_one_spin():
    """H = hbar alpha (k_y sigma_x - k_x sigma_y) has the gauge field q_x^oy = 2 m alpha / hbar."""
    alpha = 3e4
    w = np.zeros((3, 16))
    w[0, NUMBER["oy"]], w[1, NUMBER["ox"]] = -alpha, alpha
    expected = rashba_dresselhaus(M_E, alpha)
    np.testing.assert_allclose(gauge_field(M_E, w), gauge_field_of_bands(expected, expected), rtol=1e-12)
    assert gauge_field(M_E, w)[0, NUMBER["oy"]] == pytest.approx(2 * M_E * alpha / HBAR)


def test_gauge_fields_of_the_bands_turn_the_spin_of_each():
    rng = np.random.default_rng(1)
    q_c, q_v = rng.normal(size=(2, 3, 3))
    ad = SPIN_PSEUDOSPIN.ad(gauge_field_of_bands(q_c, q_v))
    cc, vv, _ = blocks(S)
    for i in range(3):
        d_cc, d_vv, _ = blocks(ad[i] @ S)
        np.testing.assert_allclose(d_cc, [0, *np.cross(q_c[i], cc[1:])], atol=1e-14)
        np.testing.assert_allclose(d_vv, [0, *np.cross(q_v[i], vv[1:])], atol=1e-14)


def test_charge_flows_with_the_velocity_of_the_coupling():
    """V_x = v tau_x sigma_x: the flow of density is v S_xx, for V_x = v tau_x v S_xo."""
    V = np.zeros((3, 4, 4), complex)
    for field in ("xx", "xo"):
        V[0] = 1e6 * SPIN_PSEUDOSPIN.T[NUMBER[field]]
        J = dirac_flux(V)[0] @ S
        assert J[NUMBER["oo"]] == pytest.approx(1e6 * S[NUMBER[field]])
        N = SPIN_PSEUDOSPIN.matrix(S)
        np.testing.assert_allclose(SPIN_PSEUDOSPIN.matrix(J), (V[0] @ N + N @ V[0]) / 2, atol=1e-8)


def test_coherence_reaches_far_only_without_a_gap():
    """|k|^-1 of exp(-k x), D k^2 = 1/T2 + i omega."""
    k = np.sqrt((1 / 0.5e-12 + 1.5e15j) / 1e-3)
    assert coherence_length(1e-3, 0.5e-12, 1.5e15) == pytest.approx(1 / abs(k))
    assert coherence_length(1e-3, 0.5e-12, 0.0) == pytest.approx(np.sqrt(1e-3 * 0.5e-12))


def test_field_strength_of_one_band_is_that_of_its_spin():
    q = np.random.default_rng(1).normal(size=(3, 3))
    F, one = field_strength(gauge_field_of_bands(q, np.zeros((3, 3)))), gauge.field_strength(q)
    np.testing.assert_allclose(F[..., 1:4] + F[..., 13:], one, atol=1e-14)  # of c
    np.testing.assert_allclose(F[..., 1:4] - F[..., 13:], 0, atol=1e-14)  # of v


def test_couplings_of_the_bands_along_x_and_y_have_a_field_strength_in_spin():
    """[tau_x sigma_y, tau_x sigma_x] = -2i sigma_z."""
    q = np.zeros((3, 16))
    q[0, NUMBER["xy"]] = q[1, NUMBER["xx"]] = 2.0
    expected = np.zeros((3, 3, 16))
    expected[0, 1, NUMBER["oz"]], expected[1, 0, NUMBER["oz"]] = -4.0, 4.0
    np.testing.assert_array_equal(field_strength(q), expected)
