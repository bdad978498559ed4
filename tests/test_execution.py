"""Parts of the execution that need no kernel; the commands' tests execute notebooks."""

import os
import time
from pathlib import Path

import pytest

from course_utils import execution
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
    running, most, started = set(), [], []

    def start(task: Task, environment: dict, log: object) -> object:
        started.append(task.path)
        return object()

    def follow(worker: object, task: Task, report: object, log: object) -> Outcome:
        running.add(task.path)
        most.append(len(running))
        time.sleep(0.02)
        running.discard(task.path)
        return Outcome(task.path)

    monkeypatch.setattr(execution, "_start_worker", start)
    monkeypatch.setattr(execution, "_follow", follow)
    monkeypatch.setattr(execution, "_end", lambda worker: None)
    names = [f"{k}.ipynb" for k in range(6)]
    outcomes = execution.perform([Task("run", name) for name in names], jobs=2)
    assert [outcome.path for outcome in outcomes] == names == started
    assert max(most) == 2


def test_a_processor_is_there() -> None:
    assert 1 <= execution.available_cores() <= (os.cpu_count() or 1)


def test_processes_at_once_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "available_cores", lambda: 8)
    for jobs, threads in ((0, "8"), (1, "8"), (3, "2"), (8, "1"), (20, "1")):
        environment: dict[str, str] = {}
        execution.share_cores(environment, jobs)
        assert set(environment.values()) == {threads}
    chosen = {"OPENBLAS_NUM_THREADS": "5"}
    execution.share_cores(chosen, 8)
    assert chosen["OPENBLAS_NUM_THREADS"] == "5"
