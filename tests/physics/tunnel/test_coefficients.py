from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from ddgauge.physics.tunnel.coefficients import coefficients, spin_rates
from ddgauge.physics.tunnel.electrodes import FlatStoner
from ddgauge.physics.tunnel.facet import flux
from ddgauge.physics.tunnel.modes import Band, Levels, Modes
from ddgauge.physics.tunnel.tensors import combine, currents, dyad
from tests.physics.tunnel.bands import D, J, cauchy, crooked, elliptic, elliptic_modes, flat, polarised, rate

Z = np.array([0, 0, 1.0])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def all_of(node):
    return np.array([node.S, node.E_S, node.A_S, node.T_S, node.E_ex, node.A_ex, node.T_ex])


def test_flat_bands_in_numbers():
    """HDW (102) has the sign of T_ex reversed."""
    L, R = flat(0.5), flat(-0.5)
    c, unit = coefficients(L, R, 1.0), rate(L, R)
    got = np.array([c.I_0, c.L.T_S, c.L.E_ex, c.L.T_ex]) / unit
    np.testing.assert_allclose(got, [-2, -0.0797106, -0.1560551, -0.1137285], rtol=5e-7)
    np.testing.assert_allclose(np.array([c.I_F, c.L.E_S, c.L.A_S, c.L.A_ex]) / unit, 0, atol=1e-9)
    c = coefficients(flat(2.0), flat(-2.0), 1.0)
    np.testing.assert_allclose([c.L.E_ex / unit, c.L.T_ex / unit], [-1.423310, -0.1142823], rtol=5e-7)


def test_cold_flat_bands_in_numbers():
    """HDW (120) is twice as large as T_ex is."""
    c, unit = coefficients(flat(0.5, 0.0), flat(-0.5, 0.0), 1.0), rate(flat(), flat())
    assert (c.L.E_ex / unit, c.L.T_ex / unit) == pytest.approx((-0.5, -0.1455437), rel=4e-7)
    assert coefficients(flat(4, 0.0), flat(-4, 0.0), 1.0).L.E_ex / unit == pytest.approx(-2.5, rel=1e-10)


def test_semi_elliptic_bands_in_numbers():
    c = coefficients(elliptic(8.5, 1.0), elliptic(7.5, 1.0), 1.0)
    expected = [
        -7.178566e-3,
        -1.02704e-5,
        1.303797e-4,
        1.303797e-4,
        -3.211425e-4,
        -2.382098e-4,
        6.195901e-5,
        -4.513992e-4,
    ]
    got = [c.I_0, c.I_F, c.L.E_S, c.L.A_S, c.L.T_S, c.L.E_ex, c.L.A_ex, c.L.T_ex]
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_spin_torque_makes_the_direct_part_grow():
    """2 S T_S per orbital at J = 5, Gamma = 2 pi/2500; as J^3."""

    def torque(J):
        return coefficients(flat(0.5, J=J), flat(-0.5, J=J), 1.0).L.direct[2]

    assert torque(5.0) == pytest.approx(-2.003347e-5, rel=1e-6)
    assert np.log2(torque(0.2) / torque(0.1)) == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize("tau, E_ex", [(-0.5, 0.1331446), (-0.1, 0.0375138), (0.1, -0.0461424), (0.5, -0.3820272)])
def test_heat_alone_emits_spin_anisotropy(tau, E_ex):
    """Neither bias nor charge nor spin current along the axes, collinear magnets."""
    L, R = flat(0.0, 1.0), flat(0.0, 1 / (1 - tau))
    c, unit = coefficients(L, R, 1.0), rate(L, R)
    assert c.L.E_ex / unit == pytest.approx(E_ex, rel=2e-6)
    flow = currents(c, Z, Z)
    assert abs(flow.charge / unit) < 1e-9
    np.testing.assert_allclose(flow.spin / unit, 0, atol=3e-5)


def test_modes_and_densities_of_states_give_the_same():
    a = coefficients(elliptic(8.5, 1.0), elliptic(7.5, 0.6), 1.0)
    b = coefficients(elliptic_modes(8.5, 1.0), elliptic_modes(7.5, 0.6), 1.0)
    dissipative = [0, 1, 2, 4, 5]
    for x, y in ((all_of(a.L), all_of(b.L)), (all_of(a.R), all_of(b.R))):
        np.testing.assert_allclose(x[dissipative], y[dissipative], rtol=1e-10)
        np.testing.assert_allclose(x, y, rtol=1e-6)
    assert pytest.approx((b.I_0, b.I_F), rel=1e-10) == (a.I_0, a.I_F)


