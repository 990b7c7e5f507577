"""A layer of two bands in the symbols of its equations.

d_t S + D_i J_i = ad_omega S - R (S - S_eq) + G,   div eps grad phi = e (S_oo - n_full - N_D + N_A)
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ddgauge.physics.band_equilibrium import FULL_VALENCE, MassAction
from ddgauge.physics.band_medium import density_medium, screened_medium
from ddgauge.physics.band_relaxation import COHERENCE
from ddgauge.physics.band_transport import drift
from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.medium import covariant
from ddgauge.physics.two_band import hamiltonian
from ddgauge.units import E_CHARGE


@dataclass(frozen=True)
class Drive:
    """A coupling of the bands that oscillates: H_cv = sum_a cv[a] sigma_a times exp(-i w t), or times 2 cos w t."""

    cv: np.ndarray  # (4,) complex, J
    w: float  # rad/s
    rotating: bool  # exp(-i w t)


@dataclass(frozen=True)
class BandCoefficients:
    """Coefficients of a layer  [Buot (1), (2), (51), (54), (55), (83), Sec. IX A]."""

    H: np.ndarray  # (4, 4) complex, J: static part of the Hamiltonian, basis c up, c down, v up, v down
    Dm: np.ndarray  # (16, 16), m^2/s
    q: np.ndarray  # (3, 16), 1/m: gauge field
    V: np.ndarray  # (3, 16), m/s: components of velocities without mass
    mobility_c: float  # m^2/(V s)
    mobility_v: float  # m^2/(V s)
    R: np.ndarray  # (16, 16), 1/s; row and column oo are zero
    equilibrium: object  # of `band_equilibrium`
    G: np.ndarray  # (16,), 1/(m^3 s): generation
    doping: float  # N_D - N_A, 1/m^3
    permittivity: float  # F/m
    drive: Drive | None = None
    slaved: bool = False  # whether the coherence follows the bands at each place, at once, as `slaved_coherence`

    def hamiltonian(self, t):
        """H (4, 4) at a time t, s, with that of the drive, J."""
        if self.drive is None:
            return self.H
        turning = np.exp(-1j * self.drive.w * t)
        wave = turning if self.drive.rotating else 2 * turning.real
        return self.H + hamiltonian(np.zeros(4), np.zeros(4), wave * self.drive.cv)

    @property
    def mobility(self):
        """(16, 16) K of J_i = K S' E_i, m^2/(V s)."""
        K, _ = drift(self.mobility_c, self.mobility_v, 0.0)
        return of_bands(K) if self.slaved else K


def of_bands(X):
    """A matrix (16, 16) between the fields, without what acts on or makes the coherence of the bands."""
    X = np.array(X)
    X[COHERENCE], X[:, COHERENCE] = 0.0, 0.0
    return X


