"""What a user is told of two bands that cannot be, and of laws that are used beyond what they hold for  [Buot]."""

import numpy as np
import pytest

from ddgauge.model import InputError, Run, Stack, read
from ddgauge.model.checks import physics_warnings

GOOD = """
experiment = "two-band"
temperature = 300
[[layer]]
name = "film"
thickness = "50 nm"
[layer.two_band]
hamiltonian = {c = "0.1 eV"}
T1 = "1 ns"
T2 = "1 ps"
spin_time_c = "0.5 ns"
spin_time_v = "0.5 ns"
diffusion_c = 2e-3
mobility_v = 0.05
[boundary.bottom]
kind = "state"
occupations = [1e20, 0, 1e22, 1e22]
[mesh]
cells = 10
"""
BAND = "[layer.two_band]\n"  # keys put behind this line belong to the layer's bands
H = 'hamiltonian = {c = "0.1 eV"}'
STATE = "occupations = [1e20, 0, 1e22, 1e22]"
T2 = 'T2 = "1 ps"'
SPIN = 'spin_time_c = "0.5 ns"'
FILM = "layer 'film': two_band"
TOP = '[boundary.top]\nkind = "state"\n'
DRIVE = BAND + 'drive = {cv = "1 meV", energy = "0.1 eV"}\n'
EQUILIBRIUM = BAND + 'equilibrium = "none"\n'
MASS_ACTION = BAND + "intrinsic_density = 1e16\n"
FULL = "[two_band]\nfull_density = 1e24\n[[layer]]"
HEAD = '[[layer]]\nname = "film"\nthickness = "50 nm"\n'
LOCAL = '[two_band]\ncoherence = "local"\n[[layer]]'
SPLITTING = '[time]\nend = "1 ps"\nscheme = "splitting"\nsteps = 10\n'
DIAGONAL = np.eye(16).tolist()


def matrix(i, j, value, size=16):
    rows = np.eye(size)
    rows[i, j] = value
    return rows.tolist()


