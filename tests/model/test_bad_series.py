"""What is said of frames of a magnetisation that make no series."""

import numpy as np
import pytest

from ddgauge.model import InputError
from ddgauge.model.ovf import OvfFrame, write_ovf
from ddgauge.model.series import FieldSeries

NM, PS = 1e-9, 1e-12


def good(t=0.0, nodes=(8, 2, 1), step=16 * NM, size=1.0):
    """m along z in all cells; the first corner of the grid is the origin."""
    m = np.zeros((*nodes[::-1], 3))
    m[..., 2] = size
    return OvfFrame(m, (step,) * 3, (step / 2,) * 3, t)


def changed(value, t=PS):
    m = good().m.copy()
    m[0, 1, 5] = value
    return OvfFrame(m, (16 * NM,) * 3, good().base, t)


@pytest.mark.parametrize(
    ("frames", "keys", "problem"),
    [
        ([], {}, "needs one frame or more"),
        ([good(), good(t=None)], {}, "frame 1: has no time; give times or interval"),
        ([good(), good()], {}, "frame 1: time = 0 s, must be later than 0 s of frame 0"),
        ([good(), good()], {"interval": -PS}, "interval = -1e-12 s, must be > 0"),
        ([good(), good()], {"times": [0, 1, 2]}, "3 times, must be one for each of 2 frames"),
        ([good(), good()], {"times": [0, np.inf]}, "times = [0.0, inf] s, must be finite numbers"),
        ([good(), good()], {"times": [0, 1], "interval": 1}, "give either times or interval, not both"),
        ([good(), good(t=PS, nodes=(9, 2, 1))], {}, "frame 1: nodes = (9, 2, 1), must be (8, 2, 1) as in frame 0"),
        (
            [good(), good(t=PS, step=15 * NM)],
            {},
            "frame 1: step = (1.5e-08, 1.5e-08, 1.5e-08), must be (1.6e-08, 1.6e-08, 1.6e-08) as in",
        ),
        (
            [good(), OvfFrame(good().m, good().step, (0, 0, 0), PS)],
            {},
            "frame 1: base = (0, 0, 0), must be (8e-09, 8e-09",
        ),
        ([good(size=0)], {}, "frame 0: m = 0 in all cells, must be a magnetisation"),
        (
            [changed(0.7)],
            {},
            "frame 0, cell (x, y, z) = (5, 1, 0): |m| = 1.21244, must be 1 to 1 %, one length in the whole magnet",
        ),
        (
            [good(), changed([0.98, 0, 0])],
            {},
            "frame 1, cell (x, y, z) = (5, 1, 0): |m| = 0.98, must be 1 to 1 %, one length in the whole magnet",
        ),
        ([good(), changed(0)], {}, "frame 1, cell (x, y, z) = (5, 1, 0): |m| = 0, but is not 0 in frame 0"),
        ([changed(0, 0), good(t=PS)], {}, "frame 1, cell (x, y, z) = (5, 1, 0): |m| = 1, but is 0 in frame 0"),
    ],
)
def test_frames_that_make_no_series(frames, keys, problem):
    with pytest.raises(InputError) as error:
        FieldSeries(frames, **keys).warnings()
    assert str(error.value).startswith(problem)


def test_vectors_may_differ_in_length_by_what_is_granted():
    FieldSeries([good(), changed([0.98, 0, 0])], unit_tolerance=0.03).warnings()


def test_a_time_beyond_the_frames_is_refused_but_for_rounding():
    series = FieldSeries([good(), good(t=PS)])
    assert series(np.zeros((3, 1)) + NM, PS * (1 + 1e-12)).any()
    for t in (1.01 * PS, -1e-3 * PS, np.nan):
        with pytest.raises(InputError, match=r"time = .* s, must be within that of the frames, 0 to 1e-12 s"):
            series(np.zeros((3, 1)), t)


def test_files_that_make_no_series(tmp_path):
    with pytest.raises(InputError, match=r"m\*\.ovf: no such file"):
        FieldSeries.from_files(tmp_path / "m*.ovf")
    with pytest.raises(InputError, match=r"m1\.ovf: no such file"):
        FieldSeries.from_files([tmp_path / "m1.ovf"])
    for k, frame in enumerate((good(), good(t=PS, nodes=(4, 2, 1)))):
        write_ovf(tmp_path / f"m{k}.ovf", frame)
    with pytest.raises(InputError, match=r"m1\.ovf: nodes = \(4, 2, 1\), must be \(8, 2, 1\) as in .*m0\.ovf"):
        FieldSeries.from_files(str(tmp_path / "m*.ovf"))
