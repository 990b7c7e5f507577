"""Two currents: closed forms, and an independent exact solution of stacks, for finite elements to meet.

SI; nothing of ddgauge is used here; keys of sources are spelled out in ddgauge/physics/__init__.py. Pairs are
(up, down), up along n; e > 0; mu_s = V_up - V_down, j_s = sigma_s (E + s E_smf - d V_s). Phasors are
exp(i q z - i omega t).
"""

from dataclasses import dataclass

import numpy as np
from scipy.constants import e, hbar, physical_constants
from scipy.linalg import expm
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

MU_B = physical_constants["Bohr magneton"][0]
S = np.array([1, -1])


# --- an exact solution of any stack


@dataclass(frozen=True)
class Layer:
    """A uniform layer; the first and the last may be infinitely thick where omega = 0."""

    thickness: float
    sigma: tuple  # (up, down), S/m
    ell: float = np.inf  # decay length of the spin accumulation, m
    E: float = 0.0  # V/m
    E_smf: float = 0.0  # V/m, at z = 0 if it has a wave number
    nu: tuple = (0.0, 0.0)  # (up, down), 1/(J m^3)
    eps: float = 1.0  # F/m

    @property
    def G_sf(self):
        return 1 / (1 / self.sigma[0] + 1 / self.sigma[1]) / self.ell**2

    def charges(self, electrostatics):
        """(2, 3) matrix of rho_s per V_up, V_down, phi."""
        up, down = e**2 * np.array(self.nu)
        if electrostatics == "neutral":
            pair = up * down / (up + down) if up else 0.0
            return pair * np.array([[1, -1, 0], [-1, 1, 0]])
        return np.array([[up, 0, -up], [0, down, -down]]) * [1, 1, electrostatics == "poisson"]

    def generator(self, omega, electrostatics, q):
        """(7, 7) matrix of d_z (V_up, V_down, phi, j_up, j_down, eps E, exp(i q z))."""
        rho = self.charges(electrostatics)
        A = np.zeros((7, 7), complex)
        A[[0, 1], [3, 4]] = -1 / np.array(self.sigma)
        A[:2, 6] = self.E + S * self.E_smf
        A[3:5, :2] = -self.G_sf * np.outer(S, S)
        A[3:5, :3] += 1j * omega * rho
        if electrostatics == "poisson":
            A[2, 5] = -1 / self.eps
            A[5, :3] = rho.sum(axis=0)
        A[6, 6] = 1j * q
        return A


@dataclass(frozen=True)
class Held:
    """An end with both potentials given, that of charge alone at the end of an infinite layer."""

    up: float
    down: float | None = None  # as up
    phi: float | None = None  # V; None: no electric flux


@dataclass(frozen=True)
class Lead:
    """An end with a conductance per spin to a lead, j_s outward = g_s (V_s - V)."""

    V: float
    conductance: tuple  # (up, down), S/m^2
    phi: float | None = None


@dataclass(frozen=True)
class Injected:
    """An end into which current densities are driven; spin None: it absorbs spin, V_up = V_down."""

    charge: float = 0.0  # A/m^2
    spin: float | None = 0.0  # j_up - j_down, A/m^2
    phi: float | None = None


class Exact:
    """The solution: V(z) and j(z), (2, N) arrays, phi(z), and both ends."""

    def __init__(self, nodes, places, generators, drives, weights):
        self._nodes, self._places, self._generators, self._drives = nodes, places, generators, drives
        self._weights = weights
        self.bottom, self.top = nodes[0], nodes[-1]  # V_up, V_down, phi, j_up, j_down (along z), eps E

    def _at(self, z):
        inner = [k for k, A in enumerate(self._generators) if A is not None]
        starts = np.array([self._places[k] for k in inner])
        states = []
        for place in np.atleast_1d(z):
            k = inner[max(np.searchsorted(starts, place, side="right") - 1, 0)]
            state = np.append(self._nodes[k], self._drives[k])
            states.append((expm(self._generators[k] * (place - self._places[k])) @ state)[:6])
        return np.array(states).T

    def V(self, z):
        return self._at(z)[:2]

    def phi(self, z):
        return self._at(z)[2]

    def j(self, z):
        return self._at(z)[3:5]

    def voltages(self):
        """mu^0 at both ends, or the potential of charge alone at the face of an infinite layer."""
        return [weights @ end[:2] for weights, end in zip(self._weights, (self.bottom, self.top), strict=True)]

    def resistance(self):
        """Voltage between the ends over the current, ohm m^2."""
        bottom, top = self.voltages()
        return (bottom - top) / self.bottom[3:5].sum()


