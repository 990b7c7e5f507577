"""A layer of a Weyl metal: the table [layer.weyl], its coefficients, and what its faces do."""

import warnings

import numpy as np

from ddgauge.model.boundary import Insulating
from ddgauge.model.errors import Checked
from ddgauge.model.quantities import Quantity, Whole
from ddgauge.physics.bands import chiral_anomaly
from ddgauge.physics.medium import Face


class WeylNodes(Checked):
    """Pairs of Weyl nodes of opposite chirality at the Fermi level  [WT11 (52), (53)]."""

    velocity: Quantity("m/s", "> 0")
    chemical_potential: Quantity("J")  # from the nodes, text such as "60 meV"
    scattering_time: Quantity("s", "> 0") | None = None  # tau_v between the nodes; None: only contacts mix them
    pairs: Whole(1) = 1
    tilt: Quantity("", "from 0 to below 1") = 0.0  # of the cones, in units of the velocity


def coefficients(layer, B, T):
    """The WeylCoefficients of a layer in a field B (..., 3), T, at a temperature (K, or None: 0), and warnings."""
    nodes = layer.weyl
    tau = np.inf if nodes.scattering_time is None else nodes.scattering_time
    sigma = layer.conductivity / (2 * nodes.pairs)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        c = chiral_anomaly.coefficients(
            nodes.chemical_potential, T or 0.0, nodes.velocity, tau, sigma, B, nodes.pairs, nodes.tilt
        )
    return c, [f"layer {layer.name!r}: {str(each.message).removeprefix('Weyl metal: ')}" for each in said]


def axial_length(c):
    """Shortest length over which an imbalance of the nodes decays, m; infinite if nothing takes it  [WT11 (53)]."""
    rate = c.Gam / c.sigma + np.max(np.sum(c.g**2, axis=-1)) / c.sigma**2
    return float(1 / np.sqrt(rate)) if rate > 0 else np.inf


def face(boundary, c):
    """The physics.medium.Face of S and A beside a Weyl metal: no imbalance at contacts."""
    if isinstance(boundary, Insulating) and boundary.arc_velocity is not None:
        return Face(chiral_anomaly.arc_mixing(c, boundary.arc_velocity), np.zeros(2))
    return boundary.channel_face()
