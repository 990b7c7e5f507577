"""What solves: factors or iterations."""

from pathlib import Path

import numpy as np
import pytest

from ddgauge.experiment import run
from ddgauge.model import read

CROSS = Path(__file__).parents[2] / "examples/hall_cross/cross.toml"


def test_a_plane_body_of_many_unknowns_is_factorised_at_any_hall_angle():
    """A cross at a Hall angle of tan = 4, where iterations fail; turned field, turned voltage."""
    numbers = {}
    for B in 2.0, -2.0:
        numbers[B] = run(read(CROSS, {"field.B": [0, 0, B], "output.figures": False})).numbers
        assert numbers[B]["solver"]["unknowns"] > 20_000
        assert numbers[B]["solver"]["iterations"] == 1
    up, down = (found["voltage"] for found in numbers.values())
    assert up["north"] == pytest.approx(down["south"], rel=1e-4)
    assert np.sign(up["north"] - up["south"]) == -np.sign(down["north"] - down["south"])
