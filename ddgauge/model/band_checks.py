"""Two bands: what does not go together in a run, what a law is used beyond, and the lengths that follow."""

from itertools import combinations

import numpy as np

from ddgauge.model import band_coefficients as coefficients
from ddgauge.model import band_steady
from ddgauge.model.band_values import by_generator
from ddgauge.physics import band_transport, two_band
from ddgauge.physics.band_equilibrium import MassAction
from ddgauge.physics.band_relaxation import complete_positivity
from ddgauge.physics.generators import NAMES, SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import FROM_BLOCKS, NUMBER, TO_BLOCKS, blocks
from ddgauge.units import E_CHARGE, HBAR

BELOW_ZERO = -1e-12  # eigenvalue over trace of a density matrix that is rounding
COMPLETELY_POSITIVE = -1e-9  # of the largest rate
COMMUTES = 1e-6  # rate with which a state precesses over the largest rate of relaxation
ROTATING_WAVE = 0.1  # |H_cv| / hbar w
SPLITS = 1e-12  # of the largest energy, above which a spin splitting is no rounding
ALIKE = 1e-9  # relative, of frequencies and states


def problems(run):
    """What is wrong with a run of two bands whose layers all have them, a line each."""
    stack = run.stack
    if run.electrostatics == "neutral":
        yield "electrostatics = 'neutral' belongs to experiment = 'two-current'; choices: bare, poisson"
    yield from _drives(run)
    layers = [problem for layer in stack.layers for problem in _layer(stack, layer)]
    yield from layers
    if not layers:
        wrong = list(_states(run))
        yield from wrong or _edges(run)
        yield from band_steady.problems(run)
    yield from _electrostatics(run)
    yield from _times(run)
    if stack.two_band.coherence == "local":
        yield from _local(run)


def _local(run):
    """What moves a coherence that follows the bands at its place."""
    hint = "which coherence = 'local' does not move; leave it out, or coherence = 'transported'"
    for layer in run.stack.layers:
        two, where = layer.two_band, f"layer {layer.name!r}: two_band"
        for key, part in ("gauge", coefficients.gauge_field(two)), ("velocity", by_generator(two.velocity)):
            for A in np.flatnonzero(part.any(axis=0) & coefficients.INTERBAND):
                yield f"{where}.{key}.{NAMES[A]} makes flows of the coherence of the bands, {hint}"
        if two.diffusion is not None and (coefficients.array(two.diffusion)[:2, 2:]).any():
            yield f"{where}.diffusion has elements between the bands, by which the coherence spreads, {hint}"
    if run.time is not None and run.time.scheme == "splitting":
        yield "two_band.coherence = 'local' needs time.scheme = 'implicit'; splitting takes steps as long without it"


