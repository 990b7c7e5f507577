"""Spin motive forces through whole runs: walls, Walker's breakdown, and cores of vortices."""

from pathlib import Path

import gmsh
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, hbar

from ddgauge.fem.sample import Sampler
from tests.published.test_hall import drawing
from tests.solved import numbers, result
from tests.two_current_forms import precessing_wall, voltage_per_field, vortex

DISC = Path(__file__).parents[2] / "meshes" / "disc.msh"
NM, R = 1e-9, 200e-9
PY = {
    "name": "Py",
    "conductivity": {"up": 4.0e6, "down": 1.6e6},
    "density_of_states": {"up": 3.0e46, "down": 4.5e46},
    "spin_flip_time": 1e-12,
}
P_PY, RATE = 2.4 / 5.6, 2 * np.pi * 100e6
OPEN = {"bottom": {"kind": "contact", "voltage": 0.0}, "top": {"kind": "floating"}}


def wall(width, length, **keys):
    return {"kind": "wall", "axis": [0, 0, 1], "width": width, "position": length / 2, "phase_rate": RATE} | keys


def voltage(layer, **tables):
    """Voltage behind a wall above that ahead of it, bottom above top."""
    return numbers("two-current", [layer], **{"boundary": OPEN} | tables)["voltage_difference"]["bottom|top"]


@pytest.mark.parametrize("ell", [3e-9, 50e-9, 1e-3])
@pytest.mark.parametrize("width", [2e-9, 40e-9])
def test_voltage_of_a_precessing_wall_knows_no_width_and_no_spin_flips(width, ell):
    """P (hbar / e) d_t phi = 1.772429e-7 V in one dimension, with spin absorbed at the ends of the wire."""
    layer = PY | {"thickness": 40 * width, "spin_flip_time": None, "spin_diffusion_length": ell}
    found = voltage(layer, texture=wall(width, 40 * width), mesh={"element_size": width / 2})
    assert found == pytest.approx(1.772429e-7, rel=5e-7)
    assert found == pytest.approx(precessing_wall(P_PY, RATE), rel=1e-8)


@pytest.mark.parametrize("P", [-0.5, 0.2, 0.999])
def test_voltage_of_a_turn_per_nanosecond_goes_with_the_polarisation(P):
    """4.135668 uV (h / e per ns) times P; at P = 1 itself minority spins do not conduct: there are no two currents."""
    layer = {"name": "Py", "thickness": 400e-9, "conductivity": 4e6, "polarisation": P, "spin_diffusion_length": 5e-9}
    found = voltage(layer, texture=wall(10e-9, 400e-9, phase_rate=2e9 * np.pi), mesh={"element_size": 5e-9})
    assert found / P == pytest.approx(4.135668e-6, rel=5e-7)


def test_free_spin_at_the_ends_needs_a_wire_longer_than_its_diffusion_length():
    """mu^0 + P mu has the voltage anywhere, mu^0 alone where spin has relaxed.

    Where no spin leaves and none flips, each has a voltage of its own, (hbar / e) d_t phi and the opposite; mu^0 none.
    """
    found = []
    for ell in 10e-9, 1.0:
        layer = PY | {"thickness": 800e-9, "spin_flip_time": None, "spin_diffusion_length": ell}
        found.append(
            voltage(layer, texture=wall(10e-9, 800e-9), mesh={"element_size": 5e-9}, boundary={
                "bottom": {"kind": "contact", "voltage": 0.0, "spin": "free"},
                "top": {"kind": "floating", "spin": "free"},
            })
        )  # fmt: skip
    assert found[0] == pytest.approx(precessing_wall(P_PY, RATE), rel=1e-8)
    assert abs(found[1]) < 1e-6 * found[0]


@pytest.mark.parametrize("shape", ["simplex", "box"])
@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 2), (2, 0, 1)])
def test_wall_across_and_aslant_in_two_dimensions(axis, shape):
    """The potential is that of the axis alone: ends far from a slanting wall have the same voltage."""
    middle = np.dot(axis, (20e-9, 0, 250e-9)) / np.linalg.norm(axis)
    mesh = {"dimension": 2, "size": [40e-9], "periodic": False, "shape": shape, "cells": 60, "lateral_cells": 6}
    layer = PY | {"thickness": 500e-9}
    found = voltage(layer, texture=wall(12e-9, 0, axis=axis, position=middle), mesh=mesh)
    assert found == pytest.approx(precessing_wall(P_PY, RATE), rel=1e-5)


