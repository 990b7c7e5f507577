"""Two bands in time, where precession is much quicker than transport: Strang's splitting  [Buot].

    local step dt/2, transport step dt, local step dt/2:   of second order in dt, stable for any

The local step is exact, d_t S' = L S' + g at each place: precession, relaxation and generation of coherence and spin.
Where a coupling oscillates, steps of Magnus' expansion resolve it. The transport step has diffusion, drift, gauge
fields, the charge and its potential, faces, and generation of charge; it is implicit, of order 2, and L-stable. At
nodes where layers meet, the local step is the projection of what each layer does: of first order in dt there alone.
"""

from dataclasses import replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.linalg import expm

from ddgauge.fem.evolve import State
from ddgauge.fem.linear import Linear
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.fem.nonlinear_solution import NonlinearSolution
from ddgauge.fem.solve import Report, System
from ddgauge.physics.band_equilibrium import Given
from ddgauge.physics.medium import Face, Medium

GAMMA = 1 - 0.5**0.5  # of both stages; their times are GAMMA dt and dt
PER_PERIOD = 80  # steps of Magnus' expansion, and per time of the quickest precession
AT_ONCE = 1e-9  # of a step, in which potentials follow the charge of the start
CHUNK = 2000  # exponentials at a time
SAME = 1e-9  # relative difference of steps that are alike


