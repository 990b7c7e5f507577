"""Magnetisations that vary in space and time: the keys of [texture], in words; `physics.texture` has the formulas."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, PlainValidator, SerializeAsAny, model_validator

from ddgauge.model.errors import Checked, InputError, instead_of, show
from ddgauge.model.quantities import Degrees, Name, Number, Numbers, Quantity, Vector, element, nonzero
from ddgauge.physics import texture, walls

ZERO = (0.0, 0.0, 0.0)
Z = (0.0, 0.0, 1.0)
FRAME_CELLS = 4  # of a file's grid, over which its magnetisation turns by a radian at most


def _pair(value, number):
    values = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(values, list | tuple) or len(values) != 2:
        raise ValueError(f" = {show(value)}, must be two numbers (x, y) in {number.unit}")
    return tuple(element(i, number, x) for i, x in enumerate(values))


def Pair(unit):
    """Two numbers, x and y, in an SI unit."""
    number = Number(unit)
    return Annotated[tuple[float, float], BeforeValidator(lambda value: _pair(value, number)), number]


def _sign(value):
    if value not in (1, -1) or isinstance(value, bool):
        raise ValueError(f" = {show(value)}, must be 1 or -1")
    return int(value)


def _names(value):
    return tuple([value] if isinstance(value, str) else value)


Sense = Annotated[int, PlainValidator(_sign)]
Axis = Vector("", read=nonzero)


class Texture(Checked):
    """A magnetisation m(x, t); `texture` is its majority direction n = -m with derivatives, as of physics.texture."""

    kind: str
    layers: Annotated[tuple[Name, ...], BeforeValidator(_names)] | None = None  # else all that have a polarisation

    @property
    def scales(self):
        """(3,) lengths along x, y, z over which the motive force changes, m; infinite where it does not."""
        return np.full(3, np.inf)


class WallShape(Texture):
    """m = -tanh(s) easy + sech(s) (across), s = (axis . x - X) / width; see physics.walls."""

    width: Quantity("m", "> 0")
    position: Quantity("m") = 0.0  # along the axis, at t = 0
    phase: Degrees = 0.0  # at t = 0: 0 Neel, 90 Bloch
    axis: Axis = (1.0, 0.0, 0.0)  # along which m varies
    easy: Axis | None = None  # m behind the wall; as axis: head to head
    reference: Axis | None = None  # m in the middle of the wall at phase 0

    @property
    def scales(self):
        share = np.abs(self.axis) / np.linalg.norm(self.axis)
        return np.where(share > 1e-9, self.width / np.maximum(share, 1e-9), np.inf)

    def _shape(self):
        keys = ("width", "position", "axis", "easy", "reference")
        return {key: getattr(self, key) for key in keys} | {"phase": np.radians(self.phase)}


class Wall(WallShape):
    """A wall that moves and precesses at given rates."""

    kind: Literal["wall"] = "wall"
    velocity: Quantity("m/s") = 0.0
    phase_rate: Quantity("rad/s") = 0.0

    @property
    def texture(self):
        """The physics.walls.Wall."""
        return walls.Wall(velocity=self.velocity, phase_rate=self.phase_rate, **self._shape())


class Walker(WallShape):
    """A wall in a field along its easy direction, below and above Walker's breakdown."""

    kind: Literal["walker"] = "walker"
    B: Quantity("T")
    breakdown_field: Quantity("T", "> 0")
    damping: Quantity("", "> 0")
    g: Quantity("", "> 0") = 2.0

    @property
    def texture(self):
        """The physics.walls.WalkerWall."""
        return walls.WalkerWall(B=self.B, B_W=self.breakdown_field, alpha=self.damping, g=self.g, **self._shape())


class Core(Texture):
    """What vortex and skyrmion share: a core that moves in the plane x, y."""

    polarity: Sense = 1  # m_z of the core
    position: Pair("m") = (0.0, 0.0)  # at t = 0, but for the gyration
    velocity: Pair("m/s") = (0.0, 0.0)
    gyration_radius: Quantity("m", ">= 0") = 0.0
    frequency: Quantity("Hz") = 0.0  # of the gyration, counter-clockwise seen from +z
    gyration_phase: Degrees = 0.0

    def _motion(self):
        keys = ("polarity", "position", "velocity", "gyration_radius", "frequency")
        return {key: getattr(self, key) for key in keys} | {"gyration_phase": np.radians(self.gyration_phase)}


class Vortex(Core):
    """A vortex."""

    kind: Literal["vortex"] = "vortex"
    core_radius: Quantity("m", "> 0")
    chirality: Sense = 1  # counter-clockwise seen from +z

    @property
    def scales(self):
        return np.array([self.core_radius, self.core_radius, np.inf])

    @property
    def texture(self):
        """The physics.texture.Vortex."""
        return texture.Vortex(core_radius=self.core_radius, chirality=self.chirality, **self._motion())


