"""Steady oscillations, mu(t) = Re[mu exp(-i omega t)]: the complex system as a real one of twice the size.

[   A        omega M ] [Re mu]   [Re b]
[ -omega M      A    ] [Im mu] = [Im b]
"""

import time

import numpy as np

from ddgauge.fem.linear import Linear
from ddgauge.fem.solution import Solution
from ddgauge.fem.solve import Report


class Harmonic:
    """A System at one angular frequency omega (rad/s), ready for several drives."""

    def __init__(self, system, omega):
        start = time.perf_counter()
        self.system, self.omega, n = system, omega, system.n
        A, M = system.constrained(), system.uncoupled(system.storage)
        blocks = np.zeros((len(A), 2 * n, 2 * n))
        blocks[:, :n, :n] = blocks[:, n:, n:] = A
        blocks[:, :n, n:], blocks[:, n:, :n] = omega * M, -omega * M
        near = np.zeros_like(blocks)  # A + omega M: as near as a real matrix comes, whatever omega
        near[:, :n, :n] = near[:, n:, n:] = A + abs(omega) * M
        null = system.null_space(system.blocks + abs(omega) * system.storage)
        nothing = [np.zeros_like(z) for z in null]
        null = [np.hstack(pair) for pair in (*zip(null, nothing), *zip(nothing, null))]
        conserved = [*system.conserved, *(n + A for A in system.conserved)]
        self.linear = Linear(
            system.assembly, blocks, conserved, null, system.scale, system.tolerance, system.method, near
        )
        self.seconds = system.seconds | {"preconditioner": time.perf_counter() - start}

    def solve(self, real, imaginary=None):
        """(Re, Im) Solutions for the real and the imaginary part of a drive: arguments of System.solve.

        Potentials that faces hold are held with their real amplitude, unless `values` of the imaginary part are given.
        """
        start, system, n = time.perf_counter(), self.system, self.system.n
        imaginary = imaginary or {}
        still = {name: np.zeros(n) for name in system.faces}
        imaginary = imaginary | {"sources": still | (imaginary.get("sources") or {})}
        drives = [{key: value for key, value in drive.items() if key != "values"} for drive in (real, imaginary)]
        b = [system.load(**drive) for drive in drives]
        zero = {name: dict.fromkeys(face.fixed, 0.0) for name, face in system.faces.items() if face.fixed}
        held = [system.held(real.get("values")), system.held(zero | imaginary.get("values", {}))]
        rate = [self.omega * held[1], -self.omega * held[0]]
        free = ~system.fixed[: len(b[0])]
        rhs = [(load - system.apply(h) - system.store(r)) * free for load, h, r in zip(b, held, rate)]
        rhs = np.hstack(rhs)
        system.compatible(rhs, self.linear.null)
        x, iterations, residual = self.linear.solve(rhs)
        for z in self.linear.null:
            x -= self.linear.dot(z, x) * z
        parts = [x[:, :n] + held[0][: len(x)], x[:, n:] + held[1][: len(x)]]
        rates = [self.omega * parts[1], -self.omega * parts[0]]
        seconds = self.seconds | {"solve": time.perf_counter() - start}
        report = Report(system.assembly.index_map.size_global * 2 * n, iterations, residual, seconds)
        found = tuple(
            Solution(system, part, load, report, rate=r, **drive)
            for part, load, r, drive in zip(parts, b, rates, drives)
        )
        found[0].beside, found[1].beside = found[::-1]
        return found
