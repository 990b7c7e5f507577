"""Resistivities against the angle of the magnetisation in three planes: spin Hall magnetoresistance  [Althammer13].

alpha is the angle in the plane xy from the current towards y; beta that in yz and gamma that in xz, from the normal.
"""

import numpy as np

from ddgauge.curves.frame import Point, bulk_resistivity, one_film, resistivities
from ddgauge.model.fields import Angle
from ddgauge.physics import magnetoresistance as law
from ddgauge.units import HBAR, MU_B

UNITS = {"angle": "degree", "*": "ohm m", "d0_over_rho": "1", "d1_over_rho": "1", "d2_over_rho": "1", "misfit": "1"}


def points(run):
    """A film for each plane and angle; its field turns with the magnetisation if the curve has one."""
    for plane in run.curve.planes:
        for angle in run.curve.abscissa:
            turned = {"angle": {plane: float(angle)}}
            along = {} if run.curve.B is None else {"field": {"B": run.curve.B} | turned}
            yield Point(f"{plane} = {angle:g} degree", {"magnetisation": turned} | along)


def columns(run, found):
    """Longitudinal and transverse resistivity in each plane."""
    rho = resistivities(found).reshape(len(run.curve.planes), -1, 2)
    return {"angle": run.curve.abscissa} | {
        key: dict(zip(run.curve.planes, rho[:, :, k])) for k, key in enumerate(("longitudinal", "transverse"))
    }


def extracted(run, columns):
    """The amplitudes of rho_xx = rho + d0 + d1 (1 - m_y^2), rho_yx = d1 m_x m_y + d2 m_z, fitted to all angles."""
    longitudinal, transverse = (np.concatenate(list(columns[key].values())) for key in ("longitudinal", "transverse"))
    m = _directions(run).reshape(-1, 3)
    (level, d1, d2), misfit = law.amplitudes(longitudinal, transverse, m)
    rho = bulk_resistivity(run.stack)
    return {"rho": rho} | amplitudes_over_rho(rho, level - rho, d1, d2) | {"misfit": float(misfit / rho)}


def amplitudes_over_rho(rho, *amplitudes):
    """d0, d1, d2 and what they are over rho; None of those that are not known."""
    named = dict(zip(("d0", "d1", "d2"), amplitudes))
    found = named | {f"{key}_over_rho": value / rho for key, value in named.items()}
    return {key: None if np.isnan(value) else float(value) for key, value in found.items()}


def closed_form(run):
    """The same of order theta^2, for one metal beside one magnet, in a field along m or in none  [Chen13, Zhang19]."""
    film = one_film(run.stack)
    if film is None or (run.curve.B is None and run.stack.B.any()) or np.any(film.layer.hall):
        return None
    B = run.curve.B or 0.0
    m, rho = _directions(run), bulk_resistivity(run.stack)
    found = law.resistivities(rho, *(rho * amplitudes(film, B)), m)
    found[1][...] += ordinary_hall(film, B) * m[..., 2]
    return {key: dict(zip(run.curve.planes, values)) for key, values in zip(("longitudinal", "transverse"), found)}


def amplitudes(film, B):
    """(3,) d0, d1, d2 over rho in a field B (T) along m."""
    L = law.precession_length(film.l, film.D, film.g * MU_B * B / HBAR)
    return law.magnetoresistance(film.d, film.l, film.theta, film.sigma, L, **film.G)


def ordinary_hall(film, B):
    """rho_yx of a metal with a mobility in the field B along z, ohm m: negative for electrons in B > 0."""
    return -(film.layer.mobility or 0.0) * B / film.sigma


def _directions(run):
    """(planes, angles, 3) directions of the magnetisation."""
    return np.array([[Angle(**{plane: x}).components for x in run.curve.abscissa] for plane in run.curve.planes])
