"""Resistivities against a magnetic field along some of x, y and z: Hanle magnetoresistance  [Dyakonov07, Velez16]."""

import numpy as np

from ddgauge.curves import angular_magnetoresistance as angular
from ddgauge.curves.frame import Point, bulk_resistivity, one_film, resistivities
from ddgauge.physics import magnetoresistance as law

UNITS = {"B": "T", "*": "ohm m", "d0_over_rho": "1", "d1_over_rho": "1", "d2_over_rho": "1"}
AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


def points(run):
    """A film for each direction and strength; its magnetisation goes with the field if the curve says so."""
    for axis in run.curve.directions:
        for B in run.curve.abscissa:
            along = {"magnetisation": _moment(axis, B).tolist()} if run.curve.follow else {}
            yield Point(f"B{axis} = {B:g} T", {"field": (B * np.array(AXES[axis])).tolist()} | along)


def columns(run, found):
    """Longitudinal and transverse resistivity for each direction, and d1 and d2 of the field."""
    rho = resistivities(found).reshape(len(run.curve.directions), -1, 2)
    longitudinal, transverse = (dict(zip(run.curve.directions, rho[:, :, k])) for k in (0, 1))
    return {"B": run.curve.abscissa} | _with_amplitudes(longitudinal, transverse)


def _with_amplitudes(longitudinal, transverse):
    """d1 = rho_xx(B across y) - rho_xx(B along y), d2 = rho_yx(B along z), of those directions that there are."""
    found = {"longitudinal": longitudinal, "transverse": transverse}
    across = longitudinal.get("z", longitudinal.get("x"))
    if across is not None and "y" in longitudinal:
        found["d1"] = across - longitudinal["y"]
    return found | ({"d2": transverse["z"]} if "z" in transverse else {})


def extracted(run, columns):
    """The amplitudes in the strongest field."""
    strongest = max(range(len(columns["B"])), key=lambda k: (abs(columns["B"][k]), columns["B"][k]))
    rho, nothing = bulk_resistivity(run.stack), np.full(len(columns["B"]), np.nan)
    d0 = columns["longitudinal"].get("y", nothing) - rho
    found = (values[strongest] for values in (d0, columns.get("d1", nothing), columns.get("d2", nothing)))
    strength = {"rho": rho, "B": float(columns["B"][strongest])}
    return strength | angular.amplitudes_over_rho(rho, *found)


def closed_form(run):
    """The same of order theta^2, for one metal alone, or with a magnet whose magnetisation goes with the field."""
    film = one_film(run.stack)
    magnet = film is not None and (film.G["G_r"] or film.G["G_i"])
    if film is None or (magnet and not run.curve.follow) or np.any(film.layer.hall):
        return None
    longitudinal, transverse = {}, {}
    for axis in run.curve.directions:
        longitudinal[axis], transverse[axis] = along(
            run, film, run.curve.abscissa, np.array([_moment(axis, B) for B in run.curve.abscissa])
        )
    return _with_amplitudes(longitudinal, transverse)


def along(run, film, B, m):
    """(2, points) resistivities of order theta^2 with directions m (points, 3), and |B| (points,) along them."""
    rho = bulk_resistivity(run.stack)
    found = law.resistivities(rho, *(rho * np.array([angular.amplitudes(film, abs(b)) for b in B]).T), m)
    return found[0], found[1] + angular.ordinary_hall(film, np.abs(B)) * m[:, 2]


def _moment(axis, B):
    """Direction of a magnetisation that goes with the field; without one, as in a small positive field."""
    return (-1.0 if B < 0 else 1.0) * np.array(AXES[axis])
