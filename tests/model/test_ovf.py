"""OVF files as OOMMF and mumax3 write them, and what is said of those that cannot be read."""

import numpy as np
import pytest

from ddgauge.model import InputError
from ddgauge.model.ovf import OvfFrame, read_ovf, write_ovf
from ddgauge.model.ovf_header import read_header
from tests.ovf_files import BASE, END, MUMAX, OOMMF, TEXT, M, binary_file, text_file


def write(folder, content):
    (folder / "m.ovf").write_bytes(content)
    return folder / "m.ovf"


@pytest.mark.parametrize(
    "content",
    [
        text_file(),
        binary_file(MUMAX, "<", 4),  # mumax3 writes no line break behind the data
        binary_file(MUMAX, "<", 4, newline="\r\n"),  # on Windows
        binary_file(MUMAX, "<", 8, gap=b"\n"),
        binary_file(MUMAX, ">", 8, gap=b"\n"),  # against the specification, but the check value tells
        text_file(MUMAX.replace(BASE, "")),  # from the corner
        text_file(data=TEXT.replace(" \n", "\t\n").replace("\n", " # row\n## comment 1 2 3\n", 1)),
    ],
    ids=["text", "binary 4", "windows", "binary 8", "other bytes", "no base", "comments"],
)
def test_frames_of_mumax3(tmp_path, content):
    frame = read_ovf(write(tmp_path, content))
    np.testing.assert_array_equal(frame.m, M)
    assert frame.nodes == (2, 3, 2)
    assert frame.step == pytest.approx((2e-9, 2.5e-9, 3e-9))
    assert frame.base == pytest.approx((1e-9, 1.25e-9, 1.5e-9))
    assert (frame.time, frame.title, frame.unit) == (1e-9, "m", "1")


@pytest.mark.parametrize(
    "content",
    [text_file(OOMMF), binary_file(OOMMF, ">", 4, gap=b"\n"), binary_file(OOMMF, ">", 8, gap=b"\n")],
    ids=["text", "binary 4", "binary 8"],
)
def test_frames_of_oommf_are_scaled_and_in_its_unit_of_length(tmp_path, content):
    frame = read_ovf(write(tmp_path, content))
    np.testing.assert_array_equal(frame.m, 860 * M)
    assert frame.step == pytest.approx((2e-9, 2.5e-9, 3e-9))
    assert frame.base == pytest.approx((1e-9, 1.25e-9, 1.5e-9))
    assert (frame.time, frame.unit) == (2.5e-10, "kA/m")


def test_check_values_are_the_bytes_of_the_specification():
    assert binary_file(OOMMF, ">", 4)[len(OOMMF) + 23 :].startswith(bytes.fromhex("4996B438"))
    assert binary_file(OOMMF, ">", 8)[len(OOMMF) + 23 :].startswith(bytes.fromhex("42DC12218377DE40"))


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("Desc: Time (s) :  1e-09", 1e-9),  # mumax3 in OVF 1.0
        ("Desc: Total simulation time: 0 s", 0),
        ("Desc: total simulation time: 3 ns", 3e-9),
        ("Desc: Total simulation time: -2 s", None),  # of a minimiser, which has no time
        ("Desc: Stage simulation time: 1 s", None),
        ("Desc: 1.5 hours", None),
    ],
)
def test_time_of_a_frame(tmp_path, line, time):
    header = read_header(write(tmp_path, text_file(MUMAX.replace("Desc: Total simulation time:  1e-09  s", line))))
    assert header.time == (time if time is None else pytest.approx(time))


def test_only_the_first_segment_is_read(tmp_path):
    second = binary_file(MUMAX, "<", 4, data=bytes(4 * M.size))
    np.testing.assert_array_equal(read_ovf(write(tmp_path, binary_file(MUMAX, "<", 4) + second)).m, M)
    np.testing.assert_array_equal(read_ovf(write(tmp_path, text_file() + text_file())).m, M)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize(("data", "precision"), [("Text", 0), ("Binary 4", 1e-7), ("Binary 8", 0)])
def test_frames_are_written_and_read_back(tmp_path, version, data, precision):
    m = np.random.default_rng(1).normal(size=(2, 3, 4, 3)) * 8e5
    frame = OvfFrame(m, (2e-9, 2.5e-9, 1 / 3e8), (-1e-9, 0, 4e-9), 1 / 3e9, "vortex: polarity +1", "A/m")
    write_ovf(tmp_path / "m.ovf", frame, version, data)
    header, back = read_header(tmp_path / "m.ovf"), read_ovf(tmp_path / "m.ovf")
    assert (header.version, header.data) == (version, data)
    np.testing.assert_allclose(back.m, m, rtol=precision)
    for key in ("step", "base", "time", "title", "unit", "nodes"):
        assert getattr(back, key) == getattr(frame, key)
    assert [path.name for path in tmp_path.iterdir()] == ["m.ovf"]
    check = bytes.fromhex({"Binary 4": "4996B438", "Binary 8": "42DC12218377DE40"}.get(data, ""))
    assert data.encode() + b"\n" + check[:: 1 if version == "1.0" else -1] in (tmp_path / "m.ovf").read_bytes()


def test_a_frame_without_a_time_stays_without(tmp_path):
    write_ovf(tmp_path / "m.ovf", OvfFrame(M, (1e-9,) * 3, (0, 0, 0)))
    assert read_ovf(tmp_path / "m.ovf").time is None


