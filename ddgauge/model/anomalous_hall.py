"""Anomalous Hall effect of a layer: the table [layer.anomalous_hall], numbers or bands, and where it varies."""

import warnings
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, show
from ddgauge.model.quantities import Number, Quantity, Vector, Whole, vector
from ddgauge.physics.bands import dirac
from ddgauge.physics.bands.curvature import curvature, energies, state_density_factor
from ddgauge.physics.bands.hall import NotConverged, hall_at
from ddgauge.physics.bands.models import LatticeChern, LatticeWeyl
from ddgauge.units import E_CHARGE, G_QUANTUM, HBAR, K_B, H

KEYS = {  # of each kind of bands: what it needs, and what it may have
    "massive-dirac": (("mass",), ("velocity", "cones")),
    "chern-lattice": (("u", "hopping", "lattice_constant"), ("degeneracy",)),
    "weyl-lattice": (("node_angle", "hopping", "lattice_constant"), ("degeneracy",)),
    "weyl-nodes": (("node_separation",), ("degeneracy",)),
}
UNITS = {"mass": " (J)", "hopping": " (J)", "lattice_constant": " (m)", "node_separation": " (1/m)"}
OF_MODEL = ((), ("degeneracy",))  # of a model that is given in Python
OF_BANDS = sorted({key for needs, may in KEYS.values() for key in (*needs, *may)})
OF_STATES = ("chemical_potential", "temperature", "gate")
PLANE = ("massive-dirac", "chern-lattice")  # bands in two dimensions
SAMPLES = 24  # points along each axis of the zone at which bands are looked at
NEAR_NODES = 2e-3  # of a Hall conductivity in three dimensions, relative: bands may touch
ENOUGH = 0.01  # k_B T over the hopping in a plane, that makes the Fermi step wide enough for the zone's points
OPEN = 0.05  # of u from where the gap closes, so that it is wide enough for them
WELL_BELOW = 0.1  # what a ratio that should be small may be


class Profile(Checked):
    """A value that changes linearly from one point to another, and stays as it is beyond both."""

    start: Vector("m")  # where it is `from`
    end: Vector("m")
    first: Any = Field(alias="from")
    last: Any = Field(alias="to")

    @model_validator(mode="after")
    def _apart(self):
        if self.start == self.end:
            raise InputError(": start and end must be two points")
        return self

    @property
    def length(self):
        """m."""
        return float(np.linalg.norm(np.subtract(self.end, self.start)))

    def __call__(self, x):
        a, b = np.array(self.start), np.array(self.end)
        share = np.clip((b - a) @ (x - a[:, None]) / ((b - a) @ (b - a)), 0, 1)
        return self.first + (self.last - self.first) * share


def _varying(number, also=None):
    """How to read a number, {from, to, start, end}, or in Python a function of points (3, N), m."""

    def read(value):
        if callable(value):
            return value
        if isinstance(value, dict):
            made = Profile(**value)
            ends = {}
            for key, name in (("first", "from"), ("last", "to")):
                try:
                    ends[key] = number(getattr(made, key))
                except ValueError as error:
                    raise ValueError(f".{name}{error}") from None
            return made.model_copy(update=ends)
        return also(value, number) if also and isinstance(value, list | tuple | np.ndarray) else number(value)

    return read


def _written(value):
    if isinstance(value, Profile):
        return value.model_dump(by_alias=True)
    return f"function {getattr(value, '__name__', type(value).__name__)}" if callable(value) else value


def Varying(unit, sign="", also=None):
    """A number in an SI unit (or a vector), one that changes from point to point, or in Python a function of points."""
    number = Number(unit, sign)
    return Annotated[Any, PlainValidator(_varying(number, also)), PlainSerializer(_written), number]


class Gate(Checked):
    """A gate that moves the chemical potential: mu = mu_0 + lever e (voltage - local potential)."""

    voltage: Quantity("V")
    lever: Quantity("") = 1.0  # dmu / e dV, below 1 where a capacitor takes the rest


class Cone(Checked):
    """A massive Dirac cone."""

    chirality: Whole(-1, 1) = 1
    degeneracy: Quantity("", "> 0") = 1.0
    mass: Quantity("J") | None = None  # times the chirality; that of the table unless it is given
    shift: Quantity("J") = 0.0  # of its middle of the gap

    @model_validator(mode="after")
    def _signed(self):
        if not self.chirality:
            raise InputError("chirality = 0, must be 1 or -1")
        return self


