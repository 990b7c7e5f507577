import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.storage import stored
from ddgauge.physics.tunnel.tensors import axis, combine, currents, dyad, principal_axes, principal_values, rotates
from tests.physics.tunnel.bands import elliptic, flat, polarised, rate

Z = np.array([0, 0, 1.0])


def tilted(theta):
    return np.array([np.sin(theta), 0, np.cos(theta)])


@pytest.fixture(scope="module")
def c():
    return coefficients(elliptic(8.5, 1.0), flat(7.5, 0.7, J=3.0, N_o=2.0), 1.0)


def test_spin_quadrupole_of_an_axis():
    np.testing.assert_allclose(dyad(Z, Z), np.diag([-1, -1, 2]) / 3, atol=1e-15)
    np.testing.assert_allclose(dyad(Z, tilted(1.0)), dyad(tilted(1.0), Z))


def test_principal_values_in_numbers():
    values = principal_values(0.7, -1.3, 0.4, 1.1)
    np.testing.assert_allclose(values, [-0.5902041, -0.0367750, 0.6269791], rtol=2e-6)
    _, axes = principal_axes(dyad(Z, combine(0.7, -1.3, 0.4, Z, tilted(1.1))))
    np.testing.assert_allclose(axes[:, 2], [-0.6444816, 0.1983020, 0.7384577], atol=1e-7)


def test_principal_values_and_axes_against_the_tensor():
    """HDW (126) has E_Q +- S where D +- S stands: v_+- = b +- S J_L, v_0 = J_L x b."""
    rng = np.random.default_rng(3)
    for E, A, T in rng.normal(size=(20, 3)):
        theta = rng.uniform(0.1, 3)
        b = combine(E, A, T, Z, tilted(theta))
        Q = dyad(Z, b)
        values, axes = principal_axes(Q)
        np.testing.assert_allclose(values, principal_values(E, A, T, theta), atol=1e-12)
        np.testing.assert_allclose(Q @ axes, axes * values, atol=1e-12)
        S = np.linalg.norm(b)
        for v, n in ((b - S * Z, 0), (np.cross(Z, b), 1), (b + S * Z, 2)):
            np.testing.assert_allclose(np.cross(v / np.linalg.norm(v), axes[:, n]), 0, atol=1e-7)
        size = np.abs(axes)
        assert np.all(np.take_along_axis(axes, size.argmax(axis=0)[None], 0) > 0)


def test_collinear_magnets_of_either_sense():
    """2 D/3 belongs to J_L, -D/3 twice to the plane, D = E +- A: erratum of HDW (130)-(132) for theta = pi."""
    np.testing.assert_allclose(principal_values(0.7, -1.3, 0.4, 0.0), np.array([-0.4, 0.2, 0.2]), atol=1e-14)
    np.testing.assert_allclose(principal_values(0.7, -1.3, 0.4, np.pi), np.array([-2, -2, 4]) / 3, atol=1e-14)


def test_currents_turn_with_the_magnets(c):
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    a, b = currents(c, Z, tilted(0.8)), currents(c, turn @ Z, turn @ tilted(0.8))
    assert b.charge == pytest.approx(a.charge, rel=1e-13)
    np.testing.assert_allclose(b.spin, turn @ a.spin, atol=1e-15)
    for part in ("direct", "exchange", "total", "per_spin"):
        for node, Q in getattr(a, part).items():
            np.testing.assert_allclose(getattr(b, part)[node], turn @ Q @ turn.T, atol=1e-14)


def test_spin_anisotropy_is_conserved_with_what_lies_between(c):
    """LL + RR + LR = 0, and the part without exchange is what single spins bring: 2 <S> o I_S of the other side."""
    flow = currents(c, Z, tilted(0.8))
    for part in (flow.direct, flow.exchange, flow.total):
        np.testing.assert_allclose(part["LL"] + part["RR"] + part["LR"], 0, atol=1e-15)
    S_L, S_R = c.L.S * Z, c.R.S * tilted(0.8)
    np.testing.assert_allclose(flow.direct["LR"], 2 * dyad(S_R, flow.spin) - 2 * dyad(S_L, flow.spin), rtol=1e-12)
    np.testing.assert_allclose(flow.direct["LL"], 2 * c.L.S * flow.per_spin["LL"])


