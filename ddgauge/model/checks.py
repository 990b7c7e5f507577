"""Lengths that follow from a stack, and what they say of a mesh and of the laws that are used."""

import numpy as np

from ddgauge.model import anomalous_hall, band_checks, tunnel_checks, weyl
from ddgauge.model.tunnel import barriers
from ddgauge.physics.algebra import cross

WELL_BELOW = 0.1  # what a ratio that should be small may be


def lengths(stack, electrostatics=None):
    """Lengths over which spin decays or turns, m, by layer; a length that does not exist is absent.

    Parameters
    ----------
    stack : Stack
    electrostatics : str, optional
        That of the two-current model or of two bands; without it the lengths are those of the spin model.

    Returns
    -------
    dict
        name of layer -> dict with some of
            spin_diffusion: sqrt(D tau) of lattice relaxation, its shortest
            exchange_parallel, exchange_perpendicular: the same of relaxation by moments
            exchange_precession, larmor_precession: sqrt(D / omega)
            gauge: 1 / |q|, over which a carrier that moves turns its spin by one radian
            screening: of charge, where its own field is solved for
            axial: over which an imbalance of Weyl nodes decays
            spin_diffusion_c, recombination_c, precession_c, drift_c: of band c, and so for v: sqrt(D tau), sqrt(D T1),
                sqrt(D / omega), D / mobility E
            coherence: of the bands, |D_cv / (1/T2 + i omega_cv)|^(1/2)
            transitions: sqrt(D hbar / 2 |H_cv|)
            flight: of couplings without a mass, velocity tau
    """
    if stack.two_band is not None:
        return {name: band_checks.lengths(stack, name, electrostatics) for name in stack.names}
    if electrostatics is not None:
        return {layer.name: _channel_lengths(layer.two_current(), electrostatics) for layer in stack.layers}
    return {
        layer.name: _lengths(stack, layer) if layer.weyl is None else _weyl_lengths(stack, layer)
        for layer in stack.layers
    }


def _channel_lengths(c, electrostatics):
    found = {"spin_diffusion": c.spin_diffusion_length} if c.G_sf > 0 else {}
    return found | ({"screening": c.screening_length} if electrostatics == "poisson" else {})


def _weyl_lengths(stack, layer):
    """Of a field that varies, where it is strongest of the bottom, middle and top on the axis."""
    x = None
    if stack.field.varies:
        below = sum(each.thickness or 0.0 for each in stack.layers[: stack.names.index(layer.name)])
        x = np.zeros((3, 3))
        x[2] = below + np.linspace(0, layer.thickness or 0.0, 3)
    length = weyl.axial_length(stack.weyl(layer.name, x))
    return {"axial": length} if np.isfinite(length) else {}


def _lengths(stack, layer):
    c = stack.coefficients(layer.name)
    tau_parallel, tau_perpendicular, omega = layer.exchange_field(stack.direction, stack.B, stack.temperature)
    rates = {
        "spin_diffusion": np.linalg.eigvalsh(c.R_lattice).max(),
        "exchange_parallel": 1 / tau_parallel if tau_parallel else 0,
        "exchange_perpendicular": 1 / tau_perpendicular if tau_perpendicular else 0,
        "exchange_precession": np.linalg.norm(omega),
        "larmor_precession": np.linalg.norm(c.omega_larmor) if layer.diffuses else 0,
    }
    found = {name: float(np.sqrt(c.D / rate)) for name, rate in rates.items() if rate > 0}
    if (q := _wave_number(c.q, layer.thickness)) > 0:
        found["gauge"] = float(1 / q)
    return found


def _wave_number(q, thickness):
    """Largest |q| in a layer, 1/m; of a function, at its bottom, middle and top on the axis."""
    if callable(q):
        points = np.zeros((3, 3))
        points[2] = np.linspace(0, thickness or 0, 3)
        q = np.asarray(q(points))
    return np.linalg.norm(q, ord=2, axis=(-2, -1)).max()


def shortest(stack, electrostatics=None):
    """Shortest of the lengths, m, by layer; None where there is none."""
    return {name: min(found.values(), default=None) for name, found in lengths(stack, electrostatics).items()}


def mesh_ratios(stack, cell_size, electrostatics=None):
    """Size of cells over each length, as mesh Peclet numbers: those of what turns and what decays.

    Parameters
    ----------
    stack : Stack
    cell_size : dict
        name of layer -> size of its cells where they should resolve its lengths, m.
    electrostatics : str, optional
        As of lengths.

    Returns
    -------
    dict
        name of layer -> length -> ratio.
    """
    return {
        name: {key: cell_size[name] / length for key, length in found.items()}
        for name, found in lengths(stack, electrostatics).items()
    }


