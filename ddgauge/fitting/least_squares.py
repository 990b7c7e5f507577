"""Least squares with priors: the minimum, what the data say of each parameter there, and what they do not say.

Residuals are counted in standard errors, parameters in u: p / size, or ln(p / size).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

MOST_EVALUATIONS = 60
DAMPING = 1e-2  # to begin with
REACH = 0.9  # of a step, relative to a parameter, or in powers of e: not to zero, where what is even has no slope
FLAT = 1e-6  # decrease of the sum of squares, relative to its mean, that is not worth a step: 0.001 standard errors
SHORT = 1e-9  # relative length of such a step
ROUNDING = 1e-14
ALIKE = 1e-6  # what residuals do along a combination of parameters, relative to each by itself, where it is none
PART = 1e-3  # of a parameter in such a combination, beyond which it is undetermined too


@dataclass(frozen=True)
class Scale:
    """The variable u of a parameter."""

    size: float
    log: bool

    def value(self, u):
        """The parameter."""
        return self.size * (float(np.exp(u)) if self.log else u)

    def variable(self, value):
        """u; without end for zero on a logarithmic scale."""
        with np.errstate(divide="ignore"):
            return float(np.log(value / self.size)) if self.log else value / self.size

    def slope(self, value):
        """dp/du."""
        return value if self.log else self.size


def minimum(residuals, start, lower, upper):
    """(u, whether it converged) of the least sum of squares, by Levenberg's and Marquardt's method with bounds.

    It follows narrow valleys, of parameters that are hard to tell apart, with fewer evaluations than methods of scipy.

    Parameters
    ----------
    residuals : function of u
        Gives (residuals, derivatives by u); residuals that are not finite refuse a step.
    start, lower, upper : (parameters,) arrays
    """
    u = np.clip(start, lower, upper)
    r, J = residuals(u)
    scale, damping, growth = np.zeros(len(u)), DAMPING, 2.0
    for _ in range(MOST_EVALUATIONS):
        scale = np.maximum(scale, np.linalg.norm(J, axis=0))
        reach = REACH * np.maximum(1.0, np.abs(u))
        low, high = np.maximum(lower - u, -reach), np.minimum(upper - u, reach)
        step = _step(r, J, low, high, damping, np.where(scale > 0, scale, 1.0))
        new, cost, gain = np.clip(u + step, lower, upper), r @ r, r @ r - np.sum((r + J @ step) ** 2)
        short = np.linalg.norm(scale * step) <= SHORT * np.linalg.norm(scale * u)
        if short or gain <= (FLAT / len(r) if damping <= 1 else ROUNDING) * cost:
            if (np.abs(step) < reach).all():
                return u, True
            damping, growth = damping * growth, 2 * growth  # cut short, it says nothing of what is to be gained
            continue
        r_new, J_new = residuals(new)
        ratio = (cost - r_new @ r_new) / gain if np.isfinite(r_new).all() else -1.0
        if ratio > 1e-4:
            u, r, J = new, r_new, J_new
            damping, growth = max(damping * max(0.1, 1 - (2 * ratio - 1) ** 3), 1e-12), 2.0
        else:
            damping, growth = damping * growth, 2 * growth
    return u, False


def _step(r, J, lower, upper, damping, scale):
    """The change of u that reduces the residuals, between bounds: one that it would pass is reached, others follow."""
    step, free = np.zeros(len(lower)), ~((lower >= 0) & (J.T @ r > 0) | (upper <= 0) & (J.T @ r < 0))
    while count := int(free.sum()):
        damped = np.vstack([J[:, free], np.sqrt(damping) * np.diag(scale[free])])
        left = np.append(-r - J[:, ~free] @ step[~free], np.zeros(count))
        step[free] = np.linalg.lstsq(damped, left, rcond=None)[0]
        beyond = free & ((step < lower) | (step > upper))
        if not beyond.any():
            break
        step[beyond] = np.clip(step, lower, upper)[beyond]
        free &= ~beyond
    return step


@dataclass(frozen=True)
class Blind:
    """A combination of parameters that the data do not determine."""

    direction: np.ndarray  # (parameters,), of u relative to what matters, the largest component 1
    change: float  # of the residuals, in standard errors, when the largest is changed by its own size


def covariance(J, weights):
    """(parameters, parameters) covariance of u, infinite variances where nothing determines a parameter.

    Parameters
    ----------
    J : (residuals, parameters) array
        Data and priors.
    weights : (parameters,) array
        Changes of u that matter.
    """
    scaled = J * weights
    norms = np.linalg.norm(scaled, axis=0)
    C = np.diag(np.full(len(norms), np.inf))
    if (known := np.flatnonzero(norms)).size:
        s, V = _singular(scaled[:, known] / norms[known])
        sound = s > ALIKE
        inner = (V[sound].T / s[sound] ** 2) @ V[sound]
        inner *= np.outer(weights[known] / norms[known], weights[known] / norms[known])
        free = np.abs(V[~sound]).max(axis=0, initial=0) > PART
        inner[free] = inner[:, free] = 0.0
        inner[free, free] = np.inf
        C[np.ix_(known, known)] = inner
    return C


def correlations(C):
    """Correlation matrix of a covariance; nan where a parameter is undetermined."""
    sigma = np.sqrt(np.diag(C))
    with np.errstate(invalid="ignore", divide="ignore"):
        R = C / np.outer(sigma, sigma)
    R[~np.isfinite(sigma)] = R[:, ~np.isfinite(sigma)] = np.nan
    np.fill_diagonal(R, 1.0)
    return R


def blind(J, weights):
    """[Blind] of data (no priors): combinations whose change by what matters is within their standard errors.

    Parameters as of covariance.
    """
    scaled = J * weights
    norms = np.linalg.norm(scaled, axis=0)
    found = []
    for i in np.flatnonzero(norms < 1):
        found.append(Blind(np.eye(len(norms))[i], float(norms[i])))
    seen = np.flatnonzero(norms >= 1)
    if len(seen) < 2:
        return found
    # combinations that cancel: of columns of unit norm, so that a weak parameter is not taken for none
    s, V = _singular(scaled[:, seen] / norms[seen])
    for value, v in zip(s, V):
        direction = np.zeros(len(norms))
        direction[seen] = v / norms[seen]
        direction /= direction[np.argmax(np.abs(direction))]
        change = float(np.linalg.norm(scaled @ direction))
        if change < 1 or value < ALIKE:
            found.append(Blind(direction, change))
    return found


def _singular(A):
    """All singular values of a matrix, as many as it has columns, and the vectors that belong to them, in rows."""
    _, s, V = np.linalg.svd(A)
    return np.append(s, np.zeros(len(V) - len(s))), V


def share(J, C):
    """Number of parameters that some residuals determine, the trace of their part of the hat matrix."""
    known = np.isfinite(np.diag(C))
    part = J[:, known]
    return float(np.einsum("ki,ij,kj->", part, C[np.ix_(known, known)], part))


def quantile(confidence, dof, estimated):
    """Half the width of an interval in standard errors: of Student's distribution where errors were estimated."""
    inside = 0.5 + confidence / 2
    return float(stats.t.ppf(inside, dof) if estimated and dof > 0 else stats.norm.ppf(inside))


def probability(chi_square, dof):
    """Of so large a sum of squares by chance, or None without degrees of freedom."""
    return float(stats.chi2.sf(chi_square, dof)) if dof > 0 else None
