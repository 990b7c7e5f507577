"""A mesh whose layers and sides are longer or shorter than they were made: its integrals follow without a new mesh."""

import numpy as np

from ddgauge.fem.assemble import Lazy

NORMAL = {"left": 0, "right": 0, "front": 1, "back": 1, "bottom": 2, "top": 2}  # axis across the faces of a stack
OF_THE_MESH = ("bulk", "squared_difference")  # what is not stretched


class Stretched:
    """An Assembly of a structured stack with x_i -> factor_i x_i in each layer; used as an Assembly is.

    Shape functions are carried along, so that d_i becomes d_i / factor_i: an integral over a layer is that over the
    mesh of its coefficients times

        volume factor / (factor of p) / (factor of q),   factors of a jet (f, d_x f, d_y f, d_z f): 1, x, y, z

    which is exact, and smooth in the factors.

    Parameters
    ----------
    assembly : Assembly
    sides : tuple of float
        Factors along x and y, as far as the mesh has them.
    layers : {layer: (factor, bottom in the mesh, bottom when stretched)}
        Along z, and heights in m.
    """

    def __init__(self, assembly, sides, layers):
        self.made = assembly
        along = dict(zip("xy", sides, strict=False))
        lateral = [along.get(axis, 1.0) for axis in "xy"]
        self._factors = {name: np.array([*lateral, factor]) for name, (factor, *_) in layers.items()}
        self._bottoms = {name: bottoms for name, (_, *bottoms) in layers.items()}
        self._axes = ["xyz".index(axis) for axis in assembly.mesh.axes]
        self._area = float(np.prod([along.get(axis, 1.0) for axis in assembly.mesh.axes[:-1]]))
        self.loads = Lazy(self._load)
        self.faces = Lazy(self._face)
        self.junctions = Lazy(self._junction)
        self.traces = Lazy(self._trace)

    def __getattr__(self, name):
        if name in OF_THE_MESH or name == "made":
            raise AttributeError(f"{name} belongs to the mesh as it was made")
        return getattr(self.made, name)

    def on_mesh(self, layer, X, pairs):
        """Coefficients of the mesh as it was made whose integral over it is that of X over the stretched one.

        X : array, or function of points (3, N), m, with indices [..., p, A, q, B] if `pairs`, else [..., p, A]
        """
        if callable(X):
            return lambda x: self.on_mesh(layer, X(self._moved(layer, x)), pairs)
        jets = np.concatenate([[1.0], 1 / self._factors[layer]])
        volume = np.prod(self._factors[layer][self._axes])
        if pairs:
            return volume * jets[:, None, None, None] * jets[:, None] * X
        return volume * jets[:, None] * X

    def bulk_matrix(self, layer, X):
        """As of Assembly."""
        return self.made.bulk_matrix(layer, self.on_mesh(layer, X, pairs=True))

    def add_bulk(self, blocks, layer, X):
        """As of Assembly."""
        self.made.add_bulk(blocks, layer, self.on_mesh(layer, X, pairs=True))

    def bulk_load(self, layer, F):
        """As of Assembly."""
        return self.made.bulk_load(layer, self.on_mesh(layer, F, pairs=False))

    def _moved(self, layer, x):
        bottom, stretched = self._bottoms[layer]
        return self._factors[layer][:, None] * (x - [[0], [0], [bottom]]) + [[0], [0], [stretched]]

    def _load(self, layer):
        jets = np.concatenate([[1.0], 1 / self._factors[layer]])[self.places]
        return self.made.loads[layer] * (np.prod(self._factors[layer][self._axes]) * jets)

    def _face(self, key):
        name, layer = key if isinstance(key, tuple) else (key, None)
        normal, base = NORMAL[name], self.made.faces
        if normal == 2:
            index, mass, load = base[key]
            return index, self._area * mass, self._area * load
        if layer is not None:
            index, mass, load = base[key]
            factor = np.prod([self._factors[layer][axis] for axis in self._axes if axis != normal])
            return index, factor * mass, factor * load
        index, mass, load = base[name]
        mass, load = np.zeros_like(mass), np.zeros_like(load)
        for layer in self.mesh.layers:
            some, of_layer, of_load = self.faces[name, layer]
            mass[np.searchsorted(index, some)] += of_layer
            load += of_load
        return index, mass, load

    def _junction(self, pair):
        index, mass = self.made.junctions[pair]
        return index, self._area * mass

    def _trace(self, side_of):
        return self._area * self.made.traces[side_of]


def on_mesh(assembly, layer, X, pairs):
    """Stretched.on_mesh, of an assembly that may not be stretched."""
    return assembly.on_mesh(layer, X, pairs) if isinstance(assembly, Stretched) else X
