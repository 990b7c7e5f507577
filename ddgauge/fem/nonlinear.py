"""Steady states of laws that are not linear in the fields, by Newton's method.

storage d_t x + law(x) = load, where the law of a layer has, besides the Medium of its linear part,

    medium            of physics.medium
    load (4, n)       its constant part, against the jets of test fields
    rest(jets)        (N, 4, n) of jets (N, 4, n): int jet(v)[p, A] rest[p, A] is what is not linear
    slopes(jets)      its derivative: the entries p, A, q, B that are not zero, (m, 4), and their values (N, m)
    currents(jets)    (N, 3, n) flows of all fields
    linear            whether there is no rest

or is a Medium, or a function of points that returns one, as in Equations. A broken interface may have, instead of a
Junction, a law of what flows out of its two sides: a function of values below and above (N, n) and of points (3, N), m,
that returns (N, 2, n) and the derivative (N, 2, n, 2, n) of that.
"""

import time
from functools import cached_property

import numpy as np
from mpi4py import MPI

from ddgauge.fem.equations import NULL, Equations, SolverError
from ddgauge.fem.nonlinear_solution import NonlinearSolution
from ddgauge.fem.pointwise import Pointwise
from ddgauge.fem.reached import Reached
from ddgauge.fem.solve import Report
from ddgauge.physics.medium import Junction

STEPS = 60  # of Newton's method, at most
LEAST = 1e-3  # share of a step, at least
KEEP = 0.1  # factors serve again where a step leaves less than this share of the last
SMALL = 1e-3  # a field is as large as this share of the largest, at least
ENOUGH = 100  # tolerances: a step that does not become smaller than this is one of rounding errors
LINEAR = 1e-10  # relative residual of the linear systems
SLOW = 12  # iterations with factors of other fields
STALE = 1.6  # steps of time that may differ by this factor share factors
FIRST = 1e-3  # rate of the first step in time, relative to that of what is quickest on the mesh
GROWTH, BACK = 4, 8  # of steps in time that serve, and of those that do not
NEAR = 1e-3  # change of the fields in a step from which the steady state may be near
TIMES = 60  # steps in time, at most
FIRST_SHARE, LEAST_SHARE = 1 / 4, 1e-4  # of what drives, where nothing stores: the first step, and the shortest


class Unbalanced(SolverError):
    """What no fields can balance."""


