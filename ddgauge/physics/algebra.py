"""Vectors in three dimensions as matrices."""

import numpy as np

EPS = np.zeros((3, 3, 3))  # eps_abc
EPS[[0, 1, 2], [1, 2, 0], [2, 0, 1]] = 1
EPS[[0, 1, 2], [2, 0, 1], [1, 2, 0]] = -1
EPS.setflags(write=False)


def cross(w):
    """Matrix of the vector product: cross(w) @ v = w x v.

        cross(w)_ac = eps_abc w_b

    Parameters
    ----------
    w : (..., 3) array
        Any vectors.

    Returns
    -------
    (..., 3, 3) array
        Antisymmetric, in the unit of w.
    """
    return np.einsum("abc,...b->...ac", EPS, w)


def rotation(vector):
    """Rotation about a vector by its length, in radians (Rodrigues).

        O = exp([w]x) = 1 + (sin w / w) [w]x + ((1 - cos w) / w^2) [w]x^2

    Parameters
    ----------
    vector : (..., 3) array
        w: axis times angle, rad.

    Returns
    -------
    (..., 3, 3) array
        O, right-handed: rotation([0, 0, pi / 2]) turns x into y.
    """
    w = np.asarray(vector, float)
    angle = np.linalg.norm(w, axis=-1)[..., None, None]
    W = cross(w)
    return np.eye(3) + np.sinc(angle / np.pi) * W + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * W @ W
