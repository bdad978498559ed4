"""Squares that neither overflow nor vanish, however large or small the numbers are.

Numbers are divided by a power of two first, which changes no digit of theirs, and what comes out
is multiplied by it again.
"""

import numpy as np


def power_of_two(*arrays: np.ndarray) -> np.floating:
    """Return a power of two of about the largest absolute value among floating numbers.

    It is 1 where there is nothing to divide by: all numbers are 0, or one isn't finite.
    """
    dtype = np.result_type(*arrays)
    largest = max((np.abs(array).max(initial=0) for array in arrays), default=0)
    if not largest > 0 or not np.isfinite(largest):
        return dtype.type(1)
    # One less than the exponent, as 2**1024 is no number of float64 any more.
    return np.ldexp(dtype.type(1), np.frexp(largest)[1] - 1)


def root_mean_square(values: np.ndarray) -> float:
    """Return √(Σx² / n) of n floating numbers."""
    scale = power_of_two(values)
    return float(scale * np.sqrt(np.mean((values / scale) ** 2)))


def length_of(values: np.ndarray, scale: np.floating) -> np.floating:
    """Return √Σx² of floating numbers in units of `scale`."""
    return np.linalg.norm(np.ravel(values / scale))
