import numpy as np
import pytest

from ddgauge.physics.bands.chern import chern_number
from ddgauge.physics.bands.hall import hall_conductivity
from ddgauge.physics.bands.kinetics import LOWER, UPPER, UniformKinetics
from ddgauge.physics.bands.models import PAULI, Hamiltonian, LatticeChern, MassiveDirac2D, Weyl3D
from ddgauge.physics.bands.trajectory import rates
from ddgauge.units import E_CHARGE, G_QUANTUM, K_B, H

T_HOP, A = 0.1 * E_CHARGE, 5e-10  # J and m
CHERN = LatticeChern(-1.2, T_HOP, A)
KINETICS = UniformKinetics(CHERN, 32)
WARM = 0.3 * T_HOP / K_B


def crooked_state():
    """Distributions that no chemical potential gives."""
    x, y = np.moveaxis(KINETICS.k * A, -1, 0)
    upper = 0.2 + 0.1 * np.cos(x - 0.3) * np.sin(y) + 0.05 * np.sin(x) * np.sin(2 * y)
    return np.stack([upper, 0.7 + 0.2 * np.sin(x + 2 * y) + 0.05 * np.cos(y)])


def switched_on(n, B, times=(0.0, 1e-12)):
    """What each band gains while a field is switched on."""
    t_end = times[-1]
    ramp = KINETICS.evolve(n, np.array(times), B=lambda t: np.array([0, 0, B]) * (t / t_end) ** 2 * (3 - 2 * t / t_end))
    return KINETICS.density(ramp[-1]) - KINETICS.density(ramp[0])


@pytest.mark.parametrize("state", [KINETICS.equilibrium(-0.8 * T_HOP, WARM), crooked_state()], ids=["Fermi", "crooked"])
def test_each_band_gains_half_of_what_a_slow_field_brings(state):
    """dn = nu b / 2 pi of both bands, b = -e B / hbar, nu = (1/4 pi) int (n_up - n_dn) calB, for any n  [WT11 (45)]."""
    B = 1e-2
    calB = -2 * KINETICS.Omega[UPPER, 2]
    nu = np.pi * KINETICS.density((state[UPPER] - state[LOWER]) * calB)
    gained = (switched_on(state, B) - switched_on(state, -B)) / 2
    np.testing.assert_allclose(gained, -nu * E_CHARGE * B / (2 * H), rtol=1e-6)


def test_the_gain_in_a_field_is_the_frozen_hall_conductivity():
    """dn/dB = -sigma_xy / e for electrons that keep their k; a full band: C e/h."""
    state = KINETICS.equilibrium(-0.8 * T_HOP, WARM)
    sigma_xy = hall_conductivity(CHERN, -0.8 * T_HOP, WARM)[2]
    B = 1e-2
    gained = sum(switched_on(state, B) - switched_on(state, -B)) / 2
    assert gained == pytest.approx(-sigma_xy / E_CHARGE * B, rel=1e-6)
    full = np.stack([np.zeros((32, 32)), np.ones((32, 32))])
    assert sum(switched_on(full, B)) == pytest.approx(chern_number(CHERN, [0]) * E_CHARGE * B / H, rel=1e-6)


def test_electrons_are_kept_in_steady_fields():
    """The bands exchange electrons in both fields, and lose none."""
    E, B = np.array([3e5, -2e5, 0]), np.array([0, 0, 4.0])
    gained = KINETICS.density(KINETICS.rate(crooked_state(), E, B))
    scale = np.max(KINETICS.density(np.abs(KINETICS.rate(crooked_state(), E, B))))
    assert abs(gained.sum()) < 1e-10 * scale
    assert abs(gained[0]) > 1e-6 * scale


def solid(k):
    """A stack of Chern insulators whose mass changes along k_z."""
    x, y, z = np.moveaxis(k * A, -1, 0)
    h = [np.sin(x), np.sin(y), 4.5 + np.cos(x) + np.cos(y) + 0.3 * np.cos(z - x)]
    return T_HOP * np.einsum("a...,aij->...ij", h, PAULI[1:])


@pytest.mark.parametrize("band, s", [(0, LOWER), (1, UPPER)])
def test_wave_packets_drift_as_on_their_trajectories(band, s):
    model = Hamiltonian(solid, 3, A, 2 * np.pi / A * np.eye(3))
    kinetics, E, B = UniformKinetics(model, 14), np.array([3e5, -2e5, 1e5]), np.array([1.0, 2.0, 4.0])
    expected = np.moveaxis(rates(model, band, kinetics.k, E, B, "linear")[1], -1, 0)
    np.testing.assert_allclose(kinetics.drift(s, E, B), expected, atol=1e-5 * np.abs(expected).max())


def test_bloch_oscillations():
    """hbar k' = -e E: everything is back after h / (e E a)."""
    E = np.array([1e6, 0, 0])
    period = H / (E_CHARGE * E[0] * A)
    quarter, back = KINETICS.evolve(crooked_state(), np.array([0, period / 4, period]), E)[1:]
    np.testing.assert_allclose(quarter, np.roll(crooked_state(), -8, axis=1), atol=1e-6)
    np.testing.assert_allclose(back, crooked_state(), atol=1e-6)


def test_relaxation_makes_the_drude_and_the_hall_conductivity():
    mu, tau, E = -0.8 * T_HOP, 2e-13, np.array([2e3, 0, 0])
    relaxed = KINETICS.equilibrium(mu, WARM)
    n = KINETICS.evolve(relaxed, np.array([0, 40 * tau]), E, relaxed=relaxed, tau=tau)[-1]
    j = KINETICS.current(n, E)
    thermal = relaxed * (1 - relaxed) / (K_B * WARM)
    drude = E_CHARGE**2 * tau * KINETICS.density(thermal * KINETICS.v[:, 0] ** 2).sum()
    assert j[0] / E[0] == pytest.approx(drude, rel=1e-5)
    assert -j[1] / E[0] == pytest.approx(hall_conductivity(CHERN, mu, WARM)[2], rel=1e-5)
    full = KINETICS.current(np.stack([0 * relaxed[0], 1 + 0 * relaxed[1]]), E)
    assert full[1] / E[0] == pytest.approx(chern_number(CHERN, [0]) * G_QUANTUM, rel=1e-9)


@pytest.mark.parametrize(
    "model, points, message",
    [
        (MassiveDirac2D(T_HOP, 1e6), 16, "kinetics: the model has no zone"),
        (Weyl3D(1e6, 1), 16, "kinetics: the model has no zone"),
        (CHERN, 2, "kinetics: points = 2, must be a whole number, 4 or more"),
        (
            Hamiltonian(lambda k: np.zeros((*k.shape[:-1], 3, 3)), 2, A, CHERN.zone),
            8,
            "the model has 3 bands, must have 2",
        ),
    ],
)
def test_what_cannot_be(model, points, message):
    with pytest.raises(ValueError, match=message):
        UniformKinetics(model, points)


def test_states_and_times_that_cannot_be():
    with pytest.raises(ValueError, match=r"kinetics: n has shape \(2, 4, 4\), must be \(2, 32, 32\)"):
        KINETICS.evolve(np.zeros((2, 4, 4)), np.array([0, 1.0]))
    with pytest.raises(ValueError, match=r"kinetics: tau = 0 s, must be > 0"):
        KINETICS.evolve(crooked_state(), np.array([0, 1.0]), tau=0)
