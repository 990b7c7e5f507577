"""A stack of layers, its faces and interfaces, and the fields it is in: all that is to be solved, checked."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from ddgauge.model import band_coefficients, weyl
from ddgauge.model.boundary import Boundary, Contact, Current, Floating, Insulating, Sheet, Sink
from ddgauge.model.channels import TwoCurrentCoefficients
from ddgauge.model.couplings import Exchange, ExchangeRelaxation, SpinOrbit
from ddgauge.model.errors import Checked, InputError, hint_of, instead_of, listed
from ddgauge.model.fields import Angle, Drive, MagneticField, Magnetisation
from ddgauge.model.interfaces import Interface, Thin
from ddgauge.model.kinds import AnyBoundary
from ddgauge.model.layer import Layer, LayerCoefficients
from ddgauge.model.quantities import Quantity
from ddgauge.model.texture import AnyTexture
from ddgauge.model.tunnel import barriers
from ddgauge.model.two_band import TwoBandOptions
from ddgauge.model.two_band_faces import ExchangeFace, Flux, State
from ddgauge.physics.motive_force import motive_force

__all__ = [  # noqa: RUF022, from the whole to its parts
    "Stack", "Magnetisation", "Angle", "MagneticField", "Drive",
    "Layer", "LayerCoefficients", "TwoCurrentCoefficients", "Exchange", "ExchangeRelaxation", "SpinOrbit",
    "Boundary", "Insulating", "Sink", "Sheet", "Contact", "Current", "Floating", "Interface", "Thin",
]  # fmt: skip

SIDES = {
    1: ("bottom", "top"),
    2: ("left", "right", "bottom", "top"),
    3: ("left", "right", "front", "back", "bottom", "top"),
}


def _wrapped(key):
    """A table with one main key may be given by that key's value."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, list | tuple | np.ndarray) else value)


