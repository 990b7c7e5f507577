"""One page that shows what a folder holds, a run, a sweep or a fit: HTML that needs nothing but itself."""

from pathlib import Path

from ddgauge.model.errors import InputError
from ddgauge.report import fit, run, sweep
from ddgauge.report.files import PAGE, contents, folder_of, write
from ddgauge.report.markup import joined, paragraph, size, table
from ddgauge.report.page import Section, page

__all__ = ["report"]

KINDS = {"fit.json": fit.part, "dataset.nc": sweep.part, "result.json": run.part}  # in the order of a page


def report(folder, out=None):
    """Write the page of a folder of results.

    Parameters
    ----------
    folder : path
        As `ddgauge run`, `ddgauge sweep` or `ddgauge fit` left it.
    out : path, optional
        The page; `report.html` in the folder without it.

    Returns
    -------
    Path
        of the page.

    Raises
    ------
    InputError
        The folder holds no results, or what it holds is not whole; a line per file.
    """
    folder = folder_of(folder)
    out = Path(out) if out is not None else folder / PAGE
    parts = [part(folder) for name, part in KINDS.items() if (folder / name).exists()]
    if not parts:
        begun = (
            " yet (the sweep's command with --collect makes dataset.nc of what is done)"
            if any(folder.glob("points-*.jsonl"))
            else ""
        )
        raise InputError(
            f"{folder}: holds no results{begun}; a run leaves result.json, a sweep dataset.nc, a fit fit.json"
        )
    write(out, page(parts, [_files(folder, out)]))
    return out


def _files(folder, out):
    besides = (PAGE, out.name) if out.parent.resolve() == folder.resolve() else ()
    lines = contents(folder, besides)
    rows = [(name, str(count), size(total)) for name, count, total in lines]
    total = size(sum(total for _, _, total in lines))
    return Section(
        "Files",
        joined(
            [paragraph(f"In {folder}, {total} in all."), table(("name", "files", "size"), rows, "Files of the folder")]
        ),
    )
