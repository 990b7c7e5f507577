"""Systems solved for those fields alone that a right-hand side reaches."""

import numpy as np
import pytest
from mpi4py import MPI

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.linear import Linear
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.reached import Reached
from ddgauge.fem.solve import System
from ddgauge.physics.band_medium import density_medium
from ddgauge.physics.medium import Face


@pytest.fixture
def chain():
    """Five fields in a slab: 0 makes 1, 1 and 2 turn into each other, 3 and 4 know nothing of them."""
    loss = np.eye(5)
    loss[1, 0], loss[1, 2], loss[2, 1], loss[3, 4] = -0.5, 0.3, -0.3, -0.2
    medium = density_medium(1e-17 * np.eye(5), np.zeros((3, 5, 5)), loss)
    assembly = Assembly(stack_mesh([("film", 20e-9, 12, 4e-9)], (), (), True, comm=MPI.COMM_SELF), 2)
    return System(assembly, {"film": medium}, {"bottom": Face(np.eye(5), np.zeros(5))})


@pytest.mark.parametrize("driven, reached", [(0, [0, 1, 2]), (1, [1, 2]), (2, [1, 2]), (3, [3]), (4, [3, 4])])
def test_fields_are_those_that_a_load_reaches(chain, driven, reached):
    blocks, rhs = chain.constrained(), np.zeros((chain.assembly.owned, 5))
    rhs[:, driven] = 1.0
    system = Reached(chain.assembly, blocks, [], chain.scale, 1e-12)
    x, _, _ = system.solve(rhs)
    assert system.fields.tolist() == reached
    whole, _, _ = Linear(chain.assembly, blocks, [], [], chain.scale, 1e-12).solve(rhs)
    np.testing.assert_allclose(x, whole, atol=1e-11 * np.abs(whole).max())
    assert np.abs(x[:, reached]).max() > 0


def test_more_fields_are_taken_where_another_load_needs_them(chain):
    blocks, rhs = chain.constrained(), np.zeros((chain.assembly.owned, 5))
    system = Reached(chain.assembly, blocks, [], chain.scale, 1e-12)
    assert not system.solve(rhs)[0].any()
    for field, reached in (3, [3]), (1, [1, 2, 3]):
        rhs[:, field] = 1.0
        x, _, _ = system.solve(rhs)
        assert system.fields.tolist() == reached
    whole, _, _ = Linear(chain.assembly, blocks, [], [], chain.scale, 1e-12).solve(rhs)
    np.testing.assert_allclose(x, whole, atol=1e-11 * np.abs(whole).max())
