"""[fit] in an input file: what it is read as, and what is wrong with it."""

import json

import numpy as np
import pytest

from ddgauge.model import InputError, Run
from ddgauge.model.fitting import unknowns
from ddgauge.model.paths import locate

G_R = "boundary.bottom.G_r"


def tables(**fit):
    """A film with a fit; keys replace those of it."""
    return {
        "experiment": "film",
        "layer": [
            {
                "name": "Pt",
                "thickness": "6 nm",
                "conductivity": 4e6,
                "spin_diffusion_length": "1.5 nm",
                "spin_hall": 0.08,
            }
        ],
        "magnetisation": {"direction": [0, 0, 1]},
        "boundary": {"bottom": {"kind": "sheet", "G_r": 2.5e14}},
        "fit": {"y": {"rho": "resistivity.longitudinal"}, "parameter": [{"path": G_R}]} | fit,
    }


def only(*parameters, **fit):
    return unknowns(Run.from_dict(tables(parameter=list(parameters), **fit)))


def wrong(match, *parameters, **fit):
    with pytest.raises(InputError, match=match):
        Run.from_dict(tables(**({"parameter": list(parameters)} if parameters else {}), **fit))


def test_parameter_starts_at_the_value_of_the_file_in_si_within_what_the_key_takes():
    ell, theta = only({"path": "layer.Pt.spin_diffusion_length"}, {"path": "layer.Pt.spin_hall"})
    assert (ell.start, ell.unit, ell.lower, ell.upper) == (1.5e-9, "m", 0, np.inf)
    assert (theta.start, theta.unit, theta.lower, theta.upper) == (0.08, "", -np.inf, np.inf)


def test_bounds_priors_and_starts_bring_their_units():
    (found,) = only(
        {
            "path": "layer.Pt.spin_diffusion_length",
            "start": "2 nm",
            "bounds": ["1 nm", "3 nm"],
            "prior": {"mean": "1.5 nm", "sigma": 5e-10},
            "scale": "log",
        }
    )
    assert (found.start, found.lower, found.upper, found.prior, found.log) == (2e-9, 1e-9, 3e-9, (1.5e-9, 5e-10), True)
    (found,) = only({"path": G_R, "bounds": ["1e18 1/m^2", "inf"]})
    assert found.lower == pytest.approx(3.874e13, rel=1e-3)
    assert found.upper == np.inf


def test_factor_and_offset_of_a_column_change_nothing_to_begin_with():
    factor, offset = only({"factor": "rho"}, {"offset": "rho"})
    assert (factor.name, factor.start, factor.unit) == ("factor of rho", 1.0, "")
    assert (offset.name, offset.start, offset.unit) == ("offset of rho", 0.0, None)


def test_fit_is_read_again_from_its_resolved_tables():
    run = Run.from_dict(
        tables(
            data="smr.csv",
            x={"angle (degree)": "magnetisation.angle.xy"},
            y={"mr": {"result": "resistivity.longitudinal", "relative_to": {"magnetisation.angle.yz": 0}}},
            sigma={"mr": "error"},
            parameter=[{"path": [G_R], "bounds": [1e13, np.inf]}, {"offset": "mr", "prior": {"mean": 0, "sigma": 1}}],
        )
    )
    assert Run.from_dict(json.loads(json.dumps(run.resolved(), allow_nan=False))) == run


def test_data_are_relative_to_the_file(tmp_path):
    run = Run.from_dict(tables(data="smr.csv"), source=tmp_path / "film.toml")
    assert run.fit.data == tmp_path / "smr.csv"


@pytest.mark.parametrize(
    "path, unit, value",
    [
        ("layer.Pt.thickness", "m", 6e-9),
        ("layer.Pt.spin_orbit.alpha", "m/s", None),
        ("magnetisation.angle.xy", "degree", None),
        ("magnetisation.direction.z", "", 1.0),
        ("field.B.z", "T", 0.0),
        ("layer.Pt.larmor.x", "", None),
        ("layer.Pt.density_of_states.up", "1/(J m^3)", None),
        (G_R, "S/m^2", 2.5e14),
        ("temperature", "K", None),
    ],
)
def test_paths_lead_to_values_and_their_units(path, unit, value):
    number, found = locate(Run.from_dict(tables()), path)
    assert (number.unit, found) == (unit, value)


