"""Fits to synthetic data: parameters within their errors, coverage, what cannot be told, files, ranks."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI
from scipy import stats

from ddgauge.experiment import run
from ddgauge.fitting import fit, outcome, read_table, search, show
from ddgauge.fitting import target as target_of
from ddgauge.model import InputError, Run, read
from ddgauge.model.sweeps import override
from ddgauge.output import OutputError
from tests.closed_forms import chen_smr

ROOT = Path(__file__).parents[2]
G_R, ELL, THETA, SIGMA = (
    "boundary.bottom.G_r",
    "layer.Pt.spin_diffusion_length",
    "layer.Pt.spin_hall",
    "layer.Pt.conductivity",
)
FILM = {
    "experiment": "film",
    "layer": [
        {"name": "Pt", "thickness": 4e-9, "conductivity": 2.5e6, "spin_diffusion_length": 1.5e-9, "spin_hall": 0.11}
    ],
    "boundary": {"bottom": {"kind": "sheet", "G_r": 4e14, "G_i": 2e13}},
    "magnetisation": {"direction": [0.0, 1.0, 0.0]},
}
CPP = {  # two layers with an interface between them: R = t / sigma + ... of the first
    "experiment": "two-current",
    "layer": [
        {"name": "Co", "thickness": 10e-9, "conductivity": 1.7e7},
        {"name": "Cu", "thickness": 5e-9, "conductivity": 1.7e8},
    ],
    "interface": {"Co|Cu": {"resistance": 5e-16}},
    "boundary": {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0.0}},
}
R_CPP, AR = "resistance.bottom|top", "interface.Co|Cu.resistance"


def results(tables, settings, *paths):
    """Rows of results of a file with settings."""
    found = []
    for row in settings:
        changed = tables | {"output": {"figures": False}}
        for path, value in row.items():
            changed = override(changed, path, value)
        numbers = run(Run.from_dict(changed)).numbers
        found.append([numbers[table][key] for table, key in (path.split(".", 1) for path in paths)])
    return np.array(found)


def write(folder, tables, columns, **given):
    """An input file with [fit], and its data; the path of the first."""
    (folder / "case.json").write_text(json.dumps(tables | {"fit": {"data": "data.csv"} | given}))
    with (folder / "data.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([["" if np.isnan(x) else repr(float(x)) for x in row] for row in zip(*columns.values())])
    return folder / "case.json"


def starting(tables, **values):
    """The file with other values to start from."""
    for path, value in values.items():
        tables = override(tables, path, value)
    return tables


@pytest.fixture(scope="module")
def scan():
    """(columns, truth) of rho_xx and rho_yx of films of three thicknesses, magnetised in two planes."""
    rows = [
        {"layer.Pt.thickness": d, f"magnetisation.angle.{plane}": angle}
        for d in (2e-9, 4e-9, 9e-9)
        for plane, angles in {"xy": (0.0, 45.0, 90.0), "xz": (0.0, 180.0)}.items()
        for angle in angles
    ]
    rho = results(FILM, rows, "resistivity.longitudinal", "resistivity.transverse")
    columns = {
        "d (nm)": np.array([1e9 * row["layer.Pt.thickness"] for row in rows]),
        "alpha (degree)": np.array([row.get("magnetisation.angle.xy", np.nan) for row in rows]),
        "gamma (degree)": np.array([row.get("magnetisation.angle.xz", np.nan) for row in rows]),
        "rho_xx (uohm cm)": 1e8 * rho[:, 0],
        "rho_yx (nohm cm)": 1e11 * rho[:, 1],
    }
    return columns, {SIGMA: 2.5e6, THETA: 0.11, ELL: 1.5e-9, G_R: 4e14, "boundary.bottom.G_i": 2e13}


X = {"d": "layer.Pt.thickness", "alpha": "magnetisation.angle.xy", "gamma": "magnetisation.angle.xz"}
Y = {"rho_xx": "resistivity.longitudinal", "rho_yx": "resistivity.transverse"}
ELSEWHERE = {SIGMA: 2e6, THETA: 0.08, ELL: 2e-9, G_R: 2e14, "boundary.bottom.G_i": 1e13}


def parameters(paths):
    return [{"path": path, "scale": "linear" if path.endswith("G_i") else "log"} for path in paths]


def test_parameters_come_back_from_data_without_noise(tmp_path, scan):
    """The mixing conductance within 1e-4, as all others."""
    columns, truth = scan
    file = write(tmp_path, starting(FILM, **ELSEWHERE), columns, x=X, y=Y, parameter=parameters(truth))
    found = fit(file)
    assert found.converged
    assert found.evaluations < 20
    for path, value in truth.items():
        assert found.values[path] == pytest.approx(value, rel=1e-4), path
    assert not found.undetermined


def test_mixing_conductance_comes_back_from_the_angular_curve_of_the_closed_form(tmp_path):
    """G -> rho_yx = (d1 m_x m_y + d2 m_z) / sigma of Chen, to the lowest order in theta -> G within 1e-4."""
    theta, angles = 1e-3, np.arange(0.0, 181.0, 15.0)
    _, d1, d2 = chen_smr(4e-9, 1.5e-9, theta, 2.5e6, 4e14 + 1e14j)
    alpha, gamma = (np.concatenate(pair) for pair in ((angles, angles * np.nan), (angles * np.nan, angles)))
    m_xy, m_z = np.sin(2 * np.radians(alpha)) / 2, np.cos(np.radians(gamma))
    rho = (d1 * np.nan_to_num(m_xy) + d2 * np.nan_to_num(m_z)) / 2.5e6
    file = write(
        tmp_path,
        starting(FILM, **{THETA: theta, G_R: 2e14, "boundary.bottom.G_i": 2e14}),
        {"alpha (degree)": alpha, "gamma (degree)": gamma, "rho_yx": rho},
        x={"alpha": X["alpha"], "gamma": X["gamma"]},
        y={"rho_yx": Y["rho_yx"]},
        parameter=parameters([G_R, "boundary.bottom.G_i"]),
    )
    found = fit(file)
    assert found.values == pytest.approx({G_R: 4e14, "boundary.bottom.G_i": 1e14}, rel=1e-4)


def test_parameters_come_back_from_noisy_data_within_their_errors(tmp_path, scan):
    columns, truth = scan
    noise = np.random.default_rng(7)
    columns = columns | {
        "rho_xx (uohm cm)": columns["rho_xx (uohm cm)"] + noise.normal(0, 2e-3, 15),
        "rho_yx (nohm cm)": columns["rho_yx (nohm cm)"] + 1.5 + noise.normal(0, 0.3, 15),
    }
    sigma = {"rho_xx": "0.002 uohm cm", "rho_yx": 3e-12}
    file = write(
        tmp_path,
        starting(FILM, **ELSEWHERE),
        columns,
        x=X,
        y=Y,
        sigma=sigma,
        parameter=[*parameters(truth), {"offset": "rho_yx"}],
    )
    found = fit(file)
    assert found.degrees_of_freedom == 30 - 6
    assert stats.chi2.ppf(1e-4, 24) < found.chi_square < stats.chi2.ppf(1 - 1e-4, 24)
    assert found.probability == pytest.approx(stats.chi2.sf(found.chi_square, 24))
    for path, value in (truth | {"offset of rho_yx": 1.5e-11}).items():
        parameter = found.parameters[path]
        assert abs(parameter.value - value) < 3.5 * parameter.error
        assert parameter.error < abs(value)
        assert parameter.interval[0] < parameter.value < parameter.interval[1]
    assert found.correlation(SIGMA, THETA) == pytest.approx(found.correlation(THETA, SIGMA))


def test_errors_are_those_of_the_normal_equations(tmp_path):
    """Resistance of a stack, t / sigma and a constant: the errors of a straight line, and its correlation."""
    t, noise = np.repeat([10e-9, 20e-9, 40e-9], 4), 2e-17
    rows = [{"layer.Co.thickness": d} for d in t]
    R = results(CPP, rows, R_CPP)[:, 0] + np.random.default_rng(3).normal(0, noise, len(t))
    file = write(
        tmp_path,
        CPP,
        {"t": t, "R": R},
        x={"t": "layer.Co.thickness"},
        y={"R": R_CPP},
        sigma={"R": noise},
        parameter=[{"path": "layer.Co.conductivity"}, {"path": AR}],
    )
    found = fit(file)
    slope, intercept = np.polyfit(t, R, 1)
    # an interface of AR has r_s = 2 AR of each spin: together AR
    assert found.values["layer.Co.conductivity"] == pytest.approx(1 / slope, rel=1e-5)
    assert found.values[AR] == pytest.approx(intercept - 5e-9 / 1.7e8, rel=1e-4)
    J = np.stack([-t / (1 / slope) ** 2, np.ones_like(t)], axis=1) / noise
    C = np.linalg.inv(J.T @ J)
    np.testing.assert_allclose(found.covariance, C, rtol=1e-4)
    assert found.correlation("layer.Co.conductivity", AR) == pytest.approx(
        C[0, 1] / np.sqrt(C[0, 0] * C[1, 1]), rel=1e-4
    )
    half = stats.norm.ppf(0.975) * np.sqrt(C[1, 1])
    assert found.parameters[AR].interval == pytest.approx((found.values[AR] - half, found.values[AR] + half), rel=1e-4)


class Ohm:
    """Resistances of CPP in place of solutions: t / sigma + t' / sigma' + AR, and their derivatives."""

    def __init__(self, points, thicknesses):
        self.wanted, self.sizes, self.t = points.wanted, points.sizes, np.array(thicknesses)

    def serve(self, values):
        """Without a mesh."""
        return True

    def __call__(self, values, slopes, checked):
        R = self.t / values[0] + 5e-9 / 1.7e8 + values[1]
        J = np.stack([-self.t / values[0] ** 2, np.ones_like(R)], axis=1)
        return R[:, None], (J * self.sizes(values))[:, None]


def coverage(folder, draws, laws=None, **sigma):
    """Shares of draws of noise in which the truth is within one error, and in the intervals of 95 %."""
    t, noise = np.repeat([10e-9, 40e-9], 4), 5e-17
    exact = results(CPP, [{"layer.Co.thickness": d} for d in t[::4]], R_CPP)[:, 0].repeat(4)
    random, truth = np.random.default_rng(11), {"layer.Co.conductivity": 1.7e7, AR: 5e-16}
    given = {"x": {"t": "layer.Co.thickness"}, "y": {"R": R_CPP}, "parameter": [{"path": path} for path in truth]}
    file = write(folder, CPP, {"t": t, "R": exact}, **given, **sigma)
    case, table = read(file), read_table(folder / "data.csv")
    target, _ = target_of(case, json.loads(file.read_text()), table, MPI.COMM_WORLD, lambda text: None)
    if laws:
        target.points = laws(target.points, t[::4])
    inside = {path: [] for path in truth}
    for _ in range(draws):
        target.items = [replace(target.items[0], values=exact + random.normal(0, noise, len(t)))]
        found = outcome(target, search(target, MPI.COMM_WORLD), case, table, case.fit)
        for path, value in truth.items():
            parameter = found.parameters[path]
            one = abs(parameter.value - value) / parameter.error
            inside[path].append((one < 1, parameter.interval[0] < value < parameter.interval[1]))
    return np.mean(list(inside.values()), axis=1)


def test_intervals_cover_the_truth_as_often_as_they_say(tmp_path):
    """200 draws: 68.3 % and 95 %, within twice what a binomial scatters."""
    shares = coverage(tmp_path, 200, sigma={"R": 5e-17})
    np.testing.assert_allclose(shares[:, 0], 0.683, atol=0.07)
    np.testing.assert_allclose(shares[:, 1], 0.95, atol=0.035)


def test_intervals_of_estimated_errors_cover_as_often_as_they_say(tmp_path):
    """Of six degrees of freedom: one error has 64.4 % of Student's distribution, not 68.3 %."""
    shares = coverage(tmp_path, 2000, Ohm)
    np.testing.assert_allclose(shares[:, 0], 2 * stats.t.cdf(1, 6) - 1, atol=0.025)
    np.testing.assert_allclose(shares[:, 1], 0.95, atol=0.012)


