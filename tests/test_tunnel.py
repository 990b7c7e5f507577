"""Tunnel junctions through whole runs: numbers of flat and semi-elliptic bands, symmetries, scans, files."""

import csv
import io
import json
import tomllib

import numpy as np
import pytest
from rich.console import Console
from scipy.constants import e, hbar, k

from ddgauge import TunnelRun, cli, output, read, run
from ddgauge.model import InputError, Run
from ddgauge.physics.tunnel.tensors import dyad
from ddgauge.post import plot_quadrupole, plot_tunnel, tunnel_run
from ddgauge.post.table import show
from ddgauge.report import report
from ddgauge.sweep import sweep
from tests.test_examples import EXAMPLES, printed

FLAT = """
experiment = "tunnel"
output = {figures = false}

[electrode.L]
kind = "flat"
half_width = 25
splitting = 5
chemical_potential = 0.5
temperature = 0.5
spin = [0, 0, 1]

[electrode.R]
kind = "flat"
half_width = 25
splitting = 5
chemical_potential = -0.5
temperature = 0.5
spin = [1, 0, 0]

[junction]
Gamma = 0.01
"""
ALONG = ("coefficients", "currents", "stored", "principal", "axes")  # figures of a scan
NAMES = ("E_S", "A_S", "T_S", "E_ex", "A_ex", "T_ex")


def tables(*scans, junction=None, **of_both):
    """The file above with other keys of both electrodes, or of one: L={...}."""
    data = tomllib.loads(FLAT)
    for side, table in data["electrode"].items():
        table |= of_both.get(side, {}) | {key: value for key, value in of_both.items() if key not in "LR"}
    data["junction"] = junction or data["junction"]
    return data | ({"scan": list(scans)} if scans else {})


def numbers(*args, **keys):
    return run(Run.from_dict(tables(*args, **keys))).numbers


def scan(parameter, *values):
    return {"parameter": parameter, "values": list(values)}


def rotation(axis, angle):
    """About an axis, by Rodrigues."""
    K = np.cross(np.eye(3), np.asarray(axis) / np.linalg.norm(axis)).T
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def test_flat_bands_at_a_bias():
    found = numbers()["coefficients"]
    assert found["I_0"] == pytest.approx(-0.02)
    L = found["L"]
    per_Gamma = [L[key] / 0.01 for key in ("T_S", "E_ex", "T_ex")]
    assert per_Gamma == pytest.approx([-0.0797106, -0.1560551, -0.1137285], rel=1e-6)
    assert max(abs(L[key]) for key in ("E_S", "A_S", "A_ex")) < 1e-11
    for key in ("T_S", "E_ex", "T_ex"):
        assert found["closed_form"]["L"][key] == pytest.approx(L[key], rel=1e-9)


def test_scan_of_bias_and_temperature():
    """Cold emission -min(V, J)/2; where it equals the torque, cold and warm; V = 4."""
    V = [0.291, 0.84628, 1, 4, 8, -8]
    table = numbers(scan("temperature", 0, 0.5), scan("bias", *V))["scan"]
    E, T = (table["L"][key].reshape(2, 6) / 0.01 for key in ("E_ex", "T_ex"))
    assert table["I_N"] == pytest.approx(-0.02 * np.tile(V, 2))
    assert E[0, 2:5] == pytest.approx([-0.5, -2, -2.5], rel=1e-9)
    assert T[0, 2] == pytest.approx(-0.1455437, rel=1e-6)
    assert (E[1, 3], T[1, 3]) == pytest.approx((-1.423310, -0.1142823), rel=1e-6)
    assert E[0, 0] == pytest.approx(T[0, 0], rel=1e-4)
    assert E[1, 1] == pytest.approx(T[1, 1], rel=1e-4)
    assert E[:, 4] == pytest.approx(E[:, 5], rel=1e-12)  # even in the bias


def test_scan_of_the_splitting():
    found = numbers(scan("splitting", 1, 5, 10), junction={"amplitude": 1})["scan"]
    Gamma = 2 * np.pi / 2500
    assert found["L"]["E_ex"] / Gamma == pytest.approx([-0.0443779, -0.1560551, -0.1565176], rel=1e-6)
    direct = 2 * found["S"]["L"] * found["L"]["T_S"]
    assert direct[1] == pytest.approx(-2.003347e-5, rel=1e-6)
    x = 5 / 0.5 / 2
    assert found["q_ex"]["L"][1] == pytest.approx(0.02 * 0.5 / 2 * (x / np.tanh(x) - 1))


