"""Films with a spin Hall effect, from the input to resistivities and torques, against published closed forms.

The closed forms are of order theta^2: they are met in the limit of small angles, and the exact solution at the angle.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import least_squares

from tests import closed_forms as closed
from tests import exact_film as exact
from tests.solved import MESHES, numbers

SIGMA, L = 2.5e6, 1.5e-9  # S/m, m
X, Y, Z = np.eye(3)


def film(theta, d, m=None, face="bottom", l=L, D=5e-4, mesh=None, B=(0, 0, 0), E=(1e5, 0, 0), **sheet):
    """Numbers of a film with a magnet's sheet on one face; the field B makes spins precess, nothing else."""
    metal = {"name": "Pt", "thickness": d, "conductivity": SIGMA, "diffusion": D, "spin_diffusion_length": l}
    tables = {"field": {"B": list(B)}, "drive": {"electric_field": list(E)}, "mesh": mesh or MESHES[1]}
    if sheet:
        tables["boundary"] = {face: {"kind": "sheet"} | sheet}
    if m is not None:
        tables["magnetisation"] = {"direction": list(m)}
    return numbers("film", [metal | {"spin_hall": theta, "g_factor": 2.0}], **tables)


def rho(theta, d, m=None, **keys):
    """(rho_xx, rho_yx) over 1/sigma."""
    found = film(theta, d, m, **keys)["resistivity"]
    return SIGMA * np.array([found["longitudinal"], found["transverse"]])


def exact_rho(theta, d, face="bottom", l=L, D=5e-4, omega=(0, 0, 0), sheet="insulating"):
    Theta = exact.theta_of(thetaC=-theta * np.eye(3))
    metal = exact.Layer(d, SIGMA, D, D / l**2 * np.eye(3), np.asarray(omega), Theta=Theta)
    return SIGMA * exact.resistivity([metal], **{face: sheet})[:, 0]


def sheet(G_s, G_r, G_i, m):
    return G_s * np.eye(3) - G_r * exact.vec(m) @ exact.vec(m) - G_i * exact.vec(m)


def of_second_order(change):
    """change(theta) / theta^2 as theta -> 0, its theta^4 term taken out."""
    small, twice = (np.asarray(change(theta)) / theta**2 for theta in (0.01, 0.02))
    return (4 * small - twice) / 3


def magnetoresistance(theta, d, **keys):
    """(d0, d1, d2) / rho: m along y, x against y, z; the bulk resistivity is (1 + 2 theta^2) / sigma."""
    x, y, z = (rho(theta, d, m, **keys) for m in (X, Y, Z))
    return y[0] - 1 - 2 * theta**2, x[0] - y[0], z[1]


@pytest.mark.parametrize("face", ["bottom", "top"])
@pytest.mark.parametrize(
    ("d", "published"),
    [
        (2e-9, (-1.057751e-2, 9.539961e-4, -3.071335e-5)),
        (5e-9, (-6.759856e-3, 1.020392e-3, -3.441627e-5)),
        (12e-9, (-3.022971e-3, 4.901510e-4, -1.654574e-5)),
    ],
)
def test_spin_hall_magnetoresistance_of_platinum_on_yig(d, published, face):
    """Chen et al. (2013), Althammer et al. (2013). The mirror z -> -z keeps m_z, currents and G_i: so it keeps d2."""
    found = of_second_order(lambda theta: magnetoresistance(theta, d, face=face, G_r=4e14, G_i=2e13))
    assert_allclose(0.11**2 * found, published, rtol=1e-6)


def test_d2_turns_with_the_imaginary_part_alone():
    plus, minus = (magnetoresistance(0.11, 5e-9, G_r=4e14, G_i=G_i) for G_i in (2e13, -2e13))
    assert plus[2] < 0
    assert_allclose(minus, [plus[0], plus[1], -plus[2]], rtol=1e-9)