BINARY = binary_file(MUMAX, "<", 4)
BAD = [
    (b"", ": is empty, must be an OVF file, which begins with '# OOMMF OVF 2.0' or the like"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", r": begins with b'\x89PNG\r\n', must be an OVF file"),
    (text_file(MUMAX.replace("OVF 2.0", "OVF 3.0")), "version = 'ovf 3.0', must be 'OVF 2.0' or 'rectangular mesh"),
    (text_file(OOMMF.replace("rectangular", "irregular", 1)), "meshtype = 'irregular', must be 'rectangular'"),
    (text_file(MUMAX.replace("rectangular", "irregular")), "meshtype = 'irregular', must be 'rectangular' (a regular"),
    (text_file(MUMAX.replace("valuedim: 3", "valuedim: 1")), "valuedim = 1, must be 3 (a vector in each cell)"),
    (text_file(MUMAX.replace("# valuedim: 3\n", "")), ": needs valuedim"),
    (text_file(MUMAX.replace("meshunit: m", "meshunit: kg")), "meshunit = 'kg', must be a length, such as m or nm"),
    (text_file(MUMAX.replace("xnodes: 2", "xnodes: two")), "xnodes = 'two', must be a whole number"),
    (text_file(MUMAX.replace("ynodes: 3", "ynodes: 0")), "ynodes = 0, must be > 0"),
    (text_file(MUMAX.replace("# znodes: 2\n", "")), ": needs znodes"),
    (text_file(MUMAX.replace("xstepsize: 2e-09", "xstepsize: -2e-09")), "xstepsize = -2e-09, must be > 0"),
    (text_file(MUMAX.replace("zbase: 1.5e-09", "zbase: nan")), "zbase = nan, must be a finite number"),
    (text_file(MUMAX.replace(":  1e-09  s", ": soon")), "total simulation time = 'soon', must be a time in s"),
    (text_file(MUMAX.replace("# End: H", "End: H")), "header has the line 'End: Header', must begin with '#'"),
    (MUMAX.encode(), "has no line '# Begin: Data ...'; is the file truncated?"),
    (
        text_file().replace(b"Data Text", b"Data Binary 16", 1),
        "data = 'Binary 16'; did you mean 'Binary 8'? kinds: Text",
    ),
    (binary_file(MUMAX, "<", 4, check=1.0), "check value of Binary 4 = 1, must be 1234567"),
    (BINARY[:-100], "ends after 6 of 12 cells; is the file truncated?"),
    (BINARY[: -len(END.format("Binary 4"))], "has no '# End: Data Binary 4' behind its data; is the file truncated?"),
    (
        binary_file(MUMAX, "<", 4, data=bytes(160)),
        "holds 40 numbers, must be 3 xnodes ynodes znodes = 3 * 2 * 3 * 2 = 36",
    ),
    (
        binary_file(MUMAX, "<", 4, data=bytes(132), end=END + "#" * 100),
        "holds 33 numbers, must be 3 xnodes ynodes znodes = 3 * 2 * 3 * 2 = 36",
    ),
    (text_file(data=TEXT + "1 2 3\n"), "holds 39 numbers, must be 3 xnodes ynodes znodes = 3 * 2 * 3 * 2 = 36"),
    (text_file()[:-80], "ends after 27 of 36 numbers; is the file truncated?"),
    (text_file(data=TEXT.replace("\n4.5", "\n4.5.1")), "cell (x, y, z) = (0, 2, 0): x = '4.5.1', must be a number"),
    (text_file(data=TEXT.replace("\n4.5", "\nnan")), "cell (x, y, z) = (0, 2, 0): x = nan, must be a finite number"),
]


@pytest.mark.parametrize(("content", "problem"), BAD, ids=[problem[:40] for _, problem in BAD])
def test_files_that_cannot_be_read(tmp_path, content, problem):
    path = write(tmp_path, content)
    with pytest.raises(InputError) as error:
        read_ovf(path)
    message = str(error.value)
    assert message.startswith(f"{path}, {problem.removeprefix(': ')}")
    assert "\n" not in message


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(InputError, match=r"m\.ovf: no such file"):
        read_ovf(tmp_path / "m.ovf")
    with pytest.raises(InputError, match="is a folder, must be an OVF file"):
        read_header(tmp_path)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"m": M[0]}, r"m has the shape \(3, 2, 3\), must be \(nz, ny, nx, 3\)"),
        ({"m": M * np.inf}, r"cell \(x, y, z\) = \(0, 0, 0\): x = -inf, must be a finite number"),
        ({"step": (1e-9, 0, 1e-9)}, r"step = \(1e-09, 0.0, 1e-09\) m, must be three lengths > 0"),
        ({"base": (0, 0)}, r"base = \(0.0, 0.0\) m, must be three lengths"),
    ],
)
def test_frames_that_cannot_be(keys, problem):
    with pytest.raises(InputError, match=problem):
        OvfFrame(**{"m": M, "step": (1e-9,) * 3, "base": (0, 0, 0)} | keys)


def test_a_file_of_an_unknown_kind_is_not_written(tmp_path):
    frame = OvfFrame(M, (1e-9,) * 3, (0, 0, 0))
    with pytest.raises(InputError, match=r"version = '3\.0'; .*versions: 1\.0, 2\.0"):
        write_ovf(tmp_path / "m.ovf", frame, "3.0")
    with pytest.raises(InputError, match=r"data = 'Binary'; .*kinds: Text, Binary 4, Binary 8"):
        write_ovf(tmp_path / "m.ovf", frame, data="Binary")
    assert not list(tmp_path.iterdir())
