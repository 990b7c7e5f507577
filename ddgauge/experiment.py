"""From a checked run to numbers: mesh, media, solves, and what each experiment makes of the solutions."""

import time
from dataclasses import dataclass, field

import numpy as np
from mpi4py import MPI

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import read_mesh, stack_mesh
from ddgauge.fem.modes import decay_rates
from ddgauge.fem.solve import System
from ddgauge.model import InputError, Run, Stack, checks
from ddgauge.model.plan import default_degree, divisions, through
from ddgauge.physics import closure, interface, perturbative
from ddgauge.physics.medium import Face, spin_medium
from ddgauge.post import resistance, torque
from ddgauge.post.balance import balances
from ddgauge.post.conductance import conductance, memory_loss


class BalanceError(RuntimeError):
    """A solution that does not balance."""


@dataclass
class Result:
    """Numbers of a run, in tables with units, and the solution to be looked at."""

    case: object
    numbers: dict
    solution: object
    curves: dict = field(default_factory=dict)  # what figures are drawn from
    warnings: list = field(default_factory=list)


class Problem:
    """A run on its mesh: solves systems of its stack, and holds every solution to its balances.

    Parameters
    ----------
    case : model.Run
    comm : MPI communicator
    step : function of a text, called before anything that may take long
    """

    def __init__(self, case, comm=MPI.COMM_WORLD, step=lambda text: None):
        self.case, self.comm, self.step = case, comm, step
        self.balances, self.reports, self.seconds = [], [], {}
        self.warnings = checks.physics_warnings(case.stack)

    def assembly(self, names=None, stack=None):
        """Mesh and space of some layers of the stack (all, if none are named)."""
        stack = stack or self.case.stack
        names = names or stack.names
        self.step("mesh")
        start = time.perf_counter()
        options = self.case.mesh
        if options.file is not None:
            mesh = read_mesh(options.file, names, options.plane or "xz", self.comm)
            stack.require_names(mesh.faces, mesh.interfaces)
        else:
            plan, sizes = through(self.case, stack, names)
            self.warnings += checks.mesh_warnings(stack, sizes)
            mesh = stack_mesh(plan, options.sides, divisions(self.case), options.periodic, options.shape, self.comm)
        broken = [pair for pair in stack.interfaces if set(pair) <= set(names)]
        degree = self.case.solver.degree or default_degree(mesh.dimension, mesh.structured, bool(mesh.periods))
        assembly = Assembly(mesh, degree, broken)
        self.seconds["mesh"] = time.perf_counter() - start
        return assembly

    def system(self, assembly, stack=None, faces=None):
        """The system of a stack on an assembly; faces other than those of the stack may be given."""
        stack = stack or self.case.stack
        self.step("matrix")
        pairs = {pair: junction for pair, junction in stack.interfaces.items() if pair in assembly.mesh.interfaces}
        media = {name: medium(stack.coefficients(name)) for name in assembly.mesh.layers}
        faces = stack.faces if faces is None else faces
        return System(assembly, media, faces, pairs, self.case.solver.tolerance)

    def solve(self, system, E=(0, 0, 0), values=None):
        """A solution that balances."""
        self.step("solve")
        solution = system.solve(E, values)
        found = balances(solution)
        limit = self.case.solver.balance_tolerance
        if not found.worst <= limit:
            raise BalanceError(
                f"the solution does not balance: charge {found.charge:.1e}, spin {found.spin:.1e}, "
                f"power {found.power:.1e} (relative, must be <= {limit:.0e}); "
                f"tighten solver.tolerance = {self.case.solver.tolerance:.0e}"
            )
        self.balances.append(found)
        self.reports.append(solution.report)
        return solution


def run(case, comm=MPI.COMM_WORLD, step=lambda text: None, **tables):
    """The Result of a checked run, the same on every rank.

    Parameters
    ----------
    case : model.Run or model.Stack
    comm : MPI communicator
    step : function of a text, called before anything that may take long
    tables
        With a Stack, the rest of an input file: experiment="film", mesh={"dimension": 1}, solver, conductance, output.

    Raises
    ------
    model.InputError, fem.mesh.MeshError, fem.solve.SolverError, BalanceError
    """
    if isinstance(case, Stack):
        case = Run(stack=case, **tables)
    elif tables:
        raise TypeError(f"{', '.join(tables)} go with a Stack; a Run has them: read(file, overrides)")
    problem = Problem(case, comm, step)
    if case.sweep:
        problem.warnings.append("[[sweep]] is checked, not run: these are the numbers of the file as it stands")
    result = EXPERIMENTS[case.experiment](problem)
    result.numbers |= _account(problem)
    result.warnings = problem.warnings
    return result


