"""Hall conductivities of many chemical potentials and temperatures, of two bands, and about any axis."""

import numpy as np
import pytest

from ddgauge.physics.bands import dirac
from ddgauge.physics.bands.curvature import curvature, energies, two_bands
from ddgauge.physics.bands.hall import hall_at, hall_conductivity
from ddgauge.physics.bands.hall_medium import hall_tensor, hall_vector, with_hall
from ddgauge.physics.bands.models import Hamiltonian, LatticeChern, LatticeWeyl, MassiveDirac2D
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.two_current import bare
from ddgauge.units import E_CHARGE, G_QUANTUM, K_B

MEV, RNG = 1e-3 * E_CHARGE, np.random.default_rng(5)
CHERN = LatticeChern(-1.0, 100 * MEV, 0.5e-9)


@pytest.mark.parametrize("model", [CHERN, LatticeWeyl(1.0, 100 * MEV, 0.5e-9), MassiveDirac2D(50 * MEV, 1e6)])
def test_two_bands_by_their_vector_are_those_of_kubo(model):
    k = 1e9 * RNG.normal(size=(6, model.dimension))
    eps, Omega = two_bands(model, k)
    np.testing.assert_allclose(eps, energies(model, k), rtol=1e-12)
    np.testing.assert_allclose(Omega, curvature(model, k), rtol=1e-9, atol=1e-12 * np.abs(Omega).max())


def test_the_zone_of_two_bands_sums_to_that_of_any_bands():
    own = Hamiltonian(CHERN, 2, CHERN.a, CHERN.zone)
    mu, T = -1.2 * CHERN.t, 0.05 * CHERN.t / K_B
    found = hall_conductivity(CHERN, mu, T)
    assert found[2] / G_QUANTUM == pytest.approx(-0.103862273, abs=1e-8)
    np.testing.assert_allclose(hall_conductivity(own, mu, T), found, rtol=1e-6, atol=1e-12 * G_QUANTUM)


@pytest.mark.parametrize("varied", ["mu", "T"])
def test_polynomials_between_some_points_give_all(varied):
    s = np.linspace(0, 1, 30)
    mu, T = (100 * MEV * s, 300 + 0 * s) if varied == "mu" else (120 * MEV + 0 * s, 200 + 100 * s)
    found = hall_at(CHERN, mu, T)
    some = [0, 7, 23, 29]
    each = [hall_conductivity(CHERN, mu[k], T[k]) for k in some]
    np.testing.assert_allclose(found[some], each, rtol=1e-6, atol=1e-7 * G_QUANTUM)
    np.testing.assert_array_equal(hall_at(CHERN, mu[:26], T[:26]), found[:26])  # whatever else is asked for
    assert hall_at(CHERN, mu[:0], T[:0]).shape == (0, 3)


def test_both_may_not_vary_in_a_lattice_nor_mu_without_a_temperature():
    s = np.linspace(0, 1, 30)
    with pytest.raises(ValueError, match="LatticeChern: chemical potential and temperature both vary over 30 points"):
        hall_at(CHERN, MEV * s, 100 + s)
    with pytest.raises(ValueError, match="T = 0 K where mu or T varies, must be > 0"):
        hall_at(CHERN, MEV * s, 0 * s)


def test_a_cone_at_many_places_is_a_cone_at_each():
    M, mu, T = MEV * RNG.normal(size=50) * 50, MEV * RNG.normal(size=50) * 80, np.abs(RNG.normal(size=50)) * 200
    each = [dirac.hall_number(*values) for values in zip(M, mu, T)]
    np.testing.assert_allclose(dirac.hall_number(M, mu, T), each, rtol=1e-13)
    cold = dirac.hall_number(M, mu, 1e-3)
    np.testing.assert_allclose(dirac.hall_number(M, mu, 0.0), cold, rtol=1e-5)


def test_hall_vectors_about_any_axis_make_the_tensor_across_it():
    sigma_H = np.array([[0, 0, 2e4], [3e4, -1e4, 2e4]])
    sigma, theta0 = hall_vector(1e4, sigma_H)
    tensors = sigma[:, None, None] * response(coupling(theta0))[:, :, 0, :, 0]
    np.testing.assert_allclose(tensors[0], hall_tensor(1e4, 2e4, sigma[0]), rtol=1e-12, atol=1e-9)
    deflected = (tensors[1] - tensors[1].T) / 2
    np.testing.assert_allclose(deflected[[1, 2, 0], [2, 0, 1]], sigma_H[1], rtol=1e-12)
    across = np.cross(sigma_H[1], [1.0, 0, 0])
    np.testing.assert_allclose(across @ tensors[1] @ across / (across @ across), 1e4, rtol=1e-12)


def test_channels_without_a_hall_effect_are_left_as_they_are():
    plain = bare(np.array([2e6, 1e6]), 1e20)
    for name, value in vars(with_hall(plain, np.zeros((2, 3)))).items():
        np.testing.assert_array_equal(value, getattr(plain, name))
