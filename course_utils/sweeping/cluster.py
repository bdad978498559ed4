"""Dask clusters for a sweep, and handing out the runs."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from course_utils.execution import Outcome
from course_utils.sweeping import remote
from course_utils.sweeping.grid import Run

if TYPE_CHECKING:
    from distributed import Client, Future

_CLOSING_TIMEOUT = 5  # seconds
Job = tuple[Run, remote.Job]
Finished = Callable[[Run, Outcome, bytes, int], None]


@contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """Start a cluster on this machine, for this machine alone, and end it with all its processes.

    Parameters
    ----------
    workers : int
        How many processes; each runs one notebook at a time.

    Yields
    ------
    distributed.Client
        Connected to it.
    """
    from distributed import Client, LocalCluster

    before, cluster = _children(), None
    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            preload="course_utils.sweeping.local_worker",
        )
        with Client(cluster, set_as_default=False) as client:
            yield client
    finally:
        started = _children() - before
        try:
            if cluster is not None:
                cluster.close(timeout=_CLOSING_TIMEOUT)
        finally:
            # Also what a second Ctrl-C, or a run that had just started, has left.
            _end(started | (_children() - before))


@contextmanager
def scheduler_client(address: str, *, timeout: float = 20) -> Iterator[Client]:
    """Connect to a cluster that is there already, which stays as it is.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.1:8786``.
    timeout : float
        Seconds to wait for an answer.

    Yields
    ------
    distributed.Client
        Connected to it.

    Raises
    ------
    ConnectionError
        If no scheduler answers there.
    """
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {address}: start one with `dask scheduler`, and give "
            "the address that it prints"
        ) from error
    with client:
        yield client


def hand_out(
    client: Client,
    jobs: Sequence[Job],
    *,
    retries: int,
    finished: Finished,
    again: Callable[[Run, Outcome], None] = lambda run, outcome: None,
) -> None:
    """Let the cluster execute the jobs, again where one fails or its worker dies.

    Dask itself starts a run elsewhere when its worker has died, as often as the cluster's setting
    ``distributed.scheduler.allowed-failures`` says (3 times, unless somebody has changed it). What
    Dask gives up counts as a failed try here.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.
    jobs : sequence of (Run, remote.Job)
        What to execute.
    retries : int
        How many more times to start a run after its first try.
    finished : callable
        Called as ``finished(run, outcome, executed notebook, tries)`` when a run has finished,
        or failed for the last time.
    again : callable, optional
        Called as ``again(run, outcome)`` when a run has failed and is tried again.

    Raises
    ------
    ConnectionError
        If the scheduler has gone.
    """
    from distributed import as_completed

    pending: dict[str, tuple[Job, int]] = {}

    def submit(job: Job, tries: int) -> Future:
        # Another key for each try and each sweep: a cluster gives the same key the same result.
        key = f"run-{uuid.uuid4().hex}"
        pending[key] = job, tries
        return client.submit(remote.execute, job[1], key=key, priority=-tries)

    # No other name holds the futures: a worker drops a result as soon as it has been fetched.
    following = as_completed([submit(job, 1) for job in jobs], loop=client.loop)
    try:
        for future in following:
            job, tries = pending.pop(future.key)
            if future.status in ("cancelled", "lost"):
                raise ConnectionError("the scheduler has gone, or somebody cancelled the runs")
            outcome, notebook = _brought(future)
            if outcome.error and tries <= retries:
                again(job[0], outcome)
                following.add(submit(job, tries + 1))
            else:
                finished(job[0], outcome, notebook, tries)
    finally:
        # The workers end the runs that they still execute.
        left = [future for future in following.futures if not future.done()]
        if left:
            client.cancel(left)


def _brought(future: Future) -> tuple[Outcome, bytes]:
    if future.status == "finished":
        return future.result()
    error = future.exception()
    from distributed.scheduler import KilledWorker

    if isinstance(error, KilledWorker):
        text = "its Dask worker died, perhaps of too little memory"
    elif isinstance(error, ModuleNotFoundError) and "course_utils" in str(error):
        text = f"{error}: the workers need this package installed"
    else:
        lines = str(error).strip().splitlines()
        text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return Outcome(path="", error=text), b""


def _children() -> set[psutil.Process]:
    """Return the processes below this one, without the one that Python keeps for itself."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        try:
            if not any("resource_tracker" in argument for argument in process.cmdline()):
                found.add(process)
        except psutil.Error:  # it has just ended
            pass
    return found


def _end(processes: set[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=1)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs(alive, timeout=_CLOSING_TIMEOUT)
