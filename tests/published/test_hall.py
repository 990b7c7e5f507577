"""Ordinary Hall effect: an infinite bar, a Corbino disc, and a square between two contacts."""

import gmsh
import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.solved import MESHES, numbers

SIGMA = 1e6  # S/m
N = {"name": "N", "conductivity": SIGMA}


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("theta", [0.02, -3.0])
def test_infinite_bar(theta, dimension):
    """V_H = R_H I B / t without magnetoresistance: rho_xx = 1/sigma, rho_yx = R_H B = theta / sigma, at any angle."""
    layer = N | {"thickness": 5e-9, "hall": [0.1, 0.0, theta]}
    found = numbers("film", [layer], mesh=MESHES[dimension])["resistivity"]
    assert_allclose(SIGMA * found["longitudinal"], 1, rtol=1e-9)
    assert_allclose(SIGMA * found["transverse"], theta, rtol=1e-9)


def test_mobility_turns_with_the_field_and_electrons_go_with_it_to_the_left():
    """theta = -mobility B for electrons: the force -e v x B drives them along +y for j along x, B along z; V_H < 0."""
    for B, mobility in (2.0, 0.01), (-2.0, 0.01), (2.0, -0.01):
        layer = N | {"thickness": 5e-9, "mobility": mobility}
        found = numbers("film", [layer], field={"B": [0, 0, B]})["resistivity"]
        assert_allclose(SIGMA * found["transverse"], -mobility * B, rtol=1e-9)


def test_layers_in_parallel():
    """Conductivities add: sigma_xx = sum t sigma / (1 + theta^2), sigma_xy = sum -t sigma theta / (1 + theta^2)."""
    layers = [N | {"name": "A", "thickness": 2e-9, "hall": [0, 0, 0.5]}]
    layers += [{"name": "B", "thickness": 6e-9, "conductivity": 3e6, "hall": [0, 0, -0.2]}]
    along = (2 * 1e6 / 1.25 + 6 * 3e6 / 1.04) / 8
    across = (2 * 1e6 * 0.5 / 1.25 - 6 * 3e6 * 0.2 / 1.04) / 8  # sigma_yx = -theta sigma / (1 + theta^2)
    found = numbers("film", layers)
    assert_allclose(found["conductivity"]["matrix"], [[along, across], [-across, along]], rtol=1e-9)
    rho = found["resistivity"]
    assert_allclose([rho["longitudinal"], rho["transverse"]], np.array([along, across]) / (along**2 + across**2))


# meshes of gmsh


def annulus(path, order, size, height=None, inner=50, outer=150):
    """A ring in x and y, nm, with elements of an order; with a height it is a body."""
    with drawing(path, order, size) as (shapes, group):
        big = shapes.addDisk(0, 0, 0, outer, outer)
        shapes.cut([(2, big)], [(2, shapes.addDisk(0, 0, 0, inner, inner))])
        if height:
            shapes.extrude([(2, big)], 0, 0, height, numElements=[1])
        shapes.synchronize()
        dimension = 3 if height else 2
        group(dimension, "N", lambda box: True)
        for name, radius in (("inner", inner), ("outer", outer)):
            group(dimension - 1, name, lambda box, r=radius: abs(box[3] - r) < 1 and abs(box[0] + r) < 1, round=True)


class drawing:
    """A gmsh model that is meshed and written when it is drawn."""

    def __init__(self, path, order, size):
        self.path, self.order, self.size = path, order, size

    def __enter__(self):
        gmsh.initialize()
        gmsh.option.setNumber("General.Terminal", 0)
        return gmsh.model.occ, self.group

    def group(self, dimension, name, where, round=False):
        tags = []
        for d, tag in gmsh.model.getEntities(dimension):
            flat = gmsh.model.getType(d, tag) == "Plane"
            if where(gmsh.model.getBoundingBox(d, tag)) and not (round and flat):
                tags.append(tag)
        gmsh.model.addPhysicalGroup(dimension, tags, name=name)

    def __exit__(self, *error):
        try:
            if error[0] is None:
                gmsh.option.setNumber("Mesh.MeshSizeMax", self.size)
                gmsh.option.setNumber("Mesh.ElementOrder", self.order)
                gmsh.model.mesh.generate(gmsh.model.getDimension())
                gmsh.write(str(self.path))
        finally:
            gmsh.finalize()


