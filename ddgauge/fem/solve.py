"""Steady states of a problem, for one drive after another."""

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from mpi4py import MPI

from ddgauge.fem.equations import Equations, SolverError
from ddgauge.fem.linear import ROUNDING, Linear
from ddgauge.fem.solution import Solution
from ddgauge.units import NM

__all__ = ["Report", "SolverError", "System"]


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
    shelf : Shelf, optional
        Of systems that are near, whose factors may do.
    """

    def __init__(self, assembly, media, faces=None, junctions=None, tolerance=1e-10, method=None, shelf=None):
        start = time.perf_counter()
        super().__init__(assembly, media, faces, junctions)
        self.tolerance, self.method, self.shelf = tolerance, method, shelf
        self.null = self.null_space()
        self.seconds = {"matrix": time.perf_counter() - start}

    @cached_property
    def linear(self):
        """The matrix of steady states, ready to solve with."""
        start = time.perf_counter()
        made = self.made(self.method) if self.shelf is None else self.shelf.linear(self)
        self.seconds["preconditioner"] = time.perf_counter() - start
        return made

    def made(self, method=None):
        """A Linear of its own."""
        blocks = self.constrained()
        return Linear(self.assembly, blocks, self.conserved, self.null, self.scale, self.tolerance, method)

    def solve(self, E=(0, 0, 0), values=None, sources=None, loads=None, motive=None):
        """Solution for an electric field E (V/m), held potentials and face sources other than those of the faces.

        Parameters
        ----------
        values : {face: {field: V}}
            Only for fields that the faces fix.
        sources : {face: (n,) A/m^2}
        loads : {layer: (4, n) array F, or function of points (3, N), m, that returns (N, 4, n)}
            Adds int jet(v)[p, A] F[p, A] to the balances: F[0] is a current density from nowhere, A/m^3.
        motive : {layer: function of points (3, N), m, that returns (N, 3, n), V/m}
            Electromotive field f[j, A] that field A feels beside kappa_A E.
        """
        linear, start = self.linear, time.perf_counter()
        b = self.load(E, sources, loads, motive)
        held, free = self.held(values), ~self.fixed[: len(b)]
        self.compatible((b - self.apply(held)) * free, self.null)
        level = self.level(held)
        steps = np.where(self.fixed, held - level, 0.0)
        rhs = (b - self.apply(steps) - self.apply_level(level)) * free
        rise, iterations, residual = linear.solve(rhs)
        rise += steps[: len(b)]
        for z in self.null:
            rise -= self.dot(z, rise) * z
        x = np.where(free, level[: len(b)] + rise, held[: len(b)])
        seconds = self.seconds | {"solve": time.perf_counter() - start}
        report = Report(self.assembly.index_map.size_global * self.n, iterations, residual, seconds)
        return Solution(self, x, b, report, E, sources, loads, motive, level=(level, rise))

    def load(self, E=(0, 0, 0), sources=None, loads=None, motive=None):
        """Right-hand side (rows, n) before constraints, zero where a field drives nothing but uniform currents."""
        b, free = super().load(E, sources, loads, motive), ~self.fixed[: self.assembly.owned]
        if np.any(E) and self.norm(b * free) <= ROUNDING * self.scale * np.linalg.norm(E) * self._extent():
            b[free] = 0  # rounding errors
        return b

    def as_solution(self, x):
        """A Solution that holds given potentials (rows, n), such as a mode."""
        return Solution(self, x, np.zeros_like(x), Report(x.size, 0, 0.0, dict(self.seconds)))

    # solving

    def _extent(self):
        """Largest coordinate of the mesh, m: a length that is not shorter than a cell."""
        x = self.assembly.mesh.domain.geometry.x
        return self.comm.allreduce(float(np.abs(x).max(initial=0)), MPI.MAX) * NM
