"""Figures against time and against frequency. matplotlib draws; `series` has chosen what."""

import numpy as np

from ddgauge.post.plot import BESIDE, STYLE, plt, prefix, scaled

COLOURS = ("#1f4e9c", "#c1272d", "#1f7a4d", "#b8860b", "#7b3f8c", "#222222", "#2a9aa8", "#d9722e")
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)))
DECADES = 30  # ratio of the highest to the lowest beyond which an axis is logarithmic
LEGEND = {"frameon": False, "loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}


def evolution(times, panels, title):
    """What happens at faces against time, a panel for each quantity.

    times : (rows,) s; panels : as of series.panels.
    """
    with plt.rc_context(STYLE):
        height = 1.0 + 2.0 * len(panels)
        figure, rows = plt.subplots(len(panels), 1, sharex=True, squeeze=False, figsize=(6.6, height))
        seconds, before = prefix(np.abs(times).max())
        for axes, (quantity, unit, curves) in zip(rows[:, 0], panels):
            factor, unit = scaled(_largest(curves), unit)
            for values, stroke in zip(curves.values(), _strokes(len(curves))):
                axes.plot(times * seconds, factor * values, **stroke)
            axes.set_ylabel(f"{quantity} ({unit})")
            axes.margins(x=0)
            _widen(axes, 1e-6 * factor * _largest(curves))
            _name(axes, curves)
        rows[-1, 0].set_xlabel(f"t ({before}s)")
        figure.suptitle(title, fontsize=10)
        return figure


def response(frequencies, panels, title):
    """Amplitude and phase against frequency, a column for each quantity.

    frequencies : (rows,) Hz; panels : as of series.panels, of complex amplitudes of exp(-i omega t).
    """
    with plt.rc_context(STYLE):
        width = 0.4 + 3.7 * len(panels)
        figure, rows = plt.subplots(2, len(panels), sharex=True, squeeze=False, figsize=(max(width, 4.6), 5.0))
        logarithmic = _spread(frequencies)
        hertz, before = (1.0, "") if logarithmic else prefix(frequencies.max())
        marker = {"marker": "o", "markersize": 3} if len(frequencies) < 40 else {}
        for (top, bottom), (quantity, unit, curves) in zip(rows.T, panels):
            amplitudes = np.abs(list(curves.values()))
            over_decades = _spread(amplitudes[amplitudes > 0])
            factor, unit = (1.0, unit.replace("^2", "²")) if over_decades else scaled(_largest(curves), unit)
            for values, stroke in zip(curves.values(), _strokes(len(curves))):
                top.plot(frequencies * hertz, factor * np.abs(values), **stroke, **marker)
                bottom.plot(frequencies * hertz, _degrees(values), **stroke, **marker)
            top.set_title(f"{quantity} ({unit})", fontsize=9)
            bottom.set_xlabel(f"frequency ({before}Hz)")
            if over_decades:
                top.set_yscale("log")
            else:
                top.set_ylim(0, 1.08 * factor * amplitudes.max())
            if logarithmic:
                bottom.set_xscale("log")
            _widen(bottom, 2.0)
            top.legend([*curves], fontsize=7, frameon=False)
        rows[0, 0].set_ylabel("amplitude")
        rows[1, 0].set_ylabel("phase φ (degrees)")
        figure.suptitle(title, fontsize=10)
        figure.supxlabel("as amplitude × cos(ωt − φ)", fontsize=8)
        return figure


def _name(axes, curves):
    axes.legend([*curves], **(LEGEND if len(curves) > 2 else BESIDE), fontsize=8)


def _widen(axes, least):
    """Limits that are not so near that rounding fills the panel."""
    low, high = axes.get_ylim()
    if high - low < least:
        middle, half = (low + high) / 2, max(least / 2, 0.05 * abs(low + high) / 2)
        axes.set_ylim(middle - half, middle + half)


def _strokes(count):
    """Curves that coincide are all seen: each is narrower than the one below, and dashed."""
    return [
        {"color": COLOURS[k % len(COLOURS)], "linestyle": DASHES[k % len(DASHES)], "linewidth": 2.4 if k == 0 else 1.6}
        for k in range(count)
    ]


def _largest(curves):
    return max(np.abs(values).max() for values in curves.values())


def _spread(values):
    return len(values) > 1 and values.min() > 0 and values.max() / values.min() > DECADES


def _degrees(values):
    """Continuous phases, none where there is no amplitude."""
    values = np.asarray(values)
    some = np.abs(values) > 1e-12 * np.abs(values).max(initial=0.0)
    phase = np.full(len(values), np.nan)
    phase[some] = np.degrees(np.unwrap(np.angle(values[some])))
    return phase
