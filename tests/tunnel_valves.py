"""Valves with a tunnel barrier, as several tests have them."""

import numpy as np

from tests.solved import result

ENDS = {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0}}
G0, P = 1e12, (0.5, 0.35)


def magnet(name, axis=None, **changes):
    layer = {"name": name, "thickness": "30 nm", "conductivity": 4e6, "polarisation": 0.4}
    layer |= {"spin_diffusion_length": "5 nm"} | ({} if axis is None else {"spin_axis": list(map(float, axis))})
    return layer | changes


def metal(name, **changes):
    return magnet(name, polarisation=0.0) | changes


def barrier(P_below=P[0], P_above=P[1], G0=G0, **others):
    given = {"polarisation_below": P_below, "polarisation_above": P_above}
    return {"conductance": G0} | {key: value for key, value in given.items() if value is not None} | others


def valve(axes, experiment="two-current", layers=None, ends=ENDS, **tunnel):
    layers = layers or [magnet("F1", axes[0]), magnet("F2", axes[1])]
    if experiment == "transport":
        layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    return result(experiment, layers, interface={"F1|F2": {"tunnel": barrier(**tunnel)}}, boundary=ends)


def tilted(theta):
    return [np.array([0, 0, 1.0]), np.array([np.sin(theta), 0, np.cos(theta)])]


def ohms(found):
    return found.numbers["resistance"]["bottom|top"]


PAIR = "F1|F2"
WIDTHS = {"splitting": "1 eV", "half_width": "5 eV"}
BANDS = {f"{key}_{side}": eV for key, eV in WIDTHS.items() for side in ("below", "above")}
METAL = {"conductivity": 1e10, "thickness": "1 nm"}  # nothing beside the barrier


def junction(theta=1.2, V=0.1, T=(300, 300), P=(0.5, 0.35), experiment="two-current", mesh=None, layers=None, **others):
    ends = {"bottom": {"kind": "contact", "voltage": V}, "top": {"kind": "contact", "voltage": 0}}
    layers = layers or [metal_along(name, axis, **METAL) for name, axis in zip(("F1", "F2"), tilted(theta))]
    temperatures = dict(zip(("temperature_below", "temperature_above"), T))
    tunnel = {PAIR: {"tunnel": barrier(*P, **BANDS | temperatures | others)}}
    return result(experiment, layers, interface=tunnel, boundary=ends, **({"mesh": mesh} if mesh else {}))


def told(found):
    return {key: value[PAIR] for key, value in found.numbers["barrier"].items() if key != "units"}


def metal_along(name, axis, **changes):
    return metal(name, spin_axis=list(map(float, axis)), **changes)


ELLIPTIC = [
    {"kind": "elliptic", "half_width": "5 eV", "splitting": "1 eV", "chemical_potential": "3 eV"},
    {"kind": "elliptic", "half_width": "4 eV", "splitting": "0.8 eV", "chemical_potential": "1 eV"},
]
NORMAL = {"kind": "elliptic", "half_width": "6 eV", "splitting": 0, "chemical_potential": "2 eV"}


def device(bands=ELLIPTIC, V=0.5, layers=None, top=None, mesh=None, experiment="two-current", **others):
    ends = {"bottom": {"kind": "contact", "voltage": V}, "top": top or {"kind": "contact", "voltage": 0}}
    layers = layers or [metal_along(name, axis, **METAL) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    tunnel = {"conductance": 1e12} | dict(zip(("bands_below", "bands_above"), bands)) | others
    tables = {"temperature": 300, "interface": {PAIR: {"tunnel": tunnel}}, "boundary": ends}
    if experiment == "transport":
        layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    return result(experiment, layers, **tables | ({"mesh": mesh} if mesh else {}))
