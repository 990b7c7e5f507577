"""The rows of measured data as points of a model: what it gives there, and how that answers to each parameter."""

from dataclasses import dataclass, replace

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import EXPERIMENTS
from ddgauge.experiment.problem import FAILURES
from ddgauge.fitting import results
from ddgauge.fitting.meshes import Meshes, geometry
from ddgauge.fitting.sensitivity import (
    BACKWARD,
    CENTRAL,
    FORWARD,
    STEP,
    Neighbours,
    Watched,
    derivatives,
    experiment_of,
)
from ddgauge.fitting.variants import Variants
from ddgauge.model import InputError
from ddgauge.model.fitting import clash
from ddgauge.model.options import OutputOptions
from ddgauge.model.paths import locate
from ddgauge.model.quantities import Number

ONLY_NUMBERS = OutputOptions(figures=False, fields=False)


@dataclass(frozen=True)
class Measured:
    """A column of y against a result of the points."""

    column: str
    result: str
    unit: str  # SI
    points: np.ndarray  # (cells,) number of the point of each cell that was measured
    reference: np.ndarray | None  # (cells,) number of the point that it is relative to
    values: np.ndarray  # (cells,) SI
    sigma: np.ndarray | None  # (cells,) SI; None where it is estimated
    rows: np.ndarray  # (cells,) of the file
    factor: float  # what 1 of the file is in SI
    header: str

    def model(self, found, derivative):
        """(cells,) values and (cells, parameters) derivatives, of those of all points (points, results)."""
        value, slope = found[self.points], derivative[self.points]
        if self.reference is None:
            return value, slope
        other, other_slope = found[self.reference], derivative[self.reference]
        ratio = value / other
        return ratio - 1, (slope - ratio[:, None] * other_slope) / other[:, None]


class Points:
    """Results of a run at the settings of each point, as parameters change.

    Parameters
    ----------
    run : model.Run
    tables : dict
        Of its file.
    settings : list of dict
        {path: value} of each point.
    unknowns : list of model.fitting.Unknown
        Those of kind "path".
    wanted : list of str
        Paths of results.
    comm : MPI communicator
    step : function of a text
    """

    def __init__(self, run, tables, settings, unknowns, wanted, comm, step=lambda text: None):
        self.comm, self.step, self.settings, self.unknowns, self.wanted = comm, step, settings, unknowns, wanted
        self.plain = run.model_copy(update={"output": ONLY_NUMBERS, "sweep": (), "fit": None})
        self.tables = {key: value for key, value in tables.items() if key not in ("sweep", "fit")}
        self.variants = Variants(self.plain, self.tables)
        self.alone = run.mesh.file is None and run.mesh.dimension == 1  # a point is solved by one rank
        self.within = MPI.COMM_SELF if self.alone else comm
        self.shares = (comm.rank, comm.size) if self.alone else (0, 1)
        self.meshes, self.keys, self.evaluations = None, None, 0

    def require(self, values, places):
        """InputError, which says the place of a point in the data, unless each is a run."""
        for settings, place in zip(self.settings, places):
            try:
                self.variants.checked(self._with(settings, values))
            except InputError as error:
                raise InputError(*(f"{place}: {problem.removeprefix(': ')}" for problem in error.problems)) from None

    def prepare(self, values):
        """Make meshes for the parameters; warnings of them."""
        runs = [self.run(settings, values) for settings in self.settings]
        groups = {}
        for run in runs:
            groups.setdefault(geometry(run), []).append(run)
        made = {key: Meshes(group, self.within, self.step) for key, group in groups.items()}
        self.meshes = [made[geometry(run)] for run in runs]
        return list(dict.fromkeys(line for meshes in made.values() for line in meshes.warnings))

    def serve(self, values):
        """Whether the meshes still are as they would be made for the parameters."""
        return all(meshes.serve(self.run(s, values)) for s, meshes in zip(self.settings, self.meshes))

    def run(self, settings, values):
        """The run of a point."""
        return self.variants(self._with(settings, values)).model_copy(update={"output": ONLY_NUMBERS})

    def units(self, values):
        """(units of the results that are wanted, warnings); InputError where there is no such result."""
        problem = Watched(self.run(self.settings[0], values), self.within, self.step, self.meshes[0])
        numbers = EXPERIMENTS[self.plain.experiment](problem).numbers
        found = [results.find(numbers, path) for path in self.wanted]
        self.keys = [keys for keys, _ in found]
        return [unit for _, unit in found], problem.warnings

    def __call__(self, values, slopes=True, checked=False):
        """(points, results) numbers and (points, results, parameters) derivatives, relative to `sizes`.

        The same on all ranks, and so is an exception.

        Parameters
        ----------
        values : (parameters,) array
            SI.
        slopes : bool
            Whether derivatives are wanted; else they are zero.
        checked : bool
            Whether solutions are held to their balances.
        """
        first, every = self.shares
        mine, error = {}, None
        self.evaluations += 1
        try:
            for k in range(first, len(self.settings), every):
                self.step(f"evaluation {self.evaluations}, point {k + 1} of {len(self.settings)}")
                mine[k] = self._point(k, values, slopes, checked)
        except FAILURES as failure:
            error = failure
        if every > 1:
            shares = self.comm.allgather((mine, error))
            mine = {k: found for share, _ in shares for k, found in share.items()}
            error = next((error for _, error in shares if error is not None), None)
        if error is not None:
            raise error
        numbers, derivatives = zip(*(mine[k] for k in range(len(self.settings))))
        return np.array(numbers), np.array(derivatives)

    def sizes(self, values):
        """(parameters,) what changes of parameters are counted in."""
        return np.array([max(abs(v), 1e-2 * u.size) for v, u in zip(values, self.unknowns)])

    def _point(self, k, values, sloping, checked):
        """Numbers (results,) and derivatives (results, parameters) of a point."""
        settings, assemblies = self.settings[k], self.meshes[k]
        run = self.run(settings, values)
        experiment = experiment_of(run, self.wanted)
        watched = Watched(run, self.within, _silent, assemblies, checked)

        def pick(numbers):
            return np.array([results.value(numbers, keys) for keys in self.keys])

        found = pick(experiment(watched).numbers)
        if not np.isfinite(found).all():
            missing = next(path for path, value in zip(self.wanted, found) if not np.isfinite(value))
            raise InputError(f"{missing} has no value at {self._words(settings)}")
        slopes = np.zeros((len(found), len(values)))
        for i, size in enumerate(self.sizes(values) if sloping else ()):
            slopes[:, i] = derivatives(watched, experiment, self._neighbours(settings, values, i, size), pick)
        return found, slopes

    def _neighbours(self, settings, values, i, size):
        """Runs beside a point, of one parameter: on both sides, or on the one where the model has values."""
        problem = None
        for stencil in (CENTRAL, FORWARD, BACKWARD):
            moved = np.array(values, dtype=float)
            runs = []
            try:
                for place in stencil.places:
                    moved[i] = values[i] + place * STEP * size
                    runs.append(self.run(settings, moved))
            except InputError as error:
                problem = problem or error
                continue
            return Neighbours(runs, stencil)
        raise problem

    def _with(self, settings, values):
        return settings | {path: float(v) for v, u in zip(values, self.unknowns) for path in u.paths}

    def _words(self, settings):
        return ", ".join(f"{path} = {value}" for path, value in settings.items()) or "the values of the file"


