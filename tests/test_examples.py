"""The examples as users run them; what they print is held against closed forms and limits."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import electron_mass, hbar, k
from scipy.constants import elementary_charge as e
from scipy.optimize import brentq

from ddgauge.experiment import run
from ddgauge.fem.mesh import read_mesh
from ddgauge.model import Contact, Layer, Run, Stack
from tests.closed_forms import bare_film, chen_smr, helix_wave_number, relaxation_spectrum, thin_precession_G

ROOT = Path(__file__).parent.parent
EXAMPLES, MESHES = ROOT / "examples", ROOT / "meshes"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w.^])")


def printed(*command, ranks=1):
    """Lines that a command prints; it must end well."""
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMPI_COMM", "PMIX", "PRTE"))}
    environment["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe"
    done = subprocess.run(
        [*launcher, sys.executable, *map(str, command)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def run_file(file, out, ranks=1):
    return printed("-m", "ddgauge", "run", EXAMPLES / file, "--out", out, ranks=ranks)


def numbers(line):
    return [float(text) for text in NUMBER.findall(line)]


def row(lines, label):
    """Numbers of the first line that starts with a label."""
    return numbers(next(line for line in lines if line.startswith(label)).removeprefix(label))


def section(lines, title):
    """The lines of a table."""
    start = next(i for i, line in enumerate(lines) if line.startswith(title))
    return lines[start + 1 : lines.index("", start)]


def table(lines, width):
    """(rows, width) array of the first numbers in lines that begin with one and hold so many."""
    found = [numbers(line) for line in lines if re.match(r"\s*\d", line)]
    return np.array([row[:width] for row in found if len(row) >= width])


def tables_of(file):
    return tomllib.loads((EXAMPLES / file).read_text())


def test_resistivity_of_pt_on_yig_is_that_of_chen(tmp_path):
    theta, sigma, d, l = 0.08, 4e6, 6e-9, 1.5e-9
    d0, d1, d2 = chen_smr(d, l, theta, sigma, 2.5e14 + 1e13j)
    lines = run_file("pt_yig/film.toml", tmp_path)
    bulk = (1 + 2 * theta**2) / sigma
    assert row(lines, "longitudinal")[0] == pytest.approx(bulk * (1 + d0 + d1), rel=theta**4)
    assert row(lines, "transverse")[0] == pytest.approx(bulk * d2, rel=3 * theta**2)
    assert {"result.json", "profile.csv", "profile.png", "magnetoresistance.png"} <= {
        path.name for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize("ranks", [1, 2])
def test_magnetoresistance_of_pt_on_yig(ranks):
    """2.3276e-4 with the exact closure; Chen's formula differs by a relative theta^2."""
    if ranks > 1 and not shutil.which("mpirun"):
        pytest.skip("no mpirun")
    (line,) = printed(EXAMPLES / "pt_yig/film.py", ranks=ranks)
    ratio = numbers(line)[-1]
    assert ratio == pytest.approx(2.3276e-4, rel=1e-4)
    assert ratio == pytest.approx(chen_smr(6e-9, 1.5e-9, 0.08, 4e6, 2.5e14 + 1e13j)[1], rel=2 * 0.08**2)


def moments(layer, T):
    """tau_parallel, tau_perpendicular, omega of spins in the mean field, term by term  [Z23 (4), (5), (15)]."""
    S, n, K = layer["spin"], 1.12e28, 0.051e-3 * e * 1e-27
    nu = layer["conductivity"] / (e**2 * layer["diffusion"])
    golden = 2 * np.pi / hbar * n * nu * K**2

    def mean_spin(x):  # x = eps_L / k T
        return (S + 0.5) / np.tanh((S + 0.5) * x) - 0.5 / np.tanh(x / 2)

    def imbalance(x):
        return layer["weiss"] * mean_spin(x) - x * k * T

    if imbalance(1e-3) <= 0:  # above the ordering temperature
        return 3 / (golden * S * (S + 1)), 3 / (golden * S * (S + 1)), 0.0
    x = brentq(imbalance, 1e-3, 100)
    bose = 1 / np.expm1(x)
    along = golden * x * bose * (1 + bose) * mean_spin(x)
    across = along / 2 + golden / 2 * (S * (S + 1) - mean_spin(x) / np.tanh(x / 2))
    return 1 / along, 1 / across, n * K * mean_spin(x) / (2 * hbar)


def eus(T):
    """G_s, G_r, G_i of the layer of pt_eus/interface.toml, by (sigma / 2) kappa tanh(kappa d) along and across m."""
    layer = tables_of("pt_eus/interface.toml")["layer"][0]
    tau_parallel, tau_perpendicular, omega = moments(layer | layer["exchange"], T)
    sigma, D, d = layer["conductivity"], layer["diffusion"], 0.5e-9
    along, across = -thin_precession_G(sigma, D, np.array([tau_parallel, tau_perpendicular]), np.array([0, omega]), d)
    return np.array([along.real, across.real - along.real, -across.imag])