@pytest.mark.parametrize("face", ["bottom", "top"])
@pytest.mark.parametrize("conductances", [(0, 4e14, 2e13), (1e12, 1e13, 3e13), (2e13, 4e14, -2e13)])
def test_at_a_large_angle_the_resistivity_is_the_exact_one(conductances, face):
    """For any direction of m; the closed form, of order theta^2, is within 0.2 % in d1 (over 1/sigma)."""
    keys = dict(zip(("G_s", "G_r", "G_i"), conductances))
    d1 = abs(closed.zhang_smr(5e-9, L, 0.11, SIGMA, *conductances)[1])
    for m in X, Y, Z, np.array([2, 1, -2]) / 3:
        expected = exact_rho(0.11, 5e-9, face, sheet=sheet(*conductances, m))
        assert_allclose(rho(0.11, 5e-9, m, face=face, **keys), expected, rtol=0, atol=1e-6 * d1)
    found = magnetoresistance(0.11, 5e-9, face=face, **keys)
    assert_allclose(found[1], closed.zhang_smr(5e-9, L, 0.11, SIGMA, *conductances)[1], rtol=2e-3)


@pytest.mark.parametrize("plane", ["xy", "yz", "xz"])
def test_angular_curves_have_the_shape_of_chen(plane):
    """rho_xx = rho + d0 + d1 (1 - m_y^2), rho_yx = d1 m_x m_y + d2 m_z at any angle, to fourth order in theta."""
    angles = np.radians([0, 25, 70, 110, 200, 305])
    c, s, o = np.cos(angles), np.sin(angles), 0 * angles
    directions = np.array({"xy": (c, s, o), "yz": (o, s, c), "xz": (s, o, c)}[plane]).T
    theta = 0.02
    d0, d1, d2 = magnetoresistance(theta, 5e-9, G_r=4e14, G_i=2e13)
    found = np.array([rho(theta, 5e-9, m, G_r=4e14, G_i=2e13) for m in directions])
    m_x, m_y, m_z = directions.T
    assert_allclose(found[:, 0] - 1 - 2 * theta**2, d0 + d1 * (1 - m_y**2), rtol=0, atol=2e-3 * d1)
    assert_allclose(found[:, 1], d1 * m_x * m_y + d2 * m_z, rtol=0, atol=2e-3 * d1)


def test_mixing_conductance_comes_back_from_an_angular_curve():
    """G -> rho_xx and rho_yx of the exact solution at five angles -> G of the fitted film, to 1e-4."""
    G = np.array([4e14, 2e13])
    angles = np.linspace(0, np.pi, 5, endpoint=False)
    directions = [np.array([np.sin(a), 0.3, np.cos(a)]) / np.hypot(1, 0.3) for a in angles]
    measured = np.array([exact_rho(0.11, 5e-9, sheet=sheet(0, *G, m)) for m in directions])

    def misfit(logarithm_and_ratio):
        G_r = 1e14 * np.exp(logarithm_and_ratio[0])
        found = [rho(0.11, 5e-9, m, G_r=G_r, G_i=G_r * logarithm_and_ratio[1]) for m in directions]
        return 1e5 * (np.array(found) - measured).ravel()

    logarithm, ratio = least_squares(misfit, [0.0, 0.0], diff_step=1e-4).x
    fitted = 1e14 * np.exp(logarithm) * np.array([1, ratio])
    assert_allclose(fitted, G, rtol=1e-4)


@pytest.mark.parametrize("face", ["bottom", "top"])
def test_spin_sink_beside_the_mixing_conductance(face):
    """Zhang, Bergeret and Golovach (2019): EuS | Pt, where G_i is three times G_r."""
    keys = {"G_s": 1e12, "G_r": 1e13, "G_i": 3e13, "face": face}
    found = of_second_order(lambda theta: magnetoresistance(theta, 5e-9, **keys))
    assert_allclose(0.1**2 * found, [-5.583540e-3, 3.401064e-5, -9.108681e-5], rtol=1e-6)