def test_parameters_that_act_by_their_product_alone_are_named(tmp_path):
    """rho_yx of a film with m in the plane, to theta^2 F(G): the factor of a voltage and theta^2 are one."""
    rows = [{"magnetisation.angle.xy": angle} for angle in (15.0, 45.0, 75.0)]
    small = starting(FILM, **{THETA: 1e-4})
    rho = results(small, rows, "resistivity.transverse")[:, 0]
    columns = {"alpha": [15.0, 45.0, 75.0], "rho": rho}
    given = {
        "x": {"alpha": "magnetisation.angle.xy"},
        "y": {"rho": "resistivity.transverse"},
        "sigma": {"rho": 1e-4 * np.abs(rho).max()},
    }
    found = fit(write(tmp_path, small, columns, **given, parameter=[{"path": THETA}, {"factor": "rho"}]))
    (blind,) = found.undetermined
    assert blind["combination"] == pytest.approx({THETA: -0.5, "factor of rho": 1.0}, rel=1e-3)
    assert (
        "the data do not tell layer.Pt.spin_hall and factor of rho apart: -5 % of layer.Pt.spin_hall with +10 % of"
        in (blind["message"])
    )
    assert np.isinf(list(found.errors.values())).all()
    assert np.isnan(found.correlation(THETA, "factor of rho"))
    assert blind["message"] in found.warnings

    prior = {"mean": 1.0, "sigma": 0.1}
    found = fit(
        write(tmp_path, small, columns, **given, parameter=[{"path": THETA}, {"factor": "rho", "prior": prior}])
    )
    assert found.errors["factor of rho"] == pytest.approx(0.1, rel=1e-3)
    assert found.errors[THETA] == pytest.approx(0.05e-4, rel=1e-2)
    assert found.undetermined


