"""Textures as a user gives them: what m is, what drives which layer, and what cannot be."""

import json

import numpy as np
import pytest

from ddgauge.model import InputError, Layer, Run, Stack, plan, read
from ddgauge.model.checks import texture_warnings
from ddgauge.model.ovf import OvfFrame, read_ovf, write_ovf
from ddgauge.model.texture import KINDS, Texture
from ddgauge.physics import walls
from ddgauge.physics.motive_force import wall_voltage
from ddgauge.units import E_CHARGE, HBAR

NM = 1e-9
X = np.random.default_rng(3).uniform(-60 * NM, 60 * NM, (3, 50))
T = 0.7e-9


def py(name="Py", **keys):
    return Layer(**{"name": name, "thickness": "10 nm", "conductivity": 5e6, "polarisation": 0.4} | keys)


def m_of(texture):
    """m (N, 3) at the points X and the time T, as a stack has it."""
    return -Stack(py(), texture=texture).texture.texture(X, T)


WALL = {"kind": "wall", "width": "20 nm", "position": "5 nm", "velocity": 10, "phase": 30, "phase_rate": "1e9 rad/s"}
WALKER = {"kind": "walker", "width": "20 nm", "B": "1 mT", "breakdown_field": "2 mT", "damping": 0.01}
VORTEX = {"kind": "vortex", "core_radius": "10 nm", "position": [1 * NM, 2 * NM], "velocity": [10, -20]}
SKYRMION = {"kind": "skyrmion", "radius": "30 nm", "width": "8 nm", "helicity": 90, "polarity": -1}
SPIRAL = {"kind": "spiral", "wave_vector": [1e8, 0, 2e7], "cone": 60, "phase": 20, "phase_rate": 2e9}
WAVE = {"kind": "spin-wave", "cone": 10, "wave_vector": [0, 0, 1e8], "frequency": "1 GHz"}


def test_a_wall_turns_from_its_easy_direction_to_the_opposite():
    s = (X[2] - 5 * NM - 10 * T) / (20 * NM)
    phi = np.radians(30) + 1e9 * T
    m = np.stack([np.cos(phi) / np.cosh(s), np.sin(phi) / np.cosh(s), -np.tanh(s)], axis=-1)
    np.testing.assert_allclose(m_of(WALL | {"axis": [0, 0, 3], "reference": [1, 0, 0]}), m, atol=1e-12)


def test_a_vortex_has_its_core_where_it_has_moved():
    x, y = X[0] - 1 * NM - 10 * T, X[1] - 2 * NM + 20 * T
    m = m_of(VORTEX | {"chirality": -1, "polarity": -1})
    r2 = x**2 + y**2
    np.testing.assert_allclose(m[:, 2], -np.exp(-r2 / (10 * NM) ** 2), atol=1e-12)
    assert (x * m[:, 1] - y * m[:, 0] < 0).all()  # clockwise


def test_a_gyrating_core_runs_counter_clockwise_from_its_phase():
    still = VORTEX | {"velocity": [0, 0]}
    turning = Stack(py(), texture=still | {"gyration_radius": 5 * NM, "frequency": 1e8, "gyration_phase": 90})
    at_start = turning.texture.texture.motion(0.0)
    np.testing.assert_allclose(at_start, [1 * NM, 7 * NM])
    assert turning.texture.texture.motion(1e-10)[0] < at_start[0]


def test_a_bloch_skyrmion_points_along_its_circles():
    m = m_of(SKYRMION)
    np.testing.assert_allclose(X[0] * m[:, 0] + X[1] * m[:, 1], 0, atol=1e-20)
    ring = np.array([[30 * NM], [0], [0]])
    np.testing.assert_allclose(-Stack(py(), texture=SKYRMION).texture.texture(ring), [[0, 1, 0]], atol=1e-12)


@pytest.mark.parametrize(
    ("texture", "cone", "psi"),
    [
        (SPIRAL, 60, np.radians(20) + 1e8 * X[0] + 2e7 * X[2] + 2e9 * T),
        (WAVE, 10, 2 * np.pi * 1e9 * T - 1e8 * X[2]),
    ],
)
def test_spirals_and_spin_waves_turn_about_z(texture, cone, psi):
    c, s = np.cos(np.radians(cone)), np.sin(np.radians(cone))
    m = np.stack([s * np.cos(psi), s * np.sin(psi), np.full_like(psi, c)], axis=-1)
    np.testing.assert_allclose(m_of(texture), m, atol=1e-12)


