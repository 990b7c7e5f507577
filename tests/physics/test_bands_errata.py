"""Where WT11 is misprinted: each law as it is here, against what does not know of it."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from ddgauge.physics.bands import dirac
from ddgauge.physics.bands.chiral_anomaly import pump
from ddgauge.physics.bands.curvature import curvature, state_density_factor
from ddgauge.physics.bands.models import PAULI, MassiveDirac2D, Weyl3D
from ddgauge.physics.bands.phase_space import dirac_faraday, faraday_velocity
from ddgauge.physics.bands.trajectory import band_energy, rates
from ddgauge.units import E_CHARGE, HBAR, H

M, V = 0.05 * E_CHARGE, 1e6
K = M / (HBAR * V)
CONE = MassiveDirac2D(M, V)
UPPER, LOWER = 1, 0


def test_text_after_45_lacks_a_factor_and_G1_compares_with_h():
    """nu = (1/4 pi) int d^2k (f_+ - f_-) calB, and nu e^2/h is -(e^2/hbar) int d^2k / (2 pi)^2 Omega_lower."""

    def Omega(k):
        return curvature(CONE, [k * K, 0.0])[LOWER, 2] * K**2 * k

    flux = 2 * np.pi * quad(Omega, 0, np.inf, epsrel=1e-10)[0]
    assert dirac.hall_number(M, 0.0, 0.0) == pytest.approx(-flux / (2 * np.pi), rel=1e-8)  # calB = 2 Omega_lower
    sigma = -(E_CHARGE**2) / HBAR * flux / (2 * np.pi) ** 2
    assert dirac.hall_conductivity(M, 0.0, 0.0) == pytest.approx(sigma, rel=1e-8)
    assert sigma == pytest.approx(-0.5 * E_CHARGE**2 / H, rel=1e-8)


@pytest.mark.parametrize("B", [1e-4, -1e-4])
def test_energy_in_a_field_is_that_of_23_and_not_of_H4(B):
    """Half a cyclotron quantum above the bottom of the band with its moment lies the lowest level of electrons."""
    k = np.array([1e-4 * K, 0.0])
    _, k_t = rates(CONE, UPPER, k, np.zeros(3), [0, 0, B])
    quantum = HBAR * abs(k_t[1]) / k[0]
    levels = dirac.landau_levels(M, V, B, 2)
    lowest = levels[levels > 0].min() - M
    bottom = band_energy(CONE, UPPER, np.zeros(2), np.array([0, 0, B])) - M
    shift = HBAR * E_CHARGE * abs(B) * V**2 / M
    assert (bottom + quantum / 2) / shift == pytest.approx(lowest / shift, abs=1e-3)
    assert lowest / shift == pytest.approx(1 if B > 0 else 0, abs=1e-3)


def test_velocity_of_39_has_the_sign_of_its_first_line():
    """To first order in B the velocity is that of the exact form: (b.calB) q_s v_s is added, q_s = -s/2."""
    B, k = 1e-3 * HBAR * K**2 / E_CHARGE, np.array([0.7 * K, -0.3 * K])
    for band, s in ((UPPER, 1), (LOWER, -1)):
        slopes = []
        for form in ("exact", "linear"):
            plus, minus = (rates(CONE, band, k, np.zeros(3), [0, 0, sign * B], form)[0] for sign in (1, -1))
            slopes.append((plus - minus) / (2 * B))
        np.testing.assert_allclose(slopes[1], slopes[0], rtol=1e-5, atol=1e-9 * np.abs(slopes[0]).max())
        E = np.sqrt(0.58 + 1)  # in units of M
        moment = -s * np.sign(k) * np.abs(k) / K * E**-4  # grad of (1/2E^2), the energy of the moment, for B > 0
        density = s / (2 * E**3) * s * k / K / E  # -Omega_s v_s
        units = E_CHARGE / (HBAR * K**2) * V
        np.testing.assert_allclose(slopes[0][:2], (s * moment + density) * units, rtol=1e-5)


def test_pumped_electrons_have_the_prefactor_and_the_sign_of_H_plus_v_sigma_p():
    """What flows out of a sphere about the node in k, int D k' dS / (2 pi)^3, comes in at the node: (52), (53)."""
    cos, weights = np.polynomial.legendre.leggauss(24)
    phi = np.arange(32) * np.pi / 16
    sin = np.sqrt(1 - cos**2)[:, None]
    n = np.stack([sin * np.cos(phi), sin * np.sin(phi), cos[:, None] + 0 * phi], axis=-1)
    radius, E, B = 3e8, np.array([1e4, 2e3, -5e3]), np.array([1.0, -2.0, 0.5])
    for chi in (1, -1):
        for band, s in ((UPPER, 1), (LOWER, -1)):
            node = Weyl3D(v=4e5, chi=chi, tilt=(0.2, 0.0, 0.3))
            D = state_density_factor(curvature(node, radius * n)[..., band, :], B)
            _, k_t = rates(node, band, radius * n, E, B)
            flow = np.einsum("tp,tpi,tpi,t->", D, k_t, n, weights) * 2 * np.pi / 32 * radius**2 / (2 * np.pi) ** 3
            assert flow == pytest.approx(s * chi * pump(B) @ E, rel=1e-6)


