"""Perturbative formulas: derived again with sympy, which shows the errata, and set against the exact solution."""

import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose
from scipy.linalg import sqrtm

from ddgauge.physics import perturbative
from ddgauge.physics.algebra import cross, rotation
from ddgauge.physics.closure import coupling, expansion, response
from ddgauge.physics.exchange import density_of_states, rates, spin_average
from ddgauge.physics.gauge import field_strength, spin_orbit
from ddgauge.physics.interface import loss_tensors, magnetic_tensors
from ddgauge.physics.relaxation import uniaxial
from ddgauge.units import E_CHARGE, HBAR, M_E
from tests.exact_film import interface_matrix, interface_parts, theta_of

SIGMA, D = 2e6, 2e-4
Z = np.array([0, 0, 1.0])
FREE = response(coupling())

# symbols of the derivation: m along z, so that L = diag(l_perp, l_perp, l_par)
sigma, diffusion, l_par, l_perp, mass, hbar = sp.symbols("sigma D l_par l_perp m hbar", positive=True)
alpha, beta, lam, u_xy, u_yz, u_zx, omega = sp.symbols("alpha beta lambda u_xy u_yz u_zx omega", real=True)
theta0, thetaL = sp.symbols("theta_x theta_y theta_z", real=True), sp.symbols("L_x L_y L_z", real=True)
z = sp.Symbol("z", negative=True)
ONE = sp.eye(3)
L = sp.diag(l_perp, l_perp, l_par)
RATE = 4 * diffusion * mass**2 / hbar**2


def x(w):
    """[w]x: v -> w x v."""
    return sp.Matrix([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])


def gauge(strain=True):
    a, s = (alpha - u_xy * lam, lam) if strain else (alpha, 0)
    rows = [[-beta, a, u_zx * s], [-a, beta, -u_yz * s], [-u_zx * s, u_yz * s, 0]]
    return [2 * mass / hbar * sp.Matrix(row) for row in rows]


def taken_by_lattice(q, Theta):
    """-integral of q_i x j_i from -oo to 0 for mu = exp(z / L) mu(0), as a matrix on mu(0); Theta[i][j] are (3, 3)."""
    mu = sp.diag(*[sp.exp(z / length) for length in (l_perp, l_perp, l_par)])
    force = [-sigma * (x(q[0]) * mu), -sigma * (x(q[1]) * mu), -sigma * (mu.diff(z) + x(q[2]) * mu)]
    total = sp.zeros(3)
    for i in range(3):
        j_i = sum((Theta[i][j] * force[j] for j in range(3)), sp.zeros(3))
        total -= (x(q[i]) * j_i).applyfunc(lambda f: sp.integrate(sp.expand(f), (z, -sp.oo, 0)))
    return total.applyfunc(sp.expand)


def first_order():
    """1 - K of the spin part, from j - thetaL x j (spin) + theta0 x j (flow) = F."""
    eps = sp.LeviCivita
    flow = [[sum(eps(i, k, j) * theta0[k] for k in range(3)) for j in range(3)] for i in range(3)]
    return [[(ONE + x(thetaL)) * int(i == j) - flow[i][j] * ONE for j in range(3)] for i in range(3)]


UNITY = [[ONE * int(i == j) for j in range(3)] for i in range(3)]
VALUES = {
    **{sigma: SIGMA, diffusion: D, l_par: 1.3e-9, l_perp: 0.9e-9, mass: M_E, hbar: HBAR},
    **{alpha: 3e4, beta: 1e4, lam: 4e5, u_xy: 0.01, u_yz: 0.03, u_zx: 0.02},
    **dict(zip(theta0, (0.02, -0.01, 0.05))),
    **dict(zip(thetaL, (0.03, 0.04, -0.02))),
}
STRAIN = np.array([[0, 0.01, 0.02], [0.01, 0, 0.03], [0.02, 0.03, 0]])
NUMERIC_L = np.diag([0.9e-9, 0.9e-9, 1.3e-9])
NONE = np.zeros((3, 3))


def number(matrix):
    return np.array(matrix.subs(VALUES).evalf(), float)


def same(a, b):
    assert (a - b).applyfunc(sp.simplify) == sp.zeros(3)


