import subprocess
import sys

import numpy as np
import pytest

from ddgauge import units
from ddgauge.units import quantity


@pytest.mark.parametrize(
    "text, unit, value",
    [
        ("1.5 nm", "m", 1.5e-9),
        ("1.5nm", "m", 1.5e-9),
        ("-2 µm", "m", -2e-6),
        ("4e14 1/ohm/m^2", "S/m^2", 4e14),
        ("2e19 1/m^2", "1/m^2", 2e19),
        ("400 nohm m", "ohm m", 4e-7),
        ("40 uohm cm", "ohm m", 4e-7),
        ("10 meV", "J", 1.602176634e-21),
        ("25 degC", "K", 298.15),
        ("3 1/ps", "rad/s", 3e12),
        ("5 %", "1", 0.05),
        ("0.08", "1", 0.08),
    ],
)
def test_text_with_a_unit_is_its_si_value_to_the_last_bit(text, unit, value):
    assert quantity(text, unit) == value


def test_a_number_is_already_si():
    assert quantity(3, "m") == 3.0 and quantity(np.float64(2e-9), "m") == 2e-9 and np.isnan(quantity(float("nan"), "m"))


@pytest.mark.parametrize(
    "value, unit, message",
    [
        ("4 kg", "m", r"'4 kg' is in kg, expected m"),
        ("2e19 1/m^2", "S/m^2", r"'2e19 1/m\^2' is in 1 / m \*\* 2, expected S/m\^2"),
        ("1.5", "m", r"'1.5' has no unit, expected m"),
        ("1.5 nmm", "m", r"'1.5 nmm': unit 'nmm' is not known, expected m"),
        ("1,5 nm", "m", r"'1,5 nm' is not a number and a unit, expected m"),  # pint makes 15 nm of it
        ("1..2 nm", "m", r"is not a number and a unit"),
        ("1.5 nm**", "m", r"is not a number and a unit"),
        ("2 + 3 nm", "m", r"is not a number and a unit"),
        ("nm", "m", r"is not a number and a unit"),
        ("", "m", r"'' is not a number and a unit, expected m"),
        ("2 GHz", "rad/s", r"'2 GHz' is in GHz, turns per time; expected an angular frequency in rad/s"),
        (True, "m", r"True is neither a number nor text with a unit, expected m"),
        ([1e-9], "m", r"\[1e-09\] is neither a number nor text"),
    ],
)
def test_what_is_no_such_quantity_is_refused_with_text_unit_and_remedy(value, unit, message):
    with pytest.raises(ValueError, match=message):
        quantity(value, unit)


def test_quantum_of_conductance_per_spin():
    np.testing.assert_allclose(units.G_QUANTUM, 3.8740459e-5, rtol=1e-8)


def test_pint_is_imported_for_text_only():
    program = "import sys; from ddgauge.units import quantity; quantity(1.0, 'm'); sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
