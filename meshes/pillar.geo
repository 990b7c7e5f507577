// A round nanopillar of two layers, F below and Pt above. Lengths are nanometres.
//
//     gmsh -3 pillar.geo
//
// Layers: F, Pt. Faces: bottom, top, side (of both layers). The interface F|Pt needs no name: it is where the layers meet.

radius = 15;
t_F = 2;
t_Pt = 6;
SetFactory("OpenCASCADE");
Cylinder(1) = {0, 0, 0, 0, 0, t_F, radius};
Cylinder(2) = {0, 0, t_F, 0, 0, t_Pt, radius};
BooleanFragments{ Volume{1, 2}; Delete; }{}

Physical Volume("F") = {1};
Physical Volume("Pt") = {2};
e = 1e-3;
R = radius + e;
bottom() = Surface In BoundingBox{-R, -R, -e, R, R, e};
top() = Surface In BoundingBox{-R, -R, t_F + t_Pt - e, R, R, t_F + t_Pt + e};
middle() = Surface In BoundingBox{-R, -R, t_F - e, R, R, t_F + e};
side() = Surface In BoundingBox{-R, -R, -e, R, R, t_F + t_Pt + e};
side() -= {bottom(), middle(), top()};
Physical Surface("bottom") = bottom();
Physical Surface("top") = top();
Physical Surface("side") = side();

Mesh.MeshSizeMax = 3;
