"""Results of a run, and how they answer to parameters: exact derivatives, not differences of solutions.

The steady states of a run are solved for once. For each parameter the coefficients of the model are looked at for a few
values around it, which costs no solution; what they change drives one more right-hand side (fem.tangent), and the
experiment itself, on the solutions moved along their tangents, says what becomes of its numbers.
"""

from dataclasses import dataclass

import numpy as np

from ddgauge.experiment import EXPERIMENTS, Problem, models
from ddgauge.experiment.problem import Result
from ddgauge.fem.tangent import Drive, Moved, Nearby, matrix_derivative, tangent
from ddgauge.post import resistance

STEP = 1e-3  # between the values of a parameter, relative to its size: errors of 1e-12, and of rounding


@dataclass(frozen=True)
class Stencil:
    """Values around one, and the derivative there of what is known at them, to fourth order; steps of one."""

    places: tuple[int, ...]
    weights: tuple[float, ...]

    def __call__(self, values):
        """The derivative; zero to the last bit where all values are the same."""
        first = values[0]
        return sum(weight * (value - first) for weight, value in zip(self.weights[1:], values[1:]))


CENTRAL = Stencil((-2, -1, 1, 2), (1 / 12, -2 / 3, 2 / 3, -1 / 12))
FORWARD = Stencil((0, 1, 2, 3, 4), (-25 / 12, 4.0, -3.0, 4 / 3, -1 / 4))
BACKWARD = Stencil((0, -1, -2, -3, -4), (25 / 12, -4.0, 3.0, -4 / 3, 1 / 4))


@dataclass(frozen=True)
class Neighbours:
    """Runs at values of a parameter around that of a run."""

    runs: list
    stencil: Stencil

    def difference(self, values):
        """Derivative by the parameter, relative to its size, of what has these values in the runs."""
        return self.stencil(values) / STEP

    @property
    def distances(self):
        """Of the runs from the run, relative to the size of the parameter."""
        return [place * STEP for place in self.stencil.places]


@dataclass(frozen=True)
class Solve:
    """A solution, the number of its system, and its drive."""

    system: int
    drive: Drive
    solution: object


class Watched(Problem):
    """A Problem that remembers what it solved.

    Parameters
    ----------
    case, comm, step : as of Problem
    assemblies : function of a run and names of layers
    checked : bool
        Whether solutions are held to their balances.
    """

    def __init__(self, case, comm, step, assemblies, checked=True):
        super().__init__(case, comm, step)
        self.assemblies, self.checked = assemblies, checked
        self.systems, self.solves = [], []

    def assembly(self, names=None, stack=None):
        """As of Problem."""
        return self.assemblies(self.case, names or self.case.stack.names)

    def system(self, assembly, stack=None, faces=None):
        """As of Problem."""
        self.systems.append(super().system(assembly, stack, faces))
        return self.systems[-1]

    def solve(self, system, E=(0, 0, 0), values=None, **drive):
        """As of Problem."""
        solution = super().solve(system, E, values, **drive)
        number = next(k for k, other in enumerate(self.systems) if other is system)
        self.solves.append(Solve(number, Drive(E, values, drive), solution))
        return solution

    def balanced(self, solution):
        """As of Problem, if it is checked."""
        return super().balanced(solution) if self.checked else solution


class _Seen(Exception):
    """All solves of an experiment are known; its numbers are not wanted."""


class Shadow(Problem):
    """A nearby run, which follows the solves of a Watched one and solves nothing.

    The first time its experiment ends with _Seen, when it has asked for all solutions; then, with tangents, they are
    those of the watched run moved along them.
    """

    def __init__(self, case, watched):
        self.case, self.watched = case, watched
        self.comm, self.step, self.keeper = watched.comm, watched.step, None
        self.balances, self.reports, self.seconds, self.warnings = [], [], {}, []
        self.systems, self.drives = [], []
        self.tangents, self.distance = None, 0.0

    def look(self, experiment):
        """Note systems and drives."""
        try:
            experiment(self)
        except _Seen:
            return self
        raise RuntimeError(f"experiment {self.case.experiment!r} did not ask for the solutions that it had asked for")

    def follow(self, experiment, tangents, distance):
        """Numbers of the experiment on the solutions moved by a distance."""
        self.tangents, self.distance = tangents, distance
        self._systems, self._solves = iter(self.systems), iter(range(len(self.drives)))
        return experiment(self).numbers

    def assembly(self, names=None, stack=None):
        """As of Problem."""
        return self.watched.assemblies(self.case, names or self.case.stack.names)

    def system(self, assembly, stack=None, faces=None):
        """The Nearby equations."""
        if self.tangents is not None:
            return next(self._systems)
        media, own, junctions = models.laws(self.case, stack or self.case.stack, assembly)
        near = self.watched.systems[len(self.systems)]
        self.systems.append(Nearby(near, assembly, media, own if faces is None else faces, junctions))
        return self.systems[-1]

    def solve(self, system, E=(0, 0, 0), values=None, **drive):
        """The solution of the watched run, moved."""
        if self.tangents is not None:
            k = next(self._solves)
            return Moved(system, self.watched.solves[k].solution, self.drives[k], self.tangents[k], self.distance)
        self.drives.append(Drive(E, values, drive))
        if len(self.drives) == len(self.watched.solves):
            raise _Seen
        return Moved(system, self.watched.solves[len(self.drives) - 1].solution, self.drives[-1])

    def balanced(self, solution):
        """The same solution: to first order it balances."""
        return solution


def experiment_of(case, results):
    """The experiment of a run, or of a film a shorter one if its resistivity alone is wanted."""
    tables = {path.partition(".")[0] for path in results}
    if case.experiment == "film" and tables <= {"resistivity", "conductivity"}:
        return _resistivity
    return EXPERIMENTS[case.experiment]


def _resistivity(problem):
    system = problem.system(problem.assembly())
    along_x, along_y = (problem.solve(system, axis) for axis in np.eye(3)[:2])
    sigma = resistance.conductivity(along_x, along_y)
    longitudinal, transverse = resistance.resistivity(sigma)
    numbers = {
        "resistivity": {"longitudinal": longitudinal, "transverse": transverse, "units": {"*": "ohm m"}},
        "conductivity": {"matrix": sigma, "units": {"*": "S/m"}},
    }
    return Result(problem.case, numbers, along_x)


def derivatives(watched, experiment, neighbours, pick):
    """(numbers,) derivative of what `pick` takes of the numbers of a watched run, by a parameter relative to its size.

    Parameters
    ----------
    watched : Watched
        That the experiment has been made on.
    experiment : function of a Problem
    neighbours : Neighbours
        Of the watched run.
    pick : function of numbers
        Gives (numbers,).
    """
    shadows = [Shadow(run, watched).look(experiment) for run in neighbours.runs]
    changes = [
        matrix_derivative(system, [shadow.systems[k] for shadow in shadows], neighbours.difference)
        for k, system in enumerate(watched.systems)
    ]
    tangents = [
        tangent(
            solve.solution,
            watched.systems[solve.system],
            changes[solve.system],
            [shadow.systems[solve.system] for shadow in shadows],
            [shadow.drives[k] for shadow in shadows],
            neighbours.difference,
        )
        for k, solve in enumerate(watched.solves)
    ]
    found = [
        pick(shadow.follow(experiment, tangents, distance)) for shadow, distance in zip(shadows, neighbours.distances)
    ]
    return neighbours.difference(found)
