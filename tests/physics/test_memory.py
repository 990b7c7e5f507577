"""What a layer that forgets spin leaves of it, beside lines in series and the two-conductance interface."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ddgauge.physics import efficiency, interface, memory
from tests import closed_forms as closed

SIGMA, L = 1e6, 0.7e-9
G = interface.sheet(2e13, 4e14, 1e14, np.array([0.6, 0, 0.8]))


def test_layer_in_front_of_a_magnet_is_the_two_conductance_interface():
    """Transmission to the magnet's side and absorption on both: eliminate the spin voltage at the magnet."""
    through, absorb = interface.thin_interlayer(SIGMA, L, 0.5e-9)
    inner = through * np.linalg.inv((through + absorb) * np.eye(3) + G)  # mu_s at the magnet per mu_s at the metal
    seen, passed = memory.behind_interlayer(G, SIGMA, L, 0.5e-9)
    assert_allclose(passed, inner, rtol=1e-12, atol=1e-12)
    assert_allclose(seen, (through + absorb) * np.eye(3) - through * inner, rtol=1e-12, atol=1e-12 * np.abs(G).max())


def test_layers_in_series_are_one_layer():
    half = memory.behind_interlayer(memory.behind_interlayer(G, SIGMA, L, 0.4e-9)[0], SIGMA, L, 0.3e-9)[0]
    assert_allclose(half, memory.behind_interlayer(G, SIGMA, L, 0.7e-9)[0], rtol=1e-12, atol=1.0)
    alike = memory.behind_interlayer(2e14 * np.eye(3), SIGMA, L, 1e-9)[0]
    assert_allclose(alike, closed.interlayer_admittance(SIGMA, L, 1e-9, 2e14) * np.eye(3), rtol=1e-12)


def test_matched_layer_keeps_an_exponential():
    """A magnet with the conductance of the layer reflects nothing: its delta is the thickness over the length."""
    own = SIGMA / (2 * L) * np.eye(3)
    seen, passed = memory.behind_interlayer(own, SIGMA, L, 0.5e-9)
    share = 1 - np.trace(own @ passed) / np.trace(seen)
    assert memory.equivalent_delta(share) == pytest.approx(0.5 / 0.7, rel=1e-12)


@pytest.mark.parametrize(("d", "xi"), [(1e-9, 0.126121), (3e-9, 0.407129), (10e-9, 0.544067)])
def test_torque_efficiency_of_published_numbers(d, xi):
    assert efficiency.torque_efficiency(d, 1.5e-9, 1.0, 2.5e6, 1e15) == pytest.approx(xi, rel=3e-6)
    with_i = efficiency.torque_efficiency(3e-9, 1.5e-9, 1.0, 2.5e6, 1e15 + 2e14j)
    assert [with_i.real, with_i.imag] == pytest.approx([0.411103, 0.035833], rel=2e-5)
    transparent = efficiency.transparent_efficiency(d, 1.5e-9, 1.0)
    assert efficiency.torque_efficiency(d, 1.5e-9, 1.0, 2.5e6, 1e22) == pytest.approx(transparent, rel=1e-6)
