"""Barriers whose densities of states vary over the bias, in devices: Newton's method, thermopower, bad input."""

import numpy as np
import pytest
from scipy.constants import e, k
from scipy.integrate import quad
from scipy.special import expit

from ddgauge.fem.equations import SolverError
from ddgauge.model import InputError, Run
from ddgauge.model.electrodes import Elliptic
from ddgauge.physics.tunnel.thermopower import linear
from tests.solved import result
from tests.tunnel_valves import ELLIPTIC, PAIR, device, junction, magnet, metal_along, tilted, told

GRID = np.linspace(-2, 2, 9)
CONSTANT = [{"kind": "dos", "energy": GRID.tolist(), "nu_up": [1 + P] * 9, "nu_dn": [1 - P] * 9} for P in (0.5, 0.35)]
THETA, KT = 1.2, 300 * k / e


def ellipse(w, bands):
    """Densities of states of up and down at energies from the Fermi level, eV."""
    D, J, mu = (float(bands[key].split()[0]) for key in ("half_width", "splitting", "chemical_potential"))
    return np.array([np.sqrt(np.clip(1 - ((w + mu + s * J / 2) / D) ** 2, 0, None)) for s in (1, -1)])


@pytest.mark.parametrize("alignment", ["following", "rigid"])
@pytest.mark.parametrize("V", [0.5, -0.5])
def test_current_at_any_bias(V, alignment):
    """int dw nu_s nu_s' (f_R - f_L), bands of L shifted by -V with its electrons, or at rest."""
    found = told(device(V=V, alignment=alignment))
    v = -found["voltage_drop"]

    def each(w):
        L = ellipse(w - v * (alignment == "following"), ELLIPTIC[0])
        rates = np.outer(L, ellipse(w, ELLIPTIC[1])) * (1 + np.outer([1, -1], [1, -1]) * np.cos(THETA))
        return rates.sum() * (expit(-w / KT) - expit((v - w) / KT))

    reference = ellipse(0.0, ELLIPTIC[0]).mean() * ellipse(0.0, ELLIPTIC[1]).mean()
    expected = 1e12 / 4 * quad(each, -1.6, 1.6, points=[0, v], epsabs=1e-11, epsrel=1e-10, limit=400)[0] / reference
    assert found["charge_current"] == pytest.approx(expected, rel=1e-6)
    assert abs(found["charge_current"] / (1e12 * found["voltage_drop"]) - 1) > 0.02  # far from the linear law


def test_constant_densities_of_states_are_the_linear_law():
    layers = [magnet(name, axis) for name, axis in zip(("F1", "F2"), tilted(THETA))]
    full = device(CONSTANT, 0.1, layers)
    ends = {"bottom": {"kind": "contact", "voltage": 0.1}, "top": {"kind": "contact", "voltage": 0}}
    law = {"conductance": 1e12, "polarisation_below": 0.5, "polarisation_above": 0.35}
    plain = result("two-current", layers, interface={PAIR: {"tunnel": law}}, boundary=ends)
    np.testing.assert_allclose(full.solution.x, plain.solution.x, rtol=1e-6, atol=1e-9)
    assert full.numbers["accumulation"][PAIR] == pytest.approx(plain.numbers["accumulation"][PAIR], rel=1e-6)
    for key in ("torque", "spin_current", "dissipation", "heat"):
        np.testing.assert_allclose(told(full)[key], told(plain)[key], rtol=1e-6, atol=1e-12)


def test_a_reversed_magnet_is_one_along_the_opposite_axis():
    J_L, J_R = tilted(THETA)
    plain = device(layers=[magnet("F1", J_L), magnet("F2", J_R)])
    turned = device(layers=[magnet("F1", J_L), magnet("F2", -J_R, reversed=True)])
    for key in ("charge_current", "spin_current", "torque"):
        np.testing.assert_allclose(told(turned)[key], told(plain)[key], rtol=1e-7, atol=1e-12)
    (_, above), (_, other) = (found.numbers["accumulation"][PAIR] for found in (plain, turned))
    assert abs(above) > 1e-5 and other == pytest.approx(-above, rel=1e-6)


