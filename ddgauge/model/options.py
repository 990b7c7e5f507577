"""How a stack is solved: the keys of [mesh], [solver], [time], [frequency], [conductance] and [output]."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from ddgauge.model.errors import Checked, InputError, show
from ddgauge.model.quantities import Choice, Numbers, Quantity, Switch, Text, Whole
from ddgauge.model.stack import SIDES

STRUCTURED = {"dimension": 1, "shape": "simplex", "periodic": True}  # of a mesh that is made from the stack


def _cells(value):
    if isinstance(value, list | tuple):
        return tuple(_count(f"[{i}]", x) for i, x in enumerate(value))
    return _count("", value)


def _count(place, value):
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{place} = {show(value)}, must be a whole number, or a list with one per layer")
    if value < 1:
        raise ValueError(f"{place} = {value}, must be >= 1")
    return int(value)


class MeshOptions(Checked):
    """[mesh]: a mesh made from the stack, or one from a file."""

    file: Path | None = None  # its groups name layers and faces
    plane: Choice("xz", "xy", plural="planes") | None = None  # what the coordinates of a plane mesh file mean
    dimension: Whole(1, 3) | None = None  # z; x, z; x, y, z
    size: Numbers("m", "> 0") | None = None  # along x and y, as far as there are
    lateral_cells: Annotated[int | tuple[int, ...], BeforeValidator(_cells)] | None = None  # along them
    cells: Annotated[int | tuple[int, ...], BeforeValidator(_cells)] | None = None  # through each layer
    element_size: Quantity("m", "> 0") | None = None  # longest edge, through a layer and along it
    shape: Choice("simplex", "box", plural="shapes") | None = None
    periodic: Switch | None = None  # whether opposite sides are one; otherwise they are faces

    @classmethod
    def prepare(cls, given):
        if "file" in given:
            if wrong := [key for key in cls.model_fields if key in given and key not in ("file", "plane")]:
                raise InputError(f"{wrong[0]} does not go with file, which holds the whole mesh")
            if not isinstance(given["file"], str | Path):
                raise InputError(f"file = {show(given['file'])}, must be a path")
            return given
        if "plane" in given:
            raise InputError(
                "plane goes with file only; a mesh that is made of the stack in two dimensions is in x and z"
            )
        return STRUCTURED | given

    @model_validator(mode="after")
    def _fits(self):
        if self.file is not None:
            if not self.file.is_file():
                raise InputError(f"file = {str(self.file)!r}: no such file")
            return self
        needed = self.dimension - 1
        if self.size is not None and not needed <= len(self.size) <= 2:
            raise InputError(f"size has {len(self.size)} lengths, must have {needed} in dimension {self.dimension}")
        if isinstance(self.lateral_cells, tuple) and len(self.lateral_cells) != needed:
            wrong = f"lateral_cells has {len(self.lateral_cells)} numbers"
            raise InputError(f"{wrong}, must have {needed} in dimension {self.dimension}")
        if self.size is None and needed:
            lengths = ("the length (m) along x", "the lengths (m) along x and y")[needed - 1]
            raise InputError(f": dimension {self.dimension} needs size, {lengths}")
        return self

    @property
    def sides(self):
        """Lengths of the sides that the mesh has, m."""
        return (self.size or ())[: self.dimension - 1]

    @property
    def faces(self):
        """Names of the faces of a mesh made from the stack."""
        return ("bottom", "top") if self.periodic else SIDES[self.dimension]


class SolverOptions(Checked):
    """[solver]."""

    degree: Whole(1, 4) | None = None
    tolerance: Quantity("", "> 0") = 1e-10  # relative residual
    balance_tolerance: Quantity("", "> 0") = 1e-8  # relative error of balances, beyond which there is no result
    reduced_basis: Switch = False  # whether a sweep may answer points by a reduced basis
    reduced_tolerance: Quantity("", "> 0") = 1e-6  # estimated relative error beyond which a point is solved in full


class TimeOptions(Checked):
    """[time]: an evolution, and when it is looked at."""

    end: Quantity("s")
    start: Quantity("s") = 0.0
    samples: Whole(2) = 101  # rows of the time series, start and end among them
    initial: Choice("steady", "zero", "given", plural="choices") = "steady"  # given: of two bands, that of each layer
    drive: Switch = True  # whether contacts, currents and fields stay on after the start
    tolerance: Quantity("", "> 0") = 1e-6  # of a step
    step: Quantity("s", "> 0") | None = None  # the first
    scheme: Choice("implicit", "splitting", plural="schemes") = "implicit"  # of two bands
    steps: Whole(1) | None = None  # in all, of equal length, of the splitting
    average_from: Quantity("s") | None = None  # mean values from here to the end
    frames: Whole(0) = 0  # files for ParaView
    checkpoint: Quantity("s", "> 0") = 60.0  # of the clock, between two savings

    @model_validator(mode="after")
    def _in_order(self):
        if not self.end > self.start:
            raise InputError(f"end = {self.end:g} s, must be after start = {self.start:g} s")
        if self.average_from is not None and not self.start <= self.average_from < self.end:
            raise InputError(
                f"average_from = {self.average_from:g} s, must be from start = {self.start:g} s to before"
                f" end = {self.end:g} s"
            )
        if self.frames > self.samples:
            raise InputError(f"frames = {self.frames}, must be <= samples = {self.samples}, from which they are taken")
        if self.scheme == "splitting" and self.steps is None:
            raise InputError("scheme = 'splitting' needs steps (a whole number), all of one length")
        if self.scheme == "splitting" and self.step is not None:
            raise InputError("step belongs to scheme = 'implicit'; the splitting has steps, all of one length")
        if self.scheme == "implicit" and self.steps is not None:
            raise InputError("steps belongs to scheme = 'splitting'; implicit steps follow from tolerance")
        if not self.drive and self.initial == "zero":
            raise InputError("drive = false needs initial = 'steady': from zero, with nothing driven, nothing comes")
        return self

    @property
    def times(self):
        """(samples,) times of the rows, s."""
        return np.linspace(self.start, self.end, self.samples)

    @property
    def frame_samples(self):
        """Numbers of the samples of which there are files: evenly among them, the last one always."""
        first = 0 if self.frames > 1 else self.samples - 1
        return np.linspace(first, self.samples - 1, self.frames).round().astype(int).tolist()


class FrequencyOptions(Checked):
    """[frequency]: the frequencies of contacts, currents and fields, whose values are then amplitudes."""

    values: Numbers("Hz", ">= 0") | None = None
    start: Quantity("Hz", ">= 0") | None = Field(None, alias="from")
    stop: Quantity("Hz", ">= 0") | None = Field(None, alias="to")
    points: Whole(1) | None = None
    spacing: Choice("log", "linear", plural="choices") | None = None  # log, unless it is said

    @model_validator(mode="after")
    def _some(self):
        if self.values is not None:
            if not self.values:
                raise InputError("values is empty, must be frequencies (Hz)")
        elif self.start is None or self.stop is None or self.points is None:
            raise InputError(": needs values (Hz), or from, to (Hz) and points")
        elif self.spacing != "linear" and not (self.start > 0 and self.stop > 0):
            raise InputError("from and to must be > 0 Hz, or spacing = 'linear'")
        return self

    @property
    def frequencies(self):
        """All of them, Hz."""
        if self.values is not None:
            return np.array(self.values)
        between = np.linspace if self.spacing == "linear" else np.geomspace
        return between(self.start, self.stop, self.points)


class ConductanceOptions(Checked):
    """[conductance]."""

    interface: Text | None = None  # "below|above": the response of all below


class OutputOptions(Checked):
    """[output]."""

    figures: Switch = True
    fields: Switch = True
