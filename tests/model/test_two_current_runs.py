"""Runs of the two-current model, evolutions and answers at frequencies: what is read, written, overridden."""

import json

import numpy as np
import pytest

from ddgauge.model import Contact, InputError, Layer, Run, Stack, plan, read
from ddgauge.model.checks import lengths, mesh_ratios
from ddgauge.model.islands import islands
from ddgauge.model.options import FrequencyOptions, TimeOptions

EVERYTHING = """
experiment = "two-current"
electrostatics = "poisson"
[[layer]]
name = "F"
thickness = "20 nm"
conductivity = {up = "4 S/um", down = 1.6e6}
density_of_states = {up = 3e46, down = 4.5e46}
spin_flip_time = {up = "2 ps", down = "3 ps"}
nonadiabaticity = 0.02
permittivity = 8
[[layer]]
name = "N"
thickness = "10 nm"
conductivity = 4e7
diffusion = 1e-2
spin_flip_time = 1e-11
[[layer]]
name = "F2"
material = "Pt"
thickness = "20 nm"
polarisation = 0.3
reversed = true
density_of_states = 4e46
[interface."F|N"]
resistance = "0.5 fohm m^2"
asymmetry = 0.7
spin_flip = 0.2
[interface."N|F2"]
conductance = "1e20 1/m^2"
polarisation = -0.5
[boundary.bottom]
kind = "contact"
current = "1 mA"
spin = "free"
[boundary.top]
kind = "contact"
voltage = 0
conductance = {up = 1e15, down = 0}
[boundary.left]
kind = "floating"
[boundary.right]
kind = "current"
spin_current = 1e9
[boundary.front]
kind = "sheet"
G_s = 1e13
[drive]
motive_force = [0, 0, 1]
wave_vector = [0, 0, 1e8]
[frequency]
from = "1 MHz"
to = 1e12
points = 7
[mesh]
dimension = 3
size = ["100 nm", "100 nm"]
periodic = false
"""
TIMED = """
experiment = "two-current"
layer = [{name = "F", thickness = "9 nm", conductivity = 1e6, polarisation = 0.5, diffusion = 1e-3}]
[boundary.top]
kind = "contact"
voltage = 1e-3
[boundary.bottom]
kind = "contact"
voltage = 0
[time]
end = "1 ns"
start = "10 ps"
samples = 11
tolerance = 1e-8
step = 1e-14
initial = "zero"
frames = 3
average_from = 5e-10
checkpoint = "10 min"
"""


def layer(name="F", **keys):
    keys = {"thickness": "5 nm", "conductivity": 4e6, "diffusion": 1e-3, "spin_diffusion_length": "5 nm"} | keys
    return Layer(name=name, **keys)


@pytest.mark.parametrize("text", [EVERYTHING, TIMED])
def test_what_is_written_is_read_as_the_same_run(tmp_path, text):
    file = tmp_path / "run.toml"
    file.write_text(text)
    run = read(file)
    written = json.loads(json.dumps(run.resolved(), allow_nan=False))
    again = Run.from_dict(written)
    assert again == run
    assert again.resolved() == written
    for name in run.stack.names:
        first, second = run.stack[name].two_current(), again.stack[name].two_current()
        np.testing.assert_array_equal([*first.sigma, *first.nu, first.G_sf], [*second.sigma, *second.nu, second.G_sf])
    for pair, junction in run.stack.channel_interfaces.items():
        np.testing.assert_array_equal(junction.matrix, again.stack.channel_interfaces[pair].matrix)


def test_neutrality_is_what_is_meant_without_electrostatics(tmp_path):
    assert Run(stack=Stack(layer()), experiment="two-current").electrostatics == "neutral"
    assert Run(stack=Stack(layer()), experiment="film").electrostatics is None


def test_of_a_material_the_two_currents_take_what_they_know():
    """Its spin Hall angle has no part in them; one that is given beside it is a mistake."""
    Run(stack=Stack(layer(material="Pt")), experiment="two-current")
    with pytest.raises(InputError, match="layer 'F': spin_hall does not belong to experiment = 'two-current'"):
        Run(stack=Stack(layer(material="Pt", spin_hall=0.3)), experiment="two-current")


def test_what_is_connected_is_one_part():
    stack = Stack(
        [layer("A"), layer("B"), layer("C"), layer("D")],
        interface={"A|B": {"conductance": 0}, "C|D": {"conductance": {"up": 0, "down": 1e15}}},
        boundary={"left": {"kind": "sink"}},
    )
    everywhere = {"left": stack.names}
    assert islands(stack, stack.neighbours, everywhere) == [["A"], ["B", "C", "D"]]
    tied = stack.with_(boundary={"left": {"kind": "floating"}})
    assert islands(tied, tied.neighbours, everywhere) == [["A", "B", "C", "D"]]
    with pytest.raises(InputError, match=r"^layer 'A': no charge passes to the rest of the stack, and no contact"):
        Run(stack=stack.with_(boundary={}), experiment="two-current")
    sides = {"dimension": 2, "size": "90 nm", "periodic": False}
    Run(stack=tied, experiment="two-current", mesh=sides)
    held = stack.with_(boundary={"left": Contact(voltage=0)})
    case = Run(stack=held, experiment="two-current", mesh=sides)
    with pytest.raises(InputError, match="no contact with a voltage holds B and C and D"):
        case.require_connected(stack.neighbours, {"left": ["A"]})