# experiments


def conductance_of(problem):
    """The interface matrix of the magnetic side of a stack, split and projected on its tensors."""
    case, stack = problem.case, problem.case.stack
    names, face = magnetic_side(case)
    if case.mesh.file is not None and names != stack.names:
        raise InputError(
            f"experiment = 'conductance' is about {', '.join(names)} alone; leave out mesh.file, or the other layers"
        )
    assembly = problem.assembly(names)
    held = Face(np.zeros((4, 4)), np.zeros(4), {1: 0.0, 2: 0.0, 3: 0.0})
    other = {"top": "bottom", "bottom": "top"}[face]
    faces = {name: law for name, law in stack.faces.items() if name not in (face, other)} | {face: held}
    faces |= {other: stack.faces[other]} if other in stack.faces else {}
    system = problem.system(assembly, faces=faces)
    solutions = [problem.solve(system, values={face: {A: float(a == A) for A in (1, 2, 3)}}) for a in (1, 2, 3)]
    coefficients = {name: stack.coefficients(name) for name in names}
    G = conductance(solutions, face, coefficients)
    magnet = names[-1] if face == "top" else names[0]
    m = stack[magnet].moments_along(stack.direction) if stack.direction is not None else np.array([0.0, 0.0, 1.0])
    magnetic, loss = interface.magnetic_tensors(G.magnetic, m), interface.loss_tensors(G.lattice)
    numbers = {
        "matrix": G.matrix,
        "magnetic": G.magnetic,
        "lattice": G.lattice,
        "larmor": G.larmor,
        "far_face": G.far_face,
        "G_s": magnetic["G_s"],
        "G_r": magnetic["G_r"],
        "G_i": magnetic["G_i"],
        "loss": {key: loss[key] for key in ("G_s", "G_r", "G_i", "G_j", "G_parallel", "G_perpendicular")},
        "residual": {"magnetic": np.abs(magnetic["residual"]).max(), "lattice": np.abs(loss["residual"]).max()},
        "memory_loss": memory_loss(G),
        "perturbative": perturbation(coefficients[magnet], m, face),
        "interface": "|".join([magnet, *_beyond(stack, magnet, face)]),
        "units": {"memory_loss": "1", "interface": "", "*": "S/m^2"},
    }
    drawn = {"magnetic": G.magnetic, "lattice": G.lattice}
    return Result(case, {"conductance": numbers}, solutions[0], {"conductance": drawn})


def film(problem):
    """Resistivity of the film, torque on its moments, spin currents and accumulations under an in-plane field."""
    case, stack = problem.case, problem.case.stack
    assembly = problem.assembly()
    system = problem.system(assembly)
    strength = float(np.linalg.norm(stack.electric_field[:2])) or 1e5
    along_x, along_y = (problem.solve(system, strength * axis) for axis in np.eye(3)[:2])
    sigma = resistance.conductivity(along_x, along_y)
    _require_current(sigma, stack)
    rho_xx, rho_yx = resistance.resistivity(sigma)
    given = np.append(stack.electric_field[:2], 0.0)
    chosen = problem.solve(system, given) if given.any() else along_x
    numbers = {
        "resistivity": {
            "longitudinal": rho_xx,
            "transverse": rho_yx,
            "units": {"*": "ohm m"},
        },
        "conductivity": {"matrix": sigma, "units": {"*": "S/m"}},
        "torque": film_torque(chosen, stack) | {"units": {"damping_like": "S/m", "field_like": "S/m", "*": "1"}},
        "electric_field": {"value": chosen.E, "units": {"*": "V/m"}},
    }
    numbers |= at_faces(chosen)
    result = Result(case, numbers, chosen)
    if assembly.mesh.dimension == 1 and stack.direction is not None and case.output.figures:
        result.curves["angular"] = angular_scan(case)
    return result