def _layer(stack, layer):
    where, two, options, T = f"layer {layer.name!r}: two_band", layer.two_band, stack.two_band, stack.temperature
    kind = coefficients.kind_of_equilibrium(two, options, T)
    for band in "cv":
        if (
            getattr(two, f"mobility_{band}")
            and getattr(two, f"diffusion_{band}") is None
            and not two.diffusion
            and not T
        ):
            yield f"{where} needs diffusion_{band} (m^2/s), or temperature (K), from which it follows"
    shared = by_generator(two.velocity).any(axis=0) & coefficients.gauge_field(two).any(axis=0)
    for A in np.flatnonzero(shared):
        yield (
            f"{where}.velocity and a gauge field both have {NAMES[A]}; a coupling has one of them, velocity if no mass"
            " stands beside it"
        )
    if "oo" in (two.gauge or ()):
        yield f"{where}.gauge.oo turns nothing; leave it out"
    if options.mode == "excess":
        if options.full_density:
            yield "two_band.full_density does not go with mode = 'excess', a deviation from equilibrium"
        if kind != "none":
            what = "fermi" if kind == "fermi" else "intrinsic_density" if two.equilibrium is None else "equilibrium"
            yield f"{where}.{what} does not go with mode = 'excess', whose equilibrium is 0"
        for key in "donors", "acceptors":
            if getattr(two, key):
                yield f"{where}.{key} does not go with mode = 'excess', a deviation from equilibrium"
        return
    if kind is None:
        hints = "temperature (K)" if not options.full_density else "intrinsic_density (1/m^3)"
        yield f"{where} relaxes, needs equilibrium or {hints}: to what"
    if kind in ("boltzmann", "fermi") and not T:
        yield f"{where}.{'fermi' if kind == 'fermi' else 'equilibrium'} needs temperature (K) > 0"
    if kind == "mass-action":
        if two.intrinsic_density is None:
            yield f"{where}.equilibrium = 'mass-action' needs intrinsic_density (1/m^3)"
        if not options.full_density:
            yield f"{where}: mass action needs [two_band] full_density (1/m^3), below which there are holes"
        H = coefficients.static_hamiltonian(layer, stack.B)
        if not T and any(part[1:].any() for part in blocks(SPIN_PSEUDOSPIN.fields(H))[:2]):
            yield f"{where}: mass action of bands that split needs temperature (K) > 0"
    elif two.intrinsic_density is not None:
        yield f"{where}.intrinsic_density belongs to equilibrium = 'mass-action'"
    if kind == "given" or (kind == "fermi" and T):
        H = coefficients.static_hamiltonian(layer, stack.B)
        S_eq = coefficients.equilibrium(two, options, H, T).S_eq
        yield from _no_state(f"{where}.{'fermi' if kind == 'fermi' else 'equilibrium'}", S_eq, options)


def _no_state(where, S, options):
    """What is wrong with fields (16,) 1/m^3 as those of a density matrix."""
    if options.mode == "excess":
        return
    lowest, total = two_band.lowest_occupation(S), S[0]
    if lowest < BELOW_ZERO * np.abs(S).max():
        hint = "; give oo or cc_o, vv_o, the densities" if total <= 0 else ""
        yield (
            f"{where}: the density matrix has the eigenvalue {lowest:g} 1/m^3,"
            f" all must be >= 0 in mode = 'density'{hint}"
        )
    n_v, full = blocks(S)[1][0], options.full_density
    if full and not -ALIKE * full <= n_v <= full * (1 + ALIKE):
        yield f"{where}: S_vv,o = {n_v:g} 1/m^3, must be from 0 to full_density = {full:g} 1/m^3"


def _states(run):
    """Of faces and of the start; the layers are right."""
    stack = run.stack
    # where, state, layer, and the face that may have others
    places = [
        (f"boundary {name!r}", state, stack.layer_of_face(name), name) for name, state in band_steady.face_states(stack)
    ]
    places += [
        (f"layer {layer.name!r}: two_band.initial", layer.two_band.initial, layer.name, None)
        for layer in stack.layers
        if layer.two_band.initial is not None
    ]
    for where, state, layer, face in places:
        if state.neutral:
            yield from _neutral(where, run, layer, face)
        else:
            yield from _no_state(where, state.S, stack.two_band)


def _edges(run):
    """Where faces of a mesh made of layers meet that are held at other states."""
    faces = run.stack.band_faces
    held = [name for name in run.mesh.faces if name in faces and faces[name].held] if run.mesh.file is None else []
    for name, other in combinations(held, 2):
        meet = {name, other} not in ({"bottom", "top"}, {"left", "right"}, {"front", "back"})
        X, Y = (np.array(list(faces[face].held.values())) for face in (name, other))
        if meet and np.abs(X - Y).max() > ALIKE * max(np.abs(X).max(), np.abs(Y).max()):
            where = f"boundary {name!r} and {other!r}"
            yield f"{where} meet at an edge, held at different states; give one of them a velocity"


