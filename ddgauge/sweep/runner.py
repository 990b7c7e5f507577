"""Sweeps: every point of a grid is solved once, and written down as soon as it is done."""

import time
from itertools import islice

import numpy as np
from mpi4py import MPI

from ddgauge.model import InputError
from ddgauge.output import OutputError
from ddgauge.sweep.dataset import flat
from ddgauge.sweep.evaluate import Reduced, chosen
from ddgauge.sweep.folder import Folder
from ddgauge.sweep.grid import Grid
from ddgauge.sweep.groups import Group, meet, on_first
from ddgauge.sweep.journal import Journal


def sweep(
    case,
    out,
    comm=MPI.COMM_WORLD,
    ranks_per_point=None,
    points=None,
    collect=False,
    step=lambda text: None,
    evaluator=chosen,
):
    """Solve at all points of the [[sweep]] of a file that the folder does not hold yet; a Summary, on every rank.

    What is done is in `points*.jsonl`, a line per point, and together in `dataset.nc`, which grows. After a sweep that
    was killed the same call does what is missing, and leaves the same dataset.

    Parameters
    ----------
    case : path of an input file, or model.Run
    out : path
        Folder of this sweep alone.
    comm : MPI communicator
    ranks_per_point : int, optional
        Ranks that solve a point together; 1, unless a mesh in two or three dimensions has fewer points than ranks.
    points : (first, end) or "first:end", optional
        Only these of all in the order of Grid.rows, and no dataset: for several jobs in one folder.
    collect : bool
        Solve nothing, make the dataset of what is done.
    step : function of a text
        Is told how far the sweep is.
    evaluator : function of (grid, communicator, step)
        Gives what makes numbers of runs, see evaluate.OneByOne.

    Raises
    ------
    model.InputError, output.OutputError
    """
    grid = Grid(case)
    first, end = _range(points, grid.size)
    size = ranks_per_point or (1 if grid.case.mesh.dimension == 1 else max(1, comm.size // grid.size))
    if not 1 <= size <= comm.size:
        raise InputError(f"ranks per point = {size}, must be from 1 to {comm.size}, the number of ranks")
    whole = collect or points is None
    rows = np.arange(grid.size) if collect else grid.rows()
    folder = on_first(comm, lambda: Folder(out, grid, rows.ravel()[first:end], whole, step))
    if not collect:
        path, key, missing = comm.bcast((folder.path, folder.key, folder.missing) if folder else None)
        group = Group(comm, size)
        path /= f"points-{group.number}.jsonl" if whole else f"points-{first}-{end}-{group.number}.jsonl"
        look, inner = (folder.look, folder.within) if folder else (lambda: None, lambda text: None)
        error = None
        try:
            _work(grid, rows, missing, group, evaluator(grid, group.comm, inner), path, key, look)
        except OutputError as caught:
            error = caught
        meet(comm, look, error)
    return comm.bcast(on_first(comm, lambda: folder.finish()))


def _range(points, size):
    """The points that were asked for."""
    if points is None:
        return 0, size
    try:
        first, end = (int(x) for x in (points.split(":") if isinstance(points, str) else points))
    except (TypeError, ValueError):
        raise InputError(f"points = {points!r}, must be first:end, such as 0:{size}") from None
    if not 0 <= first < end <= size:
        raise InputError(f"points = {first}:{end}, must be within 0:{size}, the points of the sweep")
    return first, end


def _work(grid, rows, missing, group, evaluate, path, key, look):
    """Evaluate a group's share of the missing points, and write them down."""
    journal = on_first(group.comm, lambda: Journal(path, key))
    blocks = evaluate.blocks(rows)
    missing, units = set(missing), {}
    wanted = [[k for k in block if k in missing] for block in blocks]
    try:
        for place, points in group.share(wanted, whole=evaluate.at_once):
            for entry in _entries(grid, evaluate, blocks[place], points, units):
                on_first(group.comm, lambda entry=entry: (journal.add(entry), look()))
        on_first(group.comm, lambda: journal.flush())
    finally:
        if journal:
            journal.close()


def _entries(grid, evaluate, block, wanted, units):
    """What is written of each wanted point of a block; units of results that are not known yet go with it."""
    start = time.perf_counter()
    runs = {}
    for k in block:
        try:
            runs[k] = grid.run(k)
        except InputError as error:
            if k in wanted:
                yield _entry(k, error, 0.0, units)
    points = list(runs)
    outcomes = evaluate(list(runs.values()), [place for place, k in enumerate(points) if k in wanted])
    if evaluate.at_once:
        outcomes = list(outcomes)
        share = (time.perf_counter() - start) / max(len(outcomes), 1)
    for place, outcome in outcomes:
        now = time.perf_counter()
        yield _entry(points[place], outcome, share if evaluate.at_once else now - start, units)
        start = time.perf_counter()


def _entry(k, outcome, seconds, units):
    entry = {"point": k, "seconds": seconds}
    if isinstance(outcome, Exception):
        return entry | {"status": "failed", "reason": str(outcome)}
    count = len(units)
    numbers = flat(outcome, units)
    how = "reduced" if isinstance(outcome, Reduced) else "full"
    new = {"units": dict(islice(units.items(), count, None))} if len(units) > count else {}
    return entry | {"status": "done", "how": how, "numbers": numbers} | new
