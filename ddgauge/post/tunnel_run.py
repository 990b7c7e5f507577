"""Numbers of a tunnel junction as tables and columns, and what `ddgauge check` says of one."""

import numpy as np

from ddgauge.physics.tunnel.tensors import principal_axes

COMPONENTS = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "xy": (0, 1), "xz": (0, 2), "yz": (1, 2)}
PRINCIPAL = ("I_-", "I_0", "I_+")
NODES = {"LL": "L", "RR": "R", "LR": "L-R"}
ROUNDING = 1e-10  # of the largest in a table


def tables(numbers):
    """(title, (header, rows)) of all that is printed of a junction; in the unit of energy, and in SI where it is known.

    numbers : dict
        Tables of a Result, arrays or lists.
    """
    yield "Junction", junction_rows(numbers)
    yield "Stored: electrons, spin and quadrupole moment along its axis", storage_rows(numbers["storage"])
    yield "Coefficients of the currents", coefficient_rows(numbers)
    yield "Electrons and spin into the electrodes, and torques across their axes", vector_rows(numbers)
    if "torque_si" in numbers:
        yield "Current, spin and torques in SI", vector_rows(numbers, "_si")
    yield "Spin-quadrupole current into L, R and what lies between them (L-R)", tensor_rows(numbers)
    if "quadrupole_current_si" in numbers:
        yield "Spin-quadrupole current in SI", tensor_rows(numbers, "_si")
    yield "Its principal values and axes", principal_rows(numbers)
    yield "Turning of what is stored: norm of the commutator with its current", rotation_rows(numbers["rotation"])
    if "scan" in numbers:
        yield "Scan, from least to largest, of what varies", scan_rows(numbers["scan"])


def junction_rows(numbers):
    """Header and rows of what the junction is."""
    rows = [
        (name, *_padded([value], 3), unit_of(numbers["junction"], name))
        for name, value in numbers["junction"].items()
        if name != "units"
    ]
    table = numbers["electrodes"]
    names = {"spin": "majority spin", "magnetisation": "magnetisation", "chemical_potential": "chemical potential"}
    names["temperature"] = "temperature"
    for side in ("L", "R"):
        rows += [(f"{side} {name}", *_padded(table[key][side], 3), unit_of(table, key)) for key, name in names.items()]
    return ("", "x", "y", "z", "unit"), rows


def storage_rows(table):
    """Header and rows of electrons, spin and quadrupole moment of each electrode."""
    rows = []
    for side in ("L", "R"):
        q_ex = table.get("q_ex", {}).get(side)
        per_pair = (table["direct_per_pair"][side], table.get("exchange_per_pair", {}).get(side))
        spin = table["S"][side]
        found = (table["N"][side], spin, spin**2, q_ex and -q_ex, *per_pair)
        rows.append((side, *map(number, found)))
    header = ("", "N", "S (hbar)", "direct (hbar^2)", "exchange", "direct per pair", "exchange per pair")
    return header, rows


def coefficient_rows(numbers):
    """Header and rows of all coefficients, beside the closed forms of flat bands and in SI."""
    table, in_si = numbers["coefficients"], numbers.get("coefficients_si")
    formula, unit = table.get("closed_form"), unit_of(table, "I_0")
    header = ("", "value", *(["closed form"] if formula else []), "unit", *(["in SI", "unit"] if in_si else []))
    found, least, rows = dict(_leaves(_coefficients(table))), _least(numbers), []
    for label, value in found.items():
        kept = abs(value) > least
        beside = [number(_at(formula, label))] if formula else []
        last = [number(_at(in_si, label) * kept), unit_of(in_si, "I_0")] if in_si else []
        rows.append((" ".join(reversed(label)), number(value * kept), *beside, unit, *last))
    return header, rows


def vector_rows(numbers, twin=""):
    """Header and rows of charge, spin and torque.

    twin : "" or "_si", of the tables' names.
    """
    both = ("L", "R")
    shown = (("", "charge_current", ("L",)), ("spin", "spin_current", both), ("torque", "torque", both))
    names = {"transfer": "torque by transfer", "exchange": "torque by exchange"}
    of_charge = "current from L to R" if twin else "electrons into L"  # e I_N^L: the charge of electrons is -e
    least, rows = _least(numbers), []
    for word, key, sides in shown:
        table = numbers[f"{key}{twin}"]
        for side in sides:
            parts = numbers[key][side] if isinstance(numbers[key][side], dict) else {"": numbers[key][side]}
            for part, value in parts.items():
                label = f"{names[part]} on {side}" if part else f"{word} into {side}" if word else of_charge
                kept = np.abs(np.atleast_1d(np.asarray(value, float))) > least
                found = np.atleast_1d(np.asarray(table[side][part] if part else table[side], float))
                rows.append((label, *_padded(found * kept, 3), unit_of(table, side)))
    return ("", "x", "y", "z", "unit"), rows


def tensor_rows(numbers, twin=""):
    """Header and rows of the currents of quadrupole moment: total, per polarised spin and per pair of electrons.

    twin : "" or "_si", of the tables' names.
    """
    rows = []
    for name, words, unit in (
        ("quadrupole_current", "", " hbar^2"),
        ("per_spin", " per spin", " hbar"),
        ("per_pair", " per pair", " hbar^2"),
    ):
        table = numbers[f"{name}{twin}"]
        of_table = unit_of(table, "LL") + unit * (not twin)
        of_pairs = [np.abs(Q).max() for _, Q in _leaves({node: table[node] for node in NODES if node in table})]
        least = ROUNDING * max(of_pairs) if name == "per_pair" else _least(numbers, twin)
        for node in (node for node in NODES if node in table):
            found = table[node] if isinstance(table[node], dict) else {"direct": table[node]}
            for part, Q in found.items():
                Q = np.asarray(Q, float)
                Q = np.where(np.abs(Q) > least, Q, 0.0)
                label = f"{NODES[node]} {part}{words}"
                rows.append((label, *(number(Q[i]) for i in COMPONENTS.values()), of_table))
    return ("", *COMPONENTS, "unit"), rows


