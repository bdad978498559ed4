"""Handouts: a student's and an instructor's copy of a notebook, to work in.

Both come from the one stored notebook.

- The student's copy has no outputs, no solutions, no proofs, no answers to the closing questions
  and no instructor's notes. What explains the answer to a question is folded; on paper it stands at
  the end. The copy runs from the first cell to the last: every check replies "not attempted yet".
- The instructor's copy keeps the outputs, has a solution after the check of each exercise and the
  answers below their questions, and marks the instructor's notes as such.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_utils import notebooks
from course_utils.notebooks import reveal
from course_utils.publishing.exercise_cells import (
    find_exercises,
    refuse_answers,
    solution_in_place,
)

STUDENT, INSTRUCTOR = "student", "instructor"
AUDIENCES = (STUDENT, INSTRUCTOR)

_ANSWER = re.compile(
    r"<details>\s*<summary>(?P<summary>.*?)</summary>\s*(?P<answer>.*?)\s*</details>", re.DOTALL
)
_LINK_TO_DOCUMENT = re.compile(r"\]\(([\w-]+\.md)(?:#[^)]*)?\)")
_EXPLANATION = "Run the cell above, then open: what it shows"


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
    copied = for_students(notebook, in_place_of_answers="")
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


def for_students(notebook: NotebookNode, *, in_place_of_answers: str) -> NotebookNode:
    """Return a copy without outputs, proofs and notes, its explanations where they stood.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course; left as it is.
    in_place_of_answers : str
        What stands where the closing questions have their answers.
    """
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
