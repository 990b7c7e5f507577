"""The conductance and resistance matrix of a body with several contacts."""

from dataclasses import replace

import numpy as np

from ddgauge.experiment.faces import CURRENT, RESISTANCE
from ddgauge.model import Current


def terminals(problem, system):
    """{"terminals": ...} of three contacts and more, floating ones among them, in linear response; otherwise {}.

    I_a = sum_b conductance[a, b] V_b, currents into the body; V_a - V_last = sum_b resistance[a, b] I_b.
    """
    boundaries = problem.case.stack.boundary
    names = [name for name, b in boundaries.items() if b.carries_charge or b.equipotential]
    if len(names) < 3 or any(isinstance(boundaries[name], Current) for name in names):
        return {}
    dimension, n = system.assembly.mesh.dimension, system.n
    laws = {name: replace(law, source=np.zeros(n)) for name, law in system.faces.items()}
    laws |= {name: _held(laws[name]) for name in names}
    grounded = problem.system(system.assembly, faces=laws)
    G = np.zeros((len(names), len(names)))
    for k, name in enumerate(names):
        solution = problem.solve(grounded, **_one_volt(name, laws[name]))
        G[:, k] = [-solution.current(other)[0] for other in names]
    R = np.zeros_like(G)
    R[:-1, :-1] = np.linalg.inv(G[:-1, :-1])
    unit = CURRENT[dimension].replace("A", "S", 1)
    units = {"names": "", "conductance": unit, "resistance": RESISTANCE[dimension]}
    return {"terminals": {"names": names, "conductance": G, "resistance": R, "units": units}}


def _held(law):
    """A contact at zero voltage: behind its conductance if it has one, else on the face."""
    if law.conductance.any():
        return law
    return replace(law, fixed={0: 0.0} | dict.fromkeys(law.fixed, 0.0))


def _one_volt(name, law):
    """The drive that brings a grounded contact to one volt; the electric potential, where it is held, goes with it."""
    if law.conductance.any():
        values = {name: {2: 1.0}} if 2 in law.fixed else None
        return {"sources": {name: law.conductance[:, 0]}, "values": values}
    return {"values": {name: {A: 1.0 for A in law.fixed if A in (0, 2) and (A == 0 or len(law.source) == 3)}}}
