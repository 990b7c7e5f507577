"""Spin in two bands through whole runs: local dynamics, diffusion, drift and screening, symmetries, files."""

import json
import tomllib

import numpy as np
import pytest
import pyvista

from ddgauge import Run, run
from ddgauge.fem.sample import profile
from ddgauge.keeper import Keeper
from ddgauge.model import InputError
from ddgauge.model.band_laws import band_laws
from ddgauge.physics.band_relaxation import BANDS, COHERENCE, slaved_coherence
from ddgauge.physics.generators import NAMES
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.two_band import BLOCK_NAMES, FROM_BLOCKS, NUMBER
from ddgauge.report.files import read_columns
from ddgauge.units import E_CHARGE, EPSILON_0, HBAR, K_B
from tests.test_examples import EXAMPLES, ROOT, printed, row, run_file, section, table

QUIET = {"output": {"figures": False, "fields": False}}
MEV = 1e-3 * E_CHARGE


def solved(text, **tables):
    """The Result of a file without its head."""
    return run(Run.from_dict(tomllib.loads('experiment = "two-band"\n' + text) | QUIET | tables))


def pairs(X):
    """A complex matrix as a file has it."""
    return [[[float(z.real), float(z.imag)] for z in row] for row in np.asarray(X)]


def turning(**omega):
    """Hamiltonian of a precession by its components, rad/s."""
    w = np.zeros(16)
    for name, value in omega.items():
        w[NUMBER[name]] = value
    return HBAR / 2 * np.einsum("A,Aij->ij", w, U4.T)


def fields(table, place, names=NAMES):
    return np.array([table[f"{place} {name}"] for name in names])


PLANE = '[mesh]\ndimension = 2\nsize = ["20 nm"]\nlateral_cells = 2'
SLAB = """
[mesh]
cells = {cells}
[[layer]]
name = "film"
thickness = "50 nm"
[layer.two_band]
hamiltonian = {{matrix = {H}}}
diffusion_c = 2e-3
diffusion_v = 5e-4
T1 = "1 ns"
T2 = "0.5 ps"
spin_time_c = "0.1 ns"
spin_time_v = "1 ps"
equilibrium = "none"
[boundary.bottom]
kind = "state"
occupations = [1e20, 0, 0, 0]
"""
H_OF_SLAB = turning(zo=2e12, oz=4e11, zz=1e11, xo=6e11, xx=3e11)


def slab(cells=32):
    return SLAB.format(cells=cells, H=pairs(H_OF_SLAB))


def test_injected_spin_mixes_bands_on_its_way_through_a_slab():
    """c up at z = 0; the values at L are those of cosh(kL) of the sixteen coupled modes; the same in two dimensions."""
    found = solved(slab()).numbers
    top = {name: found["state"][f"top {name}"] / 1e20 for name in BLOCK_NAMES}
    assert [top[n] for n in ("cc_z", "vv_z", "vv_o")] == pytest.approx(
        [0.964106686, 0.023333899, 0.106849707], rel=1e-6
    )
    assert [top["Re cv_o"], top["Im cv_o"]] == pytest.approx([0.046056652, 0.065024687], rel=1e-6)
    into = [-found["flow"][f"bottom {name}"] / 1e20 for name in ("oz", "zo", "yo")]
    assert into == pytest.approx([2053.1845, 3595.6292, 10817.684], rel=1e-6)
    assert found["current"]["bottom"] == pytest.approx(0, abs=1e-9 * E_CHARGE * 1e20 * 1e4)
    assert found["positivity"]["film"] > 0


QUICK = """
[two_band]
coherence = "local"
[mesh]
cells = 40
[[layer]]
name = "film"
thickness = "100 nm"
[layer.two_band]
hamiltonian = {c = "20 meV", cv = "0.2 meV", spin_c = ["0.01 meV", 0, 0], spin_cv = ["0.05 meV", 0, [0, "0.03 meV"]]}
diffusion_c = 2e-3
diffusion_v = 5e-4
T1 = "100 ps"
T2 = "0.05 ps"
spin_time_c = "20 ps"
spin_time_v = "10 ps"
equilibrium = "none"
[boundary.bottom]
kind = "state"
fields = {cc_o = 1e22, cc_z = 1e22}
"""


