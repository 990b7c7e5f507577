"""Finite elements against exact solutions in one dimension, and 2D and 3D against those."""

from functools import cache

import numpy as np
import pytest

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, response, spin_hall
from ddgauge.physics.gauge import rashba_dresselhaus
from ddgauge.physics.interface import sheet
from ddgauge.physics.medium import Face, Junction, spin_medium
from ddgauge.physics.relaxation import uniaxial
from ddgauge.units import M_E
from tests.exact_film import FREE, Layer, film, interface_matrix, resistivity

NO_Q, STILL = np.zeros((3, 3)), np.zeros(3)
E = np.array([1e5, -4e4, 0])


def spin(matrix):
    """The same law on (mu^0, mu): a matrix that acts on mu_s = 2 mu, nothing for charge."""
    full = np.zeros((4, 4))
    full[1:, 1:] = 2 * np.asarray(matrix)
    return full


def face(condition):
    if isinstance(condition, str):
        held = {1: 0.0, 2: 0.0, 3: 0.0} if condition == "sink" else {}
        return Face(np.zeros((4, 4)), np.zeros(4), held)
    return Face(spin(condition), np.zeros(4))


def junction(matrix):
    full = np.zeros((2, 4, 2, 4))
    full[:, 1:, :, 1:] = 2 * matrix
    return Junction(full)


def medium(layer):
    return spin_medium(layer.sigma, layer.D, layer.R, layer.omega, layer.q, layer.Theta, layer.kappa)


def random_layer(rng, thickness):
    """Everything at once: decay and precession lengths of 1 to 5 nm, angles of 0.2, gauge lengths of 3 nm."""
    axes = rotation(rng.normal(size=3))
    rates = np.diag(rng.uniform(2e13, 2e14, 3))
    angles = {"theta0": 0.2, "thetaC": 0.2, "thetaL": 0.3}
    shapes = {"theta0": 3, "thetaC": (3, 3), "thetaL": 3}
    return Layer(
        thickness,
        sigma=rng.uniform(1e6, 6e6),
        D=rng.uniform(1e-4, 5e-4),
        R=axes @ rates @ axes.T,
        omega=rng.normal(size=3) * 5e13,
        q=rng.normal(size=(3, 3)) * 2e8,
        Theta=response(coupling(**{k: a * rng.normal(size=shapes[k]) for k, a in angles.items()})),
        kappa=rng.normal(size=3) * 0.3,
    )


def absorbing(rng):
    """A dissipative conductance without symmetry, S/m^2 on mu_s."""
    root = rng.normal(size=(3, 3))
    return 2e14 * (root @ root.T + np.einsum("abc,b->ac", np.linalg.det(np.eye(3)) * EPS, rng.normal(size=3)))


EPS = np.zeros((3, 3, 3))
EPS[[0, 1, 2], [1, 2, 0], [2, 0, 1]], EPS[[0, 1, 2], [2, 0, 1], [1, 2, 0]] = 1, -1


@pytest.mark.parametrize("seed", range(6))
def test_two_random_layers(seed):
    """Spin Hall, Hanle, ordinary Hall, gauge field, exchange and drift in both, sheets outside and perhaps between."""
    rng = np.random.default_rng(seed)
    layers = [random_layer(rng, 4e-9), random_layer(rng, 6e-9)]
    bottom, top = absorbing(rng), ["insulating", "sink", absorbing(rng)][seed % 3]
    between = absorbing(rng)
    loss = absorbing(rng)
    law = np.array([[between + loss, -between], [-between.T, between.T + loss]]).transpose(0, 2, 1, 3)
    broken = {0: law} if seed % 2 else {}
    exact = film(layers, E, bottom, top, broken)

    mesh = stack_mesh([("low", 4e-9, 16, 1e-9), ("high", 6e-9, 20, 1e-9)])
    pair = ("low", "high")
    system = System(
        Assembly(mesh, 4, [pair] if broken else []),
        {name: medium(layer) for name, layer in zip(pair, layers)},
        {"bottom": face(bottom), "top": face(top)},
        {pair: junction(law)} if broken else {},
    )
    solution = system.solve(E)
    ends = {"bottom": (0.0, 0), "top": (10e-9, 1)}
    size = np.abs(exact.sheet_current()).max()
    for n, name in enumerate(pair):
        np.testing.assert_allclose(solution.flow(name), exact.sheet_current(n), rtol=0, atol=1e-8 * size)
        z = 4e-9
        mu, j = exact.mu(z, n)[1:], exact.j(z, n)[2, 1:]
        np.testing.assert_allclose(solution.interface_potential(*pair, n)[1:], mu, rtol=0, atol=1e-8 * np.abs(mu).max())
        out = solution.interface_current(*pair, n)[1:]
        np.testing.assert_allclose((-1) ** n * out, j, rtol=0, atol=1e-8 * np.abs(j).max())
    for name, (z, n) in ends.items():
        mu, j = exact.mu(z, n)[1:], exact.j(z, n)[2, 1:]
        scale = np.abs(exact.j(4e-9, 0)[2]).max()
        np.testing.assert_allclose(
            solution.potential(name)[1:], mu, rtol=0, atol=1e-8 * np.abs(exact.mu(4e-9)[1:]).max()
        )
        np.testing.assert_allclose(solution.current(name)[1:] * (1 if n else -1), j, rtol=0, atol=1e-8 * scale)
    rise = solution.potential("top")[0] - solution.interface_potential(*pair, 1)[0]
    assert rise == pytest.approx(exact.mu(10e-9, 1)[0] - exact.mu(4e-9, 1)[0], rel=1e-8)


