import warnings

import numpy as np
import pytest

from ddgauge.physics.tunnel import flat as closed
from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.statistics import excess
from tests.physics.tunnel.bands import flat, rate


@pytest.mark.parametrize("L", [flat(0.5), flat(2.0, 0.0), flat(-0.3, 0.8, J=2.0, D=40.0), flat(1.0, 0.9, centre=1.5)])
@pytest.mark.parametrize("R", [flat(-0.5), flat(-1.0, 0.0), flat(0.4, 0.7, J=4.0, D=30.0), flat(0.0, 0.4, J=0.0)])
def test_closed_forms_against_integrals(L, R):
    a, b, unit = closed.flat_coefficients(L, R, 1.0), coefficients(L, R, 1.0), rate(L, R)
    assert a.I_0 / unit == pytest.approx(b.I_0 / unit, rel=1e-9, abs=1e-9)
    assert b.I_F / unit == pytest.approx(a.I_F, abs=1e-8)
    for x, y in ((a.L, b.L), (a.R, b.R)):
        assert pytest.approx(y.S, rel=1e-8, abs=1e-12) == x.S
        for name, abs_ in (("E_S", 2e-8), ("A_S", 2e-8), ("T_S", 1e-8), ("E_ex", 2e-8), ("A_ex", 2e-8), ("T_ex", 1e-8)):
            assert getattr(x, name) / unit == pytest.approx(getattr(y, name) / unit, rel=1e-9, abs=abs_), name


def test_emission_in_numbers():
    assert closed.E_ex(1.0, 5.0, 0.5) == pytest.approx(-0.1560551, rel=5e-7)
    assert closed.E_ex(4.0, 5.0, 0.5) == pytest.approx(-1.423310, rel=5e-7)
    for J, value in ((1.0, -0.0443779), (5.0, -0.1560551), (10.0, -0.1565176)):
        assert closed.E_ex(1.0, J, 0.5) == pytest.approx(value, rel=1e-6)


def test_emission_of_cold_bands_saturates_at_the_splitting():
    np.testing.assert_allclose(closed.E_ex(np.array([-8.0, -1, 0, 1, 8]), 5.0, 0.0), [-2.5, -0.5, 0, -0.5, -2.5])


def test_limits_of_emission():
    """-T [C(j) - 1] at V >> J, T; -V^2 / 12 T at V << T << J."""
    assert closed.E_ex(500.0, 5.0, 1.0) == pytest.approx(-excess(5.0, 1.0), rel=1e-12)
    assert closed.E_ex(1e-2, 60.0, 1.0) == pytest.approx(-1e-4 / 12, rel=1e-4)


def test_emission_by_heat():
    """T_R -> 0: T_L (1 - ln 2); slope and saturation at small tau; T_R >> J: -T_L [C(j) - 1]."""
    assert closed.E_ex_thermal(0.0, 400.0, 1.0, 0.0) == pytest.approx(1 - np.log(2), rel=1e-6)
    assert closed.E_ex_thermal(0.0, 5.0, 1.0, 0.0) > 0
    assert closed.thermal_slope(5.0, 1.0) == pytest.approx(-0.4146291, rel=2e-7)
    step = 1e-3
    warmer, colder = (closed.E_ex_thermal(0, 5.0, 1.0, 1 / (1 - tau)) for tau in (step, -step))
    slope = (warmer - colder) / (2 * step)
    assert closed.thermal_slope(5.0, 1.0) == pytest.approx(slope, rel=1e-5)
    assert closed.thermal_slope(1e4, 1.0) == pytest.approx(-0.5, rel=1e-12)
    assert closed.thermal_slope(0.0, 1.0) == 0
    assert closed.E_ex_thermal(0.0, 5.0, 1.0, 1e6) == pytest.approx(-excess(5.0, 1.0), rel=1e-5)
    assert closed.E_ex_thermal(0.0, 5.0, 0.0, 0.0) == 0
    assert closed.E_ex_thermal(1.3, 5.0, 0.7, 0.7) == pytest.approx(closed.E_ex(1.3, 5.0, 0.7), rel=1e-9)


def test_torques_to_leading_order():
    """T_S = -J^2 / (4 pi D), T_ex = -2 J q_ex / (pi D nu_0): erratum of HDW (120), which is twice that."""
    assert closed.T_S(25.0, 0.1, 25.0, 0.1) == pytest.approx(-1e-2 / (4 * np.pi * 25), rel=1e-4)
    for T in (0.0, 0.02):
        R = flat(0.0, T, J=0.1)
        q = closed.storage(R)[2] / R.nu_0
        assert closed.T_ex(R, R) == pytest.approx(-2 * 0.1 * q / (np.pi * 25), rel=5e-3)
    cold = flat(0.0, 0.0)
    assert closed.T_ex(cold, cold) == pytest.approx(-25 / (2 * np.pi * 27.5), rel=1e-2)
    assert closed.T_ex(flat(0.0, 0.0, J=0.0), cold) == 0


def crossing(T):
    """Bias at which emission and torque of two electrodes with J = 5 are equal, by bisection."""
    low, high = 0.01, 3.0
    for _ in range(40):
        V = (low + high) / 2
        c = closed.flat_coefficients(flat(V / 2, T), flat(-V / 2, T), 1.0)
        low, high = (low, V) if c.L.E_ex < c.L.T_ex else (V, high)
    return V


def test_bias_at_which_emission_exceeds_the_torque():
    assert crossing(0.0) == pytest.approx(0.29100, rel=2e-5)
    assert crossing(0.5) == pytest.approx(0.84628, rel=1e-5)
    assert closed.crossover_bias(5.0, 25.0) == pytest.approx(0.31831, rel=1e-5)
    assert closed.crossover_splitting(1.0, 25.0) == pytest.approx(8.862, rel=1e-4)


def test_closed_forms_are_refused_or_warned_of():
    with pytest.raises(ValueError, match=r"electrode R: mu = -28.0, must lie within .* = 0 -\+ 27.5; use"):
        closed.flat_coefficients(flat(0.0), flat(-28.0), 1.0)
    with pytest.raises(ValueError, match=r"electrode L: mu = \(1, 2\), must be one energy"):
        closed.flat_coefficients(flat((1, 2)), flat(), 1.0)
    with pytest.warns(UserWarning, match=r"an edge is W = 2.5 from an electrochemical potential"):
        closed.flat_coefficients(flat(20.0), flat(), 1.0)
    with pytest.warns(UserWarning, match=r"closed forms want 10 T"):
        closed.flat_coefficients(flat(0.0, 3.0), flat(), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        closed.flat_coefficients(flat(0.5), flat(-0.5), 1.0)
