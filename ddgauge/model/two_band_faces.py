"""What happens at outer faces of a body of two bands: kinds "state", "flux" and "exchange" of [boundary.NAME]."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from ddgauge.model.band_values import DensityFields, Dissipative, array, density
from ddgauge.model.boundary import Boundary
from ddgauge.model.errors import InputError
from ddgauge.model.quantities import Quantity
from ddgauge.model.two_band import BandState
from ddgauge.physics.band_law import of_bands
from ddgauge.physics.band_relaxation import COHERENCE


@dataclass(frozen=True)
class BandFace:
    """An outer face of two bands: X = held, or J.n = conductance X - flux where it is not held.

    X = S - n_full FULL_VALENCE are the fields beyond a full valence band (physics.band_equilibrium), 1/m^3, and so have
    all digits of few holes.
    """

    held: Mapping[int, float] = field(default_factory=dict)  # field -> X, 1/m^3
    flux: np.ndarray = field(default_factory=lambda: np.zeros(16))  # into the body, 1/(m^2 s)
    conductance: np.ndarray = field(default_factory=lambda: np.zeros((16, 16)))  # m/s
    potential: float | None = None  # phi that is held, V: the voltage and what the contact has built in

    def of_bands(self):
        """The same face where the coherence of the bands follows what is beside it, not the face."""
        held = {A: value for A, value in self.held.items() if A not in COHERENCE}
        flux = np.array(self.flux)
        flux[COHERENCE] = 0.0
        return replace(self, held=held, flux=flux, conductance=of_bands(self.conductance))


class State(BandState, Boundary):
    """A state is held, or flows to and fro through the face with a velocity."""

    kind: Literal["state"] = "state"
    voltage: Quantity("V") | None = None  # with electrostatics = "poisson"
    velocity: Quantity("m/s", "> 0") | None = None  # J.n = velocity (S - state), in the place of S = state
    carries_charge: ClassVar[bool] = True
    absorbs: ClassVar[bool] = True

    def band_face(self, X, built_in=0.0):
        """The BandFace of a state X, beyond a full valence band, of a contact with this built-in potential, V."""
        potential = None if self.voltage is None else self.voltage + built_in
        if self.velocity is None:
            return BandFace(held=dict(enumerate(X.tolist())), potential=potential)
        return BandFace(flux=self.velocity * X, conductance=self.velocity * np.eye(16), potential=potential)


class Flux(Boundary):
    """Flows into the body, normal to the face."""

    kind: Literal["flux"] = "flux"
    fields: DensityFields("1/(m^2 s)")
    voltage: Quantity("V") | None = None

    @property
    def carries_charge(self):
        """Whether electrons can pass."""
        return density(self.fields)[0] != 0

    def band_face(self, X=None, built_in=0.0):
        """The BandFace; there is no state."""
        return BandFace(flux=density(self.fields), potential=self.voltage)


class ExchangeFace(Boundary):
    """Flows through a conductance: J.n = matrix (S - state)."""

    kind: Literal["exchange"] = "exchange"
    matrix: Dissipative("m/s", conserving=False)  # between all fields, in the order oo to zz
    state: BandState | None = None  # zero without it
    voltage: Quantity("V") | None = None
    carries_charge: ClassVar[bool] = True
    absorbs: ClassVar[bool] = True

    @model_validator(mode="after")
    def _passes(self):
        if not array(self.matrix).any():
            raise InputError("matrix is zero; kind = 'insulating' says so")
        return self

    def band_face(self, X, built_in=0.0):
        """The BandFace beside a state X, beyond a full valence band; as of State."""
        G = array(self.matrix).real
        potential = None if self.voltage is None else self.voltage + built_in
        return BandFace(flux=G @ X, conductance=G, potential=potential)
