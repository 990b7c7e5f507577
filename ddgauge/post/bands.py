"""Numbers of two bands: states, flows, budgets of all fields under both sets of names, balances, and positivity.

What a full valence band leaves, X = S - n_full (S_vv,o = 1), has the digits of few holes; where n_full is 0, X is S.
"""

from dataclasses import dataclass

import numpy as np

from ddgauge.fem.sample import quadrature
from ddgauge.physics import band_precession
from ddgauge.physics.generators import NAMES, SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import BLOCK_NAMES, FROM_BLOCKS, TERMS, TO_BLOCKS, lowest_occupation, pseudospin
from ddgauge.post.balance import ROUNDING

DENSITY, FLOW, RATE = "1/m^3", "1/(m^2 s)", "1/(m^3 s)"
NEGATIVE = -1e-6  # of the local trace: eigenvalues below are told of
DILUTE = 1e-9  # of the largest trace: with fewer electrons a place is weighed as if it had so many


def named(S):
    """{name: (...)} of fields S (..., 16) in both sets of names: "oo" to "zz", "cc_o" to "Im cv_z"."""
    both = zip((NAMES, BLOCK_NAMES), (S, S @ TO_BLOCKS.T))
    return {name: values[..., k] for names, values in both for k, name in enumerate(names)}


def full(X, n_full):
    """Fields S (..., 16) from what is beyond a full valence band, 1/m^3."""
    return X + n_full * FROM_BLOCKS[:, 4]


def carriers(X, n_full):
    """{name: (...)} 1/m^3: n_c, p (n_v where no band is full), and the coherence |S_cv,o|."""
    of_blocks = X @ TO_BLOCKS.T
    valence = {"p": -of_blocks[..., 4]} if n_full else {"n_v": of_blocks[..., 4]}
    return {"n_c": of_blocks[..., 0], **valence, "|S_cv,o|": np.hypot(of_blocks[..., 8], of_blocks[..., 12])}


def polarisations(X, n_full):
    """{"c", "v": (..., 3)}: spin of a band per electron, or per hole of a band that was full; 0 where there is none."""
    of_blocks = X @ TO_BLOCKS.T
    spins = {"c": of_blocks[..., 1:4], "v": of_blocks[..., 5:8]}
    numbers = {"c": of_blocks[..., :1], "v": -of_blocks[..., 4:5] if n_full else of_blocks[..., 4:5]}
    return {band: _over(spins[band], numbers[band]) for band in spins}


def pseudospin_angle(S):
    """Angle (...) of the pseudospin from z, rad: 0 where all electrons are in c, pi where all are in v."""
    S_o = pseudospin(S)
    return np.arctan2(np.hypot(S_o[..., 0], S_o[..., 1]), S_o[..., 2])


def _over(a, b):
    return a / np.where(b == 0, np.inf, b)


def numbers(laws, solution, excess=False):
    """Tables of a Solution: densities and flows at faces, interfaces and in layers.

    Parameters
    ----------
    laws : {layer: BandLaw}
    solution : fem.solution.Solution
    excess : bool
        Whether fields are deviations from equilibrium, of which polarisations and angles are not told.

    Returns
    -------
    dict of tables
        state and flow (by place and name), content (by layer and name), density, polarisation, pseudospin_angle.
    """
    law, mesh = next(iter(laws.values())), solution.mesh
    places, flows = {}, {}
    for name in mesh.faces:
        places[name] = solution.potential(name)
        flows[name] = solution.current(name) / solution.area(name)
    for pair in mesh.interfaces:
        places["|".join(pair)] = solution.interface_potential(*pair)
        flows["|".join(pair)] = solution.interface_current(*pair) / solution.interface_area(*pair)
    layers = {name: solution.jets(name)[0] / solution.volume(name) for name in mesh.layers}
    X, n_full = {name: law.n_ref * x[:16] for name, x in (places | layers).items()}, law.full_density
    S = {name: full(values, n_full) for name, values in X.items()}
    tables = {
        "density": _flat({name: carriers(values, n_full) for name, values in X.items()}, DENSITY),
        "polarisation": _flat({name: polarisations(values, n_full) for name, values in X.items()}, "1"),
        "pseudospin_angle": {name: float(pseudospin_angle(values)) for name, values in S.items()}
        | {"units": {"*": "rad"}},
        "state": _flat({name: named(S[name]) for name in places}, DENSITY),
        "flow": _flat({name: named(law.n_ref * flow[:16]) for name, flow in flows.items()}, FLOW),
        "content": _flat({name: named(S[name]) for name in layers}, DENSITY),
    }
    if law.poisson:
        tables["potential"] = {name: float(x[16]) for name, x in places.items()} | {"units": {"*": "V"}}
    untold = ("polarisation", "pseudospin_angle") if excess else ("pseudospin_angle",) if n_full else ()
    return {key: table for key, table in tables.items() if key not in untold}


def _flat(of_places, unit):
    """{"place name": value} of {place: {name: value}}, with a unit."""
    flat = {f"{place} {name}": _plain(value) for place, found in of_places.items() for name, value in found.items()}
    return flat | {"units": {"*": unit}}


def _plain(value):
    return float(value) if np.ndim(value) == 0 else value


