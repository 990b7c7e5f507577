"""The closed forms themselves: against published numbers, and the independent exact solution at small angles."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests import closed_forms as closed
from tests.exact_film import Layer, film, interface_matrix, resistivity, theta_of, vec

ONE = np.eye(3)
SMALL = 1e-4  # spin Hall angle whose square is negligible


def metal(d, l, D=5e-4, sigma=2.5e6, theta=SMALL, **coefficients):
    return Layer(d, sigma, D, ONE * D / l**2, Theta=theta_of(thetaC=-theta * ONE), **coefficients)


def sheet(G_s, G_r, G_i, m):
    return G_s * ONE - G_r * vec(m) @ vec(m) - G_i * vec(m)


@pytest.mark.parametrize(
    "d, d0, d1, d2",
    [
        (2e-9, -1.057751e-2, 9.539961e-4, -3.071335e-5),
        (5e-9, -6.759856e-3, 1.020392e-3, -3.441627e-5),
        (12e-9, -3.022971e-3, 4.901510e-4, -1.654574e-5),
    ],
)
def test_spin_hall_magnetoresistance_of_yig_platinum(d, d0, d1, d2):
    assert_allclose(closed.chen_smr(d, 1.5e-9, 0.11, 2.5e6, 4e14 + 2e13j), [d0, d1, d2], rtol=2e-7)


def test_other_published_numbers():
    assert_allclose(closed.hanle(7e-9, 1.5e-9, 0.056, 4e-6, 1), [3.750568e-6, -5.926716e-5], rtol=2e-7)
    assert_allclose(closed.hanle(7e-9, 1.5e-9, 0.056, 4e-6, 9), [2.237268e-4, -4.018568e-4], rtol=2e-7)
    sink = closed.zhang_smr(5e-9, 1.5e-9, 0.1, 2.5e6, 1e12, 1e13, 3e13)
    assert_allclose(sink, [-5.583540e-3, 3.401064e-5, -9.108681e-5], rtol=2e-7)
    assert_allclose(closed.lossy_wire_length(500e-9, 1.5e13, 4e7, 80e-9), 273.4e-9, rtol=2e-4)
    assert_allclose(closed.spin_pumping(1e18, 1.4e5, 20e-9), 5.271445e-4, rtol=2e-7)
    assert_allclose([closed.backflow(5e18, 4e-7, 1.5e-9, d) for d in (1e-9, 5e-9)], [3.574e18, 4.055e18], rtol=2e-4)


def test_published_torque_efficiencies():
    def xi(d, G):
        return closed.torque_efficiency(d, 1.5e-9, 1, 2.5e6, G)

    assert_allclose([xi(d, 1e15) for d in (1e-9, 3e-9, 10e-9)], [0.126121, 0.407129, 0.544067], rtol=2e-6)
    assert_allclose(xi(3e-9, 1e15 + 2e14j), 0.411103 + 0.035833j, rtol=2e-6)
    assert_allclose(closed.torque_efficiency(4e-9, 1.5e-9, 0.1, 2.5e6, 1e15), 0.04720806, rtol=2e-7)
    assert_allclose(xi(3e-9, 1e25), 1 - 1 / np.cosh(2), rtol=1e-9)


@pytest.mark.parametrize("face", ["bottom", "top"])
@pytest.mark.parametrize("G_s, G_r, G_i", [(0, 4e14, 2e13), (0, 4e14, -2e13), (1e12, 1e13, 3e13)])
def test_magnetoresistance_is_that_of_the_exact_solution_wherever_the_magnet_is(face, G_s, G_r, G_i):
    """Signs and sizes; d2 does not turn with the stacking order, for a mirror z -> -z keeps m_z and the current."""
    d, l, sigma = 5e-9, 1.5e-9, 2.5e6
    d0, d1, d2 = np.array(closed.zhang_smr(d, l, 1, sigma, G_s, G_r, G_i)) * SMALL**2

    def rho(m):
        return resistivity([metal(d, l)], **{face: sheet(G_s, G_r, G_i, m)}) * sigma

    x, y, z, xy = np.eye(3)[0], np.eye(3)[1], np.eye(3)[2], np.array([0.6, 0.8, 0])
    bulk = 1 + 2 * SMALL**2
    assert_allclose(rho(y)[0, 0] - bulk, d0, rtol=1e-6)
    assert_allclose(rho(x)[0, 0] - rho(y)[0, 0], d1, rtol=1e-4)  # differences of numbers near one
    assert_allclose(rho(z)[1, 0], d2, rtol=1e-6)
    assert_allclose(rho(xy)[1, 0], 0.48 * d1, rtol=1e-6)


@pytest.mark.parametrize("B", [1, 9, -9])
def test_hanle_magnetoresistance_is_that_of_the_exact_solution(B):
    d, l, D, sigma = 7e-9, 1.5e-9, 4e-6, 2.5e6
    omega = 2 * closed.MU_B * B / closed.hbar
    d1, d2 = np.array(closed.hanle(d, l, 1, D, B)) * SMALL**2
    x, y, z = (resistivity([metal(d, l, D, omega=omega * n)]) * sigma for n in np.eye(3))
    assert_allclose([x[0, 0] - y[0, 0], z[0, 0] - y[0, 0]], d1, atol=1e-14)
    assert d1 > 20e-14
    assert_allclose(z[1, 0], d2, rtol=1e-6)


@pytest.mark.parametrize("G_i", [2e14, -2e14])
@pytest.mark.parametrize("face, sign", [("bottom", 1), ("top", -1)])
def test_torque_efficiency_is_the_transverse_spin_current_that_leaves_the_metal(face, sign, G_i):
    """With m along z the magnet takes xi_DL sigma E of spin y, xi_FL sigma E of spin x; both turn with its side."""
    d, l, sigma, E, G_r = 3e-9, 1.5e-9, 2.5e6, 1e5, 1e15
    solved = film([metal(d, l)], E=[E, 0, 0], **{face: sheet(0, G_r, G_i, [0, 0, 1])})
    taken = -sign * solved.j(0 if face == "bottom" else d)[2, 1:] / (SMALL * sigma * E)
    xi = closed.torque_efficiency(d, l, 1, sigma, G_r + 1j * G_i)
    assert_allclose(taken, sign * np.array([xi.imag, xi.real, 0]), atol=1e-6)


def test_spin_accumulation_of_a_bare_film():
    d, l, E = 6e-9, 1.5e-9, 1e5
    solved = film([metal(d, l)], E=[E, 0, 0])
    for z in np.linspace(0, d, 7):
        assert_allclose(2 * solved.mu(z)[1:], [0, closed.bare_film(z, d, l, SMALL, E), 0], atol=1e-7 * SMALL * E * l)
    assert solved.mu(0)[2] > 0  # spin y flows along -z and piles up at the bottom


@pytest.mark.parametrize("omega", [3e12, -5e13])
def test_precession_in_a_thick_and_in_a_thin_magnet(omega):
    sigma, D, tau = 2e6, 2e-4, 1e-13
    for thickness, far, G in [
        (200e-9, "sink", closed.thick_precession_G(sigma, D, tau, omega)),
        (4e-9, "insulating", closed.thin_precession_G(sigma, D, tau, omega, 4e-9)),
    ]:
        found = interface_matrix(sigma, D, ONE / tau, [0, 0, omega], thickness=thickness, far=far)
        assert_allclose(found[:2, :2], [[G.real, -G.imag], [G.imag, G.real]], rtol=1e-10)


def test_layer_that_relaxes_spin_and_the_two_conductances_that_stand_for_it():
    """Exact film with the interlayer meshed, and with a junction instead: equal, and equal to the admittance seen."""
    sigma, l, t, G = 1e6, 0.8e-9, 0.5e-9, 3e14
    interlayer = Layer(t, sigma, 1e-4, ONE * 1e-4 / l**2)
    through, absorbed = closed.interlayer_junction(sigma, l, t)
    own = through + absorbed
    junction = np.einsum("st,ab->satb", [[own, -through], [-through, own]], ONE)
    heavy, lower = metal(5e-9, 1.5e-9), metal(2e-9, 3e-9, theta=0)
    meshed = film([lower, interlayer, heavy], E=[1e5, 0, 0], bottom=G * ONE)
    jumped = film([lower, heavy], E=[1e5, 0, 0], bottom=G * ONE, junctions={0: junction})
    for depth in (0, 1e-9, 5e-9):
        a, b = meshed.mu(7.5e-9 - depth, layer=2)[1:], jumped.mu(7e-9 - depth, layer=1)[1:]
        assert_allclose(a, b, rtol=1e-9, atol=1e-12 * np.abs(a).max())
    seen = -interface_matrix(sigma, 1e-4, ONE * 1e-4 / l**2, thickness=t, far=G * ONE)
    assert_allclose(seen, closed.interlayer_admittance(sigma, l, t, G) * ONE, rtol=1e-10, atol=1)


def test_anomalous_hall_effect_of_a_polarised_current():
    layer = metal(5e-9, 1.5e-9, kappa=np.array([0.1, 0.2, 0.3]))
    j = film([layer], E=[1, 0, 0]).sheet_current()[:, 0] / (5e-9 * 2.5e6)
    assert_allclose(j[1], closed.anomalous_hall(0.3, -SMALL), rtol=1e-6)
