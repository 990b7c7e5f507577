"""From the runs of points to their numbers."""

import numpy as np

from ddgauge.experiment import BalanceError, run
from ddgauge.fem.mesh import MeshError
from ddgauge.fem.shelf import Shelf
from ddgauge.fem.solve import SolverError
from ddgauge.model import InputError
from ddgauge.output import ResultError, require_finite

LARGEST = 16  # points of a block that are solved one after another
# of a point by itself
FAILURES = (InputError, MeshError, SolverError, BalanceError, ResultError, np.linalg.LinAlgError)


class OneByOne:
    """The evaluator that goes for any experiment: one run after another, with what they share on a shelf.

    An evaluator is called with the runs of a block of points, which are neighbours, and with the places among them that
    are wanted; it yields (place, numbers of a Result or exception). What it makes of a point may depend on the others
    of the block, but not on what is wanted, nor on other blocks: so a sweep that was interrupted, or spread over other
    groups of ranks, ends with the same numbers.

    Parameters
    ----------
    grid : Grid
    comm : MPI communicator
        Of the ranks that solve a point together.
    step : function of a text
    """

    at_once = False  # whether all of a block are done at the same time

    def __init__(self, grid, comm, step):
        self.comm, self.step, self.shelf = comm, step, Shelf()
        self.block = 1 if grid.case.mesh.dimension == 1 else LARGEST

    def __call__(self, runs, wanted):
        """Yield (place, numbers or exception) of each wanted place."""
        if self.block > 1 and wanted and wanted[0] > 0:
            self._outcome(runs[0], first=True)  # for its factors
        for place in wanted:
            yield place, self._outcome(runs[place], first=place == 0)

    def _outcome(self, case, first):
        self.shelf.problem(first)
        try:
            numbers = run(_without_figures(case), self.comm, self.step, shelf=self.shelf).numbers
            require_finite(numbers)
        except FAILURES as error:
            return error
        return numbers


def _without_figures(case):
    """A run that computes nothing for figures alone."""
    return case.model_copy(update={"output": case.output.model_copy(update={"figures": False})})


class Reduced(dict):
    """Numbers of a Result that come from a reduced basis."""


def chosen(grid, comm, step):
    """The evaluator that is best for a grid."""
    return OneByOne(grid, comm, step)
