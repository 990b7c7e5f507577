"""Files for ParaView, profiles and figures, read back by other programs."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import pyvista
from numpy.testing import assert_allclose

from ddgauge import output
from ddgauge.fem.sample import Sampler
from tests.solved import result

FIELDS = {"mu_0 (V)", "mu_s (V)", "j (A/m^2)", "j spin x (A/m^2)", "j spin y (A/m^2)", "j spin z (A/m^2)"}
PT = {"name": "Pt", "thickness": 4e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
F = {"name": "F", "thickness": 2e-9, "conductivity": 2e6, "diffusion": 2e-4, "relaxation_time": 1e-13}
SIZES = {1: [], 2: [9e-9], 3: [9e-9, 6e-9]}
TRANSMISSION = 3e14


def chain(dimension, shape="simplex", degree=2, cells=4, broken=True, figures=False):
    """F | Pt between two contacts, one of which absorbs spin: everything varies along x and z."""
    mesh = {"dimension": dimension, "size": SIZES[dimension], "shape": shape, "periodic": dimension == 1}
    ends = ("bottom", "top") if dimension == 1 else ("left", "right")
    boundary = {ends[0]: {"kind": "contact", "voltage": 1e-3, "spin": "free"}}
    boundary |= {ends[1]: {"kind": "contact", "voltage": 0.0}}
    mesh |= {"cells": cells} if dimension == 1 else {"element_size": 3e-9}
    keys = {"interface": {"F|Pt": {"transmission": TRANSMISSION, "conductance": 6e14}}} if broken else {}
    layers = [F | {"spin_hall": 0.05}, PT | {"spin_hall": 0.1, "hall": [0.1, 0.2, 0.3]}]
    if dimension == 1:  # the only spin is injected
        boundary["bottom"] = {"kind": "current", "current_density": 1e10, "spin_current": [1e9, 2e9, 3e9]}
    tables = {"mesh": mesh, "boundary": boundary, "solver": {"degree": degree, "balance_tolerance": 1e-6}}
    return result("transport", layers, output={"figures": figures}, **tables, **keys)


def written(found, folder):
    """Write a Result, and open its fields as VTK does."""
    output.prepare(folder)
    names = output.write(found, folder)
    return names, pyvista.read(folder / names[0])


def inside(solution, count=60):
    """Random points well inside cells of each layer, in the coordinates of the mesh: {layer: (count, dimension)}."""
    mesh, random = solution.mesh, np.random.default_rng(5)
    corners = mesh.domain.geometry.x[mesh.domain.geometry.dofmap][:, :, : mesh.dimension]
    points = {}
    for name in mesh.layers:
        cells = random.choice(mesh.cells(name), count)
        weight = 0.7 * random.dirichlet(np.ones(corners.shape[1]), count) + 0.3 / corners.shape[1]
        points[name] = np.einsum("kv,kvi->ki", weight, corners[cells])
    return points


def in_space(points, axes):
    """Points of a mesh as x, y, z."""
    out = np.zeros((len(points), 3))
    out[:, ["xyz".index(axis) for axis in axes]] = points
    return out


@pytest.mark.parametrize(
    ("dimension", "shape", "degree"),
    [
        *((1, "simplex", degree) for degree in (1, 2, 3, 4)),
        *((2, shape, degree) for shape in ("simplex", "box") for degree in (1, 2, 3, 4)),
        *((3, shape, degree) for shape in ("simplex", "box") for degree in (1, 2, 3)),
    ],
)
def test_fields_are_those_of_the_solution_at_any_point(dimension, shape, degree, tmp_path):
    """VTK interpolates with its own order of nodes: potentials agree inside cells, currents where cells do not meet."""
    found = chain(dimension, shape, degree)
    _, grid = written(found, tmp_path)
    assert set(grid.point_data) >= FIELDS
    assert set(np.unique(grid.cell_data["layer"])) == {0, 1}
    sampler = Sampler(found.solution)
    for name, points in inside(found.solution).items():
        which, mu, _ = sampler.at(points, name)
        assert len(which) == len(points)
        part = grid.extract_cells(np.flatnonzero(grid.cell_data["layer"] == found.solution.mesh.layers[name]))
        seen = pyvista.PolyData(in_space(points, found.solution.mesh.axes)).sample(part)
        assert np.all(seen["vtkValidPointMask"] == 1)
        size = np.abs(mu[:, 1:]).max()
        assert_allclose(seen["mu_0 (V)"], mu[:, 0], rtol=0, atol=1e-9 * np.abs(mu[:, 0]).max())
        assert_allclose(seen["mu_s (V)"], 2 * mu[:, 1:], rtol=0, atol=1e-7 * size)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_currents_in_the_file_carry_what_the_contacts_do(dimension, tmp_path):
    """The mean of the current along the way, as VTK integrates it, against the current through the contact."""
    found = chain(dimension, degree=2)
    _, grid = written(found, tmp_path)
    if dimension == 1:
        assert_allclose(grid["j (A/m^2)"][:, 2], 1e10, rtol=1e-6)
        return
    mean = grid.point_data_to_cell_data().integrate_data()["j (A/m^2)"][0, 0] * 1e-9**dimension / SIZES[dimension][0]
    assert mean == pytest.approx(found.numbers["current"]["right"], rel=2e-3)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_jump_at_an_interface_is_in_the_file(dimension, tmp_path):
    """Points at a broken interface are there once per layer, with potentials of both sides and the law between."""
    found = chain(dimension, degree=3, cells=16)
    _, grid = written(found, tmp_path)
    at = np.flatnonzero(np.abs(grid.points[:, 2] - 2) < 1e-9)
    places = np.round(grid.points[at], 6)
    sides = {}
    for k, place in zip(at, map(tuple, places)):
        sides.setdefault(place, []).append(k)
    assert all(len(pair) == 2 for pair in sides.values())
    below, above = np.array(list(sides.values())).T
    mu, j = grid["mu_s (V)"], np.stack([grid[f"j spin {a} (A/m^2)"][:, 2] for a in "xyz"], axis=1)
    jump = mu[below] - mu[above]
    assert np.abs(jump).max() > 0.01 * np.abs(mu).max()
    if dimension == 1:  # in the others the current at a point is that of a mean over coarse cells
        assert_allclose(j[below], TRANSMISSION * jump, rtol=0, atol=1e-5 * np.abs(TRANSMISSION * jump).max())
    whole = chain(dimension, degree=3, cells=16, broken=False)
    _, grid = written(whole, tmp_path / "whole")
    at = np.flatnonzero(np.abs(grid.points[:, 2] - 2) < 1e-9)
    order = np.lexsort(np.round(grid.points[at], 6).T)
    values = grid["mu_s (V)"][at][order].reshape(-1, 2, 3)
    assert_allclose(values[:, 0], values[:, 1], rtol=0, atol=1e-12 * np.abs(grid["mu_s (V)"]).max())


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_file_spans_the_stack_in_nanometres(dimension, tmp_path):
    _, grid = written(chain(dimension), tmp_path)
    x0, x1, y0, y1, z0, z1 = grid.bounds
    assert_allclose([z0, z1], [0, 6], atol=1e-9)
    assert_allclose([x0, x1], [0, 9 if dimension > 1 else 0], atol=1e-9)
    assert_allclose([y0, y1], [0, 6 if dimension > 2 else 0], atol=1e-9)


PARALLEL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ddgauge import output
from tests.test_output import chain
folder = Path(sys.argv[2])
from mpi4py import MPI
if MPI.COMM_WORLD.rank == 0:
    output.prepare(folder)
MPI.COMM_WORLD.barrier()
output.write(chain(int(sys.argv[3])), folder)
"""


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_pieces_of_several_ranks_make_one_field(dimension, tmp_path):
    """The .pvtu file of three ranks holds each cell once, and the values of one rank."""
    root = Path(__file__).parents[1]
    script = tmp_path / "chain.py"
    script.write_text(PARALLEL)
    words = ["mpirun", "-n", "3", sys.executable, script, root, tmp_path / "three", dimension]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "three" / "result.json").read_text())["files"][0] == "fields.pvtu"
    many = pyvista.read(tmp_path / "three" / "fields.pvtu")
    found = chain(dimension)
    _, one = written(found, tmp_path / "one")
    assert many.n_cells == one.n_cells
    assert set(many.point_data) >= FIELDS
    assert many.compute_cell_sizes()["Volume" if dimension == 3 else "Area" if dimension == 2 else "Length"].sum() == (
        pytest.approx(np.prod(np.array([6e-9, *SIZES[dimension]])) / 1e-9**dimension, rel=1e-6)
    )
    for points in inside(found.solution, 20).values():
        cloud = pyvista.PolyData(in_space(points, found.solution.mesh.axes))
        here, there = cloud.sample(one), cloud.sample(many)
        for key in "mu_0 (V)", "mu_s (V)":
            assert_allclose(there[key], here[key], rtol=0, atol=1e-8 * np.abs(one[key]).max())


