"""Predictions that are made: kept, compared, and never in the way."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_utils import exercises
from course_utils.exercises.engine import progress


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".desk"
    folder.mkdir()
    monkeypatch.setenv("CNN_COURSE_DESK", str(folder))
    progress.forget_session()
    return folder


def reply(capsys, said, found, **options) -> str:
    exercises.predict("05.b", said).compare(found, **options)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("said", "found", "options"),
    [
        ([1, 2, 3, 2, 1], np.array([1, 2, 3, 2, 1]), {}),
        ((5, 7), [5, 7], {}),
        (3, np.float32(3), {}),
        ([3], 3, {}),
        (0.1 + 0.2, 0.3, {}),
        ("b ", "B", {}),
        (True, np.True_, {}),
        (95, 96.1, {"within": 2}),
        ([0.5, 1.5], [0.4, 1.6], {"within": 0.11}),
    ],
)
def test_what_came_true_is_right(capsys, desk, said, found, options) -> None:
    assert "and that is right" in reply(capsys, said, found, **options)
    kept = json.loads((desk / "progress.json").read_text())["predictions"]["05.b"]
    assert kept["right"] is True and kept["said"]


@pytest.mark.parametrize(
    ("said", "found", "part"),
    [
        ([1, 2], [1, 3], "you predicted [1, 2]; it is [1, 3]. 1 of 2 are right."),
        ((5, 7), (7, 5), "None of 2 are right."),
        ([1, 2, 3], [1, 2], "it is [1, 2]. What explains"),
        (95, 96.1, "you predicted 95; it is 96.1."),
        ("b", "c", "you predicted b; it is c."),
        ("b", 3, "it is 3."),
        (np.nan, 3, "it is 3."),
    ],
)
def test_what_did_not_is_shown_beside_it(capsys, desk, said, found, part) -> None:
    text = reply(capsys, said, found)
    assert part in text and "is right" not in text
    assert json.loads((desk / "progress.json").read_text())["predictions"]["05.b"]["right"] is False


@pytest.mark.parametrize("said", [..., None, (..., ...)])
def test_without_a_prediction_nothing_is_said_or_written(capsys, desk, said) -> None:
    assert reply(capsys, said, [1, 2]) == ""
    assert not (desk / "progress.json").exists()
    assert "no prediction" in repr(exercises.predict("05.b", said))


@pytest.mark.parametrize("arguments", [(), ("5.2", 3), (3,), ("05.2", 3), (None, None)])
def test_a_name_of_another_form_is_told(capsys, arguments) -> None:
    exercises.predict(*arguments).compare(3)
    assert 'predict("05.b", 3)' in capsys.readouterr().out


class Broken:
    def __array__(self, *given, **named):
        raise RuntimeError("broken")

    def __str__(self) -> str:
        raise RuntimeError("broken")

    __repr__ = __str__


@pytest.mark.parametrize("odd", [object(), Broken(), lambda: 3, {"a": Broken()}, [Broken()]])
def test_nothing_raises(odd) -> None:
    exercises.predict("05.b", odd).compare(3)
    exercises.predict("05.b", 3).compare(odd)
    exercises.predict("05.b", [1, 2]).compare([1, 2], within=odd)


def test_several_values_need_no_brackets(capsys) -> None:
    exercises.predict("05.b", 4, 5).compare([4, 5])
    assert "and that is right" in capsys.readouterr().out


def test_predictions_stand_beside_exercises_and_not_among_them(desk) -> None:
    exercises.predict("05.b", 3)
    exercises.check("05.1", lambda n, k: 0)
    stored = json.loads((desk / "progress.json").read_text())
    assert set(stored["predictions"]) == {"05.b"} and set(stored["exercises"]) == {"05.1"}
    assert stored["predictions"]["05.b"]["right"] is None
    assert set(exercises.read_progress(desk / "progress.json")) == {"05.1"}
    assert set(progress.entries()) == {"05.1"} and set(progress.predictions()) == {"05.b"}


def test_a_file_of_the_first_edition_is_read(desk) -> None:
    (desk / "progress.json").write_text('{"version": 1, "exercises": {}}')
    exercises.predict("05.b", 3)
    assert progress.predictions()["05.b"]["said"] == "3"
