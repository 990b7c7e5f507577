"""What a report reads from a folder and writes into it."""

import csv
import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.report.markup import PNG

PICTURES = (".png", ".svg")
PAGE = "report.html"


def read_json(path):
    """The tables of a JSON file; InputError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8; run again to have it whole") from None
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise InputError(f"{place}: {error.msg}; the file is not whole, run again") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: must hold tables, as ddgauge writes it")
    return found


def read_columns(path):
    """Columns of a CSV file by their names, numbers as far as all of a column are; InputError where it is none."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, csv.Error):  # no header, no UTF-8
        raise InputError(f"{path}: is no table with a header; run again") from None
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise InputError(f"{path}, row {line}: has {len(row)} columns, the header {len(header)}; run again")
    return {name: _numbers([row[k] for row in rows]) for k, name in enumerate(header)}


def pictures(folder, names):
    """{name: content} of the figures among the files of a folder; InputError, a line for each that is not there."""
    found, problems = {}, []
    for name in names:
        path = folder / name
        if path.suffix not in PICTURES or path.name != name:
            continue
        try:
            data = path.read_bytes()
        except OSError as error:
            problems.append(f"{path}: the figure cannot be read ({error.strerror}); run again")
            continue
        if path.suffix == ".png" and not (data.startswith(PNG) and len(data) > 24):
            problems.append(f"{path}: is no PNG image; run again")
        found[name] = data
    if problems:
        raise InputError(*problems)
    return found


def contents(folder, besides=()):
    """(name, how many, bytes) of what a folder holds; files that differ by a number are one line."""
    groups = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.name not in besides:
            groups.setdefault(re.sub(r"\d+", "0", path.name), []).append(path)
    lines = []
    for paths in groups.values():
        name = paths[0].name if len(paths) == 1 else f"{paths[0].name} … {paths[-1].name}"
        lines.append((name, len(paths), sum(path.stat().st_size for path in paths)))
    return lines


def written_at(path):
    """When a file was written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")


def write(path, text):
    """Write a page beside its place and rename it, so that none is ever half there."""
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def folder_of(place):
    """A folder that is there."""
    folder = Path(place)
    if not folder.is_dir():
        raise InputError(f"{folder}: {'is a file, must be' if folder.exists() else 'no such'} folder of results")
    return folder


def _numbers(texts):
    try:
        return np.array(texts, dtype=float)
    except ValueError:
        return np.array(texts, dtype=str)