RENDER = """
import sys
import pyvista
grid = pyvista.read(sys.argv[1])
grid["potential"] = grid["mu_s (V)"][:, 1]
plotter = pyvista.Plotter(off_screen=True, window_size=(300, 300))
plotter.add_mesh(grid, scalars="potential", show_scalar_bar=False)
plotter.screenshot(sys.argv[2])
"""


def test_paraview_s_library_draws_the_file(tmp_path):
    """Headless, as ParaView would: a picture of many colours."""
    xvfb = shutil.which("xvfb-run")
    if xvfb is None:
        pytest.skip("no xvfb-run")
    written(chain(3), tmp_path)
    words = [xvfb, "-a", sys.executable, "-c", RENDER, tmp_path / "fields.vtu", tmp_path / "seen.png"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert_drawn(tmp_path / "seen.png", 0.1)


# tables and figures


def assert_drawn(path, least=0.01):
    """A picture that is not blank: a share of it differs from its corner, in more than a few colours."""
    picture = (matplotlib.image.imread(path)[..., :3] * 255).astype(int)
    assert (np.abs(picture - picture[0, 0]).max(axis=-1) > 8).mean() > least
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20


def test_figures_are_not_blank(tmp_path):
    names, _ = written(chain(2, figures=True), tmp_path / "transport")
    assert {"profile.png", "potential.png"} <= set(names)
    sheet = {"boundary": {"bottom": {"kind": "sheet", "G_r": 4e14}}, "magnetisation": {"direction": [0, 0, 1]}}
    cases = {
        "film": ([PT | {"spin_hall": 0.1}], sheet),
        "conductance": ([F | {"precession": 1e13}, PT], {"magnetisation": {"direction": [0, 0, 1]}}),
        "relaxation": ([F], {}),
    }
    pictures = {"film": "magnetoresistance.png", "conductance": "conductance.png", "relaxation": "rates.png"}
    for experiment, (layers, tables) in cases.items():
        found = result(experiment, layers, output={"figures": True}, **tables)
        names, _ = written(found, tmp_path / experiment)
        assert pictures[experiment] in names
    drawn = sorted(tmp_path.glob("*/*.png"))
    assert len(drawn) >= 7
    for path in drawn:
        assert_drawn(path)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_profile_goes_through_the_middle_of_every_layer(dimension, tmp_path):
    found = chain(dimension)
    written(found, tmp_path)
    with (tmp_path / "profile.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["layer"] for row in rows] == sorted((row["layer"] for row in rows), key=["F", "Pt"].index)
    sampler, middle = Sampler(found.solution), [4.5, 3.0][: dimension - 1]
    for name in "F", "Pt":
        mine = [row for row in rows if row["layer"] == name]
        points = np.array([[*middle, float(row["z (m)"]) * 1e9] for row in mine])
        which, mu, _ = sampler.at(points, name)
        assert len(which) == len(mine) >= 20
        assert_allclose([float(row["mu_0 (V)"]) for row in mine], mu[:, 0], rtol=1e-6)
        for a, spin in enumerate("xyz", start=1):
            values = np.array([float(row[f"mu_s {spin} (V)"]) for row in mine])
            assert_allclose(values, 2 * mu[:, a], rtol=0, atol=1e-9 * np.abs(mu).max())
        assert {key for key in mine[0] if key.endswith("(A/m^2)")} == {
            *(f"j {i} (A/m^2)" for i in "xyz"),
            *(f"j {i} spin {a} (A/m^2)" for i in "xyz" for a in "xyz"),
        }


@pytest.mark.parametrize("experiment", ["conductance", "film", "transport", "relaxation"])
def test_every_number_of_every_experiment_has_a_unit(experiment):
    ends = {face: {"kind": "contact", "voltage": v} for face, v in (("bottom", 1e-3), ("top", 0.0))}
    boundary = {"boundary": ends} if experiment == "transport" else {}
    layers = [F | {"precession": 1e13}, PT]
    found = result(experiment, layers, magnetisation={"direction": [0, 0, 1]}, **boundary)
    data = json.loads(json.dumps(output.as_json(found, ["profile.csv"]), allow_nan=False))
    tables = {key: value for key, value in data.items() if key not in ("input", "versions") and isinstance(value, dict)}
    assert experiment in ("film", "transport") or experiment in tables
    for name, table in tables.items():
        assert set(table["units"]) == set(table) - {"units"}, name
    assert set(data) >= {"title", "experiment", "input", "versions", "files", "warnings", "timings"}
