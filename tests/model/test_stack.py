"""What a stack says of its layers, faces and interfaces."""

import timeit

import numpy as np
import pytest

from ddgauge.model import Contact, Current, Insulating, Interface, Layer, Sheet, Sink, Stack
from ddgauge.model.stack import Angle
from ddgauge.units import E_CHARGE, G_QUANTUM, HBAR, M_E, MU_B


def layer(name="Pt", **keys):
    return Layer(**{"name": name, "thickness": "5 nm", "conductivity": 4e6, "diffusion": 5e-4} | keys)


def test_numbers_are_SI_and_text_has_its_unit():
    text = layer(thickness="5 nm", conductivity="4 S/um", diffusion="5 cm^2/s", spin_diffusion_length="15 angstrom")
    plain = layer(thickness=5e-9, conductivity=4e6, diffusion=5e-4, spin_diffusion_length=1.5e-9)
    for (key, value), (_, other) in zip(text, plain, strict=True):
        assert value == pytest.approx(other) if isinstance(value, float) else value == other, key


@pytest.mark.parametrize(
    ("relaxation", "R"),
    [
        ({}, np.zeros((3, 3))),
        ({"spin_diffusion_length": 2e-9}, 5e-4 / 4e-18 * np.eye(3)),
        ({"relaxation_time": 1e-12}, 1e12 * np.eye(3)),
        ({"relaxation_time": [1e-12, 2e-12, "4 ps"]}, np.diag([1e12, 5e11, 2.5e11])),
        (
            {"relaxation_rate": [[2e12, 1e12, 0], [1e12, 2e12, 0], [0, 0, 1e12]]},
            [[2e12, 1e12, 0], [1e12, 2e12, 0], [0, 0, 1e12]],
        ),
    ],
)
def test_lattice_relaxation_by_length_time_times_or_rates(relaxation, R):
    np.testing.assert_allclose(Stack([layer(**relaxation)]).coefficients("Pt").R_lattice, R)


def test_relaxation_about_the_magnetisation_follows_it():
    stack = Stack(
        [layer(exchange_relaxation={"parallel": 4e-13, "perpendicular": 2e-13}, precession=2e12)],
        magnetisation=[0, 3, 0],
    )
    c = stack.coefficients("Pt")
    np.testing.assert_allclose(c.R_exchange, np.diag([5e12, 2.5e12, 5e12]))
    np.testing.assert_allclose(c.omega_exchange, [0, 2e12, 0])
    turned = stack.with_magnetisation([0, 0, -1]).coefficients("Pt")
    np.testing.assert_allclose(turned.R_exchange, np.diag([5e12, 5e12, 2.5e12]))
    np.testing.assert_allclose(turned.omega_exchange, [0, 0, -2e12])


def test_precession_given_as_a_vector_stays():
    stack = Stack([layer(precession=[0, 0, 2e12])], magnetisation=[1, 0, 0])
    np.testing.assert_array_equal(stack.coefficients("Pt").omega_exchange, [0, 0, 2e12])


def test_saturated_moments_give_the_rates_of_zero_temperature():
    """T -> 0: 1/tau_par = 0, 1/tau_perp = (pi / hbar) n_m nu_F K_s^2 S^2, omega = n_m K_s S / 2 hbar along m."""
    n_m, K_s, S = 1e28, 1e-3 * E_CHARGE * 1e-27, 3.5
    moments = {"moment_density": n_m, "spin": S, "coupling": "1 meV nm^3", "weiss": "1 meV"}
    c = Stack([layer(exchange=moments)], magnetisation=[0, 2, 0], temperature=0).coefficients("Pt")
    nu_F = 4e6 / (E_CHARGE**2 * 5e-4)
    rate = np.pi / HBAR * n_m * nu_F * K_s**2 * S**2
    np.testing.assert_allclose(c.R_exchange, np.diag([rate, 0, rate]), rtol=1e-9, atol=1)
    np.testing.assert_allclose(c.omega_exchange, [0, n_m * K_s * S / (2 * HBAR), 0], rtol=1e-9)


def test_carriers_see_moments_turned_back_by_their_spin_orbit_rotation():
    moments = {"moment_density": 1e28, "spin": 3.5, "coupling": 1e-49, "weiss": 1e-22, "rotation": [0, 0, np.pi / 2]}
    c = Stack([layer(exchange=moments)], magnetisation=[0, 1, 0], temperature=0).coefficients("Pt")
    np.testing.assert_allclose(c.omega_exchange / np.linalg.norm(c.omega_exchange), [1, 0, 0], atol=1e-12)
    assert c.R_exchange[0, 0] < 1e-9 * c.R_exchange[1, 1]


