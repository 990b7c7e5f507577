import numpy as np
import pytest

from ddgauge.physics.tunnel import flat as closed
from ddgauge.physics.tunnel.storage import nonlocal_tensor, stored
from tests.physics.tunnel.bands import crooked, elliptic, elliptic_modes, flat, polarised


def test_stored_by_a_cold_flat_band():
    """100 spins in parallel: Q_zz = N_s (N_s - 1)/6."""
    what = stored(flat(0.0, 0.0, N_o=1000))
    assert (what.N, what.S, what.q_ex) == pytest.approx((1000, 50, 25), rel=1e-12)
    Q = what.tensor([0, 0, 1])
    np.testing.assert_allclose(np.diag(Q), [-825, -825, 1650], rtol=1e-12)
    np.testing.assert_allclose(what.direct_tensor([0, 0, 1])[2, 2], 2 / 3 * 2500, rtol=1e-12)
    assert what.per_pair() == pytest.approx((2500 / 499500, -25 / 499500))


def test_stored_by_a_warm_flat_band():
    what = stored(flat(3.0, 1.5, N_o=1000))
    assert (what.N, what.S, what.q_ex) == pytest.approx((1120, 49.99997, 11.84969), rel=4e-7)
    assert closed.storage(flat(3.0, 1.5, N_o=1000)) == pytest.approx((what.N, what.S, what.q_ex), rel=1e-6)


@pytest.mark.parametrize("T", [0.0, 0.3, 4.0])
@pytest.mark.parametrize("mu", [0.0, 24.0, 27.5])
def test_electrons_and_spin_of_a_flat_band_of_any_filling(mu, T):
    what = stored(flat(mu, T, N_o=7))
    np.testing.assert_allclose([what.N, what.S], closed.storage(flat(mu, T, N_o=7))[:2], rtol=1e-10, atol=1e-10)


def test_weak_splitting_stores_little_exchange():
    """q_ex = nu_0 J^2 / 24 T for J << T."""
    assert stored(flat(0.0, 1.0, J=1e-4, D=60.0)).q_ex == pytest.approx(1e-8 / (24 * 120), rel=1e-6)


def test_modes_store_what_their_densities_do():
    a, b = stored(elliptic(8.0, 1.0)), stored(elliptic_modes(8.0, 1.0))
    np.testing.assert_allclose([a.N, a.S, a.q_ex], [b.N, b.S, b.q_ex], rtol=1e-10)


def test_stored_by_bands_that_turn_back():
    x = (np.arange(200000) + 0.5) / 200000
    band = crooked(0.5, 0.3)
    f = [[1 / (1 + np.exp((e(x) - 0.5) / 0.3)) for e in (b.e_up, b.e_dn)] for b in band.bands]
    exact = sum(
        weight * np.mean([up + dn, (up - dn) / 2, (up - dn) ** 2 / 4], axis=1) for weight, (up, dn) in zip((3, 1), f)
    )
    what = stored(band)
    np.testing.assert_allclose([what.N, what.S, what.q_ex], exact, rtol=1e-8)


def test_spins_of_different_electrodes():
    """Two spins S_L, S_R, no exchange: Q_LR = S_L S_R^T + S_R S_L^T - trace."""
    left, right = stored(flat(0.0, 0.5)), stored(flat(0.0, 0.5, J=2.0))
    J_R = np.array([0.6, 0, 0.8])
    Q = nonlocal_tensor(left, right, np.array([0, 0, 1.0]), J_R)
    outer = left.S * right.S * np.outer([0, 0, 1], J_R)
    np.testing.assert_allclose(Q, outer + outer.T - 2 / 3 * np.trace(outer) * np.eye(3), rtol=1e-12)


def test_exchange_needs_to_know_the_modes():
    what = stored(polarised(0.5, 0.0, 1.0))
    assert pytest.approx(80, rel=1e-9) == what.N
    assert pytest.approx(20, rel=1e-9) == what.S
    with pytest.raises(ValueError, match=r'electrode: g = None, must be given .* "nu\(1 \+ s n\) with constant n"'):
        what.q_ex  # noqa: B018
    with pytest.raises(ValueError, match="g = None"):
        polarised(0.5, 0.0, 1.0).A(np.array([0.0]))
