"""Fields, series, figures and tables of two currents, of evolutions and of responses, read back by other programs."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyvista
from numpy.testing import assert_allclose
from rich.console import Console
from scipy.constants import e, hbar

from ddgauge import output
from ddgauge.post import series, table
from ddgauge.post.balance import Balances
from tests import two_current_forms as forms
from tests.solved import result
from tests.test_output import assert_drawn

CO = {"thickness": 30e-9, "conductivity": 1.7e7, "polarisation": 0.46, "spin_diffusion_length": 60e-9}
CU = {"name": "Cu", "thickness": 10e-9, "conductivity": 1.7e8, "spin_diffusion_length": 500e-9}
PINHOLES = {"resistance": 0.5e-15, "asymmetry": 0.77}
CONTACTS = {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0.0}}
NU = 3e46
PY = {"name": "Py", "conductivity": 4e6, "polarisation": 0.5, "diffusion": 1e-3, "spin_diffusion_length": 5e-9}
WIDTH, PHASE_RATE = 12e-9, 5e9
DECAY, TAU = 4e-12, 2e-12
SIDES = ("below", "above")


def valve(nu=NU, **tables):
    """Co | Cu | Co, antiparallel, with resistances between: the spin voltage is large, and jumps."""
    known = {"density_of_states": nu} if nu else {}
    layers = [
        {"name": "below", **CO, **known},
        CU | known,
        {"name": "above", "reversed": True, **CO, **known},
    ]
    interfaces = {"below|Cu": PINHOLES, "Cu|above": PINHOLES | {"spin_flip": 0.25}}
    return result("two-current", layers, **{"boundary": CONTACTS, "interface": interfaces} | tables)


def exact_valve():
    """Its exact solution."""
    co, cu = (0.73 * 1.7e7, 0.27 * 1.7e7), (8.5e7, 8.5e7)
    stack = [forms.Layer(30e-9, co, 60e-9), forms.Layer(10e-9, cu, 500e-9), forms.Layer(30e-9, co[::-1], 60e-9)]
    low, high = 2 * 0.5e-15 * (1 - 0.77), 2 * 0.5e-15 * (1 + 0.77)
    return forms.exact_two_current(
        stack, (forms.Held(1e-3), forms.Held(0.0)), {0: (low, high, 0.0), 1: (high, low, 0.25)}
    )


def wall(**time):
    """A head-to-head wall that turns in a strip without current: a voltage between its ends."""
    return result(
        "two-current",
        [PY | {"thickness": 6e-9}],
        texture={"kind": "wall", "width": WIDTH, "position": 60e-9, "phase_rate": PHASE_RATE},
        boundary={"left": {"kind": "floating"}, "right": {"kind": "contact", "voltage": 0.0}},
        mesh={"dimension": 2, "size": [120e-9], "lateral_cells": 60, "cells": 1, "shape": "box", "periodic": False},
        **({"time": time} if time else {}),
    )


def decay(frames=3, samples=5, dimension=1, **tables):
    """A film thin against its spin diffusion length, into which spin flowed until the start."""
    layer = PY | {"thickness": 1e-9, "diffusion": 1e-3, "spin_flip_time": TAU}
    layer.pop("spin_diffusion_length")
    mesh = {"dimension": dimension, "size": [4e-9] * (dimension - 1)}
    time = {"end": DECAY, "samples": samples, "drive": False, "frames": frames, "tolerance": 1e-4}
    boundary = {"bottom": {"kind": "current", "spin_current": 1e10}, "top": {"kind": "contact", "voltage": 0.0}}
    boundary["top"]["spin"] = "free"
    return result("two-current", [layer], boundary=boundary, mesh=mesh, **{"time": time} | tables)


def written(found, folder):
    output.prepare(folder)
    return output.write(found, folder)


def rows_of(path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "layer"}


def printed(found):
    console = Console(file=io.StringIO(), width=120, highlight=False)
    table.show(found, console)
    return console.file.getvalue()


# fields


def test_profile_of_a_spin_valve_is_the_exact_solution(tmp_path):
    written(valve(), tmp_path)
    found, exact = rows_of(tmp_path / "profile.csv"), exact_valve()
    z = found["z (m)"]
    V, j = exact.V(z), exact.j(z)
    for name, expected in {
        "V_up (V)": V[0],
        "V_down (V)": V[1],
        "mu_s (V)": V[0] - V[1],
        "j z (A/m^2)": j.sum(axis=0),
        "j z spin (A/m^2)": j[0] - j[1],
        "rho_up (C/m^3)": e**2 * NU / 2 * (V[0] - V[1]),  # neutral, the same densities of states
        "rho_down (C/m^3)": -(e**2) * NU / 2 * (V[0] - V[1]),
        "j x (A/m^2)": 0 * z,
    }.items():
        size = np.abs(expected).max() or 1e11
        assert_allclose(found[name], expected, rtol=0, atol=1e-6 * size, err_msg=name)


def test_charge_of_each_spin_is_left_out_where_a_density_of_states_is_not_known(tmp_path):
    written(valve(nu=None), tmp_path)
    assert set(pyvista.read(tmp_path / "fields.vtu").point_data) == {
        "V_up (V)",
        "V_down (V)",
        "mu_s (V)",
        "j (A/m^2)",
        "j spin (A/m^2)",
    }


@pytest.mark.parametrize("electrostatics", ["bare", "poisson"])
def test_charge_of_each_spin_in_each_electrostatics(electrostatics, tmp_path):
    """e^2 nu (V_s - phi), phi zero or that of the file."""
    written(valve(electrostatics=electrostatics), tmp_path)
    grid = pyvista.read(tmp_path / "fields.vtu")
    phi = grid["phi (V)"] if electrostatics == "poisson" else 0.0
    for spin in "up", "down":
        expected = e**2 * NU * (grid[f"V_{spin} (V)"] - phi)
        size = np.abs(e**2 * NU * grid["mu_s (V)"]).max()
        assert_allclose(grid[f"rho_{spin} (C/m^3)"], expected, rtol=1e-9, atol=1e-9 * size)
    if electrostatics == "poisson":
        total = grid["rho_up (C/m^3)"] + grid["rho_down (C/m^3)"]
        inside = np.abs(grid.points[:, 2, None] - [0, 30, 40, 70]).min(axis=1) > 2  # nm, 26 screening lengths
        assert np.abs(total[inside]).max() < 1e-6 * np.abs(grid["rho_up (C/m^3)"]).max()


def test_a_wall_and_its_motive_force_are_in_the_file(tmp_path):
    """m = -tanh s along x; |E_smf| = hbar d_t phi / (2 e width) sech(s)^2, which P times its integral balances."""
    found = wall()
    written(found, tmp_path)
    grid = pyvista.read(tmp_path / "fields.vtu")
    s = (grid.points[:, 0] * 1e-9 - 60e-9) / WIDTH
    assert_allclose(grid["m"][:, 0], -np.tanh(s), rtol=0, atol=1e-6)
    assert_allclose(np.linalg.norm(grid["m"], axis=1), 1, rtol=1e-6)
    E_smf = grid["E_smf (V/m)"]
    largest = hbar * PHASE_RATE / (2 * e * WIDTH)
    assert_allclose(np.abs(E_smf[:, 0]), largest / np.cosh(s) ** 2, rtol=0, atol=1e-6 * largest)
    assert_allclose(E_smf[:, 1:], 0, atol=1e-9 * largest)
    at = np.unique(np.round(grid.points[:, 0], 6), return_index=True)[1]
    pushed = np.trapezoid(E_smf[at, 0], grid.points[at, 0] * 1e-9)
    assert abs(pushed) == pytest.approx(hbar * PHASE_RATE / e, rel=1e-3)
    assert 0.5 * pushed == pytest.approx(-found.numbers["voltage_difference"]["left|right"], rel=1e-3)
    # j = sigma (P E_smf - grad mu^0 - P grad mu) is no field of its own: none flows
    assert_allclose(grid["j (A/m^2)"][:, 0], 0, atol=1e-2 * 4e6 * largest)


def test_a_film_without_texture_has_no_motive_force(tmp_path):
    written(valve(), tmp_path)
    assert not {"m", "E_smf (V/m)"} & set(pyvista.read(tmp_path / "fields.vtu").point_data)


def test_only_the_layers_of_a_texture_have_a_magnetisation(tmp_path):
    layers = [PY | {"thickness": 4e-9}, CU | {"thickness": 4e-9, "density_of_states": NU}]
    mesh = {"dimension": 2, "size": [120e-9], "lateral_cells": 30, "periodic": False}
    texture = {"kind": "wall", "width": WIDTH, "position": 60e-9, "phase_rate": PHASE_RATE}
    boundary = {"left": {"kind": "contact", "voltage": 0.0}}
    found = result("two-current", layers, texture=texture, boundary=boundary, mesh=mesh)
    written(found, tmp_path)
    grid = pyvista.read(tmp_path / "fields.vtu")
    above = grid.points[:, 2] > 4 + 1e-6
    below = grid.points[:, 2] < 4 - 1e-6
    assert not grid["m"][above].any()
    assert not grid["E_smf (V/m)"][above].any()
    assert_allclose(np.linalg.norm(grid["m"][below], axis=1), 1, rtol=1e-6)


# evolutions


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_frames_are_a_series_in_time(dimension, tmp_path):
    """As VTK's reader of collections finds them, at their times: mu_s = mu_s(0) exp(-t / tau)."""
    names = written(decay(dimension=dimension), tmp_path)
    assert names[0] == "fields.pvd"
    reader = pyvista.get_reader(tmp_path / "fields.pvd")
    assert_allclose(reader.time_values, [0, DECAY / 2, DECAY], rtol=1e-12)
    first = None
    for time in reader.time_values:
        reader.set_active_time_value(time)
        mu_s = reader.read()[0]["mu_s (V)"]
        first = mu_s if first is None else first
        assert_allclose(mu_s, first * np.exp(-time / TAU), rtol=2e-3)
    assert not (tmp_path / "fields.vtu").exists()


