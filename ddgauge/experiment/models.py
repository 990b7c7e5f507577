"""Media, faces and junctions of a stack: the spin model with four fields, two currents with two or three, nodes."""

from dataclasses import replace

import numpy as np

from ddgauge.model.band_laws import band_laws
from ddgauge.model.tunnel import barriers
from ddgauge.physics import closure, two_current
from ddgauge.physics.bands.chiral_anomaly import weyl_medium
from ddgauge.physics.bands.hall_medium import hall_vector, with_hall
from ddgauge.physics.medium import Face, Junction, spin_medium

KEPT = 100_000  # points at which coefficients are kept, 4 kB each
CAPACITOR = 2e-10  # m, between the charges of two metals with an interface resistance: a layer of atoms


def laws(case, stack, assembly):
    """({layer: Medium}, {face: Face}, {(below, above): Junction}) of a run's model on a mesh."""
    mesh = assembly.mesh
    media, faces, junctions = LAWS.get(case.experiment, _spin)(case, stack, mesh.layers)
    faces = {name: _with_density(assembly, stack, name, face) for name, face in faces.items()}
    return media, faces, {pair: junction for pair, junction in junctions.items() if pair in mesh.interfaces}


def at_any_bias(case, stack, mesh):
    """{(below, above): model.tunnel.Barrier} of the barriers of a mesh whose currents are not linear in the bias."""
    found = barriers(stack, case.experiment == "two-current")
    return {pair: barrier for pair, barrier in found.items() if barrier.full is not None and pair in mesh.interfaces}


def faces_at(case, stack, assembly, time):
    """{face: Face} of a run's model at a time (s): moments that precess have a direction."""
    _, faces, _ = laws(case, stack, assembly)
    return faces | {name: stack.boundary[name].face(stack.direction, time) for name in precessing(stack)}


def precessing(stack):
    """Names of the faces with magnets that precess."""
    return [name for name, boundary in stack.boundary.items() if getattr(boundary, "precession", None)]


def grounded(faces):
    """The same faces with nothing that drives: held potentials and sources are zero."""
    return {
        name: replace(face, source=0 * face.source, fixed=dict.fromkeys(face.fixed, 0.0))
        for name, face in faces.items()
    }


def motive(stack, time, n):
    """{layer: electromotive field of n fields} of the stack's texture at a time (s), as of System.solve."""
    forces = {name: stack.motive_force(name) for name in stack.names}
    return {name: _of_spin(lambda x, law=law: law(x, time), n) for name, law in forces.items() if law is not None}


def driven(stack, system):
    """The drive of Evolution: field, texture, and magnets that precess, as functions of time."""

    def drive(time):
        found = {"E": stack.electric_field, "motive": motive(stack, time, system.n)}
        if moving := {name: stack.boundary[name].face(stack.direction, time) for name in precessing(stack)}:
            found["sources"] = {name: face.source for name, face in moving.items()}
            found["conductances"] = {
                name: face.conductance - system.faces[name].conductance for name, face in moving.items()
            }
        return found

    return drive


def phasors(stack, n):
    """(real, imaginary) drives of Harmonic: contacts, field, and the wave of a spin motive force."""
    E_smf, q = stack.wave
    real, imaginary = {"E": stack.electric_field}, {}
    if E_smf.any():
        for drive, part in ((real, np.cos), (imaginary, np.sin)):
            wave = _of_spin(lambda x, part=part: part(q @ x)[:, None] * E_smf, n)
            drive["motive"] = dict.fromkeys(stack.names, wave)
    return real, imaginary


def _of_spin(law, n):
    """The electromotive field (N, 3, n) of a spin motive force E_smf(x) (N, 3): that of mu alone."""

    kept = {}  # loads and balances ask at the same two sets of points again and again

    def field(x):
        if id(x) not in kept:
            if len(kept) > 1:
                kept.clear()
            kept[id(x)] = x, law(x)[..., None] * np.eye(n)[1]
        return kept[id(x)][1]

    return field


def lead_voltage(boundary):
    """The voltage of the lead behind a contact, V, or None."""
    return getattr(boundary, "voltage", None)


def leads(stack):
    """{contact: V} of the leads behind contacts with a resistance."""
    behind = {name: b for name, b in stack.boundary.items() if getattr(b, "conductance", None) is not None}
    return {name: lead_voltage(boundary) for name, boundary in behind.items()}


def held_voltage(boundary):
    """The voltage that a face itself is held at, V, or None."""
    return None if getattr(boundary, "conductance", None) is not None else lead_voltage(boundary)


def medium(c):
    """The Medium of LayerCoefficients, or a function of points where they vary."""
    if c.hall is not None:
        return HallVaries(c)
    Theta = closure.response(closure.coupling(c.theta0, c.thetaC, c.thetaL))
    R, omega = c.R_lattice + c.R_exchange, c.omega_exchange + c.omega_larmor
    if callable(c.q):
        return lambda x: spin_medium(c.sigma, c.D, R, omega, c.q(x), Theta, c.kappa)
    return spin_medium(c.sigma, c.D, R, omega, c.q, Theta, c.kappa)


