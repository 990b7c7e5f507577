"""Films and interfaces by the hundred: the numbers of runs one by one, and of the independent exact solution."""

from itertools import pairwise

import numpy as np
import pytest

from ddgauge import Layer, Sheet, Stack
from ddgauge.experiment import BalanceError, batch, run, stacks
from ddgauge.experiment.film import angular_scan
from ddgauge.fem import lines
from ddgauge.model import Run
from ddgauge.model.plan import graded, through
from tests import exact_film

D = 5e-4


def random_layer(rng, name):
    """Lengths of 1 to 5 nm and angles of 0.2; relaxation by lattice or moments, a gauge field in every other."""
    rate, axes = D / rng.uniform(1e-9, 5e-9) ** 2, np.linalg.qr(rng.normal(size=(3, 3)))[0]
    layer = {"name": name, "thickness": rng.uniform(1e-9, 8e-9), "conductivity": rng.uniform(1e6, 6e6), "diffusion": D}
    layer |= rng.choice(
        [
            {"spin_diffusion_length": np.sqrt(D / rate)},
            {"relaxation_time": rng.uniform(0.5, 2, 3) / rate},
            {"relaxation_rate": axes * rng.uniform(0.5, 2, 3) * rate @ axes.T},
        ]
    )
    layer |= rng.choice([{}, {"gauge": 2e8 * rng.normal(size=(3, 3))}])
    layer |= rng.choice([{"spin_hall": rng.uniform(-0.3, 0.3)}, {"spin_hall": 0.2 * rng.normal(size=(3, 3))}])
    layer |= rng.choice([{}, {"hall": 0.2 * rng.normal(size=3)}, {"mobility": 0.02}])
    layer |= rng.choice([{}, {"larmor": 0.2 * rng.normal(size=3)}, {"momentum_time": 2e-14}])
    layer |= rng.choice([{}, {"drift_polarisation": 0.2 * rng.normal(size=3)}])
    return layer


def random_magnet(rng, name):
    times = {"parallel": rng.uniform(1e-14, 1e-13), "perpendicular": rng.uniform(5e-15, 2e-14)}
    return random_layer(rng, name) | {"exchange_relaxation": times, "precession": rng.normal() * 1e14}


def random_face(rng):
    return rng.choice(
        [
            {"kind": "sink"},
            {"kind": "insulating"},
            {"kind": "sheet", "G_s": 1e13, "G_r": rng.uniform(1e14, 1e15), "G_i": rng.normal() * 1e14},
            {"kind": "sheet", "matrix": 1e14 * (np.eye(3) + 0.3 * rng.normal(size=(3, 3)))},
            {"kind": "current", "spin_current": 1e9 * rng.normal(size=3)},
        ]
    )


def random_interface(rng):
    return rng.choice(
        [
            {"thin": {"thickness": 5e-10, "conductivity": 2e6, "spin_diffusion_length": 1e-9}},
            {"transmission": rng.uniform(1e14, 1e15), "conductance": 1e15, "absorption": {"G_r": 1e14, "G_s": 1e13}},
            {"transmission": 3e14 * np.eye(3), "absorption_above": {"G_i": 1e14, "G_s": 1e13}},
        ]
    )


def random_case(rng, experiment):
    """Up to four layers, some interfaces with jumps, faces of all kinds, any direction and field."""
    names = "ABCD"[: rng.integers(1, 5)]
    magnets = rng.random(len(names)) < 0.5
    magnets[rng.integers(len(names))] = True
    layers = [(random_magnet if magnet else random_layer)(rng, name) for name, magnet in zip(names, magnets)]
    pairs = [f"{below}|{above}" for below, above in pairwise(names)]
    tables = {
        "layer": layers,
        "magnetisation": {"direction": rng.normal(size=3)},
        "field": {"B": rng.normal(size=3)},
        "boundary": {side: random_face(rng) for side in ("bottom", "top") if rng.random() < 0.7},
        "interface": {pair: random_interface(rng) for pair in pairs if rng.random() < 0.4},
        "mesh": rng.choice([{}, {"cells": int(rng.integers(8, 20))}, {"element_size": 2.5e-10}]),
        "solver": {"degree": int(rng.integers(1, 5))},
        "output": {"figures": False},
    }
    if experiment == "film" and rng.random() < 0.7:
        tables["drive"] = {"electric_field": [3e4 * rng.normal(), rng.choice([0, 2e4]), 0]}
    return Run.from_dict({"experiment": experiment} | tables)