def test_parameter_that_the_data_do_not_feel_is_named(tmp_path):
    """With m along x, G_i turns spins out of what rho_xx feels, but for the second order."""
    columns = {"rho": results(FILM, [{"magnetisation.direction": [1, 0, 0]}], "resistivity.longitudinal")[0]}
    file = write(
        tmp_path,
        starting(FILM, **{"magnetisation.direction": [1, 0, 0]}),
        columns,
        y={"rho": "resistivity.longitudinal"},
        sigma={"rho": "0.01 uohm cm"},
        parameter=[{"path": "boundary.bottom.G_i"}],
    )
    found = fit(file)
    assert "the data do not determine boundary.bottom.G_i: +10 % of it changes them by" in found.warnings[0]


def test_one_film_does_not_tell_the_parameters_of_magnetoresistance_apart(tmp_path, scan):
    """Its transverse resistivity with m in the plane is one number times m_x m_y."""
    one, kept = {name: values[:3] for name, values in scan[0].items()}, [THETA, ELL, G_R]
    given = {"x": X, "y": {"rho_yx": Y["rho_yx"]}, "sigma": {"rho_yx": "0.1 nohm cm"}}
    found = fit(write(tmp_path, FILM, one, **given, parameter=parameters(kept)))
    assert {name for item in found.undetermined for name in item["combination"]} == set(kept)
    assert len(found.undetermined) == 2


