"""Handouts: a student's and an instructor's copy of a notebook, to work in and on paper.

Both come from the one stored notebook.

- The student's copy has no outputs, no solutions, no proofs, no answers to the closing questions
  and no instructor's notes. What explains the answer to a question is folded; on paper it stands at
  the end. The copy runs from the first cell to the last: every check replies "not attempted yet".
- The instructor's copy keeps the outputs, has a solution after the check of each exercise and the
  answers below their questions, and marks the instructor's notes as such.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_utils import notebooks
from course_utils.notebooks import reveal
from course_utils.publishing.chromium import open_browser, print_pdf
from course_utils.publishing.exercise_cells import (
    ExerciseCells,
    find_exercises,
    refuse_answers,
    solution_in_place,
)
from course_utils.publishing.page import plain_title, render

STUDENT, INSTRUCTOR = "student", "instructor"
AUDIENCES = (STUDENT, INSTRUCTOR)

_ANSWER = re.compile(
    r"<details>\s*<summary>(?P<summary>.*?)</summary>\s*(?P<answer>.*?)\s*</details>", re.DOTALL
)
_LINK_TO_DOCUMENT = re.compile(r"\]\(([\w-]+\.md)(?:#[^)]*)?\)")
_LINK_WITHIN_COURSE = re.compile(r'<a href="(?!https?:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_LINES_FOR_AN_ANSWER = 3
_EXPLANATION = "Run the cell above, then open: what it shows"
_MOST_LINES, _SPARE_LINES = 10, 3  # for an exercise: some more than our own solution has


def student_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook for students to work in.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course; left as it is.

    Returns
    -------
    NotebookNode
        The copy: no outputs, no proofs, no notes for instructors, closing questions without
        answers, explanations of answers folded. Answers folded elsewhere in the text are part of
        the lesson and stay.
    """
    copied = _for_students(notebook, in_place_of_answers="")
    for cell in filter(reveal.is_explanation, copied.cells):
        cell.source = reveal.folded(_EXPLANATION, cell.source)
    return copied


def _without_leading_to_proofs(notebook: NotebookNode) -> NotebookNode:
    """A notebook whose texts announce no proof that the copy leaves out ("Checked:")."""
    shown = notebook.copy()
    shown.cells = []
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        if (
            cell.cell_type == "markdown"
            and following is not None
            and following.cell_type == "code"
            and reveal.is_proof(following)
        ):
            cell = cell.copy()
            cell.source = _without_last_colon(cell.source)
            if not cell.source:
                continue
        shown.cells.append(cell)
    return shown


def _without_last_colon(text: str) -> str:
    """Leave out the last sentence if it ends with a colon and stands outside of lists."""
    text = text.rstrip()
    if not text.endswith(":"):
        return text
    paragraphs = text.split("\n\n")
    sentences = re.split(r"(?<=[.?!…])\s+", paragraphs[-1])
    paragraphs[-1] = " ".join(sentences[:-1])
    return "\n\n".join(part for part in paragraphs if part).rstrip()


def open_questions(notebook: NotebookNode) -> list[str]:
    """Return the closing questions of a notebook, without their answers."""
    found: list[str] = []
    for cell in notebook.cells:
        if "self-test" in notebooks.cell_tags(cell):
            *asked, _ = re.split(r"<details>.*?</details>", cell.source, flags=re.DOTALL)
            # the first stands below the heading; each has the number of a list
            found += [
                re.sub(r"\A(?:\s*#.*\n)?\s*(?:\d+\.\s+)?", "", text).strip() for text in asked
            ]
    return found


def _for_students(notebook: NotebookNode, *, in_place_of_answers: str) -> NotebookNode:
    handout = copy.deepcopy(_without_leading_to_proofs(notebook))
    handout.cells = [
        cell for cell in handout.cells if not _is_note(cell) and not reveal.is_proof(cell)
    ]
    for cell in handout.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("jupyter", None)  # nothing is there to hide
        elif "self-test" in notebooks.cell_tags(cell):
            without = _ANSWER.sub(lambda match: in_place_of_answers, cell.source)
            cell.source = re.sub(r"\n{3,}", "\n\n", without).rstrip()
    return handout


