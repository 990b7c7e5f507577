"""Constants of nature, the nanometre, and numbers that are written with a unit.

Everything is SI: a plain number is already in the SI unit that is wanted, text brings its own unit.
"""

import re
from functools import cache
from numbers import Real

from scipy import constants

E_CHARGE = constants.e  # C, positive: the charge of a hole
HBAR = constants.hbar  # J s
H = constants.h  # J s
K_B = constants.k  # J/K
EPSILON_0 = constants.epsilon_0  # F/m
MU_B = constants.physical_constants["Bohr magneton"][0]  # J/T
M_E = constants.m_e  # kg
NM = 1e-9  # m
G_QUANTUM = E_CHARGE**2 / H  # S, turns a mixing conductance g in 1/m^2 into G in S/m^2

NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|)\s*(.*?)\s*$", re.DOTALL)  # then a unit


@cache
def _registry():
    import pint  # here, because it takes longer to import than a small problem takes to solve

    return pint.UnitRegistry()


def quantity(value, unit):
    """Value in an SI unit of a plain number or of text with a unit.

    Parameters
    ----------
    value : float or str
        2e-9 (taken to be in `unit`), or text such as "1.5 nm", "4e14 1/ohm/m^2", "2e19 1/m^2".
    unit : str
        The SI unit that is wanted: "m", "S/m", "1/ohm/m^2", "rad/s", "1" for a pure number.

    Returns
    -------
    float
        The value in `unit`.

    Raises
    ------
    ValueError
        Text that cannot be read, has no unit, or has the unit of something else.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is neither a number nor text with a unit, expected {unit}")
    import pint

    number, written_unit = NUMBER.match(value).groups()
    try:
        given = _registry().parse_units(written_unit)
    except pint.UndefinedUnitError:
        raise ValueError(f"{value!r}: unit {written_unit!r} is not known, expected {unit}") from None
    except Exception:  # pint's reader lets errors of many kinds through, tokenize's among them
        number = None
    if not number:
        raise ValueError(f"{value!r} is not a number and a unit, expected {unit}")
    if not written_unit and unit != "1":
        raise ValueError(f"{value!r} has no unit, expected {unit}")
    if "rad" in unit and "hertz" in str(given):  # pint would drop the 2 pi
        raise ValueError(f"{value!r} is in {given:~}, turns per time; expected an angular frequency in {unit}")
    try:
        result = _registry().Quantity(float(number), given).m_as(unit)
    except pint.DimensionalityError:
        raise ValueError(f"{value!r} is in {given:~}, expected {unit}") from None
    return float(f"{result:.15g}")  # "1.5 nm" is 1.5e-9 to the last bit