def test_a_film_of_one_frame_is_that_of_the_end(tmp_path):
    found = decay(frames=1)
    written(found, tmp_path)
    reader = pyvista.get_reader(tmp_path / "fields.pvd")
    assert reader.time_values == [DECAY]
    assert_allclose(reader.read()[0]["mu_s (V)"].mean(), found.numbers["accumulation"]["bottom"], rtol=1e-3)


def test_magnetisation_of_a_frame_is_that_of_its_time(tmp_path):
    """In the middle of a wall along x, m turns about x by phase_rate t."""
    quarter = np.pi / 2 / PHASE_RATE
    written(wall(end=quarter, samples=3, frames=2), tmp_path)
    reader = pyvista.get_reader(tmp_path / "fields.pvd")
    seen = []
    for time in reader.time_values:
        reader.set_active_time_value(time)
        grid = reader.read()[0]
        seen.append(grid["m"][np.abs(grid.points[:, 0] - 60) < 1e-6][0])
    assert abs(seen[0] @ seen[1]) < 1e-9
    assert_allclose(np.linalg.norm(seen, axis=1), 1, rtol=1e-9)


def test_a_later_run_takes_the_frames_away(tmp_path):
    names = written(decay(), tmp_path)
    (tmp_path / "fields.txt").touch()
    assert {path.name for path in tmp_path.glob("fields_*.vtu")} == {f"fields_000{k}.vtu" for k in range(3)}
    assert {"fields.pvd", "time_series.csv"} <= set(names)
    written(decay(frames=0), tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"fields.vtu", "fields.txt", "profile.csv", "time_series.csv", "result.json"}


