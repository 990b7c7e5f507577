"""Elimination in one dimension against the finite elements it eliminates, closed forms, and itself."""

import numpy as np
import pytest

from ddgauge.fem import lines
from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.medium import Face, Junction, spin_medium

COUNT, CELLS = 3, (5, 8)
THICKNESS = np.array([3e-9, 5e-9])


def random_medium(rng):
    """Everything at once in COUNT layers: relaxation, precession, gauge field, all Hall effects, drift."""
    axes = rotation(rng.normal(size=(COUNT, 3)))
    R = np.einsum("Nab,Nb,Ncb->Nac", axes, rng.uniform(2e13, 2e14, (COUNT, 3)), axes)
    theta0, thetaC, thetaL = (0.2 * rng.normal(size=(COUNT, *shape)) for shape in ((3,), (3, 3), (3,)))
    return spin_medium(
        rng.uniform(1e6, 6e6, COUNT),
        rng.uniform(1e-4, 5e-4, COUNT),
        R,
        rng.normal(size=(COUNT, 3)) * 5e13,
        rng.normal(size=(COUNT, 3, 3)) * 2e8,
        response(coupling(theta0, thetaC, thetaL)),
        rng.normal(size=(COUNT, 3)) * 0.3,
    )


def one(medium, n):
    return type(medium)(**{name: values[n] for name, values in vars(medium).items()})


def uneven(rng, cells, thickness):
    lengths = rng.uniform(0.5, 2, (COUNT, cells))
    return thickness * lengths / lengths.sum(axis=1, keepdims=True)


def positive(rng, *shape):
    root = rng.normal(size=(*shape, 3, 3))
    return 4e14 * root @ np.swapaxes(root, -2, -1)


def spin(matrix):
    full = np.zeros((4, 4))
    full[1:, 1:] = matrix
    return full


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
@pytest.mark.parametrize("broken", [False, True])
def test_elimination_finds_the_potentials_of_the_elements(degree, broken, monkeypatch):
    """Two random layers on the same nodes, driven by a field or by injected spin; one face absorbs, one holds."""
    rng = np.random.default_rng(degree)
    media = [random_medium(rng) for _ in CELLS]
    h = [uneven(rng, cells, t) for cells, t in zip(CELLS, THICKNESS)]
    E = np.array([[1e5, 0], [-3e4, 0], [0, 0]])  # columns: a field, and spin injected
    source = np.zeros((COUNT, 2, 3, 2))
    source[:, 0, :, 1] = 1e9 * rng.normal(size=(COUNT, 3))
    absorbing, between, loss = positive(rng, COUNT), positive(rng, COUNT), positive(rng, COUNT, 2)
    junction = np.einsum("st,Nab->Nsatb", [[1, -1], [-1, 1]], between)
    junction[:, [0, 1], :, [0, 1]] += np.swapaxes(loss, 0, 1)
    conductance, fixed = np.zeros((COUNT, 2, 3, 3)), np.zeros((COUNT, 2, 3), dtype=bool)
    conductance[:, 0], fixed[:, 1] = absorbing, True

    laws = [lines.open_circuit(medium, medium.drive @ E) for medium in media]
    layers = [
        lines.Layers(
            [
                (np.arange(COUNT), h),
            ],
            law,
            degree,
        )
        for h, law in zip(h, laws)
    ]
    parts = [layers[0].network, lines.of_junction(junction, 2), layers[1].network]
    ends, determined = lines.Chain(parts if broken else parts[::2], conductance, fixed).solve(
        source, np.zeros((2, 3, 2))
    )
    assert determined.all()
    insides = [layer.inside(*ends[k]) for layer, k in zip(layers, (0, -1))]

    for n in range(COUNT):
        nodes = {len(lengths[n]): np.concatenate([[0], np.cumsum(lengths[n])]) / 1e-9 for lengths in h}
        monkeypatch.setattr("ddgauge.fem.mesh.graded", lambda _, cells, edge, nodes=nodes: nodes[cells])
        mesh = stack_mesh([("F", THICKNESS[0], CELLS[0], 1e-9), ("N", THICKNESS[1], CELLS[1], 1e-9)])
        pair = ("F", "N")
        full = np.zeros((2, 4, 2, 4))
        full[:, 1:, :, 1:] = junction[n]
        for column, drive in enumerate([{"E": E[:, 0]}, {}]):
            faces = {
                "bottom": Face(spin(absorbing[n]), np.append(0, source[n, 0, :, column])),
                "top": Face(np.zeros((4, 4)), np.zeros(4), {1: 0.0, 2: 0.0, 3: 0.0}),
            }
            system = System(
                Assembly(mesh, degree, [pair] if broken else []),
                {name: one(medium, n) for name, medium in zip(pair, media)},
                faces,
                {pair: Junction(full)} if broken else {},
            )
            solution = system.solve(**drive)
            size = np.abs(solution.x[:, 1:]).max()
            for k, name in enumerate(pair):
                found = insides[k].integral[n, :, column]
                np.testing.assert_allclose(found, solution.jets(name)[0, 1:], rtol=0, atol=1e-11 * size * 8e-9)
                mu = ends[(0, -1)[k]][1 - k][n, :, column]
                np.testing.assert_allclose(mu, solution.interface_potential(*pair, k)[1:], rtol=0, atol=1e-11 * size)
            scale = np.abs(solution.current("top")[1:]).max()
            np.testing.assert_allclose(
                -insides[1].rows[n, 1, :, column], solution.current("top")[1:], rtol=0, atol=1e-10 * scale
            )
            out = solution.interface_current(*pair)[1:]
            np.testing.assert_allclose(-insides[0].rows[n, 1, :, column], out, rtol=0, atol=1e-10 * scale)


