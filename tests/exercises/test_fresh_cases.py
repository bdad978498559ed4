"""Cases that nobody has seen: right answers stay right, looked-up ones don't."""

import dataclasses

import numpy as np
import pytest

from course_utils import exercises
from course_utils.exercises import FunctionExercise
from course_utils.exercises.engine.fresh_cases import fresh_cases
from course_utils.exercises.engine.judging import judge_answer
from course_utils.exercises.engine.plain_values import plain

ALL = [one for one in exercises.all_exercises() if isinstance(one, FunctionExercise)]
FRESH = [one for one in ALL if fresh_cases(one, 0)]
# What they are asked about is no number: functions, and whole networks.
WITHOUT = {"03.2", "17.5"}


def test_every_exercise_on_numbers_has_fresh_cases() -> None:
    assert {one.number for one in ALL} - {one.number for one in FRESH} <= WITHOUT


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("exercise", FRESH, ids=lambda one: one.number)
def test_a_right_answer_is_right_on_fresh_cases(exercise: FunctionExercise, seed: int) -> None:
    wider = dataclasses.replace(exercise, cases=[*exercise.cases, *fresh_cases(exercise, seed)])
    for answer in (exercise.solution, *exercise.readings, *exercise.also_right):
        reply = judge_answer(wider, answer, time_limit=120)
        assert reply.status == "right", reply.message


@pytest.mark.parametrize("exercise", FRESH, ids=lambda one: one.number)
def test_fresh_cases_are_new_and_of_the_same_kind(exercise: FunctionExercise) -> None:
    known = {repr(plain(case)) for case in exercise.cases}
    for case in fresh_cases(exercise, 1):
        assert repr(plain(case)) not in known
        assert any(
            [type(a) for a in case] == [type(b) for b in old]
            and [np.shape(a) for a in case if isinstance(a, np.ndarray)]
            == [np.shape(b) for b in old if isinstance(b, np.ndarray)]
            for old in exercise.cases
        )


def test_the_seed_decides(capsys: pytest.CaptureFixture[str]) -> None:
    exercise = exercises.find("02.1")
    one, same, other = (repr(fresh_cases(exercise, seed)) for seed in (1, 1, 2))
    assert one == same != other

    def looked_up(*given):
        for case in exercise.cases:
            if repr(case) == repr(given):
                return exercise.solution(*case)
        return None

    assert exercises.points("02.1", looked_up, most=2) == 2.0
    assert 0 < exercises.points("02.1", looked_up, most=2, fresh=3) < 1.0
    assert exercises.points("02.1", exercise.solution, most=2, fresh=3) == 2.0
