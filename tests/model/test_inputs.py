"""The input file: what is read, written, overridden."""

import json

import numpy as np
import pytest

from ddgauge.model import Run, read
from ddgauge.units import G_QUANTUM

EVERYTHING = """
title = "Pt | EuS"
experiment = "conductance"
temperature = 10

[[layer]]
name = "F"
thickness = "1 nm"
conductivity = 2e6
diffusion = 2e-4
relaxation_time = 2e-12
exchange_relaxation = {parallel = 4e-13, perpendicular = 2e-13}
precession = [0, 0, 2e12]
spin_orbit = {mass = 1.0, alpha = 2e4, beta = 1e4, lambda = 4e5, strain = [[0, 0.01, 0], [0.01, 0, 0.03], [0, 0.03, 0]]}
hall = [0.02, 0.01, 0.05]
spin_hall = 0.1
larmor = [0, 0, 0]

[[layer]]
name = "EuS"
thickness = 2e-9
conductivity = 1e5
diffusion = 1e-4
relaxation_time = [1e-12, 2e-12, 3e-12]
exchange = {moment_density = 1.2e28, spin = 3.5, coupling = "-5 meV nm^3", weiss = "0.2 meV", rotation = [0, 0.1, 0]}
gauge = [[0, 1e8, 0], [-1e8, 0, 0], [0, 0, 0]]
mobility = 1e-3
momentum_time = 1e-14
spin_hall = [[0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.2]]

[[layer]]
name = "HM"
material = "Pt"
diffusion = 4e-6
thickness = "5 nm"

[magnetisation]
angle = {xz = 30}

[field]
B = [0, 0, 0.5]

[drive]
electric_field = [1e5, 0, 0]

[boundary.bottom]
kind = "insulating"

[boundary.top]
kind = "sheet"
G_r = "1e30 1/m^2"
G_i = "2e17 1/m^2"

[boundary.left]
kind = "sheet"
material = "YIG|Pt"

[boundary.right]
kind = "sheet"
matrix = [[1e14, 0, 0], [0, 1e14, 0], [0, 0, 1e13]]

[interface."EuS|HM"]
transmission = 1e15
conductance = "1e20 1/m^2"
absorption_above = {G_s = 1e13}

[mesh]
dimension = 3
size = ["100 nm", "20 nm"]
cells = [8, 16, 64]
element_size = "5 nm"
shape = "box"
periodic = false

[solver]
degree = 2
tolerance = 1e-11

[conductance]
interface = "F|EuS"

[output]
figures = false

[[sweep]]
parameter = "magnetisation.angle.xy"
from = 0
to = 360
points = 73

[[sweep]]
parameter = "layer.HM.thickness"
values = ["1 nm", "10 nm"]
"""

FILM = """
experiment = "film"
layer = [{name = "a.b", thickness = 1e-9, conductivity = 1e6, spin_diffusion_length = 1e-9},
         {name = "HM", thickness = 5e-9, conductivity = 1e6, diffusion = 1e-4, spin_diffusion_length = 1e-9}]
[magnetisation]
direction = [0, 0, 1]
[boundary.top]
kind = "sheet"
G_r = 1e14
"""


@pytest.fixture
def film(tmp_path):
    file = tmp_path / "film.toml"
    file.write_text(FILM)
    return file


def test_every_key_of_the_schema_is_read_and_written_in_SI(tmp_path):
    file = tmp_path / "everything.toml"
    file.write_text(EVERYTHING)
    run = read(file)
    written = json.loads(json.dumps(run.resolved(), allow_nan=False))
    assert written["layer"][2]["thickness"] == pytest.approx(5e-9)
    assert written["layer"][0]["spin_orbit"]["lambda"] == 4e5
    number, _, unit = written["boundary"]["top"]["G_r"].partition(" ")  # text, for it would be refused as a number
    assert (float(number), unit) == (pytest.approx(1e30 * G_QUANTUM), "S/m^2")
    assert Run.from_dict(written) == run
    (tmp_path / "resolved.json").write_text(json.dumps(written))
    assert read(tmp_path / "resolved.json").resolved() == written
    np.testing.assert_array_equal(run.stack.coefficients("EuS").q, Run.from_dict(written).stack.coefficients("EuS").q)
    np.testing.assert_array_equal(
        run.stack.faces["top"].conductance, Run.from_dict(written).stack.faces["top"].conductance
    )


