"""What does not fit together in a run: mesh, faces, drives and times with its experiment."""

from itertools import combinations

import numpy as np

from ddgauge.model import band_checks, checks, islands, scope, tunnel_checks
from ddgauge.model.boundary import Current
from ddgauge.model.errors import InputError, hint_of, instead_of
from ddgauge.model.stack import SIDES

WHOLE_WAVES = 1e-6  # difference of a number of waves from a whole number that is rounding
ROUNDING = 1e-9  # of times
NEUTRAL = ("transport", "two-current")  # experiments whose storage needs densities of states of spin
OF_CONTACTS = ("transport", "two-current", "weyl")  # experiments with faces that charge passes, and with times
REDUCED = ("film", "conductance", "transport")  # experiments of which a reduced basis may answer points
LACKING = {1: (0, 1), 2: (1,), 3: ()}  # axes along which nothing varies, by the dimension of a mesh made from layers


def problems(run):
    """All of them, a line each; `run` is a Run."""
    yield from _mesh(run)
    if run.experiment != "two-band" and (foreign := list(scope.two_band_elsewhere(run))):
        yield from foreign
        return
    yield from _faces(run)
    yield from _reduced(run)
    yield from MODELS.get(run.experiment, _spin_model)(run)
    yield from _evolution(run)
    yield from _wave(run)
    yield from _field(run)
    yield from _texture(run)
    if run.curve is not None:
        yield from run.curve.problems(run.stack)


def _mesh(run):
    mesh, stack = run.mesh, run.stack
    if mesh.file is not None:
        return
    try:
        stack.require_thickness()
    except InputError as error:
        yield from (f"{problem}, or a mesh file that has it" for problem in error.problems)
    if isinstance(mesh.cells, tuple) and len(mesh.cells) != len(stack.layers):
        count = len(stack.layers)
        yield f"mesh.cells has {len(mesh.cells)} numbers, must have one for each of {count} layers"
    yield from stack.dimension_problems(mesh.dimension)
    for name in stack.boundary:
        if name not in mesh.faces:
            hints = hint_of(name, mesh.faces, "faces") + _side_hint(mesh, name)
            yield f"boundary {name!r}: no such face; {hints}"
    pairs = ["|".join(pair) for pair in stack.neighbours]
    for key in stack.interface:
        if key not in pairs:
            yield f"interface {key!r}: these layers do not touch; interfaces: {', '.join(pairs) or 'none'}"


def _side_hint(mesh, name):
    if name not in SIDES[3][:4]:
        return ""
    least = next(dimension for dimension, faces in SIDES.items() if name in faces)
    deeper = f"dimension >= {least} and " if mesh.dimension < least else ""
    return f"; {name} needs [mesh] {deeper}periodic = false"


def _faces(run):
    boundaries = run.stack.boundary.items()
    charged = [name for name, boundary in boundaries if boundary.carries_charge]
    spin = any(isinstance(boundary, Current) and np.any(boundary.spin_current) for _, boundary in boundaries)
    if run.experiment == "transport" and len(charged) < 2 and not spin and not run.stack.moving_faces:
        count = len(charged)
        yield f"experiment = 'transport' needs two faces with kind = 'contact' or 'current'; there are {count}"
    if run.experiment not in (*OF_CONTACTS, "two-band"):
        for name, boundary in boundaries:
            if boundary.carries_charge or boundary.equipotential:
                kind, other = boundary.kind, run.experiment
                yield f"boundary {name!r}: kind = {kind!r} belongs to experiment = 'transport', not {other!r}"


def _reduced(run):
    if run.solver.reduced_basis and run.experiment not in REDUCED:
        yield f"solver.reduced_basis belongs to experiment = {' or '.join(map(repr, REDUCED))}, not {run.experiment!r}"


def _spin_model(run):
    stack, experiment = run.stack, run.experiment
    yield from scope.spin_model_problems(stack, experiment)
    yield from tunnel_checks.run_problems(run)
    if run.electrostatics is not None:
        yield f"electrostatics belongs to experiment = 'two-current', not {experiment!r}"
    if run.conductance.interface is not None:
        yield from _conductance(run)
    if experiment == "relaxation":
        for layer in stack.layers:
            if not layer.diffuses:
                yield f"layer {layer.name!r}: experiment = 'relaxation' needs diffusion (m^2/s)"
    if run.solved == "film" and (across := stack.electric_field[2]):
        yield f"drive: electric_field[2] = {across:g} V/m, must be 0: experiment = {experiment!r} drives along x and y"
    yield from _hall_that_varies(run)
    if run.solved in ("film", "transport") and run.has_steady_state:
        yield from checks.spin_problems(stack)


def _hall_that_varies(run):
    for layer in run.stack.layers:
        where = f"layer {layer.name!r}: anomalous_hall"
        if layer.follows:
            held = [b for b in run.stack.boundary.values() if getattr(b, "voltage", None) is not None]
            if run.experiment != "transport" or not held:
                yield f"{where}.gate needs experiment = 'transport' and a contact with voltage, to be against"
            for key in "time", "frequency", "fit":
                if getattr(run, key) is not None:
                    yield f"{where}.gate does not go with [{key}]: it is of a steady state"
        elif layer.anomalous_hall and layer.anomalous_hall.varies and run.experiment not in ("film", "transport"):
            yield f"{where} that varies in space belongs to experiment = 'film' or 'transport', not {run.experiment!r}"


def _conductance(run):
    if run.solved != "conductance":
        yield f"conductance.interface belongs to experiment = 'conductance', not {run.experiment!r}"
    names = run.stack.names  # in an imported mesh any two may touch
    touching = run.stack.neighbours if run.mesh.file is None else combinations(names, 2)
    pairs = ["|".join(pair) for pair in touching]
    if run.conductance.interface not in pairs:
        yield f"conductance.interface = {instead_of(run.conductance.interface, pairs, 'interfaces')}"