@dataclass(frozen=True)
class BandLaw:
    """The law of a layer for a solver: n = 16 fields, or 17 with the potential phi (V) of the charge last.

        S' = (S - n_full FULL_VALENCE) / n_ref,   storage d_t S' + law(S') = load

    A full valence band is taken off, so that holes keep their digits; drift is homogeneous in what is left of S, while
    precession, gauge fields and velocities that couple the bands act on all of it and make constant loads.
    """

    c: BandCoefficients
    full_density: float = 0.0  # n_full, 1/m^3
    n_ref: float = 1.0  # 1/m^3
    poisson: bool = False
    rate: float = 1.0  # 1/(C s): factor of Poisson's equation, one for a whole body
    E: tuple = (0.0, 0.0, 0.0)  # V/m: a given field, without Poisson

    @property
    def n(self):
        """16, or 17 with phi."""
        return 17 if self.poisson else 16

    @property
    def linear(self):
        """Whether `medium` and `load` are all of it."""
        return not self.poisson and not isinstance(self.c.equilibrium, MassAction)

    @cached_property
    def medium(self):
        """The Medium of the linear part."""
        c, (L, _) = self.c, self.local()
        carried = self._dirac + np.einsum("AB,i->iAB", self._K, np.zeros(3) if self.poisson else np.asarray(self.E))
        if self.poisson:
            eps = c.permittivity / self.n_ref
            found = screened_medium(c.Dm, self._ad_q, -L, carried, np.zeros(16), eps, self.rate)
        else:
            found = density_medium(c.Dm, self._ad_q, -L, carried)
        if not c.slaved:
            return found
        storage = found.storage.copy()
        storage[COHERENCE, COHERENCE] = 0.0
        return replace(found, storage=storage)

    @cached_property
    def load(self):
        """(4, n): the constant part, against the jets of test fields."""
        _, g = self.local()
        F = np.zeros((4, self.n))
        F[:, :16] = np.einsum("iApF,iA->pF", covariant(self._ad_q), self._flow_of_full)
        F[0, :16] += g
        if self.poisson:
            F[0, 16] = self.rate * E_CHARGE * self.c.doping / self.n_ref
        return F

    def local(self, H=None):
        """What happens at each place: d_t S' = L S' + g, and `drawn` beside it; (16, 16) and (16,), 1/s.

        Precession in H (4, 4), J, that of the layer if not given, relaxation and generation.
        """
        c = self.c
        turning = SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(c.H if H is None else H))
        L, g = turning - c.R, c.G + turning @ FULL_VALENCE * self.full_density
        if not isinstance(c.equilibrium, MassAction):
            L = L + c.R @ c.equilibrium.slope(np.zeros(16))
            g = g + c.R @ c.equilibrium.beyond(np.zeros(16), self.full_density)
        return L, g / self.n_ref

    def drawn(self, x):
        """What a mass action law, which is not linear, adds to d_t S' of unknowns x (..., n): (..., 16), 1/s.

        It depends on S_oo alone.
        """
        if not isinstance(self.c.equilibrium, MassAction):
            return np.zeros((*np.shape(x)[:-1], 16))
        return self.c.equilibrium.beyond(x[..., :16] * self.n_ref, self.full_density) @ self.c.R.T / self.n_ref

    def residual(self, jets):
        """(N, 4, n) of jets (N, 4, n): int jet(v)[p, A] residual[p, A] is the law."""
        return np.einsum("pAqB,NqB->NpA", self.medium.matrix, jets, optimize=True) + self.rest(jets)

    def jacobian(self, jets):
        """(N, 4, n, 4, n) derivative of `residual`."""
        out = np.array(np.broadcast_to(self.medium.matrix, (len(jets), 4, self.n, 4, self.n)))
        at, values = self.slopes(jets)
        np.add.at(out.transpose(1, 2, 3, 4, 0), tuple(at.T), values.T)
        return out

    def rest(self, jets):
        """(N, 4, n): `residual` without the linear part."""
        out = np.zeros_like(jets)
        out[:, 0, :16] = -self.drawn(jets[:, 0])
        if self.poisson:
            drift = np.einsum("NA,Ni->NiA", jets[:, 0, :16] @ self._K.T, jets[:, 1:, 16])
            out[:, 1:, :16] += drift
            out[:, 0, :16] += np.einsum("iAF,NiA->NF", self._ad_q, drift)
        return out

    def slopes(self, jets):
        """The entries of the derivative of `rest` that are not zero: (m, 4) p, A, q, B and (N, m) values."""
        at, values = [], []
        if isinstance(self.c.equilibrium, MassAction):
            X = jets[:, 0, :16] * self.n_ref
            drawn = self.c.equilibrium.slope_beyond(X)[..., 0] @ self.c.R.T
            for A in np.flatnonzero(self.c.R.any(axis=1)):
                at.append((0, A, 0, 0))
                values.append(-drawn[:, A])
        if self.poisson:
            D = covariant(self._ad_q)  # of test fields
            by_S, by_phi = np.einsum("iApF,AB->ipFB", D, self._K), jets[:, 0, :16] @ self._K.T
            for i, p, F, B in np.argwhere(by_S):
                at.append((p, F, 0, B))
                values.append(by_S[i, p, F, B] * jets[:, 1 + i, 16])
            for i, p, F in np.argwhere(D.any(axis=1)):
                at.append((p, F, 1 + i, 16))
                values.append(by_phi @ D[i, :, p, F])
        return np.reshape(at, (-1, 4)).astype(int), np.reshape(values, (len(at), len(jets))).T

    def flow(self, jets):
        """Particle flows J_i^A (..., 3, 16) of jets (..., 4, n), 1/(m^2 s)."""
        return self.currents(jets)[..., :16] * self.n_ref

    def currents(self, jets):
        """(..., 3, n) what flows in the balances of a solver: J_i^A / n_ref, m/s, and of phi rate eps E_i / n_ref."""
        J = -np.einsum("iAqB,...qB->...iA", self.medium.flux, jets)
        J[..., :16] += self._flow_of_full
        if self.poisson:
            J[..., :16] -= np.einsum("...A,...i->...iA", jets[..., 0, :16] @ self._K.T, jets[..., 1:, 16])
        return J

    def fields(self, x):
        """S (..., 16), 1/m^3, of unknowns x (..., n)."""
        return x[..., :16] * self.n_ref + self.full_density * FULL_VALENCE

    def unknowns(self, S):
        """S' (..., 16) of S (..., 16), 1/m^3."""
        return (S - self.full_density * FULL_VALENCE) / self.n_ref

    @cached_property
    def _ad_q(self):
        return SPIN_PSEUDOSPIN.ad(self.c.q)

    @cached_property
    def _dirac(self):
        return SPIN_PSEUDOSPIN.sym(self.c.V)

    @cached_property
    def _K(self):
        return self.c.mobility

    @property
    def _flow_of_full(self):
        """(3, 16) J_i^A of a full valence band, by what couples the bands, in units of n_ref."""
        full = FULL_VALENCE * (self.full_density / self.n_ref)
        return self._dirac @ full - self._ad_q @ full @ self.c.Dm.T


def poisson_rate(layers, n_ref):
    """A factor of Poisson's equation that brings it to the size of diffusion, one for a whole body.

    Parameters
    ----------
    layers : list of BandCoefficients
    n_ref : float
        Density that is the unit of the fields, 1/m^3.

    Returns
    -------
    float
        1/(C s): a coefficient of d_i phi that is the diffusion coefficient per volt.
    """
    return max(np.abs(c.Dm).max() for c in layers) * n_ref / max(c.permittivity for c in layers)
