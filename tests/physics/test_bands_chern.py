import numpy as np
import pytest

from ddgauge.physics.bands.chern import chern_number, plaquette_fluxes, sphere_flux
from ddgauge.physics.bands.curvature import curvature
from ddgauge.physics.bands.models import Hamiltonian, LatticeChern, LatticeWeyl, MassiveDirac2D, Weyl3D

ZONE = 2 * np.pi * np.eye(2)


def lattice(u):
    return LatticeChern(u=u, t=1.0, a=1.0)


@pytest.mark.parametrize(("u", "C"), [(-1, 1), (1, -1), (2.5, 0), (-2.5, 0)])
def test_chern_numbers_of_a_square_lattice(u, C):
    assert chern_number(lattice(u), (0,)) == C
    assert chern_number(lattice(u), (1,)) == -C


def test_fluxes_of_plaquettes_add_up_to_a_whole_number_and_each_is_that_of_the_curvature():
    N = 24
    s = 2 * np.pi * np.arange(N) / N
    k = np.stack(np.meshgrid(s, s, indexing="ij"), axis=-1)
    u = np.linalg.eigh(lattice(-1)(k))[1][..., :1]
    u = u * np.exp(1j * np.random.default_rng(0).uniform(0, 6, (N, N, 1, 1)))  # any phases
    north = np.roll(u, -1, axis=1)
    flux = plaquette_fluxes(u, np.roll(u, -1, axis=0), np.roll(north, -1, axis=0), north)
    assert flux.sum() / (2 * np.pi) == pytest.approx(1, rel=1e-10)
    middle = curvature(lattice(-1), k + np.pi / N)[..., 0, 2] * (2 * np.pi / N) ** 2
    np.testing.assert_allclose(flux, middle, atol=0.05 * np.abs(middle).max())


def test_coarse_grids_are_refined():
    with pytest.warns(
        RuntimeWarning, match=r"flux = .* through a plaquette of grid = 3, should be < pi/2; .* grid = 6"
    ):
        assert chern_number(lattice(-0.2), (0,), grid=3) == 1


def test_bands_that_touch_have_one_chern_number():
    def copies(k):
        return np.einsum("...ij,st->...sitj", lattice(-1)(k), np.eye(2)).reshape(*k.shape[:-1], 4, 4)

    model = Hamiltonian(copies, 2, length=1.0, zone=ZONE)
    assert chern_number(model, (0, 1)) == 2
    with pytest.raises(ValueError, match="bands 0 and 1: gap"):
        chern_number(model, (0,))


@pytest.mark.parametrize("chi", [1, -1])
@pytest.mark.parametrize("tilt", [(0, 0, 0), (0.3, 0, 0.5)])
def test_flux_out_of_a_sphere_counts_the_node_inside(chi, tilt):
    node = Weyl3D(v=4e5, chi=chi, tilt=tilt)
    assert sphere_flux(node, (1,), 1e8) == -chi
    assert sphere_flux(node, (0,), 1e8) == chi
    assert sphere_flux(node, (1,), 1e8, center=(0, 2e8, 0)) == 0


def test_planes_between_weyl_nodes_are_chern_insulators():
    model = LatticeWeyl(k0=np.pi / 3, t=1e-19, a=5e-10)
    for kz, C in [(0, -1), (0.9, -1), (-1.0, -1), (1.1, 0), (2.5, 0), (-1.2, 0)]:
        assert chern_number(model, (0,), origin=[0, 0, kz / 5e-10]) == C
    assert sphere_flux(model, (1,), 2e8, center=[0, 0, np.pi / 3 / 5e-10]) == -1
    assert sphere_flux(model, (1,), 2e8, center=[0, 0, -np.pi / 3 / 5e-10]) == 1


@pytest.mark.filterwarnings("ignore:Chern number")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: chern_number(MassiveDirac2D(1e-20, 1e6), (0,)), "MassiveDirac2D has no zone, must be a lattice"),
        (lambda: chern_number(lattice(-1), (0,), edges=np.eye(2)), "H differs at k and k"),
        (lambda: chern_number(lattice(-2), (0,)), r"bands 0 and 1: gap = .* at k = \[0\. 0\.\] 1/m"),
        (
            lambda: chern_number(lattice(-2), (0,), origin=[0.01, 0.02]),
            "must be a whole number with fluxes < pi/2: is there",
        ),
        (
            lambda: chern_number(lattice(-1), (0, 1)),
            r"bands = \(0, 1\), must be some of 0..1, the lowest first, and not all",
        ),
    ],
)
def test_what_has_no_chern_number_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
