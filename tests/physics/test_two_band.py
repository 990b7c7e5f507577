import numpy as np
import pytest

from ddgauge.physics.generators import NAMES, PAULI, SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import (
    BLOCK_NAMES,
    NUMBER,
    TO_BLOCKS,
    blocks,
    fields,
    hamiltonian,
    hamiltonian_of_fields,
    holes,
    lowest_occupation,
    pseudospin,
)
from ddgauge.units import HBAR, MU_B

MEV = 1.602176634e-22  # J


def random_matrix(seed, *lead):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(*lead, 4, 4)) + 1j * rng.normal(size=(*lead, 4, 4))
    return X + np.conj(np.swapaxes(X, -1, -2))


def test_blocks_of_a_pure_state():
    psi = np.array([1, 1j, 1 + 1j, 2]) / np.sqrt(8)
    cc, vv, cv = blocks(SPIN_PSEUDOSPIN.fields(np.outer(psi, psi.conj())))
    np.testing.assert_allclose(cc, [0.25, 0, 0.25, 0], atol=1e-15)
    np.testing.assert_allclose(vv, [0.75, 0.5, -0.5, -0.25], atol=1e-15)
    np.testing.assert_allclose(cv, [0.125 + 0.125j, 0.375 + 0.125j, 0.125 + 0.125j, 0.125 - 0.375j], atol=1e-15)


def test_blocks_are_the_blocks_of_the_density_matrix():
    N = random_matrix(0, 3)
    cc, vv, cv = blocks(SPIN_PSEUDOSPIN.fields(N))
    for block, found in ((N[:, :2, :2], cc), (N[:, 2:, 2:], vv), (N[:, :2, 2:], cv)):
        np.testing.assert_allclose(np.einsum("na,aij->nij", found, PAULI) / 2, block, atol=1e-14)


def test_both_sets_of_names_say_the_same():
    S = np.random.default_rng(1).normal(size=(5, 16))
    np.testing.assert_allclose(fields(*blocks(S)), S, atol=1e-14)
    cc, vv, cv = blocks(S)
    by_block = dict(zip(BLOCK_NAMES, (S @ TO_BLOCKS.T).T))
    np.testing.assert_allclose(by_block["cc_y"], cc[:, 2], rtol=1e-12)
    np.testing.assert_allclose(by_block["vv_o"], vv[:, 0], rtol=1e-12)
    np.testing.assert_allclose(by_block["Re cv_z"], cv[:, 3].real, rtol=1e-12)
    np.testing.assert_allclose(by_block["Im cv_x"], cv[:, 1].imag, rtol=1e-12)
    np.testing.assert_array_equal(pseudospin(S), S[:, [NUMBER["xo"], NUMBER["yo"], NUMBER["zo"]]])
    assert NAMES[NUMBER["zx"]] == "zx"


def test_holes_are_what_electrons_lack():
    S = fields([2e23, 0, 0, 1e23], [7e23, 1e22, 2e22, 3e22], np.zeros(4))
    p, spin = holes(S, 1e24)
    assert p == pytest.approx(3e23)
    np.testing.assert_allclose(spin, [1e22, 2e22, 3e22])


def test_lowest_occupation_of_two_polarised_bands():
    """Eigenvalues (n -+ |S|) / 2 of each band; below zero the fields are no state."""
    S = fields([[5.0, 3, 0, 0], [5, 0, 0, 6]], [[9.0, 0, 0, 8.5], [9, 0, 0, 0]], np.zeros((2, 4)))
    np.testing.assert_allclose(lowest_occupation(S), [0.25, -0.5], atol=1e-14)


