"""Spin and charge transport in heavy-metal | ferromagnet stacks with finite elements.

from ddgauge import Layer, Sheet, Stack, read, run
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "ddgauge.model": (
        "Contact",
        "Current",
        "ExchangeFace",
        "Floating",
        "Flux",
        "InputError",
        "Insulating",
        "Interface",
        "Layer",
        "Run",
        "Sheet",
        "Sink",
        "Stack",
        "State",
        "TwoBand",
        "read",
    ),
    "ddgauge.model.tunnel_run": ("TunnelRun",),
    "ddgauge.experiment": ("BalanceError", "Result", "run"),
    "ddgauge.fem.mesh": ("MeshError",),
    "ddgauge.fem.solve": ("SolverError",),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *_MODULE]


def __getattr__(name):
    """What is named above, from where it is: nothing is imported before it is used, for dolfinx takes a second."""
    if name not in _MODULE:
        raise AttributeError(f"module 'ddgauge' has no attribute {name!r}")
    return getattr(import_module(_MODULE[name]), name)


def __dir__():
    return sorted([*globals(), *_MODULE])
