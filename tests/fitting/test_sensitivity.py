"""Derivatives of results by parameters against differences of solutions on meshes of their own, to 1e-6."""

import numpy as np
import pytest
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.fitting.points import Points
from ddgauge.fitting.results import find, value
from ddgauge.fitting.sensitivity import BACKWARD, CENTRAL, FORWARD, STEP
from ddgauge.model import Run
from ddgauge.model.fitting import Unknown
from ddgauge.model.sweeps import override
from tests.closed_forms import chen_smr

QUIET = {"output": {"figures": False}}
H = 4e-3  # step of the differences; twelfths of its fourth power times fifth derivatives are small

FILM = {
    "experiment": "film",
    "layer": [
        {
            "name": "EuS",
            "thickness": 2e-9,
            "conductivity": 1e5,
            "diffusion": 1e-4,
            "exchange_relaxation": {"parallel": 4e-13, "perpendicular": 2e-13},
            "precession": 2e13,
        },
        {
            "name": "Pt",
            "thickness": 4e-9,
            "conductivity": 4e6,
            "diffusion": 5e-4,
            "spin_diffusion_length": 1.5e-9,
            "spin_hall": 0.2,
            "hall": [0, 0, -0.05],
        },
    ],
    "interface": {"EuS|Pt": {"transmission": 3e14, "absorption_above": {"G_r": 2e14, "G_i": 1e14}}},
    "magnetisation": {"angle": {"xy": 30.0}},
    "drive": {"electric_field": [1e5, 2e4, 0]},
}
PILLAR = {
    "experiment": "transport",
    "layer": [
        {
            "name": "A",
            "thickness": 5e-9,
            "conductivity": 4e6,
            "spin_diffusion_length": 3e-9,
            "spin_hall": 0.3,
            "hall": [0.0, 0.4, 0.0],
        },
        {"name": "B", "thickness": 4e-9, "conductivity": 1e6, "spin_diffusion_length": 2e-9},
    ],
    "interface": {"A|B": {"transmission": 3e14, "conductance": 3e14}},
    "boundary": {
        "left": {"kind": "contact", "voltage": 1e-3},
        "right": {"kind": "contact", "voltage": 0.0},
        "top": {"kind": "sheet", "G_s": 1e14},
    },
    "mesh": {"dimension": 2, "size": [20e-9], "periodic": False, "element_size": 1.3e-9, "lateral_cells": 6},
    "solver": {"tolerance": 1e-13},
}
COLUMN = {
    "experiment": "transport",
    "layer": [
        {"name": "A", "thickness": 5e-9, "conductivity": 4e6, "spin_diffusion_length": 3e-9, "hall": [0.0, 0.0, 0.2]},
        {"name": "B", "thickness": 4e-9, "conductivity": 1e6, "spin_diffusion_length": 2e-9, "spin_hall": 0.3},
    ],
    "interface": {"A|B": {"transmission": 3e14, "conductance": 3e14}},
    "boundary": {
        "bottom": {"kind": "contact", "voltage": 1e-3, "spin": "free"},
        "top": {"kind": "contact", "voltage": 0.0, "spin": "free"},
    },
    "drive": {"electric_field": [1e5, 0, 0]},
}
MAGNET = {
    "experiment": "conductance",
    "layer": [
        {
            "name": "F",
            "thickness": 1e-9,
            "conductivity": 2e6,
            "diffusion": 2e-4,
            "exchange_relaxation": {"parallel": 2e-12, "perpendicular": 1e-12},
            "precession": 3e13,
            "spin_orbit": {"mass": 0.5, "alpha": 3e4},
        },
        {"name": "N", "thickness": 2e-9, "conductivity": 3e6, "diffusion": 2e-4, "relaxation_time": 1e-14},
    ],
    "magnetisation": {"direction": [0.3, 0.4, 1.0]},
    "conductance": {"interface": "F|N"},
}
VALVE = {
    "experiment": "two-current",
    "layer": [
        {
            "name": "F",
            "thickness": 10e-9,
            "conductivity": 1.7e7,
            "polarisation": 0.46,
            "spin_diffusion_length": 6e-9,
        },
        {"name": "N", "thickness": 5e-9, "conductivity": 1.7e8, "spin_diffusion_length": 50e-9},
    ],
    "interface": {"F|N": {"resistance": 0.5e-15, "asymmetry": 0.7, "spin_flip": 0.25}},
    "boundary": {
        "bottom": {"kind": "contact", "voltage": 1e-3},
        "top": {"kind": "contact", "voltage": 0.0, "conductance": {"up": 1e15, "down": 4e14}},
    },
}
WALL = {
    "experiment": "two-current",
    "layer": [
        {
            "name": "Py",
            "thickness": 10e-9,
            "conductivity": 5.6e6,
            "polarisation": 0.43,
            "diffusion": 1e-3,
            "spin_flip_time": 1e-12,
        }
    ],
    "texture": {"kind": "wall", "width": 20e-9, "position": 60e-9, "phase_rate": 6e9},
    "boundary": {"left": {"kind": "contact", "voltage": 0.0}, "right": {"kind": "floating"}},
    "mesh": {"dimension": 2, "size": [120e-9], "periodic": False, "cells": 4, "lateral_cells": 24},
    "solver": {"tolerance": 1e-13},
}

