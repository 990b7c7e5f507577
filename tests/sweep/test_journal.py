"""Lines of a journal: whole or not there, whatever happened to the file."""

import errno
import os

import pytest

from ddgauge.output import OutputError
from ddgauge.sweep.journal import Journal, Reader

KEY = 7


def entry(k):
    return {"point": k, "seconds": 1.0, "numbers": {"a": 1 / 3 + k, "b": [0.1, None], "c": "Pt|é"}}


def written(folder, points, name="points-0.jsonl"):
    journal = Journal(folder / name, KEY)
    for k in points:
        journal.add(entry(k))
    journal.close()
    return folder / name


def found(folder, key=KEY):
    return [e["point"] for e in Reader(folder, key).entries()]


def test_entries_come_back_to_the_last_digit(tmp_path):
    written(tmp_path, [0, 1])
    written(tmp_path, [2], "points-1.jsonl")
    assert list(Reader(tmp_path, KEY).entries()) == [entry(0), entry(1), entry(2)]


def test_a_journal_is_read_as_it_grows(tmp_path):
    reader, journal = Reader(tmp_path, KEY), Journal(tmp_path / "points-0.jsonl", KEY)
    for k in range(3):
        journal.add(entry(k))
        assert list(reader.entries()) == [entry(k)]
    assert list(reader.entries()) == []
    journal.close()


def test_quick_points_are_written_together(tmp_path):
    journal = Journal(tmp_path / "points-0.jsonl", KEY)
    for k in range(3):
        journal.add(entry(k) | {"seconds": 1e-4})
    assert found(tmp_path) == []
    journal.close()
    assert found(tmp_path) == [0, 1, 2]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_was_being_written_is_dropped_and_the_next_takes_its_place(tmp_path, cut):
    path = written(tmp_path, [0, 1, 2])
    path.write_bytes(path.read_bytes()[:-cut])
    assert found(tmp_path) == [0, 1]
    written(tmp_path, [3])
    assert found(tmp_path) == [0, 1, 3]


@pytest.mark.parametrize("damage", [b"\x00", b"9", b"\n", b'"'])
def test_a_damaged_line_is_left_out_and_named(tmp_path, damage):
    path = written(tmp_path, [0, 1, 2])
    data = path.read_bytes()
    at = data.index(b'"point":1') + 40
    path.write_bytes(data[:at] + damage + data[at + 1 :])
    reader = Reader(tmp_path, KEY)
    assert [e["point"] for e in reader.entries()] == [0, 2]
    assert reader.damaged[0] == f"{path}, line 2"


def test_a_line_of_another_sweep_is_not_taken_for_one_of_this(tmp_path):
    written(tmp_path, [0, 1])
    assert found(tmp_path, key=8) == []


def test_one_journal_is_not_written_by_two(tmp_path):
    journal = Journal(tmp_path / "points-0.jsonl", KEY)
    with pytest.raises(OutputError, match=r"points-0.jsonl: another sweep writes it; wait for its end"):
        Journal(tmp_path / "points-0.jsonl", KEY)
    journal.close()


@pytest.mark.parametrize("room, lines", [(0, 1), (1, 1), (100, 1), (160, 2)])
def test_a_full_disk_is_an_error_and_leaves_the_lines_that_fit(tmp_path, monkeypatch, room, lines):
    journal, pwrite = Journal(tmp_path / "points-0.jsonl", KEY), os.pwrite
    journal.add(entry(0))
    left = [room]

    def limited(file, data, place):
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data, left[0] = data[: left[0]], left[0] - len(data[: left[0]])
        return pwrite(file, data, place)

    monkeypatch.setattr(os, "pwrite", limited)
    journal.add(entry(1) | {"seconds": 0.0})
    with pytest.raises(OutputError, match=r"points-0.jsonl: cannot be written \(No space left on device\); the same"):
        journal.add(entry(2))
    journal.close()
    assert (tmp_path / "points-0.jsonl").read_bytes().endswith(b"}\n")
    assert len(found(tmp_path)) == lines
    monkeypatch.undo()
    written(tmp_path, range(lines, 3))
    assert found(tmp_path) == [0, 1, 2]
