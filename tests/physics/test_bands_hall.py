import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from ddgauge.physics.bands import dirac, hall
from ddgauge.physics.bands.curvature import curvature, energies, orbital_moment
from ddgauge.physics.bands.models import Hamiltonian, LatticeChern, LatticeWeyl, MassiveDirac2D
from ddgauge.units import E_CHARGE, G_QUANTUM, HBAR, K_B, H

MEV = 1e-3 * E_CHARGE
M, V = 50 * MEV, 1e6
T_ROOM = 300.0
A = 5e-10
LATTICE = LatticeChern(u=-1.0, t=E_CHARGE, a=A)


@pytest.mark.parametrize(
    ("T", "mu", "nu"),
    [
        (0, 0, -0.5),
        (0, 60, -0.416666667),
        (0, 100, -0.25),
        (0, 200, -0.125),
        (77, 0, -0.499942949),
        (77, 50, -0.464327153),
        (77, 100, -0.253831772),
        (300, 0, -0.462471679),
        (300, 60, -0.385047437),
    ],
)
def test_hall_number_of_a_cone(T, mu, nu):
    assert dirac.hall_number(M, mu * MEV, T) == pytest.approx(nu, rel=3e-9)
    assert dirac.hall_number(-M, mu * MEV, T) == pytest.approx(-nu, rel=3e-9)
    assert dirac.hall_number(M, -mu * MEV, T) == pytest.approx(nu, rel=3e-9)
    assert dirac.hall_conductivity(M, mu * MEV, T) == pytest.approx(nu * E_CHARGE**2 / H, rel=3e-9)


@pytest.mark.parametrize(("mu", "T"), [(0, 20), (70, 20), (40, 300), (0, 3000), (55, 0.01), (500, 4)])
def test_hall_number_is_the_curvature_below_the_chemical_potential(mu, T):
    """nu = -2 pi sum_s int d^2k / (2 pi)^2 f_s Omega_s: with 1/(4 pi) before WT11's integral of calB."""
    cone = MassiveDirac2D(M, V)

    def ring(E):
        k = [np.sqrt(E**2 - M**2) / (HBAR * V), 0.0]
        f = hall.fermi(energies(cone, k), mu * MEV, T)
        return (f @ curvature(cone, k)[:, 2]) * E / (HBAR * V) ** 2  # k dk = E dE / (hbar v)^2

    widths = K_B * T * np.array([-30, -5, 0, 5, 30]) + mu * MEV
    edges = [M, *widths[widths > M], 1000 * M, 1e7 * M]
    total = sum(quad(ring, a, b, epsrel=1e-10, limit=400)[0] for a, b in itertools.pairwise(edges))
    assert dirac.hall_number(M, mu * MEV, T) == pytest.approx(-total, rel=1e-6)


def test_many_cones_at_once_are_one_after_the_other():
    masses, mu, T = M * np.array([1, -1, 0.5, 0]), MEV * np.array([0, 60, 80, 20]), np.array([300.0, 77.0, 0.0, 4.0])
    for law in (dirac.hall_number, dirac.streda):
        np.testing.assert_allclose(law(masses, mu, T), [law(*one) for one in zip(masses, mu, T)], rtol=1e-14)
    grid = dirac.hall_number(M, MEV * np.array([[60], [100]]), np.array([0.0, 77.0]))
    np.testing.assert_allclose(grid[1], [-0.25, -0.253831772], rtol=3e-9)


def test_a_cone_without_gap_has_no_hall_conductivity_but_at_its_node():
    assert dirac.hall_number(0.0, 10 * MEV, 0) == 0
    assert dirac.hall_number(0.0, 0.0, 4.0) == 0
    with pytest.raises(
        ValueError, match=r"Dirac cone: M = 0 J with mu = 0 and T = 0, must not be 0: .* \(parity anomaly\)"
    ):
        dirac.hall_number(0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match=r"Dirac cone: T = -1 K, must be >= 0"):
        dirac.hall_number(M, 0.0, -1)


