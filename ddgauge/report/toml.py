"""The resolved input as TOML, with the unit of each value beside it."""

import json
import re
from functools import cache
from typing import get_args

WIDTH = 100
OF_JUNCTIONS = ("electrode", "electrodes", "electrode_lists", "junction", "tunnel_run")  # modules of model
NAMED = ("boundary", "interface", "electrode")  # tables of tables that users name
BARE = re.compile(r"[A-Za-z0-9_-]+")


def written(data):
    """Tables as a TOML file that says the same; what is empty is left out.

    Parameters
    ----------
    data : dict
        As `Run.resolved` gives it.

    Returns
    -------
    text
    """
    return "\n".join(_table(data, (), units(data.get("experiment") == "tunnel"))).strip() + "\n"


def unit_of(key, table, known):
    """Unit of a key of a table, such as "layer", "tunnel"; "" where it is not known, or depends on more."""
    return known.get((table, key)) or known.get(key, "")


@cache
def units(of_junctions=False):
    """{key: unit} of all that an input file may hold, as far as a key has one unit wherever it stands.

    With it {(table, key): unit}, as far as it has one in the tables of a name.

    of_junctions : whether of a tunnel junction alone, whose energies have a unit of their own.
    """
    from ddgauge.model import inputs, tunnel_run  # noqa: F401  (define all that is checked)
    from ddgauge.model.errors import Checked

    found, names = {}, {}
    kinds = [kind for kind in _kinds(Checked) if (kind.__module__.rpartition(".")[2] in OF_JUNCTIONS) == of_junctions]
    fields = {kind: {field.alias or name: field for name, field in kind.model_fields.items()} for kind in kinds}
    for of_kind in fields.values():
        for name, field in of_kind.items():
            for kind in _tables(field.annotation, Checked):
                names.setdefault(kind, set()).add(name)
    for kind, of_kind in fields.items():
        tables = set().union(*(names.get(above, ()) for above in kind.__mro__))
        for name, field in of_kind.items():
            for key in (name, *((table, name) for table in tables)):
                found.setdefault(key, set()).update(_units(field.annotation, field.metadata) or [""])
    return {key: next(iter(of_key)) for key, of_key in found.items() if len(of_key) == 1 and "" not in of_key}


def _tables(annotation, checked):
    """Kinds of tables that a type names."""
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation] if issubclass(annotation, checked) else []
    return [kind for part in get_args(annotation) for kind in _tables(part, checked)]


def _units(annotation, metadata=()):
    """Units that a type and its parts name."""
    inside = [*metadata, *getattr(annotation, "__metadata__", ())]
    found = {item.unit for item in inside if isinstance(getattr(item, "unit", None), str)}
    return found.union(*map(_units, get_args(annotation)))


def _kinds(kind):
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _table(data, path, known):
    """Lines of a table: its values first, then the tables in it."""
    inner = {}
    for key, value in data.items():
        if isinstance(value, dict) or (isinstance(value, list) and value and all(isinstance(v, dict) for v in value)):
            inner[key] = value
        elif value is not None and value != []:
            unit = unit_of(key, path[0] if len(path) == 2 and path[0] in NAMED else path[-1] if path else "", known)
            yield f"{_key(key)} = {_value(value)}" + (f"  # {unit}" if unit and not isinstance(value, str) else "")
    for key, value in inner.items():
        name = ".".join(map(_key, (*path, key)))
        for one in value if isinstance(value, list) else [value]:
            lines = list(_table(one, (*path, key), known))
            if isinstance(value, list):
                yield from ("", f"[[{name}]]", *lines)
            elif any(not isinstance(item, dict) for item in one.values()):
                yield from ("", f"[{name}]", *lines)
            else:
                yield from lines


def _key(key):
    return key if BARE.fullmatch(key) else _text(key)


def _text(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, list):
        return _list([_value(item) for item in value if item is not None])
    return _number(value) if isinstance(value, float) else repr(value)


def _number(value):
    """The shortest text that is this number, and no integer."""
    text = f"{value:g}"
    return text if float(text) == value and not text.lstrip("-").isdigit() else repr(value)


def _list(items):
    """A list in one line, or in several if it is long."""
    text = f"[{', '.join(items)}]"
    if len(text) <= WIDTH:
        return text
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > WIDTH:
            lines.append("")
        lines[-1] += f"{item}, "
    return "[\n" + "\n".join(f"    {line.rstrip()}" for line in lines) + "\n]"
