"""The interface matrix of the magnetic side of a stack, split and projected on its tensors."""

import numpy as np

from ddgauge.experiment.problem import Result
from ddgauge.model import InputError
from ddgauge.physics import closure, perturbative
from ddgauge.physics.medium import Face
from ddgauge.post.conductance import conductance, projected

UNITS = {"memory_loss": "1", "interface": "", "*": "S/m^2"}


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
    numbers = {
        "matrix": G.matrix,
        "magnetic": G.magnetic,
        "lattice": G.lattice,
        "larmor": G.larmor,
        "far_face": G.far_face,
        **projected(G.magnetic, G.lattice, m),
        "perturbative": perturbation(coefficients[magnet], m, face),
        "interface": "|".join([magnet, *beyond(stack, magnet, face)]),
        "units": UNITS,
    }
    drawn = {"magnetic": G.magnetic, "lattice": G.lattice}
    return Result(case, {"conductance": numbers}, solutions[0], {"conductance": drawn})


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


def beyond(stack, magnet, face):
    """Name of the layer that a magnet meets at its face, in a list; an empty one at the end of a stack."""
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
    split = projected(magnetic, lattice, m)
    return {"matrix": magnetic + lattice, "magnetic": magnetic, "lattice": lattice} | {
        key: split[key] for key in ("G_s", "G_r", "G_i", "loss")
    }
