from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from ddgauge.physics.tunnel.dos import Dos
from ddgauge.physics.tunnel.electrodes import FlatStoner
from ddgauge.physics.tunnel.modes import Band, Levels, Modes
from tests.physics.tunnel.bands import D, J, cauchy, crooked, elliptic, elliptic_modes, flat, polarised


@pytest.mark.parametrize("mu, T", [(0.0, 0.5), (3.0, 0.0), ((1.0, -1.0), 0.7)])
@pytest.mark.parametrize("kind", [flat, elliptic])
def test_principal_values_against_quadrature_with_a_pole(kind, mu, T):
    electrode = kind(mu, T)
    w = np.array([-24.0, -3.3, 0.4, 1.9, 26.0, 31.0])
    H, B = electrode.principal_values(w)
    exact = np.zeros((2, len(w)))
    for s in (0, 1):
        nu = partial(_number, electrode, s)
        filled = partial(_occupied, electrode, s)
        thermal = [electrode.filling(s) + k * T for k in (-20, -3, 0, 3, 20)]
        low, high = electrode.edges(s)
        panels = sorted({low, high, *(x for x in thermal if low < x < high)})
        for a, b in pairwise(panels):
            exact += (0.5 - s) * np.array([[cauchy(h, x, a, b) for x in w] for h in (nu, filled)])
    np.testing.assert_allclose([H, B], exact, rtol=1e-6, atol=1e-8)


def _number(electrode, s, w):
    return float(electrode.nu_of(s, np.array(w)))


def _occupied(electrode, s, w):
    return _number(electrode, s, w) * float(electrode.f(np.array(w))[s])


def test_exchange_density_of_a_flat_band():
    a = flat(0.0, 0.1 * J).resolved(np.array([-J / 2, J / 2, -J]))["a"]
    np.testing.assert_allclose(a, [0.2449804, -0.2449804, 0.1249773], rtol=3e-7)


@pytest.mark.parametrize("kind", [elliptic, elliptic_modes])
def test_exchange_density_of_a_semi_elliptic_band(kind):
    """The second line of HDW (A45) has the wrong sign: as printed it is -0.1266867."""
    assert kind(8.0, 1.0).resolved(9.3)["a"] == pytest.approx(-0.1480013, rel=5e-7)


def test_pauli_holes_and_resolved_spin_add_up_to_what_is_stored():
    electrode = elliptic(8.0, 1.0)
    w = np.linspace(-27.5, 27.5, 20001)
    parts = electrode.resolved(w)
    nb = electrode.nu(w).mean(axis=0)
    polarised_spin = quad(lambda e: np.subtract(*electrode.nu(e) * electrode.f(e)) / 2, -27.5, 27.5, limit=400)[0]
    assert np.trapezoid(parts["spin"], w) == pytest.approx(polarised_spin, rel=1e-4)
    f_up, f_dn = electrode.f(w)[0], electrode.f(w + J)[1]
    q_ex = np.trapezoid(electrode.nu(w)[0] * (f_up - f_dn) ** 2, w) / 4
    assert np.trapezoid(parts["holes"] * nb, w) == pytest.approx(q_ex, rel=1e-4)
    np.testing.assert_allclose(parts["a"], parts["a_up"] + parts["a_dn"], atol=1e-14)


def test_densities_of_states_of_modes():
    w = np.array([-27.6, -27.3, -5.0, 12.0, 22.4, 27.3])
    np.testing.assert_allclose(elliptic_modes(8.0, 1.0).nu(w), elliptic(8.0, 1.0).nu(w), rtol=1e-10)


def test_levels_have_the_densities_of_the_band_that_they_sample():
    band = crooked(0.5, 0.3)
    x = (np.arange(2000) + 0.5) / 2000
    e = [np.concatenate([getattr(part, key)(x) for part in band.bands]) for key in ("e_up", "e_dn")]
    levels = Levels(*e, np.repeat([3 / 2000, 1 / 2000], 2000), 0.5, 0.3, 0.02)
    w = np.array([0.4, 1.9])
    np.testing.assert_allclose(levels.nu(w), band.nu(w), rtol=1e-3)
    np.testing.assert_allclose(levels.A(w), band.A(w), rtol=1e-2)


