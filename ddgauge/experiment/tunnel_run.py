"""A tunnel junction alone: what its electrodes store and exchange, as it stands and along its scans."""

import warnings

import numpy as np
from mpi4py import MPI

from ddgauge.experiment.problem import Result
from ddgauge.model import InputError
from ddgauge.model.electrodes import ENERGY
from ddgauge.model.tunnel_run import SIDES
from ddgauge.physics.tunnel import si
from ddgauge.physics.tunnel.coefficients import coefficients, spin_rates
from ddgauge.physics.tunnel.storage import nonlocal_tensor, stored
from ddgauge.physics.tunnel.tensors import currents, principal_axes, rotates
from ddgauge.units import E_CHARGE, HBAR

NODES = ("LL", "RR", "LR")
OWN = dict(zip(NODES, SIDES))  # the electrode of a node that is of one alone
PARTS = ("direct", "exchange", "total")
OF_A_NODE = ("E_S", "A_S", "T_S", "E_ex", "A_ex", "T_ex")
SHOWN = 301  # energies at which what is stored is resolved
ROUNDING = 1e-12
RATES = ("coefficients", "charge_current", "spin_current", "torque", "quadrupole_current", "per_spin", "per_pair",
         "principal_values")  # fmt: skip


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
    setting = case.at({})
    point = Point(case, setting)
    numbers = point.numbers() | {"energy_resolved": resolved(setting)}
    said = case.warnings() + point.said
    if case.scan:
        step("scan")
        numbers["scan"], of_scan = scan(case, comm)
        said += of_scan
    return Result(case, numbers | _in_si(case, numbers), None, warnings=list(dict.fromkeys(said)), comm=comm)


