"""What a user is told of a two-current model, an evolution or an answer at frequencies that cannot be."""

import pytest

from ddgauge.model import Contact, InputError, Interface, Layer, Run, Sheet, Stack, read

GOOD = """
experiment = "two-current"
[[layer]]
name = "F"
thickness = "5 nm"
conductivity = 4e6
polarisation = 0.4
diffusion = 1e-3
spin_diffusion_length = "5 nm"
[[layer]]
name = "N"
thickness = "10 nm"
conductivity = 4e7
spin_diffusion_length = "200 nm"
[interface."F|N"]
resistance = 1e-15
[boundary.bottom]
kind = "contact"
voltage = 1e-3
[boundary.top]
kind = "contact"
voltage = 0
"""
F, N = 'name = "F"', 'name = "N"'  # keys put behind such a line belong to that layer
TOP = "[boundary.top]"
RATES = "[[1e12, 0, 0], [0, 1e12, 0], [0, 0, 1e12]]"

# (what is changed in the good file, what it becomes, what is said)
BAD = [
    # layers
    ("polarisation = 0.4", "polarisation = 1", "layer 'F': polarisation = 1, must be between -1 and 1"),
    (
        "conductivity = 4e6",
        "conductivity = {up = 4e6, down = 1e6}",
        "layer 'F': give either conductivity with up and down or polarisation, not both",
    ),
    ("conductivity = 4e7", "conductivity = {up = 4e7}", "layer 'N': conductivity: needs down (S/m)"),
    ("conductivity = 4e7", "conductivity = {up = 4e7, down = 0}", "layer 'N': conductivity.down = 0 S/m, must be > 0"),
    (
        "conductivity = 4e7",
        "conductivity = {up = 4e7, dwn = 1e7}",
        "layer 'N': conductivity: unknown key 'dwn'; did you mean 'down'? keys: up, down",
    ),
    (F, F + "\ndensity_of_states = 1e47", "layer 'F': give either density_of_states or diffusion, not both"),
    (
        N,
        N + "\ndensity_of_states = {up = 1e47, down = '3 nm'}",
        "layer 'N': density_of_states.down = '3 nm' is in nm, expected 1/(J m^3)",
    ),
    (
        N,
        N + "\nspin_flip_time = 1e-12",
        "layer 'N': give either spin_diffusion_length or spin_flip_time, not both",
    ),
    (
        'spin_diffusion_length = "5 nm"',
        "spin_flip_time = {up = 1e-12, down = 1e-12}",
        "layer 'F': spin_flip_time.down = 1e-12 s, must be 4.285714e-13 s beside up = 1e-12 s",
    ),
    (
        'spin_diffusion_length = "200 nm"',
        "spin_flip_time = 1e-12",
        "layer 'N': spin_flip_time needs diffusion (m^2/s), which turns times into lengths",
    ),
    (N, N + "\npermittivity = 0", "layer 'N': permittivity = 0, must be > 0"),
    (N, N + "\nreversed = 1", "layer 'N': reversed = 1, must be true or false"),
    (N, N + "\nspin_hall = 0.1", "layer 'N': spin_hall does not belong to experiment = 'two-current'; leave it out"),
    (N, N + "\ngauge = " + RATES, "layer 'N': gauge does not belong to experiment = 'two-current'; leave it out"),
    (
        'spin_diffusion_length = "5 nm"',
        "relaxation_time = [1e-12, 1e-12, 2e-12]",
        "layer 'F': relaxation_time must be one number (s) in experiment = 'two-current'",
    ),
    ('spin_diffusion_length = "5 nm"', "relaxation_rate = " + RATES, "layer 'F': relaxation_rate does not belong to"),
    (
        TOP,
        "[magnetisation]\ndirection = [0, 0, 1]\n" + TOP,
        "magnetisation does not belong to experiment = 'two-current'",
    ),
    # faces
    ("voltage = 0", "", "boundary 'top': needs voltage (V), current_density (A/m^2) or, in 3 dimensions, current (A)"),
    ("voltage = 0", "voltage = 0\ncurrent = 1", "boundary 'top': give either current or voltage, not both"),
    ("voltage = 0", "current = 1e-3", "boundary 'top': current (A) needs a mesh in 3 dimensions; give current_density"),
    (
        "voltage = 0",
        "voltage = 0\nconductance = 1e15",
        "boundary 'top': conductance = 1e+15, must be a table {up = ..., down = ...} in S/m^2",
    ),
    (
        "voltage = 0",
        "voltage = 0\nconductance = {up = 0, down = 0}",
        "boundary 'top': conductance is zero for both spins; one of them must be > 0",
    ),
    (
        "voltage = 0",
        "voltage = 0\nspin = 'free'\nconductance = {up = 1e15, down = 0}",
        "boundary 'top': conductance does not go with spin = 'free'",
    ),
    (
        "voltage = 0",
        "current_density = 1e9\nconductance = {up = 1e15, down = 1e15}",
        "boundary 'top': conductance needs voltage (V), that of the lead",
    ),
    ('kind = "contact"\nvoltage = 0', "kind = 'floting'", "boundary 'top': kind = 'floting'; did you mean 'floating'?"),
    (
        'kind = "contact"\nvoltage = 0',
        "kind = 'floating'\nspin = 'lost'",
        "boundary 'top': spin = 'lost'; choices: absorbed, free",
    ),
    (
        'kind = "contact"\nvoltage = 0',
        "kind = 'current'\nspin_current = [0, 0, 1e9]",
        "boundary 'top': spin_current must be one number (A/m^2), of up minus down, in experiment = 'two-current'",
    ),
    (
        'kind = "contact"\nvoltage = 0',
        "kind = 'sheet'\nmatrix = " + RATES,
        "boundary 'top': matrix does not belong to experiment = 'two-current'; leave it out",
    ),
    # interfaces
    (
        "resistance = 1e-15",
        "",
        "interface 'F|N': needs transmission (S/m^2 on mu_s, 0 where spin does not pass), thin or tunnel",
    ),
    ("resistance = 1e-15", "resistance = 0", "interface 'F|N': resistance = 0 ohm m^2, must be > 0"),
    (
        "resistance = 1e-15",
        "resistance = 1e-15\nasymmetry = -1",
        "interface 'F|N': asymmetry = -1, must be between -1 and 1",
    ),
    (
        "resistance = 1e-15",
        "resistance = 1e-15\nconductance = 1e15",
        "interface 'F|N': give either conductance or resistance, not both",
    ),
    (
        "resistance = 1e-15",
        "conductance = {up = 1e15, down = 1e15}\npolarisation = 0.3",
        "interface 'F|N': polarisation needs conductance (S/m^2), one number for both spins together",
    ),
    (
        "resistance = 1e-15",
        "conductance = 1e15\nasymmetry = 0.3",
        "interface 'F|N': give either asymmetry or conductance",
    ),
    ("resistance = 1e-15", "resistance = 1e-15\nspin_flip = -1", "interface 'F|N': spin_flip = -1, must be >= 0"),
    (
        "resistance = 1e-15",
        "conductance = 1e15\ntransmission = 1e15",
        "interface 'F|N': transmission does not belong to experiment = 'two-current'; leave it out",
    ),
    (
        "resistance = 1e-15",
        "transmission = 1e15",
        "interface 'F|N': transmission does not belong to experiment = 'two-current'; leave it out",
    ),
    # what is connected
    (
        'resistance = 1e-15\n[boundary.bottom]\nkind = "contact"\nvoltage = 1e-3',
        "conductance = 0\n[boundary.bottom]\nkind = 'sink'",
        "layer 'F': no charge passes to the rest of the stack, and no contact with a voltage holds F",
    ),
    # experiment, time, frequency
    ('"two-current"', "'twocurrent'", "experiment = 'twocurrent'; did you mean 'two-current'?"),
    (
        '"two-current"',
        "'two-current'\nelectrostatics = 'netural'",
        "electrostatics = 'netural'; did you mean 'neutral'?",
    ),
    (
        '"two-current"',
        "'two-current'\nelectrostatics = 'poisson'",
        "layer 'N': electrostatics = 'poisson' needs density_of_states (1/(J m^3)) or diffusion (m^2/s)",
    ),
    (TOP, "[time]\nend = 1e-9\n" + TOP, "layer 'N': [time] needs density_of_states (1/(J m^3)) or diffusion (m^2/s)"),
    (TOP, "[time]\n" + TOP, "time: needs end (s)"),
    (TOP, "[time]\nend = 0\n" + TOP, "time.end = 0 s, must be after start = 0 s"),
    (TOP, "[time]\nend = 1e-9\nsamples = 1\n" + TOP, "time.samples = 1, must be >= 2"),
    (TOP, "[time]\nend = 1e-9\nframes = 200\n" + TOP, "time.frames = 200, must be <= samples = 101"),
    (
        TOP,
        "[time]\nend = 1e-9\naverage_from = 1e-9\n" + TOP,
        "time.average_from = 1e-09 s, must be from start = 0 s to",
    ),
    (TOP, "[time]\nend = 1e-9\ninitial = 'zer'\n" + TOP, "time.initial = 'zer'; did you mean 'zero'? choices:"),
    (TOP, "[time]\nend = 1e-9\ninitial = 'zero'\ndrive = false\n" + TOP, "time.drive = false needs initial = 'steady'"),
    (TOP, "[time]\nend = '1 nm'\n" + TOP, "time.end = '1 nm' is in nm, expected s"),
    (TOP, "[frequency]\n" + TOP, "frequency: needs values (Hz), or from, to (Hz) and points"),
    (TOP, "[frequency]\nvalues = [1e9, -1]\n" + TOP, "frequency.values[1] = -1 Hz, must be >= 0"),
    (TOP, "[frequency]\nvalues = []\n" + TOP, "frequency.values is empty, must be frequencies (Hz)"),
    (TOP, "[frequency]\nfrom = 0\nto = 1e9\npoints = 3\n" + TOP, "frequency.from and to must be > 0 Hz, or spacing ="),
    (TOP, "[frequency]\nvalues = 1e9\npoints = 3\n" + TOP, "frequency: give either points or values, not both"),
    (
        TOP,
        "[time]\nend = 1\n[frequency]\nvalues = 1e9\n" + TOP,
        "give either [time] or [frequency], not both",
    ),
    (
        TOP,
        "[drive]\nmotive_force = [0, 0, 1]\n" + TOP,
        "drive: motive_force needs experiment = 'two-current' and the table [frequency]",
    ),
    (TOP, "[drive]\nwave_vector = [0, 0, 1e8]\n" + TOP, "drive: wave_vector needs motive_force (V/m), of which it is"),
]


