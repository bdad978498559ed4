"""Notebooks that fail in every way: each costs itself alone, and its cell and its error are named.

| fault | what is said |
|---|---|
| 60 MB of output | nothing: the notebook is executed, and its page written |
| an endless cell | its cell, the limit, --cell-timeout |
| a kernel that dies in a cell, or at its start | its cell or its start, and the hint of memory |
| a worker that is killed | its cell, the signal, and the hint of memory |
| a magic that the kernel does not know | its cell and the error's own line |
| MemoryError | its cell, and the hint of memory |
| a cell tagged raises-exception | nothing: it may |
| output that cannot be written to a page | its file and the reason |
"""

import re
from pathlib import Path

import pytest
from faulty import LONG, command, left, python_that_starts_with
from made_notebooks import write

MEMORY = "Too little memory is the usual cause"
NOTEBOOKS = {
    "01_huge": [("loud", "for _ in range(60):\n    print('x' * 1_000_000)")],
    "02_endless": [("endless", "while True:\n    pass")],
    "03_dies": [("fine", "1"), ("dies", "import os\nos.kill(os.getpid(), 9)")],
    "04_killed": [("killed", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")],
    "05_magic": [("magic", "%tensorflow_version 2.x")],
    "06_memory": [("memory", "b = bytearray(10**15)")],
    "07_allowed": [("allowed", "1 / 0", "raises-exception")],
    "08_good": [("good", "1")],
}
LINES = {
    "02_endless": "cell 2 (id endless): ran for more than 20 s: allow more with --cell-timeout",
    "03_dies": f"cell 3 (id dies): the kernel died. {MEMORY}",
    "04_killed": f"cell 2 (id killed): its process was ended by the signal SIGKILL. {MEMORY}",
    "05_magic": "cell 2 (id magic): UsageError: Line magic function `%tensorflow_version`",
    "06_memory": f"cell 2 (id memory): MemoryError. {MEMORY}",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    top = tmp_path_factory.mktemp("faults")
    paths = [
        write(
            top / f"{name}.ipynb",
            ("title", "Title"),
            *cells,
            ("headline", "print('done')", "headline"),
        )
        for name, cells in NOTEBOOKS.items()
    ]
    # A cell of these may need some seconds on a machine that does much at once, not 20.
    done = command("run", *paths, "--output", "out", "--cell-timeout", 20, "--jobs", 2, cwd=top)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert done.stderr == "" and left(top) == []
    return done.stdout, top / "out"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_notebook_has_its_line(ran: tuple[str, Path], name: str) -> None:
    said, _ = ran
    lines = re.findall(rf"^FAILED {name}\.ipynb, (.*)$", said, re.MULTILINE)
    row = re.search(rf"^{name} .*", said, re.MULTILINE).group(0).split()
    if name in LINES:
        assert row[-1] == "FAILED" and len(lines) == 1 and lines[0].startswith(LINES[name])
    else:
        assert row[-1] == "done" and lines == []


def test_nothing_else_is_left(ran: tuple[str, Path]) -> None:
    _, out = ran
    executed = set(NOTEBOOKS) - {"04_killed"}
    expected = {f"{name}.{ending}" for name in executed for ending in ("ipynb", "html")}
    assert {path.name for path in out.iterdir()} == expected | {
        *("index.html", "report.json", "report.png")
    }
    assert (out / "01_huge.ipynb").stat().st_size > 60e6


@LONG
def test_a_sweep_allows_what_may_raise(tmp_path: Path) -> None:
    path = write(
        tmp_path / "01_may.ipynb", ("title", "May"), *NOTEBOOKS["07_allowed"], ("a", "b=1")
    )
    done = command("sweep", path, "--retries", 0, "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@LONG
def test_a_sweep_gives_an_endless_cell_up(tmp_path: Path) -> None:
    path = write(tmp_path / "01_endless.ipynb", ("title", "Endless"), *NOTEBOOKS["02_endless"])
    limits = ("--retries", 0, "--cell-timeout", 2)
    done = command("sweep", path, *limits, "--output", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "FAILED, cell 2 (id endless): ran for more than 2 s" in done.stdout


@pytest.mark.parametrize("action", ["run", pytest.param("refresh", marks=LONG)])
def test_a_kernel_that_dies_at_its_start(action: str, tmp_path: Path) -> None:
    path = write(tmp_path / "01_good.ipynb", ("title", "Good"), ("a", "1"))
    dying = python_that_starts_with(
        tmp_path / "python",
        "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv:\n    os.kill(os.getpid(), 9)\n",
    )
    output = ("--output", "out") if action == "run" else ()
    done = command(action, path, *output, cwd=tmp_path, **dying)
    assert done.returncode == 1 and done.stderr == "" and "Traceback" not in done.stdout
    named = {"run": "FAILED 01_good.ipynb, ", "refresh": "01_good: FAILED, "}[action]
    assert f"{named}its start: the kernel died. {MEMORY}" in done.stdout
    assert left(tmp_path) == []


def test_a_page_that_cannot_be_made_costs_the_page_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "01_good.ipynb", ("title", "Good"), ("h", "print(7)", "headline"))
    (tmp_path / "out" / "01_good.html").mkdir(parents=True)
    done = command("run", path, "--output", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "FAILED 01_good.ipynb, 01_good.html was not written: Is a directory" in done.stdout
    assert (tmp_path / "out" / "01_good.ipynb").is_file()
