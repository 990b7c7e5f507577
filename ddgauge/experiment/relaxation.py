"""Decay rates of the slowest spin modes of a body."""

import numpy as np

from ddgauge.experiment.problem import Result
from ddgauge.fem.modes import decay_rates


def relaxation(problem):
    """Decay rates of the slowest spin modes of the body."""
    case = problem.case
    assembly = problem.assembly()
    system = problem.system(assembly)
    problem.step("modes")
    rates, fields = decay_rates(system, 12)
    solution = system.as_solution(fields[0])
    numbers = {
        "relaxation": {
            "rates": np.real(rates),
            "precession": np.imag(rates),
            "lifetime": [1 / rate if rate > 0 else None for rate in np.real(rates)],
            "units": {"rates": "1/s", "precession": "rad/s", "lifetime": "s"},
        }
    }
    return Result(case, numbers, solution, {"rates": rates})
