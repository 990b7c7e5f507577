"""Two bands: what is written becomes the coefficients, the states of faces and the lengths of the laws  [Buot]."""

import json
from copy import deepcopy

import numpy as np
import pytest
from scipy.constants import e, epsilon_0, hbar, k, m_e, physical_constants

from ddgauge.model import Flux, InputError, Layer, Run, Stack, State, TwoBand, read
from ddgauge.model.checks import lengths, mesh_warnings, physics_warnings
from ddgauge.model.plan import through
from ddgauge.physics import gauge, two_band
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.two_band import NUMBER, blocks
from ddgauge.units import HBAR

MEV = 1e-3 * e
MU_B = physical_constants["Bohr magneton"][0]
HELD = {"bottom": {"kind": "state", "occupations": [1e23, 0, 0, 0]}}


def stack(bands, two_band=None, temperature=None, boundary=None, **tables):
    layer = {"name": "film", "thickness": 5e-8, "permittivity": 11.7, "two_band": bands}
    given = {"two_band": two_band, "temperature": temperature, "boundary": boundary or HELD}
    return Stack([layer], **{key: value for key, value in given.items() if value is not None}, **tables)


def coefficients(bands, *args, **tables):
    return stack(bands, *args, **tables).bands("film")


ELEMENTS = {
    "c": "5 meV", "v": "-3 meV", "spin_c": ["0.1 meV", 0, "0.25 meV"], "spin_v": [0, "0.05 meV", "-0.15 meV"],
    "cv": ["1 meV", "0.5 meV"], "spin_cv": ["0.5 meV", [0, "0.25 meV"], "-0.5 meV"],
}  # fmt: skip
FIELDS = {
    "H_c": "10 meV", "H_v": "-6 meV", "B_cc": ["0.2 meV", 0, "0.5 meV"], "B_vv": [0, "0.1 meV", "-0.3 meV"],
    "Delta": ["2 meV", "1 meV"], "delta": ["1 meV", [0, "0.5 meV"], "-1 meV"],
}  # fmt: skip
H = MEV * np.array(  # [[c + spin_c.sigma, cv + spin_cv.sigma], [h.c., v + spin_v.sigma]]
    [
        [5.25, 0.1, 0.5 + 0.5j, 0.5 + 0.25],
        [0.1, 4.75, 0.5 - 0.25, 1.5 + 0.5j],
        [0.5 - 0.5j, 0.25, -3.15, -0.05j],
        [0.75, 1.5 - 0.5j, 0.05j, -2.85],
    ]
)


@pytest.mark.parametrize("given", [ELEMENTS, {"fields": FIELDS}, {"matrix": H}])
def test_a_hamiltonian_is_the_same_by_elements_fields_of_the_source_and_matrix(given):
    np.testing.assert_allclose(coefficients({"hamiltonian": given}).H, H, rtol=0, atol=1e-12 * MEV)


def test_elements_are_those_of_the_law():
    c, v = [5, 0.1, 0, 0.25], [-3, 0, 0.05, -0.15]
    np.testing.assert_allclose(H / MEV, two_band.hamiltonian(c, v, [1 + 0.5j, 0.5, 0.25j, -0.5]), atol=1e-12)


def test_electrons_in_a_field_have_their_spin_up_in_energy():
    """B_cc = +g mu_B B: the spin turns with g mu_B B / hbar, and each band by its own g."""
    found = coefficients({"g_factor_c": 2, "g_factor_v": -0.44}, field=[0, 0, 3.0]).H
    half = np.array([2, -2, -0.44, 0.44]) / 2 * MU_B * 3
    np.testing.assert_allclose(found, np.diag(half), rtol=1e-12, atol=0)
    across = coefficients({"g_factor_c": 2}, field=[3.0, 0, 0])
    S = U4.ad(U4.precession(across.H)) @ U4.fields(np.diag([0, 1.0, 0, 0]).astype(complex))  # down: x x (-z) = +y
    assert blocks(S)[0][2] == pytest.approx(2 * MU_B * 3 / hbar)


