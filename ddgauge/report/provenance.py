"""What made the numbers: the input, and versions."""

from ddgauge.report import markup, toml
from ddgauge.report.markup import Html, joined, paragraph


def listing(data):
    """The input of a run, folded."""
    if not data:
        return Html("")
    told = paragraph("Every value as it was used, in SI, defaults among them; an input file of its own.")
    return joined([told, markup.folded("Resolved input (TOML)", markup.listing(toml.written(data)))])


def versions(found):
    """What computed, and on how many ranks."""
    return markup.table(("", "version"), [(name, str(version)) for name, version in found.items()], "Software")
