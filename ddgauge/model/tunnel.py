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
from ddgauge.physics.tunnel import full_bias, full_facet, vector_facet
from ddgauge.units import E_CHARGE

UP = np.array([0.0, 0.0, 1.0])
SIDES = ("below", "above")


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
                J, twice = splitting / E_CHARGE, 2 * width / E_CHARGE
                raise InputError(f"splitting_{side} = {J:g} eV, must be <= 2 half_width_{side} = {twice:g} eV")
        return self

    def of(self, key, side):
        """The value of a key of one side, "below" or "above"."""
        return getattr(self, f"{key}_{side}")

    @property
    def polarised(self):
        """Whether a side is a magnet."""
        return any(self.magnetic(side) for side in SIDES)

    def magnetic(self, side):
        """Whether one side is a magnet, by the keys of the barrier."""
        bands = self.of("bands", side)
        return self.of("polarisation", side) is not None if bands is None else bands.magnetic

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
    full: full_bias.FullBias | None = None  # at any bias
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
        below, above : (N, n) arrays
            Fields of the model, V: mu^0 and mu, or the vector of it.

        Returns
        -------
        (N, 2, n) and (N, 2, n, 2, n) arrays
            A/m^2 and S/m^2.
        """
        E = self.embeddings
        u = np.einsum("rAa,nra->nrA", E, np.stack([below, above], axis=1))
        j, slope = full_facet.currents(self.full, self.G0, self.J, u)
        W, S = vector_facet.outward(self.J, self.injected), vector_facet.across(self.J, self.G_perp)
        out = np.einsum("rAC,nC->nrA", W, j) + np.einsum("rAqB,nqB->nrA", S, u)
        slope = np.einsum("rAC,nCqB->nrAqB", W, slope) + S
        return np.einsum("rAa,nrA->nra", E, out), np.einsum("rAa,nrAqB,qBb->nraqb", E, slope, E, optimize=True)

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
    if tunnel.full and bias_range and None not in T and min(T) > 0:
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
    return tunnel.magnetic(side) or (two_current and layer.polarisation != 0)
