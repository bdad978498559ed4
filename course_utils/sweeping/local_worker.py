"""What Dask calls in each worker of a local cluster when it starts."""

import signal
import threading


def dask_setup(worker: object) -> None:
    """Let this process ignore Ctrl-C, which a terminal sends to all: the command ends it."""
    if threading.current_thread() is threading.main_thread():
        # Not SIG_IGN, which the kernels would inherit.
        signal.signal(signal.SIGINT, lambda number, frame: None)
