"""Layers, faces and interfaces in the two-current model."""

import numpy as np
import pytest

from ddgauge.model import Contact, Current, Floating, InputError, Insulating, Interface, Layer, Sheet, Sink, Stack
from ddgauge.model.boundary import Precession
from ddgauge.units import E_CHARGE, EPSILON_0, HBAR

SIGMA, NU = np.array([4.0e6, 1.6e6]), np.array([3.0e46, 4.5e46])


def layer(name="Py", **keys):
    return Layer(**{"name": name, "thickness": "5 nm", "conductivity": 4e6} | keys)


def permalloy(**keys):
    states = {"up": NU[0], "down": NU[1]}
    return layer(conductivity={"up": SIGMA[0], "down": SIGMA[1]}, density_of_states=states, **keys)


def test_conductivity_of_each_spin_is_a_total_and_a_polarisation():
    py = permalloy()
    assert (py.conductivity, py.polarisation) == (5.6e6, pytest.approx(2.4 / 5.6))
    np.testing.assert_allclose(py.two_current().sigma, SIGMA)
    np.testing.assert_allclose(py.with_(reversed=True).two_current().sigma, SIGMA[::-1])
    np.testing.assert_allclose(py.with_(reversed=True).two_current().nu, NU[::-1])
    np.testing.assert_allclose(py.with_(conductivity={"up": 1e6, "down": 3e6}).two_current().sigma, [1e6, 3e6])
    np.testing.assert_allclose(py.with_(conductivity=1e6, polarisation=0.5).two_current().sigma, [7.5e5, 2.5e5])


def test_diffusion_gives_the_densities_of_states():
    c = layer(conductivity={"up": 4e6, "down": 1.6e6}, diffusion=5e-3).two_current()
    np.testing.assert_allclose(c.nu, SIGMA / (E_CHARGE**2 * 5e-3))
    assert layer(spin_diffusion_length=1e-9).two_current().nu is None
    np.testing.assert_allclose(layer(density_of_states=2e46).D, 4e6 / (E_CHARGE**2 * 4e46))


def test_a_spin_accumulation_decays_within_its_length_and_its_time():
    """1/ell^2 = G (1/sigma_up + 1/sigma_down); rho_up - rho_down = 4 e^2 nu_up nu_down mu / nu relaxes by 4 G mu."""
    ell, tau = 49.734e-9, 1e-12
    assert permalloy(spin_diffusion_length=ell).two_current().G_sf * (1 / SIGMA).sum() == pytest.approx(1 / ell**2)
    by_time = permalloy(spin_flip_time=tau).two_current()
    assert by_time.G_sf == pytest.approx(E_CHARGE**2 * NU[0] * NU[1] / NU.sum() / tau)
    assert by_time.spin_diffusion_length == pytest.approx(ell, rel=1e-4)  # 93.043 and 58.846 nm of the two spins
    assert permalloy(relaxation_time=tau).two_current().G_sf == by_time.G_sf
    assert permalloy().two_current().G_sf == 0


def test_the_times_of_the_two_spins_are_in_detailed_balance():
    """nu_up / tau_up = nu_down / tau_down = G / e^2."""
    up = 2e-12
    times = {"up": up, "down": up * NU[1] / NU[0]}
    py = permalloy(spin_flip_time=times)
    assert py.two_current().G_sf == pytest.approx(E_CHARGE**2 * NU[0] / up)
    assert py.with_(thickness=1e-9).spin_flip_time == py.spin_flip_time
    with pytest.raises(InputError, match=r"layer 'Py': spin_flip_time.down = 2e-12 s, must be 3e-12 s beside up = 2e"):
        permalloy(spin_flip_time={"up": up, "down": up})


def test_charge_is_screened_within_the_thomas_fermi_length():
    c = permalloy(permittivity=10).two_current()
    assert c.permittivity == 10 * EPSILON_0
    assert c.screening_length == pytest.approx(np.sqrt(10 * EPSILON_0 / (E_CHARGE**2 * NU.sum())))


def test_a_spin_flip_time_is_a_relaxation_time_of_the_spin_model():
    R = Stack([permalloy(spin_flip_time="2 ps")]).coefficients("Py").R_lattice
    np.testing.assert_allclose(R, 5e11 * np.eye(3))


def test_faces_of_two_channels():
    """In the fields mu^0 and mu: half the sum and half the difference of V_up and V_down."""
    lead = Contact(voltage=0.5, conductance={"up": 3e15, "down": 1e15})
    faces = Stack(
        [layer()],
        boundary={
            "a": Contact(voltage="3 mV"),
            "b": Contact(voltage=1, spin="free"),
            "c": Sink(),
            "d": Current(current_density=1e10, spin_current=2e9),
            "e": Insulating(),
            "f": lead,
            "g": Sheet(G_s=1e14),
            "h": Contact(current_density=1e11),
            "i": Floating(spin="free"),
        },
    ).channel_faces
    assert faces["a"].fixed == {0: pytest.approx(3e-3), 1: 0}
    assert faces["b"].fixed == {0: 1}
    assert faces["c"].fixed == {1: 0}
    assert faces["h"].fixed == {1: 0}
    assert faces["i"].fixed == faces["e"].fixed == {}
    np.testing.assert_array_equal(faces["d"].source, [1e10, 2e9])
    np.testing.assert_array_equal(faces["h"].source, [1e11, 0])
    np.testing.assert_array_equal(faces["g"].conductance, [[0, 0], [0, 2e14]])
    V_up, V_down = 0.7, -0.2
    out = faces["f"].conductance @ [(V_up + V_down) / 2, (V_up - V_down) / 2] - faces["f"].source
    up, down = 3e15 * (V_up - 0.5), 1e15 * (V_down - 0.5)
    np.testing.assert_allclose(out, [up + down, up - down])


