"""Spin and charge transport in heavy-metal | ferromagnet stacks with finite elements."""

__version__ = "0.1.0"
