"""Lagrange spaces with a dofmap of our own: broken at sheets, periodic, tied at contacts, dofs numbered along z."""

import numpy as np
from dolfinx import common, fem, la

DIGIT = 1e-6  # nm
OFFSET = 0.31415927  # of a digit: halves of halves of a nanometre are not between two of them


def regions(mesh, broken):
    """Region of each layer: a plain interface joins its layers into one, a broken one does not."""
    region = {name: name for name in mesh.layers}
    for pair in mesh.interfaces:
        if pair not in broken:
            old, new = region[pair[1]], region[pair[0]]
            region = {name: new if r == old else r for name, r in region.items()}
    numbers = {r: i for i, r in enumerate(dict.fromkeys(region.values()))}
    return {name: numbers[r] for name, r in region.items()}


def dofmap(mesh, degree, region_of_cell, tied=()):
    """Continuous within a region, split between regions, one at opposite sides of a period, one on each tied face.

    A dof is a pair (dof of the ordinary space, region), owned by the lowest rank with a cell of its own there: a line
    of dofs along z that cells of two ranks share stays on one of them. A tied face is of no region.

    Returns
    -------
    list, index_map, points
        Dofs of each cell; their index map; coordinates of the owned and ghost dofs, nm.
    """
    comm, plain = mesh.comm, fem.functionspace(mesh.domain, ("Lagrange", degree))
    old_map, cell_dofs = plain.dofmap.index_map, plain.dofmap.list
    points = plain.tabulate_dof_coordinates()
    local = old_map.size_local
    globe = old_map.local_to_global(np.arange(local + old_map.num_ghosts, dtype=np.int32))
    keeper = np.concatenate([np.full(local, comm.rank), old_map.owners])
    globe, keeper, points = _identified(mesh, globe, keeper, points)
    one = np.zeros(len(globe), dtype=bool)
    for face in tied:
        on_face = _on_face(mesh, plain, face)
        globe, keeper, points = _tied(comm, on_face, globe, keeper, points)
        one |= on_face
    count = max(comm.allgather(int(region_of_cell.max(initial=0)) + 1))
    pairs = globe[cell_dofs] * count + np.where(one[cell_dofs], 0, region_of_cell[: len(cell_dofs), None])
    keys, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    keeper, at = keeper[cell_dofs].ravel()[first], points[cell_dofs].reshape(-1, 3)[first]
    own_cells = pairs[: mesh.domain.topology.index_map(mesh.dimension).size_local]
    owner = _owners(comm, keys, keeper, np.isin(keys, own_cells))

    mine = np.flatnonzero(owner == comm.rank)
    if mesh.structured:  # along z, for banded matrices and good incomplete factors
        mine = mine[np.lexsort((mine, *np.round(at[mine, : mesh.dimension], 6).T[::-1]))]
    ghosts = np.flatnonzero(owner != comm.rank)
    start = comm.exscan(len(mine)) or 0
    numbers, askers = _numbers(comm, keys, mine, ghosts, owner, start)
    partners = [np.unique(owner[ghosts]).astype(np.int32), askers]
    index_map = common.IndexMap(comm, len(mine), partners, numbers, owner[ghosts].astype(np.int32))
    index = np.empty(len(keys), dtype=np.int32)
    index[mine] = np.arange(len(mine))
    index[ghosts] = len(mine) + np.arange(len(ghosts))
    return index[inverse].reshape(cell_dofs.shape), index_map, at[np.concatenate([mine, ghosts])]


def keys(points):
    """Coordinates (nm) by which points are told apart: whole multiples of 1e-6 nm, the same from any cell and rank."""
    return np.round(points / DIGIT + OFFSET)


def _owners(comm, keys, keeper, in_own_cell):
    """The owner of each key, agreed on by the rank that keeps it: the lowest with the key in a cell of its own."""
    asked = comm.alltoall([(keys[keeper == r], in_own_cell[keeper == r]) for r in range(comm.size)])
    key, near = (np.concatenate([part[k] for part in asked]) for k in (0, 1))
    rank = np.repeat(np.arange(comm.size), [len(part[0]) for part in asked])
    order = np.lexsort((rank, ~near, key))
    kept, best = np.unique(key[order], return_index=True)
    chosen = rank[order][best]
    answers = comm.alltoall([chosen[np.searchsorted(kept, part[0])] for part in asked])
    owner = np.empty(len(keys), dtype=np.int64)
    for r, answer in enumerate(answers):
        owner[keeper == r] = answer
    return owner


