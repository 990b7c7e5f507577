"""Many stacks in one dimension as arrays: coefficients, cells, potentials, and the balances that these are held to.

No charge leaves them at bottom or top, so that spin alone is solved for, and j_z^0 = 0 gives mu^0. Indices of arrays:
l layer from bottom to top, n stack, r column (one of the drives that are solved for), s side (below, above).
"""

from functools import cached_property
from operator import attrgetter

import numpy as np

from ddgauge.experiment.conductance import magnetic_side
from ddgauge.fem import lines
from ddgauge.model import checks
from ddgauge.model.layer import LayerCoefficients
from ddgauge.model.plan import CELLS, EVEN, default_degree, divided, heights
from ddgauge.physics import closure
from ddgauge.physics.medium import spin_medium

FIELDS = tuple(LayerCoefficients.__dataclass_fields__)
SIDES = ("bottom", "top")
SPIN = slice(1, 4)
ROUNDING = 1e-9  # relative, of a number that is rounded up


class Member:
    """A case among many: the layers that are solved for, from bottom to top, and what must be alike."""

    def __init__(self, case):
        self.case, self.stack = case, case.stack
        self.names, self.face = (case.stack.names, None) if case.experiment == "film" else magnetic_side(case)
        self.first = self.stack.names.index(self.names[0])
        self.layers = self.stack.layers[self.first : self.first + len(self.names)]
        self.pairs = [f"{below}|{above}" for below, above in zip(self.names[:-1], self.names[1:])]
        self.m, self.B, self.T = self.stack.direction, self.stack.B, self.stack.temperature
        self.towards = None if self.m is None else self.m.tobytes()
        broken = tuple(pair in self.stack.interface for pair in self.pairs)
        sourced = any(np.any(getattr(b, "spin_current", 0)) for b in self.stack.boundary.values())
        degree = case.solver.degree or default_degree(1, True, False)
        self.kind = case.experiment, len(self.names), broken, self.face, degree, sourced


class Stacks:
    """Members of one kind."""

    def __init__(self, members):
        self.members, self.count = members, len(members)
        _, self.layers, broken, self.face, self.degree, self.sourced = members[0].kind
        self.broken = np.flatnonzero(broken).tolist()
        self.which, layers, self.c = _coefficients(members)  # layers that are the same in several stacks count once
        c = self.c
        Theta = closure.response(closure.coupling(c.theta0, c.thetaC, c.thetaL))
        R, omega = c.R_lattice + c.R_exchange, c.omega_exchange + c.omega_larmor
        self.medium = spin_medium(c.sigma, c.D, R, omega, c.q, Theta, c.kappa)
        self.thickness = np.array([layer.thickness for layer in layers])[self.which]
        self.cells, self.edge = _cells(members, self.thickness, _shortest(c, layers)[self.which])
        self.conductance, self.source, self.fixed = _faces(members, self.face)
        self.junctions = _junctions(members, self.broken)

    def of(self, values):
        """(layers, stacks, ...) of an array that has each layer once."""
        return values[self.which]

    @property
    def unknowns(self):
        """(stacks,) number of unknowns, those of charge among them."""
        return 4 * (self.degree * self.cells.sum(axis=0) + 1 + len(self.broken))

    def drive(self, E):
        """The Steady state of electric fields E[n, r, i] along x and y, V/m."""
        return self._solved(E, self.medium.drive[..., :2], np.zeros((2, 3, 2)), np.moveaxis(E[..., :2], -1, 1))

    def hold(self, potentials):
        """The Steady state of potentials[r, a], V, at the face of the members, without a field."""
        columns = len(potentials)
        held = np.zeros((2, 3, columns))
        held[SIDES.index(self.face)] = potentials.T
        weights = np.broadcast_to(np.eye(columns), (self.count, columns, columns))
        return self._solved(
            np.zeros((self.count, columns, 3)), np.zeros((len(self.c.sigma), 4, 4, columns)), held, weights
        )

    def _solved(self, E, loads, held, weights):
        """The Steady state that has weights[n, c, r] of the loads and held potentials c, and all that faces inject."""
        if self.sourced:
            loads, held = (np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, 1)]) for a in (loads, held))
            weights = np.pad(weights, [(0, 0), (0, 1), (0, 0)], constant_values=1)
        columns = held.shape[-1]
        source = np.zeros((self.count, 2, 3, columns))
        if self.sourced:
            source[..., -1] = self.source
        law = lines.open_circuit(self.medium, loads)
        layers = lines.Layers(self._lengths(), lines.Law(*(a[self.which.ravel()] for a in law)), self.degree)
        parts, own = [], []
        for k in range(self.layers):
            if k - 1 in self.broken:
                parts.append(lines.of_junction(self.junctions[self.broken.index(k - 1)], columns))
            own.append(len(parts))
            parts.append(layers.network.at(slice(k * self.count, (k + 1) * self.count)))
        chain = lines.Chain(parts, self.conductance, self.fixed)
        found, determined = chain.solve(source, held)
        ends = np.stack([np.concatenate([found[k][s] for k in own]) for s in (0, 1)])
        return Steady(self, E, weights, ends, layers.inside(*ends), determined)

    def _lengths(self):
        """[(places, lengths of the cells)] of layers with as many cells each, for lines.Layers."""
        cells, t, edge = (a.ravel() for a in (self.cells, self.thickness, self.edge))
        found = []
        for number in np.unique(cells):
            places = np.flatnonzero(cells == number)
            edges, which = np.unique(edge[places] / t[places], return_inverse=True)
            z = np.ones((len(edges), number + 1))
            z[:, :-1] = heights(np.arange(number) / number, edges[:, None])
            found.append((places, np.diff(z)[which] * t[places, None]))
        return found