def test_storage_of_a_thousand_modes():
    cold = {"chemical_potential": 0, "temperature": 0, "states": 1000}
    warm = {"chemical_potential": 3, "temperature": 1.5, "states": 1000}
    found = numbers(L=cold, R=warm)
    stored = found["storage"]
    assert (stored["N"]["L"], stored["S"]["L"], stored["q_ex"]["L"]) == pytest.approx((1000, 50, 25))
    assert (stored["N"]["R"], stored["S"]["R"], stored["q_ex"]["R"]) == pytest.approx((1120, 49.99997, 11.84969))
    Q = found["stored_quadrupole"]["LL"]
    assert Q["direct"][2, 2] + Q["exchange"][2, 2] == pytest.approx(100 * 99 / 6)  # of 100 parallel spins
    assert stored["exchange_per_pair"]["L"] == pytest.approx(-25 / (1000 * 999 / 2))
    assert stored["direct_per_pair"]["L"] == pytest.approx(50**2 / (1000 * 999 / 2))
    Q_LR = found["stored_quadrupole"]["LR"]["direct"]
    assert pytest.approx(2 * stored["S"]["L"] * stored["S"]["R"] * dyad([0, 0, 1.0], [1.0, 0, 0])) == Q_LR


def test_stored_exchange_at_each_energy():
    """a(w) of flat bands at mu -+ J/2 and mu - J, T = J/10."""
    found = numbers(temperature=0.5, chemical_potential=0)["energy_resolved"]
    a = np.interp([-2.5, 2.5, -5], found["energy"], found["a"]["L"])
    assert a == pytest.approx([0.2449804, -0.2449804, 0.1249773], rel=1e-3)
    spin = np.trapezoid(found["spin"]["L"], found["energy"])
    assert spin == pytest.approx(0.05, rel=0.02)


def test_principal_values_of_magnets_at_right_angles():
    found = numbers(temperature=1, junction={"amplitude": 1})
    L = found["coefficients"]["L"]
    assert (L["E_ex"], L["T_ex"]) == pytest.approx((-1.787579e-4, -2.115355e-4))
    values, axes = (found[key]["LL"]["exchange"] for key in ("principal_values", "principal_axes"))
    assert values == pytest.approx([-1.086824e-4, -5.958598e-5, 1.682683e-4])
    Q = found["quadrupole_current"]["LL"]["exchange"]
    np.testing.assert_allclose(Q @ axes.T, values * axes.T, atol=1e-15)
    assert axes[1] == pytest.approx([1, 0, 0], abs=1e-9)  # towards J_R: across the other two


def test_semi_elliptic_bands():
    shifted = {"kind": "elliptic", "temperature": 1}
    L, R = (shifted | {"chemical_potential": mu} for mu in (8.5, 7.5))
    found = numbers(L=L, R=R, junction={"amplitude": 1})["coefficients"]
    expected = (1.303797e-4, 1.303797e-4, -3.211425e-4, -2.382098e-4, 6.195901e-5, -4.513992e-4)
    assert [found["L"][key] for key in NAMES] == pytest.approx(expected, rel=1e-4)
    assert (found["I_0"], found["I_F"]) == pytest.approx((-7.178566e-3, -1.02704e-5), rel=1e-4)
    assert found["closed_form"] is None


def test_heat_alone_carries_spin_anisotropy_and_neither_charge_nor_spin():
    parallel = {"spin": [0, 0, 1], "temperature": 1, "chemical_potential": 0}
    table = numbers(scan("tau", -0.5, -0.1, 0.1, 0.5, 1e-4, -1e-4), **parallel)["scan"]
    assert table["L"]["E_ex"][:4] / 0.01 == pytest.approx([0.1331446, 0.0375138, -0.0461424, -0.3820272], rel=2e-6)
    assert np.diff(table["L"]["E_ex"][4:]) / 0.01 / -2e-4 == pytest.approx(-0.4146291, rel=1e-4)
    assert np.abs(table["I_N"]).max() < 1e-15
    assert np.abs(table["I_S"]).max() < 1e-4 * np.abs(table["L"]["E_ex"]).max()
    far = table["I_Q"]["exchange"]["LR"][4:, 2, 2]
    assert np.abs(far).max() < 1e-3 * np.abs(table["I_Q"]["exchange"]["LL"][4:, 2, 2]).min()  # of second order


