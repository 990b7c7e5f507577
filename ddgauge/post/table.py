"""What a run prints: short tables that a physicist can read."""

import numpy as np
from rich.console import Console
from rich.table import Table

from ddgauge.physics.two_band import BLOCK_NAMES, TERMS
from ddgauge.post import series, tunnel_run

HIDDEN = ("timings", "solver", "balances", "electric_field", "time_series", "mean", "steps", "curve")
SPIN = ("spin_current", "accumulation")
AT_MOST = 10  # rows of a response
DIGITS = 1e-15  # relative, that two numbers differ by where one is rounding
WIDTH = 120
TITLES = {
    "conductance": "Interface conductance on mu_s, absorption positive",
    "resistivity": "Resistivity: no net current across",
    "conductivity": "Conductivity of the stack, rows j, columns E",
    "torque": "Torque on the moments, per field and per current (efficiency)",
    "spin_current": "Spin current, out of a face or up through an interface",
    "accumulation": "Spin voltage mu_s",
    "voltage": "Voltage, mean over a face",
    "current": "Current out of a face",
    "axial_current": "Current density of the nodes' imbalance, out of a face",
    "axial_voltage": "Imbalance of the nodes A = (V_R - V_L)/2, mean over a face",
    "voltage_difference": "Voltage between contacts",
    "resistance": "Resistance",
    "anomalous_hall": "Anomalous Hall conductivity sigma_yz, sigma_zx, sigma_xy, mean over a layer",
    "gate": "Chemical potential that follows the local potential",
    "relaxation": "Slowest spin modes",
    "extracted": "From the curve",
    "density": "Densities, at faces and interfaces and mean of layers",
    "polarisation": "Spin per carrier of a band",
    "pseudospin_angle": "Angle of the pseudospin from z: 0 all electrons in c, pi all in v",
    "state": "State at faces and interfaces, by block",
    "flow": "Flow out of a face or up through an interface, by block",
    "content": "Mean state of layers, by block",
    "budget": "Budget",
    "potential": "Potential phi",
    "positivity": "Smallest eigenvalue of the density matrix over its trace",
}
SPARSE = (*SPIN, "density", "polarisation")  # of which what stays zero is not shown in time
OF_BANDS = ("state", "flow", "content")  # of places, in two sets of names
OF_BARRIERS = {
    "charge_current": "Tunnel barrier: current, up",
    "spin_current": "Tunnel barrier: spin current of each spin, up",
    "voltage_drop": "Tunnel barrier: voltage below less that above",
    "torque": "Tunnel barrier: torque on the moments",
    "heat": "Tunnel barrier: heat that leaves the layers",
    "dissipation": "Tunnel barrier: dissipation",
    "exchange_torque": "Tunnel barrier: exchange torque on the magnet below, opposite above",
    "emission": "Tunnel barrier: exchange emission E_ex of quadrupole moment",
    "absorption": "Tunnel barrier: exchange absorption A_ex",
    "turning": "Tunnel barrier: exchange torque T_ex on quadrupole moment",
    "exchange_values": "Tunnel barrier: principal values of the exchange part",
    "direct_values": "Tunnel barrier: principal values of the direct part",
}
PARTS = {"G_j": ("x", "y"), "G_parallel": ("xy", "xx-yy"), "G_perpendicular": ("xz", "yz")}


def show(result, console=None):
    """Print the tables of a Result, its balances and warnings."""
    console = console or Console(width=WIDTH, highlight=False)
    if result.case.title:
        console.print(result.case.title)
    for title, (header, rows) in tables(result):
        if rows:
            console.print(f"\n{title}")
            _print_whole(console, _table(header, rows))
    console.print()
    if "time_series" in result.numbers:
        console.print(_account_of_time(result.numbers))
    balances = result.numbers.get("balances")
    if balances:
        parts = ", ".join(f"{name} {value:.0e}" for name, value in balances.items() if name != "units")
        console.print(f"balances (relative): {parts}")
    solver = result.numbers.get("solver")
    if solver:
        console.print(
            f"solver: {solver['unknowns']} unknowns, {_many(solver['solves'], 'solve')}, "
            f"at most {_many(solver['iterations'], 'iteration')}, relative residual {solver['residual']:.0e}"
        )


def tables(result):
    """(title, (header, rows)) of all that is printed of a Result."""
    numbers = result.numbers
    if result.case.experiment == "tunnel":
        yield from tunnel_run.tables(numbers)
        return
    spinful = result.case.stack.spinful or result.case.experiment in ("two-current", "weyl")
    hidden = HIDDEN if spinful else (*HIDDEN, *SPIN)
    rows_of = {"conductance": conductance_rows, "relaxation": mode_rows, "extracted": extracted_rows}
    rows_of["density"] = density_rows
    evolution = numbers.get("time_series", {})
    for key, table in numbers.items():
        title = TITLES.get(key, key)
        if key == "response":
            yield from response_tables(result)
        elif key == "barrier":
            yield from barrier_tables(table)
        elif key == "terminals":
            yield from terminal_tables(table)
        elif key in OF_BANDS:
            yield title, band_rows(table)
        elif key == "budget":
            yield from budget_tables(table)
        elif key in evolution and key not in hidden:
            yield title, evolution_rows(evolution, numbers.get("mean"), key)
        elif key not in hidden:
            yield title, rows_of.get(key, plain_rows)(table)


