"""Assignments: what is in them, and what nbgrader makes of submissions of every kind."""

import contextlib
import copy
import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing import assignments
from course_utils.publishing.assignments import make_assignment, write_assignments
from course_utils.publishing.exercise_cells import find_exercises

PATHS = notebooks.find_notebooks()
SOLUTION = re.compile(r"\n### BEGIN SOLUTION\n.*?\n### END SOLUTION", re.DOTALL)
needs_nbgrader = pytest.mark.skipif(
    assignments.find_spec("nbgrader") is None, reason="nbgrader is not installed"
)


def points_earned(notebook: NotebookNode, *, solved: bool) -> list[float]:
    """Points of each exercise, with our solutions or with the stubs that students get."""
    space: dict = {}
    earned = []
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebooks.code_cells(notebook):
            if cell.metadata.nbgrader.grade:
                earned.append(eval(cell.source, space))
            else:
                exec(cell.source if solved else SOLUTION.sub("", cell.source), space)
    return earned


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_notebook_makes_an_assignment(path: Path) -> None:
    original = notebooks.read_notebook(path)
    made = make_assignment(original, points=4)
    exercises = find_exercises(original)
    assert len(exercises) >= 3
    assert points_earned(made, solved=True) == [4.0] * len(exercises)
    assert points_earned(made, solved=False) == [0.0] * len(exercises)
    text = "\n".join(cell.source for cell in made.cells)
    assert "exercises.solution" not in text
    for each in exercises:
        assert text.count(f"### Exercise {each.exercise.number}") == 1
    # an import of an answer's name would earn the points of an answer that is not there
    space: dict = {}
    exec(made.cells[1].source, space)
    assert not {name for each in exercises for name in each.names} & set(space)


@needs_nbgrader
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_metadata_are_those_of_nbgraders_newest_schema(path: Path) -> None:
    from nbgrader.nbgraderformat import MetadataValidator

    made = make_assignment(notebooks.read_notebook(path))
    validator = MetadataValidator()
    validator.validate_nb(made)
    for cell in made.cells:
        assert cell.metadata.nbgrader.schema_version == validator.schema_version


def test_faults_are_named() -> None:
    with pytest.raises(ValueError, match="has no exercises"):
        make_assignment(new_notebook(cells=[new_markdown_cell("# None")]))
    with pytest.raises(ValueError, match="points=0 is below 1"):
        make_assignment(notebooks.read_notebook(PATHS[0]), points=0)


@needs_nbgrader
def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (first,), configured = write_assignments(PATHS[:1], tmp_path)
    assert first.written and configured and first.points == 2 * first.exercises
    config = tmp_path / assignments.CONFIG_NAME
    config.write_text("c = get_config()\n", encoding="utf-8")
    before = first.path.read_bytes()
    (second,), configured = write_assignments(PATHS[:1], tmp_path)
    assert not second.written and not configured
    assert config.read_text(encoding="utf-8") == "c = get_config()\n"
    with pytest.raises(ValueError, match="with other content, and is not overwritten"):
        write_assignments(PATHS[:2], tmp_path, points=3)
    assert first.path.read_bytes() == before
    assert [path.name for path in (tmp_path / "source").iterdir()] == [first.name]


def test_nbgrader_is_asked_for_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignments, "find_spec", lambda name: None)
    with pytest.raises(assignments.NbgraderMissing, match="pip install"):
        write_assignments(PATHS[:1], tmp_path)
    assert not list(tmp_path.iterdir())


# --- nbgrader itself ----------------------------------------------------------------------------

