"""What README.md promises is there: every notebook with its own title, every command."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_utils.commands import course

TOP = Path(__file__).resolve().parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted((TOP / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_table_says_what_the_notebook_says(path: Path) -> None:
    opening = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title = re.search(r"^# (.*)", opening).group(1)
    question = re.search(r"\*\*(.*?)\*\*", opening).group(1)
    minutes = re.search(r"about (\d+) minutes", opening).group(1)
    row = f"| [{path.name[:2]}](notebooks/{path.name}) | {title} | {question} | {minutes} |"
    assert row in README


def test_the_table_links_to_no_other_notebook() -> None:
    linked = re.findall(r"\]\((notebooks/[^)]*\.ipynb)\)", README)
    assert linked == [f"notebooks/{path.name}" for path in NOTEBOOKS]


def test_every_make_target_is_there() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", README, flags=re.MULTILINE))
    assert named and named <= targets


def test_every_command_is_there() -> None:
    named = set(re.findall(r"python -m course_utils ([a-z]+)", README))
    assert named
    for name in named:
        assert CliRunner().invoke(course, [name, "--help"]).exit_code == 0, name


def test_the_short_table_of_results_says_what_the_long_one_says() -> None:
    long = (TOP / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for name in ("the course, one epoch", "the course, its best"):
        (short_row,) = re.findall(rf"^\| {name} \|(.*)\|$", README, re.MULTILINE)
        (long_row,) = re.findall(rf"^\| {name} \|(.*)\|$", long, re.MULTILINE)
        parameters, epochs, seeds, accuracy = (part.strip() for part in short_row.split("|"))
        _, *same, _, lowest_highest, _, _ = (part.strip() for part in long_row.split("|"))
        assert [parameters, epochs, seeds] == same
        assert accuracy.startswith(lowest_highest)


@pytest.mark.parametrize("path", ["benchmarks/README.md", "course_utils/sweeping/README.md"])
def test_the_longer_texts_name_what_is_there(path: str) -> None:
    assert f"]({path})" in README
    text = (TOP / path).read_text(encoding="utf-8")
    for script in re.findall(r"python (benchmarks/\w+\.py)", text):
        assert (TOP / script).is_file(), script
    for name in re.findall(r"python -m course_utils ([a-z]+)", text):
        assert CliRunner().invoke(course, [name, "--help"]).exit_code == 0, name
    assert re.match(r"# \S", text)
