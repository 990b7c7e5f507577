"""What solves: factors or iterations."""

from pathlib import Path

import numpy as np
import pytest

from ddgauge.experiment import run
from ddgauge.experiment.problem import Problem
from ddgauge.model import Run, read

CROSS = Path(__file__).parents[2] / "examples/hall_cross/cross.toml"


def test_a_plane_body_of_many_unknowns_is_factorised_at_any_hall_angle():
    """A cross at a Hall angle of tan = 4, where iterations fail; turned field, turned voltage."""
    numbers = {}
    for B in 2.0, -2.0:
        numbers[B] = run(read(CROSS, {"field.B": [0, 0, B], "output.figures": False})).numbers
        assert numbers[B]["solver"]["unknowns"] > 20_000
        assert numbers[B]["solver"]["iterations"] == 1
    up, down = (found["voltage"] for found in numbers.values())
    assert up["north"] == pytest.approx(down["south"], rel=1e-4)
    assert np.sign(up["north"] - up["south"]) == -np.sign(down["north"] - down["south"])


def test_iterations_find_the_charge_that_spin_alone_drives():
    """The inverse spin Hall voltage along a strip, whose load of charge is small beside that of spin."""
    metal = {"name": "Pt", "thickness": 5e-9, "conductivity": 4e6, "spin_diffusion_length": 1.5e-9, "spin_hall": 0.05}
    mesh = {"dimension": 3, "size": [1e-6, 1e-8], "periodic": False, "cells": 6, "lateral_cells": [60, 2]}
    spin = {"bottom": {"kind": "current", "spin_current": [0, 1e9, 0]}}
    case = Run.from_dict(
        {"experiment": "transport", "layer": [metal], "boundary": spin, "mesh": mesh, "solver": {"degree": 1}}
    )
    problem, volts = Problem(case), []
    assembly = problem.assembly()
    for method in "direct", "iterative":
        system = problem.system(assembly)
        system.method = method
        found = problem.solve(system)
        volts.append(found.potential("left")[0] - found.potential("right")[0])
    assert volts[1] == pytest.approx(volts[0], rel=1e-8)
    assert abs(volts[0]) > 1e-6
