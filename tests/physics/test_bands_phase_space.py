import numpy as np
import pytest

from ddgauge.physics.bands.models import LatticeChern, MassiveDirac2D
from ddgauge.physics.bands.phase_space import (
    dirac_faraday,
    faraday_fields,
    faraday_residual,
    faraday_velocity,
    solid_angle_form,
    texture_rates,
)
from ddgauge.physics.bands.trajectory import rates
from ddgauge.physics.motive_force import motive_force
from ddgauge.physics.texture import Vortex
from ddgauge.units import E_CHARGE, HBAR

V = 1 / HBAR  # m/s, so that hbar v = 1 and numbers are those of WT11
RNG = np.random.default_rng(4)
UP, DOWN = 1, -1


def growing(M, M_t):
    """h(k_x, k_y, t) of a Dirac cone whose mass grows."""
    return lambda x: np.stack([x[..., 0], x[..., 1], M + M_t * x[..., 2]], axis=-1)


def anything(x):
    """A splitting that changes with k and t in every component and is nowhere 0."""
    k_x, k_y, t = np.moveaxis(x, -1, 0)
    return np.stack([np.sin(k_x) + 0.3 * np.cos(t), np.sin(k_y + t), 2.5 + np.cos(k_x - t) + np.cos(k_y)], axis=-1)


def jacobian(h, x):
    """d_I of h / |h|, by differences over 1e-13 m."""
    unit = lambda x: h(x) / np.linalg.norm(h(x), axis=-1, keepdims=True)  # noqa: E731
    step = 1e-13 * np.eye(len(x))
    return (unit(x + step) - unit(x - step)) / 2e-13


def test_faraday_fields_of_a_growing_mass():
    calE, calB_t = dirac_faraday(0.7, 0.3, V, [0.4, -0.2])
    np.testing.assert_allclose(calE, [0.104683350, 0.209366700], rtol=1e-8)
    assert calB_t == pytest.approx(-0.591688503, rel=1e-8)


