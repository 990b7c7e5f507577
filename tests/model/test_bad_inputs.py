"""What a user is told of input that cannot be: file, table, key, value, unit, remedy."""

import numpy as np
import pytest

from ddgauge.model import InputError, Layer, Stack, read

GOOD = """
experiment = "film"
temperature = 10
[[layer]]
name = "F"
thickness = "1 nm"
conductivity = 2e6
diffusion = 2e-4
relaxation_time = 2e-12
[[layer]]
name = "Pt"
thickness = "5 nm"
conductivity = 4e6
diffusion = 5e-4
spin_diffusion_length = "1.5 nm"
spin_hall = 0.1
[magnetisation]
direction = [0, 0, 1]
"""
PT = 'name = "Pt"'  # keys put behind this line belong to the layer Pt
LAYER = "[[layer]]\n" + PT

# (what is changed in the good file, what it becomes, what is said)
BAD = [
    # quantities of a layer
    ("diffusion = 5e-4", "diffusion = -0.0005", "layer 'Pt': diffusion = -0.0005 m^2/s, must be > 0"),
    ("diffusion = 5e-4", "diffusion = inf", "layer 'Pt': diffusion = inf m^2/s, must be a finite number"),
    ("conductivity = 4e6", "conductivity = nan", "layer 'Pt': conductivity = nan S/m, must be a finite number"),
    (
        "conductivity = 4e6",
        "conductivity = true",
        "layer 'Pt': conductivity = true, must be a number in S/m, or text with a unit",
    ),
    (
        "conductivity = 4e6",
        "",
        "layer 'Pt': needs conductivity (S/m); or the table two_band, of experiment = 'two-band'",
    ),
    (
        "conductivity = 4e6",
        "conductivty = 4e6",
        "layer 'Pt': unknown key 'conductivty'; did you mean 'conductivity'? keys: name,",
    ),
    ('thickness = "5 nm"', "thickness = 0", "layer 'Pt': thickness = 0 m, must be > 0"),
    ('thickness = "5 nm"', 'thickness = "5 kg"', "layer 'Pt': thickness = '5 kg' is in kg, expected m"),
    ('thickness = "5 nm"', 'thickness = "5"', "layer 'Pt': thickness = '5' has no unit, expected m"),
    (
        'thickness = "5 nm"',
        'thickness = "5 nmm"',
        "layer 'Pt': thickness = '5 nmm': unit 'nmm' is not known, expected m",
    ),
    ('thickness = "5 nm"', "", "layer 'Pt': needs thickness (m), or a mesh file that has it"),
    ("spin_hall = 0.1", "spin_hall = [1, 2]", "layer 'Pt': spin_hall = [1, 2], must be three rows of three numbers"),
    (
        PT,
        PT + "\nrelaxation_time = 1e-12",
        "layer 'Pt': give either relaxation_time or spin_diffusion_length, not both",
    ),
    (PT, PT + "\nhall = [0, 0, 1]\nmobility = 1e-3", "layer 'Pt': give either hall or mobility, not both"),
    (PT, PT + "\nprecession = [0, nan, 0]", "layer 'Pt': precession[1] = nan rad/s, must be a finite number"),
    (
        PT,
        PT + '\nprecession = "1 THz"',
        "layer 'Pt': precession = '1 THz' is in THz, turns per time; expected an angular frequency",
    ),
    (
        PT,
        PT + "\ndrift_polarisation = [0, 1]",
        "layer 'Pt': drift_polarisation = [0, 1], must be three numbers (x, y, z)",
    ),
    (PT, PT + "\nspin_orbit = {mass = 0}", "layer 'Pt': spin_orbit.mass = 0, must be > 0"),
    (
        PT,
        PT + "\nspin_orbit = {mass = 1, lamda = 1e5}",
        "layer 'Pt': spin_orbit: unknown key 'lamda'; did you mean 'lambda'?",
    ),
    (
        PT,
        PT + "\nspin_orbit = {mass = 1, strain = [[0, 0.1, 0], [0, 0, 0], [0, 0, 0]]}",
        "layer 'Pt': spin_orbit.strain must be symmetric, but [0][1] = 0.1 and [1][0] = 0",
    ),
    (PT, PT + "\ngauge = [[0, 1, 0]]", "layer 'Pt': gauge = [[0, 1, 0]], must be three rows of three numbers in 1/m"),
    (
        "relaxation_time = 2e-12",
        "relaxation_time = [1e-12, 0, 1e-12]",
        "layer 'F': relaxation_time[1] = 0 s, must be > 0",
    ),
    (
        "relaxation_time = 2e-12",
        "relaxation_rate = [[1e12, 0, 0], [0, -1e12, 0], [0, 0, 1e12]]",
        "layer 'F': relaxation_rate has the eigenvalue -1e+12 1/s, all must be >= 0",
    ),
    ("diffusion = 2e-4", "", "layer 'F': relaxation_time needs diffusion (m^2/s), which turns times into lengths"),
    (PT, PT + "\nexchange_relaxation = 3", "layer 'Pt': exchange_relaxation = 3, must be a table"),
    (PT, PT + "\nexchange = {spin = 3.5}", "layer 'Pt': exchange: needs moment_density (1/m^3)"),
    (PT, PT + '\nmaterial = "Ptt"', "layer 'Pt': unknown material 'Ptt'; did you mean 'Pt'? materials: Pt,"),
    # names
    (PT, 'name = "F"', "layer 'F': 2 layers have this name, each needs its own"),
    (PT, 'name = "Pt|F"', "layer 'Pt|F': name = 'Pt|F', must not contain '|'"),
    (PT, "name = 5", "layer 5: name = 5, must be text"),
    (PT, "", "layer: needs name"),
    (LAYER, "[layers]\n" + PT, "unknown key 'layers'; did you mean 'layer'? keys: title, experiment, layer,"),
    # fields
    ("[0, 0, 1]", "[0, 0, 0]", "magnetisation.direction = [0, 0, 0] has no direction, must not be zero"),
    ("direction = [0, 0, 1]", "angle = {zx = 3}", "magnetisation.angle: unknown key 'zx'; keys: xy, yz, xz"),
    ("direction = [0, 0, 1]", "", "magnetisation: needs direction (a vector) or angle, such as {xy = 45}"),
    ("temperature = 10", "temperature = -3", "temperature = -3 K, must be >= 0"),
    ("temperature = 10", 'temperature = "10 nm"', "temperature = '10 nm' is in nm, expected K"),
    ("[magnetisation]", "[field]\nB = 1\n[magnetisation]", "field.B = 1 T, must be three numbers (x, y, z) in T"),
    (
        "[magnetisation]",
        "[drive]\nelectric_feld = [1, 0, 0]\n[magnetisation]",
        "drive: unknown key 'electric_feld'; did you mean",
    ),
    # faces and interfaces
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'snk'\n[magnetisation]",
        "boundary 'top': kind = 'snk'; did you mean 'sink'? kinds:",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\n[magnetisation]",
        "boundary 'top': needs kind; kinds: insulating, sink, sheet, contact, current",
    ),
    (
        "[magnetisation]",
        "[boundary.tip]\nkind = 'sink'\n[magnetisation]",
        "boundary 'tip': no such face; did you mean 'top'? faces: bottom, top",
    ),
    (
        "[magnetisation]",
        "[boundary.left]\nkind = 'sink'\n[magnetisation]",
        "boundary 'left': no such face; faces: bottom, top; left needs [mesh] dimension >= 2 and periodic = false",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'sheet'\nvoltage = 3\n[magnetisation]",
        "boundary 'top': unknown key 'voltage'; keys: kind, material, G_s, G_r, G_i, matrix",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'sheet'\n[magnetisation]",
        "boundary 'top': needs G_s, G_r, G_i (S/m^2), a matrix",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'sheet'\nG_r = -1e14\n[magnetisation]",
        "boundary 'top': G_r = -1e+14 S/m^2, must be >= 0",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'sheet'\nG_r = 5e18\n[magnetisation]",
        "boundary 'top': G_r = 5e+18 S/m^2, more than any interface has; write '5e+18 1/m^2' for a mixing conductance",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'sheet'\nG_r = '3 nm'\n[magnetisation]",
        "boundary 'top': G_r = '3 nm' is in nm, expected S/m^2 or 1/m^2",
    ),
    (
        "[magnetisation]\ndirection = [0, 0, 1]",
        "[boundary.top]\nkind = 'sheet'\nG_r = 4e14",
        "boundary 'top': G_r needs the magnetisation; give [magnetisation] direction or angle",
    ),
    ("[magnetisation]", "[boundary.top]\nkind = 'contact'\n[magnetisation]", "boundary 'top': needs voltage (V)"),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'contact'\nvoltage = 0\n[magnetisation]",
        "boundary 'top': kind = 'contact' belongs to experiment = 'transport', not 'film'",
    ),
    (
        "[magnetisation]",
        "[boundary.top]\nkind = 'current'\ncurrent_density = 1e10\n[magnetisation]",
        "boundary 'top': current_density has no way out; add a contact or a second current",
    ),
    (
        "[magnetisation]",
        "[interface.'Pt|F']\nthin = {}\n[magnetisation]",
        "interface 'Pt|F': thin: needs thickness (m)",
    ),
    (
        "[magnetisation]",
        "[interface.'Pt|F']\ntransmission = 1e14\n[magnetisation]",
        "interface 'Pt|F': the layer below comes first; did you mean 'F|Pt'?",
    ),
    (
        "[magnetisation]",
        "[interface.'F|W']\ntransmission = 1e14\n[magnetisation]",
        "interface 'F|W': unknown layer 'W'; layers: F, Pt",
    ),
    (
        "[magnetisation]",
        "[interface.'F|Pt']\nconductance = 1e14\n[magnetisation]",
        "interface 'F|Pt': needs transmission (S/m^2 on mu_s",
    ),
    # experiment, mesh, solver, sweep
    (
        '"film"',
        '"flim"',
        "experiment = 'flim'; did you mean 'film'? experiments: conductance, film, transport, relaxation",
    ),
    ('experiment = "film"', "", "needs experiment; experiments: conductance, film, transport, relaxation"),
    (
        '"film"',
        '"transport"',
        "experiment = 'transport' needs two faces with kind = 'contact' or 'current'; there are 0",
    ),
    ("[magnetisation]", "[mesh]\ndimension = 4\n[magnetisation]", "mesh.dimension = 4, must be 1 to 3"),
    (
        "[magnetisation]",
        "[mesh]\ndimension = 2\n[magnetisation]",
        "mesh: dimension 2 needs size, the length (m) along x",
    ),
    (
        "[magnetisation]",
        "[mesh]\ndimension = 3\nsize = ['1 nm']\n[magnetisation]",
        "mesh.size has 1 lengths, must have 2 in dimension 3",
    ),
    (
        "[magnetisation]",
        "[mesh]\ndimension = 2\nsize = '9 nm'\nlateral_cells = [4, 4]\n[magnetisation]",
        "mesh.lateral_cells has 2 numbers, must have 1 in dimension 2",
    ),
    (
        "[magnetisation]",
        "[mesh]\ncells = [8, 8, 8]\n[magnetisation]",
        "mesh.cells has 3 numbers, must have one for each of 2 layers",
    ),
    ("[magnetisation]", "[mesh]\ncells = 0\n[magnetisation]", "mesh.cells = 0, must be >= 1"),
    ("[magnetisation]", "[mesh]\nfile = 'bar.msh'\n[magnetisation]", "bar.msh': no such file"),
    (
        "[magnetisation]",
        "[mesh]\nfile = 'film.toml'\ncells = 4\n[magnetisation]",
        "mesh.cells does not go with file, which holds the whole",
    ),
    ("[magnetisation]", "[solver]\ndegree = 5\n[magnetisation]", "solver.degree = 5, must be 1 to 4"),
    ("[magnetisation]", "[output]\nfigures = 1\n[magnetisation]", "output.figures = 1, must be true or false"),
    (
        "[magnetisation]",
        "[conductance]\ninterface = 'F|Pt'\n[magnetisation]",
        "conductance.interface belongs to experiment = 'conductance'",
    ),
    (
        "[magnetisation]",
        "[[sweep]]\nparameter = 'layer.HM.thickness'\nvalues = [1e-9]\n[magnetisation]",
        "sweep 'layer.HM.thickness', at 1e-09: 'layer.HM.thickness': unknown layer 'HM'; layers: F, Pt",
    ),
    (
        "[magnetisation]",
        "[[sweep]]\nparameter = 'layer.Pt.thickness'\nfrom = 0\nto = '9 nm'\npoints = 3\n[magnetisation]",
        "sweep 'layer.Pt.thickness': from = 0 and to = '9 nm' must have the same unit",
    ),
    (
        "[magnetisation]",
        "[[sweep]]\nparameter = 'layer.Pt.thickness'\nfrom = -1e-9\nto = 1e-9\npoints = 3\n[magnetisation]",
        "sweep 'layer.Pt.thickness', at -1e-09: layer 'Pt': thickness = -1e-09 m, must be > 0",
    ),
    (
        "[magnetisation]",
        "[[sweep]]\nparameter = 'temperature'\n[magnetisation]",
        "sweep 'temperature': needs values, or from, to and points",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message[:60] for _, _, message in BAD])
