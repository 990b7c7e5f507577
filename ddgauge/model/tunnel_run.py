"""A tunnel junction alone, without a mesh: the tables of experiment = "tunnel", and its settings along scans."""

import warnings
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import model_validator

from ddgauge.model.electrode import ENERGY
from ddgauge.model.electrodes import AnyElectrode, Flat
from ddgauge.model.errors import Checked, InputError, listed
from ddgauge.model.junction import OF_BOTH, SIDES, Junction, Scan, energy_unit_of, in_table
from ddgauge.model.options import OutputOptions
from ddgauge.model.quantities import Choice, Text
from ddgauge.model.sweeps import dimensions
from ddgauge.physics.tunnel import flat

EXCLUDES = {"bias": "chemical_potential", "temperature": "temperature", "tau": "temperature", "splitting": "splitting"}
SMALL = 0.1  # what a rate that should be much below 1 may be


class Setting(NamedTuple):
    """A junction at one point of its scans."""

    L: object  # model electrodes
    R: object
    J_L: np.ndarray  # unit vectors along the majority spins
    J_R: np.ndarray

    @property
    def bias(self):
        """mu_L - mu_R."""
        return self.L.chemical_potential - self.R.chemical_potential

    @property
    def angle(self):
        """Between the axes, degrees."""
        return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(self.J_L, self.J_R)), self.J_L @ self.J_R)))


