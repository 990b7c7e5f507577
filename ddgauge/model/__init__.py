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
from ddgauge.model.two_band import TwoBand
from ddgauge.model.two_band_faces import ExchangeFace, Flux, State

__all__ = [
    "Contact",
    "Current",
    "ExchangeFace",
    "Floating",
    "Flux",
    "InputError",
    "Insulating",
    "Interface",
    "Layer",
    "LayerCoefficients",
    "Run",
    "Sheet",
    "Sink",
    "Stack",
    "State",
    "TwoBand",
    "TwoCurrentCoefficients",
    "read",
]
