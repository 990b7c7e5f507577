"""From the runs of points to their numbers."""

from contextlib import suppress

from ddgauge.experiment import batch, reduced, run
from ddgauge.experiment.problem import FAILURES, mesh_key
from ddgauge.fem.basis import NotReducible
from ddgauge.fem.shelf import Shelf
from ddgauge.model import InputError
from ddgauge.output import ResultError, require_finite

NEIGHBOURS = 16  # points that share factors
POINTS = 1024  # that share a reduced basis
OF_A_POINT = (*FAILURES, ResultError)


class Evaluator:
    """What makes numbers of runs.

    It is called with the runs of a block of points, and with the places among them that are wanted; it yields (place,
    numbers of a Result, or exception). What it makes of a point may depend on the others of the block, but not on what
    is wanted, nor on other blocks: so a sweep that was interrupted, or spread over other groups of ranks, ends with the
    same numbers.

    Parameters
    ----------
    grid : Grid
    comm : MPI communicator
        Of the ranks that solve a point together.
    step : function of a text
    """

    most = 1  # points of a block
    at_once = False  # whether all of a block are done at the same time

    def __init__(self, grid, comm, step):
        self.grid, self.comm, self.step = grid, comm, step

    def blocks(self, rows):
        """Blocks of points, of rows of those with the same mesh; in a block of several all have it."""
        return [row[k : k + self.most] for row in rows.tolist() for k in range(0, len(row), self.most)]


class OneByOne(Evaluator):
    """Goes for any experiment: one run after another, with what they share on a shelf."""

    def __init__(self, grid, comm, step):
        super().__init__(grid, comm, step)
        self.shelf = Shelf()
        self.most = 1 if grid.case.mesh.dimension == 1 else NEIGHBOURS

    def blocks(self, rows):
        """Blocks of points, of rows of those with the same mesh: the finest that any of them asks for."""
        if self.most > 1 and self.grid.case.mesh.file is None:
            for k in rows.flat:
                with suppress(InputError):
                    self.shelf.share_mesh(mesh_key(self.grid.run(k))[0])
        return super().blocks(rows)

    def __call__(self, runs, wanted):
        """Yield (place, numbers or exception) of each wanted place."""
        if self.most > 1 and wanted and wanted[0] > 0:
            self._outcome(runs[0], first=True)  # for its factors
        for place in wanted:
            yield place, self._outcome(runs[place], first=place == 0)

    def _outcome(self, case, first):
        self.shelf.problem(first)
        try:
            numbers = run(_without_figures(case), self.comm, self.step, shelf=self.shelf).numbers
            require_finite(numbers)
        except OF_A_POINT as error:
            return error
        return numbers


def _without_figures(case):
    """A run that computes nothing for figures alone."""
    return case.model_copy(update={"output": case.output.model_copy(update={"figures": False})})


class Batch(Evaluator):
    """Films and conductances in one dimension, many at a time."""

    most, at_once = batch.AT_ONCE, True

    def __call__(self, runs, wanted):
        """Yield (place, numbers or exception) of each wanted place."""
        found = batch.evaluate(runs)
        for place in wanted:
            yield place, found[place]

    def blocks(self, rows):
        """Blocks of points, whatever their meshes."""
        return super().blocks(rows.reshape(1, -1))


class Reduced(dict):
    """Numbers of a Result that come from a reduced basis."""


class ByBasis(OneByOne):
    """Films, conductances and transport in two and three dimensions: few points are solved, others by a reduced basis.

    Which are solved is found among all points of a block, whatever is wanted.
    """

    def __init__(self, grid, comm, step):
        super().__init__(grid, comm, step)
        self.most = POINTS

    def __call__(self, runs, wanted):
        """Yield (place, numbers or exception) of each wanted place."""
        if not wanted:
            return
        if len(runs) < reduced.FEWEST:
            yield from super().__call__(runs, wanted)
            return
        found = reduced.Reduction(runs, self.comm, self.step, self.shelf)
        for place in wanted:
            numbers, by_basis = found.numbers(place)
            if by_basis and _finite(numbers):
                yield place, Reduced(numbers)
            elif numbers is None or by_basis or isinstance(numbers, NotReducible):
                yield place, self._outcome(runs[place], first=False)
            else:
                yield place, numbers


def _finite(numbers):
    try:
        require_finite(numbers)
    except ResultError:
        return False
    return True


def chosen(grid, comm, step):
    """The evaluator that is best for a grid."""
    if comm.size == 1 and batch.supports(grid.case):
        return Batch(grid, comm, step)
    by_basis = comm.size == 1 and grid.case.solver.reduced_basis and reduced.supports(grid.case)
    return (ByBasis if by_basis else OneByOne)(grid, comm, step)
