"""The same numbers on 1, 2 and 3 processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.fem import on_ranks

gmsh = pytest.importorskip("gmsh")
SCRIPT = Path(__file__).with_name("on_ranks.py")
ALONE = {key for key in os.environ if key.startswith(("OMPI_COMM", "PMIX_", "PMI_"))}  # of an mpirun around us


@pytest.fixture(scope="module")
def mesh_file(tmp_path_factory):
    """Two blocks, their bottom, top and rim named."""
    path = tmp_path_factory.mktemp("ranks") / "blocks.msh"
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    model = gmsh.model
    model.occ.addRectangle(0, 0, 0, 6, 3)
    model.occ.addRectangle(0, 3, 0, 6, 4)
    model.occ.fragment([(2, 1)], [(2, 2)])
    model.occ.synchronize()
    for name, tag in (("F", 1), ("N", 2)):
        model.setPhysicalName(2, model.addPhysicalGroup(2, [tag]), name)
    for name, (x0, y0, x1, y1) in {"bottom": (0, 0, 6, 0), "top": (0, 7, 6, 7), "rim": (6, 0, 6, 7)}.items():
        lines = model.getEntitiesInBoundingBox(x0 - 0.01, y0 - 0.01, -1, x1 + 0.01, y1 + 0.01, 1, 1)
        model.setPhysicalName(1, model.addPhysicalGroup(1, [tag for _, tag in lines]), name)
    gmsh.option.setNumber("Mesh.MeshSizeMax", 1.2)
    model.mesh.generate(2)
    gmsh.write(str(path))
    gmsh.finalize()
    return path


def run(ranks, mesh_file):
    environment = {key: value for key, value in os.environ.items() if key not in ALONE}
    environment["OMPI_MCA_mpi_yield_when_idle"] = "1"  # who waits leaves the core to who works
    # mpi4py ends all processes when one fails
    command = ["mpirun", "-n", str(ranks), sys.executable, "-m", "mpi4py", str(SCRIPT), str(mesh_file)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as mpirun:
        try:
            out, err = mpirun.communicate(timeout=200)
        except subprocess.TimeoutExpired:
            os.killpg(mpirun.pid, signal.SIGTERM)
            raise
    assert mpirun.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def results(mesh_file):
    """By the number of processes; each goes on with an evolution of one process less."""
    return {ranks: run(ranks, mesh_file) for ranks in (1, 2, 3)}


@pytest.fixture(scope="module")
def alone(results):
    return results[1]


def compare(problem, found, expected):
    assert found.keys() == expected.keys()
    for key, values in found.items():
        kind = key.split()[0]  # a number that is zero is measured by others of its kind
        size = max(np.abs(v).max() for k, v in expected.items() if k.split()[0] == kind)
        np.testing.assert_allclose(values, expected[key], rtol=1e-10, atol=1e-10 * size, err_msg=f"{problem}: {key}")


@pytest.mark.parametrize("ranks", [2, 3])
def test_numbers_do_not_depend_on_the_number_of_processes(results, alone, ranks):
    together = results[ranks]
    assert together.keys() == alone.keys()
    for told in together["refused"]["told"]:
        assert told == alone["refused"]["told"][0]
    for problem in together.keys() - {"refused"}:
        compare(problem, together[problem], alone[problem])


def test_an_evolution_goes_on_from_a_file_of_other_processes(results, alone, mesh_file):
    """Of 1 on 2, of 2 on 3, and here of 2 and 3 on 1: as if nothing had come between."""
    for ranks in (1, 2, 3):
        compare("evolution", results[ranks]["evolution that goes on"], alone["evolution"])
    for ranks in (2, 3):
        compare("evolution", on_ranks.numbers(on_ranks.going_on(mesh_file, ranks)), alone["evolution"])


def test_every_problem_is_in_balance_and_every_refusal_is_heard(alone):
    refusals = alone["refused"]["told"][0]
    assert {name for name, result in alone.items() if result.get("balance") != [1.0]} == {"refused"}
    assert alone["floating with junction"]["null"] == [2]
    assert "has no layer 'Pt'; layers: F, N" in refusals[0]
    assert "no such mesh file" in refusals[1]
    assert "do not add up to zero" in refusals[2]
