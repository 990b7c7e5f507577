"""A run on its mesh: what all experiments share, and what they return."""

import time
from dataclasses import dataclass, field

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import models
from ddgauge.fem.assemble import Assembly
from ddgauge.fem.equations import SolverError
from ddgauge.fem.mesh import MeshError, read_mesh, stack_mesh
from ddgauge.fem.solve import System
from ddgauge.fem.space import touching
from ddgauge.model import InputError, checks, weyl
from ddgauge.model.plan import default_degree, divisions, side_warnings, through
from ddgauge.post.balance import balances

OF_BARRIERS = 1e-3  # beside a barrier, which takes the voltage, currents are small: a tighter residual by this factor
SAMPLES = 200  # points of a layer at which a field that varies is looked at, on each rank


class BalanceError(RuntimeError):
    """A solution that does not balance."""


# what one run among many may fail of, without an end of the others
FAILURES = (InputError, MeshError, SolverError, BalanceError, np.linalg.LinAlgError)


@dataclass
class Result:
    """Numbers of a run, in tables with units, and the solution to be looked at."""

    case: object
    numbers: dict
    solution: object  # None of what has no mesh
    curves: dict = field(default_factory=dict)  # what figures are drawn from
    frames: list = field(default_factory=list)  # (time, Solution) to be looked at one after the other
    warnings: list = field(default_factory=list)
    comm: object = None  # of the ranks that have it; the solution's, where there is one

    def __post_init__(self):
        self.comm = self.comm or self.solution.mesh.comm


class Problem:
    """A run on its mesh: solves systems of its stack, and holds every solution to its balances.

    Parameters
    ----------
    case : model.Run
    comm : MPI communicator
    step : function of a text, called before anything that may take long
    keeper : Keeper, optional
        Of the state of a long run, see `dynamics`.
    shelf : Shelf, optional
        Of problems that are much alike.
    """

    def __init__(self, case, comm=MPI.COMM_WORLD, step=lambda text: None, keeper=None, shelf=None):
        self.case, self.comm, self.step, self.keeper, self.shelf = case, comm, step, keeper, shelf
        self.balances, self.reports, self.seconds = [], [], {}
        self.weigh = balances  # what a solution is weighed by
        self.warnings = checks.physics_warnings(case.stack) + checks.texture_warnings(case.stack)
        self.warnings += checks.frequency_warnings(case)

    def assembly(self, names=None, stack=None):
        """Mesh and space of some layers of the stack (all, if none are named)."""
        stack = stack or self.case.stack
        names = names or stack.names
        self.step("mesh")
        start = time.perf_counter()
        options = self.case.mesh
        key, sizes = mesh_key(self.case, stack, names)
        if options.file is not None:
            mesh = self._shelved(key, lambda: read_mesh(options.file, names, options.plane or "xz", self.comm))
            stack.require_names(mesh.faces, mesh.interfaces)
            stack.require_dimension(mesh.dimension)
            if self.case.experiment == "two-current":
                self.case.require_connected(mesh.interfaces, mesh.layers_at())
        else:
            self.warnings += checks.mesh_warnings(stack, sizes, self.case.electrostatics) + side_warnings(self.case)
            key = key if self.shelf is None else self.shelf.mesh(key)
            mesh = self._shelved(key, lambda: stack_mesh(*key, self.comm))
        broken = [pair for pair in stack.interfaces if set(pair) <= set(names)]
        degree = self.case.solver.degree or default_degree(mesh.dimension, mesh.structured, bool(mesh.periods))
        tied = [face for face in stack.equipotential if face in mesh.faces]
        _require_apart(mesh, stack, tied)
        key = (*key, degree, tuple(broken), tuple(tied))
        assembly = self._shelved(key, lambda: Assembly(mesh, degree, broken, tied))
        self.seconds["mesh"] = time.perf_counter() - start
        return assembly

    def _shelved(self, key, make):
        return make() if self.shelf is None else self.shelf.take(key, make)

    def system(self, assembly, stack=None, faces=None):
        """The system of a stack on an assembly; faces other than those of the stack may be given."""
        self.step("matrix")
        stack = stack or self.case.stack
        if stack.field.varies:
            self._look_at_field(stack, assembly)
        media, own, junctions = models.laws(self.case, stack, assembly)
        faces = own if faces is None else faces
        barriers = any(interface.tunnel for interface in self.case.stack.interface.values())
        tolerance = self.case.solver.tolerance * (OF_BARRIERS if barriers else 1.0)
        return System(assembly, media, faces, junctions, tolerance, shelf=self.shelf)

    def _look_at_field(self, stack, assembly):
        """InputError unless a field that varies is one, and warnings where it is too strong: on some of the mesh."""
        some, comm = {}, assembly.mesh.comm
        for name in assembly.mesh.layers:
            x = assembly.points_in(name)
            own = x[:, np.linspace(0, x.shape[1] - 1, min(x.shape[1], SAMPLES)).astype(int)]
            some[name] = np.concatenate(comm.allgather(own), axis=1)  # all ranks come to the same conclusion
        stack.field.require_no_divergence(np.concatenate(list(some.values()), axis=1), assembly.mesh.axes)
        for name, x in some.items():
            said = weyl.coefficients(stack[name], stack.field.at(x), stack.temperature)[1]
            self.warnings += [line for line in said if line not in self.warnings]

    def solve(self, system, E=(0, 0, 0), values=None, **drive):
        """A solution that balances; arguments as of System.solve."""
        self.step("solve")
        return self.balanced(system.solve(E, values, **drive))

    def balanced(self, solution):
        """The same solution; BalanceError unless it balances."""
        found = self.weigh(solution)
        limit = self.case.solver.balance_tolerance
        if not found.worst <= limit:
            parts = ", ".join(f"{name} {value:.1e}" for name, value in found.parts.items())
            raise BalanceError(
                f"the solution does not balance: {parts} (relative, must be <= {limit:.0e}); "
                f"tighten solver.tolerance = {self.case.solver.tolerance:.0e}"
            )
        self.balances.append(found)
        self.reports.append(solution.report)
        return solution


