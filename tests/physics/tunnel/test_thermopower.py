"""Thermopower of junctions: currents at small drives, reciprocity, the laws of Mott and of Wiedemann and Franz."""

from dataclasses import replace

import numpy as np
import pytest

from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.dos import Dos
from ddgauge.physics.tunnel.statistics import difference
from ddgauge.physics.tunnel.thermopower import linear, moments

ENDS = (-25.0, 25.0)


def sloped(slope_up, slope_dn, mu=0.3, T=0.5):
    """Densities of states 1 + slope w of each spin."""
    nu = [lambda w, k=k: 1 + k * w for k in (slope_up, slope_dn)]
    return Dos(*nu, ENDS, ENDS, mu, T)


L, R = sloped(0.02, -0.01), sloped(0.03, 0.01)


def test_currents_at_small_drives():
    """N of the golden rule for mu_L - mu_R = 1e-4 and T_L - T_R = 1e-4, and back."""
    step, c = 1e-4, 0.4
    found = linear(L, R, 1.0, c)
    for key, expected in (("mu", found.conductance), ("T", found.conductance * -found.seebeck)):
        drives = [replace(L, **{key: getattr(L, key) + s * step}) for s in (1, -1)]
        into_L = [(k := coefficients(own, R, 1.0)).I_0 + k.I_F * c for own in drives]
        assert (into_L[1] - into_L[0]) / (2 * step) == pytest.approx(expected, rel=1e-6)


def test_heat_at_a_small_bias_is_that_of_peltier():
    """int (w - mu) nu nu' (f_L - f_R), over the current of charge -1."""
    w = np.linspace(-20, 20, 40001)
    step, c = 1e-5, 0.4
    f = difference((0.3 + step - w) / 0.5, (0.3 - step - w) / 0.5)
    angle = (1 + np.outer([1, -1], [1, -1]) * c) / 2
    rates = np.einsum("sw,tw,st,w->w", L.nu(w), R.nu(w), angle, f)
    heat, electrons = np.trapezoid((w - 0.3) * rates, w), np.trapezoid(rates, w)
    assert linear(L, R, 1.0, c).peltier == pytest.approx(-heat / electrons, rel=1e-4)


@pytest.mark.parametrize("c", [-1.0, 0.0, 1.0])
def test_peltier_is_temperature_times_seebeck(c):
    found = linear(L, R, 0.3, c)
    assert found.peltier == pytest.approx(L.T * found.seebeck, rel=1e-12)
    assert found.thermal_conductance > 0


def test_cold_junctions_follow_mott_and_wiedemann_and_franz():
    """S = -(pi^2/3) T d ln(nu nu')/dmu, kappa = (pi^2/3) T G."""
    cold = [replace(side, T=0.01) for side in (L, R)]
    found = linear(*cold, 1.0, 1.0)
    w = 0.3 + np.array([-1e-3, 1e-3])
    nu = np.einsum("sw,sw->w", cold[0].nu(w), cold[1].nu(w))
    slope = np.log(nu[1] / nu[0]) / 2e-3
    assert found.seebeck == pytest.approx(-(np.pi**2) / 3 * 0.01 * slope, rel=1e-4)
    assert found.thermal_conductance == pytest.approx(np.pi**2 / 3 * 0.01 * found.conductance, rel=1e-4)


def test_moments_of_lines_in_closed_form():
    """nu nu' = (1 + a w)(1 + b w): K_0 = p + a b k, K_1 = p' k with k = (pi T)^2 / 3."""
    K, k = moments(L, R), (np.pi * 0.5) ** 2 / 3
    for s, a in enumerate((0.02, -0.01)):
        for q, b in enumerate((0.03, 0.01)):
            value, slope = (1 + a * 0.3) * (1 + b * 0.3), a * (1 + b * 0.3) + b * (1 + a * 0.3)
            assert K[0, s, q] == pytest.approx(value + a * b * k, rel=1e-9)
            assert K[1, s, q] == pytest.approx(slope * k, rel=1e-9)


def test_at_zero_temperature_the_states_at_the_fermi_level_count():
    cold = [replace(side, T=0.0) for side in (L, R)]
    found = linear(*cold, 1.0, 0.0)
    assert found.conductance == pytest.approx(np.pi * np.sum(moments(*cold)[0]), rel=1e-12)
    assert (found.seebeck, found.peltier, found.thermal_conductance) == (0, 0, 0)
    np.testing.assert_allclose(moments(*cold)[0], np.outer(L.nu(0.3), R.nu(0.3)))


def test_a_junction_without_states_has_no_thermopower():
    empty = Dos(lambda w: 0 * w, lambda w: 0 * w, ENDS, ENDS, 0.3, 0.5)
    found = linear(L, empty, 1.0, 0.5)
    assert found.conductance == 0 and np.isnan(found.seebeck)


@pytest.mark.parametrize(
    "other, message",
    [
        ({"mu": 0.4}, "thermopower: mu of L and R = 0.3, 0.4, must be one energy"),
        ({"T": 0.4}, "thermopower: T of L and R = 0.5, 0.4, must be one temperature"),
    ],
)
def test_drives_that_are_not_small_are_refused(other, message):
    with pytest.raises(ValueError, match=message):
        moments(L, replace(R, **other))