def _bands(value):
    if isinstance(value, str):
        if value not in KEYS:
            raise ValueError(f" = {instead_of(value, KEYS, 'bands')}")
        return value
    if not callable(value) or getattr(value, "dimension", None) not in (2, 3) or not hasattr(value, "slope"):
        raise ValueError(
            f" = {show(value)}, must be one of {', '.join(KEYS)}, or in Python a model of ddgauge.physics.bands.models,"
            " such as Hamiltonian(function, dimension, length, zone)"
        )
    if value.zone is None:
        raise ValueError(f" = {show(value)} has no zone, must be a lattice: give its reciprocal vectors")
    return value


def _conductance(value):
    return Number("S", also=(("e^2/h", lambda x: x * G_QUANTUM),))(value)


class AnomalousHall(Checked):
    """Hall conductivity that needs no field: a number, or that of bands with Berry curvature  [WT11 (47)]."""

    conductivity: Varying("S/m", also=vector) | None = None  # sigma_xy, or (sigma_yz, sigma_zx, sigma_xy)
    conductance: Annotated[float, PlainValidator(_conductance), Number("S")] | None = None  # sigma_xy of a plane
    bands: Annotated[Any, PlainValidator(_bands), PlainSerializer(lambda v: repr(v) if callable(v) else v)] | None = (
        None
    )
    thickness: Quantity("m", "> 0") | None = None  # of a plane: its conductance is divided by this
    mass: Quantity("J") | None = None  # M of massive-dirac
    velocity: Quantity("m/s", "> 0") | None = None
    cones: tuple[Cone, ...] = (Cone(),)
    u: Quantity("") | None = None
    hopping: Quantity("J", "> 0") | None = None
    lattice_constant: Quantity("m", "> 0") | None = None
    node_angle: Quantity("", "> 0") | None = None  # k0: nodes at k_z = -+k0 / a
    node_separation: Vector("1/m") | None = None  # sum of chirality times position of the nodes
    degeneracy: Quantity("", "> 0") = 1.0
    chemical_potential: Varying("J") = 0.0
    temperature: Varying("K", ">= 0") | None = None  # that of the stack unless it is given
    gate: Gate | None = None

    @model_validator(mode="after")
    def _fits(self):
        given = {key for key, field in type(self).model_fields.items() if getattr(self, key) != field.default}
        if not given & {"conductivity", "conductance", "bands"}:
            raise InputError(
                f": needs conductivity (S/m), conductance (S, of a plane), or bands ({', '.join(map(repr, KEYS))})"
            )
        if self.bands is None:
            if wrong := [key for key in (*OF_BANDS, *OF_STATES) if key in given]:
                raise InputError(f"{wrong[0]} needs bands")
        else:
            needs, may = KEYS.get(self.kind, OF_MODEL)
            if missing := [key for key in needs if getattr(self, key) is None]:
                raise InputError(*(f": needs {key}{UNITS.get(key, '')} where bands = {self.kind!r}" for key in missing))
            if wrong := [key for key in OF_BANDS if key in given and key not in (*needs, *may)]:
                raise InputError(
                    f"{wrong[0]} does not go with bands = {self.kind!r}; its keys: {', '.join((*needs, *may))}"
                )
        if self.node_angle is not None and not self.node_angle < np.pi:
            raise InputError(
                f"node_angle = {self.node_angle:g}, must be between 0 and pi: the nodes are at k_z a = -+it"
            )
        return self

    @property
    def kind(self):
        """The name of the bands, or what is in its place."""
        return self.bands if isinstance(self.bands, str) else type(self.bands).__name__

    @property
    def plane(self):
        """Whether what is given is of a plane, in S."""
        if self.bands is None:
            return self.conductance is not None
        return self.bands in PLANE if isinstance(self.bands, str) else self.bands.dimension == 2

    @property
    def model(self):
        """The band model of a lattice; None of cones, of nodes and of numbers."""
        if self.bands == "chern-lattice":
            return LatticeChern(self.u, self.hopping, self.lattice_constant)
        if self.bands == "weyl-lattice":
            return LatticeWeyl(self.node_angle, self.hopping, self.lattice_constant)
        return None if self.bands is None or isinstance(self.bands, str) else self.bands

    @property
    def masses(self):
        """(M, cone) of each cone, M in J with the sign of its chirality."""
        return [(cone.chirality * (self.mass if cone.mass is None else cone.mass), cone) for cone in self.cones]

    @property
    def varies(self):
        """Whether it is not the same all over the layer."""
        return self.gate is not None or any(
            callable(value) for value in (self.conductivity, self.chemical_potential, self.temperature)
        )

    def plane_thickness(self, layer_thickness):
        """What a conductance is divided by, m; 1 of what is per volume."""
        if not self.plane:
            return 1.0
        thickness = layer_thickness if self.thickness is None else self.thickness
        if thickness is None:
            raise InputError(
                "thickness (m) is needed, for a layer of a mesh file has none: it divides the conductance (S)"
            )
        return thickness

    def uniform(self, T, thickness):
        """(3,) sigma_yz, sigma_zx, sigma_xy, S/m, at a temperature (K, or None: 0) in a layer of a thickness (m)."""
        return _uniform(_Same(self), T) / self.plane_thickness(thickness)

    def at(self, x, T, thickness, V=0.0):
        """(N, 3) of the same at points (3, N), m, where the potential is V (N,), V."""
        return self.intrinsic(x, T, V) / self.plane_thickness(thickness)

    def intrinsic(self, x, T, V=0.0):
        """(N, 3) of the same, in S/m or S of a plane."""
        points = x.shape[1]
        if self.bands is None:
            given = self.conductivity if self.conductance is None else self.conductance
            return np.broadcast_to(_axial(_evaluated("conductivity", given, x, vectors=True)), (points, 3))
        mu = _evaluated("chemical_potential", self.chemical_potential, x)
        if self.gate is not None:
            mu = mu + self.gate.lever * E_CHARGE * (self.gate.voltage - V)
        T = _evaluated("temperature", (T or 0.0) if self.temperature is None else self.temperature, x)
        return self.of_states(np.broadcast_to(mu, points), np.broadcast_to(T, points))

    def of_states(self, mu, T):
        """(N, 3) Hall conductivity of the bands at chemical potentials (J) and temperatures (K), S/m or S."""
        if self.bands == "massive-dirac":
            return _axial(G_QUANTUM * sum(self._cone(k, mu, T) for k in range(len(self.cones))) * np.ones_like(mu))
        if self.bands == "weyl-nodes":
            K = np.array(self.node_separation)
            return np.broadcast_to(self.degeneracy * E_CHARGE**2 / (2 * np.pi * H) * K, (len(mu), 3))
        if self.bands == "weyl-lattice" and not mu.any() and not T.any():  # a plane k_z has a quantum between the nodes
            of_nodes = E_CHARGE**2 / (2 * np.pi * H) * 2 * self.node_angle / self.lattice_constant
            return _axial(self.degeneracy * of_nodes * np.ones_like(mu))
        try:
            return self.degeneracy * hall_at(self.model, mu, T, 1e-7 if self.plane else NEAR_NODES)
        except NotConverged as error:
            raise ValueError(f"{error.what}; {self._advice}") from None

    def _cone(self, k, mu, T):
        """(N,) Hall number of a cone times its degeneracy."""
        M, cone = self.masses[k]
        try:
            return cone.degeneracy * dirac.hall_number(M, mu - cone.shift, T)
        except ValueError as error:
            raise ValueError(f"cones[{k}]: {error}" if len(self.cones) > 1 else str(error)) from None

    @property
    def _advice(self):
        """What to change where a sum over the zone does not converge."""
        if self.bands != "chern-lattice":
            return "raise temperature"
        T = ENOUGH * self.hopping / K_B
        return (
            f"raise temperature (to {T:.3g} K, where k_B T = {ENOUGH:g} hopping), or with chemical_potential in the gap"
            f" take u {OPEN:g} and more away from -2, 0 and 2, where it closes"
        )