class Steady:
    """Potentials of stacks, and what follows from them, in columns."""

    def __init__(self, stacks, E, weights, ends, inside, determined):
        self.stacks, self.E, self.determined = stacks, E, determined
        self._source, self._fixed = (np.moveaxis(a, 1, 0)[:, :, None] for a in (stacks.source, stacks.fixed))
        shape = stacks.layers, stacks.count

        def columns(values):
            return np.einsum("...lnac,ncr->...lnra", values.reshape(*values.shape[:-3], *shape, 3, -1), weights)

        def squares(values):
            return np.einsum("lncd,ncr,ndr->lnr", values.reshape(*shape, *values.shape[-2:]), weights, weights)

        self.mu = columns(ends)  # mu[s, l, n, r, a] at the ends of layers, V
        self.rows = columns(
            np.moveaxis(inside.rows, 1, 0)
        )  # current[s, l, n, r, a] into a layer, by the residual, A/m^2
        self.integral = columns(inside.integral)  # of mu over layers, [l, n, r, a], V m
        self.spent = squares(inside.power)  # heat less work of layers, [l, n, r], W/m^2
        self._left, self._size = squares(inside.left).sum(axis=0), squares(inside.size).sum(axis=0)

    @cached_property
    def jets(self):
        """jets[l, n, r, q, A]: integrals of mu (that of mu^0 left out) and of d_z mu over layers."""
        of, jump = self.stacks.of, self.mu[1] - self.mu[0]
        medium, E = self.stacks.medium, self.E[..., :2]
        given = np.einsum("lnk,nrk,ln->lnr", of(medium.drive[:, 3, 0, :2]), E, self.stacks.thickness)
        taken = np.einsum("lna,lnra->lnr", of(medium.matrix[:, 3, 0, 3, SPIN]), jump)
        taken += np.einsum("lna,lnra->lnr", of(medium.matrix[:, 3, 0, 0, SPIN]), self.integral)
        jets = np.zeros((*jump.shape[:-1], 2, 4))
        jets[..., 0, SPIN], jets[..., 1, SPIN] = self.integral, jump
        jets[..., 1, 0] = (given - taken) / of(medium.matrix[:, 3, 0, 3, 0])[..., None]  # j_z^0 = 0
        return jets

    @cached_property
    def flow(self):
        """flow[l, n, r, i, A]: integral of the current density over layers, A/m."""
        of, medium = self.stacks.of, self.stacks.medium
        drift = np.einsum("lniAk,nrk,ln->lnriA", of(medium.drift), self.E, self.stacks.thickness)
        return drift - np.einsum("lniAqB,lnrqB->lnriA", of(medium.flux[..., ::3, :]), self.jets)

    @cached_property
    def loss(self):
        """loss[l, n, r, A]: what layers take out of each field, A/m^2."""
        of, medium = self.stacks.of, self.stacks.medium
        driven = np.einsum("lnAk,nrk,ln->lnrA", of(medium.drive[:, 0]), self.E, self.stacks.thickness)
        return np.einsum("lnAqB,lnrqB->lnrA", of(medium.matrix[:, 0, :, ::3]), self.jets) - driven

    @cached_property
    def faces(self):
        """(mu, out), each [s, n, r, a]: potentials at bottom and top, V, and spin currents out of them, A/m^2."""
        mu, into = (np.stack([at_ends[0, 0], at_ends[1, -1]]) for at_ends in (self.mu, self.rows))
        by_law = np.einsum("nsab,snrb->snra", self.stacks.conductance, mu) - self._source
        return mu, np.where(self._fixed, -into, by_law)

    @cached_property
    def junctions(self):
        """(mu, out), each [j, s, n, r, a]: potentials beside broken interfaces, and spin currents out of the sides."""
        below = np.array(self.stacks.broken, dtype=int)
        mu = np.stack([self.mu[1, below], self.mu[0, below + 1]], axis=1)
        return mu, np.einsum("jnsatb,jtnrb->jsnra", self.stacks.junctions, mu)

    @cached_property
    def through(self):
        """[k, n, r, a] spin current out of layer k into the interface above it, A/m^2."""
        return -self.rows[1, :-1]

    @property
    def left_over(self):
        """(stacks,) root of the squares of the spin currents that are left over in cells and at nodes, relative."""
        across = dict(zip(self.stacks.broken, self.junctions[1]))
        left = [*(np.stack([self.rows[0, 0], self.rows[1, -1]]) + self.faces[1])]
        for k in range(self.stacks.layers - 1):
            sides = self.rows[1, k], self.rows[0, k + 1]
            left += [*(np.stack(sides) + across[k])] if k in across else [sum(sides)]
        squares = self._left + sum((values**2).sum(axis=-1) for values in left)
        return np.sqrt(np.maximum(_ratio(squares, self._size), 0)).max(axis=-1)

    @cached_property
    def balances(self):
        """(charge, spin, power), each (stacks,), the largest of all columns: as of post.balance  [Z23 (32), (33)].

        What they weigh leaves out the terms whose rounding errors are all there is where nothing flows.
        """
        stacks = self.stacks
        (_, out), (_, across) = self.faces, self.junctions
        spin = [*out, *across.reshape(-1, *across.shape[2:]), *self.loss[..., SPIN]]
        t, of = stacks.thickness[..., None, None, None], stacks.of
        drift = np.abs(np.einsum("lniAk,nrk->lnriA", of(stacks.medium.drift), self.E))
        size = (np.abs(self.flow) / t + drift).max(axis=3).sum(axis=0)
        scale = sum(map(np.abs, spin)) + size[..., SPIN]
        scale_of_spin = scale.max(axis=-1)
        scale_of_charge = np.maximum(np.abs(self.loss[..., 0]).sum(axis=0) + size[..., 0], scale_of_spin)
        charge = np.abs(self.loss[..., 0].sum(axis=0)), scale_of_charge
        spin = np.abs(sum(spin)).max(axis=-1), scale_of_spin
        return tuple(_ratio(*pair).max(axis=-1) for pair in (charge, spin, self._power()))

    def _power(self):
        """What work and heat differ by, and what both are beside, each [n, r], W/m^2."""
        stacks, of = self.stacks, self.stacks.of
        (mu, out), (sides, across) = self.faces, self.junctions
        kappa = of(stacks.medium.kappa)
        work = np.einsum("nri,lnriA,lnA->lnr", self.E, self.flow, kappa)
        delivered = (np.where(self._fixed, -out, self._source) * mu).sum(axis=-1)
        absorbed = (np.where(self._fixed, 0, out + self._source) * mu).sum(axis=-1)
        given = [*work, *delivered]
        taken = [*(work + self.spent), *absorbed, *(across * sides).sum(axis=(1, -1))]
        felt = np.einsum("nri,lniAk,nrk,lnA,ln->lnr", self.E, of(stacks.medium.drift), self.E, kappa, stacks.thickness)
        weight = sum(map(np.abs, [*given, *taken, *felt]))
        return np.abs(sum(given) - sum(taken)), weight


