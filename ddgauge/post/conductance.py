"""The 3x3 conductance of a magnetic layer as a heavy metal sees it, split into torque and loss."""

from dataclasses import dataclass

import numpy as np

from ddgauge.physics import interface
from ddgauge.physics.algebra import cross

SPIN = slice(1, 4)


@dataclass(frozen=True)
class Conductance:
    """Currents into the heavy metal per spin voltage mu_s at its face, S/m^2: columns are components of mu_s.

    matrix = magnetic + lattice + larmor + far_face.
    """

    matrix: np.ndarray  # the whole; along the normal from the magnetic side to the metal
    magnetic: np.ndarray  # minus what the moments absorb: relaxation by them and precession about them
    lattice: np.ndarray  # minus what the lattice takes: gauge field and relaxation
    larmor: np.ndarray  # precession in B
    far_face: np.ndarray  # minus what leaves through other faces and interfaces
    residual: float  # relative difference from the matrix by the residual at the interface


def conductance(solutions, face, coefficients):
    """Conductance of the layers of a mesh whose `face` was held at mu^a = 1 V, a = x, y, z in turn  [Z23 (33)].

    The current at the face is the volume integral of all that takes spin out below it, equal to the covariant
    residual of the face: it converges at twice the order of mu.

    Parameters
    ----------
    solutions : three Solution
    face : str
    coefficients : {layer: LayerCoefficients}
    """
    columns = [_column(solution, face, coefficients) for solution in solutions]
    magnetic, lattice, larmor, far, by_residual = (np.array(part).T for part in zip(*columns))
    matrix = magnetic + lattice + larmor + far
    difference = np.abs(matrix - by_residual).max() / np.abs(matrix).max() if matrix.any() else 0.0
    return Conductance(matrix, magnetic, lattice, larmor, far, float(difference))


def _column(solution, face, coefficients):
    magnetic, lattice, larmor = np.zeros(3), np.zeros(3), np.zeros(3)
    for layer, c in coefficients.items():
        mu = solution.jets(layer)[0, SPIN]
        to_moments = -c.sigma / c.D * (c.R_exchange - cross(c.omega_exchange)) @ mu
        in_field = c.sigma / c.D * cross(c.omega_larmor) @ mu
        magnetic += to_moments
        larmor += in_field
        lattice += -solution.loss(layer)[SPIN] - to_moments - in_field
    far = -sum((solution.current(other)[SPIN] for other in solution.system.faces if other != face), np.zeros(3))
    far = far - sum(
        (solution.junction_current(*pair).sum(axis=0)[SPIN] for pair in solution.system.junctions), np.zeros(3)
    )
    per_mu_s = 2 * solution.area(face)
    return [part / per_mu_s for part in (magnetic, lattice, larmor, far, solution.current(face)[SPIN])]


def projected(magnetic, lattice, m):
    """Responses split into tensors, as result.json has them  [Z23 (40), (44), (53), (58)].

    Parameters
    ----------
    magnetic, lattice : (..., 3, 3) array
        Parts of the response, S/m^2 on mu_s.
    m : (..., 3) array
        Unit vector along the magnetisation.

    Returns
    -------
    dict
        G_s, G_r, G_i of the magnetic part and loss of the other, S/m^2, absorption positive; residual, the largest
        entries that are in none of the tensors; memory_loss, the share of the absorbed spin that the lattice takes,
        trace of lattice / trace of both (0 if nothing is absorbed).
    """
    of_moments, loss = interface.magnetic_tensors(magnetic, m), interface.loss_tensors(lattice)
    lost, whole = (np.trace(G, axis1=-2, axis2=-1) for G in (lattice, magnetic + lattice))
    largest = {
        name: np.abs(tensors.pop("residual")).max(axis=(-2, -1))
        for name, tensors in (("magnetic", of_moments), ("lattice", loss))
    }
    share = lost / np.where(whole != 0, whole, 1)
    return of_moments | {"loss": loss, "residual": largest, "memory_loss": np.where(whole != 0, share, 0.0)}
