"""Resistivity of a film, torque on its moments, spin currents and accumulations under an in-plane field."""

import numpy as np

from ddgauge.experiment.faces import spin_at_faces
from ddgauge.experiment.hall import anomalous_hall
from ddgauge.experiment.problem import Result
from ddgauge.model import InputError
from ddgauge.post import resistance, torque


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
    along = not given.any() or np.array_equal(given, along_x.E)
    chosen = along_x if along else problem.solve(system, given)
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
    numbers |= spin_at_faces(chosen) | anomalous_hall(stack, chosen)
    result = Result(case, numbers, chosen)
    if assembly.mesh.dimension == 1 and stack.direction is not None and case.output.figures:
        result.curves["angular"] = angular_scan(case)
    return result


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
    damping_like, field_like = map(float, torque.components(absorbed, stack.direction, p))
    if np.isnan(damping_like):
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


def angular_scan(case):
    """Resistivities against the angle of the magnetisation in the three planes; each rank for itself.

    A field turns with moments whose order it changes, for against it they have no equilibrium.
    """
    from ddgauge.experiment import batch  # here, because it runs films

    planes, angles = ("xy", "yz", "xz"), np.linspace(0, 360, 73)
    B = float(np.linalg.norm(case.stack.B)) if any(layer.exchange for layer in case.stack.layers) else 0.0
    towards = [{"angle": {plane: float(angle)}} for plane in planes for angle in angles]
    turned = [case.stack.with_(magnetisation=m, **({"field": {"B": B} | m} if B else {})) for m in towards]
    plain = {"output": case.output.model_copy(update={"figures": False})}
    found = batch.resistivities([case.model_copy(update=plain | {"stack": stack}) for stack in turned])
    return {"angles": angles, "curves": dict(zip(planes, np.moveaxis(found.reshape(3, -1, 2), 2, 1)))}
