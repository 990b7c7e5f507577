"""Problems whose numbers must not depend on the number of processes; prints them as JSON.

mpirun -n 3 python3 tests/fem/on_ranks.py MESH_FILE
"""

import json
import sys
from dataclasses import replace

import numpy as np
from mpi4py import MPI

from ddgauge.fem import checkpoint
from ddgauge.fem.assemble import Assembly
from ddgauge.fem.evolve import Evolution, State
from ddgauge.fem.harmonic import Harmonic
from ddgauge.fem.mesh import MeshError, read_mesh, stack_mesh
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.fem.solve import SolverError, System
from ddgauge.fem.splitting import Splitting
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.interface import sheet
from ddgauge.physics.medium import Face, Junction, spin_medium
from ddgauge.physics.motive_force import motive_force
from ddgauge.physics.walls import Wall
from ddgauge.post.balance import balances
from tests.fem import bands
from tests.fem.channels import CONTACT, FREE, SINK, body, permalloy
from tests.two_current_forms import Held, Layer, Lead

E = np.array([1e5, -5e4, 2e4])
NOTHING = np.zeros((4, 4))
PAIR = ("F", "N")
SIZE = (6e-9, 5e-9)


def media(q_varies=False):
    rng = np.random.default_rng(1)
    made = {}
    for name, sigma in (("F", 2e6), ("N", 5e6)):
        Theta = response(coupling(0.2 * rng.normal(size=3), 0.2 * rng.normal(size=(3, 3)), 0.2 * rng.normal(size=3)))
        q = 2e8 * rng.normal(size=(3, 3))
        rest = (sigma, 2e-4, np.diag([1e14, 0.5e14, 2e14]), 5e13 * rng.normal(size=3))
        made[name] = spin_medium(*rest, q, Theta, 0.2 * rng.normal(size=3))
    if q_varies:  # in the last layer
        made[name] = lambda x: spin_medium(*rest, q * (1 + 1e8 * x[0] + 2e8 * x[2])[:, None, None], Theta)
    return made


def on_spin(matrix, charge=0.0):
    full = np.diag([charge, 0, 0, 0])
    full[1:, 1:] = 2 * matrix
    return full


SHEET = on_spin(sheet(1e14, 3e14, 1e14, np.array([0.6, 0, 0.8])))
JUMP = np.einsum("st,AB->sAtB", [[1, -1], [-1, 1]], on_spin(sheet(2e14, 1e14, 5e13, np.array([0, 0.6, 0.8])), 4e14))


def stack(size=(), divisions=(), periodic=True, shape="simplex", cells=6):
    return stack_mesh([("F", 3e-9, cells, 1e-9), ("N", 4e-9, cells, 1e-9)], size, divisions, periodic, shape)