def exact_two_current(layers, ends, interfaces=None, omega=0.0, electrostatics="neutral", q=0.0):
    """Exact potentials and currents in a stack along z, from the strong equations.

        d_z V_s = E + s E_smf - j_s / sigma_s,     d_z j_s = -s G_sf (V_up - V_down) + i omega rho_s

    Each layer is cut into slabs thinner than its shortest length, each carried by a matrix exponential, and all nodes
    are solved for at once. An interface is the layer that it stands for, of resistances r_s and delta spin-diffusion
    lengths. An infinite layer is replaced by its decaying solution at its face: the voltage there is that of charge,
    (sigma_up V_up + sigma_down V_down) / sigma.

    Parameters
    ----------
    layers : sequence of Layer
        From bottom to top; z = 0 at the bottom of the first, or at its top if that is infinite.
    ends : pair of Held, Lead or Injected
        Bottom and top. Where neither fixes a potential, mu^0 = 0 at the bottom.
    interfaces : dict, optional
        Index of the layer below -> (r_up, r_down, delta), ohm m^2; V is continuous at others.
    omega : float
        rad/s.
    electrostatics : str
        "bare", "neutral" or "poisson".
    q : float
        Wave number of E and E_smf, 1/m.

    Returns
    -------
    Exact
        Complex where omega or q is not zero.
    """
    infinite = [bool(np.isinf(layers[k].thickness)) for k in (0, -1)]
    finite = range(infinite[0], len(layers) - infinite[1])
    steps, generators, places = [], [], [0.0]
    for k, layer in enumerate(layers):
        if k in finite:
            A = layer.generator(omega, electrostatics, q)
            count = int(np.ceil(layer.thickness * np.abs(np.linalg.eigvals(A)).max())) + 1
            h = layer.thickness / count
            steps += [expm(A * h)] * count
            generators += [A] * count
            places += [places[-1] + h * (i + 1) for i in range(count)]
        if k in (interfaces or {}):
            r_up, r_down, delta = interfaces[k]
            A = np.zeros((7, 7), complex)
            A[[0, 1], [3, 4]] = -r_up, -r_down
            A[3:5, :2] = -(delta**2) / (r_up + r_down) * np.outer(S, S)
            count = int(np.ceil(delta)) + 1
            steps += [expm(A / count)] * count
            generators += [None] * count
            places += [places[-1]] * count
    drives = np.exp(1j * q * np.array(places))
    unit = np.ones(6)
    unit[3:5] = np.mean([sum(layer.sigma) for layer in layers]) / max(places[-1], 1e-9)
    unit[5] = max(layer.eps for layer in layers) / max(places[-1], 1e-9)
    size = 6 * len(places)
    M, b = lil_matrix((size, size), dtype=complex), np.zeros(size, complex)
    for k, T in enumerate(steps):
        rows = slice(6 * k + 6, 6 * k + 12)
        M[rows, 6 * k : 6 * k + 6] = -T[:6, :6] * unit / unit[:, None]
        M[rows, 6 * k + 6 : 6 * k + 12] = np.eye(6)
        b[rows] = T[:6, 6] * drives[k] / unit
    afloat = all(isinstance(end, Injected) for end in ends) and not omega
    for side, (end, layer, column) in enumerate(zip(ends, (layers[0], layers[-1]), (0, size - 6), strict=True)):
        rows, right = _end(end, side, layer, electrostatics, infinite[side], pinned=afloat and side == 0)
        scale = np.abs(rows * unit).max(axis=1)
        M[3 * side : 3 * side + 3, column : column + 6] = rows * unit / scale[:, None]
        b[3 * side : 3 * side + 3] = right / scale
    nodes = spsolve(M.tocsc(), b).reshape(-1, 6) * unit
    if not (omega or q):
        nodes, drives, generators = nodes.real, drives.real, [A if A is None else A.real for A in generators]
    weights = [np.array(layers[k].sigma) / sum(layers[k].sigma) if infinite[k] else np.full(2, 0.5) for k in (0, -1)]
    return Exact(nodes, places, generators, drives, weights)


def _end(end, side, layer, electrostatics, infinite, pinned):
    """Three equations, rows on (V_up, V_down, phi, j_up, j_down, eps E) and right-hand sides, of one end."""
    rows, right = np.zeros((3, 6)), np.zeros(3)
    out = 2 * side - 1  # j_z times this leaves the body
    sigma = np.array(layer.sigma)
    if infinite and isinstance(end, Held):
        rows[0, :2], right[0] = sigma / sigma.sum(), end.up
    elif isinstance(end, Held):
        rows[0, 0], rows[1, 1] = 1, 1
        right[:2] = end.up, end.up if end.down is None else end.down
    elif isinstance(end, Lead):
        g = np.array(end.conductance)
        rows[:2, 3:5], rows[:2, :2], right[:2] = out * np.eye(2), -np.diag(g), -g * end.V
    else:
        if pinned:  # the other end says the same of the current
            rows[0, :2] = 1
        else:
            rows[0, 3:5], right[0] = -out, end.charge
        if end.spin is None:
            rows[1, :2] = S
        else:
            rows[1, 3:5], right[1] = -out * S, end.spin
    if infinite:  # d_z mu_s = 2 E_smf - j_up / sigma_up + j_down / sigma_down = -+ mu_s / ell
        rows[1] = [*(-out * S / layer.ell), 0, *(S / sigma), 0]
        right[1] = 2 * layer.E_smf
    held = end.phi is not None or (electrostatics != "poisson" and side == 0)
    rows[2, 2 if held else 5], right[2] = 1, end.phi or 0.0
    return rows, right


