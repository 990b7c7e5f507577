"""Spin Hall magnetoresistance of Pt on YIG, as in film.toml: python3 film.py, or mpirun -n 2 python3 film.py."""

from mpi4py import MPI

from ddgauge.experiment import run
from ddgauge.model import Layer, Run, Sheet, Stack

Pt = Layer(
    name="Pt", thickness="6 nm", conductivity=4e6, diffusion=5e-4, spin_diffusion_length="1.5 nm", spin_hall=0.08
)
film = Stack(Pt, boundary={"bottom": Sheet(G_r=2.5e14, G_i=1e13)}, magnetisation=[0, 0, 1])


def resistivity(m):
    case = Run(experiment="film", stack=film.with_magnetisation(m), output={"figures": False})
    return run(case).numbers["resistivity"]["longitudinal"]


across, along = resistivity([0, 0, 1]), resistivity([0, 1, 0])
if MPI.COMM_WORLD.rank == 0:
    print(f"rho(m || z) / rho(m || y) - 1 = {across / along - 1:.4e}")
