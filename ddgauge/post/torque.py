"""Torque on the moments: what they absorb of spin across their direction."""

import numpy as np

from ddgauge.physics.algebra import cross

SPIN = slice(1, 4)


def absorbed_by_layer(solution, layer, c):
    """(3,) spin current that the moments of a meshed layer absorb, times the area, A  [Z23 (33), -J^M].

    c : LayerCoefficients of the layer.
    """
    return c.sigma / c.D * (c.R_exchange - cross(c.omega_exchange)) @ solution.jets(layer)[0, SPIN]


def components(absorbed, m, p):
    """Damping-like and field-like parts (a, b) of the torque -absorbed = a m x (m x p) + b m x p  [Chen13].

    Charge-weighted: the torque per area is hbar/2e times it. nan where m is along p.

    Parameters
    ----------
    absorbed : (..., 3) array
        Spin current that the moments absorb, A/m^2.
    m, p : (..., 3) array
        Unit vectors of the magnetisation and of the polarisation, normal towards the metal x electric field.
    """
    transverse = np.cross(m, p)
    size = (transverse**2).sum(axis=-1)
    size = np.where(size < 1e-12, np.nan, size)
    return tuple(-(absorbed * axis).sum(axis=-1) / size for axis in (np.cross(m, transverse), transverse))
