"""The command line: ddgauge run, sweep, fit, report, check, materials."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

WRONG_INPUT, NO_RESULT, DEFECT = 2, 3, 1
REASONS = 5  # of failed points, the most frequent, that are printed

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
File = Annotated[Path, typer.Argument(help="input file, TOML")]
Debug = Annotated[bool, typer.Option("--debug", help="show the traceback of an error")]


def main():
    """Entry point of the ddgauge command."""
    app(prog_name="ddgauge")


@app.callback()
def ddgauge():
    """Spin and charge transport in heavy-metal | magnetic-insulator stacks, with finite elements."""


@app.command()
def run(
    file: File,
    out: Annotated[Path, typer.Option("--out", help="folder for the results")] = Path("out"),
    restart: Annotated[bool, typer.Option("--restart", help="go on from the checkpoint in that folder")] = False,
    debug: Debug = False,
):
    """Run an input file; under mpirun on all ranks."""
    with _errors(debug):
        start = time.perf_counter()
        from ddgauge.model import read

        case = read(file)
        from mpi4py import MPI

        from ddgauge import output
        from ddgauge.experiment import run as solve
        from ddgauge.keeper import Keeper
        from ddgauge.post.table import show

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # PETSc would call it a crash when `| head` has seen enough
        comm = MPI.COMM_WORLD
        keeper = Keeper(out, case, restart)
        output.on_one_rank(comm, keeper.require)
        output.on_one_rank(comm, lambda: output.prepare(out))
        try:
            with Progress(comm.rank == 0) as progress:
                result = solve(case, comm, progress.step, keeper)
                progress.step("files")
                names = output.write(result, out)
        except BaseException:
            if comm.rank == 0:
                output.discard(out)
            raise
        if comm.rank == 0:
            keeper.remove()
            for warning in result.warnings:
                print(f"warning: {warning}", file=sys.stderr)
            show(result)
            print(f"{', '.join(names)} in {out}; {time.perf_counter() - start:.1f} s on {_ranks(comm)}")


@app.command()
def sweep(
    file: File,
    out: Annotated[Path, typer.Option("--out", help="folder of this sweep alone")] = Path("out"),
    ranks_per_point: Annotated[int | None, typer.Option("--ranks-per-point", help="that solve one together")] = None,
    points: Annotated[
        str | None, typer.Option("--points", help="FIRST:END, a part of all, for one job of several")
    ] = None,
    collect: Annotated[bool, typer.Option("--collect", help="make the dataset of what jobs have done")] = False,
    emit: Annotated[
        str | None, typer.Option("--emit", help="snakemake or slurm: write a workflow, run nothing")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="of the workflow")] = None,
    debug: Debug = False,
):
    """Run all points of the [[sweep]] of a file into one dataset; run again, it does what is missing."""
    with _errors(debug):
        from ddgauge import sweep as sweeps

        if emit is not None:
            print(sweeps.emit(file, out, emit, jobs, ranks_per_point or 1))
            return
        from mpi4py import MPI

        comm = MPI.COMM_WORLD
        with Progress(comm.rank == 0) as progress:
            done = sweeps.sweep(file, out, comm, ranks_per_point, points, collect, progress.step)
        if comm.rank == 0:
            for warning in done.warnings:
                print(f"warning: {warning}", file=sys.stderr)
            for reason, count in [*done.reasons.items()][:REASONS]:
                print(f"{count} failed: {reason}")
            if (more := len(done.reasons) - REASONS) > 0:
                print(f"and {more} more reasons: see `reason` in the dataset, or ddgauge report")
            print(f"{done.points} points: {done.new} new, {done.done} done, {done.failed} failed", end="; ")
            print(f"{'dataset.nc in ' if points is None else ''}{out}; {done.seconds:.1f} s on {_ranks(comm)}")


@app.command()
def fit(
    file: File,
    data: Annotated[
        Path | None, typer.Argument(help="file of measured columns, instead of the one that [fit] names")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="folder for the results")] = Path("out"),
    debug: Debug = False,
):
    """Fit the parameters of the [fit] of a file to measured columns; under mpirun on all ranks."""
    with _errors(debug):
        from mpi4py import MPI

        from ddgauge import fitting

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        comm = MPI.COMM_WORLD
        with Progress(comm.rank == 0) as progress:
            result = fitting.fit(file, data, out, comm, progress.step)
        if comm.rank == 0:
            for warning in result.warnings:
                print(f"warning: {warning}", file=sys.stderr)
            fitting.show(result)
            print(f"{', '.join(result.files)} in {out}; {result.seconds:.1f} s on {_ranks(comm)}")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="of a run, a sweep or a fit")],
    out: Annotated[Path | None, typer.Option("--out", help="page; report.html in the folder without it")] = None,
    debug: Debug = False,
):
    """Write a folder's figures, tables, balances and input as one HTML page that needs nothing else."""
    with _errors(debug):
        from ddgauge.report import report as page

        print(page(folder, out))


