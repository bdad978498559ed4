"""What is called in a notebook: check, hint and solution by a student, points by a grader."""

import dataclasses
from typing import Any

from course_utils.exercises.engine import cells, progress, registry, showing
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise, Reply
from course_utils.exercises.engine.fresh_cases import fresh_cases
from course_utils.exercises.engine.judging import judge_answer
from course_utils.exercises.engine.wording import fault_in_words

_STATUS_WORDS = {"right": " right", "wrong": " not yet", "empty": ""}
_hints_given: dict[str, int] = {}


def check(number: str = "", answer: Any = ..., *more: Any, **named: Any) -> None:
    """Print a reply to an answer. Never raises, whatever it is given.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    answer : function or value
        Your answer: the function itself, without brackets, or the value asked for.
    """
    exercise = _asked_for(number)
    if exercise is None:
        return
    if more or named:
        _note(
            exercise.number,
            "hand over the number and one answer: "
            f'exercises.check("{exercise.number}", {exercise.answer_in_words}).',
        )
        return
    cells.watch()
    stale = cells.failed_definition(exercise.names, answer)
    if stale:
        showing.show(f"{exercise.number} not yet", stale, "wrong")
        return
    try:
        reply = judge_answer(exercise, answer)
    except Exception as error:
        showing.show(exercise.number, fault_in_words(error), "note")
        return
    if reply.status == "empty":
        # always a plain line, as the notebooks are stored with it
        print(_in_print(exercise, reply))
        return
    right = reply.status == "right"
    line = progress.note_try(exercise.number, right=right, message=reply.message)
    footer = " ".join(part for part in (_solved(exercise.notebook) if right else "", line) if part)
    showing.show(exercise.number + _STATUS_WORDS[reply.status], reply.message, reply.status, footer)


def judge(number: str, answer: Any, *, time_limit: float | None = None) -> Reply:
    """Judge an answer without printing, for tests and graders.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    answer : object
        The answer to judge.
    time_limit : float, optional
        Seconds that the student's code may take; by default the exercise's own (5).

    Returns
    -------
    Reply
        Its status is "right", "wrong" or "empty".

    Raises
    ------
    ValueError
        If there is no exercise of this number.
    """
    return judge_answer(registry.find(number), answer, time_limit=time_limit)


def points(number: str, answer: Any, *, most: float, fresh: int | None = None) -> float:
    """Print a reply to an answer, as `check` does, and return the points that it earns.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    answer : object
        The answer to judge.
    most : float
        Points for a right answer.
    fresh : int, optional
        Try a function on cases, too, that stand nowhere: each number gives others. Hidden tests of
        an assignment do.

    Returns
    -------
    float
        `most` for a right answer. Of half of that, a wrong one earns the part of the cases that
        it gets right: a function that is right for square images only, or that changes its
        argument. A wrong value and an exercise not attempted earn nothing.

    Raises
    ------
    ValueError
        If there is no exercise of this number.
    """
    exercise = registry.find(number)
    if fresh is not None and isinstance(exercise, FunctionExercise):
        cases = [*exercise.cases, *fresh_cases(exercise, fresh)]
        exercise = dataclasses.replace(exercise, cases=cases)
    reply = judge_answer(exercise, answer)
    print(_in_print(exercise, reply))
    return float(most) if reply.status == "right" else round(reply.share * most / 2, 2)


def hint(number: str = "", *more: Any, **named: Any) -> None:
    """Print a hint, at each call the next one; the last one is repeated. Never raises.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    """
    exercise = _asked_for(number)
    if exercise is None:
        return
    count = len(exercise.hints)
    place = min(_hints_given.get(exercise.number, 0) + 1, count)
    _hints_given[exercise.number] = place
    line = progress.note_hint(exercise.number, place)
    if place < count:
        next_step = f'exercises.hint("{exercise.number}") once more gives the next one.'
    else:
        next_step = (
            f'That was the last one. exercises.solution("{exercise.number}") shows a solution.'
        )
    showing.show(
        f"{exercise.number} hint {place} of {count}",
        exercise.hints[place - 1],
        "hint",
        f"{next_step} {line}".strip(),
    )


def solution(number: str = "", *more: Any, **named: Any) -> None:
    """Show a solution as it can stand in your cell, and why it is written like this. Never raises.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    """
    exercise = _asked_for(number)
    if exercise is None:
        return
    tried = progress.entries().get(exercise.number, progress.new_entry())["tries"] > 0
    line = progress.note_solution(exercise.number)
    first = "" if tried else "You have not checked an answer of your own yet. "
    next_step = (
        f"{first}Write it again from memory in your cell, then check it: "
        f'exercises.check("{exercise.number}", {exercise.answer_in_words}). {line}'
    ).strip()
    if showing.in_notebook():
        from IPython.display import (  # type: ignore[import-not-found, unused-ignore]
            Markdown,
            display,
        )

        display(Markdown(f"```python\n{exercise.source()}\n```\n\n{exercise.why}\n\n{next_step}"))
    else:
        paragraphs = (exercise.source(), *map(showing.wrapped, (exercise.why, next_step)))
        print("\n\n".join(paragraphs))


def _asked_for(number: Any) -> Exercise | None:
    """The exercise of a number; without one, the student is told why."""
    try:
        return registry.find(number)
    except ValueError as error:
        _note("exercises", str(error))
    except Exception as error:
        _note("exercises", fault_in_words(error))
    return None


def _note(head: str, text: str) -> None:
    showing.show(head, text, "note")


def _solved(notebook: str) -> str:
    """ "3 of 5 in this notebook", as far as is known."""
    known = progress.entries()
    numbers = [exercise.number for exercise in registry.exercises_of(notebook)]
    right = sum(known.get(number, {}).get("state") == "right" for number in numbers)
    return f"{right} of {len(numbers)} in this notebook."


def _in_print(exercise: Exercise, reply: Reply) -> str:
    return showing.wrapped(f"{exercise.number}{_STATUS_WORDS[reply.status]}: {reply.message}")
