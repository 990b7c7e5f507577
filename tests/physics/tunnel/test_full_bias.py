"""Tables of a barrier at any bias against integrals over energies."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from ddgauge.physics.tunnel.full_bias import FullBias

WIDE = np.array([-9.0, 9.0])
U0 = np.array([[0.21, -0.13], [-0.05, 0.3], [0.0, 0.0]])
A = np.array([[0.02, -0.05], [-0.11, 0.04], [0.06, 0.03]])


def curved(w):
    return np.stack([1.3 + 0.4 * w + 0.2 * w**2, 0.7 - 0.3 * w + 0.1 * w**2])


def sloped(w):
    return np.stack([1.1 + 0.2 * w, 0.8 + 0.5 * w])


def integral(L, R, T, s, t, u0, a, rigid):
    """q_ss' by quadrature, in the frame of the page: bands at rest, or each shifted by its mean mu."""
    m = -u0 * (not rigid)
    mu = -(u0 + np.array([1, -1])[[s, t]] * a)

    def each(w):
        f = expit((mu - w) / T)
        return L(w - m[0])[s] * R(w - m[1])[t] * (f[1] - f[0])

    reference = L(np.zeros(1)).mean() * R(np.zeros(1)).mean()
    return quad(each, -1.5, 1.5, points=[*mu, 0], epsabs=1e-12, epsrel=1e-11, limit=400)[0] / reference


@pytest.mark.parametrize("rigid", [False, True])
@pytest.mark.parametrize("T", [(0.025, 0.025), (0.03, 0.02)])
def test_integrals_over_energies(T, rigid):
    full = FullBias((curved, sloped), (WIDE, WIDE), T, 0.6, rigid)
    q, _ = full.rates(U0, A)
    for n in range(3):
        for s in (0, 1):
            for t in (0, 1):
                expected = integral(curved, sloped, np.array(T), s, t, U0[n], A[n], rigid)
                assert q[n, s, t] == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_tables_go_on_straight_beyond_their_ends():
    full = FullBias((curved, sloped), (WIDE, WIDE), (0.025, 0.025), 0.3)
    x = np.array([0.3, 0.35, 0.45])
    q, slope = full.rates(np.stack([x, 0 * x], axis=1), np.zeros((3, 2)))
    expected = q[0] + np.multiply.outer(x[1:] - 0.3, slope[0, :, :, 0, 0])
    np.testing.assert_allclose(q[1:], expected, rtol=1e-9)


def test_a_band_that_begins_within_the_bias():
    """nu = 2 sqrt(w + 0.1) above -0.1 eV."""

    def root(w):
        return np.stack([2 * np.sqrt(np.clip(w + 0.1, 0, None)), np.sqrt(np.clip(w + 0.1, 0, None))])

    T = np.array([0.025, 0.025])
    full = FullBias((root, sloped), (np.array([-0.1]), WIDE), tuple(T), 0.3)
    u0, a = np.array([0.05, -0.2]), np.array([0.01, -0.02])
    q, _ = full.rates(u0[None], a[None])
    assert q[0, 0, 1] == pytest.approx(integral(root, sloped, T, 0, 1, u0, a, False), rel=1e-4)
