import numpy as np
import pytest

from ddgauge.physics.bands.curvature import (
    curvature,
    energies,
    orbital_moment,
    state_density_factor,
    velocity,
)
from ddgauge.physics.bands.models import Hamiltonian, LatticeChern, LatticeWeyl, MassiveDirac2D, Weyl3D
from ddgauge.units import E_CHARGE, HBAR, MU_B

MEV = 1e-3 * E_CHARGE
DIRAC = MassiveDirac2D(M=50 * MEV, v=1e6)
LATTICE = LatticeChern(u=-1.0, t=1.0, a=1.0)
RNG = np.random.default_rng(3)
MODELS = {
    "Dirac": (DIRAC, 1e8),
    "tilted Weyl": (Weyl3D(v=4e5, chi=-1, tilt=(0.3, -0.2, 0.4)), 1e8),
    "Chern": (LatticeChern(u=0.7, t=E_CHARGE, a=5e-10), 2e9),
    "lattice Weyl": (LatticeWeyl(k0=1.1, t=E_CHARGE, a=5e-10), 2e9),
}
each = pytest.mark.parametrize(("model", "size"), MODELS.values(), ids=MODELS)


@pytest.mark.parametrize(("k", "Omega", "m"), [(0.0, -8.664859595e-17, -113.7126), (1e8, -1.917824117e-17, -41.60767)])
def test_curvature_and_moment_of_graphene_with_a_gap(k, Omega, m):
    k = [k * np.cos(0.4), k * np.sin(0.4)]
    np.testing.assert_allclose(curvature(DIRAC, k)[:, 2], [-Omega, Omega], rtol=1e-8)
    np.testing.assert_allclose(orbital_moment(DIRAC, k)[:, 2] / MU_B, [m, m], rtol=1e-6)
    np.testing.assert_array_equal(curvature(DIRAC, k)[:, :2], 0)


def test_curvature_of_a_lattice_band():
    assert curvature(LATTICE, [0.7, -0.4])[0, 2] == pytest.approx(0.464606131, rel=1e-8)


@pytest.mark.parametrize("chi", [1, -1])
def test_a_weyl_node_is_a_monopole_of_curvature(chi):
    k = RNG.normal(size=(20, 3)) * 1e8
    upper = -chi * k / (2 * np.linalg.norm(k, axis=1, keepdims=True) ** 3)
    Omega = curvature(Weyl3D(v=4e5, chi=chi), k)
    np.testing.assert_allclose(Omega[:, 1], upper, rtol=1e-10)
    np.testing.assert_allclose(Omega[:, 0], -upper, rtol=1e-10)


@each
def test_curvature_is_that_of_the_spin_texture(model, size):
    """Omega_s = -(s/4) eps_abc m . (d_b m x d_c m), the solid angle that m(k) covers  [WT11 (24)]."""
    k = size * RNG.normal(size=(12, model.dimension))
    h, dh = model.h(k)[:, 1:], model.dh(k)[:, :, 1:]
    dh = np.concatenate([dh, np.zeros((12, 3 - model.dimension, 3))], axis=1)
    solid = np.stack([np.einsum("Na,Na->N", h, np.cross(dh[:, i - 2], dh[:, i - 1])) for i in range(3)], axis=1)
    expected = -solid / (2 * np.linalg.norm(h, axis=1, keepdims=True) ** 3)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(curvature(model, k)[:, 1], expected, rtol=1e-9, atol=1e-12 * scale)


@each
def test_moment_of_two_bands_is_their_splitting_times_the_curvature(model, size):
    k = size * RNG.normal(size=(12, model.dimension))
    eps, Omega, m = energies(model, k), curvature(model, k), orbital_moment(model, k)
    half = E_CHARGE / (2 * HBAR) * (eps[:, 1] - eps[:, 0])[:, None]
    np.testing.assert_allclose(m[:, 0], -half * Omega[:, 0], rtol=1e-9, atol=1e-30)
    np.testing.assert_allclose(m[:, 1], m[:, 0], rtol=1e-9, atol=1e-30)


@each
def test_any_function_gives_what_its_formula_gives(model, size):
    k = size * RNG.normal(size=(7, model.dimension))
    same = Hamiltonian(model, model.dimension, length=1 / size)
    np.testing.assert_allclose(energies(same, k), energies(model, k), rtol=1e-12)
    np.testing.assert_allclose(velocity(same, k), velocity(model, k), rtol=1e-7, atol=1e-3)
    Omega = curvature(model, k)
    np.testing.assert_allclose(curvature(same, k), Omega, rtol=1e-7, atol=1e-7 * np.abs(Omega).max())


@each
def test_velocity_is_the_slope_of_the_energy(model, size):
    k = size * RNG.normal(size=(7, model.dimension))
    for i, e in enumerate(1e-4 * size * np.eye(model.dimension)):
        slope = (energies(model, k + e) - energies(model, k - e)) / (2e-4 * size)
        np.testing.assert_allclose(velocity(model, k)[..., i], slope / HBAR, rtol=1e-5, atol=1)


def test_curvature_does_not_know_the_phases_or_the_basis():
    def turned(k):
        phase = np.exp(1j * np.array([0.3, -1.2]))
        u = np.array([[np.cos(0.7), 1j * np.sin(0.7)], [1j * np.sin(0.7), np.cos(0.7)]]) * phase
        return u @ LATTICE(k) @ u.conj().T

    k = RNG.normal(size=(9, 2))
    same = Hamiltonian(turned, 2, length=1.0)
    np.testing.assert_allclose(curvature(same, k), curvature(LATTICE, k), rtol=1e-8)


