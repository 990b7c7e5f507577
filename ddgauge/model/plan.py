"""How a stack is divided into cells: how many, and how they are graded. No mesh is made here."""

import numpy as np

from ddgauge.model import checks

CELLS = {1: 32, 2: 12, 3: 6}  # through a layer of two lengths or more, at least, by the dimension of the mesh
FEWEST = 4  # through a layer much thinner than its lengths, where many cells bring nothing but rounding errors
MOST_CELLS = 400
EVEN = 100  # thicknesses: graded to an edge so wide, all cells are alike
POINTS = 4096  # between which heights interpolates
ACROSS = {True: 2, False: 8}  # cells along a periodic side (nothing varies there by itself), and along another


def graded(thickness, cells, edge):
    """Nodes 0 = z_0 < ... < z_cells = thickness, dense within a few `edge` of both ends (same unit throughout)."""
    nodes = thickness * heights(np.arange(cells + 1) / cells, edge / thickness)
    nodes[[0, -1]] = 0, thickness
    return nodes


def heights(share, edge):
    """Height, in thicknesses, below which a share of the cells lies; edge in thicknesses (arrays that broadcast)."""

    def count(k):
        z, a = k / (POINTS - 1), 2 * edge
        return z + 2 * (1 - np.exp(-z / a) + np.exp((z - 1) / a) - np.exp(-1 / a))

    wanted = share * count(POINTS - 1)
    k = np.zeros(wanted.shape, dtype=int)
    for step in 2 ** np.arange(11, -1, -1):
        k[count(k + step) <= wanted] += step
    k = np.minimum(k, POINTS - 2)
    low, high = count(k), count(k + 1)
    return (k + (wanted - low) / (high - low)) / (POINTS - 1)


def divided(thickness, length, most):
    """Cells through layers, and the edge that they are graded to, unless the file says so (arrays that broadcast).

    `most` go through layers that are two of their shortest lengths thick or more, or that have none (nan).
    """
    thickness, length = np.broadcast_arrays(thickness, length)
    edge = np.fmin(length, thickness)
    wanted = np.nan_to_num(np.ceil(most * thickness / (2 * length)), nan=most)
    cells = np.array(np.clip(wanted, FEWEST, most), dtype=int)
    while np.any(more := (heights(1 / cells, edge / thickness) * thickness > edge / 2) & (cells < MOST_CELLS)):
        cells[more] += 4
    return cells, edge


def through(case, stack, names):
    """[(name, thickness, cells, edge)] for stack_mesh, and {name: size of cells at the ends of a layer}, m."""
    lengths, options = checks.shortest(stack, case.electrostatics), case.mesh
    plan, sizes = [], {}
    for k, name in enumerate(stack.names):
        thickness = stack[name].thickness
        length = lengths[name] or thickness
        edge = min(length, thickness)
        turns = texture_scales(stack, name)[2]
        if options.element_size is not None or np.isfinite(turns):
            edge = EVEN * thickness
        if options.element_size is not None:
            cells = int(np.ceil(thickness / options.element_size))
        elif options.cells is not None:
            cells = options.cells[k] if isinstance(options.cells, tuple) else options.cells
        elif np.isfinite(turns):
            cells = int(np.clip(np.ceil(2 * thickness / min(length, turns)), FEWEST, MOST_CELLS))
        else:
            cells = int(divided(thickness, lengths[name] or np.nan, CELLS[options.dimension])[0])
        if name in names:
            plan.append((name, thickness, cells, edge))
        sizes[name] = float(graded(thickness, cells, edge)[1])
    return plan, sizes


def texture_scales(stack, name=None):
    """(3,) lengths along x, y, z over which what drives a layer (or any layer) turns, m; infinite where it does not."""
    scales = np.full(3, np.inf)
    if stack.texture is not None and (name is None or name in stack.textured):
        scales = stack.texture.scales
    force, q = stack.wave
    if force.any():
        with np.errstate(divide="ignore"):
            scales = np.minimum(scales, 1 / np.abs(q))
    return scales


def divisions(case):
    """Cells along the sides."""
    options = case.mesh
    if isinstance(options.lateral_cells, tuple):
        return options.lateral_cells
    if options.lateral_cells is not None:
        return (options.lateral_cells,) * len(options.sides)
    if options.element_size is not None:
        return tuple(int(np.ceil(length / options.element_size)) for length in options.sides)
    scales = texture_scales(case.stack)[: len(options.sides)]
    varies = any(layer.varies for layer in case.stack.layers) or case.stack.texture is not None
    periodic = options.periodic and not varies and case.experiment != "relaxation"
    return tuple(
        int(np.clip(np.ceil(2 * length / scale), ACROSS[periodic], MOST_CELLS))
        for length, scale in zip(options.sides, scales, strict=True)
    )


def side_warnings(case):
    """Lines that say where cells along the sides are longer than half of what they should resolve."""
    warnings = []
    for axis, length, scale, cells in zip("xy", case.mesh.sides, texture_scales(case.stack), divisions(case)):
        if length / cells > scale / 2 * (1 + 1e-9):
            warnings.append(
                f"mesh: cells of {length / cells:.3g} m along {axis} are coarse for what turns within {scale:.3g} m;"
                f" use {int(np.ceil(2 * length / scale))} or more (mesh.lateral_cells)"
            )
    return warnings


def default_degree(dimension, structured, periodic):
    """Degree of elements: high where fields are smooth; 2 where edges and corners make them rough."""
    if not structured:
        return 2
    return {1: 4, 2: 3, 3: 3 if periodic else 2}[dimension]