def diffusive(ell, sigma=4e6):
    """A layer in which spin decays within ell, without anything else."""
    D = 5e-4
    medium = spin_medium(
        np.array([sigma]), np.array([D]), np.eye(3)[None] * D / ell**2, np.zeros((1, 3)), np.zeros((1, 3, 3)),
        response(coupling())[None], np.zeros((1, 3)),
    )  # fmt: skip
    return lines.open_circuit(medium, np.zeros((1, 4, 4, 0)))


def network(law, cells, thickness, degree=4):
    h = np.full((1, cells), thickness / cells)
    return lines.Layers([(np.array([0]), h)], law, degree).network


def test_a_layer_is_the_network_of_its_hyperbolic_functions():
    """series = sigma / (l sinh(t / l)), shunt = (sigma / l) tanh(t / 2 l): a transmission line."""
    ell, t, sigma = 2e-9, 5e-9, 4e6
    found = network(diffusive(ell), 32, t)
    for s in 0, 1:
        np.testing.assert_allclose(found.series[s][0], sigma / (ell * np.sinh(t / ell)) * np.eye(3), rtol=1e-10, atol=1)
        np.testing.assert_allclose(
            found.shunt[s][0], sigma / ell * np.tanh(t / 2 / ell) * np.eye(3), rtol=1e-10, atol=1
        )


def test_a_loss_that_is_a_billionth_of_the_conductance_is_precise():
    ell, t, sigma = 1e-4, 5e-9, 4e6
    found = network(diffusive(ell), 64, t)
    assert found.shunt[0][0, 0, 0] / found.series[0][0, 0, 0] < 2e-9
    assert found.shunt[0][0, 0, 0] == pytest.approx(sigma / ell * np.tanh(t / 2 / ell), rel=1e-12)


def test_networks_of_two_parts_join_to_that_of_the_whole():
    rng = np.random.default_rng(5)
    medium = random_medium(rng)
    law, h = lines.open_circuit(medium, medium.drive), uneven(rng, 11, 6e-9)
    places = np.arange(COUNT)
    whole, low, high = (
        lines.Layers([(places, part)], law, 3).network for part in (h, h[:, :4], h[:, 4:])
    )  # fmt: skip
    joined, _, sure = lines.joined(low, high)
    assert sure.all()
    for mine, its in zip(joined, whole):
        for a, b in zip(mine, its):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-13 * np.abs(b).max())


def test_layers_with_different_numbers_of_cells_go_together(monkeypatch):
    rng = np.random.default_rng(6)
    medium = random_medium(rng)
    law = lines.open_circuit(medium, medium.drive)
    alone = {n: uneven(rng, cells, 4e-9)[:1] for n, cells in enumerate((4, 7, 4))}
    mixed = [(np.array([0, 2]), np.concatenate([alone[0], alone[2]])), (np.array([1]), alone[1])]
    monkeypatch.setattr(lines, "AT_A_TIME", 1)  # as if each were too much for the cache
    together = lines.Layers(mixed, law, 4)
    mu = rng.normal(size=(2, COUNT, 3, 3))
    inside = together.inside(*mu)
    for n in range(COUNT):
        own = lines.Layers([(np.array([0]), alone[n])], lines.Law(*(a[n : n + 1] for a in law)), 4)
        np.testing.assert_allclose(together.network.series[0][n], own.network.series[0][0], rtol=1e-12)
        np.testing.assert_allclose(inside.integral[n], own.inside(*mu[:, n : n + 1]).integral[0], rtol=1e-12)


def test_what_solves_the_equations_leaves_nothing_over():
    rng = np.random.default_rng(7)
    medium = random_medium(rng)
    law, h = lines.open_circuit(medium, medium.drive), uneven(rng, 9, 4e-9)
    layers = lines.Layers([(np.arange(COUNT), h)], law, 4)
    mu = 1e-5 * rng.normal(size=(2, COUNT, 3, 3))
    inside = layers.inside(*mu)
    diagonal = np.einsum("Nrr->Nr", inside.left) / np.einsum("Nrr->Nr", inside.size)
    assert np.all(diagonal < 1e-26)
    for s in 0, 1:  # and what enters at the ends is what the network says
        entering = layers.network.shunt[s] @ mu[s] + layers.network.series[s] @ (mu[s] - mu[1 - s])
        expected = entering - layers.network.drive[s]
        np.testing.assert_allclose(inside.rows[:, s], expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_a_part_that_nothing_holds_is_found_out():
    """Spin that nothing ends, below an interface that it cannot pass."""
    endless = diffusive(1e-9)
    endless.matrix[:, 0, :, 0] = 0
    free = network(endless, 8, 3e-9)
    wall = lines.of_junction(np.zeros((1, 2, 3, 2, 3)), 0)
    faces = np.zeros((1, 2, 3, 3)), np.zeros((1, 2, 3), dtype=bool)
    with np.errstate(all="ignore"):
        shut = lines.Chain([free, wall, network(diffusive(1e-9), 8, 3e-9)], *faces)
        open_chain = lines.Chain([free, network(diffusive(1e-9), 8, 3e-9)], *faces)
    assert not shut.sure.any()
    assert open_chain.sure.all()


def test_inverse_of_matrices_that_need_no_pivots():
    rng = np.random.default_rng(8)
    root = rng.normal(size=(4, 2, 6, 6))
    A = root @ np.swapaxes(root, -2, -1) + root - np.swapaxes(root, -2, -1)
    np.testing.assert_allclose(lines.inverted(A), np.linalg.inv(A), rtol=1e-9)
