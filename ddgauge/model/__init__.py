"""What is to be solved, frozen and checked: stacks, materials, the input file."""

from ddgauge.model.errors import InputError
from ddgauge.model.inputs import Run, read
from ddgauge.model.stack import (
    Contact,
    Current,
    Floating,
    Insulating,
    Interface,
    Layer,
    LayerCoefficients,
    Sheet,
    Sink,
    Stack,
    TwoCurrentCoefficients,
)

__all__ = [
    "Contact",
    "Current",
    "Floating",
    "InputError",
    "Insulating",
    "Interface",
    "Layer",
    "LayerCoefficients",
    "Run",
    "Sheet",
    "Sink",
    "Stack",
    "TwoCurrentCoefficients",
    "read",
]
