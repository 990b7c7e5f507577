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
GOLDEN = (5**0.5 - 1) / 2  # of the whole time between those, which fall on no zeros of a periodic drive
GROWTH = 10  # of steps, at most
FAINT = 1e-12  # V: what is left of drives that cancel, as of a wall in steady motion, is rounding error
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
        self._moved = self._flows = 0.0  # largest of all steps: charge that moves; norm of all currents
        self._linear, self._made_for, self._moving, self._loaded = None, None, False, (None, None)

    def begin(self, x=None, time=0.0):
        """The State at a time from potentials x (rows, n), none if not given, with what stores nothing in its place."""
        system, whole = self.system, self.end - time
        x = self._held(np.zeros((system.assembly.owned, system.n)) if x is None else x)
        shift = 1 / (AT_ONCE * whole)
        for _ in range(2):  # what stores nothing jumps; then it has a rate
            change = self._solve(shift, time, (self._load(time) - self._product(x, time)) * self._free)
            x = x + change
        return State(time, x, shift * change, self.step or FIRST * whole)

    def states(self, start, times):
        """(State, Solution) at each of some increasing times, none before the start.

        Between them PETSc chooses the steps; every one that it takes counts in `steps`, `residual` and `leak`.
        """
        self._close = 1e-12 * (self.end - start.time) + 4 * np.spacing(max(abs(start.time), abs(self.end)))
        self._largest = np.maximum(self._typical(start.time), self._size(start.x))
        ts, u = self._stepper(start)
        self._stage, self._starting = (start.time, start.x, start.rate), True
        state = start
        try:
            for time in times:
                while state.time < time - self._close:
                    state = self._advance(ts, u, state, time)
                if time > start.time - self._close:
                    yield state, self.solution(state)
        finally:
            ts.destroy()  # it holds what holds it

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
        following = state.step if self.fixed else chosen
        if chosen > 0.99 * GROWTH * step:
            following = max(chosen, state.step)  # it was cut short by the time that was wanted
        self.steps += 1
        self._note(reached, x, rate)
        return State(time if abs(reached - time) <= self._close else reached, x, rate, following)

    def _note(self, time, x, rate):
        """Charge that a step lost, and sizes for the tolerances of the next."""
        system = self.system
        self._largest = np.maximum(self._largest, self._size(x))
        self._set_tolerances()
        parts = self._product(x, time), system.store(system.spread(rate)), -self._load(time)
        gone, flows = sum(parts) * self._free, sum(map(np.abs, parts))
        columns = system.spread(x)
        by_field = [system.apply(columns * one)[:, 0] for one in np.eye(system.n)]  # they cancel in a neutral body
        moved = np.abs(by_field).sum() + np.abs(parts[1:])[..., 0].sum()
        self._moved = max(self._moved, system.comm.allreduce(float(moved)))
        lost = system.comm.allreduce(float(gone[:, 0].sum()))
        self.leak = max(self.leak, abs(lost) / self._moved if self._moved else 0.0)
        self._flows = max(self._flows, system.norm(flows))
        self.residual = max(self.residual, float(system.norm(gone) / self._flows) if self._flows else 0.0)

    def _stepper(self, start):
        a, system = self.system.assembly, self.system
        ts = PETSc.TS().create(system.comm)
        size = (a.owned * system.n, a.index_map.size_global * system.n)
        u = PETSc.Vec().createMPI(size, comm=system.comm)
        u.array[:] = start.x.ravel()
        shifted = PETSc.Mat().createPython((size, size), _Shifted(), comm=system.comm)
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
        ts.setErrorIfStepFails(False)
        ts.setStepLimits(1e-15 * (self.end - start.time), 2 * (self.end - start.time))
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
        size = np.maximum(self._largest, max(1e-8 * self._largest.max(), FAINT))
        atol = self._ts.getSolution().duplicate()
        atol.array[:] = np.tile(self.tolerance * size, self.system.assembly.owned)
        self._ts.setTolerances(rtol=0.0, atol=atol)

    # what PETSc asks for

    def _function(self, ts, time, u, rate, f):
        system = self.system
        shape = (system.assembly.owned, system.n)
        x, d = u.array_r.reshape(shape).copy(), rate.array_r.reshape(shape).copy()
        self._guess = time, x, d
        if self._starting:  # PETSc would set the rates to zero where they are in no equation: phi drags no charge along
            f.array[:] = d.ravel() + 1
            return
        left = self._product(self._held(x), time) + system.store(system.spread(d * self._free)) - self._load(time)
        f.array[:] = np.where(self._free, left, system.scale * (x - self._held(x))).ravel()

    def _jacobian(self, ts, time, u, rate, shift, J, P):
        self._shift = shift

    def _solve_stage(self, rhs):
        """The change of a stage that makes its function zero; PETSc will subtract it."""
        time, x, rate = self._guess
        if self._starting:
            self._starting = False
            return rate - self._stage[2]
        change = self._solve(self._shift, time, rhs)
        self._stage = time, x - change, rate - self._shift * change
        return change

    # the linear systems of stages

    def _solve(self, shift, time, rhs):
        self._moving = self._moving or bool(self.drive(time).get("conductances"))
        if self._linear is None or not 1 / STALE < shift / self._made_for[0] < STALE:
            self._make(shift, time)
        elif self._moving or abs(shift - self._made_for[1]) > 1e-12 * shift:
            self._linear.change(self._blocks(shift, time))
            self._made_for = self._made_for[0], shift
        try:
            x, iterations, _ = self._linear.solve(rhs)
            self._fewest = min(self._fewest, iterations or np.inf)
            stale = iterations > 3 * self._fewest + 10
        except SolverError:
            stale = True
            if self._fewest == np.inf:
                raise
        if stale:  # magnets turn away from what was made for them
            self._make(shift, time)
            x, iterations, _ = self._linear.solve(rhs)
        for z in self.null:
            x -= self.system.dot(z, x) * z
        self.iterations = max(self.iterations, iterations)
        return x

    def _blocks(self, shift, time):
        """A + shift M at a time, constrained."""
        system, conductances = self.system, self.drive(time).get("conductances")
        blocks = system.with_faces(system.blocks, conductances) if conductances else None
        return system.constrained(blocks) + shift * self.storage

    def _make(self, shift, time):
        """Factors, or a preconditioner, of A + shift M at a time."""
        system, blocks = self.system, self._blocks(shift, time)
        scale = self._largest_diagonal(blocks)
        tolerance = min(system.tolerance, 1e-10)
        conserved, method = system.conserved, system.method
        self._linear = Linear(system.assembly, blocks, conserved, self.null, scale, tolerance, method)
        self._made_for, self._fewest = (shift, shift), np.inf

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
            self.system.compatible(self._loaded[1] * self._free, self.null)
        return self._loaded[1]

    def _typical(self, start):
        """(n,) largest potentials that the drive would bring about if it stayed for the whole time."""
        sizes, rest = [], self._held(0.0 * self._free)
        for k in range(SAMPLES):
            time = start + (self.end - start) * (k * GOLDEN % 1)
            rhs = (self._load(time) - self._product(rest, time)) * self._free
            sizes.append(self._size(rest + self._solve(1 / (self.end - start), time, rhs)))
        return np.max(sizes, axis=0)

    def _size(self, x):
        """(n,) largest potentials on any rank."""
        size = np.abs(x).max(axis=0, initial=0.0)
        self.system.comm.Allreduce(MPI.IN_PLACE, size, MPI.MAX)
        return size

    def _scale_of_storage(self):
        return self._largest_diagonal(self.system.storage)

    def _largest_diagonal(self, blocks):
        a = self.system.assembly
        diagonal = np.einsum("kaa->ka", blocks[a.rows == a.columns])
        return self.system.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX) or 1.0


class _Shifted:
    """PETSc's matrix of the stages, of which nothing but the place is needed: _Stages solves with the true one."""

    def scale(self, matrix, factor):
        """PETSc asks for it before the first step, when it wants the rates."""


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
