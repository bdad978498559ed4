"""What the commands that execute notebooks show while they work."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from course_utils.execution import Report, Task


def make_console() -> Console:
    """Return a console on the standard output, 110 columns wide where there is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=110)


def counted(number: int, what: str) -> str:
    """Write how many there are: ``1 deck``, ``2 decks``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def shorter(path: Path) -> str:
    """Write a path relative to the working folder if it is inside, else in full."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def following(tasks: Sequence[Task], console: Console):
    """Show each task's cells, done and in all, while the block runs.

    On a terminal there is one bar a notebook; elsewhere a plain line when a notebook starts and
    when it has done all its cells.

    Yields
    ------
    Report
        To be handed to `course_utils.execution.perform`.
    """
    if console.is_terminal:
        with _bars(tasks, console) as report:
            yield report
    else:
        yield _plain_lines(console)


@contextmanager
def _bars(tasks: Sequence[Task], console: Console):
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bars = {
            task.path: progress.add_task(Path(task.path).stem, total=None, start=False)
            for task in sorted(tasks, key=lambda task: task.path)
        }

        def report(task: Task, done: int, cells: int) -> None:
            bar = bars[task.path]
            if done == 0:
                progress.start_task(bar)
            progress.update(bar, completed=done, total=cells)

        yield report


def _plain_lines(console: Console) -> Report:
    guard = threading.Lock()
    said: set[str] = set()

    def report(task: Task, done: int, cells: int) -> None:
        if done not in (0, cells):
            return
        verb = "started" if done == 0 else "executed"
        line = f"{Path(task.path).stem}: {verb}, {done}/{cells} cells"
        with guard:
            # A worker may tell of its last cell more than once.
            if line not in said:
                said.add(line)
                console.print(line, soft_wrap=True)

    return report
