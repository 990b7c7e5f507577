"""What all curves share: from the input to columns, numbers, files, a report and a sweep."""

import csv
import json
import tomllib

import numpy as np
import pytest

from ddgauge import output
from ddgauge.curves import frame
from ddgauge.experiment import batch, run
from ddgauge.model import InputError, Run
from ddgauge.post import curves, table
from ddgauge.report import report
from ddgauge.sweep.dataset import Table, flat
from tests.solved import MESHES

PT = {"name": "Pt", "thickness": "5 nm", "conductivity": 2.5e6, "diffusion": 5e-4, "spin_diffusion_length": "1.5 nm"}
YIG = {"bottom": {"kind": "sheet", "G_r": 4e14, "G_i": 2e13}}
SMR = {"experiment": "angular-magnetoresistance", "layer": [PT | {"spin_hall": 0.11}], "boundary": YIG}
QUIET = {"output": {"figures": False}}


def read(**tables):
    return Run.from_dict(SMR | QUIET | tables)


def test_values_are_given_or_counted():
    assert np.array_equal(read().curve.abscissa, np.linspace(0, 360, 73))
    assert np.array_equal(read(curve={"values": [0, 45]}).curve.abscissa, [0, 45])
    found = read(curve={"from": 1, "to": 100, "points": 3, "spacing": "log"}).curve.abscissa
    assert found == pytest.approx([1, 10, 100])


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        ({"planes": ["zy"]}, ["curve.planes = 'zy'; planes: xy, yz, xz"]),
        ({"planes": []}, ["curve.planes = [], must be a list of some of xy, yz, xz"]),
        ({"values": []}, ["curve.values is empty, must be a list of numbers (degree)"]),
        ({"values": [1], "points": 3}, ["curve: give either points or values, not both"]),
        ({"from": 0, "spacing": "log"}, ["curve.from and to must be > 0 where spacing = 'log'"]),
        ({"from": "3 nm"}, ["curve.from = '3 nm'", "degree"]),
        ({"thickness": 3}, ["curve: unknown key 'thickness'", "keys: values, from, to, points, spacing, planes, B"]),
        ({"B": -1}, ["curve.B = -1 T, must be >= 0"]),
        (3, ["curve = 3, must be a table"]),
    ],
)
def test_mistakes_are_named(curve, words):
    with pytest.raises(InputError) as error:
        read(curve=curve)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_curve_belongs_to_its_experiments():
    with pytest.raises(InputError, match=r"^curve: belongs to experiments angular-magnetoresistance.*, not 'film'$"):
        read(experiment="film", magnetisation={"direction": [1, 0, 0]}, curve={"planes": ["xy"]})
    with pytest.raises(InputError, match=r"drive: electric_field.* = 3 V/m, must be 0: experiment = 'angular-"):
        read(drive={"electric_field": [0, 0, 3]})


def test_input_in_si_is_the_same_run():
    case = read(curve={"values": [0, "0.5 rad"], "B": "9000 mT"})
    again = Run.from_dict(json.loads(json.dumps(case.resolved())))
    assert again == case and again.curve == case.curve and again.curve.B == 9


def test_a_point_that_fails_says_where():
    magnet = PT | {"name": "F", "exchange": {"moment_density": 1e28, "spin": 3.5, "coupling": 1e-32}}
    tables = {"layer": [magnet], "boundary": {}, "temperature": 5, "field": {"B": [1, 0, 0]}}
    with pytest.raises(InputError, match=r"^curve, at xy = 180 degree: layer 'F': the field is against"):
        run(read(curve={"planes": ["xy"], "values": [0, 180]}, **tables))


def test_a_point_that_does_not_balance_says_where(monkeypatch):
    monkeypatch.setattr(batch, "evaluate", lambda cases: [RuntimeError("spin 1")] * len(cases))
    with pytest.raises(RuntimeError, match=r"^curve, at yz = 30 degree: spin 1$"):
        run(read(curve={"planes": ["yz"], "values": [30]}))


def test_balances_are_the_worst_of_all_points(monkeypatch):
    solved = batch.evaluate

    def with_worst(cases):
        found = solved(cases)
        found[1]["balances"]["spin"] = 0.5
        return found

    monkeypatch.setattr(batch, "evaluate", with_worst)
    numbers = run(read(curve={"planes": ["yz"], "values": [0, 30, 60]})).numbers
    assert numbers["balances"]["spin"] == 0.5 and numbers["solver"]["solves"] == 6


