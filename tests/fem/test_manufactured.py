"""Manufactured solutions of every bulk term and interface law: L2 error ~ h^(degree + 1), currents ~ h^(2 degree)."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy as sp

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.medium import Face, Junction, spin_medium
from tests.fem.orders import order
from tests.fem.strong import PLACE, Matter, at, function, source, times, with_current

H1, H2 = 2e-9, 3e-9  # heights of the two layers, m
SIZE = (6e-9, 3e-9)
E = (3e7, -2e7, 4e7)  # V/m, so that E H ~ 0.1 V, like mu
x, y, z = PLACE

BELOW = Matter(
    sigma=2e6,
    D=2e-4,
    R=((1.0e14, 2e13, 0), (2e13, 1.4e14, -3e13), (0, -3e13, 0.7e14)),
    omega=(4e13, -3e13, 6e13),
    q=((1e8, -2e8, 3e8), (2e8, 1e8, -1e8), (-3e8, 2e8, 2e8)),
    theta0=(0.1, 0.3, -0.2),
    thetaC=((-0.2, 0.1, 0), (0, -0.3, 0.1), (0.2, 0, -0.25)),
    thetaL=(0.2, -0.1, 0.3),
    kappa=(0.3, -0.2, 0.1),
)
ABOVE = Matter(
    sigma=5e6,
    D=4e-4,
    R=((2.0e14, 0, 5e13), (0, 1.0e14, 0), (5e13, 0, 1.5e14)),
    omega=(-3e13, 5e13, 2e13),
    q=((2e8, 1e8, 0), (0, -2e8, 1e8), (1e8, 3e8, -2e8)),
    theta0=(-0.2, 0.1, 0.1),
    thetaC=((0.3, 0, 0.1), (0.1, 0.2, 0), (0, -0.1, 0.3)),
    thetaL=(-0.1, 0.2, 0.1),
    kappa=(-0.1, 0.2, 0.3),
)
TERMS = {  # what the term is added to, and the term
    "ordinary Hall": ({"q": BELOW.q}, {"theta0": BELOW.theta0}),
    "spin Hall": ({}, {"thetaC": BELOW.thetaC}),
    "Hanle": ({}, {"thetaL": BELOW.thetaL}),
    "gauge field": ({}, {"q": BELOW.q}),
    "anisotropic relaxation": ({}, {"R": BELOW.R}),
    "precession": ({}, {"omega": BELOW.omega}),
    "drift polarisation": ({}, {"kappa": BELOW.kappa}),
}

CONDUCTANCE = 1e15 * np.array([[3, 1, 0, -1], [0.5, 2, 1, 0], [-1, 0, 4, 1], [0, 1.5, -1, 3]])
SOURCE = 1e14 * np.array([2.0, -1, 1, 3])
JUNCTION = np.zeros((2, 4, 2, 4))
JUNCTION[0, :, 0], JUNCTION[1, :, 1] = CONDUCTANCE, CONDUCTANCE.T + 1e15 * np.eye(4)
JUNCTION[0, :, 1] = -1e15 * np.array([[2, 0.5, 0, 0], [0, 1, 0.3, 0], [0.4, 0, 2, 0.2], [0, 0, 0.6, 1]])
JUNCTION[1, :, 0] = -1e15 * np.array([[1, 0, 0.4, 0], [0.2, 2, 0, 0.3], [0, 0.6, 1, 0], [0.5, 0, 0, 2]])
NOTHING = Face(np.zeros((4, 4)), np.zeros(4))
SHEET = Face(CONDUCTANCE, SOURCE)
CONTACT = Face(np.zeros((4, 4)), np.zeros(4), {0: 0.3, 1: -0.2, 2: 0.1, 3: 0.4})
MIXED = Face(CONDUCTANCE.T, SOURCE, {0: -0.4})  # charge from a contact, spin through a sheet


RIPPLE = (0, 0.25, 0.02)  # of everything along 0, 1, 2 axes in the plane; small where cells are few


def varying(axes):
    """A gauge field that changes along z and some axes in the plane."""
    waves = [2 * sp.pi * s / d for s, d in zip(PLACE[:axes], SIZE)]
    factor = 0.6 + sp.sin(z / 4e-9 + 1) / 3 + RIPPLE[axes] * sum(sp.sin(k + 1) for k in waves)
    return tuple(tuple(b * factor for b in row) for row in ABOVE.q)


def smooth(axes, seed):
    """Four fields of order 1 V that know no law, periodic in the plane."""
    waves = [2 * sp.pi * s / d for s, d in zip(PLACE[:axes], SIZE)]
    fields = []
    for A in range(4):
        plane = 1 + sum(RIPPLE[axes] * sp.sin(k + A + 2 * seed + n) for n, k in enumerate(waves))
        fields.append(sp.Rational(A - 1, 5) + plane * sp.exp((-1) ** (A + seed) * z / ((4 + A) * 1e-9)) / 2)
    return fields


def held(face, mu):
    """mu with the fields that a face at z = 0 fixes brought to their values there."""
    return [face.fixed[A] + z / H1 * mu[A] if A in face.fixed else mu[A] for A in range(4)]


def obeying(face, matter, mu, plane, other, outward):
    """mu with its slope at a face such that the face's law holds for the fields that it does not fix."""
    there = at(mu, 2, plane)
    target = [outward * (c - s) for c, s in zip(times(face.conductance, there), face.source)]
    free = [A for A in range(4) if A not in face.fixed]
    return with_current(matter, mu, E, 2, plane, other, target, free) if free else mu


