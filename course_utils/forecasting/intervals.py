"""How far a forecast may miss: intervals from past errors, and how often they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_double


def interval_radius(errors: ArrayLike, level: float) -> float:
    """Return how far to both sides of a forecast an interval has to reach.

    It is the ⌈(n + 1) · level⌉-th smallest of the n absolute errors. If past and new errors come
    from one source in any order, an interval of this radius holds the truth with a probability of
    at least `level`.

    Parameters
    ----------
    errors
        Past errors (n,), of forecasts of what the method had not learned from.
    level
        The share that the intervals shall hold, between 0 and 1.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1, an error is NaN, or there are too few errors for it.

    References
    ----------
    V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World" (2005): split
    conformal prediction.
    """
    sizes = np.sort(np.abs(as_double("errors", errors, ("rows",))))
    remedy = "use a share between 0 and 1, for example 0.9"
    level = as_amount("level", level, remedy)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: {remedy}")
    if np.isnan(sizes).any():
        raise ValueError("errors holds nan: leave those rows out")
    # Rounded first: 0.7 · 10 is 7 and a little in floating point.
    rank = int(np.ceil(round((len(sizes) + 1) * level, 9)))
    if rank > len(sizes):
        raise ValueError(
            f"{len(sizes)} errors can't vouch for a share of {level}: use more of them, or a level "
            f"of at most {len(sizes) / (len(sizes) + 1):.2f}"
        )
    return float(sizes[rank - 1])


def coverage(actual: ArrayLike, forecast: ArrayLike, radius: ArrayLike) -> float:
    """Return the share of values that lie within `radius` of their forecasts.

    Parameters
    ----------
    actual, forecast
        Values (n,), one forecast each.
    radius
        One number, or one for each value; the bounds belong to the interval.

    Raises
    ------
    ValueError
        If a line is empty, or they differ in length.
    """
    actual, forecast = (
        as_double(name, values, ("rows",))
        for name, values in (("actual", actual), ("forecast", forecast))
    )
    radius = np.asarray(as_double("radius", radius, (), ("rows",)))
    if len(actual) != len(forecast) or radius.shape not in ((), actual.shape):
        raise ValueError(
            f"actual has {len(actual)} values, forecast {len(forecast)}, radius has the shape "
            f"{radius.shape}: give one forecast for each value, and one radius or one for each"
        )
    return float(np.mean(np.abs(actual - forecast) <= radius))
