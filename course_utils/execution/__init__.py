"""Executing notebooks, several at once, each kernel in a process of its own.

A worker, `course_utils.execution.worker`, is a process that executes one notebook after another. It is told
its tasks on its standard input, one line of JSON each, tells of its progress on its standard
output in the same way, and ends when its standard input closes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from course_utils.cores import share_cores
from course_utils.execution import failures, surroundings
from course_utils.execution.literals import python_source

__all__ = [
    "CELL_TIMEOUT",
    "Finished",
    "Outcome",
    "Report",
    "Task",
    "failures",
    "kernel_environment",
    "perform",
    "readiness",
    "reproduction",
    "run_report",
    "surroundings",
]

CELL_TIMEOUT = 600  # seconds; the longest cell of the course, on the sample, takes one minute

# A new worker spends some seconds on its imports. macOS tells the peak memory of the kernels of
# one process only together, so a worker may have no more than one there.
_KEEP_WORKERS = sys.platform != "darwin"


@dataclass(frozen=True)
class Task:
    """One notebook to execute.

    Parameters
    ----------
    action : {"run", "refresh"}
        ``run`` executes a copy and writes it, with a readable page, to `output`; ``refresh``
        stores the outputs in the notebook itself.
    path : str
        The notebook.
    output : str
        The folder that ``run`` writes to.
    parameters : dict
        Values that ``run`` puts in place of the defaults of the parameters cell: literals of Python,
        NaN and infinities.
    numbers : bool
        Whether ``refresh`` stores fresh numbers in cells tagged ``nbval-ignore-output``.
    page : bool
        Whether ``run`` writes the readable page too.
    alone : bool
        Whether ``run`` executes the notebook in an empty folder, which is removed afterwards,
        and not in the folder of `path`.
    cell_timeout : int
        How many seconds a cell may take.
    """

    action: str
    path: str
    output: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    numbers: bool = False
    page: bool = True
    alone: bool = False
    cell_timeout: int = CELL_TIMEOUT


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    path : str
        The notebook.
    error : str
        Empty if all went well; else where it failed and the error's own line.
    passed_over : str
        Empty as a rule; else which package the notebook needs that is not installed. Its cells
        then did nothing.
    seconds : float
        From the start of the kernel to its end.
    peak_bytes : int
        The most memory that the kernel's process held, 0 if unknown.
    processor_seconds : float
        The processor time of a ``run``'s kernel, over all cores, 0 if unknown.
    headline : str
        What the cell tagged ``headline`` printed.
    title : str
        The notebook's first heading.
    files : list of str
        The files that were written.
    kept : list of str
        Ids of cells whose stored numbers ``refresh`` kept.
    times : dict of str to float
        What the seconds of a ``run`` were spent on: ``kernel`` (starting and ending it),
        ``imports``, ``training``, and ``execution``, which is the rest of the cells. Empty if
        the kernel did not tell. See `course_utils.execution.stopwatch` for what counts as what.
    scalars : dict of str to bool, int or float
        The single numbers that a ``run`` ended with, by name.
    """

    path: str
    error: str = ""
    passed_over: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0
    processor_seconds: float = 0.0
    headline: str = ""
    title: str = ""
    files: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    scalars: dict[str, bool | int | float] = field(default_factory=dict)


Report = Callable[[Task, int, int], None]
Finished = Callable[[int, Outcome], bool]


def kernel_environment(
    *, data_dir: str | os.PathLike[str] | None = None, threads: int | None = None
) -> dict[str, str]:
    """Return the environment for the workers and, through them, for the kernels.

    What the user has set for other work stays out; see `course_utils.execution.surroundings`.

    Parameters
    ----------
    data_dir : str or path, optional
        The folder with the full MNIST, passed on as ``CNN_COURSE_DATA``.
    threads : int, optional
        How many threads NumPy's and TensorFlow's routines may use in each kernel; without it
        each library decides.
    """
    environment = surroundings.without_user_settings(os.environ)
    if data_dir is not None:
        environment["CNN_COURSE_DATA"] = str(Path(data_dir).expanduser().resolve())
    if threads is not None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[name] = str(threads)
        environment["TF_NUM_INTRAOP_THREADS"] = str(threads)
        environment["TF_NUM_INTEROP_THREADS"] = "1"
    return environment


