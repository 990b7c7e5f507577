"""PETSc matrices from blocks, and preconditioners chosen for what the fields do.

Relaxation makes spin local: incomplete factors of point blocks do. A conserved field
(charge) is a Laplacian: multigrid.
"""

import numpy as np
from petsc4py import PETSc


def preconditioner(system, blocks, scale):
    """A KSP set up for the system with the given (constrained) blocks."""
    A = block_matrix(system, blocks)
    if system.null:
        A.setNullSpace(_null_space(system, A))
    ksp = PETSc.KSP().create(system.comm)
    ksp.setType("gmres")
    ksp.setPCSide(PETSc.PC.Side.RIGHT)
    ksp.setGMRESRestart(80)
    ksp.setTolerances(rtol=1e-10, atol=0, max_it=1000)
    pc = ksp.getPC()
    if system.method == "direct":
        ksp.setOperators(A, _shifted(system, A, scale))
        ksp.setTolerances(max_it=4)
        pc.setType("lu")
        pc.setFactorSolverType("mumps" if system.comm.size > 1 or system.assembly.mesh.dimension > 1 else "petsc")
        if system.comm.size == 1 and system.assembly.mesh.dimension == 1:
            pc.setFactorOrdering("natural")
    else:
        ksp.setOperators(A)
        pc.setType("python")
        pc.setPythonContext(ChargeAndSpin(system, blocks, scale))
    ksp.setUp()
    return ksp


class ChargeAndSpin:
    """Block Gauss-Seidel: multigrid for the first field, incomplete factors of point blocks for the others."""

    def __init__(self, system, blocks, scale):
        self.n = system.n
        self.charge = _charge_solver(system, blocks[:, :1, :1], scale)
        self.spin = _spin_solver(system, blocks[:, 1:, 1:]) if self.n > 1 else None

    def setUp(self, pc):
        pass

    def apply(self, pc, x, y):
        r = x.array_r.reshape(-1, self.n)
        out = y.array_w.reshape(-1, self.n)
        b, z = self.charge.work
        b.array[:] = r[:, 0]
        self.charge.apply(b, z)
        out[:, 0] = z.array_r
        if self.spin:
            b, z = self.spin.work
            b.array[:] = r[:, 1:].ravel()
            self.spin.apply(b, z)
            out[:, 1:] = z.array_r.reshape(-1, self.n - 1)


class _Inner:
    """A PC and two work vectors for it."""

    def __init__(self, pc, matrix):
        self.pc, self.matrix, self.work = pc, matrix, matrix.createVecs()

    def apply(self, b, z):
        self.pc.apply(b, z)


def _charge_solver(system, blocks, scale):
    matrix = block_matrix(system, blocks)
    null = [z for z in system.null if np.any(z[:, 0])]
    if system.comm.allreduce(len(null)):
        _anchor(matrix, null, 1, scale)
    pc = PETSc.PC().create(system.comm)
    pc.setOperators(matrix)
    pc.setType("hypre")
    pc.setHYPREType("boomeramg")
    options = PETSc.Options()
    prefix = "ddgauge_charge_"
    for key, value in dict(
        strong_threshold=0.5, coarsen_type="HMIS", interp_type="ext+i", P_max=4, agg_nl=int(system.assembly.degree == 1)
    ).items():
        options[f"{prefix}pc_hypre_boomeramg_{key}"] = value
    pc.setOptionsPrefix(prefix)
    pc.setFromOptions()
    pc.setUp()
    return _Inner(pc, matrix)


def _spin_solver(system, blocks):
    matrix = block_matrix(system, blocks)
    pc = PETSc.PC().create(system.comm)
    pc.setOperators(matrix)
    pc.setType("bjacobi")  # on each rank the incomplete LU factors of point blocks
    pc.setUp()
    return _Inner(pc, matrix)


def block_matrix(system, blocks):
    """The PETSc matrix of (k, m, m) blocks in the sparsity pattern of the system's assembly."""
    a, m = system.assembly, blocks.shape[1]
    columns = a.column_map.local_to_global(a.columns.astype(np.int32)).astype(PETSc.IntType)
    size = [a.owned * m, a.index_map.size_global * m]
    csr = (a.indptr.astype(PETSc.IntType), columns, np.ascontiguousarray(blocks).ravel())
    create = PETSc.Mat().createBAIJ if m > 1 else PETSc.Mat().createAIJ
    return create([size, size], *([m] if m > 1 else []), csr=csr, comm=system.comm)


def _shifted(system, A, scale):
    """A matrix that can be factorised: A, or A with one diagonal entry changed for each null vector."""
    if system.comm.size == 1 and system.assembly.mesh.dimension == 1 and not system.null:
        return A.convert("aij", PETSc.Mat())
    matrix = A.convert("aij", PETSc.Mat())
    _anchor(matrix, system.null, system.n, scale)
    return matrix


def _anchor(matrix, null, n, scale):
    """Add to the diagonal where each null vector is large; a preconditioner only, the solution is not pinned."""
    start, _ = matrix.getOwnershipRange()
    comm = matrix.comm.tompi4py()
    matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_ALLOCATION_ERR, False)
    for z in null:
        z = z if n > 1 else z[:, :1]
        best = comm.allgather(float(np.abs(z).max(initial=0)))
        if comm.rank == int(np.argmax(best)):
            k = int(np.argmax(np.abs(z)))
            matrix.setValue(start + k, start + k, scale, addv=PETSc.InsertMode.ADD_VALUES)
        matrix.assemble()


def _null_space(system, A):
    vectors = []
    for z in system.null:
        vector = A.createVecLeft()
        vector.array[:] = z.ravel()
        vectors.append(vector)
    return PETSc.NullSpace().create(vectors=vectors, comm=system.comm)
