"""Points per second of sweeps in one dimension: many stacks through arrays, beside one run after the other. By hand:

    ./with-dolfinx python tests/bench/sweep1d.py                     # all three, on one core
    ./with-dolfinx python tests/bench/sweep1d.py --points 4000 --one 50

"film" is examples/pt_yig/film.toml, 32 cells; "film F|HM" a magnet with exchange and a heavy metal, 64 cells and more;
"conductance" the magnet of these. All parameters of all layers differ from point to point, so that nothing is found
twice. Seconds are of the processor, in microseconds per point, the best of --repeats; from checked runs to the tables
of numbers, balances included. What it costs to make the runs is said beside, and not counted.
"""

import argparse
import time
from collections import Counter

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import batch, run, stacks
from ddgauge.fem import lines
from ddgauge.model import Run

PHASES = [  # (holder, name, what it is called)
    (batch, "Member", "members"),
    (stacks, "_coefficients", "coefficients"),
    (stacks, "_cells", "cells"),
    (stacks.Stacks, "_lengths", "cells"),
    (stacks, "_faces", "faces"),
    (stacks, "spin_medium", "media"),
    (stacks.closure, "coupling", "media"),
    (stacks.closure, "response", "media"),
    (lines, "open_circuit", "media"),
    (lines.Layers, "__init__", "elimination"),
    (lines.Chain, "__init__", "elimination"),
    (lines.Chain, "solve", "elimination"),
    (lines.Layers, "inside", "inside"),
    (batch.Solved, "__init__", "balances"),
    (batch.Film, "__init__", "numbers"),
    (batch.Film, "of", "numbers"),
    (batch.Conductance, "__init__", "numbers"),
    (batch.Conductance, "of", "numbers"),
]


def film(rng):
    metal = {
        "name": "Pt",
        "thickness": rng.uniform(3e-9, 9e-9),
        "conductivity": rng.uniform(2e6, 6e6),
        "diffusion": 5e-4,
        "spin_diffusion_length": rng.uniform(1e-9, 2e-9),
        "spin_hall": rng.uniform(0.02, 0.2),
    }
    sheet = {"kind": "sheet", "G_r": rng.uniform(1e14, 5e14), "G_i": 1e13}
    return {
        "experiment": "film",
        "layer": [metal],
        "magnetisation": {"direction": rng.normal(size=3)},
        "boundary": {"bottom": sheet},
        "drive": {"electric_field": [1e5, 0, 0]},
        "output": {"figures": False},
    }


def film_on_magnet(rng):
    magnet = {
        "name": "F",
        "thickness": rng.uniform(2e-9, 5e-9),
        "conductivity": rng.uniform(5e5, 2e6),
        "diffusion": 1e-4,
        "exchange_relaxation": {"parallel": 4e-13, "perpendicular": rng.uniform(1e-14, 4e-14)},
        "precession": rng.uniform(5e13, 2e14),
    }
    tables = film(rng)
    return tables | {"layer": [magnet, *tables["layer"]], "boundary": {}}


def conductance(rng):
    tables = film_on_magnet(rng) | {"experiment": "conductance"}
    del tables["drive"]
    return tables


class Clock:
    """Processor seconds of phases, of each without those inside it."""

    def __init__(self):
        self.seconds, self.inner = Counter(), [0.0]

    def watch(self, holder, name, label):
        plain = getattr(holder, name)

        def timed(*given, **named):
            start = time.process_time()
            self.inner.append(0.0)
            found = plain(*given, **named)
            whole = time.process_time() - start
            self.seconds[label] += whole - self.inner.pop()
            self.inner[-1] += whole
            return found

        setattr(holder, name, timed)


SWEEPS = {"film": film, "film F|HM": film_on_magnet, "conductance": conductance}


def seconds_of(action, *given):
    start = time.process_time()
    action(*given)
    return time.process_time() - start


def made(name, points):
    rng = np.random.default_rng(0)
    return [Run.from_dict(SWEEPS[name](rng)) for _ in range(points)]


def one_by_one(cases):
    for case in cases:
        run(case, MPI.COMM_SELF)


def rates(name, options):
    making = seconds_of(made, name, options.points) / options.points
    cases = made(name, options.points)
    each = min(seconds_of(batch.evaluate, cases) for _ in range(options.repeats)) / options.points
    one_by_one(cases[:1])
    alone = seconds_of(one_by_one, cases[: options.one]) / options.one
    print(f"{name}: {1 / each:.0f} points/s, {1e6 * each:.0f} us each; one by one {1 / alone:.0f}, {1e6 * alone:.0f}")
    print(f"    made of tables, not counted: {1e6 * making:.0f} us each")


def breakdown(name, options, clock):
    cases, best = made(name, options.points), {}
    for _ in range(options.repeats):
        clock.seconds.clear()
        whole = seconds_of(batch.evaluate, cases)
        if not best or whole < best["all"]:
            best = {**clock.seconds, "rest": whole - sum(clock.seconds.values()), "all": whole}
    print(f"{name}:", ", ".join(f"{label} {1e6 * value / options.points:.1f}" for label, value in best.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=2048, help="of each sweep")
    parser.add_argument("--one", type=int, default=20, help="of them that are run by themselves too")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for name in SWEEPS:
        rates(name, options)
    print("where the time goes, us per point, under watch:")
    clock = Clock()
    for phase in PHASES:
        clock.watch(*phase)
    for name in SWEEPS:
        breakdown(name, options, clock)


if __name__ == "__main__":
    main()
