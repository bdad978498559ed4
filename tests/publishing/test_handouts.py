"""Handouts: what is left out of the student's copy, and what the instructor's has besides."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode, validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import execution, notebooks
from course_utils.publishing import lesson_names, own_copy
from course_utils.publishing.exercise_cells import find_exercises, solution_in_place
from course_utils.publishing.handout_papers import paper
from course_utils.publishing.handouts import (
    AUDIENCES,
    instructor_copy,
    student_copy,
    write_copies,
)

PATHS = notebooks.find_notebooks()
by_name = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
LINKS = "See [02](02_x.ipynb), [terms](glossary.md#a), [w](https://a.org)."


def meta(slide_type: str = "-", *tags: str) -> dict:
    return {"slideshow": {"slide_type": slide_type}, "tags": list(tags)}


def made() -> NotebookNode:
    figure = new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/plain": "F"})
    stub = "def patch_count(image_shape, kernel_shape):\n    ...  # your code here"
    cells = [
        new_markdown_cell('# Count `all` "patches" </style>', id="title"),
        new_markdown_cell("Ask them.\n\nTwice.", id="note", metadata=meta("notes")),
        new_code_cell("draw()", id="drawing", execution_count=1, outputs=[figure]),
        new_code_cell("1", id="one", outputs=[new_output("stream", name="stdout", text="1")]),
        new_markdown_cell(LINKS, id="links"),
        new_markdown_cell("### Exercise 02.2: count", id="task"),
        new_code_cell(stub, id="stub", metadata=meta("skip", "exercise")),
        new_code_cell(
            'exercises.check("02.2", patch_count)',
            id="check",
            metadata=meta("skip", "exercise-check"),
            outputs=[new_output("stream", name="stdout", text="02.2: not attempted yet.\n")],
        ),
        new_markdown_cell("<details><summary>Why?</summary>A lesson.</details>", id="aside"),
        new_markdown_cell(
            "1. What is $x$?\n\n<details><summary>Answer</summary>It is\n\nforty-two.</details>\n\n"
            "2. Why?\n\n<details>\n<summary>Answer</summary>\n\nBecause.\n\n</details>\n",
            id="test",
            metadata=meta("skip", "self-test"),
        ),
    ]
    return new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA)


def cell(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def test_the_students_copy_has_questions_but_no_answers() -> None:
    original = made()
    copy = student_copy(original)
    assert original == made()
    assert cell(copy, "test").source == "1. What is $x$?\n\n2. Why?"
    assert "A lesson." in cell(copy, "aside").source
    assert [one.id for one in copy.cells] == [one.id for one in original.cells if one.id != "note"]
    for one in copy.cells:
        if one.cell_type == "code":
            assert one.outputs == [] and one.execution_count is None
            assert one.source == cell(original, one.id).source


def test_the_instructors_copy_has_solutions_answers_and_notes() -> None:
    original = made()
    copy = instructor_copy(original)
    assert original == made()
    assert cell(copy, "drawing").outputs == cell(original, "drawing").outputs
    ids = [one.id for one in copy.cells]
    assert ids[ids.index("check") :][:3] == ["check", "stub-solution-why", "stub-solution"]
    assert cell(copy, "stub-solution-why").source.startswith("**Solution of exercise 02.2.** ")
    assert cell(copy, "stub-solution").source.startswith("def patch_count(")
    assert cell(copy, "note").source == "> **For the instructor.** Ask them.\n>\n> Twice."
    assert cell(copy, "test").source == (
        "1. What is $x$?\n\n> **Answer.** It is\n>\n> forty-two.\n\n"
        "2. Why?\n\n> **Answer.** Because.\n"
    )


@by_name
def test_the_students_copy_of_each_notebook(path: Path) -> None:
    original = notebooks.read_notebook(path)
    copy = student_copy(original)
    validate(copy)
    assert not any(one.get("outputs") for one in copy.cells)
    everything = "\n".join(one.source for one in copy.cells)
    for found in find_exercises(copy):
        assert solution_in_place(found) not in everything
    for one in original.cells:
        if one.metadata.get("slideshow", {}).get("slide_type") == "notes":
            assert one.source not in everything
        elif "self-test" in notebooks.cell_tags(one):
            answers = re.findall(r"</summary>(.*?)</details>", one.source, re.DOTALL)
            left = cell(copy, one.id).source
            assert len(answers) == 3 and len(re.findall(r"^\d\. ", left, re.MULTILINE)) == 3
            assert "details" not in left and not any(answer in left for answer in answers)


@by_name
def test_the_instructors_copy_of_each_notebook(path: Path) -> None:
    original = notebooks.read_notebook(path)
    copy = instructor_copy(original)
    validate(copy)
    assert len({one.id for one in copy.cells}) == len(copy.cells)
    solutions = [one for one in copy.cells if one.id.endswith("-solution")]
    assert len(solutions) == len(find_exercises(original))
    for one in copy.cells:
        if "self-test" in notebooks.cell_tags(one):
            assert one.source.count("> **Answer.** ") == 3 and "details" not in one.source


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("handouts")
    write_copies(next(path for path in PATHS if path.name.startswith("02_")), output)
    return output


def test_both_copies_run(written: Path) -> None:
    name = "02_convolution_by_hand"
    tasks = []
    for who in AUDIENCES:
        output = written / f"run-{who}"
        output.mkdir()
        source = written / who / f"{name}.ipynb"
        tasks.append(execution.Task("run", str(source), output=str(output)))
    outcomes = execution.perform(tasks, jobs=2)
    assert [outcome.error for outcome in outcomes] == ["", ""]
    executed = notebooks.read_notebook(written / "run-student" / f"{name}.ipynb")
    replies = [
        one.outputs[0].text
        for one in executed.cells
        if "exercise-check" in notebooks.cell_tags(one)
    ]
    assert replies == [f"02.{place}: not attempted yet.\n" for place in range(1, 5)]


def test_documents_that_a_copy_links_to_come_with_it(tmp_path: Path) -> None:
    source = tmp_path / "course" / "02_x.ipynb"
    source.parent.mkdir()
    source.write_bytes(notebooks.notebook_bytes(made()))
    for name in ("glossary.md", "instructors_guide.md"):
        (source.parent / name).write_text(f"# {name}", encoding="utf-8")
    written = write_copies(source, tmp_path / "out")
    assert written == [tmp_path / "out" / who / "02_x.ipynb" for who in AUDIENCES]
    for path in written:
        assert {one.name for one in path.parent.iterdir()} == {"02_x.ipynb", "glossary.md"}
    folder = tmp_path / "student"
    folder.mkdir()
    (folder / "02_x.ipynb").write_bytes(source.read_bytes())
    with pytest.raises(ValueError, match="would overwrite it"):
        write_copies(folder / "02_x.ipynb", tmp_path)


def test_a_students_paper_has_room_to_write() -> None:
    text = paper(made(), "student", name="02_patches")
    assert '<title>02 Count all "patches" &lt;/style&gt;</title>' in text
    assert text.count("</style>") == text.count("<style")
    assert "Student’s copy" in text and '<p class="name">' in text
    # the exercise, and a room at each of the two questions
    assert text.count('<div class="room">') == 3
    # a figure that no prompt asked for may be what a question is about; what answers one is not there
    assert text.count("<img") == 1 and "Run the cell to see its figure." not in text
    assert text.count('<p class="run result">') == 1
    assert "forty-two" not in text and "Ask them" not in text


def test_a_figure_that_answers_a_prompt_is_not_on_a_students_paper() -> None:
    notebook = made()
    figure = next(
        i for i, cell in enumerate(notebook.cells) if "image/png" in str(cell.get("outputs"))
    )
    asked = new_markdown_cell("What will you see?", id="asked", metadata={"tags": ["predict"]})
    notebook.cells.insert(figure, asked)
    text = paper(notebook, "student", name="02_patches")
    assert "<img" not in text and "Run the cell to see its figure." in text
    assert "<img" in paper(notebook, "instructor", name="02_patches")


def test_an_instructors_paper_shows_everything() -> None:
    text = paper(made(), "instructor", name="02_patches")
    assert "Instructor’s copy" in text and 'class="name"' not in text
    for shown in ("<img", "forty-two", "Ask them", "Solution of exercise 02.2", "not attempted"):
        assert shown in text
    assert 'class="room"' not in text and 'class="run' not in text
    assert "<details open>" in text and "<details>" not in text


@pytest.mark.parametrize("audience", AUDIENCES)
def test_links_within_the_course_are_plain_text_on_paper(audience: str) -> None:
    text = paper(made(), audience, name="02_patches")
    assert "See 02, terms, " in text
    assert re.findall(r'href="([^"]*)"', text) == ["https://a.org"]


def test_all_copies_are_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "out" / "instructor" / PATHS[1].name).mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        write_copies(PATHS[:2], tmp_path / "out")
    assert not (tmp_path / "out" / "student").exists()
    assert [path.name for path in (tmp_path / "out" / "instructor").iterdir()] == [PATHS[1].name]


def test_the_pdf_of_an_older_copy_goes(tmp_path: Path) -> None:
    (tmp_path / "student").mkdir()
    old = tmp_path / "student" / f"{PATHS[0].stem}.pdf"
    old.write_bytes(b"old")
    write_copies(PATHS[:1], tmp_path)
    assert not old.exists()


def test_a_students_own_copy_needs_nothing_that_only_a_proof_defines(tmp_path: Path) -> None:
    for path in notebooks.find_notebooks():
        copied = own_copy(notebooks.read_notebook(path), name=path.stem, names=lesson_names())
        code = "\n".join(cell.source for cell in notebooks.code_cells(copied))
        (tmp_path / f"lesson_{path.stem}.py").write_text(
            re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", code), encoding="utf-8"
        )
    arguments = ["check", "--isolated", "--select", "F821", "--output-format", "concise"]
    found = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, str(tmp_path)], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout
