"""A 3D spin problem from mesh to solution: ddgauge against NGSolve and scikit-fem, same mesh, order and tolerance.

Two layers: F (precession with omega tau = 1, gauge wave vector 0.1/nm) and HM (decay length 2 nm), three spin fields,
P1 tetrahedra, spin held at the top, relative residual 1e-8, one core. By hand:

    python3 tests/bench/stack3d.py 1e5 1e6                 # ddgauge
    python3 tests/bench/stack3d.py 1e5 --peer ngsolve      # where pip has put it
    python3 tests/bench/stack3d.py 1e5 --peer scikit-fem

All three find the same current at the top. Each line: unknowns, seconds of each phase, iterations, the solve in
products with the matrix, peak memory; the fastest of --repeats.
"""

import argparse
import resource
import time

import numpy as np

SIGMA, D = 2e6, 2e-4  # S/m, m^2/s
TAU = 1e-13  # s, relaxation in F
THICKNESS = (4.0, 8.0)  # nm
CELLS = (10, 14)
NM = 1e-9
Q = 0.1 * np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 0]])  # 1/nm
TURN = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 0]])  # omega tau, omega along z
ELL_HM = 2.0  # nm
TOLERANCE = 1e-8


def heights():
    return np.concatenate([np.linspace(0, 4, 11)[:-1], np.linspace(4, 12, 15)])


def lateral(unknowns):
    """Cells along x and y of 1 nm."""
    return round(np.sqrt(unknowns / 3 / (sum(CELLS) + 1))) - 1


def relaxation(layer):
    """(3, 3) relaxation and precession over D, 1/nm^2."""
    if layer == "F":
        return (np.eye(3) - TURN) / (D * TAU) * NM**2
    return np.eye(3) / ELL_HM**2


class Clock:
    def __init__(self):
        self.seconds, self.last = {}, time.perf_counter()

    def note(self, phase):
        now = time.perf_counter()
        self.seconds[phase], self.last = now - self.last, now


def ddgauge(unknowns):
    from ddgauge.fem.assemble import Assembly
    from ddgauge.fem.mesh import stack_mesh
    from ddgauge.fem.solve import System
    from ddgauge.physics.algebra import EPS
    from ddgauge.physics.medium import Face, medium

    def spin(q, S):
        C = SIGMA * np.einsum("ij,ab->iajb", np.eye(3), np.eye(3))
        return medium(C, np.einsum("abc,ib->iac", EPS, q / NM), SIGMA * S / NM**2, np.eye(3), np.zeros(3))

    n, clock = lateral(unknowns), Clock()
    plan = [("F", 4e-9, CELLS[0], 1.0), ("HM", 8e-9, CELLS[1], 1.0)]
    mesh = stack_mesh(plan, (n * NM, n * NM), (n, n), periodic=False)
    clock.note("mesh")
    assembly = Assembly(mesh, 1)
    _ = assembly.bulk
    media = {"F": spin(Q, relaxation("F")), "HM": spin(0 * Q, relaxation("HM"))}
    faces = {"top": Face(np.zeros((3, 3)), np.zeros(3), {0: 1.0, 1: 0.5, 2: 0.25})}
    system = System(assembly, media, faces, tolerance=TOLERANCE, method="iterative")
    clock.note("assembly")
    solution = system.solve()
    clock.note("solve")
    product = system.linear.seconds_of_product()
    value = solution.current("top")[0] / solution.area("top")
    return solution.report.unknowns, clock, solution.report.iterations, value, product


def ngsolve(unknowns):
    import ngsolve as ng

    n, clock = lateral(unknowns), Clock()
    mesh = _ngsolve_mesh(n)
    clock.note("mesh")
    space = ng.VectorH1(mesh, order=1, dirichlet="top")
    u, v = space.TnT()

    def D(w, i, q):
        slope = ng.CoefficientFunction(tuple(ng.Grad(w)[a, i] for a in range(3)))
        return slope + ng.Cross(ng.CoefficientFunction(tuple(q[i])), w)

    form = ng.BilinearForm(space)
    for layer, q in (("F", Q), ("HM", 0 * Q)):
        S = ng.CoefficientFunction(tuple(relaxation(layer).ravel()), dims=(3, 3))
        bulk = sum(D(u, i, q) * D(v, i, q) for i in range(3)) + v * (S * u)
        form += (bulk.Compile()) * ng.dx(layer)
    preconditioner = ng.Preconditioner(form, "local")
    form.Assemble()
    clock.note("assembly")
    field = ng.GridFunction(space)
    field.Set(ng.CoefficientFunction((1.0, 0.5, 0.25)), definedon=mesh.Boundaries("top"))
    residual = (-form.mat * field.vec).Evaluate()
    free = ng.Projector(space.FreeDofs(), True)
    solver = ng.GMRESSolver(form.mat, preconditioner.mat, maxsteps=2000, precision=TOLERANCE)
    field.vec.data += solver * (free * residual).Evaluate()
    clock.note("solve")
    return space.ndof, clock, solver.GetSteps(), _first_current(field.vec.FV().NumPy(), form, n), np.nan


