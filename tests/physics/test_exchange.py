import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from ddgauge.physics import exchange
from ddgauge.units import E_CHARGE, HBAR, K_B, MU_B

spins = st.sampled_from([0.5, 1, 1.5, 2, 3.5])
MILLI = 1e-3 * E_CHARGE  # meV
EUS = {"S": 3.5, "J_W": 0.25 * MILLI}  # orders near 15 K
METAL = {"n_m": 2e28, "nu_F": exchange.density_of_states(2e6, 2e-4), "K_s": 2e-3 * 1e-27 * E_CHARGE}


def thermal(S, x):
    """Averages of one moment over its 2 S + 1 levels, energy x M in k_B T: <M>, <M^2>."""
    M = np.arange(-S, S + 1)
    p = np.exp(-x * M - np.max(-x * M))
    return p @ M / p.sum(), p @ M**2 / p.sum()


@given(spins, st.floats(1e-6, 50))
def test_moments_are_averages_over_their_levels(S, x):
    mean, square = thermal(S, x)
    np.testing.assert_allclose(-S * exchange.brillouin(S, S * x), mean, rtol=1e-8)
    np.testing.assert_allclose(exchange.second_moment(S, x), square, rtol=1e-9)


def test_brillouin_of_spin_one_half_is_tanh():
    x = np.array([1e-8, 0.01, 0.11, 1, 30])
    np.testing.assert_allclose(exchange.brillouin(0.5, x), np.tanh(x), rtol=1e-12)


@given(spins, st.floats(0.05, 100), st.floats(0, 20), st.floats(0, 1))
def test_moments_and_weiss_field_hold_one_another(S, T, B, J_W):
    s = exchange.spin_average(S, T, B, J_W * MILLI)
    eps_L = exchange.splitting(S, T, B, J_W * MILLI)
    assert -S * (1 + 1e-12) <= s <= 0
    np.testing.assert_allclose(eps_L, 2 * MU_B * B - J_W * MILLI * s, rtol=1e-10, atol=1e-12 * MILLI)
    np.testing.assert_allclose(s, thermal(S, eps_L / (K_B * T))[0], rtol=1e-8, atol=1e-12)


def test_magnet_orders_at_its_ordering_temperature_as_the_square_root():
    """<S_par>^2 = S^2 (10/3) (S + 1)^2 / ((S + 1)^2 + S^2) (1 - T / T_c) below T_c, nothing above."""
    S, J_W = EUS["S"], EUS["J_W"]
    T_c = exchange.ordering_temperature(S, J_W)
    assert exchange.spin_average(S, 1.0001 * T_c, 0, J_W) == 0
    for below in (1e-3, 1e-5):
        slope = exchange.spin_average(S, (1 - below) * T_c, 0, J_W) ** 2 / below
        expected = 10 / 3 * S**2 * (S + 1) ** 2 / ((S + 1) ** 2 + S**2)
        np.testing.assert_allclose(slope, expected, rtol=2 * below + 1e-6)


def test_mean_spin_is_continuous_through_the_ordering_temperature_in_a_field():
    T_c = exchange.ordering_temperature(**EUS)
    s = [exchange.spin_average(T=T, B=0.1, **EUS) for T in T_c * np.linspace(0.99, 1.01, 201)]
    assert np.all(np.diff(s) > 0) and np.diff(s).max() < 0.01


def test_the_ordered_solution_is_taken_and_saturates_when_cold():
    np.testing.assert_allclose(exchange.spin_average(T=0, B=0, **EUS), -3.5, rtol=1e-12)
    np.testing.assert_allclose(exchange.spin_average(T=0.1, B=0, **EUS), -3.5, rtol=1e-12)
    np.testing.assert_allclose(exchange.spin_average(T=0, B=1, S=1, J_W=0), -1, rtol=1e-12)


@pytest.mark.parametrize("B", [0, 1e-12, 1e-6])
def test_paramagnet_without_field_relaxes_spin_alike_in_all_directions(B):
    tau_par, tau_perp, omega = exchange.rates(**METAL, S=3.5, T=20, B=B)
    golden = 2 * np.pi / HBAR * METAL["n_m"] * METAL["nu_F"] * METAL["K_s"] ** 2
    np.testing.assert_allclose([1 / tau_par, 1 / tau_perp], golden * 3.5 * 4.5 / 3, rtol=1e-9)
    susceptibility = 3.5 * 4.5 / 3 * 2 * MU_B * B / (K_B * 20)
    np.testing.assert_allclose(omega, METAL["n_m"] * METAL["K_s"] / (2 * HBAR) * susceptibility, rtol=1e-9)