class Nonlinear(Equations):
    """The equations of laws, with a solver.

    Parameters
    ----------
    assembly : Assembly
    laws : {layer: law, or Medium or function of points as in Equations}
    faces : {name: Face}
        Linear, as those of Equations.
    junctions : {(below, above): Junction or function}
    tolerance : float
        Of the last step of Newton's method, relative to the size of each field.
    method : "direct", "iterative" or None
        Of the linear systems.
    """

    def __init__(self, assembly, laws, faces=None, junctions=None, tolerance=1e-9, method=None):
        start = time.perf_counter()
        junctions = junctions or {}
        self.jumps = {pair: law for pair, law in junctions.items() if not isinstance(law, Junction)}
        linear = {pair: law for pair, law in junctions.items() if isinstance(law, Junction)}
        super().__init__(assembly, {layer: getattr(law, "medium", law) for layer, law in laws.items()}, faces, linear)
        self.junctions = junctions
        self.laws = {layer: law for layer, law in laws.items() if hasattr(law, "medium")}
        self.curved = {layer: law for layer, law in self.laws.items() if not law.linear}
        self.tolerance, self.method = tolerance, method
        self.pointwise = Pointwise(assembly)
        self.linear = not self.jumps and not self.curved
        self._anchored, self._linear, self._made = {}, None, None
        self._modes, self._kept, self._constants = [], [], []
        self.seconds = {"matrix": time.perf_counter() - start}

    def solve(self, E=(0, 0, 0), values=None, sources=None, loads=None, motive=None, start=None):
        """Solution for a drive as of System.solve.

        Parameters
        ----------
        E, values, sources, loads, motive : as of System.solve
            E and motive act by the Medium of a layer.
        start : (rows, n) array, optional
            Fields near the solution. Of what is conserved, such as electrons in a closed body, there is as much in the
            solution as in the start.

        Where Newton's method fails from there, the fields are followed in time until they hardly change; where nothing
        stores, all that drives is made to grow from none.
        """
        began = time.perf_counter()
        load, held = self.load(E, sources, loads, motive), self.held(values)[: self.assembly.owned]
        free = ~self.fixed[: self.assembly.owned]
        x = np.where(free, 0.0 if start is None else start, held)
        try:
            x, steps, residual = self.newton(x, load)
        except SolverError as error:
            if self.linear or isinstance(error, Unbalanced):
                raise
            if self.storage.any():
                x, steps, residual = self._settled(x, load)
            else:
                x, steps, residual = self._approached(x, load)
        seconds = self.seconds | {"solve": time.perf_counter() - began}
        report = Report(self.assembly.index_map.size_global * self.n, steps, residual, seconds)
        return NonlinearSolution(self, x, load, report, E, sources, loads, motive)

    def _settled(self, x, load):
        """The steady state that is reached in time, by implicit steps that become longer and longer."""
        shift = FIRST * self.largest(self.derivative(x)) / self.largest(self.storage)
        total, error = 0, SolverError("no steady state is reached in time; does what flows in flow out?")
        for _ in range(TIMES):
            before = x
            try:
                x, steps, _ = self.newton(x, load + shift * self.store(self.spread(x)), shift)
            except SolverError as found:
                shift, error = shift * BACK, found
                continue
            total += steps
            if self._length(x - before, self._size(x)) < NEAR:
                try:
                    x, steps, residual = self.newton(x, load)
                    return x, total + steps, residual
                except SolverError as found:
                    error = found
            shift /= GROWTH
        raise error

    def _approached(self, x, load):
        """The steady state that is reached as held values and loads grow from none."""
        free = ~self.fixed[: self.assembly.owned]
        held, x, total = np.where(free, 0.0, x), x * 0, 0
        done, step = 0.0, FIRST_SHARE
        while done < 1:
            share = min(done + step, 1.0)
            try:
                x, steps, residual = self.newton(np.where(free, x, share * held), share * load)
                total, done, step = total + steps, share, 2 * step
            except SolverError as error:
                step /= 4
                if step < LEAST_SHARE:
                    raise SolverError(f"{error} (at {done:.1%} of all that drives)") from None
        return x, total, residual

    def driven(self, layer, E, loads=None, motive=None):
        """(rows, n) load of a layer: what is given, and the constant part of its law."""
        b = super().driven(layer, E, loads, motive)
        return b + self.assembly.bulk_load(layer, self.laws[layer].load) if layer in self.laws else b

    # the equations

    def product(self, x):
        """law(x) (rows, n) of all layers, faces and interfaces, constraints not applied, and the size of its terms."""
        columns = self.spread(x)
        parts = [self.apply(columns), *(self.rest(layer, columns) for layer in self.curved)]
        for pair in self.jumps:
            flux, _ = self.jump(pair, columns)
            parts.append(self.pointwise.side_load(pair, flux))
        sizes = np.einsum("rAB,rB->rA", self._own_terms, np.abs(x)) + sum(map(np.abs, parts[1:]))
        return sum(parts), sizes

    @cached_property
    def _own_terms(self):
        """(rows, n, n) magnitudes of what the fields of a node make there."""
        return np.abs(self.blocks[self.assembly.rows == self.assembly.columns])

    def rest(self, layer, columns):
        """(rows, n) what is not linear in the law of a layer."""
        if layer not in self.curved:
            return np.zeros((self.assembly.owned, self.n))
        return self.pointwise.bulk_load(layer, self.curved[layer].rest(self.pointwise.jets(layer, columns)))

    def jump(self, pair, columns):
        """(N, 2, n) flux out of the sides of a broken interface at its points, and its derivative."""
        below, above = self.pointwise.sides(pair, columns)
        return self.jumps[pair](below, above, self.pointwise.places(pair))

    def derivative(self, x):
        """(entries, n, n) blocks of the derivative of `product`."""
        columns, blocks = self.spread(x), self.blocks.copy()
        for layer, law in self.curved.items():
            at, slopes = law.slopes(self.pointwise.jets(layer, columns))
            blocks += self.pointwise.bulk_matrix(layer, at, slopes, self.n)
        for pair in self.jumps:
            _, slope = self.jump(pair, columns)
            blocks += self.pointwise.side_matrix(pair, slope)
        return blocks

    # Newton's method

    @np.errstate(over="ignore", invalid="ignore")  # steps that are too long are seen by that
    def newton(self, x, load, shift=0.0):
        """x (rows, n) with shift storage x + law(x) = load, from an x that has the held values; steps, and residual.

        A step is short enough for the one that the same factors would take next to be smaller: a measure that does not
        depend on the units of the equations (Deuflhard). Factors are kept where that is much smaller.
        """
        if shift and self._made == shift and (found := self._with_old_factors(x, load, shift)):
            return found
        left, terms = self.missing(x, load, shift)
        share = 1.0
        for step in range(1, STEPS + 1):
            self._factorise(x, shift)
            self._compatible(left, terms)
            change = self._step(left)
            size = self._size(x + change)
            length = self._length(change, size)
            if self.linear:
                x = x + change
                return x, step, self._relative(*self.missing(x, load, shift))
            while True:
                trial = x + share * change
                left, terms = self.missing(trial, load, shift)
                following = self._step(left) if self._finite(left) else np.full_like(left, np.inf)
                ratio = self._length(following, size) / length if length else 0.0
                if ratio <= 1 - share / 4 or length < ENOUGH * self.tolerance:
                    break
                share /= 2 if np.isfinite(ratio) else 4
                if share < LEAST:
                    raise self._failed(x, left, terms, step, length)
            x, used = trial, share
            bend = self._length(following - (1 - used) * change, size) / (length or 1.0)
            share = min(1.0, 0.5 * used**2 / bend) if bend else 1.0
            while used == 1.0 and self._length(following, size) > self.tolerance and ratio < KEEP:
                x, before = x + following, self._length(following, size)
                left, terms = self.missing(x, load, shift)
                following = self._step(left)
                ratio = self._length(following, size) / before
            if used == 1.0 and self._length(following, size) < self.tolerance * (1 if ratio < 0.5 else ENOUGH):
                x = x + following
                return x, step, self._relative(*self.missing(x, load, shift))
        raise self._failed(x, left, terms, STEPS, length)

    def _with_old_factors(self, x, load, shift):
        """What `newton` gives, where the factors of the last step of time do; None where they do not."""
        left, _ = self.missing(x, load, shift)
        change, ratio, size = self._step(left), 0.0, self._size(x)
        while ratio < KEEP:
            x = x + change
            left, terms = self.missing(x, load, shift)
            length = self._length(change, size)
            if length < self.tolerance or self.linear:
                return x, 0, self._relative(left, terms)
            change = self._step(left) if self._finite(left) else np.full_like(left, np.inf)
            ratio = self._length(change, size) / length
        return None

    def missing(self, x, load, shift):
        """(rows, n) load - law(x) - shift storage x of what is free, and the size of its terms."""
        free = ~self.fixed[: self.assembly.owned]
        law, terms = self.product(x)
        if shift:
            stored = shift * self.store(self.spread(x))
            law, terms = law + stored, terms + np.abs(stored)
        return (load - law) * free, (terms + np.abs(load)) * free

    def _compatible(self, left, terms):
        """SolverError where more of what is conserved comes in than goes out, whatever the fields."""
        for l in self._kept:
            if abs(self.dot(l, left)) > 1e-8 * self.dot(np.abs(l), terms):
                raise Unbalanced(
                    "the charge of a closed body, or what is generated in it and sent into it, does not add up to "
                    "zero; add a contact, or make it balance"
                )

    def _step(self, left):
        """The change (rows, n) that the factors give, of which nothing is conserved."""
        change = self._solved(left)
        for z in self._constants:
            change = change - self.dot(z, change) * z
        if self._modes:
            number = np.array([[self._number(l, z) for z in self._modes] for l in self._kept])
            has = np.array([self._number(l, change) for l in self._kept])
            for share, z in zip(np.linalg.lstsq(number, has, rcond=1e-9)[0], self._modes):
                change = change - share * z
        return change

    def _number(self, l, x):
        """How much there is in x of what l conserves."""
        return self.dot(l, self.store(self.spread(x)))

    def _factorise(self, x, shift):
        blocks = self.derivative(x)
        if shift:
            blocks = blocks + shift * self.storage
        if bool(shift) not in self._anchored:
            self._anchored[bool(shift)] = self._anchors(self._anywhere(x, shift))
        anchors, self._kept, self._constants = self._anchored[bool(shift)]
        scale = self.largest(blocks)
        blocks = self.constrained(blocks)
        for entry, A, B in anchors:
            if entry is not None:
                blocks[entry, A, B] += scale
        self._blocks_now, self._scale_now = blocks, scale
        near = self._made is not None and 1 / STALE <= (shift or 1.0) / self._made <= STALE
        if near and self.assembly.mesh.dimension > 1:
            self._linear.change(blocks, SLOW)
            self._fresh = False
        else:
            self._make(shift)
        self._modes = []
        if len(self._kept) > len(self._constants):
            for entry, A, _ in anchors:
                e = np.zeros((self.assembly.owned, self.n))
                if entry is not None:
                    e[self.assembly.rows[entry], A] = scale
                self._modes.append(self._solved(e))

    def _anywhere(self, x, shift):
        """Blocks at fields that are near x but otherwise like no others: what they do not change is never changed."""
        rng = np.random.default_rng(self.comm.rank)
        blocks = self.derivative(x + 0.01 * self._size(x) * rng.uniform(-1, 1, size=x.shape))
        return blocks + shift * self.storage if shift else blocks

    def _make(self, shift):
        self._linear = Reached(self.assembly, self._blocks_now, self.conserved, self._scale_now, LINEAR, self.method)
        self._made, self._fresh = shift or 1.0, True

    def _solved(self, rhs):
        """Solution of the linear system, with new factors where old ones are of too little help."""
        try:
            x, iterations, _ = self._linear.solve(rhs)
            if self._fresh or iterations <= SLOW:
                return x
        except SolverError:
            if self._fresh:
                raise
        self._make(self._made)
        x, _, _ = self._linear.solve(rhs)
        return x

    def _anchors(self, blocks):
        """Where the matrix of a body is singular for what it conserves, entries that make it regular.

        A conserved number l, l . law = 0 whatever the fields, leaves one equation too many, and one field too many: a
        potential that nothing holds, or else the state that has more of the number.

        Returns
        -------
        list of (entry or None, A, B), list of l (rows, n), list of potentials (rows, n), constant and of norm 1
        """
        a = self.assembly
        constants = self.null_space(blocks)
        some = [A for A in range(self.n) if A in self.conserved or any(z[:, A].any() for z in constants)]
        kept = self._conserving(blocks, some)
        diagonal, rest, anchors = np.flatnonzero(a.rows == a.columns), list(kept), []
        for k, l in enumerate(rest):
            rank, row, A = self._largest_entry(l)
            mine = self.comm.rank == rank
            anchors.append([rank, row, A, A])
            for m in range(k + 1, len(rest)):
                part = self.comm.bcast(rest[m][row, A] / l[row, A] if mine else None, rank)
                rest[m] = rest[m] - part * l
        rest, unpaired = list(constants), sorted(anchors, key=lambda anchor: anchor[2])
        for k, z in enumerate(rest):
            _, _, B = self._largest_entry(z)
            there = [self.comm.bcast(float(z[row, B]) if self.comm.rank == r else None, r) for r, row, _, _ in unpaired]
            source = self.comm.allreduce(blocks[diagonal, B].any(axis=0), MPI.LOR)  # fields in the equation of B
            near = [anchor for anchor, value in zip(unpaired, there) if value and source[anchor[2]]]
            if not near:
                raise Unbalanced(f"nothing holds field {B}; give its value at a face")
            chosen = next((anchor for anchor in near if anchor[2] == B), near[0])
            unpaired.remove(chosen)
            chosen[3] = B
            for m in range(k + 1, len(rest)):
                ratio = rest[m][chosen[1], B] / z[chosen[1], B] if self.comm.rank == chosen[0] else None
                rest[m] = rest[m] - self.comm.bcast(ratio, chosen[0]) * z
        mine = self.comm.rank
        return [(diagonal[row] if r == mine else None, A, B) for r, row, A, B in anchors], kept, constants

    def _largest_entry(self, l):
        """Rank, row and field of the largest entry of (rows, n)."""
        best = self.comm.allgather(float(np.abs(l).max(initial=0)))
        rank = int(np.argmax(best))
        place = np.unravel_index(np.argmax(np.abs(l)), l.shape) if self.comm.rank == rank else None
        return rank, *(int(k) for k in self.comm.bcast(place, rank))

    def _conserving(self, blocks, fields):
        """Combinations l of constants of some fields, (rows, n) each, with l . A y = 0 for any y."""
        a, n, free = self.assembly, self.n, ~self.fixed
        rng = np.random.default_rng(self.comm.rank)
        candidates, images = [], []
        for island in self._islands():
            inside = self._region_rows(island)
            for A in fields:
                l = np.zeros((a.owned, n))
                l[inside, A] = 1
                candidates.append(l * free[: a.owned])
        for _ in range(2 * len(candidates)):
            y = rng.uniform(-1, 1, size=(a.owned, n))
            images.append(self.apply(self.spread(y) * free, blocks) * free[: a.owned])
        sums = np.array([[self.dot(l, image) for l in candidates] for image in images])
        sizes = np.array([max(self.dot(l, np.abs(image)) for image in images) for l in candidates])
        some = sizes > 0
        if not some.any():
            return []
        candidates = [l / size for l, size, one in zip(candidates, sizes, some) if one]
        _, lengths, vectors = np.linalg.svd(sums[:, some] / sizes[some])
        return [sum(c * l for c, l in zip(v, candidates)) for length, v in zip(lengths, vectors) if length < NULL]

    # sizes

    def _size(self, x):
        """(n,) largest value of each field on any rank, none much smaller than the largest of all."""
        size = np.maximum(np.abs(x), np.abs(self.values[: len(x)])).max(axis=0, initial=0.0)
        self.comm.Allreduce(MPI.IN_PLACE, size, MPI.MAX)
        return np.maximum(size, SMALL * size.max()) if size.any() else np.ones(self.n)

    def _length(self, change, size):
        """Root of the mean square of a change of the fields, relative to their size."""
        count = self.assembly.index_map.size_global * self.n
        with np.errstate(invalid="ignore", over="ignore"):
            return self.norm(change / size) / np.sqrt(count)

    def largest(self, blocks):
        """Largest entry of the diagonal of blocks, on any rank; 1 if there is none."""
        diagonal = np.einsum("kaa->ka", blocks[self.assembly.rows == self.assembly.columns])
        return self.comm.allreduce(float(np.abs(diagonal).max(initial=0)), MPI.MAX) or 1.0

    def _finite(self, left):
        return self.comm.allreduce(bool(np.isfinite(left).all()), MPI.LAND)

    def _relative(self, left, terms):
        size = self.norm(terms)
        return float(self.norm(left) / size) if size else 0.0

    def _failed(self, x, left, terms, step, length):
        """What did not converge, and what would help."""
        a = self.assembly
        worst = np.abs(left) / np.maximum(terms, 1e-12 * terms.max(initial=0.0) + 1e-300)
        best = self.comm.allgather(float(worst.max(initial=0.0)))
        rank = int(np.argmax(best))
        found = None
        if self.comm.rank == rank:
            row, A = np.unravel_index(np.argmax(worst), worst.shape)
            place = ", ".join(f"{axis} = {v:.4g} nm" for axis, v in zip(a.mesh.axes, a.points[row]))
            found = f"field {A} at {place}"
        found = self.comm.bcast(found, rank)
        return SolverError(
            f"Newton's method did not converge: after {step} steps the next is {length:.1e} of the fields, and the "
            f"balance of {found} is off by {best[rank]:.1e} of its terms; begin at fields nearer the solution, "
            "go there in smaller steps of the voltages, or give more cells where fields are steep"
        )
