"""Directions and fields: the keys of [magnetisation], [field] and [drive]."""

from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer, PlainValidator, model_validator

from ddgauge.model.errors import Checked, InputError
from ddgauge.model.quantities import Degrees, Matrix, Number, Vector, matrix, nonzero, vector

ZERO = (0.0, 0.0, 0.0)
SLOPE = 1e-3  # of a field's largest slope: a divergence below it is an error of how the field is known


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


def _strength(value):
    if callable(value):
        return value
    number = Number("T")
    return vector(value, number) if isinstance(value, list | tuple | np.ndarray) else number(value)


def _traceless(value, number):
    rows = matrix(value, number)
    if abs(trace := sum(rows[i][i] for i in range(3))) > 1e-9 * np.abs(rows).max():
        raise ValueError(f" has the trace {trace:g} T/m, must have 0: div B = 0")
    return rows


def _named(value):
    return f"function {getattr(value, '__name__', type(value).__name__)}" if callable(value) else value


class MagneticField(Checked):
    """The magnetic field, a vector, or its strength with a direction or an angle; what it changes by along x, y, z.

    In Python B may also be a function of points (3, N), m -> (N, 3), T, of which div B = 0.
    """

    B: Annotated[Any, PlainValidator(_strength), PlainSerializer(_named), Number("T")] = ZERO
    direction: Vector("", read=nonzero) | None = None
    angle: Angle | None = None
    gradient: Matrix("T/m", read=_traceless) | None = None  # gradient[i][j] = dB_i / dx_j
    centre: Vector("m") | None = None  # where the field is B, if it has a gradient; else at the origin

    @model_validator(mode="after")
    def _scalar_with_direction(self):
        directed = self.direction is not None or self.angle is not None
        if callable(self.B):
            if directed or self.gradient is not None:
                raise InputError("B is a function of points, which has no direction, angle or gradient beside it")
            self.at(np.zeros((3, 2)))
            return self
        if isinstance(self.B, float) and not directed:
            raise InputError(
                f"B = {self.B:g} T, must be three numbers (x, y, z) in T, or stand beside direction or angle"
            )
        if directed and not isinstance(self.B, float):
            raise InputError("B must be one number in T beside direction or angle")
        if self.centre is not None and self.gradient is None:
            raise InputError("centre (m) is of a gradient (T/m), and there is none")
        return self

    @property
    def varies(self):
        """Whether it is not the same everywhere."""
        return callable(self.B) or (self.gradient is not None and np.any(self.gradient))

    @property
    def components(self):
        """(3,) components, T; where the field varies, those at the centre."""
        if callable(self.B):
            return self.at(np.zeros((3, 1)))[0]
        if isinstance(self.B, float):
            return self.B * Magnetisation(direction=self.direction, angle=self.angle).unit_vector
        return np.array(self.B)

    def at(self, x):
        """(N, 3) components, T, at points (3, N), m; InputError unless a function returns such an array."""
        if not callable(self.B):
            gradient = np.zeros((3, 3)) if self.gradient is None else np.array(self.gradient)
            return self.components + (x.T - np.array(self.centre or ZERO)) @ gradient.T
        found = np.asarray(self.B(x), float)
        if found.shape != (x.shape[1], 3):
            raise InputError(
                f"B: the function returns shape {found.shape} for points (3, {x.shape[1]}), must be (N, 3), T"
            )
        if not np.all(np.isfinite(found)):
            raise InputError(f"B: the function returns {found[~np.isfinite(found)][0]} T, must be finite")
        return found

    def require_no_divergence(self, x, axes):
        """InputError unless div B = 0 and B is the same along axes that a body does not have.

        Parameters
        ----------
        x : (3, N) array
            Points of the body, m.
        axes : str
            Of "xyz" those along which it has an extent.
        """
        extent = np.ptp(x, axis=1).max()
        h = 1e-4 * extent
        away = [[self.at(x + n * h * e[:, None]) for n in (-2, -1, 1, 2)] for e in np.eye(3)]
        slope = np.stack([(8 * (c - b) - (d - a)) / (12 * h) for a, b, c, d in away], axis=-1)  # [point, B_i, x_j]
        least = SLOPE * np.abs(slope).max() + 1e-9 * np.abs(self.at(x)).max() / extent
        for j, axis in enumerate("xyz"):
            if axis not in axes and (worst := np.abs(slope[..., j]).max()) > least:
                raise InputError(
                    f"field: B changes along {axis} by {worst:.3g} T/m, but the mesh is along {axes} alone, and the"
                    " body like itself across"
                )
        divergence = np.einsum("nii->n", slope)
        n = int(np.argmax(np.abs(divergence)))
        if abs(divergence[n]) > least:
            at = ", ".join(f"{value:.3g}" for value in x[:, n])
            raise InputError(f"field: div B = {divergence[n]:.3g} T/m at ({at}) m, must be 0")


class Drive(Checked):
    """What drives the currents, beside contacts and imposed currents."""

    electric_field: Vector("V/m") = ZERO
    motive_force: Vector("V/m") = ZERO  # amplitude of E_smf exp(i q.x - i omega t): up feels it, down its opposite
    wave_vector: Vector("1/m") = ZERO  # q
