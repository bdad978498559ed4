"""A series made for a convolution: its pattern is not linear and lies far back."""

from __future__ import annotations

import numpy as np

from course_utils.arguments import as_amount, as_integer


def simulate_threshold(
    periods: int, *, slope: float = 0.8, delay: int = 12, seed: int
) -> np.ndarray:
    """Simulate a threshold autoregression whose momentum changes its sign.

    y[t] = ± slope · y[t − 1] + ε[t], plus if y[t − delay] > 0, minus otherwise, with standard
    normal ε. No linear forecast helps, and the best RMSE that any forecast can reach is 1.

    Parameters
    ----------
    periods
        How many to return; 100 more are simulated before them and dropped.
    slope
        Between −1 and 1.
    delay
        How far back the switch lies, in periods.
    seed
        Of the noise.

    Returns
    -------
    numpy.ndarray
        Values (periods,).

    Raises
    ------
    ValueError
        If `slope` isn't between −1 and 1, or a number isn't a positive integer.

    References
    ----------
    H. Tong, "Non-linear Time Series: A Dynamical System Approach" (1990).
    """
    periods, delay = as_integer("periods", periods, 1), as_integer("delay", delay, 1)
    remedy = "use a number between −1 and 1, or the series explodes"
    slope = as_amount("slope", slope, remedy)
    if not -1 < slope < 1:
        raise ValueError(f"slope is {slope}: {remedy}")
    burn_in = 100 + delay
    values = np.random.default_rng(seed).normal(size=periods + burn_in)
    for t in range(delay, len(values)):
        values[t] += (slope if values[t - delay] > 0 else -slope) * values[t - 1]
    return values[burn_in:]
