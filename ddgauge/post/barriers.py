"""What tunnel barriers carry: currents, torques, heat and quadrupole moment, at points of an interface and its mean.

L is the layer below, R the one above. Quadrupole currents are rates per area; the node LR is spread over both layers.
"""

import numpy as np

from ddgauge.fem.equations import SolverError
from ddgauge.fem.pointwise import Pointwise
from ddgauge.model import tunnel_bands
from ddgauge.model.tunnel import barriers
from ddgauge.physics.tunnel import full_facet, si, tensors, vector_facet
from ddgauge.physics.tunnel.coefficients import coefficients
from ddgauge.physics.tunnel.facet import spin_conductances
from ddgauge.physics.tunnel.flat_facet import FlatSide, interpolated
from ddgauge.physics.tunnel.storage import stored
from ddgauge.units import E_CHARGE, HBAR, K_B

UP = np.array([0.0, 0.0, 1.0])
SIDES = ("below", "above")
RATE = "1/(s m^2)"
UNITS = {
    "charge_current": "A/m^2", "spin_current": "A/m^2", "voltage_drop": "V", "torque": "J/m^2", "heat": "W/m^2",
    "dissipation": "W/m^2", "exchange_torque": "J/m^2", "emission": RATE, "absorption": RATE, "turning": RATE,
}  # fmt: skip
TENSORS = ("LL", "RR", "LR")


def at_points(barrier, mu):
    """What a barrier carries at points.

    Parameters
    ----------
    barrier : model.tunnel.Barrier
    mu : (2, N, n) array
        Fields below and above, V.

    Returns
    -------
    dict of (N, ...) arrays
        Keys of UNITS, the second axis of torque, heat, emission, absorption and turning is the side; exchange,
        (N, 3, 3, 3), of the nodes LL, RR, LR; per_spin (N, 2, 3, 3). The last seven where bands are known.
    """
    E = barrier.embeddings
    u = np.einsum("rAa,rNa->rNA", E, mu[:, :, : E.shape[2]])  # without the electric potential
    if barrier.full is None:
        j = np.einsum("AqB,qNB->NA", barrier.through, u)
        G = spin_conductances(barrier.G0, *barrier.P, barrier.c).sum()
        joule = j[:, 0] * (u[0, :, 0] - u[1, :, 0]) + np.einsum("Ni,Ni->N", j[:, 1:], _seen(barrier, u))
        heat = vector_facet.heat(G, joule, barrier.T or (0.0, 0.0))
    else:
        law = barrier.full, barrier.G0, barrier.J, np.swapaxes(u, 0, 1)
        (j, _), heat = full_facet.currents(*law), full_facet.heat(*law)
    out = np.einsum("rAC,NC->NrA", vector_facet.outward(barrier.J, barrier.injected), j)
    out += np.einsum("rAqB,qNB->NrA", vector_facet.across(barrier.J, barrier.G_perp), u)
    found = {
        "charge_current": j[:, 0],
        "spin_current": j[:, 1:],
        "voltage_drop": u[0, :, 0] - u[1, :, 0],
        "torque": vector_facet.torques(j[:, 1:], out[:, :, 1:]),
        "heat": heat,
        "dissipation": np.einsum("NrA,rNA->N", out, u),
    }
    return found | (_of_bands(barrier, u, j[:, 1:]) if barrier.splitting else {})


def require_range(full, solution):
    """SolverError where a bias or spin potential is beyond the range that its barrier is tabulated over.

    Parameters
    ----------
    full : {(below, above): model.tunnel.Barrier}
    solution : Solution
    """
    for pair, barrier in full.items():
        means = np.array([solution.interface_potential(*pair, side) for side in (0, 1)])
        below, above = np.einsum("rAa,ra->rA", barrier.embeddings, means)
        spin = max(float(abs(full_facet.along(J, u[None, 1:])[1][0])) for J, u in zip(barrier.J, (below, above)))
        rigid = max(abs(below[0]), abs(above[0])) + spin
        reached, known = rigid if barrier.rigid else max(abs(below[0] - above[0]), spin), barrier.full.range
        if reached > known:
            raise SolverError(
                f"interface {'|'.join(pair)!r}: tunnel: the bias reaches {reached:.4g} V, the tables of its bands end"
                f" at {known:.4g} V; give bias_range = {1.2 * reached:.2g}"
            )


