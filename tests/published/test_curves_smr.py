"""Magnetoresistance by the spin Hall effect as measured curves give it, against published numbers.

They are of order theta^2: they are met in the limit of small angles, and by the closed form that stands beside.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import Boltzmann as k_B

from ddgauge.experiment import run
from ddgauge.model import InputError, Run
from tests import closed_forms as closed
from tests import exact_film as exact

SIGMA, L, RATIOS = 2.5e6, 1.5e-9, ("d0_over_rho", "d1_over_rho", "d2_over_rho")


def numbers(kind, theta, curve, d=5e-9, D=5e-4, face="bottom", metal=(), sheet=(), **tables):
    Pt = {"name": "Pt", "thickness": d, "conductivity": SIGMA, "diffusion": D, "spin_diffusion_length": L}
    given = {"experiment": kind, "layer": [Pt | {"spin_hall": theta} | dict(metal)], "curve": curve}
    boundary = {"boundary": {face: {"kind": "sheet"} | dict(sheet)}} if sheet else {}
    return run(Run.from_dict(given | boundary | {"output": {"figures": False}} | tables)).numbers


def of_second_order(theta, *args, keys=RATIOS, **tables):
    """Extracted numbers at theta, from curves at small angles, and those of the closed form at theta."""
    small, twice = (numbers(args[0], t, *args[1:], **tables)["extracted"] for t in (0.01, 0.02))
    solved = [theta**2 * (4 * small[key] / 0.01**2 - twice[key] / 0.02**2) / 3 for key in keys]
    formula = numbers(args[0], theta, *args[1:], **tables)["extracted"]["closed_form"]
    return np.array(solved), np.array([formula[key] for key in keys])


ANGLES = {"planes": ["xy", "yz"], "values": [0, 20, 75, 130, 290]}


@pytest.mark.parametrize("face", ["bottom", "top"])
@pytest.mark.parametrize(
    ("d", "published"),
    [
        (2e-9, (-1.057751e-2, 9.539961e-4, -3.071335e-5)),
        (5e-9, (-6.759856e-3, 1.020392e-3, -3.441627e-5)),
        (12e-9, (-3.022971e-3, 4.901510e-4, -1.654574e-5)),
    ],
)
def test_angular_curves_of_platinum_on_yig(d, published, face):
    sheet = {"G_r": 4e14, "G_i": 2e13}
    for found in of_second_order(0.11, "angular-magnetoresistance", ANGLES, d=d, face=face, sheet=sheet):
        assert_allclose(found, published, rtol=1e-6)


def test_angular_curves_with_a_spin_sink():
    sheet = {"G_s": 1e12, "G_r": 1e13, "G_i": 3e13}
    for found in of_second_order(0.1, "angular-magnetoresistance", ANGLES, sheet=sheet):
        assert_allclose(found, [-5.583540e-3, 3.401064e-5, -9.108681e-5], rtol=1e-6)


def test_at_a_large_angle_every_point_is_the_exact_one():
    """In a field along m, with a mixing conductance, in all planes."""
    theta, B, G = 0.11, 3.0, (1e12, 4e14, 2e13)
    curve = {"values": [25, 110, 260], "B": B}
    found = numbers("angular-magnetoresistance", theta, curve, D=4e-6, sheet=dict(zip(("G_s", "G_r", "G_i"), G)))[
        "curve"
    ]
    Theta = exact.theta_of(thetaC=-theta * np.eye(3))
    for k, angle in enumerate(np.radians(found["angle"])):
        c, s = np.cos(angle), np.sin(angle)
        for plane, m in {"xy": (c, s, 0), "yz": (0, s, c), "xz": (s, 0, c)}.items():
            M = exact.vec(np.array(m))
            omega = 2 * closed.MU_B * B / closed.hbar * np.array(m)
            metal = exact.Layer(5e-9, SIGMA, 4e-6, 4e-6 / L**2 * np.eye(3), omega, Theta=Theta)
            expected = exact.resistivity([metal], bottom=G[0] * np.eye(3) - G[1] * M @ M - G[2] * M)[:, 0]
            rho = [found[key][plane][k] for key in ("longitudinal", "transverse")]
            assert_allclose(rho, expected, rtol=0, atol=1e-9 / SIGMA)


def test_hanle_and_spin_hall_magnetoresistance_together_have_a_closed_form():
    sheet = {"G_s": 1e12, "G_r": 1e14, "G_i": 3e13}
    found, formula = of_second_order(0.1, "angular-magnetoresistance", ANGLES | {"B": 9}, D=4e-6, sheet=sheet)
    assert_allclose(found, formula, rtol=1e-6)
    alone = of_second_order(0.1, "angular-magnetoresistance", ANGLES, D=4e-6, sheet=sheet)[1]
    assert abs(formula[1] / alone[1] - 1) > 0.05


@pytest.mark.parametrize(("B", "d1", "d2"), [(1, 3.750568e-6, 5.926716e-5), (9, 2.237268e-4, 4.018568e-4)])
def test_hanle_curves(B, d1, d2):
    """Published is rho_xy, the negative of rho_yx."""
    curve = {"values": [-B, 0, B]}
    for found in of_second_order(0.056, "field-magnetoresistance", curve, d=7e-9, D=4e-6, keys=RATIOS[1:]):
        assert_allclose(found, [d1, -d2], rtol=1e-6)


def test_hanle_curves_are_even_along_and_odd_across():
    found = numbers("field-magnetoresistance", 0.056, {"values": [-9, 9]}, d=7e-9, D=4e-6)["curve"]
    for axis in "xyz":
        assert found["longitudinal"][axis][0] == pytest.approx(found["longitudinal"][axis][1], rel=1e-12)
    assert found["longitudinal"]["x"] == pytest.approx(found["longitudinal"]["z"], rel=1e-6)
    assert found["transverse"]["z"][0] == pytest.approx(-found["transverse"]["z"][1])


def test_a_magnetisation_that_follows_the_field_gives_the_angular_amplitudes():
    sheet = {"G_r": 1e14, "G_i": 3e13}
    curve = {"values": [-2, 2], "follow": True}
    found = numbers("field-magnetoresistance", 0.1, curve, D=4e-6, sheet=sheet)
    for table in found["curve"], found["curve"]["closed_form"]:
        assert table["transverse"]["z"][0] == pytest.approx(-table["transverse"]["z"][1])
    by_field = found["extracted"]
    by_angle = numbers("angular-magnetoresistance", 0.1, ANGLES | {"B": 2}, D=4e-6, sheet=sheet)["extracted"]
    for key in RATIOS:
        assert by_field[key] == pytest.approx(by_angle[key], rel=1e-3)  # fitted there, beside terms of theta^4
        assert by_field["closed_form"][key] == pytest.approx(by_angle["closed_form"][key])
    fixed = numbers("field-magnetoresistance", 0.1, {"values": [2]}, D=4e-6, sheet=sheet)
    assert fixed["curve"]["closed_form"] is None


HALL = {"from": -1, "to": 1, "points": 21, "saturation": 0.25}


def test_anomalous_hall_effect_is_the_intercept_and_the_ordinary_one_the_slope():
    sheet, metal = {"G_r": 4e14, "G_i": 2e13}, {"mobility": 4e-5, "g_factor": 0}
    solved, formula = of_second_order(0.11, "hall", HALL, keys=("anomalous_over_rho",), sheet=sheet)
    assert_allclose([solved, formula], [[-3.441627e-5]] * 2, rtol=1e-3)  # the Hanle effect bends the line
    found = numbers("hall", 0.01, HALL, sheet=sheet, metal=metal)["extracted"]
    assert found["ordinary"] == pytest.approx(-4e-5 / SIGMA, rel=1e-3)  # electrons
    assert found["closed_form"]["ordinary"] == pytest.approx(-4e-5 / SIGMA, rel=1e-9)


def test_hall_curve_of_a_metal_alone_has_a_slope_alone():
    found = numbers("hall", 0.0, {"values": [-1, 1, 2]}, metal={"mobility": -4e-5})["extracted"]
    assert found["ordinary"] == pytest.approx(4e-5 / SIGMA)  # holes
    assert "anomalous" not in found


def test_fields_below_saturation_do_not_tell_the_anomalous_part():
    found = numbers("hall", 0.1, {"values": [0.1, 0.2], "saturation": 0.25}, sheet={"G_r": 1e14})["extracted"]
    assert found["anomalous"] is None and found["ordinary"] is None


def test_planar_hall_effect_below_saturation_is_even_and_not_in_the_intercept():
    """m_x m_y is not zero without a field: rho_yx = d1 / 2 for m along x + y."""
    curve, sheet = HALL | {"in_plane": [1, 1, 0]}, {"G_r": 4e14, "G_i": 2e13}
    found = numbers("hall", 0.01, curve, sheet=sheet)
    d1, d2 = closed.chen_smr(5e-9, L, 0.01, SIGMA, 4e14 + 2e13j)[1:]
    middle = found["curve"]["transverse"]["z"][10] / found["extracted"]["rho"]
    assert middle == pytest.approx(d1 / 2, rel=1e-3)
    assert found["extracted"]["anomalous_over_rho"] == pytest.approx(d2, rel=1e-3)


def paramagnet(T, B=0.0, weiss=0.0, m=(0, 0, 1)):
    F = {"name": "F", "thickness": 5e-10, "conductivity": 4e6, "diffusion": 1.3e-4}
    F |= {"exchange": {"moment_density": 1.2e28, "spin": 3.5, "coupling": "0.05 meV nm^3", "weiss": weiss}}
    Pt = F | {"name": "Pt", "thickness": 5e-9, "spin_diffusion_length": L, "spin_hall": 0.1}
    del Pt["exchange"]
    tables = {"layer": [F, Pt], "field": {"B": [0, 0, B]}, "output": {"figures": False}}
    return Run.from_dict({"experiment": "temperature", "curve": {"values": T}} | tables)


def test_transverse_resistivity_ends_at_the_ordering_temperature():
    weiss = 3 * k_B * 16.6 / (3.5 * 4.5)
    found = run(paramagnet([2, 12, 16, 20], weiss=weiss)).numbers
    curve, extracted = found["curve"], found["extracted"]
    assert extracted["ordering_temperature"] == pytest.approx(16.6, rel=1e-6)
    spin = curve["polarisation"]["F"]
    assert (np.diff(spin) < 0).all() and spin[0] > 0.99 and spin[-1] == 0
    assert_allclose(curve["G_i"] / curve["G_i"][0], spin / spin[0], rtol=0.02)  # as the mean spin
    assert abs(curve["d2"][-1]) < 1e-6 * abs(curve["d2"][0]) and abs(curve["G_r"][-1]) < 1e-6 * curve["G_r"][0]
    assert extracted["d2"] == curve["d2"][0] and extracted["G_i"] == curve["G_i"][0]


def test_paramagnet_in_a_field_follows_curie():
    """Far above saturation <S>/S = (S + 1) g mu_B B / 3 k_B T, and G_i with it."""
    curve = run(paramagnet([100, 200], B=1.0)).numbers["curve"]
    expected = 4.5 * 2 * closed.MU_B / (3 * k_B * np.array([100, 200]))
    assert_allclose(curve["polarisation"]["F"], expected, rtol=1e-3)
    larmor = run(paramagnet([1e6], B=1.0)).numbers["curve"]["G_i"][0]  # the moments point nowhere
    assert (curve["G_i"][0] - larmor) / (curve["G_i"][1] - larmor) == pytest.approx(2, rel=1e-2)


def test_temperature_needs_moments():
    Pt = {"name": "Pt", "thickness": 5e-9, "conductivity": SIGMA}
    with pytest.raises(InputError, match=r"^experiment = 'temperature' needs a layer with exchange"):
        Run.from_dict({"experiment": "temperature", "layer": [Pt], "curve": {"values": [3]}})


@pytest.mark.parametrize("in_plane", [[1, 0, 1], [0, 1, 0]])
def test_direction_in_the_plane_needs_a_plane_and_a_saturation(in_plane):
    curve = {"values": [1], "in_plane": in_plane} | ({"saturation": 1} if in_plane[2] else {})
    with pytest.raises(InputError, match=r"curve\.in_plane = .* (must have no z|needs saturation \(T\))"):
        numbers("hall", 0.1, curve)