def test_a_driven_contact_is_at_one_potential_in_the_spin_model_too():
    stack = Stack(
        [layer(), layer("N")],
        boundary={"left": Contact(current="2 mA"), "right": Contact(voltage=0), "top": Floating()},
    )
    assert stack.equipotential == ["left", "top"]
    assert stack.total_currents == {"left": pytest.approx(2e-3)}
    assert stack.faces["left"].fixed == stack.faces["top"].fixed == {1: 0, 2: 0, 3: 0}
    np.testing.assert_array_equal(Contact(current_density=1e9).face(None).source, [1e9, 0, 0, 0])
    stack.require_dimension(3)
    with pytest.raises(InputError, match=r"boundary 'left': current \(A\) needs a mesh in 3 dimensions"):
        stack.require_dimension(2)


def currents(interface, V_below, V_above, **keys):
    """(up, down) out of the layer below and out of the layer above."""
    stack = Stack([layer("A", **keys), layer("B")], interface={"A|B": interface})
    (junction,) = stack.channel_interfaces.values()
    half = np.array([[0.5, 0.5], [0.5, -0.5]])
    j0, j1 = np.einsum("sAtB,tB->As", junction.matrix, np.array([V_below, V_above]) @ half)
    return np.transpose([(j0 + j1) / 2, (j0 - j1) / 2])


@pytest.mark.parametrize(
    "keys",
    [
        {"resistance": "1 fohm m^2", "asymmetry": 0.6},
        {"conductance": {"up": 1 / 0.8e-15, "down": 1 / 3.2e-15}},
        {"conductance": 1 / 0.8e-15 + 1 / 3.2e-15, "polarisation": 0.6},
    ],
)
def test_each_spin_has_its_resistance(keys):
    r = np.array([0.8e-15, 3.2e-15])  # 2 AR (1 -+ gamma)
    drop = np.array([0.4, -0.3]) - np.array([0.1, 0.2])
    out = currents(Interface(**keys), [0.4, -0.3], [0.1, 0.2])
    np.testing.assert_allclose(out, [drop / r, -drop / r])
    swapped = currents(Interface(**keys), [0.4, -0.3], [0.1, 0.2], reversed=True)
    np.testing.assert_allclose(swapped, [drop / r[::-1], -drop / r[::-1]])


def test_a_half_metallic_barrier_passes_one_spin():
    out = currents(Interface(conductance=2e15, polarisation=1), [0.4, -0.3], [0.1, 0.2])
    np.testing.assert_allclose(out, [[2e15 * 0.3, 0], [-2e15 * 0.3, 0]], atol=1)


def test_a_thin_interlayer_conducts_charge_and_loses_spin_as_in_the_spin_model():
    thin = Interface(thin={"thickness": 2e-9, "conductivity": 2e6, "spin_diffusion_length": 3e-9})
    four, two = thin.junction(None).matrix, thin.channel_junction().matrix
    np.testing.assert_allclose(two[:, 0, :, 0], four[:, 0, :, 0])
    np.testing.assert_allclose(two[:, 1, :, 1], four[:, 3, :, 3])
    np.testing.assert_allclose(two[:, 0, :, 1], 0, atol=1e-3)


def test_spin_flips_of_an_interface_take_spin_but_no_charge():
    out = currents(Interface(resistance=1e-15, spin_flip=0.5), [1, -1], [0, 0])
    assert out.sum() == pytest.approx(0, abs=1e-3)
    assert out[0, 0] - out[0, 1] > out[1, 1] - out[1, 0] > 0


def test_a_magnet_on_a_cone_turns_counter_clockwise():
    axis = np.array([0.6, 0, 0.8])
    turn = Precession(cone=30, frequency="2 GHz")
    h = 1e-15
    for t in (0.0, 1.1e-10):
        m, m_t = turn.moment(axis, t)
        assert m @ m == pytest.approx(1)
        assert m @ axis == pytest.approx(np.cos(np.radians(30)))
        np.testing.assert_allclose(
            m_t, (turn.moment(axis, t + h)[0] - turn.moment(axis, t - h)[0]) / (2 * h), rtol=1e-4
        )
        np.testing.assert_allclose(m_t, 4e9 * np.pi * np.cross(axis, m), rtol=1e-12, atol=1)


def test_a_turning_magnet_pumps_spin_through_its_mixing_conductance():
    """Into the metal at mu_s = 0: (hbar/e) (G_r m x dm/dt + G_i dm/dt)."""
    sheet = Sheet(G_r=2e14, G_i=3e13, precession={"cone": 10, "frequency": 1e10})
    stack = Stack([layer()], boundary={"top": sheet}, magnetisation=[0, 0, 2])
    assert stack.moving_faces == ["top"]
    t = 0.3e-10
    m, m_t = sheet.precession.moment(np.array([0, 0, 1.0]), t)
    face = stack.faces_at(t)["top"]
    np.testing.assert_allclose(face.source[1:], HBAR / E_CHARGE * (2e14 * np.cross(m, m_t) + 3e13 * m_t), rtol=1e-12)
    np.testing.assert_allclose(face.conductance[1:, 1:], 2 * sheet.on_mu_s(m))
