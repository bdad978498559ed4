"""Parts of the execution that need no kernel; the commands' tests execute notebooks."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from patience import HANG

from course_utils import cores, execution
from course_utils.execution import Outcome, Task


def test_the_environment_passes_settings_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNN_COURSE_DATA", "/elsewhere")
    plain = execution.kernel_environment()
    assert plain["CNN_COURSE_DATA"] == "/elsewhere" and plain["PATH"] == os.environ["PATH"]
    assert "PYTEST_CURRENT_TEST" not in plain
    assert plain["MPLBACKEND"].endswith("backend_inline")
    chosen = execution.kernel_environment(data_dir="mnist", threads=3)
    # The kernels work in the notebooks' folder, so the path must not depend on it.
    assert chosen["CNN_COURSE_DATA"] == str(tmp_path / "mnist")
    assert chosen["OMP_NUM_THREADS"] == chosen["TF_NUM_INTRAOP_THREADS"] == "3"


def test_a_task_that_breaks_is_reported() -> None:
    tasks = [Task("no such action", "a.ipynb"), Task("refresh", "no such file.ipynb")]
    first, second = execution.perform(tasks, jobs=2)
    assert first.path == "a.ipynb" and "KeyError: 'no such action'" in first.error
    assert second.error == "No such file or directory: no such file.ipynb"


def test_what_is_no_notebook_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "01_bad.ipynb"
    path.write_text("{")
    for action in ("run", "refresh"):
        (outcome,) = execution.perform([Task(action, str(path), output=str(tmp_path))], jobs=1)
        assert "01_bad.ipynb is not a readable notebook" in outcome.error
    assert path.read_text() == "{"


def test_tasks_are_started_in_order_and_at_most_so_many_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running, most, asked, started, ended = set(), [], [], [], []
    pair = threading.Barrier(2)

    class Worker:
        def poll(self) -> None:
            return None

    def start(environment: dict, log: object) -> Worker:
        started.append(Worker())
        return started[-1]

    def ask(worker: Worker, task: Task, report: object, log: object) -> Outcome:
        running.add(task.path)
        pair.wait(timeout=HANG)  # nobody goes on before two are here
        asked.append(task.path)
        most.append(len(running))
        pair.wait(timeout=HANG)
        running.discard(task.path)
        pair.wait(timeout=HANG)
        return Outcome(task.path)

    monkeypatch.setattr(execution, "_KEEP_WORKERS", True)
    monkeypatch.setattr(execution, "start_worker", start)
    monkeypatch.setattr(execution, "ask_worker", ask)
    monkeypatch.setattr(execution, "end_worker", ended.append)
    names = [f"{k}.ipynb" for k in range(6)]
    outcomes = execution.perform([Task("run", name) for name in names], jobs=2)
    assert [outcome.path for outcome in outcomes] == names
    assert [{*asked[k : k + 2]} for k in (0, 2, 4)] == [{*names[k : k + 2]} for k in (0, 2, 4)]
    assert most == [2] * 6
    assert len(started) == 2 and set(ended) == set(started)


# A worker that ends at each task of this path, after some words, and else does nothing.
DIES_AT_BAD = """
import json, sys
for line in sys.stdin:
    path = json.loads(line)["path"]
    print(json.dumps({"done": 0, "cells": 3}))
    print(json.dumps({"place": "cell 2"}), flush=True)
    if path == "bad":
        print("Traceback (most recent call last):\\n  x\\nOSError: oh\\n----", file=sys.stderr)
        print('{"outcome": {"pa', end="", flush=True)
        sys.exit(3)
    print(json.dumps({"outcome": {"path": path}}), flush=True)
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    """The workers that were started, all of which die at the task ``bad``."""
    processes = []

    def start(environment: dict, log: object) -> subprocess.Popen:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", DIES_AT_BAD]
        processes.append(
            subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, encoding="utf-8")
        )
        return processes[-1]

    monkeypatch.setattr(execution, "_KEEP_WORKERS", True)
    monkeypatch.setattr(execution, "start_worker", start)
    return processes


def test_a_worker_that_ends_costs_its_task_only(started: list[subprocess.Popen]) -> None:
    names = ["a", "b", "bad", "c"]
    outcomes = execution.perform([Task("run", name) for name in names], jobs=1)
    assert [outcome.path for outcome in outcomes] == names
    assert [bool(outcome.error) for outcome in outcomes] == [False, False, True, False]
    assert outcomes[2].error == "cell 2: its process ended with code 3: OSError: oh"
    assert len(started) == 2
    assert all(worker.poll() is not None for worker in started)


def test_a_task_is_done_again_while_it_is_asked_for(started: list[subprocess.Popen]) -> None:
    told = []

    def finished(place: int, outcome: Outcome) -> bool:
        told.append((place, bool(outcome.error)))
        return bool(outcome.error) and told.count((place, True)) < 3

    names = ["bad", "a", "b"]
    outcomes = execution.perform([Task("run", name) for name in names], jobs=2, finished=finished)
    assert sorted(told) == [(0, True)] * 3 + [(1, False), (2, False)]
    assert [outcome.path for outcome in outcomes] == names


@pytest.mark.parametrize("where", ["report", "finished"])
def test_what_a_callback_raises_ends_all_and_passes_through(
    where: str, started: list[subprocess.Popen]
) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        execution.perform([Task("run", name) for name in "abcd"], jobs=2, **{where: full})
    assert all(worker.poll() is not None for worker in started)


def test_a_process_that_cannot_be_started_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(environment: dict, log: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(execution, "start_worker", start)
    outcomes = execution.perform([Task("run", name) for name in "abc"], jobs=2)
    errors = {outcome.error for outcome in outcomes}
    assert errors == {"no process was started: Cannot allocate memory"}


def test_the_folder_for_what_workers_write_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def report(*_: object) -> None:
        seen.extend(tmp_path.rglob("connections"))

    execution.perform([Task("run", "a")], jobs=1, report=report)
    assert seen and list(tmp_path.iterdir()) == []


def test_what_a_worker_said_of_one_task_is_no_reason_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = (
        "import json, sys\n"
        "path = json.loads(sys.stdin.readline())['path']\n"
        "print('a warning', file=sys.stderr, flush=True)\n"
        "print(json.dumps({'outcome': {'path': path}}), flush=True)\n"
        "sys.stdin.readline()\n"
        "sys.exit(3)"
    )

    def start(environment: dict, log: object) -> subprocess.Popen:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", source]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, encoding="utf-8")

    monkeypatch.setattr(execution, "_KEEP_WORKERS", True)
    monkeypatch.setattr(execution, "start_worker", start)
    first, second = execution.perform([Task("run", "a"), Task("run", "b")], jobs=1)
    assert first == Outcome("a")
    assert second == Outcome("b", error="its process ended with code 3")


def test_a_processor_is_there() -> None:
    assert 1 <= cores.available_cores() <= (os.cpu_count() or 1)


def test_processes_at_once_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 8)
    for jobs, threads in ((0, "8"), (1, "8"), (3, "2"), (8, "1"), (20, "1")):
        environment: dict[str, str] = {}
        cores.share_cores(environment, jobs)
        assert set(environment.values()) == {threads}
    chosen = {"OPENBLAS_NUM_THREADS": "5"}
    cores.share_cores(chosen, 8)
    assert chosen["OPENBLAS_NUM_THREADS"] == "5"