def budget(laws, solution, H):
    """Where the fields of each layer come from, by block: means over the layer  [Buot Sec. VIII].

    Precession in the three groups of `band_precession.budget`; transport, what flows in and what gauge fields turn on
    the way; relaxation; generation. Their sum is the rate, d_t S, of which a steady state has none.

    Parameters
    ----------
    laws : {layer: BandLaw}
    solution : fem.solution.Solution
    H : {layer: (4, 4) array}
        Hamiltonian of each layer at this time, J.

    Returns
    -------
    table
        "layer field term", 1/(m^3 s).
    """
    found = {}
    for layer, law in laws.items():
        c, volume = law.c, solution.volume(layer)
        jets, weights, _ = quadrature(solution, layer)
        means = _sums(solution, weights, jets[:, 0, :16]) * law.n_ref / volume
        gone = jets[:, 0, :16] * law.n_ref - c.equilibrium.beyond(jets[:, 0, :16] * law.n_ref, law.full_density)
        turned = np.einsum("iAB,NiB->NA", SPIN_PSEUDOSPIN.ad(c.q), law.flow(jets))
        groups = np.concatenate(_real(*band_precession.budget(H[layer], full(means, law.full_density))), axis=-1)
        others = [
            -(law.n_ref * leaving(solution, layer)[:16] + _sums(solution, weights, turned)) / volume,
            -c.R @ _sums(solution, weights, gone) / volume,
            c.G,
            law.n_ref * _mean_rate(solution, layer)[:16],
        ]
        terms = np.concatenate([groups, np.array(others) @ TO_BLOCKS.T])
        for k, name in enumerate(BLOCK_NAMES):
            found |= {f"{layer} {name} {term}": float(terms[t, k]) for t, term in enumerate(TERMS)}
    return found | {"units": {"*": RATE}}


def _real(cc, vv, cv):
    return cc, vv, cv.real, cv.imag


def _sums(solution, weights, values):
    """Integral (...) of values (N, ...) at this rank's quadrature points over a layer."""
    return solution.mesh.comm.allreduce(np.tensordot(weights, values, 1))


def _mean_rate(solution, layer):
    """(n,) mean over a layer of d_t of the unknowns."""
    if solution.rate is None:
        return np.zeros(solution.system.n)
    load = solution.system.assembly.loads[layer][:, 0]
    return solution.mesh.comm.allreduce(load @ solution.rate) / solution.volume(layer)


def leaving(solution, layer):
    """(n,) flow out of a layer through all of its faces and interfaces, by its residual there."""
    a, mesh = solution.system.assembly, solution.mesh
    sides = [mesh.faces[name] for name in mesh.faces]
    for below, above in mesh.interfaces:
        if layer in (below, above):
            side = (below, above).index(layer)
            sides.append(mesh.interfaces[below, above][:, 2 * side : 2 * side + 2])
    mask = np.any([a.face_dofs(facets) for facets in sides], axis=0) if sides else np.zeros(a.owned, dtype=bool)
    return mesh.comm.allreduce(-solution.layer_residual(layer)[mask].sum(axis=0))


@dataclass(frozen=True)
class Balances:
    """What is left over of the number of electrons, of the other fields, and of Gauss' law, relative to its terms."""

    number: float
    fields: float
    gauss: float | None  # None without Poisson's equation

    @property
    def parts(self):
        """{name: what is left over}."""
        return {key: value for key, value in vars(self).items() if value is not None}

    @property
    def worst(self):
        """The largest of them; nan where one is."""
        return float(np.max(list(self.parts.values())))


def balances(laws, solution):
    """Balances of a solution: flows out of faces, losses, generation and what is stored.

    Fields that precess and mix are weighed together; power has no balance where fields are densities.
    """
    flows = [solution.current(face) for face in solution.system.faces]
    flows += [law(layer) for law in (solution.loss, solution.stored) for layer in laws]
    scale = np.abs(flows).sum(axis=0) + ROUNDING * solution.terms[0]
    for layer, law in laws.items():
        jets, weights, _ = quadrature(solution, layer)
        size = _sums(solution, weights, np.abs(law.flow(jets)).max(axis=1)) / law.n_ref
        scale[:16] += size / solution.volume(layer) ** (1 / solution.mesh.dimension)
        scale += solution.driven_size(layer)
    scale[1:16] = scale[:16].max()
    relative = np.abs(np.sum(flows, axis=0)) / np.where(scale > 0, scale, 1)
    gauss = float(relative[16]) if len(relative) > 16 else None
    return Balances(float(relative[0]), float(relative[1:16].max()), gauss)


def positivity(laws, solution):
    """Smallest eigenvalue of the density matrix over its trace in each layer, and where it is.

    Returns
    -------
    {layer: (float, (3,) array)}
        Relative value, and the place, m. Nothing is clipped.
    """
    found, largest = {}, 0.0
    for layer, law in laws.items():
        jets, _, x = quadrature(solution, layer)
        S = full(law.n_ref * jets[:, 0, :16], law.full_density)
        found[layer] = lowest_occupation(S), S[:, 0], x
        largest = max(largest, float(np.abs(S[:, 0]).max(initial=0.0)))
    largest = max(solution.mesh.comm.allgather(largest))
    return {layer: _least(solution, *values, DILUTE * largest) for layer, values in found.items()}


def _least(solution, lowest, trace, x, floor):
    """(value, place) of the smallest of all ranks."""
    relative = lowest / np.maximum(trace, floor) if floor > 0 else 0 * lowest
    k = int(relative.argmin()) if len(relative) else None
    mine = (np.inf, np.zeros(3)) if k is None else (float(relative[k]), x[:, k])
    return min(solution.mesh.comm.allgather(mine), key=lambda each: each[0])
