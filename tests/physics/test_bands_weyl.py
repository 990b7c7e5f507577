import numpy as np
import pytest
from scipy.integrate import quad, solve_bvp

from ddgauge.physics.bands import weyl
from ddgauge.physics.bands.chiral_anomaly import (
    arc_mixing,
    axial_potential,
    bulk_conductivity,
    coefficients,
    pump,
    slab_resistance,
    weyl_medium,
)
from ddgauge.physics.bands.hall import fermi
from ddgauge.physics.bands.models import Weyl3D
from ddgauge.units import E_CHARGE, HBAR, K_B, H

MU, V, TAU = 60e-3 * E_CHARGE, 4e5, 20e-12
SIGMA, L = 1e5, 20e-6


def metal(B, tau_v=TAU, **changed):
    return coefficients(**{"mu": MU, "T": 0.0, "v": V, "tau_v": tau_v, "sigma": SIGMA, "B": B} | changed)


def test_coefficients_of_a_pair_of_nodes():
    c = metal([3.0, 0, 0])
    assert weyl.density_of_states(MU, 0.0, V) == pytest.approx(6.237134232e43, rel=1e-8)
    np.testing.assert_allclose(c.g, [2.810220371e10, 0, 0], rtol=1e-8)
    assert c.Gam == pytest.approx(E_CHARGE**2 * 6.237134232e43 / TAU, rel=1e-8)
    excess = bulk_conductivity(c)[0, 0] - 2 * SIGMA
    assert excess == pytest.approx(1.973035359e4, rel=1e-8)
    assert excess == pytest.approx(E_CHARGE**4 * 9 * TAU * V**3 / (4 * np.pi**2 * HBAR * MU**2), rel=1e-10)


def test_pairs_add_up():
    one, four = metal([0, 1.0, 2.0]), metal([0, 1.0, 2.0], pairs=4)
    for name in ("sigma", "g", "Gam", "e2_nu"):
        np.testing.assert_allclose(getattr(four, name), 4 * getattr(one, name), rtol=1e-14)
    assert slab_resistance(four, L) == pytest.approx(slab_resistance(one, L) / 4, rel=1e-12)


