"""examples/smr_fit: what was put into the data comes out of them."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ddgauge.fitting import fit, least_squares
from ddgauge.fitting.data import read_table

FOLDER = Path(__file__).parents[2] / "examples/smr_fit"
TRUTH = {
    "layer.Pt.spin_hall": 0.11,
    "layer.Pt.spin_diffusion_length": 1.5e-9,
    "boundary.bottom.G_r": 4e14,
    "boundary.bottom.G_i": 2e13,
    "offset of rho_yx": 2e-11,
}


def test_example_finds_the_parameters_of_its_synthetic_data(tmp_path):
    found = fit(FOLDER / "fit.toml", out=tmp_path)
    assert set(found.parameters) == set(TRUTH)
    for name, value in TRUTH.items():
        parameter = found.parameters[name]
        assert parameter.value != pytest.approx(parameter.start, rel=0.05)
        assert abs(parameter.value - value) < 3 * parameter.error, name
    assert found.probability > 0.01
    assert not found.undetermined
    assert found.correlation("layer.Pt.spin_hall", "boundary.bottom.G_r") < -0.95
    assert json.loads((tmp_path / "fit.json").read_text())["files"] == ["fit.csv", "fitted.json", "fit.png"]


def test_example_says_what_one_film_does_not_tell_apart(tmp_path, monkeypatch):
    """As its comment says; without the prior, and wherever in the valley the search ends."""
    monkeypatch.setattr(least_squares, "MOST_EVALUATIONS", 6)
    lines = (FOLDER / "smr.csv").read_text().splitlines()
    one = [line for line in lines if line.startswith(("#", "thickness", "4,"))]
    (tmp_path / "one.csv").write_text("\n".join(one) + "\n")
    tables = tomllib.loads((FOLDER / "fit.toml").read_text())
    for parameter in tables["fit"]["parameter"]:
        parameter.pop("prior", None)
    (tmp_path / "fit.json").write_text(json.dumps(tables))
    found = fit(tmp_path / "fit.json", tmp_path / "one.csv")
    told = {name for item in found.undetermined for name in item["combination"]}
    assert {"layer.Pt.spin_hall", "layer.Pt.spin_diffusion_length", "boundary.bottom.G_r"} <= told
    assert np.isinf(found.errors["layer.Pt.spin_diffusion_length"])
    assert np.isfinite(found.errors["offset of rho_yx"])


def test_data_are_what_their_script_makes_and_are_said_to_be_synthetic(tmp_path):
    shutil.copy(FOLDER / "generate.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "generate.py"], check=True, cwd=FOLDER.parents[1])
    made, kept = read_table(tmp_path / "smr.csv"), read_table(FOLDER / "smr.csv")
    assert [column.header for column in made.columns] == [column.header for column in kept.columns]
    for a, b in zip(made.columns, kept.columns):
        assert a.numbers() == pytest.approx(b.numbers(), abs=2e-3, nan_ok=True)
    assert "SYNTHETIC" in (FOLDER / "smr.csv").read_text().splitlines()[0]
    assert "SYNTHETIC" in (FOLDER / "fit.toml").read_text()
