import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import e

from ddgauge.physics import two_current
from ddgauge.physics.two_current import (
    G_of_length,
    G_of_time,
    accumulation_bare,
    accumulation_neutral,
    accumulation_poisson,
    bare,
    conduction,
    modes,
    neutral,
    poisson,
    response,
    spin_diffusion_length,
)
from tests import two_current_forms as exact

SIGMA, NU, TAU = np.array([4e6, 1.6e6]), np.array([3e46, 4.5e46]), 1e-12  # like Permalloy
G_SF = G_of_time(NU, TAU)
D = SIGMA / (e**2 * NU)
TO_CHANNELS = np.array([[1, 1], [1, -1]])
RATE, EPS = 3e13, 8.85e-12

conductivities = st.tuples(st.floats(1e5, 1e7), st.floats(1e5, 1e7)).map(np.array)
densities = st.tuples(st.floats(1e45, 1e47), st.floats(1e45, 1e47)).map(np.array)
times = st.floats(1e-14, 1e-9)
strengths = st.floats(0.1, 1)


@st.composite
def waves(draw):
    """sigma, nu, G_sf, q, omega: waves from much longer to much shorter than the spin-diffusion length."""
    sigma, nu, tau_sf = draw(conductivities), draw(densities), draw(times)
    G_sf = G_of_time(nu, tau_sf)
    q = draw(st.floats(0.03, 100)) / spin_diffusion_length(sigma, G_sf)
    return sigma, nu, G_sf, q, draw(st.floats(-100, 100)) / tau_sf


def uniform(sigma, nu, G_sf):
    return exact.Layer(1.0, tuple(sigma), spin_diffusion_length(sigma, G_sf), nu=tuple(nu), eps=EPS)


def medium(electrostatics, sigma=SIGMA, nu=NU, G_sf=G_SF, eps=EPS):
    if electrostatics == "poisson":
        return poisson(sigma, G_sf, nu, eps, RATE)
    return {"bare": bare, "neutral": neutral}[electrostatics](sigma, G_sf, nu)


def accumulation(electrostatics, mu, nu):
    return getattr(two_current, f"accumulation_{electrostatics}")(mu, nu)


def plane_wave(medium, q, omega, E=0.0, E_smf=0.0):
    """Fields that answer E, E_smf exp(i q x - i omega t) in a medium, as a solver reads its arrays."""
    n = len(medium.kappa)
    jet = np.zeros((4, n, n), complex)
    jet[0], jet[1] = np.eye(n), 1j * q * np.eye(n)
    A = np.einsum("pAa,pAqB,qBb->ab", jet.conj(), medium.matrix, jet) - 1j * omega * medium.storage
    motive = np.zeros(n)
    motive[1] = E_smf
    load = np.einsum("pAa,pA->a", jet.conj(), medium.drive[:, :, 0]) * E - 1j * q * medium.flux[0, :, 1, :] @ motive
    scale = np.abs(A).max(axis=1)
    return np.linalg.solve(A / scale[:, None], load / scale)


@pytest.mark.parametrize(
    ("omega", "rho"),
    [(0, [-6.0407722j, 8.8644697j]), (1e12, [0.0711891 - 6.0399964j, -0.3952799 + 8.8467435j])],
)
def test_charge_that_a_motive_force_in_permalloy_piles_up(omega, rho):
    q = 2 * np.pi / 50e-9
    _, K_smf = response(q, omega, SIGMA, NU, G_SF)
    np.testing.assert_allclose(-1j * q * e**2 * K_smf, rho, rtol=1e-8, atol=5e-8)
    mu = plane_wave(bare(SIGMA, G_SF, NU), q, omega, E_smf=1.0)
    np.testing.assert_allclose(accumulation_bare(mu, NU), rho, rtol=1e-8, atol=5e-8)


def test_lengths_of_permalloy():
    tau = e**2 * NU / G_SF
    np.testing.assert_allclose(D, [5.19419e-3, 1.38512e-3], rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(D * tau), [93.043e-9, 58.846e-9], rtol=1e-5)
    assert spin_diffusion_length(SIGMA, G_SF) == pytest.approx(49.734e-9, rel=1e-5)