@pytest.mark.parametrize(("T", "tilt"), [(20.0, 0.0), (900.0, 0.0), (900.0, 0.6)])
def test_densities_of_a_node_are_sums_over_its_states(T, tilt):
    """Electrons of the upper band less holes of the lower, E = hbar v k (1 + tilt cos) for both."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    shell = (
        (weights / (1 + tilt * nodes) ** 3).sum() * 2 * np.pi / (2 * np.pi * HBAR * V) ** 3
    )  # int d^3k / (2 pi)^3 / E^2 dE

    def electrons(mu):
        carriers = lambda E: E**2 * (fermi(E, mu, T) - fermi(E, -mu, T)) * shell  # noqa: E731
        return quad(carriers, 0, abs(mu) + 50 * K_B * T, points=[abs(mu)], epsrel=1e-11, epsabs=0, limit=200)[0]

    assert weyl.density(MU, T, V, tilt) == pytest.approx(electrons(MU), rel=1e-7)
    step = 1e-3 * MU
    slope = (weyl.density(MU + step, T, V, tilt) - weyl.density(MU - step, T, V, tilt)) / (2 * step)
    assert weyl.density_of_states(MU, T, V, tilt) == pytest.approx(slope, rel=1e-6)


def test_pockets_of_the_band_model_are_those_of_the_closed_form():
    """Volume of k with 0 < eps_upper < mu, counted along rays."""
    tilt = (0.3, -0.2, 0.4)
    node = Weyl3D(v=V, chi=1, tilt=tilt)
    cos, weights = np.polynomial.legendre.leggauss(30)
    phi = np.arange(60) * 2 * np.pi / 60
    sin = np.sqrt(1 - cos**2)[:, None]
    n = np.stack([sin * np.cos(phi), sin * np.sin(phi), cos[:, None] + 0 * phi], axis=-1)
    k = MU / np.linalg.eigvalsh(node(n))[..., 1]  # energy is linear along a ray
    volume = (weights[:, None] * k**3 / 3).sum() * 2 * np.pi / 60
    assert weyl.density(MU, 0.0, V, np.linalg.norm(tilt)) == pytest.approx(volume / (2 * np.pi) ** 3, rel=1e-9)


def test_hall_conductivity_of_two_nodes():
    k = np.pi / 3 / 5e-10
    sigma = weyl.hall_of_nodes([[0, 0, k], [0, 0, -k]], [1, -1])
    assert sigma[0, 1] == pytest.approx(2.582697e4, rel=1e-6)
    assert sigma[0, 1] == pytest.approx(E_CHARGE**2 / H * 2 * k / (2 * np.pi), rel=1e-12)
    np.testing.assert_array_equal(sigma, -sigma.T)
    np.testing.assert_array_equal(sigma[2], 0)


def test_limits_of_wave_packets():
    assert weyl.excluded_radius([0, 3.0, 4.0]) == pytest.approx(np.sqrt(5 * E_CHARGE / HBAR))
    assert weyl.quantum_limit(V, [0, 0, 2.0]) == pytest.approx(np.sqrt(2 * HBAR * E_CHARGE * 2.0) * V)


@pytest.mark.parametrize(
    ("B", "RA"),
    [
        ([0, 0, 0], 1.0e-10),
        ([3, 0, 0], 9.197812545e-11),
        ([6, 0, 0], 7.438271426e-11),
        ([3, 3 * np.sqrt(3), 0], 9.197812545e-11),
    ],
)
def test_resistance_of_a_slab(B, RA):
    assert slab_resistance(metal(B), L) == pytest.approx(RA, rel=1e-8)


@pytest.mark.parametrize("tau_v", [1e-12, 20e-12, 1e-8])
@pytest.mark.filterwarnings("ignore:Weyl metal")
def test_slab_is_the_solution_of_its_medium(tau_v):
    """The strong equations of the matrix in one dimension, solved by collocation."""
    c = metal([6.0, 0, 0], tau_v=tau_v)
    M = weyl_medium(c).matrix[:2, :, :2, :]  # entries of the jet 1, d_x
    length = 1e-6
    scale = M[1, 0, 1, 0] / length

    def rhs(x, y):  # mu and flux; lengths in um, so that all is of order one
        mu, F = y[:2], y[2:] * scale
        d_mu = np.linalg.solve(M[1, :, 1, :], F - M[1, :, 0, :] @ mu)
        return np.concatenate([d_mu * length, (M[0, :, 0, :] @ mu + M[0, :, 1, :] @ d_mu) * length / scale])

    x = np.linspace(0, L / length, 200)
    found = solve_bvp(
        rhs, lambda a, b: np.array([a[0], a[1], b[0] - 1, b[1]]), x, np.zeros((4, 200)), tol=1e-9, max_nodes=20000
    )
    assert found.status == 0
    np.testing.assert_allclose(1 / (found.sol(x)[2] * scale), slab_resistance(c, L), rtol=1e-6)
    A = axial_potential(c, L, 1.0, x * length)
    np.testing.assert_allclose(found.sol(x)[1], A, atol=1e-6 * A.max())
    assert A.max() > 1e-4


def test_slab_between_contacts_that_alone_take_the_imbalance():
    c = metal([6.0, 0, 0], tau_v=np.inf)
    x = c.g[0] / c.sigma * L / 2
    assert c.Gam == 0
    assert slab_resistance(c, L) == pytest.approx(np.tanh(x) / x * L / (2 * SIGMA), rel=1e-12)
    assert slab_resistance(metal([0, 0, 0], tau_v=np.inf), L) == pytest.approx(L / (2 * SIGMA), rel=1e-14)
    assert axial_potential(metal([0, 0, 0], tau_v=np.inf), L, 1.0, L / 2) == 0
    with pytest.raises(
        ValueError, match=r"Gam = 0 S/m\^3, must be > 0 \(tau_v finite\): the bulk conductivity diverges"
    ):
        bulk_conductivity(c)


@pytest.mark.parametrize("B", [0.02, 1.0])
def test_a_long_slab_is_bulk_and_a_weak_field_has_a_series(B):
    c = metal([B, 0, 0])
    assert 1.0 / slab_resistance(c, 1.0) == pytest.approx(bulk_conductivity(c)[0, 0], rel=1e-4)
    short = 1e-9  # A has no room to grow
    assert slab_resistance(c, short) == pytest.approx(short / (2 * SIGMA), rel=1e-6)


def test_resistance_is_smooth_where_the_slab_is_as_short_as_the_axial_length():
    c = metal([6.0, 0, 0])
    l = c.sigma / np.sqrt(c.Gam * c.sigma + c.g[0] ** 2)
    lengths = 2 * l * np.array([0.0099, 0.00999, 0.01001, 0.0101])
    f = c.g[0] ** 2 / (c.Gam * c.sigma + c.g[0] ** 2)
    loss = 1 - slab_resistance(c, lengths[1]) * 2 * SIGMA / lengths[1]
    assert loss == pytest.approx(f * (1 - np.tanh(0.00999) / 0.00999), rel=1e-9)
    assert np.all(np.diff([slab_resistance(c, s) / s for s in lengths]) < 0)


def test_the_field_couples_the_two_fields_without_heat():
    c = metal([1.0, -2.0, 3.0])
    M = weyl_medium(c).matrix
    flat = M.reshape(8, 8)
    skew = (flat - flat.T) / 2
    assert np.abs(skew).max() == pytest.approx(2 * np.abs(c.g).max(), rel=1e-12)
    assert np.linalg.eigvalsh((flat + flat.T) / 2).min() >= 0
    reversed_field = weyl_medium(metal([-1.0, 2.0, -3.0])).matrix.reshape(8, 8)
    np.testing.assert_allclose(reversed_field, flat.T, rtol=1e-14)  # Onsager


def test_current_and_source_of_the_medium():
    c = metal([1.0, -2.0, 3.0])
    medium = weyl_medium(c)
    jet = np.array([[0.3, 0.1], [2.0, -1.0], [0.5, 4.0], [-1.0, 0.2]])  # [p, A] of S and A
    A, grad_S, grad_A = jet[0, 1], jet[1:, 0], jet[1:, 1]
    j = -np.einsum("iAqB,qB->iA", medium.flux, jet)
    np.testing.assert_allclose(j[:, 0], -2 * (SIGMA * grad_S + c.g * A), rtol=1e-13)
    np.testing.assert_allclose(j[:, 1], -2 * SIGMA * grad_A, rtol=1e-13)
    source = np.einsum("AqB,qB->A", medium.matrix[0], jet)
    np.testing.assert_allclose(source, [0, 2 * (c.Gam * A - c.g @ grad_S)], rtol=1e-13)
    np.testing.assert_array_equal(medium.storage, np.diag([0, 2 * c.e2_nu]))
    E = np.array([1.0, 2.0, -3.0])  # as -grad S
    slope = np.zeros((4, 2))
    slope[1:, 0] = -E
    load = np.einsum("pAqB,qB->pA", medium.matrix, slope)
    np.testing.assert_allclose(medium.drive @ E, -load, rtol=1e-13)
    np.testing.assert_allclose(medium.drift @ E, -np.einsum("iAqB,qB->iA", medium.flux, slope), rtol=1e-13)


def test_a_node_gains_what_the_fields_pump():
    """In the medium: at grad A = 0, uniform fields and no relaxation, e^2 nu_n d_t A = g . grad S = -g . E."""
    B, E = np.array([2.0, 0, 0]), np.array([1e4, 0, 0])
    assert pump(B) @ E == pytest.approx(1.169334396e33, rel=1e-8)
    c = metal(B)
    medium = weyl_medium(c)
    A_t = (medium.drive @ E)[0, 1] / medium.storage[1, 1]
    n_t = -c.e2_nu / E_CHARGE * A_t  # dn_R = -(e^2 nu_n / e) A
    assert n_t == pytest.approx(pump(B) @ E, rel=1e-12)


def test_media_of_warm_and_gated_points_are_those_of_each():
    rng = np.random.default_rng(2)
    given = {"mu": MU * rng.uniform(1, 2, 5), "T": rng.uniform(0, 300, 5), "sigma": SIGMA * rng.uniform(1, 2, 5)}
    many, bulk = weyl_medium(metal([1.0, 2.0, 0], **given)), bulk_conductivity(metal([1.0, 2.0, 0], **given))
    for n in range(5):
        c = metal([1.0, 2.0, 0], **{name: values[n] for name, values in given.items()})
        for name in ("matrix", "drive", "flux", "drift", "relaxation", "storage"):
            np.testing.assert_allclose(getattr(many, name)[n], getattr(weyl_medium(c), name), rtol=1e-14)
        np.testing.assert_allclose(bulk[n], bulk_conductivity(c), rtol=1e-14)


def test_media_of_many_points_are_those_of_each():
    B = np.random.default_rng(1).normal(size=(5, 3))
    many = weyl_medium(metal(B))
    for n in range(5):
        one = weyl_medium(metal(B[n]))
        for name in ("matrix", "drive", "flux", "drift"):
            np.testing.assert_allclose(getattr(many, name)[n], getattr(one, name), rtol=1e-14)


def test_arcs_mix_the_nodes():
    c = metal([3.0, 0, 0])
    np.testing.assert_allclose(arc_mixing(c, 1e4), [[0, 0], [0, 2 * c.e2_nu * 1e4]])
    with pytest.raises(ValueError, match="arc mixing: w = inf m/s, must be >= 0 and finite; fix A = 0"):
        arc_mixing(c, np.inf)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metal([0, 0, 1.0], tau_v=0.0), "Weyl metal: tau_v = 0 s, must be > 0"),
        (lambda: metal([0, 0, 1.0], sigma=-1.0), "Weyl metal: sigma = -1.0 S/m, must be > 0"),
        (lambda: metal([0, 0, 1.0], mu=0.0), "mu = 0.0 J at T = 0.0 K, must not both be 0: there is no state"),
        (lambda: metal([0, 0, 1.0], T=-1.0), "Weyl node: T = -1.0 K, must be >= 0"),
        (lambda: metal([0, 0, 1.0], pairs=1.5), "pairs = 1.5, must be a whole number > 0"),
        (lambda: metal(1.0), r"Weyl metal: B has shape \(\), must be"),
        (lambda: metal([0, 0, 1.0], tilt=1.2), r"tilt = 1.2 v, must be >= 0 and < 1 v"),
        (lambda: weyl.density(MU, 0.0, -V), "Weyl node: v = -400000.0 m/s, must be > 0"),
        (lambda: weyl.hall_of_nodes(np.eye(3), [1, 1, -1]), r"chi = \[1, 1, -1\] add up to 1, must be 0"),
        (lambda: weyl.hall_of_nodes(np.eye(3)[:2], [2, -2]), "Weyl nodes: chi = 2, must be"),
        (lambda: slab_resistance(metal([1.0, 0, 0]), 0.0), "Weyl slab: L = 0.0 m, must be > 0"),
    ],
)
def test_what_is_no_weyl_metal_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_doubtful_weyl_metals_are_named():
    with pytest.warns(RuntimeWarning, match=r"\|mu\| = .* J, should be > .* J, the first Landau level"):
        metal([0, 0, 20.0])
    with pytest.warns(RuntimeWarning, match=r"tau_v = 2e-12 s, should be > 10 times 3 sigma"):
        metal([0, 0, 1.0], tau_v=2e-12)
