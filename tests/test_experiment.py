"""Experiments from their input to their numbers: keys, splits, limits, balances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ddgauge.experiment import run
from ddgauge.model import InputError
from ddgauge.model.inputs import Run
from tests import exact_film as exact
from tests.solved import MESHES, numbers, result

# the input file that the schema was agreed on
EUS = """
title = "Pt | EuS"
experiment = "conductance"         # conductance | film | transport | two-current | ...
temperature = 10                   # K, where exchange or materials need it

[[layer]]                          # bottom to top, z = 0 at the bottom of the first
name = "F"
thickness = "1 nm"
conductivity = 2e6                 # S/m
diffusion = 2e-4                   # m^2/s
relaxation_time = 2e-12            # s, isotropic (lattice); or spin_diffusion_length = "1 nm"
exchange_relaxation = {parallel = 4e-13, perpendicular = 2e-13}   # s, about the magnetisation
precession = [0, 0, 2e12]          # rad/s, exchange field; or exchange = {moment_density, spin, coupling, weiss, rotation}
spin_orbit = {mass = 1.0, alpha = 2e4, beta = 1e4, lambda = 4e5, strain = [[0, 0.01, 0.02], [0.01, 0, 0.03], [0.02, 0.03, 0]]}
# mass in electron masses, velocities in m/s; or gauge = 3x3 in 1/m, rows flow x, y, z, columns spin axes
hall = [0.02, 0.01, 0.05]          # ordinary Hall vector; or mobility with field
spin_hall = 0.1                    # isotropic angle, or a 3x3 array thetaC[a][k]
larmor = [0, 0, 0]                 # Hanle vector; or momentum_time

[[layer]]
name = "HM"
material = "Pt"                    # from the library; any key given here overrides it
thickness = "5 nm"

[magnetisation]
direction = [0, 0, 1]

[field]
B = [0, 0, 0]                      # T

[drive]
electric_field = [1e5, 0, 0]       # V/m

[boundary.bottom]                  # bottom, top, or a named face of a mesh
kind = "insulating"                # insulating | sink (mu = 0) | sheet | contact | current
# sheet: G_s, G_r, G_i in S/m^2 or 1/m^2 on mu_s; contact: voltage

[mesh]
dimension = 1                      # 1, 2, 3; or file = "meshes/hall_bar.msh" with named layers and faces
cells = 64                         # per layer; or element_size

[solver]
degree = 2
tolerance = 1e-10

