"""What a dotted path of an input file leads to: the value that a run has there, and how it is read."""

from inspect import isclass
from typing import NamedTuple, get_args

from pydantic import BaseModel

from ddgauge.model.errors import InputError, instead_of
from ddgauge.model.quantities import Number
from ddgauge.model.sweeps import AXES

NAMED = {"layer": "layers", "boundary": "boundaries", "interface": "interfaces"}  # tables of tables with names
OF_STACK = ("layer", "temperature", "two_band", "magnetisation", "field", "drive", "boundary", "interface", "texture")


class Place(NamedTuple):
    """What is at a path."""

    number: Number | None  # how it is read, if it is a number or made of numbers
    value: object  # in SI; None where the run has nothing there


def locate(run, path):
    """The Place of a path of a run's file, "layer.Pt.thickness", "field.B.z"; InputError where no key has that name."""
    table, _, rest = path.partition(".")
    stack = run.stack
    if table in NAMED:
        items = {layer.name: layer for layer in stack.layers} if table == "layer" else getattr(stack, table)
        name = next((name for name in sorted(items, key=len, reverse=True) if rest.startswith(f"{name}.")), None)
        if name is None:
            raise InputError(f"{path!r}: unknown {table} {instead_of(rest.partition('.')[0], items, NAMED[table])}")
        at, keys = items[name], rest.removeprefix(f"{name}.").split(".")
    else:
        tops = [*OF_STACK, *(key for key in type(run).model_fields if key not in ("stack", "source"))]
        if table not in tops:
            raise InputError(f"{path!r}: unknown table {instead_of(table, tops, 'tables')}")
        at, keys = (stack if table in OF_STACK else run), path.split(".")
    number = None
    for k, key in enumerate(keys):
        kind = at if isclass(at) else type(at)
        if issubclass(kind, BaseModel):
            name, field = _field(kind, key, path)
            number = next((item for item in _read_by(field) if isinstance(item, Number)), number)
            value = None if isclass(at) else getattr(at, name)
            at = _model_of(field) if value is None else value
        elif key in getattr(kind, "_fields", ()):  # of spin up, of spin down
            at = getattr(at, key)
        elif isinstance(at, list | tuple):
            index = AXES.get(key, int(key) if key.isdigit() else -1)
            if not 0 <= index < len(at):
                raise InputError(f"{path!r}: {key!r} is not one of x, y, z or 0 to {len(at) - 1}")
            at = at[index]
        else:
            if number is None:
                raise InputError(f"{path!r}: {'.'.join(keys[:k]) or table} is not a table, it has no {key!r}")
            at = None  # of a vector, or of a value for each spin, that the run does not have
    return Place(number, None if isclass(at) else at)


def _field(kind, key, path):
    for name, field in kind.model_fields.items():
        if key == (field.alias or name):
            return name, field
    known = [field.alias or name for name, field in kind.model_fields.items()]
    raise InputError(f"{path!r}: unknown key {instead_of(key, known, 'keys')}")


def _read_by(field):
    """What the type of a field is annotated with."""
    return [
        *field.metadata,
        *(item for part in get_args(field.annotation) for item in getattr(part, "__metadata__", ())),
    ]


def _model_of(field):
    """The model of a table that is not there, or None."""
    kinds = [field.annotation, *get_args(field.annotation)]
    kinds += [inner for kind in kinds for inner in get_args(kind)]
    return next((kind for kind in kinds if isclass(kind) and issubclass(kind, BaseModel)), None)
