"""What two bands relax to: mass action, the digits of few carriers, and derivatives  [Buot]."""

import numpy as np
import pytest

from ddgauge.physics.band_equilibrium import FULL_VALENCE, Given, MassAction, Proportional
from ddgauge.physics.band_relaxation import boltzmann
from ddgauge.physics.two_band import blocks, hamiltonian, holes
from ddgauge.units import E_CHARGE

H = hamiltonian([0.05, 0, 0.01, 0.02], [0, 0.01, 0, 0], [0.01, 0, 0.01j, 0]) * E_CHARGE
LAWS = {
    "given": Given(boltzmann(H, 3e23, 300)),
    "proportional": Proportional(boltzmann(H, 1.0, 300)),
    "mass action": MassAction(1e22, np.array([0.1, 0.2, 0.3]), np.array([0, -0.3, 0.1]), 2e23),
}


@pytest.fixture
def S():
    return 1e23 * np.random.default_rng(1).normal(size=(5, 16))


@pytest.mark.parametrize("name", LAWS)
def test_slope_of_equilibrium_is_its_derivative(name, S):
    law, change = LAWS[name], 1e17 * np.random.default_rng(2).normal(size=16)
    difference = (law.state(S + change) - law.state(S - change)) / 2
    np.testing.assert_allclose(law.slope(S) @ change, difference, rtol=1e-5, atol=1e-5 * 1e17)


@pytest.mark.parametrize("name", ["proportional", "mass action"])
def test_equilibrium_keeps_the_number_of_electrons(name, S):
    np.testing.assert_allclose(LAWS[name].state(S)[:, 0], S[:, 0], rtol=1e-14)


@pytest.mark.parametrize("name", ["given", "proportional"])
def test_a_full_valence_band_can_be_taken_off(name, S):
    full = 4e23 * FULL_VALENCE
    np.testing.assert_allclose(LAWS[name].beyond(S - full, 4e23), LAWS[name].state(S) - full, rtol=1e-13, atol=1e9)


def test_electrons_and_holes_obey_mass_action_and_carry_their_spin(S):
    law = LAWS["mass action"]
    found = law.state(S)
    cc, _, cv = blocks(found)
    p, spin = holes(found, law.full_density)
    assert cc[:, 0] * p == pytest.approx(np.full(5, 1e44), rel=1e-9)
    np.testing.assert_allclose(cc[:, 1:], cc[:, :1] * law.polarisation_c, rtol=1e-9)
    np.testing.assert_allclose(spin, p[:, None] * law.polarisation_v, rtol=1e-9, atol=1e8)
    assert not cv.any()


@pytest.mark.parametrize("sign", [1, -1])
def test_few_carriers_beside_many_keep_their_digits(sign):
    """n_i = 1e16 and doping of 1e24 in a band of 1e28 / m^3: the others are 1e8 / m^3, all digits of them right."""
    law = MassAction(1e16, np.zeros(3), np.zeros(3), 1e28)
    n, p = law.carriers(np.array(sign * 1e24))
    assert min(n, p) == pytest.approx(1e8, rel=1e-12)
    X = np.zeros(16)
    X[0] = sign * 1e24
    cc, vv, _ = blocks(law.slope_beyond(X)[:, 0])
    assert [cc[0], vv[0]] == pytest.approx([1.0, 1e-16] if sign > 0 else [1e-16, 1.0], rel=1e-6, abs=1e-16)
