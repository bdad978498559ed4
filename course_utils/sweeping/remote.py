"""What a Dask worker does for a sweep: execute one notebook, and send everything back.

The worker's machine needs this package, with what it needs itself, and nothing else: the notebook
comes as bytes, and goes back as bytes. No folder is shared.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from course_utils import cores, execution
from course_utils.execution import Outcome, Task


@dataclass(frozen=True)
class Job:
    """One notebook to execute, as it travels to the worker.

    Parameters
    ----------
    name : str
        The notebook's file name.
    notebook : bytes
        Its content.
    parameters : dict
        Values in place of the defaults of its parameters cell.
    threads : int, optional
        How many threads NumPy and TensorFlow may use. Without it, the cores that the worker may
        use, divided by the number of its own threads, each of which runs one notebook.
    data_dir : str, optional
        The folder with the full MNIST on the worker's machine.
    cell_timeout : int
        How many seconds a cell may take.
    """

    name: str
    notebook: bytes
    parameters: dict[str, Any] = field(default_factory=dict)
    threads: int | None = None
    data_dir: str | None = None
    cell_timeout: int = execution.CELL_TIMEOUT


class NoLongerWantedError(Exception):
    """Nobody waits for the run any more: the sweep was interrupted, or gave up."""


def execute(job: Job) -> tuple[Outcome, bytes]:
    """Execute a notebook in a process of its own, in an empty folder; for a Dask worker to call.

    That process and its kernel end with this worker, however it ends, and within a second when
    the task is cancelled or the client goes away.

    Returns
    -------
    Outcome
        What became of it; a notebook that raises is an outcome with an error.
    bytes
        The executed notebook, empty if there is none.
    """
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def still_wanted() -> None:
        # Dask cannot stop a task that runs. It marks it, and goes on without its result.
        task = worker.state.tasks.get(key)
        if task is None or task.state not in ("executing", "long-running"):
            raise NoLongerWantedError(str(key))

    threads = job.threads or max(1, cores.available_cores() // worker.state.nthreads)
    environment = execution.kernel_environment(data_dir=job.data_dir, threads=threads)
    # Dask sets it for its own workers; in a kernel it would give memory back after every step.
    environment.pop("MALLOC_TRIM_THRESHOLD_", None)
    # Dask clears its folders away, also after a worker that was killed.
    with tempfile.TemporaryDirectory(dir=worker.local_directory, prefix="run-") as folder:
        source, output = Path(folder, "source"), Path(folder, "executed")
        source.mkdir()
        output.mkdir()
        (source / job.name).write_bytes(job.notebook)
        task = Task(
            "run",
            str(source / job.name),
            output=str(output),
            parameters=job.parameters,
            page=False,
            cell_timeout=job.cell_timeout,
        )
        (outcome,) = execution.perform(
            [task],
            jobs=1,
            environment=environment,
            watch=still_wanted,
            scratch=Path(folder, "scratch"),
        )
        if outcome.passed_over:
            outcome = replace(outcome, error=f"it {outcome.passed_over}")
        executed = output / job.name
        return outcome, executed.read_bytes() if executed.exists() else b""