FILMS = {
    "sheets": (SHEET, SHEET, None, True),
    "contacts": (CONTACT, NOTHING, None, False),
    "junction": (MIXED, CONTACT, Junction(JUNCTION), False),
}


@cache
def film(axes, laws):
    """Two layers that obey the laws: {layer: matter}, {layer: exact mu}."""
    bottom, top, junction, vary = FILMS[laws]
    below, above = BELOW, replace(ABOVE, q=varying(axes)) if vary else ABOVE
    T = H1 + H2
    mu1 = obeying(bottom, below, held(bottom, smooth(axes, 0)), 0, H1, -1)
    value, current = at(mu1, 2, H1), at(below.currents(mu1, E)[2], 2, H1)
    if junction:
        M, low = junction.matrix, value
        out = [c - d for c, d in zip(current, times(M[0, :, 0], low))]
        value = times(np.linalg.inv(M[0, :, 1]), out)
        current = [-c - d for c, d in zip(times(M[1, :, 0], low), times(M[1, :, 1], value))]
    free = smooth(axes, 1)
    rise = (z - H1) / H2
    mu2 = [f + (1 - rise) ** 2 * (v - g) for f, v, g in zip(free, value, at(free, 2, H1))]
    for A, held_at in top.fixed.items():
        mu2[A] += rise**2 * (held_at - mu2[A].subs(z, T))
    mu2 = obeying(top, above, mu2, T, H1, 1)
    mu2 = with_current(above, mu2, E, 2, H1, T, current)
    return {"below": below, "above": above}, {"below": mu1, "above": mu2}


@cache
def known(axes, laws):
    """Of a film: exact mu as functions, loads, and mean currents out of both faces and both sides of the interface."""
    matter, mu = film(axes, laws)
    j = {name: matter[name].currents(mu[name], E)[2] for name in mu}
    out = {
        "bottom": -plane_mean(j["below"], 0),
        0: plane_mean(j["below"], H1),
        1: -plane_mean(j["above"], H1),
        "top": plane_mean(j["above"], H1 + H2),
    }
    exact = {name: [function(field) for field in mu[name]] for name in mu}
    return exact, {name: source(matter[name].load(mu[name], E)) for name in mu}, out


def medium(matter):
    """What ddgauge makes of a matter."""
    Theta = response(coupling(np.array(matter.theta0), np.array(matter.thetaC), np.array(matter.thetaL)))
    rest = (matter.sigma, matter.D, np.array(matter.R), np.array(matter.omega))
    if any(sp.sympify(b).free_symbols for row in matter.q for b in row):
        q = function(matter.q)
        return lambda place: spin_medium(*rest, q(place), Theta, matter.kappa)
    return spin_medium(*rest, np.array(matter.q, float), Theta, matter.kappa)


def plane_mean(expressions, position):
    """Means over a plane z = position of expressions that are periodic in it: the trapezoidal rule is exact."""
    s = np.arange(32) / 32
    X, Y = np.meshgrid(s * SIZE[0], s * SIZE[1])
    place = np.stack([X.ravel(), Y.ravel(), np.full(X.size, position)])
    return function(expressions)(place).mean(axis=0)


def error(solution, exact):
    """L2 error of all fields over all layers."""
    return np.sqrt(sum(solution.error(name, A, mu) ** 2 for name in exact for A, mu in enumerate(exact[name])))


def mesh_of(dimension, shape, n, divisions):
    layers = [("below", H1, n, 1.0), ("above", H2, n, 1.0)]  # an edge of 1 m: not graded
    return stack_mesh(layers, SIZE[: dimension - 1], divisions[: dimension - 1], True, shape)


CELLS = {
    1: {1: (16, 24, 32, 48), 2: (8, 12, 16, 24), 3: (3, 4, 6, 8)},
    2: {1: (12, 18, 24), 2: (8, 12, 16), 3: (6, 8, 10)},
    3: {1: (4, 6, 8), 2: (3, 4, 5), 3: (3, 4, 5)},
}
MESHES = [(1, "box"), (2, "simplex"), (2, "box"), (3, "simplex"), (3, "box")]
CASES = [(mesh, laws) for mesh in MESHES for laws in FILMS if mesh[0] < 3 or laws != "contacts"]


