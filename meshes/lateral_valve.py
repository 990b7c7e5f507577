"""A lateral spin valve: a wire along x, and two strips along y across the top of it. Lengths are nanometres.

    python3 lateral_valve.py [--distance 200] [--overhang 50] [...] [--out lateral_valve.msh]

Layers: N (the wire), F1 at x = 0, F2 at x = distance. Faces: left, right (the ends of the wire), contact1, contact2
(ends of the strips at the front; the tops of the strips if these do not hang over, and the mesh then has one cell
along y, along which nothing varies). Bricks, smaller towards the edges of the strips, where currents crowd, and in the
strips towards the wire, where spin decays within spin_length.
"""

import argparse
from pathlib import Path

import gmsh
import numpy as np

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--distance", type=float, default=200, help="of the middles of the strips, nm")
parser.add_argument("--arm", type=float, default=2500, help="of the wire beyond each strip, nm")
parser.add_argument("--width", type=float, default=100, help="of the wire along y, nm")
parser.add_argument("--thickness", type=float, default=80, help="of the wire, nm")
parser.add_argument("--strip-width", type=float, default=100, help="along x, nm")
parser.add_argument("--strip-thickness", type=float, default=30, help="nm")
parser.add_argument("--overhang", type=float, default=50, help="of the strips beyond the wire on both sides, nm")
parser.add_argument("--spin-length", type=float, default=5, help="spin diffusion length of the strips, nm")
parser.add_argument("--longest", type=float, default=200, help="cell along the arms, nm")
parser.add_argument("--refine", type=float, default=1, help="divides the size of all cells")
parser.add_argument("--out", type=Path, default=Path(__file__).with_name("lateral_valve.msh"))
given = parser.parse_args()
strips = given.overhang > 0
TIP = 0.1 * given.spin_length  # size of cells at the edges of contacts between wire and strips


def cells(length, start=np.inf, end=np.inf, spin=False):
    """Numbers and relative places of cells, of sizes `start` and `end` (nm) at the two ends, twice as long further on.

    With `spin` they resolve the spin diffusion length of the strips at the start.
    """
    s = np.linspace(0, length, 20001)
    size = np.minimum(given.longest, np.minimum(start + s, end + length - s))
    if spin:
        size = np.minimum(size, given.spin_length / 2 + s / 4)
    count = np.append(0, np.cumsum(given.refine * np.diff(s) * 2 / (size[1:] + size[:-1])))
    n = max(1, round(count[-1]))
    places = np.interp(np.linspace(0, count[-1], n + 1)[1:], count, s) / length
    return {"numElements": [1] * n, "heights": np.append(places[:-1], 1).tolist(), "recombine": True}


def extrude(entities, axis, length, layers):
    """Entities one dimension up: [(far end, swept, sides...)] of each, swept by a length (which may be negative)."""
    step = np.zeros(3)
    step["xyz".index(axis)] = length
    out = gmsh.model.geo.extrude(entities, *step, **layers)
    starts = [k - 1 for k, (dimension, _) in enumerate(out) if dimension == entities[0][0] + 1]
    return [out[a:b] for a, b in zip(starts, [*starts[1:], None])]


gmsh.initialize()
gmsh.option.setNumber("General.Terminal", 0)
w = given.strip_width
edge = 8 * TIP
end = [(0, gmsh.model.geo.addPoint(-w / 2 - given.arm, -given.width / 2, 0))]
lines = []
for length, sizes in (
    (given.arm, (np.inf, edge)),
    (w, (edge, edge)),
    (given.distance - w, (edge, edge)),
    (w, (edge, edge)),
    (given.arm, (edge, np.inf)),
):
    ((*end, line),) = (swept[:2] for swept in extrude(end, "x", length, cells(length, *sizes)))
    lines.append(line)
across = cells(given.width, TIP, TIP) if strips else {"numElements": [1], "recombine": True}
floor = [swept[1] for swept in extrude(lines, "y", given.width, across)]
wire = extrude(floor, "z", given.thickness, cells(given.thickness, end=TIP))
strip = {}
for name, foot in (("F1", wire[1][0]), ("F2", wire[3][0])):
    ((top, middle, *sides),) = extrude([foot], "z", given.strip_thickness, cells(given.strip_thickness, TIP, spin=True))
    strip[name] = [middle]
    contact = top
    if strips:
        gmsh.model.geo.synchronize()
        boxes = {side: gmsh.model.getBoundingBox(*side) for side in sides}
        front, back = sorted((s for s, box in boxes.items() if box[4] - box[1] < 1e-3), key=lambda s: boxes[s][1])
        for side, length in ((back, given.overhang), (front, -given.overhang)):
            ((contact, piece, *_),) = extrude([side], "y", length, cells(given.overhang, TIP, spin=True))
            strip[name].append(piece)
    strip[name].append(contact)
gmsh.model.geo.synchronize()
gmsh.model.addPhysicalGroup(3, [swept[1][1] for swept in wire], name="N")
for k, (*volumes, contact) in enumerate(strip.values(), start=1):
    gmsh.model.addPhysicalGroup(3, [tag for _, tag in volumes], name=f"F{k}")
    gmsh.model.addPhysicalGroup(2, [contact[1]], name=f"contact{k}")
for name, swept in (("left", wire[0]), ("right", wire[-1])):
    boxes = {tag: gmsh.model.getBoundingBox(2, tag) for _, tag in swept[2:]}
    ends = [tag for tag, box in boxes.items() if box[3] - box[0] < 1e-3]
    outer = (min if name == "left" else max)(ends, key=lambda tag: boxes[tag][0])
    gmsh.model.addPhysicalGroup(2, [outer], name=name)
gmsh.model.mesh.generate(3)
gmsh.write(str(given.out))
gmsh.finalize()
