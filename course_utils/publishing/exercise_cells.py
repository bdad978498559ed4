"""The exercises of a notebook: their cells, and their solutions in the words of those cells."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

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


def refuse_answers(notebook: NotebookNode, path: Path | None = None) -> None:
    """Refuse a notebook in which somebody has worked: its answers would be handed out.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of the course.
    path : Path, optional
        Its file. Where git keeps it, a stub with more than names and gaps has to be that of the
        last commit.

    Raises
    ------
    ValueError
        If the cell of an exercise is no stub, or a cell of a check asks for the solution; the
        message names the cell.
    """
    committed: dict[str, str] | None = None
    for number, cell in enumerate(notebook.cells, 1):
        tags = notebooks.cell_tags(cell)
        if "exercise-check" in tags and _asks_for_solution(cell):
            raise ValueError(
                f"cell {number} (id {cell.id}) calls exercises.solution, which would show the "
                "answer to everybody: make it a comment"
            )
        if "exercise" not in tags or cell.cell_type != "code" or _is_plain_stub(cell):
            continue
        if committed is None:
            committed = _committed_sources(path)
        if not _holds_a_gap(cell) or committed.get(cell.id, cell.source) != cell.source:
            raise ValueError(
                f"cell {number} (id {cell.id}) is the stub of an exercise, and something has been "
                "typed into it that would be handed out as it is: put the stub back (where git "
                f"keeps the course: git checkout -- {path.name if path else 'NOTEBOOK'}), or give "
                "the path of an untouched copy"
            )


def _asks_for_solution(cell: NotebookNode) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "solution"
        for statement in notebooks.statements(cell)
        for node in ast.walk(statement)
    )


def _is_plain_stub(cell: NotebookNode) -> bool:
    """Tell whether a cell only names what is to be made: ``def f(x): ...`` and ``y = ...``."""
    statements = notebooks.statements(cell)
    return bool(statements) and all(_is_gap(statement) for statement in statements)


def _is_gap(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef(body=body) | ast.ClassDef(body=body):
            return all(_is_gap(inner) for inner in body)
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.Expr(value=value):
            return isinstance(value, ast.Constant) and (
                value.value is ... or (isinstance(statement, ast.Expr) and type(value.value) is str)
            )
        case ast.Import() | ast.ImportFrom():
            return True
    return False


def _holds_a_gap(cell: NotebookNode) -> bool:
    """Tell whether each function of a cell, and the cell, still has a place to fill in."""

    def gap(tree: ast.AST) -> bool:
        return any(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(tree))

    statements = notebooks.statements(cell)
    functions = [one for one in statements if isinstance(one, (ast.FunctionDef, ast.ClassDef))]
    return all(map(gap, functions)) and any(map(gap, statements))


def _committed_sources(path: Path | None) -> dict[str, str]:
    """The sources of a notebook's cells as git has them in the last commit; empty if unknown."""
    if path is None:
        return {}
    path = Path(path).resolve()
    try:
        shown = subprocess.run(
            ["git", "show", f"HEAD:./{path.name}"],
            cwd=path.parent,
            capture_output=True,
            check=True,
            timeout=20,
        )
        notebook = notebooks.parse_notebook(shown.stdout, name=path.name)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
    return {cell.id: cell.source for cell in notebook.cells}


def _checked(cell: NotebookNode) -> tuple[str, str]:
    match notebooks.statements(cell):
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
