"""How a steady state answers to a parameter: one more right-hand side for the factors that it was solved with.

A x = b gives A dx = db - dA x. dA and db are sums of the geometry of a mesh times differences of coefficient arrays,
which are cheap laws of the parameter.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ddgauge.fem.equations import Equations
from ddgauge.fem.solution import Solution
from ddgauge.fem.stretch import Stretched, on_mesh

NOISE = 1e-15  # of a right-hand side, relative to the largest diagonal entry times the solution


@dataclass(frozen=True)
class Drive:
    """Arguments of System.solve."""

    E: Any = (0.0, 0.0, 0.0)
    values: Any = None
    more: dict = field(default_factory=dict)  # sources, loads, motive


class Nearby(Equations):
    """The equations of a System with coefficients that differ a little; their matrix is made where it is asked for.

    Parameters
    ----------
    system : System
    assembly : Assembly or Stretched
        On the mesh of the system.
    media, faces, junctions : as of Equations
    """

    def __init__(self, system, assembly, media, faces, junctions):
        self.assembly, self.media, self.faces, self.junctions = assembly, media, faces, junctions
        self.n, self.conserved, self.scale = system.n, system.conserved, system.scale
        self.fixed, self._on_face = system.fixed, system._on_face
        self.values = np.zeros(system.values.shape)
        self.values = self.held({name: face.fixed for name, face in faces.items() if face.fixed})

    @cached_property
    def blocks(self):
        return self._blocks()

    def apply(self, x, blocks=None):
        return super().apply(x, self.blocks if blocks is None else blocks)


class Moved(Solution):
    """A solution moved along a tangent, under nearby equations; its residual is right to first order."""

    def __init__(self, nearby, base, drive, tangent=None, distance=0.0):
        x = base.x if tangent is None else base.x + distance * tangent.x
        super().__init__(nearby, x, base._load, base.report, drive.E, **drive.more)
        self._base, self._tangent, self._distance = base, tangent, distance

    def _sum(self, value):
        return value if self.mesh.comm.size == 1 else super()._sum(value)

    @cached_property
    def residual(self):
        found = self._base.residual
        return found if self._tangent is None else found + self._distance * self._tangent.residual


@dataclass(frozen=True)
class Tangent:
    """Derivatives of the potentials of a solution, and of its residual, by a parameter."""

    x: np.ndarray  # (rows, n)
    residual: np.ndarray  # (rows, n), zero but where potentials are held


def matrix_derivative(system, nearby, difference):
    """(entries, n, n) derivative of the blocks of a system by a parameter, or None where it is zero.

    Parameters
    ----------
    system : System
    nearby : list of Nearby
        At values of the parameter around that of the system.
    difference : function of a list of arrays
        The derivative by the parameter of what has these values at those of `nearby`.
    """
    mesh = system.assembly.made if isinstance(system.assembly, Stretched) else system.assembly
    blocks, found = np.zeros_like(system.blocks), False
    for layer in system.media:
        laws = [on_mesh(other.assembly, layer, _matrix(other.media[layer]), pairs=True) for other in nearby]
        if any(map(callable, laws)):
            mesh.add_bulk(blocks, layer, lambda x, laws=laws: difference([law(x) for law in laws]))
            found = True
        elif (X := difference(laws)).any():
            mesh.add_bulk(blocks, layer, X)
            found = True
    for name in system.faces:
        if not any(np.any(other.faces[name].conductance) for other in nearby):
            continue
        parts = [_boundary(other, name) for other in nearby]
        if (change := difference([values for _, values in parts])).any():
            blocks[parts[0][0]] += change
            found = True
    for pair in system.junctions:
        parts = [_interface(other, pair) for other in nearby]
        if (change := difference([values for _, values in parts])).any():
            blocks[parts[0][0]] += change
            found = True
    return blocks if system.comm.allreduce(int(found)) else None


def tangent(solution, system, change, nearby, drives, difference):
    """The Tangent of a solution.

    Parameters
    ----------
    solution : Solution
    system : System
        That it was solved with.
    change : (entries, n, n) array or None
        From matrix_derivative.
    nearby : list of Nearby
    drives : list of Drive
        Under which each of them would be solved.
    difference : as of matrix_derivative
        By a parameter for which 1 is a large change: what it drives by less than rounding errors is none.
    """
    rows = len(solution.x)
    free = ~system.fixed[:rows]
    load = difference([other.load(drive.E, **drive.more) for other, drive in zip(nearby, drives)])
    held = difference([other.held(drive.values) for other, drive in zip(nearby, drives)])
    missing = load if change is None else load - system.apply(solution.columns, change)
    rhs = (missing - system.apply(held)) * free
    for z in system.null:
        rhs = rhs - system.dot(z, rhs) * z
    if system.norm(rhs) <= NOISE * system.scale * system.norm(solution.x):
        dx = np.zeros_like(rhs)
    else:
        dx, _, _ = system.linear.solve(rhs)
    dx = dx + held[:rows]
    for z in system.null:
        dx -= system.dot(z, dx) * z
    residual = system.apply(system.spread(dx)) - missing
    return Tangent(dx, residual * ~free)


def _matrix(medium):
    return (lambda x: medium(x).matrix) if callable(medium) else medium.matrix


def _boundary(equations, name):
    index, mass, _ = equations.assembly.faces[name]
    return index, mass[:, None, None] * equations.faces[name].conductance


def _interface(equations, pair):
    index, mass = equations.assembly.junctions[pair]
    return index, np.einsum("kst,sAtB->kAB", mass, equations.junctions[pair].matrix)
