import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from ddgauge.physics.band_precession import bloch_steady_state, budget, rabi, rotating_frame, to_laboratory
from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import NUMBER, blocks, fields, hamiltonian, hamiltonian_of_fields, pseudospin
from ddgauge.units import HBAR

MEV, PS = 1.602176634e-22, 1e-12  # J, s


def evolved(H, S, t):
    return expm(SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(H)) * t) @ S


def state(name, value=1.0):
    S = np.zeros(16)
    S[NUMBER["oo"]], S[NUMBER[name]] = 1.0, value
    return S


def random_matrix(rng, *lead):
    X = rng.normal(size=(*lead, 4, 4)) + 1j * rng.normal(size=(*lead, 4, 4))
    return X + np.conj(np.swapaxes(X, -1, -2))


def test_rates_of_the_blocks_in_three_groups():
    psi = np.array([1, 1j, 1 + 1j, 2]) / np.sqrt(8)
    S = SPIN_PSEUDOSPIN.fields(np.outer(psi, psi.conj()))
    X = np.array([10, 0.2, 0, 0.5]), np.array([-6, 0, 0.1, -0.3]), np.array([2 + 1j, 1, 0.5j, -1])
    cc, vv, cv = budget(hamiltonian_of_fields(*(MEV * x for x in X)), S)
    np.testing.assert_allclose(cc[0, 1:], [1.89908431e11, -1.89908431e11, 1.32935902e12], rtol=1e-8)
    np.testing.assert_allclose(cc[1, 1:], [-2.84862647e11, -7.59633724e11, 1.70917588e11], rtol=1e-8)
    np.testing.assert_allclose(cc[2, 1:], [-1.89908431e11, 9.49542156e10, 1.89908431e11], rtol=1e-8)
    assert cc[:, 0].sum() == pytest.approx(-8.5458794e11, rel=1e-8)
    assert vv[:, 0].sum() == pytest.approx(8.5458794e11, rel=1e-8)
    assert cv[:, 0].sum() == pytest.approx((1.395826969 - 2.972066947j) * 1e12, rel=1e-8)


def test_groups_add_up_to_the_commutator():
    rng = np.random.default_rng(0)
    H, N = HBAR * random_matrix(rng, 3), random_matrix(rng, 3)
    rates = SPIN_PSEUDOSPIN.fields(-1j / HBAR * (H @ N - N @ H))
    for found, expected in zip(budget(H, SPIN_PSEUDOSPIN.fields(N)), blocks(rates)):
        assert found.shape == (3, 3, 4)
        np.testing.assert_allclose(found.sum(axis=-2), expected, atol=1e-12)


def test_groups_are_told_apart_by_what_causes_them():
    """Without spin in H group 1 alone; with a magnetic field on one band a torque; with delta all but group 1."""
    S = np.random.default_rng(1).normal(size=16)
    zero, E = np.zeros(4), HBAR * np.array([1.0, 0, 0, 0])
    for part in budget(hamiltonian(E, -E, (1 + 2j) * E), S):
        assert np.abs(part[0]).min() > 0
        np.testing.assert_array_equal(part[1:], 0)
    B = np.array([0.3, -0.5, 1.0])
    cc, vv, cv = budget(hamiltonian_of_fields(HBAR * np.array([0, *B]), zero, zero), S)
    np.testing.assert_allclose(cc[1, 1:], np.cross(B, blocks(S)[0][1:]), rtol=1e-12)  # i delta x S_vc of (71) is apart
    np.testing.assert_array_equal(cc[[0, 2]], 0)
    np.testing.assert_array_equal(vv, 0)
    assert np.abs(cv[2]).min() > 0
    for part in budget(hamiltonian_of_fields(zero, zero, HBAR * np.array([0, 1, 2j, 3])), S):
        np.testing.assert_array_equal(part[0], 0)
        assert np.abs(part[1, 1:]).min() > 0
        assert np.abs(part[2]).min() > 0


def test_pseudospin_turns_about_its_field():
    calB = MEV * np.array([1, 0.5, 2])
    assert np.linalg.norm(calB) / (2 * HBAR) == pytest.approx(1.740539521e12, rel=1e-9)
    H = hamiltonian_of_fields(
        [calB[2] / 2, 0, 0, 0], [-calB[2] / 2, 0, 0, 0], np.eye(4)[0] * (calB[0] - 1j * calB[1]) / 2
    )
    S_o = pseudospin(evolved(H, state("zo", -1.0), PS))
    np.testing.assert_allclose(S_o, [-0.660388079, 0.207510216, -0.721683514], atol=1e-9)


