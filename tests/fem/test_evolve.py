"""Evolution in time: order of steps, decay, diffusion and precession, charge that is kept, pumping, and restarts."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from ddgauge.fem import checkpoint
from ddgauge.fem.assemble import Assembly
from ddgauge.fem.evolve import Evolution, State
from ddgauge.fem.harmonic import Harmonic
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import SolverError, System
from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.gauge import rashba_dresselhaus
from ddgauge.physics.interface import pumped_spin_voltage, sheet
from ddgauge.physics.medium import Face, spin_medium
from ddgauge.physics.motive_force import motive_force
from ddgauge.physics.walls import Wall
from ddgauge.post.balance import balances
from ddgauge.units import M_E
from tests.fem.channels import CONTACT, FREE, NU, PY, SINK, P, body, motive, permalloy, places
from tests.fem.orders import order
from tests.two_current_forms import (
    Held,
    Injected,
    Layer,
    Lead,
    decay_rates,
    neutral_decay,
    precessing_wall,
    pumped_film,
)

TAU = 1e-12  # s, spin flips of permalloy here
PLAIN, NO_Q, STILL = response(coupling()), np.zeros((3, 3)), np.zeros(3)
NOTHING = Face(np.zeros((4, 4)), np.zeros(4))


def last(evolution, start, end):
    """The last of its states, and the Solution there."""
    (found,) = evolution.states(start, [end])
    return found


def spread(system, *fields):
    """(rows, n) potentials from functions of points."""
    x = np.zeros((system.assembly.owned, system.n))
    for A, field in enumerate(fields):
        x[:, A] = field(places(system))
    return x


# a drive that oscillates, whose exact answer at all times is that of a frequency

OMEGA = 4e12


def driven(electrostatics):
    """(system, drive, exact potentials as a function of the time) of a wave of E_smf between contacts."""
    layer = permalloy(60e-9, TAU, eps=8.854e-12)
    ends = {"bottom": Held(0.0, phi=0.0), "top": Lead(0.0, (1e15, 3e14))}
    system = body([layer], ends, None, electrostatics, cells=10, degree=3)

    def along(wave):
        return {"motive": {"0": motive({2: lambda x: 1e4 * wave(5e7 * x[2])}, system.n)}}

    re, im = Harmonic(system, OMEGA).solve(along(np.cos), along(np.sin))

    def exact(t):
        return re.x * np.cos(OMEGA * t) + im.x * np.sin(OMEGA * t)

    return system, lambda t: along(lambda s: np.cos(s - OMEGA * t)), exact


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_steps_are_of_third_order(electrostatics):
    """Of the charge of a neutral metal too, which is a constraint."""
    system, drive, exact = driven(electrostatics)
    end, counts, errors = 2e-12, np.array([24, 32, 48, 64]), []
    for n in counts:
        evolution = Evolution(system, drive, end, step=end / n, fixed=True)
        state, _ = last(evolution, evolution.begin(exact(0.0)), end)
        assert evolution.steps == n
        errors.append(np.abs(state.x - exact(end)).max(axis=0) / np.abs(exact(end)).max(axis=0))
    for A in range(system.n):
        assert order(1 / counts, np.array(errors)[:, A]) == pytest.approx(3, abs=0.25)
    assert np.max(errors[-1]) < 1e-4


def test_errors_follow_the_tolerance():
    system, drive, exact = driven("neutral")
    end, tolerances, errors, steps = 4e-12, 10.0 ** -np.arange(4, 8), [], []
    for tolerance in tolerances:
        evolution = Evolution(system, drive, end, tolerance)
        state, _ = last(evolution, evolution.begin(exact(0.0)), end)
        errors.append((np.abs(state.x - exact(end)).max(axis=0) / np.abs(exact(end)).max(axis=0)).max())
        steps.append(evolution.steps)
    assert np.all(errors < 20 * tolerances)
    assert order(tolerances, errors) == pytest.approx(1, abs=0.3)
    assert order(1 / tolerances, steps) == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_a_drive_that_sets_in_ends_in_its_steady_oscillation(electrostatics):
    system, drive, exact = driven(electrostatics)
    end = 12 * 2 * np.pi / OMEGA
    evolution = Evolution(system, drive, end, tolerance=1e-5)
    state, solution = last(evolution, evolution.begin(), end)
    size = np.abs(exact(end)).max(axis=0)
    np.testing.assert_allclose(state.x / size, exact(end) / size, rtol=0, atol=1e-4)
    assert balances(solution).worst < 1e-8
    assert evolution.leak < 1e-10


# decay and diffusion


@pytest.mark.parametrize("which", [0, 1])
def test_modes_in_a_given_field_decay_at_their_rates(which):
    """sin(pi z / L) of both spins, in the proportion of the slow and of the fast mode."""
    length, q = 100e-9, np.pi / 100e-9
    layer = permalloy(length, TAU)
    rates = decay_rates(q, PY, NU, TAU)
    flip = np.array(NU)[::-1] / sum(NU) / TAU
    a = np.array(PY) / (1.602176634e-19**2 * np.array(NU)) * q**2 + flip  # of rho_up, rho_down
    rho = np.array([flip[1], a[0] - rates[which]])
    V = rho / np.array(NU) / np.abs(rho / np.array(NU)).max()
    system = body([layer], {"bottom": CONTACT, "top": CONTACT}, None, "bare", cells=10)
    start = spread(system, *(lambda x, v=v: v * np.sin(q * x[2]) for v in (V.sum() / 2, -np.diff(V)[0] / 2)))
    end = 2 / rates[which]
    evolution = Evolution(system, lambda t: {}, end, tolerance=1e-8)
    for state, solution in evolution.states(evolution.begin(start), [end / 3, end]):
        np.testing.assert_allclose(state.x, np.exp(-rates[which] * state.time) * start, rtol=0, atol=3e-7)
        assert balances(solution).worst < 1e-8
    assert evolution.leak < 1e-10


@pytest.mark.parametrize("method", ["direct", "iterative"])
def test_spin_between_contacts_of_a_neutral_metal_decays_at_one_rate(method):
    """No charge flows, for mu^0 = -P mu."""
    length = 100e-9
    plane = ((6e-9,), (2,), True, "simplex") if method == "iterative" else ()
    faces = {"bottom": CONTACT, "top": CONTACT}
    system = body([permalloy(length, TAU)], faces, cells=10, plane=plane, method=method)
    start = spread(system, lambda x: 0 * x[2], lambda x: np.sin(np.pi * x[2] / length))
    rate = neutral_decay(np.pi / length, PY, NU, TAU)
    evolution = Evolution(system, lambda t: {}, 30 / rate, tolerance=1e-7)
    for state, solution in evolution.states(evolution.begin(start), [1 / rate, 30 / rate]):
        left = np.exp(-rate * state.time)
        np.testing.assert_allclose(state.x[:, 1], left * start[:, 1], rtol=0, atol=2e-6)
        np.testing.assert_allclose(state.x[:, 0], -P * state.x[:, 1], rtol=0, atol=1e-10)
        assert balances(solution).worst < 1e-8  # of currents that nearly cancel, and at the end nearly vanish
    assert evolution.leak < 1e-10


def test_a_packet_of_spin_spreads_and_decays():
    """exp(-t/tau) s/w exp(-z^2 / 2 w^2), w^2 = s^2 + 2 D t, in a film that nothing leaves."""
    length, s, end = 3e-6, 60e-9, 3e-12
    system = body([replace(permalloy(length, TAU), ell=1.0)], {"bottom": FREE, "top": FREE}, cells=60)
    system = System(system.assembly, body([permalloy(length, TAU)], {}, cells=1).media)
    D = neutral_decay(1.0, PY, NU, np.inf)

    def packet(t):
        w2 = s**2 + 2 * D * t
        return lambda x: np.exp(-t / TAU) * s / np.sqrt(w2) * np.exp(-((x[2] - length / 2) ** 2) / (2 * w2))

    start = spread(system, lambda x: 0 * x[2], packet(0.0))
    evolution = Evolution(system, lambda t: {}, end, tolerance=1e-7)
    state, solution = last(evolution, evolution.begin(start), end)
    np.testing.assert_allclose(state.x[:, 1], packet(end)(places(system)), rtol=0, atol=2e-6)
    kept = solution.jets("0")[0, 1] / (np.sqrt(2 * np.pi) * s)
    assert kept == pytest.approx(np.exp(-end / TAU), rel=1e-5)
    assert evolution.leak < 1e-10


def test_charge_that_nothing_takes_stays():
    """In a given field and a closed body: int rho is constant, potentials become uniform, and all is in balance."""
    system = body([permalloy(80e-9, TAU)], {"bottom": FREE, "top": FREE}, None, "bare", cells=8)
    start = spread(system, lambda x: np.cos(np.pi * x[2] / 80e-9) + 1, lambda x: np.exp(-x[2] / 1e-8))
    evolution = Evolution(system, lambda t: {}, 200 * TAU)
    states = list(evolution.states(evolution.begin(start), [0.0, TAU, 200 * TAU]))
    charge = [system.somewhere("0").storage[0] @ solution.jets("0")[0] for _, solution in states]
    np.testing.assert_allclose(charge, charge[0], rtol=1e-8)
    assert np.ptp(states[-1][0].x[:, 0]) < 1e-9
    assert evolution.leak < 1e-10
    assert max(balances(solution).worst for _, solution in states) < 1e-8


# two currents in motion


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_charge_is_kept_at_every_step_while_a_wall_runs(electrostatics):
    """Through two metals and an interface; in a neutral metal V = P hbar d_t phi / e all the time."""
    layers = [
        permalloy(150e-9, TAU, eps=2e-8),
        Layer(50e-9, (2e7, 2e7), 400e-9, nu=(1e47, 1e47), eps=2e-8),
    ]
    interfaces = {} if electrostatics == "poisson" else {0: (1e-15, 4e-15, 0.5)}
    ends = {"bottom": Held(0.0, phi=0.0), "top": Injected(0.0, None)}
    system = body(layers, ends, interfaces, electrostatics, cells=30, degree=3)
    turn = 2 * np.pi * 20e9
    wall = Wall(axis=(0, 0, 1.0), width=4e-9, position=60e-9, velocity=1000.0, phase_rate=turn)

    def drive(t):
        def field(x):
            out = np.zeros((x.shape[1], 3, system.n))
            out[:, :, 1] = motive_force(*wall.jet(x, t), 0.02)
            return out

        return {"motive": {"0": field}}

    evolution = Evolution(system, drive, 5e-12, tolerance=1e-4)
    leaks = []
    for state, solution in evolution.states(evolution.begin(), np.linspace(0, 5e-12, 6)):
        found, leaks = balances(solution), [*leaks, evolution.leak]
        assert found.worst < 1e-8, state.time
        if electrostatics == "neutral":
            rise = solution.interface_potential("0", "1", 0)[:2] @ [1, P] - solution.potential("bottom")[:2] @ [1, P]
            beta = 2e-2 * 1000.0 / 4e-9 * P * 1.054571817e-34 / 1.602176634e-19
            assert rise == pytest.approx(-precessing_wall(P, turn) - beta, rel=1e-4)
    assert len(leaks) == 6
    assert max(leaks) < 1e-10


# the spin model


def test_spin_precesses_and_decays_in_a_film():
    """mu(t) = exp(-t/tau) R(omega t) mu(0), the Hanle effect in time."""
    omega, tau = np.array([1e12, -2e12, 1.5e12]), 2e-12
    medium = spin_medium(2e6, 2e-4, np.eye(3) / tau, omega, NO_Q, PLAIN)
    assembly = Assembly(stack_mesh([("N", 5e-9, 2, 1.0)], (4e-9,), (2,), True, "simplex"), 1)
    system = System(assembly, {"N": medium})
    mu, end = np.array([0.3, -0.2, 0.9]), 6e-12
    evolution = Evolution(system, lambda t: {}, end, tolerance=1e-7)
    begin = evolution.begin(np.tile(np.append(0.0, mu), (assembly.owned, 1)))
    for state, solution in evolution.states(begin, np.linspace(0, end, 4)):
        expected = np.exp(-state.time / tau) * rotation(omega * state.time) @ mu
        np.testing.assert_allclose(state.x, np.tile(np.append(0.0, expected), (assembly.owned, 1)), rtol=0, atol=2e-6)
        assert balances(solution).worst < 1e-8


def test_the_helix_of_equal_rashba_and_dresselhaus_lasts():
    """At k = 2 Q along x + y, of one sense; the other decays at 16 D Q^2, and uniform spin at 0, 4, 4 D Q^2."""
    m, alpha, D = 0.1 * M_E, 2e3, 1e-3
    turn = rotation(np.array([0, 0, np.pi / 4])).T  # x along the old x + y
    q = turn @ rashba_dresselhaus(m, alpha, alpha) @ turn.T
    Q = np.abs(q[0, 1]) / 2
    length, rate = np.pi / Q, D * Q**2
    medium = spin_medium(1e6, D, np.zeros((3, 3)), STILL, q, PLAIN)
    assembly = Assembly(stack_mesh([("N", length / 8, 1, 1.0)], (length,), (16,), True, "box"), 4)
    system = System(assembly, {"N": medium})

    def left_of(helix, end):
        start = np.hstack([np.zeros((assembly.owned, 1)), helix(2 * Q * places(system)[0])])
        evolution = Evolution(system, lambda t: {}, end, tolerance=1e-7)
        state, solution = last(evolution, evolution.begin(start), end)
        assert balances(solution).worst < 1e-8
        return np.vdot(state.x, start) / np.vdot(start, start), np.abs(state.x - start).max()

    def turning(sense):
        return lambda p: np.stack([np.cos(p), 0 * p, sense * np.sin(p)], axis=1)

    stays = np.sign(q[0, 1])  # d_x mu = -q_x x mu
    assert left_of(turning(stays), 10 / rate)[1] < 1e-7
    assert left_of(turning(-stays), 0.1 / rate)[0] == pytest.approx(np.exp(-1.6), rel=1e-5)
    for axis, factor in ((0, 4), (1, 0), (2, 4)):
        uniform = left_of(lambda p, axis=axis: np.tile(np.eye(3)[axis], (len(p), 1)), 0.5 / rate)
        assert uniform[0] == pytest.approx(np.exp(-0.5 * factor), rel=1e-5)


@pytest.mark.parametrize(
    ("G_r", "G_i", "dimension", "method", "tolerance"),
    [(4e14, 2e14, 1, None, 1e-5), (1e17, 0.0, 1, None, 1e-5), (1e15, -3e14, 3, "iterative", 1e-3)],
)
def test_a_magnet_that_precesses_pumps_spin(G_r, G_i, dimension, method, tolerance):
    """Sheet and source turn with m; beside them the face keeps a conductance of its own, which is taken off again."""
    sigma, D, tau, d, cone, omega = 2e6, 2e-4, 1e-14, 5e-9, 0.5, 6e12
    own = np.diag([0, 1e14, 1e14, 1e14])
    plane = ((4e-9, 4e-9), (2, 2), True, "box") if dimension == 3 else ()
    assembly = Assembly(stack_mesh([("N", d, 5, 1.4e-9)], *plane), 3 if dimension == 1 else 2)
    medium = spin_medium(sigma, D, np.eye(3) / tau, STILL, NO_Q, PLAIN)
    faces = {"bottom": Face(own, np.zeros(4))}
    system = System(assembly, {"N": medium}, faces, method=method)

    def drive(t):
        e1, e2, _ = rotation(np.array([0, 0, omega * t])).T
        m, m_t = np.sin(cone) * e1 + np.cos(cone) * np.eye(3)[2], omega * np.sin(cone) * e2
        G, law = sheet(0.0, G_r, G_i, m), -own.copy()
        law[1:, 1:] += 2 * G
        return {"conductances": {"bottom": law}, "sources": {"bottom": np.append(0, G @ pumped_spin_voltage(m, m_t))}}

    mu_s, j = pumped_film(cone, omega, G_r, G_i, sigma, np.sqrt(D * tau), D, d)
    end = 1.25 * 2 * np.pi / omega
    evolution = Evolution(system, drive, end, tolerance)
    for state, solution in evolution.states(evolution.begin(), [end / 2, end]):
        frame, area = rotation(np.array([0, 0, omega * state.time])), solution.area("bottom")
        found = frame.T @ (2 * solution.potential("bottom")[1:]), -frame.T @ solution.current("bottom")[1:] / area
        for value, expected in zip(found, (mu_s, j)):
            np.testing.assert_allclose(value, expected, rtol=0, atol=5 * tolerance * np.abs(expected).max())
        assert balances(solution).worst < 1e-8
    assert evolution.iterations < 60


# beginnings, samples and ends


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_nothing_comes_of_nothing(electrostatics):
    ends = {"bottom": Held(0.0, phi=0.0), "top": Injected()}
    system = body([permalloy(50e-9, TAU, eps=1e-8)], ends, None, electrostatics, cells=5, degree=2)
    evolution = Evolution(system, lambda t: {}, TAU)
    for state, solution in evolution.states(evolution.begin(), [0.0, TAU / 2, TAU]):
        np.testing.assert_array_equal(state.x, 0)
        assert balances(solution).worst == 0
    assert evolution.leak == evolution.residual == 0


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
def test_a_voltage_that_is_switched_on(electrostatics):
    """Charge follows at once where it stores nothing, else within L^2/D; no potential exceeds that of a contact."""
    layers = [permalloy(50e-9, TAU, eps=8.854e-12), Layer(50e-9, (2e7, 2e7), 2e-7, nu=(1e47, 1e47), eps=8.854e-12)]
    ends = {"bottom": Held(0.0, phi=0.0), "top": Held(1e-3, phi=1e-3)}
    system = body(layers, ends, None, electrostatics, cells=16, degree=3)
    evolution = Evolution(system, lambda t: {}, 1e-10, tolerance=1e-5)
    start = evolution.begin()
    if electrostatics == "neutral":
        assert np.abs(start.rate).max() < 1e-3 / 1e-15  # the jump is no rate
    for state, solution in evolution.states(start, [0.0, 1e-13, 1e-10]):
        assert np.abs(state.x[:, 0]).max() < 1.01e-3
        assert balances(solution).worst < 1e-8
        if electrostatics == "neutral":
            assert solution.current("top")[0] == pytest.approx(-solution.current("bottom")[0], rel=1e-9)
    np.testing.assert_allclose(state.x, system.solve().x, rtol=0, atol=1e-3 * 1e-5)
    assert evolution.steps < 200
    assert evolution.leak < 1e-10


@pytest.mark.parametrize("begin", [0.0, -0.7e-12, -2e-12, 1e-9, 1e-4])
def test_the_hour_at_which_it_begins_changes_nothing(begin):
    """Samples at the start and before it, close together and far apart."""
    system, drive, exact = driven("neutral")
    times = begin + np.array([-1e-12, 0.0, 1e-16, 0.5e-12, 0.7e-12, 2e-12])
    evolution = Evolution(system, lambda t: drive(t - begin), begin + 2e-12, tolerance=1e-5)
    states = list(evolution.states(evolution.begin(exact(0.0), begin), times))
    close = 1e-4 if begin < 1e-6 else 5e-3  # a double of 0.1 ms is good for 1e-20 s, and a drive for no more
    size = np.abs(exact(0.0)).max()
    np.testing.assert_allclose([state.time for state, _ in states], times[1:], rtol=1e-15, atol=1e-25)
    for state, solution in states:
        np.testing.assert_allclose(state.x, exact(state.time - begin), rtol=0, atol=close * size)
        assert balances(solution).worst < 1e-8


def test_samples_do_not_make_steps_short_for_long():
    system, drive, exact = driven("neutral")
    end, counts = 4e-12, []
    for times in ([end], [0.3 * end, 0.3 * end + 1e-17, 0.3 * end + 2e-16, end]):
        evolution = Evolution(system, drive, end, tolerance=1e-5)
        *_, (state, _) = evolution.states(evolution.begin(exact(0.0)), times)
        counts.append(evolution.steps)
    assert counts[1] <= counts[0] + 3
    evolution = Evolution(system, drive, end, step=end / 40, fixed=True)
    *_, (state, _) = evolution.states(evolution.begin(exact(0.0)), [end / 400, end])
    assert evolution.steps == 41
    np.testing.assert_allclose(state.x, exact(end), rtol=0, atol=1e-3 * np.abs(exact(end)).max())


def test_a_metal_that_nothing_holds_follows_its_motive_force():
    """Steady in the end, where all that is left are rounding errors; the mean of mu^0 is nobody's."""
    layer = permalloy(80e-9, TAU)
    system = body([layer], {"bottom": FREE, "top": SINK}, cells=8)
    drive = {"motive": {"0": motive({2: lambda x: np.sin(3e7 * x[2])})}}
    evolution = Evolution(system, lambda t: drive, 60 * TAU)
    assert len(evolution.null) == 1
    *_, (state, solution) = evolution.states(evolution.begin(), np.linspace(0, 60 * TAU, 5))
    np.testing.assert_allclose(state.x, system.solve(**drive).x, rtol=0, atol=1e-6 * np.abs(state.x).max())
    assert balances(solution).worst < 1e-8
    wire = body([Layer(80e-9, (3e6, 3e6), 1e-8, nu=NU)], {"bottom": Injected(1e9), "top": Injected(-1e9)}, cells=8)
    evolution = Evolution(wire, lambda t: {}, TAU)  # steady from the first
    for _, solution in evolution.states(evolution.begin(), [TAU]):
        drop = solution.potential("bottom")[0] - solution.potential("top")[0]
        assert drop == pytest.approx(1e9 * 80e-9 / 6e6)
        assert balances(solution).worst < 1e-8
    ring = body([layer], {}, cells=3, plane=((3e-8,), (4,), True, "simplex"))
    evolution = Evolution(ring, lambda t: {"E": np.array([1e4 * np.cos(t / TAU), 0, 0])}, TAU)
    for state, solution in evolution.states(evolution.begin(), [TAU]):
        np.testing.assert_array_equal(state.x, 0)
        assert solution.flow("0")[0, 0] == pytest.approx(sum(PY) * 1e4 * np.cos(1) * solution.volume("0"))


