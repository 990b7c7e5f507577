"""Fields, and integrals of them over named layers, faces and interfaces: all that post-processing needs."""

from functools import cached_property

import numpy as np

from ddgauge.fem.equations import of_motive


class Solution:
    """The potentials of one solve. All numbers are SI and the same on every rank.

    Integrals are over the mesh as it is: in one dimension per m^2 of film, in two per m, in three of the whole.
    """

    def __init__(
        self,
        system,
        x,
        load,
        report,
        E=(0, 0, 0),
        sources=None,
        loads=None,
        motive=None,
        conductances=None,
        rate=None,
        level=None,
    ):
        self.system, self.report, self.E = system, report, np.asarray(E, dtype=float)
        self.sources, self.loads, self.motive = sources or {}, loads or {}, motive or {}
        self.conductances = conductances or {}  # {face: (n, n)}, beside those of the system
        self.x = x  # (rows of this rank, n), V
        self.rate = rate  # d_t x, V/s; None in a steady state
        self.beside = None  # the other part of a phasor
        self.flows = {}  # {layer: function of jets (N, 4, n)}: current densities (N, 3, n), if not those of the medium
        self._load = load
        self._level = level  # (columns, n) level of each region, and (rows, n) rise of x above it, to more digits

    @property
    def mesh(self):
        """The mesh, with its names."""
        return self.system.assembly.mesh

    @property
    def media(self):
        """{layer: Medium}."""
        return self.system.media

    @cached_property
    def columns(self):
        """(columns, n): the potentials at all dofs that this rank's rows touch."""
        return self.system.spread(self.x)

    # bulk

    def volume(self, layer):
        """Integral of 1 over a layer, m^d."""
        return self._sum(self._a.loads[layer][:, 0].sum())

    def jets(self, layer):
        """(4, n) integral of (mu, d_x mu, d_y mu, d_z mu) over a layer."""
        out = np.zeros((4, self.system.n))
        out[self._a.places] = self._a.loads[layer].T @ self.x
        return self._sum(out)

    def integral(self, layer, X):
        """(n,) integral of X[0, A, q, B] jet(mu)[q, B]; X (4, n, 4, n) or a function of points."""
        _, product = self._product(layer, X)
        return self._sum(product.sum(axis=0))

    def quadratic(self, layer, X):
        """Integral of jet(mu) . X jet(mu) over a layer."""
        rows, product = self._product(layer, X)
        return self._sum(np.vdot(self.x[rows], product))

    def error(self, layer, A, exact):
        """Root of the integral of (mu^A - exact)^2 over a layer; exact takes points (3, N), m, and returns (N,) V."""
        return np.sqrt(self._sum(self._a.squared_difference(layer, self.x[:, A], exact)))

    def flow(self, layer):
        """(3, n) integral of the current density j[i, A] over a layer, A m^(d - 2)."""
        medium = self.media[layer]
        moved = self._moved(layer)
        if not callable(medium):
            drift = np.einsum("iAk,k->iA", medium.drift, self.E) * self.volume(layer)
            return moved + drift - np.einsum("iAqB,qB->iA", medium.flux, self.jets(layer))
        drift = [self._mean_load(layer, lambda x, i=i: medium(x).drift[:, i] @ self.E) for i in range(3)]
        flux = [self.integral(layer, _as_rows(lambda x, i=i: medium(x).flux[:, i])) for i in range(3)]
        return moved + np.stack(drift) - np.stack(flux)

    def loss(self, layer):
        """(n,) what a layer takes out of each field: integral of ad_i j_i + relaxation mu, A m^(d - 3).

        It is the integral of -div j: gauge field, relaxation and precession  [Z23 (33)].
        """
        return self._sum((self._taken(layer) - self._drive(layer)).sum(axis=0))

    def work(self, layer):
        """Power that the electric field and electromotive fields spend in a layer, W m^(d - 3)."""
        kappa = self.system.somewhere(layer).kappa
        return float(self.E @ self.flow(layer) @ kappa) + self._motive_power(layer)

    def dissipation(self, layer):
        """Power that a layer turns into heat, by Joule's law and by relaxation, W m^(d - 3)."""
        rows, product = self._own_product(layer)
        spent = np.vdot(self.x[rows], product) - np.vdot(self.x, self._drive(layer))
        return self.work(layer) + float(self._sum(spent))

    def driven_size(self, layer):
        """(n,) magnitude of what electromotive fields and loads drive in a layer, node by node, A m^(d - 3)."""
        load = self.system.driven(layer, np.zeros(3), self.loads, self.motive)
        return self._sum(np.abs(load).sum(axis=0))

    def stored(self, layer):
        """(n,) integral of storage d_t mu over a layer, A m^(d - 3): what it keeps of the currents that enter."""
        if self.rate is None:
            return np.zeros(self.system.n)
        return self.system.somewhere(layer).storage @ self._sum(self._a.loads[layer][:, 0] @ self.rate)

    def stored_power(self, layer):
        """Integral of mu . storage d_t mu over a layer, W m^(d - 3)."""
        return 0.0 if self.rate is None else float(self._sum(np.vdot(self.x, self._storing(layer))))

    def layer_residual(self, layer):
        """(rows, n) storage d_t x + A x - b of a layer alone: minus what flows out of it, at nodes of its faces."""
        left = self._taken(layer) - self._drive(layer)
        return left if self.rate is None else left + self._storing(layer)

    # faces

    def area(self, face):
        """Integral of 1 over an outer face, m^(d - 1)."""
        return self._sum(self._a.faces[face][2].sum())

    def potential(self, face):
        """(n,) mean of mu over an outer face, V."""
        load = self._a.faces[face][2]
        return self._sum(load @ self.x) / self._sum(load.sum())

    def current(self, face):
        """(n,) current out of the body through an outer face, A m^(d - 3), by the residual where mu is fixed."""
        law = self.system.faces.get(face)
        if law is None:
            return np.zeros(self.system.n)
        load = self._a.faces[face][2]
        source = np.asarray(self.sources.get(face, law.source))
        out = self._conductance(face) @ self._sum(load @ self.x) - source * self.area(face)
        mask = self.system.on_face(face) if law.fixed else None
        for A in law.fixed:  # where two such faces meet, each has its share
            holding = sum(
                self.system.on_face(name).astype(int) for name, other in self.system.faces.items() if A in other.fixed
            )
            out[A] -= self._sum((self.residual[mask, A] / holding[mask]).sum())
        return out

    def face_power(self, face):
        """(delivered, absorbed): power that potentials held and sources of a face deliver, and that it absorbs."""
        law = self.system.faces.get(face)
        if law is None:
            return 0.0, 0.0
        index, mass, load = self._a.faces[face]
        free = [A for A in range(self.system.n) if A not in law.fixed]
        mu = self.columns[self._a.columns[index]]
        absorbed = np.einsum(
            "k,kA,AB,kB->", mass, self.x[self._a.rows[index]][:, free], self._conductance(face)[free], mu
        )
        source = np.asarray(self.sources.get(face, law.source))
        delivered = self._sum(load @ self.x)[free] @ source[free]
        out = self.current(face)
        mean = self.potential(face)
        return float(delivered - sum(mean[A] * out[A] for A in law.fixed)), float(self._sum(absorbed))

    def junction_current(self, below, above):
        """(2, n) currents out of the two sides of a broken interface, by its law, A m^(d - 3)."""
        matrix = self.system.junctions[below, above].matrix
        sides = [self._sum(self._a.traces[below, above, side] @ self.x) for side in (0, 1)]
        return np.einsum("sAtB,tB->sA", matrix, np.stack(sides))

    def junction_power(self, below, above):
        """Power that a broken interface turns into heat."""
        matrix = self.system.junctions[below, above].matrix
        index, mass = self._a.junctions[below, above]
        mu, nu = self.x[self._a.rows[index]], self.columns[self._a.columns[index]]
        return float(self._sum(np.einsum("kst,sAtB,kA,kB->", mass, matrix, mu, nu, optimize=True)))

    def interface_area(self, below, above):
        """Integral of 1 over an interface, m^(d - 1)."""
        return self._sum(self._a.traces[below, above, 0].sum())

    def interface_current(self, below, above, side=0):
        """(n,) current out of one side of an interface (0 below, 1 above), by the covariant residual of that layer.

        What leaves through outer faces where the interface ends is not counted; where such a face holds a potential,
        the interface counts up to the last node before it.
        """
        mask = self._interface_mask(below, above, side)
        layer = (below, above)[side]
        out = -self.layer_residual(layer)
        for name, law in self.system.faces.items():
            if self._sum(int((mask & self._a.face_dofs(self.mesh.faces[name])).sum())):
                index, mass, load = self._a.faces[name, layer]
                mu = self.columns[self._a.columns[index]]
                np.subtract.at(out, self._a.rows[index], mass[:, None] * (mu @ self._conductance(name).T))
                out += np.outer(load, self.sources.get(name, law.source))
        out[self.system.fixed[: len(out)]] = 0
        return self._sum(out[mask].sum(axis=0))

    def interface_potential(self, below, above, side=0):
        """(n,) mean of mu over one side of an interface, V."""
        load = self._a.traces[below, above, side]
        return self._sum(load @ self.x) / self._sum(load.sum())

    @cached_property
    def residual(self):
        """(rows, n): storage d_t x + A x - b without constraints; zero except where a potential is held."""
        left = self._law_of_fields - self._load
        for face, conductance in self.conductances.items():
            index, mass, _ = self._a.faces[face]
            mu = self.columns[self._a.columns[index]]
            np.add.at(left, self._a.rows[index], mass[:, None] * (mu @ conductance.T))
        return left if self.rate is None else left + self.system.store(self.system.spread(self.rate))

    @cached_property
    def terms(self):
        """(n,) sums of the magnitudes of all terms of A x, and that of x A x: what rounding errors are small beside."""
        magnitudes = np.abs(self.system.blocks) @ np.abs(self.columns[self._a.columns])[:, :, None]
        each = magnitudes[:, :, 0]
        return self._sum(each.sum(axis=0)), float(self._sum(np.vdot(np.abs(self.x)[self._a.rows], each)))

    # details

    @property
    def _a(self):
        return self.system.assembly

    def _sum(self, value):
        return self.mesh.comm.allreduce(value)

    def _conductance(self, face):
        return self.system.faces[face].conductance + self.conductances.get(face, 0.0)

    def _storing(self, layer):
        """(rows, n) storage d_t mu of a layer, tested."""
        X = np.zeros((4, self.system.n, 4, self.system.n))
        X[0, :, 0, :] = self.system.somewhere(layer).storage
        index, blocks = self._a.bulk_matrix(layer, X)
        rate, out = self.system.spread(self.rate), np.zeros_like(self.x)
        np.add.at(out, self._a.rows[index], np.einsum("kab,kb->ka", blocks, rate[self._a.columns[index]]))
        return out

    def _law(self, layer, name):
        medium = self.media[layer]
        return (lambda x: getattr(medium(x), name)) if callable(medium) else getattr(medium, name)

    @property
    def _law_of_fields(self):
        """(rows, n) A x."""
        if self._level is None:
            return self.system.apply(self.columns)
        return self.system.apply_level(self._level[0]) + self.system.apply(self._rise)

    @cached_property
    def _rise(self):
        """(columns, n): what the potentials rise above their levels: all that layers see."""
        return self.columns if self._level is None else self.system.spread(self._level[1])

    def _own_product(self, layer):
        """As _product, of the law of a layer."""
        return self._product(layer, self._law(layer, "matrix"), self._rise)

    def _taken(self, layer):
        """(rows, n) the share of a layer in A x."""
        rows, product = self._own_product(layer)
        out = np.zeros_like(self.x)
        np.add.at(out, rows, product)
        return out

    def _drive(self, layer):
        return self.system.driven(layer, self.E, self.loads, self.motive)

    def _mean_load(self, layer, F):
        """(n,) integral of F (N, n), a function of points, over a layer."""
        return self._sum(self._a.bulk_load(layer, _as_rows(F)).sum(axis=0))

    def _moved(self, layer):
        """(3, n) integral of the current density of the electromotive field in a layer."""
        if layer not in self.motive:
            return 0.0
        law = of_motive(self.media[layer], self.motive[layer], "flux")
        return np.stack([self._mean_load(layer, lambda x, i=i: law(x)[:, i]) for i in range(3)])

    def _motive_power(self, layer):
        """Integral of f . j over a layer, f the electromotive field  (W m^(d - 3))."""
        if layer not in self.motive:
            return 0.0
        medium, field = self.media[layer], self.motive[layer]
        law = of_motive(medium, field, "flux")

        def here(x):
            return medium(x) if callable(medium) else medium

        def given(x):
            """f . j without potentials, as the first of n fields."""
            j = law(x) + np.einsum("...iAk,k->...iA", here(x).drift, self.E)
            return np.einsum("NiA,NiA->N", field(x), j)[:, None] * np.eye(self.system.n)[0]

        def taken(x):
            """What the potentials take of it, against jet(mu)."""
            return np.einsum("NiA,...iAqB->NqB", field(x), here(x).flux)

        potentials = self._sum(np.vdot(self._a.bulk_load(layer, taken), self.x))
        return float(self._mean_load(layer, given)[0] - potentials)

    def _product(self, layer, X, columns=None):
        """Rows, and the products of the blocks of X with the potentials, or what is given, entry by entry."""
        index, blocks = self._a.bulk_matrix(layer, X)
        columns = self.columns if columns is None else columns
        product = np.einsum("kab,kb->ka", blocks, columns[self._a.columns[index]])
        return self._a.rows[index], product

    def _interface_mask(self, below, above, side):
        return self._a.face_dofs(self.mesh.interfaces[below, above][:, 2 * side : 2 * side + 2])


def _as_rows(law):
    """A law (N, n, ...) as what the test function 1 sees: (N, 4, n, ...) with zeros beside the derivatives."""

    def laid_out(x):
        values = law(x)
        rows = np.zeros((len(values), 4, *values.shape[1:]))
        rows[:, 0] = values
        return rows

    return laid_out
