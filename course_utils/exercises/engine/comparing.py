"""Finding the first difference between two plain values, and saying it in words."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_utils.exercises.engine.plain_values import TooLarge, Unreadable, describe, one_line

# relative error of a few operations by the bytes of a float: half and single precision
_ROUNDING = {2: 5e-3, 4: 1e-5}


def difference(
    expected: Any,
    given: Any,
    *,
    tolerance: float,
    subject: str = "your result",
    reveal: bool = True,
) -> str | None:
    """Say in what a value differs from the expected one.

    Parameters
    ----------
    expected, given : plain values
        As `plain_values.plain` makes them.
    tolerance : float
        Largest absolute and largest relative difference that counts as equal.
    subject : str
        What the sentence calls the given value.
    reveal : bool
        Whether the sentence may say what is expected; its kind and shape are always said.

    Returns
    -------
    str or None
        One or more sentences, the first without a capital letter; None if the two are equal.
    """
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, given, tolerance, subject, reveal)
    if isinstance(expected, str) and isinstance(given, str):
        if expected.strip().casefold() == given.strip().casefold():
            return None
        should = f"; it should be {expected!r}" if reveal else ", which is not right"
        return f"{subject} is {one_line(given, 60)!r}{should}."
    if isinstance(expected, tuple):
        return _tuple_difference(expected, given, tolerance, subject, reveal)
    if isinstance(expected, dict) and isinstance(given, dict):
        return _dict_difference(expected, given, tolerance, subject, reveal)
    if type(expected) is type(given) and not isinstance(expected, str):
        return None if expected == given else _wrong_kind(expected, given, subject)
    return _wrong_kind(expected, given, subject)


def number_in_words(number: Any, digits: int = 6) -> str:
    """Short form of one cell of an array, with so many significant digits."""
    number = np.asarray(number)
    return str(number.item()) if number.dtype.kind in "biu" else f"{number.item():.{digits}g}"


def _wrong_kind(expected: Any, given: Any, subject: str, reveal: bool = True) -> str:
    wanted = describe(expected)
    if not reveal and isinstance(expected, np.ndarray) and expected.ndim == 1:
        # how many may be part of the answer
        wanted = "a list of numbers"
    text = f"{subject} is {describe(given)}, where {wanted} is wanted."
    if isinstance(given, Unreadable) and given.remedy:
        return f"{text} {given.remedy}"
    if isinstance(given, str) and isinstance(expected, np.ndarray):
        return f"{text} Leave the quotation marks off."
    if given is None and expected is not None:
        return f"{text} Make sure that every way through your function ends in a return."
    if given is ... and expected is not None:
        return f"{text} There is still a … left to be filled in."
    if isinstance(given, tuple) and isinstance(expected, np.ndarray):
        return f"{text} Its parts have different shapes or are not numbers."
    return text


def _tuple_difference(
    expected: tuple, given: Any, tolerance: float, subject: str, reveal: bool
) -> str | None:
    if isinstance(given, np.ndarray) and given.ndim > 0:
        given = tuple(np.asarray(part) for part in given)
    if not isinstance(given, tuple):
        return _wrong_kind(expected, given, subject)
    if len(given) != len(expected):
        return f"{subject} has {len(given)} values, where {len(expected)} are wanted."
    for place, (wanted, got) in enumerate(zip(expected, given, strict=True), start=1):
        inner = f"value {place} of {subject}"
        found = difference(wanted, got, tolerance=tolerance, subject=inner, reveal=reveal)
        if found:
            return found
    return None


def _dict_difference(
    expected: dict, given: dict, tolerance: float, subject: str, reveal: bool
) -> str | None:
    for key, wanted in expected.items():
        if key not in given:
            return f"{subject} has no entry {key!r}."
        inner = f"entry {key!r} of {subject}"
        found = difference(wanted, given[key], tolerance=tolerance, subject=inner, reveal=reveal)
        if found:
            return found
    extra = [key for key in given if key not in expected]
    return f"{subject} has an entry {extra[0]!r} too many." if extra else None


def _array_difference(
    expected: np.ndarray, given: Any, tolerance: float, subject: str, reveal: bool
) -> str | None:
    if not isinstance(given, (np.ndarray, TooLarge)):
        return _wrong_kind(expected, given, subject, reveal)
    if given.shape != expected.shape:
        words = f"{subject} is {describe(given)}, where {describe(expected)} is wanted."
        return " ".join([words, *_shape_remark(expected.shape, given.shape)])
    if isinstance(given, TooLarge):
        return f"{subject} is too large to be compared."
    equal = _close(expected, given, tolerance)
    if equal.all():
        return None
    cell = tuple(int(index) for index in np.argwhere(~equal)[0])
    got, wanted = number_in_words(given[cell]), number_in_words(expected[cell])
    if not cell:
        should = f"it should be {wanted}" if reveal else _which_way(expected, given)
        return f"{subject} is {got}; {should}."
    should = f"it should be {wanted}" if reveal else "which is not right"
    count = f"wrong cells: {np.count_nonzero(~equal)} of {equal.size}"
    link = ";" if reveal else ","
    return f"cell {list(cell)} of {subject} is {got}{link} {should} ({count})."


def _close(expected: np.ndarray, given: np.ndarray, tolerance: float) -> np.ndarray:
    """Which cells are equal, as far as the given type can tell."""
    rounding = _ROUNDING.get(given.dtype.itemsize, 0.0) if given.dtype.kind == "f" else 0.0
    around_zero = tolerance
    if rounding:
        # what was summed up in few digits is off by a part of the largest terms, not of itself
        finite = np.abs(expected[np.isfinite(expected)]).astype(float)
        around_zero = max(tolerance, rounding * float(finite.max(initial=1.0)))
    return np.isclose(
        given, expected, rtol=max(tolerance, rounding), atol=around_zero, equal_nan=True
    )


def _which_way(expected: np.ndarray, given: np.ndarray) -> str:
    kinds = expected.dtype.kind + given.dtype.kind
    if "b" in kinds or "c" in kinds or np.isnan(given):
        return "that is not right"
    return "that is too large" if given > expected else "that is too small"


def _shape_remark(expected: tuple[int, ...], given: tuple[int, ...]) -> list[str]:
    if len(given) == len(expected) == 2 and given == expected[::-1]:
        return ["The numbers of rows and columns are exchanged."]
    if len(given) != len(expected):
        if np.prod(given) == np.prod(expected):
            return ["The number of cells is right: only the shape has to change."]
        return []
    excess = [got - wanted for got, wanted in zip(given, expected, strict=True)]
    axes = [axis for axis, surplus in enumerate(excess) if surplus]
    if {excess[axis] for axis in axes} == {1}:
        return [f"That is one too many {_along(axes, len(given))}."]
    if {excess[axis] for axis in axes} == {-1}:
        return [f"That is one too few {_along(axes, len(given))}."]
    return []


def _along(axes: list[int], count: int) -> str:
    if count == 1:
        return "in all"
    if len(axes) == count:
        return "along every axis"
    return f"along axis {' and '.join(map(str, axes))}"


def relation(pairs: Sequence[tuple[Any, Any]], *, tolerance: float) -> str:
    """Say what simple thing relates wrong arrays to the right ones, if one and the same does.

    Parameters
    ----------
    pairs : sequence of (expected, given)
        Plain values of all cases; the remark has to hold in each of them.
    tolerance : float
        As for `difference`.

    Returns
    -------
    str
        A sentence, or "" if nothing simple fits all the evidence.
    """
    if not all(
        isinstance(given, np.ndarray)
        and isinstance(expected, np.ndarray)
        # NumPy's own shape: what was given may be of another
        and given.shape == expected.shape
        for expected, given in pairs
    ):
        return ""
    if any(_nan_is_new(expected, given) for expected, given in pairs):
        return "nan comes from 0/0, inf − inf or inf/inf, or from a root or log of what has none."
    wide = [
        (expected.astype(np.result_type(expected, np.float64)), given) for expected, given in pairs
    ]
    if all(given.size > 1 and not given.any() for _, given in wide):
        return "Everything in it is zero: look where it is filled, and with what."
    if _decimals_are_cut(wide, tolerance):
        return (
            "The decimals are cut off: an array made for integers keeps none, such as "
            "np.zeros_like of an image of integers, and // and int() drop them."
        )
    for remark, changed in _CHANGES:
        if all(_same(changed(expected), given, tolerance) for expected, given in wide):
            return remark
    return _factor_remark(wide, tolerance)


def _same(candidate: np.ndarray | None, given: np.ndarray, tolerance: float) -> bool:
    return (
        candidate is not None
        and candidate.shape == given.shape
        and bool(_close(candidate, given, tolerance).all())
    )


def _nan_is_new(expected: np.ndarray, given: np.ndarray) -> bool:
    return bool(np.isnan(given).any() and not np.isnan(expected).any())


def _decimals_are_cut(pairs: Sequence[tuple[np.ndarray, np.ndarray]], tolerance: float) -> bool:
    """Whether integers stand in place of all fractions of the wrong cases, in several cells."""
    cut = 0
    for expected, given in pairs:
        if _same(expected, given, tolerance):
            continue
        if expected.dtype.kind != "f" or given.dtype.kind not in "iu":
            return False
        whole = np.trunc(expected)
        fractional = ~_close(expected, whole, tolerance)
        if not _same(whole, given, tolerance):
            return False
        cut += int(np.count_nonzero(fractional & (whole != 0)))
    return cut > 1


def _if_matrix(change: Callable[[np.ndarray], np.ndarray]) -> Callable:
    return lambda array: change(array) if array.ndim == 2 else None


_CHANGES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray | None]], ...] = (
    ("Only the sign is reversed.", np.negative),
    (
        "The values are right but in reversed order.",
        lambda array: array[::-1] if array.ndim == 1 else None,
    ),
    ("The array is transposed: rows and columns are exchanged.", _if_matrix(np.transpose)),
    ("The array is upside down.", _if_matrix(np.flipud)),
    ("The array is mirrored left to right.", _if_matrix(np.fliplr)),
    ("The array is rotated by 180°.", _if_matrix(lambda array: array[::-1, ::-1])),
)


def _factor_remark(pairs: Sequence[tuple[np.ndarray, np.ndarray]], tolerance: float) -> str:
    cells = sum(np.count_nonzero(expected) for expected, _ in pairs)
    expected, given = max(pairs, key=lambda pair: np.abs(pair[0]).max(initial=0.0))
    if cells < 2 or not expected.any():
        return ""
    place = np.argmax(np.abs(expected))
    factor = given.flat[place] / expected.flat[place]
    if not np.isfinite(factor) or factor == 0:
        return ""
    if not all(_same(expected * factor, given, tolerance) for expected, given in pairs):
        return ""
    return f"Everything is {number_in_words(factor)} times what it should be."
