"""Closed forms of magnetoresistance by the spin Hall effect, against published numbers and against limits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import hbar

from ddgauge.physics import magnetoresistance as law
from tests.closed_forms import MU_B

L, SIGMA = 1.5e-9, 2.5e6


@pytest.mark.parametrize(
    ("d", "published"),
    [
        (2e-9, (-1.057751e-2, 9.539961e-4, -3.071335e-5)),
        (5e-9, (-6.759856e-3, 1.020392e-3, -3.441627e-5)),
        (12e-9, (-3.022971e-3, 4.901510e-4, -1.654574e-5)),
    ],
)
def test_platinum_on_yig(d, published):
    assert_allclose(law.magnetoresistance(d, L, 0.11, SIGMA, G_r=4e14, G_i=2e13), published, rtol=1e-6)


def test_spin_sink_beside_the_mixing_conductance():
    found = law.magnetoresistance(5e-9, L, 0.1, SIGMA, G_s=1e12, G_r=1e13, G_i=3e13)
    assert_allclose(found, [-5.583540e-3, 3.401064e-5, -9.108681e-5], rtol=1e-6)


@pytest.mark.parametrize(("B", "d1", "d2"), [(1, 3.750568e-6, 5.926716e-5), (9, 2.237268e-4, 4.018568e-4)])
def test_hanle_effect(B, d1, d2):
    """Published is rho_xy, the negative of rho_yx."""
    turned = law.precession_length(L, 4e-6, 2 * MU_B * B / hbar)
    found = law.magnetoresistance(7e-9, L, 0.056, SIGMA, turned)
    assert_allclose(found[1:], [d1, -d2], rtol=1e-6)


def test_precession_in_the_field_and_at_the_magnet_have_the_same_sign():
    turned = law.precession_length(L, 5e-4, 1e12)
    by_field, by_magnet = (
        law.magnetoresistance(5e-9, L, 0.1, 1e6, turned),
        law.magnetoresistance(5e-9, L, 0.1, 1e6, G_i=1e13),
    )
    assert by_field[2] < 0 and by_magnet[2] < 0


def test_amplitudes_come_back_from_any_directions():
    m = np.random.default_rng(1).normal(size=(7, 3))
    m /= np.linalg.norm(m, axis=1)[:, None]
    found, misfit = law.amplitudes(*law.resistivities(2.0, -0.1, 0.03, -0.002, m), m)
    assert_allclose(found, [1.9, 0.03, -0.002], rtol=1e-12)
    assert misfit < 1e-14


def test_amplitudes_that_directions_do_not_determine_are_nan():
    m = np.array([[1, 0, 0], [0.6, 0, 0.8], [0, 0, 1]])  # m_y = 0: d1 is not told from rho
    found, _ = law.amplitudes(*law.resistivities(2.0, 0.0, 0.03, -0.002, m), m)
    assert np.isnan(found).tolist() == [True, True, False]
    assert found[2] == pytest.approx(-0.002)
    m = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0]])  # m_z = 0
    assert np.isnan(law.amplitudes(*law.resistivities(2.0, 0.0, 0.03, -0.002, m), m)[0]).tolist() == [
        False,
        False,
        True,
    ]