def test_hamiltonian_of_matrix_elements():
    c, v, cv = np.array([5, 1, 2, 3.0]), np.array([-4, 0.5, 0, -1]), np.array([1 + 2j, 0.3, 1j, -0.2])
    H = hamiltonian(c, v, cv)
    np.testing.assert_allclose(H[:2, :2], [[5 + 3, 1 - 2j], [1 + 2j, 5 - 3]], atol=1e-14)
    np.testing.assert_allclose(H[2:, 2:], [[-5, 0.5], [0.5, -3]], atol=1e-14)
    np.testing.assert_allclose(H[:2, 2:], [[0.8 + 2j, 1.3], [-0.7, 1.2 + 2j]], atol=1e-14)
    np.testing.assert_array_equal(H, H.conj().T)
    np.testing.assert_allclose(hamiltonian_of_fields(2 * c, 2 * v, 2 * cv), H, atol=1e-14)


def test_fields_of_the_hamiltonian_are_read_back():
    cc, vv, cv = np.array([10, 0.2, 0, 0.5]), np.array([-6, 0, 0.1, -0.3]), np.array([2 + 1j, 1, 0.5j, -1])
    calB = SPIN_PSEUDOSPIN.fields(hamiltonian_of_fields(cc, vv, cv))
    np.testing.assert_allclose(calB[::4], [4, 4, -2, 16], atol=1e-14)  # sum, 2 Re, -2 Im, difference
    for found, expected in zip(blocks(calB), (cc, vv, cv)):
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_electrons_of_both_bands_turn_at_their_larmor_frequency():
    """B_cc = B_vv = g mu_B B turns all spins alike, at g mu_B B / hbar."""
    B = np.array([0.0, 0.0, 1.5])
    zeeman = np.array([0, *(2 * MU_B * B)])
    omega = SPIN_PSEUDOSPIN.precession(hamiltonian_of_fields(zeeman, zeeman, np.zeros(4)))
    assert omega[NUMBER["oz"]] == pytest.approx(2 * MU_B * 1.5 / HBAR)
    assert np.count_nonzero(omega) == 1


def test_pseudospin_turns_at_the_transition_frequency():
    """omega_zo = calB_z / (2 hbar) = (E_c - E_v) / hbar; below (52) it is printed twice as large."""
    omega = SPIN_PSEUDOSPIN.precession(hamiltonian([50 * MEV, 0, 0, 0], [-50 * MEV, 0, 0, 0], np.zeros(4)))
    assert omega[NUMBER["zo"]] == pytest.approx(100 * MEV / HBAR)
    turned = SPIN_PSEUDOSPIN.ad(omega) @ np.eye(16)[NUMBER["xo"]]
    assert turned[NUMBER["yo"]] == pytest.approx(100 * MEV / HBAR)


def test_commutator_with_the_total_density_has_the_factor_one_quarter():
    """Of two-point functions, i hbar d_t S_A = ([calB_A, S_oo] + ...) / 4 as in (56); (69) is printed with 1/2."""
    rng = np.random.default_rng(2)
    beta, S_oo = rng.normal(size=(2, 3, 3))
    T = SPIN_PSEUDOSPIN.T[NUMBER["xz"]]
    H, N = np.kron(T, beta) / 4, np.kron(np.eye(4), S_oo) / 4
    rate = np.einsum("ij,jaib->ab", T, (H @ N - N @ H).reshape(4, 3, 4, 3))  # i hbar d_t S_A, a trace over the bands
    np.testing.assert_allclose(rate, (beta @ S_oo - S_oo @ beta) / 4, atol=1e-14)


def test_the_algebra_of_two_bands_is_that_of_the_blocks():
    """c alone: generators (T_oa + T_za) / 2 act on the conduction band as Pauli matrices and on nothing else."""
    for a in "xyz":
        T = (SPIN_PSEUDOSPIN.T[NUMBER["o" + a]] + SPIN_PSEUDOSPIN.T[NUMBER["z" + a]]) / 2
        np.testing.assert_array_equal(T[:2, :2], PAULI["oxyz".index(a)])
        assert np.count_nonzero(T[2:]) == np.count_nonzero(T[:, 2:]) == 0
