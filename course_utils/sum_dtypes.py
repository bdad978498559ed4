"""In which dtype sums are formed, and how large the numbers in them are."""

import numpy as np


def common_dtype(*arrays: np.ndarray | None) -> np.dtype:
    """Return the dtype in which sums of products of `arrays` are formed.

    Integers and booleans are summed as 64-bit integers, so that `uint8` images neither wrap around
    nor go missing below zero. As soon as one array is floating, the floating ones decide:
    `float32` with an integer kernel stays `float32`. `uint64`, which no signed integer holds,
    is summed as `float64`. None stands for an array that isn't there.
    """
    there = [a.dtype for a in arrays if a is not None]
    floating = [dtype for dtype in there if dtype.kind == "f"]
    if floating:
        return np.result_type(*floating)
    return np.result_type(np.int64, *there)


def sum_dtype(dtype: np.dtype) -> np.dtype:
    """Return the dtype to add up in where the result is `dtype`: `float32` for `float16`."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def largest_size(array: np.ndarray) -> int:
    """Return the largest absolute value among integers or booleans; of small dtypes, a bound."""
    if array.dtype.kind == "b" or not array.size:
        return 1
    if array.dtype.itemsize <= 2:
        return 2 ** (8 * array.dtype.itemsize)
    return max(int(array.max()), -int(array.min()))