def test_a_mistake_is_told_by_file_table_key_value_and_remedy(tmp_path, old, new, message):
    assert old in GOOD
    head, _, tail = GOOD.rpartition(old)
    file = tmp_path / "film.toml"
    file.write_text(head + new + tail)
    with pytest.raises(InputError) as error:
        read(file)
    first = str(error.value).splitlines()[0]
    assert first.startswith(f"{file}, ")
    assert message in first


def test_all_mistakes_are_told_at_once(tmp_path):
    file = tmp_path / "film.toml"
    file.write_text(GOOD.replace("4e6", "-4e6").replace("[0, 0, 1]", "[0, 0, 0]").replace("film", "flim"))
    with pytest.raises(InputError) as error:
        read(file)
    assert [line.partition(", ")[2].partition(" = ")[0] for line in str(error.value).splitlines()] == [
        "layer 'Pt': conductivity",
        "magnetisation.direction",
        "experiment",
    ]


def test_a_syntax_error_is_told_with_its_line(tmp_path):
    file = tmp_path / "film.toml"
    file.write_text("title = 'a'\nexperiment 'film'\n")
    with pytest.raises(InputError, match=r"film.toml, line 2, column 12: Expected '=' after a key"):
        read(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "needs at least one [[layer]]"),
        ("layer = []\nexperiment = 'film'", "the stack is empty, needs at least one layer"),
        ("layer = [3]\nexperiment = 'film'", "layer[0] = 3, must be a table"),
        ("layer = {name = 'F'}", "layer must be written [[layer]], with two brackets: there can be several"),
        (
            "experiment = 'film'\n[[layer]]\nname = 'F'\nthickness = 1e-9\nconductivity = 1e6\nspin_hall = 0.1",
            "spin never decays",
        ),
    ],
)
def test_a_stack_that_is_none(tmp_path, content, message):
    file = tmp_path / "film.toml"
    file.write_text(content)
    with pytest.raises(InputError) as error:
        read(file)
    assert message in str(error.value)


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(InputError, match=r"none.toml: no such file"):
        read(tmp_path / "none.toml")
    with pytest.raises(InputError, match=r"is a folder, must be an input file"):
        read(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"binary.toml: is not text in UTF-8"):
        read(tmp_path / "binary.toml")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError, match=r"list.json: must hold tables"):
        read(tmp_path / "list.json")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"layer.HM.thickness": 1e-9}, "'layer.HM.thickness': unknown layer 'HM'; layers: F, Pt"),
        ({"layer.Pt": 1e-9}, "'layer.Pt': names a layer, needs a key of it, such as layer.Pt.thickness"),
        ({"layer.Pt.thicknes": 1e-9}, "layer 'Pt': unknown key 'thicknes'; did you mean 'thickness'?"),
        ({"magnetisation.direction.w": 1}, "'magnetisation.direction.w': 'w' is not one of x, y, z or 0 to 2"),
        ({"temperature.x": 1}, "'temperature.x': temperature is not a table, it has no 'x'"),
        ({"tempreature": 1}, "unknown key 'tempreature'; did you mean 'temperature'?"),
    ],
)
def test_an_override_that_leads_nowhere(tmp_path, overrides, message):
    file = tmp_path / "film.toml"
    file.write_text(GOOD)
    with pytest.raises(InputError) as error:
        read(file, overrides)
    assert f"{file}, {message}" in str(error.value)


