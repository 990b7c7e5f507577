"""Figures: fields through the stack, and what an experiment is about. matplotlib draws; nothing is computed here."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLOURS = {"x": "#c1272d", "y": "#1f7a4d", "z": "#1f4e9c", "0": "#222222"}
OF_SPINS = {"up": "#c1272d", "down": "#1f4e9c"}
SHADES = ("#f2efe6", "#e3e8ee", "#ece3ec", "#e6eee3")
STYLE = {
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    "savefig.bbox": "tight",
    "axes.grid": True,
    "grid.alpha": 0.25,
    "font.size": 9,
    "axes.formatter.limits": (-3, 4),
    "axes.formatter.use_mathtext": True,
}
# curves that coincide are all seen: wide below, narrow and dashed above
STROKES = ({"linewidth": 2.8, "alpha": 0.6}, {"linewidth": 1.6}, {"linewidth": 1.4, "linestyle": (0, (4, 3))})
NAMES = {"magnetic": "to the moments", "lattice": "to the lattice"}
BESIDE = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False}


def save(figure, path):
    """Write a figure beside its place and rename it, so that none is ever half there."""
    partial = path.with_name(path.stem + ".part" + path.suffix)
    figure.savefig(partial)
    plt.close(figure)
    partial.rename(path)


def profiles(profile, title):
    """Spin voltage and spin current along the normal, against z; layers are shaded.

    profile : dict of fem.sample.profile: z, layer, mu, j.
    """
    with plt.rc_context(STYLE):
        figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(6.2, 5.2))
        spin_voltage, spin_current = 2 * profile["mu"][:, 1:], profile["j"][:, 2, 1:]
        volts, unit = scaled(np.abs(spin_voltage).max(), "V")
        amperes, unit_of_current = scaled(np.abs(spin_current).max(), "A/m^2")
        for a, axis in enumerate("xyz"):
            stroke = STROKES[a] | {"color": COLOURS[axis]}
            _by_layer(top, profile, volts * spin_voltage[:, a], f"$\\mu_s^{axis}$", stroke)
            _by_layer(bottom, profile, amperes * spin_current[:, a], f"$j_z^{axis}$", stroke)
        top.set_ylabel(f"spin voltage ({unit})")
        bottom.set_ylabel(f"spin current along z ({unit_of_current})")
        _along_z(bottom, profile)
        for axes in top, bottom:
            _shade(axes, profile)
            axes.axhline(0, color="#888888", linewidth=0.6)
            axes.legend(**BESIDE)
        _name_layers(top, profile)
        figure.suptitle(title, fontsize=10)
        return figure


def two_currents(profile, title):
    """Potentials of the two spins, their difference, and their currents along the way that most flows, against z.

    profile : dict of fem.sample.profile, of two currents.
    """
    mu = profile["mu"]
    j, axis = _strongest(profile)
    potentials = {"V_\\uparrow": mu[:, 0] + mu[:, 1], "V_\\downarrow": mu[:, 0] - mu[:, 1]}
    if mu.shape[1] > 2:
        potentials["\\phi"] = mu[:, 2]
    currents = {"j_\\uparrow": (j[:, 0] + j[:, 1]) / 2, "j_\\downarrow": (j[:, 0] - j[:, 1]) / 2}
    shown = (
        ("potential", "V", potentials),
        ("spin voltage", "V", {"\\mu_s": 2 * mu[:, 1]}),
        (f"current along {axis}", "A/m^2", currents),
    )
    return _panels(profile, shown, title)


def weyl_nodes(profile, title):
    """Potentials of the nodes of both chiralities, their imbalance, and the currents of both, against z.

    profile : dict of fem.sample.profile, of a Weyl metal.
    """
    S, A = profile["mu"].T
    j, axis = _strongest(profile)
    shown = (
        ("potential", "V", {"V_R": S + A, "V_L": S - A}),
        ("imbalance", "V", {"A": A}),
        (f"current along {axis}", "A/m^2", {"j": j[:, 0], "j_A": j[:, 1]}),
    )
    return _panels(profile, shown, title)


def _strongest(profile):
    """(points, n) currents along the axis that most flows, and the name of that axis: z, unless nothing flows there."""
    sizes = np.abs(profile["j"]).max(axis=(0, 2))
    along = 2 if sizes[2] > 1e-6 * sizes.max() else int(sizes.argmax())
    return profile["j"][:, along], "xyz"[along]


def _panels(profile, shown, title):
    """Panels over each other: (quantity, unit, {symbol: values}) of each, in colours of their own."""
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(len(shown), 1, sharex=True, figsize=(6.2, 6.8), height_ratios=(1.2, 1, 1))
        for axes, (quantity, unit, curves) in zip(panels, shown):
            scale, unit = scaled(max(np.abs(values).max() for values in curves.values()), unit)
            several = len(curves) > 1
            colours = (*OF_SPINS.values(), COLOURS["y"]) if several else (COLOURS["0"],)
            for (symbol, values), stroke, colour in zip(curves.items(), STROKES if several else STROKES[1:], colours):
                _by_layer(axes, profile, scale * values, f"${symbol}$", stroke | {"color": colour})
            axes.set_ylabel(f"{quantity} ({unit})")
            _shade(axes, profile)
            axes.axhline(0, color="#888888", linewidth=0.6)
            axes.legend(**BESIDE)
        _along_z(panels[-1], profile)
        _name_layers(panels[0], profile)
        figure.suptitle(title, fontsize=10)
        return figure


OF_MODELS = {"two-current": two_currents, "weyl": weyl_nodes}  # profiles of experiments with other fields than spin's


def conductance(parts, title):
    """The magnetic and the lattice part of the interface matrix as two coloured tables.

    parts : {name: (3, 3) array, S/m^2}
    """
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(1, len(parts), figsize=(3.1 * len(parts), 3.3), squeeze=False)
        largest = max(np.abs(G).max() for G in parts.values()) or 1.0
        power = int(np.floor(np.log10(largest)))
        for axes, (name, G) in zip(panels[0], parts.items()):
            axes.imshow(G, cmap="RdBu", vmin=-largest, vmax=largest)
            for (a, b), value in np.ndenumerate(G):
                colour = "white" if abs(value) > 0.6 * largest else "black"
                axes.text(
                    b, a, f"{round(value / 10**power, 3) + 0.0:.3f}", ha="center", va="center", color=colour, fontsize=8
                )
            axes.set_xticks(range(3), [f"$\\mu_s^{axis}$" for axis in "xyz"])
            axes.set_yticks(range(3), [f"$j_z^{axis}$" for axis in "xyz"])
            axes.grid(False)
            axes.set_title(f"{NAMES.get(name, name)} ($10^{{{power}}}$ S/m²)", fontsize=9)
        figure.suptitle(title, fontsize=10)
        figure.supxlabel(
            "current from the magnet into the metal per spin voltage: negative where spin is taken", fontsize=8
        )
        return figure


def angular(angles, curves, title):
    """Longitudinal and transverse resistivity against the angle of the magnetisation in three planes.

    curves : {plane: (longitudinal, transverse)}, each (angles,), ohm m.
    """
    symbols = {"xy": "α (x → y)", "yz": "β (z → y)", "xz": "γ (z → x)"}
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.4))
        low = min(longitudinal.min() for longitudinal, _ in curves.values())
        for (plane, (longitudinal, transverse)), axis, stroke in zip(curves.items(), "xyz", STROKES):
            stroke = stroke | {"color": COLOURS[axis], "label": symbols[plane]}
            left.plot(angles, (longitudinal / low - 1) * 1e4, **stroke)
            right.plot(angles, transverse / low * 1e4, **stroke)
        left.set_ylabel("$\\rho_{xx}/\\rho_{min} - 1$  ($10^{-4}$)")
        right.set_ylabel("$\\rho_{yx}/\\rho_{min}$  ($10^{-4}$)")
        for axes in left, right:
            axes.set_xlabel("angle of m (degrees)")
            axes.set_xticks(range(0, 361, 90))
            axes.margins(x=0)
        right.legend(**BESIDE)
        figure.suptitle(title, fontsize=10)
        return figure


def potential(raster, title):
    """Electrochemical potential on a plane, with the direction of the current.

    raster : dict of fem.sample.raster.
    """
    with plt.rc_context(STYLE):
        length, unit_of_length = (1e-3, "µm") if max(map(np.ptp, (raster["a"], raster["b"]))) > 2e3 else (1.0, "nm")
        a, b = raster["a"] * length, raster["b"] * length
        aspect = np.ptp(b) / np.ptp(a)
        figure, axes = plt.subplots(figsize=(6.4, min(max(4.6 * aspect + 0.6, 2.2), 6.5)))
        values = raster["mu"][:, :, 0]
        scale, unit = scaled(np.nanmax(np.abs(values)), "V")
        drawn = axes.pcolormesh(a, b, values * scale, cmap="viridis", shading="nearest", rasterized=True)
        axes.contour(a, b, values * scale, levels=20, colors="black", linewidths=0.5, alpha=0.5)
        figure.colorbar(drawn, label=f"$\\mu^0$ ({unit})")
        every = max(1, max(values.shape) // 20)
        rows, columns = slice(every // 2, None, every), slice(every // 2, None, every)
        first, second = ("xyz".index(axis) for axis in raster["axes"])
        arrows = raster["j"][rows, columns][:, :, [first, second], 0]
        lengths = np.sqrt((arrows**2).sum(axis=-1))
        size = max(np.sqrt(np.nanmean(lengths**2)), np.nanmax(lengths) / 4) or 1.0
        axes.quiver(
            a[columns], b[rows], arrows[..., 0] / size, arrows[..., 1] / size, color="white", scale=30, width=0.004
        )
        axes.set_xlabel(f"{raster['axes'][0]} ({unit_of_length})")
        axes.set_ylabel(f"{raster['axes'][1]} ({unit_of_length})")
        axes.set_title(f"{title}: potential and current", fontsize=10)
        axes.grid(False)
        if 0.2 < aspect < 5:
            axes.set_aspect("equal")
        return figure


def spectrum(rates, title):
    """Decay rates of spin modes, slowest first."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(5.0, 3.2))
        axes.plot(range(1, len(rates) + 1), np.real(rates), "o", color=COLOURS["z"])
        axes.set_xlabel("mode")
        axes.set_ylabel("decay rate (1/s)")
        axes.set_title(title)
        return figure


