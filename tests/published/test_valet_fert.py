"""Spin valves across the plane and in it, beside Valet & Fert (1993) and Takahashi & Maekawa (2003)."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ddgauge.experiment import run
from ddgauge.model import Layer, Run, Stack
from tests.solved import MESHES
from tests.two_current_forms import takahashi_maekawa

ROOT = Path(__file__).parents[2]
BETA, RHO_F, ELL_F, RHO_N, ELL_N = 0.46, 75e-9, 60e-9, 6e-9, 500e-9
CONTACTS = {"bottom": {"kind": "contact", "voltage": 1e-3}, "top": {"kind": "contact", "voltage": 0.0}}


def ferromagnet(name, thickness=2e-6, **keys):
    """Of resistivities 2 rho* (1 -+ beta), which conduct 1 / rho* (1 - beta^2) together."""
    sigma = 1 / (RHO_F * (1 - BETA**2))
    return Layer(
        name=name, thickness=thickness, conductivity=sigma, polarisation=BETA, spin_diffusion_length=ELL_F, **keys
    )


def copper(t):
    return Layer(name="N", thickness=t, conductivity=1 / RHO_N, spin_diffusion_length=ELL_N)


def area_resistance(*layers, mesh=None):
    stack = Stack(list(layers), boundary=CONTACTS)
    mesh = {"dimension": 1} if mesh is None else mesh
    (ohms, _) = run(Run(experiment="two-current", stack=stack, mesh=mesh)).numbers["resistance"].values()
    return ohms * np.prod(mesh.get("size", [1.0]))


@pytest.mark.parametrize("t, printed", [(2e-9, 1.896168e-15), (50e-9, 1.710255e-15)])
def test_resistance_of_a_stack_rises_when_a_magnet_is_turned_over(t, printed):
    lower, upper = ferromagnet("lower"), ferromagnet("upper")
    antiparallel = area_resistance(lower, copper(t), upper.with_(reversed=True))
    rise = antiparallel - area_resistance(lower, copper(t), upper)
    assert rise == pytest.approx(printed, rel=1e-6)


@pytest.mark.parametrize("dimension", MESHES)
def test_stacks_are_alike_in_one_two_and_three_dimensions(dimension):
    layers = ferromagnet("lower", 100e-9), copper(20e-9), ferromagnet("upper", 100e-9, reversed=True)
    one = area_resistance(*layers, mesh={"dimension": 1, "cells": 40})
    assert area_resistance(*layers, mesh=MESHES[dimension] | {"cells": 24}) == pytest.approx(one, rel=1e-7)


def test_a_single_interface_adds_the_resistance_of_its_spin_accumulation():
    """beta^2 r_F r_N / (r_F + r_N), 0.380880 fohm m^2: what is left when those of the materials are taken off."""
    F, N = ferromagnet("F"), copper(8e-6)
    mesh = {"dimension": 1, "cells": 120}
    ends = area_resistance(F.with_(name="A"), mesh=mesh) - F.thickness / F.conductivity
    # the contact at the far end of F takes spin at once: beta^2 r_F of its own
    added = area_resistance(F, N, mesh=mesh) - F.thickness / F.conductivity - N.thickness / N.conductivity - ends / 2
    r = RHO_F * ELL_F, RHO_N * ELL_N
    assert BETA**2 * r[0] * r[1] / sum(r) == pytest.approx(0.380880e-15, rel=1e-6)
    assert added == pytest.approx(0.380880e-15, rel=1e-6)


@pytest.fixture(scope="module")
def lateral(tmp_path_factory):
    """R_s of elements over the closed form, for contacts that are short beside l_N by a factor of 1/k."""
    folder = tmp_path_factory.mktemp("valve")

    def ratio(k, tunnel):
        mesh = folder / f"{k}.msh"
        lengths = {"overhang": 0, "distance": 200 * k, "arm": 4000 * k, "longest": 500 * k, "strip-thickness": 45}
        options = [text for key, value in lengths.items() for text in (f"--{key}", str(value))]
        subprocess.run([sys.executable, ROOT / "meshes/lateral_valve.py", *options, "--out", mesh], check=True)
        keys = {"conductivity": 4e6, "polarisation": 0.4, "spin_diffusion_length": 5e-9}
        wire = Layer(name="N", conductivity=5e7 * k, spin_diffusion_length=500e-9 * k)
        boundary = {
            "contact1": {"kind": "contact", "current": 1e-3},
            "left": {"kind": "contact", "voltage": 0.0},
            "contact2": {"kind": "floating"},
            "right": {"kind": "floating"},
        }
        contact = {"conductance": 1 / (50 * 1e-14), "polarisation": 0.3}
        interface = {"N|F1": contact, "N|F2": contact} if tunnel else {}
        stack = Stack(
            [wire, Layer(name="F1", **keys), Layer(name="F2", **keys)], boundary=boundary, interface=interface
        )
        values = []
        for turned in (False, True):
            case = Run(experiment="two-current", stack=stack.with_layer("F2", reversed=turned), mesh={"file": mesh})
            values.append(run(case).numbers["voltage_difference"]["contact2|right"] / 1e-3)
        return (
            (values[0] - values[1])
            / 2
            / takahashi_maekawa(200e-9, 1.25, 500e-9, 0.125, 0.4, *((50, 0.3) if tunnel else ()))
        )

    return ratio


@pytest.mark.parametrize("tunnel", [False, True])
def test_a_lateral_valve_tends_to_takahashi_and_maekawa_as_its_contacts_become_short(lateral, tunnel):
    """All lengths along the wire times k at the same spin resistances: their length dies out."""
    off = np.array([lateral(k, tunnel) - 1 for k in (1, 16)])
    assert abs(off[0]) < 0.02
    assert abs(off[1]) < 0.1 * abs(off[0])