def _ratio(left, scale):
    return left / np.where(scale > 0, scale, 1)


def _coefficients(members):
    """Places (layers, stacks) of each layer among those that differ, these, and their LayerCoefficients as arrays."""
    places, layers, found, known = [], [], [], {}
    for k in range(len(members[0].layers)):
        for member in members:
            layer = member.layers[k]
            key = id(layer), member.towards if layer.magnetic else None, member.B.tobytes(), member.T
            if key not in known:
                known[key] = len(layers)
                layers.append(layer)
                found.append(layer.coefficients(member.m, member.B, member.T))
            places.append(known[key])
    values = zip(*map(attrgetter(*FIELDS), found))
    c = LayerCoefficients(**{name: np.array(value) for name, value in zip(FIELDS, values)})
    return np.array(places).reshape(-1, len(members)), layers, c


def _shortest(c, layers):
    """Shortest length of each layer, m, as of model.checks.shortest; nan where there is none."""
    diffuses = np.array([layer.diffuses for layer in layers])
    rates = [np.linalg.eigvalsh(R)[:, -1] for R in (c.R_lattice, c.R_exchange)]
    rates += [np.linalg.norm(omega, axis=-1) for omega in (c.omega_exchange, c.omega_larmor * diffuses[:, None])]
    rate, q = np.max(rates, axis=0), np.zeros(len(layers))
    turns = c.q.any(axis=(-2, -1))
    q[turns] = np.linalg.norm(c.q[turns], ord=2, axis=(-2, -1))
    with np.errstate(divide="ignore"):
        length = np.fmin(np.sqrt(c.D / np.maximum(rate, 0)), 1 / q)
    return np.where(np.isfinite(length), length, np.nan)


