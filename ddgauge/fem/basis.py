"""Trial functions of a reduced basis: solutions for some coefficients serve others, with a bound of the error.

All coefficients stand linearly before integrals of shape functions, so that projected once, entry by entry, these
give the reduced matrix of any coefficients exactly, at a cost that does not depend on the mesh.

The error e of reduced potentials has the residual r:  A e = r. With P = sum over layers of int jet(v) . P_l jet(u), P_l
the symmetric part of a reference's coefficients, and of faces and interfaces that part of charge, and alpha the largest
number with  sym A >= alpha P  for each layer, face and interface by itself,

    |e|_P <= |r|_(P^-1) / alpha,     |r|^2_(P^-1) = mean of (y . r)^2 over random y of covariance P^-1.

The mean is taken over SKETCHES such vectors, the same for all coefficients, and the norm is SAFETY times its root: by
the chi-squared distribution that is too small for one residual in 10^5. The estimate is the bound of |e|_P relative to
the norm of the spin potentials, which are the smaller ones where charge flows between contacts.
"""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from ddgauge.fem.solve import System
from ddgauge.physics.medium import Face, Junction, Medium

SKETCHES, SAFETY = 16, 3.0
DEPENDENT = 1e-9  # a solution that adds less than this, relative, is in the basis already
DENSE = 3000  # unknowns of a face whose conductance of charge is part of P, at most


class NotReducible(RuntimeError):
    """A system that the reduced basis cannot stand for."""


