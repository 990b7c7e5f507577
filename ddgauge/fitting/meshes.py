"""Meshes that do not change while parameters do: results are then smooth in them."""

import numpy as np

from ddgauge.experiment import Problem
from ddgauge.fem.stretch import Stretched
from ddgauge.model import checks
from ddgauge.model.plan import through

TOO_FAR = 1.25  # ratio of a length to that which a mesh was made for, beyond which it is made again


class Meshes:
    """Assemblies for runs of one geometry; thicknesses and sides may then change, and the mesh is stretched.

    Parameters
    ----------
    runs : list of Run
        The mesh is made for the shortest of their lengths.
    comm : MPI communicator
    step : function of a text
    """

    def __init__(self, runs, comm, step):
        self.run = min(runs, key=_finest)
        self.comm, self.step = comm, step
        self.lengths, self._made, self.warnings = _lengths(self.run), {}, []
        if self.run.mesh.file is None:
            _, self.edges = through(self.run, self.run.stack, self.run.stack.names)
            for run in runs:
                self.warnings += checks.mesh_warnings(run.stack, self.edges, run.electrostatics)

    def __call__(self, run, names):
        """The assembly of some layers of a run."""
        key = tuple(names)
        if key not in self._made:
            problem = Problem(self.run, self.comm, self.step)
            self._made[key] = problem.assembly(names)
        made = self._made[key]
        lengths = _lengths(run)
        if self.run.mesh.file is not None or lengths == self.lengths:
            return made
        (old, old_sides), (new, new_sides) = self.lengths, lengths
        layers, bottom, stretched = {}, 0.0, 0.0
        for name in made.mesh.layers:
            layers[name] = new[name] / old[name], bottom, stretched
            bottom, stretched = bottom + old[name], stretched + new[name]
        return Stretched(made, [b / a for a, b in zip(old_sides, new_sides)], layers)

    def serve(self, run):
        """Whether the mesh still is as one that would be made for a run."""
        if self.run.mesh.file is not None:
            return True
        (old, old_sides), (new, new_sides) = self.lengths, _lengths(run)
        ratios = [new[name] / old[name] for name in old] + [b / a for a, b in zip(old_sides, new_sides)]
        _, edges = through(run, run.stack, run.stack.names)
        ratios += [max(1.0, self.edges[name] / edges[name]) for name in edges]
        return bool(np.all(np.abs(np.log(ratios)) < np.log(TOO_FAR)))


def geometry(run):
    """What runs on one mesh have in common."""
    thickness, sides = _lengths(run)
    return tuple(thickness.items()), sides, run.mesh.model_dump_json(exclude={"size"})


def _lengths(run):
    if run.mesh.file is not None:
        return {}, ()
    return {layer.name: layer.thickness for layer in run.stack.layers}, run.mesh.sides


def _finest(run):
    lengths = checks.shortest(run.stack, run.electrostatics)
    return min((length for length in lengths.values() if length), default=np.inf)
