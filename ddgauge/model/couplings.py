"""Couplings of spin in a layer: the tables [layer.exchange], [layer.exchange_relaxation] and [layer.spin_orbit]."""

from functools import lru_cache

import numpy as np
from pydantic import Field

from ddgauge.model.errors import Checked
from ddgauge.model.quantities import Matrix, Quantity, Vector, Velocity, symmetric
from ddgauge.physics import gauge
from ddgauge.units import M_E

ZERO = (0.0, 0.0, 0.0)


class ExchangeRelaxation(Checked):
    """Times in which spin is lost to moments, along the magnetisation and across it."""

    parallel: Quantity("s", "> 0")
    perpendicular: Quantity("s", "> 0")


class Exchange(Checked):
    """Local moments with which carriers exchange spin  [Z23 (4), (5), (15)]."""

    moment_density: Quantity("1/m^3", "> 0")  # n_m
    spin: Quantity("", "> 0")  # S, 7/2 in EuS
    coupling: Quantity("J m^3", "!= 0")  # K_s, or text such as "-10 meV nm^3"
    weiss: Quantity("J", ">= 0") = 0.0  # J_W, sum of the exchange with all neighbours; 0 in a paramagnet
    rotation: Vector("rad") = ZERO  # A_so, by which spin-orbit coupling turns the moments
    g: Quantity("", "> 0") = 2.0  # of the moments


class SpinOrbit(Checked):
    """Spin-orbit coupling linear in momentum  [Z23 (9)-(11)]."""

    mass: Quantity("", "> 0")  # electron masses
    alpha: Velocity = 0.0  # Rashba, m/s, or text with the Rashba parameter hbar alpha, "0.1 eV angstrom"
    beta: Velocity = 0.0  # Dresselhaus
    lam: Velocity = Field(0.0, alias="lambda")  # strain
    strain: Matrix("", read=symmetric) = (ZERO, ZERO, ZERO)

    @property
    def q(self):
        """(3, 3) gauge wave vector q[i, b], 1/m."""
        return gauge.spin_orbit(self.mass * M_E, self.alpha, self.beta, self.lam, np.array(self.strain))


@lru_cache(maxsize=1024)
def exchange_rates(moments, nu_F, B, T):
    """Times and precession, which do not depend on direction: an angular sweep needs them once."""
    from ddgauge.physics import exchange

    return exchange.rates(moments.moment_density, nu_F, moments.coupling, moments.spin, T, B, moments.weiss, moments.g)
