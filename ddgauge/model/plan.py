"""How a stack is divided into cells: how many, and how they are graded. No mesh is made here."""

import numpy as np

from ddgauge.model import checks

CELLS = {1: 32, 2: 12, 3: 6}  # through a layer of two lengths or more, at least, by the dimension of the mesh
FEWEST = 4  # through a layer much thinner than its lengths, where many cells bring nothing but rounding errors
MOST_CELLS = 400
ACROSS = {True: 2, False: 8}  # cells along a periodic side (nothing varies there by itself), and along another


def graded(thickness, cells, edge):
    """Nodes 0 = z_0 < ... < z_cells = thickness, dense within a few `edge` of both ends (same unit throughout)."""
    a = 2 * edge
    z = np.linspace(0, thickness, 4096)
    count = z / thickness + 2 * (1 - np.exp(-z / a) + np.exp((z - thickness) / a) - np.exp(-thickness / a))
    nodes = np.interp(np.linspace(0, count[-1], cells + 1), count, z)
    nodes[[0, -1]] = 0, thickness
    return nodes


def through(case, stack, names):
    """[(name, thickness, cells, edge)] for stack_mesh, and {name: size of cells at the ends of a layer}, m."""
    lengths, options = checks.shortest(stack, case.electrostatics), case.mesh
    plan, sizes = [], {}
    for k, name in enumerate(stack.names):
        thickness = stack[name].thickness
        length = lengths[name] or thickness
        edge = min(length, thickness)
        if options.element_size is not None:
            cells, edge = int(np.ceil(thickness / options.element_size)), 100 * thickness
        elif options.cells is not None:
            cells = options.cells[k] if isinstance(options.cells, tuple) else options.cells
        else:
            most = CELLS[options.dimension]
            cells = int(np.clip(np.ceil(most * thickness / (2 * length)), FEWEST, most)) if lengths[name] else most
            while graded(thickness, cells, edge)[1] > edge / 2 and cells < MOST_CELLS:
                cells += 4
        if name in names:
            plan.append((name, thickness, cells, edge))
        sizes[name] = float(graded(thickness, cells, edge)[1])
    return plan, sizes


def divisions(case):
    """Cells along the sides."""
    options = case.mesh
    if isinstance(options.lateral_cells, tuple):
        return options.lateral_cells
    if options.lateral_cells is not None:
        return (options.lateral_cells,) * len(options.sides)
    if options.element_size is not None:
        return tuple(int(np.ceil(length / options.element_size)) for length in options.sides)
    varies = any(callable(layer.gauge) for layer in case.stack.layers)
    periodic = options.periodic and not varies and case.experiment != "relaxation"
    return (ACROSS[periodic],) * len(options.sides)


def default_degree(dimension, structured, periodic):
    """Degree of elements: high where fields are smooth; 2 where edges and corners make them rough."""
    if not structured:
        return 2
    return {1: 4, 2: 3, 3: 3 if periodic else 2}[dimension]
