"""The desk is laid once, updated often, and nothing that a student wrote is ever lost."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.desk import lay, laying, write_index, write_lab_settings
from course_utils.desk.merging import SAID

NAMES = ("05_padding_and_stride", "06_channels")


def lesson(title="# Pad", stub="def size(n): ...", extra=()):
    shown = [new_output("stream", name="stdout", text="the answer\n")]
    note = {"slideshow": {"slide_type": "notes"}}
    cells = [
        new_markdown_cell(title, id="title"),
        new_code_cell("1 + 1", id="sum", outputs=shown, execution_count=1),
        new_markdown_cell("It is two. Checked:", id="sum-check-prose"),
        new_code_cell("assert 1 + 1 == 2", id="sum-check", metadata={"tags": ["check"]}),
        new_markdown_cell("Ask the class.", id="note", metadata=note),
        new_code_cell(stub, id="stub", metadata={"tags": ["exercise"]}),
        *extra,
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(notebooks, "notebooks_folder", lambda: folder)
    for name in NAMES:
        store(folder, name, lesson())
    (folder / "glossary.md").write_text("# Glossary\n", encoding="utf-8")
    (folder / "instructors_guide.md").write_text("# Guide\n", encoding="utf-8")
    return folder


def store(folder, name, notebook):
    notebooks.write_file(folder / f"{name}.ipynb", notebooks.notebook_bytes(notebook))


def read(path):
    return notebooks.read_notebook(path)


def sources(path):
    return [cell.source for cell in read(path).cells]


@pytest.fixture
def desk(course, tmp_path):
    folder = tmp_path / "my_course"
    assert [one.state for one in lay(folder)] == ["new", "new"]
    return folder


def mine(desk, text, cell_id="stub", name=NAMES[0]):
    notebook = read(desk / f"{name}.ipynb")
    next(cell for cell in notebook.cells if cell.id == cell_id).source = text
    store(desk, name, notebook)


def test_a_copy_holds_no_answer_no_proof_and_no_note(desk):
    copied = read(desk / f"{NAMES[0]}.ipynb")
    assert [cell.id for cell in copied.cells] == [
        "title", "sum", "sum-check-prose", "stub", "desk-navigation",
    ]  # fmt: skip
    assert not any(cell.get("outputs") for cell in copied.cells)
    assert copied.cells[2].source == "It is two."


def test_the_last_cell_leads_on(desk):
    ways = [read(desk / f"{name}.ipynb").cells[-1].source for name in NAMES]
    assert ways == [
        "[Where am I?](index.ipynb) · [06 →](06_channels.ipynb)",
        "[← 05](05_padding_and_stride.ipynb) · [Where am I?](index.ipynb)",
    ]


def test_the_students_texts_lie_beside_the_copies(desk):
    assert (desk / "glossary.md").exists() and not (desk / "instructors_guide.md").exists()


def test_without_news_not_a_byte_is_touched(desk):
    mine(desk, "def size(n):\n    return n")
    before = (desk / f"{NAMES[0]}.ipynb").read_bytes()
    assert [one.state for one in lay(desk)] == ["kept", "kept"]
    assert (desk / f"{NAMES[0]}.ipynb").read_bytes() == before
    assert not list((desk / ".desk" / "backups").iterdir())


def test_an_update_takes_the_new_text_and_keeps_what_was_written(course, desk):
    mine(desk, "def size(n):\n    return n")
    before = (desk / f"{NAMES[0]}.ipynb").read_bytes()
    store(course, NAMES[0], lesson(title="# Pad well"))
    laid = lay(desk)
    assert [(one.state, one.conflicts) for one in laid] == [("updated", 0), ("kept", 0)]
    found = sources(desk / f"{NAMES[0]}.ipynb")
    assert found[0] == "# Pad well" and "def size(n):\n    return n" in found
    (backup,) = (desk / ".desk" / "backups").rglob("*.ipynb")
    assert backup.read_bytes() == before


def test_where_both_changed_a_cell_both_are_there(course, desk):
    mine(desk, "def size(n):\n    return n")
    store(course, NAMES[0], lesson(stub="def size(n, k): ..."))
    assert lay(desk)[0].conflicts == 1
    found = sources(desk / f"{NAMES[0]}.ipynb")
    place = found.index(SAID)
    assert found[place - 1 : place + 2] == [
        "def size(n):\n    return n",
        SAID,
        "def size(n, k): ...",
    ]
    assert lay(desk)[0].state == "kept"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x00" * 100])
def test_a_file_that_cannot_be_read_is_left_alone_and_told_of(course, desk, content):
    path = desk / f"{NAMES[0]}.ipynb"
    path.write_bytes(content)
    store(course, NAMES[0], lesson(title="# New"))
    laid = lay(desk)
    assert laid[0].state == "left alone" and "move it away" in laid[0].remark
    assert path.read_bytes() == content and laid[1].state == "kept"


def test_a_lesson_thrown_away_comes_back_new(desk):
    (desk / f"{NAMES[0]}.ipynb").unlink()
    assert [one.state for one in lay(desk)] == ["new", "kept"]


def test_an_interrupted_update_is_made_again(course, desk, monkeypatch):
    mine(desk, "mine")
    store(course, NAMES[0], lesson(title="# New", stub="theirs"))
    written = []

    def once(path, content):
        if written:
            raise KeyboardInterrupt
        written.append(path)
        original(path, content)

    original = notebooks.write_file
    monkeypatch.setattr(notebooks, "write_file", once)
    with pytest.raises(KeyboardInterrupt):
        lay(desk)
    monkeypatch.setattr(notebooks, "write_file", original)
    lay(desk)
    found = sources(desk / f"{NAMES[0]}.ipynb")
    assert found.count("mine") == 1 and found.count("theirs") == 1 and found[0] == "# New"


def test_without_what_was_given_all_is_the_students(course, desk):
    mine(desk, "mine")
    for path in (desk / ".desk" / "given").iterdir():
        path.unlink()
    store(course, NAMES[0], lesson(title="# New"))
    lay(desk)
    assert "mine" in sources(desk / f"{NAMES[0]}.ipynb")


def test_the_courses_own_folder_is_no_desk(course):
    with pytest.raises(ValueError, match="choose another folder"):
        lay(course)


def test_some_lessons_only(course, tmp_path):
    folder = tmp_path / "some"
    assert [one.name for one in lay(folder, ["06"])] == ["06_channels"]
    assert not (folder / f"{NAMES[0]}.ipynb").exists()


# --- the index ----------------------------------------------------------------------------------


def test_the_index_shows_where_i_am(desk):
    entry = {"state": "right", "tries": 2, "last": "2026-01-02T03:04:05+00:00"}
    progress = {"version": 1, "exercises": {"05.1": entry}}
    (desk / ".desk" / "progress.json").write_text(json.dumps(progress))
    page = read(write_index(desk))
    output = page.cells[1].outputs[0].data
    assert '<a href="05_padding_and_stride.ipynb">05 Pad</a>' in output["text/html"]
    line = next(one for one in output["text/plain"].splitlines() if one.startswith("05"))
    assert line.split()[2:5] == ["1", "0", "4"]
    assert "Next: 05 Pad" in output["text/plain"]


def test_a_new_desk_begins_with_the_first_lesson(desk):
    assert "Next: 05 Pad" in read(write_index(desk)).cells[1].outputs[0].data["text/plain"]


def test_the_desks_private_folder_is_the_one_that_exercises_write_to():
    from course_utils.exercises.engine import progress

    assert Path(laying.PRIVATE).name == progress._FOLDER


def test_jupyterlab_shows_no_graders_tools(desk):
    page = write_lab_settings(desk)["JUPYTER_CONFIG_PATH"] / "labconfig" / "page_config.json"
    assert json.loads(page.read_text())["disabledExtensions"]["@jupyter/nbgrader"]


def test_the_kernel_of_the_desk_is_this_python_and_watches_its_cells(desk):
    place = write_lab_settings(desk)["JUPYTER_PATH"]
    spec = KernelSpecManager(kernel_dirs=[str(place / "kernels")]).get_kernel_spec("python3")
    assert spec.argv[0] == sys.executable
    (option,) = [part for part in spec.argv if part.startswith("--IPKernelApp.extensions=")]
    module = importlib.import_module(option.partition("=")[2])
    assert callable(module.load_ipython_extension)


def test_a_new_copy_says_what_this_kernel_says_of_itself(desk):
    from ipykernel.ipkernel import IPythonKernel

    (path,) = desk.glob("05_*.ipynb")
    written = read(path).metadata
    told = IPythonKernel.language_info
    assert dict(written.language_info) == told
    assert written.kernelspec == notebooks.NOTEBOOK_METADATA["kernelspec"]


VIEW = "application/vnd.jupyter.widget-view+json"


def test_explorers_of_yesterday_show_their_picture(desk):
    path = desk / f"{NAMES[0]}.ipynb"
    own = read(path)
    view = {"model_id": "gone", "version_major": 2, "version_minor": 0}
    picture = {VIEW: view, "image/png": "aGVsbG8=", "text/plain": "Window()"}
    other = {VIEW: view, "text/plain": "IntSlider()"}
    own.cells += [
        new_code_cell("Window()", id="mine", outputs=[new_output("display_data", data=picture)]),
        new_code_cell("IntSlider()", id="own", outputs=[new_output("display_data", data=other)]),
    ]
    notebooks.write_file(path, notebooks.notebook_bytes(own))
    (desk / "broken.ipynb").write_text("{", encoding="utf-8")
    # Also of a lesson that isn't asked for today.
    lay(desk, ["06"])
    shown = {cell.id: cell.outputs[0].data for cell in read(path).cells[-2:]}
    assert set(shown["mine"]) == {"image/png", "text/plain"} and set(shown["own"]) == set(other)
    assert sources(path)[-2:] == ["Window()", "IntSlider()"]
    before = path.read_bytes()
    lay(desk)
    assert path.read_bytes() == before