def test_errors_of_columns_of_different_units_are_estimated_each_from_its_own(tmp_path, scan):
    columns, _ = scan
    noise, spread = np.random.default_rng(5), {"rho_xx (uohm cm)": 5e-3, "rho_yx (nohm cm)": 0.2}
    noisy = columns | {name: columns[name] + noise.normal(0, s, 15) for name, s in spread.items()}
    found = fit(write(tmp_path, FILM, noisy, x=X, y=Y, parameter=parameters([SIGMA, THETA])))
    of_xx, of_yx = found.curves
    for curve, expected in (of_xx, 5e-11), (of_yx, 2e-12):
        assert curve.estimated
        assert 0.6 < curve.sigma[0] / expected < 1.6
        assert np.ptp(curve.sigma) == 0
    assert found.chi_square == pytest.approx(28, rel=0.02)
    assert found.probability is None


def test_prior_and_data_are_weighed_by_their_errors(tmp_path):
    """Of a linear problem: the mean of both, weighed by 1 / sigma^2."""
    exact = results(CPP, [{}], R_CPP)[0, 0]
    file = write(
        tmp_path,
        CPP,
        {"R": [exact + 2e-17]},
        y={"R": R_CPP},
        sigma={"R": 1e-17},
        parameter=[{"path": AR, "prior": {"mean": 5e-16, "sigma": 2e-17}}],
    )
    found = fit(file)
    assert found.values[AR] == pytest.approx(5e-16 + 2e-17 * 4 / 5, rel=1e-6)
    assert found.errors[AR] == pytest.approx(1e-17 * np.sqrt(4 / 5), rel=1e-4)
    assert (found.degrees_of_freedom, found.chi_square) == (1, pytest.approx(0.8, rel=1e-4))