def two_copies(k):
    """LATTICE twice: bands 0, 1 are the same everywhere, and so are 2, 3."""
    return np.einsum("...ij,st->...sitj", LATTICE(k), np.eye(2)).reshape(*k.shape[:-1], 4, 4)


def test_bands_that_touch_have_a_curvature_together():
    k = RNG.normal(size=(9, 2))
    copies = Hamiltonian(two_copies, 2, length=1.0)
    np.testing.assert_allclose(curvature(copies, k, bands=(0, 1)), 2 * curvature(LATTICE, k)[:, 0], rtol=1e-7)
    np.testing.assert_allclose(orbital_moment(copies, k, (2, 3)), 2 * orbital_moment(LATTICE, k)[:, 1], rtol=1e-7)
    with pytest.raises(ValueError, match=r"bands 0 and 1: gap = .* at k = .* give bands that touch as one set"):
        curvature(copies, k)


def test_curvatures_of_all_bands_add_up_to_nothing():
    rng = np.random.default_rng(5)
    parts = rng.normal(size=(5, 4, 4)) + 1j * rng.normal(size=(5, 4, 4))
    parts = parts + np.swapaxes(parts.conj(), 1, 2)

    def function(k):
        x, y = k[..., 0, None, None], k[..., 1, None, None]
        return parts[0] + np.cos(x) * parts[1] + np.sin(x) * parts[2] + np.cos(y) * parts[3] + np.sin(y) * parts[4]

    model = Hamiltonian(function, 2, length=1.0)
    Omega = curvature(model, rng.normal(size=(6, 2)))
    np.testing.assert_allclose(Omega.sum(axis=1), 0, atol=1e-9 * np.abs(Omega).max())


def test_density_of_states_of_a_field():
    Omega = curvature(DIRAC, [[0.0, 0.0], [1e8, 0.0]])
    D = state_density_factor(Omega, [0.3, 0.0, 2.0])
    np.testing.assert_allclose(D, 1 + E_CHARGE / HBAR * 2 * Omega[..., 2], rtol=1e-14)
    with pytest.warns(RuntimeWarning, match=r"D = .* = 0\.4\d*, should be within 0\.5 of 1"):
        state_density_factor(curvature(DIRAC, [0.0, 0.0])[1], [0, 0, 4.5])
    with pytest.raises(ValueError, match=r"D = .* must be > 0: weaken the field, or keep k farther"):
        state_density_factor(curvature(Weyl3D(v=4e5, chi=1), [0.0, 0.0, 3e7]), [0, 0, 3.0])


def test_a_node_has_no_curvature():
    with pytest.raises(ValueError, match=r"gap = 0 J at k = \[0\. 0\. 0\.\] 1/m, must be > 1e-08 of the bandwidth"):
        curvature(Weyl3D(v=4e5, chi=1), np.zeros(3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MassiveDirac2D(M=1e-20, v=-1e6), r"MassiveDirac2D: v = -1000000.0 m/s, must be > 0"),
        (lambda: MassiveDirac2D(M=np.nan, v=1e6), r"MassiveDirac2D: M = nan J, must be finite"),
        (lambda: Weyl3D(v=1e5, chi=2), r"Weyl3D: chi = 2, must be \+1 or -1"),
        (lambda: Weyl3D(v=1e5, chi=1, tilt=(0, 0.8, 0.7)), r"tilt = \(0, 0.8, 0.7\), must be a vector shorter than 1"),
        (lambda: LatticeChern(u=1, t=0.0, a=1e-9), r"LatticeChern: t = 0.0 J, must be > 0"),
        (lambda: LatticeWeyl(k0=4.0, t=1e-19, a=1e-9), r"LatticeWeyl: k0 = 4, must be between 0 and pi"),
        (lambda: DIRAC([1e8, 0, 0]), r"MassiveDirac2D: k has shape \(3,\), must be \(\.\.\., 2\)"),
        (lambda: Hamiltonian(DIRAC, 1, 1e-9), "dimension = 1, must be 2 or 3"),
        (lambda: Hamiltonian(DIRAC, 2, 1e-9, zone=[1e10, 1e10]), r"zone has shape \(2,\), must be \(2, 2\)"),
        (lambda: Hamiltonian(DIRAC, 2, 1e-9)(3.0), r"Hamiltonian: k has shape \(\), must be \(\.\.\., 2\)"),
        (lambda: Hamiltonian(lambda k: k, 2, 1e-9)(np.ones((4, 2))), r"H\(k\) has shape \(4, 2\) for k of shape"),
        (
            lambda: Hamiltonian(lambda k: DIRAC(k) + 1e-21j * np.eye(2), 2, 1e-9)(np.ones((4, 2))),
            r"H\(k\) at k = \[1\. 1\.\] 1/m differs from its adjoint by 2e-21 J, must be Hermitian",
        ),
        (lambda: curvature(DIRAC, np.ones(2), bands=(0, 2)), r"bands = \(0, 2\), must be some of 0..1"),
        (lambda: state_density_factor(np.zeros(3), 3.0), r"B has shape \(\), must be \(\.\.\., 3\), T"),
    ],
)
def test_what_is_no_band_model_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
