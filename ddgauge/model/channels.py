"""Majority and minority spin, up and down: values that each has of its own, and a layer in the two-current model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import PlainSerializer, PlainValidator

from ddgauge.model.errors import InputError, instead_of, show
from ddgauge.model.quantities import Number, vector
from ddgauge.physics import two_current
from ddgauge.units import E_CHARGE, EPSILON_0

DETAILED_BALANCE = 1e-6  # relative difference of nu_up/tau_up and nu_down/tau_down that is rounding


class Spins(NamedTuple):
    """A value of each spin."""

    up: float
    down: float


def _spins(value, number):
    table = value._asdict() if isinstance(value, Spins) else value
    for key in table:
        if key not in Spins._fields:
            raise ValueError(f": unknown key {instead_of(key, Spins._fields, 'keys')}")
    for key in Spins._fields:
        if key not in table:
            raise ValueError(f": needs {key} ({number.unit})")
    return Spins(*(_within(key, number, table[key]) for key in Spins._fields))


def _within(key, number, value):
    try:
        return number(value)
    except ValueError as error:
        raise ValueError(f".{key}{error}") from None


def PerSpin(unit, sign="", also=(), alone=True):
    """A number in an SI unit, if it may stand `alone`, or {up = ..., down = ...} with one of each spin."""
    number = Number(unit, sign, also)

    def read(value):
        if isinstance(value, Mapping | Spins):
            return _spins(value, number)
        if not alone:
            raise ValueError(f" = {show(value)}, must be a table {{up = ..., down = ...}} in {unit}")
        return number(value)

    def written(value):
        return value._asdict() if isinstance(value, Spins) else value

    return Annotated[Any, PlainValidator(read), PlainSerializer(written), number]


@dataclass(frozen=True)
class Axial(Number):
    """How to read a number about z, or the three components of an axial vector."""

    def __call__(self, value):
        if isinstance(value, list | tuple | np.ndarray):
            return vector(value, Number(self.unit))
        return super().__call__(value)


def _hall(value):
    if not isinstance(value, Mapping | Spins):
        raise ValueError(f" = {show(value)}, must be a table {{up = ..., down = ...}} in S/m")
    return _spins(value, Axial("S/m"))


HallOfSpins = Annotated[
    Any, PlainValidator(_hall), PlainSerializer(lambda value: value and value._asdict()), Number("S/m")
]


def total_and_polarisation(given):
    """The keys of a layer, its conductivity {up, down} turned into one number and its polarisation."""
    value = given.get("conductivity")
    if not isinstance(value, Mapping | Spins):
        return given
    if given.get("polarisation") is not None:
        raise InputError(": give either conductivity with up and down or polarisation, not both")
    try:
        up, down = _spins(value, Number("S/m", "> 0"))
    except ValueError as error:
        raise InputError(f"conductivity{error}") from None
    return given | {"conductivity": up + down, "polarisation": (up - down) / (up + down)}


@dataclass(frozen=True)
class TwoCurrentCoefficients:
    """A layer in the symbols of the two-current model, up first  [SK11 (53), (102), (109)]."""

    sigma: np.ndarray  # (2,), S/m
    nu: np.ndarray | None  # (2,), 1/(J m^3)
    G_sf: float  # A/(V m^3)
    permittivity: float  # F/m
    beta: float  # nonadiabaticity
    sigma_H: np.ndarray = field(default_factory=lambda: np.zeros((2, 3)))  # (2, 3), sigma_yz, sigma_zx, sigma_xy, S/m

    @property
    def spin_diffusion_length(self):
        """m; infinite without spin flips."""
        return two_current.spin_diffusion_length(self.sigma, self.G_sf)

    @property
    def screening_length(self):
        """Length over which charge is screened, m  [SK11 (111)]: eps / ell^2 = e^2 (nu_up + nu_down)."""
        return float(np.sqrt(self.permittivity / (E_CHARGE**2 * self.nu.sum())))


def conductivities(layer):
    """(2,) of majority and minority, S/m."""
    return layer.conductivity / 2 * np.array([1 + layer.polarisation, 1 - layer.polarisation])


def densities_of_states(layer):
    """(2,) of majority and minority, 1/(J m^3); None where they are not known."""
    if layer.density_of_states is not None:
        return np.broadcast_to(layer.density_of_states, 2).astype(float)
    return None if layer.diffusion is None else conductivities(layer) / (E_CHARGE**2 * layer.diffusion)


def spin_flip_time(layer):
    """Time with which a uniform spin accumulation decays, s; None where none is given."""
    time = layer.spin_flip_time
    if isinstance(time, Spins):
        return 1 / (1 / time.up + 1 / time.down)
    return time if time is not None else layer.relaxation_time


def require_detailed_balance(layer):
    """InputError unless as many spins flip from up to down as back  [SK11 (110)]."""
    if not isinstance(layer.spin_flip_time, Spins):
        return
    up, down = layer.spin_flip_time
    nu_up, nu_down = densities_of_states(layer)
    wanted = up * nu_down / nu_up
    if not abs(down - wanted) <= DETAILED_BALANCE * wanted:
        raise InputError(
            f"spin_flip_time.down = {down:g} s, must be {wanted:.7g} s beside up = {up:g} s:"
            " nu_up / tau_up = nu_down / tau_down in equilibrium"
        )


def two_current_coefficients(layer):
    """The TwoCurrentCoefficients of a layer."""
    sigma, nu, time = conductivities(layer), densities_of_states(layer), spin_flip_time(layer)
    if layer.spin_diffusion_length is not None:
        G_sf = two_current.G_of_length(sigma, layer.spin_diffusion_length)
    else:
        G_sf = 0.0 if time is None else two_current.G_of_time(nu, time)
    sigma_H = hall_conductivities(layer)
    if layer.reversed:  # majority spins are down, and their Hall effect is against that of the same spins up
        sigma, nu, sigma_H = sigma[::-1], None if nu is None else nu[::-1], -sigma_H[::-1]
    return TwoCurrentCoefficients(sigma, nu, G_sf, layer.permittivity * EPSILON_0, layer.nonadiabaticity, sigma_H)


def hall_conductivities(layer):
    """(2, 3) of majority and minority: sigma_yz, sigma_zx, sigma_xy, S/m."""
    given = layer.hall_conductivity or Spins(0.0, 0.0)
    return np.array([value if isinstance(value, tuple) else (0.0, 0.0, value) for value in given])
