"""The exercises of a notebook as cells, and solutions that stand in the student's place."""

import subprocess
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import exercises, notebooks
from course_utils.publishing.assignments import write_assignments
from course_utils.publishing.exercise_cells import (
    find_exercises,
    refuse_answers,
    solution_in_place,
)
from course_utils.publishing.handouts import write_copies

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


# --- what somebody has typed ----------------------------------------------------------------------

PLAIN = [
    "def f(x):\n    ...  # your code here",
    'def f(x):\n    """Return it."""\n    pass_me = ...',
    "kernel = ...  # your 3×3 array here\nother: int = ...",
    "import numpy as np\n\n\nclass Layer:\n    def forward(self, x):\n        ...",
]
WORKED = [
    "def f(x):\n    while True: pass",
    "def f(x):\n    return x",
    "def f(x):\n    return x\n\n\ndef g(x):\n    ...",
    "kernel = [[1, 2], [3, 4]]",
    "kernel = np.ones(3)  # your array here",
    "def f(x):\n    return (",
    "f = lambda x: x",
    "",
]
GIVEN = "def block(x):\n    h = relu(x)\n    ...  # your code here\n    return h"


@pytest.mark.parametrize("source", [*PLAIN, GIVEN])
def test_a_stub_is_no_answer(source: str) -> None:
    refuse_answers(new_notebook(cells=[TASK, tagged(source, "exercise", "stub")]))


@pytest.mark.parametrize("source", WORKED)
def test_an_answer_is_refused_with_its_cell(source: str) -> None:
    with pytest.raises(ValueError, match=r"cell 2 \(id stub\) is the stub .* git checkout"):
        refuse_answers(new_notebook(cells=[TASK, tagged(source, "exercise", "stub")]))


def test_a_check_that_shows_the_solution_is_refused() -> None:
    source = 'exercises.check("02.2", f)\nexercises.solution("02.2")'
    with pytest.raises(ValueError, match=r"cell 1 \(id check\) calls exercises.solution"):
        refuse_answers(new_notebook(cells=[tagged(source, "exercise-check", "check")]))
    comment = source.replace("\nexercises", "\n# exercises")
    refuse_answers(new_notebook(cells=[tagged(comment, "exercise-check", "check")]))


def test_where_git_keeps_the_course_a_given_part_has_to_be_the_committed_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "09_given.ipynb"

    def stored(source: str) -> nbformat.NotebookNode:
        made = new_notebook(cells=[TASK, tagged(source, "exercise", "stub")])
        path.write_bytes(notebooks.notebook_bytes(made))
        return made

    def git(*arguments: str) -> None:
        settings = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
        subprocess.run(["git", *settings, *arguments], cwd=tmp_path, check=True, timeout=60)

    made = stored(GIVEN)
    try:
        git("init", "-q")
    except OSError:
        pytest.skip("there is no git")
    refuse_answers(made, path)
    git("add", ".")
    git("commit", "-qm", "given")
    refuse_answers(made, path)
    worked = stored(GIVEN.replace("    ...", "    h = h + x\n    ..."))
    with pytest.raises(ValueError, match="git checkout -- 09_given.ipynb"):
        refuse_answers(worked, path)
    git("commit", "-qam", "solved, by mistake")
    refuse_answers(stored(PLAIN[0]), path)
    with pytest.raises(ValueError, match="is the stub"):
        refuse_answers(stored(WORKED[1]), path)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_courses_own_stubs_are_pristine(path: Path) -> None:
    refuse_answers(notebooks.read_notebook(path), path)


@pytest.mark.parametrize("write", [write_copies, write_assignments])
def test_nothing_is_handed_out_if_one_notebook_holds_an_answer(tmp_path: Path, write) -> None:
    if write is write_assignments:
        pytest.importorskip("nbgrader")
    worked = notebooks.read_notebook(PATHS[1])
    stub = next(cell for cell in worked.cells if "exercise" in notebooks.cell_tags(cell))
    stub.source = stub.source.replace("...", "return sum(series)")
    path = tmp_path / PATHS[1].name
    path.write_bytes(notebooks.notebook_bytes(worked))
    with pytest.raises(ValueError, match=f"{path.name}: cell .*{stub.id}.* is the stub"):
        write([PATHS[0], path], tmp_path / "out")
    assert not (tmp_path / "out").exists()
