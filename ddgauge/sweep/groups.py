"""Ranks in groups, each with a share of the points."""

import time
from itertools import groupby

from ddgauge.model import InputError

NAP = 0.02  # s, between two looks at whether the others are ready


class Group:
    """Ranks that solve points together, of several groups alike.

    Parameters
    ----------
    comm : MPI communicator
    size : int
        Ranks in a group; the last one has those that are left over too.
    """

    def __init__(self, comm, size):
        self.count = comm.size // size
        self.number = min(comm.rank // size, self.count - 1)
        self.comm = comm.Split(self.number, comm.rank)

    def share(self, blocks, whole):
        """This group's part of blocks, which are lists of points: [(number of the block, its points)].

        They go round the groups, so that all have as many cheap and dear ones; in parts, unless they must stay whole,
        so that none is idle while others work.
        """
        most = max(1, sum(map(len, blocks)) // (2 * self.count))
        pieces = [
            (number, points)
            for number, block in enumerate(blocks)
            for points in ([block] if whole else [block[k : k + most] for k in range(0, len(block), most)])
            if points
        ]
        mine = groupby(pieces[self.number :: self.count], lambda piece: piece[0])
        return [(number, [k for _, points in parts for k in points]) for number, parts in mine]


def on_first(comm, action):
    """What an action on rank 0 returns, there; None on others. What it raises is raised on every rank."""
    found = error = None
    if comm.rank == 0:
        try:
            found = action()
        except (OSError, InputError) as caught:
            error = caught
    if comm.size > 1:
        error = comm.bcast(error)
    if error is not None:
        raise error
    return found


def meet(comm, look, error=None):
    """Wait for all ranks, with a look at the work meanwhile; the first error of any is raised on all."""
    everyone = comm.Ibarrier()
    while not everyone.Test():
        time.sleep(NAP)
        try:
            look()
        except OSError as caught:
            error = error or caught
    if error := next((e for e in comm.allgather(error) if e is not None), None):
        raise error