def _seen(barrier, u):
    """(N, 3) jump of the spin potentials that the barrier sees."""
    v = [s if J is None else np.multiply.outer(s @ J, J) for J, s in zip(barrier.J, u[:, :, 1:])]
    return v[0] - v[1]


def _of_bands(barrier, u, js):
    """Exchange torque and quadrupole currents of flat bands, with the occupations at the points."""
    axes, V = _potentials(barrier, u)
    sides = [
        FlatSide(-E_CHARGE * V[r], K_B * barrier.T[r], barrier.splitting[r], barrier.half_width[r], barrier.rigid)
        for r in (0, 1)
    ]
    T_S, *nodes = interpolated(*sides)
    return _quadrupole(barrier.G0, axes, js, T_S, np.stack(nodes, axis=1))


def _potentials(barrier, u):
    """(N, 3) axes of both sides, and (N, 2) potentials of up and down along them."""
    axes, a = zip(*(_along(J, s, other) for J, s, other in zip(barrier.J, u[:, :, 1:], barrier.J[::-1])))
    return axes, [np.stack([u[r, :, 0] + a[r], u[r, :, 0] - a[r]], axis=1) for r in (0, 1)]


def _of_given_bands(barrier, u, js):
    """The same of any bands, at one point: integrals over their modes; and S of each over nb at the Fermi level, J."""
    axes, V = _potentials(barrier, u)
    made = [tunnel_bands.beside(barrier.bands[r], V[r][0], barrier.T[r], barrier.rigid) for r in (0, 1)]
    c = coefficients(*made, 1.0)
    nb = [density(np.zeros(1)).mean() for density in barrier.full.nu]
    Gamma = 2 * np.pi * nb[0] * nb[1]
    nodes = [node.exchange for node in (c.L, c.R)]
    found = np.array([[nodes]]) / Gamma * E_CHARGE if None not in nodes else None
    T_S = np.array([c.L.T_S / Gamma * E_CHARGE])
    rest = [tunnel_bands.beside(bands, np.zeros(2), T, False) for bands, T in zip(barrier.bands, barrier.T)]
    spins = [stored(electrode).S / each * E_CHARGE for electrode, each in zip(rest, nb)]
    return _quadrupole(barrier.G0, axes, js, T_S, None if found is None else found[0]), spins


def _quadrupole(G0, axes, js, T_S, nodes):
    """Exchange torque and quadrupole currents of coefficients over Gamma, J; nodes [N, side, E A T], None if unknown.

    Parameters
    ----------
    axes : two (N, 3) arrays
    js : (N, 3) array
        Spin current without that of the exchange, A/m^2.
    """
    torque = si.torque_per_area(T_S, G0)[:, None] * np.cross(*axes)
    spin = js / (2 * E_CHARGE) + torque / HBAR
    direct = np.stack([tensors.dyad(axes[0], spin), tensors.dyad(axes[1], -spin)], axis=1)
    if nodes is None:
        return {"exchange_torque": torque, "per_spin": direct}
    rates = si.rate_per_area(nodes, G0)
    exchange = [-tensors.dyad(axes[r], _combined(rates[:, r], axes[r], axes[1 - r])) for r in (0, 1)]
    return {
        "exchange_torque": torque,
        "emission": rates[:, :, 0],
        "absorption": rates[:, :, 1],
        "turning": rates[:, :, 2],
        "exchange": np.stack([*exchange, -sum(exchange)], axis=1),
        "per_spin": direct,
    }


def _combined(rates, own, other):
    """(N, 3) E own + A other + T own x other."""
    E, A, T = rates.T[:, :, None]
    return E * own + A * other + T * np.cross(own, other)


def _along(J, u, other):
    """(N, 3) axis of a side, of a metal that of its spin, and (N,) spin potential along it."""
    if J is not None:
        return np.broadcast_to(J, u.shape), u @ J
    size = np.linalg.norm(u, axis=1)
    axis = np.broadcast_to(UP if other is None else other, u.shape)
    return np.divide(u, size[:, None], where=size[:, None] > 0, out=axis.copy()), size


