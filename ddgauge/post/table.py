"""What a run prints: short tables that a physicist can read."""

from rich.console import Console
from rich.table import Table

HIDDEN = ("timings", "solver", "balances", "electric_field")
TITLES = {
    "conductance": "Interface conductance (mu_s, absorption positive)",
    "resistivity": "Resistivity",
    "conductivity": "Sheet conductivity",
    "torque": "Torque on the moments",
    "spin_current": "Spin current (out of a face; along the normal of an interface)",
    "accumulation": "Spin voltage mu_s",
    "voltage": "Voltage",
    "current": "Current out of a face",
    "resistance": "Resistance",
    "relaxation": "Decay of spin modes",
}


def show(result, console=None):
    """Print the tables of a Result, its balances and warnings."""
    console = console or Console(width=None if Console().is_terminal else 100, highlight=False)
    for key, table in result.numbers.items():
        if key not in HIDDEN:
            rows = conductance_rows(table) if key == "conductance" else plain_rows(table)
            console.print(_table(TITLES.get(key, key), *rows))
    balances = result.numbers.get("balances")
    if balances:
        parts = ", ".join(f"{name} {balances[name]:.0e}" for name in ("charge", "spin", "power"))
        console.print(f"balances (relative): {parts}")
    solver = result.numbers.get("solver")
    if solver:
        console.print(
            f"solver: {solver['unknowns']} unknowns, {solver['solves']} solves, at most {solver['iterations']} iterations, "
            f"relative residual {solver['residual']:.0e}"
        )


def conductance_rows(table):
    """Header and rows of the split and projected interface matrix, beside the perturbative formulas."""
    formulas = table["perturbative"] or {}
    header = ("", "torque", "formula", "loss", "formula", "unit")
    rows = []
    for key in ("G_s", "G_r", "G_i"):
        of_loss = formulas.get("loss", {})
        values = (table[key], formulas.get(key), table["loss"][key], of_loss.get(key))
        rows.append((key, *map(number, values), "S/m^2"))
    for key in ("G_j", "G_parallel", "G_perpendicular"):
        for k in (0, 1):
            name = {"G_j": "xy", "G_parallel": ("xy", "xx-yy"), "G_perpendicular": ("xz", "yz")}[key][k]
            formula = formulas["loss"][key][k] if formulas else None
            rows.append((f"{key} {name}", "", "", number(table["loss"][key][k]), number(formula), "S/m^2"))
    rows.append(("memory loss", "", "", number(table["memory_loss"]), "", "1"))
    return header, rows


def plain_rows(table):
    """Header and rows of a table of numbers and short vectors."""
    units = table["units"]
    rows = []
    for key, value in table.items():
        if key != "units":
            unit = units.get(key, units.get("*", ""))
            for label, row in _lines(key, value):
                rows.append((label, number_row(row), unit))
    return ("", "value", "unit"), rows


def _lines(key, value):
    """A matrix takes a line per row."""
    shape = getattr(value, "shape", ())
    if len(shape) == 2:
        return [(f"{key} [{k}]", row) for k, row in enumerate(value)]
    return [(key, value)]


def number(value):
    return "" if value is None else f"{value:.6g}"


def number_row(value):
    if isinstance(value, str):
        return value
    if value is None:
        return "none"
    return ", ".join(map(number, value)) if hasattr(value, "__len__") else number(value)


def _table(title, header, rows):
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, name in enumerate(header):
        table.add_column(name, justify="left" if k in (0, len(header) - 1) else "right")
    for row in rows:
        table.add_row(*row)
    return table
