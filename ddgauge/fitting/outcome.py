"""What a fit found: parameters with their errors, what the data do not determine, and how well they are described."""

from dataclasses import dataclass

import numpy as np

from ddgauge.fitting import least_squares as ls

LOST = 10.0  # times its own size, or powers of e on a logarithmic scale: an error so large is none
STRONG = 0.95  # correlation that is told of
UNLIKELY = 1e-3  # probability of residuals that is told of
AT_BOUND = 1e-3  # distance from a bound, relative to the range, or to the parameter


@dataclass(frozen=True)
class Parameter:
    """A parameter in SI."""

    name: str
    unit: str
    value: float
    error: float  # standard error; infinite where nothing determines it
    interval: tuple[float, float]  # of the confidence that was asked for
    start: float
    prior: tuple[float, float] | None = None


@dataclass(frozen=True)
class Curve:
    """A column of y, at the rows where it was measured; SI."""

    column: str  # as in the file
    unit: str
    result: str
    rows: np.ndarray
    measured: np.ndarray
    sigma: np.ndarray
    estimated: bool  # whether sigma was, from the residuals
    model: np.ndarray
    factor: float  # what 1 of the file is in SI

    @property
    def residual(self):
        """(cells,) measured - model."""
        return self.measured - self.model


@dataclass
class FitResult:
    """A fit; dictionaries are by name of the parameter, values in SI."""

    parameters: dict[str, Parameter]
    covariance: np.ndarray
    correlations: np.ndarray  # nan where a parameter is undetermined
    curves: list[Curve]
    chi_square: float
    degrees_of_freedom: int
    probability: float | None  # of residuals as large by chance; None where errors were estimated
    confidence: float
    undetermined: list[dict]  # {"combination": {name: change}, "change": in standard errors, "message": text}
    warnings: list[str]
    evaluations: int
    converged: bool
    run: object  # model.Run with the parameters in it
    table: object  # the data
    x: list[str]  # its columns that set values
    seconds: float = 0.0
    files: tuple[str, ...] = ()  # that it was written into

    @property
    def values(self):
        """{name: value}."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    @property
    def errors(self):
        """{name: standard error}."""
        return {name: parameter.error for name, parameter in self.parameters.items()}

    def correlation(self, one, other):
        """Of two parameters."""
        names = list(self.parameters)
        return float(self.correlations[names.index(one), names.index(other)])


def outcome(target, found, run, table, fit):
    """The FitResult of what a search found.

    Parameters
    ----------
    target : search.Target
    found : search.Found
    run : model.Run
        With the parameters in it.
    table : data.Table
    fit : model.fitting.Fit
    """
    unknowns, values = target.unknowns, found.values
    own = np.abs([v / s.size for s, v in zip(target.scales, values)])
    weights = np.where([s.log for s in target.scales] | (own < 0.1), 1.0, own)
    C = ls.covariance(found.J, weights)
    slopes = np.array([scale.slope(value) for scale, value in zip(target.scales, values)])
    curves = [
        Curve(i.header, i.unit, i.result, i.rows, i.values, s, e, y, i.factor)
        for i, s, e, y in zip(target.items, found.sigma, found.estimated, found.model)
    ]
    chi_square = float(sum(((c.residual / c.sigma) ** 2).sum() for c in curves))
    priors = [((v - u.prior[0]) / u.prior[1]) ** 2 for u, v in zip(unknowns, values) if u.prior]
    chi_square, dof = chi_square + sum(priors), target.data + len(priors) - len(unknowns)
    estimated = any(found.estimated)
    width = ls.quantile(fit.confidence, dof, estimated)
    units = [_unit(unknown, target) for unknown in unknowns]
    parameters = {}
    spread = np.sqrt(np.diag(C))
    spread[spread > LOST * weights] = np.inf
    for u, unit, value, scale, slope, of_u in zip(unknowns, units, values, target.scales, slopes, spread):
        half = width * of_u
        if scale.log:
            with np.errstate(over="ignore"):
                interval = value * float(np.exp(-half)), value * float(np.exp(half))
        else:
            interval = value - half * slope, value + half * slope
        parameters[u.name] = Parameter(u.name, unit, float(value), float(of_u * slope), interval, u.start, u.prior)
    blind = ls.blind(found.J[: target.data], weights)
    amounts = [0.1 * w * s for w, s in zip(weights, slopes)]
    undetermined = [_words(b, unknowns, values, amounts, units) for b in blind]
    probability = None if estimated else ls.probability(chi_square, dof)
    R = ls.correlations(C)
    result = FitResult(
        parameters,
        C * np.outer(slopes, slopes),
        R,
        curves,
        chi_square,
        dof,
        probability,
        fit.confidence,
        undetermined,
        [],
        found.evaluations,
        found.converged,
        run,
        table,
        list(fit.x),
    )
    result.warnings += [item["message"] for item in undetermined] + list(_warnings(result, unknowns, target))
    return result


def _unit(unknown, target):
    if unknown.kind == "offset":
        return target.items[target.columns.index(unknown.column)].unit
    return unknown.unit or "1"


def _words(blind, unknowns, values, amounts, units):
    """What is to be said of a combination that the data do not determine."""
    parts = []
    for unknown, value, amount, unit, d in zip(unknowns, values, amounts, units, blind.direction):
        if abs(d) > ls.PART:
            if unknown.log or abs(10 * amount) <= 1.001 * abs(value):
                parts.append((unknown.name, f"{10 * d:+.3g} %"))
            else:
                parts.append((unknown.name, f"{d * amount:+.3g} {unit}".removesuffix(" 1")))
    told = f"{0.1 * blind.change:.1g} standard errors in all"
    if len(parts) == 1:
        ((name, change),) = parts
        message = f"the data do not determine {name}: {change} of it changes them by {told}"
    else:
        first = " with ".join(f"{change} of {name}" for name, change in parts)
        names = ", ".join(name for name, _ in parts[:-1]) + f" and {parts[-1][0]}"
        message = f"the data do not tell {names} apart: {first} changes them by {told}"
    combination = {u.name: float(d) for u, d in zip(unknowns, blind.direction) if abs(d) > ls.PART}
    hint = "; fix it, or give it a prior" if len(parts) == 1 else "; fix one of them, or give it a prior"
    return {"combination": combination, "change": blind.change, "message": message + hint}


def _warnings(result, unknowns, target):
    names = list(result.parameters)
    if not result.converged and not result.undetermined:
        yield f"the search has not converged after {result.evaluations} evaluations; narrow bounds, or start nearer"
    for unknown in unknowns:
        value, reach = result.parameters[unknown.name].value, unknown.upper - unknown.lower
        for end in (unknown.lower, unknown.upper):
            near = abs(value - end) <= AT_BOUND * (reach if np.isfinite(reach) and not unknown.log else abs(end))
            if np.isfinite(end) and near:
                yield f"{unknown.name} ended at its bound {end:g}: its error is that of a free parameter"
    told = {name for item in result.undetermined for name in item["combination"]}
    strong = [
        f"{other} and {one} ({r:+.3f})"
        for i, one in enumerate(names)
        for other, r in zip(names[:i], result.correlations[i])
        if abs(r) > STRONG and not {one, other} <= told
    ]
    if strong:
        yield f"strongly correlated: {', '.join(strong)}"
    if result.probability is not None and result.probability < UNLIKELY:
        per = result.chi_square / result.degrees_of_freedom
        yield (
            f"residuals are larger than their errors say: chi^2 per degree of freedom is {per:.3g}, by chance with"
            f" probability {result.probability:.1g}; the model lacks something, or the errors are too small"
        )