def instructor_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook with everything that an instructor wants to see at once.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course, with its outputs; left as it is.

    Returns
    -------
    NotebookNode
        The copy. Each solution is a code cell of its own that defines what the student's cell
        has to define, so the copy runs as well.

    Raises
    ------
    ValueError
        If the cells of an exercise don't fit together.
    """
    handout = copy.deepcopy(notebook)
    for cell in notebooks.code_cells(handout):
        cell.metadata.pop("jupyter", None)
    after: dict[int, list[NotebookNode]] = {}
    for found in find_exercises(notebook):
        name = notebook.cells[found.stub].id
        words = f"**Solution of exercise {found.exercise.number}.** {found.exercise.why}"
        after[found.check] = [
            new_markdown_cell(words, id=f"{name}-solution-why", metadata=_not_on_a_slide()),
            new_code_cell(
                solution_in_place(found), id=f"{name}-solution", metadata=_not_on_a_slide()
            ),
        ]
    cells = []
    for index, cell in enumerate(handout.cells):
        if _is_note(cell):
            cell.source = _quoted(f"**For the instructor.** {cell.source}")
        elif "self-test" in notebooks.cell_tags(cell):
            cell.source = _ANSWER.sub(_unfolded, cell.source)
        cells += [cell, *after.get(index, ())]
    handout.cells = cells
    return handout


def _is_note(cell: NotebookNode) -> bool:
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def _not_on_a_slide() -> dict[str, object]:
    return {"slideshow": {"slide_type": "skip"}}


def _unfolded(match: re.Match[str]) -> str:
    return _quoted(f"**{match['summary'].strip()}.** {match['answer']}")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


# --- on paper -----------------------------------------------------------------------------------


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
        handout = _for_students(notebook, in_place_of_answers=_ruled(_LINES_FOR_AN_ANSWER))
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


# --- writing ------------------------------------------------------------------------------------


def write_copies(paths: Path | Sequence[Path], output: Path) -> list[Path]:
    """Write both copies of notebooks, with the documents that they link to, below a folder.

    All of them are written or none; PDF files of earlier copies are removed.

    Parameters
    ----------
    paths : Path or sequence of Path
        The notebooks.
    output : Path
        The copies go to its folders ``student`` and ``instructor``, under the notebooks' names.

    Returns
    -------
    list of Path
        The copies, two of each notebook.

    Raises
    ------
    ValueError
        If a notebook cannot be read, its exercises don't fit together, somebody has typed into
        their stubs, or a copy would take the notebook's own place. Nothing is written then.
    OSError
        If a file cannot be written; then none is.
    """
    files: dict[Path, bytes] = {}
    written = []
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        notebook = notebooks.read_notebook(path)
        try:
            refuse_answers(notebook, Path(path))
            copies = {STUDENT: student_copy(notebook), INSTRUCTOR: instructor_copy(notebook)}
        except ValueError as error:
            raise ValueError(f"{Path(path).name}: {error}") from error
        for audience, handout in copies.items():
            target = Path(output) / audience / Path(path).name
            if target.resolve() == Path(path).resolve():
                raise ValueError(f"the copy of {path} would overwrite it: choose another output")
            files[target] = notebooks.notebook_bytes(handout)
            for document in _documents(handout, Path(path).parent):
                files[target.with_name(document.name)] = document.read_bytes()
            written.append(target)
    notebooks.write_files(files)
    for target in written:
        # It would show another copy.
        target.with_suffix(".pdf").unlink(missing_ok=True)
    return written


def _documents(notebook: NotebookNode, folder: Path) -> list[Path]:
    """The files of text in the folder that a notebook links to."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    names = {name for text in texts for name in _LINK_TO_DOCUMENT.findall(text)}
    return sorted(folder / name for name in names if (folder / name).is_file())


def print_copies(
    paths: Sequence[Path],
    output: Path,
    *,
    trusted: bool = False,
    report: Callable[[Path], None] | None = None,
) -> None:
    """Print both copies of each notebook to PDF files beside those of :func:`write_copies`.

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