# (what is changed in the good file, what it becomes, what is said)
BAD = [
    # Hermitian matrices
    (H, "hamiltonian = {matrix = [[0, 2e-20, 0, 0], [3e-20, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}",
     f"{FILM}.hamiltonian.matrix must be Hermitian, but [0][1] = 2e-20+0j and [1][0] = 3e-20+0j"),
    (H, "hamiltonian = {matrix = [[[1e-20, 1e-20], 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}",
     f"{FILM}.hamiltonian.matrix must be Hermitian, but [0][0] = 1e-20+1e-20j is not real"),
    (H, "hamiltonian = {matrix = [[1, 0], [0, 1]]}", "must be 4 rows of 4 numbers in J"),
    (H, 'hamiltonian = {matrix = [[0, 0, 0, 0], [0, "1 nm", 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}',
     f"{FILM}.hamiltonian.matrix[1][1] = '1 nm' is in nm, expected J"),
    ("diffusion_c = 2e-3", "diffusion = [[1, [0, 1], 0, 0], [[0, 1], 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]",
     f"{FILM}.diffusion must be Hermitian, but [0][1] = 0+1j and [1][0] = 0+1j"),
    ("diffusion_c = 2e-3", "diffusion = [[1, 2, 0, 0], [2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]",
     f"{FILM}.diffusion has the eigenvalue -1 m^2/s, all must be >= 0"),
    (STATE, "matrix = [[1, 2, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]",
     "boundary 'bottom': matrix must be Hermitian"),
    # relaxation
    (T2, 'T2 = "2.1 ns"', f"{FILM}.T2 = 2.1e-09 s, must be <= 2 T1 = 2e-09 s: what takes occupation takes coherence"),
    (T2, 'T2 = [1e-12, 1e-12, "3 ns", 1e-12]', f"{FILM}.T2 = 3e-09 s of cv_y, must be <= 2 T1 = 2e-09 s"),
    (T2, "T2 = [1, 2]", f"{FILM}.T2 = [1, 2], must be four numbers in s, of cv_o, cv_x, cv_y, cv_z"),
    (H, "hamiltonian = {c = 0.1}", f"{FILM}.hamiltonian.c = 0.1 J is 6.2e+17 eV, must be below 624 eV"),
    ("diffusion_c = 2e-3\nmobility_v = 0.05\n", "", "layer 'film': nothing moves electrons, so that nothing says how"),
    (T2, "T2 = [1e-12, 1e-12, 0, 1e-12]", f"{FILM}.T2[2] = 0 s, must be > 0"),
    ("diffusion_c = 2e-3", "diffusion_c = -1", f"{FILM}.diffusion_c = -1 m^2/s, must be >= 0"),
    (SPIN, "spin_rate_c = [[1, 2, 0], [2, 1, 0], [0, 0, 1]]", f"{FILM}.spin_rate_c has the eigenvalue -1 1/s"),
    (f'T1 = "1 ns"\n{T2}', f"relaxation = {matrix(0, 0, 1.0)}",
     f"{FILM}.relaxation: row and column oo must be zero, for the number of electrons does not relax"),
    (f'T1 = "1 ns"\n{T2}', f"relaxation = {(np.diag([0.0] + [1] * 14 + [-2])).tolist()}",
     f"{FILM}.relaxation: its symmetric part has the eigenvalue -2 1/s, all must be >= 0"),
    (T2, f"relaxation = {matrix(0, 0, 0.0)}", f"{FILM}: give either T1 or relaxation, not both"),
    (SPIN, SPIN + "\nspin_rate_c = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]",
     f"{FILM}: give either spin_rate_c or spin_time_c, not both"),
    # states of occupations that cannot be
    (STATE, "occupations = [1e20, -1e19, 0, 0]",
     "boundary 'bottom': the density matrix has the eigenvalue -1e+19 1/m^3, all must be >= 0 in mode = 'density'"),
    (STATE, "fields = {zz = 1e20}",
     "boundary 'bottom': the density matrix has the eigenvalue -2.5e+19 1/m^3, all must be >= 0 in mode = 'density';"
     " give oo or cc_o, vv_o, the densities"),
    (STATE, "fields = {cc_o = 1, cc_x = 1, cc_z = 1}", "boundary 'bottom': the density matrix has the eigenvalue"),
    (STATE, "occupations = [1, 2, 3]", "boundary 'bottom': occupations = [1, 2, 3], must be four numbers in 1/m^3"),
    # names of fields
    (STATE, "fields = {cc_w = 1}", "boundary 'bottom': fields: unknown field 'cc_w'; did you mean 'cc_"),
    (STATE, "fields = {oo = 1, cc_z = 1}",
     "boundary 'bottom': fields: oo and cc_z are of different sets of names; give fields of one set"),
    (STATE, "fields = {oo = [1, 2]}", "boundary 'bottom': fields.oo = [1, 2], must be a number in 1/m^3"),
    (STATE, "fields = {cv_o = [1, 2, 3]}",
     "boundary 'bottom': fields.cv_o = [1, 2, 3], must be a number in 1/m^3, or [re, im]"),
    (STATE, "fields = 3", "boundary 'bottom': fields = 3, must be a table such as {cc_o = ..., cc_z = ...}"),
    (T2, "gauge = {cc_x = [1, 0, 0]}", f"{FILM}.gauge: unknown generator 'cc_x'"),
    (T2, "gauge = {xx = 1}", f"{FILM}.gauge.xx = 1, must be three numbers (x, y, z) in 1/m"),
    (T2, "gauge = {oo = [1, 0, 0]}", f"{FILM}.gauge.oo turns nothing; leave it out"),
    (T2, "velocity = {xx = [1, 0, 0]}\ngauge = {xx = [0, 1, 0]}",
     f"{FILM}.velocity and a gauge field both have xx; a coupling has one of them"),
    (T2, "velocity = {zx = [1, 0, 0]}\ngauge_c = [[0, 0, 0], [0, 0, 0], [1, 0, 0]]",
     f"{FILM}.velocity and a gauge field both have zx"),
    # keys that exclude each other, or need each other
    (H, 'hamiltonian = {c = "0.1 eV", fields = {}}', f"{FILM}.hamiltonian: give either c or fields, not both"),
    ("diffusion_c = 2e-3", "diffusion_cv = 1\nvelocities = 'along'", f"{FILM}: give either diffusion_cv or velocities"),
    ("diffusion_c = 2e-3", "velocities = 'across'", f"{FILM}.velocities = 'across'; choices: along, opposite"),
    (STATE, STATE + "\nneutral = true", "boundary 'bottom': give either neutral or occupations, not both"),
    (STATE, "", "boundary 'bottom': needs fields, occupations, matrix (1/m^3) or neutral = true"),
    (STATE, "neutral = false", "boundary 'bottom': needs fields, occupations, matrix (1/m^3) or neutral = true"),
    (STATE, "neutral = true\nspin_polarisation = [1, 1, 0]",
     "boundary 'bottom': spin_polarisation has the length 1.41421, must be <= 1"),
    (STATE, "fields = {oo = 1}\nspin_polarisation = [1, 0, 0]",
     "boundary 'bottom': give either fields or spin_polarisation"),
    ("temperature = 300", "", f"{FILM} needs diffusion_v (m^2/s), or temperature (K), from which it follows"),
    ("temperature = 300", "", f"{FILM} relaxes, needs equilibrium or temperature (K): to what"),
    ("[[layer]]", FULL, f"{FILM} relaxes, needs equilibrium or intrinsic_density (1/m^3): to what"),
    (BAND, BAND + 'equilibrium = "fermi"\n',
     f"{FILM}.equilibrium = 'fermi'; choices: boltzmann, mass-action, none, or a table"),
    (BAND, BAND + 'equilibrium = "mass-action"\n',
     f"{FILM}.equilibrium = 'mass-action' needs intrinsic_density (1/m^3)"),
    (BAND, MASS_ACTION, f"{FILM}: mass action needs [two_band] full_density (1/m^3), below which there are holes"),
    (BAND, MASS_ACTION + 'equilibrium = "none"\n', f"{FILM}.intrinsic_density belongs to equilibrium = 'mass-action'"),
    (BAND, BAND + "equilibrium = {zo = -1.0}\n",
     f"{FILM}.equilibrium: the density matrix has the eigenvalue -0.25 1/m^3"),
    (BAND, BAND + 'fermi = {states = 1e24, chemical_potential = 0}\nequilibrium = "none"\n',
     f"{FILM}: give either equilibrium or fermi, not both"),
    # a coherence that does not move
    ("[[layer]]", LOCAL.replace("[[layer]]", SPLITTING + "[[layer]]"),
     "two_band.coherence = 'local' needs time.scheme = 'implicit'"),
    (HEAD + BAND, HEAD.replace("[[layer]]", LOCAL) + BAND + "gauge = {xx = [1, 0, 0]}\n",
     f"{FILM}.gauge.xx makes flows of the coherence of the bands, which coherence = 'local' does not move"),
    (HEAD + BAND, HEAD.replace("[[layer]]", LOCAL) + BAND + "velocity = {yo = [1, 0, 0]}\n",
     f"{FILM}.velocity.yo makes flows of the coherence"),
    ("[[layer]]", LOCAL.replace("local", "here"), "two_band.coherence = 'here'; choices: transported, local"),
    # drives and frames
    (BAND, BAND + 'drive = {energy = "0.1 eV"}\n', f"{FILM}.drive: needs cv or spin_cv (J), the matrix element"),
    (BAND, BAND + 'drive = {cv = "1 meV"}\n', f"{FILM}.drive: needs frequency (Hz) or energy (J), that of a quantum"),
    (BAND, BAND + 'drive = {cv = "1 meV", energy = 1, frequency = 1}\n',
     f"{FILM}.drive: give either energy or frequency, not both"),
    (BAND, DRIVE,
     f"{FILM}.drive needs [time] with scheme = 'splitting', or [two_band] frame = 'rotating', where it is"),
    ("[[layer]]", '[two_band]\nframe = "rotating"\n[[layer]]',
     "two_band.frame = 'rotating' needs a layer with two_band.drive"),
    # excess
    ("[[layer]]", '[two_band]\nmode = "excess"\nfull_density = 1\n[[layer]]',
     "two_band.full_density does not go with mode = 'excess', a deviation from equilibrium"),
    # faces and fields
    ("[mesh]", TOP + "neutral = true\n[mesh]", "boundary 'top': neutral needs donors (1/m^3) of layer 'film'"),
    ("[mesh]", TOP + f"{STATE}\nvoltage = 1\n[mesh]", "boundary 'top': voltage belongs to electrostatics = 'poisson'"),
    ("temperature", 'electrostatics = "poisson"\ntemperature',
     "electrostatics = 'poisson' needs a boundary with voltage"),
    ("temperature", 'electrostatics = "neutral"\ntemperature',
     "electrostatics = 'neutral' belongs to experiment = 'two-current'"),
    ('kind = "state"\n' + STATE, 'kind = "insulating"',
     "nothing says how many electrons there are in a steady state; give a boundary kind = 'state' or 'exchange'"),
    ('kind = "state"\n' + STATE, f'kind = "exchange"\nmatrix = {matrix(1, 1, -1.0)}',
     "boundary 'bottom': matrix: its symmetric part has the eigenvalue -1 m/s"),
    ('kind = "state"\n' + STATE, f'kind = "exchange"\nmatrix = {np.zeros((16, 16)).tolist()}',
     "boundary 'bottom': matrix is zero; kind = 'insulating' says so"),
    ('kind = "state"\n' + STATE, 'kind = "flux"', "boundary 'bottom': needs fields (1/(m^2 s))"),
    ('kind = "state"\n' + STATE, 'kind = "sink"',
     "boundary 'bottom': kind = 'sink' does not belong to experiment = 'two-band'; kinds: state, flux,"),
    ('kind = "state"\n' + STATE, 'kind = "insulating"\narc_velocity = 1',
     "boundary 'bottom': arc_velocity belongs to experiment = 'weyl', not 'two-band'"),
    # times
    (BAND, BAND + "initial = {neutral = true}\n", f"{FILM}.initial needs the table [time]"),
    ("[mesh]", '[time]\nend = "1 ps"\ninitial = "given"\n[mesh]',
     "layer 'film': time.initial = 'given' needs two_band.initial"),
    ("[mesh]", '[time]\nend = "1 ps"\nscheme = "splitting"\n[mesh]', "time.scheme = 'splitting' needs steps"),
    ("[mesh]", '[time]\nend = "1 ps"\nsteps = 3\n[mesh]', "time.steps belongs to scheme = 'splitting'"),
    ("[mesh]", SPLITTING + "step = 1e-15\n[mesh]", "time.step belongs to scheme = 'implicit'"),
    ("[mesh]", SPLITTING + "drive = false\n[mesh]", "time.drive = false does not belong to experiment = 'two-band'"),
    ("[mesh]", "[frequency]\nvalues = 1e9\n[mesh]",
     "[frequency] does not belong to experiment = 'two-band'; [time] does"),
    # other experiments
    ("[mesh]", "[magnetisation]\ndirection = [0, 0, 1]\n[mesh]",
     "magnetisation does not belong to experiment = 'two-band'"),
    ('name = "film"', 'name = "film"\nconductivity = 1e6',
     "layer 'film': conductivity does not belong to experiment = 'two-band'"),
    ('"two-band"', '"film"', "layer 'film': two_band belongs to experiment = 'two-band', not 'film'"),
    ('"two-band"', '"two-current"',
     "boundary 'bottom': kind = 'state' belongs to experiment = 'two-band', not 'two-current'"),
]  # fmt: skip


