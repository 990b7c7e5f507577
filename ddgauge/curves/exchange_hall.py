"""Anomalous Hall effect of a magnet whose moments spin-orbit coupling turns, against their rotation  [Z23 App. C].

The current's spin follows the moments that the carriers see, m~: kappa = polarisation m~. What of the Hall angle turns
with the magnetisation is anomalous; what does not is the planar Hall effect.
"""

import numpy as np

from ddgauge.curves.frame import Point
from ddgauge.physics import closure, exchange

UNITS = {"rotation": "degree", "resistivity": "ohm m", "*": "1"}


def points(run):
    """The film at each rotation, magnetised and in a field both ways."""
    for rotation, direction, changes in _turned(run):
        way = "along" if direction > 0 else "against"
        yield Point(f"rotation = {rotation:g} degree, m {way} [magnetisation]", changes)


def _turned(run):
    curve, stack = run.curve, run.stack
    name, axis = curve.layer_of(stack), np.array(curve.axis) / np.linalg.norm(curve.axis)
    for rotation in curve.abscissa:
        turned = np.radians(rotation) * axis
        for direction in 1, -1:
            m = direction * stack.direction
            layer = stack[name]
            changed = stack.with_layer(
                name,
                exchange=dict(layer.exchange) | {"rotation": turned.tolist()},
                drift_polarisation=(curve.polarisation * exchange.moment_rotation(turned) @ m).tolist(),
            )
            changes = {"layers": changed.layers, "magnetisation": {"direction": m.tolist()}}
            yield rotation, direction, changes | {"field": {"B": (direction * stack.B).tolist()}}


def columns(run, found):
    """Hall angles that turn with the magnetisation and that do not, and the normal part of the moments."""
    sigma = np.array([numbers["conductivity"]["matrix"] for numbers in found]).reshape(-1, 2, 2, 2)
    angle = sigma[..., 1, 0] / sigma[..., 0, 0]
    rho = np.array([numbers["resistivity"]["longitudinal"] for numbers in found]).reshape(-1, 2)
    return {
        "rotation": run.curve.abscissa,
        "anomalous": (angle[:, 0] - angle[:, 1]) / 2,
        "planar": (angle[:, 0] + angle[:, 1]) / 2,
        "moment_z": _moments(run)[:, 2],
        "resistivity": rho.mean(axis=1),
    }


def _moments(run):
    axis = np.array(run.curve.axis) / np.linalg.norm(run.curve.axis)
    return np.array([exchange.moment_rotation(x * axis) @ run.stack.direction for x in np.radians(run.curve.abscissa)])


def extracted(run, columns):
    """Amplitude of the anomalous Hall angle with the normal part of the moments, by least squares."""
    m_z, angle = columns["moment_z"], columns["anomalous"]
    weight = m_z @ m_z
    if weight < 1e-12:
        return {"amplitude": None, "misfit": None}
    amplitude = float(m_z @ angle / weight)
    return {"amplitude": amplitude, "misfit": float(np.abs(angle - amplitude * m_z).max())}


def closed_form(run):
    """sigma_H / sigma = -kappa_3 theta_C^3, of one layer."""
    if len(run.stack.layers) > 1 or run.stack.B.any():
        return None
    c, m = run.stack.coefficients(run.stack.layers[0].name), _moments(run)
    return {
        "anomalous": np.array([closure.anomalous_hall_angle(run.curve.polarisation * each, c.thetaC) for each in m]),
        "moment_z": m[:, 2],
    }