def test_what_is_rounding_is_printed_as_zero():
    rest = {"spin": [0, 0, 1], "chemical_potential": 0, "R": {"temperature": 0.6}}
    shown = dict(tunnel_run.tables(numbers(**rest)))
    rows = {row[0]: row[1:] for title in list(shown)[3:6] for row in shown[title][1]}
    assert rows["electrons into L"][0] == "0"
    assert rows["L direct"][:6] == ("0",) * 6 and rows["L direct I_+"][0] == "0"
    assert float(rows["L exchange"][2]) > 0 and rows["L exchange I_+"][0] == rows["L exchange"][2]


def test_rounding_at_an_end_of_a_scan_is_printed_as_zero():
    """Equal bands: at 180 degrees absorption takes what emission gives."""
    bands = {"kind": "elliptic", "L": {"chemical_potential": 8.5}, "R": {"chemical_potential": 7.5}}
    table = numbers(scan("angle", 0, 180), **bands)["scan"]
    table["I_S"][1, 2] = -5e-19
    assert {row[0]: row[1] for row in tunnel_run.scan_rows(table)[1]}["I_S z"] == "0"


def test_current_in_si_is_that_from_L_to_R_and_no_number_is_cut():
    """V = mu_L - mu_R > 0 drives electrons out of L: current flows from R to L."""
    found = run(Run.from_dict(tables(junction={"amplitude": 1, "energy_unit": "20 meV"})))
    console = Console(file=io.StringIO(), width=60, highlight=False)
    show(found, console)
    shown = console.file.getvalue()
    rows = {line[:24].strip(): line[24:].split() for line in shown.splitlines()}
    assert float(rows["electrons into L"][0]) < 0
    assert float(rows["current from L to R"][0]) < 0 and rows["current from L to R"][1] == "A"
    assert "…" not in shown and console.width == 60


def test_rounding_is_not_drawn():
    """Heat alone drives no spin: the direct part is nothing."""
    parallel = {"spin": [0, 0, 1], "temperature": 1, "chemical_potential": 0, "half_width": 200}
    found = numbers(scan("tau", -0.5, 0.2, 0.5), **parallel)
    found["scan"]["I_Q"]["direct"]["LL"][:, 0, 1] = found["scan"]["I_Q"]["direct"]["LL"][:, 1, 0] = 1e-19
    figure = plot_quadrupole.principal(plot_tunnel.Lines(found["scan"]), "")
    direct, exchange = figure.axes[:2]
    assert max(np.abs(line.get_ydata()).max() for line in direct.lines) == 0
    assert max(line.get_ydata().max() for line in exchange.lines) > 1e-6


def test_heat_against_a_cold_electrode():
    """J >> T_L, T_R -> 0: T_L (1 - ln 2)."""
    hot = numbers(L={"temperature": 1}, R={"temperature": 0}, half_width=500, splitting=100, chemical_potential=0)
    assert hot["coefficients"]["L"]["E_ex"] / 0.01 == pytest.approx(1 - np.log(2), rel=1e-6)


def test_numbers_per_area_in_si():
    of_eV = {"half_width": "5 eV", "splitting": "1 eV", "temperature": "300 K"}
    junction = {"conductance": 1e12, "energy_unit": "1 eV"}
    bias = {"L": {"chemical_potential": "50 meV"}, "R": {"chemical_potential": "-0.05 eV"}}
    found = numbers(junction=junction, **of_eV, **bias)
    assert found["coefficients_si"]["L"]["E_ex"] == pytest.approx(-8.202045e28)
    assert found["coefficients_si"]["units"] == {"*": "1/(s m^2)"}
    assert found["torque_si"]["L"]["exchange"] == pytest.approx(np.array([0, -5.246649e-6, 0]), abs=1e-12)
    assert found["torque_si"]["units"] == {"*": "J/m^2"}
    assert found["charge_current_si"]["L"] == pytest.approx(-1e12 * 0.1, rel=1e-6)  # from R to L: electrons go to R
    assert found["junction"]["Gamma"] == pytest.approx(1)


