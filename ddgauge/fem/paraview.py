"""Fields for ParaView: one .vtu file, or a .pvtu file with one piece per rank; cells of the degree of the solution.
A .pvd file makes a film of several.

Points at an interface are written once per layer, so that jumps are seen as jumps. Coordinates are nanometres.
"""

from pathlib import Path

import basix
import basix.ufl
import meshio
import numpy as np
from dolfinx import fem, la, plot

from ddgauge.fem.sample import Sample, Sampler
from ddgauge.units import NM

CHUNK = 20_000  # cells at a time
NAMES = {
    3: "line", 5: "triangle", 9: "quad", 10: "tetra", 12: "hexahedron",
    68: "VTK_LAGRANGE_CURVE", 69: "VTK_LAGRANGE_TRIANGLE", 70: "VTK_LAGRANGE_QUADRILATERAL",
    71: "VTK_LAGRANGE_TETRAHEDRON", 72: "VTK_LAGRANGE_HEXAHEDRON",
}  # fmt: skip


def write(solution, path, fields):
    """Write `fields` of a solution into path.vtu (one rank) or path.pvtu; the path of what ParaView is to open.

    Parameters
    ----------
    fields : function of a Sample
        Returns name with unit -> (points,) or (points, 3) values.
    """
    sampler = Sampler(solution)
    mesh, comm = sampler.mesh, sampler.mesh.comm
    nodes = _node_space(mesh, sampler.assembly.degree)
    topology, types, _ = plot.vtk_mesh(nodes, np.arange(len(_owned(mesh)), dtype=np.int32))
    cells = topology.reshape(len(types), nodes.dofmap.dof_layout.num_dofs + 1)[:, 1:]
    points, blocks, data, label = [], [], {}, []
    start = 0
    for name in mesh.layers:
        mine = mesh.cells(name)
        mu, j = _at_nodes(sampler, nodes, name)
        used, local = np.unique(cells[mine], return_inverse=True)
        points.append(_positions(sampler, nodes, mine, used))
        sample = Sample(name, points[-1].T * NM, mu[used], j[used])
        blocks.append(start + local.reshape(len(mine), cells.shape[1]))
        label.append(np.full(len(mine), mesh.layers[name]))
        for field, values in fields(sample).items():
            data.setdefault(field, []).append(values)
        start += len(used)
    connected = np.concatenate(blocks)
    shape = (NAMES[int(types[0])], connected) if len(types) else ("tetra", connected.reshape(0, 4))
    piece = meshio.Mesh(
        np.concatenate(points),
        [shape],
        point_data={field: np.concatenate(values) for field, values in data.items()},
        cell_data={"layer": [np.concatenate(label)]},
    )
    return write_piece(comm, path, piece)


def write_piece(comm, path, piece):
    """Write what each rank has of a meshio.Mesh into path.vtu (one rank) or path.pvtu; the path of that."""
    path = Path(path)
    if comm.size == 1:
        _write(path.with_suffix(".vtu"), piece)
        return path.with_suffix(".vtu")
    _write(_piece(path, comm.rank), piece)
    comm.barrier()
    if comm.rank == 0:
        path.with_suffix(".pvtu").write_text(_index(path, comm.size, piece))
    return path.with_suffix(".pvtu")


def collect(path, frames):
    """Write path.pvd, which binds files of `write` together; its path.

    Parameters
    ----------
    frames : list of (time in s, path)
    """
    lines = [
        '<?xml version="1.0"?>',
        '<VTKFile type="Collection" version="0.1">',
        "<Collection>",
        *(f'<DataSet timestep="{float(time)!r}" part="0" file="{Path(frame).name}"/>' for time, frame in frames),
        "</Collection>",
        "</VTKFile>",
    ]
    path = Path(path).with_suffix(".pvd")
    path.write_text("\n".join(lines) + "\n")
    return path


def _owned(mesh):
    return np.arange(mesh.domain.topology.index_map(mesh.dimension).size_local)


def _node_space(mesh, degree):
    """The continuous space whose nodes are those of VTK's Lagrange cells."""
    variant = basix.LagrangeVariant.equispaced
    element = basix.ufl.element("Lagrange", mesh.domain.basix_cell(), degree, lagrange_variant=variant)
    return fem.functionspace(mesh.domain, element)


def _at_nodes(sampler, nodes, layer):
    """mu (nodes, n) and j (nodes, 3, n), each the mean over the cells of the layer that meet at a node."""
    n = sampler.solution.system.n
    X = nodes.element.basix_element.points
    total = la.vector(nodes.dofmap.index_map, 4 * n + 1, dtype=np.float64)
    sums = total.array.reshape(-1, 4 * n + 1)
    for part in np.array_split(sampler.mesh.cells(layer), 1 + len(sampler.mesh.cells(layer)) // CHUNK):
        jets = sampler.jets(part, X)
        mu, j = jets[:, :, 0], sampler.flow(layer, jets, sampler.places(part, X))
        values = np.concatenate([mu, j.reshape(*mu.shape[:2], 3 * n), np.ones((*mu.shape[:2], 1))], axis=2)
        dofs = nodes.dofmap.list[part].ravel()
        values = values.reshape(-1, 4 * n + 1)
        for column in range(4 * n + 1):
            sums[:, column] += np.bincount(dofs, values[:, column], minlength=len(sums))
    total.scatter_reverse(la.InsertMode.add)
    total.scatter_forward()
    mean = sums[:, :-1] / np.maximum(sums[:, -1:], 1)
    return mean[:, :n], mean[:, n:].reshape(-1, 3, n)


def _positions(sampler, nodes, cells, used):
    """(used, 3) coordinates x, y, z of nodes of the given cells, nm."""
    x = sampler.places(cells, nodes.element.basix_element.points).reshape(-1, sampler.mesh.dimension)
    place = np.zeros((nodes.dofmap.index_map.size_local + nodes.dofmap.index_map.num_ghosts, 3))
    place[nodes.dofmap.list[cells].ravel()] = (sampler.metres(x) / NM).T
    return place[used]


def _write(path, piece):
    meshio.write(path, piece, binary=True, compression=None)
    with path.open(
        "r+b"
    ) as file:  # the order of nodes in a hexahedron is that of version 2.2, which meshio does not say
        head = file.read(300)
        file.seek(0)
        file.write(head.replace(b'version="0.1"', b'version="2.2"'))


def _piece(path, rank):
    return path.with_name(f"{path.stem}_{rank}.vtu")


def _index(path, size, piece):
    """The .pvtu file that binds the pieces together."""

    def array(name, values):
        kind = "Int64" if values.dtype.kind == "i" else "Float64"
        components = 1 if values.ndim == 1 else values.shape[1]
        return f'<PDataArray type="{kind}" Name="{name}" NumberOfComponents="{components}"/>'

    lines = [
        '<?xml version="1.0"?>',
        '<VTKFile type="PUnstructuredGrid" version="2.2" byte_order="LittleEndian">',
        '<PUnstructuredGrid GhostLevel="0">',
        "<PPoints>",
        '<PDataArray type="Float64" Name="Points" NumberOfComponents="3"/>',
        "</PPoints>",
        "<PPointData>",
        *(array(name, values) for name, values in piece.point_data.items()),
        "</PPointData>",
        "<PCellData>",
        *(array(name, values[0]) for name, values in piece.cell_data.items()),
        "</PCellData>",
        *(f'<Piece Source="{_piece(path, rank).name}"/>' for rank in range(size)),
        "</PUnstructuredGrid>",
        "</VTKFile>",
    ]
    return "\n".join(lines) + "\n"
