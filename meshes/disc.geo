// A disc in the plane x, y with four contacts on its rim. Lengths are nanometres.
//
//     gmsh -2 disc.geo
//
// Layer: disc. Faces: east, north, west, south, arcs of the rim, each `opening` degrees wide.

radius = 200;
opening = 20;
inner = 90;         // within this distance from the middle cells are `fine`, at the rim `coarse`
fine = 6;
coarse = 16;

Point(1) = {0, 0, 0};
For k In {0:3}
  a = k * Pi / 2;
  b = opening * Pi / 360;
  Point(10 + 2 * k) = {radius * Cos(a - b), radius * Sin(a - b), 0};
  Point(11 + 2 * k) = {radius * Cos(a + b), radius * Sin(a + b), 0};
EndFor
For k In {0:7}
  Circle(10 + k) = {10 + k, 1, 10 + (k + 1) % 8};
EndFor
Curve Loop(1) = {10:17};
Plane Surface(1) = {1};

Physical Surface("disc") = {1};
Physical Curve("east") = {10};
Physical Curve("north") = {12};
Physical Curve("west") = {14};
Physical Curve("south") = {16};

Field[1] = Distance;
Field[1].PointsList = {1};
Field[2] = Threshold;
Field[2].InField = 1;
Field[2].DistMin = inner;
Field[2].SizeMin = fine;
Field[2].DistMax = radius;
Field[2].SizeMax = coarse;
Background Field = 2;
Mesh.MeshSizeExtendFromBoundary = 0;
Mesh.MeshSizeFromPoints = 0;
