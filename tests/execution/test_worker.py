"""What a worker says to its parent; the commands' tests let it execute notebooks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

from course_utils.execution import surroundings


def started(source: str) -> subprocess.Popen:
    """A process that executes this code, to be spoken to through pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )


def test_the_worker_speaks_of_nothing_but_events(tmp_path: Path) -> None:
    # A library that prints must not disturb the parent: descriptor 1 leads to the log.
    path = tmp_path / "01_bad.ipynb"
    path.write_text("{")
    task = json.dumps({"action": "refresh", "path": str(path)})
    source = (
        "import os\nfrom course_utils.execution import actions, worker\n"
        "old = actions.perform\n"
        "def loud(task, tell):\n    print('from Python'); os.write(1, b'from C')\n"
        "    return old(task, tell)\n"
        "actions.perform = loud\nworker.main()"
    )
    process = started(source)
    # Two tasks in three pieces, as a pipe may deliver them.
    said = []
    for piece in (task[:10], task[10:] + "\n" + task, "\n"):
        process.stdin.write(piece)
        process.stdin.flush()
        if "\n" in piece:
            said.append(process.stdout.readline())
    process.stdin.close()
    assert process.stdout.read() == ""
    assert process.wait(timeout=HANG) == 0
    process.stdout.close()
    assert len(said) == 2 and all(line.startswith('{"outcome": {') for line in said)


def test_a_worker_at_work_ends_when_its_input_closes_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "import time\nfrom course_utils.execution import actions, worker\n"
        "def endless(task, tell):\n    tell(done=0, cells=1)\n    time.sleep(600)\n"
        "actions.perform = endless\nworker.main()"
    )
    scratch = tmp_path / "scratch"
    (scratch / "worker-0").mkdir(parents=True)
    monkeypatch.setenv(surroundings.SCRATCH, str(scratch))
    process = started(source)
    process.stdin.write(json.dumps({"action": "run", "path": "a.ipynb"}) + "\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"done": 0, "cells": 1}
    process.stdin.close()
    process.wait(timeout=HANG)
    process.stdout.close()
    assert not scratch.exists()


@pytest.mark.parametrize("error", ["KeyError('x')", "MemoryError()", "RecursionError('deep')"])
def test_whatever_a_task_raises_is_its_outcome(error: str) -> None:
    source = (
        "from course_utils.execution import actions, worker\n"
        f"def broken(task, tell):\n    raise {error}\n"
        "actions.perform = broken\nworker.main()"
    )
    process = started(source)
    process.stdin.write((json.dumps({"action": "run", "path": "a.ipynb"}) + "\n") * 2)
    process.stdin.flush()
    for _ in range(2):
        outcome = json.loads(process.stdout.readline())["outcome"]
        assert outcome["path"] == "a.ipynb" and outcome["error"].startswith(error.split("(")[0])
    process.stdin.close()
    process.wait(timeout=HANG)
    process.stdout.close()
