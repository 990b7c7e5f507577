"""Figures of two bands. matplotlib draws; what is drawn are columns with units, as they stand in profile.csv."""

import numpy as np

from ddgauge.post.plot import BESIDE, STYLE, _along_z, _by_layer, _name_layers, _shade, plt, scaled

NOTHING = 1e-9  # of the largest of a panel: not drawn
DECADES = 1e3  # ratio of densities, all of them positive, beyond which their axis is logarithmic
OF_PARTS = ("#c1272d", "#1f7a4d", "#1f4e9c", "#222222", "#7b3f8c", "#b8860b")
DASHED = (0, (4, 3))
MOST = 6  # curves in a panel
PARTS = (("real", "Re"), ("imaginary", "Im"))


def profile(columns, title):
    """Densities, spins, coherence, potential and flows of the bands along the normal, against z.

    columns : {name with unit: values}, "z (m)" and "layer" among them.
    """
    density, flow = "1/m^3", "1/(m^2 s)"
    spins = {f"S_{band} {a} ({density})": f"$S_{{{band},{a}}}$" for band in ("cc", "vv") for a in "xyz"}
    coherence = {f"S_cv_o {part} ({density})": f"{word} $S_{{cv,o}}$" for part, word in PARTS}
    coherence |= {f"S_cv {a} {part} ({density})": f"{word} $S_{{cv,{a}}}$" for a in "xyz" for part, word in PARTS}
    flows = {f"J_{band} z ({flow})": f"$J_{band}$" for band in "cv"}
    spin_flows = {f"J_{band} z spin {a} ({flow})": f"$J_{band}^{a}$" for band in "cv" for a in "xyz"}
    numbers = {f"{name} ({density})": f"${name}$" for name in ("n_c", "p", "n_v")}
    panels = [
        ("density", density, numbers),
        ("spin", density, spins),
        ("coherence", density, coherence),
        ("potential", "V", {"phi (V)": "$\\phi$"}),
        ("flow along z", flow, flows),
        ("spin flow along z", flow, spin_flows),
    ]
    return _drawn(columns, panels, title)


def profile_of_pseudospin(columns, title):
    """The same fields by pseudospin and spin: a panel for each component of pseudospin."""
    panels = []
    for mu in "oxyz":
        names = {f"S_{mu}{a} (1/m^3)": f"$S_{{{mu}{a}}}$" for a in "oxyz"}
        panels.append((f"pseudospin {mu}", "1/m^3", names))
    return _drawn(columns, panels, title)


PROFILES = {"profile.png": profile, "profile_pseudospin.png": profile_of_pseudospin}


def _drawn(columns, panels, title):
    place = {"z": columns["z (m)"], "layer": columns["layer"]}
    whole = _size([columns[name] for name in ("S_oo (1/m^3)",)])
    shown = [(quantity, unit, _worth(columns, names, unit, whole)) for quantity, unit, names in panels]
    shown = [panel for panel in shown if panel[2]] or [(*panels[0][:2], {"": np.zeros(len(place["z"]))})]
    with plt.rc_context(STYLE):
        size = 6.6, 1.2 + 1.7 * len(shown)
        figure, rows = plt.subplots(len(shown), 1, sharex=True, squeeze=False, figsize=size)
        for axes, (quantity, unit, curves) in zip(rows[:, 0], shown):
            values = np.array(list(curves.values()))
            low, high = np.percentile(values, [5, 95])
            over_decades = quantity == "density" and values.min() > 0 and high / low > DECADES
            factor, unit = (1.0, unit.replace("^3", "³")) if over_decades else scaled(np.abs(values).max(), unit)
            for k, (symbol, curve) in enumerate(curves.items()):
                stroke = {"color": OF_PARTS[k], "linewidth": 2.2 if k == 0 else 1.6}
                _by_layer(axes, place, factor * curve, symbol, stroke | ({"linestyle": DASHED} if k > 2 else {}))
            if over_decades:
                axes.set_yscale("log")
            else:
                axes.axhline(0, color="#888888", linewidth=0.6)
            axes.set_ylabel(f"{quantity}\n({unit})", fontsize=8)
            _shade(axes, place)
            axes.legend(**BESIDE, fontsize=8)
        _along_z(rows[-1, 0], place)
        _name_layers(rows[0, 0], place)
        figure.suptitle(title, fontsize=10)
        return figure


def _worth(columns, names, unit, whole):
    """{symbol: values} of the columns that are there and are not rounding, the largest of them if they are many."""
    known = {symbol: np.asarray(columns[name]) for name, symbol in names.items() if name in columns}
    sizes = {symbol: _size([values]) for symbol, values in known.items()}
    least = NOTHING * max([whole if unit == "1/m^3" else 0.0, *sizes.values()], default=0.0)
    largest = sorted(sizes, key=sizes.get, reverse=True)[:MOST]
    return {symbol: values for symbol, values in known.items() if sizes[symbol] > least and symbol in largest}


def _size(arrays):
    return max((float(np.abs(values).max(initial=0.0)) for values in arrays), default=0.0)


def plane(raster, density, flow, title):
    """A density on a plane, with the direction of the electrons' flow.

    Parameters
    ----------
    raster : dict of fem.sample.raster
    density : {symbol: (rows, columns) array}, 1/m^3
    flow : (rows, columns, 3) array, 1/(m^2 s)
    title : str
    """
    with plt.rc_context(STYLE):
        length, unit_of_length = (1e-3, "µm") if max(map(np.ptp, (raster["a"], raster["b"]))) > 2e3 else (1.0, "nm")
        a, b = raster["a"] * length, raster["b"] * length
        aspect = np.ptp(b) / np.ptp(a)
        height = min(max(3.4 * aspect + 0.8, 2.4), 6.5)
        figure, panels = plt.subplots(1, len(density), squeeze=False, figsize=(0.6 + 4.2 * len(density), height))
        first, second = ("xyz".index(axis) for axis in raster["axes"])
        every = max(1, max(flow.shape[:2]) // 16)
        rows, columns = slice(every // 2, None, every), slice(every // 2, None, every)
        arrows = flow[rows, columns][:, :, [first, second]]
        lengths = np.hypot(arrows[..., 0], arrows[..., 1])
        size = max(np.sqrt(np.nanmean(lengths**2)), np.nanmax(lengths) / 4) or 1.0
        for axes, (symbol, values) in zip(panels[0], density.items()):
            factor, unit = scaled(np.nanmax(np.abs(values)), "1/m^3")
            drawn = axes.pcolormesh(a, b, values * factor, cmap="viridis", shading="nearest", rasterized=True)
            figure.colorbar(drawn, label=f"{symbol} ({unit})")
            x, y = arrows[..., 0] / size, arrows[..., 1] / size
            axes.quiver(a[columns], b[rows], x, y, color="white", scale=24, width=0.005)
            axes.set_xlabel(f"{raster['axes'][0]} ({unit_of_length})")
            axes.set_ylabel(f"{raster['axes'][1]} ({unit_of_length})")
            axes.grid(False)
            if 0.2 < aspect < 5:
                axes.set_aspect("equal")
        figure.suptitle(f"{title}: densities and flow of electrons", fontsize=10)
        return figure
