"""Weyl metals in magnetic fields that are oblique, or change in space: whole runs beside closed forms."""

import numpy as np
import pytest

from ddgauge import Layer, Run, run
from ddgauge.model import InputError
from ddgauge.model.fields import MagneticField
from ddgauge.physics.bands.chiral_anomaly import pump
from ddgauge.units import E_CHARGE
from tests.test_weyl import CONTACTS, NODES, bar, resistance

FREE = {name: contact | {"spin": "free"} for name, contact in CONTACTS.items()}  # A is not held there
WIDTH, LENGTH = 4e-6, 3e-6
PLATE = {"dimension": 2, "size": [WIDTH], "periodic": False, "lateral_cells": 16, "cells": 2}


def in_field(field, boundary=FREE, mesh=PLATE, nodes=NODES, **tables):
    layer = {"name": "bar", "thickness": LENGTH, "conductivity": 2e5, "weyl": nodes}
    tables = {"output": {"figures": False}, "mesh": mesh} | tables
    return Run.from_dict({"experiment": "weyl", "layer": [layer], "field": field, "boundary": boundary} | tables)


def conductivity(case):
    return LENGTH / (run(case).numbers["resistance"]["bottom|top"] * WIDTH)


def test_conductivity_measured_in_a_finite_bar():
    """416.187 S/m in the bulk; contacts take 1 - (2l/L) tanh(L/2l) of it, l = sqrt(D tau_v)  [Son & Spivak]."""
    nodes = {"velocity": 3e5, "chemical_potential": "20 meV", "scattering_time": "1 ps"}
    length, sigma = 2e-6, 2e5
    c = bar((0, 0, 1.0), length, nodes).stack.weyl("bar")
    x = length / (2 * np.sqrt(c.sigma / c.Gam))
    found = length / resistance((0, 0, 1.0), length, nodes) - sigma
    assert 1 - np.tanh(x) / x < 0.9  # the ends matter
    assert found == pytest.approx(416.187 * (1 - np.tanh(x) / x), rel=3e-3)


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_field_at_sixty_degrees_acts_by_half(dimension):
    """6 T there is 3 T along the current, in a film without sides."""
    angle = np.radians(60)
    mesh = {"dimension": dimension, "size": ["2 um"] * (dimension - 1), "lateral_cells": 2}
    area = 2e-6 ** (dimension - 1)
    oblique = resistance((6 * np.sin(angle), 0, 6 * np.cos(angle)), mesh=mesh) * area
    assert oblique == pytest.approx(9.197812545e-11, rel=1e-6)


def test_a_field_along_the_film_that_grows_across_it():
    """B_x = G z with E_x: sigma A'' - Gam A = g E, A = 0 at both contacts."""
    G, E, L = 1.5e6, 1e3, LENGTH
    field = {"B": [0, 0, 0], "gradient": [[0, 0, G], [0, 0, 0], [0, 0, 0]]}
    grounded = {name: contact | {"voltage": 0.0} for name, contact in CONTACTS.items()}
    case = in_field(field, grounded, {"cells": 40}, drive={"electric_field": [E, 0, 0]})
    c = case.stack.weyl("bar")
    slope, k = E_CHARGE * pump(np.array([G, 0, 0]))[0], np.sqrt(c.Gam / c.sigma)
    scale = 2 * c.sigma * slope * E / c.Gam
    expected = {"top": scale * (1 - k * L / np.tanh(k * L)), "bottom": -scale * (1 - k * L / np.sinh(k * L))}
    found = run(case).numbers["axial_current"]
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_a_gradient_across_a_plate():
    """B_z = B + G x: with A' = 0 at the sides and at the ends S is linear, A depends on x alone."""
    B, G = 3.0, 2e6
    case = in_field({"B": [0, 0, B], "gradient": [[0, 0, 0], [0, 0, 0], [G, 0, 0]], "centre": [WIDTH / 2, 0, 0]})
    c = case.stack.weyl("bar")
    g, slope = c.g[2], E_CHARGE * pump(np.array([0, 0, G]))[2]
    k = np.sqrt(c.Gam / c.sigma)
    t = k * WIDTH / 2
    spread = WIDTH**2 / 12 - (1 - np.tanh(t) / t) / k**2
    expected = 2 * c.sigma + 2 * g**2 / c.Gam + 2 * slope**2 / c.Gam * spread
    assert expected - 2 * c.sigma - 2 * g**2 / c.Gam > 0.01 * c.sigma  # the gradient matters
    assert conductivity(case) == pytest.approx(expected, rel=1e-6)