@pytest.mark.parametrize("dimension", [2, 3])
def test_two_and_three_dimensions_are_one(dimension):
    curve = {"planes": ["xy"], "values": [0, 45, 90]}
    one, more = (run(read(curve=curve, mesh=MESHES[n])).numbers["extracted"] for n in (1, dimension))
    for key in "d0", "d1":
        assert more[key] == pytest.approx(one[key], rel=1e-6)


class TwoRanks:
    """A communicator whose other rank does as this one."""

    size = 2

    def __init__(self, rank, others):
        self.rank, self.others = rank, others

    def allgather(self, mine):
        self.others[self.rank] = mine
        return [self.others[0], self.others[1]]


def test_points_that_are_not_done_at_once_are_spread_over_ranks(monkeypatch):
    case, shared = read(curve={"planes": ["xy"], "values": [0, 10, 20, 30, 40]}), {}
    points = [frame.Point(f"{x:g}", {}) for x in case.curve.abscissa]
    monkeypatch.setattr(batch, "supports", lambda case: False)
    monkeypatch.setattr(batch, "evaluate", lambda cases: [len(cases)] * len(cases))
    shared[1] = [2, 2]
    assert frame._solved(case, points, TwoRanks(0, shared)) == [3, 2, 3, 2, 3]
    assert frame._solved(case, points, TwoRanks(1, shared)) == [3, 2, 3, 2, 3]


def test_files_of_a_curve_are_read_back(tmp_path):
    case = Run.from_dict(SMR | {"title": "Pt on YIG", "curve": {"points": 9}})
    result = run(case)
    names = output.write(result, output.prepare(tmp_path))
    assert {"curve.csv", "curve.png", "profile.csv", "fields.vtu", "result.json"} <= set(names)
    with (tmp_path / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    curve = result.numbers["curve"]
    assert [float(row["angle (degree)"]) for row in rows] == curve["angle"].tolist()
    assert [float(row["transverse xz (ohm m)"]) for row in rows] == curve["transverse"]["xz"].tolist()
    found = [float(row["longitudinal xy closed form (ohm m)"]) for row in rows]
    assert found == curve["closed_form"]["longitudinal"]["xy"].tolist()
    kept = json.loads((tmp_path / "result.json").read_text())
    assert kept["extracted"]["d1"] == result.numbers["extracted"]["d1"]
    assert kept["extracted"]["units"]["d1_over_rho"] == "1" and kept["curve"]["units"]["angle"] == "degree"
    assert curves.columns(kept["curve"]).keys() == rows[0].keys()
    page = report(tmp_path).read_text()
    assert "9 values of angle, from 0 to 360 degree" in page and "From the curve" in page and "d1 over rho" in page


def test_a_report_draws_the_curve_of_a_run_without_figures(tmp_path):
    result = run(read(curve={"points": 9}))
    names = output.write(result, output.prepare(tmp_path))
    assert "curve.png" not in names
    assert "closed form" in report(tmp_path).read_text()


def test_what_is_printed_has_the_closed_form_beside():
    result = run(read(curve={"points": 9}))
    ((title, (header, rows)),) = table.tables(result)
    assert title == "From the curve" and header == ("", "value", "closed form", "unit")
    assert rows[1] == ("d0", "-2.70587e-09", "-2.76938e-09", "ohm m")


def test_a_sweep_over_curves_has_their_numbers():
    units = {}
    numbers = run(read(curve={"planes": ["xy"], "values": [0, 45, 90]})).numbers
    values = flat(numbers, units)
    assert units["extracted.closed_form.d1_over_rho"] == units["extracted.d1_over_rho"] == "1"
    assert units["curve.longitudinal.xy"] == "ohm m" and units["extracted.closed_form.d1"] == "ohm m"

    class Grid:
        size, dims, shape, coordinates = 1, ("layer.Pt.thickness",), (1,), {}

    held = Table(Grid)
    held.take([{"point": 0, "status": "done", "seconds": 0.0, "numbers": values, "units": units}])
    found = held.dataset({})
    assert found["curve.longitudinal.xy"].dims[1:] == ("sample",)  # and not the components of a vector
    assert np.array_equal(found["curve.angle"].values[0], [0, 45, 90])


def test_example_of_a_file_needs_no_magnetisation():
    text = '\nexperiment = "angular-magnetoresistance"\n[[layer]]\nname = "Pt"\nmaterial = "Pt"\nthickness = "5 nm"\n'
    assert Run.from_dict(tomllib.loads(text)).stack.direction.tolist() == [1, 0, 0]
