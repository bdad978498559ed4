"""The instructor's guide speaks of the course as it is: its notebooks, exercises and commands."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_utils.commands import course
from course_utils.exercises import all_exercises

TOP = Path(__file__).resolve().parents[2]
GUIDE = (TOP / "notebooks" / "instructors_guide.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted((TOP / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_has_its_week_and_its_misconception(path: Path) -> None:
    weeks, misconceptions = GUIDE.split("## What to stress")
    assert f"]({path.name})" in weeks
    assert re.search(rf"^\| {path.name[:2]} \|", misconceptions, flags=re.MULTILINE)


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", GUIDE)
    assert links
    assert not [link for link in links if not (TOP / "notebooks" / link).is_file()]


def test_homework_names_exercises_that_exist() -> None:
    known = {exercise.number for exercise in all_exercises()}
    ranges = re.findall(r"(\d\d)\.(\d)–(\d\d)\.(\d)", GUIDE)
    assert len(ranges) >= 10
    for first, low, second, high in ranges:
        assert first == second
        of_notebook = {number for number in known if number.startswith(f"{first}.")}
        assert of_notebook == {f"{first}.{k}" for k in range(int(low), int(high) + 1)}


def test_every_command_is_there() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)", GUIDE))
    assert targets and targets <= set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    for name in set(re.findall(r"python -m course_utils ([a-z]+)", GUIDE)):
        assert CliRunner().invoke(course, [name, "--help"]).exit_code == 0, name