@pytest.fixture
def said(tmp_path):
    def lines(text):
        path = tmp_path / "bad.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as error:
            read(path)
        return [line.removeprefix(f"{path}, ") for line in str(error.value).splitlines()]

    return lines


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message for *_, message in BAD])
def test_a_mistake_is_told_with_its_place_and_remedy(said, old, new, message):
    assert GOOD.count(old) == 1
    assert any(message in line for line in said(GOOD.replace(old, new)))


def test_the_good_file_is_good(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert physics_warnings(read(path).stack) == []


def film(**bands):
    return {"name": "film", "thickness": 5e-8, "two_band": {"diffusion_c": 1e-3, "diffusion_v": 1e-3} | bands}


def run(*layers, boundary=None, **tables):
    held = {"bottom": {"kind": "state", "occupations": [1e20, 0, 1e22, 1e22]}} if boundary is None else boundary
    return Run.from_dict({"experiment": "two-band", "layer": list(layers), "boundary": held, **tables})


HOLES = {"two_band": {"full_density": 1e24}, "temperature": 300}
NEUTRAL = {"kind": "state", "neutral": True}
CONTACT = {"bottom": NEUTRAL | {"voltage": 0.0}}
DOPED = {"intrinsic_density": 1e16, "donors": 1e22, "mobility_c": 0.1}


@pytest.mark.parametrize(
    ("layers", "tables", "message"),
    [
        (
            [film()],
            HOLES | {"boundary": {"bottom": {"kind": "state", "fields": {"vv_o": 1.1e24, "cc_o": 1e20}}}},
            "boundary 'bottom': S_vv,o = 1.1e+24 1/m^3, must be from 0 to full_density = 1e+24 1/m^3",
        ),
        (
            [film()],
            HOLES | {"boundary": {"bottom": {"kind": "state", "fields": {"vv_o": -1e22, "cc_o": 1e23}}}},
            "boundary 'bottom': S_vv,o = -1e+22 1/m^3, must be from 0 to full_density = 1e+24 1/m^3",
        ),
        (
            [film(fermi={"states": 1e25, "chemical_potential": 0})],
            HOLES,
            "layer 'film': two_band.fermi: S_vv,o = 1e+25 1/m^3, must be from 0 to full_density = 1e+24 1/m^3",
        ),
        (
            [film(initial={"occupations": [1e20, 0, 6e23, 6e23]})],
            HOLES | {"time": {"end": 1e-12}},
            "layer 'film': two_band.initial: S_vv,o = 1.2e+24 1/m^3, must be from 0 to full_density",
        ),
        (
            [film(diffusion_v=0.0)],
            {},
            "boundary 'bottom' holds vv_o, which nothing moves, turns or makes in a steady state; give layers two_band",
        ),
        (
            [film(**DOPED | {"mobility_c": 0.0, "diffusion_c": 0.0})],
            HOLES | {"boundary": {"bottom": NEUTRAL}},
            "layer 'film': nothing moves the electrons of the doping; give two_band.diffusion_c (m^2/s) or mobility_c",
        ),
        (
            [film(fermi={"states": 1e25, "chemical_potential": 0})],
            {},
            "layer 'film': two_band.fermi needs temperature (K) > 0",
        ),
        (
            [film(equilibrium="boltzmann", T1=1e-9)],
            {"temperature": 0},
            "layer 'film': two_band.equilibrium needs temperature (K) > 0",
        ),
        (
            [film(**DOPED, hamiltonian={"spin_c": [0, 0, 1e-21]})],
            {"two_band": {"full_density": 1e24}},
            "layer 'film': two_band: mass action of bands that split needs temperature (K) > 0",
        ),
        (
            [film(equilibrium={"oo": 1.0})],
            {"two_band": {"mode": "excess"}},
            "layer 'film': two_band.equilibrium does not go with mode = 'excess', whose equilibrium is 0",
        ),
        (
            [film(donors=1e22)],
            {"two_band": {"mode": "excess"}},
            "layer 'film': two_band.donors does not go with mode = 'excess', a deviation from equilibrium",
        ),
        (
            [film(mobility_c=0.1)],
            {"two_band": {"mode": "excess"}, "electrostatics": "poisson"},
            "electrostatics = 'poisson' needs [two_band] mode = 'density': charge is that of all electrons",
        ),
        (
            [film(equilibrium="none")],
            {"boundary": {"bottom": NEUTRAL}},
            "boundary 'bottom': neutral needs an equilibrium of layer 'film'; give fields, occupations or matrix",
        ),
        (
            [film(**DOPED)],
            {"two_band": {"full_density": 1e24}, "boundary": CONTACT, "electrostatics": "poisson"},
            "boundary 'bottom': neutral needs temperature (K), from which its built-in potential follows",
        ),
        (
            [film(**DOPED)],
            HOLES | {"boundary": CONTACT, "electrostatics": "poisson", "drive": {"electric_field": [0, 0, 1e4]}},
            "drive: electric_field does not go with electrostatics = 'poisson'; give voltages",
        ),
        (
            [film()],
            {"drive": {"electric_field": [0, 0, 1e4]}},
            "drive.electric_field moves nothing; a layer needs two_band.mobility_c or mobility_v (m^2/(V s))",
        ),
        (
            [film(**DOPED), film(**DOPED | {"donors": 2e22}) | {"name": "other"}],
            HOLES
            | {
                "boundary": {"left": NEUTRAL},
                "mesh": {"dimension": 2, "size": ["50 nm"], "periodic": False},
            },
            "boundary 'left': neutral is ambiguous where layers differ at one face; give fields, occupations or matrix",
        ),
        (
            [film()],
            {
                "boundary": {
                    "left": {"kind": "state", "occupations": [1.0, 0, 0, 0]},
                    "top": {"kind": "state", "occupations": [0, 1.0, 0, 0]},
                },
                "mesh": {"dimension": 2, "size": ["50 nm"], "periodic": False},
            },
            "boundary 'left' and 'top' meet at an edge, held at different states; give one of them a velocity",
        ),
        (
            [
                film(drive={"cv": 1e-22, "frequency": 1e12}),
                film(drive={"cv": 1e-22, "frequency": 2e12}) | {"name": "other"},
            ],
            {"two_band": {"frame": "rotating"}},
            "layer 'other': two_band.drive has 1.25664e+13 rad/s, must have 6.28319e+12 rad/s as layer 'film' in frame",
        ),
        (
            [film(), {"name": "metal", "thickness": 1e-8, "conductivity": 1e6}],
            {},
            "layer 'metal': experiment = 'two-band' needs the table two_band (hamiltonian, ...)",
        ),
        (
            [film(), film() | {"name": "b"}],
            {"interface": {"film|b": {"transmission": 1e14}}},
            "interface 'film|b' does not",
        ),
    ],
)
def test_keys_of_several_tables_that_do_not_go_together(layers, tables, message):
    with pytest.raises(InputError) as error:
        run(*layers, **tables)
    assert any(line.startswith(message) for line in str(error.value).splitlines())


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"two_band": {"full_density": 1e24}}, "two_band belongs to experiment = 'two-band', not 'transport'"),
        ({"time": {"end": 1.0, "scheme": "splitting", "steps": 3}}, "time.scheme belongs to experiment = 'two-band'"),
        ({"time": {"end": 1.0, "initial": "given"}}, "time.initial = 'given' belongs to experiment = 'two-band'"),
        (
            {"boundary": {"top": {"kind": "flux", "fields": {"oo": 1.0}}}},
            "boundary 'top': kind = 'flux' belongs to experiment = 'two-band', not 'transport'",
        ),
    ],
)
def test_tables_of_two_bands_belong_to_them(tables, message):
    metal = {"name": "Cu", "thickness": 1e-8, "conductivity": 4e7, "diffusion": 1e-2, "relaxation_time": 1e-11}
    with pytest.raises(InputError) as error:
        Run.from_dict({"experiment": "transport", "layer": [metal], **tables})
    assert any(line.startswith(message) for line in str(error.value).splitlines())


