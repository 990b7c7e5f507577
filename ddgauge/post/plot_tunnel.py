"""Figures of a tunnel junction: what its electrodes store at each energy, and scans of coefficients and currents."""

from copy import copy

import numpy as np

from ddgauge.post import plot_quadrupole
from ddgauge.post.plot import BESIDE, COLOURS, STYLE, plt
from ddgauge.post.plot_curves import FORMULA
from ddgauge.post.tunnel_run import parameters as scanned
from ddgauge.post.tunnel_run import unit_of

MOST = 6  # lines of one colour scale
DECADES = 50  # ratio of values beyond which their axis is logarithmic
NOTHING = 1e-9  # of the largest of a figure: rounding
FAINT = 1e-6  # what of a coefficient needs no panel beside the largest
LABELS = {
    "E_S": "$E_S$", "A_S": "$A_S$", "T_S": "$T_S$", "E_ex": "$E_{ex}$", "A_ex": "$A_{ex}$", "T_ex": "$T_{ex}$",
    "I_0": "$I_0$", "I_F": "$I_F$", "I_N": "$I_N$",
}  # fmt: skip
NAMES = {"bias": "bias V", "angle": "angle", "temperature": "temperature", "splitting": "splitting J", "tau": r"$\tau$"}


def figures(numbers, title):
    """{name: figure} of a junction; numbers with arrays or lists."""
    found = {"storage.png": storage(numbers["energy_resolved"], title)}
    found["quadrupole.png"] = plot_quadrupole.nodes(numbers, title)
    if "scan" not in numbers:
        return found
    lines = Lines(numbers["scan"])
    drawn = {
        "coefficients.png": coefficients(lines, title),
        "currents.png": currents(lines, title),
        "stored.png": stored(lines, title),
        "principal.png": plot_quadrupole.principal(lines, title),
        "axes.png": plot_quadrupole.axes(lines, title),
    }
    return found | {name: figure for name, figure in drawn.items() if figure is not None}


class Lines:
    """A scan as lines: along the dimension with the most points, one for each combination of the others."""

    def __init__(self, table):
        self.table, self.unit = table, unit_of(table, "I_N")
        parameters = scanned(table)
        firsts = [names[0] for names in table["dimensions"]]
        counts = [len(np.unique(parameters[name])) for name in firsts]
        k = len(counts) - 1 - int(np.argmax(counts[::-1]))
        self.name = firsts[k]
        self.x = parameters[self.name]
        others = [name for name in firsts if name != self.name]
        keys = list(zip(*(parameters[name] for name in others))) if others else [()] * len(self.x)
        groups = {}
        for place, key in enumerate(keys):
            groups.setdefault(key, []).append(place)
        kept = np.unique(np.linspace(0, len(groups) - 1, min(MOST, len(groups))).round().astype(int))
        self.groups = []  # (label, places in the order of x)
        for key in [list(groups)[k] for k in kept]:
            places = np.array(groups[key])
            label = ", ".join(
                f"{NAMES.get(name, name)} = {value:.4g} {_short(unit_of(table, name))}".rstrip()
                for name, value in zip(others, key)
            )
            self.groups.append((label, places[np.argsort(self.x[places], kind="stable")]))

    @property
    def label(self):
        """Of the axis."""
        unit = _short(unit_of(self.table, self.name))
        return f"{NAMES.get(self.name, self.name)}" + (f" ({unit})" if unit else "")

    def name_x(self, axes):
        """Name the axis of a panel, logarithmic where the values are."""
        axes.set_xlabel(self.label)
        if self.x.min() > 0 and self.x.max() > DECADES * self.x.min():
            axes.set_xscale("log")

    def colours(self):
        """One for each group."""
        return [COLOURS["z"]] if len(self.groups) == 1 else list(plt.cm.viridis(np.linspace(0, 0.9, len(self.groups))))

    def distinct(self, found):
        """The same without lines on which all of {name: (points,) array} are as on one before."""
        values = np.stack([np.asarray(column, float) for column in found.values()])
        scale, kept = np.abs(values).max(), []
        for label, places in self.groups:
            same = [
                np.array_equal(self.x[places], self.x[others])
                and np.all(np.abs(values[:, places] - values[:, others]) <= NOTHING * scale)
                for _, others in kept
            ]
            if not any(same):
                kept.append((label, places))
        lines = copy(self)
        lines.groups = [("", kept[0][1])] if len(kept) == 1 else kept
        return lines

    def varies(self, values):
        """Whether something changes along some line."""
        values = np.asarray(values, float)
        scale = np.abs(values).max(initial=0.0)
        return any(np.ptp(values[places], axis=0).max(initial=0.0) > NOTHING * scale for _, places in self.groups)


