"""The examples of the anomalous Hall effect as users run them, against closed forms."""

import numpy as np
import pytest

from ddgauge import read, run
from ddgauge.fem.mesh import read_mesh
from ddgauge.physics.bands.dirac import hall_number
from ddgauge.units import E_CHARGE, G_QUANTUM
from tests.test_examples import EXAMPLES, MESHES, numbers, printed, table


def test_hall_voltage_of_the_quantum_anomalous_hall_bar():
    """V_H = I sigma_xy / (sigma_xx^2 + sigma_xy^2) / t between either pair of arms; south is the higher one."""
    found = run(read(EXAMPLES / "anomalous_hall_bar/bar.toml", {"output.figures": False})).numbers
    sigma_xx, sigma_xy = 646.0, G_QUANTUM / 6e-9
    assert found["anomalous_hall"]["bar"][2] == pytest.approx(sigma_xy, rel=1e-6)
    V, current = found["voltage"], found["current"]["east"]
    for k in 1, 2:
        across = V[f"south{k}"] - V[f"north{k}"]
        assert across == pytest.approx(current * sigma_xy / (sigma_xx**2 + sigma_xy**2), rel=1e-3)
    assert V["south1"] - V["south2"] == pytest.approx(V["north1"] - V["north2"], rel=1e-3)


def test_hall_bar_against_the_chemical_potential_and_under_a_gate(tmp_path):
    command = EXAMPLES / "anomalous_hall_bar/plateau.py"
    lines = printed(command, "--out", tmp_path, "--potentials", 0, 60, "--biases", 5)
    (zero, sixty), sigma = table(lines[: lines.index("")], 5), 646 * 6e-9 / G_QUANTUM
    for row in zero, sixty:
        nu = 2 * hall_number(-15e-3 * E_CHARGE, row[0] * 1e-3 * E_CHARGE, 2.0)
        formula = np.array([nu, sigma]) / (nu**2 + sigma**2)
        np.testing.assert_allclose(row[[2, 4]], formula, atol=1e-6)
        np.testing.assert_allclose(row[[1, 3]], formula, rtol=8e-3)  # arms carry a little of the current along
        assert row[1] == pytest.approx(row[2], rel=1e-3)
    bias, R_yx, local, low, high = table(lines[lines.index("") :], 5)[0]
    assert bias == 5 and R_yx == pytest.approx(local, rel=1e-3)
    assert 1.5 < low < high < 5
    assert (tmp_path / "plateau.png").stat().st_size > 10_000


def test_hall_plates_and_ring(tmp_path):
    found = printed(EXAMPLES / "hall_plate/refinement.py", "--out", tmp_path, "--meshes", 3)
    plates, rings = table(found[: found.index("")], 7), table(found[found.index("") :], 3)
    assert plates[:, :2].tolist() == [[1, 0.5], [1, -0.5], [1, 2], [2, 1]]
    exact = [0.894427191, 0.894427191, 0.447213595, 1.220041591]
    np.testing.assert_allclose(plates[:, 5], exact, rtol=4e-9)
    errors = np.abs(plates[:, 2:5] / np.array(exact)[:, None] - 1)
    assert np.all(errors[:, 0] < 1e-4) and np.all(errors[:, 1] < errors[:, 0] / 20)
    np.testing.assert_allclose(rings[:, 1], 1 + rings[:, 0] ** 2, rtol=1e-9)
    assert (tmp_path / "refinement.png").stat().st_size > 10_000


@pytest.mark.parametrize("t", [0.5, -0.5])
def test_square_hall_plate(t):
    changed = {"layer.plate.anomalous_hall.conductivity": t * 1e4, "output.figures": False}
    found = run(read(EXAMPLES / "hall_plate/plate.toml", changed)).numbers
    assert found["resistance"]["west|east"] * 1e4 == pytest.approx(0.894427191, rel=1e-6)


def test_chern_numbers_and_hall_conductivity_of_a_lattice(tmp_path):
    """C = +1 for -2 < u < 0 and -1 for 0 < u < 2; -C e^2/h in a gap far above the temperature, less in a band."""
    masses = ("-2.5", "-1", "1")
    lines = printed(EXAMPLES / "chern_number/masses.py", "--out", tmp_path, "--masses", *masses)
    u, C, sigma, doped, gap = np.array([numbers(line) for line in lines[1:]]).T
    np.testing.assert_array_equal([u, C], [[-2.5, -1, 1], [0, 1, -1]])
    np.testing.assert_allclose(sigma, [0, -1, 1], atol=2e-6)
    np.testing.assert_allclose(doped[2], -doped[1], atol=1e-6)
    assert (np.abs(doped) < 0.2).all() and gap.tolist() == [100, 200, 200]
    assert (tmp_path / "chern_number.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("name", "layer", "faces"),
    [
        ("hall_plate", "plate", {"west", "east", "south", "north"}),
        ("hall_bar", "bar", {"west", "east", "north1", "south1", "north2", "south2"}),
    ],
)
def test_meshes_have_their_names(name, layer, faces):
    assert set(read_mesh(MESHES / f"{name}.msh", [layer], "xy").faces) == faces
    assert f"`{name}.msh`" in (MESHES / "README.md").read_text()


def test_meshes_are_made_by_their_sources(tmp_path):
    printed(MESHES / "hall_bar.py", "--length", "70e3", "--out", tmp_path / "bar.msh")
    x = read_mesh(tmp_path / "bar.msh", ["bar"], "xy").domain.geometry.x
    np.testing.assert_allclose([x[:, 0].max(), x[:, 1].max()], [35e3, 7e3])
    printed(MESHES / "hall_plate.py", "--width", "5e3", "--corner", "100", "--out", tmp_path / "plate.msh")
    x = read_mesh(tmp_path / "plate.msh", ["plate"], "xy").domain.geometry.x
    np.testing.assert_allclose([x[:, 0].max(), x[:, 1].max()], [10e3, 5e3])
