"""What is said to a user whose input cannot be, and the base of all objects that are checked."""

from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

# Of each line only one may be given; a key that is given replaces the others where a material or a sweep sets it.
RIVALS = (
    ({"relaxation_time"}, {"spin_diffusion_length"}, {"relaxation_rate"}, {"spin_flip_time"}),
    ({"diffusion"}, {"density_of_states"}),
    ({"exchange"}, {"exchange_relaxation", "precession"}),
    ({"spin_orbit"}, {"gauge"}),
    ({"hall"}, {"mobility"}),
    ({"larmor"}, {"momentum_time"}),
    ({"conductance"}, {"conductivity"}, {"bands"}),
    ({"direction"}, {"angle"}),
    ({"xy"}, {"xz"}, {"yz"}),
    ({"matrix"}, {"G_s", "G_r", "G_i"}),
    ({"thin"}, {"transmission", "conductance", "absorption", "absorption_below", "absorption_above"}),
    ({"thin"}, {"resistance", "asymmetry", "polarisation", "spin_flip"}),
    ({"resistance", "asymmetry"}, {"conductance", "polarisation"}),
    ({"transmission"}, {"resistance", "asymmetry", "polarisation", "spin_flip"}),
    ({"tunnel"}, {"transmission", "conductance", "resistance", "asymmetry", "polarisation", "spin_flip", "thin"}),
    ({"tunnel"}, {"absorption", "absorption_below", "absorption_above"}),
    ({"bands_below", "bands_above"}, {"splitting_below", "splitting_above", "half_width_below", "half_width_above"}),
    ({"polarisation_below"}, {"bands_below"}),
    ({"polarisation_above"}, {"bands_above"}),
    ({"voltage"}, {"current"}, {"current_density"}),
    ({"absorption"}, {"absorption_below", "absorption_above"}),
    ({"times"}, {"interval"}),
    ({"values"}, {"from", "to", "points", "spacing"}),
    ({"matrix"}, {"fields"}, {"c", "v", "spin_c", "spin_v", "cv", "spin_cv"}),
    ({"matrix"}, {"fields"}, {"occupations"}, {"neutral", "spin_polarisation"}),
    ({"frequency"}, {"energy"}),
    ({"diffusion"}, {"diffusion_c", "diffusion_v", "diffusion_cv", "velocities"}),
    ({"diffusion_cv"}, {"velocities"}),
    ({"gauge"}, {"gauge_c", "gauge_v", "spin_orbit_c", "spin_orbit_v"}),
    ({"gauge_c"}, {"spin_orbit_c"}),
    ({"gauge_v"}, {"spin_orbit_v"}),
    ({"relaxation"}, {"T1", "T2", "spin_time_c", "spin_time_v", "spin_rate_c", "spin_rate_v"}),
    ({"spin_time_c"}, {"spin_rate_c"}),
    ({"spin_time_v"}, {"spin_rate_v"}),
    ({"equilibrium"}, {"fermi"}),
)


@cache
def rivals(key):
    """Keys that cannot stand beside this one."""
    return frozenset(
        other
        for line in RIVALS
        if any(key in keys for keys in line)
        for keys in line
        if key not in keys
        for other in keys
    )


class InputError(ValueError):
    """Input that cannot be: a line per mistake, which says where, what, its value and unit, and what would be right."""

    def __init__(self, *problems, placed=False):
        super().__init__("\n".join(problem.removeprefix(": ") for problem in problems))
        self.problems = (
            problems  # "thickness = -1 m, must be > 0", or ": ..." where it is the whole object that is wrong
        )
        self.placed = placed  # whether the problems say where they are

    def within(self, source):
        """The same, said of a file."""
        return InputError(*(f"{source}, {problem.removeprefix(': ')}" for problem in self.problems), placed=True)


def listed(names: Iterable[str]):
    """Names as they stand in a message."""
    return ", ".join(names) or "none"