class TunnelRun(Checked):
    """A junction of two electrodes and what is scanned: what a Run is to a stack."""

    title: Text = ""
    experiment: Choice("tunnel", plural="experiments") = "tunnel"
    electrode: dict[str, AnyElectrode]
    junction: Junction
    scan: tuple[Scan, ...] = ()
    output: OutputOptions = OutputOptions()
    source: Path | None = None  # the file it was read from

    # of a Run with a mesh
    sweep: ClassVar[tuple] = ()
    fit: ClassVar[None] = None
    time: ClassVar[None] = None

    @classmethod
    def from_dict(cls, data, source=None):
        """A junction from the tables of a file; InputError names the source."""
        try:
            return cls(**_beside(data, Path(source).parent if source else Path()), source=source)
        except InputError as error:
            raise (error.within(source) if source else error) from None

    @classmethod
    def known_keys(cls):
        return [key for key in cls.model_fields if key != "source"]

    @classmethod
    def prepare(cls, given):
        for key in ("sweep", "fit", "layer"):
            if key in given:
                hint = "; [[scan]] varies parameters within one run" if key == "sweep" else ""
                raise InputError(f"{key} does not go with experiment = 'tunnel', a junction without a mesh{hint}")
        if isinstance(given.get("scan"), dict):
            raise InputError("scan must be written [[scan]], with two brackets: there can be several")
        electrodes = given.get("electrode")
        if not isinstance(electrodes, dict):
            return given
        if set(electrodes) != set(SIDES):
            raise InputError(f"electrode: has {listed(electrodes)}, needs [electrode.L] and [electrode.R]")
        unit, problems, found = energy_unit_of(given.get("junction")), [], {}
        for side, table in electrodes.items():
            try:
                found[side] = in_table(table, unit) if isinstance(table, dict) else table
            except InputError as error:
                problems += [f"electrode {side!r}: {problem}" for problem in error.problems]
        if problems:
            raise InputError(*problems)
        return given | {"electrode": found}

    @classmethod
    def path(cls, loc):
        if len(loc) > 1 and loc[0] == "electrode":
            return f"electrode {loc[1]!r}", loc[2:]
        return "", () if loc[:1] == ("scan",) else loc

    @model_validator(mode="after")
    def _fits(self):
        if problems := list(self._problems()):
            raise InputError(*problems)
        return self

    def _problems(self):
        junction = self.junction
        for side in SIDES:
            kind = self.electrode[side].kind
            if junction.method == "closed-form" and kind != "flat":
                yield f"electrode {side!r}: kind = {kind!r}, junction.method = 'closed-form' is of flat bands"
                return
            if junction.quadrupole and kind == "dos" and self.electrode[side].partner is None:
                yield (
                    f"electrode {side!r}: needs partner, the energy ({ENERGY}) of the down partner of the up state at"
                    " each energy, for the exchange part of the quadrupole moment: densities of states alone,"
                    ' "nu (1 + s n) with constant n", do not say which energies belong to one mode;'
                    " or junction.quadrupole = false"
                )
        if junction.amplitude is None and not self.Gamma_of_one > 0:
            key = "Gamma" if junction.Gamma is not None else "conductance"
            for side in SIDES:
                if not self._nu(side) > 0:
                    mu = self.electrode[side].chemical_potential
                    yield (
                        f"electrode {side!r}: chemical_potential = {mu:g} {ENERGY}, where it has no states, so that"
                        f" junction.{key} says nothing; give junction.amplitude"
                    )
            return
        yield from self._scan_problems()

    def _scan_problems(self):
        try:
            dims = self.axes
        except InputError as error:
            yield from error.problems
            return
        names = [scan.parameter for scan in self.scan]
        for a in names:
            excluded = f".{EXCLUDES.get(a)}"
            yield from (
                f"scan {a!r}: sets {b} too; scan one of them"
                for b in names
                if b.endswith(excluded) and (a != "tau" or ".R." in b)
            )
        settings = [{scan.parameter: values[k] for scan, values in together} for together in dims for k in (0, -1)]
        for changes in [{}, *settings]:
            try:
                setting = self.at(changes)
                if self.junction.method == "closed-form":
                    self.closed_form(setting)
            except InputError as error:
                yield from error.problems
            except ValueError as error:
                yield f"{_where(changes)}{error}".partition("; use")[0] + "; take junction.method = 'integrals'"

    @cached_property
    def axes(self):
        """What is scanned: for each dimension of the grid its scans with their values, [(Scan, values), ...]."""
        unit = self.junction.energy_unit
        found = dimensions(self.scan, "scan").values()
        return [[(scan, scan.numbers(unit)) for scan in together] for together in found]

    @property
    def grid(self):
        """{parameter: value} of every combination of what is scanned, the last dimension fastest."""
        places = product(*(range(len(together[0][1])) for together in self.axes))
        return [
            {scan.parameter: values[k] for k, together in zip(index, self.axes) for scan, values in together}
            for index in places
        ]

    def at(self, changes):
        """The Setting with some parameters changed, {parameter: value}; InputError where there is none.

        `tau` changes the temperature of R, T_R = T_L / (1 - tau), `bias` both chemical potentials about their mean,
        `angle` turns the spin of R in the plane of both spins.
        """
        try:
            L, R = (self.electrode[side].with_(**keys) for side, keys in self._keys(changes).items())
        except InputError as error:
            text = "".join(error.problems).removeprefix(": ")
            raise InputError(f"{_where(changes)}{text}", placed=True) from None
        J_L, J_R = L.axis, R.axis
        if "angle" in changes:
            theta = np.radians(changes["angle"])
            J_R = np.cos(theta) * J_L + np.sin(theta) * _across(J_L, J_R)
        return Setting(L, R, J_L, J_R)

    def _keys(self, changes):
        """{side: keys of its electrode that are changed}."""
        keys = {side: {} for side in SIDES}
        for name, value in changes.items():
            if name in ("splitting", "temperature"):
                for side in SIDES:
                    keys[side][name] = value
            elif name not in OF_BOTH:
                _, side, key = name.split(".")
                keys[side][key] = value
        if (tau := changes.get("tau")) is not None:
            if not tau < 1:
                raise InputError(f"tau = {tau:g}, must be below 1: it is (T_R - T_L) / T_R")
            keys["R"]["temperature"] = keys["L"].get("temperature", self.electrode["L"].temperature) / (1 - tau)
        if (bias := changes.get("bias")) is not None:
            mean = sum(self.electrode[side].chemical_potential for side in SIDES) / 2
            for side, sign in zip(SIDES, (1, -1)):
                keys[side]["chemical_potential"] = mean + sign * bias / 2
        return keys

    def _nu(self, side):
        """Mean density of states of the two spins at the chemical potential."""
        electrode = self.electrode[side].electrode
        return float(np.mean(electrode.nu(np.array([electrode.mu]))))

    @cached_property
    def Gamma_of_one(self):
        """Gamma of the amplitude 1 in the file as it stands."""
        return 2 * np.pi * self._nu("L") * self._nu("R")

    @property
    def amplitude(self):
        """t; of a conductance that with which Gamma is 1."""
        if self.junction.amplitude is not None:
            return self.junction.amplitude
        return float(np.sqrt((self.junction.Gamma or 1.0) / self.Gamma_of_one))

    @property
    def Gamma(self):
        """2 pi t^2 nu_L nu_R in the file as it stands."""
        return self.amplitude**2 * self.Gamma_of_one

    def closed_form(self, setting):
        """Coefficients of flat bands far from their edges, and what is to say of them; ValueError where there are none.

        Returns
        -------
        Coefficients, or None of other bands
        list of str
        """
        if not isinstance(setting.L, Flat) or not isinstance(setting.R, Flat):
            return None, []
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = flat.flat_coefficients(setting.L.electrode, setting.R.electrode, self.amplitude)
        return found, [str(each.message) for each in said]

    def warnings(self):
        """Lines that say where a law is used beyond what it was derived for."""
        found = []
        for side in SIDES:
            electrode, where = self.electrode[side], f"electrode {side!r}"
            J, D, T = *(getattr(electrode, key, None) for key in ("splitting", "half_width")), electrode.temperature
            if J and J < T:
                found.append(
                    f"{where}: splitting = {J:g} {ENERGY} is below temperature = {T:g} {ENERGY}, where a Stoner"
                    " ferromagnet has no order of its own; fine for an island in a field"
                )
            if D and T > D:
                found.append(
                    f"{where}: temperature = {T:g} {ENERGY} is above half_width = {D:g} {ENERGY}; text such as '300 K'"
                    " brings its unit"
                )
            if not isinstance(electrode, Flat):  # of which the closed form says it
                coldest = min(self.electrode[each].temperature for each in SIDES)
                found += [f"{where}: {line}" for line in electrode.warnings(coldest)]
        if self.junction.conductance is None and self.Gamma > SMALL:
            found.append(
                f"junction: Gamma = {self.Gamma:.3g} is not small, as the lowest order in the tunnelling rate takes it"
            )
        return found + self._window_warnings()

    def _window_warnings(self):
        """Where a closed form of flat bands is not to be trusted."""
        try:
            said = self.closed_form(self.at({}))[1]
        except ValueError as error:
            said = [str(error)]
        asked = self.junction.method == "closed-form"
        hint = "take method = 'integrals'" if asked else "integrals are taken, and no closed form stands beside"
        return [f"junction, {text.partition('; use')[0]}; {hint}" for text in said]

    def resolved(self):
        """Every value, energies in the energy_unit, as plain tables that can be read again as an equal run."""
        dump = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"source"})
        head = {key: dump.pop(key) for key in ("title", "experiment")}
        return head | dump

    def __eq__(self, other):
        return isinstance(other, TunnelRun) and self.resolved() == other.resolved()


def _where(changes):
    """The place of a mistake at a point of the scans."""
    shown = ", ".join(f"{name} = {value:g}" for name, value in changes.items())
    return f"scan, at {shown}: " if shown else ""


def _across(J_L, J_R):
    """Unit vector across J_L in the plane of both; of parallel ones towards the axis x, y or z farthest from J_L."""
    v = J_R - (J_R @ J_L) * J_L
    if np.linalg.norm(v) < 1e-9:
        v = np.eye(3)[np.argmin(np.abs(J_L))]
        v = v - (v @ J_L) * J_L
    return v / np.linalg.norm(v)


def _beside(data, folder):
    """The tables of a file with the paths of files in its electrodes relative to its folder."""

    def placed(table):
        if not isinstance(table, dict):
            return table
        found = dict(table)
        if isinstance(table.get("file"), str):
            found["file"] = folder / table["file"]
        if isinstance(table.get("band"), list):
            found["band"] = [placed(band) for band in table["band"]]
        return found

    if not isinstance(data.get("electrode"), dict):
        return data
    return data | {"electrode": {side: placed(table) for side, table in data["electrode"].items()}}
