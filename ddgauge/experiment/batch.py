"""Many films, or many interfaces, at once in one dimension: the numbers of `run` in a fraction of its time."""

from collections import defaultdict
from contextlib import suppress

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.conductance import UNITS, beyond, perturbation
from ddgauge.experiment.hall import anomalous_hall
from ddgauge.experiment.problem import FAILURES
from ddgauge.experiment.stacks import SPIN, Member, Stacks
from ddgauge.model.layer import LayerCoefficients
from ddgauge.physics.algebra import cross
from ddgauge.post import torque
from ddgauge.post.conductance import projected

AT_ONCE = 512  # stacks
CELLS = 2**18  # of them, at most: 0.2 GB
RESIDUAL = 1e-12  # relative; an elimination that leaves no more needs no refinement, whatever solver.tolerance is
FREE = 1e-6  # of the smallest conductivity: with less, `run` says that nothing flows


def supports(case):
    """Whether a Run goes through arrays: "film" or "conductance" in one dimension, with uniform layers."""
    return (
        case.experiment in EXPERIMENTS
        and case.mesh.file is None
        and case.mesh.dimension == 1
        and not any(layer.varies for layer in case.stack.layers)
    )


def evaluate(cases):
    """The numbers of each Run as `run` has them, without timings, or the exception that it raises.

    What is not supported, does not balance or has no unique solution is left to `run`, one after the other.
    """
    found = [None] * len(cases)
    for places, solved in _solved(cases):
        for k, numbers in zip(places, solved.numbers()):
            found[k] = numbers
    return [_by_itself(case) if numbers is None else numbers for case, numbers in zip(cases, found)]


def resistivities(cases):
    """(cases, 2) longitudinal and transverse resistivity of films, ohm m; raises what `run` raises."""
    found = np.full((len(cases), 2), np.nan)
    for places, solved in _solved(cases):
        found[places] = np.where(solved.good[:, None], solved.resistivity, np.nan)
    for k in np.flatnonzero(np.isnan(found[:, 0])):
        numbers = _by_itself(cases[k])
        if isinstance(numbers, Exception):
            raise numbers
        found[k] = numbers["resistivity"]["longitudinal"], numbers["resistivity"]["transverse"]
    return found


def _solved(cases):
    """(places, Film or Conductance) of the supported cases, those that are alike together."""
    groups = defaultdict(list)
    for k, case in enumerate(cases):
        if supports(case):
            groups[(member := Member(case)).kind].append((k, member))
    for kind, items in groups.items():
        for start in range(0, len(items), AT_ONCE):
            yield from _tried(EXPERIMENTS[kind[0]], items[start : start + AT_ONCE])


def _tried(experiment, items):
    """What _solved yields, of (place, Member) of one kind; nothing of a member that cannot even be set up."""
    places, members = map(list, zip(*items))
    half, solved = len(items) // 2, None
    with suppress(ArithmeticError, ValueError, RuntimeError), np.errstate(all="ignore"):
        stacks = Stacks(members)
        if not half or stacks.cells.sum() <= CELLS:
            solved = experiment(stacks)  # what is not finite in it is found out
    if solved is not None:
        yield places, solved
    elif half:  # too many cells, or one that spoils the others
        yield from _tried(experiment, items[:half])
        yield from _tried(experiment, items[half:])


def _by_itself(case):
    from ddgauge.experiment import run

    case = case.model_copy(update={"output": case.output.model_copy(update={"figures": False})})
    try:
        numbers = run(case, MPI.COMM_SELF).numbers
    except FAILURES as error:
        return error
    return {table: values for table, values in numbers.items() if table != "timings"}


class Solved:
    """Stacks that have been solved for."""

    def __init__(self, stacks, steady, solves):
        self.stacks, self.steady, self.solves = stacks, steady, solves
        options = [member.case.solver for member in stacks.members]
        self.balances, self.left_over = steady.balances, steady.left_over
        self.good = steady.determined & np.all(
            np.array(self.balances) <= [option.balance_tolerance for option in options], axis=0
        )
        self.good &= self.left_over <= [max(option.tolerance, RESIDUAL) for option in options]

    def numbers(self):
        """Yield the numbers of each stack, or None where they are not to be had like this."""
        account = zip(self.stacks.unknowns.tolist(), self.left_over.tolist(), *map(np.ndarray.tolist, self.balances))
        for n, (unknowns, residual, charge, spin, power) in enumerate(account):
            yield (
                self.of(n)
                | {
                    "balances": {"charge": charge, "spin": spin, "power": power, "units": {"*": "1"}},
                    "solver": {
                        "unknowns": unknowns,
                        "solves": int(self.solves[n]),
                        "iterations": 1,
                        "residual": residual,
                        "units": {"*": "1"},
                    },
                }
                if self.good[n]
                else None
            )


