"""What a run prints: short tables that a physicist can read."""

import numpy as np
from rich.console import Console
from rich.table import Table

HIDDEN = ("timings", "solver", "balances", "electric_field")
TITLES = {
    "conductance": "Interface conductance on mu_s, absorption positive",
    "resistivity": "Resistivity: no net current across",
    "conductivity": "Conductivity of the stack, rows j, columns E",
    "torque": "Torque on the moments, per field and per current (efficiency)",
    "spin_current": "Spin current, out of a face or up through an interface",
    "accumulation": "Spin voltage mu_s",
    "voltage": "Voltage, mean over a face",
    "current": "Current out of a face",
    "resistance": "Resistance",
    "relaxation": "Slowest spin modes",
}
PARTS = {"G_j": ("x", "y"), "G_parallel": ("xy", "xx-yy"), "G_perpendicular": ("xz", "yz")}


def show(result, console=None):
    """Print the tables of a Result, its balances and warnings."""
    console = console or Console(width=120, highlight=False)
    if result.case.title:
        console.print(result.case.title)
    rows_of = {"conductance": conductance_rows, "relaxation": mode_rows}
    hidden = HIDDEN if result.case.stack.spinful else (*HIDDEN, "spin_current", "accumulation")
    for key, table in result.numbers.items():
        if key not in hidden:
            header, rows = rows_of.get(key, plain_rows)(table)
            if rows:
                console.print(f"\n{TITLES.get(key, key)}")
                console.print(_table(header, rows))
    console.print()
    balances = result.numbers.get("balances")
    if balances:
        parts = ", ".join(f"{name} {balances[name]:.0e}" for name in ("charge", "spin", "power"))
        console.print(f"balances (relative): {parts}")
    solver = result.numbers.get("solver")
    if solver:
        console.print(
            f"solver: {solver['unknowns']} unknowns, {_many(solver['solves'], 'solve')}, "
            f"at most {_many(solver['iterations'], 'iteration')}, relative residual {solver['residual']:.0e}"
        )


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
    if value.ndim == 2 and "|" in key:
        return list(zip((f"{key}, below", f"{key}, above"), value))
    if value.ndim == 2:
        return [(f"{key} {axis}", row) for axis, row in zip("xyz", value)]
    return [(key, np.atleast_1d(value))]


def number(value):
    """A number with six digits; nothing where there is none."""
    return "" if value is None else value if isinstance(value, str) else f"{value + 0.0:.6g}"


def _many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _table(header, rows):
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="")
    for k, name in enumerate(header):
        left = k == 0 or name == "unit"
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
