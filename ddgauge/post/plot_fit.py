"""The figure of a fit: measured values with error bars, the model, and below them what is left over."""

import numpy as np

from ddgauge.post.plot import STYLE, plt
from ddgauge.post.plot_series import COLOURS

FEW = 0.05  # of the mean, within which values are shown as relative changes, as magnetoresistance is
SYMBOLS = {
    "rho": "\\rho",
    "sigma": "\\sigma",
    "theta": "\\theta",
    "alpha": "\\alpha",
    "beta": "\\beta",
    "gamma": "\\gamma",
}
BESIDE = 2  # panels, at most
STROKES = (("o", "-"), ("s", (0, (5, 2))), ("^", (0, (2, 1.5))), ("D", (0, (6, 2, 1.5, 2))))  # by the column of x
LEGEND = 12  # entries, at most


def fit(panels, title):
    """Each panel above its residuals in standard errors.

    panels : list with y, unit, x, logarithmic and groups; groups have column, rest, x, measured, sigma, model, residual
    and curve, (x, model) or None.
    """
    with plt.rc_context(STYLE):
        across = min(len(panels), BESIDE)
        down = -(-len(panels) // across)
        figure = plt.figure(figsize=(0.6 + 4.1 * across, 4.6 * down))
        grid = figure.add_gridspec(2 * down, across, height_ratios=(3, 1) * down)
        for place, panel in enumerate(panels):
            row, column = divmod(place, across)
            top = figure.add_subplot(grid[2 * row, column])
            bottom = figure.add_subplot(grid[2 * row + 1, column], sharex=top)
            top.tick_params(labelbottom=False)
            change, label = _changes(panel)
            columns, rests = (list(dict.fromkeys(x)) for x in zip(*((g.column, g.rest) for g in panel.groups)))
            for k, group in enumerate(panel.groups):
                number = rests.index(group.rest) if len(rests) > 1 else columns.index(group.column)
                colour = COLOURS[number % len(COLOURS)]
                marker, dash = STROKES[columns.index(group.column) % len(STROKES)]
                x, y = group.curve or _in_order(group)
                top.plot(x, change(y), color=colour, linestyle=dash, linewidth=1.3, zorder=3)
                bars = np.abs(change(group.measured + group.sigma) - change(group.measured))
                points = {"color": colour, "fmt": marker, "markersize": 3.5, "elinewidth": 0.8, "alpha": 0.75}
                words = [_symbol(group.column)] * (len(columns) > 1) + [group.rest] * (len(rests) > 1)
                name = ", ".join(words) if k < LEGEND else None
                top.errorbar(group.x, change(group.measured), bars, label=name, **points)
                bottom.errorbar(group.x, group.residual, np.ones_like(group.x), **points)
            top.set_ylabel(label)
            bottom.axhspan(-1, 1, color="#888888", alpha=0.15, linewidth=0)
            bottom.axhline(0, color="#888888", linewidth=0.6)
            bottom.set_ylabel("residual / σ")
            reach = 1.15 * max(2.0, max(np.abs(group.residual).max() for group in panel.groups) + 1)
            bottom.set_ylim(-reach, reach)
            bottom.set_xlabel(_symbol(panel.x))
            if panel.logarithmic:
                bottom.set_xscale("log")
            elif "degree" in panel.x:
                _degrees(bottom, panel)
            if len(panel.groups) > 1 and (column == across - 1 or place == len(panels) - 1):
                top.legend(fontsize=7.5, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        figure.suptitle(title, fontsize=10)
        return figure


def _changes(panel):
    """What values are shown as, and its label: relative to the least if they differ by little."""
    every = np.concatenate([np.append(group.model, (group.curve or ((), ()))[1]) for group in panel.groups])
    unit = f" ({panel.unit})" if panel.unit else ""
    least = every[np.argmin(np.abs(every))]
    spread = np.ptp(np.concatenate([every, *(group.measured for group in panel.groups)]))
    if not 0 < spread < FEW * np.abs(every).min():
        return lambda y: y, f"{_symbol(panel.y)}{unit}"
    power = int(np.floor(np.log10(spread / abs(least))))
    name = f"{_symbol(panel.y)} / {least:.5g} {panel.unit}".rstrip()
    return lambda y: (y / least - 1) / 10**power, f"{name} − 1  ($10^{{{power}}}$)"


def _in_order(group):
    order = np.argsort(group.x)
    return group.x[order], group.model[order]


def _symbol(name):
    """rho_xx as it is set in a formula; other names as they stand."""
    words = []
    for word in name.split(" "):
        plain = word.rstrip(",")
        base, _, index = plain.partition("_")
        if base in SYMBOLS or (index and len(base) == 1):
            below = f"_{{{index}}}" if index else ""
            words.append(f"${SYMBOLS.get(base, base)}{below}$" + word[len(plain) :])
        else:
            words.append(word)
    return " ".join(words)


def _degrees(axes, panel):
    """Ticks at quarters of a turn, or at eighths."""
    x = np.concatenate([group.x for group in panel.groups])
    every = next((step for step in (15, 30, 45, 90) if np.ptp(x) / step <= 6), 90)
    if np.ptp(x) >= 60:
        axes.set_xticks(np.arange(np.floor(x.min() / every), np.ceil(x.max() / every) + 1) * every)