def test_a_coherence_that_is_quick_follows_the_bands():
    """Densities and spins as cosh of the matrix of their own lengths; beside it the coherence that they make."""
    result = solved(QUICK)
    c = result.case.stack.bands("film")
    loss, follow = slaved_coherence(c.R - U4.ad(U4.precession(c.H)))
    k_squared = np.linalg.solve(c.Dm[np.ix_(BANDS, BANDS)], loss)
    S = np.linalg.inv(matrix_cosh(k_squared, 100e-9)) @ (1e22 * (FROM_BLOCKS[:, 0] + FROM_BLOCKS[:, 3]))[BANDS]
    found = fields(result.numbers["state"], "top")
    assert found[BANDS] == pytest.approx(S, rel=1e-7, abs=1e-9 * 1e22)
    assert found[COHERENCE] == pytest.approx(follow @ S, rel=1e-6, abs=1e-9 * 1e22)
    late = '[time]\nend = "5 ns"\ninitial = "zero"\nsamples = 2'
    evolved = fields(
        {key: value[-1] for key, value in solved(QUICK + late).numbers["time_series"]["state"].items()}, "top"
    )
    assert evolved == pytest.approx(found, rel=1e-4, abs=1e-6 * 1e22)


def matrix_cosh(k_squared, x):
    """cosh(x sqrt(k_squared)) of a matrix."""
    values, vectors = np.linalg.eig(k_squared)
    return (vectors @ np.diag(np.cosh(x * np.sqrt(values + 0j))) @ np.linalg.inv(vectors)).real


def test_the_budget_of_a_steady_state_closes_for_every_field():
    budget = solved(slab()).numbers["budget"]
    for name in BLOCK_NAMES:
        terms = np.array([budget[f"film {name} {term}"] for term in ("group 1", "group 2", "group 3", "relaxation")])
        largest = max(abs(budget[f"film {other} transport"]) for other in BLOCK_NAMES)
        assert terms.sum() == pytest.approx(-budget[f"film {name} transport"], abs=1e-8 * largest)
        assert budget[f"film {name} rate"] == 0


def test_what_flows_at_a_face_is_what_its_balance_has(tmp_path):
    """Also where gauge fields and velocities act on a full valence band, which the solver does not hold."""
    text = f"""
[two_band]
full_density = 1e22
[[layer]]
name = "film"
thickness = "40 nm"
[layer.two_band]
hamiltonian = {{matrix = {pairs(H_OF_SLAB)}}}
diffusion_c = 2e-3
diffusion_v = 5e-4
T1 = "10 ps"
T2 = "0.5 ps"
spin_time_c = "5 ps"
spin_time_v = "1 ps"
gauge = {{xo = [0, 0, 1e7], zy = [0, 0, 2e7]}}
velocity = {{yz = [0, 0, 1e4]}}
equilibrium = {{cc_o = 2e21, vv_o = 9e21, vv_z = 1e21}}
generation = {{cc_o = 1e31, cc_x = 1e30, vv_o = -1e31}}
[boundary.bottom]
kind = "state"
occupations = [1e21, 0, 5e21, 5e21]
"""
    result = solved(text)
    flow = profile(result.solution)["j"][0, 2]
    reference = band_laws(result.case)["film"].n_ref
    leaving = fields(result.numbers["flow"], "bottom")
    np.testing.assert_allclose(-reference * flow, leaving, atol=1e-5 * np.abs(leaving).max())
    budget = result.numbers["budget"]
    terms = ("group 1", "group 2", "group 3", "transport", "relaxation", "generation")
    for name in BLOCK_NAMES:
        parts = [budget[f"film {name} {term}"] for term in terms]
        assert abs(sum(parts)) < 1e-8 * 1e32