def _first_current(x, form, n):
    """Current of the first field out of the top per area, by the residual: as the others find it."""
    rows, columns, values = form.mat.COO()
    flux = np.zeros(len(x))
    np.add.at(flux, rows, np.asarray(values) * x[columns])
    nodes = len(x) // 3
    top = np.arange(nodes) % len(heights()) == len(heights()) - 1
    return -SIGMA / NM * flux[:nodes][top].sum() / n**2


def _ngsolve_mesh(n):
    import ngsolve as ng
    from netgen.csg import Pnt
    from netgen.meshing import Element2D, Element3D, FaceDescriptor, Mesh, MeshPoint

    z = heights()
    mesh = Mesh(dim=3)
    points = [[[mesh.Add(MeshPoint(Pnt(x, y, h))) for h in z] for y in range(n + 1)] for x in range(n + 1)]
    top = mesh.Add(FaceDescriptor(bc=1, domin=2, surfnr=1))
    mesh.SetBCName(0, "top")
    mesh.SetMaterial(1, "F")
    mesh.SetMaterial(2, "HM")
    for x in range(n):
        for y in range(n):
            for k in range(len(z) - 1):
                corner = {bits: points[x + bits[0]][y + bits[1]][k + bits[2]] for bits in np.ndindex(2, 2, 2)}
                for path in _paths():
                    mesh.Add(Element3D(1 if z[k] < 4 - 1e-9 else 2, [corner[bits] for bits in path]))
            upper = [points[x + a][y + b][-1] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
            mesh.Add(Element2D(top, [upper[0], upper[1], upper[2]]))
            mesh.Add(Element2D(top, [upper[0], upper[2], upper[3]]))
    return ng.Mesh(mesh)


def _paths():
    """The six tetrahedra around the diagonal of a box, of one orientation."""
    from itertools import permutations

    for order in permutations(range(3)):
        path = [(0, 0, 0)]
        for axis in order:
            path.append(tuple(int(b or a == axis) for a, b in enumerate(path[-1])))
        odd = np.linalg.det(np.eye(3)[list(order)]) > 0
        yield [path[0], path[2], path[1], path[3]] if odd else path


def scikit_fem(unknowns):
    import pyamg
    import skfem
    from scipy.sparse.linalg import gmres
    from skfem.helpers import cross, dot

    n, clock = lateral(unknowns), Clock()
    mesh = skfem.MeshTet.init_tensor(np.arange(n + 1.0), np.arange(n + 1.0), heights())
    clock.note("mesh")
    basis = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTetP1(), 3))
    blocks = []
    for layer, q, inside in (("F", Q, lambda x: x[2] < 4), ("HM", 0 * Q, lambda x: x[2] > 4)):
        S = relaxation(layer)

        @skfem.BilinearForm
        def bulk(u, v, w, q=q, S=S):
            total = np.einsum("ab,b...,a...->...", S, u.value, v.value)
            for i in range(3):
                turn = np.broadcast_to(q[i][:, None, None], u.value.shape)
                total = total + dot(u.grad[:, i] + cross(turn, u.value), v.grad[:, i] + cross(turn, v.value))
            return total

        blocks.append(bulk.assemble(skfem.Basis(mesh, basis.elem, elements=inside)))
    whole = A = blocks[0] + blocks[1]
    clock.note("assembly")
    held = basis.get_dofs(lambda x: np.isclose(x[2], 12.0))
    x = basis.zeros()
    for name, value in zip(("u^1", "u^2", "u^3"), (1.0, 0.5, 0.25)):
        x[held.all(name)] = value
    A, b, x, inner = skfem.condense(A, basis.zeros(), x=x, D=held)
    levels = pyamg.smoothed_aggregation_solver(A, symmetry="nonsymmetric", max_coarse=500)
    count = []
    y, _ = gmres(
        A, b, rtol=TOLERANCE, restart=60, M=levels.aspreconditioner(), callback=count.append, callback_type="pr_norm"
    )
    clock.note("solve")
    x[inner] = y
    value = -SIGMA / NM * (whole @ x)[held.all("u^1")].sum() / n**2
    return len(x), clock, len(count), value, np.nan


PEERS = {"ddgauge": ddgauge, "ngsolve": ngsolve, "scikit-fem": scikit_fem}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unknowns", nargs="+", type=float)
    parser.add_argument("--peer", choices=PEERS, default="ddgauge")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    for unknowns in options.unknowns:
        runs = [PEERS[options.peer](unknowns) for _ in range(options.repeats)]
        found, clock, iterations, value, product = min(runs, key=lambda run: sum(run[1].seconds.values()))
        phases = ", ".join(f"{phase} {seconds:.2f} s" for phase, seconds in clock.seconds.items())
        total = sum(clock.seconds.values())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        products = clock.seconds["solve"] / product
        print(
            f"{options.peer}: {found} unknowns, {phases}, total {total:.2f} s, {iterations} iterations, "
            f"{products:.0f} products, {memory:.2f} GiB, j_top {value:.10g}",
            flush=True,
        )


if __name__ == "__main__":
    main()
