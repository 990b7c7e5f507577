import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from ddgauge.physics.algebra import EPS, cross, rotation

vectors = st.lists(st.floats(-10, 10), min_size=3, max_size=3).map(np.array)


@given(vectors, vectors)
def test_cross_is_the_vector_product(w, v):
    np.testing.assert_allclose(cross(w) @ v, np.cross(w, v), atol=1e-12)
    np.testing.assert_allclose(np.einsum("abc,b,c", EPS, w, v), np.cross(w, v), atol=1e-12)


@given(vectors)
def test_rotation_is_the_exponential_of_the_vector_product(w):
    np.testing.assert_allclose(rotation(w), expm(cross(w)), atol=1e-12)


def test_rotation_is_right_handed_and_smooth_at_zero():
    np.testing.assert_allclose(rotation([0, 0, np.pi / 2]) @ [1, 0, 0], [0, 1, 0], atol=1e-15)
    np.testing.assert_allclose(rotation([1e-9, 0, 0]), np.eye(3) + cross([1e-9, 0, 0]), atol=1e-17)


def test_many_vectors_at_once():
    w = np.random.default_rng(0).normal(size=(5, 2, 3))
    np.testing.assert_array_equal(cross(w)[4, 1], cross(w[4, 1]))
    np.testing.assert_allclose(rotation(w)[4, 1], rotation(w[4, 1]), rtol=1e-15)