class Film(Solved):
    """Films, as of experiment.film: resistivity, torque, and spin under an electric field."""

    def __init__(self, stacks):
        given = np.array([member.stack.drive.electric_field for member in stacks.members]) * [1, 1, 0]
        strength = np.linalg.norm(given, axis=-1)
        driven = strength > 0
        strength = np.where(driven, strength, 1e5)
        x, y = (strength[:, None] * axis for axis in np.eye(3)[:2])
        self.E = np.where(driven[:, None], given, x)
        super().__init__(stacks, stacks.drive(np.stack([x, y, self.E], axis=1)), 2 + (x != self.E).any(axis=-1))
        flow = self.steady.flow.sum(axis=0)[:, :2, :2, 0]
        self.conductivity = np.swapaxes(flow, 1, 2) / (stacks.thickness.sum(axis=0) * strength)[:, None, None]
        (a, b), (c, d) = np.moveaxis(self.conductivity, 0, -1)
        self.resistivity = np.stack([d, -c], axis=-1) / (a * d - b * c)[:, None]
        smallest = stacks.of(stacks.c.sigma).min(axis=0)
        self.good &= (np.minimum(a, d) >= FREE * smallest) & np.isfinite(self.resistivity).all(axis=-1)
        self.torques = _torques(stacks, self.steady, self.E)
        (mu, out), below = self.steady.faces, self.steady.mu[1, :, :, 2]
        jumps = dict(zip(stacks.broken, self.steady.junctions[0][:, :, :, 2]))
        self.current = np.moveaxis(np.concatenate([out[:, :, 2], self.steady.through[:, :, 2]]), 1, 0)
        sides = [np.moveaxis(jumps[k], 0, 1) if k in jumps else below[k] for k in range(stacks.layers - 1)]
        self.accumulation = [2 * values for values in (*mu[:, :, 2], *sides)]

    def of(self, n):
        """The numbers of stack n, but for the account of the solves."""
        names = "bottom", "top", *self.stacks.members[n].pairs
        longitudinal, transverse = self.resistivity[n].tolist()
        return {
            "resistivity": {"longitudinal": longitudinal, "transverse": transverse, "units": {"*": "ohm m"}},
            "conductivity": {"matrix": self.conductivity[n], "units": {"*": "S/m"}},
            "torque": self.torques[n] | {"units": {"damping_like": "S/m", "field_like": "S/m", "*": "1"}},
            "electric_field": {"value": self.E[n], "units": {"*": "V/m"}},
            "spin_current": dict(zip(names, self.current[n])) | {"units": {"*": "A/m^2"}},
            "accumulation": dict(zip(names, (mu_s[n] for mu_s in self.accumulation))) | {"units": {"*": "V"}},
        } | anomalous_hall(self.stacks.members[n].stack)


