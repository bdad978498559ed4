"""Copies of notebooks whose cells JupyterLab shows as slides, live, while you teach.

JupyterLab itself writes no slide type for a cell that continues its slide, and the extension
jupyterlab-slideshow hides cells of a type that it doesn't know. The course's notebooks write "-",
as other tools do; the copies leave it out.
"""

from __future__ import annotations

import copy
import datetime
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from course_utils import notebooks
from course_utils.notebooks import reveal
from course_utils.publishing.page import EXPLANATION_SUMMARY

_CONTINUES = "-"
SETTINGS_FOLDER = ".jupyterlab"
# Read from the last row of a room, at 1280×720 to 1920×1080: JupyterLab's own are 13 to 14 pixels.
_SETTINGS = {
    "themes": {
        "overrides": {
            "code-font-size": "22px",
            "content-font-size1": "24px",
            "ui-font-size1": "15px",
        }
    },
    # A question about news would cover the slides' arrows.
    "notification": {"fetchNews": "false", "checkForUpdates": False},
}


def live_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook in which only cells that begin something have a slide type.

    Outputs that answer a question are left out: run the cell when the room has guessed. What
    explains them on the same slide is folded.
    """
    made = copy.deepcopy(notebook)
    for place in reveal.answers(notebook):
        made.cells[place].outputs, made.cells[place].execution_count = [], None
    for cell in made.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") == _CONTINUES:
            del cell.metadata["slideshow"]
            if reveal.is_explanation(cell):
                cell.source = reveal.folded(EXPLANATION_SUMMARY, cell.source)
    return made


def write_live_copy(
    source: Path, folder: Path, *, set_aside: Callable[[Path], object] = lambda path: None
) -> Path:
    """Write the copy of a notebook into a folder, under the same name.

    A copy that lies there and in which something was typed is kept under a name with its date.

    Parameters
    ----------
    source : Path
        The notebook.
    folder : Path
        Where to write; made if it is not there.
    set_aside : callable
        Called with the new name of an older copy.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    ValueError
        If `folder` is the notebook's own, or `source` is no readable notebook.
    """
    source, folder = Path(source), Path(folder)
    if folder.resolve() == source.resolve().parent:
        raise ValueError(f"folder={str(folder)!r} holds the notebook itself: choose another")
    path = folder / source.name
    made = live_copy(notebooks.read_notebook(source))
    content = notebooks.notebook_bytes(made)
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not _was_only_run(path, made):
        kept = _dated(path)
        os.rename(path, kept)
        set_aside(kept)
    notebooks.write_file(path, content)
    return path


def write_lab_settings(folder: Path) -> Path:
    """Write settings of JupyterLab with type that a room can read, beside the copies.

    Returns
    -------
    Path
        The folder to name in ``JUPYTERLAB_SETTINGS_DIR``. Settings that are there stay.
    """
    settings = Path(folder) / SETTINGS_FOLDER
    for name, content in _SETTINGS.items():
        file = settings / "@jupyterlab" / "apputils-extension" / f"{name}.jupyterlab-settings"
        if not file.exists():
            text = json.dumps(content, indent=4) + "\n"
            notebooks.write_files({file: text.encode("utf-8")})
    return settings


def _was_only_run(path: Path, made: NotebookNode) -> bool:
    """Tell whether an older copy holds the same cells, whatever their outputs."""
    try:
        older = notebooks.read_notebook(path)
    except ValueError:
        return False

    def typed(notebook: NotebookNode) -> list[tuple[str, str]]:
        return [(cell.cell_type, cell.source) for cell in notebook.cells]

    return typed(older) == typed(made)


def _dated(path: Path) -> Path:
    day = datetime.date.fromtimestamp(path.stat().st_mtime).isoformat()
    counts = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    places = (path.with_name(f"{path.stem}-{day}{count}{path.suffix}") for count in counts)
    return next(place for place in places if not place.exists())