def numbers(case, solution):
    """{"barrier": {quantity: {"below|above": mean over the interface}}} of a solution; {} without a barrier."""
    found = {pair: each for pair, each in _barriers(case).items() if pair in solution.mesh.interfaces}
    if not found:
        return {}
    table, points = {}, Pointwise(solution.system.assembly)
    for pair, barrier in found.items():
        for key, value in _means(solution, points, pair, barrier, case.stack).items():
            table.setdefault(key, {})["|".join(pair)] = value
    direct = RATE if solution.mesh.dimension == 3 else f"1/(s m^{5 - solution.mesh.dimension})"
    units = UNITS | dict.fromkeys(("exchange", "exchange_values", "per_spin"), RATE)
    units |= dict.fromkeys(("direct", "direct_values"), direct)
    units |= dict.fromkeys(("exchange_axes", "direct_axes"), "1")
    return {"barrier": table | {"units": {key: units[key] for key in table}}}


def _barriers(case):
    return barriers(case.stack, case.experiment == "two-current")


def _means(solution, points, pair, barrier, stack):
    """Means over an interface, and the axes and principal values of tensors."""
    mu = np.array(points.sides(pair, solution.columns))
    area = solution.interface_area(*pair)
    sums = {key: points.side_mean(pair, value) for key, value in at_points(barrier, mu).items()}
    found = {key: solution.mesh.comm.allreduce(value) / area for key, value in sums.items()}
    spins = None if barrier.splitting is None else [J / 2 for J in barrier.splitting]
    if barrier.full is not None and None not in barrier.bands:
        means = np.array([solution.interface_potential(*pair, side) for side in (0, 1)])
        u = np.einsum("rAa,ra->rA", barrier.embeddings, means)[:, None]
        of_bands, spins = _of_given_bands(barrier, u, found["spin_current"][None])
        found |= {key: value[0] for key, value in of_bands.items()}
    if spins is None:
        return found
    parts = {"exchange": found.pop("exchange")} if "exchange" in found else {}
    per_spin = found.pop("per_spin")
    S = [_polarised(solution, stack[name], spin) for name, spin in zip(pair, spins)]
    if None not in S:
        of_layers = [2 * s * Q for s, Q in zip(S, per_spin)]
        parts["direct"] = np.array([*of_layers, -sum(of_layers)])
    found["per_spin"] = dict(zip(TENSORS, per_spin))
    for part, Q in parts.items():
        values, axes = tensors.principal_axes(Q)
        found[part] = dict(zip(TENSORS, Q))
        found[f"{part}_values"] = dict(zip(TENSORS, values))
        found[f"{part}_axes"] = dict(zip(TENSORS, np.swapaxes(axes, -1, -2)))
    return found


def _polarised(solution, layer, spin):
    """S of a layer with a spin per density of states, J; per area or length where the mesh is; None without nu."""
    nu = layer.two_current().nu
    return None if nu is None else float(np.mean(nu)) * spin * solution.volume(layer.name)


def fields(barrier):
    """What is shown of a barrier at points: a function of potentials (2, N, n) as of fem.facets.write."""

    def shown(mu):
        found, named = at_points(barrier, mu), {}
        for key, unit in UNITS.items():
            if key not in found:
                continue
            label, value = key.replace("_", " "), found[key]
            if key in ("torque", "heat", "emission", "absorption", "turning"):
                named |= {f"{label} {side} ({unit})": value[:, r] for r, side in enumerate(SIDES)}
            else:
                named[f"{label} ({unit})"] = value
        if "exchange" in found:
            for k, node in enumerate(TENSORS):
                named[f"quadrupole exchange {node} ({RATE})"] = found["exchange"][:, k].reshape(-1, 9)
            for k, node in enumerate(TENSORS[:2]):
                named[f"quadrupole per spin {node} ({RATE})"] = found["per_spin"][:, k].reshape(-1, 9)
        return named

    return shown


def shown(case):
    """{(below, above): function as of fem.facets.write} of the barriers of a run."""
    return {pair: fields(each) for pair, each in _barriers(case).items()}


def warnings(case, solution):
    """Lines that say where the bias comes near to the edges of bands."""
    for pair, barrier in _barriers(case).items():
        if barrier.splitting is None or pair not in solution.mesh.interfaces:
            continue
        drop = solution.interface_potential(*pair, 0)[0] - solution.interface_potential(*pair, 1)[0]
        W = min(D - J / 2 for D, J in zip(barrier.half_width, barrier.splitting))
        if E_CHARGE * abs(drop) > W:
            yield (
                f"interface {'|'.join(pair)!r}: tunnel: the bias {abs(drop):.3g} V is beyond the band edges, "
                f"{W / E_CHARGE:.3g} eV away: exchange torques and quadrupole currents are not of these bands"
            )
