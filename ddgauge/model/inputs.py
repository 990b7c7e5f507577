"""The input file: everything of a run, read, checked once, and written again with all values in SI."""

import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from ddgauge.model import checks
from ddgauge.model.errors import Checked, InputError, hint_of, instead_of, rivals, show
from ddgauge.model.quantities import Choice, Number, Quantity, Switch, Text, Whole, element
from ddgauge.model.stack import SIDES, Stack

EXPERIMENTS = ("conductance", "film", "transport", "relaxation")
AXES = {"x": 0, "y": 1, "z": 2}
VECTORS = (
    "direction",
    "B",
    "electric_field",
    "hall",
    "larmor",
    "drift_polarisation",
    "precession",
    "spin_current",
    "rotation",
)
STRUCTURED = {"dimension": 1, "shape": "simplex", "periodic": True}  # of a mesh that is made from the stack


def _lengths(value):
    """A list of lengths; one length stands for a list of one."""
    values = value if isinstance(value, list | tuple | np.ndarray) else [value]
    return tuple(element(i, Number("m", "> 0"), x) for i, x in enumerate(values))


def _cells(value):
    if isinstance(value, list | tuple):
        return tuple(_count(f"[{i}]", x) for i, x in enumerate(value))
    return _count("", value)


def _count(place, value):
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{place} = {show(value)}, must be a whole number, or a list with one per layer")
    if value < 1:
        raise ValueError(f"{place} = {value}, must be >= 1")
    return int(value)


class MeshOptions(Checked):
    """[mesh]: a mesh made from the stack, or one from a file."""

    file: Path | None = None  # its groups name layers and faces
    plane: Choice("xz", "xy", plural="planes") | None = None  # what the coordinates of a plane mesh file mean
    dimension: Whole(1, 3) | None = None  # z; x, z; x, y, z
    size: Annotated[tuple[float, ...], BeforeValidator(_lengths)] | None = None  # along x and y, as far as there are
    lateral_cells: Annotated[int | tuple[int, ...], BeforeValidator(_cells)] | None = None  # along them
    cells: Annotated[int | tuple[int, ...], BeforeValidator(_cells)] | None = None  # through each layer
    element_size: Quantity("m", "> 0") | None = None  # longest edge, through a layer and along it
    shape: Choice("simplex", "box", plural="shapes") | None = None
    periodic: Switch | None = None  # whether opposite sides are one; otherwise they are faces

    @classmethod
    def prepare(cls, given):
        if "file" in given:
            if wrong := [key for key in cls.model_fields if key in given and key not in ("file", "plane")]:
                raise InputError(f"{wrong[0]} does not go with file, which holds the whole mesh")
            if not isinstance(given["file"], str | Path):
                raise InputError(f"file = {show(given['file'])}, must be a path")
            return given
        if "plane" in given:
            raise InputError(
                "plane goes with file only; a mesh that is made of the stack in two dimensions is in x and z"
            )
        return STRUCTURED | given

    @model_validator(mode="after")
    def _fits(self):
        if self.file is not None:
            if not self.file.is_file():
                raise InputError(f"file = {str(self.file)!r}: no such file")
            return self
        needed = self.dimension - 1
        if self.size is not None and not needed <= len(self.size) <= 2:
            raise InputError(f"size has {len(self.size)} lengths, must have {needed} in dimension {self.dimension}")
        if isinstance(self.lateral_cells, tuple) and len(self.lateral_cells) != needed:
            wrong = f"lateral_cells has {len(self.lateral_cells)} numbers"
            raise InputError(f"{wrong}, must have {needed} in dimension {self.dimension}")
        if self.size is None and needed:
            lengths = ("the length (m) along x", "the lengths (m) along x and y")[needed - 1]
            raise InputError(f": dimension {self.dimension} needs size, {lengths}")
        return self

    @property
    def sides(self):
        """Lengths of the sides that the mesh has, m."""
        return (self.size or ())[: self.dimension - 1]

    @property
    def faces(self):
        """Names of the faces of a mesh made from the stack."""
        return ("bottom", "top") if self.periodic else SIDES[self.dimension]


class SolverOptions(Checked):
    """[solver]."""

    degree: Whole(1, 4) | None = None
    tolerance: Quantity("", "> 0") = 1e-10  # relative residual
    balance_tolerance: Quantity("", "> 0") = 1e-8  # relative error of balances, beyond which there is no result


