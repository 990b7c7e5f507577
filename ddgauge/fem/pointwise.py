"""Laws that are not linear, at quadrature points of layers and broken interfaces: values there, loads and matrices."""

from functools import cached_property

import basix
import numpy as np
import scipy.sparse as sp
from dolfinx import la
from mpi4py import MPI

from ddgauge.fem import compat
from ddgauge.fem.assemble import Lazy
from ddgauge.units import NM

AT_ONCE = 16  # pairs of fields
ROUNDING = 1e-15  # relative


class Pointwise:
    """Shape functions of an Assembly at its quadrature points.

    Points are in the order of those that the assembly's functions of points see, cell by cell.
    """

    def __init__(self, assembly):
        self.assembly = assembly
        self._layers, self._pairs = Lazy(self._layer), Lazy(self._pair)

    # values

    def jets(self, layer, columns):
        """(N, 4, n) jets of columns (columns, n) at the points of a layer."""
        dofs, B, _ = self._layers[layer]
        n = columns.shape[1]
        local = _flat(B) @ columns[dofs]
        out = np.zeros((len(dofs) * B.shape[1], 4, n))
        out[:, self.assembly.places] = local.reshape(-1, B.shape[2], n)
        return out

    def sides(self, pair, columns):
        """(N, n) values below and above a broken interface at its points."""
        dofs, B, _, _ = self._pairs[pair]
        return [(B[s] @ columns[dofs[s]]).reshape(-1, columns.shape[1]) for s in (0, 1)]

    def places(self, pair):
        """(3, N) points of a broken interface, m."""
        return self._pairs[pair][3]

    def mean(self, layer, values):
        """Integral over this rank's part of a layer of values (N, ...) at its points."""
        _, _, w = self._layers[layer]
        return np.einsum("N,N...->...", w.ravel(), values)

    def side_mean(self, pair, values):
        """The same over a broken interface."""
        _, _, w, _ = self._pairs[pair]
        return np.einsum("N,N...->...", w.ravel(), values)

    # loads and matrices

    def bulk_load(self, layer, F):
        """(rows, n) int jet(v)[p, A] F[p, A], F (N, 4, n) at the points of a layer."""
        dofs, B, w = self._layers[layer]
        n = F.shape[-1]
        weighted = F[:, self.assembly.places].reshape(*B.shape[:3], n) * w[:, :, None, None]
        local = np.swapaxes(_flat(B), 1, 2) @ _flat(weighted)
        return self._gathered([(dofs, local)], n)

    def side_load(self, pair, flux):
        """(rows, n) int v_s[A] flux[s, A] over a broken interface, flux (N, 2, n) at its points."""
        dofs, B, w, _ = self._pairs[pair]
        n, parts = flux.shape[-1], []
        for s in (0, 1):
            local = np.swapaxes(B[s], 1, 2) @ (flux[:, s].reshape(*w.shape, n) * w[:, :, None])
            parts.append((dofs[s], local))
        return self._gathered(parts, n)

    def bulk_matrix(self, layer, at, values, n):
        """(entries, n, n) blocks of int jet(v)[p, A] X[p, A, q, B] jet(u)[q, B].

        Parameters
        ----------
        layer : str
        at : (m, 4) array
            p, A, q, B of the entries of X that are not zero.
        values : (N, m) array
            Those, at the points of the layer.
        n : int
            Fields.
        """
        dofs, B, w = self._layers[layer]
        place = {p: k for k, p in enumerate(self.assembly.places)}
        blocks, pairs = np.zeros((len(self._entry), n, n)), set()
        chosen = self._chosen(dofs, dofs)
        for p, q in sorted({(p, q) for p, _, q, _ in at.tolist()}):
            if p not in place or q not in place:
                continue
            which = np.flatnonzero((at[:, 0] == p) & (at[:, 2] == q))
            products = np.einsum("cta,ctb,ct->ctab", B[:, :, place[p]], B[:, :, place[q]], w, optimize=True)
            self._add(blocks, chosen, products, at[which][:, [1, 3]], values[:, which])
            pairs |= set(map(tuple, at[which][:, [1, 3]].tolist()))
        return self._shared(blocks, sorted(pairs))

    def side_matrix(self, pair, slope):
        """(entries, n, n) blocks of int v_s[A] slope[s, A, t, B] u_t[B] over an interface, slope (N, 2, n, 2, n)."""
        dofs, B, w, _ = self._pairs[pair]
        n = slope.shape[2]
        fields = np.argwhere(self._anywhere(slope.any(axis=(0, 1, 3))))
        blocks = np.zeros((len(self._entry), n, n))
        for s in (0, 1):
            for t in (0, 1):
                products = np.einsum("fka,fkb,fk->fkab", B[s], B[t], w, optimize=True)
                values = slope[:, s, :, t][:, fields[:, 0], fields[:, 1]]
                self._add(blocks, self._chosen(dofs[s], dofs[t]), products, fields, values)
        return self._shared(blocks, fields.tolist())

    # details

    def _add(self, blocks, chosen, products, fields, values):
        """Add sum over points of values (N, m) times products (cells, points, a, b) to the entries of fields (m, 2)."""
        cells, points, *pair = products.shape
        flat = products.reshape(cells, points, np.prod(pair))
        alike = _alike(values)
        for k in range(0, len(alike), AT_ONCE):
            group = alike[k : k + AT_ONCE]
            some = np.stack([shape for shape, _ in group], axis=-1).reshape(cells, points, len(group))
            sums = chosen @ (np.swapaxes(flat, 1, 2) @ some).reshape(-1, len(group))
            for (_, members), total in zip(group, np.ascontiguousarray(sums.T)):
                for column, factor in members:
                    A, B = fields[column]
                    blocks[:, A, B] += factor * total

    def _anywhere(self, mask):
        return self.assembly.mesh.comm.allreduce(mask, MPI.BOR)

    def _chosen(self, rows, columns):
        """Sparse matrix that sums the entries (cells, a, b) of pairs of dofs into those of the common pattern."""
        keys = (rows[:, :, None] * self._width + columns[:, None, :]).ravel()
        entry = self._place(keys)
        return sp.csr_matrix((np.ones(len(keys)), (entry, np.arange(len(keys)))), shape=(len(self._entry), len(keys)))

    @cached_property
    def _width(self):
        column_map = self.assembly.column_map
        return np.int64(column_map.size_local + column_map.num_ghosts)

    @cached_property
    def _entry(self):
        """Key of each entry of the common pattern, rows of other ranks included."""
        matrix = self.assembly._matrix
        indptr = np.asarray(matrix.indptr)
        rows = np.repeat(np.arange(len(indptr) - 1, dtype=np.int64), np.diff(indptr))
        return rows * self._width + np.asarray(matrix.indices)

    @cached_property
    def _order(self):
        return np.argsort(self._entry, kind="stable")

    def _shared(self, blocks, pairs):
        """Blocks (entries, n, n) of this rank's rows, with what other ranks have of some pairs of fields of them."""
        own = len(self.assembly.columns)
        if self.assembly.mesh.comm.size > 1:
            A, B = np.reshape(pairs, (-1, 2)).astype(int).T
            here, there = self._exchange
            given = self.assembly.mesh.comm.alltoall([blocks[entries][:, A, B] for entries in here])
            for entries, values in zip(there, given):
                blocks[entries[:, None], A, B] += values
        return blocks[:own]

    @cached_property
    def _exchange(self):
        """For each rank: entries here of rows that are its own, and entries of own rows that it has."""
        a, own = self.assembly, len(self.assembly.columns)
        comm, ghosts = a.mesh.comm, np.arange(own, len(self._entry))
        row, column = np.divmod(self._entry[ghosts], self._width)
        owner = a.index_map.owners[row - a.owned]
        names = np.stack([a.index_map.local_to_global(row.astype(np.int32)), self._global[column]], axis=1)
        here = [ghosts[owner == rank] for rank in range(comm.size)]
        asked = comm.alltoall([names[owner == rank] for rank in range(comm.size)])
        order, start = np.argsort(self._global), a.index_map.local_range[0]
        there = []
        for wanted in asked:
            column = order[np.searchsorted(self._global, wanted[:, 1], sorter=order)]
            there.append(self._place((wanted[:, 0] - start) * self._width + column))
        return here, there

    @cached_property
    def _global(self):
        """Numbers, on all ranks, of the columns."""
        return self.assembly.column_map.local_to_global(np.arange(self._width, dtype=np.int32))

    def _place(self, keys):
        """Places of keys among the entries."""
        return self._order[np.searchsorted(self._entry, keys, sorter=self._order)]

    def _gathered(self, parts, n):
        """(rows, n) sums of (dofs (cells, d), values (cells, d, n)), with what other ranks have of them."""
        vector = la.vector(self.assembly.index_map, n, dtype=np.float64)
        rows = vector.array.reshape(-1, n)
        for dofs, values in parts:
            count = dofs.size
            sums = sp.csr_matrix((np.ones(count), (dofs.ravel(), np.arange(count))), shape=(len(rows), count))
            rows += sums @ values.reshape(count, n)
        vector.scatter_reverse(la.InsertMode.add)
        return rows[: self.assembly.owned].copy()

    @cached_property
    def _element(self):
        """The element of the fields, and that of the geometry."""
        a = self.assembly
        cmap, cell = compat.coordinate_map(a.mesh.domain), a.mesh.domain.basix_cell()
        return a.V.element.basix_element, basix.create_element(
            basix.ElementFamily.P, cell, cmap.degree, basix.LagrangeVariant(cmap.variant)
        )

    def _nodes(self, cells):
        mesh = self.assembly.mesh
        return mesh.domain.geometry.x[compat.cell_nodes(mesh.domain)[cells]][:, :, : mesh.dimension]

    def _layer(self, layer):
        """Dofs (cells, d), jets of shape functions (cells, points, places, d) and weights (cells, points), m^d."""
        a = self.assembly
        cells = a.mesh.cells(layer)
        _, X, weights = a._quadrature
        field, geometry = self._element
        phi, psi = field.tabulate(1, X)[..., 0], geometry.tabulate(1, X)[1:, ..., 0]
        jacobian = np.einsum("jtd,cdi->ctji", psi, self._nodes(cells))
        B = np.empty((len(cells), len(X), len(a.places), phi.shape[2]))
        B[:, :, 0] = phi[0]
        B[:, :, 1:] = np.einsum("ctij,jtd->ctid", np.linalg.inv(jacobian), phi[1:]) / NM
        return a.cell_dofs[cells], B, weights * np.abs(np.linalg.det(jacobian)) * NM**a.mesh.dimension

    def _pair(self, pair):
        """Dofs (facets, d) and shape functions (facets, points, d) of both sides; weights (facets, points), places."""
        a = self.assembly
        sides, dim = a.mesh.interfaces[pair], a.mesh.dimension
        field, geometry = self._element
        cmap, cell = compat.coordinate_map(a.mesh.domain), a.mesh.domain.basix_cell()
        X, weights = _facet_rule(cell, 2 * a.degree + 2)
        corners, facets = basix.geometry(cell), basix.topology(cell)[dim - 1]
        nodes = [self._nodes(sides[:, 2 * s]) for s in (0, 1)]
        x, w = np.zeros((len(sides), len(X), dim)), np.zeros((len(sides), len(X)))
        B = [np.zeros((len(sides), len(X), field.dim)) for _ in (0, 1)]
        for k, (_, below, _, _) in enumerate(sides):
            frame = corners[facets[below]]
            tangents = frame[1:dim] - frame[0]
            points = frame[0] + X @ tangents
            psi = geometry.tabulate(1, points)[..., 0]
            x[k] = psi[0] @ nodes[0][k]
            edges = np.einsum("mj,jtd,di->tmi", tangents, psi[1:], nodes[0][k])
            w[k] = weights * np.sqrt(np.linalg.det(edges @ np.swapaxes(edges, 1, 2))) * NM ** (dim - 1)
            B[0][k] = field.tabulate(0, points)[0, :, :, 0]
            B[1][k] = field.tabulate(0, cmap.pull_back(x[k], nodes[1][k]))[0, :, :, 0]
        place = np.zeros((3, x.shape[0] * x.shape[1]))
        for i, axis in enumerate(a.mesh.axes):
            place["xyz".index(axis)] = x[..., i].ravel() * NM
        return [a.cell_dofs[sides[:, 0]], a.cell_dofs[sides[:, 2]]], B, w, place


def _flat(values):
    """(cells, points, places, k) values, of no cells perhaps, as (cells, points places, k)."""
    cells, points, places, k = values.shape
    return values.reshape(cells, points * places, k)


def _facet_rule(cell, degree):
    """Points (k, dimension - 1) and weights on the reference facet of a cell."""
    kind = basix.cell.subentity_types(cell)[-2][0]
    if kind == basix.CellType.point:
        return np.zeros((1, 0)), np.ones(1)
    return basix.make_quadrature(kind, degree)


def _alike(values):
    """[(shape (N,), [(column, factor)])]: columns of values (N, m) that are multiples of one another; none of zeros."""
    groups = []
    for column, v in enumerate(values.T):
        if not len(v) or not v[largest := int(np.abs(v).argmax())]:
            continue
        for shape, members in groups:
            factor = v[largest] / shape[largest] if shape[largest] else 0.0
            if np.abs(v - factor * shape).max() <= ROUNDING * abs(v[largest]):
                members.append((column, factor))
                break
        else:
            groups.append((v, [(column, 1.0)]))
    return groups
