"""Reduced basis: exact where the solution is in it, and elsewhere with an error below what is estimated."""

import numpy as np
import pytest
from mpi4py import MPI

from ddgauge.experiment import models, reduced
from ddgauge.fem import basis as fem
from ddgauge.fem.basis import Basis, NotReducible, coercivity
from ddgauge.fem.reduced import ReducedSystem
from ddgauge.fem.solve import System
from ddgauge.model import Run
from ddgauge.post.balance import balances

F = {"name": "F", "thickness": 2e-9, "conductivity": 2e6, "diffusion": 2e-4, "precession": 2e13, "spin_hall": 0.02}
F["exchange_relaxation"] = {"parallel": 4e-13, "perpendicular": 2e-13}
PT = {"name": "Pt", "thickness": 3e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
MESH = {"size": [6e-9], "lateral_cells": 3, "cells": 4, "element_size": None, "dimension": 2}
JUMP = {"interface": {"F|Pt": {"conductance": 1e15, "transmission": 4e14, "absorption": {"G_r": 1e14}}}}
CONTACTS = {
    "left": {"kind": "contact", "voltage": 1e-3},
    "right": {"kind": "contact", "voltage": 0.0},
    "bottom": {"kind": "sheet", "G_r": 2e14},
}
SHAPES = {
    "film": {"experiment": "film", "boundary": {"bottom": {"kind": "sheet", "G_r": 2e14}}},
    "jump": {"experiment": "film"} | JUMP,
    "conductance": {"experiment": "conductance"},
    "transport": {"experiment": "transport", "boundary": CONTACTS, "mesh": {"periodic": False}},
    "jump between contacts": {"experiment": "transport", "boundary": CONTACTS, "mesh": {"periodic": False}} | JUMP,
    "space": {"experiment": "film", "mesh": {"dimension": 3, "size": [6e-9, 6e-9], "lateral_cells": 2}},
}


def case(shape, angle=20.0, **Pt):
    tables = {"layer": [F, PT | {"spin_hall": 0.1} | Pt], "magnetisation": {"angle": {"yz": angle}}} | SHAPES[shape]
    mesh = {key: value for key, value in (MESH | SHAPES[shape].get("mesh", {})).items() if value is not None}
    return Run.from_dict(tables | {"mesh": mesh, "output": {"figures": False}})


def sampled(shape, **values):
    problem = reduced.Sampled(case(shape, **values), MPI.COMM_SELF, lambda text: None)
    return problem, reduced.EXPERIMENTS[problem.case.experiment](problem).numbers


def leaves(numbers, path=()):
    """{path: array} of all numbers but those that are rounding errors by their meaning."""
    found = {}
    for key, value in numbers.items():
        if isinstance(value, dict):
            found |= leaves(value, (*path, key)) if key not in ("units", "residual") else {}
        elif value is not None and not isinstance(value, str):
            found[(*path, key)] = np.atleast_1d(value)
    return found


def by_basis(bases, other):
    """Numbers of a run in given bases, and the largest estimate."""
    recorded = reduced.Recorded(other, MPI.COMM_SELF, lambda text: None, None, bases)
    recorded.assembly = lambda names=None, stack=None: bases[0].assembly
    reduced.EXPERIMENTS[other.experiment](recorded)
    answered = reduced.Answered(recorded)
    return reduced.EXPERIMENTS[other.experiment](answered).numbers, answered


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_are_those_of_the_whole_where_the_solution_is_in_the_basis(shape):
    problem, full = sampled(shape)
    basis = Basis(problem.systems[0])
    basis.add(problem.potentials[0])
    numbers, answered = by_basis([basis], problem.case)
    assert answered.estimate < 1e-7
    assert max(found.worst for found in answered.balances) < 1e-11
    full, numbers = leaves(full), leaves(numbers)
    assert full.keys() == numbers.keys()
    for path, value in full.items():
        scale = np.abs(full["conductance", "matrix"] if path[0] == "conductance" else value).max()
        if path[0] not in ("balances", "solver", "timings"):
            np.testing.assert_allclose(numbers[path], value, rtol=0, atol=1e-8 * scale + 1e-300, err_msg=path)


@pytest.mark.parametrize("shape", ["film", "jump", "transport"])
def test_potentials_are_nearer_than_estimated_and_not_much(shape):
    """In the norm of the estimate, relative to spin: bounded, and no more than some fifty times below."""
    problem, _ = sampled(shape)
    basis = Basis(problem.systems[0])
    basis.add(problem.potentials[0])
    for angle, theta_SH in (25, 0.1), (60, 0.1), (20, 0.12), (80, 0.2):
        other = case(shape, angle, spin_hall=theta_SH)
        media, faces, junctions = models.laws(other, other.stack, basis.assembly)
        full = System(basis.assembly, media, faces, junctions).solve(E=(1e5, 0, 0))
        solution = ReducedSystem(basis, media, faces, junctions).solve(E=(1e5, 0, 0))
        error = full.x - np.tensordot(solution._u, basis.trials, 1)
        spin = full.x * [0, 1, 1, 1]
        size, left = (np.sqrt(np.vdot(v, basis.norm.apply(v))) for v in (spin, error))
        assert left / size <= solution.estimate <= 50 * left / size
        assert balances(solution).worst < 1e-11


def test_the_estimate_is_made_of_the_dual_norm(monkeypatch):
    """The mean of (y . P v)^2 over many y of covariance P^-1 is v . P v."""
    monkeypatch.setattr(fem, "SKETCHES", 1500)
    problem, _ = sampled("jump between contacts")
    basis = Basis(problem.systems[0])
    y = basis.tests[basis.sketch]
    rng = np.random.default_rng(2)
    for _ in range(5):
        v = rng.normal(size=y.shape[1:]) * basis.free
        image = basis.norm.apply(v)
        assert np.mean(np.tensordot(y, image, 2) ** 2) == pytest.approx(np.vdot(v, image), rel=0.15)


def test_a_jump_of_the_potential_counts_with_the_conductance_of_the_interface(monkeypatch):
    monkeypatch.setattr(fem, "SKETCHES", 1500)
    problem, _ = sampled("jump")
    basis = Basis(problem.systems[0])
    a = basis.assembly
    below = a.rows_of(a.mesh.label[: len(a.cell_dofs)] == a.mesh.layers["F"])
    image = basis.norm.apply(below[:, None] * np.array([1.0, 0, 0, 0]))
    power = image[below, 0].sum()
    assert power == pytest.approx(1e15 * 6e-9)
    assert np.mean(np.tensordot(basis.tests[basis.sketch], image, 2) ** 2) == pytest.approx(power, rel=0.15)


def test_the_lower_bound_is_the_largest_one():
    rng = np.random.default_rng(3)
    root = rng.normal(size=(6, 4))
    P = root @ root.T
    S = 0.3 * P + np.outer(root[:, 0], root[:, 0])
    assert coercivity(S, P) == pytest.approx(0.3)
    assert coercivity(S - 0.4 * P, P) == 0
    assert coercivity(P, 0 * P) == np.inf
    root = rng.normal(size=(6, 6))
    S = root @ root.T
    alpha = coercivity(S, P)
    values = np.linalg.eigvalsh(S - alpha * P)
    assert alpha > 0
    assert abs(values.min()) < 1e-10 * values.max()


def test_a_basis_stands_for_systems_with_the_same_fields_held():
    problem, _ = sampled("transport")
    basis = Basis(problem.systems[0])
    media, faces, junctions = models.laws(problem.case, problem.case.stack, basis.assembly)
    with pytest.raises(NotReducible, match="other fields are held"):
        ReducedSystem(basis, media, {"left": faces["left"]}, junctions)
    with pytest.raises(NotReducible, match="vary in space"):
        ReducedSystem(basis, media, faces, junctions).solve(loads={"F": np.zeros((4, 4))})


def test_what_drives_nothing_gives_nothing():
    """A film without spin Hall effect: uniform currents, and rounding errors beside them."""
    problem, _ = sampled("film")
    basis = Basis(problem.systems[0])
    plain = problem.case.stack.with_(
        layers=[layer.model_copy(update={"spin_hall": 0.0}) for layer in problem.case.stack.layers]
    )
    media, faces, junctions = models.laws(problem.case, plain, basis.assembly)
    solution = ReducedSystem(basis, media, faces, junctions).solve(E=(1e5, 0, 0))
    assert solution.estimate == 0
    assert not solution.jets("Pt").any()