class Splitting:
    """The fields of laws of two bands in time.

    Parameters
    ----------
    assembly : Assembly
    laws : {layer: BandLaw}
    faces, junctions : as of Nonlinear
    drive : function of the time, s, optional
        Arguments `sources` and `loads` of Nonlinear.solve.
    end : float
        s
    steps : int
        From 0 to the end; times that are asked for divide them into equal ones that are no longer.
    """

    def __init__(self, assembly, laws, faces=None, junctions=None, drive=None, end=1.0, steps=100, method=None):
        self.assembly, self.laws, self.end, self.step = assembly, laws, end, end / steps
        self.drive = drive or (lambda t: {})
        self.others = {"faces": faces, "junctions": junctions, "method": method}
        self.transport = Nonlinear(assembly, {layer: _of_transport(law) for layer, law in laws.items()}, **self.others)
        self.local = {layer: Local(law) for layer, law in laws.items()}
        self.steps = self.iterations = 0
        self.residual, self.leak = 0.0, 0.0  # largest of all steps: of the solver; charge lost, relative
        self._solvers, self._steady, self._calmed = {}, None, None

    def begin(self, x=None, time=0.0):
        """The State at a time from fields x (rows, n), with what is held, and potentials, in their places."""
        system = self.transport
        free, held = ~system.fixed[: self.assembly.owned], system.values[: self.assembly.owned]
        x = np.where(free, 0.0 if x is None else x, held)
        if any(law.poisson for law in self.laws.values()):
            shift = 1 / (AT_ONCE * self.step)
            x, _, _ = system.newton(x, self._load(time) + shift * system.store(system.spread(x)), shift)
        return State(time, x, self.rate(x, time), self.step)

    def states(self, start, times):
        """(State, Solution) at each of some increasing times, none before the start."""
        time, x = start.time, start.x
        for wanted in times:
            left = wanted - time
            count = max(int(np.ceil(left / self.step * (1 - SAME))), 0)
            for k in range(count):
                x = self._advanced(x, time + k * left / count, left / count)
                self.steps += 1
            time = wanted if count else time
            state = State(time, x, self.rate(x, time), self.step)
            yield state, self.solution(state)

    def solution(self, state):
        """The Solution that a State is."""
        system, drive = self._system(state.time), self.drive(state.time)
        unknowns = self.assembly.index_map.size_global * system.n
        report = Report(unknowns, self.iterations, self.residual, dict(system.seconds))
        return NonlinearSolution(system, state.x, system.load(**drive), report, rate=state.rate, **drive)

    def rate(self, x, time):
        """(rows, n) d_t x by the whole law, with which all balances hold; zero for potentials."""
        system = self._system(time)
        law, _ = system.product(x)
        left = (system.load(**self.drive(time)) - law)[:, :16]
        return np.pad(self._without_mass(left), [(0, 0), (0, system.n - 16)])

    # steps

    def _advanced(self, x, time, dt):
        x = self._locally(x, time, dt / 2)
        x = self._transported(x, time, dt)
        return self._locally(x, time + dt / 2, dt / 2)

    def _transported(self, x, time, dt):
        if self._steady is None or abs(self._steady * GAMMA * dt - 1) > SAME:
            self._steady = 1 / (GAMMA * dt)
        self._calm = self._calming(dt)
        stage = self._stage(x, x, time + GAMMA * dt)
        return self._stage(x + (1 - GAMMA) / GAMMA * (stage - x), stage, time + dt)

    def _stage(self, x, guess, time):
        """Solution of an implicit step from x."""
        system = self.transport
        load = self._load(time) + self._steady * system.store(system.spread(x))
        load[:, :16] += sum(mass @ self._calm for mass in self._masses.values())
        x, steps, residual = system.newton(guess, load, self._steady)
        self.iterations, self.residual = max(self.iterations, steps), max(self.residual, residual)
        left, terms = (system.comm.allreduce(float(part[:, 0].sum())) for part in system.missing(x, load, self._steady))
        self.leak = max(self.leak, abs(left) / terms if terms else 0.0)
        return x

    def _locally(self, x, time, dt):
        """Of each layer M_l, the Galerkin projection of what happens at the places of its nodes."""
        columns, change = self.transport.spread(x), 0.0
        for layer, local in self.local.items():
            change = change + self._masses[layer] @ local.change(columns, time, dt, self._calming(2 * dt))
        out = x.copy()
        out[:, :16] += self._without_mass(change)
        return out

    # faces

    def _calming(self, dt):
        """(columns, 16) rates that transport takes over from what happens at each place, for steps of dt.

        At faces that hold all fields it is all that would happen to these, and beside them it is smooth: else each
        local step would tear the fields at such a face from those beside it, and what flows there would be wrong by
        (omega dt)^(1/2). What is too quick for the steps is left out, by 1 / (1 + (dt^2 L^T L)^2).
        """
        if self._calmed is None or abs(self._calmed[0] / dt - 1) > SAME:
            rates = np.zeros((self._width, 16))
            for shape, local, S in self._held:
                L = local.still[:16, :16]
                rate = L @ S[:16] + local.still[:16, 16] + local.law.drawn(S)
                rates += np.outer(shape, np.linalg.solve(np.eye(16) + np.linalg.matrix_power(dt**2 * L.T @ L, 2), rate))
            self._calmed = dt, rates
        return self._calmed[1]

    @cached_property
    def _held(self):
        """Of each face that holds all fields: a function (columns,) that is 1 there and 0 at others, Local, fields."""
        mesh, faces = self.assembly.mesh, self.transport.faces
        held = {name: face.fixed for name, face in faces.items() if set(range(16)) <= set(face.fixed)}
        if not held:
            return []
        X = np.zeros((4, 1, 4, 1))
        X[1, 0, 1, 0] = X[2, 0, 2, 0] = X[3, 0, 3, 0] = 1.0
        X[0, 0, 0, 0] = 1e-4 / sum(map(self._volume, self.laws)) ** (2 / mesh.dimension)  # where nothing is held
        none = np.zeros((1, 1))
        smooth = Medium(X, np.zeros((4, 1, 3)), X[1:] * 0, np.zeros((3, 1, 3)), none, none, np.ones(1))
        ends = {name: Face(none, np.zeros(1), {0: 0.0}) for name in held}
        system, layers = System(self.assembly, dict.fromkeys(self.laws, smooth), ends), mesh.layers_at()
        found = []
        for name, fixed in held.items():
            shape = system.spread(system.solve(values={name: {0: 1.0}}).x)[:, 0]
            found.append((shape, self.local[layers[name][0]], np.array([fixed[A] for A in sorted(fixed)])))
        return found

    def _volume(self, layer):
        return self.assembly.mesh.comm.allreduce(float(self.assembly.loads[layer][:, 0].sum()))

    # parts

    @property
    def _width(self):
        return self.assembly.column_map.size_local + self.assembly.column_map.num_ghosts

    def _load(self, time):
        return self.transport.load(**self.drive(time))

    def _system(self, time):
        """The Nonlinear of the whole law at a time."""
        if all(law.c.drive is None for law in self.laws.values()):
            return self._whole
        laws = {layer: replace(law, c=replace(law.c, H=law.c.hamiltonian(time))) for layer, law in self.laws.items()}
        return Nonlinear(self.assembly, laws, **self.others)

    @cached_property
    def _whole(self):
        return Nonlinear(self.assembly, self.laws, **self.others)

    @cached_property
    def _masses(self):
        """{layer: sparse M_l} of this rank's rows, (rows, columns)."""
        a, found = self.assembly, {}
        for layer in self.laws:
            index, blocks = a.bulk_matrix(layer, _ONE)
            at = a.rows[index], a.columns[index]
            found[layer] = sp.csr_matrix((blocks[:, 0, 0], at), shape=(a.owned, self._width))
        return found

    def _without_mass(self, b):
        """(rows, 16) y with M y = b where fields are free, and zero where they are held."""
        fixed = self.transport.fixed[:, :16]
        out = np.zeros_like(b)
        for A in range(16):
            if self.transport.norm(b[:, A]):
                mask = fixed[:, A]
                solver = self._solvers[A] if A in self._solvers else self._solver(A, mask)
                out[:, A] = solver.solve((b[:, A] * ~mask[: len(b)])[:, None])[0][:, 0]
        return out

    def _solver(self, A, fixed):
        """A Linear of the mass of a field without the nodes where it is held; fields that are held alike share it."""
        for B, other in self._solvers.items():
            differs = not np.array_equal(self.transport.fixed[:, B], fixed)
            if not self.assembly.mesh.comm.allreduce(int(differs)):
                self._solvers[A] = other
                return other
        a = self.assembly
        blocks = np.zeros((len(a.columns), 1, 1))
        for layer in self.laws:
            a.add_bulk(blocks, layer, _ONE)
        blocks *= (~(fixed[a.rows] | fixed[a.columns]))[:, None, None]
        diagonal = np.flatnonzero(a.rows == a.columns)
        scale = self.transport.largest(blocks)
        blocks[diagonal, 0, 0] += scale * fixed[: a.owned]
        self._solvers[A] = Linear(a, blocks, [], [], scale, 1e-12, self.others["method"])
        return self._solvers[A]


