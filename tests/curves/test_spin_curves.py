"""Curves of torque, pumping, memory loss and the anomalous Hall effect: beside other ways to the same numbers."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h

from ddgauge.curves import spin_pumping
from ddgauge.curves.thickness import thicknesses
from ddgauge.experiment import batch, run
from ddgauge.model import InputError, Run
from ddgauge.physics import efficiency
from tests import closed_forms as closed
from tests.solved import numbers

SIGMA, L = 2.5e6, 1.5e-9  # S/m, m
PT = {"name": "Pt", "thickness": 4e-9, "conductivity": SIGMA, "spin_diffusion_length": L, "diffusion": 5e-4}
F = {
    "name": "F",
    "thickness": 5e-9,
    "conductivity": 2e6,
    "diffusion": 2e-4,
    "exchange_relaxation": {"parallel": 2e-14, "perpendicular": 1e-14},
    "precession": 1e13,
    "relaxation_time": 1e-12,
}
I = {"name": "I", "thickness": 5e-10, "conductivity": 1e6, "spin_diffusion_length": 7e-10}
SHEET = {"bottom": {"kind": "sheet", "G_s": 2e13, "G_r": 2e14, "G_i": 3e13}}
MOTION = {"cone": 20, "frequency": 2e9, "saturation_magnetisation": 1.4e5, "magnet_thickness": 2e-8}
QUIET = {"output": {"figures": False}}


def curve(experiment, layers, **tables):
    found = numbers(experiment, layers, **tables)
    return found["curve"], found["extracted"]


def columns(table, keys):
    return np.concatenate([np.ravel(list(table[k].values()) if isinstance(table[k], dict) else table[k]) for k in keys])


# torque


def test_torque_curve_is_films_one_by_one():
    tables = {"boundary": SHEET, "magnetisation": {"direction": [1, 0, 2]}, "drive": {"electric_field": [0, 2e5, 0]}}
    cap = {"name": "Cu", "thickness": 2e-9, "conductivity": 4e7, "spin_diffusion_length": 4e-7}
    layers = [PT | {"spin_hall": 0.1}, cap]
    found, extracted = curve("torque-thickness", layers, curve={"layer": "Cu", "values": [1e-9, 5e-9]}, **tables)
    for k, d in enumerate(found["thickness"]):
        film = numbers("film", [layers[0], cap | {"thickness": d}], **tables)["torque"]
        for key in "efficiency_dl", "efficiency_fl", "damping_like", "field_like":
            assert found[key][k] == pytest.approx(film[key], rel=1e-9)
    assert found["closed_form"] is None and extracted["spin_diffusion_length"] is None


def test_thickness_of_a_mesh_file_is_not_changed():
    run_of = SimpleNamespace(mesh=SimpleNamespace(file="mesh.msh"))
    with pytest.raises(InputError, match=r"curve: the thickness of .Pt. is that of mesh\.file; leave out"):
        list(thicknesses(run_of, "Pt"))


def test_length_of_a_transparent_interface_comes_back():
    d = np.array([5, 1, 3, 2, 8]) * 1e-9
    values = efficiency.transparent_efficiency(d, L, -0.07)
    (theta,), l, misfit = efficiency.length_of(d, values, lambda x: [1 - 1 / np.cosh(x)])
    assert [theta, l] == pytest.approx([-0.07, L], rel=1e-6) and misfit < 1e-7


@pytest.mark.parametrize("values", [[0.1, 0.1, 0.1, 0.1], [0, 0, 0, 0]])
def test_a_curve_that_does_not_bend_has_no_length(values):
    d = np.array([1, 2, 4, 8]) * 1e-9
    assert efficiency.length_of(d, np.array(values), lambda x: [1 - 1 / np.cosh(x)])[1:] == (None, None)


# pumping


@pytest.mark.parametrize("face", ["bottom", "top"])
def test_pumped_current_is_that_of_an_evolution_in_time(face):
    """The same precession solved in time: mean spin current out of the sheet over a period."""
    tables = {"magnetisation": {"direction": [1, 0, 1]}}
    boundary = {face: SHEET["bottom"]}
    found, _ = curve("spin-pumping", [PT], boundary=boundary, curve=MOTION | {"values": [3e-9]}, **tables)
    moving = {face: SHEET["bottom"] | {"precession": {"cone": 20, "frequency": 2e9}}}
    time = {"end": 1e-9, "start": 0.0, "samples": 21, "average_from": 5e-10, "tolerance": 1e-7}
    period = numbers("transport", [PT | {"thickness": 3e-9}], boundary=moving, time=time, **tables)
    into = -np.array(period["mean"]["spin_current"][face])
    expected = found["spin_current"][0] * np.array([1, 0, 1]) / np.sqrt(2)
    assert_allclose(into, expected, rtol=0, atol=1e-3 * np.linalg.norm(expected))


@pytest.mark.parametrize("face", ["bottom", "top"])
def test_pumping_and_torque_are_reciprocal(face):
    """Onsager: spin voltage and field, spin and charge current of a metal; spin turns with time, charge does not."""
    case = Run.from_dict(
        QUIET
        | {"experiment": "spin-pumping", "layer": [PT | {"spin_hall": 0.3}], "boundary": {face: SHEET["bottom"]}}
        | {"magnetisation": {"direction": [1, 0, 0]}, "curve": MOTION | {"values": [3e-9]}}
    )
    films = [Run(experiment="film", stack=case.stack.with_(**point.changes)) for point in spin_pumping.points(case)]
    network = spin_pumping._network(case, batch.evaluate(films))
    Y, X, C = network[:3, :3], network[:3, 3:], network[3:, :3]
    assert_allclose(Y, Y.T, rtol=0, atol=1e-9 * np.abs(Y).max())
    assert_allclose(X, -2 * 3e-9 * C.T, rtol=0, atol=1e-9 * np.abs(X).max())


def test_damping_is_reduced_by_backflow_and_gives_the_interface_back():
    G = 5e18 * e**2 / h
    found, extracted = curve(
        "spin-pumping",
        [PT],
        boundary={"top": {"kind": "sheet", "G_r": G}},
        magnetisation={"direction": [0, 1, 0]},
        curve=MOTION | {"from": 1e-9, "to": 8e-9, "points": 8},
    )
    expected = closed.backflow(5e18, 1 / SIGMA, L, found["thickness"])
    assert_allclose(found["g_r"], expected, rtol=1e-6)
    assert_allclose(found["damping"], closed.spin_pumping(expected, 1.4e5, 2e-8), rtol=1e-6)
    assert extracted["interface_g_r"] == pytest.approx(5e18, rel=1e-4)
    assert extracted["spin_diffusion_length"] == pytest.approx(L, rel=1e-4)


@pytest.mark.parametrize("face", ["bottom", "top"])
@pytest.mark.parametrize("frequency", [3e9, -3e9])
def test_inverse_spin_hall_field_tends_to_its_closed_form(face, frequency):
    found, _ = curve(
        "spin-pumping",
        [PT | {"spin_hall": 1e-3}],
        boundary={face: {"kind": "sheet", "G_r": 2e14, "G_i": 1e13}},
        magnetisation={"direction": [2, 1, 2]},
        curve=MOTION | {"values": [2e-9, 6e-9], "frequency": frequency},
    )
    field, expected = (np.array([table["field"][i] for i in "xy"]) for table in (found, found["closed_form"]))
    assert_allclose(field, expected, rtol=1e-5)
    assert np.sign(field[1, 0]) == (1 if face == "bottom" else -1) * np.sign(frequency)
    assert_allclose(found["spin_current"], found["closed_form"]["spin_current"], rtol=1e-5)


# memory loss


def test_memory_loss_of_an_interlayer_follows_from_the_matrix_of_the_magnet():
    tables = {"magnetisation": {"direction": [1, 0, 2]}, "curve": {"layer": "I", "values": [2e-10, 1.5e-9]}}
    found, _ = curve("memory-loss", [F, I, PT], conductance={"interface": "I|Pt"}, **tables)
    keys = "to_moments", "to_lattice", "memory_loss", "delta"
    exact, formula = (columns(table, keys) for table in (found, found["closed_form"]))
    assert_allclose(exact, formula, rtol=1e-6, atol=1e-9)


def test_memory_loss_is_the_same_upside_down_and_has_no_closed_form_for_the_magnet_itself():
    tables = {"magnetisation": {"direction": [1, 0, 2]}}
    up, down = (
        curve("memory-loss", layers, curve={"layer": "F", "values": [2e-9, 5e-9]}, **tables)[0]
        for layers in ([F, PT], [PT, F])
    )
    assert up["closed_form"] is None and down["closed_form"] is None
    assert_allclose(up["memory_loss"], down["memory_loss"], rtol=1e-9)
    assert_allclose(columns(up, ["to_moments"])[:4], columns(down, ["to_moments"])[:4], rtol=1e-6)


def test_thickness_of_half_the_loss_lies_where_the_curve_crosses():
    tables = {"magnetisation": {"direction": [0, 0, 1]}, "conductance": {"interface": "I|Pt"}}
    _, extracted = curve("memory-loss", [F, I, PT], curve={"layer": "I", "points": 60}, **tables)
    t = extracted["half_loss_thickness"]
    again, _ = curve("memory-loss", [F, I, PT], curve={"layer": "I", "values": [t]}, **tables)
    assert again["memory_loss"][0] == pytest.approx(0.5, abs=1e-3)


def test_weak_rashba_coupling_loses_as_the_formulas_say_and_strong_coupling_less():
    magnet = F | {"thickness": 3e-8, "spin_orbit": {"mass": 1}, "precession": 0.0}
    del magnet["relaxation_time"]
    found, _ = curve(
        "rashba-memory-loss",
        [magnet],
        magnetisation={"direction": [0, 0, 1]},
        curve={"layer": "F", "values": [1e2, 2e2, 1e5]},
    )
    exact, formula = (columns(table["to_lattice"], ["G_s"]) for table in (found, found["closed_form"]))
    assert_allclose(exact[:2], formula[:2], rtol=1e-4)
    assert exact[1] / exact[0] == pytest.approx(4, rel=1e-4)
    assert exact[2] < 0.5 * formula[2]


# anomalous Hall effect

MOMENTS = {"moment_density": 1.3e28, "spin": 3.5, "coupling": "-0.02 meV nm^3", "weiss": "1 meV"}
MAGNET = {"name": "M", "thickness": 8e-9, "conductivity": 1e6, "diffusion": 1e-4, "exchange": MOMENTS}


def hall(theta, m=(1, 0, 0), **keys):
    return curve(
        "exchange-hall",
        [MAGNET | {"spin_hall": theta}],
        temperature=5,
        magnetisation={"direction": list(m)},
        curve={"polarisation": 0.4} | keys,
    )


def test_turned_moments_give_a_magnet_in_the_plane_an_anomalous_hall_effect():
    """Of first order in the spin Hall angle; of second order spin that piles up precesses about the moments."""
    (plus, extracted), (minus, against) = (hall(theta, values=[-90, -30, 0, 30, 45]) for theta in (1e-3, -1e-3))
    expected = closed.anomalous_hall(0.4 * np.sin(np.radians([-90, -30, 0, 30, 45])), -1e-3)
    assert_allclose((plus["anomalous"] - minus["anomalous"]) / 2, expected, rtol=1e-5, atol=1e-12)
    assert_allclose(plus["closed_form"]["anomalous"], expected, rtol=1e-12, atol=1e-18)
    assert (extracted["amplitude"] - against["amplitude"]) / 2 == pytest.approx(4e-4, rel=1e-5)


def test_rotation_about_the_magnetisation_changes_nothing():
    found, extracted = hall(0.05, axis=[1, 0, 0], values=[0, 40])
    assert_allclose(found["anomalous"], 0, atol=1e-12)
    assert extracted["amplitude"] is None


def test_planar_hall_effect_is_told_apart():
    """It is even in the magnetisation, and of second order in the spin Hall angle, as rho_yx of a magnetoresistance."""
    found, _ = hall(0.1, m=(1, 1, 0), values=[0, 30])
    assert abs(found["planar"][0]) > 1e-6 and abs(found["anomalous"][0]) < 1e-12
    half, _ = hall(0.05, m=(1, 1, 0), values=[0])
    assert found["planar"][0] / half["planar"][0] == pytest.approx(4, rel=0.05)


# mistakes

TORQUE = {"experiment": "torque-thickness", "layer": [PT | {"spin_hall": 0.1}], "boundary": SHEET}
UP = {"magnetisation": {"direction": [0, 0, 1]}}
PUMP = TORQUE | UP | {"experiment": "spin-pumping", "curve": MOTION}
LOSS = UP | {"experiment": "memory-loss", "layer": [F, I, PT], "curve": {"layer": "I"}}
HALL = UP | {"experiment": "exchange-hall", "layer": [MAGNET], "temperature": 5, "curve": {"polarisation": 0.4}}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (TORQUE | UP | {"curve": {"layer": "Cu"}}, ["curve.layer = 'Cu'; layers: Pt"]),
        (TORQUE | UP | {"boundary": {}}, ["needs moments", "G_r or G_i (S/m^2)"]),
        (TORQUE | {"magnetisation": {"direction": [0, 2, 0]}}, ["magnetisation along [0.0, 1.0, 0.0]", "no torque"]),
        (TORQUE | UP | {"layer": [PT]}, ["needs a layer with spin_hall"]),
        (TORQUE | UP | {"curve": {"from": 0}}, ["curve.from = 0 m, must be > 0"]),
        (PUMP | {"boundary": SHEET | {"top": SHEET["bottom"]}}, ["bottom, top", "needs one such sheet"]),
        (PUMP | {"magnetisation": {}}, ["magnetisation"]),
        (PUMP | {"boundary": {}}, ["none; experiment = 'spin-pumping' needs one such sheet"]),
        (PUMP | {"curve": {"cone": 1}}, ["curve: needs frequency (Hz)"]),
        (PUMP | {"curve": MOTION | {"cone": 200}}, ["curve.cone = 200 degree"]),
        (LOSS | {"curve": {"layer": "J"}}, ["curve.layer = 'J'", "layers: F, I, Pt"]),
        (LOSS | {"curve": {}}, ["curve: needs layer"]),
        (LOSS | {"experiment": "rashba-memory-loss", "curve": {"layer": "F", "values": [1]}}, ["needs spin_orbit"]),
        (HALL | {"layer": [PT]}, ["layers with [layer.exchange]: none"]),
        (HALL | {"curve": {"polarisation": 0.4, "layer": "N"}}, ["curve.layer = 'N'", "layers with [layer.exchange]"]),
        (HALL | {"curve": {"polarisation": 2}}, ["curve.polarisation = 2"]),
        (HALL | {"curve": {"polarisation": 0.1, "axis": [0, 0, 0]}}, ["curve.axis = [0, 0, 0] has no direction"]),
    ],
)
def test_mistakes_are_named(tables, words):
    with pytest.raises(InputError) as error:
        Run.from_dict(QUIET | tables)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_layer_beyond_the_magnetic_side_is_no_layer_of_a_loss():
    with pytest.raises(InputError, match=r"curve.layer = 'I' is outside of the magnetic side, F, .*interface"):
        run(Run.from_dict(QUIET | LOSS))
