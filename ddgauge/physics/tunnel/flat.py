"""Closed forms of two flat bands whose edges are far from both electrochemical potentials."""

import warnings

import numpy as np

from ddgauge.physics.tunnel.coefficients import Coefficients, Node
from ddgauge.physics.tunnel.electrodes import require
from ddgauge.physics.tunnel.quadrature import THERMAL, crowded, panels
from ddgauge.physics.tunnel.statistics import argument, difference, excess, fermi, softplus


def Gamma(L, R, t):
    """Tunnelling rate of flat bands  [HDW (92)].

        Gamma = 2 pi t^2 nu_0L nu_0R

    Parameters
    ----------
    L, R : FlatStoner
    t : float
        Tunnelling amplitude, energy.

    Returns
    -------
    float
        A number, rate per energy; much below 1 where the lowest order is enough.
    """
    return 2 * np.pi * t**2 * L.nu_0 * R.nu_0


def window(L, R):
    """Least distance of a band edge from an electrochemical potential, negative where one lies beyond an edge.

    W = min_r (D_r - J_r / 2 - |mu - centre_r|)
    """
    return min(e.D - e.J / 2 - abs(mu - e.centre) for e in (L, R) for mu in (L.mu, R.mu))


def storage(electrode):
    """Electrons, spin and exchange part of the quadrupole moment of a flat band  [HDW (46), (47), (70)].

        N = sum_s nu_0 int f,  S likewise,  q_ex = (nu_0 T/2) [C(J/T) - 1];  q_ex = nu_0 J/4 at T = 0

    Parameters
    ----------
    electrode : FlatStoner

    Returns
    -------
    N, S, q_ex : float
        N and S hold for any filling, q_ex where the edges are far from mu.
    """
    mu, T = electrode.mu, electrode.T
    up, dn = (softplus(mu - a, T) - softplus(mu - b, T) for a, b in map(electrode.edges, (0, 1)))
    nu_0 = electrode.nu_0
    return float(nu_0 * (up + dn)), float(nu_0 * (up - dn) / 2), float(nu_0 / 2 * excess(electrode.J, T))


def E_ex(V, J, T):
    """Exchange emission over Gamma at equal temperatures, even in V and <= 0  [HDW (115), (119)].

        (T/2) [C(v + j) + C(v - j) - 2 C(v) + 2 - 2 C(j)],  v = V/T, j = J/T;  -min(|V|, J)/2 at T = 0

    Parameters
    ----------
    V, J, T : float or array, T a float
        Bias, splitting of the emitting electrode, temperature: energies.

    Returns
    -------
    float or array
        Energy.
    """
    return (excess(V + J, T) + excess(V - J, T)) / 2 - excess(V, T) - excess(J, T)


def E_ex_thermal(V, J, T_L, T_R):
    """Exchange emission of L over Gamma at two temperatures: one smooth integral  [HDW (100), (136)].

        2 int [f_R(w) - f_L(w)] a_L(w) dw,  a_L = [2 f_L(w) - f_L(w + J) - f_L(w - J)]/4

    Parameters
    ----------
    V, J, T_L, T_R : float
        Bias mu_L - mu_R, splitting of L, temperatures: energies.

    Returns
    -------
    float
        Energy.
    """
    steps = np.concatenate([-THERMAL, THERMAL])
    points = np.concatenate([shift + steps * T_L for shift in (-J, 0, J)] + [-V + steps * T_R])
    if T_L == T_R == V == 0:
        return 0.0
    w, weight = crowded(*panels((), (), points, points.min(), points.max()))
    own = argument(w, 0, T_L)
    a = (difference(own, argument(w + J, 0, T_L)) + difference(own, argument(w - J, 0, T_L))) / 4
    return float(2 * weight @ (difference(argument(w, -V, T_R), own) * a))


def T_S(D_L, J_L, D_R, J_R, offset=0.0):
    """Spin torque over Gamma, from the band edges alone  [HDW (116), (117)].

        -(1/2 pi) [z(s + p) + z(s - p) - z(s + q) - z(s - q)],  z(x) = x ln x
        s = D_L + D_R,  p = (J_L + J_R)/2,  q = (J_L - J_R)/2;   -J^2 / (4 pi D) for equal electrodes with J << D

    Parameters
    ----------
    D_L, J_L, D_R, J_R : float
        Half widths and splittings, energies.
    offset : float
        Distance of the centres, energy: the mean of s + offset and s - offset.

    Returns
    -------
    float
        Energy.
    """

    def z(x):
        return x * np.log(x)

    s = D_L + D_R + offset * np.array([1, -1])
    p, q = (J_L + J_R) / 2, (J_L - J_R) / 2
    return float(-np.mean(z(s + p) + z(s - p) - z(s + q) - z(s - q)) / (2 * np.pi))


