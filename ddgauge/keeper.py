"""The checkpoint of an evolution: what is needed to go on after a run was interrupted."""

import json
from pathlib import Path

import numpy as np

from ddgauge.fem import checkpoint
from ddgauge.fem.checkpoint import CheckpointError
from ddgauge.fem.evolve import State
from ddgauge.model import InputError
from ddgauge.output import OutputError, on_one_rank, plain

NAME = "checkpoint.npz"
FREE = (  # what may be changed before a run goes on
    "title", "output", "time.end", "time.samples", "time.frames", "time.average_from", "time.checkpoint",
)  # fmt: skip
ROUNDING = 1e-9  # of sample times, relative to the whole


class Keeper:
    """Keeps an evolution in a file of its folder, from which a run with `restart` goes on.

    Parameters
    ----------
    folder : path
        That of the results.
    case : model.Run
    restart : bool
        Whether to go on from what is there; otherwise it is removed.
    """

    def __init__(self, folder, case, restart=False):
        self.path, self.case, self.restart = Path(folder) / NAME, case, restart

    def require(self):
        """InputError or CheckpointError unless there is something to go on from, where that is wanted; on one rank."""
        if not self.restart:
            return
        if self.case.time is None:
            raise InputError("--restart goes on with an evolution, and the input has no [time]; run without --restart")
        if not self.path.exists():
            raise InputError(f"{self.path.parent} has no {NAME} to go on from; run without --restart")
        notes = _notes(self.path)
        self._require_same(notes["input"])
        self._require_samples(notes)

    def read(self, assembly):
        """(State, States of the frames, rows) to go on from; None for a new start. Collective."""
        comm = assembly.mesh.comm
        on_one_rank(comm, self.require if self.restart else self.remove)
        if not self.restart:
            return None
        arrays, notes = checkpoint.read(self.path, assembly)
        states = [
            State(time, arrays[f"x{k}"], arrays[f"rate{k}"], step)
            for k, (time, step) in enumerate(zip(notes["times"], notes["steps"], strict=True))
        ]
        return states[0], states[1:], notes["rows"]

    def write(self, assembly, state, frames, rows):
        """Keep the last State, those of the frames so far, and the rows of the series so far. Collective.

        The end is not kept: what goes on needs something to do, and its last steps are soon taken again.
        """
        if len(rows) == self.case.time.samples:
            return
        states = [state, *frames]
        arrays = {f"x{k}": each.x for k, each in enumerate(states)}
        arrays |= {f"rate{k}": each.rate for k, each in enumerate(states)}
        notes = {
            "times": [float(each.time) for each in states],
            "steps": [float(each.step) for each in states],
            "samples": self.case.time.times[: len(rows)].tolist(),
            "rows": plain(rows),
            "input": self.case.resolved(),
        }
        problem = None
        try:
            checkpoint.write(self.path, assembly, arrays, notes)
        except OSError as error:  # of rank 0, which writes
            problem = OutputError(f"{self.path}: cannot be written ({error.strerror})")
        if problem := assembly.mesh.comm.bcast(problem):
            raise problem

    def remove(self):
        """Leave no checkpoint; on one rank."""
        for path in (self.path, self.path.with_name(NAME + ".part")):
            path.unlink(missing_ok=True)

    def _require_same(self, earlier):
        """InputError that names the first key in which the input of a checkpoint is another."""
        old, new = _flat(earlier), _flat(json.loads(json.dumps(self.case.resolved())))
        for key in dict.fromkeys([*new, *old]):
            if key.startswith(FREE) or old.get(key) == new.get(key):
                continue
            was, is_now = (json.dumps(values[key]) if key in values else "not given" for values in (old, new))
            raise InputError(
                f"{self.path}: is of another input: {key} was {was}, is {is_now};"
                " change it back, or run without --restart"
            )

    def _require_samples(self, notes):
        """InputError unless the samples and frames so far are among those that are wanted now."""
        options, kept = self.case.time, np.array(notes["samples"])
        wanted = options.times[: len(kept)]
        rounding = ROUNDING * (options.end - options.start)
        if options.samples <= len(kept) or np.abs(wanted - kept).max() > rounding:
            apart = (kept[-1] - kept[0]) / (len(kept) - 1)
            raise InputError(
                f"{self.path}: has samples {apart:g} s apart up to {kept[-1]:g} s, with which time.end and time.samples"
                " must go on; change them, or run without --restart"
            )
        frames = [options.times[k] for k in options.frame_samples if k < len(kept)]
        if len(frames) != len(notes["times"]) - 1 or np.any(np.abs(frames - np.array(notes["times"][1:])) > rounding):
            raise InputError(
                f"{self.path}: has other frames up to {kept[-1]:g} s than time.frames = {options.frames} wants;"
                " change it back, or run without --restart"
            )


def _notes(path):
    """The notes of a checkpoint; CheckpointError if it is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return json.loads(str(file["notes"]))
    except Exception as error:  # zipfile and numpy let errors of many kinds through
        raise CheckpointError(f"{path}: cannot be read ({error}); remove it, or run without --restart") from None


def _flat(tables):
    """{path: value} of the tables of an input; layers by their names, and the order of these."""
    found = {}

    def walk(path, value):
        if path == "layer":
            found[path] = [layer["name"] for layer in value]
            for layer in value:
                walk(f"layer.{layer['name']}", layer)
        elif isinstance(value, dict) and value:
            for key, item in value.items():
                walk(f"{path}.{key}" if path else key, item)
        else:
            found[path] = value

    walk("", tables)
    return found
