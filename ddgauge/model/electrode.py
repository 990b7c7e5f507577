"""What the electrodes of a tunnel junction have in common, and their energies.

Energies are numbers in E, the junction's energy_unit, in which temperatures are too (k_B = 1).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, PlainValidator, model_validator

from ddgauge.model.errors import Checked, InputError, show
from ddgauge.model.quantities import Number, Vector, element, nonzero

ENERGY = "E"  # stands for the energy_unit in messages and results


@dataclass(frozen=True)
class InUnits(Number):
    """A number in the energy_unit of the junction; text with a unit has been converted before it comes here."""

    unit: str = ENERGY

    def value(self, value):
        if isinstance(value, str):
            raise ValueError(f" = {show(value)}, must be a number in {self.unit}, where {ENERGY} is the energy_unit")
        return super().value(value)


def Energy(sign=""):
    """An energy."""
    return Annotated[float, PlainValidator(number := InUnits(sign=sign)), number]


def energies(value):
    """A list of energies, as a tuple."""
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f" = {show(value)}, must be a list of numbers in {ENERGY}")
    return tuple(element(i, InUnits(), x) for i, x in enumerate(value))


Energies = Annotated[tuple[float, ...], BeforeValidator(energies), InUnits()]


class Electrode(Checked):
    """What all electrodes have."""

    kind: str
    chemical_potential: Energy()
    temperature: Energy(">= 0")
    spin: Vector("", read=nonzero) | None = None  # along the majority spin
    magnetisation: Vector("", read=nonzero) | None = None  # or against it

    @model_validator(mode="after")
    def _whole(self):
        if self.spin is not None and self.magnetisation is not None:
            raise InputError(": give either spin or magnetisation, not both; they are opposite")
        if self.spin is None and self.magnetisation is None and self.magnetic:
            raise InputError(
                ": needs spin, the direction of the majority spin, or magnetisation, which is opposite to it"
            )
        self.electrode  # noqa: B018, it is checked when it is made
        return self

    @property
    def magnetic(self):
        """Whether the two spins differ."""
        return True

    @property
    def axis(self):
        """Unit vector along the majority spin."""
        if self.spin is None and self.magnetisation is None:
            return np.array([0.0, 0.0, 1.0])
        v = np.array(self.spin) if self.spin is not None else -np.array(self.magnetisation)
        return v / np.linalg.norm(v) + 0.0

    @cached_property
    def electrode(self):
        """The physics.tunnel Electrode; InputError where there is none."""
        try:
            return self._electrode(self.chemical_potential, self.temperature)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f": {str(error).partition(': ')[2]} (energies in {ENERGY})") from None

    def warnings(self, T):
        """Lines that say what of this electrode its user may not mean; T: the lower of both temperatures."""
        ends = np.concatenate([self.electrode.edges(s) for s in (0, 1)])
        low, high, mu = ends.min(), ends.max(), self.chemical_potential
        if low <= mu <= high:
            return []
        return [
            f"chemical_potential = {mu:g} {ENERGY} is {'below' if mu < low else 'above'} all of its states, which are"
            f" from {low:g} to {high:g} {ENERGY}"
        ]

    def with_(self, **changes):
        """This electrode with some keys changed."""
        if wrong := [key for key in changes if key not in type(self).model_fields]:
            raise InputError(f": a band of kind {self.kind!r} has no {wrong[0]}")
        keys = [key for key in type(self).model_fields if key not in ("file", *changes)]
        return type(self)(**{key: value for key in keys if (value := getattr(self, key)) is not None} | changes)
