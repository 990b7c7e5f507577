"""Laws that are not linear: the charge of two bands, electrons and holes, and laws of interfaces such as a diode's."""

import numpy as np
import pytest
from scipy.constants import e, epsilon_0
from scipy.optimize import brentq

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.nonlinear import Nonlinear
from ddgauge.fem.sample import profile
from ddgauge.fem.solve import SolverError
from ddgauge.physics.band_law import BandLaw, poisson_rate
from ddgauge.physics.band_relaxation import relaxation
from ddgauge.physics.band_transport import diffusion
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.medium import Face, Medium
from ddgauge.physics.two_band import NUMBER, blocks, fields
from ddgauge.units import HBAR
from tests.fem import bands
from tests.fem.bands import plain
from tests.fem.orders import order

L = 50e-9  # m
ZERO = np.zeros(4)


def slab(cells=40, size=(), divisions=(), periodic=True):
    return Assembly(stack_mesh([("film", L, cells, 10e-9)], size, divisions, periodic), 2)


# derivatives, and orders


class Exchange:
    """An interface whose flows are products of its fields."""

    def __init__(self, n):
        self.a = 1e5 * np.random.default_rng(3).normal(size=(2, n, 2, n, 2, n))

    def __call__(self, below, above, x):
        u = np.stack([below, above], axis=1)
        flux = np.einsum("sAtBrC,NtB,NrC->NsA", self.a, u, u, optimize=True) * (1 + x[2] / L)[:, None, None]
        slope = np.einsum("sAtBrC,NrC->NsAtB", self.a + self.a.transpose(0, 1, 4, 5, 2, 3), u)
        return flux, slope * (1 + x[2] / L)[:, None, None, None, None]


@pytest.mark.parametrize("size, divisions", [((), ()), ((40e-9,), (3,))])
def test_derivative_of_the_equations(size, divisions):
    mesh = stack_mesh([(name, L, 3, L) for name in bands.PAIR], size, divisions, False)
    laws = {"p": bands.every_term(seed=1), "n": bands.every_term(seed=2)}
    system = Nonlinear(Assembly(mesh, 2, [bands.PAIR]), laws, {}, {bands.PAIR: Exchange(17)})
    rng = np.random.default_rng(1)
    x, change = rng.normal(size=(2, system.assembly.owned, 17))
    difference = (system.product(x + 1e-5 * change)[0] - system.product(x - 1e-5 * change)[0]) / 2e-5
    along = system.apply(system.spread(change), system.derivative(x))
    np.testing.assert_allclose(along, difference, rtol=1e-6, atol=1e-8 * np.abs(difference).max())


def waves(axes, law):
    """Jets (N, 4, n) of smooth fields of points (3, N), m."""
    k = np.array([1.1, 0, 1.7]) * 2 / L if "x" in axes else np.array([0, 0, 1.7]) * 2 / L
    A = np.arange(law.n)

    def jets(x):
        phase = (k @ x)[:, None] + A
        out = np.zeros((x.shape[1], 4, law.n))
        out[:, 0] = 1 / (1 + A) + 0.3 * np.sin(phase)
        out[:, 1:] = 0.3 * np.cos(phase)[:, None] * k[:, None]
        return out

    return jets


@pytest.mark.parametrize("dimension, cells", [(1, (4, 6, 9)), (2, (4, 6, 9))])
def test_order_of_a_manufactured_solution(dimension, cells):
    """Of all terms at once, the charge and mass action among them: error ~ h^3 with elements of degree 2."""
    law, errors = bands.every_term(), []
    for n in cells:
        assembly = slab(n, *(((L,), (n,)) if dimension == 2 else ((), ())), periodic=False)
        exact = waves(assembly.mesh.axes, law)
        place = np.zeros((3, assembly.owned))
        for i, axis in enumerate(assembly.mesh.axes):
            place["xyz".index(axis)] = assembly.points[: assembly.owned, i] * 1e-9
        here = exact(place)[:, 0]
        system = Nonlinear(assembly, {"film": law}, {name: bands.held(np.zeros(17)) for name in assembly.mesh.faces})
        load = system.load(loads={"film": lambda x, exact=exact: law.residual(exact(x)) - law.load})
        x, _, _ = system.newton(np.where(system.fixed[: assembly.owned], here, 0.9 * here), load)
        parts = [assembly.squared_difference("film", x[:, A], lambda x, A=A, f=exact: f(x)[:, 0, A]) for A in range(17)]
        errors.append(np.sqrt(parts))
    found = [order(1 / np.array(cells), part) for part in np.transpose(errors)]
    assert min(found) > 2.7 and max(errors[-1]) < 1e-3 * max(errors[0]) ** 0.5


