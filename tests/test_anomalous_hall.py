"""Hall conductivities of bands through whole runs: uniform, varying, under a gate, of two channels; what cannot be."""

import json

import numpy as np
import pytest
from scipy.integrate import quad

from ddgauge import Run, run
from ddgauge.experiment import batch
from ddgauge.fem.solve import SolverError
from ddgauge.fitting import fit
from ddgauge.model import InputError
from ddgauge.physics.bands.dirac import hall_number
from ddgauge.physics.bands.models import Hamiltonian, LatticeChern
from ddgauge.units import E_CHARGE, G_QUANTUM, K_B
from tests.solved import numbers, result
from tests.test_examples import MESHES, printed

MEV = 1e-3 * E_CHARGE
T_FILM = 10e-9
DIRAC = {"bands": "massive-dirac", "mass": "50 meV"}
CHERN = {"bands": "chern-lattice", "u": -1, "hopping": "100 meV", "lattice_constant": "0.5 nm"}
WEYL = {"bands": "weyl-lattice", "node_angle": np.pi / 3, "hopping": "0.1 eV", "lattice_constant": "0.5 nm"}
NODES = {"bands": "weyl-nodes", "node_separation": [0, 0, 2 * np.pi / 3 / 0.5e-9]}
ENDS = {"bottom": {"kind": "contact", "voltage": 0.12}, "top": {"kind": "contact", "voltage": 0.0}}


def layer(hall, **keys):
    return {"name": "A", "thickness": T_FILM, "conductivity": 1e4, "anomalous_hall": hall} | keys


def film(hall, sigma_xx=1e4, **tables):
    """(2, 2) conductivity and the resistivities of a film."""
    found = numbers("film", [layer(hall, conductivity=sigma_xx)], **tables)
    return found["conductivity"]["matrix"], found["resistivity"]


def sigma_xy(hall, **tables):
    """sigma_xy of a film, S/m, which stands in its table too."""
    found = numbers("film", [layer(hall)], **tables)
    np.testing.assert_allclose(found["anomalous_hall"]["A"][2], found["conductivity"]["matrix"][0, 1], rtol=1e-9)
    return found["conductivity"]["matrix"][0, 1]


@pytest.mark.parametrize("strength", [-3e4, 2e3])
def test_film_has_the_whole_hall_tensor(strength):
    sigma, rho = film({"conductivity": strength})
    np.testing.assert_allclose(sigma, [[1e4, strength], [-strength, 1e4]], rtol=1e-9)
    size = 1e8 + strength**2
    assert rho["longitudinal"] == pytest.approx(1e4 / size, rel=1e-9)
    assert rho["transverse"] == pytest.approx(strength / size, rel=1e-9)  # V_H = I sigma_xy / (...) / t


@pytest.mark.parametrize(
    ("hall", "T", "quanta"),
    [
        ({"conductance": "-1 e^2/h"}, None, -1),
        (DIRAC, None, -0.5),
        (DIRAC | {"chemical_potential": "60 meV"}, None, -0.416666667),
        (DIRAC | {"chemical_potential": "-100 meV"}, 77, -0.253831772),
        (DIRAC | {"chemical_potential": "60 meV"}, 300, -0.385047437),
        (DIRAC | {"chemical_potential": "60 meV", "temperature": 300}, 4, -0.385047437),
        (DIRAC | {"cones": [{"chirality": -1, "degeneracy": 2}, {"mass": "100 meV"}]}, None, 0.5),
        (DIRAC | {"chemical_potential": "60 meV", "cones": [{"shift": "60 meV"}]}, None, -0.5),
        (CHERN, None, -1),
        (CHERN | {"u": 1, "degeneracy": 2}, None, 2),
        (CHERN | {"chemical_potential": "-120 meV", "temperature": 5 * MEV / K_B}, 9, -0.103862273),
    ],
)  # fmt: skip
def test_planes_have_quanta_over_their_thickness(hall, T, quanta):
    found = sigma_xy(hall, **({} if T is None else {"temperature": T}))
    assert found == pytest.approx(quanta * G_QUANTUM / T_FILM, rel=2e-8)


@pytest.mark.parametrize("hall", [WEYL, NODES])
def test_weyl_nodes_have_a_conductivity_by_their_distance(hall):
    assert sigma_xy(hall) == pytest.approx(2.582697e4, rel=1e-6)


