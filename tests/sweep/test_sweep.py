"""Sweeps: the numbers of single runs, once per point, whatever happens in between."""

import json
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ddgauge.experiment import run
from ddgauge.fem.solve import SolverError
from ddgauge.model import InputError, read
from ddgauge.output import OutputError
from ddgauge.sweep import dataset, sweep
from ddgauge.sweep.evaluate import Evaluator, OneByOne, Reduced, chosen
from tests.sweep.files import ANGLES, FILM, THICKNESSES, completed, start


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.toml"
    path.write_text(FILM + THICKNESSES + ANGLES % 3)
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def same(a, b):
    """Whether two datasets differ in nothing but times."""
    a, b = (d.drop_vars("seconds").drop_attrs() for d in (a, b))
    return a.identical(b)


class Counting(Evaluator):
    """Its numbers are those of a formula; it knows which points it was asked for."""

    asked = ()

    def __init__(self, *arguments):
        super().__init__(*arguments)
        Counting.asked = []

    def __call__(self, runs, wanted):
        for place in wanted:
            angle = runs[place].stack.magnetisation.angle.yz
            self.asked.append((runs[place].stack["Pt"].thickness, angle))
            yield place, {"angle": {"sine": np.sin(np.radians(angle)), "units": {"*": "1"}}}


def test_every_point_has_the_numbers_of_a_single_run(film, out):
    summary = sweep(film, out, evaluator=OneByOne)
    assert (summary.points, summary.done, summary.failed, summary.new, summary.warnings) == (6, 6, 0, 6, [])
    found = dataset.read(out)
    for thickness in 2e-9, 3e-9:
        for angle in 0, 45, 90:
            case = read(film, {"layer.Pt.thickness": thickness, "magnetisation.angle.yz": angle})
            numbers = run(case.model_copy(update={"sweep": ()})).numbers
            point = found.sel({"layer.Pt.thickness": thickness, "magnetisation.angle.yz": angle})
            assert point["resistivity.longitudinal"] == numbers["resistivity"]["longitudinal"]
            assert point["accumulation.top"].sel(component="y") == numbers["accumulation"]["top"][1]
            np.testing.assert_array_equal(point["conductivity.matrix"], numbers["conductivity"]["matrix"])
            assert (point["status"], point["how"], point["reason"]) == ("done", "full", "")
    assert found["resistivity.longitudinal"].units == "ohm m"
    assert found["layer.Pt.thickness"].units == "m"
    assert found["spin_current.top"].dims[-1] == "component"
    assert "timings.solve" not in found
    assert json.loads(found.attrs["input"])["layer"][0]["thickness"] == 4e-9
    assert {"ddgauge", "dolfinx", "petsc", "numpy"} <= set(json.loads(found.attrs["versions"]))
    assert {"experiment", "command", "start"} <= set(found.attrs)


def test_films_in_one_dimension_are_done_together_with_the_same_numbers(film, out):
    sweep(film, out, points="2:4")
    sweep(film, out)
    for evaluator, rtol in ((chosen, 0), (OneByOne, 1e-8)):
        sweep(film, out.with_name("other"), evaluator=evaluator)
        a, b = (dataset.read(folder) for folder in (out, out.with_name("other")))
        xr.testing.assert_allclose(a["resistivity.longitudinal"], b["resistivity.longitudinal"], rtol=rtol, atol=0)
        assert same(a, b) == (rtol == 0)
        shutil.rmtree(out.with_name("other"))
    assert len(set(b["seconds"].values.flat)) == 6
    assert len(set(a["seconds"].values.flat)) == 2  # those of each call share its time


def test_a_second_call_does_nothing_and_keeps_the_start(film, out):
    sweep(film, out)
    before = dataset.read(out)
    assert sweep(film, out, evaluator=Counting).new == 0
    assert Counting.asked == []
    assert dataset.read(out).identical(before)


def test_a_failed_point_says_why_and_the_others_go_on(film, out):
    class Fails(Counting):
        def __call__(self, runs, wanted):
            for place, numbers in super().__call__(runs, wanted):
                yield place, SolverError("no solution") if self.asked[-1] == (3e-9, 45) else Reduced(numbers)

    summary = sweep(film, out, evaluator=Fails)
    assert (summary.done, summary.failed, summary.reasons) == (5, 1, {"no solution": 1})
    found = dataset.read(out)
    assert found["status"].values.tolist() == [["done"] * 3, ["done", "failed", "done"]]
    assert found["reason"].values[1, 1] == "no solution"
    assert found["how"].values.tolist() == [["reduced"] * 3, ["reduced", "", "reduced"]]
    assert np.isnan(found["angle.sine"].values).tolist() == [[False] * 3, [False, True, False]]


