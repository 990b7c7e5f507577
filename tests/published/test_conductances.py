"""Conductances of magnets, lossy faces and thin interlayers, from the input to the 3x3 matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ddgauge.fem.sample import profile
from tests import closed_forms as closed
from tests import exact_film as exact
from tests.solved import MESHES, numbers, result

F = {"name": "F", "conductivity": 2e6, "diffusion": 2e-4}
UP = {"magnetisation": {"direction": [0, 0, 1]}}
SINK = {"boundary": {"bottom": {"kind": "sink"}}}


def conductance(layer, dimension=1, **tables):
    """The "conductance" of one magnetic layer, on a mesh fine enough for six digits."""
    thick = layer["thickness"] > 10e-9
    mesh = MESHES[dimension] | ({"cells": 40 if thick else 12} if dimension > 1 else {})
    return numbers("conductance", [F | layer], mesh=mesh, **tables)["conductance"]


def exchange(parallel, perpendicular, omega):
    return {
        "exchange_relaxation": {"parallel": parallel, "perpendicular": perpendicular},
        "precession": [0, 0, omega],
    }


# a magnet's matrix, numbers of the model's page


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_thick_magnet_with_precession(dimension):
    """G = -(sigma/2) sqrt((1/tau_perp - i omega) / D) across m, -(sigma/2) / sqrt(D tau_par) along."""
    G = conductance({"thickness": 40e-9} | exchange(2e-14, 1e-14, 1e13), dimension, **UP, **SINK)
    across = closed.thick_precession_G(2e6, 2e-4, 1e-14, 1e13)
    expected = [[across.real, -across.imag, 0], [across.imag, across.real, 0], [0, 0, -5e14]]
    assert_allclose(G["matrix"], expected, rtol=1e-6, atol=1e-6 * 5e14)
    assert_allclose(G["matrix"][[0, 1, 2], [0, 0, 2]], [-7.079879e14, 3.531134e13, -5e14], rtol=2e-7)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_thin_magnet_with_precession(dimension):
    G = conductance({"thickness": 1e-9} | exchange(2e-12, 1e-12, 3e12), dimension, **UP)
    assert_allclose([G["G_s"], G["G_r"], G["G_i"]], [2.4979185e12, 2.5683135e12, 1.4949705e13], rtol=2e-7)
    across = -closed.thin_precession_G(2e6, 2e-4, 1e-12, 3e12, 1e-9)
    along = -closed.thin_precession_G(2e6, 2e-4, 2e-12, 0, 1e-9).real
    assert_allclose([G["G_s"] + G["G_r"], G["G_i"], G["G_s"]], [across.real, -across.imag, along], rtol=1e-6)
    assert G["memory_loss"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_rashba_coupling_alone_takes_up_spin(dimension):
    layer = {"thickness": 60e-9, "relaxation_time": 1e-10, "spin_orbit": {"mass": 1.0, "alpha": 3e4}}
    G = conductance(layer, dimension, **SINK)["matrix"]
    assert_allclose(np.diag(G), [-5.18328e14, -5.18328e14, -7.32992e14], rtol=1e-6)
    Q = 2 * closed.physical_constants["electron mass"][0] * 3e4 / closed.hbar
    q = np.array([[0, Q, 0], [-Q, 0, 0], [0, 0, 0]])
    expected = exact.interface_matrix(2e6, 2e-4, np.eye(3) / 1e-10, q=q, thickness=60e-9, far="sink")
    assert_allclose(G, expected, rtol=1e-6, atol=1e-6 * 5e14)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_gauge_field_across_the_layer_is_a_pure_gauge(dimension):
    layer = {"thickness": 60e-9, "relaxation_time": 1e-13, "gauge": [[0, 0, 0], [0, 0, 0], [-2e8, 3e8, 0]]}
    G = conductance(layer, dimension, **SINK)["matrix"]
    assert_allclose(G, -2.236068e14 * np.eye(3), rtol=2e-7, atol=1e-6 * 2.236068e14)


def test_film_on_a_sheet_with_the_exact_closure():
    metal = {"name": "HM", "thickness": 6e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
    sheet = {"bottom": {"kind": "sheet", "G_r": 2.5e14, "G_i": 1e13}}

    def rho(m, theta=0.08):
        tables = {"boundary": sheet, "magnetisation": {"direction": m}}
        return numbers("film", [metal | {"spin_hall": theta}], **tables)["resistivity"]["longitudinal"]

    z, y = rho([0, 0, 1]), rho([0, 1, 0])
    assert (z - y) / y == pytest.approx(2.3276e-4, rel=2e-5)  # five digits are given
    chen = closed.chen_smr(6e-9, 1.5e-9, 0.08, 4e6, 2.5e14 + 1e13j)[1]
    assert chen == pytest.approx(2.3481e-4, rel=2e-5)


# one lossy face


def decay_length(solution):
    """Length of the exponentials in the profile through the middle of a layer, away from its ends."""
    found = profile(solution, points_per_layer=61)
    below, here, above = found["mu"][[20, 30, 40], 1]
    return (found["z"][40] - found["z"][30]) / np.arccosh((below + above) / (2 * here))


def wire(t, G, size, far="sink", sides=("left",), **mesh):
    """A wire of Cu along z, its left face lossy; sigma, l and length are those of Cu."""
    layer = {"thickness": 1.5e-6, "conductivity": 4e7, "diffusion": 1e-2, "spin_diffusion_length": 500e-9}
    mesh = {"dimension": len(size) + 1, "size": list(size), "periodic": False, "cells": 20} | mesh
    boundary = {side: {"kind": "sheet", "G_s": G} for side in sides} | {"bottom": {"kind": far}}
    return result("conductance", [layer | {"name": "Cu"}], mesh=mesh, boundary=boundary, solver={"degree": 3})


def exact_wire_length(l, G, sigma, t):
    """1/l_eff^2 = 1/l^2 + k^2 with k tan(k t) = 2 G / sigma: the slowest mode across a wire of any thickness."""
    k = np.sqrt(2 * G / (sigma * t))
    for _ in range(100):
        k = np.arctan(2 * G / (sigma * k)) / t * 0.5 + 0.5 * k
    return 1 / np.sqrt(1 / l**2 + k**2)


def test_wire_with_one_lossy_face_tends_to_the_thin_limit():
    """Sanz-Fernandez et al. (2020): 1/l_eff^2 = 1/l^2 + 2G/(sigma t); as t -> 0 at fixed G/t its error falls as t^2."""
    thin = closed.lossy_wire_length(500e-9, 1.5e13, 4e7, 80e-9)
    assert thin == pytest.approx(273.4e-9, abs=0.05e-9)
    errors = []
    for t in 80e-9, 40e-9, 20e-9:
        G = 1.5e13 * t / 80e-9
        found = decay_length(wire(t, G, [t]).solution)
        assert found == pytest.approx(exact_wire_length(500e-9, G, 4e7, t), rel=1e-5)
        errors.append(found / thin - 1)
    assert 0 < errors[0] < 0.01
    assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 2, atol=0.1)
    returned = 4e7 * 20e-9 / 2 * (1 / found**2 - 1 / 500e-9**2)
    assert returned == pytest.approx(1.5e13 / 4, rel=0.01)


def test_wire_in_three_dimensions_decays_as_in_two():
    """Its other faces lose nothing, so that the width does not matter; with two lossy faces G adds."""
    two = decay_length(wire(80e-9, 1.5e13, [80e-9]).solution)
    assert decay_length(wire(80e-9, 1.5e13, [80e-9, 60e-9], element_size=50e-9).solution) == pytest.approx(
        two, rel=1e-5
    )


def test_spin_lost_at_a_side_is_told_apart():
    """What a lossless magnet's side takes leaves through a face: neither the moments nor the lattice have it."""
    found = wire(80e-9, 1.5e13, [80e-9]).numbers["conductance"]
    assert found["far_face"][2, 2] < 0
    total = found["magnetic"] + found["lattice"] + found["larmor"] + found["far_face"]
    assert_allclose(found["matrix"], total, rtol=1e-9, atol=1e-9 * np.abs(total).max())


