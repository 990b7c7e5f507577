"""Frames of a magnetisation as a texture, against what they were taken from."""

import numpy as np
import pytest

from ddgauge.model import InputError
from ddgauge.model.ovf import OvfFrame, write_ovf
from ddgauge.model.series import FieldSeries
from ddgauge.physics.motive_force import motive_force
from ddgauge.units import E_CHARGE, HBAR

NM, PS = 1e-9, 1e-12
V, OMEGA, WIDTH = 200.0, 4e10, 15 * NM  # m/s, rad/s, m


def wall(x, t):
    """Head-to-head wall that moves along x and turns about it; m (..., 3)."""
    q = (x[0] - 64 * NM - V * t) / WIDTH
    return np.stack([np.tanh(q), np.cos(OMEGA * t) / np.cosh(q), np.sin(OMEGA * t) / np.cosh(q)], axis=-1)


def swirl(x, t):
    """A direction that varies along x, y, z and t, each over some 60 nm or 60 ps."""
    theta = 1.2 + 0.8 * np.sin(x[0] / (12 * NM) - t / (9 * PS)) + 0.4 * np.cos(x[1] / (10 * NM))
    phi = x[1] / (15 * NM) + x[2] / (14 * NM) + t / (11 * PS)
    return np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1)


def jet_of(m, x, t, h=1e-4):
    """n = -m, d_t n and grad n by differences of fourth order."""

    def slope(f, h):
        return (8 * (f(h) - f(-h)) - f(2 * h) + f(-2 * h)) / (12 * h)

    grad = [slope(lambda d, e=e: -m(x + d * e[:, None], t), h * 10 * NM) for e in np.eye(3)]
    return -m(x, t), slope(lambda d: -m(x, t + d), h * 10 * PS), np.stack(grad, axis=1)


def frame_of(m, t, nodes, step, size=1.0, magnet=lambda x: True):
    """Frame of a magnetisation; the first corner of the grid is the origin."""
    z, y, x = np.meshgrid(*((np.arange(n) + 0.5) * h for n, h in zip(nodes[::-1], step[::-1])), indexing="ij")
    values = size * m(np.array([x, y, z]), t) * np.where(magnet((x, y, z)), 1, 0)[..., None]
    return OvfFrame(values, step, [h / 2 for h in step], t)


def series_of(m, times, nodes, step, **keys):
    own = {key: keys.pop(key) for key in ("size", "magnet") if key in keys}
    return FieldSeries([frame_of(m, t, nodes, step, **own) for t in times], **keys)


def points(nodes, step, number=400):
    return np.random.default_rng(1).uniform(size=(3, number)) * (np.array(nodes) * step)[:, None]


def errors(series, m, x, times):
    """Largest errors of n, d_t n and grad n."""
    pairs = [zip(series.jet(x, t), jet_of(m, x, t)) for t in times]
    return np.max([[np.abs(ours - exact).max() for ours, exact in pair] for pair in pairs], axis=0)


def test_motive_force_of_a_wall_from_files_of_oommf(tmp_path):
    """E_smf,x = (hbar/2e) sech^2(q) (omega/D - beta v/D^2): a voltage hbar omega/e from the precession."""
    for k in range(30):
        frame = frame_of(wall, 2 * k * PS, (64, 2, 1), (2 * NM, 5 * NM, 5 * NM), size=8e5)
        write_ovf(tmp_path / f"wall-{k}.omf", frame, "1.0", "Binary 4")
    series = FieldSeries.from_files(str(tmp_path / "wall-*.omf"))
    beta = 0.02
    x = np.zeros((3, 300))
    x[0] = np.linspace(0, 128 * NM, 300)
    for t in (3 * PS, 24.7 * PS, 55.1 * PS):
        E = motive_force(*series.jet(x, t), beta)
        sech2 = 1 / np.cosh((x[0] - 64 * NM - V * t) / WIDTH) ** 2
        exact = HBAR / (2 * E_CHARGE) * sech2 * (OMEGA / WIDTH - beta * V / WIDTH**2)
        np.testing.assert_allclose(E[:, 0], exact, rtol=0, atol=1e-3 * exact.max())
        np.testing.assert_allclose(E[:, 1:], 0, rtol=0, atol=1e-6 * exact.max())
        still = np.trapezoid(motive_force(*series.jet(x, t))[:, 0], x[0])
        assert still == pytest.approx(HBAR * OMEGA / E_CHARGE, rel=1e-3)