def T_ex(L, R):
    """Exchange torque over Gamma: one smooth integral  [HDW (102), sign corrected].

        (2 / pi nu_0R) int a_L (B_R - H_R f_L) dw

    B_R and H_R are logarithms of the distances to the band edges. To leading order in J/D and T/D it is
    -2 J_R q_ex / (pi D nu_0L), at T = 0 -J_L J_R / (2 pi D): twice T_S. Erratum of HDW: (120) is twice that.

    Parameters
    ----------
    L, R : FlatStoner

    Returns
    -------
    float
        Energy.
    """
    steps = np.concatenate([-THERMAL, THERMAL]) * L.T
    points = np.concatenate([L.mu + shift + steps for shift in (-L.J, 0, L.J)])
    D, half = R.D, R.J / 2
    low, high = np.clip([points.min(), points.max()], R.centre - D + half, R.centre + D - half)  # a_L is nothing beyond
    if low == high:
        return 0.0
    w, weight = crowded(*panels((), (low, high), points, low, high))
    x = w - R.centre
    B = 0.5 * np.log((x + D + half) / (x + D - half))
    H = B - 0.5 * np.log((D - half - x) / (D + half - x))
    own = argument(w, L.mu, L.T)
    a = (difference(own, argument(w + L.J, L.mu, L.T)) + difference(own, argument(w - L.J, L.mu, L.T))) / 4
    return float(2 / np.pi * weight @ (a * (B - H * fermi(w, L.mu, L.T))))


def flat_coefficients(L, R, t):
    """Coefficients of flat bands in closed form  [HDW (112), (113), (114), (115)].

        I_0 = -2 Gamma V,  I_F = E_S = A_S = A_ex = 0,  E_ex, T_S and T_ex as above

    up to exp(-W/T). Errata of HDW: the bracket of (114) has E_ex and T_ex, as (115); mu_L > mu_R means Delta < 0.

    Parameters
    ----------
    L, R : FlatStoner
    t : float
        Tunnelling amplitude, energy.

    Returns
    -------
    Coefficients
        ValueError if an electrochemical potential is beyond a band; a warning where the edges are too near.
    """
    for name, electrode in (("L", L), ("R", R)):
        where, half = f"electrode {name}", electrode.D + electrode.J / 2
        require(np.ndim(electrode.mu) == 0, where, "mu", electrode.mu, "must be one energy in closed forms")
        want = f"must lie within centre -+ (D + J/2) = {electrode.centre:g} -+ {half:g}; use coefficients"
        require(abs(electrode.mu - electrode.centre) <= half, where, "mu", electrode.mu, want)
    V, W, rate = L.mu - R.mu, window(L, R), Gamma(L, R, t)
    if max(10 * L.T, 10 * R.T, abs(V), L.J, R.J) > W:
        warnings.warn(
            f"flat bands: an edge is W = {W:g} from an electrochemical potential, closed forms want 10 T, |V| and J "
            "below W; use coefficients",
            stacklevel=2,
        )
    torque = rate * T_S(L.D, L.J, R.D, R.J, L.centre - R.centre)
    nodes = []
    for own, other, bias in ((L, R, V), (R, L, -V)):
        same = own.T == other.T
        emission = float(E_ex(bias, own.J, own.T)) if same else E_ex_thermal(bias, own.J, own.T, other.T)
        nodes.append(Node(storage(own)[1], 0.0, 0.0, torque, (rate * emission, 0.0, rate * T_ex(own, other))))
    return Coefficients(-2 * rate * V, 0.0, *nodes)


def thermal_slope(J, T):
    """Exchange emission over Gamma per tau = (T_R - T_L)/T_R at V = 0, small tau  [HDW (137)].

        -(T/2) [1 - ((j/2) / sinh(j/2))^2],  j = J/T

    It saturates at -T/2 for J >> T. For T_R -> 0 and J >> T_L the emission itself is T_L (1 - ln 2), for T_R >> J
    -T_L [C(J/T_L) - 1]. Erratum of HDW: after (137) the saturation is -(Gamma/2) tau T_L.
    """
    x = min(J / (2 * T), 300.0)
    return -T / 2 * (1 - (x / np.sinh(x)) ** 2) if x > 0 else 0.0


def crossover_bias(J, D):
    """Bias above which emission exceeds the torque at T = 0, to leading order in J/D  [HDW (121)]: J^2 / (pi D)."""
    return J**2 / (np.pi * D)


def crossover_splitting(V, D):
    """Splitting above which the torque exceeds emission, to leading order in J/D: sqrt(pi D V)."""
    return np.sqrt(np.pi * D * V)
