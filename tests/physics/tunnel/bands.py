"""Electrodes that several tests use, and integrals that know nothing of ours."""

import numpy as np
from scipy.integrate import quad

from ddgauge.physics.tunnel.dos import Dos
from ddgauge.physics.tunnel.electrodes import FlatStoner
from ddgauge.physics.tunnel.flat import Gamma
from ddgauge.physics.tunnel.modes import Band, Modes

D, J = 25.0, 5.0


def flat(mu=0.0, T=0.5, J=J, D=D, N_o=1.0, centre=0.0):
    return FlatStoner(D, J, N_o, mu, T, centre)


def rate(L, R):
    return Gamma(L, R, 1.0)


def _ellipse(w):
    return 2 / (np.pi * D) * np.sqrt(np.clip(1 - (w / D) ** 2, 0, None))


def elliptic(mu, T, g=lambda w: w + J):
    """Semi-elliptic band of one mode, rigid Stoner shift."""
    ends = np.array([-D, D])
    up, dn = tuple(ends - J / 2), tuple(ends + J / 2)
    return Dos(lambda w: _ellipse(w + J / 2), lambda w: _ellipse(w - J / 2), up, dn, mu, T, g)


def elliptic_modes(mu, T):
    """The same, mode by mode: e = -D cos(pi x)."""
    up, dn = (lambda x, s=s: -D * np.cos(np.pi * x) - s * J / 2 for s in (1, -1))
    return Modes((Band(up, dn, lambda x: 2 * np.sin(np.pi * x) ** 2),), mu, T)


def polarised(P, mu, T, nu=1.0, half=40.0):
    """Constant densities of states nu (1 + s P)."""
    ends = (-half, half)
    return Dos(lambda w: nu * (1 + P) + 0 * w, lambda w: nu * (1 - P) + 0 * w, ends, ends, mu, T)


def crooked(mu, T):
    """Two bands of unequal spins, the first of which turns back."""
    up, dn = lambda x: 4 * (2 * x - 1) ** 2 * (1 + 0.3 * x) - 1 - 0.2 * x, lambda x: 4.5 * (2 * x - 1) ** 2 + 1
    return Modes((Band(up, dn, 3.0), Band(lambda x: 3 * x - 2, lambda x: 3 * x - 1.5)), mu, T)


def cauchy(h, w, a, b):
    """P int_a^b h(w') / (w - w') dw'."""
    if a < w < b:
        return -quad(h, a, b, weight="cauchy", wvar=w, epsabs=1e-11, epsrel=1e-11)[0]
    return quad(lambda x: h(x) / (w - x), a, b, epsabs=1e-11, epsrel=1e-11)[0]
