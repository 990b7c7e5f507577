"""Figures of a run: what they show, in words, and those that a run without figures left in its tables."""

import re
from contextlib import suppress
from io import BytesIO

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.post import curves, plot, plot_bands, plot_series, plot_tunnel
from ddgauge.report import files, markup

CAPTIONS = {
    "profile.png": "Through the stack, against z",
    "profile_pseudospin.png": "The fields by pseudospin and spin, against z",
    "density.png": "Densities, and the direction in which electrons flow, on a plane",
    "potential.png": "Potential, lines of equal potential, and the direction of the current, on a plane",
    "magnetoresistance.png": "Longitudinal and transverse resistivity, the magnetisation turned in three planes",
    "conductance.png": "Interface conductance matrix, split by where the spin goes",
    "storage.png": "States, spin and exchange of both electrodes at each energy",
    "quadrupole.png": "Currents of spin-quadrupole moment as surfaces |n.Q n| n",
    "coefficients.png": "Coefficients of the currents along the scan, closed forms as dots",
    "currents.png": "Charge and spin into electrode L along the scan",
    "stored.png": "What the electrodes store along the scan",
    "principal.png": "Principal values of the currents of spin-quadrupole moment along the scan",
    "axes.png": "Cuts of the surface |n.Q n| n along the scan, with the principal axes in their plane",
    "rates.png": "Decay rates of the slowest spin modes",
    "time.png": "In time",
    "response.png": "Amplitude and phase against frequency",
    "curve.png": "The curve, and closed forms where there are some as dots",
}
AXES = "xyz"
TITLES = {"mu_s": "spin voltage", "V_up": "potential of majority spin", "V_down": "potential of minority spin"}


def words(name, folder, found):
    """Caption of a figure, and what to tell somebody who does not see it."""
    kind = name.rsplit(".", 1)[0] + ".png"
    caption = CAPTIONS.get(kind) or name.rsplit(".", 1)[0].replace("_", " ").capitalize()
    told = {
        "profile.png": lambda: _of_profile(folder),
        "time.png": lambda: _of_axis(found["time_series"]["time"], "time", "s"),
        "response.png": lambda: _of_axis(found["response"]["frequency"], "frequency", "Hz"),
        "curve.png": lambda: _of_curve(found["curve"]),
        "rates.png": lambda: _of_axis(found["relaxation"]["rates"], "the decay rate", "1/s"),
        "conductance.png": lambda: _of_interface(found["conductance"]),
    }.get(kind, lambda: "")
    with suppress(InputError, KeyError, IndexError, TypeError, ValueError):  # the caption is enough then
        return caption, f"{caption}. {told()}".rstrip()
    return caption, f"{caption}."


def _of_profile(folder):
    table = files.read_columns(folder / "profile.csv")
    z, layers = table["z (m)"], ", ".join(dict.fromkeys(table["layer"]))
    told = [f"z from {z.min() * 1e9:.4g} to {z.max() * 1e9:.4g} nm through {layers}."]
    largest = {}
    for name, values in table.items():
        head, unit = _parted(name)
        if head.split(" ")[0] in TITLES and unit:
            quantity = TITLES[head.split(" ")[0]]
            largest[quantity] = max(largest.get(quantity, (0.0, unit)), (np.abs(values).max(initial=0.0), unit))
    told += [f"Largest {quantity} {size:.3g} {unit}." for quantity, (size, unit) in largest.items()]
    return " ".join(told)


def _of_axis(values, quantity, unit):
    return f"{len(values)} values of {quantity}, from {values[0]:.4g} to {values[-1]:.4g} {unit}."


def _of_curve(table):
    quantity = next(iter(table))
    return _of_axis(table[quantity], quantity.replace("_", " "), markup.unit(table["units"][quantity]))


def _of_interface(table):
    return " ".join(f"{key} = {table[key]:.4g} S/m²." for key in ("G_s", "G_r", "G_i"))


def of_run(folder, found, numbers, title):
    """{name: SVG file} from profile.csv and the series of a result that has no figures."""
    figures = {}
    if "profile.csv" in found["files"]:
        columns = files.read_columns(folder / "profile.csv")
        if found["experiment"] == "two-band":
            profiles = {name.replace(".png", ".svg"): draw for name, draw in plot_bands.PROFILES.items()}
            figures |= {name: draw(columns, title) for name, draw in profiles.items()}
        profile = _profile(columns)
        draw = plot.OF_MODELS.get(found["experiment"], plot.profiles)
        if profile is not None and np.any(profile["mu"][:, 1:]):
            figures["profile.svg"] = draw(profile, title)
    if found["experiment"] == "tunnel":
        drawn = plot_tunnel.figures(found, title)
        figures |= {name.replace(".png", ".svg"): figure for name, figure in drawn.items()}
    if "curve" in found:
        figures["curve.svg"] = curves.draw(found["experiment"], found, title)
    for key, axis, name, draw in (
        ("time_series", "time", "time.svg", plot_series.evolution),
        ("response", "frequency", "response.svg", plot_series.response),
    ):
        if key in numbers and numbers[key][1]:
            table, panels = numbers[key]
            figures[name] = draw(np.asarray(table[axis]), panels, title)
    return {name: svg(figure) for name, figure in figures.items()}


def svg(figure):
    """A figure as an SVG file, the same each time."""
    text = _saved(figure, "svg", metadata={"Date": None, "Creator": None})
    return re.sub(rb"<!DOCTYPE[^>]*>\s*", b"", text)  # which names a file on the web


def png(figure):
    return _saved(figure, "png", metadata={"Software": None})


def _saved(figure, kind, **keys):
    file = BytesIO()
    with plot.plt.rc_context({"svg.hashsalt": "ddgauge"}):
        figure.savefig(file, format=kind, bbox_inches="tight", **keys)
    plot.plt.close(figure)
    return file.getvalue()


def _profile(table):
    """As fem.sample.profile gives it, from profile.csv; None of a file with other columns."""
    named = {_parted(name)[0]: values for name, values in table.items()}
    count = len(table["z (m)"])
    try:
        if "V_up" in named:
            up, down = named["V_up"], named["V_down"]
            mu = [(up + down) / 2, (up - down) / 2, *([named["phi"]] if "phi" in named else [])]
            j = [[named[f"j {i}"], named[f"j {i} spin"]] for i in AXES]
        elif "V_R" in named:
            mu = [named["S"], named["A"]]
            j = [[named[f"j {i}"], named[f"j {i} axial"]] for i in AXES]
        else:
            mu = [named["mu_0"], *(named[f"mu_s {a}"] / 2 for a in AXES)]
            j = [[named[f"j {i}"], *(named[f"j {i} spin {a}"] for a in AXES)] for i in AXES]
    except KeyError:
        return None
    if not count:
        return None
    return {
        "z": table["z (m)"],
        "layer": list(table["layer"]),
        "mu": np.array(mu).T,
        "j": np.moveaxis(np.array(j), 2, 0),
    }


def _parted(name):
    """A name and its unit."""
    head, _, unit = name.partition(" (")
    return head, markup.unit(unit.removesuffix(")"))
