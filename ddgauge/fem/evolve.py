"""Evolution in time, storage d_t mu + A mu = b(t), with PETSc's time steppers.

Diagonally implicit Runge-Kutta steps of third order, L-stable and stiffly accurate, with an embedded error estimate:
they take the charge of a neutral metal, which stores nothing, as the constraint that it is.
"""

from dataclasses import dataclass

import numpy as np
from mpi4py import MPI
from petsc4py import PETSc

from ddgauge.fem.equations import SolverError
from ddgauge.fem.linear import Linear
from ddgauge.fem.solution import Solution
from ddgauge.fem.solve import Report

STALE = 1.6  # factors of a step are used for others that are longer or shorter by less than this
FIRST = 1e-4  # step to begin with, relative to the whole time
AT_ONCE = 1e-9  # time, relative to the whole, in which what stores nothing follows a drive that is switched
SAMPLES = 7  # times at which the drive is looked at for the size of the potentials
STEPPER = "es325sal"  # Kennedy & Carpenter (2016): five stages, order 3 with 2 embedded


@dataclass(frozen=True)
class State:
    """Where an evolution has come to."""

    time: float  # s
    x: np.ndarray  # (rows, n), V
    rate: np.ndarray  # (rows, n), V/s
    step: float  # s, the next one


class Evolution:
    """The potentials of a System that is driven in time.

    Parameters
    ----------
    system : System
    drive : function of the time, s
        Arguments of System.solve but for `values`: E, sources, loads, motive; and conductances, {face: (n, n)} beside
        those of the system. Held potentials stay as the faces hold them.
    end : float
        s
    tolerance : float
        Error of a step, relative to the largest potential of each field.
    step : float, optional
        The first, s.
    fixed : bool
        Whether all steps are as long as the first.
    """

    def __init__(self, system, drive, end, tolerance=1e-6, step=None, fixed=False):
        self.system, self.drive, self.end = system, drive, end
        self.tolerance, self.step, self.fixed = tolerance, step, fixed
        self.storage = system.uncoupled(system.storage)
        self.null = system.null_space(system.blocks + system.scale / self._scale_of_storage() * system.storage)
        self.steps = self.iterations = 0
        self.residual, self.leak = 0.0, 0.0  # largest of all steps: of the solver; charge lost, relative
        self._linear, self._made_for, self._moving, self._loaded = None, None, False, (None, None)

    def begin(self, x=None, time=0.0):
        """The State at a time from potentials x (rows, n), none if not given, with what stores nothing in its place."""
        system, whole = self.system, self.end - time
        before = np.zeros((system.assembly.owned, system.n)) if x is None else x
        shift = 1 / (AT_ONCE * whole)
        b, x0 = self._load(time), self._held(before)
        change = self._solve(shift, time, (b - self._product(x0, time)) * self._free)
        return State(time, x0 + change, shift * change, self.step or FIRST * whole)

    def states(self, start, times):
        """(State, Solution) at each of some increasing times, from a start on.

        Between them PETSc chooses the steps; every one that it takes counts in `steps`, `residual` and `leak`.
        """
        times = [t for t in times if t > start.time * (1 + 1e-14)]
        self._largest = np.maximum(self._typical(start.time), self._size(start.x))
        ts, u = self._stepper(start)
        self._stage = (start.time, start.x, start.rate)
        state = start
        for time in times:
            while state.time < time - 1e-12 * (time - start.time):
                state = self._advance(ts, u, state, time)
            yield state, self.solution(state)

    def solution(self, state):
        """The Solution that a State is."""
        drive, system = self.drive(state.time), self.system
        unknowns = system.assembly.index_map.size_global * system.n
        report = Report(unknowns, self.iterations, self.residual, dict(system.seconds))
        return Solution(system, state.x, self._load(state.time), report, rate=state.rate, **drive)

    # steps

    def _advance(self, ts, u, state, time):
        """The State after one step, not beyond a time."""
        left = time - state.time
        count = np.ceil(left / state.step * (1 - 1e-9)) if left < 2 * state.step else np.inf
        step = left / max(count, 1.0) if np.isfinite(count) else state.step
        ts.setTimeStep(step)
        self._error = None
        try:
            ts.step()
        except PETSc.Error:
            if self._error is None:
                raise
        if self._error is not None:
            raise self._error
        reached = ts.getTime()
        if not reached > state.time or ts.getConvergedReason() < 0:
            raise SolverError(f"the step after t = {state.time:.6g} s failed; drives must be finite and continuous")
        chosen = ts.getTimeStep()
        _, x, rate = self._stage
        following = step if self.fixed else chosen
        if step < 0.5 * state.step and not self.fixed and reached - state.time > 0.99 * step:
            following = max(chosen, min(state.step, 2 * chosen))  # it was cut short by the time that was wanted
        self.steps += 1
        self._note(reached, x, rate)
        return State(reached if abs(reached - time) > 1e-12 * abs(time) else time, x, rate, following)

    def _note(self, time, x, rate):
        """Charge that a step lost, and sizes for the tolerances of the next."""
        system = self.system
        self._largest = np.maximum(self._largest, self._size(x))
        self._set_tolerances()
        parts = self._product(x, time), system.store(system.spread(rate)), -self._load(time)
        gone, flows = sum(parts) * self._free, sum(map(np.abs, parts))
        lost, size = system.comm.allreduce(float(gone[:, 0].sum())), system.comm.allreduce(float(flows[:, 0].sum()))
        self.leak = max(self.leak, abs(lost) / size if size else 0.0)
        size = system.norm(flows)
        self.residual = max(self.residual, float(system.norm(gone) / size) if size else 0.0)

    def _stepper(self, start):
        a, system = self.system.assembly, self.system
        ts = PETSc.TS().create(system.comm)
        size = (a.owned * system.n, a.index_map.size_global * system.n)
        u = PETSc.Vec().createMPI(size, comm=system.comm)
        u.array[:] = start.x.ravel()
        shifted = PETSc.Mat().createPython((size, size), _Shifted(self), comm=system.comm)
        shifted.setUp()
        ts.setType(PETSc.TS.Type.DIRK)
        ts.setDIRKType(STEPPER)
        ts.setEquationType(PETSc.TS.EquationType.DAE_IMPLICIT_INDEX1)
        ts.setIFunction(self._function, u.duplicate())
        ts.setIJacobian(self._jacobian, shifted, shifted)
        ts.setSolution(u)
        ts.setTime(start.time)
        ts.setMaxTime(2 * self.end + 1.0)
        ts.setTimeStep(start.step)
        ts.setMaxSteps(2**30)
        options, prefix = PETSc.Options(), "ddgauge_time_"
        options[f"{prefix}ts_adapt_type"] = "none" if self.fixed else "basic"
        ts.setOptionsPrefix(prefix)
        snes = ts.getSNES()
        snes.setType("ksponly")
        ksp = snes.getKSP()
        ksp.setType("preonly")
        ksp.getPC().setType("python")
        ksp.getPC().setPythonContext(_Stages(self))
        ts.setFromOptions()
        self._ts = ts
        self._set_tolerances()
        return ts, u

    def _set_tolerances(self):
        size = np.maximum(self._largest, 1e-8 * self._largest.max())
        size = np.where(size > 0, size, 1.0)
        atol = self._ts.getSolution().duplicate()
        atol.array[:] = np.tile(self.tolerance * size, self.system.assembly.owned)
        self._ts.setTolerances(rtol=0.0, atol=atol)

    # what PETSc asks for

    def _function(self, ts, time, u, rate, f):
        system = self.system
        shape = (system.assembly.owned, system.n)
        x, d = u.array_r.reshape(shape).copy(), rate.array_r.reshape(shape).copy()
        self._guess = time, x, d
        left = self._product(self._held(x), time) + system.store(system.spread(d * self._free)) - self._load(time)
        f.array[:] = np.where(self._free, left, system.scale * (x - self._held(x))).ravel()

    def _jacobian(self, ts, time, u, rate, shift, J, P):
        self._shift, self._beginning = shift, False

    def _solve_stage(self, rhs):
        """The change of a stage that makes its function zero; PETSc will subtract it."""
        time, x, rate = self._guess
        if self._beginning:
            return rate - self._stage[2]
        change = self._solve(self._shift, time, rhs)
        self._stage = time, x - change, rate - self._shift * change
        return change

    # the linear systems of stages

    def _solve(self, shift, time, rhs):
        conductances = self.drive(time).get("conductances", {})
        self._moving = self._moving or bool(conductances)
        if self._linear is None or self._moving or shift != self._made_for[1]:
            blocks = self.system.blocks
            if conductances:
                blocks = self.system.with_faces(blocks, conductances)
            self._prepare(shift, self.system.constrained(blocks) + shift * self.storage)
        self.system.compatible(rhs, self.null)
        x, iterations, _ = self._linear.solve(rhs)
        for z in self.null:
            x -= self.system.dot(z, x) * z
        self.iterations = max(self.iterations, iterations)
        return x

    def _prepare(self, shift, blocks):
        near = self._linear is not None and 1 / STALE < shift / self._made_for[0] < STALE
        if near:
            self._linear.change(blocks)
            self._made_for = self._made_for[0], shift
            return
        system = self.system
        scale = self._largest_diagonal(blocks)
        tolerance = min(system.tolerance, 1e-10)
        conserved, method = system.conserved, system.method
        self._linear = Linear(system.assembly, blocks, conserved, self.null, scale, tolerance, method)
        self._made_for = shift, shift

    # parts

    @property
    def _free(self):
        return ~self.system.fixed[: self.system.assembly.owned]

    def _held(self, x):
        """x with the held potentials in their places."""
        return np.where(self._free, x, self.system.values[: len(x)])

    def _product(self, x, time):
        """A x at a time."""
        system = self.system
        columns, out = system.spread(x), None
        out = system.apply(columns)
        for name, conductance in self.drive(time).get("conductances", {}).items():
            index, mass, _ = system.assembly.faces[name]
            mu = columns[system.assembly.columns[index]]
            np.add.at(out, system.assembly.rows[index], mass[:, None] * (mu @ conductance.T))
        return out

    def _load(self, time):
        if self._loaded[0] != time:  # asked for several times at the end of a step
            drive = {key: value for key, value in self.drive(time).items() if key != "conductances"}
            self._loaded = time, self.system.load(**drive)
        return self._loaded[1]

    def _typical(self, start):
        """(n,) largest potentials that the drive would bring about if it stayed for the whole time."""
        system, whole = self.system, self.end - start
        linear = Linear(
            system.assembly,
            system.constrained() + self.storage / whole,
            system.conserved,
            self.null,
            system.scale,
            1e-6,
            system.method,
        )
        sizes = []
        for time in np.linspace(start, self.end, SAMPLES):
            rhs = (self._load(time) - self._product(self._held(0 * self._free), time)) * self._free
            sizes.append(self._size(self._held(linear.solve(rhs)[0])))
        return np.max(sizes, axis=0)

    def _size(self, x):
        """(n,) largest potentials on any rank."""
        return self.system.comm.allreduce(np.abs(x).max(axis=0, initial=0.0), MPI.MAX)

    def _scale_of_storage(self):
        return self._largest_diagonal(self.system.storage)

    def _largest_diagonal(self, blocks):
        a = self.system.assembly
        diagonal = np.einsum("kaa->ka", blocks[a.rows == a.columns])
        return self.system.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX) or 1.0


class _Shifted:
    """PETSc's matrix of the stages, of which nothing but the place is needed: _Stages solves with the true one.

    Before the first step PETSc asks for the rates at rest potentials, by a matrix that it scales.
    """

    def __init__(self, evolution):
        self.evolution = evolution

    def scale(self, matrix, factor):
        """What follows is not a stage."""
        self.evolution._beginning = True


class _Stages:
    """PETSc's preconditioner of the stages: it solves them."""

    def __init__(self, evolution):
        self.evolution = evolution

    def setUp(self, pc):
        """PETSc asks for it."""

    def apply(self, pc, f, change):
        """Write the change of a stage; an error is kept, for PETSc would not tell what it was."""
        evolution = self.evolution
        shape = (evolution.system.assembly.owned, evolution.system.n)
        try:
            change.array[:] = evolution._solve_stage(f.array_r.reshape(shape)).ravel()
        except SolverError as error:
            evolution._error = error
            raise
