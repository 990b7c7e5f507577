"""Solving the linear system of a problem, by factors or by iterations, for one drive after another."""

import time
from dataclasses import dataclass

import numpy as np
from mpi4py import MPI

from ddgauge.fem.equations import Equations
from ddgauge.fem.precondition import preconditioner
from ddgauge.fem.solution import Solution
from ddgauge.units import NM

DIRECT = 20_000  # unknowns up to which factors are cheaper than iterations


PASSES = 6  # of iterative refinement, at most
ROUNDING = 2e-14  # of a residual, relative to the largest diagonal entry times the solution


class SolverError(RuntimeError):
    """A system that has no solution, or a solver that did not find it."""


@dataclass(frozen=True)
class Report:
    """How a solve went."""

    unknowns: int
    iterations: int
    residual: float  # |b - A x| / |b|
    seconds: dict[str, float]


class System(Equations):
    """Equations with a solver: ready for several drives.

    Parameters
    ----------
    assembly, media, faces, junctions : as of Equations
    tolerance : float
        Of the relative residual.
    method : "direct", "iterative" or None
        None: direct in one dimension and for small systems.
    """

    def __init__(self, assembly, media, faces=None, junctions=None, tolerance=1e-10, method=None):
        start = time.perf_counter()
        super().__init__(assembly, media, faces, junctions)
        between = time.perf_counter()
        self.tolerance = tolerance
        small = assembly.mesh.dimension == 1 or assembly.index_map.size_global * self.n <= DIRECT
        self.method = method or ("direct" if small else "iterative")
        self.null = self.null_space()
        self._ksp = preconditioner(self, self.constrained())
        self.seconds = {"matrix": between - start, "preconditioner": time.perf_counter() - between}

    def solve(self, E=(0, 0, 0), values=None, sources=None, loads=None):
        """Solution for an electric field E (V/m), held potentials and face sources other than those of the faces.

        Parameters
        ----------
        values : {face: {field: V}}
            Only for fields that the faces fix.
        sources : {face: (n,) A/m^2}
        loads : {layer: (4, n) array F, or function of points (3, N), m, that returns (N, 4, n)}
            Adds int jet(v)[p, A] F[p, A] to the balances: F[0] is a current density from nowhere, A/m^3.
        """
        start = time.perf_counter()
        E = np.asarray(E, dtype=float)
        loads = loads or {}
        b = self.load(E, sources) + sum(self.assembly.bulk_load(layer, F) for layer, F in loads.items())
        held = self.held(values)
        rhs = (b - self.apply(held)) * ~self.fixed[: len(b)]
        if self.norm(rhs) <= ROUNDING * self.scale * np.linalg.norm(E) * self._extent():
            rhs[:] = 0  # a field that drives nothing but uniform currents leaves rounding errors
        self._compatible(rhs)
        x, iterations, residual = self._refined(rhs)
        x += held[: len(x)]
        for z in self.null:
            x -= self.dot(z, x) * z
        seconds = self.seconds | {"solve": time.perf_counter() - start}
        report = Report(self.assembly.index_map.size_global * self.n, iterations, residual, seconds)
        return Solution(self, x, b, E, sources or {}, loads, report)

    def as_solution(self, x):
        """A Solution that holds given potentials (rows, n), such as a mode."""
        return Solution(self, x, np.zeros_like(x), np.zeros(3), {}, {}, Report(x.size, 0, 0.0, dict(self.seconds)))

    # solving

    def _extent(self):
        """Largest coordinate of the mesh, m: a length that is not shorter than a cell."""
        x = self.assembly.mesh.domain.geometry.x
        return self.comm.allreduce(float(np.abs(x).max(initial=0)), MPI.MAX) * NM

    def _compatible(self, rhs):
        size = self.norm(rhs)
        for z in self.null:
            if size and abs(self.dot(z, rhs)) > 1e-8 * size:
                raise SolverError(
                    "the currents imposed on a body without contacts or losses do not add up to zero; "
                    "add a contact, or make the currents balance"
                )

    def seconds_of_product(self):
        """Time of one product with the matrix, the least of ten: what solvers are measured in."""
        A, _ = self._ksp.getOperators()
        x, y = A.createVecs()
        x.set(1.0)
        times = []
        for _ in range(10):
            start = time.perf_counter()
            A.mult(x, y)
            times.append(time.perf_counter() - start)
        return min(times)

    def _refined(self, rhs):
        """Solution, iterations, residual: solved until the residuals of charge and of spin are small by themselves."""
        size = self._sizes(rhs)
        if not np.all(np.isfinite(size)):
            raise SolverError("the right-hand side is not finite; check coefficients and drives")
        if not size.any():
            return np.zeros_like(rhs), 0, 0.0
        size = np.maximum(size, 1e-6 * size.max())
        A, _ = self._ksp.getOperators()
        y, b = A.createVecs()
        residual, left, x, iterations, worst = rhs, size, np.zeros_like(rhs), 0, np.inf
        for _ in range(PASSES):
            wanted = min(self.tolerance * s / r for s, r in zip(size, left) if r > 0)
            self._ksp.setTolerances(rtol=min(max(0.5 * wanted, 1e-13), 0.1))
            b.array[:] = residual.ravel()
            self._ksp.solve(b, y)
            iterations += self._ksp.getIterationNumber()
            x += y.array_r.reshape(x.shape)
            y.array[:] = x.ravel()
            A.mult(y, b)
            residual = rhs - b.array_r.reshape(x.shape)
            left = self._sizes(residual)
            before, worst = worst, float((left / size).max())
            if np.all(left <= np.maximum(self.tolerance * size, ROUNDING * self.scale * self.norm(x))):
                return x, iterations, worst
            if not worst < 0.5 * before:  # as far as it goes, or diverged
                break
        raise SolverError(
            f"the linear solver stopped after {iterations} iterations at a relative residual of {worst:.1e} "
            f"(tolerance {self.tolerance:.0e}, PETSc reason {self._ksp.getConvergedReason()}); refine the mesh where "
            "lengths are short, or give more cells"
        )

    def _sizes(self, u):
        """Norms of the conserved fields (charge) and of the others (spin)."""
        conserved = np.isin(np.arange(self.n), self.conserved)
        return np.array([self.norm(u[:, conserved]), self.norm(u[:, ~conserved])])
