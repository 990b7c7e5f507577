"""Tunnel barriers in devices: valves along any axes, metals beside magnets, and what users are told of bad input."""

import numpy as np
import pytest
from scipy.constants import e, hbar
from scipy.spatial.transform import Rotation

from ddgauge.experiment import reduced, run
from ddgauge.model import InputError, Run, read
from ddgauge.physics.interface import channel_junction
from ddgauge.sweep import dataset, sweep
from tests.solved import numbers
from tests.test_examples import EXAMPLES
from tests.tunnel_valves import ENDS, G0, barrier, magnet, metal, ohms, tilted, valve


def test_resistance_follows_julliere_and_the_angle():
    """G = G0 (1 + P^2 cos theta) where the leads are little beside the barrier."""
    angles, leads = np.array([0, 1.0, np.pi / 2, np.pi]), 2 * 30e-9 / 4e6
    found = [1 / (ohms(valve(tilted(theta), P_above=0.5, G0=1e8)) - leads) for theta in angles]
    np.testing.assert_allclose(found, 1e8 * (1 + 0.25 * np.cos(angles)), rtol=5e-7)
    assert found[0] / found[-1] - 1 == pytest.approx(0.666667, rel=2e-6)


@pytest.mark.parametrize("sign, expected", [(1, 8.055556e14), (-1, 7.5e14)])
@pytest.mark.parametrize("experiment", ["two-current", "transport"])
def test_long_bars(experiment, sign, expected):
    """Bars without a polarisation of their own, lambda/sigma = 5e-16 ohm m^2: current per potential at the barrier."""
    bars = [metal(name, conductivity=1e7, thickness="150 nm") for name in ("F1", "F2")]
    bars = [bar | {"spin_axis": [0, 0, s]} for bar, s in zip(bars, (1, sign))]
    found = valve(None, experiment, bars, P_above=0.5, G0=1e15).solution
    drop = found.interface_potential("F1", "F2", 0) - found.interface_potential("F1", "F2", 1)
    assert found.interface_current("F1", "F2")[0] / drop[0] == pytest.approx(expected, rel=2e-6)


def test_a_reversed_magnet_is_one_along_the_opposite_axis():
    turned = valve(None, layers=[magnet("F1"), magnet("F2", reversed=True)])
    other = valve(tilted(np.pi))
    assert ohms(turned) == pytest.approx(ohms(other), rel=1e-9)
    (_, a), (_, b) = (found.numbers["accumulation"]["F1|F2"] for found in (turned, other))
    assert a == pytest.approx(-b, rel=1e-9)  # up is along the axis of each


def test_a_barrier_between_parallel_spins_is_two_resistors():
    """r_s = 2 / [G0 (1 + s P)] beside a metal: the tunnelling contacts of a non-local valve."""
    stack = Run.from_dict(
        {"experiment": "two-current", "layer": [metal("N"), magnet("F")], "boundary": ENDS}
        | {"interface": {"N|F": {"tunnel": barrier(None, 0.3)}}}
    ).stack
    expected = channel_junction(*(2 / (G0 * (1 + np.array([0.3, -0.3])))))
    np.testing.assert_allclose(stack.channel_interfaces["N", "F"].matrix, expected, rtol=1e-12)


@pytest.mark.parametrize("experiment", ["two-current", "transport"])
def test_nothing_depends_on_the_frame(experiment):
    R = Rotation.from_rotvec([0.4, -1.1, 0.7]).as_matrix()
    one, other = valve(tilted(1.2), experiment), valve([R @ axis for axis in tilted(1.2)], experiment)
    assert ohms(one) == pytest.approx(ohms(other), rel=1e-9)
    a, b = (found.numbers["accumulation"]["F1|F2"] for found in (one, other))
    np.testing.assert_allclose(b, a if experiment == "two-current" else a @ R.T, rtol=1e-7, atol=1e-18)