def test_a_wall_below_breakdown_comes_to_the_steady_velocity():
    walker = Stack(py(), texture=WALKER).texture.texture
    late = [walker.motion(t)[0] for t in (1e-6, 1.1e-6)]
    assert (late[1] - late[0]) / 1e-7 == pytest.approx(walker.gamma * 1e-3 * 20 * NM / 0.01, rel=1e-9)


def test_the_motive_force_of_a_wall_adds_up_to_its_voltage():
    """Integral of E_smf along the axis: -(hbar/e) (d_t phi + beta v / width)."""
    stack = Stack([py(nonadiabaticity=0.05), py("Cu", polarisation=0)], texture=WALL)
    x = np.zeros((3, 4001))
    x[0] = np.linspace(-600 * NM, 600 * NM, x.shape[1])
    E = stack.motive_force("Py")(x, T)
    along = E[:, 0].sum() * (x[0, 1] - x[0, 0])
    assert along == pytest.approx(wall_voltage(1.0, 1e9, 0.05, 10.0, 20 * NM), rel=1e-9)
    np.testing.assert_allclose(E[:, 1:], 0, atol=1e-9 * np.abs(E).max())
    assert stack.motive_force("Cu") is None


def test_a_texture_acts_in_the_layers_that_are_polarised_or_named():
    layers = [py("A"), py("B", polarisation=0), py("C", polarisation=-0.2)]
    assert Stack(layers, texture=WALL).textured == ("A", "C")
    assert Stack(layers, texture=WALL | {"layers": ["C"]}).textured == ("C",)
    assert Stack(layers, texture=WALL | {"layers": "B"}).motive_force("B") is not None
    assert Stack(layers).motive_force("A") is None


def test_a_function_is_the_magnetisation_of_any_length():
    exact = walls.Wall(width=20 * NM, velocity=10.0, phase_rate=1e9)

    def m(x, t):
        return -8e5 * exact(x, t)

    given, formula = Stack(py(), texture=m), Stack(py(), texture=exact)
    E = formula.motive_force("Py")(X, T)
    np.testing.assert_allclose(given.motive_force("Py")(X, T), E, rtol=1e-6, atol=1e-6 * np.abs(E).max())
    assert given.texture.model_dump()["function"] == "function m"


@pytest.fixture
def frames(tmp_path):
    """Three frames, 10 ps apart, of a head-to-head wall that moves along x, in the folder run.out."""
    (tmp_path / "run.out").mkdir()
    x = np.zeros((3, 100))
    x[0] = (np.arange(100) + 0.5) * 2 * NM
    wall = walls.Wall(width=20 * NM, position=100 * NM, velocity=100.0, phase_rate=1e10)
    for k in range(3):
        m = -8e5 * wall(x, k * 1e-11).reshape(1, 1, 100, 3)
        frame = OvfFrame(m, (2 * NM, 4 * NM, 4 * NM), (1 * NM, 2 * NM, 2 * NM), k * 1e-11)
        write_ovf(tmp_path / "run.out" / f"m{k}.ovf", frame)
    return wall


FILE = """
experiment = "two-current"
[[layer]]
name = "Py"
thickness = "10 nm"
conductivity = 5e6
polarisation = 0.4
diffusion = 1e-3
spin_flip_time = 1e-12
[texture]
kind = "file"
files = "run.out/m*.ovf"
offset = ["50 nm", 0, 0]
[mesh]
dimension = 2
size = ["300 nm"]
periodic = false
[time]
end = "20 ps"
"""