@pytest.mark.parametrize(
    "match, parameters",
    [
        (r"unknown key 'G_q'; did you mean 'G_s'\? keys: kind, ", [{"path": "boundary.bottom.G_q"}]),
        (r"unknown layer 'pt'; did you mean 'Pt'\? layers: Pt", [{"path": "layer.pt.thickness"}]),
        (r"unknown table 'feild'; did you mean 'field'\? tables: ", [{"path": "feild.B.z"}]),
        (r"'field.B.w': 'w' is not one of x, y, z", [{"path": "field.B.w"}]),
        (r"'layer.Pt.name': is no number, cannot be fitted", [{"path": "layer.Pt.name"}]),
        (r"has no value in the file; give start \(degree\)", [{"path": "magnetisation.angle.xy"}]),
        (r"start = 0 T says nothing of its magnitude; give bounds, or another start", [{"path": "field.B.z"}]),
        (
            r"'boundary.bottom.G_r': start = 2.5e\+14 S/m\^2, must be within bounds",
            [{"path": G_R, "bounds": [3e14, 4e14]}],
        ),
        (r"bounds = \[2e\+15, 1e\+15\] S/m\^2, the first must be the lower", [{"path": G_R, "bounds": [2e15, 1e15]}]),
        (r"bounds = 3, must be two values, \[lowest, highest\]", [{"path": G_R, "bounds": 3}]),
        (r"bounds\[1\] = '1 nm' is in nm, expected S/m\^2", [{"path": G_R, "bounds": [0, "1 nm"]}]),
        (r"prior.sigma = 0 S/m\^2, must be > 0", [{"path": G_R, "prior": {"mean": 1e14, "sigma": 0}}]),
        (r"needs sigma", [{"path": G_R, "prior": {"mean": 1e14}}]),
        (r"scale = 'log' needs what is > 0; start = -1", [{"path": "layer.Pt.spin_hall", "start": -1, "scale": "log"}]),
        (r"scale = 'lin'; did you mean 'linear'\?", [{"path": G_R, "scale": "lin"}]),
        (
            r"fit parameter 'rho': needs one of path, factor and offset, not several",
            [{"offset": "rho", "factor": "rho"}],
        ),
        (r"fit parameter: needs one of path, factor and offset", [{"start": 1}]),
        (r"parameter 'offset of x': unknown column 'x'", [{"offset": "x"}]),
        (r"parameter 'boundary.bottom.G_r' is there twice", [{"path": G_R}, {"path": G_R}]),
        (
            r"relaxation_time' and layer.Pt.spin_diffusion_length cannot both be set, for one replaces the other",
            [{"path": "layer.Pt.spin_diffusion_length"}, {"path": "layer.Pt.relaxation_time", "start": 1e-14}],
        ),
        (
            r"start = 1e-14: layer 'Pt': relaxation_time needs diffusion",
            [{"path": "layer.Pt.relaxation_time", "start": 1e-14}],
        ),
        (r"path = 3, must be a path such as 'boundary.bottom.G_r', or a list of them", [{"path": 3}]),
    ],
)
def test_parameters_that_cannot_be_say_what_would_be_right(match, parameters):
    wrong(match, *parameters)


def test_columns_that_cannot_be_say_what_would_be_right():
    wrong("fit: y is empty, must name a column", y={})
    wrong("fit: needs y", **{"y": None})
    wrong("y = 'rho', must be a table {column = result}", y="rho")
    wrong("sigma: unknown column 'rh'; did you mean 'rho'", sigma={"rh": 1})
    wrong("column 'rho' is in x and in y", x={"rho": "field.B.z"})
    wrong("fit.x, column 'B': 'field.b.z': unknown key 'b'; did you mean 'B'", x={"B": "field.b.z"})
    wrong(
        "fit.y, column 'mr': 'magnetisation.angel': unknown key 'angel'",
        y={"mr": {"result": "resistivity.longitudinal", "relative_to": {"magnetisation.angel": 0}}},
    )
    wrong(f"'{G_R}' is set by a column of x, it cannot be fitted too", x={"G": G_R})
    wrong("confidence = 1, must be < 1", confidence=1)
    wrong(r"needs at least one \[\[fit.parameter\]\]", parameter=[])
    wrong(r"parameter must be written \[\[fit.parameter\]\], with two brackets", parameter={"path": G_R})


def test_fit_goes_with_steady_states_alone():
    plain = tables()
    plain["layer"][0] |= {"diffusion": 1e-4}
    with pytest.raises(
        InputError, match="fit does not go with experiment = 'relaxation'; experiments: film, transport"
    ):
        Run.from_dict(plain | {"experiment": "relaxation"})
    contacts = {"bottom": {"kind": "contact", "voltage": 1}, "top": {"kind": "contact", "voltage": 0}}
    with pytest.raises(InputError, match=r"fit does not go with \[time\]: steady states are fitted"):
        Run.from_dict(
            plain
            | {"experiment": "transport", "time": {"end": 1e-9}, "boundary": contacts}
            | {"fit": {"y": {"I": "current.top"}, "parameter": [{"path": "layer.Pt.conductivity"}]}}
        )
