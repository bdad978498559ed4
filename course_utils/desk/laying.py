"""A folder of the student's own: laid once, updated without losing a word.

::

    my_course/
      index.ipynb              where I am; the course's, written anew each time
      01_inner_products.ipynb  my copy
      …
      glossary.md
      .desk/
        progress.json          what I have solved (`course_utils.exercises` writes it)
        jupyter/               settings of JupyterLab for this desk
        given/                 each lesson as the course gave it, for the next update
        backups/               my copies as they were before each update
"""

from __future__ import annotations

import json
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course_utils import notebooks
from course_utils.desk.merging import merge
from course_utils.notebooks import canonical_form
from course_utils.publishing import lesson_documents, lesson_names, own_copy

PRIVATE = ".desk"
# A student has no use for what a grader and an author see in JupyterLab's menus, nor for its
# question about news, which would be a request to another machine.
_NOT_FOR_STUDENTS = (
    "@jupyter/nbgrader",
    "nbdime-jupyterlab",
    "@jupyterlab/apputils-extension:announcements",
)
GIVEN, BACKUPS = "given", "backups"


@dataclass(frozen=True)
class Laid:
    """What became of one lesson on the desk.

    Parameters
    ----------
    name : str
        The lesson's name without ending.
    state : {"new", "kept", "updated", "left alone"}
        A new copy was made; nothing was to be done; the course's changes were taken in; the file
        on the desk can't be read and was not touched.
    conflicts : int
        How many cells both the student and the course had changed: both are there.
    remark : str
        What the student should know, or "".
    """

    name: str
    state: str
    conflicts: int = 0
    remark: str = ""


def lay(folder: Path, selectors: Sequence[str] = ()) -> list[Laid]:
    """Lay the desk, or bring it up to date.

    Parameters
    ----------
    folder : Path
        The student's folder; made if it isn't there.
    selectors : sequence of str
        Which lessons, "05" or "05 10"; all without one. Lessons that lie there already stay.

    Returns
    -------
    list of Laid
        One for each lesson that was asked for.

    Raises
    ------
    ValueError
        If a selector matches no lesson, or the folder is the course's own.
    OSError
        If the folder can't be written.
    """
    folder = Path(folder)
    if folder.resolve() == notebooks.notebooks_folder().resolve():
        raise ValueError(
            f"{folder} holds the course's own notebooks, which updates replace: choose another "
            "folder for your copies"
        )
    paths = notebooks.find_notebooks(list(selectors))
    for place in (GIVEN, BACKUPS):
        (folder / PRIVATE / place).mkdir(parents=True, exist_ok=True)
    names = lesson_names()
    moment = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    _drop_dead_views(folder)
    laid = [_lay_one(path, folder, names, moment) for path in paths]
    for document in lesson_documents():
        notebooks.write_file(folder / document.name, document.read_bytes())
    return laid


def write_lab_settings(folder: Path) -> dict[str, Path]:
    """Write what JupyterLab is to know of this desk.

    Its settings leave the grader's and the author's tools out of the menus. Its kernel is this very
    Python, whichever others the machine has, and answers an exercise also when its check is the
    first cell that runs after a restart.

    Returns
    -------
    dict of str to Path
        Jupyter's variables, each with the folder to name first in it.
    """
    settings = Path(folder) / PRIVATE / "jupyter"
    page = settings / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    content = {"disabledExtensions": dict.fromkeys(_NOT_FOR_STUDENTS, True)}
    notebooks.write_file(page, json.dumps(content, indent=1).encode("utf-8"))
    kernel = settings / "share" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True, exist_ok=True)
    started = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": [*started, "--IPKernelApp.extensions=course_utils.exercises"],
        "display_name": notebooks.NOTEBOOK_METADATA["kernelspec"]["display_name"],
        "language": "python",
        "metadata": {"debugger": True},
    }
    notebooks.write_file(kernel, json.dumps(spec, indent=1).encode("utf-8"))
    return {"JUPYTER_CONFIG_PATH": settings, "JUPYTER_PATH": settings / "share"}


def _as_opened_here(copied: notebooks.NotebookNode) -> notebooks.NotebookNode:
    """The copy with what this Python's kernel says of itself, which JupyterLab would write into it.

    A lesson that was only opened then asks no one whether its changes are to be saved.
    """
    opened = copied.copy()
    opened.metadata = notebooks.NotebookNode(notebooks.NOTEBOOK_METADATA)
    opened.metadata.language_info = {
        **notebooks.NOTEBOOK_METADATA["language_info"],
        "version": platform.python_version(),
        "codemirror_mode": {"name": "ipython", "version": sys.version_info.major},
    }
    return opened


def _drop_dead_views(folder: Path) -> None:
    """Let explorers that were left open yesterday show their picture, not that they are gone."""
    for path in sorted(folder.glob("*.ipynb")):
        try:
            own = notebooks.read_notebook(path)
        except ValueError:
            continue
        if canonical_form.drop_dead_views(own):
            notebooks.write_file(path, notebooks.notebook_bytes(own))


def _lay_one(path: Path, folder: Path, names: Sequence[str], moment: str) -> Laid:
    name = path.stem
    target, given = folder / path.name, folder / PRIVATE / GIVEN / path.name
    course = own_copy(notebooks.read_notebook(path), name=name, names=names)
    fresh = notebooks.notebook_bytes(course)
    if not target.exists():
        notebooks.write_file(target, notebooks.notebook_bytes(_as_opened_here(course)))
        notebooks.write_file(given, fresh)
        return Laid(name, "new")
    try:
        own = notebooks.read_notebook(target)
    except ValueError as error:
        remark = f"{error}. It was left as it is; move it away to get a new copy"
        return Laid(name, "left alone", remark=remark)
    if given.exists() and given.read_bytes() == fresh:
        return Laid(name, "kept")
    try:
        base = notebooks.read_notebook(given)
    except (OSError, ValueError):
        # What the course gave is not known any more: all that is there counts as the student's.
        base = course
    merged = merge(base, own, course)
    content = notebooks.notebook_bytes(merged.notebook)
    if content != target.read_bytes():
        backup = folder / PRIVATE / BACKUPS / moment / path.name
        backup.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target, backup)
        notebooks.write_file(target, content)
    # Last, so that an update that was interrupted is made again.
    notebooks.write_file(given, fresh)
    return Laid(name, "updated", conflicts=len(merged.conflicts))
