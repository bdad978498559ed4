"""The sentences of replies: what was called with what, what went wrong, what to try next."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.exercises.engine.comparing import number_in_words
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise
from course_utils.exercises.engine.plain_values import describe, one_line, plain, with_article
from course_utils.exercises.engine.sandbox import Failure, Run

_MOST_CELLS_SHOWN = 9
_LONGEST = 60
_LEFT_BEHIND = " It could not be stopped and still runs: restart the kernel to end it."
_REMEDIES = {
    "IndexError": "An index ran past the end: look where the loops stop and what is indexed.",
    "NameError": (
        "Look for a misspelt name, or for a cell that has not been run yet: after a restart of "
        "the kernel, run the cells above first."
    ),
    "ModuleNotFoundError": "Look for a misspelt name; the course needs no module that is not here.",
    "UnboundLocalError": "Give that name a value before it is used.",
    "ZeroDivisionError": "Look for what becomes zero there.",
    "RecursionError": "It calls itself without end: give it a case in which it returns at once.",
    "MemoryError": "Look for an array much larger than the image.",
    "SystemExit": "End it with return, not with exit() or sys.exit().",
    "KeyboardInterrupt": "Take that raise out; only the person at the keyboard interrupts.",
}


def too_slow_in_words(exercise: FunctionExercise, run: Run, limit: float) -> str:
    """What is said when the time was up."""
    case = exercise.cases[min(len(run.outcomes), len(exercise.cases) - 1)]
    return (
        f"your function had not finished after {limit:g} s, for {case_in_words(exercise, case)}. "
        "Look for a loop whose condition never becomes false, or that runs over far more than "
        "the data. If there is none, the first use of a large library may have taken the time: "
        f"then check once more.{_LEFT_BEHIND if run.abandoned else ''}"
    )


def failure_in_words(exercise: FunctionExercise, case: Sequence[Any], failure: Failure) -> str:
    """What is said of an exception: which, where, with what arguments, and a remedy."""
    error = f"{with_article(failure.kind)}" + (f" ({failure.text})" if failure.text else "")
    if failure.in_call and failure.kind == "TypeError":
        names = ", ".join(exercise.parameters)
        return (
            f"your function could not be called with ({names}): {failure.text}. Begin it with "
            f"def {exercise.solution.__name__}({names}):"
        )
    where = f", in the line `{failure.line}`" if failure.line else ""
    remedy = _REMEDIES.get(failure.kind, "Call it yourself with such arguments to see it happen.")
    if failure.kind == "TypeError" and "ellipsis" in failure.text:
        remedy = "There is still a … left to be filled in."
    if failure.kind == "ValueError" and "broadcast" in failure.text:
        remedy = "Two arrays of different shapes meet there: print both shapes."
    return f"your function raised {error}{where}, for {case_in_words(exercise, case)}. {remedy}"


def case_in_words(exercise: FunctionExercise, case: Sequence[Any]) -> str:
    """Names of the arguments, with the values of small ones and the shapes of large ones."""
    return " and ".join(
        _argument_in_words(name, argument)
        for name, argument in zip(exercise.parameters, case, strict=False)
    )


def _argument_in_words(name: str, argument: Any) -> str:
    if isinstance(argument, (str, int, float, tuple, list)) and len(repr(argument)) <= _LONGEST:
        return f"{name} = {argument!r}"
    if callable(argument):
        return f"a function {name}"
    value = plain(argument)
    if not isinstance(value, np.ndarray):
        return f"{name}, {describe(value)}"
    if value.size <= _MOST_CELLS_SHOWN:
        return f"{name} = {_cells_in_words(value)}"
    return f"{name} of shape {value.shape}"


def _cells_in_words(array: np.ndarray) -> str:
    if array.ndim == 0:
        return number_in_words(array, digits=4)
    return f"[{', '.join(_cells_in_words(part) for part in array)}]"


def with_next_step(exercise: Exercise, sentence: str) -> str:
    """Add what to try next to a sentence on a wrong answer."""
    return f"{sentence} " + (
        exercise.try_next or f'exercises.hint("{exercise.number}") helps you on.'
    )


def fault_in_words(error: Exception) -> str:
    """What a check says when it fails itself."""
    return (
        f"this check failed by a fault of its own ({type(error).__name__}: "
        f"{one_line(str(error))}). Your answer was not judged; please report it."
    )
