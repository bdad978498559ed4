"""Cases that nobody has seen: made by the exercise, or its own with their arrays rearranged.

A student can read the cases of an exercise in the package, and an answer may be right for these
alone. An assignment's hidden tests try it on others. Whole rows, columns and channels change
places, so that what a case promises still holds: rows that sum to 1, one 1 to a row, sizes. Cases
of numbers alone are made by the exercise's own `fresh`.
"""

import copy
from typing import Any

import numpy as np

from course_utils.exercises.engine.exercise import FunctionExercise

_TRIES = 3  # rearrangements of each case
_MADE = 6  # cases of an exercise that makes them


def fresh_cases(exercise: FunctionExercise, seed: int) -> list[tuple[Any, ...]]:
    """Return new cases of an exercise.

    Parameters
    ----------
    exercise : FunctionExercise
        Without `fresh`, the arrays and lists of numbers of its cases are rearranged; numbers, texts
        and functions stay.
    seed : int
        Others give other cases.

    Returns
    -------
    list of tuple
        Arguments that the solution and every other reading of the task can take, and that are none
        of the exercise's own; empty if its cases hold no arrays, and it makes none.
    """
    rng = np.random.default_rng(seed)
    if exercise.fresh is not None:
        return _made(exercise, rng)
    found = []
    for case in exercise.cases:
        for _ in range(_TRIES):
            new = tuple(_rearranged(copy.deepcopy(value), rng) for value in case)
            if any(value is not None for value in new) and _can_be_taken(
                exercise,
                filled := tuple(old if one is None else one for one, old in zip(new, case)),
            ):
                found.append(filled)
    return found


def _made(exercise: FunctionExercise, rng: np.random.Generator) -> list[tuple[Any, ...]]:
    assert exercise.fresh is not None  # asked before
    known = {repr(case) for case in exercise.cases}
    found: list[tuple[Any, ...]] = []
    for _ in range(_TRIES * _MADE):
        case = exercise.fresh(rng)
        if repr(case) not in known and len(found) < _MADE:
            known.add(repr(case))
            found.append(case)
    return found


def _rearranged(value: Any, rng: np.random.Generator) -> Any:
    """The value with its places exchanged along every axis; None where that changes nothing."""
    if isinstance(value, list):
        try:
            array = np.array(value)
        except ValueError:
            return None
        new = _rearranged(array, rng) if array.dtype.kind in "biuf" else None
        return None if new is None else new.tolist()
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return None
    new = value
    for axis in range(value.ndim):
        new = np.take(new, rng.permutation(value.shape[axis]), axis=axis)
    return None if np.array_equal(new, value) else new


def _can_be_taken(exercise: FunctionExercise, case: tuple[Any, ...]) -> bool:
    try:
        with np.errstate(all="ignore"):
            for function in (exercise.solution, *exercise.readings):
                function(*copy.deepcopy(case))
    except Exception:
        return False
    return True