def test_wall_aslant_in_three_dimensions():
    middle = np.dot((1, 1, 2), (10e-9, 10e-9, 80e-9)) / np.sqrt(6)
    mesh = {"dimension": 3, "size": [20e-9, 20e-9], "periodic": False, "shape": "box", "cells": 16, "lateral_cells": 2}
    layer = PY | {"thickness": 160e-9}
    found = voltage(layer, texture=wall(8e-9, 0, axis=(1, 1, 2), position=middle), mesh=mesh)
    assert found == pytest.approx(precessing_wall(P_PY, RATE), rel=1e-3)


def test_wall_in_a_notched_wire_of_triangles(tmp_path):
    """No mesh and no shape matters: a strip of 60 nm with a notch of half its width where the wall is."""
    with drawing(tmp_path / "notch.msh", 1, 6) as (shapes, group):
        strip = shapes.addRectangle(0, 0, 0, 300, 60)
        shapes.cut([(2, strip)], [(2, shapes.addDisk(150, 60, 0, 30, 30))])
        shapes.synchronize()
        group(2, "Py", lambda box: True)
        group(1, "left", lambda box: box[3] < 1)
        group(1, "right", lambda box: box[0] > 299)
    boundary = {"left": {"kind": "floating"}, "right": {"kind": "contact", "voltage": 0.0}}
    found = numbers(
        "two-current",
        [PY],
        texture=wall(12e-9, 300e-9, axis=[1, 0.4, 0]),
        boundary=boundary,
        mesh={"file": str(tmp_path / "notch.msh"), "plane": "xy"},
    )
    assert found["voltage_difference"]["left|right"] == pytest.approx(precessing_wall(P_PY, RATE), rel=1e-3)


@pytest.mark.parametrize("beta", [0.0, 0.03])
@pytest.mark.parametrize("B", [0.25e-3, 0.5e-3, 8e-3])
def test_mean_voltage_through_walkers_breakdown(B, beta):
    """P (hbar / e) [rate + (beta / alpha) (gamma B - rate)], rate = gamma / (1 + alpha^2) sqrt(B^2 - B_W^2), or 0."""
    P, B_W, alpha = 0.85, 0.4e-3, 0.02
    gamma = voltage_per_field(1.0) * e / hbar
    rate = gamma / (1 + alpha**2) * np.sqrt(max(B**2 - B_W**2, 0))
    half_turn = np.pi / rate if rate else 1e-9
    way = 10e-9 / alpha * (gamma * B - rate) * half_turn
    layer = {"name": "Py", "thickness": 600e-9 + way, "conductivity": 4e6, "polarisation": P, "diffusion": 2e-3}
    found = numbers(
        "two-current",
        [layer | {"spin_diffusion_length": 5e-9, "nonadiabaticity": beta}],
        boundary=OPEN,
        texture={"kind": "walker", "axis": [0, 0, 1], "width": 10e-9, "position": 300e-9, "B": B}
        | {"breakdown_field": B_W, "damping": alpha, "phase": np.degrees(np.arcsin(min(B / B_W, 1)) / 2)},
        mesh={"element_size": 10e-9},
        time={"end": half_turn, "samples": 25 if rate else 2, "average_from": 0.0},
    )["mean"]["voltage_difference"]["bottom|top"]
    expected = P * hbar / e * (rate + beta / alpha * (gamma * B - rate))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-18)
    if B > 10 * B_W:
        assert found / B * 1e-4 == pytest.approx(9.840e-9, rel=2e-3 if beta == 0 else 5e-3)  # V/Oe


# cores


def disc(path, radius, core, size):
    """A disc in x and y, nm, with small cells within three radii of its core."""
    with drawing(path, 2, radius / 6) as (shapes, group):
        shapes.addDisk(0, 0, 0, radius, radius)
        shapes.synchronize()
        law = gmsh.model.mesh.field.add("MathEval")
        gmsh.model.mesh.field.setString(law, "F", f"{size} + 0.15 * max(0, sqrt(x * x + y * y) - {3 * core})")
        gmsh.model.mesh.field.setAsBackgroundMesh(law)
        group(2, "disc", lambda box: True)
        group(1, "rim", lambda box: True)


def sampled(case, points):
    """mu^0 + P mu at points (k,), x + i y in m."""
    which, mu, _ = Sampler(case.solution).at(np.stack([points.real, points.imag], axis=1) / NM)
    assert len(which) == len(points)
    return mu[:, 0] + 0.7 * mu[:, 1]


