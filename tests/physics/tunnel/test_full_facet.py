"""Barriers at any bias between magnets and metals: spin matrices, the linear law, differences, heat by quadrature."""

import numpy as np
import pytest
from scipy.constants import e, k
from scipy.integrate import quad
from scipy.special import expit

from ddgauge.physics.tunnel import vector_facet
from ddgauge.physics.tunnel.full_bias import FullBias
from ddgauge.physics.tunnel.full_facet import along, currents, heat

WIDE, G0, T = np.array([-9.0, 9.0]), 1e12, (0.03, 0.02)
J_L, J_R = np.array([0, 0.6, 0.8]), np.array([0.48, -0.6, 0.64])
SIGMA = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
U = np.random.default_rng(2).uniform(-0.1, 0.1, (6, 2, 4))
U[:, :, 0] *= 3
U[0, :, 1:] = U[1, 0, 1:] = U[2, 1, 1:] = 0  # metals without spin
PAIRS = [(J_L, J_R), (J_L, None), (None, J_R), (None, None)]
EITHER = pytest.mark.parametrize("rigid", [False, True])
SIDES = pytest.mark.parametrize("J", PAIRS, ids=["magnets", "metal above", "metal below", "metals"])


def curved(w):
    return np.stack([1.3 + 0.4 * w + 0.2 * w**2, 0.7 - 0.3 * w + 0.1 * w**2])


def sloped(w):
    return np.stack([1.1 + 0.2 * w, 0.8 + 0.5 * w])


def flat(P):
    return lambda w: np.multiply.outer([1 + P, 1 - P], np.ones_like(w))


def densities(nu, J):
    """Of a magnet as they are, of a metal their mean for both spins."""
    return [f if axis is not None else lambda w, f=f: np.tile(f(w).mean(axis=0), (2, 1)) for f, axis in zip(nu, J)]


def table(J, rigid, nu=(curved, sloped), T=T):
    return FullBias(tuple(densities(nu, J)), (WIDE, WIDE), T, 0.6, rigid)


def matrices(nu, J, u, T, w, follows):
    """Density of states and occupation of one side, (w, 2, 2) matrices of spin."""
    axis = np.array([0, 0, 1.0]) if J is None else J
    projectors = [(SIGMA[0] + s * np.einsum("i,iab->ab", axis, SIGMA[1:])) / 2 for s in (1, -1)]
    states = np.einsum("sw,sab->wab", nu(w + follows * u[0]), projectors)
    spin = u[1:] if J is None else (u[1:] @ J) * J
    V, basis = np.linalg.eigh(u[0] * SIGMA[0] + np.einsum("i,iab->ab", spin, SIGMA[1:]))
    return states, np.einsum("ac,wc,bc->wab", basis, expit((-V - w[:, None]) / T), basis.conj())


@EITHER
@SIDES
def test_currents_are_those_of_matrices_of_spin(J, rigid):
    """j = (G0/4) int dw tr sigma {nu_L, {nu_R, f_R - f_L}} / 4 (nb_L nb_R), spin by its anticommutators."""
    full, nu = table(J, rigid), densities((curved, sloped), J)
    j, _ = currents(full, G0, J, U)
    w = np.linspace(-2, 2, 4001)

    def anti(A, B):
        return A @ B + B @ A

    for u, found in zip(U, j):
        (nu_L, f_L), (nu_R, f_R) = (matrices(nu[r], J[r], u[r], T[r], w, not rigid) for r in (0, 1))
        each = anti(nu_L, anti(nu_R, f_R)) - anti(nu_R, anti(nu_L, f_L))
        rates = np.einsum("Aab,wba->wA", SIGMA, each).real.sum(axis=0) * (w[1] - w[0]) / 8
        np.testing.assert_allclose(found, G0 * rates / full.reference, rtol=1e-6, atol=1e-8 * G0)


@EITHER
@SIDES
def test_slopes_are_differences(J, rigid):
    full = table(J, rigid)
    _, slope = currents(full, G0, J, U)
    for r, B in np.ndindex(2, 4):
        step = np.zeros((2, 4))
        step[r, B] = 1e-5
        (one, _), (other, _) = currents(full, G0, J, U + step), currents(full, G0, J, U - step)
        np.testing.assert_allclose(slope[..., r, B], (one - other) / 2e-5, rtol=1e-6, atol=1e-7 * G0)


