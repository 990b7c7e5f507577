"""The medium of densities, read as a solver reads it: local laws, plane waves and a slab in closed form."""

import numpy as np
import pytest
from scipy.constants import e, epsilon_0, k
from scipy.linalg import expm

from ddgauge.physics.band_medium import density_medium, screened_medium
from ddgauge.physics.band_relaxation import relaxation
from ddgauge.physics.band_transport import diffusion, diffusion_of_matrix, dirac_flux, drift, gauge_field_of_bands
from ddgauge.physics.generators import NAMES, SPIN, SPIN_PSEUDOSPIN
from ddgauge.physics.medium import spin_medium
from ddgauge.physics.two_band import FROM_BLOCKS, NUMBER, TO_BLOCKS, blocks, fields
from tests.closed_forms import rashba_spectrum

U4 = SPIN_PSEUDOSPIN
D0, Q0 = 1e-3, 2e7  # m^2/s, 1/m
STILL = np.zeros((16, 16))


def hermitian(rng, *lead):
    X = rng.normal(size=(*lead, 4, 4)) + 1j * rng.normal(size=(*lead, 4, 4))
    return X + np.conj(np.swapaxes(X, -1, -2))


def positive(rng, n):
    X = rng.normal(size=(n, n))
    return X @ X.T


def wave(medium, wave_vector):
    """Matrix of the balance of fields exp(i k r)."""
    n = len(medium.kappa)
    jet = np.zeros((4, n, n), complex)
    jet[0] = np.eye(n)
    jet[1:] = 1j * np.asarray(wave_vector)[:, None, None] * np.eye(n)
    return np.einsum("pAa,pAqB,qBb->ab", jet.conj(), medium.matrix, jet)


def gauge(**components):
    """Gauge field with x_zz = q_x^zz and so on, in units of Q0."""
    q = np.zeros((3, 16))
    for name, value in components.items():
        q["xyz".index(name[0]), NUMBER[name[2:]]] = value * Q0
    return q


def anything(seed):
    """Arguments of a medium with everything in it, and the relaxation and precession of its loss."""
    rng = np.random.default_rng(seed)
    R = np.zeros((16, 16))
    R[1:, 1:] = positive(rng, 15)
    q, omega = rng.normal(size=(3, 16)), rng.normal(size=16)
    Dm = positive(rng, 16)
    return Dm, q, omega, R, rng


def test_one_band_is_the_spin_model():
    rng = np.random.default_rng(0)
    q_c, q_v, R_c, R_v, omega_c = *rng.normal(size=(2, 3, 3)), positive(rng, 3), positive(rng, 3), rng.normal(size=3)
    omega = np.zeros(16)
    omega[NUMBER["ox"] : NUMBER["oz"] + 1] = omega[NUMBER["zx"] : NUMBER["zz"] + 1] = omega_c / 2  # on c only
    loss = relaxation(np.inf, 1.0, R_c, R_v) - U4.ad(omega)
    found = density_medium(diffusion(D0, 3.0, 2.0), U4.ad(gauge_field_of_bands(q_c, q_v)), loss)
    Theta = np.einsum("ij,AB->iAjB", np.eye(3), np.eye(4))
    expected = spin_medium(D0, D0, R_c, omega_c, q_c, Theta)
    for law in ("matrix", "flux"):
        in_blocks = np.einsum("aA,pAqB,Bb->paqb", TO_BLOCKS, getattr(found, law), FROM_BLOCKS)
        np.testing.assert_allclose(in_blocks[:, :4, :, :4], getattr(expected, law), atol=1e-12)
        np.testing.assert_allclose(in_blocks[:, 4:, :, :4], 0, atol=1e-12)
        np.testing.assert_allclose(in_blocks[:, :4, :, 4:], 0, atol=1e-12)
    alone = density_medium(D0 * np.eye(4), SPIN.ad(np.pad(q_c, ((0, 0), (1, 0)))), np.pad(R_c, ((1, 0), (1, 0))))
    np.testing.assert_allclose(alone.matrix, spin_medium(D0, D0, R_c, 0 * omega_c, q_c, Theta).matrix, atol=1e-12)
    np.testing.assert_array_equal(alone.storage, np.eye(4))