# the table of numbers to reproduce

BARE = response(coupling())
Z = np.array([0.0, 0, 1])
F = {  # R, omega, q, thickness, far face, shortest length
    "thick": (uniaxial(2e-14, 1e-14, Z), 1e13 * Z, NO_Q, 40e-9, "sink", 1e-9),
    "thin": (uniaxial(2e-12, 1e-12, Z), 3e12 * Z, NO_Q, 1e-9, "insulating", 1e-9),
    "Rashba": (np.eye(3) / 1e-10, STILL, rashba_dresselhaus(M_E, 3e4), 60e-9, "sink", 2e-9),
    "pure gauge": (np.eye(3) / 1e-13, STILL, np.array([[0, 0, 0], [0, 0, 0], [-2e8, 3e8, 0]]), 60e-9, "sink", 2e-9),
}
TABLE = {
    "thick": [[-7.079879e14, -3.531134e13, 0], [3.531134e13, -7.079879e14, 0], [0, 0, -5.000000e14]],
    "thin": -sheet(2.4979185e12, 2.5683135e12, 1.4949705e13, Z),
    "Rashba": np.diag([-5.18328e14, -5.18328e14, -7.32992e14]),
    "pure gauge": -2.236068e14 * np.eye(3),
}
DIGITS = {"thick": 5e-7, "thin": 2e-7, "Rashba": 5e-6, "pure gauge": 5e-7}  # that the table has
MESHES = {
    "1D": ((), (), "simplex", 4, 48),
    "2D triangles": ((5e-9,), (1,), "simplex", 4, 40),
    "2D quadrilaterals": ((5e-9,), (2,), "box", 4, 40),
    "3D tetrahedra": ((5e-9, 4e-9), (1, 1), "simplex", 4, 32),
    "3D hexahedra": ((5e-9, 4e-9), (1, 2), "box", 4, 32),
}


def extracted(R, omega, q, thickness, far, edge, mesh):
    """(3, 3) response of F at its top face, S/m^2 on mu_s, from three drives."""
    size, divisions, shape, degree, cells = MESHES[mesh]
    assembly = Assembly(stack_mesh([("F", thickness, cells, edge)], size, divisions, True, shape), degree)
    media = {"F": spin_medium(2e6, 2e-4, R, omega, q, BARE)}
    held = Face(np.zeros((4, 4)), np.zeros(4), {1: 0.0, 2: 0.0, 3: 0.0})
    system = System(assembly, media, {"top": held, "bottom": face(far)}, method="direct")
    columns = []
    for a in (1, 2, 3):
        solution = system.solve(values={"top": {b: float(a == b) for b in (1, 2, 3)}})
        columns.append(solution.current("top")[1:] / solution.area("top") / 2)
    return np.array(columns).T


@pytest.mark.parametrize("mesh", MESHES)
@pytest.mark.parametrize("case", F)
def test_interface_matrix_of_the_table(case, mesh):
    G = extracted(*F[case], mesh)
    R, omega, q, thickness, far, _ = F[case]
    exact = interface_matrix(2e6, 2e-4, R, omega, q, FREE, thickness, far)
    size = np.abs(exact).max()
    np.testing.assert_allclose(exact, TABLE[case], rtol=DIGITS[case], atol=DIGITS[case] * size)
    np.testing.assert_allclose(G, exact, rtol=0, atol=1e-6 * size)


