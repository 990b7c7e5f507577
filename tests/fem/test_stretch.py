"""A stretched mesh is the mesh that would be made so: matrices, loads, faces and interfaces, to rounding."""

import numpy as np
import pytest
from mpi4py import MPI

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.stretch import Stretched

COMM = MPI.COMM_WORLD
THICKNESS, SIDES = {"A": 4e-9, "B": 2e-9}, (5e-9, 3e-9)
FACTORS, ALONG = {"A": 1.3, "B": 0.7}, (1.1, 0.8)
PAIR = ("A", "B")


def assembly(thickness, sides, dimension, shape="simplex"):
    """Cells are graded alike, whatever the thickness."""
    layers = [(name, t, 4, 0.3 * t) for name, t in thickness.items()]
    mesh = stack_mesh(layers, sides[: dimension - 1], (3, 2)[: dimension - 1], False, shape, COMM)
    return Assembly(mesh, 2, [PAIR])


@pytest.fixture(scope="module", params=[(1, "simplex"), (2, "simplex"), (2, "box"), (3, "simplex")], ids=str)
def pair(request):
    """(stretched, made so)."""
    dimension, shape = request.param
    base = assembly(THICKNESS, SIDES, dimension, shape)
    new = {name: FACTORS[name] * t for name, t in THICKNESS.items()}
    stretched = Stretched(
        base, ALONG[: dimension - 1], {"A": (FACTORS["A"], 0.0, 0.0), "B": (FACTORS["B"], THICKNESS["A"], new["A"])}
    )
    return stretched, assembly(new, tuple(f * s for f, s in zip(ALONG, SIDES)), dimension, shape)


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max(initial=1e-300))


def law(seed=1, n=2):
    return np.random.default_rng(seed).normal(size=(4, n, 4, n))


def test_integrals_over_layers_are_those_of_the_mesh_made_so(pair):
    stretched, made = pair
    for layer in THICKNESS:
        for (index, values), (other, expected) in [(a.bulk_matrix(layer, law()) for a in pair)]:
            np.testing.assert_array_equal(index, other)
            same(values, expected)
        blocks = [np.zeros((len(a.columns), 2, 2)) for a in pair]
        for a, found in zip(pair, blocks):
            a.add_bulk(found, layer, law())
        same(*blocks)
        same(stretched.loads[layer], made.loads[layer])
        same(*(a.bulk_load(layer, law()[:, :, 0, 0]) for a in pair))


def test_laws_that_vary_are_evaluated_where_the_stretched_points_are(pair):
    def wave(x):
        return np.cos(x.sum(axis=0) / 3e-9)

    for layer in THICKNESS:
        (_, values), (_, expected) = (
            a.bulk_matrix(layer, lambda x: wave(x)[:, None, None, None, None] * law()) for a in pair
        )
        same(values, expected)
        same(*(a.bulk_load(layer, lambda x: wave(x)[:, None, None] * law()[:, :, 0, 0]) for a in pair))


def test_faces_and_interfaces_have_the_areas_of_the_mesh_made_so(pair):
    stretched, made = pair
    for name in made.mesh.faces:
        for key in [name, *((name, layer) for layer in THICKNESS)]:
            for found, expected in zip(stretched.faces[key], made.faces[key]):
                same(found, expected)
    for found, expected in zip(stretched.junctions[PAIR], made.junctions[PAIR]):
        same(found, expected)
    for side in 0, 1:
        same(stretched.traces[(*PAIR, side)], made.traces[(*PAIR, side)])


def test_what_is_not_stretched_cannot_be_taken_for_it(pair):
    with pytest.raises(AttributeError, match="belongs to the mesh as it was made"):
        pair[0].bulk  # noqa: B018
