"""The discretisation: the only folder that imports dolfinx and petsc4py."""
