"""The closed forms and the exact solution, against published numbers and each other: nothing of ddgauge is used."""

import numpy as np
import pytest
from scipy.constants import e, hbar

from tests import two_current_forms as forms
from tests.two_current_forms import Held, Injected, Layer, Lead, exact_two_current

BETA, RHO_F, L_F, RHO_N, L_N = 0.46, 75e-9, 60e-9, 6e-9, 500e-9  # of Co and Cu
CO, CU = forms.valet_fert_channels(RHO_F, BETA), forms.valet_fert_channels(RHO_N, 0.0)
PY, NU = (4e6, 1.6e6), (3e46, 4.5e46)


@pytest.mark.parametrize(("t", "expected"), [(2e-9, 1.896168e-15), (50e-9, 1.710255e-15)])
def test_giant_magnetoresistance_of_thick_cobalt(t, expected):
    parallel, antiparallel = forms.valet_fert(t, RHO_F, L_F, BETA, RHO_N, L_N)
    assert antiparallel - parallel == pytest.approx(expected)


def test_resistance_of_one_interface():
    assert forms.single_interface(RHO_F, L_F, BETA, RHO_N, L_N) == pytest.approx(0.380880e-15)
    stack = [Layer(np.inf, CO, L_F), Layer(np.inf, CU, L_N)]
    assert exact_two_current(stack, (Held(1.0), Held(0.0))).resistance() == pytest.approx(0.380880e-15)


@pytest.mark.parametrize("t", [2e-9, 50e-9, 3e-6])
@pytest.mark.parametrize(("AR", "gamma"), [(0.0, 0.0), (0.5e-15, 0.77), (0.2e-15, -0.3)])
@pytest.mark.parametrize("thick", [np.inf, 1.5e-6])
def test_exact_solution_of_a_trilayer_is_that_of_valet_and_fert(t, AR, gamma, thick):
    first = (2 * AR * (1 - gamma), 2 * AR * (1 + gamma), 0.0)
    own = 0.0 if np.isinf(thick) else 2 * RHO_F * (1 - BETA**2) * thick
    expected = forms.valet_fert(t, RHO_F, L_F, BETA, RHO_N, L_N, AR, gamma) + own
    for turn, resistance in zip((1, -1), expected, strict=True):
        interfaces = {0: first, 1: (*first[:2][::turn], 0.0)} if AR else {}
        stack = [Layer(thick, CO, L_F), Layer(t, CU, L_N), Layer(thick, CO[::turn], L_F)]
        ends = Injected(1e10, None), Held(0.0)
        found = exact_two_current(stack, ends, interfaces).resistance()
        assert found == pytest.approx(resistance, rel=1e-9)


def test_held_driven_and_lead_ends_are_one_problem_seen_three_ways():
    stack = [Layer(30e-9, PY, 5e-9), Layer(80e-9, CU, L_N), Layer(20e-9, CO[::-1], L_F)]
    interfaces = {0: (1e-15, 3e-15, 0.3), 1: (2e-15, 0.5e-15, 0.0)}
    held = exact_two_current(stack, (Held(1e-3, 0.7e-3), Held(0.0)), interfaces)
    charge, spin = held.bottom[3:5].sum(), held.bottom[3:5] @ [1, -1]
    driven = exact_two_current(stack, (Injected(charge, spin), Held(0.0)), interfaces)
    np.testing.assert_allclose(driven.bottom[:2], [1e-3, 0.7e-3], rtol=1e-9)
    g = held.top[3:5] / (held.top[:2] + 1e-4)  # leads at -0.1 mV
    lead = exact_two_current(stack, (Held(1.1e-3, 0.8e-3), Lead(0.0, tuple(g))), interfaces)
    np.testing.assert_allclose(lead.V([1e-8, 1e-7]), held.V([1e-8, 1e-7]) + 1e-4, rtol=1e-9)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_exact_solution_obeys_the_strong_equations(electrostatics):
    """By differences, in the middle of each layer: dV and dj across 2 h."""
    omega, q, h = 3e11, 2e7, 2e-11
    layers = [
        Layer(20e-9, PY, 9e-9, E=3e3, E_smf=2e4, nu=NU, eps=1e-9),
        Layer(15e-9, CU, 40e-9, E=3e3, nu=(8e46, 8e46), eps=2e-9),
    ]
    interfaces = {0: (1e-15, 2e-15, 0.5)}
    solution = exact_two_current(layers, (Held(1e-4, -1e-4), Injected(0.0, 0.0)), interfaces, omega, electrostatics, q)
    for layer, z in zip(layers, (12e-9, 28e-9), strict=True):
        at = z + h * np.array([-2, -1, 1, 2])
        slope = np.array([1, -8, 8, -1]) / (12 * h)
        V, j, phi, wave = solution.V([z])[:, 0], solution.j([z])[:, 0], solution.phi([z])[0], np.exp(1j * q * z)
        dV = wave * (layer.E + forms.S * layer.E_smf) - j / layer.sigma
        np.testing.assert_allclose(solution.V(at) @ slope, dV, rtol=1e-6, atol=1e-6 * np.abs(dV).max())
        if electrostatics == "neutral":
            phi = np.array(layer.nu) @ V / sum(layer.nu)
        rho = e**2 * np.array(layer.nu) * (V - phi)
        dj = -forms.S * layer.G_sf * (V[0] - V[1]) + 1j * omega * rho
        np.testing.assert_allclose(solution.j(at) @ slope, dj, rtol=1e-5, atol=1e-5 * np.abs(dj).max())


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_deep_inside_a_long_bar_the_answer_is_the_plane_wave(electrostatics):
    omega, q = 1e12, 2 * np.pi / 50e-9
    ell = 49.734e-9
    bar = Layer(3e-6, PY, ell, E=1.0, E_smf=0.5, nu=NU, eps=1e-10)
    solution = exact_two_current([bar], (Injected(), Injected()), None, omega, electrostatics, q)
    V, _, _ = forms.plane_wave(q, omega, bar, 1.0, 0.5, electrostatics)
    z = 1.512e-6
    if electrostatics != "bare":  # no end says where mu^0 is zero; open ends let no current through of wave number 0
        V, found = V[0] - V[1], np.array([1, -1]) @ solution.V([z])[:, 0]
    else:
        found = solution.V([z])[:, 0]
    np.testing.assert_allclose(found, V * np.exp(1j * q * z), rtol=1e-5)