@EITHER
@SIDES
def test_constant_densities_of_states_give_the_linear_law(J, rigid):
    full, P = table(J, rigid, (flat(0.5), flat(0.35))), [0.0 if axis is None else p for axis, p in zip(J, (0.5, 0.35))]
    np.testing.assert_allclose(full.polarisations, P, rtol=1e-12)
    j, slope = currents(full, G0, J, U)
    M = vector_facet.through(G0, P, J)
    np.testing.assert_allclose(j, np.einsum("AqB,nqB->nA", M, U), rtol=1e-9, atol=1e-9 * G0)
    np.testing.assert_allclose(slope, np.broadcast_to(M, slope.shape), rtol=1e-7, atol=1e-7 * G0)


def power(j, J, u):
    """j0 x + js.(v_L - v_R)."""
    (e_L, a_L), (e_R, a_R) = (along(J[r], u[:, r, 1:]) for r in (0, 1))
    jump = a_L[:, None] * e_L - a_R[:, None] * e_R
    return j[:, 0] * (u[:, 0, 0] - u[:, 1, 0]) + np.einsum("ni,ni->n", j[:, 1:], jump)


@SIDES
def test_nothing_flows_at_rest_and_currents_dissipate(J):
    full = table(J, False, T=(0.025, 0.025))
    rest = np.zeros((1, 2, 4))
    rest[:, :, 0] = 0.2
    assert np.abs(currents(full, G0, J, rest)[0]).max() < 1e-3
    u = np.random.default_rng(1).uniform(-0.15, 0.15, (200, 2, 4))
    assert power(currents(full, G0, J, u)[0], J, u).min() > 0


@EITHER
@SIDES
@pytest.mark.parametrize("T", [(0.025, 0.025), (0.03, 0.02)])
def test_heat_that_leaves_constant_densities_of_states(T, J, rigid):
    full = table(J, rigid, (flat(0.5), flat(0.35)), T)
    P = [0.0 if axis is None else p for axis, p in zip(J, (0.5, 0.35))]
    c = 0.0 if J[0] is None or J[1] is None else J_L @ J_R
    joule = power(np.einsum("AqB,nqB->nA", vector_facet.through(G0, P, J), U), J, U)
    expected = vector_facet.heat(G0 * (1 + P[0] * P[1] * c), joule, [each * e / k for each in T])
    np.testing.assert_allclose(heat(full, G0, J, U), expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max())


def ellipse(D, J, mu):
    return lambda w: np.sqrt(np.clip(1 - (np.stack([w + mu + J / 2, w + mu - J / 2]) / D) ** 2, 0, 1))


@EITHER
@SIDES
def test_heat_that_leaves_elliptic_bands(J, rigid):
    """int dw (w - mu_s) nu_s nu_s' (f_s - f_s') of each side by quadrature; together minus the power."""
    nu, kT = (ellipse(5, 1, 3), ellipse(4, 0.8, 1)), np.array(T)
    full, nu = table(J, rigid, nu), densities(nu, J)
    found = heat(full, G0, J, U)
    j, _ = currents(full, G0, J, U)
    np.testing.assert_allclose(found.sum(axis=1), -power(j, J, U), rtol=1e-12, atol=1e-12 * np.abs(found).max())
    n, sign = 4, np.array([1, -1])
    axes, a = zip(*(along(J[r], U[[n], r, 1:]) for r in (0, 1)))
    u0, a, c = U[n, :, 0], np.ravel(a), axes[0][0] @ axes[1][0]
    m, mu = -u0 * (not rigid), -(u0[:, None] + sign * a[:, None])  # mu[side, s]

    def each(w, side):
        f = expit((mu - w) / kT[:, None])
        rate = np.outer(nu[0](np.array(w - m[0])), nu[1](np.array(w - m[1]))) * (1 + c * np.outer(sign, sign))
        rate = rate * (f[0][:, None] - f[1]) * (1 - 2 * side)
        return np.sum(rate * (w - (mu[0][:, None] if side == 0 else mu[1])))

    for side in (0, 1):
        value = quad(each, -1.6, 1.6, (side,), points=[*mu.ravel()], epsabs=1e-12, epsrel=1e-10, limit=400)[0]
        assert found[n, side] == pytest.approx(G0 / 4 * value / full.reference, rel=1e-6)
