"""Contacts of one potential: electrodes that float or carry a current, on one layer or several; boxes by iteration."""

import numpy as np
import pytest

from ddgauge.fem.harmonic import Harmonic
from ddgauge.fem.solve import SolverError
from ddgauge.physics.medium import Face
from ddgauge.post.balance import balances
from tests.fem.channels import CONTACT, FREE, SINK, body, motive, permalloy
from tests.two_current_forms import Held, Layer, Lead

MESHES = {
    "triangles": ((200e-9,), (8,), False, "simplex"),
    "plane": ((200e-9,), (8,), False, "box"),
    "box": ((200e-9, 40e-9), (6, 2), False, "box"),
    "tetrahedra": ((200e-9, 40e-9), (5, 2), False, "simplex"),
}
F = permalloy(30e-9)
N = Layer(20e-9, (2e7, 2e7), 300e-9)
JOINT = {0: (1e-15, 4e-15, 0.4)}
WAVE = {"motive": {"0": motive({0: lambda x: 1e4 * np.cos(2e7 * x[0]), 2: lambda x: 2e4 * np.sin(5e7 * x[2])})}}


def two_layers(ends, mesh="plane", electrostatics="neutral", **others):
    return body([F, N], ends, JOINT, electrostatics, 3, 2, MESHES[mesh], **{"method": "direct"} | others)


def on(solution, face):
    """(rows, n) potentials of this rank on a face."""
    a = solution.system.assembly
    return solution.x[a.face_dofs(a.mesh.faces[face])]


def through(solution, layer):
    """Current along x of charge, mean over a layer's length."""
    return solution.flow(layer)[0, 0] / 200e-9


@pytest.mark.parametrize("mesh", MESHES)
@pytest.mark.parametrize("absorbs", [True, False])
def test_a_floating_electrode_is_at_one_potential_and_takes_no_current(mesh, absorbs):
    """On both layers and across the junction between them: one electrode; it shunts the current of one to the other."""
    floating = SINK if absorbs else FREE
    system = two_layers({"left": CONTACT, "right": floating}, mesh, tied=["right"])
    assert system.null == []
    solution = system.solve(**WAVE)
    V = on(solution, "right")
    assert np.ptp(V, axis=0).max() <= 1e-12 * np.abs(solution.x).max()
    assert np.abs(V[0]).max() > 1e-3 * np.abs(solution.x).max()
    assert bool(V[0, 1]) != absorbs
    scale = np.abs(solution.flow("0")).max() / 200e-9
    assert abs(solution.current("left")[0]) < 1e-9 * scale
    assert balances(solution).worst < 1e-9
    held = two_layers({"left": CONTACT, "right": Face(FREE.conductance, FREE.source, dict(enumerate(V[0])))}, mesh)
    same = held.solve(**WAVE)
    np.testing.assert_allclose(same.potential("top"), solution.potential("top"), rtol=0, atol=1e-9 * np.abs(V).max())
    assert abs(same.current("right")[0]) < 1e-9 * scale
    open_end = two_layers({"left": CONTACT, "right": FREE}, mesh).solve(**WAVE)
    assert np.ptp(on(open_end, "right"), axis=0).max() > 1e-3 * np.abs(solution.x).max()


@pytest.mark.parametrize("mesh", ["plane", "tetrahedra"])
def test_a_driven_electrode_carries_what_it_is_given(mesh):
    """The current goes through both layers to a contact; its voltage, held, brings the same current."""
    driven = Face(np.zeros((2, 2)), np.array([3e10, 0.0]), {1: 0.0})
    system = two_layers({"left": CONTACT, "right": driven}, mesh, tied=["right"])
    solution = system.solve()
    current = 3e10 * solution.area("right")
    assert solution.current("left")[0] == pytest.approx(current, rel=1e-10)
    assert solution.current("right")[0] == pytest.approx(-current, rel=1e-10)
    assert sum(through(solution, layer) for layer in "01") == pytest.approx(-current, rel=1e-9)
    V = solution.potential("right")[0]
    held = two_layers({"left": CONTACT, "right": Held(V)}, mesh).solve()
    assert held.current("right")[0] == pytest.approx(-current, rel=1e-9)
    assert balances(solution).worst < 1e-9


