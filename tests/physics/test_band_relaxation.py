import numpy as np
import pytest
from scipy.linalg import expm

from ddgauge.physics.band_relaxation import (
    BANDS,
    COHERENCE,
    boltzmann,
    complete_positivity,
    fermi,
    relaxation,
    slaved_coherence,
)
from ddgauge.physics.generators import NAMES, SPIN_PSEUDOSPIN
from ddgauge.physics.relaxation import uniaxial
from ddgauge.physics.two_band import NUMBER, blocks, fields, lowest_occupation
from ddgauge.units import K_B

UNPOLARISED = np.eye(16)[0]
ALL_IN_V = fields(np.zeros(4), [1, 0, 0, 0], np.zeros(4))
TIMES = {  # T1, T2, tau_c, tau_v in ps, and whether they can be
    "all the same": (1, 1, 1, 1, True),
    "spin dies first": (1000, 0.5, 100, 1, True),
    "pure dephasing of the bands": (np.inf, 1, np.inf, np.inf, True),
    "spin outlives its electrons": (1, 1, 1000, 1000, False),
    "spin of the valence band outlives its electrons": (1, 0.5, 1, 1000, False),
    "coherence outlives occupation": (1, 2.5, 0.5, 0.5, False),
    "spin relaxes and the coherence it is part of does not": (np.inf, np.inf, 1, 1, False),
}


def rates(T1, T2, tau_c, tau_v):
    return relaxation(T1, T2, np.eye(3) / tau_c, np.eye(3) / tau_v)


def least_occupation_of_an_entangled_state(R, S_eq, t):
    """Least eigenvalue, after a time t, of a system entangled fully with one like it that is left alone."""
    G = -R.copy()
    G[:, 0] += R @ S_eq / S_eq[0]
    propagator = expm(G * t)
    psi = np.eye(4).ravel() / 2
    rho = np.outer(psi, psi).reshape(4, 4, 4, 4)  # bra and ket: of the other, of ours
    S = np.einsum("ikjl,Alk->ijA", rho, SPIN_PSEUDOSPIN.T) @ propagator.T
    later = np.einsum("ijA,Akl->ikjl", S, SPIN_PSEUDOSPIN.T).reshape(16, 16) / 4
    return np.linalg.eigvalsh(later)[0]


def test_each_field_relaxes_with_its_own_time():
    R = rates(2.0, 4.0, 5.0, 8.0)
    S = np.random.default_rng(1).normal(size=16)
    cc, vv, cv = blocks(S)
    d_cc, d_vv, d_cv = blocks(R @ S)
    np.testing.assert_allclose(d_cc[1:], cc[1:] / 5)
    np.testing.assert_allclose(d_vv[1:], vv[1:] / 8)
    np.testing.assert_allclose(d_cv, cv / 4)
    assert d_cc[0] - d_vv[0] == pytest.approx((cc[0] - vv[0]) / 2)
    np.testing.assert_array_equal(R, R.T)
    np.testing.assert_array_equal(R[0], 0)


def test_relaxation_may_depend_on_the_direction_of_spin():
    along, across = uniaxial(2.0, 1.0, np.array([0, 0, 1])), uniaxial(5.0, 4.0, np.array([1, 0, 0]))
    S = np.random.default_rng(2).normal(size=16)
    cc, vv, cv = blocks(S)
    d_cc, d_vv, d_cv = blocks(relaxation(1.0, [1.0, 2.0, 2.0, 4.0], along, across) @ S)
    np.testing.assert_allclose(d_cc[1:], cc[1:] * [1, 1, 0.5])
    np.testing.assert_allclose(d_vv[1:], vv[1:] * [0.2, 0.25, 0.25])
    np.testing.assert_allclose(d_cv, cv * [1, 0.5, 0.5, 0.25])


@pytest.mark.parametrize("name", TIMES)
def test_times_that_make_states_of_all_states(name):
    """Found from the generator, and by following an entangled state for a short time."""
    *times, possible = TIMES[name]
    R = rates(*times)
    found, followed = complete_positivity(R, UNPOLARISED), least_occupation_of_an_entangled_state(R, UNPOLARISED, 1e-3)
    if possible:
        assert min(found, followed) > -1e-12
    else:
        assert found < -0.2
        assert followed == pytest.approx(found * 1e-3 / 4, rel=0.02)


def test_spin_of_a_band_lives_no_longer_than_its_electrons():
    """All electrons end in v, and S_cc goes at 1/T1 at least."""
    for tau_c in (0.5, 1.0, 1.01, 4.0):
        worst = complete_positivity(rates(1.0, 0.2, tau_c, np.inf), ALL_IN_V)
        assert worst == pytest.approx(min(0, (1 / tau_c - 1) / 2), abs=1e-12)


