"""Which keys go with which experiment: of the spin model (mu^0 and a vector mu), of two currents, of Weyl metals."""

import numpy as np

from ddgauge.model import anomalous_hall, tunnel_checks
from ddgauge.model.boundary import Contact, Current, Electrode, Insulating, Sheet
from ddgauge.model.channels import Spins
from ddgauge.model.interfaces import NO_TRANSMISSION
from ddgauge.model.two_band_faces import ExchangeFace, Flux, State

SPIN_MODEL = (
    "relaxation_rate", "exchange_relaxation", "precession", "exchange", "spin_orbit", "gauge", "hall", "mobility",
    "anomalous_hall", "spin_hall", "larmor", "momentum_time", "g_factor", "drift_polarisation",
)  # fmt: skip
TWO_CURRENT = ("polarisation", "reversed", "nonadiabaticity", "permittivity", "hall_conductivity")
SPIN_INTERFACE = ("transmission", "absorption", "absorption_below", "absorption_above")
TWO_CURRENT_INTERFACE = ("resistance", "asymmetry", "polarisation", "spin_flip")
OF_WEYL = ("name", "thickness", "conductivity", "weyl")  # all that a layer has in experiment = "weyl"
NEITHER = "does not belong to experiment = 'two-current'; leave it out"
NOT_OF_WEYL = NEITHER.replace("two-current", "weyl")
OF_TWO_BANDS = ("name", "thickness", "permittivity", "two_band")
NOT_OF_TWO_BANDS = NEITHER.replace("two-current", "two-band")


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
    yield from _of_weyl(stack, experiment)
    for layer in stack.layers:
        yield from (f"layer {layer.name!r}: {key} {other}" for key in _given(layer, TWO_CURRENT))
        if layer.anomalous_hall is not None:
            yield from anomalous_hall.problems(layer, stack.B, stack.temperature)
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
        elif interface.tunnel and experiment != "transport":
            yield f"interface {name!r}: tunnel belongs to experiment = 'two-current' or 'transport', not {experiment!r}"
        elif interface.transmission is None and not interface.thin and not interface.tunnel:
            yield f"interface {name!r}{NO_TRANSMISSION}"
    yield from tunnel_checks.problems(stack, two_current=False)
    yield from _axes_without_barrier(stack)


def two_current_problems(stack):
    """What of the spin model stands in a stack of the two-current model, but for values that a material brings."""
    from ddgauge.model import materials

    if stack.magnetisation is not None:
        yield "magnetisation does not belong to experiment = 'two-current', where spin is up or down: reversed = true"
    if stack.B.any():
        yield f"field {NEITHER}"
    yield from _of_weyl(stack, "two-current")
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
        if all(getattr(interface, key) is None for key in ("thin", "resistance", "conductance", "tunnel")):
            yield f"interface {name!r}: needs resistance (ohm m^2), conductance (S/m^2), thin or tunnel"
    yield from tunnel_checks.problems(stack, two_current=True)


def _axes_without_barrier(stack):
    """What to say of axes that nothing asks for, in the spin model."""
    beside = {name for key, interface in stack.interface.items() if interface.tunnel for name in key.split("|")}
    for layer in stack.layers:
        if layer.spin_axis is not None and layer.name not in beside:
            yield f"layer {layer.name!r}: spin_axis needs a tunnel barrier beside the layer; leave it out"


def _face_problems(boundary, look_up):
    if isinstance(boundary, Current) and not isinstance(boundary.spin_current, float) and any(boundary.spin_current):
        yield "spin_current must be one number (A/m^2), of up minus down, in experiment = 'two-current'"
    if isinstance(boundary, Sheet):
        for key in _given(boundary, ("G_r", "G_i", "matrix", "precession")):
            if key not in ("G_r", "G_i") or not _from_library(boundary, key, look_up):
                yield f"{key} {NEITHER}"
        if boundary.G_s is None:
            yield "needs G_s (S/m^2) in experiment = 'two-current'"


def _of_weyl(stack, experiment):
    """What of a Weyl metal stands in a stack of another experiment."""
    for layer in stack.layers:
        if layer.weyl is not None:
            yield f"layer {layer.name!r}: weyl belongs to experiment = 'weyl', not {experiment!r}"
    for name, boundary in stack.boundary.items():
        if getattr(boundary, "arc_velocity", None) is not None:
            yield f"boundary {name!r}: arc_velocity belongs to experiment = 'weyl', not {experiment!r}"