@pytest.mark.parametrize("electrostatics", ["neutral", "bare", "poisson"])
def test_charge_and_spin_balance(electrostatics):
    layers = [magnet(name, axis, diffusion=1e-3) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    found = numbers(
        "two-current", layers, interface={"F1|F2": {"tunnel": barrier()}}, boundary=ENDS, electrostatics=electrostatics
    )
    assert found["current"]["bottom"] == pytest.approx(-found["current"]["top"], rel=1e-7)
    assert found["resistance"]["bottom|top"] == pytest.approx(ohms(valve(tilted(1.2))), rel=1e-7)


def test_two_currents_are_the_spin_model_of_magnets():
    """Unpolarised bodies with spin along their own axes, in both models."""
    bodies = [metal("F1", spin_axis=[0, 0, 1]), metal("F2", spin_axis=[np.sin(1.2), 0, np.cos(1.2)])]
    two, four = (valve(None, experiment, bodies) for experiment in ("two-current", "transport"))
    assert ohms(two) == pytest.approx(ohms(four), rel=1e-9)
    along = [axis @ mu_s for axis, mu_s in zip(tilted(1.2), four.numbers["accumulation"]["F1|F2"])]
    np.testing.assert_allclose(along, two.numbers["accumulation"]["F1|F2"], rtol=1e-7)


def test_a_metal_takes_spin_in_any_direction():
    """j_s = G_N mu_s / 2 behind a magnet along x; the field of precession turns it away."""
    layers = [metal("F1", spin_axis=[1, 0, 0]), metal("F2", diffusion=1e-3)]
    layers = [layer | {"diffusion": 1e-3} for layer in layers]
    spins = [valve(None, "transport", layers, P_above=None).numbers["spin_current"]["F1|F2"]]
    case = {"interface": {"F1|F2": {"tunnel": barrier(P_above=None)}}, "boundary": ENDS}
    layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    spins.append(numbers("transport", layers, field={"B": [0, 0, 50.0]}, **case)["spin_current"]["F1|F2"])
    drop = 1e-3 - 2 * 30e-9 / 4e6 * G0 * 1e-3
    assert spins[0] == pytest.approx([G0 * 0.5 * drop, 0, 0], rel=5e-3, abs=1)
    assert np.abs(spins[1] - spins[0]).max() < 2e-3 * spins[0][0]  # G0 is small beside sigma / lambda


def test_a_barrier_between_magnets_keeps_spin_across_their_axes():
    free = {name: end | {"spin": "free"} for name, end in ENDS.items()}
    bodies = [{"name": name, "thickness": "9 nm", "conductivity": 4e6} for name in ("F1", "F2")]
    tables = {"experiment": "transport", "layer": bodies, "boundary": free}
    metals = tables | {"interface": {"F1|F2": {"tunnel": barrier(None, None)}}}
    assert not Run.from_dict(metals).stack.spinful
    magnets = [body | {"spin_axis": axis} for body, axis in zip(bodies, ([0, 0, 1], [1, 0, 0]))]
    with pytest.raises(InputError, match=r"spin along \(-?0, -?1, -?0\) never decays, so that there is no one steady"):
        Run.from_dict(tables | {"layer": magnets, "interface": TUNNEL})


@pytest.mark.parametrize("G_perp", [0.0, 3e11])
def test_a_magnet_takes_spin_across_its_axis_through_a_conductance(G_perp):
    """Spin along x on the side of a magnet along z leaves through G mu_s, into its moments, alone."""
    layers = [metal("F1", spin_axis=[0, 0, 1]), metal("F2")]
    layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    ends = {"bottom": {"kind": "current", "spin_current": [1e9, 0, 0]}, "top": {"kind": "contact", "voltage": 0}}
    tunnel = {"F1|F2": {"tunnel": barrier(P_above=None, transverse_below=G_perp)}}
    found = numbers("transport", layers, interface=tunnel, boundary=ends)
    below, above = found["accumulation"]["F1|F2"]
    js = found["spin_current"]["F1|F2"]
    assert below[0] > 1e-9 and np.abs(above).max() < 1e-12
    np.testing.assert_allclose(js, [G_perp * below[0], 0, 0], rtol=1e-6, atol=1)
    np.testing.assert_allclose(found["barrier"]["torque"]["F1|F2"][0], -hbar / (2 * e) * js, rtol=1e-6, atol=1e-15)


TUNNEL = {"F1|F2": {"tunnel": barrier()}}
BAD = [
    ({"tunnel": {"polarisation_below": 0.5}}, {}, "interface 'F1|F2': tunnel: needs conductance (S/m^2)"),
    ({"tunnel": barrier(G0=-1.0)}, {}, "interface 'F1|F2': tunnel.conductance = -1 S/m^2, must be >= 0"),
    ({"tunnel": barrier(1.2)}, {}, "interface 'F1|F2': tunnel.polarisation_below = 1.2, must be from -1 to 1"),
    (
        {"tunnel": barrier(), "resistance": 1e-15},
        {},
        "interface 'F1|F2': give either resistance or tunnel, not both",
    ),
    (
        {"tunnel": barrier(None)},
        {},
        "interface 'F1|F2': tunnel needs polarisation_below, of the density of states of 'F1' at the Fermi level, which"
        " that of its conductivity is not",
    ),
    (
        {"tunnel": barrier(splitting_below="1 eV", half_width_below="5 eV")},
        {},
        "interface 'F1|F2': tunnel: flat bands need half_width_above (J) beside splittings and the other half width",
    ),
    (
        {"tunnel": barrier(splitting_below="3 eV", half_width_below="1 eV", half_width_above="1 eV")},
        {},
        "interface 'F1|F2': tunnel.splitting_below = 3 eV, must be <= 2 half_width_below = 2 eV",
    ),
    (
        {"tunnel": barrier(splitting_below="1 eV", half_width_below="5 eV", half_width_above="5 eV")},
        {},
        "interface 'F1|F2': tunnel: bands need temperature (K) at the top of the file, or temperature_below and _above",
    ),
    (
        {"tunnel": barrier(transverse="injected")},
        {},
        "interface 'F1|F2': tunnel: transverse = 'injected' is for experiment = 'transport': with two currents no spin"
        " is across the axis of a layer",
    ),
    (
        {"tunnel": barrier(transverse_above=1e12)},
        {},
        "interface 'F1|F2': tunnel: transverse_above is for experiment = 'transport': with two currents no spin is"
        " across the axis",
    ),
    (
        {"resistance": 1e-15},
        {"F2": {"spin_axis": [1, 0, 0]}},
        "layer 'F2': spin_axis must be that of 'F1', from which no tunnel barrier parts it; of an opposite magnet"
        " reversed = true",
    ),
    ({"tunnel": barrier()}, {"F2": {"spin_axis": [0, 0, 0]}}, "layer 'F2': spin_axis = [0, 0, 0] has no direction"),
    (
        {"tunnel": barrier(P_above=None)},
        {"F2": {"polarisation": 0.0, "spin_axis": {"xz": 30}}},
        "interface 'F1|F2': tunnel: layer 'F2' is no magnet, in two currents its spin_axis must be that of 'F1'; spin"
        " in any direction is for experiment = 'transport'",
    ),
]


@pytest.mark.parametrize("interface, changes, message", BAD)
def test_valves_that_cannot_be(interface, changes, message):
    layers = [magnet(name) | changes.get(name, {}) for name in ("F1", "F2")]
    with pytest.raises(InputError) as error:
        Run.from_dict(
            {"experiment": "two-current", "layer": layers, "interface": {"F1|F2": interface}, "boundary": ENDS}
        )
    assert message in str(error.value).splitlines()[0]


def test_no_current_is_driven_through_half_metals_against_each_other():
    ends = ENDS | {"top": {"kind": "contact", "current_density": 1e9}}
    with pytest.raises(InputError, match="layer 'F2': no charge passes to the rest of the stack"):
        valve(tilted(np.pi), P_below=1.0, P_above=1.0, ends=ends)
    assert ohms(valve(tilted(0.5), P_below=1.0, P_above=1.0, ends=ends)) > 0


OF_SPIN_MODEL = [
    (
        barrier(None, None, bands_below={"kind": "flat", "half_width": 1, "splitting": 0}),
        {},
        "interface 'F1|F2': tunnel: bands need temperature > 0 K at the top of the file, or temperature_below and",
    ),
    (
        barrier(None, None, bands_below={"kind": "flat", "half_width": 1, "splitting": 0.5}),
        {},
        "interface 'F1|F2': tunnel: bands_below needs spin_axis of layer 'F1', along its majority spin",
    ),
    (
        barrier(None, None, bands_below={"kind": "flat", "half_width": 1, "splitting": 0}, transverse_below=1e12),
        {},
        "interface 'F1|F2': tunnel: transverse_below needs bands_below with a splitting: 'F1' is no magnet",
    ),
    (
        barrier(None, None, splitting_below="1 eV", half_width_below="5 eV", half_width_above="5 eV"),
        {},
        "interface 'F1|F2': tunnel: splitting_below needs polarisation_below, which may be 0: 'F1' is no magnet",
    ),
    (barrier(), {}, "interface 'F1|F2': tunnel: polarisation_below needs spin_axis of layer 'F1', along its majority"),
    (
        barrier(None, None, transverse_below=1e12),
        {},
        "interface 'F1|F2': tunnel: transverse_below needs polarisation_below: 'F1' is no magnet",
    ),
]


WALL = {"kind": "wall", "width": "5 nm", "axis": [0, 0, 1], "layers": ["F2"]}


@pytest.mark.parametrize(
    "interface, axis, message",
    [
        ({"tunnel": barrier()}, None, "interface 'F1|F2': tunnel: 'F2' has a texture, beside a barrier its spins must"),
        ({"resistance": 1e-15}, [0, 0, 1], "layer 'F2': spin_axis does not go with texture, along which the spins of"),
    ],
)
def test_textures_that_a_barrier_does_not_go_with(interface, axis, message):
    tables = {"layer": [magnet("F1"), magnet("F2", axis)], "interface": {"F1|F2": interface}, "boundary": ENDS}
    with pytest.raises(InputError) as error:
        Run.from_dict({"experiment": "two-current", "texture": WALL} | tables)
    assert any(line.startswith(message) for line in str(error.value).splitlines())


@pytest.mark.parametrize("tunnel, changes, message", OF_SPIN_MODEL)
def test_barriers_of_the_spin_model_that_cannot_be(tunnel, changes, message):
    layers = [metal("F1"), metal("F2")]
    layers = [{key: value for key, value in layer.items() if key != "polarisation"} for layer in layers]
    with pytest.raises(InputError) as error:
        Run.from_dict(
            {"experiment": "transport", "layer": layers, "interface": {"F1|F2": {"tunnel": tunnel}}, "boundary": ENDS}
        )
    assert str(error.value).splitlines()[0].startswith(message)


def test_an_axis_by_its_angle_is_written_again_as_it_was():
    tables = {"experiment": "two-current", "layer": [magnet("F1"), magnet("F2")], "boundary": ENDS}
    tables["layer"][1]["spin_axis"] = {"xz": 60}
    run = Run.from_dict(tables | {"interface": TUNNEL})
    np.testing.assert_allclose(run.stack["F2"].majority, [np.sin(np.pi / 3), 0, 0.5], rtol=1e-12)
    assert run.resolved()["layer"][1]["spin_axis"] == {"xz": 60}
    assert Run.from_dict(run.resolved()) == run


def test_what_is_switched_on_comes_to_the_steady_state():
    layers = [magnet(name, axis, diffusion=1e-3) for name, axis in zip(("F1", "F2"), tilted(1.2))]
    case = {"interface": {"F1|F2": {"tunnel": barrier()}}, "boundary": ENDS}
    steady = numbers("two-current", layers, **case)
    late = numbers("two-current", layers, **case, time={"end": 1e-12, "initial": "zero", "samples": 2})
    for key in ("spin_current", "torque"):
        np.testing.assert_allclose(
            late["barrier"][key]["F1|F2"], steady["barrier"][key]["F1|F2"], rtol=1e-5, atol=1e-15
        )


SWEEP = """
experiment = "two-current"
mesh = {dimension = 2, size = ["20 nm"], element_size = "4 nm"}
boundary = {bottom = {kind = "contact", voltage = 0.1}, top = {kind = "contact", voltage = 0}}
[interface."F1|F2".tunnel]
conductance = 1e12
polarisation_below = 0.5
polarisation_above = 0.35
[[layer]]
name = "F1"
thickness = "20 nm"
conductivity = 4e6
polarisation = 0.4
spin_diffusion_length = "5 nm"
[[layer]]
name = "F2"
thickness = "20 nm"
conductivity = 4e6
polarisation = 0.4
spin_diffusion_length = "5 nm"
spin_axis = {xz = 0}
[[sweep]]
parameter = "layer.F2.spin_axis.xz"
from = 0
to = 180
points = 9
[[sweep]]
parameter = "interface.F1|F2.tunnel.conductance"
values = [1e11, 1e12]
"""


def test_sweeps_with_shared_factors_balance(tmp_path):
    """Currents are small beside what the voltage would drive in the layers, to which residuals are relative."""
    (tmp_path / "valve.toml").write_text(SWEEP)
    summary = sweep(tmp_path / "valve.toml", tmp_path / "out")
    assert (summary.done, summary.failed) == (18, 0)
    found = dataset.read(tmp_path / "out")
    current = found["barrier.charge_current.F1|F2"].values
    np.testing.assert_allclose(found["current.top"].values, 20e-9 * current, rtol=1e-7)
    expected = 1 + 0.5 * 0.35 * np.cos(np.radians(np.linspace(0, 180, 9)))
    np.testing.assert_allclose(current[:, 0] / current[4, 0], expected, rtol=2e-3)


def test_barriers_are_told_of_full_solutions_alone(tmp_path):
    text = SWEEP.replace("two-current", "transport").replace("polarisation = 0.4", "spin_hall = 0")
    plain = text.replace('name = "F1"', 'name = "F1"\nspin_axis = [0, 0, 1]')
    (tmp_path / "valve.toml").write_text(plain + "[solver]\nreduced_basis = true\n")
    assert not reduced.supports(read(tmp_path / "valve.toml"))


def test_axes_of_an_imported_mesh_are_compared_where_layers_touch():
    case = read(EXAMPLES / "lateral_valve/valve.toml", {"layer.F2.spin_axis": [1, 0, 0]})
    with pytest.raises(InputError, match="layer 'F2': spin_axis must be that of 'N', from which no tunnel barrier"):
        run(case)