def test_points_that_cannot_be_fail_by_themselves(film, out):
    film.write_text(FILM + ANGLES.replace("from = 0\nto = 90\npoints = %d", "values = [0, 'east', 90]"))
    summary = sweep(film, out, evaluator=Counting)
    reason = f"{film}, magnetisation.angle.yz = 'east': unit 'east' is not known, expected degree"
    assert (summary.done, summary.failed, summary.reasons) == (2, 1, {reason: 1})


def test_a_part_of_the_points_and_what_collects_the_parts(film, out):
    assert sweep(film, out, points="0:4", evaluator=Counting).new == 4
    assert not (out / "dataset.nc").exists()
    assert sweep(film, out, points=(4, 6), evaluator=Counting).points == 2
    summary = sweep(film, out, collect=True, evaluator=Counting)
    assert (summary.points, summary.done, summary.new) == (6, 6, 0)
    assert (dataset.read(out)["status"] == "done").all()
    whole = out.with_name("whole")
    sweep(film, whole, evaluator=Counting)
    assert same(dataset.read(whole), dataset.read(out))


def test_points_that_share_factors_do_not_depend_on_what_was_done_before(film, out):
    """Of a block the first point is solved again for its factors, where that was done before."""
    lateral = '[mesh]\ndimension = 2\nsize = ["5 nm"]\nlateral_cells = 2\n'
    film.write_text(film.read_text().replace("[mesh]\n", lateral))
    for part in "1:2", "3:5", "0:1", "5:6":
        sweep(film, out, points=part)
    sweep(film, out)
    whole = out.with_name("whole")
    sweep(film, whole)
    assert same(dataset.read(whole), dataset.read(out))
    assert dataset.read(whole)["solver.iterations"].values.tolist() == [[1, 4, 3], [1, 4, 3]]


def test_where_lengths_vary_bodies_have_one_mesh_fine_enough_for_all(film, out):
    lengths = '[[sweep]]\nparameter = "layer.Pt.spin_diffusion_length"\nvalues = ["4 nm", "0.5 nm", "1 nm"]\n'
    lateral = '[mesh]\ndimension = 2\nsize = ["5 nm"]\nlateral_cells = 2\n'
    film.write_text(FILM.replace("[mesh]\ncells = 8\n", lateral) + lengths)
    sweep(film, out)
    found = dataset.read(out)
    assert len(set(found["solver.unknowns"].values)) == 1
    assert (found["solver.iterations"] > 1).values.tolist() == [False, True, True]  # with the factors of the first
    for length in "4 nm", "0.5 nm", "1 nm":
        alone = run(read(film, {"layer.Pt.spin_diffusion_length": length}).model_copy(update={"sweep": ()})).numbers
        point = found.sel({"layer.Pt.spin_diffusion_length": float(length.split()[0]) * 1e-9})
        assert point["resistivity.longitudinal"] == pytest.approx(alone["resistivity"]["longitudinal"], rel=1e-6)
        assert point["solver.unknowns"] >= alone["solver"]["unknowns"]


@pytest.mark.parametrize("points", ["3", "a:b", "0:7", "4:2", "-1:3"])
def test_a_part_must_be_of_the_sweep(film, out, points):
    with pytest.raises(InputError, match=f"points = .*{points}.*, must be "):
        sweep(film, out, points=points)


def test_a_folder_of_another_sweep_is_not_mixed_with_this_one(film, out):
    sweep(film, out, evaluator=Counting)
    film.write_text(film.read_text().replace("spin_hall = 0.08", "spin_hall = 0.1"))
    with pytest.raises(OutputError, match=r"another input, layer\[0\].spin_hall = 0.08 there and 0.1 here; use"):
        sweep(film, out, evaluator=Counting)


def test_what_is_not_of_the_points_may_change(film, out):
    sweep(film, out, evaluator=Counting)
    film.write_text('title = "Pt"\n' + film.read_text().replace("figures = false", "figures = true"))
    assert sweep(film, out, evaluator=Counting).new == 0


def test_damaged_points_are_computed_again_and_nothing_else(film, out):
    sweep(film, out, evaluator=Counting)
    before = dataset.read(out)
    journal = out / "points-0.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"sine", b"sinh")
    journal.write_bytes(b"".join(lines)[:-20])
    summary = sweep(film, out, evaluator=Counting)
    assert Counting.asked == [(2e-9, 90), (3e-9, 90)]
    assert summary.warnings == [f"{journal}, line 3: is damaged, and left out"]
    assert same(dataset.read(out), before)


def test_a_damaged_dataset_says_so_and_is_made_again(film, out):
    sweep(film, out, evaluator=Counting)
    path, before = out / "dataset.nc", dataset.read(out)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(OutputError, match=r"dataset.nc: is damaged \(.*; ddgauge sweep FILE --out .* --collect makes"):
        dataset.read(out)
    sweep(film, out, collect=True)
    assert dataset.read(out).identical(before)