def mesh_warnings(stack, cell_size, electrostatics=None, limit=0.5):
    """Lines that say where cells are longer than `limit` times a length; arguments as of mesh_ratios."""
    found = lengths(stack, electrostatics)
    warnings = []
    for name, ratios in mesh_ratios(stack, cell_size, electrostatics).items():
        if ratios and max(ratios.values()) > limit:
            worst = max(ratios, key=ratios.get)
            length = found[name][worst]
            warnings.append(
                f"layer {name!r}: cells of {cell_size[name]:.3g} m are coarse for the length {worst} = {length:.3g} m;"
                f" use cells of {limit * length:.2g} m or less (mesh.cells, mesh.element_size)"
                + (", or [two_band] coherence = 'local'" if worst == "coherence" else "")
            )
        for band in "cv":
            if (peclet := ratios.get(f"drift_{band}", 0.0) / 2) > 1:
                warnings.append(
                    f"layer {name!r}: the cell Peclet number of band {band} is {peclet:.2g}, mobility field cell / 2"
                    " diffusion, must be <= 1; use smaller cells (mesh.cells, mesh.element_size)"
                )
    return warnings


def physics_warnings(stack):
    """Lines that say where a law is used beyond what it was derived for."""
    warnings = [*band_checks.warnings(stack), *tunnel_checks.warnings(stack)]
    for layer in stack.layers:
        if layer.two_band is not None:
            continue
        if layer.weyl is not None:
            if not stack.field.varies:  # what does is looked at on the mesh
                warnings += weyl.coefficients(layer, stack.B, stack.temperature)[1]
            continue
        if layer.anomalous_hall is not None:
            warnings += anomalous_hall.cautions(layer, stack.B, stack.electric_field)
        tau_parallel, tau_perpendicular, _ = layer.exchange_field(stack.direction, stack.B, stack.temperature)
        if layer.exchange_relaxation and tau_perpendicular > 2 * tau_parallel:
            warnings.append(
                f"layer {layer.name!r}: exchange_relaxation.perpendicular is over twice parallel, which no moments give"
            )
        if layer.exchange:
            ratio = _born_markov(layer.exchange, stack)
            if ratio > WELL_BELOW:
                warnings.append(
                    f"layer {layer.name!r}: n_m K_s / eps_L = {ratio:.2g} is not small,"
                    " as the times of exchange take it to be (Born, Markov)"
                )
    return warnings


def frequency_warnings(run):
    """Lines that say where the frequencies of a run are beyond the laws of its layers."""
    highest = 0.0 if run.frequency is None else float(np.abs(run.frequency.frequencies).max())
    with_bands = [layer for layer in run.stack.layers if layer.anomalous_hall is not None]
    return [line for layer in with_bands for line in anomalous_hall.frequency_cautions(layer, highest)]


def texture_warnings(stack):
    """Lines that say where frames of a magnetisation are too coarse for its derivatives; reads all of them."""
    return stack.texture.texture.warnings() if stack.texture is not None and stack.texture.kind == "file" else []


def _born_markov(moments, stack):
    from ddgauge.physics import exchange  # here, because scipy.optimize takes long to import

    B = max(float(stack.B @ stack.direction), 0.0)
    eps_L = exchange.splitting(moments.spin, stack.temperature, B, moments.weiss, moments.g)
    return exchange.born_markov(moments.moment_density, moments.coupling, eps_L)


def spin_problems(stack):
    """What to say of a stack in which some spin never decays, so that no steady state is unique; nothing otherwise.

    A spin potential constant in all layers would persist if nothing relaxes, turns or absorbs it.
    """
    if not stack.spinful or any(item.absorbs for item in (*stack.boundary.values(), *stack.interface.values())):
        return []
    loss = np.zeros((3, 3))
    for layer in stack.layers:
        c = stack.coefficients(layer.name)
        if callable(c.q):
            return []
        turning = cross(c.omega_exchange + (c.omega_larmor if layer.diffuses else 0))
        for matrix in (c.R_lattice, c.R_exchange, turning.T @ turning, cross(c.q).transpose(0, 2, 1) @ cross(c.q)):
            scale = np.abs(matrix).max()
            loss += (matrix / scale if scale else matrix).reshape(-1, 3, 3).sum(axis=0)
    for barrier in barriers(stack, two_current=False).values():
        loss += barrier.law[:, 1:, :, 1:].sum(axis=(0, 2)) / max(barrier.G0, 1e-300)
    values, vectors = np.linalg.eigh(loss)
    if values[0] > 1e-12:
        return []
    axis = "" if values[-1] <= 1e-12 else f" along ({', '.join(f'{x:.3g}' for x in vectors[:, 0] + 0.0)})"
    return [
        f": spin{axis} never decays, so that there is no one steady state; give a layer spin_diffusion_length or"
        " relaxation_time, or a boundary kind = 'sink' or 'sheet'"
    ]