def told(tmp_path, text):
    file = tmp_path / "valve.toml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read(file)
    return str(error.value).replace(f"{file}, ", "").splitlines()


def test_the_good_file_is_good(tmp_path):
    (tmp_path / "valve.toml").write_text(GOOD)
    read(tmp_path / "valve.toml")


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message[:60] for _, _, message in BAD])
def test_a_mistake_is_told_with_its_remedy(tmp_path, old, new, message):
    assert old in GOOD
    head, _, tail = GOOD.rpartition(old)
    assert any(line.startswith(message) for line in told(tmp_path, head + new + tail))


def layer(name="F", **keys):
    keys = {"thickness": "5 nm", "conductivity": 4e6, "diffusion": 1e-3, "spin_diffusion_length": "5 nm"} | keys
    return Layer(name=name, **keys)


BETWEEN = {"bottom": Contact(voltage=0), "top": Contact(voltage=1)}
FILM = [
    (layer(polarisation=0.3), {}, "layer 'F': polarisation belongs to experiment = 'two-current', not 'film'"),
    (layer(reversed=True), {}, "layer 'F': reversed belongs to experiment = 'two-current', not 'film'"),
    (
        [layer(), layer("N")],
        {"interface": {"F|N": Interface(resistance=1e-15)}},
        "interface 'F|N': resistance belongs to experiment = 'two-current', not 'film'",
    ),
    (
        [layer(), layer("N")],
        {"interface": {"F|N": Interface(conductance={"up": 1e15, "down": 0})}},
        "interface 'F|N': conductance with up and down belongs to experiment = 'two-current', not 'film'",
    ),
    (
        [layer(), layer("N")],
        {"interface": {"F|N": Interface(conductance=1e15)}},
        "interface 'F|N': needs transmission (S/m^2 on mu_s, 0 where spin does not pass), thin or tunnel",
    ),
    (
        layer(),
        {"boundary": {"top": {"kind": "current", "spin_current": 1e9}}},
        "boundary 'top': spin_current = 1e+09 A/m^2, must be three numbers (x, y, z)",
    ),
    (
        layer(),
        {"boundary": {"top": {"kind": "floating"}}},
        "boundary 'top': kind = 'floating' belongs to experiment = 'transport', not 'film'",
    ),
    (
        layer(),
        {"boundary": {"top": Sheet(G_r=1e14, precession={"cone": 1, "frequency": 1e9})}, "magnetisation": [0, 0, 1]},
        "boundary 'top': precession needs the table [time]",
    ),
]