# two bands


def test_a_linear_law_takes_one_step():
    """c up held at z = 0 of a slab whose bands mix; the values at L are those of cosh(kL) of the coupled modes."""
    omega = np.zeros(16)
    for name, value in {"zo": 2e12, "oz": 4e11, "zz": 1e11, "xo": 6e11, "xx": 3e11}.items():
        omega[NUMBER[name]] = value  # rad/s
    R = relaxation(1e-9, 0.5e-12, np.eye(3) / 0.1e-9, np.eye(3) / 1e-12)
    law = BandLaw(plain(H=HBAR / 2 * np.einsum("A,Aij->ij", omega, U4.T), R=R, Dm=diffusion(2e-3, 5e-4, 1.25e-3)))
    held = bands.held(fields([1, 0, 0, 1], ZERO, ZERO))
    found = Nonlinear(slab(), {"film": law}, {"bottom": held}).solve()
    cc, vv, cv = blocks(found.potential("top"))
    assert [cc[3], vv[3], vv[0]] == pytest.approx([0.964106686, 0.023333899, 0.106849707], rel=1e-6)
    assert cv[0] == pytest.approx(0.046056652 + 0.065024687j, rel=1e-6)
    into = -found.current("bottom")
    assert into[[3, 12, 8]] == pytest.approx([2053.1845, 3595.6292, 10817.684], rel=1e-5)
    assert found.report.iterations == 1


def test_spin_that_turns_as_it_diffuses():
    """Hanle effect of one band: S_x - i S_y ~ exp(-k z), k = ((1 / T2 + i omega) / D)^(1/2)."""
    omega, D, T2 = np.zeros(16), 1e-3, 5e-12
    omega[NUMBER["oz"]] = 1e12  # rad/s
    R = relaxation(1e-9, 1e-12, np.eye(3) / T2, np.eye(3) / T2)
    law = BandLaw(plain(H=HBAR / 2 * np.einsum("A,Aij->ij", omega, U4.T), R=R, Dm=D * np.eye(16)))
    assembly = Assembly(stack_mesh([("film", 500e-9, 50, 10e-9)]), 2)
    held = bands.held(fields([1, 1, 0, 0], ZERO, ZERO))
    cc, _, _ = blocks(Nonlinear(assembly, {"film": law}, {"bottom": held}).solve().x)
    z = assembly.points[: assembly.owned, 0] * 1e-9
    expected = np.exp(-(2.469619305e7 + 2.024603545e7j) * z)
    np.testing.assert_allclose(cc[:, 1] - 1j * cc[:, 2], expected, atol=1e-3)


@pytest.mark.parametrize("a, closeness", [(1e-4, 1e-6), (0.3, 0.02)])
def test_electrons_screen_a_background_that_waves(a, closeness):
    """A closed body: as many electrons as donors, dn = a n0 / (1 + (q lambda_D)^2) but for the square of a."""
    n0, q = 1e23, np.pi / L
    c = plain(mobility_c=3.6e-3 / bands.V_T, mobility_v=0.0, doping=n0)
    law = BandLaw(c, 0.0, n0, True, poisson_rate([c], n0))

    def background(x):
        F = np.zeros((x.shape[1], 4, 17))
        F[:, 0, 16] = law.rate * e * a * np.cos(q * x[2])
        return F

    assembly = slab()
    start = np.tile(np.append(fields([1, 0, 0, 0], ZERO, ZERO), 0), (assembly.owned, 1))
    found = Nonlinear(assembly, {"film": law}).solve(loads={"film": background}, start=start)
    wave = (found.potential("bottom") - found.potential("top")) / 2
    assert wave[0] == pytest.approx(0.602445958 * a, rel=closeness)
    assert wave[16] == pytest.approx(1.557443278e-2 * a, rel=closeness)
    assert found.jets("film")[0, 0] == pytest.approx(L, rel=1e-9)


@pytest.fixture(scope="module")
def junction():
    system, laws, start = bands.pn_junction()
    return system, laws, system.solve(start=start)


