"""Judging an answer: right, a mistake known by name, or wrong in a way that can be described."""

import contextlib
import copy
import functools
import importlib
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from course_utils.exercises.engine import sandbox
from course_utils.exercises.engine.comparing import difference, relation
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise, Reply, ValueExercise
from course_utils.exercises.engine.plain_values import (
    Unreadable,
    describe,
    is_blank,
    plain,
    type_name,
    with_article,
)
from course_utils.exercises.engine.sandbox import Failure, Outcome, Run
from course_utils.exercises.engine.stubs import imported_modules, is_stub
from course_utils.exercises.engine.wording import (
    case_in_words,
    failure_in_words,
    too_slow_in_words,
    with_next_step,
)

NOT_ATTEMPTED = Reply("empty", "not attempted yet.")
_FUNCTION_TYPES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    functools.partial,
    np.ufunc,
    type,
)
_PRINTS_HIDDEN = " What it prints is not shown during a check; call it yourself to read that."
_DRAWS_HIDDEN = " What it draws is not shown during a check; call it yourself to see that."
_KEEPS_STATE = (
    "your function gives another result when it is called again with the same arguments: it keeps "
    "something from call to call. Begin inside it with a new total, list or array; a default such "
    "as kept=[] is made only once, and a global name outlives the call."
)


def judge_answer(exercise: Exercise, answer: Any, *, time_limit: float | None = None) -> Reply:
    """Judge any object whatever as the answer to an exercise.

    Parameters
    ----------
    exercise : FunctionExercise or ValueExercise
    answer : object
        The student's function or value; None or ``...`` if there is none yet.
    time_limit : float, optional
        Seconds for the student's code; the exercise's own by default.

    Returns
    -------
    Reply

    Raises
    ------
    KeyboardInterrupt
        If the user interrupts while the student's code runs.
    """
    if answer is None or answer is ...:
        return NOT_ATTEMPTED
    limit = exercise.time_limit if time_limit is None else time_limit
    if isinstance(exercise, FunctionExercise):
        return _judge_function(exercise, answer, limit)
    assert isinstance(exercise, ValueExercise)
    return _judge_value(exercise, answer, limit)


def _judge_function(exercise: FunctionExercise, answer: Any, limit: float) -> Reply:
    name, number = exercise.solution.__name__, exercise.number
    if not callable(answer):
        return _wrong(
            f"{with_article(type_name(answer))} is not a function. Hand over the function "
            f'itself, without brackets: exercises.check("{number}", {name}).'
        )
    read = functools.partial(_read, exercise.measure)
    _import_beforehand(answer)
    # the first case once more at the end: a function that keeps something answers it differently
    calls = [copy.deepcopy(case) for case in (*exercise.cases, exercise.cases[0])]
    run = sandbox.run(answer, calls, read=read, time_limit=limit)
    if run.timed_out:
        return _wrong(too_slow_in_words(exercise, run, limit))
    *outcomes, again = run.outcomes
    changed = _changed_argument(exercise, outcomes)
    if _is_not_attempted(answer, run):
        return NOT_ATTEMPTED
    wanted = _nearest_reading(exercise, outcomes)
    keeps_state = not _same(exercise, outcomes[0], again)
    found = _first_wrong(exercise, wanted, outcomes)
    if found is None and not keeps_state and changed is None:
        return Reply("right", exercise.lesson, share=1.0)
    if found is None and not keeps_state:
        return _wrong(
            f"the results are right, but your function changes its argument {changed}, and "
            f"whoever calls it loses the original. Work on {changed}.copy().",
            share=1.0,
        )
    share = _share_right(exercise, wanted, outcomes)
    notes = f" It also changes its argument {changed}: work on a copy." if changed else ""
    notes += _PRINTS_HIDDEN if run.printed.strip() else ""
    notes += _DRAWS_HIDDEN if run.drew else ""
    if keeps_state and outcomes[0].failure is None:
        return _wrong(_KEEPS_STATE + notes, share)
    named = _named_mistake(exercise, outcomes)
    if named is not None:
        return _wrong(named + notes, share)
    if all(outcome.failure is None and is_blank(outcome.value) for outcome in outcomes):
        return _wrong(_returned_nothing(name, run, outcomes, changed))
    return _wrong(str(found) + notes, share)


