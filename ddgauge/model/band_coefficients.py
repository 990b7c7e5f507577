"""A layer of two bands in the symbols of its equations, and the states of its contacts."""

import numpy as np

from ddgauge.model.band_values import array, by_generator, density
from ddgauge.physics import band_precession, band_relaxation, band_transport
from ddgauge.physics.band_equilibrium import FULL_VALENCE, Given, MassAction, Proportional
from ddgauge.physics.band_law import BandCoefficients, Drive, of_bands
from ddgauge.physics.generators import NAMES, SPIN_PSEUDOSPIN
from ddgauge.physics.two_band import blocks, fields
from ddgauge.units import E_CHARGE, EPSILON_0, HBAR, K_B, MU_B

INTERBAND = np.array([name[0] in "xy" for name in NAMES])  # generators that couple the bands


def coefficients(layer, options, B, T, w):
    """The BandCoefficients of a layer.

    Parameters
    ----------
    layer : Layer
    options : TwoBandOptions
    B : (3,) array
        T.
    T : float or None
        K.
    w : float or None
        Of the frame, if it rotates, rad/s.

    Returns
    -------
    BandCoefficients
        In a rotating frame without what couples the bands at another frequency than w, and without a drive: it is in H.
    """
    two, still = layer.two_band, static_hamiltonian(layer, B)
    H, drive = still, None
    if w is not None:
        H = still = intraband(still)
        if two.drive is not None:
            H = H + between(two.drive.elements)
        H = band_precession.rotating_frame(H, w)
    elif two.drive is not None:
        drive = Drive(two.drive.elements, two.drive.w, two.drive.rotating)
    q, V = gauge_field(two), by_generator(two.velocity)
    if w is not None:
        q, V = (np.where(INTERBAND, 0.0, part) for part in (q, V))
    Dm, slaved = diffusion(two, T), options.coherence == "local"
    return BandCoefficients(
        H=H,
        Dm=of_bands(Dm) if slaved else Dm,
        q=q,
        V=V,
        mobility_c=two.mobility_c or 0.0,
        mobility_v=two.mobility_v or 0.0,
        R=relaxation(two),
        equilibrium=equilibrium(two, options, still, T),
        G=density(two.generation),
        doping=two.donors - two.acceptors,
        permittivity=layer.permittivity * EPSILON_0,
        drive=drive,
        slaved=slaved,
    )


def static_hamiltonian(layer, B):
    """(4, 4) J: the Hamiltonian without a drive, with the Zeeman energy of electrons, B_cc = +g mu_B B."""
    two = layer.two_band
    splitting = [np.append(0.0, g * MU_B / 2 * np.asarray(B)) for g in (two.g_factor_c, two.g_factor_v)]
    zeeman = SPIN_PSEUDOSPIN.matrix(fields(*(2 * part for part in splitting), np.zeros(4)))
    return two.hamiltonian.H + zeeman


def between(elements):
    """(4, 4) J: the Hamiltonian of matrix elements (4,) between the bands."""
    return SPIN_PSEUDOSPIN.matrix(fields(np.zeros(4), np.zeros(4), 2 * elements))


def intraband(H):
    """A Hamiltonian without its matrix elements between the bands."""
    return H * np.kron(np.eye(2), np.ones((2, 2)))


def diffusion_constants(two, T):
    """D_c and D_v, m^2/s: as given, else Einstein's of the mobility, else 0."""
    return [
        D if D is not None else band_transport.einstein(mobility, T) if mobility else 0.0
        for D, mobility in ((two.diffusion_c, two.mobility_c), (two.diffusion_v, two.mobility_v))
    ]


def diffusion(two, T):
    """(16, 16) m^2/s."""
    if two.diffusion is not None:
        return band_transport.diffusion_of_matrix(array(two.diffusion))
    D_c, D_v = diffusion_constants(two, T)
    D_cv = two.diffusion_cv
    if two.velocities is not None:
        D_cv = band_transport.interband_diffusion(D_c, D_v, {"along": 1, "opposite": -1}[two.velocities])
    return band_transport.diffusion(D_c, D_v, (D_c + D_v) / 2 if D_cv is None else D_cv)


