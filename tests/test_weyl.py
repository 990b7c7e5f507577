"""Weyl metals through whole runs: negative magnetoresistance, contacts, arcs, times, and what cannot be."""

import json

import numpy as np
import pytest
from scipy.optimize import brentq

from ddgauge import Run, output, run
from ddgauge.model import InputError
from ddgauge.physics.bands import chiral_anomaly
from ddgauge.post import series
from ddgauge.units import E_CHARGE, HBAR
from tests.test_examples import EXAMPLES, printed, row, run_file, table

NODES = {"velocity": 4e5, "chemical_potential": "60 meV", "scattering_time": "20 ps"}
CONTACTS = {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0.0}}


def bar(B=(0, 0, 3), length=20e-6, nodes=NODES, boundary=CONTACTS, **tables):
    layer = {"name": "bar", "thickness": length, "conductivity": 2e5, "weyl": nodes}
    tables = {"output": {"figures": False}} | tables
    return Run.from_dict(
        {"experiment": "weyl", "layer": [layer], "field": {"B": list(B)}, "boundary": boundary} | tables
    )


def resistance(*args, **tables):
    return run(bar(*args, **tables)).numbers["resistance"]["bottom|top"]


def along_x(c, **changes):
    values = vars(c) | {"g": c.g[::-1]} | changes
    return type(c)(**values)


@pytest.mark.parametrize("B, expected", [(0, 1.0e-10), (3, 9.197812545e-11), (6, 7.438271426e-11)])
def test_a_field_along_the_current_lowers_the_resistance(B, expected):
    assert resistance((0, 0, B)) == pytest.approx(expected, rel=1e-8)


def test_only_the_component_along_the_current_counts_in_one_dimension():
    angle = np.radians(60)
    oblique = resistance((6 * np.sin(angle), 0, 6 * np.cos(angle)))
    assert oblique == pytest.approx(9.197812545e-11, rel=1e-8)


@pytest.mark.parametrize("dimension", [2, 3])
def test_insulating_sides_leave_a_bar_in_a_field_along_it_as_it_is(dimension):
    mesh = {"dimension": dimension, "size": ["2 um", "2 um"][: dimension - 1], "periodic": False, "lateral_cells": 2}
    area = {2: 2e-6, 3: 4e-12}[dimension]  # in two dimensions per length
    assert resistance(mesh=mesh) * area == pytest.approx(resistance(), rel=1e-6)


def test_a_long_bar_has_the_excess_of_son_and_spivak():
    """d_sigma = e^4 v^3 tau_v B^2 / (4 pi^2 hbar mu^2), less the share that contacts take."""
    length, B, v, mu, tau = 100e-6, 2.0, 4e5, 60e-3 * E_CHARGE, 20e-12
    case = bar((0, 0, B), length)
    excess = E_CHARGE**4 * v**3 * tau * B**2 / (4 * np.pi**2 * HBAR * mu**2)
    x = length / (2 * np.sqrt(1 / (case.stack.weyl("bar").Gam / 1e5)))
    found = length / run(case).numbers["resistance"]["bottom|top"] - 2e5
    assert found == pytest.approx(excess * (1 - np.tanh(x) / x), rel=0.03)
    bulk = chiral_anomaly.bulk_conductivity(case.stack.weyl("bar"))
    assert bulk[2, 2] - 2e5 == pytest.approx(excess, rel=1e-9)


def test_pairs_share_the_conductivity_and_each_pumps():
    one, four = resistance(), resistance(nodes=NODES | {"pairs": 4})
    c = bar(nodes=NODES | {"pairs": 4}).stack.weyl("bar")
    assert four == pytest.approx(chiral_anomaly.slab_resistance(along_x(c), 20e-6), rel=1e-8)
    assert four < one


def test_contacts_without_scattering_between_nodes_take_all_of_the_imbalance():
    nodes = {key: value for key, value in NODES.items() if key != "scattering_time"}
    c = bar(nodes=nodes).stack.weyl("bar")
    assert resistance(nodes=nodes) == pytest.approx(chiral_anomaly.slab_resistance(along_x(c), 20e-6), rel=1e-7)


def test_arcs_on_the_sides_act_as_scattering_in_a_thin_bar():
    """Both sides of a bar of width w take e^2 nu (2 w_arc / w) A per volume, as if 1/tau_v were larger by that."""
    width, w_arc = 0.1e-6, 500.0
    sides = {side: {"kind": "insulating", "arc_velocity": w_arc} for side in ("left", "right")}
    mesh = {"dimension": 2, "size": [width], "periodic": False, "lateral_cells": 4}
    c = bar().stack.weyl("bar")
    formula = chiral_anomaly.slab_resistance(along_x(c, Gam=c.Gam + c.e2_nu * 2 * w_arc / width), 20e-6)
    found = resistance(boundary=CONTACTS | sides, mesh=mesh) * width
    assert found == pytest.approx(formula, rel=1e-5)
    assert abs(found / 9.197812545e-11 - 1) > 1e-3  # the arcs matter


