"""The medium of densities: one spin or spin in two bands, alone or with the electric potential of their charge."""

import numpy as np

from ddgauge.physics.medium import covariant, of_currents
from ddgauge.units import E_CHARGE


def density_medium(Dm, ad_q, loss, carried=0.0, forced=None):
    """Medium of n densities that diffuse, precess, relax and are carried along  [Buot (1), (2), (51), (83)].

        d_t S + D_i J_i = -loss S + ...,   J_i = -Dm D_i S + carried_i S + forced E_i

    One spin has n = 4, spin in two bands 16. R S_eq + G is a load of its own.

    Parameters
    ----------
    Dm : (..., n, n) array
        Diffusion, m^2/s.
    ad_q : (..., 3, n, n) array
        Gauge field, `Generators.ad` of q, 1/m.
    loss : (..., n, n) array
        R - ad_omega, 1/s.
    carried : (..., 3, n, n) array or 0
        K E_i + sym_V_i, m/s.
    forced : (..., n) array, optional
        c of `drift`, flow per field, 1/(m V s).

    Returns
    -------
    physics.medium.Medium
        Its fields are densities, its currents particle flows.
    """
    n = np.shape(Dm)[-1]
    D = covariant(ad_q)
    flux, along = _flows(Dm, D, loss, carried, np.zeros(n) if forced is None else forced)
    return of_currents(D, flux, along, loss, np.eye(n), np.zeros(n))


def screened_medium(Dm, ad_q, loss, carried, forced, eps, rate):
    """The same with the electric potential of the charge, linear about a state: n + 1 fields S, phi  [Buot Sec. IX A].

        d_t S + D_i J_i = -loss S + ...,   J_i = -Dm D_i S + carried_i S - forced d_i phi
        rate [-div eps grad phi + e S_oo] = rate e n_bg

    The step of Newton's method: with K S + c of the state for `forced` and its field in `carried`, J_i is the change of
    flow by a change of S and phi.

    A solver in double precision needs S, and n_bg, in units of a density near their own, n_ref: give forced / n_ref
    and eps / n_ref.

    Parameters
    ----------
    Dm, ad_q, loss, carried :
        As in `density_medium`.
    forced : (..., n) array
        K S + c, flow per field, 1/(m V s).
    eps : float
        Permittivity, F/m.
    rate : float
        A factor of the last equation, to bring it to the size of the others; one number for a whole body.

    Returns
    -------
    physics.medium.Medium
        n + 1 fields, phi in V last.
    """
    n = np.shape(Dm)[-1]
    ad_q, loss = _beside(ad_q), _beside(loss)
    loss[..., n, 0] = rate * E_CHARGE
    D = covariant(ad_q)
    pushed = np.append(forced, np.full((*np.shape(forced)[:-1], 1), rate * eps), axis=-1)
    flux, along = _flows(_beside(Dm), D, loss, _beside(carried) if np.ndim(carried) else 0.0, pushed)
    flux[..., 1:, n] += along  # E = -grad phi
    return of_currents(D, flux, np.zeros_like(along), loss, np.diag([*np.ones(n), 0.0]), np.zeros(n + 1))


def _flows(Dm, D, loss, carried, forced):
    """Arrays of J_i = forced E_i - flux jet(S), at as many points as any of what they are made of."""
    flux = np.einsum("...AB,...iBqF->...iAqF", Dm, D)
    along = np.einsum("...A,ik->...iAk", forced, np.eye(3))
    lead = np.broadcast_shapes(flux.shape[:-4], along.shape[:-3], np.shape(loss)[:-2], np.shape(carried)[:-3])
    flux = np.array(np.broadcast_to(flux, (*lead, *flux.shape[-4:])))
    flux[..., 0, :] -= carried
    return flux, np.broadcast_to(along, (*lead, *along.shape[-3:]))


def _beside(X):
    """Matrices with one more row and column, of zeros."""
    return np.pad(X, [(0, 0)] * (np.ndim(X) - 2) + [(0, 1), (0, 1)])
