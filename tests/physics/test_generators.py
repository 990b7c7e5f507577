import numpy as np
import pytest
from scipy.linalg import expm

from ddgauge.physics.algebra import EPS, cross, rotation
from ddgauge.physics.gauge import transformed
from ddgauge.physics.generators import NAMES, PAULI, SPIN, SPIN_PSEUDOSPIN, Generators, jacobi, products
from ddgauge.units import HBAR, MU_B

ALGEBRAS = {"SU(2)": SPIN, "U(4)": SPIN_PSEUDOSPIN}
algebras = pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)


def at(name):
    return NAMES.index(name)


def hermitian(rng, N, *lead):
    X = rng.normal(size=(*lead, N, N)) + 1j * rng.normal(size=(*lead, N, N))
    return X + np.conj(np.swapaxes(X, -1, -2))


def commutator(X, Y):
    return X @ Y - Y @ X


@algebras
def test_products_of_generators_are_what_the_structure_constants_say(algebra):
    for A, T_A in enumerate(algebra.T):
        for B, T_B in enumerate(algebra.T):
            f, d = (np.tensordot(c[A, B], algebra.T, 1) for c in (algebra.f, algebra.d))
            np.testing.assert_allclose(commutator(T_A, T_B), 2j * f, atol=1e-14)
            np.testing.assert_allclose(T_A @ T_B + T_B @ T_A, 2 * d, atol=1e-14)


@algebras
def test_structure_constants_are_those_of_an_algebra(algebra):
    np.testing.assert_allclose(jacobi(algebra.f), 0, atol=1e-14)
    for axes in ((1, 0, 2), (0, 2, 1)):
        np.testing.assert_array_equal(algebra.f, -np.transpose(algebra.f, axes))
        np.testing.assert_array_equal(algebra.d, np.transpose(algebra.d, axes))


def test_a_list_that_is_no_algebra_breaks_the_jacobi_identity():
    f = SPIN_PSEUDOSPIN.f.copy()
    for axes in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        triple = np.array([at("zz"), at("xo"), at("yz")])[list(axes)]
        f[tuple(triple)] = f[tuple(triple[[1, 0, 2]])] = 0
    assert np.abs(jacobi(f)).max() > 0.5


def test_one_spin_turns_by_the_vector_product():
    np.testing.assert_allclose(SPIN.f[1:, 1:, 1:], EPS, atol=1e-15)
    np.testing.assert_array_equal(SPIN.f[0], 0)
    np.testing.assert_allclose(SPIN.d[0], np.eye(4), atol=1e-15)
    w = np.array([9.0, 0.3, -0.7, 1.1])
    np.testing.assert_allclose(SPIN.ad(w)[1:, 1:], cross(w[1:]), atol=1e-15)


def test_structure_constants_of_spin_and_pseudospin():
    f, d = SPIN_PSEUDOSPIN.f, SPIN_PSEUDOSPIN.d
    assert f[at("zz"), at("xo"), at("yz")] == 1
    assert f[at("xx"), at("zo"), at("yx")] == -1
    assert f[at("oz"), at("ox"), at("oy")] == 1
    np.testing.assert_array_equal(f[at("xy"), at("zx")], 0)
    assert set(np.unique(f)) == set(np.unique(d)) == {-1, 0, 1}
    assert np.count_nonzero(f) == 120
    assert np.count_nonzero(d) == 136
    np.testing.assert_array_equal(np.count_nonzero(f, axis=(1, 2)), [0] + 15 * [8])


@algebras
def test_fields_are_the_density_matrix(algebra):
    N = hermitian(np.random.default_rng(0), algebra.g, 3)
    S = algebra.fields(N)
    np.testing.assert_allclose(algebra.matrix(S), N, atol=1e-14)
    np.testing.assert_allclose(S[:, 0], np.trace(N, axis1=1, axis2=2).real, rtol=1e-14)
    np.testing.assert_allclose(np.tensordot(algebra.components(N), algebra.T, 1), N, atol=1e-14)
    np.testing.assert_allclose((S**2).sum(axis=1) / algebra.g, np.trace(N @ N, axis1=1, axis2=2).real, rtol=1e-14)


@algebras
def test_turning_and_mixing_are_commutator_and_anticommutator(algebra):
    rng = np.random.default_rng(1)
    N, W = hermitian(rng, algebra.g), hermitian(rng, algebra.g)
    S, w = algebra.fields(N), algebra.components(W)
    np.testing.assert_allclose(algebra.ad(w) @ S, algebra.fields(-0.5j * commutator(W, N)), atol=1e-13)
    np.testing.assert_allclose(algebra.sym(w) @ S, algebra.fields((W @ N + N @ W) / 2), atol=1e-13)
    np.testing.assert_array_equal(algebra.ad(w), -algebra.ad(w).T)
    np.testing.assert_allclose(algebra.ad(algebra.precession(HBAR * W)) @ S, algebra.fields(-1j * commutator(W, N)))


def test_an_electron_in_a_field_turns_as_a_right_handed_screw():
    """H = g mu_B B.sigma / 2 and dS/dt = +(g mu_B / hbar) B x S, whatever the sign of the charge  [Buot (1)].

    The opposite sign, which (33) has by turning B_cc over, would be the torque S x B.
    """
    B = np.array([0.4, -0.3, 1.2])
    omega = SPIN.precession(MU_B * np.tensordot(B, PAULI[1:], 1))
    np.testing.assert_allclose(omega[1:], 2 * MU_B / HBAR * B, rtol=1e-14)
    rate = SPIN.ad(omega) @ [1, 0, 0, 1]
    np.testing.assert_allclose(rate, [0, *np.cross(omega[1:], [0, 0, 1])], rtol=1e-14)


