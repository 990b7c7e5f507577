"""The linear system of a problem: blocks from media, faces and junctions; held potentials; conserved constants."""

import numpy as np
import scipy.sparse as sp
from dolfinx import la
from mpi4py import MPI

NULL = 1e-11  # a constant field is conserved if the matrix makes of it less than this, relative to its diagonal


class Equations:
    """The matrix of media (by layer), faces and junctions on an Assembly, for n fields.

    Parameters
    ----------
    assembly : Assembly
    media : dict of Medium, or of functions of points (3, N), m, that return a Medium with a leading axis N
    faces : dict of Face
        Faces that are not named are insulating.
    junctions : dict of Junction
        By (below, above); the pairs that the assembly was told are broken.
    """

    def __init__(self, assembly, media, faces=None, junctions=None):
        self.assembly, self.media = assembly, media
        self.faces, self.junctions = faces or {}, junctions or {}
        somewhere = [medium(np.zeros((3, 1))) if callable(medium) else medium for medium in media.values()]
        self.n = somewhere[0].kappa.shape[-1]
        # fields that nothing in a layer takes or gives, such as charge: their operator is a divergence
        self.conserved = [A for A in range(self.n) if not any(m.matrix[..., 0, A, :, :].any() for m in somewhere)]
        self.blocks = self._blocks()
        self.fixed, self.values = self._constraints()
        self.scale = self._largest_diagonal()

    @property
    def comm(self):
        """The communicator of the mesh."""
        return self.assembly.mesh.comm

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
        blocks[k[:, None], np.arange(n), np.arange(n)] += self.scale * self.fixed[: a.owned]
        return blocks

    def _largest_diagonal(self):
        diagonal = np.einsum("kaa->ka", self.blocks[self.assembly.rows == self.assembly.columns])
        return self.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX) or 1.0

    def null_space(self):
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
        weight = np.array([self.scale * self.norm(z[: a.owned]) for z in candidates])
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
                    z = z - self.dot(z, other) * other
                null.append(z / self.norm(z))
        return null

    def _region_rows(self, r):
        a = self.assembly
        labels = [a.mesh.layers[name] for name, region in a.region.items() if region == r]
        return a.rows_of(np.isin(a.mesh.label[: len(a.cell_dofs)], labels))

    def dot(self, u, v):
        """Inner product of arrays of rows, over all ranks."""
        return self.comm.allreduce(float(np.vdot(u, v)))

    def norm(self, u):
        """Norm of an array of rows, over all ranks."""
        return np.sqrt(self.dot(u, u))
