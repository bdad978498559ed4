"""Where nothing can be written, or nobody listens: one line says so, and nothing is left.

| fault | what is said |
|---|---|
| a full disk, for each command | No space left on device; other notebooks are written and shown |
| a read-only folder, a file in the way | before anything is executed, which folder |
| a folder where a file should be | which file; all else is written |
| a standard output that is closed or full | so, at the end; all files are written |
| a program that reads no further | nothing |
"""

import json
from pathlib import Path

import pytest
from faulty import LONG, assert_one_line, command, left, mounted
from made_notebooks import write

FULL = "No space left on device"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(
        tmp_path / "01_good.ipynb",
        ("title", "Good"),
        ("p", "A = 1", "parameters"),
        ("h", "test_accuracy = A / 10\nprint('done')", "headline"),
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("live", "01"), FULL),
        pytest.param(("handouts", "01"), FULL, marks=LONG),
        pytest.param(("assignment", "05"), FULL, marks=LONG),
        pytest.param(("slides", "01", "--no-pdf"), FULL, marks=LONG),
        pytest.param(
            ("reproduce", "one_epoch", "--quick"),
            "100 MB are needed, and 0 MB are free",
            marks=LONG,
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_full_disk_is_one_line(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = command(*arguments, "--output", "small", cwd=tmp_path, shell=mounted("4k"))
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "Traceback" not in said, said
    assert [says in line for line in said.splitlines()].count(True) == 1, said
    assert left(tmp_path) == []


def test_a_disk_that_becomes_full_costs_the_large_notebook_alone(
    good: Path, tmp_path: Path
) -> None:
    large = write(tmp_path / "02_large.ipynb", ("title", "L"), ("a", "print('x' * 1_000_000)"))
    done = command("run", good, large, "--output", "small", cwd=tmp_path, shell=mounted("400k"))
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert f"FAILED 02_large.ipynb, 02_large.ipynb was not written: {FULL}" in done.stdout
    assert "FAILED 01_good" not in done.stdout and "done" in done.stdout
    found = (tmp_path / "small.txt").read_text().split()
    assert {"small/01_good.html", "small/index.html", "small/report.json"} <= set(found)
    assert not any("/." in name or "large" in name for name in found)


@LONG
def test_a_sweep_on_a_full_disk_says_what_each_run_brought(good: Path, tmp_path: Path) -> None:
    done = command(
        *("sweep", good, "-p", "A=1,2", "--output", "small"), cwd=tmp_path, shell=mounted("4k")
    )
    assert_one_line(done, f"the table could not be written: {FULL}")
    assert done.stdout.count(f"FAILED, could not be written: {FULL}") == 2


@pytest.mark.parametrize("name", ["run", pytest.param("sweep", marks=LONG)])
def test_a_read_only_folder_is_named_before_the_work(name: str, good: Path, tmp_path: Path) -> None:
    done = command(name, good, "--output", "small", cwd=tmp_path, shell=mounted("1m", "ro"))
    assert_one_line(done, "nothing can be written to .*small: Read-only file system")
    assert "started" not in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        *("run", "sweep"),
        *(pytest.param(name, marks=LONG) for name in ("live", "handouts", "assignment", "slides")),
    ],
)
def test_a_file_in_the_way_is_named(name: str, good: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    where = good if name in ("run", "sweep") else "05"
    done = command(name, where, "--output", "file/below", cwd=tmp_path)
    assert_one_line(done, "Not a directory.*a file is where a folder should be")
    assert "started" not in done.stdout


def test_a_folder_in_the_way_costs_the_file_alone(good: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "index.html").mkdir(parents=True)
    done = command("run", good, "--output", "out", cwd=tmp_path)
    assert_one_line(done, "index.html could not be written: Is a directory.*a folder is where")
    assert "done" in done.stdout and (tmp_path / "out" / "01_good.html").is_file()


def test_a_folder_in_the_way_of_a_run_costs_the_run_alone(good: Path, tmp_path: Path) -> None:
    sweep = ("sweep", good, "-p", "A=1,2", "--output", "out")
    assert command(*sweep, cwd=tmp_path).returncode == 0
    (stored,) = (tmp_path / "out" / "runs").glob("A=1-*.json")
    stored.unlink()
    stored.mkdir()
    done = command(*sweep, cwd=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert "A=1: FAILED, could not be written: Is a directory" in done.stdout
    (other,) = (tmp_path / "out" / "runs").glob("A=2-*.json")
    content = json.loads(other.read_text())
    other.write_text(json.dumps(content | {"scalars": {"test_accuracy": "evil"}}))
    stored.rmdir()
    done = command(*sweep, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(other.read_text())["scalars"] == content["scalars"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("run",), id="run"),
        pytest.param(("sweep", "-p", "A=1,2"), id="sweep", marks=LONG),
    ],
)
@pytest.mark.parametrize(
    ("shell", "says"),
    [('"$@" >&-', "Bad file descriptor"), ('"$@" > /dev/full', FULL)],
    ids=["closed", "full"],
)
def test_without_a_standard_output_all_files_are_written(
    arguments: tuple[str, ...], shell: str, says: str, good: Path, tmp_path: Path
) -> None:
    if "full" in shell and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    name, *options = arguments
    done = command(name, good, *options, "--output", "out", cwd=tmp_path, shell=shell)
    assert_one_line(done, f"the standard output takes nothing .{says}")
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert ("index.html" if name == "run" else "results.csv") in written
    assert left(tmp_path) == []


def test_a_closed_standard_error_stops_nothing(good: Path, tmp_path: Path) -> None:
    done = command("run", good, "--output", "out", cwd=tmp_path, shell='"$@" 2>&-')
    assert done.returncode == 0 and "done" in done.stdout


def test_a_program_that_reads_no_further_is_no_fault(good: Path, tmp_path: Path) -> None:
    shell = '"$@" | true'
    done = command("run", good, "--output", "out", cwd=tmp_path, shell=shell)
    assert done.stderr == "" and (tmp_path / "out" / "index.html").is_file()
