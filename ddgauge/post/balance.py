"""Balances that every solution is held to: charge, angular momentum, and work against dissipation."""

from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-7  # weight of all terms of the sums: where potentials are uniform and nothing flows, they leave 1e-16


@dataclass(frozen=True)
class Balances:
    """What is left over, relative to the sum of the magnitudes of what is weighed."""

    charge: float
    spin: float  # the largest of the three components
    power: float

    @property
    def parts(self):
        """{name: what is left over}."""
        return vars(self)

    @property
    def worst(self):
        """The largest of the three; nan where one is."""
        return float(np.max(list(self.parts.values())))


def balances(solution):
    """Balances of a solution  [Z23 (32), (33) tested with mu^0 = 1, mu^a = 1 and mu itself].

    Currents out of the faces, by the residual where a potential is held, against the losses in layers and interfaces
    and what layers store; the work of fields, contacts and sources against what is dissipated and stored. One part of
    a phasor, which may be tiny, is weighed with the other.
    """
    left, scale = _weighed(solution)
    if solution.beside is not None:
        scale = np.maximum(scale, _weighed(solution.beside)[1])
    relative = left / np.where(scale > 0, scale, 1)
    return Balances(float(relative[0]), float(relative[1:-1].max(initial=0)), float(relative[-1]))


def _weighed(solution):
    """(n + 1,) what is left of each field and of the power, and the magnitudes that it is of."""
    system = solution.system
    flows = [solution.current(face) for face in system.faces]
    flows += [side for pair in system.junctions for side in solution.junction_current(*pair)]
    flows += [law(layer) for law in (solution.loss, solution.stored) for layer in system.media]
    flows, size = np.array(flows), np.array([_size(solution, layer) for layer in system.media])
    terms, terms_of_power = solution.terms
    scale = np.abs(flows).sum(axis=0) + size.sum(axis=0) + ROUNDING * terms
    scale[1:] = scale[1:].max(initial=0)  # spin turns: a component that is zero is so on the scale of the others

    powers = [solution.face_power(face) for face in system.faces]
    work = [solution.work(layer) for layer in system.media] + [delivered for delivered, _ in powers]
    heat = [solution.dissipation(layer) for layer in system.media] + [absorbed for _, absorbed in powers]
    heat += [solution.junction_power(*pair) for pair in system.junctions]
    heat += [solution.stored_power(layer) for layer in system.media]
    weight = sum(map(abs, work)) + sum(map(abs, heat)) + sum(_drift_power(solution, layer) for layer in system.media)
    left = np.append(np.abs(flows.sum(axis=0)), abs(sum(work) - sum(heat)))
    return left, np.append(scale, weight + ROUNDING * terms_of_power)


def _size(solution, layer):
    """Magnitude of the currents that flow inside a layer, per length of its thinnest measure.

    The field's share counts even where potentials hold it up and nothing flows, and an electromotive field's where it
    drives currents in circles.
    """
    drift = np.abs(_medium(solution, layer).drift @ solution.E) * solution.volume(layer)
    j = (np.abs(solution.flow(layer)) + drift).max(axis=-2).reshape(-1)
    return j / solution.volume(layer) ** (1 / solution.mesh.dimension) + solution.driven_size(layer)


def _drift_power(solution, layer):
    """Power that the electric field would spend in a layer if no potential held up the currents."""
    medium = _medium(solution, layer)
    return float(np.abs(np.einsum("k,...kAl,l,A->...", solution.E, medium.drift, solution.E, medium.kappa)).max()) * (
        solution.volume(layer)
    )


def _medium(solution, layer):
    medium = solution.media[layer]
    return medium(np.zeros((3, 1))) if callable(medium) else medium
