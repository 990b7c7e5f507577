"""A Hall bar in the plane x, y: hall_bar.msh. Lengths are nanometres.

    python3 hall_bar.py [--length 60e3] [--width 10e3] [--arm 2e3] [--apart 20e3] [--size 2e3] [--out hall_bar.msh]

Layer: bar. Faces: west, east (the ends), and the ends of the arms, north1 and south1 (towards west), north2 and south2.
Cells shrink towards the corners of the ends, where a Hall effect makes the current singular, and of the arms.
"""

import argparse
from pathlib import Path

import gmsh

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--length", type=float, default=60e3, help="of the bar, nm")
parser.add_argument("--width", type=float, default=10e3, help="of the bar, nm")
parser.add_argument("--arm", type=float, default=2e3, help="width and length of an arm, nm")
parser.add_argument("--apart", type=float, default=20e3, help="distance of arms on one side, middle to middle, nm")
parser.add_argument("--size", type=float, default=2e3, help="of the largest cells, nm")
parser.add_argument("--corner", type=float, default=1.0, help="of the cells in the corners of the ends, nm")
parser.add_argument("--out", type=Path, default=Path(__file__).with_name("hall_bar.msh"))
given = parser.parse_args()

x, y, a = given.length / 2, given.width / 2, given.arm / 2
north = [(x, y)]  # from east to west
for middle in given.apart / 2, -given.apart / 2:
    up = y + given.arm
    north += [(middle + a, y), (middle + a, up), (middle - a, up), (middle - a, y)]
corners = north + [(-x, y), (-x, -y)] + [(-px, -py) for px, py in north[1:]] + [(x, -y)]
ends = [k for k, (px, _) in enumerate(corners) if abs(px) == x]
inner = [k for k, (px, py) in enumerate(corners) if abs(px) < x and abs(py) == y]

gmsh.initialize()
gmsh.option.setNumber("General.Terminal", 0)
points = [gmsh.model.geo.addPoint(px, py, 0) for px, py in corners]
lines = [gmsh.model.geo.addLine(p, q) for p, q in zip(points, points[1:] + points[:1])]
bar = gmsh.model.geo.addPlaneSurface([gmsh.model.geo.addCurveLoop(lines)])
gmsh.model.geo.synchronize()
gmsh.model.addPhysicalGroup(2, [bar], name="bar")
for name, line in {"north2": 2, "north1": 6, "west": 9, "south1": 12, "south2": 16, "east": 19}.items():
    gmsh.model.addPhysicalGroup(1, [lines[line]], name=name)

field, sizes = gmsh.model.mesh.field, []
for places, least in (ends, given.corner), (inner, given.arm / 4):
    distance, size = field.add("Distance"), field.add("MathEval")
    field.setNumbers(distance, "PointsList", [points[k] for k in places])
    field.setString(size, "F", f"{least} + 0.4 * F{distance}")
    sizes.append(size)
least = field.add("Min")
field.setNumbers(least, "FieldsList", sizes)
field.setAsBackgroundMesh(least)
gmsh.option.setNumber("Mesh.MeshSizeMax", given.size)
for key in "ExtendFromBoundary", "FromPoints", "FromCurvature":
    gmsh.option.setNumber(f"Mesh.MeshSize{key}", 0)
gmsh.model.mesh.generate(2)
gmsh.write(str(given.out))
gmsh.finalize()