def mesh_key(case, stack=None, names=None):
    """What the mesh of some layers of a run is made of, and the sizes of its cells as of plan.through.

    Arguments of stack_mesh, or what names a part of a file; then the sizes are None.
    """
    stack, options = stack or case.stack, case.mesh
    names = names or stack.names
    if options.file is not None:
        return (str(options.file), tuple(names), options.plane), None
    plan, sizes = through(case, stack, names)
    return (tuple(plan), options.sides, divisions(case), options.periodic, options.shape), sizes


def _require_apart(mesh, stack, tied):
    """InputError where two faces meet whose potentials are held, unless at the same voltage."""
    held = {name: models.held_voltage(b) for name, b in stack.boundary.items() if name in mesh.faces}
    held |= dict.fromkeys(tied, np.nan)
    held = {name: V for name, V in held.items() if V is not None}
    for a, b in touching(mesh, list(held)) if len(held) > 1 else ():
        if held[a] != held[b]:
            raise InputError(f"boundary {a!r} and {b!r} touch; contacts must be apart, with free face between")


def account(problem):
    """Balances, solver and timings of all solves."""
    found, reports = problem.balances, problem.reports
    seconds = dict(problem.seconds)
    for report in reports:
        for phase, value in report.seconds.items():
            seconds[phase] = seconds.get(phase, 0.0) + value if phase == "solve" else value
    account = {"timings": seconds | {"units": {"*": "s"}}}
    if found:
        worst = {name: max(b.parts[name] for b in found) for name in found[0].parts}
        account["balances"] = worst | {"units": {"*": "1"}}
        account["solver"] = {
            "unknowns": reports[0].unknowns,
            "solves": len(reports),
            "iterations": max(report.iterations for report in reports),
            "residual": max(report.residual for report in reports),
            "units": {"*": "1"},
        }
    return account