@cache
def magnetoresistance(mesh):
    """(rho(m || z) - rho(m || y)) / rho of the film of the table."""
    size, divisions, shape, degree, cells = MESHES[mesh]
    assembly = Assembly(stack_mesh([("HM", 6e-9, cells, 1.5e-9)], size, divisions, True, shape), degree)
    Theta = response(coupling(thetaC=spin_hall(0.08)))
    media = {"HM": spin_medium(4e6, 5e-4, np.eye(3) * 5e-4 / 1.5e-9**2, STILL, NO_Q, Theta)}
    rho = []
    for m in ([0, 0, 1], [0, 1, 0]):
        faces = {"bottom": face(sheet(0, 2.5e14, 1e13, m))}
        system = System(assembly, media, faces, method="direct")
        flows = [system.solve(drive).flow("HM")[:2, 0] for drive in ((1, 0, 0), (0, 1, 0))]
        rho.append(np.linalg.inv(np.array(flows).T)[0, 0])
    return (rho[0] - rho[1]) / rho[1]


@pytest.mark.parametrize("mesh", MESHES)
def test_spin_hall_magnetoresistance_of_the_table(mesh):
    layer = Layer(6e-9, 4e6, 5e-4, np.eye(3) * 5e-4 / 1.5e-9**2, Theta=response(coupling(thetaC=spin_hall(0.08))))
    rho = [resistivity([layer], bottom=sheet(0, 2.5e14, 1e13, m))[0, 0] for m in ([0, 0, 1], [0, 1, 0])]
    assert (rho[0] - rho[1]) / rho[1] == pytest.approx(2.3276e-4, abs=0.00005e-4)
    assert magnetoresistance(mesh) == pytest.approx((rho[0] - rho[1]) / rho[1], rel=1e-6)


@pytest.mark.parametrize(("dimension", "size", "divisions"), [(2, (5e-9,), (2,)), (3, (5e-9, 4e-9), (2, 1))])
def test_a_stack_of_boxes_is_the_one_dimensional_solution(dimension, size, divisions):
    rng = np.random.default_rng(7)
    layers = [random_layer(rng, 4e-9), random_layer(rng, 6e-9)]
    sheets = {"bottom": face(absorbing(rng)), "top": face("sink")}
    flows = []
    for sides, cells in (((), ()), (size, divisions)):
        mesh = stack_mesh([("low", 4e-9, 5, 1e-9), ("high", 6e-9, 6, 1e-9)], sides, cells, True, "box")
        system = System(Assembly(mesh, 3), dict(zip(("low", "high"), map(medium, layers))), sheets, method="direct")
        solution = system.solve(E)
        j = [
            solution.flow("low"),
            solution.flow("high"),
            solution.interface_current("low", "high"),
            solution.current("top"),
        ]
        flows.append(np.concatenate([np.ravel(part) for part in j]) / np.prod(sides))
    whole, half = 2 * 12, slice(24, None)
    np.testing.assert_allclose(flows[1][:whole], flows[0][:whole], rtol=0, atol=1e-11 * np.abs(flows[0][:whole]).max())
    np.testing.assert_allclose(flows[1][half], flows[0][half], rtol=0, atol=1e-11 * np.abs(flows[0][half]).max())


def test_the_extracted_matrix_replaces_the_magnet():
    """A heavy metal on F feels F only through its interface matrix."""
    R, omega = uniaxial(3e-14, 1.5e-14, rotation([0.3, 0.5, 0]) @ Z), np.array([2e13, -1e13, 4e13])
    q = rashba_dresselhaus(M_E, 2e4, 1e4)
    G = extracted(R, omega, q, 8e-9, "insulating", 1e-9, "1D")
    magnet = spin_medium(2e6, 2e-4, R, omega, q, BARE)
    metal = spin_medium(4e6, 5e-4, np.eye(3) * 2e14, STILL, NO_Q, response(coupling(thetaC=spin_hall(0.1))))
    HM = ("HM", 6e-9, 24, 1.5e-9)
    both = System(Assembly(stack_mesh([("F", 8e-9, 48, 1e-9), HM]), 4), {"F": magnet, "HM": metal}, {}).solve(E)
    alone = System(Assembly(stack_mesh([HM]), 4), {"HM": metal}, {"bottom": face(-G)}).solve(E)
    np.testing.assert_allclose(alone.flow("HM"), both.flow("HM"), rtol=0, atol=1e-9 * np.abs(both.flow("HM")).max())
    into_F = both.interface_current("F", "HM", 1)[1:]
    np.testing.assert_allclose(alone.current("bottom")[1:], into_F, rtol=0, atol=1e-8 * np.abs(into_F).max())
