"""Voltage across the disc of disc.toml, with contacts and without, beside the closed form  [Ohe09].

    python3 voltage.py --out out        or under mpirun

With uniform P the potential mu^0 + P mu is that of P E_smf alone, whatever spin does. In complex numbers z = x + i y,
of a core at X that moves at v in a disc of radius R about 0, out of whose rim no current flows,

    V = Re[ d / (z - X) (1 - |m_z|) + d* z / (R^2 - X* z) ],   d = -i v P (hbar / 2e) polarity

The second term is the image of the first; m_z at z is that of the core.
"""

import argparse
from pathlib import Path

import numpy as np
from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.fem.sample import Sampler
from ddgauge.model import Run, read
from ddgauge.post import plot
from ddgauge.units import E_CHARGE, HBAR, NM

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the figure")
out = parser.parse_args().out

file = Path(__file__).with_name("disc.toml")
setting = read(file).stack.texture
turn = 1 / setting.frequency
case = read(file, {"time.end": turn, "time.samples": 13})
P, R, OPENING = case.stack["disc"].polarisation, 200 * NM, np.radians(20)  # as in meshes/disc.geo


def closed_form(z, t):
    """Potential at points x + i y, m, at a time, s."""
    omega = 2 * np.pi * setting.frequency
    X = setting.gyration_radius * np.exp(1j * omega * t)
    d = omega * X * P * HBAR / (2 * E_CHARGE) * setting.polarity  # -i v, v = i omega X
    direct = d / (z - X) * -np.expm1(-(np.abs(z - X) ** 2) / setting.core_radius**2)
    return (direct + np.conj(d) * z / (R**2 - np.conj(X) * z)).real


def on_arc(angle, t):
    """Its mean over an arc of the rim about a direction."""
    return closed_form(R * np.exp(1j * (angle + np.linspace(-0.5, 0.5, 101) * OPENING)), t).mean()


def across(result):
    """V_east - V_west against time."""
    voltage = result.numbers["time_series"]["voltage"]
    return np.subtract(voltage["east"], voltage["west"])


free = run(Run(experiment=case.experiment, stack=case.stack.with_(boundary={}), mesh=case.mesh, time=case.time))
contacts = run(case)
times = contacts.numbers["time_series"]["time"]
V_free, V_contacts = across(free), across(contacts)
fine = np.linspace(0, turn, 201)
formula, drawn = (np.array([on_arc(0, t) - on_arc(np.pi, t) for t in some]) for some in (times, fine))

# after a turn the core is at (gyration_radius, 0) and moves along y: outward from it, across the motion
distance = np.array([20, 30, 40, 50, 70, 100, 130]) * NM
z = setting.gyration_radius + distance
which, mu, _ = Sampler(free.solution).at(np.stack([z, 0 * z], axis=1) / NM)
beside = np.full(len(z), -np.inf)
beside[which] = mu[:, 0] + P * mu[:, 1]
MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, beside, MPI.MAX)  # from the rank that has the point
beside -= free.numbers["voltage"]["west"]
expected = closed_form(z, turn) - on_arc(np.pi, turn)

if MPI.COMM_WORLD.rank == 0:
    print("t (ns)   east - west (nV): contacts   none       closed form")
    for t, *V in zip(times * 1e9, V_contacts * 1e9, V_free * 1e9, formula * 1e9):
        print(f"{t:6.2f}   {V[0]:26.2f}   {V[1]:8.2f}   {V[2]:11.2f}")
    size = np.abs(formula).max()
    print(f"largest difference from the closed form: {np.abs(V_free - formula).max() / size:.1e} of the amplitude")
    print(f"shorted by the contacts: {1 - np.abs(V_contacts).max() / np.abs(V_free).max():.4f}")
    print("from the core (nm)   potential above west (nV)   closed form")
    for r, V, V_formula in zip(distance / NM, beside * 1e9, expected * 1e9):
        print(f"{r:18.0f}   {V:25.2f}   {V_formula:11.2f}")

    out.mkdir(parents=True, exist_ok=True)
    with plot.plt.rc_context(plot.STYLE):
        figure, (left, right) = plot.plt.subplots(1, 2, figsize=(8.2, 3.5))
        left.plot(fine * 1e9, drawn * 1e9, "-", color="#888888", label="closed form")
        left.plot(times * 1e9, V_free * 1e9, "o", markersize=4, label="no contacts")
        left.plot(times * 1e9, V_contacts * 1e9, "x", markersize=4, label="contacts")
        left.set(xlabel="t (ns)", ylabel="east − west (nV)")
        r = np.linspace(1, 135, 300) * NM
        curve = closed_form(setting.gyration_radius + r, turn) - on_arc(np.pi, turn)
        right.plot(r / NM, curve * 1e9, "-", color="#888888", label="closed form")
        right.plot(distance / NM, beside * 1e9, "o", markersize=4, label="no contacts")
        right.set(xlabel="distance from the core, across its motion (nm)", ylabel="potential above west (nV)")
        for axes in left, right:
            axes.legend(frameon=False)
        figure.suptitle("Vortex core going round in a permalloy disc", fontsize=10)
        plot.save(figure, out / "voltage.png")
