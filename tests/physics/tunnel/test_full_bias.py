"""Tables of a barrier at any bias against integrals over energies, the linear law and their own differences."""

import numpy as np
import pytest
from scipy.constants import e, k
from scipy.integrate import quad
from scipy.special import expit

from ddgauge.physics.tunnel import facet
from ddgauge.physics.tunnel.full_bias import FullBias, currents, heat, spin_current

WIDE = np.array([-9.0, 9.0])
U0 = np.array([[0.21, -0.13], [-0.05, 0.3], [0.0, 0.0]])
A = np.array([[0.02, -0.05], [-0.11, 0.04], [0.06, 0.03]])


def curved(w):
    return np.stack([1.3 + 0.4 * w + 0.2 * w**2, 0.7 - 0.3 * w + 0.1 * w**2])


def sloped(w):
    return np.stack([1.1 + 0.2 * w, 0.8 + 0.5 * w])


def flat(P):
    return lambda w: np.multiply.outer([1 + P, 1 - P], np.ones_like(w))


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


@pytest.mark.parametrize("rigid", [False, True])
def test_derivatives_are_those_of_the_tables(rigid):
    full = FullBias((curved, sloped), (WIDE, WIDE), (0.03, 0.02), 0.6, rigid)
    x = np.stack([U0, A], axis=-1)  # [n, side, field]
    _, slope = currents(full, 1e12, 0.4, U0, A)
    for side in (0, 1):
        for field in (0, 1):
            step = np.zeros((2, 2))
            step[side, field] = 1e-5
            ends = [currents(full, 1e12, 0.4, y[..., 0], y[..., 1])[0] for y in (x + step, x - step)]
            np.testing.assert_allclose(slope[..., side, field], (ends[0] - ends[1]) / 2e-5, rtol=1e-6, atol=1e4)


@pytest.mark.parametrize("rigid", [False, True])
def test_constant_densities_of_states_give_the_linear_law(rigid):
    full = FullBias((flat(0.5), flat(0.35)), (WIDE, WIDE), (0.025, 0.025), 0.6, rigid)
    out, slope = currents(full, 1e12, 0.3, U0, A)
    M = facet.linear_law(1e12, 0.5, 0.35, 0.3)
    np.testing.assert_allclose(full.polarisations, [0.5, 0.35], rtol=1e-12)
    np.testing.assert_allclose(out, np.einsum("rAqB,nqB->nrA", M, np.stack([U0, A], axis=-1)), rtol=1e-9)
    np.testing.assert_allclose(slope, np.broadcast_to(M, slope.shape), rtol=1e-7, atol=1e-7 * 1e12)


def test_vector_of_the_spin_current():
    full = FullBias((curved, sloped), (WIDE, WIDE), (0.03, 0.02), 0.6)
    out, _ = currents(full, 1e12, 0.4, U0, A)
    j0, alpha, beta, power = spin_current(full, 1e12, 0.4, U0, A).T
    np.testing.assert_allclose(out[:, 0], np.stack([j0, alpha + 0.4 * beta], axis=1), rtol=1e-12)
    np.testing.assert_allclose(out[:, 1], -np.stack([j0, 0.4 * alpha + beta], axis=1), rtol=1e-12)
    np.testing.assert_allclose(power, np.einsum("nrA,nrA->n", out, np.stack([U0, A], axis=-1)), rtol=1e-12)


def test_nothing_flows_at_rest_and_currents_dissipate():
    full = FullBias((curved, sloped), (WIDE, WIDE), (0.025, 0.025), 0.6)
    rest = np.array([[0.2, 0.2]])
    out, _ = currents(full, 1e12, 0.4, rest, 0 * rest)
    assert np.abs(out).max() < 1e-3
    x = np.random.default_rng(1).uniform(-0.3, 0.3, (200, 2, 2))
    assert spin_current(full, 1e12, -0.6, x[..., 0], x[..., 1])[:, 3].min() > 0


