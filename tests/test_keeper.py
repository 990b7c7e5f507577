"""An evolution that is killed goes on from its checkpoint, to the numbers of one that was not."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyvista
from numpy.testing import assert_allclose

from ddgauge import experiment
from ddgauge.keeper import Keeper
from ddgauge.model import InputError, read
from tests.test_cli import ENVIRONMENT, command, said_by, write  # noqa: F401, a fixture

VALVE = """
experiment = "two-current"

[[layer]]
name = "Co"
thickness = "20 nm"
conductivity = 1.7e7
polarisation = 0.46
density_of_states = 3e46
spin_diffusion_length = "60 nm"

[[layer]]
name = "Cu"
thickness = "10 nm"
conductivity = 1.7e8
density_of_states = 4e46
spin_diffusion_length = "500 nm"

[interface."Co|Cu"]
resistance = "0.5 fohm m^2"
asymmetry = 0.77

[boundary]
bottom = {kind = "contact", voltage = 1e-3}
top = {kind = "contact", voltage = 0}

[mesh]
dimension = 2
size = ["8 nm"]

[time]
end = "2 ps"
initial = "zero"
samples = 9
frames = 3
checkpoint = 1e-9

[output]
figures = false
"""
TOLERANCE = 1e-6  # of [time]

# The command, killed as soon as it has kept a number of samples: after that is written, or half-way.
KILLED = """
import os, signal, sys
import numpy as np
from ddgauge import cli, keeper
last, half_way = int(sys.argv.pop()), sys.argv.pop() == "half-way"
whole, savez = keeper.Keeper.write, np.savez

def torn(file, **arrays):
    file.write(b"PK" + bytes(1000))
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

def killed(self, assembly, state, frames, rows):
    if half_way and len(rows) > last:
        np.savez = torn
    whole(self, assembly, state, frames, rows)
    if len(rows) == last and not half_way:
        assembly.mesh.comm.barrier()
        os.kill(os.getpid(), signal.SIGKILL)

