"""Published numbers of torque, pumping and memory loss, as curves that a file asks for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h

from tests import closed_forms as closed
from tests.solved import numbers

SIGMA, L = 2.5e6, 1.5e-9  # S/m, m
PT = {"name": "Pt", "thickness": 4e-9, "conductivity": SIGMA, "spin_diffusion_length": L, "diffusion": 5e-4}
UP = {"magnetisation": {"direction": [0, 0, 1]}}


def test_limit_of_a_transparent_interface_stands_beside_the_curve():
    sheet = {"bottom": {"kind": "sheet", "G_r": 1e15}}
    found = numbers("torque-thickness", [PT | {"spin_hall": 0.1}], boundary=sheet, curve={"points": 3}, **UP)["curve"]
    assert_allclose(found["closed_form"]["transparent"], 0.1 * (1 - 1 / np.cosh(found["thickness"] / L)), rtol=1e-12)


def torque(G, d, theta=1e-3, **magnet):
    """(xi_DL, xi_FL) over theta, and what is read off the curve."""
    sheet = {"bottom": {"kind": "sheet", "G_r": f"{np.real(G)} S/m^2", "G_i": np.imag(G)}}
    found = numbers(
        "torque-thickness", [PT | {"spin_hall": theta}], boundary=sheet, curve={"values": d}, **(UP | magnet)
    )
    return np.array([found["curve"][key] for key in ("efficiency_dl", "efficiency_fl")]) / theta, found["extracted"]


def test_torque_efficiency_against_thickness():
    """Chen et al. (2013); xi / theta as theta -> 0."""
    (damping, field), _ = torque(1e15, [1e-9, 3e-9, 10e-9])
    assert_allclose(damping, [0.126121, 0.407129, 0.544067], rtol=6e-6)
    assert_allclose(field, 0, atol=1e-9)
    assert_allclose(torque(1e15 + 2e14j, [3e-9])[0][:, 0], [0.411103, 0.035833], rtol=2e-5)
    assert_allclose(torque(1e15 - 2e14j, [3e-9])[0][:, 0], [0.411103, -0.035833], rtol=2e-5)
    assert torque(1e15, [4e-9], theta=1e-4)[0][0, 0] * 0.1 == pytest.approx(0.04720806, rel=1e-6)


def test_transparent_interface_gives_angle_and_length_of_the_metal():
    """xi = theta (1 - sech(d / l)), with which such curves are fitted."""
    d = np.linspace(0.5e-9, 9e-9, 18)
    (damping, _), extracted = torque(1e20, d.tolist(), **{"magnetisation": {"direction": [1, 0, 0]}})
    assert_allclose(damping, 1 - 1 / np.cosh(d / L), rtol=2e-5)
    assert extracted["spin_hall_angle"] == pytest.approx(1e-3, rel=2e-5)
    assert extracted["spin_diffusion_length"] == pytest.approx(L, rel=2e-5)


def pumping(d, g, **layer):
    return numbers(
        "spin-pumping",
        [PT | layer],
        boundary={"bottom": {"kind": "sheet", "G_r": g * e**2 / h}},
        magnetisation={"direction": [1, 0, 0]},
        curve={"values": d, "cone": 1, "frequency": 9e9, "saturation_magnetisation": 1.4e5, "magnet_thickness": 2e-8},
    )["curve"]


def test_pumping_after_backflow_and_its_damping():
    """Tserkovnyak et al. (2002): g = 5e18 1/m^2 beside 1 and 5 nm of metal; YIG, 20 nm."""
    found = pumping([1e-9, 5e-9], 5e18)
    assert_allclose(found["g_r"], [3.574e18, 4.055e18], rtol=2e-4)
    assert_allclose(found["damping"], 5.271445e-4 * found["g_r"] / 1e18, rtol=1e-6)


def test_pumping_and_torque_have_the_same_conductance():
    """The part of the spin Hall current that a thick metal hands over is what its backflow leaves of G."""
    G, theta = 3e14, 1e-4
    (damping, _), _ = torque(G, [15e-9], theta)
    g_eff = pumping([15e-9], G * h / e**2, spin_hall=theta)["g_r"][0] * e**2 / h
    assert damping[0] == pytest.approx(g_eff / closed.interlayer_admittance(SIGMA, L, 15e-9, 0), rel=2e-4)


def test_memory_loss_tends_to_two_conductances():
    """Rojas-Sanchez et al. (2014): absorption and transmission of delta = t / l, at any thickness of the layer."""
    F = {"name": "F", "thickness": 4e-8, "conductivity": 2e6, "diffusion": 2e-4}
    F |= {"exchange_relaxation": {"parallel": 2e-14, "perpendicular": 2e-14}, "precession": 0.0}
    delta, own, G = 0.9, 1e6 / (2 * 0.5e-9), 5e14
    through, absorbed = closed.interlayer_junction(1e6, 0.5e-9, delta * 0.5e-9)
    inner = through / (through + absorbed + G)
    seen = absorbed + through * (1 - inner)
    for t in 1e-9, 1e-11:
        I = {"name": "I", "thickness": t, "conductivity": own * 2 * t / delta, "spin_diffusion_length": t / delta}
        tables = UP | {"conductance": {"interface": "I|Pt"}, "curve": {"layer": "I", "values": [t]}}
        found = numbers("memory-loss", [F, I, PT], **tables)["curve"]
        assert found["to_moments"]["G_s"][0] == pytest.approx(G * inner, rel=1e-6)
        assert found["to_lattice"]["G_s"][0] == pytest.approx(seen - G * inner, rel=1e-6)
        assert found["memory_loss"][0] == pytest.approx(1 - G * inner / seen, rel=1e-6)
        assert found["delta"][0] == pytest.approx(-np.log(G * inner / seen), rel=1e-6)


def test_exchange_that_is_turned_gives_a_hall_angle():
    """Zhang et al. (2023), Appendix C: sigma_H / sigma = -kappa_3 theta_C^3."""
    moments = {"moment_density": 1e28, "spin": 0.5, "coupling": 1e-60, "weiss": "10 meV"}
    layer = {"name": "F", "thickness": 5e-9, "conductivity": 1e6, "diffusion": 1e-4, "exchange": moments}
    angles = np.array([-60.0, 10.0, 45.0])
    found = numbers(
        "exchange-hall",
        [layer | {"spin_hall": 1e-3, "relaxation_time": 1e-13}],
        temperature=1,
        magnetisation={"direction": [1, 0, 0]},
        curve={"polarisation": 0.6, "axis": [0, 2, 0], "values": angles.tolist()},
    )["curve"]
    assert_allclose(found["anomalous"], closed.anomalous_hall(0.6 * np.sin(np.radians(angles)), -1e-3), rtol=1e-5)