class ConductanceOptions(Checked):
    """[conductance]."""

    interface: Text | None = None  # "below|above": the response of all below


class OutputOptions(Checked):
    """[output]."""

    figures: Switch = True
    fields: Switch = True


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
        numbers = np.linspace(first, last, self.points).tolist()
        return [f"{number!r} {unit}" for number in numbers] if unit else numbers


STACK_KEYS = ("layer", "temperature", "magnetisation", "field", "drive", "boundary", "interface")


class Run(Checked):
    """Everything of a run: the experiment, the stack, and how it is solved."""

    title: Text = ""
    experiment: Choice(*EXPERIMENTS, plural="experiments")
    stack: Stack
    mesh: MeshOptions = MeshOptions()
    solver: SolverOptions = SolverOptions()
    conductance: ConductanceOptions = ConductanceOptions()
    output: OutputOptions = OutputOptions()
    sweep: tuple[Sweep, ...] = ()
    source: Path | None = None  # the file it was read from

    @classmethod
    def from_dict(cls, data, source=None):
        """A run from the tables of a file; InputError names the source.

        Parameters
        ----------
        data : dict
            As tomllib or json read it.
        source : path, optional
            The file; the path of a mesh file is relative to its folder.

        Returns
        -------
        Run
        """
        try:
            run = cls._from_tables(data, source)
            run._check_sweeps(data)
        except InputError as error:
            raise (error.within(source) if source else error) from None
        return run

    @classmethod
    def _from_tables(cls, data, source=None):
        known = [
            key for key in ("title", "experiment", *STACK_KEYS, *cls.model_fields) if key not in ("stack", "source")
        ]
        known = list(dict.fromkeys(known))
        problems = [f"unknown key {instead_of(key, known, 'keys')}" for key in data if key not in known]
        for key in "layer", "sweep":
            if isinstance(data.get(key), Mapping):
                problems.append(f"{key} must be written [[{key}]], with two brackets: there can be several")
        if "layer" not in data:
            problems.append("needs at least one [[layer]]")
        if problems:
            raise InputError(*problems)
        rest = {key: deepcopy(data[key]) for key in data if key not in STACK_KEYS}
        if isinstance(mesh := rest.get("mesh"), dict) and isinstance(mesh.get("file"), str):
            mesh["file"] = (Path(source).parent if source else Path()) / mesh["file"]
        try:
            rest["stack"] = Stack(**{key: data[key] for key in STACK_KEYS if key in data})
        except InputError as error:
            problems += error.problems
        try:
            return cls(**rest, source=source)
        except InputError as error:
            problems += [problem for problem in error.problems if not (problems and problem == ": needs stack")]
            raise InputError(*problems) from None

    def resolved(self):
        """Every value in SI, as plain tables that can be written to JSON and read again as an equal run."""
        dump = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"source"})
        stack = dump.pop("stack")
        if self.mesh.file is not None:
            dump["mesh"]["file"] = str(self.mesh.file.absolute())
        head = {key: dump.pop(key) for key in ("title", "experiment")}
        return head | stack | dump

    def __eq__(self, other):
        return isinstance(other, Run) and self.resolved() == other.resolved()

    @classmethod
    def _missing(cls, key):
        return super()._missing(key) + (f"; experiments: {', '.join(EXPERIMENTS)}" if key == "experiment" else "")

    @property
    def side(self):
        """(below, above) of the interface whose conductance is asked for; above is None at the top face."""
        names = self.stack.names
        if self.conductance.interface is not None:
            return tuple(self.conductance.interface.split("|"))
        below = next((layer.name for layer in reversed(self.stack.layers) if layer.exchanges), names[0])
        above = names[names.index(below) + 1 :]
        return below, above[0] if above else None

    @model_validator(mode="after")
    def _fits(self):
        if problems := [*self._mesh_problems(), *self._experiment_problems()]:
            raise InputError(*problems)
        return self

    def _mesh_problems(self):
        if self.mesh.file is not None:
            return
        try:
            self.stack.require_thickness()
        except InputError as error:
            yield from (f"{problem}, or a mesh file that has it" for problem in error.problems)
        if isinstance(self.mesh.cells, tuple) and len(self.mesh.cells) != len(self.stack.layers):
            count = len(self.stack.layers)
            yield f"mesh.cells has {len(self.mesh.cells)} numbers, must have one for each of {count} layers"
        for name in self.stack.boundary:
            if name not in self.mesh.faces:
                hints = hint_of(name, self.mesh.faces, "faces") + self._side_hint(name)
                yield f"boundary {name!r}: no such face; {hints}"
        pairs = ["|".join(pair) for pair in self.stack.neighbours]
        for key in self.stack.interface:
            if key not in pairs:
                yield f"interface {key!r}: these layers do not touch; interfaces: {', '.join(pairs) or 'none'}"

    def _side_hint(self, name):
        if name not in SIDES[3][:4]:
            return ""
        least = next(dimension for dimension, faces in SIDES.items() if name in faces)
        deeper = f"dimension >= {least} and " if self.mesh.dimension < least else ""
        return f"; {name} needs [mesh] {deeper}periodic = false"

    def _experiment_problems(self):
        charged = [(name, boundary) for name, boundary in self.stack.boundary.items() if boundary.carries_charge]
        if self.experiment == "transport" and len(charged) < 2:
            count = len(charged)
            yield f"experiment = 'transport' needs two faces with kind = 'contact' or 'current'; there are {count}"
        if self.experiment != "transport":
            for name, boundary in charged:
                kind, other = boundary.kind, self.experiment
                yield f"boundary {name!r}: kind = {kind!r} belongs to experiment = 'transport', not {other!r}"
        if self.conductance.interface is not None:
            yield from self._conductance_problems()
        if self.experiment == "relaxation":
            for layer in self.stack.layers:
                if layer.diffusion is None:
                    yield f"layer {layer.name!r}: experiment = 'relaxation' needs diffusion (m^2/s)"
        if self.experiment == "film" and (across := self.stack.electric_field[2]):
            yield f"drive: electric_field[2] = {across:g} V/m, must be 0: experiment = 'film' drives along x and y"
        if self.experiment in ("film", "transport"):
            yield from checks.spin_problems(self.stack)

    def _conductance_problems(self):
        if self.experiment != "conductance":
            yield f"conductance.interface belongs to experiment = 'conductance', not {self.experiment!r}"
        names = self.stack.names  # in an imported mesh any two may touch
        touching = self.stack.neighbours if self.mesh.file is None else combinations(names, 2)
        pairs = ["|".join(pair) for pair in touching]
        if self.conductance.interface not in pairs:
            yield f"conductance.interface = {instead_of(self.conductance.interface, pairs, 'interfaces')}"

    def _check_sweeps(self, data):
        plain = {key: value for key, value in data.items() if key != "sweep"}
        for sweep in self.sweep:
            for value in dict.fromkeys((sweep.settings[0], sweep.settings[-1])):
                try:
                    Run._from_tables(override(plain, sweep.parameter, value), self.source)
                except InputError as error:
                    raise InputError(
                        *(f"sweep {sweep.parameter!r}, at {value!r}: {p.removeprefix(': ')}" for p in error.problems)
                    ) from None