def test_coefficients_as_integrals_over_energies():
    """The paper's form with A(w), by adaptive quadrature."""
    L, R = elliptic(8.5, 1.0), flat(7.5, 0.6, J=3.0)
    c = coefficients(L, R, 1.0)

    def integral(integrand):
        edges = [-27.5, -26.5, -23.5, -22.5, 3.5, 8.0, 13.5, 22.5, 23.5, 26.5, 27.5]
        return sum(quad(integrand, a, b, epsrel=1e-11, epsabs=1e-14)[0] for a, b in pairwise(edges))

    def delta(w):
        return R.f(w)[0] - L.f(w)[0]

    def part(electrode, w, sign):
        up, dn = electrode.nu(w)
        return (up + sign * dn) / 2

    def A(w, sign):
        up, dn = L.A(w)
        return up + sign * dn

    expected = {
        "E_S": 2 * np.pi * integral(lambda w: part(L, w, -1) * part(R, w, 1) * delta(w)),
        "A_S": 2 * np.pi * integral(lambda w: part(L, w, 1) * part(R, w, -1) * delta(w)),
        "E_ex": 4 * np.pi * integral(lambda w: A(w, 1) * part(R, w, 1) * delta(w)),
        "A_ex": 4 * np.pi * integral(lambda w: A(w, -1) * part(R, w, -1) * delta(w)),
    }
    for name, value in expected.items():
        assert getattr(c.L, name) == pytest.approx(value, rel=1e-9, abs=1e-13), name
    assert pytest.approx(4 * np.pi * integral(lambda w: part(L, w, 1) * part(R, w, 1) * delta(w)), rel=1e-9) == c.I_0
    I_F = 4 * np.pi * integral(lambda w: part(L, w, -1) * part(R, w, -1) * delta(w))
    assert pytest.approx(I_F, abs=1e-12) == c.I_F