def terminals(system, names):
    """Conductance matrix of contacts that are held at 1 V one after the other, by their currents."""
    G = []
    for one in names:
        values = {name: {0: float(name == one), 1: 0.0} for name in names}
        solution = system.solve(values=values)
        G.append([-solution.current(name)[0] for name in names])
    return np.array(G).T


@pytest.mark.parametrize("mesh", ["plane", "box"])
def test_electrodes_are_reciprocal(mesh):
    """A current into one and a voltage of the other, and the conductance matrix of both."""
    size, divisions, _, shape = MESHES[mesh]
    others = JOINT | {1: JOINT[0]}, "neutral", 2, 2, (size, divisions, True, shape)
    names = ["bottom", "top"]
    system, G = body([F, N, F], dict.fromkeys(names, CONTACT), *others, method="direct"), []
    for one in names:
        solution = system.solve(values={name: {0: float(name == one)} for name in names})
        G.append([-solution.current(name)[0] for name in names])
    np.testing.assert_allclose(G, np.transpose(G), rtol=1e-9)
    system = body([F, N, F], {"bottom": CONTACT, "top": SINK}, *others, method="direct", tied=["top"])
    solution = system.solve(sources={"top": np.array([1.0, 0.0])})
    assert solution.potential("top")[0] == pytest.approx(solution.area("top") / G[1][1], rel=1e-9)

    lead = Lead(0.0, (1e14, 3e14))
    system = two_layers({"left": CONTACT, "right": SINK, "bottom": lead}, mesh, tied=["right"])
    driven = system.solve(sources={"right": np.array([1.0, 0.0])})  # 1 A/m^2 into the electrode
    biased = system.solve(sources={"bottom": system.faces["bottom"].conductance[:, 0]})  # the lead at 1 V
    shares = driven.current("bottom")[0] / driven.area("right"), biased.potential("right")[0]
    assert shares[0] == pytest.approx(shares[1], rel=1e-9)
    assert 0.01 < shares[0] < 1


def test_what_nothing_holds_is_found_through_electrodes():
    """Two layers apart but for an electrode on both: one mean potential; an electrode on a contact's body: none."""
    blocked = {0: (np.inf, np.inf, 0.0)}
    plane, others = MESHES["plane"], {"method": "direct"}

    def null(ends, tied, electrostatics="neutral"):
        return len(body([F, N], ends, blocked, electrostatics, 2, 1, plane, tied=tied, **others).null)

    assert null({"right": FREE}, []) == 2
    assert null({"right": FREE}, ["right"]) == 1
    assert null({"right": SINK, "left": FREE}, ["left", "right"]) == 1
    assert null({"right": FREE, "left": CONTACT}, ["right"]) == 0
    assert null({"right": FREE, "left": CONTACT}, []) == 0
    assert null({"right": FREE, "bottom": CONTACT}, []) == 1
    assert null({"right": FREE, "bottom": CONTACT}, ["right"]) == 0
    system = body([F, N], {"left": FREE, "right": SINK}, blocked, "neutral", 2, 2, plane, tied=["left"], **others)
    solution = system.solve(**WAVE)
    assert balances(solution).worst < 1e-9
    with pytest.raises(SolverError, match="do not add up to zero"):
        system.solve(sources={"left": np.array([1e9, 0.0])})


