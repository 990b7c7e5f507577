"""Values of a solution at points: jets and current densities, cell by cell, and along a line through the stack."""

from dataclasses import dataclass

import basix
import numpy as np
from dolfinx import geometry, la
from mpi4py import MPI

from ddgauge.fem import compat
from ddgauge.fem.equations import of_motive
from ddgauge.fem.forms import PLACE
from ddgauge.units import NM

ELEMENTWISE_MIN = MPI.Op.Create(lambda a, b, _: np.minimum(a, b), commute=True)


@dataclass(frozen=True)
class Sample:
    """The fields at points of one layer."""

    layer: str
    x: np.ndarray  # (3, N), m
    mu: np.ndarray  # (N, n), V
    j: np.ndarray  # (N, 3, n), A/m^2


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
        cmap = compat.coordinate_map(a.mesh.domain)
        cell = a.mesh.domain.basix_cell()
        self.map = basix.create_element(basix.ElementFamily.P, cell, cmap.degree, basix.LagrangeVariant(cmap.variant))

    def places(self, cells, X):
        """(cells, points, gdim) positions of reference points X (points, tdim), nm."""
        x = self.mesh.domain.geometry.x[compat.cell_nodes(self.mesh.domain)[cells]][:, :, : self.mesh.dimension]
        return np.einsum("pv,cvi->cpi", self.map.tabulate(0, X)[0, :, :, 0], x)

    def jets(self, cells, X):
        """(cells, points, 4, n) potentials, V, and slopes, V/m, at reference points X (points, tdim) of each cell."""
        return self._jets(cells, self.element.tabulate(1, X)[:, None], self.map.tabulate(1, X)[1:, None])

    def jets_of_pairs(self, cells, X):
        """(cells, 1, 4, n) the same at one reference point X[k] of each cells[k]."""
        return self._jets(cells, self.element.tabulate(1, X)[:, :, None], self.map.tabulate(1, X)[1:, :, None])

    def _jets(self, cells, phi, psi):
        """From shape functions phi (1 + tdim, cells or 1, points, dofs, 1) and slopes psi of the geometry's, alike."""
        x = self.mesh.domain.geometry.x[compat.cell_nodes(self.mesh.domain)[cells]][:, :, : self.mesh.dimension]
        one = phi.shape[1] == 1
        of_cell = "jpd,cd{}->cpj{}" if one else "jcpd,cd{}->cpj{}"
        phi, psi = (phi[:, 0, ..., 0], psi[:, 0, ..., 0]) if one else (phi[..., 0], psi[..., 0])
        jacobian = np.einsum(of_cell.format("i", "i"), psi, x)
        mu = self.mu[self.assembly.cell_dofs[cells]]
        local = np.einsum(of_cell.format("A", "A"), phi, mu)
        out = np.zeros((*local.shape[:2], 4, mu.shape[-1]))
        out[:, :, 0] = local[:, :, 0]
        out[:, :, [PLACE[axis] for axis in self.mesh.axes]] = np.linalg.solve(jacobian, local[:, :, 1:]) / NM
        return out

    def flow(self, layer, jets, x):
        """(cells, points, 3, n) current density j[i, A] from jets at mesh points x (cells, points, gdim), A/m^2."""
        medium = self.solution.media[layer]
        if layer in self.solution.motive:
            law = of_motive(medium, self.solution.motive[layer], "flux")
            moved = law(self.metres(x.reshape(-1, self.mesh.dimension)))
            return moved.reshape(*jets.shape[:2], *moved.shape[1:]) + self._conducted(layer, jets, x)
        return self._conducted(layer, jets, x)

    def _conducted(self, layer, jets, x):
        """The same but for electromotive fields."""
        if layer in self.solution.flows:
            return self.solution.flows[layer](jets.reshape(-1, *jets.shape[2:])).reshape(
                *jets.shape[:2], 3, jets.shape[-1]
            )
        medium, E = self.solution.media[layer], self.solution.E
        if callable(medium):
            places = self.metres(x.reshape(-1, self.mesh.dimension))
            follows = hasattr(medium, "at")  # the potential, which is known in cells, not at points
            medium = medium.at(places, jets[:, :, 0, 0].ravel()) if follows else medium(places)
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

    def at(self, points, layer=None):
        """Values at mesh points (k, gdim) in cells of this rank (of one layer): which, mu (m, n), j (m, 3, n)."""
        domain, mesh = self.mesh.domain, self.mesh
        padded = np.zeros((len(points), 3))
        padded[:, : points.shape[1]] = points
        tree = geometry.bb_tree(domain, domain.topology.dim, padding=1e-6)
        found = geometry.compute_colliding_cells(domain, geometry.compute_collisions_points(tree, padded), padded)
        wanted = mesh.label if layer is None else np.where(mesh.label == mesh.layers[layer], mesh.label, -1)
        first = [next((c for c in found.links(k) if wanted[c] >= 0), -1) for k in range(len(points))]
        which = np.flatnonzero(np.array(first, dtype=int) >= 0)
        cells = np.array(first, dtype=np.int32)[which]
        n = self.solution.system.n
        mu, j = np.zeros((len(which), n)), np.zeros((len(which), 3, n))
        if len(which):
            X = np.concatenate([self._reference(cell, points[k]) for k, cell in zip(which, cells)])
            jets = self.jets_of_pairs(cells, X)
            mu = jets[:, 0, 0]
            for name, label in mesh.layers.items():
                inside = mesh.label[cells] == label
                j[inside] = self.flow(name, jets[inside], points[which][inside][:, None])[:, 0]
        return which, mu, j

    def _reference(self, cell, point):
        """Reference coordinates (1, tdim) of a mesh point in a cell."""
        corners = self.mesh.domain.geometry.x[compat.cell_nodes(self.mesh.domain)[cell]][:, : self.mesh.dimension]
        return compat.coordinate_map(self.mesh.domain).pull_back(point[None, :], corners)


