"""The stack in words, from the top to the bottom."""

from ddgauge.model.layer import Layer
from ddgauge.report import markup, toml
from ddgauge.report.markup import Html
from ddgauge.units import E_CHARGE

UPRIGHT = ("top", "bottom")
LENGTHS = 1e-3  # m: lengths below have a prefix
ENERGIES = 1e-15  # J: energies below are of electrons, in eV


def described(data):
    """A table of layers, interfaces and faces, and what acts on all of them.

    data : the resolved input.
    """
    layers = data.get("layer") or []
    if not layers:
        return Html("")
    faces, interfaces = data.get("boundary") or {}, data.get("interface") or {}
    names = [layer["name"] for layer in layers]
    rows = [(f"face {UPRIGHT[0]}", _face(faces.get(UPRIGHT[0])))]
    for k in reversed(range(len(layers))):
        rows.append((f"layer {names[k]}", _layer(layers[k])))
        if k and (pair := f"{names[k - 1]}|{names[k]}") in interfaces:
            rows.append((f"interface {pair}", _words(interfaces[pair], "interface")))
    rows.append((f"face {UPRIGHT[1]}", _face(faces.get(UPRIGHT[1]))))
    rows += [(f"face {name}", _face(face)) for name, face in faces.items() if name not in UPRIGHT]
    caption = "From the top to the bottom, with what differs from the default"
    if (data.get("mesh") or {}).get("file"):  # which names its faces itself, and is not always a stack
        rows = [row for row in rows if row[0].split(" ", 1)[1] in faces or not row[0].startswith("face")]
        caption = "With what differs from the default"
    for key, what in (
        ("magnetisation", "magnetisation"),
        ("field", "magnetic field"),
        ("drive", "drive"),
        ("texture", "texture"),
    ):
        if words := _words(data.get(key) or {}, key):
            rows.append((what, words))
    return markup.table(("", "what it is"), rows, caption)


def _face(face):
    return _words(face, "boundary") if face else "insulating"


def _layer(layer):
    known = Layer.model_fields
    defaults = {field.alias or key: field.default for key, field in known.items()}
    own = {key: v for key, v in layer.items() if key != "name" and not (key in defaults and _same(v, defaults[key]))}
    return _words(own, "layer")


def _same(value, default):
    return (list(default) if isinstance(default, tuple) else default) == value


def _words(table, of):
    """Keys and values of a table of a name with units; vectors that are zero are left out."""
    found = []
    for key, value in table.items():
        if value is None or value is False or value == {} or (isinstance(value, list) and _zero(value)):
            continue
        name = key if key[1:2] == "_" else key.replace("_", " ")  # G_r is a symbol
        if key == "kind":
            found.insert(0, str(value))
        elif isinstance(value, dict):
            found.append(f"{name} ({_words(value, key)})")
        else:
            found.append(f"{name} {_valued(value, toml.unit_of(key, of, toml.units()))}")
    return ", ".join(found)


def _zero(value):
    return all(map(_zero, value)) if isinstance(value, list) else value == 0


def _valued(value, unit):
    if unit == "m" and isinstance(value, float) and 0 < abs(value) < LENGTHS:
        return f"{value * 1e9:.6g} nm" if abs(value) < 1e-6 else f"{value * 1e6:.6g} µm"
    if unit == "J" and isinstance(value, float) and 0 < abs(value) < ENERGIES:
        return f"{value / E_CHARGE:.6g} eV"
    if isinstance(value, list):
        inside = ", ".join(_valued(item, "") for item in value[:9]) + (", …" if len(value) > 9 else "")
        return f"[{inside}] {markup.unit(unit)}".rstrip()
    if isinstance(value, float):
        return f"{value:.6g} {markup.unit(unit)}".rstrip()
    return str(value)
