"""A layer of two bands for a solver: its flows, what happens at each place, derivatives, and Rabi's drive  [Buot]."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from ddgauge.physics.band_equilibrium import FULL_VALENCE, Given, MassAction, Proportional
from ddgauge.physics.band_law import BandCoefficients, BandLaw, Drive, poisson_rate
from ddgauge.physics.band_precession import to_laboratory
from ddgauge.physics.band_relaxation import boltzmann, relaxation
from ddgauge.physics.band_transport import diffusion, diffusion_of_matrix, drift
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.two_band import NUMBER, blocks, fields, hamiltonian
from ddgauge.units import E_CHARGE, HBAR

N_FULL, N_REF = 3e23, 1e23
RNG = np.random.default_rng(5)
GIVEN = Given(boltzmann(np.diag([0.05, 0.04, 0, 0.01]) * E_CHARGE, 2e23, 300))
BOLTZMANN = Proportional(GIVEN.S_eq / GIVEN.S_eq[0])
MASS_ACTION = MassAction(2e22, np.array([0.1, 0.2, 0.3]), np.array([0, -0.3, 0.1]), N_FULL)


def hermitian():
    a = RNG.normal(size=(4, 4)) + 1j * RNG.normal(size=(4, 4))
    return a + a.conj().T


ALL = BandCoefficients(
    H=1e-2 * E_CHARGE * hermitian(),
    Dm=diffusion_of_matrix(1e-3 * (4 * np.eye(4) + 0.3 * hermitian())),
    q=1e7 * RNG.normal(size=(3, 16)),
    V=1e4 * RNG.normal(size=(3, 16)),
    mobility_c=0.2,
    mobility_v=0.05,
    R=relaxation(1e-12, 5e-13, np.diag([1e12, 2e12, 3e12]), 2e12 * np.eye(3)),
    equilibrium=GIVEN,
    G=1e34 * RNG.normal(size=16),
    doping=2e22,
    permittivity=1e-10,
)


def jets(law, points=4):
    found = RNG.normal(size=(points, 4, law.n))
    found[:, 1:, :16] *= 1e7
    found[:, 1:, 16:] *= 1e5
    return found


@pytest.mark.parametrize("equilibrium", [GIVEN, BOLTZMANN, MASS_ACTION], ids=["given", "boltzmann", "mass action"])
@pytest.mark.parametrize("poisson", [False, True])
def test_jacobian_is_the_derivative_of_the_law(equilibrium, poisson):
    law = BandLaw(replace(ALL, equilibrium=equilibrium), N_FULL, N_REF, poisson, 1e30, E=(1e5, -2e5, 3e5))
    at, step = jets(law), 1e-5 * jets(law)
    difference = (law.residual(at + step) - law.residual(at - step)) / 2
    along = np.einsum("NpAqB,NqB->NpA", law.jacobian(at), step)
    scale = np.abs(difference).max(axis=(0, 2), keepdims=True)
    np.testing.assert_allclose(along / scale, difference / scale, atol=1e-8)


@pytest.mark.parametrize("poisson", [False, True])
def test_flows_and_rates_are_those_of_the_electrons_of_both_bands(poisson):
    """With the full valence band taken off, as by the equations of all electrons, term by term."""
    law = BandLaw(ALL, N_FULL, N_REF, poisson, poisson_rate([ALL], N_REF), E=(1e5, -2e5, 3e5))
    at = jets(law)
    E = -at[:, 1:, 16] if poisson else np.broadcast_to(law.E, (len(at), 3))
    S, dS = law.fields(at[:, 0]), N_REF * at[:, 1:, :16]
    ad_q, (K, c) = U4.ad(ALL.q), drift(ALL.mobility_c, ALL.mobility_v, N_FULL)
    J = -(dS + np.einsum("iAB,NB->NiA", ad_q, S)) @ ALL.Dm.T + np.einsum("NA,Ni->NiA", S @ K.T + c, E)
    J += np.einsum("iAB,NB->NiA", U4.sym(ALL.V), S)
    np.testing.assert_allclose(law.flow(at), J, rtol=1e-9, atol=1e-9 * np.abs(J).max())
    rate = S @ U4.ad(U4.precession(ALL.H)).T - (S - GIVEN.S_eq) @ ALL.R.T + ALL.G
    whole = law.residual(at) - law.load
    left = -np.einsum("iAF,NiA->NF", ad_q, J) - rate
    np.testing.assert_allclose(whole[:, 0, :16] * N_REF, left, rtol=1e-9, atol=1e-9 * np.abs(left).max())
    np.testing.assert_allclose(whole[:, 1:, :16] * N_REF, -J, rtol=1e-9, atol=1e-9 * np.abs(J).max())
    if poisson:
        charge = S[:, 0] - N_FULL - ALL.doping
        np.testing.assert_allclose(whole[:, 0, 16] * N_REF, law.rate * E_CHARGE * charge, rtol=1e-9)
        np.testing.assert_allclose(whole[:, 1:, 16] * N_REF, law.rate * ALL.permittivity * at[:, 1:, 16], rtol=1e-9)


def test_a_mass_action_law_draws_beside_what_is_linear():
    law = BandLaw(replace(ALL, equilibrium=MASS_ACTION), N_FULL, N_REF)
    x = RNG.normal(size=(3, 16))
    S, (L, g) = law.fields(x), law.local()
    rate = S @ U4.ad(U4.precession(ALL.H)).T - (S - MASS_ACTION.state(S)) @ ALL.R.T + ALL.G
    found = (x @ L.T + g + law.drawn(x)) * N_REF
    np.testing.assert_allclose(found, rate, rtol=1e-9, atol=1e-9 * np.abs(rate).max())
    np.testing.assert_allclose(law.unknowns(S), x, atol=1e-12)
    assert not law.linear and BandLaw(ALL).linear and not BandLaw(ALL, poisson=True).linear


def test_pseudospin_that_turns_and_relaxes_comes_to_rest():
    """T1 = 1 ps, T2 = 0.4 ps, S_zo,eq = -1, omega_xo = 3e12, omega_zo = 2e12 /s."""
    s = np.zeros(16)
    s[0], s[NUMBER["zo"]] = 1.0, -1.0
    omega = np.zeros(16)
    omega[NUMBER["xo"]], omega[NUMBER["zo"]] = 3e12, 2e12
    H = HBAR / 2 * np.einsum("A,Aij->ij", omega, U4.T)
    R = relaxation(1e-12, 0.4e-12, 1e12 * np.eye(3), 1e12 * np.eye(3))
    law = BandLaw(replace(ALL, H=H, R=R, equilibrium=Proportional(s), G=np.zeros(16)))
    L, g = law.local()
    rest = np.linalg.solve(L[1:, 1:], -(g + L[:, 0])[1:])  # of one electron
    assert rest[[3, 7, 11]] == pytest.approx([-0.183206107, 0.229007634, -0.312977099], rel=1e-8)


@pytest.mark.parametrize("rotating", [True, False])
def test_drive_is_rabis(rotating):
    """E_c - E_v = 0.1 eV, V = 2 meV at a detuning of 3 meV; a drive 2 cos w t has a counter-rotating part beside."""
    w = 0.097 * E_CHARGE / HBAR
    cv = 0.002 * E_CHARGE * np.array([1, 0, 0, 0j])
    H = hamiltonian([0.1 * E_CHARGE, 0, 0, 0], np.zeros(4), np.zeros(4))
    c = replace(ALL, H=H, drive=Drive(cv, w, rotating))
    S, steps, end = fields(np.zeros(4), [1, 0, 0, 0], np.zeros(4)), 4000, 0.2e-12
    for k in range(steps):  # midpoint rule
        S = expm(U4.ad(U4.precession(c.hamiltonian((k + 0.5) * end / steps))) * (end / steps)) @ S
    cc, _, _ = blocks(S)
    assert cc[0] == pytest.approx(0.303518055, rel=1e-5 if rotating else 0.06)
    assert abs(cc[0] / 0.303518055 - 1) > (0 if rotating else 1e-4)
    if rotating:
        turned = to_laboratory(S, -w, end)
        still = expm(U4.ad(U4.precession(c.hamiltonian(0) - HBAR * w / 2 * np.diag([1, 1, -1, -1]))) * end)
        np.testing.assert_allclose(turned, still @ fields(np.zeros(4), [1, 0, 0, 0], np.zeros(4)), atol=1e-4)


def test_poisson_is_brought_to_the_size_of_diffusion():
    rate = poisson_rate([ALL, replace(ALL, permittivity=1e-11)], N_REF)
    assert rate * ALL.permittivity / N_REF == pytest.approx(np.abs(ALL.Dm).max())


def test_a_full_valence_band_is_unknowns_zero():
    law = BandLaw(replace(ALL, Dm=diffusion(1e-3, 1e-3, 1e-3)), N_FULL, N_REF)
    np.testing.assert_allclose(law.unknowns(N_FULL * FULL_VALENCE), 0, atol=1e-15)