def transport(problem):
    """Currents through contacts, voltages at faces, and the resistance between two contacts."""
    case, stack = problem.case, problem.case.stack
    assembly = problem.assembly()
    solution = problem.solve(problem.system(assembly), stack.electric_field)
    dimension = assembly.mesh.dimension
    faces = assembly.mesh.faces
    current = {name: solution.current(name)[0] for name in faces}
    voltage = {name: solution.potential(name)[0] for name in faces}
    unit = {1: "A/m^2", 2: "A/m", 3: "A"}[dimension]
    numbers = {
        "voltage": voltage | {"units": {"*": "V"}},
        "current": current | {"units": {"*": unit}},
    }
    contacts = [name for name, boundary in stack.boundary.items() if boundary.carries_charge]
    if len(contacts) == 2 and not stack.electric_field.any() and abs(current[contacts[0]]) > 0:
        a, b = contacts
        ohms = (voltage[a] - voltage[b]) / -current[a]
        numbers["resistance"] = {f"{a}|{b}": ohms, "units": {"*": {1: "ohm m^2", 2: "ohm m", 3: "ohm"}[dimension]}}
    return Result(case, numbers | at_faces(solution), solution)


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


EXPERIMENTS = {"conductance": conductance_of, "film": film, "transport": transport, "relaxation": relaxation}


# parts of experiments


def magnetic_side(case):
    """Layers whose response is asked for, bottom to top, and the face at which they meet the metal.

    A magnet at the top of the stack, with metal below, meets it at its bottom.
    """
    names, (below, above) = case.stack.names, case.side
    if above is None and case.conductance.interface is None and not case.stack[names[0]].exchanges:
        first = next((k for k, layer in enumerate(case.stack.layers) if layer.exchanges), 0)
        if first > 0:
            return names[first:], "bottom"
    return names[: names.index(below) + 1], "top"


def _beyond(stack, magnet, face):
    k = stack.names.index(magnet) + (1 if face == "top" else -1)
    return stack.names[k : k + 1] if k >= 0 else []


def perturbation(c, m, face="top"):
    """What the perturbative formulas give for a layer, or None where they do not apply (no relaxation, q varying).

    Both parts at the top or bottom face of a thick magnet, S/m^2  [Z23 (36), (37)].
    """
    R = c.R_exchange + c.R_lattice
    if callable(c.q) or np.linalg.eigvalsh(R).min() <= 0:
        return None
    L = perturbative.decay_matrix(c.D, R)
    Theta = closure.response(closure.coupling(c.theta0, c.thetaC, c.thetaL))
    magnetic = perturbative.magnetic_response(c.sigma, c.D, L, c.R_exchange, c.omega_exchange)
    normal = (0, 0, 1) if face == "top" else (0, 0, -1)
    lattice = perturbative.lattice_response(c.sigma, c.D, L, c.R_lattice, c.q, Theta, normal)
    torque_part, loss = interface.magnetic_tensors(magnetic, m), interface.loss_tensors(lattice)
    return {
        "matrix": magnetic + lattice,
        "magnetic": magnetic,
        "lattice": lattice,
        "G_s": torque_part["G_s"],
        "G_r": torque_part["G_r"],
        "G_i": torque_part["G_i"],
        "loss": {key: loss[key] for key in ("G_s", "G_r", "G_i", "G_j", "G_parallel", "G_perpendicular")},
    }


def _require_current(sigma, stack):
    """InputError where side faces hold up the current of a film."""
    free = min(layer.conductivity for layer in stack.layers)
    for axis, value in zip("xy", np.diag(sigma)):
        if value < 1e-6 * free:
            raise InputError(
                f"experiment = 'film': no current flows along {axis}, for the side faces are insulating; "
                "make the mesh periodic, or use experiment = 'transport' with contacts"
            )


def film_torque(solution, stack):
    """Torque on the moments per electric field, and as efficiency: parts along m x (m x p) and m x p  [Chen13].

    p is the normal from the moments towards the metal x the electric field. Efficiency: charge-weighted torque over the
    current density of the layer with the largest spin Hall angle. None where there are no moments or m is along p.
    """
    nothing = dict.fromkeys(("damping_like", "field_like", "efficiency_dl", "efficiency_fl"))
    absorbed, height = absorbed_by_moments(solution, stack)
    if stack.direction is None or absorbed is None:
        return nothing
    metal = max(stack.names, key=lambda name: np.abs(stack.coefficients(name).thetaC).max())
    E = np.linalg.norm(solution.E)
    upward = 1.0 if height <= _middle(stack, metal) else -1.0
    p = upward * np.cross([0, 0, 1], solution.E / E)
    damping_like, field_like = torque.components(absorbed, stack.direction, p)
    if damping_like is None:
        return nothing
    j = stack[metal].conductivity * E
    return {
        "damping_like": damping_like / E,
        "field_like": field_like / E,
        "efficiency_dl": damping_like / j,
        "efficiency_fl": field_like / j,
    }


