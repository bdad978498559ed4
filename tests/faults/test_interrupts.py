"""Ctrl-C at any moment, and errors nobody has foreseen: one line, and nothing is left.

The moment is the import of a module, so that it is the same on every machine.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from faulty import LONG, assert_one_line, at_import, command, left
from made_notebooks import COURSE, write
from patience import HANG

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

CTRL_C = "os.kill(os.getpid(), signal.SIGINT)"
MOMENTS = {
    "run": ("click", "psutil", "course_utils.commands.run", "rich.table", "matplotlib.pyplot"),
    "sweep": ("click", "psutil", "course_utils.sweeping.local", "pandas", "pyarrow.parquet"),
}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "01_good.ipynb", ("title", "Good"), ("p", "A = 1", "parameters"))


@pytest.mark.parametrize(
    ("name", "module"),
    [
        pytest.param(name, module, marks=[LONG] if place < len(modules) - 1 else [])
        for name, modules in MOMENTS.items()
        for place, module in enumerate(modules)
    ],
)
def test_ctrl_c_while_it_imports(name: str, module: str, good: Path, tmp_path: Path) -> None:
    moment = at_import(tmp_path / "python", module, CTRL_C)
    done = command(name, good, "--output", "out", cwd=tmp_path, **moment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.strip() == "Aborted!"
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", ["run", "sweep"])
def test_ctrl_c_as_soon_as_a_process_is_there(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "01_long.ipynb", ("title", "L"), ("a", "import time\ntime.sleep(600)"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [*COURSE, name, str(path), "--output", str(tmp_path / "out")],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        family = []
        end = time.monotonic() + HANG
        while not family:
            assert time.monotonic() < end and process.poll() is None
            family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=HANG)
    finally:
        process.kill()
    assert process.returncode == 1 and said.strip() == "Aborted!"
    psutil.wait_procs(family, timeout=HANG)
    assert not any(one.is_running() for one in family)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("raise RuntimeError('odd')", "RuntimeError: odd. This should not happen.*TRACEBACK=1"),
        pytest.param("raise MemoryError", "too little memory: close other programs", marks=LONG),
        pytest.param(
            "raise OSError(24, 'Too many open files')", "Too many open files .run fewer", marks=LONG
        ),
    ],
)
def test_what_nobody_has_foreseen_is_one_line(
    action: str, says: str, good: Path, tmp_path: Path
) -> None:
    moment = at_import(tmp_path / "python", "pandas", action)
    done = command("sweep", good, "--output", "out", cwd=tmp_path, **moment)
    assert_one_line(done, says)
    shown = command(
        "sweep", good, "--output", "out", cwd=tmp_path, CNN_COURSE_TRACEBACK="1", **moment
    )
    assert shown.returncode == 1 and "Traceback" in shown.stderr
