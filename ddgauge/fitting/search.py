"""The search for the parameters of a fit: residuals of data and priors, estimated errors, meshes that follow."""

from dataclasses import dataclass

import numpy as np

from ddgauge.experiment.problem import FAILURES
from ddgauge.fitting import least_squares as ls

ROUNDS = 5  # of meshes made anew for the parameters that were found
ESTIMATES = 12  # of errors from residuals
SAME = 0.01  # relative change of an estimated error that ends these
EXACT = 1e-12  # of values: an estimated error is no smaller


@dataclass(frozen=True)
class Found:
    """Where a search ended."""

    values: np.ndarray  # (parameters,), SI
    sigma: list  # of each column (cells,), SI
    estimated: list  # whether it was estimated, of each column
    model: list  # of each column (cells,), SI
    J: np.ndarray  # (residuals, parameters) derivatives by u, data in standard errors first, then priors
    evaluations: int
    converged: bool


class Together:
    """What all ranks compute together, while rank 0 decides what: searches then never disagree.

    Parameters
    ----------
    comm : MPI communicator
    actions : {name: function}
        Collective; of the same arguments they return or raise the same on all ranks.
    """

    def __init__(self, comm, actions):
        self.comm, self.actions = comm, actions

    def __call__(self, name, *arguments):
        """Rank 0: what an action returns on it."""
        self.comm.bcast((name, arguments))
        try:
            return self.actions[name](*arguments)
        except Exception as error:
            error.everywhere = True  # the other ranks have it too
            raise

    def lead(self, work):
        """On all ranks what `work`, a function of this object that is called on rank 0, returns."""
        if self.comm.rank:
            while True:
                name, arguments = self.comm.bcast(None)
                if name == "end":
                    outcome, error = arguments
                    break
                self.actions[name](*arguments)
        else:
            outcome = error = None
            try:
                outcome = work(self)
            except Exception as caught:
                if getattr(caught, "everywhere", False):
                    raise
                error = caught
            self.comm.bcast(("end", (outcome, error)))
        if error is not None:
            raise error
        return outcome


class Target:
    """Data and priors as functions of the parameters.

    Parameters
    ----------
    items : list of Measured
    unknowns : list of model.fitting.Unknown
    points : Points
    """

    def __init__(self, items, unknowns, points):
        self.items, self.unknowns, self.points = items, unknowns, points
        self.columns = [item.column for item in items]
        self.results = [points.wanted.index(item.result) for item in items]
        self.physical = [i for i, unknown in enumerate(unknowns) if unknown.kind == "path"]
        self.scales = [ls.Scale(self.size(i), unknown.log) for i, unknown in enumerate(unknowns)]
        self.evaluations, self._known = 0, {}

    def size(self, i):
        """A change of a parameter that matters; of an offset the largest of its measured values."""
        unknown = self.unknowns[i]
        if unknown.kind != "offset":
            return unknown.size
        largest = float(np.abs(self.items[self.columns.index(unknown.column)].values).max())
        return abs(unknown.start) or (unknown.prior[1] if unknown.prior else 0.0) or largest or 1.0

    def values(self, u):
        """Parameters in SI."""
        return np.array([scale.value(x) for scale, x in zip(self.scales, u)])

    def variables(self, values):
        """u of parameters."""
        return np.array([scale.variable(value) for scale, value in zip(self.scales, values)])

    def forget(self):
        """Results are of another mesh from here on."""
        self._known.clear()

    def model(self, values, checked=False, slopes=True):
        """[((cells,) values, (cells, parameters) derivatives by u)] of each column, or the exception that they end in.

        Collective.
        """
        key = values.tobytes(), checked, slopes
        if key not in self._known:
            if len(self._known) > 3:
                self._known.pop(next(iter(self._known)))
            self._known[key] = self._model(values, checked, slopes)
        return self._known[key]

    def _model(self, values, checked, sloping):
        self.evaluations += 1
        of_points = values[self.physical]
        try:
            numbers, derivatives = self.points(of_points, sloping, checked)
        except FAILURES as error:
            return error
        slopes = np.array([scale.slope(value) for scale, value in zip(self.scales, values)])
        derivatives = derivatives / self.points.sizes(of_points) * slopes[self.physical]
        found = []
        for item, result in zip(self.items, self.results):
            y, dy = item.model(numbers[:, result], derivatives[:, result])
            J = np.zeros((len(y), len(values)))
            J[:, self.physical] = dy
            factor, offset = self._of_column("factor", item), self._of_column("offset", item)
            if factor is not None:
                J *= values[factor]
                J[:, factor] = y * slopes[factor]
                y = y * values[factor]
            if offset is not None:
                J[:, offset] = slopes[offset]
                y = y + values[offset]
            found.append((y, J))
        return found

    def _of_column(self, kind, item):
        known = [i for i, u in enumerate(self.unknowns) if u.kind == kind and u.column == item.column]
        return known[0] if known else None

    def residuals(self, values, model, sigma):
        """(residuals, derivatives by u) of data, then priors, in standard errors."""
        r = [(y - item.values) / s for item, (y, _), s in zip(self.items, model, sigma)]
        J = [dy / s[:, None] for (_, dy), s in zip(model, sigma)]
        for i, unknown in enumerate(self.unknowns):
            if unknown.prior:
                mean, width = unknown.prior
                r.append([(values[i] - mean) / width])
                J.append(self.scales[i].slope(values[i]) / width * np.eye(len(values))[i : i + 1])
        return np.concatenate(r), np.concatenate(J)

    @property
    def data(self):
        """Number of measured values; the residuals after them are of priors."""
        return sum(len(item.values) for item in self.items)


