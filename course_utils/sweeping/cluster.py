"""Handing out the runs of a sweep to a Dask cluster."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_utils.execution import Outcome
from course_utils.sweeping import remote
from course_utils.sweeping.grid import Run

if TYPE_CHECKING:
    from distributed import Client, Future
    from distributed.security import Security

_ENCRYPTED = ("tls", "wss")
_PROTOCOLS = ("tcp", "ws", "ucx", *_ENCRYPTED)
Job = tuple[Run, remote.Job]
Finished = Callable[[Run, Outcome, bytes, int], None]


@dataclass(frozen=True)
class Certificates:
    """What shows a scheduler who we are, and us who it is: paths of files in PEM form.

    Parameters
    ----------
    ca_file : str
        The certificate of the authority that has signed those of the cluster.
    cert, key : str
        Our own certificate, signed by the same authority, and its key.
    """

    ca_file: str
    cert: str
    key: str

    def security(self) -> Security:
        """Return them as Dask wants them.

        Raises
        ------
        ValueError
            If one of the files is missing, or is no such certificate or key.
        """
        from distributed.security import Security

        security = Security(
            tls_ca_file=self.ca_file,
            tls_client_cert=self.cert,
            tls_client_key=self.key,
            require_encryption=True,
        )
        try:
            security.get_connection_args("client")
        except (OSError, ValueError) as error:
            listed = f"{self.ca_file}, {self.cert} and {self.key}"
            raise ValueError(f"{listed} are no certificates and key for TLS: {error}") from error
        return security


def scheduler_address(text: str, *, encrypted: bool) -> str:
    """Complete the address of a scheduler, and refuse what is none.

    Parameters
    ----------
    text : str
        Such as ``tcp://10.0.0.1:8786``, with or without the ``tcp://``.
    encrypted : bool
        Whether certificates are given.

    Raises
    ------
    ValueError
        If it isn't an address, or contradicts `encrypted`.
    """
    protocol, separator, place = text.strip().rpartition("://")
    if not separator:
        protocol = "tls" if encrypted else "tcp"
    host, _, port = place.rpartition(":")
    if not (protocol in _PROTOCOLS and host and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(
            f"--scheduler {text!r} is not the address of a Dask scheduler: give the one that it "
            "prints when it starts, such as tcp://10.0.0.1:8786"
        )
    if encrypted and protocol not in _ENCRYPTED:
        raise ValueError(
            f"--scheduler {text} is not encrypted: with certificates the address begins with tls://"
        )
    return f"{protocol}://{place}"


@contextmanager
def scheduler_client(
    address: str, *, certificates: Certificates | None = None, timeout: float = 10
) -> Iterator[Client]:
    """Connect to a cluster that is there already, which stays as it is.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.1:8786``.
    certificates : Certificates, optional
        For a cluster with TLS; without them those of Dask's own configuration are used, if any.
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
    ValueError
        If `address` is no address, or the certificates are none.
    """
    from distributed import Client
    from distributed.security import Security

    address = scheduler_address(address, encrypted=certificates is not None)
    security = Security() if certificates is None else certificates.security()
    # Dask's loggers have levels of their own; what the user needs to know is said here.
    logging.disable(logging.CRITICAL)
    try:
        _look_for(address, security, timeout)
        try:
            client = Client(address, timeout=timeout, set_as_default=False, security=security)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise ConnectionError(_no_answer(address)) from error
        with client:
            yield client
    finally:
        logging.disable(logging.NOTSET)


def _no_answer(address: str) -> str:
    return (
        f"no Dask scheduler answers at {address}: start one with `dask scheduler`, and give "
        "the address that it prints"
    )


def _look_for(address: str, security: Security, timeout: float) -> None:
    """Ask who is there. A client that finds nobody would wait, and complain, for a minute."""
    from distributed.core import rpc

    async def ask() -> str:
        arguments = security.get_connection_args("client")
        async with rpc(address, timeout=timeout, connection_args=arguments) as remote:
            return str((await remote.identity())["type"])

    async def ask_in_time() -> str:
        return await asyncio.wait_for(ask(), timeout)

    try:
        if address.startswith(("tcp://", "tls://")):
            # Dask would try again and again where nothing listens.
            host, _, port = address.partition("://")[2].rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=timeout).close()
        kind = asyncio.run(ask_in_time())
    # A stranger may answer anything.
    except Exception as error:
        raise ConnectionError(_no_answer(address)) from error
    if kind != "Scheduler":
        raise ConnectionError(f"at {address} is a Dask {kind.lower()}, not the scheduler")


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
