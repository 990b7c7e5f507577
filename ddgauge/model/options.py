"""How a stack is solved: the keys of [mesh], [solver], [conductance] and [output]."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, model_validator

from ddgauge.model.errors import Checked, InputError, show
from ddgauge.model.quantities import Choice, Number, Quantity, Switch, Text, Whole, element
from ddgauge.model.stack import SIDES

STRUCTURED = {"dimension": 1, "shape": "simplex", "periodic": True}  # of a mesh that is made from the stack


def _lengths(value):
    """A list of lengths; one length stands for a list of one."""
    values = value if isinstance(value, list | tuple | np.ndarray) else [value]
    return tuple(element(i, Number("m", "> 0"), x) for i, x in enumerate(values))


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
    size: Annotated[tuple[float, ...], BeforeValidator(_lengths)] | None = None  # along x and y, as far as there are
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


class ConductanceOptions(Checked):
    """[conductance]."""

    interface: Text | None = None  # "below|above": the response of all below


class OutputOptions(Checked):
    """[output]."""

    figures: Switch = True
    fields: Switch = True