class Basis:
    """Shape functions for the systems that are like a given one: on its assembly, the same fields held and conserved.

    Trial functions are the lifts of held potentials, and the basis: constants, by which charge and spin balance to
    rounding, what makes currents those of smooth test functions, and the potentials that are added. Test functions are
    the trial functions, the sums by which currents are found, and the random vectors of the estimate.

    Parameters
    ----------
    system : System
        Its coefficients are the reference.
    """

    def __init__(self, system):
        a = system.assembly
        if system.comm.size > 1 or any(callable(medium) for medium in system.media.values()):
            raise NotReducible("one rank and uniform layers are needed")
        self.assembly, self.n, self.null = a, system.n, system.null
        self.free = ~system.fixed[: a.owned]
        charge = np.isin(np.arange(self.n), system.conserved)
        self.kinds = charge, ~charge
        self.layers, self.faces, self.pairs = list(system.media), list(system.faces), list(system.junctions)
        self.held = [(name, A) for name, face in system.faces.items() for A in face.fixed]
        self.place = np.ix_(a.places, range(self.n), a.places, range(self.n))
        self.reference = self._reference(system)
        self.norm = System(a, *self.reference, tolerance=1e-6)
        if len(self.norm.null) != len(self.null):
            raise NotReducible("a part of the body has potentials that only spin conductances determine")
        self._bounds, self._seen = {}, {}
        lifts, ends = self._held(system)
        self.sums = self._interfaces(system)
        tests = [*ends, *(test for tests, _ in self.sums.values() for test in tests), *self._random()]
        self.ends = slice(0, len(ends))
        self.sketch = slice(len(tests) - SKETCHES, len(tests))
        first = len(ends)
        for pair, (_, parts) in self.sums.items():
            self.sums[pair] = slice(first, first + self.n), parts
            first += self.n
        self.first, self.size = len(tests), 0
        self.tests = np.array(tests).reshape(len(tests), a.owned, self.n)
        self.trials = np.zeros((0, a.owned, self.n))
        self.matrices, self.vectors = {}, {}
        self._extend(np.array(lifts).reshape(-1, a.owned, self.n))
        self.add([np.full(a.owned, 1.0)[:, None] * field for field in np.eye(self.n)])
        self.add([self._solved(-self.norm.apply(end)) for end in ends])
        self.add([ramp[:, None] * field for ramp in map(self._ramp, self.sums) for field in np.eye(self.n)])

    # the basis

    def add(self, potentials):
        """Add potentials (rows, n); what is held of them, and what the basis has already, does not matter."""
        new = []
        for x in potentials:
            v = x * self.free
            for z in self.null:
                v -= np.vdot(z, v) * z
            if np.linalg.norm(v) <= 1e-8 * np.linalg.norm(x):
                continue
            size = np.sqrt(np.vdot(v, self.norm.apply(v)))
            for _ in range(2):  # for rounding errors
                image = self.norm.apply(v)
                for w in [*self.trials[len(self.held) :], *new]:
                    v = v - np.vdot(w, image) * w
            left = np.sqrt(max(np.vdot(v, self.norm.apply(v)), 0))
            if left > DEPENDENT * size:
                new.append(v / left)
        if new:
            self._extend(np.array(new))
        self.size = len(self.trials) - len(self.held)

    def _extend(self, new):
        """Project all integrals on further trial functions (k, rows, n)."""
        old = len(self.trials)
        self.trials = np.concatenate([self.trials, new])
        self.tests = np.concatenate([self.tests, new])
        for key, geometry in self._geometry.items():
            self.matrices[key] = self._projected(geometry, new, old, self.matrices.get(key))
        for key, load in self._loads.items():
            self.vectors[key] = np.einsum("rp,zrA->pAz", load, self.tests, optimize=True)
        self._seen = {}
        vars(self).pop("sizes", None)

    def _projected(self, geometry, new, old, before):
        """(p, A, q, B, tests, trials) of sparse matrices geometry[p][q], the earlier trial functions known before."""
        n, P, k, every = self.n, len(geometry), len(new), len(self.tests)
        G = np.zeros((P, n, P, n, every, old + k))
        if before is not None:
            G[..., : every - k, :old] = before
        flat = new.transpose(1, 0, 2).reshape(self.assembly.owned, k * n)
        tests = self.tests.transpose(2, 0, 1).reshape(n * every, -1)
        for p in range(P):
            for q in range(P):
                product = (tests @ (geometry[p][q] @ flat)).reshape(n, every, k, n)
                G[p, :, q, :, :, old:] = product.transpose(0, 3, 1, 2)
        # int jet_p(new) jet_q(old) is int jet_q(old) jet_p(new)
        mirrored = G[..., self.first : self.first + old, old:]
        G[..., every - k :, :old] = mirrored.transpose(2, 3, 0, 1, 5, 4)
        return G

    @cached_property
    def _geometry(self):
        """{key: sparse matrices [p][q]} of layers, faces, parts of faces and interfaces."""
        a, found = self.assembly, {}

        def sparse(index, values):
            return sp.csr_matrix((values, (a.rows[index], a.columns[index])), shape=(a.owned, a.owned))

        for layer in self.layers:
            index, T = a.bulk[layer]
            found[layer] = [[sparse(index, T[:, p, q]) for q in range(T.shape[2])] for p in range(T.shape[1])]
        for key in [("face", name) for name in self.faces] + [key for _, parts in self.sums.values() for key in parts]:
            index, mass, _ = a.faces[key[1] if key[0] == "face" else key]
            found[key] = [[sparse(index, mass)]]
        for pair in self.pairs:
            index, mass = a.junctions[pair]
            found[("junction", *pair)] = [[sparse(index, mass[:, s, t]) for t in (0, 1)] for s in (0, 1)]
        return found

    @cached_property
    def volumes(self):
        """{key: integral of 1}, with the keys of `vectors`."""
        return {key: float(load[:, 0].sum()) for key, load in self._loads.items()}

    @cached_property
    def _loads(self):
        """{key: (rows, p) integrals of the entries of the jets of shape functions}."""
        a = self.assembly
        found = {layer: a.loads[layer] for layer in self.layers}
        found |= {("face", name): a.faces[name][2][:, None] for name in a.mesh.faces}
        found |= {key: a.faces[key][2][:, None] for _, parts in self.sums.values() for key in parts}
        sides = [(*pair, side) for pair in a.mesh.interfaces for side in (0, 1)]
        return found | {("side", *side): a.traces[side][:, None] for side in sides}

    def _held(self, system):
        """Lifts of held potentials, and what sums up the residual on each of these faces: (rows, n) each."""
        lifts, ends = [], []
        holding = np.zeros((self.assembly.owned, self.n))
        for name, A in self.held:
            holding[system.on_face(name), A] += 1
        for name, A in self.held:
            mask, lift = system.on_face(name), np.zeros((self.assembly.owned, self.n))
            for other, (_, B) in zip(lifts, self.held):
                if A == B:
                    other[mask, A] = 0  # the later face counts, as in System
            lift[mask, A] = 1
            lifts.append(lift)
            ends.append(lift * 0)
            ends[-1][mask, A] = 1 / holding[mask, A]
        return lifts, ends

    def _interfaces(self, system):
        """{pair: (what sums up the residual of the layer below, parts of faces that meet the interface there)}."""
        a, found = self.assembly, {}
        for pair in a.mesh.interfaces:
            mask = a.face_dofs(a.mesh.interfaces[pair][:, :2])
            tests = [(mask[:, None] & self.free) * (np.arange(self.n) == A) for A in range(self.n)]
            met = [name for name in self.faces if (mask & a.face_dofs(a.mesh.faces[name])).any()]
            found[pair] = tests, [(name, pair[0]) for name in met]
        return found

    def _ramp(self, pair):
        """(rows,) zero on an interface and outside the layer below, beside the interface near one where that is flat.

        With it in the basis, the current through the interface is not that of the cells at the interface alone.
        """
        a = self.assembly
        if not a.mesh.structured:
            return np.zeros(a.owned)
        inside = a.rows_of(a.mesh.label[: len(a.cell_dofs)] == a.mesh.layers[pair[0]])
        z = a.points[: a.owned, a.mesh.axes.index("z")]
        low, high = z[inside].min(), z[inside].max()
        return np.where(inside & ~a.face_dofs(a.mesh.interfaces[pair][:, :2]), (z - low) / (high - low), 0)

    # the norm and the estimate

    def _reference(self, system):
        """Media, faces and junctions of P: of faces and interfaces the conductance of charge alone."""
        n, media, faces, junctions = self.n, {}, {}, {}
        for layer, medium in system.media.items():
            S = medium.matrix.reshape(4 * n, 4 * n)
            zero = np.zeros((n, n))
            symmetric = (0.5 * (S + S.T)).reshape(medium.matrix.shape)
            nothing = np.zeros((4, n, 3)), np.zeros((3, n, 4, n)), np.zeros((3, n, 3))
            media[layer] = Medium(symmetric, *nothing, zero, zero, np.zeros(n))
        charge = np.outer(*[self.kinds[0]] * 2)
        for name, face in system.faces.items():
            conductance = 0.5 * (face.conductance + face.conductance.T) * charge
            conductance *= np.outer(*[[A not in face.fixed for A in range(n)]] * 2)
            faces[name] = Face(conductance, np.zeros(n), face.fixed)
        for pair, junction in system.junctions.items():
            J = junction.matrix.reshape(2 * n, 2 * n)
            junctions[pair] = Junction((0.5 * (J + J.T)).reshape(2, n, 2, n) * charge[:, None, :])
        return media, faces, junctions

    def _random(self):
        """Vectors y with covariance P^-1."""
        rng = np.random.default_rng(1)
        media, faces, junctions = self.reference
        a, n = self.assembly, self.n
        noise = np.zeros((SKETCHES, a.owned, n))
        for layer, medium in media.items():
            P = medium.matrix[self.place]
            side = P.shape[0] * n
            root = _root(P.reshape(side, side)).reshape(P.shape[0], n, side)
            weight = a.weights(layer)
            for g in noise:
                xi = rng.normal(size=(len(weight), side)) / np.sqrt(weight)[:, None]
                F = np.zeros((len(weight), 4, n))
                F[:, a.places] = np.einsum("pAm,Nm->NpA", root, xi)
                g += a.bulk_load(layer, lambda x, F=F: F)
        conducting = [(*a.junctions[pair], law.matrix.transpose(0, 2, 1, 3)) for pair, law in junctions.items()]
        for name, face in faces.items():
            index, mass, _ = a.faces[name]
            conducting.append((index, mass[:, None, None], face.conductance[None, None]))
        for index, mass, law in conducting:
            if np.any(law):
                self._add_noise(noise, rng, index, mass, law)
        return [self._solved(g) for g in noise]

    def _add_noise(self, noise, rng, index, mass, law):
        a, n = self.assembly, self.n
        rows, columns = a.rows[index], a.columns[index]
        dofs = np.unique(rows)
        if len(dofs) * n > DENSE:
            raise NotReducible("a face with a conductance of charge has too many unknowns")
        whole = np.zeros((len(dofs), n, len(dofs), n))
        at = np.searchsorted(dofs, rows), slice(None), np.searchsorted(dofs, columns), slice(None)
        np.add.at(whole.transpose(0, 2, 1, 3), (at[0], at[2]), np.einsum("kst,stAB->kAB", mass, law))
        root = _root(whole.reshape(len(dofs) * n, -1))
        for g in noise:
            g[dofs] += (root @ rng.normal(size=root.shape[1])).reshape(-1, n)

    def _solved(self, rhs):
        x, _, _ = self.norm.linear.solve(rhs * self.free)
        return x * self.free

    @cached_property
    def sizes(self):
        """(kinds, trials, trials): the norm of P of charge and of spin."""
        media, faces, junctions = self.reference
        terms = self.coefficients(media, faces, junctions)
        found = []
        for kind in self.kinds:
            both = np.outer(kind, kind)[:, None, :]
            found.append(
                sum(
                    np.einsum("pAqB,pAqBzj->zj", X * both, self.matrices[key][..., self.first :, :], optimize=True)
                    for key, X in terms.items()
                )
            )
        return np.array(found)

    def coefficients(self, media, faces, junctions):
        """{key: (p, A, q, B) array}: what stands before the integrals."""
        found = {layer: medium.matrix[self.place] for layer, medium in media.items()}
        found |= {("face", name): face.conductance[None, :, None, :] for name, face in faces.items()}
        return found | {("junction", *pair): junction.matrix for pair, junction in junctions.items()}

    @cached_property
    def _references(self):
        return self.coefficients(*self.reference)

    def bound(self, key, X, free):
        """Largest alpha with sym X >= alpha P, of one layer, face or interface, in its free fields."""
        S = (0.5 * (X + X.transpose(2, 3, 0, 1)))[:, free][:, :, :, free]
        known = key, S.tobytes()
        if known not in self._bounds:
            side = S.shape[0] * S.shape[1]
            P = self._references[key][:, free][:, :, :, free]
            self._bounds[known] = coercivity(S.reshape(side, side), P.reshape(side, side)) if side else np.inf
        return self._bounds[known]

    def operator(self, key, X):
        """(tests, trials) matrix of the coefficients of a layer, face or interface."""
        if key not in self._seen:
            G = self.matrices[key].reshape(X.size, -1)
            self._seen[key] = X.ravel().copy(), X.ravel() @ G, np.zeros(X.size, dtype=bool), G[:0], {}
        first, base, vary, G, same = self._seen[key]
        difference = X.ravel() - first
        changed = difference != 0
        if np.any(changed & ~vary):
            vary = vary | changed
            G = self.matrices[key].reshape(X.size, -1)[vary]
            self._seen[key] = first, base, vary, G, same
        matrix = base + difference[vary] @ G if changed.any() else base
        return matrix.reshape(len(self.tests), -1)