def test_nodes_deflect_about_their_axis():
    """sigma_zx drives a current along z, which a film holds up: sigma_xx + sigma_zx^2 / sigma_xx is left along x."""
    sigma, _ = film({"conductivity": [0, 5e3, 0]})
    np.testing.assert_allclose(sigma, [[1e4 + 25e6 / 1e4, 0], [0, 1e4 * (1 + 0.25)]], rtol=1e-9, atol=1e-3)


def test_models_of_ones_own_are_taken():
    lattice = LatticeChern(-1.0, 100 * MEV, 0.5e-9)
    own = Hamiltonian(lattice, 2, 0.5e-9, lattice.zone)
    assert sigma_xy({"bands": own, "thickness": 2 * T_FILM}) == pytest.approx(-G_QUANTUM / 2 / T_FILM, rel=1e-6)


def test_hall_resistivities_of_field_and_bands_add():
    keys = {"mobility": 0.3, "conductivity": 1e4}
    plain, both = (
        numbers("film", [layer(None, **keys) | {"anomalous_hall": hall}], field={"B": [0, 0, 2]})["resistivity"]
        for hall in (None, {"conductivity": 4e3})
    )
    assert both["transverse"] == pytest.approx(plain["transverse"] + 4e3 / (1e8 + 16e6), rel=1e-9)
    assert both["longitudinal"] == pytest.approx(1e4 / (1e8 + 16e6), rel=1e-9)


def test_spin_in_the_plane_diffuses_as_far_as_without_a_hall_effect():
    """A mode exp(i k x) decays with D k^2 + 1/tau: of sigma and D the in-plane values stay."""
    keys = {"diffusion": 1e-3, "relaxation_time": 1e-12}
    tables = {"mesh": {"dimension": 2, "size": ["100 nm"]}}
    rates = [
        numbers("relaxation", [layer(hall, **keys)], **tables)["relaxation"]["rates"]
        for hall in (None, {"conductivity": 1e4})
    ]
    np.testing.assert_allclose(rates[1][:9], rates[0][:9], rtol=1e-6)
    assert rates[0][8] == pytest.approx(1e12 + 1e-3 * (2 * np.pi / 100e-9) ** 2, rel=1e-3)


def test_many_films_at_once_have_the_numbers_of_each():
    """With spin that exerts a torque, whose efficiency is per current along the field."""
    metal = {"spin_diffusion_length": "2 nm", "spin_hall": 0.1}
    tables = {
        "boundary": {"top": {"kind": "sheet", "G_r": 1e14}},
        "magnetisation": [1, 0, 1],
        "output": {"figures": False},
    }
    films = [layer(CHERN | {"u": u}, conductivity=2e4, **metal) for u in (-1, 1)]
    cases = [Run.from_dict({"experiment": "film", "layer": [film]} | tables) for film in films]
    for case, found in zip(cases, batch.evaluate(cases), strict=True):
        alone = run(case).numbers
        assert set(found) == set(alone) - {"timings"}
        np.testing.assert_allclose(found["anomalous_hall"]["A"], alone["anomalous_hall"]["A"], rtol=1e-12)
        assert found["torque"]["efficiency_dl"] == pytest.approx(alone["torque"]["efficiency_dl"], rel=1e-6)


@pytest.mark.parametrize(
    "hall",
    [
        {"conductivity": [1.0, 2.0, 3.0]},
        {"conductance": "2 e^2/h", "thickness": "3 nm"},
        CHERN | {"degeneracy": 2},
        DIRAC | {"temperature": {"from": 10, "to": 20, "start": [0, 0, 0], "end": [0, 0, "10 nm"]}},
        DIRAC | {"cones": [{"chirality": -1, "shift": "1 meV"}], "chemical_potential": "3 meV"},
    ],
)
def test_what_was_read_can_be_written_and_read_again(hall):
    case = Run.from_dict({"experiment": "film", "layer": [layer(hall)]})
    again = Run.from_dict(json.loads(json.dumps(case.resolved())))
    assert again == case
    np.testing.assert_array_equal(run(again).numbers["anomalous_hall"]["A"], run(case).numbers["anomalous_hall"]["A"])