def test_non_local_valve_of_published_size():
    R_N, R_F = 20e-9 * 500e-9 / (100e-9 * 80e-9), 250e-9 * 5e-9 / 100e-9**2
    for L, ohmic, tunnelling in ((200e-9, 3.506988e-3, 3.693286e-2), (800e-9, 7.670562e-4, 1.112339e-2)):
        assert forms.takahashi_maekawa(L, R_N, 500e-9, R_F, 0.4) == pytest.approx(ohmic)
        assert forms.takahashi_maekawa(L, R_N, 500e-9, R_F, 0.4, 50.0, 0.3) == pytest.approx(tunnelling)


@pytest.mark.parametrize(("R_i", "P"), [(0.0, 0.0), (2.0, 0.3)])
def test_non_local_valve_as_a_network(R_i, P):
    """Spin currents j_1, j_2 into the wire at both electrodes, half of them to either side: mu_s = R_N (j_1 + ...).

    Electrode k has mu_s = 2 r (p I_k - j_k) behind the drop 2 r_i (j_k - P I_k) of its junction, r = R / (1 - p^2);
    its mu^0 far away is above that of the wire by -(p r + P r_i) j_k at I_k = 0.
    """
    L, l_N, R_N, R_F, p = 300e-9, 500e-9, 1.25, 0.125, 0.4
    r, r_i, decay = R_F / (1 - p**2), R_i / (1 - P**2), np.exp(-L / l_N)
    wire = R_N * np.array([[1, decay], [decay, 1]])
    j = np.linalg.solve(wire + 2 * (r + r_i) * np.eye(2), [2 * (p * r + P * r_i), 0])
    assert -(p * r + P * r_i) * j[1] == pytest.approx(forms.takahashi_maekawa(L, R_N, l_N, R_F, p, R_i, P))


def test_voltage_of_a_precessing_wall():
    assert forms.precessing_wall(1.0, 2 * np.pi * 1e9) == pytest.approx(4.135668e-6)
    assert forms.precessing_wall(2.4 / 5.6, 2 * np.pi * 1e8) == pytest.approx(1.772429e-7)
    assert forms.voltage_per_field(0.85) * 1e-4 == pytest.approx(9.840e-9, rel=1e-4)  # 1 Oe is 0.1 mT


@pytest.mark.parametrize("ell", [5e-9, 300e-9, np.inf])
def test_open_circuit_voltage_is_the_polarisation_times_the_motive_force(ell):
    """Whatever the spin-flip length, of both sides and of where the force is, if spin has relaxed at the ends."""
    driven = Layer(30e-9, PY, ell, E_smf=hbar * 2 * np.pi * 1e8 / e / 30e-9)
    stack = [Layer(4e-6, PY, 300e-9), driven, Layer(4e-6, PY, 5e-9)]
    solution = exact_two_current(stack, (Injected(0.0, None), Injected(0.0, None)))
    bottom, top = solution.voltages()
    assert top - bottom == pytest.approx(1.772429e-7, rel=1e-5)


