"""Density matrices as real fields: Hermitian generators, their structure constants, and what they make of the fields.

A density matrix N is N = S_A T_A / g with real fields S_A = Tr(N T_A). One spin has n = 4 fields (`SPIN`); spin in two
bands has n = 16 (`SPIN_PSEUDOSPIN`), T_A = tau_mu sigma_a with A = 4 mu + a: first index pseudospin, second spin.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ddgauge.units import HBAR


@dataclass(frozen=True)
class Generators:
    """Hermitian generators with Tr(T_A T_B) = g delta_AB that span all Hermitian matrices; T_0 = 1."""

    T: np.ndarray  # (n, N, N), n = N^2; without unit

    @property
    def g(self):
        """Tr(T_A T_A), the dimension N of the matrices."""
        return self.T.shape[-1]

    @cached_property
    def f(self):
        """Structure constants of turning, f[A, B, C]: [T_A, T_B] = 2i f_ABC T_C; totally antisymmetric."""
        return self._products().imag / self.g

    @cached_property
    def d(self):
        """Structure constants of mixing, d[A, B, C]: {T_A, T_B} = 2 d_ABC T_C; totally symmetric."""
        return self._products().real / self.g

    def _products(self):
        return np.einsum("Aij,Bjk,Cki->ABC", self.T, self.T, self.T, optimize=True)

    def fields(self, N):
        """Fields of a density matrix  [Buot (48), (65)].

            S_A = Tr(N T_A)

        Parameters
        ----------
        N : (..., N, N) array
            N_ab = <psi_b^+ psi_a>, Hermitian, 1/m^3.

        Returns
        -------
        (..., n) array
            S_A in the unit of N.
        """
        return np.einsum("...ij,Aji->...A", N, self.T).real

    def matrix(self, S):
        """Density matrix of fields  [Buot (48), (65)].

            N = S_A T_A / g

        Parameters
        ----------
        S : (..., n) array
            S_A, 1/m^3.

        Returns
        -------
        (..., N, N) array
            N in the unit of S.
        """
        return np.einsum("...A,Aij->...ij", S, self.T) / self.g

    def components(self, X):
        """Components of a Hermitian matrix that is no density, such as an energy: X = X^A T_A.

            X^A = Tr(X T_A) / g

        Parameters
        ----------
        X : (..., N, N) array
            Hermitian.

        Returns
        -------
        (..., n) array
            X^A in the unit of X.
        """
        return self.fields(X) / self.g

    def ad(self, w):
        """What turning makes of fields: dN = -(i/2) [w^A T_A, N] is dS = ad_w S, for one spin w x S.

            (ad_w)_CB = f_ABC w^A

        Parameters
        ----------
        w : (..., n) array
            Precession, rad/s, or a gauge field, 1/m; w^0 has no part in it.

        Returns
        -------
        (..., n, n) array
            Antisymmetric, in the unit of w.
        """
        return np.einsum("...A,ABC->...CB", w, self.f)

    def sym(self, w):
        """What mixing makes of fields: {w^A T_A, N} / 2 has the fields sym_w S.

            (sym_w)_CB = d_ABC w^A

        Parameters
        ----------
        w : (..., n) array
            Components of a diffusion coefficient, mobility or velocity.

        Returns
        -------
        (..., n, n) array
            Symmetric, in the unit of w; positive where w^A T_A is.
        """
        return np.einsum("...A,ABC->...CB", w, self.d)

    def rotation(self, U):
        """Rotation of the fields by a unitary change of basis, N -> U N U^+.

            O_AB = Tr(T_A U T_B U^+) / g

        Parameters
        ----------
        U : (..., N, N) array
            Unitary.

        Returns
        -------
        (..., n, n) array
            O, orthogonal: S -> O S, ad_w -> ad_Ow = O ad_w O^T.
        """
        return np.einsum("Aij,...jk,Bkl,...il->...AB", self.T, U, self.T, np.conj(U), optimize=True).real / self.g

    def precession(self, H):
        """Precession by a Hamiltonian: dN/dt = -(i/hbar) [H, N] is dS/dt = ad_omega S  [Buot (51), (56)].

            omega^A = 2 h^A / hbar,  H = h^A T_A

        Parameters
        ----------
        H : (..., N, N) array
            Hamiltonian, Hermitian, J.

        Returns
        -------
        (..., n) array
            omega, rad/s.
        """
        return 2 / HBAR * self.components(H)

    def gauge_transformed(self, q, U, dU):
        """Gauge field seen from a basis that turns in space, N -> U N U^+, S -> O(U) S.

            Q_i = q_i^A T_A,  Q_i -> U Q_i U^+ - 2i (d_i U) U^+,   so that D_i S = d_i S + ad_q_i S turns as S does

        Parameters
        ----------
        q : (..., 3, n) array
            q[i, A], 1/m: flow i, generator A.
        U : (..., N, N) array
            Unitary.
        dU : (..., 3, N, N) array
            dU[i] = d_i U, 1/m.

        Returns
        -------
        (..., 3, n) array
            The gauge field that, with O S, O omega, O R O^T and O Dm O^T, gives the same physics.
        """
        Q = np.einsum("...iA,Ajk->...ijk", q, self.T)
        bra = np.conj(np.swapaxes(U, -1, -2))[..., None, :, :]
        return self.components(U[..., None, :, :] @ Q @ bra - 2j * dU @ bra)


def jacobi(f):
    """What the Jacobi identity leaves of structure constants: nothing, if they are those of an algebra.

        f_ABE f_ECD + f_BCE f_EAD + f_CAE f_EBD

    Parameters
    ----------
    f : (n, n, n) array
        From `Generators.f`.

    Returns
    -------
    (n, n, n, n) array
        Residual, [A, B, C, D].
    """
    ff = np.tensordot(f, f, 1)
    return ff + np.transpose(ff, (2, 0, 1, 3)) + np.transpose(ff, (1, 2, 0, 3))


def products(first, second):
    """Generators of two degrees of freedom together, T_A = first_mu (x) second_a, A = n_second mu + a  [Buot (48)].

    Parameters
    ----------
    first, second : (n, N, N) arrays
        Generators of each.

    Returns
    -------
    (n n', N N', N N') array
    """
    return np.array([np.kron(tau, sigma) for tau in first for sigma in second])


PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])  # 1, x, y, z
PAULI.setflags(write=False)
SPIN = Generators(PAULI)
SPIN_PSEUDOSPIN = Generators(products(PAULI, PAULI))  # basis (c up, c down, v up, v down)
NAMES = tuple(mu + a for mu in "oxyz" for a in "oxyz")  # of the 16 fields: pseudospin, then spin