def test_covariance_no_number_knows_the_basis():
    """H, D, R and the held state in another basis of the four levels give the same state in that basis."""
    rng = np.random.default_rng(4)
    U, _ = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))
    O = U4.rotation(U)
    R = np.diag([0, *(1e12 * rng.uniform(0.5, 2, 15))])
    q = np.zeros((3, 16))
    q[2, [3, 6, 9]] = 2e7, 1e7, -3e7
    N = np.diag([4.0, 3, 2, 1]) * 1e20
    found = []
    turned = O @ R @ O.T
    turned[0] = turned[:, 0] = 0  # it was rounding
    for H, rate, gauge, state in (
        (H_OF_SLAB, R, q, N),
        (U @ H_OF_SLAB @ U.conj().T, turned, q @ O.T, U @ N @ U.conj().T),
    ):
        two_band = {
            "hamiltonian": {"matrix": pairs(H)},
            "diffusion_c": 1e-3,
            "diffusion_v": 1e-3,
            "relaxation": rate.tolist(),
            "gauge": {name: gauge[:, A].tolist() for A, name in enumerate(NAMES) if A},
            "equilibrium": "none",
        }
        layer = {"name": "film", "thickness": "40 nm", "two_band": two_band}
        boundary = {"bottom": {"kind": "state", "matrix": pairs(state)}}
        found.append(
            run(Run.from_dict({"experiment": "two-band", "layer": [layer], "boundary": boundary} | QUIET)).numbers
        )
    one, other = ((fields(n["state"], "top"), fields(n["flow"], "bottom")) for n in found)
    for plain, seen in zip(one, other):
        np.testing.assert_allclose(seen, O @ plain, atol=1e-8 * np.abs(plain).max())


def test_a_single_band_is_the_spin_model():
    """Spin that is injected, relaxes, precesses and turns in a gauge field: S_cc is to J as mu to j, sigma = D."""
    tau, D, L = 2e-12, 1e-3, "60 nm"
    q, omega, J = [[0, 2e7, 1e7], [-2e7, 0, 0], [1e7, 3e7, 0]], [1e11, 3e11, 2e11], [2.0, -1.0, 3.0]
    layer = {"name": "film", "thickness": L, "conductivity": D, "diffusion": D, "relaxation_time": tau, "gauge": q}
    tables = {"layer": [layer | {"precession": omega}], "boundary": {"bottom": {"kind": "current", "spin_current": J}}}
    spin = run(Run.from_dict({"experiment": "transport"} | tables | QUIET)).numbers
    two_band = {
        "hamiltonian": {"spin_c": [HBAR * w / 2 for w in omega]},
        "diffusion_c": D,
        "spin_time_c": tau,
        "gauge_c": q,
    }
    flux = {"kind": "flux", "fields": {f"cc_{a}": value for a, value in zip("xyz", J)}}
    found = run(
        Run.from_dict(
            {
                "experiment": "two-band",
                "two_band": {"mode": "excess"},
                "layer": [{"name": "film", "thickness": L, "two_band": two_band}],
                "boundary": {
                    "bottom": flux,
                    "top": {"kind": "exchange", "matrix": np.diag([1.0] + 15 * [0.0]).tolist()},
                },
            }
            | QUIET
        )
    ).numbers
    for face in "bottom", "top":
        S_cc = fields(found["state"], face, ("cc_x", "cc_y", "cc_z"))
        np.testing.assert_allclose(S_cc, spin["accumulation"][face] / 2, rtol=1e-6)
        assert np.abs(fields(found["state"], face, BLOCK_NAMES[4:])).max() < 1e-12 * np.abs(S_cc).max()


