"""What is refused, in messages that say where, which quantity, its value and what would be right."""

import numpy as np


def positive(where, unit, **given):
    """Refuse what is not > 0 and finite."""
    for name, value in given.items():
        if not np.all((np.asarray(value) > 0) & np.isfinite(value)):
            raise ValueError(f"{where}: {name} = {value} {unit}, must be > 0 and finite")


def finite(where, unit, **given):
    """Refuse nan and infinity."""
    for name, value in given.items():
        if not np.all(np.isfinite(value)):
            raise ValueError(f"{where}: {name} = {value} {unit}, must be finite")


def node(where, chi):
    """Refuse a chirality that is not +1 or -1."""
    if chi not in (1, -1):
        raise ValueError(f"{where}: chi = {chi}, must be +1 or -1")


def temperature(where, T):
    """Refuse T < 0."""
    if not np.all((np.asarray(T) >= 0) & np.isfinite(T)):
        raise ValueError(f"{where}: T = {T} K, must be >= 0 and finite")


def wave_vectors(where, k, dimension):
    """k as an array (..., d)."""
    k = np.asarray(k)
    if k.ndim == 0 or k.shape[-1] != dimension:
        raise ValueError(f"{where}: k has shape {k.shape}, must be (..., {dimension}): its last axis is k_x, k_y, ...")
    return k


def magnetic_field(where, B):
    """B as an array (..., 3)."""
    B = np.asarray(B, float)
    if B.ndim == 0 or B.shape[-1] != 3:
        raise ValueError(f"{where}: B has shape {B.shape}, must be (..., 3), T: B_x, B_y, B_z")
    return B
