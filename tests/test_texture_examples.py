"""The examples with magnetisation that moves, as users run them, beside closed forms."""

import shutil

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, hbar

from ddgauge.experiment import run
from ddgauge.fem.mesh import read_mesh
from ddgauge.model import read
from ddgauge.model.ovf import OvfFrame, write_ovf
from tests.test_examples import EXAMPLES, MESHES, printed, row, run_file, section, table, tables_of
from tests.two_current_forms import MU_B, decay_rates, voltage_per_field

NM, NS = 1e-9, 1e-9


def walker_voltage(B, beta, P=0.85, B_W=0.4e-3, alpha=0.02):
    """P (hbar / e) (<d_t phi> + beta <v> / width), V  [Schryer74, Yang09]."""
    gamma = 2 * MU_B / hbar
    rate = gamma / (1 + alpha**2) * np.sqrt(max(B**2 - B_W**2, 0))
    return P * hbar / e * (rate + beta / alpha * (gamma * B - rate))


def test_voltage_of_a_wall_through_walkers_breakdown(tmp_path):
    lines = printed(EXAMPLES / "domain_wall/walker.py", "--out", tmp_path)
    found = table(lines, 5)
    assert len(found) == 7 and found[0, 0] < 4 < found[-1, 0]
    for oersted, *V in found:
        expected = [1e9 * walker_voltage(oersted * 1e-4, beta) for beta in (0, 0.01)]
        assert_allclose(V, np.repeat(expected, 2), rtol=1e-6, atol=6e-5)  # as printed
    assert row(lines, "far above breakdown") == [9.840, 9.840]
    assert pytest.approx(voltage_per_field(0.85) * 1e-4, rel=1e-4) == 9.840e-9
    assert (tmp_path / "walker.png").stat().st_size > 10_000


def test_wall_at_twice_the_breakdown_field(tmp_path):
    lines = run_file("domain_wall/wall.toml", tmp_path)
    start, end, mean = row(section(lines, "Voltage between contacts"), "bottom|top")
    assert mean == pytest.approx(walker_voltage(0.8e-3, 0.0), rel=1e-5)
    assert [start, end] == pytest.approx([0.85 * 2 * MU_B / e * 0.8e-3 / (1 + 0.02**2)] * 2, rel=1e-5)  # sin 2 phi = 0
    assert "warning" not in "".join(lines) and (tmp_path / "time.png").is_file()


def test_voltage_across_a_disc_in_which_a_core_goes_round(tmp_path):
    lines = printed(EXAMPLES / "vortex_disc/voltage.py", "--out", tmp_path)
    assert row(lines, "largest difference from the closed form:")[0] < 1e-3
    assert 0.01 < row(lines, "shorted by the contacts:")[0] < 0.03
    start = next(i for i, line in enumerate(lines) if line.startswith("from the core"))
    time, radii = table(lines[:start], 4), table(lines[start:], 3)
    assert_allclose(time[:, 2], time[:, 3], atol=1.0)  # nV, of 1015
    assert_allclose(radii[:, 1], radii[:, 2], rtol=1e-3)
    # dipole and image of a core at X = a, east less west
    d, a, R = 0.7 * hbar / (2 * e) * 2 * np.pi * 500e6 * 63.66 * NM, 63.66 * NM, 200 * NM
    across = d * (1 / (R - a) + R / (R**2 - R * a)) + d * (1 / (R + a) + R / (R**2 + R * a))
    assert time[0, 3] * 1e-9 == pytest.approx(across, rel=0.05)  # the mean over an arc of 20 degrees is less
    assert (tmp_path / "voltage.png").stat().st_size > 10_000


def test_disc_driven_by_frames_of_micromagnetics(tmp_path):
    """The vortex of the example in cells of 4 nm, a frame every 10 ps or 2 nm: as the vortex itself to 1e-3."""
    file = EXAMPLES / "vortex_disc/disc.toml"
    times = {"time.end": 0.2 * NS, "time.samples": 3}
    case = read(file, times)
    centres = (np.arange(100) - 49.5) * 4 * NM
    y, x = (axis.ravel() for axis in np.meshgrid(centres, centres, indexing="ij"))
    inside = np.hypot(x, y) < 202 * NM
    for k in range(21):
        m = -case.stack.texture.texture(np.stack([x, y, 0 * x]), 10e-12 * k) * inside[:, None]
        frame = OvfFrame(m.reshape(1, 100, 100, 3), (4 * NM,) * 3, (*centres[[0, 0]], 2 * NM), time=10e-12 * k)
        write_ovf(tmp_path / f"m{k}.ovf", frame, data="Binary 4")
    frames = {"kind": "file", "files": str(tmp_path / "m*.ovf")}
    own, found = (
        run(some).numbers["time_series"]["voltage"] for some in (case, read(file, times | {"texture": frames}))
    )
    for face in "east", "north", "south":
        assert_allclose(found[face], own[face], rtol=0, atol=1e-3 * np.max(own["east"]))


def test_two_modes_of_diffusion_become_one(tmp_path):
    lines = printed(EXAMPLES / "mode_crossover/crossover.py", "--out", tmp_path)
    found = table(lines, 6)
    ell, P = 49.734 * NM, 2.4 / 5.6
    for q, x, up, down, slow, fast in found:
        assert x == pytest.approx(q * ell, rel=1e-3)
        assert [up, down] == pytest.approx([(s * q**2 + P / ell**2) / (q**2 + 1 / ell**2) for s in (1, -1)], abs=1e-4)
        assert [slow, fast] == pytest.approx(decay_rates(q, (4e6, 1.6e6), (3e46, 4.5e46), 1e-12), rel=1e-3)
    assert row(lines, "crossover at q =")[0] == pytest.approx(1 / ell, rel=1e-4)
    assert row(lines, "largest deviation of elements")[0] < 1e-6
    assert (tmp_path / "crossover.png").stat().st_size > 10_000


def test_charge_densities_of_a_wave(tmp_path):
    """In the middle of the wave all amplitudes have turned by half a wave: minus 0.0711891 and -0.3952798 C/m^3."""
    run_file("mode_crossover/wave.toml", tmp_path)
    header, first, *_ = (tmp_path / "profile.csv").read_text().splitlines()
    profile = dict(zip(header.split(","), first.split(",")))
    found = [float(profile[f"rho_{spin} (C/m^3)"]) for spin in ("up", "down")]
    assert_allclose(found, [-0.0711891, 0.3952798], atol=2e-7)


def test_disc_has_its_names_and_is_made_by_its_source(tmp_path):
    assert "`disc.msh`" in (MESHES / "README.md").read_text()
    assert (MESHES / "disc.msh").stat().st_size < 200_000
    shutil.copy(MESHES / "disc.geo", tmp_path)
    printed(MESHES / "make.py", tmp_path / "disc.geo")
    for path in MESHES / "disc.msh", tmp_path / "disc.msh":
        mesh = read_mesh(path, ["disc"], "xy")
        assert (
            set(mesh.faces) == {"east", "north", "west", "south"} == set(tables_of("vortex_disc/disc.toml")["boundary"])
        )
        assert_allclose(np.hypot(*mesh.domain.geometry.x.T[:2]).max(), 200)
