"""Figures of curves of torque, pumping, memory loss and the anomalous Hall effect; closed forms are dots."""

import numpy as np

from ddgauge.post.plot import COLOURS, STYLE, plt, scaled
from ddgauge.post.plot_curves import legend, panel

THIN = {"color": "#888888", "linewidth": 1.0, "linestyle": (0, (2, 2))}


def torque_thickness(curve, extracted, title):
    """Torque efficiencies against thickness; as if the interface took all spin; and the fit that is read off."""
    x, formula = _sorted(curve, "thickness", 1e9)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.8))
        names = {"efficiency_dl": r"$\xi_{DL}$", "efficiency_fl": r"$\xi_{FL}$"}
        _draw(axes, x, curve, formula, names)
        if formula:
            axes.plot(*x.line(formula["transparent"]), label=r"$\theta\,[1 - \mathrm{sech}(d/l)]$", **THIN)
        if extracted["spin_diffusion_length"]:
            l, theta = extracted["spin_diffusion_length"], extracted["spin_hall_angle"]
            fitted = theta * (1 - 1 / np.cosh(x.values * 1e-9 / l))
            label = f"fit: $\\theta$ = {theta:.3g}, $l$ = {l * 1e9:.3g} nm"
            axes.plot(x.values, fitted, label=label, color=COLOURS["z"], linewidth=1.0, linestyle=":")
        _finish(axes, "thickness (nm)", "torque efficiency", formula)
        figure.suptitle(title, fontsize=10)
        return figure


def spin_pumping(curve, extracted, title):
    """Mixing conductance after backflow with the damping that it gives, and the inverse spin Hall field."""
    x, formula = _sorted(curve, "thickness", 1e9)
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.6))
        factor, unit = scaled(np.abs(curve["g_r"]).max(), "1/m^2")
        _draw(left, x, curve, formula, {"g_r": "$g_r$", "g_i": "$g_i$"}, factor)
        left.set_ylim(*_with_zero(left))
        ratio = np.asarray(curve["damping"])[0] / (np.asarray(curve["g_r"])[0] * factor or 1)
        damping = left.secondary_yaxis("right", functions=(lambda g: g * ratio * 1e3, lambda a: a / ratio / 1e3))
        damping.set_ylabel(r"$\Delta\alpha$ of $g_r$  ($10^{-3}$)")
        _finish(left, "thickness (nm)", f"$g_{{eff}}$ ({unit})", None, beside=False)
        fields = {f"E_{axis}": values for axis, values in curve["field"].items()}
        dots = formula and {f"E_{axis}": values for axis, values in formula["field"].items()}
        factor, unit = scaled(max(np.abs(values).max() for values in fields.values()), "V/m")
        _draw(right, x, fields, dots, {"E_x": "$E_x$", "E_y": "$E_y$"}, factor)
        _finish(right, "thickness (nm)", f"inverse spin Hall field ({unit})", formula)
        figure.suptitle(title, fontsize=10)
        return figure


def memory_loss(curve, extracted, title):
    """Conductances to moments and lattice, and the lattice's share, against the thickness of a layer."""
    return _loss(curve, _sorted(curve, "thickness", 1e9), "thickness (nm)", title)


def rashba_memory_loss(curve, extracted, title):
    """The same against the strength of Rashba coupling."""
    return _loss(curve, _sorted(curve, "alpha", 1.0), r"Rashba velocity $\alpha$ (m/s)", title)


def _loss(curve, ordered, label, title):
    x, formula = ordered
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(1, 3, figsize=(11.6, 3.5))
        names = {"G_s": "$G_s$", "G_r": "$G_r$", "G_i": "$G_i$"}
        for axes, key, place in zip(panels, ("to_moments", "to_lattice"), ("moments", "lattice")):
            factor, unit = scaled(max(np.abs(values).max() for values in curve[key].values()), "S/m^2")
            _draw(axes, x, curve[key], formula and formula[key], names, factor)
            _finish(axes, label, f"conductance to {place} ({unit})", None, beside=None)
            sizes = np.abs(list(curve[key].values())).max() * factor
            low, high = axes.get_ylim()  # what a formula promises beyond its range is left out
            axes.set_ylim(max(low, -1.5 * sizes), min(high, 1.5 * sizes))
        panels[1].legend(frameon=False, loc="upper left")
        _draw(panels[2], x, curve, formula, {"memory_loss": "lattice / all"})
        panels[2].set_ylim(0, 1)
        _finish(panels[2], label, "spin memory loss", formula)
        if _widely(x.values):
            for axes in panels:
                axes.set_xscale("log")
        figure.suptitle(title, fontsize=10)
        return figure


def exchange_hall(curve, extracted, title):
    """Hall angles that turn with the magnetisation and that do not, against the rotation of the moments."""
    x, formula = _sorted(curve, "rotation", 1.0)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.8))
        _draw(axes, x, curve, formula, {"anomalous": "anomalous", "planar": "planar"}, 1e3)
        _finish(axes, "rotation of the moments (degrees)", r"$\sigma_{yx}/\sigma_{xx}$  ($10^{-3}$)", formula)
        figure.suptitle(title, fontsize=10)
        return figure


class _Abscissa:
    """What a curve runs over, in ascending order, in the unit of the figure."""

    def __init__(self, values, factor):
        self.order = np.argsort(values)
        self.values = np.asarray(values, float)[self.order] * factor

    def line(self, values, factor=1.0):
        return self.values, np.asarray(values, float)[self.order] * factor


def _sorted(curve, key, factor):
    return _Abscissa(curve[key], factor), curve["closed_form"]


def _draw(axes, x, curve, formula, names, factor=1.0):
    lines = {label: x.line(curve[key], factor)[1] for key, label in names.items()}
    dots = None
    if formula and any(key in formula for key in names):
        nothing = np.full(len(x.values), np.nan)
        dots = {label: x.line(formula.get(key, nothing), factor)[1] for key, label in names.items()}
    panel(axes, x.values, lines, dots)


def _finish(axes, across, up, formula, beside=True):
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.axhline(0, color="#888888", linewidth=0.6)
    axes.margins(x=0)
    if beside:
        legend(axes, formula)
    elif beside is not None:
        axes.legend(frameon=False)


def _with_zero(axes):
    low, high = axes.get_ylim()
    return min(low, 0), max(high, 0)


def _widely(x):
    """Whether values are spread as a logarithmic scale spreads them."""
    return len(x) > 2 and x[0] > 0 and x[-1] / x[0] > 30 and np.ptp(np.diff(np.log(x))) < 1e-6
