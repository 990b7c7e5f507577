"""The linear system of a problem: blocks from media, faces and junctions; held potentials; conserved constants.

storage d_t mu + A mu = b
"""

from functools import cached_property

import numpy as np
import scipy.sparse as sp
from dolfinx import la
from mpi4py import MPI


class SolverError(RuntimeError):
    """A system that has no solution, or a solver that did not find it."""


NULL = 1e-11  # a constant field is conserved if the matrix makes of it less than this, relative to its diagonal
ROUNDED = 1e-9  # of the terms of a sum: it is not zero if it is more


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
        somewhere = [self.somewhere(layer) for layer in media]
        self.n = somewhere[0].kappa.shape[-1]
        # fields that nothing in a layer takes or gives, such as charge: their operator is a divergence
        self.conserved = [A for A in range(self.n) if not any(m.matrix[..., 0, A, :, :].any() for m in somewhere)]
        self.blocks = self._blocks()
        self.fixed, self.values = self._constraints()
        self.scale = self._largest_diagonal(self.blocks) or 1.0

    @property
    def comm(self):
        """The communicator of the mesh."""
        return self.assembly.mesh.comm

    def somewhere(self, layer):
        """The medium of a layer, where it varies that of one point."""
        medium = self.media[layer]
        return medium(np.zeros((3, 1))) if callable(medium) else medium

    def load(self, E=(0, 0, 0), sources=None, loads=None, motive=None):
        """Right-hand side (rows, n) before constraints; the drive as of System.solve."""
        a, E = self.assembly, np.asarray(E, dtype=float)
        b = np.zeros((a.owned, self.n))
        for layer in self.media:
            b += self.driven(layer, E, loads, motive)
        for name, face in self.faces.items():
            source = np.asarray((sources or {}).get(name, face.source))
            if source.any():
                b += np.outer(a.faces[name][2], source)
        return b

    def driven(self, layer, E, loads=None, motive=None):
        """(rows, n) load of an electric field, of given loads and of electromotive fields in a layer."""
        a, medium = self.assembly, self.media[layer]
        b = np.zeros((a.owned, self.n))
        drive = (lambda x: medium(x).drive @ E) if callable(medium) else medium.drive @ E
        if np.any(E) and (callable(medium) or drive.any()):
            b += a.bulk_load(layer, drive)
        if layer in (loads or {}):
            b += a.bulk_load(layer, loads[layer])
        if layer in (motive or {}):
            b += a.bulk_load(layer, of_motive(medium, motive[layer], "matrix"))
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

    def apply(self, x, blocks=None):
        """A x of this rank's rows, constraints not applied; x (columns, n); or the product with other blocks."""
        matrix = self._bsr if blocks is None else self._sparse(blocks)
        return (matrix @ x.ravel()).reshape(-1, self.n)

    def level(self, held):
        """(columns, n): one held potential of each region all over it, of fields whose constants drive nothing there.

        Small differences beside it keep their digits. held : (columns, n) array
        """
        level = np.zeros_like(held)
        media = self.media.values()
        some = [] if any(map(callable, media)) else [A for A in range(self.n) if not _of_constant(media, A)]
        for inside in self._inside_islands if some else []:
            for A in some:
                values = held[inside & self.fixed[:, A], A]
                highest = self.comm.allreduce(values.max(initial=-np.inf), MPI.MAX)
                level[inside, A] = highest if np.isfinite(highest) else 0.0
        return level

    def apply_level(self, level):
        """A times a level (columns, n): what faces and junctions make of it."""
        a, out = self.assembly, np.zeros((self.assembly.owned, self.n))
        for name, face in self.faces.items():
            if np.any(face.conductance):
                index, mass, _ = a.faces[name]
                np.add.at(out, a.rows[index], mass[:, None] * (level[a.columns[index]] @ face.conductance.T))
        for pair, junction in self.junctions.items():
            index, mass = a.junctions[pair]
            flow = np.einsum("kst,sAtB,kB->kA", mass, junction.matrix, level[a.columns[index]], optimize=True)
            np.add.at(out, a.rows[index], flow)
        return out

    def store(self, rate):
        """storage d_t mu of this rank's rows, for the rates d_t mu (columns, n)."""
        return (self._bsr_of_storage @ rate.ravel()).reshape(-1, self.n)

    def with_faces(self, blocks, conductances):
        """Blocks with further conductances {face: (n, n)} added, such as of a sheet whose magnet moves."""
        blocks = blocks.copy()
        for name, conductance in conductances.items():
            index, mass, _ = self.assembly.faces[name]
            blocks[index] += mass[:, None, None] * conductance
        return blocks

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
        for part in self._parts():
            self._add(blocks, *part)
        self._bsr = self._sparse(blocks)
        return blocks

    def _parts(self):
        """(kind, key) of all that the matrix is the sum of."""
        return [("layer", layer) for layer in self.media] + [
            *(("face", name) for name, face in self.faces.items() if np.any(face.conductance)),
            *(("interface", pair) for pair in self.junctions),
        ]

    def _add(self, blocks, kind, key):
        a = self.assembly
        if kind == "layer":
            medium = self.media[key]
            a.add_bulk(blocks, key, (lambda x: medium(x).matrix) if callable(medium) else medium.matrix)
        elif kind == "face":
            index, mass, _ = a.faces[key]
            blocks[index] += mass[:, None, None] * self.faces[key].conductance
        else:
            index, mass = a.junctions[key]
            blocks[index] += np.einsum("kst,sAtB->kAB", mass, self.junctions[key].matrix)

    @cached_property
    def storage(self):
        """(entries, n, n) blocks of the factor of d_t mu."""
        blocks = np.zeros_like(self.blocks)
        for layer in self.media:
            X = np.zeros((4, self.n, 4, self.n))
            X[0, :, 0, :] = self.somewhere(layer).storage
            self.assembly.add_bulk(blocks, layer, X)
        return blocks

    @cached_property
    def _bsr_of_storage(self):
        return self._sparse(self.storage)

    def _sparse(self, blocks):
        a, n = self.assembly, self.n
        size = a.column_map.size_local + a.column_map.num_ghosts
        return sp.bsr_matrix((blocks, a.columns, a.indptr), shape=(a.owned * n, size * n))

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

    def constrained(self, blocks=None):
        """Blocks (of A, or others) with identity rows (times the scale) where a field is fixed."""
        a, n = self.assembly, self.n
        blocks = self.uncoupled(self.blocks if blocks is None else blocks)
        k = np.flatnonzero(a.rows == a.columns)
        blocks[k[:, None], np.arange(n), np.arange(n)] += self.scale * self.fixed[: a.owned]
        return blocks

    def uncoupled(self, blocks):
        """Blocks with zero rows and columns where a field is fixed."""
        a, free, blocks = self.assembly, ~self.fixed, blocks.copy()
        touched = self.fixed.any(axis=1)
        k = np.flatnonzero(touched[a.rows] | touched[a.columns])
        blocks[k] *= free[a.rows[k]][:, :, None] & free[a.columns[k]][:, None, :]
        return blocks

    def compatible(self, rhs, null):
        """SolverError unless a right-hand side (rows, n) drives no current into what cannot take it."""
        size = self.norm(rhs)
        for z in null:
            if size and abs(self.dot(z, rhs)) > 1e-8 * size:
                if self._hidden(z):
                    raise SolverError(
                        "coefficients differ by so many orders of magnitude that rounding hides contacts or losses;"
                        f" the largest are those of {self._largest_part()}, which must be smaller"
                    )
                raise SolverError(
                    "the currents imposed on a body without contacts or losses do not add up to zero; "
                    "add a contact, or make the currents balance"
                )

    def _hidden(self, null):
        """Whether the matrix does make something of a vector (rows, n, or twice n), beside the terms of each row."""
        for z in np.split(null, null.shape[1] // self.n, axis=1):
            z = np.where(np.abs(z) > ROUNDED * self.comm.allreduce(np.abs(z).max(initial=0), MPI.MAX), z, 0)
            columns, free = self.spread(z), ~self.fixed[: len(z)]
            image, terms = self.apply(columns), self.apply(np.abs(columns), np.abs(self.blocks))
            if self.comm.allreduce(bool(np.any((np.abs(image) > ROUNDED * terms) & free)), MPI.LOR):
                return True
        return False

    def _largest_part(self):
        """The layer, face or interface that adds most to the diagonal."""
        sizes = {}
        for kind, key in self._parts():
            blocks = np.zeros_like(self.blocks)
            self._add(blocks, kind, key)
            sizes[f"{kind} {key if isinstance(key, str) else '|'.join(key)!r}"] = self._largest_diagonal(blocks)
        return max(sizes, key=sizes.get)

    def _largest_diagonal(self, blocks):
        diagonal = np.einsum("kaa->ka", blocks[self.assembly.rows == self.assembly.columns])
        return self.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX)

    def null_space(self, blocks=None):
        """Orthonormal vectors, constant in each region, that the constrained matrix sends to zero: (rows, n) each."""
        a, n = self.assembly, self.n
        free = ~self.fixed
        candidates = []
        for r in self._islands():
            inside = self._region_rows(r)
            for A in range(n):
                z = np.zeros((a.owned, n))
                z[inside, A] = 1
                candidates.append(self.spread(z) * free)
        images = np.array([(self.apply(z, blocks) * free[: a.owned]).ravel() for z in candidates]).T
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

    @cached_property
    def _inside_islands(self):
        """Masks of the columns of each island."""
        return [self.spread(self._region_rows(r)[:, None].astype(float))[:, 0] > 0 for r in self._islands()]

    def _islands(self):
        """Sets of regions that share unknowns: the ends of a tied face."""
        islands = [{r} for r in range(max(self.assembly.region.values()) + 1)]
        rows = {r: self._region_rows({r}) for r in range(len(islands))}
        for face in self.assembly.tied:
            mask = self.assembly.face_dofs(self.assembly.mesh.faces[face])
            met = {r for r in rows if self.comm.allreduce(bool((mask & rows[r]).any()), MPI.LOR)}
            joined = [island for island in islands if island & met]
            islands = [island for island in islands if not island & met] + [set().union(*joined)]
        return islands

    def _region_rows(self, island):
        a = self.assembly
        labels = [a.mesh.layers[name] for name, region in a.region.items() if region in island]
        return a.rows_of(np.isin(a.mesh.label[: len(a.cell_dofs)], labels))

    def dot(self, u, v):
        """Inner product of arrays of rows, over all ranks."""
        return self.comm.allreduce(float(np.vdot(u, v)))

    def norm(self, u):
        """Norm of an array of rows, over all ranks."""
        return np.sqrt(self.dot(u, u))


def _of_constant(media, A):
    """Whether a constant of a field drives anything in some layer."""
    return any(medium.matrix[:, :, 0, A].any() for medium in media)


def of_motive(medium, field, law):
    """What an electromotive field f[j, B] (V/m) adds: with law "matrix" to the load, with "flux" to j[i, A].

        load[p, A] = matrix[p, A, 1 + j, B] f[j, B],  j[i, A] = flux[i, A, 1 + j, B] f[j, B]

    for both are (D v) . C D mu with the derivatives in the last two indices, which f stands against. The function of
    points (3, N), m, that is returned gives (N, 4 or 3, n).
    """

    def laid_out(x):
        X = getattr(medium(x) if callable(medium) else medium, law)[..., 1:, :]
        return np.einsum("...pAjB,...jB->...pA", X, field(x))

    return laid_out
