"""Spin in two bands: steady states and evolutions, their states, flows, budgets and positivity."""

from functools import partial
from itertools import pairwise

import numpy as np

from ddgauge.experiment.dynamics import followed
from ddgauge.experiment.faces import CURRENT
from ddgauge.experiment.models import band_faces
from ddgauge.experiment.problem import Result
from ddgauge.fem.evolve import Evolution
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.fem.solve import System
from ddgauge.fem.splitting import Splitting
from ddgauge.model import band_coefficients
from ddgauge.model.band_laws import band_laws
from ddgauge.physics.band_charge import Charge
from ddgauge.physics.band_equilibrium import MassAction
from ddgauge.physics.band_inert import pinned
from ddgauge.physics.medium import Face
from ddgauge.post import bands
from ddgauge.units import E_CHARGE, K_B

TIGHTER = 1e-2  # residual: the number of electrons is one of sixteen fields, and balances by itself
NEWTON = 1e-11  # change of a field in the last step, relative: what flows is a small part of what drifts each way
CELLS = 32  # through a body, about
ROUGH = 0.1  # of itself, by which a state that a face holds may change in a step, for flows to a per cent or so
ROUGH_FLOWS = (
    "boundary {face!r}: precession and relaxation change what is held there by {change:.2g} of itself in a step of"
    " {step:.3g} s, so that flows through it are rough; densities away from it are not. Use steps of"
    " {shorter:.2g} s or less (time.steps), or scheme = 'implicit'"
)
NO_STATE = (
    "layer {layer!r}: {place} the density matrix has an eigenvalue of {value:.1e} of its trace: it is"
    " no state there. Too few cells do that to steep profiles, and so do bands that diffuse unlike each other, and"
    " relaxation that is not completely positive; a shorter T2 repairs it. Nothing is clipped"
)


def two_band(problem):
    """A steady state, or its evolution with [time]."""
    case = problem.case
    told = Told(problem, band_laws(case))
    problem.weigh = partial(bands.balances, told.laws)
    assembly = problem.assembly()
    if case.time is not None:
        result = evolution(problem, assembly, told)
    else:
        solution = steady(problem, assembly, told.laws)
        result = Result(case, told.numbers(0.0, solution), solution)
    told.warn()
    for solution in [result.solution, *(frame for _, frame in result.frames)]:
        solution.flows = {name: law.currents for name, law in told.laws.items()}  # with those of a full band
    return result


def steady(problem, assembly, laws):
    """The steady Solution; fields that have no law are zero in it."""
    stack, tolerance = problem.case.stack, TIGHTER * problem.case.solver.tolerance
    laws = pinned(laws, extent(assembly) / CELLS)
    faces = band_faces(stack, laws)
    problem.step("matrix")
    if all(law.linear for law in laws.values()):
        media = {name: law.medium for name, law in laws.items()}
        system = System(assembly, media, faces, {}, tolerance, shelf=problem.shelf)
        return problem.solve(system, loads=loads(laws))
    system = Nonlinear(assembly, laws, faces, tolerance=NEWTON)
    problem.step("solve")
    start = system.solve(values=grounded(stack), start=in_equilibrium(stack, assembly, laws)).x
    return problem.balanced(system.solve(start=start))


def extent(assembly):
    """A length that is about that of the body, m."""
    volume = sum(float(assembly.loads[layer][:, 0].sum()) for layer in assembly.mesh.layers)
    return assembly.mesh.comm.allreduce(volume) ** (1 / assembly.mesh.dimension)


def grounded(stack):
    """{face: {16: V}} potentials of contacts without their voltages: what they have built in."""
    held = {name: face.potential for name, face in stack.band_faces.items() if face.potential is not None}
    return {name: {16: potential - stack.boundary[name].voltage} for name, potential in held.items()}


def in_equilibrium(stack, assembly, laws):
    """(rows, n) unknowns near equilibrium, where Newton's method begins: neutral layers, or carriers in their field."""
    options, T = stack.two_band, stack.temperature
    first, law = stack.bands(stack.names[0]), next(iter(laws.values()))
    states = {name: np.zeros(law.n) for name, law in laws.items()}
    for name, law in laws.items():
        states[name][:16] = band_coefficients.neutral_state(law.c, options) / law.n_ref
        if law.poisson:
            states[name][16] = band_coefficients.built_in(law.c, first, T)
    x = by_layer(assembly, states)
    counted = all(isinstance(law.c.equilibrium, MassAction) or law.c.doping > 0 for law in laws.values())
    if not (law.poisson and T and counted):
        return x
    charges = {name: Charge(law.c, K_B * T / E_CHARGE, first.doping, law.n_ref) for name, law in laws.items()}
    held = {name: Face(np.zeros((1, 1)), np.zeros(1), {0: values[16]}) for name, values in grounded(stack).items()}
    phi = Nonlinear(assembly, charges, held).solve(start=x[:, 16:]).x
    states = {name: charge.state(phi[:, 0], options.full_density) / law.n_ref for name, charge in charges.items()}
    return np.column_stack([by_layer(assembly, states), phi])


