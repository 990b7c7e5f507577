import numpy as np
import pytest

from ddgauge.physics.algebra import rotation
from ddgauge.physics.motive_force import core_voltage, gauge_potential, motive_force, wall_voltage
from ddgauge.physics.texture import Precessing, Sampled, Skyrmion, SpinWave, Vortex
from ddgauge.physics.walls import WalkerWall, Wall
from ddgauge.units import E_CHARGE, HBAR, MU_B

NM, NS = 1e-9, 1e-9
HALF = HBAR / (2 * E_CHARGE)
x = np.random.default_rng(7).normal(scale=10 * NM, size=(3, 30))


def line(half_length, spacing):
    """Points along x and their weights, m: the trapezoidal rule, exact to rounding for what decays at both ends."""
    points = np.arange(-half_length, half_length, spacing)
    return np.outer([1, 0, 0], points), np.full(len(points), spacing)


def difference(f, h):
    """df at 0 by differences of eighth order."""
    return sum(w * (f(n * h) - f(-n * h)) for n, w in enumerate([4 / 5, -1 / 5, 4 / 105, -1 / 280], 1)) / h


def smooth(rng, terms=6):
    """A random smooth function of (t, x, y, z) with three components, all of order one."""
    k, phase, amplitude = rng.uniform(-1, 1, (terms, 4)), rng.uniform(0, 6, terms), rng.uniform(-1, 1, (terms, 3))

    def f(r):
        return np.sin(k @ r + phase) @ amplitude

    return f


def along(f, mu, h=0.03):
    """d_mu f as a function of (t, x, y, z)."""
    return lambda r: difference(lambda s: f(r + s * np.eye(4)[mu]), h)


def adiabatic(A):
    """(hbar / e) (d_i A_0 - d_t A_i) as a function of (t, x, y, z), of potentials A[mu](r)."""
    return lambda r: HBAR / E_CHARGE * np.array([along(A[0], i)(r) - along(A[i], 0)(r) for i in (1, 2, 3)])


def in_lab(n, r, beta=0.0):
    """E_smf of a function n(t, x, y, z)."""
    return motive_force(n(r), along(n, 0)(r), np.array([along(n, i)(r) for i in (1, 2, 3)]), beta)


def test_motive_force_as_printed():
    """Written out in components: n along z, d_t n = (a, b, 0), d_x n = (c, d, 0): -(a d - b c) + beta (a c + b d)."""
    E = motive_force(np.array([0, 0, 1.0]), np.array([2.0, 3, 0]), np.array([[5.0, 7, 0], [0, 0, 0], [0, 0, 0]]), 0.1)
    np.testing.assert_allclose(E / HALF, [-(14 - 15) + 0.1 * (10 + 21), 0, 0], rtol=1e-14)


