"""Jupyter kernels of this very interpreter, and the memory and processor time that they took."""

from __future__ import annotations

import queue
import subprocess
import sys

import psutil
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient.util import run_sync


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel: this interpreter, whatever kernels the user has registered."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this interpreter."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class KernelManager(AsyncKernelManager):
    """Starts and ends kernels of this interpreter."""

    # The most memory that a kernel took, in bytes, and its processor time; kept on Windows only,
    # which forgets them when the process ends.
    peak_bytes, processor_seconds = 0, 0.0

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return ThisInterpreter(parent=self)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End the kernel."""
        if sys.platform == "win32":
            try:
                process = psutil.Process(self.provisioner.pid)
                KernelManager.peak_bytes = process.memory_info().peak_wset
                KernelManager.processor_seconds = sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:  # it died by itself
                pass
        await self._async_shutdown_kernel(now=now, restart=restart)


def peak_bytes() -> int:
    """Return the most memory that a kernel of this process took; all kernels must have ended."""
    if sys.platform == "win32":
        return KernelManager.peak_bytes
    import resource

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def processor_seconds() -> float:
    """Return the processor time of the kernels of this process, over all cores, once they ended."""
    if sys.platform == "win32":
        return KernelManager.processor_seconds
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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

    async def ask() -> None:
        manager = KernelManager(kernel_name="python3")
        try:
            await manager.start_kernel(stderr=subprocess.DEVNULL)
            client = manager.client()
            client.start_channels()
            try:
                await client.wait_for_ready(timeout=timeout)
                silent = {"store_history": False, "output_hook": lambda message: None}
                await client.execute_interactive(source, timeout=timeout, **silent)
            except queue.Empty as error:
                raise TimeoutError(f"no reply within {timeout} s") from error
            finally:
                client.stop_channels()
        finally:
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)

    use_selector_loop()
    run_sync(ask)()


def use_selector_loop() -> None:
    """Choose an event loop that ZeroMQ can wait on; the one that Windows has by default is none."""
    if sys.platform == "win32":
        import asyncio

        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