[[sweep]]                          # product of all sweeps, in `ddgauge sweep`
parameter = "magnetisation.angle.xy"     # or a dotted path such as layer.HM.thickness
from = 0
to = 360
points = 73
"""  # noqa: E501
SPLIT = ("magnetic", "lattice", "larmor", "far_face")
SINK = {"boundary": {"bottom": {"kind": "sink"}}}
UP = {"magnetisation": {"direction": [0, 0, 1]}}
F = {"name": "F", "thickness": 2e-9, "conductivity": 2e6, "diffusion": 2e-4}
PT = {"name": "Pt", "thickness": 4e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
MOMENTS = {"exchange_relaxation": {"parallel": 4e-13, "perpendicular": 2e-13}, "precession": 2e12}
Q = np.array([[1e8, 4e8, 1e8], [-3e8, 0, 2e8], [-1e8, 2e8, 1e8]])
MIRROR = np.diag([-1, -1, 1])  # of spin, when z turns over


def conductance(*layers, **tables):
    return numbers("conductance", list(layers), **tables)["conductance"]


def total(G):
    return sum(G[part] for part in SPLIT)


# conductance


@pytest.fixture(scope="module")
def eus(tmp_path_factory):
    import ddgauge.model

    path = tmp_path_factory.mktemp("eus") / "film.toml"
    path.write_text(EUS)
    return run(ddgauge.model.read(path))


def test_the_schema_s_own_file_gives_all_its_keys(eus):
    G = eus.numbers["conductance"]
    keys = {"matrix", "magnetic", "lattice", "G_s", "G_r", "G_i", "loss", "residual", "memory_loss", "perturbative"}
    assert keys <= set(G)
    assert set(G["loss"]) == {"G_s", "G_r", "G_i", "G_j", "G_parallel", "G_perpendicular"}
    assert {"G_s", "G_r", "G_i", "loss"} <= set(G["perturbative"])
    assert G["interface"] == "F|HM"
    assert {"balances", "solver", "timings"} <= set(eus.numbers)


def test_the_schema_s_own_file_gives_the_exact_response(eus):
    G, c = eus.numbers["conductance"], eus.case.stack.coefficients("F")
    Theta = exact.theta_of(c.theta0, c.thetaC, c.thetaL)
    expected = exact.interface_matrix(c.sigma, c.D, c.R_lattice + c.R_exchange, c.omega_exchange, c.q, Theta, 1e-9)
    assert_allclose(G["matrix"], expected, rtol=0, atol=1e-7 * np.abs(expected).max())
    assert 0 < G["memory_loss"] < 1


def test_matrix_is_the_sum_of_what_takes_up_spin(eus):
    layer = F | MOMENTS | {"gauge": Q.tolist(), "relaxation_time": 1e-13}
    everything = conductance(layer, PT, field={"B": [3, 1, 5]}, **UP, **SINK)
    for G in eus.numbers["conductance"], everything:
        assert_allclose(G["matrix"], total(G), rtol=0, atol=1e-9 * np.abs(G["matrix"]).max())
    for part in SPLIT:
        assert np.abs(everything[part]).max() > 1e-3 * np.abs(everything["matrix"]).max(), part


def test_tensors_add_up_to_their_part(eus):
    """What G_s, G_r, G_i and the loss tensors do not take up is the residual."""
    from ddgauge.physics.interface import sheet

    G = eus.numbers["conductance"]
    magnetic = -G["magnetic"] - sheet(G["G_s"], G["G_r"], G["G_i"], [0, 0, 1])
    assert np.abs(magnetic).max() == pytest.approx(G["residual"]["magnetic"], rel=1e-9)
    assert G["residual"]["lattice"] < 1e-9 * np.abs(G["lattice"]).max()
    assert_allclose(np.diag(G["lattice"])[2], -G["loss"]["G_s"], rtol=1e-12)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_extracted_matrix_replaces_the_meshed_magnet(dimension):
    """The sheet is minus the matrix, for what leaves the metal enters the magnet; any law of any magnet, Z23 (33)."""
    magnet = F | MOMENTS | {"gauge": Q.tolist(), "relaxation_time": 1e-13, "hall": [0.02, 0.01, 0.05]}
    tables = {"magnetisation": {"direction": [1, 2, 2]}, "field": {"B": [1, 2, 3]}}
    tables |= {"mesh": MESHES[dimension], "drive": {"electric_field": [1e5, 5e4, 0]}}
    metal = PT | {"spin_hall": 0.1}
    G = conductance(magnet, metal, **tables)["matrix"]
    meshed = numbers("film", [magnet, metal], **tables)
    alone = numbers("film", [metal], boundary={"bottom": {"kind": "sheet", "matrix": (-G).tolist()}}, **tables)
    close = {"rtol": 0, "atol": 2e-6 * np.abs(meshed["accumulation"]["F|Pt"]).max()}
    assert_allclose(alone["accumulation"]["bottom"], meshed["accumulation"]["F|Pt"], **close)
    assert_allclose(alone["accumulation"]["top"], meshed["accumulation"]["top"], **close)
    into_magnet = -meshed["spin_current"]["F|Pt"]
    close["atol"] = 2e-6 * np.abs(into_magnet).max()
    assert_allclose(alone["spin_current"]["bottom"], into_magnet, **close)


def test_a_magnet_on_top_has_the_response_of_its_mirror_image():
    """z -> -z keeps spin along z and turns spin along x and y; the matrix is along the normal from magnet to metal."""
    m, hall = np.array([2, 1, -2]) / 3, np.array([0.02, 0.01, 0.05])
    magnet = F | MOMENTS | {"relaxation_time": 3e-13, "spin_hall": 0.1, "gauge": Q.tolist(), "hall": hall.tolist()}
    below = conductance(magnet, PT, magnetisation={"direction": m.tolist()}, **SINK)
    mirrored = {"gauge": (np.diag([1, 1, -1]) @ Q @ MIRROR).tolist(), "hall": (MIRROR @ hall).tolist()}
    tables = {"magnetisation": {"direction": (MIRROR @ m).tolist()}, "boundary": {"top": {"kind": "sink"}}}
    above = conductance(PT, magnet | mirrored, **tables)
    for part in "matrix", *SPLIT:
        size = np.abs(below["matrix"]).max()
        assert_allclose(above[part], MIRROR @ below[part] @ MIRROR, rtol=0, atol=1e-9 * size)
    for part in "matrix", "magnetic", "lattice":
        there, here = above["perturbative"][part], below["perturbative"][part]
        assert_allclose(there, MIRROR @ here @ MIRROR, rtol=0, atol=1e-9 * np.abs(here).max())
    assert_allclose([above[key] for key in ("G_s", "G_r", "G_i")], [below[key] for key in ("G_s", "G_r", "G_i")])


def test_moments_alone_forget_nothing_and_the_lattice_alone_everything():
    assert abs(conductance(F | MOMENTS, **UP)["memory_loss"]) < 1e-9
    spin_orbit = {"mass": 1.0, "alpha": 3e4}
    for loss in {"relaxation_time": 1e-13}, {"relaxation_time": 1e-10, "spin_orbit": spin_orbit}:
        assert conductance(F | loss, **UP)["memory_loss"] == pytest.approx(1, abs=1e-9)
    both = conductance(F | MOMENTS | {"relaxation_time": 4e-13}, **UP)
    assert both["memory_loss"] == pytest.approx((3 / 4) / (3 / 4 + (1 / 4 + 2 / 2)), abs=0.02)  # shares of the rates


# the perturbative formulas: where they hold, and what they miss


def compared(layer, part, **tables):
    """(exact, formula) of a part, 3x3, for a thick layer."""
    G = conductance(F | layer | {"thickness": 80e-9}, **tables, **SINK, mesh={"cells": 48})
    return G[part], G["perturbative"][part]


def test_formulas_hold_for_weak_spin_orbit_coupling():
    """Loss in a thick magnet to second order in q ell; what is missed falls as its fourth power."""
    misses = []
    for Q_over_inverse_ell in 0.1, 0.05:
        q = Q_over_inverse_ell / 4e-9 * np.array([[0.3, 1, 0], [-1, 0.5, 0], [0, 0, 0]])
        layer = {"exchange_relaxation": {"parallel": 8e-14, "perpendicular": 8e-14}, "gauge": q.tolist()}
        found, formula = compared(layer, "lattice", **UP)
        misses.append(np.abs(found - formula).max() / np.abs(formula).max())
    assert misses[1] < 5e-3
    assert np.log2(misses[0] / misses[1]) == pytest.approx(2, abs=0.1)


def test_formulas_hold_without_precession():
    layer = {"exchange_relaxation": {"parallel": 2e-13, "perpendicular": 1e-13}, "relaxation_time": 3e-13}
    for part in "magnetic", "lattice":
        found, formula = compared(layer, part, magnetisation={"direction": [1, 2, 2]})
        assert_allclose(found, formula, rtol=0, atol=1e-6 * np.abs(formula).max())


def test_formula_of_G_i_is_twice_the_exact_one_for_slow_precession():
    """(34) lets spin decay without turning; the exact response goes with sqrt(1/tau + i omega)."""
    layer = {"exchange_relaxation": {"parallel": 2e-13, "perpendicular": 1e-13}, "precession": 1e-3 / 1e-13}
    G = conductance(F | layer | {"thickness": 160e-9}, mesh={"cells": 48}, **UP, **SINK)
    assert G["G_i"] / G["perturbative"]["G_i"] == pytest.approx(0.5, rel=1e-6)
    assert G["G_r"] / G["perturbative"]["G_r"] == pytest.approx(1, rel=1e-6)


def test_formulas_see_a_loss_in_a_pure_gauge():
    """A gauge field of the flow along z alone changes nothing at the interface; (58), (59) give it a G_j."""
    q = np.array([[0, 0, 0], [0, 0, 0], [-2e7, 3e7, 0]])
    G = conductance(F | {"thickness": 80e-9, "relaxation_time": 1e-13, "gauge": q.tolist()}, mesh={"cells": 48}, **SINK)
    size = np.abs(G["matrix"]).max()
    assert_allclose(G["matrix"], -2e6 / 2 / np.sqrt(2e-4 * 1e-13) * np.eye(3), rtol=0, atol=1e-6 * size)
    assert np.abs(G["perturbative"]["loss"]["G_j"]).max() > 0.05 * size


def test_formulas_add_what_does_not_add():
    """At q ell = 1 the losses to gauge field and moments share the same spin: the formula overrates them."""
    q = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]]) / 4e-9
    layer = {"exchange_relaxation": {"parallel": 8e-14, "perpendicular": 8e-14}, "gauge": q.tolist()}
    found, formula = compared(layer, "lattice", **UP)
    assert np.all(np.diag(formula) / np.diag(found) > 1.2)


def test_no_formula_where_nothing_relaxes():
    layer = F | {"spin_orbit": {"mass": 1.0, "alpha": 3e4}}
    assert conductance(layer, **SINK)["perturbative"] is None


# exchange with moments at a temperature

E_CHARGE, K_B, HBAR = 1.602176634e-19, 1.380649e-23, 1.054571817e-34
T_C, SPIN, N_M, K_S = 16.6, 3.5, 2e28, -10e-3 * E_CHARGE * 1e-27  # as in EuS
J_W = 3 * K_B * T_C / (SPIN * (SPIN + 1))  # mean-field theory


def at_temperature(T, B=0.0, rotation=(0, 0, 0), direction=(0, 0, 1)):
    moments = {"moment_density": N_M, "spin": SPIN, "coupling": K_S, "weiss": J_W, "rotation": list(rotation)}
    layer = {"name": "F", "thickness": 60e-9, "conductivity": 1e5, "diffusion": 1e-4, "exchange": moments}
    field = {"B": (B * np.array(direction)).tolist()}
    tables = {"temperature": T, "field": field, "magnetisation": {"direction": list(direction)}}
    return conductance(layer | {"g_factor": 0.0}, mesh={"cells": 48}, **tables, **SINK)


def thick(rate, omega=0.0, sigma=1e5, D=1e-4):
    """Conductance of a thick layer on the circular component of spin, absorption positive."""
    return sigma / 2 * np.sqrt((rate - 1j * omega) / D)


def test_conductances_through_the_ordering_temperature():
    """T -> 0: G_s = 0 and G_r, G_i of saturated moments; above the ordering G_s alone, of paramagnetic ones."""
    nu = 1e5 / (E_CHARGE**2 * 1e-4)
    cold, hot = at_temperature(0.0), at_temperature(1.5 * T_C)
    across = thick(np.pi / HBAR * N_M * nu * K_S**2 * SPIN**2, -N_M * K_S * SPIN / (2 * HBAR))
    assert abs(cold["G_s"]) < 1e-6 * cold["G_r"]
    assert cold["G_r"] == pytest.approx(across.real, rel=1e-6)
    assert abs(cold["G_i"]) == pytest.approx(abs(across.imag), rel=1e-6)
    paramagnet = thick(2 * np.pi / HBAR * N_M * nu * K_S**2 * SPIN * (SPIN + 1) / 3).real
    assert hot["G_s"] == pytest.approx(paramagnet, rel=1e-6)
    assert abs(hot["G_r"]) + abs(hot["G_i"]) < 1e-6 * paramagnet


def test_order_fades_steadily_and_a_field_keeps_some():
    series = [at_temperature(T) for T in (4.0, 10.0, 14.0, 16.0, 20.0)]
    G_i, G_s = np.array([abs(G["G_i"]) for G in series]), np.array([G["G_s"] for G in series])
    assert np.all(np.diff(G_i) < 0)
    assert np.all(np.diff(G_s[:4]) > 0)
    assert abs(at_temperature(20.0, B=5.0)["G_i"]) > 1e-2 * G_i[0]


def test_rotated_moments_turn_the_response():
    """Spin-orbit coupling turns the moments that carriers see; G_s, G_r and G_i about that direction are the same."""
    from ddgauge.physics.algebra import rotation

    plain, turned = at_temperature(8.0), at_temperature(8.0, rotation=(0.0, 0.4, 0.2))
    for key in "G_s", "G_r", "G_i":
        assert turned[key] == pytest.approx(plain[key], rel=1e-6)
    O = rotation([0.0, 0.4, 0.2])
    assert_allclose(turned["matrix"], O.T @ plain["matrix"] @ O, rtol=0, atol=1e-6 * np.abs(plain["matrix"]).max())


# film


def test_figures_of_a_film_show_its_angular_scan():
    tables = {"boundary": {"bottom": {"kind": "sheet", "G_r": 4e14}}, "magnetisation": {"direction": [0, 1, 0]}}
    found = result("film", [PT | {"spin_hall": 0.1}], output={"figures": True}, **tables)
    scan = found.curves["angular"]
    assert set(scan["curves"]) == {"xy", "yz", "xz"}
    longitudinal, transverse = scan["curves"]["xy"]
    right_angles = {angle: int(np.flatnonzero(scan["angles"] == angle)[0]) for angle in (0, 90, 180, 270, 360)}
    at_90 = found.numbers["resistivity"]["longitudinal"]
    assert longitudinal[right_angles[90]] == pytest.approx(at_90, rel=1e-12) == longitudinal.min()
    assert longitudinal[right_angles[180]] == pytest.approx(longitudinal.max(), rel=1e-12)
    assert np.abs(transverse[list(right_angles.values())]).max() < 1e-9 * np.ptp(longitudinal)


def test_a_field_turns_with_the_moments_that_it_orders():
    """Against a field exchange has no equilibrium; along it the plane across the current is as good as any."""
    moments = {"moment_density": 1e28, "spin": 3.5, "coupling": "0.05 meV nm^3"}
    magnet = {"name": "F", "thickness": 1e-9, "conductivity": 1e4, "diffusion": 2e-4, "relaxation_time": 1e-12}
    tables = {"temperature": 5.0, "magnetisation": {"direction": [0, 0, 1]}, "field": {"B": [0, 0, 4.0]}}
    found = result("film", [magnet | {"exchange": moments}, PT], output={"figures": True}, **tables)
    rho, scan = found.numbers["resistivity"], found.curves["angular"]
    longitudinal, transverse = scan["curves"]["xz"]
    assert [longitudinal[0], transverse[0]] == pytest.approx([rho["longitudinal"], rho["transverse"]], rel=1e-9)
    assert transverse[36] == pytest.approx(-transverse[0], rel=1e-9)  # turned over with its field


def test_a_film_between_insulating_sides_is_refused():
    with pytest.raises(InputError, match=r"no current flows along x.*side faces.*periodic.*transport"):
        numbers("film", [PT], mesh={"dimension": 2, "size": [1e-8], "periodic": False})


def test_a_field_across_a_film_is_refused():
    with pytest.raises(InputError, match=r"electric_field\[2\] = 100000 V/m, must be 0: .*'film' drives along x and y"):
        numbers("film", [PT], drive={"electric_field": [0, 0, 1e5]})


def test_drive_is_linear_and_turns_with_the_field():
    """Twice the field, twice the spin; E along y is E along x turned about z."""
    keys = {"boundary": {"bottom": {"kind": "sheet", "G_r": 4e14, "G_i": 1e14}}}
    metal = PT | {"spin_hall": 0.1}

    def spin(E, m):
        tables = {"drive": {"electric_field": E}, "magnetisation": {"direction": m}}
        return numbers("film", [metal], **keys, **tables)["spin_current"]["bottom"]

    once, twice, turned = spin([1e5, 0, 0], [1, 0, 2]), spin([2e5, 0, 0], [1, 0, 2]), spin([0, 1e5, 0], [0, 1, 2])
    assert_allclose(twice, 2 * once, rtol=1e-9)
    assert_allclose(turned, [-once[1], once[0], once[2]], rtol=1e-9)


# transport

SIZES = {1: [], 2: [30e-9], 3: [30e-9, 20e-9]}


def contacts(first, second, voltage=1e-3, **keys):
    return {first: {"kind": "contact", "voltage": voltage} | keys, second: {"kind": "contact", "voltage": 0.0} | keys}


def mesh(dimension, periodic=False):
    return {"dimension": dimension, "size": SIZES[dimension], "periodic": periodic}


@pytest.mark.parametrize("spin", ["absorbed", "free"])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_ohms_law_through_layers(dimension, spin):
    """R A = sum t / sigma; the current that enters leaves."""
    layers = [PT, F | {"relaxation_time": 1e-13}]
    found = numbers("transport", layers, boundary=contacts("bottom", "top", spin=spin), mesh=mesh(dimension))
    area = np.prod(SIZES[dimension])
    expected = (4e-9 / 4e6 + 2e-9 / 2e6) / area
    assert found["resistance"]["bottom|top"] == pytest.approx(expected, rel=1e-9)
    assert found["current"]["top"] == pytest.approx(1e-3 / expected, rel=1e-9)
    assert found["current"]["bottom"] == pytest.approx(-1e-3 / expected, rel=1e-9)
    assert found["resistance"]["units"]["*"] == {1: "ohm m^2", 2: "ohm m", 3: "ohm"}[dimension]


@pytest.mark.parametrize("dimension", [2, 3])
def test_ohms_law_along_layers(dimension):
    """1/R = sum sigma t w / L."""
    found = numbers("transport", [PT, F], boundary=contacts("left", "right", spin="free"), mesh=mesh(dimension))
    width = np.prod(SIZES[dimension][1:])
    expected = 30e-9 / (4e6 * 4e-9 + 2e6 * 2e-9) / width
    assert found["resistance"]["left|right"] == pytest.approx(expected, rel=1e-9)
    assert found["voltage"]["top"] == pytest.approx(0.5e-3, rel=1e-6)


def test_a_resistive_interface_adds_its_resistance():
    tables = {"boundary": contacts("bottom", "top"), "interface": {"Pt|F": {"transmission": 1e14, "conductance": 5e14}}}
    found = numbers("transport", [PT, F | {"relaxation_time": 1e-13}], **tables)
    assert found["resistance"]["bottom|top"] == pytest.approx(4e-9 / 4e6 + 2e-9 / 2e6 + 1 / 5e14, rel=1e-9)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_imposed_currents(dimension):
    """A current density into the body at one face, a contact or another current at the other."""
    for other in {"kind": "contact", "voltage": 0.2, "spin": "free"}, {"kind": "current", "current_density": -1e10}:
        boundary = {"bottom": {"kind": "current", "current_density": 1e10}, "top": other}
        found = numbers("transport", [F | {"relaxation_time": 1e-13}], boundary=boundary, mesh=mesh(dimension))
        drop = found["voltage"]["bottom"] - found["voltage"]["top"]
        assert drop == pytest.approx(1e10 * 2e-9 / 2e6, rel=1e-8)
        assert found["current"]["top"] == pytest.approx(1e10 * np.prod(SIZES[dimension]), rel=1e-8)
        if other["kind"] == "contact":
            assert found["voltage"]["top"] == pytest.approx(0.2, rel=1e-9)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize(("end", "law"), [("absorbed", np.tanh), ("free", lambda x: 1 / np.tanh(x))])
def test_injected_spin_decays_towards_the_other_contact(dimension, end, law):
    """mu_s = (2 l j / sigma) tanh(d / l) where the far lead absorbs, coth where it does not."""
    j, l = np.array([1e9, -2e9, 5e8]), 1.5e-9
    boundary = {"bottom": {"kind": "current", "current_density": 1e10, "spin_current": j.tolist()}}
    boundary |= {"top": {"kind": "contact", "voltage": 0.0, "spin": end}}
    found = numbers("transport", [PT], boundary=boundary, mesh=mesh(dimension))
    assert_allclose(
        found["accumulation"]["bottom"], 2 * l * j / 4e6 * law(4e-9 / l), rtol=1e-6 if dimension == 1 else 1e-4
    )
    assert_allclose(found["spin_current"]["bottom"], -j, rtol=1e-9)
    leaves = j / np.cosh(4e-9 / l) if end == "absorbed" else 0 * j
    assert_allclose(
        found["spin_current"]["top"], leaves, rtol=1e-6 if dimension == 1 else 2e-4, atol=1e-3 if end == "free" else 0
    )


def test_spin_hall_current_reaches_the_other_lead():
    """Inverse of the drive: spin along y injected from below makes a charge flow along x, theta sigma mu_s / 2 d."""
    theta, j, l, d = 0.01, 1e9, 1.5e-9, 40e-9
    boundary = contacts("left", "right", voltage=0.0, spin="free")
    boundary |= {"bottom": {"kind": "current", "spin_current": [0, j, 0]}}
    layer = PT | {"thickness": d, "spin_hall": theta}
    found = numbers("transport", [layer], boundary=boundary, mesh=mesh(2) | {"size": [400e-9]})
    assert found["current"]["right"] == pytest.approx(theta * j * l, rel=0.02)  # short-circuited, I = theta l j_s
    assert found["current"]["left"] == pytest.approx(-found["current"]["right"], rel=1e-9)


# balances


STACK = [
    F | MOMENTS | {"gauge": Q.tolist(), "relaxation_time": 1e-12},
    PT | {"spin_hall": 0.1, "hall": [0.1, 0.2, 0.3]},
]
CASES = {
    "conductance": {"field": {"B": [0, 0, 2]}},
    "film": {"boundary": {"top": {"kind": "sheet", "G_s": 1e14}}},
    "transport": {
        "boundary": contacts("bottom", "top"),
        "interface": {"F|Pt": {"transmission": 1e14, "conductance": 5e14}},
    },
}


@pytest.mark.parametrize("experiment", CASES)
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_every_result_is_in_balance_and_says_so(experiment, dimension):
    found = numbers(experiment, STACK, mesh=mesh(dimension, periodic=True), **UP, **CASES[experiment])
    balances = {key: value for key, value in found["balances"].items() if key != "units"}
    assert set(balances) == {"charge", "spin", "power"}
    assert max(balances.values()) < 1e-8
    assert found["solver"]["residual"] <= 1e-10


def test_a_corner_of_two_absorbing_faces_counts_once():
    """Spin that leaves through faces which meet, with what a layer loses, is all there is."""
    boundary = contacts("left", "right") | {"bottom": {"kind": "sink"}}
    found = result("transport", [PT | {"spin_hall": 0.1}], boundary=boundary, mesh=mesh(2))
    solution = found.solution
    out = sum(solution.current(face)[1:] for face in boundary)
    assert_allclose(out, -solution.loss("Pt")[1:], rtol=0, atol=1e-9 * np.abs(solution.current("bottom")).max())


def test_spin_that_is_zero_by_symmetry_does_not_upset_the_balance():
    layer = {"thickness": 60e-9, "relaxation_time": 1e-10, "spin_orbit": {"mass": 1.0, "alpha": 3e4}}
    found = numbers("conductance", [F | layer], mesh=mesh(3, periodic=True), **SINK)
    assert found["balances"]["spin"] < 1e-12


def test_a_solution_out_of_balance_is_no_result():
    tables = {"layer": [PT | {"spin_hall": 0.1}], "solver": {"balance_tolerance": 1e-30}}
    case = Run.from_dict({"experiment": "film"} | tables | CASES["film"])
    with pytest.raises(RuntimeError, match=r"does not balance: charge .*, spin .*, power .*must be <= 1e-30.*tighten"):
        run(case)


def test_currents_that_have_no_way_out_are_no_result():
    boundary = {face: {"kind": "current", "current_density": 1e10} for face in ("bottom", "top")}
    with pytest.raises(RuntimeError, match="do not add up to zero; add a contact"):
        numbers("transport", [PT], boundary=boundary)
