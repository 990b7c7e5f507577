"""The forms. Each is compiled once, for any model: numbers come in as coefficients or after assembly."""

import ufl

PLACE = {"x": 1, "y": 2, "z": 3}  # of d/dx, d/dy, d/dz in a jet


def jet(f, axes):
    """The entries of (f, d_x f, d_y f, d_z f) that a mesh with these axes has, as {place: expression}."""
    slope = ufl.grad(f)
    return {0: f} | {PLACE[axis]: slope[i] for i, axis in enumerate(axes)}


def jets(u, v, axes, dx, degree):
    """Geometry of the bulk: component (p, q) of the block (v, u) holds int jet_p(phi_v) jet_q(phi_u).

    The matrix of any law is a product of this with Medium.matrix  [Z23 (32)]. u and v have one component per
    entry of a jet; degree(p, q) is that of the product, so that none is integrated with more points than it needs.
    """
    places = list(jet(u[0], axes))
    return sum(
        jet(v[i], axes)[p] * jet(u[j], axes)[q] * dx(metadata={"quadrature_degree": degree(p, q)})
        for i, p in enumerate(places)
        for j, q in enumerate(places)
    )


def bulk(u, v, M, axes, dx):
    """Share of field u in the balance that v tests, int jet(v) . M jet(u), M varying in space  [Z23 (32)]."""
    return sum(a * M[p, q] * b * dx for p, a in jet(v, axes).items() for q, b in jet(u, axes).items())


def load(v, F, axes, dx):
    """int jet(v) . F with F varying in space."""
    return sum(a * F[p] * dx for p, a in jet(v, axes).items())


def loads(v, axes, dx):
    """Geometry of a uniform load: component p of the block v holds int jet_p(phi_v)."""
    places = list(jet(v[0], axes))
    return sum(jet(v[i], axes)[p] * dx for i, p in enumerate(places))


def face(u, v, ds):
    """int u v over outer faces."""
    return u * v * ds


def junction(u, v, s, t, dS):
    """int v_s u_t over an interface, s and t one of its sides, below "+" or above "-"."""
    return v(s) * u(t) * dS