def _short(unit):
    return {"1": "", "degree": "°"}.get(unit, unit)


def storage(table, title):
    """Densities of states, spin and exchange of each electrode at each energy."""
    w = np.asarray(table["energy"], float)
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(3, 2, sharey="row", figsize=(9.0, 7.0))
        for side, panels in zip(("L", "R"), grid.T):
            own = {key: np.asarray(of[side], float) for key, of in table.items() if isinstance(of, dict) and side in of}
            bands, spin, exchange = panels
            for key, sign, colour in (("nu_up", 1, COLOURS["x"]), ("nu_dn", -1, COLOURS["z"])):
                bands.plot(w, sign * own[key], color=colour, label=rf"$\nu_{{{key[3:]}}}$")
                bands.fill_between(w, sign * own[key] * own["f"], color=colour, alpha=0.25, linewidth=0)
            spin.plot(w, own["spin"], color=COLOURS["0"], label="$f m$")
            if "a" in own:
                for key, label, colour, style in (
                    ("a", "$a$", COLOURS["0"], "-"),
                    ("a_up", r"$a_{up}$", COLOURS["x"], "--"),
                    ("a_dn", r"$a_{dn}$", COLOURS["z"], "--"),
                    ("holes", "$f a$", COLOURS["y"], "-"),
                ):
                    exchange.plot(w, own[key], color=colour, linestyle=style, label=label)
                there = w[np.abs(own["a"]) > 1e-3]
                exchange.set_xlim(*(there[[0, -1]] if len(there) > 1 else w[[0, -1]]))
            bands.set_title(f"electrode {side}", fontsize=9)
            exchange.set_xlabel(f"energy ({unit_of(table, 'energy')})")
            for axes in panels:
                axes.axhline(0, color="#888888", linewidth=0.6)
            for axes in panels[:2]:
                axes.margins(x=0)
        for axes, label in zip(grid[:, 0], (r"states (1/E), filled", "spin (1/E)", "exchange per state")):
            axes.set_ylabel(label)
        for axes in grid[:, 1]:
            if axes.get_legend_handles_labels()[0]:
                axes.legend(**BESIDE)
        figure.suptitle(title, fontsize=10)
        return figure


def coefficients(lines, title):
    """Coefficients of L along a scan, closed forms of flat bands as dots; None where they stay as they are."""
    found, formula = _of_L(lines.table), lines.table["closed_form"] and _of_L(lines.table["closed_form"])
    lines = lines.distinct(found)
    if not any(lines.varies(values) for values in found.values()):
        return None
    groups = (("I_0", "I_F"), ("E_S", "A_S", "T_S"), ("E_ex", "A_ex", "T_ex"))
    if len(lines.groups) == 1:
        panels = [("", {LABELS[key]: key for key in keys if key in found}) for keys in groups]
        return _panels(lines, [panel for panel in panels if panel[1]], found, formula, title)
    kept = [key for key, values in found.items() if np.abs(values).max() > FAINT * _largest(found)]
    return _panels(lines, [(LABELS[key], {"": key}) for key in kept], found, formula, title)


def _of_L(table):
    return {key: np.asarray(values, float) for key, values in _named(table).items()}