@pytest.mark.parametrize(
    ("mu", "T", "expected"), [(0, 300, 0.373701028), (60, 77, 0.090685918), (10, 0, 0.5), (49, 0.1, 0.5), (80, 0, 0)]
)
def test_streda_derivative_of_a_cone(mu, T, expected):
    assert dirac.streda(M, mu * MEV, T) * H / E_CHARGE == pytest.approx(expected, rel=1e-8, abs=1e-12)
    assert dirac.streda(-M, mu * MEV, T) * H / E_CHARGE == pytest.approx(-expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("mu", "T", "sign"), [(0, 300, 1), (60, 77, 1), (20, 150, -1), (-60, 200, 1)])
def test_streda_derivative_is_that_of_landau_levels(mu, T, sign):
    """Density from neutral bands, n = (e B / h) sum_j -tanh((E_j - mu) / 2 k_B T) / 2, less that of -B."""
    B = 1e-3

    def density(B):
        levels = dirac.landau_levels(sign * M, V, B, 300_000)
        half = -0.5 * np.tanh((levels - mu * MEV) / (2 * K_B * T))
        return E_CHARGE * abs(B) / H * (half + half[::-1]).sum() / 2  # levels in pairs, so that the sum ends

    slope = (density(B) - density(-B)) / (2 * B)
    assert slope == pytest.approx(dirac.streda(sign * M, mu * MEV, T), rel=1e-6)


def test_streda_derivative_of_a_metal_is_not_its_hall_conductivity():
    frozen = hall.streda_frozen([0, 0, dirac.hall_conductivity(M, 0.0, T_ROOM)])[2]
    assert frozen * H / E_CHARGE == pytest.approx(0.462471679, rel=3e-9)
    assert dirac.streda(M, 0.0, T_ROOM) < 0.81 * frozen


def test_landau_levels():
    """Those of H = v sigma.(p + e A) + M sigma_z on oscillator states, B > 0: p_x + i p_y raises."""
    B, N = 3.0, 60
    raising = np.sqrt(2 * HBAR * E_CHARGE * B) * V * np.diag(np.sqrt(np.arange(1, N)), -1)
    H_oscillator = np.block([[M * np.eye(N), raising.T], [raising, -M * np.eye(N)]])
    exact = np.linalg.eigvalsh(H_oscillator)
    levels = dirac.landau_levels(M, V, B, 3)
    for level in levels:
        assert np.abs(exact - level).min() < 1e-9 * M
    assert np.abs(exact - M).min() < 1e-9 * M  # where the oscillator states end
    np.testing.assert_allclose(dirac.landau_levels(M, V, -B, 3), -levels[::-1])
    with pytest.raises(ValueError, match=r"Landau levels: abs_B = 0\.0 T, must be > 0"):
        dirac.landau_levels(M, V, 0.0, 3)


@pytest.mark.parametrize(("u", "C"), [(-1, 1), (1, -1), (2.5, 0)])
def test_filled_bands_conduct_whole_numbers(u, C):
    sigma = hall.hall_conductivity(LatticeChern(u=u, t=E_CHARGE, a=A), 0.0, 4.0)
    np.testing.assert_allclose(sigma, [0, 0, -C * G_QUANTUM], atol=1e-8 * G_QUANTUM)


def test_hall_conductivity_of_a_metal():
    sigma = hall.hall_conductivity(LATTICE, -1.2 * E_CHARGE, 0.05 * E_CHARGE / K_B)
    assert sigma[2] / G_QUANTUM == pytest.approx(-0.103862273, rel=1e-8)


def test_two_equal_copies_conduct_twice():
    def copies(k):
        return np.einsum("...ij,st->...sitj", LATTICE(k), np.eye(2)).reshape(*k.shape[:-1], 4, 4)

    model = Hamiltonian(copies, 2, length=A, zone=LATTICE.zone)
    mu, T = -1.2 * E_CHARGE, 0.2 * E_CHARGE / K_B
    one, two = (hall.hall_conductivity(which, mu, T, rtol=1e-6) for which in (LATTICE, model))
    np.testing.assert_allclose(two[2], 2 * one[2], rtol=1e-6)


