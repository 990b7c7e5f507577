"""Meshes with named layers, faces and interfaces: structured stacks, and files of gmsh. Coordinates are nanometres."""

from dataclasses import dataclass
from pathlib import Path

import basix
import basix.ufl
import numpy as np
import ufl
from dolfinx import mesh as dmesh
from mpi4py import MPI

from ddgauge.fem import compat
from ddgauge.model.plan import graded
from ddgauge.units import NM

AXES = {1: "z", 2: "xz", 3: "xyz"}  # what the coordinates of a mesh mean, by its dimension
SIDES = {"x": ("left", "right"), "y": ("front", "back"), "z": ("bottom", "top")}
CELLS = {(1, "simplex"): "interval", (2, "simplex"): "triangle", (3, "simplex"): "tetrahedron"}
CELLS |= {(1, "box"): "interval", (2, "box"): "quadrilateral", (3, "box"): "hexahedron"}


class MeshError(ValueError):
    """A mesh that cannot be made, read, or used."""


@dataclass(frozen=True)
class Mesh:
    """A mesh whose cells and facets have names; entities are those of this rank."""

    domain: dmesh.Mesh
    axes: str  # "z", "xz", "xy" or "xyz"
    layers: dict[str, int]  # name -> label
    label: np.ndarray  # (cells,) label of each cell of this rank, ghosts included
    faces: dict[str, np.ndarray]  # name -> (k, 2) cell and local facet, owned ones
    interfaces: dict[tuple[str, str], np.ndarray]  # (below, above) -> (k, 4) cell and local facet below, above
    periods: dict[str, float]  # axis -> length, nm
    structured: bool = False

    @property
    def comm(self):
        """The communicator of the mesh."""
        return self.domain.comm

    @property
    def dimension(self):
        """1, 2 or 3."""
        return self.domain.topology.dim

    def layers_at(self):
        """Names of the layers of each face, on any rank."""
        labels = {name: set(self.label[sides[:, 0]].tolist()) for name, sides in self.faces.items()}
        every = self.comm.allgather(labels)
        names = {label: name for name, label in self.layers.items()}
        return {name: sorted({names[i] for part in every for i in part[name]}) for name in self.faces}

    def cells(self, layer):
        """Cells of a layer that this rank owns."""
        owned = self.domain.topology.index_map(self.dimension).size_local
        return np.flatnonzero(self.label[:owned] == self.layers[layer]).astype(np.int32)


def stack_mesh(layers, size=(), divisions=(), periodic=True, shape="simplex", comm=MPI.COMM_WORLD):
    """A structured mesh of a stack in len(size) + 1 dimensions.

    Parameters
    ----------
    layers : list of (name, thickness, cells, edge)
        From bottom to top; thickness in m, number of cells across it, and the shortest decay or precession length in m,
        towards which cells are graded at both ends.
    size : tuple of float
        Lateral lengths, m: none, (x,) or (x, y).
    divisions : tuple of int
        Cells along them.
    periodic : bool
        Whether opposite sides are one; otherwise they are faces left, right, front, back.
    shape : "simplex" or "box"
        Intervals; triangles or quadrilaterals; tetrahedra or hexahedra.
    """
    axes = AXES[len(size) + 1]
    heights = np.cumsum([0, *(thickness for _, thickness, _, _ in layers)]) / NM
    z = [graded(t / NM, cells, edge / NM)[:-1] + base for (_, t, cells, edge), base in zip(layers, heights[:-1])]
    nodes = [np.linspace(0, length / NM, n + 1) for length, n in zip(size, divisions)]
    nodes.append(np.concatenate([*z, heights[-1:]]))
    domain = _grid(nodes, shape, comm)
    _connect(domain)
    label = np.searchsorted(heights, _midpoints(domain, domain.topology.dim)[:, len(axes) - 1]) - 1
    names = {name: i for i, (name, *_) in enumerate(layers)}
    periods = {axis: length / NM for axis, length in zip(axes, size)} if periodic else {}
    return Mesh(
        domain,
        axes,
        names,
        label,
        _sides(domain, axes, nodes, periods),
        _interfaces(domain, names, label),
        periods,
        True,
    )


