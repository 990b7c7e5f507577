"""The input of a tunnel junction: kinds of electrodes, files, functions, what cannot be, and its documentation."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ddgauge.experiment.tunnel_point import Point
from ddgauge.model import InputError, Run, read
from ddgauge.model.electrode import Electrode
from ddgauge.model.electrodes import KINDS, Band, Rigid
from ddgauge.model.junction import OF_BOTH, Junction, Scan
from ddgauge.model.tunnel_run import TunnelRun
from tests.test_documents import INPUT, section

D, J = 25.0, 5.0
BAND = {"kind": "flat", "half_width": D, "splitting": J}
FLAT = BAND | {"chemical_potential": 0.5, "temperature": 0.5, "spin": [0, 0, 1]}
HOT = {"chemical_potential": 8.5, "temperature": 1.0, "spin": [0, 0, 1]}
COLD = {"chemical_potential": 7.5, "temperature": 1.0, "spin": [1, 0, 0]}
COEFFICIENTS = ("E_S", "A_S", "T_S", "E_ex", "A_ex", "T_ex")


def junction(L=FLAT, R=FLAT, table=None, **rest):
    data = {"experiment": "tunnel", "electrode": {"L": dict(L), "R": dict(R)}, "junction": table or {"amplitude": 1}}
    return TunnelRun.from_dict(data | rest)


def of_both(table, **rest):
    """Coefficients of L of two electrodes that are alike but for mu, T and spin."""
    case = junction(table | HOT, table | COLD, **rest)
    c = Point(case, case.at({})).c
    return np.array([getattr(c.L, key) for key in COEFFICIENTS])


def without(table, key):
    return {k: value for k, value in table.items() if k != key}


def scan(parameter, *values):
    return {"parameter": parameter, "values": list(values)}


@pytest.fixture(scope="module")
def ellipse():
    """Coefficients of kind = "elliptic"."""
    return of_both({"kind": "elliptic", "half_width": D, "splitting": J})


def half_ellipse(w):
    return 2 / (np.pi * D) * np.sqrt(np.clip(1 - (w / D) ** 2, 0, None))


# kinds of electrodes that are the same band


def test_bands_of_functions(ellipse):
    up, dn = (lambda x, s=s: -D * np.cos(np.pi * x) - s * J / 2 for s in (1, -1))
    band = {"e_up": up, "e_dn": dn, "states": lambda x: 2 * np.sin(np.pi * x) ** 2}
    assert of_both({"kind": "modes", "band": [band]}) == pytest.approx(ellipse, rel=1e-6)


def test_bands_of_numbers_and_several_of_them():
    """A list of energies follows its function; two halves of the modes are the whole."""
    x = np.linspace(0, 1, 33)
    functions = {"e_up": lambda x: 40 * x - 22 + 4 * np.sin(3 * x), "e_dn": lambda x: 36 * x - 17}
    numbers = {key: list(of(x)) for key, of in functions.items()}
    exact = of_both({"kind": "modes", "band": [functions]})
    assert of_both({"kind": "modes", "band": [numbers]}) == pytest.approx(exact, rel=1e-6)
    halves = [numbers | {"states": 0.5}, functions | {"states": 0.5}]
    assert of_both({"kind": "modes", "band": halves}) == pytest.approx(exact, rel=1e-6)


def test_a_band_of_few_numbers_is_straight_between_them():
    x = [0, 0.4, 0.7, 1]
    straight = {"x": x, "e_up": [-20 + 40 * k for k in x], "e_dn": [-15 + 40 * k for k in x]}
    flat = {"kind": "flat", "half_width": 20, "splitting": 5, "centre": 2.5}
    assert of_both({"kind": "modes", "band": [straight]}) == pytest.approx(of_both(flat), rel=1e-8, abs=1e-15)


def test_a_density_of_states_that_is_shifted(ellipse, tmp_path):
    function = {"kind": "rigid", "splitting": J, "nu": half_ellipse, "ends": [-D, D]}
    assert of_both(function) == pytest.approx(ellipse, rel=1e-6)
    w = -D * np.cos(np.pi * np.linspace(0, 1, 101))
    table = {"kind": "rigid", "splitting": J, "energy": list(w), "nu": list(half_ellipse(w))}
    assert of_both(table) == pytest.approx(ellipse, rel=1e-3)
    rows = "\n".join(f"{a}, {b}  # a comment" for a, b in zip(w, half_ellipse(w)))
    (tmp_path / "nu.csv").write_text(f"# of a band\nenergy, nu\n\n{rows}\n")
    from_file = {"kind": "rigid", "splitting": J, "file": tmp_path / "nu.csv"}
    np.testing.assert_array_equal(of_both(from_file), of_both(table))


def test_densities_of_states_with_partners(ellipse):
    functions = {
        "kind": "dos", "nu_up": lambda w: half_ellipse(w + J / 2), "nu_dn": lambda w: half_ellipse(w - J / 2),
        "up": [-D - J / 2, D - J / 2], "dn": [-D + J / 2, D + J / 2],
    }  # fmt: skip
    assert of_both(functions | {"partner": lambda w: w + J}) == pytest.approx(ellipse, rel=1e-6)
    w = np.linspace(-30, 30, 121)
    up, dn = (list(half_ellipse(w + s * J / 2)) for s in (1, -1))
    table = {"kind": "dos", "energy": list(w), "nu_up": up, "nu_dn": dn}
    assert of_both(table | {"partner": list(w + J)}) == pytest.approx(ellipse, rel=1e-3)
    case = junction(table | HOT, table | COLD, {"amplitude": 1, "quadrupole": False})
    c = Point(case, case.at({})).c
    assert pytest.approx((ellipse[0], ellipse[2]), rel=1e-3) == (c.L.E_S, c.L.T_S)


def test_levels_of_a_file(ellipse, tmp_path):
    k = (np.arange(2000) + 0.5) / 2000
    rows = np.stack([-D * np.cos(np.pi * k) - J / 2, -D * np.cos(np.pi * k) + J / 2, 2 * np.sin(np.pi * k) ** 2 / 2000])
    np.savetxt(tmp_path / "levels.txt", rows.T, header="e_up e_dn weight", comments="")
    (tmp_path / "junction.toml").write_text(
        'experiment = "tunnel"\n'
        + "".join(
            f'[electrode.{side}]\nkind = "levels"\nfile = "levels.txt"\nwidth = 0.2\nspin = [0, 0, 1]\n'
            f"chemical_potential = {mu}\ntemperature = 1\n"
            for side, mu in (("L", 8.5), ("R", 7.5))
        )
        + "[junction]\namplitude = 1\n"
    )
    case = read(tmp_path / "junction.toml")
    c = Point(case, case.at({})).c
    assert [getattr(c.L, key) for key in COEFFICIENTS] == pytest.approx(ellipse, rel=1e-3)
    again = Run.from_dict(json.loads(json.dumps(case.resolved())))  # the file is not needed again
    assert again == case and again.electrode["L"].file is None


# units


def test_energies_bring_their_units():
    table = FLAT | {"half_width": "2.5 eV", "splitting": "500 meV", "temperature": "300 K", "centre": "-1e-20 J"}
    temperatures = scan("temperature", 0.1, "300 K", "5 meV")
    case = junction(table, table, {"Gamma": 0.01, "energy_unit": "100 meV"}, scan=[temperatures])
    L = case.electrode["L"]
    assert (L.half_width, L.splitting) == pytest.approx((25, 5))
    assert L.temperature == pytest.approx(0.2585199908)
    assert L.centre == pytest.approx(-0.6241509074)
    (((_, values),),) = case.axes
    assert values == pytest.approx([0.1, 0.2585199908, 0.05])
    assert junction(table=case.junction.model_copy(update={"energy_unit": None})).junction.energy_unit is None


def test_energies_in_lists_bring_their_units():
    band = {"e_up": ["-1 eV", -0.5, "0.1 eV", 1], "e_dn": [0, "500 meV", 1, 2]}
    table = {"kind": "modes", "band": [band], "chemical_potential": "0.2 eV", "temperature": "300 K", "spin": [0, 0, 1]}
    case = junction(table, FLAT, {"amplitude": "10 meV", "energy_unit": "1 eV"})
    found = case.electrode["L"].band[0]
    assert (*found.e_up, *found.e_dn) == pytest.approx((-1, -0.5, 0.1, 1, 0, 0.5, 1, 2))
    assert case.junction.amplitude == pytest.approx(0.01)
    with pytest.raises(
        InputError, match=r"electrode 'L': band\[0\].e_up\[0\] = '-1 eV' is text with a unit, which needs"
    ):
        junction(table | {"chemical_potential": 0.2, "temperature": 0.03}, FLAT)
    with pytest.raises(InputError, match=r"e_up\[0\] = '-1 eV', must be a number in E, where E is the energy_unit"):
        Band(**band)
    with pytest.raises(InputError, match=r"nu\[0\] = '1 1/eV', must be a number in 1/E, where E is the energy_unit"):
        Rigid(splitting=1, energy=[0, 1], nu=["1 1/eV", 1], chemical_potential=0, temperature=1)


def test_temperature_as_the_unit():
    case = junction(FLAT | {"splitting": "25.85199908 meV"}, table={"Gamma": 0.01, "energy_unit": "300 K"})
    assert case.electrode["L"].splitting == pytest.approx(1)


def test_strength_of_the_barrier():
    assert junction(table={"Gamma": 0.01}).amplitude == pytest.approx(np.sqrt(0.01 * 2500 / (2 * np.pi)))
    assert junction().Gamma == pytest.approx(2 * np.pi / 2500)
    assert junction(table={"conductance": 1e12, "energy_unit": "1 eV"}).Gamma == pytest.approx(1)


# what cannot be

BAD = [
    ({"L": {"temperature": -1}}, r"electrode 'L': temperature = -1 E, must be >= 0"),
    ({"L": {"temperature": float("inf")}}, r"electrode 'L': temperature = inf E, must be a finite number"),
    ({"R": {"half_width": 0}}, r"electrode 'R': half_width = 0 E, must be > 0"),
    ({"L": {"splitting": -2}}, r"electrode 'L': splitting = -2 E, must be >= 0"),
    ({"L": {"splitting": 51}}, r"electrode 'L': splitting = 51 E, must be <= 2 half_width = 50 E"),
    ({"L": {"states": 0}}, r"electrode 'L': states = 0, must be > 0"),
    ({"L": {"spin": [0, 0, 0]}}, r"electrode 'L': spin = \[0, 0, 0\] has no direction, must not be zero"),
    ({"L": {"magnetisation": [0, 0, 1]}}, r"electrode 'L': give either spin or magnetisation, not both"),
    ({"L": {"kind": "flt"}}, r"electrode 'L': kind = 'flt'; did you mean 'flat'\? kinds: flat, elliptic, rigid, dos"),
    ({"L": {"halfwidth": 1}}, r"electrode 'L': unknown key 'halfwidth'; did you mean 'half_width'\?"),
    ({"L": {"half_width": "1 eV"}}, r"'L': half_width = '1 eV' is text with a unit, which needs junction.energy_unit"),
    ({"L": {"half_width": True}}, r"electrode 'L': half_width = true, must be a number in E"),
    ({"junction": {"Gamma": -1}}, r"junction.Gamma = -1, must be > 0"),
    ({"junction": {"conductance": -1.0, "energy_unit": 1}}, r"junction.conductance = -1 S/m\^2, must be >= 0"),
    ({"junction": {"conductance": 1e12}}, r"junction: conductance \(S/m\^2\) needs energy_unit"),
    ({"junction": {"energy_unit": "1 nm", "Gamma": 1}}, r"junction.energy_unit = '1 nm' is in nm, expected J or K"),
    ({"junction": {"energy_unit": 0, "Gamma": 1}}, r"junction.energy_unit = 0 J, must be > 0"),
    ({"junction": {"amplitude": "1 eV"}},r"junction.amplitude = '1 eV' is text with a unit"),
    ({"junction": {"amplitude": 1, "Gamma": 1}}, r"junction: has amplitude and Gamma; give one of amplitude \(E\)"),
    ({"junction": {"quadrupole": True}}, r"junction: says nothing of the barrier; give one of amplitude"),
    ({"junction": {"amplitude": 1, "method": "exact"}}, r"junction.method = 'exact'; methods: integrals, closed-form"),
    ({"scan": {"parameter": "bias"}}, r"scan must be written \[\[scan\]\]"),
    ({"scan": [scan("biass", 1)]}, r"unknown parameter 'biass'; did you mean 'bias'\? parameters: bias, temperature"),
    ({"scan": [scan("electrode.L.spin", 1)]}, r"unknown parameter 'electrode.L.spin'"),
    ({"scan": [scan("tau", 0.5, 1)]}, r"scan, at tau = 1: tau = 1, must be below 1: it is \(T_R - T_L\) / T_R"),
    ({"scan": [scan("temperature", 1, -1)]}, r"scan, at temperature = -1: temperature = -1 E, must be >= 0"),
    ({"scan": [scan("bias", "1 V")]}, r"scan 'bias': value = '1 V' is text with a unit, which needs"),
    ({"scan": [scan("angle", "1 m")]}, r"scan 'angle': value = '1 m' is in m, expected degree"),
    ({"scan": [scan("bias", 1), scan("bias", 2, 3)]}, r"(?<=^file.toml, )scan 'bias': is there twice$"),
    (
        {"scan": [scan("bias", 1), scan("electrode.L.chemical_potential", 2)]},
        r"scan 'bias': sets electrode.L.chemical_potential too; scan one of them",
    ),
    ({"sweep": [scan("bias", 1)]}, r"sweep does not go with experiment = 'tunnel', .*\[\[scan\]\] varies"),
    ({"layer": []}, r"layer does not go with experiment = 'tunnel'"),
    ({"mesh": {}}, r"unknown key 'mesh'; .*keys: title, experiment, electrode, junction, scan, output"),
    ({"electrode": {"L": FLAT}}, r"electrode: has L, needs \[electrode.L\] and \[electrode.R\]"),
    (
        {"L": {"chemical_potential": 40}, "junction": {"Gamma": 0.1}},
        r"electrode 'L': chemical_potential = 40 E, where it has no states, so that junction.Gamma says nothing",
    ),
    (
        {"L": {"chemical_potential": 40}, "junction": {"amplitude": 1, "method": "closed-form"}},
        r"mu = 40.*must lie within centre .*; take junction.method = 'integrals'",
    ),
]  # fmt: skip


@pytest.mark.parametrize("change, message", BAD)
def test_what_cannot_be_is_said(change, message):
    sides = {side: FLAT | change.get(side, {}) for side in "LR"}
    tables = {"electrode": sides, "junction": {"amplitude": 1}} | without(without(change, "L"), "R")
    with pytest.raises(InputError, match=rf"^file.toml, (.|\n)*{message}"):
        Run.from_dict({"experiment": "tunnel"} | tables, "file.toml")


W = [-1, 0, 1, 2]
BAD_BANDS = [
    (without(FLAT, "spin"), r"needs spin, the direction of the majority spin, or magnetisation"),
    ({"kind": "rigid", "splitting": 1, "nu": [1, 1]}, r"needs energy \(E\)"),
    ({"kind": "rigid", "splitting": 1, "nu": [1, 1], "energy": [1, 0]}, r"energy must be two numbers or more"),
    ({"kind": "rigid", "splitting": 1, "nu": [1, 1], "energy": [0, 1, 2]}, r"nu has 2 numbers, must have 3"),
    ({"kind": "rigid", "splitting": 1, "nu": [0, 0], "energy": [0, 1]}, r"nu is zero everywhere, must have states"),
    ({"kind": "rigid", "splitting": 1, "nu": "x", "energy": [0, 1]}, r"nu = 'x', must be a list of numbers"),
    ({"kind": "rigid", "splitting": 1, "nu": np.ones_like}, r"needs ends, the ends of the band \(E\)"),
    ({"kind": "dos", "energy": W, "nu_up": [1, -1, 1, 1], "nu_dn": [1] * 4}, r"nu_up\(.*\) = -.*, must be >= 0"),
    ({"kind": "dos", "energy": W, "nu_up": [1] * 4, "nu_dn": [1] * 4}, r"needs partner, the energy \(E\) of the down"),
    (
        {"kind": "dos", "energy": W, "nu_up": [1] * 4, "nu_dn": [1] * 4, "partner": [0, 1, 2, 3]},
        r"g\(-1\) = 0.0, must be -1, where the band of spin down ends \(energies in E\)",
    ),
    ({"kind": "dos", "energy": W, "nu_up": [1] * 4, "nu_dn": [1] * 4, "partner": [1]}, r"partner has 1 numbers"),
    ({"kind": "dos", "energy": W, "nu_up": np.ones_like, "nu_dn": [1] * 4}, r"nu_up is a function, nu_up and nu_dn"),
    ({"kind": "modes", "band": []}, r"bands = \(\), must have one band or more"),
    ({"kind": "modes", "band": [{"e_up": [1, 2, 3], "e_dn": [1, 2, 3]}]}, r"e_up has 3 numbers, must have 4 or more"),
    ({"kind": "modes", "band": [{"x": [0, 0.2, 0.9, 1.1], "e_up": [1, 2, 3, 4], "e_dn": [2, 3, 4, 5]}]},
     r"x = \[0.*1\.1\], must rise from 0 to 1"),
    ({"kind": "modes", "band": [{"x": [0, 0.2, 0.9, 1], "e_up": [1, 2, 3, 4], "e_dn": [2, 3, 4, 5, 6]}]},
     r"e_dn has 5 numbers, must have 4, as many as x"),
    ({"kind": "modes", "band": [{"e_up": [1] * 4, "e_dn": W}]}, r"e_up of band 0 .*must not be level"),
    ({"kind": "modes", "band": [{"e_up": W, "e_dn": W, "states": 0}]}, r"band: states = 0, must be > 0"),
    ({"kind": "levels", "e_up": W, "e_dn": [1], "width": 1}, r"shapes of e_up, e_dn, weight = .*lists of one length"),
    ({"kind": "levels", "e_up": W, "e_dn": W, "weight": [1, 1, 1, -1], "width": 1}, r"weight\[3\] = -1, must be >= 0"),
    ({"kind": "levels", "file": "none.csv", "width": 1}, r"file = '.*none.csv': cannot be read \(No such file"),
]  # fmt: skip


@pytest.mark.parametrize("table, message", BAD_BANDS)
def test_bands_that_cannot_be_are_said(table, message):
    common = {"chemical_potential": 0.1, "temperature": 1} | ({} if table["kind"] == "flat" else {"spin": [0, 0, 1]})
    with pytest.raises(InputError, match=rf"electrode 'L': .*{message}"):
        junction(L=common | table)


@pytest.mark.parametrize(
    "text, message",
    [
        ("energy, nue\n0, 1\n", r"unknown column 'nue'; did you mean 'nu'\? columns: energy, nu"),
        ("energy, nu\n0, 1\n1, a\n", r"line 3: '1  a', must be numbers"),
        ("energy nu\n0 1\n\n1\n", r"line 4: 1 numbers, must be 2"),
        ("# nothing\n", r"is empty, must have a line of names"),
        ("energy, nu\n", r"has no numbers below its names"),
        ("energy, nu\n0, 1\n1, nan\n", r"nu\[1\] = nan 1/E, must be a finite number"),
    ],
)
def test_files_that_cannot_be_read_are_said(text, message, tmp_path):
    (tmp_path / "nu.csv").write_text(text)
    band = {"kind": "rigid", "splitting": 1, "file": tmp_path / "nu.csv", "chemical_potential": 0, "temperature": 1}
    with pytest.raises(InputError, match=rf"electrode 'L': (file = '.*nu.csv'.*)?{message}"):
        junction(L=band | {"spin": [0, 0, 1]})
    with pytest.raises(InputError, match="give either file or nu, not both"):
        junction(L=band | {"nu": [1, 1]})


def test_a_splitting_is_scanned_of_bands_that_have_one():
    table = {"kind": "levels", "e_up": [0, 1], "e_dn": [1, 2], "width": 1} | HOT
    with pytest.raises(InputError, match="scan, at splitting = 1: a band of kind 'levels' has no splitting"):
        junction(L=table, scan=[scan("splitting", 1)])
    with pytest.raises(InputError, match=r"kind = 'levels', junction.method = 'closed-form' is of flat bands"):
        junction(L=table, table={"amplitude": 1, "method": "closed-form"})


# documentation


def documented(heading, model, common=(), besides=()):
    rows = {key: row for key, row in section(heading).items() if key not in besides}
    keys = set(model.known_keys()) - set(common)
    assert set(rows) == keys
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in keys:
            unit, default = rows[key]
            numbers = re.findall(r"Number\(unit='([^']*)'", repr(field))
            assert set(numbers) <= {unit}
            assert (default == "needed") == field.is_required() or key == "kind"
            if isinstance(field.default, float):
                assert float(default) == field.default


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_an_electrode_is_documented(kind):
    documented(f'kind = "{kind}"', KINDS[kind], Electrode.model_fields)
    assert f'`"{kind}"`' in INPUT


def test_every_other_table_of_a_junction_is_documented():
    documented("[electrode.L] and [electrode.R]", Electrode)
    documented("[[electrode.L.band]]", Band)
    documented("[junction]", Junction)
    documented("[[scan]]", Scan, besides=OF_BOTH)
    names = re.search(r"Its tables are (.*?), beside", INPUT, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", names)) == set(TunnelRun.known_keys()) - {"title", "experiment"}
    assert re.search(r"^### \[\[scan\]\]\n.*?^\| `bias` \| E \|", INPUT, re.DOTALL | re.MULTILINE)
    for name in OF_BOTH:
        assert f"| `{name}` |" in INPUT


def test_example_of_the_documents_stands_as_it_is():
    text = next(text for text in re.findall(r"```toml\n(.*?)```", INPUT, re.DOTALL) if '"tunnel"' in text)
    case = Run.from_dict(tomllib.loads(text))
    assert len(case.grid) == 33 and Path(case.source or ".") == Path()