def test_hanle_precession_in_a_half_space_decays_and_turns_as_bloch_and_torrey_say():
    """S_x - i S_y ~ exp(-k z), k = ((1/T2 + i omega) / D)^(1/2)."""
    result = solved(f"""
[two_band]
mode = "excess"
[[layer]]
name = "half"
thickness = "600 nm"
[layer.two_band]
hamiltonian = {{spin_c = [0, 0, {HBAR * 1e12 / 2}]}}
diffusion_c = 1e-3
spin_time_c = "5 ps"
[boundary.bottom]
kind = "state"
fields = {{cc_x = 1}}
""")
    seen = profile(result.solution)
    cc = (seen["mu"][:, :4] + seen["mu"][:, 12:]) / 2
    near = seen["z"] < 1e-7
    decay = np.log(cc[near, 1] - 1j * cc[near, 2])
    assert -np.polyfit(seen["z"][near], decay, 1)[0] == pytest.approx(2.469619305e7 + 2.024603545e7j, rel=1e-5)


def test_precession_in_a_field_with_a_gradient_loses_spin_to_diffusion():
    """|S_perp| = exp(-D G^2 t^3 / 3) and the phase G z t of Torrey's equation, the gradient G in steps of layers."""
    h, count, G, D, t = 5e-9, 60, 5e19, 1e-3, 1e-12
    layers = []
    for k in range(count):
        bands = {"hamiltonian": {"spin_c": [0, 0, HBAR * G * (k + 0.5 - count / 2) * h / 2]}, "diffusion_c": D}
        bands["initial"] = {"fields": {"cc_x": 1}}
        layers.append({"name": f"{k}", "thickness": h, "two_band": bands})
    case = {
        "experiment": "two-band",
        "two_band": {"mode": "excess"},
        "mesh": {"cells": 1},
        "solver": {"degree": 2},
        "layer": layers,
        "time": {"end": t, "samples": 2, "initial": "given", "scheme": "splitting", "steps": 12},
    }
    state = run(Run.from_dict(case | QUIET)).numbers["state"]
    for k, phase in (count // 2, 0), (count // 2 - 4, -4 * G * h * t):
        S_x, S_y = fields(state, f"{k - 1}|{k}", ("cc_x", "cc_y"))
        spin = (S_x + 1j * S_y) * np.exp(-1j * phase)
        assert spin.real == pytest.approx(0.434598209, rel=1e-3)
        assert abs(spin.imag) < 1e-3


def test_electrons_screen_a_step_of_the_doping():
    """dn = a n0 (1 - exp(-z / lambda_D)) beside it, and the potential of Boltzmann's law across it."""
    a, n0 = 1e-4, 1e23
    layer = """
[[layer]]
name = "{name}"
thickness = "150 nm"
permittivity = 11.7
[layer.two_band]
mobility_c = 0.1
donors = {n}
"""
    result = solved(
        'electrostatics = "poisson"\ntemperature = 300\n'
        + layer.format(name="less", n=n0 * (1 - a))
        + layer.format(name="more", n=n0 * (1 + a))
        + f"""
[boundary.bottom]
kind = "state"
occupations = [{n0 * (1 - a) / 2}, {n0 * (1 - a) / 2}, 0, 0]
voltage = 0
"""
    )
    volts = K_B * 300 / E_CHARGE
    potential = result.numbers["potential"]
    assert potential["top"] - potential["bottom"] == pytest.approx(2 * a * volts, rel=1e-4)
    seen = profile(result.solution)
    n = seen["mu"][:, 0] * n0 * (1 + a)
    lambda_D = np.sqrt(11.7 * EPSILON_0 * volts / (E_CHARGE * n0))
    assert lambda_D == pytest.approx(1.292882839e-8)
    z = seen["z"] - 150e-9
    np.testing.assert_allclose(n / n0 - 1, a * np.sign(z) * (1 - np.exp(-np.abs(z) / lambda_D)), atol=1e-3 * a)


CELL = """
[mesh]
cells = 1
[solver]
degree = 1
[[layer]]
name = "cell"
thickness = "10 nm"
[layer.two_band]
hamiltonian = {hamiltonian}
initial = {initial}
{rest}
[time]
end = {end}
samples = {samples}
scheme = "splitting"
steps = {steps}
"""


def test_spin_drifts_and_diffuses_through_the_silicon_of_the_documents():
    """D s'' + mu E s' = s / tau, s = P n and 0 at the faces."""
    page = (ROOT / "docs/input.md").read_text(encoding="utf-8")
    numbers = run(Run.from_dict(tomllib.loads(page[page.rindex("```toml") + 7 : page.rindex("```")]) | QUIET)).numbers
    mobility, n, length, tau = 0.14, 1e22, 300e-9, 5e-9
    D, drift = mobility * K_B * 300 / E_CHARGE, -mobility * 0.01 / length
    k = np.roots([D, drift, -1 / tau])
    parts = np.linalg.solve([[1, 1], np.exp(k * length)], [0.1 * n, 0])
    inward, outward = (-(D * k + drift) * parts * np.exp(k * z) for z in (0, length))
    assert numbers["flow"]["bottom cc_z"] == pytest.approx(-inward.sum(), rel=1e-6)
    assert numbers["flow"]["top cc_z"] == pytest.approx(outward.sum(), rel=1e-6)
    assert numbers["current"]["bottom"] == pytest.approx(-E_CHARGE * n * drift, rel=1e-6)


def cell(hamiltonian, initial, end, samples=2, steps=1, rest=""):
    """Numbers of what happens at one place."""
    given = dict(hamiltonian=hamiltonian, initial=initial, end=end, samples=samples, steps=steps, rest=rest)
    return solved(CELL.format(**given)).numbers


def test_pseudospin_precesses_about_the_field_of_the_hamiltonian():
    """calB = (1, 0.5, 2) meV: H_c - H_v = calB_z, Delta = (calB_x - i calB_y) / 2; after 1 ps."""
    content = cell(
        '{fields = {H_c = "2 meV", Delta = ["0.5 meV", "-0.25 meV"]}}', "{fields = {oo = 1, zo = -1}}", 1e-12
    )
    S_o = fields(content["content"], "cell", ("xo", "yo", "zo"))
    np.testing.assert_allclose(S_o, [-0.660388079, 0.207510216, -0.721683514], atol=1e-9)


def test_a_coupling_of_both_turns_spin_and_pseudospin_together():
    """H = V tau_x sigma_x, V = 1 meV, c up at the start, 0.4 ps."""
    content = cell('{spin_cv = ["1 meV", 0, 0]}', "{occupations = [1, 0, 0, 0]}", 0.4e-12)["content"]
    found = fields(content, "cell", ("cc_o", "vv_z", "xy", "yx", "zz"))
    np.testing.assert_allclose(found, [0.673974433, -0.326025567, -0.937513513, -0.937513513, 1], atol=1e-9)


def test_the_budget_has_the_groups_of_a_pure_state():
    """State (1, i, 1 + i, 2) / 8^(1/2) at the start, in both sets of names; d_t S_cc by groups, 1/s."""
    psi = np.array([1, 1j, 1 + 1j, 2]) / np.sqrt(8)
    H = (
        '{fields = {H_c = "10 meV", H_v = "-6 meV", B_cc = ["0.2 meV", 0, "0.5 meV"],'
        ' B_vv = [0, "0.1 meV", "-0.3 meV"], Delta = ["2 meV", "1 meV"], delta = ["1 meV", [0, "0.5 meV"], "-1 meV"]}}'
    )
    series = cell(H, f"{{matrix = {pairs(np.outer(psi, psi.conj()))}}}", 1e-15)["time_series"]
    state = {name: series["content"][f"cell {name}"][0] for name in (*NAMES, *BLOCK_NAMES)}
    expected = {"cc_o": 0.25, "cc_y": 0.25, "vv_o": 0.75, "vv_x": 0.5, "vv_y": -0.5, "vv_z": -0.25}
    expected |= {"Re cv_o": 0.125, "Im cv_o": 0.125, "Re cv_x": 0.375, "Im cv_z": -0.375, "oy": -0.25, "xo": 0.25}
    assert {name: state[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    groups = {
        "group 1": (1.89908431e11, -1.89908431e11, 1.32935902e12),
        "group 2": (-2.84862647e11, -7.59633724e11, 1.70917588e11),
        "group 3": (-1.89908431e11, 9.49542156e10, 1.89908431e11),
    }
    for group, rates in groups.items():
        assert [series["budget"][f"cell cc_{a} {group}"][0] for a in "xyz"] == pytest.approx(rates, rel=1e-8)
    rate = {name: series["budget"][f"cell {name} rate"][0] for name in ("cc_o", "Re cv_o", "Im cv_o")}
    assert list(rate.values()) == pytest.approx([-8.5458794e11, 1.395826969e12, -2.972066947e12], rel=1e-8)


def test_rabi_oscillations_are_the_same_in_the_laboratory_and_in_the_rotating_frame(tmp_path):
    """With relaxation the pseudospin comes to S_zo = -(1 + d^2 T2^2) / (1 + d^2 T2^2 + W^2 T1 T2)."""
    lines = printed(EXAMPLES / "rabi/rabi.py", "--out", tmp_path)
    rows = table(lines, 4)
    np.testing.assert_allclose(rows[:3, 3], [0.303518055, 0.573467817, 0.238462911], atol=2e-9)
    np.testing.assert_allclose(rows[:, 1], rows[:, 3], rtol=1e-8)
    np.testing.assert_allclose(rows[:, 2], rows[:, 3], rtol=1e-6)
    S_o = [[float(x) for x in line.split()[1:]] for line in lines if line.startswith("S_")]
    np.testing.assert_allclose(S_o, np.tile([[-0.183206107], [0.229007634], [-0.312977099]], 2), atol=2e-9)
    assert (tmp_path / "rabi.png").stat().st_size > 1e4


SPREADING = """
[mesh]
cells = 10
[[layer]]
name = "full"
thickness = "60 nm"
[layer.two_band]
diffusion_c = 2e-3
diffusion_v = {D_v}
initial = {{matrix = [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]}}
[[layer]]
name = "empty"
thickness = "60 nm"
[layer.two_band]
diffusion_c = 2e-3
diffusion_v = {D_v}
initial = {{occupations = [0, 0, 0, 0]}}
[time]
end = "0.1 ps"
samples = 3
{scheme}
"""


def test_what_unlike_diffusion_makes_of_a_steep_profile_is_told_and_not_clipped():
    """cc, cv and vv spread with D_c, their mean and D_v: far away |S_cv|^2 > S_cc S_vv, which no state has."""
    unlike = solved(SPREADING.format(D_v=5e-4, scheme=""))
    value = unlike.numbers["positivity"]["empty"]
    assert value < -0.01
    (told,) = (warning for warning in unlike.warnings if "layer 'empty'" in warning)
    assert "of its trace: it is no state there" in told and "Nothing is clipped" in told
    alike = solved(SPREADING.format(D_v=2e-3, scheme=""))
    assert alike.numbers["positivity"]["empty"] > -1e-3
    assert abs(alike.numbers["positivity"]["empty"]) < 0.1 * abs(value)


def test_both_schemes_find_the_same_spreading_and_lose_no_electron():
    implicit = solved(SPREADING.format(D_v=5e-4, scheme="")).numbers
    split = solved(SPREADING.format(D_v=5e-4, scheme='scheme = "splitting"\nsteps = 40')).numbers
    one, other = (fields(n["content"], "empty") for n in (implicit, split))
    np.testing.assert_allclose(other, one, atol=2e-4 * np.abs(one).max())
    total = [n["content"]["full oo"] + n["content"]["empty oo"] for n in (implicit, split)]
    assert total == pytest.approx([2, 2], rel=1e-9)
    assert split["steps"]["steps"] == 40


def test_steps_too_long_for_what_a_contact_holds_are_told():
    def told(end):
        late = f'[time]\nend = "{end}"\nscheme = "splitting"\nsteps = 2\nsamples = 2\ninitial = "zero"'
        result = solved(QUICK.replace('coherence = "local"', "").replace("cells = 40", "cells = 4") + late)
        return [warning for warning in result.warnings if "flows through it are rough" in warning]

    (warning,) = told("1 ps")
    assert "boundary 'bottom'" in warning and "in a step of 5e-13 s" in warning
    assert told("1 fs") == []


def test_a_wave_of_charge_decays_by_diffusion_and_screening():
    """n_0 (1 +- a) in the halves of a closed box: the slowest mode goes at D (q^2 + 1 / lambda_D^2), q = pi / L."""
    n_0, a, D, L = 1e23, 1e-3, 3.6e-3, 50e-9
    volts = K_B * 300 / E_CHARGE
    layer = f"""
[[layer]]
name = "{{name}}"
thickness = {L / 2}
permittivity = 11.7
[layer.two_band]
diffusion_c = {D}
mobility_c = {D / volts}
donors = {n_0}
initial = {{{{occupations = [{{n}}, {{n}}, 0, 0]}}}}
"""
    rate = D * ((np.pi / L) ** 2 + E_CHARGE * n_0 / (11.7 * EPSILON_0 * volts))
    assert rate == pytest.approx(3.574917832e13)
    series = solved(
        'electrostatics = "poisson"\ntemperature = 300\n[mesh]\ncells = 10\n[solver]\ndegree = 2\n'
        + layer.format(name="more", n=n_0 * (1 + a) / 2)
        + layer.format(name="less", n=n_0 * (1 - a) / 2)
        + f"""
[boundary.bottom]
kind = "flux"
fields = {{}}
voltage = 0
[time]
end = {3 / rate}
samples = 7
scheme = "splitting"
steps = 60
"""
    ).numbers["time_series"]
    wave = np.array(series["content"]["more oo"]) - series["content"]["less oo"]
    late = slice(3, None)
    assert -np.polyfit(np.array(series["time"])[late], np.log(wave[late]), 1)[0] == pytest.approx(rate, rel=1e-3)


def test_an_evolution_goes_on_where_it_was_killed(tmp_path):
    text = 'experiment = "two-band"\n' + SPREADING.format(D_v=5e-4, scheme='scheme = "splitting"\nsteps = 4')
    case = Run.from_dict(tomllib.loads(text + "checkpoint = 1e-9\n") | QUIET)
    whole, keeper = run(case), Keeper(tmp_path, case)
    write = keeper.write

    def killed(*kept):
        write(*kept)
        raise InterruptedError

    keeper.write = killed
    with pytest.raises(InterruptedError):
        run(case, keeper=keeper)
    later = run(case, keeper=Keeper(tmp_path, case, restart=True))
    assert later.numbers["steps"]["steps"] == 2
    for name in "content", "budget":
        one, other = (np.array([*n.numbers["time_series"][name].values()]) for n in (whole, later))
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9 * np.abs(one).max())
    assert any("no state there" in warning for warning in later.warnings)


def test_a_run_leaves_fields_under_both_sets_of_names_and_a_page(tmp_path):
    (tmp_path / "slab.toml").write_text('experiment = "two-band"\n' + slab(8).replace("[mesh]", PLANE))
    lines = run_file(tmp_path / "slab.toml", tmp_path / "out")
    assert row(section(lines, "State at faces"), "cc_z")[1] == pytest.approx(9.64107e19, rel=1e-4)
    assert any(line.startswith("balances (relative): number") for line in lines)
    found = pyvista.read(tmp_path / "out/fields.vtu").point_data
    np.testing.assert_allclose(
        found["S_oz (1/m^3)"], found["S_cc (1/m^3)"][:, 2] + found["S_vv (1/m^3)"][:, 2], atol=1e12
    )
    S_yo = -2 * found["S_cv_o imaginary (1/m^3)"]
    np.testing.assert_allclose(found["S_yo (1/m^3)"], S_yo, atol=1e12)
    columns = read_columns(tmp_path / "out/profile.csv")
    assert columns["J_zo z (1/(m^2 s))"][0] == pytest.approx(3595.6292e20, rel=1e-3)
    assert columns["J_c z (1/(m^2 s))"][0] == pytest.approx(1797.8146e20, rel=1e-3)
    flows = [columns[f"J_{name} (1/(m^2 s))"][0] for name in ("v z", "c z spin z", "v z spin x")]
    assert flows == pytest.approx([-1797.8146e20, 2477.005e20, -468.022e20], rel=2e-3)
    for name in "profile.png", "profile_pseudospin.png", "density.png":
        assert (tmp_path / "out" / name).stat().st_size > 1e4
    printed("-m", "ddgauge", "report", tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text()
    assert "spin in a conduction and a valence band" in page and "Budget of layer film" in page


def test_steps_that_solve_linear_systems_are_not_for_laws_that_are_not_linear():
    text = """
electrostatics = "poisson"
temperature = 300
[[layer]]
name = "film"
thickness = "50 nm"
[layer.two_band]
mobility_c = 0.1
donors = 1e22
[boundary.bottom]
kind = "state"
neutral = true
voltage = 0
[time]
end = "1 ps"
"""
    with pytest.raises(InputError, match=r"time.scheme = 'implicit' does not go with electrostatics = 'poisson'"):
        solved(text)


ON_RANKS = """
import gc, json, sys
from mpi4py import MPI
from ddgauge import output, read, run
gc.disable()  # ranks would free what they share at different times
world, found, kept = MPI.COMM_WORLD, [], []
folder, *files = sys.argv[1:]
for size in 1, 2, 3:
    comm = world.Split(0 if world.rank < size else MPI.UNDEFINED)
    if comm != MPI.COMM_NULL:
        results = [run(read(file), comm) for file in files]
        tables = ("state", "flow", "content", "budget", "positivity")
        kept.append(results)
        found.append([[x for k, x in r.numbers[t].items() if k != "units"] for r in results for t in tables])
if world.rank == 0:
    output.prepare(folder)
    print(json.dumps(found))
world.barrier()
output.write(results[-1], folder)
"""


def test_ranks_find_the_same(tmp_path):
    """Also where some have no cell of a layer, and write nothing but an empty piece."""
    local = dict(hamiltonian='{spin_cv = ["1 meV", 0, 0]}', initial="{occupations = [1, 0, 0, 0]}", end=1e-12)
    texts = {
        "slab": slab(8) + "[output]\nfigures = false\nfields = false\n",
        "cell": CELL.format(**local, samples=2, steps=2, rest="") + 'initial = "given"\n[output]\nfigures = false\n',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text('experiment = "two-band"\n' + text)
    files = [tmp_path / f"{name}.toml" for name in texts]
    one, *others = json.loads(printed("-c", ON_RANKS, tmp_path / "out", *files, ranks=3)[0])
    assert len(others) == 2
    for several in others:
        for values, expected in zip(several, one):
            np.testing.assert_allclose(values, expected, rtol=0, atol=1e-9 * np.abs(expected).max() + 1e-12)
    assert pyvista.read(tmp_path / "out/fields.pvtu").n_cells == 1


def test_the_spin_diode_has_shockleys_current_and_the_spin_of_its_neutral_side(tmp_path):
    """Recombination in the depletion region adds to the current at low voltages, high injection is not yet."""
    rows = table(printed(EXAMPLES / "spin_diode/current_voltage.py", "--out", tmp_path), 5)
    V, J, shockley = rows[:, 0], rows[:, 1], rows[:, 2]
    forward = (V > 0.25) & (V < 0.52)
    np.testing.assert_allclose(J[forward], shockley[forward], rtol=0.015)
    assert forward.sum() == 3
    assert np.all(np.diff(J / shockley) < 0)
    np.testing.assert_allclose(rows[:, 3], rows[:, 4], rtol=0.003)
    assert (tmp_path / "current_voltage.png").stat().st_size > 1e4
