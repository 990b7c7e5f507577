"""Lagrange spaces with a dofmap of our own: broken at sheets, periodic, dofs numbered along z."""

import numpy as np
from dolfinx import common, fem


def regions(mesh, broken):
    """Region of each layer: a plain interface joins its layers into one, a broken one does not."""
    region = {name: name for name in mesh.layers}
    for pair in mesh.interfaces:
        if pair not in broken:
            old, new = region[pair[1]], region[pair[0]]
            region = {name: new if r == old else r for name, r in region.items()}
    numbers = {r: i for i, r in enumerate(dict.fromkeys(region.values()))}
    return {name: numbers[r] for name, r in region.items()}


def dofmap(mesh, degree, region_of_cell):
    """Continuous within a region, split between regions, one at opposite sides of a period.

    A dof is a pair (dof of the ordinary space, region); the owner of the former numbers the latter.

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
    owner = np.concatenate([np.full(local, comm.rank), old_map.owners])
    globe, owner, points = _identified(mesh, globe, owner, points)
    count = int(region_of_cell.max(initial=0)) + 1
    count = max(comm.allgather(count))
    wanted = globe[cell_dofs] * count + region_of_cell[: len(cell_dofs), None]
    keys, first, inverse = np.unique(wanted, return_index=True, return_inverse=True)
    keeper, place = owner[cell_dofs].ravel()[first], points[cell_dofs].reshape(-1, 3)[first]

    asked = comm.alltoall([(keys[keeper == r], place[keeper == r]) for r in range(comm.size)])
    owned, which = np.unique(np.concatenate([k for k, _ in asked]), return_index=True)
    at = np.concatenate([p for _, p in asked])[which]
    if mesh.structured:  # along z, for banded matrices and good incomplete factors
        order = np.lexsort((owned, *np.round(at[:, : mesh.dimension], 6).T[::-1]))
        owned, at = owned[order], at[order]
    rank_of = np.argsort(owned, kind="stable")
    start = comm.exscan(len(owned)) or 0
    answers = comm.alltoall([start + rank_of[np.searchsorted(owned, k, sorter=rank_of)] for k, _ in asked])

    number = np.empty(len(keys), dtype=np.int64)
    for r, answer in enumerate(answers):
        number[keeper == r] = answer
    mine = keeper == comm.rank
    askers = np.array([r for r in range(comm.size) if r != comm.rank and len(asked[r][0])], dtype=np.int32)
    index_map = common.IndexMap(
        comm,
        len(owned),
        [np.unique(keeper[~mine]).astype(np.int32), askers],
        number[~mine],
        keeper[~mine].astype(np.int32),
    )
    index = np.empty(len(keys), dtype=np.int32)
    index[mine] = number[mine] - start
    index[~mine] = len(owned) + np.arange((~mine).sum())
    return index[inverse].reshape(cell_dofs.shape), index_map, np.concatenate([at, place[~mine]])


def _identified(mesh, globe, owner, points):
    """Number, owner and place of the dof at the near side for each dof at the far side of a period."""
    globe, owner, points = globe.copy(), owner.copy(), points.copy()
    for axis, period in mesh.periods.items():
        a = mesh.axes.index(axis)
        far = np.flatnonzero(np.isclose(points[:, a], period, rtol=0, atol=1e-9 * period))
        near = np.flatnonzero(np.isclose(points[:, a], 0, rtol=0, atol=1e-9 * period))
        others = [b for b in range(3) if b != a]
        parts = mesh.comm.allgather((np.round(points[near][:, others], 6), globe[near], owner[near]))
        table = {tuple(p): (g, o) for part in parts for p, g, o in zip((part[0] + 0.0).tolist(), part[1], part[2])}
        for i in far:
            globe[i], owner[i] = table[tuple((np.round(points[i, others], 6) + 0.0).tolist())]
        points[far, a] = 0
    return globe, owner, points
