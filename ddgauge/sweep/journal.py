"""What a sweep has done, a line of a file per point: a line is there as a whole, or it is not there."""

import fcntl
import json
import os
import time
import zlib
from contextlib import suppress
from pathlib import Path

from ddgauge.output import OutputError

WAIT = 0.5  # s, that quick points are held back before they are written together
SLOW = 0.05  # s, of a point that is written at once


class Journal:
    """A file that points are added to; other processes have files of their own.

    Parameters
    ----------
    path : path
    key : int
        Of the sweep; part of the check of each line, so that no line is taken for one of another sweep.
    """

    def __init__(self, path, key):
        self.path, self.key, self.lines = Path(path), key, []
        try:
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror}); use another --out") from None
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{self.path}: another sweep writes it; wait for its end, or use another --out") from None
        except OSError:
            pass  # a file system without locks
        self.end = self.path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(self.file, self.end)  # a line that was being written when all ended
        self.last = time.monotonic()

    def add(self, entry):
        """Note a point: {"point": number, "seconds": ..., ...}."""
        text = json.dumps(entry, separators=(",", ":"))
        self.lines.append(f'{text[:-1]},"check":{_check(text.encode(), self.key)}}}\n'.encode())
        if entry["seconds"] > SLOW or time.monotonic() - self.last > WAIT:
            self.flush()

    def flush(self):
        """Write what was held back; OutputError if there is no room, and then the lines that fit are there."""
        data, self.last = b"".join(self.lines), time.monotonic()
        self.lines, written = [], 0
        try:
            while written < len(data):  # a full disk takes a part first
                written += os.pwrite(self.file, data[written:], self.end + written)
        except OSError as error:
            whole = data.rfind(b"\n", 0, written) + 1
            self.lines = [data[whole:]]
            self.end += whole
            os.ftruncate(self.file, self.end)
            raise OutputError(
                f"{self.path}: cannot be written ({error.strerror}); the same command goes on with what is missing"
            ) from None
        self.end += written

    def close(self):
        """Write what can still be written, and let go of the file."""
        with suppress(OutputError):
            self.flush()
        os.close(self.file)


class Reader:
    """Reads the journals of a folder as they grow.

    Parameters
    ----------
    folder : path
    key : int
        As of the Journal.
    """

    def __init__(self, folder, key):
        self.folder, self.key = Path(folder), key
        self.ends, self.damaged = {}, []  # places up to which files are read; "file, line k" of what is no entry

    def entries(self):
        """Entries that have not been read yet, of complete lines; broken ones are left out, and named in `damaged`."""
        for path in sorted(self.folder.glob("points*.jsonl")):
            end, count = self.ends.get(path, (0, 0))
            try:
                with path.open("rb") as file:
                    file.seek(end)
                    data = file.read()
            except OSError as error:
                raise OutputError(f"{path}: cannot be read ({error.strerror})") from None
            data = data[: data.rfind(b"\n") + 1]
            for line in data.splitlines(keepends=True):
                count += 1
                entry = _entry(line, self.key)
                if entry is None:
                    self.damaged.append(f"{path}, line {count}")
                else:
                    yield entry
            self.ends[path] = end + len(data), count


def _entry(line, key):
    """The entry of a line, or None."""
    text, _, check = line.rpartition(b',"check":')
    if not text or check != b"%d}\n" % _check(text + b"}", key):
        return None
    return json.loads(text + b"}")


def _check(text, key):
    return zlib.crc32(text, key)
