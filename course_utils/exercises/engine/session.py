"""What is called in a notebook: check, hint and solution by a student, points by a grader."""

import sys
import textwrap
from typing import Any

from course_utils.exercises.engine import registry
from course_utils.exercises.engine.exercise import Exercise, Reply
from course_utils.exercises.engine.judging import judge_answer
from course_utils.exercises.engine.wording import fault_in_words

_WIDTH = 88
_STATUS_WORDS = {"right": " right: ", "wrong": " not yet: ", "empty": ": "}
_hints_given: dict[str, int] = {}


def check(number: str = "", answer: Any = ...) -> None:
    """Print a reply to an answer. Never raises, whatever it is given.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    answer : function or value
        Your answer: the function itself, without brackets, or the value asked for.
    """
    print(_reply_in_print(number, answer))


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


def points(number: str, answer: Any, *, most: float) -> float:
    """Print a reply to an answer, as `check` does, and return the points that it earns.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".
    answer : object
        The answer to judge.
    most : float
        Points for a right answer.

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
    reply = judge_answer(exercise, answer)
    print(_in_print(exercise, reply))
    return float(most) if reply.status == "right" else round(reply.share * most / 2, 2)


def hint(number: str) -> None:
    """Print a hint, at each call the next one; the last one is repeated.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".

    Raises
    ------
    ValueError
        If there is no exercise of this number; names those there are.
    """
    exercise = registry.find(number)
    count = len(exercise.hints)
    place = min(_hints_given.get(exercise.number, 0) + 1, count)
    _hints_given[exercise.number] = place
    print(_wrapped(f"{exercise.number} hint {place} of {count}: {exercise.hints[place - 1]}"))


def solution(number: str) -> None:
    """Show the source of a solution, and one sentence on why it is written like this.

    Parameters
    ----------
    number : str
        Number of the exercise, "02.1".

    Raises
    ------
    ValueError
        If there is no exercise of this number; names those there are.
    """
    exercise = registry.find(number)
    if _in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(f"```python\n{exercise.source()}\n```\n\n{exercise.why}"))
    else:
        print(f"{exercise.source()}\n\n{_wrapped(exercise.why)}")


def _reply_in_print(number: Any, answer: Any) -> str:
    try:
        exercise = registry.find(number)
    except ValueError as error:
        return _wrapped(str(error))
    except Exception as error:
        return _wrapped(fault_in_words(error))
    try:
        reply = judge_answer(exercise, answer)
    except Exception as error:
        return _wrapped(f"{exercise.number}: {fault_in_words(error)}")
    return _in_print(exercise, reply)


def _in_print(exercise: Exercise, reply: Reply) -> str:
    return _wrapped(exercise.number + _STATUS_WORDS[reply.status] + reply.message)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