PARALLEL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from mpi4py import MPI
from ddgauge import output
from tests.test_two_current_output import decay
found = decay(samples=3, dimension=2)
for name in ("two", "again"):
    output.on_one_rank(MPI.COMM_WORLD, lambda: output.prepare(Path(sys.argv[2]) / name))
    output.write(found, Path(sys.argv[2]) / name)
found.frames = []
output.on_one_rank(MPI.COMM_WORLD, lambda: output.prepare(Path(sys.argv[2]) / name))
output.write(found, Path(sys.argv[2]) / name)
"""


def test_frames_of_several_ranks_are_those_of_one(tmp_path):
    words = ["mpirun", "-n", "2", sys.executable, "-c", PARALLEL, Path(__file__).parents[1], tmp_path]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    written(decay(samples=3, dimension=2), tmp_path / "one")
    readers = [pyvista.get_reader(tmp_path / name / "fields.pvd") for name in ("one", "two")]
    assert readers[0].time_values == readers[1].time_values
    for time in readers[0].time_values:
        [reader.set_active_time_value(time) for reader in readers]
        one, two = (reader.read()[0] for reader in readers)
        assert one.n_cells == two.n_cells
        assert_allclose(two["mu_s (V)"].mean(), one["mu_s (V)"].mean(), rtol=1e-4)
    assert len(list((tmp_path / "two").glob("fields_000[0-2]_[01].vtu"))) == 6
    left = {path.name for path in (tmp_path / "again").iterdir()}  # frames gone, the pieces of one file there
    assert left == {
        "fields.pvtu", "fields_0.vtu", "fields_1.vtu", "profile.csv", "time_series.csv", "result.json",
    }  # fmt: skip


def test_series_of_the_table_are_those_of_the_result(tmp_path):
    found = valve(time={"end": 2e-12, "samples": 6, "initial": "zero"})
    written(found, tmp_path)
    rows, data = rows_of(tmp_path / "time_series.csv"), json.loads((tmp_path / "result.json").read_text())
    kept = data["time_series"]
    assert_allclose(rows.pop("time (s)"), kept["time"])
    below, above = np.array(kept["accumulation"]["below|Cu"]).T
    for name, expected in {
        "voltage bottom (V)": kept["voltage"]["bottom"],
        "current top (A/m^2)": kept["current"]["top"],
        "spin current below|Cu (A/m^2)": kept["spin_current"]["below|Cu"],
        "accumulation below|Cu below (V)": below,
        "accumulation below|Cu above (V)": above,
        "voltage difference bottom|top (V)": kept["voltage_difference"]["bottom|top"],
    }.items():
        assert_allclose(rows[name], expected, rtol=1e-12)
    assert len(rows) == 2 * 2 + 1 + (2 + 2) + (2 + 2 * 2)  # voltage and current, difference, spin current, mu_s
    assert kept["units"]["accumulation"] == "V"
    assert rows["current top (A/m^2)"][-1] == pytest.approx(found.numbers["current"]["top"])


def test_series_of_the_spin_model_have_three_components(tmp_path):
    layer = {"name": "Pt", "thickness": 4e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
    sheet = {"kind": "sheet", "G_r": 2e14, "precession": {"cone": 20, "frequency": 1e10}}
    found = result(
        "transport",
        [layer],
        boundary={"bottom": sheet},
        magnetisation={"direction": [0, 0, 1]},
        time={"end": 1e-10, "samples": 11},
        output={"figures": True},
    )
    names = written(found, tmp_path)
    assert {"time.png", "time_series.csv"} <= set(names)
    rows = rows_of(tmp_path / "time_series.csv")
    pumped = np.stack([rows[f"accumulation bottom {a} (V)"] for a in "xyz"], axis=1)
    assert_allclose(pumped, found.numbers["time_series"]["accumulation"]["bottom"])
    assert np.abs(pumped[:, 0]).max() > 0.1 * np.abs(pumped).max()  # turns with the magnet
    assert "bottom z" in printed(found)


# responses

FREQUENCIES = [1e9, 1e11, 1e12]


def exact_response(omega, bar):
    stack = [forms.Layer(50e-9, bar, 5e-9, nu=(NU, NU))]
    return forms.exact_two_current(stack, (forms.Held(1e-3), forms.Held(0.0)), omega=omega, electrostatics="bare")


def test_response_is_complex_in_its_table(tmp_path):
    """Of a bar that charges (no screening), against the exact solution, amplitudes of exp(-i omega t)."""
    bar = (3e6, 1e6)
    layer = {"name": "Py", "thickness": 50e-9, "conductivity": {"up": 3e6, "down": 1e6}, "density_of_states": NU}
    found = result(
        "two-current",
        [layer | {"spin_diffusion_length": 5e-9}],
        boundary=CONTACTS,
        electrostatics="bare",
        frequency={"values": FREQUENCIES},
        mesh={"cells": 40},
        output={"figures": True},
    )
    names = written(found, tmp_path)
    assert {"response.csv", "response.png"} <= set(names)
    rows = rows_of(tmp_path / "response.csv")
    assert_allclose(rows["frequency (Hz)"], FREQUENCIES)
    for k, frequency in enumerate(FREQUENCIES):
        exact = exact_response(2 * np.pi * frequency, bar)
        for face, j in (("bottom", -exact.bottom[3:5]), ("top", exact.top[3:5])):
            seen = rows[f"current {face} real (A/m^2)"][k] + 1j * rows[f"current {face} imaginary (A/m^2)"][k]
            assert seen == pytest.approx(j.sum(), rel=1e-5)
        (quantity, unit, curves) = series.panels(found, "response")[1]
        assert (quantity, unit) == ("current", "A/m^2")
        assert curves["out of top"][k] == pytest.approx(exact.top[3:5].sum(), rel=1e-5)
    assert rows["voltage bottom imaginary (V)"].tolist() == [0, 0, 0]


def test_voltage_of_a_wave_of_motive_force_is_that_of_a_neutral_metal_where_charge_is_screened(tmp_path):
    """Far below the rate at which charge is screened; its potential is among the fields, and drawn."""
    volts = []
    for electrostatics in "neutral", "poisson":
        found = result(
            "two-current",
            [PY | {"thickness": 20e-9}],
            electrostatics=electrostatics,
            boundary={"bottom": {"kind": "floating"}, "top": {"kind": "contact", "voltage": 0.0}},
            drive={"motive_force": [0, 0, 100.0], "wave_vector": [0, 0, 3e7]},
            frequency={"values": [1e9, 1e10]},
        )
        curves = series.panels(found, "response")[0][2]
        assert list(curves) == ["bottom − top"]
        volts.append(curves["bottom − top"])
    assert_allclose(volts[1], volts[0], rtol=1e-5)
    names = written(found, tmp_path)
    grid = pyvista.read(tmp_path / names[0])
    assert {"phi (V)", "E_smf (V/m)"} <= set(grid.point_data)
    assert_allclose(grid["E_smf (V/m)"][:, 2], 100 * np.cos(3e7 * grid.points[:, 2] * 1e-9), rtol=1e-6)


# figures


def test_figures_of_two_currents_are_not_blank(tmp_path):
    drawn = {
        "valve": (valve(output={"figures": True}), {"profile.png"}),
        "poisson": (valve(electrostatics="poisson", output={"figures": True}), {"profile.png"}),
        "evolution": (
            valve(time={"end": 2e-12, "samples": 21, "initial": "zero"}, output={"figures": True}),
            {"profile.png", "time.png"},
        ),
        "response": (
            valve(frequency={"from": 1e9, "to": 1e13, "points": 9}, output={"figures": True}),
            {"profile.png", "response.png"},
        ),
        "map": (
            decay(dimension=3, output={"figures": True}),
            {"profile.png", "potential.png", "time.png"},
        ),
    }
    for name, (found, expected) in drawn.items():
        names = written(found, tmp_path / name)
        assert {each for each in names if each.endswith(".png")} == expected
        for figure in expected - {"potential.png"}:
            assert_drawn(tmp_path / name / figure)


def test_currents_through_a_body_that_is_open_are_not_drawn():
    """Rounding errors of an open circuit are no current."""
    found = wall(end=1e-10, samples=3)
    panels = {quantity: [*curves] for quantity, _, curves in series.panels(found, "time_series")}
    assert panels["voltage"] == ["left − right"]
    assert "current" not in panels


def test_opposite_currents_of_two_contacts_are_one_curve():
    found = valve(time={"end": 2e-12, "samples": 3})
    panels = {quantity: curves for quantity, _, curves in series.panels(found, "time_series")}
    assert list(panels["current"]) == ["bottom → top"]
    assert panels["current"]["bottom → top"][-1] == pytest.approx(found.numbers["current"]["top"])
    assert panels["current"]["bottom → top"][-1] > 0
    assert list(panels["spin voltage"]) == [f"{pair} {side}" for pair in ("below|Cu", "Cu|above") for side in SIDES]


# tables


def line(text, start):
    return next(row for row in text.splitlines() if row.startswith(start)).removeprefix(start).split()


def test_table_of_a_spin_valve():
    found = valve()
    text = printed(found)
    assert line(text, "bottom|top")[1:] == ["ohm", "m^2"]
    assert float(line(text, "bottom|top")[0]) == pytest.approx(exact_valve().resistance(), rel=1e-5)
    for side, value in zip(SIDES, found.numbers["accumulation"]["below|Cu"], strict=True):
        assert float(line(text, f"below|Cu, {side}")[0]) == pytest.approx(value, rel=1e-5)
    assert "balances (relative): charge" in text


def test_table_of_an_evolution_is_start_end_and_mean_not_the_series():
    found = valve(time={"end": 2e-12, "samples": 41, "initial": "zero", "average_from": 1e-12})
    text = printed(found)
    values = found.numbers["time_series"]["current"]["top"]
    assert line(text, "top")[-1] == "V"
    shown = next(row.split() for row in text.splitlines() if row.startswith("top") and "A/m^2" in row)
    expected = [values[0], values[-1], found.numbers["mean"]["current"]["top"]]
    assert_allclose([float(x) for x in shown[1:4]], expected, rtol=1e-5)
    assert "41 samples from 0 s to 2e-12 s" in text
    assert len(text.splitlines()) < 45


def test_table_of_a_response_is_short():
    found = valve(frequency={"from": 1e9, "to": 1e13, "points": 101})
    text = printed(found)
    assert "phase" in text
    assert len([row for row in text.splitlines() if row.startswith("1e+13")]) == len(
        [row for row in text.splitlines() if row.startswith("1e+09")]
    )
    assert max(map(len, text.splitlines())) <= 120
    assert "…" not in text
    assert len(text.splitlines()) < 70


def test_table_of_terminals_has_names():
    mesh = {"dimension": 3, "size": [20e-9, 20e-9], "lateral_cells": [4, 4], "cells": 2, "periodic": False}
    ends = {face: {"kind": "contact", "voltage": float(k)} for k, face in enumerate(("left", "right"))}
    found = result(
        "two-current", [PY | {"thickness": 6e-9}], boundary=ends | {"top": {"kind": "insulating"}}, mesh=mesh
    )
    assert "Conductance" not in printed(found)
    probe = {"kind": "contact", "conductance": {"up": 1e13, "down": 1e13}, "voltage": 0.0}
    found = result("two-current", [PY | {"thickness": 6e-9}], boundary=ends | {"top": probe}, mesh=mesh)
    text = printed(found)
    below = text[text.index("Conductance") :]
    assert below.splitlines()[1].split() == ["left", "right", "top", "unit"]
    G = found.numbers["terminals"]["conductance"]
    assert_allclose([float(x) for x in line(below, "left")[:3]], G[0], rtol=1e-5)
    assert line(below, "left")[3] == "S"
    assert "against top" in text


# what is no number


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_result_that_is_no_number_is_refused(bad, tmp_path):
    found = valve()
    found.numbers["accumulation"]["Cu|above"] = np.array([1e-3, bad])
    with pytest.raises(output.ResultError, match=rf"accumulation, Cu\|above = {bad} V, must be finite"):
        output.as_json(found)
    with pytest.raises(output.ResultError):
        written(found, tmp_path)
    assert not (tmp_path / "result.json").exists()


def test_a_series_with_a_gap_is_refused():
    found = valve(time={"end": 2e-12, "samples": 3})
    found.numbers["time_series"]["current"]["top"][1] = np.nan
    with pytest.raises(output.ResultError, match="time_series, current top = nan A/m\\^2, must be finite"):
        output.as_json(found)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_balance_that_is_no_number_is_no_good_one(place):
    """The comparison with the tolerance fails, whichever of charge, spin and power it is."""
    assert not Balances(*np.where(np.arange(3) == place, np.nan, 1e-15)).worst <= 1e-8
