"""A state in a file: the same unknowns on any mesh that is the same, and no others."""

import numpy as np
import pytest

from ddgauge.fem import checkpoint
from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from tests.fem.test_evolve import driven

PAIR = ("F", "N")


def assembly(thickness=1e-9, cells=4, degree=2, broken=(PAIR,), tied=("right",), periodic=False, divisions=(4,)):
    layers = [("F", thickness, cells, 1.0), ("N", 2e-9, 3, 1.0)]
    return Assembly(stack_mesh(layers, (3e-9,), divisions, periodic, "simplex"), degree, broken, tied)


def fields(a, seed=0):
    return {name: np.random.default_rng(seed + k).normal(size=(a.owned, 3)) for k, name in enumerate(("x", "rate"))}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"periodic": True, "tied": ()},
        {"broken": ()},
        {"degree": 3, "tied": ("left", "right")},
        {"periodic": True, "tied": (), "cells": 64},  # coordinates of half a digit
    ],
)
def test_all_comes_back_bit_by_bit(options, tmp_path):
    """Also both sides of a broken interface, and the one unknown of an electrode."""
    a, path = assembly(**options), tmp_path / "state.npz"
    written, notes = fields(a), {"time": 1e-12 / 3, "rows": [1, "two"], "step": None}
    checkpoint.write(path, a, written, notes)
    read, told = checkpoint.read(path, assembly(**options))
    assert told == notes
    for name, rows in written.items():
        np.testing.assert_array_equal(read[name], rows)
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


def test_unknowns_are_found_by_their_places(tmp_path):
    """A potential that is written as a function of place is that function when it is read."""
    a = assembly(periodic=True, tied=())
    side = np.zeros((a.owned, 1))
    side[a.rows_of(a.mesh.label[: len(a.cell_dofs)] == a.mesh.layers["N"])] = 1  # above the broken interface
    checkpoint.write(tmp_path / "state.npz", a, {"x": np.hstack([a.points[: a.owned], side])}, {})
    read, _ = checkpoint.read(tmp_path / "state.npz", assembly(periodic=True, tied=()))
    np.testing.assert_allclose(read["x"][:, :3], a.points[: a.owned], atol=1e-9)
    np.testing.assert_array_equal(read["x"][:, 3:], side)


@pytest.mark.parametrize(
    "options",
    [{"cells": 5}, {"degree": 1}, {"broken": ()}, {"tied": ()}, {"thickness": 1.0001e-9}, {"divisions": (5,)}],
)
def test_the_state_of_another_mesh_is_refused(options, tmp_path):
    path = tmp_path / "state.npz"
    checkpoint.write(path, assembly(), fields(assembly()), {})
    with pytest.raises(checkpoint.CheckpointError, match=r"state\.npz: is the state of a run on another mesh; remove"):
        checkpoint.read(path, assembly(**options))


@pytest.mark.parametrize("what", ["cut short", "empty", "text", "other arrays", "no notes", "a folder", "gone"])
def test_a_file_that_is_no_state_is_refused(what, tmp_path):
    path, a = tmp_path / "state.npz", assembly()
    checkpoint.write(path, a, fields(a), {"time": 1.0})
    whole = path.read_bytes()
    if what in ("a folder", "gone"):
        path.unlink()
        if what == "a folder":
            path.mkdir()
    elif what == "other arrays":
        np.savez(path, x=np.zeros(3))
    elif what == "no notes":
        np.savez(path, places=np.zeros((3, 4)), notes="{time")
    else:
        path.write_bytes({"cut short": whole[: len(whole) // 2], "empty": b"", "text": b"time = 1"}[what])
    with pytest.raises(checkpoint.CheckpointError, match=r"state\.npz: .*; remove it, or run without --restart"):
        checkpoint.read(path, a)


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path, monkeypatch):
    """What was written before stays until the new file is complete."""
    path, a = tmp_path / "state.npz", assembly()
    checkpoint.write(path, a, fields(a), {"time": 1.0})

    def half(file, **arrays):
        file.write(b"PK")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="disk full"):
        checkpoint.write(path, a, fields(a), {"time": 2.0})
    assert checkpoint.read(path, a)[1] == {"time": 1.0}


def test_potentials_of_an_evolution_fit(tmp_path):
    """Three fields; numbers of one rank are those of the file."""
    system, _, exact = driven("poisson")
    checkpoint.write(tmp_path / "state.npz", system.assembly, {"x": exact(1e-13)}, {})
    read, _ = checkpoint.read(tmp_path / "state.npz", driven("poisson")[0].assembly)
    np.testing.assert_array_equal(read["x"], exact(1e-13))


@pytest.mark.parametrize("shape", ["simplex", "box"])
def test_opposite_sides_are_one_where_nodes_lie_between_two_digits(shape):
    """At odd multiples of 1/128 nm, which are halves of 1e-6 nm."""
    a = Assembly(stack_mesh([("F", 0.125e-9, 8, 1.0)], (1e-9, 1e-9), (2, 2), True, shape), 2)
    assert a.index_map.size_global == 4 * 4 * 17
