import numpy as np
import pytest

from ddgauge.physics.bands.curvature import curvature, orbital_moment, velocity
from ddgauge.physics.bands.models import Hamiltonian, MassiveDirac2D, Weyl3D
from ddgauge.physics.bands.trajectory import adiabaticity, band_energy, band_velocity, rates, trajectory
from ddgauge.units import E_CHARGE, HBAR

V = 1e6
M = 0.05 * E_CHARGE
K = M / (HBAR * V)  # 1/m, units in which hbar = v = M = 1 and the charge is -1
TIME, LENGTH = HBAR / M, 1 / K
FIELD = M * K / E_CHARGE  # V/m
INDUCTION = HBAR * K**2 / E_CHARGE  # T
DIRAC = MassiveDirac2D(M, V)
UPPER, LOWER = 1, 0


def test_electrons_of_a_massive_cone_drift_across_the_field():
    path = trajectory(DIRAC, UPPER, [20 * K, 0.0], np.linspace(0, 40, 5) * TIME, E=[FIELD, 0, 0])
    np.testing.assert_allclose(path.k[:, 0] / K, [20, 10, 0, -10, -20], atol=1e-9)
    assert path.r[-1, 1] / LENGTH == pytest.approx(0.998752339, rel=1e-8)
    assert path.r[-1, 1] / LENGTH == pytest.approx(20 / np.sqrt(401), rel=1e-9)
    lower = trajectory(DIRAC, LOWER, [20 * K, 0.0], [0, 40 * TIME], E=[FIELD, 0, 0])
    np.testing.assert_allclose(lower.r[-1, 1], -path.r[-1, 1], rtol=1e-9)


@pytest.mark.parametrize(("form", "rate"), [("exact", 0.148365951), ("linear", 0.148737712)])
def test_cyclotron_frequency_of_a_massive_cone(form, rate):
    B = [0, 0, 0.2 * INDUCTION]
    path = trajectory(DIRAC, UPPER, [0.8 * K, 0.0], np.linspace(0, 30, 31) * TIME, B=B, form=form)
    angle = np.unwrap(np.arctan2(path.k[:, 1], path.k[:, 0]))
    np.testing.assert_allclose(angle[1:] / path.t[1:] * TIME, rate, rtol=1e-8)
    np.testing.assert_allclose(np.linalg.norm(path.k, axis=1), 0.8 * K, rtol=1e-9)


@pytest.mark.parametrize("form", ["exact", "linear"])
def test_rates_solve_the_equations_of_motion(form):
    """hbar k' = -e (E + r' x B), r' = v_bar - k' x Omega: exactly, or but for terms of second order in B."""
    node = Weyl3D(v=4e5, chi=1, tilt=(0.2, 0.1, -0.3))
    k = 1e8 * np.random.default_rng(2).normal(size=(10, 3))
    E = np.array([1e5, -2e5, 3e5])
    misfits = []
    for B in (np.array([0.02, 0.03, -0.05]), np.array([0.04, 0.06, -0.1])):
        r_t, k_t = rates(node, UPPER, k, E, B, form)
        Omega, v_bar = curvature(node, k)[:, UPPER], band_velocity(node, UPPER, k, B)
        force = HBAR * k_t + E_CHARGE * (E + np.cross(r_t, B))
        slip = r_t - v_bar + np.cross(k_t, Omega)
        misfits.append([np.abs(force).max() / (E_CHARGE * 4e5 * 0.1), np.abs(slip).max() / 4e5])
    if form == "exact":
        np.testing.assert_allclose(misfits, 0, atol=1e-12)
    else:
        np.testing.assert_allclose(np.log2(np.divide(*misfits[::-1])), 2, atol=0.1)


