"""The state of a long run in one file, to go on from on any number of ranks."""

import json
from pathlib import Path

import numpy as np

from ddgauge.fem.space import keys


class CheckpointError(OSError):
    """A file of a state that cannot be used."""


def write(path, assembly, arrays, notes):
    """Write arrays (rows, n) of all ranks and plain `notes` into a .npz file, beside and then renamed.

    Unknowns are written in the order of their places, which does not depend on the number of ranks.
    """
    comm, path = assembly.mesh.comm, Path(path)
    parts = comm.gather((_keys(assembly), {name: rows for name, rows in arrays.items()}))
    if comm.rank:
        return
    places = np.concatenate([key for key, _ in parts])
    order = _order(places)
    whole = {name: np.concatenate([rows[name] for _, rows in parts])[order] for name in arrays}
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.savez(file, places=places[order], notes=json.dumps(notes), **whole)
    partial.replace(path)


def read(path, assembly):
    """(arrays, notes) as written, this rank's rows of each; CheckpointError where the file is of another mesh."""
    comm = assembly.mesh.comm
    found = problem = None
    if comm.rank == 0:
        try:
            with np.load(path, allow_pickle=False) as file:
                found = {name: file[name] for name in file.files}
            notes = json.loads(str(found.pop("notes")))
            found = found.pop("places"), found, notes
        except (OSError, ValueError, KeyError, EOFError) as error:
            problem = CheckpointError(
                f"{path}: is not the state of a run ({error}); remove it, or run without --restart"
            )
        except Exception as error:  # zipfile and numpy let errors of many kinds through
            problem = CheckpointError(f"{path}: cannot be read ({error}); remove it, or run without --restart")
    if problem := comm.bcast(problem):
        raise problem
    places, arrays, notes = comm.bcast(found)
    mine = _keys(assembly)
    order = _order(mine)
    place = np.full(len(mine), -1)
    same = {tuple(key): k for k, key in enumerate(places.tolist())}
    place[order] = [same.get(tuple(key), -1) for key in mine[order].tolist()]
    wrong = len(places) != assembly.index_map.size_global or bool((place < 0).any())
    if comm.allreduce(int(wrong)):
        raise CheckpointError(f"{path}: is the state of a run on another mesh; remove it, or run without --restart")
    return {name: values[place] for name, values in arrays.items()}, notes


def _keys(assembly):
    """(rows, 4) what tells this rank's unknowns apart: coordinates (1e-6 nm) and region."""
    region = np.zeros(assembly.owned)
    labels = np.array(list(assembly.mesh.layers.values()))
    for number in sorted(set(assembly.region.values())):
        inside = labels[[assembly.region[name] == number for name in assembly.mesh.layers]]
        region[assembly.rows_of(np.isin(assembly.mesh.label[: len(assembly.cell_dofs)], inside))] = number
    return np.column_stack([keys(assembly.points[: assembly.owned]), region])


def _order(places):
    return np.lexsort(places.T[::-1])
