"""Transverse resistivity against a field along the normal: ordinary and anomalous Hall effect  [Chen13]."""

import numpy as np

from ddgauge.curves import angular_magnetoresistance as angular
from ddgauge.curves.field_magnetoresistance import along
from ddgauge.curves.frame import Point, bulk_resistivity, one_film, resistivities

UNITS = {"B": "T", "*": "ohm m", "m_z": "1", "ordinary": "m^3/C", "anomalous_over_rho": "1"}


def points(run):
    """A film in each field; the magnetisation rises from the plane to the normal if there is a field of saturation."""
    for B, m in zip(run.curve.abscissa, _moments(run)):
        turned = {} if run.curve.saturation is None else {"magnetisation": m.tolist()}
        yield Point(f"B = {B:g} T", {"field": [0.0, 0.0, float(B)]} | turned)


def columns(run, found):
    """Longitudinal and transverse resistivity."""
    longitudinal, transverse = resistivities(found).T
    return {"B": run.curve.abscissa, "longitudinal": {"z": longitudinal}, "transverse": {"z": transverse}}


def extracted(run, columns):
    """Slope and intercept of rho_yx = ordinary B + anomalous sign(B) beyond saturation; of ordinary B without one.

    None of what the fields beyond saturation do not tell apart.
    """
    B, saturation = columns["B"], run.curve.saturation
    kept = np.abs(B) >= (saturation or 0.0)
    terms = [B[kept]] if saturation is None else [B[kept], np.sign(B[kept])]
    rows, names = np.array(terms).T, ("ordinary", "anomalous")[: len(terms)]
    fit = np.linalg.lstsq(rows, columns["transverse"]["z"][kept], rcond=None)[0] if len(rows) else np.zeros(len(terms))
    known = len(rows) and np.linalg.matrix_rank(rows) == len(terms)
    rho = bulk_resistivity(run.stack)
    found = {name: float(value) if known else None for name, value in zip(names, fit)}
    if found.get("anomalous") is not None:
        found["anomalous_over_rho"] = found["anomalous"] / rho
    return {"rho": rho} | found


def closed_form(run):
    """The same of order theta^2 for one metal; below saturation as if the field were along the magnetisation."""
    film = one_film(run.stack)
    magnet = film is not None and (film.G["G_r"] or film.G["G_i"])
    if film is None or (magnet and run.curve.saturation is None) or np.any(film.layer.hall):
        return None
    B = run.curve.abscissa
    m = _moments(run)
    longitudinal, transverse = along(run, film, B, m)
    transverse += angular.ordinary_hall(film, B) - angular.ordinary_hall(film, np.abs(B)) * m[:, 2]
    return {"longitudinal": {"z": longitudinal}, "transverse": {"z": transverse}}


def _moments(run):
    """(points, 3) directions with m_z = B / saturation, at most 1; along the field without a saturation."""
    B = run.curve.abscissa
    z = np.where(B < 0, -1.0, 1.0) if run.curve.saturation is None else np.clip(B / run.curve.saturation, -1, 1)
    flat = np.array(run.curve.in_plane) * [1, 1, 0]
    return np.sqrt(1 - z**2)[:, None] * flat / np.linalg.norm(flat) + z[:, None] * [0, 0, 1]
