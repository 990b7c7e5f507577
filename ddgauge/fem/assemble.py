"""Geometry of a mesh once, coefficients as often as wanted: matrices are products of the two."""

from functools import cached_property

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, la
from mpi4py import MPI

from ddgauge.fem import compat, forms
from ddgauge.fem.space import dofmap, facet_dofs, regions
from ddgauge.units import NM

CHUNK = 50_000  # entries of a matrix at a time
JIT = {"cffi_extra_compile_args": ["-O3", "-ffast-math"]}  # twice as fast; not -march=native: caches are shared


class Lazy(dict):
    """A dictionary that makes an entry when it is first asked for."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __missing__(self, key):
        self[key] = self.make(key)
        return self[key]


class Assembly:
    """A mesh, a space, and the integrals of products of shape functions over its layers, faces and interfaces.

    At each `tied` face all potentials are uniform: an electrode that conducts better than the body. Everything is in SI
    units; a matrix is handed out as (index, values): the positions of its entries in the common
    sparsity pattern `indptr, columns` of this rank's rows, and their (n, n) blocks.
    """

    def __init__(self, mesh, degree, broken=(), tied=()):
        self.mesh, self.degree, self.tied = mesh, degree, tuple(tied)
        self.region = regions(mesh, broken)
        by_label = np.array([self.region[name] for name in mesh.layers] or [0])
        self.cell_dofs, self.index_map, self.points = dofmap(mesh, degree, by_label[mesh.label], self.tied)
        self.block = mesh.dimension + 1
        self.places = [0, *(forms.PLACE[axis] for axis in mesh.axes)]
        self.V = compat.function_space(mesh.domain, degree, 1, self.cell_dofs, self.index_map)
        self.owned = self.index_map.size_local
        self.broken = [pair for pair in mesh.interfaces if pair in set(broken)]
        self._matrix = fem.create_matrix(self._form(self._pattern(self.V)))
        self.indptr = np.array(self._matrix.indptr[: self.owned + 1])
        self.columns = np.array(self._matrix.indices[: self.indptr[-1]])
        self.column_map = self._matrix.index_map(1)
        self.rows = np.repeat(np.arange(self.owned, dtype=np.int32), np.diff(self.indptr))
        self.loads = Lazy(self._loads)
        self.faces = Lazy(self._face)
        self.junctions = Lazy(self._junction)
        self.traces = Lazy(self._trace)
        self._varying = Lazy(self._sampled)
        self._varying_loads = Lazy(self._load_form)

    # integrals as sparse geometry

    @cached_property
    def bulk(self):
        """{layer: (index, T)}, T[k, p, q] = int jet_p(phi_row) jet_q(phi_column) over the layer."""
        W = self._jet_space
        u, v = ufl.TrialFunction(W), ufl.TestFunction(W)
        matrix = fem.create_matrix(self._form(self._pattern(W)), la.BlockMode.compact)
        if not np.array_equal(matrix.indices, self._matrix.indices):
            raise RuntimeError("DOLFINx ordered the sparsity of a blocked space otherwise than that of a scalar one")
        slope = (np.arange(len(self.places)) > 0).astype(int)
        scale = NM ** (self.mesh.dimension - slope[:, None] - slope[None, :])
        geometry = {}
        for layer in self.mesh.layers:
            index = self._entries(self.cell_dofs[self.mesh.label[: len(self.cell_dofs)] == self.mesh.layers[layer]])
            values = self._assembled(forms.jets(u, v, self.mesh.axes, self._dx(layer), self._degree), matrix)
            T = np.take(values.reshape(-1, *scale.shape), index, axis=0)
            T *= scale
            geometry[layer] = index, T
        return geometry

    def _loads(self, layer):
        """t[row, p] = int jet_p(phi_row) over a layer."""
        v = ufl.TestFunction(self._jet_space)
        scale = NM ** (self.mesh.dimension - (np.arange(len(self.places)) > 0))
        return self._vector(forms.loads(v, self.mesh.axes, self._dx(layer))).reshape(-1, len(scale)) * scale

    def _face(self, key):
        """(index, mass, load): int phi_row phi_column and int phi_row over a face, or the part (face, layer) of it."""
        name, layer = key if isinstance(key, tuple) else (key, None)
        sides = self.mesh.faces[name]
        if layer is not None:
            sides = sides[self.mesh.label[sides[:, 0]] == self.mesh.layers[layer]]
        u, v, ds = ufl.TrialFunction(self.V), ufl.TestFunction(self.V), self._measure("ds", sides)
        scale = NM ** (self.mesh.dimension - 1)
        index = self._entries(self._on_facets(sides))
        mass = self._assembled(forms.face(u, v, ds))[index]
        return index, mass * scale, self._vector(v * ds) * scale

    def _junction(self, pair):
        """(index, mass), mass[k, s, t] couples side s of the row to side t of the column of a broken interface."""
        sides = self.mesh.interfaces[pair]
        u, v, dS = ufl.TrialFunction(self.V), ufl.TestFunction(self.V), self._measure("dS", sides)
        index = self._entries(np.concatenate([self._on_facets(sides[:, :2]), self._on_facets(sides[:, 2:])]))
        mass = [[self._assembled(forms.junction(u, v, s, t, dS))[index] for t in "+-"] for s in "+-"]
        return index, np.array(mass).transpose(2, 0, 1) * NM ** (self.mesh.dimension - 1)

    def _trace(self, side_of):
        """int phi_row over side 0 or 1 of an interface, for (below, above, side)."""
        below, above, side = side_of
        sides = self.mesh.interfaces[below, above][:, 2 * side : 2 * side + 2]
        v = ufl.TestFunction(self.V)
        return self._vector(v * self._measure("ds", sides)) * NM ** (self.mesh.dimension - 1)

    # matrices and vectors of given coefficients

    def bulk_matrix(self, layer, X):
        """(index, (k, n, n) blocks) of int jet(v)[p, A] X[p, A, q, B] jet(u)[q, B] over a layer.

        X is a (4, n, 4, n) array, or a function of points (3, N), m, that returns (N, 4, n, 4, n).
        """
        if callable(X):
            return self._varying_matrix(layer, X)
        index, T = self.bulk[layer]
        return index, (T.reshape(len(T), T.shape[1] ** 2) @ self._pairs(X)).reshape(-1, X.shape[1], X.shape[1])

    def add_bulk(self, blocks, layer, X):
        """Add bulk_matrix(layer, X) to blocks (entries, n, n)."""
        if callable(X):
            index, values = self._varying_matrix(layer, X)
            blocks[index] += values
            return
        index, T = self.bulk[layer]
        pairs = self._pairs(X)
        for part in np.split(np.arange(len(index)), range(CHUNK, len(index), CHUNK)):  # stays in the cache
            k = slice(part[0], part[-1] + 1) if len(part) else slice(0)
            blocks[index[k]] += (T[k].reshape(-1, len(pairs)) @ pairs).reshape(-1, *blocks.shape[1:])

    def _pairs(self, X):
        """X (4, n, 4, n) as the matrix that takes the entries (p, q) of a mesh's jets to (A, B)."""
        return X[self.places][:, :, self.places].transpose(0, 2, 1, 3).reshape(-1, X.shape[1] ** 2)

    def bulk_load(self, layer, F):
        """(rows, n) vector int jet(v)[p, A] F[p, A] over a layer, F (4, n) or a function of points."""
        if callable(F):
            return self._varying_load(layer, F)
        return self.loads[layer] @ F[self.places]

    def weights(self, layer):
        """(N,) shares of the volume of a layer, m^d, of the points at which its functions are taken."""
        domain, cells = self.mesh.domain, self.mesh.cells(layer)
        _, points, weights = self._quadrature
        stretch = fem.Expression(abs(ufl.JacobianDeterminant(domain)), points).eval(domain, cells)
        return (stretch.reshape(len(cells), len(weights)) * weights).ravel() * NM**self.mesh.dimension

    @property
    def quadrature_points(self):
        """(points, tdim) reference coordinates of the points at which functions are taken."""
        return self._quadrature[1]

    def points_in(self, layer):
        """(3, N) points of a layer at which its functions are taken, m, cell by cell."""
        return self._varying[layer, (4, 4)][2]

    def squared_difference(self, layer, rows, exact):
        """This rank's share of int (u - exact)^2 over a layer; rows (rows,) of u, exact a function of points."""
        u = fem.Function(self.V)
        u.x.array[: self.owned] = rows
        u.x.scatter_forward()
        f, at, points, dx = self._varying[layer, ()]
        f.x.array[at] = exact(points)
        return fem.assemble_scalar(self._form((u - f) ** 2 * dx)) * NM**self.mesh.dimension

    def face_dofs(self, sides):
        """Mask of this rank's rows on facets given as (k, 2) cells and local facets."""
        return self._marked(self._on_facets(sides))[: self.owned]

    def rows_of(self, cells):
        """Mask of this rank's rows on cells given by a mask of this rank's cells."""
        return self._marked(self.cell_dofs[cells])[: self.owned]

    # details

    def _measure(self, kind, entities):
        return ufl.Measure(kind, domain=self.mesh.domain, subdomain_data=[(1, np.ascontiguousarray(entities).ravel())])(
            1
        )

    def _dx(self, layer):
        return self._measure("dx", self.mesh.cells(layer))

    def _form(self, form):
        return form if isinstance(form, fem.Form) else fem.form(form, jit_options=JIT)

    @cached_property
    def _jet_space(self):
        """One component per entry of a jet."""
        return compat.function_space(self.mesh.domain, self.degree, len(self.places), self.cell_dofs, self.index_map)

    def _degree(self, p, q):
        """Polynomial degree of a product of two entries of jets: lower for derivatives where cells are affine."""
        simplex = self.mesh.domain.topology.cell_name() in ("interval", "triangle", "tetrahedron")
        affine = simplex and compat.coordinate_map(self.mesh.domain).degree == 1
        return 2 * self.degree - affine * ((p > 0) + (q > 0))

    def _pattern(self, V):
        """A form with entries wherever any other has some."""
        u, v = ufl.TrialFunction(V), ufl.TestFunction(V)
        owned = self.mesh.domain.topology.index_map(self.mesh.dimension).size_local
        form = ufl.inner(u, v) * self._measure("dx", np.arange(owned, dtype=np.int32))
        if self.broken:
            dS = self._measure("dS", np.concatenate([self.mesh.interfaces[pair] for pair in self.broken]))
            form += sum(ufl.inner(u(t), v(s)) * dS for s in "+-" for t in "+-")
        return form

    def _on_facets(self, sides):
        """Dofs of facets given as (k, 2) cells and local facets."""
        return self.cell_dofs[sides[:, :1], facet_dofs(self.V, sides)].ravel()

    def _marked(self, dofs):
        """Mask over the columns of the dofs that any rank names."""
        mark = la.vector(self.index_map, 1, dtype=np.float64)
        mark.array[dofs] = 1
        mark.scatter_reverse(la.InsertMode.add)
        every = la.vector(self.column_map, 1, dtype=np.float64)
        every.array[: self.owned] = mark.array[: self.owned]
        every.scatter_forward()
        return every.array > 0

    def _entries(self, dofs):
        """Positions of the entries of this rank's rows that couple any of the dofs with each other."""
        mark = self._marked(dofs)
        return np.flatnonzero(mark[self.rows] & mark[self.columns])

    def _assembled(self, form, matrix=None):
        """Values of a form at all entries of this rank's rows."""
        matrix = matrix or self._matrix
        matrix.set_value(0.0)
        fem.assemble_matrix(matrix, self._form(form))
        matrix.scatter_reverse()
        return matrix.data[: len(self.columns) * matrix.block_size[0] ** 2]

    def _vector(self, form):
        vector = fem.assemble_vector(self._form(form))
        vector.scatter_reverse(la.InsertMode.add)
        return vector.array[: self.owned * vector.block_size].copy()

    @cached_property
    def _quadrature(self):
        """Degree, points and weights of functions of points: the least from 2 degree + 2 on with positive weights."""
        cell, least = self.mesh.domain.basix_cell(), 2 * self.degree + 2
        rules = ((degree, *basix.make_quadrature(cell, degree)) for degree in range(least, least + 3))
        return next(rule for rule in rules if rule[-1].min() > 0)

    def _sampled(self, layer_and_shape):
        """A quadrature function of a shape on a layer, places of its values, their points (3, N), m, and a measure."""
        layer, shape = layer_and_shape
        quadrature, points, _ = self._quadrature
        domain = self.mesh.domain
        element = basix.ufl.quadrature_element(domain.basix_cell(), value_shape=shape, degree=quadrature)
        Q = fem.functionspace(domain, element)
        cells = self.mesh.cells(layer)
        x = fem.Expression(ufl.SpatialCoordinate(domain), points).eval(domain, cells).reshape(-1, domain.geometry.dim)
        place = np.zeros((3, len(x)))
        for i, axis in enumerate(self.mesh.axes):
            place["xyz".index(axis)] = x[:, i] * NM
        measure = self._dx(layer)(metadata={"quadrature_degree": quadrature, "quadrature_rule": "default"})
        return fem.Function(Q), Q.dofmap.list[cells].ravel(), place, measure

    def _load_form(self, layer):
        f, _, _, dx = self._varying[layer, (4,)]
        return self._form(forms.load(ufl.TestFunction(self.V), f, self.mesh.axes, dx))

    def _varying_matrix(self, layer, X):
        f, at, points, dx = self._varying[layer, (4, 4)]
        u, v = ufl.TrialFunction(self.V), ufl.TestFunction(self.V)
        slope = (np.arange(4) > 0).astype(int)
        scale = NM ** (self.mesh.dimension - slope[:, None, None] - slope[:, None])[None, :, None]
        values = X(points) * scale
        n = values.shape[2]
        form = self._form(forms.bulk(u, v, f, self.mesh.axes, dx))
        index = self._entries(self.cell_dofs[self.mesh.cells(layer)])
        blocks = np.zeros((len(index), n, n))
        some = self.mesh.comm.allreduce(values.any(axis=(0, 1, 3)), MPI.BOR)  # a rank may have no cell of the layer
        for A, B in np.argwhere(some):
            f.x.array.reshape(-1, 16)[at] = values[:, :, A, :, B].reshape(-1, 16)
            blocks[:, A, B] = self._assembled(form)[index]
        return index, blocks

    def _varying_load(self, layer, F):
        f, at, points, _ = self._varying[layer, (4,)]
        values = F(points) * NM ** (self.mesh.dimension - (np.arange(4) > 0))[None, :, None]
        columns = []
        for A in range(values.shape[2]):
            f.x.array.reshape(-1, 4)[at] = values[:, :, A]
            vector = fem.assemble_vector(self._varying_loads[layer])
            vector.scatter_reverse(la.InsertMode.add)
            columns.append(vector.array[: self.owned].copy())
        return np.stack(columns, axis=1)
