"""Two bands with spin as sixteen fields of the solver, and with the potential of their charge: slabs  [Buot]."""

import numpy as np
import pytest
from scipy.constants import e, epsilon_0, k

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import System
from ddgauge.physics.band_medium import density_medium, screened_medium
from ddgauge.physics.band_relaxation import relaxation
from ddgauge.physics.band_transport import diffusion, drift
from ddgauge.physics.generators import SPIN_PSEUDOSPIN as U4
from ddgauge.physics.medium import Face
from ddgauge.physics.two_band import NUMBER, blocks, fields

L = 50e-9  # m


def slab(size=(), divisions=()):
    return Assembly(stack_mesh([("film", L, 40, 10e-9)], size, divisions, True), 2)


@pytest.mark.parametrize("size, divisions", [((), ()), ((10e-9,), (3,))])
def test_injected_spin_mixes_bands_on_its_way_through_a_slab(size, divisions):
    """c up held at z = 0; the values at L are those of cosh(kL) of the sixteen coupled modes."""
    omega = np.zeros(16)
    for name, value in {"zo": 2e12, "oz": 4e11, "zz": 1e11, "xo": 6e11, "xx": 3e11}.items():
        omega[NUMBER[name]] = value  # rad/s
    R = relaxation(1e-9, 0.5e-12, np.eye(3) / 0.1e-9, np.eye(3) / 1e-12)
    medium = density_medium(diffusion(2e-3, 5e-4, 1.25e-3), np.zeros((3, 16, 16)), R - U4.ad(omega))
    held = Face(np.zeros((16, 16)), np.zeros(16), dict(enumerate(fields([1, 0, 0, 1], np.zeros(4), np.zeros(4)))))
    found = System(slab(size, divisions), {"film": medium}, {"bottom": held}).solve()
    cc, vv, cv = blocks(found.potential("top"))
    assert [cc[3], vv[3], vv[0]] == pytest.approx([0.964106686, 0.023333899, 0.106849707], rel=1e-6)
    assert cv[0] == pytest.approx(0.046056652 + 0.065024687j, rel=1e-6)
    into = -found.current("bottom") / found.area("bottom")
    flow = [into[NUMBER[name]] for name in ("oz", "zo", "yo")]
    assert flow == pytest.approx([2053.1845, 3595.6292, 10817.684], rel=1e-5)


def test_electrons_screen_a_background_that_waves():
    """dn = a n0 / (1 + (q lambda_D)^2), and the potential of what is left over."""
    D, n0, eps, q = 3.6e-3, 1e23, 11.7 * epsilon_0, np.pi / L
    mobility, _ = drift(D * e / (k * 300), 0, 0)
    R = relaxation(1e-12, 1e-12, np.eye(3) * 1e12, np.eye(3) * 1e12)
    forced = mobility @ fields([1, 0, 0, 0], np.zeros(4), np.zeros(4))  # densities in units of n0
    rate = 1e13 / e
    medium = screened_medium(D * np.eye(16), np.zeros((3, 16, 16)), R, 0.0, forced, eps / n0, rate)

    def background(x):
        F = np.zeros((x.shape[1], 4, 17))
        F[:, 0, 16] = rate * e * np.cos(q * x[2])
        return F

    found = System(slab(), {"film": medium}, {}).solve(loads={"film": background})
    wave = (found.potential("bottom") - found.potential("top")) / 2
    screening = eps * k * 300 / (n0 * e**2)
    assert wave[0] == pytest.approx(1 / (1 + q**2 * screening), rel=1e-6)
    assert wave[16] == pytest.approx(1.557443278e-2, rel=1e-6)
