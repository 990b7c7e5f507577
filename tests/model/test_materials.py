import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from ddgauge.model.materials import LAYER_KEYS, SHEET_KEYS, interface_keys, layer_keys, library, table, version
from ddgauge.units import E_CHARGE, G_QUANTUM, H, quantity

UNITS = {
    "conductivity": "S/m",
    "diffusion": "m^2/s",
    "spin_diffusion_length": "m",
    "relaxation_time": "s",
    "spin_hall": "1",
    "G_s": "S/m^2",
    "G_r": "S/m^2",
    "G_i": "S/m^2",
    "G_effective": "S/m^2",
    "G_i_over_G_r": "1",
    "exchange_energy": "J",
    "resistivity_times_spin_diffusion_length": "ohm m^2",
    "spin": "1",
    "curie_temperature": "K",
    "moment_density": "1/m^3",
}
RANGES = {  # of metals in thin films, and of their interfaces
    "conductivity": (1e5, 1e8),
    "diffusion": (1e-6, 1e-1),
    "spin_diffusion_length": (0.5e-9, 2e-6),
    "relaxation_time": (1e-15, 1e-9),
    "spin_hall": (-0.5, 0.5),
    "G_s": (1e11, 1e16),
    "G_r": (1e11, 1e16),
    "G_i": (1e11, 1e16),
}


def identify(entry):
    return f"{entry.name}-{entry.quantity}-{entry.set}"


def si(entry):
    return entry.value * G_QUANTUM if entry.unit == "1/m^2" else entry.value


@pytest.mark.parametrize("entry", library(), ids=identify)
def test_every_value_has_the_unit_of_its_quantity(entry):
    text = f"{entry.value!r} {entry.unit}" if entry.unit != "1" else f"{entry.value!r}"
    unit = "1/m^2" if entry.unit == "1/m^2" else UNITS[entry.quantity]
    assert quantity(text, unit) == pytest.approx(entry.value, rel=1e-12)  # and the value is SI
    assert entry.unit != "1/m^2" or entry.quantity in SHEET_KEYS


@pytest.mark.parametrize("entry", [e for e in library() if e.quantity in RANGES], ids=identify)
def test_values_are_physically_sane(entry):
    low, high = RANGES[entry.quantity]
    assert low <= si(entry) <= high
    assert entry.temperature is None or 0 < entry.temperature <= 400


