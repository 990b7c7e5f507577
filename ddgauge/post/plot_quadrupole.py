"""Figures of currents of spin-quadrupole moment: tensors as glyphs, principal values and axes along scans.

The glyph of a tensor Q is the surface |n.Q n| n, red where n.Q n > 0, blue where it is negative; along scans its cuts
by two planes that contain J_L: across both spins, and that of both. Its scale is the largest principal value, above it.
"""

import numpy as np
from matplotlib.colors import to_rgba

from ddgauge.physics.tunnel.tensors import principal_axes
from ddgauge.post.plot import BESIDE, COLOURS, STYLE, plt
from ddgauge.post.tunnel_run import unit_of

NODES = {"LL": "L", "RR": "R", "LR": "L-R"}
ROUNDING = 1e-10  # of the largest current
PLUS, MINUS = COLOURS["x"], COLOURS["z"]
AT_MOST = 7  # glyphs in a row
VALUES = (("$I_-$", COLOURS["z"]), ("$I_0$", "#888888"), ("$I_+$", COLOURS["x"]))
ANGLES = np.linspace(0, 2 * np.pi, 361)


def nodes(numbers, title):
    """Surfaces of the currents into L, R and L-R, direct, exchange and total, of the junction as it stands."""
    table = numbers["quadrupole_current"]
    parts = list(table["LL"])
    spins = [np.asarray(J, float) for J in numbers["electrodes"]["spin"].values()]
    unit = unit_of(table, "LL")
    least = ROUNDING * max(np.abs(table[node][part]).max() for node in NODES for part in parts)
    size = (0.4 + 2.5 * len(parts), 0.5 + 2.5 * len(NODES))
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(
            len(NODES), len(parts), figsize=size, squeeze=False, subplot_kw={"projection": "3d"}
        )
        for row, (node, name) in zip(grid, NODES.items()):
            for panel, part in zip(row, parts):
                Q = np.asarray(table[node][part], float)
                largest = _surface(panel, np.where(np.abs(Q) > least, Q, 0.0), spins)
                words = f"into {name}, {part}: {largest:.3g}"
                panel.text2D(0.5, 0.0, words, fontsize=8, ha="center", transform=panel.transAxes)
        figure.suptitle(
            f"{title}: spin-quadrupole current, largest principal value ({unit} hbar$^2$), red > 0, blue < 0",
            fontsize=9,
        )
        return figure


def _surface(panel, Q, spins):
    """Draw |n.Q n| n with the majority spins of both electrodes; the largest principal value."""
    largest = float(np.abs(np.linalg.eigvalsh(Q)).max())
    polar, azimuth = np.linspace(0, np.pi, 31)[:, None], np.linspace(0, 2 * np.pi, 49)
    n = np.stack(
        [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar) * np.ones_like(azimuth)]
    )
    if largest > 0:
        size = np.einsum("iab,ij,jab->ab", n, Q, n) / largest
        colours = np.where((size > 0)[..., None], to_rgba(PLUS), to_rgba(MINUS))
        panel.plot_surface(*(np.abs(size) * n), facecolors=colours, rstride=1, cstride=1, linewidth=0, rasterized=True)
    names = ("$J_L$", "$J_R$") if np.linalg.norm(spins[0] - spins[1]) > 1e-9 else ("$J_L$, $J_R$",)
    for J, name in zip(spins, names):
        panel.plot(*np.outer(J, [0, 1.1]), color="#222222", linewidth=1.2)
        panel.text(*(1.25 * J), name, fontsize=8, ha="center", va="center")
    limits = (-0.75, 0.75)
    panel.set(xlim=limits, ylim=limits, zlim=limits, box_aspect=(1, 1, 1))
    panel.view_init(elev=18, azim=-62)
    panel.set_axis_off()
    return largest


def principal(lines, title):
    """Principal values along a scan: rows of nodes, columns of parts."""
    table = lines.table["I_Q"]
    parts = list(table)
    found = {part: {node: principal_axes(np.asarray(table[part][node], float))[0] for node in NODES} for part in parts}
    least = ROUNDING * max(np.abs(values).max() for of_part in found.values() for values in of_part.values())
    styles = ["-", "--", ":"]
    kept = np.unique(np.linspace(0, len(lines.groups) - 1, min(len(styles), len(lines.groups))).round().astype(int))
    groups = [lines.groups[k] for k in kept]
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(
            len(NODES), len(parts), sharex=True, figsize=(1.6 + 2.9 * len(parts), 6.6), squeeze=False
        )
        for row, (node, name) in zip(grid, NODES.items()):
            for axes, part in zip(row, parts):
                values = np.where(np.abs(found[part][node]) > least, found[part][node], 0.0)
                for (label, places), style in zip(groups, styles):
                    for k, (symbol, colour) in enumerate(VALUES):
                        words = ", ".join(filter(None, (symbol, label)))
                        axes.plot(lines.x[places], values[places, k], color=colour, linestyle=style, label=words)
                axes.set_title(f"into {name}, {part}", fontsize=8)
                axes.margins(x=0)
        for axes in grid[-1]:
            lines.name_x(axes)
        for axes in grid[:, 0]:
            axes.set_ylabel(f"$I_Q$ ({lines.unit} hbar$^2$)")
        grid[0, -1].legend(**BESIDE | {"fontsize": 7})
        figure.suptitle(title, fontsize=10)
        return figure


