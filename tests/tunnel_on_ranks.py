"""Valves whose numbers must not depend on the number of processes; prints what their barriers carry as JSON.

mpirun -n 3 python3 tests/tunnel_on_ranks.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge import output
from tests.tunnel_valves import ELLIPTIC, PAIR, device, junction, magnet, tilted, told

MESH = {"dimension": 2, "size": ["12 nm"], "element_size": "2 nm", "cells": 4, "periodic": False}
LAYERS = [magnet(name, axis, thickness="10 nm") for name, axis in zip(("F1", "F2"), tilted(1.2))]


def flat(value):
    """The numbers of a table, one after the other."""
    return [x for each in value.values() for x in flat(each)] if isinstance(value, dict) else np.ravel(value).tolist()


def valves():
    """Results of a linear valve and of one with bands over the bias."""
    return {"linear": junction(layers=LAYERS, mesh=MESH), "bands": device(ELLIPTIC, layers=LAYERS, mesh=MESH)}


def numbers(found):
    """{valve: {quantity: numbers}} of what barriers carry."""
    return {name: {key: flat(value) for key, value in told(result).items()} for name, result in found.items()}


if __name__ == "__main__":
    found = valves()
    output.prepare(sys.argv[1]) if MPI.COMM_WORLD.rank == 0 else None
    MPI.COMM_WORLD.barrier()
    names = output.write(found["linear"], Path(sys.argv[1]))
    if MPI.COMM_WORLD.rank == 0:
        print(json.dumps({"numbers": numbers(found), "files": names, "pair": PAIR}))
