"""Values of a solution at points: jets and current densities, cell by cell, and along a line through the stack."""

import basix
import numpy as np
from dolfinx import geometry, la
from mpi4py import MPI

from ddgauge.fem.forms import PLACE
from ddgauge.units import NM

ELEMENTWISE_MIN = MPI.Op.Create(lambda a, b, _: np.minimum(a, b), commute=True)


class Sampler:
    """Jets of the potentials of one solution at reference points of cells of this rank."""

    def __init__(self, solution):
        self.solution = solution
        a = solution.system.assembly
        self.mesh, self.assembly = a.mesh, a
        vector = la.vector(a.index_map, solution.system.n, dtype=np.float64)
        vector.array[: solution.x.size] = solution.x.ravel()
        vector.scatter_forward()
        self.mu = vector.array.reshape(-1, solution.system.n)
        self.element = a.V.element.basix_element
        cmap = a.mesh.domain.geometry.cmap
        cell = a.mesh.domain.basix_cell()
        self.map = basix.create_element(basix.ElementFamily.P, cell, cmap.degree, basix.LagrangeVariant(cmap.variant))

    def places(self, cells, X):
        """(cells, points, gdim) positions of reference points X (points, tdim), nm."""
        x = self.mesh.domain.geometry.x[self.mesh.domain.geometry.dofmap[cells]][:, :, : self.mesh.dimension]
        return np.einsum("pv,cvi->cpi", self.map.tabulate(0, X)[0, :, :, 0], x)

    def jets(self, cells, X):
        """(cells, points, 4, n) values and derivatives at reference points X, V and V/m."""
        phi = self.element.tabulate(1, X)[..., 0]
        x = self.mesh.domain.geometry.x[self.mesh.domain.geometry.dofmap[cells]][:, :, : self.mesh.dimension]
        jacobian = np.einsum("jpv,cvi->cpij", self.map.tabulate(1, X)[1:, :, :, 0], x)
        mu = self.mu[self.assembly.cell_dofs[cells]]
        slope = np.einsum("jpd,cdA->cpjA", phi[1:], mu)
        slope = np.linalg.solve(np.swapaxes(jacobian, -1, -2), slope) / NM
        out = np.zeros((len(cells), len(X), 4, mu.shape[-1]))
        out[:, :, 0] = np.einsum("pd,cdA->cpA", phi[0], mu)
        out[:, :, [PLACE[axis] for axis in self.mesh.axes]] = slope
        return out

    def flow(self, layer, cells, X):
        """(cells, points, 3, n) current density j[i, A] at reference points X of cells of a layer, A/m^2."""
        jets = self.jets(cells, X)
        medium, E = self.solution.media[layer], self.solution.E
        if callable(medium):
            medium = medium(self.metres(self.places(cells, X).reshape(-1, self.mesh.dimension)))
            flux = medium.flux.reshape(*jets.shape[:2], *medium.flux.shape[1:])
            drift = np.einsum("...iAk,k->...iA", medium.drift, E)
            drift = drift.reshape(*jets.shape[:2], *drift.shape[1:]) if drift.ndim > 2 else drift
            return drift - np.einsum("cpiAqB,cpqB->cpiA", flux, jets)
        return np.einsum("iAk,k->iA", medium.drift, E) - np.einsum("iAqB,cpqB->cpiA", medium.flux, jets)

    def metres(self, x):
        """(3, points) coordinates x, y, z in m of mesh coordinates (points, gdim)."""
        out = np.zeros((3, len(x)))
        for i, axis in enumerate(self.mesh.axes):
            out["xyz".index(axis)] = x[:, i] * NM
        return out

    def at(self, points):
        """{number: cells} of the mesh points (k, gdim) that lie in cells of this rank."""
        domain = self.mesh.domain
        padded = np.zeros((len(points), 3))
        padded[:, : points.shape[1]] = points
        tree = geometry.bb_tree(domain, domain.topology.dim, padding=1e-6)
        cells = geometry.compute_colliding_cells(domain, geometry.compute_collisions_points(tree, padded), padded)
        return {k: cells.links(k) for k in range(len(points)) if len(cells.links(k))}

    def reference(self, cell, point):
        """Reference coordinates (1, tdim) of a mesh point in a cell."""
        corners = self.mesh.domain.geometry.x[self.mesh.domain.geometry.dofmap[cell]][:, : self.mesh.dimension]
        return self.mesh.domain.geometry.cmap.pull_back(point[None, :], corners)


def profile(solution, points_per_layer=41, lateral=None):
    """The fields along the normal of the stack, through the middle or a given lateral place.

    Returns
    -------
    dict, on rank 0 (None elsewhere)
        z (k,), m; layer (k,) names; mu (k, n), V; j (k, 3, n), A/m^2.
    """
    sampler = Sampler(solution)
    mesh, comm = sampler.mesh, sampler.mesh.comm
    low, high = _extent(mesh)
    middle = (low + high) / 2 if lateral is None else np.append(lateral, 0) / NM
    rows = {}
    for number, layer in enumerate(mesh.layers):
        bottom, top = (bound[-1] for bound in _extent(mesh, mesh.cells(layer)))
        z = np.linspace(bottom, top, points_per_layer)
        z[[0, -1]] += np.array([1, -1]) * 1e-7 * (top - bottom)  # inside: the fields may jump at the ends
        points = np.tile(middle, (len(z), 1))
        points[:, -1] = z
        for k, cells in sampler.at(points).items():
            for cell in cells:
                if mesh.label[cell] == mesh.layers[layer]:
                    X = sampler.reference(cell, points[k])
                    jet = sampler.jets(np.array([cell]), X)[0, 0]
                    flow = sampler.flow(layer, np.array([cell]), X)[0, 0]
                    rows[number, k] = (z[k] * NM, layer, jet[0], flow)
                    break
    gathered = comm.gather(rows)
    if comm.rank:
        return None
    found = {key: row for part in reversed(gathered) for key, row in part.items()}
    rows = [found[key] for key in sorted(found)]
    z, layer, mu, j = zip(*rows) if rows else ((), (), (), ())
    return {"z": np.array(z), "layer": list(layer), "mu": np.array(mu), "j": np.array(j)}


def _extent(mesh, cells=None):
    """Lowest and highest coordinates of the cells of all ranks, or of some of each, nm."""
    cells = slice(None) if cells is None else cells
    x = mesh.domain.geometry.x[mesh.domain.geometry.dofmap[cells].ravel()][:, : mesh.dimension]
    low = mesh.comm.allreduce(x.min(axis=0, initial=np.inf), ELEMENTWISE_MIN)
    return low, -mesh.comm.allreduce((-x).min(axis=0, initial=np.inf), ELEMENTWISE_MIN)
