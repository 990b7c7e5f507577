"""Precession of spin and pseudospin in a Hamiltonian of two bands: its parts, transitions, and the rotating frame.

`Generators.precession` and `Generators.ad` say the same for all 16 fields at once.
"""

import numpy as np

from ddgauge.physics.algebra import cross, rotation
from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import blocks
from ddgauge.units import HBAR


def budget(H, S):
    """Rates of the blocks by precession, split into three groups  [Buot (24)-(27), (34)-(37), (71), Sec. VIII].

    Group 1, by the parameters without spin, H_c, H_v and Delta; group 2, the vector products, which are torques; group
    3, where density and spin exchange, delta S_o, B S_o and scalar products. With c0 = 1/(2 i hbar) their sums are

        d_t S_cc,o = c0 [Delta S_vc,o - S_cv,o Delta* + delta.S_vc - S_cv.delta*]
        d_t S_cc   = c0 [2i B_cc x S_cc + Delta S_vc - S_cv Delta* + delta S_vc,o - S_cv,o delta*
                         + i (delta x S_vc - S_cv x delta*)]
        d_t S_cv,o = c0 [(H_c - H_v) S_cv,o + (B_cc - B_vv).S_cv + Delta (S_vv,o - S_cc,o) + delta.(S_vv - S_cc)]
        d_t S_cv   = c0 [(H_c - H_v) S_cv + (B_cc - B_vv) S_cv,o + i (B_cc + B_vv) x S_cv + Delta (S_vv - S_cc)
                         + delta (S_vv,o - S_cc,o) + i (delta x S_vv - S_cc x delta)]

    and vv is cc with c and v swapped. Errata of the source: (24) has S_cc for S_cv in the terms of Delta and delta, a
    factor 1/(i hbar) too many there, and lacks i (delta x S_vc - S_cv x delta*), which (71) has; (27) is for holes, by
    an overall minus, while (37) and (74) are for electrons.

    Parameters
    ----------
    H : (..., 4, 4) array
        Hamiltonian, J.
    S : (..., 16) array
        S_mu_a, 1/m^3.

    Returns
    -------
    cc, vv, cv : (..., 3, 4) arrays
        d_t S_cc,a, d_t S_vv,a and, complex, d_t S_cv,a: group, then a; 1/(m^3 s).
    """
    X_cc, X_vv, X_cv = blocks(SPIN_PSEUDOSPIN.fields(H))  # (H_c, B_cc), (H_v, B_vv), (Delta, delta)
    X_vc = X_cv.conj()
    cc, vv, cv = blocks(S)
    vc = cv.conj()
    c0 = 1 / (2j * HBAR)
    d_cc = _product(X_cc, cc, 1) - _product(X_cc, cc, -1) + _product(X_cv, vc, 1) - _product(X_vc, cv, -1)
    d_vv = _product(X_vv, vv, 1) - _product(X_vv, vv, -1) + _product(X_vc, cv, 1) - _product(X_cv, vc, -1)
    d_cv = _product(X_cc, cv, 1) - _product(X_vv, cv, -1) + _product(X_cv, vv, 1) - _product(X_cv, cc, -1)
    return (c0 * d_cc).real, (c0 * d_vv).real, c0 * d_cv


def _product(X, S, order):
    """Product of X_a sigma_a and S_b sigma_b in this order (1) or the other (-1), in the three groups: (..., 3, 4)."""
    X_o, X_i, S_o, S_i = X[..., :1], X[..., 1:], S[..., :1], S[..., 1:]
    torque = order * 1j * np.einsum("...ab,...b->...a", cross(X_i), S_i)
    exchange = np.concatenate([(X_i * S_i).sum(axis=-1, keepdims=True), X_i * S_o], axis=-1)
    return np.stack([X_o * S, np.concatenate([np.zeros_like(torque[..., :1]), torque], axis=-1), exchange], axis=-2)


def bloch_steady_state(omega, T1, T2, S_eq):
    """Pseudospin that relaxes while it turns, spin and space apart  [Buot (51), Sec. VI A].

        0 = omega x S_o - (S_xo / T2, S_yo / T2, (S_zo - S_eq) / T1),   omega = calB / (2 hbar)

    so that with omega_yo = 0: S_zo / S_eq = (1 + omega_zo^2 T2^2) / (1 + omega_zo^2 T2^2 + omega_xo^2 T1 T2). Erratum:
    below (52) of the source S_o turns at calB_z / hbar; it is calB_z / (2 hbar), (E_c - E_v) / hbar.

    Parameters
    ----------
    omega : (..., 3) array
        Precession of the pseudospin, rad/s.
    T1, T2 : float
        Times with which the occupations and the coherence relax, s.
    S_eq : float
        n_c - n_v in equilibrium, 1/m^3.

    Returns
    -------
    (..., 3) array
        S_o, 1/m^3.
    """
    R = np.diag([1 / T2, 1 / T2, 1 / T1])
    matrix = R - cross(np.asarray(omega))
    return np.linalg.solve(matrix, np.broadcast_to(R @ [0, 0, S_eq], matrix.shape[:-1])[..., None])[..., 0]


def rabi(t, V, detuning):
    """Share of the electrons of v that a drive V exp(-i w t) has brought to c, by Rabi's formula  [Buot Sec. VI A].

        n_c = (2 |V| / hbar Omega)^2 sin^2(Omega t / 2),   (hbar Omega)^2 = 4 |V|^2 + (E_c - E_v - hbar w)^2

    Parameters
    ----------
    t : float or array
        Time since all electrons were in v, s.
    V : complex
        Matrix element H_cv, Delta / 2, J.
    detuning : float
        E_c - E_v - hbar w, J.

    Returns
    -------
    float or array
        n_c / (n_c + n_v).
    """
    energy = np.hypot(2 * np.abs(V), detuning)
    return (2 * np.abs(V) / energy) ** 2 * np.sin(energy * np.asarray(t) / (2 * HBAR)) ** 2


def rotating_frame(H, w):
    """Hamiltonian in the frame that turns with a drive H_cv = V exp(-i w t): constant in time.

        H' = H - (hbar w / 2) tau_z

    Whatever else couples the bands, at another frequency or none, averages out and must be left out of H; that is
    good for |V| << hbar w. A drive 2 V cos w t has the same H'.

    Parameters
    ----------
    H : (..., 4, 4) array
        Hamiltonian with V, the amplitude of the drive, in its place between the bands, J.
    w : float
        Angular frequency of the drive, rad/s.

    Returns
    -------
    (..., 4, 4) array
        J.
    """
    return H - HBAR * w / 2 * np.diag([1, 1, -1, -1])


def to_laboratory(S, w, t):
    """Fields in the laboratory of those in the rotating frame.

        S_cv -> S_cv exp(-i w t),  that is (S_x, S_y) turned by the angle w t

    Parameters
    ----------
    S : (..., 16) array
        S_mu_a in the rotating frame, 1/m^3.
    w : float
        Angular frequency of the drive, rad/s.
    t : float
        Time, s.

    Returns
    -------
    (..., 16) array
        In the unit of S.
    """
    O = np.eye(4)
    O[1:, 1:] = rotation([0, 0, w * t])
    return S @ np.kron(O, np.eye(4)).T
