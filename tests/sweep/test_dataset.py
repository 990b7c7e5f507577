"""Results of points as one dataset: dimensions, units, and results that some points lack."""

import tomllib

import numpy as np
import pytest

from ddgauge.model import Run
from ddgauge.sweep import Grid, dataset
from tests.sweep.files import ANGLES, FILM


@pytest.fixture
def made():
    """The dataset of two angles, from the numbers of each."""

    def make(*numbers, parameter="magnetisation.angle.yz"):
        tables = tomllib.loads(FILM + ANGLES % 2)
        tables["sweep"][0]["parameter"] = parameter
        table = dataset.Table(Grid(Run.from_dict(tables)))
        for k, result in enumerate(numbers):
            values = dataset.flat(result, units := {})
            table.take([{"point": k, "seconds": 1.0, "status": "done", "numbers": values, "units": units}])
        return table.dataset({"title": "two angles"})

    return make


def test_axes_of_results_have_names(made):
    numbers = {
        "conductance": {"matrix": np.eye(3), "G_r": 1.0, "units": {"*": "S/m^2"}},
        "conductivity": {"matrix": np.eye(2), "units": {"*": "S/m"}},
        "accumulation": {"top": np.arange(3), "F|Pt": np.ones((2, 3)), "units": {"*": "V"}},
        "relaxation": {"rates": np.ones(12), "units": {"rates": "1/s"}},
        "electric_field": {"value": np.ones(3), "units": {"*": "V/m"}},
    }
    found = made(numbers, numbers)
    own = {name: v.dims[1:] for name, v in found.data_vars.items() if v.dims[:1] == ("magnetisation.angle.yz",)}
    assert own["conductance.matrix"] == ("row", "column")
    assert own["conductivity.matrix"] == ("row_2", "column_2")
    assert own["accumulation.top"] == own["electric_field.value"] == ("component",)
    assert own["accumulation.F|Pt"] == ("side", "component")
    assert own["relaxation.rates"] == ("index",)
    assert own["conductance.G_r"] == own["status"] == ()
    assert found["component"].values.tolist() == ["x", "y", "z"]
    assert found["conductance.matrix"].units == "S/m^2"
    assert found.attrs == {"title": "two angles"}


def test_series_share_the_axis_of_their_times(made):
    def series(n):
        time = np.linspace(0, 1e-9, n)
        return {
            "time_series": {
                "time": time,
                "voltage": {"left": time * 1e6},
                "spin": {"top": np.ones((n, 3))},
                "units": {"time": "s", "voltage": "V", "spin": "A/m^2"},
            }
        }

    found = made(series(5), series(3))
    voltage = found["time_series.voltage.left"]
    assert voltage.dims[1:] == found["time_series.time"].dims[1:] == ("sample",)
    assert (voltage.units, found["time_series.time"].units) == ("V", "s")
    assert found["time_series.spin.top"].dims[1:] == ("sample", "component")
    assert np.isnan(voltage.values[1]).tolist() == [False] * 3 + [True] * 2  # fewer times than the other


def test_what_a_point_lacks_is_not_a_number(made):
    found = made(
        {"torque": {"damping_like": None, "units": {}}, "relaxation": {"lifetime": [1.0, None]}},
        {"torque": {"damping_like": 2.0, "units": {}}, "relaxation": {"lifetime": [1.0, 3.0]}},
    )
    np.testing.assert_array_equal(found["torque.damping_like"], [np.nan, 2])
    np.testing.assert_array_equal(found["relaxation.lifetime"], [[1, np.nan], [1, 3]])


def test_words_stay_words_also_in_the_file(made, tmp_path):
    terminals = {"terminals": {"names": ["left", "right"], "of": "Pt", "units": {"*": ""}}}
    found = made(terminals)
    dataset.write(found, tmp_path / "dataset.nc")
    again = dataset.read(tmp_path)
    assert again.identical(found)
    assert again["terminals.names"].values.tolist() == [["left", "right"], ["", ""]]
    assert again["status"].values.tolist() == ["done", "missing"]


def test_results_of_other_kinds_at_other_points_stand_side_by_side(made):
    found = made({"a": {"b": 1.0}}, {"a": {"b": np.ones(3)}})
    assert {"a.b (0 axes)", "a.b (1 axes)"} <= set(found)


def test_names_that_netcdf_does_not_allow_are_written_otherwise(made, tmp_path):
    found = made({"voltage": {"a/b": 1.0}})
    dataset.write(found, tmp_path / "dataset.nc")
    assert dataset.read(tmp_path)["voltage.a_b"][0] == 1


def test_a_folder_without_a_dataset_says_what_makes_it(tmp_path):
    with pytest.raises(OSError, match=r"dataset.nc: no such file; ddgauge sweep FILE --out"):
        dataset.read(tmp_path)
