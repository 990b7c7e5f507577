"""Currents through contacts and voltages at faces: of the spin model, of two currents, of Weyl metals."""

from ddgauge.experiment import models
from ddgauge.experiment.dynamics import evolution, response
from ddgauge.experiment.faces import beside_charge, between_contacts, charge_at_faces, resistance
from ddgauge.experiment.hall import anomalous_hall, following
from ddgauge.experiment.problem import Result
from ddgauge.experiment.terminals import terminals
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.post import barriers


def transport(problem):
    """A steady state, its evolution with [time], or its response with [frequency]."""
    case, stack = problem.case, problem.case.stack
    if case.time is not None:
        return evolution(problem)
    if case.frequency is not None:
        return response(problem)
    assembly = problem.assembly()
    system = problem.system(assembly)
    if stack.follows:
        solution, found = following(problem, system)
    else:
        solution, found = problem.solve(system, stack.electric_field, motive=models.motive(stack, 0.0, system.n)), {}
    if full := models.at_any_bias(case, stack, assembly.mesh):
        solution = _beyond_linear(problem, assembly, full, solution)
    numbers = charge_at_faces(solution, models.leads(stack))
    numbers |= resistance(numbers, stack, assembly.mesh.dimension)
    numbers |= {} if full else terminals(problem, system)
    numbers |= between_contacts(numbers, stack)
    numbers |= found | anomalous_hall(stack, solution)
    problem.warnings += barriers.warnings(case, solution)
    return Result(case, numbers | beside_charge(case, solution) | barriers.numbers(case, solution), solution)


def _beyond_linear(problem, assembly, full, start):
    """The Solution with barriers whose currents are not linear in the bias, from that with linear ones.

    Parameters
    ----------
    full : {(below, above): model.tunnel.Barrier}
    start : Solution
    """
    media, faces, junctions = models.laws(problem.case, problem.case.stack, assembly)
    junctions |= {pair: barrier.flux for pair, barrier in full.items()}
    problem.step("solve")
    system = Nonlinear(assembly, media, faces, junctions)
    solution = problem.balanced(system.solve(start.E, motive=start.motive, start=start.x))
    barriers.require_range(full, solution)
    return solution
