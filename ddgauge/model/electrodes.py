"""Electrodes of a tunnel junction: the keys of [electrode.L] and [electrode.R], of each kind."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, SerializeAsAny

from ddgauge.model.electrode import ENERGY, Electrode, Energies, Energy
from ddgauge.model.electrode_lists import Count, Curve, FromFile, density, smooth, spline
from ddgauge.model.errors import InputError, instead_of, listed, show
from ddgauge.model.quantities import Numbers, Quantity
from ddgauge.physics.tunnel import dos, electrodes, modes

NEAR = 9  # levels beside a chemical potential, whose distance is taken


class Shifted(Electrode):
    """A band whose two spins are shifted rigidly, by the Stoner splitting."""

    half_width: Energy("> 0")
    splitting: Energy(">= 0")
    states: Quantity("", "> 0") = 1.0  # number of modes
    centre: Energy() = 0.0

    def _require_overlap(self):
        if self.splitting > 2 * self.half_width:
            raise InputError(
                f"splitting = {self.splitting:g} {ENERGY}, must be <= 2 half_width = {2 * self.half_width:g} {ENERGY}"
            )

    @property
    def magnetic(self):
        return self.splitting > 0


class Flat(Shifted):
    """kind = "flat": a constant density of states."""

    kind: Literal["flat"] = "flat"

    def _electrode(self, mu, T):
        self._require_overlap()
        return electrodes.FlatStoner(self.half_width, self.splitting, self.states, mu, T, self.centre)


class Elliptic(Shifted):
    """kind = "elliptic": a density of states that is half an ellipse."""

    kind: Literal["elliptic"] = "elliptic"

    def _electrode(self, mu, T):
        self._require_overlap()
        D, J = self.half_width, self.splitting

        def nu(e):
            return 2 * self.states / (np.pi * D) * np.sqrt(np.clip(1 - ((e - self.centre) / D) ** 2, 0, None))

        ends = self.centre + np.array([-D, D])
        up, dn = tuple(ends - J / 2), tuple(ends + J / 2)
        return dos.Dos(lambda w: nu(w + J / 2), lambda w: nu(w - J / 2), up, dn, mu, T, lambda w: w + J)


class Table(dos.Dos):
    """Densities of states from tables: without roots, and smooth but at the ends of the band."""

    roots = False

    def ends(self, s):
        return self.edges(s)[[0, -1]]


class Densities(FromFile, Electrode):
    """kind = "dos": densities of states of both spins, and which energies belong to one mode."""

    lists: ClassVar[tuple] = ("energy", "nu_up", "nu_dn", "partner")

    kind: Literal["dos"] = "dos"
    energy: Energies | None = None  # of the lists
    nu_up: Curve("1/E")
    nu_dn: Curve("1/E")
    partner: Curve() | None = None  # energy of the down partner of the up state at each energy
    up: Energies | None = None  # ends of the bands and breaks within, of functions
    dn: Energies | None = None

    @property
    def magnetic(self):
        return _differ(self.nu_up, self.nu_dn)

    @classmethod
    def prepare(cls, given):
        given = super().prepare(given)
        functions = [key for key in ("nu_up", "nu_dn") if callable(given.get(key))]
        if len(functions) == 1:
            raise InputError(f": {functions[0]} is a function, nu_up and nu_dn must both be, or both lists")
        _require(given, *(("up", "dn") if functions else ("energy",)))
        return given

    def _electrode(self, mu, T):
        if callable(self.nu_up):
            return dos.Dos(self.nu_up, self.nu_dn, self.up, self.dn, mu, T, self.partner)
        (up, nu_up), (dn, nu_dn) = (density(self.energy, getattr(self, key), key) for key in ("nu_up", "nu_dn"))
        g = self.partner
        if g is not None and not callable(g):
            if len(g) != len(self.energy):
                raise InputError(f"partner has {len(g)} numbers, must have {len(self.energy)}, as many as energy")
            g = spline(self.energy, g)
        return Table(nu_up, nu_dn, up, dn, mu, T, g)


class Rigid(FromFile, Electrode):
    """kind = "rigid": a density of states of any shape, whose two spins are shifted by the Stoner splitting."""

    lists: ClassVar[tuple] = ("energy", "nu")

    kind: Literal["rigid"] = "rigid"
    splitting: Energy(">= 0")
    energy: Energies | None = None  # of the list
    nu: Curve("1/E")  # of each spin without the splitting
    ends: Energies | None = None  # of the band, and breaks within, of a function

    @classmethod
    def prepare(cls, given):
        given = super().prepare(given)
        _require(given, "ends" if callable(given.get("nu")) else "energy")
        return given

    @property
    def magnetic(self):
        return self.splitting > 0

    def _electrode(self, mu, T):
        J = self.splitting
        ends, nu = (self.ends, self.nu) if callable(self.nu) else density(self.energy, self.nu, "nu")
        up, dn = (tuple(np.array(ends) - s * J / 2) for s in (1, -1))
        kind = dos.Dos if callable(self.nu) else Table
        return kind(lambda w: nu(w + J / 2), lambda w: nu(w - J / 2), up, dn, mu, T, lambda w: w + J)


def _differ(up, dn):
    """Whether curves of two spins, functions or lists, are not the same."""
    return up is not dn and (callable(up) or callable(dn) or not np.array_equal(up, dn))


def _require(given, *keys):
    for key in keys:
        if given.get(key) is None:
            raise InputError(f": needs {key}{'' if key == 'energy' else ', the ends of the band'} ({ENERGY})")


class Band(FromFile):
    """[[electrode.L.band]]: energies of the two spins of the modes x from 0 to 1."""

    lists: ClassVar[tuple] = ("x", "e_up", "e_dn")

    x: Numbers("") | None = None  # of the lists; evenly from 0 to 1 without it
    e_up: Curve()
    e_dn: Curve()
    states: Count() = 1.0  # in Python also their density over x
    points: Numbers("") = ()  # x where something is not smooth

    @classmethod
    def where(cls, given):
        return "band"

    def band(self):
        """The physics.tunnel Band; between the numbers of lists cubic splines."""
        points, e = self.points, []
        for key in ("e_up", "e_dn"):
            values = getattr(self, key)
            if not callable(values):
                x = np.linspace(0, 1, len(values)) if self.x is None else np.array(self.x)
                if len(values) < 4:
                    raise InputError(f"{key} has {len(values)} numbers, must have 4 or more, at x from 0 to 1, rising")
                if len(x) != len(values):
                    raise InputError(f"{key} has {len(values)} numbers, must have {len(x)}, as many as x")
                if np.any(np.diff(x) <= 0) or (x[0], x[-1]) != (0, 1):
                    raise InputError(f"x = {show(list(self.x))}, must rise from 0 to 1")
                values, knots = smooth(x, values)
                points = (*points, *knots)
            e.append(values)
        return modes.Band(*e, self.states, points)


class Modes(Electrode):
    """kind = "modes": bands over a parameter."""

    kind: Literal["modes"] = "modes"
    band: tuple[Band, ...]

    @property
    def magnetic(self):
        return any(_differ(band.e_up, band.e_dn) for band in self.band)

    def _electrode(self, mu, T):
        return modes.Modes(tuple(band.band() for band in self.band), mu, T)


class Levels(FromFile, Electrode):
    """kind = "levels": a list of modes, of a mesh of wave vectors or an ab-initio calculation."""

    lists: ClassVar[tuple] = ("e_up", "e_dn", "weight")

    kind: Literal["levels"] = "levels"
    e_up: Energies
    e_dn: Energies
    weight: Numbers("", ">= 0") | None = None  # numbers of modes; 1 each without it
    width: Energy("> 0")  # of the Gaussian that the other electrode sees

    @property
    def magnetic(self):
        return _differ(self.e_up, self.e_dn)

    def _electrode(self, mu, T):
        weight = np.ones(len(self.e_up)) if self.weight is None else np.array(self.weight)
        return modes.Levels(np.array(self.e_up), np.array(self.e_dn), weight, mu, T, self.width)

    def warnings(self, T):
        found = super().warnings(T)
        if self.width > T > 0:
            found.append(
                f"width = {self.width:g} {ENERGY} is above the temperature {T:g} {ENERGY}: densities of states are"
                " smeared by more than the occupations"
            )
        for key in ("e_up", "e_dn"):
            levels = np.unique(getattr(self, key))
            near = np.sort(levels[np.argsort(np.abs(levels - self.chemical_potential))[:NEAR]])
            apart = np.median(np.diff(near)) if len(near) > 1 else 0.0
            if self.width < apart / 2:
                found.append(
                    f"width = {self.width:g} {ENERGY} is below half the distance of levels {key} beside the chemical"
                    f" potential, {apart:g} {ENERGY}: the other electrode sees peaks, not a density of states"
                )
        return found


KINDS = {"flat": Flat, "elliptic": Elliptic, "rigid": Rigid, "dos": Densities, "modes": Modes, "levels": Levels}


def _read(value):
    if isinstance(value, Electrode):
        return value
    if not isinstance(value, dict):
        raise ValueError(f" = {show(value)}, must be a table such as {{kind = 'flat'}}")
    if "kind" not in value:
        raise ValueError(f": needs kind; kinds: {listed(KINDS)}")
    if value["kind"] not in list(KINDS):
        raise ValueError(f".kind = {instead_of(value['kind'], KINDS, 'kinds')}")
    return KINDS[value["kind"]](**value)


AnyElectrode = Annotated[SerializeAsAny[Electrode], BeforeValidator(_read)]
