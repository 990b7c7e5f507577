"""Hall conductivities of bands: what a layer has of them, and steady states in which they follow the potential."""

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.models import HallVaries
from ddgauge.fem.sample import quadrature
from ddgauge.fem.solve import SolverError, System

PRECISE = 1e-9  # change of the potentials between iterations, relative to their range, that is none
ITERATIONS = 60
LEAST_STEP = 1 / 64


def following(problem, system):
    """The Solution whose coefficients are those at its own potentials, by Picard's iteration, and how that went.

    The Hall conductivity sigma_H(mu_0 + lever e (V_gate - mu^0)) is that of the mu^0 before; less than the whole way
    is gone where this does not converge.
    """
    stack, case, assembly = problem.case.stack, problem.case, system.assembly
    names = [name for name in system.media if stack[name].follows]
    V, step, last = {name: np.zeros(assembly.points_in(name).shape[1]) for name in names}, 1.0, np.inf
    for iteration in range(1, ITERATIONS + 1):
        problem.step("solve")
        solution = system.solve(stack.electric_field)
        found = {name: quadrature(solution, name)[0][:, 0, 0] for name in names}
        change = _largest(assembly, *(abs(found[name] - V[name]) for name in names))
        size = 2 * _largest(assembly, abs(solution.x[:, 0])) or 1.0
        if change <= PRECISE * size:
            numbers = {"iterations": iteration, "change": change, "units": {"iterations": "1", "change": "V"}}
            return problem.balanced(solution), {"gate": numbers}
        if change > 0.7 * last:
            step = max(step / 2, LEAST_STEP)
        last = change
        V = {name: V[name] + step * (found[name] - V[name]) for name in names}
        media = {name: HallVaries(system.media[name].c, assembly.points_in(name), V[name]) for name in names}
        system = System(assembly, system.media | media, system.faces, system.junctions, case.solver.tolerance)
    raise SolverError(
        f"the potential that the gate is against still changes by {change:.2g} V of {size:.2g} V after {ITERATIONS}"
        " iterations; lower the voltages of contacts, or anomalous_hall.gate.lever, or raise the conductivity"
    )


def anomalous_hall(stack, solution):
    """{"anomalous_hall": {layer: (sigma_yz, sigma_zx, sigma_xy)}}, means over layers, S/m; {} of those without."""
    found = {}
    for name in solution.media:
        law, thickness = stack[name].anomalous_hall, stack[name].thickness
        if law is None:
            continue
        if not law.varies:
            found[name] = law.uniform(stack.temperature, thickness)
            continue
        assembly = solution.system.assembly
        V = quadrature(solution, name)[0][:, 0, 0] if law.gate else 0.0
        total = assembly.weights(name) @ law.at(assembly.points_in(name), stack.temperature, thickness, V)
        found[name] = assembly.mesh.comm.allreduce(total) / solution.volume(name)
    return {"anomalous_hall": found | {"units": {"*": "S/m"}}} if found else {}


def _largest(assembly, *arrays):
    return assembly.mesh.comm.allreduce(max(float(a.max(initial=0)) for a in arrays), MPI.MAX)
