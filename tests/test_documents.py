"""README and docs say what is so: commands, what they print, and the keys of the input file."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from ddgauge.model import (
    Run,
    anomalous_hall,
    boundary,
    couplings,
    curves,
    fitting,
    interfaces,
    layer,
    options,
    stack,
    sweeps,
    texture,
    two_band,
    two_band_faces,
)
from ddgauge.model.inputs import STACK_KEYS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INPUT = (ROOT / "docs/input.md").read_text(encoding="utf-8")

# heading of docs/input.md -> the model of that table
TABLES = {
    "[[layer]]": layer.Layer,
    "[layer.anomalous_hall]": anomalous_hall.AnomalousHall,
    "[[layer.anomalous_hall.cones]]": anomalous_hall.Cone,
    "[layer.anomalous_hall.gate]": anomalous_hall.Gate,
    "{from, to, start, end}": anomalous_hall.Profile,
    "[layer.exchange_relaxation]": couplings.ExchangeRelaxation,
    "[layer.exchange]": couplings.Exchange,
    "[layer.spin_orbit]": couplings.SpinOrbit,
    "[layer.two_band]": two_band.TwoBand,
    "[layer.two_band.hamiltonian]": two_band.Hamiltonian,
    "[layer.two_band.hamiltonian.fields]": two_band.HamiltonianFields,
    "[layer.two_band.drive]": two_band.BandDrive,
    "[layer.two_band.fermi]": two_band.Fermi,
    "[layer.two_band.initial]": two_band.BandState,
    "[two_band]": two_band.TwoBandOptions,
    "[magnetisation]": stack.Magnetisation,
    "angle": stack.Angle,
    "[field]": stack.MagneticField,
    "[drive]": stack.Drive,
    'kind = "insulating"': boundary.Insulating,
    'kind = "sink"': boundary.Sink,
    'kind = "sheet"': boundary.Sheet,
    'kind = "contact"': boundary.Contact,
    'kind = "current"': boundary.Current,
    'kind = "floating"': boundary.Floating,
    'kind = "state"': two_band_faces.State,
    'kind = "flux"': two_band_faces.Flux,
    'kind = "exchange"': two_band_faces.ExchangeFace,
    "precession": boundary.Precession,
    '[interface."below|above"]': interfaces.Interface,
    "thin": interfaces.Thin,
    "tunnel": interfaces.Tunnel,
    'kind = "wall"': texture.Wall,
    'kind = "walker"': texture.Walker,
    'kind = "vortex"': texture.Vortex,
    'kind = "skyrmion"': texture.Skyrmion,
    'kind = "spiral"': texture.Spiral,
    'kind = "spin-wave"': texture.SpinWave,
    'kind = "file"': texture.Frames,
    "[mesh]": options.MeshOptions,
    "[solver]": options.SolverOptions,
    "[time]": options.TimeOptions,
    "[frequency]": options.FrequencyOptions,
    "[conductance]": options.ConductanceOptions,
    "[output]": options.OutputOptions,
    "[[sweep]]": sweeps.Sweep,
    "[fit]": fitting.Fit,
    "y.COLUMN": fitting.Observed,
    "[[fit.parameter]]": fitting.FitParameter,
    "prior": fitting.Prior,
}


def block(after):
    """The first fenced block after some text of the README."""
    return re.search(r"```\w*\n(.*?)```", README[README.index(after) :], re.DOTALL)[1]


def section(heading):
    """Rows of the table under a heading of docs/input.md: key -> unit, default."""
    text = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", INPUT, re.DOTALL | re.MULTILINE)[1]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| (.*?) \|", text, re.MULTILINE)
    return {key: (unit.strip(), default) for key, unit, default in rows}


def printed(*command):
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("OMPI_COMM", "PMIX_", "PMI_"))
    }
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT).stdout


def test_first_command_prints_what_stands_in_the_readme(tmp_path):
    command = block("Two commands").splitlines()[0].split()
    assert command[:3] == ["./with-dolfinx", "ddgauge", "run"]
    out = printed(sys.executable, "-m", *command[1:-1], str(tmp_path))
    assert out.startswith(block("The first command prints").split("balances")[0])  # what follows is rounding and time


@pytest.mark.parametrize("ranks", ["1", "2"])
def test_script_of_the_readme_prints_what_stands_there(ranks):
    assert printed("mpirun", "-n", ranks, sys.executable, "-c", block("## In Python")) == block("prints, with")


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_documented_with_its_unit_and_default(heading):
    rows, model = section(heading), TABLES[heading]
    assert set(rows) == set(model.known_keys())
    for name, field in model.model_fields.items():
        unit, default = rows[field.alias or name]
        types = [item for part in get_args(field.annotation) for item in getattr(part, "__metadata__", ())]
        for number in (item for item in [*field.metadata, *types] if hasattr(item, "unit")):
            assert unit == number.unit
        assert (default == "needed") == (field.is_required() or name == "kind")
        if isinstance(field.default, float):
            assert float(default) == field.default


@pytest.mark.parametrize("experiment", curves.CURVES)
def test_every_key_of_a_curve_is_documented_with_its_unit_and_default(experiment):
    model, common = curves.CURVES[experiment], section("[curve]")
    rows = section(f'experiment = "{experiment}"') | common
    assert set(rows) == set(model.known_keys())
    for name, field in model.model_fields.items():
        unit, default = rows[field.alias or name]
        types = [item for part in get_args(field.annotation) for item in getattr(part, "__metadata__", ())]
        for number in (item for item in [*field.metadata, *types] if hasattr(item, "unit")):
            assert unit == ("of the curve" if name in ("values", "start", "stop") else number.unit)
        assert (default == "needed") == field.is_required()


def test_every_table_is_documented():
    top = set(section("Top of the file"))
    tables = set(re.findall(r"`(\w+)`", INPUT[INPUT.index("The tables of the file are") :].split(".\n")[0]))
    assert top | tables == {"title", "experiment", *STACK_KEYS, *Run.model_fields} - {"stack", "source"}


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", INPUT, re.DOTALL))
def test_examples_of_the_input_file_are_valid(text):
    Run.from_dict(tomllib.loads(text))