@pytest.mark.parametrize(("B", "published"), [(1, (3.750568e-6, 5.926716e-5)), (9, (2.237268e-4, 4.018568e-4))])
def test_hanle_magnetoresistance(B, published):
    """Dyakonov (2007), Velez et al. (2016): rho_xx of B along x or z against y, rho_xy of B along z."""
    keys = {"D": 4e-6}

    def change(theta):
        x, y, z = (rho(theta, 7e-9, B=B * n, **keys) for n in (X, Y, Z))
        return x[0] - y[0], z[0] - y[0], -z[1]

    d1, d2 = published
    assert_allclose(0.056**2 * of_second_order(change), [d1, d1, d2], rtol=1e-6)
    omega = 2 * closed.MU_B * B / closed.hbar
    for n in X, Y, Z, np.array([2, 1, -2]) / 3:
        expected = exact_rho(0.056, 7e-9, omega=omega * n, **keys)
        assert_allclose(rho(0.056, 7e-9, B=B * n, **keys), expected, rtol=0, atol=1e-6 * d1)


def test_field_turns_no_charge_without_an_ordinary_hall_effect():
    assert_allclose(rho(0.0, 7e-9, B=(3, -4, 9), D=4e-6), [1, 0], atol=1e-12)


@pytest.mark.parametrize("dimension", [2, 3])
def test_two_and_three_dimensions_are_one(dimension):
    """Magnetoresistance, precession in a field, torque, and currents at faces of one film."""
    keys = {"G_s": 1e12, "G_r": 4e14, "G_i": -2e14, "B": (1, 2, 3), "E": (1e5, 5e4, 0)}
    one, more = (film(0.11, 3e-9, (1, 2, 2), mesh=MESHES[n], **keys) for n in (1, dimension))
    assert_allclose(more["conductivity"]["matrix"], one["conductivity"]["matrix"], rtol=0, atol=1e-6 * 1e-3 * SIGMA)
    for key in "damping_like", "field_like", "efficiency_dl", "efficiency_fl":
        assert_allclose(more["torque"][key], one["torque"][key], rtol=1e-6)
    for key in "spin_current", "accumulation":
        assert_allclose(more[key]["bottom"], one[key]["bottom"], rtol=1e-6)


# torque


def efficiency(theta, d, m=Z, **keys):
    torque = film(theta, d, m, **keys)["torque"]
    return torque["efficiency_dl"] + 1j * torque["efficiency_fl"]


def of_first_order(change):
    """change(theta) / theta as theta -> 0."""
    small, twice = (change(theta) / theta for theta in (0.01, 0.02))
    return (4 * small - twice) / 3


@pytest.mark.parametrize(
    ("d", "G", "published"),
    [
        (1e-9, 1e15, 0.126121),
        (3e-9, 1e15, 0.407129),
        (10e-9, 1e15, 0.544067),
        (3e-9, 1e15 + 2e14j, 0.411103 + 0.035833j),
        (4e-9, 1e15, 0.4720806),
    ],
)
def test_torque_efficiency_grows_with_thickness(d, G, published):
    found = of_first_order(lambda theta: efficiency(theta, d, G_r=G.real, G_i=G.imag))
    assert abs(found - published) <= 2e-6 * abs(published)  # six digits are published
    assert abs(found - closed.torque_efficiency(d, L, 1, SIGMA, G)) <= 1e-6 * abs(published)


def test_torque_efficiency_of_a_perfect_absorber():
    """G -> infinity: theta (1 - sech(d / l))."""
    found = of_first_order(lambda theta: efficiency(theta, 3e-9, G_r="1e22 S/m^2"))
    assert abs(found - (1 - 1 / np.cosh(2))) <= 1e-6


@pytest.mark.parametrize("G", [1e15 + 2e14j, 1e15 - 2e14j, 1e13 + 3e13j])
@pytest.mark.parametrize("m", [X, Z, np.array([2, 1, -2]) / 3])
def test_torque_efficiency_is_the_same_for_the_mirrored_stack(G, m):
    """p is the normal towards the metal x E: with it nothing in the torque depends on which is on top."""
    above, below = (
        of_first_order(lambda theta, face=face: efficiency(theta, 3e-9, m, face=face, G_r=G.real, G_i=G.imag))
        for face in ("bottom", "top")
    )
    expected = closed.torque_efficiency(3e-9, L, 1, SIGMA, G)
    assert abs(above - expected) <= 1e-6 * abs(expected)
    assert abs(below - expected) <= 1e-6 * abs(expected)