def test_rates_in_si_without_an_area():
    found = numbers(junction={"Gamma": 0.01, "energy_unit": "20 meV"})
    E = 0.02 * e
    assert found["spin_current_si"]["L"][1] == pytest.approx(-0.0797106 * 0.01 * E / hbar)
    assert found["torque_si"]["L"]["exchange"][1] == pytest.approx(-0.0797106 * 0.01 * E)
    assert found["charge_current_si"]["L"] == pytest.approx(-0.02 * E / hbar * e)
    assert "spin_current_si" not in numbers()


@pytest.fixture(scope="module")
def polarised():
    """Semi-elliptic electrodes that differ, away from equilibrium."""
    L = {"kind": "elliptic", "chemical_potential": 8.5, "temperature": 1.0, "spin": [0.3, -0.5, 0.8]}
    R = {"kind": "elliptic", "chemical_potential": 5, "temperature": 0.4, "splitting": 3, "spin": [1, 0.2, 0]}
    return L, R


def test_currents_of_both_nodes_and_between_them(polarised):
    L, R = polarised
    found = numbers(L=L, R=R)
    assert found["charge_current"]["R"] == -found["charge_current"]["L"]
    np.testing.assert_array_equal(found["spin_current"]["R"], -found["spin_current"]["L"])
    for part in ("direct", "exchange", "total"):
        nodes = [found["quadrupole_current"][node][part] for node in ("LL", "RR", "LR")]
        assert np.abs(sum(nodes)).max() < 1e-15 * np.abs(nodes).max() * 10
    S, spin = found["storage"]["S"], found["spin_current"]["L"]
    J_L, J_R = found["electrodes"]["spin"].values()
    between = 2 * dyad(S["R"] * J_R - S["L"] * J_L, spin)
    np.testing.assert_allclose(found["quadrupole_current"]["LR"]["direct"], between, rtol=1e-10, atol=1e-18)
    assert found["per_spin"]["RR"] == pytest.approx(-dyad(J_R, spin))
    assert max(found["checks"][key] for key in ("golden_rule", "conservation")) < 1e-10
    across = spin - J_L * (J_L @ spin)
    torque = found["torque"]["L"]
    np.testing.assert_allclose(torque["transfer"] + torque["exchange"], across, rtol=1e-10)


def test_rounding_of_heat_between_flat_bands_is_within_the_golden_rule():
    """Neither charge nor spin flows: what is left is small beside the electrons that go each way."""
    hot = {"chemical_potential": 0, "R": {"temperature": 2, "spin": [0, 0, -1]}, "L": {"temperature": 0}}
    assert numbers(**hot)["checks"]["golden_rule"] < 1e-12


def test_everything_turns_with_the_magnets(polarised):
    L, R = polarised
    O = rotation([1, 2, -1], 0.9)
    turned = [side | {"spin": (O @ side["spin"]).tolist()} for side in (L, R)]
    a, b = numbers(L=L, R=R), numbers(L=turned[0], R=turned[1])
    assert b["charge_current"]["L"] == pytest.approx(a["charge_current"]["L"], rel=1e-12)
    np.testing.assert_allclose(b["spin_current"]["L"], O @ a["spin_current"]["L"], rtol=1e-10)
    for node in ("LL", "RR", "LR"):
        expected = O @ a["quadrupole_current"][node]["total"] @ O.T
        np.testing.assert_allclose(b["quadrupole_current"][node]["total"], expected, rtol=1e-9, atol=1e-14)
    assert b["rotation"]["LL"] == pytest.approx(a["rotation"]["LL"], rel=1e-9)


def test_a_common_shift_of_energies_changes_nothing(polarised):
    L, R = polarised
    shifted = [side | {"centre": 3, "chemical_potential": side["chemical_potential"] + 3} for side in (L, R)]
    a, b = numbers(L=L, R=R)["coefficients"], numbers(L=shifted[0], R=shifted[1])["coefficients"]
    assert [b["L"][key] for key in NAMES] == pytest.approx([a["L"][key] for key in NAMES], rel=1e-9)


