"""Currents through contacts and voltages at faces: of the spin model, of two currents, of Weyl metals."""

from ddgauge.experiment import models
from ddgauge.experiment.dynamics import evolution, response
from ddgauge.experiment.faces import beside_charge, between_contacts, charge_at_faces, resistance
from ddgauge.experiment.hall import anomalous_hall, following
from ddgauge.experiment.problem import Result
from ddgauge.experiment.terminals import terminals


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
    numbers = charge_at_faces(solution, models.leads(stack))
    numbers |= resistance(numbers, stack, assembly.mesh.dimension)
    numbers |= terminals(problem, system) | between_contacts(numbers, stack)
    numbers |= found | anomalous_hall(stack, solution)
    return Result(case, numbers | beside_charge(case, solution), solution)