def test_what_goes_wrong_in_a_drive_is_told():
    system, drive, _ = driven("neutral")
    closed = body([permalloy(50e-9)], {"bottom": FREE, "top": FREE}, cells=4)

    class Gone(Exception):
        pass

    def failing(t):
        if t > 1e-12:
            raise Gone("no frame after 1 ps")
        return drive(t)

    def infinite(t):
        return {"motive": {"0": motive({2: lambda x: np.full(x.shape[1], 1.0 if t < 1e-12 else np.nan)})}}

    def unbalanced(t):
        return {"sources": {"bottom": np.array([1e9 * max(t - 1e-12, 0.0), 0.0])}}

    for body_, wrong, error, message, tolerance in (
        (system, failing, Gone, "no frame after 1 ps", 1e-3),
        (system, infinite, SolverError, "not finite", 1e-3),
        (closed, unbalanced, SolverError, "do not add up to zero", 1e-3),
        (system, drive, SolverError, "the step after t = .* s failed; drives must be finite and continuous", 1e-20),
    ):
        evolution = Evolution(body_, wrong, 2e-12, tolerance, step=1e-13)
        with pytest.raises(error, match=message):
            last(evolution, evolution.begin(), 2e-12)


def test_an_evolution_that_is_over_leaves_no_factors_behind():
    """PETSc holds what it calls; sweeps of long runs would fill the memory."""
    system, drive, _ = driven("bare")
    evolution = Evolution(system, drive, 1e-13, tolerance=1e-3)
    last(evolution, evolution.begin(), 1e-13)
    kept = weakref.ref(evolution)
    del evolution
    gc.collect()
    assert kept() is None


# restarts


@pytest.mark.parametrize(("fixed", "close"), [(True, 1e-9), (False, 1e-4)])
def test_an_evolution_goes_on_from_a_file(fixed, close, tmp_path):
    system, drive, _ = driven("poisson")
    end, others = 2e-12, {"tolerance": 1e-5, "step": 5e-14, "fixed": fixed}
    whole = Evolution(system, drive, end, **others)
    (half, _), (state, _) = whole.states(whole.begin(), [end / 2, end])
    path = tmp_path / "state.npz"
    notes = {"time": half.time, "step": half.step}
    checkpoint.write(path, system.assembly, {"x": half.x, "rate": half.rate}, notes)

    again, drive, _ = driven("poisson")
    arrays, notes = checkpoint.read(path, again.assembly)
    evolution = Evolution(again, drive, end, **others)
    resumed, solution = last(evolution, State(notes["time"], arrays["x"], arrays["rate"], notes["step"]), end)
    size = np.abs(state.x).max(axis=0)
    np.testing.assert_allclose(resumed.x / size, state.x / size, rtol=0, atol=close)
    assert evolution.steps < whole.steps
    assert balances(solution).worst < 1e-8