def test_two_bands_coupled_with_a_spin_flip():
    """H = V tau_x sigma_x takes c up to v down: n_c = cos^2(V t / hbar) and the coherence goes into S_xy and S_yx."""
    S = SPIN_PSEUDOSPIN.fields(np.diag([1.0, 0, 0, 0]))
    S = evolved(hamiltonian(np.zeros(4), np.zeros(4), MEV * np.array([0, 1, 0, 0])), S, 0.4 * PS)
    cc, vv, _ = blocks(S)
    assert cc[0] == pytest.approx(0.673974433, rel=1e-8)
    assert cc[0] == pytest.approx(np.cos(MEV * 0.4 * PS / HBAR) ** 2, rel=1e-12)
    assert vv[3] == pytest.approx(-0.326025567, rel=1e-8)
    np.testing.assert_allclose(S[[NUMBER["xy"], NUMBER["yx"]]], -0.937513513, rtol=1e-8)
    assert S[NUMBER["zz"]] == pytest.approx(1)


def test_precession_keeps_density_and_purity():
    rng = np.random.default_rng(2)
    N = random_matrix(rng)
    S = SPIN_PSEUDOSPIN.fields(N)
    later = evolved(MEV * random_matrix(rng), S, PS)
    assert later[0] == pytest.approx(S[0], rel=1e-12)
    assert later @ later == pytest.approx(S @ S, rel=1e-12)  # Tr N^2 = S.S / 4
    np.testing.assert_allclose(np.linalg.eigvalsh(SPIN_PSEUDOSPIN.matrix(later)), np.linalg.eigvalsh(N), atol=1e-12)


T = np.array([0.2, 0.5, 1.0]) * PS
RABI = [0.303518055, 0.573467817, 0.238462911]


def test_rabi_oscillations():
    np.testing.assert_allclose(rabi(T, 2 * MEV, 3 * MEV), RABI, rtol=1e-8)
    np.testing.assert_allclose(rabi(8.271335389e-13 * np.array([0.5, 1]), 2j * MEV, 3 * MEV), [0.64, 0], atol=1e-9)


def test_rabi_oscillations_in_the_rotating_frame_and_in_the_laboratory():
    """H_cv = V exp(-i w t), not averaged, is constant in the frame that turns with it."""
    w = 97 * MEV / HBAR
    c, v, V = MEV * np.array([50.0, 0, 0, 0]), MEV * np.array([-50.0, 0, 0, 0]), MEV * np.array([2.0, 0.3, 0.1j, 0])
    S0 = SPIN_PSEUDOSPIN.fields(np.diag([0, 0, 1, 0]) + 0j)

    def rate(t, S):
        return SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(hamiltonian(c, v, V * np.exp(-1j * w * t)))) @ S

    H = rotating_frame(hamiltonian(c, v, V), w)
    in_laboratory = solve_ivp(rate, (0, 0.2 * PS), S0, method="DOP853", rtol=1e-9, atol=1e-10).y[:, -1]
    np.testing.assert_allclose(to_laboratory(evolved(H, S0, 0.2 * PS), w, 0.2 * PS), in_laboratory, atol=1e-7)
    without_spin = rotating_frame(hamiltonian(c, v, V * [1, 0, 0, 0]), w)
    np.testing.assert_allclose([blocks(evolved(without_spin, S0, t))[0][0] for t in T], RABI, rtol=1e-6)


def test_coherence_turns_backwards_in_the_laboratory():
    S = to_laboratory(fields(np.zeros(4), np.zeros(4), np.array([1.0, 2j, 0, 0])), 3.0, 0.5)
    np.testing.assert_allclose(blocks(S)[2], np.array([1, 2j, 0, 0]) * np.exp(-1.5j), atol=1e-14)


def test_steady_pseudospin_that_relaxes():
    W, delta, T1, T2 = 3e12, 2e12, 1e-12, 0.4e-12
    S_o = bloch_steady_state([W, 0, delta], T1, T2, -1.0)
    np.testing.assert_allclose(S_o, [-0.183206107, 0.229007634, -0.312977099], rtol=1e-8)
    still = 1 + delta**2 * T2**2
    assert S_o[2] == pytest.approx(-still / (still + W**2 * T1 * T2), rel=1e-12)
    many = bloch_steady_state(np.array([[[W, 0, delta]], [[0, 0, delta]]]), T1, T2, -1.0)
    np.testing.assert_allclose(many[:, 0], [S_o, [0, 0, -1]], atol=1e-14)
