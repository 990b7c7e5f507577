"""Pages of runs, sweeps and fits: whole in one file, readable by machines too, and nothing from an input is markup."""

import base64
import html
import json
import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray

from ddgauge import output
from ddgauge.model import InputError, Run
from ddgauge.post.table import tables
from ddgauge.report import files, markup, report, stack, toml
from ddgauge.sweep import sweep
from tests.solved import result

PT = {"name": "Pt", "thickness": 6e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
YIG = {"bottom": {"kind": "sheet", "G_r": 2.5e14, "G_i": 1e13}}
FILM = {"boundary": YIG, "magnetisation": {"direction": [0, 0, 1]}, "drive": {"electric_field": [1e5, 0, 0]}}
INJECTED = {"boundary": {"bottom": {"kind": "current", "spin_current": [1e9, 5e8, 0]}, "top": {"kind": "sink"}}}
VOID = ("img", "meta", "wbr")
NASTY = "<script>alert(1)</script> & \"quotes\" 'too' \x00\x1b"


class Page(HTMLParser):
    """What a page is made of; wrong nesting, a second use of an id or anything from elsewhere is a failure."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.source = path.read_bytes().decode("utf-8")
        self.open, self.elements, self.text, self.tables = [], [], [], []
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes)
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append(SimpleNamespace(caption="", rows=[]))
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag in ("td", "th"):
            self.tables[-1].rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text.append(data)
        if self.open and "caption" in self.open:
            self.tables[-1].caption += data
        elif {"td", "th"} & set(self.open):
            self.tables[-1].rows[-1][-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def table(self, caption):
        """{first cell: the others} of a table without its header."""
        (found,) = [table for table in self.tables if caption in table.caption]
        return {row[0]: row[1:] for row in found.rows[1:]}

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())

    @property
    def listing(self):
        return html.unescape(re.search(r"<pre[^>]*><code>(.*?)</code>", self.source, re.DOTALL)[1])

    def images(self):
        """(alternative text, content) of all images."""
        return [(image["alt"], base64.b64decode(image["src"].split(",", 1)[1])) for image in self.all("img")]


def require_sound(page):
    """One file, no script, nothing from elsewhere, and what helps those who do not see it."""
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "input"} & {n for n, _ in page.elements}
    for _, attributes in page.elements:
        assert not any(key.startswith("on") for key in attributes)
        for key in set(attributes) & {"src", "href", "srcset", "action", "data", "poster", "background"}:
            value = attributes[key]
            assert value.startswith("data:image/") or (value[0] == "#" and value[1:] in ids), value[:80]
    style = re.search(r"<style>(.*?)</style>", page.source, re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style and "//" not in style
    for wanted in "prefers-color-scheme: dark", "@media print", "max-width":
        assert wanted in style
    assert page.source.startswith("<!DOCTYPE html>") and page.all("html")[0]["lang"] == "en"
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch(r"h\d", name)]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    assert all(len(image["alt"]) > 20 for image in page.all("img"))
    assert all(cell.get("scope") in ("row", "col") for cell in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert {"header", "nav", "main", "section", "title"} <= {name for name, _ in page.elements}
    assert len(page.source) < 5e6
    return page


def made(folder, out=None):
    """The page of a folder, sound."""
    return require_sound(Page(report(folder, out)))


def written(folder, experiment="film", figures=False, title="Pt(6 nm) on YIG", layer=None, **keys):
    """A folder as a run leaves it, and its Result."""
    found = result(experiment, [PT | (layer or {"spin_hall": 0.08})], title=title, output={"figures": figures}, **keys)
    output.prepare(folder)
    output.write(found, folder)
    return found


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Pt on YIG, with figures: (folder, Result)."""
    folder = tmp_path_factory.mktemp("film")
    return folder, written(folder, figures=True, **FILM)


@pytest.fixture
def ran(film, tmp_path):
    """A copy of it that may be spoilt."""
    return shutil.copytree(film[0], tmp_path / "ran")


def changed(folder, **keys):
    """The folder with other keys in its result.json; None takes one away."""
    path = folder / "result.json"
    found = json.loads(path.read_text()) | keys
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))
    return folder


# runs


