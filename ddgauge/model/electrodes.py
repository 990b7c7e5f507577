"""Electrodes of a tunnel junction: the keys of [electrode.L] and [electrode.R], of each kind.

Energies are numbers in E, the junction's energy_unit, in which temperatures are too (k_B = 1).
"""

import csv
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.polynomial import Chebyshev
from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, SerializeAsAny, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, listed, show
from ddgauge.model.quantities import Number, Numbers, Quantity, Vector, nonzero
from ddgauge.physics.tunnel import dos, electrodes, modes

ENERGY = "E"  # stands for the energy_unit in messages and results


def Energy(sign=""):
    """A number in the energy_unit of the junction; text with a unit is converted before it comes here."""
    return Quantity(ENERGY, sign)


def _list_or_function(value, number):
    if callable(value):
        return value
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f" = {show(value)}, must be a list of numbers, or in Python a function")
    return np.array([number(x) for x in value])


def _plain(value):
    if callable(value):
        return f"function {getattr(value, '__name__', type(value).__name__)}"
    return value.tolist() if isinstance(value, np.ndarray) else value


def Curve(unit=ENERGY, sign=""):
    """A list of numbers, or in Python a function of arrays."""
    number = Number(unit, sign)
    return Annotated[
        Any, PlainValidator(lambda value: _list_or_function(value, number)), PlainSerializer(_plain), number
    ]


PANEL = 8  # numbers of a table of densities of states between two breaks of integrals
DENSE, FOLLOWS = 8, 1e-9  # numbers from which on a polynomial smooths them, and how well it must follow them
POSITIVE = Number("", "> 0")


def _count(value):
    return value if callable(value) else POSITIVE(value)  # a function: density of modes over x


class FromFile(Checked):
    """Lists that may stand in a file: text, a row for each point, its first line the names of the columns."""

    lists: ClassVar[tuple] = ()  # keys that are columns of the file

    file: Path | None = Field(None, exclude=True)

    @classmethod
    def prepare(cls, given):
        if given.get("file") is None:
            return given
        if beside := [key for key in cls.lists if key in given]:
            raise InputError(f": give either file or {beside[0]}, not both")
        return given | columns(Path(given["file"]), cls.lists)


