"""Figures of curves. matplotlib draws; closed forms are dots beside the lines of what was solved."""

import numpy as np

from ddgauge.post.plot import BESIDE, COLOURS, STROKES, STYLE, plt, scaled

FORMULA = {"linestyle": "none", "marker": "o", "markersize": 3.2, "markerfacecolor": "none", "markeredgewidth": 0.7}
DECADES = 30  # ratio of temperatures beyond which their axis is logarithmic
DOTS = 19  # of a closed form, at most
FIELDS = {"x": "B along x", "y": "B along y", "z": "B along z"}
ANGLES = {"xy": "α (xy, from j)", "yz": "β (yz, from z)", "xz": "γ (xz, from z)"}


def panel(axes, x, curves, formulas=None):
    """Draw lines, and dots of the closed form in their colours.

    curves, formulas : {label: (points,) array}
    """
    every = max(1, -(-(len(x) - 1) // (DOTS - 1)))
    for (label, values), colour, stroke in zip(curves.items(), COLOURS.values(), (*STROKES, *STROKES)):
        axes.plot(x, values, label=label, color=colour, **stroke, **({"marker": "."} if len(x) == 1 else {}))
        if formulas:
            axes.plot(x[::every], np.asarray(formulas[label])[::every], color=colour, **FORMULA)


def legend(axes, formula):
    """Name the lines beside a panel, and the dots if there are some."""
    if formula:
        axes.plot([], [], color="#555555", label="closed form", **FORMULA)
    axes.legend(**BESIDE)


def angular_magnetoresistance(curve, extracted, title):
    """Resistivities against the angle of the magnetisation in planes."""
    figure, panels = _resistivities(curve, extracted, "angle", "angle of m (degrees)", ANGLES, title)
    for axes in panels:
        if np.ptp(curve["angle"]) > 180:
            axes.xaxis.set_major_locator(plt.MultipleLocator(90))
    return figure


def field_magnetoresistance(curve, extracted, title):
    """Resistivities against the strength of a field along x, y and z."""
    return _resistivities(curve, extracted, "B", "B (T)", FIELDS, title)[0]


def hall(curve, extracted, title):
    """Transverse resistivity against the field along the normal, and the line that is read off."""
    B, rho, formula = np.asarray(curve["B"]), extracted["rho"], curve["closed_form"]

    def over_rho(table):
        return {"solved": np.asarray(table["transverse"]["z"]) / rho * 1e4}

    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(5.8, 3.5))
        panel(axes, B, over_rho(curve), formula and over_rho(formula))
        if extracted.get("ordinary") is not None:
            right = np.array([0, B.max()]) if B.max() > 0 else np.array([B.min(), 0])
            intercept = extracted.get("anomalous", 0.0) * np.sign(right.sum())
            line = (intercept + extracted["ordinary"] * right) / rho * 1e4
            axes.plot(right, line, color="#222222", linestyle=":", label="slope, intercept")
        axes.set_xlabel("B along z (T)")
        axes.set_ylabel(r"$\rho_{yx}/\rho$  ($10^{-4}$)")
        axes.margins(x=0)
        legend(axes, formula)
        axes.set_title(title, fontsize=10)
        return figure


def _resistivities(curve, extracted, quantity, label, names, title):
    """Longitudinal and transverse resistivity over that of the bulk, the one the one as a change.

    That from m or B along y, or where this is not there from the first of the curves at the origin.
    """
    x, formula, from_y = np.asarray(curve[quantity]), curve["closed_form"], extracted.get("d0") is not None

    def changes(table, numbers, key):
        found = {names[k]: np.asarray(v) for k, v in table[key].items()}
        first = next(iter(found.values()))[np.abs(x).argmin()]
        level = 0.0 if key == "transverse" else numbers["rho"] + numbers["d0"] if from_y else first
        return {name: (values - level) / numbers["rho"] * 1e4 for name, values in found.items()}

    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.5))
        for axes, key in (left, "longitudinal"), (right, "transverse"):
            dots = formula and changes(formula, extracted["closed_form"], key)
            panel(axes, x, changes(curve, extracted, key), dots)
            axes.set_xlabel(label)
            axes.margins(x=0)
        against = r"\rho - \Delta\rho_0" if from_y else r"\rho_{xx}(0)"
        left.set_ylabel(rf"$(\rho_{{xx}} - {against})/\rho$  ($10^{{-4}}$)")
        right.set_ylabel(r"$\rho_{yx}/\rho$  ($10^{-4}$)")
        legend(right, formula)
        figure.suptitle(title, fontsize=10)
        return figure, (left, right)


def temperature(curve, extracted, title):
    """Magnetoresistance, conductances and mean spin against temperature; the ordering temperature is marked."""
    T, rho = np.asarray(curve["temperature"]), extracted["rho"]
    named = {"$\\Delta\\rho_1/\\rho$": "d1", "$\\Delta\\rho_2/\\rho$": "d2"}
    size, unit = scaled(max(np.abs(curve[key]).max() for key in ("G_s", "G_r", "G_i")), "S/m^2")
    shown = (
        ("magnetoresistance ($10^{-4}$)", {name: np.asarray(curve[key]) / rho * 1e4 for name, key in named.items()}),
        (f"conductance ({unit})", {f"${key}$": size * np.asarray(curve[key]) for key in ("G_s", "G_r", "G_i")}),
        ("|<S>|/S", {name: np.asarray(values) for name, values in curve["polarisation"].items()}),
    )
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(3, 1, sharex=True, figsize=(6.2, 6.6))
        for axes, (label, curves) in zip(panels, shown):
            panel(axes, T, curves)
            axes.set_ylabel(label)
            if extracted["ordering_temperature"] > 0:
                axes.axvline(extracted["ordering_temperature"], color="#888888", linestyle=":", label="$T_C$")
            legend(axes, None)
        if T.min() > 0 and T.max() > DECADES * T.min():
            panels[-1].set_xscale("log")
        panels[-1].set_xlabel("temperature (K)")
        figure.suptitle(title, fontsize=10)
        return figure
