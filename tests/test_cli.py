"""The command as a user meets it: exit codes, messages, files, ranks."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ddgauge import cli
from tests import exact_film as exact

ROOT = Path(__file__).parents[1]
FILM = """
title = "Pt on YIG"
experiment = "film"

[[layer]]
name = "Pt"
thickness = "4 nm"
conductivity = 4e6
diffusion = 5e-4
spin_diffusion_length = "1.5 nm"
spin_hall = 0.08

[magnetisation]
direction = [1, 0, 1]

[drive]
electric_field = [1e5, 0, 0]

[boundary.bottom]
kind = "sheet"
G_r = 2.5e14
G_i = 1e13
"""
CHAIN = """
experiment = "transport"

[[layer]]
name = "F"
thickness = "2 nm"
conductivity = 2e6
diffusion = 2e-4
relaxation_time = 1e-13
exchange_relaxation = {parallel = 4e-13, perpendicular = 2e-13}
precession = 2e13
spin_orbit = {mass = 1.0, alpha = 2e4}

[[layer]]
name = "Pt"
thickness = "4 nm"
conductivity = 4e6
diffusion = 5e-4
spin_diffusion_length = "1.5 nm"
spin_hall = 0.08
hall = [0.1, 0.2, 0.3]

[interface."F|Pt"]
transmission = 3e14
conductance = 6e14
absorption = {G_s = 1e13}

[magnetisation]
direction = [1, 2, 2]

[boundary]
left = {kind = "contact", voltage = 1e-3, spin = "free"}
right = {kind = "contact", voltage = 0}
bottom = {kind = "sheet", G_r = 1e14, G_i = 3e13}

[mesh]
dimension = 2
size = ["9 nm"]
periodic = false

[solver]
degree = 2
tolerance = 1e-13
"""


ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}


def ddgauge(*arguments, ranks=None, **keys):
    """The command in a process of its own, or in several."""
    words = [sys.executable, "-m", "ddgauge", *map(str, arguments)]
    if ranks:
        words = ["mpirun", "-n", str(ranks), *words]
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False, **keys)


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """The command in this process, in an empty folder: its exit code, what it prints and what it says."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["ddgauge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return call


def said_by(done):
    """What a process says beside progress, which it reports where it is slow."""
    return "".join(line for line in done.stderr.splitlines(keepends=True) if not re.match(r"\[ *[0-9.]+ s\] ", line))


