"""Finding the first difference between two plain values, and saying it in words."""

from typing import Any

import numpy as np

from course_utils.exercises.engine.plain_values import TooLarge, Unreadable, describe, one_line


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


def _wrong_kind(expected: Any, given: Any, subject: str) -> str:
    text = f"{subject} is {describe(given)}, where {describe(expected)} is wanted."
    if isinstance(given, Unreadable) and given.remedy:
        return f"{text} {given.remedy}"
    if isinstance(given, str) and isinstance(expected, np.ndarray):
        return f"{text} Leave the quotation marks off."
    if given is None and expected is not None:
        return f"{text} Make sure that every way through your function ends in a return."
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
        return _wrong_kind(expected, given, subject)
    if given.shape != expected.shape:
        words = f"{subject} is {describe(given)}, where {describe(expected)} is wanted."
        return " ".join([words, *_shape_remark(expected.shape, given.shape)])
    if isinstance(given, TooLarge):
        return f"{subject} is too large to be compared."
    equal = np.isclose(given, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    if equal.all():
        return None
    cell = tuple(int(index) for index in np.argwhere(~equal)[0])
    got, wanted = number_in_words(given[cell]), number_in_words(expected[cell])
    remarks = _value_remark(expected, given, tolerance)
    if not cell:
        should = f"it should be {wanted}" if reveal else _which_way(expected, given)
        return " ".join([f"{subject} is {got}; {should}.", *remarks])
    should = f"it should be {wanted}" if reveal else "which is not right"
    count = f"wrong cells: {np.count_nonzero(~equal)} of {equal.size}"
    link = ";" if reveal else ","
    words = f"cell {list(cell)} of {subject} is {got}{link} {should} ({count})."
    return " ".join([words, *remarks])


def _which_way(expected: np.ndarray, given: np.ndarray) -> str:
    kinds = expected.dtype.kind + given.dtype.kind
    if "b" in kinds or "c" in kinds or np.isnan(given):
        return "that is not right"
    return "that is too large" if given > expected else "that is too small"


def _shape_remark(expected: tuple[int, ...], given: tuple[int, ...]) -> list[str]:
    if len(given) == len(expected) and given == expected[::-1]:
        return ["Rows and columns are exchanged."]
    if len(given) != len(expected):
        if np.prod(given) == np.prod(expected):
            return ["The number of cells is right: only the shape has to change."]
        return []
    excess = {got - wanted for got, wanted in zip(given, expected, strict=True)} - {0}
    if excess == {1}:
        return ["That is one too many: look where the loop ends."]
    if excess == {-1}:
        return ["That is one too few: look where the loop ends."]
    return []


def _value_remark(expected: np.ndarray, given: np.ndarray, tolerance: float) -> list[str]:
    """A sentence on what relates a wrong array to the right one, if something simple does."""

    def same(candidate: np.ndarray) -> bool:
        return candidate.shape == given.shape and np.allclose(
            given, candidate, rtol=tolerance, atol=tolerance, equal_nan=True
        )

    expected = expected.astype(np.result_type(expected, np.float64))
    if np.isnan(given).any() and not np.isnan(expected).any():
        return ["nan means that 0/0 or inf − inf was computed somewhere."]
    if given.size > 1 and not given.any():
        return ["Everything in it is zero: look where it is filled, and with what."]
    if expected.dtype.kind == "f" and given.dtype.kind != "c" and same(np.trunc(expected)):
        return ["The decimals are cut off: an array made for integers keeps no decimals."]
    if same(-expected):
        return ["Only the sign is reversed."]
    for remark, candidate in _rearranged(expected):
        if same(candidate):
            return [remark]
    return _factor_remark(expected, given, same)


def _rearranged(expected: np.ndarray) -> list[tuple[str, np.ndarray]]:
    if expected.ndim == 1:
        return [("The values are right but in reversed order.", expected[::-1])]
    if expected.ndim != 2:
        return []
    return [
        ("The array is transposed: rows and columns are exchanged.", expected.T),
        ("The array is upside down.", expected[::-1]),
        ("The array is mirrored left to right.", expected[:, ::-1]),
        ("The array is rotated by 180°.", expected[::-1, ::-1]),
    ]


def _factor_remark(expected: np.ndarray, given: np.ndarray, same: Any) -> list[str]:
    if np.count_nonzero(expected) < 2:
        return []
    place = np.argmax(np.abs(expected))
    factor = given.flat[place] / expected.flat[place]
    if np.isfinite(factor) and factor != 0 and same(expected * factor):
        return [f"Every cell is {number_in_words(factor)} times what it should be."]
    return []
