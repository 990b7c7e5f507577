"""A layer of two bands in the symbols of its equations.

d_t S + D_i J_i = ad_omega S - R (S - S_eq) + G,   div eps grad phi = e (S_oo - n_full - N_D + N_A)
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Drive:
    """A coupling of the bands that oscillates: H_cv = sum_a cv[a] sigma_a times exp(-i w t), or times 2 cos w t."""

    cv: np.ndarray  # (4,) complex, J
    w: float  # rad/s
    rotating: bool  # exp(-i w t)


@dataclass(frozen=True)
class BandCoefficients:
    """Coefficients of a layer  [Buot (1), (2), (51), (54), (55), (83), Sec. IX A]."""

    H: np.ndarray  # (4, 4) complex, J: static part of the Hamiltonian, basis c up, c down, v up, v down
    Dm: np.ndarray  # (16, 16), m^2/s
    q: np.ndarray  # (3, 16), 1/m: gauge field
    V: np.ndarray  # (3, 16), m/s: components of velocities without mass
    mobility_c: float  # m^2/(V s)
    mobility_v: float  # m^2/(V s)
    R: np.ndarray  # (16, 16), 1/s; row and column oo are zero
    equilibrium: object  # of `band_equilibrium`
    G: np.ndarray  # (16,), 1/(m^3 s): generation
    doping: float  # N_D - N_A, 1/m^3
    permittivity: float  # F/m
    drive: Drive | None = None