def _nearest_reading(exercise: FunctionExercise, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What is wanted in each case, by the reading of the task that the answer comes nearest to."""
    readings = [
        [_trusted(exercise, function, case) for case in exercise.cases]
        for function in (exercise.solution, *exercise.readings)
    ]
    return max(readings, key=lambda wanted: _share_right(exercise, wanted, outcomes))


def _import_beforehand(answer: Callable[..., Any]) -> None:
    """Import what an answer imports, so that the first use of a library costs it no time."""
    for name in imported_modules(answer):
        if name in sys.modules:
            continue
        # the answer itself will meet whatever goes wrong
        with contextlib.suppress(Exception, SystemExit):
            if name.partition(".")[0] in ("keras", "tensorflow"):
                importlib.import_module("course_utils.quiet_tensorflow")
            importlib.import_module(name)


def _judge_value(exercise: ValueExercise, answer: Any, limit: float) -> Reply:
    if exercise.measure is None and issubclass(type(answer), _FUNCTION_TYPES):
        return _wrong(
            f"this is {with_article(type_name(answer))} object, where a value is wanted. Call it "
            f'with brackets and hand over the result: exercises.check("{exercise.number}", …).'
        )
    read = functools.partial(_read, exercise.measure)
    run = sandbox.run(lambda: answer, [()], read=read, time_limit=limit)
    if run.timed_out or run.outcomes[0].failure is not None:
        return _wrong(
            f"your answer, {with_article(type_name(answer))} object, could not be read. "
            "Give a number, a text, a NumPy array or a list of numbers."
        )
    given = run.outcomes[0].value
    if is_blank(given):
        return NOT_ATTEMPTED
    wanted = _trusted(exercise, exercise.solution, ()).value
    with _quiet():
        if exercise.accepts is None:
            right = difference(wanted, given, tolerance=exercise.tolerance) is None
        else:
            right = _holds(exercise.accepts, given)
    if right:
        return Reply("right", exercise.lesson, share=1.0)
    for mistake in exercise.mistakes:
        if _makes(exercise, mistake, given):
            return _wrong(mistake.reply)
    return _wrong(with_next_step(exercise, _value_difference(exercise, wanted, given)))


def _wrong(message: str, share: float = 0.0) -> Reply:
    return Reply("wrong", message, share)


def _read(measure: Callable[[Any], Any] | None, value: Any) -> Any:
    """The plain value that is compared: of the result, or of what is measured of it."""
    if measure is None or value is None or value is ...:
        return plain(value)
    try:
        return plain(measure(value))
    except Exception:
        return Unreadable(f"{with_article(type_name(value))} object of another kind")


def _quiet() -> ExitStack:
    """No warnings from our own arithmetic, whatever settings the student's session has."""
    stack = ExitStack()
    stack.enter_context(warnings.catch_warnings())
    stack.enter_context(np.errstate(all="ignore"))
    warnings.simplefilter("ignore")
    return stack


def _trusted(
    exercise: Exercise,
    function: Callable[..., Any],
    case: Sequence[Any],
    *,
    may_fail: bool = False,
) -> Outcome:
    """Outcome of a function of the course's own."""
    read = functools.partial(_read, exercise.measure)
    with _quiet():
        if may_fail:
            return sandbox.attempt(function, copy.deepcopy(case), read)
        return Outcome(read(function(*copy.deepcopy(case))))


def _same(exercise: Exercise, one: Outcome, other: Outcome) -> bool:
    if one.failure is not None or other.failure is not None:
        return _signature(one.failure) == _signature(other.failure)
    with _quiet():
        return difference(one.value, other.value, tolerance=exercise.tolerance) is None


def _signature(failure: Failure | None) -> tuple[str, str] | None:
    return None if failure is None else (failure.kind, failure.text)


def _first_wrong(
    exercise: FunctionExercise, wanted: Sequence[Outcome], outcomes: Sequence[Outcome]
) -> str | None:
    """Sentences on the first case that is wrong, and on what holds of all of them."""
    for case, right, outcome in zip(exercise.cases, wanted, outcomes, strict=True):
        if outcome.failure is not None:
            return failure_in_words(exercise, case, outcome.failure)
        with _quiet():
            found = difference(right.value, outcome.value, tolerance=exercise.tolerance)
            if found:
                pairs = [
                    (right.value, outcome.value)
                    for right, outcome in zip(wanted, outcomes, strict=True)
                ]
                remark = relation(pairs, tolerance=exercise.tolerance)
        if found:
            words = f"for {case_in_words(exercise, case)}, {found}"
            return with_next_step(exercise, f"{words} {remark}".strip())
    return None


def _share_right(
    exercise: FunctionExercise, wanted: Sequence[Outcome], outcomes: Sequence[Outcome]
) -> float:
    pairs = zip(wanted, outcomes, strict=True)
    return sum(_same(exercise, right, outcome) for right, outcome in pairs) / len(wanted)


def _named_mistake(exercise: FunctionExercise, outcomes: Sequence[Outcome]) -> str | None:
    """The reply of the mistake that gives the same outcome in every case."""
    for mistake in exercise.mistakes:
        if all(
            _same(exercise, _trusted(exercise, mistake.wrong, case, may_fail=True), outcome)
            for case, outcome in zip(exercise.cases, outcomes, strict=True)
        ):
            return mistake.reply
    return None


def _makes(exercise: ValueExercise, mistake: Any, given: Any) -> bool:
    with _quiet():
        if mistake.is_predicate:
            return _holds(mistake.wrong, given)
        wrong = _read(exercise.measure, mistake.wrong)
        return difference(wrong, given, tolerance=exercise.tolerance) is None


def _holds(predicate: Callable[[Any], bool], value: Any) -> bool:
    """Whether a predicate of the course's own holds; it need not foresee every kind of value."""
    try:
        return bool(predicate(copy.deepcopy(value)))
    except Exception:
        return False


def _is_not_attempted(answer: Callable[..., Any], run: Run) -> bool:
    return is_stub(answer) and all(
        is_blank(outcome.value)
        if outcome.failure is None
        else outcome.failure.kind == "NotImplementedError"
        for outcome in run.outcomes
    )


def _changed_argument(exercise: FunctionExercise, outcomes: Sequence[Outcome]) -> str | None:
    """Name of the first argument that a call has changed in place."""
    for case, outcome in zip(exercise.cases, outcomes, strict=True):
        for name, before, after in zip(exercise.parameters, case, outcome.arguments, strict=False):
            with _quiet():
                if difference(plain(before), after, tolerance=0.0):
                    return name
    return None


def _returned_nothing(name: str, run: Run, outcomes: Sequence[Outcome], changed: str | None) -> str:
    if run.printed.strip():
        return (
            f"your function {name} prints its result and returns None. Return it: the last line "
            "has to be return and the result."
        )
    if changed is not None:
        return (
            f"your function {name} changes its argument {changed} and returns None. Make a new "
            "array, fill that one, and return it."
        )
    if all(outcome.value is None for outcome in outcomes):
        return (
            f"your function {name} computes something, but returns nothing: without a return the "
            "result is None. End it with return and the result."
        )
    return f"your function {name} returns a … that is still to be filled in. Put the result there."


def _value_difference(exercise: ValueExercise, wanted: Any, given: Any) -> str:
    """What is wrong with a value, without giving the right one away."""
    with _quiet():
        found = difference(
            wanted,
            given,
            tolerance=exercise.tolerance,
            subject="your answer",
            reveal=False,
        )
    if exercise.accepts is None and found:
        with _quiet():
            remark = relation([(wanted, given)], tolerance=exercise.tolerance)
        return f"{found} {remark}".strip()
    same_kind = describe(wanted) == describe(given)
    return "your answer does not do what is asked." if same_kind or not found else found