def conductance_rows(table):
    """Header and rows of the split and projected interface matrix, beside the perturbative formulas.

    Parts that vanish but for rounding are left out.
    """
    formulas = table["perturbative"] or {}
    header = ("", "to moments", "formula", "to lattice", "formula", "unit")
    rows = []
    for key in ("G_s", "G_r", "G_i"):
        of_loss = formulas.get("loss", {})
        values = (table[key], formulas.get(key), table["loss"][key], of_loss.get(key))
        rows.append((key, *map(number, values), "S/m^2"))
    negligible = 1e-10 * np.abs(table["matrix"]).max()
    for key, names in PARTS.items():
        for k, name in enumerate(names):
            loss, formula = table["loss"][key][k], formulas["loss"][key][k] if formulas else None
            if max(abs(loss), abs(formula or 0)) > negligible:
                rows.append((f"{key} {name}", "", "", number(loss), number(formula), "S/m^2"))
    rows.append(("memory loss", "", "", number(table["memory_loss"]), "", "1"))
    return header, rows


def mode_rows(table):
    """Header and rows of the spin modes, slowest first."""
    header = ("mode", "rate (1/s)", "lifetime (s)", "precession (rad/s)")
    columns = (table["rates"], table["lifetime"], table["precession"])
    return header, [(str(k), *map(number, row)) for k, row in enumerate(zip(*columns), start=1)]


def extracted_rows(table):
    """Header and rows of the numbers that were read off a curve, beside those of a closed form if there is one."""
    formula, units = table["closed_form"], table["units"]
    rows = []
    for key, value in table.items():
        if key not in ("closed_form", "units") and value is not None:
            beside = [number(formula.get(key))] if formula else []
            rows.append((key.replace("_", " "), number(value), *beside, units.get(key, units.get("*", ""))))
    return ("", "value", *(["closed form"] if formula else []), "unit"), rows


def terminal_tables(table):
    """The matrices between contacts, by their names."""
    names = table["names"]
    titles = {
        "conductance": "Conductance: current into a contact (row) per voltage (column)",
        "resistance": f"Resistance: voltage against {names[-1]} (row) per current into a contact (column)",
    }
    for key, title in titles.items():
        rounding = 1e-10 * np.abs(table[key]).max()
        rows = [
            (name, *(number(x if abs(x) > rounding else 0.0) for x in row), table["units"][key])
            for name, row in zip(names, table[key])
        ]
        yield title, (("", *names, "unit"), rows)


def density_rows(table):
    """Header and rows of densities, many orders apart: what is zero to the last digit of the largest is left out."""
    values, unit = {key: value for key, value in table.items() if key != "units"}, table["units"]
    rounding = DIGITS * max(map(abs, values.values()), default=0.0)
    rows = [(key, number(value), next(iter(unit.values()))) for key, value in values.items() if abs(value) > rounding]
    return ("", "value", "unit"), rows


def band_rows(table):
    """Header and rows of the fields by block, a column for each place; rounding is left out."""
    values = {}
    for key, value in table.items():
        name = next((name for name in BLOCK_NAMES if key.endswith(f" {name}")), None)
        if name:
            values.setdefault(name, {})[key.removesuffix(f" {name}")] = value
    return _matrix_rows(values, table["units"])


def budget_tables(table):
    """The budget of each layer: fields by block, a column for each term."""
    layers = {}
    for key, value in table.items():
        place = next(((n, t) for n in BLOCK_NAMES for t in TERMS if key.endswith(f" {n} {t}")), None)
        if place:
            name, term = place
            layer = key.removesuffix(f" {name} {term}")
            layers.setdefault(layer, {}).setdefault(name, {})[term] = value
    for layer, values in layers.items():
        yield f"Budget of layer {layer}, by block", _matrix_rows(values, table["units"])


def _matrix_rows(values, units):
    """Header and rows of {row: {column: value}} with one unit."""
    rounding = 1e-10 * max((abs(x) for row in values.values() for x in row.values()), default=0.0)
    kept = {name: [x if abs(x) > rounding else 0.0 for x in row.values()] for name, row in values.items()}
    columns, unit = next(iter(values.values())), next(iter(units.values()))
    return ("", *columns, "unit"), [(name, *map(number, row), unit) for name, row in kept.items() if any(row)]


def barrier_tables(table):
    """What tunnel barriers carry, a table for each quantity; of tensors their principal values."""
    for key, title in OF_BARRIERS.items():
        if key in table:
            found = {
                f"{place} {node}".rstrip(): value
                for place, values in table[key].items()
                for node, value in _nodes(values).items()
            }
            header, rows = plain_rows(found | {"units": {"*": table["units"][key]}})
            yield title, (("", "lowest", "middle", "highest", "unit") if key.endswith("_values") else header, rows)