def test_coherence_lives_at_most_twice_as_long_as_the_occupation():
    """T2 = 2 T1 is that of emission alone, all electrons ending in v."""
    for T2 in (1.0, 1.999, 2.0, 2.001, 2.2):
        worst = complete_positivity(rates(1.0, T2, 1.0, np.inf), ALL_IN_V)
        assert worst == pytest.approx(min(0, 2 / T2 - 1), abs=1e-12)
    for T2 in (1.0, 2.2):
        followed = least_occupation_of_an_entangled_state(rates(1.0, T2, 1.0, np.inf), ALL_IN_V, 1e-4)
        assert followed == pytest.approx(min(0, 2 / T2 - 1) * 1e-4 / 4, rel=0.01, abs=1e-12)


def test_transitions_by_quick_coherence_are_those_of_the_golden_rule():
    V, gap, T2 = 0.3, 5.0, 0.4  # rad/s and s
    omega = np.zeros(16)
    omega[NUMBER["xo"]], omega[NUMBER["zo"]] = 2 * V, gap
    loss, follow = slaved_coherence(rates(np.inf, T2, np.inf, np.inf) - SPIN_PSEUDOSPIN.ad(omega))
    rate = (2 * V) ** 2 * T2 / (1 + (gap * T2) ** 2)
    np.testing.assert_allclose(loss, np.diag(4 * [0] + 4 * [rate]), atol=1e-12)  # S_zo, and spin with it
    names = [NAMES[A] for A in BANDS], [NAMES[A] for A in COHERENCE]
    S_x, S_y = (follow[names[1].index(a), names[0].index("zo")] for a in ("xo", "yo"))
    assert S_x == pytest.approx(2 * V * gap * T2**2 / (1 + (gap * T2) ** 2))
    assert S_y == pytest.approx(-2 * V * T2 / (1 + (gap * T2) ** 2))


def test_a_steady_state_is_the_same_with_slaved_coherence():
    rng = np.random.default_rng(4)
    R = rates(1.0, 0.5, 0.7, 0.6)
    loss = R - SPIN_PSEUDOSPIN.ad(rng.normal(size=(2, 16)))
    source = np.zeros(16)
    source[BANDS[1:]] = rng.normal(size=7)  # no source of coherence, none of density
    found, follow = slaved_coherence(loss)
    for i in range(2):
        S = np.linalg.solve(loss[i][1:, 1:], source[1:])
        bands = np.linalg.solve(found[i][1:, 1:], source[BANDS[1:]])
        np.testing.assert_allclose(bands, S[BANDS[1:] - 1], rtol=1e-9)
        np.testing.assert_allclose(follow[i][:, 1:] @ bands, S[COHERENCE - 1], rtol=1e-9)
        np.testing.assert_array_equal(found[i][0], 0)


@pytest.mark.parametrize("state", ["boltzmann", "fermi"])
def test_equilibrium_commutes_with_the_hamiltonian_and_does_not_precess(state):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(2, 4, 4)) + 1j * rng.normal(size=(2, 4, 4))
    H, T = 2e-21 * (X + np.conj(np.swapaxes(X, 1, 2))), 300.0
    S = boltzmann(H, 1e24, T) if state == "boltzmann" else fermi(H, 1e24, 1e-21, T)
    for h, s in zip(H, S):
        turned = SPIN_PSEUDOSPIN.ad(SPIN_PSEUDOSPIN.precession(h)) @ s
        assert np.abs(turned).max() < 1e-9 * 1e24 * np.abs(SPIN_PSEUDOSPIN.precession(h)).max()
        exact = expm(-h / (K_B * T))
        if state == "boltzmann":
            expected = 1e24 * exact / np.trace(exact)
        else:
            expected = 1e24 * np.linalg.inv(expm((h - 1e-21 * np.eye(4)) / (K_B * T)) + np.eye(4))
        np.testing.assert_allclose(SPIN_PSEUDOSPIN.matrix(s), expected, atol=1e-12 * 1e24)


def test_equilibrium_of_a_wide_gap():
    """All electrons in v, two levels full: no overflow."""
    H = 1.6e-19 * np.diag([1.0, 1, -1, -1])
    full = fields([0, 0, 0, 0], [2e24, 0, 0, 0], np.zeros(4))
    np.testing.assert_allclose(boltzmann(H, 2e24, 1.0), full, rtol=1e-12)
    np.testing.assert_allclose(fermi(H, 1e24, 0.0, 1.0), full, rtol=1e-12)
    assert lowest_occupation(full) == 0