def test_channels_are_written_and_read_again():
    keys = {"name": "N", "thickness": 1e-8, "conductivity": 4e6, "spin_diffusion_length": 5e-9}
    for hall in (None, {"up": [0, 1e5, 0], "down": "2e3 S/cm"}):
        tables = {"experiment": "two-current", "layer": [keys | {"hall_conductivity": hall}], "boundary": FREE}
        case = Run.from_dict(tables)
        assert Run.from_dict(json.loads(json.dumps(case.resolved()))) == case


def test_a_hall_conductivity_is_fitted_to_resistivities(tmp_path):
    (tmp_path / "rho.csv").write_text("rho_xx, rho_yx\n" + f"{2e4 / 5e8}, {1e4 / 5e8}\n")
    tables = {
        "data": str(tmp_path / "rho.csv"),
        "y": {"rho_xx": "resistivity.longitudinal", "rho_yx": "resistivity.transverse"},
    }
    tables |= {"sigma": {"rho_xx": 1e-9, "rho_yx": 1e-9}}
    paths = "layer.A.conductivity", "layer.A.anomalous_hall.conductivity"
    tables["parameter"] = [{"path": path} for path in paths]
    found = fit(Run.from_dict({"experiment": "film", "layer": [layer({"conductivity": 3e3})], "fit": tables}))
    assert [p.value for p in found.parameters.values()] == pytest.approx([2e4, 1e4], rel=1e-6)


# what varies


def nu_of_height(z):
    """Quanta where mu goes from 0 to 100 meV through the film, at 77 K."""
    return hall_number(50 * MEV, 100 * MEV * np.clip(z / T_FILM, 0, 1), 77.0)


RISING = {"from": "0 meV", "to": "100 meV", "start": [0, 0, 0], "end": [0, 0, T_FILM]}


@pytest.mark.parametrize("mu", [RISING, lambda x: 100 * MEV * x[2] / T_FILM], ids=["profile", "function"])
def test_layers_of_other_chemical_potentials_conduct_side_by_side(mu):
    found = sigma_xy(DIRAC | {"chemical_potential": mu}, temperature=77)
    mean = quad(nu_of_height, 0, T_FILM, epsabs=0)[0] / T_FILM
    assert found == pytest.approx(mean * G_QUANTUM / T_FILM, rel=1e-6)


@pytest.mark.parametrize("bands", [DIRAC, CHERN | {"chemical_potential": "90 meV"}])
def test_a_hot_side_has_another_hall_effect(bands):
    warmer = {"from": 250, "to": 300, "start": [0, 0, 0], "end": [0, 0, "10 nm"]}
    found = sigma_xy(bands | {"temperature": warmer})
    sides = [sigma_xy(bands, temperature=T) for T in (250, 275, 300)]
    assert found == pytest.approx(np.dot([1, 4, 1], sides) / 6, rel=1e-4)  # Simpson
    assert abs(sides[0] / sides[2] - 1) > 0.01


def test_conductivity_as_a_function_of_points():
    found = sigma_xy({"conductivity": lambda x: 1e3 + 4e3 * (x[2] / T_FILM) ** 2})
    assert found == pytest.approx(1e3 + 4e3 / 3, rel=1e-9)


def gated(voltage=0.02, lever=1.0, sigma=2e3, **tables):
    hall = DIRAC | {"chemical_potential": "40 meV", "gate": {"voltage": voltage, "lever": lever}}
    return result("transport", [layer(hall, conductivity=sigma)], **{"boundary": ENDS, "temperature": 77} | tables)


def test_a_gate_against_the_potential_makes_conduction_nonlinear():
    """Along the Hall axis sigma(V) = sigma_xx + sigma_xy(V)^2 / sigma_xx: j d = int sigma(V) dV."""

    def sigma(V):
        nu = hall_number(50 * MEV, 40 * MEV + E_CHARGE * (0.02 - V), 77.0)
        return 2e3 + (nu * G_QUANTUM / T_FILM) ** 2 / 2e3

    found = gated(mesh={"dimension": 1, "cells": 12}).numbers
    j = quad(sigma, 0, 0.12)[0] / T_FILM
    assert found["current"]["top"] == pytest.approx(j, rel=1e-7)
    assert found["gate"]["iterations"] > 3
    assert abs(j / (0.12 * sigma(0.0) / T_FILM) - 1) > 0.02  # it matters


def test_a_gate_without_a_lever_moves_nothing():
    plain = result(
        "transport", [layer(DIRAC | {"chemical_potential": "40 meV"}, conductivity=2e3)], boundary=ENDS, temperature=77
    )
    assert gated(lever=0.0).numbers["resistance"]["bottom|top"] == pytest.approx(
        plain.numbers["resistance"]["bottom|top"], rel=1e-9
    )