def _neutral(where, run, layer, face):
    stack, options = run.stack, run.stack.two_band
    two = stack[layer].two_band
    kind = coefficients.kind_of_equilibrium(two, options, stack.temperature)
    if kind == "none":
        yield f"{where}: neutral needs an equilibrium of layer {layer!r}; give fields, occupations or matrix"
    elif kind == "boltzmann" and not options.full_density + two.donors - two.acceptors > 0:
        yield f"{where}: neutral needs donors (1/m^3) of layer {layer!r}, there are no electrons without"
    elif run.electrostatics == "poisson" and kind == "mass-action" and not stack.temperature:
        yield f"{where}: neutral needs temperature (K), from which its built-in potential follows"
    if face is None or (face in ("bottom", "top") and run.mesh.file is None):
        return
    states = [coefficients.neutral_state(stack.bands(name), options) for name in stack.names]
    if np.ptp(states, axis=0).max() > ALIKE * np.abs(states).max():
        yield f"{where}: neutral is ambiguous where layers differ at one face; give fields, occupations or matrix"


def _drives(run):
    stack = run.stack
    driven = [layer for layer in stack.layers if layer.two_band.drive is not None]
    if stack.two_band.frame == "rotating":
        if not driven:
            yield "two_band.frame = 'rotating' needs a layer with two_band.drive, whose frequency it has"
        for layer in driven:
            w, w_0 = layer.two_band.drive.w, driven[0].two_band.drive.w
            if abs(w - w_0) > ALIKE * w_0:
                yield (
                    f"layer {layer.name!r}: two_band.drive has {w:g} rad/s, must have {w_0:g} rad/s as layer"
                    f" {driven[0].name!r} in frame = 'rotating'"
                )
    elif driven and (run.time is None or run.time.scheme != "splitting"):
        yield (
            f"layer {driven[0].name!r}: two_band.drive needs [time] with scheme = 'splitting', or [two_band]"
            " frame = 'rotating', where it is constant"
        )


def _electrostatics(run):
    stack, poisson = run.stack, run.electrostatics == "poisson"
    voltages = [name for name, b in stack.boundary.items() if getattr(b, "voltage", None) is not None]
    for name in voltages if not poisson else []:
        yield f"boundary {name!r}: voltage belongs to electrostatics = 'poisson'; [drive] electric_field is the field"
    if poisson and not voltages:
        yield "electrostatics = 'poisson' needs a boundary with voltage (V), from which the potential counts"
    if poisson and stack.electric_field.any():
        yield "drive: electric_field does not go with electrostatics = 'poisson'; give voltages"
    if poisson and stack.two_band.mode == "excess":
        yield "electrostatics = 'poisson' needs [two_band] mode = 'density': charge is that of all electrons"
    moves = any(layer.two_band.mobility_c or layer.two_band.mobility_v for layer in stack.layers)
    if not moves and (poisson or stack.electric_field.any()):
        cause = "electrostatics = 'poisson'" if poisson else "drive.electric_field"
        yield f"{cause} moves nothing; a layer needs two_band.mobility_c or mobility_v (m^2/(V s))"


def _times(run):
    stack = run.stack
    starting = [layer.name for layer in stack.layers if layer.two_band.initial is not None]
    if run.time is not None and run.time.initial == "given":
        for name in (name for name in stack.names if name not in starting):
            yield f"layer {name!r}: time.initial = 'given' needs two_band.initial, its state at the start"
    elif starting:
        needed = "the table [time]" if run.time is None else f"time.initial = 'given', not {run.time.initial!r}"
        yield f"layer {starting[0]!r}: two_band.initial needs {needed}"
    if run.time is not None and not run.time.drive:
        yield "time.drive = false does not belong to experiment = 'two-band'; give layers two_band.initial"
    if run.time is not None and run.time.scheme == "implicit" and (cause := _not_linear(run)):
        yield f"time.scheme = 'implicit' does not go with {cause}; give scheme = 'splitting' and steps"
    if run.has_steady_state and not any(boundary.absorbs for boundary in stack.boundary.values()):
        yield (
            ": nothing says how many electrons there are in a steady state; give a boundary kind = 'state' or"
            " 'exchange', or [time] and two_band.initial"
        )


