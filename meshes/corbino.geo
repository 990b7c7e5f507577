// A Corbino disk in the plane x, y. Lengths are nanometres.
//
//     gmsh -2 corbino.geo
//
// Layer: disk. Faces: inner, outer (both contacts; there is no other edge).

inner = 1000;
outer = 3000;
SetFactory("OpenCASCADE");
Disk(1) = {0, 0, 0, outer};
Disk(2) = {0, 0, 0, inner};
BooleanDifference(3) = { Surface{1}; Delete; }{ Surface{2}; Delete; };

Physical Surface("disk") = {3};
rim() = Boundary{ Surface{3}; };          // the outer circle comes first
Physical Curve("outer") = {rim(0)};
Physical Curve("inner") = {rim(1)};

Mesh.MeshSizeMax = 150;
Mesh.MeshSizeFromCurvature = 48;          // cells around a full circle