@pytest.mark.parametrize("seed", range(3))
def test_a_local_change_of_basis_changes_nothing(seed):
    """S -> O(U(r)) S, q -> transformed, and omega, R, Dm and the flows turned: same flows, same balance."""
    Dm, q, omega, R, rng = anything(seed)
    U, X = expm(1j * hermitian(rng)), hermitian(rng, 3)
    dU = 1j * X @ U
    O, dO = U4.rotation(U), np.array([U4.ad(-2 * U4.components(x)) for x in X]) @ U4.rotation(U)
    carried, forced = rng.normal(size=(3, 16, 16)), rng.normal(size=16)
    here = density_medium(Dm, U4.ad(q), R - U4.ad(omega), carried, forced)
    turned = density_medium(
        O @ Dm @ O.T,
        U4.ad(U4.gauge_transformed(q, U, dU)),
        O @ R @ O.T - U4.ad(O @ omega),
        O @ carried @ O.T,
        O @ forced,
    )
    S, v = rng.normal(size=(2, 4, 16))
    S_turned, v_turned = (np.concatenate([[O @ jet[0]], jet[1:] @ O.T + dO @ jet[0]]) for jet in (S, v))

    def flow(medium, S):
        return -np.einsum("iAqB,qB->iA", medium.flux, S)

    def balance(medium, v, S):
        return np.einsum("pA,pAqB,qB", v, medium.matrix, S)

    np.testing.assert_allclose(flow(turned, S_turned), flow(here, S) @ O.T, atol=1e-10)
    assert balance(turned, v_turned, S_turned) == pytest.approx(balance(here, v, S), rel=1e-10)
    push = [np.einsum("pA,pAi->i", v, medium.drive) for v, medium in ((v_turned, turned), (v, here))]
    np.testing.assert_allclose(push[0], push[1], rtol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_electrons_are_conserved_and_transport_dissipates(seed):
    """No source of S_oo, whatever turns and relaxes; S.S = 4 Tr N^2 grows by nothing, and stays if D = R = 0."""
    Dm, q, omega, R, rng = anything(seed)
    medium = density_medium(Dm, U4.ad(q), R - U4.ad(omega), rng.normal(size=(3, 16, 16)), rng.normal(size=16))
    np.testing.assert_array_equal(medium.matrix[0, 0], 0)
    np.testing.assert_array_equal(medium.drive[0, 0], 0)
    still = density_medium(Dm, U4.ad(q), R - U4.ad(omega)).matrix.reshape(64, 64)
    assert np.linalg.eigvalsh(still + still.T)[0] > -1e-12 * np.abs(still).max()
    turning = density_medium(STILL, U4.ad(q), -U4.ad(omega)).matrix
    np.testing.assert_array_equal(turning[0, :, 0], -turning[0, :, 0].T)
    np.testing.assert_array_equal(turning[1:], 0)


def test_flows_are_those_of_the_law():
    """J_i = -Dm (d_i S + q_i S) + (K S + c) E_i, with E_i and not the field of another direction."""
    Dm, q, omega, R, rng = anything(4)
    K, c = drift(0.14, 0.045, 9.0)
    E, S = np.array([2e4, -1e4, 5e3]), rng.normal(size=(4, 16))
    medium = density_medium(Dm, U4.ad(q), R - U4.ad(omega), np.einsum("i,AB->iAB", E, K), c)
    J = np.einsum("iAk,k->iA", medium.drift, E) - np.einsum("iAqB,qB->iA", medium.flux, S)
    expected = [-Dm @ (S[1 + i] + U4.ad(q[i]) @ S[0]) + (K @ S[0] + c) * E[i] for i in range(3)]
    np.testing.assert_allclose(J, expected, rtol=1e-10)


def test_helix_of_two_bands():
    """q_x^zz alone: spin-pseudospin helices of one sense live on, of the other decay at 4 D q0^2."""
    medium = density_medium(D0 * np.eye(16), U4.ad(gauge(x_zz=1)), STILL)
    rate = D0 * Q0**2

    def decay(turns, S_xo, S_yz):
        """Decay rate of S_xo cos + S_yz sin as exp(i k x) with complex amplitudes."""
        state = np.zeros(16, complex)
        state[NUMBER["xo"]], state[NUMBER["yz"]] = S_xo, S_yz
        image = wave(medium, [turns * Q0, 0, 0]) @ state
        lost = np.vdot(state, image) / np.vdot(state, state)
        np.testing.assert_allclose(image, lost * state, atol=1e-9 * rate)
        return lost.real / rate

    assert decay(1, 1, 1j) == pytest.approx(0, abs=1e-12)  # cos q0 x and Re(i exp(i q0 x)) = -sin q0 x
    assert decay(1, 1, -1j) == pytest.approx(4)
    assert decay(0, 1, 0) == pytest.approx(1)
    halves = np.linalg.eigvalsh(wave(medium, [Q0 / 2, 0, 0])) / rate
    np.testing.assert_allclose(halves, np.repeat([0.25, 2.25], [12, 4]), rtol=1e-9)  # eight fields do not turn: 1/4


def test_uniform_fields_in_a_gauge_field_that_does_not_commute():
    """q_x^xy = q_y^xx = q0."""
    medium = density_medium(D0 * np.eye(16), U4.ad(gauge(x_xy=1, y_xx=1)), STILL)
    rates = medium.matrix[0, :, 0] / (D0 * Q0**2)
    by_name = dict.fromkeys(NAMES, 0) | dict.fromkeys(("oz", "xz", "yo", "zo"), 2)
    by_name |= dict.fromkeys(("ox", "oy", "xx", "xy", "yx", "yy", "zx", "zy"), 1)
    np.testing.assert_allclose(rates, np.diag([by_name[name] for name in NAMES]), atol=1e-12)


def test_rashba_coupling_relaxes_the_spin_of_its_band_alone():
    q_c = np.array([[0, Q0, 0], [-Q0, 0, 0], [0, 0, 0]])
    medium = density_medium(D0 * np.eye(16), U4.ad(gauge_field_of_bands(q_c, np.zeros((3, 3)))), STILL)
    rates = TO_BLOCKS @ medium.matrix[0, :, 0] @ FROM_BLOCKS
    uniform = rashba_spectrum(D0, Q0)[0]
    np.testing.assert_allclose(rates[:4, :4], np.diag([0, *uniform]), atol=1e-9 * D0 * Q0**2)
    np.testing.assert_allclose(rates[4:8, 4:8], 0, atol=1e-9 * D0 * Q0**2)


def test_spin_diffuses_in_a_field_with_a_slope():
    """Torrey: omega_z = G x makes |S_perp| = exp(-D G^2 t^3 / 3); in the frame that turns with it q_x^z = G t."""
    G, t = 5e19, 1e-12
    nodes, weights = np.polynomial.legendre.leggauss(4)

    def rate(t):
        dU = np.zeros((3, 2, 2), complex)
        dU[0] = 0.5j * G * t * SPIN.T[3]  # U = exp(i omega_z t sigma_z / 2) undoes the precession
        q = SPIN.gauge_transformed(np.zeros((3, 4)), np.eye(2), dU)
        assert q[0, 3] == pytest.approx(G * t)
        return density_medium(D0 * np.eye(4), SPIN.ad(q), np.zeros((4, 4))).matrix[0, 1, 0, 1]

    exponent = sum(w * rate(t / 2 * (1 + x)) for x, w in zip(nodes, weights)) * t / 2
    assert np.exp(-exponent) == pytest.approx(0.434598209, rel=1e-8)


def test_spin_turns_while_it_enters_a_half_space():
    """Hanle: S_x - i S_y ~ exp(-k x), k^2 = (1/T2 + i omega) / D."""
    loss = np.diag([0, 1, 1, 1]) / 5e-12 - SPIN.ad([0, 0, 0, 1e12])
    medium = density_medium(D0 * np.eye(4), np.zeros((3, 4, 4)), loss)
    decay = (2.469619305 + 2.024603545j) * 1e7
    row = np.array([0, 1, -1j, 0])
    balance = row @ (medium.matrix[0, :, 0] - decay**2 * medium.matrix[1, :, 1])
    np.testing.assert_allclose(balance, 0, atol=1e-8 / 5e-12)


def test_slab_between_a_contact_of_c_up_and_a_wall():
    L = 50e-9
    omega = np.zeros(16)
    for name, value in {"zo": 2e12, "oz": 4e11, "zz": 1e11, "xo": 6e11, "xx": 3e11}.items():
        omega[NUMBER[name]] = value
    R = relaxation(1e-9, 0.5e-12, np.eye(3) / 0.1e-9, np.eye(3) / 1e-12)
    medium = density_medium(diffusion(2e-3, 5e-4, 1.25e-3), np.zeros((3, 16, 16)), R - U4.ad(omega))
    Dm = medium.flux[0, :, 1]
    squares, modes = np.linalg.eig(np.linalg.solve(Dm, medium.matrix[0, :, 0]))
    roots = np.sqrt(squares.astype(complex))
    amplitudes = np.linalg.solve(modes, fields([1, 0, 0, 1], np.zeros(4), np.zeros(4)))
    cc, vv, cv = blocks((modes @ (amplitudes / np.cosh(roots * L))).real)  # S ~ cosh k (L - x) / cosh k L
    assert cc[3] == pytest.approx(0.964106686, rel=1e-8)
    assert vv[3] == pytest.approx(0.023333899, rel=1e-7)
    assert vv[0] == pytest.approx(0.106849707, rel=1e-8)
    assert cv[0] == pytest.approx(0.046056652 + 0.065024687j, rel=1e-7)
    J = (Dm @ modes @ (amplitudes * roots * np.tanh(roots * L))).real
    np.testing.assert_allclose(J[[NUMBER[a] for a in ("oz", "zo", "yo")]], [2053.1845, 3595.6292, 10817.684], rtol=1e-7)
    assert abs(J[0]) < 1e-6 * 2e3


N0, EPS = 1e23, 11.7 * epsilon_0


def gas(rate=1e4, n_ref=N0):
    """Electrons of c at 300 K, D = 3.6e-3 m^2/s, about a uniform state, densities in units of n_ref."""
    D, state = 3.6e-3, fields([N0, 0, 0, 0], np.zeros(4), np.zeros(4))
    K, _ = drift(D * e / (k * 300), 0.0, 0.0)
    return screened_medium(D * np.eye(16), np.zeros((3, 16, 16)), STILL, 0.0, K @ state / n_ref, EPS / n_ref, rate)


@pytest.mark.parametrize("n_ref", [1.0, N0])
def test_electrons_screen_a_background(n_ref):
    """Debye: dn = a n0 / (1 + q^2 lambda^2)."""
    debye, q, rate = 1.292882839e-8, 2 * np.pi / 100e-9, 1e4
    A = wave(gas(rate, n_ref), [q, 0, 0])
    scale = np.abs(A).max(axis=1)
    load = np.zeros(17)
    load[16] = rate * e * N0 / n_ref  # background n0 (1 + a cos q x), per a
    answer = np.linalg.solve(A / scale[:, None], load / scale)
    assert answer[0] * n_ref / N0 == pytest.approx(0.602445958, rel=1e-8)
    assert answer[0] * n_ref / N0 == pytest.approx(1 / (1 + (q * debye) ** 2), rel=1e-8)
    assert answer[16] == pytest.approx(1.557443278e-2, rel=1e-7)


def test_charge_relaxes_by_diffusion_and_screening():
    """D (q^2 + 1 / lambda_D^2) for charge, D q^2 for all that has none."""
    q, medium = 2 * np.pi / 100e-9, gas()
    A = wave(medium, [q, 0, 0])
    np.testing.assert_array_equal(medium.storage, np.diag(16 * [1] + [0]))
    rates = np.sort(np.linalg.eigvals(A[:16, :16] - np.outer(A[:16, 16], A[16, :16]) / A[16, 16]).real)
    assert rates[-1] == pytest.approx(3.574917832e13, rel=1e-8)
    np.testing.assert_allclose(rates[:-1], 3.6e-3 * q**2, rtol=1e-9)


def test_a_screened_medium_carries_all_that_the_bare_one_does():
    Dm, q, omega, R, rng = anything(5)
    carried, pushed = rng.normal(size=(3, 16, 16)), rng.normal(size=16)
    bare = density_medium(Dm, U4.ad(q), R - U4.ad(omega), carried, pushed)
    screened = screened_medium(Dm, U4.ad(q), R - U4.ad(omega), carried, pushed, 2.0, 3.0)
    np.testing.assert_allclose(screened.matrix[:, :16, :, :16], bare.matrix, atol=1e-12)
    # a slope of phi drives as the opposite field does
    np.testing.assert_allclose(np.moveaxis(screened.matrix[:, :16, 1:, 16], 2, -1), bare.drive, atol=1e-12)
    np.testing.assert_array_equal(screened.matrix[:, :16, 0, 16], 0)
    np.testing.assert_array_equal(screened.drive, 0)
    assert screened.matrix[0, 16, 0, 0] == 3 * e


@pytest.mark.parametrize(("wave_number", "oscillates"), [(1e7, False), (4e7, True)])
def test_massless_coupling_diffuses_or_oscillates(wave_number, oscillates):
    """Telegraph equation: rates (1 -+ sqrt(1 - 4 v^2 k^2 tau^2)) / 2 tau."""
    v, tau = 1e6, 20e-15
    V = np.zeros((3, 4, 4), complex)
    V[0] = v * U4.T[NUMBER["xx"]]
    R = np.diag([0, *15 * [1 / tau]])
    rates = np.linalg.eigvals(wave(density_medium(STILL, np.zeros((3, 16, 16)), R, dirac_flux(V)), [wave_number, 0, 0]))
    slowest = rates[np.argmin(rates.real)]
    if oscillates:
        assert slowest.real == pytest.approx(1 / (2 * tau))
        assert abs(slowest.imag) == pytest.approx(np.sqrt(4 * (v * wave_number * tau) ** 2 - 1) / (2 * tau))
    else:
        assert slowest.real == pytest.approx(2.087121526e12, rel=1e-8)
        assert slowest.imag == pytest.approx(0, abs=1e-3 / tau)


def test_many_points_are_one_after_the_other():
    """Whichever of the coefficients varies."""
    _, q, omega, R, rng = anything(6)
    loss = R - U4.ad(omega)
    given = {
        "Dm": diffusion_of_matrix(np.eye(4)),
        "ad_q": U4.ad(q),
        "loss": loss,
        "carried": rng.normal(size=(3, 16, 16)),
        "forced": rng.normal(size=16),
    }
    factors = np.array([1.0, -2.0, 0.5])
    for law, more in ((density_medium, {}), (screened_medium, {"eps": 2.0, "rate": 3.0})):
        for varies, value in given.items():
            together = law(**given | {varies: np.multiply.outer(factors, value)}, **more)
            for i, factor in enumerate(factors):
                alone = law(**given | {varies: factor * value}, **more)
                for array in ("matrix", "flux", "drive", "drift"):
                    np.testing.assert_allclose(getattr(together, array)[i], getattr(alone, array), atol=1e-12)
