"""Spin memory loss against the thickness of a layer between magnet and metal  [Rojas14]."""

import numpy as np

from ddgauge.curves.frame import Point
from ddgauge.curves.thickness import thicknesses
from ddgauge.experiment import batch
from ddgauge.experiment.conductance import magnetic_side
from ddgauge.model import InputError, Run
from ddgauge.physics import interface, memory

UNITS = {"thickness": "m", "to_moments": "S/m^2", "to_lattice": "S/m^2", "half_loss_thickness": "m", "*": "1"}
TENSORS = "G_s", "G_r", "G_i"


def points(run):
    """The interface at each thickness of the layer."""
    name = layer_of(run)
    for where, layers in thicknesses(run, name):
        yield Point(where, {"layers": layers}, "conductance")


def layer_of(run):
    """The layer that the curve changes; InputError where the conductance is not of it."""
    name, (names, _) = run.curve.layer_of(run.stack), magnetic_side(run)
    if name not in names:
        raise InputError(
            f"curve.layer = {name!r} is outside of the magnetic side, {', '.join(names)}, whose conductance this is;"
            ' set conductance.interface, such as "F|Pt", to the interface between that side and the metal'
        )
    return name


def columns(run, found):
    """Conductances to moments and lattice as the metal sees them, the lattice's share of both, and its delta."""
    return {"thickness": run.curve.abscissa} | shares([numbers["conductance"] for numbers in found])


def shares(tables):
    """Columns of the tables `conductance` of some interfaces."""
    loss = np.array([table["memory_loss"] for table in tables])
    return {
        "to_moments": {key: np.array([table[key] for table in tables]) for key in TENSORS},
        "to_lattice": {key: np.array([table["loss"][key] for table in tables]) for key in TENSORS},
        "memory_loss": loss,
        "delta": memory.equivalent_delta(loss),
    }


def extracted(run, columns):
    """Thickness at which half of the spin is lost, None where the curve does not come to it."""
    return {"half_loss_thickness": crossing(columns["thickness"], columns["memory_loss"])}


def crossing(x, loss):
    """Value at which a share first crosses one half, linear between points; None if it does not."""
    order = np.argsort(x)
    x, loss = x[order], loss[order]
    over = np.flatnonzero((loss[:-1] - 0.5) * (loss[1:] - 0.5) < 0)
    if not len(over):
        return None
    k = over[0]
    return float(x[k] + (0.5 - loss[k]) / (loss[k + 1] - loss[k]) * (x[k + 1] - x[k]))


def closed_form(run):
    """The same from the matrix of the magnet alone, for an outermost layer where spin relaxes and does not turn."""
    stack, name = run.stack, layer_of(run)
    names, face = magnetic_side(run)
    c = stack.coefficients(name)
    plain = c.R_lattice[0, 0] > 0 and np.array_equal(c.R_lattice, c.R_lattice[0, 0] * np.eye(3))
    plain &= not (callable(c.q) or c.q.any() or c.omega_larmor.any() or stack[name].exchanges)
    outermost = name == names[-1 if face == "top" else 0] and len(names) > 1
    others = [other for other in names if other != name]
    if not plain or not outermost or name in "|".join(stack.interface).split("|"):
        return None
    magnet = {"layers": [stack[other] for other in others], "interface": {}}
    magnet["boundary"] = {key: b for key, b in stack.boundary.items() if key != face}
    case = Run(experiment="conductance", stack=stack.with_(**magnet), mesh=run.mesh, solver=run.solver)
    (found,) = batch.evaluate([case])
    if isinstance(found, Exception):
        raise found
    G = found["conductance"]
    m = stack.direction if stack.direction is not None else np.array([0.0, 0.0, 1.0])
    m = stack[others[-1 if face == "top" else 0]].moments_along(m)
    tables = []
    for t in run.curve.abscissa:
        seen, passed = memory.behind_interlayer(-G["matrix"], c.sigma, np.sqrt(c.D / c.R_lattice[0, 0]), t)
        magnetic, elsewhere = G["magnetic"] @ passed, (G["larmor"] + G["far_face"]) @ passed
        lattice = -seen - magnetic - elsewhere
        tables.append(
            interface.magnetic_tensors(magnetic, m)
            | {"loss": interface.loss_tensors(lattice)}
            | {"memory_loss": np.trace(lattice) / np.trace(lattice + magnetic)}
        )
    return shares(tables)