def test_a_page_has_the_numbers_that_the_run_printed(film):
    folder, found = film
    page = made(folder)
    shown = {table.caption: table.rows for table in page.tables}
    count = 0
    for title, (header, rows) in tables(found):
        cells = [[markup.unit(cell) for cell in row] for row in (header, *rows)]
        assert shown[title] == cells
        count += len(rows)
    assert count == 12
    assert page.table("Resistivity")["longitudinal"] == [f"{found.numbers['resistivity']['longitudinal']:.6g}", "ohm m"]


def test_figures_are_in_the_page_as_they_are_in_the_folder(film):
    folder, _ = film
    images = dict((alt.split(",")[0], data) for alt, data in made(folder).images())
    assert images["Through the stack"] == (folder / "profile.png").read_bytes()
    assert (folder / "magnetoresistance.png").read_bytes() in images.values()


def test_a_figure_is_told_to_those_who_do_not_see_it(film):
    folder, _ = film
    (alt,) = [alt for alt, _ in made(folder).images() if alt.startswith("Through the stack")]
    columns = files.read_columns(folder / "profile.csv")
    largest = max(np.abs(columns[f"mu_s {a} (V)"]).max() for a in "xyz")
    assert f"Largest spin voltage {largest:.3g} V." in alt
    assert "z from 6e-07 to 6 nm through Pt" in alt


def test_the_listing_of_the_input_is_an_input_file(film):
    folder, found = film
    tables = tomllib.loads(made(folder).listing)
    assert Run.from_dict(tables) == found.case
    assert "thickness = 6e-09  # m" in made(folder).listing


def test_balances_are_told_in_words(ran):
    page = made(ran)
    assert "All balances hold." in page.words
    assert page.table("Left over")["charge"][-1] == "1e-08"
    balances = json.loads((ran / "result.json").read_text())["balances"]
    page = made(changed(ran, balances=balances | {"spin": 2e-3}))
    assert "A balance does not hold" in page.words and "All balances" not in page.words
    assert page.table("Left over")["spin"][-2:] == ["2e-03", "1e-08"]


def test_warnings_stand_before_all_else(ran):
    page = made(changed(ran, warnings=["the mesh is coarse <b>", "another"]))
    assert page.words.index("2 warnings") < page.words.index("the mesh is coarse <b>") < page.words.index("Numbers")
    assert "warnings" not in [section.get("id") for section in made(changed(ran, warnings=[])).all("section")]


def test_solver_timings_versions_and_files_are_told(film):
    folder, found = film
    page = made(folder)
    assert page.table("Solver")["unknowns"] == [str(found.numbers["solver"]["unknowns"])]
    assert page.table("Time on the clock")["solve"][0] == f"{found.numbers['timings']['solve']:.3g}"
    assert page.table("Software")["ranks"] == ["1"]
    size = (folder / "result.json").stat().st_size
    assert page.table("Files of the folder")["result.json"] == ["1", markup.size(size)]
    assert "report.html" not in page.table("Files of the folder")


def test_a_stack_is_told_from_its_top(film):
    page = made(film[0])
    told = page.table("From the top to the bottom")
    assert list(told)[:3] == ["face top", "layer Pt", "face bottom"]
    assert told["face top"] == ["insulating"]
    assert told["face bottom"] == ["sheet, G_r 2.5e+14 S/m², G_i 1e+13 S/m²"]
    assert told["layer Pt"][0].startswith("thickness 6 nm, conductivity 4e+06 S/m")
    assert "polarisation" not in told["layer Pt"][0]


def test_energies_of_electrons_are_told_in_eV():
    barrier = {"conductance": 1e12, "splitting_below": 1.602176634e-19, "half_width_below": 8.01088317e-19}
    told = {"layer": [{"name": "F"}, {"name": "G"}], "interface": {"F|G": {"tunnel": barrier}}}
    assert "splitting below 1 eV, half width below 5 eV" in stack.described(told)


def test_a_key_has_the_unit_of_its_table():
    """Conductance: S of a plane, S/m^2 of an area."""
    told = {
        "layer": [{"name": "F", "anomalous_hall": {"conductance": 4e-5}}, {"name": "G"}, {"name": "H"}],
        "interface": {"F|G": {"tunnel": {"conductance": 1e12}}, "G|H": {"conductance": 2e13}},
        "boundary": {"top": {"kind": "contact", "conductance": 3e14}, "tunnel": {"conductance": 5e14}},
    }
    units = {"4e-05": "S", "1e+12": "S/m^2", "2e+13": "S/m^2", "3e+14": "S/m^2", "5e+14": "S/m^2"}
    assert all(f"conductance {x} {markup.unit(unit)}" in stack.described(told) for x, unit in units.items())
    assert all(f"conductance = {x}  # {unit}\n" in toml.written(told) for x, unit in units.items())


