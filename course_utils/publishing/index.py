"""The page that lists the executed notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing.page import page


@dataclass(frozen=True)
class IndexEntry:
    """One line of the index.

    Parameters
    ----------
    name : str
        The notebook's name without ending, which is also the name of its page.
    title : str
        Its first heading.
    headline : str
        Its headline result, or the error that stopped it, or why it was passed over.
    seconds : float
        How long it ran.
    failed : bool
        Whether it stopped with an error.
    passed_over : bool
        Whether its cells did nothing, because a package is missing.
    """

    name: str
    title: str
    headline: str
    seconds: float
    failed: bool = False
    passed_over: bool = False


def write_index(
    entries: Sequence[IndexEntry],
    path: Path,
    *,
    documents: Mapping[str, str] | None = None,
    costs: tuple[str, str, str] | None = None,
) -> None:
    """Write a page that links to the page of each entry, with its headline result.

    Parameters
    ----------
    entries : sequence of IndexEntry
        The executed notebooks, in the order of the list.
    path : Path
        The file to write.
    documents : mapping of str to str, optional
        The file names of further pages beside it, each with its title.
    costs : tuple of str, optional
        What the run cost: the file name of a picture beside the page, what it shows in words, and
        the file name of the numbers.
    """
    lines = [
        "# The course, executed\n\n",
        "<table>\n<thead><tr><th>Notebook</th><th>Headline result</th><th>Seconds</th></tr>",
        "</thead>\n<tbody>\n",
    ]
    for entry in entries:
        number, shown = entry.name[:2], entry.title or entry.name
        result = _text(entry.headline)
        if entry.failed:
            result = f"<strong>Failed:</strong> {result}"
        elif entry.passed_over:
            result = f"Passed over: {result}"
        name = f"{_text(number)} {_text(shown)}"
        # A page that could not be written is missing, and no link may lead to it.
        if path.with_name(f"{entry.name}.html").is_file():
            name = f'<a href="{escape(entry.name)}.html">{name}</a>'
        lines.append(
            f"<tr><td>{name}</td><td>{result}</td>"
            f'<td class="number">{entry.seconds:.1f}</td></tr>\n'
        )
    lines.append("</tbody>\n</table>\n")
    for file, shown in (documents or {}).items():
        lines.append(f'\n<p><a href="{escape(file)}">{_text(shown)}</a></p>\n')
    if costs is not None:
        picture, shown, numbers = costs
        lines.append(
            f'\n<p><a href="{escape(picture)}"><img src="{escape(picture)}" '
            f'alt="{_text(shown)}"></a></p>\n\n<p>What it cost, '
            f'<a href="{escape(numbers)}">in numbers</a></p>\n'
        )
    listing = new_notebook(cells=[new_markdown_cell("".join(lines), id="index")])
    notebooks.write_file(Path(path), page(listing).encode("utf-8"))


def _text(content: str) -> str:
    return escape(" ".join(content.split()))