def test_an_imbalance_decays_in_time_as_its_slowest_mode():
    """Without a drive sigma S' = g (<A> - A), for no net current flows, and A = 0 at both ends."""
    length = 5e-6
    case = bar((0, 0, 3), length, time={"end": 120e-12, "samples": 61, "drive": False, "tolerance": 1e-8})
    series, c = run(case).numbers["time_series"], case.stack.weyl("bar")
    late = slice(40, None)
    current = np.abs(series["axial_current"]["bottom"])[late]
    slope = np.polyfit(np.array(series["time"])[late], np.log(current), 1)[0]
    g2 = c.g[2] ** 2 / c.sigma

    def held(h):  # A = cos(2 h x / L) - cos(h) has no constant part left over
        return (4 * c.sigma * h**2 / length**2 + g2) * np.cos(h) - g2 * np.sin(h) / h

    k = 2 * brentq(held, 0.5, 1.57) / length
    assert -slope == pytest.approx((c.sigma * k**2 + g2 + c.Gam) / c.e2_nu, rel=1e-4)


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_find_the_same(tmp_path, ranks):
    text = (EXAMPLES / "weyl_bar/bar.toml").read_text()
    text = text.replace("B = [0, 0, 3]", "B = [2, 0, 3]\ngradient = [[0, 0, 0], [0, 0, 0], ['0.5 T/um', 0, 0]]")
    mesh = '[mesh]\ndimension = 2\nsize = ["3 um"]\nperiodic = false\nlateral_cells = 8\n'
    (tmp_path / "plate.toml").write_text(text + mesh + "[boundary.left]\nkind = 'insulating'\narc_velocity = 300\n")
    found = []
    for n in (1, ranks):
        run_file(tmp_path / "plate.toml", tmp_path / str(n), n)
        found.append(json.loads((tmp_path / str(n) / "result.json").read_text()))
    one, several = ([f["current"]["top"], *(f["axial_current"][face] for face in ("left", "top"))] for f in found)
    assert several == pytest.approx(one, rel=1e-9)


@pytest.mark.parametrize(
    "tables, figure",
    [
        ({"time": {"end": "20 ps", "samples": 3, "initial": "zero", "tolerance": 1e-3}}, "time.png"),
        ({"frequency": {"values": [1e10, 1e11]}}, "response.png"),
    ],
)
def test_times_and_frequencies_are_drawn_with_the_imbalance(tables, figure, tmp_path):
    held = {"bottom": CONTACTS["bottom"], "top": CONTACTS["top"] | {"spin": "free"}}
    result = run(bar(boundary=held, output={}, **tables))
    output.write(result, output.prepare(tmp_path))
    key = "time_series" if "time" in tables else "response"
    drawn = {word: unit for word, unit, _ in series.panels(result, key)}
    assert drawn == {"voltage": "V", "current": "A/m^2", "imbalance A": "V"}
    assert (tmp_path / figure).stat().st_size > 1e4


def with_layer(**changes):
    layer = {"name": "bar", "thickness": 2e-5, "conductivity": 2e5, "weyl": NODES} | changes
    return {"layer": [{key: value for key, value in layer.items() if value is not None}]}


@pytest.mark.parametrize(
    "tables, said",
    [
        (with_layer(weyl=None), "layer 'bar': experiment = 'weyl' needs the table weyl"),
        (with_layer(weyl=NODES | {"velocity": -1}), "weyl.velocity = -1 m/s, must be > 0"),
        (with_layer(weyl=NODES | {"scattering_time": 0}), "weyl.scattering_time = 0 s, must be > 0"),
        (with_layer(weyl=NODES | {"pairs": 0}), "weyl.pairs = 0, must be"),
        (with_layer(weyl=NODES | {"tilt": 1.2}), "weyl.tilt = 1.2, must be from 0 to below 1"),
        (with_layer(weyl=NODES | {"chemical_potential": 0}), "weyl.chemical_potential = 0 J at temperature = 0 K"),
        (with_layer(polarisation=0.1), "layer 'bar': polarisation does not belong to experiment = 'weyl'"),
        ({"boundary": {"top": CONTACTS["top"]}}, "needs two faces with kind = 'contact'; there are 1"),
        ({"boundary": CONTACTS | {"top": {"kind": "sink"}}}, "boundary 'top': kind = 'sink' does not belong to"),
        ({"magnetisation": [0, 0, 1]}, "magnetisation does not belong to experiment = 'weyl'"),
        ({"experiment": "transport"}, "layer 'bar': weyl belongs to experiment = 'weyl', not 'transport'"),
        ({"electrostatics": "bare"}, "electrostatics belongs to experiment = 'two-current'"),
    ],
)
def test_what_cannot_be_is_told(tables, said):
    start = {"experiment": "weyl", "field": {"B": [0, 0, 3]}, "boundary": CONTACTS} | with_layer()
    with pytest.raises(InputError) as error:
        Run.from_dict(start | tables)
    assert said in str(error.value)


def test_free_contacts_and_no_scattering_leave_nothing_that_takes_the_imbalance():
    free = {name: contact | {"spin": "free"} for name, contact in CONTACTS.items()}
    with pytest.raises(InputError, match=r"weyl.scattering_time \(s\) is needed, or a contact"):
        bar(boundary=free, nodes={"velocity": 4e5, "chemical_potential": "60 meV"})


def test_the_quantum_limit_is_warned_of():
    result = run(bar((0, 0, 40)))
    assert any("quantum limit" in warning and "layer 'bar'" in warning for warning in result.warnings)


def test_files_run_and_examples_print_the_closed_form(tmp_path):
    assert row(run_file("weyl_bar/bar.toml", tmp_path), "bottom|top")[0] == pytest.approx(9.19781e-11, rel=1e-5)
    rows = table(printed(EXAMPLES / "weyl_bar/magnetoresistance.py", "--out", tmp_path), 5)
    assert len(rows) == 16
    np.testing.assert_allclose(rows[:, 2], rows[:, 3], rtol=1e-6)
    assert (tmp_path / "magnetoresistance.png").stat().st_size > 1e4