def test_nothing_of_an_input_is_markup(ran):
    found = json.loads((ran / "result.json").read_text())
    found["input"]["layer"][0]["name"] = found["title"] = NASTY
    found["versions"][NASTY] = NASTY
    found["voltage"] = {NASTY: 1.0, "units": {NASTY: NASTY}}
    found["input"][NASTY] = {NASTY: [NASTY]}
    found["experiment"] = found["warnings"] = NASTY
    (ran / NASTY.translate({0: None, ord("/"): None})).touch()
    page = made(changed(ran, **(found | {"warnings": [NASTY]})))
    assert page.words.count("alert(1)") > 8
    assert "\x00" not in page.source and "\x1b" not in page.source
    assert page.all("img") and "onerror" not in page.source


def test_text_that_is_no_unicode_is_shown_as_such(ran):
    page = made(changed(ran, title="lone \ud800 surrogate"))
    assert "lone � surrogate" in page.words


@pytest.mark.parametrize("series", ["time", "frequency"])
def test_a_run_without_figures_has_those_that_its_tables_give(series, tmp_path):
    extra = {"end": 5e-15, "drive": False} if series == "time" else {"from": 1e9, "to": 1e13, "points": 21}
    found = written(tmp_path, "transport", layer={}, **INJECTED, **{series: extra})
    page = made(tmp_path)
    images = page.images()
    assert [data.startswith(b"<?xml") for _, data in images] == [True, True]
    assert not any(b"<!DOCTYPE" in data or b"<script" in data for _, data in images)
    if series == "time":
        assert "101 values of time, from 0 to 5e-15 s" in images[1][0]
        start, end = (found.numbers["time_series"]["accumulation"]["bottom"][k][0] for k in (0, -1))
        assert page.table("Spin voltage")["bottom x"] == [f"{start:.6g}", f"{end:.6g}", "V"]
    else:
        rows, response = page.table("Spin voltage (V)"), found.numbers["response"]["accumulation"]
        first = complex(*(np.asarray(response[part]["bottom"])[0, 0] for part in ("real", "imaginary")))
        assert len(rows) == 12
        assert rows["1e+09"][:2] == [f"{abs(first):.6g}", f"{np.degrees(np.angle(first)):.2f}"]


def test_pages_are_the_same_each_time(film, tmp_path):
    one, two = (report(film[0], tmp_path / name).read_text() for name in ("a.html", "b.html"))
    assert one == two


def test_large_figures_leave_the_page_small(ran):
    big = markup.PNG + (ran / "profile.png").read_bytes()[8:] + bytes(5_000_000)
    (ran / "profile.png").write_bytes(big)
    page = made(ran)
    assert "Too large for this page: profile.png (5." in page.words and len(page.images()) == 1


def test_frames_are_one_line_of_the_files(ran):
    for k in range(300):
        (ran / f"fields_{k:04d}.vtu").write_bytes(bytes(1000))
    assert made(ran).table("Files of the folder")["fields_0000.vtu … fields_0299.vtu"] == ["300", "300 kB"]


def test_a_page_can_be_elsewhere(ran, tmp_path):
    out = tmp_path / "page.html"
    (ran / "report.html").unlink(missing_ok=True)
    assert report(ran, out) == out
    assert out.exists() and not (ran / "report.html").exists()


# folders that hold none, or are not whole


def test_a_folder_without_results(tmp_path):
    with pytest.raises(InputError, match=r"holds no results; a run leaves result\.json"):
        report(tmp_path)
    (tmp_path / "points-0.jsonl").touch()
    with pytest.raises(InputError, match="holds no results yet"):
        report(tmp_path)
    with pytest.raises(InputError, match="nowhere: no such folder"):
        report(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is a file, must be folder"):
        report(tmp_path / "points-0.jsonl")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"title": "half', r"result\.json, line 1, column 11: .*run again"),
        (b"", r"result\.json, line 1, column 1"),
        (b"\xff\xfe{}", "is not text in UTF-8"),
        (b"[1, 2]", "must hold tables"),
        (b'{"experiment": "film"}', "has no input, versions, files"),
        (b'{"experiment": "film", "input": [], "versions": {}, "files": []}', "is not as ddgauge run writes it"),
        (b'{"experiment": "film", "input": {}, "versions": 3, "files": []}', "is not as ddgauge run writes it"),
        (
            b'{"experiment": "film", "input": {}, "versions": {}, "files": [], "torque": {"a": {}, "units": {}}}',
            "is not as ddgauge run writes it",
        ),
    ],
)
def test_a_result_that_is_not_whole(ran, content, said):
    made(ran)
    page = (ran / "report.html").read_bytes()
    (ran / "result.json").write_bytes(content)
    with pytest.raises(InputError, match=said):
        report(ran)
    assert (ran / "report.html").read_bytes() == page  # what was there stays