def evolution(problem, assembly, told):
    """States, flows and budgets at the samples of [time]."""
    case, laws, times = problem.case, told.laws, problem.case.time
    if times.scheme == "splitting":
        problem.step("matrix")
        faces, whole = band_faces(case.stack, laws), times.end - times.start
        problem.warnings += rough_flows(case.stack, laws, faces, whole / times.steps)
        evolution = Splitting(assembly, laws, faces, end=whole, steps=times.steps)
    else:
        drive = {"loads": loads(laws)}
        evolution = Evolution(problem.system(assembly), lambda t: drive, times.end, times.tolerance, times.step)

    def begin():
        start = None  # "zero"
        if times.initial == "given":
            start = at_start(case.stack, assembly, laws)
        elif times.initial == "steady":
            start = steady(problem, assembly, laws).x
        return evolution.begin(start, times.start)

    return followed(problem, assembly, evolution, begin, told.numbers)


def rough_flows(stack, laws, faces, step):
    """Lines that say at which faces the steps (s) of a splitting are too long for the flows through them."""
    found = []
    for name, face in faces.items():
        if not set(range(16)) <= set(face.fixed):
            continue
        L, g = laws[stack.layer_of_face(name)].local()
        states = [np.array([face.fixed[A] for A in range(16)])]
        states.append(L @ states[0] + g)
        states.append(L @ states[1])
        sizes = [np.linalg.norm(S) for S in states]
        change = step * max((b / a for a, b in pairwise(sizes) if a), default=0.0)
        if change > ROUGH:
            found.append(ROUGH_FLOWS.format(face=name, step=step, change=change, shorter=ROUGH / change * step))
    return found


def at_start(stack, assembly, laws):
    """(rows, n) unknowns of the states that the layers start in."""
    states = {name: np.zeros(law.n) for name, law in laws.items()}
    for name, X in stack.band_start.items():
        states[name][:16] = X / laws[name].n_ref
    return by_layer(assembly, states)


def by_layer(assembly, states):
    """(rows, n) unknowns of {layer: (n,) or (rows, n)}, their mean where layers meet."""
    x, shared = 0.0, np.zeros((assembly.owned, 1))
    for name, state in states.items():
        inside = assembly.rows_of(assembly.mesh.label[: len(assembly.cell_dofs)] == assembly.mesh.layers[name])[:, None]
        shared += inside
        x = x + inside * state
    return x / shared


def loads(laws):
    """{layer: (4, n)} of the constant parts of laws, as of System.solve."""
    return {name: law.load for name, law in laws.items() if law.load.any()}


class Told:
    """What is told of solutions of a problem, and the warnings that they give rise to."""

    def __init__(self, problem, laws):
        self.problem, self.laws = problem, laws
        self.excess = problem.case.stack.two_band.mode == "excess"
        self._worst = {}  # layer -> smallest eigenvalue over trace, its z (m) and time (s)

    def numbers(self, time, solution):
        """Tables of a Solution at a time, s."""
        found = self._electric(solution) | bands.numbers(self.laws, solution, self.excess)
        H = {layer: law.c.hamiltonian(time) for layer, law in self.laws.items()}
        found["budget"] = bands.budget(self.laws, solution, H)
        if not self.excess:
            found["positivity"] = self._positivity(time, solution)
        return found

    def _electric(self, solution):
        """Voltages of contacts, with Poisson's equation; and charge currents out of faces."""
        n_ref, mesh = next(iter(self.laws.values())).n_ref, solution.mesh
        found = {}
        boundaries = self.problem.case.stack.boundary.items()
        held = {name: b.voltage for name, b in boundaries if getattr(b, "voltage", None) is not None}
        if held:
            found["voltage"] = held | {"units": {"*": "V"}}
        current = {name: -E_CHARGE * n_ref * float(solution.current(name)[0]) for name in mesh.faces}
        return found | {"current": current | {"units": {"*": CURRENT[mesh.dimension]}}}

    def _positivity(self, time, solution):
        found = bands.positivity(self.laws, solution)
        for layer, (value, x) in found.items():
            if value < self._worst.get(layer, (0.0,))[0]:
                self._worst[layer] = value, x[2], time
        return {layer: value for layer, (value, _) in found.items()} | {"units": {"*": "1"}}

    def warn(self):
        """Add warnings of layers where the density matrix was no state."""
        for layer, (value, z, time) in self._worst.items():
            if value < bands.NEGATIVE:
                place = f"at z = {z * 1e9:.4g} nm" + (f", t = {time:.4g} s," if self.problem.case.time else "")
                self.problem.warnings.append(NO_STATE.format(layer=layer, value=value, place=place))
