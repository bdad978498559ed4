"""A notebook shown as slides in JupyterLab itself, and run there."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
import pytest
import running_lab
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing.live_slides import write_lab_settings, write_live_copy

SMALLEST_TYPE = 20  # pixels, as on the rendered slides
IN_SIGHT = """() => jupyterapp.shell.currentWidget.content.widgets.filter(cell => {
  const box = cell.node.getBoundingClientRect();
  return box.height > 0 && getComputedStyle(cell.node).visibility !== 'hidden';
}).map(cell => cell.model.id)"""


def cell(make, name: str, source: str, kind: str):
    return make(source, id=name, metadata={"slideshow": {"slide_type": kind}})


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """A running JupyterLab with one notebook; yields its address."""
    try:
        version("jupyterlab-slideshow")
    except PackageNotFoundError:
        pytest.skip("jupyterlab-slideshow is not installed: pip install -e .[lab]")
    made = new_notebook(
        cells=[
            cell(new_markdown_cell, "title", "# Live", "slide"),
            cell(new_code_cell, "hidden", "a = 40", "skip"),
            cell(new_markdown_cell, "question", "## Which?", "slide"),
            cell(new_code_cell, "answer", "print('the answer is', a + 2)", "-"),
            cell(new_markdown_cell, "below", "Deeper.", "subslide"),
        ],
        # Without a kernel named, JupyterLab asks for one.
        metadata=notebooks.NOTEBOOK_METADATA,
    )
    nbformat.write(made, tmp_path / "one.ipynb")
    write_live_copy(tmp_path / "one.ipynb", tmp_path / "live")
    settings = str(write_lab_settings(tmp_path / "live"))
    with running_lab.running(
        tmp_path / "live", tmp_path / "work", JUPYTERLAB_SETTINGS_DIR=settings
    ) as base:
        yield base


def test_cells_are_shown_and_run_as_slides(lab: str, record) -> None:
    page = record.page
    running_lab.open_notebook(page, lab, "one.ipynb")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    # Running all cells leaves the last one active, and the deck begins at the active cell.
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    page.evaluate("() => jupyterapp.commands.execute('deck:start')")

    def sees(*cells: str) -> None:
        page.wait_for_function(f"wanted => ({IN_SIGHT})().join() === wanted", arg=",".join(cells))

    sees("title")
    page.evaluate("() => jupyterapp.commands.execute('deck:forward')")
    sees("question", "answer")
    page.get_by_text("the answer is 42").wait_for()
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    for seen in (".jp-RenderedMarkdown h2", ".cm-line", ".jp-OutputArea-output pre"):
        shown = page.locator(f".jp-Notebook {seen}:visible").first
        assert shown.evaluate(size) >= SMALLEST_TYPE, seen
    # A cell that continues its slide is a step of its own.
    for seen in (("question", "answer"), ("below",)):
        page.evaluate("() => jupyterapp.commands.execute('deck:down')")
        sees(*seen)
    assert record.outside == []