def test_currents_of_spins_that_leave_mode_by_mode():
    """Occupation matrices of the modes of L to second order in t, spins of R tilted: ds_k/dt and -2 s_k o ds_k/dt.

    Spin has accumulated on both sides: f_s of mu_s, in the modes and in what R offers them.
    """
    t, mu, T = 0.3, (0.7, 0.1), 0.9
    L = Modes((Band(lambda x: 3 * x - 2 - 0.3 * x**2, lambda x: 3.5 * x - 1, 2.0),), mu, T)
    R = polarised(0.4, -0.5, 1.2, half=9.0)
    R = type(R)(lambda w: 1.4 + 0.05 * w, lambda w: 0.6 - 0.03 * w, (-9.0, 9.0), (-9.0, 9.0), (-0.2, -0.8), 1.2)
    J_R = np.array([np.sin(0.9), 0, np.cos(0.9)])
    along = np.einsum("a,aij->ij", J_R, PAULI)

    def matrices(h_up, h_dn):
        return (h_up + h_dn) / 2 * np.eye(2) + (h_up - h_dn) / 2 * along

    def at(e):
        nu, f = R.nu(np.array(e)), R.f(np.array(e))
        N, F = matrices(*nu), matrices(*(nu * f))
        poles = [cauchy(lambda w, s=s: float(R.nu_of(s, np.array(w))), e, -9, 9) for s in (0, 1)]
        filled = [cauchy(lambda w, s=s: float((R.nu(np.array(w)) * R.f(np.array(w)))[s]), e, -9, 9) for s in (0, 1)]
        return N, F, matrices(*poles), matrices(*filled)

    x, weight = np.polynomial.legendre.leggauss(24)
    spin, exchange, charge = np.zeros(3), np.zeros((3, 3)), 0.0
    for y, w in zip((1 + x) / 2, weight / 2 * 2.0):
        e = [L.bands[0].e_up(y), L.bands[0].e_dn(y)]
        f = [1 / (1 + np.exp((energy - own) / T)) for energy, own in zip(e, mu)]
        values = [at(energy) for energy in e]
        rho_t = np.zeros((2, 2), complex)
        for s in (0, 1):
            for q in (0, 1):
                (N, F, PN, PF), (M, G, PM, PG) = values[s], values[q]
                rho_t[s, q] = np.pi * (G + F - M * f[q] - N * f[s])[s, q]
                rho_t[s, q] += 1j * (PG - PF - f[q] * PM + f[s] * PN)[s, q]
        rho_t *= t**2
        s_t = np.einsum("aij,ji->a", PAULI, rho_t).real / 2
        charge += w * np.trace(rho_t).real
        spin += w * s_t
        exchange -= 2 * w * dyad((f[0] - f[1]) / 2 * Z, s_t)
    c = coefficients(L, R, t)
    flow = currents(c, Z, J_R)
    assert flow.charge == pytest.approx(charge, rel=1e-7)
    np.testing.assert_allclose(flow.spin, spin, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(-dyad(Z, combine(*c.L.exchange, Z, J_R)), exchange, rtol=1e-6, atol=1e-9)


def test_spin_torque_is_the_same_from_either_side():
    """2 t^2 P int int m_L m_R (f_R - f_L)/(w - w') is symmetric  [HDW (116)]; each side integrates its own modes."""
    for L, R in ((elliptic(8.5, 1.0), flat(-7.5, 0.6, J=3.0)), (flat(3.0, 0.0), elliptic(1.0, 0.2))):
        assert pytest.approx(coefficients(L, R, 1.0).L.T_S, rel=1e-6) == coefficients(R, L, 1.0).L.T_S


def test_both_nodes_swap_with_the_labels():
    L, R = elliptic(8.5, 1.0), crooked(0.5, 0.3)
    a, b = coefficients(L, R, 1.0), coefficients(R, L, 1.0)
    np.testing.assert_allclose(all_of(a.R)[4:], all_of(b.L)[4:], rtol=1e-12)
    np.testing.assert_allclose(all_of(a.R), all_of(b.L), rtol=1e-5, atol=1e-8)
    assert (a.R.E_S, a.R.A_S, a.R.T_S) == (-a.L.A_S, -a.L.E_S, a.L.T_S)


@pytest.mark.parametrize("kind", [flat, elliptic, elliptic_modes, crooked])
@pytest.mark.parametrize("T", [0.0, 0.7])
def test_in_equilibrium_torques_alone_remain(kind, T):
    c = coefficients(kind(1.0, T), flat(1.0, T, J=3.0), 1.0)
    assert (c.I_0, c.I_F) == (0, 0)
    for node in (c.L, c.R):
        assert (node.E_S, node.A_S, node.E_ex, node.A_ex) == (0, 0, 0, 0)
        assert node.T_S != 0 and node.T_ex != 0


def test_a_common_shift_of_energies_changes_nothing():
    a = coefficients(flat(1.0), flat(-0.5, 0.8, J=3.0, centre=2.0), 1.0)
    b = coefficients(flat(8.0, centre=7.0), flat(6.5, 0.8, J=3.0, centre=9.0), 1.0)
    np.testing.assert_allclose(all_of(b.L), all_of(a.L), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(all_of(b.R), all_of(a.R), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("T_R", [0.5, 1.3])
def test_emission_is_even_in_the_bias_of_flat_bands(T_R):
    forth = coefficients(flat(0.7), flat(-0.7, T_R), 1.0).L.E_ex
    assert coefficients(flat(-0.7), flat(0.7, T_R), 1.0).L.E_ex == pytest.approx(forth, rel=1e-9)


def test_emission_between_equal_electrodes_starts_at_second_order_in_the_temperature():
    def lost(dT):
        c = coefficients(flat(0.0, 1.0 + dT / 2), flat(0.0, 1.0 - dT / 2), 1.0)
        return c.L.E_ex + c.R.E_ex

    assert np.log2(lost(0.2) / lost(0.1)) == pytest.approx(2, abs=0.01)


fillings = st.tuples(st.floats(-20, 20), st.floats(-5, 5))
cold_or_warm = st.just(0.0) | st.floats(1e-3, 3)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(fillings, fillings, cold_or_warm, st.floats(0, np.pi), st.floats(-0.9, 0.9))
def test_tunnelling_never_yields_energy(mu_L, mu_R, T, theta, P):
    """-sum over spins of mu_s dN_s/dt >= 0 at one temperature, spin accumulated on both sides."""
    L = polarised(P, (mu_L[0] + mu_L[1], mu_L[0] - mu_L[1]), T)
    R = elliptic((mu_R[0] + mu_R[1], mu_R[0] - mu_R[1]), T)
    J_R = np.array([np.sin(theta), 0, np.cos(theta)])
    flow = currents(coefficients(L, R, 0.3), Z, J_R)
    yielded = flow.charge * (mu_L[0] - mu_R[0]) + 2 * flow.spin @ (mu_L[1] * Z - mu_R[1] * J_R)
    assert yielded <= 1e-12


def test_golden_rule_of_two_spins():
    L, R, theta = elliptic((8.5, 7.0), 1.0), crooked((0.5, -1.0), 0.3), 0.8
    c, W = coefficients(L, R, 0.3), spin_rates(L, R, 0.3)
    tilt = (1 + np.outer([1, -1], [1, -1]) * np.cos(theta)) / 2
    assert c.I_0 + c.I_F * np.cos(theta) == pytest.approx(np.sum(W * tilt), rel=1e-12)
    up, dn = np.sum(W * tilt, axis=1)
    assert c.L.E_S + c.L.A_S * np.cos(theta) == pytest.approx((up - dn) / 2, rel=1e-12)


def test_spin_accumulation_follows_the_linear_law():
    """Constant densities of states, e = 1: G0 = 2 Gamma, V_s = -mu_s, j0 = I_N, js = 2 I_S."""
    P_L, P_R, t = 0.5, 0.35, 0.1
    mu_L, a_L, mu_R, a_R = 0.3, -0.2, -0.4, 0.15
    L, R = polarised(P_L, (mu_L + a_L, mu_L - a_L), 0.5), polarised(P_R, (mu_R + a_R, mu_R - a_R), 0.5)
    J_R = np.array([np.sin(0.8), 0, np.cos(0.8)])
    c = coefficients(L, R, t)
    j0, js = flux(4 * np.pi * t**2, P_L, P_R, Z, J_R, mu_R - mu_L, -a_L, -a_R)
    flow = currents(c, Z, J_R)
    assert flow.charge == pytest.approx(j0, rel=1e-9)
    np.testing.assert_allclose(2 * (flow.spin - c.L.T_S * np.cross(Z, J_R)), js, atol=1e-11)


def test_conductance_of_a_tunnel_valve():
    """G = G_0 (1 + P_L P_R cos theta); magnetoresistance 2/3 at P = 1/2  [Julliere]."""
    c = coefficients(polarised(0.5, 1e-3, 0.0), polarised(0.5, -1e-3, 0.0), 0.1)
    assert pytest.approx(0.25, rel=1e-10) == c.I_F / c.I_0
    assert pytest.approx(0.666667, rel=1e-6) == (c.I_0 + c.I_F) / (c.I_0 - c.I_F) - 1


def test_a_mesh_of_levels_against_its_bands():
    band, R = crooked(0.5, 0.3), flat(-0.2, 0.2, J=2.0, D=6.0, N_o=2.0)
    x = (np.arange(300) + 0.5) / 300
    e = [np.concatenate([getattr(part, key)(x) for part in band.bands]) for key in ("e_up", "e_dn")]
    levels = Levels(*e, np.repeat([3 / 300, 1 / 300], 300), 0.5, 0.3, 0.04)
    a, b = coefficients(levels, R, 0.1), coefficients(band, R, 0.1)
    assert pytest.approx(b.I_0, rel=1e-5) == a.I_0
    np.testing.assert_allclose(all_of(a.L), all_of(b.L), rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(all_of(a.R), all_of(b.R), rtol=1e-2, atol=1e-9)


def test_mu_at_the_edge_of_a_cold_band():
    """Half a step: what is above mu is empty, and no number is lost."""
    edge = D - J / 2
    c = coefficients(FlatStoner(D, J, 1.0, edge, 0.0), FlatStoner(D, J, 1.0, edge - 1, 0.0), 1.0)
    assert c.I_0 / rate(flat(), flat()) == pytest.approx(-2, rel=1e-10)
    assert np.all(np.isfinite([*all_of(c.L), *all_of(c.R)]))


def test_the_coldest_temperatures_are_zero():
    hardly, cold = (coefficients(flat(0.5, T), flat(-0.5, T), 1.0) for T in (1e-300, 0.0))
    np.testing.assert_allclose(all_of(hardly.L), all_of(cold.L), rtol=1e-12)


def test_charge_and_spin_follow_from_the_densities_alone():
    a, b = (coefficients(elliptic(8.5, 1.0, g), flat(7.5, 0.6, J=3.0), 1.0) for g in (None, lambda w: w + J))
    np.testing.assert_allclose([a.I_0, a.I_F], [b.I_0, b.I_F], rtol=1e-10)
    np.testing.assert_allclose([a.L.S, a.L.E_S, a.L.A_S, a.L.T_S], all_of(b.L)[:4], rtol=1e-8)
    np.testing.assert_array_equal(all_of(a.R)[4:], all_of(b.R)[4:])
    with pytest.raises(ValueError, match="g = None, must be given for the exchange part"):
        a.L.T_ex  # noqa: B018


def test_amplitude_is_a_number():
    with pytest.raises(ValueError, match="coefficients: t = nan, must be a finite amplitude"):
        coefficients(flat(), flat(), np.nan)
