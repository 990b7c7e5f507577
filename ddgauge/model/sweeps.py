"""One value of an input file changed by its path, and lists of such changes: the keys of [[sweep]]."""

from copy import deepcopy
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, rivals, show
from ddgauge.model.quantities import Choice, Text, Whole

NAMED = ("layer", "boundary", "interface")  # tables of tables with names
AXES = {"x": 0, "y": 1, "z": 2}
VECTORS = (
    "direction",
    "B",
    "electric_field",
    "motive_force",
    "wave_vector",
    "hall",
    "larmor",
    "drift_polarisation",
    "precession",
    "spin_current",
    "rotation",
    "spin_c",
    "spin_v",
    "spin_polarisation",
)

OF_GENERATORS = ("gauge", "velocity")  # tables of vectors, of two bands


class Sweep(Checked):
    """[[sweep]]: a parameter by its path in the file, and its values."""

    parameter: Text
    start: Any = Field(None, alias="from")
    stop: Any = Field(None, alias="to")
    points: Whole(1) | None = None
    values: (
        Annotated[tuple[Any, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list | np.ndarray) else v)]
        | None
    ) = None
    spacing: Choice("linear", "log", plural="choices") | None = None  # linear, unless it is said
    zip: Text | None = None  # sweeps of one name advance together

    @classmethod
    def where(cls, given):
        return f"sweep {given['parameter']!r}" if isinstance(given.get("parameter"), str) else ""

    @model_validator(mode="after")
    def _some(self):
        if self.values is not None:
            if not self.values:
                raise InputError(": values is empty")
            return self
        if self.start is None or self.stop is None or self.points is None:
            raise InputError(": needs values, or from, to and points")
        for key, value in ("from", self.start), ("to", self.stop):
            self._number_and_unit(key, value)
        if self._number_and_unit("from", self.start)[1] != self._number_and_unit("to", self.stop)[1]:
            raise InputError(f": from = {self.start!r} and to = {self.stop!r} must have the same unit")
        ends = [self._number_and_unit(key, value)[0] for key, value in (("from", self.start), ("to", self.stop))]
        if self.spacing == "log" and not min(ends) > 0:
            raise InputError(": from and to must be > 0 where spacing = 'log'")
        return self

    @staticmethod
    def _number_and_unit(key, value):
        text, _, unit = value.strip().partition(" ") if isinstance(value, str) else (value, "", "")
        try:
            if isinstance(text, bool) or not np.isfinite(number := float(text)):
                raise ValueError
        except (TypeError, ValueError):
            raise InputError(f"{key} = {show(value)}, must be a number, or text with a number and a unit") from None
        return number, unit.strip()

    @property
    def settings(self):
        """The values, one after the other."""
        if self.values is not None:
            return list(self.values)
        (first, unit), (last, _) = self._number_and_unit("from", self.start), self._number_and_unit("to", self.stop)
        between = np.geomspace if self.spacing == "log" else np.linspace
        numbers = between(first, last, self.points).tolist()
        return [f"{number!r} {unit}" for number in numbers] if unit else numbers


def dimensions(sweeps, word="sweep"):
    """{name: sweeps that advance together}, each a dimension of the grid; named by its `zip`, else by its parameter."""
    found, problems = {}, []
    for sweep in sweeps:
        found.setdefault(sweep.zip or sweep.parameter, []).append(sweep)
    for name, together in found.items():
        if together[0].zip and len({len(sweep.settings) for sweep in together}) > 1:
            counts = ", ".join(f"{sweep.parameter} {len(sweep.settings)}" for sweep in together)
            problems.append(f"{word}s of zip = {name!r} advance together, and must have as many values each: {counts}")
    paths = [sweep.parameter for sweep in sweeps]
    problems += [f"{word} {path!r}: is there twice" for path in dict.fromkeys(paths) if paths.count(path) > 1]
    if problems:
        raise InputError(*problems)
    return found


def override(data, path, value):
    """A copy of a file's tables with one value changed.

    Parameters
    ----------
    data : dict
    path : str
        Table, name where the table has one, key: "layer.HM.thickness", "boundary.top.G_r", "drive.electric_field.x".
    value : object

    Returns
    -------
    dict
    """
    data = deepcopy(dict(data))
    table, _, rest = path.partition(".")
    place = data
    if table in NAMED:
        place, rest = named(data, table, rest, path)
    elif rest:
        place = place.setdefault(table, {})
    else:
        rest = table
    keys = rest.split(".")
    for before, key in zip(("", *keys), keys[:-1], strict=False):
        if isinstance(place, dict):
            _give_way(place, key)
            of_axes = keys[-1] in AXES and (key in VECTORS or before in OF_GENERATORS)
            place = place.setdefault(key, [0.0, 0.0, 0.0] if of_axes else {})
        else:
            place = _element(place, key, path)[0]
    if isinstance(place, list):
        place[_element(place, keys[-1], path)[1]] = value
    elif isinstance(place, dict):
        _give_way(place, keys[-1])
        place[keys[-1]] = value
    else:
        raise InputError(f"{path!r}: {keys[-2] if len(keys) > 1 else table} is not a table, it has no {keys[-1]!r}")
    return data


def _give_way(table, key):
    for rival in rivals(key) & set(table):
        del table[rival]


def named(data, table, rest, path):
    """The table, in the list or table `table` of a file, that a path names, and what is left of the path."""
    items = data.get(table) or {}
    if table == "layer":
        items = {item.get("name"): item for item in items if isinstance(item, dict)} if isinstance(items, list) else {}
    for name in sorted(map(str, items), key=len, reverse=True):
        if rest.startswith(f"{name}.") and isinstance(items[name], dict):
            return items[name], rest.removeprefix(f"{name}.")
    if rest in items:
        raise InputError(
            f"{path!r}: names a {table}, needs a key of it, such as {path}.{'thickness' if table == 'layer' else 'G_r'}"
        )
    plural = {"layer": "layers", "boundary": "boundaries", "interface": "interfaces"}[table]
    raise InputError(f"{path!r}: unknown {table} {instead_of(rest.partition('.')[0], items, plural)}")


def _element(values, key, path):
    index = AXES.get(key, int(key) if key.isdigit() else -1)
    if not 0 <= index < len(values):
        raise InputError(f"{path!r}: {key!r} is not one of x, y, z or 0 to {len(values) - 1}")
    return values[index], index