def film(**keys):
    return Layer(**{"name": "Pt", "thickness": "5 nm", "conductivity": 4e6, "spin_diffusion_length": "1.5 nm"} | keys)


EXCHANGE = {"moment_density": 1e28, "spin": 3.5, "coupling": "10 meV nm^3"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: film(diffusion=-0.0005), "layer 'Pt': diffusion = -0.0005 m^2/s, must be > 0"),
        (
            lambda: film(exchange=EXCHANGE),
            "layer 'Pt': exchange needs diffusion (m^2/s), which turns times into lengths",
        ),
        (
            lambda: film(gauge=np.zeros((2, 3))),
            "layer 'Pt': gauge = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], must be three rows",
        ),
        (lambda: Stack([]), "the stack is empty, needs at least one layer"),
        (lambda: Stack(3), "layer = 3, must be a list"),
        (lambda: Stack([film()], magnetisation=3), "magnetisation = 3, must be a table"),
        (lambda: Stack([film()], field=[0, 0, 1]), "layer 'Pt': precession in the field B needs diffusion (m^2/s)"),
        (lambda: Stack([film()])["W"], "unknown layer 'W'; layers: Pt"),
        (
            lambda: Stack([film(diffusion=1e-4, exchange=EXCHANGE)], magnetisation=[0, 0, 1]),
            "layer 'Pt': exchange needs temperature (K)",
        ),
        (
            lambda: Stack([film(diffusion=1e-4, exchange=EXCHANGE)], temperature=4),
            "layer 'Pt': exchange needs the magnetisation; give [magnetisation] direction or angle",
        ),
        (
            lambda: Stack(
                [film(diffusion=1e-4, exchange=EXCHANGE)], temperature=4, magnetisation=[0, 0, 1], field=[0, 0, -1]
            ),
            "layer 'Pt': the field is against the magnetisation (B.m = -1 T), where exchange has no equilibrium",
        ),
        (
            lambda: Stack([film()], boundary={"tip": {"kind": "sink"}}).require_names(["top", "bottom"], []),
            "boundary 'tip': no such face; did you mean 'top'? faces: top, bottom",
        ),
        (
            lambda: Stack([film(), film(name="A")], interface={"Pt|A": {"transmission": 0}}).require_names(
                [], [("A", "B")]
            ),
            "interface 'Pt|A': these layers do not touch; interfaces: A|B",
        ),
    ],
)
def test_objects_made_in_python_say_the_same(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(message)
