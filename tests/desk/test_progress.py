"""What one student has solved, and what a class has."""

import csv
import json

import pytest
from click.testing import CliRunner

from course_utils.commands import course
from course_utils.desk import class_csv, class_table
from course_utils.desk.progress import numbers_by_lesson, standings
from course_utils.exercises import all_exercises

WRONG = "you took away k for each layer."


def entry(state, **more):
    return {"state": state, "tries": 1, "last": "2026-01-02T03:04:05+00:00"} | more


def store(path, **exercises):
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {name.replace("_", ".").lstrip("n"): each for name, each in exercises.items()}
    path.write_text(json.dumps({"version": 1, "exercises": named}))


@pytest.fixture
def a_class(tmp_path):
    folder = tmp_path / "class"
    store(folder / "ada.json", n05_1=entry("right"), n05_2=entry("tried", tries=3, mistake=WRONG))
    store(folder / "bob" / "progress.json", n05_2=entry("tried", mistake=WRONG, hints=1))
    store(folder / "cem.json", n05_2=entry("right", tries=2, mistake="another"))
    return folder


def test_a_class_in_one_table(a_class):
    rows, remarks = class_table(a_class)
    assert not remarks and [row.number for row in rows] == ["05.1", "05.2"]
    second = rows[1]
    assert (second.right, second.tried, second.untouched) == (1, 2, 0)
    assert second.tries == 2 and second.hints == 1 and second.mistake == f"{WRONG} (2)"
    assert (rows[0].right, rows[0].tried, rows[0].untouched) == (1, 0, 2)


def test_the_table_as_csv(a_class):
    lines = list(csv.DictReader(class_csv(class_table(a_class)[0]).splitlines()))
    assert [line["number"] for line in lines] == ["05.1", "05.2"]
    assert lines[1]["mistake"] == f"{WRONG} (2)" and lines[1]["tries"] == "2.00"


def test_a_file_that_is_none_is_told_of_and_costs_no_other(a_class):
    (a_class / "eve.json").write_text("[]")
    rows, remarks = class_table(a_class)
    assert len(rows) == 2 and len(remarks) == 1 and "eve.json" in remarks[0]


def test_no_file_at_all(tmp_path):
    with pytest.raises(ValueError, match=r"collect each student's \.desk/progress\.json"):
        class_table(tmp_path)


def test_the_standing_of_one(tmp_path):
    store(tmp_path / ".desk" / "progress.json", n05_1=entry("right"), n05_2=entry("tried"))
    found = standings(tmp_path)
    assert (found["05"].right, found["05"].tried) == (1, 1)
    assert found["05"].total == len(numbers_by_lesson()["05"])
    assert sum(one.total for one in found.values()) == len(all_exercises())
    assert found["06"].right == found["06"].tried == 0 and found["06"].last == ""


def test_the_command_for_one(tmp_path):
    store(tmp_path / ".desk" / "progress.json", n05_1=entry("right"))
    result = CliRunner().invoke(course, ["progress", "--desk", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert f"1 of {len(all_exercises())} right" in result.output


def test_the_command_without_a_desk(tmp_path):
    result = CliRunner().invoke(course, ["progress", "--desk", str(tmp_path)])
    assert result.exit_code == 1 and "is no desk: make one" in result.output


def test_the_command_for_a_class(a_class, tmp_path):
    output = tmp_path / "out"
    result = CliRunner().invoke(
        course, ["progress", "--class", str(a_class), "--output", str(output)]
    )
    assert result.exit_code == 0, result.output
    assert (output / "progress.csv").read_text().startswith("number,title,right,")
    assert (output / "progress.png").read_bytes().startswith(b"\x89PNG")