def in_blocks(Dm):
    """D of cc, vv and cv, if Dm is nothing else."""
    D = two_band.TO_BLOCKS @ Dm @ two_band.FROM_BLOCKS
    np.testing.assert_allclose(D, np.diag(np.repeat([D[0, 0], D[4, 4], D[8, 8], D[8, 8]], 4)), atol=1e-15)
    return [D[0, 0], D[4, 4], D[8, 8]]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, [0, 0, 0]),
        ({"diffusion_c": 4e-3, "diffusion_v": "10 cm^2/s"}, [4e-3, 1e-3, 2.5e-3]),
        ({"diffusion_c": 4e-3, "diffusion_v": 1e-3, "diffusion_cv": 0}, [4e-3, 1e-3, 0]),
        ({"diffusion_c": 4e-3, "diffusion_v": 1e-3, "velocities": "along"}, [4e-3, 1e-3, 2.25e-3]),
        ({"diffusion_c": 4e-3, "diffusion_v": 1e-3, "velocities": "opposite"}, [4e-3, 1e-3, 0.25e-3]),
        ({"mobility_c": 0.1, "mobility_v": 0.02, "diffusion_cv": 1e-4}, [0.1 * k * 300 / e, 0.02 * k * 300 / e, 1e-4]),
        ({"mobility_c": 0.1, "diffusion_c": 4e-3}, [4e-3, 0, 2e-3]),
        ({"diffusion": np.diag([2e-3, 2e-3, 1e-3, 1e-3])}, [2e-3, 1e-3, 1.5e-3]),
    ],
)
def test_diffusion_is_given_follows_from_mobilities_or_from_velocities(keys, expected):
    assert in_blocks(coefficients(keys, temperature=300).Dm) == pytest.approx(expected, abs=1e-18)


def test_a_matrix_of_diffusion_mixes_density_and_spin():
    D = [[2e-3, [0, -5e-4], 0, 0], [[0, 5e-4], 2e-3, 0, 0], [0, 0, 1e-3, 0], [0, 0, 0, 1e-3]]  # sigma_y of c
    Dm = two_band.TO_BLOCKS @ coefficients({"diffusion": D}).Dm @ two_band.FROM_BLOCKS
    assert [Dm[0, 2], Dm[2, 0], Dm[0, 0], Dm[4, 4]] == pytest.approx([5e-4, 5e-4, 2e-3, 1e-3])


def test_gauge_fields_act_on_the_generators_and_bands_that_are_named():
    q = coefficients({"gauge": {"zz": [1e7, 0, 2e7], "xy": [0, 3e7, 0]}}).q
    expected = np.zeros((3, 16))
    expected[0, NUMBER["zz"]], expected[2, NUMBER["zz"]], expected[1, NUMBER["xy"]] = 1e7, 2e7, 3e7
    np.testing.assert_array_equal(q, expected)
    turned = U4.ad(coefficients({"gauge_c": [[0, 4e7, 0], [0, 0, 0], [0, 0, 0]]}).q)[0]
    cc, vv, _ = blocks(turned @ two_band.fields([0, 0, 0, 1], [0, 0, 0, 1], np.zeros(4)))  # q y x z = q x, in c alone
    assert cc[1] == pytest.approx(4e7)
    assert not vv.any()


def test_spin_orbit_coupling_of_a_band_is_that_of_a_layer():
    orbit = {"mass": 0.067, "alpha": 2e3, "beta": "0.1 eV angstrom"}
    expected = gauge.spin_orbit(0.067 * m_e, 2e3, 0.1 * e * 1e-10 / HBAR)
    q = coefficients({"spin_orbit_v": orbit}).q
    np.testing.assert_allclose(q[:, 1:4], expected / 2, rtol=1e-12)
    np.testing.assert_allclose(q[:, 13:], -expected / 2, rtol=1e-12)


