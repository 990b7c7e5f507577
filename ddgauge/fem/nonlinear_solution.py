"""Fields, and integrals of them, of a solution of laws that are not linear in the fields."""

import numpy as np

from ddgauge.fem.solution import Solution


class NonlinearSolution(Solution):
    """A solution of laws that are not linear."""

    def __init__(self, system, *args, **others):
        super().__init__(system, *args, **others)
        self.flows = {layer: law.currents for layer, law in system.laws.items()}

    def flow(self, layer):
        """(3, n) integral of the flow of each field over a layer."""
        if layer not in self.flows:
            return super().flow(layer)
        points = self.system.pointwise
        return self._sum(points.mean(layer, self.flows[layer](points.jets(layer, self.columns))))

    def junction_current(self, below, above):
        """(2, n) currents out of the two sides of a broken interface, by its law, linear or not."""
        if (below, above) not in self.system.jumps:
            return super().junction_current(below, above)
        flux, _ = self.system.jump((below, above), self.columns)
        return self._sum(self.system.pointwise.side_mean((below, above), flux))

    def junction_power(self, below, above):
        """Power that a broken interface turns into heat, by its law, linear or not."""
        pair, points = (below, above), self.system.pointwise
        if pair not in self.system.jumps:
            return super().junction_power(below, above)
        flux, _ = self.system.jump(pair, self.columns)
        return float(
            self._sum(points.side_mean(pair, np.sum(flux * np.stack(points.sides(pair, self.columns), 1), (1, 2))))
        )

    @property
    def _law_of_fields(self):
        law, _ = self.system.product(self.x)
        return law

    def _taken(self, layer):
        return super()._taken(layer) + self.system.rest(layer, self.columns)