@pytest.mark.parametrize(("layers", "keys", "message"), FILM, ids=[message[:60] for _, _, message in FILM])
def test_what_is_of_two_currents_is_no_part_of_a_film(layers, keys, message):
    with pytest.raises(InputError) as error:
        Run(stack=Stack(layers, **keys), experiment="film")
    assert str(error.value).splitlines()[0].startswith(message)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"electrostatics": "bare"}, "electrostatics belongs to experiment = 'two-current', not 'film'"),
        ({"time": {"end": 1}}, "[time] belongs to experiment = 'transport' or 'two-current' or 'weyl', not 'film'"),
        (
            {"frequency": {"values": 1}},
            "[frequency] belongs to experiment = 'transport' or 'two-current' or 'weyl', not 'film'",
        ),
    ],
)
def test_tables_that_do_not_go_with_a_film(keys, message):
    with pytest.raises(InputError) as error:
        Run(stack=Stack(layer()), experiment="film", **keys)
    assert str(error.value) == message


@pytest.mark.parametrize("experiment", ["two-current", "weyl", "two-band", "relaxation"])
def test_a_reduced_basis_that_would_have_no_effect_is_refused(experiment):
    told = f"solver.reduced_basis belongs to experiment = 'film' or 'conductance' or 'transport', not {experiment!r}"
    with pytest.raises(InputError) as error:
        Run(stack=Stack(layer()), experiment=experiment, solver={"reduced_basis": True})
    assert told in str(error.value).splitlines()
    assert Run(stack=Stack(layer()), experiment="film", solver={"reduced_basis": True}).solver.reduced_basis


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ({"precession": {"cone": 10, "frequency": 1e9}, "G_s": 1e14}, "precession needs G_r or G_i (S/m^2)"),
        (
            {"precession": {"cone": 180, "frequency": 1e9}, "G_r": 1e14},
            "precession.cone = 180 degree, must be between 0",
        ),
        ({"precession": {"cone": 10, "frequency": 0}, "G_r": 1e14}, "precession.frequency = 0 Hz, must be != 0"),
        ({"precession": {"cone": 10}, "G_r": 1e14}, "precession: needs frequency (Hz)"),
    ],
)
def test_a_magnet_that_cannot_turn(sheet, message):
    with pytest.raises(InputError) as error:
        Sheet(**sheet)
    assert str(error.value).startswith(message)


