"""The spin valves of the examples: what they print is held against closed forms."""

import numpy as np
import pytest

from tests.test_examples import EXAMPLES, printed, row, run_file, table
from tests.two_current_forms import takahashi_maekawa


def test_giant_magnetoresistance_follows_valet_and_fert(tmp_path):
    lines = printed(EXAMPLES / "cpp_valve/thickness.py", "--out", tmp_path)
    rows = table(lines, 7)
    assert len(rows) == 10
    np.testing.assert_allclose(rows[:, 2::2], rows[:, 1::2], rtol=2e-6)
    assert (tmp_path / "thickness.png").stat().st_size > 1e4


def test_stacks_of_the_command_differ_by_the_magnetoresistance(tmp_path):
    ohms = [
        row(run_file(f"cpp_valve/{state}.toml", tmp_path), "bottom|top")[0] for state in ("parallel", "antiparallel")
    ]
    rows = table(printed(EXAMPLES / "cpp_valve/thickness.py", "--out", tmp_path), 7)
    (at_50,) = rows[rows[:, 0] == 50]
    assert ohms[1] - ohms[0] == pytest.approx(at_50[6] * 1e-15, rel=1e-4)


def test_non_local_resistance_decays_as_takahashi_and_maekawa_say(tmp_path):
    rows = table(printed(EXAMPLES / "lateral_valve/distance.py", "--out", tmp_path), 5)
    R_N, R_F = 20e-9 * 500e-9 / 8e-15, 250e-9 * 5e-9 / 1e-14
    for L, metallic, formula, tunnel, tunnel_formula in rows:
        closed = [takahashi_maekawa(L * 1e-9, R_N, 500e-9, R_F, 0.4, *more) for more in ((), (50, 0.3))]
        assert [formula, tunnel_formula] == pytest.approx(1e3 * np.array(closed), rel=1e-5)
        assert metallic == pytest.approx(formula, rel=0.025)  # the length of the contacts
        assert tunnel == pytest.approx(tunnel_formula, rel=0.005)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_valve_with_strips_across_reads_what_one_with_strips_on_top_does(tmp_path, ranks):
    lines = run_file("lateral_valve/valve.toml", tmp_path, ranks)
    volts = row(lines[lines.index("Voltage between contacts") :], "contact2|right")[0]
    assert volts / 1e-3 == pytest.approx(3.507e-3, rel=0.03)