def test_conductances_of_eus_follow_the_moments_through_the_curie_temperature(tmp_path):
    lines = printed(EXAMPLES / "pt_eus/conductances.py", "--out", tmp_path)
    assert row(lines, "T_C =")[0] == pytest.approx(16.6, rel=1e-3)
    found = table(lines, 5)
    assert len(found) > 15 and found[:, 0].min() < 16.6 < found[:, 0].max()
    for T, _, *G in found:
        np.testing.assert_allclose(G, eus(T) / 1e12, rtol=1e-5, atol=6e-5)  # as printed
    cold, hot = found[0], found[-1]
    assert cold[4] > 3 * cold[3] > 3 * cold[2]  # EuS|Pt: G_i at least three times G_r
    assert hot[2] > 0 and not hot[[1, 3, 4]].any()  # a paramagnet takes all spin alike
    assert (tmp_path / "conductances.png").stat().st_size > 10_000


def test_conductances_of_eus_at_one_temperature(tmp_path):
    lines = run_file("pt_eus/interface.toml", tmp_path)
    found = [row(lines, key)[0] for key in ("G_s", "G_r", "G_i")]
    np.testing.assert_allclose(found, eus(5.0), rtol=1e-5)


def rashba_loss(alpha):
    """Loss to the lattice, exact and perturbative, and all that is taken, of a thick magnet: sums over x, y, z."""
    sigma, D, rate = 2e6, 2e-4, 1 / np.array([1e-14, 1e-14, 2e-14])
    turned = D * (2 * electron_mass * alpha / hbar) ** 2 * np.array([1, 1, 2])
    per_length = sigma / (2 * D)
    exact, formula = (per_length * turned * np.sqrt(D / total) for total in (rate + turned, rate))
    return exact.sum(), formula.sum(), (per_length * np.sqrt(D * (rate + turned))).sum()


def test_rashba_memory_loss_and_where_perturbation_fails(tmp_path):
    lines = printed(EXAMPLES / "rashba_interface/memory_loss.py", "--out", tmp_path)
    found = table([line.replace("eVA", "") for line in lines], 6)
    assert len(found) == 13
    for strength, _, loss, formula, share, _ in found:
        exact, perturbative, whole = rashba_loss(strength * e * 1e-10 / hbar)
        np.testing.assert_allclose([loss, formula, share], [exact, perturbative, exact / whole], rtol=2e-2)
    weak, strong = found[0], found[-1]
    assert weak[2] == pytest.approx(weak[3], rel=2 * weak[1] ** 2)
    assert strong[1] > 1 and strong[3] > 5 * strong[2]


def test_rashba_memory_loss_at_one_strength(tmp_path):
    lines = run_file("rashba_interface/interface.toml", tmp_path)
    exact, _, whole = rashba_loss(0.1 * e * 1e-10 / hbar)
    assert row(lines, "memory loss")[0] == pytest.approx(exact / whole, rel=1e-5)


def test_in_the_middle_the_pillar_is_a_film(tmp_path):
    lines = printed(EXAMPLES / "pillar/edges.py", "--out", tmp_path)
    for face in "top, spin y", "bottom, spin y":
        film, axis, mean = row(lines, face)
        assert axis == pytest.approx(film, rel=1e-2)
        assert 0.8 < mean / film < 0.95  # the leads take spin within its diffusion length
    front, back = (row(lines, f"{face}, spin z")[0] for face in ("front", "back"))
    assert front < 0 < back and front == pytest.approx(-back, rel=0.05)
    film, pillar = row(lines, "resistance (ohm)")
    assert pillar == pytest.approx(film, rel=2e-3)


def mean_between_leads(d, l, theta, E, L):
    """Mean mu_s on a face of a film of thickness d between leads a length L apart that absorb spin: cosine series."""
    s = np.linspace(0, d, 20001)
    mu, mean = bare_film(s, d, l, theta, E), bare_film(d, d, l, theta, E)
    for n in range(1, 200, 2):
        kappa = np.hypot(1 / l, n * np.pi / d)
        share = 2 / d * np.trapezoid(mu * np.cos(n * np.pi * s / d), s)
        mean += share * 2 / (kappa * L) * np.tanh(kappa * L / 2)  # cos(n pi) = -1
    return mean


def test_spin_at_the_faces_of_a_bare_platinum_pillar():
    """Spin along y at bottom and top, along z at front and back: two films crossed, to order theta."""
    data = tables_of("pillar/pillar.toml")
    del data["layer"][0], data["magnetisation"]
    found = run(Run.from_dict(data)).numbers["accumulation"]
    for face, component, thickness in (("top", 1, 5e-9), ("back", 2, 16e-9)):
        expected = mean_between_leads(thickness, 2e-9, 0.08, 1e5, 24e-9)
        assert abs(found[face][component]) == pytest.approx(abs(expected), rel=0.08**2 * 3)


def test_pillar_from_the_command_line(tmp_path):
    lines = run_file("pillar/pillar.toml", tmp_path)
    left, right = (row(section(lines, "Current"), face)[0] for face in ("left", "right"))
    assert left == pytest.approx(-right, rel=1e-5)
    assert 2.4e-3 / right == pytest.approx(row(lines, "left|right")[0], rel=1e-5)
    assert (tmp_path / "fields.vtu").is_file()