_ONE = np.zeros((4, 1, 4, 1))
_ONE[0, 0, 0, 0] = 1.0


def _of_transport(law):
    """The law without what happens at each place, but for generation of charge."""
    G = np.zeros(16)
    G[0] = law.c.G[0]
    zero = {"H": np.zeros((4, 4)), "R": np.zeros((16, 16)), "equilibrium": Given(np.zeros(16)), "G": G, "drive": None}
    return replace(law, c=replace(law.c, **zero))


class Local:
    """What happens at each place of a layer in a step of time, exactly; it keeps S_oo.

    Columns of an affine propagator: 16 fields, 1, and what a mass action law draws, which S_oo alone determines.
    """

    def __init__(self, law):
        self.law, self.made = law, {}
        c = law.c
        self.still = self._generator(c.H)
        self.w = None if c.drive is None else c.drive.w
        if c.drive is not None:
            quarter = np.pi / (2 * c.drive.w)
            self.cosine, self.sine = (self._generator(c.hamiltonian(t)) - self.still for t in (0.0, quarter))

    def change(self, columns, time, dt, less=0.0):
        """(columns, 16) change of the fields in a step from a time on, without some rates."""
        P = self.propagator(time, dt)
        S = columns[:, :16]
        return S @ P[:, :16].T - S + P[:, 16] + (self.law.drawn(columns) - less) @ P[:, 17:].T

    def propagator(self, time, dt):
        """(16, 33): S' after the step is this times (S', 1, drawn)."""
        if self.w is None:
            key = next((key for key in self.made if abs(key / dt - 1) < SAME), None)
            if key is None:
                self.made = {dt: expm(self.still * dt)}
                key = dt
            P = self.made[key]
        else:
            P = self._driven(time, dt)
        P = P[:16].copy()
        P[0] = np.eye(33)[0]
        return P

    def _generator(self, H):
        L, g = self.law.local(H)
        A = np.zeros((33, 33))
        A[:16, :16], A[:16, 16], A[:16, 17:] = L, g, np.eye(16)
        A[0] = 0.0  # charge is kept; its generation belongs to transport
        return A

    def _driven(self, time, dt):
        """The whole periods first, which are alike, then what is left."""
        period = 2 * np.pi / self.w
        count = int(dt // period)
        rest = self._magnus(time + count * period, dt - count * period)
        return rest @ np.linalg.matrix_power(self._magnus(time, period), count) if count else rest

    def _magnus(self, time, dt):
        """Product of exponentials of order 4, with two points of Gauss in each step."""
        quick = max(self.w, np.abs(self.still[:16, :16]).sum(axis=1).max())
        count = max(int(np.ceil(PER_PERIOD * dt * quick / (2 * np.pi))), 1)
        h, P = dt / count, np.eye(33)
        for k in range(0, count, CHUNK):
            middle = time + h * (np.arange(k, min(k + CHUNK, count)) + 0.5)
            one, two = (self._at(middle + side * h * 3**0.5 / 6) for side in (-1, 1))
            steps = expm(h / 2 * (one + two) + 3**0.5 / 12 * h**2 * (two @ one - one @ two))
            while len(steps) > 1:
                odd = steps[-1:] if len(steps) % 2 else steps[:0]
                steps = np.concatenate([steps[1::2] @ steps[: len(steps) - len(odd) : 2], odd])
            P = steps[0] @ P
        return P

    def _at(self, t):
        """Generators (k, 33, 33) at times (k,)."""
        phase = self.w * t[:, None, None]
        return self.still + np.cos(phase) * self.cosine + np.sin(phase) * self.sine