def test_figures_that_are_not_there_or_are_none(ran):
    (ran / "profile.png").unlink()
    (ran / "magnetoresistance.png").write_bytes(b"half")
    with pytest.raises(InputError) as error:
        report(ran)
    first, second = sorted(error.value.problems)
    assert re.search(r"magnetoresistance\.png: is no PNG image; run again", first)
    assert re.search(r"profile\.png: the figure cannot be read \(No such file", second)


def test_no_file_outside_the_folder_is_shown(ran, tmp_path):
    (tmp_path / "secret.png").write_bytes((ran / "profile.png").read_bytes())
    assert len(made(changed(ran, files=["../secret.png", "profile.png"])).images()) == 1


def test_a_page_that_cannot_be_written_leaves_nothing(ran, tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(InputError, match=r"page\.html: cannot be written"):
        report(ran, tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(InputError, match="cannot be written"):
        report(ran, tmp_path / "nowhere" / "page.html")


def test_a_disk_that_is_full_leaves_the_page_as_it_was(ran, monkeypatch):
    before = report(ran).read_bytes()
    changed(ran, title="another")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"report\.html: cannot be written \(No space left on device\)"):
        report(ran)
    assert (ran / "report.html").read_bytes() == before
    assert not list(ran.glob(".report*"))


def test_nothing_that_solves_is_needed_for_a_page():
    code = "import sys, ddgauge.report; sys.exit(bool({'dolfinx', 'petsc4py', 'mpi4py'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# the listing of an input


@pytest.mark.parametrize(
    "value", [0.1, -0.0, 5.0, 1e300, 250000000000000.0, 1 / 3, float("inf"), 3, True, 'a"b\\c\n\x7f', [1.0, "x"]]
)
def test_values_are_read_again_as_they_were(value):
    (found,) = tomllib.loads(toml.written({"layer|key": value})).values()
    assert found == value and type(found) is type(value)


def test_long_lists_are_broken_and_nested_tables_are_kept():
    data = {
        "top": 1,
        "layer": [{"name": "a", "exchange": {"g": 2.0, "spin": 3.5}}, {"name": "b"}],
        "interface": {"a|b": {"absorption": {"G_r": 2e14}}},
        "frequency": {"values": [k * 1.25e9 for k in range(50)]},
        "sweep": [{"parameter": "x", "values": [[1.0, 2.0], {"k": "v"}]}],
    }
    text = toml.written(data)
    assert tomllib.loads(text) == data
    assert max(map(len, text.splitlines())) <= 108


# sweeps


def swept(folder, dims, fail=False, together=False, text=False):
    """A dataset of a film over thickness and spin Hall angle and more, by a law."""
    sizes = dict(zip(("layer.Pt.thickness", "layer.Pt.spin_hall", "field.B.z"), dims))
    axes = [np.linspace(1e-9, 2e-8, dims[0]), *(np.linspace(0, 0.2, n) for n in dims[1:])]
    d, theta = (np.meshgrid(*axes, indexing="ij")[:2]) if len(dims) > 1 else (axes[0], 0.1)
    rho, over = 2.5e-7 * (1 + theta**2 * 2e-9 / d), tuple(sizes)
    status, reason = np.full(dims, "done", dtype=object), np.full(dims, "", dtype=object)
    if fail:
        status.flat[3], reason.flat[3] = "failed", f"layer 'Pt': {NASTY[:25]}"
        status.flat[-1], rho.flat[[3, -1]] = "missing", np.nan
    vector = np.stack([rho, 2 * rho, 0 * rho], axis=-1)
    values = {
        "resistivity.longitudinal": (over, rho, {"units": "ohm m"}),
        "accumulation.top": ((*over, "component"), vector, {"units": "V"}),
        "torque.field_like": (over, np.where(np.isfinite(rho), 7.0, np.nan), {"units": "S/m"}),
        "time_series.time": ((*over, "sample"), np.stack([rho] * 30, axis=-1), {"units": "s"}),
        "balances.spin": (over, 1e-12 * rho / rho, {"units": "1"}),
        "status": (over, status),
        "reason": (over, reason),
        "how": (over, np.where(status == "missing", "", "full").astype(object)),
        "seconds": (over, np.full(dims, 0.5), {"units": "s"}),
    }
    places = {name: (name, axis, {"units": "m"} if "thickness" in name else {}) for name, axis in zip(sizes, axes)}
    if together:
        places["boundary.bottom.G_r"] = "layer.Pt.thickness", np.geomspace(1e13, 1e16, dims[0]), {"units": "S/m^2"}
    if text:
        places["layer.Pt.thickness"] = "layer.Pt.thickness", np.array([f"$t_{k}" for k in range(dims[0])], dtype=object)
    given = {"experiment": "film", "title": "Sweep of Pt", "layer": [PT]}
    about = {"input": json.dumps(given), "versions": json.dumps({"ddgauge": "1.2.3"}), "command": "ddgauge sweep a&b"}
    folder.mkdir(exist_ok=True)
    data = xarray.Dataset(values, places | {"component": list("xyz")}, about | {"start": "2025-01-01T00:00:00+00:00"})
    data.to_netcdf(folder / "dataset.nc", engine="netcdf4")
    return data


def test_a_sweep_over_one_parameter_is_told_and_drawn(tmp_path):
    data = swept(tmp_path, (20,), fail=True)
    page = made(tmp_path)
    rho = data["resistivity.longitudinal"].values
    (alt,) = [alt for alt, _ in page.images() if alt.startswith("resistivity.longitudinal")]
    assert f"resistivity.longitudinal falls from {rho[0]:.4g} at 1 nm to {rho[-2]:.4g} ohm m at 19 nm." in alt
    assert "accumulation.top x falls" in " ".join(alt for alt, _ in page.images())
    assert "accumulation.top z" not in " ".join(alt for alt, _ in page.images())  # zero
    assert "Sweep of Pt" in page.words and "sweep of film over layer.Pt.thickness" in page.words
    assert page.table("The same at all points")["torque.field_like"] == ["7", "S/m"]
    assert page.table("worst of all points")["spin"] == ["1e-12"]
    assert page.table("Software")["ddgauge"] == ["1.2.3"]
    assert page.table("Provenance")["command"] == ["ddgauge sweep a&b"]
    assert tomllib.loads(page.listing)["layer"] == [PT]
    assert "Not drawn, in dataset.nc: time_series.time" in page.words
    rows = page.table("Points that are done")
    assert len(rows) == 18
    assert rows["1e-09"][0] == f"{rho[0]:.6g}"


def test_points_that_failed_are_told_with_their_reasons(tmp_path):
    data = swept(tmp_path, (20,), fail=True)
    page = made(tmp_path)
    reason = str(data["reason"].values[3])
    assert page.table("Reasons") == {"1": [reason]}
    assert page.table("Where they failed") == {f"{data['layer.Pt.thickness'].values[3]:.6g}": [reason]}
    assert "1 of 20 points failed" in page.words and "1 of 20 points are not there yet" in page.words
    assert "<script" not in page.source


def test_a_sweep_without_failures_warns_of_nothing(tmp_path):
    swept(tmp_path, (5,))
    page = made(tmp_path)
    assert "failed;" not in page.words and "Points that failed" not in page.words


@pytest.mark.parametrize(
    ("dims", "kind", "image"),
    [((20, 4), "A family of curves", b"<?xml"), ((20, 15), "A map", markup.PNG), ((12, 15, 3), "A map", markup.PNG)],
)
def test_a_sweep_over_several_parameters_is_families_or_maps(dims, kind, image, tmp_path):
    data = swept(tmp_path, dims, fail=True, together=True)
    page = made(tmp_path)
    (found,) = [(alt, data) for alt, data in page.images() if alt.startswith("resistivity.longitudinal")]
    assert kind in found[0] and found[1].startswith(image)
    rho = data["resistivity.longitudinal"].values[..., 1] if len(dims) > 2 else data["resistivity.longitudinal"].values
    assert f"from {np.nanmin(rho):.4g} to {np.nanmax(rho):.4g} ohm m." in found[0]
    assert page.table("What is swept")["boundary.bottom.G_r"][0] == "layer.Pt.thickness"
    assert (", at field.B.z = 0.1" in found[0]) == (len(dims) > 2)


def test_values_that_are_text_name_their_points(tmp_path):
    swept(tmp_path, (4,), text=True)
    page = made(tmp_path)
    assert "at $t_0" in " ".join(alt for alt, _ in page.images())
    assert "$t_3" in page.table("Points that are done")


@pytest.mark.parametrize("dims", [(1,), (1, 1), (3000,)])
def test_a_sweep_of_one_point_or_of_many(dims, tmp_path):
    swept(tmp_path, dims)
    page = made(tmp_path)
    assert len(page.tables[-1].rows) > 1
    assert len(page.source) < 1.5e6


def test_a_sweep_that_has_only_begun(tmp_path):
    data = swept(tmp_path, (4,)).load()
    for name in data.data_vars:
        if name not in ("status", "reason", "how"):
            data[name][:] = np.nan
    data["status"][:] = "missing"
    data.to_netcdf(tmp_path / "dataset.nc", engine="netcdf4")
    page = made(tmp_path)
    assert "4 of 4 points are not there yet" in page.words and not page.images()


def test_the_dataset_of_a_sweep_that_ran_is_told(tmp_path):
    values = {"parameter": "layer.Pt.thickness", "values": ["2 nm", "4 nm", "8 nm"]}
    tables = {"title": "A sweep", "experiment": "film", "layer": [PT | {"spin_hall": 0.08}], "sweep": [values]} | FILM
    tables["output"] = {"figures": False}
    assert sweep(Run.from_dict(tables), tmp_path).done == 3
    page, data = made(tmp_path), xarray.load_dataset(tmp_path / "dataset.nc")
    assert list(page.table("Points that are done")) == ["2e-09", "4e-09", "8e-09"]
    assert page.table("Points that are done")["4e-09"][0] == f"{data['resistivity.longitudinal'].values[1]:.6g}"
    assert page.table("Provenance")["points, full"] == ["3"] and page.table("Software")["ddgauge"]
    assert "A sweep" in page.words and "layer.Pt.thickness" in page.words
    assert Run.from_dict(tomllib.loads(page.listing)).sweep[0].settings == values["values"]


def test_a_dataset_that_is_not_whole(tmp_path):
    swept(tmp_path, (4,))
    path = tmp_path / "dataset.nc"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match=r"dataset\.nc: cannot be read as netCDF .*--collect makes it again"):
        report(tmp_path)
    xarray.Dataset({"a": 1.0}).to_netcdf(path)
    with pytest.raises(InputError, match=r"dataset\.nc: is not as ddgauge sweep writes it"):
        report(tmp_path)