def numbers_of(table, path=()):
    """{path: array} of all numbers of nested tables, and {path: value} of the rest."""
    found = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= numbers_of(value, (*path, key))
        else:
            found[(*path, key)] = value
    return found


def scale_of(path, numbers):
    """What a number of this table is small beside, where it nearly vanishes."""
    if path[0] == "conductance":
        return 1 if path[1] == "memory_loss" else np.abs(numbers["conductance"]["matrix"]).max()
    sigma, E = np.abs(numbers["conductivity"]["matrix"]).max(), np.abs(numbers["electric_field"]["value"]).max()
    theta = 0.1
    return {
        "resistivity": numbers["resistivity"]["longitudinal"],
        "conductivity": sigma,
        "torque": theta * (sigma if path[1].endswith("like") else 1),
        "electric_field": E,
        "spin_current": theta * sigma * E,
        "accumulation": theta * E * 1e-9,
    }[path[0]]


def assert_same(found, expected, rel=1e-10):
    """All tables, keys, units and shapes, and numbers to rel."""
    mine, its = numbers_of(found), numbers_of({table: v for table, v in expected.items() if table != "timings"})
    assert list(mine) == list(its)
    for path, value in its.items():
        if path[0] == "balances" and path[1] != "units":
            assert 0 <= mine[path] < 1e-9
        elif path in (("solver", "iterations"), ("solver", "residual")):
            assert 0 <= mine[path] <= max(1, value)
        elif value is None or isinstance(value, str | int):
            assert mine[path] == value, path
        else:
            assert np.shape(mine[path]) == np.shape(value), path
            scale = scale_of(path, expected)
            np.testing.assert_allclose(mine[path], value, rtol=rel, atol=rel * scale, err_msg=str(path))


@pytest.fixture
def never_by_itself(monkeypatch):
    """All must go through arrays."""
    monkeypatch.setattr(batch, "_by_itself", lambda case: pytest.fail("was left to run"))


@pytest.mark.parametrize("experiment", ["film", "conductance"])
def test_random_stacks_together_are_those_of_single_runs(experiment, never_by_itself):
    rng = np.random.default_rng(1)
    cases = [random_case(rng, experiment) for _ in range(60)]
    for case, found in zip(cases, batch.evaluate(cases)):
        assert_same(found, run(case).numbers)


def test_films_are_those_of_the_exact_solution(never_by_itself):
    """Two layers with everything, a sheet below, jumps between: resistivity and spin current through the interface."""
    rng, cases, expected = np.random.default_rng(2), [], []
    for _ in range(8):
        layers, exact = [], []
        for name in "FN":
            R, q, omega = (rng.uniform(2e13, 2e14, 3), 2e8 * rng.normal(size=(3, 3)), 5e13 * rng.normal(size=3))
            theta = [0.2 * rng.normal(size=shape) for shape in (3, (3, 3), 3)]
            t, sigma = rng.uniform(2e-9, 6e-9), rng.uniform(1e6, 6e6)
            layers.append(
                Layer(
                    name=name, thickness=t, conductivity=sigma, diffusion=D, relaxation_time=1 / R, precession=omega,
                    gauge=q, hall=theta[0], spin_hall=theta[1], larmor=theta[2],
                )
            )  # fmt: skip
            exact.append(exact_film.Layer(t, sigma, D, np.diag(R), omega, q, exact_film.theta_of(*theta)))
        m, G, T = rng.normal(size=3), rng.uniform(1e14, 5e14, 2), rng.uniform(1e14, 1e15)
        m /= np.linalg.norm(m)
        sheet = -G[0] * exact_film.vec(m) @ exact_film.vec(m) - G[1] * exact_film.vec(m)
        junction = np.einsum("st,ab->satb", [[T, -T], [-T, T]], np.eye(3))
        stack = Stack(
            layers, magnetisation=m, boundary={"bottom": Sheet(G_r=G[0], G_i=G[1])},
            interface={"F|N": {"transmission": T}}, drive=[1e5, 0, 0],
        )  # fmt: skip
        cases.append(Run(stack=stack, experiment="film"))
        rho = exact_film.resistivity(exact, bottom=sheet, junctions={0: junction})
        solved = exact_film.film(exact, E=[1e5, 0, 0], bottom=sheet, junctions={0: junction})
        expected.append((rho[0, 0], rho[1, 0], solved.j(exact[0].thickness, 0)[2, 1:]))
    for found, (longitudinal, transverse, j) in zip(batch.evaluate(cases), expected):
        assert found["resistivity"]["longitudinal"] == pytest.approx(longitudinal, rel=1e-9)
        assert found["resistivity"]["transverse"] == pytest.approx(transverse, rel=1e-9, abs=1e-9 * longitudinal)
        np.testing.assert_allclose(found["spin_current"]["F|N"], j, rtol=0, atol=1e-7 * np.abs(j).max())