def perform(
    tasks: Sequence[Task],
    *,
    jobs: int,
    report: Report | None = None,
    finished: Finished | None = None,
    environment: dict[str, str] | None = None,
    watch: Callable[[], None] | None = None,
    scratch: Path | None = None,
) -> list[Outcome]:
    """Carry out the tasks, at most `jobs` at once, in the order given.

    Parameters
    ----------
    tasks : sequence of Task
        What to do, the longest first.
    jobs : int
        How many at once, at least 1.
    report : callable, optional
        Called from several threads as ``report(task, cells done, cells in all)``.
    finished : callable, optional
        Called as ``finished(place, outcome)``, one call at a time, when the task at that place of
        `tasks` has ended. If it returns True, the task is carried out once more.
    environment : dict, optional
        See :func:`kernel_environment`.
    watch : callable, optional
        Called without arguments some times a second.
    scratch : Path, optional
        A folder for what the workers and kernels write while they work. Without it one is made,
        and removed at the end. A worker whose parent has gone removes it, too.

    Returns
    -------
    list of Outcome
        In the order of `tasks`. A task that fails does not stop the others.

    Raises
    ------
    KeyboardInterrupt
        When interrupted, after every worker and its kernel has been ended.
    Exception
        What `report`, `finished` or `watch` raises, likewise.
    """
    if scratch is None:
        with tempfile.TemporaryDirectory(
            prefix="cnn-course-", ignore_cleanup_errors=True
        ) as folder:
            return perform(
                tasks,
                jobs=jobs,
                report=report,
                finished=finished,
                environment=environment,
                watch=watch,
                scratch=Path(folder),
            )
    environment = kernel_environment() if environment is None else dict(environment)
    environment[surroundings.SCRATCH] = str(scratch)
    jobs = max(1, min(jobs, len(tasks)))
    share_cores(environment, jobs)
    outcomes = [Outcome(task.path, error="not started") for task in tasks]
    waiting = deque(enumerate(tasks))
    workers: set[subprocess.Popen] = set()
    guard, telling, stopped = threading.Lock(), threading.Lock(), threading.Event()

    def carry_out(number: int) -> None:
        worker = None
        own = environment | surroundings.own_folders(scratch / f"worker-{number}")
        with tempfile.TemporaryFile() as log:
            try:
                while True:
                    with guard:
                        if stopped.is_set() or not waiting:
                            return
                        place, task = waiting.popleft()
                        if worker is None:
                            try:
                                worker = _start_worker(own, log)
                            except OSError as error:
                                outcome = Outcome(
                                    task.path, error=f"no process was started: {error.strerror}"
                                )
                            else:
                                workers.add(worker)
                    if worker is not None:
                        outcome = _ask_worker(worker, task, report, log)
                    outcomes[place] = outcome
                    if worker is not None and (not _KEEP_WORKERS or worker.poll() is not None):
                        _end(worker)
                        worker = None
                    if finished is not None and not stopped.is_set():
                        with telling:
                            again = finished(place, outcome)
                        if again:
                            waiting.append((place, task))
            finally:
                if worker is not None:
                    _end(worker)

    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(carry_out, number) for number in range(jobs)]
        try:
            # A wait without a limit could not be interrupted on Windows.
            while (state := wait(futures, timeout=0.2, return_when=FIRST_EXCEPTION)).not_done:
                for future in state.done:
                    future.result()
                if watch is not None:
                    watch()
        except BaseException:
            with guard:
                stopped.set()
                started = list(workers)
            for worker in started:
                _end(worker)
            raise
    for future in futures:
        future.result()
    return outcomes


def _start_worker(environment: dict[str, str], log: IO[bytes]) -> subprocess.Popen:
    # A group of its own, so that Ctrl-C reaches the parent alone, which then ends its workers.
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        group = {"start_new_session": True}
    return subprocess.Popen(
        [sys.executable, "-m", "course_utils.execution.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        encoding="utf-8",
        **group,
    )


def _ask_worker(
    worker: subprocess.Popen, task: Task, report: Report | None, log: IO[bytes]
) -> Outcome:
    """Hand a task to a worker and wait for its outcome; a worker that dies has one, too."""
    # What an earlier task left in the log would be taken for the reason why this one failed.
    log.seek(0)
    log.truncate()
    told = asdict(task)
    # In JSON a tuple would become a list, and the keys of a dict texts.
    told["parameters"] = {name: python_source(value) for name, value in task.parameters.items()}
    try:
        worker.stdin.write(json.dumps(told) + "\n")
        worker.stdin.flush()
    except OSError:
        pass  # it has ended, which the loop finds at once
    place = ""
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


def _end(worker: subprocess.Popen) -> None:
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
    try:
        worker.stdin.close()
    except OSError:
        pass  # what it was never told
