import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.constants import e, hbar
from scipy.linalg import expm

from ddgauge.physics.algebra import cross, rotation
from ddgauge.physics.interface import (
    areal_conductance,
    channel_contact,
    channel_junction,
    loss_tensors,
    magnetic_tensors,
    pumped_spin_voltage,
    resistances,
    sheet,
    thin_interlayer,
)
from tests.closed_forms import interlayer_admittance

numbers = st.floats(-10, 10)
matrices = arrays(float, (3, 3), elements=numbers)
ohms = st.floats(1e-17, 1e-13)
CHANNELS = np.array([[1, 1], [1, -1]])  # V_up, V_down of mu^0, mu; charge and spin current of j_up, j_down
directions = arrays(float, 3, elements=st.floats(-3, 3)).map(lambda w: rotation(w)[:, 2])


@given(numbers, numbers, numbers, directions, arrays(float, 3, elements=numbers))
def test_sheet_as_printed(G_s, G_r, G_i, m, mu_s):
    current = G_s * mu_s - G_r * np.cross(m, np.cross(m, mu_s)) - G_i * np.cross(m, mu_s)
    np.testing.assert_allclose(sheet(G_s, G_r, G_i, m) @ mu_s, current, atol=1e-10)


@given(st.floats(0, 10), st.floats(0, 10), numbers, directions, arrays(float, 3, elements=numbers))
def test_sink_and_real_mixing_conductance_absorb(G_s, G_r, G_i, m, mu_s):
    assert mu_s @ sheet(G_s, G_r, G_i, m) @ mu_s >= -1e-10
    np.testing.assert_allclose(sheet(0, G_r, G_i, m) @ m, 0, atol=1e-12)  # nothing along m


@given(numbers, numbers, numbers, directions)
def test_magnetic_tensors_give_back_a_sheet(G_s, G_r, G_i, m):
    found = magnetic_tensors(-sheet(G_s, G_r, G_i, m), m)
    np.testing.assert_allclose([found[key] for key in ("G_s", "G_r", "G_i")], [G_s, G_r, G_i], atol=1e-10)
    np.testing.assert_allclose(found["residual"], 0, atol=1e-10)


@given(matrices, directions)
def test_residual_holds_nothing_that_a_magnetic_tensor_could(G, m):
    found = magnetic_tensors(G, m)
    total = sheet(found["G_s"], found["G_r"], found["G_i"], m) + found["residual"]
    np.testing.assert_allclose(total, -G, atol=1e-12)
    for tensor in (np.eye(3), cross(m) @ cross(m), cross(m)):
        np.testing.assert_allclose(np.sum(tensor * found["residual"]), 0, atol=1e-10)


@given(matrices)
def test_loss_tensors_are_complete(G):
    loss = loss_tensors(G)
    np.testing.assert_allclose(loss["residual"], 0, atol=1e-12)
    z = np.array([0, 0, 1])
    total = sheet(loss["G_s"], loss["G_r"], loss["G_i"], z) - cross([*loss["G_j"], 0])
    (xy, difference), (xz, yz) = loss["G_parallel"], loss["G_perpendicular"]
    total += np.array([[difference, xy, xz], [xy, -difference, yz], [xz, yz, 0]])
    np.testing.assert_allclose(total, -G, atol=1e-12)


@given(numbers, numbers, numbers)
def test_for_m_along_z_both_sets_of_tensors_agree(G_s, G_r, G_i):
    z = np.array([0, 0, 1.0])
    magnetic, loss = magnetic_tensors(-sheet(G_s, G_r, G_i, z), z), loss_tensors(-sheet(G_s, G_r, G_i, z))
    for key in ("G_s", "G_r", "G_i"):
        np.testing.assert_allclose(magnetic[key], loss[key], atol=1e-10)


