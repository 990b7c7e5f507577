"""A sparse matrix of blocks, ready to solve with: factors or iterations, refined until every kind of field is right."""

import time

import numpy as np
from petsc4py import PETSc

from ddgauge.fem.equations import SolverError
from ddgauge.fem.precondition import block_matrix, preconditioner

DIRECT = {1: np.inf, 2: 500_000, 3: 20_000}  # unknowns up to which factors are cheaper than iterations, by dimension
LEAST = np.array([1e-3, 1e-6])  # of the load, for charge and for spin: what has less is solved as if it had that
PASSES = 6  # of iterative refinement, at most
ROUNDING = 2e-14  # of a residual, relative to the largest diagonal entry times the solution


class Linear:
    """Constrained blocks (entries, n, n) in the sparsity pattern of an assembly.

    Parameters
    ----------
    assembly : Assembly
    blocks : (entries, n, n) array
    conserved : list of int
        Fields that have no local terms: their residual is held small by itself, as charge must be conserved.
    null : list of (rows, n) arrays
        Orthonormal; what the blocks send to zero.
    scale : float
        Largest diagonal entry.
    tolerance : float
        Of the relative residual.
    method : "direct", "iterative" or None
        None: direct in one dimension and up to DIRECT unknowns in others.
    near : (entries, n, n) array, optional
        Blocks whose diagonal is to precondition with.
    """

    def __init__(self, assembly, blocks, conserved, null, scale, tolerance, method=None, near=None):
        self.assembly, self.n, self.comm = assembly, blocks.shape[1], assembly.mesh.comm
        self.conserved, self.null, self.scale, self.tolerance = conserved, null, scale, tolerance
        small = assembly.index_map.size_global * self.n <= DIRECT[assembly.mesh.dimension]
        self.method = method or ("direct" if small else "iterative")
        PETSc.garbage_cleanup(self.comm)  # factors that Python let go of; PETSc frees them on all ranks at once
        self.ksp = preconditioner(self, blocks, blocks if near is None else near)
        self.null_space = self.ksp.getOperators()[0].getNullSpace()

    def change(self, blocks, most=200):
        """Take other blocks, near enough to go on with the preconditioner, or factors, of the old ones.

        At most `most` iterations at a time are spent on that.
        """
        A = block_matrix(self, blocks)
        A.setNullSpace(self.null_space)
        _, P = self.ksp.getOperators()
        pc = self.ksp.getPC()
        pc.setReusePreconditioner(True)
        self.ksp.setOperators(A, P)
        self.ksp.setTolerances(max_it=most)

    def solve(self, rhs):
        """Solution (rows, n), iterations, residual: solved until conserved and other fields are both right."""
        size = self._sizes(rhs)
        if not np.all(np.isfinite(size)):
            raise SolverError("the right-hand side is not finite; check coefficients and drives")
        if not size.any():
            return np.zeros_like(rhs), 0, 0.0
        size = np.maximum(size, LEAST * size.max())
        A, _ = self.ksp.getOperators()
        y, b = A.createVecs()
        residual, left, x, iterations, worst = rhs, size, np.zeros_like(rhs), 0, np.inf
        for _ in range(PASSES):
            wanted = min(self.tolerance * s / r for s, r in zip(size, left) if r > 0)
            self.ksp.setTolerances(rtol=min(max(0.5 * wanted, 1e-13), 0.1))
            b.array[:] = residual.ravel()
            self.ksp.solve(b, y)
            iterations += self.ksp.getIterationNumber()
            x += y.array_r.reshape(x.shape)
            y.array[:] = x.ravel()
            A.mult(y, b)
            residual = rhs - b.array_r.reshape(x.shape)
            left = self._sizes(residual)
            before, worst = worst, float((left / size).max())
            if np.all(left <= np.maximum(self.tolerance * size, ROUNDING * self.scale * self.norm(x))):
                return x, iterations, self.norm(residual) / self.norm(rhs)
            if not worst < 0.5 * before:  # as far as it goes, or diverged
                break
        raise SolverError(
            f"the linear solver stopped after {iterations} iterations at a relative residual of {worst:.1e} "
            f"(tolerance {self.tolerance:.0e}, PETSc reason {self.ksp.getConvergedReason()}); refine the mesh where "
            "lengths are short, or give more cells"
        )

    def seconds_of_product(self):
        """Time of one product with the matrix, the least of ten: what solvers are measured in."""
        A, _ = self.ksp.getOperators()
        x, y = A.createVecs()
        x.set(1.0)
        times = []
        for _ in range(10):
            start = time.perf_counter()
            A.mult(x, y)
            times.append(time.perf_counter() - start)
        return min(times)

    def dot(self, u, v):
        """Inner product of arrays of rows, over all ranks."""
        return self.comm.allreduce(float(np.vdot(u, v)))

    def norm(self, u):
        """Norm of an array of rows, over all ranks."""
        return np.sqrt(self.dot(u, u))

    def _sizes(self, u):
        """Norms of the conserved fields (charge) and of the others (spin)."""
        conserved = np.isin(np.arange(self.n), self.conserved)
        return np.array([self.norm(u[:, conserved]), self.norm(u[:, ~conserved])])
