"""HTML from text: whatever is not markup is escaped, so that nothing from an input or a result can become markup."""

import base64
import html
import re
import struct

VOID = ("img", "meta", "wbr")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # that no page may contain
PNG = b"\x89PNG\r\n\x1a\n"
PIXELS_PER_PIXEL = 1.5  # figures are drawn at 150 dpi, pages have 96
BROAD = 800  # pixels beyond which a figure takes the width of the page
MOST_BYTES = 3_500_000  # of figures in a page


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def escaped(text):
    """Text as it stands, whatever is in it."""
    return text if isinstance(text, Html) else Html(html.escape(CONTROL.sub("�", str(text))))


def element(name, /, *children, **attributes):
    """One element; `class_`, `aria_label` for class, aria-label; attributes that are None are left out."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{words}>")
    return Html(f"<{name}{words}>{joined(children)}</{name}>")


def joined(children, between=""):
    """Texts and markup, one after the other."""
    return Html(between.join(map(escaped, children)))


def paragraph(*children, **attributes):
    return element("p", *children, **attributes)


def bullets(items, **attributes):
    return element("ul", *(element("li", item) for item in items), **attributes)


def slug(text):
    """A name for an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-") or "part"


def unit(text):
    """A unit as it is printed: m² for m^2."""
    if isinstance(text, Html):
        return text
    return re.sub(r"\^(-?\d+)", lambda found: found[1].translate(SUPERSCRIPT), str(text))


def table(header, rows, caption=None, styles=None):
    """A table that scrolls by itself where the window is narrow; columns of numbers are aligned to the right.

    Parameters
    ----------
    header : names of the columns; the first one names the rows.
    rows : tuples of texts.
    caption : text, optional
    styles : function (row, column) -> text of a style attribute or None, optional
    """
    rows = [tuple(row) for row in rows]
    numeric = [all(map(_is_number, column)) for column in zip(*rows)] if rows else [False] * len(header)
    kinds = ["number" if k and right else None for k, right in enumerate(numeric)]
    units = [name == "unit" for name in header]
    head = element(
        "tr",
        *(
            element("th", unit(name), scope="col", class_=kind) if name else element("td")
            for name, kind in zip(header, kinds)
        ),
    )
    body = joined((_row(row, kinds, units, k, styles) for k, row in enumerate(rows)), "\n")
    inside = element(
        "table", *([element("caption", caption)] if caption else []), element("thead", head), element("tbody", body)
    )
    return element("div", inside, class_="table", tabindex="0", role="region", aria_label=caption or "table")


def gallery(figures):
    """Figures of a section, as far as they leave the page of a size that can be sent; the others by their names.

    figures : iterable of (name, content of a PNG or SVG file, caption, what to tell somebody who does not see it).
    """
    shown, left_out, room, anchors = [], [], MOST_BYTES, set()
    for name, data, caption, alt in figures:
        if len(data) > room:
            left_out.append(f"{name} ({size(len(data))})")
            continue
        room -= len(data)
        anchor = f"figure-{slug(name)}"
        while anchor in anchors:
            anchor += "-"
        anchors.add(anchor)
        shown.append(_figure(anchor, data, caption, alt))
    parts = [element("div", *shown, class_="figures")] if shown else []
    if left_out:
        parts.append(paragraph(f"Too large for this page: {', '.join(left_out)}.", class_="note"))
    return joined(parts)


def _figure(anchor, data, caption, alt):
    """A figure with a caption; a click shows it in full size over the page, without a script."""
    picture, width = _image(data, alt)
    shown = element("a", picture, href=f"#{anchor}", class_="open", title="enlarge")
    close = element("a", "close", href=f"#place-of-{anchor}", class_="close")
    inside = element("figure", close, shown, element("figcaption", caption), id=anchor)
    return element("div", inside, class_="place broad" if width > BROAD else "place", id=f"place-of-{anchor}")


def _image(data, alt):
    """An image in the page itself, and its width in pixels of a page."""
    if data.startswith(PNG):
        kind, (width, height) = "image/png", struct.unpack(">II", data[16:24])
        width, height = (round(pixels / PIXELS_PER_PIXEL) for pixels in (width, height))
    else:
        kind, found = (
            "image/svg+xml",
            [re.search(rb'\b%s="([\d.]+)pt"' % side, data[:2000]) for side in (b"width", b"height")],
        )
        width, height = (round(float(points[1]) * 96 / 72) if points else None for points in found)
    ratio = f"--ratio: {width / height:.3f}" if width and height else None
    source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return element("img", src=source, alt=alt, width=width, height=height, style=ratio), width or 0


def folded(summary, *children):
    """What is shown once its summary is clicked."""
    return element("details", element("summary", summary), *children)


def listing(text):
    return element("pre", element("code", text), tabindex="0")


def size(count):
    """A number of bytes, as a folder shows it."""
    for power, name in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {name}"
    return f"{count} bytes"


def _is_number(text):
    return isinstance(text, str) and bool(re.fullmatch(r"[-+]?[\d.]*(e[-+]?\d+)?( ?%)?|nan|[-+]?inf", text))


def _breakable(text):
    """A name that may go on in the next line after its dots."""
    return text if isinstance(text, Html) else joined(str(text).split("."), joined([".", element("wbr")]))


def _row(row, kinds, units, k, styles):
    cells = []
    for column, (cell, kind, is_unit) in enumerate(zip(row, kinds, units)):
        cell = unit(cell) if is_unit else cell
        style = styles(k, column) if styles else None
        if column == 0:
            cells.append(element("th", _breakable(cell), scope="row", style=style))
        else:
            cells.append(element("td", cell, class_=kind, style=style))
    return element("tr", *cells)
