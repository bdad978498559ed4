"""Starting a worker, asking it, ending it; see `course_utils.execution.worker` for what it does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

import psutil

from course_utils.execution import failures
from course_utils.execution.literals import python_source
from course_utils.execution.tasks import Outcome, Task

Report = Callable[[Task, int, int], None]


def start_worker(environment: dict[str, str], log: IO[bytes]) -> subprocess.Popen:
    # A group of its own, so that Ctrl-C reaches the parent alone, which then ends its workers.
    group: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        [sys.executable, "-m", "course_utils.execution.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        encoding="utf-8",
        **group,
    )


def ask_worker(
    worker: subprocess.Popen, task: Task, report: Report | None, log: IO[bytes]
) -> Outcome:
    """Hand a task to a worker and wait for its outcome; a worker that dies has one, too."""
    # What an earlier task left in the log would be taken for the reason why this one failed.
    log.seek(0)
    log.truncate()
    told = asdict(task)
    # In JSON a tuple would become a list, and the keys of a dict texts.
    told["parameters"] = {name: python_source(value) for name, value in task.parameters.items()}
    assert worker.stdin is not None
    try:
        worker.stdin.write(json.dumps(told) + "\n")
        worker.stdin.flush()
    except OSError:
        pass  # it has ended, which the loop finds at once
    place = ""
    assert worker.stdout is not None
    for line in worker.stdout:
        try:
            event = json.loads(line)
        except ValueError:
            break  # it died in the middle of a line
        if "outcome" in event:
            return Outcome(**event["outcome"])
        if "place" in event:
            place = event["place"]
        elif report is not None:
            report(task, event["done"], event["cells"])
    code = worker.wait()
    log.seek(0)
    said = log.read().decode("utf-8", errors="replace")
    reason = failures.of_a_process(code, said)
    return Outcome(task.path, error=f"{place}: {reason}" if place else reason)


def end_worker(worker: subprocess.Popen) -> None:
    """End a worker and all that it started; nothing happens if it has ended by itself."""
    if worker.poll() is None:
        try:
            family = psutil.Process(worker.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        worker.kill()
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(family, timeout=5)
        worker.wait()
    assert worker.stdin is not None
    try:
        worker.stdin.close()
    except OSError:
        pass  # what it was never told