def test_interpolation_in_space_is_of_fourth_order_up_to_the_faces():
    size = np.array([48, 40, 32])
    x = points(size, NM)
    found = []
    for h in (4, 2, 1):
        series = series_of(swirl, [0.0], tuple(size // h), (h * NM,) * 3)
        n, _, grad_n = errors(series, swirl, x, [0.0])
        found.append([n, grad_n])
    orders = np.log2(np.divide(found[:-1], found[1:]))
    assert np.all(orders[-1] > [3.7, 2.7])
    assert found[-1][1] * 12 * NM < 2e-3


def test_interpolation_in_time_is_of_fourth_order_from_the_first_to_the_last_frame():
    def turning(x, t):
        return swirl(0 * x, t)

    found = []
    for frames in (16, 31, 61):
        series = series_of(turning, np.linspace(0, 60 * PS, frames), (1, 1, 1), (NM,) * 3)
        n, n_t, _ = errors(series, turning, np.zeros((3, 1)), np.linspace(0, 60 * PS, 97))
        found.append([n, n_t])
    orders = np.log2(np.divide(found[:-1], found[1:]))
    assert np.all(orders > [3.4, 2.5])
    assert found[-1][1] * 9 * PS < 2e-3


def test_majority_spins_are_unit_vectors_and_derivatives_are_those_of_the_texture():
    rng = np.random.default_rng(5)
    m = rng.normal([0, 0, 2], 1, size=(5, 3, 6, 7, 3))  # rough, not to be exact by luck
    m /= np.linalg.norm(m, axis=-1, keepdims=True)
    series = FieldSeries([OvfFrame(f, (2 * NM, 3 * NM, 4 * NM), (0, 0, 0), k * PS) for k, f in enumerate(m)])
    x = points((6, 5, 2), (2 * NM, 3 * NM, 4 * NM))
    for t in (0.3 * PS, 2 * PS, 3.9 * PS):
        n, n_t, grad_n = series.jet(x, t)
        np.testing.assert_allclose(np.linalg.norm(n, axis=1), 1, rtol=1e-14)
        np.testing.assert_array_equal(series(x, t), n)
        h = 1e-4
        np.testing.assert_allclose(
            n_t, (series(x, t + h * PS) - series(x, t - h * PS)) / (2 * h * PS), rtol=0, atol=1e-5 * np.abs(n_t).max()
        )
        for i, e in enumerate(np.eye(3)[:, :, None] * h * NM):
            slope = (series(x + e, t) - series(x - e, t)) / (2 * h * NM)
            np.testing.assert_allclose(grad_n[:, i], slope, rtol=0, atol=1e-5 * np.abs(grad_n).max())
        assert np.abs(np.einsum("pa,pa->p", n, n_t)).max() < 1e-12 * np.abs(n_t).max()


def test_in_the_cells_of_a_frame_n_is_against_m():
    series = series_of(swirl, np.arange(4) * PS, (6, 5, 4), (5 * NM,) * 3)
    x = np.array([[12.5], [7.5], [17.5]]) * NM
    np.testing.assert_allclose(series(x, 2 * PS), -swirl(x, 2 * PS), rtol=0, atol=1e-13)


def test_a_disc_ends_where_its_cells_end_and_its_edge_is_smooth():
    """Derivatives at the edge are as good as those inside: cells outside go on as the magnet would."""

    def spiral(x, t):
        psi = x[0] / (14 * NM) + x[1] / (25 * NM)
        return np.stack([np.cos(psi), np.sin(psi), 0 * psi], axis=-1)

    def disc(x):
        return np.hypot(x[0] - 40 * NM, x[1] - 40 * NM) < 36 * NM

    nodes, step = (40, 40, 1), (2 * NM, 2 * NM, 5 * NM)
    series = series_of(spiral, [0.0], nodes, step, magnet=disc)
    x = points(nodes, step, 4000)
    cell = np.floor(x / np.array(step)[:, None]) * np.array(step)[:, None] + np.array(step)[:, None] / 2
    inside = disc(cell)
    n, n_t, grad_n = series.jet(x)
    for part in (n, n_t, grad_n):
        assert not part[~inside].any()
    exact = jet_of(spiral, x, 0.0)
    np.testing.assert_allclose(n[inside], exact[0][inside], rtol=0, atol=2e-3)
    np.testing.assert_allclose(grad_n[inside] * 14 * NM, exact[2][inside] * 14 * NM, rtol=0, atol=0.06)
    assert not n_t.any()


def test_a_film_one_cell_thick_has_no_end_across_and_one_in_its_plane():
    series = series_of(wall, [0.0, PS], (64, 2, 1), (2 * NM, 5 * NM, 5 * NM), offset=[0, 0, 30 * NM])
    assert series.box[:, 2].tolist() == [-np.inf, np.inf]
    np.testing.assert_allclose(series.box[:, :2], [[0, 0], [128 * NM, 10 * NM]], rtol=0, atol=1e-20)
    x = np.array([[70, 128, 70, -0.1, 70], [5, 10, 5, 5, 10.1], [32.5, 32.5, -1e6, 32.5, 32.5]]) * NM
    n, _, grad_n = series.jet(x, 0.5 * PS)
    np.testing.assert_array_equal(n[0], n[2])
    np.testing.assert_allclose(np.linalg.norm(n, axis=1), [1, 1, 1, 0, 0], rtol=1e-14)
    assert not grad_n[:, 2].any()
    assert grad_n[0, 0].any() and not grad_n[3:].any()


def test_an_offset_moves_the_texture():
    keys = {"times": [0.0, PS], "nodes": (12, 10, 4), "step": (2 * NM,) * 3}
    here, there = series_of(swirl, **keys), series_of(swirl, **keys, offset=[5 * NM, -3 * NM, 7 * NM])
    x = points((12, 10, 4), (2 * NM,) * 3)
    for a, b in zip(here.jet(x, 0.4 * PS), there.jet(x + np.array([[5], [-3], [7]]) * NM, 0.4 * PS)):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-9 * np.abs(a).max())


def test_one_frame_is_a_texture_at_rest_at_all_times():
    series = FieldSeries([OvfFrame(np.ones((1, 1, 2, 3)), (NM,) * 3, (0, 0, 0))])
    n, n_t, _ = series.jet(np.zeros((3, 1)), 7.0)
    np.testing.assert_allclose(n, -np.ones((1, 3)) / np.sqrt(3))
    assert not n_t.any()
    assert series.jet(np.zeros((3, 0)), 7.0)[2].shape == (0, 3, 3)


def test_times_of_frames_can_be_given():
    frames = [frame_of(wall, t, (8, 1, 1), (16 * NM,) * 3) for t in (0.0, PS, 2 * PS)]
    assert FieldSeries(frames).times.tolist() == [0, PS, 2 * PS]
    assert FieldSeries(frames, times=[0, 2 * PS, 5 * PS]).times.tolist() == [0, 2 * PS, 5 * PS]
    assert FieldSeries(frames, interval=3 * PS).times.tolist() == [0, 3 * PS, 6 * PS]


def test_files_are_in_the_order_of_their_numbers_and_read_when_needed(tmp_path):
    for k in (9, 10, 11, 12, 13, 14, 15, 16):
        write_ovf(tmp_path / f"m{k}.ovf", frame_of(wall, k * PS, (8, 2, 1), (16 * NM,) * 3))
    broken = tmp_path / "m16.ovf"
    data = broken.read_bytes()
    at = data.index(b"Data Binary 8\n") + len(b"Data Binary 8\n") + 8
    broken.write_bytes(data[:at] + b"\xff" * 8 + data[at + 8 :])  # the first number is nan
    series = FieldSeries.from_files(tmp_path / "m*.ovf")
    assert series.names[0].endswith("m9.ovf")
    np.testing.assert_allclose(series.times, np.arange(9, 17) * PS)
    assert series(np.zeros((3, 1)), 10 * PS).any()
    for late in (lambda: series(np.zeros((3, 1)), 15.5 * PS), series.warnings):
        with pytest.raises(InputError, match=r"m16\.ovf, cell \(x, y, z\) = \(0, 0, 0\): x = nan"):
            late()


def test_turns_that_are_too_large_to_interpolate_are_warned_of():
    step = (4 * NM, 4 * NM, 4 * NM)
    assert series_of(wall, np.arange(4) * PS, (32, 1, 1), step).warnings() == []
    rare = series_of(wall, np.arange(4) * 30 * PS, (32, 1, 1), step).warnings()
    assert "degrees since the frame before, write frames more often" in rare[0]
    coarse = series_of(wall, [0.0], (8, 1, 1), (16 * NM,) * 3).warnings()
    assert coarse == ["frame 0: m turns by 58 degrees from cell to cell, use smaller ones"]  # 2 gd(8/15)