class _Same:
    """A table as a key of a cache: itself alone, for models of users need not be hashable."""

    def __init__(self, table):
        self.table = table

    def __hash__(self):
        return id(self.table)

    def __eq__(self, other):
        return self.table is other.table


@lru_cache(maxsize=256)
def _uniform(same, T):
    return same.table.intrinsic(np.zeros((3, 1)), T)[0]


def _axial(values):
    """(..., 3) of numbers (...) about z, or of vectors as they are."""
    values = np.asarray(values, float)
    if values.ndim and values.shape[-1] == 3 and values.ndim == 2:
        return values
    if values.shape == (3,):
        return values
    return np.stack([0 * values, 0 * values, values], axis=-1) + 0.0


def _evaluated(key, value, x, vectors=False):
    """A value at points, from a number or a function; InputError unless what this returns is (N,)."""
    if not callable(value):
        return np.asarray(value, float)
    found = np.asarray(value(x), float)
    shapes = [(x.shape[1],), (x.shape[1], 3)] if vectors else [(x.shape[1],)]
    if found.shape not in shapes:
        wanted = " or ".join(str(shape).replace(str(x.shape[1]), "N") for shape in shapes)
        raise InputError(
            f"{key}: the function returns shape {found.shape} for points (3, {x.shape[1]}), must be {wanted}"
        )
    if not np.all(np.isfinite(found)):
        raise InputError(f"{key}: the function returns {found[~np.isfinite(found)][0]}, must be finite")
    if key == "temperature" and not np.all(found >= 0):
        raise InputError(f"{key}: the function returns {found.min():g} K, must be >= 0")
    return found