# fits


PARAMETERS = {
    "layer.Pt.spin_hall": (0.08, 2e-4, (0.0796, 0.0804), "1", None),
    "boundary.bottom.G_r": (2.5e14, 1e8, (2.49999800e14, 2.50000200e14), "S/m^2", {"mean": 2e14, "sigma": 1e14}),
    "offset of rho": (1e-12, None, (None, None), "ohm m", None),
}


def fitted(folder, found, **keys):
    """A folder as a fit leaves it, of three parameters of which one is not determined."""
    for name in "fit.png", "fit.csv":
        (folder / name).write_bytes((found / "profile.png").read_bytes())
    (folder / "fit.csv").write_text(
        "angle (degree),rho measured (ohm m),rho sigma (ohm m),rho model (ohm m),rho residual (ohm m)\n"
        + "".join(f"{k},2.5e-07,1e-12,{2.5e-7 + 1e-13 * k!r},\n" for k in range(100))
    )
    parameters = {
        name: {"value": v, "error": e, "interval": i, "unit": u, "start": v, "prior": p, "determined": e is not None}
        for name, (v, e, i, u, p) in PARAMETERS.items()
    }
    names, column = [*PARAMETERS], {"result": "resistivity.longitudinal", "unit": "ohm m", "values": 100}
    tables = {
        "title": "Fit of Pt on YIG",
        "experiment": "film",
        "parameters": parameters,
        "correlations": {"names": names, "matrix": [[1.0, -0.97, None], [-0.97, 1.0, None], [None, None, None]]},
        "confidence": 0.95,
        "quality": {
            "chi_square": 98.0,
            "degrees_of_freedom": 97,
            "probability": 0.44,
            "evaluations": 7,
            "converged": True,
        },
        "columns": {"rho (ohm m)": column | {"residual": 1.1e-12, "sigma": 1e-12, "sigma_estimated": False}},
        "undetermined": [],
        "warnings": ["the data do not determine offset of rho"],
        "data": "data.csv",
        "input": {"experiment": "film", "layer": [PT]} | FILM,
        "timings": {"fit": 3.25, "units": {"*": "s"}},
        "versions": {"ddgauge": "1.2.3"},
        "files": ["fit.csv", "fit.png"],
    }
    (folder / "fit.json").write_text(json.dumps(tables | keys))
    return folder