def axes(lines, title):
    """Glyphs of the current into L along a scan; of several lines one where the spins are least along one axis."""
    parts = [part for part in ("exchange", "total", "direct") if part in lines.table["I_Q"]][:2]
    across = np.linalg.norm(np.cross(*(np.asarray(lines.table[key], float) for key in ("J_L", "J_R"))), axis=-1)
    widest = [across[places].max().round(9) for _, places in lines.groups]
    widest = np.flatnonzero(np.array(widest) == max(widest))
    label, places = lines.groups[widest[len(widest) // 2]]
    places = places[np.unique(np.linspace(0, len(places) - 1, min(AT_MOST, len(places))).round().astype(int))]
    spins = [np.asarray(lines.table[key], float) for key in ("J_L", "J_R")]
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(
            2 * len(parts), len(places), figsize=(0.9 + 1.5 * len(places), 0.9 + 3.2 * len(parts)), squeeze=False
        )
        for k, part in enumerate(parts):
            Q = np.asarray(lines.table["I_Q"][part]["LL"], float)
            for j, place in enumerate(places):
                _glyphs(grid[2 * k : 2 * k + 2, j], Q[place], spins[0][place], spins[1][place])
            for axes, plane in zip(grid[2 * k : 2 * k + 2, 0], ("across both", "plane of both")):
                axes.set_ylabel(f"{part}\n{plane}", fontsize=8)
        for j, place in enumerate(places):
            grid[0, j].set_title(f"{lines.x[place]:.4g}\n{grid[0, j].get_title()}", fontsize=7)
        _name_axes(grid[0, 0], grid[1, 0])
        words = f"{title}: into L, against {lines.label}" + (f"; {label}" if label else "")
        figure.suptitle(
            f"{words}\nlargest principal value ({lines.unit} hbar$^2$) above; red > 0, blue < 0", fontsize=9
        )
        return figure


def _glyphs(pair, Q, J_L, J_R):
    """Cuts of a glyph by the two planes, on two axes."""
    across, beside = _frame(J_L, J_R)
    largest = np.abs(np.linalg.eigvalsh(Q)).max()
    for panel, e in zip(pair, (across, beside)):
        n = np.cos(ANGLES)[:, None] * J_L + np.sin(ANGLES)[:, None] * e
        size = np.einsum("ni,ij,nj->n", n, Q, n) / (largest or 1.0)
        x, z = np.abs(size) * np.sin(ANGLES), np.abs(size) * np.cos(ANGLES)
        for keep, colour in ((size > 0, PLUS), (size < 0, MINUS)):
            _lobes(panel, x, z, keep, colour)
        if largest > 0:
            _principal_lines(panel, Q / largest, J_L, e)
        panel.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal", xticks=[], yticks=[])
        panel.grid(False)
        panel.axhline(0, color="#cccccc", linewidth=0.5, zorder=0)
        panel.axvline(0, color="#cccccc", linewidth=0.5, zorder=0)
    pair[0].set_title(f"{largest:.3g}", fontsize=7)


def _lobes(panel, x, z, keep, colour):
    """Fill each run of directions in which the tensor has one sign."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(int)))
    for start, end in zip(ends[::2], ends[1::2]):
        panel.fill(
            np.append(x[start:end], 0.0), np.append(z[start:end], 0.0), facecolor=colour, alpha=0.35, linewidth=0
        )
        panel.plot(x[start:end], z[start:end], color=colour, alpha=0.6, linewidth=0.8)


def _principal_lines(panel, Q, J_L, e):
    """Principal axes as seen in the plane, as long as their values."""
    values, axes = principal_axes(Q)
    for value, v in zip(values, axes.T):
        along = np.array([v @ e, v @ J_L])
        ends = abs(value) * np.outer([-1, 1], along)
        panel.plot(*ends.T, color=PLUS if value > 0 else MINUS, linewidth=1.2)


def _frame(J_L, J_R):
    """Unit vectors across both spins, J_L x J_R, and across J_L in their plane; of parallel spins any."""
    across = np.cross(J_L, J_R)
    if np.linalg.norm(across) < 1e-9:
        across = np.cross(J_L, np.eye(3)[np.argmin(np.abs(J_L))])
    across = across / np.linalg.norm(across)
    return across, np.cross(across, J_L)


def _name_axes(first, second):
    """Say what is up and what is to the right, in the first two cuts."""
    for panel, right in ((first, r"$J_L \times J_R$"), (second, r"to $J_R$")):
        panel.text(0.05, 1.12, "$J_L$", fontsize=6, va="top")
        panel.text(1.12, 0.05, right, fontsize=6, ha="right")