def _numbers(comm, keys, mine, ghosts, owner, start):
    """Global numbers of the ghosts, and the ranks that have some of mine."""
    asked = comm.alltoall([keys[ghosts[owner[ghosts] == r]] for r in range(comm.size)])
    order = np.argsort(keys[mine], kind="stable")
    answers = comm.alltoall([start + order[np.searchsorted(keys[mine], k, sorter=order)] for k in asked])
    numbers = np.empty(len(ghosts), dtype=np.int64)
    for r, answer in enumerate(answers):
        numbers[owner[ghosts] == r] = answer
    askers = np.array([r for r in range(comm.size) if r != comm.rank and len(asked[r])], dtype=np.int32)
    return numbers, askers


def touching(mesh, faces):
    """Pairs of the named faces that have a point in common."""
    plain = fem.functionspace(mesh.domain, ("Lagrange", 1))
    masks = {name: _on_face(mesh, plain, name) for name in faces}
    pairs = [(a, b) for k, a in enumerate(faces) for b in faces[k + 1 :]]
    met = mesh.comm.allreduce(np.array([int((masks[a] & masks[b]).sum()) for a, b in pairs], dtype=int))
    return [pair for pair, count in zip(pairs, met) if count]


def facet_dofs(V, sides):
    """Dofs of facets given as (k, 2) cells and local facets; places in the cell dofs of the space V: (k, dofs)."""
    dim = V.mesh.topology.dim
    connected = V.mesh.topology.connectivity(dim, dim - 1)
    facets = len(connected.links(0)) if connected.num_nodes else 0
    closure = np.array([V.dofmap.dof_layout.entity_closure_dofs(dim - 1, f) for f in range(facets)])
    return closure[sides[:, 1]] if len(sides) else np.empty((0, 1), dtype=np.int32)


def _on_face(mesh, plain, face):
    """Mask of the ordinary dofs of this rank, ghosts included, that any rank finds on a face."""
    sides = mesh.faces[face]
    mark = la.vector(plain.dofmap.index_map, 1, dtype=np.float64)
    mark.array[plain.dofmap.list[sides[:, :1], facet_dofs(plain, sides)].ravel()] = 1
    mark.scatter_reverse(la.InsertMode.add)
    mark.scatter_forward()
    return mark.array > 0


def _tied(comm, on_face, globe, keeper, points):
    """Number, keeper and place of the first dof of a face for all of them."""
    here = np.flatnonzero(on_face)
    globe, keeper, points = globe.copy(), keeper.copy(), points.copy()
    ends = [min(zip(points[here].tolist(), globe[here].tolist(), keeper[here].tolist()))] if len(here) else []
    every = [end for part in comm.allgather(ends) for end in part]
    if every:
        points[here], globe[here], keeper[here] = min(every)
    return globe, keeper, points


def _identified(mesh, globe, owner, points):
    """Number, owner and place of the dof at the near side for each dof at the far side of a period."""
    globe, owner, points = globe.copy(), owner.copy(), points.copy()
    for axis, period in mesh.periods.items():
        a = mesh.axes.index(axis)
        far = np.flatnonzero(np.isclose(points[:, a], period, rtol=0, atol=1e-9 * period))
        near = np.flatnonzero(np.isclose(points[:, a], 0, rtol=0, atol=1e-9 * period))
        others = [b for b in range(3) if b != a]
        parts = mesh.comm.allgather((keys(points[near][:, others]), globe[near], owner[near]))
        table = {tuple(p): (g, o) for part in parts for p, g, o in zip(part[0].tolist(), part[1], part[2])}
        for i in far:
            globe[i], owner[i] = table[tuple(keys(points[i, others]).tolist())]
        points[far, a] = 0
    return globe, owner, points
