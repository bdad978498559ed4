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
    if type(number) is not str:
        raise ValueError(
            f'the number comes first and is a text, such as "02.1"; here it is of type '
            f"{type_name(number)}. Write it in quotation marks."
        )
    for exercise in exercises_of(number.strip()[:2]):
        if exercise.number == number.strip():
            return exercise
    raise ValueError(f"there is no exercise {number[:20]!r}. There are {_ranges()}.")


def _ranges() -> str:
    """The numbers there are: "02.1 to 02.4 and 03.1 to 03.5"."""
    ranges = []
    for notebook in module_names():
        numbers = [exercise.number for exercise in exercises_of(notebook)]
        ranges.append(f"{numbers[0]} to {numbers[-1]}")
    if len(ranges) < 2:
        return "".join(ranges)
    return f"{', '.join(ranges[:-1])} and {ranges[-1]}"
