"""Files of measured columns: how they are read, and what is said of those that cannot be."""

import numpy as np
import pytest

from ddgauge.fitting import fit
from ddgauge.fitting.data import read_table
from ddgauge.model import InputError

INPUT = """
experiment = "film"

[[layer]]
name = "Pt"
thickness = "6 nm"
conductivity = 4e6
spin_diffusion_length = "1.5 nm"
spin_hall = 0.08

[magnetisation]
direction = [0, 0, 1]

[boundary.bottom]
kind = "sheet"
G_r = 2.5e14

[fit]
x = {thickness = "layer.Pt.thickness", alpha = "magnetisation.angle.xy", gamma = "magnetisation.angle.xz"}
y = {rho_xx = "resistivity.longitudinal"}
sigma = {rho_xx = "error"}

[[fit.parameter]]
path = "layer.Pt.spin_hall"

[[fit.parameter]]
path = "layer.Pt.conductivity"
"""
GOOD = """# Pt on YIG
thickness (nm), alpha (degree), gamma (degree), rho_xx (uohm cm), error (uohm cm)
2, 0, , 25, 0.1
3, , 30, 25.1, 0.1   # out of the plane
"""


def table(folder, text):
    (folder / "data.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "data.csv")


@pytest.mark.parametrize(
    "text",
    [
        "angle (degree),rho (ohm m)\n0,1e-7\n90,2e-7\n",
        "# a comment\n\nangle (degree) ; rho (ohm m)\n0 ; 1e-7 # a point\n\n90 ; 2e-7\n",
        "angle (degree)\trho (ohm m)\n0\t1e-7\n90\t2e-7\n",
        "angle (degree)   rho (ohm m)\n  0   1e-7\n 90   2e-7\n",
        'angle [degree], "rho [ohm m]"\n0, 1e-7\n90, "2e-7"\n',
        "\ufeffangle (degree), rho (ohm m)\r\n0, 1e-7\r\n90, 2e-7\r\n",
    ],
    ids=["commas", "semicolons", "tabs", "blanks", "quotes", "of a spreadsheet"],
)
def test_columns_are_parted_by_whatever_parts_them(tmp_path, text):
    found = table(tmp_path, text)
    assert [(column.name, column.unit) for column in found.columns] == [("angle", "degree"), ("rho", "ohm m")]
    np.testing.assert_array_equal(found["angle"].numbers(), [0, 90])
    np.testing.assert_array_equal(found[found.columns[1].header].numbers(), [1e-7, 2e-7])


def test_column_is_worth_its_unit_a_number_times_one_or_si(tmp_path):
    found = table(tmp_path, "a (uohm cm), b (1e-4), c (1e-12 ohm m), d, e (%)\n1, 1, 1, 1, 1\n")
    worth = [column.worth(unit) for column, unit in zip(found.columns, ("ohm m", "1", "ohm m", "ohm m", "1"))]
    assert worth == pytest.approx([1e-8, 1e-4, 1e-12, 1, 0.01])


def test_empty_cell_is_no_number(tmp_path):
    found = table(tmp_path, "a, b\n1,\n,2\n")
    np.testing.assert_array_equal(found["a"].numbers(), [1, np.nan])
    np.testing.assert_array_equal(found["b"].numbers(), [np.nan, 2])


def refused(folder, text, file=INPUT):
    (folder / "film.toml").write_text(file)
    if isinstance(text, bytes):
        (folder / "data.csv").write_bytes(text)
    elif text is not None:
        (folder / "data.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        fit(folder / "film.toml", folder / "data.csv")
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "text, message",
    [
        (None, "data.csv: no such file"),
        ("", "data.csv: is empty, must have a line with the names of its columns, and rows of numbers"),
        ("# nothing\n\n", "data.csv: is empty, "),
        (b"\xff\xfe\x00a", "data.csv: is not text in UTF-8"),
        (GOOD.split("\n2, 0")[0], "data.csv: has no rows of numbers below the names of its columns"),
        ("1, 2, 3\n4, 5, 6\n", "data.csv, line 1: must name the columns, with their units: "),
        (GOOD.replace("error", "rho_xx"), "data.csv, line 2: column 'rho_xx (uohm cm)' is there 2 times, names must"),
        (GOOD.replace("alpha (degree)", ""), "data.csv, line 2: column 2 has no name"),
        (GOOD.replace("alpha", "phi"), "data.csv, no column 'alpha'; columns: thickness, phi, gamma, rho_xx"),
        (GOOD.replace("alpha", "alhpa"), "no column 'alpha'; did you mean 'alhpa'?"),
        (GOOD.replace("(nm)", "(K)"), "data.csv, column 'thickness (K)' = '1 K' is in K, expected m"),
        (
            GOOD.replace("(nm)", "(nn)"),
            "data.csv, column 'thickness (nn)' = '1 nn': unit 'nn' is not known, expected m",
        ),
        (GOOD.replace("rho_xx (uohm cm)", "rho_xx (V)"), "column 'rho_xx (V)': '1 V' is in V, expected ohm m"),
        (GOOD.replace("error (uohm cm)", "error (S)"), "data.csv, column 'error (S)': '1 S' is in S, expected ohm m"),
        (
            GOOD.replace("25.1", "nan"),
            "line 4, column 'rho_xx (uohm cm)': nan is no measured value; leave the cell empty",
        ),
        (GOOD.replace("25.1", "inf"), "line 4, column 'rho_xx (uohm cm)': inf is no measured value"),
        (GOOD.replace("25.1", "high"), "data.csv, line 4, column 'rho_xx (uohm cm)': 'high' is not a number"),
        (GOOD.replace(",", ";").replace("25.1", "25,1"), "'25,1' is not a number; write 0.5, not 0,5"),
        (GOOD + "2, 0, 25\n", "data.csv, line 5: has 3 values, must have one for each of 5 columns"),
        (GOOD.replace("25.1", ""), "data.csv, line 4: has no measured value; columns of y: rho_xx (uohm cm)"),
        (
            GOOD.replace("25.1, 0.1", "25.1, 0"),
            "line 4, column 'error (uohm cm)': the error of a value = 0, must be > 0",
        ),
        (GOOD.replace("25.1, 0.1", "25.1, "), "line 4, column 'error (uohm cm)': the error of a value is empty"),
        (GOOD.replace("\n3,", "\n-3,"), "data.csv, line 4: film.toml, layer 'Pt': thickness = -3e-09 m, must be > 0"),
        (
            GOOD.replace(", 30", "10, 30"),
            "data.csv, line 4: sets magnetisation.angle.xy and magnetisation.angle.xz, of",
        ),
        (GOOD.split("3, ,")[0], "data.csv: fewer measured values, 1, than parameters, 2; give priors, or more"),
    ],
)
def test_data_that_cannot_be_say_what_would_be_right(tmp_path, text, message):
    assert message in refused(tmp_path, text)


@pytest.mark.parametrize(
    "old, new, message",
    [
        (
            "resistivity.longitudinal",
            "resistivity.longitudnal",
            "film.toml, fit.y: no result 'resistivity.longitudnal'; did you mean 'resistivity.longitudinal'? results: ",
        ),
        (
            "resistivity.longitudinal",
            "accumulation.top",
            "result 'accumulation.top' is not one number; its parts: accumulation.top.x, accumulation.top.y",
        ),
        ('"error"}', '"eror"}', "data.csv, fit.sigma, column 'rho_xx' = 'eror': unit 'eror' is not known"),
        ('"error"}', '"1 V"}', "column 'rho_xx' = '1 V' is in V, expected ohm m, or a column; columns: thickness (nm)"),
        ('"error"}', "-1}", "column 'rho_xx' = -1 ohm m, must be > 0"),
        ("[fit]", "[later]", "unknown key 'later'"),
        (INPUT[INPUT.index("[fit]") :], "", "film.toml: has no [fit], needs columns x and y and at least one"),
    ],
)
def test_files_that_do_not_go_with_the_data_say_what_would_be_right(tmp_path, old, new, message):
    assert message in refused(tmp_path, GOOD, INPUT.replace(old, new))


def test_result_that_a_point_does_not_have_is_said(tmp_path):
    """With m along y there is no torque to be told apart."""
    (tmp_path / "film.toml").write_text(INPUT.replace("resistivity.longitudinal", "torque.efficiency_dl"))
    (tmp_path / "data.csv").write_text(GOOD.replace("(uohm cm)", "(1)").replace("2, 0,", "2, 90,"))
    with pytest.raises(InputError, match=r"torque.efficiency_dl has no value at layer.Pt.thickness = 2.0 nm, magnet"):
        fit(tmp_path / "film.toml", tmp_path / "data.csv")


def test_data_are_needed(tmp_path):
    (tmp_path / "film.toml").write_text(INPUT)
    with pytest.raises(InputError, match=r"film.toml, fit: needs data, a file of measured columns, or name one"):
        fit(tmp_path / "film.toml")