def absorbed_by_moments(solution, stack):
    """(3,) spin current that moments absorb per area, A/m^2, and their mean height; None, 0 if there are none."""
    mesh, shares, heights = solution.mesh, [], []
    heights_of = _heights(stack)
    for name, boundary in stack.boundary.items():
        if boundary.magnetic and name in ("bottom", "top"):
            shares.append(solution.current(name)[1:] / solution.area(name))
            heights.append(heights_of[0] if name == "bottom" else heights_of[-1])
    for pair in solution.system.junctions:
        if stack.interface["|".join(pair)].magnetic:
            shares.append(solution.junction_current(*pair).sum(axis=0)[1:] / solution.interface_area(*pair))
            heights.append(heights_of[stack.names.index(pair[1])])
    for name in mesh.layers:
        c = stack.coefficients(name)
        if c.R_exchange.any() or c.omega_exchange.any():
            area = solution.volume(name) / stack[name].thickness if stack[name].thickness else 1.0
            shares.append(torque.absorbed_by_layer(solution, name, c) / area)
            heights.append(_middle(stack, name))
    return (sum(shares), float(np.mean(heights))) if shares else (None, 0.0)


def _heights(stack):
    return np.cumsum([0.0, *(layer.thickness or 0.0 for layer in stack.layers)])


def _middle(stack, name):
    k = stack.names.index(name)
    return float(_heights(stack)[k : k + 2].mean())


def at_faces(solution):
    """Spin current densities along the normal out of, and spin voltages at, faces and interfaces."""
    mesh = solution.mesh
    current, accumulation = {}, {}
    for name in mesh.faces:
        current[name] = solution.current(name)[1:] / solution.area(name)
        accumulation[name] = 2 * solution.potential(name)[1:]
    for below, above in mesh.interfaces:
        key, area = f"{below}|{above}", solution.interface_area(below, above)
        current[key] = solution.interface_current(below, above)[1:] / area
        sides = [2 * solution.interface_potential(below, above, side)[1:] for side in (0, 1)]
        accumulation[key] = sides[0] if (below, above) not in solution.system.junctions else np.array(sides)
    return {
        "spin_current": current | {"units": {"*": "A/m^2"}},
        "accumulation": accumulation | {"units": {"*": "V"}},
    }


def angular_scan(case):
    """Resistivities against the angle of the magnetisation in the three planes; each rank for itself."""
    stack, angles = case.stack, np.linspace(0, 360, 73)
    problem, curves = Problem(case, MPI.COMM_SELF), {}
    assembly = problem.assembly()
    for plane in ("xy", "yz", "xz"):
        rows = []
        for angle in angles:
            turned = stack.with_(magnetisation={"angle": {plane: float(angle)}})
            system = problem.system(assembly, turned)
            sigma = resistance.conductivity(system.solve((1.0, 0, 0)), system.solve((0, 1.0, 0)))
            rows.append(resistance.resistivity(sigma))
        curves[plane] = tuple(np.array(rows).T)
    return {"angles": angles, "curves": curves}


# mesh and media of a stack


def medium(c):
    """The Medium of LayerCoefficients, or a function of points where the gauge field varies."""
    Theta = closure.response(closure.coupling(c.theta0, c.thetaC, c.thetaL))
    R, omega = c.R_lattice + c.R_exchange, c.omega_exchange + c.omega_larmor
    if callable(c.q):
        return lambda x: spin_medium(c.sigma, c.D, R, omega, c.q(x), Theta, c.kappa)
    return spin_medium(c.sigma, c.D, R, omega, c.q, Theta, c.kappa)


def _account(problem):
    """Balances, solver and timings of all solves."""
    found, reports = problem.balances, problem.reports
    seconds = dict(problem.seconds)
    for report in reports:
        for phase, value in report.seconds.items():
            seconds[phase] = seconds.get(phase, 0.0) + value if phase == "solve" else value
    account = {"timings": seconds | {"units": {"*": "s"}}}
    if found:
        account["balances"] = {
            "charge": max(b.charge for b in found),
            "spin": max(b.spin for b in found),
            "power": max(b.power for b in found),
            "units": {"*": "1"},
        }
        account["solver"] = {
            "unknowns": reports[0].unknowns,
            "solves": len(reports),
            "iterations": max(report.iterations for report in reports),
            "residual": max(report.residual for report in reports),
            "units": {"*": "1"},
        }
    return account