def test_frames_are_found_beside_the_input_file_and_drive_as_the_wall_that_they_show(tmp_path, frames, monkeypatch):
    (tmp_path / "wall.toml").write_text(FILE)
    monkeypatch.chdir("/")
    run = read(tmp_path / "wall.toml")
    assert Run.from_dict(json.loads(json.dumps(run.resolved()))) == run
    assert read(tmp_path / "wall.toml", {"texture.interval": "20 ps"}).stack.texture.texture.times[-1] == 4e-11
    x = np.zeros((3, 60))
    x[0] = np.linspace(80 * NM, 220 * NM, 60)
    inside = x - np.array([[50 * NM], [0], [0]])
    E = Stack(py(), texture=frames).motive_force("Py")(inside, 1e-11)
    np.testing.assert_allclose(run.stack.motive_force("Py")(x, 1e-11), E, atol=1e-2 * np.abs(E).max())
    assert -E[:, 0].sum() * (x[0, 1] - x[0, 0]) == pytest.approx(HBAR / E_CHARGE * 1e10, rel=1e-2)


def test_frames_named_in_python_are_found_from_any_folder_later(tmp_path, frames, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stack = Stack(py(), texture={"kind": "file", "files": ["run.out/m1.ovf", "run.out/m2.ovf"]})
    monkeypatch.chdir("/")
    assert stack.with_(texture=stack.texture.model_dump()).texture.texture.times.tolist() == [1e-11, 2e-11]


def test_frames_too_far_apart_are_warned_of(tmp_path, frames):
    (tmp_path / "wall.toml").write_text(FILE)
    assert texture_warnings(read(tmp_path / "wall.toml").stack) == []
    first, last = (tmp_path / "run.out" / f"m{k}.ovf" for k in (0, 1))
    frame = OvfFrame(-read_ovf(first).m, (2 * NM, 4 * NM, 4 * NM), (1 * NM, 2 * NM, 2 * NM), 1e-11)
    write_ovf(last, frame)
    (warning,) = texture_warnings(read(tmp_path / "wall.toml").stack)
    assert "m turns by 180 degrees since the frame before" in warning


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("m*.ovf", "n*.ovf", "texture: {folder}/run.out/n*.ovf: no such file"),
        ('"20 ps"', '"30 ps"', "time.end = 3e-11 s has no magnetisation: the frames are from 0 to 2e-11 s"),
        ("offset", "interval = 1e-12\ntimes = [0, 1, 2]\noffset", "texture: give either interval or times, not both"),
        ("offset", "times = [1e-12, 2e-12]\noffset", "texture: 2 times, must be one for each of 3 frames"),
        ('"run.out/m*.ovf"', "3", "texture.files = 3, must be a pattern such as 'run.out/m*.ovf', or a list of paths"),
        ('["50 nm", 0, 0]', '"50 nm"', "texture.offset = '50 nm', must be three numbers (x, y, z) in m"),
        (
            '[time]\nend = "20 ps"',
            "[frequency]\nvalues = 1e9",
            "texture does not go with the table [frequency]; it moves",
        ),
        ("dimension = 2\n", "dimension = 1\n", "texture varies along x, which a mesh with dimension = 1 does not have"),
    ],
)
def test_frames_that_do_not_fit_are_told(tmp_path, frames, old, new, message):
    file = tmp_path / "wall.toml"
    assert old in FILE
    file.write_text(FILE.replace(old, new))
    with pytest.raises(InputError) as error:
        read(file)
    first = str(error.value).splitlines()[0]
    assert first.startswith(f"{file}, {message.format(folder=tmp_path)}")


def test_frames_that_begin_late_need_times(tmp_path, frames):
    (tmp_path / "wall.toml").write_text(
        FILE.replace('[time]\nend = "20 ps"', "").replace("offset", "times = [1, 2, 3]\noffset")
    )
    with pytest.raises(InputError, match=r"needs the table \[time\], or a frame at 0 s; the frames are from 1 to 3 s"):
        read(tmp_path / "wall.toml")


