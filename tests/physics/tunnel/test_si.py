import pytest
from scipy.constants import Boltzmann, e, hbar

from ddgauge.physics.tunnel import flat, si


def test_rates_of_a_junction():
    """1 meV is 1.519e12 /s, 2.434e-7 A of charge and 1.602e-22 J of torque."""
    unit = 1e-3 * e
    assert si.rate(1.0, unit) == pytest.approx(1.519267e12, rel=1e-6)
    assert si.charge_current(-1.0, unit) == pytest.approx(-2.434135e-7, rel=1e-6)
    assert si.torque(1.0, unit) == pytest.approx(unit)


def test_flat_bands_per_area():
    """G0 = 1e12 S/m^2, J = 1 eV, 300 K, 0.1 V, D = 5 eV."""
    assert si.gamma(1e12) == pytest.approx(2.054118e15, rel=3e-7)
    assert si.rate_per_area(flat.E_ex(0.1 * e, e, 300 * Boltzmann), 1e12) == pytest.approx(-8.202045e28, rel=3e-7)
    assert si.torque_per_area(flat.T_S(5 * e, e, 5 * e, e), 1e12) == pytest.approx(-5.246649e-6, rel=3e-7)


def test_charge_current_of_a_conductance():
    """j0 = e I_N = -2 gamma V e / hbar = G0 x with V = -e x."""
    x = 1e-3
    assert e * si.rate_per_area(-2 * -e * x, 1e12) == pytest.approx(1e12 * x, rel=1e-12)
    assert hbar * si.rate(1.0, e) == pytest.approx(e)


def test_conductances_are_positive():
    with pytest.raises(ValueError, match=r"junction: G0 = -1.0 S/m\^2, must be >= 0"):
        si.gamma(-1.0)
