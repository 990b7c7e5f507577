"""What a run leaves in its folder: result.json, fields for ParaView, profiles, figures."""

import csv
import json
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import ddgauge
from ddgauge.fem import paraview, sample
from ddgauge.post import plot

FIELDS = {
    "mu_0 (V)": lambda mu, j: mu[:, 0],
    "mu_s (V)": lambda mu, j: 2 * mu[:, 1:],
    "j (A/m^2)": lambda mu, j: j[:, :, 0],
    "j spin x (A/m^2)": lambda mu, j: j[:, :, 1],
    "j spin y (A/m^2)": lambda mu, j: j[:, :, 2],
    "j spin z (A/m^2)": lambda mu, j: j[:, :, 3],
}


class OutputError(OSError):
    """A folder that cannot be written."""


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
    folder, part = Path(folder), Path(folder) / ".part"
    comm, case = result.solution.mesh.comm, result.case
    names = []
    if case.output.fields:
        names.append(paraview.write(result.solution, part / "fields", FIELDS).name)
    upright = result.solution.mesh.axes.endswith("z")  # a mesh in x, y has nothing to show along z
    lines = sample.profile(result.solution) if upright else None
    plane = sample.raster(result.solution) if _mapped(result) else None
    problem = None
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


def _tables_and_figures(result, lines, plane, part):
    """Write them; their names."""
    names = []
    if lines is not None:
        _write_profile(part / "profile.csv", lines)
        names.append("profile.csv")
    return names + _draw(result, lines, plane, part) if result.case.output.figures else names


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
    for path in [*earlier, *folder.glob("fields_[0-9]*.vtu")]:
        path.unlink(missing_ok=True)


def as_json(result, names=()):
    """Everything of a Result that is a number, with units beside the keys, its input and the versions that made it."""
    case = result.case
    return {
        "title": case.title,
        "experiment": case.experiment,
        **{key: _table(table) for key, table in result.numbers.items()},
        "warnings": list(result.warnings),
        "input": case.resolved(),
        "versions": versions(result.solution.mesh.comm),
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
    plain = {key: _plain(value) for key, value in table.items() if key != "units"}
    units = table.get("units", {})
    return plain | {"units": {key: units.get(key, units.get("*", "")) for key in plain}}


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _write_profile(path, profile):
    """One row per point: place, layer, potentials, charge current, spin currents along z."""
    axes = "xyz"
    header = ["z (m)", "layer", "mu_0 (V)", *(f"mu_s {a} (V)" for a in axes), *(f"j {i} (A/m^2)" for i in axes)]
    header += [f"j {i} spin {a} (A/m^2)" for i in axes for a in axes]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for z, layer, mu, j in zip(profile["z"], profile["layer"], profile["mu"], profile["j"]):
            numbers = [mu[0], *(2 * mu[1:]), *j[:, 0], *j[:, 1:].ravel()]
            writer.writerow([repr(float(z)), layer, *(repr(float(x)) for x in numbers)])


def _mapped(result):
    return result.case.output.figures and result.solution.mesh.dimension > 1 and result.case.experiment == "transport"


def _draw(result, profile, plane, folder):
    """Figures of the fields and of what the experiment is about; their names."""
    title = result.case.title or result.case.experiment
    figures, flat_mode = {}, "rates" in result.curves and result.solution.mesh.dimension > 1
    if profile is not None and result.case.stack.spinful and not flat_mode:  # of such a mode a line shows nothing
        figures["profile.png"] = plot.profiles(profile, title)
    if "conductance" in result.curves:
        figures["conductance.png"] = plot.conductance(result.curves["conductance"], title)
    if "angular" in result.curves:
        scan = result.curves["angular"]
        figures["magnetoresistance.png"] = plot.angular(scan["angles"], scan["curves"], title)
    if "rates" in result.curves:
        figures["rates.png"] = plot.spectrum(result.curves["rates"], title)
    if plane is not None:
        figures["potential.png"] = plot.potential(plane, title)
    for name, figure in figures.items():
        plot.save(figure, folder / name)
    return list(figures)