def shorted(hall_angle, arm_over_width=1.0):
    """1 - V_H / V_H of an infinite bar, of a cross with contacts at two ends  [Haeusler and Lippmann 1968, half]."""
    return 2.5133 * np.arctan(hall_angle) / hall_angle * np.exp(-np.pi / 2 * (1 + 2 * arm_over_width))


def test_hall_cross_shows_nearly_the_voltage_of_a_bar(tmp_path):
    lines = run_file("hall_cross/cross.toml", tmp_path)
    north, south = (row(section(lines, "Voltage"), face)[0] for face in ("north", "south"))
    current = row(section(lines, "Current"), "east")[0]
    assert (north - south) / current * 6.4e3 / 0.5 == pytest.approx(1 - shorted(0.5), abs=2e-3)
    assert (tmp_path / "potential.png").is_file() and not (tmp_path / "profile.png").exists()


def test_hall_voltage_against_field(tmp_path):
    found = table(printed(EXAMPLES / "hall_cross/hall_voltage.py", "--out", tmp_path), 6)
    assert len(found) == 6
    np.testing.assert_allclose(found[:, 3], found[:, 1] / 6.4e3, rtol=1e-5)
    np.testing.assert_allclose(found[:, 4], shorted(found[:, 1]), atol=5e-5)


def test_spin_helix_persists_in_a_body_of_one_pitch(tmp_path):
    lines = run_file("persistent_helix/helix.toml", tmp_path)
    rates = table(section(lines, "Slowest"), 2)[:, 1]
    m, alpha, L = 0.067 * electron_mass, 2e3, 1919.2e-9
    q = 2 * m / hbar * alpha * np.array([[-1, 1, 0], [-1, 1, 0], [0, 0, 0]])
    waves = [2 * np.pi / L * np.array([a, b, 0]) for a in range(-2, 3) for b in range(-2, 3)]
    expected = np.sort(np.concatenate([relaxation_spectrum(wave, q, 0.05) for wave in waves]))[:12]
    np.testing.assert_allclose(rates, expected, rtol=1e-3, atol=1e-5 * expected[-1])
    assert np.sum(expected < 1e-6 * expected[-1]) == 3


def test_helix_decays_with_the_difference_of_wave_numbers(tmp_path):
    lines = printed(EXAMPLES / "persistent_helix/rates.py", "--out", tmp_path)
    k_0 = helix_wave_number(0.067 * electron_mass, 2e3)
    assert row(lines, "k_0 =")[0] == pytest.approx(k_0, rel=1e-4)
    found = table(lines, 2)
    assert len(found) == 8
    np.testing.assert_allclose(
        found[:, 1], 0.05 * k_0**2 * (found[:, 0] - 1) ** 2, rtol=1e-3, atol=1e-5 * 0.05 * k_0**2
    )


@pytest.mark.parametrize(
    ("name", "layers", "faces"),
    [
        ("hall_cross", ["cross"], {"west", "east", "south", "north"}),
        ("corbino", ["disk"], {"inner", "outer"}),
        ("pillar", ["F", "Pt"], {"bottom", "top", "side"}),
    ],
)
def test_meshes_to_start_from_have_their_names(name, layers, faces):
    path = MESHES / f"{name}.msh"
    mesh = read_mesh(path, layers, "xy")
    assert set(mesh.faces) == faces
    assert path.stat().st_size < 200_000
    assert f"`{name}.msh`" in (MESHES / "README.md").read_text()


def test_meshes_are_made_by_their_sources(tmp_path):
    printed(MESHES / "hall_cross.py", "--arm", "15e3", "--out", tmp_path / "cross.msh")
    x = read_mesh(tmp_path / "cross.msh", ["cross"], "xy").domain.geometry.x
    np.testing.assert_allclose([x.min(), x.max()], [-20e3, 20e3])
    for name in "corbino.geo", "pillar.geo":
        shutil.copy(MESHES / name, tmp_path)
    printed(MESHES / "make.py", tmp_path / "corbino.geo", tmp_path / "pillar.geo")
    assert set(read_mesh(tmp_path / "pillar.msh", ["F", "Pt"]).interfaces) == {("F", "Pt")}


def test_corbino_disk_resists_with_the_square_of_the_hall_angle():
    """R = ln(r_2 / r_1) (1 + tan^2) / (2 pi sigma): no Hall field holds the current straight."""
    disk = Stack(
        Layer(name="disk", conductivity=1e6, hall=[0, 0, 0.5]),
        boundary={"inner": Contact(voltage=1), "outer": Contact(voltage=0)},
    )
    found = run(Run(experiment="transport", stack=disk, mesh={"file": MESHES / "corbino.msh", "plane": "xy"})).numbers
    assert found["resistance"]["inner|outer"] == pytest.approx(np.log(3) / (2 * np.pi * 1e6) * 1.25, rel=2e-3)
