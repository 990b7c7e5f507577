"""Tunnelling of charge, spin and spin-quadrupole moment between ferromagnets whose axes are not parallel.

The lowest order in the tunnelling rate, with one amplitude t that conserves spin. J_r is the unit vector along the
majority spin of electrode r = L, R (the magnetisation points along -J_r), theta the angle between the two. The
quadrupole moment of a spin is Q_ij = (S_i S_j + S_j S_i)/2 - S^2 delta_ij / 3  [HDW (1)]; "exchange" is what is left of
it when the moment of the total spin is taken off: what pairs of electrons lose because they exclude each other.

Units. hbar = k_B = 1 with one unit of energy of the caller's choice: energies, temperatures and t in that unit, rates
come out in it too, spins in hbar and quadrupole moments in hbar^2 are numbers (`si` converts). Densities of states are
per unit of energy. `facet` and `si` alone are SI.

Signs. A current I^r is what tunnelling adds to electrode r per time; energies are those of electrons, V = mu_L - mu_R,
so that V > 0 drives electrons from L to R: I_N^L < 0. Spin up, first in each pair, is the majority; s = +1 for it.
"""