def test_a_frequency_near_the_gap_is_warned_of():
    told = []
    for f in (1e11, 1e13):
        tables = {"boundary": ENDS, "frequency": {"values": [f]}}
        told.append(result("transport", [layer(DIRAC, conductivity=2e3, diffusion=1e-3)], **tables).warnings)
    assert told[0] == [] and "at 1e+13 Hz is not far below the gap, 1.6e-20 J" in told[1][0]


def test_what_helps_is_told_where_the_potential_is_not_found(monkeypatch):
    monkeypatch.setattr("ddgauge.experiment.hall.ITERATIONS", 2)
    with pytest.raises(SolverError, match=r"still changes by .* V of 0.12 V after 2 iterations; lower the voltages of"):
        gated(mesh={"dimension": 1, "cells": 12})


def test_hall_currents_that_follow_the_potential_close_in_a_ring():
    """sigma_xy(V) of V alone has no divergence: the resistance of a disc is that of sigma_xx, to rounding."""
    hall = DIRAC | {"thickness": T_FILM, "gate": {"voltage": 0.02}}
    boundary = {"inner": {"kind": "contact", "voltage": 0.1}, "outer": {"kind": "contact", "voltage": 0}}
    mesh = {"file": str(MESHES / "corbino.msh"), "plane": "xy"}
    ring = {"name": "disk", "conductivity": 1e4}
    tables = {"boundary": boundary, "mesh": mesh, "solver": {"degree": 1}}
    with_hall = result("transport", [ring | {"anomalous_hall": hall}], **tables)
    without = result("transport", [ring], **tables)
    one, other = (found.numbers["resistance"]["inner|outer"] for found in (with_hall, without))
    assert one == pytest.approx(other, rel=1e-9)
    around = with_hall.solution  # and they do flow: a turn of the field makes one of j
    assert np.abs(around.flow("disk")).max() < 1e-6 * 0.1 * 1e4  # in a ring, so that their mean is zero


RANKS = """
import json
from mpi4py import MPI
from ddgauge import Run, run
hall = {"bands": "massive-dirac", "mass": "50 meV", "chemical_potential": "40 meV", "temperature": 77}
layer = {"name": "A", "thickness": 1e-8, "conductivity": 2e3, "anomalous_hall": hall | {"gate": {"voltage": 0.02}}}
tables = {"mesh": {"dimension": 2, "size": ["20 nm"], "periodic": False, "lateral_cells": 3, "cells": 3}}
tables["boundary"] = {name: {"kind": "contact", "voltage": V} for name, V in (("bottom", 0.001), ("top", 0))}
tables |= {"solver": {"degree": 1}, "output": {"figures": False}}
found = run(Run.from_dict({"experiment": "transport", "layer": [layer]} | tables)).numbers
if MPI.COMM_WORLD.rank == 0:
    numbers = [found["current"]["top"], found["voltage"]["right"], found["gate"]["iterations"]]
    print(json.dumps([*numbers, *found["anomalous_hall"]["A"]]))
"""


def test_ranks_find_the_same():
    one, *others = (json.loads(printed("-c", RANKS, ranks=n)[-1]) for n in (1, 2, 3))
    for several in others:
        assert several == pytest.approx(one, rel=1e-8)


# two channels


FREE = {"bottom": {"kind": "contact", "voltage": 0.0, "spin": "free"}}


def valley(up, down, length="5 nm", d=20e-9, **keys):
    """A film whose channels are deflected along z by a field along x: hall_conductivity about y."""
    film = {"name": "N", "thickness": d, "conductivity": 4e6, "spin_diffusion_length": length}
    hall = {"up": [0, up, 0], "down": [0, down, 0]}
    tables = {"drive": [1e5, 0, 0], "boundary": FREE, "mesh": {"cells": 20}}
    return numbers("two-current", [film | {"hall_conductivity": hall} | keys], **tables)