keeper.Keeper.write = killed
cli.main()
"""


def ddgauge(folder, *arguments, ranks=1, script=None):
    words = [sys.executable, *(("-c", script) if script else ("-m", "ddgauge")), "run", "valve.toml", *arguments]
    words = ["mpirun", "-n", str(ranks), *words] if ranks > 1 else words
    words = list(map(str, words))
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=300, check=False, cwd=folder)


def result(folder):
    return json.loads((folder / "result.json").read_text())


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    (folder / "valve.toml").write_text(VALVE)
    done = ddgauge(folder, "--out", "out")
    assert done.returncode == 0, done.stderr
    return folder / "out"


def assert_same_evolution(folder, other):
    """Series and frames agree to what the steps promise, on the scale of each quantity."""
    found, expected = result(folder), result(other)
    assert_allclose(found["time_series"]["time"], expected["time_series"]["time"], rtol=1e-12)
    for table in "voltage", "current", "spin_current", "accumulation":
        values = expected["time_series"][table]
        size = max(np.abs(row).max() for row in values.values())
        for key, series in values.items():
            assert_allclose(found["time_series"][table][key], series, rtol=0, atol=50 * TOLERANCE * size)
    readers = [pyvista.get_reader(out / "fields.pvd") for out in (folder, other)]
    assert readers[0].time_values == readers[1].time_values
    assert len(readers[0].time_values) == 3
    for time in readers[0].time_values:
        [reader.set_active_time_value(time) for reader in readers]
        one, two = (reader.read()[0] for reader in readers)
        size = np.abs(two["V_up (V)"]).max()
        for name in "V_up (V)", "V_down (V)":
            spans = [(grid[name].min(), grid[name].mean(), grid[name].max()) for grid in (one, two)]
            assert_allclose(*spans, rtol=0, atol=1e-3 * size)


@pytest.mark.parametrize(("ranks", "later"), [(1, 1), (2, 1), (1, 2)])
def test_a_run_that_was_killed_goes_on_from_its_checkpoint(ranks, later, uninterrupted, tmp_path):
    """On the same number of ranks or another: the same series, frames of before and after, fewer steps."""
    (tmp_path / "valve.toml").write_text(VALVE)
    done = ddgauge(tmp_path, "--out", "out", "after", 5, ranks=ranks, script=KILLED)
    assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    out = tmp_path / "out"
    assert (out / "checkpoint.npz").exists()
    assert not (out / "result.json").exists()
    done = ddgauge(tmp_path, "--out", "out", "--restart", ranks=later)
    assert done.returncode == 0, done.stderr
    assert said_by(done) == ""
    assert_same_evolution(out, uninterrupted)
    assert 0 < result(out)["steps"]["steps"] < 0.7 * result(uninterrupted)["steps"]["steps"]
    assert not {"checkpoint.npz", "checkpoint.npz.part", ".part"} & {path.name for path in out.iterdir()}


def test_a_run_that_was_killed_as_it_wrote_goes_on_from_the_checkpoint_before(uninterrupted, tmp_path):
    (tmp_path / "valve.toml").write_text(VALVE)
    done = ddgauge(tmp_path, "--out", "out", "half-way", 5, script=KILLED)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out" / "checkpoint.npz.part").read_bytes()[:4] == b"PK\0\0"
    done = ddgauge(tmp_path, "--out", "out", "--restart")
    assert done.returncode == 0, done.stderr
    assert_same_evolution(tmp_path / "out", uninterrupted)
    assert not list((tmp_path / "out").glob("checkpoint*"))


def test_a_checkpoint_survives_what_an_earlier_run_left(uninterrupted, tmp_path):
    """A killed run leaves the earlier result; the one that goes on replaces it."""
    (tmp_path / "valve.toml").write_text(VALVE)
    out = tmp_path / "out"
    out.mkdir()
    for path in uninterrupted.iterdir():
        (out / path.name).write_bytes(path.read_bytes())
    assert ddgauge(tmp_path, "--out", "out", "after", 3, script=KILLED).returncode == -signal.SIGKILL
    assert (out / "checkpoint.npz").exists()
    assert result(out) == result(uninterrupted)
    done = ddgauge(tmp_path, "--out", "out", "--restart")
    assert done.returncode == 0, done.stderr
    assert result(out)["steps"] != result(uninterrupted)["steps"]
    assert_same_evolution(out, uninterrupted)


# in this process


@pytest.fixture
def kept(command):  # noqa: F811
    """A folder with the checkpoint of a run of valve.toml but for its last sample; the command."""
    case = read(write(VALVE, "valve.toml"))
    Path("out").mkdir()
    experiment.run(case, keeper=Keeper("out", case))
    assert Path("out/checkpoint.npz").exists()
    return command


def test_a_finished_run_leaves_no_checkpoint(kept):
    assert kept("run", "valve.toml", "--out", "out")[0] == 0
    assert not Path("out/checkpoint.npz").exists()


def test_a_run_that_was_killed_after_its_last_sample_goes_on(kept, uninterrupted):
    """From the sample before."""
    assert kept("run", "valve.toml", "--out", "out", "--restart")[0] == 0
    assert_same_evolution(Path("out"), uninterrupted)


def test_a_run_without_restart_begins_anew(kept):
    """Also one that comes to no result: what is left would be of another run."""
    before = Path("out/checkpoint.npz").read_bytes()
    write(VALVE.replace("[output]", "[solver]\nbalance_tolerance = 1e-30\n[output]"), "worse.toml")
    assert kept("run", "worse.toml", "--out", "out")[0] == 3
    assert not Path("out/checkpoint.npz").exists() or Path("out/checkpoint.npz").read_bytes() != before


def test_a_wrong_input_leaves_the_checkpoint(kept):
    write(VALVE.replace("1.7e7", "-1.7e7"), "wrong.toml")
    assert kept("run", "wrong.toml", "--out", "out")[0] == 2
    assert Path("out/checkpoint.npz").exists()


def test_a_restart_takes_what_is_free_to_change(kept):
    text = VALVE.replace('"2 ps"', '"3 ps"').replace("samples = 9", "samples = 13").replace("frames = 3", "frames = 4")
    write("title = 'longer'\n" + text.replace("figures = false", "figures = true"), "valve.toml")
    code, printed, said = kept("run", "valve.toml", "--out", "out", "--restart")
    assert (code, said) == (0, "")
    assert "longer" in printed
    assert len(result(Path("out"))["time_series"]["time"]) == 13
    assert Path("out/time.png").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"20 nm"', '"21 nm"'), "layer.Co.thickness was 2e-08, is 2.1e-08; change it back, or run without --restart"),
        (("voltage = 1e-3", "voltage = 2e-3"), "boundary.bottom.voltage was 0.001, is 0.002;"),
        (("samples = 9", "samples = 9\ntolerance = 1e-5"), "time.tolerance was 1e-06, is 1e-05;"),
        (("[output]", "[solver]\ndegree = 3\n[output]"), "solver.degree was not given, is 3;"),
        (('name = "Cu"', 'name = "Ag"'), 'layer was ["Co", "Cu"], is ["Co", "Ag"];'),
        (("samples = 9", "samples = 10"), "time.end and time.samples must go on"),
        (
            ('"2 ps"\ninitial = "zero"\nsamples = 9', '"1.75 ps"\ninitial = "zero"\nsamples = 8'),
            "time.end and time.samples must go on",
        ),
        (("frames = 3", "frames = 5"), "has other frames up to 1.75e-12 s than time.frames = 5 wants"),
    ],
)
def test_a_restart_of_another_input_is_refused(change, message, kept):
    before = Path("out/checkpoint.npz").read_bytes()
    text = VALVE.replace('"Co|Cu"', '"Co|Ag"') if "Ag" in change[1] else VALVE
    write(text.replace(*change), "valve.toml")
    code, printed, said = kept("run", "valve.toml", "--out", "out", "--restart")
    assert (code, printed) == (2, "")
    assert said.startswith("out/checkpoint.npz: ")
    assert message in said
    assert said.count("\n") == 1
    assert Path("out/checkpoint.npz").read_bytes() == before


def test_a_restart_with_nothing_to_go_on_from(command):  # noqa: F811
    write(VALVE, "valve.toml")
    code, printed, said = command("run", "valve.toml", "--out", "out", "--restart")
    assert (code, printed) == (2, "")
    assert said == "out has no checkpoint.npz to go on from; run without --restart\n"
    assert not Path("out").exists()
    write(VALVE.split("[time]")[0], "valve.toml")
    code, _, said = command("run", "valve.toml", "--out", "out", "--restart")
    assert code == 2
    assert said == "--restart goes on with an evolution, and the input has no [time]; run without --restart\n"


@pytest.mark.parametrize("text", [b"", b"no archive", b"PK\x03\x04" + bytes(40)])
def test_a_checkpoint_that_is_none(text, kept):
    Path("out/checkpoint.npz").write_bytes(text)
    code, _, said = kept("run", "valve.toml", "--out", "out", "--restart")
    assert code == 2
    assert said.startswith("out/checkpoint.npz: cannot be read (")
    assert said.endswith("remove it, or run without --restart\n")


def test_time_between_checkpoints_is_what_the_input_says(monkeypatch, tmp_path):
    case = read(write(VALVE, tmp_path / "valve.toml"))
    written = []
    monkeypatch.setattr(Keeper, "write", lambda self, assembly, state, frames, rows: written.append(len(rows)))
    experiment.run(case, keeper=Keeper(tmp_path, case))
    assert written == list(range(2, 10))
    written.clear()
    case = read(tmp_path / "valve.toml", {"time.checkpoint": 3600})
    experiment.run(case, keeper=Keeper(tmp_path, case))
    assert written == []


def test_a_keeper_in_python_names_the_key_too(kept):
    case = read("valve.toml", {"layer.Co.thickness": "21 nm"})
    with pytest.raises(InputError, match=r"layer\.Co\.thickness was 2e-08, is 2\.1e-08"):
        experiment.run(case, keeper=Keeper("out", case, restart=True))
