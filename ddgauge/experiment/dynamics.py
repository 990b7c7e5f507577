"""Evolution in time and response to a frequency, of the spin model and of two currents."""

import time

import numpy as np

from ddgauge.experiment import models
from ddgauge.experiment.faces import beside_charge, between_contacts, charge_at_faces
from ddgauge.experiment.problem import Result
from ddgauge.fem.evolve import Evolution
from ddgauge.fem.harmonic import Harmonic
from ddgauge.post import barriers


def evolution(problem):
    """Voltages, currents and spin at faces at the samples of [time]; beside them, the state at the end."""
    case, stack, options = problem.case, problem.case.stack, problem.case.time
    assembly = problem.assembly()
    system = problem.system(assembly, faces=models.faces_at(case, stack, assembly, options.start))
    drive = models.driven(stack, system)
    moving, drive_of = system, drive
    if not options.drive:
        moving, drive_of = problem.system(assembly, faces=models.grounded(system.faces)), lambda t: {}
    evolution = Evolution(moving, drive_of, options.end, options.tolerance, options.step)
    leads = {name: V * options.drive for name, V in models.leads(stack).items()}

    def begin():
        if options.initial != "steady":
            return evolution.begin(None, options.start)
        # the faces of the system are those at the start
        at_start = {key: value for key, value in drive(options.start).items() if key != "conductances"}
        return evolution.begin(problem.solve(system, **at_start).x, options.start)

    result = followed(problem, assembly, evolution, begin, lambda time, solution: _numbers(solution, case, leads))
    result.numbers |= barriers.numbers(case, result.solution)
    return result


def followed(problem, assembly, evolution, begin, numbers_of):
    """The Result of an evolution at the samples of [time], kept on the way.

    Parameters
    ----------
    problem : Problem
    assembly : Assembly
    evolution : fem.evolve.Evolution, or one alike
    begin : function
        The State at the start, asked for unless there is one that was kept.
    numbers_of : function of a time, s, and a Solution
        Tables with one unit each.
    """
    case, options = problem.case, problem.case.time
    keeper, rows, frames = problem.keeper, [], []

    def note(state, solution):
        if len(rows) in options.frame_samples:
            frames.append(state)
        rows.append(numbers_of(state.time, solution))

    kept = keeper.read(assembly) if keeper else None
    if kept:
        state, frames, rows = kept
    else:
        state = begin()
        note(state, evolution.solution(state))
    last = began = time.monotonic()
    for reached, solution in evolution.states(state, options.times[len(rows) :]):
        state = reached
        note(state, problem.balanced(solution))
        problem.step(f"t = {state.time:.4g} s of {options.end:.4g} s")
        if keeper and assembly.mesh.comm.bcast(time.monotonic() - last > options.checkpoint):
            keeper.write(assembly, state, frames, rows)
            last = time.monotonic()
    problem.seconds["evolution"] = time.monotonic() - began
    solution = evolution.solution(state)
    numbers = rows[-1] | {"time_series": {"time": options.times} | _columns(rows)}
    if options.average_from is not None:
        numbers["mean"] = _mean(numbers["time_series"], options)
    numbers["steps"] = {"steps": evolution.steps, "charge": evolution.leak, "units": {"*": "1"}}
    pictures = [(frame.time, evolution.solution(frame)) for frame in frames]
    return Result(case, numbers, solution, {"time": numbers["time_series"]}, pictures)


def response(problem):
    """Amplitudes of voltages, currents and spin at faces at each frequency; the fields are those of the last one."""
    case, stack = problem.case, problem.case.stack
    assembly = problem.assembly()
    system = problem.system(assembly)
    real, imaginary = models.phasors(stack, system.n)
    rows, leads = [], models.leads(stack)
    for frequency in case.frequency.frequencies:
        problem.step(f"{frequency:.4g} Hz")
        parts = Harmonic(system, 2 * np.pi * frequency).solve(real, imaginary)
        re, im = (problem.balanced(part) for part in parts)
        rows.append((_numbers(re, case, leads), _numbers(im, case, dict.fromkeys(leads, 0.0))))
    columns = {
        table: {
            "real": _columns([re for re, _ in rows])[table],
            "imaginary": _columns([im for _, im in rows])[table],
        }
        for table in _columns([rows[0][0]])
        if table != "units"
    }
    units = _columns([rows[0][0]])["units"] | {"frequency": "Hz"}
    numbers = {"response": {"frequency": case.frequency.frequencies} | columns | {"units": units}}
    return Result(case, numbers, re, {"response": numbers["response"]})


def _numbers(solution, case, leads):
    numbers = charge_at_faces(solution, leads)
    return numbers | between_contacts(numbers, case.stack) | beside_charge(case, solution)


def _columns(rows):
    """{table: {face: list of values}} of the tables of all rows, and their units."""
    tables = {
        table: {key: [np.asarray(row[table][key]).tolist() for row in rows] for key in first if key != "units"}
        for table, first in rows[0].items()
    }
    return tables | {"units": {"time": "s"} | {table: first["units"]["*"] for table, first in rows[0].items()}}


def _mean(series, options):
    """Time averages from `average_from` on, by the trapezoidal rule."""
    t = series["time"]
    late = t >= options.average_from - 1e-12 * (options.end - options.start)

    def mean(values):
        return np.trapezoid(np.asarray(values)[late], t[late], axis=0) / np.ptp(t[late])

    kept = [table for table in series if table not in ("time", "units")]
    tables = {table: {key: mean(values) for key, values in series[table].items()} for table in kept}
    return tables | {"units": {table: series["units"][table] for table in kept}}
