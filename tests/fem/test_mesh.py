"""Structured meshes and files of gmsh: volumes, areas, names, interfaces, periods, and what is said of bad files."""

import gmsh
import numpy as np
import pytest

from ddgauge.fem.assemble import Assembly
from ddgauge.fem.mesh import MeshError, graded, read_mesh, stack_mesh

LAYERS = [("F", 4e-9, 6, 1e-9), ("N", 5e-9, 4, 2e-9), ("cap", 1e-9, 2, 1e-9)]
SIZE = (8e-9, 6e-9)
SIDES = [(), ("left", "right"), ("left", "right", "front", "back")]
NODES = {(2, "simplex"): 13 * 3, (2, "box"): 13 * 3, (3, "simplex"): 13 * 3 * 4, (3, "box"): 13 * 3 * 4}


def volume(assembly, layer):
    return assembly.mesh.comm.allreduce(assembly.loads[layer][:, 0].sum())


def area(assembly, face):
    return assembly.mesh.comm.allreduce(assembly.faces[face][2].sum())


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(
    ("dimension", "shape"), [(1, "simplex"), (1, "box"), (2, "simplex"), (2, "box"), (3, "simplex"), (3, "box")]
)
def test_stack_has_the_volumes_areas_and_interfaces_asked_for(dimension, shape, periodic):
    size = SIZE[: dimension - 1]
    mesh = stack_mesh(LAYERS, size, (2, 3)[: dimension - 1], periodic, shape)
    assembly = Assembly(mesh, 1)
    assert mesh.axes == {1: "z", 2: "xz", 3: "xyz"}[dimension]
    for name, thickness, *_ in LAYERS:
        assert volume(assembly, name) == pytest.approx(thickness * np.prod(size), rel=1e-12)
    sides = () if periodic else SIDES[dimension - 1]
    assert set(mesh.faces) == {"bottom", "top", *sides}
    assert area(assembly, "bottom") == pytest.approx(np.prod(size), rel=1e-12)
    across = {"left": size[1:], "right": size[1:], "front": size[:1], "back": size[:1]}
    for name in sides:
        assert area(assembly, name) == pytest.approx(10e-9 * np.prod(across[name]), rel=1e-12)
    assert list(mesh.interfaces) == [("F", "N"), ("N", "cap")]
    for pair in mesh.interfaces:
        for side in (0, 1):
            trace = mesh.comm.allreduce(assembly.traces[*pair, side].sum())
            assert trace == pytest.approx(np.prod(size), rel=1e-12)


@pytest.mark.parametrize(("dimension", "shape"), [(2, "simplex"), (2, "box"), (3, "simplex"), (3, "box")])
@pytest.mark.parametrize("degree", [1, 2, 3])
def test_opposite_sides_of_a_period_are_one(dimension, shape, degree):
    periodic, open_ended = (
        Assembly(stack_mesh(LAYERS, SIZE[: dimension - 1], (3, 4)[: dimension - 1], p, shape), degree)
        for p in (True, False)
    )
    across = 12 * degree + 1
    lateral = np.array((3, 4)[: dimension - 1]) * degree
    assert periodic.index_map.size_global == across * np.prod(lateral)
    assert open_ended.index_map.size_global == across * np.prod(lateral + 1)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_broken_interface_doubles_its_dofs(dimension):
    mesh = stack_mesh(LAYERS, SIZE[: dimension - 1], (3, 4)[: dimension - 1])
    on_plane = (1, 2 * 3, 2 * 3 * 2 * 4)[dimension - 1]
    plain, broken = Assembly(mesh, 2), Assembly(mesh, 2, [("F", "N")])
    assert broken.index_map.size_global == plain.index_map.size_global + on_plane
    assert plain.region == {"F": 0, "N": 0, "cap": 0}
    assert broken.region == {"F": 0, "N": 1, "cap": 1}


def test_grading_is_monotone_symmetric_and_dense_at_both_ends():
    nodes = graded(20.0, 40, 0.5)
    steps = np.diff(nodes)
    assert nodes[0] == 0 and nodes[-1] == 20 and len(nodes) == 41
    assert np.all(steps > 0)
    np.testing.assert_allclose(steps, steps[::-1], rtol=1e-3)
    assert np.all(np.diff(steps[:20]) > -1e-3 * steps.max())
    assert steps[0] < 20 / 40 / 2 and steps[0] < 0.5


