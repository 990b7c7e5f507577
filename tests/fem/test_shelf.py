"""Problems that are much alike: one mesh, and the factors of the first for all."""

import numpy as np
import pytest

from ddgauge.experiment import run
from ddgauge.fem import shelf
from ddgauge.fem.equations import SolverError
from ddgauge.fem.linear import Linear
from ddgauge.model import Run

F = {"name": "F", "thickness": 2e-9, "conductivity": 2e6, "diffusion": 2e-4, "precession": 2e13}
F["exchange_relaxation"] = {"parallel": 4e-13, "perpendicular": 2e-13}
PT = {"name": "Pt", "thickness": 3e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
MESH = {"dimension": 2, "size": [6e-9], "lateral_cells": 3, "cells": 4}


def film(angle=20.0, thickness=3e-9, **Pt):
    layers = [F, PT | {"spin_hall": 0.1, "thickness": thickness} | Pt]
    rest = {"magnetisation": {"angle": {"yz": angle}}, "boundary": {"bottom": {"kind": "sheet", "G_r": 2e14}}}
    return Run.from_dict({"experiment": "film", "layer": layers, "mesh": MESH, "output": {"figures": False}} | rest)


def numbers(case, *before):
    """Those of a run, and of those before it, with one shelf."""
    kept = shelf.Shelf()
    for k, other in enumerate([*before, case]):
        kept.problem(first=k == 0)
        found = run(other, shelf=kept).numbers
    return found


def flat(found):
    tables = "resistivity", "conductivity", "spin_current", "accumulation"
    values = [v for table in tables for key, v in found[table].items() if key != "units"]
    return np.concatenate([np.ravel(v) / np.abs(v).max() for v in values if np.any(v)])


@pytest.mark.parametrize("first", [film(0.0), film(70.0), film(conductivity=1e6), film(spin_hall=0.05)])
def test_factors_of_another_problem_give_the_same_numbers(first):
    near, own = numbers(film(), first), run(film()).numbers
    np.testing.assert_allclose(flat(near), flat(own), rtol=0, atol=1e-9)
    assert 1 < near["solver"]["iterations"] < 20
    assert own["solver"]["iterations"] == 1


def test_what_a_problem_takes_depends_on_the_first_one_alone():
    a = numbers(film(), film(0.0), film(70.0), film(thickness=4e-9))
    b = numbers(film(), film(0.0))
    np.testing.assert_array_equal(flat(a), flat(b))


def test_where_factors_of_another_do_not_do_a_problem_has_its_own(monkeypatch):
    solve = Linear.solve

    def fails(linear, rhs):
        if linear.ksp.getTolerances()[-1] == shelf.NEAR:
            raise SolverError("too far")
        return solve(linear, rhs)

    monkeypatch.setattr(Linear, "solve", fails)
    near, own = numbers(film(), film(70.0)), run(film()).numbers
    np.testing.assert_array_equal(flat(near), flat(own))


def test_on_other_meshes_and_elements_problems_have_their_own_factors():
    coarse = film().model_copy(update={"solver": film().solver.model_copy(update={"degree": 1})})
    for other in coarse, film(thickness=4e-9):
        np.testing.assert_array_equal(flat(numbers(film(), other)), flat(run(film()).numbers))


def test_a_mesh_is_made_once_and_of_late_only(monkeypatch):
    made = []
    make = shelf.Shelf.take

    def counted(self, key, maker):
        return make(self, key, lambda: made.append(key) or maker())

    monkeypatch.setattr(shelf.Shelf, "take", counted)
    numbers(film(), film(0.0), film(70.0), film(conductivity=1e6))
    assert len(made) == 2  # mesh and assembly
    made.clear()
    numbers(film(), film(), *(film(thickness=d * 1e-9) for d in (4, 5, 6)))
    assert len(made) == 2 * 5  # that of the first has gone by then
