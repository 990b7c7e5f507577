"""Figures of curves. matplotlib draws; closed forms are dots beside the lines of what was solved."""

import numpy as np

from ddgauge.post.plot import BESIDE, COLOURS, STROKES, STYLE, plt

FORMULA = {"linestyle": "none", "marker": "o", "markersize": 3.2, "markerfacecolor": "none", "markeredgewidth": 0.7}
DOTS = 19  # of a closed form, at most
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
    """Resistivities against the angle of the magnetisation in planes: changes from m along y, over that of the bulk."""
    x, formula = np.asarray(curve["angle"]), curve["closed_form"]

    def changes(table, numbers, key):
        level = numbers["rho"] + (numbers.get("d0") or 0.0) if key == "longitudinal" else 0.0
        return {ANGLES[plane]: (np.asarray(v) - level) / numbers["rho"] * 1e4 for plane, v in table[key].items()}

    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.5))
        for axes, key in (left, "longitudinal"), (right, "transverse"):
            dots = formula and changes(formula, extracted["closed_form"], key)
            panel(axes, x, changes(curve, extracted, key), dots)
            axes.set_xlabel("angle of m (degrees)")
            axes.margins(x=0)
            if np.ptp(x) > 180:
                axes.xaxis.set_major_locator(plt.MultipleLocator(90))
        left.set_ylabel(r"$(\rho_{xx} - \rho - \Delta\rho_0)/\rho$  ($10^{-4}$)")
        right.set_ylabel(r"$\rho_{yx}/\rho$  ($10^{-4}$)")
        legend(right, formula)
        figure.suptitle(title, fontsize=10)
        return figure