def test_magnetoresistance_is_relative_to_its_reference(tmp_path):
    """Without noise: theta of rho(m) / rho(m || y) - 1, though the resistivity itself is wrong."""
    angles = [0.0, 30.0, 60.0]
    rows = [{"magnetisation.angle.xy": angle} for angle in (*angles, 90.0)]
    rho = results(starting(FILM, **{SIGMA: 2.5e6}), rows, "resistivity.longitudinal")[:, 0]
    y = {"mr": {"result": "resistivity.longitudinal", "relative_to": {"magnetisation.direction": [0, 1, 0]}}}
    columns = {"alpha (degree)": angles, "mr (1e-4)": 1e4 * (rho[:3] / rho[3] - 1)}
    start = starting(FILM, **{THETA: 0.2})
    found = fit(
        write(tmp_path, start, columns, x={"alpha": "magnetisation.angle.xy"}, y=y, parameter=[{"path": THETA}])
    )
    assert found.values[THETA] == pytest.approx(0.11, rel=1e-6)
    d0, d1, _ = chen_smr(4e-9, 1.5e-9, 0.11, 2.5e6, 4e14 + 2e13j)
    assert found.curves[0].model[0] == pytest.approx(d1 / (1 + d0), rel=0.03)


def test_thickness_is_found_on_a_mesh_that_stretches_and_is_made_again(tmp_path):
    """From half of it: the mesh of the start would be too coarse."""
    rho = results(FILM, [{"layer.Pt.thickness": 8e-9}], "resistivity.longitudinal")[0, 0]
    start = starting(FILM, **{"layer.Pt.thickness": 4e-9})
    file = write(
        tmp_path,
        start,
        {"rho": [rho]},
        y={"rho": "resistivity.longitudinal"},
        sigma={"rho": 1e-15},
        parameter=[{"path": "layer.Pt.thickness"}],
    )
    assert fit(file).values["layer.Pt.thickness"] == pytest.approx(8e-9, rel=1e-6)