def test_lattice_response_is_the_integral_of_the_gauge_terms():
    """(37) for the gauge field (9)-(11) and Theta to first order, on mu_s = 2 mu(0)."""
    derived = number(taken_by_lattice(gauge(), first_order()) / 2)
    q = spin_orbit(M_E, 3e4, 1e4, 4e5, STRAIN)
    Theta = expansion(coupling([0.02, -0.01, 0.05], 0, [0.03, 0.04, -0.02]), order=1)
    found = perturbative.lattice_response(SIGMA, D, NUMERIC_L, NONE, q, Theta)
    assert_allclose(found, derived, rtol=1e-12)


def test_erratum_relaxation_by_rashba_and_dresselhaus_is_four_times_the_printed_one():
    """(47), (48): 1/tau_perp = (4 D m^2 / hbar^2) (alpha^2 + beta^2), twice that along z, the Dyakonov-Perel values."""
    rate = -(taken_by_lattice(gauge(strain=False), UNITY) * L.inv()).applyfunc(sp.simplify) * diffusion / sigma
    a2 = alpha**2 + beta**2
    same(rate, RATE * sp.Matrix([[a2, 2 * alpha * beta, 0], [2 * alpha * beta, a2, 0], [0, 0, 2 * a2]]))
    printed = diffusion * mass**2 / hbar**2 * a2
    assert sp.simplify(rate[0, 0] / printed) == 4
    found = perturbative.spin_orbit_rates(D, M_E, 3e4, 1e4)
    assert_allclose(found, number(rate), rtol=1e-12, atol=1)
    assert_allclose(found[0, 0], 4 * D * M_E**2 / HBAR**2 * 1e9, rtol=1e-12)


def test_erratum_strain_enters_as_u_times_lambda():
    """(56), (57): the part even in L, without flow-z's first-order term; u_par alone has not even the unit of alpha."""
    q = gauge()
    linear = sigma * x(q[2])  # delta_jz mu: what G_lambda of (59) is made of
    rate = -((taken_by_lattice(q, UNITY) - linear) * L.inv()).applyfunc(sp.simplify) * diffusion / sigma
    a, u, w = alpha - u_xy * lam, u_zx * lam, u_yz * lam
    xy, xz, yz = 2 * a * beta + u * w, beta * u - a * w, beta * w - a * u
    plane = a**2 + beta**2
    diagonal = plane + u**2 + 2 * w**2, plane + 2 * u**2 + w**2, 2 * plane + u**2 + w**2
    same(rate, RATE * sp.Matrix([[diagonal[0], xy, xz], [xy, diagonal[1], yz], [xz, yz, diagonal[2]]]))
    assert_allclose(perturbative.spin_orbit_rates(D, M_E, 3e4, 1e4, 4e5, STRAIN), number(rate), rtol=1e-12)


def test_erratum_precession_has_half_the_printed_conductance():
    """(36), (43) with (15), nu_F per spin: G_i = (sigma / 2 D) ell omega = -(e^2 / 2 hbar) nu_F ell n_m K_s <S_par>."""
    e, nu, n_m, K_s, S = sp.symbols("e nu_F n_m K_s S_par")
    G = -sigma / diffusion * (-x([0, 0, omega])) * L / 2  # on mu_s
    G_i = sp.simplify(G[1, 0].subs(omega, -n_m * K_s / (2 * hbar) * S).subs(sigma, 2 * e**2 * nu * diffusion))
    assert sp.simplify(G_i + e**2 / (2 * hbar) * nu * l_perp * n_m * K_s * S) == 0
    moments = {"n_m": 2e28, "K_s": 3e-49, "S": 3.5, "T": 10.0, "B": 2.0}
    tau_par, tau_perp, precession = rates(nu_F=density_of_states(SIGMA, D), **moments)
    ell = np.sqrt(D * tau_perp)
    s = spin_average(3.5, 10.0, 2.0)
    expected = -(E_CHARGE**2) / (2 * HBAR) * density_of_states(SIGMA, D) / 2 * ell * 2e28 * 3e-49 * s
    assert_allclose(perturbative.mixing_conductances(SIGMA, D, tau_par, tau_perp, precession)[2], expected, rtol=1e-12)


