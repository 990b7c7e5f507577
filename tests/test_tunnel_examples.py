"""Tunnel valves of the examples and on several ranks: what they print is held against closed forms."""

import json

import numpy as np
import pytest
import pyvista

from tests import tunnel_on_ranks
from tests.test_examples import EXAMPLES, ROOT, numbers, printed, table


def test_a_valve_follows_julliere_and_its_bands_bend_the_torque(tmp_path):
    lines = printed(EXAMPLES / "tunnel_valve/angle.py", "--out", tmp_path)
    start = next(k for k, line in enumerate(lines) if line.startswith("TMR"))
    angle, R, julliere, torque = table(lines[:start], 4).T
    np.testing.assert_allclose(julliere, 10 / (1 + 0.25 * np.cos(np.radians(angle))), rtol=1e-6)
    np.testing.assert_allclose(R, julliere, rtol=1e-4)
    np.testing.assert_allclose(torque, torque[6] * np.sin(np.radians(angle)), rtol=5e-4, atol=1e-9)
    assert numbers(lines[start])[:2] == pytest.approx([0.666667, 0.666667], rel=1e-3)
    rows = np.array([[float(x) for x in line.split()] for line in lines[start + 2 :]])
    volts, linear, bands, tmr = rows.T
    np.testing.assert_allclose(linear, linear[-1] * volts / volts[-1], rtol=1e-5)
    np.testing.assert_allclose(bands[2:4], linear[2:4], rtol=0.05)
    assert np.all(bands < linear) and bands[-1] < 0.5 * linear[-1]
    np.testing.assert_allclose(tmr, tmr[::-1], rtol=1e-4)
    assert (tmp_path / "angle.png").stat().st_size > 1e4


def test_heat_carries_anisotropy_without_charge_and_spin(tmp_path):
    lines = printed(EXAMPLES / "thermal_quadrupole/heat.py", "--out", tmp_path)
    start = next(k for k, line in enumerate(lines) if line.startswith("angle"))
    rows = np.array([[float(x) for x in line.split()] for line in lines[1:start]])
    np.testing.assert_allclose(rows[:, [1, 3]], rows[:, [2, 4]], rtol=1e-5)
    assert np.abs(rows[:, 5:]).max() < 1e-3  # A/m^2
    assert np.all(rows[5:, 1] > 0) and np.abs(rows[5, 1] + rows[5, 3]) < 0.1 * rows[5, 1]
    (tmp_path / "heat.png").stat()
    values = np.array([[float(x) for x in line.split()] for line in lines[start + 1 :]])
    np.testing.assert_allclose(values[:, 1:].sum(axis=1), 0, atol=2e-6)
    np.testing.assert_allclose(values[0, 1:], [2 * values[0, 1] / 2, -values[0, 1] / 2, -values[0, 1] / 2], rtol=1e-6)


@pytest.fixture(scope="module")
def alone():
    return tunnel_on_ranks.numbers(tunnel_on_ranks.valves())


@pytest.mark.parametrize("ranks", [3])
def test_barriers_carry_the_same_on_any_number_of_ranks(ranks, alone, tmp_path):
    told = json.loads(printed(ROOT / "tests/tunnel_on_ranks.py", tmp_path, ranks=ranks)[-1])
    for valve, quantities in alone.items():
        for key, values in quantities.items():
            if "axes" not in key:
                close = 1e-7 * np.abs(values).max()
                np.testing.assert_allclose(told["numbers"][valve][key], values, rtol=1e-6, atol=close, err_msg=key)
    assert "interface_F1_F2.pvtu" in told["files"]
    shown = pyvista.read(tmp_path / "interface_F1_F2.pvtu")
    assert np.ptp(shown.points[:, 0]) == pytest.approx(12)
    mean = shown.point_data["spin current (A/m^2)"].mean(axis=0)
    np.testing.assert_allclose(mean, alone["linear"]["spin_current"], rtol=1e-5, atol=1e3)
