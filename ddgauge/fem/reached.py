"""A sparse matrix of blocks, ready to solve with, of those fields alone that a right-hand side reaches.

Of the fields of two bands a p-n junction knows five of seventeen: the others couple to none of them, and stay zero.
"""

import numpy as np
from mpi4py import MPI

from ddgauge.fem.linear import Linear

DIRECT = 100_000  # unknowns up to which factors are taken in any dimension: iterations do not do for drift


class Reached:
    """Constrained blocks (entries, n, n), solved as a Linear of some of the fields, of more where that is needed.

    Parameters
    ----------
    assembly, blocks, conserved, scale, tolerance, method :
        As of Linear.
    """

    def __init__(self, assembly, blocks, conserved, scale, tolerance, method=None):
        self.assembly, self.blocks, self.conserved = assembly, blocks, conserved
        self.options = scale, tolerance, method
        self.fields, self.linear = np.zeros(0, dtype=int), None
        self.acts = self._acts(blocks)

    def change(self, blocks, most):
        """Take other blocks, near enough to go on with the preconditioner, or factors, of the old ones.

        At most `most` iterations at a time are spent on that.
        """
        self.blocks, self.acts = blocks, self._acts(blocks)
        if self.linear is not None:
            self.linear.change(self._of_fields(blocks), most)

    def solve(self, rhs):
        """Solution (rows, n), iterations, residual; as Linear.solve."""
        reached = self._reached(rhs)
        if not set(reached) <= set(self.fields):
            self.fields = np.union1d(self.fields, reached)
            conserved = [k for k, A in enumerate(self.fields) if A in self.conserved]
            scale, tolerance, method = self.options
            few = self.assembly.index_map.size_global * len(self.fields) <= DIRECT
            method = method or ("direct" if few else None)
            self.linear = Linear(self.assembly, self._of_fields(self.blocks), conserved, [], scale, tolerance, method)
        x = np.zeros_like(rhs)
        if self.linear is None:
            return x, 0, 0.0
        x[:, self.fields], iterations, residual = self.linear.solve(rhs[:, self.fields])
        return x, iterations, residual

    def _reached(self, rhs):
        """Numbers of the fields that are not zero in the solution."""
        reached = self._anywhere(rhs.any(axis=0))
        while (further := reached | self.acts[:, reached].any(axis=1)).sum() > reached.sum():
            reached = further
        return np.flatnonzero(reached)

    def _of_fields(self, blocks):
        if len(self.fields) == blocks.shape[1]:
            return blocks
        return np.ascontiguousarray(blocks[:, self.fields[:, None], self.fields])

    def _acts(self, blocks):
        """[A, B]: whether the equation of field A has field B in it anywhere."""
        return self._anywhere(blocks.any(axis=0))

    def _anywhere(self, mask):
        return self.assembly.mesh.comm.allreduce(np.asarray(mask), MPI.BOR)
