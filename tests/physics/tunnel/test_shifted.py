"""Electrodes whose energies are shifted: together they do the same, apart they are those with other centres."""

import numpy as np
import pytest

from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.electrodes import FlatStoner
from ddgauge.physics.tunnel.shifted import Shifted
from tests.physics.tunnel.bands import elliptic, elliptic_modes, flat


def same(a, b):
    """Whether coefficients are alike."""
    pairs = [(a.I_0, b.I_0), (a.I_F, b.I_F), (a.L.T_S, b.L.T_S), (a.L.S, b.L.S), (a.R.S, b.R.S)]
    pairs += list(
        zip((a.L.E_S, a.L.A_S, *a.L.exchange, *a.R.exchange), (b.L.E_S, b.L.A_S, *b.L.exchange, *b.R.exchange))
    )
    scale = abs(a.I_0)
    for x, y in pairs:
        assert y == pytest.approx(x, rel=1e-6, abs=1e-8 * scale)


@pytest.mark.parametrize("band", [elliptic, elliptic_modes])
def test_both_shifted_together_do_the_same(band):
    L, R = band(0.8, 0.4), band(-0.3, 0.3)
    same(coefficients(L, R, 1.0), coefficients(Shifted(L, 1.7), Shifted(R, 1.7), 1.0))


def test_one_shifted_is_one_with_another_centre():
    L, R = flat(0.5), FlatStoner(25.0, 4.0, 1.0, (-0.2, -0.6), 0.3)
    moved = FlatStoner(25.0, 4.0, 1.0, (0.5, 0.1), 0.3, 0.7)
    same(coefficients(L, moved, 1.0), coefficients(L, Shifted(R, 0.7), 1.0))
    w = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(Shifted(R, 0.7).A(w), moved.A(w), rtol=1e-12)
    np.testing.assert_allclose(Shifted(R, 0.7).f(w), moved.f(w), rtol=1e-12)
