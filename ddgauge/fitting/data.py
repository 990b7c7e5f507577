"""A file of measured columns: text with a line of names and units, then a row for each point."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ddgauge.model import InputError
from ddgauge.model.errors import instead_of, place
from ddgauge.units import NUMBER, quantity

HEADER = re.compile(r'"[^"]*"|[^\s(]+(?:\s*\([^)]*\))?')  # a name with its unit, where blanks part the columns
NAME_AND_UNIT = re.compile(r"\s*(.*?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])?\s*$", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """A column as it stands in the file."""

    header: str  # "rho_xx (uohm cm)"
    name: str  # "rho_xx"
    unit: str  # "uohm cm"; empty where the file has none
    cells: tuple[str, ...]
    lines: tuple[int, ...]  # of the file

    @property
    def given(self):
        """(rows,) whether there is a value."""
        return np.array([cell != "" for cell in self.cells])

    def numbers(self):
        """(rows,) floats, nan where a cell is empty; InputError where one is no finite number."""
        return np.array([self._number(cell, line) for cell, line in zip(self.cells, self.lines)])

    def _number(self, cell, line):
        if cell == "":
            return np.nan
        try:
            number = float(cell)
        except ValueError:
            hint = "; write 0.5, not 0,5" if re.fullmatch(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?", cell) else ""
            raise InputError(f"line {line}, column {self.header!r}: {cell!r} is not a number{hint}") from None
        if not np.isfinite(number):
            raise InputError(f"line {line}, column {self.header!r}: {cell} is no measured value; leave the cell empty")
        return number

    def worth(self, unit):
        """What 1 of the column is in a unit, 1 where the column has none; InputError if it is of something else."""
        if not self.unit:
            return 1.0
        number, _ = NUMBER.match(self.unit).groups()
        try:
            return quantity(self.unit if number else f"1 {self.unit}", unit or "1")
        except ValueError as error:
            raise InputError(f"column {self.header!r}: {error}") from None


@dataclass(frozen=True)
class Table:
    """All columns of a file."""

    path: Path
    columns: tuple[Column, ...]

    @property
    def rows(self):
        """Number of rows."""
        return len(self.columns[0].cells)

    def __getitem__(self, name):
        """The column of a header, or of a name without unit."""
        found = [c for c in self.columns if c.header == name] or [c for c in self.columns if c.name == name]
        if len(found) > 1:
            raise InputError(f"column {name!r}: {len(found)} columns have this name; name one with its unit")
        if not found:
            raise InputError(f"no column {instead_of(name, [c.name for c in self.columns], 'columns')}")
        return found[0]

    def __contains__(self, name):
        return any(name in (column.header, column.name) for column in self.columns)


def read_table(path):
    """The Table of a file; InputError, with the file and the line, where it cannot be read."""
    path = Path(path)
    try:
        return _table(path, _text(path))
    except InputError as error:
        raise InputError(*(place(str(path), problem, ", ") for problem in error.problems)) from None


def _text(path):
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(": no such file") from None
    except IsADirectoryError:
        raise InputError(": is a folder, must be a file of measured columns") from None
    except UnicodeDecodeError:
        raise InputError(": is not text in UTF-8") from None
    except OSError as error:
        raise InputError(f": cannot be read ({error.strerror})") from None


def _table(path, text):
    lines = [(k, line.split("#")[0].rstrip()) for k, line in enumerate(text.splitlines(), start=1)]
    lines = [(k, line) for k, line in lines if line.strip(" \t,;")]
    if not lines:
        raise InputError(": is empty, must have a line with the names of its columns, and rows of numbers")
    (first, header), *rows = lines
    separator = next((character for character in ";\t," if character in _without_units(header)), None)
    names = [name.strip() for name in _split(header, separator, HEADER.findall)]
    if all(map(_is_number, names)):
        raise InputError(f"line {first}: must name the columns, with their units: 'angle (degree), rho_xx (ohm m)'")
    if not rows:
        raise InputError(": has no rows of numbers below the names of its columns")
    for k, name in enumerate(names):
        if not name:
            raise InputError(f"line {first}: column {k + 1} has no name")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InputError(f"line {first}: column {twice[0]!r} is there {names.count(twice[0])} times, names must differ")
    cells = []
    for line, row in rows:
        values = [cell.strip() for cell in _split(row, separator, str.split)]
        if len(values) != len(names):
            many = f"{len(values)} value{'s' if len(values) > 1 else ''}"
            raise InputError(f"line {line}: has {many}, must have one for each of {len(names)} columns")
        cells.append(values)
    columns = []
    for name, column in zip(names, zip(*cells)):
        plain, *units = NAME_AND_UNIT.match(name).groups()
        unit = next((unit.strip() for unit in units if unit), "")
        columns.append(Column(name, plain or name, unit, column, tuple(line for line, _ in rows)))
    return Table(path, tuple(columns))


def _without_units(header):
    return re.sub(r'\([^)]*\)|\[[^\]]*\]|"[^"]*"', "", header)


def _split(line, separator, by_blanks):
    if separator is None:
        return [part.strip('"') for part in by_blanks(line)]
    return next(csv.reader([line], delimiter=separator, skipinitialspace=True))


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