def search(target, comm):
    """Found. Collective."""

    def serve(values):
        return target.points.serve(values[target.physical])

    def prepare(values):
        target.points.prepare(values[target.physical])
        target.forget()

    together = Together(comm, {"model": target.model, "serve": serve, "prepare": prepare})
    return together.lead(lambda together: _search(target, together))


def _search(target, together):
    start = np.array([unknown.start for unknown in target.unknowns])
    lower, upper = (
        target.variables([getattr(unknown, end) for unknown in target.unknowns]) for end in ("lower", "upper")
    )
    model = together("model", start)
    if isinstance(model, Exception):
        raise _at(target, start, model)
    estimated = [item.sigma is None for item in target.items]
    sigma = [_spread(item) if item.sigma is None else item.sigma for item in target.items]
    several = len(sigma) > 1 or any(unknown.prior for unknown in target.unknowns)
    u = target.variables(start)

    def residuals(u):
        values = target.values(u)
        model = together("model", values)
        if isinstance(model, Exception):  # too far a step
            return np.full(target.data + sum(x.prior is not None for x in target.unknowns), np.inf), None
        return target.residuals(values, model, sigma)

    for _ in range(ROUNDS):
        for _ in range(ESTIMATES):
            u, converged = ls.minimum(residuals, u, lower, upper)
            if not any(estimated):
                break
            sigma, change = _estimate(target, residuals(u), sigma, estimated)
            if not several or change < SAME:
                break
        values = target.values(u)
        if together("serve", values):
            break
        together("prepare", values)
    else:
        converged = False
    checked = together("model", values, True, False)
    if isinstance(checked, Exception):
        raise _at(target, values, checked)
    model = together("model", values)
    _, J = target.residuals(values, model, sigma)
    return Found(values, sigma, estimated, [y for y, _ in model], J, target.evaluations, converged)


def _estimate(target, found, sigma, estimated):
    """Errors of columns from their residuals, and the largest change of one, relative."""
    r, J = found
    weights = np.ones(len(target.unknowns))
    C, start, changed, change = ls.covariance(J, weights), 0, [], 0.0
    for item, s, unknown in zip(target.items, sigma, estimated):
        part = slice(start, start := start + len(s))
        if unknown:
            free = max(len(s) - ls.share(J[part], C), 1e-9 * len(s))
            ratio = max(np.sqrt(r[part] @ r[part] / free), EXACT * np.abs(item.values).max() / s[0], 1e-300)
            change = max(change, abs(np.log(ratio)))
            s = ratio * s
        changed.append(s)
    return changed, change


def _spread(item):
    """A first error of a column: a hundredth of how far its values are apart, or of the values."""
    apart = float(np.ptp(item.values)) or float(np.abs(item.values).max()) or 1.0
    return np.full(len(item.values), 0.01 * apart)


def _at(target, values, error):
    """An exception, with the parameters at which it was raised."""
    where = ", ".join(
        f"{unknown.name} = {value:.6g} {unknown.unit or ''}".rstrip() for unknown, value in zip(target.unknowns, values)
    )
    return type(error)(f"fit, at {where}: {error}")
