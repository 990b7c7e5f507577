"""The points of a sweep as one xarray dataset: results over parameters, with units and where they are from."""

from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from ddgauge.output import OutputError

FILE = "dataset.nc"
NOT_A_RESULT = ("timings",)  # tables of numbers that another run would not give again
AXES = {(3,): ("component",), (2, 3): ("side", "component")}
LABELS = {"component": ["x", "y", "z"], "side": ["below", "above"]}


def flat(numbers, units):
    """{"table.key": number, text or lists} of the numbers of a Result, without None; adds to {"table.key": unit}."""
    values = {}
    for table, content in numbers.items():
        if table in NOT_A_RESULT:
            continue
        known = content.get("units", {})
        for path, value in _leaves(content, (table,)):
            name = ".".join(path)
            values[name] = value
            if name not in units:
                units[name] = next((known[key] for key in reversed(path) if key in known), known.get("*", ""))
    return values


def _leaves(table, path):
    for key, value in table.items():
        if isinstance(value, dict):
            if key != "units":
                yield from _leaves(value, (*path, key))
        elif value is not None:
            yield (*path, key), value.tolist() if isinstance(value, np.ndarray | np.generic) else value


class Table:
    """Arrays over the points of a grid, filled as entries of journals come in."""

    def __init__(self, grid):
        self.grid = grid
        n = grid.size
        self.status = np.full(n, "missing", dtype=object)
        self.reason, self.how = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
        self.seconds = np.full(n, np.nan)
        self.values, self.units, self.axes = {}, {}, {}  # by (name, number of axes)

    def take(self, entries):
        """Fill in entries of journals."""
        for entry in entries:
            k = entry["point"]
            self.units |= entry.get("units", {})
            self.status[k], self.reason[k] = entry["status"], entry.get("reason", "")
            self.how[k], self.seconds[k] = entry.get("how", ""), entry["seconds"]
            for name, value in entry.get("numbers", {}).items():
                self._put(k, name, value)

    def _put(self, k, name, value):
        value = np.array(value)
        text = value.dtype.kind == "U"
        value = value.astype(object if text else float)  # None in a list is nan
        key = name, value.ndim
        held = self.values.get(key)
        if held is None or any(a < b for a, b in zip(held.shape[1:], value.shape)):
            shape = value.shape if held is None else np.maximum(held.shape[1:], value.shape)
            grown = np.full((self.grid.size, *shape), "" if text else np.nan, dtype=value.dtype)
            if held is not None:
                grown[tuple(slice(n) for n in held.shape)] = held
            self.values[key] = held = grown
        held[(k, *(slice(n) for n in value.shape))] = value if value.ndim else value.item()

    def dataset(self, attributes):
        """The xarray Dataset, with attributes {name: text}."""
        grid, dims = self.grid, tuple(self.grid.dims)
        sizes, variables = dict(zip(dims, grid.shape)), {}
        doubles = {name for name, _ in self.values if sum(name == other for other, _ in self.values) > 1}
        for (name, axes), held in sorted(self.values.items(), key=lambda item: item[0]):
            own = _own_dims(name, held.shape[1:], self.values, sizes)
            label = f"{name} ({axes} axes)" if name in doubles else name
            values = held.reshape(grid.shape + held.shape[1:])
            variables[_legal(label)] = (dims + own, values, {"units": self.units.get(name, "")})
        for name, values in ("status", self.status), ("reason", self.reason), ("how", self.how):
            variables[name] = dims, values.reshape(grid.shape)
        variables["seconds"] = dims, self.seconds.reshape(grid.shape), {"units": "s"}
        coordinates = {
            path: ((dim,), values, {"units": unit} if unit else {})
            for path, (dim, values, unit) in grid.coordinates.items()
        }
        coordinates |= {dim: ((dim,), LABELS[dim]) for dim in sizes if dim in LABELS}
        found = xr.Dataset(variables, coordinates, attributes)
        return found.rename({name: legal for name in [*found.coords, *found.dims] if (legal := _legal(name)) != name})


def _own_dims(name, shape, values, sizes):
    """Names of the axes of a result, which are added to `sizes` {dimension: size} of those of all results."""
    table = name.partition(".")[0]
    series = next((values[key] for key in ((f"{table}.time", 1), (f"{table}.frequency", 1)) if key in values), None)
    sampled = table == "curve" or (series is not None and shape[:1] == series.shape[1:])
    first = ("sample",) if sampled else ()
    rest = shape[len(first) :]
    plain = ("row", "column") if len(rest) == 2 else tuple(f"index{k or ''}" for k in range(len(rest)))
    found = []
    for dim, size in zip(first + AXES.get(rest, plain), shape):
        found.append(dim if sizes.get(dim, size) == size else f"{dim}_{size}")
        sizes[found[-1]] = size
    return tuple(found)


def _legal(name):
    """A name as netCDF allows it."""
    return name.replace("/", "_")


def write(dataset, path):
    """Write a dataset as netCDF beside its path and rename it; OutputError if that is not possible."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(_as_netcdf(dataset))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}); what is done is kept in points*.jsonl beside it"
        ) from None


def _as_netcdf(dataset):
    # in memory, for HDF5 has no clear word for a disk that is full
    file = netCDF4.Dataset(FILE, "w", format="NETCDF4", memory=1)
    dataset.dump_to_store(xr.backends.NetCDF4DataStore(file))
    return file.close()


def read(folder):
    """The dataset of a sweep's folder; OutputError if it is not there, or damaged."""
    path = Path(folder) / FILE
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            return dataset.load()
    except FileNotFoundError:
        raise OutputError(f"{path}: no such file; ddgauge sweep FILE --out {folder} makes it") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(
            f"{path}: is damaged ({error}); ddgauge sweep FILE --out {folder} --collect makes it again from what is "
            "in points*.jsonl beside it"
        ) from None