class Point:
    """A junction at one setting: coefficients, what is stored, currents.

    Parameters
    ----------
    case : model.tunnel_run.TunnelRun
    setting : model.tunnel_run.Setting
    kept : dict, optional
        Coefficients and what is stored of settings that were met before, which other axes do not change.
    """

    def __init__(self, case, setting, kept=None):
        self.case, self.setting, self.kept = case, setting, {} if kept is None else kept
        self.L, self.R = setting.L.electrode, setting.R.electrode
        self.axes = {"L": setting.J_L, "R": setting.J_R}
        self.c, self.stored, self.formula, self.said = self._of_energies()
        self.flow = currents(self.c, setting.J_L, setting.J_R)

    def _of_energies(self):
        """Coefficients, (Stored of L, of R), coefficients in closed form or None, and what there is to say of them."""
        key = repr([[(k, v) for k, v in vars(side).items() if isinstance(v, float)] for side in self.setting[:2]])
        if key not in self.kept:
            self.kept[key] = self._computed()
        return self.kept[key]

    def _computed(self):
        formula, excuses = self._closed_form()
        asked = self.case.junction.method == "closed-form"
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            c = formula if asked else coefficients(self.L, self.R, self.case.amplitude)
        found = [str(each.message) for each in said]
        return c, (stored(self.L), stored(self.R)), None if asked or excuses else formula, found

    def _closed_form(self):
        try:
            return self.case.closed_form(self.setting)
        except ValueError as error:  # an electrochemical potential beyond a band
            if self.case.junction.method == "closed-form":
                raise InputError(str(error), placed=True) from None
            return None, [str(error)]

    @property
    def exchange(self):
        """{node: (3, 3) array} of the exchange part, or None where it is not wanted."""
        return self.flow.exchange if self.case.junction.quadrupole else None

    def parts(self):
        """{part: {node: (3, 3) array}} of the currents of quadrupole moment."""
        if self.exchange is None:
            return {"direct": self.flow.direct}
        return {"direct": self.flow.direct, "exchange": self.exchange, "total": self.flow.total}

    def of_nodes(self, c):
        """{I_0, I_F, L, R} of Coefficients; of the exchange part only if it is wanted."""
        keys = OF_A_NODE if self.exchange is not None else OF_A_NODE[:3]
        found = {side: {key: getattr(getattr(c, side), key) for key in keys} for side in SIDES}
        return {"I_0": c.I_0, "I_F": c.I_F} | found

    def torques(self):
        """{side: what spin currents exert across its axis: transfer, with bias alone; exchange, also without}."""
        c, (J_L, J_R) = self.c, self.axes.values()
        found = {}
        for side, node, own, other in (("L", c.L, J_L, J_R), ("R", c.R, J_R, J_L)):
            transfer = node.A_S * (other - own * (own @ other))
            found[side] = {"transfer": transfer, "exchange": node.T_S * np.cross(own, other)}
        return found

    def stored_tensors(self):
        """{node: {direct, exchange: (3, 3) array}}, in hbar^2."""
        found = {}
        for node, side, of_side in zip(NODES, SIDES, self.stored):
            found[node] = {"direct": of_side.direct_tensor(self.axes[side])}
            if self.exchange is not None:
                found[node]["exchange"] = of_side.exchange_tensor(self.axes[side])
        return found | {"LR": {"direct": nonlocal_tensor(*self.stored, *self.axes.values())}}

    def storage(self):
        """{N, S, q_ex, and S^2 and -q_ex per pair of electrons: {side: number}}."""
        found = {"N": {}, "S": {}, "q_ex": {}, "direct_per_pair": {}, "exchange_per_pair": {}}
        for side, of_side in zip(SIDES, self.stored):
            pairs = of_side.N * (of_side.N - 1) / 2
            found["N"][side], found["S"][side] = of_side.N, of_side.S
            found["direct_per_pair"][side] = of_side.S**2 / pairs if pairs > 0 else 0.0
            if self.exchange is not None:
                found["q_ex"][side], found["exchange_per_pair"][side] = of_side.q_ex, of_side.per_pair()[1]
        return {key: values for key, values in found.items() if values}

    def numbers(self):
        """All tables, with units."""
        case, setting, flow, parts = self.case, self.setting, self.flow, self.parts()
        unit, tensors = rate_unit(case), self.stored_tensors()
        quadrupole = {node: {part: found[node] for part, found in parts.items()} for node in NODES}
        principal = {node: {part: principal_axes(Q) for part, Q in found.items()} for node, found in quadrupole.items()}
        pairs = {side: of_side.N * (of_side.N - 1) / 2 for side, of_side in zip(SIDES, self.stored)}
        per_pair = {
            node: {part: Q / pairs[side] if pairs[side] > 0 else 0 * Q for part, Q in quadrupole[node].items()}
            for node, side in OWN.items()
        }
        whole = {node: sum(tensors[node].values()) for node in OWN}
        part = "total" if self.exchange is not None else "direct"
        tables = {
            "junction": {
                "bias": setting.bias,
                "angle": setting.angle,
                "amplitude": case.amplitude,
                "Gamma": case.Gamma,
                "units": {"angle": "degree", "Gamma": "1", "*": ENERGY},
            },
            "electrodes": {
                "spin": self.axes,
                "magnetisation": {side: 0.0 - J for side, J in self.axes.items()},
                **{
                    key: {side: getattr(electrode, key) for side, electrode in zip(SIDES, setting)}
                    for key in ("chemical_potential", "temperature")
                },
                "units": {"spin": "1", "magnetisation": "1", "*": ENERGY},
            },
            "storage": self.storage() | {"units": {"N": "1", "S": "hbar", "*": "hbar^2"}},
            "stored_quadrupole": tensors | {"units": {"*": "hbar^2"}},
            "coefficients": self.of_nodes(self.c) | {"closed_form": self.formula and self.of_nodes(self.formula)},
            "charge_current": {"L": flow.charge, "R": -flow.charge},
            "spin_current": {"L": flow.spin, "R": -flow.spin},
            "torque": self.torques(),
            "quadrupole_current": quadrupole,
            "per_spin": flow.per_spin,
            "per_pair": per_pair,
            "principal_values": {
                node: {part: values for part, (values, _) in found.items()} for node, found in principal.items()
            },
            "principal_axes": {
                node: {part: axes.T for part, (_, axes) in found.items()} for node, found in principal.items()
            }
            | {"units": {"*": "1"}},
            "rotation": {node: rotates(quadrupole[node][part], whole[node]) for node in OWN}
            | {"units": {"*": f"{unit} hbar^4"}},
            "checks": self.checks() | {"units": {"*": "1"}},
        }
        return {key: table | {"units": {"*": unit}} if key in RATES else table for key, table in tables.items()}

    def checks(self):
        """What must vanish, relative to the sum of its magnitudes.

        golden_rule: spin along J_L against the rates between spins; conservation: the quadrupole moment that comes to
        both electrodes and to what lies between them, each by its own formula.
        """
        J_L, J_R = self.axes.values()
        cosine = float(J_L @ J_R)
        s = np.array([1, -1])
        W = spin_rates(self.L, self.R, self.case.amplitude)
        tilted = W * (1 + np.outer(s, s) * cosine) / 2
        rule = s @ tilted.sum(axis=1) / 2 - J_L @ self.flow.spin
        direct = self.flow.direct
        scale = sum(np.abs(Q).max() for Q in direct.values())
        left = np.abs(sum(direct.values())).max()
        return {
            "golden_rule": float(abs(rule) / max(np.abs(tilted).sum(), np.finfo(float).tiny)),
            "conservation": float(left / max(scale, np.finfo(float).tiny)),
        }


def rate_unit(case):
    """Unit of a rate: E, or with a conductance E per Gamma = 1."""
    return ENERGY if case.junction.conductance is None else f"Gamma {ENERGY}"


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
