"""A tunnel junction alone: what its electrodes store and exchange, as it stands and along its scans."""

import time

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.problem import Result
from ddgauge.experiment.tunnel_point import RATES, Point, rate_unit
from ddgauge.model import InputError
from ddgauge.model.electrode import ENERGY
from ddgauge.model.junction import SIDES
from ddgauge.physics.tunnel import si
from ddgauge.units import E_CHARGE, HBAR

SHOWN = 301  # energies at which what is stored is resolved
ROUNDING = 1e-12


def tunnel(case, comm=MPI.COMM_WORLD, step=lambda text: None):
    """The Result of a TunnelRun, the same on every rank: points of scans are shared among ranks.

    Parameters
    ----------
    case : model.tunnel_run.TunnelRun
    comm : MPI communicator
    step : function of a text, called before anything that may take long

    Raises
    ------
    model.InputError
        A point of a scan that cannot be; says which.
    """
    step("junction")
    start, setting = time.perf_counter(), case.at({})
    point = Point(case, setting)
    numbers = point.numbers() | {"energy_resolved": resolved(setting)}
    said = case.warnings() + point.said
    seconds = {"junction": time.perf_counter() - start}
    if case.scan:
        step("scan")
        numbers["scan"], of_scan = scan(case, comm)
        said += of_scan
        seconds["scan"] = time.perf_counter() - start - seconds["junction"]
    numbers |= _in_si(case, numbers) | {"timings": seconds | {"units": {"*": "s"}}}
    return Result(case, numbers, None, warnings=list(dict.fromkeys(said)), comm=comm)


def si_factors(case):
    """{what: (factor from the unit of a rate, unit)} of charge, torque and all others; None without energy_unit."""
    junction = case.junction
    if junction.energy_unit is None:
        return None
    if junction.conductance is None:
        rate, per = si.rate(1.0, junction.energy_unit), ("A", "J", "1/s")
    else:
        rate, per = si.rate_per_area(junction.energy_unit, junction.conductance), ("A/m^2", "J/m^2", "1/(s m^2)")
    return dict(zip(("charge", "torque", "*"), zip((E_CHARGE * rate, HBAR * rate, rate), per)))


def _in_si(case, numbers):
    """The tables of rates again, in SI, under the same names with _si."""
    factors = si_factors(case)
    if factors is None:
        return {}
    found = {}
    for key in RATES:
        factor, unit = factors["charge" if key == "charge_current" else "torque" if key == "torque" else "*"]
        table = {name: _times(value, factor) for name, value in numbers[key].items() if name != "units"}
        found[f"{key}_si"] = table | {"units": {"*": unit}}
    names = {"charge": "charge_current", "torque": "torque", "*": "rate"}
    conversion = {names[key]: factor for key, (factor, _) in factors.items()}
    return found | {"conversion": conversion | {"units": {names[key]: unit for key, (_, unit) in factors.items()}}}


def _times(value, factor):
    if isinstance(value, dict):
        return {key: _times(item, factor) for key, item in value.items()}
    return None if value is None else factor * value


def resolved(setting):
    """What is stored at each energy: over all of the bands, and finely about the chemical potentials."""
    pair = [side.electrode for side in setting[:2]]
    w = _energies(pair)
    found = {"energy": w}
    for side, electrode in zip(SIDES, pair):
        nu, f = electrode.nu(w), electrode.f(w)
        try:
            of_modes = electrode.resolved(w)
        except ValueError:  # only the densities of states are known
            of_modes = {"spin": (nu[0] * f[0] - nu[1] * f[1]) / 2}
        spin = of_modes["spin"]
        of_modes["spin"] = np.where(np.abs(spin) > ROUNDING * nu.max(), spin, 0.0)
        for key, values in {"nu_up": nu[0], "nu_dn": nu[1], "f": f[0], **of_modes}.items():
            found.setdefault(key, {})[side] = values
    per_energy = dict.fromkeys(("nu_up", "nu_dn", "spin"), f"1/{ENERGY}")
    return found | {"units": {"energy": ENERGY, **per_energy, "*": "1"}}


def _energies(pair):
    """Energies of both bands, a little beyond their ends; more of them where the exchange part is."""
    ends = np.array([[electrode.edges(s)[[0, -1]] for s in (0, 1)] for electrode in pair])
    low, high = ends.min(), ends.max()
    mu = [electrode.filling(0) for electrode in pair]
    splitting = np.abs(ends[:, 1] - ends[:, 0]).max()
    reach = max(1.5 * splitting, *(10 * electrode.T for electrode in pair), 0.02 * (high - low))
    margin = 0.02 * (high - low)
    fine = np.linspace(max(min(mu) - reach, low), min(max(mu) + reach, high), SHOWN)
    return np.union1d(np.linspace(low - margin, high + margin, SHOWN), fine)


def scan(case, comm=MPI.COMM_WORLD):
    """All points of the scans, the last dimension fastest: {name: (points, ...) array} with units, and warnings."""
    grid, kept, mine = case.grid, {}, []
    for changes in grid[comm.rank :: comm.size]:
        try:
            point = Point(case, case.at(changes), kept)
            mine.append((_row(point), point.said))
        except ValueError as error:  # raised on every rank
            mine.append(error)
    rows = [None] * len(grid)
    for rank, part in enumerate(comm.allgather(mine)):
        rows[rank :: comm.size] = part
    for changes, row in zip(grid, rows):
        if isinstance(row, Exception):
            where = ", ".join(f"{name} = {value:g}" for name, value in changes.items())
            raise InputError(str(row) if str(row).startswith("scan") else f"scan, at {where}: {row}", placed=True)
    said = list(dict.fromkeys(text for _, texts in rows for text in texts))
    more = f" (and {len(said) - 1} more like it along the scans)" if len(said) > 1 else ""
    parameters = {scan.parameter: np.array([changes[scan.parameter] for changes in grid]) for scan in case.scan}
    units = {"*": rate_unit(case), "N": "1", "S": "hbar", "q_ex": "hbar^2", "J_L": "1", "J_R": "1", "dimensions": ""}
    units |= {scan.parameter: scan.unit for scan in case.scan}
    dimensions = [[scan.parameter for scan, _ in together] for together in case.axes]
    return parameters | {"dimensions": dimensions} | _stacked([row for row, _ in rows]) | {"units": units}, [
        said[0] + more
    ] if said else []


def _row(point):
    """What a row of a scan holds."""
    stores = {key: values for key, values in point.storage().items() if key in ("N", "S", "q_ex")}
    numbers = {"J_L": point.setting.J_L, "J_R": point.setting.J_R, "I_N": point.flow.charge, "I_S": point.flow.spin}
    numbers |= point.of_nodes(point.c) | stores | {"I_Q": {part: dict(found) for part, found in point.parts().items()}}
    return numbers | {"closed_form": point.formula and point.of_nodes(point.formula)}


def _stacked(rows):
    """Rows of numbers, vectors and tables as one table of arrays; of numbers that some rows lack lists with None."""
    there = [row for row in rows if row is not None]
    if there and isinstance(there[0], dict):
        return {key: _stacked([row and row[key] for row in rows]) for key in there[0]}
    return (np.array(rows) if len(there) == len(rows) else rows) if there else None
