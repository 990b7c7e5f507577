"""What a page tells of a run."""

from types import SimpleNamespace

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.post import series
from ddgauge.post.table import SPIN, number, tables
from ddgauge.report import drawn, files, markup, provenance, stack
from ddgauge.report.markup import Html, element, joined, paragraph
from ddgauge.report.page import Part, Section

EXPERIMENTS = {
    "conductance": "conductance of a magnetic interface",
    "film": "film in an electric field along its plane",
    "transport": "transport of charge and spin between faces",
    "relaxation": "decay of spin modes",
    "two-current": "majority and minority spin, the two-current model",
    "weyl": "charge in a Weyl metal, and the imbalance of its nodes",
    "two-band": "spin in a conduction and a valence band",
    "tunnel": "charge, spin and spin-quadrupole moment through a tunnel junction",
    "angular-magnetoresistance": "resistivity against the angle of the magnetisation",
    "field-magnetoresistance": "resistivity against a magnetic field",
    "hall": "transverse resistivity against a field along the normal",
    "temperature": "magnetoresistance and conductances against temperature",
    "torque-thickness": "torque efficiency against thickness",
    "spin-pumping": "spin pumping against thickness",
    "memory-loss": "spin memory loss against thickness",
    "rashba-memory-loss": "spin memory loss against Rashba coupling",
    "exchange-hall": "anomalous Hall effect against the rotation of moments",
}
BALANCES = {
    "charge": "current out of all faces and charge that is stored",
    "spin": "spin current out of all faces, spin lost to moments and lattice, spin that is stored",
    "power": "work of fields and contacts against heat and what is stored",
    "number": "electrons out of all faces, and those that are stored",
    "fields": "of every other field: flow out of all faces, precession, relaxation, generation, and what is stored",
    "gauss": "electric flux out of all faces, and charge",
}
NAMES = {"accumulation": "spin voltage"}
AT_MOST = 12  # frequencies in a table
NOTHING = 1e-9  # of the largest of a unit: rounding
NEEDED = ("experiment", "input", "versions", "files")


