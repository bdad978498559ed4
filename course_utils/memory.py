"""Sizes that no memory holds are refused in a sentence, as other arguments are."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# How NumPy's errors begin where it doesn't even try; no other error of it begins so.
_NEVER = ("array is too big", "Maximum allowed dimension", "Maximum allowed size")


def within_memory(
    *names: str,
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Let a function that runs out of memory raise a `ValueError` instead of a `MemoryError`.

    Parameters
    ----------
    names
        Of the arguments that the sizes of its arrays come from.

    Returns
    -------
    Callable
        A decorator. The message names these arguments, and how much was asked for.
    """

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @functools.wraps(function)
        def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            try:
                return function(*args, **kwargs)
            except (MemoryError, OverflowError, ValueError) as error:
                said = str(error)
                if isinstance(error, ValueError) and not said.startswith(_NEVER):
                    raise
                ask = " or ".join((", ".join(names[:-1]), names[-1]) if names[1:] else names)
                asked = said.removeprefix("Unable to allocate ").split(" for an array")[0]
                much = (
                    f" ({asked} at once)"
                    if isinstance(error, MemoryError) and asked != said
                    else ""
                )
                raise ValueError(
                    f"{ask} makes arrays that are larger than the memory{much}: give less"
                ) from None

        return checked

    return decorate
