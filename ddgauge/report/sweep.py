"""What a page tells of a sweep."""

import json

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.post.table import number
from ddgauge.report import curves, files, markup, provenance
from ddgauge.report.markup import Html, element, joined, paragraph
from ddgauge.report.page import Part, Section

OF_POINTS = ("status", "reason", "how", "seconds")
HIDDEN = ("solver", "timings", "electric_field")  # told elsewhere, or of no interest over a sweep
BALANCES = "balances"
LAST = ("spin_current", "accumulation")  # after what is measured
FIGURES = 24  # in a page
COMPONENTS = 9  # of a result that is drawn; series in time have many more
ROWS, COLUMNS = 60, 12  # of the table of points
FAILED = 200  # rows of the table of points that failed
CONSTANT = 1e-9  # relative, below which a number does not change


def part(folder):
    """The part of a page that tells of a sweep; InputError if its dataset cannot be read."""
    path = folder / "dataset.nc"
    data = opened(path)
    try:
        swept = data["status"].dims
        status = data["status"].values.astype(str)
        results = {name: v for name, v in data.data_vars.items() if _is_result(name, v, swept)}
        changing, constant = _sorted_out(results, swept)
        attributes, tables = _attributes(data)
        source = tables.pop("input", {})
        experiment = attributes.pop("experiment", source.get("experiment", "a run"))
        versions = tables.pop("versions", {})
        title = str(attributes.pop("title", "") or source.get("title") or "")
        sections = [
            Section("Parameters", _parameters(data, swept)),
            Section("Results", _figures(changing, swept, status)),
            Section("What does not change", _constants(constant, swept)),
            Section("Points", _points(data, changing, swept, status)),
            Section("Points that failed", _failed(data, swept, status)),
            Section("Balances", _balances(data, swept)),
            Section("How it was computed", _how(data, attributes, tables)),
            Section("Input", provenance.listing(source)),
            Section("Versions", provenance.versions(versions) if versions else Html("")),
        ]
        shape = " × ".join(str(data.sizes[dim]) for dim in swept)
        return Part(
            "sweep",
            title or "Sweep",
            f"sweep of {experiment} over {', '.join(_names(data, dim) for dim in swept)}",
            [section for section in sections if section.content],
            _warnings(status),
            {
                "points": f"{status.size} ({shape})" if len(swept) > 1 else str(status.size),
                "done": str(np.count_nonzero(status == "done")),
                "failed": str(np.count_nonzero(status == "failed")),
                "missing": str(np.count_nonzero(status == "missing")),
                "written": files.written_at(path),
            },
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        problem = f"{type(error).__name__}: {error}"
        raise InputError(f"{path}: is not as ddgauge sweep writes it ({problem})") from None
    finally:
        data.close()


def opened(path):
    """The dataset of a sweep, in memory."""
    import xarray

    try:
        with xarray.open_dataset(path, engine="netcdf4") as data:
            return data.load()
    except Exception as error:  # each library below has errors of its own
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path}: cannot be read as netCDF ({problem});"
            " the sweep's command with --collect makes it again from points*.jsonl"
        ) from None


def _is_result(name, variable, swept):
    table = name.partition(".")[0]
    return (
        name not in OF_POINTS
        and table not in (*HIDDEN, BALANCES)
        and set(swept) <= set(variable.dims)
        and np.issubdtype(variable.dtype, np.number)
        and bool(np.isfinite(variable.values).any())
    )


def _rank(item):
    """Numbers come before matrices, what is measured before what is inside."""
    name, variable = item
    return name.partition(".")[0] in LAST, variable.size


def _sorted_out(results, swept):
    """Results that change over the sweep, and those that do not."""
    changing, constant = {}, {}
    for name, variable in sorted(results.items(), key=_rank):
        values = np.moveaxis(variable.values, [variable.dims.index(dim) for dim in swept], range(len(swept)))
        values = values.reshape(int(np.prod(values.shape[: len(swept)])), -1)
        with np.errstate(all="ignore"):
            span = np.nanmax(values, axis=0, initial=-np.inf) - np.nanmin(values, axis=0, initial=np.inf)
        moves = np.nanmax(np.where(np.isfinite(span), span, 0.0)) > CONSTANT * np.nanmax(np.abs(values))
        (changing if moves else constant)[name] = variable
    return changing, constant


def _attributes(data):
    """(texts, tables) of the attributes: what is JSON is read."""
    texts, tables = {}, {}
    for name, value in data.attrs.items():
        try:
            found = json.loads(value)
        except (TypeError, ValueError):
            found = None
        if isinstance(found, dict):
            kind = "input" if "input" in name else "versions" if "versions" in name else name
            tables[kind] = found
        else:
            texts[name] = str(value)
    return texts, tables


def _names(data, dim):
    """The parameters along a dimension, in words."""
    return " with ".join(curves.along(data, dim))


def _warnings(status):
    failed, missing = (np.count_nonzero(status == kind) for kind in ("failed", "missing"))
    found = []
    if failed:
        found.append(f"{failed} of {status.size} points failed; their reasons are listed below.")
    if missing:
        found.append(f"{missing} of {status.size} points are not there yet: start the same command again for the rest.")
    return found


