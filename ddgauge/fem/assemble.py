"""Geometry of a mesh once, coefficients as often as wanted: matrices are products of the two."""

from functools import cached_property

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, la

from ddgauge.fem import compat, forms
from ddgauge.fem.space import dofmap, regions
from ddgauge.units import NM

JIT = {"cffi_extra_compile_args": ["-O3"]}


class Assembly:
    """A mesh, a space, and the integrals of products of shape functions over its layers, faces and interfaces.

    Everything is in SI units; a matrix is handed out as (index, values): the positions of its entries in the common
    sparsity pattern `indptr, columns` of this rank's rows, and their (n, n) blocks.
    """

    def __init__(self, mesh, degree, broken=()):
        self.mesh, self.degree = mesh, degree
        self.region = regions(mesh, broken)
        by_label = np.array([self.region[name] for name in mesh.layers] or [0])
        self.cell_dofs, self.index_map, self.points = dofmap(mesh, degree, by_label[mesh.label])
        self.block = mesh.dimension + 1
        self.places = [0, *(forms.PLACE[axis] for axis in mesh.axes)]
        self.V = compat.function_space(mesh.domain, degree, 1, self.cell_dofs, self.index_map)
        self.W = compat.function_space(mesh.domain, degree, self.block, self.cell_dofs, self.index_map)
        self.broken = [pair for pair in mesh.interfaces if pair in set(broken)]
        self._matrix = fem.create_matrix(self._pattern_form(), la.BlockMode.compact)
        self.owned = self.index_map.size_local
        self.indptr = np.array(self._matrix.indptr[: self.owned + 1])
        self.columns = np.array(self._matrix.indices[: self.indptr[-1]])
        self.column_map = self._matrix.index_map(1)
        self.rows = np.repeat(np.arange(self.owned), np.diff(self.indptr))

    # integrals as sparse geometry

    @cached_property
    def bulk(self):
        """{layer: (index, T)}, T[k, p, q] = int jet_p(phi_row) jet_q(phi_column) over the layer."""
        u, v = ufl.TrialFunction(self.W), ufl.TestFunction(self.W)
        geometry = {}
        for layer in self.mesh.layers:
            form = forms.jets(u, v, self.mesh.axes, self._dx(layer))
            index, T = self._assembled(form)
            slope = (np.arange(self.block) > 0).astype(int)
            T *= NM ** (self.mesh.dimension - slope[:, None] - slope[None, :])
            geometry[layer] = index, T
        return geometry

    @cached_property
    def loads(self):
        """{layer: t}, t[row, p] = int jet_p(phi_row) over the layer."""
        v = ufl.TestFunction(self.W)
        scale = NM ** (self.mesh.dimension - (np.arange(self.block) > 0))
        return {
            layer: self._vector(forms.loads(v, self.mesh.axes, self._dx(layer))).reshape(-1, self.block) * scale
            for layer in self.mesh.layers
        }

    @cached_property
    def faces(self):
        """{face: (index, mass, load)}: int phi_row phi_column and int phi_row over the face."""
        u, v = ufl.TrialFunction(self.W), ufl.TestFunction(self.W)
        geometry = {}
        for name, sides in self.mesh.faces.items():
            ds = self._measure("ds", sides)
            index, mass = self._assembled(forms.face(u[0], v[0], ds))
            load = self._vector(v[0] * ds).reshape(-1, self.block)[:, 0]
            scale = NM ** (self.mesh.dimension - 1)
            geometry[name] = index, mass[:, 0, 0] * scale, load * scale
        return geometry

    @cached_property
    def junctions(self):
        """{pair: (index, mass)}, mass[k, s, t] couples side s of the row to side t of the column."""
        u, v = ufl.TrialFunction(self.W), ufl.TestFunction(self.W)
        geometry = {}
        for pair in self.broken:
            index, mass = self._assembled(forms.junction(u, v, self._measure("dS", self.mesh.interfaces[pair])))
            geometry[pair] = index, mass[:, :2, :2] * NM ** (self.mesh.dimension - 1)
        return geometry

    def trace(self, below, above, side):
        """Vector int phi_row over one side of an interface."""
        v = ufl.TestFunction(self.V)
        sides = self.mesh.interfaces[below, above][:, 2 * side : 2 * side + 2]
        return self._vector(v * self._measure("ds", sides)) * NM ** (self.mesh.dimension - 1)

    # matrices and vectors of given coefficients

    def bulk_matrix(self, layer, X):
        """(index, (k, n, n) blocks) of int jet(v)[p, A] X[p, A, q, B] jet(u)[q, B] over a layer.

        X is a (4, n, 4, n) array, or a function of points (3, N), m, that returns (N, 4, n, 4, n).
        """
        if callable(X):
            return self._varying_matrix(layer, X)
        index, T = self.bulk[layer]
        n = X.shape[1]
        X = X[self.places][:, :, self.places].transpose(0, 2, 1, 3).reshape(-1, n * n)
        return index, (T.reshape(len(T), -1) @ X).reshape(-1, n, n)

    def bulk_load(self, layer, F):
        """(rows, n) vector int jet(v)[p, A] F[p, A] over a layer, F (4, n) or a function of points."""
        if callable(F):
            return self._varying_load(layer, F)
        return self.loads[layer] @ F[self.places]

    def squared_difference(self, layer, rows, exact):
        """This rank's share of int (u - exact)^2 over a layer; rows (rows,) of u, exact a function of points."""
        u = fem.Function(self.V)
        u.x.array[: self.owned] = rows
        u.x.scatter_forward()
        f, at, values, dx = self._coefficient(layer, exact, ())
        f.x.array[at] = values
        return fem.assemble_scalar(self._form((u - f) ** 2 * dx)) * NM**self.mesh.dimension

    def face_dofs(self, sides):
        """Mask of this rank's rows on facets given as (k, 2) cells and local facets."""
        closure = self.V.dofmap.dof_layout.entity_closure_dofs
        mark = la.vector(self.index_map, 1, dtype=np.float64)
        for cell, facet in sides:
            mark.array[self.cell_dofs[cell][closure(self.mesh.dimension - 1, facet)]] = 1
        mark.scatter_reverse(la.InsertMode.add)
        return mark.array[: self.owned] > 0

    # details

    def _measure(self, kind, entities):
        return ufl.Measure(kind, domain=self.mesh.domain, subdomain_data=[(1, np.ascontiguousarray(entities).ravel())])(
            1
        )

    def _dx(self, layer):
        return self._measure("dx", self.mesh.cells(layer))

    def _form(self, form):
        return fem.form(form, jit_options=JIT)

    def _pattern_form(self):
        u, v = ufl.TrialFunction(self.W), ufl.TestFunction(self.W)
        owned = self.mesh.domain.topology.index_map(self.mesh.dimension).size_local
        form = forms.jets(u, v, self.mesh.axes, self._measure("dx", np.arange(owned, dtype=np.int32)))
        if self.broken:
            sides = np.concatenate([self.mesh.interfaces[pair] for pair in self.broken])
            form += forms.junction(u, v, self._measure("dS", sides))
        return self._form(form)

    def _assembled(self, form):
        """Positions and values of the non-zero blocks that a form contributes to this rank's rows."""
        matrix = self._matrix
        matrix.set_value(0.0)
        fem.assemble_matrix(matrix, self._form(form))
        matrix.scatter_reverse()
        values = matrix.data[: len(self.columns) * self.block**2].reshape(-1, self.block, self.block)
        index = np.flatnonzero(values.any(axis=(1, 2)))
        return index, values[index]

    def _vector(self, form):
        vector = fem.assemble_vector(self._form(form))
        vector.scatter_reverse(la.InsertMode.add)
        return vector.array[: self.owned * vector.block_size].copy()

    def _coefficient(self, layer, law, shape):
        """A quadrature function of the given shape on one layer, and a measure that samples it."""
        quadrature = 2 * self.degree + 2
        domain = self.mesh.domain
        element = basix.ufl.quadrature_element(domain.basix_cell(), value_shape=shape, degree=quadrature)
        Q = fem.functionspace(domain, element)
        points, _ = basix.make_quadrature(domain.basix_cell(), quadrature)
        cells = self.mesh.cells(layer)
        x = fem.Expression(ufl.SpatialCoordinate(domain), points).eval(domain, cells).reshape(-1, domain.geometry.dim)
        place = np.zeros((3, len(x)))
        for i, axis in enumerate(self.mesh.axes):
            place["xyz".index(axis)] = x[:, i] * NM
        measure = self._dx(layer)(metadata={"quadrature_degree": quadrature, "quadrature_rule": "default"})
        return fem.Function(Q), Q.dofmap.list[cells].ravel(), law(place), measure

    def _varying_matrix(self, layer, X):
        f, at, values, dx = self._coefficient(layer, X, (4, 4))
        u, v = ufl.TrialFunction(self.W)[0], ufl.TestFunction(self.W)[0]
        slope = (np.arange(4) > 0).astype(int)
        values = values * NM ** (self.mesh.dimension - slope[:, None, None] - slope[:, None])[None, :, None]
        n = values.shape[2]
        form = self._form(forms.bulk(u, v, f, self.mesh.axes, dx))
        blocks = np.zeros((len(self.columns), n, n))
        for A, B in np.argwhere(values.any(axis=(0, 1, 3))):
            f.x.array.reshape(-1, 16)[at] = values[:, :, A, :, B].reshape(-1, 16)
            self._matrix.set_value(0.0)
            fem.assemble_matrix(self._matrix, form)
            self._matrix.scatter_reverse()
            blocks[:, A, B] = self._matrix.data[: len(self.columns) * self.block**2 : self.block**2]
        index = np.flatnonzero(blocks.any(axis=(1, 2)))
        return index, blocks[index]

    def _varying_load(self, layer, F):
        f, at, values, dx = self._coefficient(layer, F, (4,))
        v = ufl.TestFunction(self.V)
        values = values * NM ** (self.mesh.dimension - (np.arange(4) > 0))[None, :, None]
        form = forms.load(v, f, self.mesh.axes, dx)
        compiled = self._form(form)
        columns = []
        for A in range(values.shape[2]):
            f.x.array.reshape(-1, 4)[at] = values[:, :, A]
            vector = fem.assemble_vector(compiled)
            vector.scatter_reverse(la.InsertMode.add)
            columns.append(vector.array[: self.owned].copy())
        return np.stack(columns, axis=1)
