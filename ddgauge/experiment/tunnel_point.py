"""A tunnel junction at one point of its scans: coefficients, what is stored, currents, and all as tables of numbers."""

import warnings

import numpy as np

from ddgauge.model import InputError
from ddgauge.model.electrode import ENERGY
from ddgauge.model.junction import SIDES
from ddgauge.physics.tunnel.coefficients import coefficients, spin_rates
from ddgauge.physics.tunnel.storage import nonlocal_tensor, stored
from ddgauge.physics.tunnel.tensors import currents, principal_axes, rotates

NODES = ("LL", "RR", "LR")
OWN = dict(zip(NODES, SIDES))  # the electrode of a node that is of one alone
OF_A_NODE = ("E_S", "A_S", "T_S", "E_ex", "A_ex", "T_ex")
RATES = ("coefficients", "charge_current", "spin_current", "torque", "quadrupole_current", "per_spin", "per_pair",
         "principal_values")  # fmt: skip


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

        golden_rule: spin along J_L against the rates between spins, which are about Gamma T each way; conservation: the
        quadrupole moment that comes to both electrodes and to what lies between them, each by its own formula.
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
        rates = np.abs(tilted).sum() + self.case.Gamma * max(self.L.T, self.R.T)
        return {
            "golden_rule": float(abs(rule) / max(rates, np.finfo(float).tiny)),
            "conservation": float(left / max(scale, np.finfo(float).tiny)),
        }


def rate_unit(case):
    """Unit of a rate: E, or with a conductance E per Gamma = 1."""
    return ENERGY if case.junction.conductance is None else f"Gamma {ENERGY}"
