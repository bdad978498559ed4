"""What the tests of faults share: the command in surroundings that are against it.

One case of each fault belongs to ``make test``. The other commands and moments are marked long:
``python -m pytest --long tests/faults`` runs them, too, in some ten minutes.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from made_notebooks import COURSE
from patience import HANG

LONG = pytest.mark.long


def command(
    *arguments: object, cwd: Path, shell: str = '"$@"', **environment: str
) -> subprocess.CompletedProcess[str]:
    """Call the command, as ``"$@"``, in a line of a shell.

    What it leaves in the folder for temporary files can be seen in ``cwd/temporary``.
    """
    temporary = cwd / "temporary"
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        ["sh", "-c", shell, "sh", *COURSE, *map(str, arguments)],
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(temporary),
            **environment,
        },
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
        # A job in the background of a shell was told to ignore Ctrl-C, and so are its children.
        preexec_fn=None if os.name == "nt" else _heeds_ctrl_c,
    )


def _heeds_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def assert_one_line(done: subprocess.CompletedProcess[str], says: str) -> None:
    """The command failed, said why in one line on the standard error, and showed no traceback."""
    assert done.returncode not in (0, 120), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, done.stderr
    assert re.search(says, lines[0]), lines[0]


def left(cwd: Path) -> list[str]:
    """The course's files that are left in the folder for temporary files."""
    names = (path.name for path in (cwd / "temporary").iterdir())
    # Matplotlib and others keep files of their own there.
    return [name for name in names if name.startswith(("cnn-course", "tmp", "dask", "kernel"))]


def at_import(folder: Path, module: str, action: str) -> dict[str, str]:
    """Environment variables under which the command does something when it imports a module.

    Only the command itself does, not what it starts. `action` is a line of Python.
    """
    return python_that_starts_with(
        folder,
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            sys.meta_path.remove(self)\n"
        f"            {action}\n"
        "if sys.orig_argv[1:3] == ['-m', 'course_utils']:\n"
        "    sys.meta_path.insert(0, Finder())\n",
    )


def python_that_starts_with(folder: Path, source: str) -> dict[str, str]:
    """Environment variables under which every Python executes this first."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(source)
    path = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": str(folder) + (os.pathsep + path if path else "")}


def mounted(size: str, options: str = "rw") -> str:
    """A line of a shell that calls the command with the folder ``small`` on a disk of its own.

    What is there at the end goes to ``small.txt``. Skips where nothing can be mounted.
    """
    mount = f"mkdir -p small && mount -t tmpfs -o size={size},mode=777 none small"
    if options == "ro":
        mount += " && mount -o remount,ro small"
    line = f'{mount} && {{ "$@"; code=$?; find small -type f > small.txt; exit $code; }}'
    try_it = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        pytest.skip("a small disk can be mounted on Linux alone, with unshare")
    if subprocess.run(try_it, capture_output=True).returncode:
        pytest.skip("this user may mount nothing")
    return f"exec unshare -rm sh -c '{line}' sh \"$@\""
