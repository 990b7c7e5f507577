"""What an OVF file says before its vectors: the grid, the time, how the vectors are written."""

import math
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ddgauge.model.errors import InputError, instead_of, show
from ddgauge.units import quantity

DATA = ("Text", "Binary 4", "Binary 8")
FIRST_LINE = 200  # characters of it that are looked at: a file of another kind may have no lines
TIME = re.compile(r"(?:total simulation time|time \(s\))\s*:\s*(\S+)\s*([^\W\d]*)", re.IGNORECASE)


@dataclass(frozen=True)
class OvfHeader:
    """Header of the first segment of a file."""

    path: Path
    version: str  # "1.0" or "2.0"
    data: str  # one of DATA
    start: int  # of the data in the file, bytes
    nodes: tuple[int, int, int]  # cells along x, y, z
    step: tuple[float, float, float]  # m, edges of a cell
    base: tuple[float, float, float]  # m, centre of the first cell
    time: float | None  # s
    title: str
    unit: str  # of the vectors, as the file calls it
    multiplier: float  # times it

    @property
    def numbers(self):
        """How many the data hold."""
        return 3 * math.prod(self.nodes)


def read_header(path):
    """What an OVF file says of its first segment, without reading the vectors.

    Raises
    ------
    InputError
        File, key, value, and what would be right; also where binary data are too short.
    """
    path = Path(path)
    with reading(path), path.open("rb") as file:
        version = _version(file.readline(FIRST_LINE))
        keys, description = {}, []
        for line in iter(file.readline, b""):
            key, value = _entry(line)
            if key == "begin" and value.lower().startswith("data"):
                header = _header(path, version, _data(value), file.tell(), keys, description)
                check_length(header, path.stat().st_size - header.start)
                return header
            if key == "desc":
                description.append(value)
            else:
                keys.setdefault(key, value)
        raise InputError("has no line '# Begin: Data ...'; is the file truncated?")


@contextmanager
def reading(path):
    """What goes wrong in it is said of the file."""
    try:
        yield
    except InputError as error:
        raise error.within(path) from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, must be an OVF file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def check_length(header, there):
    """InputError unless so many bytes can hold the data; text has no length of its own."""
    if header.data != "Text":
        size = int(header.data[-1])
        if there < size * (1 + header.numbers):
            whole = f"{max(there - size, 0) // (3 * size)} of {header.numbers // 3} cells"
            raise InputError(f"ends after {whole}; is the file truncated?")


def _version(line):
    words = " ".join(line.decode("utf-8", "replace").lstrip("#").replace(":", " ").lower().split())
    if not words.startswith("oommf"):
        was = f"begins with {show(line[:20])}" if line.strip() else "begins with an empty line" if line else "is empty"
        raise InputError(f": {was}, must be an OVF file, which begins with '# OOMMF OVF 2.0' or the like")
    if "irregular" in words:
        raise InputError("meshtype = 'irregular', must be 'rectangular' (a regular grid)")
    if re.fullmatch(r"oommf rectangular mesh v(1\.0+|0\.99|0\.0a0)", words):
        return "1.0"
    if words != "oommf ovf 2.0":
        raise InputError(f"version = {words.removeprefix('oommf ')!r}, must be 'OVF 2.0' or 'rectangular mesh v1.0'")
    return "2.0"


def _entry(line):
    """Key of a line, in small letters without spaces, and its value; nothing of a comment."""
    text = line.decode("utf-8", "replace").strip()
    if text and not text.startswith("#"):
        raise InputError(f"header has the line {show(text)}, must begin with '#'")
    key, _, value = text[1:].partition(":")
    key = "".join(key.lower().split())
    if key.startswith("#"):
        return "", ""
    return key, (value if key == "desc" else value.split("##")[0]).strip()


def _data(value):
    kind = " ".join(value.split()[1:]).capitalize()
    if kind not in DATA:
        raise InputError(f"data = {instead_of(kind, DATA, 'kinds')}")
    return kind


def _header(path, version, data, start, keys, description):
    kind = keys.get("meshtype", "rectangular")
    if kind.lower() != "rectangular":
        raise InputError(f"meshtype = {kind!r}, must be 'rectangular' (a regular grid)")
    if version == "2.0" and (dimension := _number(keys, "valuedim", int)) != 3:
        raise InputError(f"valuedim = {dimension}, must be 3 (a vector in each cell)")
    m = _metres(keys.get("meshunit", "m"))
    step = tuple(_number(keys, f"{axis}stepsize", positive=True) * m for axis in "xyz")
    times = filter(None, map(TIME.match, description))
    return OvfHeader(
        path=path,
        version=version,
        data=data,
        start=start,
        nodes=tuple(_number(keys, f"{axis}nodes", int, positive=True) for axis in "xyz"),
        step=step,
        base=tuple(_first(keys, axis, h, m) for axis, h in zip("xyz", step)),
        time=_time(next(times, None)),
        title=keys.get("title", ""),
        unit=keys.get("valueunit", "") if version == "1.0" else (keys.get("valueunits", "").split() or [""])[0],
        multiplier=_number(keys, "valuemultiplier") if "valuemultiplier" in keys else 1.0,
    )


def _first(keys, axis, step, m):
    """Centre of the first cell; some writers give the corner alone."""
    if f"{axis}base" in keys:
        return _number(keys, f"{axis}base") * m
    return _number(keys, f"{axis}min") * m + step / 2


def _metres(unit):
    try:
        return 1.0 if unit == "m" else quantity(f"1 {unit}", "m")
    except ValueError:
        raise InputError(f"meshunit = {unit!r}, must be a length, such as m or nm") from None


def _number(keys, key, kind=float, positive=False):
    if not keys.get(key):
        raise InputError(f": needs {key}")
    try:
        value = kind(keys[key])
    except ValueError:
        raise InputError(f"{key} = {keys[key]!r}, must be a {'whole ' * (kind is int)}number") from None
    if not math.isfinite(value) or (positive and value <= 0):
        raise InputError(f"{key} = {value:g}, must be {'> 0' if positive else 'a finite number'}")
    return value


def _time(found):
    if not found:
        return None
    number, unit = found.groups()
    try:
        time = float(number) if unit in ("", "s") else quantity(f"{number} {unit}", "s")
    except ValueError:
        time = math.nan
    if not math.isfinite(time):
        raise InputError(f"total simulation time = {f'{number} {unit}'.strip()!r}, must be a time in s")
    return time if time >= 0 else None  # OOMMF writes -1 or -2 where an energy was minimised
