"""The independent exact solution: published numbers, symmetries, and agreement with itself where layers are cut."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import hbar, m_e
from scipy.spatial.transform import Rotation

from tests.exact_film import Layer, film, interface_matrix, interface_parts, resistivity, theta_of, vec

ONE = np.eye(3)
SIGMA, D = 2e6, 2e-4
Z = np.array([0, 0, 1.0])


def general(rng, thickness=3e-9, scale=1.0):
    """A layer with every coefficient at work."""
    A = rng.normal(size=(3, 3))
    theta = theta_of(*(0.2 * rng.normal(size=shape) for shape in (3, (3, 3), 3)))
    omega, q, kappa = rng.normal(size=3) * 5e13, rng.normal(size=(3, 3)) * 3e8, rng.normal(size=3) * 0.2
    return Layer(thickness, scale * SIGMA, D, 3e13 * (A @ A.T + ONE), omega, q, theta, kappa)


def test_thick_magnet_with_precession():
    G = interface_matrix(SIGMA, D, np.diag([1e14, 1e14, 5e13]), 1e13 * Z, thickness=40e-9, far="sink")
    perp, turn = -7.079879e14, 3.531134e13
    assert_allclose(G, [[perp, -turn, 0], [turn, perp, 0], [0, 0, -5e14]], rtol=3e-7, atol=1e6)


def test_thin_magnet():
    G = interface_matrix(SIGMA, D, np.diag([1e12, 1e12, 5e11]), 3e12 * Z, thickness=1e-9)
    assert_allclose([-G[2, 2], -G[0, 0] + G[2, 2], G[1, 0]], [2.4979185e12, 2.5683135e12, 1.4949705e13], rtol=2e-7)


def test_rashba_coupling_alone_in_a_thick_magnet():
    q = 2 * m_e * 3e4 / hbar * np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]])
    G = interface_matrix(SIGMA, D, ONE * 1e10, q=q, thickness=60e-9, far="sink")
    assert_allclose(G, np.diag([-5.18328e14, -5.18328e14, -7.32992e14]), rtol=1e-6, atol=1e6)


def test_a_pure_gauge_field_changes_nothing():
    q = np.array([[0, 0, 0], [0, 0, 0], [-2e8, 3e8, 0]])
    G = interface_matrix(SIGMA, D, ONE * 1e13, q=q, thickness=60e-9, far="sink")
    assert_allclose(G, -2.236068e14 * ONE, rtol=2e-7, atol=1e6)


def test_spin_hall_magnetoresistance_with_the_exact_closure():
    heavy = Layer(6e-9, 4e6, 5e-4, ONE * 5e-4 / 1.5e-9**2, Theta=theta_of(thetaC=-0.08 * ONE))

    def rho(m):
        return resistivity([heavy], bottom=-2.5e14 * vec(m) @ vec(m) - 1e13 * vec(m))[0, 0]

    assert_allclose((rho(Z) - rho([0, 1, 0])) / rho([0, 1, 0]), 2.3276e-4, rtol=2.5e-5)


def test_a_layer_cut_in_two_is_the_same_layer():
    layer = general(np.random.default_rng(0))
    lower, upper = (Layer(t, *list(vars(layer).values())[1:]) for t in (1.1e-9, 1.9e-9))
    E = [1e5, 3e4, 0]
    whole, cut = film([layer], E=E, top=2e14 * ONE), film([lower, upper], E=E, top=2e14 * ONE)
    for z in (0, 0.7e-9, 1.1e-9, 2.5e-9, 3e-9):
        assert_allclose(cut.mu(z), whole.mu(z), rtol=1e-10, atol=1e-16)
        assert_allclose(cut.j(z), whole.j(z), rtol=1e-9, atol=1e-3)
    assert_allclose(cut.sheet_current(), whole.sheet_current(), rtol=1e-10, atol=1e-12)


def test_solution_satisfies_the_equations_pointwise():
    """Derivatives of mu and j_z by differences; constitutive law (1 + K) j = F checked through Theta^-1."""
    layer, z, h = general(np.random.default_rng(1)), 1.3e-9, 1e-11
    E = np.array([1e5, 3e4, 0])
    solved = film([layer], E=E, bottom=1e14 * ONE)

    def slope(f):
        return (8 * (f(z + h) - f(z - h)) - f(z + 2 * h) + f(z - 2 * h)) / (12 * h)

    mu, j, dmu, dj = solved.mu(z), solved.j(z), slope(solved.mu), slope(lambda z: solved.j(z)[2])
    force = np.zeros((3, 4))
    force[:2, 0] = E[:2]
    force[:, 1:] = np.outer(E, layer.kappa) - np.cross(layer.q, mu[1:])
    force[2] -= dmu
    assert_allclose(np.tensordot(np.linalg.tensorinv(layer.Theta), j, 2), layer.sigma * force, rtol=1e-6)
    taken = layer.sigma / layer.D * (layer.R @ mu[1:] - np.cross(layer.omega, mu[1:]))
    assert_allclose(dj[1:] + np.sum(np.cross(layer.q, j[:, 1:]), axis=0), -taken, rtol=1e-6)
    assert_allclose(j[2, 0], 0, atol=1e-9 * np.abs(j).max())


def test_work_is_dissipation():
    """E . J = integral of j . F / sigma + relaxation + absorption at the faces."""
    layer, E, G = general(np.random.default_rng(2)), np.array([1e5, 3e4, 0]), 2e14
    solved = film([layer], E=E, top=G * ONE)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    zs = (nodes + 1) / 2 * layer.thickness
    inverse = np.linalg.tensorinv(layer.Theta)
    heat = work = 0
    for z, w in zip(zs, weights * layer.thickness / 2, strict=True):
        mu, j = solved.mu(z), solved.j(z)
        heat += w * (np.tensordot(j, np.tensordot(inverse, j, 2), 2) / layer.sigma)
        heat += w * layer.sigma / layer.D * mu[1:] @ layer.R @ mu[1:]
        work += w * (j[:, 0] @ E + np.einsum("i,ia,a", E, j[:, 1:], layer.kappa))
    top = solved.mu(layer.thickness)[1:]
    assert_allclose(heat + 2 * G * top @ top, work, rtol=1e-10)


def test_interface_matrix_does_not_care_for_spin_axes():
    """O q, O omega, O R O^T and Hall vectors turned likewise: G -> O G O^T."""
    rng = np.random.default_rng(3)
    layer, O = general(rng), Rotation.random(random_state=4).as_matrix()
    turn = np.eye(4)
    turn[1:, 1:] = O
    there = np.einsum("AC,iCjD,BD->iAjB", turn, layer.Theta, turn)
    here = (layer.R, layer.omega, layer.q, layer.Theta)
    turned = (O @ layer.R @ O.T, O @ layer.omega, layer.q @ O.T, there)
    a, b = (interface_matrix(SIGMA, D, *values, thickness=3e-9) for values in (here, turned))
    assert_allclose(b, O @ a @ O.T, rtol=1e-9, atol=1e3)


def test_what_enters_is_taken_by_gauge_field_relaxation_or_the_far_face():
    layer = general(np.random.default_rng(5))
    p = interface_parts(SIGMA, D, layer.R, layer.omega, layer.q, layer.Theta, 3e-9, far=1e14 * ONE)
    relaxation = -SIGMA / D * (layer.R - vec(layer.omega)) @ p["content"]
    assert_allclose(p["far"] + p["gauge"] + relaxation, p["total"], rtol=1e-9, atol=1e3)


def test_sheet_in_place_of_the_magnet_leaves_the_metal_as_it_was():
    """Round trip; the interface matrix is that of an open charge circuit."""
    rng = np.random.default_rng(6)
    magnet, metal = general(rng), general(rng, 5e-9, scale=2.0)
    driven = Layer(*list(vars(magnet).values())[:6], magnet.Theta)
    G = interface_matrix(*list(vars(driven).values())[1:7], thickness=3e-9)
    undriven = film([driven, metal], top=ONE * 1e13, source=[1e9, 2e9, -1e9])
    alone = film([metal], bottom=-G, top=ONE * 1e13, source=[1e9, 2e9, -1e9])
    assert_allclose(alone.mu(2e-9)[1:], undriven.mu(5e-9)[1:], rtol=1e-9)


@pytest.mark.parametrize("thickness", [1e-9, 100e-9, 1e-6])
def test_thick_layers_do_not_overflow(thickness):
    G = interface_matrix(SIGMA, D, ONE * 1e14, 1e13 * Z, thickness=thickness)
    k = np.sqrt((1e14 - 1e13j) / D)
    expected = -SIGMA / 2 * k * np.tanh(min(thickness, 50e-9) * k)
    assert_allclose(G[0, 0] + 1j * G[1, 0], expected, rtol=1e-9)
