"""A Hall cross in the plane x, y: hall_cross.msh. Lengths are nanometres.

    python3 hall_cross.py [--width 10e3] [--arm 10e3] [--size 2.5e3] [--out hall_cross.msh]

Layer: cross. Faces: west, east, south, north (the ends of the arms); what has no name is insulating.
"""

import argparse
from pathlib import Path

import gmsh

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--width", type=float, default=10e3, help="of the arms, nm")
parser.add_argument("--arm", type=float, default=10e3, help="length of an arm, from the square in the middle, nm")
parser.add_argument("--size", type=float, default=2.5e3, help="of the cells, nm; a quarter of it at the inner corners")
parser.add_argument("--out", type=Path, default=Path(__file__).with_name("hall_cross.msh"))
given = parser.parse_args()
w, end = given.width / 2, given.width / 2 + given.arm

gmsh.initialize()
gmsh.option.setNumber("General.Terminal", 0)
corners = [(w, w), (w, end), (-w, end), (-w, w), (-end, w), (-end, -w)]
corners += [(-x, -y) for x, y in corners]
size = {True: given.size / 4, False: given.size}
points = [gmsh.model.geo.addPoint(x, y, 0, size[abs(x) == abs(y)]) for x, y in corners]
lines = [gmsh.model.geo.addLine(a, b) for a, b in zip(points, points[1:] + points[:1])]
cross = gmsh.model.geo.addPlaneSurface([gmsh.model.geo.addCurveLoop(lines)])
gmsh.model.geo.synchronize()
gmsh.model.addPhysicalGroup(2, [cross], name="cross")
for name, line in {"north": 1, "west": 4, "south": 7, "east": 10}.items():
    gmsh.model.addPhysicalGroup(1, [lines[line]], name=name)
gmsh.model.mesh.generate(2)
gmsh.write(str(given.out))
gmsh.finalize()