def test_rashba_parameter_is_hbar_times_its_velocity():
    by_velocity = layer(spin_orbit={"mass": 0.5, "alpha": E_CHARGE * 1e-11 / HBAR, "lambda": 1e5})
    by_energy = layer(spin_orbit={"mass": 0.5, "alpha": "0.1 eV angstrom", "lambda": 1e5})
    assert by_energy.spin_orbit.alpha == pytest.approx(by_velocity.spin_orbit.alpha, rel=1e-12)
    q = Stack([by_energy]).coefficients("Pt").q
    assert q[0, 1] == pytest.approx(2 * 0.5 * M_E * 0.1 * E_CHARGE * 1e-10 / HBAR**2)


def test_a_gauge_field_may_vary_in_space():
    def q(x):
        return np.zeros((x.shape[1], 3, 3))

    assert Stack([layer(gauge=q)]).coefficients("Pt").q is q
    np.testing.assert_array_equal(Stack([layer(gauge=np.eye(3))]).coefficients("Pt").q, np.eye(3))


def test_hall_and_hanle_vectors_follow_the_field():
    stack = Stack([layer(mobility=2e-3, momentum_time=1e-14, g_factor=1.9)], field=[0, 0, 9])
    c = stack.coefficients("Pt")
    np.testing.assert_allclose(c.theta0, [0, 0, -18e-3])  # electrons: sigma R_H B with R_H < 0
    np.testing.assert_allclose(c.omega_larmor, [0, 0, 1.9 * MU_B * 9 / HBAR])
    np.testing.assert_allclose(c.thetaL, 1e-14 * c.omega_larmor)
    given = Stack([layer(hall=[0, 0, 0.1], larmor=[0.2, 0, 0])], field=[0, 0, 9]).coefficients("Pt")
    np.testing.assert_array_equal(given.theta0, [0, 0, 0.1])
    np.testing.assert_array_equal(given.thetaL, [0.2, 0, 0])


def test_spin_hall_angle_and_its_tensor():
    np.testing.assert_allclose(Stack([layer(spin_hall=0.1)]).coefficients("Pt").thetaC, -0.1 * np.eye(3))
    tensor = np.arange(9.0).reshape(3, 3)
    np.testing.assert_array_equal(Stack([layer(spin_hall=tensor)]).coefficients("Pt").thetaC, tensor)


@pytest.mark.parametrize(
    ("plane", "at_0", "at_90"),
    [("xy", [1, 0, 0], [0, 1, 0]), ("yz", [0, 0, 1], [0, 1, 0]), ("xz", [0, 0, 1], [1, 0, 0])],
)
def test_angles_are_those_of_angular_magnetoresistance(plane, at_0, at_90):
    np.testing.assert_allclose(Angle(**{plane: 0}).components, at_0, atol=1e-15)
    np.testing.assert_allclose(Angle(**{plane: 90}).components, at_90, atol=1e-15)
    np.testing.assert_allclose(
        Angle(**{plane: "1 rad"}).components, np.cos(1) * np.array(at_0) + np.sin(1) * np.array(at_90)
    )


def test_a_field_has_strength_and_direction():
    np.testing.assert_allclose(Stack([layer()], field={"B": "5 T", "direction": [0, 3, 4]}).B, [0, 3, 4])
    np.testing.assert_allclose(Stack([layer()], field={"B": 2, "angle": {"xy": 90}}).B, [0, 2, 0], atol=1e-15)


def test_faces_act_on_twice_the_spin_potential():
    """Outside, conductances act on mu_s = 2 mu; m along z: j.n = (G_s + G_r) mu_s across m, G_s mu_s along it."""
    stack = Stack(
        [layer(spin_diffusion_length=1e-9)],
        magnetisation=[0, 0, 1],
        boundary={"bottom": Sheet(G_s=1e13, G_r="1e19 1/m^2", G_i=-2e13), "top": Sheet(matrix=np.full((3, 3), 1e14))},
    )
    G_r = G_QUANTUM * 1e19
    expected = np.zeros((4, 4))
    expected[1:, 1:] = 2 * np.array([[1e13 + G_r, -2e13, 0], [2e13, 1e13 + G_r, 0], [0, 0, 1e13]])
    np.testing.assert_allclose(stack.faces["bottom"].conductance, expected)
    assert stack.faces["bottom"].fixed == {}
    np.testing.assert_allclose(stack.faces["top"].conductance[1:, 1:], 2e14)


def test_contacts_sinks_and_currents():
    stack = Stack(
        [layer()],
        boundary={
            "a": Contact(voltage="3 mV"),
            "b": Contact(voltage=1, spin="free"),
            "c": Sink(),
            "d": Current(current_density=1e10, spin_current=[0, 1e9, 0]),
            "e": Insulating(),
        },
    )
    faces = stack.faces
    assert faces["a"].fixed == {0: pytest.approx(3e-3), 1: 0, 2: 0, 3: 0}
    assert faces["b"].fixed == {0: 1}
    assert faces["c"].fixed == {1: 0, 2: 0, 3: 0}
    np.testing.assert_array_equal(faces["d"].source, [1e10, 0, 1e9, 0])
    assert not any(faces[name].conductance.any() for name in faces)