def _not_linear(run):
    """What makes the law of a run not linear in the fields, or None."""
    stack = run.stack
    if run.electrostatics == "poisson":
        return "electrostatics = 'poisson', where charge moves in its own field"
    for layer in stack.layers:
        if coefficients.kind_of_equilibrium(layer.two_band, stack.two_band, stack.temperature) == "mass-action":
            return f"the mass action of layer {layer.name!r}, which is not linear"
    return None


def warnings(stack):
    """Lines that say where a law of two bands is used beyond what it was derived for."""
    if stack.two_band is None or not all(layer.two_band for layer in stack.layers):
        return []
    return [line for layer in stack.layers for line in _warnings(stack, layer)] + list(_unlike(stack))


def _warnings(stack, layer):
    where, two, options = f"layer {layer.name!r}", layer.two_band, stack.two_band
    c, kind = stack.bands(layer.name), coefficients.kind_of_equilibrium(two, options, stack.temperature)
    largest = np.abs(c.R).max()
    S_eq = _equilibrium(c, options, kind)
    if (lowest := complete_positivity(c.R, S_eq if S_eq[0] > 0 else np.eye(16)[0])) < COMPLETELY_POSITIVE * largest:
        yield (
            f"{where}: relaxation is not completely positive ({lowest:.3g} 1/s, must be >= 0): it makes negative"
            " occupations of some states; spin lives longer than electrons stay in their band, or coherence too long"
        )
    if largest and kind in ("given", "mass-action"):
        still = coefficients.static_hamiltonian(layer, stack.B)
        turning = np.abs(SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(still)) @ S_eq).max() / np.abs(S_eq).max()
        if turning > COMMUTES * largest:
            yield (
                f"{where}: the equilibrium does not commute with the hamiltonian, it precesses with"
                f" {turning:.3g} rad/s: the uniform steady state is another one"
            )
    if kind == "boltzmann" and options.full_density:
        yield (
            f"{where}: equilibrium = 'boltzmann' is of few electrons, not of a full band v; 'mass-action' and fermi are"
        )
    if stack.frame_frequency is not None:
        yield from _rotating(where, stack, layer)


def _unlike(stack):
    """Where densities that are continuous are taken to be those of one material."""
    for below, above in stack.neighbours:
        n_i = [stack[name].two_band.intrinsic_density for name in (below, above)]
        if None not in n_i and abs(n_i[0] - n_i[1]) > ALIKE * n_i[0]:
            yield (
                f"layer {above!r}: intrinsic_density = {n_i[1]:g} 1/m^3 beside {n_i[0]:g} 1/m^3 of {below!r}:"
                " densities are continuous between layers, as of one material, where they should jump"
            )


def _equilibrium(c, options, kind):
    """S_eq (16,) at the doping; with equilibrium at zero, S_oo alone."""
    if kind == "none":
        return np.eye(16)[0]
    total = (options.full_density + c.doping) if options.full_density + c.doping > 0 else 1.0
    return c.equilibrium.state(total * np.eye(16)[0])


def _rotating(where, stack, layer):
    two, w = layer.two_band, stack.frame_frequency
    if two.drive is not None:
        V = np.linalg.norm(coefficients.between(two.drive.elements)[:2, 2:], ord=2)
        if ROTATING_WAVE * HBAR * w < V:
            yield (
                f"{where}: two_band.drive has |H_cv| / hbar w = {V / (HBAR * w):.2g}, which is not small, as a rotating"
                " frame takes it to be"
            )
    still = coefficients.static_hamiltonian(layer, stack.B)
    names = ["hamiltonian cv"] if np.abs(still - coefficients.intraband(still)).any() else []
    for key, part in ("gauge", coefficients.gauge_field(two)), ("velocity", by_generator(two.velocity)):
        names += [f"{key} {NAMES[A]}" for A in np.flatnonzero(part.any(axis=0) & coefficients.INTERBAND)]
    if names:
        yield f"{where}: {', '.join(names)} couple the bands without the drive, and are left out of the rotating frame"


