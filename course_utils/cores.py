"""How many cores there are, and how processes that run at once share them."""

import os
from collections.abc import MutableMapping


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_cores(environment: MutableMapping[str, str], jobs: int) -> None:
    """Let each of `jobs` processes use its share of the cores.

    The libraries would give each process a thread a core, and threads that wait for one another on
    cores that are taken lose more than they gain. With NumPy's matrix products it is many times the
    time on a busy machine; two trainings with TensorFlow at once on two cores take a tenth less
    time with one thread each. What is set already stays.

    Parameters
    ----------
    environment : mutable mapping
        Environment variables, changed in place.
    jobs : int
        How many processes there will be; 0 counts as 1.
    """
    threads = max(1, available_cores() // max(1, jobs))
    for name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        environment.setdefault(name, str(threads))
