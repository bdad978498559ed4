"""Exercises of a notebook as an assignment for nbgrader, which hands out, collects and grades.

An assignment holds the exercises alone, so that grading trains no networks: the task as the
notebook puts it, the stub with a solution that nbgrader takes out, and a locked cell that shows
and returns the points. Students see that cell, and nbgrader's "Validate" button runs it: the
cases it tries are in `course_utils.exercises`, not in the notebook. A line of it that students
don't see tries further cases when it is graded. The closing questions of the notebook follow, to be
graded by hand.
"""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.exercises import FunctionExercise
from course_utils.publishing.exercise_cells import (
    ExerciseCells,
    find_exercises,
    refuse_answers,
    solution_in_place,
)
from course_utils.publishing.handouts import open_questions

CONFIG_NAME = "nbgrader_config.py"
CONFIG = '''\
"""Settings of nbgrader for the assignments in this folder; change them as you like."""

c = get_config()  # noqa: F821

# On JupyterHub: the name of the course there.
c.CourseDirectory.course_id = "cnn_course"

# Nothing takes the place of a solution: the stub above it stays.
c.ClearSolutions.code_stub = {"python": ""}

# A student who deletes a test is graded by it all the same.
c.OverwriteCells.add_missing_cells = True

# Seconds for one cell. Functions are stopped after 5 by the check itself; this ends an endless
# loop that stands outside of one.
c.Execute.timeout = 30
'''

_SCHEMA_VERSION = 3
_HEADING = re.compile(r"^### ", re.MULTILINE)
_INLINE_CODE = re.compile(r"`([^`\n]+)`")


class NbgraderMissing(RuntimeError):
    """nbgrader is not installed; the message says how to install it."""


@dataclass(frozen=True)
class Assignment:
    """An assignment in a course folder.

    Parameters
    ----------
    name : str
        What nbgrader calls it: the notebook's name without ending.
    path : Path
        The instructor's version, in the folder ``source``.
    exercises : int
        How many exercises it has.
    points : int
        How many points can be had in all.
    written : bool
        False if the file was there already, with the same content.
    """

    name: str
    path: Path
    exercises: int
    points: int
    written: bool


def make_assignment(
    notebook: NotebookNode, *, points: int = 2, question_points: int = 1, seed: int = 0
) -> NotebookNode:
    """Make the instructor's version of an assignment out of a notebook's exercises.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course.
    points : int
        Points for each exercise, at least 1.
    question_points : int
        Points for each closing question, graded by hand; with 0 there are none.
    seed : int
        For the hidden cases: a number that students don't know gives others than they can make.

    Returns
    -------
    NotebookNode
        For nbgrader's folder ``source``: solutions inside, cells with metadata of version 3.

    Raises
    ------
    ValueError
        If the notebook has no exercises, their cells don't fit together, `points` is below 1 or
        `question_points` below 0.
    """
    if points < 1:
        raise ValueError(f"points={points} is below 1: an exercise earns at least one point")
    if question_points < 0:
        raise ValueError(
            f"question_points={question_points} is below 0: 0 leaves the questions out"
        )
    found = find_exercises(notebook)
    if not found:
        raise ValueError("it has no exercises to make an assignment of")
    questions = open_questions(notebook) if question_points else []
    cells = [
        _locked(
            new_markdown_cell(
                _opening(notebook, found, points, len(questions) * question_points),
                id="assignment-opening",
            )
        ),
        _locked(new_code_cell(_imports(notebook, found), id="assignment-imports")),
    ]
    for each in found:
        cells += _exercise(notebook, each, points, seed)
    for place, question in enumerate(questions, 1):
        cells += _question(place, question, question_points)
    return from_dict(new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA))


def _opening(
    notebook: NotebookNode, found: Sequence[ExerciseCells], points: int, by_hand: int
) -> str:
    numbers = [each.exercise.number for each in found]
    questions = (
        f" The questions at the end, {by_hand} points in all, are read by your instructor."
        if by_hand
        else ""
    )
    return (
        f"# Assignment: {notebooks.title(notebook)}\n\n"
        f"{len(found)} exercises of {points} points each, {points * len(found)} points in all. "
        f"They are the exercises {numbers[0]} to {numbers[-1]} of the course. Keep notebook "
        f"{found[0].exercise.notebook} open beside them: words such as *above* refer to it.\n\n"
        "Write your answers where it says `# your code here`. The cell after each answer tells at "
        "once what it earns, as often as you like; when it is graded, further cases are tried. A "
        "function that is right in some cases only earns up to half of the points. "
        f'`exercises.hint("{numbers[0]}")` gives a hint.{questions}\n\n'
        "Run the next cell first."
    )


def _question(place: int, question: str, points: int) -> list[NotebookNode]:
    """A closing question, and room for an answer in words that a person grades."""
    answer = new_markdown_cell("*Your answer here.*", id=f"question-{place}-answer")
    return [
        _locked(new_markdown_cell(f"### Question {place}\n\n{question}", id=f"question-{place}")),
        _with_metadata(answer, grade=True, solution=True, points=points),
    ]


