"""Steady oscillations: plane waves, stacks between contacts, and spin that is injected at a frequency."""

from dataclasses import replace

import numpy as np
import pytest

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.harmonic import Harmonic
from ddgauge.fem.mesh import stack_mesh
from ddgauge.fem.solve import SolverError, System
from ddgauge.physics.closure import coupling, response
from ddgauge.physics.medium import Face, spin_medium
from ddgauge.physics.two_current import accumulation_bare, accumulation_neutral, accumulation_poisson
from ddgauge.physics.two_current import response as response_of_charges
from ddgauge.post.balance import balances
from ddgauge.units import E_CHARGE
from tests.fem.channels import CURRENTS, FIELDS, FREE, NU, PY, body, permalloy, places, uniform
from tests.fem.test_two_current import random_stack
from tests.two_current_forms import Held, Injected, Layer, Lead, exact_two_current, plane_wave

ACCUMULATION = {"bare": accumulation_bare, "neutral": accumulation_neutral, "poisson": accumulation_poisson}


def amplitude(parts, quantity=lambda solution: solution.x):
    """The complex amplitude of a quantity of (Re, Im) Solutions."""
    return quantity(parts[0]) + 1j * quantity(parts[1])


def wave_of(length, electrostatics, layer, omega, fields=(0, 1)):
    """[(V, rho) of up and down per V/m] by elements, of plane waves of one wavelength; what is driven is E or E_smf."""
    film, q = replace(layer, thickness=length / 8), 2 * np.pi / length
    system = body([film], {}, electrostatics=electrostatics, cells=1, plane=((length,), (16,), True, "box"))
    harmonic, x = Harmonic(system, omega), places(system)
    found = []
    for field in fields:

        def drive(part, field=field):
            def of(at):
                out = np.zeros((at.shape[1], 3, system.n))
                out[:, 0, field] = part(q * at[0])
                return out

            return {"motive": {"0": of}}

        parts = harmonic.solve(drive(np.cos), drive(np.sin))
        assert max(balances(part).worst for part in parts) < 1e-8
        mu = amplitude(parts) * np.exp(-1j * q * x[0])[:, None]
        np.testing.assert_allclose(mu, mu[:1] + 0 * mu, rtol=0, atol=1e-6 * np.abs(mu).max())
        found.append((mu[0, :2] @ CURRENTS, ACCUMULATION[electrostatics](mu[0], np.array(NU))))
    return found


@pytest.mark.parametrize("omega", [0.0, 1e11, 1e12, 2e14])
@pytest.mark.parametrize("length", [10e-9, 50e-9, 1e-6])
def test_response_to_waves_of_both_fields_in_a_given_field(length, omega):
    """rho_s = -i q e^2 (K_s E + K'_s E_smf)."""
    q, layer = 2 * np.pi / length, permalloy(1.0)
    found = [rho for _, rho in wave_of(length, "bare", layer, omega)]
    expected = response_of_charges(q, omega, np.array(PY), np.array(NU), layer.G_sf)
    for rho, K in zip(found, expected):
        np.testing.assert_allclose(rho, -1j * q * E_CHARGE**2 * K, rtol=1e-6)


@pytest.mark.parametrize("electrostatics", ["neutral", "poisson"])
@pytest.mark.parametrize("omega", [1e12, 2e14])
def test_waves_in_a_metal_that_screens(electrostatics, omega):
    length, layer = 30e-9, permalloy(1.0, eps=3e-7)
    q, others = 2 * np.pi / length, {"electrostatics": electrostatics}
    found = wave_of(length, electrostatics, layer, omega)
    for (V, rho), E, E_smf in zip(found, (1, 0), (0, 1)):
        expected_V, expected_rho, _ = plane_wave(q, omega, layer, E, E_smf, **others)
        np.testing.assert_allclose(V, expected_V, rtol=0, atol=1e-6 * np.abs(expected_V).max())
        size = np.abs(expected_rho).max()
        np.testing.assert_allclose(rho, expected_rho, rtol=0, atol=1e-6 * max(size, E_CHARGE**2 * 1e46 / q))