def _two_current(run):
    if run.conductance.interface is not None:
        yield from _conductance(run)
    if wrong := list(scope.two_current_problems(run.stack)):
        yield from wrong
        return
    if run.electrostatics != "neutral":
        yield from _densities(run.stack, f"electrostatics = {run.electrostatics!r}")
    if run.mesh.file is None:
        yield from tunnel_checks.axis_problems(run.stack, run.stack.neighbours)
    yield from tunnel_checks.run_problems(run)
    yield from connection(run, *_contacts_of_layers(run))


def _weyl(run):
    if run.electrostatics is not None:
        yield f"electrostatics belongs to experiment = 'two-current', not {run.experiment!r}"
    if run.conductance.interface is not None:
        yield from _conductance(run)
    yield from scope.weyl_problems(run)


def _two_band(run):
    if run.conductance.interface is not None:
        yield from _conductance(run)
    wrong = list(scope.two_band_problems(run))
    yield from wrong or band_checks.problems(run)


def connection(run, pairs, touching):
    """Parts of the body whose potential nothing determines; arguments as of islands.islands."""
    if apart := list(islands.island_problems(run.stack, pairs, touching)):
        yield from apart
    elif run.has_steady_state and not islands.spin_decays(run.stack, pairs, touching):
        yield islands.NO_STEADY_SPIN


def _contacts_of_layers(run):
    """Layers that touch, and the layers of each face that has a law; in an imported mesh any may."""
    names = run.stack.names
    if run.mesh.file is not None:
        return list(combinations(names, 2)), dict.fromkeys(run.stack.boundary, names)
    ends = {"bottom": names[:1], "top": names[-1:]}
    return run.stack.neighbours, {name: ends.get(name, names) for name in run.stack.boundary}


def _densities(stack, cause):
    for layer in stack.layers:
        if not layer.diffuses:
            yield f"layer {layer.name!r}: {cause} needs density_of_states (1/(J m^3)) or diffusion (m^2/s)"


def _evolution(run):
    given = [key for key in ("time", "frequency") if getattr(run, key) is not None]
    if len(given) == 2:
        yield ": give either [time] or [frequency], not both"
    for key in given:
        if run.experiment == "two-band":
            continue  # its own laws say which
        if run.experiment not in OF_CONTACTS:
            yield f"[{key}] belongs to experiment = {' or '.join(map(repr, OF_CONTACTS))}, not {run.experiment!r}"
        elif run.experiment in NEUTRAL and run.electrostatics in (None, "neutral"):  # others have needed them already
            yield from _densities(run.stack, f"[{key}]")
    if run.time is None:
        for name in run.stack.moving_faces if run.experiment != "two-current" else []:
            yield f"boundary {name!r}: precession needs the table [time]"


def _field(run):
    field, mesh = run.stack.field, run.mesh
    if not field.varies:
        return
    if run.experiment != "weyl":
        given = "B that is a function" if field.gradient is None else "gradient"
        yield f"field: {given} belongs to experiment = 'weyl', not {run.experiment!r}"
    elif mesh.file is None and field.gradient is not None:
        for i in LACKING[mesh.dimension]:
            if np.any(np.array(field.gradient)[:, i]):
                axis, dimension = "xyz"[i], mesh.dimension
                yield f"field.gradient: B changes along {axis}, which a mesh with dimension = {dimension} does not have"


def _wave(run):
    (force, q), mesh = run.stack.wave, run.mesh
    if not force.any():
        if q.any():
            yield "drive: wave_vector needs motive_force (V/m), of which it is"
        return
    if run.experiment != "two-current" or run.frequency is None:
        yield "drive: motive_force needs experiment = 'two-current' and the table [frequency]"
    if mesh.file is not None:
        return
    for i in LACKING[mesh.dimension]:
        if q[i]:
            yield f"drive: wave_vector[{i}] = {q[i]:g} 1/m, must be 0: nothing varies along it in {mesh.dimension}D"
    for i, length in enumerate(mesh.sides if mesh.periodic else ()):
        waves = q[i] * length / (2 * np.pi)
        if abs(waves - round(waves)) > WHOLE_WAVES * max(1, abs(waves)):
            yield (
                f"drive: wave_vector[{i}] = {q[i]:g} 1/m, must be a multiple of 2 pi / {length:g} m, the period,"
                f" such as {2 * np.pi / length * max(1, round(abs(waves))):.9g} 1/m"
            )


def _texture(run):
    texture, mesh = run.stack.texture, run.mesh
    if texture is None or run.experiment != "two-current":
        return
    if run.frequency is not None:
        yield "texture does not go with the table [frequency]; it moves in [time]"
    if mesh.file is None:
        for i in LACKING[mesh.dimension]:
            if np.isfinite(texture.scales[i]):
                yield f"texture varies along {'xyz'[i]}, which a mesh with dimension = {mesh.dimension} does not have"
    if texture.kind == "file" and len(times := texture.texture.times) > 1:
        known = f"the frames are from {times[0]:g} to {times[-1]:g} s"
        if run.time is None and not times[0] <= 0 <= times[-1]:
            yield f": needs the table [time], or a frame at 0 s; {known}"
        for key in ("start", "end") if run.time is not None else ():
            t = getattr(run.time, key)
            if not -ROUNDING <= (t - times[0]) / (times[-1] - times[0]) <= 1 + ROUNDING:
                yield f"time.{key} = {t:g} s has no magnetisation: {known}"


MODELS = {"two-current": _two_current, "weyl": _weyl, "two-band": _two_band}