def test_motive_force_is_the_berry_curvature_of_the_spin_that_follows_n():
    """L = hbar i <chi| d_t + v . grad |chi> = hbar (a_0 + v . a), so that the force -e E_i is hbar (d_i a_0 - d_t a_i).

    Its line integral around a small rectangle in x, t is the phase of the product of overlaps of spin states: no angle,
    no gauge, no formula of n but that chi is the eigenstate +1 of n . sigma.
    """
    texture = Vortex(core_radius=8 * NM, polarity=-1, velocity=(50, 120))
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])

    def state(x, t):
        return np.linalg.eigh(np.einsum("Na,abc->Nbc", texture(x, t), pauli))[1][:, :, 1]

    t, dx, dt = 0.1 * NS, 1e-3 * NM, 1e-4 * NS
    E = motive_force(*texture.jet(x, t))
    for i in (0, 1):
        step = dx / 2 * np.eye(3)[:, i : i + 1]
        corners = [state(x + a * step, t + b * dt / 2) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        overlaps = [np.einsum("Na,Na->N", p.conj(), q) for p, q in zip(corners, corners[1:] + corners[:1])]
        curvature = -np.angle(np.prod(overlaps, axis=0)) / (dx * dt)  # d_i a_0 - d_t a_i
        np.testing.assert_allclose(-HBAR / E_CHARGE * curvature, E[:, i], rtol=1e-3, atol=1e-3 * np.abs(E).max())


@pytest.mark.parametrize("width", [2 * NM, 30 * NM])
@pytest.mark.parametrize("easy", [(1, 0, 0), (0, 0, 1), (1, 1, 1)])
def test_precessing_wall_gives_hbar_over_e_times_its_phase_rate(width, easy):
    """1.772429e-7 V for 100 MHz and sigma = 4.0e6, 1.6e6 S/m; the potential falls towards the side ahead."""
    P, phase_rate = 2.4 / 5.6, 2 * np.pi * 100e6
    points, weights = line(25 * width, 0.1 * width)
    E = motive_force(*Wall(width=width, easy=easy, velocity=70, phase_rate=phase_rate).jet(points, 0.2 * NS))
    assert P * weights @ E[:, 0] == pytest.approx(-1.772429e-7, rel=1e-6)
    assert P * weights @ E[:, 0] == pytest.approx(wall_voltage(P, phase_rate), rel=1e-12)
    assert wall_voltage(1.0, -2 * np.pi * 1e9) == pytest.approx(4.135668e-6)  # one turn per ns


def test_motive_force_of_a_wall_knows_no_profile():
    """A crooked wall, phase and angle twisted along it, precessing as a whole."""

    def m(x, t):
        s, phi = x[0] / (9 * NM), 3e9 * t + 2 * np.exp(-((x[0] / (20 * NM)) ** 2))
        c = -np.tanh(s**3 + 0.3 * s)
        return np.stack([c, np.sqrt(1 - c**2) * np.cos(phi), np.sqrt(1 - c**2) * np.sin(phi)], axis=1)

    points, weights = line(36 * NM, 0.05 * NM)
    E = motive_force(*Sampled(m, length=5 * NM, time=0.3 * NS).jet(points, 0.1 * NS))
    assert weights @ E[:, 0] == pytest.approx(wall_voltage(1.0, 3e9), rel=1e-7)


def test_motive_force_of_a_rigid_wall_is_that_of_the_nonadiabatic_term():
    """First term zero, second -(hbar beta v / 2e) (d_x n)^2; with (d_x n)^2 = 1 / (width cosh s)^2."""
    wall, beta, v, width = Wall(width=8 * NM, velocity=70.0), 0.03, 70.0, 8 * NM
    points, weights = line(25 * width, 0.1 * width)
    jet = wall.jet(points)
    sech2 = 1 / np.cosh(points[0] / width) ** 2
    np.testing.assert_allclose(motive_force(*jet), 0, atol=1e-12 * HALF * v / width**2)
    E = motive_force(*jet, beta)
    expected = -HALF * beta * v * sech2 / width**2
    np.testing.assert_allclose(E[:, 0], expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_array_equal(E[:, 1:], 0)
    assert weights @ E[:, 0] == pytest.approx(wall_voltage(1.0, 0.0, beta, v, width))


@pytest.mark.parametrize("B", [0.03, 0.004, -0.02])
def test_voltage_of_a_walker_wall_at_every_moment(B):
    wall = WalkerWall(width=8 * NM, B=B, B_W=0.01, alpha=0.05, phase=0.3)
    for t in (0.0, 0.7 * NS, 3 * NS):
        X, phi = wall.motion(t)
        points, weights = line(200 * NM, NM)
        points[0] += X
        rate = wall.phase_rate(phi)
        expected = wall_voltage(0.4, rate, 0.02, wall.velocity(rate), 8 * NM)
        assert 0.4 * weights @ motive_force(*wall.jet(points, t), 0.02)[:, 0] == pytest.approx(expected, rel=1e-8)


def test_mean_voltage_above_breakdown_is_that_of_the_mean_phase_rate():
    wall = WalkerWall(width=8 * NM, B=0.012, B_W=0.01, alpha=0.05, position=-20 * NM)
    times = np.arange(64) / 64 * np.pi / wall.mean_phase_rate()
    V = [wall_voltage(0.85, wall.phase_rate(wall.motion(t)[1])) for t in times]
    assert np.mean(V) == pytest.approx(wall_voltage(0.85, wall.mean_phase_rate()), rel=1e-9)


def test_wall_driven_by_a_field_takes_up_its_zeeman_energy():
    """No damping: 2 mu_B B per majority electron (g = 2) carried from its low to its high Zeeman energy, ahead."""
    B = 0.1
    wall = WalkerWall(width=8 * NM, B=B, B_W=0.0, alpha=1e-9)
    assert -E_CHARGE * wall_voltage(1.0, wall.mean_phase_rate()) == pytest.approx(2 * MU_B * B)


TEXTURES = {
    "wall": Wall(width=8 * NM, velocity=30, phase_rate=2e9, axis=(1, 2, 0.5)),
    "vortex": Vortex(core_radius=6 * NM, velocity=(40, 90), gyration_radius=5 * NM, frequency=4e8),
    "skyrmion": Skyrmion(radius=12 * NM, width=5 * NM, helicity=0.7, velocity=(60, -20)),
}
each = pytest.mark.parametrize("texture", TEXTURES.values(), ids=TEXTURES)


@each
def test_reversal_of_time_keeps_the_first_term_and_turns_the_second(texture):
    """n -> -n(-t); n -> -n alone does the opposite, and the film run backward, n -> n(-t), turns both."""
    n, n_t, grad_n = texture.jet(x, 0.2 * NS)
    first = motive_force(n, n_t, grad_n)
    second = motive_force(n, n_t, grad_n, 1.0) - first
    for signs, a, b in (((-1, 1, -1), 1, -1), ((-1, -1, -1), -1, 1), ((1, -1, 1), -1, -1)):
        fields = [s * f for s, f in zip(signs, (n, n_t, grad_n))]
        for beta in (0.0, 0.5):
            expected = a * first + b * beta * second
            scale = np.abs(first).max() + np.abs(second).max()
            np.testing.assert_allclose(motive_force(*fields, beta), expected, rtol=1e-12, atol=1e-13 * scale)


@each
def test_motive_force_knows_no_axes_of_spin(texture):
    """A rotation of all spins changes nothing: without spin-orbit coupling only n relative to itself matters."""
    O = rotation([0.4, -1.1, 0.7])
    jet = texture.jet(x, 0.2 * NS)
    E = motive_force(*jet, 0.1)
    turned = motive_force(*(f @ O.T for f in jet), 0.1)
    np.testing.assert_allclose(turned, E, rtol=1e-10, atol=1e-12 * np.abs(E).max())


@pytest.mark.parametrize(
    "texture",
    [Wall(width=8 * NM, axis=(1, 2, 0.5)), Vortex(core_radius=6 * NM), Skyrmion(radius=12 * NM, width=5 * NM)],
    ids=["wall", "vortex", "skyrmion"],
)
def test_precession_as_a_whole_gives_a_potential(texture):
    """d_t n = omega x n: first term -(hbar / 2e) grad(omega . n), as of a Zeeman energy that is rotated away."""
    omega = 3e9 * np.array([0.6, 0, 0.8])
    E = motive_force(*Precessing(texture=texture, rate=3e9, axis=(0.6, 0, 0.8)).jet(x))
    potential = texture.jet(x)[2] @ omega  # at t = 0 the turn is none
    np.testing.assert_allclose(E, -HALF * potential, rtol=1e-9, atol=1e-12 * np.abs(E).max())


def test_spin_wave_drives_by_its_nonadiabatic_term_alone():
    """Both derivatives of n are along the same direction: E = -(hbar beta / 2e) omega k sin^2(cone), uniform."""
    k = np.array([2e8, -1e8, 5e7])
    jet = SpinWave(cone=0.3, wave_vector=tuple(k), omega=5e9, axis=(1, 0, 1)).jet(x, 0.1 * NS)
    expected = -HALF * 0.05 * 5e9 * np.sin(0.3) ** 2 * k
    np.testing.assert_allclose(motive_force(*jet), 0, atol=1e-12 * HALF * 5e9 * 1e8)
    np.testing.assert_allclose(motive_force(*jet, 0.05), np.tile(expected, (30, 1)), rtol=1e-11)


@pytest.mark.parametrize("polarity", [1, -1])
@pytest.mark.parametrize("chirality", [1, -1])
def test_vortex_core_voltage_solves_the_poisson_equation_of_the_charge(polarity, chirality):
    """Laplacian V = P div E_smf, so that div j^0 = 0, at every r with the share of the flux within r, 1 - |m_z|.

    That V vanishes far away leaves no other solution; outside the core it is the closed form. Chirality has no part.
    """
    P, r_c, velocity = 0.7, 6 * NM, (200.0, 70.0)
    vortex = Vortex(core_radius=r_c, polarity=polarity, chirality=chirality, velocity=velocity)

    def V(x):
        return core_voltage(x, P, polarity / 2, velocity) * -np.expm1(-(x[0] ** 2 + x[1] ** 2) / r_c**2)

    def E(x):
        return motive_force(*vortex.jet(x))

    def second(f, e, h=0.1 * NM):
        return difference(lambda s: difference(lambda u: f(x + (s + u) * e), h), h)

    axes = np.eye(3)[:2, :, None]
    laplacian = sum(second(V, e) for e in axes)
    divergence = sum(difference(lambda s, i=i, e=e: E(x + s * e)[:, i], 0.1 * NM) for i, e in enumerate(axes))
    np.testing.assert_allclose(P * divergence, laplacian, atol=1e-7 * np.abs(laplacian).max())
    assert np.abs(laplacian).max() > 1e9  # V/m^2, of some 1e-6 V on 1e-8 m: there is something to compare
    far = 50 * NM * np.array([[1, 0, 0.6], [0, 1, 0.8], [0, 0, 0]])
    np.testing.assert_allclose(V(far), core_voltage(far, P, polarity / 2, velocity), rtol=1e-14)


@pytest.mark.parametrize("texture, Q", [
    (Vortex(core_radius=6 * NM, polarity=1, velocity=(200, 0)), 0.5),
    (Vortex(core_radius=6 * NM, polarity=-1, chirality=-1, velocity=(200, 90)), -0.5),
    (Skyrmion(radius=12 * NM, width=3 * NM, polarity=-1, helicity=0.4, velocity=(30, 200)), -1.0),
])  # fmt: skip
def test_total_skyrmion_number_gives_the_voltage_outside(texture, Q):
    """V(x) = (1 / 2 pi) integral of P E_smf . (x - x') / |x - x'|^2, the solution of the open plane, for any core."""
    P = 0.7
    nodes, weights = np.polynomial.legendre.leggauss(200)
    r, angle = (nodes + 1) * 40 * NM, np.arange(128) * 2 * np.pi / 128
    R, A = (f.ravel() for f in np.meshgrid(r, angle, indexing="ij"))
    source = np.array([R * np.cos(A), R * np.sin(A), 0 * R])
    area = (np.repeat(weights * 40 * NM, 128) * R) * 2 * np.pi / 128
    E = motive_force(*texture.jet(source))
    for phi in (0.2, 1.5, 4.0):
        point = 160 * NM * np.array([[np.cos(phi)], [np.sin(phi)], [0]])
        d = point - source
        V = P / (2 * np.pi) * np.sum(area * np.einsum("Ni,iN->N", E, d) / np.einsum("iN,iN->N", d, d))
        assert pytest.approx(core_voltage(point, P, Q, texture.velocity)[0], rel=1e-8) == V


def test_numbers_of_the_vortex_core():
    """P 0.7, 200 m/s, across the motion: 4.607 uV at 10 nm, 0.9215 uV at 50 nm; at the rim of a disc twice that."""
    V = core_voltage(np.array([[0, 0, 10], [10, 50, 0]]) * NM, 0.7, -0.5, (200.0, 0.0))
    np.testing.assert_allclose(V, [4.607e-6, 0.9215e-6, 0], rtol=2e-4)
    rim = np.array([[0.0], [50 * NM]])
    assert core_voltage(rim, 0.7, -0.5, (200.0, 0.0), R=50 * NM)[0] == pytest.approx(2 * V[1])


def test_no_current_leaves_the_rim_of_a_disc():
    R, angle = 100 * NM, np.linspace(0, 6, 13)
    rim = R * np.array([np.cos(angle), np.sin(angle)])

    def V(s, points=rim):
        return core_voltage(points * (1 + s), 0.7, 0.5, (120.0, 50.0), R)

    np.testing.assert_allclose(difference(V, 1e-2), 0, atol=1e-8 * np.abs(V(0)).max())
    inside = core_voltage(0.3 * rim, 0.7, 0.5, (120.0, 50.0))
    added = core_voltage(rim, 0.7, 0.5, (120.0, 50.0)) * 0.3  # V(R) r / R
    np.testing.assert_allclose(V(0, 0.3 * rim), inside + added, rtol=1e-12)


def frame(w, chi=lambda r: 0.0):
    """R(t, x, y, z): a random smooth rotation, after a turn by chi about the axis that becomes n."""
    return lambda r: rotation(w(r)) @ rotation(np.array([0, 0, chi(r)]))


def potentials(R):
    """A[mu](r), each with components x, y, z."""
    return [lambda r, mu=mu: gauge_potential(R(r), along(R, mu)(r)) for mu in range(4)]


@pytest.mark.parametrize("case", range(5))
def test_motive_force_in_the_rotated_frame(case):
    """Both terms from A_mu of the frame; a turn about n shifts A^z by a gradient and changes neither."""
    rng = np.random.default_rng(case)
    w, chi, r, beta = smooth(rng), smooth(rng), rng.normal(size=4), 0.3
    expected = in_lab(lambda r: frame(w)(r)[:, 2], r, beta)
    seen = []
    for R in (frame(w), frame(w, lambda r: 2 * chi(r)[0])):
        A = potentials(R)
        z, across = [lambda r, A_mu=A_mu: A_mu(r)[2] for A_mu in A], np.array([A_mu(r)[:2] for A_mu in A])
        E = adiabatic(z)(r) + 2 * HBAR / E_CHARGE * beta * across[1:] @ across[0]
        np.testing.assert_allclose(E, expected, rtol=0, atol=1e-7 * np.abs(expected).max())
        seen.append([A_mu(r)[2] for A_mu in A])
    np.testing.assert_allclose(seen[0], np.add(seen[1], [along(chi, mu)(r)[0] for mu in range(4)]), rtol=1e-8)


@pytest.mark.parametrize("case", range(3))
def test_gauge_potential_in_polar_angles_and_spin_matrices(case):
    """U = m . sigma, m at half the polar angle of n: -i U^+ d U = A^a sigma^a, A^z = (1 - cos theta) d phi / 2.

    Its rotation is the half turn about m, R = 2 m m - 1.
    """
    rng = np.random.default_rng(case)
    f, r, mu = smooth(rng), rng.normal(size=4), case
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])

    def angles(r):
        return 1.5 + f(r)[0] / 2, f(r)[1]

    def m(r):
        theta, phi = angles(r)
        return np.array([np.sin(theta / 2) * np.cos(phi), np.sin(theta / 2) * np.sin(phi), np.cos(theta / 2)])

    def R(r):
        return 2 * np.outer(m(r), m(r)) - np.eye(3)

    def U(r):
        return np.einsum("a,abc->bc", m(r), pauli)

    A = gauge_potential(R(r), along(R, mu)(r))
    spin = -1j * U(r).conj().T @ along(U, mu)(r)
    np.testing.assert_allclose([np.trace(spin @ s).real / 2 for s in pauli], A, atol=1e-9)
    theta, phi = angles(r)
    assert A[2] == pytest.approx((1 - np.cos(theta)) / 2 * along(f, mu)(r)[1], rel=1e-7)
    np.testing.assert_allclose(R(r)[:, 2], [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