def two_band_elsewhere(run):
    """What of two bands stands in a run of another experiment."""
    other = f"belongs to experiment = 'two-band', not {run.experiment!r}"
    banded = [layer.name for layer in run.stack.layers if layer.two_band is not None]
    yield from (f"layer {name!r}: two_band {other}" for name in banded)
    if run.stack.two_band is not None and not banded:
        yield f"two_band {other}"
    for name, boundary in run.stack.boundary.items():
        if isinstance(boundary, State | Flux | ExchangeFace):
            yield f"boundary {name!r}: kind = {boundary.kind!r} {other}"
    if run.time is not None:
        if run.time.scheme != "implicit":
            yield f"time.scheme {other}"
        if run.time.initial == "given":
            yield f"time.initial = 'given' {other}"


def two_band_problems(run):
    """What of other experiments stands in a stack of two bands, and what it lacks."""
    stack = run.stack
    yield from _of_magnets(stack, NOT_OF_TWO_BANDS)
    for layer in stack.layers:
        if layer.two_band is None:
            yield f"layer {layer.name!r}: experiment = 'two-band' needs the table two_band (hamiltonian, ...)"
        given = _given(layer, [key for key in type(layer).model_fields if key not in OF_TWO_BANDS])
        yield from (f"layer {layer.name!r}: {key} {NOT_OF_TWO_BANDS}" for key in given)
    for name, boundary in stack.boundary.items():
        if not isinstance(boundary, State | Flux | ExchangeFace | Insulating):
            kinds = "kinds: state, flux, exchange, insulating"
            yield f"boundary {name!r}: kind = {boundary.kind!r} does not belong to experiment = 'two-band'; {kinds}"
        elif getattr(boundary, "arc_velocity", None) is not None:
            yield f"boundary {name!r}: arc_velocity belongs to experiment = 'weyl', not 'two-band'"
    if run.frequency is not None:
        yield "[frequency] does not belong to experiment = 'two-band'; [time] does"


def _of_magnets(stack, not_of):
    """What of magnets, and interfaces, stands in a stack of a model that has none."""
    for key in ("magnetisation", "texture"):
        if getattr(stack, key) is not None:
            yield f"{key} {not_of}"
    if stack.interface:
        yield f"interface {next(iter(stack.interface))!r} {not_of}"


def weyl_problems(run):
    """What of other experiments stands in a stack of this one, and what it lacks."""
    stack = run.stack
    yield from _of_magnets(stack, NOT_OF_WEYL)
    missing = [layer.name for layer in stack.layers if layer.weyl is None]
    for name in missing:
        yield f"layer {name!r}: experiment = 'weyl' needs the table weyl (velocity, chemical_potential, ...)"
    for layer in stack.layers:
        if layer.weyl is not None:
            given = _given(layer, [key for key in type(layer).model_fields if key not in OF_WEYL])
            yield from (f"layer {layer.name!r}: {key} {NOT_OF_WEYL}" for key in given)
            if not stack.temperature and not layer.weyl.chemical_potential:
                yield (
                    f"layer {layer.name!r}: weyl.chemical_potential = 0 J at temperature = 0 K, there are no states;"
                    " one of them must not be 0"
                )
    yield from _weyl_faces(run, missing)


def _weyl_faces(run, missing):
    boundaries = run.stack.boundary.items()
    for name, boundary in boundaries:
        if not isinstance(boundary, Electrode | Insulating):
            kinds = "kinds: contact, floating, insulating"
            yield f"boundary {name!r}: kind = {boundary.kind!r} does not belong to experiment = 'weyl'; {kinds}"
        elif isinstance(boundary, Contact) and boundary.conductance is not None:
            yield f"boundary {name!r}: conductance {NOT_OF_WEYL}"
    charged = [name for name, boundary in boundaries if boundary.carries_charge]
    if len(charged) < 2:
        yield f"experiment = 'weyl' needs two faces with kind = 'contact'; there are {len(charged)}"
    endless = [layer.name for layer in run.stack.layers if layer.weyl and layer.weyl.scattering_time is None]
    ends = any(getattr(b, "arc_velocity", None) or b.absorbs for _, b in boundaries)
    if endless and not ends:
        yield (
            f"layer {endless[0]!r}: weyl.scattering_time (s) is needed, or a contact with spin = 'absorbed', for"
            " nothing else takes the imbalance of the nodes"
        )
    arcs = [name for name, b in boundaries if getattr(b, "arc_velocity", None) is not None]
    if arcs and not missing and len({(each.weyl, each.conductivity) for each in run.stack.layers}) > 1:
        yield f"boundary {arcs[0]!r}: arc_velocity needs layers that are alike, for the states of one are at the face"