def test_a_damaged_description_costs_no_point(film, out):
    sweep(film, out, evaluator=Counting)
    (out / "sweep.json").write_text("{")
    assert sweep(film, out, evaluator=Counting).new == 0
    assert Counting.asked == []


def test_points_of_another_version_stay_and_are_told_of(film, out):
    sweep(film, out, evaluator=Counting)
    about = json.loads((out / "sweep.json").read_text())
    about["versions"]["dolfinx"] = "0.1"
    (out / "sweep.json").write_text(json.dumps(about))
    summary = sweep(film, out, evaluator=Counting)
    assert summary.new == 0
    assert summary.warnings == [f"{out}: was begun with dolfinx 0.1; points that were done then stay"]


def test_a_folder_that_cannot_be_written_is_an_error(film, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in "/proc/out", tmp_path / "file":
        with pytest.raises(OutputError, match=f"{folder}: cannot be written .*; use another --out"):
            sweep(film, folder)


def test_a_disk_too_small_for_the_dataset_loses_no_point(film, out, monkeypatch):
    real = Path.write_bytes

    def full(path, data):
        real(path, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"dataset.nc: cannot be written \(No space left on device\); what is done"):
        sweep(film, out, evaluator=Counting)
    monkeypatch.undo()
    assert sorted(path.name for path in out.iterdir()) == ["points-0.jsonl", "sweep.json"]
    assert sweep(film, out, evaluator=Counting).new == 0


def test_a_defect_stops_the_sweep_and_keeps_what_is_done(film, out):
    class Defective(Counting):
        def __call__(self, runs, wanted):
            yield from super().__call__(runs, wanted)
            if len(self.asked) == 4:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sweep(film, out, evaluator=Defective)
    assert sweep(film, out, evaluator=Counting).new == 2


def test_how_far_it_is_and_how_long_it_takes_is_said(film, out, monkeypatch):
    monkeypatch.setattr("ddgauge.sweep.folder.LOOK", 0.0)
    monkeypatch.setattr("ddgauge.sweep.journal.SLOW", 0.0)
    said = []
    sweep(film, out, step=said.append, evaluator=OneByOne)
    assert any(text.startswith("3 of 6 points, 0 s left") for text in said)


def test_killed_at_any_moment_it_goes_on_and_ends_with_the_same_dataset(film, tmp_path):
    film.write_text(FILM + THICKNESSES + ANGLES % 30)
    moments, done = random.Random(1), [0]
    for _ in range(3):
        with start(film, tmp_path / "killed") as process:
            wanted = done[-1] + moments.randint(1, 9)
            while process.poll() is None and _lines(tmp_path / "killed") < wanted:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.02))
            process.kill()
        done.append(_lines(tmp_path / "killed"))
    assert sorted(set(done)) == done  # each went on from the one before
    assert done[-1] < 60
    completed(film, tmp_path / "killed")
    sweep(film, tmp_path / "whole", evaluator=OneByOne)
    assert _lines(tmp_path / "killed") == 60
    assert same(dataset.read(tmp_path / "killed"), dataset.read(tmp_path / "whole"))


def _lines(folder):
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("points*.jsonl"))


@pytest.fixture(scope="module")
def on_three_ranks(tmp_path_factory):
    """A file and its sweeps on three ranks, with one and with two per point."""
    folder = tmp_path_factory.mktemp("ranks")
    (folder / "film.toml").write_text(FILM + THICKNESSES + ANGLES % 3)
    completed(folder / "film.toml", folder, 1, 2, ranks=3)
    sweep(folder / "film.toml", folder / "alone", evaluator=OneByOne)
    return folder


def test_groups_of_ranks_give_the_same_dataset(on_three_ranks):
    assert len(list((on_three_ranks / "1").glob("points-*.jsonl"))) == 3
    assert same(dataset.read(on_three_ranks / "1"), dataset.read(on_three_ranks / "alone"))


def test_ranks_that_solve_a_point_together_agree_with_one(on_three_ranks):
    assert len(list((on_three_ranks / "2").glob("points-*.jsonl"))) == 1
    a, b = (dataset.read(on_three_ranks / name)["resistivity.longitudinal"] for name in ("2", "alone"))
    xr.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_group_is_not_larger_than_all(film, out):
    with pytest.raises(InputError, match="ranks per point = 2, must be from 1 to 1, the number of ranks"):
        sweep(film, out, ranks_per_point=2)


def test_results_that_are_no_numbers_fail(film, out):
    class Infinite(OneByOne):
        def __call__(self, runs, wanted):
            with np.errstate(all="ignore"):
                yield from super().__call__(runs, wanted)

    film.write_text(film.read_text().replace("conductivity = 4e6", "conductivity = 1e308"))
    assert sweep(film, out, evaluator=Infinite).failed == 6