@given(conductivities, densities, times)
def test_time_and_length_of_spin_flips_are_one_conductance(sigma, nu, tau_sf):
    """1/ell^2 = 1/ell_up^2 + 1/ell_down^2, 1/tau_sf = 1/tau_up + 1/tau_down, detailed balance nu_s / tau_s."""
    tau_up, tau_down = tau_sf * nu.sum() / nu[::-1]
    assert nu[0] / tau_up == pytest.approx(nu[1] / tau_down)
    ell = (e**2 * nu / sigma / np.array([tau_up, tau_down])).sum() ** -0.5
    assert G_of_time(nu, tau_sf) == pytest.approx(G_of_length(sigma, ell), rel=1e-12)
    assert spin_diffusion_length(sigma, G_of_length(sigma, ell)) == pytest.approx(ell, rel=1e-12)


def test_without_spin_flips_there_is_no_length():
    assert spin_diffusion_length(SIGMA, 0.0) == np.inf


@given(conductivities)
def test_conduction_is_that_of_two_channels(sigma):
    V = np.array([0.3, -0.8])
    mu = TO_CHANNELS @ V / 2
    np.testing.assert_allclose(conduction(sigma) @ mu, TO_CHANNELS @ (sigma * V), rtol=1e-12)
    assert np.linalg.eigvalsh(conduction(sigma))[0] >= -1e-9 * sigma.sum()  # dissipates


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
@given(waves(), strengths, strengths)
def test_media_answer_plane_waves_as_the_equations_do(electrostatics, wave, E, E_smf):
    sigma, nu, G_sf, q, omega = wave
    V, rho, _ = exact.plane_wave(q, omega, uniform(sigma, nu, G_sf), E, E_smf, electrostatics)
    mu = plane_wave(medium(electrostatics, sigma, nu, G_sf), q, omega, E, E_smf)
    np.testing.assert_allclose(TO_CHANNELS @ mu[:2], V, rtol=1e-7, atol=1e-8 * np.abs(V).max())
    found = accumulation(electrostatics, mu, nu)
    np.testing.assert_allclose(found, rho, rtol=1e-7, atol=1e-8 * e**2 * nu.max() * np.abs(V).max())


@given(waves())
def test_response_solves_the_equations_of_a_plane_wave(wave):
    sigma, nu, G_sf, q, omega = wave
    K, K_smf = response(q, omega, sigma, nu, G_sf)
    for answer, fields in ((K, {"E": 1.0}), (K_smf, {"E_smf": 1.0})):
        rho = exact.plane_wave(q, omega, uniform(sigma, nu, G_sf), **fields)[1]
        np.testing.assert_allclose(-1j * q * e**2 * answer, rho, rtol=1e-7, atol=1e-9 * np.abs(rho).max())


@given(waves())
def test_charge_current_of_a_spin_field_is_the_spin_current_of_a_charge_field(wave):
    """Onsager's relation [SK11 (71), (72)] for the currents j_s = sigma_s E_s - i q D_s rho_s."""
    sigma, nu, G_sf, q, omega = wave
    K, K_smf = response(q, omega, sigma, nu, G_sf)
    of_E = sigma * (1 - q**2 * K / nu)
    of_E_smf = sigma * (np.array([1, -1]) - q**2 * K_smf / nu)
    assert of_E_smf.sum() == pytest.approx(of_E[0] - of_E[1], rel=1e-8, abs=1e-10 * sigma.sum())


@given(waves())
def test_charge_obeys_continuity_whatever_the_spins_do(wave):
    sigma, nu, G_sf, q, omega = wave
    K, K_smf = response(q, omega, sigma, nu, G_sf)
    for answer, force in ((K, 1), (K_smf, np.array([1, -1]))):
        rho = -1j * q * e**2 * answer
        j = sigma * force - 1j * q * sigma / (e**2 * nu) * rho
        assert q * j.sum() == pytest.approx(omega * rho.sum(), rel=1e-6, abs=1e-9 * q * sigma.sum())