def test_an_interface_passes_the_jump_and_absorbs_on_each_side():
    interface = Interface(
        transmission=3e14, conductance=5e15, absorption_below={"G_s": 1e14}, absorption_above={"G_s": 2e14}
    )
    (junction,) = Stack([layer("A"), layer("B")], interface={"A|B": interface}).interfaces.values()
    mu = np.array([[1.0, 1, 0, 0], [0.25, 0.5, 0, 0]])  # below, above
    out = np.einsum("sAtB,tB->sA", junction.matrix, mu)
    np.testing.assert_allclose(out[:, 0], [5e15 * 0.75, -5e15 * 0.75])
    np.testing.assert_allclose(out[:, 1], [2 * (3e14 * 0.5 + 1e14 * 1), 2 * (-3e14 * 0.5 + 2e14 * 0.5)])


def test_a_thin_interlayer_is_its_own_spin_diffusion_solution():
    """mu = a e^(z/l) + b e^(-z/l) within t: the currents out of both neighbours, and Ohm's law for charge."""
    sigma, l, t = 2e6, 3e-9, 2e-9
    thin = {"thickness": t, "conductivity": sigma, "spin_diffusion_length": l}
    (junction,) = Stack([layer("A"), layer("B")], interface={"A|B": {"thin": thin}}).interfaces.values()
    mu_A, mu_B = 0.7, -0.2
    a, b = np.linalg.solve([[1, 1], [np.exp(t / l), np.exp(-t / l)]], [mu_A, mu_B])
    into = -sigma / l * (a - b), sigma / l * (a * np.exp(t / l) - b * np.exp(-t / l))  # from below, from above
    out = np.einsum("sAtB,tB->sA", junction.matrix, [[1, mu_A, 0, 0], [0, mu_B, 0, 0]])
    np.testing.assert_allclose(out[:, 1], into)
    np.testing.assert_allclose(out[:, 0], [sigma / t, -sigma / t])


def test_keys_beside_a_material_override_it_and_its_alternatives():
    from ddgauge.model.materials import layer_keys

    library = layer_keys("Pt")
    pt = Layer(name="HM", material="Pt", thickness="5 nm", spin_hall=0.2)
    assert (pt.conductivity, pt.spin_hall) == (library["conductivity"], 0.2)
    assert pt.spin_diffusion_length == library["spin_diffusion_length"]
    other = Layer(name="HM", material="Pt", diffusion=1e-4, relaxation_time=1e-14)
    assert other.spin_diffusion_length is None
    assert pt.with_(thickness=1e-9, diffusion=1e-4, relaxation_time=1e-14).spin_diffusion_length is None
    assert pt.with_(material="Au").conductivity == layer_keys("Au")["conductivity"]
    assert pt.with_(material="Au").spin_hall == 0.2


def test_without_diffusion_a_spin_diffusion_length_is_enough():
    c = Stack([layer(diffusion=None, spin_diffusion_length=2e-9)]).coefficients("Pt")
    np.testing.assert_allclose(c.sigma / c.D * c.R_lattice, 4e6 / 4e-18 * np.eye(3))


def test_a_change_makes_another_stack_and_leaves_the_first():
    stack = Stack([layer("A"), layer("B")], magnetisation=[0, 0, 1])
    other = stack.with_(temperature=20).with_layer("B", thickness="3 nm")
    assert (stack["B"].thickness, stack.temperature) == (5e-9, None)
    assert (other["B"].thickness, other.temperature) == (pytest.approx(3e-9), 20)
    assert stack == Stack([layer("A"), layer("B")], magnetisation=[0, 0, 1]) != other
    with pytest.raises(ValueError, match="frozen"):
        stack.temperature = 4


def test_a_step_of_an_angular_sweep_takes_less_than_a_millisecond():
    stack = Stack(
        [layer("A", exchange_relaxation={"parallel": 1e-12, "perpendicular": 1e-12}), layer("B")],
        magnetisation=[0, 0, 1],
    )

    def step():
        turned = stack.with_magnetisation([1, 0, 1])
        return turned.coefficients("A"), turned.faces

    assert min(timeit.repeat(step, number=10, repeat=3)) / 10 < 1e-3


@pytest.mark.parametrize(
    ("stack", "spinful"),
    [
        (Stack([layer(hall=[0, 0, 0.1])], boundary={"top": Contact(voltage=0)}), False),
        (Stack([layer(spin_hall=0.1)]), True),
        (Stack([layer(spin_diffusion_length=1e-9)]), True),
        (Stack([layer()], boundary={"top": Sink()}), True),
    ],
)
def test_charge_alone_is_told_from_spin(stack, spinful):
    assert stack.spinful is spinful