def test_a_film_thin_on_the_scale_of_its_lengths_is_divided_evenly():
    np.testing.assert_allclose(graded(1.0, 8, 100.0), np.arange(9) / 8, atol=1e-3)


# files


@pytest.fixture
def drawing():
    """gmsh with nothing drawn."""
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    yield gmsh.model
    if gmsh.isInitialized():
        gmsh.finalize()


def written(path, dimension=None):
    if dimension:
        gmsh.model.mesh.generate(dimension)
    gmsh.write(str(path))
    gmsh.finalize()
    return path


def groups(model, dimension, **tags):
    for name, entities in tags.items():
        model.setPhysicalName(dimension, model.addPhysicalGroup(dimension, entities), name)


def plate(model):
    """Two rectangles side by side, 3 nm and 2 nm by 1 nm."""
    model.occ.addRectangle(0, 0, 0, 3, 1)
    model.occ.addRectangle(3, 0, 0, 2, 1)
    model.occ.fragment([(2, 1)], [(2, 2)])
    model.occ.synchronize()
    gmsh.option.setNumber("Mesh.MeshSizeMax", 0.4)


def edges(model, x):
    return [tag for _, tag in model.getEntitiesInBoundingBox(x - 1e-3, -1, -1, x + 1e-3, 2, 1, 1)]


def named_plate(path, model, extra=()):
    plate(model)
    groups(model, 2, wire=[1], pad=[2])
    groups(model, 1, source=edges(model, 0), drain=edges(model, 5), joint=edges(model, 3), **dict(extra))
    return written(path, 2)


@pytest.mark.parametrize("plane", ["xz", "xy"])
def test_plane_file_with_names(tmp_path, drawing, plane):
    mesh = read_mesh(named_plate(tmp_path / "plate.msh", drawing), ["wire", "pad"], plane)
    assembly = Assembly(mesh, 2)
    assert mesh.axes == plane
    assert volume(assembly, "wire") == pytest.approx(3e-18, rel=1e-12)
    assert volume(assembly, "pad") == pytest.approx(2e-18, rel=1e-12)
    assert set(mesh.faces) == {"source", "drain"}  # a name on an interface is no outer face
    assert area(assembly, "drain") == pytest.approx(1e-9, rel=1e-12)
    assert list(mesh.interfaces) == [("wire", "pad")]


def test_the_layer_named_first_is_the_lower_one(tmp_path, drawing):
    mesh = read_mesh(named_plate(tmp_path / "plate.msh", drawing), ["pad", "wire"])
    assert list(mesh.interfaces) == [("pad", "wire")]


def test_solid_file_with_names(tmp_path, drawing):
    drawing.occ.addBox(0, 0, 0, 3, 2, 1)
    drawing.occ.addBox(0, 0, 1, 3, 2, 2)
    drawing.occ.fragment([(3, 1)], [(3, 2)])
    drawing.occ.synchronize()
    gmsh.option.setNumber("Mesh.MeshSizeMin", 1)
    groups(drawing, 3, F=[1], N=[2])
    top = drawing.getEntitiesInBoundingBox(-1, -1, 2.99, 4, 3, 3.01, 2)
    groups(drawing, 2, lid=[tag for _, tag in top])
    assembly = Assembly(read_mesh(written(tmp_path / "block.msh", 3), ["F", "N"]), 1)
    assert volume(assembly, "F") == pytest.approx(6e-27, rel=1e-12)
    assert volume(assembly, "N") == pytest.approx(12e-27, rel=1e-12)
    assert area(assembly, "lid") == pytest.approx(6e-18, rel=1e-12)
    assert list(assembly.mesh.interfaces) == [("F", "N")]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_curved_ring(tmp_path, drawing, order):
    """The area of a Corbino disc comes out with the order of its curved cells."""
    wrong = []
    for size in (2.0, 1.0):
        if not gmsh.isInitialized():
            gmsh.initialize()
            gmsh.option.setNumber("General.Terminal", 0)
        outer, inner = gmsh.model.occ.addDisk(0, 0, 0, 5, 5), gmsh.model.occ.addDisk(0, 0, 0, 2, 2)
        ring = gmsh.model.occ.cut([(2, outer)], [(2, inner)])[0][0][1]
        gmsh.model.occ.synchronize()
        rims = gmsh.model.getBoundary([(2, ring)], oriented=False)
        reach = {gmsh.model.getBoundingBox(*rim)[3]: rim[1] for rim in rims}
        groups(gmsh.model, 2, ring=[ring])
        groups(gmsh.model, 1, inner=[reach[min(reach)]], outer=[reach[max(reach)]])
        gmsh.option.setNumber("Mesh.MeshSizeMin", size)
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.option.setNumber("Mesh.ElementOrder", order)
        assembly = Assembly(read_mesh(written(tmp_path / "ring.msh", 2), ["ring"], "xy"), 2)
        wrong.append(abs(volume(assembly, "ring") / (np.pi * 21e-18) - 1))
    assert area(assembly, "outer") == pytest.approx(2 * np.pi * 5e-9, rel=[0, 1e-2, 1e-4, 1e-5][order])
    assert wrong[1] < [0, 1e-2, 1e-4, 1e-5][order]
    assert wrong[1] < wrong[0] / 2


