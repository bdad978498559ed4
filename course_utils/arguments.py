"""Checks of arguments that the NumPy modules share.

Each check returns the argument in the form the numerics need, or raises a `ValueError` that names
the argument, the value and the remedy.
"""

import math
import operator
from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from course_utils.number_messages import not_an_array, not_real
from course_utils.sum_dtypes import largest_size, sum_dtype

# Up to here float64 holds every integer.
_EXACT = 2**53
# No machine has room for more cells along an axis.
_MOST = 2**53


def size_text(shape: tuple[int, ...]) -> str:
    """Write a shape as people say it, for example ``5×5``."""
    return "×".join(str(side) for side in shape)


def as_real(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as an array of real numbers, of any shape.

    This is the one gate for numbers: what comes from a caller goes through it, by this function
    or by one that builds on it, and keeps its dtype.

    Parameters
    ----------
    name
        What the caller calls the argument; it begins the error message.
    value
        Anything NumPy can make an array of.

    Raises
    ------
    ValueError
        If the value is ragged, masked, or not real numbers; the message says how to make such a
        value an array of numbers.
    """
    if isinstance(value, np.ma.MaskedArray):
        masked = np.ma.count_masked(value)
        if masked:
            raise ValueError(
                f"{name} is a masked array with {masked} cells masked, which would count all the "
                f"same: fill them first, for example with {name}.filled(0)"
            )
    try:
        array = np.asarray(value)
    except Exception as error:  # each library of tensors has its own
        raise ValueError(not_an_array(name, value, error)) from error
    if array.dtype.kind not in "fiub":
        raise ValueError(not_real(name, value, array))
    return array


def as_numeric(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as an array of real numbers with these axes and at least one element.

    Parameters
    ----------
    name, value
        As in `as_real`.
    axes
        What each axis means, for example ``("height", "width")``; more than one such tuple where
        more than one rank will do. ``"…"`` stands for any number of axes.

    Raises
    ------
    ValueError
        As `as_real`; also if the value is empty or of another rank.
    """
    array = as_real(name, value)
    if not any(_fits(array.ndim, meanings) for meanings in axes):
        plural = "axis" if array.ndim == 1 else "axes"
        wanted = " or ".join(str(meanings).replace("'", "") for meanings in axes)
        raise ValueError(
            f"{name} has {array.ndim} {plural}, shape {array.shape}: give an array {wanted}"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty, shape {array.shape}: give every axis at least length 1")
    return array


def _fits(rank: int, meanings: tuple[str, ...]) -> bool:
    return rank >= len(meanings) - 1 if "…" in meanings else rank == len(meanings)


def as_batch(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_numeric` does, but let a batch of no examples pass.

    Parameters
    ----------
    name, value
        As in `as_real`.
    axes
        As in `as_numeric`; it is a batch where the name of the first axis begins with ``"batch"``.

    Raises
    ------
    ValueError
        As `as_numeric`.
    """
    array = as_real(name, value)
    batch = any(m[0].startswith("batch") and _fits(array.ndim, m) for m in axes)
    if batch and len(array) == 0 and all(array.shape[1:]):
        return array
    return as_numeric(name, array, *axes)


def as_floating(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_numeric` does, in the floating dtype to calculate in.

    Integers and booleans become `float64`, in which differences don't wrap around, and `float16`
    becomes `float32`; other floating dtypes stay. Without `axes`, any shape will do, empty ones
    included.

    Raises
    ------
    ValueError
        As `as_numeric`; also if it holds an integer beyond 2⁵³, which `float64` would round.
    """
    array = as_numeric(name, value, *axes) if axes else as_real(name, value)
    if array.dtype.kind != "f":
        if array.dtype.itemsize == 8 and (largest := largest_size(array)) > _EXACT:
            raise ValueError(
                f"{name} holds {largest} as {array.dtype}, which float64 can't hold exactly: "
                f"subtract what all have in common, or accept the rounding with "
                f"np.asarray({name}, dtype=float)"
            )
        return array.astype(np.float64)
    return array.astype(sum_dtype(array.dtype), copy=False)


def as_double(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_floating` does, at least in `float64`: for measures and statistics."""
    array = as_floating(name, value, *axes)
    return array.astype(np.result_type(array, np.float64), copy=False)


def as_solvable(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_double` does, in `float64`: LAPACK solves no wider equations."""
    return as_double(name, value, *axes).astype(np.float64, copy=False)


def as_class_numbers(
    name: str, value: ArrayLike, *axes: tuple[str, ...], classes: int | None = None
) -> np.ndarray:
    """Return `value` as `int64` class numbers from 0, below `classes` if that is given.

    Without `axes`, any number of them in one line will do, none included.

    Raises
    ------
    ValueError
        As `as_numeric`; also if they aren't integers, or one is out of range.
    """
    array = as_numeric(name, value, *axes) if axes else as_real(name, value)
    if not axes and array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}: give one class number for each, (n,)")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(
            f"{name} has dtype {array.dtype}: give class numbers as integers, "
            "for example with .argmax(axis=1)"
        )
    last = np.iinfo(np.int64).max if classes is None else classes - 1
    outside = (array < 0) | (array > last)
    if outside.any():
        among = "" if classes is None else f"with {classes} classes "
        end = "" if classes is None else f" to {last}"
        raise ValueError(f"{name} holds {array[outside][0]}: {among}the numbers run from 0{end}")
    return array.astype(np.int64)


def as_amount(name: str, value: object, remedy: str) -> float:
    """Return `value` as a finite `float`; `remedy` ends the error message.

    Raises
    ------
    ValueError
        If it isn't one real, finite number.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, RuntimeError):
        number = math.nan
    if isinstance(value, str) or not math.isfinite(number):
        raise ValueError(f"{name} is {value!r}: {remedy}")
    return number


def as_integer(name: str, value: object, minimum: int) -> int:
    """Return `value` as an `int` of at least `minimum`; floats and booleans are refused.

    Raises
    ------
    ValueError
        If the value isn't a whole number, is too small, or above 2⁵³.
    """
    remedy = f"use a whole number of at least {minimum}"
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} is {value}: {remedy}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except (TypeError, RuntimeError):
        raise ValueError(f"{name} is {value!r}: {remedy}") from None
    if number < minimum:
        raise ValueError(f"{name} is {number}: {remedy}")
    if number > _MOST:
        raise ValueError(f"{name} is {number}: use a whole number of at most {_MOST}")
    return number


def as_choice(name: str, value: object, choices: Collection[str]) -> str:
    """Return `value`, one of some words.

    Raises
    ------
    ValueError
        If it isn't one of them as they are written.
    """
    if not isinstance(value, str) or value not in choices:
        words = ", ".join(f'"{word}"' for word in choices)
        raise ValueError(f"{name} is {value!r}: use one of {words}")
    return str(value)


def as_switch(name: str, value: object) -> bool:
    """Return `value`, true or false; 1 and 0 will do, but no text, since "no" is true to Python.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if isinstance(value, (bool, np.bool_)) or (
        isinstance(value, (int, np.integer)) and value in (0, 1)
    ):
        return bool(value)
    raise ValueError(f"{name} is {value!r}: use True or False")


def per_axis(name: str, value: object) -> tuple[object, object]:
    """Return `value` for the vertical and the horizontal axis: one for both, or a pair.

    Raises
    ------
    ValueError
        If a sequence is given that isn't a pair.
    """
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(
                f"{name} is {value!r}: give one value for both axes, "
                "or a pair (vertical, horizontal)"
            )
        return value[0], value[1]
    return value, value
