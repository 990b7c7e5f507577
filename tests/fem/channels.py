"""Finite elements for the layers, ends and interfaces of tests.two_current_forms, named 0, 1, ... from below."""

import numpy as np

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics import two_current
from ddgauge.physics.interface import channel_contact, channel_junction
from ddgauge.physics.medium import Face, Junction
from ddgauge.units import NM
from tests.two_current_forms import Held, Layer, Lead

PY, NU = (4e6, 1.6e6), (3e46, 4.5e46)  # up, down
P = 2.4 / 5.6
D = np.array(PY) / (1.602176634e-19**2 * np.array(NU))
FIELDS = np.array([[0.5, 0.5], [0.5, -0.5]])  # mu^0 and mu of V_up and V_down
CURRENTS = np.array([[1, 1], [1, -1]])  # charge and spin of up and down
FREE = Face(np.zeros((2, 2)), np.zeros(2))
CONTACT = Face(np.zeros((2, 2)), np.zeros(2), {0: 0.0, 1: 0.0})
SINK = Face(np.zeros((2, 2)), np.zeros(2), {1: 0.0})


def permalloy(thickness, tau=1e-12, **others):
    """A Layer in which spins flip after a time."""
    sigma, nu = np.array(PY), np.array(NU)
    ell = np.sqrt(tau * (D @ sigma[::-1]) / sigma.sum())
    return Layer(thickness, PY, ell, **({"nu": tuple(nu)} | others))


def medium(layer, electrostatics="neutral", rate=1.0):
    sigma, nu = np.array(layer.sigma), np.array(layer.nu) if any(layer.nu) else None
    if electrostatics == "poisson":
        return two_current.poisson(sigma, layer.G_sf, nu, layer.eps, rate)
    return {"bare": two_current.bare, "neutral": two_current.neutral}[electrostatics](sigma, layer.G_sf, nu)


def face(end, electrostatics="neutral"):
    """The Face of Held, Lead or Injected."""
    n = 2 + (electrostatics == "poisson")
    conductance, source, fixed = np.zeros((n, n)), np.zeros(n), {}
    if isinstance(end, Held):
        fixed = dict(enumerate(FIELDS @ [end.up, end.up if end.down is None else end.down]))
    elif isinstance(end, Lead):
        conductance[:2, :2] = channel_contact(*end.conductance)
        source = conductance[:, 0] * end.V
    else:
        source[:2] = end.charge, end.spin or 0.0
        fixed = {1: 0.0} if end.spin is None else {}
    if electrostatics == "poisson" and end.phi is not None:
        fixed[2] = end.phi
    return Face(conductance, source, fixed)


def body(layers, faces, interfaces=None, electrostatics="neutral", cells=24, degree=4, plane=(), **others):
    """System of a stack; `plane` is (size, divisions, periodic, shape), `others` tied faces and the method."""
    names = [str(k) for k in range(len(layers))]
    edges = [min(layer.ell, layer.thickness) for layer in layers]
    if electrostatics == "poisson":
        edges = [np.sqrt(layer.eps / 1.602176634e-19**2 / sum(layer.nu)) for layer in layers]
    plan = [(name, layer.thickness, cells, edge) for name, layer, edge in zip(names, layers, edges)]
    pairs = {(str(k), str(k + 1)): law for k, law in (interfaces or {}).items()}
    assembly = Assembly(stack_mesh(plan, *plane), degree, list(pairs), others.pop("tied", ()))
    rate = max(sum(layer.sigma) / layer.eps for layer in layers)
    media = {name: medium(layer, electrostatics, rate) for name, layer in zip(names, layers)}
    faces = {name: end if isinstance(end, Face) else face(end, electrostatics) for name, end in faces.items()}
    junctions = {pair: Junction(channel_junction(*law)) for pair, law in pairs.items()}
    return System(assembly, media, faces, junctions, **others)


def motive(field, n=2):
    """Electromotive field of E_smf(x) along an axis: functions {axis: f of points (3, N)}."""

    def of(x):
        out = np.zeros((x.shape[1], 3, n))
        for axis, f in field.items():
            out[:, axis, 1] = f(x)
        return out

    return of


def uniform(layers, electrostatics="neutral"):
    """The motive of the fields E and E_smf of layers, along z."""
    n = 2 + (electrostatics == "poisson")

    def along_z(layer):
        values = np.zeros((3, n))
        values[2, :2] = layer.E, layer.E_smf
        return lambda x: np.broadcast_to(values, (x.shape[1], 3, n))

    return {"motive": {str(k): along_z(layer) for k, layer in enumerate(layers)}}


def places(system):
    """(3, rows) where the unknowns of this rank are, m."""
    a = system.assembly
    x = np.zeros((3, a.owned))
    for i, axis in enumerate(a.mesh.axes):
        x["xyz".index(axis)] = a.points[: a.owned, i] * NM
    return x
