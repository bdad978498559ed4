"""Whether this machine is ready for the course, and what to do about what isn't."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from course_utils import notebooks
from course_utils.cores import available_cores
from course_utils.execution import failures, surroundings

PYTHON_VERSIONS = ((3, 11), (3, 13))
IMPORT_LIMIT = 180  # seconds; a first import from a cold disk takes up to a minute
KERNEL_LIMIT = 60  # seconds
MEMORY_NEEDED = 2.5e9  # bytes; two notebooks at once take up to 1.2 GB each
DISK_NEEDED = 1e9  # bytes
_REINSTALL = "install the course's packages anew: make clean, then make check"
_PROBE = """
import json, course_utils.quiet_tensorflow, tensorflow, keras
print(json.dumps([tensorflow.__version__, keras.__version__, keras.backend.backend()]))
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    what : str
        Its name.
    found : str
        What was found.
    remedy : str
        What to do about it; empty if all is well.
    needed : bool
        Whether the course fails without it.
    """

    what: str
    found: str
    remedy: str = ""
    needed: bool = True

    @property
    def stops(self) -> bool:
        """Whether the course cannot run before the remedy has been applied."""
        return bool(self.remedy) and self.needed


def findings(data_dir: Path | None = None) -> Iterator[Finding]:
    """Look at everything the course needs of a machine.

    Parameters
    ----------
    data_dir : Path, optional
        A folder where the full MNIST may be.

    Yields
    ------
    Finding
        In a fixed order, each as soon as it is known.
    """
    looks: list[Callable[[], list[Finding]]] = [
        python_version,
        cores,
        memory,
        disk,
        sample_data,
        lambda: full_data(data_dir),
        tensorflow,
        kernel,
        lessons,
        settings,
    ]
    with ThreadPoolExecutor(len(looks)) as pool:
        for future in [pool.submit(_looked, look) for look in looks]:
            yield from future.result()


def _looked(look: Callable[[], list[Finding]]) -> list[Finding]:
    """Look, and make a finding of what goes wrong meanwhile: the others are wanted, too."""
    try:
        return look()
    except Exception as error:
        what = getattr(look, "__name__", "data").replace("_", " ").capitalize()
        said = failures.error_line(type(error).__name__, str(error))
        return [Finding(what, f"cannot be looked at: {said}", _REINSTALL)]


def python_version() -> list[Finding]:
    """Check the version of the running Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    (low_major, low), (high_major, high) = PYTHON_VERSIONS
    if PYTHON_VERSIONS[0] <= tuple(sys.version_info[:2]) <= PYTHON_VERSIONS[1]:
        return [Finding("Python", f"{found}, {sys.executable}")]
    remedy = f"install Python {low_major}.{low} to {high_major}.{high}: TensorFlow has no other"
    return [Finding("Python", found, remedy)]


def tensorflow() -> list[Finding]:
    """Import TensorFlow and Keras in a process of their own: an import may crash or hang."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=IMPORT_LIMIT,
            stdin=subprocess.DEVNULL,
            env=surroundings.without_user_settings(os.environ),
        )
    except subprocess.TimeoutExpired:
        found = f"not imported within {IMPORT_LIMIT} s"
        return [Finding("TensorFlow", found, "try again; a first import reads 1 GB from disk")]
    if done.returncode == 0:
        versions = json.loads(done.stdout.strip().splitlines()[-1])
        tensorflow_version, keras_version, backend = versions
        remedy = "" if backend == "tensorflow" else "unset the environment variable KERAS_BACKEND"
        return [
            Finding("TensorFlow", f"{tensorflow_version}, imports"),
            Finding("Keras", f"{keras_version} on {backend}", remedy),
        ]
    lines = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
    # A negative code is a signal; 4, illegal instruction, comes from an old processor.
    old = "this processor lacks AVX instructions: use another machine, or Binder"
    return [
        Finding("TensorFlow", lines[-1], old if done.returncode == -4 else _REINSTALL),
    ]


def cores() -> list[Finding]:
    """Count the cores that this process may use."""
    return [Finding("Cores", str(available_cores()))]


def memory() -> list[Finding]:
    """Check the memory that is free now."""
    state = psutil.virtual_memory()
    found = f"{state.available / 1e9:.1f} of {state.total / 1e9:.1f} GB free"
    remedy = "" if state.available >= MEMORY_NEEDED else "close other programs; run with --jobs 1"
    return [Finding("Memory", found, remedy, needed=False)]


def disk() -> list[Finding]:
    """Check the free space where pages and executed notebooks are written."""
    free = shutil.disk_usage(Path.cwd()).free
    remedy = "" if free >= DISK_NEEDED else f"free {DISK_NEEDED / 1e9:.0f} GB"
    return [Finding("Disk", f"{free / 1e9:.1f} GB free here", remedy, needed=False)]


def sample_data() -> list[Finding]:
    """Read the digits that come with the course; reading checks every array."""
    from course_utils.datasets import load_mnist

    try:
        (x_train, _), (x_test, _) = load_mnist("sample")
    except (ValueError, OSError) as error:
        return [Finding("Sample digits", str(error), "git checkout -- data")]
    return [Finding("Sample digits", f"{len(x_train) + len(x_test):,}, sound")]


def full_data(data_dir: Path | None = None) -> list[Finding]:
    """Look for the full MNIST, without reading or fetching it."""
    from course_utils.datasets import find_full_mnist

    fetch = "for --data full: python -m course_utils data --fetch"
    try:
        folder = find_full_mnist(data_dir)
    except (ValueError, OSError) as error:
        return [Finding("Full MNIST", str(error), fetch, needed=False)]
    if folder is None:
        found = "not here, and not needed for the sample"
        return [Finding("Full MNIST", found, fetch, needed=False)]
    return [Finding("Full MNIST", f"in {folder}")]


def kernel() -> list[Finding]:
    """Start a Jupyter kernel of this Python and let it answer."""
    try:
        from course_utils.execution import kernels

        found = f"ipykernel {version('ipykernel')}, JupyterLab {version('jupyterlab')}"
        kernels.ask_kernel("1 + 1", timeout=KERNEL_LIMIT)
    except PackageNotFoundError as error:
        return [Finding("Jupyter kernel", f"{error} is not installed", _REINSTALL)]
    except (RuntimeError, TimeoutError, OSError, ImportError) as error:
        return [Finding("Jupyter kernel", f"gives no answer: {error}", _REINSTALL)]
    return [Finding("Jupyter kernel", f"{found}, answers")]


def settings() -> list[Finding]:
    """Name what the user has set for other work and the course's notebooks don't follow."""
    found = surroundings.overruled()
    if not found:
        return []
    return [Finding("Your settings", f"not followed by the course: {', '.join(found)}")]


def lessons() -> list[Finding]:
    """Count the notebooks."""
    try:
        return [Finding("Notebooks", str(len(notebooks.find_notebooks())))]
    except ValueError as error:
        return [Finding("Notebooks", str(error), "run this in a clone of the course")]