def test_a_fit_is_told_with_its_errors(film, tmp_path):
    page = made(fitted(tmp_path, film[0]))
    rows = page.table("Fitted parameters")
    assert rows["layer.Pt.spin_hall"] == ["0.08000", "0.00020", "0.25 %", "0.07960 to 0.08040", "0.08", "", "1"]
    assert rows["boundary.bottom.G_r"][2:4] == ["4e-05 %", "2.4999980e+14 to 2.5000020e+14"]
    assert rows["boundary.bottom.G_r"][-2:] == ["2e+14 ± 1e+14", "S/m²"]
    assert rows["offset of rho"][1:4] == ["undetermined", "", ""]
    assert page.words.index("the data do not determine offset of rho") < page.words.index("Fitted parameters")
    ((alt, data),) = page.images()
    assert data == (tmp_path / "fit.png").read_bytes()
    assert "rho (ohm m): 100 values, residuals 1.1e-12 ohm m" in alt
    assert "60 of 100 rows" in page.words and page.table("fit.csv")["99"][-1] == ""
    assert tomllib.loads(page.listing)["layer"] == [PT]


def test_correlations_are_numbers_with_colours(film, tmp_path):
    page = made(fitted(tmp_path, film[0]))
    rows = page.table("Correlations of the parameters")
    assert rows["2 boundary.bottom.G_r"] == ["-0.970", "+1.000", ""]
    assert rows["3 offset of rho"] == ["", "", ""]
    coloured = [cell["style"] for cell in page.all("td") if "style" in cell]
    assert coloured == [
        f"background: rgba({c})" for c in ("193, 39, 45, 0.60", "31, 78, 156, 0.58", "193, 39, 45, 0.60")
    ]


