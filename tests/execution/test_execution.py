"""Parts of the execution that need no kernel; the commands' tests execute notebooks."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
    chosen = execution.kernel_environment(data_dir="mnist", threads=3)
    # The kernels work in the notebooks' folder, so the path must not depend on it.
    assert chosen["CNN_COURSE_DATA"] == str(tmp_path / "mnist")
    assert chosen["OMP_NUM_THREADS"] == chosen["TF_NUM_INTRAOP_THREADS"] == "3"


def test_a_worker_that_breaks_is_reported() -> None:
    tasks = [Task("no such action", "a.ipynb"), Task("refresh", "no such file.ipynb")]
    first, second = execution.perform(tasks, jobs=2)
    assert first.path == "a.ipynb" and "KeyError: 'no such action'" in first.error
    assert "FileNotFoundError" in second.error


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

    class Worker:
        def poll(self) -> None:
            return None

    def start(environment: dict, log: object) -> Worker:
        started.append(Worker())
        return started[-1]

    def ask(worker: Worker, task: Task, report: object, log: object) -> Outcome:
        asked.append(task.path)
        running.add(task.path)
        most.append(len(running))
        time.sleep(0.02)
        running.discard(task.path)
        return Outcome(task.path)

    monkeypatch.setattr(execution, "_KEEP_WORKERS", True)
    monkeypatch.setattr(execution, "_start_worker", start)
    monkeypatch.setattr(execution, "_ask_worker", ask)
    monkeypatch.setattr(execution, "_end", ended.append)
    names = [f"{k}.ipynb" for k in range(6)]
    outcomes = execution.perform([Task("run", name) for name in names], jobs=2)
    assert [outcome.path for outcome in outcomes] == names == asked
    assert max(most) == 2
    assert len(started) == 2 and set(ended) == set(started)


def test_a_worker_that_ends_costs_its_task_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "01_bad.ipynb"
    bad.write_text("{")
    started, start = [], execution._start_worker

    def counted(environment: dict, log: object) -> object:
        started.append(start(environment, log))
        return started[-1]

    monkeypatch.setattr(execution, "_start_worker", counted)
    tasks = [
        Task("refresh", str(bad)),
        Task("refresh", str(bad)),
        Task("no such action", "a.ipynb"),
        Task("refresh", str(bad)),
    ]
    first, second, broken, last = execution.perform(tasks, jobs=1)
    assert "is not a readable notebook" in first.error and first == second == last
    assert "KeyError: 'no such action'" in broken.error
    assert len(started) == (2 if execution._KEEP_WORKERS else 4)
    assert all(worker.poll() is not None for worker in started)


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
    monkeypatch.setattr(execution, "_start_worker", start)
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