def principal_rows(numbers):
    """Header and rows of principal values with their axes."""
    table, in_si, rows = numbers["principal_values"], numbers.get("principal_values_si"), []
    for node, parts in table.items():
        if node == "units":
            continue
        for part, values in parts.items():
            axes = np.asarray(numbers["principal_axes"][node][part], float)
            kept, unit = np.abs(values) > _least(numbers), f"{unit_of(table, node)} hbar^2"
            for k, name in enumerate(PRINCIPAL):
                last = [number(in_si[node][part][k] * kept[k]), unit_of(in_si, node)] if in_si else []
                rows.append((
                    f"{NODES[node]} {part} {name}", number(values[k] * kept[k]), unit, *last,
                    *(f"{x + 0.0:.4f}" for x in np.round(axes[k], 9)),
                ))  # fmt: skip
    return ("", "value", "unit", *(["in SI", "unit"] if in_si else []), "axis x", "y", "z"), rows


def rotation_rows(table):
    """Header and rows of how much a current turns the axes of what is stored."""
    return ("", "value", "unit"), [(NODES[node], number(table[node]), unit_of(table, node)) for node in ("LL", "RR")]


def scan_rows(table):
    """Header and rows of the columns of a scan that vary: from where to where."""
    scanned = parameters(table)
    rows, found = [], {name.rpartition(" (")[0]: (values, name) for name, values in columns(table).items()}
    largest = max(np.abs(values).max() for head, (values, _) in found.items() if head not in scanned)
    for head, (values, name) in found.items():
        rounding = 0.0 if head in scanned else ROUNDING * largest
        if len(head.split(" ")) < 3 and np.ptp(values) > max(rounding, ROUNDING * np.abs(values).max()):
            ends = (number(end * (abs(end) > rounding)) for end in (values.min(), values.max()))
            rows.append((head, *ends, name.rpartition(" (")[2].removesuffix(")")))
    return ("", "least", "largest", "unit"), rows


def columns(table):
    """Every column of a scan: {name with unit: (points,) array}, what is scanned first.

    table : `scan` of a Result's numbers.
    """
    rate, found = unit_of(table, "I_N"), {}
    for name, values in parameters(table).items():
        found[f"{name} ({unit_of(table, name)})"] = values
    for name in ("J_L", "J_R", "I_N", "I_S"):
        values = np.asarray(table[name], float)
        for axis, column in zip("xyz", values.T) if values.ndim > 1 else [("", values)]:
            found[f"{name} {axis}".rstrip() + f" ({unit_of(table, name)})"] = column
    for label, values in _leaves(_coefficients(table)):
        found[f"{' '.join(reversed(label))} ({rate})"] = np.asarray(values, float)
    for key in ("N", "S", "q_ex"):
        for side, values in table.get(key, {}).items():
            found[f"{key} {side} ({unit_of(table, key)})"] = np.asarray(values, float)
    for part, nodes in table["I_Q"].items():
        for node, Q in nodes.items():
            Q = np.asarray(Q, float)
            for name, values in zip(PRINCIPAL, principal_axes(Q)[0].T):
                found[f"{name} {node} {part} ({rate})"] = values
            for name, (i, j) in COMPONENTS.items():
                found[f"I_Q {node} {part} {name} ({rate})"] = Q[:, i, j]
    for label, values in _leaves(table["closed_form"] or {}):
        found[f"{' '.join(reversed(label))} closed form ({rate})"] = np.asarray(values, float)
    return found


def parameters(table):
    """{name: (points,) array} of what is scanned."""
    names = [name for together in table["dimensions"] for name in together]
    return {name: np.asarray(table[name], float) for name in names}


def resolved_columns(table):
    """Columns of what is stored at each energy."""
    found = {f"energy ({unit_of(table, 'energy')})": np.asarray(table["energy"], float)}
    for key, sides in table.items():
        if key not in ("energy", "units"):
            for side, values in sides.items():
                found[f"{key} {side} ({unit_of(table, key)})"] = np.asarray(values, float)
    return found


def number(value):
    """A number with six digits; nothing where there is none."""
    return "" if value is None else f"{float(value) + 0.0:.6g}"


def _padded(values, width):
    shown = [number(value) for value in np.atleast_1d(values)]
    return shown + [""] * (width - len(shown))


def unit_of(table, key):
    """Unit of a key of a table, as a Result has it or as result.json does."""
    return table["units"].get(key, table["units"].get("*", ""))


def _leaves(table, path=()):
    """(path, value) of what is no table."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _coefficients(table):
    return {key: table[key] for key in ("I_0", "I_F", "L", "R")}


def _least(numbers, twin=""):
    """What of a rate is more than rounding beside the largest coefficient."""
    return ROUNDING * max(abs(float(value)) for _, value in _leaves(_coefficients(numbers[f"coefficients{twin}"])))


def _at(table, path):
    for key in path:
        table = table[key]
    return table
