"""Numbers of a Result by their paths, "resistivity.longitudinal", "spin_current.top.y"."""

import difflib

import numpy as np

from ddgauge.model import InputError
from ddgauge.model.errors import listed

SIDES = ("below", "above")


def paths(numbers):
    """{path: (keys, unit)} of all single numbers of a Result's tables; the keys lead to one, see `value`."""
    found = {}
    for table, content in numbers.items():
        units = content.get("units", {})
        for key, item in content.items():
            if key != "units":
                unit = units.get(key, units.get("*", ""))
                found |= {path: (keys, unit) for path, keys in _within((table, key), f"{table}.{key}", item)}
    return found


def find(numbers, path):
    """(keys, unit) of a path; InputError where there is no number of that name."""
    known = paths(numbers)
    if path in known:
        return known[path]
    if parts := [other for other in known if other.startswith(f"{path}.")]:
        raise InputError(f"result {path!r} is not one number; its parts: {', '.join(parts)}")
    near = difflib.get_close_matches(path, known, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    wholes = dict.fromkeys(".".join(map(str, keys[:2])) for keys, _ in known.values())
    raise InputError(f"no result {path!r};{hint} results: {listed(wholes)}")


def value(numbers, keys):
    """The number that keys lead to, nan where there is none."""
    for key in keys:
        numbers = numbers[key]
    return np.nan if numbers is None else float(numbers)


def _within(keys, path, item):
    if isinstance(item, dict):
        for key, inner in item.items():
            yield from _within((*keys, key), f"{path}.{key}", inner)
    elif np.ndim(item):
        for k, name in enumerate(_names(np.shape(item), keys)):
            yield from _within((*keys, k), f"{path}.{name}", item[k])
    elif item is None or (isinstance(item, int | float | np.number | np.ndarray) and not isinstance(item, bool)):
        yield path, keys


def _names(shape, keys):
    """Names of the elements of a vector, of the rows of a matrix, or of the sides of an interface."""
    if shape[0] == 2 and "|" in str(keys[-1]):
        return SIDES
    of_space = shape[0] == 3 or shape == (2, 2) or (shape == (2,) and isinstance(keys[-1], int))
    return "xyz"[: shape[0]] if of_space and keys[0] != "terminals" else range(shape[0])
