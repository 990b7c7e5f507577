"""Types of what a user writes of two bands: complex numbers, Hermitian matrices, and fields by their names."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import PlainValidator

from ddgauge.model.errors import instead_of, show
from ddgauge.model.quantities import Number, element, vector
from ddgauge.physics import two_band
from ddgauge.physics.generators import NAMES

BY_BAND = tuple(f"{block}_{a}" for block in ("cc", "vv", "cv") for a in "oxyz")  # the names of cv are complex
ROUNDING = 1e-12  # relative, of a matrix that should be Hermitian or without negative eigenvalues


def complex_number(value, number):
    """A number in an SI unit, or a pair [re, im] of them, as a float or a tuple of two."""
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    if isinstance(value, complex):
        value = (value.real, value.imag)
    if not isinstance(value, list | tuple):
        return number(value)
    if len(value) != 2:
        raise ValueError(f" = {show(value)}, must be a number{_in(number)}, or [re, im]")
    return tuple(element(i, number, x) for i, x in enumerate(value))


def Complex(unit):
    """A number in an SI unit, or [re, im]."""
    number = Number(unit)
    return Annotated[Any, PlainValidator(lambda value: complex_number(value, number)), number]


def Complexes(unit):
    """Three numbers in an SI unit (x, y, z), each a number or [re, im]."""
    number = Number(unit)

    def read(value):
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(value, list | tuple) or len(value) != 3:
            raise ValueError(f" = {show(value)}, must be three numbers (x, y, z){_in(number)}, each alone or [re, im]")
        return tuple(element(i, lambda x: complex_number(x, number), x) for i, x in enumerate(value))

    return Annotated[Any, PlainValidator(read), number]


def Hermitian(unit, positive=False):
    """A Hermitian 4x4 matrix of numbers or pairs [re, im] in the basis c up, c down, v up, v down."""
    number = Number(unit)

    def read(value):
        rows = _square(value, 4, number, complex_number)
        H = array(rows)
        scale = np.abs(H).max()
        for i, j in np.argwhere(np.abs(H - H.conj().T) > ROUNDING * scale):
            if i == j:
                raise ValueError(f" must be Hermitian, but [{i}][{i}] = {H[i, i]:g} is not real")
            raise ValueError(f" must be Hermitian, but [{i}][{j}] = {H[i, j]:g} and [{j}][{i}] = {H[j, i]:g}")
        if positive and (lowest := np.linalg.eigvalsh(H)[0]) < -ROUNDING * scale:
            raise ValueError(f" has the eigenvalue {lowest:g} {unit}, all must be >= 0")
        return rows

    return Annotated[Any, PlainValidator(read), number]


def Dissipative(unit, conserving):
    """A real 16x16 matrix between fields by pseudospin and spin that does not let them grow.

    Where it is `conserving`, S_oo has no part in it.
    """
    number = Number(unit)

    def read(value):
        rows = _square(value, 16, number, lambda x, number: number(x))
        R = array(rows).real
        if conserving and (R[0].any() or R[:, 0].any()):
            raise ValueError(": row and column oo must be zero, for the number of electrons does not relax")
        if (lowest := np.linalg.eigvalsh((R + R.T) / 2)[0]) < -ROUNDING * np.abs(R).max():
            raise ValueError(
                f": its symmetric part has the eigenvalue {lowest:g} {unit}, all must be >= 0 (or fields would grow)"
            )
        return rows

    return Annotated[Any, PlainValidator(read), number]


def _square(value, size, number, read):
    value = value.tolist() if isinstance(value, np.ndarray) else value
    right = isinstance(value, list | tuple) and len(value) == size
    if not right or not all(isinstance(row, list | tuple) and len(row) == size for row in value):
        raise ValueError(f" = {show(value)}, must be {size} rows of {size} numbers{_in(number)}")

    def read_row(row):
        return tuple(element(j, lambda x: read(x, number), x) for j, x in enumerate(row))

    return tuple(element(i, read_row, row) for i, row in enumerate(value))


def array(values):
    """Complex array of numbers and pairs (re, im): of a number, a list of some, or a matrix of them."""
    if isinstance(values, float | int):
        return np.array(complex(values))
    if len(values) == 2:
        return np.array(complex(*values))
    return np.array([array(value) for value in values])


def DensityFields(unit):
    """Fields by their names, {oo = ..., zz = ...} or {cc_o = ..., cv_x = [re, im]}; those not named are zero."""
    number = Number(unit)
    return Annotated[Any, PlainValidator(lambda value: density_fields(value, number)), number]


def density_fields(value, number):
    """A table of fields, checked."""
    table = _named(value, (*NAMES, *BY_BAND), "fields", "{cc_o = ..., cc_z = ...}")
    found = {
        key: _within(key, lambda x, key=key: complex_number(x, number) if key[:2] == "cv" else number(x), x)
        for key, x in table.items()
    }
    if len({key in NAMES for key in found}) > 1:
        first, other = (next(key for key in found if (key in NAMES) == is_first) for is_first in (True, False))
        raise ValueError(f": {first} and {other} are of different sets of names; give fields of one set")
    return found


def density(table):
    """Fields S (16,) of a table that is checked, in its unit."""
    S, parts = np.zeros(16), {block: np.zeros(4, complex) for block in ("cc", "vv", "cv")}
    for key, value in table.items():
        if key in NAMES:
            S[two_band.NUMBER[key]] = value
        else:
            parts[key[:2]]["oxyz".index(key[3])] = array(value)
    return S + two_band.fields(parts["cc"].real, parts["vv"].real, parts["cv"])


def ByGenerator(unit):
    """Vectors (x, y, z: along what) of generators by their names, {zz = [q_x, q_y, q_z]}."""
    number = Number(unit)

    def read(value):
        table = _named(value, NAMES, "generators", "{zz = [x, y, z]}")
        return {key: _within(key, lambda x: vector(x, number), x) for key, x in table.items()}

    return Annotated[Any, PlainValidator(read), number]


def by_generator(table):
    """Array (3, 16) of a table of vectors, [i, A]."""
    found = np.zeros((3, 16))
    for key, value in (table or {}).items():
        found[:, two_band.NUMBER[key]] = value
    return found


def _named(value, known, plural, example):
    if not isinstance(value, Mapping):
        raise ValueError(f" = {show(value)}, must be a table such as {example}")
    for key in value:
        if key not in known:
            raise ValueError(f": unknown {plural[:-1]} {instead_of(key, known, plural)}")
    return value


def _within(key, read, value):
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f".{key}{error}") from None


def _in(number):
    return f" in {number.unit}" if number.unit else ""
