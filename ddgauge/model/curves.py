"""Curves: experiments that run over an angle, a field, a temperature, a thickness; the keys of [curve] of each kind."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field, create_model, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, listed, show
from ddgauge.model.quantities import Choice, Numbers, Quantity, Switch, Text, Vector, Whole, nonzero

PLANES = ("xy", "yz", "xz")
AXES = ("x", "y", "z")


class Curve(Checked):
    """[curve]: what a curve runs over; `over` gives its quantity and unit."""

    solves: ClassVar[str] = "film"  # the experiment at each of its points
    stands: ClassVar[dict] = {}  # tables of the stack that the curve changes, so that a file need not have them
    unit: ClassVar[str] = ""
    span: ClassVar[dict] = {}  # from, to and points where nothing is said

    @classmethod
    def prepare(cls, given):
        return given if "values" in given else cls.span | given

    @model_validator(mode="after")
    def _some(self):
        unit = f" ({self.unit})" if self.unit else ""
        if self.values is not None:
            if not self.values:
                raise InputError(f"values is empty, must be a list of numbers{unit}")
        elif self.start is None or self.stop is None or self.points is None:
            raise InputError(f": needs values{unit}, or from, to{unit} and points")
        if self.spacing == "log" and not (self.start > 0 and self.stop > 0):
            raise InputError("from and to must be > 0 where spacing = 'log'")
        return self

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        return ()

    @property
    def abscissa(self):
        """(points,) values that the curve runs over, in its unit."""
        if self.values is not None:
            return np.array(self.values)
        between = np.geomspace if self.spacing == "log" else np.linspace
        return between(self.start, self.stop, self.points)


def over(unit, sign="", **span):
    """Base of a curve over a quantity in a unit."""
    number = Quantity(unit, sign)
    base = create_model(
        "Over",
        __base__=Curve,
        values=(Numbers(unit, sign) | None, None),
        start=(number | None, Field(None, alias="from")),
        stop=(number | None, Field(None, alias="to")),
        points=(Whole(1) | None, None),
        spacing=(Choice("linear", "log", plural="choices") | None, None),  # linear, unless it is said
    )
    base.unit, base.span = unit, span
    return base


def some_of(known, plural):
    """A list of some of a few words, each once; one word stands for a list of one."""

    def read(value):
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list | tuple) or not words:
            raise ValueError(f" = {show(value)}, must be a list of some of {', '.join(known)}")
        for word in words:
            if word not in known:
                raise ValueError(f" = {instead_of(word, known, plural)}")
        return tuple(dict.fromkeys(words))

    return Annotated[tuple[str, ...], BeforeValidator(read)]


class AngularMagnetoresistance(over("degree", **{"from": 0.0, "to": 360.0, "points": 73})):
    """[curve] of "angular-magnetoresistance": the magnetisation turns in planes."""

    stands: ClassVar = {"magnetisation": {"direction": [1, 0, 0]}}

    planes: some_of(PLANES, "planes") = PLANES
    B: Quantity("T", ">= 0") | None = None  # of a field that turns with the magnetisation


class FieldMagnetoresistance(over("T")):
    """[curve] of "field-magnetoresistance": a field along some directions."""

    stands: ClassVar = {"magnetisation": {"direction": [1, 0, 0]}}

    directions: some_of(AXES, "directions") = AXES
    follow: Switch = False  # whether the magnetisation goes with the field


class Hall(over("T")):
    """[curve] of "hall": a field along the normal."""

    stands: ClassVar = {"magnetisation": {"direction": [1, 0, 0]}}

    saturation: Quantity("T", "> 0") | None = None  # field along z, from which on the magnetisation is along it
    in_plane: Vector("", read=nonzero) = (1.0, 0.0, 0.0)  # along which it is without a field

    @model_validator(mode="after")
    def _flat(self):
        if self.in_plane[2] or (self.saturation is None and "in_plane" in self.model_fields_set):
            what = "must have no z" if self.in_plane[2] else "needs saturation (T), without which nothing turns"
            raise InputError(f"in_plane = {show(list(self.in_plane))} {what}")
        return self


class Temperature(over("K", ">= 0")):
    """[curve] of "temperature": moments of [layer.exchange] from order through the paramagnet."""

    stands: ClassVar = {"magnetisation": {"direction": [1, 0, 0]}, "temperature": 300.0}

    def problems(self, stack):
        """Where nothing depends on temperature."""
        if not any(layer.exchange for layer in stack.layers):
            yield ": experiment = 'temperature' needs a layer with exchange: nothing else depends on it"


class OfLayer(Checked):
    """A curve that changes a layer; `layer_of` gives its name."""

    layer: Text | None = None

    def layer_of(self, stack):
        """The layer that is named; without a name that with the largest spin Hall angle."""
        if self.layer is not None:
            if self.layer not in stack.names:
                raise InputError(f"curve.layer = {instead_of(self.layer, stack.names, 'layers')}")
            return self.layer
        return max(stack.names, key=lambda name: np.abs(stack.coefficients(name).thetaC).max())


class TorqueThickness(OfLayer, over("m", "> 0", **{"from": 1e-9, "to": 10e-9, "points": 37})):
    """[curve] of "torque-thickness": a layer of a film has many thicknesses."""

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        name = self.layer_of(stack)
        moments = [*stack.layers, *stack.boundary.values(), *stack.interface.values()]
        if stack.direction is None or not any(part.magnetic for part in moments):
            yield (
                "experiment = 'torque-thickness' needs moments on which the torque is:"
                " a sheet with G_r or G_i (S/m^2), or a layer with exchange"
            )
            return
        if not np.any(stack.coefficients(name).thetaC) and self.layer is None:
            yield "experiment = 'torque-thickness' needs a layer with spin_hall, or curve.layer, whose thickness it is"
        E = np.array(stack.electric_field[:2]) if np.any(stack.electric_field[:2]) else np.array([1.0, 0.0])
        p = np.array([-E[1], E[0], 0]) / np.linalg.norm(E)
        if np.linalg.norm(np.cross(stack.direction, p)) < 1e-6:
            yield (
                f"magnetisation along {show(stack.direction.round(6).tolist())}, must not be along z x electric_field,"
                " where the spin Hall effect has no torque"
            )


class SpinPumping(OfLayer, over("m", "> 0", **{"from": 1e-9, "to": 10e-9, "points": 37})):
    """[curve] of "spin-pumping": a layer of the metal beside a precessing magnet has many thicknesses."""

    cone: Quantity("degree", "between 0 and 180")  # between the magnetisation and its axis
    frequency: Quantity("Hz", "!= 0")  # of the precession; clockwise if negative
    saturation_magnetisation: Quantity("A/m", "> 0")
    magnet_thickness: Quantity("m", "> 0")
    g_factor: Quantity("", "> 0") = 2.0  # of the magnet

    def face_of(self, stack):
        """Name of the face at which the magnet is; InputError unless there is one."""
        faces = [name for name, boundary in stack.boundary.items() if boundary.magnetic]
        if len(faces) != 1:
            raise InputError(
                f"boundary with G_r or G_i (S/m^2): {listed(faces)}; experiment = 'spin-pumping' needs one such sheet"
            )
        return faces[0]

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        self.layer_of(stack)
        face = self.face_of(stack)
        if face not in ("bottom", "top"):
            yield f"boundary {face!r} has G_r or G_i: experiment = 'spin-pumping' needs them at bottom or top"
        if stack.direction is None:
            yield "experiment = 'spin-pumping' needs [magnetisation], the axis of the precession"


class OfInterface(Checked):
    """A curve that changes a layer at a magnetic interface."""

    layer: Text

    def layer_of(self, stack):
        """The layer that is named."""
        if self.layer not in stack.names:
            raise InputError(f"curve.layer = {instead_of(self.layer, stack.names, 'layers')}")
        return self.layer

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        self.layer_of(stack)
        return ()


class MemoryLoss(OfInterface, over("m", "> 0", **{"from": 0.1e-9, "to": 3e-9, "points": 30})):
    """[curve] of "memory-loss": a layer at a magnetic interface has many thicknesses."""

    solves: ClassVar[str] = "conductance"


class RashbaMemoryLoss(OfInterface, over("m/s")):
    """[curve] of "rashba-memory-loss": Rashba coupling in a layer has many strengths."""

    solves: ClassVar[str] = "conductance"

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        yield from super().problems(stack)
        if stack[self.layer_of(stack)].spin_orbit is None:
            yield f"layer {self.layer!r}: experiment = 'rashba-memory-loss' needs spin_orbit, such as {{mass = 1}}"


class ExchangeHall(over("degree", **{"from": -90.0, "to": 90.0, "points": 37})):
    """[curve] of "exchange-hall": spin-orbit coupling turns the moments of a layer by many angles."""

    layer: Text | None = None
    polarisation: Quantity("", "between -1 and 1")  # of the current, along the moments as the carriers see them
    axis: Vector("", read=nonzero) = (0.0, 1.0, 0.0)  # about which they are turned

    def layer_of(self, stack):
        """The layer that is named, or the only one with exchange; InputError unless it has moments."""
        names = [layer.name for layer in stack.layers if layer.exchange]
        if self.layer is not None:
            if self.layer not in names:
                raise InputError(f"curve.layer = {instead_of(self.layer, names, 'layers with [layer.exchange]')}")
            return self.layer
        if len(names) != 1:
            raise InputError(
                f"layers with [layer.exchange]: {listed(names)}; experiment = 'exchange-hall' needs one, or curve.layer"
            )
        return names[0]

    def problems(self, stack):
        """What of a stack does not go with this curve, a line each."""
        self.layer_of(stack)
        return ()


CURVES = {
    "angular-magnetoresistance": AngularMagnetoresistance,
    "field-magnetoresistance": FieldMagnetoresistance,
    "hall": Hall,
    "temperature": Temperature,
    "torque-thickness": TorqueThickness,
    "spin-pumping": SpinPumping,
    "memory-loss": MemoryLoss,
    "rashba-memory-loss": RashbaMemoryLoss,
    "exchange-hall": ExchangeHall,
}


def read_curve(value, info):
    """The curve of a run, from its table: of the kind that its experiment asks for."""
    experiment = info.data.get("experiment")
    if isinstance(value, Curve) or experiment is None:
        return value if isinstance(value, Curve) else None
    if experiment not in CURVES:
        raise InputError(f": belongs to experiments {', '.join(CURVES)}, not {experiment!r}")
    if not isinstance(value, dict):
        raise ValueError(f" = {show(value)}, must be a table")
    return CURVES[experiment](**value)
