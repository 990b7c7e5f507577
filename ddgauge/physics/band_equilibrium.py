"""What two bands relax to: a given state, one of all electrons of a place, or carriers by the mass action law.

A state is S, (..., 16), the fields in the order of `generators.NAMES`, 1/m^3. All laws keep S_oo. What a full valence
band of density n_full leaves, X = S - n_full (S_vv,o = 1), has the digits of few holes.
"""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics.two_band import FROM_BLOCKS

FULL_VALENCE = FROM_BLOCKS[:, 4]  # fields of S_vv,o = 1
FULL_VALENCE.setflags(write=False)


class Equilibrium:
    """A state S_eq that depends on the state S of its place, by `beyond` and `slope` of each law."""

    def state(self, S):
        """S_eq (..., 16) of S (..., 16), 1/m^3."""
        return self.beyond(S, 0.0)


@dataclass(frozen=True)
class Given(Equilibrium):
    """A state that does not depend on what is there; zero for deviations from equilibrium  [Buot (1)]."""

    S_eq: np.ndarray  # (16,), 1/m^3

    def beyond(self, X, n_full):
        """S_eq - n_full FULL_VALENCE, (..., 16), of X = S - n_full FULL_VALENCE, 1/m^3."""
        return np.broadcast_to(self.S_eq - n_full * FULL_VALENCE, np.shape(X))

    def slope(self, S):
        """dS_eq[A] / dS[B], (..., 16, 16)."""
        return np.zeros((*np.shape(S), 16))


@dataclass(frozen=True)
class Proportional(Equilibrium):
    """All electrons of a place in the same state, as few electrons are.

    S_eq = S_oo s,   such as s = boltzmann(H, 1, T)
    """

    s: np.ndarray  # (16,), s_oo = 1

    def beyond(self, X, n_full):
        """S_eq - n_full FULL_VALENCE, (..., 16), of X = S - n_full FULL_VALENCE, 1/m^3."""
        return X[..., :1] * self.s + n_full * (self.s - FULL_VALENCE)

    def slope(self, S):
        """dS_eq[A] / dS[B], (..., 16, 16)."""
        return np.broadcast_to(np.outer(self.s, np.eye(16)[0]), (*np.shape(S), 16))


@dataclass(frozen=True)
class MassAction(Equilibrium):
    """Electrons of band c and holes of band v in equilibrium with each other, the bands apart.

    n p = n_i^2,  n - p = Q = S_oo - n_full;   S_cc = n (1, P_c),  S_vv = (n_full - p, p P_v),  S_cv = 0
    """

    n_i: float  # 1/m^3
    polarisation_c: np.ndarray  # (3,), spin of c per electron of it
    polarisation_v: np.ndarray  # (3,), spin of v per hole of it
    full_density: float  # n_full, 1/m^3

    def state(self, S):
        """S_eq (..., 16) of S (..., 16), 1/m^3."""
        full = self.full_density * FULL_VALENCE
        return self.beyond(S - full, self.full_density) + full

    def beyond(self, X, n_full):
        """S_eq - n_full FULL_VALENCE, (..., 16), of X = S - n_full FULL_VALENCE, 1/m^3, with the n_full of the law."""
        n, p = self.carriers(X[..., 0])
        return n[..., None] * self._electron + p[..., None] * self._hole

    def slope(self, S):
        """dS_eq[A] / dS[B], (..., 16, 16)."""
        return self.slope_beyond(S - self.full_density * FULL_VALENCE)

    def slope_beyond(self, X):
        """The same of X: dn/dQ = n / (n + p), dp/dQ = -p / (n + p)."""
        n, p = (part[..., None] for part in self.carriers(X[..., 0]))
        out = np.zeros((*np.shape(X), 16))
        out[..., 0] = (n * self._electron - p * self._hole) / (n + p)
        return out

    def carriers(self, Q):
        """n and p (...) of n - p = Q, 1/m^3, the fewer of them from the more."""
        more = (np.abs(Q) + np.hypot(Q, 2 * self.n_i)) / 2
        less = self.n_i**2 / more
        return np.where(Q > 0, more, less), np.where(Q > 0, less, more)

    @property
    def _electron(self):
        return FROM_BLOCKS[:, :4] @ [1.0, *self.polarisation_c]

    @property
    def _hole(self):
        return FROM_BLOCKS[:, 4:8] @ [-1.0, *self.polarisation_v]
