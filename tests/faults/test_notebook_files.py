"""Notebook files of every kind, given to every command: they work, or are refused in one line."""

from __future__ import annotations

import copy
import json
import os
import re
from pathlib import Path

import pytest
from hostile_notebooks import PNG
from made_notebooks import call, invoke

from course_utils import notebooks

MARKDOWN = {"cell_type": "markdown", "metadata": {}, "source": ["# A title"]}
PASTED = {
    "cell_type": "markdown",
    "metadata": {},
    "source": "## Pasted\n\n![a picture](attachment:image.png)",
    "attachments": {"image.png": {"image/png": PNG}},
}
CODE = {
    "cell_type": "code",
    "execution_count": 1,
    "metadata": {},
    "outputs": [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}],
    "source": "print(2)",
}


def stored(*cells: dict, major: object = 4, minor: object = 5) -> bytes:
    content = {"cells": copy.deepcopy(list(cells)), "metadata": {}}
    return json.dumps({**content, "nbformat": major, "nbformat_minor": minor}).encode()


def with_ids(*cells: dict) -> list[dict]:
    return [{**cell, "id": f"given-{number}"} for number, cell in enumerate(cells)]


GOOD = {
    "40_colab": stored(MARKDOWN, CODE, minor=0),
    "41_lab": stored(MARKDOWN, CODE, minor=4),
    "42_newer": stored(*with_ids(MARKDOWN, {**CODE, "parent": "x"}), minor=7),
    "43_marked": b"\xef\xbb\xbf" + stored(*with_ids(MARKDOWN, CODE)),
    "44_pasted": stored(*with_ids(MARKDOWN, PASTED, CODE)),
    "45_twice": stored(MARKDOWN | {"id": "one"}, CODE | {"id": "one"}),
}
BAD = {
    "60_infinite": (stored(CODE).replace(b'minor": 5', b'minor": 1e999'), "nbformat_minor is inf"),
    "61_brackets": (b"[" * 100_000, "nested deeper than 100 levels"),
    "62_format2": (stored(CODE, major=2), "format 2"),
    "63_format3": (stored(CODE, major=3), "format 3"),
    "64_quantum": (stored(CODE, {"cell_type": "quantum"}, minor=9), "cell 2 has the type"),
    "65_no_source": (stored(CODE, {"cell_type": "code"}), "cell 2: .*source"),
    "66_page": (b"<!DOCTYPE html>", "web page"),
    "67_empty": (b"", "it is empty"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, content in GOOD.items():
        (folder / f"{name}.ipynb").write_bytes(content)
    for name, (content, _) in BAD.items():
        (folder / f"{name}.ipynb").write_bytes(content)
    return folder


def paths(folder: Path, names: list[str]) -> list[Path]:
    return [folder / f"{name}.ipynb" for name in names]


@pytest.fixture(scope="module")
def ran(folder: Path):
    """One run of the good notebooks and the bad ones together."""
    return call("run", *paths(folder, [*GOOD, *BAD]), "--output", "out", cwd=folder)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_runs_whatever_lies_beside_it(ran, folder: Path, name: str) -> None:
    page = (folder / "out" / f"{name}.html").read_text(encoding="utf-8")
    assert '<pre class="output">2' in page
    executed = (folder / "out" / f"{name}.ipynb").read_bytes()
    assert notebooks.parse_notebook(executed, name=name).nbformat_minor == 5
    assert f"FAILED {name}" not in ran.stdout


@pytest.mark.parametrize(("name", "reason"), [(name, why) for name, (_, why) in BAD.items()])
def test_a_bad_file_is_one_line_of_a_run(ran, name: str, reason: str) -> None:
    assert ran.returncode == 1 and "Traceback" not in ran.stdout + ran.stderr
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith(f"FAILED {name}")]
    assert re.search(reason, line)


def test_refresh_stores_old_files_in_the_newest_form(folder: Path, tmp_path: Path) -> None:
    for name in GOOD:
        (tmp_path / f"{name}.ipynb").write_bytes(GOOD[name])
    done = call("refresh", *paths(tmp_path, list(GOOD)), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    for name in GOOD:
        content = (tmp_path / f"{name}.ipynb").read_bytes()
        notebook = notebooks.parse_notebook(content, name=name)
        assert notebooks.notebook_bytes(notebook) == content
        assert notebook.metadata == notebooks.NOTEBOOK_METADATA
    ids = [cell["id"] for cell in json.loads((tmp_path / "40_colab.ipynb").read_bytes())["cells"]]
    assert ids == ["cell-1", "cell-2"]


@pytest.mark.parametrize("command", ["slides", "handouts", "live"])
def test_the_other_commands_take_good_files(folder: Path, tmp_path: Path, command: str) -> None:
    options = ["--no-pdf"] if command == "slides" else []
    done = call(
        command,
        *paths(folder, list(GOOD)),
        *options,
        "--output",
        "out",
        cwd=tmp_path,
        PLAYWRIGHT_BROWSERS_PATH=str(tmp_path),
        PATH=os.defpath,
        CNN_COURSE_CHROMIUM="",
    )
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr, done.stdout
    made = {path.stem for path in (tmp_path / "out").rglob("*.*") if path.is_file()}
    assert set(GOOD) <= made


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["refresh", "slides", "handouts", "live", "assignment"])
def test_a_bad_file_is_refused_in_one_line(
    folder: Path, tmp_path: Path, command: str, name: str
) -> None:
    path = folder / f"{name}.ipynb"
    before = path.read_bytes()
    output = [] if command == "refresh" else ["--output", tmp_path / "out"]
    done = invoke(command, path, *output)
    assert done.exit_code == 1
    lines = [line for line in done.output.splitlines() if "is not a readable notebook" in line]
    assert len(lines) == 1 and f"{name}.ipynb" in lines[0]
    assert "Traceback" not in done.output
    assert path.read_bytes() == before
    assert not list(tmp_path.rglob(f"{name}*"))
