"""How a series is cut into windows of the past and the values that follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric


def make_windows(
    series: ArrayLike, width: int, *, horizon: int = 1, target: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into windows of the past and the value that follows each.

    Parameters
    ----------
    series
        What a forecast may use: (periods,), or (periods, channels) for several series.
    width
        Periods in a window.
    horizon
        How many periods the forecast value lies after the window's last period.
    target
        What is to be forecast (periods,); by default the series, or its first channel.

    Returns
    -------
    x : numpy.ndarray
        Windows (rows, width, channels), the oldest period first, with
        rows = periods − width − horizon + 1.
    y : numpy.ndarray
        Targets (rows,): ``y[i] = target[i + width - 1 + horizon]``.

    Raises
    ------
    ValueError
        If the series is too short for one row, or target and series differ in length.
    """
    series = as_numeric("series", series, ("periods",), ("periods", "channels"))
    width, horizon = as_integer("width", width, 1), as_integer("horizon", horizon, 1)
    if series.ndim == 1:
        series = series[:, None]
    target = series[:, 0] if target is None else as_numeric("target", target, ("periods",))
    if len(target) != len(series):
        raise ValueError(
            f"target has {len(target)} periods, series {len(series)}: give one value a period"
        )
    if len(series) < width + horizon:
        raise ValueError(
            f"series has {len(series)} periods, but a window of {width} with its target "
            f"{horizon} later takes {width + horizon}: use a smaller width or horizon"
        )
    windows = np.lib.stride_tricks.sliding_window_view(series, width, axis=0)
    x = windows.transpose(0, 2, 1)[: len(windows) - horizon].copy()
    return x, target[width - 1 + horizon :].copy()
