"""Checks of arguments that the NumPy modules share.

Each check returns the argument in the form the numerics need, or raises a `ValueError` that names
the argument, the value and the remedy.
"""

import operator

import numpy as np
from numpy.typing import ArrayLike


def size_text(shape: tuple[int, ...]) -> str:
    """Write a shape as people say it, for example ``5×5``."""
    return "×".join(str(side) for side in shape)


def as_numeric(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as an array of real numbers with these axes and at least one element.

    Parameters
    ----------
    name
        What the caller calls the argument; it begins the error message.
    value
        Anything NumPy can make an array of.
    axes
        What each axis means, for example ``("height", "width")``; more than one such tuple where
        more than one rank will do.

    Raises
    ------
    ValueError
        If the value is ragged, empty, not real numbers, or of another rank.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} can't be made an array ({error}): give rows of equal length"
        ) from error
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"{name} has dtype {array.dtype}: convert it to real numbers first, "
            f"for example with {name}.astype(float)"
        )
    if array.ndim not in map(len, axes):
        plural = "axis" if array.ndim == 1 else "axes"
        wanted = " or ".join(str(meanings).replace("'", "") for meanings in axes)
        raise ValueError(
            f"{name} has {array.ndim} {plural}, shape {array.shape}: give an array {wanted}"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty, shape {array.shape}: give every axis at least length 1")
    return array


def as_batch(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_numeric` does, but let a batch of no examples pass.

    Parameters
    ----------
    name, value
        As in `as_numeric`.
    axes
        What each axis means; it is a batch where the name of the first begins with
        ``"batch"``.

    Raises
    ------
    ValueError
        As `as_numeric`.
    """
    shape = tuple(getattr(value, "shape", ()))
    batches = [len(meanings) for meanings in axes if meanings[0].startswith("batch")]
    if len(shape) in batches and shape[0] == 0 and all(shape[1:]):
        array = np.asarray(value)
        # One example stands for the none that there are.
        as_numeric(name, np.broadcast_to(np.zeros((), array.dtype), (1, *shape[1:])), *axes)
        return array
    return as_numeric(name, value, *axes)


def as_integer(name: str, value: object, minimum: int) -> int:
    """Return `value` as an `int` of at least `minimum`; floats and booleans are refused.

    Raises
    ------
    ValueError
        If the value isn't a whole number or is too small.
    """
    remedy = f"use a whole number of at least {minimum}"
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} is {value}: {remedy}")
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}: {remedy}") from None
    if number < minimum:
        raise ValueError(f"{name} is {number}: {remedy}")
    return number


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


def common_dtype(*arrays: np.ndarray) -> np.dtype:
    """Return the dtype in which sums of products of `arrays` are formed.

    Integers and booleans are summed as 64-bit integers, so that `uint8` images neither wrap around
    nor go missing below zero. As soon as one array is floating, the floating ones decide:
    `float32` with an integer kernel stays `float32`. `uint64`, which no signed integer holds,
    is summed as `float64`.
    """
    floating = [a.dtype for a in arrays if a.dtype.kind == "f"]
    if floating:
        return np.result_type(*floating)
    return np.result_type(np.int64, *(a.dtype for a in arrays))


def sum_dtype(dtype: np.dtype) -> np.dtype:
    """Return the dtype to add up in where the result is `dtype`: `float32` for `float16`."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype
