"""Systems in the trial functions of a reduced basis, and their solutions: as System and Solution are, but small."""

import time
from functools import cached_property

import numpy as np

from ddgauge.fem.basis import SAFETY, NotReducible
from ddgauge.fem.equations import SolverError
from ddgauge.fem.solve import Report

SMALL = 1e-3  # share of the norm that spin is weighed with where it has less
NONE = 1e-9  # share with which there is no spin
NOTHING = 1e-12  # of a load beside that of a uniform field: rounding errors


class ReducedSystem:
    """A system of other coefficients, in the trial functions of a Basis; takes drives as System does.

    Parameters
    ----------
    basis : Basis
    media, faces, junctions : as of System
    """

    def __init__(self, basis, media, faces, junctions):
        self.basis, self.assembly, self.n = basis, basis.assembly, basis.n
        self.media, self.faces, self.junctions = media, faces, junctions
        held = [(name, A) for name, face in faces.items() for A in face.fixed]
        if (held, list(media), list(faces), list(junctions)) != (basis.held, basis.layers, basis.faces, basis.pairs):
            raise NotReducible("other fields are held")
        if any(callable(medium) for medium in media.values()):
            raise NotReducible("layers are not uniform")
        self.coefficients = basis.coefficients(media, faces, junctions)
        self.renew()

    def renew(self):
        """Take in what the basis has gained."""
        self.matrices = {key: self.basis.operator(key, X) for key, X in self.coefficients.items()}
        self.matrix = sum(self.matrices.values())
        self.trials = self.matrix[self.basis.first :]

    @cached_property
    def alpha(self):
        """Lower bound of the symmetric part, in units of P."""
        every = np.ones(self.n, dtype=bool)
        free = {("face", name): [A not in face.fixed for A in range(self.n)] for name, face in self.faces.items()}
        bounds = [
            self.basis.bound(key, X, np.flatnonzero(free.get(key, every))) for key, X in self.coefficients.items()
        ]
        return min(bounds) if np.isfinite(min(bounds)) else 1.0

    def driven(self, layer, E):
        """(tests,) load of an electric field in a layer."""
        drive = (self.media[layer].drive @ E)[self.assembly.places]
        return np.tensordot(drive, self.basis.vectors[layer], 2)

    def load(self, E, sources):
        """(tests,) right-hand side."""
        b = sum(self.driven(layer, E) for layer in self.media)
        for name, face in self.faces.items():
            source = np.asarray(sources.get(name, face.source))
            if source.any():
                b = b + source @ self.basis.vectors["face", name][0]
        return b

    def solve(self, E=(0, 0, 0), values=None, sources=None, loads=None, motive=None):
        """A ReducedSolution; arguments as of System.solve, without loads of points."""
        if loads or motive:
            raise NotReducible("loads vary in space")
        start, basis, E, sources = time.perf_counter(), self.basis, np.asarray(E, dtype=float), sources or {}
        known = {(name, A): value for name, face in self.faces.items() for A, value in face.fixed.items()}
        known |= {(name, A): value for name, fields in (values or {}).items() for A, value in fields.items()}
        lifts, first = len(basis.held), basis.first
        u = np.zeros(len(basis.trials))
        u[:lifts] = [known[key] for key in basis.held]
        b = self.load(E, sources)
        rhs = b[first + lifts :] - self.trials[lifts:, :lifts] @ u[:lifts]
        tested = b[basis.sketch] - self.matrix[basis.sketch, :lifts] @ u[:lifts]
        whole = SAFETY * np.sqrt(np.mean(tested**2))
        if whole <= NOTHING * self._uniform(E):
            residual, estimate = 0.0, 0.0
        else:
            try:
                u[lifts:] = np.linalg.solve(self.trials[lifts:, lifts:], rhs)
            except np.linalg.LinAlgError:
                raise SolverError("the reduced system is singular") from None
            left = SAFETY * np.sqrt(np.mean((b[basis.sketch] - self.matrix[basis.sketch] @ u) ** 2))
            charge, spin = np.sqrt(np.maximum(u @ basis.sizes @ u, 0))
            whole_size = np.hypot(charge, spin)
            size = max(spin, SMALL * whole_size) if spin > NONE * whole_size else whole_size
            residual = left / whole
            estimate = left / (self.alpha * size) if self.alpha * size > 0 else np.inf
        unknowns = self.assembly.owned * self.n
        report = Report(unknowns, 0, residual, {"solve": time.perf_counter() - start})
        return ReducedSolution(self, u, b, report, estimate, E, sources)

    def _uniform(self, E):
        """The norm of P that a uniform field has."""
        volumes = self.basis.volumes
        return np.sqrt(sum(abs(E @ medium.drift[:, 0] @ E) * volumes[layer] for layer, medium in self.media.items()))


