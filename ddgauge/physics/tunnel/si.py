"""Rates of a junction in SI: from numbers in a unit of energy, and of a flat band per area."""

from ddgauge.physics.tunnel.electrodes import require
from ddgauge.units import E_CHARGE, HBAR


def rate(value, E_unit):
    """Rate of a coefficient or current: I_N in electrons/s, I_S in hbar/s, I_Q in hbar^2/s.

        value E_unit / hbar

    Parameters
    ----------
    value : float or array
        In the unit of energy.
    E_unit : float
        That unit, J.

    Returns
    -------
    float or array
        1/s.
    """
    return value * E_unit / HBAR


def charge_current(I_N, E_unit):
    """Conventional current from L to R of electrons that enter L at I_N^L: e I_N.

    Parameters
    ----------
    I_N : float or array
        In the unit of energy.
    E_unit : float
        That unit, J.

    Returns
    -------
    float or array
        A.
    """
    return E_CHARGE * rate(I_N, E_unit)


def torque(I_S, E_unit):
    """Angular momentum per time: hbar I_S.

    Parameters
    ----------
    I_S : float or array
        In the unit of energy.
    E_unit : float
        That unit, J.

    Returns
    -------
    float or array
        J.
    """
    return HBAR * rate(I_S, E_unit)


def gamma(G0):
    """Tunnelling rate Gamma per area of a conductance.

        gamma = hbar G0 / 2 e^2

    Whatever a flat band has in units of Gamma, with energies in J, is per area gamma / hbar times that in 1/(s m^2); a
    torque is gamma times it, in J/m^2.

    Parameters
    ----------
    G0 : float
        Conductance at theta = 90 degrees, S/m^2; ValueError if negative.

    Returns
    -------
    float
        1/m^2.
    """
    require(G0 >= 0, "junction", "G0", f"{G0} S/m^2", "must be >= 0")
    return HBAR * G0 / (2 * E_CHARGE**2)


def rate_per_area(value, G0):
    """gamma value / hbar: what a flat band has in units of Gamma, as rate per area.

    Parameters
    ----------
    value : float or array
        Such as flat.E_ex, J.
    G0 : float
        S/m^2.

    Returns
    -------
    float or array
        1/(s m^2).
    """
    return gamma(G0) * value / HBAR


def torque_per_area(value, G0):
    """gamma value: what a flat band has in units of Gamma, as torque per area.

    Parameters
    ----------
    value : float or array
        Such as flat.T_S, J.
    G0 : float
        S/m^2.

    Returns
    -------
    float or array
        J/m^2.
    """
    return gamma(G0) * value