@given(st.floats(1e4, 1e8), st.floats(1e-10, 1e-7), st.floats(0.01, 10), st.floats(1e-3, 1e3))
def test_interlayer_of_two_conductances_is_the_layer(sigma, ell, delta, behind):
    """(absorb + transmit) in front of a conductance G: T + A - T^2 / (T + A + G), the layer's own admittance."""
    transmission, absorption = thin_interlayer(sigma, ell, delta * ell)
    G = behind * sigma / (2 * ell)
    seen = transmission + absorption - transmission**2 / (transmission + absorption + G)
    np.testing.assert_allclose(seen, interlayer_admittance(sigma, ell, delta * ell, G), rtol=1e-8)


def test_interlayer_without_relaxation_is_a_series_conductance():
    transmission, absorption = thin_interlayer(1e6, 1e-3, 2e-9)
    np.testing.assert_allclose([transmission, absorption], [1e6 / 2 / 2e-9, 1e6 * 2e-9 / 4 / 1e-6], rtol=1e-10)


def test_one_channel_conducts_the_quantum_per_spin():
    np.testing.assert_allclose(areal_conductance(1e19), 3.8740459e14, rtol=1e-8)


def two_port(r_up, r_down, delta):
    """Currents out of the bottom and the top neighbour per V_up, V_down at bottom and top, by integrating across.

    d V_s = -r_s j_s,  d j_s = -s G_sf t (V_up - V_down),  with G_sf t = delta^2 / (r_up + r_down)
    """
    A = np.zeros((4, 4))
    A[[0, 1], [2, 3]] = -1.0, -r_down / r_up  # j in units of V / r_up
    A[2:, :2] = -(delta**2) * r_up / (r_up + r_down) * np.array([[1, -1], [-1, 1]])
    T = expm(A)  # (V, j) at the top of those at the bottom
    below_of_above = np.linalg.inv(T[:2, 2:])
    j_below = below_of_above @ np.hstack([-T[:2, :2], np.eye(2)])
    j_above = T[2:, :2] @ np.eye(2, 4) + T[2:, 2:] @ j_below
    return np.stack([j_below, -j_above]).reshape(2, 2, 2, 2) / r_up


def in_channels(junction):
    """[s, a, t, b] of charge and spin per mu^0 and mu as that of up and down per V_up and V_down."""
    return np.einsum("ca,satb,bd->sctd", CHANNELS, junction, CHANNELS) / 4


@given(ohms, st.floats(0.1, 10), st.floats(1e-3, 5))
def test_junction_of_two_channels_is_the_layer_integrated_across(r_up, ratio, delta):
    found = in_channels(channel_junction(r_up, ratio * r_up, delta))
    np.testing.assert_allclose(found * r_up, two_port(r_up, ratio * r_up, delta) * r_up, rtol=1e-7, atol=1e-9)


@given(ohms, ohms, st.sampled_from([0.0, 1e-200, 1e-9]))
def test_junction_without_spin_flips_is_two_resistors(r_up, r_down, delta):
    G = np.diag([1 / r_up, 1 / r_down])
    found = in_channels(channel_junction(r_up, r_down, delta))
    np.testing.assert_allclose(found, np.block([[G, -G], [-G, G]]).reshape(2, 2, 2, 2), rtol=1e-12, atol=1e-9 * G.max())


@given(ohms, ohms, st.floats(0, 1000))
def test_junction_of_two_channels_keeps_charge_and_dissipates(r_up, r_down, delta):
    junction = channel_junction(r_up, r_down, delta)
    G = junction.reshape(4, 4)
    size = np.abs(G).max()
    np.testing.assert_allclose(G, G.T, atol=1e-14 * size)
    assert np.linalg.eigvalsh(G)[0] >= -1e-13 * size
    np.testing.assert_allclose(junction.sum(axis=0)[0], 0, atol=1e-13 * size)  # what leaves one side enters the other
    np.testing.assert_allclose(junction.sum(axis=2)[:, :, 0], 0, atol=1e-13 * size)  # no current at equal voltages


