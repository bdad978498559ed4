"""Handouts on paper: a student's with room to write, an instructor's with everything in sight."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_utils import notebooks
from course_utils.notebooks import reveal
from course_utils.publishing.chromium import open_browser, print_pdf
from course_utils.publishing.exercise_cells import ExerciseCells, find_exercises
from course_utils.publishing.handouts import AUDIENCES, STUDENT, for_students, instructor_copy
from course_utils.publishing.page import plain_title, render

_LINK_WITHIN_COURSE = re.compile(r'<a href="(?!https?:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_LINES_FOR_AN_ANSWER = 3
_MOST_LINES, _SPARE_LINES = 10, 3  # for an exercise: some more than our own solution has


def paper(notebook: NotebookNode, audience: str, *, name: str, trusted: bool = False) -> str:
    """Return a handout as HTML to be printed on A4.

    Parameters
    ----------
    notebook : NotebookNode
        The course's own notebook, not a copy made here.
    audience : {"student", "instructor"}
        The student's paper has lines to write on at every exercise and question. It keeps the
        figures that no question was asked about yet, since a later one may be about them, and says
        of every other cell what will come of it.
    name : str
        The notebook's name without ending; its number stands in the title.
    trusted : bool
        Whether scripts of the notebook's texts and outputs stay, and requests to other machines.
    """
    if audience == STUDENT:
        handout = for_students(notebook, in_place_of_answers=_ruled(_LINES_FOR_AN_ANSWER))
        room = {
            notebook.cells[found.stub].id: _lines_for(found) for found in find_exercises(notebook)
        }
        shows = {cell.id: kind for cell in notebook.cells if (kind := _kind_of_output(cell))}
        figures = _open_figures(notebook)
        _explain_at_the_end(handout)
        for cell in handout.cells:
            if cell.id in figures:
                cell.outputs = figures[cell.id]
                del shows[cell.id]
    else:
        handout, room, shows = instructor_copy(notebook), {}, {}
    title = f"{name[:2]} {plain_title(notebook) or name}"
    kind = f"{audience.capitalize()}’s copy"
    details = {
        "title": title,
        "kind": kind,
        # the text of a style sheet's string: what JSON escapes, and no end of the style element
        "footer": json.dumps(f"{title} · {kind}", ensure_ascii=False).replace("<", r"\3C "),
        "room": room,
        "shows": shows,
        "ruled": _ruled,
    }
    text = render(handout, template="handout", page=details, trusted=trusted)
    # on paper nothing unfolds, and a link to a neighbouring file leads nowhere
    return _LINK_WITHIN_COURSE.sub(r"\1", text.replace("<details>", "<details open>"))


def _explain_at_the_end(handout: NotebookNode) -> None:
    """Move explanations behind the last cell, each with the number that stands in its place."""
    found = [cell for cell in handout.cells if reveal.is_explanation(cell)]
    for number, cell in enumerate(found, start=1):
        # a list needs a line of its own to begin on
        gap = "\n\n" if re.match(r"[-*+] |\d+\. ", cell.source) else " "
        text = f"**{number}.**{gap}{cell.source}"
        moved = new_markdown_cell(text, id=f"{cell.id}-at-the-end")
        cell.source = f"*What it shows stands at the end, number {number}.*"
        if number == 1:
            heading = "## What the cells show"
            handout.cells.append(new_markdown_cell(heading, id="explanations-at-the-end"))
        handout.cells.append(moved)


def _ruled(lines: int) -> str:
    return f'<div class="room">{"<i></i>" * lines}</div>'


def _lines_for(cells: ExerciseCells) -> int:
    ours = len(cells.exercise.source().splitlines()) - 1  # the line of `def` is printed
    return min(ours + _SPARE_LINES, _MOST_LINES)


def _open_figures(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The figures, by their cells, that answer no prompt."""
    answers = reveal.answers(notebook)
    return {
        cell.id: [output for output in cell.outputs if _is_picture(output)]
        for place, cell in enumerate(notebook.cells)
        if place not in answers and _kind_of_output(cell) == "figure"
    }


def _is_picture(output: NotebookNode) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def _kind_of_output(cell: NotebookNode) -> str:
    if cell.cell_type != "code" or "exercise-check" in notebooks.cell_tags(cell):
        return ""
    if any(map(_is_picture, cell.outputs)):
        return "figure"
    return "result" if cell.outputs else ""


def print_copies(
    paths: Sequence[Path],
    output: Path,
    *,
    trusted: bool = False,
    report: Callable[[Path], None] | None = None,
) -> None:
    """Print both copies of each notebook to PDF files beside those of `handouts.write_copies`.

    Parameters
    ----------
    paths : sequence of Path
        The notebooks.
    output : Path
        As in :func:`write_copies`.
    trusted : bool
        Whether scripts of the notebooks' texts and outputs stay, and requests to other machines.
    report : callable, optional
        Called with each notebook when its PDF files are there.

    Raises
    ------
    ChromiumMissing
        If there is no browser to print with.
    RuntimeError
        If a page cannot be printed.
    """
    # the browser is a process of its own: it prints one notebook while the next is converted
    with (
        open_browser() as browser,
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(1) as converter,
    ):
        for path, papers in zip(
            paths, converter.map(partial(_papers, trusted=trusted), paths), strict=True
        ):
            for audience, text in papers.items():
                source = Path(folder) / "handout.html"
                source.write_text(text, encoding="utf-8")
                target = Path(output) / audience / f"{Path(path).stem}.pdf"
                target.parent.mkdir(parents=True, exist_ok=True)
                print_pdf(source, target, browser=browser)
            if report is not None:
                report(path)


def _papers(path: Path, *, trusted: bool) -> dict[str, str]:
    notebook = notebooks.read_notebook(path)
    name = Path(path).stem
    return {
        audience: paper(notebook, audience, name=name, trusted=trusted) for audience in AUDIENCES
    }
