"""What does not depend on the axes: of spin, turned from point to point or at once, and of the whole problem."""

from functools import cache

import numpy as np
import pytest

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.gauge import field_strength, transformed
from ddgauge.physics.medium import Face, Junction, spin_medium
from tests.fem.orders import order

T1, T2, WIDTH = 3e-9, 2e-9, 5e-9
E = np.array([1e7, -2e7, 3e7])
rng = np.random.default_rng(3)
LAYERS = {
    name: {
        "sigma": sigma,
        "D": 2e-4,
        "R": (lambda a: a @ np.diag([1e14, 0.5e14, 2e14]) @ a.T)(rotation(rng.normal(size=3))),
        "omega": 5e13 * rng.normal(size=3),
        "q": 2e8 * rng.normal(size=(3, 3)),
        "theta0": 0.2 * rng.normal(size=3),
        "thetaC": 0.2 * rng.normal(size=(3, 3)),
        "thetaL": 0.2 * rng.normal(size=3),
        "kappa": np.zeros(3),
    }
    for name, sigma in (("low", 2e6), ("high", 4e6))
}
PAIR = ("low", "high")
CONTACT = np.array([0.3, 0.2, -0.1, 0.15])  # V, held at the bottom
SHEET = 1e15 * (np.diag([2.0, 2, 3, 1]) + 0.5 * rng.normal(size=(4, 4)))  # at the top
INJECTED = 1e14 * rng.normal(size=4)
JUMP = 1e15 * (
    np.einsum("st,AB->sAtB", [[1, -1], [-1, 1]], np.diag([2.0, 1, 1.5, 0.7])) + 0.2 * rng.random((2, 4, 2, 4))
)


def medium(c):
    Theta = response(coupling(c["theta0"], c["thetaC"], c["thetaL"]))
    return spin_medium(c["sigma"], c["D"], c["R"], c["omega"], c["q"], Theta, c["kappa"])


def full(O):
    """A rotation of spin as one of (mu^0, mu)."""
    turned = np.zeros((*O.shape[:-2], 4, 4))
    turned[..., 0, 0], turned[..., 1:, 1:] = 1, O
    return turned


def turned(c, O, dO):
    """Medium of the same layer seen from spin axes O(r), with dO[i] = d_i O."""
    P = full(O)
    Theta = response(coupling(c["theta0"], c["thetaC"], c["thetaL"]))
    Theta = np.einsum("...AB,iBjC,...DC->...iAjD", P, Theta, P)
    R, omega = O @ c["R"] @ np.swapaxes(O, -1, -2), np.einsum("...ab,b->...a", O, c["omega"])
    return spin_medium(c["sigma"], c["D"], R, omega, transformed(c["q"], O, dO), Theta)


# rotations that change from point to point


def kept(law):
    """A law that remembers what it said of the points that it was asked about last."""
    last = [None, None]

    def of(x):
        if not np.array_equal(x, last[0]):
            last[:] = x, law(x)
        return last[1]

    return of


def swirl(x, dimension):
    """Rotation vector at points (3, N): anything inside, uniform on the planes z = 0, T1, T1 + T2."""
    u, v = 2 * np.pi * x[:2] / WIDTH * np.array([[dimension > 1], [dimension > 2]])
    s = x[2] / (T1 + T2)
    window = s * (s - T1 / (T1 + T2)) * (s - 1) * 8
    plane = np.array([np.sin(u) + 0.3 * np.cos(v), np.cos(u) - 0.4 * np.sin(v), 0.5 * np.sin(u + v)])
    return (0.3 * plane * window + np.array([0.5 * s + 0.2, 0.7 * s**2, -0.4 * s])).T


def axes(x, dimension, step=1e-12):
    """O and d_i O at points, by differences of order 4."""

    def turned_by(k, e):
        return rotation(swirl(x + k * step * e[:, None], dimension))

    dO = [
        (8 * (turned_by(1, e) - turned_by(-1, e)) - turned_by(2, e) + turned_by(-2, e)) / (12 * step) for e in np.eye(3)
    ]
    return turned_by(0, np.zeros(3)), np.stack(dO, axis=1)


def at_plane(z):
    return full(rotation(swirl(np.array([[0.0], [0], [z]]), 1)[0]))


def outputs(solution):
    """Physical results: charge currents, squares of mu, heat and the power of contacts."""
    numbers = [solution.current(face)[0] for face in ("bottom", "top")]
    square = np.zeros((4, 4, 4, 4))
    square[0, 1:, 0, 1:] = np.eye(3)
    for name in PAIR:
        numbers += [*solution.flow(name)[:, 0], solution.quadratic(name, square) * 1e24, solution.dissipation(name)]
    numbers += [solution.interface_current(*PAIR)[0], solution.junction_power(*PAIR)]
    return np.array([*numbers, *solution.face_power("top")])


