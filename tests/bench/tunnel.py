"""Milliseconds and digits of all coefficients of a junction, for each way to give an electrode. By hand:

    ./with-dolfinx python tests/bench/tunnel.py
    ./with-dolfinx python tests/bench/tunnel.py --repeats 20

Electrodes are made anew for each point, as in a sweep of the bias. Digits are beside panels of a third of the width,
those of chains beside numbers with 40 digits: "dissipative" the worst of I_0, E_S, A_S, E_ex and A_ex, "coherent" of
T_S and T_ex, each of its own size or of a millionth of the largest. Milliseconds are of the processor, the best of
--repeats.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from ddgauge.physics.tunnel import dos, electrodes, modes, quadrature
from ddgauge.physics.tunnel.coefficients import coefficients
from tests.physics.tunnel.bands import crooked, elliptic, elliptic_modes, flat
from tests.physics.tunnel.test_accuracy import PAIRS, levels, square


def thirds(*args, **kwargs):
    """Panels of a third of the width."""
    points, kinds = quadrature.panels(*args, **kwargs)
    cuts = [(k * points[1:] + (3 - k) * points[:-1]) / 3 for k in (1, 2)]
    every = np.concatenate([points, *cuts])
    order = np.argsort(every)
    return every[order], np.append(kinds, np.full(2 * len(points) - 2, quadrature.SMOOTH))[order]


def finer(L, R):
    with ExitStack() as patches:
        for module in (electrodes, modes, dos):
            patches.enter_context(mock.patch.object(module, "panels", thirds))
        return values(coefficients(L(), R(), 1.0))


def values(c):
    return np.array([c.I_0, c.L.E_S, c.L.A_S, c.L.E_ex, c.L.A_ex]), np.array([c.L.T_S, c.L.T_ex])


def digits(found, exact):
    scale = max(np.max(np.abs(each)) for each in exact)
    worst = [np.max(np.abs(a - b) / np.maximum(np.abs(b), 1e-6 * scale)) for a, b in zip(found, exact)]
    return [-np.log10(max(error, 1e-16)) for error in worst]


def cases():
    """(name, L, R, exact values or None)"""
    chain = [(lambda E=E: E.modes()) for E in PAIRS[0][:2]]
    numbers = np.array([float(x) for x in PAIRS[0][2].split()])[[0, 2, 3, 4, 5]]
    yield "flat", lambda: flat(0.5), lambda: flat(-0.5), None
    yield "semi-elliptic, by densities", lambda: elliptic(8.5, 1.0), lambda: elliptic(7.5, 0.6), None
    yield "semi-elliptic, by modes", lambda: elliptic_modes(8.5, 1.0), lambda: elliptic_modes(7.5, 0.6), None
    yield "square lattice, by densities", lambda: square(0.9, 0.1), lambda: square(-0.7, 0.1, J=0.6, centre=0.3), None
    yield "chains, by modes", *chain, numbers
    yield "two bands, by modes", lambda: crooked(0.5, 0.3), lambda: flat(-0.2, 0.2, J=2.0, D=6.0), None
    yield "240 levels", levels, lambda: flat(-0.2, 0.2, J=2.0, D=6.0), None


parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--repeats", type=int, default=5)
repeats = parser.parse_args().repeats

print(f"{'':30}{'ms':>8}{'dissipative':>14}{'coherent':>12}")
for name, L, R, numbers in cases():
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        c = coefficients(L(), R(), 1.0)
        seconds.append(time.process_time() - start)
    exact = finer(L, R)
    if numbers is not None:
        exact = numbers, exact[1]
    dissipative, coherent = digits(values(c), exact)
    print(f"{name:30}{1e3 * min(seconds):8.1f}{dissipative:14.1f}{coherent:12.1f}")
