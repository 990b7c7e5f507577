"""What is connected: parts of a body that no contact holds, and spin that nothing ends, in the two-current model."""

from itertools import pairwise

import numpy as np

from ddgauge.model import tunnel
from ddgauge.model.boundary import Contact

FIELDS = np.array([[0.5, 0.5], [0.5, -0.5]])  # mu^0 and mu of V_up, V_down
ROUNDING = 1e-9
NO_STEADY_SPIN = (
    ": spin never decays, so that there is no one steady state; give a layer spin_diffusion_length or"
    " spin_flip_time, or a contact spin = 'absorbed'"
)


def islands(stack, pairs, touching):
    """Groups of layers between which charge can pass, from bottom to top.

    Parameters
    ----------
    stack : Stack
    pairs : iterable of (below, above)
        Layers that touch.
    touching : dict
        name of a face -> names of the layers that have it.
    """
    open_pairs = [pair for pair in pairs if _passes_charge(stack, *pair)]
    groups = [{name} for name in stack.names]
    for joint in [*open_pairs, *(touching[face] for face in stack.equipotential)]:
        joined = set().union(*(group for group in groups if group & set(joint)))
        groups = [group for group in groups if not group & joined] + [joined]
    parts = [[name for name in stack.names if name in group] for group in groups if group]
    return sorted(parts, key=lambda part: stack.names.index(part[0]))


def _passes_charge(stack, below, above):
    interface = stack.interface.get(f"{below}|{above}")
    if interface is None or interface.tunnel is None:
        return interface is None or interface.carries_charge
    barrier = tunnel.barrier(stack, below, above, two_current=True)
    return barrier.G0 > 0 and 1 + np.prod(barrier.P) * barrier.c > ROUNDING  # half metals against each other


def island_problems(stack, pairs, touching):
    """What to say of parts of a body whose potential nothing determines.

    Parameters
    ----------
    stack, pairs, touching :
        As of `islands`.
    """
    parts = islands(stack, pairs, touching)
    held = [name for name, face in stack.boundary.items() if isinstance(face, Contact) and not face.equipotential]
    for part in parts if len(parts) > 1 else []:
        if not any(set(part) & set(touching[name]) for name in held):
            yield (
                f"layer {part[0]!r}: no charge passes to the rest of the stack, and no contact with a voltage holds"
                f" {' and '.join(part)}; give one, or the interface a resistance or conductance"
            )


def spin_decays(stack, pairs, touching):
    """Whether uniform potentials of the two spins that differ cannot last; arguments as of islands."""
    index = {name: 2 * k for k, name in enumerate(stack.names)}
    rows = [np.zeros(2 * len(index))]

    def end(*terms):
        rows.append(np.zeros(2 * len(index)))
        for place, weight in terms:
            rows[-1][place] += weight

    for name, k in index.items():
        if stack[name].two_current().G_sf > 0:
            end((k, 1), (k + 1, -1))
    for below, above in pairs:
        a, b = index[below], index[above]
        interface = stack.interface.get(f"{below}|{above}")
        if interface is not None and interface.tunnel:
            for row in _through(tunnel.barrier(stack, below, above, two_current=True)):
                end(*zip((a, a + 1, b, b + 1), row, strict=True))
            continue
        passes = [True, True] if interface is None else np.isfinite(_resistances(stack, below, above))
        for s in (s for s in (0, 1) if passes[s]):
            end((a + s, 1), (b + s, -1))
        if interface is not None and interface.absorbs and all(passes):
            end((a, 1), (a + 1, -1))
    for face, boundary in stack.boundary.items():
        places = [index[name] for name in touching[face]]
        for k in places:
            for weights in _held(boundary):
                end((k, weights[0]), (k + 1, weights[1]))
        for a, b in pairwise(places) if boundary.equipotential else []:
            end((a, 1), (a + 1, 1), (b, -1), (b + 1, -1))
    grounded = np.any(np.abs(np.sum(rows, axis=1)) > ROUNDING)  # else the same potential may be added to all
    return np.linalg.matrix_rank(rows) == 2 * len(index) - (not grounded)


def _through(barrier):
    """Combinations of V_up, V_down below and above that a barrier draws currents of."""
    M = np.einsum("rAqB,Bs->rAqs", barrier.junction.matrix, FIELDS).reshape(4, 4)
    return M / max(np.abs(M).max(), 1e-300)


def _resistances(stack, below, above):
    r = stack.interface[f"{below}|{above}"].spin_resistances()
    return r[::-1] if stack[below].reversed or stack[above].reversed else r


def _held(boundary):
    """Combinations (of V_up, V_down) that a boundary holds."""
    face = boundary.channel_face()
    rows = [FIELDS[A] for A in face.fixed]
    scale = np.abs(face.conductance).max()
    return [*rows, *(face.conductance / scale @ FIELDS)] if scale else rows
