"""Types of the values that a user writes: numbers are SI, text has its unit; out come floats and tuples of float."""

from contextlib import suppress
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from ddgauge.model.errors import instead_of, show
from ddgauge.physics.interface import areal_conductance
from ddgauge.units import E_CHARGE, HBAR, quantity

LARGEST_E = 1e-16  # J, 624 eV; no band is so wide, but energies in eV have such numbers
LARGEST_BARE_G = 1e17  # S/m^2; no interface conducts so well, but mixing conductances in 1/m^2 have such numbers
SIGNS = {
    "": lambda x: True,
    "> 0": lambda x: x > 0,
    ">= 0": lambda x: x >= 0,
    "!= 0": lambda x: x != 0,
    "between -1 and 1": lambda x: -1 < x < 1,
    "from -1 to 1": lambda x: -1 <= x <= 1,
    "from 0 to below 1": lambda x: 0 <= x < 1,
    "between 0 and 180": lambda x: 0 < x < 180,
}


@dataclass(frozen=True)
class Number:
    """How to read a number in a unit: its sign, and the units that text may bring instead, with what they are worth."""

    unit: str
    sign: str = ""  # a key of SIGNS
    also: tuple = ()  # (unit, function from it to `unit`)

    def __call__(self, value):
        x = self.value(value)
        number = f" = {x:g} {self.unit}".rstrip()
        if not np.isfinite(x):
            raise ValueError(f"{number}, must be a finite number")
        if not SIGNS[self.sign](x):
            raise ValueError(f"{number}, must be {self.sign}")
        if self.unit == "J" and abs(x) > LARGEST_E:
            raise ValueError(f"{number} is {x / E_CHARGE:.2g} eV, must be below 624 eV; text has its unit, '0.1 eV'")
        return x

    def value(self, value):
        if isinstance(value, Real) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, str):
            units = " or ".join([self.unit, *(unit for unit, _ in self.also)])
            kind = f"a number in {units}, or text with a unit" if self.unit else "a number"
            raise ValueError(f" = {show(value)}, must be {kind}")
        if value.endswith(f" {self.unit}") and self.unit:
            with suppress(ValueError):  # as it stands, to the last digit; what is no number is left to pint
                return float(value.removesuffix(self.unit))
        try:
            return quantity(value, self.unit or "1")
        except ValueError as error:
            problem = error
        for unit, worth in self.also:
            try:
                return worth(quantity(value, unit))
            except ValueError:
                continue
        others = "".join(f" or {unit}" for unit, _ in self.also)
        raise ValueError(f" = {problem}{others}")


def Quantity(unit, sign="", also=()):
    """A number in an SI unit, or text with a unit."""
    return Annotated[float, PlainValidator(number := Number(unit, sign, also)), number]


def vector(value, number):
    """Three numbers, as a tuple."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ValueError(
            f" = {show(value)}, must be three numbers (x, y, z){f' in {number.unit}' if number.unit else ''}"
        )
    return tuple(element(i, number, x) for i, x in enumerate(value))


def matrix(value, number):
    """Three rows of three numbers, as a tuple of tuples."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != 3 or not all(isinstance(r, list | tuple) for r in value):
        raise ValueError(
            f" = {show(value)}, must be three rows of three numbers{f' in {number.unit}' if number.unit else ''}"
        )
    return tuple(element(i, lambda row: vector(row, number), row) for i, row in enumerate(value))


def element(i, read, value):
    """What `read` makes of an element of a list; its mistakes say which element it is."""
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"[{i}]{error}") from None


def symmetric(value, number):
    """Rows of a symmetric 3x3 matrix."""
    rows = matrix(value, number)
    for i, j in (0, 1), (0, 2), (1, 2):
        if abs(rows[i][j] - rows[j][i]) > 1e-12 * np.abs(rows).max():
            raise ValueError(f" must be symmetric, but [{i}][{j}] = {rows[i][j]:g} and [{j}][{i}] = {rows[j][i]:g}")
    return rows