def test_axis_of_a_normal_metal_drops_out(polarised):
    metal = {"kind": "elliptic", "splitting": 0, "chemical_potential": 5}
    found = [numbers(L=polarised[0], R=metal | {"spin": axis}) for axis in ([1, 0, 0], [0, 0.6, -0.8])]
    a, b = (table["quadrupole_current"]["LL"]["total"] for table in found)
    np.testing.assert_allclose(a, b, atol=1e-12 * np.abs(a).max())
    assert found[0]["storage"]["S"]["R"] == 0


def test_in_equilibrium_torques_alone_remain(polarised):
    rest = {"chemical_potential": 8, "temperature": 0.7}
    found = numbers(L=polarised[0] | rest, R=polarised[1] | rest)
    assert found["charge_current"]["L"] == 0
    for side in "LR":
        of_side = found["coefficients"][side]
        assert [of_side[key] for key in ("E_S", "A_S", "E_ex", "A_ex")] == [0, 0, 0, 0]
        assert of_side["T_S"] and of_side["T_ex"]
    assert numbers(temperature=0, chemical_potential=0)["charge_current"]["L"] == 0


def test_magnetisation_is_against_the_spin():
    a = numbers(R={"spin": [1, 0, 2]})
    data = tables()
    del data["electrode"]["R"]["spin"]
    data["electrode"]["R"]["magnetisation"] = [-1, 0, -2]
    case = Run.from_dict(data)
    b = run(case).numbers
    np.testing.assert_array_equal(a["spin_current"]["L"], b["spin_current"]["L"])
    assert Run.from_dict(json.loads(json.dumps(case.resolved()))) == case


def test_angle_turns_the_spin_in_the_plane_of_both():
    table = numbers(scan("angle", 0, 60, 180), R={"spin": [0, 1, 1]})["scan"]
    c, s = 0.5, np.sqrt(3) / 2
    np.testing.assert_allclose(table["J_R"], [[0, 0, 1], [0, s, c], [0, 0, -1]], atol=1e-15)
    parallel = numbers(scan("angle", 60), R={"spin": [0, 0, 1]})["scan"]
    np.testing.assert_allclose(parallel["J_R"], [[s, 0, c]], atol=1e-15)
    I_S = table["L"]["T_S"][:, None] * np.cross([0, 0, 1], table["J_R"])
    np.testing.assert_allclose(table["I_S"], I_S, atol=1e-12)


def test_scans_advance_together_where_they_are_zipped():
    together = [scan("bias", 1, 4) | {"zip": "a"}, scan("electrode.L.temperature", 0.5, 1) | {"zip": "a"}]
    table = numbers(*together, scan("angle", 0, 90, 180))["scan"]
    assert table["dimensions"] == [["bias", "electrode.L.temperature"], ["angle"]]
    assert table["electrode.L.temperature"] == pytest.approx(np.repeat([0.5, 1], 3))
    one = numbers(L={"temperature": 1, "chemical_potential": 2}, R={"chemical_potential": -2})
    assert table["L"]["E_ex"][-1] == one["coefficients"]["L"]["E_ex"]


def test_polarised_tables_make_a_tunnel_valve():
    """2 P^2/(1 - P^2) of constant densities of states nu (1 +- P)  [Julliere]."""
    P, w = 0.4, [-60, 0, 60]
    table = {"kind": "dos", "energy": w, "nu_up": [1 + P] * 3, "nu_dn": [1 - P] * 3, "temperature": 0.1}
    sides = {side: table | {"chemical_potential": mu, "spin": [0, 0, 1]} for side, mu in (("L", 0.05), ("R", -0.05))}
    data = {"experiment": "tunnel", "electrode": sides, "junction": {"Gamma": 0.01, "quadrupole": False}}
    found = run(Run.from_dict(data | {"scan": [scan("angle", 0, 180)], "output": {"figures": False}})).numbers
    parallel, antiparallel = found["scan"]["I_N"]
    assert parallel / antiparallel - 1 == pytest.approx(2 * P**2 / (1 - P**2), rel=1e-9)
    assert set(found["quadrupole_current"]["LL"]) == {"direct"}
    assert "q_ex" not in found["storage"]


def test_closed_forms_may_be_taken_instead():
    found = numbers(junction={"Gamma": 0.01, "method": "closed-form"})["coefficients"]
    assert found["L"]["E_S"] == found["I_F"] == 0
    assert found["L"]["E_ex"] / 0.01 == pytest.approx(-0.1560551, rel=1e-6)


