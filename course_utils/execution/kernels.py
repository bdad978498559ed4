"""Jupyter kernels of this very interpreter, and the memory and processor time that they took."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import psutil
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient.util import run_sync

from course_utils.execution import surroundings


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel: this interpreter, whatever kernels the user has registered."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this interpreter."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class KernelManager(AsyncKernelManager):
    """Starts and ends kernels of this interpreter."""

    # What `Usage` tells, as far as it must be asked for before the process ends.
    peak_bytes, processor_seconds = 0, 0.0
    exit_code: int | None = None

    def _connection_file_default(self) -> str:
        # In a folder that is removed as a whole: the file holds the kernel's key, and a worker
        # that is killed can't remove it.
        folder = os.environ.get(surroundings.CONNECTIONS)
        return str(Path(folder, f"kernel-{uuid.uuid4().hex}.json")) if folder else ""

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return ThisInterpreter(parent=self)

    async def _async_is_alive(self) -> bool:
        alive = await super()._async_is_alive()
        # Of a kernel that has ended without being asked to.
        code = getattr(getattr(self.provisioner, "process", None), "returncode", None)
        if not alive and code is not None:
            KernelManager.exit_code = code
        return alive

    is_alive = _async_is_alive

    async def shutdown_kernel(  # type: ignore[override]  # a coroutine in AsyncKernelManager too
        self, now: bool = False, restart: bool = False
    ) -> None:
        """End the kernel."""
        pid = getattr(self.provisioner, "pid", None)
        if pid is not None:
            self._note_usage(pid)
        await self._async_shutdown_kernel(now=now, restart=restart)

    @staticmethod
    def _note_usage(pid: int) -> None:
        peak = 0
        try:
            if sys.platform == "win32":
                process = psutil.Process(pid)
                peak = process.memory_info().peak_wset
                KernelManager.processor_seconds += sum(process.cpu_times()[:2])
            elif sys.platform == "linux":
                # Not the usage of ended children: there a child counts what its parent held when
                # it was started.
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        peak = int(line.split()[1]) * 1024
        except (OSError, psutil.NoSuchProcess):
            pass  # it died by itself
        KernelManager.peak_bytes = max(KernelManager.peak_bytes, peak)


class Usage:
    """What the kernels of this process take that end between its making and its reading."""

    def __init__(self) -> None:
        KernelManager.peak_bytes, KernelManager.processor_seconds = 0, 0.0
        KernelManager.exit_code = None
        self._peak_before, self._seconds_before = _ended_children()

    def peak_bytes(self) -> int:
        """Return the most memory that a kernel held, 0 if unknown."""
        if KernelManager.peak_bytes:
            return KernelManager.peak_bytes
        peak, _ = _ended_children()
        return peak if peak > self._peak_before else 0

    def exit_code(self) -> int | None:
        """Return how a kernel ended by itself, None if none did or nothing is known of it."""
        return KernelManager.exit_code

    def processor_seconds(self) -> float:
        """Return the processor time of the kernels, over all cores, 0 if unknown."""
        _, seconds = _ended_children()
        return KernelManager.processor_seconds + seconds - self._seconds_before


def _ended_children() -> tuple[int, float]:
    """Return the largest peak memory of the children that have ended, and their processor time.

    Windows tells neither.
    """
    if sys.platform == "win32":
        return 0, 0.0
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss * 1024
    return peak, used.ru_utime + used.ru_stime


def ask_kernel(source: str, *, timeout: float) -> None:
    """Start a kernel of this interpreter, let it execute one line, and end it.

    Parameters
    ----------
    source : str
        The line.
    timeout : float
        Seconds to wait for the start, and again for the answer.

    Raises
    ------
    RuntimeError
        If it does not start in time.
    TimeoutError
        If it does not answer in time.
    """

    async def ask(folder: Path) -> None:
        manager = KernelManager(kernel_name="python3")
        environment = surroundings.without_user_settings(os.environ)
        environment |= surroundings.own_folders(folder)
        try:
            await manager.start_kernel(stderr=subprocess.DEVNULL, env=environment)
            client = manager.client()
            client.start_channels()
            try:
                await client.wait_for_ready(timeout=timeout)
                silent: dict[str, Any] = {
                    "store_history": False,
                    "output_hook": lambda message: None,
                }
                await client.execute_interactive(source, timeout=timeout, **silent)
            except queue.Empty as error:
                raise TimeoutError(f"no reply within {timeout} s") from error
            finally:
                client.stop_channels()
        finally:
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)

    use_selector_loop()
    with tempfile.TemporaryDirectory(prefix="cnn-course-", ignore_cleanup_errors=True) as folder:
        run_sync(ask)(Path(folder))


def use_selector_loop() -> None:
    """Choose an event loop that ZeroMQ can wait on; the one that Windows has by default is none."""
    if sys.platform == "win32":
        import asyncio

        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
