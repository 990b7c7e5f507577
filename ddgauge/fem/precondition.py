"""PETSc matrices from blocks, and preconditioners chosen for what the fields do.

Relaxation makes spin local: incomplete factors of point blocks do. A conserved field
(charge) is a Laplacian: multigrid.
"""

import numpy as np
from petsc4py import PETSc

BOOMERAMG = {"strong_threshold": 0.5, "coarsen_type": "HMIS", "interp_type": "ext+i", "P_max": 4}


def preconditioner(system, blocks, near):
    """A KSP set up for the constrained blocks of a Linear; iterations are preconditioned by the diagonal of `near`."""
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
        ksp.setOperators(A, _anchored(A.convert("aij", PETSc.Mat()), system.null, system.scale))
        ksp.setTolerances(max_it=4)
        _factorise(pc, system)
    else:
        ksp.setOperators(A)
        pc.setType("python")
        pc.setPythonContext(ChargeAndSpin(system, near, A if near is blocks else None))
    ksp.setUp()
    return ksp


class ChargeAndSpin:
    """Block Jacobi: of each field that stands alone by multigrid, of several by incomplete factors of point blocks.

    Conserved fields stand alone, and so does another without neighbours, such as the spin of two currents.
    """

    def __init__(self, system, blocks, matrix):
        self.n, self.parts = system.n, []
        others = _runs([A for A in range(system.n) if A not in system.conserved])
        single = [fields.start for fields in others if fields.stop == fields.start + 1]
        for A in sorted([*system.conserved, *single]):
            one = block_matrix(system, blocks[:, A : A + 1, A : A + 1])
            self.parts.append((slice(A, A + 1), Inner(_multigrid(system, one, A))))
        for fields in others:
            if fields.start in single:
                continue
            whole = matrix is not None and fields == slice(0, system.n)
            several = matrix if whole else block_matrix(system, blocks[:, fields, fields])
            self.parts.append((fields, Inner(_point_blocks(several))))

    def setUp(self, pc):
        """PETSc asks for it; everything is made once."""

    def apply(self, pc, x, y):
        """Write the preconditioned x into y."""
        r, out = x.array_r.reshape(-1, self.n), y.array_w.reshape(-1, self.n)
        for fields, inner in self.parts:
            b, z = inner.work
            b.array[:] = r[:, fields].ravel()
            inner.pc.apply(b, z)
            out[:, fields] = z.array_r.reshape(out[:, fields].shape)

    def destroy(self, pc):
        """PETSc asks for it, on all ranks at once: what Python lets go of by itself it only keeps for later."""
        for _, inner in self.parts:
            for thing in (*inner.work, inner.pc):
                thing.destroy()
        self.parts = []


def _runs(fields):
    """Slices of neighbouring fields."""
    starts = [A for A in fields if A - 1 not in fields]
    ends = [A + 1 for A in fields if A + 1 not in fields]
    return [slice(start, end) for start, end in zip(starts, ends)]


class Inner:
    """A PETSc preconditioner with work vectors of its own."""

    def __init__(self, pc):
        self.pc, self.work = pc, pc.getOperators()[0].createVecs()


def _multigrid(system, matrix, field):
    """One cycle of algebraic multigrid, of the matrix of one field that may have constants in its null space."""
    null = [z[:, field : field + 1] for z in system.null]
    matrix = _anchored(matrix, [z for z in null if system.norm(z) > 1e-6], system.scale)
    pc = PETSc.PC().create(system.comm)
    pc.setOperators(matrix)
    pc.setType("hypre")
    pc.setHYPREType("boomeramg")
    options, prefix = PETSc.Options(), "ddgauge_charge_"
    for key, value in BOOMERAMG.items():
        options[f"{prefix}pc_hypre_boomeramg_{key}"] = value
    pc.setOptionsPrefix(prefix)
    pc.setFromOptions()
    pc.setUp()
    return pc


def _point_blocks(matrix):
    """On each rank the incomplete factors of point blocks."""
    pc = PETSc.PC().create(matrix.comm)
    pc.setOperators(matrix)
    pc.setType("bjacobi")
    pc.setUp()
    return pc


def _factorise(pc, system):
    pc.setType("lu")
    line = system.comm.size == 1 and system.assembly.mesh.dimension == 1
    pc.setFactorSolverType("petsc" if line else "mumps")
    if line:
        pc.setFactorOrdering("natural")


def block_matrix(system, blocks):
    """The PETSc matrix of (k, m, m) blocks in the sparsity pattern of the system's assembly."""
    a, m = system.assembly, blocks.shape[1]
    columns = a.column_map.local_to_global(a.columns.astype(np.int32)).astype(PETSc.IntType)
    size = [a.owned * m, a.index_map.size_global * m]
    csr = (a.indptr.astype(PETSc.IntType), columns, np.ascontiguousarray(blocks).ravel())
    create = PETSc.Mat().createBAIJ if m > 1 else PETSc.Mat().createAIJ
    return create([size, size], *([m] if m > 1 else []), csr=csr, comm=system.comm)


def _anchored(matrix, null, scale):
    """The matrix with a larger diagonal entry for each null vector: to precondition with; no solution is pinned."""
    comm = matrix.comm.tompi4py()
    if not null:
        return matrix
    start, _ = matrix.getOwnershipRange()
    matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_ALLOCATION_ERR, False)
    for z in null:
        best = comm.allgather(float(np.abs(z).max(initial=0)))
        if comm.rank == int(np.argmax(best)):
            k = start + int(np.argmax(np.abs(z)))
            matrix.setValue(k, k, scale, addv=PETSc.InsertMode.ADD_VALUES)
        matrix.assemble()
    return matrix


def _null_space(system, A):
    vectors = []
    for z in system.null:
        vector = A.createVecLeft()
        vector.array[:] = z.ravel()
        vectors.append(vector)
    return PETSc.NullSpace().create(vectors=vectors, comm=system.comm)