def test_charge_and_spin_reverse_at_the_other_node(c):
    other = combine(c.R.E_S, c.R.A_S, c.R.T_S, tilted(0.8), Z)
    np.testing.assert_array_equal(other, -currents(c, Z, tilted(0.8)).spin)


def test_tensors_of_the_nodes_swap_with_the_labels(c):
    there = coefficients(flat(7.5, 0.7, J=3.0, N_o=2.0), elliptic(8.5, 1.0), 1.0)
    a, b = currents(c, Z, tilted(0.8)), currents(there, tilted(0.8), Z)
    np.testing.assert_allclose(b.exchange["LL"], a.exchange["RR"], atol=1e-9 * np.abs(a.exchange["RR"]).max())
    np.testing.assert_allclose(b.direct["LL"], a.direct["RR"], atol=1e-6 * np.abs(a.direct["RR"]).max())


def test_axis_of_a_normal_metal_drops_out():
    c = coefficients(elliptic(8.5, 1.0), flat(7.5, 0.7, J=0.0), 1.0)
    a, b = currents(c, Z, tilted(0.8)), currents(c, Z, tilted(2.5))
    assert a.charge == b.charge
    np.testing.assert_array_equal(a.spin, b.spin)
    for node in ("LL", "RR", "LR"):
        np.testing.assert_array_equal(a.total[node], b.total[node])


def test_emission_and_torque_of_two_flat_bands():
    """V = T = 1, J = 5, theta = 90 degrees, Gamma = 2 pi/2500, exchange parts only."""
    L, R = flat(0.5, 1.0), flat(-0.5, 1.0)
    c = coefficients(L, R, 1.0)
    assert rate(L, R) == pytest.approx(2 * np.pi / 2500)
    assert (c.L.E_ex, c.L.T_ex) == pytest.approx((-1.787579e-4, -2.115355e-4), rel=1e-6)
    values, axes = principal_axes(currents(c, Z, tilted(np.pi / 2)).exchange["LL"])
    np.testing.assert_allclose(values, [-1.086824e-4, -5.958598e-5, 1.682683e-4], rtol=1e-6)
    np.testing.assert_allclose(np.abs(axes[:, 1]), [1, 0, 0], atol=1e-6)  # J_L x b: the others lie in the plane y, z


def test_whether_stored_axes_turn(c):
    """Norm of [q Z o Z, Z o b] = q |Z x b| / sqrt 2."""
    what = stored(elliptic(8.5, 1.0))
    stored_L, b = what.tensor(Z), combine(*c.L.total, Z, tilted(0.8))
    exact = abs(what.S**2 - what.q_ex) * np.linalg.norm(np.cross(Z, b)) / np.sqrt(2)
    assert rotates(currents(c, Z, tilted(0.8)).total["LL"], stored_L) == pytest.approx(exact, rel=1e-9)
    assert rotates(currents(c, Z, Z).total["LL"], stored_L) == pytest.approx(0, abs=1e-18)


def test_axes_have_length_one():
    np.testing.assert_allclose(np.linalg.norm(axis([0, 0, 1 + 5e-7])), 1, rtol=1e-15)
    with pytest.raises(ValueError, match=r"axis: length of J_R = 2, must be 1 within 1e-6"):
        axis([0, 0, 2], "J_R")
    with pytest.raises(ValueError, match=r"axis: J_L = \[0, 1\], must be a vector of three numbers"):
        axis([0, 1], "J_L")


def test_exchange_currents_need_to_know_the_modes():
    c = coefficients(polarised(0.5, 0.1, 1.0), flat(0.0, 1.0), 0.1)
    flow = currents(c, Z, tilted(0.8))
    assert flow.exchange is None
    assert c.R.E_ex < 0
    for ask in (lambda: c.L.E_ex, lambda: c.L.total, lambda: flow.total):
        with pytest.raises(ValueError, match=r"must be given for the exchange part|needs electrodes whose modes pair"):
            ask()
