"""A real JupyterLab for the tests in the browser: on a folder, with settings of nobody's."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TOKEN = "course"
STARTING = 120  # seconds


@contextmanager
def running(root: Path, work: Path, **environment: str) -> Iterator[str]:
    """Run JupyterLab on the folder `root`, and yield the address of its server.

    Its settings and its log go to the folder `work`.
    """
    work.mkdir(parents=True, exist_ok=True)
    port = unused_port()
    options = {
        "ServerApp.root_dir": root,
        "ServerApp.port": port,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    folders = {f"JUPYTER_{name}": str(work / name) for name in ("CONFIG_DIR", "DATA_DIR")}
    folders |= {f"JUPYTERLAB_{name}_DIR": str(work / name) for name in ("SETTINGS", "WORKSPACES")}
    folders["JUPYTER_RUNTIME_DIR"] = str(work / "RUNTIME_DIR")
    log = work / "log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
            env={**os.environ, **folders, **environment},
            stdout=file,
            stderr=file,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{base}/api?token={TOKEN}", server, log)
            yield base
        finally:
            server.terminate()
            try:
                server.wait(STARTING)
            except subprocess.TimeoutExpired:
                server.kill()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab does not start:\n{log.read_text()[-2000:]}")


def open_notebook(page: object, base: str, name: str) -> None:
    """Open a notebook of the running JupyterLab, and wait until it and its kernel are there."""
    page.set_default_timeout(STARTING * 1000)
    page.goto(f"{base}/lab/tree/{name}?token={TOKEN}")
    page.wait_for_function(
        "name => window.jupyterapp?.shell.currentWidget?.context?.path === name", arg=name
    )
    page.locator(".jp-NotebookPanel:visible .jp-Notebook").wait_for()
    page.evaluate(
        "async () => { const shown = jupyterapp.shell.currentWidget; await shown.context.ready; "
        "await shown.sessionContext.ready; await shown.revealed; }"
    )


def scroll_until(page: object, cell: str, ready: str) -> None:
    """Scroll to a cell until something in it is true, both in JavaScript.

    Cells out of sight aren't drawn; and while those above still grow, a cell is pushed out again.
    """
    page.wait_for_function(
        f"""async () => {{
          const {{ content }} = jupyterapp.shell.currentWidget;
          const cell = {cell};
          await content.scrollToItem(content.widgets.indexOf(cell));
          return {ready};
        }}""",
        polling=250,
    )


def cell(page: object, cell_id: str) -> object:
    """Scroll a cell into sight, make it the active one, and return its element."""
    page.evaluate(
        """async id => {
          const notebook = jupyterapp.shell.currentWidget.content;
          const at = notebook.widgets.findIndex(cell => cell.model.id === id);
          notebook.activeCellIndex = at;
          await notebook.scrollToItem(at);
          notebook.widgets[at].node.dataset.test = id;
        }""",
        cell_id,
    )
    found = page.locator(f'[data-test="{cell_id}"]')
    found.wait_for()
    return found


def run(page: object, cell_id: str) -> object:
    """Run one cell, wait for its end, and return its element."""
    found = cell(page, cell_id)
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-cell')")
    return found


def write(page: object, cell_id: str, text: str) -> None:
    """Put a text into a cell as typing does."""
    page.evaluate(
        """([id, text]) => {
          const notebook = jupyterapp.shell.currentWidget.content;
          const cell = notebook.widgets.find(cell => cell.model.id === id);
          cell.model.sharedModel.setSource(text);
        }""",
        [cell_id, text],
    )


def save(page: object) -> None:
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
