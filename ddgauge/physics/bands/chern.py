"""Chern numbers by plaquettes: whole numbers on any grid that resolves the gap."""

import warnings

import numpy as np

from ddgauge.physics.bands.curvature import members, require_gap

LARGE = np.pi / 2  # flux of a plaquette above which the grid is refined
REFINED = 5  # times that a grid is doubled


def chern_number(model, bands, grid=24, origin=None, edges=None):
    """Chern number of a set of bands on a plane of the zone.

        2 pi C = sum of the fluxes of Omega through grid x grid plaquettes

    Parameters
    ----------
    model : callable
        Band model.
    bands : sequence of int
        Bands, which may touch each other but no others.
    grid : int
        Plaquettes along each edge; doubled, with a warning, while a flux is larger than pi/2.
    origin : (d,) array, optional
        Where the plane starts, 1/m: k = 0.
    edges : (2, d) array, optional
        Reciprocal vectors that span the plane, 1/m: by default the first two of the zone; counter-clockwise.

    Returns
    -------
    int
        C; seen from edges[0] x edges[1].

    Raises
    ------
    ValueError
        H is not the same on opposite edges, a gap closes, or no grid resolves it.
    """
    if edges is None:
        if model.zone is None:
            raise ValueError(
                f"Chern number: {type(model).__name__} has no zone, must be a lattice: k has no end, and the flux of "
                "one cone is half a whole number; give edges that close, or use sphere_flux"
            )
        edges = model.zone[:2]
    edges = np.asarray(edges, float)
    origin = np.zeros(model.dimension) if origin is None else np.asarray(origin, float)
    probe = origin + np.array([[0.137, 0.291], [0.683, 0.419]]) @ edges
    H = model(probe)
    for edge in edges:
        if not np.allclose(model(probe + edge), H, rtol=0, atol=1e-8 * np.abs(H).max()):
            raise ValueError(f"Chern number: H differs at k and k + {edge} 1/m, must be the same for the zone to close")

    def fluxes(N):
        s = np.arange(N) / N
        k = origin + np.einsum("i,a->ia", s, edges[0])[:, None] + np.einsum("j,a->ja", s, edges[1])
        u = _states(model, k, bands)
        east, north = np.roll(u, -1, axis=0), np.roll(u, -1, axis=1)
        return plaquette_fluxes(u, east, np.roll(north, -1, axis=0), north)

    return _whole(fluxes, grid)


def sphere_flux(model, bands, radius, center=(0.0, 0.0, 0.0), grid=24):
    """Flux of Omega out of a sphere in k, over 2 pi: -chi of a node inside for its upper band, chi for its lower.

    Parameters
    ----------
    model : callable
        Band model in three dimensions.
    bands : sequence of int
        Bands, which may touch each other but no others.
    radius : float
        1/m.
    center : (3,) array
        1/m.
    grid : int
        Plaquettes from pole to pole, and twice as many around; doubled as in `chern_number`.

    Returns
    -------
    int
        Flux / 2 pi.
    """

    def fluxes(N):
        theta, phi = np.linspace(0, np.pi, N + 1)[:, None], np.linspace(0, 2 * np.pi, 2 * N + 1)[:-1]
        ones = np.ones_like(phi)
        k = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) * ones], axis=-1)
        u = _states(model, np.asarray(center) + radius * k, bands)
        south, east = u[1:], np.roll(u, -1, axis=1)
        return plaquette_fluxes(u[:-1], south, east[1:], east[:-1])

    return _whole(fluxes, grid)


def plaquette_fluxes(u1, u2, u3, u4):
    """Flux of Omega through plaquettes, from the states at their corners, counter-clockwise.

        flux = -arg det(<u1|u2>) det(<u2|u3>) det(<u3|u4>) det(<u4|u1>)

    Parameters
    ----------
    u1, u2, u3, u4 : (..., n, N) arrays
        N states each, as columns.

    Returns
    -------
    (...) array
        Between -pi and pi, for any phases and any mixing of the N states.
    """
    corners = (u1, u2, u3, u4)
    product = 1.0
    for u, w in zip(corners, (*corners[1:], u1)):
        product = product * np.linalg.det(np.swapaxes(u.conj(), -2, -1) @ w)
    return -np.angle(product)


def _states(model, k, bands):
    """States of the bands at k, as columns: (..., n, N)."""
    eps, u = np.linalg.eigh(model(k))
    inside = members(bands, eps.shape[-1])
    gap = np.abs(eps[..., :, None] - eps[..., None, :])
    require_gap(k, np.where(inside[:, None] & ~inside, gap, np.inf), np.ptp(eps))
    return u[..., inside]


def _whole(fluxes, grid):
    """Sum of fluxes(N) over 2 pi, a whole number."""
    flux = fluxes(grid)
    for _ in range(REFINED):
        if np.abs(flux).max() <= LARGE:
            break
        warnings.warn(
            f"Chern number: flux = {np.abs(flux).max():.3g} through a plaquette of grid = {grid}, should be < pi/2; "
            f"taken again with grid = {2 * grid}",
            RuntimeWarning,
            stacklevel=3,
        )
        grid *= 2
        flux = fluxes(grid)
    C = flux.sum() / (2 * np.pi)
    if np.abs(flux).max() > LARGE or abs(C - round(C)) > 1e-6:
        raise ValueError(
            f"Chern number: {C:.6f} with grid = {grid}, fluxes up to {np.abs(flux).max():.3g}, must be a whole number "
            "with fluxes < pi/2: is there a gap between these bands and the others?"
        )
    return round(C)