@pytest.mark.parametrize(
    ("texture", "message"),
    [
        (3, "texture = 3, must be a table such as {kind = 'wall', width = '20 nm'}"),
        ({}, "texture: needs kind; kinds: wall, walker, vortex, skyrmion, spiral, spin-wave, file"),
        ({"kind": "wal"}, "texture.kind = 'wal'; did you mean 'wall'? kinds: wall,"),
        ({"kind": "wall"}, "texture: needs width (m)"),
        (WALL | {"width": 0}, "texture.width = 0 m, must be > 0"),
        (WALL | {"axis": [0, 0, 0]}, "texture.axis = [0, 0, 0] has no direction, must not be zero"),
        (WALL | {"velocty": 1}, "texture: unknown key 'velocty'; did you mean 'velocity'? keys: kind, layers,"),
        (WALL | {"phase_rate": "1 GHz"}, "texture.phase_rate = '1 GHz' is in GHz, turns per time; expected an angular"),
        (WALL | {"layers": ["Co"]}, "texture.layers: unknown layer 'Co'; layers: Py"),
        (WALKER | {"damping": 0}, "texture.damping = 0, must be > 0"),
        (VORTEX | {"polarity": 2}, "texture.polarity = 2, must be 1 or -1"),
        (VORTEX | {"position": [1, 2, 3]}, "texture.position = [1, 2, 3], must be two numbers (x, y) in m"),
        (WAVE | {"cone": 200}, "texture.cone = 200 degree, must be between 0 and 180"),
        ({"kind": "function"}, "texture.kind = 'function'; kinds: wall,"),
    ],
)
def test_a_texture_that_is_none_is_told(texture, message):
    with pytest.raises(InputError) as error:
        Stack(py(), texture=texture)
    assert str(error.value).startswith(message)


def test_a_texture_needs_spins_that_follow_it():
    with pytest.raises(InputError, match=r"^texture: no layer has polarisation; give one, or name the layers"):
        Stack(py(polarisation=0), texture=WALL)
    with pytest.raises(InputError, match=r"^layer 'Py': reversed does not go with texture, along which the spins"):
        Stack(py(reversed=True), texture=WALL)
    with pytest.raises(InputError, match=r"texture belongs to experiment = 'two-current', not 'film'"):
        Run(stack=Stack(py(), texture=WALL), experiment="film")


@pytest.mark.parametrize("texture", [WALL, WALKER, VORTEX, SKYRMION, SPIRAL, WAVE])
def test_what_is_written_of_a_texture_is_read_as_the_same(texture):
    mesh = {"dimension": 3, "size": ["100 nm", "100 nm"]}
    run = Run(stack=Stack(py(spin_diffusion_length=5e-9), texture=texture), experiment="two-current", mesh=mesh)
    again = Run.from_dict(json.loads(json.dumps(run.resolved(), allow_nan=False)))
    assert again == run
    first, second = (case.stack.motive_force("Py")(X, T) for case in (run, again))
    np.testing.assert_array_equal(first, second)
    assert isinstance(run.stack.texture, Texture)
    assert KINDS[texture["kind"]] is type(again.stack.texture)


def test_cells_resolve_the_texture():
    film = Stack(py(thickness="1 um", spin_diffusion_length=5e-8), texture=WALL | {"axis": [0, 0, 1]})
    case = Run(stack=film, experiment="two-current")
    ((_, _, cells, _),), sizes = plan.through(case, film, ["Py"])
    assert cells == 100
    assert sizes["Py"] == pytest.approx(10 * NM, rel=0.05)
    strip = Stack(py(spin_diffusion_length=5e-8), texture=WALL)
    mesh = {"dimension": 2, "size": "1 um", "periodic": False}
    case = Run(stack=strip, experiment="two-current", mesh=mesh)
    assert plan.divisions(case) == (100,)
    assert plan.side_warnings(case) == []
    coarse = Run(stack=strip, experiment="two-current", mesh=mesh | {"lateral_cells": 20})
    assert plan.side_warnings(coarse) == [
        "mesh: cells of 5e-08 m along x are coarse for what turns within 2e-08 m; use 100 or more (mesh.lateral_cells)"
    ]


def test_cells_resolve_a_wave():
    q = 4 * np.pi / 1e-7
    stack = Stack(py(diffusion=1e-3, spin_flip_time=1e-12), drive={"motive_force": [1, 0, 0], "wave_vector": [q, 0, 0]})
    mesh = {"dimension": 2, "size": "100 nm"}
    case = Run(stack=stack, experiment="two-current", mesh=mesh, frequency={"values": 1e9})
    assert plan.divisions(case) == (26,)
