"""Responses of two currents to waves of fields, and decays, through whole runs: two modes of diffusion, and one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e

from ddgauge.fem.sample import Sampler
from tests.solved import numbers, result
from tests.two_current_forms import Layer, decay_rates, plane_wave

SIGMA, NU, TAU = (4.0e6, 1.6e6), (3.0e46, 4.5e46), 1e-12
ELL = 49.734e-9
PY = {
    "name": "Py",
    "thickness": 10e-9,
    "conductivity": dict(zip(("up", "down"), SIGMA)),
    "density_of_states": dict(zip(("up", "down"), NU)),
    "spin_flip_time": TAU,
}


def charges(q, omega, electrostatics="bare"):
    """(2,) amplitudes of rho_up, rho_down, C/m^3, that E_smf = 1 V/m exp(i q x - i omega t) piles up."""
    case = result(
        "two-current",
        [PY],
        electrostatics=electrostatics,
        drive={"motive_force": [1.0, 0, 0], "wave_vector": [q, 0, 0]},
        frequency={"values": [omega / (2 * np.pi)]},
        mesh={"dimension": 2, "size": [2 * np.pi / q], "shape": "box", "cells": 1},
        solver={"degree": 4},
    )
    x = (np.arange(12) + 0.5) / 12 * 2 * np.pi / q
    points = np.stack([x * 1e9, np.full(12, 5.0)], axis=1)
    real, imaginary = (Sampler(part).at(points)[1] for part in (case.solution, case.solution.beside))
    mu = np.exp(-1j * q * x) @ (real + 1j * imaginary) / 12
    up, down = (e**2 * nu * V for nu, V in zip(NU, mu[:2] @ np.array([[1, 1], [1, -1]])))
    if electrostatics == "bare":
        return np.array([up, down])
    neutral = 2 * e**2 * NU[0] * NU[1] / sum(NU) * mu[1]
    return np.array([neutral, -neutral])


def closed_form(q, omega, D, nu, g):
    """-i q e^2 K'_s of s = up, down  [SK11 (43)], term by term."""
    Y = D * q**2 - 1j * omega
    Z = Y[0] * Y[1] + g * (Y[0] * nu[0] + Y[1] * nu[1])
    mixed = g * (D[0] * nu[0] - D[1] * nu[1])
    return -1j * q * e**2 * np.array([nu[0] * (D[0] * Y[1] + mixed), nu[1] * (-D[1] * Y[0] + mixed)]) / Z


@pytest.mark.parametrize(
    ("omega", "up", "down"),
    [(0.0, -6.0407722j, 8.8644697j), (1e12, 0.0711891 - 6.0399964j, -0.3952798 + 8.8467435j)],
)
def test_charges_that_a_wave_of_50_nm_piles_up_in_permalloy(omega, up, down):
    """E_smf = 1 V/m exp(i q x - i omega t), E = 0; C/m^3."""
    found = charges(2 * np.pi / 50e-9, omega)
    assert_allclose(found.real, [complex(up).real, complex(down).real], atol=2e-6)
    assert_allclose(found.imag, [up.imag, down.imag], atol=2e-6)


@pytest.mark.parametrize("omega", [0.0, 3e10, 1e12, 5e13])
@pytest.mark.parametrize("q", [0.03 / ELL, 0.65 / ELL, 5 / ELL])
def test_response_from_one_mode_to_two(q, omega):
    """K'_s at wave numbers through the crossover q = 1 / ell, and frequencies through 1 / tau_sf = 1e12 1/s."""
    D, nu = np.array(SIGMA) / (e**2 * np.array(NU)), np.array(NU)
    expected = closed_form(q, omega, D, nu, 1 / (TAU * nu.sum()))
    assert_allclose(charges(q, omega), expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def test_limits_of_one_mode_and_of_two():
    """At rest q^2 K'_s / nu_s = (s q^2 + P / ell^2) / (q^2 + 1 / ell^2): P where q ell << 1, s where q ell >> 1."""
    P = (SIGMA[0] - SIGMA[1]) / sum(SIGMA)
    for x in 0.01, 1.0, 100.0:
        q = x / ELL
        ratio = charges(q, 0.0) / (-1j * e**2 * np.array(NU)) * q
        assert_allclose(ratio.imag, 0, atol=1e-6)
        assert_allclose(ratio.real, (np.array([1, -1]) * x**2 + P) / (x**2 + 1), atol=1e-5)  # ell of five digits


def test_response_of_a_neutral_metal():
    """The same wave with the field of the charges: rho_up = -rho_down, by solving the strong equations."""
    q, omega = 2 * np.pi / 200e-9, 1e12
    layer = Layer(10e-9, SIGMA, np.sqrt(np.prod(SIGMA) / sum(SIGMA) / (e**2 * np.prod(NU) / sum(NU) / TAU)), nu=NU)
    _, rho, _ = plane_wave(q, omega, layer, E_smf=1.0, electrostatics="neutral")
    assert_allclose(charges(q, omega, "neutral"), rho, rtol=0, atol=1e-6 * np.abs(rho).max())


@pytest.mark.parametrize("x", [0.1, 1.0, 8.0])
def test_decay_between_grounded_contacts_is_that_of_the_slow_mode(x):
    """A film of thickness pi / q that was charged decays as sin(q z) in the end: one mode, of two that are there.

    For q ell << 1 it is charge with D_eff = <D nu> / <nu>, for q ell >> 1 the minority, which diffuses more slowly.
    """
    q = x / ELL
    rate = decay_rates(q, SIGMA, NU, TAU)[0]
    found = numbers(
        "two-current",
        [PY | {"thickness": np.pi / q}],
        electrostatics="bare",
        boundary={"bottom": {"kind": "contact", "voltage": 1.0}, "top": {"kind": "contact", "voltage": 0.0}},
        mesh={"cells": 12},
        time={"end": 7 / rate, "samples": 8, "drive": False, "tolerance": 1e-8},
    )["time_series"]
    current = np.array(found["current"]["bottom"])
    assert np.log(current[-2] / current[-1]) == pytest.approx(1.0, rel=1e-4)
    D, nu = np.array(SIGMA) / (e**2 * np.array(NU)), np.array(NU)
    one, two = D @ nu / nu.sum() * q**2, D.min() * q**2
    if x < 1:
        assert rate == pytest.approx(one, rel=2 * x**2)
    if x > 1:
        assert rate == pytest.approx(two, rel=2 / x**2)