def read(path, overrides: Mapping[str, Any] | None = None):
    """The run of an input file, TOML (or the resolved tables of one as JSON).

    Parameters
    ----------
    path : path
    overrides : dict, optional
        Dotted path -> value, "layer.HM.thickness", "magnetisation.angle.xy", "field.B.z"; what it excludes gives way.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        A line per mistake: file, table, key, value, unit, and what would be right.
    """
    data = _tables(Path(path))
    for key, value in (overrides or {}).items():
        try:
            data = override(data, key, value)
        except InputError as error:
            raise error.within(path) from None
    return Run.from_dict(data, source=path)


def _tables(path):
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, must be an input file (TOML)") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8, must be an input file (TOML)") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).removesuffix(")").rpartition(" (at ")
        raise InputError(f"{path}, {place}: {problem}") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold tables, as an input file does")
    return data


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
    if table in ("layer", "boundary", "interface"):
        place, rest = _named(data, table, rest, path)
    elif rest:
        place = place.setdefault(table, {})
    else:
        rest = table
    keys = rest.split(".")
    for key in keys[:-1]:
        if isinstance(place, dict):
            _give_way(place, key)
            place = place.setdefault(key, [0.0, 0.0, 0.0] if key in VECTORS and keys[-1] in AXES else {})
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


def _named(data, table, rest, path):
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