# a thin layer that forgets spin


def film_on_sink(t, delta, dimension=1, meshed=True):
    """Pt on a magnet, between them a layer with delta = t / l_I and sigma_I / l_I kept, as a mesh or as a condition."""
    sigma, l = 2e6 * t / 0.5e-9, t / delta
    Pt = {"name": "Pt", "thickness": 4e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
    between = {"name": "I", "thickness": t, "conductivity": sigma, "diffusion": 1e-4, "spin_diffusion_length": l}
    layers = [Pt | {"name": "M", "spin_hall": 0.0}, between, Pt | {"spin_hall": 0.05}]
    tables = {"mesh": MESHES[dimension], "magnetisation": {"direction": [1, 0, 1]}}
    tables["boundary"] = {"bottom": {"kind": "sheet", "G_r": 5e14, "G_i": 1e14}}
    if not meshed:
        thin = {"thickness": t, "conductivity": sigma, "spin_diffusion_length": l}
        tables["interface"] = {"M|Pt": {"thin": thin}}
        layers = [layers[0], layers[2]]
    return numbers("film", layers, **tables)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("delta", [0.3, 1.5])
def test_interlayer_of_any_thickness_is_its_two_conductances(delta, dimension):
    """Rojas-Sanchez et al. (2014): transmission and absorption. Where spin does not turn they are exact."""
    for t in (0.5e-9,) if dimension > 1 else (2e-9, 0.5e-9, 0.05e-9):
        meshed, condition = film_on_sink(t, delta, dimension), film_on_sink(t, delta, dimension, meshed=False)
        for key in "damping_like", "field_like":
            assert meshed["torque"][key] == pytest.approx(condition["torque"][key], rel=1e-6)
        for key, side in ("I|Pt", 1), ("M|I", 0):
            sides = condition["accumulation"]["M|Pt"]
            assert_allclose(meshed["accumulation"][key], sides[side], rtol=1e-6, atol=1e-6 * np.abs(sides).max())


def test_interlayer_tends_to_its_two_conductances_where_spin_flows_along_it_too():
    """A strip with ends: as t -> 0 at fixed delta and sigma_I / l_I, what flows along the layer falls as t^2."""
    condition = strip(0.8e-9, meshed=False)
    errors = [strip(t) / condition - 1 for t in (0.8e-9, 0.4e-9, 0.2e-9)]
    assert abs(errors[-1]) < 4e-3
    assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 2, atol=0.15)


