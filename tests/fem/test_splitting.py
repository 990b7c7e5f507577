"""Two bands in time by splitting: closed forms, exact exponentials, conservation  [Buot]."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.constants import e
from scipy.linalg import expm

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.splitting import Splitting
from ddgauge.physics.band_law import BandLaw, Drive, poisson_rate
from ddgauge.physics.band_relaxation import relaxation
from ddgauge.physics.band_transport import diffusion
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.two_band import NUMBER, blocks, fields, hamiltonian, lowest_occupation
from ddgauge.units import HBAR
from tests.fem import bands
from tests.fem.bands import plain
from tests.fem.orders import order

L = 50e-9  # m
ZERO = np.zeros(4)


def slab(cells=8, length=L):
    return Assembly(stack_mesh([("film", length, cells, length)]), 2)


def at_nodes(assembly, state):
    """(rows, n) of a function of z, m."""
    return np.array([state(z) for z in assembly.points[: assembly.owned, 0] * 1e-9])


def last(run, x, time):
    """State and Solution at a time."""
    return list(run.states(run.begin(x), [time]))[-1]


def dense(system):
    """Law and storage of a Nonlinear as dense matrices, and its load: storage d_t x + A x = b."""
    size = system.assembly.owned * system.n
    unit = np.eye(size).reshape(size, -1, system.n)
    A = np.array([system.apply(x).ravel() for x in unit]).T
    M = np.array([system.store(x).ravel() for x in unit]).T
    return A, M, system.load().ravel()


def exponential(run, start, end):
    """Fields (rows, n) at the end by exp(-M^-1 A t) of the whole law."""
    system, x = run.solution(run.begin(start)).system, start.ravel().copy()
    A, M, b = dense(system)
    free = ~system.fixed.ravel()
    inside, count = np.ix_(free, free), free.sum()
    generator = np.zeros((count + 1, count + 1))
    generator[:-1, :-1] = -np.linalg.solve(M[inside], A[inside])
    generator[:-1, -1] = np.linalg.solve(M[inside], (b - A @ np.where(free, 0, x))[free])
    x[free] = (expm(generator * end) @ np.append(x[free], 1.0))[:-1]
    return x.reshape(start.shape)


@pytest.mark.parametrize("ends", ["closed", "held"])
def test_second_order_beside_the_exponential_of_the_whole(ends):
    """A slab in which every term counts, beside exp(-M^-1 A t)."""
    law, assembly = bands.every_term(poisson=False, mass_action=False), slab(2)
    faces = {} if ends == "closed" else {"top": bands.held(np.linspace(0.1, 0.5, 16))}
    end, errors = 2e-13, []
    for steps in (8, 16, 32):
        run = Splitting(assembly, {"film": law}, faces, end=end, steps=steps)
        start = run.begin(at_nodes(assembly, lambda z: np.cos(np.arange(16) + z / L))).x
        errors.append(last(run, start, end)[0].x)
    x = exponential(run, start, end)
    errors = [np.abs(found - x).max() for found in errors]
    assert order(1 / np.array([8, 16, 32]), errors) > 1.8
    assert errors[-1] < 2e-3


def helix_law(q0):
    q = np.zeros((3, 16))
    q[2, NUMBER["zz"]] = q0
    return BandLaw(plain(Dm=1e-3 * np.eye(16), q=q))


@pytest.mark.parametrize("sense, rate", [(1, 0), (-1, 4)])
def test_helix_does_not_decay(sense, rate):
    """q_z^zz = q0: the state S_xo = cos q0 z, S_yz = -sin q0 z stays, one of the other sense decays at 4 D q0^2."""
    q0, D = 2 * np.pi / L, 1e-3
    assembly = Assembly(stack_mesh([("film", L, 24, L)]), 2)
    state = np.zeros((assembly.owned, 16))
    z = assembly.points[: assembly.owned, 0] * 1e-9
    state[:, NUMBER["xo"]], state[:, NUMBER["yz"]] = np.cos(q0 * z), -sense * np.sin(q0 * z)
    end = 0.02 / (D * q0**2)
    _, found = last(Splitting(assembly, {"film": helix_law(q0)}, end=end, steps=10), state, end)
    middle = np.abs(z - L / 2) < L / 8 if rate else slice(None)
    np.testing.assert_allclose(found.x[middle], np.exp(-0.02 * rate) * state[middle], atol=2e-5)


def test_uniform_states_decay_in_a_gauge_field():
    """q_x^xy = q_y^xx = q0: oz, xz, yo, zo at 2 D q0^2, those of spin x and y at D q0^2, the others not at all."""
    q0, D = 2e7, 1e-3
    q = np.zeros((3, 16))
    q[0, NUMBER["xy"]] = q[1, NUMBER["xx"]] = q0
    law, assembly = BandLaw(plain(Dm=D * np.eye(16), q=q)), slab(4)
    end = 0.1 / (D * q0**2)
    _, found = last(Splitting(assembly, {"film": law}, end=end, steps=20), np.ones((assembly.owned, 16)), end)
    rates = -np.log(found.jets("film")[0] / L) / 0.1
    twice = [NUMBER[name] for name in ("oz", "xz", "yo", "zo")]
    once = [NUMBER[mu + a] for mu in "oxyz" for a in "xy"]
    expected = np.zeros(16)
    expected[twice], expected[once] = 2, 1
    np.testing.assert_allclose(rates, expected, rtol=1e-4, atol=1e-9)


def test_charge_relaxes_by_screening_and_diffusion():
    """A wave of charge decays at D (q^2 + 1 / lambda_D^2)."""
    n0, q, a = 1e23, np.pi / L, 1e-4
    c = plain(mobility_c=3.6e-3 / bands.V_T, doping=n0)
    law, assembly = BandLaw(c, 0.0, n0, True, poisson_rate([c], n0)), slab(16)
    start = at_nodes(assembly, lambda z: np.append(fields([1 + a * np.cos(q * z), 0, 0, 0], ZERO, ZERO), 0))
    run = Splitting(assembly, {"film": law}, end=1e-13, steps=50)
    waves = []
    for _, found in run.states(run.begin(start), [2e-14, 6e-14]):
        waves.append(found.potential("bottom") - found.potential("top"))
    assert np.log(waves[0][0] / waves[1][0]) / 4e-14 == pytest.approx(3.574917832e13, rel=1e-3)
    assert np.log(waves[0][16] / waves[1][16]) / 4e-14 == pytest.approx(3.574917832e13, rel=1e-3)


def test_quick_precession_is_exact_in_long_steps():
    """1e15 rad/s in steps of 1 ps: a uniform pure state turns as it would alone, and stays one."""
    H = hamiltonian([0.35 * e, 0, 0, 0.01 * e], [-0.35 * e, 0, 0, 0], [0.1 * e, 0.02j * e, 0, 0])
    law, assembly = BandLaw(plain(H=H)), slab(3)
    state = fields(
        [0.25, 0, 0.25, 0],
        [0.75, 0.5, -0.5, -0.25],
        np.array([0.125 + 0.125j, 0.375 + 0.125j, 0.125 + 0.125j, 0.125 - 0.375j]),
    )
    U = expm(-1j / HBAR * H * 10e-12)
    _, found = last(
        Splitting(assembly, {"film": law}, end=10e-12, steps=10), np.tile(state, (assembly.owned, 1)), 10e-12
    )
    alone = U4.fields(U @ U4.matrix(state) @ U.conj().T)
    np.testing.assert_allclose(found.x, np.tile(alone, (assembly.owned, 1)), atol=1e-9)
    assert lowest_occupation(found.x).min() > -1e-9


@pytest.mark.parametrize("rotating", [True, False])
def test_rabi_oscillations(rotating):
    """E_c - E_v = 0.1 eV, V = 2 meV, detuning 3 meV: n_c = 0.303518055, 0.573467817, 0.238462911 at 0.2, 0.5, 1 ps."""
    H = hamiltonian([0.1 * e, 0, 0, 0], ZERO, ZERO)
    drive = Drive(0.002 * e * np.array([1, 0, 0, 0j]), 0.097 * e / HBAR, rotating)
    law, assembly = BandLaw(plain(H=H, drive=drive)), slab(2)
    run = Splitting(assembly, {"film": law}, end=1e-12, steps=10)
    start = run.begin(np.tile(fields(ZERO, [1, 0, 0, 0], ZERO), (assembly.owned, 1)))
    found = [blocks(state.x[0])[0][0] for state, _ in run.states(start, [0.2e-12, 0.5e-12, 1e-12])]
    assert found == pytest.approx([0.303518055, 0.573467817, 0.238462911], rel=1e-6 if rotating else 0.1)


def two_layers(**others):
    """Laws in which every term counts, and no electrons are generated."""
    laws = {"p": bands.every_term(seed=1, **others), "n": bands.every_term(seed=2, **others)}
    no_charge = np.arange(16) > 0
    return {name: replace(law, c=replace(law.c, G=law.c.G * no_charge), rate=1e30) for name, law in laws.items()}


def test_electrons_of_a_closed_box_are_kept():
    """Mass action, Poisson, all terms: as many as there were, but for rounding."""
    laws, assembly = two_layers(), Assembly(stack_mesh([(name, L, 4, L) for name in bands.PAIR]), 2)
    alike = laws["p"].unknowns(fields([0.8e23, 0, 0, 2e22], [1.5e23, 0, 0, 0], ZERO))  # neutral
    x = np.tile(np.append(alike, 0), (assembly.owned, 1))
    x[:, 0] *= 1 + 0.1 * np.cos(np.pi * assembly.points[: assembly.owned, 0] / 100)
    run = Splitting(assembly, laws, end=1e-12, steps=20)
    start = run.begin(x)
    before, (_, found) = run.solution(start), last(run, x, 1e-12)
    total, at_first = (sum(solution.jets(name)[0] for name in laws) for solution in (found, before))
    assert total[0] == pytest.approx(at_first[0], rel=1e-13)
    assert abs(total[1] - at_first[1]) > 0.01 * L
    assert 0 < run.leak < 1e-12


def test_balances_hold_in_time():
    """What two layers with a held end store of each field is what comes in, is generated, and is not lost."""
    laws, assembly = two_layers(), Assembly(stack_mesh([(name, L, 4, L) for name in bands.PAIR]), 2)
    ends = {"bottom": bands.held(np.linspace(0.1, 0.5, 17)), "top": bands.free(17)}
    run = Splitting(assembly, laws, ends, end=1e-13, steps=5)
    _, found = last(run, np.zeros((assembly.owned, 17)), 1e-13)
    parts = [found.current("bottom"), *(part(name) for name in laws for part in (found.stored, found.loss))]
    np.testing.assert_allclose(sum(parts)[:16], 0, atol=1e-9 * np.abs(parts).max())
    assert found.stored("p")[0] + found.stored("n")[0] == pytest.approx(-found.current("bottom")[0], rel=1e-9)
    through = found.interface_current(*bands.PAIR)
    assert found.stored("n")[0] == pytest.approx(through[0], rel=1e-9)


def test_two_layers_come_near_the_whole():
    """At the nodes between them, where no exponential is that of both, an error of first order is not yet seen."""
    laws = two_layers(poisson=False, mass_action=False)
    assembly, end, errors = Assembly(stack_mesh([(name, L, 4, L) for name in bands.PAIR]), 2), 2e-13, []
    for steps in (8, 16, 32):
        run = Splitting(assembly, laws, end=end, steps=steps)
        start = at_nodes(assembly, lambda z: np.cos(np.arange(16) + z / L))
        errors.append(last(run, start, end)[0].x)
    x = exponential(run, start, end)
    errors = [np.abs(found - x).max() for found in errors]
    assert order(1 / np.array([8, 16, 32]), errors) > 1.6
    assert errors[-1] < 3e-3


def test_electrons_and_holes_recombine():
    """Uniform: n + p goes to that of mass action as exp(-t / T1), n - p stays; steps as long as T1 are exact."""
    c = bands.semiconductor(2e22, n_i=1e22)
    law, assembly = BandLaw(c, 1e25, 1e22), slab(2)
    T1, n, p = 1e-7, 5e22, 3e22
    X = fields([n, 0, 0, 0], [-p, 0, 0, 0], ZERO) / 1e22
    _, found = last(Splitting(assembly, {"film": law}, end=2e-7, steps=2), np.tile(X, (assembly.owned, 1)), 2e-7)
    n_eq, p_eq = c.equilibrium.carriers(np.array(n - p))
    whole = n_eq + p_eq + (n + p - n_eq - p_eq) * np.exp(-2e-7 / T1)
    assert found.x[:, NUMBER["zo"]] * 1e22 == pytest.approx(np.full(assembly.owned, whole), rel=1e-9)
    assert found.x[:, 0] * 1e22 == pytest.approx(np.full(assembly.owned, n - p), rel=1e-9)


def slab_law():
    omega = np.zeros(16)
    for name, value in {"zo": 2e12, "oz": 4e11, "zz": 1e11, "xo": 6e11, "xx": 3e11}.items():
        omega[NUMBER[name]] = value  # rad/s
    R = relaxation(1e-9, 0.5e-12, np.eye(3) / 0.1e-9, np.eye(3) / 1e-12)
    return BandLaw(plain(H=HBAR / 2 * np.einsum("A,Aij->ij", omega, U4.T), R=R, Dm=diffusion(2e-3, 5e-4, 1.25e-3)))


def test_injected_spin_comes_to_its_steady_state():
    """c up held at z = 0: after 20 ps the fields at L, and what flows in, are those of the coupled modes, cosh(kL)."""
    held = bands.held(fields([1, 0, 0, 1], ZERO, ZERO))
    run = Splitting(slab(12), {"film": slab_law()}, {"bottom": held}, end=20e-12, steps=200)
    _, found = last(run, None, 20e-12)
    cc, vv, cv = blocks(found.potential("top"))
    assert [cc[3], vv[3], vv[0]] == pytest.approx([0.964106686, 0.023333899, 0.106849707], rel=2e-3)
    assert cv[0] == pytest.approx(0.046056652 + 0.065024687j, rel=1e-2)
    assert -found.current("bottom")[[3, 12, 8]] == pytest.approx([2053.1845, 3595.6292, 10817.684], rel=0.08)


def test_long_steps_beside_a_face_that_holds_what_precesses():
    """1e15 rad/s, steps of 1 ps, the face holds no eigenstate: densities stay what they are without coherence."""
    H = hamiltonian([0.35 * e, 0, 0, 0], [-0.35 * e, 0, 0, 0], [0.02 * e, 0, 0, 0])
    R = relaxation(1e-9, 0.5e-12, np.eye(3) / 1e-10, np.eye(3) / 1e-10)
    law, assembly = BandLaw(plain(H=H, R=R)), slab(8)
    held = bands.held(fields([1, 0, 0, 0.5], [0.5, 0, 0, 0], np.array([0.3, 0, 0, 0])))
    _, found = last(Splitting(assembly, {"film": law}, {"bottom": held}, end=20e-12, steps=20), None, 20e-12)
    cc, vv, _ = blocks(found.x)
    np.testing.assert_allclose(cc[:, 0], 1.0, atol=0.1)
    np.testing.assert_allclose(vv[:, 0], 0.5, atol=0.1)