@pytest.mark.parametrize("T", [0, 1e-3, 0.1])
def test_frozen_moments_only_dephase(T):
    tau_par, tau_perp, omega = exchange.rates(**METAL, T=T, **EUS)
    golden = np.pi / HBAR * METAL["n_m"] * METAL["nu_F"] * METAL["K_s"] ** 2
    assert tau_perp / tau_par < 1e-20
    np.testing.assert_allclose(1 / tau_perp, golden * 3.5**2, rtol=1e-9)
    np.testing.assert_allclose(omega, METAL["n_m"] * METAL["K_s"] * 3.5 / (2 * HBAR), rtol=1e-12)


@given(spins, st.floats(1, 50), st.floats(0.5, 20))
def test_rates_as_printed(S, T, B):
    """(4), (5) with the Bose function and the averages written out."""
    tau_par, tau_perp, omega = exchange.rates(**METAL, S=S, T=T, B=B)
    x = 2 * MU_B * B / (K_B * T)
    n_B, golden = 1 / np.expm1(x), np.pi / HBAR * METAL["n_m"] * METAL["nu_F"] * METAL["K_s"] ** 2
    mean, square = thermal(S, x)
    along = 2 * golden * x * n_B * (1 + n_B) * abs(mean)
    np.testing.assert_allclose(1 / tau_par, along, rtol=1e-8)
    np.testing.assert_allclose(1 / tau_perp, along / 2 + golden * square, rtol=1e-8)
    np.testing.assert_allclose(omega, -METAL["n_m"] * METAL["K_s"] / (2 * HBAR) * mean, rtol=1e-8)
    assert omega > 0


def test_no_coupling_means_no_relaxation():
    tau_par, tau_perp, omega = exchange.rates(n_m=2e28, nu_F=1e47, K_s=0.0, S=1, T=10, B=1)
    assert tau_par == tau_perp == np.inf and omega == 0


def test_moments_turn_with_the_spinor_rotation():
    """S~ = R^-1 S: with U = exp(-i A.s/2), U^+ s_a U = R_ab s_b, so U s_a U^+ = (R^-1)_ab s_b."""
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    A = np.array([0.3, -0.7, 0.4])
    U = expm(-0.5j * np.einsum("a,aij->ij", A, pauli))
    turned = np.einsum("ij,ajk,kl->ail", U, pauli, U.conj().T)
    back = np.einsum("aij,bji->ab", turned, pauli).real / 2
    np.testing.assert_allclose(exchange.moment_rotation(A), back, atol=1e-14)
    np.testing.assert_allclose(exchange.moment_rotation([0, 0, np.pi / 2]) @ [1, 0, 0], [0, -1, 0], atol=1e-15)


def test_golden_rule_wants_the_density_of_states_per_spin_and_twice_the_precession():
    """H = -K S.s, s = 1/2: random moments give (4), (5) per spin, their mean field turns twice as fast as (15)."""
    S, K, n, nu = 3.5, 1.0, 1.0, 1.0  # nu per spin
    M = np.arange(-S, S + 1)
    flip = np.mean((S * (S + 1) - M * (M + 1)) * (K / 2) ** 2)  # |<M + 1, down| K S+ s- / 2 |M, up>|^2
    dephase = np.mean((K * M) ** 2) / 2  # (V_up - V_down)^2 / 2
    golden = 2 * np.pi / HBAR * n * nu
    tau_par, tau_perp, _ = exchange.rates(n, nu, K, S, T=10)
    np.testing.assert_allclose(1 / tau_par, 2 * golden * flip, rtol=1e-9)
    np.testing.assert_allclose(1 / tau_perp, golden * (flip + dephase), rtol=1e-9)
    omega = exchange.rates(n, nu, K, S, T=0, B=1)[2]
    np.testing.assert_allclose(2 * omega, n * K * S / HBAR, rtol=1e-9)  # hbar omega_H = K n S between up and down


def test_einstein_relation():
    np.testing.assert_allclose(exchange.density_of_states(2e6, 2e-4) * E_CHARGE**2 * 2e-4, 2e6, rtol=1e-14)


def test_born_markov_ratio():
    np.testing.assert_allclose(exchange.born_markov(1e28, -1e-50, 1e-21), 0.1)
    assert exchange.born_markov(1e28, 1e-50, 0.0) == np.inf