CASES = [
    (FILM, "layer.Pt.thickness", ["resistivity.longitudinal", "torque.efficiency_dl", "spin_current.EuS|Pt.y"]),
    (FILM, "layer.EuS.thickness", ["resistivity.transverse", "accumulation.EuS|Pt.below.y"]),
    (FILM, "layer.Pt.spin_hall", ["resistivity.longitudinal", "accumulation.top.y"]),
    (FILM, "layer.Pt.spin_diffusion_length", ["conductivity.matrix.x.y", "torque.efficiency_fl"]),
    (FILM, "interface.EuS|Pt.absorption_above.G_i", ["torque.field_like", "resistivity.transverse"]),
    (FILM, "interface.EuS|Pt.transmission", ["spin_current.EuS|Pt.y"]),
    (FILM, "layer.EuS.precession", ["spin_current.EuS|Pt.x"]),
    (FILM, "magnetisation.angle.xy", ["resistivity.longitudinal", "resistivity.transverse"]),
    (FILM, "drive.electric_field.y", ["torque.damping_like", "accumulation.bottom.x"]),
    (PILLAR, "layer.A.thickness", ["current.left", "accumulation.A|B.above.y", "spin_current.A|B.y"]),
    (PILLAR, "mesh.size.0", ["current.left", "resistance.left|right"]),
    (PILLAR, "boundary.left.voltage", ["current.right", "spin_current.top.y"]),
    (PILLAR, "interface.A|B.conductance", ["current.right"]),
    (PILLAR, "boundary.top.G_s", ["spin_current.top.y", "accumulation.top.y"]),
    (PILLAR, "layer.A.hall.y", ["resistance.left|right", "voltage.top"]),
    (COLUMN, "layer.B.thickness", ["current.bottom", "accumulation.A|B.above.y"]),
    (COLUMN, "layer.B.spin_hall", ["accumulation.A|B.above.y", "spin_current.A|B.y"]),
    (COLUMN, "interface.A|B.transmission", ["spin_current.A|B.y", "accumulation.A|B.below.y"]),
    (COLUMN, "boundary.bottom.voltage", ["current.top", "current.bottom", "voltage.bottom"]),
    (MAGNET, "layer.F.thickness", ["conductance.G_r", "conductance.matrix.x.y", "conductance.loss.G_s"]),
    (MAGNET, "layer.F.spin_orbit.alpha", ["conductance.memory_loss", "conductance.lattice.x.x"]),
    (MAGNET, "layer.F.precession", ["conductance.G_i", "conductance.perturbative.G_i"]),
    (VALVE, "layer.F.thickness", ["resistance.bottom|top", "accumulation.F|N.above"]),
    (VALVE, "layer.F.polarisation", ["resistance.bottom|top", "spin_current.top"]),
    (VALVE, "interface.F|N.asymmetry", ["current.top", "accumulation.F|N.below"]),
    (WALL, "texture.phase_rate", ["voltage.right"]),
    (WALL, "layer.Py.polarisation", ["voltage_difference.left|right"]),
]


def number(tables, path):
    """The value of a file at a path."""
    table, _, rest = path.partition(".")
    if table == "layer":
        name, _, rest = rest.partition(".")
        at = next(layer for layer in tables["layer"] if layer["name"] == name)
    elif table in ("interface", "boundary"):
        name, _, rest = rest.partition(".")
        at = tables[table][name]
    else:
        at = tables[table]
    for key in rest.split("."):
        at = at["xyz".index(key) if key in "xyz" and isinstance(at, list) else int(key) if key.isdigit() else key]
    return at


def points(tables, path, results, comm=MPI.COMM_WORLD):
    start = number(tables, path)
    unknown = Unknown(path, "path", (path,), None, "", start, -np.inf, np.inf, False, None)
    found = Points(Run.from_dict(tables), tables, [{}], [unknown], results, comm)
    found.prepare([start])
    found.units([start])
    return found, start