def test_tables_go_on_straight_beyond_their_ends():
    full = FullBias((curved, sloped), (WIDE, WIDE), (0.025, 0.025), 0.3)
    x = np.array([0.3, 0.35, 0.45])
    out, slope = currents(full, 1e12, 0.4, np.stack([x, 0 * x], axis=1), np.zeros((3, 2)))
    np.testing.assert_allclose(out[1:, 0, 0], out[0, 0, 0] + slope[0, 0, 0, 0, 0] * (x[1:] - 0.3), rtol=1e-9)


def test_a_band_that_begins_within_the_bias():
    """nu = 2 sqrt(w + 0.1) above -0.1 eV."""

    def root(w):
        return np.stack([2 * np.sqrt(np.clip(w + 0.1, 0, None)), np.sqrt(np.clip(w + 0.1, 0, None))])

    T = np.array([0.025, 0.025])
    full = FullBias((root, sloped), (np.array([-0.1]), WIDE), tuple(T), 0.3)
    u0, a = np.array([0.05, -0.2]), np.array([0.01, -0.02])
    q, _ = full.rates(u0[None], a[None])
    assert q[0, 0, 1] == pytest.approx(integral(root, sloped, T, 0, 1, u0, a, False), rel=1e-4)


@pytest.mark.parametrize("rigid", [False, True])
@pytest.mark.parametrize("T", [(0.025, 0.025), (0.03, 0.02)])
def test_heat_that_leaves_constant_densities_of_states(T, rigid):
    full = FullBias((flat(0.5), flat(0.35)), (WIDE, WIDE), T, 0.6, rigid)
    V, kelvin = [np.stack([U0 + A, U0 - A], axis=-1)[:, r] for r in (0, 1)], [t * e / k for t in T]
    expected = facet.heat(facet.spin_conductances(1e12, 0.5, 0.35, 0.3), *V, *kelvin)
    found = heat(full, 1e12, 0.3, U0, A)
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-8, atol=1e-8 * np.abs(expected).max())


def ellipse(D, J, mu):
    return lambda w: np.sqrt(
        np.clip(1 - ((w + mu + np.multiply.outer([1, -1], np.ones_like(w)) * J / 2) / D) ** 2, 0, 1)
    )


@pytest.mark.parametrize("rigid", [False, True])
def test_heat_that_leaves_elliptic_bands(rigid):
    """int dw (w - mu_s) nu_s nu_s' (f_s - f_s') of each side by quadrature; together minus the power."""
    nu, T, c = (ellipse(5, 1, 3), ellipse(4, 0.8, 1)), np.array([0.03, 0.02]), -0.4
    full = FullBias(nu, (WIDE, WIDE), tuple(T), 0.6, rigid)
    found = heat(full, 1e12, c, U0, A)
    np.testing.assert_allclose(found.sum(axis=1), -spin_current(full, 1e12, c, U0, A)[:, 3], rtol=1e-12, atol=1e-6)
    sign, reference = np.array([1, -1]), nu[0](np.zeros(1)).mean() * nu[1](np.zeros(1)).mean()
    for n in (0, 1):
        m, mu = -U0[n] * (not rigid), -(U0[n, :, None] + sign * A[n, :, None])  # mu[side, s]

        def each(w, side, m=m, mu=mu):
            f = expit((mu - w) / T[:, None])
            rate = np.outer(nu[0](w - m[0]), nu[1](w - m[1])) * (1 + c * np.outer(sign, sign))
            rate = rate * (f[0][:, None] - f[1]) * (1 - 2 * side)
            return np.sum(rate * (w - (mu[0][:, None] if side == 0 else mu[1])))

        for side in (0, 1):
            value = quad(each, -1.6, 1.6, (side,), points=[*mu.ravel()], epsabs=1e-12, epsrel=1e-10, limit=400)[0]
            assert found[n, side] == pytest.approx(1e12 / 4 * value / reference, rel=1e-6)
