"""Hall conductivities of bands: what a layer has of them, and steady states in which they follow the potential."""

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.models import HallVaries
from ddgauge.fem.sample import quadrature
from ddgauge.fem.solve import SolverError, System

PRECISE = 1e-9  # change of the potentials between iterations, relative to their size, that is none
ITERATIONS = 60
MEMORY = 8  # iterations that the next one is made of


def following(problem, system):
    """The Solution whose coefficients are those at its own potentials, and how it was found.

    The Hall conductivity sigma_H(mu_0 + lever e (V_gate - mu^0)) is that of the mu^0 before: a fixed point, found
    by Anderson's iteration.
    """
    stack, assembly = problem.case.stack, system.assembly
    names = [name for name in system.media if stack[name].follows]
    ends = np.cumsum([0] + [assembly.points_in(name).shape[1] for name in names])
    parts = {name: slice(*ends[k : k + 2]) for k, name in enumerate(names)}
    mixer, V = Anderson(assembly.mesh.comm), np.zeros(ends[-1])
    for iteration in range(1, ITERATIONS + 1):
        problem.step("solve")
        solution = system.solve(stack.electric_field)
        found = np.concatenate([quadrature(solution, name)[0][:, 0, 0] for name in names])
        change = _largest(assembly, found - V)
        size = _largest(assembly, solution.x[:, 0]) or 1.0
        if change <= PRECISE * size:
            numbers = {"iterations": iteration, "change": change, "units": {"iterations": "1", "change": "V"}}
            return problem.balanced(solution), {"gate": numbers}
        V = mixer.next(V, found - V)
        media = {name: HallVaries(system.media[name].c, assembly.points_in(name), V[parts[name]]) for name in names}
        system = System(assembly, system.media | media, system.faces, system.junctions, problem.case.solver.tolerance)
    raise SolverError(
        f"the potential that the gate is against still changes by {change:.2g} V of {size:.2g} V after {ITERATIONS}"
        " iterations; lower the voltages of contacts, or anomalous_hall.gate.lever, or raise the conductivity"
    )


class Anderson:
    """Anderson's iteration for V = G(V), arrays of which each rank has a part  [J. ACM 12, 547 (1965)]."""

    def __init__(self, comm):
        self.comm, self.V, self.F = comm, [], []

    def next(self, V, F):
        """The next V, from V, F = G(V) - V and those before: as if G were linear, what makes F smallest."""
        self.V, self.F = [*self.V, V][-MEMORY:], [*self.F, F][-MEMORY:]
        if len(self.V) == 1:
            return V + F
        dV, dF = np.diff(self.V, axis=0), np.diff(self.F, axis=0)
        gram, right = self.comm.allreduce(dF @ dF.T), self.comm.allreduce(dF @ F)
        scale = np.sqrt(np.diag(gram)) + np.finfo(float).tiny
        share = np.linalg.lstsq(gram / np.outer(scale, scale), right / scale, rcond=1e-13)[0] / scale
        return V + F - share @ (dV + dF)


def anomalous_hall(stack, solution=None):
    """{"anomalous_hall": {layer: (sigma_yz, sigma_zx, sigma_xy)}}, means over layers, S/m; {} of those without.

    The solution is needed where they vary.
    """
    found = {}
    for name in stack.names:
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


def _largest(assembly, values):
    return assembly.mesh.comm.allreduce(float(np.abs(values).max(initial=0)), MPI.MAX)