def _parameters(data, swept):
    rows = []
    for dim in swept:
        for name, values in curves.along(data, dim).items():
            unit = data[name].attrs.get("units", "") if name in data.coords else ""
            texts = [element("span", _plain(v), class_="number") for v in values.tolist()]
            shown = texts if len(texts) <= 8 else [*texts[:3], "…", *texts[-2:]]
            rows.append((name, dim if dim != name else "", str(len(texts)), joined(shown, ", "), unit))
    if all(not row[1] for row in rows):
        return markup.table(("parameter", "points", "values", "unit"), [(r[0], *r[2:]) for r in rows], "What is swept")
    return markup.table(("parameter", "together as", "points", "values", "unit"), rows, "What is swept")


def _figures(changing, swept, status):
    names = [name for name, variable in changing.items() if variable.size <= COMPONENTS * status.size][:FIGURES]
    shown = markup.gallery((name, *curves.drawn(changing[name], swept, status)) for name in names)
    if others := [name for name in changing if name not in names]:
        told = paragraph(f"Not drawn, in dataset.nc: {', '.join(others)}.", class_="note")
        return joined([shown, told])
    return shown


def _constants(constant, swept):
    """A line per number that is the same everywhere."""
    rows = []
    for name, variable in constant.items():
        if variable.size > COMPONENTS * int(np.prod([variable.sizes[dim] for dim in swept])):
            continue
        parts = [(label, np.nanmean(values)) for label, values in curves.components(variable, swept)]
        if any(value for _, value in parts):
            rows += [
                (f"{name} {label}".rstrip(), number(value), variable.attrs.get("units", ""))
                for label, value in parts
                if value
            ]
    return markup.table(("", "value", "unit"), rows, "The same at all points, to nine digits") if rows else Html("")


def _points(data, changing, swept, status):
    """Numbers at the points, at some of them if they are many."""
    columns, header = [], []
    grids = np.indices(status.shape).reshape(status.ndim, -1)
    done = np.flatnonzero(status.ravel() == "done")
    chosen = (
        done[np.unique(np.linspace(0, len(done) - 1, min(ROWS, len(done))).round().astype(int))] if len(done) else done
    )
    if not len(chosen):
        return Html("")
    for k, dim in enumerate(swept):
        for name, values in curves.along(data, dim).items():
            header.append(_headed(name, data[name].attrs.get("units", "") if name in data.coords else ""))
            columns.append([_plain(values[i]) for i in grids[k][chosen]])
    for name, variable in changing.items():
        for label, values in curves.components(variable, swept):
            if name.partition(".")[0] not in LAST and len(header) < COLUMNS:
                header.append(_headed(f"{name} {label}".rstrip(), variable.attrs.get("units", "")))
                columns.append([_plain(v) for v in values.ravel()[chosen]])
    some = "" if len(chosen) == len(done) else f", {len(chosen)} of {len(done)}, evenly chosen"
    table = markup.table(header, zip(*columns), f"Points that are done{some}; dataset.nc has all numbers")
    return markup.folded(f"Table of {len(chosen)} points", table)


def _headed(name, unit):
    return f"{name} ({unit})" if unit else name


def _plain(value):
    return value if isinstance(value, str) else "" if np.isnan(value) else number(float(value))


def _failed(data, swept, status):
    """How many failed of what reason, and where."""
    places = np.argwhere(status == "failed")
    if not len(places):
        return Html("")
    reasons = [str(data["reason"].values[tuple(place)]) for place in places]
    counts = sorted(((reasons.count(reason), reason) for reason in dict.fromkeys(reasons)), reverse=True)
    summary = markup.table(("points", "reason"), [(str(count), reason) for count, reason in counts], "Reasons")
    axes = [(name, k, values) for k, dim in enumerate(swept) for name, values in curves.along(data, dim).items()]
    header = [_headed(name, data[name].attrs.get("units", "") if name in data.coords else "") for name, _, _ in axes]
    rows = [
        (*(_plain(values[place[k]]) for _, k, values in axes), reason)
        for place, reason in list(zip(places.tolist(), reasons))[:FAILED]
    ]
    caption = "Where they failed" + (f", the first {FAILED}" if len(places) > FAILED else "")
    return joined([summary, markup.folded(f"The {len(rows)} points", markup.table([*header, "reason"], rows, caption))])


def _balances(data, swept):
    """The worst of all points."""
    rows = []
    for name in data.data_vars:
        if name.startswith(f"{BALANCES}.") and np.isfinite(data[name].values).any():
            rows.append((name.removeprefix(f"{BALANCES}."), f"{np.nanmax(data[name].values):.0e}"))
    if not rows:
        return Html("")
    told = paragraph(
        "What goes into the body must come out, be lost or be stored. A point at which this does not hold to the"
        " tolerance of the input has failed, and has no numbers."
    )
    return joined(
        [told, markup.table(("balance", "left over, at most"), rows, "Left over, relative, the worst of all points")]
    )


def _how(data, attributes, tables):
    rows = []
    if "how" in data:
        found = data["how"].values.astype(str).ravel()
        rows += [
            (f"points, {how}", str(count)) for how, count in zip(*np.unique(found[found != ""], return_counts=True))
        ]
    if "seconds" in data and np.isfinite(seconds := data["seconds"].values).any():
        rows += [
            ("time of all points (s)", f"{np.nansum(seconds):.3g}"),
            ("of one, median (s)", f"{np.nanmedian(seconds):.3g}"),
        ]
    rows += [(name.replace("_", " "), text) for name, text in attributes.items()]
    for name, table in tables.items():
        rows += [(f"{name} {key}", str(value)) for key, value in table.items()]
    return markup.table(("", "value"), rows, "Provenance") if rows else Html("")