@pytest.mark.parametrize("charge", [-E_CHARGE, E_CHARGE])
@pytest.mark.parametrize("chi", [1, -1])
def test_the_zero_mode_says_which_node_gains(charge, chi):
    """H = chi v sigma.(p - charge A) in a field along z: the level that crosses zero moves with the force charge E."""
    B, E, v, N = 2.0, 1e4, 4e5, 40
    ladder = np.sqrt(2 * HBAR * E_CHARGE * B) * np.diag(np.sqrt(np.arange(1, N)), -1)
    up = ladder if charge < 0 else ladder.T  # p_x + i p_y raises electrons and lowers holes
    p_z = 1e-3 * np.sqrt(2 * HBAR * E_CHARGE * B)
    eps, u = np.linalg.eigh(chi * v * np.block([[p_z * np.eye(N), up.T], [up, -p_z * np.eye(N)]]))
    bottom = np.sum(u.reshape(2, N, 2 * N)[:, 0] ** 2, axis=0)  # weight in the lowest oscillator state
    zero = [level for level, weight in zip(eps, bottom) if abs(level) < 2 * v * p_z and weight > 0.5]
    assert len(zero) == 1  # the other level near zero sits where the oscillator ends
    slope = zero[0] / p_z
    assert abs(slope) == pytest.approx(v, rel=1e-6)
    gained = E_CHARGE * B / H * np.sign(slope) * charge * E / H  # states per area, times those that pass zero upwards
    assert gained == pytest.approx(chi * pump([0, 0, B])[2] * E, rel=1e-9)


def test_velocity_of_a_changing_mass_by_the_schroedinger_equation():
    """Section III B: a spinor at fixed k moves by int q_s F_tk dt while its mass turns over; hbar = v = 1."""
    k, M_0, ramp = np.array([0.4, -0.2]), 0.7, 60.0

    def mass(t):
        return M_0 * np.tanh(t / ramp)

    def rhs(t, y):
        psi = y[:2]
        H_t = k[0] * PAULI[1] + k[1] * PAULI[2] + mass(t) * PAULI[3]
        v = [(psi.conj() @ PAULI[i] @ psi).real for i in (1, 2)]
        band = k / np.sqrt(k @ k + mass(t) ** 2)
        calE, _ = dirac_faraday(mass(t), M_0 / ramp / np.cosh(t / ramp) ** 2, 1 / HBAR, k)
        return np.concatenate([-1j * H_t @ psi, v - band, faraday_velocity(calE, 1)])

    end = 10 * ramp
    start = np.linalg.eigh(k[0] * PAULI[1] + k[1] * PAULI[2] + mass(-end) * PAULI[3])[1][:, 1]
    y = solve_ivp(rhs, (-end, end), [*start, 0j, 0j, 0j, 0j], "DOP853", rtol=1e-9, atol=1e-11).y[:, -1].real
    across = np.array([-k[1], k[0]]) / np.linalg.norm(k)  # along k second order in the rate adds to the band's velocity
    assert y[2:4] @ across == pytest.approx(y[4:6] @ across, rel=1e-3)
    assert abs(y[4:6] @ across) > 1
