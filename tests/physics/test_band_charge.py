"""Charge of two bands in equilibrium, and fields that have no law."""

from dataclasses import replace

import numpy as np
import pytest

from ddgauge.physics.band_charge import Charge
from ddgauge.physics.band_equilibrium import Given, MassAction, Proportional
from ddgauge.physics.band_inert import inert, pinned
from ddgauge.physics.band_law import BandCoefficients, BandLaw
from ddgauge.physics.band_relaxation import relaxation
from ddgauge.physics.band_transport import diffusion
from ddgauge.physics.two_band import FROM_BLOCKS, hamiltonian

VOLTS = 0.02585
NONE = BandCoefficients(
    H=np.zeros((4, 4)),
    Dm=np.zeros((16, 16)),
    q=np.zeros((3, 16)),
    V=np.zeros((3, 16)),
    mobility_c=0.0,
    mobility_v=0.0,
    R=np.zeros((16, 16)),
    equilibrium=Given(np.zeros(16)),
    G=np.zeros(16),
    doping=1e22,
    permittivity=1e-10,
)
MASS_ACTION = MassAction(1e16, np.array([0, 0, 0.3]), np.zeros(3), 1e25)


@pytest.mark.parametrize("phi", [-0.3, 0.0, 0.4])
def test_carriers_in_a_potential_have_boltzmanns_ratio_and_the_mass_action_product(phi):
    charge = Charge(replace(NONE, equilibrium=MASS_ACTION), VOLTS, 1.0, 1e22)
    X = np.linalg.inv(FROM_BLOCKS) @ charge.state(np.array(phi), 1e25)
    n, p = X[0], -X[4]
    assert n == pytest.approx(1e16 * np.exp(phi / VOLTS), rel=1e-3 if phi < 0 else 1e-9)
    assert p == pytest.approx(1e16 * np.exp(-phi / VOLTS), rel=1e-3 if phi > 0 else 1e-9)
    assert X[3] == pytest.approx(0.3 * n, rel=1e-3)


@pytest.mark.parametrize("equilibrium", [MASS_ACTION, Proportional(FROM_BLOCKS[:, 0])])
def test_the_slope_is_the_derivative_of_the_charge(equilibrium):
    charge = Charge(replace(NONE, equilibrium=equilibrium), VOLTS, 1e22, 1e22)
    jets = np.zeros((3, 4, 1))
    jets[:, 0, 0] = -0.2, 0.1, 0.35
    step = 1e-7
    moved = jets + step * np.eye(4)[:, :1]
    at, slopes = charge.slopes(jets)
    np.testing.assert_array_equal(at, [[0, 0, 0, 0]])
    difference = (charge.rest(moved) - charge.rest(jets))[:, 0] / step
    np.testing.assert_allclose(slopes, difference, rtol=1e-4)


def test_a_band_that_is_not_there_has_no_law():
    """Of c alone diffusion and a spin splitting are known: vv and the coherence are inert, cc is not."""
    P = inert([replace(NONE, Dm=FROM_BLOCKS @ np.diag([1e-3] * 4 + [0] * 12) @ np.linalg.inv(FROM_BLOCKS))])
    in_blocks = np.linalg.inv(FROM_BLOCKS) @ P @ FROM_BLOCKS
    np.testing.assert_allclose(in_blocks, np.diag([0.0] * 4 + [1] * 12), atol=1e-12)


@pytest.mark.parametrize(
    "known",
    [
        {"Dm": diffusion(1e-3, 1e-3, 1e-3)},
        {"Dm": diffusion(1e-3, 0, 0), "H": hamiltonian([1, 0, 0, 0.1], [0, 0.3, 0, 0], [0.1, 0, 0.2, 0]) * 1e-22},
        {"Dm": diffusion(1e-3, 0, 5e-4), "R": relaxation(1e-9, 1e-12, 1e12 * np.eye(3), 1e11 * np.eye(3))},
    ],
)
def test_what_diffuses_turns_or_relaxes_is_not_inert(known):
    c = replace(NONE, **known)
    assert not inert([c]).any()
    laws = {"film": BandLaw(c)}
    assert pinned(laws, 1e-9) is laws


def test_what_one_layer_knows_is_not_inert_in_another():
    both = [replace(NONE, Dm=diffusion(1e-3, 0, 0)), replace(NONE, Dm=diffusion(1e-3, 1e-3, 1e-3))]
    assert inert(both[:1]).any() and not inert(both).any()


def test_inert_fields_are_pinned_and_others_are_left():
    law = BandLaw(replace(NONE, Dm=FROM_BLOCKS @ np.diag([1e-3] * 4 + [0] * 12) @ np.linalg.inv(FROM_BLOCKS)))
    change = pinned({"film": law}, 1e-9)["film"].medium.matrix - law.medium.matrix
    change[0, :, 0] = np.linalg.inv(FROM_BLOCKS) @ change[0, :, 0] @ FROM_BLOCKS
    np.testing.assert_allclose(np.diag(change[0, :, 0])[4:], 5e-4 / 1e-18, rtol=1e-9)
    assert np.abs(change[0, :4, 0]).max() < 1e-9 * np.abs(change).max()
    assert not change[1:].any()
