"""All that differs between DOLFINx 0.9, 0.10 and 0.11."""

import dolfinx
import numpy as np
from dolfinx import fem, graph
from dolfinx.mesh import GhostMode, create_cell_partitioner

VERSION = tuple(int(part) for part in dolfinx.__version__.split(".")[:2])


def function_space(domain, degree, block, cell_dofs, index_map):
    """The Lagrange space of `block` components over the given scalar dofs of each cell."""
    plain = fem.functionspace(domain, ("Lagrange", degree) if block == 1 else ("Lagrange", degree, (block,)))
    offsets = np.arange(len(cell_dofs) + 1) * cell_dofs.shape[1]
    links = adjacency(cell_dofs.ravel(), offsets)
    layout = plain.dofmap.dof_layout
    dofmap = type(plain.dofmap._cpp_object)(layout, index_map, block, links, block)
    parts = [domain._cpp_object, plain._cpp_object.element, dofmap]
    if VERSION < (0, 10):
        parts.append(plain._cpp_object.value_shape)
    return fem.FunctionSpace(domain, plain.ufl_element(), type(plain._cpp_object)(*parts))


def adjacency(links, offsets):
    """DOLFINx' list of lists, 32-bit."""
    made = graph.adjacencylist(links.astype(np.int32), offsets.astype(np.int32))
    return getattr(made, "_cpp_object", made)


def cell_nodes(domain):
    """(cells, nodes) numbers of the geometry's points in each cell of this rank."""
    geometry = domain.geometry
    return geometry.dofmap if VERSION < (0, 11) else geometry.dofmaps[0]


def coordinate_map(domain):
    """The map from the reference cell to the cells of a mesh."""
    geometry = domain.geometry
    return geometry.cmap if VERSION < (0, 11) else geometry.cmaps[0]


def gmsh_to_mesh(model, comm, dimension, partitioner):
    """(mesh, cell tags, facet tags or None) of the model that gmsh holds on rank 0."""
    if VERSION < (0, 10):
        from dolfinx.io import gmshio

        return gmshio.model_to_mesh(model, comm, 0, gdim=dimension, partitioner=partitioner)
    from dolfinx.io import gmsh

    data = gmsh.model_to_mesh(model, comm, 0, gdim=dimension, partitioner=partitioner)
    return data.mesh, data.cell_tags, data.facet_tags


def cell_partitioner(comm):
    """The default partitioner with the ghosts that interior facets need; none on one rank, where it only costs time."""
    if comm.size == 1:
        return None
    mode = GhostMode.shared_facet
    return create_cell_partitioner(mode) if VERSION < (0, 10) else create_cell_partitioner(mode, 2)


def geometry(x, element):
    """Points and coordinate element in the order in which create_mesh takes them."""
    return (x, element) if VERSION < (0, 10) else (element, x)
