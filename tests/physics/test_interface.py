import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ddgauge.physics.algebra import cross, rotation
from ddgauge.physics.interface import areal_conductance, loss_tensors, magnetic_tensors, sheet, thin_interlayer
from tests.closed_forms import interlayer_admittance

numbers = st.floats(-10, 10)
matrices = arrays(float, (3, 3), elements=numbers)
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