def instead_of(name, known, plural):
    """What to say after a name that is not known: the nearest that is, and all that are."""
    import difflib

    by_case = {str(other).lower(): str(other) for other in known}
    close = difflib.get_close_matches(str(name).lower(), by_case, n=1)
    hint = f" did you mean {by_case[close[0]]!r}?" if close else ""
    return f"{name!r};{hint} {plural}: {listed(by_case.values())}"


def hint_of(name, known, plural):
    """As instead_of, without the name."""
    return instead_of(name, known, plural).split("; ", 1)[1]


def show(value):
    """A value as a user would write it, not too long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Checked(BaseModel):
    """A frozen object that is checked when it is made; InputError, a line per mistake, where it cannot be."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    def __init__(self, **given):
        known = self.known_keys()
        where = self.where(given)
        try:
            given = self.prepare(given)
        except InputError as error:
            raise InputError(*(place(where, problem) for problem in error.problems), placed=bool(where)) from None
        problems = []
        names = {*known, *type(self).model_fields}
        problems += [
            place(where, f": unknown key {instead_of(key, known, 'keys')}") for key in given if key not in names
        ]
        given = {key: value for key, value in given.items() if key in names and value is not None}
        problems += [place(where, problem) for problem in clashes(given)]
        try:
            super().__init__(**given)
        except ValidationError as error:
            problems += [line for problem in error.errors() for line in self._lines(problem, where)]
        if problems:
            raise InputError(*dict.fromkeys(problems), placed=bool(where)) from None

    @classmethod
    def known_keys(cls):
        """The names that a user may write."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def where(cls, given):
        """What a message calls this object; nothing where the object that holds it says so."""
        return ""

    @classmethod
    def prepare(cls, given):
        """The keys as they are checked, from the keys as they are given."""
        return given

    @classmethod
    def path(cls, loc):
        """Words for the place of a mistake inside this object, and the keys that are left."""
        return "", loc

    @classmethod
    def _lines(cls, problem, where):
        table, rest = cls.path(problem["loc"])
        place_of_key = dotted(rest)
        error = problem.get("ctx", {}).get("error")
        if isinstance(error, InputError):
            if error.placed:
                return error.problems
            texts = [place(place_of_key, text, ".") for text in error.problems]
        elif problem["type"] == "missing":
            texts = [f": {cls._missing(place_of_key)}"]
        elif isinstance(error, ValueError):
            texts = [(place_of_key + str(error)).removeprefix(".")]
        elif problem["type"] in TYPES:
            texts = [f"{place_of_key} = {show(problem['input'])}, must be {TYPES[problem['type']]}"]
        else:
            texts = [f"{place_of_key} = {show(problem['input'])}: {problem['msg'].lower()}"]
        return [place(where, place(table, text)) for text in texts]

    @classmethod
    def _missing(cls, key):
        field = cls.model_fields.get(key)
        units = [f" ({item.unit})" for item in getattr(field, "metadata", ()) if getattr(item, "unit", "")]
        return f"needs {key}{''.join(units)}"


TYPES = {
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "mapping_type": "a table",
    "tuple_type": "a list",
    "list_type": "a list",
}


def from_library(look_up, given):
    """The keys of a material of the library, and over them those that are given."""
    try:
        library = look_up(given["material"])
    except ValueError as error:
        raise InputError(f": {error}") from None
    replaced = {rival for key in given for rival in rivals(key)}
    return {key: value for key, value in library.items() if key not in replaced} | given


def place(where, problem, joint=": "):
    if not where:
        return problem
    return where + problem if problem[0] in ":[ " else f"{where}{joint}{problem}"


def dotted(loc):
    """The keys of a place as a path: spin_orbit.mass, precession[1]."""
    text = ""
    for key in loc:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def clashes(given):
    """Problems of keys that cannot stand beside each other."""
    pairs = [(key, other) for key in given for other in given if key < other and other in rivals(key)]
    return [f": give either {key} or {other}, not both" for key, other in pairs]
