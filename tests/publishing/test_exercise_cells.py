"""The exercises of a notebook as cells, and solutions that stand in the student's place."""

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import exercises, notebooks
from course_utils.publishing.exercise_cells import find_exercises, solution_in_place

PATHS = notebooks.find_notebooks()


def tagged(source: str, tag: str, cell_id: str) -> nbformat.NotebookNode:
    return new_code_cell(source, id=cell_id, metadata={"tags": [tag]})


TASK = new_markdown_cell("### Exercise 02.2: count", id="task")
STUB = tagged("def patch_count(a, b):\n    ...", "exercise", "stub")
OTHER = tagged("f = ...", "exercise", "other")
CHECK = tagged('exercises.check("02.2", patch_count)\n# hint', "exercise-check", "check")


def test_an_exercise_is_found_by_its_tags() -> None:
    text = new_markdown_cell("Try it.", id="between")
    (found,) = find_exercises(new_notebook(cells=[TASK, STUB, text, CHECK]))
    assert (found.prompt, found.stub, found.check) == (0, 1, 3)
    assert found.exercise.number == "02.2"
    assert found.answer == "patch_count" and found.names == ("patch_count",)


def test_a_notebook_may_have_none() -> None:
    assert find_exercises(new_notebook(cells=[TASK])) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([TASK, STUB], "no check follows the exercise in cell stub"),
        ([TASK, STUB, OTHER, CHECK], "no check follows the exercise in cell stub"),
        ([TASK, CHECK], "no exercise stands before the check in cell check"),
        ([STUB, CHECK], "no text sets the task before cell stub"),
        ([TASK, STUB, tagged("1 + 1", "exercise-check", "odd")], "in cell odd does not begin with"),
        (
            [TASK, STUB, tagged('exercises.check("02.99", f)', "exercise-check", "odd")],
            "there is no exercise '02.99'",
        ),
    ],
)
def test_cells_that_do_not_fit_are_refused(cells: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_exercises(new_notebook(cells=cells))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_solution_is_right_in_the_students_place(path) -> None:
    notebook = notebooks.read_notebook(path)
    found = find_exercises(notebook)
    assert len(found) >= 3
    for each in found:
        # what a solution uses beside NumPy, the notebook imports; its module does so too
        space = {**each.exercise.solution.__globals__, "np": np}
        for name in each.names:
            space.pop(name, None)
        exec(notebook.cells[each.stub].source, space)
        assert exercises.judge(each.exercise.number, eval(each.answer, space)).status == "empty"
        exec(solution_in_place(each), space)
        reply = exercises.judge(each.exercise.number, eval(each.answer, space))
        assert reply.status == "right", (each.exercise.number, reply.message)