@pytest.mark.parametrize(
    ("omega", "expected"),
    [
        (0.0, [-6.0407722j, 8.8644697j]),
        (1e12, [0.0711891 - 6.0399964j, -0.3952798 + 8.8467435j]),
    ],
)
def test_densities_of_permalloy(omega, expected):
    """Spins flip at 2 pi Gamma_2 <nu> / hbar = 1e12 / s, wavelength 50 nm, E_smf = 1 V/m."""
    layer = permalloy(1.0)
    ((_, rho),) = wave_of(50e-9, "bare", layer, omega, fields=(1,))
    np.testing.assert_allclose(rho, expected, rtol=0, atol=1.5e-7)


@pytest.mark.parametrize("electrostatics", ["bare", "neutral", "poisson"])
@pytest.mark.parametrize("omega", [1e10, 3e12])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_stacks_between_contacts_are_exact(electrostatics, omega, seed):
    layers, ends, interfaces = random_stack(seed)
    if electrostatics == "poisson":
        layers, interfaces = [replace(layer, eps=2e-8) for layer in layers], {}
        ends = tuple(replace(end, phi=phi) for end, phi in zip(ends, (0.0, 2e-4)))
    exact = exact_two_current(layers, ends, interfaces, omega, electrostatics)
    system = body(layers, dict(zip(("bottom", "top"), ends)), interfaces, electrostatics, cells=40)
    parts = Harmonic(system, omega).solve(uniform(layers, electrostatics))
    assert max(balances(part).worst for part in parts) < 1e-8
    V = np.array([CURRENTS @ amplitude(parts, lambda s, n=name: s.potential(n)[:2]) for name in ("bottom", "top")])
    j = [FIELDS @ amplitude(parts, lambda s, n=name: s.current(n)[:2]) for name in ("bottom", "top")]
    np.testing.assert_allclose(V, [exact.bottom[:2], exact.top[:2]], rtol=0, atol=1e-8 * np.abs(V).max())
    np.testing.assert_allclose([-j[0], j[1]], [exact.bottom[3:5], exact.top[3:5]], rtol=0, atol=1e-8 * np.abs(j).max())
    for k, height in enumerate(np.cumsum([layer.thickness for layer in layers])[:-1]):
        through = FIELDS @ amplitude(parts, lambda s, k=k: s.interface_current(str(k), str(k + 1))[:2])
        np.testing.assert_allclose(through, exact.j(height - 1e-16)[:, 0], rtol=0, atol=1e-7 * np.abs(j).max())


def test_currents_of_charge_and_spin_are_reciprocal_at_a_frequency():
    """Also between the fields of one contact and the motive force of a layer."""
    layers, _, _ = random_stack(3)
    ends = {"bottom": Lead(0.0, (2e15, 1e15)), "top": Held(0.0)}
    system = body(layers[:2], ends, {0: (1e-15, 3e-15, 0.7)}, "bare", cells=12)
    harmonic = Harmonic(system, 5e12)

    def flows(layer, field):
        direction = np.zeros((3, 2))
        direction[2, field] = 1e4
        parts = harmonic.solve({"motive": {str(layer): lambda x: np.broadcast_to(direction, (x.shape[1], 3, 2))}})
        return [amplitude(parts, lambda s, k=k: s.flow(str(k))[2]) for k in (0, 1)]

    answer = np.array([[flows(k, A) for A in (0, 1)] for k in (0, 1)])
    size = np.abs(answer).max()
    np.testing.assert_allclose(answer, answer.transpose(2, 3, 0, 1), rtol=0, atol=1e-9 * size)
    assert np.abs(answer[0, 1, 1, 0].imag) > 1e-3 * size


def test_a_voltage_out_of_phase():
    """Real and imaginary drives change places; sources of one face leave the others alone."""
    layers = [permalloy(40e-9), Layer(30e-9, (3e6, 2e6), 2e-8, nu=NU)]
    system = body(layers, {"bottom": Lead(1e-3, (1e15, 2e15)), "top": Held(2e-3, 1e-3)}, cells=8)
    harmonic, law = Harmonic(system, 4e12), system.faces
    values = {"top": law["top"].fixed}
    still = {"sources": {"bottom": np.zeros(2)}, "values": {"top": {0: 0.0, 1: 0.0}}}
    first = harmonic.solve({})
    second = harmonic.solve(still, {"sources": {"bottom": law["bottom"].source}, "values": values})
    np.testing.assert_allclose(amplitude(second), 1j * amplitude(first), rtol=0, atol=1e-12 * 2e-3)
    third = harmonic.solve({}, {"sources": {"top": np.zeros(2)}})  # no potential but those of the real part
    np.testing.assert_allclose(amplitude(third), amplitude(first), rtol=0, atol=1e-15)


