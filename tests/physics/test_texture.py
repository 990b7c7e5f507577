import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ddgauge.physics.texture import Precessing, Sampled, Skyrmion, SpinWave, Spiral, Vortex
from ddgauge.physics.walls import WalkerWall, Wall
from ddgauge.units import E_CHARGE, HBAR, MU_B

NM, NS = 1e-9, 1e-9
TEXTURES = {
    "head-to-head wall": Wall(width=8 * NM, velocity=30, phase=0.3, phase_rate=2e9, axis=(1, 2, 0.5)),
    "wall across the easy direction": Wall(width=8 * NM, velocity=-30, phase_rate=2e9, axis=(0, 0, 1), easy=(1, 0, 0)),
    "wall above breakdown": WalkerWall(width=8 * NM, B=0.02, B_W=0.015, alpha=0.05, phase=0.2),
    "wall below breakdown": WalkerWall(width=8 * NM, B=0.01, B_W=0.015, alpha=0.05, phase=0.2),
    "vortex": Vortex(core_radius=6 * NM, polarity=-1, velocity=(40, 90), gyration_radius=5 * NM, frequency=4e8),
    "skyrmion": Skyrmion(radius=12 * NM, width=5 * NM, helicity=0.7, velocity=(60, -20)),
    "spiral": Spiral(wave_vector=(2e8, 1e8, 0), axis=(1, 1, 0), cone=1.0, phase_rate=3e9),
    "spin wave": SpinWave(cone=0.2, wave_vector=(0, 2e8, 0), omega=5e9, axis=(0, 1, 2)),
    "vortex turned about y": Precessing(
        texture=Vortex(core_radius=6 * NM, velocity=(40, 90)), rate=3e9, axis=(0, 1, 0)
    ),
}
each = pytest.mark.parametrize("texture", TEXTURES.values(), ids=TEXTURES)
x = np.random.default_rng(1).normal(scale=10 * NM, size=(3, 40))


def difference(f, h):
    """df at 0 by differences of eighth order."""
    return sum(w * (f(n * h) - f(-n * h)) for n, w in enumerate([4 / 5, -1 / 5, 4 / 105, -1 / 280], 1)) / h


