"""Small notebooks made for a test, and the command called on them as a user calls it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click.testing
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from patience import HANG

from course_utils.commands import course

COURSE = [sys.executable, "-m", "course_utils"]
ALT = "Line chart: the loss falls from 2 to below 1 in five epochs"
FIGURE = f"""
import matplotlib.pyplot as plt
from IPython.display import display
fig, ax = plt.subplots(figsize=(1, 1))
display(fig, metadata={{"image/png": {{"alt": "{ALT}"}}}})
plt.close(fig)
"""


NEEDY = "from course_utils.notebooks.optional_packages import need\n\nneed('torch')"
MISSING = 'needs PyTorch, which is not installed: pip install "torch>=2.8"'


def without_torch(folder: Path) -> dict[str, str]:
    """Environment variables under which Python finds no PyTorch, for tests that have it."""
    folder.mkdir()
    # None reads as "not installed".
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    return {"PYTHONPATH": str(folder)}


def write(path: Path, *cells: tuple[str, str] | tuple[str, str, str]) -> Path:
    """Write a notebook of cells (id, source[, tag]); the first source is its title."""
    made = [new_markdown_cell(f"# {cells[0][1]}", id=cells[0][0])]
    for cell_id, source, *tags in cells[1:]:
        made.append(new_code_cell(source, id=cell_id, metadata={"tags": tags} if tags else {}))
    nbformat.write(new_notebook(cells=made), path)
    return path


def call(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own."""
    return subprocess.run(
        [*COURSE, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )


def as_in_a_terminal(command: list[str]) -> subprocess.Popen:
    """Start a process with a group of its own, which Ctrl-C would reach as a whole.

    A shell lets what it starts in the background ignore Ctrl-C, and these tests may be there.
    """
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def invoke(*arguments: object) -> click.testing.Result:
    """Call the command in this process, for what ends before a kernel starts."""
    return click.testing.CliRunner().invoke(course, [str(argument) for argument in arguments])
