"""Coefficients of the tunnelling currents of charge, spin and spin-quadrupole moment at any bias and temperatures.

Every one is a sum over the modes of one electrode of something that the other has at the energies of the mode:

    F0 = nb_R [f_R - f_L],  F1 = m_R [f_R - f_L],  K = B_R - H_R f_L   at w = e_s of a mode of L

with m = (nu_up - nu_dn)/2, nb = (nu_up + nu_dn)/2 and the principal values H and B of `Electrode.principal_values`.
What is integrated over energies with nu_s of L in the paper is a sum over modes here, which does the same and needs
neither ratios of densities of states nor the energies of partners.
"""

import warnings
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import expit

from ddgauge.physics.tunnel.electrodes import SIGN, require
from ddgauge.physics.tunnel.statistics import difference
from ddgauge.physics.tunnel.storage import needs_pairs


@dataclass(frozen=True)
class Node:
    """One electrode's own share; coefficients are rates, times hbar for spin and hbar^2 for quadrupole moment."""

    S: float  # total spin along J_r
    E_S: float  # spin emission, along the own axis
    A_S: float  # spin absorption, along the other axis
    T_S: float  # spin torque, along own x other axis
    exchange: tuple | None  # E_ex, A_ex, T_ex

    @property
    def direct(self):
        """2 S_r (E_S, A_S, T_S)."""
        return tuple(2 * self.S * value for value in (self.E_S, self.A_S, self.T_S))

    @property
    def E_ex(self):
        return self._exchange()[0]

    @property
    def A_ex(self):
        return self._exchange()[1]

    @property
    def T_ex(self):
        return self._exchange()[2]

    @property
    def total(self):
        """E_Q, A_Q, T_Q: direct minus exchange  [HDW (109), (110), (111)]."""
        return tuple(direct - exchange for direct, exchange in zip(self.direct, self._exchange()))

    def _exchange(self):
        needs_pairs(self.exchange is not None)
        return self.exchange


@dataclass(frozen=True)
class Coefficients:
    """All that the currents depend on but the axes."""

    I_0: float  # charge, I_N^L = I_0 + I_F cos theta
    I_F: float
    L: Node
    R: Node


def coefficients(L, R, t):
    """Coefficients of both nodes  [HDW (93), (94), (96), (97), (98), (100), (101), (102)].

        I_0  = 4 pi t^2 int nb_L F0        I_F  = 4 pi t^2 int m_L F1
        E_S  = 2 pi t^2 int m_L F0         A_S  = 2 pi t^2 int nb_L F1       T_S  = 2 t^2 int m_L K
        E_ex = 4 pi t^2 int A_L F0         A_ex = 4 pi t^2 int At_L F1       T_ex = 4 t^2 int A_L K

    The R node has L and R swapped; charge and spin reverse to the last bit, E_S^R = -A_S^L,
    A_S^R = -E_S^L, T_S^R = T_S^L. Errata of HDW: (102) has the opposite sign, which contradicts (D12); (120) is too
    large by a factor 2.

    With mu_up and mu_dn of an electrode apart f_s takes the place of f, in the mode and in F0, F1, B.

    Parameters
    ----------
    L, R : Electrode
    t : float
        Tunnelling amplitude, energy.

    Returns
    -------
    Coefficients
        To ten digits, T_S and T_ex to six. ValueError unless t is finite; a warning where densities of states diverge
        at the same energy.
    """
    require(np.ndim(t) == 0 and np.isfinite(t), "coefficients", "t", t, "must be a finite amplitude")
    _warn_of_divergence(L, R)
    I_0, I_F, left = _seen_from(L, R, t)
    _, _, right = _seen_from(R, L, t)
    return Coefficients(I_0, I_F, left, Node(right.S, 0 - left.A_S, 0 - left.E_S, left.T_S, right.exchange))


def _warn_of_divergence(L, R):
    """Golden-rule currents are infinite where inverse roots meet, and electrons flow there."""
    for s, q in product((0, 1), repeat=2):
        for w in L.diverging(s):
            meet = np.abs(R.diverging(q) - w) <= 1e-9 * (np.ptp(L.edges(s)) + np.ptp(R.edges(q)))
            drive = abs(float(difference(R.arguments(w)[q], L.arguments(w)[s])))
            if meet.any() and drive > 1e-9:
                warnings.warn(
                    f"junction: the densities of states of L and R both diverge at w = {w:g}, where f_R - f_L = "
                    f"{drive:.1e}: currents grow there without limit, as a logarithm; shift a band by what broadens it",
                    RuntimeWarning,
                    stacklevel=3,
                )
                return


def _nodes(own, other):
    return own.nodes(*other.singular(), np.concatenate([own.smooth(), other.smooth()]))


def _seen_from(own, other, t):
    """I_0, I_F and the Node `own`."""
    nodes = _nodes(own, other)
    x = np.stack([own.arguments(nodes.e[s])[s] for s in (0, 1)])
    f = expit(x)
    F0, F1, K = (np.empty_like(nodes.e) for _ in range(3))
    for s in (0, 1):
        rates = other.nu(nodes.e[s]) * difference(other.arguments(nodes.e[s]), x[s]) / 2
        F0[s], F1[s] = rates[0] + rates[1], rates[0] - rates[1]
        H, B = other.principal_values(nodes.e[s])
        K[s] = B - H * f[s]
    nb, m = nodes.weight / 2, nodes.weight * SIGN[:, None] / 2
    golden, coherent = 2 * np.pi * t**2, 2 * t**2
    exchange = None
    if nodes.paired:
        A = nodes.weight[0] / 4 * difference(x[0], x[1])  # of the up state; the down state has the opposite
        E_ex, A_ex = 2 * golden * (A @ (F0[0] - F0[1])), 2 * golden * (A @ (F1[0] + F1[1]))
        exchange = float(E_ex), float(A_ex), float(2 * coherent * (A @ (K[0] - K[1])))
    spin = (golden * np.sum(m * F0), golden * np.sum(nb * F1), coherent * np.sum(m * K))
    node = Node(float(np.sum(m * f)), *map(float, spin), exchange)
    return float(2 * golden * np.sum(nb * F0)), float(2 * golden * np.sum(m * F1)), node


def spin_rates(L, R, t):
    """Golden-rule rates between spins along parallel axes; times (1 + s s' cos theta)/2 between tilted ones.

        W_ss' = 2 pi t^2 int nu_s^L nu_s'^R (f_s'^R - f_s^L)

    2 I_0 = sum W_ss', 2 I_F = sum s s' W_ss', 4 E_S = sum s W_ss', 4 A_S = sum s' W_ss'.

    Parameters
    ----------
    L, R : Electrode
    t : float
        Tunnelling amplitude, energy.

    Returns
    -------
    (2, 2) array
        W[s, s'], electrons into L per time.
    """
    nodes = _nodes(L, R)
    W = np.empty((2, 2))
    for s in (0, 1):
        F = R.nu(nodes.e[s]) * difference(R.arguments(nodes.e[s]), L.arguments(nodes.e[s])[s])
        W[s] = 2 * np.pi * t**2 * F @ nodes.weight[s]
    return W