@pytest.mark.parametrize(("width", "v", "beta"), [(10e-9, 300.0, 0.02), (55e-9, -40.0, 0.3)])
def test_voltage_of_a_wall_that_moves_rigidly(width, v, beta):
    x = np.linspace(-40, 40, 20001) * width
    n = np.array([1 / np.cosh(x / width), 0 * x, np.tanh(x / width)])
    slope = np.gradient(n, x, axis=1, edge_order=2)
    turned, gradual = np.sum(n * np.cross(-v * slope, slope, axis=0), axis=0), np.sum(-v * slope * slope, axis=0)
    voltage = 0.4 * hbar / (2 * e) * np.trapezoid(-turned + beta * gradual, x)
    assert voltage == pytest.approx(forms.moving_wall(0.4, beta, v, width), rel=1e-4)


def test_voltage_around_a_moving_vortex_core():
    for r, expected in ((10e-9, 4.607e-6), (50e-9, 0.9215e-6)):
        assert forms.vortex(r, np.pi / 2, 0.7, 200.0) == pytest.approx(expected, rel=2e-4)


def test_potential_of_a_moving_vortex_balances_its_motive_force():
    """div grad V = P div E_smf inside the core too, and no flux through the rim of a disc, by differences."""
    P, v, core, R = 0.7, 200.0, 10e-9, 2e-7
    h = 2e-11

    def n_z(x, y):
        return np.exp(-(x**2 + y**2) / core**2)

    def n(x, y):
        across = np.sqrt(1 - n_z(x, y) ** 2) / np.hypot(x, y)
        return np.array([-y * across, x * across, n_z(x, y)])

    def E(x, y):  # -(hbar/2e) n . (d_t n x d_i n) with d_t n = -v d_x n
        d_x = (n(x + h, y) - n(x - h, y)) / (2 * h)
        d_y = (n(x, y + h) - n(x, y - h)) / (2 * h)
        return -hbar / (2 * e) * np.array([n(x, y) @ np.cross(-v * d_x, d) for d in (d_x, d_y)])

    def V(x, y):
        return forms.vortex(np.hypot(x, y), np.arctan2(y, x), P, v, n_z=n_z(x, y), R=R)

    a = 2e-10
    for x, y in ((6e-9, 5e-9), (-3e-9, 9e-9), (2e-9, -30e-9)):
        laplace = (V(x + a, y) + V(x - a, y) + V(x, y + a) + V(x, y - a) - 4 * V(x, y)) / a**2
        divergence = (E(x + a, y)[0] - E(x - a, y)[0] + E(x, y + a)[1] - E(x, y - a)[1]) / (2 * a)
        assert laplace == pytest.approx(P * divergence, rel=1e-2, abs=1e-4 * V(0, core) / core**2)
    rim = [V(0, R + step) for step in (-h, h)]
    assert rim[1] - rim[0] == pytest.approx(0, abs=1e-6 * V(0, R))


def test_pumped_spin_current_after_backflow():
    """The d.c. current is that of the effective conductance 1/G_eff = 1/G + (2 l / sigma) coth(d/l)."""
    cone, omega, G, sigma, l, D, d = 0.2, 1e7, 3e14, 2.5e6, 1.5e-9, 1e-4, 5e-9
    mu_s, j = forms.pumped_film(cone, omega, G, 0.0, sigma, l, D, d)
    assert j[2] == pytest.approx(forms.pumped_thin(cone, omega, G, sigma, l, d), rel=1e-5)
    assert j[2] == pytest.approx(sigma / (2 * l) * np.tanh(d / l) * mu_s[2])
    bare = forms.pumped_film(cone, omega, 1e-3 * G, 0.0, sigma, l, D, d)[1][2]
    assert bare == pytest.approx(1e-3 * G * hbar * omega / e * np.sin(cone) ** 2, rel=1e-2)


def test_spins_that_never_relax_turn_with_the_magnet():
    """In the turning frame they are in equilibrium at mu_s = hbar omega / e along the axis, and no current flows."""
    mu_s, j = forms.pumped_film(0.4, 2e11, 1e14, 2e13, 2.5e6, 1.0, 1e-4, 5e-9)
    np.testing.assert_allclose(mu_s, hbar * 2e11 / e * np.array([0, 0, 1]), atol=1e-6 * hbar * 2e11 / e)
    assert np.abs(j).max() < 1e-6 * 1e14 * hbar * 2e11 / e


def test_decay_rates_and_screening_of_permalloy():
    slow, fast = forms.decay_rates(1e-3, PY, NU, 1e-12)
    assert fast == pytest.approx(1e12)
    assert abs(slow) < 1
    assert forms.neutral_decay(0.0, PY, NU, 1e-12) == pytest.approx(1e12)
    assert forms.thomas_fermi(NU, 8.854e-12) == pytest.approx(np.sqrt(8.854e-12 / (e**2 * 7.5e46)))
