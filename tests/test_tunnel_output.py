"""What is told of tunnel barriers: torques, heat, quadrupole currents, as numbers and on facets."""

import json

import numpy as np
import pytest
import pyvista
from scipy.constants import e, hbar, k

from ddgauge import output
from ddgauge.physics.tunnel import facet, flat, si
from ddgauge.physics.tunnel.coefficients import coefficients, spin_rates
from ddgauge.physics.tunnel.dos import Dos
from ddgauge.physics.tunnel.electrodes import FlatStoner
from tests.solved import result
from tests.tunnel_valves import PAIR, barrier, junction, magnet, metal_along, tilted, told


def test_emission_and_exchange_torque_in_numbers():
    """G0 = 1e12 S/m^2, J = 1 eV, D = 5 eV, T = 300 K, V = 0.1 V."""
    found = told(junction(np.pi / 2, P=(0, 0), alignment="rigid"))
    assert found["emission"][0] == pytest.approx(-8.202045e28, rel=2e-6)
    np.testing.assert_allclose(found["exchange_torque"], [0, -5.246649e-6, 0], rtol=1e-6, atol=1e-12)


def test_torques_are_those_of_the_currents():
    found = junction()
    seen = told(found)
    u = [found.solution.interface_potential("F1", "F2", side) for side in (0, 1)]
    j0, js = facet.flux(1e12, 0.5, 0.35, *tilted(1.2), u[0][0] - u[1][0], u[0][1], u[1][1])
    assert (seen["charge_current"], seen["voltage_drop"]) == pytest.approx((j0, u[0][0] - u[1][0]), rel=1e-6)
    np.testing.assert_allclose(seen["spin_current"], js, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(seen["torque"], facet.transfer_torques(js, *tilted(1.2)), rtol=1e-6, atol=1e-15)
    sine = hbar / (2 * e) * 1e12 * 0.1 * np.sin(1.2)
    np.testing.assert_allclose(np.linalg.norm(seen["torque"], axis=1), sine * np.array([0.35, 0.5]), rtol=1e-5)


def test_potentials_of_the_device_are_those_of_electrons():
    """Golden rule of electrons with energies -e V_s beside the barrier: V_up - V_down is of the majority, and 2 a."""
    layers = [magnet(name, axis) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    found = junction(layers=layers, V=0.05)
    u = [found.solution.interface_potential("F1", "F2", side) for side in (0, 1)]
    assert abs(u[0][1]) > 1e-4 * abs(u[0][0] - u[1][0])
    electrodes = []
    for (u0, a), P in zip(u, (0.5, 0.35)):
        nu = [lambda w, n=1 + s * P: np.full(np.shape(w), n) for s in (1, -1)]
        electrodes.append(Dos(*nu, (-9.0, 9.0), (-9.0, 9.0), (-(u0 + a), -(u0 - a)), 0.025))  # eV
    W = spin_rates(*electrodes, 1.0) / (2 * np.pi)
    W *= 1e12 / 4 * (1 + np.outer([1, -1], [1, -1]) * np.cos(1.2))
    seen, s = told(found), np.array([1, -1])
    assert seen["charge_current"] == pytest.approx(W.sum(), rel=1e-6)
    assert tilted(1.2)[0] @ seen["spin_current"] == pytest.approx(s @ W.sum(axis=1), rel=1e-6)
    assert tilted(1.2)[1] @ seen["spin_current"] == pytest.approx(W.sum(axis=0) @ s, rel=1e-6)


def test_heat_in_numbers():
    """Sum of G 1e12 S/m^2, 310 and 300 K, 0.02 V."""
    seen = told(junction(np.pi / 2, 0.02, (310, 300)))
    assert seen["heat"][0] == pytest.approx(-1.254884e8, rel=2e-6)
    assert -sum(seen["heat"]) == pytest.approx(seen["dissipation"], rel=1e-9) == pytest.approx(4e8, rel=1e-6)


def test_heat_alone_drives_quadrupole_moment_and_neither_charge_nor_spin():
    seen = told(junction(0.0, 0.0, (330, 300), (0, 0)))
    assert np.abs(seen["charge_current"]) < 1e-3 and np.abs(seen["spin_current"]).max() < 1e-3  # A/m^2
    expected = [flat.E_ex_thermal(0.0, e, k * a, k * b) for a, b in ((330, 300), (300, 330))]
    np.testing.assert_allclose(seen["emission"], si.rate_per_area(np.array(expected), 1e12), rtol=1e-6)
    assert seen["emission"][0] > 0 > seen["emission"][1]
    assert abs(sum(seen["emission"])) < 0.1 * seen["emission"][0]  # of second order
    Q = seen["exchange"]["LL"]
    np.testing.assert_allclose(
        Q, -seen["emission"][0] * np.diag([-1, -1, 2]) / 3, rtol=1e-9, atol=1e-9 * np.abs(Q).max()
    )


def test_tensors_are_of_both_electrodes_and_between():
    layers = [magnet(name, axis, density_of_states=1e47) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    seen = told(junction(layers=layers))
    I_S = seen["spin_current"] / (2 * e) + seen["exchange_torque"] / hbar
    S = 1e47 * e / 2 * 30e-9
    for part in ("exchange", "direct"):
        Q = {node: np.array(value) for node, value in seen[part].items()}
        for node, tensor in Q.items():
            np.testing.assert_allclose(tensor, tensor.T, rtol=1e-12)
            assert abs(np.trace(tensor)) < 1e-12 * np.abs(tensor).max()
            axes, values = seen[f"{part}_axes"][node], seen[f"{part}_values"][node]
            np.testing.assert_allclose(axes.T @ np.diag(values) @ axes, tensor, atol=1e-12 * np.abs(tensor).max())
        assert np.abs(Q["LL"] + Q["RR"] + Q["LR"]).max() < 1e-12 * np.abs(Q["LL"]).max()
    J_L, J_R = tilted(1.2)
    a = S * (J_R - J_L)
    dyad = np.outer(a, I_S) + np.outer(I_S, a) - 2 / 3 * np.eye(3) * (a @ I_S)
    np.testing.assert_allclose(seen["direct"]["LR"], dyad, rtol=1e-9, atol=1e-9 * np.abs(dyad).max())
    E, A, T = seen["emission"][0], seen["absorption"][0], seen["turning"][0]
    b = E * J_L + A * J_R + T * np.cross(J_L, J_R)
    expected = -(np.outer(J_L, b) + np.outer(b, J_L)) / 2 + np.eye(3) * (J_L @ b) / 3
    np.testing.assert_allclose(seen["exchange"]["LL"], expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_quadrupole_currents_are_those_of_electrons_beside_the_barrier():
    """Flat bands that differ, at mu_s = -e V_s of both spins, against the integrals over any bands."""
    layers = [magnet(name, axis, conductivity=2e5) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    bands = {"splitting_below": "1.5 eV", "splitting_above": "0.5 eV", "half_width_below": "4 eV"}
    found = junction(layers=layers, V=0.3, T=(300, 200), alignment="rigid", **bands)
    u = [found.solution.interface_potential("F1", "F2", side) for side in (0, 1)]
    assert abs(u[0][1]) > 1e-3  # V
    electrodes = [
        FlatStoner(D, J, 1.0, (-(u0 + a), -(u0 - a)), k * T / e)
        for (u0, a), D, J, T in zip(u, (4.0, 5.0), (1.5, 0.5), (300, 200))
    ]
    c, Gamma, seen = coefficients(*electrodes, 1.0), flat.Gamma(*electrodes, 1.0), told(found)
    expected = np.array([c.L.exchange, c.R.exchange]).T / Gamma * e
    for key, values in zip(("emission", "absorption", "turning"), expected):
        np.testing.assert_allclose(seen[key], si.rate_per_area(values, 1e12), rtol=1e-5, atol=1e23)
    T_S = si.torque_per_area(c.L.T_S / Gamma * e, 1e12)
    np.testing.assert_allclose(seen["exchange_torque"], T_S * np.cross(*tilted(1.2)), rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("experiment", ["two-current", "transport"])
def test_angular_momentum_of_currents_and_torques_is_kept(experiment):
    """What both bodies lose of spin at the barrier and what their moments get add up to nothing."""
    layers = [metal_along(name, axis) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    if experiment == "transport":
        layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    found = junction(layers=layers, experiment=experiment)
    lost = [found.solution.interface_current("F1", "F2", side)[1:] for side in (0, 1)]
    if experiment == "two-current":
        lost = [a * axis for a, axis in zip(lost, tilted(1.2))]
    np.testing.assert_allclose(hbar / (2 * e) * sum(lost), -sum(told(found)["torque"]), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_facets_hold_what_the_numbers_are_means_of(dimension, tmp_path):
    sides = {1: {}, 2: {"size": ["6 nm"]}, 3: {"size": ["6 nm", "4 nm"], "shape": "box"}}[dimension]
    mesh = {"dimension": dimension, "cells": 4, "element_size": "2 nm"} | sides
    layers = [metal_along(name, axis, thickness="10 nm") for name, axis in zip(("F1", "F2"), tilted(1.2))]
    found = junction(layers=layers, mesh=mesh if dimension > 1 else None)
    output.prepare(tmp_path)
    assert "interface_F1_F2.vtu" in output.write(found, tmp_path)
    seen, shown = told(found), pyvista.read(tmp_path / "interface_F1_F2.vtu")
    assert shown.n_cells >= {1: 1, 2: 3, 3: 6}[dimension] and np.ptp(shown.points[:, 2]) == 0
    assert shown.points[0, 2] == pytest.approx(10)
    if dimension == 3:
        assert shown.area == pytest.approx(24, rel=1e-6)
    for name, value in (
        ("spin current (A/m^2)", seen["spin_current"]),
        ("torque above (J/m^2)", seen["torque"][1]),
        ("quadrupole exchange LR (1/(s m^2))", seen["exchange"]["LR"].ravel()),
        ("dissipation (W/m^2)", seen["dissipation"]),
    ):
        expected = np.broadcast_to(value, shown.point_data[name].shape)
        np.testing.assert_allclose(shown.point_data[name], expected, rtol=1e-6, atol=1e-9 * np.abs(value).max())
    kept = json.loads((tmp_path / "result.json").read_text())["barrier"]
    assert kept["units"]["torque"] == "J/m^2" and kept["exchange"][PAIR]["LL"] == seen["exchange"]["LL"].tolist()


@pytest.mark.parametrize("size, shape", [(["12 nm"], "simplex"), (["12 nm", "8 nm"], "simplex"), (["12 nm"], "box")])
def test_both_sides_of_a_facet_are_at_one_place(size, shape, tmp_path):
    """Current that turns along the barrier: potentials at its points are those of the layers' nodes there."""
    mesh = {"dimension": len(size) + 1, "size": size, "shape": shape, "element_size": "4 nm", "cells": 2}
    ends = {"left": {"kind": "contact", "voltage": 0}, "top": {"kind": "current", "current_density": 1e12}}
    layers = [magnet(name, axis, thickness=d) for name, axis, d in zip(("F1", "F2"), tilted(1.2), ("4 nm", "9 nm"))]
    layers[1]["conductivity"] = 1e6
    law = {PAIR: {"tunnel": barrier(G0=1e15)}}
    found = result("two-current", layers, interface=law, boundary=ends, mesh=mesh | {"periodic": False})
    output.prepare(tmp_path)
    output.write(found, tmp_path)
    shown, fields = (pyvista.read(tmp_path / f"{name}.vtu") for name in ("interface_F1_F2", "fields"))
    mean = (fields.point_data["V_up (V)"] + fields.point_data["V_down (V)"]) / 2
    drops = shown.point_data["voltage drop (V)"]
    assert np.ptp(drops) > 0.1 * np.abs(drops).max()
    for point, drop in zip(shown.points, drops):
        below, above = mean[np.linalg.norm(fields.points - point, axis=1) < 1e-6]
        assert drop == pytest.approx(below - above, rel=1e-9, abs=1e-12)


def test_a_bias_beyond_the_bands_is_warned_of():
    found = junction(V=6.0)
    assert any("the bias 6 V is beyond the band edges" in line for line in found.warnings)
    assert not any("beyond" in line for line in junction().warnings)
    apart = junction(V=20.0)  # by more than both bands are wide
    assert any("beyond the band edges" in line for line in apart.warnings)
    assert np.all(np.isfinite(told(apart)["exchange_values"]["LL"]))


@pytest.mark.parametrize("ohms", [1e-6, 1e-3, 1.0])
def test_resistance_of_a_thick_barrier_is_no_rounding(ohms):
    """Current by a contact at 0.1 V is a small difference of large numbers, that by the one at 0 V is not."""
    layers = [magnet(name, axis) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    found = junction(layers=layers, G0=1 / ohms, P=(0, 0))
    assert found.numbers["resistance"]["bottom|top"] == pytest.approx(ohms, rel=1e-6)


def test_an_insulating_barrier_has_no_resistance_to_tell():
    assert "resistance" not in junction(G0=0.0).numbers


def test_spin_that_enters_a_layer_is_warned_of_and_is_no_torque():
    layers = [metal_along(name, axis) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    found = junction(layers=layers, experiment="transport", transverse="injected")
    assert any("transverse = 'injected' takes no spin back" in line for line in found.warnings)
    assert np.abs(told(found)["torque"]).max() < 1e-15
    _, above = found.numbers["accumulation"][PAIR]
    assert np.linalg.norm(np.cross(above, tilted(1.2)[1])) > 0.1 * np.linalg.norm(above)


def test_bands_that_are_too_near_or_too_little_split_are_warned_of():
    near = junction(half_width_below="0.6 eV").warnings
    assert any("band edges are 0.1 eV from the Fermi level, exchange torques and quadrupole" in line for line in near)
    little = junction(splitting_above="10 meV").warnings
    assert any("the splitting of 'F2', 0.01 eV, is below k_B T = 0.0259 eV at 300 K" in line for line in little)
    assert junction().warnings == []


def test_amplitudes_have_no_powers_and_no_file(tmp_path):
    layers = [magnet(name, axis, diffusion=1e-3) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    ends = {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0}}
    law = {PAIR: {"tunnel": barrier()}}
    found = result("two-current", layers, interface=law, boundary=ends, frequency={"values": [1e9]})
    output.prepare(tmp_path)
    assert "interface_F1_F2.vtu" not in output.write(found, tmp_path)
    assert "barrier" not in found.numbers
    accumulated = np.abs(found.numbers["response"]["accumulation"]["real"][PAIR])
    assert accumulated.min() > 1e-12