def test_energy_is_conserved_exactly_or_to_second_order_in_the_field():
    E, times = np.array([0.05, 0.02, 0]) * FIELD, np.linspace(0, 2, 5) * TIME

    def drift(B, form):
        B = np.array([0, 0, B * INDUCTION])
        path = trajectory(DIRAC, UPPER, [0.8 * K, 0.3 * K], times, E=E, B=B, form=form)
        energy = band_energy(DIRAC, UPPER, path.k, B) + E_CHARGE * path.r @ E
        return np.abs(energy - energy[0]).max() / M

    assert drift(0.2, "exact") < 1e-9
    assert drift(0.2, "linear") > 1e-5
    assert np.log2(drift(0.1, "linear") / drift(0.05, "linear")) == pytest.approx(2, abs=0.4)


def test_velocity_in_a_field_is_the_slope_of_the_energy():
    k, B, step = np.array([0.5 * K, -0.3 * K]), np.array([0, 0, 0.3 * INDUCTION]), 1e-4 * K
    for i in range(2):
        e = step * np.eye(2)[i]
        slope = (band_energy(DIRAC, UPPER, k + e, B) - band_energy(DIRAC, UPPER, k - e, B)) / (2 * step * HBAR)
        assert band_velocity(DIRAC, UPPER, k, B)[i] == pytest.approx(slope, rel=1e-6)
    assert not np.allclose(band_velocity(DIRAC, UPPER, k, B), velocity(DIRAC, k)[UPPER], rtol=1e-3)


def test_moment_lifts_the_energy_of_electrons():
    k, B = np.zeros(2), np.array([0, 0, 1.0])
    moment = orbital_moment(DIRAC, k)[UPPER, 2]
    assert band_energy(DIRAC, UPPER, k, B) == pytest.approx(M - moment, rel=1e-12)
    assert moment < 0


def test_any_hamiltonian_moves_as_its_formula():
    same = Hamiltonian(DIRAC, 2, length=1 / K)
    given = {"E": np.array([0.05, 0.02, 0]) * FIELD, "B": np.array([0, 0, 0.1 * INDUCTION]), "times": [0, 5 * TIME]}
    one, other = (trajectory(which, UPPER, [K, 0.0], rtol=1e-8, **given) for which in (DIRAC, same))
    np.testing.assert_allclose(other.r[-1], one.r[-1], rtol=1e-6)


def test_fields_across_a_plane_do_nothing():
    still = trajectory(DIRAC, UPPER, [K, 0.0], [0, TIME], E=[0, 0, FIELD])
    np.testing.assert_array_equal(still.k, [[K, 0], [K, 0]])


def test_wrong_trajectories_are_refused():
    with pytest.raises(ValueError, match="trajectory: form = 'quadratic', must be one of exact, linear"):
        rates(DIRAC, UPPER, [K, 0.0], np.zeros(3), np.zeros(3), "quadratic")
    with pytest.raises(ValueError, match=r"D = .*, must be > 0: weaken the field"):
        trajectory(DIRAC, UPPER, [0.1 * K, 0.0], [0, TIME], B=[0, 0, 3 * INDUCTION])
    with pytest.raises(ValueError, match=r"trajectory: k has shape \(3,\), must be \(\.\.\., 2\)"):
        trajectory(DIRAC, UPPER, [K, 0, 0], [0, TIME])


def test_drives_that_mix_bands_are_named():
    ratios = adiabaticity(2 * M, V, E=1e4, wavelength=50e-9, omega=1e12, length=1e-6)
    assert ratios["hbar omega / gap"] == pytest.approx(HBAR * 1e12 / (2 * M))
    assert ratios["hbar v / (gap length)"] == pytest.approx(HBAR * V / (2 * M * 1e-6))
    assert ratios["e E wavelength / gap"] == pytest.approx(E_CHARGE * 1e4 * 50e-9 / (2 * M))
    with pytest.warns(RuntimeWarning, match=r"adiabaticity: hbar v / \(gap length\) = 6\.58, should be < 0\.1"):
        adiabaticity(2 * M, V, length=1e-9)
    with pytest.raises(ValueError, match=r"adiabaticity: gap = 0\.0 J, must be > 0"):
        adiabaticity(0.0, V)
