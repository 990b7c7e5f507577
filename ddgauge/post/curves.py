"""Curves: as columns with units, as the numbers that are read off them, and which figure each kind has."""

import numpy as np

from ddgauge.post import plot_curves, plot_spin_curves

FIGURES = {
    "angular-magnetoresistance": plot_curves.angular_magnetoresistance,
    "field-magnetoresistance": plot_curves.field_magnetoresistance,
    "hall": plot_curves.hall,
    "temperature": plot_curves.temperature,
    "torque-thickness": plot_spin_curves.torque_thickness,
    "spin-pumping": plot_spin_curves.spin_pumping,
    "memory-loss": plot_spin_curves.memory_loss,
    "rashba-memory-loss": plot_spin_curves.rashba_memory_loss,
    "exchange-hall": plot_spin_curves.exchange_hall,
}


def columns(table):
    """Every column of a curve: {name with unit: (points,) array}, what it runs over first.

    table : `curve` of a Result's numbers.
    """
    units, found = table["units"], {}
    for parts, word in (table, ""), (table["closed_form"] or {}, " closed form"):
        for key, values in parts.items():
            if key in ("units", "closed_form"):
                continue
            unit = units.get(key, units.get("*", ""))
            for label, column in values.items() if isinstance(values, dict) else [("", values)]:
                found[f"{' '.join(filter(None, (key, label)))}{word} ({unit})"] = np.asarray(column, float)
    return found


def draw(experiment, numbers, title):
    """The figure of a curve.

    numbers : dict
        With the tables `curve` and `extracted` of a Result, arrays or lists.
    """
    return FIGURES[experiment](numbers["curve"], numbers["extracted"], title)
