"""The folder of a sweep: what it is a sweep of, what is done, and the dataset made of that."""

import json
import os
import shlex
import sys
import time
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mpi4py import MPI

from ddgauge.output import OutputError, versions
from ddgauge.sweep import dataset
from ddgauge.sweep.journal import Reader

LOOK = 1.0  # s, between two looks at what is done
WRITE = 10.0  # s, between two writings of a dataset that grows, at least
NOT_OF_POINTS = ("title", "output", "fit")  # tables of an input that change no number
SHARE = 0.05  # of the time that may go into them


@dataclass
class Summary:
    """What has become of a sweep, or of the part of it that was asked for."""

    points: int
    done: int  # the failed ones not among them
    failed: int
    reasons: dict  # reason -> number of points that failed for it
    new: int  # points that were not there before
    seconds: float
    warnings: list


class Folder:
    """A folder for the points of a grid, new or with some of them; OutputError if it holds another sweep.

    Parameters
    ----------
    path : path
    grid : Grid
    part : (n,) array
        Numbers of the points that are spoken of.
    whole : bool
        Whether there is to be a dataset.
    step : function of a text
    """

    def __init__(self, path, grid, part, whole, step):
        self.path, self.grid, self.part, self.whole, self.step = Path(path), grid, part, whole, step
        input = json.loads(json.dumps({k: v for k, v in grid.case.resolved().items() if k not in NOT_OF_POINTS}))
        self.key = zlib.crc32(json.dumps(input, sort_keys=True).encode())
        self.versions = {name: version for name, version in versions(MPI.COMM_SELF).items() if name != "ranks"}
        self.about = self._agree(input)
        self.table, self.reader = dataset.Table(grid), Reader(self.path, self.key)
        self.table.take(self.reader.entries())
        self.before = self._finished()
        self.start = self.looked = time.monotonic()
        self.next = self.start + WRITE

    @property
    def missing(self):
        """Numbers of the points of the part that are not done."""
        return self.part[self.table.status[self.part] == "missing"].tolist()

    def look(self):
        """Take in what is new in the journals, say how far the sweep is, and write the dataset now and then."""
        now = time.monotonic()
        if now - self.looked < LOOK:
            return
        self.looked = now
        self.table.take(self.reader.entries())
        self.step(self.progress())
        if self.whole and now > self.next:
            self._write()
            end = time.monotonic()
            self.next = end + max(WRITE, (end - now) / SHARE)

    def within(self, text):
        """Say what is being done of a point."""
        self.step(f"{self.progress()}; {text}")

    def progress(self):
        """How far the sweep is, and how long it will take, in words."""
        status = self.table.status[self.part]
        finished, failed = self._finished(), int((status == "failed").sum())
        text = f"{finished} of {len(status)} points" + f", {failed} failed" * bool(failed)
        if new := finished - self.before:
            left = (len(status) - finished) / new * (time.monotonic() - self.start)
            text += f", {_duration(left)} left"
        return text

    def finish(self):
        """Write the dataset, if there is to be one; the Summary."""
        self.table.take(self.reader.entries())
        if self.whole:
            self._write()
        failed = self.table.reason[self.part][self.table.status[self.part] == "failed"]
        finished = self._finished()
        return Summary(
            points=len(self.part),
            done=finished - len(failed),
            failed=len(failed),
            reasons=dict(Counter(failed.tolist()).most_common()),
            new=finished - self.before,
            seconds=time.monotonic() - self.start,
            warnings=[*self._warnings()],
        )

    def _warnings(self):
        begun = self.about.get("versions", {})
        if changed := [f"{name} {begun[name]}" for name in begun if begun[name] != self.versions.get(name)]:
            yield f"{self.path}: was begun with {', '.join(changed)}; points that were done then stay"
        yield from (f"{place}: is damaged, and left out" for place in self.reader.damaged)

    def _finished(self):
        return int((self.table.status[self.part] != "missing").sum())

    def _write(self):
        about = {key: value if isinstance(value, str) else json.dumps(value) for key, value in self.about.items()}
        dataset.write(self.table.dataset(about), self.path / dataset.FILE)

    def _agree(self, input):
        """What the folder says of its sweep, which must be this one; it is told if nothing is there."""
        path, part = self.path / "sweep.json", self.path / f".sweep.json.{os.getpid()}"
        about = {
            "title": self.grid.case.title,
            "experiment": self.grid.case.experiment,
            "input": input,
            "versions": self.versions,
            "command": shlex.join(sys.argv),
            "start": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            found = _about(path)
            if found is None:
                part.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
                part.replace(path)
                return about
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise OutputError(f"{self.path}: cannot be written ({error.strerror}); use another --out") from None
        if found["input"] != input:
            difference = _difference(found["input"], input)
            raise OutputError(f"{self.path}: holds a sweep of another input, {difference}; use another --out")
        return found


def _about(path):
    """What is in the file; None if it is not there, or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and {"input", "start"} <= set(found) else None
    except (FileNotFoundError, ValueError):
        return None


def _difference(there, here, place=""):
    """The first difference of two inputs, in words."""
    if isinstance(there, dict) and isinstance(here, dict):
        key = next(key for key in [*here, *there] if there.get(key) != here.get(key))
        return _difference(there.get(key), here.get(key), f"{place}.{key}".strip("."))
    if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        k = next(k for k, (a, b) in enumerate(zip(there, here)) if a != b)
        return _difference(there[k], here[k], f"{place}[{k}]")
    return f"{place} = {there!r} there and {here!r} here"


def _duration(seconds):
    """A time as it is spoken of."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
