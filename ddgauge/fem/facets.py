"""What is on both sides of an interface, corner by corner of its facets, and its file for ParaView."""

from dataclasses import dataclass

import basix
import meshio
import numpy as np

from ddgauge.fem import compat
from ddgauge.fem.paraview import write_piece
from ddgauge.fem.sample import Sampler

CELLS = {1: "vertex", 2: "line", 3: "triangle", 4: "quad"}  # by their corners
ROUND = [0, 1, 3, 2]  # corners of a quadrilateral, as ParaView goes around it


@dataclass(frozen=True)
class Surface:
    """Facets of this rank; corners are of one facet each, so that fields may jump from one to the next."""

    points: np.ndarray  # (k, v, 3), nm
    mu: np.ndarray  # (2, k, v, n), V: below and above


def surface(solution, below, above):
    """The Surface of an interface."""
    sampler, mesh = Sampler(solution), solution.mesh
    cell, sides = mesh.domain.basix_cell(), mesh.interfaces[below, above]
    facets = np.array(basix.topology(cell)[mesh.dimension - 1]).reshape(-1, _corners(cell))
    nodes = compat.cell_nodes(mesh.domain)
    local = [facets[sides[:, 2 * s + 1]] for s in (0, 1)]
    met = [np.take_along_axis(nodes[sides[:, 2 * s]], local[s], axis=1) for s in (0, 1)]
    same = (met[0][:, :, None] == met[1][:, None, :]).argmax(axis=2)
    local[1] = np.take_along_axis(local[1], same, axis=1)
    order = ROUND if local[0].shape[1] == 4 else slice(None)
    X, n = basix.geometry(cell), solution.system.n
    mu = []
    for s in (0, 1):
        corners = X[local[s][:, order]]
        cells = np.repeat(sides[:, 2 * s], corners.shape[1])
        here = np.zeros((len(cells), n))
        if len(cells):
            here = sampler.jets_of_pairs(cells, corners.reshape(-1, mesh.dimension))[:, 0, 0]
        mu.append(here.reshape(*corners.shape[:2], n))
    x = mesh.domain.geometry.x[met[0][:, order]]
    points = np.zeros_like(x)
    for i, axis in enumerate(mesh.axes):
        points[:, :, "xyz".index(axis)] = x[:, :, i]
    return Surface(points, np.array(mu))


def _corners(cell):
    return len(basix.topology(cell)[-2][0])


def write(solution, pair, path, fields):
    """Write `fields` on an interface into path.vtu (one rank) or path.pvtu; the path of what ParaView is to open.

    Parameters
    ----------
    pair : (below, above)
    fields : function of potentials (2, N, n) below and above
        Returns name with unit -> (N,), (N, 3) or (N, 9) values.
    """
    found = surface(solution, *pair)
    k, v = found.points.shape[:2]
    data = fields(found.mu.reshape(2, k * v, found.mu.shape[-1]))
    cells = [(CELLS[v], np.arange(k * v).reshape(k, v))]
    return write_piece(solution.mesh.comm, path, meshio.Mesh(found.points.reshape(-1, 3), cells, point_data=data))