def _exercise(
    notebook: NotebookNode, each: ExerciseCells, points: int, seed: int
) -> list[NotebookNode]:
    prompt, stub = notebook.cells[each.prompt], notebook.cells[each.stub]
    # text of the lesson may stand before the heading of the exercise in the same cell
    task = prompt.source[[0, *(match.start() for match in _HEADING.finditer(prompt.source))][-1] :]
    solution = f"{stub.source}\n### BEGIN SOLUTION\n{solution_in_place(each)}\n### END SOLUTION"
    number = each.exercise.number
    test = f'exercises.points("{number}", {each.answer}, most={points})'
    if isinstance(each.exercise, FunctionExercise):
        fresh = zlib.crc32(f"{seed} {number}".encode())
        hidden = f"{test[:-1]}, fresh={fresh})"
        test += f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return [
        _locked(new_markdown_cell(task, id=prompt.id)),
        _with_metadata(new_code_cell(solution, id=stub.id), solution=True),
        _with_metadata(
            new_code_cell(test, id=notebook.cells[each.check].id),
            grade=True,
            locked=True,
            points=points,
        ),
    ]


def _locked(cell: NotebookNode) -> NotebookNode:
    return _with_metadata(cell, locked=True)


def _with_metadata(cell: NotebookNode, **values: object) -> NotebookNode:
    roles = {"grade": False, "locked": False, "solution": False, "task": False}
    identity = {"grade_id": cell.id, "schema_version": _SCHEMA_VERSION}
    cell.metadata["nbgrader"] = {**roles, **identity, **values}
    return cell


def _imports(notebook: NotebookNode, found: Sequence[ExerciseCells]) -> str:
    """Import what the solutions use and what the tasks name, as the notebook does.

    An exercise's own name is never imported: an answer that is not there would count as right.
    """
    wanted = {"np", "exercises"}
    for each in found:
        wanted |= set(each.exercise.solution.__code__.co_names)
        for cell in notebook.cells[each.prompt : each.check]:
            for code in _INLINE_CODE.findall(cell.source):
                wanted |= set(re.findall(r"\w+", code))
    wanted -= {name for each in found for name in each.names}
    lines = set()
    for statement in _import_statements(notebook):
        for alias in statement.names:
            if (alias.asname or alias.name) in wanted:
                alone = (
                    ast.Import([alias])
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, [alias], 0)
                )
                lines.add(ast.unparse(alone))
    lines.add("from course_utils import exercises")
    # third parties first, as everywhere in the course
    ours = {line for line in lines if line.startswith("from course_utils")}
    return "\n".join([*sorted(lines - ours), "", *sorted(ours)]).strip()


def _import_statements(notebook: NotebookNode) -> Iterable[ast.Import | ast.ImportFrom]:
    for cell in notebooks.code_cells(notebook):
        for statement in notebooks.statements(cell):
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                yield statement


# --- writing ------------------------------------------------------------------------------------


def write_assignments(
    paths: Sequence[Path],
    folder: Path,
    *,
    points: int = 2,
    question_points: int = 1,
    seed: int = 0,
) -> tuple[list[Assignment], bool]:
    """Write an assignment for each notebook into a course folder of nbgrader.

    Parameters
    ----------
    paths : sequence of Path
        Notebooks of the course.
    folder : Path
        The course folder; made if it is not there. A file in it is never overwritten.
    points, question_points, seed : int
        As :func:`make_assignment` takes them.

    Returns
    -------
    assignments : list of Assignment
        In the order of `paths`.
    configured : bool
        Whether the folder's ``nbgrader_config.py`` is ours; False if there was another one.

    Raises
    ------
    NbgraderMissing
        If nbgrader is not installed.
    ValueError
        If a notebook gives no assignment, somebody has typed into its stubs, or a file with other
        content is in its place; then nothing is written.
    OSError
        If a file cannot be written; then none is.
    """
    if find_spec("nbgrader") is None:
        raise NbgraderMissing(
            "nbgrader is not installed, and an assignment is of no use without it: "
            'pip install "nbgrader>=0.9.5,<0.10"'
        )
    from nbgrader.nbgraderformat import MetadataValidator

    planned: list[tuple[Assignment, bytes]] = []
    for path in paths:
        name = Path(path).stem
        try:
            source = notebooks.read_notebook(path)
            refuse_answers(source, Path(path))
            notebook = make_assignment(
                source, points=points, question_points=question_points, seed=seed
            )
        except ValueError as error:
            raise ValueError(f"{Path(path).name}: {error}") from error
        MetadataValidator().validate_nb(notebook)
        content = notebooks.notebook_bytes(notebook)
        target = Path(folder) / "source" / name / f"{name}.ipynb"
        there = target.read_bytes() if target.exists() else None
        if there not in (None, content):
            raise ValueError(
                f"{target} is there already, with other content, and is not overwritten: "
                "move it away or choose another output"
            )
        graded = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.nbgrader.grade]
        count = sum(not each.solution for each in graded)
        total = sum(each.points for each in graded)
        planned.append((Assignment(name, target, count, total, there is None), content))
    files = {assignment.path: content for assignment, content in planned if assignment.written}
    config = Path(folder) / CONFIG_NAME
    if not config.exists():
        files[config] = CONFIG.encode("utf-8")
    notebooks.write_files(files)
    return [assignment for assignment, _ in planned], config.read_bytes() == CONFIG.encode("utf-8")
