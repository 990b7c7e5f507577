"""Independent exact solution of spin and charge in a stack of uniform layers, for finite elements to meet.

Written from the strong equations in one dimension, without anything of ddgauge. In a layer, with mu and the spin
currents along z as unknowns,

    F_z^A = Theta_zz^-1 (j_z - Theta_z,xy F_xy)       F_xy^0 = sigma E,  F_xy^a = sigma kappa_a E - sigma (q_xy x mu)^a
    d_z mu^A = -F_z^A / sigma - (q_z x mu)^A          j_xy = Theta_xy,z F_z + Theta_xy,xy F_xy
    d_z j_z^a = -(q_i x j_i)^a - (sigma / D) (R mu - omega x mu)^a,   j_z^0 = 0

is linear with constant coefficients. Growth is tamed by cutting each layer into slabs thinner than the shortest length
in it, each carried by a matrix exponential, and solving for all nodes at once (multiple shooting).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import expm
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

EPS = np.array([[[(a - b) * (b - c) * (c - a) / 2 for c in range(3)] for b in range(3)] for a in range(3)])
FREE = np.eye(12).reshape(3, 4, 3, 4)  # Theta without any Hall effect
NO = (0, 0, 0)


def vec(w):
    """Matrix of v -> w x v."""
    return np.einsum("abc,b->ac", EPS, w)


def theta_of(theta0=NO, thetaC=(NO, NO, NO), thetaL=NO):
    """Theta[i, A, j, B], by solving the constitutive equations as they are printed for each unit force."""
    equations = np.zeros((3, 4, 3, 4))
    for i in range(3):
        for A in range(4):
            equations[i, A, i, A] += 1
            for j in range(3):
                for k in range(3):
                    equations[i, A, j, A] += EPS[i, k, j] * theta0[k]
                    if A > 0:
                        equations[i, 0, j, A] += EPS[i, k, j] * thetaC[A - 1][k]
                        equations[i, A, j, 0] += EPS[i, k, j] * thetaC[A - 1][k]
            for b in range(3):
                for c in range(3):
                    if A > 0:
                        equations[i, A, i, c + 1] -= EPS[A - 1, b, c] * thetaL[b]
    forces = np.eye(12)
    return np.linalg.solve(equations.reshape(12, 12), forces).reshape(3, 4, 3, 4)


@dataclass(frozen=True)
class Layer:
    """A uniform layer; SI."""

    thickness: float
    sigma: float
    D: float
    R: np.ndarray  # (3, 3), 1/s
    omega: np.ndarray = (0, 0, 0)  # rad/s
    q: np.ndarray = ((0, 0, 0),) * 3  # q[i, b], 1/m
    Theta: np.ndarray = field(default_factory=lambda: FREE)  # Theta[i, A, j, B]
    kappa: np.ndarray = (0, 0, 0)

    def currents(self, E):
        """Linear maps from y = (mu, j_z, 1), both of spin: all forces F[i, A] and all currents j[i, A]."""
        force = np.zeros((3, 4, 7))
        for i in (0, 1):
            force[i, 0, 6] = self.sigma * E[i]
            force[i, 1:, :3] = -self.sigma * vec(self.q[i])
            force[i, 1:, 6] = self.sigma * np.asarray(self.kappa) * E[i]
        j_z = np.zeros((4, 7))
        j_z[1:, 3:6] = np.eye(3)
        in_plane = np.einsum("AiB,iBn->An", self.Theta[2][:, :2], force[:2])
        force[2] = np.linalg.solve(self.Theta[2][:, 2], j_z - in_plane)
        return force, np.einsum("iAjB,jBn->iAn", self.Theta, force)

    def generator(self, E):
        """(14, 14) matrix of d_z (mu, j_z, 1, mu^0, integral of mu, of j_z)."""
        force, j = self.currents(E)
        mu = np.eye(3, 7)
        slope = np.zeros((14, 14))
        slope[:3, :7] = -force[2, 1:] / self.sigma - vec(self.q[2]) @ mu
        slope[3:6, :7] = -self.sigma / self.D * (self.R - vec(self.omega)) @ mu
        for i in range(3):
            slope[3:6, :7] -= vec(self.q[i]) @ j[i, 1:]
        slope[7, :7] = -force[2, 0] / self.sigma
        slope[8:14, :6] = np.eye(6)
        return slope

    def slabs(self, E):
        """Number of slabs, each thinner than the shortest length in the layer."""
        spin = self.generator(E)[:6, :6]
        wave_number = np.abs(np.linalg.eigvals(spin)).max()
        return max(1, int(np.ceil(self.thickness * wave_number / 0.7)))


class Film:
    """A solved stack: mu(z), j(z), and integrals of the current."""

    def __init__(self, layers, E, bottoms, slabs, states, mu0):
        self.layers, self.E, self.bottoms, self.slabs, self.states, self.mu0 = layers, E, bottoms, slabs, states, mu0

    def _at(self, z, layer):
        n = np.searchsorted(self.bottoms, z, side="right") - 1 if layer is None else layer
        n = min(max(n, 0), len(self.layers) - 1)
        h = self.layers[n].thickness / self.slabs[n]
        k = min(max(int((z - self.bottoms[n]) / h), 0), self.slabs[n] - 1)
        start = np.concatenate([self.states[n][k], [1, self.mu0[n][k]], np.zeros(6)])
        return n, expm(self.layers[n].generator(self.E) * (z - self.bottoms[n] - k * h)) @ start

    def mu(self, z, layer=None):
        """(4,) potentials in V; mu^0 is zero at the bottom. At an interface `layer` says which side."""
        y = self._at(z, layer)[1]
        return np.array([y[7], *y[:3]])

    def j(self, z, layer=None):
        """(3, 4) current densities j[i, A], A/m^2."""
        n, y = self._at(z, layer)
        return self.layers[n].currents(self.E)[1] @ y[:7]

    def integral(self, n):
        """(7,) integral over layer n of (mu^a, j_z^a, 1)."""
        layer = self.layers[n]
        step = expm(layer.generator(self.E) * layer.thickness / self.slabs[n])
        starts = (np.concatenate([state, [1, 0], np.zeros(6)]) for state in self.states[n][:-1])
        return np.array([*sum((step @ start)[8:] for start in starts), layer.thickness])

    def sheet_current(self, n=None):
        """(3, 4) integral over z of j[i, A], A/m, of one layer or of all."""
        if n is None:
            return sum(self.sheet_current(n) for n in range(len(self.layers)))
        return self.layers[n].currents(self.E)[1] @ self.integral(n)


def film(layers, E=NO, bottom="insulating", top="insulating", junctions=None, source=NO):
    """Solve a stack for the in-plane field E.

    Parameters
    ----------
    layers : list of Layer
        Bottom to top, z = 0 at the bottom.
    E : (3,) array
        In-plane field, V/m.
    bottom, top : "insulating", "sink" or (3, 3) array
        No spin current, mu = 0, or outward current density per mu_s = 2 mu, S/m^2.
    junctions : dict
        {n: (2, 3, 2, 3) array}, S/m^2: between layers n and n + 1 the current density out of side s (0 below) is
        sum_t junction[s, :, t] mu_s,t; all other interfaces have mu and j_z continuous.
    source : (3,) array
        Spin current injected at the top, A/m^2, along -z.
    """
    junctions = junctions or {}
    slabs = [layer.slabs(E) for layer in layers]
    first = np.concatenate([[0], np.cumsum(np.array(slabs) + 1)])  # index of each layer's first node
    size = 6 * first[-1]
    admittance = max(layer.sigma * np.abs(np.linalg.eigvals(layer.generator(E)[:6, :6])).max() for layer in layers)
    scale = np.concatenate([np.ones(3), admittance * np.ones(3)])  # of (mu, j_z), so that both count alike
    A, b = lil_matrix((size, size)), np.zeros(size)
    row = 0

    def node(n):
        return slice(6 * n, 6 * n + 6)

    def face(condition, n, outward, source):
        equation = np.zeros((3, 6))
        if isinstance(condition, str) and condition == "sink":
            equation[:, :3] = np.eye(3)
        else:
            equation[:, 3:] = outward * np.eye(3)
            if not isinstance(condition, str):
                equation[:, :3] = -2 * np.asarray(condition)
            equation /= admittance
        A[row : row + 3, node(n)] = equation * scale
        b[row : row + 3] = -np.asarray(source) / admittance

    for n, layer in enumerate(layers):
        step = expm(layer.generator(E) * layer.thickness / slabs[n])
        for k in range(first[n], first[n + 1] - 1):
            A[row : row + 6, node(k)] = -step[:6, :6] * scale / scale[:, None]
            A[row : row + 6, node(k + 1)] = np.eye(6)
            b[row : row + 6] = step[:6, 6] / scale
            row += 6
    for n in range(len(layers) - 1):
        below, above = first[n + 1] - 1, first[n + 1]
        if n in junctions:
            equation = np.zeros((6, 12))
            equation[:3, 3:6], equation[3:, 9:] = np.eye(3), -np.eye(3)
            equation[:, [0, 1, 2, 6, 7, 8]] -= 2 * junctions[n].reshape(6, 6)
            equation *= np.concatenate([scale, scale]) / admittance
            A[row : row + 6, node(below)], A[row : row + 6, node(above)] = equation[:, :6], equation[:, 6:]
        else:
            A[row : row + 6, node(below)], A[row : row + 6, node(above)] = -np.eye(6), np.eye(6)
        row += 6
    face(bottom, 0, -1, NO)
    row += 3
    face(top, first[-1] - 1, 1, source)
    y = spsolve(A.tocsc(), b).reshape(-1, 6) * scale
    states = [y[first[n] : first[n + 1]] for n in range(len(layers))]
    mu0, level = [], 0.0
    for n, layer in enumerate(layers):
        step = expm(layer.generator(E) * layer.thickness / slabs[n])
        mu0.append([level])
        for state in states[n][:-1]:
            level = (step @ np.concatenate([state, [1, level], np.zeros(6)]))[7]
            mu0[-1].append(level)
    bottoms = np.concatenate([[0], np.cumsum([layer.thickness for layer in layers])[:-1]])
    return Film(layers, E, bottoms, slabs, states, mu0)


def interface_parts(sigma, D, R, omega=NO, q=(NO, NO, NO), Theta=FREE, thickness=1e-9, far="insulating"):
    """Response of a layer whose top face is held at mu_s = 2 mu, each (3, 3) with a column per spin of mu_s.

    total : current along +z at the top face, S/m^2
    gauge : -integral of q_i x j_i, the part of total that the gauge field takes, S/m^2
    content : integral of mu, m; relaxation and precession take -(sigma / D) (R - [omega]x) content
    far : current along +z at the bottom face, S/m^2
    """
    layer = Layer(thickness, sigma, D, np.asarray(R), np.asarray(omega), np.asarray(q), Theta)
    columns = []
    for spin in np.eye(3):  # inject a unit of current, read mu: resistance, then conductance
        solved = film([layer], bottom=far, source=spin * sigma)
        flow = solved.sheet_current()[:, 1:]
        gauge = -sum(np.cross(layer.q[i], flow[i]) for i in range(3))
        top, bottom = solved.states[0][-1], solved.states[0][0]
        columns.append([top[:3], top[3:], gauge, solved.integral(0)[:3], bottom[3:]])
    mu, *parts = np.array(columns).transpose(1, 2, 0)
    return dict(zip(["total", "gauge", "content", "far"], [part @ np.linalg.inv(2 * mu) for part in parts]))


def interface_matrix(sigma, D, R, omega=NO, q=(NO, NO, NO), Theta=FREE, thickness=1e-9, far="insulating"):
    """(3, 3) response of a layer, S/m^2 on mu_s = 2 mu: current along +z at its top face, where mu is given.

    far : "insulating", "sink" or an outward (3, 3) sheet on mu_s at the bottom face.
    """
    return interface_parts(sigma, D, R, omega, q, Theta, thickness, far)["total"]


def resistivity(layers, **boundaries):
    """(2, 2) in-plane resistivity over the whole thickness, ohm m, from the conductances for E along x and y."""
    currents = [film(layers, E=E, **boundaries).sheet_current()[:2, 0] for E in np.eye(3)[:2]]
    return np.linalg.inv(np.array(currents).T / sum(layer.thickness for layer in layers))
