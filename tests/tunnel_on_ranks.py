"""Valves whose numbers must not depend on the number of processes; prints what their barriers carry as JSON.

mpirun -n 3 python3 tests/tunnel_on_ranks.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge import output
from tests.tunnel_valves import ELLIPTIC, NORMAL, PAIR, device, junction, magnet, metal, tilted, told

MESH = {"dimension": 2, "size": ["12 nm"], "element_size": "2 nm", "cells": 4, "periodic": False}
LAYERS = [magnet(name, axis, thickness="10 nm") for name, axis in zip(("F1", "F2"), tilted(1.2))]


def flat(value):
    """The numbers of a table, one after the other."""
    return [x for each in value.values() for x in flat(each)] if isinstance(value, dict) else np.ravel(value).tolist()


def valves():
    """Results of a linear valve, and of ones with bands over the bias: two magnets, and a magnet and a metal."""
    beside = [LAYERS[1], metal("F2", thickness="10 nm")]
    beside = [layer | {"name": name} for layer, name in zip(beside, ("F1", "F2"))]
    top = {"kind": "current", "current_density": -3e11, "spin_current": [1e10, 2e10, 0]}
    vectors = {"experiment": "transport", "alignment": "rigid", "bias_range": 0.6, "top": top}
    vectors = device([ELLIPTIC[0], NORMAL], layers=beside, mesh=MESH, **vectors)
    bands = device(ELLIPTIC, layers=LAYERS, mesh=MESH)
    return {"linear": junction(layers=LAYERS, mesh=MESH), "bands": bands, "vectors": vectors}


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
