"""One change with many seeds, and the whole course with several."""

import json
import subprocess
import sys

from patience import HANG
from running import TOP, run


def test_one_change_at_a_time_meets_the_same_seeds(tmp_path):
    file = tmp_path / "one_change.csv"
    printed = run("one_change.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["experiment", "change", "seed", "misread"] and len(rows) == 1 + 10 * 2
    assert [row[2] for row in rows[1:]] == ["1", "2"] * 10
    assert all(2 < float(row[3]) < 25 for row in rows[1:]) and printed.count("misread") == 10


def test_a_release_run_keeps_every_notebook_with_every_seed(tmp_path):
    command = [sys.executable, TOP / "benchmarks" / "release_run.py", "07", "--seeds", "2,3"]
    done = subprocess.run(
        [*command, "--output", tmp_path], capture_output=True, text=True, timeout=HANG, cwd=TOP
    )
    assert done.returncode == 0, done.stdout + done.stderr
    runs = json.loads((tmp_path / "release_run.json").read_text(encoding="utf-8"))["runs"]
    assert [one["seed"] for one in runs] == [2, 3] and done.stdout.endswith("failed: none\n")
    for one in runs:
        (row,) = one["notebooks"].values()
        assert not row["failed"] and row["headline"] and row["seconds"] > 0


def test_the_last_release_run_was_of_this_course_and_passed():
    kept = json.loads((TOP / "benchmarks/results/release_run.json").read_text(encoding="utf-8"))
    assert {one["seed"] for one in kept["runs"]} >= {1, 2, 3}
    names = {path.stem for path in (TOP / "notebooks").glob("*.ipynb")}
    for one in kept["runs"]:
        assert set(one["notebooks"]) == names
        assert not any(row["failed"] for row in one["notebooks"].values())