class Stack(Checked):
    """Layers from bottom to top, z = 0 at the bottom of the first, and all that acts on them.

    Stack([Layer(...), Layer(...)], magnetisation=[0, 0, 1], boundary={"bottom": Sheet(G_r=4e14)}, drive=[1e5, 0, 0])
    """

    layers: tuple[Layer, ...] = Field(alias="layer")
    temperature: Quantity("K", ">= 0") | None = None
    two_band: TwoBandOptions | None = None  # where layers have two bands
    magnetisation: Annotated[Magnetisation, _wrapped("direction")] | None = None
    field: Annotated[MagneticField, _wrapped("B")] = MagneticField()
    drive: Annotated[Drive, _wrapped("electric_field")] = Drive()
    boundary: dict[str, AnyBoundary] = {}  # noqa: RUF012, pydantic copies it
    interface: dict[str, Interface] = {}  # noqa: RUF012
    texture: AnyTexture | None = None  # in Python also a function m(x, t) of points (3, N), m, and time, s -> (N, 3)

    def __init__(self, layers=None, **given):
        layers = [layers] if isinstance(layers, Layer) else layers
        super().__init__(**given if layers is None else given | {"layer": layers})

    @classmethod
    def prepare(cls, given):
        layers = given.get("layer")
        layers = layers if isinstance(layers, list | tuple) else []
        banded = any(
            "two_band" in layer if isinstance(layer, Mapping) else getattr(layer, "two_band", None) for layer in layers
        )
        return given | {"two_band": given.get("two_band") or {}} if banded else given

    @classmethod
    def path(cls, loc):
        if len(loc) > 1 and loc[0] in ("boundary", "interface"):
            return f"{loc[0]} {loc[1]!r}", loc[2:]
        return "", loc

    @model_validator(mode="after")
    def _whole(self):
        if problems := self.problems():
            raise InputError(*problems)
        return self

    def problems(self):
        """What does not go together in this stack, a line each."""
        return [*self._name_problems(), *self._missing_problems(), *self._texture_problems()]

    def _name_problems(self):
        names = [layer.name for layer in self.layers]
        if not names:
            yield ": the stack is empty, needs at least one layer"
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            yield f"layer {doubles[0]!r}: {names.count(doubles[0])} layers have this name, each needs its own"
        for key in self.interface:
            below, bar, above = key.partition("|")
            if not bar:
                yield f"interface {key!r}: must name two layers, 'below|above'"
            elif wrong := [name for name in (below, above) if name not in names]:
                yield f"interface {key!r}: unknown layer {instead_of(wrong[0], names, 'layers')}"
            elif names.index(below) >= names.index(above):
                yield f"interface {key!r}: the layer below comes first; did you mean '{above}|{below}'?"

    def _missing_problems(self):
        where = [(f"layer {layer.name!r}", layer) for layer in self.layers]
        where += [(f"boundary {name!r}", boundary) for name, boundary in self.boundary.items()]
        where += [(f"interface {name!r}", interface) for name, interface in self.interface.items()]
        if self.magnetisation is None:
            for place, item in where:
                if item.magnetic:
                    yield f"{place}: {item.magnetic} needs the magnetisation; give [magnetisation] direction or angle"
        for layer in self.layers:
            if layer.exchange and self.temperature is None:
                yield f"layer {layer.name!r}: exchange needs temperature (K)"
            if not layer.diffuses and layer.spinful and layer.g_factor and self.B.any():
                yield f"layer {layer.name!r}: precession in the field B needs diffusion (m^2/s)"
            if (
                layer.exchange
                and self.magnetisation
                and (along := self.B @ self.direction) < -1e-9 * np.abs(self.B).max()
            ):
                yield (
                    f"layer {layer.name!r}: the field is against the magnetisation (B.m = {along:g} T), where exchange"
                    " has no equilibrium; turn one of them"
                )
        charged = [(name, boundary) for name, boundary in self.boundary.items() if boundary.carries_charge]
        if len(charged) == 1:
            name, boundary = charged[0]
            if boundary.total_current or getattr(boundary, "current_density", None):
                key = "current" if boundary.total_current else "current_density"
                yield f"boundary {name!r}: {key} has no way out; add a contact or a second current"

    def _texture_problems(self):
        if self.texture is None:
            return
        names = self.names
        if wrong := [name for name in self.texture.layers or () if name not in names]:
            yield f"texture.layers: unknown layer {instead_of(wrong[0], names, 'layers')}"
        elif not self.textured:
            yield "texture: no layer has polarisation; give one, or name the layers of the texture in its key layers"
        for name in self.textured:
            if name in names and self[name].reversed:
                yield f"layer {name!r}: reversed does not go with texture, along which the spins of the layer are"

    def with_(self, **changes):
        """This stack with some tables changed: stack.with_(magnetisation=[1, 0, 0], temperature=20)."""
        return Stack(**{("layer" if key == "layers" else key): value for key, value in (dict(self) | changes).items()})

    def with_layer(self, name, **changes):
        """This stack with some keys of a layer changed: stack.with_layer("Pt", thickness="3 nm")."""
        self[name]
        return self.with_(layers=[layer.with_(**changes) if layer.name == name else layer for layer in self.layers])

    def with_magnetisation(self, direction):
        """This stack magnetised along another vector."""
        return self.with_(magnetisation=Magnetisation(direction=direction))

    def __getitem__(self, name):
        """The layer of this name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise InputError(f"unknown layer {instead_of(name, [layer.name for layer in self.layers], 'layers')}")

    @property
    def names(self):
        """Names of the layers, from bottom to top."""
        return [layer.name for layer in self.layers]

    @property
    def neighbours(self):
        """(below, above) of each interface of a stack without a mesh of its own."""
        return list(zip(self.names[:-1], self.names[1:], strict=True))

    @property
    def direction(self):
        """Unit vector along the magnetisation, or None."""
        return None if self.magnetisation is None else self.magnetisation.unit_vector

    @property
    def B(self):
        """(3,) T; of a field that varies, where it is given or at the origin."""
        return self.field.components

    @property
    def electric_field(self):
        """(3,) V/m."""
        return np.array(self.drive.electric_field)

    @property
    def textured(self):
        """Names of the layers whose magnetisation is that of the texture."""
        if self.texture is None:
            return ()
        return self.texture.layers or tuple(layer.name for layer in self.layers if layer.polarisation)

    def motive_force(self, name):
        """Spin motive force of the texture in a layer, or None where there is none.

        Returns
        -------
        function of points (3, N), m, and time, s
            E_smf (N, 3), V/m: majority spins feel it, minority spins its opposite.
        """
        if name not in self.textured:
            return None
        field, beta = self.texture.texture, self[name].nonadiabaticity
        return lambda x, t: motive_force(*field.jet(x, t), beta)

    @property
    def wave(self):
        """Amplitude (3,), V/m, and wave vector (3,), 1/m, of the spin motive force that is given as a wave."""
        return np.array(self.drive.motive_force), np.array(self.drive.wave_vector)

    @property
    def spinful(self):
        """Whether spin has a part in any of this; otherwise charge alone need be solved."""
        lossy = any(
            isinstance(b, Sink | Sheet) or np.any(getattr(b, "spin_current", 0)) for b in self.boundary.values()
        )
        polarised = any(each.tunnel and each.tunnel.polarised for each in self.interface.values())
        return lossy or polarised or any(layer.spinful for layer in self.layers)

    @property
    def follows(self):
        """Whether coefficients follow the local potential, so that a steady state is found by iteration."""
        return any(layer.follows for layer in self.layers)

    def coefficients(self, name):
        """LayerCoefficients of the layer of this name."""
        return self[name].coefficients(self.direction, self.B, self.temperature)

    @property
    def faces(self):
        """name -> physics.medium.Face with four fields; a face that is not there is insulating."""
        return self.faces_at(0.0)

    def faces_at(self, t):
        """The faces with four fields at a time in s."""
        return {name: boundary.face(self.direction, t) for name, boundary in self.boundary.items()}

    @property
    def interfaces(self):
        """(below, above) -> physics.medium.Junction with four fields; at one that is not there mu is continuous."""
        pairs = {tuple(key.split("|")): interface for key, interface in self.interface.items() if not interface.tunnel}
        joined = {pair: each.junction for pair, each in barriers(self, two_current=False).items()}
        return {pair: interface.junction(self.direction) for pair, interface in pairs.items()} | joined

    @property
    def moving_faces(self):
        """Names of the faces whose law depends on time."""
        return [name for name, boundary in self.boundary.items() if getattr(boundary, "precession", None)]

    @property
    def channel_faces(self):
        """name -> physics.medium.Face of the two-current model; a face that is not there is insulating."""
        return {name: boundary.channel_face() for name, boundary in self.boundary.items()}

    @property
    def channel_interfaces(self):
        """(below, above) -> physics.medium.Junction of the two-current model; without one V_s is continuous.

        The up spin of an interface beside a reversed layer is the majority of that layer.
        """
        pairs = {tuple(key.split("|")): interface for key, interface in self.interface.items() if not interface.tunnel}
        joined = {pair: each.junction for pair, each in barriers(self, two_current=True).items()}
        return {
            pair: interface.channel_junction(any(self[name].reversed for name in pair))
            for pair, interface in pairs.items()
        } | joined

    def weyl(self, name, x=None):
        """WeylCoefficients of the layer of this name; in a field that varies those at points x (3, N), m."""
        return weyl.coefficients(self[name], self.B if x is None else self.field.at(x), self.temperature)[0]

    @property
    def weyl_faces(self):
        """name -> physics.medium.Face of S and A of Weyl metals; a face that is not there is insulating."""
        c = self.weyl(self.names[0])
        return {name: weyl.face(boundary, c) for name, boundary in self.boundary.items()}

    def bands(self, name):
        """physics.band_law.BandCoefficients of the layer of this name, in the frame of [two_band]."""
        return band_coefficients.coefficients(self[name], self.two_band, self.B, self.temperature, self.frame_frequency)

    @property
    def frame_frequency(self):
        """Angular frequency of the frame of two bands, that of their drive, rad/s; None in the laboratory."""
        drives = [layer.two_band.drive for layer in self.layers if layer.two_band and layer.two_band.drive]
        turns = self.two_band is not None and self.two_band.frame == "rotating"
        return drives[0].w if turns and drives else None

    def layer_of_face(self, name):
        """A layer that has this face: the lowest and the highest of the bottom and the top, any of another face."""
        return self.names[-1] if name == "top" else self.names[0]

    def band_state(self, name, state):
        """Fields beyond a full valence band (16,), 1/m^3, of a model.two_band.BandState; zero without one."""
        if state is None:
            return np.zeros(16)
        if state.neutral:
            return band_coefficients.neutral_state(self.bands(name), self.two_band, state.spin_polarisation)
        return band_coefficients.beyond_full(state.S, self.two_band)

    @property
    def band_faces(self):
        """name -> model.two_band_faces.BandFace; a face that is not there is insulating."""
        return {
            name: self._band_face(name, boundary)
            for name, boundary in self.boundary.items()
            if isinstance(boundary, State | Flux | ExchangeFace)
        }

    def _band_face(self, name, boundary):
        layer = self.layer_of_face(name)
        state = boundary if isinstance(boundary, State) else getattr(boundary, "state", None)
        neutral = state is not None and state.neutral and boundary.voltage is not None
        c, first = self.bands(layer), self.bands(self.names[0])
        built_in = band_coefficients.built_in(c, first, self.temperature) if neutral else 0.0
        face = boundary.band_face(self.band_state(layer, state), built_in)
        return face.of_bands() if self.two_band.coherence == "local" else face

    @property
    def band_start(self):
        """name -> fields beyond a full valence band (16,), 1/m^3, of the layers whose state at the start is given."""
        given = {layer.name: layer.two_band.initial for layer in self.layers if layer.two_band}
        return {name: self.band_state(name, state) for name, state in given.items() if state is not None}

    @property
    def equipotential(self):
        """Names of the faces that are at one potential, which is not given."""
        return [name for name, boundary in self.boundary.items() if boundary.equipotential]

    @property
    def total_currents(self):
        """name -> current into the body, A, of the faces where that is given instead of a density."""
        given = {name: boundary.total_current for name, boundary in self.boundary.items()}
        return {name: current for name, current in given.items() if current is not None}

    def require_thickness(self):
        """InputError unless each layer has a thickness, which all need that are not of an imported mesh."""
        if problems := [
            f"layer {layer.name!r}: needs thickness (m)" for layer in self.layers if layer.thickness is None
        ]:
            raise InputError(*problems, placed=True)

    def dimension_problems(self, dimension):
        """What to say of currents in A where a mesh has no areas."""
        for name in self.total_currents:
            if dimension != 3:
                yield f"boundary {name!r}: current (A) needs a mesh in 3 dimensions; give current_density (A/m^2)"

    def require_dimension(self, dimension):
        """InputError if there are currents in A where a mesh has no areas."""
        if problems := list(self.dimension_problems(dimension)):
            raise InputError(*problems, placed=True)

    def require_names(self, faces, interfaces):
        """InputError unless the faces and interfaces that were given are those of the mesh.

        Parameters
        ----------
        faces : iterable of str
        interfaces : iterable of (below, above)
        """
        pairs = ["|".join(pair) for pair in interfaces]
        faces = list(faces)
        problems = [
            f"boundary {name!r}: no such face; {hint_of(name, faces, 'faces')}"
            for name in self.boundary
            if name not in faces
        ]
        problems += [
            f"interface {key!r}: these layers do not touch; interfaces: {listed(pairs)}"
            for key in self.interface
            if key not in pairs
        ]
        if problems:
            raise InputError(*problems, placed=True)
