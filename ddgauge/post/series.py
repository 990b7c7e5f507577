"""Evolutions and responses: as columns with units, and as the few curves that tell what happened."""

import numpy as np

from ddgauge.units import NM

AXES = ("x", "y", "z")
SIDES = ("below", "above")
NOTHING = 1e-9  # of what is largest in a figure: rounding errors
LEAK = 1e-10  # of the current that metal would carry: rounding errors where no current can flow
MOST = 8  # curves in a panel


def columns(table):
    """Every number of a time series or a response: {name with unit: (rows,) array}, what it runs over first.

    table : `time_series` or `response` of a Result's numbers.
    """
    units = table["units"]
    axis = "time" if "time" in table else "frequency"
    found = {f"{axis} ({units[axis]})": np.asarray(table[axis])}
    for quantity in quantities(table):
        unit, word = units[quantity], quantity.replace("_", " ")
        for label, values in curves(table, quantity).items():
            if np.iscomplexobj(values):
                found[f"{word} {label} real ({unit})"] = values.real
                found[f"{word} {label} imaginary ({unit})"] = values.imag
            else:
                found[f"{word} {label} ({unit})"] = values
    return found


def quantities(table):
    """The names of the tables in a time series or a response."""
    return [key for key in table if key not in ("time", "frequency", "units")]


def curves(table, quantity):
    """{place and component: (rows,) array} of one table in a time series or a response, complex in a response."""
    return _named(_curves(table, quantity))


def panels(result, key):
    """What is told of a `time_series` or `response`: [(quantity, unit, {label: (rows,) array})], complex in a response.

    The voltage between two contacts, or voltages of contacts, or of all faces; currents, and spin voltages or what
    nodes differ by, where there are any.
    """
    table, stack = result.numbers[key], result.case.stack
    if result.case.experiment == "two-band":
        return _of_bands(table)
    units = table["units"]
    voltages, currents = curves(table, "voltage"), curves(table, "current")
    quantity, word = ("accumulation", "spin voltage") if "accumulation" in table else ("axial_voltage", "imbalance A")
    spin = _named(_foremost(_curves(table, quantity)))
    contacts = [name for name, b in stack.boundary.items() if b.carries_charge or b.equipotential]
    shown = {name: values for name, values in voltages.items() if name in contacts} or voltages
    differences = curves(table, "voltage_difference") if "voltage_difference" in table else {}
    if len(differences) == 1 and len(contacts) == 2:
        shown = {label.replace("|", " − "): values for label, values in differences.items()}
    volts = max([_size(values) for values in [*shown.values(), *spin.values()]], default=0.0)
    drawn = [
        ("voltage", units["voltage"], _worth(shown, NOTHING * volts)),
        ("current", units["current"], _through(_worth(currents, LEAK * _of_metal(result) * volts))),
        (word, units[quantity], _worth(spin, NOTHING * volts)),
    ]
    return [panel for panel in drawn if panel[2]]


def _of_bands(table):
    """Densities, pseudospin, spins and coherence of layers, and currents, without what is rounding."""
    units, content = table["units"], curves(table, "content")
    layers = list(dict.fromkeys(name.removesuffix(" oo") for name in content if name.endswith(" oo")))
    densities = curves(table, "density")

    def of_layers(named, words):
        return {
            f"{layer if len(layers) > 1 else ''} {word}".strip(): named[f"{layer} {name}"]
            for layer in layers
            for name, word in words.items()
            if f"{layer} {name}" in named
        }

    spins = {f"{band}_{a}": f"{band} {a}" for band in ("cc", "vv") for a in AXES}
    coherence = {f"{part} cv_{a}": f"{part} cv {a}" for a in ("o", *AXES) for part in ("Re", "Im")}
    shown = {
        "density": of_layers(densities, {"n_c": "$n_c$", "p": "$p$", "n_v": "$n_v$"}),
        "pseudospin": of_layers(content, {f"{mu}o": mu for mu in AXES}),
        "spin": of_layers(content, spins),
        "coherence": of_layers(content, coherence),
    }
    largest = max(_size(values) for values in of_layers(content, {"oo": "oo"}).values())
    drawn = [(name, units["content"], _worth(found, NOTHING * largest)) for name, found in shown.items()]
    currents = curves(table, "current")
    drawn.append(("current", units["current"], _through(_worth(currents, 0.0))))
    return [panel for panel in drawn if panel[2]]


def _parts(table, quantity):
    """(factor, {place: values}): the real and the imaginary part of a response."""
    if "frequency" in table:
        return [(1.0, table[quantity]["real"]), (1j, table[quantity]["imaginary"])]
    return [(1.0, table[quantity])]


def _components(place, values):
    """(word, (rows,) array) of numbers or of vectors, at one place or on both sides of an interface."""
    names = {1: [""], 2: SIDES if values.shape[-1] == 2 and "|" in place else AXES}.get(values.ndim)
    if names is None:
        names = [f"{side} {axis}" for side in SIDES for axis in AXES]
    return zip(names, values.reshape(len(values), -1).T)


def _curves(table, quantity):
    """{(place, component): (rows,) array}, complex if the table is a response."""
    parts = {}
    for factor, values in _parts(table, quantity):
        for place, series in values.items():
            for component, numbers in _components(place, np.asarray(series)):
                key = place, component
                parts[key] = parts.get(key, 0.0) + factor * numbers
    return parts


def _named(curves):
    return {f"{place} {component}".rstrip(): values for (place, component), values in curves.items()}


def _of_metal(result):
    """Current per volt through a body about as large as this one, of its best metal; smaller ones are rounding."""
    mesh = result.solution.mesh
    x = mesh.domain.geometry.x[:, : mesh.dimension] * NM  # of what this rank has, which may be nothing
    sides = np.ptp(x, axis=0) if len(x) else np.ones(mesh.dimension)
    best = max(result.case.stack[layer].conductivity for layer in mesh.layers)
    return best * np.prod(sides) ** (1 - 2 / mesh.dimension)


def _size(values):
    return np.abs(values).max(initial=0.0)


def _worth(curves, least):
    """Those of some size, the largest of them if they are many."""
    sizes = {label: _size(values) for label, values in curves.items()}
    least = max([least, *(NOTHING * size for size in sizes.values())])
    largest = sorted(sizes, key=sizes.get, reverse=True)[:MOST]
    return {label: values for label, values in curves.items() if label in largest and sizes[label] > least}


def _through(currents):
    """Currents out of faces; of two that are opposite at all times, the one from the first to the second."""
    if len(currents) == 2:
        (a, first), (b, second) = currents.items()
        if _size(first + second) < 1e-6 * _size(second):
            return {f"{a} → {b}": second}
    return {f"out of {name}": values for name, values in currents.items()}


def _foremost(spin):
    """Spin voltages: all that are numbers; of vectors, those of the face or interface where they are largest."""
    vectors = [key for key in spin if key[1].split(" ")[-1] in AXES]
    if not vectors:
        return spin
    foremost, _ = max(vectors, key=lambda key: _size(spin[key]))
    return {key: values for key, values in spin.items() if key[0] == foremost}
