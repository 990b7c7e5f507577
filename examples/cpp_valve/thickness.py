"""Giant magnetoresistance A Delta R = A (R_AP - R_P) of the stack of parallel.toml against the thickness of copper.

    python3 thickness.py --out out        or under mpirun

Three kinds of interfaces: none of their own, those of the file without spin flips, and with them; beside the formula of
Valet and Fert, Phys. Rev. B 48, 7099 (1993), continued to interfaces that flip spins.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import Run, read
from ddgauge.post import plot

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

parallel, antiparallel = (read(Path(__file__).with_name(f"{name}.toml")).stack for name in ("parallel", "antiparallel"))
Co, Cu, given = parallel["lower Co"], parallel["Cu"], parallel.interface["lower Co|Cu"]
AR, gamma, delta = given.resistance, given.asymmetry, given.spin_flip


def resistance(stack, t, AR=0.0, gamma=0.0, delta=0.0):
    """A R of a stack with copper of thickness t (m) and both interfaces alike, ohm m^2."""
    keys = {"resistance": AR, "asymmetry": gamma, "spin_flip": delta}
    pairs = ("lower Co|Cu", "Cu|upper Co") if AR else ()
    stack = stack.with_layer("Cu", thickness=t).with_(interface=dict.fromkeys(pairs, keys))
    (ohms, _) = run(Run(experiment="two-current", stack=stack)).numbers["resistance"].values()
    return ohms


def valet_fert(t, AR=0.0, gamma=0.0, delta=0.0):
    """A Delta R of infinitely thick magnets, ohm m^2.

    By symmetry the middle of copper holds mu_s = 0 in the parallel state, and no spin current in the antiparallel one:
    copper is a spin resistance r_N tanh or r_N coth of t / 2 l_N. The spin voltages a, b on both sides of an interface
    follow from Kirchhoff's law: magnet, interface and copper carry the shares beta, gamma and 0 of the current, and
    what one brings and the next does not take leaves through them.
    """
    beta = Co.polarisation
    r_F = Co.spin_diffusion_length / (Co.conductivity * (1 - beta**2))
    r_N = Cu.spin_diffusion_length / Cu.conductivity
    R = []
    for X in r_N * np.tanh(t / (2 * Cu.spin_diffusion_length)) ** np.array([1, -1]):
        if AR == 0:
            a = b = 2 * beta / (1 / r_F + 1 / X)
        else:
            own, across = (delta / np.tanh(delta), delta / np.sinh(delta)) if delta else (1.0, 1.0)
            Y = np.array([[1 / r_F + own / AR, -across / AR], [-across / AR, own / AR + 1 / X]]) / 2
            a, b = np.linalg.solve(Y, [beta - gamma, gamma])
        R.append(beta * a + gamma * (b - a))  # twice, for two interfaces
    return R[1] - R[0]


thicknesses = 1e-9 * np.array([2, 5, 10, 20, 50, 100, 200, 500, 1000, 1500])
kinds = {
    "no resistance of their own": (0.0, 0.0, 0.0),
    f"AR* = {AR * 1e15:.2f} fΩ m², γ = {gamma:.2f}": (AR, gamma, 0.0),
    f"and spin flips, δ = {delta:.2f}": (AR, gamma, delta),
}
closed = [[valet_fert(t, *kind) for t in thicknesses] for kind in kinds.values()]
found = [
    [resistance(antiparallel, t, *kind) - resistance(parallel, t, *kind) for t in thicknesses]
    for kind in kinds.values()
]

if MPI.COMM_WORLD.rank == 0:
    print("A Delta R (fohm m^2): formula, elements")
    print(f"{'t (nm)':>7}{'no AR':>22}{'AR':>26}{'AR, delta':>26}")
    for k, t in enumerate(thicknesses):
        pairs = (f"{1e15 * of[k]:12.7f}{1e15 * by[k]:12.7f}" for of, by in zip(closed, found, strict=True))
        print(f"{1e9 * t:7.0f}" + "  ".join(pairs))

    out.mkdir(parents=True, exist_ok=True)
    fine = np.geomspace(1.5e-9, 2e-6, 200)
    with plot.plt.rc_context(plot.STYLE):
        figure, axes = plot.plt.subplots(figsize=(5.6, 3.8))
        for (name, kind), values, axis in zip(kinds.items(), found, "zyx", strict=True):
            colour = plot.COLOURS[axis]
            axes.loglog(fine * 1e9, [1e15 * valet_fert(t, *kind) for t in fine], color=colour, alpha=0.6)
            axes.loglog(thicknesses * 1e9, 1e15 * np.array(values), "o", markersize=4, color=colour, label=name)
        axes.set(xlabel="thickness of copper (nm)", ylabel="$A\\,\\Delta R$ (fΩ m²)")
        axes.set_title("Co | Cu | Co: lines Valet and Fert, points elements", fontsize=10)
        axes.legend(title="interfaces", frameon=False)
        plot.save(figure, out / "thickness.png")
