"""What problems that are much alike have in common: assemblies on equal meshes, and the factors of one of them."""

import numpy as np
from mpi4py import MPI

from ddgauge.fem.equations import SolverError

KEPT = 4  # meshes and assemblies; of three dimensions they take memory
FACTORED = {2: 400_000, 3: 60_000}  # unknowns up to which factors are made for several problems, by the dimension
NEAR = 25  # iterations with the factors of another problem, at a time


class Shelf:
    """Keeps what the first problem of several makes, for those that follow.

    What a problem takes from it depends on the first one and on itself, not on those in between.
    """

    def __init__(self):
        self._made, self._kept, self._next, self._first = {}, [], 0, False
        self._finest = {}

    def problem(self, first):
        """Say that a problem begins: the first one, to which others will be near, or one of these."""
        self._next, self._first = 0, first
        if first:
            self._kept = []

    def share_mesh(self, key):
        """Let layers as thick, of meshes (arguments of stack_mesh) alike, have the same cells: the finest of all."""
        plan, *rest = key
        for name, thickness, cells, edge in plan:
            layer = name, thickness, *rest
            most, least = self._finest.get(layer, (0, np.inf))
            self._finest[layer] = max(cells, most), min(edge, least)

    def mesh(self, key):
        """A mesh with the cells that are shared."""
        plan, *rest = key
        own = {(name, thickness, *rest): cells for name, thickness, *cells in plan}
        return tuple((*layer[:2], *self._finest.get(layer, cells)) for layer, cells in own.items()), *rest

    def take(self, key, make):
        """What was made under this key, of late; made if it was not."""
        made = self._made.pop(key) if key in self._made else make()
        self._made[key] = made
        if len(self._made) > KEPT:
            del self._made[next(iter(self._made))]
        return made

    def linear(self, system):
        """What solves a System: its own Linear, or that of the first problem; systems come in the same order."""
        place, self._next = self._next, self._next + 1
        unknowns = system.assembly.index_map.size_global * system.n
        direct = unknowns <= FACTORED.get(system.assembly.mesh.dimension, 0)
        near = self._kept[place] if place < len(self._kept) else None
        if not self._first and near is not None and _alike(system, near[0]):
            return Near(system, near[1])
        made = system.made("direct" if direct else None)
        if self._first:
            self._kept.append((system, made) if direct else None)
        return made


class Near:
    """Solves a system with the factors of another that is near, as long as that goes."""

    def __init__(self, system, linear):
        self.system, self.linear, self.own = system, linear, None
        linear.change(system.constrained())
        linear.ksp.setTolerances(max_it=NEAR)
        linear.scale, linear.tolerance = system.scale, system.tolerance

    def solve(self, rhs):
        """As of Linear."""
        if self.own is None:
            try:
                return self.linear.solve(rhs)
            except SolverError:
                self.own = self.system.made("direct")
        return self.own.solve(rhs)


def _alike(system, other):
    """Whether unknowns are the same ones, and the same of them are held or undetermined."""
    mine, its = system.assembly, other.assembly
    alike = system.n == other.n and system.conserved == other.conserved and len(system.null) == len(other.null)
    alike = alike and all(
        np.array_equal(a, b)
        for a, b in ((mine.columns, its.columns), (mine.points, its.points), (system.fixed, other.fixed))
    )
    if not system.comm.allreduce(alike, MPI.LAND):
        return False
    # the same space, whatever the signs
    return all(system.norm(a - sum(system.dot(a, b) * b for b in other.null)) < 1e-6 for a in system.null)
