"""Kinetic equation of two bands that is uniform in space, on a periodic grid of wave vectors  [WT11 (36)]."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.integrate import solve_ivp

from ddgauge.physics.bands import checks
from ddgauge.physics.bands.curvature import curvature, energies, orbital_moment, velocity
from ddgauge.physics.bands.hall import fermi
from ddgauge.physics.bands.models import central
from ddgauge.units import E_CHARGE, HBAR

UPPER, LOWER = 0, 1  # the bands in arrays, s = +1 first as in the source
SIGN = np.array([1.0, -1.0])


@dataclass(frozen=True)
class UniformKinetics:
    """Distributions n_s(k, t) of both bands of a lattice in fields that may change in time.

    n is a (2, N, ..) array over the grid `k`, the upper band first: n_s d^dk / (2 pi)^d electrons per area or volume.
    It must be smooth on the scale of the grid, and E and B slow and weak enough for wave packets of one band.
    ValueError unless the model has two bands and a zone, and a gap at every k.
    """

    model: object  # band model of two bands on a lattice
    points: int  # of the grid along each axis of the zone

    def __post_init__(self):
        zone = getattr(self.model, "zone", None)
        if zone is None:
            raise ValueError("kinetics: the model has no zone; take one of a lattice, whose bands are periodic in k")
        if self.points != int(self.points) or self.points < 4:
            raise ValueError(f"kinetics: points = {self.points}, must be a whole number, 4 or more")
        bands = energies(self.model, np.zeros(self.model.dimension) + 0.1 / np.abs(zone).max()).shape[-1]
        if bands != 2:
            raise ValueError(f"kinetics: the model has {bands} bands, must have 2")

    @cached_property
    def k(self):
        """Wave vectors of the grid: (N, .., d), 1/m."""
        x = np.arange(self.points) / self.points
        return np.stack(np.meshgrid(*[x] * self.model.dimension, indexing="ij"), axis=-1) @ self.model.zone

    @cached_property
    def eps(self):
        """Energies of the bands: (2, N, ..), J."""
        return self._of_bands(energies(self.model, self.k))

    @cached_property
    def v(self):
        """Velocities: (2, 3, N, ..), m/s."""
        return np.moveaxis(self._of_bands(velocity(self.model, self.k)), -1, 1)

    @cached_property
    def Omega(self):
        """Berry curvatures: (2, 3, N, ..), m^2."""
        return np.moveaxis(self._of_bands(curvature(self.model, self.k)), -1, 1)

    @cached_property
    def moment(self):
        """Orbital moment of either band: (3, N, ..), A m^2."""
        return np.moveaxis(orbital_moment(self.model, self.k)[..., UPPER, :], -1, 0)

    def _of_bands(self, values):
        """The band axis first, and the upper band before the lower; vectors stay last."""
        return np.moveaxis(values, self.model.dimension, 0)[::-1]

    def slope(self, f):
        """d_k f of periodic functions f (..., N, ..): (3, ..., N, ..), by Fourier's series."""
        d, N = self.model.dimension, self.points
        axes = tuple(range(-d, 0))
        order = np.fft.fftfreq(N, 1 / N)
        if N % 2 == 0:
            order[N // 2] = 0.0  # has no sign
        series = np.fft.fftn(f, axes=axes)
        along = []
        for axis in range(d):
            shape = np.ones(d, int)
            shape[axis] = N
            along.append(np.fft.ifftn(2j * np.pi * order.reshape(shape) * series, axes=axes).real)
        result = np.zeros((3, *np.shape(f)))
        result[:d] = np.tensordot(np.linalg.inv(self.model.zone), along, axes=1)
        return result

    @cached_property
    def _curvature_slope(self):
        """d_i calB_j, calB = -2 Omega_upper: (3, 3, N, ..), m^3."""
        return self.slope(-2 * self.Omega[UPPER])

    @cached_property
    def _moment_slope(self):
        """d_i m_j: (3, 3, N, ..)."""
        return self.slope(self.moment)

    def equilibrium(self, mu, T):
        """Fermi distribution without fields: (2, N, ..)."""
        return fermi(self.eps, mu, T)

    def density(self, n):
        """Electrons of each band, int d^dk / (2 pi)^d n_s: (2,), 1/m^2 or 1/m^3."""
        d = self.model.dimension
        volume = abs(np.linalg.det(self.model.zone)) / (2 * np.pi) ** d
        return volume * np.mean(n, axis=tuple(range(-d, 0)))

    def drift(self, s, E, B):
        """Rate of k of wave packets, the "linear" one of `trajectory.rates`  [WT11 (38)].

        Parameters
        ----------
        s : int
            0 upper, 1 lower band.
        E, B : (3,) arrays
            V/m and T.

        Returns
        -------
        (3, N, ..) array
            1/(m s).
        """
        charge = E_CHARGE / HBAR
        Z = 1 - charge * np.einsum("i,i...->...", B, self.Omega[s])
        v = Z * self.v[s] - np.einsum("j,ij...->i...", B, self._moment_slope) / HBAR
        return -charge * (_outer(E, Z) + _cross(v, B) + charge * np.dot(E, B) * self.Omega[s])

    def rate(self, n, E, B, B_t=(0.0, 0.0, 0.0), relaxed=None, tau=np.inf):
        """d_t n of both bands  [WT11 (36), (38), (44)].

            d_t n_s = -k'_s . d_k n_s + (n_z/4) (d_t + f_s . d_k) beta - (beta/4) (v_z x b) . d_k n_-s
                      - (n_s - n_s,eq)/tau

            beta = b . calB = -(e/hbar) B . calB,  hbar f_s = -e E - e v_s x B,  n_z = n_up - n_dn,  v_z = v_up - v_dn

        with k' to first order in B, b = -(e/hbar) B. Both bands lose states where a field is switched on, half of what
        Streda's formula says each. Erratum: (44) has the opposite sign, which contradicts (36).

        Parameters
        ----------
        n : (2, N, ..) array
        E, B, B_t : (3,) arrays
            V/m, T and T/s.
        relaxed : (2, N, ..) array, optional
            What n relaxes to.
        tau : float
            In that time, s.

        Returns
        -------
        (2, N, ..) array
            1/s.
        """
        charge = E_CHARGE / HBAR
        E, B = np.asarray(E, float), checks.magnetic_field("kinetics", B)
        calB = -2 * self.Omega[UPPER]
        beta = -charge * np.einsum("i,i...->...", B, calB)
        beta_t = -charge * np.einsum("i,i...->...", np.asarray(B_t, float), calB)
        beta_k = -charge * np.einsum("j,ij...->i...", B, self._curvature_slope)
        n_k, n_z = np.moveaxis(self.slope(n), 1, 0), n[UPPER] - n[LOWER]
        result = np.empty_like(n)
        across = _cross(self.v[UPPER] - self.v[LOWER], -charge * B)  # v_z x b
        for s in (UPPER, LOWER):
            force = -charge * (_outer(E, np.ones_like(beta)) + _cross(self.v[s], B))
            pumped = n_z / 4 * (beta_t + np.einsum("i...,i...->...", force, beta_k))
            mixed = beta / 4 * np.einsum("i...,i...->...", across, n_k[1 - s])
            result[s] = pumped - mixed - np.einsum("i...,i...->...", self.drift(s, E, B), n_k[s])
        return result if relaxed is None else result - (n - relaxed) / tau

    def evolve(self, n, times, E=(0.0, 0.0, 0.0), B=(0.0, 0.0, 0.0), relaxed=None, tau=np.inf, rtol=1e-9):
        """n at times, from n at the first of them.

        Parameters
        ----------
        n : (2, N, ..) array
        times : (M,) array
            s, ascending.
        E, B : (3,) arrays or callables of time
            V/m and T.
        relaxed, tau :
            As in `rate`.
        rtol : float
            Tolerance of the integrator.

        Returns
        -------
        (M, 2, N, ..) array
        """
        if not tau > 0:
            raise ValueError(f"kinetics: tau = {tau:g} s, must be > 0; infinite where nothing relaxes")
        n, times = np.asarray(n, float), np.asarray(times, float)
        if n.shape != self.eps.shape:
            raise ValueError(f"kinetics: n has shape {n.shape}, must be {self.eps.shape}: the upper band, the lower")
        E_at, B_at = (f if callable(f) else lambda t, f=f: np.asarray(f, float) for f in (E, B))
        step = 1e-4 * (times[-1] - times[0])

        def slope(t, y):
            B_t = central(lambda s: np.asarray(B_at(t + s)), step) if callable(B) else np.zeros(3)
            return self.rate(y.reshape(n.shape), E_at(t), B_at(t), B_t, relaxed, tau).ravel()

        found = solve_ivp(slope, times[[0, -1]], n.ravel(), "DOP853", t_eval=times, rtol=rtol, atol=rtol)
        if not found.success:
            raise ValueError(f"kinetics: {found.message} at t = {found.t[-1]:g} s of {times[-1]:g} s")
        return found.y.T.reshape(-1, *n.shape)

    def current(self, n, E):
        """Current density without a magnetic field  [WT11 (30), (37)].

            j = -e sum_s int d^dk / (2 pi)^d n_s [v_s + (e/hbar) E x Omega_s]

        Parameters
        ----------
        n : (2, N, ..) array
        E : (3,) array
            V/m.

        Returns
        -------
        (3,) array
            A/m in two dimensions, A/m^2 in three.
        """
        E = np.asarray(E, float)
        v = self.v - E_CHARGE / HBAR * np.stack([_cross(Omega, E) for Omega in self.Omega])
        return -E_CHARGE * np.sum(self.density(n[:, None] * v), axis=0)


def _cross(a, b):
    """a x b of a field (3, N, ..) and a vector (3,)."""
    return np.cross(a, b, axisa=0, axisc=0)


def _outer(vector, field):
    return np.multiply.outer(vector, field)