def test_velocities_without_mass_and_all_else_that_is_plain():
    keys = {"velocity": {"xx": [1e6, 0, 0]}, "generation": {"cc_o": "1e30 1/(m^3 s)", "vv_o": -1e30}, "donors": 3e22}
    c = coefficients(keys | {"acceptors": 1e22, "mobility_v": 0.03, "diffusion_v": 1e-3})
    assert c.V[0, NUMBER["xx"]] == 1e6
    assert np.count_nonzero(c.V) == 1
    assert [c.doping, c.mobility_c, c.mobility_v, c.permittivity] == pytest.approx([2e22, 0, 0.03, 11.7 * epsilon_0])
    np.testing.assert_array_equal(c.G, 2e30 * np.eye(16)[NUMBER["zo"]])


def test_each_block_relaxes_with_its_own_time():
    anisotropic = [[2e12, 0, 0], [0, 1e12, 5e11], [0, 5e11, 1e12]]
    times = {"T1": 1e-9, "T2": ["1 ps", "2 ps", "3 ps", "4 ps"], "spin_time_c": 5e-12, "spin_rate_v": anisotropic}
    found = coefficients(times | {"equilibrium": "none"}).R
    R = two_band.TO_BLOCKS @ found @ two_band.FROM_BLOCKS
    np.testing.assert_allclose(R[1:4, 1:4], 2e11 * np.eye(3), rtol=1e-12)
    np.testing.assert_allclose(R[5:8, 5:8], anisotropic, rtol=1e-12)
    np.testing.assert_allclose(np.diag(R)[8:], [1e12, 5e11, 1e12 / 3, 2.5e11] * 2, rtol=1e-12)
    assert found[NUMBER["zo"], NUMBER["zo"]] == pytest.approx(1e9)
    assert not found[0].any()
    np.testing.assert_array_equal(coefficients({"relaxation": found, "equilibrium": "none"}).R, found)


def test_few_electrons_relax_to_boltzmann_statistics():
    keys = {"hamiltonian": {"c": "30 meV", "spin_c": [0, 0, "5 meV"]}, "T1": 1e-9}
    S = coefficients(keys, temperature=300).equilibrium.state(1e20 * np.eye(16)[0])
    filled = np.diag(U4.matrix(S)).real
    assert filled.sum() == pytest.approx(1e20)
    assert np.log(filled[[0, 1]] / filled[2]) == pytest.approx(-np.array([35, 25]) * MEV / (k * 300))


def test_carriers_obey_mass_action_and_each_band_its_own_splitting():
    keys = {"hamiltonian": {"c": "1.1 eV", "spin_c": [0, 0, "10 meV"], "spin_v": ["20 meV", 0, 0]}, "donors": 1e22}
    case = stack(
        keys | {"intrinsic_density": 3e21}, {"full_density": 1e24}, 300, {"top": {"kind": "state", "neutral": True}}
    )
    X = np.array(list(case.band_faces["top"].held.values()))
    cc, vv, cv = blocks(X)
    n, p = cc[0], -vv[0]
    assert [n * p, n - p] == pytest.approx([9e42, 1e22])
    assert cc[3] / n == pytest.approx(-np.tanh(10 * MEV / (k * 300)))
    # electrons of v are few where p is large: what lacks has the lower occupation, the spin of the higher energy
    assert vv[1] / p == pytest.approx(-np.tanh(20 * MEV / (k * 300)))
    assert not cv.any()


def test_levels_are_half_full_at_the_chemical_potential():
    keys = {"hamiltonian": {"c": "10 meV", "cv": "1 meV"}, "fermi": {"states": 1e25, "chemical_potential": "5 meV"}}
    assert coefficients(keys, temperature=77).equilibrium.S_eq[0] == pytest.approx(2e25)


def test_a_given_equilibrium_has_its_fields_and_an_excess_none():
    given = coefficients({"equilibrium": {"oo": 1.0, "zo": -1.0}, "T1": 1e-12}).equilibrium.S_eq
    np.testing.assert_array_equal(given, np.eye(16)[0] - np.eye(16)[NUMBER["zo"]])
    assert not coefficients({"T1": 1e-12}, {"mode": "excess"}, temperature=300).equilibrium.S_eq.any()