PT = Layer(
    name="Pt", thickness=6e-9, conductivity=4e6, diffusion=D, spin_diffusion_length=1.5e-9, spin_hall=0.08
)  # fmt: skip
FILM = Stack(PT, boundary={"bottom": Sheet(G_r=2.5e14, G_i=1e13)}, magnetisation=[0, 0, 1])


def as_film(stack, **tables):
    return Run(stack=stack, experiment="film", output={"figures": False}, **tables)


def test_cells_are_those_of_a_mesh_made_for_one():
    """Layers much thinner and thicker than their lengths, and numbers of cells that rounding decides."""
    rng, members = np.random.default_rng(3), []
    for t in [1e-9, 1.5e-9, 2e-9, 3e-9, 2.4e-9, 1e-7, *rng.uniform(1e-10, 2e-8, 30)]:
        for ell in (1.5e-9, 2e-9, 3e-9):
            thick = {"thickness": t, "spin_diffusion_length": ell}
            magnet = PT.with_(
                name="F", thickness=t / 3, relaxation_time=2e-15, precession=[0, 0, 1e13], gauge=1e8 * np.eye(3)
            )
            members.append(stacks.Member(as_film(FILM.with_(layers=[magnet, PT.with_(**thick)]))))
    many = stacks.Stacks(members)
    lengths = {place: h for places, rows in many._lengths() for place, h in zip(places, rows)}
    for n, member in enumerate(members):
        plan, _ = through(member.case, member.stack, member.names)
        for k, (_, thickness, cells, edge) in enumerate(plan):
            assert many.cells[k, n] == cells
            h = np.diff(graded(thickness, cells, edge))
            np.testing.assert_allclose(lengths[k * len(members) + n], h, rtol=1e-11)


def test_a_scan_of_angles_is_that_of_films_one_by_one():
    case = as_film(FILM.with_(field={"B": [0, 0, 1]}, layers=[PT.with_(mobility=1e-3, momentum_time=1e-14)]))
    scan = angular_scan(case)
    for plane, curves in scan["curves"].items():
        for k in (5, 40):
            turned = case.stack.with_(magnetisation={"angle": {plane: float(scan["angles"][k])}})
            alone = run(case.model_copy(update={"stack": turned})).numbers["resistivity"]
            expected = alone["longitudinal"], alone["transverse"]
            scale = 1e-14 * alone["longitudinal"]
            np.testing.assert_allclose([curve[k] for curve in curves], expected, rtol=1e-10, atol=scale)


def test_magnets_with_moments_follow_temperature(never_by_itself):
    """The exchange of EuS|Pt through its ordering temperature, at once."""
    moments = {"moment_density": 1.2e28, "spin": 3.5, "coupling": "0.051 meV nm^3", "weiss": 4.4e-23}
    magnet = Layer(name="EuS", thickness=2e-9, conductivity=1e5, diffusion=1e-4, exchange=moments)
    both = Stack([magnet, PT], magnetisation=[0, 0.6, 0.8], field={"B": [0, 0.06, 0.08]}, temperature=5)
    for experiment in ("film", "conductance"):
        runs = [Run(stack=both.with_(temperature=T), experiment=experiment) for T in (5, 17, 40)]
        runs = [case.model_copy(update={"output": case.output.model_copy(update={"figures": False})}) for case in runs]
        for case, found in zip(runs, batch.evaluate(runs)):
            assert_same(found, run(case).numbers)


def test_without_spin_a_film_is_a_resistor(never_by_itself):
    """Ordinary Hall effect alone: rho_xx = 1 / sigma, rho_yx = theta0 / sigma, spin undetermined and not asked for."""
    plain = Stack(Layer(name="Cu", thickness=1e-8, conductivity=5e7, hall=[0, 0, 0.02]))
    rho = batch.resistivities([as_film(plain)])[0]
    assert rho[0] == pytest.approx(2e-8)
    assert rho[1] == pytest.approx(0.02 * 2e-8)
    assert_same(batch.evaluate([as_film(plain)])[0], run(as_film(plain)).numbers)


