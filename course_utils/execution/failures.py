"""What went wrong with a notebook, in one line."""

from __future__ import annotations

import re
import signal
import sys

from course_utils.notebooks import NotebookNode

MEMORY_HINT = (
    "Too little memory is the usual cause: close other programs, or execute fewer notebooks at "
    "once (--jobs 1, or --workers 1 in a sweep)"
)
_LONGEST = 300  # characters of an error's own words
_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


def place(cell_id: str, notebook: NotebookNode) -> str:
    """Name a cell by its place in the notebook and its id; ``its start`` before the first one."""
    if not cell_id:
        return "its start"
    ids = [cell.get("id") for cell in notebook.cells]
    if cell_id not in ids:
        return "the cell with the given parameters"
    return f"cell {ids.index(cell_id) + 1} (id {cell_id})"


def error_line(name: str, message: str) -> str:
    """Return an error's name and the first line of what it says, without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return f"{name}: {shortened(lines[0])}" if lines else name


def shortened(text: str) -> str:
    """Return a text with its end cut off where it is too long for a line."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def of_an_exception(
    error: BaseException, where: str, *, cell_timeout: int, exit_code: int | None = None
) -> str:
    """Say what stopped a notebook.

    Parameters
    ----------
    error : BaseException
        What its execution raised.
    where : str
        The cell that was executed, see :func:`place`.
    cell_timeout : int
        The limit that was set, in seconds.
    exit_code : int, optional
        How the kernel's process ended, if it did so by itself.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    if isinstance(error, CellExecutionError):
        said = error_line(error.ename, error.evalue)
        hint = f". {MEMORY_HINT}" if error.ename == "MemoryError" else ""
        return f"{where}: {said}{hint}"
    if isinstance(error, CellTimeoutError):
        if "IOPub" in str(error):
            return f"{where}: its output did not arrive in time: print less, or try again"
        return f"{where}: ran for more than {cell_timeout} s: allow more with --cell-timeout"
    if isinstance(error, DeadKernelError) or "Kernel died" in str(error):
        return f"{where}: {_of_a_dead_kernel(exit_code)}"
    if isinstance(error, RuntimeError) and "Kernel didn't respond" in str(error):
        return f"{where}: the kernel did not answer in time: this machine does too much at once"
    if isinstance(error, MemoryError):
        return f"{where}: MemoryError. {MEMORY_HINT}"
    if isinstance(error, OSError) and error.strerror:
        return f"{where}: {of_an_os_error(error)}"
    return f"{where}: {error_line(type(error).__name__, str(error))}"


def _of_a_dead_kernel(code: int | None) -> str:
    # Windows has no signals: there a process that was ended has a code like any other.
    if code is None or sys.platform == "win32" or code == -signal.SIGKILL:
        return f"the kernel died. {MEMORY_HINT}"
    if code < 0:
        return f"the kernel died by the signal {_signal_name(-code)}"
    return f"the kernel ended itself, with exit code {code}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def of_an_os_error(error: OSError) -> str:
    """Say what the system refused, and for which file."""
    said = error.strerror or str(error) or type(error).__name__
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    # The temporary name is of no use to anyone.
    names = [name for name in names if not name.endswith(".tmp")] or names[:1]
    return f"{said}: {names[-1]}" if names else said


def of_a_process(code: int, log: str) -> str:
    """Say why a worker ended, by its exit code and by what it has written to its log."""
    if reason := exception_line(log):
        return f"its process ended with code {code}: {shortened(reason)}"
    if code < 0:
        name = _signal_name(-code)
        hint = f". {MEMORY_HINT}" if name == "SIGKILL" else ""
        return f"its process was ended by the signal {name}{hint}"
    said = [line.strip() for line in log.splitlines() if re.search(r"\w", line)]
    end = f": {shortened(said[-1])}" if said else ""
    return f"its process ended with code {code}{end}"


def exception_line(log: str) -> str:
    """Return the line of the exception that the first traceback in a log ends with, or nothing.

    A later traceback tells of what could not be cleaned up.
    """
    found, inside, wanted = "", False, True
    for line in log.splitlines():
        if line.startswith(_TRACEBACK):
            if not wanted:
                return found
            inside, wanted = True, False
        elif inside and line.strip() and not line.startswith((" ", "\t")):
            found, inside = line.strip(), False
        elif line.startswith(_CHAINED):
            wanted = True
    return found