RABI = {"hamiltonian": {"c": "0.1 eV"}, "drive": {"cv": "2 meV", "energy": "97 meV"}}


def test_a_drive_is_constant_in_the_rotating_frame():
    """Detuned by 3 meV with H_cv = 2 meV, occupations oscillate with a period of 0.827 ps."""
    case = stack(RABI, {"frame": "rotating"})
    c = case.bands("film")
    assert c.drive is None
    energies = np.linalg.eigvalsh(c.H)
    assert 2 * np.pi * hbar / (energies[-1] - energies[0]) == pytest.approx(8.271335389e-13)
    assert case.frame_frequency == pytest.approx(97 * MEV / hbar)


def test_occupations_in_the_rotating_frame_relax_to_those_of_the_laboratory():
    keys = RABI | {"hamiltonian": {"c": "30 meV"}, "T1": 1e-9}
    S = coefficients(keys, {"frame": "rotating"}, 300).equilibrium.state(np.eye(16)[0])
    cc, vv, cv = blocks(S)
    assert cc[0] / vv[0] == pytest.approx(np.exp(-30 * MEV / (k * 300)))
    assert not cv.any()


def test_a_drive_in_the_laboratory_is_beside_the_hamiltonian():
    drive = {"cv": [0, "2 meV"], "spin_cv": [0, 0, "1 meV"], "frequency": "1 THz", "rotating": False}
    found = coefficients(RABI | {"drive": drive})
    np.testing.assert_allclose(found.H, np.diag([0.1 * e, 0.1 * e, 0, 0]), atol=1e-30)
    np.testing.assert_allclose(found.drive.cv, [2j * MEV, 0, 0, MEV], rtol=1e-12)
    assert found.drive.w == pytest.approx(2e12 * np.pi)
    assert not found.drive.rotating


def test_what_couples_the_bands_otherwise_drops_out_of_the_rotating_frame():
    keys = {"hamiltonian": {"c": "0.1 eV", "spin_cv": ["1 meV", 0, 0]}, "gauge": {"xo": [1e7, 0, 0], "oz": [1e7, 0, 0]}}
    case = stack(RABI | keys, {"frame": "rotating"})
    plain = stack(RABI | {"gauge": {"oz": [1e7, 0, 0]}}, {"frame": "rotating"})
    np.testing.assert_array_equal(case.bands("film").H, plain.bands("film").H)
    np.testing.assert_array_equal(case.bands("film").q, plain.bands("film").q)
    assert physics_warnings(plain) == []
    assert physics_warnings(case) == [
        "layer 'film': hamiltonian cv, gauge xo couple the bands without the drive, and are left out of the rotating"
        " frame"
    ]


PSI = np.array([1, 1j, 1 + 1j, 2]) / np.sqrt(8)
PURE = {  # the fields of the state PSI
    "cc_o": 0.25, "cc_y": 0.25, "vv_o": 0.75, "vv_x": 0.5, "vv_y": -0.5, "vv_z": -0.25,
    "cv_o": [0.125, 0.125], "cv_x": [0.375, 0.125], "cv_y": [0.125, 0.125], "cv_z": [0.125, -0.375],
}  # fmt: skip


@pytest.mark.parametrize(
    "state",
    [
        {"fields": PURE},
        {"matrix": np.outer(PSI, PSI.conj())},
        {"fields": dict(zip(NUMBER, U4.fields(np.outer(PSI, PSI.conj())).tolist(), strict=True))},
    ],
)
def test_a_state_is_the_same_by_either_set_of_names_and_by_its_matrix(state):
    held = stack({}, boundary={"top": {"kind": "state"} | state}).band_faces["top"].held
    np.testing.assert_allclose(list(held.values()), U4.fields(np.outer(PSI, PSI.conj())), atol=1e-15)


