"""The points of a sweep: every combination of its dimensions, and the run at each."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ddgauge.experiment.problem import mesh_key
from ddgauge.model import InputError, Run, Stack, fit, materials
from ddgauge.model.inputs import STACK_KEYS, tables
from ddgauge.model.paths import locate
from ddgauge.model.sweeps import NAMED, dimensions, named, override

WITH_PATHS = ("mesh", "texture", "fit")  # tables


class Grid:
    """The points of a sweep, numbered with the last dimension fastest.

    Parameters
    ----------
    case : path of an input file, or model.Run
    """

    def __init__(self, case):
        if isinstance(case, Path | str):
            self.source, given = Path(case), tables(case)
            self.case = Run.from_dict(given, self.source)
        else:
            self.source, self.case = case.source, case
        if self.case.experiment == "tunnel":
            where = self.source or "the run"
            raise InputError(
                f"{where}: experiment = 'tunnel' has no [[sweep]]; ddgauge run does all points of its [[scan]]"
            )
        if self.case is case:
            given = _as_written(case.resolved())
        if not self.case.sweep:
            raise InputError(f"{self.source or 'the run'}: has no [[sweep]], needs at least one: parameter and values")
        self.dims = dimensions(self.case.sweep)
        self.shape = tuple(len(together[0].settings) for together in self.dims.values())
        self.size = int(np.prod(self.shape))
        self._tables = {key: value for key, value in given.items() if key != "sweep"}
        self._plain = self.case.model_copy(update={"sweep": ()})
        self._settings = {sweep.parameter: sweep.settings for sweep in self.case.sweep}
        self._axis = {s.parameter: k for k, together in enumerate(self.dims.values()) for s in together}
        # {path: (dimension, values, unit)}; numbers in SI, what is no number as text
        self.coordinates = {
            sweep.parameter: (name, *_plain_values(sweep.settings, locate(self.case, sweep.parameter).number))
            for name, together in self.dims.items()
            for sweep in together
        }
        self._parts = {}
        for path in self._settings:
            self._parts.setdefault(self._part(path), []).append(path)
        self._made = {}

    def settings(self, k):
        """{path: value as it stands in the file} of point k."""
        return self._of(np.unravel_index(k, self.shape), self._settings)

    def run(self, k):
        """The Run of point k; InputError where there is none.

        Equal to what the file with these settings gives. Only tables that change are read, each once for all points.
        """
        index = tuple(int(i) for i in np.unravel_index(k, self.shape))
        parts = {part: self._checked(part, paths, index) for part, paths in self._parts.items()}
        if all(part is not None for part in parts.values()):
            run = self._put_together(parts)
            if not run.stack.problems() and not any(fit.problems(run)):
                return run
        return self._read(self._of(index, self._settings))

    def rows(self):
        """Numbers of all points in the order in which they are done; bodies of a row have the same shape, as a rule."""

        def shape(k):
            try:
                key = mesh_key(self.run(k))[0]
            except InputError:
                return None
            plan, *rest = key
            return key if isinstance(plan, str) else [layer[:2] for layer in plan] + rest

        first, numbers = shape(0), np.arange(self.size).reshape(self.shape)
        along = [np.moveaxis(numbers, axis, -1).ravel()[:count] for axis, count in enumerate(self.shape)]
        same = np.array([all(shape(k) == first for k in (line[len(line) // 2], line[-1])) for line in along])
        alike = int(np.prod(np.array(self.shape)[same]))
        return numbers.transpose(np.argsort(same, kind="stable")).reshape(-1, alike)

    def _of(self, index, paths):
        return {path: self._settings[path][index[self._axis[path]]] for path in paths}

    def _read(self, settings):
        changed = self._tables
        for path, value in settings.items():
            changed = override(changed, path, value)
        return Run.from_dict(changed, self.source)

    # of the tables of a run

    def _part(self, path):
        """(table, name or None) that a path lies in."""
        table, _, rest = path.partition(".")
        if table not in NAMED:
            return table, None
        return table, rest.removesuffix("." + named(self._tables, table, rest, path)[1])

    def _checked(self, part, paths, index):
        """A table with the settings of a point; None if it cannot be read by itself."""
        key = (part, *(index[self._axis[path]] for path in paths))
        if key not in self._made:
            try:
                self._made[key] = self._read_part(*part, self._of(index, paths))
            except (InputError, ValidationError):
                self._made[key] = None
        return self._made[key]

    def _read_part(self, table, name, settings):
        if table in WITH_PATHS:  # which are relative to the file
            run = self._read(settings)
            return getattr(run.stack if table in STACK_KEYS else run, table)
        own = self._tables.get(table)
        if name is not None:
            own = [layer for layer in own if layer["name"] == name] if table == "layer" else {name: own[name]}
        data = {} if own is None else {table: own}
        for path, value in settings.items():
            data = override(data, path, value)
        read = _reader(Stack if table in STACK_KEYS else Run, table).validate_python(data[table])
        return read if name is None else read[0 if table == "layer" else name]

    def _put_together(self, parts):
        of_run, of_stack = {}, {}
        for (table, name), checked in parts.items():
            if table == "layer":
                layers = of_stack.get("layers", self._plain.stack.layers)
                k = self._plain.stack.names.index(name)
                of_stack["layers"] = (*layers[:k], checked, *layers[k + 1 :])
            elif name is not None:
                of_stack[table] = of_stack.get(table, getattr(self._plain.stack, table)) | {name: checked}
            else:
                (of_stack if table in STACK_KEYS else of_run)[table] = checked
        return self._plain.model_copy(update=of_run | {"stack": self._plain.stack.model_copy(update=of_stack)})


@cache
def _reader(model, key):
    """What reads the value of one key of a model."""
    field = next(field for name, field in model.model_fields.items() if key == (field.alias or name))
    return TypeAdapter(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)


def _as_written(resolved):
    """The tables of a run without what its materials give, so that another material gives its own."""

    def without(table, look_up):
        library = look_up(table["material"]) if "material" in table else {}
        return {key: value for key, value in table.items() if library.get(key) != value}

    layers = [without(layer, materials.layer_keys) for layer in resolved["layer"]]
    faces = {name: without(face, materials.interface_keys) for name, face in resolved.get("boundary", {}).items()}
    return resolved | {"layer": layers, "boundary": faces}


def _plain_values(settings, number):
    """Settings as an array, and their unit."""
    try:
        if any(isinstance(value, bool) for value in settings):
            raise ValueError
        return np.array([number.value(v) if number else float(v) for v in settings]), number.unit if number else ""
    except (TypeError, ValueError):
        return np.array([v if isinstance(v, str) else json.dumps(v, default=str) for v in settings], dtype=object), ""
