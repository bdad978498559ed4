"""One change with many seeds, and the whole course with several."""

import importlib
import json
import subprocess
import sys

import click
import pytest
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


def kept_run(seed, version="1", **headlines):
    rows = {name: {"headline": line} for name, line in headlines.items()}
    return {"seed": seed, "notebooks": rows, "versions": {"keras": version}}


def test_some_notebooks_alone_take_the_place_of_their_own_rows(monkeypatch):
    monkeypatch.syspath_prepend(TOP / "benchmarks")
    release_run = importlib.import_module("release_run")

    kept = [kept_run(1, a="a1", b="b1"), kept_run(2, a="a2", b="b2")]
    new = [kept_run(2, b="new"), kept_run(3, b="b3")]
    assert release_run.renewed(kept, new) == [
        kept_run(1, a="a1", b="b1"),
        kept_run(2, a="a2", b="new"),
        kept_run(3, b="b3"),
    ]
    assert release_run.renewed([], new) == new
    with pytest.raises(click.ClickException, match="other versions .* run all"):
        release_run.renewed(kept, [kept_run(2, "2", b="new")])


def test_the_last_release_run_was_of_this_course_and_passed():
    kept = json.loads((TOP / "benchmarks/results/release_run.json").read_text(encoding="utf-8"))
    assert {one["seed"] for one in kept["runs"]} >= {1, 2, 3}
    names = {path.stem for path in (TOP / "notebooks").glob("*.ipynb")}
    for one in kept["runs"]:
        assert set(one["notebooks"]) == names
        assert not any(row["failed"] for row in one["notebooks"].values())
