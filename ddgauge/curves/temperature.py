"""Magnetoresistance and conductances against temperature: moments from order through the paramagnet  [Z23 (4), (5)].

At each temperature three films, magnetised along x, y and z with the field along the magnetisation, and the interface
matrix of the magnet.
"""

import numpy as np

from ddgauge.curves import angular_magnetoresistance as angular
from ddgauge.curves.frame import Point, bulk_resistivity, resistivities
from ddgauge.physics import exchange
from ddgauge.physics import magnetoresistance as law

AXES = np.eye(3)
G = ("G_s", "G_r", "G_i")
UNITS = {"temperature": "K", "ordering_temperature": "K", "polarisation": "1", **dict.fromkeys(G, "S/m^2")}
UNITS |= {"*": "ohm m", "d0_over_rho": "1", "d1_over_rho": "1", "d2_over_rho": "1"}


def points(run):
    """Three films and a conductance at each temperature."""
    B = float(np.linalg.norm(run.stack.B))
    for T in run.curve.abscissa:
        for m, experiment in *((m, "film") for m in AXES), (AXES[2], "conductance"):
            changes = {"temperature": float(T), "magnetisation": m.tolist(), "field": (B * m).tolist()}
            yield Point(f"temperature = {T:g} K", changes, experiment)


def columns(run, found):
    """d0, d1, d2, conductances on mu_s, and the mean spin of the moments over S."""
    T = run.curve.abscissa
    films = resistivities([numbers for k, numbers in enumerate(found) if k % 4 < 3]).reshape(len(T), 3, 2)
    level, d1, d2 = np.array([law.amplitudes(*rho.T, AXES)[0] for rho in films]).T
    magnets = [numbers["conductance"] for numbers in found[3::4]]
    return {
        "temperature": T,
        "longitudinal": dict(zip("xyz", films[:, :, 0].T)),
        "transverse": dict(zip("xyz", films[:, :, 1].T)),
        **{"d0": level - bulk_resistivity(run.stack), "d1": d1, "d2": d2},
        **{key: np.array([magnet[key] for magnet in magnets]) for key in G},
        "polarisation": {layer.name: _polarisation(layer.exchange, run) for layer in _magnets(run)},
    }


def _polarisation(moments, run):
    """(points,) mean spin of moments along the magnetisation over S."""
    B = float(np.linalg.norm(run.stack.B))
    S, weiss, g = moments.spin, moments.weiss, moments.g
    return np.array([-exchange.spin_average(S, T, B, weiss, g) / S for T in run.curve.abscissa])


def _magnets(run):
    return [layer for layer in run.stack.layers if layer.exchange]


def extracted(run, columns):
    """The highest ordering temperature, and all at the lowest temperature of the curve."""
    coldest, rho = columns["temperature"].argmin(), bulk_resistivity(run.stack)
    ordering = max(exchange.ordering_temperature(m.exchange.spin, m.exchange.weiss) for m in _magnets(run))
    return {
        "ordering_temperature": float(ordering),
        "temperature": float(columns["temperature"][coldest]),
        "rho": rho,
        **angular.amplitudes_over_rho(rho, *(columns[key][coldest] for key in ("d0", "d1", "d2"))),
        **{key: float(columns[key][coldest]) for key in G},
    }


def closed_form(run):
    """None: no closed form has moments of any temperature."""
