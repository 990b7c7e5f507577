"""Inputs run as a file of the same tables would be, and what comes of them."""

from ddgauge.experiment import run
from ddgauge.model.inputs import Run


def result(experiment, layers, **tables):
    """The Result of an input without figures; `layers` are tables, bottom to top."""
    return run(Run.from_dict({"experiment": experiment, "layer": layers, "output": {"figures": False}} | tables))


def numbers(experiment, layers, **tables):
    """Its numbers."""
    return result(experiment, layers, **tables).numbers


MESHES = {  # what the same stack is in one, two and three dimensions
    1: {"dimension": 1},
    2: {"dimension": 2, "size": [4e-9]},
    3: {"dimension": 3, "size": [4e-9, 3e-9]},
}