def test_signs_of_the_hall_and_hanle_terms_as_they_follow():
    """(51), (52), (58), (59) to first order in the angles, from (36)-(38) and not as printed.

    theta0: -sigma [theta_y q_x - theta_x q_y]x + sigma [theta_k B_k]x L,  B_k = eps_kij q_i x q_j / 2
    thetaL:  sigma [q_z]x [thetaL]x + sigma [q_i]x [thetaL]x [q_i]x L
    """
    q = gauge()
    found = taken_by_lattice(q, first_order()) - taken_by_lattice(q, UNITY)
    strength = [q[1].cross(q[2]), q[2].cross(q[0]), q[0].cross(q[1])]
    hall = (
        -x(theta0[1] * q[0] - theta0[0] * q[1]) + x(sum((t * B for t, B in zip(theta0, strength)), sp.zeros(3, 1))) * L
    )
    hanle = x(q[2]) * x(thetaL) + sum((x(q_i) * x(thetaL) * x(q_i) for q_i in q), sp.zeros(3)) * L
    same(found, sigma * (hall + hanle))
    plain = gauge(strain=False)  # Rashba and Dresselhaus only: theta_z makes a G_i of (alpha^2 - beta^2)
    B_z = plain[0].cross(plain[1])
    assert sp.simplify(B_z[2] - 4 * mass**2 / hbar**2 * (alpha**2 - beta**2)) == 0
    assert_allclose(field_strength(spin_orbit(M_E, 3e4, 1e4))[0, 1], np.ravel(number(B_z)), rtol=1e-12)


def test_closed_forms_are_the_tensors_of_the_response():
    tau_par, tau_perp, turn = 3e-14, 1e-14, 2e12
    R = uniaxial(tau_par, tau_perp, Z)
    decay = perturbative.decay_matrix(D, R)
    magnetic = magnetic_tensors(perturbative.magnetic_response(SIGMA, D, decay, R, turn * Z), Z)
    found = perturbative.mixing_conductances(SIGMA, D, tau_par, tau_perp, turn)
    assert_allclose(found, [magnetic["G_s"], magnetic["G_r"], magnetic["G_i"]], rtol=1e-12)
    assert_allclose(magnetic["residual"], 0, atol=1)
    q = spin_orbit(M_E, 3e4, 1e4)
    loss = loss_tensors(perturbative.lattice_response(SIGMA, D, decay, NONE, q, FREE))
    lengths = np.sqrt(D * tau_par), np.sqrt(D * tau_perp)
    found = perturbative.loss_conductances(SIGMA, D, *lengths, M_E, 3e4, 1e4)
    assert_allclose(found, [loss["G_s"], loss["G_r"], loss["G_parallel"][0]], rtol=1e-12)


def test_lattice_relaxation_alone_is_exact():
    R = uniaxial(3e-14, 1e-14, rotation([0.4, 0.2, 0])[:, 2])
    decay = perturbative.decay_matrix(D, R)
    assert_allclose(decay @ decay @ R, D * np.eye(3), atol=1e-12 * D)
    found = perturbative.lattice_response(SIGMA, D, decay, R, NONE, FREE)
    exact = interface_matrix(SIGMA, D, R, thickness=60e-9, far="sink")
    assert_allclose(found, exact, rtol=1e-9, atol=1e-9 * np.abs(exact).max())


def test_missed_a_exact_thick_G_i_is_half_of_the_formula_for_slow_precession():
    tau = 1e-14
    R = np.eye(3) / tau
    for turn, half, tolerance in [(1e11, 0.5, 1e-6), (1e13, 0.5, 2e-3), (1e15, None, None)]:
        exact = interface_matrix(SIGMA, D, R, turn * Z, thickness=60e-9, far="sink")
        k = np.sqrt((1 / tau - 1j * turn) / D)
        assert_allclose(exact[0, 0] + 1j * exact[1, 0], -SIGMA / 2 * k, rtol=1e-9)
        formula = perturbative.mixing_conductances(SIGMA, D, tau, tau, turn)[2]
        if half:
            assert_allclose(exact[1, 0] / formula, half, rtol=tolerance)
        else:
            assert exact[1, 0] / formula < 0.25


