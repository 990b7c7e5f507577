"""Band models: Hamiltonians of the wave vector, with their derivatives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ddgauge.physics.bands import checks
from ddgauge.units import HBAR

PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
STEP = 1e-30  # 1/m, of the complex step: there is no rounding error to balance
HERMITIAN = 1e-10  # of the largest entry


class TwoBand:
    """Two bands of one formula, the method h(k) (..., 4), J, analytic in k: H = h_0 + h_x sigma_x + ...  [WT11 (23)].

    Its derivatives are exact to rounding: d_i h = Im h(k + i step e_i) / step.
    """

    zone = None  # (d, d) reciprocal vectors, 1/m, as rows; None where k has no end

    def __call__(self, k):
        """Hamiltonian at k (..., d), 1/m: (..., 2, 2), J."""
        return np.einsum("...a,aij->...ij", self.h(checks.wave_vectors(type(self).__name__, k, self.dimension)), PAULI)

    def dh(self, k):
        """d_i h_a at k: (..., d, 4), J m."""
        k = checks.wave_vectors(type(self).__name__, k, self.dimension)
        return np.stack([self.h(k + 1j * STEP * e).imag / STEP for e in np.eye(self.dimension)], axis=-2)

    def slope(self, k):
        """d_i H at k: (..., d, 2, 2), J m."""
        return np.einsum("...a,aij->...ij", self.dh(k), PAULI)


@dataclass(frozen=True)
class MassiveDirac2D(TwoBand):
    """Massive Dirac electrons in the plane, one cone  [WT11 (41)].

    H = hbar v (k_x sigma_x + k_y sigma_y) + M sigma_z
    """

    M: float  # J, half the gap, of either sign: that of the cone's chirality
    v: float  # m/s
    dimension = 2

    def __post_init__(self):
        checks.finite("MassiveDirac2D", "J", M=self.M)
        checks.positive("MassiveDirac2D", "m/s", v=self.v)

    def h(self, k):
        k_x, k_y = HBAR * self.v * np.moveaxis(k, -1, 0)
        return np.stack([0 * k_x, k_x, k_y, self.M + 0 * k_x], axis=-1)

    def scale(self, k):
        """Wave number on which H changes at k, 1/m."""
        return np.hypot(np.linalg.norm(k, axis=-1), self.M / (HBAR * self.v))


@dataclass(frozen=True)
class Weyl3D(TwoBand):
    """Weyl node, H = hbar v (chi sigma . k + tilt . k)."""

    v: float  # m/s
    chi: int  # chirality, +1 or -1
    tilt: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of the cone, in units of v
    dimension = 3

    def __post_init__(self):
        checks.positive("Weyl3D", "m/s", v=self.v)
        checks.node("Weyl3D", self.chi)
        if np.shape(self.tilt) != (3,) or not np.linalg.norm(self.tilt) < 1:
            raise ValueError(
                f"Weyl3D: tilt = {self.tilt}, must be a vector shorter than 1 (in units of v): "
                "the pockets of a cone that is tilted over have no end"
            )

    def h(self, k):
        return HBAR * self.v * np.concatenate([(k @ np.array(self.tilt))[..., None], self.chi * k], axis=-1)

    def scale(self, k):
        """Wave number on which H changes at k, 1/m."""
        return np.linalg.norm(k, axis=-1)


@dataclass(frozen=True)
class LatticeChern(TwoBand):
    """Chern insulator on a square lattice.

    H = t [sin(k_x a) sigma_x + sin(k_y a) sigma_y + (u + cos(k_x a) + cos(k_y a)) sigma_z]

    The Chern number of the lower band is +1 for -2 < u < 0, -1 for 0 < u < 2, and 0 else.
    """

    u: float
    t: float  # J
    a: float  # m
    dimension = 2

    def __post_init__(self):
        checks.finite("LatticeChern", "", u=self.u)
        checks.positive("LatticeChern", "J", t=self.t)
        checks.positive("LatticeChern", "m", a=self.a)

    @property
    def zone(self):
        return 2 * np.pi / self.a * np.eye(2)

    def h(self, k):
        x, y = self.a * np.moveaxis(k, -1, 0)
        return self.t * np.stack([0 * x, np.sin(x), np.sin(y), self.u + np.cos(x) + np.cos(y)], axis=-1)

    def scale(self, k):
        """Wave number on which H changes, 1/m."""
        return np.full(np.shape(k)[:-1], 1 / self.a)


@dataclass(frozen=True)
class LatticeWeyl(TwoBand):
    """Two Weyl nodes on a cubic lattice, at k_z = +k0/a with chi = +1 and at -k0/a with chi = -1.

    H = t [sin(k_x a) sigma_x + sin(k_y a) sigma_y + (cos k0 + 2 - cos(k_x a) - cos(k_y a) - cos(k_z a)) sigma_z]
    """

    k0: float  # between 0 and pi
    t: float  # J
    a: float  # m
    dimension = 3

    def __post_init__(self):
        if not 0 < self.k0 < np.pi:
            raise ValueError(f"LatticeWeyl: k0 = {self.k0:g}, must be between 0 and pi: the nodes are at k_z a = -+k0")
        checks.positive("LatticeWeyl", "J", t=self.t)
        checks.positive("LatticeWeyl", "m", a=self.a)

    @property
    def zone(self):
        return 2 * np.pi / self.a * np.eye(3)

    def h(self, k):
        x, y, z = self.a * np.moveaxis(k, -1, 0)
        mass = np.cos(self.k0) + 2 - np.cos(x) - np.cos(y) - np.cos(z)
        return self.t * np.stack([0 * x, np.sin(x), np.sin(y), mass], axis=-1)

    def scale(self, k):
        """Wave number on which H changes, 1/m."""
        return np.full(np.shape(k)[:-1], 1 / self.a)


@dataclass(frozen=True)
class Hamiltonian:
    """Any Hamiltonian H(k) -> (..., n, n), J, of k (..., d), 1/m; derivatives by differences of fourth order."""

    function: Callable
    dimension: int  # d, 2 or 3
    length: float  # m: H changes on wave numbers of 1/length, a lattice constant for bands of a lattice
    zone: np.ndarray | None = None  # (d, d) reciprocal vectors, 1/m, as rows: H(k + zone[i]) = H(k)

    def __post_init__(self):
        if self.dimension not in (2, 3):
            raise ValueError(f"Hamiltonian: dimension = {self.dimension}, must be 2 or 3")
        checks.positive("Hamiltonian", "m", length=self.length)
        if self.zone is not None and np.shape(self.zone) != (self.dimension, self.dimension):
            raise ValueError(
                f"Hamiltonian: zone has shape {np.shape(self.zone)}, must be ({self.dimension}, {self.dimension}): "
                "reciprocal vectors as rows, 1/m"
            )

    def __call__(self, k):
        """Hamiltonian at k (..., d), 1/m: (..., n, n), J."""
        k = checks.wave_vectors("Hamiltonian", k, self.dimension)
        H = np.asarray(self.function(k))
        if H.shape[:-2] != k.shape[:-1] or H.shape[-2:] != (H.shape[-1],) * 2:
            raise ValueError(
                f"Hamiltonian: H(k) has shape {H.shape} for k of shape {k.shape}, must be {(*k.shape[:-1], 'n', 'n')}"
            )
        error = np.abs(H - np.swapaxes(H.conj(), -2, -1)).max(axis=(-2, -1))
        bad = ~(error <= HERMITIAN * np.abs(H).max())  # catches nan too
        if np.any(bad):
            where = k[np.unravel_index(np.argmax(bad), bad.shape)]
            raise ValueError(
                f"Hamiltonian: H(k) at k = {where} 1/m differs from its adjoint by {error[bad].max():g} J, "
                "must be Hermitian"
            )
        return H

    def slope(self, k):
        """d_i H at k: (..., d, n, n), J m."""
        k = checks.wave_vectors("Hamiltonian", k, self.dimension)
        step = 1e-3 / self.length * np.eye(self.dimension)
        return np.stack([central(lambda s, e=e: self(k + s * e), 1) for e in step], axis=-3) * self.length / 1e-3

    def scale(self, k):
        """Wave number on which H changes, 1/m."""
        return np.full(np.shape(k)[:-1], 1 / self.length)


def central(f, h):
    """df/ds at s = 0 by differences of fourth order with step h."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
