"""Steady two currents: finite elements against exact stacks, walls in any dimension, and manufactured solutions."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics import two_current
from ddgauge.physics.medium import Face
from ddgauge.physics.motive_force import motive_force
from ddgauge.physics.walls import Wall
from ddgauge.post.balance import balances
from tests.fem.channels import CONTACT, CURRENTS, FIELDS, FREE, NU, PY, P, body, permalloy, places, uniform
from tests.fem.orders import order
from tests.two_current_forms import (
    Held,
    Injected,
    Layer,
    Lead,
    exact_two_current,
    moving_wall,
    precessing_wall,
    thomas_fermi,
)

PHASE_RATE = 2 * np.pi * 100e6


def random_stack(seed):
    """(layers, ends, interfaces) of all kinds; ends that both float carry the same current."""
    rng = np.random.default_rng(seed)
    layers = [
        Layer(
            rng.uniform(10e-9, 60e-9),
            tuple(rng.uniform(5e5, 8e6, 2)),
            rng.uniform(4e-9, 50e-9),
            E=rng.normal() * 1e4,
            E_smf=rng.normal() * 1e4,
            nu=tuple(rng.uniform(1e46, 9e46, 2)),
        )
        for _ in range(1 + seed % 4)
    ]
    interfaces = {k: (*rng.uniform(0.2e-15, 4e-15, 2), k * rng.uniform(0, 2)) for k in range(0, len(layers) - 1, 2)}
    current, spin = 1e11 * rng.normal(size=2)
    kinds = [
        Held(*(1e-4 * rng.normal(size=2))),
        Lead(1e-4, tuple(rng.uniform(1e14, 4e15, 2))),
        Injected(current, spin),
        Injected(-current, None),
    ]
    pick = [(0, 1), (2, 0), (1, 3), (2, 3), (1, 1), (0, 2)][seed % 6]
    return layers, tuple(kinds[k] for k in pick), interfaces


def found_at_ends(solution):
    """V and j along z of up and down at both ends."""
    V = [CURRENTS @ solution.potential(name)[:2] for name in ("bottom", "top")]
    j = [sign * FIELDS @ solution.current(name)[:2] for name, sign in (("bottom", -1), ("top", 1))]
    return np.array(V), np.array(j)


@pytest.mark.parametrize("seed", range(8))
def test_random_stacks_are_exact(seed):
    layers, ends, interfaces = random_stack(seed)
    exact = exact_two_current(layers, ends, interfaces)
    made = {}
    for electrostatics in ("bare", "neutral"):
        system = body(layers, dict(zip(("bottom", "top"), ends)), interfaces, electrostatics)
        assert len(system.null) == all(isinstance(end, Injected) for end in ends)
        made[electrostatics] = solution = system.solve(**uniform(layers))
        assert balances(solution).worst < 1e-10
    np.testing.assert_allclose(made["bare"].x, made["neutral"].x, rtol=0, atol=1e-10 * np.ptp(solution.x))

    V, j = found_at_ends(solution)
    for k, layer in enumerate(layers):
        assert solution.flow(str(k))[2, 0] == pytest.approx(j[0].sum() * layer.thickness, rel=1e-8)
    nodes = places(system)[2]
    zero = V[0] - exact.bottom[:2] if system.null else 0.0  # where nothing holds a potential
    assert np.ptp(zero) <= 1e-8 * np.ptp(V)
    ends_V = [exact.bottom[:2], exact.top[:2]]
    np.testing.assert_allclose(V - zero, ends_V, rtol=0, atol=1e-8 * np.abs(V).max())
    np.testing.assert_allclose(j, [exact.bottom[3:5], exact.top[3:5]], rtol=0, atol=1e-8 * np.abs(j).max())
    heights = np.cumsum([layer.thickness for layer in layers])
    inside = [k for k in range(0, len(nodes), 9) if np.abs(heights - nodes[k]).min() > 1e-12]
    np.testing.assert_allclose(
        (solution.x[inside] @ CURRENTS - zero).T, exact.V(nodes[inside]), rtol=0, atol=1e-8 * np.abs(V).max()
    )
    for k, height in enumerate(heights[:-1]):
        pair = (str(k), str(k + 1))
        through = [(-1) ** side * FIELDS @ solution.interface_current(*pair, side) for side in (0, 1)]
        for side in (0, 1):
            z = height + (2 * side - 1) * 1e-16
            np.testing.assert_allclose(through[side], exact.j(z)[:, 0], rtol=0, atol=1e-7 * np.abs(j).max())


@pytest.mark.parametrize("eps", [8.854e-12, 2e-9])
def test_stack_with_the_potential_of_its_charge_is_exact(eps):
    """Charge within 0.07 nm of faces and interfaces in a metal, or farther; V hardly knows of it."""
    layers = [
        permalloy(30e-9, E_smf=2e4, eps=eps),
        Layer(20e-9, (3e6, 3e6), 15e-9, E=-1e4, nu=(8e46, 8e46), eps=2 * eps),
    ]
    ends = Held(1e-3, phi=0.4e-3), Injected(3e10, 2e10, phi=-0.7e-3)
    exact = exact_two_current(layers, ends, electrostatics="poisson")
    system = body(layers, {"bottom": ends[0], "top": ends[1]}, electrostatics="poisson", cells=120)
    solution = system.solve(**uniform(layers, "poisson"))
    assert balances(solution).worst < 1e-8
    V, j = found_at_ends(solution)
    np.testing.assert_allclose(V, [exact.bottom[:2], exact.top[:2]], rtol=0, atol=1e-8 * np.abs(V).max())
    np.testing.assert_allclose(j, [exact.bottom[3:5], exact.top[3:5]], rtol=0, atol=1e-8 * np.abs(j).max())
    nodes = places(system)[2]
    some = np.arange(0, len(nodes), 11)
    np.testing.assert_allclose(solution.x[some, 2], exact.phi(nodes[some]), rtol=0, atol=1e-7 * 1e-3)


def test_charge_is_screened_within_the_thomas_fermi_length():
    """phi = cosh((d - z)/lambda) / cosh(d/lambda) from a face at 1 V, V = 0: no current flows."""
    layer = permalloy(5e-9, eps=2e-9)
    screening = thomas_fermi(NU, layer.eps)
    system = body([layer], {"bottom": Held(0.0, phi=1.0), "top": Injected()}, electrostatics="poisson")
    solution, z = system.solve(), places(system)[2]
    expected = np.cosh((layer.thickness - z) / screening) / np.cosh(layer.thickness / screening)
    np.testing.assert_allclose(solution.x[:, 2], expected, rtol=0, atol=1e-8)
    np.testing.assert_allclose(solution.x[:, :2], 0, atol=1e-11)


@pytest.mark.parametrize(
    "plane",
    [
        ((4e-9,), (2,), True, "simplex"),
        ((4e-9,), (3,), False, "box"),
        ((4e-9, 3e-9), (2, 2), True, "box"),
        ((4e-9, 3e-9), (2, 1), False, "simplex"),
    ],
)
def test_two_and_three_dimensions_equal_one(plane):
    layers, ends, interfaces = random_stack(5)
    faces = dict(zip(("bottom", "top"), ends))
    V, j = found_at_ends(body(layers, faces, interfaces, cells=6, degree=2).solve(**uniform(layers)))
    solution = body(layers, faces, interfaces, cells=6, degree=2, plane=plane).solve(**uniform(layers))
    found_V, found_j = found_at_ends(solution)
    close = 1e-5 if plane[-1] == "simplex" else 1e-9  # the mean over the plane of a shape function is another one
    np.testing.assert_allclose(found_V, V, rtol=0, atol=close * np.abs(V).max())
    np.testing.assert_allclose(found_j / solution.area("top"), j, rtol=0, atol=close * np.abs(j).max())


# walls


def turning(axis, width, beta=0.0, **motion):
    """The drive of a wall, along an axis."""
    wall = Wall(axis=axis, width=width, **motion)

    def field(x):
        out = np.zeros((x.shape[1], 3, 2))
        out[:, :, 1] = motive_force(*wall.jet(x, 0.0), beta)
        return out

    return {"motive": {"0": field}}


@pytest.mark.parametrize("width", [5e-9, 40e-9])
@pytest.mark.parametrize("ell", [3e-9, 50e-9, 1e-6])
def test_voltage_of_a_turning_wall_knows_neither_its_width_nor_spin_flips(width, ell):
    """V = P hbar d_t phi / e, 1.772429e-7 V; n_z goes from -1 to 1, because m_z goes from 1 to -1."""
    length = 40 * width
    layer = Layer(length, PY, ell)
    system = body([replace(layer, ell=length)], {"bottom": CONTACT, "top": FREE}, cells=240)
    system = System(system.assembly, body([layer], {}, cells=1).media, system.faces)
    drive = turning((0, 0, 1.0), width, position=length / 2, phase_rate=PHASE_RATE)
    rise = np.diff([system.solve(**drive).potential(name) @ [1, P] for name in ("bottom", "top")])[0]
    assert rise == pytest.approx(-precessing_wall(P, PHASE_RATE), rel=1e-6)
    assert abs(rise) == pytest.approx(1.772429e-7, rel=1e-6)
    drive = turning((0, 0, 1.0), width, beta=0.03, position=length / 2, velocity=100.0)
    rise = np.diff([system.solve(**drive).potential(name) @ [1, P] for name in ("bottom", "top")])[0]
    assert rise == pytest.approx(moving_wall(P, 0.03, 100.0, width), rel=1e-6)


@pytest.mark.parametrize(
    ("plane", "axis"), [(((400e-9, 60e-9), (40, 3)), (0.95, 0.3, 0.1)), (((400e-9,), (40,)), (1, 0, 0))]
)
def test_voltage_of_a_wall_across_a_strip(plane, axis):
    """However it leans, and between contacts that see no spin."""
    faces = {"left": CONTACT, "right": Face(np.zeros((2, 2)), np.zeros(2), {1: 0.0})}
    plane = (*plane, False, "box")
    layer = Layer(20e-9, PY, 15e-9)
    system = body([layer], faces, cells=2, degree=2, plane=plane, tied=["right"], method="direct")
    centre = np.dot(axis, (200e-9, 30e-9 * (len(plane[0]) > 1), 10e-9)) / np.linalg.norm(axis)
    solution = system.solve(**turning(axis, 20e-9, position=centre, phase_rate=PHASE_RATE))
    rise = solution.potential("right")[0] - solution.potential("left")[0]
    assert rise == pytest.approx(-precessing_wall(P, PHASE_RATE), rel=1e-3)
    assert abs(solution.current("left")[0]) < 1e-9 * solution.driven_size("0")[0]
    assert balances(solution).worst < 1e-9


# orders


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_spin_that_a_uniform_motive_force_piles_up_at_contacts(degree):
    """mu = E_smf ell sinh(z/ell) / cosh(d/ell) from a contact to an open face; j^0 = 0: mu^0 = P (E_smf z - mu)."""
    layer, thickness = Layer(60e-9, PY, 15e-9, E_smf=1e4), 60e-9
    drive = uniform([layer])

    def exact(z):
        return layer.E_smf * layer.ell * np.sinh(z / layer.ell) / np.cosh(thickness / layer.ell)

    cells, errors = np.array([8, 12, 16, 24]), {0: [], 1: []}
    for n in cells:
        assembly = Assembly(stack_mesh([("0", thickness, n, 1.0)]), degree)
        media = {"0": two_current.neutral(np.array(PY), layer.G_sf)}
        solution = System(assembly, media, {"bottom": CONTACT, "top": FREE}).solve(**drive)
        errors[1].append(solution.error("0", 1, lambda x: exact(x[2])))
        errors[0].append(solution.error("0", 0, lambda x: P * (layer.E_smf * x[2] - exact(x[2]))))
    for found in errors.values():
        assert order(1 / cells, found) == pytest.approx(degree + 1, abs=0.1)


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("shape", ["simplex", "box"])
def test_electromotive_fields_that_vary_in_space(shape, degree):
    """Manufactured: j = C (f - grad mu), div j + S mu = load, in two dimensions."""
    x, _, z = place = sp.symbols("x y z")
    length, height = 40e-9, 30e-9
    layer = Layer(height, PY, 12e-9)
    wave, across = sp.sin(2 * sp.pi * x / length), sp.sin(sp.pi * z / height)
    mu = [across * (1 + wave / 2) * sp.exp(z / 2e-8), across * sp.cos(2 * sp.pi * x / length + z / 1e-8)]
    f = [[1e8 * (wave + z / height), 5e7 * across], [-8e7 * sp.exp(-z / 2e-8) * wave, 1e8 * z / height * (2 + wave)]]
    C, axes = two_current.conduction(np.array(PY)), (x, z)
    j = [[sum(C[A, B] * (f[B][i] - sp.diff(mu[B], s)) for B in (0, 1)) for A in (0, 1)] for i, s in enumerate(axes)]
    source = [sum(sp.diff(j[i][A], s) for i, s in enumerate(axes)) + 4 * layer.G_sf * A * mu[A] for A in (0, 1)]

    def function(expressions):
        law = sp.lambdify(place, expressions, modules="numpy", cse=True)
        return lambda at: np.stack([np.broadcast_to(v, at.shape[1:]) for v in law(*at)], axis=-1)

    parts, load = function([f[0][0], f[1][0], f[0][1], f[1][1]]), function(source)
    exact = [function([field]) for field in mu]

    def field(at):
        out = np.zeros((at.shape[1], 3, 2))
        out[:, [0, 2]] = parts(at).reshape(-1, 2, 2)
        return out

    def given(at):
        out = np.zeros((at.shape[1], 4, 2))
        out[:, 0] = load(at)
        return out

    cells, errors = np.array([6, 8, 12, 16]), []
    for n in cells:
        assembly = Assembly(stack_mesh([("0", height, n, 1.0)], (length,), (n,), True, shape), degree)
        media = {"0": two_current.neutral(np.array(PY), layer.G_sf)}
        system = System(assembly, media, {"bottom": CONTACT, "top": CONTACT}, method="direct")
        solution = system.solve(loads={"0": given}, motive={"0": field})
        wrong = [solution.error("0", A, lambda at, A=A: exact[A](at)[:, 0]) for A in (0, 1)]
        errors.append(np.linalg.norm(wrong))
        assert balances(solution).worst < 1e-8
    assert order(1 / cells, errors) == pytest.approx(degree + 1, abs=0.15)


# reciprocity


@pytest.mark.parametrize("electrostatics", ["neutral", "poisson"])
def test_charge_current_of_a_spin_drive_is_the_spin_current_of_a_charge_drive(electrostatics):
    """[SK11 (71), (72)], between any two layers of a stack with interfaces and contacts of all kinds."""
    layers = [replace(layer, eps=1e-9) for layer in random_stack(3)[0][:3]]
    interfaces = {} if electrostatics == "poisson" else {0: (1e-15, 3e-15, 0.7)}
    ends = Lead(0.0, (2e15, 1e15), phi=0.0), Held(0.0, phi=0.0)
    system = body(layers, dict(zip(("bottom", "top"), ends)), interfaces, electrostatics, cells=12)
    n = system.n

    def flows(layer, field):
        direction = np.zeros((3, n))
        direction[2, field] = 1e4
        solution = system.solve(motive={str(layer): lambda x: np.broadcast_to(direction, (x.shape[1], 3, n))})
        return [solution.flow(str(other))[2, :2] for other in range(len(layers))]

    answer = np.array([[flows(k, A) for A in (0, 1)] for k in range(len(layers))])  # driven k, A; seen l, B
    np.testing.assert_allclose(answer, answer.transpose(2, 3, 0, 1), rtol=0, atol=1e-9 * np.abs(answer).max())
    assert np.abs(answer[0, 1, -1, 0]) > 1e-4 * np.abs(answer).max()
