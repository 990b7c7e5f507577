"""The examples of curves against angle, field and temperature: what they leave is what their comments say."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ddgauge import output
from ddgauge.experiment import run
from ddgauge.model import read
from tests.closed_forms import chen_smr, hanle

EXAMPLES = Path(__file__).parents[1] / "examples"


def numbers(name, folder):
    """What a run of an example leaves, with its figure."""
    names = output.write(run(read(EXAMPLES / name)), output.prepare(folder))
    assert {"curve.csv", "curve.png"} <= set(names)
    return json.loads((folder / "result.json").read_text())


def test_magnetoresistance_of_althammer(tmp_path):
    """2 % nearer to zero than the lowest order in the spin Hall angle, which is beside."""
    found = numbers("smr_althammer/curve.toml", tmp_path)["extracted"]
    for key, published in zip(("d0", "d1", "d2"), (-6.7599e-3, 1.0204e-3, -3.4416e-5)):
        assert found["closed_form"][f"{key}_over_rho"] == pytest.approx(published, rel=2e-5)
        assert found[f"{key}_over_rho"] / published == pytest.approx(0.977, abs=0.002)


@pytest.mark.parametrize("d", [2e-9, 12e-9])
def test_magnetoresistance_of_althammer_at_other_thicknesses(d):
    case = read(EXAMPLES / "smr_althammer/curve.toml", {"layer.Pt.thickness": d, "curve.points": 9})
    assert d in [pytest.approx(float(value.split()[0]) * 1e-9) for value in case.sweep[0].settings]
    found = run(case.model_copy(update={"sweep": ()})).numbers["extracted"]
    for key, expected in zip(("d0", "d1", "d2"), chen_smr(d, 1.5e-9, 0.11, 2.5e6, 4e14 + 2e13j)):
        assert found[f"{key}_over_rho"] == pytest.approx(expected, rel=0.03)


@pytest.mark.skipif(not shutil.which("mpirun"), reason="no mpirun")
def test_hanle_magnetoresistance_of_velez_is_the_same_on_two_ranks(tmp_path):
    one = numbers("hanle_velez/curve.toml", tmp_path)["extracted"]
    d1, d2 = hanle(7e-9, 1.5e-9, 0.056, 4e-6, 9)
    assert (one["d1_over_rho"], one["d2_over_rho"]) == pytest.approx((d1, d2), rel=0.01)
    assert one["B"] == 9 and one["closed_form"]["d1_over_rho"] == pytest.approx(2.2373e-4, rel=2e-5)
    environment = {key: v for key, v in os.environ.items() if not key.startswith(("OMPI_COMM", "PMIX", "PMI_"))}
    command = ["mpirun", "-n", "2", sys.executable, "-m", "ddgauge", "run", EXAMPLES / "hanle_velez/curve.toml"]
    subprocess.run([*command, "--out", tmp_path], check=True, capture_output=True, env=environment)
    two = json.loads((tmp_path / "result.json").read_text())
    assert two["versions"]["ranks"] == 2
    for key in "d0", "d1", "d2":
        assert two["extracted"][key] == pytest.approx(one[key], rel=1e-9)


def test_eus_follows_its_moments_through_the_curie_temperature(tmp_path):
    found = numbers("pt_eus/temperature.toml", tmp_path)
    curve, T_C = found["curve"], found["extracted"]["ordering_temperature"]
    assert 16.58 < T_C < 16.62
    T, G_i, d2 = (np.array(curve[key]) for key in ("temperature", "G_i", "d2"))
    assert (G_i[T < T_C] > 1e11).all() and np.abs(G_i[T > T_C]).max() < 1e-6 * G_i[0]
    assert (d2[T < T_C] < 0).all() and np.abs(d2[T > T_C]).max() < 1e-6 * abs(d2[0])
    assert G_i[0] > 3 * curve["G_r"][0]


def test_magnetoresistance_of_a_paramagnet_ends_as_it_is_heated(tmp_path):
    """What is left at 300 K is the Hanle effect of platinum, which is there without the moments too."""
    found = numbers("ggg_pt/temperature.toml", tmp_path)["curve"]
    alone = read(
        EXAMPLES / "ggg_pt/temperature.toml",
        {"layer.interface.exchange.coupling": "1e-9 meV nm^3", "curve.values": [300]},
    )
    d2 = run(alone).numbers["curve"]["d2"][0]
    assert found["d2"][-1] == pytest.approx(d2, rel=0.02) and abs(found["d2"][0]) > 1.15 * abs(d2)
    assert found["G_r"][-1] < 1e-3 * found["G_r"][0] and found["G_s"][-1] > 5 * found["G_s"][0]
    assert found["polarisation"]["interface"][0] > 0.98
