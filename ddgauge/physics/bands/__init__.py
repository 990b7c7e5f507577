"""Berry curvature of bands: Hall transport, orbits of electrons, Weyl nodes  [WT11].

A band model is called with wave vectors k (..., d), 1/m, and gives its Hamiltonian (..., n, n), J; d is 2 or 3.
Bands count from the lowest. Axial vectors have three components in two dimensions too, where z alone is not zero.

    Omega_n = curl i <u_n|d_k u_n>            Berry curvature, m^2
    m_n                                       orbital moment, A m^2: in a field B the energy is eps_n - m_n . B
    C_n = (1 / 2 pi) int Omega_n,z            Chern number
    sigma_xy = -(e^2 / hbar) sum_n int d^2k / (2 pi)^2 f_n Omega_n,z,   j_x = sigma_xy E_y,  j_y = -sigma_xy E_x

e > 0 and electrons carry -e. The source has hbar = 1, its charge is signed, b = -e B; its curvature calB of a texture
m(k) is twice the usual one and the same for both bands: Omega_s = q_s calB, q_s = -s/2, s = +1 for the upper band.

The models here come from a user's own hands, and what is wrong with them shows only where they are evaluated: unlike
other laws, these check what they are given. What fails is a ValueError, what is doubtful a RuntimeWarning.

Errata of the source, found by deriving it again; tests/physics/test_bands_errata.py holds them fast:

- text after (45): nu lacks 1/(4 pi), which (47) and appendix G have;
- (23) is right, and (H4) must read -Delta F/4 as it does, its sum running with s' instead of s'/2;
- (52): the prefactor of the printed integral is e^2/(16 pi^3 hbar^2), not e^2/(4 pi hbar^2);
- section III B: the anomalous velocity is q_s F_tk = -q_s calE_k, as in (24); the printed sign is wrong;
- (52), (53): the node H = +v sigma.p gains particles where E.B > 0, for either sign of the charge;
- (G1): it compares when 2 pi hbar = h, that is 2 pi is replaced by h, not by hbar.
"""
