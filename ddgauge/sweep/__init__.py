"""Many solutions, one dataset: sweeps over the parameters of an input file."""

from ddgauge.sweep.dataset import read
from ddgauge.sweep.emit import emit
from ddgauge.sweep.grid import Grid
from ddgauge.sweep.runner import sweep

__all__ = ["Grid", "emit", "read", "sweep"]