@pytest.mark.parametrize(
    ("chi_square", "freedom", "estimated", "said"),
    [
        (98.0, 97, False, "Residuals are as large as their errors say."),
        (160.0, 97, False, "Residuals are larger than their errors say."),
        (30.0, 97, False, "Residuals are smaller than their errors say."),
        (160.0, 97, True, "χ² does not judge the model."),
        (0.0, 0, False, "nothing says how well the model describes the data"),
    ],
)
def test_residuals_are_judged_against_their_errors(chi_square, freedom, estimated, said, film, tmp_path):
    quality = {"chi_square": chi_square, "degrees_of_freedom": freedom, "probability": None}
    column = {"result": "x", "unit": "V", "values": 3, "residual": 1.0, "sigma": 1.0, "sigma_estimated": estimated}
    page = made(fitted(tmp_path, film[0], quality=quality, columns={"V": column}))
    assert said in page.words
    assert page.words.count("errors say") == ("errors say" in said)


def test_a_fit_that_is_not_whole(film, tmp_path):
    fitted(tmp_path, film[0])
    (tmp_path / "fit.png").unlink()
    with pytest.raises(InputError, match=r"fit\.png: the figure cannot be read"):
        report(tmp_path)
    fitted(tmp_path, film[0])
    (tmp_path / "fit.csv").write_text("a,b\n1\n")
    with pytest.raises(InputError, match=r"fit\.csv, row 2: has 1 columns, the header 2; run again"):
        report(tmp_path)
    fitted(tmp_path, film[0], parameters=[1])
    with pytest.raises(InputError, match=r"fit\.json: is not as ddgauge fit writes it"):
        report(tmp_path)
    (tmp_path / "fit.json").write_text("{}")
    with pytest.raises(InputError, match=r"fit\.json: has no experiment, parameters"):
        report(tmp_path)


def test_a_run_and_a_sweep_in_one_folder_are_both_told(ran):
    swept(ran, (5,))
    page = made(ran)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page.source)
    assert "Run: numbers" in headings and "Sweep: results" in headings
