"""Executing notebooks, several at once, each kernel in a process of its own.

A worker, `course_utils.execution.worker`, is a process that executes one notebook after another.
It is told its tasks on its standard input, one line of JSON each, tells of its progress on its
standard output in the same way, and ends when its standard input closes. No other process can tell
it anything; the ports of Jupyter's kernels want every message signed.

| file | what it answers |
|---|---|
| `tasks`, `worker_processes` | what a worker is asked, and how it is started and ended |
| `worker`, `actions` | what goes on in it: listening, and running or refreshing a notebook |
| `kernels`, `surroundings` | which kernel is started, and which of the user's settings reach it |
| `asking`, `stopwatch`, `scalars` | how cells are executed, where time went, what was found |
| `given_parameters`, `literals` | how values take the place of a notebook's parameters |
| `failures` | what went wrong, in one line |
| `run_report` | what a run cost |
| `readiness` | whether this machine is ready |
| `reproduction` | what the lectures' networks reach |
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from course_utils.cores import share_cores
from course_utils.execution import surroundings
from course_utils.execution.tasks import CELL_TIMEOUT, Outcome, Task
from course_utils.execution.worker_processes import Report, ask_worker, end_worker, start_worker

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

# A new worker spends some seconds on its imports. macOS tells the peak memory of the kernels of
# one process only together, so a worker may have no more than one there.
_KEEP_WORKERS = sys.platform != "darwin"


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
                                worker = start_worker(own, log)
                            except OSError as error:
                                outcome = Outcome(
                                    task.path, error=f"no process was started: {error.strerror}"
                                )
                            else:
                                workers.add(worker)
                    if worker is not None:
                        outcome = ask_worker(worker, task, report, log)
                    outcomes[place] = outcome
                    if worker is not None and (not _KEEP_WORKERS or worker.poll() is not None):
                        end_worker(worker)
                        worker = None
                    if finished is not None and not stopped.is_set():
                        with telling:
                            again = finished(place, outcome)
                        if again:
                            waiting.append((place, task))
            finally:
                if worker is not None:
                    end_worker(worker)

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
                end_worker(worker)
            raise
    for future in futures:
        future.result()
    return outcomes