def test_p_n_junction_in_equilibrium(junction):
    """phi differs by kT/e ln(N_A N_D / n_i^2) between neutral ends, n p = n_i^2 everywhere, and nothing flows."""
    _, _, found = junction
    cc, vv, _ = blocks(found.x[:, :16] * bands.N_D)
    n, p = cc[:, 0], -vv[:, 0]
    np.testing.assert_allclose(n * p, bands.N_I**2, rtol=0.05)
    assert n.max() / n.min() == pytest.approx(bands.N_D * bands.N_A / bands.N_I**2, rel=1e-3)
    phi = found.x[:, 16]
    np.testing.assert_allclose(phi - phi[0], bands.V_T * np.log(n / n[0]), atol=1e-3)
    drifting = 0.14 * bands.N_A * 1e6  # of either part of the flow
    assert abs(found.current("bottom")[0] * bands.N_D) < 1e-6 * drifting
    assert np.abs(profile(found)["j"][:, 2, 0]).max() * bands.N_D < 1e-3 * drifting


def test_floating_potential_of_a_p_n_junction_is_that_of_its_ends():
    """Ends that hold no potential find it: the body is neutral as a whole."""
    system, laws, start = bands.pn_junction(50)
    faces = {"bottom": system.faces["bottom"], "top": bands.free(17)}
    found = Nonlinear(system.assembly, laws, faces).solve(start=start)
    assert found.potential("top")[16] == pytest.approx(bands.BUILT_IN, rel=1e-4)
    n, _, _ = blocks(found.potential("top")[:16])
    assert n[0] == pytest.approx(1.0, rel=1e-3)


def shockley(voltage):
    """Particle flow of a p-n junction as if it were depleted between sharp edges, and neutral beyond, 1/(m^2 s)."""
    eps, height, N = 11.7 * epsilon_0, 300e-9, np.array([bands.N_A, bands.N_D])
    depleted = np.sqrt(2 * eps * (bands.BUILT_IN - voltage) / e * (1 / N).sum()) * N[::-1] / N.sum()
    D = np.array([0.14, 0.05]) * bands.V_T
    return bands.N_I**2 * (D / N / (height - depleted)).sum() * np.expm1(voltage / bands.V_T)


def test_p_n_junction_rectifies(junction):
    """As by Shockley's formula for ends where carriers recombine at once; what goes in comes out."""
    system, _, equilibrium = junction
    ends = system.faces["top"].fixed
    for voltage in (0.1, 0.2, -0.1):
        found = system.solve(values={"top": ends | {16: bands.BUILT_IN - voltage}}, start=equilibrium.x)
        out = found.current("top")[0]
        assert out == pytest.approx(-found.current("bottom")[0], rel=1e-6)
        assert -out * bands.N_D == pytest.approx(shockley(voltage), rel=0.15)


def test_what_nothing_holds_is_said():
    law = BandLaw(plain(mobility_c=0.1, doping=1e23), 0.0, 1e23, True, 1e30)
    held = Face(np.zeros((17, 17)), np.zeros(17), {0: 1.0})
    with pytest.raises(SolverError, match="nothing holds field 16; give its value at a face"):
        Nonlinear(slab(), {"film": law}, {"bottom": held}).solve()


@pytest.mark.parametrize("poisson", [False, True])
def test_a_closed_body_cannot_take_what_is_generated(poisson):
    c = plain(mobility_c=0.1, doping=1e23, G=1e30 * np.eye(16)[0])
    law, assembly = BandLaw(c, 0.0, 1e23, poisson, poisson_rate([c], 1e23)), slab(4)
    start = np.tile(fields([1, 0, 0, 0], ZERO, ZERO), (assembly.owned, 1))
    with pytest.raises(SolverError, match="closed body, or what is generated in it and sent into it, does not add"):
        Nonlinear(assembly, {"film": law}).solve(start=np.pad(start, [(0, 0), (0, int(poisson))]))


# interfaces


def conductor(sigma):
    """One potential: j = -sigma grad mu."""
    matrix, flux = np.zeros((4, 1, 4, 1)), np.zeros((3, 1, 4, 1))
    for i in (1, 2, 3):
        matrix[i, 0, i, 0] = flux[i - 1, 0, i, 0] = sigma
    return Medium(
        matrix, np.zeros((4, 1, 3)), flux, np.zeros((3, 1, 3)), np.zeros((1, 1)), np.zeros((1, 1)), np.ones(1)
    )


