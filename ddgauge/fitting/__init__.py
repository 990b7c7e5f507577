"""Parameters of an input file from measured data: [fit]."""

import time
from pathlib import Path

from mpi4py import MPI

from ddgauge import output
from ddgauge.fitting.data import read_table
from ddgauge.fitting.files import write
from ddgauge.fitting.outcome import Curve, FitResult, Parameter, outcome
from ddgauge.fitting.points import Points, in_units, measured
from ddgauge.fitting.report import show
from ddgauge.fitting.search import Target, search
from ddgauge.fitting.shown import panels
from ddgauge.model import InputError, Run
from ddgauge.model.errors import place
from ddgauge.model.fitting import unknowns
from ddgauge.model.inputs import tables
from ddgauge.model.sweeps import override

__all__ = ["Curve", "FitResult", "Parameter", "fit", "show"]


def fit(file, data=None, out=None, comm=MPI.COMM_WORLD, step=lambda text: None):
    """The FitResult of an input file with [fit], the same on every rank.

    Parameters
    ----------
    file : path, or model.Run
    data : path, optional
        Of the measured columns, instead of those that the file names.
    out : path, optional
        Folder for fit.json, fit.csv, fit.png (unless output.figures is false) and fitted.json.
    comm : MPI communicator
        Its ranks share the points of a mesh of one dimension, and solve each of another together.
    step : function of a text, called before anything that may take long

    Raises
    ------
    model.InputError, fem.mesh.MeshError, fem.solve.SolverError, BalanceError, output.OutputError
    """
    began = time.perf_counter()
    given = file.resolved() if isinstance(file, Run) else tables(file)
    run = Run.from_dict(given, file.source if isinstance(file, Run) else file)
    where = run.source or "the run"
    if run.fit is None:
        raise InputError(f"{where}: has no [fit], needs columns x and y and at least one [[fit.parameter]]")
    path = data or run.fit.data
    if path is None:
        raise InputError(f"{where}, fit: needs data, a file of measured columns, or name one in the command")
    table = read_table(path)
    if out is not None:
        output.on_one_rank(comm, lambda: output.prepare(out))
    try:
        fitted_to, noted = target(run, given, table, comm, step)
        found = search(fitted_to, comm)
        best, fitted = _with_parameters(run, given, fitted_to, found.values)
        result = outcome(fitted_to, found, best, table, run.fit)
        result.warnings[:0] = noted
        if out is not None:
            step("curves")
            shown = panels(run, given, fitted_to, found, table, comm) if run.output.figures else []
            result.seconds = time.perf_counter() - began
            step("files")
            result.files = write(result, fitted, shown, Path(out), comm)
    except BaseException:
        if out is not None and comm.rank == 0:
            output.discard(out)
        raise
    result.seconds = time.perf_counter() - began
    return result


def target(run, given, table, comm, step):
    """The Target of a fit, and warnings; InputError where data and file do not go together."""
    try:
        items, settings, places = measured(run, table)
        wanted = list(dict.fromkeys(item.result for item in items))
        of_run = unknowns(run)
        physical = [unknown for unknown in of_run if unknown.kind == "path"]
        points = Points(run, given, settings, physical, wanted, comm, step)
        start = [unknown.start for unknown in physical]
        points.require(start, places)
        values, priors = sum(len(item.rows) for item in items), sum(unknown.prior is not None for unknown in of_run)
        if values + priors < len(of_run):
            raise InputError(f": fewer measured values, {values}, than parameters, {len(of_run)}; give priors, or more")
    except InputError as error:
        raise _of(table.path, error) from None
    noted = points.prepare(start)
    try:
        units, warnings = points.units(start)
    except InputError as error:
        raise _of(f"{run.source or 'the run'}, fit.y", error, ": ") from None
    try:
        items = in_units(items, [units[wanted.index(item.result)] for item in items], run, table)
    except InputError as error:
        raise _of(table.path, error) from None
    return Target(items, of_run, points), list(dict.fromkeys(noted + warnings))


def _of(source, error, joint=", "):
    """An InputError with where it is from."""
    return InputError(*(place(str(source), problem, joint) for problem in error.problems), placed=True)


def _with_parameters(run, given, target, values):
    """The Run with the parameters in it, and its tables, where a search would start from them."""
    plain = {key: value for key, value in given.items() if key != "fit"}
    for unknown, value in zip(target.unknowns, values):
        for path in unknown.paths:
            plain = override(plain, path, float(value))
    best = Run.from_dict(plain, run.source)
    fit = run.resolved()["fit"]
    fit["parameter"] = [
        {key: item for key, item in parameter.items() if key != "start"}
        | ({} if unknown.kind == "path" else {"start": float(value)})
        for parameter, unknown, value in zip(fit["parameter"], target.unknowns, values)
    ]
    return best, best.resolved() | {"fit": fit}