def _cells(members, thickness, length):
    """Number of cells of layers and the edge that they are graded to, each [l, n]: as of model.plan.through."""
    length = length.copy()
    wanted = CELLS[1] * thickness / (2 * length)
    with np.errstate(invalid="ignore"):
        doubtful = (np.abs(wanted - np.rint(wanted)) < ROUNDING * wanted) & (wanted < CELLS[1] + 1)
    for k, n in np.argwhere(doubtful):  # rounding errors decide
        length[k, n] = checks.shortest(members[n].stack)[members[n].names[k]]
    cells, edge = divided(thickness, length, CELLS[1])
    for n, member in enumerate(members):
        options = member.case.mesh
        if options.element_size is not None:
            cells[:, n], edge[:, n] = np.ceil(thickness[:, n] / options.element_size), EVEN * thickness[:, n]
        elif options.cells is not None:
            every = options.cells if isinstance(options.cells, tuple) else (options.cells,) * len(member.stack.names)
            cells[:, n] = every[member.first : member.first + len(cells)]
    return cells, edge


def _faces(members, held):
    """Conductance [n, s, a, b], source [n, s, a] and whether potentials are fixed [n, s, a] at bottom and top."""
    insulating = np.zeros((3, 3)), np.zeros(3), [False] * 3
    known, found = {None: insulating, "held": (*insulating[:2], [True] * 3)}, []
    for member in members:
        for side in SIDES:
            boundary = member.stack.boundary.get(side)
            key = "held" if side == held else boundary and (id(boundary), member.towards)
            if key not in known:
                face = boundary.face(member.m)
                known[key] = face.conductance[SPIN, SPIN], face.source[SPIN], [A in face.fixed for A in (1, 2, 3)]
            found.append(known[key])
    return [np.array(values).reshape(len(members), 2, *np.shape(values[0])) for values in zip(*found)]


def _junctions(members, broken):
    """Matrices [j, n, s, a, t, b] of the broken interfaces."""
    found, known = [], {}
    for k in broken:
        for member in members:
            interface = member.stack.interface[member.pairs[k]]
            key = id(interface), member.towards
            if key not in known:
                known[key] = interface.junction(member.m).matrix[:, SPIN, :, SPIN]
            found.append(known[key])
    return np.array(found).reshape(len(broken), len(members), 2, 3, 2, 3)