def test_torque_has_no_efficiency_where_it_has_no_direction():
    assert film(0.1, 3e-9, Y, G_r=1e15)["torque"]["efficiency_dl"] is None  # m along p
    assert film(0.1, 3e-9)["torque"]["efficiency_dl"] is None  # no moments


MAGNET = {
    "thickness": 2e-9,
    "conductivity": 2e6,
    "diffusion": 2e-4,
    "exchange_relaxation": {"parallel": 4e-14, "perpendicular": 2e-14},
}


@pytest.mark.parametrize("precession", [3e13, -3e13])
@pytest.mark.parametrize("upside_down", [False, True])
@pytest.mark.parametrize("dimension", [1, 2])
def test_torque_on_a_meshed_magnet_is_minus_the_transverse_spin_current_that_leaves_the_metal(
    precession, upside_down, dimension
):
    """Without losses to its lattice the magnet hands to its moments all that comes in; Z23 (33), G_i of both signs."""
    m, E = np.array([2, 1, -2]) / 3, 1e5
    F = MAGNET | {"name": "F", "precession": precession}
    Pt = {"name": "Pt", "thickness": 3e-9, "conductivity": SIGMA, "diffusion": 5e-4, "spin_diffusion_length": L}
    layers = [F, Pt | {"spin_hall": 0.1}][:: -1 if upside_down else 1]
    tables = {"magnetisation": {"direction": m.tolist()}, "drive": {"electric_field": [E, 0, 0]}}
    found = numbers("film", layers, mesh=MESHES[dimension], **tables)
    p = (-1 if upside_down else 1) * Y
    damping, field = np.cross(m, np.cross(m, p)), np.cross(m, p)
    torque = found["torque"]["damping_like"] * E * damping + found["torque"]["field_like"] * E * field
    below, above = (layer["name"] for layer in layers)
    into_magnet = found["spin_current"][f"{below}|{above}"] * (1 if upside_down else -1)
    transverse = into_magnet - m * (m @ into_magnet)
    assert_allclose(torque, -transverse, rtol=0, atol=1e-6 * np.linalg.norm(transverse))
    assert np.sign(found["torque"]["field_like"]) == np.sign(exact_magnet(precession, m)[1])
    expected = exact_torque(layers, m, p, E)
    assert_allclose([found["torque"]["damping_like"], found["torque"]["field_like"]], expected, rtol=1e-6)


def exact_layer(layer, m):
    D, R, omega = layer["diffusion"], np.zeros((3, 3)), np.zeros(3)
    if "spin_diffusion_length" in layer:
        R = D / layer["spin_diffusion_length"] ** 2 * np.eye(3)
    if "exchange_relaxation" in layer:
        tau, along = layer["exchange_relaxation"], np.outer(m, m)
        R = along / tau["parallel"] + (np.eye(3) - along) / tau["perpendicular"]
        omega = layer["precession"] * m
    Theta = exact.theta_of(thetaC=-layer.get("spin_hall", 0) * np.eye(3))
    return exact.Layer(layer["thickness"], layer["conductivity"], D, R, omega, Theta=Theta)


def exact_torque(layers, m, p, E):
    """(damping-like, field-like) per field from the spin current of the exact solution at the interface."""
    film = exact.film([exact_layer(layer, m) for layer in layers], E=(E, 0, 0))
    sign = -1 if layers[0]["name"] == "F" else 1
    into_magnet = sign * film.j(layers[0]["thickness"])[2, 1:]
    damping, field = np.cross(m, np.cross(m, p)), np.cross(m, p)
    return [-into_magnet @ part / (part @ part) / E for part in (damping, field)]


def exact_magnet(precession, m):
    """(G_r, G_i) of the magnet alone."""
    F = exact_layer(MAGNET | {"precession": precession}, m)
    G = exact.interface_matrix(F.sigma, F.D, F.R, F.omega, thickness=F.thickness)
    return None, np.einsum("abc,ac,b", exact.EPS, G, m) / 2
