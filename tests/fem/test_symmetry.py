"""What thermodynamics asks of every solution: Onsager, dissipation, conservation; and bodies that float."""

import numpy as np
import pytest

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import SolverError, System
from ddgauge.physics.algebra import rotation
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.interface import sheet
from ddgauge.physics.medium import Face, Junction, spin_medium

rng = np.random.default_rng(5)
PAIR = ("F", "N")
SIZE = (6e-9, 5e-9)
E = np.array([1e5, -2e5, 3e5])
NOTHING = np.zeros((4, 4))
MAGNETIC = ("omega", "theta0", "thetaL", "kappa", "m")  # turn with time


def random_layer(sigma):
    turn = rotation(rng.normal(size=3))
    return {
        "sigma": sigma,
        "D": 2e-4,
        "R": turn @ np.diag([1e14, 0.3e14, 2e14]) @ turn.T,
        "omega": 5e13 * rng.normal(size=3),
        "q": 2e8 * rng.normal(size=(3, 3)),
        "theta0": 0.3 * rng.normal(size=3),
        "thetaC": 0.3 * rng.normal(size=(3, 3)),
        "thetaL": 0.3 * rng.normal(size=3),
        "kappa": 0.3 * rng.normal(size=3),
    }


LAYERS = {"F": random_layer(2e6), "N": random_layer(5e6)}
M = rotation(rng.normal(size=3))[0]


def medium(c, sign=1):
    turned = {name: sign * value if name in MAGNETIC else value for name, value in c.items()}
    Theta = response(coupling(turned["theta0"], turned["thetaC"], turned["thetaL"]))
    return spin_medium(c["sigma"], c["D"], c["R"], turned["omega"], c["q"], Theta, turned["kappa"])


def absorbing(m):
    """A magnet's sheet on (mu^0, mu), with a little charge through it."""
    full = np.diag([1e14, 0, 0, 0])
    full[1:, 1:] = 2 * sheet(1e14, 3e14, 2e14, m)
    return full


def passing(m):
    """A magnetic sheet between layers: conductance of the jump, absorption on either side."""
    jump = absorbing(m) + np.diag([4e14, 1e14, 1e14, 1e14])
    law = np.einsum("st,AB->sAtB", [[1, -1], [-1, 1]], jump)
    for side in (0, 1):
        law[side, 1:, side, 1:] += 2 * sheet(0.5e14, 1e14, (-1) ** side * 1e14, m)
    return Junction(law)


def stack(dimension, shape="box", cells=4, divisions=(3, 2), periodic=False):
    layers = [("F", 3e-9, cells, 1e-9), ("N", 4e-9, cells, 1e-9)]
    return stack_mesh(layers, SIZE[: dimension - 1], divisions[: dimension - 1], periodic, shape)


def system(dimension, sign=1, broken=True, degree=2, **kinds):
    """Two layers; contacts hold all fields below and above, in 2D and 3D a magnetic sheet is on the left."""
    contact = Face(NOTHING, np.zeros(4), dict.fromkeys(range(4), 0.0))
    faces = {"bottom": contact, "top": contact}
    if dimension > 1:
        faces["left"] = Face(absorbing(sign * M), np.zeros(4))
    media = {name: medium(c, sign) for name, c in LAYERS.items()}
    assembly = Assembly(stack(dimension, **kinds), degree, [PAIR] if broken else [])
    return System(assembly, media, faces, {PAIR: passing(sign * M)} if broken else {}, method="direct")


DIMENSIONS = [(1, "box"), (2, "simplex"), (2, "box"), (3, "simplex"), (3, "box")]


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize(("dimension", "shape"), DIMENSIONS)
def test_onsager(dimension, shape, broken):
    """G_ij(B, m) = s_i s_j G_ji(-B, -m) between four fields at two contacts and the electric field; spin is odd."""
    odd = np.array([1, -1, -1, -1])
    # the answer to a drive is what the drive does work on: the current into a contact; the flow of charge and, as far
    # as E drives it, of spin
    drives = [(face, A) for face in ("bottom", "top") for A in range(4)]
    parity = np.array([odd[A] for _, A in drives] + [1] * 3)
    G = []
    for sign in (1, -1):
        body = system(dimension, sign, broken, shape=shape)
        rows = [body.solve(values={face: {A: 1e-3}}) for face, A in drives]
        rows += [body.solve(field) for field in 1e5 * np.eye(3)]
        answers = []
        for solution in rows:
            out = [-solution.current(face)[A] * 1e-3 for face, A in drives]
            flow = sum(solution.flow(name) @ body.media[name].kappa for name in PAIR)
            answers.append([*out, *(1e5 * flow)])
        G.append(np.array(answers))
    there, back = G
    np.testing.assert_allclose(there, np.outer(parity, parity) * back.T, rtol=0, atol=1e-11 * np.abs(there).max())
    assert np.abs(there - there.T).max() > 1e-3 * np.abs(there).max()  # it does depend on the direction of time


