"""Decay of spin modes under SU(2) gauge fields, and what their drive leaves, against closed forms.

The rates of a wave exp(i k r) are the eigenvalues of -D sum_i (i k_i + [q_i]x)^2; Bernevig et al. (2006), Koralek et
al. (2009).
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests import closed_forms as closed
from tests.solved import numbers, result

D, Q = 1e-3, 2e7  # m^2/s; 1/m, a turn in 0.3 um
MASS = closed.physical_constants["electron mass"][0]
ALPHA = Q * closed.hbar / (2 * MASS)  # m/s
RASHBA = {"mass": 1.0, "alpha": ALPHA}
HELIX = {"mass": 1.0, "alpha": ALPHA, "beta": ALPHA}


def rates(size, cells, **layer):
    """Slowest rates over D Q^2 in a thin periodic film."""
    layer = {"name": "N", "thickness": 10e-9, "conductivity": 1e6, "diffusion": D} | layer
    mesh = {"dimension": len(size) + 1, "size": list(size), "element_size": max(size) / cells}
    return numbers("relaxation", [layer], mesh=mesh)["relaxation"]["rates"] / (D * Q**2)


def expected(size, q):
    """Rates of all waves that fit, slowest first."""
    waves = [np.arange(-4, 5) * 2 * np.pi / length for length in size]
    k = np.stack(np.meshgrid(*waves, *[[0.0]] * (3 - len(size))), axis=-1).reshape(-1, 3)
    return np.sort(np.concatenate([closed.relaxation_spectrum(each, q, D) for each in k])) / (D * Q**2)


def test_rashba_coupling_keeps_a_spiral_longest():
    """Uniform rates (1, 1, 2) D Q^2; the slowest mode 7/16 D Q^2 at k = sqrt(15)/4 Q."""
    size = [2 * np.pi / (np.sqrt(15) / 4 * Q)]
    found = rates(size, 24, spin_orbit=RASHBA)
    assert_allclose(found[:2], 7 / 16, rtol=1e-6)
    assert_allclose([found[2], found[3], found[8]], [1, 1, 2], rtol=1e-6)
    q = np.array([[0, Q, 0], [-Q, 0, 0], [0, 0, 0]])
    assert_allclose(found[:9], expected(size, q)[:9], rtol=1e-6)
    shorter, longer = (rates([scale * size[0]], 24, spin_orbit=RASHBA)[0] for scale in (0.9, 1.1))
    assert min(shorter, longer) > 7 / 16 + 1e-3


def test_uniform_spin_under_rashba_coupling_in_three_dimensions():
    """A cell so small that only what is uniform is slow."""
    assert_allclose(rates([20e-9, 30e-9], 2, spin_orbit=RASHBA)[:3], [1, 1, 2], rtol=1e-9)


@pytest.mark.parametrize("coupling", [{"alpha": ALPHA}, {"alpha": ALPHA, "beta": ALPHA / 2}, {"beta": ALPHA}])
def test_other_couplings_have_the_eigenvalues_of_the_covariant_laplacian(coupling):
    size = [0.8 * np.pi / Q]
    found = rates(size, 24, spin_orbit={"mass": 1.0} | coupling)
    a, b = coupling.get("alpha", 0) / ALPHA * Q, coupling.get("beta", 0) / ALPHA * Q
    q = np.array([[-b, a, 0], [-a, b, 0], [0, 0, 0]])
    assert_allclose(found[:6], expected(size, q)[:6], rtol=1e-6)


def test_helix_of_equal_rashba_and_dresselhaus_coupling_lasts_for_ever():
    """alpha = beta: uniform rates 0, 4, 4; zero again at the wave number 2 Q, 4 m alpha / hbar, along x + y."""
    period = 2 * np.pi / (closed.helix_wave_number(MASS, ALPHA) / np.sqrt(2))
    found = rates([period, period], 8, spin_orbit=HELIX)
    assert_allclose(found[:3], 0, atol=1e-3)  # the coarse mesh is what is left
    assert found[3] > 1
    assert_allclose(rates([20e-9, 20e-9], 2, spin_orbit=HELIX)[:3], [0, 4, 4], rtol=1e-9, atol=1e-9)


def test_helix_across_a_strip_lasts_for_ever():
    """The same with x along the wave vector; in half its period nothing but the uniform mode lasts."""
    q = np.array([[-np.sqrt(2) * Q, np.sqrt(2) * Q, 0], [0, 0, 0], [0, 0, 0]])
    found = rates([np.pi / Q], 24, gauge=q.tolist())
    assert_allclose(found[:3], 0, atol=1e-7)
    assert_allclose(found[3:7], 4, rtol=1e-6)
    assert_allclose(rates([0.5 * np.pi / Q], 24, gauge=q.tolist())[:3], [0, 4, 4], rtol=1e-6, atol=1e-7)


def test_helix_decays_by_relaxation_alone():
    q = np.array([[-np.sqrt(2) * Q, np.sqrt(2) * Q, 0], [0, 0, 0], [0, 0, 0]])
    found = rates([np.pi / Q], 24, gauge=q.tolist(), relaxation_time=1e-12)
    assert_allclose(found[:3] * D * Q**2, 1e12, rtol=1e-6)


def test_sinks_at_both_faces_leave_half_a_wave():
    """Decay of a film between sinks, D (pi / d)^2 + 1/tau, in one dimension."""
    layer = {"name": "N", "thickness": 10e-9, "conductivity": 1e6, "diffusion": D, "relaxation_time": 1e-13}
    faces = {face: {"kind": "sink"} for face in ("bottom", "top")}
    found = numbers("relaxation", [layer], boundary=faces)["relaxation"]
    assert_allclose(found["rates"][:3], D * (np.pi / 10e-9) ** 2 + 1e13, rtol=1e-6)
    assert_allclose(found["lifetime"][:3], 1 / found["rates"][:3], rtol=1e-12)


def test_precession_is_the_imaginary_part():
    layer = {"name": "N", "thickness": 10e-9, "conductivity": 1e6, "diffusion": D, "relaxation_time": 1e-12}
    found = numbers("relaxation", [layer], field={"B": [0, 3.0, 4.0]})["relaxation"]
    omega = 2 * closed.MU_B * 5 / closed.hbar
    assert_allclose(found["rates"][:3], 1e12, rtol=1e-9)
    assert_allclose(np.sort(found["precession"][:3]), [-omega, 0, omega], rtol=1e-9, atol=1e-9 * omega)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_rashba_coupling_stops_the_spin_hall_current_but_not_the_edelstein_density(dimension):
    """The spin Hall effect of spin z in a plane: steady spin needs q x j = 0, so j_y^z = 0 and mu^y = -theta E / Q."""
    theta, E = 0.05, 1e5
    spin_hall = [[0, 0, 0], [0, 0, 0], [0, 0, -theta]]
    layer = {"name": "N", "thickness": 10e-9, "conductivity": 1e6, "diffusion": D, "spin_hall": spin_hall}
    mesh = {"dimension": dimension, "size": [20e-9, 30e-9][: dimension - 1]}
    tables = {"mesh": mesh, "drive": {"electric_field": [E, 0, 0]}}
    found = result("film", [layer | {"spin_orbit": RASHBA}], **tables)
    solution = found.solution
    volume = solution.volume("N")
    j, mu = solution.flow("N") / volume, solution.jets("N")[0] / volume
    assert_allclose(2 * mu[1:], [0, -2 * theta * E / Q, 0], atol=1e-9 * 2 * theta * E / Q)
    assert abs(j[1, 3]) < 1e-9 * theta * 1e6 * E
    assert_allclose(found.numbers["accumulation"]["top"], 2 * mu[1:], atol=1e-9 * 2 * theta * E / Q)
    lossy = result("film", [layer | {"spin_orbit": RASHBA, "relaxation_time": 1e-12}], **tables).solution
    turning, lost = D * Q**2, 1e12 * (1 + theta**2)  # of spin y into z by the flow along y, and by relaxation
    assert_allclose(lossy.jets("N")[0, 2] / volume, -theta * E / Q * turning / (turning + lost), rtol=1e-6)
    assert_allclose(lossy.flow("N")[1, 3] / volume, theta * 1e6 * E * 1e12 / (turning + lost), rtol=1e-6)