def write(text, name="film.toml"):
    Path(name).write_text(text)
    return name


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One whole run in its own process."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "film.toml").write_text(FILM)
    done = ddgauge("run", "film.toml", "--out", "deep/out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done, folder / "deep" / "out"


@pytest.fixture(scope="module")
def found(run):
    return json.loads((run[1] / "result.json").read_text())


def exact_film():
    """The independent solution of FILM, and its sheet."""
    m = np.array([1, 0, 1]) / np.sqrt(2)
    sheet = -2.5e14 * exact.vec(m) @ exact.vec(m) - 1e13 * exact.vec(m)
    Theta = exact.theta_of(thetaC=-0.08 * np.eye(3))
    layer = exact.Layer(4e-9, 4e6, 5e-4, 5e-4 / 1.5e-9**2 * np.eye(3), Theta=Theta)
    return layer, sheet


# what a run leaves


def test_a_run_says_what_it_found_and_nothing_else(run):
    done, _ = run
    assert said_by(done) == ""
    for text in (
        "Resistivity",
        "ohm m",
        "efficiency_dl",
        "balances (relative): charge",
        "result.json in deep/out",
        "on 1 rank",
    ):
        assert text in done.stdout, text


def test_a_run_leaves_its_files_and_no_half_written_ones(run, found):
    names = {path.name for path in run[1].iterdir()}
    assert names == {"result.json", "profile.csv", "profile.png", "magnetoresistance.png", "fields.vtu"}
    assert set(found["files"]) == names - {"result.json"}


def test_result_has_units_beside_every_key_and_numbers_that_are_finite(found):
    tables = {key: value for key, value in found.items() if isinstance(value, dict) and "units" in value}
    assert {"resistivity", "torque", "spin_current", "accumulation", "balances", "timings", "solver"} <= set(tables)
    for name, table in tables.items():
        assert set(table["units"]) == set(table) - {"units"}, name
        for value in (value for key, value in table.items() if key != "units"):
            assert np.all(np.isfinite(np.array(value, float))), name
    assert tables["resistivity"]["units"] == {"longitudinal": "ohm m", "transverse": "ohm m"}
    assert {"ddgauge", "dolfinx", "petsc", "python", "numpy", "ranks"} <= set(found["versions"])
    assert found["input"]["layer"][0]["thickness"] == 4e-9
    assert max(value for key, value in found["balances"].items() if key != "units") < 1e-8


def test_result_is_that_of_the_exact_solution(found):
    layer, sheet = exact_film()
    rho = exact.resistivity([layer], bottom=sheet)
    assert_allclose([found["resistivity"][key] for key in ("longitudinal", "transverse")], rho[:, 0], rtol=1e-9)
    solved = exact.film([layer], E=(1e5, 0, 0), bottom=sheet)
    assert_allclose(found["accumulation"]["bottom"], 2 * solved.mu(0)[1:], rtol=1e-6)
    assert_allclose(found["spin_current"]["bottom"], -solved.j(0)[2, 1:], rtol=1e-6)


def test_profile_is_a_table_of_the_exact_solution(run):
    layer, sheet = exact_film()
    solved = exact.film([layer], E=(1e5, 0, 0), bottom=sheet)
    with (run[1] / "profile.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["layer"] for row in rows} == {"Pt"}
    z = np.array([float(row["z (m)"]) for row in rows])
    assert np.all(np.diff(z) > 0)
    assert_allclose(z[[0, -1]], [0, 4e-9], atol=1e-14)
    table = {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "layer"}
    for a, spin in enumerate("xyz", start=1):
        mu = np.array([2 * solved.mu(x)[a] for x in z])
        assert_allclose(table[f"mu_s {spin} (V)"], mu, rtol=0, atol=1e-6 * 2e-5)
        for i, flow in enumerate("xyz"):
            j = np.array([solved.j(x)[i, a] for x in z])
            assert_allclose(table[f"j {flow} spin {spin} (A/m^2)"], j, rtol=0, atol=1e-5 * 3e10)
    assert_allclose(table["j x (A/m^2)"], [solved.j(x)[0, 0] for x in z], rtol=1e-6)


def test_resolved_input_runs_again_to_the_same_numbers(found, command):
    name = write(json.dumps(found["input"]), "resolved.json")
    code, _, said = command("run", name, "--out", "again")
    assert (code, said) == (0, "")
    again = json.loads(Path("again/result.json").read_text())
    assert again["input"] == found["input"]
    for key in "resistivity", "torque", "spin_current", "accumulation":
        assert_same(again[key], found[key], 1e-12)


def assert_same(one, other, tolerance):
    """Tables of the same keys, and numbers that differ by the tolerance of the largest in their table."""
    assert one["units"] == other["units"]
    assert set(one) == set(other)
    size = max(np.abs(np.array(value, float)).max() for key, value in other.items() if key != "units")
    for key in set(other) - {"units"}:
        assert_allclose(one[key], other[key], rtol=tolerance, atol=tolerance * size)


# on several ranks


@pytest.mark.parametrize("text", [FILM, CHAIN], ids=["one dimension", "two dimensions"])
def test_numbers_do_not_depend_on_the_ranks_and_one_of_them_talks(text, tmp_path):
    (tmp_path / "film.toml").write_text(text + "\n[output]\nfigures = false\n")
    results = []
    for ranks in 1, 2, 3:
        done = ddgauge("run", "film.toml", "--out", f"out{ranks}", ranks=ranks if ranks > 1 else None, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert said_by(done) == ""
        assert done.stdout.count("balances (relative)") == 1
        assert done.stdout.count(f"on {ranks} rank") == 1
        out = tmp_path / f"out{ranks}"
        results.append(json.loads((out / "result.json").read_text()))
        assert not (out / ".part").exists()
        assert all((out / name).exists() for name in results[-1]["files"])
    one = results[0]
    tables = [key for key in one if isinstance(one[key], dict) and "units" in one[key]]
    for other in results[1:]:
        for key in set(tables) - {"timings", "solver", "balances", "torque"}:
            assert_same(other[key], one[key], 1e-10)
        for key in "damping_like", "field_like", "efficiency_dl", "efficiency_fl":
            if "torque" in one:
                assert other["torque"][key] == pytest.approx(one["torque"][key], rel=1e-10)
    assert [each["versions"]["ranks"] for each in results] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("4e6", "-4e6"), 2, "film.toml, layer 'Pt': conductivity = -4e+06 S/m, must be > 0"),
        (("[drive]", "[solver]\nbalance_tolerance = 1e-30\n[drive]"), 3, "the solution does not balance"),
    ],
)
def test_several_ranks_fail_with_one_message(change, code, message, tmp_path):
    (tmp_path / "film.toml").write_text(FILM.replace(*change))
    done = ddgauge("run", "film.toml", "--out", "out", ranks=3, cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr.count(message) == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out" / "result.json").exists()
    assert not (tmp_path / "out" / ".part").exists()


# what is no result


NOT_A_NUMBER = """
import sys
from ddgauge import cli, experiment
whole = experiment.run

def run(*arguments):
    result = whole(*arguments)
    result.numbers["accumulation"]["top"][1] = float("nan")
    return result

experiment.run = run
sys.argv = ["ddgauge", "run", "film.toml", "--out", "out"]
cli.main()
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_result_that_is_no_number_is_none(ranks, tmp_path):
    """One line, exit code 3, and nothing left, also where rank 0 alone writes."""
    (tmp_path / "film.toml").write_text(FILM)
    words = [sys.executable, "-c", NOT_A_NUMBER]
    words = ["mpirun", "-n", str(ranks), *words] if ranks > 1 else words
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT, cwd=tmp_path
    )
    assert done.returncode == 3
    assert done.stderr.count("there is no result: accumulation, top = nan V, must be finite\n") == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out" / "result.json").exists()
    assert not (tmp_path / "out" / ".part").exists()


# mistakes


def test_a_wrong_value_is_one_line_with_all_that_helps(tmp_path):
    (tmp_path / "film.toml").write_text(FILM.replace("diffusion = 5e-4", "diffusion = -5e-4"))
    done = ddgauge("run", "film.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "film.toml, layer 'Pt': diffusion = -0.0005 m^2/s, must be > 0\n"
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("spin_hall", "spin_hal"),
            "film.toml, layer 'Pt': unknown key 'spin_hal'; did you mean 'spin_hall'? keys: name,",
        ),
        (('"film"', '"flim"'), "film.toml, experiment = 'flim'; did you mean 'film'? experiments: conductance, film,"),
        (('"4 nm"', '"4 nA"'), "film.toml, layer 'Pt': thickness = '4 nA'"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "check"])
def test_run_and_check_refuse_alike(verb, change, message, command):
    code, printed, said = command(verb, write(FILM.replace(*change)))
    assert (code, printed) == (2, "")
    assert said.startswith(message), said
    assert said.count("\n") == 1
    assert not Path("out").exists()


def test_each_mistake_has_its_line(command):
    wrong = FILM.replace("4e6", "-4e6").replace("[1, 0, 1]", "[0, 0, 0]").replace("2.5e14", "nan")
    code, _, said = command("run", write(wrong))
    assert code == 2
    lines = said.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("film.toml, ") for line in lines)


def test_traceback_for_those_who_ask(command):
    code, _, said = command("run", write(FILM.replace("4e6", "-4e6")), "--debug")
    assert code == 2
    assert "Traceback" in said
    assert "must be > 0" in said


def test_files_that_are_not_there(command):
    assert command("run", "none.toml") == (2, "", "none.toml: no such file\n")
    assert command("check", "none.toml") == (2, "", "none.toml: no such file\n")
    mesh = write(FILM + '\n[mesh]\nfile = "none.msh"\n')
    code, _, said = command("run", mesh)
    assert (code, said) == (2, "film.toml, mesh.file = 'none.msh': no such file\n")


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_computed(command):
    name = write(FILM)
    write("", "file")
    assert command("run", name, "--out", "file") == (2, "", "file: is a file, must be a folder for results\n")
    assert command("run", name, "--out", "file/out")[0] == 2
    code, _, said = command("run", name, "--out", "/proc/out")
    assert code == 2
    assert said.startswith("/proc/out: cannot be written (")
    assert said.endswith("name another folder with --out\n")


def test_a_file_that_cannot_be_written_leaves_no_result(command):
    Path("out/profile.csv").mkdir(parents=True)
    Path("out/profile.csv/kept").touch()
    code, printed, said = command("run", write(FILM), "--out", "out")
    assert (code, printed) == (2, "")
    assert said == "out: cannot be written (Is a directory: out/profile.csv)\n"
    assert not Path("out/result.json").exists()
    assert not Path("out/.part").exists()


def test_a_failed_run_changes_nothing_of_an_earlier_one(command):
    assert command("run", write(FILM), "--out", "out")[0] == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    for line, code in (("balance_tolerance = 1e-30", 3), ("degree = 9", 2)):
        failed = command("run", write(f"{FILM}\n[solver]\n{line}\n", "worse.toml"), "--out", "out")
        assert failed[0] == code
        assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_a_run_takes_away_what_an_earlier_one_left(command):
    """Its files and the leftovers of one that was killed; not what is the user's."""
    Path("out/.part").mkdir(parents=True)
    Path("out/.part/fields_7.vtu").touch()
    Path("out/notes.txt").touch()
    assert command("run", write(FILM), "--out", "out")[0] == 0
    assert Path("out/magnetoresistance.png").exists()
    plain = "\n[output]\nfigures = false\nfields = false\n"
    assert command("run", write(FILM + plain), "--out", "out")[0] == 0
    assert {path.name for path in Path("out").iterdir()} == {"result.json", "profile.csv", "notes.txt"}


# meshes


def drawn(name, groups):
    """A plane mesh of gmsh whose only surface has a name, or none."""
    import gmsh

    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.model.occ.addRectangle(0, 0, 0, 4, 4)
    gmsh.model.occ.synchronize()
    for dimension, tags, label in groups:
        gmsh.model.addPhysicalGroup(dimension, tags, name=label)
    gmsh.model.mesh.generate(2)
    gmsh.write(name)
    gmsh.finalize()


def test_a_mesh_whose_parts_have_no_names(command):
    drawn("plain.msh", [])
    text = CHAIN.split("[mesh]")[0] + '[mesh]\nfile = "plain.msh"\n'
    code, _, said = command("run", write(text), "--out", "out")
    assert code == 2
    assert said == "plain.msh: has no physical groups; name the layers (volumes) and the faces (surfaces) in gmsh\n"
    drawn("other.msh", [(2, [1], "Cu"), (1, [1], "bottom")])
    code, _, said = command("run", write(text.replace("plain", "other")), "--out", "out")
    assert (code, said) == (2, "other.msh has no layer 'F'; layers: Cu\n")
    assert not Path("out/.part").exists()


def test_a_mesh_too_coarse_is_warned_of(command):
    text = write(FILM + "\n[mesh]\ncells = 2\n[output]\nfigures = false\nfields = false\n")
    warning = "warning: layer 'Pt': cells of"
    code, _, said = command("run", text, "--out", "out")
    assert code == 0
    assert said.startswith(warning)
    assert "coarse for the length spin_diffusion = 1.5e-09 m; use cells of 7.5e-10 m or less" in said
    assert said.count("\n") == 1
    assert json.loads(Path("out/result.json").read_text())["warnings"] == [said.removeprefix("warning: ").strip()]
    code, printed, said = command("check", text)
    assert code == 0
    assert warning in printed + said


def test_a_sweep_is_not_left_out_in_silence(command):
    text = write(
        FILM + "\n[output]\nfigures = false\nfields = false\n[[sweep]]\nparameter = 'field.B.z'\nvalues = [0, 1]\n"
    )
    code, _, said = command("run", text, "--out", "out")
    assert code == 0
    assert said == "warning: [[sweep]] is for ddgauge sweep: these are the numbers of the file as it stands\n"


# fits


DATA = "d (nm), rho (uohm cm)\n4, 25.01\n6, 24.99\n8, 25.00\n"
FIT = f"""{FILM}
[fit]
x = {{d = "layer.Pt.thickness"}}
y = {{rho = "resistivity.longitudinal"}}

[[fit.parameter]]
path = "layer.Pt.conductivity"
start = 3e6
"""


def fitted(folder="out"):
    """Conductivity of Pt, as it stands in the folder of a fit."""
    return json.loads(Path(folder, "fit.json").read_text())["parameters"]["layer.Pt.conductivity"]


def test_a_fit_says_what_it_found_and_leaves_its_files(command):
    code, printed, said = command("fit", write(FIT), write(DATA, "data.csv"), "--out", "deep/out")
    assert code == 0
    assert re.fullmatch(r"(\[ *[0-9.]+ s\] .*\n)*", said)
    parameter = fitted("deep/out")
    assert parameter["value"] == pytest.approx(4e6, rel=0.015)  # the rest is of the spin Hall effect
    assert 0 < parameter["error"] < 0.01 * parameter["value"]
    words = next(line for line in printed.splitlines() if line.startswith("layer.Pt.conductivity")).split()
    digits = f"{parameter['error']:#.2g}".rstrip(".")
    assert words[2] == digits
    assert float(words[1]) == pytest.approx(parameter["value"], abs=parameter["error"] / 10)
    last = r"fit\.csv, fitted\.json, fit\.png, fit\.json in deep/out; \d+\.\d s on 1 rank"
    assert re.fullmatch(last, printed.splitlines()[-1])
    left = {path.name for path in Path("deep/out").iterdir()}
    assert left == {"fit.csv", "fitted.json", "fit.png", "fit.json"}


def test_warnings_of_a_fit_are_said_beside_its_tables(command):
    blind = FIT.replace("spin_hall = 0.08", "spin_hall = 1e-4") + '[[fit.parameter]]\nfactor = "rho"\n'
    code, printed, said = command("fit", write(blind), write(DATA, "data.csv"))
    assert code == 0
    assert "warning: the data do not tell layer.Pt.conductivity and factor of rho apart" in said
    assert "warning" not in printed


def test_a_fit_that_cannot_be_is_one_line_and_changes_nothing_of_an_earlier_one(command):
    name, data = write(FIT), write(DATA, "data.csv")
    assert command("fit", name, data)[0] == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    unbalanced = write(f"{FIT}\n[solver]\nbalance_tolerance = 1e-30\n", "unbalanced.toml")
    for arguments, code, message in (
        ((name, "none.csv"), 2, "none.csv: no such file\n"),
        ((name,), 2, "film.toml, fit: needs data, a file of measured columns, or name one in the command\n"),
        ((write(FILM, "plain.toml"), data), 2, "plain.toml: has no [fit], needs columns x and y and at least one"),
        ((name, write(DATA.replace("6,", "-6,"), "bad.csv")), 2, "bad.csv, line 3: film.toml, layer 'Pt': thickness"),
        ((unbalanced, data), 3, "the solution does not balance: "),
        ((name, data, "--out", name), 2, "film.toml: is a file, must be a folder for results\n"),
    ):
        ended, printed, said = command("fit", *arguments)
        assert (ended, printed) == (code, "")
        assert said.startswith(message)
        assert said.count("\n") == 1
        assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


@pytest.mark.parametrize("row", ["", "10, high\n"])
def test_one_of_several_ranks_tells_of_a_fit(row, tmp_path):
    (tmp_path / "film.toml").write_text(FIT)
    (tmp_path / "data.csv").write_text(DATA + row)
    done = ddgauge("fit", "film.toml", "data.csv", "--out", "out", ranks=2, cwd=tmp_path)
    if row:
        assert done.returncode == 2
        assert said_by(done).startswith("data.csv, line 5, column 'rho (uohm cm)': 'high' is not a number\n")
        assert done.stderr.count("not a number") == 1
        assert done.stdout == ""
        assert not (tmp_path / "out/fit.json").exists()
    else:
        assert (done.returncode, said_by(done)) == (0, "")
        assert done.stdout.count("Parameters") == 1
        assert done.stdout.endswith("s on 2 ranks\n")
        assert fitted(tmp_path / "out")["value"] == pytest.approx(4e6, rel=0.015)
    assert not (tmp_path / "out/.part").exists()


def test_a_fit_is_not_left_out_in_silence(command):
    code, _, said = command("run", write(f"{FIT}\n[output]\nfigures = false\nfields = false\n"))
    assert code == 0
    assert said == "warning: [fit] is for ddgauge fit: these are the numbers of the file as it stands\n"


# the other commands


def test_check_prints_the_resolved_input_and_the_lengths(command):
    text = FILM.replace("[magnetisation]", "precession = 1e13\n[magnetisation]")
    code, printed, said = command("check", write(text))
    assert (code, said) == (0, "")
    resolved, end = json.JSONDecoder().raw_decode(printed)
    assert resolved["layer"][0]["spin_diffusion_length"] == 1.5e-9
    table = printed[end:]
    for words in ("spin diffusion", "1.5"), ("exchange precession", f"{np.sqrt(5e-4 / 1e13) * 1e9:.4g}"):
        assert all(word in next(line for line in table.splitlines() if words[0] in line) for word in words)


def test_materials_lists_values_with_units_and_sources(command):
    code, printed, said = command("materials")
    assert (code, said) == (0, "")
    for text in "Pt", "W", "Ta", "Cu", "Au", "YIG|Pt", "spin_diffusion_length", "S/m", "10.":
        assert text in printed, text
    code, printed, _ = command("materials", "Pt")
    assert code == 0
    assert "Ta " not in printed
    code, _, said = command("materials", "Ptt")
    assert code == 2
    assert "did you mean 'Pt'" in said


def test_help_and_unknown_commands(command):
    code, printed, _ = command("--help")
    assert code == 0
    assert all(verb in printed for verb in ("run", "fit", "check", "materials"))
    assert command("rum")[0] == 2


def test_a_reader_that_has_seen_enough_is_no_crash(tmp_path):
    (tmp_path / "film.toml").write_text(FILM)
    run = f"{sys.executable} -m ddgauge run film.toml --out out | head -n 1"
    done = subprocess.run(run, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True, env=os.environ)
    assert (done.stdout, done.stderr) == ("Pt on YIG\n", "")


SLOW = """
import os, time
from ddgauge import cli
from ddgauge.model import InputError
with cli._errors(False):
    if os.environ["OMPI_COMM_WORLD_RANK"] == "0":
        time.sleep(1)
    raise InputError("said by rank 0")
"""


def test_ranks_wait_for_the_one_that_speaks(tmp_path):
    """A launcher ends all ranks as soon as one ends in failure; MPI has not started where an input is read."""
    words = ["mpirun", "-n", "2", sys.executable, "-c", SLOW]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)
    assert done.returncode == 2
    assert done.stderr.count("said by rank 0") == 1


ALONE = """
import sys
from mpi4py import MPI
from ddgauge import cli
if MPI.COMM_WORLD.rank == 1:
    cli._leave_together(2, lambda: print("rank 1 alone", file=sys.stderr, flush=True), patience=0.3)
MPI.COMM_WORLD.Barrier()
"""


def test_a_mistake_that_one_rank_alone_meets_stops_all(tmp_path):
    words = ["mpirun", "-n", "2", sys.executable, "-c", ALONE]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)
    assert done.returncode == 2
    assert done.stderr.count("rank 1 alone") == 1
