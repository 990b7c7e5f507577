"""Currents of charge, spin and spin-quadrupole moment as vectors and tensors, and their principal axes."""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics.tunnel.electrodes import require


def axis(J, name="J"):
    """Unit vector of an axis; ValueError unless its length is 1 within 1e-6."""
    vector = np.asarray(J, float)
    require(vector.shape == (3,) and np.all(np.isfinite(vector)), "axis", name, J, "must be a vector of three numbers")
    length = np.linalg.norm(vector)
    require(abs(length - 1) <= 1e-6, "axis", f"length of {name}", f"{length:g}", "must be 1 within 1e-6")
    return vector / length


def dyad(a, b):
    """Symmetric traceless product of two vectors  [HDW (51)].

        (a o b)_ij = (a_i b_j + b_i a_j)/2 - delta_ij a.b/3

    Parameters
    ----------
    a, b : (..., 3) array

    Returns
    -------
    (..., 3, 3) array
    """
    ab = np.einsum("...i,...j->...ij", a, b)
    return (ab + np.swapaxes(ab, -1, -2)) / 2 - np.eye(3) * np.einsum("...i,...i", a, b)[..., None, None] / 3


@dataclass(frozen=True)
class Currents:
    """Rates into the nodes; the quadrupole moment has three, of which the third is spread over both electrodes."""

    charge: float  # electrons into L; R gets the negative
    spin: np.ndarray  # (3,), hbar into L; R gets the negative
    direct: dict  # "LL", "RR", "LR": (3, 3), hbar^2
    exchange: dict | None  # likewise; None where nothing determines it
    per_spin: dict  # "LL", "RR": J_r o I_S^r, the direct part per polarised spin 2 S_r

    @property
    def total(self):
        """Direct plus exchange part of the three nodes."""
        require(self.exchange is not None, "currents", "exchange", None, "needs electrodes whose modes pair both spins")
        return {node: self.direct[node] + self.exchange[node] for node in self.direct}


def currents(c, J_L, J_R):
    """Currents into each node of charge, spin and spin-quadrupole moment  [HDW (88), (89), (90), (91)].

        I_N^L  = I_0 + I_F J_L.J_R
        I_S^L  = E_S J_L + A_S J_R + T_S J_L x J_R = -I_S^R
        I_Q^LL = 2 S_L J_L o I_S^L - J_L o (E_ex J_L + A_ex J_R + T_ex J_L x J_R)
        I_Q^LR = 2 (S_R J_R - S_L J_L) o I_S^L + exchange part = -I_Q^LL - I_Q^RR

    Parameters
    ----------
    c : Coefficients
    J_L, J_R : (3,) array
        Unit vectors along the majority spins.

    Returns
    -------
    Currents
        ValueError where an axis is not of length 1.
    """
    J_L, J_R = axis(J_L, "J_L"), axis(J_R, "J_R")
    spin = combine(c.L.E_S, c.L.A_S, c.L.T_S, J_L, J_R)
    per_spin = {"LL": dyad(J_L, spin), "RR": dyad(J_R, -spin)}
    direct = {
        "LL": 2 * c.L.S * per_spin["LL"],
        "RR": 2 * c.R.S * per_spin["RR"],
        "LR": 2 * dyad(c.R.S * J_R - c.L.S * J_L, spin),
    }
    exchange = None
    if c.L.exchange is not None and c.R.exchange is not None:
        left = -dyad(J_L, combine(*c.L.exchange, J_L, J_R))
        right = -dyad(J_R, combine(*c.R.exchange, J_R, J_L))
        exchange = {"LL": left, "RR": right, "LR": -left - right}
    return Currents(c.I_0 + c.I_F * float(J_L @ J_R), spin, direct, exchange, per_spin)


def combine(E, A, T, own, other):
    """Emission, absorption and torque as a vector: E own + A other + T own x other."""
    return E * own + A * other + T * np.cross(own, other)


def principal_values(E, A, T, theta):
    """Principal values of J_L o (E J_L + A J_R + T J_L x J_R), increasing  [HDW (123), (124), (127), (128)].

        I_0 = -D/3,  I_+- = D/6 +- S/2,  D = E + A cos theta,  S^2 = D^2 + (T^2 + A^2) sin^2 theta

    Errata of HDW: (130)-(132) for theta = pi hold with E - A, and (132) has I_0 = -|..|/3 times the sign of the axis.

    Parameters
    ----------
    E, A, T : float or array
        Coefficients, of one part or of the total.
    theta : float or array
        Angle between the axes, rad.

    Returns
    -------
    (..., 3) array
        I_-, I_0, I_+.
    """
    D = E + A * np.cos(theta)
    S = np.hypot(D, np.hypot(T, A) * np.sin(theta))
    return np.stack([D / 6 - S / 2, -D / 3 + 0 * S, D / 6 + S / 2], axis=-1)


def principal_axes(Q):
    """Principal values, increasing, and axes of a symmetric tensor.

    Each axis is turned so that the component of largest size is positive, the first of equal ones. Where two values
    coincide (collinear magnets) the axes in their plane are not unique.

    Parameters
    ----------
    Q : (..., 3, 3) array

    Returns
    -------
    values : (..., 3) array
    axes : (..., 3, 3) array
        axes[..., :, n] is the unit vector of value n.
    """
    values, axes = np.linalg.eigh(Q)
    size = np.abs(axes)
    first = np.argmax(size > size.max(axis=-2, keepdims=True) - 1e-9, axis=-2)
    sign = np.sign(np.take_along_axis(axes, first[..., None, :], axis=-2))
    return values, axes * sign


def rotates(I_Q, Q):
    """Frobenius norm of the commutator of a current with what is stored: zero if the stored axes do not turn.

    Parameters
    ----------
    I_Q, Q : (..., 3, 3) array

    Returns
    -------
    float or (...) array
        In the units of I_Q times Q.
    """
    return np.linalg.norm(I_Q @ Q - Q @ I_Q, axis=(-2, -1))
