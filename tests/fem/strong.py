"""The strong equations of spin and charge, by symbolic differentiation, and manufactured solutions of them.

Nothing here comes from ddgauge.physics: F = sigma (E - D mu), j = Theta F with Theta from the constitutive equations as
they are printed, and the load that makes any mu a solution, f = d_i j_i + q_i x j_i + (sigma/D) (R mu - omega x mu).
"""

from dataclasses import dataclass

import numpy as np
import sympy as sp

from tests.exact_film import theta_of

PLACE = sp.symbols("x y z", real=True)  # m
NO = (0, 0, 0)


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


@dataclass(frozen=True)
class Matter:
    """Coefficients of a layer, SI; q[i][b] may hold expressions in PLACE."""

    sigma: float = 2e6
    D: float = 2e-4
    R: tuple = ((1e14, 0, 0), (0, 1e14, 0), (0, 0, 1e14))
    omega: tuple = NO
    q: tuple = (NO, NO, NO)
    theta0: tuple = NO
    thetaC: tuple = (NO, NO, NO)
    thetaL: tuple = NO
    kappa: tuple = NO

    @property
    def Theta(self):
        return theta_of(self.theta0, self.thetaC, self.thetaL)

    def forces(self, mu, E):
        """F[i][A]."""
        F = []
        for i in range(3):
            turned = [0, *cross(self.q[i], mu[1:])]
            felt = [E[i], *(kappa * E[i] for kappa in self.kappa)]
            F.append([self.sigma * (felt[A] - sp.diff(mu[A], PLACE[i]) - turned[A]) for A in range(4)])
        return F

    def currents(self, mu, E):
        """j[i][A]."""
        F, Theta = self.forces(mu, E), self.Theta
        return [
            [
                sum(Theta[i, A, j, B] * F[j][B] for j in range(3) for B in range(4) if Theta[i, A, j, B])
                for A in range(4)
            ]
            for i in range(3)
        ]

    def load(self, mu, E):
        """Function of points (3, N), m, that returns (N, 4): the source that the balance of each field needs, A/m^3."""
        slope = [[sp.diff(f, s) for s in PLACE] for f in mu]
        jets = function([[f, *d, *(sp.diff(g, s) for g in d for s in PLACE)] for f, d in zip(mu, slope)])
        gauge = function([[[b, *(sp.diff(b, s) for s in PLACE)] for b in row] for row in sp.sympify(self.q)])
        Theta, nu, R, omega = self.Theta, self.sigma / self.D, np.array(self.R), np.array(self.omega)

        def of(x):
            values, fields = jets(x), gauge(x)
            m, dm, ddm = values[..., 0], values[..., 1:4], values[..., 4:].reshape(-1, 4, 3, 3)
            q, dq = fields[..., 0], fields[..., 1:]  # q[N, i, b], dq[N, j, b, i] = d_i q_j^b
            F = np.zeros((len(m), 3, 4))
            dF = np.zeros((len(m), 3, 3, 4))  # d_i F_j^A
            F[:] = np.outer(E, [1, *self.kappa]) - np.swapaxes(dm, 1, 2)
            F[:, :, 1:] -= np.cross(q, m[:, None, 1:])
            dF[:] = -np.moveaxis(ddm, 1, 3)
            spin_slope = np.swapaxes(dm[:, 1:], 1, 2)
            dF[..., 1:] -= np.cross(np.moveaxis(dq, 3, 1), m[:, None, None, 1:])
            dF[..., 1:] -= np.cross(q[:, None], spin_slope[:, :, None])
            j = self.sigma * np.einsum("iAjB,njB->niA", Theta, F)
            f = self.sigma * np.einsum("iAjB,nijB->nA", Theta, dF)
            f[:, 1:] += nu * (m[:, 1:] @ R.T - np.cross(omega, m[:, 1:])) + np.cross(q, j[..., 1:]).sum(axis=1)
            return f

        return of


def at(expressions, axis, position):
    return [sp.sympify(e).subs(PLACE[axis], position) for e in expressions]


def with_current(matter, mu, E, axis, position, other, target, fields=(0, 1, 2, 3)):
    """mu with its slope at one of two planes changed so that the current of some fields along the axis is the target.

    Neither the values at both planes nor the slope at the other change.
    """
    s, fields = PLACE[axis], list(fields)
    bump = (s - position) * (s - other) ** 2 / (position - other) ** 2
    j = at(matter.currents(mu, E)[axis], axis, position)
    inverse = np.linalg.inv(matter.sigma * matter.Theta[axis, :, axis][np.ix_(fields, fields)])
    excess = [j[A] - target[A] for A in fields]
    changed = list(mu)
    for k, A in enumerate(fields):
        changed[A] = changed[A] + bump * sum(inverse[k, m] * excess[m] for m in range(len(fields)))
    return changed


def times(matrix, vector):
    return [sum(float(a) * v for a, v in zip(row, vector)) for row in matrix]


def function(expressions):
    """Function of points (3, N), m, that returns the expressions' values, (N, *shape)."""
    expressions = np.asarray(expressions, dtype=object)
    law = sp.lambdify(PLACE, list(expressions.ravel()), modules="numpy", cse=True)

    def of(x):
        values = [np.broadcast_to(np.asarray(v, float), x.shape[1:]) for v in law(*x)]
        return np.stack(values, axis=-1).reshape(*x.shape[1:], *expressions.shape)

    return of


def source(f):
    """Load F[p, A] of a system from the function f."""

    def of(x):
        F = np.zeros((x.shape[1], 4, 4))
        F[:, 0] = f(x)
        return F

    return of
