"""Bands of a layer beside a tunnel barrier, where densities of states vary over the bias: electrodes in eV."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer, PlainValidator

from ddgauge.model.errors import InputError, show
from ddgauge.physics.tunnel.full_bias import FullBias
from ddgauge.physics.tunnel.shifted import Shifted
from ddgauge.units import E_CHARGE, K_B

STANDS = {"chemical_potential": 0.0, "temperature": 0.0}  # the temperature is that of the barrier's side
MOST = 2000.0  # bias over temperature
MARGIN = 1.1  # of the bias between contacts


def _read(value):
    from ddgauge.model import electrodes, tunnel_run  # here, for they know of stacks

    if isinstance(value, electrodes.Electrode):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(f" = {show(value)}, must be a table such as {{kind = 'flat', half_width = '5 eV', ...}}")
    for key in ("temperature", "spin", "magnetisation"):
        if key in value:
            raise InputError(f"{key} does not belong to bands: the layer has its spin_axis, the barrier temperatures")
    kind = value.get("kind")
    if kind not in list(electrodes.KINDS):
        raise ValueError(f".kind = {show(kind)}; kinds: {', '.join(electrodes.KINDS)}")
    try:
        table = STANDS | tunnel_run.in_table(value, E_CHARGE)
        return electrodes.KINDS[kind](**table, spin=(0.0, 0.0, 1.0))
    except InputError as error:
        unit = electrodes.ENERGY
        problems = [re.sub(rf"(?<=[ (]){unit}(?=[,)]|$)", "eV", problem) for problem in error.problems]
        raise InputError(*problems) from None


def _written(value):
    kept = value.model_dump(mode="json", exclude_none=True)
    return {key: item for key, item in kept.items() if key not in ("temperature", "spin")}


Bands = Annotated[Any, PlainValidator(_read), PlainSerializer(_written)]


def density(bands, P):
    """Densities of states of up and down at energies from the Fermi level, eV, and where they are not smooth.

    Parameters
    ----------
    bands : model.electrodes.Electrode or None
    P : float
        Polarisation of constant densities of states, where there are no bands.
    """
    if bands is None:
        return lambda w: np.multiply.outer([1 + P, 1 - P], np.ones_like(w)), np.empty(0)
    electrode, mu = bands.electrode, bands.chemical_potential
    edges = np.concatenate([electrode.edges(0), electrode.edges(1)]) - mu
    return lambda w: electrode.nu(np.asarray(w) + mu), edges


def polarisation(bands):
    """P at the Fermi level; None where there are no states."""
    up, dn = density(bands, 0.0)[0](np.zeros(1))[:, 0]
    return None if up + dn <= 0 else float((up - dn) / (up + dn))


def beside(bands, V, T, rigid):
    """The physics.tunnel Electrode of bands beside a barrier.

    Parameters
    ----------
    bands : model.electrodes.Electrode
    V : (2,) array
        Potentials of up and down, V.
    T : float
        K.
    rigid : bool
        Whether bands stay at rest, or follow the mean of the potentials.
    """
    rest = 0.0 if rigid else -float(np.mean(V))
    mu = tuple(bands.chemical_potential - rest - np.asarray(V, float))
    made = replace(bands.electrode, mu=mu, T=K_B * T / E_CHARGE)
    return Shifted(made, rest - bands.chemical_potential)


def full_bias(tunnel, P, T, bias_range):
    """The FullBias of a barrier, made once for each range and temperatures (K)."""
    key = (P, T, bias_range)
    if key not in tunnel.kept:
        nu, edges = zip(*(density(bands, p) for bands, p in zip((tunnel.bands_below, tunnel.bands_above), P)))
        energies = tuple(K_B * each / E_CHARGE for each in T)
        tunnel.kept[key] = FullBias(nu, edges, energies, bias_range, tunnel.alignment == "rigid")
    return tunnel.kept[key]


def range_of(tunnel, boundaries):
    """V: bias_range, or what the voltages of contacts say; None where they say nothing."""
    if tunnel.bias_range is not None:
        return tunnel.bias_range
    held = [V for boundary in boundaries if (V := getattr(boundary, "voltage", None)) is not None]
    widest = (np.abs(held).max(initial=0) if tunnel.alignment == "rigid" else np.ptp(held)) if held else 0.0
    return MARGIN * float(widest) or None
