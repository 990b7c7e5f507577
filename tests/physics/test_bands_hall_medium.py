import numpy as np
import pytest

from ddgauge.physics.bands.hall_medium import channel_medium, charge_medium, hall_tensor, hall_vector
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.two_current import bare

RNG = np.random.default_rng(6)
XX, XY = 3e5, 1.2e5


def test_current_turns_towards_minus_y_for_a_positive_hall_conductivity():
    sigma = hall_tensor(XX, XY, sigma_zz=1e4)
    np.testing.assert_array_equal(sigma @ [1, 0, 0], [XX, -XY, 0])
    np.testing.assert_array_equal(sigma @ [0, 1, 0], [XY, XX, 0])
    np.testing.assert_array_equal(sigma @ [0, 0, 1], [0, 0, 1e4])
    np.testing.assert_array_equal(hall_tensor(XX, -XY), hall_tensor(XX, XY).T)  # Onsager


def test_hall_vector_of_the_spin_model_gives_the_same_currents():
    sigma, theta0 = hall_vector(XX, XY)
    np.testing.assert_allclose(sigma * response(coupling(theta0))[:, 0, :, 0], hall_tensor(XX, XY, sigma), rtol=1e-13)
    assert 1 / sigma == pytest.approx(np.linalg.inv(hall_tensor(XX, XY))[0, 0], rel=1e-13)


def test_charge_keeps_its_whole_tensor_in_the_weak_form():
    sigma = np.stack([hall_tensor(XX, XY), hall_tensor(2 * XX, -XY)])
    M = charge_medium(sigma)
    np.testing.assert_array_equal(M.matrix[:, 1:, 0, 1:, 0], sigma)
    np.testing.assert_array_equal(M.matrix[:, 0], 0)
    E = np.array([1.0, 2.0, -0.5])
    np.testing.assert_allclose((M.drift @ E)[:, :, 0], sigma @ E, rtol=1e-14)


def test_hall_conductivities_that_vary_make_media_that_vary():
    many = hall_tensor(XX * np.array([1, 2, 3]), XY * np.array([[1], [-1]]))
    assert many.shape == (2, 3, 3, 3)
    np.testing.assert_array_equal(many[1, 2], hall_tensor(3 * XX, -XY))


def test_two_channels_are_two_conductors_that_leak():
    sigma, G, nu = RNG.normal(size=(2, 3, 3)) + 5 * np.eye(3), 0.7, 2.0
    M = channel_medium(sigma, G, nu)
    jet = RNG.normal(size=(2, 4))  # of V_+, V_-
    fields = np.stack([jet.sum(axis=0), jet[0] - jet[1]], axis=1) / 2  # [p, A]
    j = -np.einsum("sij,sj->si", sigma, jet[:, 1:])
    leak = G * (jet[0, 0] - jet[1, 0])
    flow = -np.einsum("iAqB,qB->iA", M.flux, fields)
    np.testing.assert_allclose(flow, np.stack([j.sum(axis=0), j[0] - j[1]], axis=1), rtol=1e-13)
    np.testing.assert_allclose(np.einsum("AqB,qB->A", M.matrix[0], fields), [0, 2 * leak], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(
        M.storage @ fields[0], nu * np.array([jet[:, 0].sum(), jet[0, 0] - jet[1, 0]]), rtol=1e-13
    )


def test_channels_without_a_hall_effect_are_two_currents():
    up, down = 4e6, 1.6e6
    one, other = channel_medium(np.stack([up * np.eye(3), down * np.eye(3)]), 2e20), bare(np.array([up, down]), 2e20)
    for name in ("matrix", "drive", "flux", "drift", "relaxation", "kappa"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-14)


def test_opposite_hall_conductivities_make_a_valley_hall_effect():
    M = channel_medium(np.stack([hall_tensor(XX, XY), hall_tensor(XX, -XY)]), 1e18)
    j = M.drift @ [1.0, 0, 0]
    np.testing.assert_allclose(j[:, 0], [2 * XX, 0, 0])
    np.testing.assert_allclose(j[:, 1], [0, -2 * XY, 0])
    decay = 1 / np.sqrt(XX / (2 * 1e18))  # 1/l^2 = G (1/sigma_+ + 1/sigma_-), along y
    jet = np.array([1.0, 0, decay, 0])
    balance = np.einsum("p,pAqB,q->AB", [1, 0, -decay, 0], M.matrix, jet)  # of exp(y/l), with div j by parts
    assert balance[1, 1] == pytest.approx(0, abs=1e-9 * 4e18)
    assert balance[0, 0] == pytest.approx(-2 * XX * decay**2, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hall_tensor(0.0, 1e5), r"sigma_xx = 0.0 S/m, must be > 0; give a quantum Hall plane a small sigma_xx"),
        (lambda: hall_tensor(1e5, 1e5, 0.0), r"sigma_zz = 0.0 S/m, must be > 0"),
        (lambda: hall_tensor(1e5, np.nan), r"Hall conductor: sigma_xy = nan S/m, must be finite"),
        (lambda: charge_medium(-np.eye(3)), r"smallest eigenvalue of its symmetric part = -1 S/m, must be > 0"),
        (lambda: channel_medium(np.stack([np.eye(3), 0 * np.eye(3)]), 1.0), "symmetric part = 0 S/m, must be > 0"),
        (lambda: channel_medium(np.stack([np.eye(3)] * 2), -1.0), r"Hall channels: G = -1 A/\(V m\^3\), must be >= 0"),
    ],
)
def test_what_does_not_dissipate_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