@pytest.mark.parametrize("degree", [1, 2, 3])
@pytest.mark.parametrize(("mesh", "laws"), CASES)
def test_all_terms_with_every_interface_law(mesh, laws, degree):
    dimension, shape = mesh
    bottom, top, junction, _ = FILMS[laws]
    axes = 1 if (dimension, degree) == (3, 3) else dimension - 1  # along which the solution varies in the plane
    matter, _ = film(axes, laws)
    media = {name: medium(matter[name]) for name in matter}
    exact, loads, out = known(axes, laws)
    pair = tuple(media)
    wrong, flux = [], {place: [] for place in out}
    for n in CELLS[dimension][degree]:
        divisions = (2 * n, 1) if axes < dimension - 1 else (n, n)
        assembly = Assembly(mesh_of(dimension, shape, n, divisions), degree, [pair] if junction else [])
        junctions = {pair: junction} if junction else {}
        system = System(assembly, media, {"bottom": bottom, "top": top}, junctions, method="direct")
        solution = system.solve(E, loads=loads)
        wrong.append(error(solution, exact))
        area = solution.area("top")
        for place in out:
            current = solution.interface_current(*pair, place) if place in (0, 1) else solution.current(place)
            flux[place].append(np.abs(current / area - out[place]).max())
    h = 1 / np.array(CELLS[dimension][degree])
    assert order(h, wrong) == pytest.approx(degree + 1, abs=0.1)
    if top is NOTHING:
        assert not solution.current("top").any()
        del flux["top"]
    for place, errors in flux.items():
        assert order(h, errors) > 2 * degree - 0.3, f"current through {place}"
    print(
        "\n",
        dimension,
        shape,
        laws,
        degree,
        "L2",
        round(order(h, wrong), 3),
        [round(float(order(h, f)), 2) for f in flux.values() if max(f)],
        wrong[-1],
        flux["bottom"][-1],
        flush=True,
    )


@pytest.mark.parametrize("name", TERMS)
def test_each_term_alone(name):
    base, term = TERMS[name]
    matter = Matter(**base, **term)
    mu = smooth(0, 0)
    for plane, other, outward in ((0, H1, -1), (H1, 0, 1)):
        mu = obeying(SHEET, matter, mu, plane, other, outward)
    exact, loads = {"film": [function(field) for field in mu]}, {"film": source(matter.load(mu, E))}

    def wrong(matter, cells):
        assembly = Assembly(stack_mesh([("film", H1, cells, 1.0)]), 2)
        system = System(assembly, {"film": medium(matter)}, {"bottom": SHEET, "top": SHEET})
        return error(system.solve(E, loads=loads), exact)

    cells = np.array([4, 6, 8, 12])
    errors = [wrong(matter, n) for n in cells]
    assert order(1 / cells, errors) == pytest.approx(3, abs=0.1)
    assert wrong(Matter(**base), 12) > 30 * errors[-1]


@pytest.mark.parametrize(("dimension", "shape"), MESHES[1:])
@pytest.mark.parametrize("axis", [0, 2])
def test_insulating_sides(dimension, shape, axis):
    """No current through the ends of one axis, contacts at those of the other, in spite of Hall effects and q."""
    names = {0: ("left", "right"), 1: ("front", "back"), 2: ("bottom", "top")}
    length = {0: SIZE[0], 1: SIZE[1], 2: H1}
    flat = {s: (4 * PLACE[s] * (length[s] - PLACE[s]) / length[s] ** 2) ** 2 for s in (0, 2)}
    held = {0: 0.3, 1: 0.0, 2: 0.0, 3: 0.0}
    window, matter = flat[2 - axis], BELOW  # mu and no current at the other ends
    if dimension == 3:  # front and back are insulating because nothing deflects currents along y
        along_y = [(0, row[1], 0) for row in (BELOW.theta0, *BELOW.thetaC)]
        matter = replace(BELOW, q=(BELOW.q[0], (0, 0, 0), BELOW.q[2]), theta0=along_y[0], thetaC=along_y[1:])
        window = window * (1 + sp.cos(sp.pi * y / SIZE[1]) / 4)
    u, v = PLACE[axis] / length[axis], PLACE[2 - axis] / length[2 - axis]
    mu = [held[A] + window * (sp.exp((-1) ** A * u / 2) + v / (2 + A)) for A in range(4)]
    for position, other in ((0, length[axis]), (length[axis], 0)):
        mu = with_current(matter, mu, (0, 0, 0), axis, position, other, [0] * 4)
    exact = {"film": [function(field) for field in mu]}
    loads = {"film": source(matter.load(mu, (0, 0, 0)))}
    contact = Face(np.zeros((4, 4)), np.zeros(4), held)
    faces = {name: contact for name in names[2 - axis]}
    cells, errors = np.array([8, 12, 16] if dimension == 2 else [4, 5, 6]), []
    for n in cells:
        size, divisions = SIZE[: dimension - 1], (n, n)[: dimension - 1]
        assembly = Assembly(stack_mesh([("film", H1, n, 1.0)], size, divisions, False, shape), 2)
        system = System(assembly, {"film": medium(matter)}, faces, method="direct")
        errors.append(error(system.solve(loads=loads), exact))
    assert order(1 / cells, errors) == pytest.approx(3, abs=0.1)