def test_strong_spin_flips_let_charge_pass_and_no_spin():
    """Voltages per spin are equal within: resistance of both in parallel; each side sees its own spin relax."""
    junction = channel_junction(1e-15, 3e-15, 1000.0)
    alike = np.zeros((2, 2))
    alike[0, 0] = 1 / 1e-15 + 1 / 3e-15  # W = (g_up V_up + g_down V_down) / g = mu^0 + P mu
    alike[0, 1] = alike[1, 0] = 0.5 * alike[0, 0]
    alike[1, 1] = 0.25 * alike[0, 0]
    np.testing.assert_allclose(junction[0, :, 1], -alike, rtol=1e-12)
    own = np.diag([0, 4 * 1000 / 4e-15])  # delta / (r_up + r_down) of mu_s, for up and for down
    np.testing.assert_allclose(junction[0, :, 0], alike + own, rtol=1e-12)


def test_an_unpolarised_junction_is_a_thin_interlayer():
    sigma, ell, t = 2e6, 3e-9, 1e-9
    transmission, absorption = thin_interlayer(sigma, ell, t)
    junction = channel_junction(2 * t / sigma, 2 * t / sigma, t / ell)
    assert junction[0, 0, 0, 0] == pytest.approx(sigma / t)
    assert junction[0, 1, 1, 1] == pytest.approx(-2 * transmission)  # on mu, half of mu_s
    assert junction[0, 1, 0, 1] == pytest.approx(2 * (transmission + absorption))


def test_a_spin_that_does_not_pass_has_an_infinite_resistance():
    found = in_channels(channel_junction(1e-15, np.inf, 0.5))
    np.testing.assert_allclose(found[0, :, 0], [[1e15, 0], [0, 0]], rtol=1e-12)


def test_interface_resistances_as_measured():
    r_up, r_down = resistances(0.5e-15, 0.7)
    np.testing.assert_allclose([r_up, r_down], [0.3e-15, 1.7e-15], rtol=1e-12)
    assert 1 / (1 / r_up + 1 / r_down) == pytest.approx(0.5e-15 * (1 - 0.49))  # without spin accumulation
    assert (r_down - r_up) / (r_down + r_up) == pytest.approx(0.7)


@given(st.floats(1e10, 1e16), st.floats(1e10, 1e16))
def test_contact_conducts_each_spin_by_itself(g_up, g_down):
    V = np.array([0.4, -0.3])
    j = channel_contact(g_up, g_down) @ CHANNELS @ V / 2
    np.testing.assert_allclose(j, CHANNELS @ (np.array([g_up, g_down]) * V), rtol=1e-12, atol=1e-12 * (g_up + g_down))


def test_only_one_spin_passes_a_selective_contact():
    np.testing.assert_array_equal(channel_contact(3.0, 0.0) @ CHANNELS @ [0, 1], 0)


@given(st.floats(0, 10), numbers, directions, arrays(float, 3, elements=numbers))
def test_a_moving_sheet_pumps_spin_into_the_metal(G_r, G_i, m, rate):
    """(hbar/e) (G_r m x d_t m + G_i d_t m) at mu_s = 0."""
    m_t = np.cross(rate, m)
    pumped = sheet(0, G_r, G_i, m) @ pumped_spin_voltage(m, m_t)
    expected = hbar / e * (G_r * np.cross(m, m_t) + G_i * m_t)
    np.testing.assert_allclose(pumped, expected, atol=1e-12 * hbar / e * (1 + np.linalg.norm(rate)))


def test_pumping_damps_a_precession_towards_its_axis():
    """m turns counter-clockwise about the field; its spin, opposite to m, loses what is along the field."""
    cone, omega, z = 0.3, 2e10, np.array([0, 0, 1])
    m = np.array([np.sin(cone), 0, np.cos(cone)])
    mu_p, mixing = pumped_spin_voltage(m, omega * np.cross(z, m)), sheet(0, 3.0, 2.0, m)
    assert (mixing @ mu_p)[2] == pytest.approx(3.0 * hbar * omega / e * np.sin(cone) ** 2)
    turning = hbar * omega / e * z  # of spins in equilibrium in the frame that turns with m
    np.testing.assert_allclose(mixing @ (turning - mu_p), 0, atol=1e-12 * hbar * omega / e)