def test_warnings():
    def said(**keys):
        return run(Run.from_dict(tables(**keys))).warnings

    assert said() == []
    assert said(temperature=0, chemical_potential=0) == []
    assert any("splitting = 0.2 E is below temperature = 0.5 E" in line for line in said(splitting=0.2))
    assert any("Gamma = 0.5 is not small" in line for line in said(junction={"Gamma": 0.5}))
    (line,) = said(half_width=10, splitting=9)
    assert "an edge is W = 5 from" in line and "integrals are taken" in line
    assert any("temperature = 300 E is above half_width" in line for line in said(temperature=300))
    beyond = said(L={"chemical_potential": 30}, junction={"amplitude": 1})
    assert any("must lie within centre" in line for line in beyond)
    (line,) = said(kind="elliptic", L={"chemical_potential": 30}, junction={"amplitude": 1})
    assert line == "electrode 'L': chemical_potential = 30 E is above all of its states, which are from -27.5 to 27.5 E"


def test_levels_that_are_no_density_of_states_are_warned_of():
    def said(apart, width):
        e = np.arange(-10, 10, apart)
        levels = {"kind": "levels", "e_up": e, "e_dn": e + 3, "width": width}
        data = tables(junction={"amplitude": 1e-3})
        data["electrode"]["L"] = levels | {"spin": [0, 0, 1], "chemical_potential": 0.5, "temperature": 0.5}
        return Run.from_dict(data).warnings()

    assert said(0.1, 0.1) == []
    few = said(0.5, 0.1)
    assert len(few) == 2 and "width = 0.1 E is below half the distance of levels e_up" in few[0] and "0.5 E" in few[0]
    (wide,) = said(0.5, 0.7)
    assert "width = 0.7 E is above the temperature 0.5 E" in wide


def test_densities_of_states_that_diverge_at_one_energy_are_warned_of():
    """Where bands are level as in one dimension, and both at once, currents have no limit."""
    band = {"e_up": lambda x: -np.cos(np.pi * x), "e_dn": lambda x: 2 - np.cos(np.pi * x)}
    sides = {side: {"kind": "modes", "band": [band], "chemical_potential": mu, "temperature": 1, "spin": [0, 0, 1]}
             for side, mu in (("L", 0.5), ("R", 0))}  # fmt: skip
    data = {"experiment": "tunnel", "electrode": sides, "junction": {"amplitude": 0.01}, "output": {"figures": False}}
    one, more = run(Run.from_dict(data | {"scan": [scan("bias", 1, 2, 3)]})).warnings[-2:]
    assert "densities of states of L and R both diverge" in one
    assert more.endswith("(and 2 more like it along the scans)")


def test_closed_forms_stand_beside_where_the_edges_are_far(tmp_path):
    result = run(Run.from_dict(tables(scan("splitting", 5, 40))))
    far, near = result.numbers["scan"]["closed_form"]["L"]["T_S"]
    assert far == pytest.approx(result.numbers["scan"]["L"]["T_S"][0], rel=1e-9) and near is None
    output.write(result, output.prepare(tmp_path))
    with (tmp_path / "curve.csv").open() as file:
        assert [row["T_S L closed form (E)"] == "nan" for row in csv.DictReader(file)] == [False, True]
    assert json.loads((tmp_path / "result.json").read_text())["scan"]["closed_form"]["L"]["T_S"][1] is None


def test_a_point_of_a_scan_that_cannot_be_is_named():
    message = r"scan, at angle = 0, electrode.L.splitting = 60: splitting = 60 E, must be <= 2 half_width = 50 E"
    with pytest.raises(InputError, match=message):
        numbers(scan("angle", 0), scan("electrode.L.splitting", 1, 60, 2))


