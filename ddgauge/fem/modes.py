"""Decay rates of spin modes: eigenvalues of the spin equations without drive."""

import numpy as np
from petsc4py import PETSc

from ddgauge.fem.precondition import block_matrix

SPIN = slice(1, 4)


def decay_rates(system, count):
    """The `count` slowest rates and their modes, A mu = rate (sigma/D) mu for spin  [Z23 (32) without drive].

    Returns
    -------
    rates : (count,) complex array
        1/s; the imaginary part is a precession, rad/s.
    modes : list of (rows, n) arrays
        Real parts, V, largest entry 1.
    """
    from slepc4py import SLEPc

    a = system.assembly
    storage = system.uncoupled(system.storage)
    A = block_matrix(system, system.constrained()[:, SPIN, SPIN]).convert("aij", PETSc.Mat())
    B = block_matrix(system, storage[:, SPIN, SPIN]).convert("aij", PETSc.Mat())
    solver = SLEPc.EPS().create(system.comm)
    solver.setOperators(A, B)
    solver.setProblemType(SLEPc.EPS.ProblemType.GNHEP)
    solver.setDimensions(count, max(4 * count, 24))
    solver.setWhichEigenpairs(SLEPc.EPS.Which.TARGET_MAGNITUDE)
    typical = _typical(system, A, B)
    solver.setTarget(-1e-6 * typical)
    transform = solver.getST()
    transform.setType("sinvert")
    transform.getKSP().setType("preonly")
    transform.getKSP().getPC().setType("lu")
    transform.getKSP().getPC().setFactorSolverType("mumps")
    solver.setTolerances(1e-10, 500)
    solver.solve()
    found = min(solver.getConverged(), count)
    real, imaginary = A.createVecs()
    rates, modes = [], []
    for k in range(found):
        rates.append(solver.getEigenpair(k, real, imaginary))
        mode = np.zeros((a.owned, system.n))
        mode[:, SPIN] = real.array.reshape(-1, system.n - 1)
        modes.append(mode)
    order = np.argsort(np.real(rates), kind="stable")
    return np.array(rates)[order], [modes[k] for k in order]


def _typical(system, A, B):
    """A rate that is large on the scale of the slowest ones."""
    x, y = A.createVecs()
    x.set(1.0)
    B.mult(x, y)
    mass = abs(x.dot(y))
    A.mult(x, y)
    relaxing = abs(x.dot(y)) / mass if mass else 1.0
    diffusing = A.getDiagonal().max()[1] / B.getDiagonal().max()[1]
    return max(relaxing, 1e-4 * diffusing)