# --- plane waves in a uniform body


def plane_wave(q, omega, layer, E=0.0, E_smf=0.0, electrostatics="bare"):
    """Potentials, charge densities and currents that answer E, E_smf exp(i q z - i omega t), by solving 5 equations.

        -i omega rho_s + i q j_s = -s G_sf (V_up - V_down)
        j_s = sigma_s (E + s E_smf - i q V_s),  rho_s = e^2 nu_s (V_s - phi)

    with phi = 0 ("bare"), rho_up + rho_down = 0 ("neutral") or eps q^2 phi = rho_up + rho_down ("poisson").

    Returns
    -------
    V, rho, j : (2,) complex arrays
    """
    # unknowns V_up, V_down, phi, rho_up, rho_down, each equation divided by what makes it of order one
    A, b = np.zeros((5, 5), complex), np.zeros(5, complex)
    for k, s in enumerate(S):
        A[k, k] = q**2 * layer.sigma[k]
        A[k, :2] += s * S * layer.G_sf
        A[k, 3 + k] = -1j * omega
        b[k] = -1j * q * layer.sigma[k] * (E + s * E_smf)
        stiffness = e**2 * layer.nu[k]
        A[2 + k, [k, 2, 3 + k]] = stiffness, -stiffness, -1
    A[4] = {
        "bare": [0, 0, 1, 0, 0],
        "neutral": [0, 0, 0, 1, 1],
        "poisson": [0, 0, layer.eps * q**2, -1, -1],
    }[electrostatics]
    unit = np.array([1, 1, 1, *(e**2 * np.array(layer.nu))])
    A = A * unit
    scale = np.abs(A).max(axis=1)
    solution = np.linalg.solve(A / scale[:, None], b / scale) * unit
    V = solution[:2]
    return V, solution[3:], np.array(layer.sigma) * (E + S * E_smf - 1j * q * V)


def decay_rates(q, sigma, nu, tau_sf):
    """Decay rates of exp(i q x) in a given field, eigenvalues of the matrix of rates, slow first  [SK11 (109)]."""
    sigma, nu = np.array(sigma), np.array(nu)
    flip = nu[::-1] / nu.sum() / tau_sf  # 1/tau_s, in detailed balance
    rates = np.diag(sigma / (e**2 * nu) * q**2 + flip) - np.array([[0, flip[1]], [flip[0], 0]])
    return np.sort(np.linalg.eigvals(rates).real)


def neutral_decay(q, sigma, nu, tau_sf):
    """Decay rate of exp(i q x) in a neutral metal.

    1/tau_sf + D q^2,  D = (D_up sigma_down + D_down sigma_up) / (sigma_up + sigma_down)
    """
    (up, down), D = sigma, np.array(sigma) / (e**2 * np.array(nu))
    return 1 / tau_sf + (D[0] * down + D[1] * up) / (up + down) * q**2


def thomas_fermi(nu, eps):
    """Length that screens charge, 1/lambda^2 = e^2 (nu_up + nu_down) / eps."""
    return np.sqrt(eps / (e**2 * sum(nu)))


# --- multilayers


def valet_fert_channels(rho, beta):
    """(sigma_up, sigma_down) of rho_s = 2 rho* (1 -+ beta)  [Valet93]."""
    return 1 / (2 * rho * (1 - beta)), 1 / (2 * rho * (1 + beta))


def valet_fert(t, rho_F, l_F, beta, rho_N, l_N, AR=0.0, gamma=0.0):
    """Resistances (parallel, antiparallel) of F|N(t)|F with infinite F, beyond those of F, ohm m^2  [Valet93].

    A R = rho_N t + 2 [beta^2 r_F + AR - (beta r_F + gamma AR)^2 / (r_F + AR + X)],  r = rho* l
    X = r_N tanh(t / 2 l_N) parallel, r_N coth(t / 2 l_N) antiparallel
    """
    r_F, r_N = rho_F * l_F, rho_N * l_N
    X = r_N * np.tanh(t / (2 * l_N)) ** np.array([1, -1])
    return rho_N * t + 2 * (beta**2 * r_F + AR - (beta * r_F + gamma * AR) ** 2 / (r_F + AR + X))