def test_faces_hold_a_state_or_exchange_with_it_or_have_flows():
    up = np.zeros(16)
    up[[NUMBER[name] for name in ("oo", "oz", "zo", "zz")]] = 2e22  # c up
    faces = {
        "bottom": {"kind": "state", "occupations": [2e22, 0, 0, 0]},
        "top": {"kind": "state", "occupations": [2e22, 0, 0, 0], "velocity": 1e4},
        "left": {"kind": "flux", "fields": {"cc_z": 1e25}},
        "right": {"kind": "exchange", "matrix": 3e3 * np.eye(16), "state": {"occupations": [2e22, 0, 0, 0]}},
        "front": {"kind": "insulating"},
    }
    found = stack({}, boundary=faces).band_faces
    assert set(found) == {"bottom", "top", "left", "right"}
    assert list(found["bottom"].held.values()) == pytest.approx(up, abs=1)
    assert not found["bottom"].conductance.any()
    for name, velocity in ("top", 1e4), ("right", 3e3):
        np.testing.assert_array_equal(found[name].conductance, velocity * np.eye(16))
        np.testing.assert_allclose(found[name].flux, velocity * up, atol=1)
        assert not found[name].held
    assert blocks(found["left"].flux)[0] == pytest.approx([0, 0, 0, 1e25])


def diode(spin=None):
    keys = {"mobility_c": 0.14, "mobility_v": 0.045, "intrinsic_density": 1e16, "hamiltonian": {"c": "1.1 eV"}}
    sides = {"p": {"acceptors": 1e22}, "n": {"donors": 1e23}}
    layers = [{"name": name, "thickness": "200 nm", "two_band": keys | doping} for name, doping in sides.items()]
    contact = {"kind": "state", "neutral": True, "voltage": 0.0}
    boundary = {"bottom": contact, "top": contact | {"spin_polarisation": spin, "voltage": "0.2 V"}}
    return Stack(layers, temperature=300, two_band={"full_density": 1e25}, boundary=boundary)


def test_contacts_of_a_diode_are_neutral_and_have_its_potential_built_in():
    """phi_n - phi_p = k_B T / e ln(N_A N_D / n_i^2) and the voltage; n p = n_i^2 behind both."""
    faces = diode([0, 0, 0.3]).band_faces
    built_in = k * 300 / e * np.log(1e22 * 1e23 / 1e32)
    assert faces["top"].potential - faces["bottom"].potential == pytest.approx(built_in + 0.2)
    (p_side, _), (n_side, holes) = (blocks(np.array(list(faces[name].held.values())))[:2] for name in ("bottom", "top"))
    assert p_side[0] == pytest.approx(1e10, rel=1e-3)
    assert n_side == pytest.approx([1e23, 0, 0, 3e22], rel=1e-12, abs=1e8)
    assert holes[0] == pytest.approx(-1e9, rel=0.05)  # beyond a full band, in the digits that 1e23 leaves


def test_contacts_of_few_electrons_differ_by_the_logarithm_of_their_densities():
    layers = [{"name": f"{n}", "thickness": 1e-7, "two_band": {"T1": 1e-9, "donors": n}} for n in (1e21, 1e23)]
    contact = {"kind": "state", "neutral": True, "voltage": 1e-3}
    faces = Stack(layers, temperature=300, boundary={"bottom": contact, "top": contact}).band_faces
    assert faces["bottom"].potential == pytest.approx(1e-3)
    assert faces["top"].potential == pytest.approx(1e-3 + k * 300 / e * np.log(100))


def test_layers_may_start_in_states_of_their_own():
    pulsed = stack({"initial": {"occupations": [0, 0, 1e20, 0]}})
    assert blocks(pulsed.band_start["film"])[1] == pytest.approx([1e20, 0, 0, 1e20], abs=1)
    tables = {"experiment": "two-band", "time": {"end": "1 ps", "scheme": "splitting", "steps": 100}}
    assert Run(stack=pulsed, **tables).time.initial == "given"
    assert Run(stack=stack({"diffusion_c": 1e-3}), **tables).time.initial == "steady"


