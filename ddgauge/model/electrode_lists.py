"""Lists of numbers, in a file or not, and functions in Python, of which bands and densities of states are made."""

import csv
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.polynomial import Chebyshev
from pydantic import Field, PlainSerializer, PlainValidator

from ddgauge.model.electrode import ENERGY, InUnits
from ddgauge.model.errors import Checked, InputError, instead_of, show
from ddgauge.model.quantities import Number, element

PANEL = 8  # numbers of a table of densities of states between two breaks of integrals
DENSE, FOLLOWS = 8, 1e-9  # numbers from which on a polynomial smooths them, and how well it must follow them
POSITIVE = Number("", "> 0")


def _count(value):
    return value if callable(value) else POSITIVE(value)


def _list_or_function(value, number):
    if callable(value):
        return value
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f" = {show(value)}, must be a list of numbers, or in Python a function")
    return np.array([element(i, number, x) for i, x in enumerate(value)])


def _plain(value):
    if callable(value):
        return f"function {getattr(value, '__name__', type(value).__name__)}"
    return value.tolist() if isinstance(value, np.ndarray) else value


def Count():
    """A number of modes, or in Python a function, their density over x."""
    return Annotated[Any, PlainValidator(_count), PlainSerializer(_plain), POSITIVE]


def Curve(unit=ENERGY, sign=""):
    """A list of numbers, or in Python a function of arrays."""
    number = InUnits(unit, sign)
    return Annotated[
        Any, PlainValidator(lambda value: _list_or_function(value, number)), PlainSerializer(_plain), number
    ]


class FromFile(Checked):
    """Lists that may stand in a file: text, a row for each point, its first line the names of the columns."""

    lists: ClassVar[tuple] = ()  # keys that are columns of the file

    file: Path | None = Field(None, exclude=True)

    @classmethod
    def prepare(cls, given):
        if given.get("file") is None:
            return given
        if beside := [key for key in cls.lists if key in given]:
            raise InputError(f": give either file or {beside[0]}, not both")
        return given | columns(Path(given["file"]), cls.lists)


def columns(path, known):
    """{name: list} of the columns of a file that are known; commas or blanks between numbers, # before a comment."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = [(k, line.partition("#")[0].strip()) for k, line in enumerate(file, start=1)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"file = {str(path)!r}: cannot be read ({getattr(error, 'strerror', 'is no text')})") from None
    lines = [(k, next(csv.reader([line])) if "," in line else line.split()) for k, line in lines if line]
    if not lines:
        raise InputError(f"file = {str(path)!r}: is empty, must have a line of names and rows of numbers")
    names = [name.strip() for name in lines[0][1]]
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"file = {str(path)!r}: unknown column {instead_of(unknown[0], known, 'columns')}")
    rows = []
    for k, cells in lines[1:]:
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            raise InputError(f"file = {str(path)!r}, line {k}: {' '.join(cells)!r}, must be numbers") from None
        if len(cells) != len(names):
            raise InputError(f"file = {str(path)!r}, line {k}: {len(cells)} numbers, must be {len(names)}")
    if not rows:
        raise InputError(f"file = {str(path)!r}: has no numbers below its names")
    return dict(zip(names, np.array(rows).T.tolist()))


def density(energy, nu, key):
    """Energies between which a density of states is there, with some within, and the function: cubics in no excess."""
    w = np.array(energy)
    if len(w) < 2 or np.any(np.diff(w) <= 0):
        raise InputError("energy must be two numbers or more, each above the one before")
    if len(nu) != len(w):
        raise InputError(f"{key} has {len(nu)} numbers, must have {len(w)}, as many as energy")
    inside = np.flatnonzero(nu != 0)
    if not len(inside):
        raise InputError(f"{key} is zero everywhere, must have states")
    band = slice(max(inside[0] - 1, 0), inside[-1] + 2)
    w, nu = w[band], nu[band]
    from scipy.interpolate import PchipInterpolator  # here, because it takes long to import

    return tuple(np.unique([*w[:-1:PANEL], w[-1]])), PchipInterpolator(w, nu)


def spline(x, y):
    from scipy.interpolate import CubicSpline  # here, because it takes long to import

    return CubicSpline(x, y)


def smooth(x, y):
    """A function through numbers, and where it is not smooth: a polynomial, or cubics if that does not follow them."""
    fit = Chebyshev.fit(x, y, int(2 * np.sqrt(len(x))) if len(x) > DENSE else len(x) - 1, domain=[0, 1])
    if np.abs(fit(x) - y).max() <= FOLLOWS * np.ptp(y):
        return fit, ()
    return spline(x, y), x[1:-1]
