"""Magnetisation on a regular grid as OOMMF and mumax3 write it: OVF 1.0 and 2.0, text and binary.

The formats are those of OOMMF's user guide, "Vector field file format (OVF)"; nodes are the centres of cells.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ddgauge.model.errors import InputError, instead_of, show
from ddgauge.model.ovf_header import DATA, check_length, read_header, reading

ORDERS = {"1.0": ">", "2.0": "<"}  # of the bytes of a number
CHECK = {"Binary 4": 1234567.0, "Binary 8": 123456789012345.0}  # what binary data begin with
END = re.compile(rb"#[ \t]*end[ \t]*:[ \t]*data", re.IGNORECASE)
FIRST_LINES = {"1.0": "OOMMF: rectangular mesh v1.0", "2.0": "OOMMF OVF 2.0"}


@dataclass(frozen=True, eq=False)
class OvfFrame:
    """Vectors in the cells of a regular grid, at a time; InputError unless all are finite."""

    m: np.ndarray  # (nz, ny, nx, 3), in `unit`
    step: tuple[float, float, float]  # m, edges of a cell along x, y, z
    base: tuple[float, float, float]  # m, centre of the first cell
    time: float | None = None  # s
    title: str = ""
    unit: str = ""

    def __post_init__(self):
        m = np.array(self.m, float)
        if m.ndim != 4 or m.shape[3] != 3 or 0 in m.shape:
            raise InputError(f"m has the shape {m.shape}, must be (nz, ny, nx, 3)")
        for key in ("step", "base"):
            lengths = tuple(map(float, getattr(self, key)))
            if len(lengths) != 3 or not np.isfinite(lengths).all() or (key == "step" and min(lengths) <= 0):
                raise InputError(f"{key} = {show(lengths)} m, must be three lengths{' > 0' * (key == 'step')}")
            object.__setattr__(self, key, lengths)
        if not np.isfinite(m).all():
            *cell, a = np.argwhere(~np.isfinite(m))[0]
            raise InputError(f"{cell_name(cell)}: {'xyz'[a]} = {m[*cell, a]}, must be a finite number")
        m.setflags(write=False)
        object.__setattr__(self, "m", m)

    @property
    def nodes(self):
        """Cells along x, y, z."""
        return self.m.shape[2::-1]


def cell_name(index):
    """What a message calls the cell m[iz, iy, ix]."""
    return f"cell (x, y, z) = ({', '.join(str(int(i)) for i in index[::-1])})"


def read_ovf(path):
    """Read the first segment of an OVF file.

    Parameters
    ----------
    path : str or Path
        OVF 1.0 or 2.0, rectangular mesh; data Text, Binary 4 or Binary 8.

    Returns
    -------
    OvfFrame
        In metres and seconds; vectors in the unit of the file, times its valuemultiplier. time is None where the file
        has none, or the negative one that a minimiser writes.

    Raises
    ------
    InputError
        File, what is wrong, its value, and what would be right.
    """
    header = read_header(path)
    with reading(path):
        body = memoryview(Path(path).read_bytes())[header.start :]
        values = _text(body, header) if header.data == "Text" else _binary(body, header)
        m = header.multiplier * values.reshape(*header.nodes[::-1], 3)
        return OvfFrame(m, header.step, header.base, header.time, header.title, header.unit)


def _binary(body, header):
    check_length(header, len(body))
    size = int(header.data[-1])
    own = ORDERS[header.version]
    # some writers of 1.0 keep the order of 2.0: the check value tells
    found = {order: np.frombuffer(body, f"{order}f{size}", count=1)[0] for order in (own, *({*"<>"} - {own}))}
    orders = [order for order, value in found.items() if value == CHECK[header.data]]
    if not orders:
        right = f"must be {CHECK[header.data]:.0f}: were the data changed as if they were text?"
        raise InputError(f"check value of {header.data} = {found[own]:g}, {right}")
    if not END.match(bytes(body[size * (1 + header.numbers) :]).lstrip()):
        if end := END.search(body, size):
            _count(end.start() // size - 1, header)
        raise InputError(f"has no '# End: Data {header.data}' behind its data; is the file truncated?")
    return np.frombuffer(body, f"{orders[0]}f{size}", header.numbers, size).astype(float)


def _text(body, header):
    end = END.search(body)
    words = re.sub(rb"#[^\n]*", b"", body[: end.start() if end else None]).split()
    if not end:
        raise InputError(f"ends after {len(words)} of {header.numbers} numbers; is the file truncated?")
    _count(len(words), header)
    try:
        return np.array(words, dtype=float)
    except ValueError:
        place = next(i for i, word in enumerate(words) if not _is_number(word))
        cell = np.unravel_index(place // 3, header.nodes[::-1])
        word = words[place].decode("utf-8", "replace")
        raise InputError(f"{cell_name(cell)}: {'xyz'[place % 3]} = {show(word)}, must be a number") from None


def _count(numbers, header):
    if numbers != header.numbers:
        nodes = " * ".join(map(str, header.nodes))
        raise InputError(f"holds {numbers} numbers, must be 3 xnodes ynodes znodes = 3 * {nodes} = {header.numbers}")


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def write_ovf(path, frame, version="2.0", data="Binary 8"):
    """Write a frame as OVF 1.0 or 2.0, as "Text", "Binary 4" or "Binary 8"; beside and then renamed."""
    path = Path(path)
    if version not in ORDERS:
        raise InputError(f"version = {instead_of(version, ORDERS, 'versions')}")
    if data not in DATA:
        raise InputError(f"data = {instead_of(data, DATA, 'kinds')}")
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write("".join(f"# {line}\n" for line in _head(frame, version, data)).encode())
        values = frame.m.reshape(-1, 3)
        if data == "Text":
            np.savetxt(file, values, fmt="%.17g")
        else:
            number = f"{ORDERS[version]}f{data[-1]}"
            file.write(np.array(CHECK[data], number).tobytes() + values.astype(number).tobytes() + b"\n")
        file.write(f"# End: Data {data}\n# End: Segment\n".encode())
    part.replace(path)


def _head(frame, version, data):
    yield from (FIRST_LINES[version], "Segment count: 1", "Begin: Segment", "Begin: Header")
    yield f"Title: {' '.join(frame.title.split())}"
    if frame.time is not None:
        yield f"Desc: Total simulation time:  {float(frame.time)!r}  s"
    yield from ("meshtype: rectangular", "meshunit: m")
    for axis, nodes, step, base in zip("xyz", frame.nodes, frame.step, frame.base):
        low = base - step / 2
        yield from (f"{axis}nodes: {nodes}", f"{axis}stepsize: {step!r}", f"{axis}base: {base!r}")
        yield from (f"{axis}min: {low!r}", f"{axis}max: {low + nodes * step!r}")
    unit = frame.unit.replace(" ", "") or "1"  # a list in OVF 2.0
    if version == "1.0":
        size = np.linalg.norm(frame.m, axis=-1)
        yield from (f"valueunit: {unit}", "valuemultiplier: 1")
        yield from (f"ValueRangeMinMag: {size.min():.17g}", f"ValueRangeMaxMag: {size.max():.17g}")
    else:
        yield from ("valuedim: 3", "valuelabels: m_x m_y m_z", f"valueunits: {unit} {unit} {unit}")
    yield from ("End: Header", f"Begin: Data {data}")