def test_one_parameter_may_have_several_places(tmp_path):
    """Both layers of one metal."""
    layers = [CPP["layer"][0], CPP["layer"][0] | {"name": "Cu", "thickness": 30e-9}]
    tables = CPP | {"layer": layers}
    exact = results(tables, [{}], R_CPP)[0, 0]
    paths = ["layer.Co.conductivity", "layer.Cu.conductivity"]
    start = starting(tables, **dict.fromkeys(paths, 1e7))
    found = fit(write(tmp_path, start, {"R": [exact]}, y={"R": R_CPP}, sigma={"R": 1e-20}, parameter=[{"path": paths}]))
    assert found.values == pytest.approx({paths[0]: 1.7e7}, rel=1e-5)
    assert [layer.conductivity for layer in found.run.stack.layers] == pytest.approx([1.7e7] * 2, rel=1e-5)


def test_model_that_lacks_something_is_told_from_its_residuals(tmp_path, scan):
    columns, _ = scan
    file = write(
        tmp_path, FILM, columns, x=X, y=Y, sigma={"rho_xx": 1e-14, "rho_yx": 1e-14}, parameter=[{"path": SIGMA}]
    )
    wrong = starting(json.loads(file.read_text()), **{THETA: 0.12})
    file.write_text(json.dumps(wrong))
    found = fit(file)
    assert "residuals are larger than their errors say" in found.warnings[-1]


def test_bound_that_a_parameter_ends_at_is_said(tmp_path):
    exact = results(CPP, [{}], R_CPP)[0, 0]
    given = {"y": {"R": R_CPP}, "sigma": {"R": 1e-18}, "parameter": [{"path": AR, "bounds": [1e-16, 4e-16]}]}
    found = fit(write(tmp_path, starting(CPP, **{AR: 2e-16}), {"R": [exact]}, **given))
    assert found.values[AR] == 4e-16
    assert any("ended at its bound 4e-16" in line for line in found.warnings)


def test_solver_that_fails_at_the_start_says_where(tmp_path):
    tables = CPP | {"solver": {"balance_tolerance": 1e-30}}
    given = {"y": {"R": R_CPP}, "sigma": {"R": 1e-18}, "parameter": [{"path": AR}]}
    with pytest.raises(RuntimeError, match=r"the solution does not balance"):
        fit(write(tmp_path, tables, {"R": [1e-15]}, **given))


# files


@pytest.fixture(scope="module")
def written(tmp_path_factory, scan):
    """(folder, FitResult) of a fit with noise."""
    folder = tmp_path_factory.mktemp("fit")
    columns, _ = scan
    columns = columns | {"rho_xx (uohm cm)": columns["rho_xx (uohm cm)"] + 1e-3 * np.cos(np.arange(15))}
    file = write(
        folder,
        FILM | {"title": "Films"},
        columns,
        x=X,
        y=Y,
        sigma={"rho_yx": 1e-12},
        parameter=[{"path": THETA, "start": 0.1}, {"offset": "rho_yx"}],
    )
    return folder, fit(file, out=folder / "out")


def test_files_hold_what_was_found(written):
    folder, found = written
    out = folder / "out"
    assert {path.name for path in out.iterdir()} == {"fit.json", "fit.csv", "fit.png", "fitted.json"}
    kept = json.loads((out / "fit.json").read_text())
    theta = kept["parameters"][THETA]
    assert (theta["value"], theta["error"]) == (found.values[THETA], found.errors[THETA])
    assert theta["determined"]
    assert kept["correlations"]["matrix"][0][1] == found.correlation(THETA, "offset of rho_yx")
    assert kept["quality"]["degrees_of_freedom"] == 28
    assert kept["columns"]["rho_xx (uohm cm)"]["sigma_estimated"]
    assert kept["versions"]["ranks"] == MPI.COMM_WORLD.size
    assert (out / "fit.png").read_bytes().startswith(b"\x89PNG")


