"""Charge of two bands in equilibrium: the potential alone, with carriers by Boltzmann's law.

-div eps grad phi = e (N_D - N_A - n + p),   n - p = 2 n_i sinh(e phi / k_B T),   or n = n_0 exp(e phi / k_B T) alone
"""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics.band_equilibrium import MassAction
from ddgauge.physics.band_law import BandCoefficients
from ddgauge.physics.medium import Medium
from ddgauge.units import E_CHARGE


@dataclass(frozen=True)
class Charge:
    """The law of one field, phi (V), of a layer in equilibrium."""

    c: BandCoefficients
    volts: float  # k_B T / e
    n_0: float  # 1/m^3: density of electrons where phi is zero, of a layer without mass action
    n_ref: float  # 1/m^3: unit of densities
    linear = False

    @property
    def medium(self):
        """The Medium of the linear part."""
        flux = self.c.permittivity / (E_CHARGE * self.n_ref) * np.eye(4)[1:, None, :, None]
        matrix, zero = np.zeros((4, 1, 4, 1)), np.zeros((1, 1))
        matrix[1:] = flux
        return Medium(matrix, np.zeros((4, 1, 3)), flux, np.zeros((3, 1, 3)), zero, zero, np.zeros(1))

    @property
    def load(self):
        """(4, 1): the doping."""
        return self.c.doping / self.n_ref * np.eye(4)[:, :1]

    def carriers(self, phi):
        """n - p (...), 1/m^3, and its derivative by phi, at a potential, V."""
        x = np.clip(phi / self.volts, -300, 300)
        if isinstance(self.c.equilibrium, MassAction):
            n_i = self.c.equilibrium.n_i
            return 2 * n_i * np.sinh(x), 2 * n_i * np.cosh(x) / self.volts
        n = self.n_0 * np.exp(x)
        return n, n / self.volts

    def state(self, phi, n_full):
        """Fields beyond a full valence band (..., 16), 1/m^3, at a potential (...), V."""
        Q, _ = self.carriers(phi)
        return self.c.equilibrium.beyond(Q[..., None] * np.eye(16)[0], n_full)

    def rest(self, jets):
        """(N, 4, 1) of jets (N, 4, 1): what is not linear."""
        Q, _ = self.carriers(jets[:, 0])
        out = np.zeros_like(jets)
        out[:, 0] = Q / self.n_ref
        return out

    def slopes(self, jets):
        """The entries of its derivative, (1, 4), and their values (N, 1)."""
        _, slope = self.carriers(jets[:, 0])
        return np.zeros((1, 4), dtype=int), slope / self.n_ref

    def currents(self, jets):
        """(..., 3, 1) electric flux over e n_ref, m."""
        return -np.einsum("iAqB,...qB->...iA", self.medium.flux, jets)