def test_opposite_hall_conductivities_pile_up_spins_as_a_spin_hall_effect():
    """mu_s = 2 (sigma_zx,s E ell / sigma_s) tanh(d / 2 ell) at the top: j_z^s = sigma_zx^s E - sigma_s d_z V_s = 0."""
    found = valley(3e5, -3e5)
    top = 2 * 3e5 * 1e5 * 5e-9 / 2e6 * np.tanh(2.0)
    assert found["accumulation"]["top"] == pytest.approx(top, rel=1e-5)
    assert found["accumulation"]["bottom"] == pytest.approx(-top, rel=1e-5)
    assert found["voltage"]["top"] == pytest.approx(found["voltage"]["bottom"], abs=1e-9 * top)


def test_valleys_pile_up_at_the_sides_of_a_strip_in_the_plane():
    """sigma_xy of each: mu_s = 2 (sigma_xy E ell / sigma_s) tanh(w / 2 ell) at y = w, angle squared aside."""
    strip = {"name": "N", "thickness": 4e-9, "conductivity": 4e6, "spin_diffusion_length": "5 nm"}
    ends = {"left": {"voltage": 4e-3}, "right": {"voltage": 0.0}}
    tables = {"boundary": {name: end | {"kind": "contact", "spin": "free"} for name, end in ends.items()}}
    tables["mesh"] = {"dimension": 3, "size": [40e-9, 20e-9], "periodic": False, "lateral_cells": [2, 10], "cells": 1}
    hall = {"up": -2e4, "down": 2e4}
    found = numbers("two-current", [strip | {"hall_conductivity": hall}], solver={"degree": 2}, **tables)
    piled = 2 * 2e4 / 2e6 * 1e5 * 5e-9 * np.tanh(2.0)  # up goes to +y where sigma_xy < 0: j_y = -sigma_xy E_x
    assert found["accumulation"]["back"] == pytest.approx(piled, rel=2e-3)
    assert found["accumulation"]["front"] == pytest.approx(-piled, rel=2e-3)


def test_equal_hall_conductivities_make_a_voltage_and_no_spin():
    found = valley(3e5, 3e5)
    assert found["voltage"]["top"] == pytest.approx(3e5 / 2e6 * 1e5 * 20e-9, rel=1e-9)
    assert abs(found["accumulation"]["top"]) < 1e-9 * found["voltage"]["top"]


def test_a_magnet_that_is_turned_over_has_the_opposite_hall_voltage_and_the_same_spin_hall_effect():
    keys = {"polarisation": 0.4, "conductivity": 4e6}
    up, down = valley(5e5, -1e5, **keys), valley(5e5, -1e5, reversed=True, **keys)
    assert down["voltage"]["top"] == pytest.approx(-up["voltage"]["top"], rel=1e-9)
    assert down["accumulation"]["top"] == pytest.approx(up["accumulation"]["top"], rel=1e-9)


@pytest.mark.parametrize("electrostatics", ["bare", "poisson"])
def test_the_electric_potential_does_not_change_a_steady_spin_hall_effect(electrostatics):
    film = {"name": "N", "thickness": 20e-9, "conductivity": 4e6, "density_of_states": 1e46, "spin_flip_time": "1 ps"}
    hall = {"up": [0, 3e5, 0], "down": [0, -1e5, 0]}
    boundary = FREE
    found = [
        numbers(
            "two-current",
            [film | {"hall_conductivity": hall}],
            electrostatics=law,
            drive=[1e5, 0, 0],
            boundary=boundary,
        )
        for law in ("neutral", electrostatics)
    ]
    for table in "voltage", "accumulation":
        assert found[1][table]["top"] == pytest.approx(found[0][table]["top"], rel=1e-6)


# what cannot be


GATE = DIRAC | {"gate": {"voltage": 1.0}}


