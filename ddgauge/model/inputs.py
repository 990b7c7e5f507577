"""The input file: everything of a run, read, checked once, and written again with all values in SI."""

import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny, model_validator

from ddgauge.model import fit, fitting, tunnel_checks
from ddgauge.model.curves import CURVES, Curve, read_curve
from ddgauge.model.errors import Checked, InputError, instead_of
from ddgauge.model.options import (
    ConductanceOptions,
    FrequencyOptions,
    MeshOptions,
    OutputOptions,
    SolverOptions,
    TimeOptions,
)
from ddgauge.model.quantities import Choice, Text
from ddgauge.model.stack import Stack
from ddgauge.model.sweeps import Sweep, dimensions, override

EXPERIMENTS = ("conductance", "film", "transport", "relaxation", "two-current", "weyl", "two-band", "tunnel", *CURVES)
ELECTROSTATICS = ("neutral", "bare", "poisson")
STACK_KEYS = ("layer", "temperature", "two_band", "magnetisation", "field", "drive", "boundary", "interface", "texture")


class Run(Checked):
    """Everything of a run: the experiment, the stack, and how it is solved."""

    title: Text = ""
    experiment: Choice(*EXPERIMENTS, plural="experiments")
    electrostatics: Choice(*ELECTROSTATICS, plural="choices") | None = None  # of two currents and two bands
    stack: Stack
    mesh: MeshOptions = MeshOptions()
    solver: SolverOptions = SolverOptions()
    time: TimeOptions | None = None
    frequency: FrequencyOptions | None = None
    conductance: ConductanceOptions = ConductanceOptions()
    curve: Annotated[SerializeAsAny[Curve] | None, BeforeValidator(read_curve)] = None
    output: OutputOptions = OutputOptions()
    sweep: tuple[Sweep, ...] = ()
    fit: fitting.Fit | None = None
    source: Path | None = None  # the file it was read from

    @classmethod
    def from_dict(cls, data, source=None):
        """A run from the tables of a file; InputError names the source.

        Parameters
        ----------
        data : dict
            As tomllib or json read it.
        source : path, optional
            The file; the path of a mesh file is relative to its folder.

        Returns
        -------
        Run, or TunnelRun of a junction without layers
        """
        if data.get("experiment") == "tunnel":
            from ddgauge.model.tunnel_run import TunnelRun  # here, for it is made of laws that no other run needs

            return TunnelRun.from_dict(data, source)
        try:
            run = cls._from_tables(data, source)
            run._check_sweeps(data)
            run._check_fit(data)
        except InputError as error:
            raise (error.within(source) if source else error) from None
        return run

    @classmethod
    def prepare(cls, given):
        if given.get("experiment") == "tunnel":
            raise InputError("experiment = 'tunnel' is a junction without layers: a TunnelRun of electrodes L and R")
        if given.get("experiment") == "two-current":
            return {"electrostatics": "neutral"} | given
        if given.get("experiment") == "two-band":
            return {"electrostatics": "bare"} | cls._with_start(given)
        return {"curve": {}} | given if str(given.get("experiment")) in CURVES else given

    @staticmethod
    def _with_start(given):
        """The tables of two bands, with [time] initial = "given" where layers have an initial state."""
        stack, time = given.get("stack"), given.get("time")
        starts = isinstance(stack, Stack) and any(layer.two_band and layer.two_band.initial for layer in stack.layers)
        return given | {"time": {"initial": "given"} | time} if starts and isinstance(time, Mapping) else given

    @classmethod
    def _from_tables(cls, data, source=None):
        known = [
            key for key in ("title", "experiment", *STACK_KEYS, *cls.model_fields) if key not in ("stack", "source")
        ]
        known = list(dict.fromkeys(known))
        problems = [f"unknown key {instead_of(key, known, 'keys')}" for key in data if key not in known]
        for key in "layer", "sweep":
            if isinstance(data.get(key), Mapping):
                problems.append(f"{key} must be written [[{key}]], with two brackets: there can be several")
        if "layer" not in data:
            problems.append("needs at least one [[layer]]")
        if problems:
            raise InputError(*problems)
        rest = {key: deepcopy(data[key]) for key in data if key not in STACK_KEYS}
        tables = {key: data[key] for key in STACK_KEYS if key in data}
        if curve := CURVES.get(str(data.get("experiment"))):
            tables = curve.stands | tables
        folder = Path(source).parent if source else Path()
        if isinstance(mesh := rest.get("mesh"), dict) and isinstance(mesh.get("file"), str):
            mesh["file"] = folder / mesh["file"]
        if isinstance(texture := tables.get("texture"), dict) and "files" in texture:
            tables["texture"] = texture | {"files": _beside(folder, texture["files"])}
        if isinstance(measured := rest.get("fit"), dict) and isinstance(measured.get("data"), str):
            measured["data"] = folder / measured["data"]
        try:
            rest["stack"] = Stack(**tables)
        except InputError as error:
            problems += error.problems
        try:
            return cls(**rest, source=source)
        except InputError as error:
            problems += [problem for problem in error.problems if not (problems and problem == ": needs stack")]
            raise InputError(*problems) from None

    def resolved(self):
        """Every value in SI, as plain tables that can be written to JSON and read again as an equal run."""
        dump = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"source"})
        stack = dump.pop("stack")
        if self.mesh.file is not None:
            dump["mesh"]["file"] = str(self.mesh.file.absolute())
        if self.fit is not None and self.fit.data is not None:
            dump["fit"]["data"] = str(self.fit.data.absolute())
        head = {key: dump.pop(key) for key in ("title", "experiment", "electrostatics") if key in dump}
        return head | stack | dump

    def __eq__(self, other):
        return isinstance(other, Run) and self.resolved() == other.resolved()

    @classmethod
    def _missing(cls, key):
        return super()._missing(key) + (f"; experiments: {', '.join(EXPERIMENTS)}" if key == "experiment" else "")

    @property
    def solved(self):
        """The experiment that is solved: its own, or that at each point of a curve."""
        return self.experiment if self.curve is None else self.curve.solves

    @property
    def two_band(self):
        """The table [two_band]."""
        return self.stack.two_band

    @property
    def side(self):
        """(below, above) of the interface whose conductance is asked for; above is None at the top face."""
        names = self.stack.names
        if self.conductance.interface is not None:
            return tuple(self.conductance.interface.split("|"))
        below = next((layer.name for layer in reversed(self.stack.layers) if layer.exchanges), names[0])
        above = names[names.index(below) + 1 :]
        return below, above[0] if above else None

    @property
    def has_steady_state(self):
        """Whether what does not change in time is solved for: as the answer, as a start, or at the frequency 0."""
        if self.time is not None:
            return self.time.initial == "steady"
        return self.frequency is None or not self.frequency.frequencies.all()

    def require_connected(self, pairs, touching):
        """InputError on the mesh that was read, if a part of its potential is undetermined or axes of spin meet.

        Parameters
        ----------
        pairs : iterable of (below, above)
            Layers that touch.
        touching : dict
            name of a face -> names of the layers that have it.
        """
        pairs = list(pairs)
        if problems := [*tunnel_checks.axis_problems(self.stack, pairs), *fit.connection(self, pairs, touching)]:
            raise InputError(*problems, placed=True)

    @model_validator(mode="after")
    def _fits(self):
        if problems := list(fit.problems(self)):
            raise InputError(*problems)
        return self

    def _check_sweeps(self, data):
        plain = {key: value for key, value in data.items() if key != "sweep"}
        for together in dimensions(self.sweep).values():
            for k in 0, -1:
                settings = {sweep.parameter: sweep.settings[k] for sweep in together}
                where = " and ".join(f"{path!r}, at {value!r}" for path, value in settings.items())
                changed = plain
                try:
                    for path, value in settings.items():
                        changed = override(changed, path, value)
                    Run._from_tables(changed, self.source)
                except InputError as error:
                    raise InputError(*(f"sweep {where}: {p.removeprefix(': ')}" for p in error.problems)) from None

    def _check_fit(self, data):
        if self.fit is not None:
            plain = {key: value for key, value in data.items() if key not in ("sweep", "fit")}
            fitting.check(self, plain, lambda tables: Run._from_tables(tables, self.source))


def _beside(folder, paths):
    """Paths (one, or a list) of files that are named relative to a folder, absolute."""
    if isinstance(paths, list):
        return [_beside(folder, path) for path in paths]
    return str((folder / paths).absolute()) if isinstance(paths, str) else paths


def read(path, overrides: Mapping[str, Any] | None = None):
    """The run of an input file, TOML (or the resolved tables of one as JSON).

    Parameters
    ----------
    path : path
    overrides : dict, optional
        Dotted path -> value, "layer.HM.thickness", "magnetisation.angle.xy", "field.B.z"; what it excludes gives way.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        A line per mistake: file, table, key, value, unit, and what would be right.
    """
    data = tables(path)
    for key, value in (overrides or {}).items():
        try:
            data = override(data, key, value)
        except InputError as error:
            raise error.within(path) from None
    return Run.from_dict(data, source=path)


def tables(path):
    """The tables of an input file as they stand, not checked; InputError where it cannot be read."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, must be an input file (TOML)") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8, must be an input file (TOML)") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).removesuffix(")").rpartition(" (at ")
        raise InputError(f"{path}, {place}: {problem}") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold tables, as an input file does")
    return data
