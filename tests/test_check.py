"""What `ddgauge check` says of a gauge field."""

from pathlib import Path

import pytest

from ddgauge.model import Run, read
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


@pytest.mark.parametrize(
    "gauge, said",
    [({"zz": [1e7, 0, 0]}, "0 1/m^2 (a pure gauge)"), ({"xy": [1e7, 0, 0], "xx": [0, 1e7, 0]}, "1e+14 1/m^2\n")],
)
def test_two_bands_have_lengths_and_a_field_strength(capsys, gauge, said):
    film = {"name": "film", "thickness": 5e-8, "two_band": {"diffusion_c": 1e-3, "spin_time_c": 1e-11, "gauge": gauge}}
    held = {"bottom": {"kind": "state", "fields": {"cc_z": 1.0}}}
    report(Run.from_dict({"experiment": "two-band", "two_band": {"mode": "excess"}, "layer": [film], "boundary": held}))
    out = capsys.readouterr().out
    assert ["film", "spin", "diffusion", "c", "100"] in [line.split()[:5] for line in out.splitlines()]
    assert f"field strength F_ij^b of the gauge field {said}" in out