def problems(layer, B, T):
    """What the anomalous Hall conductivity of a layer cannot be, in a field (T), at a temperature (K or None)."""
    law = layer.anomalous_hall
    try:
        law.at(_places(law, layer), T, layer.thickness)
        if law.plane and B.any():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # cautions tells them
                _densities_of_states(law, B)
    except InputError as error:
        yield from (f"layer {layer.name!r}: anomalous_hall.{problem}" for problem in error.problems)
    except ValueError as error:
        yield f"layer {layer.name!r}: anomalous_hall: {error}"


def cautions(layer, B, E):
    """Lines that say where bands of a layer are used beyond what they are good for, in B (T) and E (V/m)."""
    law, said = layer.anomalous_hall, []
    if B.any() and law.bands is not None:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            if law.plane:
                _densities_of_states(law, B)
        said += [str(each.message) for each in heard]
        radius = np.sqrt(E_CHARGE * np.linalg.norm(B) / HBAR)
        if law.bands == "weyl-lattice" and radius > WELL_BELOW * law.node_angle / law.lattice_constant:
            said.append(
                f"within {radius:.3g} 1/m of the nodes, sqrt(e B/hbar), there are no wave packets, and that is not far"
                " below their distance"
            )
    if E.any() and law.bands is not None and (worst := _drop(law, np.linalg.norm(E))) > WELL_BELOW:
        said.append(f"the field moves electrons through e E l = {worst:.2g} of the gap, which should be far below 1")
    if law.bands == "massive-dirac" and law.velocity is not None:
        length = max((HBAR * law.velocity / (2 * abs(M)) for M, _ in law.masses if M), default=0.0)
        for key in "chemical_potential", "temperature":
            value = getattr(law, key)
            if isinstance(value, Profile) and length > WELL_BELOW * value.length:
                said.append(
                    f"{key} changes over {value.length:.3g} m, which should be far above hbar v / 2 M = {length:.3g} m"
                )
    return [f"layer {layer.name!r}: anomalous_hall: {each}" for each in said]


def _places(law, layer):
    """(3, N) points where the extremes of what varies are, as far as they are known."""
    profiles = [
        value for value in (law.chemical_potential, law.temperature, law.conductivity) if isinstance(value, Profile)
    ]
    ends = [end for profile in profiles for end in (profile.start, profile.end)]
    return np.array([(0.0, 0.0, 0.0), (0.0, 0.0, (layer.thickness or 0.0) / 2), *ends]).T


def _densities_of_states(law, B):
    """Look at Dd of the bands in a plane, which state_density_factor refuses or warns of."""
    if law.bands == "massive-dirac":
        if law.velocity is not None:
            for M, _ in law.masses:
                if M:
                    Omega = (HBAR * law.velocity) ** 2 / (2 * M * abs(M)) * np.array([[0, 0, 1.0], [0, 0, -1.0]])
                    state_density_factor(Omega, B)
    else:
        state_density_factor(curvature(law.model, _zone(law.model)), B)


def frequency_cautions(layer, frequency):
    """Lines that say where a frequency (Hz) is not far below the gap of a layer's bands."""
    gap = _gap(layer.anomalous_hall)
    if not H * frequency > WELL_BELOW * gap:
        return []
    where = f"layer {layer.name!r}: anomalous_hall"
    return [f"{where}: h f = {H * frequency:.3g} J at {frequency:.3g} Hz is not far below the gap, {gap:.3g} J"]


def _gap(law):
    """Least gap of the bands, J; infinite where none is known."""
    if law.bands == "massive-dirac":
        return min(2 * abs(M) for M, _ in law.masses)
    if law.bands is None or not law.plane:
        return np.inf
    return np.diff(energies(law.model, _zone(law.model)), axis=-1).min()


def _drop(law, E):
    """e E l of a field (V/m) over the gap, l the length on which states change."""
    if law.bands == "massive-dirac":
        known = [E_CHARGE * E * HBAR * law.velocity / (2 * M**2) for M, _ in law.masses if M and law.velocity]
        return max(known, default=0.0)
    if not law.plane:
        return 0.0
    gap = _gap(law)
    return E_CHARGE * E / law.model.scale(_zone(law.model)).min() / gap if gap > 0 else 0.0


def _zone(model):
    n = np.stack(np.meshgrid(*[np.arange(SAMPLES)] * model.dimension, indexing="ij"), axis=-1)
    return (n + 0.5) / SAMPLES @ np.asarray(model.zone, float)
