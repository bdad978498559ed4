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
