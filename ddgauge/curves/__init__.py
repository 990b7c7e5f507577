"""Curves: many films or conductances as one experiment, and the numbers that the field reads off such a curve.

A kind of curve is a module with

    UNITS                     unit of each column and of each extracted number
    points(run)               the Points that are solved
    columns(run, found)       {column: (points,) array, or one for each label}, what the curve runs over first
    extracted(run, columns)   {name: number}
    closed_form(run)          the same columns by a closed form, without what it runs over, or None where there is none
"""

from ddgauge.curves import (
    angular_magnetoresistance,
    exchange_hall,
    field_magnetoresistance,
    hall,
    memory_loss,
    rashba_memory_loss,
    spin_pumping,
    temperature,
    torque_thickness,
)
from ddgauge.curves.frame import Point, curve

__all__ = ["KINDS", "Point", "curve"]

KINDS = {
    "angular-magnetoresistance": angular_magnetoresistance,
    "field-magnetoresistance": field_magnetoresistance,
    "hall": hall,
    "temperature": temperature,
    "torque-thickness": torque_thickness,
    "spin-pumping": spin_pumping,
    "memory-loss": memory_loss,
    "rashba-memory-loss": rashba_memory_loss,
    "exchange-hall": exchange_hall,
}