def test_missed_b_a_flow_z_gauge_field_is_an_artefact_of_the_formula():
    q = np.zeros((3, 3))
    q[2] = [-2e8, 3e8, 0]
    R = np.eye(3) * 1e13
    without, exact = (interface_matrix(SIGMA, D, R, q=field, thickness=60e-9, far="sink") for field in (NONE, q))
    assert_allclose(exact, without, atol=1e-9 * np.abs(without).max())
    formula = loss_tensors(perturbative.lattice_response(SIGMA, D, perturbative.decay_matrix(D, R), NONE, q, FREE))
    assert_allclose(formula["G_j"], SIGMA / 2 * q[2, :2], rtol=1e-12)  # G_lambda of (59), nothing in truth


@pytest.mark.parametrize("theta", [0.0, 0.1])
def test_loss_formula_is_the_limit_of_a_weak_gauge_field(theta):
    """The lattice's part of the exact response, relative deviation ~ (q ell)^2; theta_z as an antisymmetric part."""
    tau = 1e-14
    R = uniaxial(2 * tau, tau, Z)
    decay, angles = perturbative.decay_matrix(D, R), [0, 0, theta]
    deviations = []
    for scale in (0.1, 0.05):
        q = spin_orbit(M_E, 3e4 * scale, 1e4 * scale)
        exact = interface_parts(SIGMA, D, R, q=q, Theta=theta_of(angles), thickness=80e-9, far="sink")["gauge"]
        formula = perturbative.lattice_response(SIGMA, D, decay, NONE, q, response(coupling(angles)))
        deviations.append(np.abs(exact - formula).max() / np.abs(formula).max())
    if theta == 0:
        assert deviations[1] < 1e-2
        assert_allclose(deviations[0] / deviations[1], 4, rtol=0.02)
    else:
        assert deviations[1] < 3e-2


def test_missed_c_conductances_of_gauge_field_and_exchange_do_not_add():
    """Under the root the rates do add, G = -(sigma/2) sqrt((R + Gamma - [omega]x) / D), while q_z = 0."""
    q, turn = spin_orbit(M_E, 3e4, 1e4), np.array([2e12, -1e12, 3e12])
    Gamma = perturbative.spin_orbit_rates(D, M_E, 3e4, 1e4)
    R = uniaxial(1 / Gamma[0, 0], 0.5 / Gamma[0, 0], rotation([0.5, 0.2, 0])[:, 2])  # q ell ~ 1
    exact = interface_matrix(SIGMA, D, R, turn, q, thickness=60e-9, far="sink")
    assert_allclose(exact, -SIGMA / 2 * sqrtm((R + Gamma - cross(turn)) / D), rtol=1e-8)
    decay = perturbative.decay_matrix(D, R)
    formula = perturbative.lattice_response(SIGMA, D, decay, R, q, FREE)
    without = interface_matrix(SIGMA, D, R, q=q, thickness=60e-9, far="sink")
    assert formula[2, 2] / without[2, 2] > 1.25


def test_with_strain_not_even_the_rates_add():
    q = spin_orbit(M_E, 3e4, 1e4, 2e6, STRAIN)
    Gamma = perturbative.spin_orbit_rates(D, M_E, 3e4, 1e4, 2e6, STRAIN)
    exact = interface_matrix(SIGMA, D, np.eye(3) * 1e13, q=q, thickness=60e-9, far="sink")
    added = -SIGMA / 2 * sqrtm((np.eye(3) * 1e13 + Gamma) / D)
    assert np.abs(exact - added).max() > 0.1 * np.abs(exact).max()


def test_conductances_turn_with_the_spin_axes():
    O = rotation([0.3, -0.5, 0.8])
    R, q, turn = uniaxial(3e-14, 1e-14, Z), spin_orbit(M_E, 3e4, 1e4, 4e5, STRAIN), np.array([1e12, 2e12, 3e12])
    here = perturbative.decay_matrix(D, R)
    there = perturbative.decay_matrix(D, O @ R @ O.T)
    assert_allclose(
        perturbative.magnetic_response(SIGMA, D, there, O @ R @ O.T, O @ turn),
        O @ perturbative.magnetic_response(SIGMA, D, here, R, turn) @ O.T,
        rtol=1e-9,
    )
    assert_allclose(
        perturbative.lattice_response(SIGMA, D, there, NONE, q @ O.T, FREE),
        O @ perturbative.lattice_response(SIGMA, D, here, NONE, q, FREE) @ O.T,
        rtol=1e-9,
    )
    assert_allclose(perturbative.magnetic_response(SIGMA, D, np.eye(3), NONE, turn), SIGMA / (2 * D) * cross(turn))
