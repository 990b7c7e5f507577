"""Magnetisation from micromagnetics: frames on a regular grid, as a texture that is smooth in space and time."""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np

from ddgauge.model.errors import InputError
from ddgauge.model.ovf import OvfFrame, cell_name, read_ovf
from ddgauge.model.ovf_header import read_header
from ddgauge.model.splines import coefficients, in_time, reflection, sampling

CHUNK = 2**14  # points that are sampled at once, to bound memory
EMPTY = 1e-6  # of the largest |m|: what is less is outside the magnet
ROUNDING = 1e-6  # of a cell
SHARP = 45  # degrees from frame to frame or cell to cell: derivatives are then off by a percent


class FieldSeries:
    """Frames of a magnetisation m as a texture n = -m: called with x (3, N), m, and t, s, it returns n (N, 3).

    Cubic splines through the cells' centres, C^1 in time, then normalised; derivatives are those of what comes out.
    Along an axis with one cell nothing varies, without end. Where the nearest cell is empty or none, n = 0.

    Parameters
    ----------
    frames : list of OvfFrame or OvfHeader
        On one grid; those of a file are read when they are needed. One alone is a texture at rest.
    times : list of float, s, optional
        Else those of the frames.
    interval : float, s, optional
        Or this, between frames, the first at 0.
    offset : (3,) array, m
        What is added to the coordinates of the frames.
    unit_tolerance : float
        By how much |m| may differ from its median in the first frame, relative.
    """

    def __init__(self, frames, times=None, interval=None, offset=(0, 0, 0), unit_tolerance=0.01):
        self.frames = tuple(frames)
        if not self.frames:
            raise InputError(": needs one frame or more")
        self.names = [str(getattr(frame, "path", f"frame {k}")) for k, frame in enumerate(self.frames)]
        first = self.frames[0]
        self.nodes, self.step = first.nodes, np.array(first.step)
        self.base = np.array(first.base) + offset
        self.unit_tolerance = unit_tolerance
        self._check_grids()
        self.times = self._times(times, interval)
        self._at = lru_cache(maxsize=2)(self._combined)
        self._coefficients = lru_cache(maxsize=8)(self._splines)
        size = np.linalg.norm(self._vectors(0), axis=-1)
        self.magnet = size > EMPTY * size.max()
        if not self.magnet.any():
            raise InputError(f"{self.names[0]}: m = 0 in all cells, must be a magnetisation")
        self.saturation = np.median(size[self.magnet])
        self._outside = reflection(self.magnet, self.step)
        self._unit(0)

    @classmethod
    def from_files(cls, paths, **keys):
        """Frames of OVF files: a list of paths, or a pattern such as "run.out/m*.ovf", in the order of their numbers.

        The keys are those of FieldSeries. All headers are read at once.

        Raises
        ------
        InputError
            The file and what is wrong: it cannot be read, has another grid, no time or one too early, or vectors that
            are not all of one length.
        """
        if isinstance(paths, str | Path):
            root = Path(Path(paths).anchor)
            found = sorted(root.glob(str(Path(paths).relative_to(root))), key=_natural)
            if not found:
                raise InputError(f"{paths}: no such file")
            paths = found
        return cls([read_header(path) for path in paths], **keys)

    @property
    def box(self):
        """Two corners of the grid, (2, 3), m; without end along an axis with one cell."""
        low = self.base - self.step / 2
        corners = np.array([low, low + self.nodes * self.step])
        return np.where(np.array(self.nodes) > 1, corners, [[-np.inf], [np.inf]])

    def __call__(self, x, t=0.0):
        return self.jet(x, t)[0]

    def jet(self, x, t=0.0):
        """Majority direction and its derivatives.

        Parameters
        ----------
        x : (3, N) array, m
        t : float, s

        Returns
        -------
        n, n_t, grad_n : (N, 3), (N, 3) and (N, 3, 3) arrays
            Unit vectors or 0; d_t n, 1/s; grad_n[:, i, a] = d_i n^a, 1/m.
        """
        if len(self.times) > 1:
            beyond = 1e-9 * (self.times[-1] - self.times[0])
            if not self.times[0] - beyond <= t <= self.times[-1] + beyond:
                span = f"{self.times[0]:g} to {self.times[-1]:g} s"
                raise InputError(f"time = {t:g} s, must be within that of the frames, {span}")
        s = (np.asarray(x, float) - self.base[:, None]) / self.step[:, None]
        n, n_t, grad_n = np.zeros((s.shape[1], 3)), np.zeros((s.shape[1], 3)), np.zeros((s.shape[1], 3, 3))
        inside = np.flatnonzero(self._inside(s))
        for some in np.array_split(inside, -(-len(inside) // CHUNK) or 1):
            n[some], n_t[some], grad_n[some] = self._sample(s[:, some], float(t))
        return n, n_t, grad_n

    def warnings(self):
        """What makes derivatives inexact, at its worst, a line each; reads, and so checks, every frame."""
        worst, last = {}, None
        for k, name in enumerate(self.names):
            u = self._unit(k)
            along = [(np.delete(u, -1, axis), np.delete(u, 0, axis)) for axis in range(3)]
            turns = {"from cell to cell, use smaller ones": max(_turn(*pair) for pair in along)}
            if last is not None:
                turns["since the frame before, write frames more often"] = _turn(u, last)
            for what, angle in turns.items():
                worst[what] = max(worst.get(what, (SHARP, "")), (angle, name))
            last = u
        return [f"{name}: m turns by {angle:.0f} degrees {what}" for what, (angle, name) in worst.items() if name]

    def _check_grids(self):
        first = self.frames[0]
        for name, frame in zip(self.names, self.frames):
            apart = {
                "nodes": frame.nodes != first.nodes,
                "step": not np.allclose(frame.step, first.step, rtol=1e-4, atol=0),
                "base": not np.allclose(np.subtract(frame.base, first.base) / self.step, 0, atol=1e-2),
            }
            for key in filter(apart.get, apart):
                was, right = (", ".join(f"{x:g}" for x in getattr(f, key)) for f in (frame, first))
                raise InputError(f"{name}: {key} = ({was}), must be ({right}) as in {self.names[0]}")

    def _times(self, times, interval):
        if times is not None and interval is not None:
            raise InputError(": give either times or interval, not both")
        if interval is not None:
            if not interval > 0:
                raise InputError(f"interval = {interval:g} s, must be > 0")
            times = interval * np.arange(len(self.frames))
        elif times is None:
            times = [frame.time for frame in self.frames]
            if times == [None]:
                times = [0.0]
            if None in times:
                raise InputError(f"{self.names[times.index(None)]}: has no time; give times or interval")
        times = np.array(times, float)
        if times.shape != (len(self.frames),):
            raise InputError(f": {times.size} times, must be one for each of {len(self.frames)} frames")
        if not np.isfinite(times).all():
            raise InputError(f": times = {times.tolist()} s, must be finite numbers")
        for k in range(1, len(times)):
            if not times[k] > times[k - 1]:
                right = f"must be later than {times[k - 1]:g} s of {self.names[k - 1]}"
                raise InputError(f"{self.names[k]}: time = {times[k]:g} s, {right}")
        return times

    def _vectors(self, k):
        frame = self.frames[k]
        return (frame if isinstance(frame, OvfFrame) else read_ovf(frame.path)).m

    def _unit(self, k):
        """Direction of m in the cells of frame k, 0 outside the magnet."""
        m = self._vectors(k)
        size = np.linalg.norm(m, axis=-1)
        if (other := (size > EMPTY * self.saturation) != self.magnet).any():
            cell = tuple(np.argwhere(other)[0])
            here, there = ("0", "is not") if self.magnet[cell] else (f"{size[cell]:g}", "is")
            raise InputError(f"{self.names[k]}, {cell_name(cell)}: |m| = {here}, but {there} 0 in {self.names[0]}")
        off = self.magnet & (np.abs(size - self.saturation) > self.unit_tolerance * self.saturation)
        if off.any():
            cell = tuple(np.argwhere(off)[0])
            right = f"must be {self.saturation:g} to {100 * self.unit_tolerance:g} %, one length in the whole magnet"
            raise InputError(f"{self.names[k]}, {cell_name(cell)}: |m| = {size[cell]:g}, {right}")
        return np.where(self.magnet, 1 / np.where(self.magnet, size, 1), 0)[..., None] * m

    def _splines(self, k):
        u = self._unit(k)
        if self._outside:
            empty, nearest, mirrored = self._outside
            u[empty] = 2 * u[nearest] - u[mirrored]
        return coefficients(u).reshape(-1, 3)

    def _combined(self, t):
        """Coefficients of the field and of its derivative in time."""
        near, weights, slopes = in_time(self.times, t)
        c = [self._coefficients(k) for k in range(len(self.frames))[near]]
        return [sum(w * c_k for w, c_k in zip(some, c)) for some in (weights, slopes)]

    def _inside(self, s):
        """Whether the nearest cell is one of the magnet."""
        n = np.array(self.nodes)[:, None]
        within = ((np.abs(s - (n - 1) / 2) <= n / 2 + ROUNDING) | (n == 1)).all(axis=0)
        x, y, z = (np.clip(np.rint(axis), 0, n - 1).astype(int) for axis, n in zip(s, self.nodes))
        return within & self.magnet[z, y, x]

    def _sample(self, s, t):
        c, c_t = self._at(t)
        value, *slopes = sampling(s, self.nodes)
        u, u_t = value @ c, value @ c_t
        grad_u = [np.zeros_like(u) if d is None else d @ c / h for d, h in zip(slopes, self.step)]
        size = np.linalg.norm(u, axis=-1)[:, None]
        size[size == 0] = np.inf  # a point of a Bloch line: no direction, as outside
        n = -u / size
        n_t, *grad_n = (-(du - n * np.einsum("pa,pa->p", n, du)[:, None]) / size for du in (u_t, *grad_u))
        return n, n_t, np.stack(grad_n, axis=1)


def _turn(u, v):
    """Largest angle between vectors of two fields, degrees, where both are."""
    both = u.any(axis=-1) & v.any(axis=-1)
    cos = np.einsum("ia,ia->i", u[both], v[both])
    return np.degrees(np.arccos(np.clip(cos.min(initial=1), -1, 1)))


def _natural(path):
    """Sorts m9 before m10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(path))]
