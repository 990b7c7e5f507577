"""Torque efficiency against the thickness of the metal, and the spin diffusion length that is read off  [Chen13]."""

import numpy as np

from ddgauge.curves.frame import Point, one_film
from ddgauge.curves.thickness import thicknesses
from ddgauge.physics import efficiency

UNITS = {"thickness": "m", "damping_like": "S/m", "field_like": "S/m", "spin_diffusion_length": "m", "*": "1"}


def points(run):
    """The film at each thickness of the layer."""
    name = run.curve.layer_of(run.stack)
    for where, layers in thicknesses(run, name):
        yield Point(where, {"layers": layers})


def columns(run, found):
    """Efficiencies, and torques per electric field."""
    keys = "efficiency_dl", "efficiency_fl", "damping_like", "field_like"
    return {"thickness": run.curve.abscissa} | {
        key: np.array([numbers["torque"][key] for numbers in found]) for key in keys
    }


def extracted(run, columns):
    """What xi_DL = theta (1 - sech(d / l)) gives, fitted to the curve as if the interface took all spin."""
    (theta,), l, misfit = efficiency.length_of(
        columns["thickness"], columns["efficiency_dl"], lambda x: [1 - 1 / np.cosh(x)]
    )
    return {"spin_hall_angle": theta, "spin_diffusion_length": l, "misfit": misfit}


def closed_form(run):
    """The same to order theta, for one metal on one insulating magnet; also where the interface takes all spin."""
    film = one_film(run.stack)
    if film is None or run.stack.B.any():
        return None
    d, G = run.curve.abscissa, film.G["G_s"] + film.G["G_r"] + 1j * film.G["G_i"]
    xi = efficiency.torque_efficiency(d, film.l, film.theta, film.sigma, G)
    return {
        "efficiency_dl": xi.real,
        "efficiency_fl": xi.imag,
        "damping_like": film.sigma * xi.real,
        "field_like": film.sigma * xi.imag,
        "transparent": efficiency.transparent_efficiency(d, film.l, film.theta),
    }