def solved(dimension, shape, degree, n, O=None):
    """The stack on n cells per layer, in the given axes of spin: None, one matrix, or "swirl"."""
    cells = [("low", T1, n, 1.0), ("high", T2, n, 1.0)]
    mesh = stack_mesh(cells, (WIDTH,) * (dimension - 1), (2 * n, 2)[: dimension - 1], True, shape)
    if O is None:
        P, media = {z: np.eye(4) for z in (0, T1, T1 + T2)}, {name: medium(c) for name, c in LAYERS.items()}
    elif isinstance(O, str):
        P = {z: at_plane(z) for z in (0, T1, T1 + T2)}
        media = {name: kept(lambda x, c=c: turned(c, *axes(x, dimension))) for name, c in LAYERS.items()}
    else:
        P, none = {z: full(O) for z in (0, T1, T1 + T2)}, np.zeros((3, 3, 3))
        media = {name: turned(c, O, none) for name, c in LAYERS.items()}
    low, mid, high = P.values()
    faces = {
        "bottom": Face(np.zeros((4, 4)), np.zeros(4), dict(enumerate(low @ CONTACT))),
        "top": Face(high @ SHEET @ high.T, high @ INJECTED),
    }
    junctions = {PAIR: Junction(np.einsum("AB,sBtC,DC->sAtD", mid, JUMP, mid))}
    return System(Assembly(mesh, degree, [PAIR]), media, faces, junctions, method="direct").solve(E)


@pytest.mark.parametrize(("dimension", "shape"), [(1, "box"), (2, "simplex"), (3, "box")])
def test_one_rotation_of_all_spins_changes_nothing(dimension, shape):
    plain = solved(dimension, shape, 2, 3)
    O = rotation([0.4, -1.1, 0.7])
    other = solved(dimension, shape, 2, 3, O)
    np.testing.assert_allclose(outputs(other), outputs(plain), rtol=1e-10)
    np.testing.assert_allclose(other.x, plain.x @ full(O).T, rtol=0, atol=1e-11 * np.abs(plain.x).max())


@cache
def settled(dimension):
    """Outputs without rotation, on a mesh much finer than is needed."""
    return outputs(solved(1, "box", 4, 24)) * WIDTH ** (dimension - 1)


@pytest.mark.parametrize(
    ("dimension", "shape", "degree", "cells"),
    [
        (1, "box", 1, (16, 24, 32)),
        (1, "box", 2, (8, 12, 16)),
        (1, "box", 3, (4, 6, 8)),
        (2, "simplex", 1, (12, 16, 20)),
        (2, "box", 2, (6, 8, 10)),
    ],
)
def test_a_rotation_from_point_to_point_changes_nothing(dimension, shape, degree, cells):
    """To the error of discretisation, and that is of the order of currents."""
    exact = settled(dimension)
    wrong = [np.abs(outputs(solved(dimension, shape, degree, n, "swirl")) / exact - 1).max() for n in cells]
    assert order(1 / np.array(cells), wrong) == pytest.approx(2 * degree, abs=0.35 if degree == 3 else 0.1)


def slopes_of_q(x, step=1e-12):
    """q of the swirl's pure gauge, and dq[N, i, j, b], at points."""
    none = np.zeros((3, 3))
    near = [[transformed(none, *axes(x + s * step * e[:, None], 3)) for s in (1, -1)] for e in np.eye(3)]
    return transformed(none, *axes(x, 3)), np.stack([(a - b) / (2 * step) for a, b in near], axis=1)


def test_a_field_without_strength_is_a_pure_gauge():
    """q made by turning the axes has F = 0, and spin with isotropic relaxation does not notice it."""
    x = np.array([[1e-9, 3e-9], [2e-9, 4e-9], [1.3e-9, 4.1e-9]])
    q, dq = slopes_of_q(x)
    assert np.abs(field_strength(q, dq)).max() < 1e-5 * np.abs(dq).max()
    assert np.abs(dq).max() > 1e16 and np.abs(q).max() > 1e8

    simple = {"sigma": 2e6, "D": 2e-4, "R": 1e14 * np.eye(3), "omega": np.zeros(3), "q": np.zeros((3, 3))}
    simple |= {"theta0": np.zeros(3), "thetaC": np.zeros((3, 3)), "thetaL": np.zeros(3), "kappa": np.zeros(3)}
    T = T1 + T2
    cells, wrong = np.array([6, 8, 12]), []
    for n in cells:
        mesh = stack_mesh([("film", T, 2 * n, 1.0)], (WIDTH,), (2 * n,), True, "box")
        media = {"film": lambda x: turned(simple, *axes(x, 2))}
        held = Face(np.zeros((4, 4)), np.zeros(4), dict(enumerate(at_plane(0) @ CONTACT)))
        system = System(Assembly(mesh, 2), media, {"bottom": held}, method="direct")
        solution = system.solve()
        lost = at_plane(0).T @ solution.current("bottom") / WIDTH  # into the film, decays over sqrt(D / R)
        depth = np.sqrt(2e-4 / 1e14)
        exact = -2e6 / depth * np.tanh(T / depth) * CONTACT[1:]
        wrong.append(np.abs(lost[1:] / exact - 1).max())
    assert order(1 / cells, wrong) == pytest.approx(4, abs=0.1)


