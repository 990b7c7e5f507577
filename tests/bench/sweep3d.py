"""Points per second of sweeps in two and three dimensions: each by itself, with shared factors, by a reduced basis.

    ./with-dolfinx python tests/bench/sweep3d.py                 # both, 1e5 unknowns, on one core
    ./with-dolfinx python tests/bench/sweep3d.py --dimension 2 --unknowns 4e4 --points 200

A film F | Pt, linear elements; magnetisation and spin Hall angle differ from point to point. "By itself" makes mesh,
integrals, matrix and factors for each point, "shared" is how ddgauge sweep does it, "reduced" that with
solver.reduced_basis.
Seconds are of the clock, the least of the points; of the reduced basis those of a point, and what it costs to make.
"""

import argparse
import time

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import reduced, run
from ddgauge.experiment.problem import mesh_key
from ddgauge.fem.shelf import Shelf
from ddgauge.model import Run

THICKNESS = {"F": 2e-9, "Pt": 3e-9}


def film(dimension, unknowns, angle, theta_SH):
    magnet = {"name": "F", "thickness": THICKNESS["F"], "conductivity": 2e6, "diffusion": 2e-4, "precession": 2e13}
    magnet["exchange_relaxation"] = {"parallel": 4e-13, "perpendicular": 2e-13}
    metal = {"name": "Pt", "thickness": THICKNESS["Pt"], "conductivity": 4e6, "diffusion": 5e-4}
    metal |= {"spin_diffusion_length": 1.5e-9, "spin_hall": theta_SH}
    through = {2: [40, 60], 3: [12, 18]}[dimension]
    lateral = round((unknowns / 4 / (sum(through) + 1)) ** (1 / (dimension - 1)))
    mesh = {"dimension": dimension, "size": [lateral * 2e-10] * (dimension - 1), "cells": through}
    return Run.from_dict(
        {
            "experiment": "film",
            "layer": [magnet, metal],
            "magnetisation": {"angle": {"yz": angle}},
            "boundary": {"bottom": {"kind": "sheet", "G_r": 2e14}},
            "mesh": mesh | {"lateral_cells": lateral},
            "solver": {"degree": 1},
            "output": {"figures": False},
        }
    )


def seconds_of(action):
    start = time.perf_counter()
    found = action()
    return time.perf_counter() - start, found


def rates(dimension, options):
    rng = np.random.default_rng(0)
    draws = zip(rng.uniform(0, 90, options.points), rng.uniform(0.05, 0.2, options.points))
    cases = [film(dimension, options.unknowns, *draw) for draw in draws]
    run(film(dimension, 2000, 0.0, 0.1), MPI.COMM_SELF)  # compiles the forms
    alone = [seconds_of(lambda c=case: run(c, MPI.COMM_SELF).numbers) for case in cases[:2]]
    (single, numbers), *_ = sorted(alone, key=lambda timed: timed[0])
    print(f"{dimension}D, {numbers['solver']['unknowns']} unknowns, {len(cases)} points")
    print(f"    by itself {single:.3f} s a point", flush=True)
    shelf, shared = Shelf(), []
    for case in cases:
        shelf.share_mesh(mesh_key(case)[0])
    for k, case in enumerate(cases[:4]):
        shelf.problem(first=k == 0)
        shared.append(seconds_of(lambda c=case: run(c, MPI.COMM_SELF, shelf=shelf))[0])
    shared = min(shared[1:])
    print(
        f"    shared    {shared:.3f} s a point, {1 / shared:.1f} points/s, {single / shared:.1f} times as fast",
        flush=True,
    )
    making, found = seconds_of(lambda: reduced.Reduction(cases, MPI.COMM_SELF, lambda text: None, Shelf()))
    places = [place for place in found.recorded if found.numbers(place)[1]]
    each = min(seconds_of(lambda p=place: found.numbers(p))[0] for place in places)
    worst = max(found.numbers(place)[0]["reduced"]["estimate"] for place in places)
    print(f"    reduced   {1e3 * each:.2f} ms a point, {1 / each:.0f} points/s, {single / each:.0f} times as fast")
    print(f"              {len(found.sampled)} solved and {making:.1f} s for the basis, {len(places)} points by it,")
    print(
        f"              estimates up to {worst:.1e}; all points {(making + each * len(places)) / len(cases):.3f} s each"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dimension", type=int, choices=(2, 3), nargs="*", default=(2, 3))
    parser.add_argument("--unknowns", type=float, default=1e5)
    parser.add_argument("--points", type=int, default=100)
    options = parser.parse_args()
    for dimension in options.dimension:
        rates(dimension, options)


if __name__ == "__main__":
    main()