def test_deviations_from_equilibrium_may_have_either_sign():
    below = {"bottom": {"kind": "state", "fields": {"zz": -1.0}}}
    assert run(film(), two_band={"mode": "excess"}, boundary=below).stack.band_faces["bottom"].held[15] == -1.0


def test_faces_that_meet_may_be_held_at_one_state_and_opposite_ones_at_two():
    def sides(**occupations):
        boundary = {name: {"kind": "state", "occupations": of} for name, of in occupations.items()}
        return run(film(), boundary=boundary, mesh={"dimension": 2, "size": ["50 nm"], "periodic": False})

    assert len(sides(left=[1.0, 0, 0, 0], top=[1.0, 0, 0, 0]).stack.band_faces) == 2
    assert len(sides(left=[1.0, 0, 0, 0], right=[0, 1.0, 0, 0]).stack.band_faces) == 2


# --- warnings


def warned(two_band=None, temperature=None, **bands):
    layers = [{"name": "film", "thickness": 5e-8, "two_band": bands}]
    given = {"two_band": two_band, "temperature": temperature}
    return physics_warnings(Stack(layers, **{key: value for key, value in given.items() if value is not None}))


@pytest.mark.parametrize(
    ("times", "positive"),
    [
        ({"T1": 1e-9, "T2": 1e-12, "spin_time_c": 1e-10, "spin_time_v": 1e-12}, True),
        ({"T1": 1e-12, "T2": 1e-12, "spin_time_c": 1e-10, "spin_time_v": 1e-12}, False),  # spin without its electrons
        ({"T1": 1e-9}, False),  # coherence that outlives the occupations
    ],
)
@pytest.mark.parametrize("mode", ["density", "excess"])
def test_relaxation_that_makes_negative_occupations_is_warned_of(times, positive, mode):
    found = warned({"mode": mode}, equilibrium="none", **times)
    assert found == [] if positive else "layer 'film': relaxation is not completely positive (-" in found[0]


