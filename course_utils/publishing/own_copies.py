"""A student's own copy of a lesson: pristine exercises, no answer in sight, and the way on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_utils import notebooks
from course_utils.publishing.handouts import student_copy

NAVIGATION = "desk-navigation"  # the id of the cell that leads on
INDEX = "index.ipynb"
# A link to what lies beside the lesson, with the section it may name.
_LINK_BESIDE = re.compile(r"(?<=\]\()([\w-]+\.(?:ipynb|md))(?=[#)])")


def beside(file: str) -> str:
    """Return the address of a file that lies in the same folder."""
    return file


def own_copy(
    notebook: NotebookNode,
    *,
    name: str,
    names: Sequence[str],
    index: str = INDEX,
    address: Callable[[str], str] = beside,
) -> NotebookNode:
    """Return the copy of a lesson that a student works in.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course, with its outputs; left as it is.
    name : str
        Its name without ending.
    names : sequence of str
        The names of all lessons in their order, for the links to the neighbours.
    index : str
        The address of the page that says how far one has come; empty if there is none.
    address : callable
        Gives the address of a lesson or a text from the name of its file, such as
        ``"glossary.md"``. All links of the copy go there.

    Returns
    -------
    NotebookNode
        No outputs, no proofs, no notes for instructors; closing questions keep their folded
        answers. The last cell leads to the lesson before, the index, and the next lesson.
    """
    copied = student_copy(notebook)
    folded = {cell.id: cell.source for cell in notebook.cells}
    for cell in copied.cells:
        if "self-test" in notebooks.cell_tags(cell):
            cell.source = folded[cell.id]
        if cell.cell_type == "markdown":
            cell.source = _LINK_BESIDE.sub(lambda link: address(link[1]), cell.source)
    way_on = _way_on(name, names, index, address)
    if way_on:
        copied.cells.append(new_markdown_cell(way_on, id=NAVIGATION))
    copied.metadata = NotebookNode(notebooks.NOTEBOOK_METADATA)
    return copied


def _way_on(name: str, names: Sequence[str], index: str, address: Callable[[str], str]) -> str:
    place = list(names).index(name)
    links = []

    def lesson(other: str) -> str:
        return address(f"{other}.ipynb")

    if place > 0:
        links.append(f"[← {_number(names[place - 1])}]({lesson(names[place - 1])})")
    if index:
        links.append(f"[Where am I?]({index})")
    if place + 1 < len(names):
        links.append(f"[{_number(names[place + 1])} →]({lesson(names[place + 1])})")
    return " · ".join(links)


def _number(name: str) -> str:
    return name.partition("_")[0]


def lesson_names() -> list[str]:
    """Return the names of the course's lessons in their order."""
    return [path.stem for path in notebooks.find_notebooks()]


def lesson_documents() -> list[Path]:
    """Return the texts beside the lessons that students read: not the instructor's guide."""
    found = notebooks.find_documents(notebooks.notebooks_folder())
    return [path for path in found if path.stem != "instructors_guide"]
