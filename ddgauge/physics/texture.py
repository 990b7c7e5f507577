"""Magnetic textures in motion: walls, vortices, skyrmions, spin waves, and any magnetisation given as a function.

Parameters say where the magnetisation m points, as one thinks of a texture: a wall from m = +x to m = -x, a core with
m_z = +1. What comes out is n = -m, the spin direction of the majority. A texture is called, n = texture(x, t),
or asked for its jet, n, d_t n, grad n = texture.jet(x, t), with x (3, N) in m, t in s, n and d_t n (N, 3), and
grad_n[N, i, a] = d_i n^a. Everything is SI, angles are radians.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

STEP = 1e-30  # m and s: the complex step has no rounding error to be balanced, so it may be as small as one likes


class Texture:
    """A magnetisation given by one formula, the method m(x, t), analytic in x and t.

    Its derivatives are exact to rounding: d_i m = Im m(x + i h e_i, t) / h.
    """

    def __call__(self, x, t=0.0):
        """n = -m at points (3, N), m, and time t, s."""
        return -self.m(np.asarray(x, float), t).real

    def jet(self, x, t=0.0):
        """n (N, 3), d_t n (N, 3), 1/s, and grad_n (N, 3, 3), 1/m: [point, i, a]."""
        x = np.asarray(x, float)
        n_t = -self.m(x, t + 1j * STEP).imag / STEP
        grad_n = [-self.m(x + 1j * STEP * e[:, None], t).imag / STEP for e in np.eye(3)]
        return self(x, t), n_t, np.stack(grad_n, axis=1)


@dataclass(frozen=True, kw_only=True)
class Core(Texture):
    """What vortex and skyrmion share: a rigid texture about a core in the x, y plane that moves.

    X(t) = position + velocity t + gyration_radius (cos, sin)(2 pi frequency t + gyration_phase)
    """

    polarity: int = 1  # m_z of the core, +1 or -1
    position: tuple[float, float] = (0.0, 0.0)  # m
    velocity: tuple[float, float] = (0.0, 0.0)  # m/s
    gyration_radius: float = 0.0  # m
    frequency: float = 0.0  # Hz, > 0: counter-clockwise seen from +z
    gyration_phase: float = 0.0

    def motion(self, t):
        """Position of the core, m."""
        angle = 2 * np.pi * self.frequency * t + self.gyration_phase
        circle = self.gyration_radius * np.array([np.cos(angle), np.sin(angle)])
        return np.array(self.position) + np.array(self.velocity) * t + circle

    def m(self, x, t):
        X, Y = self.motion(t)
        x, y = x[0] - X, x[1] - Y
        r = np.sqrt(x**2 + y**2 + 1e-80)  # never 0; 1e-40 m
        cos, sin = self.profile(r)
        c, s = np.cos(self.helicity), np.sin(self.helicity)
        return np.stack([sin / r * (c * x - s * y), sin / r * (s * x + c * y), self.polarity * cos], axis=-1)


@dataclass(frozen=True, kw_only=True)
class Vortex(Core):
    """Vortex with a Gaussian core, m in the plane outside it: m_z = polarity exp(-r^2 / core_radius^2)."""

    core_radius: float  # m, where m_z has fallen to 1/e
    chirality: int = 1  # +1: m runs counter-clockwise seen from +z; -1: clockwise

    @property
    def helicity(self):
        """Angle from the outward direction to m in the plane."""
        return self.chirality * np.pi / 2

    def profile(self, r):
        """cos and sin of the angle between m and the core."""
        u = (r / self.core_radius) ** 2
        return np.exp(-u), np.sqrt(-np.expm1(-2 * u))


@dataclass(frozen=True, kw_only=True)
class Skyrmion(Core):
    """Skyrmion, m_z = polarity cos(theta) with tan(theta/2) = sinh(r / width) / sinh(radius / width)."""

    radius: float  # m, where m_z = 0
    width: float  # m, of the wall around it
    helicity: float = 0.0  # from the outward direction to m in the plane: 0 Neel, pi/2 Bloch

    def profile(self, r):
        """cos and sin of the angle theta between m and the core."""
        top = np.maximum(r.real, self.radius)
        a, b = (-np.expm1(-2 * s / self.width) * np.exp((s - top) / self.width) for s in (self.radius, r))
        return (a**2 - b**2) / (a**2 + b**2), 2 * a * b / (a**2 + b**2)


@dataclass(frozen=True, kw_only=True)
class Spiral(Texture):
    """Spiral: m turns about an axis by psi = phase + wave_vector . x + phase_rate t, as `helix` says."""

    wave_vector: tuple[float, float, float]  # 1/m
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    cone: float = np.pi / 2  # between m and the axis
    phase: float = 0.0
    phase_rate: float = 0.0  # rad/s

    def m(self, x, t):
        return helix(self.axis, self.cone, self.phase + wave(self.wave_vector, x) + self.phase_rate * t)


@dataclass(frozen=True, kw_only=True)
class SpinWave(Texture):
    """Circular spin wave that runs along its wave vector, psi = phase + omega t - wave_vector . x in `helix`.

    omega > 0: m turns counter-clockwise about the axis, as it does about a field along it.
    """

    cone: float  # between m and the axis
    wave_vector: tuple[float, float, float]  # 1/m
    omega: float  # rad/s
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    phase: float = 0.0

    def m(self, x, t):
        return helix(self.axis, self.cone, self.phase + self.omega * t - wave(self.wave_vector, x))


@dataclass(frozen=True, kw_only=True)
class Precessing(Texture):
    """One of the textures with a formula, all of it turned about an axis at a rate."""

    texture: Texture
    rate: float  # rad/s
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def m(self, x, t):
        m, a = self.texture.m(x, t), unit(self.axis)
        along = np.outer(m @ a, a)
        return along + np.cos(self.rate * t) * (m - along) + np.sin(self.rate * t) * np.cross(a, m)


@dataclass(frozen=True)
class Sampled:
    """Any magnetisation m(x, t) -> (N, 3); derivatives by differences of fourth order.

    The length of m has no part, but is nowhere zero: neither at the points asked for nor within length / 500 of them.
    """

    function: Callable
    length: float  # m, the shortest on which m changes
    time: float  # s, the shortest in which m changes

    def __call__(self, x, t=0.0):
        """n = -m / |m| at points (3, N), m, and time t, s."""
        m = np.asarray(self.function(np.asarray(x, float), t), float)
        return -m / np.linalg.norm(m, axis=-1, keepdims=True)

    def jet(self, x, t=0.0):
        """n, d_t n and grad_n, as of a `Texture`."""
        x = np.asarray(x, float)
        n = self(x, t)

        def difference(f, h):
            slope = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
            return slope - np.einsum("Na,Nb,Nb->Na", n, n, slope)  # |n| = 1 also where the step is too long

        n_t = difference(lambda h: self(x, t + h), 1e-3 * self.time)
        grad_n = [difference(lambda h, e=e: self(x + h * e[:, None], t), 1e-3 * self.length) for e in np.eye(3)]
        return n, n_t, np.stack(grad_n, axis=1)


def unit(v):
    """v / |v|."""
    return np.asarray(v, float) / np.linalg.norm(v)


def across(axis, reference):
    """Unit vectors u and axis x u across an axis (3,).

    u is along the part of the reference that is across the axis. Where there is none it is that of the next of
    x, y, z, x after the largest component of the axis: y for an axis along x, x for one along z.
    """
    if np.linalg.norm(np.cross(axis, reference)) < 1e-9:
        reference = np.roll(np.eye(3)[np.argmax(np.abs(axis))], 1)
    u = unit(reference - (axis @ reference) * axis)
    return u, np.cross(axis, u)


def wave(q, x):
    """q . x at points (3, N)."""
    return np.einsum("i,iN->N", q, x)


def helix(axis, cone, psi):
    """Unit vectors at an angle to an axis, turned about it by psi.

        m = cos(cone) axis + sin(cone) (cos(psi) u + sin(psi) axis x u)

    with u and axis x u from `across`: x and y for an axis along z.
    """
    axis = unit(axis)
    u, w = across(axis, axis)
    c, s = np.cos(cone), np.sin(cone)
    return vectors((axis, np.full_like(psi, c)), (u, s * np.cos(psi)), (w, s * np.sin(psi)))


def vectors(*terms):
    """Sum of vector (3,) times number (N,), (N, 3)."""
    return sum(np.multiply.outer(number, vector) for vector, number in terms)
