"""The page that lists the executed notebooks."""

from __future__ import annotations

from collections.abc import Sequence
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
        Its headline result, or the error that stopped it.
    seconds : float
        How long it ran.
    failed : bool
        Whether it stopped with an error.
    """

    name: str
    title: str
    headline: str
    seconds: float
    failed: bool = False


def write_index(entries: Sequence[IndexEntry], path: Path) -> None:
    """Write a page that links to the page of each entry, with its headline result."""
    lines = [
        "# The course, executed\n\n",
        "<table>\n<thead><tr><th>Notebook</th><th>Headline result</th><th>Seconds</th></tr>",
        "</thead>\n<tbody>\n",
    ]
    for entry in entries:
        number, shown = entry.name[:2], entry.title or entry.name
        result = f"<strong>Failed:</strong> {_text(entry.headline)}" if entry.failed else ""
        lines.append(
            f'<tr><td><a href="{escape(entry.name)}.html">{_text(number)} {_text(shown)}</a></td>'
            f"<td>{result or _text(entry.headline)}</td>"
            f'<td class="number">{entry.seconds:.1f}</td></tr>\n'
        )
    lines.append("</tbody>\n</table>\n")
    listing = new_notebook(cells=[new_markdown_cell("".join(lines), id="index")])
    notebooks.write_file(Path(path), page(listing).encode("utf-8"))


def _text(content: str) -> str:
    return escape(" ".join(content.split()))
