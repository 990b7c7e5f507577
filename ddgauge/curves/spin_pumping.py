"""Spin pumping against the thickness of the metal: damping, mixing conductance after backflow, and inverse spin Hall
field  [Tserkovnyak02].

The metal is solved for without the magnet, driven by a field or by spin that enters at the magnet's face. That makes it
a network of spin voltage and field, in which the magnet then precesses: all spin that piles up flows back through the
same conductances that give the torque of a current.
"""

import numpy as np

from ddgauge.curves.frame import Point, one_film
from ddgauge.curves.thickness import thicknesses
from ddgauge.model.boundary import Precession
from ddgauge.physics import efficiency, pumping
from ddgauge.units import G_QUANTUM

UNITS = {
    "thickness": "m", "g_r": "1/m^2", "g_i": "1/m^2", "damping": "1", "spin_current": "A/m^2", "field": "V/m",
    "interface_g_r": "1/m^2", "spin_diffusion_length": "m", "misfit": "1",
}  # fmt: skip
PHASES = 16  # of a period: the mean of what is even up to the 15th power of the cone's sine is exact
FIELD = 1e5  # V/m


def points(run):
    """The metal at each thickness in a field along x, along y, and along x with spin x, y, z that enters."""
    name, face = run.curve.layer_of(run.stack), run.curve.face_of(run.stack)
    others = {key: boundary for key, boundary in run.stack.boundary.items() if key != face}
    drives = [{"electric_field": [FIELD, 0, 0]}, {"electric_field": [0, FIELD, 0]}]
    for where, layers in thicknesses(run, name):
        for k in range(5):
            entering = {face: {"kind": "current", "spin_current": list(_injected(run, k - 2))}} if k > 1 else {}
            drive = drives[1 if k == 1 else 0]
            yield Point(where, {"layers": layers, "boundary": others | entering, "drive": drive})


def _injected(run, a):
    """Spin current that enters with spin a, as large as the charge current of the field, A/m^2."""
    return FIELD * run.stack[run.curve.layer_of(run.stack)].conductivity * np.eye(3)[a]


def columns(run, found):
    """Means over a period of the precession."""
    return _precessing(run, [_network(run, found[k : k + 5]) for k in range(0, len(found), 5)])


def _network(run, found):
    """[[Y, X], [C, S]] of physics.pumping.pumped, from what five films say."""
    face = run.curve.face_of(run.stack)
    mu = np.array([numbers["accumulation"][face] for numbers in found])
    S, entering = found[0]["conductivity"]["matrix"], np.array([_injected(run, a) for a in range(3)])
    along = np.array([(numbers["conductivity"]["matrix"] - S)[:, 0] * FIELD for numbers in found[2:]])
    Z, K = np.linalg.solve(entering, mu[2:] - mu[0]).T, np.linalg.solve(entering, along).T  # per spin current
    Y, W = np.linalg.inv(Z), mu[:2].T / FIELD
    return np.block([[Y, -Y @ W], [K @ Y, S - K @ Y @ W]])


def _precessing(run, networks):
    curve, stack = run.curve, run.stack
    face = curve.face_of(stack)
    sheet, axis = stack.boundary[face], stack.direction
    moments = Precession(cone=curve.cone, frequency=curve.frequency)
    times = np.arange(PHASES) / PHASES / abs(curve.frequency)
    m, m_t = (np.array(part) for part in zip(*(moments.moment(axis, t) for t in times)))
    G = [getattr(sheet, key) or 0.0 for key in ("G_s", "G_r", "G_i")]
    solved = [pumping.pumped(network, *G, m, m_t) for network in networks]
    G_eff = np.array([pumping.conductance_of_motion(j, m, m_t) for _, _, j in solved])
    E = np.array([field.mean(axis=0) for _, field, _ in solved])
    return _columns(run, G_eff, np.array([j.mean(axis=0) @ axis for _, _, j in solved]), E)


def _columns(run, G_eff, spin_current, E):
    curve = run.curve
    return {
        "thickness": curve.abscissa,
        "g_r": G_eff.real / G_QUANTUM,
        "g_i": G_eff.imag / G_QUANTUM,
        "damping": pumping.damping(G_eff.real, curve.saturation_magnetisation, curve.magnet_thickness, curve.g_factor),
        "spin_current": spin_current,
        "field": dict(zip("xy", E.T)),
    }


def extracted(run, columns):
    """What 1 / g_eff = 1 / g + b coth(d / l) gives, fitted to the curve: conductance of the interface, and length."""
    g, d = columns["g_r"], columns["thickness"]
    if not g.all():
        return {"interface_g_r": None, "spin_diffusion_length": None, "misfit": None}
    (a, _), l, misfit = efficiency.length_of(d, 1 / g, lambda x: [np.ones_like(x), 1 / np.tanh(x)])
    return {"interface_g_r": 1 / a if a else None, "spin_diffusion_length": l, "misfit": misfit}


def closed_form(run):
    """The same to lowest order in theta, for one metal whose other face is insulating, without a field."""
    film, curve = one_film(run.stack), run.curve
    if film is None or run.stack.B.any() or film.G["G_s"]:
        return None
    d, axis = curve.abscissa, run.stack.direction
    G = film.G["G_r"] + 1j * film.G["G_i"]
    G_eff = pumping.after_backflow(G, pumping.admittance(film.sigma, film.l, d))
    j = pumping.precession_current(G_eff, np.radians(curve.cone), 2 * np.pi * curve.frequency)
    normal = np.array([0, 0, 1.0 if curve.face_of(run.stack) == "bottom" else -1.0])
    E = [pumping.inverse_spin_hall_field(film.theta, film.sigma, film.l, *each, axis, normal) for each in zip(d, j)]
    found = _columns(run, G_eff, j, np.array(E))
    return {key: values for key, values in found.items() if key != "thickness"}
