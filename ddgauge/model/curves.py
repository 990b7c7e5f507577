"""Curves: experiments that run over an angle, a field, a temperature, a thickness; the keys of [curve] of each kind."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field, create_model, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, show
from ddgauge.model.quantities import Choice, Numbers, Quantity, Switch, Vector, Whole, nonzero

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


CURVES = {
    "angular-magnetoresistance": AngularMagnetoresistance,
    "field-magnetoresistance": FieldMagnetoresistance,
    "hall": Hall,
    "temperature": Temperature,
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
