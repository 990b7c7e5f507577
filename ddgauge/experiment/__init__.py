"""From a checked run to numbers: mesh, media, solves, and what each experiment makes of the solutions."""

from mpi4py import MPI

from ddgauge.experiment.conductance import conductance_of
from ddgauge.experiment.film import film
from ddgauge.experiment.problem import BalanceError, Problem, Result, account
from ddgauge.experiment.relaxation import relaxation
from ddgauge.experiment.transport import transport
from ddgauge.experiment.two_band import two_band
from ddgauge.model import Run, Stack
from ddgauge.model.curves import CURVES

__all__ = ["BalanceError", "Problem", "Result", "run"]


def curve(problem):
    """A curve of many films or conductances."""
    from ddgauge import curves  # here, for they are made of experiments

    return curves.curve(problem)


EXPERIMENTS = {
    "conductance": conductance_of,
    "film": film,
    "transport": transport,
    "relaxation": relaxation,
    "two-current": transport,
    "weyl": transport,
    "two-band": two_band,
    **dict.fromkeys(CURVES, curve),
}


def run(case, comm=MPI.COMM_WORLD, step=lambda text: None, keeper=None, shelf=None, **tables):
    """The Result of a checked run, the same on every rank.

    Parameters
    ----------
    case : model.Run, model.TunnelRun or model.Stack
    comm : MPI communicator
    step : function of a text, called before anything that may take long
    keeper : dynamics.Keeper, optional
        Keeps the state of an evolution in a file, to go on from.
    shelf : fem.shelf.Shelf, optional
        Of runs that are much alike.
    tables
        With a Stack, the rest of an input file: experiment="film", mesh={"dimension": 1}, solver, conductance, output.

    Raises
    ------
    model.InputError, fem.mesh.MeshError, fem.solve.SolverError, BalanceError
    """
    if isinstance(case, Stack):
        case = Run(stack=case, **tables)
    elif tables:
        raise TypeError(f"{', '.join(tables)} go with a Stack; a Run has them: read(file, overrides)")
    if case.experiment == "tunnel":
        from ddgauge.experiment.tunnel_run import tunnel  # here, for no other run needs it

        return tunnel(case, comm, step)
    problem = Problem(case, comm, step, keeper, shelf)
    if case.sweep:
        problem.warnings.append("[[sweep]] is for ddgauge sweep: these are the numbers of the file as it stands")
    if case.fit is not None:
        problem.warnings.append("[fit] is for ddgauge fit: these are the numbers of the file as it stands")
    result = EXPERIMENTS[case.experiment](problem)
    result.numbers = result.numbers | {key: result.numbers.get(key, of) for key, of in account(problem).items()}
    result.warnings = problem.warnings
    return result