@pytest.mark.parametrize(
    ("ends", "interface", "decays"),
    [
        ("B", {}, True),  # spin of A passes to B, where it relaxes
        ("B", {"conductance": 1e15}, True),
        ("B", {"conductance": 1e15, "polarisation": 1}, False),  # only up passes: down of A has no way out
        ("", {"resistance": 1e-15}, False),
        ("", {"resistance": 1e-15, "spin_flip": 0.1}, True),
    ],
)
def test_spin_must_reach_what_ends_it(ends, interface, decays):
    without = {name: {} if name in ends else {"spin_diffusion_length": None} for name in "AB"}
    stack = Stack(
        [layer(name, **keys) for name, keys in without.items()],
        interface={"A|B": interface} if interface else {},
        boundary={"bottom": Contact(current_density=0, spin="free")},
    )
    if decays:
        Run(stack=stack, experiment="two-current")
    else:
        with pytest.raises(InputError, match="spin never decays"):
            Run(stack=stack, experiment="two-current")


def test_a_contact_that_takes_one_spin_ends_it_only_where_the_other_is_held():
    film = layer(spin_diffusion_length=None)
    leads = {"up": {"up": 1e15, "down": 0}, "down": {"up": 0, "down": 1e15}}
    contacts = {name: Contact(voltage=0, conductance=G) for name, G in leads.items()}
    Run(stack=Stack(film, boundary={"bottom": contacts["up"], "top": contacts["down"]}), experiment="two-current")
    with pytest.raises(InputError, match="spin never decays"):
        Run(stack=Stack(film, boundary={"bottom": contacts["up"], "top": contacts["up"]}), experiment="two-current")


def test_samples_are_even_in_time_and_frames_even_among_them():
    time = TimeOptions(end=1.0, start=0.5, samples=6, frames=3)
    np.testing.assert_allclose(time.times, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert time.frame_samples == [0, 2, 5]
    assert TimeOptions(end=1.0, frames=1).frame_samples == [100]
    assert TimeOptions(end=1.0).frame_samples == []


@pytest.mark.parametrize(
    ("keys", "frequencies"),
    [
        ({"values": [0, "1 GHz"]}, [0, 1e9]),
        ({"values": 5}, [5]),
        ({"from": 1, "to": 100, "points": 3}, [1, 10, 100]),
        ({"from": 0, "to": 100, "points": 3, "spacing": "linear"}, [0, 50, 100]),
    ],
)
def test_frequencies(keys, frequencies):
    np.testing.assert_allclose(FrequencyOptions(**keys).frequencies, frequencies)


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("time.end", "2 ns", lambda run: run.time.end == pytest.approx(2e-9)),
        ("layer.F.polarisation", 0.1, lambda run: run.stack["F"].polarisation == 0.1),
        ("layer.F.reversed", True, lambda run: run.stack["F"].reversed),
        ("layer.F.density_of_states.up", 1e46, lambda run: run.stack["F"].density_of_states.up == 1e46),
        ("boundary.top.current_density", 1e9, lambda run: run.stack.equipotential == ["top"]),
        ("electrostatics", "bare", lambda run: run.electrostatics == "bare"),
    ],
)
def test_an_override_replaces_a_value_and_what_it_excludes(tmp_path, path, value, where):
    file = tmp_path / "run.toml"
    states = "density_of_states = {up = 2e46, down = 1e46}"
    file.write_text(TIMED.replace("diffusion = 1e-3", states) if "states" in path else TIMED)
    assert where(read(file, {path: value}))


def test_lengths_are_those_of_the_model_that_is_solved():
    stack = Stack([layer(polarisation=0.5, density_of_states=3e46, diffusion=None)])
    assert lengths(stack, "neutral") == {"F": {"spin_diffusion": pytest.approx(5e-9)}}
    assert lengths(stack, "poisson")["F"]["screening"] == stack["F"].two_current().screening_length
    assert mesh_ratios(stack, {"F": 1e-9}, "neutral") == {"F": {"spin_diffusion": pytest.approx(0.2)}}
    case = Run(stack=stack, experiment="two-current", electrostatics="poisson")
    (_, sizes) = plan.through(case, stack, stack.names)
    assert sizes["F"] < stack["F"].two_current().screening_length / 2