def _root(P):
    """R with R R^T = P, of a positive semidefinite matrix."""
    scale = np.sqrt(np.diag(P))
    scale = np.where(scale > 0, scale, 1)
    values, vectors = np.linalg.eigh(P / np.outer(scale, scale))
    return scale[:, None] * vectors * np.sqrt(np.maximum(values, 0))


def coercivity(S, P):
    """Largest alpha with S >= alpha P, of symmetric matrices, P >= 0; 0 if S is not >= 0, infinite if P = 0."""
    scale = np.sqrt(np.maximum(np.diag(P), np.diag(S)))
    scale = np.where(scale > 0, scale, 1)
    S, P = S / np.outer(scale, scale), P / np.outer(scale, scale)
    if not np.linalg.eigvalsh(S).min() >= -1e-10:
        return 0.0
    values, vectors = np.linalg.eigh(P)
    some = values > 1e-10 * max(values.max(), 1e-300)
    if not some.any():
        return np.inf
    inside, outside = vectors[:, some] / np.sqrt(values[some]), vectors[:, ~some]
    across = inside.T @ S @ outside
    hidden = np.linalg.pinv(outside.T @ S @ outside, rcond=1e-9, hermitian=True)
    left = inside.T @ S @ inside - across @ hidden @ across.T
    return max(float(np.linalg.eigvalsh(left).min()), 0.0)