def lengths(stack, name, electrostatics):
    """Lengths of a layer of two bands, m, by their names; see checks.lengths."""
    c, E_z = stack.bands(name), stack.electric_field[2]
    D, R = (TO_BLOCKS @ part @ FROM_BLOCKS for part in (c.Dm, c.R))
    X_cc, X_vv, _ = blocks(SPIN_PSEUDOSPIN.fields(c.H))
    found = {}

    def decay(key, D, rate):
        if D > 0 and rate > 0:
            found[key] = float(np.sqrt(D / rate))

    recombination = c.R[NUMBER["zo"], NUMBER["zo"]]
    for k, band, X, mobility in (0, "c", X_cc, c.mobility_c), (4, "v", X_vv, c.mobility_v):
        spins = slice(k + 1, k + 4)
        decay(f"spin_diffusion_{band}", D[k, k], np.linalg.eigvalsh(R[spins, spins])[-1])
        decay(f"recombination_{band}", D[k, k], recombination)
        if np.linalg.norm(X[1:]) > SPLITS * np.abs(c.H).max():
            decay(f"precession_{band}", D[k, k], np.linalg.norm(X[1:]) / HBAR)
        if electrostatics != "poisson" and D[k, k] > 0 and mobility * E_z:
            found[f"drift_{band}"] = float(D[k, k] / abs(mobility * E_z))
    T2, w_cv = np.diag(R)[8:12].max(), coefficients.transition(c.H)
    if D[8, 8] > 0 and (T2 or w_cv) and coherent(stack):
        found["coherence"] = float(band_transport.coherence_length(D[8, 8], np.divide(1, T2) if T2 else np.inf, w_cv))
    decay("transitions", (D[0, 0] + D[4, 4]) / 2, 2 * np.linalg.norm(c.H[:2, 2:], ord=2) / HBAR)
    if c.V.any() and (rate := np.diag(c.R).max()) > 0:
        found["flight"] = float(np.linalg.norm(c.V, ord=2) / rate)
    if (q := np.linalg.norm(c.q[:, 1:], ord=2)) > 0:
        found["gauge"] = float(1 / q)
    if electrostatics == "poisson" and (ell := screening_length(c)):
        found["screening"] = ell
    return found


def coherent(stack):
    """Whether anything makes a coherence of the bands in some layer, whence it spreads."""
    layers = [stack.bands(name) for name in stack.names]
    couplings = [c.H[:2, 2:] for c in layers] + [part[:, coefficients.INTERBAND] for c in layers for part in (c.q, c.V)]
    couplings += [c.R[np.ix_(coefficients.INTERBAND, ~coefficients.INTERBAND)] for c in layers]
    held = [c.G for c in layers] + list(stack.band_start.values())
    for face in stack.band_faces.values():
        held += [face.flux, np.array([face.held.get(A, 0.0) for A in range(16)])]
        couplings.append(face.conductance[np.ix_(coefficients.INTERBAND, ~coefficients.INTERBAND)])
    couplings += [S[coefficients.INTERBAND] for S in held]
    return any(c.drive is not None for c in layers) or any(part.any() for part in couplings)


def screening_length(c):
    """Debye length at the doping, m, of 1 / ell^2 = e / eps (n mu_c / D_c + p mu_v / D_v); None without carriers."""
    n, p = max(c.doping, 0.0), max(-c.doping, 0.0)
    if isinstance(c.equilibrium, MassAction):
        n, p = (float(part) for part in c.equilibrium.carriers(np.array(c.doping)))
    D = TO_BLOCKS @ c.Dm @ FROM_BLOCKS
    bands = (n, c.mobility_c, D[0, 0]), (p, c.mobility_v, D[4, 4])
    screened = sum(density * mobility / D for density, mobility, D in bands if D > 0)
    return float(np.sqrt(c.permittivity / (E_CHARGE * screened))) if screened else None
