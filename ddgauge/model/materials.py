"""Material and interface values from the literature, `materials.toml`.

A name is a material, "Pt", or an interface in either order, "YIG|Pt" or "Pt|YIG"; it means the default values. With a
set, "Pt/velez2016", it means the values of that publication and nothing else: what the set lacks is absent, because
the spin Hall angle of one measurement does not go with the spin diffusion length of another.
"""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from ddgauge.units import G_QUANTUM

LAYER_KEYS = ("conductivity", "diffusion", "spin_diffusion_length", "relaxation_time", "spin_hall")
SHEET_KEYS = ("G_s", "G_r", "G_i")
COLUMNS = ("name", "set", "quantity", "value", "unit", "temperature", "default", "verified", "method", "conditions")


@dataclass(frozen=True)
class Entry:
    """One value of one quantity, as its source gives it."""

    name: str  # material, or interface "insulator|metal"
    quantity: str  # a key of a layer or of a sheet, or a quantity for reading only
    value: float  # SI
    unit: str
    set: str  # what goes together: one source, one temperature
    method: str
    conditions: str
    authors: str
    journal: str
    year: int
    doi: str
    temperature: float | None = None  # K; None where the source does not say
    default: bool = False
    verified: bool = False  # read in the publication itself

    @property
    def source(self):
        """Who, where and when, in a line."""
        return f"{self.authors}, {self.journal} ({self.year})"


@cache
def _document():
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def version():
    """Version of the library, to be written beside every result that used it."""
    return _document()["version"]


@cache
def library():
    """All entries, materials first, in the order of the file."""
    document = _document()
    return tuple(
        _entry(name, value, document["sources"])
        for kind in ("materials", "interfaces")
        for name, values in document[kind].items()
        for value in values
    )


def layer_keys(name):
    """Values of a material as keys of a layer.

    Parameters
    ----------
    name : str
        "Pt" for the default values, "Pt/velez2016" for the values of one set.

    Returns
    -------
    dict
        key of a layer -> float, SI; what is not known is absent.

    Raises
    ------
    ValueError
        for an unknown material or set, and where the library has nothing that a layer takes.
    """
    return _keys(name, "material", LAYER_KEYS)


def interface_keys(name):
    """Values of an interface as keys of a sheet, S/m^2 on mu_s.

    A sheet's current counts outward from the metal, so that G_i is the same number for either order of the stack.

    Parameters
    ----------
    name : str
        "YIG|Pt" or "Pt|YIG" for the default values, "YIG|Pt/wang2014" for the values of one set.

    Returns
    -------
    dict
        "G_s", "G_r", "G_i" -> float, S/m^2; what is not known is absent.

    Raises
    ------
    ValueError
        for an unknown interface or set, and where the library has nothing that a sheet takes.
    """
    return _keys(name, "interface", SHEET_KEYS)


def table(name=None):
    """Entries as rows, for people to read.

    Parameters
    ----------
    name : str, optional
        A material (its interfaces are shown too), an interface, or either with a set; all entries if None.

    Returns
    -------
    list of dict
        with the keys `COLUMNS`, "source" and "doi"; values and units as published, temperature in K or None.

    Raises
    ------
    ValueError
        for an unknown name or set.
    """
    return [{c: getattr(e, c) for c in (*COLUMNS, "source", "doi")} for e in _selected(name)]


def _entry(name, value, sources):
    value = {"set": value["source"]} | value
    return Entry(name=name, **sources[value.pop("source")], **value)


def _keys(name, kind, keys):
    known, label = _resolve(name, kind)
    entries = [e for e in library() if e.name == known and e.quantity in keys]
    chosen = [e for e in entries if (e.set == label if label else e.default)]
    if not chosen:
        sets = ", ".join(dict.fromkeys(e.set for e in entries)) or "none"
        raise ValueError(f"{kind} {name!r}: the library has none of {', '.join(keys)}; sets with some: {sets}")
    return {e.quantity: e.value * (G_QUANTUM if e.unit == "1/m^2" else 1) for e in chosen}


def _selected(name):
    if name is None:
        return library()
    known, label = _resolve(name, "interface" if "|" in name else "material")
    return [e for e in library() if known in (e.name, *e.name.split("|")) and label in (None, e.set)]


def _resolve(name, kind):
    """Name as the library spells it, and the set or None."""
    plain, slash, label = name.partition("/")
    spelled = {frozenset(n.split("|")): n for n in _document()[kind + "s"]}
    known = spelled.get(frozenset(plain.split("|")))
    if known is None:
        raise ValueError(_unknown(kind, plain, spelled.values()))
    sets = dict.fromkeys(e.set for e in library() if e.name == known)
    if slash and label not in sets:
        raise ValueError(f"{kind} {known!r}: " + _unknown("set", label, sets))
    return known, label or None


def _unknown(what, name, known):
    known = list(known)
    lower = {k.lower(): k for k in known}
    near = get_close_matches(name.lower(), lower, n=1)
    hint = f" did you mean {lower[near[0]]!r}?" if near else ""
    return f"unknown {what} {name!r};{hint} {what}s: {', '.join(known)}"