def _heights(profile):
    """z in nm, or of a long way in um, and that unit."""
    factor, unit = (1e9, "nm") if np.ptp(profile["z"]) < 1e-5 else (1e6, "µm")
    return profile["z"] * factor, unit


def _along_z(axes, profile):
    z, unit = _heights(profile)
    axes.set_xlabel(f"z ({unit})")
    axes.set_xlim(*np.round(z[[0, -1]], 4))


def _by_layer(axes, profile, values, label, stroke):
    names = np.array(profile["layer"])
    for name in dict.fromkeys(profile["layer"]):
        inside = names == name
        axes.plot(_heights(profile)[0][inside], values[inside], label=label, **stroke)
        label = None


def _extents(profile):
    """(name, lowest, highest z) of each layer."""
    names, z = np.array(profile["layer"]), _heights(profile)[0]
    return [(name, *z[names == name][[0, -1]]) for name in dict.fromkeys(profile["layer"])]


def _shade(axes, profile):
    for k, (_, low, high) in enumerate(_extents(profile)):
        axes.axvspan(low, high, color=SHADES[k % len(SHADES)], zorder=0)


def _name_layers(axes, profile):
    above = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "bottom", "fontsize": 8}
    for name, low, high in _extents(profile):
        axes.text((low + high) / 2, 1.01, name, **above)


def prefix(size):
    """Factor that brings a size to between 1 and 1000, and the prefix that says so."""
    place = int(np.clip(np.floor(np.log10(size) / 3), -6, 4)) if size > 0 else 0
    return 10.0 ** (-3 * place), "afpnµm kMGT"[place + 6].strip()


def scaled(size, unit):
    """Factor for numbers of a size, and their unit with a prefix; of densities, with a power of ten."""
    if "^" not in unit:
        factor, before = prefix(size)
        return factor, before + unit
    exponent = int(np.floor(np.log10(size))) if size > 0 else 0
    return 10.0**-exponent, (f"$10^{{{exponent}}}$ " if exponent else "") + unit.replace("^2", "²").replace("^3", "³")
