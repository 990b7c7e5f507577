"""What an electrode stores: electrons, spin, and the two parts of its spin-quadrupole moment."""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics.tunnel.electrodes import SIGN, require
from ddgauge.physics.tunnel.statistics import difference
from ddgauge.physics.tunnel.tensors import dyad


@dataclass(frozen=True)
class Stored:
    """Electrons, spin along J_r in hbar, exchange part of the quadrupole moment in hbar^2."""

    N: float
    S: float
    exchange: float | None  # None where only the densities of states are known

    @property
    def q_ex(self):
        """Exchange part of the quadrupole moment, >= 0  [HDW (62), (64)]; ValueError where nothing determines it."""
        needs_pairs(self.exchange is not None)
        return self.exchange

    def direct_tensor(self, J):
        """S^2 J o J, what the total spin alone would have  [HDW (57)]: (3, 3) array."""
        return self.S**2 * dyad(J, J)

    def exchange_tensor(self, J):
        """-q_ex J o J  [HDW (61)]: (3, 3) array."""
        return -self.q_ex * dyad(J, J)

    def tensor(self, J):
        """<Q_rr> = (S^2 - q_ex) J o J  [HDW (57), (61)]: (3, 3) array."""
        return self.direct_tensor(J) + self.exchange_tensor(J)

    def per_pair(self):
        """Direct and exchange amplitude of J o J per pair of electrons, N (N - 1)/2; zeros below two electrons."""
        pairs = self.N * (self.N - 1) / 2
        return (self.S**2 / pairs, -self.q_ex / pairs) if pairs > 0 else (0.0, 0.0)


def stored(electrode):
    """Electrons, spin and exchange part of the quadrupole moment  [HDW (46), (47), (62), (64)].

        N = sum_modes (f_up + f_dn),  S = sum_modes (f_up - f_dn)/2,  q_ex = (1/4) sum_modes (f_up - f_dn)^2

    Parameters
    ----------
    electrode : Electrode

    Returns
    -------
    Stored
    """
    nodes = electrode.nodes((), (), electrode.smooth())
    x = np.stack([electrode.arguments(nodes.e[s])[s] for s in (0, 1)])
    f = np.stack([electrode.f(nodes.e[s])[s] for s in (0, 1)])
    N = float(np.sum(nodes.weight * f))
    if not nodes.paired:
        return Stored(N, float(np.einsum("s,si,si->", SIGN / 2, nodes.weight, f)), None)
    polarisation = difference(x[0], x[1])
    weight = nodes.weight[0]
    return Stored(N, float(weight @ polarisation / 2), float(weight @ polarisation**2 / 4))


def nonlocal_tensor(left, right, J_L, J_R):
    """Quadrupole moment of spins in different electrodes, without exchange part  [HDW (53), (63)].

        <Q_LR> = 2 S_L S_R J_L o J_R

    Parameters
    ----------
    left, right : Stored
    J_L, J_R : (3,) array
        Unit vectors along the majority spins.

    Returns
    -------
    (3, 3) array
        hbar^2.
    """
    return 2 * left.S * right.S * dyad(J_L, J_R)


def needs_pairs(known):
    """ValueError unless it is known which energies of up and down belong to the same mode."""
    require(
        known,
        "electrode",
        "g",
        None,
        'must be given for the exchange part: "nu(1 + s n) with constant n" does not say which up and down energies '
        "belong to the same mode; give g(w), the energy of the down partner of the up state at w, or Modes",
    )
