"""A layer: what a user says of it, and the coefficients of its equations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer, PlainValidator, model_validator

from ddgauge.model import channels
from ddgauge.model.anomalous_hall import AnomalousHall
from ddgauge.model.channels import HallOfSpins, PerSpin
from ddgauge.model.couplings import ZERO, Exchange, ExchangeRelaxation, SpinOrbit, exchange_rates
from ddgauge.model.errors import Checked, InputError, from_library, rivals
from ddgauge.model.quantities import (
    Matrix,
    Name,
    Number,
    Quantity,
    ScalarOr,
    Switch,
    Text,
    Vector,
    dissipative,
    matrix,
    vector,
)
from ddgauge.model.tunnel import SpinAxis, unit_vector
from ddgauge.model.two_band import TwoBand
from ddgauge.model.weyl import WeylNodes
from ddgauge.physics import closure, relaxation
from ddgauge.physics.bands.hall_medium import hall_vector
from ddgauge.units import E_CHARGE, HBAR, MU_B

TIMED = ("relaxation_time", "spin_flip_time", "relaxation_rate", "exchange_relaxation", "precession", "exchange")
ANY_DIFFUSION = 1.0  # m^2/s; lengths and conductances without rates do not depend on it


@dataclass(frozen=True)
class LayerCoefficients:
    """A layer in the symbols of its equations  [Z23 (26), (27), (32)]."""

    sigma: float  # S/m
    D: float  # m^2/s
    R_lattice: np.ndarray  # (3, 3), 1/s: spin lost to the lattice
    R_exchange: np.ndarray  # (3, 3), 1/s: spin lost to the moments
    omega_exchange: np.ndarray  # (3,), rad/s: precession about the moments, ds/dt = omega x s
    omega_larmor: np.ndarray  # (3,), rad/s: precession about B
    q: np.ndarray | Callable  # (3, 3), 1/m, or a function of points (3, N) in m that gives (N, 3, 3)
    theta0: np.ndarray  # (3,), ordinary Hall vector
    thetaC: np.ndarray  # (3, 3), spin Hall vectors [a, k]
    thetaL: np.ndarray  # (3,), Hanle vector
    kappa: np.ndarray  # (3,), drift polarisation
    hall: Callable | None = None  # sigma_H (N, 3), S/m, where that varies, of points (3, N), m, and mu^0 (N,), V
    follows: bool = False  # whether sigma_H depends on mu^0


def _gauge(value):
    return value if callable(value) else matrix(value, Number("1/m"))


Gauge = Annotated[
    Any, PlainValidator(_gauge), PlainSerializer(lambda q: f"function {q.__name__}" if callable(q) else q)
]


class Layer(Checked):
    """A film, uniform in its plane: the keys of [[layer]], numbers in SI or text with a unit."""

    name: Name  # also the name of its cells in a mesh
    material: Text | None = None  # of the library; it gives what is not given here
    thickness: Quantity("m", "> 0") | None = None  # a layer of an imported mesh has its thickness there
    conductivity: Quantity("S/m", "> 0") | None = None  # sigma, or {up, down}, read as its sum and polarisation
    polarisation: Quantity("", "between -1 and 1") = 0.0  # P = (sigma_up - sigma_down) / sigma
    reversed: Switch = False  # whether the majority spins point down
    spin_axis: SpinAxis | None = None  # which way up is, for a layer beside a tunnel barrier; z without it
    diffusion: Quantity("m^2/s", "> 0") | None = None  # D; a spin diffusion length alone does without
    density_of_states: PerSpin("1/(J m^3)", "> 0") | None = None  # of each spin, nu_s = sigma_s / (e^2 D)
    relaxation_time: ScalarOr("s", vector, "> 0") | None = None  # to the lattice: isotropic, or of spin x, y, z
    spin_flip_time: PerSpin("s", "> 0") | None = None  # tau_sf, or {up, down}: 1/tau_sf = 1/tau_up + 1/tau_down
    spin_diffusion_length: Quantity("m", "> 0") | None = None  # sqrt(D relaxation_time)
    relaxation_rate: Matrix("1/s", read=dissipative) | None = None  # R_ab
    exchange_relaxation: ExchangeRelaxation | None = None
    precession: ScalarOr("rad/s", vector) | None = (
        None  # in the exchange field: a vector, or a number about the magnetisation
    )
    exchange: Exchange | None = None  # both of them from the moments
    spin_orbit: SpinOrbit | None = None
    gauge: Gauge | None = (
        None  # q[i][b], flow i, spin axis b; in Python also a function of points (3, N) in m -> (N, 3, 3)
    )
    hall: Vector("") | None = None  # theta0 = sigma R_H B, against B for electrons
    mobility: Quantity("m^2/V/s", "!= 0") | None = (
        None  # theta0 = -mobility B: positive for electrons, negative for holes
    )
    hall_conductivity: HallOfSpins | None = None  # of each spin or valley, {up, down}: sigma_xy, or vectors
    anomalous_hall: AnomalousHall | None = None  # Hall conductivity without a field
    spin_hall: ScalarOr("", matrix) = 0.0  # theta_SH: j_i^a = theta_SH eps_iaj j_j; or thetaC[a][k], -theta_SH delta_ak
    larmor: Vector("") | None = None  # thetaL
    momentum_time: Quantity("s", "> 0") | None = None  # thetaL = momentum_time g_factor mu_B B / hbar
    g_factor: Quantity("") = 2.0  # of the carriers, which precess about B
    drift_polarisation: Vector("") = ZERO  # kappa: spin a feels kappa_a E
    nonadiabaticity: Quantity("") = 0.0  # beta of the spin motive force
    permittivity: Quantity("", "> 0") = 1.0  # relative
    weyl: WeylNodes | None = None  # nodes of opposite chirality, between which E.B moves electrons
    two_band: TwoBand | None = None  # spin in a conduction and a valence band

    @classmethod
    def where(cls, given):
        return f"layer {given['name']!r}" if given.get("name") else "layer"

    @classmethod
    def prepare(cls, given):
        if given.get("anomalous_hall") is not None and given.get("conductivity") == 0:
            raise InputError(
                "conductivity = 0 S/m, must be > 0: give a quantum Hall plane a small one, such as 1e-3 of its sigma_xy"
            )
        given = channels.total_and_polarisation(given)
        if not isinstance(given.get("material"), str):
            return given
        from ddgauge.model import materials

        return from_library(materials.layer_keys, given)

    @model_validator(mode="after")
    def _times_and_lengths(self):
        if self.conductivity is None and self.two_band is None:
            raise InputError(": needs conductivity (S/m); or the table two_band, of experiment = 'two-band'")
        if timed := [key for key in TIMED if getattr(self, key) is not None]:
            self.require_diffusion(timed[0])
        channels.require_detailed_balance(self)
        return self

    def require_diffusion(self, cause):
        """InputError unless D is known, which turns times into lengths."""
        if not self.diffuses:
            raise InputError(f": {cause} needs diffusion (m^2/s), which turns times into lengths")

    @property
    def diffuses(self):
        """Whether D is known, itself or by the density of states."""
        return self.diffusion is not None or self.density_of_states is not None

    @property
    def axis(self):
        """(3,) unit vector along spin up of the two-current model."""
        return unit_vector(self.spin_axis)

    @property
    def majority(self):
        """(3,) unit vector along the majority spin."""
        return -self.axis if self.reversed else self.axis

    @property
    def varies(self):
        """Whether its coefficients vary in space."""
        return callable(self.gauge) or bool(self.anomalous_hall and self.anomalous_hall.varies)

    @property
    def follows(self):
        """Whether its coefficients follow the local potential."""
        return bool(self.anomalous_hall and self.anomalous_hall.gate)

    @property
    def D(self):
        """Diffusion coefficient, m^2/s; any will do where it is not known, it cancels."""
        if self.density_of_states is not None:
            return self.conductivity / (E_CHARGE**2 * channels.densities_of_states(self).sum())
        return ANY_DIFFUSION if self.diffusion is None else self.diffusion

    def with_(self, **changes):
        """This layer with some keys changed; a key replaces its alternatives."""
        replaced = {rival for key in changes for rival in rivals(key)}
        if isinstance(changes.get("conductivity"), Mapping | channels.Spins):
            replaced.add("polarisation")
        kept = {key: value for key, value in self if value is not None and key not in replaced}
        if "material" in changes and self.material:
            from ddgauge.model import materials

            library = materials.layer_keys(self.material)
            kept = {key: value for key, value in kept.items() if library.get(key) != value}
        return Layer(**kept | changes)

    @property
    def magnetic(self):
        """The key that needs a magnetisation, if there is one."""
        if self.exchange:
            return "exchange"
        if self.exchange_relaxation:
            return "exchange_relaxation"
        return "precession" if isinstance(self.precession, float) else ""

    @property
    def exchanges(self):
        """Whether spin is exchanged with moments."""
        return bool(self.magnetic) or (self.precession is not None and np.any(self.precession))

    @property
    def spinful(self):
        """Whether spin has a part in this layer beyond diffusion."""
        loses = self.relaxation_time or self.spin_flip_time or self.spin_diffusion_length or self.relaxation_rate
        turns = self.spin_orbit or self.gauge is not None
        return bool(loses or turns or self.exchanges or np.any(self.spin_hall) or any(self.drift_polarisation))

    def exchange_field(self, m, B, T):
        """Times along and across the moments (s, or None) and precession vector (rad/s)  [Z23 (4), (5), (15)]."""
        if self.exchange:
            from ddgauge.physics import exchange  # here, because scipy.optimize takes long to import

            nu_F = exchange.density_of_states(self.conductivity, self.D)
            tau_parallel, tau_perpendicular, omega = exchange_rates(self.exchange, nu_F, max(float(B @ m), 0.0), T)
            return tau_parallel, tau_perpendicular, omega * self.moments_along(m)
        tau = self.exchange_relaxation
        omega = np.zeros(3) if self.precession is None else np.array(self.precession)
        omega = omega * m if omega.ndim == 0 else omega
        return (tau.parallel, tau.perpendicular, omega) if tau else (None, None, omega)

    def without_field(self, T):
        """Conductivity sigma (S/m) and Hall vector theta0 where there is no field, at a temperature (K or None)."""
        if self.anomalous_hall is None:
            return self.conductivity, np.zeros(3)
        return hall_vector(self.conductivity, self.anomalous_hall.uniform(T, self.thickness))

    def moments_along(self, m):
        """Direction of the moments as the carriers' spin sees it, m~ = rotation^-1 m  [Z23 App. C]."""
        if not self.exchange:
            return m
        from ddgauge.physics import exchange

        return exchange.moment_rotation(np.array(self.exchange.rotation)) @ m

    def coefficients(self, m, B, T):
        """Coefficients under a magnetisation.

        Parameters
        ----------
        m : (3,) array or None
            Unit vector.
        B : (3,) array
            T.
        T : float or None
            K.

        Returns
        -------
        LayerCoefficients
        """
        omega_larmor = self.g_factor * MU_B / HBAR * B
        tau_parallel, tau_perpendicular, omega_exchange = self.exchange_field(m, B, T)
        R_exchange = np.zeros((3, 3))
        if tau_parallel is not None:
            R_exchange = relaxation.uniaxial(tau_parallel, tau_perpendicular, self.moments_along(m))
        sigma, theta0, hall = self.conductivity, np.zeros(3), None
        if self.hall is not None:
            theta0 = np.array(self.hall)
        elif self.mobility is not None:
            theta0 = -self.mobility * B
        if self.anomalous_hall is not None:
            if self.anomalous_hall.varies:
                hall = partial(self.anomalous_hall.at, T=T, thickness=self.thickness)
            else:
                sigma, anomalous = self.without_field(T)
                theta0 = anomalous + theta0 * sigma / self.conductivity  # resistivities add
        thetaL = np.array(self.larmor or ZERO)
        if self.momentum_time is not None:
            thetaL = self.momentum_time * omega_larmor
        thetaC = closure.spin_hall(self.spin_hall) if isinstance(self.spin_hall, float) else np.array(self.spin_hall)
        return LayerCoefficients(
            sigma=sigma,
            D=self.D * sigma / self.conductivity,  # of the same density of states
            R_lattice=self._lattice_rates(),
            R_exchange=R_exchange,
            omega_exchange=omega_exchange,
            omega_larmor=omega_larmor,
            q=self._gauge_field(),
            theta0=theta0,
            thetaC=thetaC,
            thetaL=thetaL,
            kappa=np.array(self.drift_polarisation),
            hall=hall,
            follows=self.follows,
        )

    def two_current(self):
        """Coefficients of the two-current model, up first: swapped where the layer is reversed.

        Returns
        -------
        channels.TwoCurrentCoefficients
        """
        return channels.two_current_coefficients(self)

    def _lattice_rates(self):
        if self.spin_diffusion_length is not None:
            return self.D / self.spin_diffusion_length**2 * np.eye(3)
        if self.spin_flip_time is not None:
            return np.eye(3) / channels.spin_flip_time(self)
        if self.relaxation_time is not None:
            return np.diag(1 / np.broadcast_to(self.relaxation_time, 3))
        return np.zeros((3, 3)) if self.relaxation_rate is None else np.array(self.relaxation_rate)

    def _gauge_field(self):
        if self.spin_orbit is not None:
            return self.spin_orbit.q
        if self.gauge is None:
            return np.zeros((3, 3))
        return self.gauge if callable(self.gauge) else np.array(self.gauge)
