"""What the electrodes of a tunnel junction have in common, and their energies.

Energies are numbers in E, the junction's energy_unit, in which temperatures are too (k_B = 1).
"""

from functools import cached_property

import numpy as np
from pydantic import model_validator

from ddgauge.model.errors import Checked, InputError
from ddgauge.model.quantities import Quantity, Vector, nonzero

ENERGY = "E"  # stands for the energy_unit in messages and results


def Energy(sign=""):
    """A number in the energy_unit of the junction; text with a unit is converted before it comes here."""
    return Quantity(ENERGY, sign)


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

    def with_(self, **changes):
        """This electrode with some keys changed."""
        if wrong := [key for key in changes if key not in type(self).model_fields]:
            raise InputError(f": a band of kind {self.kind!r} has no {wrong[0]}")
        keys = [key for key in type(self).model_fields if key not in ("file", *changes)]
        return type(self)(**{key: value for key in keys if (value := getattr(self, key)) is not None} | changes)
