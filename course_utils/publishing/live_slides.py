"""Copies of notebooks whose cells JupyterLab shows as slides, live, while you teach.

JupyterLab itself writes no slide type for a cell that continues its slide, and the extension
jupyterlab-slideshow hides cells of a type that it doesn't know. The course's notebooks write "-",
as other tools do; the copies leave it out.
"""

from __future__ import annotations

import copy
from pathlib import Path

from nbformat import NotebookNode

from course_utils import notebooks
from course_utils.notebooks import reveal

_CONTINUES = "-"


def live_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook in which only cells that begin something have a slide type.

    Outputs that answer a question are left out: run the cell when the room has guessed.
    """
    made = copy.deepcopy(notebook)
    for place in reveal.answers(notebook):
        made.cells[place].outputs, made.cells[place].execution_count = [], None
    for cell in made.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") == _CONTINUES:
            del cell.metadata["slideshow"]
    return made


def write_live_copy(source: Path, folder: Path) -> Path:
    """Write the copy of a notebook into a folder, under the same name.

    Raises
    ------
    ValueError
        If `folder` is the notebook's own, or `source` is no readable notebook.
    """
    source, folder = Path(source), Path(folder)
    if folder.resolve() == source.resolve().parent:
        raise ValueError(f"folder={str(folder)!r} holds the notebook itself: choose another")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / source.name
    made = live_copy(notebooks.read_notebook(source))
    notebooks.write_file(path, notebooks.notebook_bytes(made))
    return path