@pytest.mark.parametrize("entry", library(), ids=identify)
def test_every_value_names_its_source(entry):
    assert re.fullmatch(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+", entry.doi)
    assert 1950 < entry.year < 2030 and entry.authors and entry.journal and entry.method
    if entry.doi.startswith("10.1103/"):  # the publisher builds it from journal, volume and article
        journal, volume, article = re.fullmatch(r"10\.1103/(\w+)\.(\d+)\.(\d+)", entry.doi).groups()
        assert f"{volume}, {article}" in entry.journal
        assert journal == "".join(entry.journal.split(f" {volume}")[0].replace(".", "").split())


def test_defaults_are_unique_and_of_one_set():
    defaults = [e for e in library() if e.default]
    assert max(Counter((e.name, e.quantity) for e in defaults).values()) == 1
    sets = defaultdict(set)
    for e in defaults:
        sets[e.name].add(e.set)
    assert all(len(s) == 1 for s in sets.values()), sets
    assert all(e.quantity in LAYER_KEYS + SHEET_KEYS for e in defaults)


def test_a_set_gives_each_quantity_once_and_at_one_temperature():
    assert max(Counter((e.name, e.set, e.quantity) for e in library()).values()) == 1
    groups = defaultdict(set)
    for e in library():
        groups[e.name, e.set].add(e.temperature)
    assert all(len(temperatures) == 1 for temperatures in groups.values()), groups


def test_spin_hall_angles_have_the_sign_of_a_less_or_more_than_half_filled_d_shell():
    for e in library():
        if e.quantity == "spin_hall" and e.name in ("Pt", "Pd", "Au", "Ag", "Cu", "W", "Ta"):
            assert np.sign(e.value) == (-1 if e.name in ("W", "Ta") else 1), e


def test_diffusion_and_length_of_aluminium_are_of_one_relaxation_time():
    for name, tau in {"Al": 45e-12, "Al/jedema2002-4K": 100e-12}.items():  # s, as the publication gives them
        keys = layer_keys(name)
        assert keys["spin_diffusion_length"] == pytest.approx(np.sqrt(keys["diffusion"] * tau), rel=0.02)


def test_platinum_obeys_the_product_of_length_and_resistivity_of_spin_absorption():
    keys = layer_keys("Pt")
    assert keys["spin_diffusion_length"] / keys["conductivity"] == pytest.approx(0.61e-15, rel=0.05)  # ohm m^2


def test_platinum_stands_with_several_values_side_by_side():
    assert layer_keys("Pt") == {"conductivity": 5.78e6, "spin_diffusion_length": 3.4e-9, "spin_hall": 0.056}
    assert layer_keys("Pt/althammer2013") == {"spin_diffusion_length": 1.5e-9, "spin_hall": 0.11}
    assert layer_keys("Pt/velez2016") == {"spin_diffusion_length": 1.5e-9, "spin_hall": 0.056, "diffusion": 4e-6}
    assert len([e for e in library() if e.name == "Pt" and e.quantity == "spin_hall"]) >= 5


@pytest.mark.parametrize("name", ["Pt", "W", "Ta", "Cu", "Au", "Ag", "Al"])
def test_defaults_suffice_for_a_steady_layer_without_field(name):
    assert {"conductivity", "spin_diffusion_length"} <= layer_keys(name).keys()


def test_what_a_set_lacks_is_absent():
    assert layer_keys("W/pai2012") == {"spin_hall": -0.30}
    assert "diffusion" not in layer_keys("Pt")


@pytest.mark.parametrize("name", ["YIG|Pt", "Pt|YIG"])
def test_interface_is_found_in_either_order(name):
    assert interface_keys(name) == {"G_r": 7e14, "G_i": 5e13}
    assert interface_keys(name + "/althammer2013") == {"G_r": 4e14}


def test_mixing_conductance_per_area_counts_conductance_quanta():
    assert interface_keys("YIG|W")["G_r"] == pytest.approx(4.5e18 * E_CHARGE**2 / H, rel=1e-12)


def test_spin_loss_of_bismuth_oxide_is_isotropic():
    assert interface_keys("BiOx|Cu") == {"G_s": 1.5e13}


def test_looked_up_values_are_the_callers_own():
    layer_keys("Pt")["spin_hall"] = 1
    assert layer_keys("Pt")["spin_hall"] == 0.056


def test_table_shows_a_material_with_its_interfaces():
    assert len(table()) == len(library())
    rows = table("W")
    assert {row["name"] for row in rows} == {"W", "YIG|W", "EuO|W"}
    assert {row["set"] for row in table("W/pai2012")} == {"pai2012"}
    assert {row["name"] for row in table("Pt|EuS")} == {"EuS|Pt"}
    row = next(row for row in rows if row["default"] and row["quantity"] == "spin_hall")
    assert row["value"] == -0.14 and row["unit"] == "1" and row["temperature"] == 300
    assert row["source"] == "H. L. Wang et al., Phys. Rev. Lett. 112, 197201 (2014)"
    assert row["doi"] == "10.1103/PhysRevLett.112.197201"


def test_library_has_a_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", version())


@pytest.mark.parametrize(
    ("look_up", "name", "message"),
    [
        (layer_keys, "Ptt", "unknown material 'Ptt'; did you mean 'Pt'\\? materials: Pt, W, Ta, "),
        (layer_keys, "pt", "did you mean 'Pt'"),
        (layer_keys, "unobtainium", "unknown material 'unobtainium'; materials: Pt, "),
        (layer_keys, "Pt/velez", "'Pt': unknown set 'velez'; did you mean 'velez2016'\\? sets: rojas-sanchez2014, "),
        (layer_keys, "Pt/", "material 'Pt': unknown set ''; sets: "),
        (layer_keys, "YIG|Pt", "unknown material 'YIG\\|Pt'"),
        (layer_keys, "EuS", "'EuS': the library has none of conductivity, .*; sets with some: none"),
        (layer_keys, "Pt/nguyen2016", "sets with some: rojas-sanchez2014, althammer2013, "),
        (interface_keys, "YIG|Ptt", "did you mean 'YIG\\|Pt'\\? interfaces: YIG\\|Pt, "),
        (interface_keys, "Pt", "unknown interface 'Pt'"),
        (interface_keys, "EuS|Pt", "the library has none of G_s, G_r, G_i; sets with some: none"),
        (table, "Pz", "unknown material 'Pz'"),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(look_up, name, message):
    with pytest.raises(ValueError, match=message):
        look_up(name)