# frames of the whole problem

FRAMES = {
    "a quarter turn about z": [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
    "x and y exchanged": [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
    "upside down": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
    "mirrored below": [[1, 0, 0], [0, 1, 0], [0, 0, -1]],
    "x to y to z to x": [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
}
SIZES, DIVISIONS = np.array([5e-9, 4e-9, 3e-9]), np.array([3, 2, 4])
ENDS = [("left", "right"), ("front", "back"), ("bottom", "top")]
OUTER = {
    "left": Face(np.zeros((4, 4)), np.zeros(4), {0: 0.3}),
    "right": Face(SHEET, np.zeros(4)),
    "front": Face(SHEET.T, INJECTED),
    "bottom": Face(np.zeros((4, 4)), INJECTED[::-1].copy()),
    "top": Face(np.zeros((4, 4)), np.zeros(4), {0: -0.2}),
}


def in_frame(c, Q):
    """A layer after the rotation or reflection Q of everything: flow is a polar, spin an axial vector."""
    S = np.linalg.det(Q) * Q
    out = c | {name: S @ c[name] for name in ("omega", "theta0", "thetaL")}
    return out | {"R": S @ c["R"] @ S.T, "q": Q @ c["q"] @ S.T, "thetaC": S @ c["thetaC"] @ S.T, "kappa": S @ KAPPA}


KAPPA = np.array([0.2, -0.3, 0.4])


def box(Q, layers):
    """Currents of a box with the given layers (below first), put into the frame Q, and taken back from it."""
    Q, S = np.array(Q, float), np.linalg.det(Q) * np.array(Q, float)
    P, goes = full(S), np.argmax(np.abs(Q), axis=0)  # axis i becomes axis goes[i]
    size, divisions = np.empty(3), np.empty(3, int)
    size[goes], divisions[goes] = SIZES, DIVISIONS
    becomes = {}
    for i, ends in enumerate(ENDS):
        new = ENDS[goes[i]]
        becomes |= dict(zip(ends, new if Q[goes[i], i] > 0 else new[::-1]))
    names, down = list(layers), Q[2, 2] < 0
    cells = [(name, size[2] / len(names), int(divisions[2]), 1.0) for name in (names[::-1] if down else names)]
    mesh = stack_mesh(cells, size[:2], divisions[:2], False, "box")
    faces = {becomes[name]: Face(P @ law.conductance @ P.T, P @ law.source, law.fixed) for name, law in OUTER.items()}
    jump = np.einsum("AB,sBtC,DC->sAtD", P, JUMP, P)
    pair = tuple(names[::-1] if down else names)
    broken = {pair: Junction(jump[::-1, :, ::-1] if down else jump)} if len(names) == 2 else {}
    media = {name: medium(in_frame(c, Q)) for name, c in layers.items()}
    solution = System(Assembly(mesh, 2, list(broken)), media, faces, broken, method="direct").solve(Q @ E)
    currents = [P.T @ solution.current(becomes[name]) for name in OUTER]
    flows = [Q.T @ solution.flow(name) @ P for name in names]
    return np.concatenate([*currents, *(np.ravel(flow) / 1e-9 for flow in flows)])


@pytest.mark.parametrize("frame", FRAMES)
def test_the_whole_problem_in_another_frame(frame):
    """E, gauge field, Hall and precession vectors, relaxation, sheets and box, turned or reflected together."""
    layers = {"low": LAYERS["low"]} if frame == "x to y to z to x" else LAYERS
    here, there = box(np.eye(3), layers), box(FRAMES[frame], layers)
    np.testing.assert_allclose(there, here, rtol=0, atol=1e-10 * np.abs(here).max())


def test_a_film_turned_about_its_normal():
    """In one dimension any angle will do."""
    Q = rotation([0, 0, 0.7])
    flows = []
    for turn in (np.eye(3), Q):
        P = full(turn)
        media = {"low": medium(in_frame(LAYERS["low"], turn)), "high": medium(in_frame(LAYERS["high"], turn))}
        mesh = stack_mesh([("low", T1, 5, 1e-9), ("high", T2, 5, 1e-9)])
        faces = {"bottom": Face(P @ SHEET @ P.T, P @ INJECTED)}
        solution = System(Assembly(mesh, 3), media, faces).solve(turn @ E)
        flows.append([turn.T @ solution.flow(name) @ P for name in PAIR])
    np.testing.assert_allclose(flows[1], flows[0], rtol=0, atol=1e-11 * np.abs(flows[0]).max())
