"""Relaxation of two bands with spin: times of occupation, coherence and spin, and the states that it leads to.

    d_t S = ... - R (S - S_eq)

closes the scattering terms of the source, Im Sigma^r and Sigma^<  [Buot (29)-(31), (54), (55)], by times.
"""

import numpy as np
from scipy.special import expit

from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import FROM_BLOCKS, NUMBER, TO_BLOCKS
from ddgauge.units import K_B

BANDS = np.array([A for name, A in NUMBER.items() if name[0] in "oz"])  # densities and spins of both bands
COHERENCE = np.array([A for name, A in NUMBER.items() if name[0] in "xy"])


def relaxation(T1, T2, R_c, R_v):
    """Relaxation rates of two bands with spin  [Buot (1), (2), (54), (55)].

        d_t S_zo = -S_zo / T1,  d_t S_cv,a = -S_cv,a / T2,  d_t S_cc = -R_c S_cc,  d_t S_vv = -R_v S_vv,  d_t S_oo = 0

    Parameters
    ----------
    T1 : float
        Time with which n_c - n_v relaxes, s.
    T2 : float or (4,) array
        Time with which the coherence relaxes, one or each of S_cv,o, S_cv,x, S_cv,y, S_cv,z, s.
    R_c, R_v : (3, 3) arrays
        Spin relaxation of each band, 1/s: np.eye(3) / tau, or `relaxation.uniaxial`.

    Returns
    -------
    (16, 16) array
        R[A, B], 1/s, between the fields S_mu_a: symmetric, positive, its row and column oo zero.
    """
    in_blocks = np.zeros((16, 16))
    in_blocks[1:4, 1:4], in_blocks[5:8, 5:8] = R_c, R_v
    in_blocks[8:12, 8:12] = in_blocks[12:, 12:] = np.diag(1 / np.broadcast_to(T2, 4))
    R = FROM_BLOCKS @ in_blocks @ TO_BLOCKS
    R[NUMBER["zo"], NUMBER["zo"]] = 1 / T1
    return R


def complete_positivity(R, S_eq):
    """Smallest eigenvalue that must not be negative if relaxation is to make states of all states.

        min eig P C P,  C = sum_ij E_ij (x) L(E_ij),  P = 1 - |Omega><Omega|,  Omega = sum_i |ii> / 2
        L(N) = -R (N - N_eq Tr N / Tr N_eq)

    It is 0 where relaxation is completely positive (Gorini, Kossakowski, Sudarshan and Lindblad), below 0 where it
    makes negative occupations of some state, if not of this system then of one that is entangled with another. Times
    that fail have spin in a band live longer than electrons stay in it, or T2 > 2 T1.

    Parameters
    ----------
    R : (16, 16) array
        Relaxation rates, 1/s.
    S_eq : (16,) array
        State that is relaxed to, up to a factor; for deviations from a state, S_oo alone.

    Returns
    -------
    float
        1/s; rounding is some 1e-15 of the largest rate.
    """
    T = SPIN_PSEUDOSPIN.T
    L = -np.asarray(R, float)
    L[:, 0] += R @ S_eq / S_eq[0]
    C = np.einsum("AB,Akl,Bji->ikjl", L, T, T, optimize=True).reshape(16, 16) / 4
    Omega = np.eye(4).ravel() / 2
    P = np.eye(16) - np.outer(Omega, Omega)
    return float(np.linalg.eigvalsh(P @ C @ P)[0])


def slaved_coherence(loss):
    """Loss of the bands alone, where their coherence is quick: it follows the fields of the bands  [Buot (34)-(37)].

        0 = loss_kb S_b + loss_kk S_k:   S_k = follow S_b,   d_t S_b = -(loss_bb + loss_bk follow) S_b

    For times longer than T2 and lengths longer than `band_transport.coherence_length`; exact in a uniform steady state.
    S_eq and G must have no coherence. A coupling V makes transitions as the golden rule says, of n_c - n_v at the rate
    (2 V / hbar)^2 T2 / (1 + delta^2 T2^2).

    Parameters
    ----------
    loss : (..., 16, 16) array
        R - ad_omega, 1/s.

    Returns
    -------
    loss, follow : (..., 8, 8) arrays
        Of the fields `BANDS`, 1/s; and the fields `COHERENCE` that they make, without unit.
    """
    follow = -np.linalg.solve(loss[..., COHERENCE[:, None], COHERENCE], loss[..., COHERENCE[:, None], BANDS])
    return loss[..., BANDS[:, None], BANDS] + loss[..., BANDS[:, None], COHERENCE] @ follow, follow


def boltzmann(H, n, T):
    """Equilibrium of few electrons.

        N_eq = n exp(-H / k_B T) / Tr exp(-H / k_B T)

    Parameters
    ----------
    H : (..., 4, 4) array
        Hamiltonian, J.
    n : float
        Density of all electrons, 1/m^3.
    T : float
        Temperature, K.

    Returns
    -------
    (..., 16) array
        S_eq, 1/m^3; it does not precess.
    """
    energy, states = np.linalg.eigh(H)
    weight = np.exp((energy.min(axis=-1, keepdims=True) - energy) / (K_B * T))
    return _filled(states, n * weight / weight.sum(axis=-1, keepdims=True))


def fermi(H, n_states, mu, T):
    """Equilibrium of levels that hold one electron each.

        N_eq = n_states / (exp((H - mu) / k_B T) + 1)

    Parameters
    ----------
    H : (..., 4, 4) array
        Hamiltonian, J.
    n_states : float
        Density of each of the four levels, 1/m^3.
    mu : float
        Chemical potential, J.
    T : float
        Temperature, K.

    Returns
    -------
    (..., 16) array
        S_eq, 1/m^3; it does not precess.
    """
    energy, states = np.linalg.eigh(H)
    return _filled(states, n_states * expit((mu - energy) / (K_B * T)))


def _filled(states, occupations):
    """Fields of the density matrix with these occupations (..., 4) of states (..., 4, 4), in columns."""
    return SPIN_PSEUDOSPIN.fields(np.einsum("...ik,...k,...jk->...ij", states, occupations, states.conj()))