class Skyrmion(Core):
    """A skyrmion."""

    kind: Literal["skyrmion"] = "skyrmion"
    radius: Quantity("m", "> 0")
    width: Quantity("m", "> 0")  # of the wall around it
    helicity: Degrees = 0.0  # 0 Neel, 90 Bloch

    @property
    def scales(self):
        smallest = min(self.radius, self.width)
        return np.array([smallest, smallest, np.inf])

    @property
    def texture(self):
        """The physics.texture.Skyrmion."""
        helicity = np.radians(self.helicity)
        return texture.Skyrmion(radius=self.radius, width=self.width, helicity=helicity, **self._motion())


class Spiral(Texture):
    """A spiral that turns about its axis; its motive force is uniform."""

    kind: Literal["spiral"] = "spiral"
    wave_vector: Vector("1/m")
    axis: Axis = Z
    cone: Quantity("degree", "between 0 and 180") = 90.0  # between m and the axis
    phase: Degrees = 0.0
    phase_rate: Quantity("rad/s") = 0.0

    @property
    def texture(self):
        """The physics.texture.Spiral."""
        cone, phase = np.radians(self.cone), np.radians(self.phase)
        return texture.Spiral(
            wave_vector=self.wave_vector, axis=self.axis, cone=cone, phase=phase, phase_rate=self.phase_rate
        )


class SpinWave(Texture):
    """A circular spin wave that runs along its wave vector; its motive force is uniform."""

    kind: Literal["spin-wave"] = "spin-wave"
    cone: Quantity("degree", "between 0 and 180")  # between m and the axis
    wave_vector: Vector("1/m")
    frequency: Quantity("Hz")  # counter-clockwise about the axis
    axis: Axis = Z
    phase: Degrees = 0.0

    @property
    def texture(self):
        """The physics.texture.SpinWave."""
        cone, phase, omega = np.radians(self.cone), np.radians(self.phase), 2 * np.pi * self.frequency
        return texture.SpinWave(cone=cone, wave_vector=self.wave_vector, omega=omega, axis=self.axis, phase=phase)


def _files(value):
    if isinstance(value, str | Path):
        return str(Path(value).absolute())
    if not isinstance(value, list | tuple) or not all(isinstance(item, str | Path) for item in value):
        raise ValueError(f" = {show(value)}, must be a pattern such as 'run.out/m*.ovf', or a list of paths")
    return tuple(map(_files, value))


class Frames(Texture):
    """OVF files of OOMMF or mumax3, one per time."""

    kind: Literal["file"] = "file"
    files: Annotated[Any, PlainValidator(_files)]  # a pattern, or a list
    times: Numbers("s") | None = None  # of the frames, where the files have none
    interval: Quantity("s", "> 0") | None = None  # or between them
    offset: Vector("m") = ZERO  # added to the files' coordinates
    unit_tolerance: Quantity("", "> 0") = 0.01  # by how much |m| may differ

    @model_validator(mode="after")
    def _readable(self):
        try:
            self.texture  # noqa: B018, whose headers and first frame are checked here
        except InputError as error:
            raise InputError(*(f": {problem.removeprefix(': ')}" for problem in error.problems)) from None
        return self

    @cached_property
    def texture(self):
        """The model.series.FieldSeries."""
        from ddgauge.model.series import FieldSeries  # here, because scipy.ndimage takes long to import

        times = None if self.times is None else list(self.times)
        return FieldSeries.from_files(
            self.files, times=times, interval=self.interval, offset=self.offset, unit_tolerance=self.unit_tolerance
        )

    @property
    def scales(self):
        frames = self.texture
        return np.where(np.array(frames.nodes) > 1, FRAME_CELLS * np.array(frames.step), np.inf)


def _function(value):
    if not callable(value):
        raise ValueError(f" = {show(value)}, must be a function m(x, t) -> (N, 3) of points (3, N), m, and time, s")
    return value


def _described(value):
    return f"function {getattr(value, '__name__', type(value).__name__)}"


class Function(Texture):
    """A magnetisation given in Python, of any length but zero; or an object of physics.texture as it is."""

    kind: Literal["function"] = "function"
    function: Annotated[Any, PlainValidator(_function), PlainSerializer(_described)]
    length: Quantity("m", "> 0") = 1e-8  # about the shortest over which m changes
    time: Quantity("s", "> 0") = 1e-11  # about the shortest in which m changes

    @property
    def texture(self):
        """The physics.texture.Sampled of a function."""
        if hasattr(self.function, "jet"):
            return self.function
        return texture.Sampled(self.function, self.length, self.time)


KINDS = {
    "wall": Wall,
    "walker": Walker,
    "vortex": Vortex,
    "skyrmion": Skyrmion,
    "spiral": Spiral,
    "spin-wave": SpinWave,
    "file": Frames,
}


def _texture(value):
    if isinstance(value, Texture):
        return value
    if callable(value):
        return Function(function=value)
    if not isinstance(value, dict):
        raise ValueError(f" = {show(value)}, must be a table such as {{kind = 'wall', width = '20 nm'}}")
    if "kind" not in value:
        raise ValueError(f": needs kind; kinds: {', '.join(KINDS)}")
    if value["kind"] not in list(KINDS):
        raise ValueError(f".kind = {instead_of(value['kind'], KINDS, 'kinds')}")
    return KINDS[value["kind"]](**value)


AnyTexture = Annotated[SerializeAsAny[Texture], BeforeValidator(_texture)]
