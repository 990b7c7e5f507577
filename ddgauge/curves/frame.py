"""What all curves share: their points are solved, held to their balances, and made into columns and numbers."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from ddgauge.experiment import batch
from ddgauge.experiment.problem import Result
from ddgauge.model import InputError, Run

OF_RUN = ("electrostatics", "mesh", "solver", "conductance")  # that each point has as well


@dataclass(frozen=True)
class Point:
    """A point of a curve: what it is, in words, and what of the stack is changed there, as of Stack.with_."""

    where: str
    changes: dict = field(default_factory=dict)
    experiment: str = "film"


def curve(problem):
    """The columns of a curve, numbers extracted from them, and closed forms beside both."""
    from ddgauge.curves import KINDS  # here, for the kinds are made of this

    run = problem.case
    kind = KINDS[run.experiment]
    result = _as_it_stands(problem)
    problem.step("curve")
    found = _solved(run, list(kind.points(run)), problem.comm)
    columns, formula = kind.columns(run, found), kind.closed_form(run)
    numbers, same = kind.extracted(run, columns), None
    if formula is not None:
        abscissa = next(iter(columns))
        same = kind.extracted(run, {abscissa: columns[abscissa]} | formula)
        same = {name: same[name] for name in numbers if same.get(name) is not None}
    result.numbers = {
        "curve": columns | {"closed_form": formula, "units": kind.UNITS},
        "extracted": numbers | {"closed_form": same, "units": kind.UNITS},
        **_account(found),
    }
    return result


def _as_it_stands(problem):
    """Result of the stack as the file has it: for its fields."""
    from ddgauge.experiment import EXPERIMENTS  # here, for curves are among them

    run = problem.case
    output = run.output.model_copy(update={"figures": False})
    problem.case = run.model_copy(update={"experiment": run.solved, "curve": None, "output": output})
    try:
        solution = EXPERIMENTS[run.solved](problem).solution
    finally:
        problem.case = run
    return Result(run, {}, solution)


def _solved(run, points, comm):
    """The numbers of each point, the same on every rank; what fails says where."""
    cases = [_case(run, point) for point in points]
    first, every = (0, 1) if all(map(batch.supports, cases)) else (comm.rank, comm.size)  # many are done at once
    mine = batch.evaluate(cases[first::every])
    found = [None] * len(cases)
    for rank, part in enumerate(comm.allgather(mine) if every > 1 else [mine]):
        found[rank::every] = part
    for point, numbers in zip(points, found):
        if isinstance(numbers, Exception):
            raise type(numbers)(f"curve, at {point.where}: {numbers}")
    return found


def _case(run, point):
    try:
        stack = run.stack.with_(**point.changes)
        return Run(experiment=point.experiment, stack=stack, **{key: getattr(run, key) for key in OF_RUN})
    except InputError as error:
        raise InputError(*(f"curve, at {point.where}: {text.removeprefix(': ')}" for text in error.problems)) from None


def _account(found):
    """The worst balances of all points, and what their solves took."""
    balances, solver = ([numbers[key] for numbers in found] for key in ("balances", "solver"))
    return {
        "balances": {key: max(b[key] for b in balances) for key in ("charge", "spin", "power")} | {"units": {"*": "1"}},
        "solver": {
            "unknowns": solver[0]["unknowns"],
            "solves": sum(s["solves"] for s in solver),
            "iterations": max(s["iterations"] for s in solver),
            "residual": max(s["residual"] for s in solver),
            "units": {"*": "1"},
        },
    }


def resistivities(found):
    """(points, 2) longitudinal and transverse resistivity of films, ohm m."""
    return np.array([[numbers["resistivity"][key] for key in ("longitudinal", "transverse")] for numbers in found])


def bulk_resistivity(stack):
    """Resistivity of the layers side by side where no spin piles up and no field is, ohm m."""
    from ddgauge.physics import closure

    sheet = thickness = 0.0
    for layer in stack.layers:
        sigma, theta0 = layer.without_field(stack.temperature)
        Theta = closure.response(closure.coupling(theta0, stack.coefficients(layer.name).thetaC))
        sheet += sigma * layer.thickness * Theta[:2, 0, :2, 0]
        thickness += layer.thickness
    return float(np.linalg.inv(sheet / thickness)[0, 0])


def one_film(stack):
    """A metal film beside at most one magnet, in symbols, which the closed forms are of; None of other stacks."""
    if len(stack.layers) != 1:
        return None
    (layer,) = stack.layers
    c = stack.coefficients(layer.name)
    sheets = [boundary for boundary in stack.boundary.values() if boundary.kind != "insulating"]
    if layer.anomalous_hall is not None:
        return None
    plain = not (layer.exchanges or layer.spin_orbit or layer.gauge is not None or np.any(c.thetaL) or np.any(c.kappa))
    rate = c.R_lattice[0, 0]
    if not plain or not isinstance(layer.spin_hall, float) or not rate or np.any(c.R_lattice != rate * np.eye(3)):
        return None
    if len(sheets) > 1 or any(sheet.kind != "sheet" or sheet.matrix is not None for sheet in sheets):
        return None
    G = {key: getattr(sheets[0], key) or 0.0 if sheets else 0.0 for key in ("G_s", "G_r", "G_i")}
    return SimpleNamespace(
        d=layer.thickness, l=np.sqrt(c.D / rate), theta=layer.spin_hall, sigma=c.sigma, D=c.D, g=layer.g_factor, G=G,
        layer=layer,
    )  # fmt: skip
