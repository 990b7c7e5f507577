"""From the runs of points to their numbers, one after another."""

import numpy as np

from ddgauge.experiment import BalanceError, run
from ddgauge.fem.mesh import MeshError
from ddgauge.fem.solve import SolverError
from ddgauge.model import InputError
from ddgauge.output import ResultError, require_finite

FAILURES = (
    InputError,
    MeshError,
    SolverError,
    BalanceError,
    ResultError,
    np.linalg.LinAlgError,
)  # of a point by itself


class OneByOne:
    """The evaluator that goes for any experiment.

    An evaluator is called with the runs of a block of points, which are neighbours, and with the places among them that
    are wanted; it yields (place, numbers of a Result or exception). What it makes of a point may depend on the others
    of the block, but not on what is wanted, nor on other blocks: so a sweep that was interrupted, or spread over other
    groups of ranks, ends with the same numbers.

    Parameters
    ----------
    comm : MPI communicator
        Of the ranks that solve a point together.
    step : function of a text
    """

    block = 1  # points in a block

    def __init__(self, comm, step):
        self.comm, self.step = comm, step

    def __call__(self, runs, wanted):
        """Yield (place, numbers or exception) of each wanted place."""
        for place in wanted:
            try:
                numbers = run(runs[place], self.comm, self.step).numbers
                require_finite(numbers)
                yield place, numbers
            except FAILURES as error:
                yield place, error


class Reduced(dict):
    """Numbers of a Result that come from a reduced basis."""
