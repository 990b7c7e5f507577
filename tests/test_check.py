"""What `ddgauge check` says of a gauge field."""

from pathlib import Path

import pytest

from ddgauge.model import read
from ddgauge.post.check import report

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_helix_lives_in_a_pure_gauge(capsys):
    report(read(EXAMPLES / "persistent_helix" / "helix.toml"))
    assert "field strength F_ij^b of the gauge field 0 1/m^2 (a pure gauge)" in capsys.readouterr().out


def test_rashba_coupling_has_a_field_strength(capsys):
    """F_xy^z = Q^2 where carriers along x and y turn by Q about y and -x."""
    run = read(EXAMPLES / "rashba_interface" / "interface.toml")
    report(run)
    said = capsys.readouterr().out.split("gauge field ")[1].split()[0]
    Q = abs(run.stack.coefficients("F").q[0, 1])
    assert float(said) == pytest.approx(Q**2, rel=1e-3)
