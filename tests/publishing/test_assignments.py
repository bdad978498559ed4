"""Assignments: what is in them, and what nbgrader makes of submissions of every kind."""

import contextlib
import copy
import csv
import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from patience import HANG

from course_utils import notebooks
from course_utils.publishing import assignments
from course_utils.publishing.assignments import make_assignment, write_assignments
from course_utils.publishing.exercise_cells import find_exercises

PATHS = notebooks.find_notebooks()
SOLUTION = re.compile(r"\n### BEGIN SOLUTION\n.*?\n### END SOLUTION", re.DOTALL)
needs_nbgrader = pytest.mark.skipif(
    assignments.find_spec("nbgrader") is None, reason="nbgrader is not installed"
)


def calls(cell: NotebookNode) -> list[str]:
    return [line for line in cell.source.splitlines() if not line.startswith("#")]


def points_earned(notebook: NotebookNode, *, solved: bool) -> list[float]:
    """Points of each exercise, with our solutions or with the stubs that students get."""
    space: dict = {}
    earned = []
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebooks.code_cells(notebook):
            if cell.metadata.nbgrader.grade:
                # the last line counts: the hidden one, where there is one
                earned.append([eval(line, space) for line in calls(cell)][-1])
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
    by_hand = [
        cell for cell in made.cells if cell.metadata.nbgrader.grade and cell.cell_type != "code"
    ]
    assert len(by_hand) == 3 and all(cell.metadata.nbgrader.solution for cell in by_hand)
    assert not any("<details>" in cell.source for cell in made.cells if "question" in cell.id)
    questions = [cell.source for cell in made.cells if re.fullmatch(r"question-\d", cell.id)]
    assert all(re.match(r"### Question \d\n\n[A-Z0-9`$“(].", text) for text in questions), questions
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
    with pytest.raises(ValueError, match="question_points=-1 is below 0"):
        make_assignment(notebooks.read_notebook(PATHS[0]), question_points=-1)


def test_other_seeds_give_other_hidden_cases_and_nothing_else() -> None:
    original = notebooks.read_notebook(PATHS[0])
    one, same, other = (make_assignment(original, seed=seed) for seed in (1, 1, 2))
    assert one == same != other
    hidden = re.compile(r", fresh=\d+")
    assert [hidden.sub("", a.source) for a in one.cells] == [
        hidden.sub("", b.source) for b in other.cells
    ]


def test_questions_can_be_left_out() -> None:
    made = make_assignment(notebooks.read_notebook(PATHS[0]), question_points=0)
    assert not any(cell.id.startswith("question") for cell in made.cells)


@needs_nbgrader
def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (first,), configured = write_assignments(PATHS[:1], tmp_path)
    assert first.written and configured and first.points == 2 * first.exercises + 3
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
    "exercise-3": "def input_sizes(out, k, p, s, d):\n"
    "    smallest = (out - 1) * s + (k - 1) * d + 1 - 2 * p\n"
    "    return list(range(smallest, smallest + s))",
    "exercise-4": "def same_padding(k, d):\n    return (k - 1) * d // 2",
    "exercise-5": "k_s_p = (5, 2, 2)",
}
SUBMISSIONS = {
    "right": RIGHT,
    "wrong": {
        **RIGHT,
        "exercise-3": "def input_sizes(out, k, p, s, d):\n    return [(out - 1) * s + k - 2 * p]",
        "exercise-4": "def same_padding(k, d):\n    return 1000",
        "exercise-5": "k_s_p = (5, 1, 0)",
    },
    "empty": {},
    "crashing": {
        "exercise-1": "def layers_until_gone(n, k):\n    return n /",
        "exercise-2": "raise KeyError('mine')",
        "exercise-3": "def input_sizes(out, k, p, s, d):\n    return 1 / 0",
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
        timeout=HANG,
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
    assert {float(row["max_score"]) for row in rows} == {
        13.0
    }  # three closing questions wait for a person
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
def test_hidden_cases_find_an_answer_that_was_looked_up(tmp_path: Path) -> None:
    path = next(path for path in PATHS if path.name.startswith("02_"))
    (made,), _ = write_assignments([path], tmp_path, question_points=0)
    nbgrader("generate_assignment", made.name, folder=tmp_path)
    place = Path(made.name) / f"{made.name}.ipynb"
    released = notebooks.read_notebook(tmp_path / "release" / place)
    assert "fresh=" not in "".join(cell.source for cell in released.cells)
    first = find_exercises(notebooks.read_notebook(path))[0]
    stub = notebooks.read_notebook(path).cells[first.stub].id
    honest = "\n".join(first.exercise.source().splitlines())
    looked_up = (
        "from course_utils.exercises import find\n"
        f"exercise = find('{first.exercise.number}')\n"
        f"def {first.exercise.names[0]}(*given):\n"
        "    for case in exercise.cases:\n"
        "        if repr(case) == repr(given):\n"
        "            return exercise.solution(*case)\n"
    )
    for student, answer in {"honest": honest, "sly": looked_up}.items():
        submitted = copy.deepcopy(released)
        for cell in submitted.cells:
            if cell.metadata.nbgrader.grade_id == stub:
                cell.source = answer
        target = tmp_path / "submitted" / student / place
        target.parent.mkdir(parents=True)
        target.write_bytes(notebooks.notebook_bytes(submitted))
    nbgrader("autograde", made.name, folder=tmp_path)
    nbgrader("export", folder=tmp_path)
    with open(tmp_path / "grades.csv", encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["honest"] == 2.0 and 0 < scores["sly"] < 1.0


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
    crashing = html.unescape(re.sub(r"<[^>]+>", "", pages["crashing"]))
    assert "05.3 not yet" in crashing
    assert "layers_until_gone is not defined: the cell that was to define it did not" in crashing
    assert "05.1 not yet" in pages["endless"] and "05.2 right" in pages["endless"]
