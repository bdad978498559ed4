"""Progress away from a terminal: one line at the start, one at the end."""

import io

from rich.console import Console

from course_utils.commands.display import following
from course_utils.execution import Task


def test_plain_progress_says_each_thing_once() -> None:
    console = Console(file=io.StringIO(), force_terminal=False)
    task = Task("run", "notebooks/02_x.ipynb")
    with following([task], console) as report:
        for done in (0, 1, 2, 3, 3):
            report(task, done, 3)
    assert console.file.getvalue().splitlines() == [
        "02_x: started, 0/3 cells",
        "02_x: executed, 3/3 cells",
    ]