def ripple(B, B_1, k):
    """B_z = B + B_1 cos(k x)."""
    return lambda x: np.stack([0 * x[0], 0 * x[0], B + B_1 * np.cos(k * x[0])], axis=-1)


def test_a_field_that_ripples_across_a_film():
    """As a function in Python: 2 sigma + 2 g^2/Gam + g_1^2/(Gam + sigma k^2)."""
    B, B_1, k = 2.0, 4.0, 2 * np.pi / WIDTH
    case = in_field(MagneticField(B=ripple(B, B_1, k)), mesh=PLATE | {"periodic": True, "lateral_cells": 24})
    c = in_field({"B": [0, 0, B]}).stack.weyl("bar")
    g, g_1 = (E_CHARGE * pump(np.array([0, 0, strength]))[2] for strength in (B, B_1))
    expected = 2 * c.sigma + 2 * g**2 / c.Gam + g_1**2 / (c.Gam + c.sigma * k**2)
    assert conductivity(case) == pytest.approx(expected, rel=1e-5)


def test_the_strongest_of_a_field_is_warned_of():
    """The quantum limit is at one side alone."""
    weak, strong = (in_field(MagneticField(B=ripple(1.0, B_1, np.pi / WIDTH))) for B_1 in (1.0, 40.0))
    assert not any("quantum limit" in warning for warning in run(weak).warnings)
    assert sum("quantum limit" in warning for warning in run(strong).warnings) == 1


def sources(x):
    """A field with a divergence."""
    return np.stack([1e5 * x[0], 0 * x[0], 3 + 0 * x[0]], axis=-1)


def across(x):
    return np.stack([1e5 * x[1], 0 * x[0], 3 + 0 * x[0]], axis=-1)


@pytest.mark.parametrize(
    "B, said",
    [
        (sources, r"field: div B = 1e\+05 T/m at \(.*\) m, must be 0"),
        (across, r"field: B changes along y by 1e\+05 T/m, but the mesh is along xz alone"),
    ],
)
def test_fields_that_are_none_on_the_mesh(B, said):
    with pytest.raises(InputError, match=said):
        run(in_field(MagneticField(B=B)))


GROWS = [[0, 0, 1e5], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    "field, said",
    [
        ({"B": [0, 0, 3], "gradient": [[1, 0, 0], [0, 0, 0], [0, 0, 0]]}, "gradient has the trace 1 T/m, must have 0"),
        ({"B": [0, 0, 3], "gradient": [[0, 1e5, 0], [0, 0, 0], [0, 0, 0]]}, "field.gradient: B changes along y, which"),
        ({"B": [0, 0, 3], "centre": [1e-6, 0, 0]}, r"centre \(m\) is of a gradient \(T/m\), and there is none"),
        ({"B": lambda x: x, "gradient": GROWS}, "B is a function of points, which has no direction, angle or gradient"),
        (
            {"B": lambda x: np.zeros(3)},
            r"the function returns shape \(3,\) for points \(3, 2\), must be \(N, 3\), T",
        ),
        ({"B": lambda x: np.nan * x.T}, "B: the function returns nan T, must be finite"),
    ],
)
def test_fields_that_cannot_be(field, said):
    with pytest.raises(InputError, match=said):
        in_field(field)


def test_fields_that_vary_belong_to_weyl_metals():
    layer = Layer(name="bar", thickness=1e-6, conductivity=2e5, diffusion=1e-4)
    start = {"experiment": "transport", "layer": [layer], "boundary": CONTACTS}
    with pytest.raises(InputError, match=r"field: gradient belongs to experiment = 'weyl', not 'transport'"):
        Run.from_dict(start | {"field": {"B": [0, 0, 1], "gradient": GROWS}})
    with pytest.raises(InputError, match=r"field: B that is a function belongs to experiment = 'weyl'"):
        Run.from_dict(start | {"field": MagneticField(B=across)})