@algebras
def test_a_unitary_change_of_basis_rotates_the_fields(algebra):
    rng = np.random.default_rng(2)
    U = expm(1j * hermitian(rng, algebra.g))
    N, W = hermitian(rng, algebra.g), hermitian(rng, algebra.g)
    O = algebra.rotation(U)
    w = algebra.components(W)
    np.testing.assert_allclose(O @ O.T, np.eye(len(O)), atol=1e-12)
    np.testing.assert_allclose(algebra.fields(U @ N @ U.conj().T), O @ algebra.fields(N), atol=1e-12)
    np.testing.assert_allclose(algebra.ad(O @ w), O @ algebra.ad(w) @ O.T, atol=1e-12)
    np.testing.assert_allclose(algebra.sym(O @ w), O @ algebra.sym(w) @ O.T, atol=1e-12)
    turn = hermitian(rng, algebra.g)
    t = algebra.components(turn)
    np.testing.assert_allclose(algebra.rotation(expm(-0.5j * turn)), expm(algebra.ad(t)), atol=1e-12)


def test_spin_in_two_bands_turns_as_one_spin_does():
    """A turn of the spin alone, U = 1 (x) u, rotates the spin index of all four pseudospin components."""
    w = np.array([0.3, -0.8, 0.5])
    u = expm(-0.5j * np.tensordot(w, PAULI[1:], 1))
    one_spin = SPIN.rotation(u)
    np.testing.assert_allclose(one_spin[1:, 1:], rotation(w), atol=1e-14)
    np.testing.assert_allclose(
        SPIN_PSEUDOSPIN.rotation(np.kron(np.eye(2), u)), np.kron(np.eye(4), one_spin), atol=1e-14
    )


@algebras
def test_covariant_derivative_turns_with_the_basis(algebra):
    """S -> O(U(r)) S and q -> transformed: D S -> O D S, for turns and fields that vary in space."""
    rng = np.random.default_rng(3)
    g, h = algebra.g, 1e-3
    X, Y, N0, slope = (hermitian(rng, g) for _ in range(4))
    q = rng.normal(size=(3, g**2))
    r = np.array([0.2, -0.5, 0.3])

    def U(r):
        return expm(1j * (np.sin(r[0] - r[1]) * X + 0.3 * r[2] ** 2 * Y))

    def S(r):
        return algebra.fields(N0 + (r[0] * r[1] + np.cos(r[2])) * slope)

    def gradient(F):
        steps = h * np.eye(3)
        weights = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
        return np.array([sum(w * (F(r + n * s) - F(r - n * s)) for n, w in weights.items()) / h for s in steps])

    def derivative(q, S):
        return gradient(S) + algebra.ad(q) @ S(r)

    turned = algebra.gauge_transformed(q, U(r), gradient(U))
    there = derivative(turned, lambda r: algebra.rotation(U(r)) @ S(r))
    np.testing.assert_allclose(there, derivative(q, S) @ algebra.rotation(U(r)).T, atol=1e-9)


def test_gauge_field_of_one_spin_turns_as_in_three_dimensions():
    rng = np.random.default_rng(4)
    q = rng.normal(size=(3, 3))
    slope = rng.normal(size=(3, 3))  # of a turn by slope_i r_i, at r = 0
    dU = -0.5j * np.tensordot(slope, PAULI[1:], 1)
    found = SPIN.gauge_transformed(np.pad(q, ((0, 0), (1, 0))), np.eye(2), dU)
    np.testing.assert_allclose(found[:, 1:], transformed(q, np.eye(3), cross(slope)), atol=1e-14)


def test_many_points_are_one_after_the_other():
    rng = np.random.default_rng(5)
    algebra = SPIN_PSEUDOSPIN
    w, q = rng.normal(size=(3, 2, 16)), rng.normal(size=(2, 3, 16))
    U = np.array([expm(1j * X) for X in hermitian(rng, 4, 2)])
    dU = hermitian(rng, 4, 2, 3)
    np.testing.assert_allclose(algebra.ad(w)[2, 1], algebra.ad(w[2, 1]), rtol=1e-14)
    np.testing.assert_allclose(algebra.rotation(U)[1], algebra.rotation(U[1]), atol=1e-14)
    together = algebra.gauge_transformed(q, U, dU)
    np.testing.assert_allclose(together[1], algebra.gauge_transformed(q[1], U[1], dU[1]), atol=1e-13)


def test_any_list_of_generators_will_do():
    """Three levels: Gell-Mann's matrices and a unit matrix, all of one norm."""
    T = np.zeros((9, 3, 3), complex)
    T[0] = np.eye(3)
    pairs = ((0, 1), (0, 2), (1, 2))
    for A, (i, j) in enumerate(pairs):
        T[1 + A, i, j] = T[1 + A, j, i] = 1
        T[4 + A, i, j], T[4 + A, j, i] = -1j, 1j
    T[7], T[8] = np.diag([1, -1, 0]), np.diag([1, 1, -2]) / np.sqrt(3)
    T[1:] *= np.sqrt(1.5)
    three = Generators(T)
    np.testing.assert_allclose(jacobi(three.f), 0, atol=1e-14)
    N = hermitian(np.random.default_rng(6), 3)
    np.testing.assert_allclose(three.matrix(three.fields(N)), N, atol=1e-14)
    assert products(PAULI, T).shape == (36, 6, 6)
