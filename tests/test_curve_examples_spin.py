"""Examples of torque, pumping, memory loss and turned exchange: what their files leave, and what their comments say."""

import json

import numpy as np
import pytest

from tests.test_examples import run_file


def left(name, tmp_path):
    """Tables `curve` and `extracted` of an example, whose figure is drawn."""
    run_file(f"{name}.toml", tmp_path)
    assert (tmp_path / "curve.png").stat().st_size > 1e4
    assert len((tmp_path / "curve.csv").read_text().splitlines()) > 30
    found = json.loads((tmp_path / "result.json").read_text())
    return found["curve"], found["extracted"]


def test_torque_of_a_film_tells_half_its_angle_and_a_short_length(tmp_path):
    curve, extracted = left("torque_thickness/film", tmp_path)
    np.testing.assert_allclose(curve["efficiency_dl"], curve["closed_form"]["efficiency_dl"], rtol=0.02)
    assert extracted["spin_hall_angle"] == pytest.approx(0.05, rel=0.1)
    assert extracted["spin_diffusion_length"] == pytest.approx(0.93 * 1.5e-9, rel=0.02)


def test_pumping_saturates_and_its_field_falls(tmp_path):
    curve, extracted = left("spin_pumping/film", tmp_path)
    np.testing.assert_allclose(curve["damping"], curve["closed_form"]["damping"], rtol=1e-3)
    field = np.array(curve["field"]["y"])
    assert 0 < np.argmax(field) < 10 and field[-1] < 0.3 * field.max()
    assert extracted["interface_g_r"] == pytest.approx(5e18, rel=2e-3)
    assert extracted["spin_diffusion_length"] == pytest.approx(1.5e-9, rel=1e-2)


def test_intermixed_layer_loses_spin_as_the_closed_form_says(tmp_path):
    curve, extracted = left("spin_memory_loss/interlayer", tmp_path)
    np.testing.assert_allclose(curve["memory_loss"], curve["closed_form"]["memory_loss"], rtol=1e-6)
    assert extracted["half_loss_thickness"] == pytest.approx(0.353e-9, rel=1e-2)


def test_rashba_coupling_loses_less_than_the_formulas_promise(tmp_path):
    curve, _ = left("spin_memory_loss/rashba", tmp_path)
    exact, formula = (np.array(table["to_lattice"]["G_s"]) for table in (curve, curve["closed_form"]))
    assert exact[0] == pytest.approx(formula[0], rel=0.02) and exact[-1] < 0.3 * formula[-1]


def test_magnet_in_the_plane_has_an_anomalous_hall_effect(tmp_path):
    curve, extracted = left("exchange_hall/film", tmp_path)
    assert extracted["amplitude"] == pytest.approx(0.4 * 0.05, rel=0.02)
    assert np.abs(curve["planar"]).max() < 1e-6