def between(path, contacts, theta, degree=3, **mesh):
    """Resistance of a mesh between two contacts."""
    boundary = {name: {"kind": "contact", "voltage": V, "spin": "free"} for name, V in zip(contacts, (1.0, 0.0))}
    tables = {"mesh": {"file": str(path)} | mesh, "boundary": boundary, "solver": {"degree": degree}}
    found = numbers("transport", [N | {"hall": [0, 0, theta]}], **tables)
    assert max(found["balances"][key] for key in ("charge", "spin", "power")) < 1e-8
    return found["resistance"]["|".join(contacts)]


def test_corbino_disc(tmp_path):
    """R(B) / R(0) = 1 + (sigma R_H B)^2 on any mesh; R(0) = ln(b/a) / (2 pi sigma) as the circles become round."""
    errors = []
    for size in 40, 20:
        annulus(tmp_path / "ring.msh", 2, size)
        R = [between(tmp_path / "ring.msh", ["inner", "outer"], theta, plane="xy") for theta in (0, 0.5, -2)]
        assert_allclose(np.divide(R, R[0]), [1, 1.25, 5], rtol=1e-9)
        errors.append(R[0] / (np.log(3) / (2 * np.pi * SIGMA)) - 1)
    assert abs(errors[1]) < 3e-5
    assert np.log2(errors[0] / errors[1]) > 3.5  # circles of second order are round to h^4


def test_corbino_disc_of_some_thickness(tmp_path):
    """In three dimensions, ohms: R(0) = ln(b/a) / (2 pi sigma t)."""
    annulus(tmp_path / "ring.msh", 2, 40, height=30)
    R = [between(tmp_path / "ring.msh", ["inner", "outer"], theta, degree=2) for theta in (0, 2)]
    assert R[1] / R[0] == pytest.approx(5, rel=1e-4)  # to the quadrature of curved cells
    assert R[0] == pytest.approx(np.log(3) / (2 * np.pi * SIGMA * 30e-9), rel=2e-3)


def towards_corners(size):
    """Cells that grow from a size in the corners with the distance from them."""
    distance, law = (gmsh.model.mesh.field.add(kind) for kind in ("Distance", "MathEval"))
    gmsh.model.mesh.field.setNumbers(distance, "PointsList", [tag for _, tag in gmsh.model.getEntities(0)])
    gmsh.model.mesh.field.setString(law, "F", f"{size} + 0.4 * F{distance}")
    gmsh.model.mesh.field.setAsBackgroundMesh(law)
    for key in "ExtendFromBoundary", "FromPoints", "FromCurvature":
        gmsh.option.setNumber(f"Mesh.MeshSize{key}", 0)


def square(path, size, corner):
    """A square in x and y, 100 nm, with small cells in its four corners."""
    with drawing(path, 1, size) as (shapes, group):
        shapes.addRectangle(0, 0, 0, 100, 100)
        shapes.synchronize()
        towards_corners(corner)
        group(2, "N", lambda box: True)
        group(1, "left", lambda box: box[3] < 1)
        group(1, "right", lambda box: box[0] > 99)


@pytest.mark.parametrize("theta", [0.3, -1.0])
def test_square_between_two_contacts(theta, tmp_path):
    """R = sqrt(rho_xx^2 + rho_xy^2), by conformal mapping; two corners are singular, cells shrink towards them."""
    exact = np.hypot(1, theta) / SIGMA
    errors = []
    for corner in 10.0, 0.1:
        square(tmp_path / "square.msh", 25, corner)
        errors.append(between(tmp_path / "square.msh", ["left", "right"], theta, degree=4, plane="xy") / exact - 1)
    assert abs(errors[1]) < 1e-7
    assert abs(errors[1]) < 0.01 * abs(errors[0])
