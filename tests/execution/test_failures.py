"""What went wrong, in one line."""

import errno
import signal
import sys
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import notebooks
from course_utils.execution import Task, actions, failures

NOTEBOOK = new_notebook(cells=[new_code_cell("1", id="one"), new_code_cell("2", id="two")])


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("kernel 5×5", "E: kernel 5×5"),
        ("\nNot equal\nx: 1", "E: Not equal"),
        ("\x1b[31mred\x1b[0m", "E: red"),
        ("", "E"),
        ("y" * 400, f"E: {'y' * 300} …"),
    ],
)
def test_the_line_of_an_error(message: str, line: str) -> None:
    assert failures.error_line("E", message) == line


@pytest.mark.parametrize(
    ("cell_id", "place"),
    [
        ("two", "cell 2 (id two)"),
        ("", "its start"),
        ("random", "the cell with the given parameters"),
    ],
)
def test_a_cell_is_named_by_its_place(cell_id: str, place: str) -> None:
    assert failures.place(cell_id, NOTEBOOK) == place


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (CellExecutionError("…", ename="UsageError", evalue="no %x"), "there: UsageError: no %x"),
        (CellExecutionError("…", ename="MemoryError", evalue=""), "there: MemoryError. Too little"),
        (CellTimeoutError("Cell execution timed out"), "there: ran for more than 7 s"),
        (CellTimeoutError("Timeout waiting for IOPub output"), "output did not arrive"),
        (DeadKernelError("Kernel died"), "the kernel died. Too little memory"),
        (RuntimeError("Kernel died before replying to kernel_info"), "the kernel died. Too little"),
        (RuntimeError("Kernel didn't respond in 60 seconds"), "did not answer in time"),
        (MemoryError(), "there: MemoryError. Too little memory"),
        (OSError(errno.ENOSPC, "No space left", "/x/y"), "there: No space left: /x/y"),
        (KeyError("a\nb"), "there: KeyError: 'a\\nb'"),
        (AssertionError(), "there: AssertionError"),
    ],
)
def test_an_exception_is_said_in_one_line(error: Exception, says: str) -> None:
    said = failures.of_an_exception(error, "there", cell_timeout=7)
    assert says in said and said.startswith("there: ") and "\n" not in said


def test_a_temporary_name_is_not_shown() -> None:
    error = OSError(errno.EISDIR, "Is a directory", "/x/.a-12.tmp", None, "/x/a.html")
    assert failures.of_an_os_error(error) == "Is a directory: /x/a.html"


def traceback(line: str) -> str:
    return f"Traceback (most recent call last):\n  File 'a.py', line 1\n    x()\n{line}\n"


CHAIN = "\nDuring handling of the above exception, another exception occurred:\n\n"


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (traceback("ValueError: oh"), "ValueError: oh"),
        # An atexit callback's own traceback, and rulers, come after the reason.
        (
            traceback("RuntimeError: died") + "-----\n" + traceback("AssertionError:") + "------\n",
            "RuntimeError: died",
        ),
        (traceback("_queue.Empty") + CHAIN + traceback("RuntimeError: died"), "RuntimeError: died"),
        ("a warning\n" + traceback("E: two\nlines") + "last\n", "E: two"),
        ("no traceback\n", ""),
        ("", ""),
    ],
)
def test_the_exception_of_a_log_is_that_of_its_first_traceback(log: str, line: str) -> None:
    assert failures.exception_line(log) == line


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_why_a_process_ended() -> None:
    assert failures.of_a_process(1, traceback("E: oh")) == "its process ended with code 1: E: oh"
    assert failures.of_a_process(3, "python: no such module\n-----\n") == (
        "its process ended with code 3: python: no such module"
    )
    assert failures.of_a_process(3, "") == "its process ended with code 3"
    assert "SIGKILL. Too little memory" in failures.of_a_process(-9, "")
    assert failures.of_a_process(-11, "") == "its process was ended by the signal SIGSEGV"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, f"the kernel died. {failures.MEMORY_HINT}"),
        (-9, f"the kernel died. {failures.MEMORY_HINT}"),
        (-11, "the kernel died by the signal SIGSEGV"),
        (-250, "the kernel died by the signal 250"),
        (5, "the kernel ended itself, with exit code 5"),
        (0, "the kernel ended itself, with exit code 0"),
    ],
)
def test_only_a_killed_kernel_may_lack_memory(code: int | None, said: str) -> None:
    error = DeadKernelError("Kernel died")
    found = failures.of_an_exception(error, "there", cell_timeout=7, exit_code=code)
    assert found == f"there: {said}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(5)", "the kernel ended itself, with exit code 5"),
        ("import ctypes; ctypes.string_at(0)", "the kernel died by the signal SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "the kernel died. Too little memory"),
    ],
)
def test_how_a_kernel_ended_is_told(source: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "dies.ipynb"
    notebook = new_notebook(cells=[new_code_cell(source), new_code_cell("print(1)")])
    path.write_bytes(notebooks.notebook_bytes(notebook))
    for action in ("run", "refresh"):
        task = Task(action, str(path), output=str(tmp_path / "out"), page=False)
        assert f"): {said}" in actions.perform(task, lambda **_: None).error
