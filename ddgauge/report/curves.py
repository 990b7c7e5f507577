"""Figures of a sweep: curves over one parameter, families of curves or maps over two, and what they show in words."""

from itertools import product

import numpy as np

from ddgauge.post.plot import BESIDE, STYLE, plt, prefix, scaled
from ddgauge.report import markup
from ddgauge.report.drawn import png, svg

COLOURS = ("#1f4e9c", "#c1272d", "#1f7a4d", "#b8860b", "#7b3f8c", "#222222", "#2a9aa8", "#d9722e", "#777777")
STROKES = [  # curves that coincide are all seen
    {"color": colour, "linewidth": 2.4 if k == 0 else 1.5, "linestyle": "-" if k == 0 else (0, (5, 1 + k % 3))}
    for k, colour in enumerate(COLOURS)
]
FAMILY = 7  # values of a parameter up to which it makes a family of curves, not a map
PANELS = 6  # in a figure
ROUNDING = 1e-9  # of the largest component
DECADE = 30  # ratio of the ends of evenly spaced powers beyond which an axis is logarithmic
MARKED = 60  # points up to which a curve shows them
MANY = 1000  # points beyond which a curve is an image
UNLIKE = 30  # ratio of sizes beyond which curves have panels of their own


def along(data, dim):
    """{parameter: values} along a dimension of a sweep; of parameters that are swept together, all."""
    found = {name: c.values for name, c in data.coords.items() if c.dims == (dim,)}
    found = {name: v if np.issubdtype(v.dtype, np.number) else v.astype(str) for name, v in found.items()}
    return dict(sorted(found.items(), key=lambda item: item[0] != dim)) or {dim: np.arange(data.sizes[dim])}


def components(variable, swept):
    """[(name of a component, values over the swept dimensions)], without components that are rounding."""
    inner = [dim for dim in variable.dims if dim not in swept]
    values = variable.transpose(*swept, *inner).values
    labels = [_labels(variable, dim) for dim in inner]
    found = [
        (" ".join(names) if len(names) != 2 or len("".join(names)) > 2 else "".join(names), values[(..., *index)])
        for index, names in zip(np.ndindex(values.shape[len(swept) :]), product(*labels))
    ]
    finite = np.abs(values[np.isfinite(values)])
    least = ROUNDING * finite.max(initial=0.0)
    return [(name, v) for name, v in found if np.nanmax(np.abs(v), initial=0.0) > least] or found[:1]


def _labels(variable, dim):
    if dim in variable.coords:
        return variable.coords[dim].values.astype(str).tolist()
    size = variable.sizes[dim]
    return (
        list("xyz"[:size])
        if size in (2, 3) and dim in ("row", "column", "component")
        else [str(k + 1) for k in range(size)]
    )


def drawn(variable, swept, status):
    """(content of a PNG or SVG file, caption, text instead of it) of the figure of one result."""
    parts = components(variable, swept)
    left_out = len(parts) - PANELS
    if len(swept) == 1:
        figure, caption = _curves(variable, swept[0], parts, status)
        told = " ".join(_told(variable, swept[0], label, values) for label, values in parts[:3])
        return (svg if status.size <= MANY else png)(figure), caption, f"{caption}. {told}"
    *outer, first, second = sorted(swept, key=lambda dim: variable.sizes[dim])
    order = [*outer, first, second]
    note = f"; {left_out} more components in dataset.nc" if left_out > 0 else ""
    panels = []
    for label, values in parts[:PANELS]:
        panels.append((label, _middle(values, swept, order)))
    at = ", ".join(f"{dim} = {_text(variable, dim, variable.sizes[dim] // 2)}" for dim in outer)
    caption = f"{variable.name} over {second} and {first}" + (f", at {at}" if at else "") + note
    told = _told_plane(variable, panels)
    if variable.sizes[first] <= FAMILY:
        return svg(_families(variable, first, second, panels)), caption, f"{caption}. A family of curves. {told}"
    grey = "; grey: no number" if not all(np.isfinite(values).all() for _, values in panels) else ""
    return png(_maps(variable, first, second, panels)), caption + grey, f"{caption}. A map. {told}"


