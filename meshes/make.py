"""Mesh .geo files where there is no gmsh command: python3 make.py pillar.geo corbino.geo."""

import sys
from pathlib import Path

import gmsh

for path in map(Path, sys.argv[1:]):
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.open(str(path))
    gmsh.model.mesh.generate(max(dimension for dimension, _ in gmsh.model.getPhysicalGroups()))
    gmsh.write(str(path.with_suffix(".msh")))
    gmsh.finalize()