@pytest.mark.parametrize("plane", [(), MESHES["plane"]])
def test_what_enters_one_side_of_a_thick_barrier_leaves_the_other(plane):
    """To ten digits, though what drives it through the layers is far below the rounding of their potentials."""
    G, L = 1e6, F.thickness + 2 * N.thickness
    apart = {0: (2 / G, 2 / G, 0.0), 1: (1e-16, 1e-16, 0.0)}
    ends = {"bottom": Held(0.1), "top": CONTACT}
    solution = body([Layer(F.thickness, (1e7, 1e7), 20e-9), N, N], ends, apart, "neutral", 3, 2, plane).solve()
    width = solution.area("top")
    out = [solution.current(face)[0] / width for face in ("bottom", "top")]
    assert out[0] == pytest.approx(-out[1], rel=1e-10)
    assert out[1] == pytest.approx(0.1 * G, rel=2 * G * L / 2e7)
    assert [solution.interface_current("0", "1", side)[0] / width for side in (0, 1)] == pytest.approx(
        [out[1], -out[1]], rel=1e-10
    )
    assert balances(solution).worst < 1e-12
    assert solution.potential("bottom")[0] == pytest.approx(0.1, rel=1e-15)


def test_contacts_that_rounding_hides_are_not_missed():
    """1e30 S/m^2 between layers of 1e15: what hides the contacts is named, not their absence."""
    ends = {"bottom": Held(1e-3), "top": CONTACT}
    huge = Layer(20e-9, (2e30, 2e30), 300e-9)
    wide, joined = body([F, huge], ends, JOINT, cells=2), body([F, N], ends, {0: (1e-30, 1e-30, 0.0)}, cells=2)
    for system, named in ((wide, "layer '1'"), (joined, r"interface '0\|1'")):
        with pytest.raises(SolverError, match=rf"rounding hides contacts .* those of {named}, which must be smaller"):
            system.solve()
    with pytest.raises(SolverError, match=r"rounding hides contacts .* those of interface"):
        Harmonic(joined, 1e9).solve({})


@pytest.mark.parametrize("electrostatics", ["bare", "neutral"])
@pytest.mark.parametrize("shape", ["box", "simplex"])
def test_iterations_agree_with_factors_and_do_not_grow(electrostatics, shape):
    """An electrode that floats over two layers of a box, with a junction between them."""
    ends = {"left": Held(1e-3), "right": SINK, "top": Lead(0.0, (2e15, 5e14))}
    counts = []
    for n in (2, 4):
        plane = ((200e-9, 80e-9), (3 * n, n), False, shape)
        made = {}
        for method in ("iterative", "direct")[: 3 - n // 2]:
            system = body([F, N], ends, JOINT, electrostatics, n, 2, plane, tied=["right"], method=method)
            made[method] = system.solve(**WAVE)
            assert balances(made[method]).worst < 1e-8
        counts.append(made["iterative"].report.iterations)
        if "direct" in made:
            x = made["direct"].x
            np.testing.assert_allclose(made["iterative"].x, x, rtol=0, atol=1e-8 * np.abs(x).max())
    assert counts[1] <= counts[0] + 5
    assert max(counts) < 40


@pytest.mark.parametrize("absorbs", [True, False])
def test_a_floating_electrode_at_a_frequency(absorbs):
    """No charge is stored: between faces without spin int sigma (mu^0 + P mu) is in phase; spin there is late."""
    layers = [F, Layer(20e-9, (2e7, 2e7), 300e-9, nu=(1e47, 1e47))]
    ends = {"left": CONTACT, "right": SINK if absorbs else FREE}
    system = body(layers, ends, JOINT, "neutral", 3, 2, MESHES["box"], tied=["right"], method="direct")
    re, im = Harmonic(system, 2e12).solve(WAVE)
    late = np.abs(on(im, "right")).max() / np.abs(on(re, "right")).max()
    assert late < 1e-9 if absorbs else late > 1e-2
    for part in (re, im):
        scale = np.abs(part.flow("0")).max() / 200e-9
        assert np.ptp(on(part, "right"), axis=0).max() <= 1e-12 * np.abs(part.x).max()
        assert abs(part.current("left")[0]) < 1e-9 * scale
        assert balances(part).worst < 1e-9