def heat(solution, name):
    """Joule's heat and relaxation of a layer, |j|^2 / sigma + (sigma / D) mu R mu, from its coefficients."""
    law, c, field = solution.media[name], LAYERS[name], solution.E
    X = np.einsum("iApF,iAqG->pFqG", law.flux, law.flux)
    drift = law.drift @ field
    joule = solution.quadratic(name, X) - 2 * np.einsum("iA,iApB,pB", drift, law.flux, solution.jets(name))
    joule += np.sum(drift**2) * solution.volume(name)
    relax = np.zeros((4, 4, 4, 4))
    relax[0, 1:, 0, 1:] = c["sigma"] / c["D"] * c["R"]
    return joule / c["sigma"], solution.quadratic(name, relax)


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize(("dimension", "shape"), DIMENSIONS)
def test_work_is_heat(dimension, shape, broken):
    """What the electric field, contacts and sources deliver, layers, sheet and interface turn into heat, all >= 0."""
    body = system(dimension, broken=broken, shape=shape)
    held = {"bottom": {0: 1e-3, 1: -2e-4, 2: 3e-4, 3: 1e-4}}
    solution = body.solve(E, values=held)
    work = sum(E @ solution.flow(name) @ body.media[name].kappa for name in PAIR)
    work += -sum(value * solution.current("bottom")[A] for A, value in held["bottom"].items())
    lost = [part for name in PAIR for part in heat(solution, name)]
    if dimension > 1:
        delivered, absorbed = solution.face_power("left")
        assert delivered == 0
        lost.append(absorbed)
    if broken:
        lost.append(solution.junction_power(*PAIR))
    assert min(lost) > 0
    assert sum(lost) == pytest.approx(work, rel=1e-10)
    for name in PAIR:
        assert solution.dissipation(name) == pytest.approx(sum(heat(solution, name)), rel=1e-9)


@pytest.mark.parametrize(("dimension", "shape"), DIMENSIONS)
def test_any_field_is_dissipated(dimension, shape):
    """The matrix of bulk, sheet and interface has a positive symmetric part, whatever the angles."""
    body = system(dimension, shape=shape)
    for seed in range(5):
        mu = np.random.default_rng(seed).normal(size=(body.assembly.owned, 4))
        assert np.vdot(mu, body.apply(mu)) > 0


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize(("dimension", "shape"), DIMENSIONS)
def test_charge_is_conserved(dimension, shape, broken):
    """Through contacts and sheets, and from one layer into the next."""
    solution = system(dimension, broken=broken, shape=shape).solve(E, values={"bottom": {0: 1e-3, 2: 1e-3}})
    faces = ["bottom", "top", *(["left"] if dimension > 1 else [])]
    out = [solution.current(face)[0] for face in faces]
    size = np.abs(solution.flow("F")[:, 0]).max() / 3e-9
    assert abs(sum(out)) < 1e-11 * size
    sides = [solution.interface_current(*PAIR, side) for side in (0, 1)]
    if broken:
        np.testing.assert_allclose(sides, solution.junction_current(*PAIR), rtol=0, atol=1e-10 * size)
    else:
        np.testing.assert_allclose(sides[0], -sides[1], rtol=0, atol=1e-10 * size)
    if dimension == 1:
        assert sides[0][0] == pytest.approx(-out[0], abs=1e-11 * size)


# bodies without a contact


def floating(junction, dimension=2, faces=None, **kinds):
    broken = [PAIR] if junction else []
    media = {name: medium(c) for name, c in LAYERS.items()}
    assembly = Assembly(stack(dimension, **kinds), 2, broken)
    return System(assembly, media, faces or {}, {PAIR: junction} if junction else {}, method="direct")


