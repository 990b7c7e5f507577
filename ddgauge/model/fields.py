"""Directions and fields: the keys of [magnetisation], [field] and [drive]."""

import numpy as np
from pydantic import model_validator

from ddgauge.model.errors import Checked, InputError
from ddgauge.model.quantities import Degrees, ScalarOr, Vector, nonzero, vector

ZERO = (0.0, 0.0, 0.0)


class Angle(Checked):
    """A direction in one of three planes, degrees: alpha, beta and gamma of angular magnetoresistance  [Althammer13].

    xy: (cos, sin, 0), from x to y;  yz: (0, sin, cos), from z to y;  xz: (sin, 0, cos), from z to x.
    """

    xy: Degrees | None = None
    yz: Degrees | None = None
    xz: Degrees | None = None

    @model_validator(mode="after")
    def _one(self):
        if self.xy is None and self.yz is None and self.xz is None:
            raise InputError(": needs xy, yz or xz (degrees)")
        return self

    @property
    def components(self):
        """(3,) components."""
        plane, angle = next((plane, value) for plane, value in self if value is not None)
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        return {"xy": np.array([c, s, 0]), "yz": np.array([0, s, c]), "xz": np.array([s, 0, c])}[plane]


class Magnetisation(Checked):
    """The direction of the magnetisation, of any length but zero, or its angle."""

    direction: Vector("", read=nonzero) | None = None
    angle: Angle | None = None

    @model_validator(mode="after")
    def _something(self):
        if self.direction is None and self.angle is None:
            raise InputError(": needs direction (a vector) or angle, such as {xy = 45}")
        return self

    @property
    def unit_vector(self):
        """(3,) of length 1."""
        return self.angle.components if self.angle else np.array(self.direction) / np.linalg.norm(self.direction)


class MagneticField(Checked):
    """The magnetic field, a vector, or its strength with a direction or an angle."""

    B: ScalarOr("T", vector) = ZERO
    direction: Vector("", read=nonzero) | None = None
    angle: Angle | None = None

    @model_validator(mode="after")
    def _scalar_with_direction(self):
        directed = self.direction is not None or self.angle is not None
        if isinstance(self.B, float) and not directed:
            raise InputError(
                f"B = {self.B:g} T, must be three numbers (x, y, z) in T, or stand beside direction or angle"
            )
        if directed and not isinstance(self.B, float):
            raise InputError("B must be one number in T beside direction or angle")
        return self

    @property
    def components(self):
        """(3,) components."""
        if isinstance(self.B, float):
            return self.B * Magnetisation(direction=self.direction, angle=self.angle).unit_vector
        return np.array(self.B)


class Drive(Checked):
    """What drives the currents, beside contacts and imposed currents."""

    electric_field: Vector("V/m") = ZERO
    motive_force: Vector("V/m") = ZERO  # amplitude of E_smf exp(i q.x - i omega t): up feels it, down its opposite
    wave_vector: Vector("1/m") = ZERO  # q