RIGHT = {
    "exercise-1": "def layers_until_gone(n, k):\n    return (n - 1) // (k - 1)",
    "exercise-2": "def count_visits(n, k, p):\n    starts = range(-p, n + p - k + 1)\n"
    "    return [sum(s <= i < s + k for s in starts) for i in range(n)]",
    "exercise-3": "def output_size(n, k, p, s, d):\n"
    "    return (n + 2 * p - (k - 1) * d - 1) // s + 1",
    "exercise-4": "def same_padding(k, d):\n    return (k - 1) * d // 2",
    "exercise-5": "k_s_p = (5, 2, 2)",
}
SUBMISSIONS = {
    "right": RIGHT,
    "wrong": {
        **RIGHT,
        "exercise-3": "def output_size(n, k, p, s, d):\n    return (n + 2 * p - k) // s + 1",
        "exercise-4": "def same_padding(k, d):\n    return 1000",
        "exercise-5": "k_s_p = (5, 1, 0)",
    },
    "empty": {},
    "crashing": {
        "exercise-1": "def layers_until_gone(n, k):\n    return n /",
        "exercise-2": "raise KeyError('mine')",
        "exercise-3": "def output_size(n, k, p, s, d):\n    return 1 / 0",
        "exercise-4": "import sys\nsys.exit(3)",
        "exercise-5": "del exercises\nk_s_p = (5, 2, 2)",
    },
    "endless": {
        **RIGHT,
        "exercise-1": "def layers_until_gone(n, k):\n    while True:\n        pass",
    },
}


def nbgrader(*arguments: str, folder: Path) -> None:
    environment = {
        **os.environ,
        # nbgrader starts alembic by its bare name
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""),
        **{f"JUPYTER_{kind}_DIR": str(folder / "jupyter") for kind in ("CONFIG", "DATA")},
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A course folder in which all submissions are graded, and their scores."""
    folder = tmp_path_factory.mktemp("course")
    path = next(path for path in PATHS if path.name.startswith("05_"))
    (made,), _ = write_assignments([path], folder)
    nbgrader("generate_assignment", made.name, folder=folder)
    place = Path(made.name) / f"{made.name}.ipynb"
    released = notebooks.read_notebook(folder / "release" / place)
    for student, answers in SUBMISSIONS.items():
        submitted = copy.deepcopy(released)
        for cell in submitted.cells:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        target = folder / "submitted" / student / place
        target.parent.mkdir(parents=True)
        target.write_bytes(notebooks.notebook_bytes(submitted))
    nbgrader("autograde", made.name, folder=folder)
    nbgrader("generate_feedback", made.name, folder=folder)
    nbgrader("export", folder=folder)
    with open(folder / "grades.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {float(row["max_score"]) for row in rows} == {10.0}
    return folder, {row["student_id"]: float(row["score"]) for row in rows}


@needs_nbgrader
def test_students_get_the_stubs_without_the_solutions(graded: tuple) -> None:
    name = "05_padding_and_stride"
    released = notebooks.read_notebook(graded[0] / "release" / name / f"{name}.ipynb")
    original = notebooks.read_notebook(PATHS[[path.stem for path in PATHS].index(name)])
    by_id = {cell.id: cell.source for cell in released.cells}
    for each in find_exercises(original):
        stub = original.cells[each.stub]
        assert by_id[stub.id].rstrip() == stub.source


@needs_nbgrader
def test_full_part_and_no_points(graded: tuple) -> None:
    scores = dict(graded[1])
    # two exercises right; of the others one is right in some cases and earns less than a half
    assert 4.0 < scores.pop("wrong") < 5.0
    assert scores == {"right": 10.0, "empty": 0.0, "crashing": 0.0, "endless": 8.0}


@needs_nbgrader
def test_the_feedback_holds_the_replies(graded: tuple) -> None:
    pages = {
        page.parent.parent.name: page.read_text(encoding="utf-8")
        for page in (graded[0] / "feedback").rglob("*.html")
    }
    assert set(pages) == set(SUBMISSIONS)
    assert "05.1 right" in pages["right"] and "05.5 right" in pages["right"]
    assert "05.3 not yet" in pages["wrong"]
    assert "05.1: not attempted yet" in pages["empty"]
    assert "SyntaxError" in pages["crashing"] and "05.3 not yet" in pages["crashing"]
    assert "05.1 not yet" in pages["endless"] and "05.2 right" in pages["endless"]
