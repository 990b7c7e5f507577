"""What the figure of a fit shows: measured values with their errors, the curve of the model, and residuals."""

from dataclasses import dataclass, field

import numpy as np

from ddgauge.fitting.data import Column, Table
from ddgauge.fitting.points import Points, measured
from ddgauge.fitting.search import Target

CURVE = 73  # points of a curve, such as of an angle every 5 degrees
MOST = 400  # of all curves together
SPREAD = 30  # ratio of the largest to the smallest place beyond which an axis is logarithmic


@dataclass
class Group:
    """Rows that differ in one column of x; numbers as in the file."""

    column: str  # of x; "row" where there is none
    rest: str  # what else they have in common
    x: np.ndarray
    measured: np.ndarray
    sigma: np.ndarray
    model: np.ndarray
    residual: np.ndarray  # in standard errors
    curve: tuple | None = None  # (x, model) between them


@dataclass
class Panel:
    """A column of y against the columns of x of one unit."""

    y: str
    unit: str
    x: str
    logarithmic: bool
    groups: list[Group] = field(default_factory=list)


def panels(run, given, target, found, table, comm):
    """[Panel] of a fit. Collective.

    Parameters
    ----------
    run, given : model.Run, and the tables of its file
    target : search.Target
    found : search.Found
    table : data.Table
    comm : MPI communicator
    """
    groups = _groups(run.fit, table)
    curves = _curves(run, given, target, found.values, table, groups, comm) if target.points.alone else {}
    shown = {}
    for number, (item, sigma, model) in enumerate(zip(target.items, found.sigma, found.model)):
        for k, (column, rest, rows) in enumerate(groups):
            here = np.isin(item.rows, rows)
            if not here.any():
                continue
            x = table[column].numbers() if column else np.arange(1.0, table.rows + 1)
            unit = table[column].unit if column else ""
            panel = shown.setdefault((number, unit), Panel(table[item.column].name, table[item.column].unit, "", False))
            group = Group(
                table[column].name if column else "row",
                rest,
                x[item.rows[here]],
                item.values[here] / item.factor,
                sigma[here] / item.factor,
                model[here] / item.factor,
                (item.values - model)[here] / sigma[here],
            )
            if k in curves:
                along, values = curves[k]
                group.curve = along, values[number] / item.factor
            panel.groups.append(group)
    for (_, unit), panel in shown.items():
        panel.x = ", ".join(dict.fromkeys(group.column for group in panel.groups))
        x = np.concatenate([group.x for group in panel.groups])
        panel.logarithmic = bool(x.min() > 0 and x.max() > SPREAD * x.min())
        panel.x += f" ({unit})" if unit else ""
    return list(shown.values())


def _groups(fit, table):
    """[(column that differs or None, label, rows)]."""
    columns = {name: table[name].numbers() for name in fit.x}
    several = {name: len(np.unique(x[~np.isnan(x)])) for name, x in columns.items()}
    rank = {
        name: (np.isnan(x).any(), several[name]) for name, x in columns.items()
    }  # of some rows alone, such as planes
    found = {}
    for row in range(table.rows):
        filled = [name for name in columns if not np.isnan(columns[name][row])]
        along = max((name for name in filled if several[name] > 1), key=rank.get, default=None)
        rest = tuple((name, columns[name][row]) for name in filled if name != along and several[name] > 1)
        found.setdefault((along, rest), []).append(row)
    groups = []
    for (along, rest), rows in found.items():
        words = [f"{table[name].name} = {value:g} {table[name].unit}".rstrip() for name, value in rest]
        groups.append((along, ", ".join(words), np.array(rows)))
    return groups


def _curves(run, given, target, values, table, groups, comm):
    """{number of a group: (places, [model of each column of y])} between its rows."""
    drawn = [k for k, (along, _, rows) in enumerate(groups) if along and np.ptp(table[along].numbers()[rows])]
    if not drawn:
        return {}
    each = max(min(CURVE, MOST // len(drawn)), 13)
    places, cells = {}, {name: [] for name in run.fit.x}
    for k in drawn:
        along, _, rows = groups[k]
        x = table[along].numbers()[rows]
        between = np.geomspace if x.min() > 0 and x.max() > SPREAD * x.min() else np.linspace
        places[k] = between(x.min(), x.max(), each)
        for name in cells:
            cells[name] += map(repr, places[k].tolist()) if name == along else [table[name].cells[rows[0]]] * each
    lines = tuple(range(each * len(drawn)))
    columns = [Column(c.header, c.name, c.unit, tuple(cells[name]), lines) for name in cells for c in [table[name]]]
    columns += [
        Column(c.header, c.name, c.unit, ("0",) * len(lines), lines) for name in run.fit.y for c in [table[name]]
    ]
    items, settings, _ = measured(run, Table(table.path, tuple(columns)))
    points = Points(run, given, settings, target.points.unknowns, target.points.wanted, comm)
    points.keys = target.points.keys
    points.prepare(values[target.physical])
    model = Target(items, target.unknowns, points).model(values, slopes=False)
    if isinstance(model, Exception):
        return {}
    return {k: (places[k], [y[i * each : (i + 1) * each] for y, _ in model]) for i, k in enumerate(drawn)}