def read_mesh(path, layers, plane="xz", comm=MPI.COMM_WORLD):
    """The mesh of a gmsh file (or of any format gmsh opens), lengths in nm; MeshError if it is not as it should be.

    Parameters
    ----------
    path : path
        Its physical groups name the layers (of the highest dimension) and the faces (one less).
    layers : list of str
        Names that the file must have, from bottom to top.
    plane : "xz" or "xy"
        What the two coordinates of a plane mesh mean.
    """
    import gmsh

    path = Path(path)
    groups, problem = None, None
    if comm.rank == 0:
        try:
            groups = _open(gmsh, path, layers)
        except MeshError as error:
            problem = error
    problem = comm.bcast(problem)
    if problem:
        raise problem
    groups = comm.bcast(groups)
    dimension = max(groups)
    partitioner = compat.cell_partitioner(comm)
    domain, cell_tags, facet_tags = compat.gmsh_to_mesh(gmsh.model, comm, dimension, partitioner)
    if comm.rank == 0:
        gmsh.finalize()
    _connect(domain)
    label = np.full(_count(domain, dimension), -1)
    number = {tag: layers.index(name) for name, tag in groups[dimension].items()}
    label[cell_tags.indices] = [number[tag] for tag in cell_tags.values]
    exterior = np.zeros(_count(domain, dimension - 1), dtype=bool)
    exterior[dmesh.exterior_facet_indices(domain.topology)] = True
    faces = {}
    for name, tag in groups.get(dimension - 1, {}).items():
        facets = facet_tags.find(tag)
        if comm.allreduce(int(exterior[facets].sum())):
            faces[name] = _sided(domain, facets[exterior[facets]])[:, :2]
    names = {name: i for i, name in enumerate(layers)}
    axes = plane if dimension == 2 else AXES[dimension]
    return Mesh(domain, axes, names, label, faces, _interfaces(domain, names, label), {})


def _open(gmsh, path, layers):
    """Physical groups {dimension: {name: tag}} of the file, left open in gmsh unless it is refused."""
    if not path.is_file():
        raise MeshError(f"{path}: no such mesh file")
    gmsh.initialize()
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.open(str(path))
        groups = _groups(gmsh, path)
        _same_layers(path, groups[max(groups)], layers)
    except MeshError:
        gmsh.finalize()
        raise
    except Exception as error:
        gmsh.finalize()
        raise MeshError(f"{path}: gmsh cannot read it ({error})") from error
    return groups


def _groups(gmsh, path):
    groups = {}
    for dimension, tag in gmsh.model.getPhysicalGroups():
        name = gmsh.model.getPhysicalName(dimension, tag)
        groups.setdefault(dimension, {})[name or f"group {tag} (unnamed)"] = tag
    if not len(gmsh.model.mesh.getElements()[0]):
        raise MeshError(f"{path}: holds no mesh elements; mesh the geometry first (gmsh -3 {path.name})")
    if not groups or max(groups) < 1:
        raise MeshError(f"{path}: has no physical groups; name the layers (volumes) and the faces (surfaces) in gmsh")
    if max(groups) < max(d for d in range(4) if len(gmsh.model.mesh.getElements(d)[0])):
        raise MeshError(f"{path}: its cells are in no physical group; name each layer in gmsh")
    return groups


def _same_layers(path, groups, layers):
    for name in layers:
        if name not in groups:
            raise MeshError(f"{path} has no layer {name!r}; layers: {', '.join(groups)}")
    if extra := sorted(set(groups) - set(layers)):
        raise MeshError(f"{path}: group {extra[0]!r} is not a [[layer]]; layers given: {', '.join(layers)}")


def _grid(nodes, shape, comm):
    """The tensor grid of node coordinates, each rank handing in its share of cells and points."""
    counts = [len(x) for x in nodes]
    dim, boxes = len(nodes), [c - 1 for c in counts]
    mine = np.array_split(np.arange(np.prod(boxes)), comm.size)[comm.rank]
    corner = np.ravel_multi_index(np.unravel_index(mine, boxes), counts)
    strides = np.cumprod([1, *counts[:0:-1]])[::-1]
    steps = np.array([[(n >> a) & 1 for a in range(dim)] for n in range(2**dim)])
    vertices = corner[:, None] + (steps @ strides)[None, :]
    if shape == "simplex" and dim > 1:
        vertices = vertices[:, _simplices(dim)].reshape(-1, dim + 1)
    points = np.array_split(np.arange(np.prod(counts)), comm.size)[comm.rank]
    x = np.stack([axis[i] for axis, i in zip(nodes, np.unravel_index(points, counts))], axis=1)
    element = basix.ufl.element("Lagrange", CELLS[dim, shape], 1, shape=(dim,))
    striped = dim > 1 and 1 < comm.size <= boxes[0]
    partitioner = _strips(counts, vertices.shape[1]) if striped else compat.cell_partitioner(comm)
    return dmesh.create_mesh(
        comm, vertices.astype(np.int64), *compat.geometry(x, ufl.Mesh(element)), partitioner=partitioner
    )


