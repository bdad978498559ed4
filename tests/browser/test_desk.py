"""The student's first hour, in a real JupyterLab: ask, run, solve, close, come back, update."""

import json
import os
from pathlib import Path

import pytest
import running_lab

from course_utils import exercises, notebooks
from course_utils.desk import lay, write_index, write_lab_settings
from course_utils.desk.merging import SAID

LESSON = "02_convolution_by_hand"
FIGURE = "series-figure"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "my_course"
    lay(folder, ["01", "02"])
    write_index(folder)
    return folder


@pytest.fixture
def lab(desk: Path, tmp_path: Path):
    private = str(desk / ".desk")
    top = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(top), os.environ.get("PYTHONPATH", "")])
    settings = {name: str(place) for name, place in write_lab_settings(desk).items()}
    with running_lab.running(
        desk,
        tmp_path / "work",
        CNN_COURSE_DESK=private,
        PYTHONPATH=path,
        **settings,
    ) as base:
        yield base


def test_the_first_hour(lab: str, desk: Path, record, open_page) -> None:
    page = record.page
    running_lab.open_notebook(page, lab, "index.ipynb")
    page.get_by_role("link", name="01 Recognise a digit").first.wait_for()
    for tool in ("Nbgrader", "Validate", "Create Assignment", "Jupyter news"):
        assert page.get_by_text(tool).count() == 0, tool

    running_lab.open_notebook(page, lab, f"{LESSON}.ipynb")
    # the kernel has told of itself, and there is nothing to be saved
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
    )
    assert page.evaluate("() => jupyterapp.shell.currentWidget.context.model.dirty") is False
    shown = page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets"
        ".filter(cell => cell.model.outputs?.length).map(cell => cell.model.id)"
    )
    assert shown == []
    ids = page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.id)"
    )
    place = ids.index(FIGURE)
    for cell_id in ids[:place]:
        running_lab.run(page, cell_id)
    image = running_lab.run(page, FIGURE).locator(".jp-OutputArea-output img")
    image.wait_for()
    stored = notebooks.read_notebook(notebooks.find_notebooks(["02"])[0])
    (figure,) = [cell for cell in stored.cells if cell.id == FIGURE]
    assert image.get_attribute("alt") == figure.metadata.alt

    # an exercise: wrongly, then rightly
    stub = next(cell for cell in stored.cells if "exercise" in cell.metadata.get("tags", []))
    at = [cell.id for cell in stored.cells].index(stub.id)
    check = next(
        cell.id for cell in stored.cells[at:] if "exercise-check" in cell.metadata.get("tags", [])
    )
    wrong = "def moving_average(series, width):\n    return series"
    right = (
        "def moving_average(series, width):\n"
        "    return [sum(series[i:i + width]) / width for i in range(len(series) - width + 1)]"
    )
    running_lab.write(page, stub.id, wrong)
    running_lab.run(page, stub.id)
    running_lab.run(page, check).get_by_text("not yet").first.wait_for()
    running_lab.write(page, stub.id, right)
    running_lab.run(page, stub.id)
    running_lab.run(page, check).get_by_text("right").first.wait_for()
    running_lab.save(page)
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    progress = json.loads((desk / ".desk" / "progress.json").read_text())
    assert progress["exercises"]["02.1"]["state"] == "right"
    assert progress["exercises"]["02.1"]["tries"] == 2

    # come back tomorrow: the course has a new edition
    given = desk / ".desk" / "given" / f"{LESSON}.ipynb"
    old = notebooks.read_notebook(given)
    old.cells[0].source = "# An older title"
    next(cell for cell in old.cells if cell.id == stub.id).source += "  # older"
    notebooks.write_file(given, notebooks.notebook_bytes(old))
    (laid,) = lay(desk, ["02"])
    assert laid.state == "updated" and laid.conflicts == 1
    again = open_page().page
    running_lab.open_notebook(again, lab, f"{LESSON}.ipynb")
    sources = again.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets"
        ".map(cell => cell.model.sharedModel.source)"
    )
    assert right in sources and SAID in sources
    assert record.outside == []


def first_exercise(number: str) -> tuple[str, str]:
    """Ids of the stub and of the check of a notebook's first exercise."""
    stored = notebooks.read_notebook(notebooks.find_notebooks([number])[0])
    tagged = {
        tag: cell.id for cell in reversed(stored.cells) for tag in cell.metadata.get("tags", [])
    }
    return tagged["exercise"], tagged["exercise-check"]


def restart(page: object) -> None:
    page.evaluate(
        "async () => { const context = jupyterapp.shell.currentWidget.sessionContext; "
        "await context.session.kernel.restart(); }"
    )


def test_a_check_right_after_a_restart_says_what_to_do(lab: str, record) -> None:
    page, (stub, check) = record.page, first_exercise("02")
    running_lab.open_notebook(page, lab, f"{LESSON}.ipynb")
    running_lab.run(page, check).get_by_text("run the cells above first").wait_for()
    for cell_id in ("imports", stub):
        running_lab.run(page, cell_id)
    running_lab.run(page, check).get_by_text("not attempted yet").wait_for()
    restart(page)
    running_lab.run(page, check).get_by_text("run the cells above first").wait_for()


def test_two_tabs_lose_nothing(lab: str, desk: Path, record, open_page) -> None:
    """Two lessons at once share their progress; the same lesson twice is asked about."""
    first, second, twin = record.page, open_page().page, open_page().page
    tabs = ((first, LESSON), (second, "01_inner_products"), (twin, LESSON))
    for page, name in tabs:
        running_lab.open_notebook(page, lab, f"{name}.ipynb")
    for page, name in tabs[:2]:
        stub, check = first_exercise(name[:2])
        running_lab.write(page, stub, f"{exercises.find(f'{name[:2]}.1').names[0]} = 3")
        for cell_id in ("imports", stub):
            running_lab.run(page, cell_id)
        running_lab.run(page, check).get_by_text("not yet").first.wait_for()
    done = json.loads((desk / ".desk" / "progress.json").read_text())["exercises"]
    assert {"01.1", "02.1"} <= set(done)

    stub, _ = first_exercise("02")
    running_lab.write(first, stub, "# written in the first tab")
    running_lab.save(first)
    first.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    running_lab.write(twin, stub, "# written in the second tab")
    twin.evaluate("() => { jupyterapp.commands.execute('docmanager:save'); }")
    twin.locator(".jp-Dialog").get_by_text("has changed on disk").wait_for()
    assert "# written in the first tab" in (desk / f"{LESSON}.ipynb").read_text()