class ReducedSolution:
    """What post-processing asks of a Solution, of one in the trial functions of a Basis; `estimate` is of its error."""

    rate = beside = None  # a steady state

    def __init__(self, system, u, load, report, estimate, E, sources):
        self.system, self.report, self.estimate, self.E, self.sources = system, report, estimate, E, sources
        self.media = system.media
        self._u, self._load, self._jets = u, load, {}
        self._basis, self._first = system.basis, system.basis.first

    @property
    def mesh(self):
        """The mesh, with its names."""
        return self.system.assembly.mesh

    def volume(self, layer):
        """As of Solution, and so are all that follow."""
        return self._basis.volumes[layer]

    def jets(self, layer):
        if layer not in self._jets:
            self._jets[layer] = np.zeros((4, self.system.n))
            self._jets[layer][self.system.assembly.places] = self._integrals(layer)
        return self._jets[layer]

    def flow(self, layer):
        medium = self.media[layer]
        return medium.drift @ self.E * self.volume(layer) - np.tensordot(medium.flux, self.jets(layer), 2)

    def loss(self, layer):
        medium = self.media[layer]
        return np.tensordot(medium.matrix[0], self.jets(layer), 2) - medium.drive[0] @ self.E * self.volume(layer)

    def work(self, layer):
        return float(self.E @ self.flow(layer) @ self.media[layer].kappa)

    def dissipation(self, layer):
        spent = self._power(layer) - self._u @ self.system.driven(layer, self.E)[self._first :]
        return self.work(layer) + float(spent)

    def driven_size(self, layer):
        return np.zeros(self.system.n)

    def stored(self, layer):
        return np.zeros(self.system.n)

    def stored_power(self, layer):
        return 0.0

    def area(self, face):
        return self._basis.volumes["face", face]

    def potential(self, face):
        return self._integrals(("face", face))[0] / self.area(face)

    def current(self, face):
        law = self.system.faces.get(face)
        if law is None:
            return np.zeros(self.system.n)
        source = np.asarray(self.sources.get(face, law.source))
        out = law.conductance @ self._integrals(("face", face))[0] - source * self.area(face)
        for A in law.fixed:
            out[A] -= self._residual_of_held[self._basis.held.index((face, A))]
        return out

    def face_power(self, face):
        law = self.system.faces.get(face)
        if law is None:
            return 0.0, 0.0
        free = np.array([A not in law.fixed for A in range(self.system.n)])
        source = np.asarray(self.sources.get(face, law.source))
        delivered = self._integrals(("face", face))[0] @ (source * free)
        absorbed = self._power(("face", face)) if free.all() else self._absorbed(face, law.conductance * free[:, None])
        if not free.all():
            delivered -= (self.potential(face) * self.current(face)) @ ~free
        return float(delivered), float(absorbed)

    def junction_current(self, below, above):
        sides = [self._integrals(("side", below, above, side))[0] for side in (0, 1)]
        return np.tensordot(self.system.junctions[below, above].matrix, np.stack(sides), 2)

    def junction_power(self, below, above):
        return float(self._power(("junction", below, above)))

    def interface_area(self, below, above):
        return self._basis.volumes["side", below, above, 0]

    def interface_current(self, below, above):
        tests, parts = self._basis.sums[below, above]
        out = self.system.driven(below, self.E)[tests] - self.system.matrices[below][tests] @ self._u
        for key in parts:
            law = self.system.faces[key[0]]
            source = np.asarray(self.sources.get(key[0], law.source))
            mass = self._basis.matrices[key][0, :, 0, :, tests] @ self._u
            out = out - np.tensordot(law.conductance, mass, 2) + source @ self._basis.vectors[key][0][:, tests]
        return out

    def interface_potential(self, below, above, side=0):
        return self._integrals(("side", below, above, side))[0] / self._basis.volumes["side", below, above, side]

    @property
    def terms(self):
        """Nothing: where potentials are uniform and nothing flows, the balances are those of rounding errors."""
        return np.zeros(self.system.n), 0.0

    @cached_property
    def _residual_of_held(self):
        ends = self._basis.ends
        return self.system.matrix[ends] @ self._u - self._load[ends]

    def _integrals(self, key):
        """(p, A) integrals of the entries of jet(mu)."""
        return self._basis.vectors[key][..., self._first :] @ self._u

    def _power(self, key):
        return self._u @ self.system.matrices[key][self._first :] @ self._u

    def _absorbed(self, face, conductance):
        if not conductance.any():
            return 0.0
        G = self._basis.matrices["face", face][0, :, 0, :, self._first :]
        return self._u @ np.tensordot(conductance, G, 2) @ self._u
