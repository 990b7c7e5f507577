"""What does not fit together at tunnel barriers, and where their laws are used beyond what they are derived for."""

import numpy as np

from ddgauge.model import tunnel_bands
from ddgauge.model.tunnel import SIDES, barriers
from ddgauge.units import E_CHARGE, K_B

ALONG = 1e-9  # of 1 - |cos|, that is rounding
FAR = 10  # temperatures that band edges are to be away


def problems(stack, two_current):
    """What does not fit together at the barriers of a stack, a line each."""
    for pair, each in barriers(stack, two_current).items():
        where = f"interface {'|'.join(pair)!r}: tunnel"
        tunnel = stack.interface["|".join(pair)].tunnel
        for name, side in zip(pair, SIDES):
            layer, P, bands = stack[name], tunnel.of("polarisation", side), tunnel.of("bands", side)
            if bands is not None:
                if tunnel.polarisation(side) is None:
                    mu = bands.chemical_potential
                    yield f"{where}: bands_{side} have no states at chemical_potential = {mu:g} eV, the Fermi level"
                    return
                P = tunnel.polarisation(side)
            if two_current and layer.polarisation and P is None:
                yield (
                    f"{where} needs polarisation_{side}, of the density of states of {name!r} at the Fermi level,"
                    " which that of its conductivity is not"
                )
            if not two_current and tunnel.magnetic(side) and layer.spin_axis is None:
                key = "polarisation" if bands is None else "bands"
                yield f"{where}: {key}_{side} needs spin_axis of layer {name!r}, along its majority spin"
            if tunnel.of("transverse", side) and not tunnel.magnetic(side):
                key = f"polarisation_{side}" if bands is None else f"bands_{side} with a splitting"
                yield f"{where}: transverse_{side} needs {key}: {name!r} is no magnet"
            if tunnel.of("splitting", side) and P is None:
                yield f"{where}: splitting_{side} needs polarisation_{side}, which may be 0: {name!r} is no magnet"
            if name in stack.textured:
                yield f"{where}: {name!r} has a texture, beside a barrier its spins must have one axis"
        if tunnel.flat and each.T is None:
            yield f"{where}: bands need temperature (K) at the top of the file, or temperature_below and _above"
        if two_current:
            yield from _one_axis(where, pair, each, tunnel)
        yield from _any_bias(where, each, tunnel, stack)


def _one_axis(where, pair, each, tunnel):
    for key in ("transverse_below", "transverse_above"):
        if getattr(tunnel, key):
            yield f"{where}: {key} is for experiment = 'transport': with two currents no spin is across the axis"
    if tunnel.transverse == "injected":
        yield (
            f"{where}: transverse = 'injected' is for experiment = 'transport': with two currents no spin is across"
            " the axis of a layer"
        )
    metals = [name for name, J in zip(pair, each.J) if J is None]
    if metals and 1 - abs(each.axis[0] @ each.axis[1]) > ALONG:
        yield (
            f"{where}: layer {metals[0]!r} is no magnet, in two currents its spin_axis must be that of"
            f" {(set(pair) - set(metals[:1])).pop()!r}; spin in any direction is for experiment = 'transport'"
        )


def _any_bias(where, each, tunnel, stack):
    """What tables over the bias need."""
    if not tunnel.full:
        if tunnel.bias_range is not None:
            yield f"{where}: bias_range needs bands_below or bands_above"
        return
    bias_range = tunnel_bands.range_of(tunnel, stack.boundary.values())
    if bias_range is None:
        yield f"{where}: bands need bias_range (V), as no contacts with voltages say how large the bias is"
    if each.T is None or not min(each.T) > 0:
        yield f"{where}: bands need temperature > 0 K at the top of the file, or temperature_below and _above"
    elif bias_range and min(each.T) < (least := bias_range * E_CHARGE / (tunnel_bands.MOST * K_B)):
        yield (f"{where}: temperature = {min(each.T):g} K, must be >= {least:.3g} K for tables over {bias_range:g} V")


def run_problems(run):
    """What does not go with a barrier whose currents are not linear in the bias."""
    full = [key for key, interface in run.stack.interface.items() if interface.tunnel and interface.tunnel.full]
    others = {
        "[time]": run.time, "[frequency]": run.frequency, "[fit]": run.fit,
        "electrostatics = 'poisson'": run.electrostatics == "poisson",
        "solver.reduced_basis": run.solver.reduced_basis,
        "anomalous_hall.gate": run.stack.follows,
    }  # fmt: skip
    for what in [what for what, value in others.items() if value] if full else []:
        yield f"interface {full[0]!r}: tunnel: bands over the bias do not go with {what}"


def axis_problems(stack, pairs):
    """What to say where layers that touch without a barrier have different axes, in the two-current model."""
    for name in stack.textured:
        if name in stack.names and stack[name].spin_axis is not None:
            yield f"layer {name!r}: spin_axis does not go with texture, along which the spins of the layer are"
    for below, above in pairs:
        interface = stack.interface.get(f"{below}|{above}")
        if interface is not None and interface.tunnel is not None:
            continue
        if np.abs(stack[below].axis - stack[above].axis).max() > ALONG:
            yield (
                f"layer {above!r}: spin_axis must be that of {below!r}, from which no tunnel barrier parts it;"
                " of an opposite magnet reversed = true"
            )


def warnings(stack):
    """Lines that say where bands are too near to their edges for the closed forms, or what enters may heat up."""
    for pair, each in barriers(stack, two_current=False).items():
        where = f"interface {'|'.join(pair)!r}: tunnel"
        if each.injected:
            yield (
                f"{where}: transverse = 'injected' takes no spin back from the layers, so that dissipation may be"
                " negative; a torque at the barrier is the default"
            )
        if each.splitting:
            heat = K_B * np.array(each.T)
            J, D, kT = (np.asarray(values) / E_CHARGE for values in (each.splitting, each.half_width, heat))
            for name, of, warm, T in zip(pair, J, kT, each.T):
                if 0 < of < warm:
                    yield f"{where}: the splitting of {name!r}, {of:.3g} eV, is below k_B T = {warm:.3g} eV at {T:g} K"
            W = min(D - J / 2)
            if max(FAR * max(kT), *J) > W:
                yield (
                    f"{where}: band edges are {W:.3g} eV from the Fermi level, exchange torques and quadrupole currents"
                    f" want more than {FAR} k_B T = {FAR * max(kT):.3g} eV and the splittings"
                )
