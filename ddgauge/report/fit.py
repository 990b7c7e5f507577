"""What a page tells of a fit."""

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.post.table import end_of, number, to_error
from ddgauge.report import files, markup, provenance, stack
from ddgauge.report.markup import Html, element, joined, paragraph
from ddgauge.report.page import Part, Section

NEEDED = ("experiment", "parameters", "correlations", "quality", "columns", "input", "files")
RED, BLUE = "193, 39, 45", "31, 78, 156"  # correlated, anticorrelated
DEEPEST = 0.6  # of a colour behind a number, which stays readable
ROWS = 60  # of the table of measured values
USUAL = 3.0  # standard deviations of chi^2


def part(folder):
    """The part of a page that tells of a fit; InputError if its files are not whole."""
    path = folder / "fit.json"
    found = files.read_json(path)
    if missing := [key for key in NEEDED if key not in found]:
        raise InputError(f"{path}: has no {', '.join(missing)}; it is no result of ddgauge fit")
    try:
        quality = found["quality"]
        sections = [
            Section("Parameters", _parameters(found)),
            Section("Data and model", _figures(folder, found)),
            Section("Correlations", _correlations(found["correlations"])),
            Section("How well the data are described", _quality(found)),
            Section("Values", _values(folder, found)),
            Section("Stack", stack.described(found["input"])),
            Section("Input", provenance.listing(found["input"])),
            Section("Versions", provenance.versions(found["versions"]) if found.get("versions") else Html("")),
        ]
        facts = {
            "parameters": str(len(found["parameters"])),
            "measured values": str(sum(column["values"] for column in found["columns"].values())),
            "evaluations": str(quality.get("evaluations", "?")),
            "converged": "yes" if quality.get("converged") else "no",
        }
        if seconds := found.get("timings", {}).get("fit"):
            facts["computed in"] = f"{seconds:.3g} s"
        return Part(
            "fit",
            str(found.get("title") or "Fit"),
            f"fit of {found['experiment']} to {found.get('data', 'measured data')}",
            [section for section in sections if section.content],
            [str(warning) for warning in found.get("warnings", ())],
            facts | {"written": files.written_at(path)},
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        problem = f"{type(error).__name__}: {error}"
        raise InputError(f"{path}: is not as ddgauge fit writes it ({problem}); fit again") from None


def _parameters(found):
    """Values, errors, intervals, and where the search began."""
    percent = f"{100 * found.get('confidence', 0.95):g} % interval"
    priors = any(parameter.get("prior") for parameter in found["parameters"].values())
    header = ("", "value", "standard error", "relative", percent, "start", *(["prior"] if priors else []), "unit")
    rows = []
    for name, p in found["parameters"].items():
        error, value, prior = p["error"], p["value"], p.get("prior")
        known = error is not None and p.get("determined", True)
        ends = p.get("interval") or (None, None)
        rows.append(
            (
                name,
                to_error(value, error) if known else to_error(value, np.inf),
                to_error(error, error) if known else "undetermined",
                f"{100 * abs(error / value):.2g} %" if known and value else "",
                " to ".join(end_of(end, value, error) for end in ends) if known and None not in ends else "",
                number(p.get("start")),
                *([f"{prior['mean']:.4g} ± {prior['sigma']:.2g}" if prior else ""] if priors else []),
                p["unit"],
            )
        )
    told = []
    if any(row[2] == "undetermined" for row in rows):
        told = [paragraph("What the data do not determine has no error; the warnings tell what they do not see.")]
    return joined([*told, markup.table(header, rows, "Fitted parameters")])


def _figures(folder, found):
    columns = found["columns"]
    told = " ".join(
        f"{name}: {column['values']} values, residuals {column['residual']:.3g} {column['unit']} (root mean square)."
        for name, column in columns.items()
    )
    caption = "Measured values with their errors, the fitted model, and what is left over"
    pictures = files.pictures(folder, found["files"])
    return markup.gallery((name, data, caption, f"{caption}. {told}") for name, data in pictures.items())


def _correlations(table):
    """A triangle of numbers, with colours behind them."""
    names, matrix = table["names"], table["matrix"]
    if len(names) < 2:
        return Html("")
    header = ["", *(element("abbr", str(k), title=name) for k, name in enumerate(names, start=1))]
    rows = [
        (
            f"{k + 1} {name}",
            *("" if r is None else f"{round(r, 3) + 0.0:+.3f}" for r in row[: k + 1]),
            *[""] * (len(names) - k - 1),
        )
        for k, (name, row) in enumerate(zip(names, matrix))
    ]

    def colour(row, column):
        if not 0 < column <= row + 1 or (r := matrix[row][column - 1]) is None:
            return None
        return f"background: rgba({RED if r > 0 else BLUE}, {DEEPEST * min(abs(r), 1):.2f})"

    told = paragraph(
        "Red: both larger together; blue: one larger, the other smaller. Near ±1 the data hardly tell them apart."
    )
    return joined([told, markup.table(header, rows, "Correlations of the parameters", colour)])


def _quality(found):
    """chi^2 and what it means, and the residuals of each column."""
    quality, columns = found["quality"], found["columns"]
    rows = [
        (
            name,
            column["result"],
            str(column["values"]),
            f"{column['residual']:.3g}",
            f"{column['sigma']:.3g}",
            "from the residuals" if column.get("sigma_estimated") else "given",
            column["unit"],
        )
        for name, column in columns.items()
    ]
    header = ("column", "result", "values", "residual, root mean square", "error of a value", "which is", "unit")
    verdict = paragraph(*_verdict(quality, any(column.get("sigma_estimated") for column in columns.values())))
    return joined([verdict, markup.table(header, rows, "Residuals")])


def _verdict(quality, estimated):
    freedom, chi_square = quality["degrees_of_freedom"], quality["chi_square"]
    if freedom < 1:
        return ["There are as many parameters as values: nothing says how well the model describes the data."]
    measure = f" χ² = {chi_square:.4g} at {freedom} degrees of freedom"
    if estimated:
        return [f"Errors were estimated from the residuals themselves, so χ² does not judge the model.{measure}."]
    if quality.get("probability") is not None:
        measure += f"; so much or more by chance with probability {quality['probability']:.2g}"
    away = (chi_square - freedom) / np.sqrt(2 * freedom)
    if abs(away) <= USUAL:
        return [element("span", "Residuals are as large as their errors say.", class_="good"), f"{measure}."]
    if away > 0:
        return [
            element("span", "Residuals are larger than their errors say.", class_="bad"),
            f" The model lacks something, or the errors are too small.{measure}.",
        ]
    return [element("strong", "Residuals are smaller than their errors say."), f" The errors are too large.{measure}."]


def _values(folder, found):
    """The rows of fit.csv, some of them if they are many."""
    if "fit.csv" not in found["files"]:
        return Html("")
    columns = files.read_columns(folder / "fit.csv")
    count = len(next(iter(columns.values())))
    chosen = np.unique(np.linspace(0, count - 1, min(ROWS, count)).round().astype(int)) if count else []
    rows = [tuple(_cell(values[k]) for values in columns.values()) for k in chosen]
    some = "" if len(chosen) == count else f", {len(chosen)} of {count} rows, evenly chosen"
    return markup.folded(f"Table of {len(chosen)} rows", markup.table([*columns], rows, f"fit.csv{some}"))


def _cell(value):
    return str(value) if isinstance(value, str) else number(float(value))
