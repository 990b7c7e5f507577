"""A page of sections, whole in one file."""

from dataclasses import dataclass, field

import ddgauge
from ddgauge.report import markup
from ddgauge.report.markup import Html, element, joined, paragraph
from ddgauge.report.style import STYLE

# no script, nothing from elsewhere: a browser holds the page to it
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    content: Html


@dataclass(frozen=True)
class Part:
    """What is told of a run, a sweep or a fit."""

    kind: str  # "run", "sweep" or "fit"
    title: str
    lead: str  # what it is, in a line
    sections: list[Section]
    warnings: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)  # few words each, for the head of the page


def page(parts, common):
    """The text of a page that tells of one or several parts, and then what they have in common."""
    title = parts[0].title
    several = len(parts) > 1
    named = [
        (f"{part.kind.capitalize()}: {section.heading.lower()}" if several else section.heading, section.content)
        for part in parts
        for section in part.sections
    ]
    named += [(section.heading, section.content) for section in common]
    anchors = _anchors([heading for heading, _ in named])
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"ddgauge {ddgauge.__version__}"),
        element("title", f"{title} – ddgauge"),
        element("style", Html(STYLE)),
    ]
    links = [element("a", heading, href=f"#{anchor}") for (heading, _), anchor in zip(named, anchors)]
    sections = [
        element(
            "section",
            element("h2", heading, id=f"{anchor}-heading"),
            content,
            id=anchor,
            aria_labelledby=f"{anchor}-heading",
        )
        for (heading, content), anchor in zip(named, anchors)
    ]
    body = [
        element("header", element("h1", title), *map(_introduction, parts)),
        _warnings([warning for part in parts for warning in part.warnings]),
        element("nav", markup.bullets(links), aria_label="Sections"),
        element("main", joined(sections, "\n")),
        element(
            "footer",
            paragraph(
                f"Made by ddgauge {ddgauge.__version__}. Numbers are in SI units unless a unit stands beside them."
            ),
        ),
    ]
    whole = [element("head", joined(head, "\n")), element("body", joined(body, "\n"))]
    return "<!DOCTYPE html>\n" + element("html", joined(whole, "\n"), lang="en") + "\n"


def _introduction(part):
    facts = [element("div", element("dt", name), element("dd", value)) for name, value in part.facts.items()]
    return joined([paragraph(part.lead, class_="lead"), element("dl", *facts, class_="facts")])


def _warnings(warnings):
    """What a reader has to know before all else."""
    if not warnings:
        return Html("")
    heading = "Warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    return element(
        "section",
        element("h2", heading, id="warnings-heading"),
        markup.bullets(warnings),
        class_="warnings",
        id="warnings",
        aria_labelledby="warnings-heading",
    )


def _anchors(headings):
    """A name for each, all different."""
    found = []
    for heading in headings:
        anchor, k = markup.slug(heading), 2
        while anchor in (*found, "warnings"):
            anchor, k = f"{markup.slug(heading)}-{k}", k + 1
        found.append(anchor)
    return found