def hall_medium(c, x, sigma_H):
    """The Medium of LayerCoefficients at points (3, N), m, where the Hall conductivity is sigma_H (N, 3), S/m."""
    sigma, anomalous = hall_vector(c.sigma, sigma_H)
    theta0 = anomalous + c.theta0 * (sigma / c.sigma)[:, None]  # resistivities add
    Theta = closure.response(closure.coupling(theta0, c.thetaC, c.thetaL))
    R, omega = c.R_lattice + c.R_exchange, c.omega_exchange + c.omega_larmor
    q = c.q(x) if callable(c.q) else c.q
    found = spin_medium(sigma, c.D * sigma / c.sigma, R, omega, q, Theta, c.kappa)
    same = spin_medium(c.sigma, c.D, R, omega, np.zeros((3, 3)), np.zeros((3, 4, 3, 4)))  # sigma / D is
    return replace(found, storage=same.storage, relaxation=same.relaxation)


class HallVaries:
    """The Medium of a layer with a Hall conductivity that varies, as a function of points (3, N), m.

    Where it follows mu^0 (N,), V, that is known at points of quadrature x, and zero before the first solution.
    """

    def __init__(self, c, x=None, V=None):
        self.c, self.x, self.V, self.kept = c, x, V, None

    def __call__(self, x):
        if self.kept is not None and np.array_equal(x, self.kept[0]):
            return self.kept[1]
        V = 0.0
        if self.x is not None and x.shape[1] > 1:  # one point: its shape alone is wanted, Equations.somewhere
            if not np.array_equal(x, self.x):
                raise RuntimeError("the potential that coefficients follow is not known at these points")
            V = self.V
        found = self.at(x, V)
        if 1 < x.shape[1] <= KEPT:  # assembly and balances ask at the same points again and again
            self.kept = x, found
        return found

    def at(self, x, V):
        """The Medium at points (3, N), m, where mu^0 is V (N,), V."""
        return hall_medium(self.c, x, self.c.hall(x, V=V))


def _with_density(assembly, stack, name, face):
    """A face whose current was given in A, with what that is per area."""
    boundary = stack.boundary.get(name)
    if boundary is None or boundary.total_current is None:
        return face
    area = assembly.mesh.comm.allreduce(float(assembly.faces[name][2].sum()))
    return replace(face, source=face.source + boundary.total_current / area * np.eye(len(face.source))[0])


def _spin(case, stack, names):
    return {name: medium(stack.coefficients(name)) for name in names}, stack.faces, stack.interfaces


def _weyl(case, stack, names):
    if stack.field.varies:
        media = {name: lambda x, name=name: weyl_medium(stack.weyl(name, x)) for name in names}
    else:
        media = {name: weyl_medium(stack.weyl(name)) for name in names}
    return media, stack.weyl_faces, {}


def _two_current(case, stack, names):
    electrostatics = case.electrostatics
    layers = {name: stack[name].two_current() for name in names}
    faces, junctions = stack.channel_faces, stack.channel_interfaces
    if electrostatics != "poisson":
        law = {"bare": two_current.bare, "neutral": two_current.neutral}[electrostatics]
        media = {name: law(c.sigma, c.G_sf, c.nu) for name, c in layers.items()}
        return {name: with_hall(media[name], c.sigma_H) for name, c in layers.items()}, faces, junctions
    rate = max(c.sigma.sum() / c.permittivity for c in layers.values())
    media = {name: two_current.poisson(c.sigma, c.G_sf, c.nu, c.permittivity, rate) for name, c in layers.items()}
    media = {name: with_hall(media[name], c.sigma_H) for name, c in layers.items()}
    gap = rate * min(c.permittivity for c in layers.values()) / CAPACITOR
    return (
        media,
        {name: _with_potential(face, lead_voltage(stack.boundary.get(name))) for name, face in faces.items()},
        {pair: _with_gap(junction, gap) for pair, junction in junctions.items()},
    )


def _with_potential(face, held):
    """A face of two currents with the electric potential beside: that of the lead where it is held, else no field."""
    conductance = np.zeros((3, 3))
    conductance[:2, :2] = face.conductance
    fixed = face.fixed if held is None else {**face.fixed, 2: held}
    return Face(conductance, np.append(face.source, 0.0), fixed)


def _with_gap(junction, capacitance):
    matrix = np.zeros((2, 3, 2, 3))
    matrix[:, :2, :, :2] = junction.matrix
    matrix[:, 2, :, 2] = capacitance * np.array([[1, -1], [-1, 1]])
    return Junction(matrix)


def _two_band(case, stack, names):
    laws = band_laws(case)
    return {name: laws[name].medium for name in names}, band_faces(stack, laws), {}


def band_faces(stack, laws):
    """{face: Face} of two bands in the units of their laws."""
    law = next(iter(laws.values()))
    faces = {}
    for name, face in stack.band_faces.items():
        conductance, source = np.zeros((law.n, law.n)), np.zeros(law.n)
        conductance[:16, :16], source[:16] = face.conductance, face.flux / law.n_ref
        held = {A: value / law.n_ref for A, value in face.held.items()}
        faces[name] = Face(conductance, source, held if face.potential is None else held | {16: face.potential})
    return faces


LAWS = {
    "two-current": _two_current,
    "weyl": _weyl,
    "two-band": _two_band,
}  # of experiments with other fields than the spin model