def test_closed_form_is_that_of_the_texture():
    k = RNG.normal(size=(20, 2))
    h = growing(0.7, 0.3)
    calE, calB = faraday_fields(h, k, 0.5)
    closed, closed_t = dirac_faraday(0.85, 0.3, V, k)
    np.testing.assert_allclose(calE, closed, rtol=1e-12)
    step = 1e-4
    slope = (faraday_fields(h, k, 0.5 + step)[1] - faraday_fields(h, k, 0.5 - step)[1]) / (2 * step)
    np.testing.assert_allclose(closed_t, slope, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(calB, 0.85 / (np.sum(k**2, axis=1) + 0.85**2) ** 1.5, rtol=1e-12)  # WT11: m / E^3


def test_the_electric_field_of_k_is_largest_at_the_mass_over_root_two():
    k = np.linspace(0.01, 3, 3000)
    calE, _ = dirac_faraday(0.7, 0.3, V, np.stack([k, 0 * k], axis=-1))
    assert k[np.argmax(np.abs(calE[:, 1]))] == pytest.approx(0.7 / np.sqrt(2), rel=2e-3)


def test_faraday_law_in_k():
    k = RNG.normal(size=(30, 2))
    size = np.abs(faraday_fields(anything, k, 0.3)[0]).max()
    assert np.abs(faraday_residual(anything, k, 0.3, 1e-3, 1e-3)).max() < 1e-9 * size


def test_a_texture_in_space_exerts_the_spin_motive_force():
    """hbar k' = -s e E_smf beside the band's own force: one law, written in phase space and in real space."""
    vortex = Vortex(core_radius=6e-9, velocity=(40.0, 90.0))
    r = 1e-8 * RNG.normal(size=(25, 2))

    def moving(x):
        points = np.stack([x[..., 0] - 40.0 * x[..., 4], x[..., 1] - 90.0 * x[..., 4], 0 * x[..., 0]])
        return Vortex(core_radius=6e-9).m(points, 0.0)

    x = np.concatenate([r, np.zeros((25, 2)), np.zeros((25, 1))], axis=1)
    F = solid_angle_form(moving, x)
    m, m_t, grad_m = (-part for part in vortex.jet(np.concatenate([r.T, np.zeros((1, 25))])))
    E_smf = motive_force(m, m_t, grad_m)[:, :2]
    for s in (UP, DOWN):
        r_t, k_t = texture_rates(F, np.zeros((25, 5)), s)
        size = E_CHARGE * np.abs(E_smf).max()
        np.testing.assert_allclose(HBAR * k_t, -E_CHARGE * s * E_smf, rtol=1e-8, atol=1e-12 * size)
        np.testing.assert_array_equal(r_t, 0)


@pytest.mark.parametrize(("s", "band"), [(UP, 1), (DOWN, 0)])
def test_bands_in_a_uniform_field_move_as_wave_packets(s, band):
    model = LatticeChern(u=-1.3, t=E_CHARGE, a=5e-10)
    E = np.array([1e6, -3e6, 0.0])
    k = 2e9 * RNG.normal(size=(9, 2))
    x = np.concatenate([np.zeros((9, 2)), k, np.zeros((9, 1))], axis=1)
    F = solid_angle_form(lambda x: model.h(x[..., 2:4])[..., 1:], x)
    h, dh = model.h(k)[:, 1:], model.dh(k)[:, :, 1:]
    slope = s * np.einsum("Na,Nia->Ni", h, dh) / np.linalg.norm(h, axis=1, keepdims=True)
    d_eps = np.concatenate([np.tile(E_CHARGE * E[:2], (9, 1)), slope, np.zeros((9, 1))], axis=1)
    r_t, k_t = texture_rates(F, d_eps, s)
    exact_r, exact_k = rates(model, band, k, E, np.zeros(3))
    np.testing.assert_allclose(r_t, exact_r[:, :2], rtol=1e-9)
    np.testing.assert_allclose(k_t, exact_k, rtol=1e-12)


def test_a_texture_has_a_hall_effect_of_its_own():
    """Electrons feel B_z = s (hbar / 2e) m . (d_x m x d_y m): where it moves at u, -u x B is the spin motive force."""
    q = 2e8

    def h(x):
        a, b = q * x[..., 0], q * x[..., 1]
        return np.stack([np.sin(a), np.sin(b), 1.5 + np.cos(a) * np.cos(b)], axis=-1)

    x = np.concatenate([1e-9 * RNG.normal(size=(8, 2)), 1e9 * RNG.normal(size=(8, 2)), np.zeros((8, 1))], axis=1)
    F = solid_angle_form(h, x)
    v = np.array([1e5, -4e5])
    d_eps = np.concatenate([np.zeros((8, 2)), np.tile(HBAR * v, (8, 1)), np.zeros((8, 1))], axis=1)
    for s in (UP, DOWN):
        B = s * HBAR / (2 * E_CHARGE) * F[:, 0, 1]
        r_t, k_t = texture_rates(F, d_eps, s)
        np.testing.assert_allclose(r_t, np.tile(v, (8, 1)), rtol=1e-12)
        np.testing.assert_allclose(HBAR * k_t, -E_CHARGE * B[:, None] * [v[1], -v[0]], rtol=1e-10)
    n_t = -np.einsum("j,ja->a", v, jacobian(h, x[0])[:2])
    E_smf = motive_force(h(x[0]) / np.linalg.norm(h(x[0])), n_t, jacobian(h, x[0])[:3])[:2]
    np.testing.assert_allclose(E_smf, -HBAR / (2 * E_CHARGE) * F[0, 0, 1] * np.array([v[1], -v[0]]), rtol=1e-6)


def test_velocity_of_a_growing_mass_is_opposite_in_the_two_bands():
    calE, _ = faraday_fields(growing(0.7, 0.3), [0.4, -0.2], 0.0)
    x = np.array([0.0, 0.0, 0.4, -0.2, 0.0])
    F = solid_angle_form(lambda x: growing(0.7, 0.3)(x[..., 2:]), x)
    for s in (UP, DOWN):
        np.testing.assert_allclose(faraday_velocity(calE, s), texture_rates(F, np.zeros(5), s)[0], rtol=1e-12)
    assert MassiveDirac2D(0.7, V)([0.4, -0.2])[0, 1] == pytest.approx(0.4 + 0.2j)  # the cone of `growing`


def test_bands_that_touch_have_no_texture():
    with pytest.raises(ValueError, match=r"texture: \|h\| = 0 at x = \[0\. 0\. 0\.\], must be > 0: bands touch"):
        solid_angle_form(growing(0.0, 0.3), [0.0, 0.0, 0.0])
