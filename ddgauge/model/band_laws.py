"""The laws of a body of two bands in the units of its solver, from a checked run."""

import numpy as np

from ddgauge.physics.band_law import BandLaw, poisson_rate


def band_laws(case):
    """{layer: physics.band_law.BandLaw} of a Run, all in the same units."""
    stack, n_full = case.stack, case.stack.two_band.full_density
    layers = {name: stack.bands(name) for name in stack.names}
    n_ref, poisson = reference(stack, layers), case.electrostatics == "poisson"
    rate = poisson_rate(list(layers.values()), n_ref) if poisson else 1.0
    E = tuple(stack.electric_field)
    return {name: BandLaw(c, n_full, n_ref, poisson, rate or 1.0, E) for name, c in layers.items()}


def reference(stack, layers):
    """A density that is near those of a body, 1/m^3: the unit of its fields."""
    known = []
    for c in layers.values():
        known += [abs(c.doping), getattr(c.equilibrium, "n_i", 0.0)]
    known += [np.abs(X).max() for X in stack.band_start.values()]
    for face in stack.band_faces.values():
        known += [abs(value) for value in face.held.values()]
        if face.conductance.any():
            known.append(np.abs(face.flux).max() / np.abs(face.conductance).max())
    return float(max(known, default=0.0)) or 1.0
