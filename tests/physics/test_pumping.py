"""Spin pumping into a metal, beside other ways to the same numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h, hbar

from ddgauge.physics import interface, pumping
from tests import closed_forms as closed

SIGMA, L = 2.5e6, 1.5e-9  # S/m, m
SIEMENS = e**2 / h


def turning(cone, omega, count=16, axis=(0, 0, 1)):
    """Magnetisation on a cone about an axis at `count` moments of a period, and its time derivative."""
    axis = np.asarray(axis, float)
    first = np.cross(axis, [0.3, -0.5, 0.8])
    first /= np.linalg.norm(first)
    second, phase = np.cross(axis, first), 2 * np.pi * np.arange(count)[:, None] / count
    m = np.cos(cone) * axis + np.sin(cone) * (np.cos(phase) * first + np.sin(phase) * second)
    return m, omega * np.cross(axis, m)


def test_damping_of_yig_on_platinum():
    """Tserkovnyak et al. (2002): YIG, 20 nm, M_s = 1.4e5 A/m, g_eff = 1e18 1/m^2."""
    assert pumping.damping(1e18 * SIEMENS, 1.4e5, 20e-9) == pytest.approx(5.271445e-4, rel=1e-6)


@pytest.mark.parametrize(("d", "g_eff"), [(1e-9, 3.574e18), (5e-9, 4.055e18)])
def test_backflow_of_published_numbers(d, g_eff):
    found = pumping.after_backflow(5e18 * SIEMENS, pumping.admittance(SIGMA, L, d)) / SIEMENS
    assert found == pytest.approx(g_eff, rel=2e-4)
    assert found == pytest.approx(closed.backflow(5e18, 1 / SIGMA, L, d), rel=1e-12)


@pytest.mark.parametrize("G_i", [0.0, 3e13, -3e13])
@pytest.mark.parametrize("cone", [0.05, 0.7, 2.5])
def test_metal_without_spin_hall_effect_is_in_series_with_the_interface_at_any_cone(cone, G_i):
    Y = pumping.admittance(SIGMA, L, 3e-9)
    m, m_t = turning(cone, 6e10, axis=[0.6, 0, 0.8])
    mu_s, E, j = pumping.pumped(np.diag([Y, Y, Y, SIGMA, SIGMA]), 0.0, 2e14, G_i, m, m_t)
    assert_allclose(np.einsum("na,na->n", mu_s, m), 0, atol=1e-12 * np.abs(mu_s).max())
    assert not E.any()
    G_eff = pumping.after_backflow(2e14 + 1j * G_i, Y)
    assert pumping.conductance_of_motion(j, m, m_t) == pytest.approx(G_eff, rel=1e-12)
    steady = pumping.precession_current(G_eff, cone, 6e10)
    assert_allclose(j.mean(axis=0), steady * np.array([0.6, 0, 0.8]), rtol=1e-12, atol=1e-12 * abs(steady))
    assert steady == pytest.approx(G_eff.real * hbar / e * 6e10 * np.sin(cone) ** 2, rel=1e-9)


def test_perfect_sink_takes_all_that_the_bare_interface_pumps():
    m, m_t = turning(0.4, 1e11)
    j = pumping.pumped(np.diag([1e30, 1e30, 1e30, 1, 1]), 1e13, 2e14, 3e13, m, m_t)[2]
    bare = interface.sheet(0.0, 2e14, 3e13, m) @ interface.pumped_spin_voltage(m, m_t)[..., None]
    assert_allclose(j, bare[..., 0], rtol=1e-12)


def test_inverse_spin_hall_field_is_across_the_spin_and_the_flow():
    """Spin x that flows up drives charge along x cross z = -y in platinum: the open circuit has a field along +y."""
    E = pumping.inverse_spin_hall_field(0.1, SIGMA, L, 5e-9, 1e7, np.array([1, 0, 0]), np.array([0, 0, 1]))
    profile = np.sinh((5e-9 - np.linspace(0, 5e-9, 4001)) / L) / np.sinh(5e-9 / L)  # of the spin current
    assert_allclose(E, [0, 0.1 * 1e7 * np.trapezoid(profile, dx=1 / 4000) / SIGMA], rtol=1e-6)
