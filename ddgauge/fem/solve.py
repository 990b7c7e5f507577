"""One linear system: blocks from media, faces and junctions; constraints; null space; Krylov and direct solvers."""

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from dolfinx import la
from mpi4py import MPI

from ddgauge.fem.precondition import preconditioner
from ddgauge.fem.solution import Solution

NULL = 1e-11  # a constant field is conserved if the matrix makes of it less than this, relative to its diagonal


PASSES = 6  # of iterative refinement, at most


class SolverError(RuntimeError):
    """A system that has no solution, or a solver that did not find it."""


@dataclass(frozen=True)
class Report:
    """How a solve went."""

    unknowns: int
    iterations: int
    residual: float  # |b - A x| / |b|
    seconds: dict[str, float]


class System:
    """The matrix of media (by layer), faces and junctions on an Assembly, ready to be solved for several drives.

    Parameters
    ----------
    assembly : Assembly
    media : dict of Medium, or of functions of points (3, N), m, that return a Medium with a leading axis N
    faces : dict of Face
        Faces that are not named are insulating.
    junctions : dict of Junction
        By (below, above); the pairs that the assembly was told are broken.
    tolerance : float
        Of the relative residual.
    method : "direct", "iterative" or None
        None: direct in one dimension and for small systems.
    """

    def __init__(self, assembly, media, faces=None, junctions=None, tolerance=1e-10, method=None):
        self.assembly, self.media = assembly, media
        self.faces, self.junctions = faces or {}, junctions or {}
        self.tolerance = tolerance
        self.seconds = {}
        start = time.perf_counter()
        medium = next(iter(media.values()))
        self.n = (medium(np.zeros((3, 1))) if callable(medium) else medium).kappa.shape[-1]
        self.blocks = self._blocks()
        small = assembly.mesh.dimension == 1 or assembly.index_map.size_global * self.n <= 20_000
        self.method = method or ("direct" if small else "iterative")
        self.fixed, self.values = self._constraints()
        self._seconds("matrix", start)
        start = time.perf_counter()
        self._scale = self._largest_diagonal()
        self.null = self._null_space()
        self._ksp = preconditioner(self, self.constrained(), self._scale)
        self._seconds("preconditioner", start)

    @property
    def comm(self):
        return self.assembly.mesh.comm

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
        self._compatible(rhs)
        x, iterations, residual = self._refined(rhs)
        x += held[: len(x)]
        for z in self.null:
            x -= self._dot(z, x) * z
        seconds = self.seconds | {"solve": time.perf_counter() - start}
        report = Report(self.assembly.index_map.size_global * self.n, iterations, residual, seconds)
        return Solution(self, x, b, E, sources or {}, loads, report)

    def as_solution(self, x):
        """A Solution that holds given potentials (rows, n), such as a mode."""
        return Solution(self, x, np.zeros_like(x), np.zeros(3), {}, {}, Report(x.size, 0, 0.0, dict(self.seconds)))

    # parts that post-processing uses too

    def load(self, E, sources=None):
        """Right-hand side (rows, n) before constraints."""
        a = self.assembly
        b = np.zeros((a.owned, self.n))
        for layer, medium in self.media.items():
            drive = (lambda x, m=medium: m(x).drive @ E) if callable(medium) else medium.drive @ E
            if callable(medium) or drive.any():
                b += a.bulk_load(layer, drive)
        for name, face in self.faces.items():
            source = np.asarray((sources or {}).get(name, face.source))
            if source.any():
                b += np.outer(a.faces[name][2], source)
        return b

    def held(self, values=None):
        """(columns, n) array of the held potentials, zero elsewhere."""
        if not values:
            return self.values
        held = self.values.copy()
        for name, fields in values.items():
            mask = self._on_face[name]
            for A, value in fields.items():
                held[mask, A] = value
        return held

    def apply(self, x):
        """A x of this rank's rows, constraints not applied; x (columns, n)."""
        return (self._bsr @ x.ravel()).reshape(-1, self.n)

    def spread(self, rows):
        """(columns, n) array from this rank's rows: ghosts filled in from their owners."""
        a = self.assembly
        vector = la.vector(a.column_map, rows.shape[1], dtype=np.float64)
        vector.array[: rows.size] = rows.ravel()
        vector.scatter_forward()
        return vector.array.reshape(-1, rows.shape[1])

    def on_face(self, name):
        """Mask of this rank's rows on a face that fixes a field."""
        return self._on_face[name][: self.assembly.owned]

    # building

    def _blocks(self):
        a = self.assembly
        n = self.n
        blocks = np.zeros((len(a.columns), n, n))
        for layer, medium in self.media.items():
            a.add_bulk(blocks, layer, (lambda x, m=medium: m(x).matrix) if callable(medium) else medium.matrix)
        for name, face in self.faces.items():
            if np.any(face.conductance):
                index, mass, _ = a.faces[name]
                blocks[index] += mass[:, None, None] * face.conductance
        for pair, junction in self.junctions.items():
            index, mass = a.junctions[pair]
            blocks[index] += np.einsum("kst,sAtB->kAB", mass, junction.matrix)
        size = a.column_map.size_local + a.column_map.num_ghosts
        self._bsr = sp.bsr_matrix((blocks, a.columns, a.indptr), shape=(a.owned * n, size * n))
        return blocks

    def _constraints(self):
        a, n = self.assembly, self.n
        self._on_face = {}
        fixed = np.zeros((a.owned, n))
        values = np.zeros((a.owned, n))
        for name, face in self.faces.items():
            if face.fixed:
                mask = a.face_dofs(a.mesh.faces[name])
                self._on_face[name] = self.spread(mask[:, None].astype(float))[:, 0] > 0
                for A, value in face.fixed.items():
                    fixed[mask, A] = 1
                    values[mask, A] = value
        return self.spread(fixed) > 0, self.spread(values)

    def constrained(self):
        """Blocks with identity rows (times the scale) where a field is fixed."""
        a, n = self.assembly, self.n
        if not self.comm.allreduce(bool(self.fixed.any()), MPI.LOR):
            return self.blocks
        touched = self.fixed.any(axis=1)
        k = np.flatnonzero(touched[a.rows] | touched[a.columns])
        free = ~self.fixed
        blocks = self.blocks.copy()
        blocks[k] *= free[a.rows[k]][:, :, None] & free[a.columns[k]][:, None, :]
        k = np.flatnonzero(a.rows == a.columns)
        blocks[k[:, None], np.arange(n), np.arange(n)] += self._scale * self.fixed[: a.owned]
        return blocks

    def _largest_diagonal(self):
        diagonal = np.einsum("kaa->ka", self.blocks[self.assembly.rows == self.assembly.columns])
        return self.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX) or 1.0

    def _null_space(self):
        """Orthonormal vectors, constant in each region, that the constrained matrix sends to zero: (rows, n) each."""
        a, n = self.assembly, self.n
        free = ~self.fixed
        candidates = []
        for r in range(max(a.region.values()) + 1):
            inside = self._region_rows(r)
            for A in range(n):
                z = np.zeros((a.owned, n))
                z[inside, A] = 1
                candidates.append(self.spread(z) * free)
        images = np.array([(self.apply(z) * free[: a.owned]).ravel() for z in candidates]).T
        weight = np.array([self._scale * self._norm(z[: a.owned]) for z in candidates])
        images = images / np.where(weight > 0, weight, 1)
        # singular values of the images of all ranks, from the triangular factors of each
        factors = np.concatenate(self.comm.allgather(np.linalg.qr(images, mode="r")))
        _, values, vectors = np.linalg.svd(factors)
        values = np.append(values, np.zeros(len(candidates) - len(values)))
        null = []
        for value, c in zip(values, vectors):
            if value < NULL and np.any(np.abs(c) * weight):
                z = sum(ci / w * z[: a.owned] for ci, w, z in zip(c, weight, candidates) if w > 0)
                for other in null:
                    z = z - self._dot(z, other) * other
                null.append(z / self._norm(z))
        return null

    def _region_rows(self, r):
        a = self.assembly
        labels = [a.mesh.layers[name] for name, region in a.region.items() if region == r]
        return a.rows_of(np.isin(a.mesh.label[: len(a.cell_dofs)], labels))

    # solving

    def _compatible(self, rhs):
        size = self._norm(rhs)
        for z in self.null:
            if size and abs(self._dot(z, rhs)) > 1e-8 * size:
                raise SolverError(
                    "the currents imposed on a body without contacts or losses do not add up to zero; "
                    "add a contact, or make the currents balance"
                )

    def _refined(self, rhs):
        """Solution, iterations and residual: solved until the residual of charge and of spin, each of its own, is small."""
        size = self._sizes(rhs)
        if not np.all(np.isfinite(size)):
            raise SolverError("the right-hand side is not finite; check coefficients and drives")
        if not size.any():
            return np.zeros_like(rhs), 0, 0.0
        size = np.maximum(size, 1e-6 * size.max())
        A, _ = self._ksp.getOperators()
        y, b = A.createVecs()
        residual, x, iterations, worst = rhs, np.zeros_like(rhs), 0, np.inf
        for _ in range(PASSES):
            left = self._sizes(residual)
            wanted = min(self.tolerance * s / r for s, r in zip(size, left) if r > 0)
            self._ksp.setTolerances(rtol=min(max(0.5 * wanted, 1e-13), 0.1))
            b.array[:] = residual.ravel()
            self._ksp.solve(b, y)
            iterations += self._ksp.getIterationNumber()
            x += y.array_r.reshape(x.shape)
            y.array[:] = x.ravel()
            A.mult(y, b)
            residual = rhs - b.array_r.reshape(x.shape)
            before, worst = worst, float((self._sizes(residual) / size).max())
            if worst <= self.tolerance:
                return x, iterations, worst
            if not worst < 0.5 * before:  # as far as it goes, or diverged
                break
        raise SolverError(
            f"the linear solver stopped after {iterations} iterations at a relative residual of {worst:.1e} "
            f"(tolerance {self.tolerance:.0e}, PETSc reason {self._ksp.getConvergedReason()}); refine the mesh where "
            "lengths are short, or give more cells"
        )

    def _sizes(self, u):
        """Norms of the first field (charge) and of the others."""
        return np.array([self._norm(u[:, :1]), self._norm(u[:, 1:])]) if self.n > 1 else np.array([self._norm(u)])

    def _dot(self, u, v):
        return self.comm.allreduce(float(np.vdot(u, v)))

    def _norm(self, u):
        return np.sqrt(self._dot(u, u))

    def _seconds(self, phase, start):
        self.seconds[phase] = time.perf_counter() - start
