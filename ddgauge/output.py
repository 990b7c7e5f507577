"""What a run leaves in its folder: result.json, fields for ParaView, profiles, series, figures."""

import csv
import json
import platform
import re
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import ddgauge
from ddgauge.fem import facets, paraview, sample
from ddgauge.post import barriers, curves, figures, series, tunnel_run
from ddgauge.post.fields import along, fields, vectors

SERIES = {
    "time_series": ("time_series.csv", series.columns),
    "response": ("response.csv", series.columns),
    "curve": ("curve.csv", curves.columns),
    "scan": ("curve.csv", tunnel_run.columns),
    "energy_resolved": ("storage.csv", tunnel_run.resolved_columns),
}
OF_FIELDS = ("fields_[0-9]*.vtu", "fields_[0-9]*.pvtu", "interface_*_[0-9]*.vtu")  # pieces of ranks, and frames


class OutputError(OSError):
    """A folder that cannot be written."""


class ResultError(RuntimeError):
    """A result that is no number."""


def on_one_rank(comm, action):
    """Do something on rank 0 and raise its exception on every rank."""
    error = None
    if comm.rank == 0:
        try:
            action()
        except (OSError, ValueError) as caught:
            error = caught
    error = comm.bcast(error)
    if error is not None:
        raise error


def prepare(folder):
    """A folder for results, made if it is not there; OutputError if nothing can be written into it."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, must be a folder for results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        discard(folder)  # of a run that was killed
        (folder / ".part").mkdir()
        (folder / ".part" / "test").touch()
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}); name another folder with --out") from None
    return folder


def discard(folder):
    """Leave nothing half-written in a prepared folder; what an earlier run left stays."""
    if (part := Path(folder) / ".part").exists():
        shutil.rmtree(part)


def write(result, folder):
    """Write a Result into a prepared folder, beside and then renamed, result.json last; the names on rank 0.

    Collective: fields and profiles are gathered from all ranks. What an earlier run left in the folder goes.
    """
    require_finite(result.numbers)
    folder, part = Path(folder), Path(folder) / ".part"
    comm, problem = result.comm, None
    names, lines, plane = ([], None, None) if result.solution is None else _of_solution(result, part)
    if comm.rank == 0:
        try:
            names += _tables_and_figures(result, lines, plane, part)
            (part / "result.json").write_text(json.dumps(as_json(result, names), indent=2, allow_nan=False) + "\n")
            _clear(folder)
            for path in sorted(part.iterdir(), key=lambda path: path.name == "result.json"):
                if path.name != "test":
                    path.replace(folder / path.name)
            discard(folder)
        except OSError as error:
            problem = OutputError(
                f"{folder}: cannot be written ({error.strerror}: {error.filename2 or error.filename})"
            )
    if problem := comm.bcast(problem):
        raise problem
    return [*names, "result.json"]


def _of_solution(result, part):
    """Write the fields for ParaView; their names, and what is drawn along z and on a plane."""
    case, solution = result.case, result.solution
    names = [_write_fields(result, part), *_write_barriers(result, part)] if case.output.fields else []
    upright = solution.mesh.axes.endswith("z")  # a mesh in x, y has nothing to show along z
    return names, sample.profile(solution) if upright else None, figures.plane(result) if case.output.figures else None


def _write_fields(result, part):
    """Write the fields for ParaView, of each frame if there are some; the name of what is to be opened."""

    def at(name, solution, time):
        shown = fields(result.case, solution, time)
        return paraview.write(solution, part / name, lambda sample: vectors(shown(sample)))

    if not result.frames:
        return at("fields", result.solution, _time(result)).name
    frames = [(time, at(f"fields_{k:04d}", solution, time)) for k, (time, solution) in enumerate(result.frames)]
    if result.solution.mesh.comm.rank == 0:
        paraview.collect(part / "fields", frames)
    return "fields.pvd"


def _write_barriers(result, part):
    """Write what tunnel barriers carry, a file for each, not of amplitudes; their names."""
    case, solution, names = result.case, result.solution, []
    if case.experiment not in ("two-current", "transport") or case.frequency is not None:
        return names
    for pair, shown in barriers.shown(case).items():
        if pair in solution.mesh.interfaces:
            name = re.sub(r"[^\w-]+", "_", f"interface_{pair[0]}_{pair[1]}")
            names.append(facets.write(solution, pair, part / name, shown).name)
    return names


def _time(result):
    """Time of the solution, s."""
    return result.case.time.end if result.case.time else 0.0


def _tables_and_figures(result, lines, plane, part):
    """Write them; their names."""
    names = []
    if lines is not None:
        _write_table(part / "profile.csv", along(result.case, result.solution, lines, _time(result)))
        names.append("profile.csv")
    for key, (name, columns_of) in SERIES.items():
        if key in result.numbers:
            _write_table(part / name, columns_of(result.numbers[key]))
            names.append(name)
    return names + figures.draw(result, lines, plane, part) if result.case.output.figures else names


def _clear(folder):
    """Remove the files of an earlier run, result.json first, so that none is taken for one of this run."""
    old = folder / "result.json"
    if not old.exists():
        return
    try:
        names = json.loads(old.read_text())["files"]
    except (ValueError, KeyError):
        names = []
    old.unlink()
    earlier = [folder / name for name in names if Path(name).name == name]
    for path in [*earlier, *(path for pattern in OF_FIELDS for path in folder.glob(pattern))]:
        path.unlink(missing_ok=True)


def require_finite(numbers):
    """ResultError where a number of a result is nan or infinite."""
    for name, table in numbers.items():
        units = table.get("units", {})
        for key, value in table.items():
            for place, number in _not_finite(value, key):
                unit = units.get(key, units.get("*", ""))
                raise ResultError(
                    f"there is no result: {name}, {place} = {number} {unit}".rstrip() + ", must be finite"
                )


def _not_finite(value, place):
    """(place, number) of each number that is nan or infinite."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _not_finite(item, f"{place} {key}")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _not_finite(item, place)
    elif isinstance(value, float | np.ndarray | np.generic):
        yield from ((place, number) for number in np.ravel(value) if not np.isfinite(number))


def as_json(result, names=()):
    """Everything of a Result that is a number, with units beside the keys, its input and the versions that made it."""
    require_finite(result.numbers)
    case = result.case
    return {
        "title": case.title,
        "experiment": case.experiment,
        **{key: _table(table) for key, table in result.numbers.items()},
        "warnings": list(result.warnings),
        "input": case.resolved(),
        "versions": versions(result.comm),
        "files": list(names),
    }


def versions(comm):
    """Versions of what computed, and the number of ranks."""
    import dolfinx
    from petsc4py import PETSc

    found = {
        "ddgauge": ddgauge.__version__,
        "dolfinx": dolfinx.__version__,
        "petsc": ".".join(map(str, PETSc.Sys.getVersion())),
        "python": platform.python_version(),
    }
    for name in ("numpy", "scipy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found | {"ranks": comm.size}


def _table(table):
    """Plain numbers, and a unit for each key instead of a wildcard."""
    numbers = {key: plain(value) for key, value in table.items() if key != "units"}
    units = table.get("units", {})
    return numbers | {"units": {key: units.get(key, units.get("*", "")) for key in numbers}}


def plain(value):
    """The same as numbers and lists, as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _write_table(path, table):
    """Columns {name: values} as a file."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        for row in zip(*table.values(), strict=True):
            writer.writerow([value if isinstance(value, str) else repr(float(value)) for value in row])