def test_what_arrays_do_not_hold_goes_by_itself():
    """A gauge field that varies, two dimensions, another experiment; in between is a film that is like the others."""
    varying = FILM.with_layer("Pt", gauge=lambda x: np.einsum("N,ib->Nib", 1e8 * np.cos(x[2] / 1e-9), np.eye(3)))
    plane = as_film(FILM, mesh={"dimension": 2, "size": [4e-9]})
    decay = Run(stack=FILM, experiment="relaxation")
    cases = [as_film(varying), as_film(FILM), plane, decay]
    assert [batch.supports(case) for case in cases] == [False, True, False, False]
    for case, found in zip(cases, batch.evaluate(cases)):
        expected = {table: values for table, values in run(case).numbers.items() if table not in ("timings", "solver")}
        assert numbers_of(found).keys() - {("solver", "units", "*")} >= numbers_of(expected).keys()
    assert found["relaxation"]["lifetime"] == expected["relaxation"]["lifetime"]


def test_what_runs_raise_stands_in_the_place_of_the_numbers():
    impossible = as_film(FILM, solver={"balance_tolerance": 1e-300})
    found = batch.evaluate([impossible, as_film(FILM)])
    assert isinstance(found[0], BalanceError)
    assert "does not balance" in str(found[0])
    assert found[1]["resistivity"]["longitudinal"] > 0
    with pytest.raises(BalanceError, match="does not balance"):
        batch.resistivities([impossible])


def test_spin_that_nothing_determines_is_left_to_the_run(monkeypatch):
    """A magnet without losses behind an interface that spin does not pass, beside one that has them."""
    lossless = Layer(name="F", thickness=2e-9, conductivity=1e6, diffusion=D, precession=[0, 0, 1e13], spin_hall=0.1)
    shut = Stack([lossless, PT], interface={"F|Pt": {"transmission": 0, "conductance": 1e15}})
    left, whole = [], batch._by_itself
    monkeypatch.setattr(batch, "_by_itself", lambda case: left.append(case) or whole(case))
    found = batch.evaluate([case := as_film(shut), as_film(FILM)])
    assert left == [case]
    assert not isinstance(found[0], Exception)


def test_errors_of_the_elimination_do_not_pass(monkeypatch):
    """A millionth in every inverse leaves spin balanced, for joined networks are; the residual finds it."""
    exact = lines.inverted
    monkeypatch.setattr(lines, "inverted", lambda A: exact(A) * (1 + 1e-6 * (A.shape[-1] == 3)))
    wrong = batch.Film(stacks.Stacks([stacks.Member(as_film(FILM))]))
    assert wrong.left_over[0] > 1e-7
    assert not wrong.good[0]
    assert_same(batch.evaluate([as_film(FILM)])[0], run(as_film(FILM)).numbers)


@pytest.mark.parametrize("what, balance", [("integral", 1), ("mu", 1), ("spent", 2), ("rows", 1)])
def test_balances_tell_of_wrong_potentials(what, balance):
    """A hundred-thousandth in integrals, potentials, heat or residuals, in a stack with all kinds of ends."""
    held = FILM.with_(boundary={"bottom": {"kind": "sink"}, "top": Sheet(G_s=1e14)})
    many = stacks.Stacks([stacks.Member(as_film(held))])
    steady = many.drive(1e5 * np.eye(3)[None, :2])
    assert steady.balances[balance][0] < 1e-13
    wrong = many.drive(1e5 * np.eye(3)[None, :2])
    setattr(wrong, what, getattr(wrong, what) * (1 + 1e-5))
    assert wrong.balances[balance][0] > 1e-10


def test_stacks_of_many_cells_are_divided(monkeypatch, never_by_itself):
    cases = [as_film(FILM.with_layer("Pt", spin_hall=theta)) for theta in (0.05, 0.1, 0.15)]
    expected = batch.resistivities(cases)
    monkeypatch.setattr(batch, "CELLS", 40)  # more than one of these has
    np.testing.assert_allclose(batch.resistivities(cases), expected, rtol=1e-14)


def test_one_stack_that_cannot_be_set_up_does_not_stop_the_others(monkeypatch):
    plain, cursed = as_film(FILM), as_film(FILM.with_layer("Pt", thickness=5e-9))
    found_out = stacks._faces

    def faces(members, held):
        if any(member.case is cursed for member in members):
            raise np.linalg.LinAlgError("no")
        return found_out(members, held)

    left, whole = [], batch._by_itself
    monkeypatch.setattr(stacks, "_faces", faces)
    monkeypatch.setattr(batch, "_by_itself", lambda case: left.append(case) or whole(case))
    found = batch.evaluate([plain, plain, cursed, plain])
    assert left == [cursed]
    assert_same(found[2], run(cursed).numbers)
    assert_same(found[3], run(plain).numbers)