def gauge_field(two):
    """(3, 16) 1/m."""
    if two.gauge is not None:
        return by_generator(two.gauge)
    q_c, q_v = (
        np.zeros((3, 3)) if q is None and orbit is None else np.array(q) if orbit is None else orbit.q
        for q, orbit in ((two.gauge_c, two.spin_orbit_c), (two.gauge_v, two.spin_orbit_v))
    )
    return band_transport.gauge_field_of_bands(q_c, q_v)


def relaxation(two):
    """(16, 16) 1/s."""
    if two.relaxation is not None:
        return array(two.relaxation).real
    R_c, R_v = (
        np.zeros((3, 3)) if time is None and rate is None else np.array(rate) if time is None else np.eye(3) / time
        for time, rate in ((two.spin_time_c, two.spin_rate_c), (two.spin_time_v, two.spin_rate_v))
    )
    T1, T2 = (np.inf if time is None else time for time in (two.T1, two.T2))
    return band_relaxation.relaxation(T1, T2, R_c, R_v)


def kind_of_equilibrium(two, options, T):
    """ "fermi", "given", or one of two_band.EQUILIBRIA; None where it is not known."""
    if two.fermi is not None:
        return "fermi"
    if two.equilibrium is not None:
        return two.equilibrium if isinstance(two.equilibrium, str) else "given"
    if two.intrinsic_density is not None:
        return "mass-action"
    if options.mode == "excess" or not two.relaxes:
        return "none"
    return "boltzmann" if T and not options.full_density else None


def equilibrium(two, options, H, T):
    """What the layer relaxes to, of physics.band_equilibrium; H (4, 4) J without a drive."""
    kind = kind_of_equilibrium(two, options, T)
    if kind == "boltzmann":
        return Proportional(band_relaxation.boltzmann(H, 1.0, T))
    if kind == "mass-action":
        cc, vv, _ = blocks(SPIN_PSEUDOSPIN.fields(H))  # (H_c, B_cc), (H_v, B_vv)
        P_c, P_v = (thermal_polarisation(X[1:] / 2, T) for X in (cc, vv))
        return MassAction(two.intrinsic_density, P_c, P_v, options.full_density)
    if kind == "fermi":
        return Given(band_relaxation.fermi(H, two.fermi.states, two.fermi.chemical_potential, T))
    return Given(density(two.equilibrium) if kind == "given" else np.zeros(16))


def thermal_polarisation(splitting, T):
    """Spin per electron of c, or per hole of v, in equilibrium in energies splitting.sigma (J), at T (K).

    P = -tanh(|splitting| / k_B T) splitting / |splitting|
    """
    size = np.linalg.norm(splitting)
    return -np.tanh(size / (K_B * T)) * splitting / size if size else np.zeros(3)


def neutral_state(c, options, spin_polarisation=None):
    """Equilibrium of a layer at its doping, the fields beyond a full valence band, (16,) 1/m^3."""
    X = c.equilibrium.beyond(c.doping * np.eye(16)[0], options.full_density)
    if spin_polarisation is None:
        return X
    cc, vv, cv = blocks(X)
    return fields(cc[0] * np.array([1.0, *spin_polarisation]), vv, cv)


def built_in(c, first, T):
    """Potential of a contact with a neutral state above its voltage, V: k_B T / e ln n, and nothing where n is n_i.

    Without mass action n counts from that of the first layer.
    """
    if isinstance(c.equilibrium, MassAction):
        return K_B * T / E_CHARGE * np.arcsinh(c.doping / (2 * c.equilibrium.n_i))
    if isinstance(c.equilibrium, Proportional) and c.doping > 0 and first.doping > 0:
        return K_B * T / E_CHARGE * np.log(c.doping / first.doping)
    return 0.0


def beyond_full(S, options):
    """Fields S (16,) beyond a full valence band."""
    return S - options.full_density * FULL_VALENCE


def transition(H):
    """Transition frequency (E_c - E_v) / hbar of a Hamiltonian (4, 4) J, rad/s."""
    return (np.trace(H[:2, :2]) - np.trace(H[2:, 2:])).real / (2 * HBAR)