def insulating():
    """Spin passes and is absorbed, charge is not."""
    law = passing(M).matrix
    law[:, 0, :, 0] = 0
    return Junction(law)


@pytest.mark.parametrize(("dimension", "shape"), DIMENSIONS)
def test_without_contacts_charge_floats_and_no_node_is_pinned(dimension, shape):
    body = floating(None, dimension, shape=shape)
    solution = body.solve(E)
    assert len(body.null) == 1
    np.testing.assert_allclose(body.null[0][:, 1:], 0, atol=1e-15)
    assert abs(solution.x[:, 0].sum()) < 1e-10 * np.abs(solution.x[:, 0]).sum()
    b = body.load(E)
    np.testing.assert_allclose(body.apply(solution.columns), b, rtol=0, atol=1e-10 * np.abs(b).max())  # at every node


@pytest.mark.parametrize(("junction", "count"), [(insulating, 2), (lambda: passing(M), 1), (lambda: None, 1)])
def test_as_many_floating_potentials_as_separate_conductors(junction, count):
    body = floating(junction())
    assert len(body.null) == count
    overlap = [[np.vdot(u, v) for v in body.null] for u in body.null]
    np.testing.assert_allclose(overlap, np.eye(count), atol=1e-12)
    solution = body.solve(E)
    b = body.load(E)
    np.testing.assert_allclose(body.apply(solution.columns), b, rtol=0, atol=1e-10 * np.abs(b).max())
    for z in body.null:
        assert abs(np.vdot(z, solution.x)) < 1e-10 * np.linalg.norm(solution.x)


def test_a_contact_leaves_nothing_floating_but_what_it_does_not_reach():
    contact = {"bottom": Face(NOTHING, np.zeros(4), {0: 0.0})}
    assert len(floating(insulating(), faces=contact).null) == 1
    assert len(floating(passing(M), faces=contact).null) == 0


def test_a_sheet_that_takes_charge_is_a_contact():
    assert len(floating(None, faces={"left": Face(absorbing(M), np.zeros(4))}).null) == 0


def test_spin_that_nothing_relaxes_floats_too():
    free = {"F": spin_medium(1e6, 1e-4, np.zeros((3, 3)), np.zeros(3), np.zeros((3, 3)), response(coupling()))}
    mesh = stack_mesh([("F", 3e-9, 4, 1e-9)])
    assert len(System(Assembly(mesh, 2), free).null) == 4
    helix = {"F": spin_medium(1e6, 1e-4, np.zeros((3, 3)), 1e12 * np.ones(3), np.zeros((3, 3)), response(coupling()))}
    assert len(System(Assembly(mesh, 2), helix).null) == 2  # charge, and spin along the precession vector


def test_a_current_through_a_body_without_contacts():
    """In at the bottom and out at the top is possible, in alone is not."""
    current = np.array([1e10, 0, 0, 0])
    faces = {"bottom": Face(NOTHING, current), "top": Face(NOTHING, -current)}
    body = floating(None, dimension=1, faces=faces)
    solution = body.solve()
    assert solution.current("top")[0] == pytest.approx(1e10, rel=1e-12)
    assert solution.interface_current(*PAIR)[0] == pytest.approx(1e10, rel=1e-10)
    with pytest.raises(SolverError, match="do not add up to zero; add a contact, or make the currents balance"):
        body.solve(sources={"top": np.zeros(4)})


def test_a_current_into_one_of_two_floating_regions():
    current = np.array([1e10, 0, 0, 0])
    faces = {"bottom": Face(NOTHING, current), "top": Face(NOTHING, -current)}
    with pytest.raises(SolverError, match="add a contact"):
        floating(insulating(), dimension=1, faces=faces).solve()
    solution = floating(passing(M), dimension=1, faces=faces).solve()
    np.testing.assert_allclose(solution.junction_current(*PAIR)[:, 0], [1e10, -1e10], rtol=1e-10)


def test_a_drive_that_is_not_finite():
    with pytest.raises(SolverError, match="not finite; check coefficients and drives"):
        floating(None, dimension=1).solve((np.nan, 0, 0))
