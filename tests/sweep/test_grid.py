"""Points of a sweep: their settings, their runs, and the coordinates of a dataset."""

import tomllib

import numpy as np
import pytest

from ddgauge.model import InputError, Run, read
from ddgauge.sweep import Grid
from ddgauge.units import G_QUANTUM
from tests.sweep.files import ANGLES, FILM, THICKNESSES

ZIPPED = """
[[sweep]]
parameter = "boundary.bottom.G_r"
values = ["1e19 1/m^2", 1e14]
zip = "interface"

[[sweep]]
parameter = "boundary.bottom.G_i"
from = "1e12 S/m^2"
to = "1e14 S/m^2"
points = 2
spacing = "log"
zip = "interface"

[[sweep]]
parameter = "layer.Pt.spin_hall"
values = [0, 0.1]
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "film.toml"
        path.write_text(text)
        return path

    return write


def test_each_point_is_the_run_of_the_file_with_its_settings(written):
    path = written(FILM + THICKNESSES + ANGLES % 3 + ZIPPED)
    grid = Grid(path)
    assert grid.shape == (2, 3, 2, 2)
    for k in range(grid.size):
        expected = read(path, grid.settings(k))
        assert grid.run(k) == expected.model_copy(update={"sweep": ()})
    assert grid.settings(1)["layer.Pt.spin_hall"] == 0.1  # the last dimension is the fastest
    assert Grid(read(path)).run(7) == grid.run(7)


def test_a_material_is_swept_as_if_it_stood_in_the_file(written):
    sweep = '[[sweep]]\nparameter = "layer.Pt.material"\nvalues = ["Pt", "W"]\n'
    keys = [line for line in FILM.splitlines() if not line.startswith(("conductivity", "diffusion", "spin_"))]
    path = written("\n".join(keys).replace('name = "Pt"', 'name = "Pt"\nmaterial = "Ta"') + "\n" + sweep)
    for grid in Grid(path), Grid(read(path)):
        W = read(path, {"layer.Pt.material": "W"}).stack["Pt"]
        assert grid.run(1).stack["Pt"].spin_hall == W.spin_hall < 0


def test_coordinates_are_in_si_units_whatever_the_file_says(written):
    sweeps = THICKNESSES + ANGLES % 3 + ZIPPED + '[[sweep]]\nparameter = "field.B"\nvalues = [[0, 0, 1], [1, 0, 0]]\n'
    sweeps += (
        '[[sweep]]\nparameter = "mesh.periodic"\nvalues = [true]\n[[sweep]]\nparameter = "mesh.cells"\nvalues = [4]\n'
    )
    found = Grid(written(FILM + sweeps)).coordinates
    dims = {path: dim for path, (dim, _, _) in found.items()}
    units = {path: unit for path, (_, _, unit) in found.items()}
    values = {path: values.tolist() for path, (_, values, _) in found.items()}
    assert dims["boundary.bottom.G_r"] == dims["boundary.bottom.G_i"] == "interface"
    assert dims["layer.Pt.thickness"] == "layer.Pt.thickness"
    assert values["layer.Pt.thickness"] == [2e-9, 3e-9]
    assert values["boundary.bottom.G_r"] == pytest.approx([1e19 * G_QUANTUM, 1e14])
    assert values["boundary.bottom.G_i"] == pytest.approx([1e12, 1e14])
    assert values["field.B"] == ["[0, 0, 1]", "[1, 0, 0]"]
    assert values["mesh.periodic"] == ["true"]
    assert values["mesh.cells"] == [4]
    assert units == {
        "layer.Pt.thickness": "m",
        "magnetisation.angle.yz": "degree",
        "boundary.bottom.G_r": "S/m^2",
        "boundary.bottom.G_i": "S/m^2",
        "layer.Pt.spin_hall": "",
        "field.B": "",
        "mesh.periodic": "",
        "mesh.cells": "",
    }


@pytest.mark.parametrize(
    "path, value, unit",
    [
        ("field.B.z", "1 mT", "T"),
        ("temperature", 5, "K"),
        ("drive.electric_field.x", 1e5, "V/m"),
        ("layer.Pt.conductivity", 1e6, "S/m"),
        ("layer.Pt.spin_orbit.alpha", "0.1 eV angstrom", "m/s"),
        ("solver.tolerance", 1e-9, ""),
    ],
)
def test_the_unit_of_a_parameter_is_that_of_its_key(path, value, unit):
    tables = tomllib.loads(FILM) | {"sweep": [{"parameter": path, "values": [value]}]}
    if "spin_orbit" in path:
        tables["layer"][0]["spin_orbit"] = {"mass": 1.0}
    _, values, found = Grid(Run.from_dict(tables)).coordinates[path]
    assert (found, values.dtype) == (unit, float)


def test_a_logarithmic_sweep_has_equal_ratios():
    tables = tomllib.loads(FILM + ANGLES % 4)
    tables["sweep"][0] = {"parameter": "layer.Pt.conductivity", "from": "1e5 S/m", "to": "1e8 S/m", "points": 4}
    tables["sweep"][0]["spacing"] = "log"
    _, values, _ = Grid(Run.from_dict(tables)).coordinates["layer.Pt.conductivity"]
    np.testing.assert_allclose(values, [1e5, 1e6, 1e7, 1e8])


def test_where_a_combination_cannot_be_the_point_alone_says_so(written):
    """The exchange of moments along the field, but not against it, has an equilibrium."""
    exchange = "exchange = {moment_density = 2e28, spin = 3.5, coupling = 1e-48}\n"
    text = FILM.replace("[magnetisation]", "[field]\nB = [0, 0, 1]\n[magnetisation]")
    text = text.replace("spin_hall", exchange + "spin_hall").replace(
        'experiment = "film"', 'experiment = "film"\ntemperature = 5'
    )
    sweep = '[[sweep]]\nparameter = "magnetisation.direction"\nvalues = [[0, 0, 1], [0, 0, -1], [0, 0, 1]]\n'
    sweep += '[[sweep]]\nparameter = "field.B.z"\nvalues = [1, -1, 1]\n'
    grid = Grid(written(text + sweep))
    works = []
    for k in range(grid.size):
        try:
            grid.run(k)
            works.append(True)
        except InputError as error:
            assert "the field is against the magnetisation" in str(error)
            works.append(False)
    assert works == [True, False, True, False, True, False, True, False, True]


@pytest.mark.parametrize(
    "sweeps, message",
    [
        (ANGLES % 3 + ANGLES % 4, "sweep 'magnetisation.angle.yz': is there twice"),
        (
            ZIPPED.replace("points = 2", "points = 3"),
            "sweeps of zip = 'interface' advance together, and must have as many values each: "
            "boundary.bottom.G_r 2, boundary.bottom.G_i 3",
        ),
        (
            ZIPPED.replace('"1e12 S/m^2"', '"-1e12 S/m^2"'),
            "sweep 'boundary.bottom.G_i': from and to must be > 0 where spacing = 'log'",
        ),
        (
            ZIPPED.replace("1e14]", "-1e14]"),
            "sweep 'boundary.bottom.G_r', at -100000000000000.0 and 'boundary.bottom.G_i', at '100000000000000.0 S/m^2'"
            ": boundary 'bottom': G_r = -1e+14 S/m^2, must be >= 0",
        ),
        ("", "has no [[sweep]], needs at least one: parameter and values"),
    ],
)
def test_sweeps_that_cannot_be(written, sweeps, message):
    with pytest.raises(InputError) as caught:
        Grid(written(FILM + sweeps))
    assert message in str(caught.value)


def test_points_with_the_same_mesh_are_done_one_after_another(written):
    rows = Grid(written(FILM + ANGLES % 3 + THICKNESSES)).rows()
    assert rows.tolist() == [[0, 2, 4], [1, 3, 5]]  # angles of each thickness
    assert Grid(written(FILM + ANGLES % 3)).rows().tolist() == [[0, 1, 2]]
    assert Grid(written(FILM + THICKNESSES)).rows().tolist() == [[0], [1]]