def skyrmion_number(texture, r_max, t=0.0):
    """(1 / 4 pi) integral of m . (d_x m x d_y m), Gauss quadrature in r, mean over angles."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    r, angle = (nodes + 1) / 2 * r_max, np.arange(16) * np.pi / 8
    R, A = np.meshgrid(r, angle, indexing="ij")
    x = np.array([R * np.cos(A), R * np.sin(A), 0 * R]).reshape(3, -1)
    n, _, grad = texture.jet(x, t)
    density = -np.einsum("Na,Na->N", n, np.cross(grad[:, 0], grad[:, 1])).reshape(R.shape)
    return (density.mean(axis=1) * r * weights).sum() * r_max / 2 * 2 * np.pi / (4 * np.pi)


@each
@pytest.mark.parametrize("t", [0.0, 0.37 * NS])
def test_derivatives_of_textures_are_those_of_unit_vectors(texture, t):
    n, n_t, grad_n = texture.jet(x, t)
    np.testing.assert_array_equal(n, texture(x, t))
    np.testing.assert_allclose(np.einsum("Na,Na->N", n, n), 1, rtol=1e-14)
    np.testing.assert_allclose(np.einsum("Na,Na->N", n, n_t) * NS, 0, atol=1e-13)
    np.testing.assert_allclose(np.einsum("Na,Nia->Ni", n, grad_n) * NM, 0, atol=1e-14)
    np.testing.assert_allclose(n_t * NS, difference(lambda h: texture(x, t + h), 0.001 * NS) * NS, atol=1e-9)
    slope = [difference(lambda h, e=e: texture(x + h * e[:, None], t), 0.1 * NM) for e in np.eye(3)]
    np.testing.assert_allclose(grad_n * NM, np.stack(slope, axis=1) * NM, atol=1e-9)


@each
def test_any_function_is_a_texture(texture):
    """Vectors of any length, in the sense of m: the length has no part, nor has its change in space and time."""
    m = Sampled(lambda x, t: -texture(x, t) * (2 + np.sin(x[:1].T / NM + t / NS)), length=NM, time=0.1 * NS)
    for sampled, exact, unit in zip(m.jet(x, 0.2 * NS), texture.jet(x, 0.2 * NS), [1, NS, NM]):
        np.testing.assert_allclose(sampled * unit, exact * unit, atol=1e-10)


@each
def test_differences_are_those_of_unit_vectors_whatever_the_step(texture):
    n, n_t, grad_n = Sampled(lambda x, t: -texture(x, t), length=2000 * NM, time=200 * NS).jet(x, 0.2 * NS)
    np.testing.assert_allclose(np.einsum("Na,Na->N", n, n_t) * NS, 0, atol=1e-13)
    np.testing.assert_allclose(np.einsum("Na,Nia->Ni", n, grad_n) * NM, 0, atol=1e-13)


def test_wall_runs_from_plus_to_minus_and_n_is_opposite_to_m():
    far = np.array([[-400, 0, 400], [0, 0, 0], [0, 0, 0]]) * NM
    np.testing.assert_allclose(Wall(width=10 * NM)(far), [[-1, 0, 0], [0, -1, 0], [1, 0, 0]], atol=1e-15)
    middle = np.zeros((3, 1))
    for phase, m in {0.0: [0, 1, 0], np.pi / 2: [0, 0, 1]}.items():  # about x, counter-clockwise
        np.testing.assert_allclose(-Wall(width=10 * NM, phase=phase)(middle), [m], atol=1e-15)
    neel, bloch = (Wall(width=10 * NM, phase=phase, easy=(0, 0, 1)) for phase in (0.0, np.pi / 2))
    np.testing.assert_allclose(-neel(middle), [[1, 0, 0]], atol=1e-15)
    np.testing.assert_allclose(-bloch(middle), [[0, 1, 0]], atol=1e-15)
    np.testing.assert_allclose(-Wall(width=10 * NM, reference=(3, 0, 4))(middle), [[0, 0, 1]], atol=1e-15)
    np.testing.assert_allclose(-Wall(width=10 * NM, axis=(0, 0, 1))(middle), [[1, 0, 0]], atol=1e-15)


def test_wall_moves_with_its_velocity():
    wall = Wall(width=10 * NM, position=5 * NM, velocity=200)
    middle = np.array([[5 + 200 * 0.1], [0], [0]]) * NM
    np.testing.assert_allclose(-wall(middle, 0.1 * NS), [[0, 1, 0]], atol=1e-14)


@pytest.mark.parametrize("polarity", [1, -1])
@pytest.mark.parametrize("chirality", [1, -1])
def test_vortex_has_half_a_skyrmion_number_and_lies_in_the_plane_outside(polarity, chirality):
    vortex = Vortex(core_radius=6 * NM, polarity=polarity, chirality=chirality)
    assert skyrmion_number(vortex, 40 * NM) == pytest.approx(polarity / 2, rel=1e-12)
    points = np.array([[0, 40, 0], [0, 0, 40], [0, 0, 7]]) * NM
    np.testing.assert_allclose(-vortex(points), [[0, 0, polarity], [0, chirality, 0], [-chirality, 0, 0]], atol=1e-15)


@pytest.mark.parametrize("polarity", [1, -1])
def test_skyrmion_has_the_skyrmion_number_of_its_polarity(polarity):
    skyrmion = Skyrmion(radius=20 * NM, width=4 * NM, polarity=polarity, helicity=0.3)
    assert skyrmion_number(skyrmion, 150 * NM) == pytest.approx(polarity, rel=1e-9)
    points = np.array([[0, 20, 400], [0, 0, 0], [0, 0, 0]]) * NM
    rim = [np.cos(0.3), np.sin(0.3), 0]
    np.testing.assert_allclose(-skyrmion(points), [[0, 0, polarity], rim, [0, 0, -polarity]], atol=1e-14)


def test_wide_skyrmion_is_a_bubble_with_a_straight_wall():
    """Radius 2000 widths, where sinh overflows: across the rim m_z = -tanh((r - radius) / width)."""
    skyrmion = Skyrmion(radius=2000 * NM, width=NM)
    r = np.array([0, 1, 1990, 1999, 2000, 2001, 2010, 9000])
    with np.errstate(over="raise", invalid="raise"):
        n, _, grad = skyrmion.jet(np.array([r, 0 * r, 0 * r]) * NM)
    np.testing.assert_allclose(-n[:, 2], -np.tanh(r - 2000), atol=1e-12)
    np.testing.assert_allclose(-grad[:, 0, 2] * NM, -1 / np.cosh(np.clip(r - 2000, -300, 300)) ** 2, atol=1e-12)


def test_core_gyrates_counter_clockwise_for_positive_frequency():
    vortex = Vortex(core_radius=6 * NM, position=(3 * NM, 0), gyration_radius=10 * NM, frequency=0.5e9)
    for t, core in {0.0: (13, 0), 0.5 * NS: (3, 10), 1.0 * NS: (-7, 0)}.items():
        np.testing.assert_allclose(-vortex(np.array([[core[0]], [core[1]], [0]]) * NM, t), [[0, 0, 1]], atol=1e-12)


def test_spin_wave_turns_counter_clockwise_and_runs_along_its_wave_vector():
    wave = SpinWave(cone=0.3, wave_vector=(1e8, 0, 0), omega=2e9)
    origin = np.zeros((3, 1))
    quarter = np.pi / 2 / 2e9
    np.testing.assert_allclose(-wave(origin, quarter), [[0, np.sin(0.3), np.cos(0.3)]], atol=1e-15)
    t = 0.3 * NS
    np.testing.assert_allclose(wave(np.array([[t * 2e9 / 1e8], [0], [0]]), t), wave(origin, 0), atol=1e-14)


def test_precession_of_a_wall_about_its_easy_direction_is_its_phase():
    turned = Precessing(texture=Wall(width=8 * NM, velocity=30), rate=2e9, axis=(1, 0, 0))
    for a, b in zip(turned.jet(x, NS), Wall(width=8 * NM, velocity=30, phase_rate=2e9).jet(x, NS)):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max())


FIELDS = [0.0, 0.004, 0.01, 0.011, 0.1, -0.004, -0.03]  # T; breakdown is at 0.01


@pytest.mark.parametrize("B", FIELDS)
@pytest.mark.parametrize("phase", [0.0, 0.9, 2.5])
def test_walker_wall_solves_the_equations_of_its_position_and_phase(B, phase):
    """(1 + alpha^2) phi' = gamma (B - B_W sin 2 phi), alpha X' / width = gamma B - phi', over many turns or none."""
    alpha, width, gamma = 0.1, 8 * NM, 2 * MU_B / HBAR
    wall = WalkerWall(width=width, B=B, B_W=0.01, alpha=alpha, phase=phase, position=3 * NM)

    def rates(t, y):
        phi_t = gamma / (1 + alpha**2) * (B - 0.01 * np.sin(2 * y[1]))
        return [(gamma * B - phi_t) / alpha * width / NM, phi_t]

    t = np.linspace(0, 20 * NS, 60)
    X, phi = solve_ivp(rates, (0, t[-1]), [3.0, phase], t_eval=t, method="DOP853", rtol=1e-11, atol=1e-11).y
    motion = np.array([wall.motion(s) for s in t]).T
    np.testing.assert_allclose(motion[1], phi, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(motion[0] / NM, X, rtol=1e-8, atol=1e-6)


@pytest.mark.parametrize("B", FIELDS)
def test_mean_rates_of_a_walker_wall(B):
    wall = WalkerWall(width=8 * NM, B=B, B_W=0.01, alpha=0.1, phase=0.4)
    gamma = 2 * MU_B / HBAR
    above = np.sqrt(max(B**2 - 0.01**2, 0)) * gamma / 1.01 * np.sign(B)
    assert wall.mean_phase_rate() == pytest.approx(above)
    start, period = 2000 * NS, np.pi / abs(above) if above else NS  # far from the start, one half turn
    (X0, phi0), (X1, phi1) = wall.motion(start), wall.motion(start + period)
    assert (phi1 - phi0) / period == pytest.approx(above, rel=1e-6, abs=1e5)  # at breakdown phi creeps as 1/t
    assert (X1 - X0) / period == pytest.approx(wall.mean_velocity(), rel=1e-6, abs=1e-2)
    if not above:
        assert wall.mean_velocity() == pytest.approx(8 * NM * gamma * B / 0.1)  # Walker's mobility


def test_walker_wall_far_above_breakdown_turns_with_the_field():
    """9.840 nV/Oe for P = 0.85 and g = 2."""
    wall = WalkerWall(width=8 * NM, B=1.0, B_W=1e-4, alpha=1e-4)
    assert 0.85 * HBAR / E_CHARGE * wall.mean_phase_rate() * 1e-4 == pytest.approx(9.840e-9, rel=1e-4)


@pytest.mark.parametrize("B_W, s", [(0.0, np.linspace(-3, 3, 7)), (0.01, np.zeros(1))])
@pytest.mark.parametrize("B", [0.03, 0.006, -0.02])
@pytest.mark.parametrize("easy", [(1, 0, 0), (0, 0, 1)])
def test_walker_wall_obeys_landau_lifshitz_gilbert(B_W, s, B, easy):
    """d_t m = -gamma m x B_eff + alpha m x d_t m with exchange, easy axis, hard axis and field.

    Everywhere if no direction across is hard, and in the middle, s = 0, if one is: there the width, which then depends
    on phi, has no part.
    """
    width, alpha, gamma, B_K = 8 * NM, 0.2, 2 * MU_B / HBAR, 1.5
    wall = WalkerWall(width=width, B=B, B_W=B_W, alpha=alpha, phase=0.35, easy=easy, reference=(0, 1, 0))
    hard = np.cross(easy, [0, 1, 0])
    t = 0.5 * NS
    x = (wall.motion(t)[0] + s * width) * np.eye(3)[:, :1]

    def laplacian(h):
        ends = (wall(x + sign * h * np.eye(3)[:, :1], t) for sign in (1, -1))
        return -(sum(ends) - 2 * wall(x, t)) / h**2

    h = 0.05 * width
    curvature = (64 * laplacian(h / 4) - 20 * laplacian(h / 2) + laplacian(h)) / 45
    m, m_t = (-v for v in wall.jet(x, t)[:2])
    B_eff = B * np.array(easy) + B_K * (np.outer(m @ easy, easy) + width**2 * curvature)
    B_eff -= 2 * B_W / alpha * np.outer(m @ hard, hard)
    torque = -gamma * np.cross(m, B_eff) + alpha * np.cross(m, m_t)
    np.testing.assert_allclose(m_t / gamma, torque / gamma, atol=1e-7)
