"""Many runs on one mesh in two or three dimensions: few are solved, the numbers of others are from a reduced basis."""

import numpy as np

from ddgauge.experiment import models
from ddgauge.experiment.conductance import conductance_of
from ddgauge.experiment.film import film
from ddgauge.experiment.problem import FAILURES, Problem, account
from ddgauge.experiment.transport import transport
from ddgauge.fem.basis import Basis, NotReducible
from ddgauge.fem.reduced import ReducedSystem

FEWEST = 24  # runs for which a basis is made
MOST = 40  # of them that are solved for the basis
EXPERIMENTS = {"film": film, "conductance": conductance_of, "transport": transport}
HERE = (*FAILURES, NotReducible)


def supports(case):
    """Whether a reduced basis may stand for a Run: in a steady state of the spin model, with uniform layers.

    What tunnel barriers carry is told point by point, of full solutions.
    """
    return (
        case.experiment in EXPERIMENTS
        and case.mesh.dimension != 1
        and case.time is None
        and case.frequency is None
        and not any(layer.varies for layer in case.stack.layers)
        and not any(interface.tunnel for interface in case.stack.interface.values())
    )


class Sampled(Problem):
    """A problem that keeps its systems, and the potentials of each."""

    def __init__(self, *given):
        super().__init__(*given)
        self.systems, self.potentials = [], []

    def system(self, *given, **named):
        """As of Problem."""
        self.systems.append(super().system(*given, **named))
        self.potentials.append([])
        return self.systems[-1]

    def solve(self, system, *given, **drive):
        """As of Problem."""
        solution = super().solve(system, *given, **drive)
        self.potentials[next(k for k, other in enumerate(self.systems) if other is system)].append(solution.x)
        return solution


class Recorded(Problem):
    """A problem that is solved in bases, one for each of its systems."""

    def __init__(self, case, comm, step, shelf, bases):
        super().__init__(case, comm, step, shelf=shelf)
        self.bases, self.systems, self.solved = bases, [], []

    def assembly(self, names=None, stack=None):
        """That of the bases; NotReducible if it is not that of this problem."""
        if super().assembly(names, stack) is not self.bases[0].assembly:
            raise NotReducible("the mesh is another one")
        return self.bases[0].assembly

    def system(self, assembly, stack=None, faces=None):
        """A ReducedSystem."""
        media, own, junctions = models.laws(self.case, stack or self.case.stack, assembly)
        basis = self.bases[len(self.systems)]
        self.systems.append(ReducedSystem(basis, media, own if faces is None else faces, junctions))
        return self.systems[-1]

    def solve(self, system, E=(0, 0, 0), values=None, **drive):
        """A ReducedSolution, which is not held to its balances yet."""
        if any(drive.get(key) for key in ("motive", "loads")):
            raise NotReducible("what drives varies in space")
        self.solved.append((system, dict(drive, E=E, values=values)))
        return system.solve(E, values, **drive)

    def estimate(self):
        """Of the errors of all solutions, the largest."""
        for system in self.systems:
            system.renew()
        return max(system.solve(**drive).estimate for system, drive in self.solved)


class Answered(Problem):
    """A problem whose systems are those of one that was recorded."""

    def __init__(self, recorded):
        self.case, self.comm, self.step, self.weigh = recorded.case, recorded.comm, recorded.step, recorded.weigh
        self.balances, self.reports, self.seconds, self.warnings = [], [], {}, []
        self.bases, self.systems, self.estimate = recorded.bases, iter(recorded.systems), 0.0

    def assembly(self, names=None, stack=None):
        """That of the bases."""
        return self.bases[0].assembly

    def system(self, assembly, stack=None, faces=None):
        """A ReducedSystem."""
        system = next(self.systems)
        system.renew()
        return system

    def solve(self, system, E=(0, 0, 0), values=None, **drive):
        """A ReducedSolution that balances."""
        solution = system.solve(E, values, **drive)
        self.estimate = max(self.estimate, solution.estimate)
        return self.balanced(solution)


class Reduction:
    """Runs on one mesh, the numbers of most of them from a basis of the potentials of a few.

    The first of these is the one in the middle; each further one is that whose estimate is largest, until all are
    within solver.reduced_tolerance.

    Parameters
    ----------
    runs : list of Run
    comm : MPI communicator
    step : function of a text
    shelf : Shelf
    """

    def __init__(self, runs, comm, step, shelf):
        self.runs, self.comm, self.step, self.shelf = runs, comm, step, shelf
        self.tolerance = runs[0].solver.reduced_tolerance
        self.sampled, self.recorded = {}, {}
        middle = len(runs) // 2
        shelf.problem(first=True)
        first = self._sample(middle)
        if first is None:
            return
        try:
            self.bases = [Basis(system) for system in first.systems]
        except HERE:
            return
        self._enrich(first)
        left = {}
        for place, case in enumerate(runs):
            if place != middle and (problem := self._record(case)) is not None:
                self.recorded[place] = problem
                left[place] = np.inf
        while left and len(self.sampled) < MOST:
            left = {place: self.recorded[place].estimate() for place in left}
            left = {place: estimate for place, estimate in left.items() if not estimate <= self.tolerance}
            if left:
                worst = max(left, key=left.get)
                del left[worst], self.recorded[worst]
                shelf.problem(first=False)
                if (problem := self._sample(worst)) is not None:
                    self._enrich(problem)

    def numbers(self, place):
        """Those of a run by the basis, of a point that was sampled the full ones (or what it failed of), or None.

        With them whether they are reduced.
        """
        if place in self.sampled:
            return self.sampled[place], False
        if place not in self.recorded:
            return None, False
        try:
            problem = Answered(self.recorded[place])
            numbers = _numbers(problem)
        except HERE:
            return None, False
        if not problem.estimate <= self.tolerance:
            return None, False
        about = {"estimate": problem.estimate, "size": max(basis.size for basis in self.bases), "units": {"*": "1"}}
        return numbers | {"reduced": about}, True

    def _sample(self, place):
        self.step(f"full solution {len(self.sampled) + 1} for the basis")
        problem = Sampled(self.runs[place], self.comm, lambda text: None, None, self.shelf)
        try:
            self.sampled[place] = _numbers(problem)
        except HERE as error:
            self.sampled[place] = error
            return None
        return problem

    def _enrich(self, problem):
        for basis, potentials in zip(self.bases, problem.potentials):
            basis.add(potentials)

    def _record(self, case):
        problem = Recorded(case, self.comm, lambda text: None, self.shelf, self.bases)
        try:
            EXPERIMENTS[case.experiment](problem)
        except HERE:
            return None
        return problem


def _numbers(problem):
    """The numbers of a problem as `run` has them."""
    return EXPERIMENTS[problem.case.experiment](problem).numbers | account(problem)