def test_planes_between_the_nodes_conduct():
    """A Weyl metal at its nodes has (e^2/h) 2 k0 / (2 pi a); the grid cuts the two nodes off to first order in 1/N."""
    model = LatticeWeyl(k0=np.pi / 3, t=E_CHARGE, a=A)
    sigma = hall.hall_conductivity(model, 0.0, 0.1 * E_CHARGE / K_B, rtol=2e-3)
    np.testing.assert_allclose(sigma, [0, 0, 2.582697e4], rtol=0.02, atol=1e-6 * sigma[2])


def test_density_in_a_field_has_the_slope_of_streda():
    mu, T, B = -1.2 * E_CHARGE, 0.1 * E_CHARGE / K_B, np.array([0, 0, 20.0])
    slope = (hall.density(LATTICE, mu, T, B) - hall.density(LATTICE, mu, T, -B)) / 40
    assert slope == pytest.approx(hall.streda(LATTICE, mu, T)[2], rel=1e-4)
    assert slope != pytest.approx(hall.streda_frozen(hall.hall_conductivity(LATTICE, mu, T))[2], rel=0.1)


def test_in_the_gap_all_slopes_are_one():
    gap = hall.streda(LATTICE, 0.0, 4.0)[2]
    assert gap == pytest.approx(E_CHARGE / H, rel=1e-8)
    assert gap == pytest.approx(hall.streda_frozen(hall.hall_conductivity(LATTICE, 0.0, 4.0))[2], rel=1e-8)
    assert hall.streda(LATTICE, 0.0, 0.0)[2] == pytest.approx(gap, rel=1e-8)
    assert hall.density(LATTICE, 0.0, 0.0) == pytest.approx(1 / A**2, rel=1e-12)


def test_moment_and_curvature_of_one_cone_make_its_streda_derivative():
    """dn/dB = sum_s int d^2k / (2 pi)^2 [(e/hbar) Omega f - m f'], with f measured from neutral bands."""
    cone, mu, T = MassiveDirac2D(M, V), 30 * MEV, T_ROOM

    def ring(E):
        k = [np.sqrt(E**2 - M**2) / (HBAR * V), 0.0]
        f = hall.fermi(energies(cone, k), mu, T)
        Omega, m = curvature(cone, k)[:, 2], orbital_moment(cone, k)[:, 2]
        per_state = E_CHARGE / HBAR * Omega * f + m * f * (1 - f) / (K_B * T)
        return per_state.sum() * E / (HBAR * V) ** 2 / (2 * np.pi)

    edges = M * np.array([1, 1.5, 2, 4, 10, 100, 1e4, 1e7])
    total = sum(quad(ring, a, b, epsrel=1e-10)[0] for a, b in itertools.pairwise(edges))
    assert dirac.streda(M, mu, T) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hall.hall_conductivity(LATTICE, 0.0, -3.0), "T = -3.0 K, must be >= 0 and finite"),
        (
            lambda: hall.hall_conductivity(MassiveDirac2D(M, V), 0.0, 3.0),
            "MassiveDirac2D has no zone, must be a lattice",
        ),
        (lambda: hall.streda(LATTICE, -1.2 * E_CHARGE, 0.0), r"T = 0 K with mu = .* J inside a band, must be > 0"),
        (lambda: hall.density(LATTICE, 0.0, 1.0, B=[0, 1.0]), r"density: B has shape \(2,\), must be"),
    ],
)
def test_what_has_no_answer_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_metal_at_zero_temperature_does_not_converge(monkeypatch):
    monkeypatch.setattr(hall, "FINEST", {2: 64})
    with pytest.raises(ValueError, match=r"T = 0 K: not converged to .* 1e-08 with 64 points .* raise T or rtol"):
        hall.hall_conductivity(LATTICE, -1.2 * E_CHARGE, 0.0)
