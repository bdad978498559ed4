"""The exercises of a notebook: their cells, and their solutions in the words of those cells."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from course_utils import notebooks
from course_utils.exercises import Exercise, FunctionExercise, find


@dataclass(frozen=True)
class ExerciseCells:
    """Where one exercise stands in a notebook.

    Parameters
    ----------
    exercise : Exercise
        The exercise that the check asks for.
    prompt : int
        Index of the cell of text that sets the task.
    stub : int
        Index of the code cell to fill in.
    check : int
        Index of the code cell that checks.
    answer : str
        What is handed to the check, such as ``"output_size"`` or ``"(first, second)"``.
    """

    exercise: Exercise
    prompt: int
    stub: int
    check: int
    answer: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the student's cell has to define."""
        nodes = ast.walk(ast.parse(self.answer))
        return tuple(node.id for node in nodes if isinstance(node, ast.Name))


def find_exercises(notebook: NotebookNode) -> list[ExerciseCells]:
    """Find the exercises of a notebook by the tags of their cells.

    Parameters
    ----------
    notebook : NotebookNode
        Each cell tagged ``exercise`` has text before it, and a cell tagged ``exercise-check``
        after it that begins with ``exercises.check(number, answer)``.

    Returns
    -------
    list of ExerciseCells
        In their order.

    Raises
    ------
    ValueError
        If the cells of an exercise don't fit together, or the number is unknown.
    """
    found: list[ExerciseCells] = []
    stub: int | None = None
    for index, cell in enumerate(notebook.cells):
        tags = notebooks.cell_tags(cell)
        if "exercise" in tags:
            if stub is not None:
                raise ValueError(f"no check follows the exercise in cell {notebook.cells[stub].id}")
            stub = index
        elif "exercise-check" in tags:
            if stub is None:
                raise ValueError(f"no exercise stands before the check in cell {cell.id}")
            number, answer = _checked(cell)
            found.append(ExerciseCells(find(number), _prompt(notebook, stub), stub, index, answer))
            stub = None
    if stub is not None:
        raise ValueError(f"no check follows the exercise in cell {notebook.cells[stub].id}")
    return found


def _checked(cell: NotebookNode) -> tuple[str, str]:
    match ast.parse(cell.source).body:
        case [ast.Expr(ast.Call(args=[ast.Constant(value=str(number)), answer])), *_]:
            return number, ast.unparse(answer)
    raise ValueError(
        f"the check in cell {cell.id} does not begin with exercises.check(number, answer)"
    )


def _prompt(notebook: NotebookNode, stub: int) -> int:
    if stub == 0 or notebook.cells[stub - 1].cell_type != "markdown":
        raise ValueError(f"no text sets the task before cell {notebook.cells[stub].id}")
    return stub - 1


def solution_in_place(cells: ExerciseCells) -> str:
    """Return the source of a solution that can stand in the student's cell.

    It defines the names that the check of this notebook is handed: a function bears the name of
    the stub, a value is assigned to it.
    """
    exercise = cells.exercise
    source = exercise.source()
    own_name = exercise.solution.__name__
    if isinstance(exercise, FunctionExercise):
        return re.sub(rf"\b{own_name}\b", cells.answer, source)
    return source
