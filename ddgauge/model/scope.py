"""Which keys go with which experiment: those of the spin model (mu^0 and a vector mu), of the two-current model."""

import numpy as np

from ddgauge.model.boundary import Contact, Current, Sheet
from ddgauge.model.channels import Spins
from ddgauge.model.interfaces import NO_TRANSMISSION

SPIN_MODEL = (
    "relaxation_rate", "exchange_relaxation", "precession", "exchange", "spin_orbit", "gauge", "hall", "mobility",
    "spin_hall", "larmor", "momentum_time", "g_factor", "drift_polarisation",
)  # fmt: skip
TWO_CURRENT = ("polarisation", "reversed", "nonadiabaticity", "permittivity")
SPIN_INTERFACE = ("transmission", "absorption", "absorption_below", "absorption_above")
TWO_CURRENT_INTERFACE = ("resistance", "asymmetry", "polarisation", "spin_flip")
NEITHER = "does not belong to experiment = 'two-current'; leave it out"


def _given(item, keys):
    """Keys that have another value than their default, and one that does something."""
    defaults = {key: type(item).model_fields[key].default for key in keys}
    return [key for key in keys if (value := getattr(item, key)) != defaults[key] and np.any(value)]


def _from_library(item, key, look_up):
    return bool(item.material) and look_up(item.material).get(key) == getattr(item, key)


def spin_model_problems(stack, experiment):
    """What of the two-current model stands in a stack of another experiment."""
    other = f"belongs to experiment = 'two-current', not {experiment!r}"
    if stack.texture is not None:
        yield f"texture {other}"
    for layer in stack.layers:
        yield from (f"layer {layer.name!r}: {key} {other}" for key in _given(layer, TWO_CURRENT))
    for name, boundary in stack.boundary.items():
        if isinstance(boundary, Contact) and boundary.conductance is not None:
            yield f"boundary {name!r}: conductance {other}"
        if isinstance(boundary, Current) and isinstance(boundary.spin_current, float):
            yield (
                f"boundary {name!r}: spin_current = {boundary.spin_current:g} A/m^2, must be three numbers (x, y, z);"
                " one number is for experiment = 'two-current'"
            )
    for name, interface in stack.interface.items():
        if wrong := _given(interface, TWO_CURRENT_INTERFACE):
            yield f"interface {name!r}: {wrong[0]} {other}"
        elif isinstance(interface.conductance, Spins):
            yield f"interface {name!r}: conductance with up and down {other}"
        elif interface.transmission is None and not interface.thin:
            yield f"interface {name!r}{NO_TRANSMISSION}"


def two_current_problems(stack):
    """What of the spin model stands in a stack of the two-current model, but for values that a material brings."""
    from ddgauge.model import materials

    if stack.magnetisation is not None:
        yield "magnetisation does not belong to experiment = 'two-current', where spin is up or down: reversed = true"
    if stack.B.any():
        yield f"field {NEITHER}"
    for layer in stack.layers:
        for key in _given(layer, SPIN_MODEL):
            if not _from_library(layer, key, materials.layer_keys):
                yield f"layer {layer.name!r}: {key} {NEITHER}"
        if isinstance(layer.relaxation_time, tuple):
            yield f"layer {layer.name!r}: relaxation_time must be one number (s) in experiment = 'two-current'"
    for name, boundary in stack.boundary.items():
        yield from (f"boundary {name!r}: {problem}" for problem in _face_problems(boundary, materials.interface_keys))
    for name, interface in stack.interface.items():
        yield from (f"interface {name!r}: {key} {NEITHER}" for key in _given(interface, SPIN_INTERFACE))
        if interface.thin is None and interface.resistance is None and interface.conductance is None:
            yield f"interface {name!r}: needs resistance (ohm m^2), conductance (S/m^2) or thin"


def _face_problems(boundary, look_up):
    if isinstance(boundary, Current) and not isinstance(boundary.spin_current, float) and any(boundary.spin_current):
        yield "spin_current must be one number (A/m^2), of up minus down, in experiment = 'two-current'"
    if isinstance(boundary, Sheet):
        for key in _given(boundary, ("G_r", "G_i", "matrix", "precession")):
            if key not in ("G_r", "G_i") or not _from_library(boundary, key, look_up):
                yield f"{key} {NEITHER}"
        if boundary.G_s is None:
            yield "needs G_s (S/m^2) in experiment = 'two-current'"
