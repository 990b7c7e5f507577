"""Domain walls: at given rates, or driven by a field through Walker's breakdown.

Parameters are those of the magnetisation m, as in `texture`; what comes out is n = -m.
"""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics.texture import Texture, across, unit, vectors, wave
from ddgauge.units import HBAR, MU_B


@dataclass(frozen=True, kw_only=True)
class WallProfile(Texture):
    """Wall of the Bloch and Landau-Lifshitz profile, from m = +easy behind it to m = -easy ahead  [Schryer74].

        m = -tanh(s) easy + sech(s) (cos(phi) u + sin(phi) easy x u),   s = (axis . x - X) / width

    u is the part of `reference` across the easy direction. Without a reference it is that of the axis: Neel wall at
    phi = 0, Bloch wall at phi = pi/2. Where the easy direction is the axis, as in a head-to-head wall, it is the next
    of x, y, z, x: the middle of a wall along x points along y at phi = 0, along z at phi = pi/2.
    """

    width: float  # m
    position: float = 0.0  # X at t = 0, m
    phase: float = 0.0  # phi at t = 0
    axis: tuple[float, float, float] = (1.0, 0.0, 0.0)  # along which m varies
    easy: tuple[float, float, float] | None = None  # as axis: head to head
    reference: tuple[float, float, float] | None = None

    def m(self, x, t):
        X, phi = self.motion(t)
        axis = unit(self.axis)
        easy = axis if self.easy is None else unit(self.easy)
        u, w = across(easy, axis if self.reference is None else unit(self.reference))
        s = (wave(axis, x) - X) / self.width
        return vectors((easy, -np.tanh(s)), (u, sech(s) * np.cos(phi)), (w, sech(s) * np.sin(phi)))


@dataclass(frozen=True, kw_only=True)
class Wall(WallProfile):
    """Wall that moves and precesses at given rates: X = position + velocity t, phi = phase + phase_rate t."""

    velocity: float = 0.0  # m/s
    phase_rate: float = 0.0  # rad/s

    def motion(self, t):
        """Position (m) and phase (rad) at time t."""
        return self.position + self.velocity * t, self.phase + self.phase_rate * t


@dataclass(frozen=True, kw_only=True)
class WalkerWall(WallProfile):
    """Wall in a field B along the easy direction: steady motion below, precession above breakdown  [Schryer74].

        d_t phi = Gamma (B - B_W sin 2 phi),  d_t X = (width / alpha) (gamma B - d_t phi),  Gamma = gamma/(1 + alpha^2)

    from d_t m = -gamma m x B_eff + alpha m x d_t m at constant width, where u is the easier of the directions across.
    (sin phi, cos phi) = (p, q) / |p, q| with d_t (p, q) = Gamma (B q - B_W p, B_W q - B p), which is linear, and solved
    in one formula below, at and above breakdown.
    """

    B: float  # T, > 0: the domain behind the wall grows
    B_W: float  # T, breakdown field, alpha/2 times the anisotropy field across
    alpha: float  # Gilbert damping, > 0
    g: float = 2.0

    @property
    def gamma(self):
        """Gyromagnetic ratio, rad/(s T)."""
        return self.g * MU_B / HBAR

    def phase_rate(self, phi):
        """d_t phi, rad/s."""
        return self.gamma / (1 + self.alpha**2) * (self.B - self.B_W * np.sin(2 * phi))

    def velocity(self, phase_rate):
        """d_t X, m/s, instantaneous or mean as the phase rate is."""
        return self.width / self.alpha * (self.gamma * self.B - phase_rate)

    def mean_phase_rate(self):
        """Gamma sqrt(B^2 - B_W^2) above breakdown, with the sign of B; 0 below."""
        excess = max(self.B**2 - self.B_W**2, 0.0)
        return np.sign(self.B) * self.gamma / (1 + self.alpha**2) * np.sqrt(excess)

    def mean_velocity(self):
        """Steady velocity below breakdown, mean over a turn above, m/s."""
        return self.velocity(self.mean_phase_rate())

    def motion(self, t):
        """Position (m) and phase (rad, turns counted) at time t."""
        Gamma, time = self.gamma / (1 + self.alpha**2), np.real(t)
        omega = Gamma * np.sqrt(abs(self.B**2 - self.B_W**2))
        half_turns = np.round(omega * time / np.pi) if abs(self.B) > self.B_W else 0.0
        if omega == 0:
            S = Gamma * time
        elif abs(self.B) < self.B_W:
            S = Gamma / omega * np.tanh(omega * time)
        else:
            S = Gamma / omega * np.tan(omega * time - np.pi * half_turns)
        p, q = np.sin(self.phase), np.cos(self.phase)
        p_t, q_t = p + S * (self.B * q - self.B_W * p), q + S * (self.B_W * q - self.B * p)
        turned = np.arctan2(p_t * q - q_t * p, p_t * p + q_t * q) + np.sign(self.B) * np.pi * half_turns
        phi = self.phase + turned
        X = self.position + self.width / self.alpha * (self.gamma * self.B * time - turned)
        if np.iscomplexobj(t):  # the step of a derivative
            rate = self.phase_rate(phi)
            return X + 1j * np.imag(t) * self.velocity(rate), phi + 1j * np.imag(t) * rate
        return X, phi


def sech(s):
    """1 / cosh s, without overflow."""
    s = np.where(np.real(s) < 0, -s, s)
    return 2 * np.exp(-s) / (1 + np.exp(-2 * s))
