"""Parameters of a run that are fitted to measured columns: the keys of [fit] and [[fit.parameter]]."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, rivals, show
from ddgauge.model.paths import locate
from ddgauge.model.quantities import Choice, Number, Quantity, Text
from ddgauge.model.sweeps import override

EXPERIMENTS = ("film", "transport", "conductance", "two-current")
DOMAINS = {  # where a number of a sign can be, as bounds of a fit
    "> 0": (0.0, np.inf),
    ">= 0": (0.0, np.inf),
    "between -1 and 1": (-1.0, 1.0),
    "from -1 to 1": (-1.0, 1.0),
    "between 0 and 180": (0.0, 180.0),
}
ENDLESS = (np.inf, -np.inf, "inf", "-inf")
NEUTRAL = {"factor": 1.0, "offset": 0.0}  # what changes nothing


def _pair(value):
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f" = {show(value)}, must be two values, [lowest, highest]")
    return tuple(value)


def _writable(bounds):
    """Bounds as JSON has them: without infinite numbers."""
    if bounds is None:
        return None
    return [f"{value}" if isinstance(value, float) and np.isinf(value) else value for value in bounds]


def _paths(value):
    paths = value if isinstance(value, list | tuple) else [value]
    if not paths or not all(isinstance(path, str) for path in paths):
        raise ValueError(f" = {show(value)}, must be a path such as 'boundary.bottom.G_r', or a list of them")
    return tuple(paths)


def _written(paths):
    return paths[0] if paths and len(paths) == 1 else paths


def _result(value):
    return {"result": value} if isinstance(value, str) else value


def _columns(kind):
    """A table of columns."""

    def read(value):
        if not isinstance(value, dict):
            raise ValueError(f" = {show(value)}, must be a table {{column = {kind}}}")
        return value

    return BeforeValidator(read)


def clash(path, other):
    """Whether setting one of two paths takes away the other."""
    pairs = zip(path.split("."), other.split("."))
    return next((b in rivals(a) for a, b in pairs if a != b), False)


class Prior(Checked):
    """What is known of a parameter beforehand: a normal distribution."""

    mean: Any
    sigma: Any


class FitParameter(Checked):
    """[[fit.parameter]]: a value of the file, or a factor or an offset of a column."""

    paths: Annotated[tuple[str, ...] | None, BeforeValidator(_paths), PlainSerializer(_written)] = Field(
        None, alias="path"
    )  # several have one value
    factor: Text | None = None  # by which the results of this column are multiplied
    offset: Text | None = None  # that is added to them, in SI
    start: Any = None  # else what the file has
    bounds: Annotated[tuple[Any, Any] | None, BeforeValidator(_pair), PlainSerializer(_writable)] = None
    prior: Prior | None = None
    scale: Choice("linear", "log", plural="choices") = "linear"

    @classmethod
    def where(cls, given):
        name = next((given[key] for key in ("path", "factor", "offset") if given.get(key)), None)
        return f"fit parameter {name!r}" if name else "fit parameter"

    @model_validator(mode="after")
    def _one(self):
        given = [key for key, value in (("path", self.paths), *self._of_columns) if value is not None]
        if len(given) != 1:
            raise InputError(": needs one of path, factor and offset" + (", not several" if given else ""))
        return self

    @property
    def kind(self):
        """ "path", "factor" or "offset"."""
        return next((key for key, column in self._of_columns if column is not None), "path")

    @property
    def _of_columns(self):
        return ("factor", self.factor), ("offset", self.offset)

    @property
    def name(self):
        """What it is called."""
        return self.paths[0] if self.paths else f"{self.kind} of {self.factor or self.offset}"


class Observed(Checked):
    """A number of a result that was measured."""

    result: Text  # "resistivity.longitudinal", "voltage.left", "conductance.matrix.x.y"
    relative_to: dict[str, Any] | None = None  # value(x) / value(x with these settings) - 1


class Fit(Checked):
    """[fit]: which parameters of the file are fitted to which columns of a file of data."""

    data: Path | None = None
    x: Annotated[dict[str, Text], _columns("path")] = {}  # noqa: RUF012, pydantic copies it
    y: Annotated[dict[str, Annotated[Observed, BeforeValidator(_result)]], _columns("result")]
    sigma: Annotated[dict[str, Any], _columns("error")] = {}  # noqa: RUF012
    confidence: Quantity("", "> 0") = 0.95
    parameters: tuple[FitParameter, ...] = Field(alias="parameter")

    @classmethod
    def where(cls, given):
        return "fit"

    @classmethod
    def prepare(cls, given):
        if isinstance(given.get("parameter"), dict):
            raise InputError("parameter must be written [[fit.parameter]], with two brackets: there can be several")
        return given

    @classmethod
    def _missing(cls, key):
        return "needs at least one [[fit.parameter]]" if key == "parameter" else super()._missing(key)

    @model_validator(mode="after")
    def _whole(self):
        if problems := list(self._problems()):
            raise InputError(*problems)
        return self

    def _problems(self):
        if not self.y:
            yield "y is empty, must name a column and its result: y = {rho_xx = 'resistivity.longitudinal'}"
        if not self.parameters:
            yield ": needs at least one [[fit.parameter]]"
        if not self.confidence < 1:
            yield f"confidence = {self.confidence:g}, must be < 1"
        for column in set(self.sigma) - set(self.y):
            yield f"sigma: unknown column {instead_of(column, self.y, 'columns of y')}"
        for column in set(self.x) & set(self.y):
            yield f"column {column!r} is in x and in y, must be in one of them"
        for parameter in self.parameters:
            column = parameter.factor or parameter.offset
            if column is not None and column not in self.y:
                yield f": parameter {parameter.name!r}: unknown column {instead_of(column, self.y, 'columns of y')}"
        names = [parameter.name for parameter in self.parameters]
        paths = [path for parameter in self.parameters for path in parameter.paths or ()]
        for name in dict.fromkeys(names + paths):
            if max(names.count(name), paths.count(name)) > 1:
                yield f": parameter {name!r} is there twice"
        columns = list(dict.fromkeys(self.x.values()))
        for k, path in enumerate(dict.fromkeys(paths)):
            if path in columns:
                yield f": parameter {path!r} is set by a column of x, it cannot be fitted too"
            for other in [*paths[:k], *columns]:
                if clash(path, other):
                    yield f": parameter {path!r} and {other} cannot both be set, for one replaces the other"


@dataclass(frozen=True)
class Unknown:
    """A parameter of a fit in SI."""

    name: str
    kind: str  # "path", "factor" or "offset"
    paths: tuple[str, ...]
    column: str | None
    unit: str | None  # None where it is that of the result
    start: float
    lower: float
    upper: float
    log: bool
    prior: tuple[float, float] | None  # mean, sigma

    @property
    def size(self):
        """A change of it that matters: as large as it is to begin with, as its prior is wide, or a tenth of its range.

        None where nothing says so.
        """
        reach = (self.upper - self.lower) / 10
        prior = self.prior[1] if self.prior else 0.0
        of_unit = 1.0 if self.unit in ("", "degree", "rad") else None
        return abs(self.start) or prior or (reach if np.isfinite(reach) else of_unit)


def unknowns(run):
    """The Unknowns of a run; InputError, a line per mistake."""
    found, problems = [], []
    for parameter in run.fit.parameters:
        try:
            found.append(_unknown(run, parameter))
        except InputError as error:
            where = f"fit parameter {parameter.name!r}: "
            texts = (text.removeprefix(f"{parameter.name!r}").removeprefix(": ") for text in error.problems)
            problems += [where + text for text in texts]
    if problems:
        raise InputError(*problems)
    return found


def _unknown(run, parameter):
    if parameter.kind == "path":
        places = [locate(run, path) for path in parameter.paths]
        number = places[0].number
        if number is None:
            raise InputError("is no number, cannot be fitted")
        start, unit = (places[0].value if parameter.start is None else parameter.start), number.unit
        if start is None:
            raise InputError(f"has no value in the file; give start ({number.unit or 'a number'})")
    else:
        start = NEUTRAL[parameter.kind] if parameter.start is None else parameter.start
        number = Number("")
        unit = None if parameter.kind == "offset" else ""

    def read(key, value):
        try:
            return float(value) if value in ENDLESS else number.value(value)
        except ValueError as error:
            raise InputError(f"{key}{error}") from None

    start = read("start", start)
    lower, upper = DOMAINS.get(number.sign, (-np.inf, np.inf))
    if parameter.bounds is not None:
        lower, upper = (read(f"bounds[{k}]", value) for k, value in enumerate(parameter.bounds))
    log = parameter.scale == "log"
    name = f" {unit}" if unit else ""
    if not lower < upper:
        raise InputError(f"bounds = [{lower:g}, {upper:g}]{name}, the first must be the lower")
    if not (lower <= start <= upper and np.isfinite(start)):
        raise InputError(f"start = {start:g}{name}, must be within bounds, {lower:g} to {upper:g}{name}")
    if log and not (start > 0 and (lower >= 0 or parameter.bounds is None)):
        raise InputError(f"scale = 'log' needs what is > 0; start = {start:g}{name}, lowest {lower:g}{name}")
    prior = None
    if parameter.prior:
        prior = read("prior.mean", parameter.prior.mean), read("prior.sigma", parameter.prior.sigma)
        if not (0 < prior[1] < np.inf and np.isfinite(prior[0])):
            raise InputError(f"prior.sigma = {prior[1]:g}{name}, must be > 0, and mean and sigma finite numbers")
    column = parameter.factor or parameter.offset
    lower = max(lower, 0.0) if log else lower
    paths = parameter.paths or ()
    found = Unknown(parameter.name, parameter.kind, paths, column, unit, start, lower, upper, log, prior)
    if parameter.kind == "path" and found.size is None:
        raise InputError(f"start = 0{name} says nothing of its magnitude; give bounds, or another start")
    return found


def check(run, tables, read):
    """InputError, a line per mistake, where the parameters and the paths of columns are none of the run's.

    Parameters
    ----------
    run : Run
    tables : dict
        Of its file, without sweep and fit.
    read : function of tables
        Makes a Run of them.
    """
    if run.experiment not in EXPERIMENTS:
        raise InputError(f"fit does not go with experiment = {run.experiment!r}; experiments: {', '.join(EXPERIMENTS)}")
    for key in "time", "frequency":
        if getattr(run, key) is not None:
            raise InputError(f"fit does not go with [{key}]: steady states are fitted")
    problems = []
    settings = [("x", column, path) for column, path in run.fit.x.items()]
    settings += [("y", column, path) for column, item in run.fit.y.items() for path in item.relative_to or ()]
    for key, column, path in settings:
        try:
            locate(run, path)
        except InputError as error:
            problems += [f"fit.{key}, column {column!r}: {text}" for text in error.problems]
    if problems:
        raise InputError(*problems)
    for unknown in unknowns(run):
        try:
            for path in unknown.paths:
                read(override(tables, path, unknown.start))
        except InputError as error:
            where = f"fit parameter {unknown.name!r}, start = {unknown.start:g}"
            raise InputError(*(f"{where}: {text.removeprefix(': ')}" for text in error.problems)) from None