def test_charge_and_spin_densities_are_not_reciprocal_where_spins_flip():
    q = 2 * np.pi / 50e-9
    K, K_smf = response(q, 0, SIGMA, NU, 0.0)
    assert K_smf.sum() == pytest.approx(K[0] - K[1])
    K, K_smf = response(q, 0, SIGMA, NU, G_SF)
    assert abs(K_smf.sum() / (K[0] - K[1]) - 1) > 0.05


def test_channels_are_independent_at_short_waves_and_high_frequencies():
    """K_s = K'_s s = nu_s D_s / (D_s q^2 - i omega)  [SK11 (107)]."""
    for q, omega in ((1e11, 0), (1e5, 1e17), (1e10, 1e17)):
        K, K_smf = response(q, omega, SIGMA, NU, G_SF)
        alone = NU * D / (D * q**2 - 1j * omega)
        np.testing.assert_allclose(K, alone, rtol=1e-4)
        np.testing.assert_allclose(K_smf, [alone[0], -alone[1]], rtol=1e-4)


@pytest.mark.parametrize("omega", [0, 1e7, -1e9])
def test_channels_that_mix_strongly_diffuse_as_one(omega):
    """K_s = nu_s D_eff / (D_eff q^2 - i omega), K'_s alike with <s D nu> for <D nu>  [SK11 (108)]."""
    q = 1e4
    D_eff, polarised = (D * NU).sum() / NU.sum(), (D * NU * [1, -1]).sum() / NU.sum()
    K, K_smf = response(q, omega, SIGMA, NU, G_SF)
    np.testing.assert_allclose(K, NU * D_eff / (D_eff * q**2 - 1j * omega), rtol=5e-3)
    np.testing.assert_allclose(K_smf, NU * polarised / (D_eff * q**2 - 1j * omega), rtol=5e-3)


@given(waves())
def test_modes_are_the_eigenvalues_of_decay(wave):
    sigma, nu, G_sf, q, _ = wave
    tau_sf = e**2 / G_sf / (1 / nu).sum()
    rates = exact.decay_rates(q, sigma, nu, tau_sf)
    np.testing.assert_allclose(modes(q, sigma, nu, G_sf), rates, rtol=1e-8, atol=1e-13 * rates[1])


def test_two_diffusive_modes_cross_over_to_one():
    slow, fast = modes(np.array([1e3, 1e11]), SIGMA, NU, G_SF)
    D_eff = (D * NU).sum() / NU.sum()
    np.testing.assert_allclose([slow[0], fast[0]], [D_eff * 1e6, 1 / TAU], rtol=1e-6)  # charge, and spin that relaxes
    np.testing.assert_allclose([slow[1], fast[1]], np.sort(D) * 1e22, rtol=1e-6)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_storage_is_the_accumulation_of_charge_and_of_spin(electrostatics):
    m = medium(electrostatics)
    mu = np.array([[0.2, 0.05, 0.13], [-0.7, 0.4, 0.1]])[:, : len(m.kappa)]
    stored = accumulation(electrostatics, mu, NU) @ TO_CHANNELS
    np.testing.assert_allclose((mu @ m.storage.T)[:, :2], stored, rtol=1e-12, atol=1e-6)
    if electrostatics == "poisson":
        np.testing.assert_array_equal(m.storage[2], 0)
        np.testing.assert_allclose(mu @ m.matrix[0, 2, 0], -RATE * stored[:, 0], rtol=1e-12)
    if electrostatics == "neutral":
        np.testing.assert_array_equal(stored[:, 0], 0)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_spin_flips_create_no_charge_and_their_work_is_lost(electrostatics):
    m = medium(electrostatics)
    np.testing.assert_array_equal(m.matrix[0, 0], 0)
    mu = np.linspace(1, 2, len(m.kappa))
    assert 2 * mu[1] * (m.matrix[0, 1, 0] @ mu) == pytest.approx(2 * G_SF * (2 * mu[1]) ** 2)  # twice G_sf mu_s^2