def test_a_missing_table_means_its_defaults(film):
    run = read(film)
    assert (run.title, run.mesh.dimension, run.mesh.periodic, run.mesh.faces) == ("", 1, True, ("bottom", "top"))
    assert (run.solver.degree, run.solver.tolerance, run.solver.balance_tolerance) == (None, 1e-10, 1e-8)
    assert run.source == film
    assert Run.from_dict(run.resolved()) == run


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("layer.HM.thickness", "3 nm", lambda run: run.stack["HM"].thickness == pytest.approx(3e-9)),
        ("layer.a.b.thickness", 2e-9, lambda run: run.stack["a.b"].thickness == 2e-9),
        ("layer.HM.relaxation_time", 1e-12, lambda run: run.stack["HM"].spin_diffusion_length is None),
        ("layer.HM.spin_orbit.mass", 0.5, lambda run: run.stack["HM"].spin_orbit.mass == 0.5),
        ("layer.HM.hall.z", 0.5, lambda run: run.stack["HM"].hall == (0, 0, 0.5)),
        ("magnetisation.angle.xy", 90, lambda run: np.allclose(run.stack.direction, [0, 1, 0])),
        ("magnetisation.direction.x", 1, lambda run: np.allclose(run.stack.direction, [0.5**0.5, 0, 0.5**0.5])),
        ("drive.electric_field.1", 1e5, lambda run: run.stack.electric_field[1] == 1e5),
        (
            "boundary.top.G_r",
            "1e19 1/m^2",
            lambda run: run.stack.boundary["top"].G_r == pytest.approx(3.874e14, rel=1e-4),
        ),
        ("temperature", 4, lambda run: run.stack.temperature == 4),
        ("mesh.cells", 16, lambda run: run.mesh.cells == 16),
    ],
)
def test_an_override_replaces_a_value_and_what_it_excludes(film, path, value, where):
    before = film.read_text()
    if path.startswith("drive"):
        film.write_text(before + "[drive]\nelectric_field = [0, 0, 0]")
    assert where(read(film, {path: value}))


def test_a_swept_range_keeps_its_unit(film):
    film.write_text(FILM + "[[sweep]]\nparameter = 'layer.HM.thickness'\nfrom = '1 nm'\nto = '3 nm'\npoints = 3")
    (sweep,) = read(film).sweep
    assert sweep.settings == ["1.0 nm", "2.0 nm", "3.0 nm"]


def test_a_mesh_file_is_found_beside_its_input_file_and_frees_layers_of_thickness(film, monkeypatch, tmp_path):
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "bar.msh").touch()
    monkeypatch.chdir("/")
    film.write_text(
        FILM.replace("thickness = 1e-9, ", "") + "[boundary.lead]\nkind = 'sink'\n[mesh]\nfile = 'meshes/bar.msh'"
    )
    run = read(film)
    assert run.mesh.file == tmp_path / "meshes" / "bar.msh"
    assert Run.from_dict(run.resolved()) == run


@pytest.mark.parametrize(
    ("change", "side"),
    [
        ({}, ("a.b", "HM")),
        ({"layer.HM.precession": 1e12}, ("HM", None)),
        ({"layer.a.b.precession": 1e12, "layer.a.b.diffusion": 1e-4}, ("a.b", "HM")),
    ],
)
def test_the_conductance_asked_for_is_that_of_the_topmost_magnet(film, change, side):
    assert read(film, {"experiment": "conductance"} | change).side == side


@pytest.mark.parametrize(("dimension", "sides"), [(1, ()), (2, (1e-7,)), (3, (1e-7, 2e-8))])
def test_one_size_serves_meshes_of_each_dimension(dimension, sides):
    layer = {"name": "Pt", "thickness": "5 nm", "conductivity": 4e6, "spin_diffusion_length": "1.5 nm"}
    mesh = {"dimension": dimension, "size": ["100 nm", "20 nm"]}
    run = Run.from_dict({"experiment": "film", "layer": [layer], "mesh": mesh})
    assert run.mesh.sides == pytest.approx(sides)