def test_missing_file(tmp_path):
    with pytest.raises(MeshError, match=r"gone\.msh: no such mesh file"):
        read_mesh(tmp_path / "gone.msh", ["a"])


def test_corrupt_file(tmp_path):
    (tmp_path / "torn.msh").write_text("$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Nodes\n1 2 3\n")
    with pytest.raises(MeshError, match=r"torn\.msh: .*"):
        read_mesh(tmp_path / "torn.msh", ["a"])


def test_a_file_that_is_no_mesh(tmp_path):
    (tmp_path / "noise.msh").write_bytes(b"\x89PNG not a mesh")
    with pytest.raises(MeshError, match=r"noise\.msh: "):
        read_mesh(tmp_path / "noise.msh", ["a"])


def test_no_physical_groups(tmp_path, drawing):
    plate(drawing)
    with pytest.raises(MeshError, match=r"bare\.msh: has no physical groups; name the layers"):
        read_mesh(written(tmp_path / "bare.msh", 2), ["wire", "pad"])


def test_groups_on_edges_only(tmp_path, drawing):
    plate(drawing)
    groups(drawing, 1, source=edges(drawing, 0))
    gmsh.option.setNumber("Mesh.SaveAll", 1)
    with pytest.raises(MeshError, match=r"edges\.msh: its cells are in no physical group; name each layer"):
        read_mesh(written(tmp_path / "edges.msh", 2), ["wire", "pad"])


def test_unnamed_group(tmp_path, drawing):
    plate(drawing)
    drawing.addPhysicalGroup(2, [1, 2], 7)
    with pytest.raises(MeshError, match=r"has no layer 'wire'; layers: group 7 \(unnamed\)"):
        read_mesh(written(tmp_path / "unnamed.msh", 2), ["wire"])


def test_unknown_layer_and_extra_group(tmp_path, drawing):
    path = named_plate(tmp_path / "plate.msh", drawing)
    with pytest.raises(MeshError, match=r"plate\.msh has no layer 'Pt'; layers: (wire, pad|pad, wire)"):
        read_mesh(path, ["Pt", "wire"])
    assert not gmsh.isInitialized()
    with pytest.raises(MeshError, match=r"group 'pad' is not a \[\[layer\]\]; layers given: wire"):
        read_mesh(path, ["wire"])
    assert set(read_mesh(path, ["wire", "pad"]).layers) == {"wire", "pad"}  # a refusal leaves nothing behind


def test_geometry_that_was_not_meshed(tmp_path):
    path = tmp_path / "square.geo"
    path.write_text('SetFactory("OpenCASCADE"); Rectangle(1) = {0, 0, 0, 1, 1}; Physical Surface("wire") = {1};\n')
    with pytest.raises(MeshError, match=r"square\.geo: holds no mesh elements; mesh the geometry first"):
        read_mesh(path, ["wire"])
