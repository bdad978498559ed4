"""The student's first hour, in a real JupyterLab: ask, run, solve, close, come back, update."""

import json
import os
from pathlib import Path

import pytest
import running_lab

from course_utils import notebooks
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
    settings = str(write_lab_settings(desk))
    with running_lab.running(
        desk,
        tmp_path / "work",
        CNN_COURSE_DESK=private,
        JUPYTER_CONFIG_PATH=settings,
        PYTHONPATH=path,
    ) as base:
        yield base


def test_the_first_hour(lab: str, desk: Path, record, open_page) -> None:
    page = record.page
    running_lab.open_notebook(page, lab, "index.ipynb")
    page.get_by_role("link", name="01 Recognise a digit").first.wait_for()
    for tool in ("Nbgrader", "Validate", "Create Assignment", "Jupyter news"):
        assert page.get_by_text(tool).count() == 0, tool

    running_lab.open_notebook(page, lab, f"{LESSON}.ipynb")
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
