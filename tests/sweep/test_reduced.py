"""Sweeps by a reduced basis: the numbers of full solutions within the estimate, whatever happens in between."""

import numpy as np
import pytest

from ddgauge.sweep import dataset, sweep
from tests.sweep.files import FILM
from tests.sweep.test_sweep import same

SWEEPS = """
[[sweep]]
parameter = "magnetisation.angle.yz"
from = 0
to = 90
points = 10

[[sweep]]
parameter = "layer.Pt.spin_hall"
from = 0.02
to = 0.2
points = 10
"""


def file(path, solver=""):
    mesh = '[mesh]\ndimension = 2\nsize = ["5 nm"]\nlateral_cells = 2\n'
    path.write_text(FILM.replace("[mesh]\n", mesh) + f"[solver]\n{solver}\n" + SWEEPS)
    return path


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    sweep(file(folder / "film.toml"), folder / "out")
    return dataset.read(folder / "out")


def test_a_reduced_basis_gives_a_hundred_points_within_its_estimate(tmp_path, full):
    path = file(tmp_path / "film.toml", "reduced_basis = true")
    summary = sweep(path, tmp_path / "out")
    assert (summary.done, summary.failed) == (100, 0)
    found = dataset.read(tmp_path / "out")
    by_basis = (found["how"] == "reduced").values
    assert 80 < by_basis.sum() < 100
    assert set(found["how"].values.flat) == {"reduced", "full"}
    estimate = found["reduced.estimate"].values
    assert np.isnan(estimate[~by_basis]).all()
    assert estimate[by_basis].max() <= 1e-6
    for name in "resistivity.longitudinal", "accumulation.top", "spin_current.bottom", "torque.damping_like":
        a, b = (d[name].values.reshape(10, 10, -1) for d in (found, full))
        known = np.isfinite(b).all(axis=-1)
        np.testing.assert_array_equal(np.isfinite(a), np.isfinite(b))
        error = np.abs(a - b).max(axis=-1) / np.abs(b[known]).max()
        assert (error[by_basis & known] <= estimate[by_basis & known]).all()
        assert error[~by_basis & known].max() < 1e-8
    for balance in "charge", "spin", "power":
        assert found[f"balances.{balance}"].max() < 1e-10


def test_without_the_switch_all_is_full(full):
    assert (full["how"] == "full").all()
    assert "reduced.estimate" not in full


def test_points_beyond_the_tolerance_are_solved_in_full(tmp_path, full, monkeypatch):
    monkeypatch.setattr("ddgauge.experiment.reduced.MOST", 4)
    path = file(tmp_path / "film.toml", "reduced_basis = true\nreduced_tolerance = 1e-4")
    sweep(path, tmp_path / "out")
    found = dataset.read(tmp_path / "out")
    by_basis = (found["how"] == "reduced").values
    assert 0 < by_basis.sum() < 90
    assert found["reduced.estimate"].max() <= 1e-4
    values = (d["resistivity.longitudinal"].values[~by_basis] for d in (found, full))
    np.testing.assert_allclose(*values, rtol=1e-9)


def test_it_does_not_matter_what_was_done_before(tmp_path):
    path = file(tmp_path / "film.toml", "reduced_basis = true")
    for part in "3:4", "50:60":
        sweep(path, tmp_path / "out", points=part)
    sweep(path, tmp_path / "out")
    sweep(path, tmp_path / "whole")
    assert same(dataset.read(tmp_path / "out"), dataset.read(tmp_path / "whole"))