def _strips(counts, corners):
    """A partitioner that cuts the first side into strips: lines along z stay whole, and incomplete factors good.

    Cells at a cut are ghosts on its other side.
    """
    boxes, plane = counts[0] - 1, int(np.prod(counts[1:]))

    def partition(comm, parts, cell_types, cells):
        box = np.asarray(cells[0]).reshape(-1, corners).min(axis=1) // plane
        beside = [np.clip(box + step, 0, boxes - 1) * parts // boxes for step in (0, -1, 1)]
        ranks = np.stack(beside, axis=1).astype(np.int32)
        wanted = ranks != ranks[:, :1]
        wanted[:, 0] = True
        return compat.adjacency(ranks[wanted], np.cumsum([0, *wanted.sum(axis=1)]))

    return partition


def _simplices(dim):
    """Corners (by their bits) of the triangles or tetrahedra that share the diagonal of a box, alike oriented."""
    from itertools import permutations

    paths = [np.cumsum([0, *(1 << axis for axis in order)]) for order in permutations(range(dim))]
    sides = [np.linalg.det(np.eye(dim)[list(order)]) for order in permutations(range(dim))]
    return np.array([path if side > 0 else path[[*range(dim - 1), -1, -2]] for path, side in zip(paths, sides)])


def _connect(domain):
    dim = domain.topology.dim
    domain.topology.create_entities(dim - 1)
    domain.topology.create_connectivity(dim - 1, dim)
    domain.topology.create_connectivity(dim, dim - 1)


def _count(domain, dim):
    index_map = domain.topology.index_map(dim)
    return index_map.size_local + index_map.num_ghosts


def _midpoints(domain, dim, entities=None):
    entities = np.arange(_count(domain, dim), dtype=np.int32) if entities is None else entities
    return dmesh.compute_midpoints(domain, dim, entities)


def _sided(domain, facets):
    """(k, 4) first cell, its local facet, second cell, its local facet (-1 where there is none)."""
    dim = domain.topology.dim
    to_cell, to_facet = domain.topology.connectivity(dim - 1, dim), domain.topology.connectivity(dim, dim - 1)
    of_cell = to_facet.array.reshape(-1, len(basix.topology(domain.basix_cell())[dim - 1]))
    sides = np.full((len(facets), 4), -1, dtype=np.int32)
    start, end = to_cell.offsets[facets], to_cell.offsets[facets + 1]
    for s, has in ((0, end > start), (1, end > start + 1)):
        cells = to_cell.array[start[has] + s]
        sides[has, 2 * s] = cells
        sides[has, 2 * s + 1] = (of_cell[cells] == facets[has][:, None]).argmax(axis=1)
    return sides


def _sides(domain, axes, nodes, periods):
    facets = dmesh.exterior_facet_indices(domain.topology)
    x = _midpoints(domain, domain.topology.dim - 1, facets)
    faces = {}
    for a, (axis, positions) in enumerate(zip(axes, nodes)):
        if axis in periods:
            continue
        for name, place in zip(SIDES[axis], positions[[0, -1]]):
            faces[name] = _sided(domain, facets[np.isclose(x[:, a], place, rtol=0, atol=1e-9 * positions[-1])])[:, :2]
    return faces


def _interfaces(domain, names, label):
    """Facets between layers, each on the rank that owns it, the layer that comes first in the stack below."""
    owned = domain.topology.index_map(domain.topology.dim - 1).size_local
    sides = _sided(domain, np.arange(owned, dtype=np.int32))
    sides = sides[sides[:, 2] >= 0]
    sides = sides[label[sides[:, 0]] != label[sides[:, 2]]]
    swap = label[sides[:, 0]] > label[sides[:, 2]]
    sides[swap] = sides[swap][:, [2, 3, 0, 1]]
    pairs = np.stack([label[sides[:, 0]], label[sides[:, 2]]], axis=1)
    every = sorted({pair for part in domain.comm.allgather(set(map(tuple, pairs.tolist()))) for pair in part})
    name = list(names)
    return {(name[a], name[b]): sides[(pairs == (a, b)).all(axis=1)] for a, b in every}
