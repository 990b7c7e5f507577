"""Lengths that follow from a stack, and what they warn of."""

import numpy as np
import pytest

from ddgauge.model import Layer, Stack
from ddgauge.model.checks import lengths, mesh_ratios, mesh_warnings, physics_warnings, shortest, spin_problems


def layer(name="F", **keys):
    return Layer(**{"name": name, "thickness": "5 nm", "conductivity": 4e6, "diffusion": 2e-4} | keys)


def test_lengths_are_those_of_diffusion():
    stack = Stack(
        [
            layer(
                spin_diffusion_length=3e-9,
                exchange_relaxation={"parallel": 2e-14, "perpendicular": 5e-15},
                precession=[0, 2e14, 0],
                gauge=[[0, 0, 0], [0, 0, 0], [3e8, 4e8, 0]],
            ),
            layer("N"),
        ],
        magnetisation=[1, 1, 0],
    )
    assert lengths(stack) == {
        "F": pytest.approx(
            {
                "spin_diffusion": 3e-9,
                "exchange_parallel": 2e-9,
                "exchange_perpendicular": 1e-9,
                "exchange_precession": 1e-9,
                "gauge": 2e-9,
            }
        ),
        "N": {},
    }
    assert shortest(stack) == {"F": pytest.approx(1e-9), "N": None}


def test_a_gauge_field_that_varies_counts_where_it_is_largest():
    def q(x):
        return x[2][:, None, None] * np.array([[0, 1e17, 0], [0, 0, 0], [0, 0, 0]])

    assert lengths(Stack([layer(gauge=q)]))["F"] == {"gauge": pytest.approx(1 / (1e17 * 5e-9))}


def test_cells_longer_than_half_the_shortest_length_are_warned_of():
    stack = Stack([layer(spin_diffusion_length=1e-9)])
    assert mesh_ratios(stack, {"F": 2e-10}) == {"F": {"spin_diffusion": pytest.approx(0.2)}}
    assert mesh_warnings(stack, {"F": 4e-10}) == []
    assert mesh_warnings(stack, {"F": 6e-10}) == [
        "layer 'F': cells of 6e-10 m are coarse for the length spin_diffusion = 1e-09 m;"
        " use cells of 5e-10 m or less (mesh.cells, mesh.element_size)"
    ]


def test_laws_used_beyond_their_derivation_are_warned_of():
    odd = Stack([layer(exchange_relaxation={"parallel": 1e-13, "perpendicular": 3e-13})], magnetisation=[0, 0, 1])
    assert "perpendicular is over twice parallel" in physics_warnings(odd)[0]
    moments = {"moment_density": 1e28, "spin": 3.5, "coupling": "10 meV nm^3", "weiss": "1 meV"}
    strong = Stack([layer(exchange=moments)], magnetisation=[0, 0, 1], temperature=0)
    assert physics_warnings(strong) == [  # 100 meV over 3.5 meV
        "layer 'F': n_m K_s / eps_L = 29 is not small, as the times of exchange take it to be (Born, Markov)"
    ]
    weak = strong.with_layer("F", exchange=moments | {"coupling": "0.01 meV nm^3"})
    assert physics_warnings(weak) == []


HELIX = [[-1e8, 1e8, 0], [-1e8, 1e8, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("keys", "others", "problem"),
    [
        ({"spin_hall": 0.1}, {}, "spin never decays"),
        ({"spin_hall": 0.1, "relaxation_time": 1e-12}, {}, ""),
        ({"spin_hall": 0.1}, {"boundary": {"top": {"kind": "sheet", "G_s": 1e12}}}, ""),
        ({"spin_hall": 0.1}, {"boundary": {"top": {"kind": "sink"}}}, ""),
        ({"precession": [0, 0, 1e12]}, {}, "spin along (0, 0, 1) never decays"),
        ({"gauge": [[0, 1e8, 0], [-1e8, 0, 0], [0, 0, 0]]}, {}, ""),
        ({"gauge": HELIX}, {}, "spin along ("),
        ({"hall": [0, 0, 1]}, {}, ""),  # charge alone
    ],
)
def test_spin_that_never_decays_has_no_steady_state(keys, others, problem):
    problems = spin_problems(Stack([layer(**keys)], **others))
    assert bool(problems) == bool(problem)
    assert problem in "".join(problems)