def test_files_of_a_run_and_its_report(tmp_path):
    data = tables(scan("bias", 0, 1, 2, 4), junction={"Gamma": 0.01, "energy_unit": "1 meV"})
    case = Run.from_dict(data | {"output": {"figures": True}, "title": "flat bands"})
    result = run(case)
    names = output.write(result, output.prepare(tmp_path))
    pictures = {f"{name}.png" for name in ("storage", "quadrupole", *ALONG)}
    assert set(names) == {"curve.csv", "storage.csv", "result.json", *pictures}
    assert all((tmp_path / name).stat().st_size > 10_000 for name in pictures)
    with (tmp_path / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["bias (E)"]) for row in rows] == [0, 1, 2, 4]
    table = result.numbers["scan"]
    assert [float(row["E_ex L (E)"]) for row in rows] == table["L"]["E_ex"].tolist()
    trace = sum(float(rows[1][f"I_Q LL total {ii} (E)"]) for ii in ("xx", "yy", "zz"))
    assert trace == pytest.approx(0, abs=1e-18)
    found = json.loads((tmp_path / "result.json").read_text())
    assert found["scan"]["units"]["bias"] == "E" and found["storage"]["units"]["S"] == "hbar"
    assert Run.from_dict(found["input"]) == case
    page = report(tmp_path).read_text()
    assert (
        "Time on the clock" in page
        and "spin-quadrupole" in page
        and "Coefficients of the currents" in page
        and page.count("data:image/png") == 7
    )


def test_command_line_and_ranks(tmp_path, capsys):
    """One rank and two give the same numbers; what has no mesh is not swept."""
    file = tmp_path / "junction.toml"
    file.write_text(FLAT + '[[scan]]\nparameter = "bias"\nvalues = [1, 2, 3]\n')
    lines = printed("-m", "ddgauge", "run", file, "--out", tmp_path / "two", ranks=2)
    assert any(line.startswith("E_ex L") and "-0.00156055" in line for line in lines)
    found = json.loads((tmp_path / "two/result.json").read_text())
    assert found["scan"] == json.loads(json.dumps(output.as_json(run(read(file)))))["scan"]
    cli.check(file)
    assert "scan: bias 3, 3 points" in capsys.readouterr().out

    with pytest.raises(InputError, match=r"experiment = 'tunnel' has no \[\[sweep\]\]; ddgauge run does all points"):
        sweep(file, tmp_path / "swept")
    with pytest.raises(InputError, match=r"junction.toml: experiment = 'tunnel' has no"):
        sweep(read(file), tmp_path / "swept")


@pytest.mark.parametrize("name", ["tunnel_junction/bias", "tunnel_junction/angle", "tunnel_thermal/heat"])
def test_examples(name):
    case = read(EXAMPLES / f"{name}.toml", {"output.figures": False})
    result = run(case)
    table = result.numbers["scan"]
    assert not result.warnings
    if name.endswith("bias"):
        E, T = (table["L"][key].reshape(3, 33) for key in ("E_ex", "T_ex"))
        crossing = np.interp(0, (np.abs(E) - np.abs(T))[0, 16:], np.linspace(0, 8, 17))
        assert crossing == pytest.approx(0.291, rel=0.02)  # J^2 / (pi D) to leading order
        assert table["closed_form"]["L"]["E_ex"] == pytest.approx(table["L"]["E_ex"], rel=1e-4, abs=1e-12)
    elif name.endswith("angle"):
        theta = np.radians(table["angle"])
        expected = table["I_0"] + table["I_F"] * np.cos(theta)
        assert table["I_N"] == pytest.approx(expected, rel=1e-12)
    else:
        assert np.abs(table["I_N"]).max() < 1e-12 * np.abs(table["L"]["E_ex"]).max()
        E_ex = result.numbers["coefficients_si"]["L"]["E_ex"]
        tau, T = 1 - 300 / 330, 300 * k / e * 1000
        slope = -T / 2 * (1 - (65 / T / np.sinh(65 / T)) ** 2)  # HDW (137)
        assert E_ex == pytest.approx(tau * slope * 2.054118e15 * 1e-3 * e / hbar, rel=2 * tau)


def test_junctions_are_made_in_python():
    side = {"kind": "flat", "half_width": 25, "splitting": 5, "temperature": 0.5, "spin": [0, 0, 1]}
    case = TunnelRun(
        electrode={"L": side | {"chemical_potential": 0.5}, "R": side | {"chemical_potential": -0.5}},
        junction={"amplitude": 1},
        output={"figures": False},
    )
    assert run(case).numbers["junction"]["bias"] == 1
    with pytest.raises(InputError, match="a junction without layers: a TunnelRun"):
        Run(experiment="tunnel")