def _named(table):
    return {key: table[key] for key in ("I_0", "I_F")} | table["L"]


def _largest(found):
    return max(np.abs(values).max(initial=0.0) for values in found.values())


def currents(lines, title):
    """Charge and spin into L along a scan; what is rounding beside the coefficients is zero."""
    spin, least = np.asarray(lines.table["I_S"], float), NOTHING * _largest(_of_L(lines.table))
    found = {"I_N": np.asarray(lines.table["I_N"], float)} | {f"I_S {axis}": spin[:, k] for k, axis in enumerate("xyz")}
    found = {key: np.where(np.abs(values) > least, values, 0.0) for key, values in found.items()}
    labels = LABELS | {f"I_S {axis}": f"$I_S^{axis}$" for axis in "xyz"}
    lines = lines.distinct(found)
    if len(lines.groups) == 1:
        panels = [("", {labels["I_N"]: "I_N"}), ("", {labels[key]: key for key in list(found)[1:]})]
    else:
        kept = [key for key in list(found)[1:] if found[key].any()]
        panels = [(labels[key], {"": key}) for key in ["I_N", *kept]]
    return _panels(lines, panels, found, None, title)


def stored(lines, title):
    """Electrons, spin and exchange of both electrodes along a scan; None where they stay as they are."""
    found = {f"{key} {side}": values for key in ("N", "S", "q_ex") for side, values in lines.table.get(key, {}).items()}
    lines = lines.distinct(found)
    if not any(lines.varies(values) for values in found.values()):
        return None
    names = {"N": "$N$", "S": "$S$ (hbar)", "q_ex": "$q_{ex}$ (hbar$^2$)"}
    if len(lines.groups) == 1:
        panels = [
            (name, {side: f"{key} {side}" for side in ("L", "R")}) for key, name in names.items() if f"{key} L" in found
        ]
    else:
        panels = [(f"{name}, {side}", {"": f"{key} {side}"}) for key, name in names.items() for side in ("L", "R")
                  if f"{key} {side}" in found]  # fmt: skip
    return _panels(lines, panels, found, None, title, unit="")


def _panels(lines, panels, found, formula, title, unit=None):
    """Panels (name, {label: key}): of one line several quantities in one, of several lines each in one of its own."""
    unit = lines.unit if unit is None else unit
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(rows, columns, figsize=(1.2 + 3.2 * columns, 0.5 + 2.6 * rows), squeeze=False)
        for axes, (name, keys) in zip(grid.flat, panels):
            for (label, key), of_key in zip(keys.items(), (COLOURS["x"], COLOURS["z"], COLOURS["y"])):
                values = np.asarray(found[key], float)
                for (group, places), colour in zip(lines.groups, lines.colours()):
                    stroke = {"color": of_key if len(lines.groups) == 1 else colour, "label": label or group}
                    single = {"marker": "."} if len(places) == 1 else {}
                    axes.plot(lines.x[places], values[places], **stroke, **single)
                    if formula:
                        dots, colour = places[:: max(1, len(places) // 18)], stroke["color"]
                        axes.plot(lines.x[dots], np.asarray(formula[key], float)[dots], color=colour, **FORMULA)
            if formula:
                axes.plot([], [], color="#555555", label="closed form", **FORMULA)
            lines.name_x(axes)
            axes.set_ylabel(" ".join(filter(None, (name, f"({unit})" if unit else ""))))
            axes.axhline(0, color="#888888", linewidth=0.6)
            axes.margins(x=0)
            if len(lines.groups) == 1 and len(keys) > 1:
                axes.legend(frameon=False, fontsize=8)
            elif len(lines.groups) == 1:
                axes.set_ylabel(f"{name or next(iter(keys))}" + (f" ({unit})" if unit else ""))
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        if len(lines.groups) > 1:
            grid[0, len(grid[0]) - 1].legend(**BESIDE)
        figure.suptitle(title, fontsize=10)
        return figure