def numbers(solution):
    """All that is reported of a solution."""
    mesh, found = solution.mesh, {}
    for name in mesh.layers:
        found[f"flow {name}"] = solution.flow(name)
        found[f"volume {name}"] = solution.volume(name)
        found[f"loss {name}"] = solution.loss(name)[1:]
        found[f"heat {name}"] = solution.dissipation(name)
        found[f"spin {name}"] = solution.jets(name)[0, 1:]
        found[f"rms {name}"] = solution.error(name, solution.system.n // 2, lambda x: 0 * x[0])
    for face in solution.system.faces:
        found[f"current {face}"] = solution.current(face)
        found[f"spin at {face}"] = solution.potential(face)[1:]
    for pair in mesh.interfaces:
        for side in (0, 1):
            found[f"through {pair} {side}"] = solution.interface_current(*pair, side)
    found["charge drop"] = solution.potential("top")[0] - solution.potential("bottom")[0]
    found["balance"] = float(balances(solution).worst < 1e-8)
    found["unknowns"] = solution.report.unknowns
    found["null"] = len(solution.system.null)
    return {key: np.ravel(value).tolist() for key, value in found.items()}


def two_cells():
    """Fewer cells than processes."""
    faces = {"bottom": Face(SHEET, np.zeros(4)), "top": Face(NOTHING, np.zeros(4), {0: 0.0})}
    return System(Assembly(stack(cells=1), 2), media(q_varies=True), faces).solve(E)


def film():
    faces = {"bottom": Face(SHEET, np.zeros(4)), "top": Face(NOTHING, np.array([0, 1e10, 2e10, -1e10]))}
    return System(Assembly(stack(), 3), media(), faces).solve(E)


def periodic_with_sheet():
    mesh = stack(SIZE[:1], (5,))
    faces = {"bottom": Face(SHEET, np.zeros(4)), "top": Face(NOTHING, np.zeros(4), {0: 0.0})}
    return System(Assembly(mesh, 2), media(q_varies=True), faces, method="direct").solve(E)


def floating_with_junction():
    mesh = stack(SIZE[:1], (4,), shape="box")
    faces = {"bottom": Face(SHEET, np.zeros(4)), "top": Face(NOTHING, np.zeros(4))}
    no_charge = JUMP.copy()
    no_charge[:, 0, :, 0] = 0
    system = System(Assembly(mesh, 2, [PAIR]), media(), faces, {PAIR: Junction(no_charge)}, method="direct")
    return system.solve(E)


def box():
    mesh = stack(SIZE, (3, 2), False, "box", 3)
    faces = {
        "left": Face(NOTHING, np.zeros(4), {0: 1e-3}),
        "right": Face(NOTHING, np.zeros(4), {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.0}),
        "bottom": Face(SHEET, np.zeros(4)),
        "top": Face(NOTHING, np.zeros(4)),
    }
    return System(Assembly(mesh, 2, [PAIR]), media(), faces, {PAIR: Junction(JUMP)}, method="direct").solve()


def tetrahedra(method, degree):
    mesh = stack(SIZE, (4, 3), True, "simplex", 4)
    faces = {"bottom": Face(SHEET, np.zeros(4)), "top": Face(NOTHING, np.zeros(4), {0: 0.0})}
    return System(Assembly(mesh, degree), media(), faces, tolerance=1e-12, method=method).solve(E)


# two currents: a wall crosses the lower layer, an electrode floats on both

LAYERS = [permalloy(8e-9), Layer(5e-9, (2e7, 2e7), 60e-9, nu=(1e47, 1e47), eps=8.854e-12)]
JOINT = {0: (1e-15, 4e-15, 0.4)}
STRIP = {"left": CONTACT, "right": SINK, "top": Lead(1e-6, (1e14, 3e14)), "bottom": FREE}
PLANES = {2: ((40e-9,), (9,), False, "simplex"), 3: ((40e-9, 9e-9), (6, 2), False, "box")}
END, STEPS = 4e-12, 8


def strip(dimension, electrostatics="neutral", interfaces=JOINT, ends=STRIP, **others):
    plane, tied = PLANES[dimension], ["right"] if "right" in ends else []
    return body(LAYERS, ends, interfaces, electrostatics, 3, 2, plane, tied=tied, **{"method": "direct"} | others)


def wall(n=2):
    """The drive of a wall that runs and turns, as a function of the time."""
    texture = Wall(axis=(1, 0.2, 0.3), width=4e-9, position=14e-9, velocity=2e3, phase_rate=1e11)

    def field(x, t):
        out = np.zeros((x.shape[1], 3, n))
        out[:, :, 1] = motive_force(*texture.jet(x, t), 0.03)
        return out

    return lambda t: {"motive": {"0": lambda x: field(x, t)}}


def oscillation(part):
    system = strip(2)
    return Harmonic(system, 3e12).solve(wall()(0.0), wall()(1e-12))[part]


def screened():
    """With the potential of its charge; no junction."""
    ends = {"left": Held(0.0, phi=0.0), "top": Lead(1e-6, (1e14, 3e14))}
    return strip(2, "poisson", None, ends).solve(**wall(3)(0.0))


def evolution(path, start=None):
    """The Solution at the end of fixed steps; half way the state goes to a file of this number of ranks."""
    system = strip(2, "bare")
    run = Evolution(system, wall(), END, step=END / STEPS, fixed=True)
    found = list(run.states(start or run.begin(), [END] if start else [END / 2, END]))
    if start is None:
        half, _ = found[0]
        arrays, notes = {"x": half.x, "rate": half.rate}, {"time": half.time, "step": half.step}
        checkpoint.write(f"{path}.{MPI.COMM_WORLD.size}.npz", system.assembly, arrays, notes)
    return found[-1][1]


def going_on(path, ranks):
    """The same from the file that was written on a number of ranks."""
    arrays, notes = checkpoint.read(f"{path}.{ranks}.npz", strip(2, "bare").assembly)
    return evolution(path, State(notes["time"], arrays["x"], arrays["rate"], notes["step"]))


# two bands, and laws that are not linear


def in_bands(solution):
    """What is reported of densities; as many electrons must stay as come in."""
    found, mesh = {}, solution.mesh
    stored = sum(solution.stored(name)[0] for name in mesh.layers)
    made = sum(solution.volume(name) * solution.system.laws[name].load[0, 0] for name in mesh.layers)
    into = -sum(solution.current(face)[0] for face in solution.system.faces)
    size = abs(stored) + sum(abs(solution.current(face)[0]) for face in solution.system.faces)
    for name in mesh.layers:
        found[f"flow {name}"] = solution.flow(name)
        found[f"density {name}"] = solution.jets(name)[0]
        found[f"loss {name}"] = solution.loss(name)
    for face in solution.system.faces:
        found[f"at {face}"] = solution.potential(face)
    found["balance"] = float(abs(stored - made - into) < 1e-6 * size)
    found["unknowns"] = solution.report.unknowns
    return {key: np.ravel(value).tolist() for key, value in found.items()}


def p_n_junction():
    """In forward bias, in one dimension: others are of two."""
    system, _, start = bands.pn_junction(20, voltage=0.2, tolerance=1e-11)
    return system.solve(start=start)


def bands_in_time():
    """A plane of two layers in which every term counts, closed but for one end."""
    mesh = stack_mesh([(name, 30e-9, 3, 30e-9) for name in bands.PAIR], (20e-9,), (4,), False)
    laws = {"p": replace(bands.every_term(seed=1), rate=1e30), "n": replace(bands.every_term(seed=2), rate=1e30)}
    ends = {"bottom": bands.held(np.linspace(0.1, 0.5, 17))}
    run = Splitting(Assembly(mesh, 2), laws, ends, end=1e-13, steps=2)
    return list(run.states(run.begin(), [1e-13]))[-1][1]


def exchange():
    """An interface that is not linear between two layers that nothing holds."""
    mesh = stack_mesh([(name, 30e-9, 3, 30e-9) for name in bands.PAIR], (20e-9,), (4,), False)
    laws = {name: bands.every_term(False, seed=k) for k, name in enumerate(bands.PAIR)}

    def law(below, above, x):
        jump = below - above
        flux = 1e4 * (jump + jump**3) * (1 + x[0] / 20e-9)[:, None]
        slope = 1e4 * (1 + 3 * jump**2) * (1 + x[0] / 20e-9)[:, None]
        out = np.array([[1.0, -1.0], [-1.0, 1.0]])
        return np.stack([flux, -flux], axis=1), np.einsum("st,NA,AB->NsAtB", out, slope, np.eye(16))

    ends = {"bottom": bands.held(np.linspace(0.1, 0.5, 16))}
    return Nonlinear(Assembly(mesh, 2, [bands.PAIR]), laws, ends, {bands.PAIR: law}, tolerance=1e-11).solve()


def from_file(path):
    mesh = read_mesh(path, ["F", "N"])
    faces = {
        "bottom": Face(NOTHING, np.zeros(4), {0: 1e-3}),
        "top": Face(NOTHING, np.zeros(4), {0: 0.0}),
        "rim": Face(SHEET, np.zeros(4)),
    }
    return System(Assembly(mesh, 2, [PAIR]), media(), faces, {PAIR: Junction(JUMP)}, method="direct").solve(E)


def refused(path):
    """The messages that every rank hears."""
    told = []
    for attempt in (lambda: read_mesh(path, ["Pt"]), lambda: read_mesh(path + ".gone", ["F"]), unbalanced):
        try:
            attempt()
            told.append("nothing")
        except (MeshError, SolverError) as error:
            told.append(str(error))
    return {"told": MPI.COMM_WORLD.allgather(told)}


def unbalanced():
    faces = {"bottom": Face(NOTHING, np.array([1e10, 0, 0, 0]))}
    System(Assembly(stack(SIZE[:1], (4,)), 1), media(), faces).solve()


if __name__ == "__main__":
    path = sys.argv[1]
    results = {
        "two cells": numbers(two_cells()),
        "film": numbers(film()),
        "periodic with sheet": numbers(periodic_with_sheet()),
        "floating with junction": numbers(floating_with_junction()),
        "box with junction": numbers(box()),
        "tetrahedra, direct": numbers(tetrahedra("direct", 1)),
        "tetrahedra, iterative": numbers(tetrahedra("iterative", 1)),
        "tetrahedra, iterative, degree 2": numbers(tetrahedra("iterative", 2)),
        "file": numbers(from_file(path)),
        "strip": numbers(strip(2).solve(**wall()(0.0))),
        "strip in space": numbers(strip(3).solve(**wall()(0.0))),
        "strip in space, iterative": numbers(strip(3, tolerance=1e-12, method="iterative").solve(**wall()(0.0))),
        "screened": numbers(screened()),
        "oscillation, real": numbers(oscillation(0)),
        "oscillation, imaginary": numbers(oscillation(1)),
        "p-n junction": in_bands(p_n_junction()),
        "bands in time": in_bands(bands_in_time()),
        "bands that exchange": in_bands(exchange()),
        "evolution": numbers(evolution(path)),
        "evolution that goes on": numbers(going_on(path, max(MPI.COMM_WORLD.size - 1, 1))),
    }
    results["refused"] = refused(path)
    if MPI.COMM_WORLD.rank == 0:
        print(json.dumps(results))