def part(folder):
    """The part of a page that tells of a run; InputError if its files are not whole."""
    path = folder / "result.json"
    found = files.read_json(path)
    if missing := [key for key in NEEDED if key not in found]:
        raise InputError(f"{path}: has no {', '.join(missing)}; it is no result of ddgauge run")
    try:
        title, experiment = str(found.get("title") or ""), str(found["experiment"])
        sections = [
            Section("Numbers", _numbers(found)),
            Section("Figures", _figures(folder, found, title or experiment)),
            Section("Stack", stack.described(found["input"])),
            Section("Balances", _balances(found)),
            Section("Solver and timings", _solver(found)),
            Section("Input", provenance.listing(found["input"])),
            Section("Versions", provenance.versions(found["versions"])),
        ]
        return Part(
            "run",
            title or experiment,
            _lead(found),
            [section for section in sections if section.content],
            [str(warning) for warning in found.get("warnings", ())],
            _facts(found) | {"written": files.written_at(path)},
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        problem = f"{type(error).__name__}: {error}"
        raise InputError(f"{path}: is not as ddgauge run writes it ({problem}); run again") from None


def _lead(found):
    experiment = found["experiment"]
    words = f"{experiment}: {EXPERIMENTS[experiment]}" if experiment in EXPERIMENTS else experiment
    return words + (", in time" if "time_series" in found else ", at frequencies" if "response" in found else "")


def _facts(found):
    facts = {"ddgauge": str(found["versions"].get("ddgauge", "?")), "ranks": str(found["versions"].get("ranks", "?"))}
    if "solver" in found:
        facts["unknowns"] = str(found["solver"]["unknowns"])
    if (seconds := _seconds(found)) is not None:
        facts["computed in"] = f"{seconds:.3g} s"
    if "balances" in found:
        facts["balances"] = "hold" if _held(found) else "do not hold"
    return facts


def _numbers(found):
    """The tables that the run printed."""
    numbers = {key: value for key, value in found.items() if isinstance(value, dict) and "units" in value}
    spinful = any(np.any(_flat(numbers[key])) for key in SPIN if key in numbers)
    case = SimpleNamespace(experiment=found["experiment"], stack=SimpleNamespace(spinful=spinful))
    steady = {key: value for key, value in numbers.items() if key != "response"}
    shown = [
        markup.table(header, rows, title)
        for title, (header, rows) in tables(SimpleNamespace(case=case, numbers=steady))
        if rows
    ]
    if "response" in numbers:
        shown += _response_tables(numbers["response"])
    account = []
    if "time_series" in numbers:
        times, steps = numbers["time_series"]["time"], numbers.get("steps", {})
        count = f", {steps['steps']} steps" if "steps" in steps else ""
        account = [
            paragraph(f"{len(times)} samples from {times[0]:g} s to {times[-1]:g} s{count}; tables show start and end.")
        ]
    return joined([*account, element("div", *shown, class_="tables")]) if shown else Html("")


def _flat(table):
    return [x for key, value in table.items() if key != "units" for x in np.ravel(value)]


def _response_tables(table):
    """Amplitudes and phases at some of the frequencies, a table for each quantity."""
    frequencies = np.asarray(table["frequency"])
    rows = np.unique(np.linspace(0, len(frequencies) - 1, min(AT_MOST, len(frequencies))).round().astype(int))
    for quantity, unit, curves in of_series(table):
        header = ["frequency (Hz)"]
        columns = [[number(f) for f in frequencies[rows]]]
        for label, values in curves.items():
            header += [label, "phase"]
            columns += [
                [number(abs(v)) for v in values[rows]],
                [f"{np.degrees(np.angle(v)):.2f}" for v in values[rows]],
            ]
        title = f"{quantity.capitalize()} ({unit}), amplitude × cos(ωt − phase), phase in degrees"
        yield markup.table(header, zip(*columns), markup.unit(title))


def of_series(table):
    """[(quantity, unit, {label: (rows,) array})] of a time series or a response, without what is rounding."""
    found = [(key, table["units"][key], series.curves(table, key)) for key in series.quantities(table)]
    largest = {}
    for _, unit, curves in found:
        sizes = [np.abs(values).max(initial=0.0) for values in curves.values()]
        largest[unit] = max([largest.get(unit, 0.0), *sizes])
    panels = []
    for key, unit, curves in found:
        kept = {label: v for label, v in curves.items() if np.abs(v).max(initial=0.0) > NOTHING * largest[unit]}
        if kept:
            panels.append((NAMES.get(key, key.replace("_", " ")), unit, kept))
    return panels


def _figures(folder, found, title):
    """The figures that the run drew; if it drew none, those that its tables give."""
    pictures = files.pictures(folder, found["files"])
    numbers = {key: (found[key], of_series(found[key])) for key in ("time_series", "response") if key in found}
    if not pictures:
        pictures = drawn.of_run(folder, found, numbers, title)
    return markup.gallery((name, data, *drawn.words(name, folder, found)) for name, data in pictures.items())


def _balances(found):
    """What is left over, and what that means."""
    if "balances" not in found:
        return Html("")
    balances, allowed = found["balances"], _allowed(found)
    rows = [
        (name, what, f"{balances[name]:.0e}", f"{allowed:.0e}") for name, what in BALANCES.items() if name in balances
    ]
    table = markup.table(
        ("balance", "must cancel", "left over", "allowed"), rows, "Left over, relative to the sum of magnitudes"
    )
    verdict = (
        element("span", "All balances hold.", class_="good")
        if _held(found)
        else element("span", "A balance does not hold: do not trust these numbers.", class_="bad")
    )
    meaning = (
        " What goes into the body must come out, be lost or be stored. These are checked on the solution itself: they"
        " tell that the equations are solved as they stand, not that the mesh is fine enough or the model right."
    )
    return joined([paragraph(verdict, meaning), table])


def _allowed(found):
    return float(found["input"].get("solver", {}).get("balance_tolerance", 1e-8))


def _held(found):
    return all(found["balances"][name] <= _allowed(found) for name in BALANCES if name in found["balances"])


def _solver(found):
    shown = []
    if "solver" in found:
        solver = found["solver"]
        names = {
            "unknowns": ("unknowns", "d"),
            "solves": ("linear solves", "d"),
            "iterations": ("iterations, at most", "d"),
            "residual": ("relative residual, at most", ".0e"),
        }
        rows = [(name, format(solver[key], form)) for key, (name, form) in names.items() if key in solver]
        shown.append(markup.table(("", "value"), rows, "Solver"))
    if "timings" in found:
        total = _seconds(found)
        seconds = {key: value for key, value in found["timings"].items() if key != "units"}
        rows = [
            (key, f"{value:.3g}", f"{100 * value / total:.0f} %" if total else "") for key, value in seconds.items()
        ]
        rows.append(("all", f"{total:.3g}", ""))
        shown.append(markup.table(("phase", "time (s)", "share"), rows, "Time on the clock"))
    return element("div", *shown, class_="tables") if shown else Html("")


def _seconds(found):
    timings = found.get("timings")
    return sum(value for key, value in timings.items() if key != "units") if timings else None
