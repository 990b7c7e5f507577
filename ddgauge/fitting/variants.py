"""Runs that differ from one in a few values of its file: only the tables that change are read again."""

from ddgauge.model.kinds import KINDS
from ddgauge.model.paths import NAMED, OF_STACK
from ddgauge.model.stack import Drive, Interface, Layer, MagneticField, Magnetisation
from ddgauge.model.sweeps import override

MOST = 20_000  # tables that are kept
MODELS = {
    "magnetisation": Magnetisation,
    "field": MagneticField,
    "drive": Drive,
    "interface": Interface,
    "layer": Layer,
}


class Variants:
    """Runs with some values changed.

    Parameters
    ----------
    run : model.Run
    tables : dict
        Those of its file.
    """

    def __init__(self, run, tables):
        self.run, self.tables, self._made = run, tables, {}

    def checked(self, settings):
        """The Run with {path: value}, read as a file of its own; InputError where there is none."""
        tables = self.tables
        for path, value in settings.items():
            tables = override(tables, path, value)
        return type(self.run).from_dict(tables, self.run.source)

    def __call__(self, settings):
        """The Run with {path: value}; each table is checked by itself, but not whether it goes with the others."""
        parts = {}
        for path, value in settings.items():
            parts.setdefault(self._part(path), {})[path] = value
        of_run, of_stack = {}, {}
        for (table, name), values in parts.items():
            made = self._table(table, name, values)
            if table == "layer":
                layers = of_stack.get("layers", self.run.stack.layers)
                of_stack["layers"] = tuple(made if layer.name == name else layer for layer in layers)
            elif name is not None:
                of_stack[table] = of_stack.get(table, getattr(self.run.stack, table)) | {name: made}
            else:
                (of_stack if table in OF_STACK else of_run)[table] = made
        return self.run.model_copy(update=of_run | {"stack": self.run.stack.model_copy(update=of_stack)})

    def _part(self, path):
        """(table, name or None) that a path lies in."""
        table, _, rest = path.partition(".")
        if table not in NAMED:
            return table, None
        names = self.run.stack.names if table == "layer" else getattr(self.run.stack, table)
        return table, max((name for name in names if rest.startswith(f"{name}.")), key=len)

    def _table(self, table, name, values):
        key = (table, name, *((path, repr(value)) for path, value in values.items()))
        if key not in self._made:
            if len(self._made) > MOST:
                self._made.clear()
            self._made[key] = self._read(table, name, values)
        return self._made[key]

    def _read(self, table, name, values):
        if table == "boundary" or table in MODELS:
            given = self._given(table, name, values)
            if table == "boundary":
                return KINDS[given["kind"]](**given)
            if isinstance(given, dict):
                return MODELS[table](**given)
        run = self.checked(values)
        return getattr(run.stack if table in OF_STACK else run, table)

    def _given(self, table, name, values):
        """A table of the file with values changed."""
        tables = {table: self.tables.get(table, {})}
        if table == "layer":
            tables = {table: [layer for layer in self.tables[table] if layer["name"] == name]}
        elif name is not None:
            tables = {table: {name: self.tables[table][name]}}
        for path, value in values.items():
            tables = override(tables, path, value)
        found = tables[table]
        return found[0] if table == "layer" else found if name is None else found[name]