def test_a_difference_of_temperatures_gives_seebecks_voltage():
    """-(V_L - V_R)/(T_L - T_R) of an open circuit."""
    top, T = {"kind": "floating", "spin": "free"}, dict(temperature_below=300.5, temperature_above=299.5)
    found = device(V=0.0, top=top, bias_range=0.1, **T)
    electrodes = []
    for bands in ELLIPTIC:
        D, J, mu = (float(bands[key].split()[0]) for key in ("half_width", "splitting", "chemical_potential"))
        made = Elliptic(half_width=D, splitting=J, chemical_potential=0.0, temperature=KT, centre=-mu, spin=[0, 0, 1])
        electrodes.append(made.electrode)
    S = linear(*electrodes, 1.0, np.cos(THETA)).seebeck * k / e
    volts = found.numbers["voltage"]
    assert abs(S) > 1e-6
    assert -(volts["bottom"] - volts["top"]) / 1.0 == pytest.approx(S, rel=1e-4)


def test_magnets_of_finite_resistance_balance():
    """Charge, spin and power, with spin accumulated at both sides; in two dimensions as in one."""
    layers = [magnet(name, axis) for name, axis in zip(("F1", "F2"), tilted(THETA))]
    found = device(layers=layers)
    assert np.abs(found.numbers["accumulation"][PAIR]).min() > 1e-5
    assert max(found.numbers["balances"][key] for key in ("charge", "spin", "power")) < 1e-8
    assert told(found)["dissipation"] > 0
    mesh = {"dimension": 2, "size": ["10 nm"], "element_size": "2 nm"}
    plane = device(layers=layers, mesh=mesh)
    assert told(plane)["charge_current"] == pytest.approx(told(found)["charge_current"], rel=1e-5)
    assert plane.numbers["current"]["top"] == pytest.approx(10e-9 * found.numbers["current"]["top"], rel=1e-5)


def test_a_bias_beyond_the_tables_is_told():
    with pytest.raises(SolverError, match=r"interface 'F1\|F2': tunnel: the bias reaches 0\.5 V, the tables of its"):
        device(bias_range=0.2)


TOLD = ("charge_current", "spin_current", "torque", "heat", "dissipation", "exchange_torque")


@pytest.mark.parametrize("theta, alignment", [(THETA, "following"), (np.pi, "rigid")])
def test_two_currents_are_the_spin_model_of_magnets(theta, alignment):
    """Unpolarised bodies with spin along their own axes, in both models, far from the linear law."""
    bodies = [metal_along(name, axis, conductivity=4e4) for name, axis in zip(("F1", "F2"), tilted(theta))]
    two, four = (device(layers=bodies, experiment=each, alignment=alignment) for each in ("two-current", "transport"))
    for key in TOLD:
        close = max(1e-8 * np.abs(told(two)[key]).max(), 1e-15)
        np.testing.assert_allclose(told(four)[key], told(two)[key], rtol=1e-8, atol=close, err_msg=key)
    along = [axis @ mu_s for axis, mu_s in zip(tilted(theta), four.numbers["accumulation"][PAIR])]
    np.testing.assert_allclose(along, two.numbers["accumulation"][PAIR], rtol=1e-8)
    assert abs(along[0]) > 1e-3


def test_two_currents_are_the_spin_model_of_a_metal():
    """Whose spins follow those of the magnet, along any axis of the frame."""
    bodies = [metal_along(name, [0.6, 0, 0.8], conductivity=4e4) for name in ("F1", "F2")]
    normal = CONSTANT[0] | dict.fromkeys(("nu_up", "nu_dn"), (1 + 0.1 * GRID).tolist())
    law = {"bands": [ELLIPTIC[0], normal], "alignment": "rigid"}
    two = device(layers=bodies, **law)
    del bodies[1]["spin_axis"]
    four = device(layers=bodies, experiment="transport", **law)
    for key in TOLD[:-1]:
        close = max(1e-8 * np.abs(told(two)[key]).max(), 1e-15)
        np.testing.assert_allclose(told(four)[key], told(two)[key], rtol=1e-8, atol=close, err_msg=key)
    sides = np.array(four.numbers["accumulation"][PAIR])
    np.testing.assert_allclose(sides @ [0.6, 0, 0.8], two.numbers["accumulation"][PAIR], rtol=1e-8)
    assert np.linalg.norm(sides[1]) > 1e-3
    assert max(four.numbers["balances"][key] for key in ("charge", "spin", "power")) < 1e-8