@pytest.mark.parametrize("law", [bare, neutral])
def test_a_steady_state_needs_no_density_of_states(law):
    with_nu, without = law(SIGMA, G_SF, NU), law(SIGMA, G_SF)
    np.testing.assert_array_equal(with_nu.matrix, without.matrix)
    np.testing.assert_array_equal(without.storage, 0)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_swapping_the_spins_turns_the_sign_of_spin(electrostatics):
    m, swapped = medium(electrostatics), medium(electrostatics, SIGMA[::-1], NU[::-1])
    turn = np.array([1, -1, 1])[: len(m.kappa)]
    np.testing.assert_allclose(np.einsum("A,pAqB,B->pAqB", turn, m.matrix, turn), swapped.matrix, rtol=1e-12)
    np.testing.assert_allclose(turn[:, None] * m.storage * turn, swapped.storage, rtol=1e-12)


def test_a_uniform_spin_accumulation_decays_with_the_spin_flip_time():
    for m in (bare(SIGMA, G_SF, NU), neutral(SIGMA, G_SF, NU)):
        mu = np.array([-(NU[0] - NU[1]) / NU.sum(), 1.0])  # V_up nu_up + V_down nu_down = 0
        lost = m.matrix[0, :, 0] @ mu
        np.testing.assert_allclose(lost, m.storage @ mu / TAU, rtol=1e-12, atol=1e-12 * lost[1])


@pytest.mark.parametrize("q", [1e6, 1e8])
def test_spin_in_a_neutral_metal_diffuses_with_the_rarer_and_slower(q):
    m = neutral(SIGMA, G_SF, NU)
    M, storage = m.matrix[0, :, 0] + q**2 * m.matrix[1, :, 1], m.storage[1, 1]
    rate = (M[1, 1] - M[1, 0] * M[0, 1] / M[0, 0]) / storage
    assert rate == pytest.approx(exact.neutral_decay(q, SIGMA, NU, TAU), rel=1e-12)


def test_poisson_screens_within_the_thomas_fermi_length():
    """A potential of charge alone, mu = 0 = mu^0: (q^2 + 1/lambda^2) phi, so that it decays with lambda."""
    m, q = poisson(SIGMA, G_SF, NU, EPS, RATE), 1e9
    row = m.matrix[0, 2, 0, 2] + q**2 * m.matrix[1, 2, 1, 2]
    assert row / (RATE * EPS) == pytest.approx(q**2 + 1 / exact.thomas_fermi(NU, EPS) ** 2, rel=1e-12)


@pytest.mark.parametrize(("eps", "limit"), [(1e-20, "neutral"), (1e3, "bare")])
def test_poisson_is_neutral_for_small_and_bare_for_large_permittivity(eps, limit):
    q, omega = 2 * np.pi / 50e-9, 1e12
    mu = plane_wave(poisson(SIGMA, G_SF, NU, eps, RATE), q, omega, E_smf=1.0)
    expected = accumulation(limit, plane_wave(medium(limit), q, omega, E_smf=1.0), NU)
    np.testing.assert_allclose(accumulation_poisson(mu, NU), expected, rtol=1e-6)


@given(densities, st.floats(-1, 1), st.floats(-1, 1))
def test_a_neutral_metal_has_the_potential_that_leaves_no_charge(nu, mu_0, mu_1):
    """phi = (nu_up V_up + nu_down V_down) / (nu_up + nu_down)."""
    phi = (nu @ TO_CHANNELS @ [mu_0, mu_1]) / nu.sum()
    rho = accumulation_poisson(np.array([mu_0, mu_1, phi]), nu)
    found = accumulation_neutral(np.array([mu_0, mu_1]), nu)
    np.testing.assert_allclose(found, rho, rtol=1e-6, atol=1e-12 * e**2 * nu.sum())
    assert found.sum() == 0
