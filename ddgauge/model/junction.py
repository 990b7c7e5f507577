"""The barrier of a tunnel junction, and what of it is scanned: the keys of [junction] and [[scan]]."""

from contextlib import suppress
from typing import Annotated

from pydantic import PlainValidator, model_validator

from ddgauge.model.electrode import ENERGY
from ddgauge.model.errors import Checked, InputError, instead_of
from ddgauge.model.quantities import Choice, Number, Quantity, Switch, element
from ddgauge.model.sweeps import Sweep
from ddgauge.units import K_B

SIDES = ("L", "R")
OF_BOTH = {"bias": ENERGY, "temperature": ENERGY, "tau": "1", "angle": "degree", "splitting": ENERGY}  # and units
OF_ONE = {
    "half_width": ENERGY, "splitting": ENERGY, "states": "1", "centre": ENERGY, "chemical_potential": ENERGY,
    "temperature": ENERGY, "width": ENERGY,
}  # fmt: skip
LISTS = ("energy", "partner", "up", "dn", "ends", "e_up", "e_dn")  # of energies
JOULE = Number("J", "> 0", also=(("K", lambda T: K_B * T),))
ANY = Number("J", also=JOULE.also)


class Junction(Checked):
    """[junction]: the barrier, and what the numbers are worth in SI."""

    amplitude: Quantity(ENERGY, "> 0") | None = None  # t of all modes
    Gamma: Quantity("", "> 0") | None = None  # 2 pi t^2 nu_L nu_R at the chemical potentials
    conductance: Quantity("S/m^2", ">= 0") | None = None  # G0, with the axes at right angles
    energy_unit: Annotated[float, PlainValidator(JOULE), JOULE] | None = None
    method: Choice("integrals", "closed-form", plural="methods") = "integrals"
    quadrupole: Switch = True  # whether the exchange part is wanted, which needs to know the modes

    @classmethod
    def prepare(cls, given):
        try:
            amplitude = in_units(given.get("amplitude"), energy_unit_of(given))
        except ValueError as error:
            raise InputError(f"amplitude{error}") from None
        return given if amplitude is None else given | {"amplitude": amplitude}

    @model_validator(mode="after")
    def _one_strength(self):
        given = [key for key in ("amplitude", "Gamma", "conductance") if getattr(self, key) is not None]
        if len(given) != 1:
            what = f"has {' and '.join(given)}" if given else "says nothing of the barrier"
            raise InputError(
                f": {what}; give one of amplitude ({ENERGY}), Gamma (a number) and conductance (S/m^2, of an area)"
            )
        if self.conductance is not None and self.energy_unit is None:
            raise InputError(": conductance (S/m^2) needs energy_unit, such as '1 eV'")
        return self


class Scan(Sweep):
    """[[scan]]: what is varied, and its values."""

    @classmethod
    def where(cls, given):
        return f"scan {given['parameter']!r}" if isinstance(given.get("parameter"), str) else "scan"

    @property
    def unit(self):
        """Of the values; InputError where there is no such parameter."""
        if self.parameter in OF_BOTH:
            return OF_BOTH[self.parameter]
        table, _, rest = self.parameter.partition(".")
        side, _, key = rest.partition(".")
        if table != "electrode" or side not in SIDES or key not in OF_ONE:
            known = [*OF_BOTH, *(f"electrode.{side}.{key}" for side in SIDES for key in OF_ONE)]
            raise InputError(f"scan: unknown parameter {instead_of(self.parameter, known, 'parameters')}", placed=True)
        return OF_ONE[key]

    def numbers(self, energy_unit):
        """The values in their unit."""
        read = Number("" if self.unit == "1" else self.unit)
        found = []
        for value in self.settings:
            try:
                found.append(read(in_units(value, energy_unit) if self.unit == ENERGY else value))
            except ValueError as error:
                raise InputError(f"scan {self.parameter!r}: value{error}", placed=True) from None
        return found


def in_units(value, energy_unit):
    """Energies in the energy_unit (J, or None where it is not known): text is converted, also in lists; other stays."""
    if isinstance(value, list):
        return [element(i, lambda x: in_units(x, energy_unit), x) for i, x in enumerate(value)]
    if not isinstance(value, str):
        return value
    if energy_unit is None:
        raise ValueError(f" = {value!r} is text with a unit, which needs junction.energy_unit, such as '1 eV'")
    return ANY(value) / energy_unit


def in_table(table, energy_unit):
    """A table with its energies in the energy_unit; InputError, a line for each that cannot be."""
    found, problems = dict(table), []
    energies = [*(key for key, unit in OF_ONE.items() if unit == ENERGY), *LISTS]
    for key in (key for key in energies if key in table):
        try:
            found[key] = in_units(table[key], energy_unit)
        except ValueError as error:
            problems.append(f"{key}{error}")
    if isinstance(table.get("band"), list):
        found["band"] = list(table["band"])
        for k, band in enumerate(table["band"]):
            try:
                found["band"][k] = in_table(band, energy_unit) if isinstance(band, dict) else band
            except InputError as error:
                problems += [f"band[{k}].{problem}" for problem in error.problems]
    if problems:
        raise InputError(*problems)
    return found


def energy_unit_of(junction):
    """That of a [junction], J; None where there is none, or none that can be read, which the table itself says."""
    if isinstance(junction, Junction):
        return junction.energy_unit
    given = junction.get("energy_unit") if isinstance(junction, dict) else None
    with suppress(ValueError):
        return None if given is None else JOULE(given)
