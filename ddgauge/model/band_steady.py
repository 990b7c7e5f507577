"""Two bands: steady states that nothing determines."""

import numpy as np

from ddgauge.model.two_band_faces import State
from ddgauge.physics.band_equilibrium import MassAction
from ddgauge.physics.band_inert import inert
from ddgauge.physics.two_band import BLOCK_NAMES, FROM_BLOCKS, TO_BLOCKS

ROUNDING = 1e-9  # relative


def problems(run):
    """What is wrong with a run of two bands whose layers and states are right, a line each."""
    still = list(_still(run))
    yield from still or _unmoved(run)


def face_states(stack):
    """(name, state) of the faces that have one."""
    for name, boundary in stack.boundary.items():
        state = boundary if isinstance(boundary, State) else getattr(boundary, "state", None)
        if state is not None:
            yield name, state


def _still(run):
    """Layers in whose steady state the number of electrons follows from nothing, or from what the few do."""
    stack = run.stack
    for name in stack.names if run.has_steady_state and stack.two_band.mode == "density" else []:
        c = stack.bands(name)
        D = np.diag(TO_BLOCKS @ c.Dm @ FROM_BLOCKS)
        moves = {"c": D[0] or c.mobility_c or c.V.any(), "v": D[4] or c.mobility_v or c.V.any()}
        many = "c" if c.doping > 0 else "v"
        if not any(moves.values()):
            yield (
                f"layer {name!r}: nothing moves electrons, so that nothing says how many there are in a steady state;"
                " give two_band.diffusion_c and diffusion_v (m^2/s), or mobilities (m^2/(V s))"
            )
        elif isinstance(c.equilibrium, MassAction) and c.doping and not moves[many]:
            yield (
                f"layer {name!r}: nothing moves the {'electrons' if many == 'c' else 'holes'} of the doping; give"
                f" two_band.diffusion_{many} (m^2/s) or mobility_{many} (m^2/(V s))"
            )


def _unmoved(run):
    """Faces that hold what no layer knows of, which is zero beside them."""
    stack, full = run.stack, run.stack.two_band.full_density * FROM_BLOCKS[:, 4]
    P = inert([stack.bands(name) for name in stack.names]) if run.has_steady_state else np.zeros((16, 16))
    for name, state in face_states(stack) if P.any() else []:
        if not state.neutral:
            X = state.S - full
            left = np.abs(TO_BLOCKS @ P @ X)
            names = [BLOCK_NAMES[k] for k in np.flatnonzero(left > ROUNDING * max(np.abs(X).max(), 1.0))]
            if names:
                yield (
                    f"boundary {name!r} holds {', '.join(names)}, which nothing moves, turns or makes in a steady"
                    " state; give layers two_band.diffusion_c and diffusion_v (m^2/s), or leave them out"
                )