def strip(t, delta=1.0, meshed=True):
    """Spin current into the sink below a strip with a charge current, one end of which absorbs spin."""
    sigma, l = 2e6 * t / 0.5e-9, t / delta
    Pt = {"name": "Pt", "thickness": 2e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
    between = {"name": "I", "thickness": t, "conductivity": sigma, "diffusion": 1e-4, "spin_diffusion_length": l}
    layers = [Pt | {"name": "M"}, between, Pt | {"spin_hall": 0.05}]
    ends = {"left": {"kind": "contact", "voltage": 1e-3, "spin": "free"}, "right": {"kind": "contact", "voltage": 0.0}}
    tables = {"mesh": {"dimension": 2, "size": [6e-9], "periodic": False}}
    tables["boundary"] = {"bottom": {"kind": "sink"}} | ends
    if not meshed:
        tables["interface"] = {"M|Pt": {"thin": {"thickness": t, "conductivity": sigma, "spin_diffusion_length": l}}}
        layers = [layers[0], layers[2]]
    return numbers("transport", layers, **tables)["spin_current"]["bottom"][1]


def test_conductance_seen_through_an_interlayer():
    """A magnet of small memory below a layer that forgets: the admittance of a line that ends in another."""
    layer = F | {"thickness": 40e-9} | exchange(2e-14, 1e-14, 1e13)
    between = {"name": "I", "thickness": 1e-9, "conductivity": 1e6, "diffusion": 1e-4, "spin_diffusion_length": 0.7e-9}
    tables = UP | SINK | {"conductance": {"interface": "I|Pt"}}
    Pt = {"name": "Pt", "thickness": 4e-9, "conductivity": 4e6, "diffusion": 5e-4, "spin_diffusion_length": 1.5e-9}
    G = numbers("conductance", [layer, between, Pt], **tables)["conductance"]
    across = -closed.interlayer_admittance(1e6, 0.7e-9, 1e-9, -closed.thick_precession_G(2e6, 2e-4, 1e-14, 1e13))
    along = -closed.interlayer_admittance(1e6, 0.7e-9, 1e-9, 5e14)
    expected = [[across.real, -across.imag, 0], [across.imag, across.real, 0], [0, 0, along]]
    assert_allclose(G["matrix"], expected, rtol=1e-6, atol=1e-6 * abs(along))
    assert 0 < G["memory_loss"] < 1
