"""The process that executes notebooks: ``python -m course_utils.execution.worker``.

`course_utils.execution` starts it, tells it its tasks and listens. It ends with its parent: its
standard input is a pipe, which closes when the parent goes, however it goes.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import threading
from dataclasses import asdict
from typing import Any

import psutil

from course_utils.execution import Outcome, Task, actions, failures, surroundings
from course_utils.execution.literals import Source


def main() -> None:
    """Carry out the tasks that the standard input names, and tell of them on the standard output.

    Whatever a task raises is its outcome; what ends this process has its traceback on the standard
    error.
    """
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a library prints goes to the log, not between the events.
    os.dup2(2, 1)

    def tell(**event: Any) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    tasks: queue.Queue[Task] = queue.Queue()
    threading.Thread(target=_listen, args=[tasks], daemon=True).start()
    while True:
        task = tasks.get()
        try:
            outcome = actions.perform(task, tell)
        except Exception as error:
            outcome = Outcome(
                task.path, error=failures.error_line(type(error).__name__, str(error))
            )
        _end_children()
        tell(outcome=asdict(outcome))


def _listen(tasks: queue.Queue[Task]) -> None:
    """Read tasks until the standard input closes, then end this process, whatever it does."""
    unfinished = b""
    # Not sys.stdin: its lock would be held while the interpreter shuts down.
    while received := os.read(0, 65536):
        *lines, unfinished = (unfinished + received).split(b"\n")
        for line in lines:
            told = json.loads(line)
            values = told.get("parameters", {})
            told["parameters"] = {name: Source(code) for name, code in values.items()}
            tasks.put(Task(**told))
    _end_children()
    if scratch := os.environ.get(surroundings.SCRATCH):
        # The parent has gone, or else ends this process right now.
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def _end_children() -> None:
    for process in psutil.Process().children(recursive=True):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass


if __name__ == "__main__":
    main()
