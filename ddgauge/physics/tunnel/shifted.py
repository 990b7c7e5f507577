"""An electrode whose energies are all shifted, as bands are that follow the electrochemical potential beside them."""

from dataclasses import dataclass, replace

import numpy as np

from ddgauge.physics.tunnel.electrodes import Electrode


@dataclass(frozen=True)
class Shifted(Electrode):
    """What another electrode has at w - by, at w: its densities of states, modes and electrochemical potentials."""

    base: Electrode
    by: float  # energy

    @property
    def mu(self):
        """Electrochemical potential of electrons, or that of up and of down."""
        return np.asarray(self.base.mu, float) + self.by

    @property
    def T(self):
        """Temperature."""
        return self.base.T

    def nu_of(self, s, w):
        return self.base.nu_of(s, np.asarray(w) - self.by)

    def A(self, w):
        return self.base.A(np.asarray(w) - self.by)

    def edges(self, s):
        return self.base.edges(s) + self.by

    def ends(self, s):
        return self.base.ends(s) + self.by

    def diverging(self, s):
        return self.base.diverging(s) + self.by

    def singular(self):
        return tuple(energies + self.by for energies in self.base.singular())

    def smooth(self):
        return self.base.smooth() + self.by

    def principal_values(self, w):
        return self.base.principal_values(w - self.by)

    def nodes(self, roots, logs, smooth):
        found = self.base.nodes(*(np.asarray(w) - self.by for w in (roots, logs, smooth)))
        return replace(found, e=found.e + self.by)