def test_an_equilibrium_that_precesses_is_warned_of():
    given = {"hamiltonian": {"c": "1 meV", "spin_c": ["1 meV", 0, 0]}, "T1": 1e-9, "T2": 1e-12, "spin_time_c": 1e-10}
    found = warned(**given, spin_time_v=1e-10, equilibrium={"cc_o": 1.0, "cc_z": 1.0, "vv_o": 1.0})
    assert found[-1] == (
        "layer 'film': the equilibrium does not commute with the hamiltonian, it precesses with 1.52e+12 rad/s:"
        " the uniform steady state is another one"
    )
    along = warned(**given, spin_time_v=1e-10, equilibrium={"cc_o": 1.0, "cc_x": 1.0, "vv_o": 1.0})
    assert not any("commute" in line for line in along)


def test_a_strong_drive_is_warned_of_in_the_rotating_frame():
    def driven(cv, frame="rotating"):
        return warned({"frame": frame}, hamiltonian={"c": "0.1 eV"}, drive={"spin_cv": [0, 0, cv], "energy": "0.1 eV"})

    assert driven("9 meV") == []
    assert driven("20 meV") == [
        "layer 'film': two_band.drive has |H_cv| / hbar w = 0.2, which is not small, as a rotating frame takes it to be"
    ]
    assert driven("20 meV", "laboratory") == []


def test_boltzmann_statistics_of_a_full_band_are_warned_of():
    given = {"hamiltonian": {"c": "0.1 eV"}, "equilibrium": "boltzmann", "donors": 1e22}
    times = {"T1": 1e-9, "T2": 1e-12, "spin_time_c": 1e-10, "spin_time_v": 1e-10}
    assert "is of few electrons, not of a full band v" in warned({"full_density": 1e24}, 300, **given, **times)[-1]
    assert not any("few electrons" in line for line in warned(None, 300, **given, **times))


def test_layers_of_other_intrinsic_density_are_warned_of():
    layers = [film(**DOPED), film(**DOPED | {"intrinsic_density": 2e16}) | {"name": "other"}]
    said = physics_warnings(run(*layers, **HOLES).stack)
    assert said[-1].startswith(
        "layer 'other': intrinsic_density = 2e+16 1/m^3 beside 1e+16 1/m^3 of 'film': densities are"
    )