def test_a_field_has_nothing_to_turn():
    with pytest.raises(InputError, match=r"^field does not belong to experiment = 'two-current'; leave it out"):
        Run(stack=Stack(layer(), field=[0, 0, 1]), experiment="two-current")


def test_spin_that_never_decays_has_no_steady_state_but_may_be_followed_in_time():
    stack = Stack(
        layer(spin_diffusion_length=None),
        boundary={"bottom": Contact(voltage=0, spin="free"), "top": Contact(voltage=1, spin="free")},
    )
    with pytest.raises(InputError, match=r"^spin never decays, so that there is no one steady state; give a layer"):
        Run(stack=stack, experiment="two-current")
    with pytest.raises(InputError, match="spin never decays"):
        Run(stack=stack, experiment="two-current", frequency={"values": [0, 1e9]})
    Run(stack=stack, experiment="two-current", time={"end": 1e-12, "initial": "zero"})
    Run(stack=stack, experiment="two-current", frequency={"values": [1e9]})
    Run(stack=stack.with_(boundary=BETWEEN), experiment="two-current")


@pytest.mark.parametrize(
    ("q", "mesh", "message"),
    [
        ([1e8, 0, 0], {}, "drive: wave_vector[0] = 1e+08 1/m, must be 0: nothing varies along it in 1D"),
        (
            [1e8, 0, 0],
            {"dimension": 2, "size": "100 nm"},
            "drive: wave_vector[0] = 1e+08 1/m, must be a multiple of 2 pi / 1e-07 m, the period, such",
        ),
        ([1e8, 0, 0], {"dimension": 2, "size": "100 nm", "periodic": False}, ""),
        ([125663706.14359173, 0, 1e7], {"dimension": 2, "size": "100 nm"}, ""),
    ],
)
def test_a_wave_fits_its_mesh(q, mesh, message):
    stack = Stack(layer(), drive={"motive_force": [1, 0, 0], "wave_vector": q})
    keys = {"experiment": "two-current", "frequency": {"values": 1e9}, "mesh": mesh}
    if message:
        with pytest.raises(InputError) as error:
            Run(stack=stack, **keys)
        assert str(error.value).startswith(message)
    else:
        Run(stack=stack, **keys)
