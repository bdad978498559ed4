"""What a fit and a forecaster are, and how the rows that they take are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_solvable

Forecaster = Callable[[ArrayLike], np.ndarray]
Fit = Callable[[ArrayLike, ArrayLike], Forecaster]

# The axes of windows, in words for messages.
ROWS = ("rows", "…")


def as_examples(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return windows and targets as at least float64, equally many, all finite."""
    arrays = as_solvable("x", x, ROWS), as_solvable("y", y, ("rows",))
    for name, array in zip("xy", arrays):
        if not np.isfinite(array).all():
            bad = array[~np.isfinite(array)][0]
            raise ValueError(f"{name} holds {bad}: leave those rows out, nothing is learned there")
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(f"y has {len(arrays[1])} rows for {len(arrays[0])} windows: give one each")
    return arrays