@pytest.mark.parametrize("polarity", [1, -1])
def test_vortex_core_in_the_open_plane_and_in_a_disc(tmp_path, polarity):
    """4.607 uV at 10 nm and 0.9215 uV at 50 nm for P = 0.7 and 200 m/s; in a disc of radius R, V(R) r / R more.

    A rim of metal that is grounded answers with the opposite of what a rim without current does: the mean of both is
    the open plane.
    """
    disc(tmp_path / "disc.msh", 200, 3, 1.0)
    layer = {"name": "disc", "conductivity": 4e6, "polarisation": 0.7, "spin_diffusion_length": 2e-9}
    texture = {"kind": "vortex", "core_radius": 3e-9, "velocity": [200.0, 0.0], "polarity": polarity}
    r = np.array([10, 50, 2, 20, 100]) * NM
    angle = np.array([np.pi / 2, np.pi / 2, 1.0, 4.0, 5.5])
    z = r * np.exp(1j * angle)
    found = {}
    for rim, boundary in (("open", {}), ("held", {"rim": {"kind": "contact", "voltage": 0.0}})):
        mesh = {"file": str(tmp_path / "disc.msh"), "plane": "xy"}
        case = result("two-current", [layer], texture=texture, boundary=boundary, mesh=mesh)
        found[rim] = (sampled(case, z) - sampled(case, -z)) / 2  # V(-z) = -V(z), but for a constant
    n_z = -polarity * np.exp(-((r / 3e-9) ** 2))  # n = -m
    plane = vortex(r, angle, 0.7, 200.0, n_core=-polarity, n_z=n_z)
    assert_allclose(-polarity * plane[:2], [4.607e-6, 0.9215e-6], rtol=2e-4)
    assert_allclose((found["open"] + found["held"]) / 2, plane, rtol=1e-3)
    assert_allclose(found["open"], vortex(r, angle, 0.7, 200.0, n_core=-polarity, n_z=n_z, R=R), rtol=1e-3)


def gyrating(z, X, velocity):
    """mu^0 + P mu of a core of radius 15 nm and m_z = 1 at X in a disc about 0, complex numbers: a dipole and image."""
    d = -1j * velocity * 0.7 * hbar / (2 * e)
    direct = d / (z - X) * -np.expm1(-(np.abs(z - X) ** 2) / (15 * NM) ** 2)
    return (direct + np.conj(d) * z / (R**2 - np.conj(X) * z)).real


def test_image_of_a_core_lets_no_current_out_of_the_rim():
    """The closed form itself: no radial slope at the rim, and beside the core the mean over a circle is its centre."""
    angle, X, v = np.linspace(0, 6, 25), (60 + 20j) * NM, 100 - 150j
    rim = np.exp(1j * angle)
    slope = (gyrating(rim * R * (1 + 1e-4), X, v) - gyrating(rim * R * (1 - 1e-4), X, v)) / 2e-4
    assert_allclose(slope, 0, atol=1e-6 * np.abs(gyrating(rim * R, X, v)).max())
    centre, circle = -80 * NM, 60 * NM * np.exp(2j * np.pi * np.arange(64) / 64)
    assert np.mean(gyrating(centre + circle, X, v)) == pytest.approx(gyrating(centre, X, v), rel=1e-9)


def test_gyrating_core_in_the_disc_of_the_example():
    """Potentials at several distances from the core, and at arcs of the rim, while it goes round."""
    f, a = 500e6, 63.66 * NM
    case = result(
        "two-current",
        [{"name": "disc", "conductivity": 4e6, "polarisation": 0.7, "diffusion": 2e-3, "spin_diffusion_length": 5e-9}],
        texture={"kind": "vortex", "core_radius": 15 * NM, "gyration_radius": a, "frequency": f, "gyration_phase": 20},
        mesh={"file": str(DISC), "plane": "xy"},
        time={"end": 0.6e-9, "samples": 4},
    )
    series = case.numbers["time_series"]
    arcs = {
        name: k * np.pi / 2 + np.radians(np.linspace(-10, 10, 101)) for k, name in enumerate(("east", "north", "west"))
    }
    for k, t in enumerate(series["time"]):
        X = a * np.exp(1j * (2 * np.pi * f * t + np.radians(20)))
        V = {name: gyrating(R * np.exp(1j * angles), X, 2j * np.pi * f * X).mean() for name, angles in arcs.items()}
        for name in "east", "north":
            found = series["voltage"][name][k] - series["voltage"]["west"][k]
            assert found == pytest.approx(V[name] - V["west"], rel=2e-3, abs=1e-9)
    z = X + np.array([-60, -30, -15, 15, 30, 100]) * NM * np.exp(1j * np.angle(X))
    found = sampled(case, z) - case.numbers["voltage"]["west"]
    expected = gyrating(z, X, 2j * np.pi * f * X) - V["west"]
    assert_allclose(found, expected, rtol=0, atol=2e-3 * np.abs(expected).max())