# --- files

FILE = """
title = "all keys"
experiment = "two-band"
temperature = 77
electrostatics = "bare"
[two_band]
mode = "density"
full_density = 1e25
frame = "laboratory"
[[layer]]
name = "film"
thickness = "50 nm"
permittivity = 12.9
[layer.two_band]
hamiltonian = {c = "10 meV", spin_c = [0, 0, "0.1 meV"], cv = ["1 meV", "0.5 meV"], spin_cv = [0, [0, "1 meV"], 0]}
g_factor_c = -0.44
drive = {cv = "1 meV", frequency = "1 THz", rotating = false}
diffusion_c = 2e-3
diffusion_v = "5 cm^2/s"
velocities = "opposite"
mobility_c = 0.1
gauge_c = [[0, 1e7, 0], [-1e7, 0, 0], [0, 0, 0]]
spin_orbit_v = {mass = 0.4, lambda = 1e3, strain = [[0, 0.01, 0], [0.01, 0, 0], [0, 0, 0]]}
velocity = {xx = [1e4, 0, 0]}
T1 = "1 ns"
T2 = ["1 ps", "2 ps", "2 ps", "2 ps"]
spin_time_c = "0.1 ns"
spin_rate_v = [[1e12, 0, 0], [0, 1e12, 0], [0, 0, 2e12]]
fermi = {states = 1e24, chemical_potential = "2 meV"}
generation = {cc_o = 1e30, vv_o = -1e30, cv_y = [1e28, -1e28]}
donors = "1e16 1/cm^3"
initial = {neutral = true, spin_polarisation = [0, 0, 0.5]}
[field]
B = [0, 0, 1]
[drive]
electric_field = [0, 0, 1e4]
[boundary.bottom]
kind = "state"
fields = {cc_o = 1e22, cc_z = 1e21, vv_o = 9e24, cv_o = [1e20, 2e20]}
[boundary.top]
kind = "flux"
fields = {zo = 1e25, zz = -1e25}
[time]
end = "1 ps"
scheme = "splitting"
steps = 200
[[sweep]]
parameter = "layer.film.two_band.T2"
from = "0.1 ps"
to = "1 ps"
points = 3
"""
OTHER = """
experiment = "two-band"
temperature = 300
electrostatics = "poisson"
two_band = {full_density = 1e25}
[[layer]]
name = "n"
thickness = "50 nm"
[layer.two_band]
hamiltonian = {fields = {H_c = "2.2 eV", B_cc = [0, 0, "1 meV"]}}
diffusion = [[2e-3, [0, 1e-4], 0, 0], [[0, -1e-4], 2e-3, 0, 0], [0, 0, 1e-3, 0], [0, 0, 0, 1e-3]]
mobility_c = 0.1
gauge = {zz = [1e7, 0, 0]}
equilibrium = "mass-action"
intrinsic_density = 1e16
acceptors = 1e22
[boundary.bottom]
kind = "state"
matrix = [[1e20, [0, 1e19], 0, 0], [[0, -1e19], 1e20, 0, 0], [0, 0, 4.99e24, 0], [0, 0, 0, 4.99e24]]
voltage = "1 mV"
velocity = 1e5
[boundary.top]
kind = "state"
neutral = true
voltage = 0
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="run.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("text", [FILE, OTHER])
def test_what_is_written_is_read_as_the_same_run(written, text):
    run = read(written(text))
    again = read(written(json.dumps(run.resolved()), "resolved.json"))
    assert again == run
    for name in run.stack.names:
        found, expected = (case.stack.bands(name) for case in (again, run))
        np.testing.assert_array_equal(found.H, expected.H)
        np.testing.assert_array_equal(found.Dm, expected.Dm)
        np.testing.assert_array_equal(found.R, expected.R)
    for name, face in run.stack.band_faces.items():
        assert again.stack.band_faces[name].held == face.held


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("layer.film.two_band.T2", "0.5 ps", lambda run: run.stack["film"].two_band.T2 - 5e-13),
        ("layer.film.two_band.hamiltonian.c", "2 meV", lambda run: run.stack["film"].two_band.hamiltonian.c - 2 * MEV),
        (
            "layer.film.two_band.hamiltonian.spin_c.z",
            1e-23,
            lambda run: run.stack["film"].two_band.hamiltonian.spin_c[2] - 1e-23,
        ),
        (
            "layer.film.two_band.hamiltonian.spin_v.z",
            1e-23,
            lambda run: run.stack["film"].two_band.hamiltonian.spin_v[2] - 1e-23,
        ),
        ("layer.film.two_band.drive.energy", "5 meV", lambda run: run.stack["film"].two_band.drive.w * hbar - 5 * MEV),
        ("layer.film.two_band.diffusion_cv", 0.0, lambda run: in_blocks(run.stack.bands("film").Dm)[2]),
        ("layer.film.two_band.generation.cc_o", 0.0, lambda run: run.stack.bands("film").G[0] + 1e30),
        ("layer.film.two_band.velocity.xx.x", 3e4, lambda run: run.stack.bands("film").V[0, NUMBER["xx"]] - 3e4),
        ("layer.film.two_band.gauge.zz.z", 1e7, lambda run: run.stack.bands("film").q[2, NUMBER["zz"]] - 1e7),
        ("two_band.full_density", 2e25, lambda run: run.two_band.full_density - 2e25),
        ("boundary.bottom.fields.cc_o", 2e22, lambda run: run.stack.band_faces["bottom"].held[0] + 9.8e23),
        ("time.steps", 50, lambda run: run.time.steps - 50),
    ],
)
def test_values_are_changed_by_their_paths(written, path, value, found):
    assert found(read(written(FILE), {path: value})) == pytest.approx(0, abs=1e12 if "fields" in path else 1e-30)


def test_a_sweep_over_a_time_reads_each_of_its_values(written):
    long = FILE.replace('to = "1 ps"', 'to = "3000 ps"')
    with pytest.raises(
        InputError, match=r"sweep 'layer.film.two_band.T2', at '3000.0 ps': layer 'film': two_band.T2 = 3e-09 s"
    ):
        read(written(long))
    found = [
        read(written(FILE), {sweep.parameter: value}).stack.bands("film").R
        for sweep in read(written(FILE)).sweep
        for value in sweep.settings
    ]
    assert [1 / (two_band.TO_BLOCKS @ R @ two_band.FROM_BLOCKS)[8, 8] for R in found] == pytest.approx(
        [1e-13, 5.5e-13, 1e-12]
    )


# --- lengths


def test_lengths_of_bands_are_those_of_their_laws():
    keys = {
        "diffusion_c": 4e-3, "diffusion_v": 1e-3, "diffusion_cv": 1e-4, "mobility_c": 0.1, "T1": 1e-9, "T2": 1e-13,
        "spin_time_c": 1e-10, "hamiltonian": {"c": "0.1 eV", "spin_c": [0, 0, "1 meV"], "cv": "2 meV"},
    }  # fmt: skip
    found = lengths(stack(keys, temperature=300, drive=[0, 0, 1e6]), "bare")["film"]
    w_cv = 0.1 * e / hbar
    assert found == pytest.approx(
        {
            "spin_diffusion_c": np.sqrt(4e-3 * 1e-10),
            "recombination_c": np.sqrt(4e-3 * 1e-9),
            "recombination_v": np.sqrt(1e-3 * 1e-9),
            "precession_c": np.sqrt(4e-3 * hbar / (2 * MEV)),
            "drift_c": 4e-3 / (0.1 * 1e6),
            "coherence": np.sqrt(1e-4 / np.hypot(1e13, w_cv)),
            "transitions": np.sqrt(2.5e-3 * hbar / (4 * MEV)),
        }
    )


def test_electrons_without_mass_fly_for_one_time_of_relaxation():
    R = np.diag([0.0] + [5e13] * 15)
    keys = {"velocity": {"xx": [1e6, 0, 0]}, "relaxation": R, "equilibrium": "none"}
    assert lengths(stack(keys), "bare")["film"] == {"flight": pytest.approx(20e-9)}


def test_charge_is_screened_within_the_debye_length():
    keys = {"mobility_c": 0.14, "donors": 1e23, "intrinsic_density": 1e16}
    voltage = {"top": {"kind": "state", "neutral": True, "voltage": 0}}
    found = lengths(stack(keys, {"full_density": 1e25}, 300, voltage), "poisson")["film"]
    assert found["screening"] == pytest.approx(1.292882839e-8)
    degenerate = {
        "mobility_c": 0.14,
        "diffusion_c": 0.14 * 0.1,
        "donors": 1e23,
    }  # D / mobility in the place of k_B T / e
    found = lengths(stack(degenerate, boundary=voltage), "poisson")["film"]
    assert found["screening"] == pytest.approx(np.sqrt(11.7 * epsilon_0 * 0.1 / (e * 1e23)))


def test_cells_resolve_the_coherence_where_there_is_one():
    keys = {"diffusion_c": 4e-3, "diffusion_v": 1e-3, "T2": 1e-12, "equilibrium": "none"}
    gap = {"hamiltonian": {"c": "1 eV"}}
    assert "coherence" not in lengths(stack(keys | gap), "bare")["film"]
    coupled = stack(keys | {"hamiltonian": {"c": "1 eV", "cv": "1 meV"}})
    length = lengths(coupled, "bare")["film"]["coherence"]
    assert length == pytest.approx(np.sqrt(2.5e-3 * hbar / e), rel=1e-3)
    run = Run(stack=coupled, experiment="two-band")
    assert through(run, coupled, ["film"])[1]["film"] < length / 2
    assert mesh_warnings(coupled, {"film": 2e-9}, "bare") == [
        f"layer 'film': cells of 2e-09 m are coarse for the length coherence = {length:.3g} m;"
        f" use cells of {length / 2:.2g} m or less (mesh.cells, mesh.element_size), or [two_band] coherence = 'local'"
    ]
    held = {"bottom": {"kind": "state", "fields": {"cc_o": 1e20, "vv_o": 1e20, "cv_x": 1e19}}}
    assert "coherence" in lengths(stack(keys | gap, boundary=held), "bare")["film"]


def test_drift_across_a_cell_is_warned_of_by_its_peclet_number():
    keys = {"diffusion_c": 1e-3, "mobility_c": 0.1}
    driven = stack(keys, drive=[0, 0, -1e6])
    said = mesh_warnings(driven, {"film": 5e-8}, "bare")
    assert "the cell Peclet number of band c is 2.5, mobility field cell / 2 diffusion, must be <= 1" in said[-1]
    assert not any("Peclet" in line for line in mesh_warnings(driven, {"film": 1e-8}, "bare"))


def test_layers_of_two_bands_need_no_conductivity_and_others_do():
    assert Layer(name="film", two_band={}).conductivity is None
    assert deepcopy(stack({})) == stack({})


def test_bands_and_faces_are_made_in_python_too():
    film = Layer(name="film", thickness="50 nm", two_band=TwoBand(hamiltonian={"c": "0.1 eV"}, T1=1e-9, T2=1e-12))
    up = State(occupations=[1.0, 0, 0, 0])
    found = Stack(film, two_band={"mode": "excess"}, boundary={"bottom": up, "top": Flux(fields={"cc_z": 1.0})})
    tables = {"mode": "excess"}, None, {"bottom": {"kind": "state", "occupations": [1.0, 0, 0, 0]}}
    same = stack({"hamiltonian": {"c": "0.1 eV"}, "T1": 1e-9, "T2": 1e-12}, *tables)
    np.testing.assert_array_equal(found.bands("film").H, same.bands("film").H)
    np.testing.assert_array_equal(found.bands("film").R, same.bands("film").R)
    assert found.band_faces["bottom"].held == same.band_faces["bottom"].held