def columns(path, known):
    """{name: list} of the columns of a file that are known; commas or blanks between numbers, # before a comment."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = [(k, line.partition("#")[0].strip()) for k, line in enumerate(file, start=1)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"file = {str(path)!r}: cannot be read ({getattr(error, 'strerror', 'is no text')})") from None
    lines = [(k, next(csv.reader([line])) if "," in line else line.split()) for k, line in lines if line]
    if not lines:
        raise InputError(f"file = {str(path)!r}: is empty, must have a line of names and rows of numbers")
    names = [name.strip() for name in lines[0][1]]
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"file = {str(path)!r}: unknown column {instead_of(unknown[0], known, 'columns')}")
    rows = []
    for k, cells in lines[1:]:
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            raise InputError(f"file = {str(path)!r}, line {k}: {' '.join(cells)!r}, must be numbers") from None
        if len(cells) != len(names):
            raise InputError(f"file = {str(path)!r}, line {k}: {len(cells)} numbers, must be {len(names)}")
    return dict(zip(names, np.array(rows).T.tolist()))


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
    energy: Numbers(ENERGY) | None = None  # of the lists
    nu_up: Curve("1/E")
    nu_dn: Curve("1/E")
    partner: Curve() | None = None  # energy of the down partner of the up state at each energy
    up: Numbers(ENERGY) | None = None  # ends of the bands and breaks within, of functions
    dn: Numbers(ENERGY) | None = None

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
        (up, nu_up), (dn, nu_dn) = (_table(self.energy, getattr(self, key), key) for key in ("nu_up", "nu_dn"))
        g = self.partner
        if g is not None and not callable(g):
            if len(g) != len(self.energy):
                raise InputError(f"partner has {len(g)} numbers, must have {len(self.energy)}, as many as energy")
            g = _spline(self.energy, g)
        return Table(nu_up, nu_dn, up, dn, mu, T, g)


class Rigid(FromFile, Electrode):
    """kind = "rigid": a density of states of any shape, whose two spins are shifted by the Stoner splitting."""

    lists: ClassVar[tuple] = ("energy", "nu")

    kind: Literal["rigid"] = "rigid"
    splitting: Energy(">= 0")
    energy: Numbers(ENERGY) | None = None  # of the list
    nu: Curve("1/E")  # of each spin without the splitting
    ends: Numbers(ENERGY) | None = None  # of the band, and breaks within, of a function

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
        ends, nu = (self.ends, self.nu) if callable(self.nu) else _table(self.energy, self.nu, "nu")
        up, dn = (tuple(np.array(ends) - s * J / 2) for s in (1, -1))
        kind = dos.Dos if callable(self.nu) else Table
        return kind(lambda w: nu(w + J / 2), lambda w: nu(w - J / 2), up, dn, mu, T, lambda w: w + J)


def _spline(x, y):
    from scipy.interpolate import CubicSpline  # here, because it takes long to import

    return CubicSpline(x, y)


def _smooth(x, y):
    """A function through numbers, and where it is not smooth: a polynomial, or cubics if that does not follow them."""
    fit = Chebyshev.fit(x, y, int(2 * np.sqrt(len(x))) if len(x) > DENSE else len(x) - 1, domain=[0, 1])
    if np.abs(fit(x) - y).max() <= FOLLOWS * np.ptp(y):
        return fit, ()
    return _spline(x, y), x[1:-1]


def _require(given, *keys):
    for key in keys:
        if given.get(key) is None:
            raise InputError(f": needs {key}{'' if key == 'energy' else ', the ends of the band'} ({ENERGY})")


def _table(energy, nu, key):
    """Energies between which a density of states is there, with some within, and the function: cubics in no excess."""
    w = np.array(energy)
    if len(w) < 2 or np.any(np.diff(w) <= 0):
        raise InputError("energy must be two numbers or more, each above the one before")
    if len(nu) != len(w):
        raise InputError(f"{key} has {len(nu)} numbers, must have {len(w)}, as many as energy")
    inside = np.flatnonzero(nu != 0)
    if not len(inside):
        raise InputError(f"{key} is zero everywhere, must have states")
    band = slice(max(inside[0] - 1, 0), inside[-1] + 2)
    w, nu = w[band], nu[band]
    from scipy.interpolate import PchipInterpolator  # here, because it takes long to import

    return tuple(np.unique([*w[:-1:PANEL], w[-1]])), PchipInterpolator(w, nu)


class Band(FromFile):
    """[[electrode.L.band]]: energies of the two spins of the modes x from 0 to 1."""

    lists: ClassVar[tuple] = ("x", "e_up", "e_dn")

    x: Numbers("") | None = None  # of the lists; evenly from 0 to 1 without it
    e_up: Curve()
    e_dn: Curve()
    states: Annotated[Any, PlainValidator(_count), PlainSerializer(_plain), POSITIVE] = 1.0  # number of modes
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
                if len(x) != len(values) or len(x) < 4 or np.any(np.diff(x) <= 0) or (x[0], x[-1]) != (0, 1):
                    raise InputError(f"{key} has {len(values)} numbers, must have 4 or more, at x from 0 to 1, rising")
                values, knots = _smooth(x, values)
                points = (*points, *knots)
            e.append(values)
        return modes.Band(*e, self.states, points)


class Modes(Electrode):
    """kind = "modes": bands over a parameter."""

    kind: Literal["modes"] = "modes"
    band: tuple[Band, ...]

    def _electrode(self, mu, T):
        return modes.Modes(tuple(band.band() for band in self.band), mu, T)


class Levels(FromFile, Electrode):
    """kind = "levels": a list of modes, of a mesh of wave vectors or an ab-initio calculation."""

    lists: ClassVar[tuple] = ("e_up", "e_dn", "weight")

    kind: Literal["levels"] = "levels"
    e_up: Numbers(ENERGY)
    e_dn: Numbers(ENERGY)
    weight: Numbers("", ">= 0") | None = None  # numbers of modes; 1 each without it
    width: Energy("> 0")  # of the Gaussian that the other electrode sees

    def _electrode(self, mu, T):
        weight = np.ones(len(self.e_up)) if self.weight is None else np.array(self.weight)
        return modes.Levels(np.array(self.e_up), np.array(self.e_dn), weight, mu, T, self.width)


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
