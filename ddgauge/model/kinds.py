"""The kinds of outer faces, by what [boundary.NAME] calls them."""

from typing import Annotated

from pydantic import BeforeValidator, SerializeAsAny

from ddgauge.model.boundary import Boundary, Contact, Current, Floating, Insulating, Sheet, Sink
from ddgauge.model.errors import instead_of, show
from ddgauge.model.two_band_faces import ExchangeFace, Flux, State

KINDS = {
    "insulating": Insulating,
    "sink": Sink,
    "sheet": Sheet,
    "contact": Contact,
    "current": Current,
    "floating": Floating,
    "state": State,
    "flux": Flux,
    "exchange": ExchangeFace,
}


def _boundary(value):
    if isinstance(value, Boundary):
        return value
    if not isinstance(value, dict):
        raise ValueError(f" = {show(value)}, must be a table such as {{kind = 'sink'}}")
    if "kind" not in value:
        raise ValueError(f": needs kind; kinds: {', '.join(KINDS)}")
    if value["kind"] not in list(KINDS):
        raise ValueError(f".kind = {instead_of(value['kind'], KINDS, 'kinds')}")
    return KINDS[value["kind"]](**value)


AnyBoundary = Annotated[SerializeAsAny[Boundary], BeforeValidator(_boundary)]
