"""A rectangle in the plane x, y with a contact on each of two opposite sides: hall_plate.msh. Lengths are nanometres.

    python3 hall_plate.py [--length 10e3] [--width 10e3] [--corner 10] [--out hall_plate.msh]

Layer: plate. Faces: west, east (the contacts, a length apart), south, north. The current of a Hall plate is singular in
its corners, towards which cells shrink.
"""

import argparse
from pathlib import Path

import gmsh

GROWTH = 0.4  # of cells with the distance from a corner


def plate(path, length=10e3, width=10e3, corner=10.0):
    """Write the mesh; corner is the size of the cells in the corners."""
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    corners = [(0, 0), (length, 0), (length, width), (0, width)]
    points = [gmsh.model.geo.addPoint(x, y, 0) for x, y in corners]
    lines = [gmsh.model.geo.addLine(a, b) for a, b in zip(points, points[1:] + points[:1])]
    surface = gmsh.model.geo.addPlaneSurface([gmsh.model.geo.addCurveLoop(lines)])
    gmsh.model.geo.synchronize()
    gmsh.model.addPhysicalGroup(2, [surface], name="plate")
    for name, line in zip(("south", "east", "north", "west"), lines):
        gmsh.model.addPhysicalGroup(1, [line], name=name)
    distance, size = (gmsh.model.mesh.field.add(kind) for kind in ("Distance", "MathEval"))
    gmsh.model.mesh.field.setNumbers(distance, "PointsList", points)
    gmsh.model.mesh.field.setString(size, "F", f"{corner} + {GROWTH} * F{distance}")
    gmsh.model.mesh.field.setAsBackgroundMesh(size)
    for key in "ExtendFromBoundary", "FromPoints", "FromCurvature":
        gmsh.option.setNumber(f"Mesh.MeshSize{key}", 0)
    gmsh.model.mesh.generate(2)
    gmsh.write(str(path))
    gmsh.finalize()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=float, default=10e3, help="between the contacts, nm")
    parser.add_argument("--width", type=float, default=10e3, help="of the contacts, nm")
    parser.add_argument("--corner", type=float, default=10.0, help="size of the cells in the corners, nm")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("hall_plate.msh"))
    given = parser.parse_args()
    plate(given.out, given.length, given.width, given.corner)
