"""What happens between two layers: the keys of [interface."below|above"]."""

import numpy as np
from pydantic import model_validator

from ddgauge.model.boundary import SPIN, Conductances
from ddgauge.model.channels import PerSpin, Spins
from ddgauge.model.errors import Checked, InputError
from ddgauge.model.quantities import AREAL, Quantity, ScalarOr, matrix
from ddgauge.model.tunnel import Tunnel
from ddgauge.physics import interface
from ddgauge.physics.medium import Junction

NO_TRANSMISSION = ": needs transmission (S/m^2 on mu_s, 0 where spin does not pass), thin or tunnel"


class Thin(Checked):
    """A layer too thin to mesh, in which spin relaxes  [Rojas14]."""

    thickness: Quantity("m", "> 0")
    conductivity: Quantity("S/m", "> 0")
    spin_diffusion_length: Quantity("m", "> 0")


class Interface(Checked):
    """An interface with potentials that jump; at an interface without this table they are continuous.

    The current out of the layer below is transmission (mu_s below - mu_s above) + absorption mu_s below; so for above.
    In the two-current model each spin has its resistance, and spin may flip on the way.
    """

    transmission: ScalarOr("S/m^2", matrix, ">= 0", AREAL) | None = None  # of spin, on the jump of mu_s
    conductance: PerSpin("S/m^2", ">= 0", AREAL) | None = None  # of charge, or {up, down}; without it none passes
    polarisation: Quantity("", "from -1 to 1") | None = None  # P of a conductance that is one number
    resistance: Quantity("ohm m^2", "> 0") | None = None  # AR: r_up = 2 AR (1 - gamma), r_down = 2 AR (1 + gamma)
    asymmetry: Quantity("", "between -1 and 1") | None = None  # gamma
    spin_flip: Quantity("", ">= 0") | None = None  # delta, thickness over spin diffusion length
    absorption: Conductances | None = None  # on each side
    absorption_below: Conductances | None = None
    absorption_above: Conductances | None = None
    thin: Thin | None = None  # all of these, of a thin layer
    tunnel: Tunnel | None = None  # or a barrier, between magnets along any axes

    @model_validator(mode="after")
    def _something(self):
        ways = (self.transmission, self.conductance, self.resistance, self.thin, self.tunnel)
        if all(value is None for value in ways):
            raise InputError(NO_TRANSMISSION + "; in experiment = 'two-current' resistance (ohm m^2) or conductance")
        if self.polarisation is not None and not isinstance(self.conductance, float):
            raise InputError("polarisation needs conductance (S/m^2), one number for both spins together")
        if self.asymmetry is not None and self.resistance is None:
            raise InputError("asymmetry needs resistance (ohm m^2)")
        return self

    @property
    def sheets(self):
        """Absorption below and above."""
        return self.absorption or self.absorption_below, self.absorption or self.absorption_above

    @property
    def magnetic(self):
        """The key that needs a magnetisation, if there is one."""
        return next((sheet.magnetic for sheet in self.sheets if sheet and sheet.magnetic), "")

    @property
    def absorbs(self):
        """Whether spin can be lost here."""
        return bool(self.thin or self.spin_flip) or any(sheet.absorbs for sheet in self.sheets if sheet)

    @property
    def carries_charge(self):
        """Whether charge can pass."""
        conductance = any(self.conductance) if isinstance(self.conductance, Spins) else self.conductance
        if self.tunnel:
            return self.tunnel.conductance > 0
        return bool(self.thin or self.resistance or conductance)

    def junction(self, m):
        """The physics.medium.Junction of four fields under the magnetisation m."""
        if self.thin:
            sigma, ell, t = self.thin.conductivity, self.thin.spin_diffusion_length, self.thin.thickness
            transmission, absorption = (G * np.eye(3) for G in interface.thin_interlayer(sigma, ell, t))
            charge, absorptions = sigma / t, (absorption, absorption)
        else:
            given = self.transmission or 0.0
            transmission = np.eye(3) * given if np.ndim(given) == 0 else np.array(given)
            charge = sum(self.conductance) if isinstance(self.conductance, Spins) else self.conductance or 0.0
            absorptions = [sheet.on_mu_s(m) if sheet else np.zeros((3, 3)) for sheet in self.sheets]
        jump = np.zeros((4, 4))
        jump[0, 0] = charge
        jump[SPIN, SPIN] = 2 * transmission  # mu_s = 2 mu
        G = np.einsum("st,AB->sAtB", [[1, -1], [-1, 1]], jump)
        for side in 0, 1:
            G[side, SPIN, side, SPIN] += 2 * absorptions[side]
        return Junction(G)

    def spin_resistances(self):
        """(2,) resistances of up and down, ohm m^2; infinite where a spin does not pass."""
        if self.thin:
            return np.full(2, 2 * self.thin.thickness / self.thin.conductivity)
        if self.resistance is not None:
            return interface.resistances(self.resistance, self.asymmetry or 0.0)
        G, P = self.conductance, self.polarisation or 0.0
        with np.errstate(divide="ignore"):
            return 1 / np.array(G if isinstance(G, Spins) else [G * (1 + P) / 2, G * (1 - P) / 2])

    def channel_junction(self, reversed=False):
        """The physics.medium.Junction of mu^0 and mu of the two-current model, up and down swapped if reversed."""
        r = self.spin_resistances()
        delta = self.thin.thickness / self.thin.spin_diffusion_length if self.thin else self.spin_flip or 0.0
        return Junction(interface.channel_junction(*(r[::-1] if reversed else r), delta))
