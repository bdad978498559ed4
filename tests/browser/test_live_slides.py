"""A notebook shown as slides in JupyterLab itself, and run there."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing.live_slides import write_lab_settings, write_live_copy

TOKEN = "live"
STARTING = 120  # seconds
SMALLEST_TYPE = 20  # pixels, as on the rendered slides
IN_SIGHT = """() => jupyterapp.shell.currentWidget.content.widgets.filter(cell => {
  const box = cell.node.getBoundingClientRect();
  return box.height > 0 && getComputedStyle(cell.node).visibility !== 'hidden';
}).map(cell => cell.model.id)"""


def cell(make, name: str, source: str, kind: str):
    return make(source, id=name, metadata={"slideshow": {"slide_type": kind}})


@pytest.fixture
def lab(tmp_path: Path, unused_port: int) -> Iterator[str]:
    """A running JupyterLab with one notebook; yields that notebook's address."""
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
    base = f"http://127.0.0.1:{unused_port}"
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = os.environ | {f"JUPYTER_{name}": str(tmp_path / name) for name in folders}
    settings = write_lab_settings(tmp_path / "live")
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
    }
    options = {
        "ServerApp.root_dir": tmp_path / "live",
        "ServerApp.port": unused_port,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"{base}/api?token={TOKEN}", server, tmp_path / "log")
            yield f"{base}/lab/tree/one.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab does not start:\n{log.read_text()[-2000:]}")


def test_cells_are_shown_and_run_as_slides(lab: str, record) -> None:
    page = record.page
    page.set_default_timeout(STARTING * 1000)
    page.goto(lab)
    page.locator(".jp-NotebookPanel:visible .jp-Notebook").wait_for()
    page.evaluate(
        "async () => { const shown = jupyterapp.shell.currentWidget; await shown.context.ready; "
        "await shown.sessionContext.ready; await shown.revealed; }"
    )
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