def slopes(tables, path, results):
    """(results,) of the relative value of a parameter, and the values of the results."""
    found, start = points(tables, path, results)
    numbers, derivatives = found(np.array([start]), checked=True)
    return derivatives[0, :, 0] * abs(start) / found.sizes([start])[0], numbers[0]


def differences(tables, path, results):
    """The same by solutions beside it."""
    start, found = number(tables, path), []
    for k in -2, -1, 1, 2:
        numbers = run(Run.from_dict(override(tables | QUIET, path, start * (1 + k * H)))).numbers
        found.append([value(numbers, find(numbers, result)[0]) for result in results])
    a, b, c, d = np.array(found)
    return np.sign(start) * (8 * (c - b) - (d - a)) / (12 * H)


@pytest.mark.parametrize("tables, path, results", CASES, ids=[f"{t['experiment']}-{p}" for t, p, _ in CASES])
def test_derivatives_are_those_of_solutions(tables, path, results):
    found, numbers = slopes(tables, path, results)
    expected = differences(tables, path, results)
    assert np.abs(expected).min() > 0
    np.testing.assert_allclose(
        found, expected, rtol=1e-6, atol=1e-9 * np.abs(numbers).max() if len(results) == 1 else 0
    )


def test_derivatives_of_magnetoresistance_are_those_of_the_closed_form():
    """d1, d2 of Chen, to the lowest order in theta: by G_r, G_i, the spin diffusion length and the thickness."""
    d, l, theta, sigma, G = 4e-9, 1.5e-9, 1e-3, 2.5e6, 4e14 + 1e14j
    tables = {
        "experiment": "film",
        "layer": [
            {"name": "Pt", "thickness": d, "conductivity": sigma, "spin_diffusion_length": l, "spin_hall": theta}
        ],
        "boundary": {"bottom": {"kind": "sheet", "G_r": G.real, "G_i": G.imag}},
        "magnetisation": {"direction": [0.0, 0.6, 0.8]},
    }

    def transverse(d=d, l=l, G=G):
        _, _, d2 = chen_smr(d, l, theta, sigma, G)
        return 0.8 * d2 / sigma

    h = 1e-4
    for path, change in {
        "layer.Pt.thickness": lambda s: transverse(d=d * s),
        "layer.Pt.spin_diffusion_length": lambda s: transverse(l=l * s),
        "boundary.bottom.G_r": lambda s: transverse(G=s * G.real + 1j * G.imag),
        "boundary.bottom.G_i": lambda s: transverse(G=G.real + 1j * s * G.imag),
    }.items():
        found, _ = slopes(tables, path, ["resistivity.transverse"])
        expected = (change(1 + h) - change(1 - h)) / (2 * h)
        assert found[0] == pytest.approx(expected, rel=1e-5), path


def test_derivative_at_the_end_of_what_the_model_takes_is_one_sided():
    """G_s = 0 cannot be less."""
    tables = PILLAR | {"boundary": PILLAR["boundary"] | {"top": {"kind": "sheet", "G_s": 0.0}}}
    unknown = Unknown("boundary.top.G_s", "path", ("boundary.top.G_s",), None, "", 0.0, 0.0, 1e15, False, None)
    found = Points(Run.from_dict(tables), tables, [{}], [unknown], ["spin_current.top.y"], MPI.COMM_WORLD)
    found.prepare([0.0])
    found.units([0.0])
    _, derivatives = found(np.array([0.0]))
    step = 1e11
    some, none = (
        run(Run.from_dict(override(tables, "boundary.top.G_s", G) | QUIET)).numbers["spin_current"]["top"][1]
        for G in (step, 0.0)
    )
    assert derivatives[0, 0, 0] / found.sizes([0.0])[0] == pytest.approx((some - none) / step, rel=2e-3)


@pytest.mark.parametrize("stencil", [CENTRAL, FORWARD, BACKWARD])
def test_stencils_are_of_fourth_order(stencil):
    steps = np.array([0.1, 0.05])
    errors = [stencil([np.exp(1 + place * h) for place in stencil.places]) / h - np.e for h in steps]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.25)
    assert stencil([np.float64(0.1)] * 5) == 0


def test_small_steps_of_the_laws_are_well_inside_rounding():
    """1/p is as bad as laws of lengths and times are."""
    found = CENTRAL([1 / (3.0 * (1 + place * STEP)) for place in CENTRAL.places]) / STEP
    assert found == pytest.approx(-1 / 3.0, rel=1e-11)