def test_a_band_that_is_not_magnetic_polarises_nothing():
    H, B = flat(1.0, 0.5, J=0.0).principal_values(np.linspace(-30, 30, 7))
    assert np.all(H == 0) and np.all(B == 0)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(D=0.0), r"FlatStoner: D = 0.0, must be > 0"),
        (dict(J=-1.0), r"FlatStoner: J = -1.0, must be from 0 to 2 D = 50"),
        (dict(J=51.0), r"FlatStoner: J = 51.0, must be from 0"),
        (dict(N_o=0), r"FlatStoner: N_o = 0, must be > 0"),
        (dict(T=-1.0), r"FlatStoner: T = -1.0, must be >= 0"),
        (dict(T=np.inf), r"FlatStoner: T = inf, must be >= 0 and finite"),
        (dict(mu=np.nan), r"FlatStoner: mu = nan, must be finite"),
        (dict(mu=(1, 2, 3)), r"FlatStoner: mu = \(1, 2, 3\), must be one energy, or that of up and of down"),
        (dict(centre=np.inf), r"FlatStoner: centre = inf, must be a finite number"),
    ],
)
def test_flat_bands_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        FlatStoner(**{**dict(D=25.0, J=5.0, N_o=1.0, mu=0.0, T=1.0), **change})


def test_partners_must_agree_with_the_densities():
    with pytest.raises(ValueError, match=r"Dos: g\(-27.5\) = -26.5, must be -22.5"):
        elliptic(0.0, 1.0, g=lambda w: w + 1)
    with pytest.raises(ValueError, match=r"Dos: down states in g of the panel above .*nu_dn\(g\) g' = nu_up"):
        elliptic(0.0, 1.0, g=lambda w: w + J + np.sin(2 * np.pi * (w + D + J / 2) / (2 * D)))
    with pytest.raises(ValueError, match=r"Dos: slope of g above .* must be positive"):
        elliptic(0.0, 1.0, g=lambda w: w + J + 10 * np.sin(2 * np.pi * (w + D + J / 2) / (2 * D)))


def test_densities_that_cannot_be():
    with pytest.raises(ValueError, match=r"Dos: nu_dn\(.*\) = -0.5, must be >= 0"):
        polarised(1.5, 0.0, 1.0)
    with pytest.raises(ValueError, match=r"Dos: up = \(1, 0\), must be the ends of the band"):
        Dos(np.ones_like, np.ones_like, (1, 0), (0, 1), 0.0, 1.0)


def test_bands_that_cannot_be():
    with pytest.raises(ValueError, match=r"Modes: bands = \(\), must have one band or more"):
        Modes((), 0.0, 1.0)
    with pytest.raises(ValueError, match=r"e_dn of band 0 between x = 0 and 1 = 1.0, must not be level"):
        Modes((Band(lambda x: x, lambda x: 1 + 0 * x),), 0.0, 1.0)
    kink = Band(lambda x: np.abs(x - 0.31) + x / 2, lambda x: x)
    with pytest.raises(ValueError, match=r"e_up of band 0 .* name the x where it has kinks"):
        Modes((kink,), 0.0, 1.0)
    Modes((Band(kink.e_up, kink.e_dn, points=(0.31,)),), 0.0, 1.0)
    with pytest.raises(ValueError, match=r"Modes: N\(.*\) of band 0 = -.*, must be >= 0"):
        Modes((Band(lambda x: x, lambda x: 1 + x, lambda x: x - 0.5),), 0.0, 1.0)


def test_levels_that_cannot_be():
    with pytest.raises(ValueError, match=r"Levels: width = 0, must be > 0"):
        Levels([0.0], [1.0], [1.0], 0.0, 1.0, 0)
    with pytest.raises(ValueError, match=r"shapes of e_up, e_dn, weight = \[\(1,\), \(2,\), \(1,\)\]"):
        Levels([0.0], [1.0, 2.0], [1.0], 0.0, 1.0, 0.1)
    with pytest.raises(ValueError, match=r"Levels: weight = -1.0, must be >= 0"):
        Levels([0.0], [1.0], [-1.0], 0.0, 1.0, 0.1)
    with pytest.raises(ValueError, match=r"Levels: e_dn = \[inf\], must be finite"):
        Levels([0.0], [np.inf], [1.0], 0.0, 1.0, 0.1)
