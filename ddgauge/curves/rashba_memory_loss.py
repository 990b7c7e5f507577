"""Spin memory loss against the strength of Rashba coupling in a layer  [Z23 (47), (48)]."""

import numpy as np

from ddgauge.curves.frame import Point
from ddgauge.curves.memory_loss import crossing, layer_of, shares
from ddgauge.experiment.conductance import magnetic_side, perturbation

UNITS = {"alpha": "m/s", "to_moments": "S/m^2", "to_lattice": "S/m^2", "half_loss_alpha": "m/s", "*": "1"}


def points(run):
    """The interface at each strength."""
    for alpha, stack in _stacks(run):
        yield Point(f"alpha = {alpha:g} m/s", {"layers": stack.layers}, "conductance")


def _stacks(run):
    name = layer_of(run)
    coupling = dict(run.stack[name].spin_orbit)
    for alpha in run.curve.abscissa:
        yield alpha, run.stack.with_layer(name, spin_orbit=coupling | {"alpha": float(alpha)})


def columns(run, found):
    """Conductances to moments and lattice as the metal sees them, the lattice's share of both, and its delta."""
    return {"alpha": run.curve.abscissa} | shares([numbers["conductance"] for numbers in found])


def extracted(run, columns):
    """Strength at which half of the spin is lost, None where the curve does not come to it."""
    return {"half_loss_alpha": crossing(columns["alpha"], columns["memory_loss"])}


def closed_form(run):
    """The perturbative formulas, for one thick magnet: they hold while spin turns little within its decay length."""
    names, face = magnetic_side(run)
    if len(names) != 1:
        return None
    m, tables = run.stack.direction, []
    m = run.stack[names[0]].moments_along(np.array([0.0, 0.0, 1.0]) if m is None else m)
    for _, stack in _stacks(run):
        found = perturbation(stack.coefficients(names[0]), m, face)
        if found is None:
            return None
        loss = np.trace(found["lattice"]) / np.trace(found["matrix"])
        tables.append(found | {"memory_loss": loss})
    return shares(tables)
