"""Fields of two bands that nothing moves, turns, makes or takes, such as those of a band that is not there."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from ddgauge.physics.band_law import BandLaw
from ddgauge.physics.generators import SPIN_PSEUDOSPIN

ROUNDING = 1e-10  # relative


def inert(layers):
    """Projector on the combinations of fields that no law of any layer knows of.

    Parameters
    ----------
    layers : list of band_law.BandCoefficients

    Returns
    -------
    (16, 16) array
        P, zero where all fields have a law.
    """
    known = np.zeros((16, 16))
    for c in layers:
        turning = SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(c.H))
        for X in (c.Dm, turning - c.R, c.mobility, *SPIN_PSEUDOSPIN.ad(c.q), *SPIN_PSEUDOSPIN.sym(c.V)):
            if size := np.abs(X).max():
                known += (X @ X.T + X.T @ X) / size**2
        if c.G.any():
            known += np.outer(c.G, c.G) / (c.G @ c.G)
    values, vectors = np.linalg.eigh(known)
    unknown = vectors[:, values < ROUNDING]
    return unknown @ unknown.T


@dataclass(frozen=True)
class Pinned(BandLaw):
    """The law of a layer in a steady state: what is inert is zero, at a rate that matters to nothing else."""

    P: np.ndarray | None = None  # of `inert`
    pace: float = 0.0  # 1/s

    @cached_property
    def medium(self):
        """The Medium of the linear part."""
        found = BandLaw.medium.func(self)
        matrix, relaxation = found.matrix.copy(), found.relaxation.copy()
        for X in (matrix[0, :, 0], relaxation):
            X[:16, :16] += self.pace * self.P
        return replace(found, matrix=matrix, relaxation=relaxation)


def pinned(laws, length):
    """Laws of a steady state, in which what is inert is zero.

    Parameters
    ----------
    laws : {layer: BandLaw}
    length : float
        That of a cell, m.

    Returns
    -------
    {layer: BandLaw}
    """
    P = inert([law.c for law in laws.values()])
    if not P.any():
        return laws
    pace = max(np.abs(law.c.Dm).max() / length**2 + np.abs(law.local()[0]).max() for law in laws.values())
    return {
        name: Pinned(**{f.name: getattr(law, f.name) for f in fields(law)}, P=P, pace=float(pace))
        for name, law in laws.items()
    }
