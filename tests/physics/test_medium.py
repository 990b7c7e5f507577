"""Media of the spin model beside those of two currents."""

import numpy as np

from ddgauge.physics.closure import coupling, response
from ddgauge.physics.medium import spin_medium
from ddgauge.physics.two_current import neutral
from ddgauge.units import E_CHARGE


def test_a_metal_stays_neutral_while_its_spin_changes():
    """The spin model and two unpolarised currents in a neutral metal store alike: no charge, and sigma/D of spin."""
    sigma, D, zero = 4e6, 1e-3, np.zeros((3, 3))
    Theta = response(coupling(zero[0], zero, zero[0]))
    medium = spin_medium(sigma, D, zero, zero[0], zero, Theta)
    nu = np.full(2, sigma / 2 / (E_CHARGE**2 * D))
    along_z = np.ix_([0, 3], [0, 3])
    expected = neutral((sigma / 2, sigma / 2), 0.0, nu).storage
    np.testing.assert_allclose(medium.storage[along_z], expected, rtol=1e-12)