def _middle(values, swept, order):
    """Values over the last two dimensions, in the middle of the others."""
    values = np.transpose(values, [swept.index(dim) for dim in order])
    return values[tuple(n // 2 for n in values.shape[:-2])]


def _curves(variable, dim, parts, status):
    place, failed = Axis(variable, dim), status == "failed"
    groups = _alike(parts)
    with plt.rc_context(STYLE):
        height = 1.0 + (2.4 if len(groups) == 1 else 1.9 * len(groups))
        figure, rows = plt.subplots(len(groups), 1, sharex=True, squeeze=False, figsize=(5.6, height))
        marker = {"marker": "o", "markersize": 3} if len(place.x) <= MARKED else {}
        for axes, group in zip(rows[:, 0], groups):
            factor, unit = _scaled(variable, [values for _, values in group])
            for (label, values), look in zip(group, STROKES):
                axes.plot(place.x, factor * values, **look, label=label, **marker)
            if failed.any():
                at = {"transform": axes.get_xaxis_transform(), "color": "#777777", "clip_on": False}
                axes.plot(place.x[failed], np.zeros(failed.sum()), "x", markersize=5, label="failed", **at)
            if len(parts) > 1 or failed.any():
                axes.legend(**BESIDE)
            axes.set_ylabel(_axis_label(variable.name, unit))
        place.name(rows[-1, 0].xaxis)
        return figure, f"{variable.name} against {place.names}"


def _alike(parts):
    """Components in groups of about the same size: what would lie flat beside others has a panel of its own."""
    sizes = [np.abs(values[np.isfinite(values)]).max(initial=0.0) for _, values in parts]
    groups, largest = [], 0.0
    for k in np.argsort(sizes)[::-1]:
        if not groups or sizes[k] < largest / UNLIKE:
            groups, largest = [*groups, []], sizes[k]
        groups[-1].append(k)
    return [[parts[k] for k in sorted(group)] for group in groups[:PANELS]]


def _families(variable, first, second, panels):
    place = Axis(variable, second)
    factor, unit = _scaled(variable, [values for _, values in panels])
    with plt.rc_context(STYLE):
        figure, grid = _grid(panels, 4.4, 2.6, 1 if len(panels) < 3 else 2)
        count = variable.sizes[first]
        colours = plt.get_cmap("viridis")(np.linspace(0, 0.88, count))
        marker = {"marker": "o", "markersize": 3} if len(place.x) <= MARKED else {}
        for axes, (label, values) in zip(grid.flat, panels):
            for k, colour in enumerate(colours):
                name = _plain(_text(variable, first, k))
                axes.plot(place.x, factor * values[k], color=colour, linewidth=1.6, label=name, **marker)
            axes.set_ylabel(_axis_label(f"{variable.name} {label}".rstrip(), unit))
            place.name(axes.xaxis)
        corner = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "fontsize": 8, "title_fontsize": 8}
        grid[0, -1].legend(*axes.get_legend_handles_labels(), title=_wrapped(first), frameon=False, **corner)
        return figure


def _grid(panels, width, height, columns):
    """A figure of panels in columns."""
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(rows, columns, squeeze=False, figsize=(1.0 + width * columns, 0.6 + height * rows))
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    return figure, grid


def _maps(variable, first, second, panels):
    across, up = Axis(variable, second), Axis(variable, first)
    with plt.rc_context(STYLE):
        figure, grid = _grid(panels, 4.4, 3.2, min(2, len(panels)))
        for axes, (label, values) in zip(grid.flat, panels):
            factor, unit = _scaled(variable, [values])
            low, high = np.nanmin(values, initial=np.inf), np.nanmax(values, initial=-np.inf)
            both = {"cmap": "RdBu_r", "vmax": factor * max(-low, high), "vmin": -factor * max(-low, high)}
            look = both if low < 0 < high and min(-low, high) > 0.05 * max(-low, high) else {"cmap": "viridis"}
            axes.set_facecolor("#bbbbbb")
            mesh = axes.pcolormesh(across.x, up.x, factor * values, shading="nearest", **look)
            figure.colorbar(mesh, label=_axis_label(f"{variable.name} {label}".rstrip(), unit))
            across.name(axes.xaxis)
            up.name(axes.yaxis)
            axes.grid(False)
        return figure


class Axis:
    """Where the values of a dimension are on an axis, and how it is named."""

    def __init__(self, variable, dim):
        found = along(variable, dim)
        self.names = " and ".join(found)
        name, values = next(((n, v) for n, v in found.items() if np.issubdtype(v.dtype, np.number)), (dim, None))
        self.labels = None
        if values is None or len(np.unique(values)) < len(values):
            name, texts = next(iter(found.items()))
            self.labels = [_plain(v) if isinstance(v, str) else f"{v:.4g}" for v in texts.tolist()]
            self.x, self.logarithmic, self.label = np.arange(len(texts)), False, _wrapped(name)
            return
        unit = variable.coords[name].attrs.get("units", "") if name in variable.coords else ""
        self.logarithmic = _geometric(values)
        factor, unit = _prefixed(np.abs(values).max(), unit) if not self.logarithmic else (1.0, unit)
        self.x, self.label = values * factor, _axis_label(name, unit)

    def name(self, axis):
        """Name an axis of a figure."""
        axis.set_label_text(self.label)
        if self.logarithmic:
            (axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale)("log")
        if self.labels:
            axis.set_ticks(self.x, self.labels, fontsize=7, rotation=30 if axis.axis_name == "x" else 0, ha="right")


def _geometric(values):
    ordered = np.sort(values)
    if len(values) < 3 or ordered[0] <= 0 or ordered[-1] < DECADE * ordered[0]:
        return False
    ratios = np.diff(np.log(ordered))
    return np.ptp(ratios) < 0.8 * ratios.max()  # roughly even steps, unlike those of a linear scale


def _prefixed(size, unit):
    """Factor and unit with a prefix, of units that take one."""
    if unit in ("", "1", "degree", "K", "rad") or any(sign in unit for sign in "^/ "):
        return 1.0, unit
    factor, before = prefix(size)
    return factor, before + unit


def _scaled(variable, parts):
    """Factor for the numbers of a result and their unit."""
    unit = variable.attrs.get("units", "")
    finite = [np.abs(values[np.isfinite(values)]).max(initial=0.0) for values in parts]
    if unit in ("", "1", "degree"):
        return 1.0, "" if unit == "1" else unit
    if " " in unit or "/" in unit:  # no prefix that would be read well
        return 1.0, unit
    return scaled(max(finite, default=0.0), unit)


def _axis_label(name, unit):
    unit = markup.unit(unit)
    return _wrapped(name) + (f" ({unit})" if unit else "")


def _wrapped(name):
    """A long path in two lines."""
    text = _plain(name)
    if len(text) > 26 and "." in text:
        head, _, tail = text.rpartition(".")
        return f"{head}.\n{tail}"
    return text


def _plain(text):
    """As matplotlib shows it, without mathematics in it."""
    return text.replace("$", r"\$")


def _text(variable, dim, k):
    """The values of a dimension at one place."""
    shown = []
    for name, values in along(variable, dim).items():
        value, unit = values[k], variable.coords[name].attrs.get("units", "") if name in variable.coords else ""
        if isinstance(value, str):
            shown.append(str(value))
        else:
            factor, unit = _prefixed(abs(float(value)), unit)
            shown.append(f"{factor * value:.4g} {markup.unit(unit)}".rstrip())
    return ", ".join(shown)


def _told(variable, dim, label, values):
    """A curve in words."""
    unit = markup.unit(variable.attrs.get("units", ""))
    finite = np.flatnonzero(np.isfinite(values))
    name = f"{variable.name} {label}".rstrip()
    if not len(finite):
        return f"{name}: no number."
    steps = np.diff(values[finite])
    first, last = finite[0], finite[-1]
    if len(steps) and (np.all(steps >= 0) or np.all(steps <= 0)):
        way = "rises" if values[last] > values[first] else "falls"
        return (
            f"{name} {way} from {values[first]:.4g} at {_text(variable, dim, first)}"
            f" to {values[last]:.4g} {unit} at {_text(variable, dim, last)}."
        )
    low, high = finite[values[finite].argmin()], finite[values[finite].argmax()]
    return (
        f"{name} is lowest, {values[low]:.4g} {unit}, at {_text(variable, dim, low)}"
        f" and highest, {values[high]:.4g} {unit}, at {_text(variable, dim, high)}."
    )


def _told_plane(variable, panels):
    unit = markup.unit(variable.attrs.get("units", ""))
    told = []
    for label, values in panels[:3]:
        if np.isfinite(values).any():
            name = f"{variable.name} {label}".rstrip()
            told.append(f"{name} from {np.nanmin(values):.4g} to {np.nanmax(values):.4g} {unit}.")
    return " ".join(told)