@pytest.mark.parametrize("face, others", [("bottom", {"transverse_below": 3e11}), ("top", {"transverse": "injected"})])
def test_spin_across_the_axis_of_a_magnet_at_any_bias(face, others):
    """As of the linear law, in constant densities of states; spin across the axis comes in at a face."""
    layers = [metal_along("F1", [0, 0, 1], conductivity=4e4), metal_along("F2", [0, 0, 1], conductivity=4e4)]
    del layers[1]["spin_axis"], layers[0]["polarisation"], layers[1]["polarisation"]
    ends = {name: {"kind": "contact", "voltage": 0.1} for name in ("bottom", "top")}
    ends[face] = {"kind": "current", "spin_current": [1e11, 2e11, 0], "current_density": 1e10}
    flat = {"kind": "flat", "half_width": "9 eV", "splitting": 0}
    laws = [{"polarisation_below": 0.5}, {"bands_below": CONSTANT[0], "bands_above": flat, "bias_range": 0.6}]
    one, other = (
        result(
            "transport", layers, temperature=300, boundary=ends,
            interface={PAIR: {"tunnel": {"conductance": 1e12, **law, **others}}},
        )
        for law in laws
    )  # fmt: skip
    for key in TOLD[:-1]:
        close = 1e-6 * np.abs(told(one)[key]).max()
        np.testing.assert_allclose(told(other)[key], told(one)[key], rtol=1e-6, atol=close, err_msg=key)
    np.testing.assert_allclose(other.solution.x, one.solution.x, rtol=1e-6, atol=1e-9)
    assert np.abs(one.numbers["accumulation"][PAIR][0][:2]).min() > 1e-6


BAD = [
    (
        {"bands_below": {"kind": "elliptic", "half_width": "-1 eV", "splitting": "1 eV"}},
        "tunnel.bands_below.half_width = -1 eV, must be > 0",
    ),
    (
        {"bands_below": {"kind": "elliptic", "half_width": "5 eV", "splitting": "11 eV"}},
        "tunnel.bands_below.splitting = 11 eV, must be <= 2 half_width = 10 eV",
    ),
    ({"bands_below": {"kind": "parabola"}}, "tunnel.bands_below.kind = 'parabola'; kinds: flat, elliptic, "),
    ({"bands_below": ELLIPTIC[0] | {"temperature": 3}}, "tunnel.bands_below.temperature does not belong to bands"),
    ({"bands_below": 3}, "tunnel.bands_below = 3, must be a table such as {kind = 'flat'"),
    (
        {"bands_below": ELLIPTIC[0], "polarisation_below": 0.5},
        "tunnel: give either bands_below or polarisation_below, not both",
    ),
    (
        {"bands_below": ELLIPTIC[0] | {"chemical_potential": "9 eV"}, "polarisation_above": 0.5},
        "tunnel: bands_below have no states at chemical_potential = 9 eV, the Fermi level",
    ),
    ({"polarisation_below": 0.5, "polarisation_above": 0.5, "bias_range": 1}, "tunnel: bias_range needs bands_below"),
    (
        {"bands_below": ELLIPTIC[0], "polarisation_above": 0.5, "temperature_above": 0.5},
        "tunnel: temperature = 0.5 K, must be >= 3.19 K for tables over 0.55 V",
    ),
]


OF_TABLES = [
    (
        {"temperature": 0},
        "interface 'F1|F2': tunnel: bands need temperature > 0 K at the top of the file, or temperature_",
    ),
    (
        {"boundary": {"bottom": {"kind": "contact", "current_density": 1e9}, "top": {"kind": "contact", "voltage": 0}}},
        "interface 'F1|F2': tunnel: bands need bias_range (V), as no contacts with voltages say how large the bias is",
    ),
]


@pytest.mark.parametrize("others, message", OF_TABLES)
def test_what_tables_need(others, message):
    with pytest.raises(InputError) as error:
        Run.from_dict(tables_of(dict(zip(("bands_below", "bands_above"), ELLIPTIC)), **others))
    assert any(line.startswith(message) for line in str(error.value).splitlines())


