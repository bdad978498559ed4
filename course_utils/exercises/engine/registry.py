"""Finding the exercise of a number.

The exercises of notebook NN stand in the module ``nbNN_….py`` of this package, in its tuple
`EXERCISES`. A module is imported when one of its numbers is first asked for.
"""

import importlib
import pkgutil
import re
from pathlib import Path

from course_utils.exercises.engine.exercise import Exercise
from course_utils.exercises.engine.plain_values import type_name

_PACKAGE = "course_utils.exercises"
_MODULE = re.compile(r"nb(\d\d)_\w+")


def module_names() -> dict[str, str]:
    """Full names of the exercise modules by the two digits of their notebook."""
    found = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent.parent)]):
        match = _MODULE.fullmatch(module.name)
        if match:
            found[match[1]] = f"{_PACKAGE}.{module.name}"
    return dict(sorted(found.items()))


def exercises_of(notebook: str) -> tuple[Exercise, ...]:
    """Exercises of one notebook, "02", in their order; none if it has no module."""
    name = module_names().get(notebook)
    return tuple(importlib.import_module(name).EXERCISES) if name else ()


def all_exercises() -> tuple[Exercise, ...]:
    """All exercises of the course, by notebook and number; imports every exercise module."""
    return tuple(exercise for notebook in module_names() for exercise in exercises_of(notebook))


def find(number: str) -> Exercise:
    """The exercise of a number.

    Parameters
    ----------
    number : str
        Notebook and place in it, "02.1".

    Raises
    ------
    ValueError
        If there is no such exercise; names those there are.
    """
    kind: type = type(number)
    if kind is not str:
        guess = _guess(repr(number)) if kind is float else ""
        raise ValueError(
            f'the number comes first and is a text, such as "{guess or "02.1"}"; here it is of '
            f"type {type_name(number)}. Write it in quotation marks."
        )
    asked = number.strip()
    here = exercises_of(asked[:2])
    for exercise in here:
        if exercise.number == asked:
            return exercise
    guess = _guess(asked)
    if guess:
        raise ValueError(f"there is no exercise {asked[:20]!r}. Did you mean {guess}?")
    there_are = _range(here) if here else _ranges()
    raise ValueError(f"there is no exercise {asked[:20]!r}. There are {there_are}.")


def _guess(asked: str) -> str:
    """The number that was meant by "5.2" or "05,2", if there is one such exercise."""
    digits = re.findall(r"\d+", asked[:20])
    if len(digits) == 1 and len(digits[0]) in (2, 3):
        # "52", "052"
        digits = [digits[0][:-1], digits[0][-1]]
    if len(digits) != 2 or len(digits[0]) > 2:
        return ""
    likely = f"{int(digits[0]):02d}.{int(digits[1])}"
    return likely if any(each.number == likely for each in exercises_of(likely[:2])) else ""


def _range(exercises: tuple[Exercise, ...]) -> str:
    return f"{exercises[0].number} to {exercises[-1].number}"


def _ranges() -> str:
    """The numbers there are: "02.1 to 02.4 and 03.1 to 03.5"."""
    ranges = [_range(exercises_of(notebook)) for notebook in module_names()]
    if len(ranges) < 2:
        return "".join(ranges)
    return f"{', '.join(ranges[:-1])} and {ranges[-1]}"
