import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ddgauge.physics.algebra import rotation
from ddgauge.physics.relaxation import decay_length, uniaxial


@given(arrays(float, 3, elements=st.floats(-3, 3)), st.floats(1e-15, 1e-9), st.floats(1e-15, 1e-9))
def test_spin_relaxes_along_and_across_the_magnetisation_at_its_own_rate(w, tau_parallel, tau_perpendicular):
    m, across = rotation(w)[:, 2], rotation(w)[:, 0]
    R = uniaxial(tau_parallel, tau_perpendicular, m)
    larger = max(1 / tau_parallel, 1 / tau_perpendicular)
    np.testing.assert_allclose(R @ m, m / tau_parallel, atol=1e-14 * larger)
    np.testing.assert_allclose(R @ across, across / tau_perpendicular, atol=1e-14 * larger)


def test_equal_times_know_no_direction_and_infinite_times_do_nothing():
    np.testing.assert_allclose(uniaxial(2e-12, 2e-12, [0.6, 0, 0.8]), 5e11 * np.eye(3), atol=1e-3)
    np.testing.assert_array_equal(uniaxial(np.inf, np.inf, [0, 0, 1]), 0)


def test_decay_length():
    np.testing.assert_allclose(decay_length(5e-4, 4.5e-15), 1.5e-9, rtol=1e-12)