def dissipative(value, number):
    """Rows of a symmetric 3x3 matrix without a negative eigenvalue."""
    rows = symmetric(value, number)
    if (lowest := np.linalg.eigvalsh(rows).min()) < -1e-12 * np.abs(rows).max():
        raise ValueError(f" has the eigenvalue {lowest:g} {number.unit}, all must be >= 0 (or spin would grow)")
    return rows


def nonzero(value, number):
    """A vector that has a direction."""
    v = vector(value, number)
    if not any(v):
        raise ValueError(f" = {show(value)} has no direction, must not be zero")
    return v


def _read(read, number):
    return BeforeValidator(lambda value: read(value, number))


def Numbers(unit, sign=""):
    """A list of numbers in an SI unit; one number stands for a list of one."""
    number = Number(unit, sign)

    def read(value):
        values = value if isinstance(value, list | tuple | np.ndarray) else [value]
        return tuple(element(i, number, x) for i, x in enumerate(values))

    return Annotated[tuple[float, ...], BeforeValidator(read), number]


def Vector(unit, sign="", read=vector):
    """Three numbers in an SI unit."""
    return Annotated[tuple[float, float, float], _read(read, number := Number(unit, sign)), number]


def Matrix(unit, read=matrix, also=()):
    """Three rows of three numbers in an SI unit."""
    return Annotated[tuple[tuple[float, ...], ...], _read(read, number := Number(unit, also=also)), number]


def ScalarOr(unit, read, sign="", also=()):
    """A number in an SI unit, or what `read` makes of a list of them (vector, matrix)."""
    number = Number(unit, sign, also)
    component = Number(unit, sign if read is vector else "", also)

    def either(value):
        return read(value, component) if isinstance(value, list | tuple | np.ndarray) else number(value)

    return Annotated[Any, PlainValidator(either), number]


AREAL = (("1/m^2", areal_conductance),)  # a mixing conductance g of the literature is worth (e^2/h) g


def Conductance(sign=""):
    """A conductance per area on mu_s, S/m^2, or text in S/m^2 or in 1/m^2, then times e^2/h."""
    number = Number("S/m^2", sign, AREAL)

    def read(value):
        x = number(value)
        if abs(x) > LARGEST_BARE_G and not isinstance(value, str):
            raise ValueError(
                f" = {x:g} S/m^2, more than any interface has; write '{x:g} 1/m^2' for a mixing conductance in 1/m^2,"
                f" '{x:g} S/m^2' if that is what you mean"
            )
        return x

    def written(x):
        return x if x is None or abs(x) <= LARGEST_BARE_G else f"{x!r} S/m^2"

    return Annotated[float, PlainValidator(read), PlainSerializer(written), number]


def Whole(least, most=None):
    """A whole number."""

    def read(value):
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise ValueError(f" = {show(value)}, must be a whole number")
        if value < least or (most is not None and value > most):
            raise ValueError(f" = {value}, must be {f'>= {least}' if most is None else f'{least} to {most}'}")
        return int(value)

    return Annotated[int, PlainValidator(read)]


def Choice(*names, plural):
    """One of some words."""

    def read(value):
        if value not in names:
            raise ValueError(f" = {instead_of(value, names, plural)}")
        return value

    return Annotated[str, PlainValidator(read)]


def _text(value):
    if not isinstance(value, str):
        raise ValueError(f" = {show(value)}, must be text")
    return value


def _name(value):
    if not _text(value).strip():
        raise ValueError(f" = {value!r}, must not be empty")
    if bad := [character for character in '|"[]' if character in value]:
        raise ValueError(f" = {value!r}, must not contain {bad[0]!r} (an interface is called 'below|above')")
    return value


def _switch(value):
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f" = {show(value)}, must be true or false")
    return bool(value)


Text = Annotated[str, PlainValidator(_text)]
Name = Annotated[str, PlainValidator(_name)]
Switch = Annotated[bool, PlainValidator(_switch)]
Velocity = Quantity("m/s", also=(("J m", lambda alpha_R: alpha_R / HBAR),))  # text may give hbar alpha, in J m
Degrees = Quantity("degree")