def _torques(stacks, steady, E):
    """Torque of each film on its moments under E[n, i], the last column of steady: as of experiment.film  [Chen13]."""
    c, of, members = stacks.c, stacks.of, stacks.members
    tops = np.cumsum(stacks.thickness, axis=0)
    bottoms = tops - stacks.thickness
    middles = (tops + bottoms) / 2
    into_moments = (c.sigma / c.D)[:, None, None] * (c.R_exchange - cross(c.omega_exchange))
    exchanges = c.R_exchange.any(axis=(-2, -1)) | c.omega_exchange.any(axis=-1)
    absorbed = [*steady.faces[1][:, :, -1], *steady.junctions[1].sum(axis=1)[:, :, -1]]
    absorbed += [*np.einsum("lnab,lnb->lna", of(into_moments), steady.integral[:, :, -1])]
    heights = [bottoms[0], tops[-1], *tops[stacks.broken], *middles]
    boundaries = [[member.stack.boundary.get(side) for member in members] for side in ("bottom", "top")]
    sheets = boundaries + [[member.stack.interface[member.pairs[k]] for member in members] for k in stacks.broken]
    there = [np.array([bool(sheet and sheet.magnetic) for sheet in row]) for row in sheets] + [*of(exchanges)]
    count = sum(mask.astype(int) for mask in there)
    absorbed = sum(mask[:, None] * current for mask, current in zip(there, absorbed))
    height = sum(mask * z for mask, z in zip(there, heights)) / np.maximum(count, 1)
    metal = np.argmax(of(np.abs(c.thetaC).max(axis=(-2, -1))), axis=0), np.arange(stacks.count)
    upward = np.where(height <= middles[metal], 1, -1)
    strength = np.linalg.norm(E, axis=-1)
    p = (upward / strength)[:, None] * np.stack([-E[:, 1], E[:, 0], np.zeros(len(E))], axis=-1)
    m = np.array([np.zeros(3) if member.m is None else member.m for member in members])
    parts = torque.components(absorbed, m, p)
    j = np.array([member.layers[k].conductivity for k, member in zip(metal[0], members)]) * strength
    keys = "damping_like", "field_like", "efficiency_dl", "efficiency_fl"
    rows = np.stack([parts[0] / strength, parts[1] / strength, parts[0] / j, parts[1] / j], axis=-1).tolist()
    some = (count > 0) & ~np.isnan(parts[0])
    return [dict(zip(keys, row)) if known else dict.fromkeys(keys) for row, known in zip(rows, some)]


class Conductance(Solved):
    """Interface matrices of magnets, split and projected on their tensors: as of experiment.conductance."""

    def __init__(self, stacks):
        super().__init__(stacks, stacks.hold(np.eye(3)), np.full(stacks.count, 3))
        c, of, steady, face = stacks.c, stacks.of, self.steady, stacks.face
        per_D = (c.sigma / c.D)[:, None, None]
        taken = np.swapaxes(steady.loss[..., SPIN].sum(axis=0), 1, 2) / 2  # currents in rows, mu_s = 2 mu in columns
        far = steady.faces[1][1 if face == "bottom" else 0] + steady.junctions[1].sum(axis=(0, 1))
        magnetic, larmor = (
            np.einsum("lnab,lnrb->nar", of(per_D * law), steady.integral) / 2
            for law in (cross(c.omega_exchange) - c.R_exchange, cross(c.omega_larmor))
        )
        parts = {
            "magnetic": magnetic,
            "lattice": -taken - magnetic - larmor,
            "larmor": larmor,
            "far_face": -np.swapaxes(far, 1, 2) / 2,
        }
        at = -1 if face == "top" else 0
        m = np.array([_moments(member.layers[at], member.m) for member in stacks.members])
        self.tables = {"matrix": sum(parts.values()), **parts, **projected(magnetic, parts["lattice"], m)}
        self.perturbations = _perturbations(c, stacks.which[at], m, face)

    def of(self, n):
        """The numbers of stack n, but for the account of the solves."""
        member, face = self.stacks.members[n], self.stacks.face
        magnet = member.names[-1 if face == "top" else 0]
        numbers = _row(self.tables, n) | {
            "perturbative": self.perturbations[n],
            "interface": "|".join([magnet, *beyond(member.stack, magnet, face)]),
            "units": UNITS,
        }
        return {"conductance": numbers}


def _moments(layer, m):
    return np.array([0.0, 0.0, 1.0]) if m is None else layer.moments_along(m)


def _perturbations(c, which, m, face):
    """What the perturbative formulas give for each magnet, or None where they do not apply."""
    some = np.flatnonzero(np.linalg.eigvalsh((c.R_exchange + c.R_lattice)[which])[:, 0] > 0)
    found = [None] * len(which)
    if len(some):
        of_magnets = LayerCoefficients(**{name: values[which[some]] for name, values in vars(c).items()})
        tables = perturbation(of_magnets, m[some], face)
        for k, n in enumerate(some):
            found[n] = _row(tables, k)
    return found


def _row(tables, n):
    return {key: _row(values, n) if isinstance(values, dict) else values[n] for key, values in tables.items()}


EXPERIMENTS = {"film": Film, "conductance": Conductance}