def single_interface(rho_F, l_F, beta, rho_N, l_N):
    """Resistance of the spin accumulation at one interface, beta^2 r_F r_N / (r_F + r_N), ohm m^2  [Valet93]."""
    r_F, r_N = rho_F * l_F, rho_N * l_N
    return beta**2 * r_F * r_N / (r_F + r_N)


def takahashi_maekawa(L, R_N, l_N, R_F, p, R_i=0.0, P=0.0):
    """Resistance (V_P - V_AP)/2 over I of a non-local spin valve, ohm  [Takahashi03].

    R_N = rho_N l_N / A_N; R_F = rho_F l_F / A_J with the plain resistivity rho_F = 1/(sigma_up + sigma_down) of
    polarisation p; R_i = 1/(G_up + G_down) is the resistance of a junction, P its polarisation.
    """
    interface, magnet = R_i / R_N / (1 - P**2), R_F / R_N / (1 - p**2)
    decay = np.exp(-L / l_N)
    return 2 * R_N * decay * (P * interface + p * magnet) ** 2 / ((1 + 2 * interface + 2 * magnet) ** 2 - decay**2)


# --- motive forces


def precessing_wall(P, phase_rate):
    """Open-circuit voltage, right minus left, of a wall that turns, n_z from 1 to -1, any width  [Barnes07, Yang09].

    V = P hbar d_t phi / e,  n = (sin theta cos phi, sin theta sin phi, cos theta)
    """
    return P * hbar * phase_rate / e


def moving_wall(P, beta, v, width):
    """Open-circuit voltage, right minus left, of a wall tanh(x / width) that moves rigidly at v  [SK11 (102)].

    E_smf = -(hbar beta v / 2e) (d_x n)^2 and int (d_x n)^2 = 2 / width.
    """
    return -P * hbar * beta * v / (e * width)


def voltage_per_field(P, g=2.0):
    """Mean voltage of a wall far above breakdown per field, V/T: d_t phi = g mu_B B / hbar  [Yang09]."""
    return P * g * MU_B / e


def vortex(r, angle, P, v, n_core=1.0, n_z=0.0, R=np.inf):
    """mu^0 + P mu around a vortex that moves rigidly at v through a plane, or the centre of a disc  [Ohe09].

        V = (P hbar v / 2e) sin(angle) [n_core - n_z(r) + (r / R)^2 n_core] / r

    for n = (sin theta cos(phi + c), sin theta sin(phi + c), cos theta): n_z(r) is cos theta, n_core that of the centre,
    and the angle counts from the velocity. Exact where n_z(R) = 0, for any core and spin-diffusion length:
    div grad V = P div E_smf, with the flux 2 pi (n_core - n_z(r)) of n . (d_x n x d_y n) inside r. beta = 0.
    """
    return P * hbar * v / (2 * e) * np.sin(angle) * (n_core - n_z + (r / R) ** 2 * n_core) / r


# --- pumping


def pumped_film(cone, omega, G_r, G_i, sigma, l, D, d):
    """Spin voltage at the face of a film on a magnet that precesses about z, and the spin current in  [Tserkovnyak02].

    In the frame that turns with m = (sin cone, 0, cos cone) all is steady: spin across z decays with
    1/L^2 = 1/l^2 + i omega / D, and Y mu_s = -G (mu_s - mu_p), where Y = (sigma/2L) tanh(d/L) is what the film takes
    up, G what the sheet conducts, mu_p = (hbar/e) m x d_t m.

    Returns
    -------
    mu_s, j : (3,) arrays
        V and A/m^2 into the film, along the turning axes: x is where m leans to, z is d.c.
    """
    m = np.array([np.sin(cone), 0, np.cos(cone)])
    mu_p = hbar / e * omega * (np.array([0, 0, 1]) - m * m[2])
    mixing = G_r * (np.eye(3) - np.outer(m, m)) - G_i * np.cross(m, np.eye(3)).T
    L = 1 / np.sqrt(1 / l**2 + 1j * omega / D)
    across = sigma / (2 * L) * np.tanh(d / L)
    Y = np.zeros((3, 3))
    Y[:2, :2] = [[across.real, -across.imag], [across.imag, across.real]]
    Y[2, 2] = sigma / (2 * l) * np.tanh(d / l)
    mu_s = np.linalg.solve(Y + mixing, mixing @ mu_p)
    return mu_s, Y @ mu_s


def pumped_thin(cone, omega, G_r, sigma, l, d):
    """The d.c. spin current of `pumped_film` for slow precession and G_i = 0, after backflow  [Tserkovnyak02].

    j_z = (hbar omega / e) sin(cone)^2 / [1/G_r + (2 l / sigma) coth(d/l)]
    """
    return hbar * omega / e * np.sin(cone) ** 2 / (1 / G_r + 2 * l / sigma / np.tanh(d / l))