def test_table_holds_data_model_and_residual_in_the_units_of_the_data(written):
    folder, found = written
    with (folder / "out/fit.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    for row, model in zip(rows, found.curves[1].model):
        measured, of_model, residual = (
            float(row[f"rho_yx {what} (nohm cm)"]) for what in ("measured", "model", "residual")
        )
        assert of_model == pytest.approx(1e11 * model)
        assert residual == pytest.approx(measured - of_model, abs=1e-9)
    assert rows[0]["gamma (degree)"] == ""


def test_fitted_file_runs_and_starts_a_fit_where_the_last_one_ended(written):
    folder, found = written
    fitted = read(folder / "out/fitted.json")
    assert fitted.stack["Pt"].spin_hall == found.values[THETA]
    again = fit(folder / "out/fitted.json")
    assert again.evaluations <= 4
    assert again.values == pytest.approx(found.values, rel=1e-4, abs=1e-16)


def test_printed_tables_have_values_errors_and_correlations(written, capsys):
    show(written[1])
    printed = capsys.readouterr().out
    for text in (
        "Films",
        "Parameters",
        "standard error",
        "95 % interval",
        "Correlations",
        "from the residuals",
        "chi^2 =",
    ):
        assert text in printed


def test_folder_that_cannot_be_written_is_an_error_and_leaves_what_was_there(written):
    folder, _ = written
    with pytest.raises(OutputError, match=r"case.json: is a file, must be a folder for results"):
        fit(folder / "case.json", out=folder / "case.json")


def test_full_disk_is_an_error_that_leaves_no_fit_that_looks_whole(written, monkeypatch, tmp_path):
    folder, _ = written

    def full(self, *arguments, **more):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="No space left on device"):
        fit(folder / "case.json", out=tmp_path)
    assert not (tmp_path / "fit.json").exists()


def test_fit_is_the_same_on_any_number_of_ranks(tmp_path):
    """In one dimension ranks share the points, in two they solve each together."""
    mesh = {"dimension": 2, "size": [2e-8], "periodic": False, "element_size": 4e-9}
    plane = CPP | {"mesh": mesh, "solver": {"tolerance": 1e-12}}
    cases = {
        "film": (FILM, "layer.Pt.thickness", [3e-9, 4e-9, 5e-9], THETA, 0.11, Y["rho_xx"]),
        "plane": (plane, "layer.Co.thickness", [2e-8], "layer.Co.conductivity", 1.7e7, R_CPP),
    }
    alone = {}
    for name, (base, x, values, path, truth, y) in cases.items():
        exact = results(base, [{x: value} for value in values], y)[:, 0]
        columns = {"x": values, "y": exact * (1 + 1e-3 * np.cos(np.arange(len(exact))))}
        given = {"x": {"x": x}, "y": {"y": y}, "sigma": {"y": 1e-3 * exact[0]}, "parameter": [{"path": path}]}
        (tmp_path / name).mkdir()
        file = write(tmp_path / name, starting(base, **{path: 0.95 * truth}), columns, **given)
        alone[name] = fit(file).parameters[path]
    code = (
        "import sys; from mpi4py import MPI; from ddgauge.fitting import fit\n"
        "for name in 'film', 'plane':\n"
        "    found = fit(f'{name}/case.json', out=f'{name}/{MPI.COMM_WORLD.size}')\n"
        "    values = MPI.COMM_WORLD.allgather((found.values, found.errors))\n"
        "    assert all(value == values[0] for value in values)"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_COMM", "PMIX", "PRTE"))}
    environment["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe"
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    for ranks in 2, 3:
        command = ["mpirun", "-n", str(ranks), sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
        for name, parameter in alone.items():
            together = json.loads((tmp_path / name / str(ranks) / "fit.json").read_text())["parameters"]
            assert together[parameter.name]["value"] == pytest.approx(parameter.value, rel=1e-7)
            assert together[parameter.name]["error"] == pytest.approx(parameter.error, rel=1e-3)


def test_errors_on_one_rank_are_errors_on_all(tmp_path):
    (tmp_path / "case.json").write_text(json.dumps(CPP | {"fit": {"y": {"R": R_CPP}, "parameter": [{"path": AR}]}}))
    with pytest.raises(InputError, match="no such file"):
        fit(tmp_path / "case.json", tmp_path / "nothing.csv")
