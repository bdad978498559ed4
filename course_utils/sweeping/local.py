"""Handing out the runs of a sweep to processes of this machine, through pipes.

No port is opened: on a machine that others use too, they could have it execute their code.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from course_utils import execution
from course_utils.execution import Outcome, Task
from course_utils.sweeping.grid import Run
from course_utils.sweeping.remote import Job

Finished = Callable[[Run, Outcome, bytes, int], None]


def hand_out_here(
    jobs: Sequence[tuple[Run, Job]],
    *,
    workers: int,
    retries: int,
    finished: Finished,
    again: Callable[[Run, Outcome], None] = lambda run, outcome: None,
) -> None:
    """Execute the jobs, again where one fails or its process dies.

    Parameters
    ----------
    jobs : sequence of (Run, Job)
        What to execute: one notebook, the same threads and the same data, with other parameters.
    workers : int
        How many at once.
    retries : int
        How many more times to start a run after its first try.
    finished : callable
        Called as ``finished(run, outcome, executed notebook, tries)`` when a run has finished,
        or failed for the last time.
    again : callable, optional
        Called as ``again(run, outcome)`` when a run has failed and is tried again.

    Raises
    ------
    KeyboardInterrupt
        When interrupted, after every process has been ended.
    """
    if not jobs:
        return
    tries = [0] * len(jobs)
    first = jobs[0][1]
    with tempfile.TemporaryDirectory(prefix="cnn-course-", ignore_cleanup_errors=True) as scratch:
        source = Path(scratch, "source", first.name)
        source.parent.mkdir()
        source.write_bytes(first.notebook)
        tasks = [
            Task(
                "run",
                str(source),
                output=str(Path(scratch, f"executed-{place}")),
                parameters=job.parameters,
                page=False,
                alone=True,
                cell_timeout=job.cell_timeout,
            )
            for place, (_, job) in enumerate(jobs)
        ]

        def ended(place: int, outcome: Outcome) -> bool:
            tries[place] += 1
            if outcome.passed_over:
                outcome = replace(outcome, error=f"it {outcome.passed_over}")
            folder = Path(tasks[place].output)
            run = jobs[place][0]
            repeat = bool(outcome.error) and tries[place] <= retries
            if repeat:
                again(run, outcome)
            else:
                executed = folder / first.name
                notebook = executed.read_bytes() if executed.exists() else b""
                finished(run, outcome, notebook, tries[place])
            shutil.rmtree(folder, ignore_errors=True)
            return repeat

        environment = execution.kernel_environment(data_dir=first.data_dir, threads=first.threads)
        execution.perform(
            tasks, jobs=workers, finished=ended, environment=environment, scratch=Path(scratch)
        )
