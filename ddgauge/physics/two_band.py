"""Spin in two bands, conduction c and valence v: its 16 fields in two sets of names, and its Hamiltonian.

The density matrix N_ab = <psi_b^+ psi_a> in the basis (c up, c down, v up, v down), 1/m^3, electrons in both bands:

    N = [[CC, CV], [VC, VV]],  CC = (S_cc,o + S_cc.sigma) / 2,  VV and CV alike,  VC = CV^+
    N = S_mu_a tau_mu sigma_a / 4,  first index pseudospin, second spin

S_cc,o is the density of band c and S_cc its spin; S_cv, complex, is the coherence of the bands. S_oo is the density of
all electrons, S_oi their spin, (S_xo, S_yo, S_zo) the pseudospin. Densities are -i hbar G^<, as in the source's Table 1
and unlike the sign in its Sec. IV A.
"""

import numpy as np

from ddgauge.physics.generators import NAMES, SPIN_PSEUDOSPIN

NUMBER = {name: A for A, name in enumerate(NAMES)}  # of a field, by its name
BLOCK_NAMES = tuple(f"{block}_{a}" for block in ("cc", "vv", "Re cv", "Im cv") for a in "oxyz")
TERMS = ("group 1", "group 2", "group 3", "transport", "relaxation", "generation", "rate")  # of a budget
# S_oa = S_cc,a + S_vv,a,  S_za = S_cc,a - S_vv,a,  S_xa = 2 Re S_cv,a,  S_ya = -2 Im S_cv,a
FROM_BLOCKS = np.kron(np.array([[1.0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, -2], [1, -1, 0, 0]]), np.eye(4))
TO_BLOCKS = np.linalg.inv(FROM_BLOCKS)  # S in blocks, in the order of BLOCK_NAMES, is TO_BLOCKS @ S


def fields(cc, vv, cv):
    """Fields by pseudospin and spin from those of the blocks  [Buot (48), (65)].

        S_oa = S_cc,a + S_vv,a,  S_za = S_cc,a - S_vv,a,  S_xa = 2 Re S_cv,a,  S_ya = -2 Im S_cv,a

    Parameters
    ----------
    cc, vv : (..., 4) arrays
        Density and spin (o, x, y, z) of the bands, 1/m^3.
    cv : (..., 4) complex array
        Coherence of the bands, without spin and with, 1/m^3.

    Returns
    -------
    (..., 16) array
        S_mu_a in the order of `generators.NAMES`.
    """
    return np.concatenate([cc, vv, np.real(cv), np.imag(cv)], axis=-1) @ FROM_BLOCKS.T


def blocks(S):
    """Fields of the blocks from those by pseudospin and spin  [Buot (16)-(19), (48), (65)].

        S_cc,a = (S_oa + S_za) / 2,  S_vv,a = (S_oa - S_za) / 2,  S_cv,a = (S_xa - i S_ya) / 2

    Parameters
    ----------
    S : (..., 16) array
        S_mu_a, 1/m^3.

    Returns
    -------
    cc, vv, cv : (..., 4) arrays
        As in `fields`.
    """
    cc, vv, re, im = np.moveaxis(np.reshape(S @ TO_BLOCKS.T, (*np.shape(S)[:-1], 4, 4)), -2, 0)
    return cc, vv, re + 1j * im


def pseudospin(S):
    """Pseudospin, the Bloch vector of the two bands  [Buot (51)].

        S_o = (S_xo, S_yo, S_zo)

    Parameters
    ----------
    S : (..., 16) array
        S_mu_a, 1/m^3.

    Returns
    -------
    (..., 3) array
        Its last component is n_c - n_v.
    """
    return S[..., 4::4]


def holes(S, n_full):
    """Holes of the valence band: what electrons lack there, and the spin of the band, which they carry  [Buot (15)].

        p = n_full - S_vv,o

    Parameters
    ----------
    S : (..., 16) array
        S_mu_a, 1/m^3.
    n_full : float
        Density of electrons in a full valence band, 1/m^3.

    Returns
    -------
    p, spin : (...) and (..., 3) arrays
        1/m^3.
    """
    _, vv, _ = blocks(S)
    return n_full - vv[..., 0], vv[..., 1:]


def lowest_occupation(S):
    """Smallest eigenvalue of the density matrix; negative where the fields are no state.

        min eig S_mu_a T_mu_a / 4

    Parameters
    ----------
    S : (..., 16) array
        S_mu_a, 1/m^3.

    Returns
    -------
    (...) array
        1/m^3.
    """
    return np.linalg.eigvalsh(SPIN_PSEUDOSPIN.matrix(S))[..., 0]


def hamiltonian(c, v, cv):
    """Hamiltonian from its matrix elements.

        H = [[c_a sigma_a, cv_a sigma_a], [h.c., v_a sigma_a]]

    Parameters
    ----------
    c, v : (..., 4) arrays
        Energy of each band, then half its spin splitting along x, y, z, J.
    cv : (..., 4) complex array
        Matrix element between the bands, without spin and with, J.

    Returns
    -------
    (..., 4, 4) array
        J.
    """
    return hamiltonian_of_fields(2 * np.asarray(c), 2 * np.asarray(v), 2 * np.asarray(cv))


def hamiltonian_of_fields(cc, vv, cv):
    """Hamiltonian from the fields of the source, each twice a matrix element  [Buot (49), (50), (53), (62)].

        H = 1/2 [[H_c + B_cc.sigma, Delta + delta.sigma], [h.c., H_v + B_vv.sigma]] = calB_mu_a T_mu_a / 4

    A band at the energy E_c has H_c = 2 E_c, and an electron in a magnetic field B has B_cc = +g mu_B B.

    Parameters
    ----------
    cc, vv : (..., 4) arrays
        (H_c, B_cc) and (H_v, B_vv), J.
    cv : (..., 4) complex array
        (Delta, delta), J.

    Returns
    -------
    (..., 4, 4) array
        J; its calB_mu_a is SPIN_PSEUDOSPIN.fields(H), and (H_c, B_cc), ... are the `blocks` of that.
    """
    return SPIN_PSEUDOSPIN.matrix(fields(cc, vv, cv))