class Diode:
    """j = j_0 [exp((mu_below - mu_above) / V_0) - 1] upwards, and given currents out of both sides (2, N) beside."""

    def __init__(self, j_0, V_0, beside=None):
        self.j_0, self.V_0, self.beside = j_0, V_0, beside

    def __call__(self, below, above, x):
        steep = self.j_0 * np.exp((below - above) / self.V_0)
        out = np.array([1.0, -1.0])
        flux = out[:, None] * (steep - self.j_0)[:, None]
        if self.beside:
            flux = flux + self.beside(x).T[:, :, None]
        return flux, (np.outer(out, out) * steep[:, :, None] / self.V_0)[:, :, None, :, None]


HEIGHTS = {"p": 20e-9, "n": 30e-9}
SIGMA = {"p": 2e5, "n": 5e5}  # S/m


def pieces(cells, size=(), divisions=()):
    return Assembly(
        stack_mesh([(name, h, cells, h) for name, h in HEIGHTS.items()], size, divisions, False), 2, [bands.PAIR]
    )


@pytest.mark.parametrize("voltage", [-0.5, 0.05, 0.8, 40.0])
def test_diode_between_two_conductors(voltage):
    """V = j (L_1 / sigma_1 + L_2 / sigma_2) + V_0 ln(1 + j / j_0), with and without most of V at the diode."""
    j_0, V_0 = 1e10, 0.026
    laws = {name: conductor(sigma) for name, sigma in SIGMA.items()}
    ends = {"bottom": bands.held([voltage]), "top": bands.held([0.0])}
    found = Nonlinear(pieces(4), laws, ends, {bands.PAIR: Diode(j_0, V_0)}).solve()
    r = sum(HEIGHTS[name] / SIGMA[name] for name in HEIGHTS)
    j = brentq(lambda j: j * r + V_0 * np.log1p(j / j_0) - voltage, -j_0 * (1 - 1e-12), 1e16, xtol=1e-6, rtol=1e-14)
    assert found.current("top")[0] == pytest.approx(j, rel=1e-7)
    assert found.junction_current(*bands.PAIR)[:, 0] == pytest.approx([j, -j], rel=1e-7)
    assert found.interface_current(*bands.PAIR, 1)[0] == pytest.approx(-j, rel=1e-7)


def test_order_at_a_diode_whose_voltage_varies():
    """Potentials in a plane that differ by up to 3 V_0 across the interface: error ~ h^3, currents by the law."""
    j_0, V_0, width, k = 1e10, 0.1, 40e-9, np.pi / 40e-9
    z_0 = HEIGHTS["p"]
    below = lambda x: 0.2 * np.cos(k * x[0]) * np.cosh(k * x[2]) + 0.1  # noqa: E731
    above = lambda x: 0.1 * np.cos(2 * k * x[0]) * np.cosh(2 * k * (x[2] - 0.05e-6)) * 0.3  # noqa: E731

    def beside(x):
        """What makes these potentials of the Laplace equation solutions."""
        at = np.array([x[0], x[1], 0 * x[2] + z_0])
        diode = j_0 * np.expm1((below(at) - above(at)) / V_0)
        up = -SIGMA["p"] * 0.2 * k * np.cos(k * x[0]) * np.sinh(k * z_0)
        further = -SIGMA["n"] * 0.03 * 2 * k * np.cos(2 * k * x[0]) * np.sinh(2 * k * (z_0 - 0.05e-6))
        return np.array([up - diode, diode - further])

    laws = {name: conductor(sigma) for name, sigma in SIGMA.items()}
    errors, sizes = [], (4, 6, 9)
    for n in sizes:
        assembly = pieces(n, (width,), (n,))
        system = Nonlinear(assembly, laws, {"bottom": bands.held([0.0])}, {bands.PAIR: Diode(j_0, V_0, beside)})
        place = np.zeros((3, assembly.owned))
        place[0], place[2] = assembly.points[: assembly.owned].T[:2] * 1e-9
        lower = assembly.rows_of(assembly.mesh.label == assembly.mesh.layers["p"])
        here = np.where(lower, below(place), above(place))
        start = np.where(system.fixed[: assembly.owned, 0], here, 0.8 * here)[:, None]
        x, _, _ = system.newton(start, 0 * start)
        parts = [assembly.squared_difference(name, x[:, 0], f) for name, f in (("p", below), ("n", above))]
        errors.append(np.sqrt(sum(parts)))
    assert order(1 / np.array(sizes), errors) > 2.8
