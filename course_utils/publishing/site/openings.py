"""What the first cell of each notebook promises: title, question, needs, time, what is learned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_utils import notebooks


@dataclass(frozen=True)
class Opening:
    """A notebook as its first cell presents it.

    Parameters
    ----------
    name : str
        The notebook's name without ending.
    title : str
        Its first heading.
    question : str
        The question it answers; empty if it asks none.
    needs : str
        What the reader needs, in Markdown.
    minutes : int or None
        How long it takes.
    learns : str
        What the reader learns to do, in Markdown.
    by_hand : bool
        Whether it does without any neural library.
    """

    name: str
    title: str
    question: str = ""
    needs: str = ""
    minutes: int | None = None
    learns: str = ""
    by_hand: bool = True

    @property
    def number(self) -> str:
        return self.name[:2]


def read_opening(notebook: NotebookNode, *, name: str) -> Opening:
    """Read what the first cell of a notebook promises; what it doesn't say stays empty."""
    first = notebook.cells[0].source if notebook.cells else ""

    def found(pattern: str) -> str:
        match = re.search(pattern, first, re.MULTILINE)
        return match.group(1).strip() if match else ""

    minutes = found(r"\babout (\d+) min")
    return Opening(
        name=name,
        title=notebooks.title(notebook) or name,
        question=found(r"^\*\*(.+\?)\*\*\s*$"),
        needs=found(r"\*You need:\*\s*(.+)$"),
        minutes=int(minutes) if minutes else None,
        learns=found(r"\*You will learn to:\*\s*(.+)$"),
        by_hand=not notebooks.uses_neural_library(notebook),
    )


def read_openings(paths: Sequence[Path]) -> list[Opening]:
    """Read the openings of notebook files, in the order of the paths."""
    return [read_opening(notebooks.read_notebook(path), name=path.stem) for path in paths]


def parts(openings: Sequence[Opening]) -> list[tuple[str, list[Opening]]]:
    """Divide the course where it begins to use a neural library, under a heading each."""
    first = next((i for i, one in enumerate(openings) if not one.by_hand), len(openings))
    divided = [
        ("Part I: by hand", list(openings[:first])),
        ("Part II: networks that learn", list(openings[first:])),
    ]
    return [(heading, part) for heading, part in divided if part]