@app.command()
def check(file: File, debug: Debug = False):
    """Validate an input file; print what it resolves to, the lengths that follow, and what the mesh makes of them."""
    with _errors(debug):
        import json

        from ddgauge.model import read

        case = read(file)
        print(json.dumps(case.resolved(), indent=2))
        from ddgauge.post.check import report, warnings

        report(case)
        for warning in warnings(case):
            print(f"warning: {warning}", file=sys.stderr)


@app.command()
def materials(
    name: Annotated[str | None, typer.Argument(help="a material or an interface, such as Pt or 'YIG|Pt'")] = None,
    debug: Debug = False,
):
    """The library of materials and interfaces: values, units, temperatures and sources."""
    with _errors(debug):
        from ddgauge.model import InputError
        from ddgauge.model.materials import table
        from ddgauge.post.check import show_materials

        try:
            rows = table(name)
        except ValueError as error:
            raise InputError(str(error)) from None
        show_materials(rows)


class Progress:
    """Says what is being done once a run takes longer than a moment: a spinner on a terminal, timed lines elsewhere."""

    def __init__(self, speaks, patience=3.0):
        self.speaks, self.patience = speaks, patience
        self.start = self.last = time.perf_counter()
        self.status = None

    def __enter__(self):
        if self.speaks and sys.stderr.isatty():
            from rich.console import Console

            self.status = Console(stderr=True).status("")
            self.status.start()
        return self

    def step(self, text):
        """Note the next step."""
        now = time.perf_counter()
        if self.status:
            self.status.update(f"{text} ({now - self.start:.0f} s)")
        elif self.speaks and now - self.last > self.patience:
            print(f"[{now - self.start:6.1f} s] {text}", file=sys.stderr, flush=True)
            self.last = now

    def __exit__(self, *error):
        if self.status:
            self.status.stop()


class _errors:
    """Turns an exception into one line and an exit code; under MPI a defect on one rank stops all."""

    def __init__(self, debug):
        self.debug = debug

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None or issubclass(kind, SystemExit | typer.Exit | KeyboardInterrupt):
            return False
        code = _code(error)
        if self.debug:
            import traceback

            traceback.print_exception(error)
        elif _first_rank() or code == DEFECT:
            print(_message(error, code), file=sys.stderr, flush=True)
        _leave_together(code, lambda: print(_message(error, code), file=sys.stderr, flush=True))
        raise SystemExit(code) from None


def _code(error):
    """Exit code of an exception, by the names of its classes: their modules may not be needed."""
    names = {c.__name__ for c in type(error).__mro__}
    if names & {"InputError", "MeshError", "OutputError", "MaterialError", "CheckpointError"}:
        return WRONG_INPUT
    if names & {"SolverError", "BalanceError", "ResultError"}:
        return NO_RESULT
    return DEFECT


def _message(error, code):
    if code == DEFECT:
        return f"ddgauge: internal error, {type(error).__name__}: {error} (please report it; --debug shows where)"
    return str(error)


def _first_rank():
    if "mpi4py.MPI" in sys.modules:
        from mpi4py import MPI

        return MPI.COMM_WORLD.rank == 0
    return os.environ.get("OMPI_COMM_WORLD_RANK", os.environ.get("PMI_RANK", "0")) == "0"


def _leave_together(code, say, patience=10.0):
    """Wait for all ranks, for a launcher ends all as soon as one ends: rank 0 might not have spoken yet.

    A defect, or a mistake that other ranks did not meet within `patience` seconds, stops them all.
    """
    if "mpi4py.MPI" not in sys.modules and _launched() == 1:
        return
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    if comm.size == 1:
        return
    if code == DEFECT:
        comm.Abort(code)
    everyone, end = comm.Ibarrier(), time.perf_counter() + patience
    while not everyone.Test():
        if time.perf_counter() > end:
            if comm.rank:
                say()
            comm.Abort(code)
        time.sleep(0.01)


def _launched():
    """Number of ranks, as far as the launcher says it in the environment."""
    return int(os.environ.get("OMPI_COMM_WORLD_SIZE", os.environ.get("PMI_SIZE", "1")))


def _ranks(comm):
    return "1 rank" if comm.size == 1 else f"{comm.size} ranks"