def _nodes(value):
    """{node: number or vector} of a quadrupole current, of anything else {"": itself}."""
    return value if isinstance(value, dict) else {"": value}


def evolution_rows(evolution, mean, key):
    """Header and rows of one quantity in time: first and last value, and the mean of the times that were asked for."""
    unit, found = evolution["units"][key], {}
    means = {}
    if mean:
        of_one = {key: {place: [value] for place, value in mean[key].items()}}
        means = {label: values[0] for label, values in series.curves(of_one, key).items()}
    for label, values in series.curves(evolution, key).items():
        found[label] = [values[0], values[-1], *([means[label]] if means else [])]
    rounding = 1e-10 * np.abs(list(found.values())).max(initial=0.0)
    kept = {label: row for label, row in found.items() if key not in SPARSE or np.abs(row).max() > rounding}
    rows = [(label, *(number(x if abs(x) > rounding else 0.0) for x in row), unit) for label, row in kept.items()]
    return ("", "start", "end", *(["mean"] if means else []), "unit"), rows


def response_tables(result):
    """Amplitudes and phases at some of the frequencies, a table for each quantity."""
    frequencies = np.asarray(result.numbers["response"]["frequency"])
    shown = np.unique(np.linspace(0, len(frequencies) - 1, min(AT_MOST, len(frequencies))).round().astype(int))
    for quantity, unit, curves in series.panels(result, "response"):
        for some in _beside(curves):
            header = ["frequency (Hz)"]
            columns = [[number(f) for f in frequencies[shown]]]
            for label, values in some:
                header += [label, "phase"]
                columns += [
                    [number(abs(v)) for v in values[shown]],
                    [f"{np.degrees(np.angle(v)):.2f}" for v in values[shown]],
                ]
            title = f"{quantity.capitalize()} ({unit}), amplitude x cos(omega t - phase), phase in degrees"
            yield title, (header, [tuple(row) for row in zip(*columns)])


def plain_rows(table):
    """Header and rows of a table of numbers and short vectors; rounding is zero, and what is not known is left out."""
    units = table["units"]
    lines = []
    for key, value in table.items():
        if key != "units" and value is not None:
            unit = units.get(key, units.get("*", ""))
            lines += [(label, row, unit) for label, row in _lines(key, value)]
    largest = {unit: max(np.abs(row).max() for _, row, u in lines if u == unit) for _, _, unit in lines}
    lines = [(label, np.where(np.abs(row) > 1e-10 * largest[unit], row, 0), unit) for label, row, unit in lines]
    width = max((len(row) for _, row, _ in lines), default=0)
    header = ("", *("xyz"[:width] if width > 1 else ("value",)), "unit")
    return header, [(label, *map(number, row), *[""] * (width - len(row)), unit) for label, row, unit in lines]


def _lines(key, value):
    """(label, numbers) of a number, a vector, a matrix (a line per row), or the two sides of an interface."""
    value = np.asarray(value)
    if value.ndim and len(value) == 2 and "|" in key:
        return list(zip((f"{key}, below", f"{key}, above"), map(np.atleast_1d, value)))
    if value.ndim == 2:
        return [(f"{key} {axis}", row) for axis, row in zip("xyz", value)]
    return [(key, np.atleast_1d(value))]


def number(value):
    """A number with six digits; nothing where there is none."""
    return "" if value is None else value if isinstance(value, str) else f"{value + 0.0:.6g}"


def to_error(value, error):
    """A number to the second digit of its standard error, or with two digits where nothing determines it."""
    digits = 2
    if value and 0 < error < np.inf:
        digits = int(np.clip(np.floor(np.log10(abs(value))) - np.floor(np.log10(error)) + 2, 2, 15))
    return f"{value + 0.0:#.{digits}g}".rstrip(".") if value else "0"


def end_of(end, value, error):
    """An end of an interval, with fewer digits where it is farther from the value than its error says."""
    return to_error(end, max(error, abs(end - value) / 2))


def _account_of_time(numbers):
    """How an evolution went, in a line."""
    times, steps = numbers["time_series"]["time"], numbers["steps"]
    return (
        f"evolution: {len(times)} samples from {times[0]:g} s to {times[-1]:g} s, {_many(steps['steps'], 'step')}, "
        f"charge lost in one of them: {steps['charge']:.0e} (relative)"
    )


def _beside(curves):
    """Lists of curves whose columns fit beside each other."""
    groups, room = [], 0
    for label, values in curves.items():
        width = max(len(label), 12) + 14
        if room < width:
            groups, room = [*groups, []], WIDTH - 17
        groups[-1].append((label, values))
        room -= width
    return groups


def _many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _print_whole(console, table):
    """A table that is wider than the console runs over its edge: a number that is cut would be another."""
    width = console.width
    console.width = max(width, console.measure(table, options=console.options.update(max_width=10 * WIDTH)).maximum)
    console.print(table)
    console.width = width


def _table(header, rows):
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="")
    for k, name in enumerate(header):
        left = k == 0 or name == "unit"
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
