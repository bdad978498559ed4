"""Is a backward pass right? Compare it with slopes measured by small steps to either side."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_double, as_real
from course_utils.magnitudes import length_of, power_of_two


def central_difference(
    loss: Callable[[], float], values: np.ndarray, *, step: float = 1e-6
) -> np.ndarray:
    """Measure the slope of a loss for each number of an array: (L(v + h) − L(v − h)) / 2h.

    The error falls with h² until rounding takes over, in `float64` near h = 1e-5 for losses and
    values of about size 1. The default is a little smaller, as a smaller step is less likely to
    push a ReLU or a maximum over its kink, where there is no slope.

    Parameters
    ----------
    loss
        Called without arguments, twice for each number; has to read `values` anew at each call.
    values
        `float64` array, of which one number at a time is changed in place and restored.
    step
        The h of the formula, above 0.

    Returns
    -------
    numpy.ndarray
        Slopes, of the shape of `values`.

    Raises
    ------
    ValueError
        If `values` isn't a writable `float64` array or the step isn't above 0.
    """
    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        found = getattr(values, "dtype", type(values).__name__)
        raise ValueError(
            f"values is of {found}: give a float64 array, in which so small a step isn't lost by "
            "rounding"
        )
    as_real("values", values)
    if not values.flags.writeable:
        raise ValueError("values is read-only: give the array that loss reads, or a copy for both")
    remedy = "use a number above 0, such as 1e-6"
    step = as_amount("step", step, remedy)
    if step <= 0:
        raise ValueError(f"step is {step}: {remedy}")
    slopes = np.empty_like(values)
    for index in np.ndindex(values.shape):
        before = values[index]
        try:
            values[index] = before + step
            above = loss()
            values[index] = before - step
            slopes[index] = (above - loss()) / (2 * step)
        finally:
            values[index] = before
    return slopes


def relative_error(one: ArrayLike, other: ArrayLike) -> float:
    """Return ‖one − other‖ / (‖one‖ + ‖other‖): 0 if equal, 1 if one has the opposite sign.

    Parameters
    ----------
    one, other
        Arrays of one shape.

    Raises
    ------
    ValueError
        If the shapes differ, or an argument isn't a non-empty array of real numbers.
    """
    one, other = as_double("one", one, ("…",)), as_double("other", other, ("…",))
    if one.shape != other.shape:
        raise ValueError(f"other has shape {other.shape}, one has {one.shape}: give equal shapes")
    scale = power_of_two(one, other)
    size = length_of(one, scale) + length_of(other, scale)
    # Each is divided first: the difference of the largest numbers would overflow.
    return float(np.linalg.norm(np.ravel(one / scale - other / scale)) / size) if size else 0.0
