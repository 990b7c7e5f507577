"""What a fit leaves in its folder: fit.json, fit.csv, fit.png, fitted.json."""

import csv
import json

import numpy as np

from ddgauge import output
from ddgauge.fitting.report import as_json
from ddgauge.post import plot, plot_fit


def write(result, fitted, shown, folder, comm):
    """Write a FitResult into a prepared folder, fit.json last; their names. OutputError on all ranks if that cannot be.

    Collective.

    Parameters
    ----------
    result : FitResult
    fitted : dict
        Tables of the input file with the parameters in them.
    shown : list of shown.Panel
    folder : Path
    comm : MPI communicator
    """
    versions = output.versions(comm)
    names = ["fit.csv", "fitted.json", *(["fit.png"] if shown else [])]
    problem = None
    if comm.rank == 0:
        try:
            part = folder / ".part"
            _write_csv(part / "fit.csv", result)
            if shown:
                plot.save(plot_fit.fit(shown, result.run.title or "Fit"), part / "fit.png")
            (part / "fitted.json").write_text(json.dumps(fitted, indent=2, allow_nan=False) + "\n", encoding="utf-8")
            found = as_json(result, fitted) | {"versions": versions, "files": names}
            (part / "fit.json").write_text(json.dumps(found, indent=2, allow_nan=False) + "\n", encoding="utf-8")
            for name in ("fit.json", "fit.png"):  # of an earlier fit
                (folder / name).unlink(missing_ok=True)
            for name in [*names, "fit.json"]:
                (part / name).replace(folder / name)
            output.discard(folder)
        except OSError as error:
            problem = output.OutputError(
                f"{folder}: cannot be written ({error.strerror}: {error.filename2 or error.filename})"
            )
    if problem := comm.bcast(problem):
        raise problem
    return (*names, "fit.json")


def _write_csv(path, result):
    """The columns of x as they stand in the data, and of each column of y measured, error, model and residual."""
    table, columns = result.table, {}
    for name in result.x:
        columns[table[name].header] = table[name].cells
    for curve in result.curves:
        column = table[curve.column]
        unit = f" ({column.unit})" if column.unit else ""
        for what in ("measured", "sigma", "model", "residual"):
            values = np.full(table.rows, np.nan)
            values[curve.rows] = getattr(curve, what) / curve.factor
            columns[f"{column.name} {what}{unit}"] = ["" if np.isnan(v) else repr(float(v)) for v in values]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