def quadrature(solution, layer):
    """Jets (N, 4, n) at the quadrature points of this rank's cells of a layer, their shares (N,) of its volume, m^d,
    and their places (3, N), m."""
    sampler, a = Sampler(solution), solution.system.assembly
    cells, points = a.mesh.cells(layer), a.quadrature_points
    jets = sampler.jets(cells, points).reshape(-1, 4, solution.system.n)
    return jets, a.weights(layer), sampler.metres(sampler.places(cells, points).reshape(-1, a.mesh.dimension))


def profile(solution, points_per_layer=None):
    """The fields along the normal of the stack, through its middle.

    Parameters
    ----------
    points_per_layer : int, optional
        Else four for each cell through a layer of a mesh in one dimension, 41 to 401; 41 in others.

    Returns
    -------
    dict, on rank 0 (None elsewhere)
        z (k,), m; layer (k,) names; mu (k, n), V; j (k, 3, n), A/m^2; samples, the same layer by layer.
    """
    sampler = Sampler(solution)
    mesh = sampler.mesh
    low, high = _extent(mesh)
    samples = []
    for layer in mesh.layers:
        bottom, top = (bound[-1] for bound in _extent(mesh, mesh.cells(layer)))
        z = np.linspace(bottom, top, points_per_layer or _fineness(mesh, layer))
        z[[0, -1]] += np.array([1, -1]) * 1e-7 * (top - bottom)  # inside: the fields may jump at the ends
        points = np.tile((low + high) / 2, (len(z), 1))
        points[:, -1] = z
        values = _gathered(mesh.comm, len(z), sampler.at(points, layer))
        if values:
            seen, mu, j = values
            samples.append(Sample(layer, sampler.metres(points[seen]), mu[seen], j[seen]))
    if mesh.comm.rank:
        return None
    return {
        "z": np.concatenate([sample.x[2] for sample in samples]),
        "layer": [sample.layer for sample in samples for _ in sample.mu],
        "mu": np.concatenate([sample.mu for sample in samples]),
        "j": np.concatenate([sample.j for sample in samples]),
        "samples": samples,
    }


def _fineness(mesh, layer):
    if mesh.dimension > 1:
        return 41
    return int(np.clip(4 * mesh.comm.allreduce(len(mesh.cells(layer))) + 1, 41, 401))


def raster(solution, count=90):
    """The fields on a raster of a plane mesh, or of a plane x, y through the middle of the thickest layer.

    Returns
    -------
    dict, on rank 0 (None elsewhere)
        axes, names of the two; a (columns,) and b (rows,), nm; mu (rows, columns, n), V, and
        j (rows, columns, 3, n), A/m^2, nan outside the mesh.
    """
    sampler = Sampler(solution)
    mesh = sampler.mesh
    low, high = _extent(mesh)
    thickest = max(mesh.layers, key=solution.volume)
    inside = [np.mean(bounds) for bounds in zip(*_extent(mesh, mesh.cells(thickest)))]
    longest = (high - low)[:2].max()
    a, b = (_middles(low[k], high[k], max(2, round(count * (high[k] - low[k]) / longest))) for k in (0, 1))
    points = np.stack([grid.ravel() for grid in np.meshgrid(a, b)], axis=1)
    if mesh.dimension == 3:
        points = np.column_stack([points, np.full(len(points), inside[2])])
    values = _gathered(mesh.comm, len(points), sampler.at(points))
    if values is None:
        return None
    seen, mu, j = values
    mu[~seen], j[~seen] = np.nan, np.nan
    shape = len(b), len(a)
    return {"axes": mesh.axes[:2], "a": a, "b": b, "mu": mu.reshape(*shape, -1), "j": j.reshape(*shape, 3, -1)}


def _middles(low, high, count):
    edges = np.linspace(low, high, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _gathered(comm, count, found):
    """(seen, mu, j) of all points on rank 0, each from the lowest rank that has it; None elsewhere."""
    parts = comm.gather(found)
    if comm.rank:
        return None
    seen = np.zeros(count, dtype=bool)
    mu, j = (np.zeros((count, *values.shape[1:])) for values in found[1:])
    for which, some_mu, some_j in reversed(parts):
        seen[which], mu[which], j[which] = True, some_mu, some_j
    return seen, mu, j


def _extent(mesh, cells=None):
    """Lowest and highest coordinates of the cells of all ranks, or of some of each, nm."""
    cells = slice(None) if cells is None else cells
    x = mesh.domain.geometry.x[compat.cell_nodes(mesh.domain)[cells].ravel()][:, : mesh.dimension]
    low = mesh.comm.allreduce(x.min(axis=0, initial=np.inf), ELEMENTWISE_MIN)
    return low, -mesh.comm.allreduce((-x).min(axis=0, initial=np.inf), ELEMENTWISE_MIN)