@pytest.mark.parametrize(
    ("hall", "tables", "said"),
    [
        ({}, {}, "anomalous_hall: needs conductivity (S/m), conductance (S, of a plane), or bands ('massive-dirac'"),
        ({"conductivity": 1, "bands": "chern-lattice"}, {}, "give either bands or conductivity, not both"),
        ({"conductivity": "1 S"}, {}, "anomalous_hall.conductivity = '1 S' is in S, expected S/m"),
        ({"bands": "dirac"}, {}, "anomalous_hall.bands = 'dirac'; bands: massive-dirac"),
        ({"bands": np.cos}, {}, "or in Python a model of ddgauge.physics.bands.models"),
        ({"bands": Hamiltonian(np.cos, 2, 1e-9)}, {}, "has no zone, must be a lattice"),
        ({"bands": "massive-dirac"}, {}, "anomalous_hall: needs mass (J) where bands"),
        (DIRAC | {"u": 1}, {}, "u does not go with bands = 'massive-dirac'; its keys: mass, velocity, cones"),
        (DIRAC | {"cones": [{"chirality": 0}]}, {}, "cones[0].chirality = 0, must be 1 or -1"),
        ({"conductivity": 1, "gate": {"voltage": 1}}, {}, "anomalous_hall.gate needs bands"),
        (WEYL | {"node_angle": 4}, {}, "node_angle = 4, must be between 0 and pi"),
        (DIRAC | {"mass": 0}, {}, "anomalous_hall: Dirac cone: M = 0 J with mu = 0 and T = 0, must not be 0"),
        (DIRAC | {"cones": [{}, {"mass": 0}]}, {}, "anomalous_hall: cones[1]: Dirac cone: M = 0 J"),
        (CHERN | {"u": 2}, {}, "of the zone; raise temperature (to 11.6 K, where k_B T = 0.01 hopping), or with chem"),
        (DIRAC | {"temperature": -1}, {}, "anomalous_hall.temperature = -1 K, must be >= 0"),
        (DIRAC | {"chemical_potential": RISING | {"to": "1 V"}}, {}, "to = '1 V' is in V, expected J"),
        (DIRAC | {"chemical_potential": RISING | {"end": [0, 0, 0]}}, {}, "start and end must be two"),
        (DIRAC | {"chemical_potential": lambda x: x}, {}, "chemical_potential: the function returns shape (3, 2)"),
        (DIRAC | {"temperature": lambda x: x[0] - 1}, {}, "temperature: the function returns -1 K, must be >= 0"),
        (DIRAC | {"velocity": 1e6}, {"field": [0, 0, 20]}, "D = 1 + (e/hbar) B.Omega = -1.63285, must be > 0"),
        (GATE, {}, "anomalous_hall.gate needs experiment = 'transport' and a contact with voltage"),
        (GATE, {"experiment": "transport", "boundary": ENDS, "time": {"end": 1e-12}}, "gate does not go with [time]"),
        (DIRAC | {"chemical_potential": RISING}, {"experiment": "relaxation"}, "varies in space belongs to"),
        ({"conductivity": 1}, {"experiment": "two-current"}, "anomalous_hall does not belong to experiment"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(hall, tables, said):
    with pytest.raises(InputError) as error:
        Run.from_dict({"experiment": "film", "layer": [layer(hall, diffusion=1e-3)]} | tables)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"conductivity": 0, "anomalous_hall": {"conductivity": 1}}, "give a quantum Hall plane a small one"),
        ({"hall_conductivity": 1.0}, "hall_conductivity = 1, must be a table {up = ..., down = ...} in S/m"),
        ({"hall_conductivity": {"up": 1.0}}, "hall_conductivity: needs down (S/m)"),
        ({"hall_conductivity": {"up": [1, 2], "down": 0}}, "hall_conductivity.up = [1, 2], must be three numbers"),
        ({"hall_conductivity": {"up": 1, "down": 0}}, "hall_conductivity belongs to experiment = 'two-current'"),
    ],
)
def test_a_layer_that_cannot_be_is_told(keys, said):
    with pytest.raises(InputError) as error:
        Run.from_dict({"experiment": "film", "layer": [{"name": "A", "thickness": 1e-9, "conductivity": 1} | keys]})
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("hall", "tables", "said"),
    [
        (DIRAC | {"velocity": 1e6}, {"field": [0, 0, 4.0]}, "D = 1 + (e/hbar) B.Omega = 1.52657"),
        (CHERN, {"drive": [1e8, 0, 0]}, "the field moves electrons through e E l ="),
        (DIRAC | {"velocity": 1e6}, {"drive": [2e6, 0, 0]}, "of the gap, which should be far below 1"),
        (DIRAC | {"velocity": 1e6, "chemical_potential": RISING}, {}, "chemical_potential changes over 1e-08 m, which"),
        (
            WEYL,
            {"field": [0, 0, 50.0]},
            "of the nodes, sqrt(e B/hbar), there are no wave packets",
        ),
    ],
)
def test_what_is_doubtful_is_warned_of(hall, tables, said):
    found = result("film", [layer(hall)], **tables)
    assert any(said in line and line.startswith("layer 'A': anomalous_hall: ") for line in found.warnings)
