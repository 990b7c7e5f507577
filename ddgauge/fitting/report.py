"""A fit in words: what is printed, and fit.json."""

import numpy as np
from rich.console import Console
from rich.table import Table

from ddgauge.post.table import WIDTH, end_of, number, to_error


def show(result, console=None):
    """Print parameters, correlations, and how well the data are described."""
    console = console or Console(width=WIDTH, highlight=False)
    if result.run.title:
        console.print(result.run.title)
    percent = f"{100 * result.confidence:g} %"
    rows = [
        (p.name, to_error(p.value, p.error), *_known(p), number(p.start), p.unit) for p in result.parameters.values()
    ]
    console.print("\nParameters")
    console.print(_table(("", "value", "standard error", f"{percent} interval", "start", "unit"), rows))
    if len(result.parameters) > 1:
        names = list(result.parameters)
        rows = [
            (name, *("" if np.isnan(r) else f"{round(r, 3) + 0.0:+.3f}" for r in row[: i + 1]))
            for i, (name, row) in enumerate(zip(names, result.correlations))
        ]
        console.print("\nCorrelations")
        console.print(_table(("", *(str(k + 1) for k in range(len(names)))), _padded(rows, len(names) + 1)))
    console.print("\nResiduals")
    rows = [
        (
            c.column,
            str(len(c.rows)),
            f"{np.sqrt(np.mean(c.residual**2)):.3g}",
            f"{np.mean(c.sigma):.3g}",
            "from the residuals" if c.estimated else "given",
            c.unit,
        )
        for c in result.curves
    ]
    console.print(_table(("", "values", "root mean square", "error of a value", "", "unit"), rows))
    console.print()
    console.print(_quality(result))


def as_json(result, fitted):
    """Everything of a FitResult as JSON has it; null where nothing determines a number.

    fitted : tables of the input file with the parameters in them.
    """
    names = list(result.parameters)
    return {
        "title": result.run.title,
        "experiment": result.run.experiment,
        "parameters": {
            p.name: {
                "value": p.value,
                "error": _finite(p.error),
                "interval": [_finite(end) for end in p.interval],
                "unit": p.unit,
                "start": p.start,
                "prior": None if p.prior is None else {"mean": p.prior[0], "sigma": p.prior[1]},
                "determined": bool(np.isfinite(p.error)),
            }
            for p in result.parameters.values()
        },
        "correlations": {"names": names, "matrix": _matrix(result.correlations)},
        "covariance": {"names": names, "matrix": _matrix(result.covariance)},
        "confidence": result.confidence,
        "quality": {
            "chi_square": result.chi_square,
            "degrees_of_freedom": result.degrees_of_freedom,
            "probability": result.probability,
            "evaluations": result.evaluations,
            "converged": result.converged,
        },
        "columns": {
            c.column: {
                "result": c.result,
                "unit": c.unit,
                "values": len(c.rows),
                "residual": float(np.sqrt(np.mean(c.residual**2))),
                "sigma": float(np.mean(c.sigma)),
                "sigma_estimated": c.estimated,
            }
            for c in result.curves
        },
        "undetermined": result.undetermined,
        "warnings": result.warnings,
        "data": str(result.table.path),
        "input": fitted,
        "timings": {"fit": result.seconds, "units": {"*": "s"}},
    }


def _quality(result):
    if result.degrees_of_freedom < 1:
        return "as many values as parameters: nothing says how well the model describes them"
    line = f"chi^2 = {result.chi_square:.4g} at {result.degrees_of_freedom} degrees of freedom"
    if result.probability is not None:
        line += f": so much or more by chance with probability {result.probability:.2g}"
    return line + f"; {result.evaluations} evaluations"


def _known(parameter):
    """Standard error and interval."""
    if not np.isfinite(parameter.error):
        return "undetermined", ""
    return (
        to_error(parameter.error, parameter.error),
        " to ".join(end_of(end, parameter.value, parameter.error) for end in parameter.interval),
    )


def _finite(value):
    return float(value) if np.isfinite(value) else None


def _matrix(values):
    return [[_finite(value) for value in row] for row in values]


def _padded(rows, width):
    return [(*row, *[""] * (width - len(row))) for row in rows]


def _table(header, rows):
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="")
    for k, name in enumerate(header):
        table.add_column(name, justify="left" if k == 0 or name == "unit" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
