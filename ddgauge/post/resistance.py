"""Sheet transport of a film: in-plane conductivity and resistivity of the stack."""

import numpy as np


def conductivity(along_x, along_y):
    """(2, 2) mean current density per field, sigma[i, k] = <j_i> / E_k over the whole stack, S/m.

    along_x, along_y : Solution driven by E along x and along y.
    """
    columns = []
    for k, solution in enumerate((along_x, along_y)):
        volume = sum(solution.volume(layer) for layer in solution.media)
        flow = sum(solution.flow(layer)[:2, 0] for layer in solution.media)
        columns.append(flow / volume / solution.E[k])
    return np.array(columns).T


def resistivity(sigma):
    """Longitudinal rho_xx and transverse rho_yx of a (2, 2) conductivity: E = rho j, no net current across; ohm m."""
    rho = np.linalg.inv(sigma)
    return float(rho[0, 0]), float(rho[1, 0])
