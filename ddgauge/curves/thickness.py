"""What curves against the thickness of a layer share."""

from ddgauge.model import InputError


def thicknesses(run, name):
    """(what it is, in words, layers of the stack) at each thickness of a layer; InputError with a mesh file."""
    if run.mesh.file is not None:
        raise InputError(f"curve: the thickness of {name!r} is that of mesh.file; leave out mesh.file")
    for d in run.curve.abscissa:
        yield f"thickness of {name} = {d:g} m", run.stack.with_layer(name, thickness=float(d)).layers