def _silent(text):
    """Points have been announced."""


def measured(run, table):
    """([Measured], settings of the points, their places in the data); units of the results are not known yet.

    InputError where columns are not there or hold what is no number.
    """
    fit = run.fit
    settings = _settings(run, table)
    known, found = {}, []

    def number(setting, row):
        place = f"line {table.columns[0].lines[row]}"
        return known.setdefault(repr(sorted(setting.items(), key=str)), (len(known), setting, place))[0]

    for name, item in fit.y.items():
        column = table[name]
        values = column.numbers()
        rows = np.flatnonzero(~np.isnan(values))
        points = np.array([number(settings[row], row) for row in rows], dtype=int)
        reference = None
        if item.relative_to is not None:
            reference = np.array([number(_changed(settings[row], item.relative_to), row) for row in rows], dtype=int)
        found.append(Measured(name, item.result, "", points, reference, values[rows], None, rows, 1.0, column.header))
    _require_measured(found, table)
    _, points, places = zip(*known.values())
    return found, list(points), list(places)


def in_units(items, units, run, table):
    """The same with values in the SI units of their results, and their errors."""
    found = []
    for item, unit in zip(items, units):
        unit = unit if item.reference is None else "1"
        column = table[item.column]
        factor = column.worth(unit)
        sigma = _sigma(run.fit.sigma.get(item.column), item, unit, table)
        found.append(replace(item, unit=unit, values=factor * item.values, factor=factor, sigma=sigma))
    return found


def _settings(run, table):
    """[{path: value}] of the rows: numbers in SI, or text with the unit of the column."""
    rows = [{} for _ in range(table.rows)]
    for name, path in run.fit.x.items():
        column, unit = table[name], table[name].unit if table[name].unit != "1" else ""
        if unit and (number := locate(run, path).number):
            try:
                number.value(f"1 {unit}")
            except ValueError as error:
                raise InputError(f"column {column.header!r}{error}") from None
        for row, value, line in zip(rows, column.numbers(), column.lines):
            if np.isnan(value):
                continue
            if rival := next((other for other in row if clash(path, other)), None):
                raise InputError(f"line {line}: sets {rival} and {path}, of which one replaces the other")
            row[path] = f"{float(value)!r} {unit}" if unit else float(value)
    return rows


def _changed(settings, reference):
    """Settings of a reference, without what they replace."""
    kept = {
        path: value
        for path, value in settings.items()
        if path not in reference and not any(clash(path, other) for other in reference)
    }
    return kept | reference


def _require_measured(found, table):
    rows = {int(row) for item in found for row in item.rows}
    for row in range(table.rows):
        if row not in rows:
            line, names = table.columns[0].lines[row], ", ".join(item.header for item in found)
            raise InputError(f"line {line}: has no measured value; columns of y: {names}")
    for item in found:
        if not len(item.rows):
            raise InputError(f"column {item.header!r}: has no measured value")


def _sigma(given, item, unit, table):
    """(cells,) standard errors in the unit of the result, or None."""
    if given is None:
        return None
    if isinstance(given, str) and given in table:
        column = table[given]
        numbers = column.numbers()[item.rows]
        for row, value in zip(item.rows, numbers):
            if not value > 0:
                what = "is empty" if np.isnan(value) else f"= {value:g}, must be > 0"
                raise InputError(f"line {column.lines[row]}, column {column.header!r}: the error of a value {what}")
        return column.worth(unit) * numbers
    try:
        value = Number(unit if unit != "1" else "", "> 0")(given)
    except ValueError as error:
        columns = ", ".join(column.header for column in table.columns)
        raise InputError(f"fit.sigma, column {item.column!r}{error}, or a column; columns: {columns}") from None
    return np.full(len(item.rows), value)