def tables_of(tunnel, **others):
    layers = [magnet(name, axis) for name, axis in zip(("F1", "F2"), tilted(THETA))]
    ends = {"bottom": {"kind": "contact", "voltage": 0.5}, "top": {"kind": "contact", "voltage": 0}}
    of_stack = {"layer": layers, "boundary": ends, "interface": {PAIR: {"tunnel": {"conductance": 1e12} | tunnel}}}
    return {"experiment": "two-current", "temperature": 300} | of_stack | others


@pytest.mark.parametrize("tunnel, message", BAD)
def test_bands_that_cannot_be(tunnel, message):
    with pytest.raises(InputError) as error:
        Run.from_dict(tables_of(tunnel))
    assert str(error.value).splitlines()[0].startswith(f"interface 'F1|F2': {message}")


@pytest.mark.parametrize(
    "others, what",
    [
        ({"time": {"end": 1e-9}}, "[time]"),
        ({"electrostatics": "poisson"}, "electrostatics = 'poisson'"),
        ({"solver": {"reduced_basis": True}}, "solver.reduced_basis"),
        ({"fit": {"y": {"R": "resistance.bottom|top"}, "parameter": [{"path": "layer.F1.conductivity"}]}}, "[fit]"),
    ],
)
def test_what_bands_do_not_go_with(others, what):
    tables = tables_of(dict(zip(("bands_below", "bands_above"), ELLIPTIC)), **others)
    for layer in tables["layer"]:
        layer["diffusion"] = 1e-3
    with pytest.raises(InputError) as error:
        Run.from_dict(tables)
    assert f"interface 'F1|F2': tunnel: bands over the bias do not go with {what}" in str(error.value).splitlines()


def test_bands_do_not_go_with_a_gate():
    tables = tables_of(dict(zip(("bands_below", "bands_above"), ELLIPTIC)), experiment="transport")
    for layer in tables["layer"]:
        del layer["polarisation"]
    hall = {"bands": "massive-dirac", "mass": "50 meV", "chemical_potential": "40 meV", "gate": {"voltage": 0.02}}
    tables["layer"][0] |= {"anomalous_hall": hall}
    with pytest.raises(InputError, match=r"tunnel: bands over the bias do not go with anomalous_hall\.gate"):
        Run.from_dict(tables)


def test_bands_are_written_again_as_they_were():
    run = Run.from_dict(tables_of(dict(zip(("bands_below", "bands_above"), ELLIPTIC))))
    kept = run.resolved()["interface"][PAIR]["tunnel"]["bands_below"]
    assert kept.pop("kind") == "elliptic"
    expected = {"half_width": 5.0, "splitting": 1.0, "chemical_potential": 3.0, "states": 1.0}
    assert kept == pytest.approx(expected | {"centre": 0.0}, rel=1e-12)
    assert Run.from_dict(run.resolved()) == run


@pytest.mark.parametrize("alignment", ["following", "rigid"])
def test_quadrupole_currents_of_given_bands(alignment):
    """Flat bands given as such against those by their splittings, with spin accumulated on both sides."""
    layers = [magnet(name, axis, density_of_states=1e47) for name, axis in zip(("F1", "F2"), tilted(THETA))]
    widths, splittings = ("5 eV", "4 eV"), ("1 eV", "0.7 eV")
    bands = [{"kind": "flat", "half_width": D, "splitting": J} for D, J in zip(widths, splittings)]
    keys = ("half_width_below", "half_width_above", "splitting_below", "splitting_above")
    one = told(device(bands, 0.2, layers, alignment=alignment, temperature_below=330))
    temperatures = {"T": (330, 300), "alignment": alignment}
    other = told(junction(THETA, 0.2, P=(0, 0), layers=layers, **temperatures, **dict(zip(keys, widths + splittings))))
    for key in ("charge_current", "exchange_torque", "emission", "turning"):
        np.testing.assert_allclose(one[key], other[key], rtol=1e-5, atol=1e-9 * np.abs(other[key]).max(), err_msg=key)
    for part in ("exchange", "direct", "per_spin"):
        for node, Q in other[part].items():
            close = 1e-5 * np.abs(Q).max()
            np.testing.assert_allclose(one[part][node], Q, rtol=1e-5, atol=close, err_msg=part)


def test_without_partners_bands_tell_the_torque_alone():
    found = told(device(CONSTANT, 0.1))
    assert "emission" not in found and np.abs(found["exchange_torque"]).max() < np.inf
    assert np.isfinite(found["per_spin"]["LL"]).all()
