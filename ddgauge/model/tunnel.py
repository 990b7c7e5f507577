"""Tunnel barriers between layers: the keys of [interface."below|above".tunnel], and the axes of the layers beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer, PlainValidator, PrivateAttr, model_validator

from ddgauge.model import tunnel_bands
from ddgauge.model.errors import Checked, InputError
from ddgauge.model.fields import Angle
from ddgauge.model.quantities import Choice, Number, Quantity, nonzero
from ddgauge.model.tunnel_bands import Bands
from ddgauge.physics.medium import Junction
from ddgauge.physics.tunnel import full_bias, vector_facet
from ddgauge.units import E_CHARGE, K_B

UP = np.array([0.0, 0.0, 1.0])
SIDES = ("below", "above")
ALONG = 1e-9  # of 1 - |cos|, that is rounding
FAR = 10  # temperatures that band edges are to be away


def _axis(value):
    if isinstance(value, Angle):
        return value
    return Angle(**value) if isinstance(value, Mapping) else nonzero(value, Number(""))


def _written(value):
    return value.model_dump(mode="json", exclude_none=True) if isinstance(value, Angle) else value


SpinAxis = Annotated[Any, PlainValidator(_axis), PlainSerializer(_written), Number("")]


def unit_vector(spin_axis):
    """(3,) of the key spin_axis; z where it is not given."""
    if spin_axis is None:
        return UP
    return spin_axis.components if isinstance(spin_axis, Angle) else np.array(spin_axis) / np.linalg.norm(spin_axis)


class Tunnel(Checked):
    """A barrier that electrons tunnel through, keeping their spin, to the lowest order  [HDW]."""

    conductance: Quantity("S/m^2", ">= 0")  # G0, where the axes are at right angles
    polarisation_below: Quantity("", "from -1 to 1") | None = None  # of the density of states at the Fermi level
    polarisation_above: Quantity("", "from -1 to 1") | None = None
    transverse: Choice("torque", "injected", plural="choices") = "torque"  # where spin across a magnet's axis goes
    transverse_below: Quantity("S/m^2", ">= 0") = 0.0  # through which magnets take such spin, on mu_s
    transverse_above: Quantity("S/m^2", ">= 0") = 0.0
    splitting_below: Quantity("J", ">= 0") | None = None  # Stoner splitting of flat bands
    splitting_above: Quantity("J", ">= 0") | None = None
    half_width_below: Quantity("J", "> 0") | None = None  # of these bands
    half_width_above: Quantity("J", "> 0") | None = None
    alignment: Choice("following", "rigid", plural="choices") = "following"  # bands: the mean potential beside, or none
    bands_below: Bands | None = None  # densities of states that vary over the bias
    bands_above: Bands | None = None
    bias_range: Quantity("V", "> 0") | None = None  # of their tables; else what the voltages of contacts say
    temperature_below: Quantity("K", ">= 0") | None = None  # else that of the stack
    temperature_above: Quantity("K", ">= 0") | None = None

    _kept: dict = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _bands(self):
        if not self.flat:
            return self
        for side in SIDES:
            splitting, width = self.of("splitting", side) or 0.0, self.of("half_width", side)
            if width is None:
                raise InputError(f": flat bands need half_width_{side} (J) beside splittings and the other half width")
            if splitting > 2 * width:
                raise InputError(
                    f"splitting_{side} = {splitting:g} J, must be <= 2 half_width_{side} = {2 * width:g} J"
                )
        return self

    def of(self, key, side):
        """The value of a key of one side, "below" or "above"."""
        return getattr(self, f"{key}_{side}")

    @property
    def polarised(self):
        """Whether a side is a magnet."""
        return any(self.polarisation(side) is not None for side in SIDES)

    @property
    def kept(self):
        """What was made of these keys, to be made once."""
        return self._kept

    @property
    def full(self):
        """Whether densities of states vary over the bias, so that currents are not linear in it."""
        return self.bands_below is not None or self.bands_above is not None

    def polarisation(self, side):
        """P at the Fermi level of one side; None of a metal."""
        bands = self.of("bands", side)
        return self.of("polarisation", side) if bands is None else tunnel_bands.polarisation(bands)

    @property
    def flat(self):
        """Whether bands are known: then torques of exchange and quadrupole currents are."""
        keys = [f"{key}_{side}" for key in ("splitting", "half_width") for side in SIDES]
        return any(getattr(self, key) is not None for key in keys)


@dataclass(frozen=True)
class Barrier:
    """A barrier in the symbols of its law; pairs are (below, above), which are L and R."""

    G0: float  # S/m^2
    P: tuple
    J: tuple  # (3,) unit vector along the majority spin, or None of a metal
    axis: tuple | None  # of the spin potentials of the two-current model; None of the spin model
    G_perp: tuple  # S/m^2
    injected: bool
    T: tuple | None  # K
    splitting: tuple | None  # J; None where bands are not known
    half_width: tuple | None  # J
    rigid: bool
    full: full_bias.FullBias | None = None  # at any bias, of two currents
    bands: tuple = (None, None)  # model electrodes, eV

    @property
    def law(self):
        """(2, 4, 2, 4) currents out of both sides of (u0, u) per (u0, u)."""
        return vector_facet.law(self.G0, self.P, self.J, self.G_perp, self.injected)

    @property
    def through(self):
        """(4, 2, 4) currents from below to above per (u0, u)."""
        return vector_facet.through(self.G0, self.P, self.J)

    @property
    def embeddings(self):
        """(2, 4, n): (u0, u) of the fields of the model on each side."""
        axes = self.axis
        return np.array([np.eye(4) if axes is None else vector_facet.embedding(axes[r]) for r in (0, 1)])

    @property
    def junction(self):
        """The physics.medium.Junction in the fields of the model."""
        E = self.embeddings
        return Junction(np.einsum("rAa,rAqB,qBb->raqb", E, self.law, E))

    def flux(self, below, above, points=None):
        """Currents out of both sides at any bias and their derivatives, as fem.nonlinear wants them.

        Parameters
        ----------
        below, above : (N, 2) arrays
            mu^0 and mu, V.

        Returns
        -------
        (N, 2, 2) and (N, 2, 2, 2, 2) arrays
            A/m^2 and S/m^2.
        """
        mu = np.stack([below, above], axis=1)
        up = np.ones((2, 2))
        up[:, 1] = [axis @ e for axis, e in zip(self.axes, self.axis)]
        c = float(self.axes[0] @ self.axes[1])
        out, slope = full_bias.currents(self.full, self.G0, c, mu[:, :, 0], mu[:, :, 1] * up[:, 1])
        return up * out, np.einsum("rA,nrAqB,qB->nrAqB", up, slope, up)

    @property
    def axes(self):
        """Unit vectors along the majority spins; of a metal in two currents along its spin axis."""
        return [e if J is None else J for J, e in zip(self.J, self.axis)]

    @property
    def c(self):
        """Cosine of the angle between the axes; 0 beside a metal."""
        return 0.0 if self.J[0] is None or self.J[1] is None else float(self.J[0] @ self.J[1])


def barrier(stack, below, above, two_current):
    """The Barrier between two layers, or None where there is no tunnel table."""
    interface = stack.interface.get(f"{below}|{above}")
    if interface is None or interface.tunnel is None:
        return None
    tunnel, layers = interface.tunnel, [stack[below], stack[above]]
    J = [layer.majority if _magnetic(layer, tunnel, side, two_current) else None for layer, side in zip(layers, SIDES)]
    P = tuple(tunnel.polarisation(side) or 0.0 for side in SIDES)
    T = [stack.temperature if (T := tunnel.of("temperature", side)) is None else T for side in SIDES]
    full, bias_range = None, tunnel_bands.range_of(tunnel, stack.boundary.values())
    if two_current and tunnel.full and bias_range and None not in T and min(T) > 0:
        full = tunnel_bands.full_bias(tunnel, P, tuple(T), bias_range)
    return Barrier(
        G0=tunnel.conductance,
        P=P,
        J=tuple(J),
        axis=tuple(layer.axis for layer in layers) if two_current else None,
        G_perp=(tunnel.transverse_below, tunnel.transverse_above),
        injected=tunnel.transverse == "injected",
        T=None if None in T else tuple(T),
        splitting=tuple(tunnel.of("splitting", side) or 0.0 for side in SIDES) if tunnel.flat else None,
        half_width=tuple(tunnel.of("half_width", side) for side in SIDES) if tunnel.flat else None,
        rigid=tunnel.alignment == "rigid",
        full=full,
        bands=(tunnel.bands_below, tunnel.bands_above),
    )


def barriers(stack, two_current):
    """{(below, above): Barrier} of a stack."""
    pairs = [tuple(key.split("|")) for key in stack.interface]
    found = {pair: barrier(stack, *pair, two_current) for pair in pairs}
    return {pair: each for pair, each in found.items() if each is not None}


def _magnetic(layer, tunnel, side, two_current):
    """Whether a layer is a magnet at a barrier."""
    P, bands = tunnel.of("polarisation", side), tunnel.of("bands", side)
    return P is not None or bool(bands and bands.magnetic) or (two_current and layer.polarisation != 0)


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
                if not two_current:
                    yield f"{where}: bands_{side} are for experiment = 'two-current'"
                P = tunnel.polarisation(side)
            if two_current and layer.polarisation and P is None:
                yield (
                    f"{where} needs polarisation_{side}, of the density of states of {name!r} at the Fermi level,"
                    " which that of its conductivity is not"
                )
            if not two_current and P is not None and layer.spin_axis is None:
                yield f"{where}: polarisation_{side} needs spin_axis of layer {name!r}, along its majority spin"
            if tunnel.of("transverse", side) and P is None:
                yield f"{where}: transverse_{side} needs polarisation_{side}: {name!r} is no magnet"
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
        for key in ("bias_range",):
            if getattr(tunnel, key) is not None:
                yield f"{where}: {key} needs bands_below or bands_above"
        return
    bias_range = tunnel_bands.range_of(tunnel, stack.boundary.values())
    if bias_range is None:
        yield f"{where}: bands need bias_range (V), as no contacts with voltages say how large the bias is"
    if each.T is None or not min(each.T) > 0:
        yield f"{where}: bands need temperature > 0 K at the top of the file, or temperature_below and _above"
    elif bias_range and bias_range * E_CHARGE > (most := tunnel_bands.MOST * K_B * min(each.T)):
        yield (
            f"{where}: temperature = {min(each.T):g} K, must be >= {bias_range / most * E_CHARGE * min(each.T):.3g} K"
            f" for tables over {bias_range:g} V"
        )


def run_problems(run):
    """What does not go with a barrier whose currents are not linear in the bias."""
    full = [key for key, interface in run.stack.interface.items() if interface.tunnel and interface.tunnel.full]
    others = {
        "[time]": run.time, "[frequency]": run.frequency, "[fit]": run.fit,
        "electrostatics = 'poisson'": run.electrostatics == "poisson",
        "solver.reduced_basis": run.solver.reduced_basis,
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
            W = min(each.half_width) - max(each.splitting) / 2
            if max(FAR * K_B * max(each.T), *each.splitting) > W:
                yield (
                    f"{where}: band edges are {W:.3g} J from the Fermi level, exchange torques and quadrupole currents"
                    f" want more than {FAR} k_B T = {FAR * K_B * max(each.T):.3g} J and the splittings"
                )