@pytest.mark.parametrize("method", ["direct", "iterative"])
def test_what_is_out_of_phase_may_be_tiny(method):
    """At 1 kHz it is 1e-9 of what is in phase, and balances beside it."""
    plane = ((60e-9, 40e-9), (3, 3), False, "box")
    system = body(
        [permalloy(40e-9)], {"left": Held(1e-3), "right": Held(0.0)}, None, "bare", 3, 2, plane, method=method
    )
    parts = Harmonic(system, 2 * np.pi * 1e3).solve({})
    assert 0 < np.abs(parts[1].x).max() < 1e-7 * np.abs(parts[0].x).max()
    assert max(balances(part).worst for part in parts) < 1e-8


def test_spin_injected_at_a_frequency_decays_with_a_complex_length():
    """j_x into one face, spin precesses about z: mu_s = 2 L coth(d/L) j / sigma, 1/L^2 = (1/tau -+ i w_L - i w) / D."""
    sigma, D, tau, larmor, omega, d = 3e6, 2e-4, 1e-12, 8e11, 2e12, 20e-9
    medium = spin_medium(sigma, D, np.eye(3) / tau, np.array([0, 0, larmor]), np.zeros((3, 3)), response(coupling()))
    faces = {"bottom": Face(np.zeros((4, 4)), np.array([0, 1e10, 0, 0])), "top": Face(np.zeros((4, 4)), np.zeros(4))}
    assembly = Assembly(stack_mesh([("N", d, 24, 1e-8)]), 4)
    parts = Harmonic(System(assembly, {"N": medium}, faces), omega).solve({})
    mu_s = 2 * amplitude(parts, lambda s: s.potential("bottom")[1:])
    circular = {}
    for turn in (1, -1):  # mu_x + i turn mu_y turns as exp(i turn w_L t)
        L = 1 / np.sqrt((1 / tau - 1j * turn * larmor - 1j * omega) / D)
        circular[turn] = 2 * L / np.tanh(d / L) * 1e10 / sigma
    plus, minus = mu_s[0] + 1j * mu_s[1], mu_s[0] - 1j * mu_s[1]
    np.testing.assert_allclose([plus, minus], [circular[1], circular[-1]], rtol=1e-8)
    assert max(balances(part).worst for part in parts) < 1e-9


@pytest.mark.parametrize("omega", [1e9, 1e12, 1e15])
def test_iterations_of_a_box_do_not_grow(omega):
    """Contacts on a side and below, so that nothing is one-dimensional; the spins alone go to multigrid."""
    layer, counts, seen = permalloy(40e-9), [], []
    for n in (4, 8):
        plane = ((60e-9, 40e-9), (n, n), False, "box")
        faces = {"left": Held(1e-3), "bottom": Lead(0.0, (1e15, 5e14)), "top": FREE}
        made = {}
        for method in ("iterative", "direct") if n == 4 else ("iterative",):
            system = body([layer], faces, None, "bare", n, 2, plane, method=method)
            parts = made[method] = Harmonic(system, omega).solve({})
            assert max(balances(part).worst for part in parts) < 1e-8
        counts.append(made["iterative"][0].report.iterations)
        if n == 4:
            seen = [amplitude(parts) for parts in made.values()]
            np.testing.assert_allclose(*seen, rtol=0, atol=1e-9 * 1e-3)
    assert max(counts) < (130 if omega > 1e13 else 30)
    assert counts[1] <= counts[0] + 4


def test_currents_that_have_no_way_out_have_no_answer():
    """In a neutral metal, at any frequency; a uniform field around a ring drives charge but piles up nothing."""
    layer = permalloy(20e-9)
    with pytest.raises(SolverError, match="do not add up to zero"):
        Harmonic(body([layer], {"top": Injected(1e10)}), 1e12).solve({})
    ring = body([layer], {}, cells=3, plane=((3e-8,), (6,), True, "simplex"))
    parts = Harmonic(ring, 1e12).solve({"E": np.array([1e4, 0, 0])})
    np.testing.assert_array_equal(amplitude(parts), 0)
    assert parts[0].flow("0")[0, 0] == pytest.approx(sum(PY) * 1e4 * parts[0].volume("0"))
