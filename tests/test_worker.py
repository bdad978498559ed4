"""What a worker says to its parent; the commands' tests let it execute notebooks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import worker


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("kernel 5×5", "E: kernel 5×5"),
        ("\nNot equal\nx: 1", "E: Not equal"),
        ("\x1b[31mred\x1b[0m", "E: red"),
        ("", "E"),
    ],
)
def test_the_line_of_an_error(message: str, line: str) -> None:
    assert worker._error_line("E", message) == line


def test_the_worker_speaks_of_nothing_but_events(tmp_path: Path) -> None:
    # A library that prints must not disturb the parent: descriptor 1 leads to the log.
    path = tmp_path / "01_bad.ipynb"
    path.write_text("{")
    task = json.dumps({"action": "refresh", "path": str(path)})
    source = (
        "import os, sys\nfrom course_utils import worker\n"
        "old = worker._refresh\n"
        "def loud(task, tell):\n    print('from Python'); os.write(1, b'from C')\n"
        "    return old(task, tell)\n"
        "worker._refresh = loud\nworker.main(sys.argv[1])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source, task],
        stdin=subprocess.PIPE,  # it ends when this closes
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    said = process.stdout.read()
    assert process.wait() == 0
    process.stdin.close()
    process.stdout.close()
    assert said.startswith('{"outcome": {') and len(said.splitlines()) == 1
